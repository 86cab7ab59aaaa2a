/* Judging, finding by finding: places and copies, outcomes and their times, fragments, ICMP errors,
 * reloads. Edges: test_worker_edge.c, test_worker_reload.c. */
#include "worker_bench.h"

static void
test_conforming_is_silent(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 80, SYN, 0);
	tcp(b, 2, INTERNET, false, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 3, LGWAN, true, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 4, LGWAN, false, C, 40000, S, 80, ACK, 100);
	tcp(b, 5, INTERNET, true, C, 40000, S, 80, ACK, 100);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 3);
	assert_int_equal(worker_counters(b->worker)[COUNTER_copies], 3);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

static void
test_attempted_after_200_ms(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, 199 * NS_MSEC);
	assert_int_equal(b->n, 0);
	worker_tick(b->worker, 200 * NS_MSEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
	assert_false(b->found[0].flags & FINDING_HAS_OUT);
}

static void
test_crossed_and_answered_at_once(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 0);
	tcp(b, 10, INTERNET, true, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].out.iface, iface_number(b, INTERNET));
	tcp(b, 20, INTERNET, false, S, 81, C, 40000, SYN | ACK, 0);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[1].n, 1);
	/* Further packets are said once a second, with their number. */
	tcp(b, 30, LGWAN, false, C, 40000, S, 81, ACK, 5);
	tcp(b, 40, LGWAN, false, C, 40000, S, 81, ACK, 5);
	assert_int_equal(b->n, 2);
	worker_tick(b->worker, NS_SEC + 30);
	assert_int_equal(b->n, 3);
	assert_int_equal(b->found[2].n, 2);
	assert_int_equal(b->found[2].first, 30);
	assert_int_equal(b->found[2].last, 40);
}

static void
test_rst_of_the_far_host_is_crossed(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 10, INTERNET, false, S, 81, C, 40000, RST | ACK, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

/* The same ends again after the connection was closed: another flow. A late copy of the old SYN is
 * not. */
static void
test_closed_connection_begins_again(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 10, INTERNET, false, S, 80, C, 40000, RST | ACK, 0);
	tcp(b, 11, INTERNET, true, C, 40000, S, 80, SYN, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 2);
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 80, SYN, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 2);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
}

/* A firewall on the gateway refuses in the far host's name: nothing got through. */
static void
test_rst_of_the_gateway_proves_nothing(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 10, LGWAN, true, S, 81, C, 40000, RST | ACK, 0);
	worker_tick(b->worker, 300 * NS_MSEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	worker_finish(b->worker);
	for (unsigned i = 0; i < b->n; i++)
		assert_int_equal(b->found[i].id, 2003);
}

/* Frames of different interfaces do not come in the order of their times. */
static void
test_copy_that_arrives_before_its_original(void **state)
{
	struct bench *b = *state;

	tcp(b, 10, INTERNET, true, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 0);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
	assert_int_equal(b->found[0].out.iface, iface_number(b, INTERNET));
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 1);
}

/* Our own MAC, but nothing ever came in: somebody uses it. */
static void
test_forged_mac(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, true, C, 40000, S, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].bytes, 54);
	assert_string_equal(
	    policy_text(b->policy, policy_zone(b->policy, b->found[0].claims)->id), "lgwan");
}

/* With loss where it should have come in, nothing can be said against it; the gateway's own packets
 * need not come in. */
static void
test_not_forged(void **state)
{
	struct bench *b = *state;

	b->net.iface[iface_number(b, LGWAN)].lost_at = 0;
	tcp(b, 0, INTERNET, true, C, 40000, S, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	b->net.iface[iface_number(b, LGWAN)].lost_at = NSTIME_ALWAYS;
	tcp(b, 2 * NS_SEC, INTERNET, true, 0x0201, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

static void
test_spoofed_source(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, C, 40000, K, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].from, 3);
	assert_int_equal(b->found[0].to, 1);
	assert_int_equal(b->found[0].claims, 2);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
}

/* An answer that comes in where its source does not live. */
static void
test_spoofed_answer_in_a_conforming_flow(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 10, KIKAN, false, S, 80, C, 40000, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].claims, 3);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].sport, 80);
}

