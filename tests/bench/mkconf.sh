#!/bin/sh
# mkconf.sh - writes a configuration of N conduits and N network prefixes to stdout, for the benchmarks.
#
#	mkconf.sh N [IFACE ...]		N from 1 to 131071; IFACE: the interfaces of the zones, given out in turn (default eth1 .. eth8)
#
# Eight zones (fewer when there are fewer interfaces or N is smaller), class `other` so that every pair may talk. Conduit I (from 0) joins zone
# A = I mod Z to zone B = (I + 1 + I div Z mod (Z - 1)) mod Z: its client is one host of A, its server a /30 of B.
#
#	zone A			10.A.0.0/16 of clients, and prefixes 100.64 + A .J div 64 .J mod 64 * 4 /30
#	client of conduit I	10.A.H.L, H.L = I div Z
#	server of conduit I	the prefix number (I div Z) mod M of zone B, where M = its number of prefixes
#	service of conduit I	tcp/443
#
# The same arguments give the same bytes.
set -eu
n=${1:?usage: mkconf.sh N [IFACE ...]}
shift
[ $# -gt 0 ] || set -- eth1 eth2 eth3 eth4 eth5 eth6 eth7 eth8
exec awk -v n="$n" -v ifaces="$*" '
BEGIN {
	z = split(ifaces, iface, " ")
	if (z > 8)
		z = 8
	if (z < 2 || n < 1 || n > 131071) {
		print "mkconf.sh: wants 1 to 131071 conduits and at least two interfaces" > "/dev/stderr"
		exit 64
	}
	m = int((n + z - 1) / z)	# prefixes a zone, beside its clients
	print "organisation = \"Benchmark\";"
	print "zones = ("
	for (a = 0; a < z; a++) {
		printf "  { id = \"z%d\"; class = \"other\"; interfaces = (\"%s\"); networks = (\"10.%d.0.0/16\"", a, iface[a + 1], a
		for (j = 0; j < m; j++)
			printf "%s\"100.%d.%d.%d/30\"", j % 8 ? ", " : ",\n    ", 64 + a, int(j / 64), j % 64 * 4
		printf "); }%s\n", a < z - 1 ? "," : " );"
	}
	print "conduits = ("
	for (i = 0; i < n; i++) {
		k = int(i / z)
		a = i % z
		b = (a + 1 + k % (z - 1)) % z
		j = k % m
		printf "  { id = \"c%d\"; from = \"z%d\"; to = \"z%d\"; clients = (\"10.%d.%d.%d\"); ", i, a, b, a, int(k / 256), k % 256
		printf "servers = (\"100.%d.%d.%d/30\"); services = (\"tcp/443\"); }%s\n", 64 + b, int(j / 64), j % 64 * 4,
		    i < n - 1 ? "," : " );"
	}
}'
