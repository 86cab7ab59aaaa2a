/* test_coverage.c - gaps, losses, sums and identities by hand-made events: what is said, when, and
 * with which numbers. */
#include "unit.h"

#include <stdio.h>

#include "hub/coverage.h"
#include "hub_policy.h"

/* 2026-01-05T03:04:05Z, and the monotonic clock at that moment. */
#define WALL ((nstime)(20458 * 86400 + 3 * 3600 + 4 * 60 + 5) * NS_SEC)
#define MONO (1000 * NS_SEC)

struct world {
	struct coverage *c;
	struct accounts a;
	struct hub_policy *policy;
	unsigned said;
	uint16_t id[64];
	char fields[64][900];
};

static struct moment
at(nstime ms)
{
	return (struct moment){ .mono = MONO + ms * NS_MSEC, .wall = WALL + ms * NS_MSEC };
}

static void
note(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	struct world *w = ctx;

	assert_true(w->said < 64);
	assert_true(strlen(msg) > 0);
	/* `SEG9001 NOTE sev=warning verdict=notice ` and sid, seq and the sentence still fit into
	 * 1,024 bytes */
	assert_true(strlen(fields) + strlen(msg) < 1024 - 120);
	w->id[w->said] = id;
	snprintf(w->fields[w->said++], sizeof w->fields[0], "%s", fields);
}

/* Records of the ledger: tests/unit/test_assurance.c. */
static void
record(void *ctx, const char *word, const char *fields)
{
	(void)ctx;
	assert_true(*word && *fields);
}

static void
mismatch(void *ctx, const char *fields)
{
	note(ctx, 9011, fields, "x");
}

/* The next thing said is this; nothing else was. */
static void
expect(struct world *w, uint16_t id, const char *fields)
{
	assert_int_equal(w->said, 1);
	assert_int_equal(w->id[0], id);
	assert_string_equal(w->fields[0], fields);
	w->said = 0;
}

static void
expect_nothing(struct world *w)
{
	if (w->said)
		print_error("said: %u %s\n", w->id[0], w->fields[0]);
	assert_int_equal(w->said, 0);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->policy = hub_policy_new(1);
	w->c = coverage_new(
	    at(0), &(struct coverage_calls){ .say = note, .record = record, .ctx = w });
	assert_non_null(w->c);
	coverage_policy(w->c, &w->policy->p, GAP_START, at(0));
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	coverage_free(w->c);
	free(w->policy);
	free(w);
	return 0;
}

static void
capture(struct world *w, uint16_t iface, bool open, enum gap_reason why, int error, nstime seen,
    nstime now)
{
	struct msg_iface m = { .iface = iface,
		.open = open,
		.reason = (uint8_t)why,
		.error = error,
		.time = at(seen).wall };

	coverage_capture(w->c, &m, at(now));
}

/* All three interfaces open at 100, 200 and 300 ms. */
static void
open_all(struct world *w)
{
	for (uint16_t i = 0; i < 3; i++) {
		coverage_link(w->c, i, true, GAP_START, at(10));
		capture(w, i, true, GAP_START, 0, 100 * (i + 1), 100 * (i + 1));
	}
}

static void
tick(struct world *w, nstime now)
{
	coverage_tick(w->c, &w->a, at(now));
}

/* A flow that could not be verified, of one packet, just now. */
static void
unverifiable(struct world *w, uint8_t from, uint8_t to, nstime now)
{
	const struct finding f = { .id = 2011,
		.generation = 1,
		.from = from,
		.to = to,
		.first = at(now).wall,
		.last = at(now).wall,
		.n = 1 };

	coverage_unverifiable(w->c, &w->policy->p, &f, at(now));
}

/* A heartbeat with what a look at this moment finds. */
static void
beat(struct world *w, const struct coverage_extra *x, nstime now)
{
	tick(w, now);
	w->said = 0;
	coverage_heartbeat(w->c, &w->a, x, at(now));
}

