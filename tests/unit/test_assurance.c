/* test_assurance.c - hours and pairs of zones by hand-made events: what is in doubt, in which hour,
 * with which numbers; silence; days. Over a restart: test_coverage_keep.c. */
#include "coverage_world.h"

#include <errno.h>

/* Everything is open and watched since 09:58; the records of that hour are passed over. */
static void
begin(struct world *w)
{
	world_start(w, "09:58:00");
	world_open(w);
	run(w, "10:01:00");
	forget(w);
}

/* Ends the hour that began at ten, and its time for late news. */
static void
end_hour(struct world *w)
{
	run(w, "11:00:59");
	expect_no_record(w);
	run(w, "11:01:00");
}

/* The first hour began before the daemon: blind by its start, 58 min. */
static void
test_first_hour(void **state)
{
	struct world *w = *state;

	world_start(w, "09:58:00");
	world_open(w);
	run(w, "10:00:59");
	expect_no_record(w);
	run(w, "10:01:00");
	expect_record(w, "coverage",
	    "at=2026-01-05T10:00:00.000000Z from=2026-01-05T09:00:00.000000Z in=eth1 "
	    "watched=120.000 blind=3480.000 gaps=1 quiet=0.000 frames=0 drops=0 unverifiable=0");
	pass_records(w, 2, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:00:00.000000Z from=2026-01-05T09:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=3480.000 blind_by=start");
	pass_records(w, 5, "assurance");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:00:00.000000Z from=2026-01-05T09:00:00.000000Z pairs=6 assured=0");
	expect_no_record(w);
}

/* The records of the hour from ten to eleven: the coverage of the three interfaces is passed over,
 * the pairs in doubt are these, all for the same reason. */
static void
expect_hour(struct world *w, const char *const *pairs, const char *reason)
{
	char fields[512];
	unsigned n = 0;

	pass_records(w, 3, "coverage");
	for (; pairs[n]; n++) {
		snprintf(fields, sizeof fields,
		    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=%s "
		    "assured=no %s",
		    pairs[n], reason);
		expect_record(w, "assurance", fields);
	}
	snprintf(fields, sizeof fields,
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pairs=6 assured=%u",
	    6 - n);
	expect_record(w, "assurance", fields);
	expect_no_record(w);
}

static const char *const none[] = { NULL };
static const char *const all[] = { "kikan>lgwan", "kikan>internet", "lgwan>kikan", "lgwan>internet",
	"internet>kikan", "internet>lgwan", NULL };
static const char *const of_kikan[] = { "kikan>lgwan", "kikan>internet", "lgwan>kikan",
	"internet>kikan", NULL };
static const char *const of_lgwan[] = { "kikan>lgwan", "lgwan>kikan", "lgwan>internet",
	"internet>lgwan", NULL };
static const char *const of_internet[] = { "kikan>internet", "lgwan>internet", "internet>kikan",
	"internet>lgwan", NULL };

static void
test_assured_hour(void **state)
{
	struct world *w = *state;

	begin(w);
	end_hour(w);
	expect_hour(w, none, "");
}

static void
test_link_down(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:10:00");
	coverage_link(w->c, 2, false, GAP_LINK_DOWN, w->now);
	later(w, 10250);
	coverage_link(w->c, 2, true, GAP_START, w->now);
	end_hour(w);
	expect_hour(w, of_internet, "what=link-down in=eth3 link_down=10.250");
}

/* Down over the end of the hour: each hour gets its part. */
static void
test_link_down_over_the_hour(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:59:40");
	coverage_link(w->c, 0, false, GAP_LINK_DOWN, w->now);
	run(w, "11:00:30");
	coverage_link(w->c, 0, true, GAP_START, w->now);
	end_hour(w);
	expect_hour(w, of_kikan, "what=link-down in=eth1 link_down=20.000");
	run(w, "12:01:00");
	expect_record(w, "coverage",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z in=eth1 "
	    "watched=3570.000 blind=30.000 gaps=1 quiet=0.000 frames=0 drops=0 unverifiable=0");
}

/* The link and capture for different reasons: each gets its time. */
static void
test_gone_then_down(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:10:00");
	capture(w, 1, false, GAP_IFACE_GONE, "10:10:00");
	later(w, 3000);
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, w->now);
	later(w, 1500);
	coverage_link(w->c, 1, true, GAP_START, w->now);
	capture(w, 1, true, GAP_IFACE_GONE, NULL);
	end_hour(w);
	expect_hour(w, of_lgwan,
	    "what=link-down,blind in=eth2 link_down=1.500 blind=3.000 blind_by=iface-gone");
}

