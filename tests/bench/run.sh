#!/bin/sh
# make bench [BENCHDIR=DIR] [ROUNDS=N]: what judging costs beside reading.
#
# Runs the plain libpcap loop (pcaploop) and `segauditd -r` with full policy, flows and incidents over the same captures, in
# turn, ROUNDS times, and prints the medians of nanoseconds per packet and of the ratios. BENCHDIR holds small64.pcap,
# flows1m.pcap, bulk1500.pcap and mix.pcap; without it smaller ones are made here (no mix).
# Needs the release build: a build with sanitizers measures nothing.
set -eu
here=$(dirname "$0")
segauditd=${SEGAUDITD:-./segauditd}
dir=${BENCHDIR:-}
rounds=${ROUNDS:-5}; [ -n "$rounds" ] || rounds=5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -z "$dir" ]; then
	dir=$work
	for kind in small64 flows1m bulk1500; do
		./mktraffic "$kind" "$dir/$kind.pcap" 1000000
	done
fi

# The policy: two zones that share the IPv4 and IPv6 space, seen through a mirror port; N prefixes and conduits around the few
# that the traffic uses. Some ports stay without a conduit, so that incidents open.
policy() {
	awk -v n="$1" 'BEGIN {
		print "mirror = (\"mon0\"); model = \"none\"; flows = 1000000;"
		print "zones = ("
		printf "{ id = \"a\"; class = \"lgwan\"; interfaces = (\"eth1\"); networks = (\"0.0.0.0/1\", \"10.0.0.0/9\", \"::/1\""
		for (i = 0; i < n; i++)
			printf ", \"%d.%d.%d.0/24\"", 20 + int(i / 65536), int(i / 256) % 256, i % 256
		print "); },"
		print "{ id = \"b\"; class = \"internet\"; interfaces = (\"eth2\"); networks = (\"128.0.0.0/1\", \"10.128.0.0/9\", \"8000::/1\"); } );"
		print "conduits = ("
		for (i = 0; i < n; i++)
			printf "{ id = \"c%d\"; from = \"a\"; to = \"b\"; clients = (\"10.%d.%d.%d\"); servers = (\"10.%d.%d.%d\"); services = (\"tcp/%d\"); },\n",
			    i, int(i / 65536) % 128, int(i / 256) % 256, i % 256, 128 + int(i / 65536) % 128, int(i / 256) % 256, i % 256, 1 + i % 60000
		ports = "22 25 53 80 123 443 445 3306 5432 5900 8080 8443"
		m = split(ports, port, " ")
		printf "{ id = \"services\"; from = \"a\"; to = \"b\"; services = (\"icmp/8\", \"icmp6/128\", \"ip/47\""
		for (i = 1; i <= m; i++)
			printf ", \"tcp/%d\", \"udp/%d\"", port[i], port[i]
		print "); },"
		print "{ id = \"back\"; from = \"b\"; to = \"a\"; services = (\"tcp/20-25\", \"udp/53\", \"udp/1024-65535\", \"tcp/1024-65535\"); } );"
	}' > "$work/$1.conf"
	"$segauditd" -n -c "$work/$1.conf" > "$work/$1.notices"
}

# Nanoseconds per packet of one replay: reading, judging and saying, without reading the policy. The daemon tells it with -D.
ours() {
	"$segauditd" -D -c "$work/$2.conf" -r mon0="$1" > "$work/lines" 2> "$work/said"
	sed -n 's/.*replay: \([0-9]*\) frames in \([0-9.]*\) s$/\1 \2/p' "$work/said" |
	    awk '{ printf "%.2f\n", $2 * 1e9 / $1 }'
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

printf '%-10s %9s %12s %14s %8s\n' capture conduits 'libpcap ns' 'segauditd ns' ratio
for n in 10 1000 100000; do
	policy "$n"
	for kind in small64 flows1m bulk1500 mix; do
		file=$dir/$kind.pcap
		[ -f "$file" ] || continue
		cat "$file" > /dev/null
		: > "$work/pcap"; : > "$work/ours"; : > "$work/ratio"
		i=0
		while [ $i -lt "$rounds" ]; do
			./pcaploop "$file" > "$work/now"
			read -r _ base < "$work/now"
			mine=$(ours "$file" "$n")
			echo "$base" >> "$work/pcap"
			echo "$mine" >> "$work/ours"
			echo "$mine $base" | awk '{ printf "%.3f\n", $1 / $2 }' >> "$work/ratio"
			i=$((i + 1))
		done
		printf '%-10s %9s %12s %14s %8s\n' "$kind" "$n" "$(median < "$work/pcap")" "$(median < "$work/ours")" \
		    "$(median < "$work/ratio")"
	done
	printf '%-10s %9s lines said in the last: %s\n' '' "$n" "$(grep -c . "$work/lines")"
done
