/* test_coverage_keep.c - hours and days over stops, restarts and kills: what is taken up, what was
 * not watched in between, and which files are not believed. */
#include "coverage_world.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/coverage_keep.h"

enum { RUN = 4711 };

struct kept_world {
	struct world w;
	char dir[64], path[96];
};

static int
set_up(void **state)
{
	struct kept_world *k = calloc(1, sizeof *k);

	assert_non_null(k);
	k->w.policy = hub_policy_new(1);
	snprintf(k->dir, sizeof k->dir, "/tmp/segaudit-keep-XXXXXX");
	assert_non_null(mkdtemp(k->dir));
	snprintf(k->path, sizeof k->path, "%s/coverage", k->dir);
	*state = k;
	return 0;
}

static int
tear_down(void **state)
{
	struct kept_world *k = *state;

	(void)unlink(k->path);
	assert_int_equal(rmdir(k->dir), 0); /* nothing else was left there */
	coverage_free(k->w.c);
	free(k->w.policy);
	free(k);
	return 0;
}

static void
keep(struct kept_world *k, bool clean)
{
	assert_int_equal(coverage_keep(k->w.c, k->dir, RUN, clean, k->w.now), 0);
}

/* Another daemon, on a machine that was started anew. */
static void
start_again(struct kept_world *k, const char *time)
{
	world_start_at(&k->w, time, 50 * NS_SEC);
	assert_int_equal(coverage_load(k->w.c, k->dir, RUN + 1, false, k->w.now), 0);
	world_open(&k->w);
	k->w.notes = k->w.told = 0;
}

/* From 09:58 to 10:20:00: eth3 had no link for a second, three packets of eth2 were lost, five of
 * forty packets of kikan>internet could not be verified, and kept. */
static void
some_time(struct kept_world *k)
{
	struct world *w = &k->w;

	world_start(w, "09:58:00");
	world_open(w);
	run(w, "10:10:00");
	coverage_link(w->c, 2, false, GAP_LINK_DOWN, w->now);
	later(w, 1000);
	coverage_link(w->c, 2, true, GAP_START, w->now);
	w->a.iface[1] = (struct iface_sample){ .frames = 1000, .kernel_drops = 3 };
	unverifiable(w, 1, 3, 5, "10:10:00", "10:10:00");
	traffic(w, 1, 3, 5, VERDICT_UNVERIFIABLE, "10:10:00");
	traffic(w, 1, 3, 35, VERDICT_CONFORMING, "10:10:00");
	run(w, "10:20:00");
	forget(w);
}

/* The records of the hour from ten to eleven, after a time away of SECONDS because of WHY. */
static void
expect_ten(struct world *w, const char *seconds, const char *why)
{
	const char *const head = "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z";
	char fields[400];

	pass_records(w, 3, "coverage");
	snprintf(fields, sizeof fields,
	    "%s pair=kikan>lgwan assured=no what=blind,drops in=eth1,eth2 blind=%s blind_by=%s "
	    "drops=3",
	    head, seconds, why);
	expect_record(w, "assurance", fields);
	snprintf(fields, sizeof fields,
	    "%s pair=kikan>internet assured=no what=link-down,blind,unverifiable in=eth1,eth3 "
	    "link_down=1.000 blind=%s blind_by=%s unverifiable=5 unverifiable_pct=12.500",
	    head, seconds, why);
	expect_record(w, "assurance", fields);
	pass_records(w, 4, "assurance");
	snprintf(fields, sizeof fields, "%s pairs=6 assured=0", head);
	expect_record(w, "assurance", fields);
}

static void
test_killed(void **state)
{
	struct kept_world *k = *state;

	some_time(k);
	keep(k, false);
	run(&k->w, "10:20:08"); /* of these seconds nothing is known */
	start_again(k, "10:21:00");
	run(&k->w, "11:01:00");
	expect_ten(&k->w, "60.000", "restart");
	expect_no_record(&k->w);
}

static void
test_stopped(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;

	some_time(k);
	coverage_stopping(w->c, w->now);
	later(w, 1500); /* it takes its time */
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	keep(k, true);
	forget(w);
	start_again(k, "10:30:00");
	run(w, "11:01:00");
	expect_ten(w, "600.000", "stop");
	expect_no_record(w);
	/* The day: eth2, from the first start on, 62 min and 11 min 40 s without the stop. */
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	expect_note(w, 9001, NULL);
	expect_note(w, 9001,
	    "what=coverage day=2026-01-05 in=eth2 from=2026-01-05T09:58:00.000000Z "
	    "to=2026-01-05T11:01:00.000000Z watched=3180.000 blind=600.000 gaps=1 quiet=0.000 "
	    "watched_pct=84.126 frames=1000 lost=3 unverifiable=0 verified_pct=99.700 "
	    "unverifiable_pct=0.000 lost_pct=0.300");
}

