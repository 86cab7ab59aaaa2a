/* life.c - the worker's beginning, its changes of policy and network between two batches, and its
 * end. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "worker/state.h"

/* How long a flow may rest before its place is free: closed TCP, open TCP, everything else. */
#define LINGER_CLOSED (2 * NS_SEC)
#define LINGER_TCP    NS_HOUR
#define LINGER_OTHER  (5 * NS_MIN)

/* As in flow_key.state. */
static uint16_t
generation_bits(const struct policy *p)
{
	return (uint16_t)((p->generation & 15) << FLOW_GENERATION_SHIFT);
}

/* What follows from the policy and is asked for every packet. */
static void
take_policy(struct worker *w, const struct policy *p)
{
	w->policy = p;
	w->generation = generation_bits(p);
	memset(w->zone_ifaces, 0, sizeof w->zone_ifaces);
	memset(w->spot, 0, sizeof w->spot);
	for (uint16_t i = 0; i < p->nifaces; i++) {
		const struct policy_iface *iface = policy_iface(p, i);

		w->spot[i].line = iface->untagged;
		w->spot[i].zone = policy_line(p, iface->untagged)->zone;
		w->spot[i].mirror = iface->mirror;
	}
	for (uint32_t i = 1; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);

		if (l->zone)
			w->zone_ifaces[l->zone] |= UINT64_C(1) << l->iface;
	}
	w->inspects_some = false;
	for (uint32_t i = 0; i < p->nconduits && !w->inspects_some; i++)
		w->inspects_some = policy_conduit(p, i)->require == REQUIRE_TEXT_MAIL ||
				   policy_conduit(p, i)->require == REQUIRE_SCREEN;
}

/* Ends flows that rested over so many generations that the next one has the four bits of theirs: it
 * would be taken for the one that judged them. */
static void
end_unjudged_for_long(struct worker *w, uint16_t generation)
{
	for (uint32_t n = 1; n < w->flows.fresh; n++) {
		uint16_t state = w->flows.hot[n].key.state;

		if ((state & FLOW_USED) && (state & FLOW_GENERATION) == generation)
			audit_end(w, n);
	}
}

void
worker_policy(struct worker *w, const struct policy *p)
{
	end_unjudged_for_long(w, generation_bits(p));
	take_policy(w, p);
	inspect_policy(w);
	worker_net(w, w->net);
}

void
worker_net(struct worker *w, const struct net *net)
{
	w->net = net;
	for (unsigned i = 0; i < POLICY_IFACES; i++)
		w->spot[i].mac = net->iface[i].has_mac ? mac_bits(net->iface[i].mac.b) : 0;
}

/* Flows that a killed worker left: their turns in the queues are found anew. */
static void
recover(struct worker *w)
{
	nstime now = w->now;

	for (uint32_t n = 1; n < w->flows.fresh; n++) {
		struct flow *f = &w->flows.hot[n];
		struct flow_more *m = &w->flows.more[n];

		if (!(f->key.state & FLOW_USED)) {
			audit_class(w, m, FLOW_UNJUDGED); /* half-made: its frame comes again */
			continue;
		}
		m->queue = QUEUE_NONE;
		w->now = m->first;
		if (m->early[0] || m->early[1] || (m->id && !(m->flags & MORE_SAID)))
			outcome_wait(w, n, QUEUE_OUTCOME);
		else if (m->id && f->packets != watch_of(w, n)->said_packets)
			outcome_wait(w, n, QUEUE_COUNT);
	}
	w->now = now;
}

void
worker_resume(struct worker *w, const uint64_t *count, const uint64_t *events, uint64_t released)
{
	memcpy(w->count, count, sizeof w->count);
	memcpy(w->events, events, sizeof w->events);
	w->redo_to = released + WORKER_BATCH;
}

/* Is a flow over, or was it idle for long? */
static bool
is_old(const struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	nstime idle = (nstime)(flow_ticks(w->now) - f->last) << 20;
	nstime linger = flow_closed(f)		    ? LINGER_CLOSED :
			f->key.proto == IPPROTO_TCP ? LINGER_TCP :
						      LINGER_OTHER;

	return (f->key.state & FLOW_USED) && idle > linger && idle <= NS_DAY * 20;
}

/* Ends an old flow, unless the hub is behind and it has counts to keep. */
static void
end_old(struct worker *w, uint32_t n)
{
	inspect_finish(w, n);
	speak_finish(w, n);
	if (outcome_unsaid(w, n)) {
		outcome_turn(w, n);
		if (outcome_unsaid(w, n))
			return;
	}
	audit_end(w, n);
}

/* Looks at the next N places of the table; what an end needs is on its way from memory while the
 * other old flows are found. */
