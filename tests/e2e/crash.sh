#!/bin/bash
# The worker is killed with SIGKILL several times under traffic: no packet is lost, none is counted
# twice, and each death is said (9006).
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf workers=1 > "$dir/conf"
flood_file 2000
daemon_up

kills=6
flood 8000 16
sender=$spawned
wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 ' 5
for ((i = 1; i <= kills; i++)); do
	worker=$(role worker)
	kill -KILL "$worker"
	wait_for 5 eval "[ -n \"\$(role worker)\" ] && [ \"\$(role worker)\" != $worker ]" ||
		fail "no new worker within 5 s of kill $i"
	wait_for 5 eval "[ \$(lines | grep -c 'SEG9006 ') -ge $i ]" || fail "kill $i: 9006 was not said"
done
gone "$sender" && fail "the sender was done before the last kill: send more"
wait "$sender"
# A kill may hit a frame in hand twice at most: then it is skipped and said. It must not happen here.
daemon_down
[ $status = 0 ] || fail "exit status $status"

sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
echo "sent $sent, judged $judged, worker killed $kills times"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
crashes=$(lines | grep -c 'SEG9006 ')
[ "$crashes" = $kills ] || fail "$kills kills, $crashes lines of 9006"
[ "$(lines | grep -c 'SEG2002 OPEN .*dst=10.3.0.25:23 ')" = 1 ] || fail "more than one OPEN"
finish
