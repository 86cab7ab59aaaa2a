/* audit.c - the judgement of a flow: who began it (DESIGN 6.3), what the policy says (6.4), and
 * what each packet proves of the outcome (6.5). Where packets were seen is locate.c's, the outcome
 * itself outcome.c's. */
#include "worker/state.h"

#include <netinet/in.h>

static struct flow_more *
more_of(struct worker *w, uint32_t n)
{
	return &w->flows.more[n];
}

uint8_t
audit_class_of(uint16_t id)
{
	const struct finding_kind *k = finding_kind(id);

	switch (k ? (enum verdict)k->verdict : VERDICT_VIOLATION) {
	case VERDICT_UNVERIFIABLE:
		return FLOW_UNVERIFIABLE;
	case VERDICT_SUSPECTED:
		return FLOW_SUSPECTED;
	case VERDICT_VIOLATION:
	case VERDICT_CONFORMING:
	case VERDICT_DRIFT:
	case VERDICT_GAP:
	case VERDICT_NOTICE:
		break;
	}
	return FLOW_VIOLATION;
}

void
audit_class(struct worker *w, struct flow_more *m, uint8_t class)
{
	uint64_t *sums = w->flows.head->sums;

	if (class == m->class)
		return;
	if (m->class == FLOW_UNJUDGED) {
		traffic_begin(w, (uint32_t)(m - w->flows.more));
		sums[FLOW_UNJUDGED]++;
	} else {
		sums[m->class]--;
	}
	if (class == FLOW_UNJUDGED)
		sums[FLOW_UNJUDGED]--;
	else
		sums[class]++;
	m->class = class;
}

/* From now on the flow has this finding. What was counted under another is said first. */
void
audit_finding(struct worker *w, uint32_t n, uint16_t id, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	struct flow_watch *v = watch_of(w, n);

	if (m->id == id)
		return;
	if (m->id != 0 && (m->flags & MORE_SAID) && f->packets != v->said_packets &&
	    !outcome_say(w, n))
		w->count[COUNTER_unsaid] += f->packets - v->said_packets;
	inspect_forget(w, n);
	m->id = id;
	m->flags &= (uint16_t) ~(MORE_SAID | MORE_CONTENT);
	v->said_packets = f->packets;
	v->said_bytes = f->bytes;
	v->unsaid_since = s->frame->time;
	f->key.state |= FLOW_WATCH;
	f->key.state &= (uint16_t) ~(FLOW_SAME | FLOW_SETTLED | FLOW_SHOWN);
	audit_class(w, m, audit_class_of(id));
	outcome_wait(w, n, QUEUE_OUTCOME);
}

static struct mac
mac_of(const uint8_t *bytes)
{
	struct mac mac = { .b = { 0 } };

	if (bytes)
		memcpy(mac.b, bytes, 6);
	return mac;
}

/* Notes where the initiator came in and what it looked like there, for the finding. */
void
audit_origin(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow_more *m = more_of(w, n);
	struct flow_watch *v = watch_of(w, n);
	const struct packet *p = s->packet;

	v->in = s->place;
	m->flags &= (uint16_t) ~(MORE_UNSEEN | MORE_ORIGIN);
	/* Capture may be a policy ahead: an interface that this one does not have cannot be said.
	 */
	if (s->place.iface < w->policy->nifaces)
		m->flags |= MORE_ORIGIN;
	/* A MAC that the conduit does not list stays: it may have shown before this packet. */
	if (m->failed != COND_CLIENT_MAC)
		v->smac = mac_of(p->smac);
	if (m->failed != COND_SERVER_MAC)
		v->dmac = mac_of(p->dmac);
	m->stack = 0;
	if (p->depth > 0 || p->unexpected || (s->stack->n > 1 && s->stack->layer[1] == LAYER_SNAP))
		for (unsigned i = p->nstack; i-- > 0;)
			if (i < FLOW_STACK)
				m->stack = m->stack << 5 | s->stack->layer[i];
}

/* The end that began the flow: a SYN's sender, an ICMP request's sender; of a TCP flow picked up in
 * the middle, the end whose port no service has; else the first packet's sender. */