static void
test_next_hour(void **state)
{
	struct kept_world *k = *state;

	some_time(k);
	keep(k, true);
	start_again(k, "11:10:00");
	expect_no_record(&k->w);
	tick(&k->w);
	expect_ten(&k->w, "2400.000", "stop");
	run(&k->w, "12:01:00");
	expect_record(&k->w, "coverage",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z in=eth1 "
	    "watched=3000.000 blind=600.000 gaps=1 quiet=0.000 frames=0 drops=0 unverifiable=0");
}

static void
test_hours_later(void **state)
{
	struct kept_world *k = *state;

	some_time(k);
	keep(k, false);
	start_again(k, "14:30:00");
	expect_ten(&k->w, "2400.000", "restart");
	expect_record(&k->w, "assurance",
	    "at=2026-01-05T14:00:00.000000Z from=2026-01-05T11:00:00.000000Z pairs=6 assured=0 "
	    "what=blind blind_by=restart");
	expect_no_record(&k->w);
	run(&k->w, "15:01:00");
	pass_records(&k->w, 3, "coverage");
	expect_record(&k->w, "assurance",
	    "at=2026-01-05T15:00:00.000000Z from=2026-01-05T14:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=1800.000 blind_by=restart");
}

static void
test_next_day(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;

	some_time(k);
	keep(k, true);
	start_again(k, "33:00:00");
	expect_no_note(w);
	tick(w);
	/* 22 min watched, then 13 h 40 min not. */
	expect_note(w, 9001,
	    "what=coverage day=2026-01-05 in=eth1 from=2026-01-05T09:58:00.000000Z "
	    "to=2026-01-06T00:00:00.000000Z watched=1320.000 blind=49200.000 gaps=1 quiet=0.000 "
	    "watched_pct=2.612 frames=0 lost=0 unverifiable=5");
	expect_note(w, 9001, NULL);
	expect_note(w, 9001, NULL);
	expect_no_note(w);
	run(w, "34:00:00");
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	expect_note(w, 9001,
	    "what=coverage day=2026-01-06 in=eth1 from=2026-01-06T00:00:00.000000Z "
	    "to=2026-01-06T10:00:00.000000Z watched=3600.000 blind=32400.000 gaps=1 quiet=0.000 "
	    "watched_pct=10.000 frames=0 lost=0 unverifiable=0");
}