static void
test_start(void **state)
{
	struct world *w = *state;

	/* What opens in time says nothing; what does not is told after the grace, once. */
	coverage_link(w->c, 0, true, GAP_START, at(10));
	capture(w, 0, true, GAP_START, 0, 100, 105);
	coverage_link(w->c, 1, true, GAP_START, at(10));
	coverage_link(w->c, 2, false, GAP_IFACE_GONE, at(10));
	expect(w, 9004, "in=eth3 what=iface-gone from=2026-01-05T03:04:05.000000Z");
	tick(w, 1000);
	expect_nothing(w);
	tick(w, 2000);
	expect(w, 9004, "in=eth2 what=start from=2026-01-05T03:04:05.000000Z");
	tick(w, 3000);
	tick(w, 4000);
	expect_nothing(w);
	capture(w, 1, true, GAP_START, 0, 4500, 4500);
	expect(w, 9004,
	    "in=eth2 what=start from=2026-01-05T03:04:05.000000Z to=2026-01-05T03:04:09.500000Z "
	    "seconds=4.500");
}

static void
test_link_down(void **state)
{
	struct world *w = *state;

	open_all(w);
	expect_nothing(w);
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, at(10000));
	expect(w, 9004, "in=eth2 what=link-down from=2026-01-05T03:04:15.000000Z");
	/* Capture notices too: the same gap, nothing new. */
	capture(w, 1, false, GAP_LINK_DOWN, 0, 10001, 10002);
	tick(w, 11000);
	expect_nothing(w);
	/* It disappears as well: that is new. */
	coverage_link(w->c, 1, false, GAP_IFACE_GONE, at(12000));
	expect(w, 9004, "in=eth2 what=iface-gone from=2026-01-05T03:04:15.000000Z");
	/* It is there again, but capture has not opened it: still blind. */
	coverage_link(w->c, 1, true, GAP_START, at(13000));
	tick(w, 20000);
	expect_nothing(w);
	capture(w, 1, true, GAP_START, 0, 22346, 22350);
	expect(w, 9004,
	    "in=eth2 what=link-down,iface-gone from=2026-01-05T03:04:15.000000Z "
	    "to=2026-01-05T03:04:27.346000Z"
	    " seconds=12.346");
}

static void
test_link_flap_with_open_handle(void **state)
{
	struct world *w = *state;

	/* libpcap keeps the handle while the link is down: up is the end of the gap. */
	open_all(w);
	coverage_link(w->c, 0, false, GAP_LINK_DOWN, at(10000));
	expect(w, 9004, "in=eth1 what=link-down from=2026-01-05T03:04:15.000000Z");
	coverage_link(w->c, 0, true, GAP_START, at(10500));
	expect(w, 9004,
	    "in=eth1 what=link-down from=2026-01-05T03:04:15.000000Z "
	    "to=2026-01-05T03:04:15.500000Z seconds=0.500");
	coverage_link(w->c, 0, true, GAP_START, at(10600)); /* an event that changes nothing */
	expect_nothing(w);
}

static void
test_renamed(void **state)
{
	struct world *w = *state;

	open_all(w);
	coverage_link(w->c, 2, false, GAP_IFACE_RENAMED, at(5000));
	expect(w, 9004, "in=eth3 what=iface-renamed from=2026-01-05T03:04:10.000000Z");
}

static void
test_capture_cannot_open(void **state)
{
	struct world *w = *state;

	/* No right to: told at once with libpcap's status, not again at every attempt. */
	coverage_link(w->c, 0, true, GAP_START, at(10));
	capture(w, 0, false, GAP_START, -8, 20, 20);
	expect(w, 9004, "in=eth1 what=start error=-8 from=2026-01-05T03:04:05.000000Z");
	capture(w, 0, false, GAP_START, -8, 1020, 1020);
	expect_nothing(w);
}

