#!/bin/bash
# A real systemd-journald, in a mount namespace of its own: missing at the start, stopped, restarted.
# Each line is there with its fields, or is counted (9008).
set -eu
. "$(dirname "$0")/lib.sh"

for journald in /lib/systemd/systemd-journald /usr/lib/systemd/systemd-journald; do
	[ ! -x $journald ] || break
done
[ -x $journald ] || skip "systemd-journald is not installed (Debian package systemd)"
[ -f /etc/systemd/journald.conf ] || skip "/etc/systemd/journald.conf is not there: nothing to put ours over"
[ -s /etc/machine-id ] || skip "/etc/machine-id is empty: a journal has no name"
command -v jq > /dev/null || skip "jq not found"

mkdir -p "$dir/journal" "$dir/var-log"
chmod 755 "$dir/journal"
socket=$dir/journal/systemd/journal/socket
cat > "$dir/journald.conf" <<-'END'
	[Journal]
	Storage=volatile
	ReadKMsg=no
	Audit=no
	ForwardToSyslog=no
	ForwardToWall=no
	RateLimitBurst=0
END

journald_up()
{
	rm -f "$socket"
	spawn unshare --mount sh -c "mount --bind '$dir/journal' /run &&
		mount --bind '$dir/journald.conf' /etc/systemd/journald.conf &&
		mount --bind '$dir/var-log' /var/log && exec $journald" 2>> "$dir/journald.log"
	reader=$spawned
	wait_for 10 test -S "$socket" || skip "systemd-journald does not run here: $(tail -n 1 "$dir/journald.log")"
}

# What the journal has of the daemon, one JSON object a line, in the order in which it came.
journal()
{
	journalctl -q -D "$dir/journal/log/journal" -o json --all -t segauditd
}

# Every line of the file is in the journal, the first times in this order, or the journal says how many
# it did not get.
accounted()
{
	local lost
	journal | jq -r .MESSAGE > "$dir/got"
	lines "$dir/got" | grep -v 'SEG9008 ' | awk '!seen[$0]++' > "$dir/arrived" || :
	lines > "$dir/said"
	lost=$(sum 'SEG9008 ' lost "$dir/got")
	[ "$(wc -l < "$dir/said")" = $(($(wc -l < "$dir/arrived") + lost)) ] && is_part "$dir/arrived" "$dir/said"
}

lab_up
conf log="( { target = \"journald\"; socket = \"$socket\"; facility = \"local3\"; },
	{ target = \"file\"; path = \"$events\"; } )" > "$dir/conf"

# 1. There is no journal at all.
daemon_up
incidents_of 1000
journald_up
wait_for 10 accounted || fail "lines from before the journal was there are not in it"

# The fields of one of them, by the journal's own tools.
journalctl -q -D "$dir/journal/log/journal" -o json --all \
	MESSAGE_ID=5e617564697440008000000000002002 SEGAUDIT_STATE=OPEN |
	jq -c 'select(.SEGAUDIT_DST == "10.3.0.25:1003")' > "$dir/one"
[ "$(wc -l < "$dir/one")" = 1 ] || fail "not one OPEN of port 1003 by MESSAGE_ID"
line=$(lines | grep 'OPEN .*dst=10.3.0.25:1003 ')
field()
{
	jq -r ".$1" "$dir/one"
}
[ "$(field MESSAGE)" = "$line" ] || fail "MESSAGE is not the line"
[ "$(field SEGAUDIT_ID) $(field SEGAUDIT_PAIR) $(field SEGAUDIT_PROTO)" = "SEG2002 lgwan>internet udp" ] ||
	fail "fields: $(cat "$dir/one")"
[ "$(field SYSLOG_IDENTIFIER) $(field SYSLOG_FACILITY)" = "segauditd 19" ] || fail "facility"
case $line in
*' sev=crit '*) priority=2 ;;
*' sev=warning '*) priority=4 ;;
*) fail "neither crit nor warning: $line" ;;
esac
[ "$(field PRIORITY)" = $priority ] || fail "PRIORITY $(field PRIORITY), not $priority"
for key in $(sed -E 's/ msg=.*//' <<< "$line" | grep -oE ' [a-z]+=' | tr -d ' =' | tr a-z A-Z) MSG; do
	[ "$(field "SEGAUDIT_$key")" != null ] || fail "SEGAUDIT_$key is not there"
done

# 2. It stands still, with more lines than its socket holds.
kill -STOP "$reader"
for port in 1100 1200 1300 1400; do
	incidents_of $port
done
kill -CONT "$reader"
wait_for 20 accounted || fail "lines from the pause are neither in the journal nor counted"

# 3. It is restarted, again and again. Where systemd runs, it keeps the socket and what is in it; here that goes with the
# process, and is sent again.
for ((i = 0; i < 20; i++)); do
	end "$reader"
	[ $((i % 10)) != 0 ] || incidents_of $((2000 + 10 * i))
	journald_up
	wait_for 20 accounted || fail "lines from restart $i are neither in the journal nor counted"
done
incidents_of 3000
wait_for 20 accounted || fail "lines from the restarts are neither in the journal nor counted"

daemon_down
[ $status = 0 ] || fail "exit status $status"
wait_for 5 accounted || fail "the last lines are neither in the journal nor counted"
echo "$(lines | wc -l) lines, $(journal | wc -l) in the journal"
end "$reader"
finish
