#!/bin/sh
# A file is a test: good/*.conf must be taken, bad/*.conf must be refused with exactly the text of NAME.expected.
#
# good: `segauditd -n` exits 0 and says nothing on stderr; the text of `-n -v` is taken too and prints the same text again. Where there is
# NAME.canonical, that text (without its comments) must be this.
# bad: `segauditd -n` exits 78 and prints no policy. Run inside the directory, so that paths are as they are written.
set -eu
daemon=${SEGAUDITD:-$PWD/segauditd}
top=$(cd "${srcdir:-.}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
failed=0

fail()
{
	echo "FAILED $1: $2"
	failed=$((failed + 1))
}

# The printed policy: without the comment that the memory stands in.
canonical()
{
	grep -v '^#' "$1" | sed -e '/^$/d'
}

good()
{
	name=$1
	cases=$((cases + 1))
	status=0
	"$daemon" -n -v -c "$2" > "$work/out" 2> "$work/err" || status=$?
	if [ "$status" -ne 0 ] || [ -s "$work/err" ]; then
		fail "$name" "exit status $status"
		cat "$work/err"
		return
	fi
	status=0
	"$daemon" -n -v -c "$work/out" > "$work/again" 2> "$work/err" || status=$?
	if [ "$status" -ne 0 ] || [ -s "$work/err" ]; then
		fail "$name" "what it prints is not taken again: exit status $status"
		cat "$work/err"
	elif ! diff -u "$work/out" "$work/again"; then
		fail "$name" "what it prints reads back as something else"
	elif [ -f "${2%.conf}.canonical" ]; then
		canonical "$work/out" > "$work/canonical"
		diff -u "${2%.conf}.canonical" "$work/canonical" || fail "$name" "prints another text"
	fi
}

bad()
{
	name=$1
	cases=$((cases + 1))
	status=0
	"$daemon" -n -c "$2" > "$work/out" 2> "$work/err" || status=$?
	[ "$status" -eq 78 ] || fail "$name" "exit status $status, not 78"
	[ ! -s "$work/out" ] || fail "$name" "prints on stdout"
	diff -u "${2%.conf}.expected" "$work/err" || fail "$name" "says something else"
}

cd "$top/tests/conf/good"
for file in *.conf; do
	good "good/$file" "$file"
done
cd "$top/conf"
for file in segauditd.conf profiles/*.conf; do
	good "conf/$file" "$file"
done
cd "$top/tests/conf/bad"
for file in *.conf; do
	bad "bad/$file" "$file"
done
echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
