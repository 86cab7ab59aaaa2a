#!/bin/bash
# Screens between real servers and viewers: FreeRDP's client in lgwan sees a FreeRDP shadow server in
# internet, TigerVNC's viewer an Xvnc, by conduits for screens. A screen alone is silent; the clipboard, a
# drive, what is encrypted, another protocol than the conduit's have their line each.
#
# The same X server is the desktop of both kinds, and the viewers' windows are on one of their own. X is
# spoken on abstract sockets only: each network namespace has its own display :0.
set -eu
. "$(dirname "$0")/lib.sh"
for tool in xfreerdp freerdp-shadow-cli Xtigervnc xtigervncviewer xclip dropbear dbclient; do
	command -v $tool > /dev/null || skip "$tool not found: scripts/check installs what the tests need"
done

# The sessions: the port of each, the finding that it makes and its words (- for none), who sees what. The
# server sends ports of one kind to the one where it listens.
server=10.3.9.7
cat > "$dir/sessions" <<'END'
3389 -       -                rdp /sec:rdp
3390 SEG3202 clipboard        rdp /sec:rdp +clipboard
3391 SEG3202 drive            rdp /sec:rdp /drive:share,/etc/alternatives
3392 SEG3203 dynamic-channels rdp /sec:rdp /network:auto
3393 SEG3203 encrypted        rdp /sec:tls +clipboard
3394 SEG3203 encrypted        rdp /sec:nla
3395 -       -                rdp /sec:tls
3396 SEG3201 vnc              vnc -SecurityTypes=None
3397 SEG3201 ssh              ssh
5900 -       -                vnc -SecurityTypes=None
5901 -       -                vnc -SecurityTypes=VncAuth
5902 SEG3202 clipboard        vnc_to_server -SecurityTypes=None
5903 SEG3202 clipboard        vnc_to_viewer -SecurityTypes=VncAuth
5904 SEG3203 encrypted        vnc_to_server -SecurityTypes=TLSVnc
5905 SEG3201 rdp              rdp /sec:rdp
END

lab_up
conduit()
{
	echo "  { id = \"$1\"; from = \"lgwan\"; to = \"internet\"; servers = (\"$server\"); services = (\"tcp\/$2\");" \
		"require = \"screen-transfer\"; screen = (\"$3\"); $4 },"
}
conf | sed "s/conduits = (/&\n$(conduit rdp 3389-3394 rdp '')\n$(conduit rdp-tls 3395 rdp \
	'accept_unverifiable = (\"encrypted\");')\n$(conduit not-rdp 3396-3397 rdp '')\n$(
	conduit vnc 5900-5905 vnc '')/" > "$dir/conf"
syslog_up
daemon_up
spawn ns gateway tcpdump --immediate-mode -i eth2 -U -w "$dir/screens.pcap" tcp 2> "$dir/tcpdump"
tcpdump=$spawned
wait_for 5 grep -q 'listening on' "$dir/tcpdump" || fail "tcpdump: $(cat "$dir/tcpdump")"

# Servers -------------------------------------------------------------------------------------------

export HOME=$dir/home DISPLAY=:0
mkdir "$HOME"
printf '\xdb\xd8\x3c\xfd\x72\x7a\x14\x58' > "$dir/vnc-password" # "password", as VNC hides it
echo 'user:::8846f7eaee8fb117ad06bdd830b7586c:::' > "$dir/sam"  # its NT hash

# display ZONE ARGUMENT…: an X server whose root window has a pattern. With -displayfd it makes no lock file.
display()
{
	spawn ns "$1" Xtigervnc -displayfd 1 -geometry 800x600 -depth 24 -retro -noreset -nolisten tcp \
		-nolisten unix "${@:2}" > "$dir/display-$1" 2> "$dir/display-$1.log"
	wait_for 10 grep -qx 0 "$dir/display-$1" || fail "no display :0 in $1: $(cat "$dir/display-$1"*)"
}

# shadow PORT ARGUMENT…: a FreeRDP server that shows the display of internet.
shadow()
{
	spawn ns internet freerdp-shadow-cli "/port:$1" "/bind-address:$server" "${@:2}" > "$dir/shadow-$1" 2>&1
	wait_for 10 listens internet tcp $server "$1" ||
		fail "no RDP server at port $1: $(cat "$dir/shadow-$1")"
}

display lgwan -rfbport -1
display internet -rfbport 5900 -interface $server -SecurityTypes None,VncAuth,TLSVnc \
	-rfbauth "$dir/vnc-password"
