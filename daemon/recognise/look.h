/* look.h - what the recognisers have in common: a side's bytes as far as they are there.
 *
 * Knows: nothing of any protocol. Included by the files of this folder and by nobody else.
 */
#ifndef SEGAUDIT_LOOK_H
#define SEGAUDIT_LOOK_H

#include "base/wire.h"
#include "recognise/recognise.h"

/* Does a side begin with these N bytes? SURE_CONFIRMED: yes; SURE_OPEN: as far as it is there. */
static inline enum sure
look_prefix(const struct opening *o, const void *bytes, size_t n)
{
	size_t here = o->size < n ? o->size : n;

	if (here > 0 && memcmp(o->bytes, bytes, here) != 0)
		return SURE_NOT;
	if (here == n)
		return SURE_CONFIRMED;
	return o->whole ? SURE_NOT : SURE_OPEN;
}

/* A side that is too short to tell: it may still tell, or it never will. */
static inline enum sure
look_short(const struct opening *o)
{
	return o->whole ? SURE_NOT : SURE_OPEN;
}

/* What a reader over a side's first bytes comes to: they are GOOD or not, if they were all there.
 */
static inline enum sure
look_read(const struct opening *o, const struct wire *w, bool good)
{
	if (!w->ok)
		return look_short(o);
	return good ? SURE_CONFIRMED : SURE_NOT;
}

/* Is nothing of a side there, and nothing to come? */
static inline bool
look_silent(const struct opening *o)
{
	return o->size == 0 && o->whole;
}

static inline struct wire
look_stream(const struct opening *o)
{
	return wire_of(o->bytes, o->size);
}

/* The I-th datagram of a side, from 0; it must be there. */
static inline struct wire
look_datagram(const struct opening *o, unsigned i)
{
	size_t at = 0;

	for (unsigned k = 0; k < i; k++)
		at += o->length[k];
	return wire_of(o->bytes + at, o->length[i]);
}

/* What two sides are together, when each was looked at alone: a protocol that needs both. */
static inline enum sure
look_both(enum sure client, enum sure server)
{
	if (client == SURE_NOT || server == SURE_NOT)
		return SURE_NOT;
	return client < server ? client : server;
}

/* The same, where one side alone is a strong hint: likely as long as the other is open. */
static inline enum sure
look_either(enum sure client, enum sure server)
{
	if (client == SURE_NOT || server == SURE_NOT)
		return SURE_NOT;
	if (client != server && (client == SURE_CONFIRMED || server == SURE_CONFIRMED))
		return SURE_LIKELY;
	return client < server ? client : server;
}

#endif
