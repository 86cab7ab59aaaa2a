#!/bin/bash
# segauditctl's commands stand in its --help, in segauditctl(8) and in the completion for bash: the same
# ones everywhere, and no other; each has a --help of its own.
set -eu
top=${srcdir:-.}
ctl=${SEGAUDITCTL:-$(dirname "${SEGAUDITD:-./segauditd}")/segauditctl}
if [ ! -x "$ctl" ]; then
	echo "$ctl: no such program; set SEGAUDITCTL"
	exit 1
fi
bad=0

# same NAME WORDS: these are the commands, in any order.
same()
{
	local found
	found=$(LC_ALL=C sort <<< "$2")
	if [ "$found" != "$commands" ]; then
		echo "$1: commands are not those of segauditctl --help:"
		diff <(echo "$commands") <(echo "$found") || :
		bad=1
	fi
}

commands=$("$ctl" --help | sed -n '/^commands:/,/^See /s/^  \([a-z]*\) .*/\1/p' | LC_ALL=C sort)
if [ "$(echo "$commands" | wc -l)" -lt 5 ]; then
	echo "segauditctl --help lists only: $commands"
	exit 1
fi
for manual in man/segauditctl.8 man/ja/segauditctl.8; do
	same $manual "$(sed -nE '/^(The commands are|コマンドは)/,/^\.Sh/s/^\.It Cm ([a-z]*).*/\1/p' "$top/$manual")"
done
for command in $commands; do
	if ! "$ctl" "$command" --help | grep -q "^usage: segauditctl .* $command"; then
		echo "segauditctl $command --help does not say how it is used"
		bad=1
	fi
done

# complete WORD…: what the completion offers for the last word.
complete_words()
(
	. "$top/conf/segauditctl.bash-completion"
	COMP_WORDS=(segauditctl "$@")
	COMP_CWORD=$#
	_segauditctl
	if [ ${#COMPREPLY[@]} -gt 0 ]; then
		printf '%s\n' "${COMPREPLY[@]}"
	fi
)

same conf/segauditctl.bash-completion "$(complete_words '')"

# offers "WORDS" WORD…: exactly these are offered for the last word.
offers()
{
	local want=$1 got
	shift
	got=$(complete_words "$@" | tr '\n' ' ')
	if [ "$got" != "${want:+$want }" ]; then
		echo "conf/segauditctl.bash-completion: \"$*\": \"$got\" instead of \"$want\""
		bad=1
	fi
}

offers 'status' st
offers 'incidents' -s /run/x -j inc
offers '--json' --j
offers 'alert' incidents sev = al
offers 'alert crit err warning notice info' incidents sev =
offers 'src=' tail src
offers '--help' status ''
offers 'explain' exp
offers 'en ja' explain -l ''
offers '-l --help' explain -
exit $bad
