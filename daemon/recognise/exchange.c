#include "recognise/exchange.h"

struct messages {
	struct message m[RECOGNISE_PACKETS];
	unsigned n;
	enum sure sure; /* what the side is when it is looked at alone */
};

/* Reads one more. The answer is what it is. */
static enum sure
another(struct messages *all, const struct exchange *x, struct piece p)
{
	struct message *m = &all->m[all->n];
	enum sure sure;

	memset(m, 0, sizeof *m);
	sure = x->read(p, m);
	if (sure == SURE_CONFIRMED) {
		all->n++;
		if (!m->weak)
			all->sure = SURE_LIKELY;
	} else if (sure == SURE_LIKELY) {
		all->sure = SURE_LIKELY;
	}
	return sure;
}

/* Takes message I of a side; W is at it, of a stream. SURE_CONFIRMED: P is it; SURE_NOT: it is
 * none; SURE_OPEN: it is not there. */
static enum sure
take_piece(const struct talk *t, const struct opening *o, const struct exchange *x, struct wire *w,
    unsigned i, struct piece *p)
{
	enum sure sure;
	size_t left;

	if (!t->stream) {
		if (i >= o->datagrams)
			return SURE_OPEN;
		p->w = look_datagram(o, i);
		p->cut = o->size == RECOGNISE_BYTES && i + 1 == o->datagrams; /* or may be */
		p->size = p->cut ? SIZE_MAX : wire_left(&p->w);
		return SURE_CONFIRMED;
	}
	if (wire_left(w) == 0)
		return SURE_OPEN;
	p->size = 0;
	sure = x->frame(w, &p->size);
	if (sure == SURE_OPEN && i == 0 && o->whole)
		return SURE_NOT;
	if (sure != SURE_CONFIRMED)
		return sure;
	left = wire_left(w);
	p->cut = p->size > left;
	p->w = wire_of(w->p, p->cut ? left : p->size);
	wire_skip(w, p->cut ? left : p->size);
	return SURE_CONFIRMED;
}

static void
read_side(
    struct messages *all, const struct talk *t, const struct opening *o, const struct exchange *x)
{
	struct wire w = look_stream(o);
	struct piece p;

	for (unsigned i = 0; i < RECOGNISE_PACKETS; i++) {
		enum sure sure = take_piece(t, o, x, &w, i, &p);
		bool there = sure == SURE_CONFIRMED;

		if (there)
			sure = another(all, x, p);
		if (i == 0 &&
		    (sure == SURE_NOT || (t->stream && there && sure == SURE_OPEN && o->whole)))
			all->sure = SURE_NOT;
		if (!there || all->sure == SURE_NOT || (t->stream && sure != SURE_CONFIRMED))
			return;
	}
}

static bool
answered(const struct messages *asked, const struct messages *told, const struct exchange *x)
{
	for (unsigned i = 0; i < asked->n; i++) {
		const struct message *a = &asked->m[i];

		for (unsigned k = 0; k < told->n; k++)
			if (told->m[k].echo == a->key && x->answers(a->code, told->m[k].code))
				return true;
	}
	return false;
}

enum sure
look_exchange(const struct talk *t, const struct exchange *x)
{
	struct messages side[2];

	for (int i = 0; i < 2; i++) {
		side[i].n = 0;
		side[i].sure = SURE_OPEN;
		read_side(&side[i], t, &t->side[i], x);
		if (side[i].sure == SURE_NOT)
			return SURE_NOT;
	}
	if (answered(&side[TALK_CLIENT], &side[TALK_SERVER], x) ||
	    (!t->stream && answered(&side[TALK_SERVER], &side[TALK_CLIENT], x)))
		return SURE_CONFIRMED;
	return side[0].sure > side[1].sure ? side[0].sure : side[1].sure;
}

unsigned
exchange_pieces(const struct talk *t, enum talk_side side, const struct exchange *x,
    struct piece piece[RECOGNISE_PACKETS])
{
	const struct opening *o = &t->side[side];
	struct wire w = look_stream(o);
	unsigned n = 0;

	while (n < RECOGNISE_PACKETS && take_piece(t, o, x, &w, n, &piece[n]) == SURE_CONFIRMED)
		if (piece[n++].cut)
			break;
	return n;
}

bool
exchange_first(const struct talk *t, enum talk_side side, const struct exchange *x, struct piece *p)
{
	struct wire w = look_stream(&t->side[side]);

	return take_piece(t, &t->side[side], x, &w, 0, p) == SURE_CONFIRMED;
}

bool
exchange_carries(const struct talk *t, const struct exchange *x)
{
	for (unsigned side = 0; side < 2; side++) {
		struct message m = { .carries = false };
		struct piece p;

		if (exchange_first(t, side, x, &p) && x->read(p, &m) == SURE_CONFIRMED && m.carries)
			return true;
	}
	return false;
}
