/* inspect_found.c - what a finding about content is to the flow that it is about. */
#include "worker/state.h"

/* The id of a finding with these words: the worst that one of them makes. */
static uint16_t
id_of(uint64_t words)
{
	static const uint16_t order[] = { 3101, 3104, 3102, 3103 };

	if (words & WHAT_STARTTLS)
		words &= ~(uint64_t)WHAT_ENCRYPTED; /* the connection, not a message */
	for (unsigned i = 0; i < sizeof order / sizeof *order; i++)
		if (words & what_of(order[i]))
			return order[i];
	return 3103;
}

/* The flow counts as what was worst in it. */
static void
worsen(struct worker *w, struct flow_more *m, uint8_t class)
{
	if (m->class == FLOW_CONFORMING || class == FLOW_VIOLATION)
		audit_class(w, m, class);
}

static uint64_t
some_words(uint64_t words)
{
	while (__builtin_popcountll(words) > FINDING_WORDS)
		words &= ~(UINT64_C(1) << (63 - __builtin_clzll(words)));
	return words;
}

/* What was said of the packets so far is not said again with the next finding. */
static void
settle(struct worker *w, uint32_t n)
{
	struct flow_watch *v = watch_of(w, n);

	v->said_packets = w->flows.hot[n].packets;
	v->said_bytes = w->flows.hot[n].bytes;
}

void
inspect_said(struct worker *w, uint32_t n)
{
	if (w->inspect.flow[n].slot == INSPECT_NONE)
		return;
	w->flows.more[n].flags &= (uint16_t) ~(MORE_SAID | MORE_PAYLOAD);
	w->flows.hot[n].key.state &= (uint16_t)~FLOW_SETTLED;
	settle(w, n);
}

void
inspect_finding(
    struct worker *w, uint32_t n, const struct sight *s, const struct inspect_found *found)
{
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];
	struct flow_watch *v = watch_of(w, n);
	struct inspection *i = inspection_of(&w->inspect, n);
	uint8_t class = audit_class_of(found->id ? found->id : id_of(found->words));

	if (class == FLOW_UNVERIFIABLE && i && !(found->words & ~i->accept)) {
		worsen(w, m, class);
		return;
	}
	if (outcome_unsaid(w, n) && !outcome_say(w, n)) {
		w->count[COUNTER_unsaid] += f->packets - v->said_packets;
		settle(w, n);
	}
	m->id = found->id ? found->id : id_of(found->words);
	m->what = (uint16_t)found->words;
	m->flags &= (uint16_t)~MORE_SAID;
	m->flags |= MORE_PAYLOAD;
	if (i)
		i->found = *found;
	worsen(w, m, class);
	if (i && m->class == class)
		i->counted = m->id;
	if (v->last < v->unsaid_since)
		v->last = v->unsaid_since;
	if (s)
		exhibit_packet(w, n, s, COPY_FIRST);
	outcome_wait(w, n, QUEUE_OUTCOME);
	outcome_at_least(w, n, m->outcome);
}

void
inspect_fill(struct worker *w, uint32_t n, struct finding *out)
{
	const struct inspection *i = inspection_of(&w->inspect, n);
	const struct inspect_found *found = i ? &i->found : NULL;

	if (!found || !(found->words || found->id))
		return;
	out->what = found->words;
	if (found->certified) {
		out->flags |= FINDING_CERTIFIED;
		memcpy(out->certificate, found->certificate, sizeof out->certificate);
	}
	if (found->message)
		out->flags |= FINDING_MAIL;
	else if (found->id && found->nname)
		out->flags |= FINDING_NAMED;
	else
		return;
	out->message = found->message;
	out->part = found->part;
	out->size = found->size;
	out->ntype = found->ntype;
	out->nname = found->nname;
	memcpy(out->type, found->type, sizeof out->type);
	memcpy(out->name, found->name, sizeof out->name);
}

/* As what a message with these words is counted. */
static enum traffic_mail
mail_kind(uint64_t words)
{
	if (words == 0)
		return TRAFFIC_MAIL_CONFORMING;
	return audit_class_of(id_of(words)) == FLOW_VIOLATION ? TRAFFIC_MAIL_VIOLATING :
								TRAFFIC_MAIL_UNVERIFIABLE;
}

