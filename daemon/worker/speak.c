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
	TCP_OFFSET = 12, /* where in its header a segment says how long that is */
	TCP_URG = 32,
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

static bool
is_stream(const struct worker *w, uint32_t n)
{
	return w->flows.hot[n].key.proto == IPPROTO_TCP;
}

/* Do both sides bear the answer out? Then each took what the other one sent. */
static bool
is_borne_out(const struct opening_slot *o)
{
	return o->known.sure == SURE_CONFIRMED && o->side[CLIENT].size > o->begin[CLIENT] &&
	       o->side[SERVER].size > o->begin[SERVER];
}

/* May the flow's receiver have read something else than what was seen? */
static bool
is_ambiguous(const struct worker *w, uint32_t n)
{
	const struct opening_slot *o = opening_of(w, n);

	return (o->doubt & WHAT_AMBIGUOUS) || w->inspect.flow[n].doubt;
}

/* What is known is the answer. One by which nothing is to be said is held as long as other bytes
 * may take the place of those that were seen, unless it is the LAST chance. */
static void
answer(struct worker *w, uint32_t n, bool last)
{
	struct opening_slot *o = opening_of(w, n);
	const struct recognition *r = &o->known;
	struct expectation e = { .app = o->expected,
		.named = o->named,
		.last = o->last,
		.unknown = WHAT_UNKNOWN_PROTOCOL,
		.ambiguous = is_ambiguous(w, n) };
	uint8_t app = r->sure == SURE_NOT ? APP_UNKNOWN : r->app;
	uint16_t doubt =
	    is_unseen(o, app) ? doubt_of(o, is_stream(w, n)) & (uint16_t)~WHAT_AMBIGUOUS : 0;

	if (doubt) {
		e.unknown = doubt;
		app = e.unknown == WHAT_LOST ? APP_UNKNOWN : SPOKEN_CUT;
	} else if (o->carrier && (e.app != o->carrier || is_for_proxies(app))) {
		app = o->carrier; /* it may be no tunnel, or it is what tunnels are for */
	} else if (r->sure == SURE_LIKELY) {
		app |= SPOKEN_LIKELY;
	}
	if (!last && is_stream(w, n) && !is_borne_out(o) && !speak_finding(app, &e)) {
		o->held = opening_waits(&o->side[CLIENT]) || opening_waits(&o->side[SERVER]);
		if (o->held)
			return;
		if (opening_unheard(&o->side[CLIENT]) || opening_unheard(&o->side[SERVER])) {
			e.unknown = WHAT_LIMIT;
			app = SPOKEN_CUT;
		}
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
	if (!o->held)
		(void)look(o, is_stream(w, n));
}

void
speak_finish(struct worker *w, uint32_t n)
{
	bool lost = w->inspect.flow[n].opening == OPENING_LOST;

	if (!can_speak(w, n)) {
		speak_drop(w, n);
	} else if (opening_of(w, n)) {
		look_finally(w, n);
		answer(w, n, true);
	} else if (lost) {
		speak_drop(w, n);
		speak_judge_current(
		    w, n, (struct expectation){ .last = w->now, .unknown = WHAT_UNKNOWN_PROTOCOL });
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
	if (!o->held && !look(opening_of(w, n), is_stream(w, n)))
		look_finally(w, n);
	if (o->carrier || o->known.sure != SURE_NOT || o->held || is_ambiguous(w, n) ||
	    !is_current(w, n)) {
		answer(w, n, true);
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

/* Where a side of the flow begins, which is not yet known to be elsewhere. */
static void
begin_side(struct worker *w, uint32_t n, unsigned side, uint32_t isn)
{
	struct inspect_flow *x = &w->inspect.flow[n];
	struct opening_slot *o = opening_of(w, n);

	x->isn[side] = isn;
	x->begun[side] = true;
	if (!o)
		return;
	opening_begin(&o->side[side], isn + 1);
	o->side[side].heard |= x->begun[side ^ 1];
	o->side[side ^ 1].heard = true;
}

/* A SYN says where a side begins. As long as the server is silent, the client's newest one does;
 * its answer says which it took. What cannot be told then is in doubt. */
static void
take_syn(struct worker *w, uint32_t n, unsigned side, const struct segment *g)
{
	struct inspect_flow *x = &w->inspect.flow[n];
	const struct opening_slot *o = opening_of(w, n);
	uint32_t first = x->isn[CLIENT] + 1, data = o ? o->side[CLIENT].size : 0;
	bool other = x->begun[side] && x->isn[side] != g->seq;
	bool acks = (g->flags & TCP_ACK) && x->begun[CLIENT] && g->ack - first <= data;

	if (side == CLIENT && x->begun[SERVER])
		return; /* the server has answered another one, or this one */
	if (side == SERVER && x->begun[SERVER]) {
		x->doubt |= other || ((g->flags & TCP_ACK) && !acks);
		return;
	}
	begin_side(w, n, side, g->seq);
	if (side == CLIENT)
		x->doubt |= other;
	if (side == CLIENT || !(g->flags & TCP_ACK))
		return;
	x->doubt = false;
	if (!acks)
		begin_side(w, n, CLIENT, g->ack - 1);
}

void
speak_syn(struct worker *w, uint32_t n, const struct sight *s)
{
	struct segment g;

	if (s->packet->proto == IPPROTO_TCP && !s->reply && s->packet->fragment == FRAGMENT_NONE &&
	    read_segment(&g, s))
		take_syn(w, n, side_of(w, n, s), &g);
}

/* The flow's opening; the oldest gives way. */
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
			o->side[side].heard = x->begun[side ^ 1];
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
	else if (is_stream(w, n) && !x->begun[CLIENT] && !x->begun[SERVER])
		why = WHAT_LOST; /* a worker that was killed knew it, or nobody did */
	if (!why)
		return false;
	w->flows.more[n].spoken = why == WHAT_LIMIT ? SPOKEN_CUT : APP_UNKNOWN;
	speak_drop(w, n);
	speak_judge_current(w, n, (struct expectation){ .last = now, .unknown = why });
	return true;
}

/* Bytes of a side are not there, and what is there is little. */
static void
note_missing(struct opening_slot *o, const struct opening_side *side, uint16_t why)
{
	if (side->size < SAYS_LITTLE)
		o->doubt |= why;
}

/* Puts a segment, or a datagram, into the opening of its flow. */
static struct opening_slot *
add(struct worker *w, uint32_t n, const struct sight *s, const struct segment *g)
{
	struct opening_slot *o = take_opening(w, n);
	unsigned side = side_of(w, n, s);
	uint32_t seq = g->flags & TCP_SYN ? g->seq + 1 : g->seq;

	if (g->flags & TCP_ACK)
		opening_acked(&o->side[side ^ 1], g->ack);
	if (g->size + g->missing == 0)
		return o;
	o->last = s->frame->time;
	if (!is_stream(w, n))
		opening_datagram(&o->side[side], g->bytes, g->size);
	else if (!opening_stream(&o->side[side], seq, g->bytes, g->size, g->missing) ||
		 (g->flags &
		     TCP_URG)) /* of which receivers take a byte out of the stream, or not */
		o->doubt |= WHAT_AMBIGUOUS;
	if (g->missing)
		note_missing(o, &o->side[side], WHAT_TRUNCATED);
	return o;
}

/* Is it the first packet of all? A look at a question and its answer together costs half of two. */
static bool
is_alone(const struct opening_slot *o, const struct opening_side *side)
{
	return o->side[CLIENT].packets + o->side[SERVER].packets == 1 && !side->whole;
}

/* A segment or a datagram as a whole. */
static void
take(struct worker *w, uint32_t n, const struct sight *s, const struct segment *g)
{
	bool stream = is_stream(w, n), empty = g->size + g->missing == 0;
	const struct opening_side *side;
	struct opening_slot *o;

	if (lacks_beginning(w, n, s->frame->time))
		return;
	o = add(w, n, s, g);
	side = &o->side[side_of(w, n, s)];
	if (o->held || (!empty && !is_alone(o, side) && look(o, stream))) {
		answer(w, n, false);
	} else if (!empty && (stream ? opening_many(side, OPENING_PATIENCE) :
				       side->packets >= OPENING_PATIENCE)) {
		look_finally(w, n);
		answer(w, n, false);
	}
}

void
speak_packet(struct worker *w, uint32_t n, const struct sight *s, enum copy copy)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	size_t at = p->payload_at + UDP_HEADER;
	struct segment g = { .flags = 0 };

	if (!can_speak(w, n)) {
		w->flows.hot[n].key.state |= FLOW_LOOKED;
		inspect_forget(w, n);
		return;
	}
	if (s->reply || p->payload_at > f->caplen || p->fragment != FRAGMENT_NONE ||
	    !is_read(s, copy, w->flows.more[n].zone[s->end]))
		return;
	if (p->proto == IPPROTO_UDP) {
		g.bytes = f->bytes + at;
		g.size = at < f->caplen ? f->caplen - at : 0;
		g.size = g.size < p->payload ? g.size : p->payload;
		g.missing = p->payload - g.size;
	} else if (!read_segment(&g, s)) {
		return;
	}
	take(w, n, s, &g);
}

/* --- fragments --- */

bool
speak_takes(const struct worker *w, uint32_t n)
{
	return w->flows.more[n].id == 0 && !(w->flows.hot[n].key.state & FLOW_LOOKED) &&
	       can_speak(w, n) && w->inspect.flow[n].opening != OPENING_LOST;
}

void
speak_note(struct worker *w, uint32_t n, uint16_t what)
{
	if (speak_takes(w, n))
		take_opening(w, n)->doubt |= what;
}

/* Reads a UDP datagram from its header on. */
static bool
read_datagram(struct segment *g, const uint8_t *bytes, size_t size)
{
	struct wire h = wire_of(bytes, size);
	uint16_t length;

	wire_skip(&h, 4);
	length = wire_be16(&h);
	wire_skip(&h, 2);
	*g = (struct segment){ .bytes = bytes + UDP_HEADER };
	if (!h.ok || length <= UDP_HEADER)
		return false;
	g->size = (size_t)length - UDP_HEADER;
	if (g->size > wire_left(&h))
		g->size = wire_left(&h);
	return true;
}

/* The pieces that were awaited are there. */
static void
have_pieces(const struct worker *w, uint32_t n)
{
	struct opening_slot *o = opening_of(w, n);

	if (o)
		o->doubt &= (uint16_t)~WHAT_INCOMPLETE_FRAGMENTS;
}

/* Are others still awaited, as far as the segment tells? */
static bool
is_behind_hole(const struct worker *w, uint32_t n, const struct sight *s, const struct segment *g)
{
	const struct opening_slot *o = opening_of(w, n);
	const struct opening_side *side = o ? &o->side[side_of(w, n, s)] : NULL;

	return side && side->begun && g->seq - side->base > side->size;
}

void
speak_whole(struct worker *w, uint32_t n, const struct sight *s, const uint8_t *bytes, size_t size)
{
	size_t header = size > TCP_OFFSET ? (size_t)(bytes[TCP_OFFSET] >> 4) * 4 : size;
	struct segment g;

	if (w->flows.hot[n].key.proto == IPPROTO_UDP) {
		have_pieces(w, n);
		if (read_datagram(&g, bytes, size))
			take(w, n, s, &g);
		return;
	}
	if (!segment_read(&g, bytes, size, (uint32_t)(size > header ? size - header : 0)))
		return;
	if (g.flags & TCP_SYN)
		take_syn(w, n, side_of(w, n, s), &g);
	if (!is_behind_hole(w, n, s, &g))
		have_pieces(w, n);
	if (g.size > 0 || opening_of(w, n))
		take(w, n, s, &g);
}
