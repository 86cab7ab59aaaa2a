/* dialogue_flow.c - a dialogue as one flow: its segments, in their order. */
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum {
	SEGMENT = 1400,	   /* most bytes of a segment of lines */
	ACK_AFTER = 16384, /* bytes of a side, then the other one acknowledges */
};

static uint32_t
random_next(struct dialogue *d)
{
	d->seed = d->seed * 1664525 + 1013904223;
	return d->seed >> 8;
}

/* --- what one side says before the other does --- */

struct turn {
	struct piece *piece;
	size_t pieces, room;
};

/* Bytes AT of the script, SIZE of them, in segments of at most MOST. */
static void
split(struct dialogue *d, struct turn *u, const struct step *t, bool client, size_t at, size_t size,
    size_t most)
{
	struct side *me = &d->side[client];

	while (size > 0) {
		size_t n = size < most ? size : most;
		u->piece = grown(u->piece, &u->room, u->pieces, sizeof *u->piece);
		u->piece[u->pieces++] =
		    (struct piece){ .t = t, .at = at, .size = n, .seq = me->next };
		me->next += (uint32_t)n;
		me->sent += n;
		at += n;
		size -= n;
	}
}

/* As SPLIT does, with the cut of this flow, which lies CUT behind the beginning of the stream. */
static void
split_at(struct dialogue *d, struct turn *u, bool client, size_t at, size_t size)
{
	size_t sent = d->side[client].sent, cut = d->now->cut, head = 0;

	if (d->now->how == (client ? HOW_CUT_CLIENT : HOW_CUT_SERVER) && cut > sent &&
	    cut < sent + size)
		head = cut - sent;
	split(d, u, NULL, client, at, head, SUPER);
	split(d, u, NULL, client, at + head, size - head, SUPER);
}

static void
swap(struct turn *u, size_t a, size_t b)
{
	struct piece p = u->piece[a];

	u->piece[a] = u->piece[b];
	u->piece[b] = p;
}

static void
disorder(struct dialogue *d, struct turn *u)
{
	if (d->s->order == ORDER_REVERSE)
		for (size_t i = 0; i < u->pieces / 2; i++)
			swap(u, i, u->pieces - 1 - i);
	if (d->s->order == ORDER_RANDOM)
		for (size_t i = u->pieces; i > 1; i--)
			swap(u, i - 1, random_next(d) % i);
}

static void
send_turn(struct dialogue *d, struct turn *u, bool client)
{
	size_t since = 0;

	if (client)
		disorder(d, u);
	for (size_t i = 0; i < u->pieces; i++) {
		const struct piece *p = &u->piece[i];
		if (client && d->s->frag > 0)
			fragments(d, p);
		else
			segment(d, p->t, client, p->seq, "PA", d->s->bytes + p->at, p->size);
		since += p->size;
		if (since >= ACK_AFTER && d->s->order == ORDER_FORWARD) {
			segment(d, NULL, !client, d->side[!client].next, "A", NULL, 0);
			since = 0;
		}
	}
	u->pieces = 0;
}

/* Steps FROM up to where the other side speaks, or something else happens. Returns that. */
static size_t
turn(struct dialogue *d, struct turn *u, size_t from)
{
	const struct script *s = d->s;
	bool client = s->step[from].client;
	size_t i = from;

	while (i < s->steps && s->step[i].kind == STEP_SEND && s->step[i].client == client) {
		const struct step *t = &s->step[i];
		size_t at = t->at, size = t->size;
		i++;
		if (t->alone) {
			split(d, u, t, client, at, size, SUPER);
		} else if (d->now->how == HOW_LINES) {
			split(d, u, NULL, client, at, size, SEGMENT);
		} else if (d->now->how == HOW_BYTES) {
			split(d, u, NULL, client, at, size, 1);
		} else {
			for (; i < s->steps && s->step[i].kind == STEP_SEND && !s->step[i].alone &&
			       s->step[i].client == client;
			     i++)
				size += s->step[i].size;
			split_at(d, u, client, at, size);
		}
	}
	send_turn(d, u, client);
	return i;
}

/* --- a flow --- */

static void
handshake(struct dialogue *d, uint32_t client, uint32_t server)
{
	d->side[1] = (struct side){ .start = client, .next = client + 1, .sent = d->side[1].sent };
	d->side[0] = (struct side){ .start = server, .next = server, .sent = d->side[0].sent };
	if (d->s->no_handshake) {
		d->side[0].next++;
		return;
	}
	segment(d, NULL, true, client, "S", NULL, 0);
	segment(d, NULL, false, server, "SA", NULL, 0);
	d->side[0].next++;
	segment(d, NULL, true, d->side[1].next, "A", NULL, 0);
}

static void
end(struct dialogue *d)
{
	segment(d, NULL, true, d->side[1].next, "FA", NULL, 0);
	d->side[1].next++;
	segment(d, NULL, false, d->side[0].next, "FA", NULL, 0);
	d->side[0].next++;
	segment(d, NULL, true, d->side[1].next, "A", NULL, 0);
}

static void
other_step(struct dialogue *d, const struct step *t)
{
	switch (t->kind) {
	case STEP_EXTRA:
		segment(d, t, t->client, d->side[t->client].next + (uint32_t)t->shift,
		    t->size > 0 ? "PA" : "A", d->s->bytes + t->at, t->size);
		break;
	case STEP_WAIT:
		d->time += (int64_t)(t->wait * 1e6);
		break;
	case STEP_REUSE:
		end(d);
		handshake(d, d->side[1].start + (uint32_t)t->shift, d->side[0].start + 70000);
		break;
	case STEP_SEND:
		segment(d, t, t->client, 0, "", d->s->bytes + t->at, t->size);
		break;
	}
}

void
make_flow(struct dialogue *d, const struct flow *f)
{
	struct turn u = { 0 };

	d->now = f;
	d->side[0].sent = d->side[1].sent = 0;
	if (!d->s->datagrams)
		handshake(d, d->s->isn, d->s->isn + 5000000);
	for (size_t i = 0; i < d->s->steps;) {
		if (d->s->step[i].kind == STEP_SEND && !d->s->datagrams) {
			i = turn(d, &u, i);
			continue;
		}
		other_step(d, &d->s->step[i]);
		i++;
	}
	if (!d->s->no_end && !d->s->datagrams)
		end(d);
	free(u.piece);
}