void
inspect_verdict(struct worker *w, uint32_t n, const struct sight *s, const struct smtp_verdict *v)
{
	struct inspect_found found = {
		.words = some_words(v->words), .message = v->message, .size = v->size
	};
	const struct mime_culprit *c = v->culprit;

	if (v->message)
		traffic_count(w, n, mail_kind(v->words), 1);
	if (v->words == 0) {
		if (!outcome_unsaid(w, n))
			settle(w, n);
		return;
	}
	if (c) {
		found.part = c->part;
		found.ntype = c->ntype;
		found.nname = c->nname;
		memcpy(found.type, c->type, sizeof found.type);
		memcpy(found.name, c->name, sizeof found.name);
	}
	inspect_finding(w, n, s, &found);
}

void
inspect_screen(struct worker *w, uint32_t n, const struct sight *s, const struct screen_verdict *v)
{
	const struct inspection *i = inspection_of(&w->inspect, n);
	struct inspect_found found = { .id = v->id, .words = v->words, .nname = v->nname };

	if (found.nname)
		memcpy(found.name, v->name, found.nname);
	found.certified = v->certificate != NULL;
	if (found.certified)
		memcpy(found.certificate, v->certificate, sizeof found.certificate);
	w->flows.more[n].spoken = session_spoken(&i->session);
	inspect_finding(w, n, s, &found);
}

uint16_t
inspect_counted(const struct worker *w, uint32_t n)
{
	const struct flow_more *m = &w->flows.more[n];
	const struct inspection *i = inspection_of(&w->inspect, n);
	bool screen = m->id >= 3201 && m->id <= 3204;

	if (audit_class_of(m->id) == m->class || !(screen || (m->id >= 3101 && m->id <= 3104)))
		return m->id;
	if (i && i->counted && audit_class_of(i->counted) == m->class)
		return i->counted;
	switch ((enum flow_class)m->class) {
	case FLOW_VIOLATION:
		return screen ? 3201 : 3101;
	case FLOW_SUSPECTED:
		return 3204;
	case FLOW_UNVERIFIABLE:
		return screen ? 3203 : 3103;
	case FLOW_UNJUDGED:
	case FLOW_CONFORMING:
	case FLOW_CLASSES:
		break;
	}
	return m->id;
}

void
inspect_session(struct worker *w, uint32_t n, const struct session *s)
{
	uint8_t class = w->flows.more[n].class;

	if (s->bytes[0] + s->bytes[1] == 0)
		return; /* nothing was said in it */
	traffic_count(w, n,
	    class == FLOW_CONFORMING ? TRAFFIC_MAIL_CONFORMING :
	    class == FLOW_VIOLATION  ? TRAFFIC_MAIL_VIOLATING :
				       TRAFFIC_MAIL_UNVERIFIABLE,
	    1);
	traffic_count(w, n, TRAFFIC_UP, s->bytes[0]);
	traffic_count(w, n, TRAFFIC_DOWN, s->bytes[1]);
}

/* Is the flow a screen session by the policy in force? */
static bool
is_screen_now(const struct worker *w, uint32_t n, nstime time)
{
	const struct flow *f = &w->flows.hot[n];
	unsigned i = initiator_of(f);
	bool is4 = f->key.kind & KIND_IS4;
	uint8_t from = policy_zone_of(w->policy, &f->key.addr[i], is4);
	uint8_t to = policy_zone_of(w->policy, &f->key.addr[i ^ 1], is4);
	struct policy_answer a;

	if (from == to || policy_forbidden(w->policy, from, to))
		return false;
	audit_match(w, n, from, to, time, &a);
	return a.failed == COND_NONE && a.conduit != (uint32_t)POLICY_NONE &&
	       policy_conduit(w->policy, a.conduit)->require == REQUIRE_SCREEN;
}

void
inspect_again(struct worker *w, uint32_t n, nstime time)
{
	const struct inspection *i = inspection_of(&w->inspect, n);

	if (!i || !i->screen || i->over || is_screen_now(w, n, time))
		return;
	inspect_session(w, n, &i->session);
	inspect_drop(w, n);
}
