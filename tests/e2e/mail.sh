#!/bin/bash
# Mail between real mail servers: exim4 (BDAT and DATA), postfix (DATA) and swaks in internet send by the
# gateway to postfix in lgwan, by a conduit for text mail; by IPv4 and by IPv6. Text is silent and counted;
# HTML, an attachment and STARTTLS have their line each.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/mta.sh"

lab_up
conf | sed 's/conduits = (/&\
  { id = "mail"; from = "internet"; to = "lgwan"; clients = ("10.3.0.0\/16", "2001:db8:3::\/48");\
    servers = ("10.2.0.25", "2001:db8:2::25"); services = ("tcp\/25"); require = "text-mail"; },/' > "$dir/conf"
syslog_up
daemon_up

# The receiver, and what arrived there.
install -d -o 64001 -g 64001 "$dir"/mailbox/{new,cur,tmp}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mx.city.example -keyout "$dir/key" \
	-out "$dir/cert" 2> /dev/null
cat "$dir/key" "$dir/cert" > "$dir/pem"
postfix_up lgwan myhostname=mx.city.example inet_interfaces="127.0.0.1, 10.2.0.25, 2001:db8:2::25" \
	virtual_mailbox_domains="four.city.example, six.city.example" virtual_mailbox_base="$dir" \
	virtual_mailbox_maps=static:mailbox/ virtual_uid_maps=static:64001 \
	virtual_gid_maps=static:64001 smtpd_tls_security_level=may smtpd_tls_chain_files="$dir/pem"
# The senders. What postfix is given on its loopback goes on by the domain.
postfix_up internet myhostname=relay.internet.example inet_interfaces=127.0.0.1 \
	transport_maps="inline:{ { four.city.example=smtp:[10.2.0.25] },
	  { six.city.example=smtp:[2001:db8:2::25] } }"
exim_up

# The mails ------------------------------------------------------------------------------------------

# mail FILE [HEADER…] < BODY
mail()
{
	{
		echo "From: Sender <sender@internet.example>"
		echo "To: Staff <staff@city.example>"
		echo "Message-ID: <$1@internet.example>"
		[ $# = 1 ] || printf '%s\n' "${@:2}"
		echo
		cat
	} > "$dir/$1.mail"
}

mime="MIME-Version: 1.0"
japanese=$(printf '%s\n' '会議は十日の午後三時からです。' '' 'よろしくお願いします。 Best regards,')
mail plain "Subject: Tomorrow" <<-'END'
	Hello,

	.a line that begins with a dot
	See you tomorrow.
END
# Over 100 kB: several segments, several chunks.
for ((i = 0; i < 2000; i++)); do
	echo "Line $i of the minutes: the committee took note of the report, without a vote."
done | mail long "Subject: Minutes" "$mime" "Content-Type: text/plain; charset=us-ascii"
echo "$japanese" | iconv -t ISO-2022-JP | mail jis "Subject: =?ISO-2022-JP?B?$(printf '会議' |
	iconv -t ISO-2022-JP | base64)?=" "$mime" \
	"Content-Type: text/plain; charset=ISO-2022-JP" "Content-Transfer-Encoding: 7bit"
echo "$japanese" | base64 | mail utf8 "Subject: =?UTF-8?B?$(printf '会議' | base64)?=" "$mime" \
	"Content-Type: text/plain; charset=UTF-8" "Content-Transfer-Encoding: base64"
echo "$japanese" | mail eight "Subject: =?UTF-8?B?$(printf '会議' | base64)?=" "$mime" \
	"Content-Type: text/plain; charset=UTF-8" "Content-Transfer-Encoding: 8bit"
mail html "Subject: Offer" "$mime" 'Content-Type: multipart/alternative; boundary="between"' <<-'END'
	--between
	Content-Type: text/plain; charset=us-ascii

	Our offer.
	--between
	Content-Type: text/html; charset=us-ascii

	<html><body><p>Our <b>offer</b>.</p></body></html>
	--between--
END
mail file "Subject: Report" "$mime" 'Content-Type: multipart/mixed; boundary="between"' <<-END
	--between
	Content-Type: text/plain; charset=us-ascii

	The report.
	--between
	Content-Type: application/pdf; name="report-2026.pdf"
	Content-Disposition: attachment; filename="report-2026.pdf"
	Content-Transfer-Encoding: base64

	$(head -c 3000 /dev/urandom | base64)
	--between--
END

# Senders ----------------------------------------------------------------------------------------------

# source_send FAMILY SERVER COUNT MAIL: postfix's smtp-source, COUNT mails in one connection.
source_send()
{
	with internet "$tree/usr/sbin/smtp-source" -d -m "$3" -F "$dir/$4.mail" -M source.internet.example \
		-f source@internet.example -t "staff@$1.city.example" "$2" || fail "smtp-source: $?"
}

# swaks_send FAMILY ARGUMENT…
swaks_send()
{
	local to=(--server 10.2.0.25 --local-interface 10.3.0.80)
	[ "$1" = four ] || to=(-6 --server 2001:db8:2::25 --local-interface 2001:db8:3::80)
	ns internet swaks "${to[@]}" --helo swaks.internet.example --from swaks@internet.example \
		--to "staff@$1.city.example" "${@:2}" > "$dir/swaks" 2>&1 ||
		fail "swaks: $(cat "$dir/swaks")"
}