static void
test_unzoned_and_uncaptured(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, 0x0901, 80, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40001, 0x0401, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 1001);
	assert_int_equal(b->found[0].to, 0);
	assert_int_equal(b->found[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(b->found[1].id, 2002);
	assert_int_equal(b->found[1].outcome, OUTCOME_UNKNOWN); /* zone dark has no interface */
}

static void
test_loss_makes_it_unknown(void **state)
{
	struct bench *b = *state;

	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 81, SYN, 0);
	b->net.iface[iface_number(b, INTERNET)].lost_at = NS_SEC + 1;
	worker_tick(b->worker, 2 * NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_UNKNOWN);
}

static void
test_forbidden_and_reversed(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, KIKAN, false, K, 40000, S, 80, SYN, 0);
	tcp(b, 1, INTERNET, false, 0x0308, 40000, C, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 2001);
	assert_int_equal(b->found[1].id, 2004);
}

static void
test_content_waits_for_payload(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, S, 40000, C, 25, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 25, S, 40000, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 25, S, 40000, ACK, 4);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3303);
	assert_int_equal(b->found[0].what, WHAT_NOT_INSPECTED);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[0].n, 3);
	assert_int_equal(b->found[0].rule, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unverifiable], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 0);
}

static void
test_wrong_macs(void **state)
{
	struct bench *b = *state;

	/* The right client, the wrong server. */
	tcp(b, 0, LGWAN, false, C, 40000, S, 443, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 443, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40001, 0x0308, 443, SYN, 0);
	tcp(b, 2 * NS_SEC, INTERNET, true, C, 40001, 0x0308, 443, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2005);
	assert_int_equal(b->found[0].failed, COND_SERVER_MAC);
	/* The wrong client. */
	tcp(b, 4 * NS_SEC, LGWAN, false, 0x0210, 40001, S, 443, SYN, 0);
	worker_tick(b->worker, 5 * NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].id, 2005);
	assert_int_equal(b->found[1].failed, COND_CLIENT_MAC);
}

/* The MAC of the server was still waited for when a packet came in where its source does not
 * belong: the conduit that asked for it is none of the flow any more. */
static void
test_misplaced_before_the_macs_are_known(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 443, SYN, 0);
	tcp(b, 1, INTERNET, false, C, 40000, S, 443, ACK, 0);
	tcp(b, 2, INTERNET, true, C, 40000, S, 443, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].near, (uint32_t)POLICY_NONE);
}

static void
test_midstream_goes_by_the_named_port(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, S, 80, C, 40000, ACK,
	    10); /* an answer is the first thing seen */
	tcp(b, 1, INTERNET, false, S, 3306, C, 40001, ACK, 10);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].dport, 3306);
	assert_true(b->found[0].flags & FINDING_MIDSTREAM);
}

/* "Host unreachable" about the client's packet to port 81, at bytes + 34. */
static void
put_error(struct bench *b)
{
	uint8_t *p = b->bytes + 34;

	memset(p, 0, 36);
	p[0] = 3;
	p[1] = 1;
	p[8] = 0x45;
	put16(p + 10, 40);
	p[17] = 6;
	memcpy(p + 20, (uint8_t[]){ 10, 2, 0, 9, 10, 3, 0, 7 }, 8);
	put16(p + 28, 40000);
	put16(p + 30, 81);
}

/* An ICMP error belongs to the flow that it is about, whoever sends it. */
static void
test_icmp_error_belongs_to_its_flow(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	put_error(b);
	wrap(b, INTERNET, false, 0x03fe, C, 1, 36);
	judge(b, 5);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(b->found[0].n, 2);
}

/* One that comes in where its source does not live says nothing about the flow. */
static void
test_spoofed_icmp_error_is_its_own(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	put_error(b);
	wrap(b, KIKAN, false, 0x03fe, C, 1, 36);
	judge(b, 5);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[1].id, 1002);
	assert_int_equal(b->found[1].claims, 3);
}

static void
test_ping_is_one_flow_with_its_answer(void **state)
{
	struct bench *b = *state;

	memset(b->bytes + 34, 0, 8);
	b->bytes[34] = 8;
	wrap(b, LGWAN, false, C, S, 1, 8);
	judge(b, 0);
	memset(b->bytes + 34, 0, 8);
	wrap(b, INTERNET, false, S, C, 1, 8);
	judge(b, 1);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

static void
test_fragments_in_any_order_are_one_flow(void **state)
{
	struct bench *b = *state;

	fragment(b, 0, 24, false);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 0);
	fragment(b, 1, 0, true);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].dport, 9);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
}

