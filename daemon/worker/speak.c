/* speak.c - what a flow speaks that conforms to its conduit and that nothing else reads: its
 * opening is put together (opening.h) and recognised (recognise.h); speak_judge.c says what that
 * means. */
#include "recognise/tunnel.h"
#include "worker/segment.h"
#include "worker/speak_in.h"

#include <netinet/in.h>
#include <string.h>

enum { CLIENT, SERVER };

enum {
	UDP_HEADER = 8,
	SAYS_LITTLE = 192, /* bytes of a side: fewer, where it was cut, need not be its protocol */
};

static struct opening_slot *
opening_of(const struct worker *w, uint32_t n)
{
	uint32_t slot = w->inspect.flow[n].opening;

	return slot == OPENING_NONE || slot == OPENING_LOST ? NULL :
							      &w->inspect.openings.slot[slot];
}

void
speak_drop(struct worker *w, uint32_t n)
{
	struct opening_slot *o = opening_of(w, n);

	if (o)
		opening_free(&w->inspect.openings, o);
	w->inspect.flow[n].opening = OPENING_NONE;
}

/* Is it what a proxy's tunnels are for, or not known? */
static bool
is_for_proxies(uint8_t app)
{
	return app == APP_UNKNOWN || app == APP_TLS || app == APP_HTTP || app == APP_HTTP2;
}

/* Looks at an opening; where it is a tunnel, at what is inside. Is there an answer? */
static bool
look(struct opening_slot *o, bool stream)
{
	struct talk talk = opening_talk(o->side, o->begin, stream);
	bool whole = o->side[CLIENT].whole && o->side[SERVER].whole;
	uint16_t begin[2];

	if (!recognise(&o->known, &talk))
		return false;
	if (o->carrier || o->known.sure != SURE_CONFIRMED)
		return true;
	if (o->known.app != APP_HTTP_CONNECT && o->known.app != APP_SOCKS)
		return true;
	if (!(o->known.app == APP_SOCKS ? socks_tunnel : http_tunnel)(&talk, begin))
		return whole;
	memcpy(o->begin, begin, sizeof o->begin);
	o->carrier = o->known.app;
	o->known = (struct recognition){ .app = APP_UNKNOWN };
	talk = opening_talk(o->side, o->begin, stream);
	return recognise(&o->known, &talk);
}

/* Was all that is looked at of a side seen, and hardly anything is new in it? */
static bool
says_little(const struct opening_side *o)
{
	return opening_many(o, RECOGNISE_PACKETS) && o->size < SAYS_LITTLE;
}

/* Why nothing was recognised, where what was looked at is so little that it may be some protocol
 * all the same; 0 where it is none. */
static uint16_t
doubt_of(const struct opening_slot *o, bool stream)
{
	struct talk talk = opening_talk(o->side, o->begin, stream);
	struct recognition r = { .app = APP_UNKNOWN };

	if (!says_little(&o->side[CLIENT]) && !says_little(&o->side[SERVER]))
		return o->doubt;
	talk.side[CLIENT].whole = talk.side[SERVER].whole = false; /* if more had come */
	(void)recognise(&r, &talk);
	return r.open ? (uint16_t)(o->doubt | WHAT_LIMIT) : o->doubt;
}

/* Was nothing seen of what matters? Where a tunnel is expected that is what is inside. */
static bool
is_unseen(const struct opening_slot *o, uint8_t app)
{
	if (app == APP_UNKNOWN)
		return !o->carrier || o->expected == o->carrier;
	return !o->carrier && o->expected == app && (app == APP_HTTP_CONNECT || app == APP_SOCKS);
}

/* What is known is the answer. */
static void
answer(struct worker *w, uint32_t n)
{
	const struct opening_slot *o = opening_of(w, n);
	const struct recognition *r = &o->known;
	struct expectation e = { .app = o->expected,
		.named = o->named,
		.last = o->last,
		.unknown = WHAT_UNKNOWN_PROTOCOL };
	uint8_t app = r->sure == SURE_NOT ? APP_UNKNOWN : r->app;
	uint16_t doubt =
	    is_unseen(o, app) ? doubt_of(o, w->flows.hot[n].key.proto == IPPROTO_TCP) : 0;

	if (doubt) {
		e.unknown = doubt;
		app = e.unknown == WHAT_LOST ? APP_UNKNOWN : SPOKEN_CUT;
	} else if (o->carrier && (e.app != o->carrier || is_for_proxies(app))) {
		app = o->carrier; /* it may be no tunnel, or it is what tunnels are for */
	} else if (r->sure == SURE_LIKELY) {
		app |= SPOKEN_LIKELY;
	}
	w->flows.more[n].spoken = app;
	speak_drop(w, n);
	speak_judge(w, n, &e);
}

