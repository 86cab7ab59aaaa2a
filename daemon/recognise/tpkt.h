/* tpkt.h - what the recognisers of protocols over TPKT (RFC 1006) have in common: how a connection
 * of ISO transport begins (X.224, 13.3 and 13.4).
 *
 * Knows: TPKT and the fixed part of its connections. Included by tpkt.c and iso.c, and by nobody
 * else. Never says which protocol it is.
 */
#ifndef SEGAUDIT_TPKT_H
#define SEGAUDIT_TPKT_H

#include "recognise/look.h"

enum {
	TPKT_SIZE = 4,
	FIXED_SIZE = 11, /* TPKT, length indicator, and the fixed part of a request or confirm */
	TPDU_CR = 0xe0,
	TPDU_CC = 0xd0,
};

/* What one side has shown. The order is how much it proves. */
enum mark {
	MARK_NOT,
	MARK_OPEN,
	MARK_BARE,  /* a connection that other protocols ask for, too */
	MARK_WEAK,  /* the protocol's mark in something that is damaged, or a weak one */
	MARK_CLEAR, /* the protocol's mark */
};

/* A request or confirm with its fixed part there: CONFIRMED. */
static inline enum sure
connects(const struct opening *o, uint8_t code)
{
	if ((o->size > 0 && o->bytes[0] != 3) || (o->size > 5 && o->bytes[5] != code))
		return SURE_NOT;
	if (o->size == 0)
		return SURE_OPEN;
	return o->size < FIXED_SIZE ? look_short(o) : SURE_CONFIRMED;
}

/* Too short to tell. */
static inline enum mark
mark_short(const struct opening *o)
{
	return o->whole ? MARK_NOT : MARK_OPEN;
}

/* Is what comes next these bytes, as far as it is there? */
static inline bool
comes(struct wire *w, const char *bytes, size_t n)
{
	size_t here = wire_left(w) < n ? wire_left(w) : n;
	bool same = !w->ok || here == 0 || memcmp(w->p, bytes, here) == 0;

	wire_skip(w, n);
	return same;
}

#endif
