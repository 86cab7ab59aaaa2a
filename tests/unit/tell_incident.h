/* tell_incident.h - a small site, findings on it and a log of all that is said, for the tests of
 * incidents. */
#ifndef SEGAUDIT_TELL_INCIDENT_H
#define SEGAUDIT_TELL_INCIDENT_H

#include "hub/incident.h"
#include "tell_policy.h"

#define T0	(1767225600 * NS_SEC)		/* 2026-01-01T00:00:00Z */
#define QUIET	(5 * NS_MIN)

enum { SAID = 400000 };

/* Everything said, in order. */
struct one {
	enum incident_state state;
	uint8_t		outcome;
	uint16_t	dport;
	char		ev[11];
	uint64_t	added, total;
};

struct log {
	uint32_t	n;
	struct one	*one;
};

static const struct hash_key key = { { 11, 33, 55, 77, 99, 111 } };

static inline struct log
log_new(void)
{
	struct log l = { .one = calloc(SAID, sizeof *l.one) };

	assert_non_null(l.one);
	return l;
}

static inline void
say(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct log *l = ctx;
	struct one *o = &l->one[l->n++];

	assert_true(l->n < SAID);
	*o = (struct one){ .state = state,
		.outcome = i->f.outcome,
		.dport = i->f.dport,
		.added = added,
		.total = i->total };
	memcpy(o->ev, i->ev, sizeof o->ev);
}

static inline struct tell_policy *
site(void)
{
	struct tell_policy *t = tell_policy_new(1, 0);
	uint8_t a = tell_zone(t, "lgwan", "", CLASS_LGWAN),
		b = tell_zone(t, "internet", "", CLASS_INTERNET);

	(void)tell_iface(t, "eth2");
	(void)tell_iface(t, "eth3");
	(void)tell_conduit(t, "vdi", a, b, "tcp/3389", "", NSTIME_NEVER);
	(void)tell_conduit(t, "mail", a, b, "tcp/25", "", NSTIME_NEVER);
	return t;
}

static inline struct finding
finding(nstime at, uint64_t n, uint8_t outcome)
{
	static const uint8_t src[4] = { 10, 2, 0, 9 }, dst[4] = { 10, 3, 9, 7 };

	return (struct finding){ .id = 2003,
		.outcome = outcome,
		.from = 1,
		.to = 2,
		.failed = COND_SERVICE,
		.proto = 6,
		.generation = 1,
		.rule = (uint32_t)POLICY_NONE,
		.near = 0,
		.flags = FINDING_PORTS | FINDING_IS4 | FINDING_HAS_IN,
		.sport = 50000,
		.dport = 3390,
		.src = addr_from4(src),
		.dst = addr_from4(dst),
		.first = at,
		.last = at,
		.n = n,
		.bytes = 60 * n };
}

static inline void
add(struct incidents *t, struct tell_policy *p, nstime at, uint64_t n, uint8_t outcome)
{
	struct finding f = finding(at, n, outcome);

	incident_add(t, &p->p, &f);
}

#endif
