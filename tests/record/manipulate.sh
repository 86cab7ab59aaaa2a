#!/bin/bash
# What segauditctl verify and scripts/verify.sh say of a record that was manipulated: edited, with
# lines deleted, inserted, swapped, cut off, a run repeated or taken out, two runs spliced, other
# times and hosts, other programs' lines in between. Both must give the same answer, and name the
# first bad line.
set -eu
srcdir=${srcdir:-.}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# is STATUS LINE FILE WHAT: both tools give STATUS; LINE: where the first bad line is, - for none.
is()
{
	local got=0 shell=0 named want=$1 line=$2 file=$3 at
	./record_verify "$file" > "$dir/out" 2>&1 || got=$?
	sh "$srcdir/scripts/verify.sh" "$file" > "$dir/shell" 2>&1 || shell=$?
	named=$(sed -n "s|^$file:\([0-9]*\): .*|\1|p" "$dir/out" | head -n 1)
	at=$(sed -n "s|^$file:\([0-9]*\): .*|\1|p" "$dir/shell" | head -n 1)
	if [ "$got" != "$want" ] || [ "$shell" != "$want" ] || [ "${named:--}" != "$line" ]; then
		echo "$4: verify said $got at ${named:--}, verify.sh $shell at ${at:--}; wanted $want at $line"
		cat "$dir/out" "$dir/shell"
		bad=1
	fi
}

# gives STATUS WHAT ARGUMENT…: so does verify.
gives()
{
	local got=0 want=$1 what=$2
	./record_verify "${@:3}" > "$dir/out" 2>&1 || got=$?
	[ "$got" != "$want" ] || return 0
	echo "$what: $got, not $want"
	cat "$dir/out"
	bad=1
}

./record_write "$dir" "$dir/log" 3 30 9000 || exit 99
log=$dir/log
x=$dir/x
is 0 - "$log" "as written"
gives 0 "the ledger as written" "$dir"/ledger/????-??-??.log
runs=$(sed -E 's/.* sid=([0-9a-f]{8}) seq=[0-9]+ h=[0-9a-f]{16} msg=.*/\1/' "$log" | sort -u | wc -l)
[ "$runs" = 3 ] || { echo "three runs, not $runs"; bad=1; }
# Where the second and the third run begin; lines that are notes, not checkpoints.
second=$(grep -n 'SEG9002' "$log" | sed -n '2s/:.*//p')
third=$(grep -n 'SEG9002' "$log" | sed -n '3s/:.*//p')
end=$(wc -l < "$log")
note=$(grep -n 'SEG9005.*n=20 ' "$log" | sed -n '1s/:.*//p')
mark=$(grep -n 'SEG9010.*what=head' "$log" | sed -n '3s/:.*//p')

# Runs that were killed: the next one says where they ended.
mkdir "$dir/killed"
./record_write "$dir/killed" "$dir/killed/log" 3 10 1 killed
is 0 - "$dir/killed/log" "with runs that were killed"
stop=$(grep -n 'SEG9002' "$dir/killed/log" | sed -n '2s/:.*//p')
sed "$((stop - 1))d" "$dir/killed/log" > "$x"
is 2 $((stop - 1)) "$x" "without the last line of a run that was killed"

# edit: any part of the line but its time
sed "${note}s/ n=20 / n=21 /" "$log" > "$x"
is 1 "$note" "$x" "a number edited"
sed "${note}s/lost/host/" "$log" > "$x"
is 1 "$note" "$x" "msg edited"
sed "${note}s/seq=\([0-9]*\)/seq=1\1/" "$log" > "$x"
gives 1 "a number of a line edited" "$x"
sed "${note}s/ h=./ h=x/" "$log" > "$x"
is 1 "$note" "$x" "a hash that is none"
sed "${note}s/SEG9005/SEG9006/" "$log" > "$x"
is 1 "$note" "$x" "an id edited"
sed "${mark}s/ lines=/ lines=1/" "$log" > "$x"
is 1 "$mark" "$x" "a checkpoint edited"
sed "${mark}s/ sig=\"./ sig=\"_/" "$log" > "$x"
is 1 "$mark" "$x" "a signature edited"

# edit, with all later hashes of the run made anew: only checkpoints know
awk -v note="$note" -v second="$second" '{
	line = $0
	if (NR == note) sub(/ n=20 /, " n=21 ", line)
	print line }' "$log" > "$dir/edited"
