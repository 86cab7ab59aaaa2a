#!/bin/bash
# A collector elsewhere, a real rsyslogd: over UDP and over TCP, IPv4 and IPv6. It is stopped, killed
# and restarted, and so is the daemon: over TCP with a spool every line arrives, in order; one that
# comes twice has the same number. What it missed over UDP comes, too, without flooding it. When the
# spool is full, alerts are kept and the rest is counted, the oldest first. REMOTE_AWAY=300 makes
# its absence five minutes.
set -eu
. "$(dirname "$0")/lib.sh"
away=${REMOTE_AWAY:-6}
command -v jq > /dev/null || skip "jq not found"

cat > "$dir/collector.conf" <<-END
	global(workDirectory="$dir" maxMessageSize="16k")
	module(load="imudp")
	module(load="imptcp")
	template(name="j" type="list" option.jsonf="on") {
		property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
		property(outname="host" name="hostname" format="jsonf")
		property(outname="app" name="app-name" format="jsonf")
		property(outname="pid" name="procid" format="jsonf")
		property(outname="msgid" name="msgid" format="jsonf")
		property(outname="pri" name="pri" format="jsonf")
		property(outname="version" name="protocol-version" format="jsonf")
		property(outname="sd" name="structured-data" format="jsonf")
		property(outname="msg" name="msg" format="jsonf")
	}
	ruleset(name="udp") { action(type="omfile" file="$dir/udp" template="j") }
	ruleset(name="tcp") { action(type="omfile" file="$dir/tcp" template="j") }
	ruleset(name="tcp6") { action(type="omfile" file="$dir/tcp6" template="j") }
	input(type="imudp" port="5514" address="127.0.0.1" ruleset="udp")
	input(type="imptcp" port="5515" address="127.0.0.1" ruleset="tcp")
	input(type="imptcp" port="5516" address="::1" ruleset="tcp6")
END
touch "$dir/udp" "$dir/tcp" "$dir/tcp6"

collector_up()
{
	rm -f "$dir/collector.pid"
	spawn ns gateway rsyslogd -n -f "$dir/collector.conf" -i "$dir/collector.pid"
	collector=$spawned
	wait_for 10 listens gateway tcp 127.0.0.1 5515 || fail "rsyslogd did not listen within 10 s"
}

# What came over one of the ways, as it was said.
came()
{
	jq -r .msg "$dir/$1"
}

# Every line of the file came over the way $1, the first times in this order; with 9008 of its own
# for what did not. With FROM and TO: those lines of the file did.
arrived()
{
	came "$1" > "$dir/came.$1"
	grep -v 'SEG9008 ' "$dir/came.$1" | awk '!seen[$0]++' > "$dir/first.$1" || :
	lines > "$dir/said"
	[ -n "${2:-}" ] || { cmp -s "$dir/said" "$dir/first.$1"; return; }
	sed -n "$2,$3p" "$dir/said" > "$dir/part"
	grep -xFf "$dir/part" "$dir/first.$1" | cmp -s "$dir/part" -
}

# The same, but for as many lines as 9008 says. It may say a few more: those that came in the second
# before the collector was gone.
accounted()
{
	local missing
	arrived "$1" || :
	lost=$(sum 'SEG9008 ' lost "$dir/came.$1")
	missing=$(($(wc -l < "$dir/said") - $(wc -l < "$dir/first.$1")))
	[ $missing -le "$lost" ] && [ $missing -ge $((lost > 10 ? lost - 10 : lost)) ] &&
		is_part "$dir/first.$1" "$dir/said"
}

# Datagrams that found no room in a socket.
overflows()
{
	ns gateway awk '$1 == "Udp:" { n = $6 } END { print n }' /proc/net/snmp
}

# conf_of SPOOL: of the collector over TCP.
conf_of()
{
	conf lines_per_second=100000 log="( { target = \"file\"; path = \"$events\"; },
		{ target = \"remote\"; address = \"udp:127.0.0.1:5514\"; spool = \"64 MiB\"; facility = \"local3\"; },
		{ target = \"remote\"; address = \"tcp:127.0.0.1:5515\"; spool = \"$1\"; facility = \"local3\"; },
		{ target = \"remote\"; address = \"tcp:[::1]:5516\"; min = \"warning\"; } )" > "$dir/conf"
}

lab_up
ns gateway ip link set lo up
serve kikan tcp 10.1.5.10 3389
conf_of "64 MiB"

# 1. It is there, and gets everything, whole.
collector_up
daemon_up
incidents_of 1000
for way in udp tcp; do
	wait_for 10 arrived $way || fail "not all lines came over $way"
done
wait_for 5 eval '[ "$(came tcp6 | grep -c OPEN)" = 16 ]' || fail "not all came over IPv6"
line=$(lines | grep 'OPEN .*dst=10.3.0.25:1003 ')
for way in udp tcp tcp6; do
	jq -c --arg line "$line" 'select(.msg == $line)' "$dir/$way" > "$dir/one"
	[ "$(wc -l < "$dir/one")" = 1 ] || fail "the line of port 1003 is not once in $way"
	jq -e 'select(.version == "1" and .app == "segauditd" and .msgid == "SEG2002" and (.pid | test("^[0-9]+$")) and
		(.time | test("^20..-..-..T..:..:..[.][0-9]{6}(Z|[+]00:00)$")))' "$dir/one" > /dev/null ||
		fail "header of $way: $(cat "$dir/one")"
	# Each key=value of the line, but msg, is key="value" of the data; no value here needs an escape.
	want=$(sed -E 's/^SEG2002 OPEN/[segaudit@32473 state=OPEN/; s/ msg=.*//; s/ ([a-z]+)=([^ ]+)/ \1="\2"/g; s/$/]/' \
		<<< "$line")
	[ "$(jq -r .sd "$dir/one")" = "$want" ] || fail "data of $way: $(jq -r .sd "$dir/one")"
done
case $line in *' sev=crit '*) severity=2 ;; *) severity=4 ;; esac
[ "$(jq -r --arg line "$line" 'select(.msg == $line) | .pri' "$dir/tcp")" = $((19 * 8 + severity)) ] ||
	fail "priority"
