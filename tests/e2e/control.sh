#!/bin/bash
# segauditctl and a real daemon: what it shows agrees with what happened and with the lines, for root,
# for a member of the daemon's group, and for nobody else; a hub that is killed is followed by one that
# answers; the socket is gone after the stop.
set -eu
. "$(dirname "$0")/lib.sh"
SEGAUDITCTL=$(realpath "${SEGAUDITCTL:-$(dirname "$SEGAUDITD")/segauditctl}")
[ -x "$SEGAUDITCTL" ] || fail "$SEGAUDITCTL: no such program; set SEGAUDITCTL"
for tool in setpriv jq; do
	command -v $tool > /dev/null || skip "$tool not found"
done
group=$(id -g nobody)

ctl()
{
	"$SEGAUDITCTL" -s "$dir/run/control" "$@"
}

# as WHO COMMAND…: `member` is in the daemon's group, `other` is not; neither is its user. Neither need be
# able to reach this build: the program is a copy.
as()
{
	local groups=--clear-groups
	if [ "$1" = member ]; then
		groups=--groups=$group
	fi
	setpriv --reuid=2 --regid=2 "$groups" "$dir/segauditctl" -s "$dir/run/control" "${@:2}"
}

# expect STATUS COMMAND…: runs it; its output is in $dir/said and $dir/complaint.
expect()
{
	local want=$1 got=0
	shift
	"$@" > "$dir/said" 2> "$dir/complaint" || got=$?
	[ $got = "$want" ] || fail "$*: exit status $got instead of $want: $(cat "$dir/complaint")"
}

says()
{
	grep -qE -- "$1" "$dir/said" || fail "no \"$1\" in: $(cat "$dir/said")"
}

complains()
{
	grep -qE -- "$1" "$dir/complaint" || fail "no \"$1\" in: $(cat "$dir/complaint")"
}

# 0. No daemon: 69, and what to look at.
lab_up
syslog_up
cp "$SEGAUDITCTL" "$dir/segauditctl"
expect 69 ctl status
complains 'not there.*systemctl status segauditd'
expect 69 ctl explain 2345672345
expect 0 env LC_ALL= LC_MESSAGES= LANG=ja_JP.UTF-8 "$SEGAUDITCTL" -s "$dir/run/control" explain 2002
says '^考えられる原因:$'
expect 0 env LC_ALL= LC_MESSAGES=C LANG=ja_JP.UTF-8 "$SEGAUDITCTL" -s "$dir/run/control" explain no-conduit
says '^Likely causes:$'
[ ! -s "$dir/complaint" ] || fail "explain complains: $(cat "$dir/complaint")"

