/* Lines of text, and what text from outside becomes in them. The reference unescaper here reads the
 * grammar on its own; what it gives back is compared with what went in. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void
pair_is(const char *value, size_t size, const char *expected)
{
	char buffer[2048];
	struct text t = text_of(buffer, sizeof buffer);

	text_pair(&t, "k", value, size);
	assert_string_equal(buffer, expected);
	assert_int_equal(t.len, strlen(expected));
	assert_false(t.cut);
}

#define PAIR(value, expected) pair_is(value, sizeof value - 1, "k=" expected)

static void
pairs(void **state)
{
	(void)state;
	PAIR("tcp/443", "tcp/443");
	PAIR("lgwan>internet", "lgwan>internet");
	PAIR("[2001:db8::9]:51514", "[2001:db8::9]:51514");
	PAIR("", "\"\"");
	PAIR("a b", "\"a b\"");
	PAIR("a=b", "\"a=b\"");
	PAIR("a\"b", "\"a\\\"b\"");
	PAIR("a\\b", "\"a\\\\b\"");
	/* Controls, C0 and DEL: bytes */
	PAIR("a\nb", "\"a\\x0ab\"");
	PAIR("\x1b[2J", "\"\\x1b[2J\"");
	PAIR("a\0b", "\"a\\x00b\"");
	PAIR("\x7f", "\"\\x7f\"");
	PAIR("\t", "\"\\x09\"");
	/* Code points, of two, three and four bytes */
	PAIR("\xc2\x85", "\"\\u{0085}\"");
	PAIR("\xc3\xa9", "\"\\u{00e9}\"");
	PAIR("\xe3\x81\x82", "\"\\u{3042}\"");
	PAIR("\xe2\x80\xae", "\"\\u{202e}\"");
	PAIR("\xf0\x9f\x98\x80", "\"\\u{1f600}\"");
	PAIR("\xf4\x8f\xbf\xbf", "\"\\u{10ffff}\"");
	PAIR("\xef\xbf\xbf", "\"\\u{ffff}\"");
	/* A value that looks like one of our escapes is told apart by its doubled backslash. */
	PAIR("\\x0a", "\"\\\\x0a\"");
	PAIR("\\u{3042}", "\"\\\\u{3042}\"");
}

/* RFC 3629: continuation alone, cut, overlong, surrogates, beyond U+10FFFF, bytes never used. */
static void
invalid_utf8(void **state)
{
	(void)state;
	PAIR("\x80", "\"\\x80\"");
	PAIR("\xe3\x81", "\"\\xe3\\x81\"");
	PAIR("\xe3"
	     "A",
	    "\"\\xe3A\"");
	PAIR("\xc3\xc3\xa9", "\"\\xc3\\u{00e9}\"");
	PAIR("\xc0\xaf", "\"\\xc0\\xaf\"");
	PAIR("\xc1\xbf", "\"\\xc1\\xbf\"");
	PAIR("\xe0\x80\xaf", "\"\\xe0\\x80\\xaf\"");
	PAIR("\xe0\x9f\xbf", "\"\\xe0\\x9f\\xbf\"");
	PAIR("\xf0\x80\x80\xaf", "\"\\xf0\\x80\\x80\\xaf\"");
	PAIR("\xf0\x8f\xbf\xbf", "\"\\xf0\\x8f\\xbf\\xbf\"");
	PAIR("\xed\xa0\x80", "\"\\xed\\xa0\\x80\"");
	PAIR("\xed\xbf\xbf", "\"\\xed\\xbf\\xbf\"");
	PAIR("\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\"");
	PAIR("\xf8\x88\x80\x80\x80", "\"\\xf8\\x88\\x80\\x80\\x80\"");
	PAIR("\xfe\xff", "\"\\xfe\\xff\"");
}