[ "$(jq -r --arg line "$line" 'select(.msg == $line) | .pri' "$dir/tcp6")" = $((3 * 8 + severity)) ] ||
	fail "priority without a facility"

# 2. It is stopped for a while, in which the daemon and then its hub are killed.
end "$collector"
incidents_of 1100
sleep 2.5 # lines are on disk when the collector was away for 2 s
incidents_of 1200
new_hub
incidents_of 1300
sleep 2.5
kill_all
mv "$events" "$events.1"
daemon_up
cat "$events" >> "$events.1"
mv "$events.1" "$events"
kill -HUP "$daemon" # the file was replaced under it
wait_line 'SEG8001 '
incidents_of 1400
collector_up
wait_for 45 arrived tcp || fail "not all lines came over tcp after a kill"
twice=$(($(wc -l < "$dir/came.tcp") - $(sort -u "$dir/came.tcp" | wc -l)))
echo "after the kills: $(wc -l < "$dir/said") lines, $twice came twice"

# 3. It stands still.
kill -STOP "$collector"
incidents_of 1500
sleep 5
incidents_of 1600
kill -CONT "$collector"
wait_for 20 arrived tcp || fail "not all lines came over tcp after a pause"

# 4. It is restarted, again and again.
for ((i = 0; i < 20; i++)); do
	end "$collector"
	[ $((i % 5)) != 0 ] || incidents_of $((2000 + 20 * i))
	collector_up
done
incidents_of 3000
wait_for 45 arrived tcp || fail "not all lines came over tcp after restarts"
! grep -q 'SEG9008 ' "$dir/came.tcp" || fail "lines were lost over tcp: $(grep 'SEG9008 ' "$dir/came.tcp")"

# 5. It is away for a time, and the spool has room for all.
from=$(($(lines | wc -l) + 1))
incidents_of 3100
wait_for 45 arrived udp $from "$(lines | wc -l)" || fail "not all lines come over udp after restarts"
end "$collector"
from=$(($(lines | wc -l) + 1))
overflowed=$(overflows)
opens $((9000 / (away < 30 ? 30 : away))) "$away"
wait_opened
to=$(lines | wc -l)
collector_up
for way in tcp udp; do
	wait_for 60 arrived $way "$from" "$to" ||
		fail "not all lines came over $way after a time away: $(($(overflows) - overflowed)) found no room"
done
echo "away for $away s: $((to - from + 1)) lines, and $(($(overflows) - overflowed)) found no room"

# 6. It is away for longer than the spool lasts: 6,000 incidents in 1 MiB, and alerts.
conf_of "1 MiB"
kill -HUP "$daemon"
wait_for 5 eval '[ "$(lines | grep -c SEG8001)" = 2 ]' || fail "the reload was not said"
wait_for 20 arrived tcp 1 "$(lines | wc -l)" || fail "not all lines came over tcp before the spool is full"
end "$collector"
ask internet tcp 10.1.5.10 3389
wait_line 'OPEN .*sev=alert .*dst=10.1.5.10:3389 '
opens 1200 5
wait_opened
wait_for 20 said 'SEG9001 .* lines_waiting=[0-9]{4,} lines_lost=[1-9]' || fail "no heartbeat says that lines wait in the spool"
collector_up
wait_for 60 accounted tcp || fail "lines are neither there nor counted"
grep 'SEG9008 ' "$dir/came.tcp" | grep -q ' what=spool-full ' || fail "9008 does not say spool-full"
echo "spool full: $(wc -l < "$dir/said") lines, $lost counted as lost"
# What is missing is neither alert nor crit, and of the rest it is the oldest.
grep -vxFf "$dir/first.tcp" "$dir/said" > "$dir/missing" || :
! grep -E ' sev=(alert|crit) ' "$dir/missing" || fail "alerts are lost"
grep -q ' sev=alert .*dst=10.1.5.10:3389 ' "$dir/first.tcp" || fail "the alert is lost"
first=$(grep -nxF -m 1 -f <(head -n 1 "$dir/missing") "$dir/said" | cut -d: -f1)
tail -n "+$first" "$dir/said" | grep -vE ' sev=(alert|crit) ' > "$dir/plain"
head -n "$(wc -l < "$dir/missing")" "$dir/plain" | cmp - "$dir/missing" || fail "the lost lines are not the oldest"
[ "$lost" -gt 500 ] || fail "only $lost lines were lost: this was no test of a full spool"
[ "$(du -sb "$dir/state/spool/tcp-127.0.0.1-5515" | cut -f 1)" -lt 1200000 ] || fail "the spool is larger than it may be"

daemon_down
[ $status = 0 ] || fail "exit status $status"
wait_for 10 accounted tcp || fail "the last lines are neither there nor counted"
finish
