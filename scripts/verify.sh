#!/bin/sh
# verify.sh FILE [PUBKEY.pem] - checks segauditd's record with sha256sum and openssl alone.
#
# FILE: a file of the ledger, of syslog, or of `journalctl -o cat -t segauditd`. PUBKEY.pem: the key
# that the auditor was given; without it the first key that FILE tells is believed. The rules are in
# segauditd(8), THE RECORD; `segauditctl verify` knows them too, and is some thousand times faster.
# Exit 0: whole. 1: altered; the first bad line of each run is named. 2: holes: lines are missing or
# could not be checked. 66: FILE cannot be read.
#
# It asks: numbers, hashes, heads and signatures of checkpoints, that each run names the one before
# and ends. It does not ask for the records that stand in the ledger only (LEDGER …).
set -eu
export LC_ALL=C
file=${1:?usage: verify.sh FILE [PUBKEY.pem]}
[ -r "$file" ] || exit 66
tmp=$(mktemp -d) || exit 69
trap 'rm -rf "$tmp"' EXIT
zeros=$(printf '%064d' 0)
status=0

altered()
{
	echo "$file:$at: altered: $*"
	status=1
}

hole()
{
	echo "$file:$at: hole: $*"
	[ $status = 1 ] || status=2
}

# field NAME: its value in $body, without quotes; the names asked for have no escapes in their values.
field()
{
	printf '%s\n' "$body" | sed -nE "s/^[^\"]* $1=\"?([^\" ]*)\"?( .*)?\$/\1/p"
}

# key BASE64: believed from now on.
key()
{
	printf -- '-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n' "$1" > "$tmp/key.pem"
	id=$(openssl pkey -pubin -in "$tmp/key.pem" -outform DER 2> "$tmp/error" | sha256sum | cut -c1-16)
	mv "$tmp/key.pem" "$tmp/$id.pem"
}

# The signature of the checkpoint in $body.
signature()
{
	claim=$(printf '%s' "$body" | sed -E 's/^[^ ]* [^ ]* .* (what=.*) sig=.*/\1/')
	id=$(printf '%s\n' "$claim" | sed -E 's/.* key=([0-9a-f]*).*/\1/')
	next=$(printf '%s\n' "$claim" | sed -nE 's/.* next="([^"]*)".*/\1/p')
	sig=$(printf '%s\n' "$body" | sed -nE 's/.* sig="([^"]*)".*/\1/p')
	if [ -z "$sig" ]; then
		hole "this checkpoint is not signed"
		return
	fi
	if [ ! -f "$tmp/$id.pem" ]; then
		hole "nothing vouches for the key $id"
		[ -n "$trusted" ] || [ -z "$next" ] || key "$next"
		return
	fi
	printf '%s' "$claim" > "$tmp/claim"
	printf '%s\n' "$sig" | base64 -d > "$tmp/sig" 2> "$tmp/error" || :
	if ! openssl pkeyutl -verify -pubin -inkey "$tmp/$id.pem" -rawin -in "$tmp/claim" \
		-sigfile "$tmp/sig" > "$tmp/error" 2>&1; then
		altered "the signature is false"
	elif [ -n "$next" ]; then
		key "$next"
	fi
}

# Is it the line of that number, byte for byte? Who hands lines on may do it twice rather than lose one;
# in a file of the ledger nobody does.
again()
{
	before=$zeros
	[ -z "$ended" ] && ! grep -q '^[^ ]* LEDGER ' "$file" || return 1
	[ "$seq" = 1 ] || before=$(sed -n "s/^$((seq - 1)) //p" "$tmp/run.$sid")
	is=$(sed -n "s/^$seq //p" "$tmp/run.$sid")
	hash=$(printf '%s\n%s' "$before" "$body" | sha256sum)
	[ -n "$before" ] && [ "${hash%% *}" = "$is" ] || return 1
	echo "$file:$at: note: seq=$seq came again: count it once"
}