static void
test_capture_died(void **state)
{
	struct world *w = *state;

	open_all(w);
	coverage_capture_died(w->c, at(7000).wall, at(7100));
	assert_int_equal(w->said, 3);
	assert_string_equal(w->fields[0], "in=eth1 what=restart from=2026-01-05T03:04:12.000000Z");
	assert_string_equal(w->fields[2], "in=eth3 what=restart from=2026-01-05T03:04:12.000000Z");
	w->said = 0;
	coverage_capture_died(
	    w->c, at(7000).wall, at(7200)); /* told twice: by the channel and by the monitor */
	expect_nothing(w);
	capture(w, 0, true, GAP_RESTART, 0, 7300, 7301);
	expect(w, 9004,
	    "in=eth1 what=restart from=2026-01-05T03:04:12.000000Z to=2026-01-05T03:04:12.300000Z "
	    "seconds=0.300");
	/* Blind from the death on, not from when it was noticed: 0.1 s of the start and 0.3 s. */
	beat(w, &(struct coverage_extra){ 0 }, 10000);
	assert_string_equal(w->fields[1],
	    "what=coverage in=eth1 watched=9.600 blind=0.400 frames=0 bytes=0 received=0"
	    " kernel_drops=0 nic_drops=0 ring_full=0 unread=0");
}

/* That an interface was open again is heard behind a heartbeat: no time is below zero. */
static void
test_heard_late(void **state)
{
	struct world *w = *state;

	open_all(w);
	capture(w, 0, false, GAP_IFACE_GONE, 0, 1000, 1000);
	beat(w, &(struct coverage_extra){ 0 }, 5000);
	w->said = 0;
	capture(w, 0, true, GAP_IFACE_GONE, 0, 4995, 5010);
	w->said = 0;
	beat(w, &(struct coverage_extra){ 0 }, 10000);
	assert_non_null(strstr(w->fields[0], " blind=0.000 "));
	assert_string_equal(w->fields[1],
	    "what=coverage in=eth1 watched=5.005 blind=0.000 frames=0 bytes=0 received=0"
	    " kernel_drops=0 nic_drops=0 ring_full=0 unread=0");
}

/* A whole gap before a heartbeat is heard of behind it: the next one tells it, in its sums and in
 * its pairs. */
static void
test_gap_heard_late(void **state)
{
	struct world *w = *state;

	open_all(w);
	beat(w, &(struct coverage_extra){ 0 }, 5000);
	w->said = 0;
	beat(w, &(struct coverage_extra){ 0 }, 10000);
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=6"));
	capture(w, 0, false, GAP_IFACE_GONE, 0, 9000, 10010);
	capture(w, 0, true, GAP_IFACE_GONE, 0, 9500, 10020);
	w->said = 0;
	beat(w, &(struct coverage_extra){ 0 }, 15000);
	assert_non_null(strstr(w->fields[0], " blind=0.500 "));
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=2 "));
	w->said = 0;
	beat(w, &(struct coverage_extra){ 0 }, 20000);
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=6"));
}

static void
test_stop_says_no_gap(void **state)
{
	struct world *w = *state;

	open_all(w);
	coverage_stopping(w->c, at(8000));
	capture(w, 0, false, GAP_STOP, 0, 9000, 9000);
	coverage_capture_died(w->c, at(9001).wall, at(9001));
	tick(w, 20000);
	expect_nothing(w);
}

static void
test_reload(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);
	struct policy_iface *ifaces = (struct policy_iface *)(void *)(next->bytes + next->p.ifaces);

	/* eth1 stays, eth2 leaves, eth3 is a new one by another name. */
	open_all(w);
	ifaces[1].used = false;
	snprintf(ifaces[2].name, sizeof ifaces[2].name, "eth9");
	coverage_policy(w->c, &next->p, GAP_RELOAD, at(60000));
	/* What is known of the days of eth2 and eth3 is said now. */
	assert_int_equal(w->said, 2);
	assert_non_null(strstr(w->fields[0], "what=coverage day=2026-01-05 in=eth2 "));
	assert_non_null(strstr(w->fields[1], "what=coverage day=2026-01-05 in=eth3 "));
	w->said = 0;
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, at(60100)); /* nobody asked for it any more */
	capture(w, 63, true, GAP_START, 0, 60100, 60100);
	capture(w, 64, true, GAP_START, 0, 60100, 60100);
	expect_nothing(w);
	tick(w, 61000);
	expect_nothing(w);
	tick(w, 62000);
	expect(w, 9004, "in=eth9 what=reload from=2026-01-05T03:05:05.000000Z");
	capture(w, 2, true, GAP_START, 0, 63000, 63000);
	expect(w, 9004,
	    "in=eth9 what=reload from=2026-01-05T03:05:05.000000Z to=2026-01-05T03:05:08.000000Z "
	    "seconds=3.000");
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, at(64000));
	free(next);
}

