# lib.sh - what the end-to-end tests share: a laboratory of namespaces, a daemon on its gateway, real
# traffic, and questions about the lines that were said. Read by bash with `.`; needs root.
#
# A test ends with `finish`. Whatever happens, the processes that it started and the namespaces that
# it made are gone at its end; its files stay when it failed. $SEGAUDITD names the daemon.
set -eu -o pipefail

skip()
{
	echo "SKIP: $*"
	exit 77
}

fail()
{
	echo "FAIL: $*"
	exit 1
}

[ "$(id -u)" = 0 ] || skip "needs root: network namespaces and packet sockets"
[ "$(uname)" = Linux ] || skip "needs Linux"
top=$(cd "${srcdir:-.}" && pwd)
SEGAUDITD=$(realpath "${SEGAUDITD:-./segauditd}")
CRAFT=$(dirname "$SEGAUDITD")/craft
[ -x "$SEGAUDITD" ] || fail "$SEGAUDITD: no such program; set SEGAUDITD"
for tool in ip nft socat ping rsyslogd tcpreplay; do
	command -v $tool > /dev/null ||
		skip "$tool not found: scripts/check installs what the tests need"
done

test=$(basename "$0" .sh)
# The suite may run twice at once: the name of the laboratory holds this process's number.
export SEGAUDIT_LAB=sgt$$
dir=$(mktemp -d "/tmp/segaudit-$test.XXXXXX")
chmod 755 "$dir"
# The daemon runs as nobody: it writes into these.
install -d -o nobody "$dir/out" "$dir/run" "$dir/state"
events=$dir/out/events
pids=
daemon=