/* Is there anything to recognise in such a flow? */
static bool
can_speak(const struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = &w->flows.more[n];

	return m->class == FLOW_CONFORMING && m->id == 0 &&
	       !(f->key.kind & (KIND_LINK | KIND_OPAQUE | KIND_FRAGMENTS)) &&
	       (f->key.proto == IPPROTO_TCP || f->key.proto == IPPROTO_UDP);
}

/* Looks at what is there as if nothing more would come. */
static void
look_finally(const struct worker *w, uint32_t n)
{
	struct opening_slot *o = opening_of(w, n);

	o->side[CLIENT].whole = o->side[SERVER].whole = true;
	(void)look(o, w->flows.hot[n].key.proto == IPPROTO_TCP);
}

void
speak_finish(struct worker *w, uint32_t n)
{
	bool lost = w->inspect.flow[n].opening == OPENING_LOST;

	if (!can_speak(w, n)) {
		speak_drop(w, n);
	} else if (opening_of(w, n)) {
		look_finally(w, n);
		answer(w, n);
	} else if (lost) {
		speak_drop(w, n);
		speak_judge_current(w, n, w->now, WHAT_UNKNOWN_PROTOCOL);
	}
}

/* The place of flow N's opening is wanted. Where that leaves it unknown, its next payload cannot be
 * told from another's. */
static void
evict(struct worker *w, uint32_t n)
{
	const struct opening_slot *o = opening_of(w, n);

	if (!can_speak(w, n)) {
		speak_drop(w, n);
		return;
	}
	if (!look(opening_of(w, n), w->flows.hot[n].key.proto == IPPROTO_TCP))
		look_finally(w, n);
	if (o->carrier || o->known.sure != SURE_NOT || !is_current(w, n)) {
		answer(w, n);
		return;
	}
	speak_drop(w, n);
	w->inspect.flow[n].opening = OPENING_LOST;
}

/* --- packets --- */

static unsigned
side_of(const struct worker *w, uint32_t n, const struct sight *s)
{
	return s->end == initiator_of(&w->flows.hot[n]) ? CLIENT : SERVER;
}

/* Reads a packet's TCP segment. */
static bool
read_segment(struct segment *g, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;

	return p->payload_at <= f->caplen &&
	       segment_read(g, f->bytes + p->payload_at, f->caplen - p->payload_at, p->payload);
}

void
speak_syn(struct worker *w, uint32_t n, const struct sight *s)
{
	struct inspect_flow *x = &w->inspect.flow[n];
	struct opening_slot *o = opening_of(w, n);
	unsigned side = side_of(w, n, s);
	struct segment g;

	if (s->packet->proto != IPPROTO_TCP || s->reply || s->packet->fragment != FRAGMENT_NONE ||
	    !read_segment(&g, s))
		return;
	if (o) { /* data came with the client's */
		if (!o->side[side].begun)
			o->side[side].base = g.seq + 1;
		o->side[side].begun = true;
		return;
	}
	if (side == CLIENT && x->begun[SERVER])
		return; /* the server has answered another one */
	x->isn[side] = g.seq;
	x->begun[side] = true;
	if (side == SERVER && (g.flags & TCP_ACK)) {
		x->isn[CLIENT] = g.ack - 1; /* this one */
		x->begun[CLIENT] = true;
	}
}

/* The flow's opening; the one that rested longest gives way. */
static struct opening_slot *
take_opening(struct worker *w, uint32_t n)
{
	struct opening_table *t = &w->inspect.openings;
	struct inspect_flow *x = &w->inspect.flow[n];
	struct opening_slot *o = opening_of(w, n);
	bool new = !o;

	if (new) {
		if (opening_full(t))
			evict(w, t->slot[t->oldest].flow);
		o = opening_new(t, n);
		x->opening = (uint32_t)(o - t->slot);
		for (unsigned side = CLIENT; side <= SERVER; side++) {
			o->side[side].begun = x->begun[side];
			o->side[side].base = x->isn[side] + 1;
		}
		/* A worker that was killed knew more of it. */
		if (w->flows.hot[n].key.proto == IPPROTO_UDP && w->flows.hot[n].packets > 1)
			o->doubt = WHAT_LOST;
	}
	if (new || o->generation != w->generation) {
		o->expected = speak_expected(w, n, &o->named);
		o->generation = w->generation;
	}
	return o;
}