/* An interface leaves the policy and comes back: what was lost before is not lost again, what was
 * lost in its last moments is. */
static void
test_reload_and_back(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);
	struct policy_iface *ifaces = (struct policy_iface *)(void *)(next->bytes + next->p.ifaces);

	open_all(w);
	ifaces[1].used = false;
	w->a.iface[1] = (struct iface_sample){ .frames = 1000, .kernel_drops = 500 };
	tick(w, 1000);
	w->said = 0;
	w->a.iface[1].kernel_drops = 510;
	tick(w, 2000);
	coverage_policy(w->c, &next->p, GAP_RELOAD, at(2500));
	assert_int_equal(w->said, 1); /* its day */
	w->said = 0;
	w->a.iface[1].kernel_drops = 512;
	tick(w, 3000);
	expect_nothing(w);
	tick(w, 13000);
	expect(w, 9005,
	    "in=eth2 what=kernel-drop pkts=12 total=512 from=2026-01-05T03:04:05.000000Z "
	    "to=2026-01-05T03:04:08.000000Z seconds=3.000");
	beat(w, &(struct coverage_extra){ 0 }, 14000);
	w->said = 0;
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, at(60000));
	capture(w, 1, true, GAP_RELOAD, 0, 60100, 60100);
	expect(w, 9004,
	    "in=eth2 what=reload from=2026-01-05T03:05:05.000000Z to=2026-01-05T03:05:05.100000Z "
	    "seconds=0.100");
	w->a.iface[1].frames = 1001;
	tick(w, 61000);
	expect_nothing(w);
	beat(w, &(struct coverage_extra){ 0 }, 70000);
	assert_string_equal(w->fields[2],
	    "what=coverage in=eth2 watched=9.900 blind=0.100 frames=1 bytes=0 received=0"
	    " kernel_drops=0 nic_drops=0 ring_full=0 unread=0");
	free(next);
}

static void
test_loss(void **state)
{
	struct world *w = *state;

	open_all(w);
	tick(w, 1000);
	w->a.iface[1].kernel_drops = 7;
	tick(w, 2000);
	/* Nothing was lost until the look before. */
	expect(w, 9005, "in=eth2 what=kernel-drop pkts=7 total=7 from=2026-01-05T03:04:06.000000Z");
	w->a.iface[1].kernel_drops = 10;
	tick(w, 3000);
	w->a.iface[1].kernel_drops = 12;
	tick(w, 11000);
	expect_nothing(w);
	tick(w, 20999);
	expect_nothing(w); /* 9.999 s after the last one: not over */
	tick(w, 21000);
	expect(w, 9005,
	    "in=eth2 what=kernel-drop pkts=5 total=12 from=2026-01-05T03:04:06.000000Z "
	    "to=2026-01-05T03:04:16.000000Z"
	    " seconds=10.000");
	tick(w, 40000);
	expect_nothing(w);
	/* A new one counts from zero. */
	w->a.iface[1].kernel_drops = 13;
	tick(w, 50000);
	expect(w, 9005, "in=eth2 what=kernel-drop pkts=1 total=1 from=2026-01-05T03:04:45.000000Z");
	/* While it lasts, once a minute with what came since. */
	for (nstime s = 51; s <= 110; s++) {
		w->a.iface[1].kernel_drops++;
		tick(w, s * 1000);
	}
	expect(
	    w, 9005, "in=eth2 what=kernel-drop pkts=60 total=61 from=2026-01-05T03:04:45.000000Z");
}

static void
test_loss_while_capture_stood_still(void **state)
{
	struct world *w = *state;

	/* No counter of the interface moved since 2 s: capture did not read. It can have begun
	 * then. */
	open_all(w);
	tick(w, 7000);
	w->a.iface[0] = (struct iface_sample){ .kernel_drops = 5, .moved_before = at(2000).mono };
	tick(w, 8000);
	expect(w, 9005, "in=eth1 what=kernel-drop pkts=5 total=5 from=2026-01-05T03:04:07.000000Z");
	/* An idle interface may not have moved for an hour: that says nothing. */
	tick(w, 3600000);
	w->said = 0;
	w->a.iface[1] = (struct iface_sample){ .kernel_drops = 5, .moved_before = at(2000).mono };
	tick(w, 3601000);
	expect(w, 9005, "in=eth2 what=kernel-drop pkts=5 total=5 from=2026-01-05T04:03:56.000000Z");
}

