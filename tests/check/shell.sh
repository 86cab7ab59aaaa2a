#!/bin/sh
# Every shell script parses, says by its first line which shell it is for, and stops at errors.
set -eu
cd "${srcdir:-.}"
bad=0
for file in $(find scripts tests .ci -type f | sort); do
	first=$(head -n 1 "$file" | tr -d '\000')
	case $first in
	'#!/bin/sh'*) shell=sh ;;
	'#!/bin/bash'*) shell=bash ;;
	'#!'*)
		echo "$file: $first: sh or bash is meant"
		bad=1
		continue
		;;
	*)
		case $file in
		*.sh) ;;
		*) continue ;;
		esac
		# A file without a first line is read by others: their shell is bash.
		shell=bash
		;;
	esac
	"$shell" -n "$file" || bad=1
	case $first in
	'#!'*)
		if ! grep -q '^set -[a-z]*e' "$file"; then
			echo "$file: does not say set -e"
			bad=1
		fi
		if [ ! -x "$file" ]; then
			echo "$file: is not executable"
			bad=1
		fi
		;;
	esac
done
exit $bad
