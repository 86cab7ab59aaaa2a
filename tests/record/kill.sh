#!/bin/bash
# Writers that are killed at any moment, and disks that lose the end of a file: the ledger is whole up
# to the line that was cut, and the next run says where the one before ended.
set -eu
dir=$(mktemp -d)
writer=
trap '[ -z "$writer" ] || kill -KILL "$writer" 2> /dev/null; rm -rf "$dir"' EXIT
bad=0
lines=0
kills=${SEGAUDIT_KILLS:-25}

# say STATUS WHAT: the ledger with the daemon running is of STATUS.
say()
{
	local got=0
	./record_verify -r "$dir"/ledger/????-??-??.log > "$dir/out" || got=$?
	if [ $got != "$1" ]; then
		echo "$2: $got, not $1"
		head -n 5 "$dir/out"
		bad=1
	fi
}

size()
{
	find "$dir" -name '????-??-??.log' -exec cat {} + | wc -c
}

# Lets a writer begin, and kills it a random number of bytes later.
kill_one()
{
	local before end
	before=$(size)
	./record_write "$dir" "$dir/log" 1 0 0 &
	writer=$!
	end=$((before + 3000 + RANDOM * 6))
	until [ "$(size)" -gt "$end" ]; do
		kill -0 "$writer" || break
	done
	kill -KILL "$writer"
	wait "$writer" 2> /dev/null || :
	writer=
}

for i in $(seq "$kills"); do
	kill_one
	say 0 "kill $i"
done
runs=$(sed -n 's/.* runs=\([0-9]*\) .*/\1/p' "$dir/out")
lines=$(sed -n 's/^verdict=whole lines=\([0-9]*\) .*/\1/p' "$dir/out")
[ "$runs" = "$kills" ] || { echo "$runs runs, not $kills"; bad=1; }
./record_write "$dir" "$dir/log" 1 5
say 0 "a run that stops behind them"

# The end of the file is lost, up to 3,000 bytes: in a line, or between two; once only the last newline.
for i in $(seq 10); do
	kill_one
	last=$(find "$dir/ledger" -name '????-??-??.log' | sort | tail -n 1)
	truncate -s -$((i == 1 ? 1 : RANDOM % 3000)) "$last"
	cut=$(tail -c 1 "$last" | od -An -tx1)
	./record_write "$dir" "$dir/log" 1 5
	got=0
	./record_verify "$dir"/ledger/????-??-??.log > "$dir/out" || got=$?
	if [ $got = 1 ]; then
		echo "the end of a file lost: altered"
		head -n 5 "$dir/out"
		bad=1
	fi
	if [ "$cut" != " 0a" ] && ! tail -n 40 "$last" | grep -q ' LEDGER torn bytes='; then
		echo "a torn line was not said"
		bad=1
	fi
done
echo "$lines lines of $runs killed runs"
exit $bad
