#!/bin/sh
# The manual pages are clean mdoc, and a Japanese one has the sections and items of the English one.
set -eu
cd "${srcdir:-.}"
if ! command -v mandoc > /dev/null; then
	echo "mandoc is not installed (Debian package mandoc)"
	exit 77
fi
pages=$(find man -name '*.[1-8]' | sort)
if [ -z "$pages" ]; then
	echo "there are no pages in man/"
	exit 1
fi
bad=0
for page in $pages; do
	# mandoc counts a Japanese character as the nine bytes of its escape, and takes the end of one for a bracket.
	case $page in
	man/ja/*) escapes='input text line longer|trailing delimiter' ;;
	*) escapes='^$' ;;
	esac
	# Pages of this project that are installed beside it are not on this machine's manual path.
	found=$(mandoc -T lint -W style "$page" |
		grep -v 'referenced manual not found: Xr segaudit' | grep -vE "$escapes" || :)
	if [ -n "$found" ]; then
		echo "$found"
		bad=1
	fi
done
for page in man/ja/*.[1-8]; do
	for macro in Sh Ss It; do
		ja=$(grep -c "^\.$macro" "$page" || :)
		en=$(grep -c "^\.$macro" "man/${page#man/ja/}" || :)
		if [ "$ja" != "$en" ]; then
			echo "$page has $ja times .$macro, the English page $en times"
			bad=1
		fi
	done
done
exit $bad
