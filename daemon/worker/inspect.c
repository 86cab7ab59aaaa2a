/* inspect.c - see inspect.h: packets of flows whose content is read. */
#include "base/wire.h"
#include "worker/state.h"

#include <netinet/in.h>

enum { CLIENT, SERVER };

enum { TCP_HEADER = 20, TCP_URG = 32, TCP_OPTION_MPTCP = 30 };

enum { EVICT_LOOK = 64 }; /* connections that are looked at for a closed one */

/* One TCP segment as it is read for its stream. */
struct segment {
	uint32_t seq, ack;
	uint8_t flags; /* all of them */
	const uint8_t *bytes;
	size_t size, missing; /* payload that is here, and that was only on the wire */
};

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

/* --- connections --- */

static void
take_rules(const struct worker *w, struct inspection *i, const struct policy_mail *m)
{
	i->rules = (struct mime_rules){ .allow = policy_text(w->policy, m->allow),
		.charsets = m->charsets,
		.depth = m->depth,
		.max_size = m->max_size,
		.images = m->images };
}

void
inspect_policy(struct worker *w)
{
	struct inspect_table *t = &w->inspect;

	/* What a flow's own conduit says is known when its next packet comes, or never. */
	for (uint32_t slot = t->oldest; slot; slot = t->slot[slot].newer)
		take_rules(w, &t->slot[slot], policy_at(w->policy, w->policy->mails));
}

void
inspect_rules(struct worker *w, uint32_t n)
{
	struct inspection *i = inspection_of(&w->inspect, n);

	if (i)
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
	release(w, n);
	w->inspect.flow[n] = (struct inspect_flow){ .slot = INSPECT_NONE };
}

