#!/bin/bash
# Screens between real servers and viewers: FreeRDP's client in lgwan sees a FreeRDP shadow server in
# internet, TigerVNC's viewer an Xvnc, by conduits for screens, each session over IPv4 and over IPv6. A
# screen alone is silent; the clipboard, a drive, what is encrypted, another protocol than the conduit's have
# their line each.
#
# The same X server is the desktop of both kinds, and the viewers' windows are on one of their own. X is
# spoken on abstract sockets only: each network namespace has its own display :0.
set -eu
. "$(dirname "$0")/lib.sh"
for tool in xfreerdp freerdp-shadow-cli Xtigervnc xtigervncviewer xclip dropbear dbclient; do
	command -v $tool > /dev/null || skip "$tool not found: scripts/check installs what the tests need"
done

# The sessions: the port of each, the finding that it makes and its words (- for none), who sees what. The
# server sends ports of one kind to the one where it listens. Behind `vnc` stands what happens then (: for nothing).
declare -A server=([4]=10.3.9.7 [6]='[2001:db8:3::9:7]')
cat > "$dir/sessions" <<'END'
3389 -       -                rdp /sec:rdp
3390 SEG3202 clipboard        rdp /sec:rdp +clipboard
3391 SEG3202 drive            rdp /sec:rdp /drive:share,/etc/alternatives
3392 SEG3203 dynamic-channels rdp /sec:rdp /network:auto
3393 SEG3203 encrypted        rdp /sec:tls +clipboard
3394 SEG3203 encrypted        rdp /sec:nla
3395 -       -                rdp /sec:tls
3396 SEG3201 vnc              vnc : -SecurityTypes=None
3397 SEG3201 ssh              ssh
5900 -       -                vnc : -SecurityTypes=None
5901 -       -                vnc : -SecurityTypes=VncAuth
5902 SEG3202 clipboard        vnc to_server -SecurityTypes=None
5903 SEG3202 clipboard        vnc to_viewer -SecurityTypes=VncAuth
5904 SEG3203 encrypted        vnc to_server -SecurityTypes=TLSVnc
5905 SEG3201 rdp              rdp /sec:rdp
END

lab_up
conduit()
{
	echo "  { id = \"$1\"; from = \"lgwan\"; to = \"internet\"; servers = (\"10.3.9.7\", \"2001:db8:3::9:7\");" \
		"services = (\"tcp\/$2\"); require = \"screen-transfer\"; screen = (\"$3\"); $4 },"
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

listen_both()
{
	[ "$(ns internet ss -Hlnt "sport = :$1" | wc -l)" = 2 ]
}

# shadow PORT ARGUMENT…: a FreeRDP server that shows the display of internet.
shadow()
{
	spawn ns internet freerdp-shadow-cli "/port:$1" "/bind-address:${server[4]},${server[6]}" "${@:2}" \
		> "$dir/shadow-$1" 2>&1
	wait_for 10 listen_both "$1" || fail "no RDP server at port $1: $(cat "$dir/shadow-$1")"
}

display lgwan -rfbport -1
display internet -rfbport 5900 -SecurityTypes None,VncAuth,TLSVnc \
	-rfbauth "$dir/vnc-password"
wait_for 5 listen_both 5900 || fail "Xvnc does not listen: $(cat "$dir/display-internet.log")"
shadow 3389 -auth
shadow 3394 /sec:nla +auth "/sam-file:$dir/sam"
dropbearkey -t ecdsa -f "$dir/ssh-key" > /dev/null 2>&1
spawn ns internet dropbear -F -E -s -r "$dir/ssh-key" -p "${server[4]}:3397" -p "${server[6]}:3397" \
	-P "$dir/dropbear.pid" 2> "$dir/dropbear"
wait_for 5 listen_both 3397 || fail "dropbear: $(cat "$dir/dropbear")"
for family in 4 6; do
	ns internet nft -f - <<-END
		table inet screens$family {
			chain prerouting {
				type nat hook prerouting priority dstnat;
				tcp dport { 3390-3393, 3395, 5905 } dnat ip${family#4} to ${server[$family]}:3389
				tcp dport { 5901-5904, 3396 } dnat ip${family#4} to ${server[$family]}:5900
			}
		}
	END
done

# Viewers -------------------------------------------------------------------------------------------

# Has the server sent a screen over a family? Its pattern is over 200 kB in the codings that are asked for.
shown()
{
	[ "$(ns internet ss "-$1" -Htni state established "( sport = :3389 or sport = :3394 or sport = :5900 )" |
		sed -nE 's/.* bytes_acked:([0-9]+).*/\1/p')" -gt 200000 ]
}

# view COMMAND…: begins over $family.
view()
{
	spawn ns lgwan "$@" > "$dir/viewer-$family" 2>&1
	viewer[family]=$spawned
}

wait_shown()
{
	wait_for 10 shown "$family" ||
		fail "port $port shows no screen over IPv$family: $(cat "$dir/viewer-$family")"
}

# Both at once. FreeRDP 2 takes any port behind an address in brackets for port 1. Without the two switches it
# asks for the channels of devices and sound, whatever is redirected.
rdp()
{
	for family in 4 6; do
		view xfreerdp "/v:${server[$family]}" "/port:$port" /u:user /p:password /cert:ignore /rfx -clipboard \
			-heartbeat /network:lan /tune:FreeRDP_NetworkAutoDetect:false "$@"
	done
	for family in 4 6; do
		wait_shown
		end "${viewer[family]}"
	done
}

# In full screen it has the focus, without which it tells nothing of the clipboard: one after the other.
vnc()
{
	for family in 4 6; do
		view xtigervncviewer "${server[$family]}::$port" -passwd "$dir/vnc-password" -FullScreen \
			-ReconnectOnError=0 -AlertOnFatalError=0 -AutoSelect=0 -PreferredEncoding=Hextile "${@:2}"
		wait_shown
		$1
		end "${viewer[family]}"
	done
}

# crosses FROM TO: a text in the clipboard of one zone can be had in the other.
crosses()
{
	echo "port $port, IPv$family" > "$dir/text"
	spawn ns "$1" xclip -quiet -selection clipboard -in "$dir/text" > /dev/null 2>&1
	wait_for 5 has_text "$2" || fail "port $port: the clipboard of $1 did not come to $2 over IPv$family"
	end "$spawned"
}

has_text()
{
	ns "$1" timeout 1 xclip -selection clipboard -out | cmp - "$dir/text"
}

to_server()
{
	crosses lgwan internet
}

to_viewer()
{
	crosses internet lgwan
}

# A login that is refused.
ssh()
{
	for family in 4 6; do
		ns lgwan timeout 5 dbclient -y -p "$port" "user@$(tr -d '[]' <<< "${server[$family]}")" true \
			> "$dir/viewer-$family" 2>&1 < /dev/null || :
		grep -q 'auth methods' "$dir/viewer-$family" ||
			fail "no SSH session over IPv$family: $(cat "$dir/viewer-$family")"
	done
}

viewer=()
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
[ "$(channels)" = "2 cliprdr, 2 drdynvc, 2 rdpdr, 2 rdpsnd" ] || fail "the viewers asked for other channels: $(channels)"

awk '$2 != "-" { print $2, $1, $3, "IPv4"; print $2, $1, $3, "IPv6" }' "$dir/sessions" |
	LC_ALL=C sort > "$dir/wanted"
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
			family = port ~ /^\[/ ? "IPv6" : "IPv4"
			sub(/.*:/, "", port)
			print $1, port, value("what"), family
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
