#!/bin/bash
# families.sh DIR KIND CONF PREFIXES [NAME[:VARIANT]…] - families of evasions, replayed. A file
# DIR/NAME.KIND is a family, a section in it a variant (tests/dialogue.c says how it is written). All cuts
# of a variant's stream are flows of one capture, which must say exactly what the variant wants of each.
#
# Compared: the ids and words of all incidents, by family of IP, and how many mails or flows conform,
# violate, cannot be verified; of a screen the names, too. A cut that differs is looked for by halves, and
# named. Only names that begin with one of PREFIXES (A|B) are counted as families.
#
# JOBS=N runs N families at once (all processors); CUTS_EACH=N takes one of N single cuts; QUICK=1 does
# not look for cuts; KEEP=DIR leaves there what was made of the variants that failed.
set -eu -o pipefail
SEGAUDITD=$(realpath "${SEGAUDITD:-./segauditd}")
CRAFT=${CRAFT:-$(dirname "$SEGAUDITD")/craft}
DIALOGUE=${DIALOGUE:-$(dirname "$SEGAUDITD")/dialogue}
export SEGAUDITD CRAFT DIALOGUE
for program in "$SEGAUDITD" "$CRAFT" "$DIALOGUE"; do
	[ -x "$program" ] || { echo "$program: not there"; exit 1; }
done
here=$1
kind=$2
conf=$3
prefixes=$4
shift 4

