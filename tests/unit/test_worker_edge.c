/* Judging at its edges: what a killed worker leaves, clocks that are set back, a hub that is full,
 * and what comes late. Reloads: test_worker_reload.c.
 *
 * A killed worker is a child that ends in the middle of a frame; only the memory that outlives it
 * goes on. What was not published is judged a second time, as its loop does (model/ring.h). */
#include "worker_bench.h"

#include <sys/wait.h>

#include "worker/flow.h"

/* Where a worker dies. ------------------------------------------------------------------------ */

/* The two functions that the linker puts this file's in the place of (--wrap). */
void
__real_policy_match(const struct policy *p, const struct policy_query *q, struct policy_answer *a);
void
__wrap_policy_match(const struct policy *p, const struct policy_query *q, struct policy_answer *a);
void __real_outcome_wait(struct worker *w, uint32_t n, enum flow_queue queue);
void __wrap_outcome_wait(struct worker *w, uint32_t n, enum flow_queue queue);

enum death {
	LIVES,
	BEFORE_VERDICT, /* the flow is made, the policy is not asked yet */
	IN_VERDICT,	/* the flow was given a finding, and is counted as such */
	DIED = 9,	/* exit status */
};

static enum death death; /* only ever set in the child */

void
__wrap_policy_match(const struct policy *p, const struct policy_query *q, struct policy_answer *a)
{
	if (death == BEFORE_VERDICT)
		_exit(DIED);
	__real_policy_match(p, q, a);
}

void
__wrap_outcome_wait(struct worker *w, uint32_t n, enum flow_queue queue)
{
	if (death == IN_VERDICT)
		_exit(DIED);
	__real_outcome_wait(w, n, queue);
}

/* A packet from C to S that a worker dies over. */
static void
dies_over(struct bench *b, enum death how, nstime t, unsigned dport, uint8_t flags)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		death = how;
		tcp(b, t, LGWAN, false, C, 40000, S, dport, flags, 0);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DIED);
}

/* What a killed worker leaves. ---------------------------------------------------------------- */

/* A frame that a killed worker had counted in its flow, but not published, counts once. */
static void
test_frame_judged_twice_counts_once(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	last = bench_publish(b);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	bench_restart(b, b->policy, &last);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 2, 1);
	assert_int_equal(b->found[0].bytes, 2 * (headers(b) + 20));
	assert_int_equal(counter(b, COUNTER_frames), 2);
	assert_flows(b, 1, 0, 1);
}

/* ... also when it was killed in its first batch, before anything was published. */
static void
test_frame_of_the_first_batch_counts_once(void **state)
{
	struct bench *b = *state;
	struct published nothing = { .released = 0 };

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	bench_restart(b, b->policy, &nothing);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 1, 1);
	assert_int_equal(counter(b, COUNTER_frames), 1);
	assert_flows(b, 1, 0, 1);
}

/* ... and a copy that left before any came in. It stays alone: somebody forged the MAC. */
static void
test_early_copy_judged_twice_counts_once(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 39999, S, 80, SYN, 0);
	last = bench_publish(b);
	tcp(b, 1, INTERNET, true, C, 40000, S, 81, SYN, 0);
	bench_restart(b, b->policy, &last);
	tcp(b, 1, INTERNET, true, C, 40000, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 1002, 1, 1);
	assert_int_equal(b->found[0].bytes, headers(b) + 20);
	assert_int_equal(counter(b, COUNTER_frames), 2);
	assert_int_equal(counter(b, COUNTER_packets), 2);
	assert_int_equal(counter(b, COUNTER_copies), 0);
	assert_flows(b, 2, 1, 1);
}

/* ... and a fragment that waits for the first one of its datagram. */
static void
test_waiting_fragment_judged_twice_counts_once(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 39999, S, 80, SYN, 0);
	last = bench_publish(b);
	fragment(b, 1, 24, true);
	bench_restart(b, b->policy, &last);
	fragment(b, 1, 24, true);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2011, 1, 1);
	assert_int_equal(b->found[0].bytes, fragment_size(b));
	assert_int_equal(counter(b, COUNTER_packets), 2);
}

