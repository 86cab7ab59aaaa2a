#!/bin/bash
# Ten thousand packets of one incident, and some of others, over three reloads, a stop and a start,
# three ends of the hub by SIGKILL and one of the whole daemon: every packet is said once, in the
# lines of one incident, or is in the number of a gap. Then the daemon is killed under traffic.
set -eu
. "$(dirname "$0")/lib.sh"
command -v jq > /dev/null || skip "jq not found"
[ -x "$(dirname "$SEGAUDITD")/segauditctl" ] || fail "no segauditctl beside $SEGAUDITD"
stages=5
packets=2000 # of the incident, in each stage
stage_all=$((packets + packets / 10))

# stage NUMBER: a capture of its packets, and after each ten of them one of eight other incidents.
stage_file()
{
	local i n
	for ((i = 0; i < packets; i++)); do
		n=$(($1 * packets + i + 1))
		echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.25 id=$n /" \
			"udp $((20000 + n))>23 / data 20"
		[ $((n % 10)) != 0 ] ||
			echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.23 id=$n /" \
				"udp 30000>$((4000 + n / 10 % 8)) / data 20"
	done | "$CRAFT" -o "$dir/stage$1.pcap"
}

# send_stage NUMBER [PACKETS_A_SECOND]: in the background; $sender is its process.
send_stage()
{
	spawn ns lgwan tcpreplay -i lan0 --pps "${2:-2000}" -q "$dir/stage$1.pcap" > /dev/null 2>&1
	sender=$spawned
}

# What the lines of all runs say, added up by itself: `KIND ID SUM`, one line each of
#	host	a host that was asked, in lines of incidents
#	gap	what gaps name
#	wrong	an incident of which a line's total is not the sum so far
#	lines	of the incident of the ten thousand
added()
{
	cat "$dir"/events.* "$events" | awk '
		function value(name,  i) {
			for (i = 3; i <= NF; i++)
				if (index($i, name "=") == 1)
					return substr($i, length(name) + 2)
			return ""
		}
		{ sub(/^[^ ]* /, "") }
		/^SEG9004 .* what=restart n=/ { gap += value("n") }
		$1 !~ /^SEG2/ { next }
		{ n = value("n"); sub(/^\+/, "", n) }
		value("ev") == "" { sum["rollup"] += n; next }
		{
			ev = value("ev")
			host = value("dst")
			sub(/:.*/, "", host)
			sum[host] += n
			so_far[ev] += n
			if (value("total") != "" && value("total") != so_far[ev])
				print "wrong", ev, so_far[ev]
		}
		host == "10.3.0.25" { evs[ev]++; lines++ }
		END {
			for (host in sum)
				print "host", host, sum[host]
			print "gap", "-", gap + 0
			for (ev in evs)
				print "lines", ev, evs[ev]
		}'
}

number()
{
	awk -v kind="$1" -v id="$2" '$1 == kind && (id == "*" || $2 == id) { s += $3 } END { print s + 0 }' \
		"$dir/added"
}

run=0

# The lines so far are kept; the next daemon goes on with what this one left.
up_again()
{
	run=$((run + 1))
	mv "$events" "$dir/events.$run"
	daemon_up resume
}

# How many packets are known of those sent: in open incidents, or named by a gap.
known()
{
	local open
	open=$("$(dirname "$SEGAUDITD")/segauditctl" -s "$dir/run/control" -j incidents |
		jq -s 'map(select(.dst == "10.3.0.25" or .dst == "10.3.0.23") | .n) | add // 0')
	cat "$dir"/events.* "$events" > "$dir/all" 2> /dev/null || :
	echo $((open + $(sum 'SEG9004 .* what=restart n=' n "$dir/all")))
}

# Waits until all packets up to stage NUMBER are known.
wait_known()
{
	wait_for 10 eval '[ "$(known)" = '$((($1 + 1) * stage_all))' ]' ||
		fail "stage $1: $(known) packets are known, $((($1 + 1) * stage_all)) were sent"
}

lab_up
conf log="( { target = \"file\"; path = \"$events\"; } )" lines_per_second=30 > "$dir/conf"
for ((i = 0; i < stages; i++)); do
	stage_file $i
done
daemon_up

# 1. Three reloads.
send_stage 0
for ((i = 1; i <= 3; i++)); do
	kill -HUP "$daemon"
	wait_for 5 eval "[ \$(lines | grep -c 'SEG8001 ') -ge $i ]" || fail "reload $i was not said"
done
gone "$sender" && fail "the sender was done before the last reload"
wait "$sender"

# 2. A stop and a start: nothing is sent meanwhile, as nobody could count it.
wait_known 0
daemon_down
[ $status = 0 ] || fail "exit status $status"
up_again
send_stage 1
wait "$sender"

# 3. The hub is killed, three times.
send_stage 2
for i in 1 2 3; do
	new_hub
	wait_for 10 eval "[ \$(lines | grep -c 'SEG9004 .*what=restart restarts=$i ') = 1 ]" ||
		fail "the hub does not say that it is another"
done
wait "$sender"

# 4. Everything is killed, when all is known and written down: another incident makes it be written.
send_stage 3
wait "$sender"
wait_known 3
touch "$dir/marker"
ask lgwan udp 10.3.0.66 7000
wait_line 'OPEN .*dst=10.3.0.66:7000 '
wait_for 10 test "$dir/state/resume" -nt "$dir/marker" || fail "nothing is written down"
kill_all
up_again
said 'SEG9004 .*what=restart from=' || fail "no gap is said"
send_stage 4
wait "$sender"
wait_known 4
daemon_down
[ $status = 0 ] || fail "exit status $status"

sent=$((stages * stage_all))
added > "$dir/added"
said=$(number host 10.3.0.25)
others=$(number host 10.3.0.23)
gaps=$(number gap -)
rolled=$(number host rollup)
count=$(number lines '*')
echo "sent $sent; said $said of one incident in $count lines, $others of others, rolled up $rolled, in gaps $gaps"
[ $((said + others + rolled + gaps)) = $sent ] || fail "the sum is not $sent"
[ "$(grep -c '^lines ' "$dir/added")" = 1 ] || fail "more than one incident"
[ "$count" -le 12 ] || fail "$count lines"
[ "$gaps$rolled" != 00 ] || [ "$said" = $((stages * packets)) ] || fail "not $((stages * packets)) of one"
! grep '^wrong ' "$dir/added" || fail "a total is not the sum of what was said"

# 5. Everything is killed under traffic: that is a gap; what was said before is not said again.
up_again
send_stage 0 500
wait_for 5 eval "[ \"\$(known)\" -ge $((sent + stage_all / 4)) ]" || fail "nothing of the last stage is known"
touch "$dir/marker"
wait_for 5 test "$dir/state/resume" -nt "$dir/marker" || fail "nothing is written down"
kill_all
gone "$sender" && fail "the sender was done before the kill"
wait "$sender"
up_again
said 'SEG9004 .*what=restart from=' || fail "no gap is said"
daemon_down
[ $status = 0 ] || fail "exit status $status"
added > "$dir/added"
all=$(($(number host 10.3.0.25) + $(number host 10.3.0.23) + $(number host rollup)))
echo "killed under traffic: said $((all - sent + gaps)) of $stage_all"
[ $all -le $((sent - gaps + stage_all)) ] || fail "more was said than sent"
[ $all -ge $((sent - gaps + stage_all / 4)) ] || fail "what was written down was not said"
! grep '^wrong ' "$dir/added" || fail "a total is not the sum of what was said"
[ "$(grep -c '^lines ' "$dir/added")" = 1 ] || fail "more than one incident"
finish
