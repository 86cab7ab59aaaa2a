/* outcome.c - what became of flows that have a finding, and when it is said (DESIGN 6.5): at the
 * first of passage, reply, or the time running out; again when it gets worse; and counts once a
 * second. */
#include "worker/state.h"

#include <netinet/in.h>

/* Counts of one flow are said at most this often. */
#define COUNT_EVERY NS_SEC

static void
queue_append(struct worker *w, uint32_t n, enum flow_queue queue)
{
	struct flow_watch *watch = w->flows.watch;
	struct queue *q = &w->queue[queue];

	w->flows.more[n].queue = (uint8_t)queue;
	watch[n].next = FLOW_NONE;
	watch[n].prev = q->tail;
	if (q->tail != FLOW_NONE)
		watch[q->tail].next = n;
	else
		q->head = n;
	q->tail = n;
}

void
outcome_unqueue(struct worker *w, uint32_t n)
{
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *watch = w->flows.watch, *v = &watch[n];
	struct queue *q = &w->queue[m->queue];

	if (m->queue == QUEUE_NONE)
		return;
	if (v->prev != FLOW_NONE)
		watch[v->prev].next = v->next;
	else
		q->head = v->next;
	if (v->next != FLOW_NONE)
		watch[v->next].prev = v->prev;
	else
		q->tail = v->prev;
	m->queue = QUEUE_NONE;
}

/* How long a flow waits in a queue. */
static nstime
wait_of(const struct worker *w, enum flow_queue queue)
{
	return queue == QUEUE_OUTCOME ? w->policy->attempt_after : COUNT_EVERY;
}

/* Has the time come? What is further away than anything waits is of a clock that was set back
 * since: it would be long in coming, and all that is behind it in a queue with it. */
static bool
is_due(nstime deadline, nstime now, nstime wait)
{
	return deadline <= now || deadline - wait > now;
}

void
outcome_wait(struct worker *w, uint32_t n, enum flow_queue queue)
{
	struct flow_watch *v = watch_of(w, n);

	if (w->flows.more[n].queue == queue)
		return;
	outcome_unqueue(w, n);
	v->deadline = w->now + wait_of(w, queue);
	if (v->deadline < w->due)
		w->due = v->deadline;
	queue_append(w, n, queue);
}

bool
outcome_watched(const struct worker *w, uint8_t zone, nstime since)
{
	uint64_t ifaces = w->zone_ifaces[zone];

	for (uint64_t left = ifaces; left; left &= left - 1) {
		const struct net_iface *i = &w->net->iface[__builtin_ctzll(left)];

		if (i->open_since > since || i->lost_at >= since)
			return false;
	}
	return ifaces != 0;
}

uint32_t
outcome_generation(const struct worker *w, const struct flow *f)
{
	unsigned behind =
	    (unsigned)(w->generation - (f->key.state & FLOW_GENERATION)) >> FLOW_GENERATION_SHIFT;

	return w->policy->generation - (behind & 15);
}

struct ends
outcome_ends(const struct flow *f)
{
	unsigned i = initiator_of(f);
	uint8_t proto = f->key.proto;
	struct ends e = { .proto = proto };

	if (f->key.kind & KIND_LINK)
		return (struct ends){ .flags = FINDING_LINK, .ethertype = f->key.port[0] };
	e.src = f->key.addr[i];
	e.dst = f->key.addr[i ^ 1];
	if (f->key.kind & KIND_IS4)
		e.flags |= FINDING_IS4;
	if (f->key.kind & KIND_FRAGMENTS)
		return e;
	e.sport = f->key.port[i];
	e.dport = f->key.port[i ^ 1];
	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP)
		e.flags |= FINDING_PORTS;
	else if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		e.flags |= FINDING_ICMP;
	return e;
}

static void
fill_carrier(struct worker *w, struct finding *out, uint32_t carrier)
{
	const struct flow *f = &w->flows.hot[carrier];
	unsigned i = initiator_of(f);

	if (carrier == FLOW_NONE || !(f->key.state & FLOW_USED))
		return;
	out->outer_src = f->key.addr[i];
	out->outer_dst = f->key.addr[i ^ 1];
	out->flags |= FINDING_OUTER;
}

/* What the flow speaks, where that is what the finding is about. */
static void
fill_spoken(const struct worker *w, struct finding *out, uint32_t n)
{
	const struct flow_more *m = &w->flows.more[n];
	bool named;

	if (!finding_of_app(m->id))
		return;
	out->app = m->spoken & SPOKEN_APP;
	out->expected = speak_expected(w, n, &named);
	if (out->app && (m->spoken & SPOKEN_LIKELY))
		out->flags |= FINDING_LIKELY;
}