# chained FORGE: $dir/edited, with all hashes of its first run made anew; FORGE alters a checkpoint's
# $pre, the line up to its number, given the hash of the line before it, $prev.
chained()
{
	local line time body pre rest prev
	prev=$(printf '%064d' 0)
	while IFS= read -r line; do
		time=${line%% *}
		body=${line#* }
		pre=$(printf '%s\n' "$body" | sed -E 's/^(.* seq=[0-9]+) h=[0-9a-f]{16}( msg=.*)?$/\1/')
		rest=$(printf '%s\n' "$body" | sed -E 's/^.* seq=[0-9]+ h=[0-9a-f]{16}( msg=.*)?$/\1/')
		case $pre in SEG9010*) pre=$($1 "$pre" "$prev") ;; esac
		prev=$(printf '%s\n%s%s' "$prev" "$pre" "$rest" | sha256sum)
		prev=${prev%% *}
		printf '%s %s h=%.16s%s\n' "$time" "$pre" "$prev" "$rest"
	done < <(head -n $((second - 1)) "$dir/edited")
}
left_alone() { echo "$1"; }
# What a checkpoint claims counts only where it is signed: another head in front of it, behind it, or in
# the place of what a text in quotes holds.
in_front() { echo "${1/ what=/ head=$2 what=}"; }
behind() { echo "${1/ sid=/ head=$2 sid=}"; }
quoted() { echo "${1/ what=/ note=\" head=$2 \" what=}"; }
two_claims() { echo "${1/ what=/ what=head head=$2 sig=\"AA==\" what=}"; }
chained left_alone > "$x"
after=$(grep -n 'SEG9010' "$x" | cut -d: -f1 | awk -v note="$note" '$1 > note' | head -n 1)
is 1 "$after" "$x" "edited, and chained anew"
for forge in in_front behind quoted two_claims; do
	chained $forge > "$x"
	gives 1 "edited, and chained anew, with a second head in checkpoints: $forge" "$x"
	shell=0
	sh "$srcdir/scripts/verify.sh" "$x" > "$dir/shell" 2>&1 || shell=$?
	[ "$shell" = 1 ] || { echo "verify.sh: a second head in checkpoints, $forge: $shell, not 1"; bad=1; }
done