/* 256 bytes are used, to the last whole code point. */
static void
long_values(void **state)
{
	char value[600], expected[1200];

	(void)state;
	memset(value, 'a', sizeof value);
	(void)snprintf(expected, sizeof expected, "k=%.256s", value);
	pair_is(value, 256, expected);
	(void)snprintf(expected, sizeof expected, "k=\"%.256s\\u{2026}(+1)\"", value);
	pair_is(value, 257, expected);
	(void)snprintf(expected, sizeof expected, "k=\"%.256s\\u{2026}(+344)\"", value);
	pair_is(value, 600, expected);
	memcpy(value + 254, "\xe3\x81\x82", 3);
	(void)snprintf(expected, sizeof expected, "k=\"%.254s\\u{2026}(+3)\"", value);
	pair_is(value, 257, expected);
	memcpy(value + 253,
	    "\xe3\x81\x82"
	    "b",
	    4);
	(void)snprintf(expected, sizeof expected, "k=\"%.253s\\u{3042}\\u{2026}(+1)\"", value);
	pair_is(value, 257, expected);
	/* A sequence that is cut by the end of the value itself is bytes. */
	(void)snprintf(expected, sizeof expected, "k=\"%.253s\\xe3\\x81\"", value);
	pair_is(value, 255, expected);
}

static void
adding(void **state)
{
	char buffer[16];
	struct text t = text_of(buffer, sizeof buffer);

	(void)state;
	assert_string_equal(buffer, "");
	text_add(&t, "%s", "0123456789");
	text_add(&t, "%d", 12345);
	assert_string_equal(buffer, "012345678912345");
	assert_int_equal(t.len, 15);
	assert_false(t.cut);
	text_add(&t, "%s", "");
	assert_false(t.cut);
	text_add(&t, "6");
	assert_true(t.cut);
	assert_string_equal(buffer, "012345678912345");
}

/* What does not fit is left out whole, and so is all that follows, even where it would fit. */
static void
cutting(void **state)
{
	char buffer[16];
	struct text t = text_of(buffer, sizeof buffer);

	(void)state;
	text_add(&t, "abc");
	text_add(&t, "%s", "0123456789abc");
	assert_string_equal(buffer, "abc");
	assert_true(t.cut);
	text_add(&t, "d");
	text_pair(&t, "k", "v", 1);
	text_escape(&t, "e", 1);
	assert_string_equal(buffer, "abc");
	assert_int_equal(t.len, 3);

	t = text_of(buffer, 1);
	text_add(&t, "x");
	assert_true(t.cut);
	assert_string_equal(buffer, "");
}

/* Every size of the buffer: all or nothing, NUL at the end, no byte behind it. */
static void
every_room(void **state)
{
	static const char value[] = "a \"\\\n\xe3\x81\x82\xff=";
	static const char whole[] = "x k=\"a \\\"\\\\\\x0a\\u{3042}\\xff=\"";
	char buffer[64];

	(void)state;
	for (size_t size = 2; size < sizeof buffer; size++) {
		memset(buffer, '#', sizeof buffer);

		struct text t = text_of(buffer, size);

		text_add(&t, "x");
		text_pair(&t, "k", value, sizeof value - 1);
		assert_string_equal(buffer, size >= sizeof whole ? whole : "x");
		assert_int_equal(t.cut, size < sizeof whole);
		assert_int_equal(t.len, strlen(buffer));
		for (size_t i = size; i < sizeof buffer; i++)
			assert_int_equal(buffer[i], '#');

		memset(buffer, '#', sizeof buffer);
		t = text_of(buffer, size);
		text_escape(&t, value, sizeof value - 1);
		/* Without `x k="` and the last quote. */
		assert_int_equal(t.cut, size < sizeof whole - 6);
		assert_int_equal(t.len, t.cut ? 0 : sizeof whole - 7);
		assert_int_equal(buffer[t.len], '\0');
	}
}

static void
several(void **state)
{
	char buffer[128];
	struct text t = text_of(buffer, sizeof buffer);

	(void)state;
	text_pair(&t, "a", "1", 1);
	text_pair(&t, "b", "2 3", 3);
	text_add(&t, " msg=\"");
	text_escape(&t, "say \"hi\"", 8);
	text_add(&t, "\"");
	assert_string_equal(buffer, "a=1 b=\"2 3\" msg=\"say \\\"hi\\\"\"");
}

static void
escape_is_not_capped(void **state)
{
	static char value[5000], buffer[6000];
	struct text t = text_of(buffer, sizeof buffer);

	(void)state;
	memset(value, 'z', sizeof value);
	text_escape(&t, value, sizeof value);
	assert_int_equal(t.len, sizeof value);
	assert_false(t.cut);
}

