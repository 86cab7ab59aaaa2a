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

	if (outcome_unsaid(w, n) && !outcome_say(w, n)) {
		w->count[COUNTER_unsaid] += f->packets - v->said_packets;
		settle(w, n);
	}
	m->id = id_of(found->words);
	m->what = (uint16_t)found->words;
	m->flags &= (uint16_t)~MORE_SAID;
	m->flags |= MORE_PAYLOAD;
	if (i)
		i->found = *found;
	worsen(w, m, audit_class_of(m->id));
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

	if (!found || !found->words)
		return;
	out->what = found->words;
	if (found->message == 0)
		return;
	out->flags |= FINDING_MAIL;
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
		traffic_mail(w, n, mail_kind(v->words));
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
