/* lines.c - see lines.h. Text is read sixteen bytes at a time, by the vectors that both compilers
 * have on every machine. More at a time was no faster, and slower on short lines; but where lines
 * only have to be told from each other, the bits of 64 bytes are, whatever the lengths of lines. */
#include "worker/lines.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

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

/* All bits of the bytes that are not printable ASCII, or a dash. */
static inline halves
odd(const uint8_t *bytes)
{
	bytes16 v;

	memcpy(&v, bytes, sizeof v);
	return (halves)(((signed16)(v + 1) < 0x21) | (v == '-'));
}

/* The lowest bit of each byte, in the order of the bytes, all of whose bits are the same. */
static inline uint64_t
bits_of(halves h)
{
#if defined __SSE2__ && !defined LINES_PORTABLE
	return (unsigned)_mm_movemask_epi8((__m128i)h);
#else
	const uint64_t lowest = UINT64_C(0x0101010101010101), to_top = UINT64_C(0x0102040810204080);

	return ((h[0] & lowest) * to_top >> 56) | ((h[1] & lowest) * to_top >> 56 << 8);
#endif
}

enum { BLOCK = 64 };

/* One bit for each of BLOCK bytes, whether it is odd; what lies behind SIZE bytes is. */
static inline uint64_t
odds_of(const uint8_t *bytes, size_t size)
{
	uint8_t last[BLOCK] = { 0 };

	if (size < BLOCK) {
		memcpy(last, bytes, size);
		bytes = last;
	}
	return bits_of(odd(bytes)) | bits_of(odd(bytes + 16)) << 16 |
	       bits_of(odd(bytes + 32)) << 32 | bits_of(odd(bytes + 48)) << 48;
}

size_t
lines_dull(const struct lines *l, const uint8_t *bytes, size_t size, size_t most)
{
	size_t line = 0; /* where it begins */

	if (l->begun || l->cr || size == 0 || bytes[0] == '.')
		return 0;
	for (size_t at = 0; at < size; at += BLOCK) {
		/* the LF of a CR that was the last of its block is no news */
		uint64_t odds = odds_of(bytes + at, size - at) & UINT64_MAX << (line > at);

		while (odds) {
			size_t n = at + (size_t)__builtin_ctzll(odds);

			if (n - line > most || size - n < 2 || bytes[n] != '\r' ||
			    bytes[n + 1] != '\n')
				return line;
			line = n + 2;
			if (line == size || bytes[line] == '.')
				return line;
			odds &= odds - 1;
			odds &= odds - 1;
		}
	}
	return line;
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
