/* site.h - the site of the tests of what a policy answers, and how they ask.
 *
 * Knows: four zones, and a flow between two of them. Owns nothing. Included by
 * tests/unit/test_policy*.c.
 */
#ifndef SEGAUDIT_SITE_H
#define SEGAUDIT_SITE_H

#include "unit.h"

#include "rules.h"

enum { KIKAN = 1, LGWAN, INTERNET, OUTSIDE };

/* 2026-04-01 was a Wednesday; 12:00 in Tokyo. */
#define NOON (rules_utc(2026, 4, 1, 3, 0, 0))

static inline struct rules
site(void)
{
	struct rules r = rules_new(8, 4, 64);

	r.conf.model = MODEL_NONE;
	rules_zone(&r, "kikan", CLASS_CORE, "eth1", "10.1.0.0/16 2001:db8:1::/48");
	rules_zone(&r, "lgwan", CLASS_LGWAN, "eth2.20 eth2.30.300", "10.2.0.0/16 2001:db8:2::/48");
	rules_zone(&r, "internet", CLASS_INTERNET, "eth3 eth2.40",
		   "10.3.0.0/16 10.2.255.0/24 2001:db8:3::/48");
	rules_zone(&r, "outside", CLASS_OUTSIDE, "eth0", "0.0.0.0/0 ::/0");
	return r;
}

static inline struct policy *
compiled(struct rules *r)
{
	struct policy *p = rules_compile(r, NOON);

	for (uint32_t i = 0; i < r->errors.n; i++)
		print_error("%s\n", r->errors.text[i]);
	assert_non_null(p);
	assert_true(policy_valid(p, p->size));
	return p;
}

static inline struct addr
at(const char *text)
{
	struct addr a = {.d = {0, 0}};

	assert_true(addr_parse(text, &a));
	return a;
}

/* A flow from LGWAN to INTERNET at NOON; tests change what they are about. */
static inline struct policy_query
flow(const char *client, const char *server, uint8_t proto, uint16_t port)
{
	struct policy_query q = {
	    .client = at(client),
	    .server = at(server),
	    .from = LGWAN,
	    .to = INTERNET,
	    .proto = proto,
	    .client_port = 50000,
	    .server_port = port,
	    .time = NOON,
	};

	q.is4 = addr_is4(&q.client);
	return q;
}

/* What policy_match() says, as "conduit", "conduit:condition" (the only one), "conduit:condition+"
 * or "none". */
static inline const char *
answer(const struct policy *p, const struct policy_query *q, char to[64])
{
	struct policy_answer a;
	struct text t = text_of(to, 64);

	policy_match(p, q, &a);
	if (a.conduit == (uint32_t)POLICY_NONE) {
		assert_int_not_equal(a.failed, COND_NONE);
		return "none";
	}
	text_add(&t, "%s", policy_text(p, policy_conduit(p, a.conduit)->id));
	if (a.failed != COND_NONE)
		text_add(&t, ":%s%s", policy_condition_name(a.failed), a.only ? "" : "+");
	else
		assert_false(a.only);
	return to;
}

#define ANSWERS(p, q, expected)                                                                    \
	do {                                                                                       \
		char said[64];                                                                     \
		assert_string_equal(answer(p, q, said), expected);                                 \
	} while (0)

#endif