/* The reference: undoes the escapes of TEXT, of SIZE bytes, into TO; the size, or -1 when the
 * grammar does not allow it. Written from the grammar: a table of what may follow a backslash. */
static int
unescape(const char *text, size_t size, bool quoted, char *to)
{
	int n = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned v, used = 0;

		if (text[i] != '\\') {
			if (text[i] == '"' || (!quoted && (text[i] == ' ' || text[i] == '=')))
				return -1;
			to[n++] = text[i];
			continue;
		}
		if (!quoted)
			return -1;
		i++;
		if (text[i] == '\\' || text[i] == '"') {
			to[n++] = text[i];
		} else if (sscanf(text + i, "x%2x%n", &v, (int *)&used) == 1 && used == 3) {
			to[n++] = (char)v;
			i += 2;
		} else if (sscanf(text + i, "u{%6x}%n", &v, (int *)&used) == 1 && used >= 7) {
			if (v >= 0x10000)
				to[n++] = (char)(0xf0 | v >> 18);
			if (v >= 0x800)
				to[n++] = (char)((v >= 0x10000 ? 0x80 : 0xe0) | (v >> 12 & 63));
			to[n++] = (char)(v >= 0x800 ? 0x80 | (v >> 6 & 63) : 0xc0 | v >> 6);
			to[n++] = (char)(0x80 | (v & 63));
			i += used - 1;
		} else {
			return -1;
		}
	}
	return n;
}

/* Values that parsers, terminals and readers of logs trip over, and random bytes between them. */
static size_t
hostile(char *to, size_t most)
{
	static const char *const bits[] = {
		"\n",
		"\r\n",
		"\x1b]0;x\x07",
		"<0>",
		"kernel:",
		"\"",
		"\\",
		"\\\"",
		"=",
		" ",
		" ev=",
		"SEG2003 CLOSED",
		"\xe3\x81\x82",
		"\xe2\x80\xae",
		"\xef\xbb\xbf",
		"\xe2\x80\xa8",
		"\xc2\x9b",
		"\xc0\x80",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xf0\x9f\x98\x80",
		"\xe3\x81",
		"\x80",
		"%s%n",
		"\\x41",
		"\\u{41}",
		"\\u{3042}",
		"]",
		"'",
		"\x7f",
		"\xc3\xa9",
		"a",
		"0",
		"\xff\xfe",
	};
	size_t n = 0;
	int parts = (int)(random() % 12);

	if (random() % 16 == 0)
		parts += 120;
	while (parts-- > 0 && n + 16 < most) {
		if (random() % 3 == 0) {
			to[n++] = (char)random();
		} else {
			const char *bit = bits[(size_t)random() % (sizeof bits / sizeof bits[0])];

			memcpy(to + n, bit, strlen(bit));
			n += strlen(bit);
		}
	}
	return n;
}

/* One pair: printable ASCII, one field, and back to the value or to its first 256 bytes. */
static void
pair_returns(const char *value, size_t size)
{
	char buffer[4096], back[4096];
	struct text t = text_of(buffer, sizeof buffer);
	const char *start = buffer + 2;
	int n;

	text_pair(&t, "k", value, size);
	assert_false(t.cut);
	assert_int_equal(t.len, strlen(buffer));
	for (size_t i = 0; i < t.len; i++)
		assert_in_range(buffer[i], 0x20, 0x7e);
	assert_memory_equal(buffer, "k=", 2);

	size_t left = t.len - 2;
	bool quoted = *start == '"';

	if (quoted) {
		assert_true(left >= 2 && start[left - 1] == '"');
		start++;
		left -= 2;
	}
	n = unescape(start, left, quoted, back);
	assert_true(n >= 0);
	if (size <= 256) {
		assert_int_equal(n, size);
		assert_true(size == 0 || memcmp(back, value, size) == 0);
		return;
	}

	/* The mark is three bytes of U+2026, then (+n). */
	char mark[32];
	size_t used;

	for (used = 256; used > 252; used--) {
		int m = snprintf(mark, sizeof mark, "\xe2\x80\xa6(+%zu)", size - used);

		if (n == (int)used + m && memcmp(back + used, mark, (size_t)m) == 0)
			break;
	}
	assert_true(used > 252);
	assert_memory_equal(back, value, used);
}