/* A flow without a verdict is none: the next worker makes it anew and asks the policy. */
static void
test_killed_before_the_verdict(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 39999, S, 80, SYN, 0);
	last = bench_publish(b);
	dies_over(b, BEFORE_VERDICT, 1, 81, SYN);
	bench_restart(b, b->policy, &last);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_flows(b, 2, 1, 1);
	tcp(b, 2, INTERNET, true, C, 40000, S, 81, SYN, 0);
	tcp(b, 3, INTERNET, false, S, 81, C, 40000, SYN | ACK, 0);
	tcp(b, 4, LGWAN, false, C, 40000, S, 81, ACK, 100);
	worker_finish(b->worker);
	/* Said when it crossed, when it was answered, and at the end: each packet once. */
	assert_int_equal(b->n, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_found(b, i, 2003, 1, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(b->found[1].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[2].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[2].first, 4);
	assert_int_equal(counter(b, COUNTER_frames), 5);
	assert_int_equal(counter(b, COUNTER_copies), 1);
	assert_flows(b, 2, 1, 1);
}

/* A flow that a reload had judged again was being so when the worker was killed: it still is to be
 * judged by the new policy. Its first packet was nobody's violation. */
static void
test_killed_while_judging_again(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	last = bench_publish(b);
	bench_reload(b, bench_zones, bench_other_rules);
	dies_over(b, BEFORE_VERDICT, NS_SEC, 80, ACK);
	bench_restart(b, b->next, &last);
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 80, ACK, 0);
	assert_flows(b, 1, 0, 1);
	tcp(b, NS_SEC + 1, LGWAN, false, C, 40000, S, 80, ACK, 100);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 2, 2);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[0].first, NS_SEC);
	assert_int_equal(b->found[0].bytes, 2 * (headers(b) + 20) + 100);
	assert_false(b->found[0].flags & FINDING_MIDSTREAM);
	assert_flows(b, 1, 0, 1);
}

/* A flow that was counted, but has no verdict yet, is counted no more, and once when it is made
 * anew. */
static void
test_killed_between_count_and_verdict(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 39999, S, 80, SYN, 0);
	last = bench_publish(b);
	dies_over(b, IN_VERDICT, 1, 81, SYN);
	bench_restart(b, b->policy, &last);
	assert_flows(b, 1, 1, 0);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_flows(b, 2, 1, 1);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2003, 1, 1);
}

/* Flows that were judged but not published are in the sums; one that turns into a violation leaves
 * the conforming ones. */
static void
test_sums_survive_with_the_flows(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	tcp(b, 0, LGWAN, false, C, 39999, S, 81, SYN, 0);
	last = bench_publish(b);
	tcp(b, 1, LGWAN, false, C, 40000, S, 443, SYN, 0);
	bench_restart(b, b->policy, &last);
	assert_flows(b, 2, 1, 1);
	tcp(b, 1, LGWAN, false, C, 40000, S, 443, SYN, 0);
	assert_flows(b, 2, 1, 1);
	tcp(b, 2, KIKAN, false, C, 40000, S, 443, ACK, 1); /* C does not live there */
	assert_flows(b, 2, 0, 2);
	worker_finish(b->worker);
	assert_flows(b, 2, 0, 2);
	assert_int_equal(b->n, 2);
}

/* Clocks and long times. ---------------------------------------------------------------------- */

/* What waited for a time that is an hour away now is said at once; the rest waits its 200 ms. */
static void
test_clock_set_back_holds_no_finding_up(void **state)
{
	struct bench *b = *state;
	nstime t = 10 * NS_HOUR;

	tcp(b, t, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 0);
	t -= NS_HOUR;
	tcp(b, t, LGWAN, false, C, 40001, S, 82, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].dport, 81);
	worker_tick(b->worker, t + 199 * NS_MSEC);
	assert_int_equal(b->n, 1);
	worker_tick(b->worker, t + 200 * NS_MSEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].dport, 82);
	assert_int_equal(b->found[1].outcome, OUTCOME_ATTEMPTED);
}