# What was said, as dialogue's `wanted` has it: ID FAMILY WORD,… of each incident, and the sums.
said()
{
	awk -v kind="$kind" '
		$2 == "OPEN" {
			id = substr($1, 4); family = "link"; words = name = ""
			for (i = 3; i <= NF && $i !~ /^msg=/; i++) {
				if ($i ~ /^src=/) family = $i ~ /:.*:/ ? "ip6" : "ip4"
				if ($i ~ /^what=/) words = substr($i, 6)
				if (kind == "speak" && $i ~ /^flags=/) words = words "," substr($i, 7)
			}
			if (kind == "screen" && match($0, / name=("[^"]*"|[^ ]*)/)) {
				name = substr($0, RSTART + 1, RLENGTH - 1)
				gsub(/"/, "", name); gsub(/,/, "+", name); gsub(/ /, "_", name)
				words = words (words == "" ? "" : ",") name
			}
			n = split(words, w, ",")
			for (i = 2; i <= n; i++)
				for (k = i; k > 1 && w[k] < w[k - 1]; k--) { t = w[k]; w[k] = w[k - 1]; w[k - 1] = t }
			line = id " " family " "
			for (i = 1; i <= n; i++) line = line (i > 1 ? "," : "") w[i]
			print line
		}' "$1" | LC_ALL=C sort -u
	# Mails; where there are screens each flow, as what is said is said once of a pair of hosts.
	awk -v kind="$kind" '
		$1 == (kind == "mail" ? "mail" : "pair") {
			for (i = 3; i <= NF; i++) { split($i, v, "="); n[v[1]] += v[2] }
		}
		END {
			print "counted", n["conforming"] + 0, n["violating"] + n["violations"],
				n["unverifiable"] + n["suspected"]
		}' "$2"
}

# Flows $4 of variant $2 of file $1, in directory $3. Returns whether what was said is what was wanted.
replay()
{
	local file=$1 variant=$2 dir=$3 flows=$4 name status=0
	mkdir -p "$dir"
	"$DIALOGUE" -v "$variant" -o "$dir" -e "${CUTS_EACH:-1}" ${flows:+-f "$flows"} "$file"
	for name in eth2 eth3; do
		"$CRAFT" -o "$dir/$name.pcap" < "$dir/$name.frames"
	done
	{
		grep -v '^counted' "$dir/wanted" | LC_ALL=C sort -u
		grep '^counted' "$dir/wanted"
	} > "$dir/want"
	"$SEGAUDITD" -c "$conf" -r "eth3=$dir/eth3.pcap" -r "eth2=$dir/eth2.pcap" \
		> "$dir/stdout" 2> "$dir/stderr" || status=$?
	if [ $status != 0 ]; then
		echo "exit status $status" > "$dir/said"
		cat "$dir/stderr" >> "$dir/said"
		return 1
	fi
	said "$dir/stdout" "$dir/stderr" > "$dir/said"
	cmp -s "$dir/want" "$dir/said"
}

# The first cut that differs alone, between flows $4 and $5.
find_cut()
{
	local file=$1 variant=$2 dir=$3 from=$4 to=$5 middle
	while [ "$from" -lt "$to" ]; do
		middle=$(((from + to) / 2))
		if ! replay "$file" "$variant" "$dir" "$from-$middle"; then
			to=$middle
		elif ! replay "$file" "$variant" "$dir" "$((middle + 1))-$to"; then
			from=$((middle + 1))
		else
			echo "    only when flows $from to $to come together"
			return
		fi
	done
	replay "$file" "$variant" "$dir" "$from-$from" || :
	echo "    flow $from differs: port, family, segments: $(cat "$dir/flows")"
	diff -u --label wanted --label said "$dir/want" "$dir/said" | sed 1,3d | sed 's/^/      /' || :
}

# A family; prints a line for each variant that fails, and at last: RESULT PASSED VARIANTS CUTS SILENT
family()
{
	local name=$1 only=$2 dir=$3 file=$here/$1.$kind variant title flows passed=0 variants=0 cuts=0 silent=0 work
	while read -r variant title; do
		[ -z "$only" ] || [ "$only" = "$variant" ] || continue
		work=$dir/$name.$variant
		variants=$((variants + 1))
		if replay "$file" "$variant" "$work" ""; then
			flows=$(wc -l < "$work/flows")
			cuts=$((cuts + flows))
			passed=$((passed + 1))
			rm -rf "$work"
			continue
		fi
		flows=$(wc -l < "$work/flows")
		cuts=$((cuts + flows))
		echo "FAIL: $name:$variant $title"
		diff -u --label wanted --label said "$work/want" "$work/said" | sed 1,3d | sed 's/^/  /' || :
		# Something was wanted, and nothing was said.
		if grep -q '^[0-9]' "$work/want" && ! grep -q '^[0-9]' "$work/said"; then
			silent=$((silent + 1))
		fi
		[ -n "${QUICK:-}" ] || find_cut "$file" "$variant" "$dir/cut.$name" 0 $((flows - 1))
	done < <("$DIALOGUE" -l "$file")
	echo "RESULT $passed $variants $cuts $silent"
}

if [ "${1:-}" = -family ]; then
	family "${2%%:*}" "$(expr "$2" : '.*:\(.*\)' || :)" "$3"
	exit
fi

if [ -n "${KEEP:-}" ]; then
	dir=$KEEP
	mkdir -p "$dir"
else
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
fi
if [ $# = 0 ]; then
	for file in "$here/"*".$kind"; do
		name=${file##*/}
		set -- "$@" "${name%."$kind"}"
	done
fi
printf '%s\n' "$@" | xargs -P "${JOBS:-$(nproc)}" -I NAME \
	bash -c '"$0" "$1" "$2" "$3" "$4" -family "$5" "$6" > "$6/$5.out" 2>&1 || echo "FAIL: $5 ended" >> "$6/$5.out"' "$0" "$here" "$kind" "$conf" "$prefixes" NAME "$dir"
families=0 others=0 all=0 good=0 variants=0 cuts=0 silent=0 failed=
for name in "$@"; do
	grep -v '^RESULT' "$dir/$name.out" || :
	read -r word passed n c s < <(grep '^RESULT' "$dir/$name.out" || echo "RESULT 0 1 0 0")
	: "$word"
	if [[ ! $name =~ ^($prefixes)- ]]; then
		others=$((others + 1))
	else
		all=$((all + 1))
		families=$((families + (passed == n)))
	fi
	[ "$passed" = "$n" ] || failed="$failed $name"
	good=$((good + passed))
	variants=$((variants + n))
	cuts=$((cuts + c))
	silent=$((silent + s))
done
echo "evasion: families $families/$all, cases $good/$variants, silent misses $silent;" \
	"files of other layers $others, cuts $cuts"
[ -z "$failed" ] || echo "failed:$failed"
[ -z "$failed" ] && [ "$variants" -gt 0 ]
