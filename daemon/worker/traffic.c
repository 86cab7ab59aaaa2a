/* traffic.c - what flows counted, left for the ledger (model/traffic.h).
 *
 * A worker may be killed between the moment when a record is there and the one when its flow knows:
 * flow_head.leaving says beforehand what is so afterwards, and the next process finds out by the
 * number of records in the journal whether it is.
 */
#include "worker/state.h"

#include "model/traffic.h"

/* A flow that began less than this ago waits for the next round: what becomes of it is not known.
 */
#define YOUNG NS_SEC

/* Records of one turn: less than half of the room, so that the hub reads them in time. */
enum { TURN_MOST = 12288 };

_Static_assert(
    TURN_MOST <= WORKER_TRAFFIC / 2 / (sizeof(struct traffic) + JOURNAL_UNIT), "as many as fit");

/* Keeps the compiler from moving stores across it: what a kill must find in this order. */
static void
in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

/* The record that was being written is there. */
static void
left(struct worker *w)
{
	struct flow_head *h = w->flows.head;
	uint32_t n = h->leaving.flow;
	struct flow_more *m = &w->flows.more[n];

	h->left = h->leaving.left;
	w->flows.left[n] = h->leaving.of_flow;
	if (traffic_mails(w, n))
		*traffic_mails(w, n) = (struct flow_mails){ 0 };
	m->flags = (uint16_t)((m->flags & ~MORE_WRAPS) | MORE_LEDGER);
	in_order();
	h->leaving.flow = FLOW_NONE;
}

void
worker_traffic(struct worker *w, struct journal *journal)
{
	struct flow_head *h = w->flows.head;

	w->journal = journal;
	w->walked = w->now;
	if (h->leaving.flow == FLOW_NONE || h->leaving.flow > w->flows.size)
		return;
	if (h->leaving.number < journal->records)
		left(w);
	h->leaving.flow = FLOW_NONE;
}

static uint8_t
verdict_of(uint8_t class)
{
	switch ((enum flow_class) class) {
	case FLOW_UNJUDGED:
	case FLOW_CONFORMING:
	case FLOW_CLASSES:
		break;
	case FLOW_VIOLATION:
		return VERDICT_VIOLATION;
	case FLOW_SUSPECTED:
		return VERDICT_SUSPECTED;
	case FLOW_UNVERIFIABLE:
		return VERDICT_UNVERIFIABLE;
	}
	return VERDICT_CONFORMING;
}

/* What became of a flow. For those that conform nobody waits for it: what was seen of the other
 * end, or leaving for it, tells. */
static uint8_t
outcome_of(const struct worker *w, const struct flow *f, const struct flow_more *m)
{
	unsigned i = initiator_of(f);

	if (m->class != FLOW_CONFORMING)
		return m->outcome;
	if (f->in[i ^ 1] || f->out[i ^ 1])
		return OUTCOME_ANSWERED;
	if (m->flags & MORE_MIRROR)
		return OUTCOME_UNKNOWN;
	if (f->out[i])
		return OUTCOME_CROSSED;
	return outcome_watched(w, m->to, m->first) ? OUTCOME_ATTEMPTED : OUTCOME_UNKNOWN;
}

/* Time of the flow's newest packet, to a millisecond. */
static nstime
last_of(const struct worker *w, const struct flow *f)
{
	uint32_t ago = flow_ticks(w->now) - f->last;

	return ago > UINT32_MAX / 2 ? w->now : w->now - ((nstime)ago << 20);
}

/* Bytes since its last record. */
static uint64_t
bytes_of(const struct flow *f, const struct flow_more *m, const struct flow_left *l)
{
	uint64_t wraps = m->flags / MORE_WRAP;

	if (wraps && f->bytes < l->bytes)
		wraps--;
	return (wraps << 32) + (uint32_t)(f->bytes - l->bytes);
}

static struct traffic
record_of(const struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	const struct flow_more *m = &w->flows.more[n];
	const struct flow_left *l = &w->flows.left[n];
	const struct flow_mails *mails = traffic_mails(w, n);
	bool again = m->flags & MORE_LEDGER;
	struct ends ends = outcome_ends(f);
	struct traffic t = { .client = ends.src,
		.server = ends.dst,
		.before = w->flows.head->left,
		.packets = (uint32_t)(f->packets - l->packets),
		.bytes = bytes_of(f, m, l),
		.first = m->first,
		.last = last_of(w, f),
		.generation = outcome_generation(w, f),
		.conduit = m->conduit,
		.id = m->class == FLOW_CONFORMING ? 0 : inspect_counted(w, n),
		.flags = ends.flags,
		.service = ends.flags & FINDING_LINK ? ends.ethertype : ends.dport,
		.proto = ends.proto,
		.from = m->from,
		.to = m->to,
		.verdict = verdict_of(m->class),
		.outcome = outcome_of(w, f, m),
		.fits = m->class == FLOW_CONFORMING || (m->flags & MORE_CONTENT),
		.is_new = !again };

	if (mails)
		memcpy(t.mails, mails->mails, sizeof t.mails);
	if (again && t.last - TRAFFIC_EVERY > t.first)
		t.first = t.last - TRAFFIC_EVERY;
	if (t.last < t.first)
		t.last = t.first;
	return t;
}

void
traffic_put(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	struct flow_head *h = w->flows.head;
	struct traffic t = record_of(w, n);

	h->leaving.number = w->journal->records;
	h->leaving.left = h->left + t.packets;
	h->leaving.of_flow = (struct flow_left){ .packets = f->packets, .bytes = f->bytes };
	in_order();
	h->leaving.flow = n;
	in_order();
	journal_put(w->journal, TRAFFIC_RECORD, &t, sizeof t, NULL, 0);
	in_order();
	left(w);
}

void
traffic_count(struct worker *w, uint32_t n, enum traffic_mail what, uint64_t more)
{
	struct flow_mails *m = &w->flows.head->mails[n % FLOW_MAILS];
	uint32_t conduit = w->flows.more[n].conduit;

	if (w->mails && conduit < w->policy->nconduits)
		w->mails[conduit][what] += more;
	if (!w->journal)
		return;
	if (m->flow && m->flow != n)
		traffic_leave(w, m->flow); /* its own record makes room */
	if (m->flow != n)
		*m = (struct flow_mails){ .flow = n };
	m->mails[what] += more;
}

/* Flow N in its turn. */
static void
visit(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	nstime age = w->now - w->flows.more[n].first;

	if ((f->key.state & (FLOW_USED | FLOW_SAME)) != FLOW_USED || !traffic_waits(w, n))
		return;
	if (age < 0 || age >= YOUNG) /* it is from before the clock was set back */
		traffic_leave(w, n);
}

void
traffic_walk(struct worker *w)
{
	uint32_t fresh = w->flows.fresh, n = fresh;
	nstime passed = w->now - w->walked;
	uint64_t most;

	if (!w->journal || (passed >= 0 && passed < TRAFFIC_EVERY / 256))
		return;
	if (passed >= 0 && passed < TRAFFIC_EVERY) {
		n = (uint32_t)((nstime)fresh * passed / TRAFFIC_EVERY);
		w->walked += (nstime)n * TRAFFIC_EVERY / fresh;
	} else {
		w->walked = w->now;
	}
	/* After a step of the clock, or with the flows of a killed worker, all may be due: the rest
	 * is visited in the minute that follows. */
	most = w->journal->records + TURN_MOST;
	for (; n > 0 && w->journal->records < most; n--) {
		if (++w->hand >= fresh)
			w->hand = 0;
		if (w->hand)
			visit(w, w->hand);
	}
}