static void
test_loss_kinds(void **state)
{
	struct world *w = *state;

	open_all(w);
	w->a.iface[0].ring_full = 3;
	tick(w, 1000);
	expect(w, 9005, "in=eth1 what=ring-full pkts=3 total=3 from=2026-01-05T03:04:05.000000Z");
	w->a.iface[2].nic_drops = 4;
	tick(w, 2000);
	expect(w, 9005, "in=eth3 what=nic-drop pkts=4 total=4 from=2026-01-05T03:04:06.000000Z");
	w->a.worker[0].count[COUNTER_evicted] = 5;
	w->a.worker[1].count[COUNTER_evicted] = 6;
	tick(w, 3000);
	expect(w, 9005, "what=flow-evicted flows=11 total=11 from=2026-01-05T03:04:07.000000Z");
	w->a.worker[1].count[COUNTER_fragments_evicted] = 1;
	tick(w, 4000);
	expect(
	    w, 9005, "what=fragment-evicted fragments=1 total=1 from=2026-01-05T03:04:08.000000Z");
	w->a.worker[0].count[COUNTER_skipped] = 1;
	tick(w, 5000);
	expect(w, 9005, "what=worker-crash pkts=1 total=1 from=2026-01-05T03:04:09.000000Z");

	/* A stop says the totals of all that last, the day of each interface, then the sums. */
	w->a.iface[0].ring_full = 4;
	struct coverage_extra x = { 0 };
	coverage_stopped(w->c, &w->a, &x, at(6000));
	assert_int_equal(w->said, 9);
	assert_string_equal(w->fields[0],
	    "in=eth1 what=ring-full pkts=1 total=4 from=2026-01-05T03:04:05.000000Z"
	    " to=2026-01-05T03:04:11.000000Z seconds=6.000");
	assert_non_null(strstr(w->fields[5], "what=coverage day=2026-01-05 in=eth1 "));
	assert_int_equal(w->id[8], 9003);
}

static void
test_new_memory_counts_from_zero(void **state)
{
	struct world *w = *state;

	open_all(w);
	w->a.iface[0].kernel_drops = 100;
	tick(w, 1000);
	w->said = 0;
	w->a.iface[0].kernel_drops = 2; /* a new capture with a new memory */
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, at(2000));
	assert_string_equal(w->fields[0],
	    "in=eth1 what=kernel-drop pkts=2 total=102 from=2026-01-05T03:04:05.000000Z"
	    " to=2026-01-05T03:04:07.000000Z seconds=2.000");
}

static void
test_overrun(void **state)
{
	struct world *w = *state;

	coverage_overrun(w->c, at(1000));
	expect(w, 9004, "what=netlink-overrun n=1 from=2026-01-05T03:04:06.000000Z");
	for (unsigned i = 2; i <= 6; i++)
		coverage_overrun(w->c, at(i * 1000));
	w->said = 0;
	coverage_overrun(w->c, at(7000));
	coverage_overrun(w->c, at(8000));
	expect_nothing(w); /* six at once, then one a minute */
	coverage_overrun(w->c, at(61000));
	expect(w, 9004, "what=netlink-overrun n=3 from=2026-01-05T03:05:06.000000Z");
}

