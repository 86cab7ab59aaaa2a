#!/bin/bash
# The disk of state_dir is full for a while, under traffic, and has room again: ledger, spool and what
# is to be resumed wait. Capture goes on, syslog gets every line meanwhile, the ledger says that it
# takes nothing and how many lines found no room in the end, alerts are not among them, and what it
# has was not altered.
set -eu
. "$(dirname "$0")/lib.sh"
CTL=$(dirname "$SEGAUDITD")/segauditctl
[ -x "$CTL" ] || fail "$CTL: no such program"
many=9600 # incidents while the disk is full: 3 of 4 MiB may wait of plain lines

# What came over a way has all lines of the file in their order, but for those that 9008 says there.
accounted()
{
	lines > "$dir/said"
	lines "$dir/$1" | grep -v 'SEG9008 .* target=' | awk '!seen[$0]++' > "$dir/first.$1" || :
	lost=$(sum 'SEG9008 .* target=' lost "$dir/$1")
	[ "$(wc -l < "$dir/said")" = $(($(wc -l < "$dir/first.$1") + lost)) ] &&
		is_part "$dir/first.$1" "$dir/said"
}

# verify STATUS FILE…: segauditctl says so.
verify()
{
	local got=0
	"$CTL" verify "${@:2}" > "$dir/verdict" 2>&1 || got=$?
	[ $got = "$1" ] || fail "verify of ${*:2} is $got, not $1: $(tail -n 3 "$dir/verdict")"
}

# A disk of its own, which goes with the test.
mount -t tmpfs -o "size=32m,mode=755,uid=$(id -u nobody)" segaudit "$dir/state" || skip "cannot mount a tmpfs"
lab_up
ns gateway ip link set lo up
serve kikan tcp 10.1.5.10 3389
cat > "$dir/collector.conf" <<-END
	global(workDirectory="$dir" maxMessageSize="16k")
	module(load="imptcp")
	template(name="t" type="string" string="%msg%\n")
	ruleset(name="r") { action(type="omfile" file="$dir/remote" template="t") }
	input(type="imptcp" port="5515" address="127.0.0.1" ruleset="r")
END
touch "$dir/remote"
conf lines_per_second=100000 log="( { target = \"syslog\"; socket = \"$dir/log\"; },
	{ target = \"file\"; path = \"$events\"; },
	{ target = \"remote\"; address = \"tcp:127.0.0.1:5515\"; spool = \"16 MiB\"; } )" > "$dir/conf"
flood_file 2000
syslog_up
daemon_up

# 1. There is room.
flood 2000 10
sender=$spawned
opens 200 1
wait_opened

# 2. The disk is full; what the ledger may have waiting is not enough for all that is said.
dd if=/dev/zero of="$dir/state/filler" bs=4k 2> /dev/null || :
opens $((many / 4)) 4
wait_line 'SEG9008 .*what=ledger error="No space left on device"'
ask internet tcp 10.1.5.10 3389
wait_line 'SEG2001 OPEN .*sev=alert .*dst=10.1.5.10:3389 '
wait_opened
wait_for 10 accounted syslog || fail "lines are not in syslog while the disk is full"
[ "$lost" = 0 ] || fail "$lost lines to syslog were lost"

# 3. There is room again.
rm "$dir/state/filler"
wait_line 'SEG9008 .*what=ledger n=[0-9]+ lost=[0-9]+'
opens 200 1
wait_opened
spawn ns gateway rsyslogd -n -f "$dir/collector.conf" -i "$dir/collector.pid"
wait_for 10 listens gateway tcp 127.0.0.1 5515 || fail "rsyslogd did not listen within 10 s"
wait_for 40 accounted remote || fail "lines for the collector are neither there nor counted"
remote=$lost
wait "$sender"
daemon_down
[ $status = 0 ] || fail "exit status $status"
! said ' CLOSED ' || fail "incidents were closed: was what is to be resumed not written?"
wait_for 10 accounted syslog || fail "not all lines are in syslog"

lines > "$dir/said"
cat "$dir"/state/ledger/????-??-??.log > "$dir/ledger"
grep -aoE 'SEG[0-9]{4} .*' "$dir/ledger" > "$dir/kept"
lost=$(sum 'SEG9008 .*what=ledger n=' lost)
sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
echo "sent $sent, judged $judged; $(wc -l < "$dir/said") lines, $(wc -l < "$dir/kept") in the ledger, $lost said to be lost there;" \
	"of the collector's $remote lost"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
! said 'SEG9005 ' || fail "packets were lost while the disk was full"
[ "$lost" -gt $((many / 10)) ] || fail "only $lost lines were lost: this was no test of a full disk"
# Records of the ledger's own (LEDGER others) may be among those lost.
missing=$(($(wc -l < "$dir/said") - $(wc -l < "$dir/kept")))
if [ $missing -gt "$lost" ] || [ $missing -lt $((lost - 20)) ]; then
	fail "$missing lines are not in the ledger, $lost were said"
fi
is_part "$dir/kept" "$dir/said" || fail "the ledger's lines are not those of the file, in their order"
grep -q 'SEG2001 OPEN .*sev=alert .*dst=10.1.5.10:3389 ' "$dir/kept" || fail "the ledger has no alert"
verify 2 "$dir"/state/ledger/????-??-??.log
verify 0 "$events"
finish
