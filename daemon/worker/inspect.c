/* inspect.c - see inspect.h: packets of flows whose content is read. */
#include "worker/segment.h"
#include "worker/state.h"

#include <netinet/in.h>

enum { CLIENT, SERVER };

enum { TCP_URG = 32, TCP_OPTION_MPTCP = 30, UDP_HEADER = 8 };

enum { EVICT_LOOK = 64 }; /* connections that are looked at for a closed one */

/* The context of an inspector's call back. */
struct visit {
	struct worker *w;
	uint32_t n;
	const struct sight *s; /* NULL: no packet is in hand */
	unsigned side;
};

/* A message is over, or there is something to say of the connection. */
static void
take_verdict(void *ctx, const struct smtp_verdict *v)
{
	const struct visit *visit = ctx;

	if (v->message == 0 && v->words == WHAT_MIDSTREAM)
		return; /* said already: inspection_new() */
	inspect_verdict(visit->w, visit->n, visit->s, v);
}

/* A screen session has something to say. */
static void
take_screen(void *ctx, const struct screen_verdict *v)
{
	const struct visit *visit = ctx;

	inspect_screen(visit->w, visit->n, visit->s, v);
}

/* --- what reads a connection --- */

static void
take_rules(const struct worker *w, struct inspection *i, const struct policy_mail *m)
{
	i->rules = (struct mime_rules){ .allow = policy_text(w->policy, m->allow),
		.charsets = m->charsets,
		.depth = m->depth,
		.max_size = m->max_size,
		.images = m->images };
}

static void
take_screen_rules(const struct worker *w, uint32_t n, struct session_rules *r)
{
	const struct flow *f = &w->flows.hot[n];
	const struct policy_conduit *c = policy_conduit(w->policy, w->flows.more[n].conduit);

	*r = (struct session_rules){ .screens = c->screens,
		.max_upload = c->max_upload,
		.port = f->key.port[initiator_of(f) ^ 1],
		.stream = f->key.proto == IPPROTO_TCP };
}

/* From here on V takes what is found. */
static void
visited(struct inspection *i, struct visit *v)
{
	if (!i->screen) {
		i->smtp.ctx = v;
		return;
	}
	i->session.ctx = v;
	if (v && i->again)
		session_again(&i->session);
	i->again = false;
}

/* LATE: words for what was missed of it. */
static void
content_begin(struct worker *w, struct inspection *i, struct visit *v, uint64_t late)
{
	const struct policy_conduit *c = policy_conduit(w->policy, w->flows.more[v->n].conduit);
	struct session_rules rules;

	i->accept = c->accept;
	i->screen = is_screen(w, v->n);
	i->again = false;
	if (i->screen) {
		take_screen_rules(w, v->n, &rules);
		session_begin(&i->session, &rules, late != 0, take_screen, v);
		session_note(&i->session, late);
	} else {
		take_rules(w, i, policy_mail(w->policy, w->flows.more[v->n].conduit));
		smtp_begin(&i->smtp, &i->rules, late != 0, take_verdict, NULL);
	}
}

/* What was seen below that holds for what is going on now. */
static void
content_note(struct inspection *i, uint64_t words)
{
	if (i->screen)
		session_note(&i->session, words);
	else
		smtp_note(&i->smtp, words);
}

static void
content_lost(struct inspection *i, bool client, uint64_t n)
{
	if (i->screen)
		session_lost(&i->session, client, n);
	else
		smtp_lost(&i->smtp, client, n);
}

static void
take_bytes(void *ctx, const uint8_t *bytes, size_t size)
{
	const struct visit *v = ctx;
	struct inspection *i = inspection_of(&v->w->inspect, v->n);

	if (!bytes)
		content_lost(i, v->side == CLIENT, size);
	else if (i->screen)
		session_push(&i->session, v->side == CLIENT, bytes, size,
		    v->s ? v->s->frame->time : v->w->now);
	else
		smtp_push(&i->smtp, v->side == CLIENT, bytes, size);
}

/* --- connections --- */

void
inspect_policy(struct worker *w)
{
	struct inspect_table *t = &w->inspect;

	/* What a flow's own conduit says is known when its next packet comes, or never. */
	for (uint32_t slot = t->oldest; slot; slot = t->slot[slot].newer)
		if (!t->slot[slot].screen)
			take_rules(w, &t->slot[slot], policy_at(w->policy, w->policy->mails));
}

