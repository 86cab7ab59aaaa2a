#!/bin/bash
# mail_captures.sh - real mail of others, judged as its bytes say: a conduit for text mail from everywhere
# to the servers of these captures, on a mirror port. What must be said stands in the table below: it was
# read off with tshark (its streams, followed) and by eye before the program saw a byte of them.
#
# The captures are not part of the project: $CAPTURES, or shared/captures beside its folder,
# holds them; without them the test is skipped.
set -eu -o pipefail
here=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
SEGAUDITD=$(realpath "${SEGAUDITD:-./segauditd}")
CRAFT=${CRAFT:-$(dirname "$SEGAUDITD")/craft}
captures=$(realpath -m "${CAPTURES:-$here/../shared/captures}")
if [ ! -d "$captures" ]; then
	echo "SKIP: no captures: set CAPTURES to the folder that holds them"
	exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > conf <<'END'
mirror = ("mon0");
model = "none";
zones = (
  { id = "clients"; class = "internet"; interfaces = ("eth1"); networks = ("0.0.0.0/0"); },
  { id = "servers"; class = "lgwan"; interfaces = ("eth2"); networks = (
    "2.2.2.2", "192.0.2.2", "217.12.11.66", "74.53.140.153", "192.168.133.102", "172.22.0.2",
    "172.16.114.207", "172.16.16.231", "74.125.142.26", "10.40.3.2", "212.227.17.186",
    "212.227.15.166", "74.208.5.28", "72.249.41.52"); } );
conduits = ( { id = "mail"; from = "clients"; to = "servers"; services = ("any");
  require = "text-mail"; } );
END

# A line: what is said of a connection (MESSAGE `-`) or of a message, by its number in the connection.
# `mails`: messages in the capture that conform, violate, and cannot be verified.
cat > table <<'END'
# EHLO, AUTH LOGIN; multipart/mixed of multipart/alternative (us-ascii, HTML) and NEWS.txt, sent twice in
# parts because of a path MTU (the same bytes)
zeek_zeek--smtp.pcap SEG3104 10.10.1.4 74.53.140.153:25 - command
zeek_zeek--smtp.pcap SEG3101 10.10.1.4 74.53.140.153:25 1 attachment,html,multipart
# and in the same file one text mail of Apple's to 192.168.133.102: MIME-Version with a comment
zeek_zeek--smtp.pcap mails 1 1 0
# port 587, AUTH LOGIN; multipart/mixed, words.txt and related.patch in quoted-printable
mime-quoted-printable.pcap SEG3104 192.168.1.4 217.12.11.66:587 - command
mime-quoted-printable.pcap SEG3101 192.168.1.4 217.12.11.66:587 1 attachment,multipart
mime-quoted-printable.pcap mails 0 1 0
# multipart/mixed with a text/plain part that has a name: a file, whatever is in it. Its name has 280
# characters: no file system takes over 255, and who cuts it loses the `.exe` at its end
mime-dec-parse-long-filename01.pcap SEG3101 192.0.2.1 192.0.2.2:25 1 ambiguous,attachment,multipart,file-name
mime-dec-parse-long-filename01.pcap mails 0 1 0
# MAIL and RCPT without the <> of RFC 5321; multipart/mixed without MIME-Version, with a ZIP; two LF
# without CR in the header of that part
bug-6207-1.pcap SEG3104 1.1.1.1 2.2.2.2:25 - command
bug-6207-1.pcap SEG3101 1.1.1.1 2.2.2.2:25 1 ambiguous,attachment,multipart,bare-newline,header
bug-6207-1.pcap mails 0 1 0
# EHLO refused (500), HELO; no MIME header; 41 lines of base64 behind `Here is some mimencoded stuff`
ntop_nDPI--smtp.pcap SEG3101 194.7.248.153 172.16.114.207:25 1 encoded-text
ntop_nDPI--smtp.pcap mails 0 1 0
# three mails, text/plain, utf-8, 7bit; commands in lower case
smtp-multi-mail.pcap mails 3 0 0
# a text mail (utf-8, format=flowed) from MTA to MTA; then a client's IMAP, encrypted soon
mail_receiver_server_3.pcapng mails 1 0 0
mail_receiver_server_3.pcapng SEG3104 172.16.16.235 172.16.16.231:143 - imap
# EHLO, STARTTLS, 220
smtp-starttls.pcap SEG3103 192.168.4.149 74.125.142.26:25 - encrypted,starttls
smtp-starttls.pcap mails 0 0 0
# no SMTP at all; five of the six POP3 sessions are of one client and one server
imap.pcap SEG3104 10.40.4.2 10.40.3.2:143 - imap
imap.pcap mails 0 0 0
imap-starttls.pcap SEG3104 192.168.17.53 212.227.17.186:143 - imap
imap-starttls.pcap mails 0 0 0
pop3.pcap SEG3104 192.168.0.4 212.227.15.166:110 - pop3
pop3.pcap SEG3104 143.225.229.181 74.208.5.28:110 - pop3
pop3.pcap mails 0 0 0
pop3_stls.pcap SEG3104 192.168.20.18 72.249.41.52:110 - pop3
pop3_stls.pcap mails 0 0 0
END