static void
take_bytes(void *ctx, const uint8_t *bytes, size_t size)
{
	const struct visit *v = ctx;
	struct inspection *i = inspection_of(&v->w->inspect, v->n);

	if (bytes)
		smtp_push(&i->smtp, v->side == CLIENT, bytes, size);
	else
		smtp_lost(&i->smtp, v->side == CLIENT, size);
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

	smtp_note(&i->smtp, words_of(stream_end(v->w->inspect.pool, s, take_bytes, v)));
	left = i->end[v->side] - (s->isn + (uint32_t)s->next);
	if (i->ended[v->side] && s->begun && left > 0 && left < STREAM_WINDOW)
		smtp_lost(&i->smtp, v->side == CLIENT, left);
	else if (v->side == CLIENT && s->claimed > s->next + 1)
		smtp_lost(&i->smtp, true, s->claimed - 1 - s->next);
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
	i->smtp.ctx = &v;
	smtp_note(&i->smtp, more);
	for (v.side = CLIENT; v.side <= SERVER; v.side++)
		finish_side(i, &v);
	smtp_end(&i->smtp);
	i->smtp.ctx = NULL;
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
	if (x->multipath == (1 << CLIENT | 1 << SERVER))
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
inspection_new(struct worker *w, const struct visit *v)
{
	uint32_t n = v->n;
	struct inspect_table *t = &w->inspect;
	const struct inspect_flow *x = &t->flow[n];
	struct inspect_found late = { .words = 0 };
	struct inspection *i;

	if (inspect_full(t))
		evict(w);
	i = inspect_slot_new(t);
	i->flow = n;
	i->over = i->ended[CLIENT] = i->ended[SERVER] = false;
	i->found.words = 0;
	t->flow[n].slot = (uint32_t)(i - t->slot);
	take_rules(w, i, policy_mail(w->policy, w->flows.more[n].conduit));
	if (w->flows.hot[n].key.state & FLOW_MIDSTREAM)
		late.words = WHAT_MIDSTREAM;
	else if (!x->begun[CLIENT] && !x->begun[SERVER])
		late.words = WHAT_LOST; /* a worker that was killed knew its beginning */
	begin_streams(w, i);
	smtp_begin(&i->smtp, &i->rules, late.words != 0, take_verdict, NULL);
	take_multipath(x, i);
	if (late.words)
		inspect_finding(w, n, v->s, &late);
	return i;
}

/* --- packets --- */

/* Reads the segment whose TCP header begins at BYTES; PAYLOAD of its bytes were on the wire. */
static bool
segment_read(struct segment *g, const uint8_t *bytes, size_t size, uint32_t payload)
{
	struct wire h = wire_of(bytes, size);
	size_t header;

	wire_skip(&h, 4);
	g->seq = wire_be32(&h);
	g->ack = wire_be32(&h);
	header = (size_t)(wire_u8(&h) >> 4) * 4;
	g->flags = wire_u8(&h);
	if (!h.ok || header < TCP_HEADER)
		return false;
	g->bytes = header < size ? bytes + header : bytes + size;
	g->size = header < size ? size - header : 0;
	if (g->size > payload)
		g->size = payload; /* padding */
	g->missing = payload - g->size;
	return true;
}

/* Has the TCP header at BYTES the option of Multipath TCP? */
static bool
is_multipath(const uint8_t *bytes, size_t size)
{
	size_t header = (size_t)(bytes[12] >> 4) * 4;
	struct wire h = wire_of(bytes, size < header ? size : header);

	wire_skip(&h, TCP_HEADER);
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
		smtp_note(&i->smtp, WHAT_AMBIGUOUS | WHAT_URGENT);
	if (g->missing)
		smtp_note(&i->smtp, WHAT_TRUNCATED);
	events = stream_push(w->inspect.pool, s, seq, g->bytes, g->size, g->missing,
	    (uint32_t)(w->policy->stream_flow / STREAM_BLOCK), take_bytes, v);
	if (events & ~(unsigned)STREAM_LOST)
		smtp_note(&i->smtp, words_of(events));
}

/* Something that is no TCP goes where mail should. */
static void
not_tcp(struct worker *w, uint32_t n, const struct sight *s)
{
	struct inspect_found found = { .words = WHAT_UNKNOWN_PROTOCOL };

	if (s->packet->payload == 0 || s->reply || w->inspect.flow[n].slot)
		return;
	w->inspect.flow[n].slot = (uint32_t)INSPECT_OVER;
	inspect_finding(w, n, s, &found);
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
	i->smtp.ctx = &v;
	if (x->doubt)
		smtp_note(&i->smtp, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	x->doubt = false;
	if (g.flags & TCP_ACK)
		stream_acked(w->inspect.pool, &i->side[v.side ^ 1], g.ack);
	if (payload)
		push(w, i, &g, &v);
	if (g.flags & TCP_FIN) {
		i->ended[v.side] = true;
		i->end[v.side] = g.seq + payload;
	}
	i->smtp.ctx = NULL;
}

void
inspect_packet(struct worker *w, uint32_t n, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;

	if (p->proto != IPPROTO_TCP) {
		not_tcp(w, n, s);
		return;
	}
	if (s->reply || p->fragment != FRAGMENT_NONE || p->payload_at > f->caplen)
		return;
	inspect_segment(w, n, s, f->bytes + p->payload_at, f->caplen - p->payload_at, p->payload);
}

/* Words that hold for what is going on in the connection, which begins with them at the latest. */
static void
note(struct worker *w, uint32_t n, const struct sight *s, uint64_t words)
{
	struct visit v = { .w = w, .n = n, .s = s };
	const struct inspect_flow *x = &w->inspect.flow[n];
	struct inspection *i = inspection_of(&w->inspect, n);

	if (!i && x->slot == INSPECT_NONE)
		i = inspection_new(w, &v); /* nothing was sent so far, or it could not be read */
	if (!i || i->over)
		return;
	i->smtp.ctx = &v;
	smtp_note(&i->smtp, words);
	i->smtp.ctx = NULL;
}

/* Is a flow read that may have been judged by another policy? */
static bool
is_inspected(const struct worker *w, uint32_t n)
{
	return (w->flows.hot[n].key.state & FLOW_GENERATION) == w->generation &&
	       inspects(w, &w->flows.more[n]);
}

void
inspect_incomplete(struct worker *w, uint32_t n)
{
	if (is_inspected(w, n))
		note(w, n, NULL, WHAT_INCOMPLETE_FRAGMENTS);
}

/* Are fragments put together? The first one says of which protocol they are; in IPv6 only that one
 * does (RFC 8200, 4.5). */
static bool
takes_piece(const struct worker *w, uint32_t n, const struct packet *p)
{
	uint8_t proto = n != FLOW_NONE ? w->flows.hot[n].key.proto : p->proto;

	return w->inspects_some && (proto == IPPROTO_TCP || (n == FLOW_NONE && !p->is4));
}

bool
inspect_piece(struct worker *w, uint32_t n, uint32_t datagram, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	size_t here = p->payload_at < f->caplen ? f->caplen - p->payload_at : 0;
	struct piece piece = {
		.at = p->fragment_at, .first = p->fragment == FRAGMENT_FIRST, .more = p->more
	};
	const uint8_t *whole = NULL;
	unsigned events;
	size_t size = 0, header;

	if (!takes_piece(w, n, p))
		return w->inspects_some && datagram_drop(w->inspect.datagrams, datagram);
	piece.size = here < p->fragment_size ? here : p->fragment_size;
	piece.missing = p->fragment_size - piece.size;
	piece.bytes = piece.size ? f->bytes + p->payload_at : NULL;
	events = datagram_push(w->inspect.datagrams, datagram, &piece, &whole, &size);
	if (n == FLOW_NONE || !inspects(w, &w->flows.more[n]))
		return events & DATAGRAM_AMBIGUOUS;
	if ((events & DATAGRAM_WHOLE) && size >= TCP_HEADER) {
		header = (size_t)(whole[12] >> 4) * 4;
		inspect_segment(
		    w, n, s, whole, size, (uint32_t)(size > header ? size - header : 0));
	}
	if (events & DATAGRAM_AMBIGUOUS)
		note(w, n, s, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	if (events & DATAGRAM_SPENT)
		note(w, n, s, WHAT_INCOMPLETE_FRAGMENTS);
	return events & DATAGRAM_AMBIGUOUS;
}

void
inspect_torn(struct worker *w, uint32_t n)
{
	if (is_inspected(w, n))
		note(w, n, NULL, WHAT_AMBIGUOUS | WHAT_OVERLAP);
}