static void
test_capture_died(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:10:00");
	coverage_capture_died(w->c, w->now.wall, w->now);
	later(w, 400);
	for (uint16_t i = 0; i < 3; i++)
		capture(w, i, true, GAP_RESTART, NULL);
	end_hour(w);
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=0.400 blind_by=restart");
}

/* Capture said a second late that it had closed eth1 at 10:59:59.5 and opened it again at
 * 11:00:00.2: half a second for the one hour, a fifth for the other. */
static void
test_heard_late(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "11:00:01");
	capture(w, 0, false, GAP_IFACE_GONE, "10:59:59.500");
	capture(w, 0, true, GAP_IFACE_GONE, "11:00:00.200");
	end_hour(w);
	expect_hour(w, of_kikan, "what=blind in=eth1 blind=0.500 blind_by=iface-gone");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1 blind=0.200 blind_by=iface-gone");
}

/* A gap that was over when the hour began, which is only heard in it, is of the hour before. */
static void
test_end_heard_late(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:59:50");
	capture(w, 0, false, GAP_IFACE_GONE, "10:59:50");
	run(w, "11:00:01");
	capture(w, 0, true, GAP_IFACE_GONE, "10:59:58");
	end_hour(w);
	expect_hour(w, of_kikan, "what=blind in=eth1 blind=8.000 blind_by=iface-gone");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pairs=6 assured=6");
}

static void
test_drops(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	w->a.iface[0] = (struct iface_sample){
		.frames = 1000, .kernel_drops = 4, .nic_drops = 1, .ring_full = 3, .unread = 2
	};
	end_hour(w);
	expect_record(w, "coverage",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z in=eth1 "
	    "watched=3600.000 blind=0.000 gaps=0 quiet=0.000 frames=1000 drops=10 "
	    "unverifiable=0");
	w->read--; /* it is one of the three that are passed over */
	expect_hour(w, of_kikan, "what=drops in=eth1 drops=10");
}

/* What is seen in the first ten seconds of an hour may have been lost in the one before: both. */
static void
test_drops_at_the_end(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "11:00:00");
	w->a.iface[2] =
	    (struct iface_sample){ .kernel_drops = 6, .moved_before = w->now.mono - 3 * NS_SEC };
	end_hour(w);
	expect_hour(w, of_internet, "what=drops in=eth3 drops=6");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>internet "
	    "assured=no what=drops in=eth3 drops=6");
}

static void
test_whole_counters(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	w->a.worker[0].count[COUNTER_evicted] = 3;
	w->a.worker[1].count[COUNTER_fragments_evicted] = 2;
	w->a.worker[0].count[COUNTER_skipped] = 1;
	w->a.worker[0].count[COUNTER_unsaid] = 9;
	run(w, "10:31:00");
	coverage_findings(w->c, 4, w->now);
	coverage_overrun(w->c, w->now);
	w->a.said[ACCOUNT_JUDGED] = true;
	end_hour(w);
	expect_hour(w, all,
	    "what=worker-crash,evicted,findings,netlink-overrun,accounting skipped=1 evicted=3 "
	    "fragments=2 findings=13 overruns=1");
	/* What does not add up does not do so in any later hour; the rest is over. */
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=accounting");
}

static void
test_unverifiable(void **state)
{
	static const char *const pair[] = { "internet>lgwan", NULL };
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	unverifiable(w, 3, 2, 5, "10:29:59", "10:30:00");
	unverifiable(w, 3, 2, 0, "10:29:59", "10:30:00"); /* its outcome got worse, no more */
	unverifiable(w, 3, 2, 7, "10:30:00", "10:30:00");
	end_hour(w);
	expect_hour(w, pair, "what=unverifiable unverifiable=12");
}

/* The share of it, where the flows' records are there: 12 of 1,000 packets. Those of another pair
 * do not count, nor what came in the next hour. */
static void
test_unverifiable_share(void **state)
{
	static const char *const pair[] = { "internet>lgwan", NULL };
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	unverifiable(w, 3, 2, 12, "10:29:59", "10:30:00");
	traffic(w, 3, 2, 12, VERDICT_UNVERIFIABLE, "10:30:00");
	traffic(w, 3, 2, 900, VERDICT_CONFORMING, "10:30:00");
	traffic(w, 2, 3, 5000, VERDICT_CONFORMING, "10:30:00");
	run(w, "11:00:30");
	traffic(w, 3, 2, 88, VERDICT_VIOLATION, "10:59:59"); /* told of late */
	traffic(w, 3, 2, 1000, VERDICT_CONFORMING, "11:00:00");
	end_hour(w);
	expect_hour(w, pair, "what=unverifiable unverifiable=12 unverifiable_pct=1.200");
}

