#!/bin/bash
# What was watched, on a real gateway: a link that goes down takes the assurance of exactly the pairs of
# its zone, in heartbeat, `segauditctl coverage` and ledger; an interface where nothing comes is called
# quiet, once, and once when it is over; hub and daemon are killed, and the hour goes on.
set -eu
. "$(dirname "$0")/lib.sh"
SEGAUDITCTL=$(realpath "${SEGAUDITCTL:-$(dirname "$SEGAUDITD")/segauditctl}")
[ -x "$SEGAUDITCTL" ] || fail "$SEGAUDITCTL: no such program; set SEGAUDITCTL"
command -v jq > /dev/null || skip "jq not found"

ctl()
{
	"$SEGAUDITCTL" -s "$dir/run/control" "$@"
}

# The pairs that are not assured since the last heartbeat, with a reason.
doubted()
{
	ctl -j coverage | jq -r --arg why "$1" \
		'.pairs[] | select(.period == "heartbeat" and (.what // "" | split(",") | index($why))) | .pair' | sort
}

# Noise on every boundary: what is not to be quiet must not be.
noise()
{
	while :; do
		for zone in kikan lgwan internet outside; do
			ns $zone ping -n -q -c 1 -W 0.1 10.77.77.77 > /dev/null 2>&1 || :
		done
		sleep 0.2
	done
}

lab_up
syslog_up
# The name of the state has this second in it: an hour that turns meanwhile does no harm.
conf quiet_interface='"4 s"' heartbeat='"3 s"' > "$dir/conf"
daemon_up
spawn noise
noise=$spawned

# 1. All pairs of the four zones, forbidden ones too; each is assured in a heartbeat without a gap.
all=$(for a in internet kikan lgwan outside; do
	for b in internet kikan lgwan outside; do
		[ $a = $b ] || echo "$a>$b"
	done
done | sort)
wait_line 'SEG9001 NOTE .* pairs=12 assured=12 ' 15
[ "$(ctl -j coverage | jq -r '.pairs[] | select(.period == "hour") | .pair' | sort)" = "$all" ] ||
	fail "not these pairs: $(ctl coverage)"
# The hour began before the daemon: whatever came then was not seen.
ctl -j coverage | jq -e '[.pairs[] | select(.period == "hour") | .assured == "no" and (.what | test("blind"))] | all' \
	> /dev/null || fail "an hour that began without us is assured: $(ctl coverage)"

# 2. eth3 goes down: exactly the pairs of internet.
ns gateway ip link set eth3 down
down=$(echo "$all" | grep internet)
[ "$(echo "$down" | wc -l)" = 6 ]
wait_for 5 eval '[ "$(doubted link-down)" = "$down" ]' || fail "not the pairs of internet: $(ctl coverage)"
ctl coverage > "$dir/said"
grep -qE '^eth3 +BLIND +link-down' "$dir/said" || fail "eth3 is not blind: $(cat "$dir/said")"
grep -qE '^kikan>internet +NOT ASSURED .*no link for [0-9]+\.[0-9]{3} s' "$dir/said" ||
	fail "no link-down in words: $(cat "$dir/said")"
ctl coverage 'kikan>internet' > "$dir/said"
grep -qE '^kikan>internet, since the last heartbeat \(.*NOT ASSURED' "$dir/said" ||
	fail "one pair: $(cat "$dir/said")"
grep -qE '^  - an interface had no link for ' "$dir/said" || fail "no sentence: $(cat "$dir/said")"
if ctl coverage 'kikan>nowhere' > /dev/null 2> "$dir/said"; then
	fail "a pair that is not there is explained"
fi
wait_line 'SEG9001 NOTE .* pairs=12 assured=6 unassured=.*kikan>internet:link-down' 10
ns gateway ip link set eth3 up
wait_line 'SEG9004 NOTE .*in=eth3 what=link-down.* to=' 10
wait_for 15 eval '[ "$(doubted link-down)" = "" ]' || fail "still in doubt: $(ctl coverage)"