/* Can the flow not be looked at, as its beginning is not known? Then that is its answer. */
static bool
lacks_beginning(struct worker *w, uint32_t n, nstime now)
{
	const struct inspect_flow *x = &w->inspect.flow[n];
	const struct flow *f = &w->flows.hot[n];
	uint16_t why = 0;

	if (f->key.state & FLOW_MIDSTREAM)
		why = WHAT_MIDSTREAM;
	else if (x->opening == OPENING_LOST)
		why = WHAT_LIMIT;
	else if (x->opening == OPENING_NONE && f->key.proto == IPPROTO_TCP && !x->begun[CLIENT] &&
		 !x->begun[SERVER])
		why = WHAT_LOST; /* a worker that was killed knew it, or nobody did */
	if (!why)
		return false;
	w->flows.more[n].spoken = why == WHAT_LIMIT ? SPOKEN_CUT : APP_UNKNOWN;
	speak_drop(w, n);
	speak_judge_current(w, n, now, why);
	return true;
}

/* Bytes of a side are not there, and what is there is little. */
static void
note_missing(struct opening_slot *o, const struct opening_side *side, uint16_t why)
{
	if (side->size < SAYS_LITTLE)
		o->doubt |= why;
}

/* Puts a packet's payload into the opening of its flow. False when there is none to look at. */
static bool
add(struct worker *w, uint32_t n, const struct sight *s, struct opening_side **side)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	size_t at = p->payload_at + UDP_HEADER, here = at < f->caplen ? f->caplen - at : 0;
	struct opening_slot *o;
	struct segment g = { .missing = 0 };

	if (p->fragment == FRAGMENT_LATER) {
		o = take_opening(w, n);
		o->last = f->time;
		note_missing(o, &o->side[side_of(w, n, s)], WHAT_INCOMPLETE_FRAGMENTS);
		return false;
	}
	if (p->proto == IPPROTO_TCP && !read_segment(&g, s))
		return false;
	if (p->proto == IPPROTO_UDP)
		g.missing = here < p->payload ? p->payload - here : 0;
	g.missing += p->fragment == FRAGMENT_FIRST; /* something at least */
	o = take_opening(w, n);
	*side = &o->side[side_of(w, n, s)];
	o->last = f->time;
	if (p->proto == IPPROTO_TCP)
		opening_stream(
		    *side, g.flags & TCP_SYN ? g.seq + 1 : g.seq, g.bytes, g.size, g.missing);
	else
		opening_datagram(*side, f->bytes + at, here < p->payload ? here : p->payload);
	if (g.missing)
		note_missing(o, *side,
		    p->fragment == FRAGMENT_FIRST ? WHAT_INCOMPLETE_FRAGMENTS : WHAT_TRUNCATED);
	return true;
}

/* Is it the first packet of all? A look at a question and its answer together costs half of two. */
static bool
is_alone(const struct opening_slot *o, const struct opening_side *side)
{
	return o->side[CLIENT].packets + o->side[SERVER].packets == 1 && !side->whole;
}

void
speak_packet(struct worker *w, uint32_t n, const struct sight *s, enum copy copy)
{
	const struct packet *p = s->packet;
	struct opening_side *side;
	struct opening_slot *o;

	if (!can_speak(w, n)) {
		w->flows.hot[n].key.state |= FLOW_LOOKED;
		inspect_forget(w, n);
		return;
	}
	if (s->reply || p->payload_at > s->frame->caplen ||
	    !is_read(s, copy, w->flows.more[n].zone[s->end]))
		return;
	if (lacks_beginning(w, n, s->frame->time) || !add(w, n, s, &side))
		return;
	o = opening_of(w, n);
	if (is_alone(o, side))
		return;
	if (look(o, p->proto == IPPROTO_TCP))
		answer(w, n);
	else if (p->proto == IPPROTO_TCP ? opening_many(side, OPENING_PATIENCE) :
					   side->packets >= OPENING_PATIENCE)
		speak_finish(w, n);
}