# each COMMAND: `COMMAND FAMILY RECIPIENT SERVER` for both families of IP.
each()
{
	"$1" four staff@four.city.example 10.2.0.25
	"$1" six staff@six.city.example "[2001:db8:2::25]"
}

# all_arrived N: every mail that was sent, N by now, is in the mailbox.
all_arrived()
{
	wait_for 10 eval '[ "$(find "$dir/mailbox/new" -type f | wc -l)" = '"$1"' ]' ||
		fail "$(find "$dir/mailbox/new" -type f | wc -l) of $1 mails arrived"
}

# has_spoken COMMAND N: postfix has heard it so often in the connections that are over.
has_spoken()
{
	[ "$(sed -nE "s/.* disconnect from .* $1=([0-9]+) .*/\1/p" "$dir/postfix-lgwan/log" |
		awk '{ n += $1 } END { print n + 0 }')" = "$2" ]
}

spoken()
{
	wait_for 5 has_spoken "$@" || fail "$1 was not spoken $2 times: $(grep disconnect "$dir/postfix-lgwan/log")"
}

# Text: silent -----------------------------------------------------------------------------------------

texts()
{
	local text
	for text in plain long jis utf8 eight; do
		exim_send bdat "$2" < "$dir/$text.mail"
		exim_send data "$2" < "$dir/$text.mail"
		source_send "$1" 127.0.0.1 1 $text # the other postfix sends it on
	done
	for text in plain jis utf8; do
		exim_queue "$2" < "$dir/$text.mail"
	done
	exim_flush
	source_send "$1" "$3" 4 jis
	swaks_send "$1" --data "@$dir/utf8.mail"
	swaks_send "$1" --data "@$dir/plain.mail" --pipeline
	swaks_send "$1" --quit-after RCPT
}
each texts
mails=$((2 * (5 * 3 + 3 + 4 + 2)))
all_arrived $mails
spoken bdat $((2 * (5 + 1 + 3))) # the long one in two
spoken data $((2 * (5 * 2 + 4 + 2)))
spoken mail $((mails + 2))
! said 'SEG(31[0-9]{2}|2012|4007) ' || fail "something was said of text: $(lines | grep -m 3 SEG31)"

# Not text, or not to be known ---------------------------------------------------------------------------

others()
{
	exim_send bdat "$2" < "$dir/html.mail"
	exim_send data "$2" < "$dir/file.mail"
	source_send "$1" 127.0.0.1 1 file
	source_send "$1" "$3" 2 html
	swaks_send "$1" --data "@$dir/plain.mail" --tls
}
each others
all_arrived $((mails + 2 * 6))
spoken starttls 2

# Of each kind and sender one incident: id, hosts, words, the part's name.
cat > "$dir/four" <<'END'
SEG3101 10.3.0.25 10.2.0.25:25 attachment,multipart report-2026.pdf
SEG3101 10.3.0.25 10.2.0.25:25 html,multipart
SEG3101 10.3.9.7 10.2.0.25:25 attachment,multipart report-2026.pdf
SEG3101 10.3.9.7 10.2.0.25:25 html,multipart
SEG3103 10.3.0.80 10.2.0.25:25 encrypted,starttls
END
sed -E 's/10\.3\.9\.7/[2001:db8:3::9:7]/; s/10\.([23])\.0\.([0-9]+)/[2001:db8:\1::\2]/g' "$dir/four" |
	cat "$dir/four" - | LC_ALL=C sort > "$dir/wanted"

incidents_of_mail()
{
	lines | awk '
		function value(name,  i) {
			for (i = 3; i <= NF; i++)
				if (index($i, name "=") == 1)
					return substr($i, length(name) + 2)
			return ""
		}
		/^SEG31[0-9][0-9] OPEN / {
			src = value("src")
			sub(/:[0-9]+$/, "", src)
			file = value("file")
			print $1, src, value("dst"), value("what") (file ? " " file : "")
		}' | LC_ALL=C sort
}

complete()
{
	incidents_of_mail | diff -u "$dir/wanted" -
}
wait_for 10 complete || fail "incidents are not the expected ones: $(complete)"
! lines | grep -aE 'Offer|Report|sender@|staff@|Hello' || fail "a line tells of a subject, an address or a body"

daemon_down
[ $status = 0 ] || fail "exit status $status"

# The record has them all. Of what STARTTLS hid nobody knows how many there were.
counted()
{
	cat "$dir"/state/ledger/*.log | grep -a ' LEDGER mail .*rule=mail ' | grep -aoE " $1=[0-9]+" |
		awk -F= '{ n += $2 } END { print n + 0 }'
}
[ "$(counted conforming) $(counted violating) $(counted unverifiable)" = "$mails 10 0" ] ||
	fail "counted are $(counted conforming), $(counted violating), $(counted unverifiable), not $mails, 10, 0"
finish