void
inspect_rules(struct worker *w, uint32_t n)
{
	struct inspection *i = inspection_of(&w->inspect, n);

	if (w->inspect.flow[n].slot == (uint32_t)INSPECT_OVER)
		inspect_forget(w, n); /* that it cannot be read is the next packet's to say */
	if (!i)
		return;
	if (i->screen != is_screen(w, n)) {
		inspect_drop(w, n); /* what was read as one is not the other */
		return;
	}
	i->accept = policy_conduit(w->policy, w->flows.more[n].conduit)->accept;
	i->again = true;
	if (i->screen)
		take_screen_rules(w, n, &i->session.rules);
	else
		take_rules(w, i, policy_mail(w->policy, w->flows.more[n].conduit));
}

/* Gives the connection's place and blocks back. */
static void
release(struct worker *w, uint32_t n)
{
	struct inspect_table *t = &w->inspect;
	struct inspection *i = inspection_of(&w->inspect, n);

	if (!i)
		return;
	inspect_slot_free(t, i);
	t->flow[n].slot = INSPECT_NONE;
}

void
inspect_drop(struct worker *w, uint32_t n)
{
	struct inspect_flow *x = &w->inspect.flow[n];

	if (x->slot == INSPECT_NONE)
		return;
	release(w, n);
	x->slot = INSPECT_NONE;
	x->begun[CLIENT] = x->begun[SERVER] = false; /* what comes is not its beginning */
}

void
inspect_forget(struct worker *w, uint32_t n)
{
	inspect_drop(w, n);
	speak_drop(w, n);
	w->inspect.flow[n] = (struct inspect_flow){ .slot = INSPECT_NONE };
}

/* What the streams saw, as words. */
static uint64_t
words_of(unsigned events)
{
	uint64_t words = 0;

	if (events & (STREAM_OVERLAP | STREAM_OUTSIDE))
		words |= WHAT_AMBIGUOUS | WHAT_OVERLAP;
	if (events & STREAM_LIMIT)
		words |= WHAT_LIMIT;
	return words;
}

/* Reads what is held of one side. Bytes before its FIN that never came are lost, too; and those of
 * the client that the server has. */
static void
finish_side(struct inspection *i, struct visit *v)
{
	struct stream *s = &i->side[v->side];
	uint32_t left;

	content_note(i, words_of(stream_end(v->w->inspect.pool, s, take_bytes, v)));
	left = i->end[v->side] - (s->isn + (uint32_t)s->next);
	if (i->ended[v->side] && s->begun && left > 0 && left < STREAM_WINDOW)
		content_lost(i, v->side == CLIENT, left);
	else if (v->side == CLIENT && s->claimed > s->next + 1)
		content_lost(i, true, s->claimed - 1 - s->next);
}

/* Reads all that is held, and to the end. MORE: words that hold for what is in the middle. */
static void
finish(struct worker *w, uint32_t n, uint64_t more)
{
	struct visit v = { .w = w, .n = n };
	struct inspection *i = inspection_of(&w->inspect, n);

	if (!i || i->over)
		return;
	i->over = true;
	visited(i, &v);
	content_note(i, more);
	for (v.side = CLIENT; v.side <= SERVER; v.side++)
		finish_side(i, &v);
	if (i->screen)
		session_end(&i->session);
	else
		smtp_end(&i->smtp);
	visited(i, NULL);
	if (i->screen)
		inspect_session(w, n, &i->session);
}

void
inspect_finish(struct worker *w, uint32_t n)
{
	finish(w, n, 0);
}

/* The flow of a connection whose place is wanted: a closed one that rested for long, as nothing is
 * lost with it; else the one that rested longest. */
static uint32_t
victim(const struct worker *w)
{
	const struct inspect_table *t = &w->inspect;
	uint32_t slot = t->oldest;

	for (unsigned i = 0; slot && i < EVICT_LOOK; i++, slot = t->slot[slot].newer)
		if (flow_closed(&w->flows.hot[t->slot[slot].flow]))
			return t->slot[slot].flow;
	return t->slot[t->oldest].flow;
}

/* A connection gives up its place. Of an open one the rest cannot be read any more; of a closed one
 * there is none, and if there is it will be found to lack its beginning. */
static void
evict(struct worker *w)
{
	struct inspect_table *t = &w->inspect;
	uint32_t n = victim(w);
	bool open = !flow_closed(&w->flows.hot[n]);

	finish(w, n, open ? WHAT_LIMIT : 0);
	if (outcome_unsaid(w, n))
		(void)outcome_say(w, n); /* no room: the flow says it later, without its part */
	release(w, n);
	if (open) {
		w->count[COUNTER_streams_evicted]++;
		t->flow[n].slot = (uint32_t)INSPECT_OVER;
	}
}

/* Where both sides agreed on Multipath TCP, the bytes of a connection have an order of their own,
 * and perhaps another connection has some of them (RFC 8684). */