/* Packets from 10:59:59 to 11:00:00.5 are told of at 11:00:01. */
static void
test_unverifiable_over_the_hour(void **state)
{
	static const char *const pair[] = { "kikan>internet", NULL };
	struct world *w = *state;

	begin(w);
	run(w, "11:00:01");
	unverifiable(w, 1, 3, 8, "10:59:59", "11:00:00.500");
	unverifiable(w, 1, 3, 2, "10:59:59", "10:59:59.900");
	end_hour(w);
	expect_hour(w, pair, "what=unverifiable unverifiable=10");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>internet "
	    "assured=no what=unverifiable unverifiable=8");
}

/* A frame that cannot be read may be of any pair that comes in there. */
static void
test_malformed(void **state)
{
	struct world *w = *state;
	struct finding f = { .id = 1005,
		.generation = 1,
		.from = 2,
		.flags = FINDING_LINK | FINDING_HAS_IN,
		.in = { .iface = 1 },
		.n = 4 };

	begin(w);
	run(w, "10:30:00");
	f.first = f.last = w->now.wall;
	coverage_unverifiable(w->c, &w->policy->p, &f, w->now);
	end_hour(w);
	expect_hour(w, of_lgwan, "what=unverifiable in=eth2 unverifiable=4");
}

/* Where nothing is known of a finding, all are in doubt. */
static void
test_unplaced(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	unverifiable(w, 0, 0, 4, "10:30:00", "10:30:00");
	end_hour(w);
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=unverifiable in=eth1,eth2 unverifiable=8");
}

/* ---- clocks and time zones ---- */

static void
test_clock(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	w->now.wall += 5 * NS_SEC;
	run(w, "10:40:00");
	w->now.wall -= 2 * NS_SEC;
	end_hour(w);
	expect_hour(w, all, "what=clock clock=7.000");
}

/* From 10:30 to 12:10, and at 12:20 back to 10:50. */
static void
test_clock_to_another_hour(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	w->now.wall = when("12:10:00");
	tick(w);
	run(w, "12:20:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:30:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=clock clock=6000.000");
	forget(w);
	w->now.wall = when("10:50:00");
	tick(w);
	run(w, "10:52:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:20:00.000000Z from=2026-01-05T12:10:00.000000Z pair=kikan>lgwan "
	    "assured=no what=clock clock=11400.000");
	forget(w);
	run(w, "11:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:50:00.000000Z pair=kikan>lgwan "
	    "assured=no what=clock clock=5400.000");
}

/* The hub itself stood still for three hours: what happened in them nobody knows. */
static void
test_nobody_looked(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:30:00");
	w->now.mono += when("13:30:00") - w->now.wall;
	w->now.wall = when("13:30:00");
	tick(w);
	for (unsigned hour = 10; hour < 13; hour++) {
		char from[64];

		pass_records(w, 1, "coverage");
		snprintf(from, sizeof from, "from=2026-01-05T%02u:00:00.000000Z in=eth2 ", hour);
		assert_true(w->read < w->records);
		assert_non_null(strstr(w->record[w->read].fields, from));
		assert_non_null(strstr(w->record[w->read].fields,
		    hour == 10 ? "watched=1800.000 blind=1800.000 gaps=1" :
				 "watched=0.000 blind=3600.000 gaps=1"));
		pass_records(w, 2, "coverage");
		pass_records(w, 7, "assurance");
	}
	expect_no_record(w);
}

/* It stood still over the end of the hour, longer than a loss is dated back: what was lost in that
 * time may be of either hour. */
static void
test_looked_late(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:59:50");
	later(w, 40000);
	w->a.iface[2].kernel_drops = 6;
	tick(w);
	end_hour(w);
	expect_hour(w, of_internet, "what=drops in=eth3 drops=6");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>internet "
	    "assured=no what=drops in=eth3 drops=6");
}

/* Zones become others before anybody looked again: the part of the hour is written at once. */
static void
test_split_without_a_look(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);
	struct policy_iface *ifaces = (struct policy_iface *)(void *)(next->bytes + next->p.ifaces);

	begin(w);
	run(w, "10:20:00");
	later(w, 300);
	snprintf(ifaces[2].name, sizeof ifaces[2].name, "eth9");
	coverage_policy(w->c, &next->p, GAP_RELOAD, w->now);
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:20:00.300000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=0.300 blind_by=restart");
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, w->now);
	free(next);
}

/* What is found out a few seconds into the next hour: numbers that did not add up before its end,
 * and, by the next look, events that may have been dropped before it. */
