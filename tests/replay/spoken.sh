#!/bin/bash
# spoken.sh - what flows of real captures are recognised as: nothing that spoken.table does not allow, and as many as it asks for.
# The captures are other people's and no part of the project: $CAPTURES, or shared/captures beside its folder; without them the
# test is skipped. With -v it says each flow that is named.
set -eu -o pipefail
here=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
SPOKEN=$(realpath "${SPOKEN:-./spoken}")
captures=${CAPTURES:-$here/../shared/captures}
if [ ! -d "$captures" ]; then
	echo "SKIP: no captures: set CAPTURES to a folder of pcap and pcapng files"
	exit 77
fi
table=$here/tests/replay/spoken.table
out=$(mktemp)
trap 'rm -f "$out"' EXIT

failed=0 files=0
for file in "$captures"/*.pcap "$captures"/*.pcapng "$captures"/*.cap; do
	[ -e "$file" ] || continue
	files=$((files + 1))
	if ! "$SPOKEN" "$file" > "$out"; then
		echo "FAIL: ${file##*/}: cannot be read"
		failed=$((failed + 1))
	elif ! awk -v file="${file##*/}" -v verbose="${1:-}" '
		FNR == NR { if ($1 == file) { n++; proto[n] = $2; port[n] = $3; words[n] = $4; least[n] = $5 } next }
		{
			flows++
			for (i = 1; i <= n && !(proto[i] == $1 && (port[i] == "*" || port[i] == $5)); i++)
				;
			if ($6 == "unknown")
				next
			sum++
			if (verbose == "-v")
				print file ": " $0
			if (i > n || !index("|" words[i] "|", "|" $6 "|")) {
				print "FAIL: " file ": " $0 ": " (i > n ? "unknown" : words[i]) " would be right"
				bad = 1
			} else
				named[i]++
		}
		END {
			for (i = 1; i <= n; i++)
				if (named[i] < least[i]) {
					print "FAIL: " file ": " proto[i] " " port[i] ": " words[i] ": " named[i] + 0 " named of at least " least[i]
					bad = 1
				}
			printf "%d of %d flows named: %s\n", sum, flows, file
			exit bad
		}' "$table" "$out"; then
		failed=$((failed + 1))
	fi
done
[ "$files" -gt 0 ] || { echo "SKIP: $captures holds no captures"; exit 77; }
echo "$files captures, $failed wrong"
[ "$failed" = 0 ]