/* The same with counts, which wait for a second. */
static void
test_clock_set_back_holds_no_counts_up(void **state)
{
	struct bench *b = *state;
	nstime t = 10 * NS_HOUR;

	tcp(b, t, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, t + 1, INTERNET, true, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	tcp(b, t + 2, LGWAN, false, C, 40000, S, 81, ACK, 0);
	assert_int_equal(b->n, 1);
	tcp(b, t - NS_HOUR, LGWAN, false, C, 40001, S, 80, SYN, 0);
	assert_int_equal(b->n, 2);
	assert_found(b, 1, 2003, 1, 1);
	assert_int_equal(b->found[1].first, t + 2);
}

/* The same with frames that cannot be read: said at once, and then once a second. */
static void
test_clock_set_back_holds_no_unreadable_up(void **state)
{
	struct bench *b = *state;
	nstime t = 10 * NS_HOUR;

	unreadable(b, t, INTERNET);
	worker_tick(b->worker, t);
	assert_int_equal(b->n, 1);
	unreadable(b, t + 1, INTERNET);
	worker_tick(b->worker, t + 1);
	assert_int_equal(b->n, 1);
	tcp(b, t - NS_HOUR, LGWAN, false, C, 40001, S, 80, SYN, 0);
	assert_int_equal(b->n, 2);
	assert_found(b, 1, 1005, 1, 1);
	assert_int_equal(b->found[1].first, t + 1);
}

/* The first frame is of 2190, the next ones of 1970: a capture file may say so. Its finding does
 * not wait for 2190, and the others wait their time. By the wrapped clock of ages the first flow
 * has rested for 22 days, more than is believed: it does not end, which would say it too. */
static void
test_first_frame_of_a_far_future(void **state)
{
	struct bench *b = *state;

	tcp(b, (nstime)6942585600 * NS_SEC, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, NS_SEC, LGWAN, false, C, 40001, S, 82, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].dport, 81);
	assert_int_equal(b->found[0].first / NS_SEC, 6942585600);
	worker_tick(b->worker, NS_SEC + 200 * NS_MSEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].dport, 82);
	assert_flows(b, 2, 0, 2);
}

/* Nothing came for ten hours, so that nothing looked for old flows: the answer is a question of the
 * other end's, which no conduit permits. */
static void
test_flow_that_rested_is_over(void **state)
{
	struct bench *b = *state;

	udp(b, 0, LGWAN, C, 53, 0x0308, 53);
	udp(b, 10 * NS_HOUR, INTERNET, 0x0308, 53, C, 53);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_found(b, 0, 2004, 1, 1);
	assert_int_equal(b->found[0].from, ZONE_INTERNET);
	assert_int_equal(b->found[0].to, ZONE_LGWAN);
	assert_flows(b, 2, 1, 1);
}

/* More than 2^32 bytes of one flow: five packets of 1 GiB, and five small ones. */
static void
test_large_flow_has_all_its_bytes(void **state)
{
	struct bench *b = *state;
	struct pair_counters p;

	for (int i = 0; i < 5; i++) {
		tcp(b, i, LGWAN, false, C, 40000, S, 80, i ? ACK : SYN, 0);
		b->frame.wirelen = 1u << 30; /* the capture cut it */
		judge(b, i);
	}
	worker_finish(b->worker);
	p = worker_pair(b->worker, ZONE_LGWAN, ZONE_INTERNET);
	assert_int_equal(p.flows, 1);
	assert_int_equal(p.packets, 10);
	assert_int_equal(p.bytes, 5368709120 + 5 * (headers(b) + 20)); /* 5 * 2^30 */
	assert_int_equal(p.bytes, counter(b, COUNTER_bytes));
}

