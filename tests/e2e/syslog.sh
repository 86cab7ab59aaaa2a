#!/bin/bash
# The administrator's syslog is missing at the start, is stopped for 30 s, is restarted: capture goes
# on as if nothing had happened, and no line is lost without being counted (9008).
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
conf > "$dir/conf"
flood_file 2000

# Every line of the file is in syslog, or syslog says how many it did not get (9008, which stands
# only there and has no number).
accounted()
{
	local written arrived lost
	written=$(lines | wc -l)
	arrived=$(lines "$dir/syslog" | grep -vc 'SEG9008 ')
	lost=$(sum 'SEG9008 ' lost "$dir/syslog")
	[ "$written" = $((arrived + lost)) ]
}

# Several incidents at once: the first ports of 16 hosts. On a busy machine a sender may be out of time
# before it sent: those are asked again, which is the same incident.
incidents_of()
{
	local i try
	for try in 1 2 3 4; do
		for ((i = 0; i < 16; i++)); do
			said "OPEN .*dst=10.3.0.25:$(($1 + i)) " || ask lgwan udp 10.3.0.25 $(($1 + i)) &
		done
		wait_for 5 eval "[ \$(lines | grep -c 'OPEN .*dst=10.3.0.25:$(($1 / 100))') -ge 16 ]" && return
	done
	fail "the incidents of port $1 were not said in the file: was the hub blocked?"
}

# 1. There is no syslog at all.
daemon_up
incidents_of 1000
syslog_up
wait_line 'OPEN .*dst=10.3.0.25:1015 ' 10 "$dir/syslog"
wait_for 5 accounted || fail "lines from before syslog was there are neither in it nor counted"

# 2. The reader stands still for 30 s, with more traffic than its socket holds.
kill -STOP "$syslogd"
stopped=$SECONDS
flood 2000 30
sender=$spawned
for port in 1100 1200 1300 1400 1500 1600 1700 1800; do
	incidents_of $port
done
wait_for 40 eval '[ $SECONDS -ge '$((stopped + 30))' ]'
incidents_of 1900
kill -CONT "$syslogd"
wait_line 'OPEN .*dst=10.3.0.25:1915 ' 10 "$dir/syslog"
wait_for 10 accounted || fail "lines from the pause are neither in syslog nor counted"

# 3. It is restarted: the old socket is gone.
end "$syslogd"
rm -f "$dir/log"
incidents_of 2000
syslog_up
wait_line 'OPEN .*dst=10.3.0.25:2015 ' 10 "$dir/syslog"
wait_for 5 accounted || fail "lines from the restart are neither in syslog nor counted"

wait "$sender"
daemon_down
[ $status = 0 ] || fail "exit status $status"
sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
echo "sent $sent, judged $judged; $(lines | wc -l) lines, $(lines "$dir/syslog" | wc -l) in syslog"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
! said 'SEG9005 ' || fail "packets were lost while syslog stood still"
# In the order in which they were said, no line twice.
lines "$dir/syslog" | grep -aoE ' seq=[0-9]+' | cut -d= -f2 > "$dir/order"
sort -nu "$dir/order" | cmp - "$dir/order" || fail "lines arrived twice or out of order"
finish
