/* lines.c - see lines.h. Text is read sixteen bytes at a time, by the vectors that both compilers
 * have on every machine. More at a time was no faster, and slower on short lines; but where lines
 * only have to be told from each other, the bits of 64 bytes are, whatever the lengths of lines. */
#include "worker/lines.h"

#include <string.h>

#include "worker/lines_bits.h"

/* All bits of the bytes that are printable ASCII. */
static inline halves
plain(const uint8_t *bytes)
{
	bytes16 v;

	memcpy(&v, bytes, sizeof v);
	/* 0x20 .. 0x7e is 0x21 .. 0x7f after the addition, everything else is less */
	return (halves)((signed16)(v + 1) > 0x20);
}

static inline size_t
plain_run(const uint8_t *bytes, size_t size)
{
	size_t n = 0;

	for (; size - n >= 16; n += 16) {
		halves h = plain(bytes + n);

		if (~h[0])
			return n + (size_t)__builtin_ctzll(~h[0]) / 8;
		if (~h[1])
			return n + 8 + (size_t)__builtin_ctzll(~h[1]) / 8;
	}
	while (n < size && (uint8_t)(bytes[n] - 0x20) <= 0x5e)
		n++;
	return n;
}

size_t
lines_plain(const uint8_t *bytes, size_t size)
{
	return plain_run(bytes, size);
}

/* All bits of the bytes that are neither controls nor a dash and have 7 bits. */
static inline halves
even(const uint8_t *bytes)
{
	bytes16 v;

	memcpy(&v, bytes, sizeof v);
	return (halves)((signed16)v > 0x1f) ^ (halves)(v == '-'); /* which is above 0x1f */
}

size_t
lines_dull(struct lines *l, const uint8_t *bytes, size_t size, uint64_t *column, size_t most)
{
	uint64_t before = *column;
	size_t line = 0, n = 0; /* where the line begins; the byte that is looked at */

	if (l->cr || size == 0 || (!l->begun && bytes[0] == '.'))
		return 0;
	for (size_t at = 0; at < size; at += LINES_BLOCK) {
		/* the LF of a CR that was the last of its block is no news */
		uint64_t odds = lines_bits(bytes + at, size - at, even) & UINT64_MAX << (line > at);

		for (; odds; odds &= odds - 1, odds &= odds - 1) {
			n = at + (size_t)__builtin_ctzll(odds);
			if (size - n < 2 || bytes[n] != '\r' || bytes[n + 1] != '\n' ||
			    before + (n - line) > most)
				goto end;
			line = n + 2;
			before = 0;
			if (line == size || bytes[line] == '.')
				goto end;
		}
	}
	n = size;
end:
	if (n < line || before + (n - line) > most)
		n = line;
	if (n > 0) {
		l->begun = n > line || before > 0;
		*column = before + (n - line);
	}
	return n;
}

/* How many bytes are printable, or from 0x80 on: text in most charsets. *FLAGS: LINE_8BIT if one
 * has 8 bits. */
static size_t
text_run(const uint8_t *bytes, size_t size, unsigned *flags)
{
	uint64_t high = 0;
	size_t n = 0;

	for (; size - n >= 16; n += 16) {
		bytes16 v;
		halves h;

		memcpy(&v, bytes + n, sizeof v);
		h = (halves)((v < 0x20) | (v == 0x7f));
		if (h[0] | h[1])
			break;
		high |= ((halves)v)[0] | ((halves)v)[1];
	}
	for (; n < size && bytes[n] >= 0x20 && bytes[n] != 0x7f; n++)
		high |= bytes[n];
	if (high & UINT64_C(0x8080808080808080))
		*flags |= LINE_8BIT;
	return n;
}

/* The class of a control character that is not CR or LF. */
static unsigned
class_of(uint8_t byte)
{
	switch (byte) {
	case '\0':
		return LINE_NUL;
	case '\t':
		return LINE_TAB;
	case 0x1b:
		return LINE_ESC;
	default:
		return LINE_CONTROL;
	}
}

/* A CR that was held back was no part of a line's end. */
static void
take_bare(struct lines *l, struct line_piece *piece)
{
	static const uint8_t cr = '\r';

	*piece = (struct line_piece){
		.bytes = &cr, .size = 1, .flags = LINE_BARE | (l->begun ? 0 : LINE_BEGINS)
	};
	l->cr = false;
	l->begun = true;
}

bool
lines_next(struct lines *l, const uint8_t **bytes, size_t *size, struct line_piece *piece)
{
	const uint8_t *p = *bytes;
	size_t n = 0, most = *size, taken;

	if (most == 0)
		return false;
	if (l->cr && p[0] != '\n') {
		take_bare(l, piece);
		return true;
	}
	*piece = (struct line_piece){ .bytes = p, .flags = l->begun ? 0 : LINE_BEGINS };
	if (l->cr) {
		l->cr = l->begun = false;
		piece->flags |= LINE_ENDS;
		*bytes += 1;
		*size -= 1;
		return true;
	}
	for (;;) {
		n += plain_run(p + n, most - n);
		if (n < most && p[n] >= 0x80)
			n += text_run(p + n, most - n, &piece->flags);
		taken = n;
		if (n == most)
			break;
		if (p[n] == '\r') {
			taken = n + 1;
			if (taken == most) {
				l->cr = true;
				break;
			}
			if (p[taken] == '\n') {
				piece->flags |= LINE_ENDS;
				taken++;
				break;
			}
			piece->flags |= LINE_BARE;
		} else {
			piece->flags |= p[n] == '\n' ? (unsigned)LINE_BARE : class_of(p[n]);
		}
		n++;
	}
	piece->size = n;
	*bytes += taken;
	*size -= taken;
	l->begun = !(piece->flags & LINE_ENDS) && (l->begun || n > 0);
	return n > 0 || (piece->flags & LINE_ENDS);
}

bool
lines_end(struct lines *l, struct line_piece *piece)
{
	bool held = l->cr;

	if (held)
		take_bare(l, piece);
	l->begun = false;
	return held;
}
