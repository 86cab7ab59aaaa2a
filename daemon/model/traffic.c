/* traffic.c - see traffic.h. */
#include "model/traffic.h"

/* More than a flow can count between two records, and a worker in all; keeps sums of them, over all
 * workers, far from 2^64. */
#define PACKETS_MOST ((uint64_t)1 << 40)
#define BYTES_MOST   ((uint64_t)1 << 48)
#define BEFORE_MOST  ((uint64_t)1 << 56)

static bool
flags_valid(const struct traffic *t)
{
	const unsigned shape = FINDING_LINK | FINDING_PORTS | FINDING_ICMP;
	unsigned some = t->flags & shape;

	if (t->flags & ~(shape | FINDING_IS4) || some & (some - 1))
		return false;
	return some != FINDING_ICMP || t->service <= 255;
}

/* A conforming flow has no finding that counts, but may have one for what was not inspected; any
 * other is what its finding says. */
static bool
verdict_valid(const struct traffic *t)
{
	const struct finding_kind *k = finding_kind(t->id);

	if (t->verdict == VERDICT_CONFORMING)
		return t->id == 0 && t->fits;
	return k && t->verdict <= VERDICT_UNVERIFIABLE && k->verdict == t->verdict;
}

static bool
conduit_valid(const struct traffic *t, const struct policy *p)
{
	const struct policy_conduit *c;

	if (t->conduit >= p->nconduits)
		return t->conduit == (uint32_t)POLICY_NONE && !t->fits;
	c = policy_conduit(p, t->conduit);
	return !t->fits || (c->from == t->from && c->to == t->to);
}

static bool
mails_valid(const struct traffic *t, const struct policy *p)
{
	uint64_t some = 0;
	uint8_t require;

	for (unsigned i = 0; i < TRAFFIC_MAILS; i++) {
		if (t->mails[i] > BYTES_MOST)
			return false;
		some |= t->mails[i];
	}
	if (!some)
		return true;
	require = t->fits ? policy_conduit(p, t->conduit)->require : REQUIRE_NOTHING;
	return require == REQUIRE_SCREEN ||
	       (require == REQUIRE_TEXT_MAIL && !t->mails[TRAFFIC_UP] && !t->mails[TRAFFIC_DOWN]);
}

bool
traffic_valid(const struct traffic *t, const struct policy *p)
{
	if (t->packets > PACKETS_MOST || t->bytes > BYTES_MOST || t->before > BEFORE_MOST)
		return false;
	if (t->first > t->last || t->outcome > OUTCOME_ANSWERED || t->fits > 1 || t->is_new > 1)
		return false;
	if (!flags_valid(t))
		return false;
	if (!p)
		return true;
	if (t->generation != p->generation || t->from > p->nzones || t->to > p->nzones)
		return false;
	return verdict_valid(t) && conduit_valid(t, p) && mails_valid(t, p);
}

void
traffic_mails_text(struct text *to, const uint64_t mails[TRAFFIC_MAILS], bool bytes)
{
	text_add(to, " conforming=%llu violating=%llu unverifiable=%llu",
	    (unsigned long long)mails[TRAFFIC_MAIL_CONFORMING],
	    (unsigned long long)mails[TRAFFIC_MAIL_VIOLATING],
	    (unsigned long long)mails[TRAFFIC_MAIL_UNVERIFIABLE]);
	if (bytes)
		text_add(to, " up=%llu down=%llu", (unsigned long long)mails[TRAFFIC_UP],
		    (unsigned long long)mails[TRAFFIC_DOWN]);
}
