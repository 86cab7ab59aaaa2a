#!/bin/bash
# The worker is killed with SIGKILL several times under traffic: no packet is lost, none is counted
# twice, and each death is said (9006). Then a frame ends it twice: the frame is skipped, and a copy
# of it is kept, also when capture or the hub is killed before it had it.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf workers=1 > "$dir/conf"
flood_file 2000
daemon_up

kills=6
flood 8000 16
sender=$spawned
wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 ' 5
for ((i = 1; i <= kills; i++)); do
	worker=$(role worker)
	kill -KILL "$worker"
	wait_for 5 eval "[ -n \"\$(role worker)\" ] && [ \"\$(role worker)\" != $worker ]" ||
		fail "no new worker within 5 s of kill $i"
	wait_for 5 eval "[ \$(lines | grep -c 'SEG9006 ') -ge $i ]" || fail "kill $i: 9006 was not said"
done
gone "$sender" && fail "the sender was done before the last kill: send more"
wait "$sender"
# A kill may hit a frame in hand twice at most: then it is skipped and said. It must not happen here.
daemon_down
[ $status = 0 ] || fail "exit status $status"

sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
echo "sent $sent, judged $judged, worker killed $kills times"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
crashes=$(lines | grep -c 'SEG9006 ')
[ "$crashes" = $kills ] || fail "$kills kills, $crashes lines of 9006"
[ "$(lines | grep -c 'SEG2002 OPEN .*dst=10.3.0.25:23 ')" = 1 ] || fail "more than one OPEN"

# What two dead workers leave in the control memory of their ring (daemon/model/ring.h; descriptor 8
# of a worker) is written there by hand, as no frame ends this program: which frame they had in hand,
# and that they ended with it twice.
published=8 copied=16 released=72 in_hand=88 attempts=96 skipped=104

ring()
{
	od -An -t u8 -j "$1" -N 8 "/proc/$worker/fd/8" | tr -d ' '
}

# ring_set OFFSET VALUE: the lowest of eight bytes that are, or become, VALUE; it is less than 2^24.
ring_set()
{
	local bytes
	bytes=$(printf '\\x%02x\\x%02x\\x%02x' $(($2 & 255)) $(($2 >> 8 & 255)) $(($2 >> 16)))
	printf "$bytes" | dd of="/proc/$worker/fd/8" bs=1 seek="$1" conv=notrunc status=none
}

ring_is()
{
	[ "$(ring "$1")" = "$2" ]
}

stopped()
{
	[ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = T ]
}

# frame ID: a flow of its own, and a word that is nowhere else.
frame()
{
	echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.26 id=$1 /" \
		"udp 40000>23 / text \"this frame is deadly $1\""
}

# deadly ID: the frame is the next one in the ring of a worker that stands still, and two are said
# to have ended with it. Other traffic that comes in between is waited out.
let_go=0
deadly()
{
	local try
	worker=$(role worker)
	for try in 1 2 3 4 5 6 7 8 9 10; do
		wait_for 5 ring_is $released "$(ring $published)" || fail "the ring does not get empty"
		kill -STOP "$worker"
		wait_for 5 stopped "$worker" || fail "the worker does not stop"
		deadly=$(($(ring $released) + 1))
		frame "$1" | ns lgwan "$CRAFT" -i lan0
		wait_for 5 grep -aq "frame is deadly $1" "/proc/$worker/fd/7" ||
			fail "the frame is not in the ring"
		! ring_is $published $deadly || break
		[ "$try" != 10 ] || fail "other frames came in between, $try times"
		kill -CONT "$worker"
		let_go=$((let_go + 1)) # this one is judged
	done
	ring_set $attempts 2
	ring_set $in_hand $deadly
}

kept_line()
{
	lines | grep -E "SEG9006 .*what=skipped frame=$deadly .* kept=[^ ]*\.pcap" | tail -n 1
}

# The frame ID was kept: the bytes that were sent, as other programs and as replay read them.
kept()
{
	local line file
	wait_for 10 eval '[ -n "$(kept_line)" ]' || fail "frame $1: no line says that it was kept"
	line=$(kept_line)
	file=$dir/state/evidence/$(echo "$line" | sed 's/.* kept=\([^ ]*\) .*/\1/')
	echo "$line" | grep -q ' in=eth2 ' || fail "frame $1: not said to be of eth2"
	[ "$(stat -c '%a %U' "$file" "${file%/*}" | paste -sd ' ')" = "600 nobody 700 nobody" ] ||
		fail "$file: mode or owner"
	tail -c +41 "$file" | od -An -v -t x1 | tr -d ' \n' > "$dir/got"
	frame "$1" | "$CRAFT" -d | tr -d ' \n' > "$dir/expected"
	cmp "$dir/expected" "$dir/got" || fail "$file: not the bytes that were sent"
	# Where they are installed: it is one packet, whole, of this time, without a complaint.
	if command -v tshark > /dev/null; then
		tshark -r "$file" -T fields -e ip.id -e ip.dst -e udp.dstport \
			-e frame.len -e frame.cap_len 2> "$dir/complaints" > "$dir/got"
		grep -v '^Running as user "root"' "$dir/complaints" && fail "$file: tshark complains"
		printf '0x%04x\t10.3.0.26\t23\t64\t64\n' "$1" | diff - "$dir/got" ||
			fail "$file: tshark reads something else"
		capinfos -c -S -a -e "$file"
	fi
	"$SEGAUDITD" -c "$dir/conf" -r "eth2=$file" > "$dir/got" 2> "$dir/summary" ||
		fail "$file: replay does not read it"
	grep -q 'SEG2002 OPEN .*dst=10.3.0.26:23 ' "$dir/got" || fail "$file: replay judges otherwise"
}

mv "$events" "$dir/first"
daemon_up

# By itself.
deadly 1
kill -KILL "$worker"
kept 1
wait_line 'SEG9006 .*signal=9 ' 5
wait_line 'SEG9005 .*what=worker-crash pkts=1 total=1 ' 5

# Capture stands still, and is killed before it took the copy: the next one finds it.
deadly 2
capture=$(role capture)
kill -STOP "$capture"
kill -KILL "$worker"
worker=$capture	# it has the same memory at the same number
wait_for 10 ring_is $skipped 2 || fail "no worker skipped the second frame"
ring_is $copied 1 || fail "capture stood still, and copied it"
kill -KILL "$capture"
kept 2
wait_for 10 captures || fail "not all four interfaces were opened again"

# The hub stands still, and is killed with the copy in its channel: the next one reads it.
deadly 3
hub=$(role hub)
kill -STOP "$hub"
kill -KILL "$worker"
worker=$(role capture)
wait_for 10 ring_is $copied 3 || fail "the third frame was not copied"
kill -KILL "$hub"
kept 3
[ "$(find "$dir/state/evidence" -name "skipped-*" | wc -l)" = 3 ] || fail "not three files"

# The directory cannot be written: that is said.
rm -r "$dir/state/evidence"
chown root "$dir/state"
deadly 4
kill -KILL "$worker"
wait_line "SEG9006 .*what=skipped frame=$deadly .* kept=no error=\"Permission denied\" " 10

daemon_down
[ $status = 0 ] || fail "exit status $status"
judged=$(sum 'SEG2002 .*dst=10.3.0.26:23 ' n)
[ "$judged" -le $let_go ] || fail "a skipped frame was judged: $judged, and $let_go were let go"
finish
