/* locate.c - where a packet was seen, whether it counts, and what that proves (DESIGN 6.1, 6.2). */
#include "worker/state.h"

static struct flow_more *
more_of(struct worker *w, uint32_t n)
{
	return &w->flows.more[n];
}

/* A packet came in where its source does not belong: 1001, 1002 or 1003 (DESIGN 6.2). It is the
 * initiator of what is said. */
static void
set_misplaced(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	uint8_t zone = m->zone[s->end];

	if (m->id == 1001 || m->id == 1002 || m->id == 1003)
		return;
	f->key.state &= (uint16_t)~FLOW_SWAPPED;
	if (s->end)
		f->key.state |= FLOW_SWAPPED;
	m->from = zone;
	m->to = m->zone[s->end ^ 1];
	m->conduit = (uint32_t)POLICY_NONE;
	m->flags &= (uint16_t) ~(MORE_CLIENT_MAC | MORE_SERVER_MAC); /* it asked for them */
	m->failed = COND_NONE;
	audit_origin(w, n, s);
	if (s->line == 0 && s->place.vlan[0]) {
		audit_finding(w, n, 1003, s);
	} else if (zone == 0) {
		audit_finding(w, n, 1001, s);
	} else {
		m->from = s->zone;
		m->claims = zone;
		audit_finding(w, n, 1002, s);
	}
}

/* A copy left before any came in: what it is shows later, or when its time runs out (locate_early).
 */
static enum copy
hold_early(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	struct flow_watch *v = watch_of(w, n);

	if (m->early[s->end] == 0) {
		m->early[s->end] = s->token;
		if (s->end == initiator_of(f)) {
			/* Should it be no copy, these tell who sent it. */
			m->flags |= MORE_UNSEEN;
			if (s->packet->smac && s->packet->dmac) {
				memcpy(v->smac.b, s->packet->smac, 6);
				memcpy(v->dmac.b, s->packet->dmac, 6);
			}
		} else {
			m->early_time = s->frame->time;
		}
		outcome_wait(w, n, QUEUE_OUTCOME);
	}
	if (m->early_n[s->end] < UINT16_MAX && !counted_before(w, &f->seq, s->frame)) {
		m->early_n[s->end]++;
		m->early_bytes[s->end] += s->packet->bytes;
	}
	/* For when they turn out to count; the packet that comes in sets its own time. */
	if (s->frame->time > v->last)
		v->last = s->frame->time;
	return COPY_FURTHER;
}

/* What a packet is by the place where it was seen, and what that proves. On a mirror port there is
 * no direction: the first place counts. */
static enum copy
locate_mirrored(struct flow *f, const struct sight *s, enum proof *proof)
{
	if (f->in[s->end] == 0)
		f->in[s->end] = s->token;
	if (f->in[s->end] != s->token) {
		f->out[s->end] = s->token;
		return COPY_FURTHER;
	}
	if (s->end != initiator_of(f))
		*proof = PROOF_REPLY;
	return COPY_FIRST;
}

static enum copy
locate_leaving(struct worker *w, uint32_t n, const struct sight *s, enum proof *proof)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	const struct addr *source = &f->key.addr[s->end];

	if (f->in[s->end] == 0) {
		uint16_t bit = (uint16_t)(FLOW_OUT0 << s->end);

		if (!(f->key.state & bit) && !net_is_own(w->net, source) &&
		    outcome_watched(w, m->zone[s->end], s->frame->time))
			return hold_early(w, n, s);
		f->key.state |= bit;
		f->out[s->end] = s->token;
		*proof = s->end == initiator_of(f)  ? PROOF_LEFT :
			 net_is_own(w->net, source) ? PROOF_REPLY :
						      PROOF_NONE;
		return COPY_FIRST;
	}
	f->out[s->end] = s->token;
	if (s->end == initiator_of(f))
		*proof = PROOF_LEFT;
	return COPY_FURTHER;
}

static enum copy
locate_entering(struct worker *w, uint32_t n, const struct sight *s, enum proof *proof)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);
	bool belongs = s->zone != 0 && s->zone == m->zone[s->end];

	if (!belongs && !s->own_known && f->in[s->end] != 0 && f->in[s->end] != s->token) {
		f->out[s->end] = s->token;
		if (s->end == initiator_of(f))
			*proof = PROOF_LEFT;
		return COPY_FURTHER;
	}
	if (!belongs && !s->own_known && m->zone[s->end] != 0 && m->id != 1002 && s->line != 0)
		return hold_early(w, n, s);
	if (!belongs) {
		f->in[s->end] = s->token;
		set_misplaced(w, n, s);
		return COPY_FIRST;
	}
	f->in[s->end] = s->token;
	f->key.state &= (uint16_t) ~(FLOW_OUT0 << s->end);
	if (m->early[s->end] != 0) {
		f->out[s->end] = m->early[s->end];
		m->early[s->end] = 0;
		m->early_n[s->end] = 0;
		m->early_bytes[s->end] = 0;
		*proof = s->end == initiator_of(f) ? PROOF_LEFT : PROOF_REPLY;
	} else if (s->end != initiator_of(f)) {
		*proof = PROOF_REPLY;
	}
	return COPY_FIRST;
}