void
outcome_fill(struct worker *w, struct finding *out, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = &w->flows.more[n];
	const struct flow_watch *v = watch_of(w, n);
	bool content = m->flags & MORE_CONTENT;
	struct ends ends = outcome_ends(f);
	uint64_t stack = m->stack;

	*out = (struct finding){ .id = m->id,
		.outcome = m->outcome,
		.from = m->from,
		.to = m->to,
		.claims = m->id == 1002 ? m->claims : 0,
		.failed = content ? COND_NONE : m->failed,
		.proto = ends.proto,
		.generation = outcome_generation(w, f),
		.rule = content ? m->conduit : (uint32_t)POLICY_NONE,
		.near = content ? (uint32_t)POLICY_NONE : m->conduit,
		.flags = ends.flags,
		.what = m->what,
		.sport = ends.sport,
		.dport = ends.dport,
		.ethertype = ends.ethertype,
		.src = ends.src,
		.dst = ends.dst,
		.first = v->unsaid_since,
		.last = v->last,
		.n = f->packets - v->said_packets,
		.bytes = f->bytes - v->said_bytes };
	if (f->key.state & FLOW_MIDSTREAM)
		out->flags |= FINDING_MIDSTREAM;
	if (m->flags & MORE_ORIGIN) {
		out->flags |= FINDING_HAS_IN;
		out->in = v->in;
		out->smac = v->smac;
		out->dmac = v->dmac;
		if (memcmp(v->smac.b, "\0\0\0\0\0", 6) != 0)
			out->flags |= FINDING_MACS;
	}
	if (m->flags & MORE_LEFT) {
		out->flags |= FINDING_HAS_OUT;
		out->out = v->out;
	}
	if ((f->key.kind & KIND_INNER) && m->carrier)
		fill_carrier(w, out, m->carrier);
	if (content) {
		fill_spoken(w, out, n);
		inspect_fill(w, n, out);
	}
	for (; stack; stack >>= 5)
		out->stack[out->nstack++] = stack & 31;
	if (out->last < out->first)
		out->last = out->first;
}

bool
outcome_say(struct worker *w, uint32_t n)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *v = watch_of(w, n);
	struct finding out;

	outcome_fill(w, &out, n);
	if (!w->emit(w->emit_ctx, &out)) {
		w->count[COUNTER_held_findings]++;
		outcome_wait(w, n, QUEUE_COUNT);
		return false;
	}
	m->flags |= MORE_SAID;
	m->said = m->outcome;
	if (m->outcome == OUTCOME_ANSWERED && !(m->flags & (MORE_CLIENT_MAC | MORE_SERVER_MAC)))
		f->key.state |= FLOW_SETTLED;
	v->said_packets = f->packets;
	v->said_bytes = f->bytes;
	inspect_said(w, n);
	return true;
}

/* May the finding be said before its time runs out? */
static bool
may_say(const struct flow_more *m)
{
	return m->id != 0 && !(m->flags & MORE_UNSEEN) &&
	       (!(m->flags & MORE_CONTENT) || (m->flags & MORE_PAYLOAD));
}

void
outcome_at_least(struct worker *w, uint32_t n, enum outcome outcome)
{
	struct flow_more *m = &w->flows.more[n];

	if (outcome > m->outcome)
		m->outcome = (uint8_t)outcome;
	if (m->outcome < OUTCOME_CROSSED || !may_say(m) || w->flows.hot[n].packets == 0)
		return; /* a copy was seen before any first one: that one comes, or the time runs
			   out */
	if (!(m->flags & MORE_SAID) || m->outcome > m->said) {
		outcome_unqueue(w, n);
		(void)outcome_say(w, n); /* no room: it waits in the queue */
	}
}

bool
outcome_unsaid(const struct worker *w, uint32_t n)
{
	const struct flow_more *m = &w->flows.more[n];

	return may_say(m) && (w->flows.hot[n].packets != w->flows.watch[n].said_packets ||
				 !(m->flags & MORE_SAID));
}

void
outcome_counted(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *v = watch_of(w, n);

	if (f->packets - v->said_packets == 1)
		v->unsaid_since = s->frame->time;
	if (s->frame->time - v->last > w->policy->quiet_after)
		f->key.state &= (uint16_t)~FLOW_SHOWN; /* another incident */
	v->last = s->frame->time;
	if (s->end == initiator_of(f)) /* the one of before may be over, its number another's */
		m->carrier = s->carrier;
	if ((m->flags & MORE_SAID) && m->queue == QUEUE_NONE)
		outcome_wait(w, n, QUEUE_COUNT);
}