static void
age_some(struct worker *w, uint32_t n)
{
	struct flow_table *t = &w->flows;
	uint32_t old[2 * WORKER_BATCH];
	unsigned nold = 0;

	for (; n > 0; n--) {
		if (++t->hand >= t->fresh)
			t->hand = 1;
		if (t->hand < t->fresh && is_old(w, t->hand)) {
			flow_prefetch_end(t, t->hand);
			old[nold++] = t->hand;
		}
	}
	for (unsigned i = 0; i < nold; i++)
		if (is_old(w, old[i])) /* in a small table it may stand there twice */
			end_old(w, old[i]);
}

void
life_age(struct worker *w)
{
	const struct flow_table *t = &w->flows;
	nstime passed = w->now - w->aged;
	uint32_t n;

	if (t->used > t->size / 2) {
		n = 2 * WORKER_BATCH;
	} else {
		if (passed >= 0 && passed < LIFE_ROUND / 256)
			return;
		n = passed > LIFE_ROUND || passed < 0 ?
			t->fresh :
			(uint32_t)((nstime)t->fresh * passed / LIFE_ROUND) + 1;
	}
	w->aged = w->now;
	for (uint32_t some; n > 0; n -= some) {
		some = n < 2 * WORKER_BATCH ? n : 2 * WORKER_BATCH;
		age_some(w, some);
	}
}

static size_t
fragments_bytes(void)
{
	return sizeof(struct fragment) * FRAGMENT_SETS * FRAGMENT_WAYS;
}

size_t
worker_memory(uint32_t flows)
{
	return (flow_table_bytes(flows) + fragments_bytes() + 4095) & ~(size_t)4095;
}

/* Counters of each pair that a policy may have. */
enum { PAIRS = POLICY_ZONES * POLICY_ZONES };

uint64_t
worker_content_bytes(const struct policy *p)
{
	return inspect_bytes(p->flows, FRAGMENT_SETS * FRAGMENT_WAYS, p->stream_total);
}

size_t
worker_bytes(void)
{
	const struct worker *w = NULL;

	return sizeof *w + PAIRS * sizeof *w->pairs;
}

struct worker *
worker_new(const struct policy *p, const struct net *net, const struct hash_key *key, int flows_fd,
    worker_emit *emit, void *ctx, int *error)
{
	struct worker *w = calloc(1, sizeof *w);
	int flags = flows_fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;

	*error = -ENOMEM;
	if (!w)
		return NULL;
	w->memory_size = worker_memory(p->flows);
	w->memory = mmap(NULL, w->memory_size, PROT_READ | PROT_WRITE, flags, flows_fd, 0);
	/* Every packet touches a line of the index and one of the pool, anywhere in 70 MiB: with
	 * small pages the walks of the page tables cost 7 % of a packet. Where the kernel has no
	 * large ones to give, all works the same. */
	if (w->memory != MAP_FAILED)
		(void)madvise(w->memory, w->memory_size, MADV_HUGEPAGE);
	w->pairs = calloc(PAIRS, sizeof *w->pairs);
	if (w->memory == MAP_FAILED || !w->pairs ||
	    !inspect_init(&w->inspect, p->flows, FRAGMENT_SETS * FRAGMENT_WAYS, p->stream_total)) {
		*error = w->memory == MAP_FAILED ? -errno : -ENOMEM;
		if (w->memory == MAP_FAILED)
			w->memory = NULL;
		worker_free(w);
		return NULL;
	}
	w->emit = emit;
	w->emit_ctx = ctx;
	w->now = NSTIME_ALWAYS / 2;
	w->aged = w->now;
	w->due = NSTIME_NEVER;
	w->unreadable_due = NSTIME_NEVER;
	w->fragments.entry =
	    (struct fragment *)(void *)((uint8_t *)w->memory + flow_table_bytes(p->flows));
	w->fragments.key = *key;
	w->fragments.datagrams = w->inspect.datagrams;
	take_policy(w, p);
	worker_net(w, net);
	if (flow_table_init(&w->flows, w->memory, p->flows, key))
		recover(w);
	return w;
}

void
worker_free(struct worker *w)
{
	if (!w)
		return;
	if (w->memory)
		munmap(w->memory, w->memory_size);
	inspect_fini(&w->inspect);
	free(w->pairs);
	free(w);
}

const uint64_t *
worker_counters(struct worker *w)
{
	const uint64_t *sums = w->flows.head->sums;

	w->count[COUNTER_flows] = sums[FLOW_UNJUDGED];
	w->count[COUNTER_conforming] = sums[FLOW_CONFORMING];
	w->count[COUNTER_violations] = sums[FLOW_VIOLATION];
	w->count[COUNTER_suspected] = sums[FLOW_SUSPECTED];
	w->count[COUNTER_unverifiable] = sums[FLOW_UNVERIFIABLE];
	return w->count;
}

const uint64_t *
worker_events(const struct worker *w)
{
	return w->events;
}

void
worker_mails(struct worker *w, uint64_t (*sums)[TRAFFIC_MAILS])
{
	w->mails = sums;
}

struct pair_counters
worker_pair(const struct worker *w, uint8_t from, uint8_t to)
{
	return w->pairs[(size_t)from * POLICY_ZONES + to];
}
