#!/bin/bash
# Evidence: the first frames of each incident as a capture that other programs open without a word:
# bytes that were on the wire and no others, no payload, the hash that CLOSED says; over a kill of the
# hub and a stop, with a cut end, with little room and without any.
set -eu
. "$(dirname "$0")/lib.sh"

evidence=$dir/state/evidence
marker="secret words of no header"

# line STATE REGEX: the one line of an incident.
line()
{
	lines | grep -aE "^SEG[0-9]{4} $1 .*$2" | tail -n 1
}

# value NAME LINE: of a field, nothing when it is not there.
value()
{
	echo "$2" | sed -nE "s/.* $1=([^ ]*) .*/\1/p"
}

# send PROTO ADDRESS PORT: the marker as payload, from lgwan; a moment for the echo.
send()
{
	local to=$2 family=4
	case $2 in
	*:*)
		to="[$2]"
		family=6
		;;
	esac
	case $1 in
	tcp) echo "$marker" | ns lgwan timeout 2 socat -t 0.5 - "TCP$family:$to:$3,connect-timeout=0.5" ;;
	udp) echo "$marker" | ns lgwan timeout 2 socat -t 0.5 - "UDP$family:$to:$3" ;;
	esac > /dev/null 2>&1 || :
}

# frames FILE: the bytes of each frame in hexadecimal digits, as tcpdump reads them.
frames()
{
	tcpdump -nn -t -xx -r "$1" 2> /dev/null |
		awk '/^[^\t]/ { if (n++) print ""; next }
			{ sub(/^.*: */, ""); gsub(/ /, ""); printf "%s", $0 }
			END { if (n) print "" }'
}

# opens FILE: is it whole, as others read it? None may complain.
opens()
{
	tcpdump -nn -r "$1" > "$dir/tcpdump" 2> "$dir/complaints" || fail "$1: $(cat "$dir/complaints")"
	! grep -v '^reading from file' "$dir/complaints" || fail "$1: tcpdump complains"
	command -v tshark > /dev/null && command -v capinfos > /dev/null || return 0
	capinfos "$1" > "$dir/capinfos" 2>&1 || fail "$1: $(cat "$dir/capinfos")"
	! grep -iE 'warn|error|damaged|cut short' "$dir/capinfos" || fail "$1: capinfos complains"
	tshark -r "$1" > "$dir/tshark" 2> "$dir/complaints" || fail "$1: $(cat "$dir/complaints")"
	! grep -v '^Running as user "root"' "$dir/complaints" || fail "$1: tshark complains"
	[ "$(wc -l < "$dir/tcpdump")" = "$(wc -l < "$dir/tshark")" ] || fail "$1: not as many packets"
}

# closed REGEX: its incident is closed, with evidence whose hash and rights are right; $file names it.
closed()
{
	local closed
	wait_line "CLOSED .*$1" 20
	closed=$(line CLOSED "$1")
	file=$evidence/$(value evidence "$closed")
	[ "$file" = "$evidence/$(value ev "$closed").pcapng" ] || fail "evidence of another name: $closed"
	[ -f "$file" ] || fail "$file is not there: $closed"
	echo "$(value sha256 "$closed")  $file" | sha256sum -c --quiet || fail "another hash: $closed"
	[ "$(stat -c '%a %U' "$file")" = "600 nobody" ] || fail "$file: $(stat -c '%a %U' "$file")"
	opens "$file"
}

# shape FILE: of each frame the interface, the direction (1 in, 2 out), and the bytes kept of how many.
shape()
{
	tshark -r "$1" -T fields -e frame.interface_name -e frame.packet_flags_direction \
		-e frame.cap_len -e frame.len 2> /dev/null | sed 's/0x0*//' | tr '\t' ' ' | paste -sd,
}

lab_up
syslog_up
conf quiet_after='"4 s"' > "$dir/conf"
daemon_up

# Real violations: attempted, crossed, answered ----------------------------------------------------

for net in 10.3.0. 2001:db8:3::; do
	serve internet tcp ${net}25 7
	serve internet udp ${net}25 7
