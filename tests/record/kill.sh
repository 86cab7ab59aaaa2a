#!/bin/bash
# Writers that are killed at any moment, disks that lose the end of a file, and disks that are full
# when it happens: the ledger is whole up to the line that was cut, and the next run says where the
# one before ended. What is missing is a hole, nothing was altered.
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
		grep -v " hole: " "$dir/out" | head -n 5
		bad=1
	fi
}

size()
{
	find "$dir" -name '????-??-??.log' -exec cat {} + | wc -c
}

# Lets a writer begin, and kills it a random number of bytes later; `kill_one LOG` says the log.
kill_one()
{
	local before end
	before=$(size)
	./record_write "$dir" "${1:-$dir/log}" 1 0 0 &
	writer=$!
	end=$((before + 3000 + RANDOM * 6))
	until [ "$(size)" -gt "$end" ]; do
		kill -0 "$writer" || break
	done
	kill -KILL "$writer"
	wait "$writer" 2> /dev/null || :
	writer=
}

# A kill may hit a write where a page ends, and cut the line: rare, and a hole from then on.
want=0
for i in $(seq "$kills"); do
	kill_one
	last=$(find "$dir/ledger" -name '????-??-??.log' | sort | tail -n 1)
	[ "$(tail -c 1 "$last" | od -An -tx1)" = " 0a" ] || want=2
	say $want "kill $i"
done
runs=$(sed -n 's/.* runs=\([0-9]*\) .*/\1/p' "$dir/out")
lines=$(sed -n 's/^verdict=[a-z]* lines=\([0-9]*\) .*/\1/p' "$dir/out")
[ "$runs" = "$kills" ] || { echo "$runs runs, not $kills"; bad=1; }
./record_write "$dir" "$dir/log" 1 5
say $want "a run that stops behind them"

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
		grep -v " hole: " "$dir/out" | head -n 5
		bad=1
	fi
	if [ "$cut" != " 0a" ] && ! tail -n 40 "$last" | grep -q ' LEDGER torn bytes='; then
		echo "a torn line was not said"
		bad=1
	fi
done

# unaltered WHAT FILE…: nothing in these was altered.
unaltered()
{
	local got=0
	./record_verify -r "${@:2}" > "$dir/out" || got=$?
	[ $got = 1 ] || return 0
	echo "$1: altered"
	grep -v " hole: " "$dir/out" | head -n 5
	bad=1
}

# bytes FILE; is_past FILE SIZE: waits until it is.
bytes()
{
	stat -c %s "$1" 2> /dev/null || echo 0
}

is_past()
{
	local end=$((SECONDS + 20))
	until [ "$(bytes "$1")" -gt "$2" ]; do
		[ $SECONDS -lt $end ] || { echo "$1 did not grow to $2 bytes"; bad=1; return; }
	done
}

# In the background, a writer that never ends; no file becomes larger than KIB.
write_limited()
{
	(
		trap '' XFSZ
		ulimit -S -f "$1"
		exec ./record_write "$dir" "$log" 1 0
	) 2> /dev/null &
	writer=$!
}

# The disk is full somewhere in a run, which is killed; the next one finds it full, says more than
# the first, and is killed so, or gets room first; the third one stops as it should. The log begins
# anew each time, so that it has room all the while.
fulls=$((kills / 5))
for i in $(seq "$fulls"); do
	log=$dir/log.$i
	ledger=$(find "$dir/ledger" -name '????-??-??.log' | sort | tail -n 1)
	full=$(($(bytes "$ledger") / 1024 + 4 + RANDOM % 20))
	write_limited $full
	is_past "$ledger" $((full * 1024 - 1))
	is_past "$log" $((20000 + RANDOM))
	kill -KILL "$writer"
	wait "$writer" 2> /dev/null || :
	write_limited $full
	is_past "$log" $(($(bytes "$log") + 10000 + RANDOM))
	if [ $((i % 2)) = 0 ]; then
		prlimit --fsize=unlimited --pid $writer
		is_past "$ledger" $((full * 1024 + 40000))
	fi
	kill -KILL "$writer"
	wait "$writer" 2> /dev/null || :
	writer=
	./record_write "$dir" "$log" 1 5
	unaltered "disk full $i, the ledger" "$ledger"
	unaltered "disk full $i, the log" "$log"
	[ "$i" -gt 1 ] || sh "${srcdir:-.}/scripts/verify.sh" "$log" > "$dir/out" || [ $? = 2 ] || {
		echo "disk full $i: verify.sh says altered"
		grep -v " hole: " "$dir/out" | head -n 5
		bad=1
	}
done
torn=$(grep -hc ' LEDGER torn ' "$dir"/ledger/????-??-??.log | awk '{ s += $1 } END { print s }')
echo "$lines lines of $runs killed runs, $fulls on full disks; $torn torn lines"
exit $bad