void
outcome_waited(struct worker *w, uint32_t n, nstime time)
{
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *v;

	if (m->id == 0)
		return; /* nothing is said of it */
	v = watch_of(w, n);
	if (w->flows.hot[n].packets == v->said_packets || time < v->unsaid_since)
		v->unsaid_since = time;
	if ((m->flags & MORE_SAID) && m->queue == QUEUE_NONE)
		outcome_wait(w, n, QUEUE_COUNT);
}

void
outcome_turn(struct worker *w, uint32_t n)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];

	if (m->early[0] || m->early[1]) {
		locate_early(w, n);
		m->flags &= (uint16_t)~MORE_UNSEEN;
	}
	outcome_unqueue(w, n);
	if (!may_say(m))
		return;
	if (m->flags & MORE_SAID) {
		if (f->packets != watch_of(w, n)->said_packets || m->outcome > m->said)
			(void)outcome_say(w, n); /* no room: it waits in the queue */
		return;
	}
	if (m->outcome == OUTCOME_UNKNOWN && !(m->flags & MORE_MIRROR) &&
	    outcome_watched(w, m->to, m->first))
		m->outcome = OUTCOME_ATTEMPTED;
	(void)outcome_say(w, n); /* no room: it waits in the queue */
}

/* The turns of one queue that came by NOW; all of it for NSTIME_NEVER. What has no room comes to
 * the end of a queue: only those that wait now are looked at. */
static void
tick_queue(struct worker *w, enum flow_queue queue, nstime now)
{
	uint32_t last = w->queue[queue].tail, n;

	while ((n = w->queue[queue].head) != FLOW_NONE &&
	       is_due(w->flows.watch[n].deadline, now, wait_of(w, queue))) {
		outcome_turn(w, n);
		if (n == last)
			break;
	}
}

/* When the next turn comes. */
static nstime
first_due(const struct worker *w)
{
	nstime due = w->unreadable_due;

	for (unsigned q = QUEUE_OUTCOME; q < QUEUES; q++) {
		uint32_t n = w->queue[q].head;

		if (n != FLOW_NONE && w->flows.watch[n].deadline < due)
			due = w->flows.watch[n].deadline;
	}
	return due;
}

void
outcome_tick(struct worker *w, nstime now)
{
	tick_queue(w, QUEUE_OUTCOME, now);
	tick_queue(w, QUEUE_COUNT, now);
	if (w->unreadable_due != NSTIME_NEVER && is_due(w->unreadable_due, now, COUNT_EVERY))
		outcome_say_unreadable(w);
	w->due = first_due(w);
}

/* The zone of a place now: since the frame was seen there another policy may have come. */
static uint8_t
zone_at(const struct worker *w, const struct place *at)
{
	uint16_t line = policy_line_of(w->policy, at->iface, at->vlan[0], at->vlan[1]);

	return policy_line(w->policy, line)->zone;
}

/* What is to be said of them. */
static struct finding
unreadable_finding(const struct worker *w, const struct unreadable *u, uint8_t event)
{
	return (struct finding){ .id = 1005,
		.from = zone_at(w, &u->in),
		.generation = w->policy->generation,
		.rule = (uint32_t)POLICY_NONE,
		.near = (uint32_t)POLICY_NONE,
		.flags =
		    u->in.iface < w->policy->nifaces ? FINDING_LINK | FINDING_HAS_IN : FINDING_LINK,
		.what = decode_event_what(event),
		.in = u->in,
		.event = event,
		.first = u->first,
		.last = u->last < u->first ? u->first : u->last,
		.n = u->frames,
		.bytes = u->bytes };
}

void
outcome_unreadable(struct worker *w, const struct sight *s)
{
	struct unreadable *u = &w->unreadable[s->frame->iface][s->packet->event];

	w->events[s->packet->event]++;
	if (u->frames == 0) {
		u->first = s->frame->time;
		u->in = s->place;
	}
	u->last = s->frame->time;
	u->frames++;
	u->bytes += s->frame->wirelen;
	if (w->unreadable_due == NSTIME_NEVER) {
		w->unreadable_due = w->now;
		w->due = w->now;
	}
	if (w->exhibits) {
		struct finding f = unreadable_finding(w, u, s->packet->event);

		exhibit_unreadable(w, s, &f);
	}
}

void
outcome_say_unreadable(struct worker *w)
{
	bool waits = false, said = false;

	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		for (unsigned e = 0; e < EVENT_COUNT; e++) {
			struct unreadable *u = &w->unreadable[i][e];

			if (u->frames == 0)
				continue;

			struct finding f = unreadable_finding(w, u, (uint8_t)e);

			if (w->emit(w->emit_ctx, &f)) {
				u->frames = 0;
				u->bytes = 0;
				said = true;
			} else {
				waits = true;
			}
		}
	}
	w->unreadable_due = waits || said ? w->now + COUNT_EVERY : NSTIME_NEVER;
}
