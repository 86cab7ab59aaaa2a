/* text.c - see text.h.
 *
 * What escapes look like, so that a reader can undo them: a backslash of the value itself is
 * always `\\`, a quote `\"`; a backslash followed by `x` and two digits is one byte of invalid
 * UTF-8 or a control byte, one followed by `u{` is a code point. Nothing else follows a
 * backslash. A value with an escape holds a backslash and therefore stands in quotes.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_MOST = 256 }; /* bytes of one value that are shown */

struct text
text_of(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){ .at = buffer, .size = size };
}

/* Undoes what was appended since LEN: a value or a word is there whole or not at all. */
static void
give_up(struct text *t, size_t len)
{
	t->len = len;
	t->at[len] = '\0';
	t->cut = true;
}

void
text_add(struct text *t, const char *format, ...)
{
	size_t room = t->size - t->len;
	va_list args;
	int n;

	if (t->cut)
		return;
	va_start(args, format);
	n = vsnprintf(t->at + t->len, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		give_up(t, t->len);
	else
		t->len += (size_t)n;
}

void
text_bytes(struct text *t, const char *bytes, size_t size)
{
	if (t->cut)
		return;
	if (size >= t->size - t->len) {
		t->cut = true;
		return;
	}
	memcpy(t->at + t->len, bytes, size);
	t->len += size;
	t->at[t->len] = '\0';
}

void
text_number(struct text *t, uint64_t number)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_bytes(t, digits + at, sizeof digits - at);
}

bool
text_list(char *to, size_t size, const char *list)
{
	static const char rest[] = "...";
	size_t n = strnlen(list, size), end;

	if (n < size) {
		memcpy(to, list, n + 1);
		return true;
	}
	to[0] = '\0';
	if (size <= sizeof rest)
		return false;
	n = size - sizeof rest;
	for (end = n; end > 0 && list[end - 1] != ',';)
		end--;
	if (end == 0)
		for (end = n; end > 0 && ((unsigned char)list[end] & 0xc0) == 0x80;)
			end--;
	memcpy(to, list, end);
	memcpy(to + end, rest, sizeof rest);
	return false;
}

size_t
text_utf8(const char *bytes, size_t size, uint32_t *point)
{
	const uint8_t *p = (const uint8_t *)bytes;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint8_t length[32] = {
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1,
		1, /* by the first five bits */
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		2,
		2,
		2,
		2,
		3,
		3,
		4,
		0,
	};
	size_t n = length[p[0] >> 3];
	uint32_t c = p[0];

	if (n <= 1) {
		*point = c;
		return n;
	}
	if (n > size)
		return 0;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*point = c;
	return n;
}

/* Appends the first character of the SIZE > 0 bytes at P, escaped where it must be; returns its
 * length at P. */
static size_t
put_character(struct text *t, const uint8_t *p, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t c = 0;
	size_t n = text_utf8((const char *)p, size, &c);
	char escape[16];

	if (n > 1) {
		/* At most ten bytes. */
		int written = snprintf(escape, sizeof escape, "\\u{%04x}", (unsigned)c);

		text_bytes(t, escape, (size_t)written);
		return n;
	}
	if (n == 0 || c < 0x20 || c == 0x7f) {
		text_bytes(t, (char[]){ '\\', 'x', hex[p[0] >> 4], hex[p[0] & 15] }, 4);
		return 1;
	}
	if (c == '"' || c == '\\')
		text_bytes(t, "\\", 1);
	text_bytes(t, (const char *)p, 1);
	return 1;
}

/* What a byte may do in a value. */
enum {
	PLAIN = 1, /* stand for itself */
	BARE = 2,  /* stand outside quotes */
};

/* Printable ASCII but the quote and the backslash is PLAIN; without the blank and the equals sign,
 * BARE too. */
static const uint8_t byte_may[256] = {
	[' '] = PLAIN,
	['!'] = PLAIN | BARE,
	['#' ... '<'] = PLAIN | BARE,
	['='] = PLAIN,
	['>' ... '['] = PLAIN | BARE,
	[']' ... '~'] = PLAIN | BARE,
};

size_t
text_plain(const char *bytes, size_t size)
{
	size_t n = 0;

	while (n < size && (byte_may[(uint8_t)bytes[n]] & PLAIN))
		n++;
	return n;
}

/* Appends the characters that begin and end within the first MOST bytes; returns their length. */
static size_t
put_characters(struct text *t, const char *bytes, size_t size, size_t most)
{
	const uint8_t *p = (const uint8_t *)bytes;
	size_t used = 0;

	while (used < size && !t->cut) {
		size_t plain = text_plain(bytes + used, (size < most ? size : most) - used);
		uint32_t ignored;

		text_bytes(t, bytes + used, plain);
		used += plain;
		if (used == size)
			break;
		size_t n = text_utf8(bytes + used, size - used, &ignored);

		if (used + (n ? n : 1) > most)
			break;
		used += put_character(t, p + used, size - used);
	}
	return used;
}

/* Does the value have a byte that the grammar gives a meaning, or one that is escaped; will its end
 * be? */
static bool
needs_quotes(const char *value, size_t size, size_t most)
{
	uint8_t may = PLAIN | BARE;

	if (size == 0 || size > most)
		return true;
	for (size_t i = 0; i < size; i++)
		may &= byte_may[(uint8_t)value[i]];
	return !(may & BARE);
}

/* MOST: bytes of the value that are shown. */
static void
put_pair(struct text *t, const char *key, const char *value, size_t size, size_t most)
{
	size_t start = t->len;
	bool quotes = needs_quotes(value, size, most);

	if (t->cut)
		return;
	text_bytes(t, " ", start ? 1 : 0);
	text_bytes(t, key, strlen(key));
	text_bytes(t, "=\"", quotes ? 2 : 1);
	if (!quotes) {
		text_bytes(t, value, size);
		if (t->cut)
			give_up(t, start);
		return;
	}

	size_t used = put_characters(t, value, size, most);

	if (used < size)
		text_add(t, "\\u{2026}(+%zu)", size - used);
	text_bytes(t, "\"", 1);
	if (t->cut)
		give_up(t, start);
}

void
text_pair(struct text *t, const char *key, const char *value, size_t size)
{
	put_pair(t, key, value, size, VALUE_MOST);
}

void
text_pair_within(struct text *t, const char *key, const char *value, size_t size, size_t room)
{
	const size_t start = t->len;

	if (t->cut)
		return;
	for (size_t most = VALUE_MOST;; most -= most / 8 + 1) {
		put_pair(t, key, value, size, most);
		if ((!t->cut && t->len - start <= room) || most == 0)
			return;
		give_up(t, start);
		t->cut = false;
	}
}

void
text_escape(struct text *t, const char *bytes, size_t size)
{
	size_t start = t->len;

	if (t->cut)
		return;
	(void)put_characters(t, bytes, size, size); /* all of it */
	if (t->cut)
		give_up(t, start);
}