# One line of a run: $at, $sid, $seq, $h and $body, the line without its hash.
line()
{
	if [ "$seq" -le "$n" ]; then
		again || altered "seq=$seq stands behind $n"
		return
	fi
	if [ "$seq" -gt $((n + 1)) ]; then
		if [ $((n + 1)) != "$doubtful" ] || [ "$seq" != $((n + 2)) ]; then
			hole "before seq=$seq lines are missing"
		fi
		prev=
	fi
	case $body in
	"SEG9010 "*)
		head=$(field head)
		if [ "$(field run)" != "$sid" ] || [ "$(field lines)" != $((seq - 1)) ]; then
			altered "seq=$seq: this checkpoint does not belong here"
		fi
		[ -n "$prev" ] || prev=$head
		;;
	esac
	if [ -n "$prev" ]; then
		hash=$(printf '%s\n%s' "$prev" "$body" | sha256sum)
		hash=${hash%% *}
		if [ "${hash#"$h"}" = "$hash" ]; then
			altered "seq=$seq: its hash does not fit"
			doubtful=$seq
			return
		fi
	fi
	case $body in
	"SEG9010 "*)
		[ "$prev" = "$head" ] || altered "seq=$seq: the lines before it and their hashes were altered"
		signature
		case $body in *" what=stop "*) ended=yes ;; esac
		;;
	esac
	case $body in *" previous=none "* | *" previous=unknown"*) ;;
	*" previous="*) echo "$(field previous) $(field previous_seq) $(field previous_head) $at $sid" >> "$tmp/before" ;;
	esac
	case $trusted$body in SEG*" pub="*)
		key "$(field pub)"
		trusted=told
		;;
	esac
	[ -z "$prev" ] || prev=$hash
	n=$seq
	echo "$seq $prev" >> "$tmp/run.$sid"
}

trusted=
if [ -n "${2:-}" ]; then
	[ -r "$2" ] || exit 66
	key "$(sed '/-----/d' "$2")"
	trusted=given
fi
: > "$tmp/before"
# AT SID SEQ H BODY of each line of ours; the fields are read from the first on, so that nothing between
# quotes is taken for one.
value='([^" \]*|"([^"\]|\\.)*")'
sed -nE "=; s/^(.* )?(SEG[0-9]{4} [A-Z]+( [a-z0-9_-]+=$value)*) h=([0-9a-f]{16})( msg=\"([^\"\]|\\\\.)*\")\$/\6 \2\7/p" \
	"$file" | awk '/^[0-9]+$/ { at = $1; next } { print at, $0 }' > "$tmp/ours"
sed -nE 's/^([0-9]+) ([0-9a-f]{16}) (.* sid=([0-9a-f]{8}) seq=([1-9][0-9]*)( msg=.*)?)$/\1 \4 \5 \2 \3/p' \
	"$tmp/ours" > "$tmp/lines"
# What has the marks of a line of ours but not the form.
cut -d' ' -f1 "$tmp/lines" > "$tmp/numbers"
lines=$(wc -l < "$file")
for at in $(grep -nE 'SEG[0-9]{4} [A-Z]+ .* (sid|seq|h)=' "$file" | cut -d: -f1 | grep -vxF -f "$tmp/numbers"); do
	if [ "$at" -gt "$lines" ] || sed -n "$((at + 1))p" "$file" | grep -q '^[^ ]* LEDGER torn '; then
		hole "a line that was cut"
	else
		altered "no line as segauditd writes them"
	fi
done
for sid in $(cut -d' ' -f2 "$tmp/lines" | awk '!seen[$0]++'); do
	prev=$zeros n=0 doubtful=0 ended=
	grep "^[0-9]* $sid " "$tmp/lines" > "$tmp/one"
	while IFS=' ' read -r at sid seq h body; do
		line
	done < "$tmp/one"
	[ -n "$ended" ] || tail -n 1 "$tmp/one" | cut -d' ' -f1-3 >> "$tmp/open"
done
# Each run names the one before, and where it ended.
while read -r sid seq head at next; do
	if [ ! -f "$tmp/run.$sid" ]; then
		[ "$at" = "$(head -n 1 "$tmp/lines" | cut -d' ' -f1)" ] || hole "run $sid, before $next, is missing"
		continue
	fi
	last=$(tail -n 1 "$tmp/run.$sid")
	if [ "${last%% *}" -lt "$seq" ]; then
		hole "run $sid ended with seq=$seq, not ${last%% *}"
	elif [ "${last%% *}" -gt "$seq" ]; then
		hole "run $sid goes on behind the line with which run $next says that it ended"
	elif [ "${last#* }" != "$head" ] && [ -n "${last#* }" ]; then
		altered "the end of run $sid is not what run $next knew"
	fi
	echo "$sid" >> "$tmp/followed"
done < "$tmp/before"
[ ! -f "$tmp/open" ] || while read -r at sid n; do
	grep -qx "$sid" "$tmp/followed" 2> "$tmp/error" || hole "run $sid did not stop: seq=$n is its last line here"
done < "$tmp/open"
[ -s "$tmp/lines" ] || { at=0; hole "no line of segauditd"; }
case $status in 0) echo "whole" ;; 1) echo "altered" ;; *) echo "holes" ;; esac
exit $status
