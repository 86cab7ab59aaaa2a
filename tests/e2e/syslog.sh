#!/bin/bash
# The administrator's syslog is missing at the start, stands still while more lines come than can
# wait, is killed as it stands still, and is restarted again and again under traffic: capture goes on
# as if nothing had happened, no line is lost without being counted (9008), and their order is kept.
# SYSLOG_PAUSE=60 makes the pause a minute, SYSLOG_RESTARTS=100 asks for another number.
set -eu
. "$(dirname "$0")/lib.sh"
pause=${SYSLOG_PAUSE:-8}
restarts=${SYSLOG_RESTARTS:-10}
many=10000 # incidents in the pause; 8,192 lines can wait

lab_up
conf lines_per_second=100000 > "$dir/conf"
flood_file 2000

# Every line of the file is in syslog, the first times in this order, or syslog says how many it did
# not get (9008, which stands only there and has no number). $twice came once more, with the same
# number.
accounted()
{
	lines > "$dir/said"
	lines "$dir/syslog" | grep -v 'SEG9008 ' > "$dir/came" || :
	awk '!seen[$0]++' "$dir/came" > "$dir/arrived"
	twice=$(($(wc -l < "$dir/came") - $(wc -l < "$dir/arrived")))
	lost=$(sum 'SEG9008 ' lost "$dir/syslog")
	[ "$(wc -l < "$dir/said")" = $(($(wc -l < "$dir/arrived") + lost)) ] &&
		is_part "$dir/arrived" "$dir/said"
}

ms()
{
	echo $((${EPOCHREALTIME/./} / 1000))
}

# 1. There is no syslog at all.
daemon_up
flood 2000 $((pause + restarts / 2))
sender=$spawned
opens 200 1
wait_opened
syslog_up
wait_for 10 accounted || fail "lines from before syslog was there are neither in it nor counted"
[ "$lost" = 0 ] || fail "$lost of few lines were lost"

# 2. The reader stands still, while more comes than can wait.
kill -STOP "$syslogd"
opens $((many / pause)) $pause
wait_opened
kill -CONT "$syslogd"
wait_for 20 accounted || fail "lines from the pause are neither in syslog nor counted"
echo "pause of $pause s: $(wc -l < "$dir/said") lines, $(wc -l < "$dir/arrived") in syslog, $lost counted"
[ "$lost" -gt $((many / 10)) ] || fail "only $lost lines were lost: this was no test of a full queue"
full=$lost

# 3. It stands still and is killed: what was in its socket is lost with it, and comes again.
kill -STOP "$syslogd"
opens 50 1
wait_opened
end "$syslogd" -KILL
syslog_up
wait_for 10 accounted || fail "lines are neither in syslog nor counted after it was killed"
[ "$lost" = "$full" ] || fail "$((lost - full)) lines were lost with the socket"
[ "$twice" -le 11 ] || fail "$twice lines came twice, more than a socket holds"

# 4. It is restarted under traffic, twice a second. A line may come twice that it read and of which this
# was not seen.
opens 100 $((restarts / 2))
begun=$(ms)
for ((i = 0; i < restarts; i++)); do
	wait_for 5 eval "[ \$(ms) -ge $((begun + 500 * i)) ]"
	end "$syslogd"
	rm -f "$dir/log"
	syslog_up
done
wait_opened
wait_for 10 accounted || fail "lines from the restarts are neither in syslog nor counted"
echo "$restarts restarts: $((lost - full)) lines counted as lost, $twice came twice"
[ "$lost" = "$full" ] || fail "lines were lost in restarts"

wait "$sender"
daemon_down
[ $status = 0 ] || fail "exit status $status"
sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
echo "sent $sent, judged $judged; $(lines | wc -l) lines, $(lines "$dir/syslog" | wc -l) in syslog"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
! said 'SEG9005 ' || fail "packets were lost while syslog stood still"
finish