static void
test_known_late(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:59:59");
	later(w, 1500);
	coverage_overrun(w->c, w->now);
	run(w, "11:00:07");
	coverage_overrun(w->c, w->now);
	w->a.said[ACCOUNT_JUDGED] = true;
	end_hour(w);
	expect_hour(w, all, "what=netlink-overrun,accounting overruns=1");
	run(w, "12:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=netlink-overrun,accounting overruns=2");
}

/* Kathmandu: hours begin at a quarter past by UTC. */
static void
test_quarter_of_an_hour(void **state)
{
	struct world *w = *state;

	world_offset(w, 5 * 3600 + 45 * 60);
	world_start(w, "09:58:00");
	world_open(w);
	run(w, "10:16:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T16:00:00.000000+05:45 from=2026-01-05T15:00:00.000000+05:45 "
	    "pair=kikan>lgwan assured=no what=blind in=eth1,eth2 blind=2580.000 blind_by=start");
}

/* Lord Howe Island puts its clocks back by half an hour at two: the hour from half past one is told
 * in two parts. Here: at 10:00 UTC from +11:00 (21:00) to +10:30 (20:30). */
static void
test_half_an_hour_back(void **state)
{
	struct world *w = *state;

	world_offset(w, 11 * 3600);
	world_change(w, when("10:00:00"), 10 * 3600 + 1800);
	world_start(w, "09:58:00");
	world_open(w);
	run(w, "11:31:00");
	forget(w);
	/* 20:00 to 21:00, 20:30 to 21:00, 21:00 to 22:00 */
	w->read = 0;
	for (unsigned i = 0; i < w->records; i++)
		if (strstr(w->record[i].fields, " pairs=6"))
			w->record[w->read++] = w->record[i];
	assert_int_equal(w->read, 3);
	assert_string_equal(w->record[0].fields,
	    "at=2026-01-05T20:30:00.000000+10:30 from=2026-01-05T20:00:00.000000+11:00 "
	    "pairs=6 assured=0");
	assert_string_equal(w->record[1].fields,
	    "at=2026-01-05T21:00:00.000000+10:30 from=2026-01-05T20:30:00.000000+10:30 "
	    "pairs=6 assured=6");
	assert_string_equal(w->record[2].fields,
	    "at=2026-01-05T22:00:00.000000+10:30 from=2026-01-05T21:00:00.000000+10:30 "
	    "pairs=6 assured=6");
}

/* ---- other zones ---- */

/* A reload that leaves zones and interfaces as they are leaves the hour as it is. */
static void
test_reload(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);

	begin(w);
	run(w, "10:20:00");
	unverifiable(w, 1, 2, 3, "10:20:00", "10:20:00");
	coverage_policy(w->c, &next->p, GAP_RELOAD, w->now);
	end_hour(w);
	expect_hour(
	    w, (const char *const[]){ "kikan>lgwan", NULL }, "what=unverifiable unverifiable=3");
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, w->now);
	free(next);
}

/* At 10:20 eth3 becomes eth9, which is open after 2 s: the hour is in two parts. A finding by the
 * policy of before is of the pair by its names: there, zone 3 is zone 2. */
static void
test_reload_of_zones(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2), *swapped = hub_policy_new(3);
	struct policy_iface *ifaces = (struct policy_iface *)(void *)(next->bytes + next->p.ifaces);

	begin(w);
	run(w, "10:10:00");
	coverage_link(w->c, 2, false, GAP_LINK_DOWN, w->now);
	later(w, 1000);
	coverage_link(w->c, 2, true, GAP_START, w->now);
	run(w, "10:20:00");
	snprintf(ifaces[2].name, sizeof ifaces[2].name, "eth9");
	coverage_policy(w->c, &next->p, GAP_RELOAD, w->now);
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:20:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>internet "
	    "assured=no what=link-down in=eth3 link_down=1.000");
	pass_records(w, 3, "assurance");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:20:00.000000Z from=2026-01-05T10:00:00.000000Z pairs=6 assured=2");
	expect_no_record(w);
	later(w, 2000);
	capture(w, 2, true, GAP_RELOAD, NULL);
	run(w, "10:30:00");
	struct policy_zone *zones =
	    (struct policy_zone *)(void *)(swapped->bytes + swapped->p.zones);
	struct policy_zone zone = zones[2];
	zones[2] = zones[3];
	zones[3] = zone;
	struct finding f = { .id = 2011,
		.generation = 3,
		.from = 1,
		.to = 2,
		.first = w->now.wall,
		.last = w->now.wall,
		.n = 6 };
	coverage_unverifiable(w->c, &swapped->p, &f, w->now);
	run(w, "11:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:20:00.000000Z pair=kikan>internet "
	    "assured=no what=reload,unverifiable in=eth9 reload=2.000 unverifiable=6");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:20:00.000000Z pair=lgwan>internet "
	    "assured=no what=reload in=eth9 reload=2.000");
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, w->now);
	free(swapped);
	free(next);
}

