#!/bin/sh
# Numbers are numbers in JSON, and texts that look like numbers are none: of every kind of line, as segauditctl and as log
# targets have it, by jq and a table written by hand (json.lines). Every key that the code writes as a number stands in
# daemon/model/number.def.
set -eu
top=${srcdir:-.}
json=${JSON_LINES:-./json_lines}
lines=$top/tests/check/json.lines
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fault()
{
	echo "$*"
	bad=1
}

# 1. The table of keys and the code. Statements on one line each.
sed -n 's/^\(WHOLE\|DECIMAL\)(\([a-z_]*\))$/\2/p' "$top/daemon/model/number.def" > "$dir/keys"
sed -n 's/^COUNTER(\([a-z_]*\),.*/\1/p' "$top/daemon/model/counters.def" >> "$dir/keys"
[ "$(wc -l < "$dir/keys")" -gt 60 ] || fault "only $(wc -l < "$dir/keys") keys of numbers were found"
cat "$top"/daemon/hub/*.c "$top/daemon/replay.c" | tr '\n\t' '  ' | sed 's/;/;\n/g' | grep -v stderr > "$dir/code"
{
	sed 's/"  *"//g' "$dir/code" | grep -oE '[" ][a-z_0-9]+=%[-0-9]*l*[zl]?[uidx]' | grep -v '%0*[0-9]*x' |
		sed 's/^.\(.*\)=.*/\1/'
	sed 's/\(fields_number\|fields_added\)(/\n&/g' "$dir/code" |
		sed -n 's/^fields_[a-z]*([^";]*"\([a-z_]*\)".*/\1/p'
	sed -n 's/.*\[LOSS_[^{]*{ 900[0-9], "[a-z-]*", "\([a-z]*\)".*/\1/p' "$top/daemon/hub/coverage_losses.c"
} | sort -u > "$dir/written"
[ "$(wc -l < "$dir/written")" -gt 50 ] || fault "only $(wc -l < "$dir/written") keys of numbers were found in the code"
for key in $(cat "$dir/written"); do
	case $key in
	error) ;; # an errno there, a text elsewhere: a text
	id) ;; # of a record in the ledger; of a line it is its first word
	id) ;;    # of a finding, in records of the ledger alone
	*) grep -qx "$key" "$dir/keys" || fault "daemon/model/number.def: $key= is written as a number and is not there" ;;
	esac
done
# Where a statement writes seconds or percents, as many of its fields are DECIMAL.
sed -n 's/^DECIMAL(\([a-z_]*\))$/\1/p' "$top/daemon/model/number.def" | paste -sd '|' > "$dir/decimal"
grep -E 'text_add\(.*(seconds|percent)_text\(' "$dir/code" | grep -v '" %s=%s", key,' | while read -r statement; do
	calls=$(echo "$statement" | grep -oE '(seconds|percent)_text\(' | wc -l)
	fields=$(echo "$statement" | grep -oE "[\" ]($(cat "$dir/decimal"))=%s" | wc -l)
	[ "$fields" -ge "$calls" ] || echo "daemon/model/number.def: a DECIMAL is missing for: $statement"
done > "$dir/missing"
[ ! -s "$dir/missing" ] || fault "$(cat "$dir/missing")"
for key in $(grep -ohE 'add_seconds\(&?t, "[a-z_]+"' "$top"/daemon/hub/*.c | sed 's/.*"\(.*\)"/\1/'); do
	grep -qxE "$(cat "$dir/decimal")" <<-END || fault "daemon/model/number.def: $key= has a fraction and is no DECIMAL"
		$key
	END
done

# 2. The types.
if ! command -v jq > /dev/null; then
	echo "jq is not installed: only the keys were compared"
	exit $bad
fi
grep -v '^#' "$lines" > "$dir/both"
sed -n 'p;n' "$dir/both" > "$dir/lines"
sed -n 'n;p' "$dir/both" | while read -r numbers; do
	echo "$numbers" | tr ' ' '\n' | grep -v '^-$' | LC_ALL=C sort | paste -sd ' '
done > "$dir/want"
numbers='to_entries | map(select(.value | type != "string")) |
	map(.key + (if .value | type == "number" then "" else " is a " + (.value | type) end)) | sort | join(" ")'
# types WHAT ARGUMENT: of the lines in $dir/lines.
types()
{
	"$json" "$2" < "$dir/lines" > "$dir/json"
	jq -r "$numbers" "$dir/json" > "$dir/got"
	diff -u "$dir/want" "$dir/got" > "$dir/differ" || fault "$1: $(cat "$dir/differ")"
	# jq may round what is above 2^53; the text has all digits, and the keys are all there, in order.
	jq -r 'keys_unsorted | join(" ")' "$dir/json" > "$dir/keys.$1"
}
types segauditctl client
grep -q '"total":12345678901234567890,' "$dir/json" || fault "segauditctl: total has lost digits"
sed 's/\\"//g; s/"[^"]*"//g' "$dir/lines" | sed -E 's/^SEG[0-9]+ [A-Z]+/id= state=/; s/ src=[^ ]*:[0-9]+/ src= sport=/
	s/ dst=[^ ]*:[0-9]+/ dst= dport=/; s/=[^ ]*//g' | diff -u - "$dir/keys.segauditctl" > "$dir/differ" ||
	fault "segauditctl: not all fields: $(cat "$dir/differ")"
# Notes, which log targets have from callers as text.
grep -n ' NOTE ' "$dir/lines" | sed 's/:.*//' > "$dir/notes"
sed -n "$(sed 's/$/p/' "$dir/notes")" "$dir/want" | sed 's/\<seq\>//; s/^ //; s/ $//; s/  / /' > "$dir/want.notes"
sed -n "$(sed 's/$/p/' "$dir/notes")" "$dir/lines" | sed -E 's/ sid=[^ ]* seq=[0-9]+ h=[^ ]*//' > "$dir/lines.notes"
mv "$dir/want.notes" "$dir/want"
mv "$dir/lines.notes" "$dir/lines"
types log hub
[ "$(wc -l < "$dir/json")" -eq "$(wc -l < "$dir/notes")" ] || fault "log: $(wc -l < "$dir/json") notes"
# Both are the same.
cp "$dir/json" "$dir/json.hub"
"$json" client < "$dir/lines" | diff -u - "$dir/json.hub" > "$dir/differ" || fault "log and segauditctl: $(cat "$dir/differ")"

# Of every id that is a note, a line is in the table.
for id in $(sed -n 's/^FINDING(\([789][0-9]*\),.*/\1/p' "$top/daemon/model/finding.def"); do
	grep -q "^EXPLAIN($id," "$top/daemon/model/explain.def" || continue # not said by this version
	grep -q "^SEG$id NOTE " "$dir/lines" || case $id in
	7003 | 7004 | 7005 | 7006 | 7007) ;; # as 7002
	*) fault "$lines: no line of SEG$id" ;;
	esac
done
exit $bad
