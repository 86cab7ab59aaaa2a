#!/bin/bash
# The ledger: the policies that were in force are beside it. What it says was counted is what was sent: by minute for each pair and conduit, by flow for
# each client, server and service, in both IP families; over SIGKILL of a worker and of the
# hub, reloads, and restarts. The record stays whole.
set -eu
. "$(dirname "$0")/lib.sh"
segauditctl=$(dirname "$SEGAUDITD")/segauditctl # absolute, as $SEGAUDITD

# records WORD: the LEDGER records WORD, fields only.
records()
{
	cat "$dir"/state/ledger/*.log | sed -n "s/^[^ ]* LEDGER $1 \(.*\) sid=[0-9a-f]* lseq=.*/\1/p"
}

# count WORD REGEX KEY: the sum of a field over records that match.
count()
{
	records "$1" | { grep -E -- "$2" || :; } | { grep -oE " $3=[0-9]+" || :; } |
		awk -F= '{ s += $2 } END { print s + 0 }'
}

# The packets of flows whose client matches, by rows of the hours; twice the same row is one that a
# killed hub wrote again.
by_flow()
{
	records flow | sort -u | { grep -E -- "$1" || :; } | grep -oE " packets=[0-9]+" |
		awk -F= '{ s += $2 } END { print s + 0 }'
}

expect()
{
	[ "$2" = "$3" ] || fail "$1: $2, not $3"
}

lab_up
syslog_up
conf > "$dir/conf"
# One capture of both families: 500 flows each, to a port that the firewall drops.
for ((i = 0; i < 500; i++)); do
	echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.25 id=$((i + 1)) /" \
		"udp $((20000 + i))>23 / data 20"
	echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip6 2001:db8:2::9>2001:db8:3::25 /" \
		"udp $((20000 + i))>23 / data 20"
done | "$CRAFT" -o "$dir/flood.pcap"

# until_said WORDS COMMAND…: runs it, and waits until one more line has these words.
until_said()
{
	local words=$1 before
	before=$(lines | grep -c -- "$words" || :)
	"${@:2}"
	wait_for 5 eval "[ \$(lines | grep -c -- '$words') -gt $before ]" || fail "not said:$words"
}

kill_worker()
{
	until_said 'SEG9006 ' kill -KILL "$(role worker | head -n 1)"
}

kill_hub()
{
	until_said ' what=restart restarts=' kill -KILL "$(role hub)"
}

reload()
{
	until_said 'SEG8001 ' kill -HUP "$daemon"
}

# during COMMAND…: runs them while the flood is sent.
during()
{
	flood 4000 12
	wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 ' 5
	for what; do
		$what
	done
	if gone "$spawned"; then
		fail "the sender was done before the last kill: send more"
	fi
	wait "$spawned"
	expect "packets sent" "$(sent)" 12000
}

daemon_up
during kill_worker kill_hub kill_worker kill_hub reload reload
daemon_down
[ $status = 0 ] || fail "exit status $status"
expect "packets in records" "$(count traffic '' packets)" 12000
expect "packets of the pair" "$(count pair 'pair=lgwan>internet verdict=violation ' packets)" 12000
for client in 10.2.0.9 2001:db8:2::9; do
	expect "packets of $client" "$(by_flow " client=$client server=.*25 service=udp/23 ")" 6000
done
expect "flows" "$(records flow | sort -u | grep -oE ' flows=[0-9]+' |
	awk -F= '{ s += $2 } END { print s + 0 }')" 1000
expect "missed" "$(count traffic '' '(lost|records|nameless|refused)')" 0
records flow | grep -q ' rule=default-deny near=web verdict=violation outcome=attempted id=2002 ' ||
	fail "the rows do not say what was judged"

# What a hub has not read of a policy before its own when it is killed, the next one cannot name: it
# says how much that is.
daemon_up
conf heartbeat='"6 s"' > "$dir/conf"
during reload kill_hub reload kill_worker kill_hub
daemon_down
[ $status = 0 ] || fail "exit status $status"
lost=$(count traffic '' '(lost|nameless)')
expect "packets in records" "$(count traffic '' packets)" 24000
expect "packets of the pair" $(($(count pair '' packets) + lost)) 24000
expect "packets of flows" $(($(by_flow '') + lost)) 24000
expect "refused records" "$(count traffic '' refused)" 0

# Another run: a conduit's own traffic, a question and an answer each.
serve internet udp 10.3.0.80 53
serve internet udp 2001:db8:3::80 53
daemon_up resume
for ((i = 0; i < 5; i++)); do
	ask lgwan udp 10.3.0.80 53
	ask lgwan udp 2001:db8:3::80 53
done
daemon_down
[ $status = 0 ] || fail "exit status $status"
expect "packets of the conduit" \
	"$(count conduit 'pair=lgwan>internet rule=web verdict=conforming ' packets)" 20
for net in 10.3.0. 2001:db8:3::; do
	expect "packets to ${net}80" \
		"$(by_flow " server=${net}80 service=udp/53 rule=web verdict=conforming outcome=answered ")" 10
done
expect "lost afterwards" "$(count traffic '' '(lost|nameless)')" "$lost"
"$segauditctl" verify "$dir"/state/ledger/*.log > "$dir/verified" || {
	cat "$dir/verified"
	fail "the record is not whole"
}
# The two policies that were in force are there by their hashes, and are configurations.
cd "$dir/state/ledger"
named=$(sed -nE 's/.* LEDGER (begin|policy) .* policy=([0-9a-f]{64}) .*/\2/p' ./*.log | sort -u)
expect "policies" "$(echo "$named" | wc -l)" 2
expect "their files" "$(echo policy-*)" "$(printf '%s\n' "$named" | sed 's/.*/policy-&.conf/' | paste -sd ' ')"
for file in policy-*.conf; do
	expect "the hash of $file" "policy-$(sha256sum < "$file" | cut -d' ' -f1).conf" "$file"
	"$SEGAUDITD" -n -c "$file" > "$dir/notices" || fail "$file is no configuration"
	expect "$file, mode and owner" "$(stat -c '%a %U' "$file")" "640 nobody"
done
said "SEG8001 .* policy=$(grep -l 'heartbeat = "6 s"' policy-* | cut -c8-23) " ||
	fail "the reload does not name its policy"
# One that is altered, or gone, is found.
cp "$file" "$dir/copy"
sed -i 's/Laboratory/Labaratory/' "$file"
got=0
"$segauditctl" verify ./*.log > "$dir/verified" || got=$?
expect "verify of an altered policy" $got 1
grep -q "altered: $file beside this file was altered" "$dir/verified" || fail "it is not named"
rm "$file"
got=0
"$segauditctl" verify ./*.log > "$dir/verified" || got=$?
expect "verify without a policy" $got 2
grep -q "hole: $file, which was in force, is not beside this file" "$dir/verified" || fail "it is not named"
cp "$dir/copy" "$file"
"$segauditctl" verify ./*.log > "$dir/verified" || fail "the record is not whole again"
cd "$top"
echo "lost $lost of 24000; $(records flow | wc -l) rows of flows, $(records pair | wc -l) of pairs," \
	"$(records conduit | wc -l) of conduits"
finish