/* What a heartbeat knows of pairs goes with their zones to other numbers. */
static void
test_renumbered(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);
	struct policy_zone *zones = (struct policy_zone *)(void *)(next->bytes + next->p.zones);
	struct policy_zone zone = zones[1];
	struct assurance a;

	begin(w);
	unverifiable(w, 1, 3, 6, "10:01:00", "10:01:00");
	zones[1] = zones[3];
	zones[3] = zone;
	coverage_policy(w->c, &next->p, GAP_RELOAD, w->now);
	assert_true(coverage_pair(w->c, PERIOD_BEAT, 3, 1, &a));
	assert_int_equal(a.unverifiable, 6);
	assert_true(coverage_pair(w->c, PERIOD_BEAT, 1, 3, &a));
	assert_int_equal(a.unverifiable, 0);
	assert_true(coverage_pair(w->c, PERIOD_HOUR, 3, 1, &a));
	assert_int_equal(a.unverifiable, 0);
	assert_int_equal(a.doubts, 0);
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, w->now);
	free(next);
}

/* Two zones without an interface: pairs of one of them with a captured zone are listed, the pair of
 * the two is not. With a mirror port both are seen by it, and all pairs are listed. */
static void
test_uncaptured(void **state)
{
	struct world *w = *state;
	struct policy *p = &w->policy->p;
	struct policy_line *lines = (struct policy_line *)(void *)(w->policy->bytes + p->lines);
	struct policy_iface *ifaces = (struct policy_iface *)(void *)(w->policy->bytes + p->ifaces);
	uint64_t map[POLICY_ZONES], before;
	struct assurance a;
	char bytes[256];

	lines[2].zone = lines[3].zone = 1;
	before = assurance_map(p, map);
	assert_int_equal(map[1], 7);
	assert_int_equal(map[2], 0);
	assert_int_equal(map[3], 0);
	assert_true(assurance_lists(map, 1, 2));
	assert_true(assurance_lists(map, 3, 1));
	assert_false(assurance_lists(map, 2, 3));
	assert_false(assurance_lists(map, 1, 1));
	world_start(w, "09:00:00");
	world_open(w);
	run(w, "09:00:01");
	assert_false(coverage_pair(w->c, PERIOD_HOUR, 2, 3, &a));
	assert_true(coverage_pair(w->c, PERIOD_HOUR, 3, 1, &a));
	struct text t = text_of(bytes, sizeof bytes);
	assurance_fields(&t, p, 3, 1, &a);
	assert_string_equal(bytes, " assured=no what=uncaptured uncaptured=internet");
	/* eth3 is a mirror port now, and no zone names it. */
	lines[3].zone = 0;
	ifaces[2].mirror = true;
	assert_true(assurance_map(p, map) != before);
	assert_int_equal(map[1], 3);
	assert_int_equal(map[2], 4);
	assert_int_equal(map[3], 4);
	assert_true(assurance_lists(map, 2, 3));
}

/* ---- silence ---- */

