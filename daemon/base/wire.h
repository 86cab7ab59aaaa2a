/* wire.h - a bounded reader over bytes from outside.
 *
 * Knows: where the next byte is and where the bytes end. Owns nothing: the bytes belong to the
 * caller and must outlive it. Called by every decoder and by everything that reads a message or a
 * file. Never reads past the end: the first read that would do so fails, and from then on every
 * read returns zero and moves nothing. Test `ok` once, at the end.
 */
#ifndef SEGAUDIT_WIRE_H
#define SEGAUDIT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire {
	const uint8_t *p;   /* the next byte */
	const uint8_t *end; /* one past the last */
	bool ok;	    /* false from the first read that did not fit */
};

/* Starts a reader over SIZE bytes at BYTES; BYTES may be NULL when SIZE is 0. */
static inline struct wire
wire_of(const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	return (struct wire){ .p = p, .end = size ? p + size : p, .ok = true };
}

/* Bytes that are left to read. */
static inline size_t
wire_left(const struct wire *w)
{
	return (size_t)(w->end - w->p);
}

/* Are N more bytes left? If not the reader fails. Every read below begins with this test and not
 * with a pointer that may be NULL: the compiler can prove it away where a larger header was taken
 * before. */
static inline bool
wire_has(struct wire *w, size_t n)
{
	if (!w->ok || n > wire_left(w))
		w->ok = false;
	return w->ok;
}

/* Takes N bytes and returns where they are, or NULL (and fails) when fewer are left. */
static inline const uint8_t *
wire_take(struct wire *w, size_t n)
{
	if (!wire_has(w, n))
		return NULL;
	w->p += n;
	return w->p - n;
}

static inline void
wire_skip(struct wire *w, size_t n)
{
	(void)wire_take(w, n); /* a failure sticks to the reader */
}

static inline uint8_t
wire_u8(struct wire *w)
{
	const uint8_t *p = w->p;

	if (!wire_has(w, 1))
		return 0;
	w->p += 1;
	return p[0];
}

static inline uint16_t
wire_be16(struct wire *w)
{
	const uint8_t *p = w->p;

	if (!wire_has(w, 2))
		return 0;
	w->p += 2;
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
wire_be32(struct wire *w)
{
	const uint8_t *p = w->p;

	if (!wire_has(w, 4))
		return 0;
	w->p += 4;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t
wire_le16(struct wire *w)
{
	const uint8_t *p = w->p;

	if (!wire_has(w, 2))
		return 0;
	w->p += 2;
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t
wire_le32(struct wire *w)
{
	const uint8_t *p = w->p;

	if (!wire_has(w, 4))
		return 0;
	w->p += 4;
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Copies N bytes to TO; zeros when fewer are left. */
static inline void
wire_copy(struct wire *w, void *to, size_t n)
{
	if (wire_has(w, n)) {
		memcpy(to, w->p, n);
		w->p += n;
	} else {
		memset(to, 0, n);
	}
}

/* A reader over the next N bytes, which this one skips. It has failed from the start when fewer are
 * left. */
static inline struct wire
wire_sub(struct wire *w, size_t n)
{
	struct wire sub = { .p = w->p, .end = w->p, .ok = false };

	if (!wire_has(w, n))
		return sub;
	w->p += n;
	sub.end = w->p;
	sub.ok = true;
	return sub;
}

#endif
