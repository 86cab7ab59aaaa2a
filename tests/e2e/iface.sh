#!/bin/bash
# An interface is deleted and made again while traffic flows: the gap is said with its beginning and
# its end (9004), and packets are judged again within a second. Then the same for link down and up.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"
daemon_up

# All the while, traffic of two other boundaries: it must not be disturbed. It is forwarded to where
# nobody answers, and counted once though it is seen twice.
flood_file 2000 203.0.113.66
flood 2000 4
sender=$spawned
wait_line 'SEG2002 OPEN .*dst=203.0.113.66:23 ' 5

now()
{
	date +%s%N
}

# probe PORT: a packet from the internet zone that nothing permits, until its incident is said.
probe()
{
	ask internet udp 10.2.0.9 "$1" &
	said "OPEN .*dst=10.2.0.9:$1 "
}

before=$(now)
ns gateway ip link del eth3
wait_line 'SEG9004 .*in=eth3 what=iface-gone.* from=' 5
wait_for 1 eval "! captures" || fail "the socket of a deleted interface is still open"
made=$(now)
ip link add eth3 netns "$SEGAUDIT_LAB-gateway" address 02:00:00:00:03:01 type veth \
	peer name lan0 netns "$SEGAUDIT_LAB-internet" address 02:00:00:00:03:02
ns gateway ip addr add 10.3.0.1/16 dev eth3
ns gateway ip link set eth3 up
ns internet ip addr add 10.3.9.7/16 dev lan0
ns internet ip link set lan0 up
ns internet ip route add default via 10.3.0.1
up=$(now)
wait_for 5 captures || fail "eth3 was not opened again"
opened=$(now)
wait_for 5 probe 4001 || fail "no packet of the new eth3 was judged"
judged=$(now)
echo "eth3: away for $(((made - before) / 1000000)) ms, opened $(((opened - up) / 1000000)) ms" \
	"after it was up, judged after $(((judged - up) / 1000000)) ms"
[ $((opened - up)) -lt 1000000000 ] || fail "it took more than a second to capture eth3 again"
wait_line 'SEG9004 .*in=eth3 what=[a-z,-]*iface-gone.* from=.* to=.* seconds=' 5

ns gateway ip link set eth3 down
wait_line 'SEG9004 .*in=eth3 what=link-down.* from=' 5
ns gateway ip link set eth3 up
wait_for 5 probe 4002 || fail "no packet was judged after link down and up"

wait "$sender"
daemon_down
[ $status = 0 ] || fail "exit status $status"
sent=$(sent)
judged=$(total 'dst=203.0.113.66:23 ')
[ "$sent" = "$judged" ] || fail "eth2 and eth0: sent $sent packets, $judged were judged"
finish
