#include "worker/worker.h"

#include <netinet/in.h>

#include "worker/state.h"

/* Where a frame was seen. */
static inline void
place_of(const struct worker *w, const struct frame *f, const struct packet *p, struct sight *s)
{
	const struct spot *at = &w->spot[f->iface];

	s->frame = f;
	s->place = (struct place){ .iface = f->iface, .vlan = { p->vlan[0], p->vlan[1] } };
	s->line = at->line;
	s->zone = at->zone;
	if (__builtin_expect(p->vlan[0] != 0, 0)) {
		s->line = policy_line_of(w->policy, f->iface, p->vlan[0], p->vlan[1]);
		s->zone = policy_line(w->policy, s->line)->zone;
	}
	s->token = token_of(&s->place, s->line);
	s->mirror = at->mirror;
	s->own_known = at->mac != 0 && p->smac;
	s->own = s->own_known && mac_bits(p->smac) == at->mac && !at->mirror;
	s->carrier = FLOW_NONE;
	s->carried = COPY_FIRST;
}

/* Does a packet stay on its link, so that no zone boundary is concerned? Multicast, broadcast,
 * link-local and unspecified addresses (RFC 1122, 3927, 4291). */
static bool
on_link(const struct packet *p)
{
	const uint8_t *s = p->src.b, *d = p->dst.b;

	if (p->is4)
		return (d[12] >= 224 && d[12] < 240) || p->dst.w[3] == UINT32_MAX ||
		       p->src.w[3] == 0 || p->dst.w[3] == 0 || (d[12] == 169 && d[13] == 254) ||
		       (s[12] == 169 && s[13] == 254);
	return d[0] == 0xff || (d[0] == 0xfe && (d[1] & 0xc0) == 0x80) ||
	       (s[0] == 0xfe && (s[1] & 0xc0) == 0x80) || (p->src.d[0] == 0 && p->src.d[1] == 0) ||
	       (p->dst.d[0] == 0 && p->dst.d[1] == 0);
}

/* The type of the question that an ICMP answer answers (RFC 792, 950; RFC 4443, 4620), or -1. */
static int
icmp_question(const struct packet *p)
{
	static const int16_t icmp[] = { [0] = 8, [14] = 13, [16] = 15, [18] = 17 };

	if (p->proto == IPPROTO_ICMP && p->dport < sizeof icmp / sizeof *icmp && icmp[p->dport])
		return icmp[p->dport];
	if (p->proto == IPPROTO_ICMPV6 && (p->dport == 129 || p->dport == 140))
		return p->dport - 1;
	return -1;
}

/* The key of a packet's flow, and which end the sender is. An ICMP answer has the key of its
 * question: the port of the asking end is its code, that of the other end its type. */
static inline __attribute__((always_inline)) unsigned
key_of(struct flow_key *k, const struct packet *p, uint8_t more_kind)
{
	uint16_t sport = p->sport, dport = p->dport;
	int question =
	    p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6 ? icmp_question(p) : -1;
	uint8_t kind = (uint8_t)((p->is4 ? KIND_IS4 : 0) | (p->depth ? KIND_INNER : 0) | more_kind);

	if (question >= 0) {
		sport = (uint16_t)question;
		dport = 0;
	}
	return flow_key_of(k, &p->src, &p->dst, sport, dport, p->proto, kind);
}

void
flow_carry(struct worker *w, const struct flow *f, bool bytes)
{
	struct flow_more *m = &w->flows.more[f - w->flows.hot];
	struct pair_counters *p = pair_of(w, m->from, m->to);

	if (m->class == FLOW_UNJUDGED)
		return;
	if (f->packets == 0)
		p->packets += UINT64_C(1) << 32;
	if (bytes)
		p->bytes += UINT64_C(1) << 32;
	if (bytes && (m->flags & MORE_WRAPS) != MORE_WRAPS)
		m->flags += MORE_WRAP;
	if ((m->flags & MORE_WRAPS) == MORE_WRAPS) /* it counts no further */
		traffic_leave(w, (uint32_t)(f - w->flows.hot));
}

