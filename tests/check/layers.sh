#!/bin/sh
# The layers of the house (HACKING.md): who may include whom, which library appears in which file,
# who may ask for the time, and how long lines, functions and files may be. Reads sources only.
set -eu
cd "${srcdir:-.}"
bad=0

fault()
{
	echo "$*"
	bad=1
}

# layer FOLDER ALLOWED…: files of daemon/FOLDER include headers of their own folder and of ALLOWED.
layer()
{
	folder=$1
	shift
	for file in $(find "daemon/$folder" -name '*.[ch]' -o -name '*.def' | sort); do
		for used in $(sed -n 's/^[ \t]*#[ \t]*include "\([^"]*\)".*/\1/p' "$file"); do
			case $used in
			*/*) ;;
			config.h) continue ;;
			*)
				fault "$file: includes \"$used\": name its folder"
				continue
				;;
			esac
			case " $folder $* " in
			*" ${used%%/*} "*) ;;
			*) fault "$file: includes \"$used\": $folder may only: $folder $*" ;;
			esac
		done
	done
}

layer base
layer model base
layer conf base model
layer monitor base model conf
layer capture base model
layer recognise base model
layer worker base model recognise
layer hub base model
layer client base model

# Folders without a rule above would go unchecked.
for folder in daemon/*/; do
	case $folder in
	daemon/base/ | daemon/model/ | daemon/conf/ | daemon/monitor/ | daemon/capture/) ;;
	daemon/recognise/ | daemon/worker/ | daemon/hub/ | daemon/client/) ;;
	*) fault "$folder: tests/check/layers.sh has no rule for it" ;;
	esac
done

# library HEADER FILE…: only these files include a header whose name begins with HEADER.
library()
{
	header=$1
	shift
	for file in $(grep -rlE "^[ 	]*#[ 	]*include[ 	]*<$header" daemon | sort); do
		case " $* " in
		*" $file "*) ;;
		*) fault "$file: includes <$header…>: only $* may" ;;
		esac
	done
}

library pcap daemon/capture/live.c
library libconfig daemon/conf/conf.c
library seccomp daemon/base/sandbox.c
library netlink daemon/hub/netlink.c
library linux/netlink daemon/hub/netlink.c
library linux/rtnetlink daemon/hub/netlink.c
library nettle daemon/model/sha.h daemon/hub/signer.c daemon/client/keys.c daemon/recognise/quic.c
library pthread
library threads

# Nobody but the loops asks for the time (STYLE 7).
asks='(^|[^a-z_])(clock_gettime|gettimeofday|time) *\('
for file in $(grep -rlE "$asks" daemon --include='*.c' | sort); do
	case $file in
	daemon/segauditd.c | daemon/replay.c | daemon/base/nstime.c | daemon/base/log.c) ;;
	daemon/monitor/*.c | daemon/capture/live.c | daemon/capture/capture.c) ;;
	daemon/worker/loop.c | daemon/hub/*.c) ;;
	*) fault "$file: asks for the time: the loop does that, and passes it on" ;;
	esac
done

# What HACKING.md names is there.
for name in $(grep -o '`[a-z0-9_]*/[A-Za-z0-9_./]*`' HACKING.md | tr -d '`' | sort -u); do
	if [ ! -e "$name" ] && [ ! -e "daemon/$name" ]; then
		fault "HACKING.md: $name does not exist"
	fi
done

# Sizes. A function begins in column 1 with its name and `(`, and ends with `}` in column 1. Rows of
# .def tables may be long. Columns are characters, not bytes. Tests may be twice as long as a module.
sizes=$(for file in $(find daemon tests -name '*.[ch]' | sort); do
	expand -t 8 "$file" | LC_ALL=C.UTF-8 grep -nE '.{101}' |
		sed "s|^\([0-9]*\):.*|$file:\1: over 100 columns|"
	case $file in
	daemon/*) most=600 ;;
	*) most=1200 ;;
	esac
	awk -v file="$file" -v most=$most '
		/^[a-z_][A-Za-z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name); start = NR }
		/^}/ {
			if (name != "" && NR - start > 100)
				print file ":" start ": " name "(): " NR - start " lines (100)"
			name = ""
		}
		END { if (NR > most) print file ": " NR " lines, " most " allowed" }' "$file"
done)
if [ -n "$sizes" ]; then
	fault "$sizes"
fi
exit $bad
