#!/bin/bash
# Tagged frames on a real interface: the kernel takes the first tag out of the bytes, and the judgement
# must be the same as if it were there. What the kernel cannot send, tests/craft.c sends.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"
daemon_up

eth='eth 02:00:00:00:02:02>02:00:00:00:02:01'
cat > "$dir/frames" <<END
# VLAN 20 and 20.300 are the zone's, here with a destination that no conduit has
$eth / vlan 20 / ip4 10.2.0.9>10.3.0.25 / udp 40000>23 / data 20
$eth / vlan 20 / vlan 300 / ip4 10.2.0.9>10.3.0.25 / udp 40001>24 / data 20
$eth / vlan 20 tpid=0x88a8 / vlan 300 / ip4 10.2.0.9>10.3.0.25 / udp 40001>25 / data 20
$eth / vlan 20 / ip6 2001:db8:2::9>2001:db8:3::25 / udp 40000>23 / data 20
# permitted ones say nothing
$eth / vlan 20 / ip4 10.2.0.9>10.3.0.80 / udp 40000>53 / data 20
$eth / vlan 0 pcp=5 / ip4 10.2.0.9>10.3.0.80 / udp 40001>53 / data 20
# nobody named 99, nor 300 alone, nor 20.99
$eth / vlan 99 / ip4 10.2.0.9>10.3.0.80 / udp 40002>53 / data 20
$eth / vlan 300 / ip4 10.2.0.9>10.3.0.80 / tcp 40002>80 flags=S
$eth / vlan 20 / vlan 99 / ip6 2001:db8:2::9>2001:db8:3::80 / udp 40002>53 / data 20
END
ns lgwan "$CRAFT" -i lan0 "$dir/frames"

cat > "$dir/table" <<'END'
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:23 attempted
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:24 attempted
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:25 attempted
SEG2002 lgwan>internet udp 2001:db8:2::9 > 2001:db8:3::25:23 attempted
SEG1003 lgwan>internet udp 10.2.0.9 > 10.3.0.80:53 attempted
SEG1003 lgwan>internet tcp 10.2.0.9 > 10.3.0.80:80 attempted
SEG1003 lgwan>internet udp 2001:db8:2::9 > 2001:db8:3::80:53 attempted
END
complete()
{
	expect_incidents < "$dir/table"
}
wait_for 5 eval '(complete)' || complete
said 'SEG2002 OPEN .* in=eth2 vlan=20 .*dst=10.3.0.25:23 ' || fail "no vlan=20"
said 'SEG2002 OPEN .* in=eth2 vlan=20.300 .*dst=10.3.0.25:24 ' || fail "no vlan=20.300"
said 'SEG2002 OPEN .* in=eth2 vlan=20.300 .*dst=10.3.0.25:25 ' || fail "no vlan=20.300 by 88a8"
said 'SEG1003 OPEN .* in=eth2 vlan=99 ' || fail "no vlan=99"
said 'SEG1003 OPEN .* in=eth2 vlan=300 ' || fail "no vlan=300"
said 'SEG1003 OPEN .* in=eth2 vlan=20.99 ' || fail "no vlan=20.99"

daemon_down
[ $status = 0 ] || fail "exit status $status"
finish
