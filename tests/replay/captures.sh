#!/bin/bash
# captures.sh - real captures made by others, judged: no crash, no sanitizer report, exit 0, the same
# output twice, and sums that add up. They are not part of the project: $CAPTURES, or shared/captures
# beside its folder, holds them; without them the test is skipped. Where capinfos is installed it says,
# independently, how many frames a file has.
set -eu -o pipefail
here=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
SEGAUDITD=$(realpath "${SEGAUDITD:-./segauditd}")
captures=${CAPTURES:-$here/../shared/captures}
if [ ! -d "$captures" ]; then
	echo "SKIP: no captures: set CAPTURES to a folder of pcap and pcapng files"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > conf <<'EOF'
mirror = ("mon0");
model = "none";
zones = (
  { id = "a"; class = "lgwan";    interfaces = ("eth1"); networks = ("0.0.0.0/1", "::/1"); },
  { id = "b"; class = "internet"; interfaces = ("eth2"); networks = ("128.0.0.0/1", "8000::/1"); },
  { id = "c"; class = "other";    interfaces = ("eth3");
    networks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"); } );
conduits = ( { id = "web"; from = "c"; to = "a"; services = ("tcp/80", "tcp/443", "udp/53"); },
             { id = "mail"; from = "c"; to = "b"; services = ("any"); require = "text-mail"; } );
EOF

# Do the numbers of the summary add up (DESIGN 5.1)?
sums()
{
	awk -v frames="$2" '/^summary / {
		for (i = 2; i <= NF; i++) { split($i, p, "="); v[p[1]] = p[2] }
		if (v["packets"] != v["judged"] + v["not_judged"] + v["undecodable"]) { print "packets: " $0; bad = 1 }
		if (v["flows"] != v["conforming"] + v["violations"] + v["suspected"] + v["unverifiable"]) { print "flows: " $0; bad = 1 }
		if (frames != "" && v["frames"] != frames) { print "frames: not " frames ": " $0; bad = 1 }
		seen = 1
	} END { if (!seen) print "no summary"; exit bad || !seen }' "$1"
}

failed=0
n=0
for file in "$captures"/*.pcap "$captures"/*.pcapng "$captures"/*.cap; do
	[ -e "$file" ] || continue
	n=$((n + 1))
	frames=
	if command -v capinfos > /dev/null; then
		frames=$(capinfos -c -M -T -r "$file" 2> /dev/null | cut -f2 || :)
	fi
	for iface in mon0 eth3; do
		status=0
		"$SEGAUDITD" -c conf -r "$iface=$file" > out 2> err || status=$?
		"$SEGAUDITD" -c conf -r "$iface=$file" > again 2> err2 || :
		if [ $status != 0 ] || ! cmp -s out again || ! cmp -s err err2 || ! sums err "$frames"; then
			echo "FAIL: ${file##*/} on $iface: exit status $status"
			tail -n 20 err
			failed=$((failed + 1))
		fi
		if LC_ALL=C grep -nEv '^SEG[0-9]{4} (OPEN|WORSE|UPDATE|CLOSED|NOTE) [ -~]+$' out; then
			echo "FAIL: ${file##*/} on $iface: not a line of the grammar"
			failed=$((failed + 1))
		fi
	done
done
echo "$n captures, $failed failures"
[ "$n" -gt 0 ] && [ "$failed" = 0 ]