static void
test_quiet(void **state)
{
	struct world *w = *state;

	w->policy->p.quiet_interface = 10 * NS_MIN;
	world_start(w, "10:00:00");
	world_open(w);
	/* eth1 and eth3 have frames all the time, eth2 none: it counts from when it is watched. */
	w->busy = 1 << 0 | 1 << 2;
	run(w, "10:09:59");
	expect_no_note(w);
	run(w, "10:10:00");
	expect_note(w, 9012, "in=eth2 what=quiet from=2026-01-05T10:00:00.000000Z");
	run(w, "10:29:59");
	expect_no_note(w); /* once, whatever heartbeats there are */
	coverage_heartbeat(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	w->notes = w->told = 0;
	w->a.iface[1].frames++;
	run(w, "10:30:00");
	expect_note(w, 9012,
	    "in=eth2 what=quiet from=2026-01-05T10:00:00.000000Z to=2026-01-05T10:30:00.000000Z "
	    "seconds=1800.000");
	/* From the last frame on, not from the line. */
	run(w, "10:39:59");
	expect_no_note(w);
	run(w, "10:40:00");
	expect_note(w, 9012, "in=eth2 what=quiet from=2026-01-05T10:30:00.000000Z");
	w->a.iface[1].received++; /* what the kernel dropped is no silence either */
	run(w, "10:40:01");
	expect_note(w, 9012,
	    "in=eth2 what=quiet from=2026-01-05T10:30:00.000000Z to=2026-01-05T10:40:01.000000Z "
	    "seconds=601.000");
	w->busy |= 1 << 1;
	run(w, "11:01:00");
	expect_no_note(w);
	pass_records(w, 2, "coverage");
	assert_non_null(strstr(w->record[w->read - 1].fields, " quiet=2401.000 "));
	pass_records(w, 1, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=quiet in=eth2 quiet=2401.000");
}

/* A link that goes down ends the silence; when it is up the time begins anew. */
static void
test_quiet_and_blind(void **state)
{
	struct world *w = *state;

	w->policy->p.quiet_interface = 10 * NS_MIN;
	world_start(w, "10:00:00");
	world_open(w);
	w->busy = 1 << 0 | 1 << 2;
	run(w, "10:12:00");
	expect_note(w, 9012, "in=eth2 what=quiet from=2026-01-05T10:00:00.000000Z");
	later(w, 500);
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, w->now);
	expect_note(w, 9004, NULL);
	run(w, "10:12:01");
	expect_note(w, 9012,
	    "in=eth2 what=quiet from=2026-01-05T10:00:00.000000Z to=2026-01-05T10:12:00.500000Z "
	    "seconds=720.500");
	run(w, "10:40:00");
	expect_no_note(w); /* blind for half an hour is not quiet */
	coverage_link(w->c, 1, true, GAP_START, w->now);
	expect_note(w, 9004, NULL);
	run(w, "10:49:59");
	expect_no_note(w);
	run(w, "10:50:00");
	expect_note(w, 9012, "in=eth2 what=quiet from=2026-01-05T10:40:00.000000Z");
	/* Down and up between two looks: another silence. */
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, w->now);
	coverage_link(w->c, 1, true, GAP_START, w->now);
	expect_note(w, 9004, NULL);
	expect_note(w, 9004, NULL);
	later(w, 1000);
	tick(w);
	expect_note(w, 9012,
	    "in=eth2 what=quiet from=2026-01-05T10:40:00.000000Z to=2026-01-05T10:50:00.000000Z "
	    "seconds=600.000");
	expect_no_note(w);
}

static void
test_quiet_never(void **state)
{
	struct world *w = *state;

	world_start(w, "10:00:00");
	world_open(w);
	run(w, "12:00:00");
	expect_no_note(w);
	/* It is wanted from now on, and then not any more. */
	w->policy->p.quiet_interface = NS_HOUR;
	run(w, "12:00:01");
	expect_note(w, 9012, "in=eth1 what=quiet from=2026-01-05T10:00:00.000000Z");
	expect_note(w, 9012, NULL);
	expect_note(w, 9012, NULL);
	w->policy->p.quiet_interface = 0;
	run(w, "12:00:02");
	expect_note(w, 9012,
	    "in=eth1 what=quiet from=2026-01-05T10:00:00.000000Z to=2026-01-05T12:00:02.000000Z "
	    "seconds=7202.000");
	expect_note(w, 9012, NULL);
	expect_note(w, 9012, NULL);
	run(w, "14:00:00");
	expect_no_note(w);
}

/* ---- days ---- */

static void
test_day(void **state)
{
	struct world *w = *state;

	world_start(w, "20:00:00");
	world_open(w);
	run(w, "21:00:00");
	coverage_link(w->c, 0, false, GAP_LINK_DOWN, w->now);
	later(w, 1000);
	coverage_link(w->c, 0, true, GAP_START, w->now);
	/* 4 h less 1 s: 14,399 of 14,400 s are 99.993055…%. Of 1,000,000 packets one was lost:
	 * 0.0001 %, and two could not be verified. */
	w->a.iface[0] = (struct iface_sample){ .frames = 999999, .kernel_drops = 1 };
	unverifiable(w, 1, 2, 2, "21:00:01", "21:00:01");
	run(w, "24:00:59");
	w->told = w->notes;
	run(w, "24:01:00");
	expect_note(w, 9001,
	    "what=coverage day=2026-01-05 in=eth1 from=2026-01-05T20:00:00.000000Z "
	    "to=2026-01-06T00:00:00.000000Z watched=14399.000 blind=1.000 gaps=1 quiet=0.000 "
	    "watched_pct=99.993 frames=999999 lost=1 unverifiable=2 verified_pct=99.999 "
	    "unverifiable_pct=0.001 lost_pct=0.001");
	expect_note(w, 9001,
	    "what=coverage day=2026-01-05 in=eth2 from=2026-01-05T20:00:00.000000Z "
	    "to=2026-01-06T00:00:00.000000Z watched=14400.000 blind=0.000 gaps=0 quiet=0.000 "
	    "watched_pct=100.000 frames=0 lost=0 unverifiable=2");
	expect_note(w, 9001, NULL);
	expect_no_note(w);
	/* The next day up to the stop. */
	run(w, "25:00:00");
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	expect_note(w, 9001,
	    "what=coverage day=2026-01-06 in=eth1 from=2026-01-06T00:00:00.000000Z "
	    "to=2026-01-06T01:00:00.000000Z watched=3600.000 blind=0.000 gaps=0 quiet=0.000 "
	    "watched_pct=100.000 frames=0 lost=0 unverifiable=0");
}