static void
take_multipath(const struct inspect_flow *x, struct inspection *i)
{
	if (x->multipath != (1 << CLIENT | 1 << SERVER))
		return;
	if (i->screen)
		session_note(&i->session, WHAT_NOT_INSPECTED);
	else
		smtp_all(&i->smtp, WHAT_NOT_INSPECTED);
}

/* Its streams begin where a SYN said so; where the other side's was seen, too, it can be heard. */
static void
begin_streams(struct worker *w, struct inspection *i)
{
	const struct inspect_flow *x = &w->inspect.flow[i->flow];

	for (unsigned side = CLIENT; side <= SERVER; side++) {
		if (!x->begun[side])
			continue;
		stream_begin(&i->side[side], x->isn[side] + 1);
		if (x->begun[side ^ 1])
			stream_acked(w->inspect.pool, &i->side[side], x->isn[side] + 1);
	}
}

/* A connection begins to be read; perhaps not from its beginning: then that is said at once. */
static struct inspection *
inspection_new(struct worker *w, struct visit *v)
{
	uint32_t n = v->n;
	struct inspect_table *t = &w->inspect;
	const struct inspect_flow *x = &t->flow[n];
	const struct flow *f = &w->flows.hot[n];
	struct inspect_found late = { .words = 0 };
	struct inspection *i;

	if (inspect_full(t))
		evict(w);
	i = inspect_slot_new(t);
	i->flow = n;
	i->over = i->ended[CLIENT] = i->ended[SERVER] = false;
	i->found.words = i->found.id = i->counted = 0;
	t->flow[n].slot = (uint32_t)(i - t->slot);
	if (f->key.state & FLOW_MIDSTREAM)
		late.words = WHAT_MIDSTREAM;
	else if (f->key.proto == IPPROTO_TCP ? !x->begun[CLIENT] && !x->begun[SERVER] :
					       f->packets > 1)
		late.words = WHAT_LOST; /* a worker that was killed knew its beginning */
	begin_streams(w, i);
	content_begin(w, i, v, late.words);
	take_multipath(x, i);
	if (late.words && !i->screen)
		inspect_finding(w, n, v->s, &late);
	return i;
}

/* --- packets --- */

/* Has the TCP header at BYTES the option of Multipath TCP? */
static bool
is_multipath(const uint8_t *bytes, size_t size)
{
	size_t header = (size_t)(bytes[12] >> 4) * 4;
	struct wire h = wire_of(bytes, size < header ? size : header);

	wire_skip(&h, SEGMENT_HEADER);
	while (h.ok && wire_left(&h) > 0) {
		uint8_t kind = wire_u8(&h), length;

		if (kind == TCP_OPTION_MPTCP)
			return true;
		if (kind == 0)
			return false;
		length = kind == 1 ? 2 : wire_u8(&h); /* 1 is a byte of its own */
		if (length < 2)
			return false;
		wire_skip(&h, length - 2u);
	}
	return false;
}

/* A SYN, whose header is at BYTES, says where a side begins; as long as the server is silent, the
 * client's newest one does. It is in doubt when two said so, or when the server acknowledges
 * another one. */
static void
note_begin(struct worker *w, uint32_t n, unsigned side, const struct segment *g,
    const uint8_t *bytes, size_t size)
{
	struct inspect_flow *x = &w->inspect.flow[n];
	struct inspection *i = inspection_of(&w->inspect, n);
	uint32_t more = g->ack - (x->isn[CLIENT] + 1); /* than the SYN: data that came with it */

	x->multipath |= (uint8_t)(is_multipath(bytes, size) << side);
	if (i)
		take_multipath(x, i);
	if (x->begun[side] && x->isn[side] != g->seq) {
		x->doubt = true;
		if (i || x->begun[SERVER])
			return;
	}
	x->isn[side] = g->seq;
	x->begun[side] = true;
	if (i && !i->side[side].begun)
		stream_begin(&i->side[side], g->seq + 1);
	if (side == CLIENT || !(g->flags & TCP_ACK) || !x->begun[CLIENT] ||
	    more <= (i ? i->side[CLIENT].end : 0))
		return;
	x->doubt = true;
	x->isn[CLIENT] = g->ack - 1;
}