conf log="( { target = \"syslog\"; socket = \"$dir/log\"; }, { target = \"file\"; path = \"$events\"; },
	{ target = \"json\"; path = \"$dir/out/json\"; } )" > "$dir/conf"
daemon_up
[ "$(stat -c '%a %G %F' "$dir/run/control")" = "660 $(id -gn nobody) socket" ] ||
	fail "control: $(stat -c '%a %U %G %F' "$dir/run/control")"

# 1. Traffic: a dropped port and an answered one.
flood_file 500
serve internet tcp 10.3.0.25 7
spawn ctl tail -n 0 state=OPEN dst=10.3.0.25:7 > "$dir/followed"
follower=$spawned
spawn ctl -j tail -n 0 > "$dir/followed.json" 2> /dev/null
wait_for 5 eval 'ctl -j status | jq -e ".sid" > /dev/null' || fail "no status"
flood 2000 1
ask lgwan tcp 10.3.0.25 7
wait "$spawned" || fail "tcpreplay failed"
wait_line 'SEG2002 (OPEN|WORSE) .*outcome=answered .*dst=10.3.0.25:7 ' 5
wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 ' 5

# 2. Incidents: those of the lines, the worst first; the counts are those of the packets sent.
drained()
{
	[ "$(ctl -j incidents dst=10.3.0.25:23 | jq .n)" = 500 ]
}
wait_for 5 drained || fail "not 500 packets: $(ctl -j incidents dst=10.3.0.25:23)"
expect 0 ctl -j incidents
[ "$(wc -l < "$dir/said")" = 2 ] || fail "not two incidents: $(cat "$dir/said")"
[ "$(jq -rs '[.[] | .sev] | join(" ")' "$dir/said")" = "crit warning" ] || fail "$(cat "$dir/said")"
[ "$(head -n 1 "$dir/said" | jq -r '"\(.id) \(.state) \(.pair) \(.outcome) \(.src) \(.dst) \(.dport)"')" = \
	"SEG2002 OPEN lgwan>internet answered 10.2.0.9 10.3.0.25 7" ] || fail "$(cat "$dir/said")"
ev=$(lines | sed -nE 's/^SEG2002 OPEN ev=([A-Z2-7]+) .*dst=10.3.0.25:23 .*/\1/p')
[ "$(jq -r 'select(.dport == 23) | .ev' "$dir/said")" = "$ev" ] || fail "another ev than in the line"
expect 0 ctl incidents sev=warning
says "^SEV +ID +EV "
says "^warning +SEG2002 +$ev +lgwan>internet +attempted +udp +10.2.0.9:[0-9]+ +10.3.0.25:23 +default-deny "
[ "$(wc -l < "$dir/said")" = 2 ] || fail "more than one incident passes: $(cat "$dir/said")"
expect 0 ctl incidents sev=alert
says '^no open incident passes$'
expect 64 ctl incidents par=lgwan
complains 'no such field.*par=lgwan'

# An incident in words: its line, its rules, and commands with its own hosts; in the daemon's language.
expect 0 env LC_ALL=ja_JP.UTF-8 "$SEGAUDITCTL" -s "$dir/run/control" explain "$ev"
says '^SEG2002 no-conduit$'
says "^  SEG2002 OPEN ev=$ev .*dst=10.3.0.25:23 .* n=500 .*msg="
says '^Rule: default-deny$'
says '^The nearest conduit: web:(client|server|service)'
says '^  rule=web pair="?lgwan>internet"? .*services='
says '^Likely causes:$'
says '^  conntrack -L -s 10.2.0.9 -d 10.3.0.25$'
says '^  ip route get 10.3.0.25 from 10.2.0.9 iif eth2$'
says "^  segauditctl incidents ev=$ev\$"
expect 0 ctl -j explain -l ja "$ev"
jq -e --arg ev "$ev" '.id == "SEG2002" and .language == "ja" and .incident.ev == $ev and .incident.n == 500 and
	.near.rule == "web" and (has("rule") | not) and .severity.crossed == "crit" and .severity_raised.crossed == "alert" and
	([.commands[].run] | index("ip neigh show 10.2.0.9")) and (.meaning | test("通信"))' "$dir/said" > /dev/null ||
	fail "explain: $(cat "$dir/said")"
expect 1 ctl explain 2345672345
complains "no incident with this ev is open.*"
complains "grep -h 'ev=2345672345 ' .*/ledger/"
expect 64 ctl explain 2999
expect 64 ctl explain
expect 64 ctl explain -l fr 2002

# 3. tail: the line as it was said, with sid and seq; the JSON follower has all since, each an object.
wait_for 5 test -s "$dir/followed" || fail "tail shows nothing"
end "$follower"
line=$(lines | grep -E '^SEG2002 OPEN .*dst=10.3.0.25:7 ')
[ "$(cat "$dir/followed")" = "$line" ] || fail "tail says \"$(cat "$dir/followed")\" instead of \"$line\""
wait_for 5 eval 'jq -es "map(select(.id == \"SEG2002\")) | length >= 2" "$dir/followed.json" > /dev/null' ||
	fail "tail -j: $(cat "$dir/followed.json")"

# Its objects are those of the log target, which has members of its own before them.
same_json()
{
	jq -cs 'map(select(.seq > '"$first"') | del(."@timestamp") | with_entries(select(.key | contains(".") | not))) | .[0:8][]' \
		"$dir/out/json" > "$dir/json.log"
	jq -cs '.[0:8][]' "$dir/followed.json" > "$dir/json.tail"
	[ "$(wc -l < "$dir/json.tail")" = 8 ] && cmp -s "$dir/json.log" "$dir/json.tail"
}
first=$(($(head -n 1 "$dir/followed.json" | jq .seq) - 1))
wait_for 12 same_json || fail "tail -j differs from the log: $(diff "$dir/json.log" "$dir/json.tail")"
jq -es 'map(select(.id == "SEG9001" and .what == null))[0] | .seconds > 4 and .seconds < 60 and (.blind | type) == "number" and .pairs == 12 and
	.assured >= 0' "$dir/out/json" > /dev/null || fail "heartbeat: $(grep -h SEG9001 "$dir/out/json")"

# 4. Status: ok; four interfaces; the packets that lines and kernel know.
expect 0 ctl status
says '^ok$'
says '4 of 4 interfaces'
says 'incidents +2 open: 1 crit, 1 warning'
expect 0 ctl -j status
jq -e '.verdict == "ok" and .interfaces == 4 and .incidents == 2 and .crit == 1 and .warning == 1 and .drops == 0 and
	.packets == .judged + .not_judged + .undecodable and .flows == .conforming + .violations +
	.suspected + .unverifiable and .violations == 501 and (.roles | length) == 4 and
	([.sinks[].lost] | add) == 0' "$dir/said" > /dev/null ||
	fail "status: $(cat "$dir/said")"
sid=$(jq -r .sid "$dir/said")
lines | tail -n 1 | grep -q "sid=$sid " || fail "sid $sid is not that of the lines"

# 5. Coverage, zones, conduits.
expect 0 ctl coverage
says '^eth2 +watched '
beat()
{
	ctl -j coverage | jq -e --arg is "$1" '[.pairs[] | select(.period == "heartbeat")] |
		length == 12 and (.[] | select(.pair == "lgwan>internet") | .assured == $is)' > /dev/null
}
wait_for 12 beat yes || fail "not assured after a heartbeat without a gap: $(ctl coverage)"
expect 0 ctl -j coverage
jq -e '(.interfaces | length) == 4 and ([.periods[].period] | contains(["hour", "heartbeat"])) and
	([.interfaces[] | .watched, .blind, .frames | type] | unique) == ["number"]' "$dir/said" > /dev/null ||
	fail "coverage: $(cat "$dir/said")"
expect 0 ctl -j zones
[ "$(jq -rs '[.[] | .zone] | join(" ")' "$dir/said")" = "kikan lgwan internet outside" ] ||
	fail "zones: $(cat "$dir/said")"
expect 0 ctl conduits
says '^web +lgwan>internet +listed +listed +tcp/80,udp/53,icmp/8,icmp6/128'

# 6. Who may: a member may read, nothing more; anybody else nothing.
expect 0 as member status
says '^ok$'
expect 69 as member reload
complains 'denied.*only root'
expect 69 as other status
complains 'permission denied: only root and members of the group'
# Even where the file lets anybody in.
chmod 666 "$dir/run/control"
expect 69 as other status
complains 'only root and members'
chmod 660 "$dir/run/control"

# 7. Reload: in force with its generation, or refused with the first error, and the lines say the same.
expect 0 ctl reload
says 'in force: generation 2$'
said 'SEG8001 ' || fail "the reload was not said"
cp "$dir/conf" "$dir/good"
echo 'workres = 2;' >> "$dir/conf"
expect 1 ctl reload
complains 'conf:[0-9]+: .*workres'
said 'SEG8002 ' || fail "the refusal was not said"
cp "$dir/good" "$dir/conf"
echo 'language = "ja";' >> "$dir/conf"
expect 0 ctl -j reload
[ "$(cat "$dir/said")" = '{"reloaded":true,"gen":3}' ] || fail "$(cat "$dir/said")"
expect 0 env LC_ALL=C "$SEGAUDITCTL" -s "$dir/run/control" explain "$ev"
says '^  許可する通信路がない。'
expect 0 ctl explain -l en SEG2002
says '^Likely causes:$'

# 8. An interface goes down: degraded, and the pairs with it.
ns gateway ip link set eth3 down
wait_for 5 eval 'ctl status | grep -q "^degraded: eth3 is not watched: link-down"' ||
	fail "not degraded: $(ctl status)"
expect 0 ctl coverage
says '^eth3 +BLIND +link-down'
says '^lgwan>internet +NOT ASSURED +.*(no link for|リンクダウン) [0-9.]+ '
beat no || fail "the link is down and the pair assured: $(ctl coverage)"
ns gateway ip link set eth3 up
wait_for 10 eval 'ctl status | grep -q "^ok$"' || fail "not ok again: $(ctl status)"

# 9. The syslog reader is stopped: its lines wait, which status says; it goes on, and all is well.
kill -STOP "$syslogd"
for ((i = 0; i < 400; i++)); do
	ask lgwan udp 10.3.0.26 $((30000 + i)) &
	[ $((i % 50)) != 49 ] || wait_for 5 said "dst=10.3.0.26:$((30000 + i)) "
done
wait_for 10 eval 'ctl status | grep -q "^degraded: syslog .*/log takes no lines: [0-9]* lines wait"' ||
	fail "the stopped reader is not said: $(ctl status)"
kill -CONT "$syslogd"
wait_for 10 eval 'ctl status | grep -q "^ok$"' || fail "not ok again: $(ctl status)"

# 10. The hub is killed: its successor answers, with another sid, and says that it is one.
kill -KILL "$(role hub)"
another()
{
	[ "$(ctl -j status 2> /dev/null | jq -r .sid)" != "$sid" ] &&
		ctl -j status | jq -e '.roles[0].restarts == 1' > /dev/null
}
wait_for 10 another || fail "no new hub answers"
[ "$(stat -c %a "$dir/run/control")" = 660 ] || fail "the new socket is open to others"

daemon_down
[ $status = 0 ] || fail "exit status $status"
[ ! -e "$dir/run/control" ] || fail "the socket is still there"
finish
