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

static void
read_datagrams(struct messages *all, const struct exchange *x, const struct opening *o)
{
	for (unsigned i = 0; i < o->datagrams && i < RECOGNISE_PACKETS; i++) {
		struct piece p = { .w = look_datagram(o, i) };

		p.cut = o->size == RECOGNISE_BYTES && i + 1 == o->datagrams; /* or may be */
		p.size = p.cut ? SIZE_MAX : wire_left(&p.w);
		if (another(all, x, p) == SURE_NOT && i == 0) {
			all->sure = SURE_NOT;
			return;
		}
	}
}

static void
read_stream(struct messages *all, const struct exchange *x, const struct opening *o)
{
	struct wire w = look_stream(o);

	for (unsigned i = 0; i < RECOGNISE_PACKETS && wire_left(&w) > 0; i++) {
		struct piece p = { .size = 0 };
		enum sure sure = x->frame(&w, &p.size);
		size_t left = wire_left(&w);

		if (sure == SURE_CONFIRMED) {
			p.cut = p.size > left;
			p.w = wire_of(w.p, p.cut ? left : p.size);
			sure = another(all, x, p);
		}
		if (i == 0 && (sure == SURE_NOT || (sure == SURE_OPEN && o->whole)))
			all->sure = SURE_NOT;
		if (sure != SURE_CONFIRMED || p.cut)
			return;
		wire_skip(&w, p.size);
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
		if (t->stream)
			read_stream(&side[i], x, &t->side[i]);
		else
			read_datagrams(&side[i], x, &t->side[i]);
		if (side[i].sure == SURE_NOT)
			return SURE_NOT;
	}
	if (answered(&side[TALK_CLIENT], &side[TALK_SERVER], x) ||
	    (!t->stream && answered(&side[TALK_SERVER], &side[TALK_CLIENT], x)))
		return SURE_CONFIRMED;
	return side[0].sure > side[1].sure ? side[0].sure : side[1].sure;
}