static void
push(struct worker *w, struct inspection *i, const struct segment *g, struct visit *v)
{
	struct stream *s = &i->side[v->side];
	uint32_t seq = g->flags & TCP_SYN ? g->seq + 1 : g->seq;
	unsigned events;

	if (!s->begun)
		stream_begin(s, seq);
	if (g->flags & TCP_URG)
		content_note(i, WHAT_AMBIGUOUS | WHAT_URGENT);
	if (g->missing)
		content_note(i, WHAT_TRUNCATED);
	events = stream_push(w->inspect.pool, s, seq, g->bytes, g->size, g->missing,
	    (uint32_t)(w->policy->stream_flow / STREAM_BLOCK), take_bytes, v);
	if (events & ~(unsigned)STREAM_LOST)
		content_note(i, words_of(events));
}

/* Something that is no TCP goes where mail should, or a screen. */
static void
not_tcp(struct worker *w, uint32_t n, const struct sight *s)
{
	struct inspect_found found = { .words = WHAT_UNKNOWN_PROTOCOL };

	if (s->packet->payload == 0 || s->reply || w->inspect.flow[n].slot)
		return;
	found.id = is_screen(w, n) ? 3201 : 0;
	w->inspect.flow[n].slot = (uint32_t)INSPECT_OVER;
	inspect_finding(w, n, s, &found);
}

/* A datagram of a screen session. */
static void
take_datagram(struct worker *w, uint32_t n, const struct sight *s)
{
	struct visit v = { .w = w, .n = n, .s = s };
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	struct inspection *i = inspection_of(&w->inspect, n);
	size_t at = p->payload_at + UDP_HEADER, here = at < f->caplen ? f->caplen - at : 0;
	bool whole = here >= p->payload && p->fragment == FRAGMENT_NONE;

	if (s->reply || p->fragment == FRAGMENT_LATER || p->payload == 0 ||
	    w->inspect.flow[n].slot == (uint32_t)INSPECT_OVER)
		return;
	if (i)
		inspect_slot_used(&w->inspect, i);
	else
		i = inspection_new(w, &v);
	if (i->over)
		return;
	visited(i, &v);
	session_datagram(&i->session, s->end == initiator_of(&w->flows.hot[n]), f->bytes + at,
	    here < p->payload ? here : p->payload, whole, f->time);
	visited(i, NULL);
}

void
inspect_segment(struct worker *w, uint32_t n, const struct sight *s, const uint8_t *bytes,
    size_t size, uint32_t payload)
{
	const struct flow *f = &w->flows.hot[n];
	struct visit v = {
		.w = w, .n = n, .s = s, .side = s->end == initiator_of(f) ? CLIENT : SERVER
	};
	struct inspect_flow *x = &w->inspect.flow[n];
	struct inspection *i;
	struct segment g;

	if (x->slot == (uint32_t)INSPECT_OVER || !segment_read(&g, bytes, size, payload))
		return;
	if (g.flags & TCP_SYN)
		note_begin(w, n, v.side, &g, bytes, size);
	i = inspection_of(&w->inspect, n);
	/* One picked up in the middle is unverifiable, payload or not, unless it is at its end. */
	if (!i && payload == 0 &&
	    (!(f->key.state & FLOW_MIDSTREAM) || (g.flags & (TCP_FIN | TCP_RST))))
		return;
	if (!i)
		i = inspection_new(w, &v);
	else
		inspect_slot_used(&w->inspect, i);
	if (i->over)
		return;
	visited(i, &v);
	if (x->doubt)
		content_note(i, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	x->doubt = false;
	if (g.flags & TCP_ACK)
		stream_acked(w->inspect.pool, &i->side[v.side ^ 1], g.ack);
	if (payload)
		push(w, i, &g, &v);
	if (g.flags & TCP_FIN) {
		i->ended[v.side] = true;
		i->end[v.side] = g.seq + payload;
	}
	visited(i, NULL);
}

void
inspect_packet(struct worker *w, uint32_t n, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;

	if (p->proto == IPPROTO_UDP && is_screen(w, n)) {
		take_datagram(w, n, s);
		return;
	}
	if (p->proto != IPPROTO_TCP) {
		not_tcp(w, n, s);
		return;
	}
	if (s->reply || p->fragment != FRAGMENT_NONE || p->payload_at > f->caplen)
		return;
	inspect_segment(w, n, s, f->bytes + p->payload_at, f->caplen - p->payload_at, p->payload);
}

void
inspect_note(struct worker *w, uint32_t n, const struct sight *s, uint64_t words)
{
	struct visit v = { .w = w, .n = n, .s = s };
	const struct inspect_flow *x = &w->inspect.flow[n];
	struct inspection *i = inspection_of(&w->inspect, n);

	if (!i && x->slot == INSPECT_NONE)
		i = inspection_new(w, &v); /* nothing was sent so far, or it could not be read */
	if (!i || i->over)
		return;
	visited(i, &v);
	content_note(i, words);
	visited(i, NULL);
}
