/* stun.c - STUN and TURN (RFC 8489, 5; RFC 8656) over datagrams or a stream: a header of 20 bytes
 * with a magic number, and attributes that fill the message. A request and a success or error of
 * the same method and transaction, from whichever side, confirm it. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	COOKIE = 0x2112a442,
	ID = 12,
	TYPE_MAX = 0x03ff, /* methods are below 0x100 (18.2) */
	CLASS = 0x0110,	   /* two bits of the type; the others are the method */
	REQUEST = 0,
	INDICATION = 0x0010,
	ATTRIBUTES_MAX = 128,
};

struct message {
	uint16_t type;
	const uint8_t *id;
};

/* The messages that a side begins with. */
struct side {
	struct message message[RECOGNISE_PACKETS];
	unsigned n;
};

/* Takes a message; SURE_OPEN: it is cut. */
static enum sure
message(struct wire *w, struct message *m)
{
	struct wire attributes;
	uint16_t size;

	m->type = wire_be16(w);
	if (m->type > TYPE_MAX)
		return SURE_NOT;
	size = wire_be16(w);
	if (size % 4 || wire_be32(w) != COOKIE)
		return w->ok ? SURE_NOT : SURE_OPEN;
	m->id = wire_take(w, ID);
	attributes = wire_sub(w, size);
	if (!w->ok)
		return SURE_OPEN;
	for (unsigned i = 0; i < ATTRIBUTES_MAX && wire_left(&attributes) > 0; i++) {
		wire_skip(&attributes, 2);
		wire_skip(&attributes, (wire_be16(&attributes) + 3U) & ~3U);
		if (!attributes.ok)
			return SURE_NOT;
	}
	return wire_left(&attributes) == 0 ? SURE_CONFIRMED : SURE_NOT;
}

static enum sure
datagrams(const struct opening *o, struct side *s)
{
	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire w = look_datagram(o, i);

		if (message(&w, &s->message[s->n]) == SURE_CONFIRMED && wire_left(&w) == 0)
			s->n++;
		else if (i == 0)
			return SURE_NOT;
	}
	return s->n > 0 ? SURE_CONFIRMED : SURE_OPEN;
}

static enum sure
stream(const struct opening *o, struct side *s)
{
	struct wire w = look_stream(o);
	enum sure sure = SURE_OPEN;

	while (s->n < RECOGNISE_PACKETS) {
		sure = message(&w, &s->message[s->n]);
		if (sure != SURE_CONFIRMED)
			break;
		s->n++;
	}
	if (s->n > 0)
		return SURE_CONFIRMED;
	return sure == SURE_OPEN && o->size > 0 ? look_short(o) : sure;
}

/* Does A answer a request of Q's? */
static bool
answered(const struct side *q, const struct side *a)
{
	for (unsigned i = 0; i < a->n * q->n; i++) {
		const struct message *from = &q->message[i / a->n], *to = &a->message[i % a->n];
		uint16_t kind = to->type & CLASS;

		if ((from->type & CLASS) == REQUEST && kind != REQUEST && kind != INDICATION &&
		    (from->type & ~CLASS) == (to->type & ~CLASS) &&
		    memcmp(from->id, to->id, ID) == 0)
			return true;
	}
	return false;
}

/* Can what a side begins with be a message? Nearly all that is none leaves here. */
static bool
possible(const struct talk *t, const struct opening *o)
{
	struct wire w = t->stream || !o->datagrams ? look_stream(o) : look_datagram(o, 0);

	if (wire_u8(&w) > TYPE_MAX >> 8)
		return false;
	wire_skip(&w, 3);
	return wire_be32(&w) == COOKIE || !w.ok;
}

static enum sure
look_sides(const struct talk *t)
{
	struct side side[2] = { { .n = 0 }, { .n = 0 } };
	enum sure sure[2];

	for (unsigned i = 0; i < 2; i++)
		sure[i] = (t->stream ? stream : datagrams)(&t->side[i], &side[i]);
	if (look_both(sure[0], sure[1]) != SURE_CONFIRMED)
		return look_either(sure[0], sure[1]);
	if (answered(&side[0], &side[1]) || answered(&side[1], &side[0]))
		return SURE_CONFIRMED;
	return SURE_LIKELY;
}

enum sure
look_stun(const struct talk *t)
{
	if (!possible(t, &t->side[TALK_CLIENT]) || !possible(t, &t->side[TALK_SERVER]))
		return SURE_NOT;
	return look_sides(t);
}