wait_for 5 listens internet tcp $server 5900 || fail "Xvnc does not listen: $(cat "$dir/display-internet.log")"
shadow 3389 -auth
shadow 3394 /sec:nla +auth "/sam-file:$dir/sam"
dropbearkey -t ecdsa -f "$dir/ssh-key" > /dev/null 2>&1
spawn ns internet dropbear -F -E -s -r "$dir/ssh-key" -p $server:3397 -P "$dir/dropbear.pid" 2> "$dir/dropbear"
wait_for 5 listens internet tcp $server 3397 || fail "dropbear: $(cat "$dir/dropbear")"
ns internet nft -f - <<-'END'
	table ip screens {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			tcp dport { 3390-3393, 3395, 5905 } redirect to :3389
			tcp dport { 5901-5904, 3396 } redirect to :5900
		}
	}
END

# Viewers -------------------------------------------------------------------------------------------

# Has the server sent a screen? Its pattern is over 200 kB in the codings that are asked for.
shown()
{
	[ "$(ns internet ss -Htni state established "( sport = :3389 or sport = :3394 or sport = :5900 )" |
		sed -nE 's/.* bytes_acked:([0-9]+).*/\1/p')" -gt 200000 ]
}

# view COMMAND…: until it has shown a screen.
view()
{
	spawn ns lgwan "$@" > "$dir/viewer" 2>&1
	viewer=$spawned
	wait_for 10 shown || fail "port $port shows no screen: $* : $(cat "$dir/viewer")"
}

# Without the two switches FreeRDP asks for the channels of devices and sound, whatever is redirected.
rdp()
{
	view xfreerdp /v:$server:"$port" /u:user /p:password /cert:ignore /rfx -clipboard -heartbeat \
		/network:lan /tune:FreeRDP_NetworkAutoDetect:false "$@"
	end "$viewer"
}

# In full screen it has the focus, without which it tells nothing of the clipboard.
vnc_begin()
{
	view xtigervncviewer $server::"$port" -passwd "$dir/vnc-password" -FullScreen -ReconnectOnError=0 \
		-AlertOnFatalError=0 -AutoSelect=0 -PreferredEncoding=Hextile "$@"
}

vnc()
{
	vnc_begin "$@"
	end "$viewer"
}

# crosses FROM TO: a text in the clipboard of one zone can be had in the other.
crosses()
{
	echo "port $port" > "$dir/text"
	spawn ns "$1" xclip -quiet -selection clipboard -in "$dir/text" > /dev/null 2>&1
	wait_for 5 has_text "$2" || fail "port $port: the clipboard of $1 did not come to $2"
	end "$spawned"
	end "$viewer"
}

has_text()
{
	ns "$1" timeout 1 xclip -selection clipboard -out | cmp - "$dir/text"
}

vnc_to_server()
{
	vnc_begin "$@"
	crosses lgwan internet
}

vnc_to_viewer()
{
	vnc_begin "$@"
	crosses internet lgwan
}

# A login that is refused.
ssh()
{
	ns lgwan timeout 5 dbclient -y -p "$port" user@$server true > "$dir/viewer" 2>&1 < /dev/null || :
	grep -q 'auth methods' "$dir/viewer" || fail "no SSH session: $(cat "$dir/viewer")"
}

while read -r port _ _ kind options; do
	# shellcheck disable=SC2086
	$kind $options < /dev/null
done < "$dir/sessions"

# What was said ---------------------------------------------------------------------------------------

# What RDP asked for, as it is on the wire: the sound comes with the drive. Of TLS it cannot be seen.
end $tcpdump -INT
channels()
{
	grep -aoE 'cliprdr|rdpdr|rdpsnd|drdynvc|rail' "$dir/screens.pcap" | LC_ALL=C sort | uniq -c |
		awk '{ printf "%s%d %s", (NR > 1 ? ", " : ""), $1, $2 }'
}
[ "$(channels)" = "1 cliprdr, 1 drdynvc, 1 rdpdr, 1 rdpsnd" ] || fail "the viewers asked for other channels: $(channels)"

awk '$2 != "-" { print $2, $1, $3 }' "$dir/sessions" | LC_ALL=C sort > "$dir/wanted"
incidents_of_screens()
{
	lines | awk '
		function value(name,  i) {
			for (i = 3; i <= NF; i++)
				if (index($i, name "=") == 1)
					return substr($i, length(name) + 2)
			return ""
		}
		value("ev") != "" && $2 == "OPEN" {
			port = value("dst")
			sub(/.*:/, "", port)
			print $1, port, value("what")
		}' | LC_ALL=C sort
}

complete()
{
	incidents_of_screens | diff -u "$dir/wanted" -
}
wait_for 10 complete || fail "incidents are not the expected ones: $(complete)"

daemon_down
[ $status = 0 ] || fail "exit status $status"
finish
