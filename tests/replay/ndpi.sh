#!/bin/bash
# ndpi.sh - a second opinion, not a test: where nDPI (Debian's libndpi-bin, 4.2) names flows of real captures otherwise than spoken
# does, with how many flows, whose capture, our word and theirs. What nDPI only guesses from a port is unknown to it. Who is right is to be
# looked up in the bytes: spoken.table says.
set -eu -o pipefail
here=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
SPOKEN=$(realpath "${SPOKEN:-./spoken}")
captures=${CAPTURES:-$here/../shared/captures}
if [ ! -d "$captures" ] || ! command -v ndpiReader > /dev/null; then
	echo "SKIP: no captures (set CAPTURES), or no ndpiReader (install libndpi-bin)"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Its names that are not ours in capitals.
cat > "$dir/names" <<'EOT'
FTP_CONTROL ftp
HTTP_CONNECT http-connect
HTTP_PROXY http
IMAPS imap
POPS pop3
SMTPS smtp
SMBV1 smb
SMBV23 smb
MDNS dns
LLMNR dns
MSSQL-TDS mssql
IPSEC ike
S7COMM s7
CITRIX ica
EOT
for file in "$captures"/*.pcap "$captures"/*.pcapng "$captures"/*.cap; do
	[ -e "$file" ] || continue
	"$SPOKEN" "$file" > "$dir/ours"
	ndpiReader -i "$file" -v 2 2> /dev/null | awk '$2 == "TCP" || $2 == "UDP"' > "$dir/theirs"
	awk -v file="${file##*/}" -v dir="$dir" '
		BEGIN { while ((getline < (dir "/names")) > 0) name[$1] = $2 }
		FILENAME ~ /ours$/ {
			word[$1 " " $2 " " $3 " " $4 " " $5] = word[$1 " " $4 " " $5 " " $2 " " $3] = $6
			next
		}
		{
			for (i = 3; i <= 5; i += 2) {
				at = match($i, /:[0-9]+$/)
				end[i] = substr($i, 1, at - 1) " " substr($i, at + 1)
				gsub(/[][]/, "", end[i])
			}
			match($0, /\[proto: [^]]*/)
			theirs = toupper(substr($0, RSTART + 8, RLENGTH - 8))
			sub(/^[^\/]*\//, "", theirs)
			sub(/\..*/, "", theirs)
			theirs = theirs in name ? name[theirs] : tolower(theirs)
			if (!/Confidence: DPI/)
				theirs = "unknown"
			ours = word[tolower($2) " " end[3] " " end[5]]
			if (ours != "" && ours != theirs)
				n[ours " " theirs]++
		}
		END { for (i in n) print n[i], file, i }' "$dir/ours" "$dir/theirs"
done | sort -k3,3 -k2,2
