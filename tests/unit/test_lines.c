/* test_lines.c - the lines of a stream, whatever the places at which it is cut. */
#include "unit.h"

#include <string.h>

#include "base/text.h"
#include "worker/lines.h"

/* Random enough: seeds are counted up. */
static unsigned
next(unsigned *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

/* What the pieces of a stream say, as text: bytes in hexadecimal digits, `|` and the flags of all
 * its pieces where a line ends, `=` and flags where the stream ends. CUT: most bytes given at once,
 * chosen by SEED. */
static void
tell(struct text *to, const uint8_t *bytes, size_t size, unsigned cut, unsigned seed)
{
	struct lines l = { .cr = false };
	struct line_piece p;
	unsigned flags = 0;

	for (size_t at = 0, n; at < size; at += n) {
		const uint8_t *from = bytes + at;
		size_t left;

		n = cut ? 1 + next(&seed) % cut : size;
		if (n > size - at)
			n = size - at;
		left = n;
		while (lines_next(&l, &from, &left, &p)) {
			assert_int_equal(
			    p.flags & LINE_BEGINS ? 0 : LINE_BEGINS, flags & LINE_BEGINS);
			flags |= p.flags;
			for (size_t i = 0; i < p.size; i++)
				text_add(to, "%02x", p.bytes[i]);
			if (p.flags & LINE_ENDS) {
				text_add(to, "|%x|", flags);
				flags = 0;
			}
		}
		assert_int_equal(left, 0);
	}
	if (lines_end(&l, &p)) {
		flags |= p.flags;
		text_add(to, "%02x", p.bytes[0]);
	}
	text_add(to, "=%x", flags);
}

static void
test_known(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *want;
	} rows[] = {
		/* 1 begins, 2 ends, 4 tab, 8 8bit, 10 ESC, 20 control, 40 NUL, 80 bare */
		{ "", 0, "=0" },
		{ "a", 1, "61=1" },
		{ "a\r\n", 3, "61|3|=0" },
		{ "\r\n", 2, "|3|=0" },
		{ "\r\n\r\n", 4, "|3||3|=0" },
		{ "a\n", 2, "610a=81" },
		{ "a\r", 2, "610d=81" },
		{ "a\rb\r\n", 5, "610d62|83|=0" },
		{ "\r\r\n", 3, "0d|83|=0" },
		{ "\n\r\n", 3, "0a|83|=0" },
		{ "a\tb\r\n", 5, "610962|7|=0" },
		{ "\xe3\x81\x82\r\n", 5, "e38182|b|=0" },
		{ "\x1b$B\r\n", 5, "1b2442|13|=0" },
		{ "\x01\r\n\x7f", 4, "01|23|7f=21" },
		{ "\0\r\n", 3, "00|43|=0" },
		{ "\x1f \x7e\x80", 4, "1f207e80=29" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (unsigned cut = 0; cut < 4; cut++) {
			char bytes[128];
			struct text got = text_of(bytes, sizeof bytes);

			tell(&got, (const uint8_t *)rows[i].bytes, rows[i].size, cut, 7);
			assert_string_equal(bytes, rows[i].want);
		}
}

/* Every cut gives the same, over bytes of all kinds and runs longer than a vector. */
static void
test_cuts(void **state)
{
	static const char kinds[] = "\r\n\r\n\r\na.bcdefghijk\t\x1b\x80\x01";
	uint8_t bytes[200];
	char whole[2048], parts[2048];
	unsigned seed = 1;

	(void)state;
	for (unsigned t = 0; t < 20000; t++) {
		size_t size = next(&seed) % sizeof bytes;
		unsigned few = next(&seed) % 3 ? 19 : sizeof kinds; /* with the NUL at its end */

		for (size_t i = 0; i < size; i++)
			bytes[i] = next(&seed) % 4 ? 'x' : (uint8_t)kinds[next(&seed) % few];
		struct text w = text_of(whole, sizeof whole);

		tell(&w, bytes, size, 0, 0);
		for (unsigned cut = 1; cut < 40; cut = cut * 3 + 1) {
			struct text p = text_of(parts, sizeof parts);

			tell(&p, bytes, size, cut, t);
			assert_false(p.cut);
			assert_string_equal(whole, parts);
		}
	}
}

/* Against one byte after the other, at every length and place. */
static void
test_plain(void **state)
{
	uint8_t bytes[70];

	(void)state;
	for (unsigned odd = 0; odd < 256; odd++)
		for (size_t size = 0; size < sizeof bytes; size++) {
			size_t at = (odd * 7 + size) % sizeof bytes, want = 0;

			memset(bytes, ' ' + (int)(size % 95), sizeof bytes);
			bytes[at] = (uint8_t)odd;
			while (want < size && bytes[want] >= 0x20 && bytes[want] <= 0x7e)
				want++;
			assert_int_equal(lines_plain(bytes, size), want);
		}
}

/* Text of 8 bits, of every length, with one other byte at every place. */
static void
test_8bit(void **state)
{
	static const struct {
		uint8_t byte;
		unsigned flag;
	} odd[] = { { 0xff, LINE_8BIT }, { 'a', 0 }, { 0x1f, LINE_CONTROL }, { 0x7f, LINE_CONTROL },
		{ 0, LINE_NUL }, { '\t', LINE_TAB }, { 0x1b, LINE_ESC }, { '\n', LINE_BARE } };
	uint8_t bytes[52];

	(void)state;
	for (size_t size = 1; size <= sizeof bytes - 2; size++)
		for (size_t at = 0; at < size * (sizeof odd / sizeof *odd); at++) {
			size_t left = size + 2, i = at / size;
			const uint8_t *from = bytes;
			unsigned flags = LINE_BEGINS | LINE_ENDS | odd[i].flag;
			struct lines l = { .cr = false };
			struct line_piece p;

			memset(bytes, 0x80, size);
			bytes[at % size] = odd[i].byte;
			memcpy(bytes + size, "\r\n", 2);
			if (size > 1)
				flags |= LINE_8BIT;
			assert_true(lines_next(&l, &from, &left, &p));
			assert_int_equal(left, 0);
			assert_int_equal(p.size, size);
			assert_int_equal(p.flags, flags);
		}
}

/* What lines_dull() says, by one byte after the other. */
static size_t
dull(bool *begun, uint64_t *column, const uint8_t *bytes, size_t size, size_t most)
{
	uint64_t in_line = *column;
	size_t line = 0, i = 0;

	while (i < size && (bytes[i] != '.' || i > line || *begun)) {
		if (bytes[i] == '\r' && i + 1 < size && bytes[i + 1] == '\n' && in_line <= most) {
			line = i += 2;
			in_line = 0;
			*begun = false;
		} else if (bytes[i] < 0x20 || bytes[i] >= 0x80 || bytes[i] == '-') {
			break;
		} else {
			in_line++;
			i++;
		}
	}
	if (in_line > most) {
		i = line;
		in_line = line ? 0 : *column;
	}
	*begun = *begun || i > line;
	*column = in_line;
	return i;
}

static void
compare(const uint8_t *bytes, size_t size, unsigned before, size_t most)
{
	struct lines l = { .begun = before > 0 };
	uint64_t column = before, want_column = before;
	bool begun = before > 0;
	size_t want = dull(&begun, &want_column, bytes, size, most);

	assert_int_equal(lines_dull(&l, bytes, size, &column, most), want);
	assert_int_equal(column, want_column);
	assert_int_equal(l.begun, begun);
	assert_false(l.cr);
}

static void
test_dull_known(void **state)
{
	static const struct {
		const char *bytes;
		unsigned before;
		size_t want;
		unsigned column;
	} rows[] = {
		{ "", 0, 0, 0 },
		{ "a", 0, 1, 1 },
		{ "a\r", 0, 1, 1 },
		{ "a\n", 0, 1, 1 },
		{ "a\r\n", 0, 3, 0 },
		{ "\r\n", 0, 2, 0 },
		{ "a\r\n\r\nbc\r\nd", 0, 10, 1 },
		{ "a.\r\n.\r\n", 0, 4, 0 }, /* the end of data */
		{ ".a\r\n", 0, 0, 0 },
		{ ".a\r\n", 1, 4, 0 },
		{ "a\r\nb\rc\r\n", 0, 4, 1 },
		{ "a\r\nb\nc\r\n", 0, 4, 1 },
		{ "a\r\nb\r\r\n", 0, 4, 1 },
		{ "a\r\n--b\r\n", 0, 3, 0 },
		{ "a\r\nb--c\r\n", 0, 4, 1 }, /* a boundary in a line is of interest */
		{ "a\r\nbc\t\r\n", 0, 5, 2 },
		{ "a\r\n\x1b\r\n", 0, 3, 0 },
		{ "a\r\nb\x80\r\n", 0, 4, 1 },
		{ "a\r\nb\x7f\r\n", 0, 7, 0 },
		{ " ~\r\n", 0, 4, 0 },
		{ "12345678\r\n123456789\r\n", 0, 10, 0 }, /* 8 at most */
		{ "1\r\n12345678", 0, 11, 8 },
		{ "1\r\n123456789", 0, 3, 0 },
		{ "123456\r\n", 2, 8, 0 },
		{ "1234567\r\n", 2, 0, 2 },
		{ "", 2, 0, 2 },
		{ "\r\na\r\n", 8, 5, 0 },
		{ "-", 2, 0, 2 },
		{ "\r", 2, 0, 2 },
	};
	static const uint8_t one[] = "a\r\n";
	struct lines behind_cr = { .begun = true, .cr = true };
	uint64_t column = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const uint8_t *bytes = (const uint8_t *)rows[i].bytes;
		struct lines l = { .begun = rows[i].before > 0 };

		column = rows[i].before;
		assert_int_equal(
		    lines_dull(&l, bytes, strlen(rows[i].bytes), &column, 8), rows[i].want);
		assert_int_equal(column, rows[i].column);
		assert_int_equal(l.begun, column > 0);
	}
	compare((const uint8_t *)"a\0\r\n", 4, 0, 8);
	column = 1;
	assert_int_equal(lines_dull(&behind_cr, one, 3, &column, 8), 0);
	assert_int_equal(column, 1);
	assert_true(behind_cr.cr);
}

/* Every byte at every place of two lines of every length around one to five vectors; and the input
 * cut everywhere. */
static void
test_dull(void **state)
{
	static const uint8_t odd[] = { '-', '.', '\r', '\n' };
	uint8_t bytes[200];

	(void)state;
	for (size_t length = 0; length < 83; length++)
		for (unsigned byte = 0; byte < 256; byte++) {
			size_t size = 2 * (length + 2), at = (byte * 5 + length) % size;

			for (unsigned i = 0; i < 4; i++, at = (at + 16 + i) % size) {
				memset(bytes, 'A', sizeof bytes);
				memcpy(bytes + length, "\r\n", 2);
				memcpy(bytes + 2 * length + 2, "\r\n", 2);
				bytes[at] = (uint8_t)byte;
				compare(bytes, size, i, 80);
			}
		}
	for (size_t at = 0; at < 160; at++)
		for (size_t size = 0; size <= 160; size++) {
			memset(bytes, '/', sizeof bytes);
			for (size_t end = 76; end < sizeof bytes; end += 78)
				memcpy(bytes + end, "\r\n", 2);
			bytes[at] = odd[size % sizeof odd];
			compare(bytes, size, 0, 76);
			compare(bytes, size, 1, 76);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_8bit),
		cmocka_unit_test(test_dull_known),
		cmocka_unit_test(test_dull),
	};

	return UNIT_RUN(tests);
}