/* The place of a fragment's flow is another flow's by now: the fragment is none of that one. */
static void
test_fragment_of_a_place_with_another_flow(void **state)
{
	struct bench *b = *state;

	/* First pieces of a SYN and of a RST: a closed connection, over after two seconds. */
	put_tcp(b, 5000, 80, SYN, 4);
	piece(b, 0, 6, 0, true);
	put_tcp(b, 5000, 80, RST, 4);
	piece(b, 1, 6, 0, true);
	for (int i = 1; i < 80; i++)
		worker_tick(b->worker, i * NS_SEC);
	assert_int_equal(b->n, 1); /* of one identification, and not the same */
	assert_found(b, 0, 2011, 2, 1);
	assert_int_equal(b->found[0].what, WHAT_AMBIGUOUS);
	b->n = 0;
	tcp(b, 80 * NS_SEC, LGWAN, false, C, 40001, S, 81, SYN, 0);
	worker_tick(b->worker, 81 * NS_SEC);
	assert_int_equal(b->n, 1);
	memset(b->bytes + 34, 0, 24);
	piece(b, 82 * NS_SEC, 6, 24, false);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 2003, 1, 1);
	assert_int_equal(b->found[0].dport, 81);
	assert_found(b, 1, 2011, 1, 1);
	assert_int_equal(b->found[1].what, WHAT_INCOMPLETE_FRAGMENTS);
	assert_int_equal(b->found[1].first, 82 * NS_SEC);
	assert_int_equal(b->found[1].bytes, fragment_size(b));
	assert_int_equal(counter(b, COUNTER_unverifiable), 2);
	assert_flows(b, 3, 0, 1);
}

/* A full hub. --------------------------------------------------------------------------------- */

/* The finding of a flow changes while its counts have no room: they are lost, and numbered. Said
 * and unsaid are all four packets. */
static void
test_full_hub_and_another_finding(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	b->full = true;
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 81, ACK, 10);
	tcp(b, NS_SEC + 1, LGWAN, false, C, 40000, S, 81, ACK, 10);
	tcp(b, NS_SEC + 2, KIKAN, false, C, 40000, S, 81, ACK, 10); /* C does not live there */
	b->full = false;
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 2003, 1, 1);
	assert_found(b, 1, 1002, 1, 1);
	assert_int_equal(b->found[1].first, NS_SEC + 2);
	assert_int_equal(counter(b, COUNTER_unsaid), 2);
}

/* ... or a reload judges it again. */
static void
test_full_hub_and_reload(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	b->full = true;
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 81, ACK, 10);
	tcp(b, NS_SEC + 1, LGWAN, false, C, 40000, S, 81, ACK, 10);
	bench_reload(b, bench_zones, bench_rules);
	tcp(b, NS_SEC + 2, LGWAN, false, C, 40000, S, 81, ACK, 10);
	b->full = false;
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_found(b, 0, 2003, 1, 1);
	assert_found(b, 1, 2003, 1, 2);
	assert_int_equal(b->found[1].first, NS_SEC + 2);
	assert_int_equal(counter(b, COUNTER_unsaid), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_BOTH(test_frame_judged_twice_counts_once),
		BENCH_BOTH(test_frame_of_the_first_batch_counts_once),
		BENCH_BOTH(test_early_copy_judged_twice_counts_once),
		BENCH_BOTH(test_waiting_fragment_judged_twice_counts_once),
		BENCH_BOTH(test_killed_before_the_verdict),
		BENCH_BOTH(test_killed_while_judging_again),
		BENCH_BOTH(test_killed_between_count_and_verdict),
		BENCH_BOTH(test_sums_survive_with_the_flows),
		BENCH_TEST(test_clock_set_back_holds_no_finding_up),
		BENCH_TEST(test_clock_set_back_holds_no_counts_up),
		BENCH_BOTH(test_clock_set_back_holds_no_unreadable_up),
		BENCH_TEST(test_first_frame_of_a_far_future),
		BENCH_BOTH(test_flow_that_rested_is_over),
		BENCH_BOTH(test_large_flow_has_all_its_bytes),
		BENCH_BOTH(test_fragment_of_a_place_with_another_flow),
		BENCH_TEST(test_full_hub_and_another_finding),
		BENCH_TEST(test_full_hub_and_reload),
	};

	return UNIT_RUN(tests);
}