ns()
{
	ip netns exec "$SEGAUDIT_LAB-$1" "${@:2}"
}

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for()
{
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# Runs in the background: `spawn COMMAND…`; $spawned is its process. `end PID` ends one and waits.
spawn()
{
	# Not the function `ns`: the process in the background would be a shell around the command.
	if [ "$1" = ns ]; then
		set -- ip netns exec "$SEGAUDIT_LAB-$2" "${@:3}"
	fi
	"$@" &
	spawned=$!
	pids="$pids $spawned"
}

end()
{
	kill "${2:--TERM}" "$1" 2> /dev/null || :
	kill -CONT "$1" 2> /dev/null || :
	wait "$1" 2> /dev/null || :
	pids=$(echo " $pids " | sed "s/ $1 / /")
}

cleanup()
{
	local status=$?
	trap - EXIT
	set +e
	for pid in $pids; do
		kill "$pid" 2> /dev/null
		kill -CONT "$pid" 2> /dev/null
	done
	# Whoever does not go within 10 s is ended the hard way: the daemon's roles are its children.
	for pid in $pids; do
		wait_for 10 gone "$pid" || kill -KILL "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	"$top/scripts/lab" down
	umount "$dir/state" 2> /dev/null # some have a disk of their own there
	if [ $status = 0 ] || [ $status = 77 ]; then
		rm -rf "$dir"
	else
		echo "-- files are in $dir; the last lines of the daemon's messages and of its events:"
		tail -n 20 "$dir/messages" 2> /dev/null
		tail -n 40 "$events" 2> /dev/null
	fi
	exit $status
}

gone()
{
	! kill -0 "$1" || [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = Z ]
}

lab_up()
{
	"$top/scripts/lab" up
}

# The configuration of the laboratory, to stdout. `conf KEY=VALUE…`: the top-level keys given replace
# the ones here; zones and conduits stay.
conf()
{
	local key
	declare -A keys=(
		[organisation]='"Laboratory"' [model]='"alpha"' [user]='"nobody"' [timezone]='"UTC"'
		[run_dir]="\"$dir/run\"" [state_dir]="\"$dir/state\"" [workers]=2 [flows]=20000
		[ring]='"4 MiB"' [capture_buffer]='"4 MiB"' [heartbeat]='"5 s"' [lines_per_second]=1000
		[log]="( { target = \"syslog\"; socket = \"$dir/log\"; },
			{ target = \"file\"; path = \"$events\"; } )"
	)
	for key in "$@"; do
		keys[${key%%=*}]=${key#*=}
	done
	for key in "${!keys[@]}"; do
		echo "$key = ${keys[$key]};"
	done
	cat <<-'END'
		zones = (
		  { id = "kikan"; class = "core"; interfaces = ("eth1");
		    networks = ("10.1.0.0/16", "2001:db8:1::/48"); },
		  { id = "lgwan"; class = "lgwan";
		    interfaces = ("eth2", "eth2 vlan 20", "eth2 vlan 20.300");
		    networks = ("10.2.0.0/16", "2001:db8:2::/48"); },
		  { id = "internet"; class = "internet"; interfaces = ("eth3");
		    networks = ("10.3.0.0/16", "2001:db8:3::/48"); },
		  { id = "outside"; class = "outside"; interfaces = ("eth0");
		    networks = ("0.0.0.0/0", "2001:db8:f::/48"); } );
		conduits = (
		  { id = "web"; from = "lgwan"; to = "internet"; clients = ("10.2.0.0/16", "2001:db8:2::/48");
		    servers = ("10.3.0.80", "2001:db8:3::80");
		    services = ("tcp/80", "udp/53", "icmp/8", "icmp6/128"); } );
	END
}

# syslog_up: a real rsyslogd that listens at $dir/log and writes what it gets to $dir/syslog.
syslog_up()
{
	cat > "$dir/rsyslog.conf" <<-END
		global(workDirectory="$dir")
		module(load="imuxsock" SysSock.Use="off")
		input(type="imuxsock" Socket="$dir/log")
		template(name="t" type="string" string="%syslogseverity-text% %programname%%msg%\n")
		action(type="omfile" file="$dir/syslog" template="t")
	END
	spawn rsyslogd -n -f "$dir/rsyslog.conf" -i "$dir/rsyslog.pid"
	syslogd=$spawned
	wait_for 10 test -S "$dir/log" || fail "rsyslogd did not make its socket within 10 s"
}

# Starts the daemon on the gateway with $dir/conf, and waits until it says that it has started. Incidents
# of one before it are forgotten, but for `daemon_up resume`.
daemon_up()
{
	[ "${1:-}" = resume ] || rm -f "$dir/state/resume" "$dir/state/resume.said"
	spawn ns gateway "$SEGAUDITD" -f -c "$dir/conf" 2>> "$dir/messages" >&2
	daemon=$spawned
	wait_line 'SEG9002 ' 20
	# `started` is said when everything runs; the interfaces are open then, or soon.
	wait_for 10 captures || fail "not all four interfaces were opened within 10 s"
}

# Are packet sockets open on all four interfaces?
captures()
{
	[ "$(ns gateway grep -c ' 0003 ' /proc/net/packet)" -ge 4 ]
}

# Stops it with SIGTERM and says its exit status by $status; more than 10 s is a failure.
daemon_down()
{
	kill -TERM "$daemon"
	wait_for 10 gone "$daemon" || fail "the daemon did not end within 10 s of SIGTERM"
	status=0
	wait "$daemon" || status=$?
	pids=$(echo " $pids " | sed "s/ $daemon / /")
}

# role NAME: the processes of a role that run now.
role()
{
	local pid
	for pid in $(pgrep -P "$daemon"); do
		if tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q -- "--role=$1,"; then
			echo "$pid"
		fi
	done
}

# Kills the hub, and waits until there is another.
new_hub()
{
	local hub
	hub=$(role hub)
	kill -KILL "$hub"
	wait_for 10 eval "[ -n \"\$(role hub)\" ] && [ \"\$(role hub)\" != $hub ]" || fail "no new hub"
}

# Kills all processes of the daemon at once.
kill_all()
{
	local pid roles
	roles="$daemon $(pgrep -P "$daemon" | tr '\n' ' ')"
	# shellcheck disable=SC2086
	kill -KILL $roles
	for pid in $roles; do
		wait_for 10 gone "$pid" || fail "process $pid does not go"
	done
	wait "$daemon" 2> /dev/null || :
	pids=$(echo " $pids " | sed "s/ $daemon / /")
}

# Lines as they were said, without what a sink puts before them.
lines()
{
	grep -aoE 'SEG[0-9]{4} .*' "${1:-$events}" || :
}

said()
{
	lines "${2:-$events}" | grep -qaE -- "$1"
}

# wait_line REGEX [SECONDS [FILE]]
wait_line()
{
	wait_for "${2:-5}" said "$1" "${3:-$events}" ||
		fail "no line like \"$1\" within ${2:-5} s"
}

# What became of each incident: id, pair, proto, source host, destination with port, worst outcome.
incidents()
{
	lines "${1:-$events}" | awk '
		function value(name,  i) {
			for (i = 3; i <= NF; i++)
				if (index($i, name "=") == 1)
					return substr($i, length(name) + 2)
			return ""
		}
		value("ev") != "" {
			ev = value("ev")
			if ($2 == "OPEN") {
				src = value("src"); dst = value("dst"); proto = value("proto")
				if (proto ~ /^(tcp|udp|sctp)$/)
					sub(/:[0-9]+$/, "", src)
				gsub(/[][]/, "", src)
				gsub(/[][]/, "", dst)
				if (proto ~ /^icmp/)
					dst = dst " type " value("type")
				text[ev] = $1 " " value("pair") " " proto " " src " > " dst
			}
			if ($2 == "OPEN" || $2 == "WORSE")
				outcome[ev] = value("outcome")
		}
		END { for (ev in text) print text[ev], outcome[ev] }' | LC_ALL=C sort
}

# expect_incidents < TABLE [FILE]: the incidents are exactly these; lines that begin with # are words.
expect_incidents()
{
	grep -v '^#' | LC_ALL=C sort > "$dir/expected"
	incidents "${1:-$events}" > "$dir/got"
	diff -u "$dir/expected" "$dir/got" || fail "incidents are not the expected ones"
}

# The sum of a field of all lines that match REGEX.
sum()
{
	lines "${3:-$events}" | { grep -aE -- "$1" || :; } | { grep -aoE " $2=\+?[0-9]+" || :; } |
		awk -F= '{ s += $2 } END { print s + 0 }'
}

# What no test may see, whatever else it does.
healthy()
{
	! said 'SEG9011 ' || fail "an accounting identity does not hold"
	if grep -aE 'runtime error|AddressSanitizer|LeakSanitizer' "$dir/messages"; then
		fail "a sanitizer complained"
	fi
}

finish()
{
	healthy
	echo "PASS: $test"
}

# Servers and clients -------------------------------------------------------------------------------

# serve ZONE PROTO ADDRESS PORT: echoes what it gets.
serve()
{
	local bind=$3 family=4 kind
	case $3 in
	*:*)
		bind="[$3]"
		family=6
		;;
	esac
	case $2 in
	tcp) kind=TCP$family-LISTEN:$4,fork,reuseaddr,bind=$bind ;;
	udp) kind=UDP$family-RECVFROM:$4,fork,bind=$bind ;;
	esac
	spawn ns "$1" socat "$kind" PIPE 2> /dev/null
	wait_for 5 listens "$@" || fail "no server at $3 $2 port $4"
}