static void
test_fragments_without_the_first_are_said(void **state)
{
	struct bench *b = *state;

	fragment(b, 0, 24, true);
	fragment(b, 1, 48, false);
	worker_tick(b->worker, NS_MIN);
	assert_int_equal(b->n, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2011);
	assert_int_equal(b->found[0].what, WHAT_INCOMPLETE_FRAGMENTS);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unverifiable], 1);
}

static void
test_unreadable_frames_are_said_by_interface(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	b->frame.wirelen = b->frame.caplen = 20;
	judge(b, 1);
	judge(b, 2);
	worker_finish(b->worker);
	assert_int_equal(worker_counters(b->worker)[COUNTER_undecodable], 2);
	assert_int_equal(b->found[0].id, 1005);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
}

/* The same frames on a mirror port: no direction, a reply says "answered", silence "unknown". */
static void
test_mirror(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, MON, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, MON, false, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 2, MON, false, C, 40001, S, 81, SYN, 0);
	tcp(b, 3, MON, false, C, 40002, S, 82, SYN, 0);
	tcp(b, 4, MON, false, S, 82, C, 40002, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].dport, 82);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[1].dport, 81);
	assert_int_equal(b->found[1].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

/* A reload that takes the conduit away: the next packet of the flow is a violation; and the other
 * way round. */
static void
test_reload_judges_again(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40001, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	bench_reload(b, bench_zones, bench_other_rules);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40000, S, 80, ACK, 1);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40001, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].id, 2003);
	assert_int_equal(b->found[1].generation, 2);
	assert_int_equal(b->found[1].dport, 80);
	assert_int_equal(b->found[1].n, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_violations], 1);
}

/* No room at the hub: nothing is lost, it is said later. */
static void
test_full_hub_loses_nothing(void **state)
{
	struct bench *b = *state;

	b->full = true;
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 81, SYN, 0);
	tcp(b, 2, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	b->full = false;
	worker_tick(b->worker, 3 * NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

/* A flow that must go while the hub takes nothing: its packets are numbered, not forgotten. */
static void
test_lost_counts_are_numbered(void **state)
{
	struct bench *b = *state;

	b->full = true;
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unsaid], 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(test_conforming_is_silent),
		BENCH_TEST(test_attempted_after_200_ms),
		BENCH_TEST(test_crossed_and_answered_at_once),
		BENCH_TEST(test_rst_of_the_far_host_is_crossed),
		BENCH_TEST(test_closed_connection_begins_again),
		BENCH_TEST(test_rst_of_the_gateway_proves_nothing),
		BENCH_TEST(test_copy_that_arrives_before_its_original),
		BENCH_TEST(test_forged_mac),
		BENCH_TEST(test_not_forged),
		BENCH_TEST(test_spoofed_source),
		BENCH_TEST(test_spoofed_answer_in_a_conforming_flow),
		BENCH_TEST(test_unzoned_and_uncaptured),
		BENCH_TEST(test_loss_makes_it_unknown),
		BENCH_TEST(test_forbidden_and_reversed),
		BENCH_TEST(test_content_waits_for_payload),
		BENCH_TEST(test_wrong_macs),
		BENCH_TEST(test_misplaced_before_the_macs_are_known),
		BENCH_TEST(test_midstream_goes_by_the_named_port),
		BENCH_TEST(test_icmp_error_belongs_to_its_flow),
		BENCH_TEST(test_spoofed_icmp_error_is_its_own),
		BENCH_TEST(test_ping_is_one_flow_with_its_answer),
		BENCH_TEST(test_fragments_in_any_order_are_one_flow),
		BENCH_TEST6(test_fragments_in_any_order_are_one_flow),
		BENCH_TEST(test_fragments_without_the_first_are_said),
		BENCH_TEST6(test_fragments_without_the_first_are_said),
		BENCH_TEST(test_unreadable_frames_are_said_by_interface),
		BENCH_TEST(test_mirror),
		BENCH_TEST(test_reload_judges_again),
		BENCH_TEST(test_full_hub_loses_nothing),
		BENCH_TEST(test_lost_counts_are_numbered),
	};

	return UNIT_RUN(tests);
}
