#!/bin/sh
# Functions that this code never calls (STYLE 6), and words that finished code does not hold.
set -eu
cd "${srcdir:-.}"
bad=0

# Comments and strings may name them; strip both, keeping the lines' numbers.
strip()
{
	awk 'BEGIN { token_re = "\"([^\"\\\\]|\\\\.)*\"|\047([^\047\\\\]|\\\\.)*\047|/[*]|//" }
	{
		line = $0; out = ""
		while (line != "") {
			if (inside) {
				i = index(line, "*/")
				if (!i) { line = ""; break }
				line = substr(line, i + 2); inside = 0
			} else if (match(line, token_re)) {
				out = out substr(line, 1, RSTART - 1)
				token = substr(line, RSTART, RLENGTH)
				line = substr(line, RSTART + RLENGTH)
				if (token == "/*") inside = 1
				else if (token == "//") line = ""
				else out = out "\"\""
			} else { out = out line; line = "" }
		}
		print NR ": " out
	}' "$1"
}

banned='strcpy|strcat|sprintf|vsprintf|strncpy|strncat|stpcpy|gets|alloca|strtok|strtok_r|atoi|atol'
banned="$banned|atoll|atof|rand|mktemp|tmpnam|tempnam|setjmp|longjmp"
for file in $(find daemon tests -name '*.[ch]' -o -name '*.def' | sort); do
	words=$banned
	case $file in
	daemon/*) words="$banned|system|popen" ;;
	esac
	found=$(strip "$file" | grep -E "(^|[^A-Za-z0-9_])($words) *\(" || :)
	if [ -n "$found" ]; then
		echo "$found" | sed "s|^|$file:|; s|\$|   <- banned|"
		bad=1
	fi
	found=$(grep -nwE 'TODO|FIXME|XXX|HACK' "$file" || :)
	if [ -n "$found" ]; then
		echo "$found" | sed "s|^|$file:|; s|\$|   <- unfinished|"
		bad=1
	fi
done
# Variable-length arrays: the compiler says it (-Wvla), where the build asks it to.
if ! grep -q -- '-Wvla' configure.ac; then
	echo "configure.ac: does not ask for -Wvla"
	bad=1
fi
exit $bad