listens()
{
	ns "$1" ss -Hlntu "sport = :$4" | grep -qF "$3"
}

# ask ZONE PROTO ADDRESS PORT: sends one word, waits a moment for the answer. ICMP: an echo request.
ask()
{
	local to=$3 family=4
	case $3 in
	*:*)
		to="[$3]"
		family=6
		;;
	esac
	case $2 in
	icmp) ns "$1" ping -n -q -c 1 -W 0.3 "$3" ;;
	tcp) echo hello | ns "$1" timeout 1 socat -t 0.3 - "TCP$family:$to:$4,connect-timeout=0.5" ;;
	udp) echo hello | ns "$1" timeout 1 socat -t 0.3 - "UDP$family:$to:$4" ;;
	esac > /dev/null 2>&1 || :
}

# incidents_of PORT: several incidents at once, of 16 ports from this one on.
incidents_of()
{
	local i asked=()
	for ((i = 0; i < 16; i++)); do
		ask lgwan udp 10.3.0.25 $(($1 + i)) &
		asked[i]=$!
	done
	wait "${asked[@]}"
	wait_for 5 eval "[ \$(lines | grep -c 'OPEN .*dst=10.3.0.25:$(($1 / 100))') -ge 16 ]" ||
		fail "the incidents of port $1 were not said in the file: was the hub blocked?"
}

# Numbered traffic -----------------------------------------------------------------------------------

# flood_file COUNT [HOST]: a capture of COUNT small UDP packets from lgwan to port 23 of 10.3.0.25, which
# the firewall drops, or of HOST, from different ports of 10.2.0.9: what was sent is what must be
# counted in one incident.
flood_file()
{
	local i
	for ((i = 0; i < $1; i++)); do
		echo "eth 02:00:00:00:02:02>02:00:00:00:02:01 / ip4 10.2.0.9>${2:-10.3.0.25} id=$((i + 1)) /" \
			"udp $((20000 + i))>23 / data 20"
	done | "$CRAFT" -o "$dir/flood.pcap"
}

# flood PACKETS_A_SECOND LOOPS: in the background; $spawned is its process. `sent` says how many.
flood()
{
	spawn ns lgwan tcpreplay -i lan0 --pps "$1" --loop "$2" -q "$dir/flood.pcap" \
		> "$dir/flood.log" 2>&1
}

sent()
{
	sed -nE 's/^Actual: ([0-9]+) packets .*/\1/p' "$dir/flood.log"
}

# opens RATE SECONDS: incidents, each of a packet from lgwan to another host of internet, in the
# background; $opener is its process. Their number in all is $opened. `wait_opened` waits until the
# file has them all: the hub was not held up.
opened=0
opens()
{
	spawn ns lgwan "$(dirname "$SEGAUDITD")/blast" lan0 "$1" "$2" 60000 $opened > /dev/null
	opener=$spawned
	opened=$((opened + $1 * $2))
}

has_opened()
{
	lines | grep -cE 'OPEN .*dst=10\.3\.([1-9]|[1-9][0-9]|1[0-9]{2})\.[0-9]+:23 '
}

wait_opened()
{
	wait "$opener" || fail "the sender failed"
	wait_for 5 eval '[ "$(has_opened)" = '$opened' ]' ||
		fail "$(has_opened) of $opened incidents were said in the file: was the hub blocked?"
}

# is_part FILE OTHER: its lines are in the other, in this order.
is_part()
{
	awk 'BEGIN { i = n = 0 } NR == FNR { line[n++] = $0; next } $0 == line[i] { i++ } END { exit i < n }' "$1" "$2"
}

# How many packets the lines say of incidents that match REGEX.
total()
{
	sum "(OPEN|WORSE|UPDATE|CLOSED) .*$1" n
}

trap cleanup EXIT
trap 'exit 129' HUP INT TERM