/* A frame that a worker left out was not judged: not all of its interface was. */
static void
test_day_with_skipped(void **state)
{
	struct world *w = *state;
	const struct msg_skipped skipped = { .seq = 7, .iface = 0 },
				 lost = { .seq = 0, .error = EIO };

	begin(w);
	for (unsigned i = 0; i < 3; i++)
		w->a.iface[i].frames = 1000;
	coverage_skipped(w->c, &skipped, w->now);
	run(w, "24:01:00");
	assert_true(w->notes >= w->told + 3);
	w->told = w->notes - 3;
	assert_non_null(
	    strstr(w->note[w->told++].fields, " verified_pct=99.900 unverifiable_pct=0.100 "));
	assert_non_null(
	    strstr(w->note[w->told++].fields, " verified_pct=100.000 unverifiable_pct=0.000 "));
	assert_non_null(strstr(w->note[w->told++].fields, " unverifiable=0 "));
	/* Nobody knows which it was, a moment behind the end of the day. */
	w->now.mono += when("47:59:59") - w->now.wall;
	w->now.wall = when("47:59:59");
	tick(w);
	for (unsigned i = 0; i < 3; i++)
		w->a.iface[i].frames += 1000;
	tick(w);
	later(w, 1500);
	coverage_skipped(w->c, &lost, w->now);
	run(w, "48:01:01");
	assert_true(w->notes >= w->told + 3);
	for (unsigned i = 3; i > 0; i--)
		assert_non_null(strstr(w->note[w->notes - i].fields, " verified_pct=99.900 "));
}

/* The day in which clocks are put forward has 23 hours: 2026-01-06 here, at two o'clock, from
 * +10:00 to +11:00 as in Sydney. */
static void
test_short_day(void **state)
{
	struct world *w = *state;

	world_offset(w, 10 * 3600);
	world_change(w, when("16:00:00"), 11 * 3600);
	world_start(w, "13:59:00");
	world_open(w);
	run(w, "37:00:59");
	w->told = w->notes;
	run(w, "37:01:00");
	expect_note(w, 9001,
	    "what=coverage day=2026-01-06 in=eth1 from=2026-01-06T00:00:00.000000+10:00 "
	    "to=2026-01-07T00:00:00.000000+11:00 watched=82800.000 blind=0.000 gaps=0 quiet=0.000 "
	    "watched_pct=100.000 frames=0 lost=0 unverifiable=0");
}