/* A packet of a flow of which the worst was said. */
static __attribute__((cold, noinline)) void
known_settled(struct worker *w, uint32_t n, const struct sight *s, enum copy copy)
{
	if (copy == COPY_FIRST)
		outcome_counted(w, n, s);
	exhibit_packet(w, n, s, copy);
}

/* A packet at a place where its sender's packets, or their copies, were seen before, of a flow
 * whose next packets change nothing: it conforms, or the worst was said of it. */
static inline bool
known(struct worker *w, uint32_t n, const struct sight *s, enum copy *copy)
{
	struct flow *f = &w->flows.hot[n];
	uint16_t state = f->key.state;
	unsigned end = s->end;

	if ((state & FLOW_GENERATION) != w->generation || s->reply)
		return false;
	if ((state & (FLOW_WATCH | FLOW_SETTLED)) == FLOW_WATCH)
		return false;
	if (!(state & (FLOW_WATCH | FLOW_LOOKED)) &&
	    (s->packet->payload > 0 || (s->packet->tcp_flags & TCP_SYN) || speak_waits(w, n)))
		return false;
	if (s->token == f->in[end] && !s->own)
		*copy = COPY_FIRST;
	else if (s->token == f->out[end] && (s->own || f->in[end] != s->token))
		*copy = state & (FLOW_OUT0 << end) ? COPY_FIRST : COPY_FURTHER;
	else
		return false;
	if (*copy == COPY_FIRST)
		flow_count(w, f, s);
	if (__builtin_expect(state & FLOW_SETTLED, 0))
		known_settled(w, n, s, *copy);
	flow_note_end(f, s);
	return true;
}

/* Is it the SYN of a new connection between the ends of a closed one? It comes in where its
 * sender's packets come in; elsewhere it is a late copy of the old one. */