static void
test_heartbeat(void **state)
{
	struct world *w = *state;
	struct coverage_extra x = { .open = 2, .waiting = 3, .lost = 4 };

	open_all(w);
	w->a.worker[0].count[COUNTER_frames] = 100;
	w->a.worker[0].count[COUNTER_packets] = 60;
	w->a.worker[0].count[COUNTER_copies] = 40;
	w->a.worker[1].count[COUNTER_frames] = 1;
	w->a.worker[1].count[COUNTER_packets] = 1;
	w->a.worker[0].published = 105;
	w->a.worker[0].released = 100;
	w->a.iface[0] =
	    (struct iface_sample){ .frames = 50, .bytes = 5000, .received = 57, .kernel_drops = 7 };
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, at(60000));
	coverage_link(w->c, 1, true, GAP_START, at(70250));
	tick(w, 71000);
	w->said = 0;
	unverifiable(w, 1, 3, 200000);
	beat(w, &x, 300000);
	assert_int_equal(w->said, 4);
	/* blind: 0.1 + (0.2 + 10.25) + 0.3 s; of the 3 * 2 pairs none is left whole: all started
	 * late */
	assert_string_equal(w->fields[0],
	    "seconds=300.000 interfaces=3 watching=3 blind=10.850 frames=101 packets=61 copies=40 "
	    "judged=0"
	    " not_judged=0 undecodable=0 inner=0 flows=0 conforming=0 violations=0 suspected=0 "
	    "unverifiable=0 evicted=0 skipped=0 held_findings=0"
	    " drops=7 ring_full=0 unread=0 backlog=5 incidents=2 lines_waiting=3 lines_lost=4 "
	    "pairs=6 assured=0"
	    " unassured=kikan>lgwan:link-down,blind,drops;kikan>internet:blind,drops,unverifiable;"
	    "lgwan>kikan:link-down,blind,drops;lgwan>internet:link-down,blind;"
	    "internet>kikan:blind,drops;internet>lgwan:link-down,blind");
	assert_string_equal(w->fields[1],
	    "what=coverage in=eth1 watched=299.900 blind=0.100 frames=50 bytes=5000 received=57"
	    " kernel_drops=7 nic_drops=0 ring_full=0 unread=0");
	assert_string_equal(w->fields[2],
	    "what=coverage in=eth2 watched=289.550 blind=10.450 frames=0 bytes=0 received=0"
	    " kernel_drops=0 nic_drops=0 ring_full=0 unread=0");
	w->said = 0;

	/* The next one tells of its own time only. */
	w->a.iface[0].frames = 51;
	w->a.worker[0].count[COUNTER_frames] = 103;
	beat(w, &x, 600000);
	assert_non_null(
	    strstr(w->fields[0], "seconds=300.000 interfaces=3 watching=3 blind=0.000 frames=3 "));
	assert_non_null(strstr(w->fields[0], " drops=0 "));
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=6"));
	assert_string_equal(w->fields[1],
	    "what=coverage in=eth1 watched=300.000 blind=0.000 frames=1 bytes=0 received=0"
	    " kernel_drops=0 nic_drops=0 ring_full=0 unread=0");
	w->said = 0;

	/* One pair not verifiable, one interface with a loss: of six pairs 2 are left (kikan and
	 * lgwan), less one. */
	unverifiable(w, 1, 2, 700000);
	w->a.iface[2].ring_full = 1;
	beat(w, &x, 900000);
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=1"));
	w->said = 0;

	/* A flow that gave up its place could have been any pair's. */
	w->a.worker[0].count[COUNTER_evicted]++;
	beat(w, &x, 1200000);
	assert_non_null(strstr(w->fields[0], " pairs=6 assured=0"));
	w->said = 0;

	/* The stop sums up from the start. */
	coverage_stopped(w->c, &w->a, &x, at(1200001));
	assert_int_equal(w->id[w->said - 1], 9003);
	assert_non_null(strstr(
	    w->fields[w->said - 1], "seconds=1200.001 interfaces=3 blind=10.850 frames=104 "));
	assert_non_null(strstr(w->fields[w->said - 1], " drops=7 ring_full=1 "));
}

static void
test_largest_heartbeat_fits(void **state)
{
	struct world *w = *state;
	struct coverage_extra x = { .open = UINT32_MAX, .waiting = UINT64_MAX, .lost = UINT64_MAX };

	/* note() checks the length; nothing may be left out either. */
	memset(&w->a.worker[0], 0xff, sizeof w->a.worker[0]);
	for (size_t i = 0; i < 3; i++)
		memset(&w->a.iface[i], 0xff, sizeof w->a.iface[i]);
	beat(w, &x, 300000);
	assert_non_null(strstr(w->fields[0], " assured=0"));
	assert_non_null(strstr(w->fields[1], " unread=18446744073709551615"));
}

