# mta.sh - mail servers for the laboratory: Debian's postfix and exim4, unpacked by scripts/mta and run
# from there in the namespaces. Read by bash with `.`, after lib.sh.
#
# Nothing of them is on the host: their users stand in a passwd that only they see, the unpacked tree is
# mounted at $tree only where they run, and their configurations, queues and logs are below $dir.
mta=$(realpath -m "${SEGAUDIT_MTA:-./mta}")
[ -e "$mta/complete" ] || skip "no mail servers in $mta: scripts/mta DIR puts them there; set SEGAUDIT_MTA"
for tool in openssl swaks; do
	command -v $tool > /dev/null || skip "$tool not found: scripts/check installs what the tests need"
done
swaks --support > "$dir/swaks" 2>&1
for feature in IPv6 TLS; do
	grep -q "^=== $feature supported" "$dir/swaks" || skip "swaks has no $feature"
done

# Their own /etc, where their users are and exim4 has its configuration. `with ZONE COMMAND…`: there, as
# they see the world; what is mounted goes with the mount namespace of `ip netns exec`.
tree=$dir/tree
mkdir -p "$tree" "$dir/etc/exim4"
printf '%s: files\n' passwd group hosts services > "$dir/etc/nsswitch.conf"
echo "127.0.0.1 localhost" > "$dir/etc/hosts"
echo "smtp 25/tcp" > "$dir/etc/services"
cat > "$dir/etc/passwd" <<-'END'
	root:x:0:0::/:/bin/false
	nobody:x:65534:65534::/:/bin/false
	postfix:x:64001:64001::/:/bin/false
	Debian-exim:x:64003:64003::/:/bin/false
END
printf '%s\n' root:x:0: nogroup:x:65534: postfix:x:64001: postdrop:x:64002: Debian-exim:x:64003: \
	> "$dir/etc/group"
cat > "$dir/with" <<-END
	#!/bin/sh
	set -e
	mount --bind "$mta/tree" "$tree"
	mount --bind "$dir/etc" /etc
	LD_LIBRARY_PATH=$tree/libs exec "\$@"
END
chmod 755 "$dir/with"

with()
{
	ns "$1" "$dir/with" "${@:2}"
}

# postfix_up ZONE KEY=VALUE…: a postfix of this zone, with these parameters. It logs to
# $dir/postfix-ZONE/log.
postfix_up()
{
	local home=$dir/postfix-$1 sub
	mkdir -p "$home/queue" "$home/conf"
	install -d -o 64001 -m 700 "$home/data"
	for sub in active bounce corrupt defer deferred flush hold incoming private saved trace; do
		install -d -o 64001 -m 700 "$home/queue/$sub"
	done
	install -d -o 64001 -g 64002 -m 730 "$home/queue/maildrop"
	install -d -o 64001 -g 64002 -m 710 "$home/queue/public"
	install -d -m 755 "$home/queue/pid"
	cat > "$home/conf/main.cf" <<-END
		compatibility_level = 3.6
		daemon_directory = $tree/usr/lib/postfix/sbin
		command_directory = $tree/usr/sbin
		shlib_directory = $tree/usr/lib/postfix
		queue_directory = $home/queue
		data_directory = $home/data
		maillog_file = $home/log
		maillog_file_prefixes = $home
		import_environment = LD_LIBRARY_PATH=$tree/libs MAIL_CONFIG
		mail_owner = postfix
		setgid_group = postdrop
		inet_protocols = all
		smtpd_peername_lookup = no
		smtp_dns_support_level = disabled
		alias_maps =
		alias_database =
		mydestination =
		local_recipient_maps =
		$(printf '%s\n' "${@:2}" | sed 's/=/ = /')
	END
	cat > "$home/conf/master.cf" <<-'END'
		smtp       inet  n  -  n  -     -  smtpd
		cleanup    unix  n  -  n  -     0  cleanup
		qmgr       unix  n  -  n  300   1  qmgr
		rewrite    unix  -  -  n  -     -  trivial-rewrite
		bounce     unix  -  -  n  -     0  bounce
		defer      unix  -  -  n  -     0  bounce
		trace      unix  -  -  n  -     0  bounce
		tlsmgr     unix  -  -  n  1000? 1  tlsmgr
		anvil      unix  -  -  n  -     1  anvil
		scache     unix  -  -  n  -     1  scache
		smtp       unix  -  -  n  -     -  smtp
		virtual    unix  -  n  n  -     -  virtual
		error      unix  -  -  n  -     -  error
		retry      unix  -  -  n  -     -  error
		postlog    unix-dgram n - n -   1  postlogd
	END
	spawn ns "$1" "$dir/with" "$tree/usr/lib/postfix/sbin/master" -c "$home/conf" \
		> "$home/said" 2>&1
	wait_for 10 listens "$1" tcp 127.0.0.1 25 ||
		fail "postfix of $1 does not listen: $(cat "$home/said" "$home/log" 2> /dev/null)"
}

# exim_up: an exim4 that sends from internet, by BDAT; by DATA for the sender data@internet.example.
exim_up()
{
	install -d -o 64003 -g 64003 "$dir/exim"
	cat > "$dir/etc/exim4/exim4.conf" <<-END
		exim_path = $tree/usr/sbin/exim4
		keep_environment = LD_LIBRARY_PATH
		spool_directory = $dir/exim
		log_file_path = $dir/exim/%slog
		primary_hostname = exim.internet.example
		host_lookup =
		tls_advertise_hosts =

		begin routers
		four:
		  driver = manualroute
		  domains = four.city.example
		  route_list = * 10.2.0.25
		  transport = out
		six:
		  driver = manualroute
		  domains = six.city.example
		  route_list = * "<+ 2001:db8:2::25"
		  transport = out

		begin transports
		out:
		  driver = smtp
		  interface = <; 10.3.0.25 ; 2001:db8:3::25
		  hosts_avoid_tls = *
		  hosts_try_chunking = \${if eq{\$sender_address_local_part}{data}{}{*}}
		  hosts_try_dane =
		  dnssec_request_domains =
	END
}

# exim_send HOW RECIPIENT < MAIL: HOW is the sender's local part, data or bdat; returns when it was sent.
exim_send()
{
	with internet "$tree/usr/sbin/exim4" -odi -f "$1@internet.example" "$2" || fail "exim4: $?"
}

# exim_queue RECIPIENT < MAIL: by BDAT, when `exim_flush` lets go: all to one host in one connection.
exim_queue()
{
	with internet "$tree/usr/sbin/exim4" -odqs -f bdat@internet.example "$1" || fail "exim4: $?"
}

exim_flush()
{
	with internet "$tree/usr/sbin/exim4" -qq || fail "exim4 -qq: $?"
}
