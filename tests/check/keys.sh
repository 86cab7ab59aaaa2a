#!/bin/sh
# Every key of the table stands in segauditd.conf(5) and in the shipped segauditd.conf, with its type, range and default; and no other.
set -eu
top=${srcdir:-.}
# The table, one line a key: path, type sentence, default, meaning, example.
table=$(mktemp)
trap 'rm -f "$table"' EXIT
"${KEYS_TABLE:-./keys_table}" > "$table"
bad=0
LC_ALL=C awk -F '\t' -v manual="$top/man/segauditd.conf.5" -v shipped="$top/conf/segauditd.conf" '
function wrong(text)
{
	print text
	bad = 1
}
# The words of a text, one space between them.
function plain(text)
{
	gsub(/[ \t\n]+/, " ", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	return text
}
function last(path)
{
	sub(/.*\./, "", path)
	return path
}
# man[key]: the paragraph of each key.
function read_manual(	key, line, inside)
{
	while ((getline line < manual) > 0) {
		if (line ~ /^\.Sh/)
			inside = line ~ /KEYS/
		if (!inside)
			continue
		if (line ~ /^\.It Cm [a-z0-9_.]+$/) {
			key = substr(line, 8)
			if (key in man)
				wrong(manual ": " key " is there twice")
			man[key] = " "
		} else if (line ~ /^\.(El|Sh|Ss)/) {
			key = ""
		} else if (key != "" && line !~ /^\.(Bd|Ed)/) {
			man[key] = man[key] " " line
		}
	}
	close(manual)
}
# conf[key]: the comment above the key; at[key]: the key itself as it is written.
function read_shipped(	key, line, name)
{
	while ((getline line < shipped) > 0) {
		sub(/^[ \t#]*\t/, "", line)
		if (line ~ /^#? ?[a-z0-9_.]+: /) {
			key = line
			sub(/^#? ?/, "", key)
			sub(/: .*/, "", key)
			if (key in conf)
				wrong(shipped ": " key " is there twice")
			conf[key] = ""
		}
		if (key == "")
			continue
		name = line
		sub(/^#/, "", name)
		if (index(name, last(key) " = ") == 1) {
			at[key] = line
			key = ""
		} else {
			sub(/^# ?/, "", line)
			conf[key] = conf[key] " " line
		}
	}
	close(shipped)
}
BEGIN {
	read_manual()
	read_shipped()
}
{
	path = $1
	table[path] = 1
	type = plain("Type: " $2)
	example = last(path) " = " $5 ";"
	if (!(path in man))
		wrong(manual ": the key " path " is missing")
	else if (!index(plain(man[path]), type))
		wrong(manual ": " path ": must say \"" type "\"")
	else if (!index(plain(man[path]), plain(example)))
		wrong(manual ": " path ": must have the example \"" example "\"")
	if (!(path in conf) || !(path in at)) {
		wrong(shipped ": the key " path " is missing")
		next
	}
	if (!index(tolower(plain(conf[path])), tolower(plain($2))))
		wrong(shipped ": " path ": must say \"" $2 "\"")
	if (substr(at[path], 1, 1) == "#" && $3 != "-" && at[path] != "#" last(path) " = " $3 ";")
		wrong(shipped ": " path ": must show its default, \"#" last(path) " = " $3 ";\"")
}
END {
	for (key in man)
		if (!(key in table))
			wrong(manual ": " key ": there is no such key")
	for (key in conf)
		if (!(key in table))
			wrong(shipped ": " key ": there is no such key")
	if (NR < 50)
		wrong("the table has only " NR " keys")
	exit bad
}' "$table" || bad=1
exit $bad