/* Identities. */

static void
add_up(struct world *w)
{
	w->a.worker[0] = (struct worker_sample){
		.valid = true, .included = 102, .published = 110, .released = 102
	};
	w->a.worker[0].count[COUNTER_frames] = 100;
	w->a.worker[0].count[COUNTER_skipped] = 2;
	w->a.worker[0].count[COUNTER_packets] = 60;
	w->a.worker[0].count[COUNTER_copies] = 40;
	w->a.worker[0].count[COUNTER_judged] = 50;
	w->a.worker[0].count[COUNTER_not_judged] = 7;
	w->a.worker[0].count[COUNTER_undecodable] = 3;
	w->a.capture_known = true;
	w->a.iface[0] = (struct iface_sample){ .frames = 70, .received = 75, .kernel_drops = 5 };
	w->a.iface[2] = (struct iface_sample){ .frames = 40, .received = 41, .ring_full = 1 };
}

static void
check(struct world *w, nstime ms)
{
	accounts_check(&w->a, &w->policy->p, at(ms).mono, mismatch, w);
}

static void
test_identities(void **state)
{
	struct world *w = *state;

	add_up(w);
	check(w, 0);
	check(w, 30000);
	expect_nothing(w);
	w->a.worker[0].count[COUNTER_copies]--;
	check(w, 31000);
	expect(w, 9011, "what=copies worker=0 frames=100 packets=60 copies=39");
	check(w, 32000);
	expect_nothing(w); /* once per kind */
	w->a.worker[0].count[COUNTER_judged]++;
	check(w, 33000);
	expect(w, 9011, "what=judged worker=0 packets=60 judged=51 not_judged=7 undecodable=3");
	w->a.worker[0].included++;
	check(w, 34000);
	expect(w, 9011, "what=released worker=0 frames=100 skipped=2 released=103");
	w->a.worker[0].released = 111;
	check(w, 35000);
	expect(w, 9011, "what=ring worker=0 released=111 published=110");
}

static void
test_identities_of_capture(void **state)
{
	struct world *w = *state;

	add_up(w);
	check(w, 0);
	/* Frames counted and not yet published: only when nothing moves that is a mismatch. */
	w->a.iface[0].frames++;
	w->a.iface[0].received++;
	check(w, 1000);
	expect_nothing(w);
	check(w, 2000);
	expect(w, 9011, "what=published frames=111 published=110 unshown=0");

	/* The kernel counted more than came: after it stood still for a while. */
	w->a.iface[2].received++;
	w->a.still_since[2] = at(3000).mono;
	check(w, 3000);
	check(w, 9999);
	expect_nothing(w);
	check(w, 10000);
	expect(w, 9011,
	    "what=received in=eth3 received=42 frames=40 kernel_drops=0 ring_full=1 unread=0");
}

/* Capture was killed between putting two frames and showing them: once, and never again. */
static void
test_unshown_frames(void **state)
{
	struct world *w = *state;
	struct accounts *a = &w->a;

	a->capture_known = true;
	a->iface[0].frames = 112;
	a->worker[0].published = 110;
	accounts_capture_restarted(a);
	for (unsigned i = 0; i < 3; i++)
		accounts_check(a, &w->policy->p, MONO, mismatch, w);
	a->iface[0].frames += 5;
	a->worker[0].published += 5;
	for (unsigned i = 0; i < 3; i++)
		accounts_check(a, &w->policy->p, MONO, mismatch, w);
	expect_nothing(w);
	a->iface[0].frames++;
	for (unsigned i = 0; i < 3; i++)
		accounts_check(a, &w->policy->p, MONO, mismatch, w);
	expect(w, 9011, "what=published frames=118 published=115 unshown=2");
}

