/* rfb.c - see rfb.h: who is who, bytes to whoever looks at them, and what is said. */
#include "worker/rfb_in.h"

#include "base/text.h"

enum { SCREEN_FIRST = 3201 }; /* the first id of a screen's verdicts */

/* --- verdicts --- */

static void
found(struct rfb *r, uint16_t id, uint64_t words, const char *name, size_t nname)
{
	uint64_t *said = &r->said[id - SCREEN_FIRST];
	struct screen_verdict v = { .id = id, .words = words & ~*said, .name = name };

	if (!v.words)
		return;
	v.nname = (uint8_t)(nname < FINDING_NAME ? nname : FINDING_NAME);
	*said |= words;
	r->say(r->ctx, &v);
}

void
rfb_found(struct rfb *r, uint16_t id, uint64_t words, const char *name)
{
	found(r, id, words, name, strlen(name));
}

void
rfb_found_number(struct rfb *r, uint16_t id, uint64_t words, const char *name, int64_t number)
{
	char room[FINDING_NAME];
	struct text t = text_of(room, sizeof room);

	text_add(&t, "%s %lld", name, (long long)number);
	found(r, id, words, room, t.len);
}

/* Not where a server's words are missing: its viewer, who connected, seems to speak first then. */
void
rfb_reverse(struct rfb *r)
{
	char room[FINDING_NAME];
	struct text t = text_of(room, sizeof room);

	if (!r->reverse)
		return;
	text_add(&t, "RFB %03u.%03u", r->greeting / 1000, r->greeting % 1000);
	found(r, 3201, WHAT_REVERSE, room, t.len);
}

/* A side that is not yet where it can be read alone hangs on the other. */
void
rfb_stop(struct rfb *r, unsigned side)
{
	struct rfb_side *other = &r->side[side ^ 1];

	r->side[side].over = true;
	if (other->state < RFB_MESSAGE)
		other->over = true;
}

void
rfb_unreadable(struct rfb *r, unsigned side, uint64_t words, const char *name)
{
	rfb_found(r, 3203, words, name);
	rfb_stop(r, side);
}

/* --- bytes --- */

/* SIDE has what it needs. */
static void
look(struct rfb *r, unsigned side)
{
	unsigned state = r->side[side].state;

	if (state < RFB_MESSAGE)
		rfb_handshake(r, side);
	else if (state == RFB_MESSAGE)
		rfb_message(r, side);
	else if (state < RFB_TILE)
		rfb_rectangle(r);
	else
		rfb_encoding(r);
}

/* As many of SIZE (> 0) bytes as SIDE takes at once, at least 1. */
static size_t
take(struct rfb *r, unsigned side, const uint8_t *bytes, size_t size)
{
	struct rfb_side *s = &r->side[side];
	size_t n = size;

	if (s->pass > 0) {
		if (n > s->pass)
			n = (size_t)s->pass;
		s->pass -= n;
		return n;
	}
	if (s->state == RFB_JPEG_SCAN)
		return rfb_jpeg_scan(r, bytes, size);
	if (n > (size_t)(s->need - s->have))
		n = (size_t)(s->need - s->have);
	memcpy(s->bytes + s->have, bytes, n);
	s->have = (uint8_t)(s->have + n);
	if (s->have == s->need)
		look(r, side);
	return n;
}

/* Who is who: the server speaks first (RFC 6143, 7.1.1), whoever connected. */
static unsigned
side_of(struct rfb *r, bool client)
{
	if (!r->begun) {
		r->begun = true;
		r->reverse = client;
	}
	return client == r->reverse ? RFB_SERVER : RFB_VIEWER;
}

void
rfb_begin(struct rfb *r, screen_say *say, void *ctx)
{
	*r = (struct rfb){ .say = say, .ctx = ctx };
	rfb_next(r, RFB_VIEWER, RFB_VERSION, 1);
	rfb_next(r, RFB_SERVER, RFB_VERSION, 1);
}

void
rfb_push(struct rfb *r, bool client, const uint8_t *bytes, size_t size)
{
	unsigned side;

	if (size == 0)
		return;
	side = side_of(r, client);
	for (size_t n; size > 0 && !r->side[side].over; bytes += n, size -= n)
		n = take(r, side, bytes, size);
}

void
rfb_lost(struct rfb *r, bool client, uint64_t n)
{
	unsigned side = side_of(r, client);
	struct rfb_side *s = &r->side[side];

	if (s->over)
		return;
	if (n <= s->pass)
		s->pass -= n;
	else
		rfb_unreadable(r, side, WHAT_LOST, "");
}

void
rfb_end(struct rfb *r)
{
	const struct rfb_side *server = &r->side[RFB_SERVER];

	if (!server->over && server->state == RFB_WAIT && rfb_silent(r, RFB_VIEWER))
		rfb_reverse(r); /* nobody answered who connected */
	for (unsigned side = 0; side < 2; side++)
		if (!r->side[side].over && r->side[side].state == RFB_REPEATER && r->nid > 0)
			rfb_wished(r, side);
	r->side[RFB_VIEWER].over = r->side[RFB_SERVER].over = true;
}