done
for iface in eth2 eth3; do
	spawn ns gateway tcpdump -i $iface -s 0 -U -Z root -w "$dir/$iface.pcap" 2> "$dir/$iface.said"
	wait_for 10 grep -q 'listening on' "$dir/$iface.said" || fail "no tcpdump on $iface"
done
waiting=
for net in 10.3.0. 2001:db8:3::; do
	for what in "tcp ${net}25 7" "udp ${net}25 7" "udp ${net}66 7" "tcp ${net}25 23" "udp ${net}25 23"; do
		# shellcheck disable=SC2086
		send $what &
		waiting="$waiting $!"
	done
done
for pid in $waiting; do
	wait "$pid"
done

all_frames()
{
	frames "$dir/eth2.pcap"
	frames "$dir/eth3.pcap"
}
marker_hex=$(printf %s "$marker" | od -An -tx1 | tr -d ' \n')
for net in 4 6; do
	case $net in
	4) far='10\.3\.0\.' close= udp=42 tcp=54 word=68 ;;
	6) far='\[2001:db8:3::' close='\]' udp=62 tcp=74 word=88 ;;
	esac
	# The frames by hand: 14 bytes of Ethernet, 20 or 40 of IP, 8 of UDP; the word is 26 bytes.
	crossed="eth2 1 $udp $word,eth3 2 $udp $word"
	for want in "25${close}:23=eth2 1 $udp $word" "66${close}:7=$crossed" \
		"25${close}:7=$crossed,eth3 1 $udp $word,eth2 2 $udp $word"; do
		closed "proto=udp .*dst=$far${want%%=*} "
		frames "$file" >> "$dir/kept"
		! command -v tshark > /dev/null || [ "$(shape "$file")" = "${want#*=}" ] ||
			fail "$(line CLOSED "proto=udp .*dst=$far${want%%=*} "): frames are $(shape "$file")"
	done
	# TCP with its options: 20 bytes in a SYN, 12 later. What is kept of frames with data ends there.
	closed "proto=tcp .*dst=$far""25${close}:23 "
	frames "$file" >> "$dir/kept"
	closed "proto=tcp .*dst=$far""25${close}:7 "
	frames "$file" > "$dir/now"
	cat "$dir/now" >> "$dir/kept"
	[ "$(wc -l < "$dir/now")" = 16 ] || fail "not the first 16 frames of a connection"
	[ "$(awk '{ print length($0) / 2 }' "$dir/now" | sort -n | uniq -c | awk '{ printf "%s*%s ", $1, $2 }')" = \
		"12*$((tcp + 12)) 4*$((tcp + 20)) " ] || fail "not the headers of 16 frames"
done
all_frames > "$dir/wire"
grep -q "$marker_hex" "$dir/wire" || fail "the payload was not on the wire"
! grep -q "$marker_hex" "$dir/kept" || fail "payload was kept"
! grep -aqr "$marker" "$evidence" || fail "payload was kept, somewhere"
while read -r frame; do
	grep -q "^$frame" "$dir/wire" || fail "a frame that was never on the wire: $frame"
done < "$dir/kept"
grep -aq 'SEG2002 no-conduit, pair lgwan>internet, rule default-deny, near web:server: frame 1: first copy of a packet, packet 1 of its flow, comes in by eth2, zone lgwan' \
	"$file" || fail "$file: no comment says why the first frame is there"
grep -aq 'frame 2: further copy of a packet, leaves by eth3, zone internet' "$file" ||
	fail "$file: no comment says which copy the second frame is"
[ "$(stat -c '%a %U' "$evidence")" = "700 nobody" ] || fail "evidence/ is open to others"

# Over a kill of the hub ---------------------------------------------------------------------------

# has N: the file has that many frames.
has()
{
	[ "$(frames "$file" | wc -l)" = "$1" ]
}

send udp 10.3.0.66 9
wait_line 'OPEN .*dst=10\.3\.0\.66:9 '
ev=$(value ev "$(line OPEN 'dst=10\.3\.0\.66:9 ')")
file=$evidence/$ev.pcapng
wait_for 5 has 2 || fail "$file: not two frames"
kill -KILL "$(role hub)"
wait_line 'SEG9004 .*what=restart' 10
send udp 10.3.0.66 9
closed "ev=$ev total=2 .*evidence=$ev.pcapng"
has 4 || fail "$file: not four frames after a kill: $(frames "$file" | wc -l)"

