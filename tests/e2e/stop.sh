#!/bin/bash
# Start and stop: SIGTERM and SIGINT end everything cleanly, with a last word and exit 0; nothing is
# left behind; what cannot start says why, with the exit status of sysexits(3).
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"

for signal in TERM INT; do
	rm -f "$events"
	daemon_up
	roles=$(pgrep -P "$daemon")
	[ "$(echo "$roles" | wc -l)" = 4 ] || fail "not one capture, two workers and one hub: $roles"
	ask lgwan udp 10.3.0.66 7
	wait_line 'SEG2002 OPEN .*outcome=crossed .*dst=10.3.0.66:7 ' 5
	kill -$signal "$daemon"
	wait_for 10 gone "$daemon" || fail "SIG$signal: the daemon did not end within 10 s"
	status=0
	wait "$daemon" || status=$?
	[ $status = 0 ] || fail "SIG$signal: exit status $status"
	for pid in $roles; do
		! kill -0 "$pid" 2> /dev/null || fail "SIG$signal: process $pid was left behind"
	done
	said 'SEG9003 ' || fail "SIG$signal: no SEG9003"
	[ "$(ns gateway cat /proc/net/packet | wc -l)" = 1 ] || fail "packet sockets were left behind"
done

# starts STATUS WORDS…: the daemon refuses to start.
refuses()
{
	local want=$1
	status=0
	ns gateway timeout 10 "$SEGAUDITD" -f -c "$dir/conf" 2> "$dir/refusal" > /dev/null || status=$?
	[ $status = "$want" ] || fail "exit status $status, not $want: $(cat "$dir/refusal")"
	grep -q "$2" "$dir/refusal" || fail "does not say \"$2\": $(cat "$dir/refusal")"
}

conf user='"no-such-user"' > "$dir/conf"
refuses 78 no-such-user
conf workres=2 > "$dir/conf"
refuses 78 'did you mean'
rm "$dir/conf"
refuses 66 conf
finish
