#!/bin/bash
# Who may do what: all roles run as the configured user, only monitor and capture hold CAP_NET_RAW,
# nobody holds anything else or can gain it again.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"
daemon_up

raw=0000000000002000		# 1 << CAP_NET_RAW (13)
none=0000000000000000
uid=$(id -u nobody)
gid=$(id -g nobody)

field()
{
	awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}

check()
{
	local pid=$1 name=$2 caps=$3
	[ -n "$pid" ] || fail "there is no $name"
	[ "$(field "$pid" CapPrm)" = "$caps" ] || fail "$name: CapPrm is $(field "$pid" CapPrm)"
	[ "$(field "$pid" CapEff)" = "$caps" ] || fail "$name: CapEff is $(field "$pid" CapEff)"
	# What it could gain by executing a file.
	[ "$(field "$pid" CapInh)" = $none ] || [ "$name" = monitor ] ||
		[ "$(field "$pid" CapInh)" = "$caps" ] || fail "$name: CapInh is $(field "$pid" CapInh)"
	[ "$(field "$pid" NoNewPrivs)" = 1 ] || fail "$name: no_new_privs is not set"
	for id in Uid Gid; do
		want=$uid
		[ $id = Uid ] || want=$gid
		awk -v name="$id:" -v want="$want" '$1 == name {
			for (i = 2; i <= NF; i++) if ($i != want) exit 1 }' "/proc/$pid/status" ||
			fail "$name: $id is not that of nobody"
	done
	[ -z "$(awk '$1 == "Groups:" { print $2 }' "/proc/$pid/status")" ] ||
		[ "$(field "$pid" Groups)" = "$gid" ] || fail "$name: has further groups"
}

# The monitor holds it only to hand it on.
check "$daemon" monitor $raw
check "$(role capture)" capture $raw
check "$(role hub)" hub $none
[ "$(role worker | wc -w)" = 2 ] || fail "not two workers: $(role worker)"
for pid in $(role worker); do
	check "$pid" worker $none
	# Release builds filter its system calls; sanitizers need more than a worker may.
	if "$SEGAUDITD" -V | grep -qi sanitize; then
		continue
	fi
	[ "$(field "$pid" Seccomp)" = 2 ] || fail "worker: no system call filter"
	# Nothing but its channel, its wake-up and shared memory.
	for fd in "/proc/$pid/fd/"*; do
		case $(readlink "$fd") in
		socket:* | anon_inode:* | /memfd:* | /dev/null | pipe:*) ;;
		"$dir/messages") ;;
		*) fail "worker: holds $(readlink "$fd")" ;;
		esac
	done
done

daemon_down
[ $status = 0 ] || fail "exit status $status"
finish
