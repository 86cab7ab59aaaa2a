/* segments.h - both sides of a connection as the input of a fuzzer, whole or in segments.
 *
 * Knows: the records that an input is of, a byte that says what it is, a length of two bytes
 * (little endian), and mostly bytes; how their bytes are cut. Owns nothing. Included by the fuzzers
 * of what reads connections. Never judges: what must hold stands in the fuzzers.
 */
#ifndef SEGAUDIT_SEGMENTS_H
#define SEGAUDIT_SEGMENTS_H

#include <string.h>

#include "base/wire.h"

/* How bytes are cut, beside pieces of some bytes each: not at all, or anywhere. */
enum { WHOLE = -1, ANY = 0 };

enum { REPEATED = 4608 };

struct segments {
	void (*push)(void *ctx, bool client, const uint8_t *bytes, size_t size);
	void *ctx;
	int each; /* bytes of a piece, up to 40, or WHOLE, or ANY */
	unsigned seed;
	size_t repeats; /* so many bytes more may be repeated; at most REPEATED */
};

/* The head of the next record of what is left. False when there is none. */
static inline bool
segments_record(struct wire *input, uint8_t *kind, size_t *n)
{
	*kind = wire_u8(input);
	*n = wire_le16(input);
	return input->ok;
}

/* Bytes of one side, in pieces. A piece lies at the end of its room, so that a sanitizer sees a
 * read behind it. */
static inline void
segments_push(struct segments *s, bool client, const uint8_t *bytes, size_t size)
{
	static uint8_t room[40];

	if (s->each == WHOLE) {
		s->push(s->ctx, client, bytes, size);
		return;
	}
	for (size_t n; size > 0; bytes += n, size -= n) {
		n = (size_t)s->each;
		if (s->each == ANY) {
			s->seed = s->seed * 1103515245 + 12345;
			n = 1 + (s->seed >> 16) % sizeof room;
		}
		if (n > size)
			n = size;
		memcpy(room + sizeof room - n, bytes, n);
		s->push(s->ctx, client, room + sizeof room - n, n);
	}
}

/* The bytes of a record of N of them, or as many as there are. */
static inline void
segments_take(struct segments *s, bool client, struct wire *input, size_t n)
{
	if (n > wire_left(input))
		n = wire_left(input);
	segments_push(s, client, input->p, n);
	wire_skip(input, n);
}

/* BYTE of one side, N times, cut anywhere if at all; nothing when there is no room for so many more
 * of them. */
static inline void
segments_repeat(struct segments *s, bool client, uint8_t byte, size_t n)
{
	static uint8_t same[REPEATED];
	int each = s->each;

	if (n > s->repeats)
		return;
	s->repeats -= n;
	memset(same, byte, n);
	s->each = each == WHOLE ? WHOLE : ANY;
	segments_push(s, client, same, n);
	s->each = each;
}

#endif