static void
random_values(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : 11;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (int i = 0; i < 100000; i++) {
		char value[1024];

		pair_returns(value, hostile(value, sizeof value));
	}
}

/* Fewer bytes of a value where the field would be too long; never a part of an escape. */
static void
within(void **state)
{
	char bytes[2000], value[300];
	struct text t = text_of(bytes, sizeof bytes);

	(void)state;
	text_pair_within(&t, "error", "short", 5, 480);
	assert_string_equal(bytes, "error=short");
	text_pair_within(&t, "n", "", 0, 20);
	assert_string_equal(bytes, "error=short n=\"\"");
	for (unsigned kind = 0; kind < 3; kind++) {
		static const char *const ones[] = { "\x01", "\xc3\xa9", "\\" };
		size_t one = strlen(ones[kind]);

		for (size_t i = 0; i < sizeof value; i += one)
			memcpy(value + i, ones[kind], one);
		for (size_t room = 40; room < 1100; room += 7) {
			unsigned left = 0;

			t = text_of(bytes, sizeof bytes);
			text_pair_within(&t, "e", value, sizeof value, room);
			assert_false(t.cut);
			assert_true(t.len <= room);
			/* Nearly as much as may be: an eighth less is tried each time. */
			assert_true(t.len + t.len / 7 + 40 > room || t.len > 500);
			const char *end = strstr(bytes, "\\u{2026}(+");
			assert_non_null(end);
			assert_int_equal(sscanf(end, "\\u{2026}(+%u)\"", &left), 1);
			static const size_t wide[] = { 4, 8, 2 };
			assert_int_equal(
			    (size_t)(end - bytes - 3) / wide[kind] * one + left, sizeof value);
			assert_int_equal((size_t)(end - bytes - 3) % wide[kind], 0);
		}
	}
	/* What is left may be less than ROOM. */
	t = text_of(bytes, 60);
	text_pair_within(&t, "e", value, sizeof value, 480);
	assert_false(t.cut);
	assert_true(t.len > 40 && t.len < 60);
}

static void
list_is(const char *list, size_t size, const char *expected)
{
	char to[64];

	memset(to, 'x', sizeof to);
	assert_int_equal(text_list(to, size, list), strcmp(list, expected) == 0);
	assert_string_equal(to, expected);
	assert_true(strlen(expected) < size);
	assert_int_equal(to[size], 'x');
}

static void
lists(void **state)
{
	(void)state;
	list_is("", 1, "");
	list_is("tcp/80", 7, "tcp/80");
	list_is("tcp/80,udp/7042 wireguard", 26, "tcp/80,udp/7042 wireguard");
	list_is("tcp/80,udp/7042 wireguard", 25, "tcp/80,...");
	list_is("tcp/80,udp/7042 wireguard", 11, "tcp/80,...");
	list_is("tcp/80,udp/53,tcp/443", 21, "tcp/80,udp/53,...");
	list_is("tcp/80,udp/53,tcp/443", 18, "tcp/80,udp/53,...");
	list_is("tcp/80,udp/53,tcp/443", 17, "tcp/80,...");
	/* Not even the first item fits. */
	list_is("tcp/80,udp/7042 wireguard", 10, "tcp/80...");
	list_is("tcp/60000-65535 chrome-remote-desktop,tcp/80", 13, "tcp/60000...");
	list_is("\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86", 9, "\xe3\x81\x82...");
	list_is("\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86", 6, "...");
	list_is("tcp/80", 5, "t...");
	list_is("tcp/80", 4, "");
	list_is("tcp/80", 1, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs),
		cmocka_unit_test(invalid_utf8),
		cmocka_unit_test(long_values),
		cmocka_unit_test(adding),
		cmocka_unit_test(cutting),
		cmocka_unit_test(every_room),
		cmocka_unit_test(several),
		cmocka_unit_test(escape_is_not_capped),
		cmocka_unit_test(random_values),
		cmocka_unit_test(within),
		cmocka_unit_test(lists),
	};

	return UNIT_RUN(tests);
}
