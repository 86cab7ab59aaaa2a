#!/bin/sh
# What an administrator reads of an id is the same everywhere: daemon/model/explain.def, the journald catalog,
# segaudit-alerts(7) and `segauditctl explain`, in English and in Japanese. Every field and word that a line may hold is in the manual. With -w the
# catalogs and the sections of the manuals are written anew.
set -eu
top=${srcdir:-.}
table=${WORDS_TABLE:-./words_table}
begin='.\\" The sections from here on are made by tests/check/words.sh -w.'
end='.\\" The sections end here.'
bad=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fault()
{
	echo "$*"
	bad=1
}

# renew MANUAL LANGUAGE: the manual with the sections as they must be.
renew()
{
	"$table" manual "$2" > "$dir/sections"
	awk -v begin="$begin" -v end="$end" -v sections="$dir/sections" '
		$0 == begin {
			print
			while ((getline line < sections) > 0)
				print line
			inside = found = 1
		}
		$0 == end { inside = 0; ended = 1 }
		!inside { print }
		END { exit !(found && ended) }' "$1" || {
		echo "$1: the lines that enclose the sections of the ids are missing" >&2
		return 1
	}
}

# same FILE MADE: FILE must hold what was made.
same()
{
	if [ "${write:-}" ]; then
		cp "$2" "$1"
	elif ! cmp -s "$1" "$2"; then
		diff -u "$1" "$2" | sed 40q || :
		fault "$1: differs from daemon/model/explain.def; after a change there: tests/check/words.sh -w"
	fi
}

[ "${1:-}" = -w ] && write=yes
for language in en ja; do
	case $language in
	en) catalog=$top/conf/catalog/segaudit.catalog manual=$top/man/segaudit-alerts.7 fields=FIELDS words=WORDS ;;
	ja) catalog=$top/conf/catalog/segaudit.ja.catalog manual=$top/man/ja/segaudit-alerts.7 fields=行の words=語 ;;
	esac
	"$table" catalog $language > "$dir/catalog"
	same "$catalog" "$dir/catalog"
	if renew "$manual" $language > "$dir/manual"; then
		same "$manual" "$dir/manual"
	else
		bad=1
	fi

	# Every field, in its list; the words of each list.
	sed -n '/^\.Sh/{s/^\.Sh //;h;};/^\.It Cm /{s/^\.It Cm //;s/ , /\n/g;p;}' "$manual" | sort > "$dir/listed"
	"$table" words - > "$dir/wanted"
	# Keys in the code: names that are passed on as such, and those inside of formats.
	for file in "$top"/daemon/hub/*.c "$top/daemon/replay.c"; do
		case $file in
		*/control*) ;; # answers on the socket are no lines
		*) cat "$file" ;;
		esac
	done | grep -vE '^#include|stderr' > "$dir/code"
	{ tr '\n\t' '  ' < "$dir/code" && echo; } | sed 's/\(put\|put_words\|put_time\|put_place\|fields_text\|fields_bytes\|fields_number\|fields_added\|text_pair\|add_time\|add_seconds\)(/\n&/g' |
		sed -n 's/^[a-z_]*([^";]*"\([a-z_0-9]*\)".*/\1/p' >> "$dir/wanted"
	grep -o '"[^"]*"' "$dir/code" | sed 's/%[0-9.*]*[lz]*[a-z]/ /g' |
		grep -oE '(^"|[ {])[a-z_0-9]+=' | tr -d '"= {' >> "$dir/wanted"
	sed -n 's/.*\[GAP_[A-Z_]*\] = "\([a-z-]*\)".*/\1/p; s/.*\[LOSS_.*{ 9005, "\([a-z-]*\)", "\([a-z]*\)".*/\1\n\2/p' \
		"$dir/code" >> "$dir/wanted"
	for word in $(sort -u "$dir/wanted"); do
		grep -qx -e "$word" "$dir/listed" || fault "$manual: \"$word\" may stand in a line and is not listed"
	done
	for word in $(sed -n "/^\.Sh $fields/,/^\.Sh $words/{/^\.It Cm /{s/^\.It Cm //;s/ , /\\n/g;p;};}" "$manual" |
		sort | uniq -d); do
		fault "$manual: the field $word is listed twice"
	done
	[ "$(wc -l < "$dir/wanted")" -gt 150 ] || fault "only $(wc -l < "$dir/wanted") fields and words were found in the code"
done
[ -z "${write:-}" ] || exit 0

# segauditctl explain says what the catalog says: the sentence in its head, which ends with an empty line, and the rest.
# Blanks are left out of the sentence: it may go over two lines.
ctl=${SEGAUDITCTL:-$(dirname "${SEGAUDITD:-./segauditd}")/segauditctl}
for language in en ja; do
	case $language in
	en) catalog=$top/conf/catalog/segaudit.catalog ;;
	ja) catalog=$top/conf/catalog/segaudit.ja.catalog ;;
	esac
	awk '
		/^-- / { print "-- " substr($0, length($0) - 3); body = 0; next }
		/^Subject: / { sub(/^[^:]*: SEG[0-9]* [^:]*: /, ""); gsub(/ /, ""); print }
		body { gsub(/@SEGAUDIT_EV@/, "EV"); gsub(/@SEGAUDIT_PAIR@/, "PAIR"); print }
		/^$/ { body = 1 }' "$catalog" | sed '/^$/d' > "$dir/wanted"
	for id in $(sed -n 's/^FINDING(\([0-9]*\),.*/\1/p' "$top/daemon/model/finding.def"); do
		"$ctl" -s "$dir/none" explain -l $language "$id" || fault "explain $id: exit status $?" >&2
	done | awk '
		/^SEG[0-9][0-9][0-9][0-9] / { print "-- " substr($1, 4); body = 0; brief = ""; next }
		/^(Verdict|判定): / && !body { gsub(/ /, "", brief); print brief; next }
		body { print }
		/^$/ { body = 1 }
		!body { brief = brief $0 }' | sed '/^$/d' > "$dir/said"
	[ "$(wc -l < "$dir/wanted")" -gt 700 ] || fault "$catalog: only $(wc -l < "$dir/wanted") lines were found"
	diff -u "$dir/wanted" "$dir/said" > "$dir/differ" || fault "explain -l $language: $(sed 40q "$dir/differ")"
