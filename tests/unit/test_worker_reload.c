/* Judging over reloads: what waits, what was begun and what is said when another policy comes, and
 * zones that have other numbers in it. */
#include "worker_bench.h"

/* Numbers: internet 1, kikan 2, lgwan 3. */
static const char turned_zones[] =
    "zones = ("
    "{ id = \"internet\"; class = \"internet\"; interfaces = (\"eth3\"); networks = "
    "(\"10.3.0.0/16\", \"2001:db8:3::/48\"); },"
    "{ id = \"kikan\"; class = \"core\"; interfaces = (\"eth1\"); networks = (\"10.1.0.0/16\", "
    "\"2001:db8:1::/48\"); },"
    "{ id = \"lgwan\"; class = \"lgwan\"; interfaces = (\"eth2\"); networks = (\"10.2.0.0/16\", "
    "\"2001:db8:2::/48\"); } );";
enum { TURNED_INTERNET = 1, TURNED_LGWAN = 3 };
static const char kikan_alone[] =
    "zones = ( { id = \"kikan\"; class = \"core\"; interfaces = (\"eth1\"); networks = "
    "(\"10.1.0.0/16\", \"2001:db8:1::/48\"); } );";

/* One frame could not be read, then ONE is the policy: its zone is ZONE. */
static void
unreadable_over(struct bench *b, const char *one, unsigned zone)
{
	unreadable(b, 1, INTERNET);
	bench_reload(b, one, "");
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 1005, 1, 2);
	assert_int_equal(b->found[0].from, zone);
	assert_int_equal(b->found[0].in.iface, iface_number(b, INTERNET));
	assert_int_equal(b->found[0].bytes, 20);
}

static void
test_unreadable_then_zones_have_other_numbers(void **state)
{
	unreadable_over(*state, turned_zones, TURNED_INTERNET);
}

static void
test_unreadable_then_its_zone_is_gone(void **state)
{
	unreadable_over(*state, kikan_alone, 0);
}

/* A fragment waits, then ONE is the policy. */
static void
fragment_over(struct bench *b, const char *one, unsigned id, unsigned from, unsigned to)
{
	fragment(b, 1, 24, true);
	bench_reload(b, one, "");
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, id, 1, 2);
	assert_int_equal(b->found[0].from, from);
	assert_int_equal(b->found[0].to, to);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
	assert_int_equal(b->found[0].bytes, fragment_size(b));
}

static void
test_fragment_waits_then_zones_have_other_numbers(void **state)
{
	fragment_over(*state, turned_zones, 2011, TURNED_LGWAN, TURNED_INTERNET);
}

/* Both ends are in no zone then: 1001. */
static void
test_fragment_waits_then_its_zone_is_gone(void **state)
{
	fragment_over(*state, kikan_alone, 1001, 0, 0);
}

/* A flow keeps four bits of its policy's generation: those of 1 and 17 are the same. */
static void
test_sixteen_reloads_do_not_come_round(void **state)
{
	struct bench *b = *state;
	struct policy *between = NULL;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	for (uint32_t g = 2; g <= 17; g++) {
		b->next = bench_policy(b, bench_zones, bench_other_rules, g);
		worker_policy(b->worker, b->next);
		free(between);
		between = b->next;
	}
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 80, ACK, 100);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 1, 17);
	assert_true(b->found[0].flags & FINDING_MIDSTREAM); /* the old flow is over */
	assert_flows(b, 2, 1, 1);
}

/* What was not said yet is said of the policy that judged it: what became of it is not known. */
static void
test_reload_before_the_first_word(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	bench_reload(b, bench_zones, bench_rules);
	tcp(b, 2, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 2003, 1, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_UNKNOWN);
	assert_found(b, 1, 2003, 1, 2);
	assert_int_equal(b->found[1].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[1].first, 2);
	assert_int_equal(counter(b, COUNTER_unsaid), 0);
}

static void
test_reload_forgets_no_midstream(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, ACK, 10);
	bench_reload(b, bench_zones, bench_other_rules);
	tcp(b, 2, LGWAN, false, C, 40000, S, 80, ACK, 10);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 1, 2);
	assert_true(b->found[0].flags & FINDING_MIDSTREAM);
	assert_int_equal(b->found[0].dport, 80);
}

/* Port 80 had a name when the flow was first seen, so S was the server. In the new policy it has
 * none, and S sends first: C began it all the same. */
static void
test_reload_asks_not_again_who_began(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, S, 80, C, 40000, ACK, 10);
	bench_reload(b, bench_zones, bench_other_rules);
	tcp(b, 2, INTERNET, false, S, 80, C, 40000, ACK, 10);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 1, 2);
	assert_int_equal(b->found[0].from, ZONE_LGWAN);
	assert_int_equal(b->found[0].dport, 80);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_true(b->found[0].flags & FINDING_MIDSTREAM);
}

/* Capture has a policy with one more interface already: the place has no zone and no name. */
static void
test_interface_that_the_policy_lacks(void **state)
{
	struct bench *b = *state;

	put_tcp(b, 40000, 80, SYN, 0);
	wrap(b, LGWAN, false, C, S, 6, 20);
	b->frame.iface = (uint16_t)b->policy->nifaces;
	judge(b, 0);
	b->frame.caplen = b->frame.wirelen = 20;
	judge(b, 1);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 1002, 1, 1);
	assert_int_equal(b->found[0].from, 0);
	assert_int_equal(b->found[0].claims, ZONE_LGWAN);
	assert_false(b->found[0].flags & FINDING_HAS_IN);
	assert_found(b, 1, 1005, 1, 1);
	assert_int_equal(b->found[1].from, 0);
	assert_false(b->found[1].flags & FINDING_HAS_IN);
}

/* The answer comes by it, of a flow that has a finding and a place already. */
static void
test_answer_by_an_interface_that_the_policy_lacks(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	put_tcp(b, 81, 40000, SYN | ACK, 0);
	wrap(b, LGWAN, false, S, C, 6, 20);
	b->frame.iface = (uint16_t)b->policy->nifaces;
	judge(b, NS_SEC);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 2003, 1, 1);
	assert_true(b->found[0].flags & FINDING_HAS_IN);
	assert_found(b, 1, 1002, 1, 1);
	assert_int_equal(b->found[1].claims, ZONE_INTERNET);
	assert_false(b->found[1].flags & FINDING_HAS_IN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_BOTH(test_unreadable_then_zones_have_other_numbers),
		BENCH_BOTH(test_unreadable_then_its_zone_is_gone),
		BENCH_BOTH(test_fragment_waits_then_zones_have_other_numbers),
		BENCH_BOTH(test_fragment_waits_then_its_zone_is_gone),
		BENCH_BOTH(test_sixteen_reloads_do_not_come_round),
		BENCH_TEST(test_reload_before_the_first_word),
		BENCH_BOTH(test_reload_forgets_no_midstream),
		BENCH_BOTH(test_reload_asks_not_again_who_began),
		BENCH_BOTH(test_interface_that_the_policy_lacks),
		BENCH_BOTH(test_answer_by_an_interface_that_the_policy_lacks),
	};

	return UNIT_RUN(tests);
}