/* Killed while the hour before waits for late news: it is written down once. */
static void
test_killed_in_between(void **state)
{
	struct kept_world *k = *state;

	some_time(k);
	run(&k->w, "11:00:30");
	keep(k, false);
	start_again(k, "11:00:40");
	run(&k->w, "11:00:59");
	expect_no_record(&k->w);
	run(&k->w, "11:01:00");
	pass_records(&k->w, 3, "coverage");
	expect_record(&k->w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=drops in=eth2 drops=3");
	pass_records(&k->w, 5, "assurance");
	assert_true(coverage_keep_due(k->w.c, k->w.now)); /* not to be said twice */
	keep(k, false);
	assert_false(coverage_keep_due(k->w.c, k->w.now));
	forget(&k->w);
	start_again(k, "11:01:10");
	run(&k->w, "11:59:00");
	expect_no_record(&k->w);
	run(&k->w, "12:01:00");
	pass_records(&k->w, 3, "coverage");
	expect_record(&k->w, "assurance",
	    "at=2026-01-05T12:00:00.000000Z from=2026-01-05T11:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=20.000 blind_by=restart");
}

/* Another hub of the same daemon: counters go on from what the one before had seen. */
static void
test_counters_go_on(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;
	struct accounts a;

	some_time(k);
	a = w->a;
	a.worker[0].count[COUNTER_evicted] = 7;
	a.worker[0].count[COUNTER_frames] = 2000;
	w->a = a;
	later(w, 1000);
	tick(w);
	keep(k, false);
	world_start(w, "10:20:05");
	assert_int_equal(coverage_load(w->c, k->dir, RUN, true, w->now), 0);
	world_open(w);
	forget(w);
	w->a = a;
	w->a.iface[1].frames += 40;
	w->a.iface[1].kernel_drops += 2;
	w->a.worker[0].count[COUNTER_frames] = 2040;
	run(w, "10:20:06");
	expect_note(
	    w, 9005, "in=eth2 what=kernel-drop pkts=2 total=2 from=2026-01-05T10:20:05.000000Z");
	expect_no_note(w);
	coverage_heartbeat(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	assert_non_null(strstr(w->note[w->told].fields, " frames=0 ")); /* since this hub */
	assert_non_null(strstr(w->note[w->told].fields, " drops=2 "));
	assert_non_null(strstr(w->note[w->told + 2].fields,
	    "in=eth2 watched=1.000 blind=0.000 frames=40 bytes=0 received=0 kernel_drops=2 "));
}

/* Nothing was kept by that daemon: what was counted before is not known to be new. */
static void
test_counters_unknown(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;

	world_start(w, "10:20:05");
	assert_int_equal(coverage_load(w->c, k->dir, RUN, true, w->now), -ENOENT);
	world_open(w);
	w->a.capture_known = false;
	run(w, "10:20:06");
	w->a.capture_known = true;
	w->a.iface[1] = (struct iface_sample){ .frames = 1000, .kernel_drops = 3 };
	w->a.worker[0].count[COUNTER_evicted] = 7;
	run(w, "10:20:07");
	expect_no_note(w);
	w->a.worker[0].count[COUNTER_evicted] = 8;
	run(w, "10:20:08");
	expect_note(w, 9005, "what=flow-evicted flows=1 total=1 from=2026-01-05T10:20:07.000000Z");
}

/* By another configuration the hour begins anew, blind up to now; the day goes by names. */
static void
test_other_zones(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;
	struct policy_iface *ifaces =
	    (struct policy_iface *)(void *)(w->policy->bytes + w->policy->p.ifaces);

	some_time(k);
	keep(k, true);
	snprintf(ifaces[0].name, sizeof ifaces[0].name, "eth2");
	snprintf(ifaces[1].name, sizeof ifaces[1].name, "eth9");
	start_again(k, "10:30:00");
	run(w, "11:01:00");
	pass_records(w, 3, "coverage");
	expect_record(w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth2,eth9 blind=1800.000 blind_by=start");
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, w->now);
	expect_note(w, 9001, NULL);
	assert_non_null(
	    strstr(w->note[w->told - 1].fields, "in=eth2 from=2026-01-05T09:58:00.000000Z "));
	assert_non_null(strstr(w->note[w->told - 1].fields, " frames=1000 lost=3 "));
	expect_note(w, 9001,
	    "what=coverage day=2026-01-05 in=eth9 from=2026-01-05T10:30:00.000000Z "
	    "to=2026-01-05T11:01:00.000000Z watched=1860.000 blind=0.000 gaps=0 quiet=0.000 "
	    "watched_pct=100.000 frames=0 lost=0 unverifiable=0");
}

static void
expect_refused(struct kept_world *k, const char *time)
{
	world_start_at(&k->w, time, 50 * NS_SEC);
	assert_int_equal(coverage_load(k->w.c, k->dir, RUN + 1, false, k->w.now), -EBADMSG);
}

/* One that is not as it was written, byte by byte and by its length. */
static void
test_broken(void **state)
{
	struct kept_world *k = *state;
	uint8_t bytes[32768];
	size_t size;

	some_time(k);
	keep(k, true);
	FILE *f = fopen(k->path, "rb+");
	assert_non_null(f);
	size = fread(bytes, 1, sizeof bytes, f);
	assert_true(size > 1000 && size < sizeof bytes);
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (uint8_t)(bytes[i] ^ 1u << i % 8);
		rewind(f);
		assert_int_equal(fwrite(bytes, 1, size, f), size);
		assert_int_equal(fflush(f), 0);
		expect_refused(k, "10:30:00");
		bytes[i] = (uint8_t)(bytes[i] ^ 1u << i % 8);
	}
	rewind(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fflush(f), 0);
	start_again(k, "10:30:00");
	for (size_t left = size; left > 0; left -= left < 97 ? left : 97) {
		assert_int_equal(ftruncate(fileno(f), (off_t)left - 1), 0);
		expect_refused(k, "10:30:00");
	}
	fclose(f);
	/* What was refused left no trace: the hour is blind up to the start. */
	world_open(&k->w);
	forget(&k->w);
	run(&k->w, "11:01:00");
	pass_records(&k->w, 3, "coverage");
	expect_record(&k->w, "assurance",
	    "at=2026-01-05T11:00:00.000000Z from=2026-01-05T10:00:00.000000Z pair=kikan>lgwan "
	    "assured=no what=blind in=eth1,eth2 blind=1800.000 blind_by=start");
}

static void
test_from_the_future(void **state)
{
	struct kept_world *k = *state;

	some_time(k);
	keep(k, true);
	expect_refused(k, "10:19:00");
}

static void
test_when(void **state)
{
	struct kept_world *k = *state;
	struct world *w = &k->w;

	world_start(w, "10:20:00");
	assert_true(coverage_keep_due(w->c, w->now));
	keep(k, false);
	assert_false(coverage_keep_due(w->c, w->now));
	later(w, 9999);
	assert_false(coverage_keep_due(w->c, w->now));
	later(w, 1);
	assert_true(coverage_keep_due(w->c, w->now));
	/* It cannot be written: the one before stays, and it is tried again later. */
	assert_int_equal(coverage_keep(w->c, "/nonexistent", RUN, false, w->now), -ENOENT);
	assert_false(coverage_keep_due(w->c, w->now));
	later(w, 10000);
	assert_true(coverage_keep_due(w->c, w->now));
	struct stat st;
	assert_int_equal(stat(k->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_killed),
		CASE(test_stopped),
		CASE(test_next_hour),
		CASE(test_hours_later),
		CASE(test_next_day),
		CASE(test_killed_in_between),
		CASE(test_counters_go_on),
		CASE(test_counters_unknown),
		CASE(test_other_zones),
		CASE(test_broken),
		CASE(test_from_the_future),
		CASE(test_when),
	};

	return UNIT_RUN(tests);
}