# Over a stop, with an end that was cut ------------------------------------------------------------

send udp 10.3.0.66 10
wait_line 'OPEN .*dst=10\.3\.0\.66:10 '
ev=$(value ev "$(line OPEN 'dst=10\.3\.0\.66:10 ')")
file=$evidence/$ev.pcapng
wait_for 5 has 2 || fail "$file: not two frames"
daemon_down
head -c 100 "$evidence"/*.pcapng | tail -c 60 >> "$file" # of another block, and in the middle of it
mv "$events" "$dir/first"
daemon_up resume
send udp 10.3.0.66 10
closed "ev=$ev total=2 .*evidence=$ev.pcapng"
has 4 || fail "$file: not four frames after a stop"

# Closed while nobody was there.
send udp 10.3.0.66 11
wait_line 'OPEN .*dst=10\.3\.0\.66:11 '
ev=$(value ev "$(line OPEN 'dst=10\.3\.0\.66:11 ')")
file=$evidence/$ev.pcapng
wait_for 5 has 2 || fail "$file: not two frames"
kill -KILL "$daemon"
wait_for 10 gone "$daemon" || fail "the monitor does not die"
quiet=$(($(date +%s) + 5))
wait_for 10 eval '[ "$(date +%s)" -ge $quiet ]'
mv "$events" "$dir/second"
daemon_up resume
closed "ev=$ev total=1 .*evidence=$ev.pcapng"
has 2 || fail "$file: not two frames"

# With payload, and less of it ---------------------------------------------------------------------

conf quiet_after='"4 s"' evidence='{ payload = true; snap = 64; frames = 1; }' > "$dir/conf"
kill -HUP "$daemon"
wait_line 'SEG8001 '
send udp 10.3.0.66 12
closed 'dst=10\.3\.0\.66:12 '
has 1 || fail "$file: not one frame"
[ "$(frames "$file" | wc -c)" = 129 ] || fail "$file: not 64 bytes"
grep -aq "${marker:0:22}" "$file" || fail "$file: no payload"

# Told in sums, but for what is grave: the ledger has what CLOSED would have said ----------------------

conf quiet_after='"4 s"' say='( { pairs = ("lgwan>internet"); lines = "sums"; } )' > "$dir/conf"
kill -HUP "$daemon"
wait_line 'SEG8001 .*gen=3 '
send udp 10.3.0.25 23
wait_line 'OPEN .*dst=10\.3\.0\.25:23 '
ev=$(value ev "$(line OPEN 'dst=10\.3\.0\.25:23 ')")
recorded()
{
	grep -ah " LEDGER evidence id=2002 ev=$ev " "$dir"/state/ledger/*.log > "$dir/recorded"
}
wait_for 20 recorded || fail "no record of the evidence of $ev"
! lines | grep -q "CLOSED ev=$ev " || fail "the sums say CLOSED"
[ "$(value evidence "$(cat "$dir/recorded")")" = "$ev.pcapng" ] || fail "another name: $(cat "$dir/recorded")"
echo "$(value sha256 "$(cat "$dir/recorded")")  $evidence/$ev.pcapng" | sha256sum -c --quiet ||
	fail "another hash: $(cat "$dir/recorded")"

conf quiet_after='"4 s"' > "$dir/conf"
kill -HUP "$daemon"
wait_line 'SEG8001 .*gen=4 '

# It cannot be written, and can again --------------------------------------------------------------

chown root "$evidence"
send udp 10.3.0.66 13
wait_line 'SEG9013 .*what=evidence-blocked .*path=.*evidence error="Permission denied"' 10
wait_line 'CLOSED .*dst=10\.3\.0\.66:13 ' 20
! line CLOSED 'dst=10\.3\.0\.66:13 ' | grep -qE 'evidence=|sha256=' || fail "says evidence that is none"
chown nobody "$evidence"
send udp 10.3.0.66 14
wait_line 'SEG9013 .*what=evidence-again ' 10
closed 'dst=10\.3\.0\.66:14 '
daemon_down
[ $status = 0 ] || fail "exit status $status"

# Little room: 1 MiB is 256 files. The oldest go, what is newest stays -------------------------------

mv "$events" "$dir/third"
conf quiet_after='"4 s"' evidence='{ space = "1 MiB"; }' > "$dir/conf"
daemon_up
for ((i = 0; i < 600; i++)); do
	echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.25 id=$((i + 1)) /" \
		"udp 40000>$((1000 + i)) / data 20"
done | "$CRAFT" -o "$dir/many.pcap"
spawn ns lgwan tcpreplay -i lan0 --pps 400 -q "$dir/many.pcap" > "$dir/many.log" 2>&1
wait_line 'CLOSED .*dst=10\.3\.0\.25:1599 ' 30
wait_line 'SEG9013 .*what=space percent=98 used=[0-9]+ limit=1048576 ' 5
lines | sed -nE 's/^SEG9013 .*what=space (percent=[0-9]+) .*/\1/p' | sort | uniq -d > "$dir/twice"
[ ! -s "$dir/twice" ] || fail "said more than once: $(cat "$dir/twice")"
n=$(find "$evidence" -name '*.pcapng' | wc -l)
{ [ "$n" -le 256 ] && [ "$n" -ge 200 ]; } || fail "$n files in 1 MiB"
[ "$(du -s --apparent-size -B 1 "$evidence" | cut -f1)" -le 1048576 ] || fail "more than 1 MiB"
closed 'dst=10\.3\.0\.25:1599 '
! line CLOSED 'dst=10\.3\.0\.25:1000 ' | grep -q 'evidence=' || fail "the oldest did not go first"
daemon_down
[ $status = 0 ] || fail "exit status $status"

