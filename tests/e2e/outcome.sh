#!/bin/bash
# What became of the traffic, with a kernel that really forwards and a firewall that really blocks:
# dropped, refused, forwarded without an answer, refused by the far host, answered. Each for TCP, UDP
# and ICMP, and each for IPv4 and for IPv6.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"
daemon_up

for net in 10.3.0. 2001:db8:3::; do
	serve internet tcp ${net}25 7
	serve internet udp ${net}25 7
	serve internet tcp ${net}80 80
	serve internet udp ${net}80 53
done
serve kikan tcp 10.1.5.10 3389
serve kikan tcp 2001:db8:1::5:10 3389

waiting=
try()
{
	ask "$@" &
	waiting="$waiting $!"
}

for net in 10.3.0. 2001:db8:3::; do
	# conforming: nothing is said
	try lgwan tcp ${net}80 80
	try lgwan udp ${net}80 53
	try lgwan icmp ${net}80
	# dropped by the firewall
	try lgwan tcp ${net}25 23
	try lgwan udp ${net}25 23
	try lgwan icmp ${net}23
	# refused by the firewall: its answer is no sign that anything got through
	try lgwan tcp ${net}25 22
	try lgwan udp ${net}25 22
	try lgwan tcp ${net}25 21
	try lgwan udp ${net}25 21
	# forwarded, and no answer
	try lgwan tcp ${net}66 7
	try lgwan udp ${net}66 7
	try lgwan icmp ${net}66
	# forwarded, and refused by the far host
	try lgwan tcp ${net}25 99
	try lgwan udp ${net}25 99
	# answered
	try lgwan tcp ${net}25 7
	try lgwan udp ${net}25 7
	try lgwan icmp ${net}25
	# the conduit's own host, another service
	try lgwan tcp ${net}80 443
	# a pair that may never talk: dropped
	try kikan tcp ${net}25 7
	try kikan icmp ${net}25
done
# … and through the forgotten rule
try internet tcp 10.1.5.10 3389
try internet tcp 2001:db8:1::5:10 3389
for pid in $waiting; do
	wait "$pid"
done

cat > "$dir/table" <<'END'
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.25:23 attempted
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:23 attempted
SEG2002 lgwan>internet icmp 10.2.0.9 > 10.3.0.23 type 8 attempted
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.25:22 attempted
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:22 attempted
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.25:21 attempted
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:21 attempted
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.66:7 crossed
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.66:7 crossed
SEG2002 lgwan>internet icmp 10.2.0.9 > 10.3.0.66 type 8 crossed
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.25:99 crossed
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:99 crossed
SEG2002 lgwan>internet tcp 10.2.0.9 > 10.3.0.25:7 answered
SEG2002 lgwan>internet udp 10.2.0.9 > 10.3.0.25:7 answered
SEG2002 lgwan>internet icmp 10.2.0.9 > 10.3.0.25 type 8 answered
SEG2003 lgwan>internet tcp 10.2.0.9 > 10.3.0.80:443 crossed
SEG2001 kikan>internet tcp 10.1.5.10 > 10.3.0.25:7 attempted
SEG2001 kikan>internet icmp 10.1.5.10 > 10.3.0.25 type 8 attempted
SEG2001 internet>kikan tcp 10.3.9.7 > 10.1.5.10:3389 answered
END
# The IPv6 twin of every row.
sed -E 's/ icmp (.*) type 8/ icmp6 \1 type 128/
	s/10\.2\.0\.9/2001:db8:2::9/; s/10\.1\.5\.10/2001:db8:1::5:10/; s/10\.3\.9\.7/2001:db8:3::9:7/
	s/10\.3\.0\.([0-9]+)/2001:db8:3::\1/' "$dir/table" > "$dir/twins"
cat "$dir/table" "$dir/twins" > "$dir/both"
rows=$(wc -l < "$dir/both")

complete()
{
	expect_incidents < "$dir/both"
}
wait_for 5 eval '(complete)' || complete
echo "$rows incidents, no others"

# Each of them reached the administrator's syslog too, with the severity of ALERTS.
for ev in $(lines | grep -aoE 'OPEN ev=[A-Z2-7]+' | sort -u | cut -d= -f2); do
	grep -qa "OPEN ev=$ev " "$dir/syslog" || fail "ev=$ev is not in syslog"
done
alert='^alert segauditd SEG2001 (OPEN|WORSE) .*outcome=answered pair=internet>kikan'
grep -qaE "$alert" "$dir/syslog" || fail "an answered forbidden pair is not an alert in syslog"
grep -qaE '^crit segauditd SEG2002 .*outcome=answered' "$dir/syslog" || fail "no crit for answered"
grep -qaE '^warning segauditd SEG2002 OPEN .*outcome=attempted' "$dir/syslog" ||
	fail "no warning for attempted"

daemon_down
[ $status = 0 ] || fail "exit status $status"
finish