static inline bool
begins_again(const struct flow *f, const struct sight *s)
{
	if ((s->packet->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN || !flow_closed(f))
		return false;
	return f->key.state & (FLOW_OUT0 << s->end) ? s->token == f->out[s->end] :
						      s->token == f->in[s->end] && !s->own;
}

/* A flow that was not found at first sight (N is FLOW_NONE), or that begins again. */
static __attribute__((noinline)) uint32_t
judge_unknown(
    struct worker *w, uint32_t n, const struct look *l, const struct sight *s, enum copy *copy)
{
	bool fresh = false;

	if (n == FLOW_NONE)
		n = audit_flow(w, &l->key, l->hash, &fresh);
	if (!fresh && begins_again(&w->flows.hot[n], s)) {
		audit_end(w, n);
		n = audit_flow(w, &l->key, l->hash, &fresh);
	}
	if (fresh || !known(w, n, s, copy))
		*copy = audit_packet(w, n, s, fresh);
	return n;
}

/* Judges one packet as part of the flow of its key. Returns the flow. The long way, audit_packet(),
 * is for one that is not known yet, and for one to which its packets matter. */
static inline uint32_t
judge_flow(struct worker *w, const struct look *l, const struct sight *s, enum copy *copy)
{
	uint32_t n = l->guess;
	const struct flow *f = &w->flows.hot[n];

	if (n == FLOW_NONE || !flow_key_equal(&f->key, &l->key) || !(f->key.state & FLOW_USED))
		return judge_unknown(w, FLOW_NONE, l, s, copy);
	if (begins_again(f, s))
		return judge_unknown(w, n, l, s, copy);
	if (!known(w, n, s, copy))
		*copy = audit_packet(w, n, s, false);
	return n;
}

/* A frame's own packet was judged, or need not be. */
static void
count_packet(struct worker *w, enum copy copy, enum counter kind)
{
	if (copy == COPY_FURTHER) {
		w->count[COUNTER_copies]++;
		return;
	}
	w->count[COUNTER_packets]++;
	w->count[kind]++;
}

/* A protocol that no zone expects: a flow between two MACs on one interface. */
static void
judge_link(struct worker *w, struct sight s)
{
	const struct packet *p = s.packet;
	struct addr src = { .w = { 0 } }, dst = { .w = { 0 } };
	struct look l = { .guess = FLOW_NONE };
	enum copy copy;

	if (p->smac)
		memcpy(src.b, p->smac, 6);
	if (p->dmac)
		memcpy(dst.b, p->dmac, 6);
	s.end = flow_key_of(
	    &l.key, &src, &dst, p->unexpected, p->unexpected, (uint8_t)s.place.iface, KIND_LINK);
	l.hash = flow_hash(&w->flows, &l.key);
	(void)judge_flow(w, &l, &s, &copy);
}

/* The inside of a tunnel that cannot be read: a flow with the tunnel's own key. */
static void
judge_opaque(struct worker *w, struct sight s, const struct packet *carrier)
{
	struct look l = { .guess = FLOW_NONE };
	struct packet p = *carrier;
	enum copy copy;

	p.event = s.packet->event;
	p.depth = s.packet->depth;
	p.nstack = s.packet->nstack;
	w->events[p.event]++;
	s.packet = &p;
	s.end = key_of(&l.key, &p, KIND_OPAQUE | KIND_INNER);
	l.hash = flow_hash(&w->flows, &l.key);
	(void)judge_flow(w, &l, &s, &copy);
	if (copy == COPY_FIRST)
		w->count[COUNTER_inner]++;
}

/* A piece of a datagram whose first piece has not come yet: it waits. */
static enum copy
hold_fragment(const struct worker *w, struct fragment *e, const struct sight *s)
{
	if (e->inner ? s->carried == COPY_FURTHER : s->own)
		return COPY_FURTHER;
	if (!e->placed) {
		e->in = s->place;
		e->placed = true;
	}
	if (!e->inner && !place_equal(&e->in, &s->place))
		return COPY_FURTHER;
	if (e->packets == 0)
		e->first = s->frame->time;
	if (!counted_before(w, &e->seq, s->frame)) {
		e->packets++;
		e->bytes += s->packet->bytes;
	}
	return COPY_FIRST;
}

/* The flow that a datagram's first piece named, or FLOW_NONE. */
static uint32_t
fragment_flow(const struct worker *w, const struct fragment *e)
{
	const struct flow *f = &w->flows.hot[e->flow];

	if (e->flow == FLOW_NONE || !(f->key.state & FLOW_USED) ||
	    w->flows.more[e->flow].first != e->flow_first)
		return FLOW_NONE;
	return e->flow;
}

/* The pieces of a datagram are waited for no longer. */
static void
fragment_gone(struct worker *w, const struct fragment *old)
{
	uint32_t n = fragment_flow(w, old);

	if (old->used && old->packets)
		audit_orphans(w, old);
	if (old->incomplete && n != FLOW_NONE)
		inspect_incomplete(w, n);
}

/* A later fragment: it goes the way of the flow that its first piece named. */
static uint32_t
judge_fragment(struct worker *w, struct sight *s, enum copy *copy)
{
	struct fragment evicted,
	    *e = fragment_of(&w->fragments, s->packet, s->frame->time, &evicted);
	const struct flow *f = &w->flows.hot[e->flow];
	struct look l = { .guess = e->flow };
	uint32_t n;

	if (evicted.used && evicted.packets)
		w->count[COUNTER_fragments_evicted]++;
	fragment_gone(w, &evicted);
	e->last = s->frame->time;
	e->real_proto = s->packet->proto;
	if (fragment_flow(w, e) == FLOW_NONE) {
		*copy = hold_fragment(w, e, s);
		if (is_read(s, *copy, policy_zone_of(w->policy, &s->packet->src, s->packet->is4)))
			(void)inspect_piece(w, FLOW_NONE, fragment_number(&w->fragments, e), s);
		return FLOW_NONE;
	}
	l.key = f->key;
	l.key.state = 0;
	l.hash = flow_hash(&w->flows, &l.key);
	s->end = addr_equal(&f->key.addr[0], &s->packet->src) ? 0 : 1;
	n = judge_flow(w, &l, s, copy);
	if (is_read(s, *copy, w->flows.more[n].zone[s->end]))
		(void)inspect_piece(w, n, fragment_number(&w->fragments, e), s);
	return n;
}

/* The first piece: those that wait for it and those that follow belong to its flow. */
static void
adopt_fragments(struct worker *w, const struct sight *s, uint32_t n, enum copy copy)
{
	struct fragment evicted,
	    *e = fragment_of(&w->fragments, s->packet, s->frame->time, &evicted);
	struct flow *f = &w->flows.hot[n];
	uint32_t before = fragment_flow(w, e);
	bool torn = false;

	if (evicted.used && evicted.packets)
		w->count[COUNTER_fragments_evicted]++;
	fragment_gone(w, &evicted);
	e->flow = n;
	e->flow_first = w->flows.more[n].first;
	e->last = s->frame->time;
	if (e->packets)
		outcome_waited(w, n, e->first);
	flow_count_more(w, f, e->packets, e->bytes);
	e->packets = 0;
	e->bytes = 0;
	if (is_read(s, copy, w->flows.more[n].zone[s->end]))
		torn = inspect_piece(w, n, fragment_number(&w->fragments, e), s);
	if (before == FLOW_NONE || before == n)
		return;
	if (torn)
		inspect_torn(w, before);
	if (w->flows.hot[before].key.proto !=
	    f->key.proto) /* of IPv6, whose numbers do not repeat */
		inspect_torn(w, n);
}

/* Does a packet come in by an interface of its source's zone, as far as that can be told? An ICMP
 * error that does not is no part of the flow that it quotes, but one of its own: a spoofed one, or
 * one of an address in no zone. */
static bool
comes_from_home(const struct worker *w, const struct sight *s)
{
	const struct packet *p = s->packet;
	uint8_t zone;

	if (s->mirror || s->own || p->depth > 0)
		return true;
	zone = policy_zone_of(w->policy, &p->src, p->is4);
	return s->own_known ? zone == s->zone : zone != 0;
}

/* One IP packet. P is followed by what it quotes when it is an ICMP error about another flow. */
static uint32_t
judge_ip(struct worker *w, struct sight *s, struct look *l, bool quotes, enum copy *copy)
{
	const struct packet *p = s->packet;
	uint32_t n;

	if (quotes && addr_equal(&p[1].src, &p->dst) && comes_from_home(w, s)) {
		unsigned end = key_of(&l->key, p + 1, 0);

		l->hash = flow_hash(&w->flows, &l->key);
		l->guess = flow_find(&w->flows, &l->key, l->hash);
		if (l->guess != FLOW_NONE) {
			s->end = end ^ 1;
			s->reply = true;
			return judge_flow(w, l, s, copy);
		}
	}
	if (quotes) {
		l->end = key_of(&l->key, p, 0);
		l->hash = flow_hash(&w->flows, &l->key);
		l->guess = FLOW_NONE;
	}
	if (p->fragment == FRAGMENT_LATER)
		return judge_fragment(w, s, copy);
	s->end = l->end;
	n = judge_flow(w, l, s, copy);
	if (__builtin_expect(p->fragment == FRAGMENT_FIRST, 0))
		adopt_fragments(w, s, n, *copy);
	return n;
}

/* Is a frame's own packet inside one zone, as far as its addresses say? For packets without a flow.
 */
static enum counter
judged_by_address(const struct worker *w, const struct packet *p)
{
	uint8_t from = policy_zone_of(w->policy, &p->src, p->is4),
		to = policy_zone_of(w->policy, &p->dst, p->is4);

	return from == to && from ? COUNTER_not_judged : COUNTER_judged;
}

/* Judges all packets of one frame, outermost first. */
static void
judge_frame(struct worker *w, const struct frame *f, unsigned slot, struct packet *p,
    struct look *l, unsigned n)
{
	struct sight s = { .stack = &w->stack[slot] };
	const struct packet *carrier = p;

	place_of(w, f, p, &s);
	for (unsigned i = 0; i < n; i++, p++) {
		bool quotes = i + 1 < n && p[1].kind == PACKET_QUOTE;
		enum copy copy = COPY_FIRST;
		uint32_t flow = FLOW_NONE;
		enum counter kind = COUNTER_not_judged;

		s.packet = p;
		s.reply = false;
		switch ((enum packet_kind)p->kind) {
		case PACKET_QUOTE:
			continue;
		case PACKET_BAD:
			if (p->depth > 0) {
				judge_opaque(w, s, carrier);
				continue;
			}
			outcome_unreadable(w, &s);
			if (i > 0)
				continue; /* what an ICMP error quotes: the packet itself counts */
			kind = COUNTER_undecodable;
			break;
		case PACKET_LINK:
			judge_link(w, s);
			kind = COUNTER_judged;
			break;
		case PACKET_ARP:
		case PACKET_CONTROL:
			break;
		case PACKET_IP:
			if (__builtin_expect(p->unexpected && p->depth == 0, 0))
				judge_link(w, s);
			if (__builtin_expect(on_link(p), 0))
				break;
			flow = judge_ip(w, &s, &l[i], quotes, &copy);
			if (flow == FLOW_NONE)
				kind = judged_by_address(w, p);
			else if (!(w->flows.hot[flow].key.state & FLOW_SAME))
				kind = COUNTER_judged;
			break;
		}
		if (p->depth == 0)
			count_packet(w, copy, kind);
		else if (copy == COPY_FIRST)
			w->count[COUNTER_inner]++;
		carrier = p;
		s.carrier = flow;
		s.carried = copy;
	}
}

/* The way of a batch: decode all, find where all their flows may lie, then judge one after the
 * other. What the next step needs is on its way from memory while this one works. */
void
worker_judge(struct worker *w, const struct frame *frames, unsigned n)
{
	unsigned begin[WORKER_BATCH + 1] = { 0 }, total;

	for (unsigned i = 0; i < n; i++)
		begin[i + 1] =
		    begin[i] + decode_frame(&frames[i], &w->packet[begin[i]], &w->stack[i]);
	total = begin[n];
	for (unsigned k = 0; k < total; k++) {
		struct look *l = &w->look[k];

		l->end = key_of(&l->key, &w->packet[k], 0);
		l->hash = flow_hash(&w->flows, &l->key);
		flow_prefetch_line(&w->flows, l->hash);
	}
	for (unsigned k = 0; k < total; k++) {
		struct look *l = &w->look[k];

		l->guess = flow_guess(&w->flows, l->hash);
		__builtin_prefetch(&w->flows.hot[l->guess], 1);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct frame *f = &frames[i];

		if (f->time < w->now - NS_SEC)
			w->due = f->time; /* the clock was set back: see is_due() */
		if (f->time > w->now || f->time < w->now - NS_SEC)
			w->now = f->time;
		if (w->now >= w->due)
			outcome_tick(w, w->now);
		if (w->now - w->aged > LIFE_ROUND)
			life_age(w); /* the line was quiet: what rested is over before this frame */
		w->count[COUNTER_frames]++;
		w->count[COUNTER_bytes] += f->wirelen;
		judge_frame(
		    w, f, i, &w->packet[begin[i]], &w->look[begin[i]], begin[i + 1] - begin[i]);
	}
	life_age(w);
	traffic_walk(w);
}

void
worker_tick(struct worker *w, nstime now)
{
	struct fragment old;

	if (now > w->now)
		w->now = now;
	outcome_tick(w, w->now);
	while (fragment_expire(&w->fragments, w->now, false, &old))
		fragment_gone(w, &old);
	life_age(w);
	traffic_walk(w);
}

nstime
worker_due(const struct worker *w)
{
	nstime walk = w->journal && w->flows.used ? w->walked + NS_SEC : NSTIME_NEVER;

	return walk < w->due ? walk : w->due;
}

void
worker_flush(struct worker *w)
{
	uint32_t last = w->queue[QUEUE_COUNT].tail, n;

	while ((n = w->queue[QUEUE_COUNT].head) != FLOW_NONE) {
		outcome_turn(w, n);
		if (n == last)
			break;
	}
	outcome_say_unreadable(w);
}

bool
worker_finish_some(struct worker *w, uint32_t most)
{
	struct fragment old;

	while (fragment_expire(&w->fragments, w->now, true, &old))
		fragment_gone(w, &old);
	outcome_tick(w, NSTIME_NEVER - 1);
	for (; w->finished < w->flows.fresh; w->finished++) {
		if (!(w->flows.hot[w->finished].key.state & FLOW_USED))
			continue;
		if (most-- == 0)
			return true;
		audit_end(w, w->finished);
	}
	w->finished = 0;
	outcome_say_unreadable(w);
	return false;
}

void
worker_finish(struct worker *w)
{
	(void)worker_finish_some(w, UINT32_MAX); /* more flows than any table has */
}