# Both ends of a loopback capture are 127.0.0.1, which is no boundary: its bytes, between two hosts.
two_hosts()
{
	tcpdump -nn -tt -x -r "$1" 2> /dev/null | awk '
		function frame() {
			if (hex == "")
				return
			# Addresses are bytes 12 to 19, the destination port bytes 22 and 23.
			there = substr(hex, 45, 4) == "0019"
			print "@" ++n / 1000, "eth", there ? "02:00:00:00:00:01>02:00:00:00:00:02" : \
				"02:00:00:00:00:02>02:00:00:00:00:01", "type=0x0800 / hex", substr(hex, 1, 24) \
				(there ? "c0000201c0000202" : "c0000202c0000201") substr(hex, 41)
			hex = ""
		}
		/^[^\t]/ { frame(); next }
		{ sub(/^.*: */, ""); gsub(/ /, ""); hex = hex $0 }
		END { frame() }' | "$CRAFT" -o "$2"
}

# said FILE: id, hosts, message and words of each incident.
said()
{
	sed -nE 's/^(SEG31[0-9]{2}) OPEN .* src=([^ ]*):[0-9]+ dst=([^ ]*) .*/\1 \2 \3 &/p' "$1" | awk '{
		message = "-"
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^message=/)
				message = substr($i, 9)
			if ($i ~ /^what=/)
				what = substr($i, 6)
		}
		print $1, $2, $3, message, what
	}'
}

failed=0
n=0
for file in $(sed '/^#/d; s/ .*//' table | sort -u); do
	capture=$(find "$captures" -name "*--$file" | head -n 1)
	if [ -z "$capture" ]; then
		echo "$file: left out, as it is not in $captures"
		continue
	fi
	if [ "${file#mime-dec-parse}" != "$file" ]; then
		command -v tcpdump > /dev/null || { echo "$file: left out, as there is no tcpdump"; continue; }
		two_hosts "$capture" mon0.pcap
		capture=mon0.pcap
	fi
	n=$((n + 1))
	status=0
	"$SEGAUDITD" -c conf -r "mon0=$capture" > out 2> err || status=$?
	mails=$(sed -nE 's/^mail mail .*conforming=([0-9]+) violating=([0-9]+) unverifiable=([0-9]+)$/\1 \2 \3/p' err)
	{ said out; echo "mails ${mails:-0 0 0}"; } | LC_ALL=C sort > got
	sed -n "s/^$file //p" table | LC_ALL=C sort > want
	if [ $status != 0 ] || ! diff -u --label "$file, expected" --label "$file, said" want got; then
		echo "FAIL: $file: exit status $status"
		failed=$((failed + 1))
	fi
done
if [ $n = 0 ]; then
	echo "SKIP: none of the captures of mail is in $captures"
	exit 77
fi
echo "$n captures of mail, $failed failures"
[ $failed = 0 ]
