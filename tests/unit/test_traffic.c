/* Which records of flows' traffic the hub believes. */
#include "unit.h"

#include <stdlib.h>

#include "model/traffic.h"
#include "tell_policy.h"

enum { LGWAN = 1, INTERNET = 2 };

static struct traffic
conforming(void)
{
	return (struct traffic){ .packets = 3,
		.bytes = 300,
		.first = 5,
		.last = 5,
		.generation = 7,
		.conduit = 0,
		.flags = FINDING_IS4 | FINDING_PORTS,
		.service = 443,
		.proto = 6,
		.from = LGWAN,
		.to = INTERNET,
		.outcome = OUTCOME_ANSWERED,
		.fits = 1,
		.is_new = 1 };
}

static struct traffic
violation(void)
{
	struct traffic t = conforming();

	t.verdict = VERDICT_VIOLATION;
	t.id = 2003;
	t.fits = 0;
	return t;
}

static int
set_up(void **state)
{
	struct tell_policy *p = tell_policy_new(7, 0);

	tell_zone(p, "lgwan", "", CLASS_LGWAN);
	tell_zone(p, "internet", "", CLASS_INTERNET);
	tell_conduit(p, "web", LGWAN, INTERNET, "tcp/443", "", NSTIME_NEVER);
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	free(*state);
	return 0;
}

static void
test_good(void **state)
{
	const struct policy *p = *state;
	struct traffic t = conforming();

	assert_true(traffic_valid(&t, p));
	t = violation();
	assert_true(traffic_valid(&t, p));
	t.conduit = (uint32_t)POLICY_NONE;
	t.from = 0;
	t.packets = 0;
	assert_true(traffic_valid(&t, p));
	t = violation();
	t.verdict = VERDICT_UNVERIFIABLE; /* what the conduit requires was not inspected */
	t.id = 3103;
	t.fits = 1;
	assert_true(traffic_valid(&t, p));
	t = violation();
	t.flags = FINDING_IS4 | FINDING_ICMP;
	t.service = 255;
	assert_true(traffic_valid(&t, p));
}

/* Messages are counted where a conduit for mail fits, whatever became of the flow. */
static void
test_mails(void **state)
{
	struct tell_policy *p = *state;
	struct traffic t = conforming();

	t.mails[TRAFFIC_MAIL_UNVERIFIABLE] = UINT32_MAX;
	assert_false(traffic_valid(&t, &p->p));
	p->conduit[0].require = REQUIRE_TEXT_MAIL;
	assert_true(traffic_valid(&t, &p->p));
	t.packets = 0;
	t.verdict = VERDICT_VIOLATION;
	t.id = 3101;
	assert_true(traffic_valid(&t, &p->p));
	t.fits = 0;
	assert_false(traffic_valid(&t, &p->p));
	p->conduit[0].require = REQUIRE_NOTHING;
}

/* One field is changed at a time. */
#define BAD(of, change)                                                                            \
	do {                                                                                       \
		struct traffic t = of();                                                           \
                                                                                                   \
		change;                                                                            \
		assert_false(traffic_valid(&t, *state));                                           \
	} while (0)

static void
test_bad(void **state)
{
	BAD(conforming, t.generation = 6);
	BAD(conforming, t.from = 3);
	BAD(conforming, t.to = 255);
	BAD(conforming, t.to = 0); /* the conduit is another pair's */
	BAD(conforming, t.conduit = 1);
	BAD(conforming, t.conduit = (uint32_t)POLICY_NONE);
	BAD(conforming, t.fits = 0);
	BAD(conforming, t.fits = 2);
	BAD(conforming, t.is_new = 2);
	BAD(conforming, t.id = 2003);
	BAD(conforming, t.outcome = 4);
	BAD(conforming, t.flags |= FINDING_ICMP);
	BAD(conforming, t.flags = FINDING_LINK | FINDING_PORTS);
	BAD(conforming, t.flags |= FINDING_MACS);
	BAD(conforming, t.flags = FINDING_ICMP; t.service = 256);
	BAD(conforming, t.first = 6);
	BAD(conforming, t.packets = UINT64_MAX);
	BAD(conforming, t.bytes = UINT64_MAX);
	BAD(conforming, t.before = UINT64_MAX);
	BAD(violation, t.verdict = VERDICT_CONFORMING);
	BAD(violation, t.verdict = VERDICT_SUSPECTED);
	BAD(violation, t.verdict = VERDICT_DRIFT);
	BAD(violation, t.verdict = 255);
	BAD(violation, t.id = 0);
	BAD(violation, t.id = 9999);
	BAD(violation, t.id = 9001; t.verdict = VERDICT_NOTICE);
	BAD(violation, t.conduit = 1);
	BAD(violation, t.fits = 1; t.to = LGWAN);
}

/* By a policy that is gone: zones and conduits are not known, but a number is one. */
static void
test_passed(void **state)
{
	struct traffic t = conforming();

	(void)state;
	t.generation = 6;
	t.to = 200;
	t.conduit = 900;
	assert_true(traffic_valid(&t, NULL));
	t.before = UINT64_C(1) << 56;
	assert_true(traffic_valid(&t, NULL));
	t.before++;
	assert_false(traffic_valid(&t, NULL));
	t.before = 0;
	t.packets = UINT64_MAX;
	assert_false(traffic_valid(&t, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_good, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad, set_up, tear_down),
		cmocka_unit_test(test_passed),
	};

	return UNIT_RUN(tests);
}
