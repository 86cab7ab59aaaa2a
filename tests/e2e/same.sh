#!/bin/bash
# One code path: the same packets judged live and in replay give the same incidents.
#   1. Real traffic, recorded on all four interfaces while the daemon judges it; then replayed.
#   2. The recorded frames of one boundary, sent again by tcpreplay to a gateway that does not forward.
set -eu
. "$(dirname "$0")/lib.sh"
command -v tcpdump > /dev/null || skip "tcpdump not found"

lab_up
syslog_up
# What the kernel says live, the configuration says in replay.
conf 'gateway={ addresses = ("10.1.0.1", "10.2.0.1", "10.3.0.1", "203.0.113.1", "2001:db8:1::1",
	"2001:db8:2::1", "2001:db8:3::1", "2001:db8:f::1");
	macs = ( { interface = "eth0"; mac = "02:00:00:00:00:01"; },
	{ interface = "eth1"; mac = "02:00:00:00:01:01"; },
	{ interface = "eth2"; mac = "02:00:00:00:02:01"; },
	{ interface = "eth3"; mac = "02:00:00:00:03:01"; } ); }' > "$dir/conf"

# What was said of each incident: its opening without times and counts, its worst outcome, its packets.
# On the way an outcome may be skipped: two interfaces are not read in the same moment.
judgements()
{
	lines "$1" | awk '
		function value(name,  i) {
			for (i = 3; i <= NF; i++)
				if (index($i, name "=") == 1)
					return $i
			return ""
		}
		value("ev") != "" {
			n = value("n")
			sub(/^n=\+?/, "", n)
			packets[value("ev")] += n
		}
		$2 == "OPEN" || $2 == "WORSE" { worst[value("ev")] = value("outcome") }
		$2 == "OPEN" {
			ev = $3
			sub(/ msg=".*/, "")
			$2 = ""
			gsub(/ (ev|sev|outcome|out|n|gen|sid|seq|h|first)=[^ ]*/, "")
			text[ev] = $0
		}
		END { for (ev in text) print text[ev], worst[ev], packets[ev] }' | LC_ALL=C sort
}

# compare NAME: $events, live, with $dir/replayed.
compare()
{
	judgements "$events" > "$dir/live.$1"
	judgements "$dir/replayed" > "$dir/replay.$1"
	diff -u "$dir/live.$1" "$dir/replay.$1" || fail "$1: live and replay differ"
	[ -s "$dir/live.$1" ] || fail "$1: nothing was said"
	echo "$1: $(wc -l < "$dir/live.$1") incidents, the same live and in replay"
}

# 1.
recorders=
for n in 0 1 2 3; do
	spawn ns gateway tcpdump -i eth$n -s 0 -U -B 8192 --immediate-mode -Z root \
		-w "$dir/eth$n.pcap" 2> "$dir/eth$n.log"
	recorders="$recorders $spawned"
	wait_for 10 grep -q 'listening on' "$dir/eth$n.log" || fail "tcpdump does not run"
done
daemon_up
for net in 10.3.0. 2001:db8:3::; do
	serve internet tcp ${net}25 7
	serve internet udp ${net}25 7
	for what in 'tcp 7' 'udp 7' 'tcp 23' 'udp 23' 'tcp 22' 'udp 21' 'tcp 99' 'udp 99' icmp; do
		# shellcheck disable=SC2086
		set -- $what
		ask lgwan "$1" ${net}25 "${2:-0}"
	done
	ask lgwan tcp ${net}66 7
	ask lgwan icmp ${net}23
	ask lgwan tcp ${net}80 443
	ask kikan tcp ${net}80 80
done
wait_line 'SEG2001 OPEN .*src=\[2001:db8:1::5:10\]' 5
daemon_down
for pid in $recorders; do
	end "$pid" -INT
done
"$SEGAUDITD" -c "$dir/conf" -r eth0="$dir/eth0.pcap" -r eth1="$dir/eth1.pcap" \
	-r eth2="$dir/eth2.pcap" -r eth3="$dir/eth3.pcap" > "$dir/replayed" 2> "$dir/summary" ||
	fail "replay ended with status $?"
cat "$dir/summary"
compare recorded

# 2.
rm "$events"
ns gateway sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
tcpdump -r "$dir/eth2.pcap" -w "$dir/in.pcap" 'ether src 02:00:00:00:02:02 and (ip or ip6)' \
	2> /dev/null
tcpdump -r "$dir/eth2.pcap" -w "$dir/none.pcap" 'ether proto 0x1234' 2> /dev/null
daemon_up
ns lgwan tcpreplay -q -i lan0 --pps 200 "$dir/in.pcap" > "$dir/tcpreplay.log" 2>&1
wait_line 'SEG2003 OPEN .*dst=\[2001:db8:3::80\]:443' 5
daemon_down
"$SEGAUDITD" -c "$dir/conf" -r eth0="$dir/none.pcap" -r eth1="$dir/none.pcap" \
	-r eth2="$dir/in.pcap" -r eth3="$dir/none.pcap" > "$dir/replayed" 2> "$dir/summary" ||
	fail "replay ended with status $?"
cat "$dir/summary"
compare sent-again
finish