/* At the stop: the hour so far, without the gap that the stop itself is. */
static void
test_stop(void **state)
{
	struct world *w = *state;

	begin(w);
	run(w, "10:20:00");
	coverage_stopping(w->c, w->now);
	capture(w, 0, false, GAP_STOP, "10:20:00");
	w->a.iface[0].ring_full = 2; /* what was on its way counts */
	later(w, 700);
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	expect_record(w, "coverage",
	    "at=2026-01-05T10:20:00.000000Z from=2026-01-05T10:00:00.000000Z in=eth1 "
	    "watched=1200.000 blind=0.000 gaps=0 quiet=0.000 frames=0 drops=2 unverifiable=0");
	pass_records(w, 2, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:20:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=drops in=eth1 drops=2");
	pass_records(w, 3, "assurance");
	expect_record(w, "assurance",
	    "at=2026-01-05T10:20:00.000000Z from=2026-01-05T10:00:00.000000Z pairs=6 assured=2");
	expect_no_record(w);
}

/* A heartbeat names eight pairs and counts the others. */
static void
test_heartbeat_names(void **state)
{
	struct world *w = *state;
	struct hub_policy *big = hub_policy_new(2);
	struct policy_zone zones[10] = { 0 };
	struct policy_line lines[10] = { 0 };

	for (unsigned i = 1; i < 10; i++) {
		char id[40];

		snprintf(id, sizeof id, "zone-%u-with-a-name-of-32-bytes-xy", i);
		zones[i] = (struct policy_zone){ .id = hub_policy_text(big, id), .captured = true };
		lines[i] = (struct policy_line){ .vlan = { (uint16_t)i }, .zone = (uint8_t)i };
	}
	big->p.nzones = big->p.nlines = 9;
	big->p.zones = hub_policy_put(big, zones, sizeof zones);
	big->p.lines = hub_policy_put(big, lines, sizeof lines);
	begin(w);
	coverage_policy(w->c, &big->p, GAP_RELOAD, w->now);
	coverage_overrun(w->c, w->now);
	w->told = w->notes;
	coverage_heartbeat(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	const char *at = strstr(w->note[w->told].fields, " pairs=72 assured=0 unassured=");
	assert_non_null(at);
	assert_true(strlen(w->note[w->told].fields) <= 860);
	const char *last = strrchr(at, ';');
	assert_non_null(last);
	unsigned named = 0;
	for (const char *p = at; p != last; p++)
		named += *p == ':';
	assert_int_equal(strtoul(last + 2, NULL, 10), 72 - named);
	assert_true(named > 0);
	coverage_policy(w->c, &w->policy->p, GAP_RELOAD, w->now);
	free(big);
}

/* Each {key} of a text is a field that stands beside the doubt. */
static void
expect_keys(const char *text, const char *fields)
{
	for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{')) {
		char key[40];

		snprintf(key, sizeof key, " %.*s=", (int)strcspn(p + 1, "}"), p + 1);
		if (!strstr(fields, key))
			print_error("%s: no%s in%s\n", text, key, fields);
		assert_non_null(strstr(fields, key));
	}
}

static void
test_texts(void **state)
{
	struct world *w = *state;

	for (unsigned d = 0; d < DOUBTS; d++) {
		const struct assurance a = { .doubts = 1u << d, .reasons = 1u << GAP_START };
		const struct doubt_text *text = doubt_text(d);
		char bytes[256];
		struct text t = text_of(bytes, sizeof bytes);

		assurance_fields(&t, &w->policy->p, 1, 2, &a);
		expect_keys(text->brief, bytes);
		expect_keys(text->sentence, bytes);
		expect_keys(text->brief_ja, bytes);
		expect_keys(text->sentence_ja, bytes);
	}
	assert_null(doubt_text(DOUBTS));
}

/* 100.000 and 0.000 are true, of any numbers. */
static void
test_percent(void **state)
{
	static const struct {
		uint64_t part, whole;
		bool good;
		const char *text;
	} cases[] = { { 0, 1, true, "0.000" }, { 0, 1, false, "0.000" }, { 1, 1, true, "100.000" },
		{ 1, 1, false, "100.000" }, { 2, 3, true, "66.666" }, { 2, 3, false, "66.667" },
		{ 99999999, 100000000, true, "99.999" }, { 1, 100000000, false, "0.001" },
		{ UINT64_MAX - 1, UINT64_MAX, true, "99.999" }, { 1, UINT64_MAX, false, "0.001" },
		{ UINT64_MAX / 100000, UINT64_MAX / 100000, false, "100.000" },
		{ UINT64_MAX, UINT64_MAX, false, "100.000" } };
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(
		    percent_text(text, cases[i].part, cases[i].whole, cases[i].good),
		    cases[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
		CASE(test_first_hour),
		CASE(test_assured_hour),
		CASE(test_link_down),
		CASE(test_link_down_over_the_hour),
		CASE(test_gone_then_down),
		CASE(test_capture_died),
		CASE(test_heard_late),
		CASE(test_end_heard_late),
		CASE(test_drops),
		CASE(test_drops_at_the_end),
		CASE(test_whole_counters),
		CASE(test_unverifiable),
		CASE(test_unverifiable_share),
		CASE(test_unverifiable_over_the_hour),
		CASE(test_malformed),
		CASE(test_unplaced),
		CASE(test_clock),
		CASE(test_clock_to_another_hour),
		CASE(test_nobody_looked),
		CASE(test_looked_late),
		CASE(test_known_late),
		CASE(test_split_without_a_look),
		CASE(test_quarter_of_an_hour),
		CASE(test_half_an_hour_back),
		CASE(test_reload),
		CASE(test_reload_of_zones),
		CASE(test_renumbered),
		CASE(test_uncaptured),
		CASE(test_quiet),
		CASE(test_quiet_and_blind),
		CASE(test_quiet_never),
		CASE(test_day),
		CASE(test_day_with_skipped),
		CASE(test_short_day),
		CASE(test_stop),
		CASE(test_heartbeat_names),
		CASE(test_texts),
		CASE(test_percent),
	};

	return UNIT_RUN(tests);
}