static void
test_unread_frames(void **state)
{
	struct world *w = *state;

	/* An interface disappears with nine frames in the kernel: a loss, not a mistake of ours. */
	open_all(w);
	add_up(w);
	w->a.iface[2].received += 9;
	accounts_closed(&w->a, 2);
	accounts_closed(&w->a, POLICY_IFACES);
	w->a.still_since[2] = at(0).mono;
	check(w, 6999);
	tick(w, 6999);
	w->said = 0; /* the other losses of add_up() */
	check(w, 7000);
	tick(w, 7000);
	expect(w, 9005, "in=eth3 what=iface-gone pkts=9 total=9 from=2026-01-05T03:04:11.999000Z");
	check(w, 8000);
	expect_nothing(w);
	/* It explains nothing that comes later. */
	w->a.iface[2].received++;
	check(w, 9000);
	expect(w, 9011,
	    "what=received in=eth3 received=51 frames=40 kernel_drops=0 ring_full=1 unread=9");
	/* Fewer than came is never a loss. */
	w->a.said[ACCOUNT_RECEIVED] = false;
	w->a.iface[0].received--;
	w->a.iface[2].received--;
	accounts_closed(&w->a, 0);
	accounts_check_ended(&w->a, &w->policy->p, mismatch, w);
	expect(w, 9011,
	    "what=received in=eth1 received=74 frames=70 kernel_drops=5 ring_full=0 unread=0");
}

static void
test_reading_shared_memory(void **state)
{
	struct world *w = *state;
	struct worker_shm *shm = calloc(1, sizeof *shm);
	struct capture_shm *cap = calloc(1, sizeof *cap);
	struct ring_control *ring = aligned_alloc(64, (sizeof *ring + 63) / 64 * 64);

	assert_non_null(shm);
	assert_non_null(cap);
	assert_non_null(ring);
	memset(ring, 0, sizeof *ring);
	shm->released = 5;
	shm->count[COUNTER_frames] = 5;
	ring->published = 9;
	ring->released = 5;
	accounts_worker(&w->a, 3, shm, ring);
	assert_true(w->a.worker[3].valid);
	assert_int_equal(w->a.worker[3].count[COUNTER_frames], 5);
	assert_int_equal(accounts_backlog(&w->a), 4);
	assert_int_equal(accounts_total(&w->a, COUNTER_frames), 5);
	/* A writer in the middle (or killed there): the sample of before stays. */
	shm->lock = 5;
	shm->count[COUNTER_frames] = 6;
	accounts_worker(&w->a, 3, shm, ring);
	assert_int_equal(w->a.worker[3].count[COUNTER_frames], 5);
	shm->lock = 6;
	accounts_worker(&w->a, 3, shm, ring);
	assert_int_equal(w->a.worker[3].count[COUNTER_frames], 6);
	accounts_worker(&w->a, ROLE_WORKERS, shm, ring); /* no such worker */

	cap->iface[63].frames = 4;
	accounts_capture(&w->a, cap, 10 * NS_SEC);
	accounts_capture(&w->a, cap, 11 * NS_SEC);
	assert_int_equal(w->a.iface[63].frames, 4);
	assert_int_equal(w->a.still_since[63], 10 * NS_SEC);
	cap->iface[63].received = 4;
	accounts_capture(&w->a, cap, 12 * NS_SEC);
	assert_int_equal(w->a.still_since[63], 12 * NS_SEC);
	assert_int_equal(w->a.iface[63].moved_before, 10 * NS_SEC);
	assert_int_equal(w->a.still_since[0], 10 * NS_SEC);
	free(ring);
	free(cap);
	free(shm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_start),
		CASE(test_link_down),
		CASE(test_link_flap_with_open_handle),
		CASE(test_renamed),
		CASE(test_capture_cannot_open),
		CASE(test_capture_died),
		CASE(test_heard_late),
		CASE(test_gap_heard_late),
		CASE(test_stop_says_no_gap),
		CASE(test_reload),
		CASE(test_reload_and_back),
		CASE(test_loss),
		CASE(test_loss_while_capture_stood_still),
		CASE(test_loss_kinds),
		CASE(test_new_memory_counts_from_zero),
		CASE(test_overrun),
		CASE(test_heartbeat),
		CASE(test_largest_heartbeat_fits),
		CASE(test_identities),
		CASE(test_identities_of_capture),
		CASE(test_unshown_frames),
		CASE(test_unread_frames),
		CASE(test_reading_shared_memory),
	};

	return UNIT_RUN(tests);
}
