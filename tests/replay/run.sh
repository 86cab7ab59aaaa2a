#!/bin/bash
# run.sh [NAME…] - replays that must say exactly what they are expected to say. A directory is a test:
#
#   IFACE.frames   frames as text (tests/craft.c), made into IFACE.pcap; or IFACE.pcap, IFACE.pcapng as
#                  they are. IFACE+2.frames is a second file of the same interface
#   conf           the configuration; without it, tests/replay/three-zones.conf
#   args           further arguments, one a line
#   expected       standard output
#   summary        standard error; without it, it is not looked at
#   status         the exit status; without it, 0
#
# Compared line by line, after two things were taken out: the text behind msg=" (sentences may change)
# and the value of ev= (a keyed hash).
set -eu -o pipefail
here=$(cd "${srcdir:-$(dirname "$0")/../..}/tests/replay" && pwd)
SEGAUDITD=$(realpath "${SEGAUDITD:-./segauditd}")
CRAFT=${CRAFT:-$(dirname "$SEGAUDITD")/craft}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

normal()
{
	sed -E 's/ ev=[A-Z2-7]{10} / ev=* /; s/ msg=".*"$//'
}

# One case in a directory of its own, so that messages name files as they stand in the case.
run()
{
	local case=$here/$1 work=$dir/$1 file name iface status=0 want=0 arguments=() bad=0
	mkdir "$work"
	cp "$here/three-zones.conf" "$work/conf"
	cp -r "$case/." "$work"
	chmod -R u+w "$work"
	cd "$work"
	for file in *.frames; do
		[ -e "$file" ] || continue
		"$CRAFT" -o "${file%.frames}.pcap" < "$file" || return 1
	done
	for file in *.pcap *.pcapng; do
		[ -e "$file" ] || continue
		name=${file%.*}
		iface=${name%%+*}
		arguments+=(-r "$iface=$file")
	done
	if [ -e args ]; then
		while read -r file; do
			arguments+=("$file")
		done < args
	fi
	[ ! -e status ] || read -r want < status
	"$SEGAUDITD" -c conf "${arguments[@]}" > stdout 2> stderr || status=$?
	normal < stdout > got
	touch expected
	normal < expected > wanted
	diff -u --label "$1/expected" --label said wanted got || bad=1
	if [ -e summary ]; then
		diff -u --label "$1/summary" --label said summary stderr || bad=1
	elif [ $bad = 1 ] || [ $status != "$want" ]; then
		cat stderr
	fi
	if [ $status != "$want" ]; then
		echo "$1: exit status $status, not $want"
		bad=1
	fi
	# The same input gives the same output, to the byte.
	"$SEGAUDITD" -c conf "${arguments[@]}" > stdout2 2> stderr2 || :
	cmp stdout stdout2 || bad=1
	cmp stderr stderr2 || bad=1
	cd "$dir"
	return $bad
}

if [ $# = 0 ]; then
	cd "$here"
	set -- */
fi
passed=0
failed=
for name in "$@"; do
	name=${name%/}
	if (run "$name"); then
		passed=$((passed + 1))
	else
		echo "FAIL: $name"
		failed="$failed $name"
	fi
done
echo "$passed replay cases passed$([ -z "$failed" ] || echo "; failed:$failed")"
[ -z "$failed" ] && [ $passed -gt 0 ]