/* Inside an encapsulation nothing is asked of places; copies are those of the packet around it. */
static enum copy
locate_inner(struct flow *f, const struct sight *s, enum proof *proof)
{
	unsigned i = initiator_of(f);

	if (s->carried == COPY_FURTHER) {
		if (s->end == i)
			*proof = PROOF_LEFT;
		return COPY_FURTHER;
	}
	f->in[s->end] = s->token;
	if (s->end != i && f->in[i] != s->token)
		*proof = PROOF_REPLY;
	return COPY_FIRST;
}

/* An ICMP error about the flow: by the zone of its own source, which may be any router. */
static enum copy
locate_error(struct worker *w, uint32_t n, const struct sight *s, enum proof *proof)
{
	struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = more_of(w, n);
	uint8_t zone = policy_zone_of(w->policy, &s->packet->src, s->packet->is4);
	bool in = s->own_known ? !s->own : zone == s->zone;

	if (s->mirror) {
		*proof = PROOF_LEFT;
		return COPY_FIRST;
	}
	if (!in)
		return net_is_own(w->net, &s->packet->src) ? COPY_FIRST : COPY_FURTHER;
	if (s->end != initiator_of(f) && zone != 0 && zone == m->to && zone == s->zone)
		*proof = PROOF_LEFT;
	return COPY_FIRST;
}

enum copy
locate_packet(struct worker *w, uint32_t n, const struct sight *s, enum proof *proof)
{
	struct flow *f = &w->flows.hot[n];

	if (s->reply)
		return locate_error(w, n, s, proof);
	if (f->key.kind & KIND_LINK) {
		f->in[s->end] = s->token;
		return COPY_FIRST;
	}
	if (f->key.kind & KIND_INNER)
		return locate_inner(f, s, proof);
	if (s->mirror)
		return locate_mirrored(f, s, proof);
	if (s->own)
		return locate_leaving(w, n, s, proof);
	return locate_entering(w, n, s, proof);
}

/* A copy that left early was none: it came in where it does not belong. When it began the flow, all
 * packets of the flow are part of that. */
static void
misplace_early(struct worker *w, uint32_t n, const struct sight *s)
{
	struct flow_more *m = more_of(w, n);
	bool whole = m->id == 0 && s->end == initiator_of(&w->flows.hot[n]);

	set_misplaced(w, n, s);
	if (whole) {
		struct flow_watch *v = watch_of(w, n);

		v->said_packets = 0;
		v->said_bytes = 0;
		v->unsaid_since = m->first;
	}
}

void
locate_early(struct worker *w, uint32_t n)
{
	static const struct stack plain;
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = more_of(w, n);

	if ((f->key.state & FLOW_GENERATION) != w->generation)
		return; /* places have other numbers now */
	for (unsigned end = 0; end < 2; end++) {
		uint16_t line = locate_line(m->early[end]);
		const struct policy_line *l = policy_line(w->policy, line);
		struct frame frame = { .time = end == initiator_of(f) ? m->first : m->early_time };
		struct mac smac = watch_of(w, n)->smac, dmac = watch_of(w, n)->dmac;
		struct packet packet = { .kind = PACKET_IP,
			.smac = end == initiator_of(f) ? smac.b : NULL,
			.dmac = end == initiator_of(f) ? dmac.b : NULL };
		struct sight s = { .packet = &packet,
			.frame = &frame,
			.stack = &plain,
			.line = line,
			.token = m->early[end],
			.zone = l->zone,
			.end = end,
			.place = { .iface = l->iface, .vlan = { l->vlan[0], l->vlan[1] } } };
		bool leaving = w->spot[l->iface].mac != 0;
		bool forged =
		    leaving && end == initiator_of(f) && w->net->addrs_known &&
		    !(f->key.state & FLOW_SAME) &&
		    outcome_watched(w, m->zone[end], frame.time - w->policy->attempt_after);

		if (m->early[end] == 0 || f->in[end] != 0)
			continue;
		if (forged || !leaving)
			misplace_early(w, n, &s);
		w->count[COUNTER_copies] -= m->early_n[end];
		w->count[COUNTER_packets] += m->early_n[end];
		w->count[f->key.state & FLOW_SAME ? COUNTER_not_judged : COUNTER_judged] +=
		    m->early_n[end];
		flow_count_more(w, f, m->early_n[end], m->early_bytes[end]);
		if (forged || !leaving) {
			f->in[end] = m->early[end];
		} else {
			f->key.state |= (uint16_t)(FLOW_OUT0 << end);
			f->out[end] = m->early[end];
		}
		m->early[end] = 0;
		m->early_n[end] = 0;
		m->early_bytes[end] = 0;
		m->flags &= (uint16_t)~MORE_UNSEEN;
		if (m->id && leaving && !forged && end == initiator_of(f))
			audit_left(w, n, line);
	}
}
