#!/bin/bash
# SIGHUP under traffic, with a good file and with a broken one: no packet is lost, the new rules hold
# from then on, a broken file changes nothing.
set -eu
. "$(dirname "$0")/lib.sh"

lab_up
syslog_up
conf > "$dir/conf"
flood_file 2000
daemon_up
serve internet tcp 10.3.0.25 7

flood 4000 12
sender=$spawned
wait_line 'SEG2002 OPEN .*dst=10.3.0.25:23 ' 5

# 1. A broken file: said with file and line, nothing changes.
cp "$dir/conf" "$dir/good"
echo 'workres = 2;' >> "$dir/conf"
line=$(wc -l < "$dir/conf")
kill -HUP "$daemon"
wait_line "SEG8002 .*conf:$line:.*workres" 5
ask lgwan tcp 10.3.0.25 7
wait_line 'SEG2002 (OPEN|WORSE) .*outcome=answered .*dst=10.3.0.25:7 ' 5

# 2. A good one, which permits what was a violation.
sed 's/"tcp\/80", "udp\/53"/"tcp\/80", "tcp\/7", "udp\/53"/; s/"10.3.0.80"/"10.3.0.80", "10.3.0.25"/' \
	"$dir/good" > "$dir/conf"
kill -HUP "$daemon"
wait_line 'SEG8001 ' 5
before=$(lines | grep -c 'dst=10.3.0.25:7 ' || :)
ask lgwan tcp 10.3.0.25 7
ask lgwan tcp 10.3.0.25 99
wait_line 'SEG2003 OPEN .*dst=10.3.0.25:99 ' 5
after=$(lines | grep -v CLOSED | grep -c 'dst=10.3.0.25:7 ' || :)
[ "$before" = "$after" ] || fail "port 7 is still judged by the old rules"

# 3. Many reloads in a row: the first six are said one by one, the rest are summed up.
for ((i = 2; i <= 10; i++)); do
	kill -HUP "$daemon"
	wait_for 5 grep -q "in force: generation $((i + 1))\$" "$dir/messages" ||
		fail "reload $i is not in force"
done

gone "$sender" && fail "the sender was done before the last reload: send more"
wait "$sender"
daemon_down
[ $status = 0 ] || fail "exit status $status"
sent=$(sent)
judged=$(total 'dst=10.3.0.25:23 ')
reloads=$(lines | grep 'SEG8001 ' | sed '/ n=/!s/.*/1/; s/.* n=\([0-9]*\) .*/\1/' | paste -sd ' ')
echo "sent $sent, judged $judged, over these reloads: $reloads"
[ $((${reloads// /+})) = 10 ] || fail "not ten reloads were said"
[ "$(echo "$reloads" | wc -w)" -le 8 ] || fail "the reloads were not summed up"
[ "$sent" = "$judged" ] || fail "sent $sent packets, $judged were judged"
finish
