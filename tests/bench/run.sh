#!/bin/sh
# make bench [BENCHDIR=DIR] [ROUNDS=N]: what judging costs beside reading.
#
# Runs the plain libpcap loop (pcaploop) and `segauditd -r` with full policy, flows and incidents over the same captures, in
# turn, ROUNDS times, and prints the medians of nanoseconds per packet and of the ratios. BENCHDIR holds small64.pcap,
# flows1m.pcap, bulk1500.pcap, mix.pcap and smtp.pcap; without it smaller ones are made here (no mix, no smtp).
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
# that the traffic uses. With `few` violations everything is permitted but what 256 clients send; with `many` two of sixteen
# services, and most of what real captures hold, are not, and each of them opens an incident of its own. With `mail` mail is
# permitted as text, so that all of it is read.
policy() {
	awk -v n="$1" -v many="$2" 'BEGIN {
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
		if (many == "mail") {
			print "{ id = \"mail\"; from = \"a\"; to = \"b\"; services = (\"tcp/25\", \"tcp/587\"); require = \"text-mail\"; },"
		} else if (many) {
			m = split("22 25 53 80 123 443 445 3306 5432 5900 8080 8443", port, " ")
			printf "{ id = \"services\"; from = \"a\"; to = \"b\"; services = (\"icmp/8\", \"icmp6/128\", \"ip/47\""
			for (i = 1; i <= m; i++)
				printf ", \"tcp/%d\", \"udp/%d\"", port[i], port[i]
			print "); },"
		} else {
			# Everybody but 10.0.16.0/24.
			m = split("0.0.0.0/5 8.0.0.0/7 11.0.0.0/8 12.0.0.0/6 16.0.0.0/4 32.0.0.0/3 64.0.0.0/2 10.64.0.0/10 10.32.0.0/11 10.16.0.0/12 10.8.0.0/13 10.4.0.0/14 10.2.0.0/15 10.1.0.0/16 10.0.128.0/17 10.0.64.0/18 10.0.32.0/19 10.0.0.0/20 10.0.24.0/21 10.0.20.0/22 10.0.18.0/23 10.0.17.0/24 ::/1", client, " ")
			printf "{ id = \"all\"; from = \"a\"; to = \"b\"; services = (\"any\"); clients = ("
			for (i = 1; i <= m; i++)
				printf "%s\"%s\"", (i > 1 ? ", " : ""), client[i]
			print "); },"
		}
		print "{ id = \"back\"; from = \"b\"; to = \"a\"; services = (\"any\"); } );"
	}' > "$work/policy"
	"$segauditd" -n -c "$work/policy" > "$work/notices"
}

# Nanoseconds per packet of one replay: reading, judging and saying, without reading the policy. The daemon tells it with -D.
ours() {
	"$segauditd" -D -c "$work/policy" -r mon0="$1" > "$work/lines" 2> "$work/said"
	sed -n 's/.*replay: \([0-9]*\) frames in \([0-9.]*\) s$/\1 \2/p' "$work/said" |
	    awk '{ printf "%.2f\n", $2 * 1e9 / $1 }'
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

printf '%-10s %9s %11s %12s %14s %8s %9s\n' capture conduits violations 'libpcap ns' 'segauditd ns' ratio lines
for run in "10 few" "1000 few" "100000 few" "10 many" "10 mail"; do
	n=${run% *}
	kinds="small64 flows1m bulk1500 mix"
	case ${run#* } in
	few) policy "$n" 0 ;;
	many) policy "$n" 1 ;;
	mail) policy "$n" mail ;;
	esac
	[ "${run#* }" != mail ] || kinds=smtp
	for kind in $kinds; do
		file=$dir/$kind.pcap
		[ -f "$file" ] || continue
		cat "$file" > /dev/null
		: > "$work/pcap"; : > "$work/ours"; : > "$work/ratio"
		i=0
		while [ $i -lt "$rounds" ]; do
			./pcaploop "$file" > "$work/now"
			read -r _ base < "$work/now"
			mine=$(ours "$file")
			echo "$base" >> "$work/pcap"
			echo "$mine" >> "$work/ours"
			echo "$mine $base" | awk '{ printf "%.3f\n", $1 / $2 }' >> "$work/ratio"
			i=$((i + 1))
		done
		printf '%-10s %9s %11s %12s %14s %8s %9s\n' "$kind" "$n" "${run#* }" "$(median < "$work/pcap")" \
		    "$(median < "$work/ours")" "$(median < "$work/ratio")" "$(grep -c . "$work/lines" || :)"
	done
done