done

# segauditd.conf(5) in Japanese has the keys, examples, numbers and values of the English one.
facts()
{
	awk -v section="$2" '
		/^\.Sh / { inside = $2 == section }
		!inside { next }
		/^\.It Cm [a-z0-9_.]+$/ { key = $3; print }
		/^\.Bd/ { example = 1; type = 0 }
		example { print key ": " $0 }
		/^\.Ed/ { example = 0 }
		/^(Type|型):/ { type = 1 }
		type {
			line = $0
			while (match(line, /"[^"]*"|[0-9]+/)) {
				print key ": " substr(line, RSTART, RLENGTH)
				line = substr(line, RSTART + RLENGTH)
			}
		}' "$1"
}
facts "$top/man/segauditd.conf.5" KEYS > "$dir/facts"
facts "$top/man/ja/segauditd.conf.5" キー > "$dir/facts.ja"
diff -u "$dir/facts" "$dir/facts.ja" > "$dir/differ" || fault "man/ja/segauditd.conf.5: $(cat "$dir/differ")"
[ "$(wc -l < "$dir/facts")" -gt 300 ] || fault "segauditd.conf.5: only $(wc -l < "$dir/facts") facts were found"

# segauditctl(8) in Japanese has the options, commands, files, statuses and examples of the English one, in its order,
# and the words of a line, the numbers and the paths that it names.
twin()
{
	awk '
		/^\.(It|Bl|El|Sh|Dd|Dt)/ { print $1 == ".Sh" ? $1 : $0 }
		/^\.Xr/ { print $2, $3 }
		/^\.Bd/ { example = 1 }
		example { print }
		/^\.Ed/ { example = 0 }' "$1"
	sed -n 's/^\.\(Ql\|Pa\|Ic\) \([^ ]*\).*/\2/p; s/.*Pq Ql \([^ ]*\).*/\1/p' "$1" | sort -u
	grep -v '^\.Dd' "$1" | grep -oE '(^|[^0-9A-Za-z_-])[0-9]{2,}' | grep -oE '[0-9]+' | sort -u
}
twin "$top/man/segauditctl.8" > "$dir/facts"
twin "$top/man/ja/segauditctl.8" > "$dir/facts.ja"
diff -u "$dir/facts" "$dir/facts.ja" > "$dir/differ" || fault "man/ja/segauditctl.8: $(cat "$dir/differ")"
[ "$(wc -l < "$dir/facts")" -gt 100 ] || fault "segauditctl.8: only $(wc -l < "$dir/facts") facts were found"

# journald takes the catalogs, and finds each id in both languages.
if ! command -v journalctl > /dev/null; then
	echo "journalctl is not installed: the catalogs are only compared"
	exit $bad
fi
# in_journal ROOT: the catalogs that lie there are taken without a complaint and hold all ids.
in_journal()
{
	mkdir -p "$1/var/lib/systemd/catalog"
	said=$(SYSTEMD_LOG_LEVEL=notice journalctl --root="$1" --update-catalog 2>&1) || fault "journalctl: $said"
	[ -z "$said" ] || fault "journalctl: $said"
	for what in list dump; do
		SYSTEMD_LOG_LEVEL=notice journalctl --root="$1" --$what-catalog > "$dir/$what" 2>&1 ||
			fault "$(cat "$dir/$what")"
	done
	for id in $(sed -n 's/^FINDING(\([0-9]*\),.*/\1/p' "$top/daemon/model/finding.def"); do
		grep -q "^5e61756469744000800000000000$id " "$dir/list" || fault "the catalog lacks SEG$id"
		grep -q "^Subject: SEG$id " "$dir/dump" || fault "the catalog has no subject for SEG$id"
	done
	ids=$(grep -c '^FINDING(' "$top/daemon/model/finding.def")
	[ "$(wc -l < "$dir/list")" -eq "$ids" ] || fault "the catalog has $(wc -l < "$dir/list") ids, the code $ids"
}
for root in both ja; do
	mkdir -p "$dir/$root/usr/lib/systemd/catalog"
done
cp "$top"/conf/catalog/*.catalog "$dir/both/usr/lib/systemd/catalog"
in_journal "$dir/both"
# Under another name, as it is shown in the language of the locale only.
cp "$top/conf/catalog/segaudit.ja.catalog" "$dir/ja/usr/lib/systemd/catalog/segaudit.catalog"
in_journal "$dir/ja"
grep -q '考えられる原因:' "$dir/dump" || fault "the Japanese catalog is not Japanese"
exit $bad
