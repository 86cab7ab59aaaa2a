/* coverage_ask.c - see coverage_ask.h. */
#include "hub/coverage_ask.h"

#include "hub/coverage_state.h"

const char *
doubt_word(unsigned bit)
{
	switch ((enum coverage_doubt)bit) {
	case DOUBT_UNSEEN:
		return "unseen";
	case DOUBT_BLIND:
		return "blind";
	case DOUBT_DROPS:
		return "drops";
	case DOUBT_EVICTED:
		return "evicted";
	case DOUBT_UNVERIFIED:
		return "unverifiable";
	}
	return "?";
}

nstime
coverage_beat(const struct coverage *c)
{
	return c->beat.wall;
}

nstime
coverage_started(const struct coverage *c, nstime *mono)
{
	*mono = c->started.mono;
	return c->started.wall;
}

bool
coverage_iface(const struct coverage *c, const struct accounts *a, size_t i, nstime mono,
    struct coverage_iface *to)
{
	if (i >= POLICY_IFACES || !c->boundary[i].used)
		return false;

	/* A copy is brought up to date: the boundary itself is coverage.c's. */
	struct boundary b = c->boundary[i];
	coverage_account(&b, mono);
	*to = (struct coverage_iface){ .name = c->boundary[i].name,
		.blind = b.blind,
		.since = b.since.wall,
		.reasons = b.blind ? b.reasons : 0,
		.watched_for = b.watched_for,
		.blind_for = b.blind_for,
		.count = a->iface[i] };
	for (size_t k = 0; k < LOSS_KINDS; k++)
		to->losing = to->losing || b.loss[k].lasts;
	return true;
}

bool
coverage_losing(const struct coverage *c)
{
	for (size_t k = 0; k < LOSS_KINDS; k++)
		if (c->loss[k].lasts)
			return true;
	return false;
}

/* The doubts of one interface since the last heartbeat. */
static unsigned
iface_doubts(const struct coverage *c, const struct accounts *a, size_t i)
{
	const struct boundary *b = &c->boundary[i];
	const struct iface_sample *now = &a->iface[i], *then = &b->beat;
	unsigned doubts = 0;

	if (!b->used || b->blind || b->blind_for != b->beat_blind)
		doubts |= DOUBT_BLIND;
	if (now->kernel_drops != then->kernel_drops || now->nic_drops != then->nic_drops ||
	    now->ring_full != then->ring_full || now->unread != then->unread)
		doubts |= DOUBT_DROPS;
	return doubts;
}

void
coverage_zones(const struct coverage *c, const struct accounts *a, struct coverage_zones *to)
{
	static const enum counter lost[] = { COUNTER_evicted, COUNTER_fragments_evicted,
		COUNTER_skipped };
	const struct policy *p = c->policy;
	bool has_line[POLICY_ZONES] = { false }, mirrors = false;
	unsigned doubts[POLICY_IFACES], mirrored = 0;

	memset(to, 0, sizeof *to);
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
		if (accounts_total(a, lost[i]) != c->beat_count[lost[i]])
			to->all |= DOUBT_EVICTED;
	for (uint16_t i = 0; i < p->nifaces; i++) {
		doubts[i] = iface_doubts(c, a, i);
		if (policy_iface(p, i)->used && policy_iface(p, i)->mirror) {
			mirrors = true;
			mirrored |= doubts[i];
		}
	}
	for (uint32_t i = 1; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);

		has_line[l->zone] = true;
		to->zone[l->zone] |= doubts[l->iface];
	}
	/* A zone without an interface of its own is seen by the mirror ports alone, or not at all.
	 */
	for (uint32_t z = 1; z <= p->nzones; z++)
		if (!has_line[z])
			to->zone[z] = mirrors ? mirrored : DOUBT_UNSEEN;
}

unsigned
coverage_pair(const struct coverage *c, const struct coverage_zones *z, uint8_t from, uint8_t to)
{
	unsigned doubts = z->all | z->zone[from] | z->zone[to];

	if (c->unverifiable[from][to / 8] & 1u << to % 8)
		doubts |= DOUBT_UNVERIFIED;
	return doubts;
}