# A disk that something else fills: evidence gives way, the ledger goes on ---------------------------

if mount -t tmpfs -o "size=8m,mode=755,uid=$(id -u nobody)" segaudit "$dir/state"; then
	mv "$events" "$dir/fourth"
	conf quiet_after='"2 s"' > "$dir/conf"
	daemon_up
	for ((i = 0; i < 100; i++)); do
		echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>10.3.0.25 id=$((i + 1)) /" \
			"udp 40000>$((3000 + i)) / data 20"
	done | "$CRAFT" -o "$dir/hundred.pcap"
	ns lgwan tcpreplay -i lan0 --pps 100 -q "$dir/hundred.pcap" > "$dir/hundred.log" 2>&1
	wait_line 'CLOSED .*dst=10\.3\.0\.25:3099 ' 20
	[ "$(find "$evidence" -name '*.pcapng' | wc -l)" = 100 ] || fail "not a file for each incident"
	newest=$(value evidence "$(line CLOSED 'dst=10\.3\.0\.25:3099 ')")
	# 2 % are 41 blocks of 4 KiB: ten are left, so some thirty files have to go.
	blocks=$(($(stat -f -c %a "$dir/state") - 10))
	dd if=/dev/zero of="$dir/state/filler" bs=4k count=$blocks 2> /dev/null
	wait_line 'SEG9013 .*what=disk percent=98 free=[0-9]+ ' 5
	fewer()
	{
		[ "$(find "$evidence" -name '*.pcapng' | wc -l)" -lt 80 ] &&
			[ "$(stat -f -c %a "$dir/state")" -ge 30 ]
	}
	wait_for 10 fewer || fail "evidence does not give way: $(stat -f -c %a "$dir/state") blocks are free"
	[ -f "$evidence/$newest" ] || fail "the newest evidence went, too"
	[ "$(lines | grep -c 'SEG9013 .*what=disk percent=98 ')" = 1 ] || fail "98 % said more than once"
	! said 'what=ledger error' || fail "the ledger had no room, and evidence had"
	rm "$dir/state/filler"
	send udp 10.3.0.66 15
	closed 'dst=10\.3\.0\.66:15 '
	daemon_down
	[ $status = 0 ] || fail "exit status $status"
fi
finish
