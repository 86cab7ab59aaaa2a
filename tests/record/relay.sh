#!/bin/bash
# A record that went through rsyslogd as it is set up by default, and from there by UDP and by TCP to
# another one: traditional and ISO times, RFC 5424. All must verify.
set -eu
export PATH=$PATH:/usr/sbin:/sbin
if ! command -v rsyslogd > /dev/null; then
	echo "rsyslogd is not installed (Debian package rsyslog)"
	exit 77
fi
dir=$(mktemp -d)
pids=
end()
{
	for pid in $pids; do
		kill "$pid" 2> /dev/null || :
		wait "$pid" 2> /dev/null || :
	done
	rm -rf "$dir"
}
trap end EXIT
bad=0

# serve NAME CONF…: a private rsyslogd.
serve()
{
	printf '%s\n' "global(workDirectory=\"$dir\")" "${@:2}" > "$dir/$1.conf"
	rsyslogd -n -f "$dir/$1.conf" -i "$dir/$1.pid" > "$dir/$1.out" 2>&1 &
	pids="$! $pids"
}

wait_for()
{
	local end=$((SECONDS + 15))
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

stopped()
{
	grep -q 'what=stop' "$1"
}

port=$((20000 + RANDOM % 20000))
serve far 'module(load="imudp")' 'module(load="imtcp")' \
	"input(type=\"imudp\" address=\"127.0.0.1\" port=\"$port\")" \
	"input(type=\"imtcp\" address=\"127.0.0.1\" port=\"$port\")" \
	"template(name=\"five\" type=\"string\" string=\"<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% - - %msg:2:\$%\\n\")" \
	"if \$inputname == \"imudp\" then action(type=\"omfile\" file=\"$dir/udp\" template=\"RSYSLOG_TraditionalFileFormat\")" \
	"if \$inputname == \"imtcp\" then action(type=\"omfile\" file=\"$dir/tcp\" template=\"five\")"
serve near 'module(load="imuxsock" SysSock.Use="off")' \
	"input(type=\"imuxsock\" Socket=\"$dir/socket\")" \
	"action(type=\"omfile\" file=\"$dir/messages\" template=\"RSYSLOG_TraditionalFileFormat\")" \
	"action(type=\"omfile\" file=\"$dir/iso\" template=\"RSYSLOG_FileFormat\")" \
	"action(type=\"omfwd\" target=\"127.0.0.1\" port=\"$port\" protocol=\"udp\")" \
	"action(type=\"omfwd\" target=\"127.0.0.1\" port=\"$port\" protocol=\"tcp\")"
wait_for test -S "$dir/socket" || { echo "rsyslogd does not start"; cat "$dir"/*.out; exit 99; }
./record_write "$dir" "syslog:$dir/socket" 1 60 7000 || exit 99
for file in messages iso udp tcp; do
	if ! wait_for stopped "$dir/$file"; then
		echo "$file: the end of the record did not arrive"
		bad=1
	fi
	if ! ./record_verify -k "$dir"/ledger/root-*.pem "$dir/$file" > "$dir/out" ||
		! grep -q '^verdict=whole lines=7[0-9] ' "$dir/out"; then
		echo "$file:"
		cat "$dir/out"
		head -n 2 "$dir/$file"
		bad=1
	fi
done
exit $bad
