/* ber.h - a strict reader of ASN.1's basic encoding (X.690, 8.1), for messages that may be cut.
 *
 * Knows: tags of one byte and definite lengths. Owns nothing: it reads where a piece of an exchange
 * is. Called by the recognisers of SNMP, LDAP and Kerberos. Never goes back: the first element that
 * is missing or wrong stops all readers of its message, and from then on they return zeros. Look at
 * the message's state once, at the end.
 */
#ifndef SEGAUDIT_BER_H
#define SEGAUDIT_BER_H

#include "recognise/exchange.h"

enum {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_OID = 0x06,
	BER_ENUMERATED = 0x0a,
	BER_SEQUENCE = 0x30,
	BER_APPLICATION = 0x60, /* constructed, number 0 */
	BER_CONTEXT = 0xa0,	/* constructed, number 0 */
};

/* What an element holds. */
struct ber {
	struct wire w;	  /* as far as it is there */
	size_t left;	  /* as its length says */
	enum sure *state; /* of the whole message: SURE_CONFIRMED as long as all was right */
};

/* Starts a reader of a message; STATE is set, and must outlive it. */
static inline struct ber
ber_of(const struct piece *p, enum sure *state)
{
	*state = SURE_CONFIRMED;
	return (struct ber){ .w = p->w, .left = p->size, .state = state };
}

static inline void
ber_wrong(struct ber *b)
{
	if (*b->state == SURE_CONFIRMED)
		*b->state = SURE_NOT;
}

/* Are N bytes there? If not, they are not yet (SURE_OPEN), or this element has no room for them. */
static inline bool
ber_has(struct ber *b, size_t n)
{
	if (n > b->left)
		ber_wrong(b);
	else if (n > wire_left(&b->w) && *b->state == SURE_CONFIRMED)
		*b->state = SURE_OPEN;
	return *b->state == SURE_CONFIRMED;
}

static inline uint8_t
ber_byte(struct ber *b)
{
	if (!ber_has(b, 1))
		return 0;
	b->left--;
	return wire_u8(&b->w);
}

/* The tag of the next element, which is not taken. */
static inline uint8_t
ber_peek(struct ber *b)
{
	return ber_has(b, 1) ? *b->w.p : 0;
}

/* Takes a length (8.1.3): at most four bytes, which need not be the fewest. */
static inline size_t
ber_length(struct ber *b)
{
	uint8_t first = ber_byte(b);
	size_t size = 0;

	if (first < 0x80)
		return first;
	if (first == 0x80 || first > 0x84)
		ber_wrong(b);
	for (int i = 0; i < (first & 0x7f) && i < 4; i++)
		size = size << 8 | ber_byte(b);
	return size;
}

/* Takes an element of that tag; what it holds is read from what is returned. */
static inline struct ber
ber_take(struct ber *b, uint8_t tag)
{
	struct ber inner = { .w = { .ok = true }, .state = b->state };
	size_t there;

	if (ber_byte(b) != tag)
		ber_wrong(b);
	inner.left = ber_length(b);
	if (inner.left > b->left)
		ber_wrong(b);
	if (*b->state != SURE_CONFIRMED) {
		inner.left = 0;
		return inner;
	}
	there = inner.left < wire_left(&b->w) ? inner.left : wire_left(&b->w);
	inner.w = wire_sub(&b->w, there);
	b->left -= inner.left;
	return inner;
}

/* Takes an integer of one to eight bytes; its bits, with the sign's above them. */
static inline uint64_t
ber_number(struct ber *b, uint8_t tag)
{
	struct ber inner = ber_take(b, tag);
	uint64_t number = 0;
	size_t size = inner.left;

	if (size < 1 || size > 8 || !ber_has(&inner, size)) {
		ber_wrong(b);
		return 0;
	}
	if (*inner.w.p & 0x80)
		number = UINT64_MAX;
	while (size-- > 0)
		number = number << 8 | ber_byte(&inner);
	return number;
}

/* Takes a number that must be one of LOW to HIGH. */
static inline uint64_t
ber_within(struct ber *b, uint8_t tag, uint64_t low, uint64_t high)
{
	uint64_t number = ber_number(b, tag);

	if (number < low || number > high)
		ber_wrong(b);
	return number;
}

/* Nothing may be left of an element. */
static inline void
ber_end(struct ber *b)
{
	if (b->left > 0)
		ber_wrong(b);
}

#endif