static unsigned
initiator(const struct worker *w, struct flow *f, const struct sight *s)
{
	const struct packet *p = s->packet;
	unsigned e = s->end;
	bool named, other;

	if ((p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6) &&
	    f->key.port[e] != p->sport) {
		f->key.state |=
		    FLOW_MIDSTREAM; /* an answer whose question was not seen: the key says so */
		return e ^ 1;
	}
	if (p->proto != IPPROTO_TCP || (f->key.kind & (KIND_LINK | KIND_OPAQUE | KIND_FRAGMENTS)) ||
	    (p->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN || p->fragment == FRAGMENT_FIRST)
		return e;
	if ((p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		return e ^ 1;
	f->key.state |= FLOW_MIDSTREAM;
	named = policy_port_named(w->policy, p->proto, p->sport);
	other = policy_port_named(w->policy, p->proto, p->dport);
	return named && !other ? e ^ 1 : e;
}

/* Fills what a flow is by its addresses alone. */
static void
begin(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	bool is4 = f->key.kind & KIND_IS4;
	unsigned i = initiator(w, f, s);

	*m = (struct flow_more){
		.first = s->frame->time, .conduit = (uint32_t)POLICY_NONE, .carrier = s->carrier
	};
	if (f->key.kind & KIND_LINK) {
		m->zone[s->end] = s->zone;
	} else {
		m->zone[0] = policy_zone_of(w->policy, &f->key.addr[0], is4);
		m->zone[1] = policy_zone_of(w->policy, &f->key.addr[1], is4);
	}
	m->from = m->zone[i];
	m->to = m->zone[i ^ 1];
	if (s->mirror)
		m->flags |= MORE_MIRROR;
	if (i)
		f->key.state |= FLOW_SWAPPED;
}

/* The verdict is there. A worker that goes on after this one was killed takes the flow as it is
 * from here on; before, a new flow is a free entry (flow_add()), and one that was to be judged
 * again still is. */
static void
mark_judged(const struct worker *w, struct flow *f)
{
	atomic_signal_fence(memory_order_seq_cst);
	f->key.state = (uint16_t)((f->key.state & ~FLOW_GENERATION) | w->generation | FLOW_USED);
}

/* The id under which a conduit's `require` is not verified, as long as there is no inspector for it
 * (DESIGN 6.7). */
static uint16_t
content_id(uint8_t require)
{
	switch ((enum policy_require)require) {
	case REQUIRE_NOTHING:
		break;
	case REQUIRE_TEXT_MAIL:
		return 3103;
	case REQUIRE_SCREEN:
		return 3203;
	case REQUIRE_FILES:
		return 3303;
	case REQUIRE_NAMES:
		return 5008;
	}
	return 0;
}

static uint16_t
refusal_id(const struct policy_answer *a, bool encapsulates)
{
	if (a->only) {
		switch ((enum policy_condition)a->failed) {
		case COND_SERVICE:
			return 2003;
		case COND_INITIATOR:
			return 2004;
		case COND_CLIENT_MAC:
		case COND_SERVER_MAC:
			return 2005;
		case COND_HOURS:
			return 2006;
		case COND_EXPIRY:
			return 2007;
		case COND_NONE:
		case COND_CLIENT:
		case COND_SERVER:
			break;
		}
	}
	return encapsulates ? 4002 : 2002;
}

/* A conduit fits. What remains is what it requires, and the MACs that were not seen yet. */
static void
permit(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	const struct policy_conduit *c = policy_conduit(w->policy, m->conduit);
	uint16_t id = content_id(c->require);
	bool inner = f->key.kind & KIND_INNER;

	audit_class(w, m, FLOW_CONFORMING);
	if (c->nclient_macs && !inner)
		m->flags |= MORE_CLIENT_MAC;
	if (c->nserver_macs && !inner)
		m->flags |= MORE_SERVER_MAC;
	if (m->flags & (MORE_CLIENT_MAC | MORE_SERVER_MAC))
		f->key.state |= FLOW_WATCH;
	if (id) {
		if ((f->key.state & FLOW_LOOKED) || w->inspect.flow[n].opening != OPENING_NONE)
			inspect_forget(w, n); /* another policy's: its beginning went elsewhere */
		f->key.state &= (uint16_t)~FLOW_SHOWN;
		m->id = id;
		m->what = WHAT_NOT_INSPECTED;
		if (f->key.state & FLOW_MIDSTREAM)
			m->what |= WHAT_MIDSTREAM;
		m->flags |= MORE_CONTENT;
		watch_of(w, n)->unsaid_since = s->frame->time;
		f->key.state |= FLOW_WATCH;
	}
}

void
audit_match(const struct worker *w, uint32_t n, uint8_t from, uint8_t to, nstime time,
    struct policy_answer *a)
{
	const struct flow *f = &w->flows.hot[n];
	unsigned i = initiator_of(f);
	const struct policy_query q = { .client = f->key.addr[i],
		.server = f->key.addr[i ^ 1],
		.is4 = f->key.kind & KIND_IS4,
		.from = from,
		.to = to,
		.proto = f->key.proto,
		.client_port = f->key.port[i],
		.server_port = f->key.port[i ^ 1],
		.time = time };

	policy_match(w->policy, &q, a);
}

/* What the policy says of the flow (DESIGN 6.4). */
static void
judge(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	bool inner = f->key.kind & KIND_INNER;
	struct policy_answer a;

	if (m->id)
		return; /* its place has decided already */
	if (f->key.kind & KIND_LINK) {
		audit_finding(w, n, 1004, s);
		return;
	}
	if (m->from == m->to &&
	    (m->from != 0 ||
		(inner && m->carrier && (w->flows.hot[m->carrier].key.state & FLOW_SAME)))) {
		f->key.state |= FLOW_SAME;
		return;
	}
	if (!inner && (m->from == 0 || m->to == 0)) {
		audit_finding(w, n, 1001, s);
		return;
	}
	if (f->key.kind & (KIND_OPAQUE | KIND_FRAGMENTS)) {
		m->what = f->key.kind & KIND_FRAGMENTS ? WHAT_INCOMPLETE_FRAGMENTS :
							 decode_event_what(s->packet->event);
		audit_finding(w, n, 2011, s);
		return;
	}
	if (policy_forbidden(w->policy, m->from, m->to)) {
		audit_finding(w, n, inner ? 4001 : 2001, s);
		return;
	}
	if (m->from == 0 || m->to == 0) {
		audit_finding(w, n, 4001, s);
		return;
	}
	audit_match(w, n, m->from, m->to, s->frame->time, &a);
	m->conduit = a.conduit;
	m->failed = a.failed;
	if (a.failed == COND_NONE && a.conduit != (uint32_t)POLICY_NONE) {
		permit(w, n, s);
		return;
	}
	audit_finding(w, n, inner ? 4001 : refusal_id(&a, s->packet->encapsulates), s);
}

/* The conduit asks for MACs: each end's is known when its first packet comes in, the server's also
 * when a packet leaves for it. */
static void
check_macs(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	struct flow_watch *v = watch_of(w, n);
	const struct policy_conduit *c = policy_conduit(w->policy, m->conduit);
	bool from_client = s->end == initiator_of(f);
	bool leaving = s->own || (f->out[s->end] == s->token && f->in[s->end] != s->token);
	bool server = from_client == leaving; /* whose MAC the frame shows */
	uint16_t flag = server ? MORE_SERVER_MAC : MORE_CLIENT_MAC;
	const uint8_t *at = leaving ? s->packet->dmac : s->packet->smac;
	struct mac mac;

	if (!(m->flags & flag) || !at || s->reply || s->mirror)
		return;
	memcpy(mac.b, at, 6);
	m->flags &= (uint16_t)~flag;
	if (policy_mac_fits(w->policy, c, server, &mac)) {
		if (!(m->flags & (MORE_CLIENT_MAC | MORE_SERVER_MAC)) && m->id == 0)
			f->key.state &= (uint16_t)~FLOW_WATCH;
		return;
	}
	m->failed = server ? COND_SERVER_MAC : COND_CLIENT_MAC;
	if (server)
		v->dmac = mac;
	else
		v->smac = mac;
	m->flags &= (uint16_t) ~(MORE_CLIENT_MAC | MORE_SERVER_MAC);
	m->what = 0;
	audit_finding(w, n, 2005, s);
	v->said_packets = 0; /* the whole flow went over the wrong end */
	v->said_bytes = 0;
	v->unsaid_since = m->first;
}

/* The initiator's packet left by LINE: it crossed when that is another zone's than the one where it
 * came in. */
void
audit_left(struct worker *w, uint32_t n, uint16_t line)
{
	struct flow_more *m = more_of(w, n);
	struct flow_watch *v = watch_of(w, n);
	const struct policy_line *l = policy_line(w->policy, line);
	uint8_t source = m->from;

	if (m->flags & MORE_ORIGIN) {
		uint16_t in = policy_line_of(w->policy, v->in.iface, v->in.vlan[0], v->in.vlan[1]);

		if (policy_line(w->policy, in)->zone)
			source = policy_line(w->policy, in)->zone;
	}
	if (line == 0 || l->zone == 0 || l->zone == source)
		return;
	v->out = (struct place){ .iface = l->iface, .vlan = { l->vlan[0], l->vlan[1] } };
	m->flags |= MORE_LEFT;
	outcome_at_least(w, n, OUTCOME_CROSSED);
}

/* Draws the conclusion from what a packet proved (DESIGN 6.5). */
static void
conclude(struct worker *w, uint32_t n, const struct sight *s, enum proof proof)
{
	const struct flow *f = &w->flows.hot[n];
	const struct packet *p = s->packet;

	switch (proof) {
	case PROOF_NONE:
		break;
	case PROOF_LEFT:
		if (s->mirror)
			break;
		if (s->reply)
			outcome_at_least(w, n, OUTCOME_CROSSED);
		else if (f->key.kind & KIND_INNER)
			audit_left(w, n, s->line);
		else
			audit_left(w, n, locate_line(f->out[initiator_of(f)]));
		break;
	case PROOF_REPLY:
		if (f->key.proto == IPPROTO_TCP &&
		    ((p->tcp_flags & TCP_RST) || !((p->tcp_flags & TCP_SYN) || p->payload > 0 ||
						     (f->key.state & FLOW_MIDSTREAM))))
			outcome_at_least(w, n, s->mirror ? OUTCOME_UNKNOWN : OUTCOME_CROSSED);
		else
			outcome_at_least(w, n, OUTCOME_ANSWERED);
		break;
	}
}

/* The policy is another than the one that judged the flow: everything that follows from it is found
 * anew. */
static void
begin_again(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n), old;
	bool spoken = speak_found(m) ||
		      (m->id == 0 && m->class == FLOW_CONFORMING && (f->key.state & FLOW_LOOKED));
	uint16_t state = f->key.state & (FLOW_USED | FLOW_FIN0 | FLOW_FIN1 | FLOW_RST |
					    FLOW_SWAPPED | FLOW_MIDSTREAM | FLOW_GENERATION);
	unsigned i = initiator_of(f);

	if (outcome_unsaid(w, n) && !outcome_say(w, n))
		w->count[COUNTER_unsaid] += f->packets - watch_of(w, n)->said_packets;
	inspect_again(w, n, s->frame->time);
	traffic_leave(w, n);
	old = *m;
	audit_class(w, m, FLOW_UNJUDGED);
	memset(f->in, 0, sizeof f->in);
	memset(f->out, 0, sizeof f->out);
	begin(w, n, s);
	/* Who began it was found out when it began, and what it speaks, if it was, soon after. */
	f->key.state = spoken ? state | FLOW_LOOKED : state;
	m->first = old.first;
	m->from = m->zone[i];
	m->to = m->zone[i ^ 1];
	m->outcome = old.outcome;
	m->spoken = spoken ? old.spoken : APP_UNKNOWN;
	m->flags |= old.flags & (MORE_WATCHED | MORE_LEDGER);
	m->queue = old.queue;
}

/* The first payload of a flow whose content nobody inspects yet. */
static void
check_content(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow_more *m = more_of(w, n);
	bool ending = s->packet->tcp_flags & (TCP_FIN | TCP_RST);
	bool missed = (m->what & WHAT_MIDSTREAM) && !ending; /* what came before was not seen */

	if ((s->packet->payload == 0 && !missed) || s->reply || (m->flags & MORE_PAYLOAD))
		return;
	m->flags |= MORE_PAYLOAD;
	audit_class(w, m, audit_class_of(m->id));
	outcome_wait(w, n, QUEUE_OUTCOME);
	outcome_at_least(w, n, m->outcome);
}

enum copy
audit_packet(struct worker *w, uint32_t n, const struct sight *s, bool new)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	bool again = !new && (f->key.state & FLOW_GENERATION) != w->generation;
	uint16_t said = m->what;
	enum proof proof = PROOF_NONE;
	enum copy copy;

	if (new)
		begin(w, n, s);
	else if (again)
		begin_again(w, n, s);
	copy = locate_packet(w, n, s, &proof);
	if (new || again) {
		judge(w, n, s);
		if (again && !inspects(w, m))
			inspect_drop(w, n);
		mark_judged(w, f);
		if (again && inspects(w, m))
			inspect_rules(w, n);
		else if (again && m->id == 0 && (f->key.state & FLOW_LOOKED))
			speak_again(w, n, said);
	}
	if ((f->key.state & FLOW_WATCH) && copy == COPY_FIRST && s->end == initiator_of(f) &&
	    !(m->flags & MORE_ORIGIN) && !s->own && !s->reply)
		audit_origin(w, n, s);
	if (copy == COPY_FIRST)
		flow_count(w, f, s);
	else
		f->last = flow_ticks(s->frame->time);
	flow_note_end(f, s);
	if (m->flags & (MORE_CLIENT_MAC | MORE_SERVER_MAC))
		check_macs(w, n, s);
	if (m->id == 0 && !(f->key.state & FLOW_LOOKED)) {
		if (s->packet->tcp_flags & TCP_SYN)
			speak_syn(w, n, s);
		if (s->packet->payload > 0 || s->packet->fragment != FRAGMENT_NONE ||
		    speak_waits(w, n))
			speak_packet(w, n, s, copy);
	}
	if (m->id == 0)
		return copy;
	if (copy == COPY_FIRST)
		outcome_counted(w, n, s);
	if (inspects(w, m)) {
		conclude(w, n, s, proof);
		if (is_read(s, copy, m->zone[s->end]))
			inspect_packet(w, n, s);
		return copy;
	}
	if (m->flags & MORE_CONTENT)
		check_content(w, n, s); /* may say it: the packet is part of that */
	conclude(w, n, s, proof);
	exhibit_packet(w, n, s, copy);
	return copy;
}

void
audit_orphans(struct worker *w, const struct fragment *e)
{
	static const struct stack plain;
	struct packet packet = { .kind = PACKET_IP,
		.src = e->src,
		.dst = e->dst,
		.is4 = e->is4,
		.depth = e->inner,
		.proto = e->real_proto };
	struct frame frame = { .time = e->first, .iface = e->in.iface, .seq = UINT64_MAX };
	struct sight s = { .packet = &packet,
		.frame = &frame,
		.stack = &plain,
		.place = e->in,
		.line = policy_line_of(w->policy, e->in.iface, e->in.vlan[0], e->in.vlan[1]),
		.own_known = true };
	uint8_t kind =
	    (uint8_t)(KIND_FRAGMENTS | (e->is4 ? KIND_IS4 : 0) | (e->inner ? KIND_INNER : 0));
	struct flow_key key;
	bool new;
	uint32_t n;

	s.zone = policy_line(w->policy, s.line)->zone;
	s.token = token_of(&s.place, s.line);
	s.mirror = w->spot[e->in.iface].mirror;
	s.end = flow_key_of(&key, &e->src, &e->dst, 0, 0, e->real_proto, kind);
	n = audit_flow(w, &key, flow_hash(&w->flows, &key), &new);
	packet.bytes = e->bytes;
	if (audit_packet(w, n, &s, new) == COPY_FIRST)
		w->flows.hot[n].packets += e->packets - 1;
}

uint32_t
audit_flow(struct worker *w, const struct flow_key *key, uint64_t hash, bool *new)
{
	uint32_t n = flow_find(&w->flows, key, hash), victim;

	*new = n == FLOW_NONE;
	while (n == FLOW_NONE) {
		n = flow_add(&w->flows, key, hash, flow_ticks(w->now), &victim);
		if (n != FLOW_NONE)
			break;
		w->count[COUNTER_evicted]++;
		audit_end(w, victim);
	}
	return n;
}

void
audit_end(struct worker *w, uint32_t n)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	struct pair_counters *p;

	inspect_finish(w, n);
	speak_finish(w, n);
	if (m->queue != QUEUE_NONE || m->id)
		outcome_turn(w, n);
	if (m->class != FLOW_UNJUDGED) {
		traffic_leave(w, n);
		p = pair_of(w, m->from, m->to);
		p->flows++;
		p->packets += f->packets;
		p->bytes += f->bytes;
		p->conforming += m->class == FLOW_CONFORMING;
		p->violations += m->class == FLOW_VIOLATION;
		p->suspected += m->class == FLOW_SUSPECTED;
		p->unverifiable += m->class == FLOW_UNVERIFIABLE;
		m->class = FLOW_UNJUDGED; /* it stays in the sums, but is in the table no more */
	}
	if (outcome_unsaid(w, n))
		w->count[COUNTER_unsaid] += f->packets - watch_of(w, n)->said_packets;
	outcome_unqueue(w, n);
	inspect_forget(w, n);
	flow_remove(&w->flows, n);
}