# Whoever has the key of today writes yesterday anew with it: in its own place, or a run of its own. The
# keys that were announced are all known by keys.log.
keys=("$dir"/ledger/root-*.pem "$dir/ledger/keys.log")
secret=$(sed -n 's/^secret=//p' "$dir/ledger/key")
printf '302e020100300506032b657004220420%s' "$secret" | sed 's/../\\x&/g' > "$dir/der.hex"
printf "$(cat "$dir/der.hex")" | openssl pkey -inform DER -out "$dir/stolen.pem"
stolen=$(openssl pkey -in "$dir/stolen.pem" -pubout -outform DER | sha256sum | cut -c1-16)
resigned()
{
	local claim=${1#* what=}
	claim=$(printf 'what=%s' "${claim% sig=*}" |
		sed -E "s/ head=[0-9a-f]*/ head=$2/; s/ key=[0-9a-f]*/ key=$stolen/")
	printf '%s' "$claim" > "$dir/claim"
	openssl pkeyutl -sign -inkey "$dir/stolen.pem" -rawin -in "$dir/claim" -out "$dir/sig"
	echo "${1% what=*} $claim sig=\"$(base64 -w0 "$dir/sig")\" sid=${1##* sid=}"
}
chained resigned > "$x"
gives 2 "today's key, by its own word" -k "${keys[0]}" "$x"
gives 1 "yesterday signed with today's key" -k "${keys[0]}" "${keys[1]}" "$x"
mkdir "$dir/forged" "$dir/forged/ledger"
cp "$dir/ledger/key" "$dir/forged/ledger"
./record_write "$dir/forged" "$dir/forged/log" 1 30 1 stopped 86400
gives 2 "a run of yesterday with today's key" -k "${keys[0]}" "${keys[1]}" "$dir/forged/log"
rm "$dir/forged/log"
cp "$dir/ledger/key" "$dir/forged/ledger"
rm "$dir"/forged/ledger/*.log
./record_write "$dir/forged" "$dir/forged/log" 1 30 1
gives 0 "a run of today with today's key" -k "${keys[0]}" "${keys[1]}" "$dir/forged/log"

# delete: one line, a checkpoint, several, a run, the first lines
sed "${note}d" "$log" > "$x"
is 2 "$note" "$x" "a line deleted"
sed "${mark}d" "$log" > "$x"
is 2 "$mark" "$x" "a checkpoint deleted"
sed "${note},$((note + 5))d" "$log" > "$x"
is 2 "$note" "$x" "six lines deleted"
sed "${second},$((third - 1))d" "$log" > "$x"
is 2 "$second" "$x" "a run deleted"
sed 1,5d "$log" > "$x"
is 2 1 "$x" "the first lines deleted"
grep -v SEG9010 "$log" > "$x"
gives 2 "all checkpoints filtered out" "$x"

# insert: a copy, a line of our own, one without number
sed "${note}p" "$log" > "$x"
is 0 $((note + 1)) "$x" "a line handed on twice"
sed "${mark}{p;p}" "$log" > "$x"
is 0 $((mark + 1)) "$x" "a checkpoint handed on three times"
{ sed -n "1,$((note + 3))p" "$log"; sed -n "$((note - 2)),$((note + 3))p" "$log"; sed -n "$((note + 4)),\$p" "$log"; } > "$x"
is 0 $((note + 4)) "$x" "six lines sent again"
sed "${note}{p;s/ n=20 / n=21 /}" "$log" > "$x"
is 1 $((note + 1)) "$x" "a line repeated with another number"
sed "${second}{h;p;g}" "$log" | sed "$((second - 1)){p}" > "$x"
gives 1 "the last line of a run that stopped, repeated" "$x"
sed "3p" "$(find "$dir/ledger" -name '????-??-??.log' | sort | head -n 1)" > "$x"
gives 1 "a line of the ledger repeated" "$x"
sed "${note}{h;s/ n=20 / n=99 /p;g}" "$log" > "$x"
is 1 "$note" "$x" "a forged line before the right one"
sed "${note}i 2026-01-01T00:00:00Z SEG2001 OPEN ev=AAAAAAAAAA sev=alert msg=\"x\"" "$log" > "$x"
gives 1 "a line without number inserted" "$x"

# swap
sed "${note}{h;d};$((note + 1)){p;x}" "$log" > "$x"
is 1 "$note" "$x" "two lines swapped"

# truncate: behind a line, in a line, behind a checkpoint
head -n $((end - 10)) "$log" > "$x"
is 2 $((end - 10)) "$x" "cut behind a line"
head -c -30 "$log" > "$x"
is 2 "$end" "$x" "cut in a line"
head -n $((third + 11)) "$log" | sed "$((third - 1))d" > "$x"
gives 2 "the end of a run and of the file cut" "$x"

# replay of a run, at the end and in another's place
{ cat "$log"; head -n $((second - 1)) "$log"; } > "$x"
is 1 $((end + 1)) "$x" "a run repeated"
{ sed -n "1,$((second - 1))p" "$log"; sed -n "1,$((second - 1))p" "$log"; sed -n "$third,\$p" "$log"; } > "$x"
is 1 "$second" "$x" "a run in the place of another"

# splice of two runs: the head of one, the tail of another, also under its name
{ head -n "$note" "$log"; sed -n "$((second + 20)),\$p" "$log"; } > "$x"
gives 2 "two runs spliced" "$x"
one=$(sed -n '1s/.* sid=\([0-9a-f]*\).*/\1/p' "$log")
two=$(sed -n "${second}s/.* sid=\([0-9a-f]*\).*/\1/p" "$log")
{ head -n "$note" "$log"; sed -n "$((second + note)),\$p" "$log" | sed "s/$two/$one/g"; } > "$x"
is 1 $((note + 1)) "$x" "two runs spliced under one name"

# other times, other hosts, other formats, other programs
sed 's/^[^ ]*/Jan  1 00:00:00 elsewhere segauditd[7]:/' "$log" > "$x"
is 0 - "$x" "as rsyslog writes it"
sed 's/^[^ ]*/2031-02-03T04:05:06.789+02:00 host segauditd[7]:/' "$log" > "$x"
is 0 - "$x" "as rsyslog writes it with ISO times"
sed 's/^[^ ]* \(SEG....\)/<29>1 2031-02-03T04:05:06Z host segauditd 7 \1 [a@1 b="SEG2001 OPEN"] \xef\xbb\xbf\1/' "$log" > "$x"
gives 0 "RFC 5424" "$x"
cut -d' ' -f2- "$log" > "$x"
is 0 - "$x" "bare, as journalctl -o cat"
awk '{ print; if (NR % 3 == 0) print "Jan  1 00:00:00 host sudo[1]: root : COMMAND=/bin/grep SEG2001 OPEN"
	if (NR % 7 == 0) print "Jan  1 00:00:00 host segauditd[1]: warning: no line of the record" }' "$log" > "$x"
is 0 - "$x" "with lines of others"
tac "$log" > "$x"
gives 1 "backwards" "$x"

# keys: another one is not believed; the first one is; what is none is said
openssl genpkey -algorithm ed25519 2> /dev/null | openssl pkey -pubout > "$dir/other.pem"
gives 2 "another key" -k "$dir/other.pem" "$log"
gives 0 "the first key" -k "$dir"/ledger/root-*.pem "$log"
sh "$srcdir/scripts/verify.sh" "$log" "$dir"/ledger/root-*.pem > "$dir/out" || { echo "verify.sh: the first key: not 0"; bad=1; }
sed -n "$third,\$p" "$log" > "$x"
gives 0 "the third run, by the first key and keys.log" -k "$dir"/ledger/root-*.pem "$dir/ledger/keys.log" "$x"
gives 66 "a key that is none" -k "$log" "$log"
gives 66 "no file" "$dir/absent"
gives 64 "no argument"
gives 2 "an empty file" /dev/null
gives 0 "standard input" - < "$log"
exit $bad