# 3. Nothing comes by eth1 any more: quiet, once; then one frame.
quiet()
{
	lines | grep -cE "SEG9012 NOTE .*in=eth1 what=quiet" || :
}
[ "$(quiet)" = 0 ] || fail "eth1 is quiet with noise on it"
ns kikan ip link set lan0 arp off
ns kikan sysctl -qw net.ipv6.conf.lan0.disable_ipv6=1
ns gateway sysctl -qw net.ipv6.conf.eth1.disable_ipv6=1
end "$noise" KILL
spawn ns lgwan ping -n -q -i 0.5 10.2.0.1 > /dev/null
spawn ns internet ping -n -q -i 0.5 10.3.0.1 > /dev/null
wait_line 'SEG9012 NOTE .*sev=warning.*in=eth1 what=quiet from=' 15
wait_for 5 eval 'ctl coverage | grep -qE "^eth1 +QUIET "' || fail "eth1 is not shown as quiet: $(ctl coverage)"
[ "$(doubted quiet | grep -c kikan)" = 6 ] || fail "quiet does not count: $(ctl coverage)"
wait_line 'SEG9001 NOTE .* unassured=.*kikan>lgwan:[a-z,-]*quiet' 10
[ "$(quiet)" = 1 ] || fail "said more than once: $(lines | grep SEG9012)"
ns kikan ip link set lan0 arp on
ask kikan icmp 10.1.0.1
wait_line 'SEG9012 NOTE .*in=eth1 what=quiet from=.* to=.* seconds=' 10
[ "$(quiet)" = 2 ] || fail "not two lines: $(lines | grep SEG9012)"

# 4. The hub is killed: what the hour knew is known to the next one, and the time between is not assured.
wait_for 15 test -s "$dir/state/coverage" || fail "nothing is kept"
kill -KILL "$(role hub)"
hour()
{
	ctl -j coverage 2> /dev/null | jq -r --arg pair "$1" \
		'.pairs[] | select(.period == "hour" and .pair == $pair) | "\(.what) by \(.blind_by)"'
}
wait_for 15 eval 'hour "kikan>internet" | grep -q "link-down.*blind.* by .*restart"' ||
	fail "the hour was forgotten: $(hour 'kikan>internet'); $(ctl coverage)"

# 5. The stop: the day so far of each interface, and the hour so far in the ledger.
daemon_down
[ $status = 0 ] || fail "exit status $status"
for i in eth0 eth1 eth2 eth3; do
	said "SEG9001 NOTE .*what=coverage day=[-0-9]{10} in=$i from=.* to=.* watched=.* watched_pct=[0-9.]+ " ||
		fail "no line of the day for $i"
done
cat "$dir"/state/ledger/*.log > "$dir/ledger"
grep -qE 'LEDGER assurance at=.* from=.* pair=kikan>internet assured=no what=link-down.* link_down=[0-9.]+ ' "$dir/ledger" ||
	fail "no record of the pair: $(grep LEDGER "$dir/ledger")"
grep -qE 'LEDGER assurance at=.* from=.* pairs=12 assured=0 ' "$dir/ledger" || fail "no sum of the pairs"
ctl verify "$dir"/state/ledger/*.log > "$dir/verified" 2>&1 || [ $? = 2 ] ||
	fail "the ledger is not whole: $(cat "$dir/verified")"

# 6. A new daemon, in Japanese: hour and day go on, and the day says so at its end.
echo 'language = "ja";' >> "$dir/conf"
daemon_up resume
ctl coverage > "$dir/said"
grep -qE '^kikan>internet +NOT ASSURED .*リンクダウン [0-9.]+ 秒; 監視不能 [0-9.]+ 秒 \(.*stop' "$dir/said" ||
	fail "no reasons in Japanese: $(cat "$dir/said")"
ctl coverage 'kikan>internet' > "$dir/said"
grep -qE '^  - インターフェースのリンクが [0-9.]+ 秒間切れていた' "$dir/said" || fail "no sentence: $(cat "$dir/said")"
ctl -j coverage 'kikan>internet' | jq -e '[.pairs[].pair] | unique == ["kikan>internet"]' > /dev/null ||
	fail "more than one pair: $(ctl -j coverage 'kikan>internet')"
daemon_down
lines | grep -E 'what=coverage day=.* in=eth1 ' | tail -n 1 > "$dir/day"
from=$(lines | grep -E 'what=coverage day=.* in=eth1 ' | head -n 1 | grep -o ' from=[^ ]*')
grep -q "$from" "$dir/day" || fail "the day began anew: $(cat "$dir/day")"
finish
