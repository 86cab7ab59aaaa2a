#!/bin/bash
# The files of conf/rsyslog: rsyslogd reads them without a complaint, and lines go their whole way: into files by
# severity and pair, over TLS to a collector, also those from when it was not there; unchanged.
set -eu -o pipefail
cd "${srcdir:-.}"
skip()
{
	echo "$*"
	exit 77
}
for tool in rsyslogd openssl logger; do
	command -v $tool > /dev/null || skip "$tool is not installed (Debian packages rsyslog, openssl, bsdutils)"
done
ls /usr/lib/*/rsyslog/lmnsd_gtls.so > /dev/null 2>&1 || skip "rsyslog's TLS driver is not installed (Debian package rsyslog-gnutls)"

dir=$(mktemp -d)
pids=
trap 'kill $pids 2> /dev/null; wait; rm -rf "$dir"' EXIT
fail()
{
	echo "$*"
	cat "$dir"/*.err
	exit 1
}
wait_for()
{
	local end=$((SECONDS + $1 + 1))
	shift
	until "$@" 2> /dev/null; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# An authority, and a certificate for each end.
mkdir "$dir/tls" "$dir/spool"
cd "$dir/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem 2> /dev/null
for name in gateway collector; do
	host=$name.gateways.example
	[ $name = gateway ] || host=collector.example
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$host" -keyout $name.key -out $name.csr 2> /dev/null
	printf 'subjectAltName=DNS:%s\n' $host > $name.ext
	openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext \
		-out $name.pem 2> /dev/null
done
cd "$OLDPWD"

# A port of its own, should two of these run at once.
port=$((20000 + $$ % 10000))

# The files as they are but for paths, port and the collector's address.
for file in conf/rsyslog/*.conf; do
	sed -e "s,/etc/segaudit/tls,$dir/tls,; s,/var/spool/rsyslog,$dir/spool,; s,/var/log/,$dir/," \
		-e "s,port=\"6514\",port=\"$port\"," -e 's,target="collector.example",target="127.0.0.1",' \
		-e 's,action.resumeInterval="5",action.resumeInterval="1",' \
		"$file" > "$dir/$(basename "$file")"
	said=$(rsyslogd -N1 -f "$dir/$(basename "$file")" 2>&1) || fail "$file: $said"
	if grep -v -e 'config validation run' <<< "$said"; then
		fail "$file"
	fi
done

start()
{
	rsyslogd -n -f "$dir/$1.conf" -i "$dir/$1.pid" 2> "$dir/$1.err" &
	started=$!
	pids="$pids $started"
}
cat > "$dir/gateway.conf" <<-END
	global(workDirectory="$dir/spool")
	module(load="imuxsock" SysSock.Use="off")
	input(type="imuxsock" Socket="$dir/log")
	include(file="$dir/segaudit-split.conf")
	include(file="$dir/segaudit-forward.conf")
END
start gateway
gateway=$started
wait_for 10 test -S "$dir/log" || fail "rsyslogd does not start"

say()
{
	logger -u "$dir/log" -t 'segauditd[1]' -p "daemon.$1" "$2"
	if [ "$1" = crit ]; then
		echo "$2" >> "$dir/alerts"
	fi
	echo "$2" >> "$dir/said"
}

# While the collector is not there. What only looks like a pair makes no file.
say crit 'SEG2002 OPEN ev=7K3QD9AAAA sev=crit verdict=violation outcome=crossed pair=lgwan>internet rule=x seq=1 msg="日本語"'
say info 'SEG9001 NOTE sev=info verdict=notice name="x pair=../../evil y" seq=2 msg="a pair=b>c d"'
say info 'SEG2002 UPDATE ev=7K3QD9AAAA n=+1 total=2 sev=info pair=kikan>?  rule=x seq=3 msg="x"'
say info 'SEG2002 UPDATE ev=7K3QD9AAAA n=+1 total=2 sev=info pair=a/../b>c rule=x seq=4 msg="x"'
logger -u "$dir/log" -t other -p daemon.crit "not the auditor's"
start segaudit-receive
for i in $(seq 5 60); do
	say notice "SEG2002 CLOSED ev=7K3QD9AAAA total=$i seq=$i pair=lgwan>internet msg=\"number $i\""
done
received=$dir/segaudit-gateways/127.0.0.1/all.log
# A line whose connection ended as it was sent is sent again by rsyslogd: only the first time counts.
complete()
{
	awk '!seen[$0]++' "$2" | cmp -s "$1" -
}
wait_for 30 complete "$dir/said" "$received" || fail "not all lines came to the collector: $(diff "$dir/said" "$received")"
complete "$dir/alerts" "${received%/*}/alert.log" || fail "the collector's alerts"
split=$dir/segaudit-lines
wait_for 5 complete "$dir/said" "$split/all.log" || fail "all.log: $(diff "$dir/said" "$split/all.log")"
complete "$dir/alerts" "$split/alert.log" || fail "alert.log: $(cat "$split/alert.log")"
grep -E 'seq=(1|[5-9]|[1-6][0-9]) ' "$dir/said" > "$dir/expected"
complete "$dir/expected" "$split/pair-lgwan>internet.log" || fail "the file of a pair"
[ "$(ls "$split" | LC_ALL=C sort | tr '\n' ' ')" = 'alert.log all.log pair-a_.._b>c.log pair-kikan>?.log pair-lgwan>internet.log ' ] ||
	fail "files: $(ls "$split")"
[ "$(find "$dir" -name '*evil*' | wc -l)" = 0 ] || fail "a line chose a file's name"
