#!/bin/bash
# A storm: 100,000 violations a second, of one incident and of 100,000. No second has more lines than
# lines_per_second, heartbeats and all; every packet is in a line, or in the number of a loss;
# memory does not grow; heartbeats come on time; an incident that matters more has its own line at
# once, and stays open. STORM_SECONDS=60 makes it a minute, STORM_RATE=N asks for another rate.
set -eu
. "$(dirname "$0")/lib.sh"
BLAST=$(dirname "$SEGAUDITD")/blast
CTL=$(dirname "$SEGAUDITD")/segauditctl
[ -x "$BLAST" ] || fail "$BLAST: no such program"
[ -x "$CTL" ] || fail "$CTL: no such program"
seconds=${STORM_SECONDS:-6}
rate=${STORM_RATE:-100000}
limit=30
beat=2
sanitized=
! "$SEGAUDITD" -V | grep -q sanitizers || sanitized=yes

# The memory of each process, in KiB: but for what they share, which has a fixed size and is used as
# far as there are flows.
memory()
{
	local pid
	for pid in $daemon $(pgrep -P "$daemon"); do
		awk '$1 == "Name:" { name = $2 } $1 == "RssAnon:" { print name, $2 }' "/proc/$pid/status"
	done
}

# Frames that the kernel of the gateway saw on eth2, in and out.
frames()
{
	ns gateway cat /sys/class/net/eth2/statistics/{rx,tx}_packets | awk '{ s += $1 } END { print s }'
}

# Of the ledger, which has the time of each line: the most lines about incidents in any second, the
# most lines at all, and the longest time without a heartbeat.
pace()
{
	cat "$dir"/state/ledger/????-??-??.log | awk '
		BEGIN { all = own = all_from = own_from = 0 }
		{
			split($1, clock, /[T:Z]/)
			t = clock[2] * 3600 + clock[3] * 60 + clock[4]
		}
		$2 ~ /^SEG/ {
			at[all++] = t
			while (t - at[all_from] >= 1)
				all_from++
			if (all - all_from > all_most)
				all_most = all - all_from
		}
		$2 ~ /^SEG/ && $3 != "NOTE" {
			own_at[own++] = t
			while (t - own_at[own_from] >= 1)
				own_from++
			if (own - own_from > own_most)
				own_most = own - own_from
		}
		/ SEG9002 / { heard = t }
		/ SEG9001 / || / SEG9003 / {
			if (t - heard > pause)
				pause = t - heard
			heard = t
		}
		END { printf "%d %d %.2f\n", own_most, all_most, pause }'
}

beats()
{
	lines | grep -c 'SEG9001 NOTE .* seconds='
}

# storm KEYS
storm()
{
	local sender half beats sent said lost dropped others missing most any pause
	rm -rf "$dir/state/ledger" "$events"
	daemon_up
	others=$(frames)
	spawn ns lgwan "$BLAST" lan0 "$rate" "$seconds" "$1" > "$dir/blast"
	sender=$spawned
	half=$((SECONDS + (seconds + 1) / 2))
	if [ "$1" = 1 ]; then
		wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 '
	else
		wait_line 'SEG9009 NOTE .*what=begin '
	fi
	# Somebody gets into the core zone by the forgotten rule.
	ask internet tcp 10.1.5.10 3389
	wait_line 'SEG2001 OPEN .*sev=alert .*dst=10.1.5.10:3389 '
	wait_for "$seconds" eval '[ $SECONDS -ge '$half' ]'
	memory > "$dir/memory.half"
	wait "$sender" || fail "the sender failed"
	memory > "$dir/memory.end"
	# A stop says what waits at once: the storm is more than a second before it.
	beats=$(beats)
	wait_for $((4 * beat)) eval '[ "$(beats)" -ge '$((beats + 2))' ]' || fail "no heartbeat after the storm"
	"$CTL" -s "$dir/run/control" -j incidents > "$dir/open"
	grep -q '"sev":"alert".*"dst":"10.1.5.10"' "$dir/open" || fail "the alert was closed for want of room"
	daemon_down
	[ $status = 0 ] || fail "exit status $status"

	sent=$(sed -n 's/^sent=\([0-9]*\) .*/\1/p' "$dir/blast")
	others=$(($(frames) - others - sent))
	said=$(sum '(OPEN|WORSE|UPDATE|CLOSED) .*pair=lgwan>internet ' n)
	lost=$(sum 'SEG9008 .*what=findings ' pkts)
	dropped=$(sum 'SEG9005 .*in=eth2 what=(kernel-drop|nic-drop|ring-full) ' pkts)
	missing=$((sent - said - lost))
	read -r most any pause < <(pace)
	echo "$1 keys: $(cat "$dir/blast"); said $said, findings lost $lost, not seen $dropped;" \
		"$(lines | wc -l) lines, $most a second about incidents, $any in all;" \
		"no heartbeat for $pause s"
	paste -d ' ' "$dir/memory.half" "$dir/memory.end" |
		awk '{ printf "  %s: %d KiB, %d KiB at the end\n", $1, $2, $4 }'
	[ "$any" -le $limit ] || fail "$any lines in a second, $most of them about incidents at most"
	# What capture did not see may have been other frames, at most as many as there were.
	if [ $missing -gt "$dropped" ] || [ $missing -lt 0 ] || [ $((missing + others)) -lt "$dropped" ]; then
		fail "sent $sent, said $said, lost $lost, not seen $dropped with $others others"
	fi
	awk -v pause="$pause" -v beat=$beat 'BEGIN { exit pause > beat + 1.5 }' || fail "a heartbeat was late"
	# What the sanitizers keep of freed memory grows.
	[ -n "$sanitized" ] || paste -d ' ' "$dir/memory.half" "$dir/memory.end" |
		awk '$4 > $2 + 1024 { exit 1 }' || fail "memory grows"
	[ -n "$sanitized" ] || [ "$dropped" = 0 ] || fail "capture lost frames"
}

lab_up
serve kikan tcp 10.1.5.10 3389
conf log="( { target = \"file\"; path = \"$events\"; } )" lines_per_second=$limit heartbeat="\"$beat s\"" \
	flows=300000 ring='"16 MiB"' capture_buffer='"16 MiB"' > "$dir/conf"
storm 1
storm 100000
finish
