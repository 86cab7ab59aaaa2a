/* test_flapping.c - things that come and go for ten minutes: how many lines that makes, and that
 * every one is counted in them. */
#include "unit.h"

#include <stdio.h>

#include "hub/coverage.h"
#include "hub/notes.h"
#include "hub_policy.h"

/* 2026-01-05T03:00:00Z, and the monotonic clock at that moment. */
#define WALL ((nstime)(20458 * 86400 + 3 * 3600) * NS_SEC)
#define MONO (1000 * NS_SEC)

enum { LINES = 4096, TEN_MINUTES = 600000, FLAPS = 1000 };

struct world {
	struct hub_policy *policy;
	struct sinks *sinks;
	struct tell tell;
	struct coverage *c;
	struct accounts a;
	nstime now; /* ms */
	unsigned said;
	nstime at[LINES];
	char line[LINES][256];
};

static struct moment
moment(nstime ms)
{
	return (struct moment){ .mono = MONO + ms * NS_MSEC, .wall = WALL + ms * NS_MSEC };
}

static void
set_time(struct world *w, nstime ms)
{
	struct moment m = moment(ms);

	w->now = ms;
	w->tell.mono = m.mono;
	w->tell.wall = m.wall;
}

static void
keep(struct world *w, const char *line)
{
	assert_true(w->said < LINES);
	w->at[w->said] = w->now;
	snprintf(w->line[w->said++], sizeof w->line[0], "%s", line);
}

static void
note(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	char line[256];

	assert_true(*msg);
	if (id == 9001)
		return; /* the sums of a day */
	snprintf(line, sizeof line, "SEG%u NOTE %s", id, fields);
	keep(ctx, line);
}

/* Records of the ledger: tests/unit/test_assurance.c. */
static void
record(void *ctx, const char *word, const char *fields)
{
	(void)ctx;
	assert_true(*word && *fields);
}

static void
heard(void *ctx, const char *line, size_t size)
{
	(void)size;
	keep(ctx, line);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->policy = hub_policy_new(1);
	w->sinks = sinks_new("segauditd", 1);
	w->c = coverage_new(
	    moment(0), &(struct coverage_calls){ .say = note, .record = record, .ctx = w });
	assert_true(w->sinks && w->c);
	coverage_policy(w->c, &w->policy->p, GAP_START, moment(0));
	for (uint16_t i = 0; i < 3; i++) {
		struct msg_iface m = { .iface = i, .open = true, .time = moment(0).wall };

		coverage_capture(w->c, &m, moment(0));
	}
	tell_init(&w->tell, w->sinks, 0xabc);
	w->tell.policy = &w->policy->p;
	w->tell.heard = heard;
	w->tell.heard_ctx = w;
	set_time(w, 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	coverage_free(w->c);
	sinks_free(w->sinks);
	free(w->policy);
	free(w);
	return 0;
}

/* The number behind ` KEY=`, in thousandths when it is a decimal; MISSING without it. */
static long long
number(const char *line, const char *key, long long missing)
{
	char wanted[32];
	long long whole = 0, rest = 0;
	int digits = 0;

	snprintf(wanted, sizeof wanted, " %s=", key);
	const char *at = strstr(line, wanted);
	if (!at)
		return missing;
	at += strlen(wanted);
	assert_true(sscanf(at, "%lld%n", &whole, &digits) == 1);
	if (at[digits] != '.')
		return whole;
	assert_true(sscanf(at + digits, ".%3lld", &rest) == 1);
	return whole * 1000 + (at[0] == '-' ? -rest : rest);
}

/* Of all lines that hold WORD, the sum of what stands behind KEY. */
static long long
sum(const struct world *w, const char *word, const char *key, long long missing)
{
	long long n = 0;

	for (unsigned i = 0; i < w->said; i++)
		if (strstr(w->line[i], word))
			n += number(w->line[i], key, missing);
	return n;
}

/* The most lines in any minute. */
static unsigned
most_in_a_minute(const struct world *w)
{
	unsigned most = 0;

	for (unsigned i = 0, first = 0; i < w->said; i++) {
		while (w->at[i] - w->at[first] >= 60000)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

static void
tick(struct world *w)
{
	if (w->now % 1000 == 0)
		coverage_tick(w->c, &w->a, moment(w->now));
}

static void
test_allowance(void **state)
{
	struct allowance a = { 0 };
	nstime taken[600];
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		assert_true(allowance_take(&a, MONO));
	assert_true(allowance_at(&a) == MONO + NS_MIN);
	assert_false(allowance_take(&a, MONO + NS_MIN - 1));
	assert_true(allowance_take(&a, MONO + NS_MIN));
	assert_false(allowance_take(&a, MONO + NS_MIN));
	/* 90 seconds later there is one, and half of the next. */
	assert_true(allowance_take(&a, MONO + 150 * NS_SEC));
	assert_false(allowance_take(&a, MONO + 180 * NS_SEC - 1));
	assert_true(allowance_take(&a, MONO + 180 * NS_SEC));
	/* After a long rest there are six, not more. */
	for (unsigned i = 0; i < 6; i++)
		assert_true(allowance_take(&a, MONO + NS_HOUR));
	assert_false(allowance_take(&a, MONO + NS_HOUR));
	/* Whoever asks all the time gets one a minute. */
	a = (struct allowance){ 0 };
	for (nstime s = 0; s < 3600; s++)
		if (allowance_take(&a, MONO + s * NS_SEC))
			taken[n++] = s;
	assert_int_equal(n, 6 + 59);
	assert_int_equal(taken[6], 60);
	assert_int_equal(taken[64], 59 * 60);
}

/* A link that is down for 0.3 s of every 0.6 s. */
static void
test_link(void **state)
{
	struct world *w = *state;

	for (set_time(w, 0); w->now < TEN_MINUTES; set_time(w, w->now + 100)) {
		if (w->now % 600 == 0)
			coverage_link(w->c, 0, false, GAP_LINK_DOWN, moment(w->now));
		if (w->now % 600 == 300)
			coverage_link(w->c, 0, true, GAP_START, moment(w->now));
		tick(w);
	}
	/* Six at once: three flaps. Then one a minute, at 60, 120, … 540 s. */
	assert_int_equal(w->said, 6 + 9);
	assert_string_equal(w->line[1],
	    "SEG9004 NOTE in=eth1 what=link-down from=2026-01-05T03:00:00.000000Z"
	    " to=2026-01-05T03:00:00.300000Z seconds=0.300");
	/* 97 of them begin at 1.8, 2.4, … 59.4 s; that at 60.0 s has not ended. */
	assert_string_equal(w->line[6],
	    "SEG9004 NOTE in=eth1 what=link-down from=2026-01-05T03:00:01.800000Z"
	    " to=2026-01-05T03:00:59.700000Z seconds=29.100 n=97");
	assert_int_equal(w->at[14], 540000);
	/* The last ones: 540.0 to 599.4 s. */
	tick(w);
	assert_int_equal(w->said, 16);
	assert_int_equal(number(w->line[15], "n", 1), 100);
	assert_int_equal(sum(w, " to=", "n", 1), FLAPS);
	assert_int_equal(sum(w, " to=", "seconds", 0), FLAPS * 300);
	assert_true(most_in_a_minute(w) <= 7);
}

/* It flaps, and then it is down for good: that is said within a minute, and what was before too. */
static void
test_link_stays_down(void **state)
{
	struct world *w = *state;

	for (set_time(w, 0); w->now < 30000; set_time(w, w->now + 100)) {
		if (w->now % 600 == 0)
			coverage_link(w->c, 1, false, GAP_LINK_DOWN, moment(w->now));
		if (w->now % 600 == 300)
			coverage_link(w->c, 1, true, GAP_START, moment(w->now));
		tick(w);
	}
	coverage_link(w->c, 1, false, GAP_LINK_DOWN, moment(30000));
	coverage_link(w->c, 1, false, GAP_IFACE_GONE, moment(30500));
	for (; w->now < 59000; set_time(w, w->now + 1000))
		tick(w);
	assert_int_equal(w->said, 6);
	set_time(w, 60000);
	tick(w);
	assert_int_equal(w->said, 9);
	assert_string_equal(w->line[6],
	    "SEG9004 NOTE in=eth2 what=link-down from=2026-01-05T03:00:01.800000Z"
	    " to=2026-01-05T03:00:29.700000Z seconds=14.100 n=47");
	assert_string_equal(
	    w->line[7], "SEG9004 NOTE in=eth2 what=link-down from=2026-01-05T03:00:30.000000Z");
	assert_string_equal(
	    w->line[8], "SEG9004 NOTE in=eth2 what=iface-gone from=2026-01-05T03:00:30.000000Z");
	/* It rested since: its end is said at once. */
	coverage_link(w->c, 1, true, GAP_START, moment(200000));
	assert_int_equal(w->said, 10);
	assert_string_equal(w->line[9],
	    "SEG9004 NOTE in=eth2 what=link-down,iface-gone from=2026-01-05T03:00:30.000000Z"
	    " to=2026-01-05T03:03:20.000000Z seconds=170.000");
}

/* What waits is said at a stop, and when the interface leaves the configuration. */
static void
test_link_at_a_stop(void **state)
{
	struct world *w = *state;
	struct hub_policy *next = hub_policy_new(2);
	struct policy_iface *ifaces = (struct policy_iface *)policy_at(&next->p, next->p.ifaces);

	for (unsigned i = 0; i < 10; i++)
		for (uint16_t k = 0; k < 2; k++) {
			coverage_link(w->c, k, false, GAP_LINK_DOWN, moment(i * 1000));
			coverage_link(w->c, k, true, GAP_START, moment(i * 1000 + 10));
		}
	for (unsigned i = 0; i < 8; i++)
		coverage_overrun(w->c, moment(10000));
	assert_int_equal(w->said, 6 + 6 + 6);
	ifaces[0].used = false;
	coverage_policy(w->c, &next->p, GAP_RELOAD, moment(20000));
	assert_int_equal(w->said, 19);
	assert_string_equal(w->line[18],
	    "SEG9004 NOTE in=eth1 what=link-down from=2026-01-05T03:00:03.000000Z"
	    " to=2026-01-05T03:00:09.010000Z seconds=0.070 n=7");
	coverage_stopping(w->c, moment(21000));
	coverage_stopped(w->c, &w->a, &(struct coverage_extra){ 0 }, moment(21000));
	assert_int_equal(w->said, 22);
	assert_string_equal(
	    w->line[19], "SEG9004 NOTE what=netlink-overrun n=2 from=2026-01-05T03:00:21.000000Z");
	assert_string_equal(w->line[20],
	    "SEG9004 NOTE in=eth2 what=link-down from=2026-01-05T03:00:03.000000Z"
	    " to=2026-01-05T03:00:09.010000Z seconds=0.070 n=7");
	free(next);
}

/* Drops that come back every EVERY seconds. */
static void
lose(struct world *w, nstime every)
{
	for (set_time(w, 0); w->now < TEN_MINUTES; set_time(w, w->now + 1000)) {
		if (w->now % (every * 1000) == 0)
			w->a.iface[0].kernel_drops += 3;
		tick(w);
	}
	/* Long after the last one all was said. */
	set_time(w, w->now + 120000);
	tick(w);
	assert_int_equal(sum(w, "9005", "pkts", 0), (long long)w->a.iface[0].kernel_drops);
}

static void
test_loss_every_second_second(void **state)
{
	struct world *w = *state;

	/* One loss: its begin, once a minute, its end. */
	lose(w, 2);
	assert_int_equal(w->said, 1 + 9 + 1);
	assert_int_equal(most_in_a_minute(w), 1);
}

static void
test_loss_just_after_its_end(void **state)
{
	struct world *w = *state;

	/* Lost at 0, 11, 22, … s, over ten seconds later. Three have two lines each, at 0, 10, 11,
	 * 21, 22, 32 s. That of 33 s is over when there is a line again (60 s) and nothing was lost
	 * for ten seconds: at 65 s. And so on: 66 to 120, 121 to 186, 187 to 241, 242 to 307, 308
	 * to 362, 363 to 428, 429 to 483, 484 to 549, and from 550 s on. */
	lose(w, 11);
	assert_int_equal(w->said, 2 * 13);
	assert_int_equal(w->at[7], 65000);
	assert_int_equal(w->at[23], 549000);
	assert_int_equal(most_in_a_minute(w), 8); /* from 10 s on */
}

static void
test_overruns(void **state)
{
	struct world *w = *state;

	for (set_time(w, 0); w->now < TEN_MINUTES; set_time(w, w->now + 200)) {
		coverage_overrun(w->c, moment(w->now));
		tick(w);
	}
	tick(w);
	assert_int_equal(w->said, 6 + 10);
	assert_int_equal(sum(w, "netlink-overrun", "n", 0), 3000);
}

/* A file that is refused ten times a second. */
static void
test_refused(void **state)
{
	struct world *w = *state;
	struct repeat r = { 0 };
	char error[64];

	for (set_time(w, 0); w->now < TEN_MINUTES; set_time(w, w->now + 100)) {
		int n = snprintf(error, sizeof error, "f:%lld: x", (long long)w->now / 100);

		note_refused(&w->tell, &r, error, (size_t)n);
		if (w->now % 1000 == 0)
			note_waiting(&w->tell, &r, false);
	}
	note_waiting(&w->tell, &r, true);
	assert_int_equal(w->said, 6 + 9 + 1);
	assert_non_null(strstr(w->line[5], " error=\"f:5: x\" sid="));
	/* That at 60.0 s is the newest of 6, 7, … 600. */
	assert_non_null(strstr(w->line[6], " error=\"f:600: x\" n=595 sid="));
	assert_int_equal(sum(w, "SEG8002", "n", 1), 6000);
}

/* Two workers that die every second, one of them by turns of two frames. */
static void
test_crashes(void **state)
{
	struct world *w = *state;
	struct ring_control *ring = calloc(1, sizeof *ring);
	struct repeat *r = calloc(3, sizeof *r);

	assert_true(ring && r);
	for (set_time(w, 0); w->now < FLAPS * 600; set_time(w, w->now + 600)) {
		struct msg_peer m = { .role = ROLE_WORKER,
			.status = 11,
			.restarts = (uint32_t)(w->now / 600 + 1),
			.died = w->tell.wall };
		struct msg_skipped s = { .worker = 1, .seq = m.restarts, .caplen = 60 };

		note_crash(&w->tell, &r[0], &m, ring);
		m.index = 1;
		note_crash(&w->tell, &r[1], &m, ring);
		if (m.restarts % 2 == 0)
			note_skipped(&w->tell, &r[2], &s, 0, "x.pcap");
		for (unsigned i = 0; w->now % 1000 == 0 && i < 3; i++)
			note_waiting(&w->tell, &r[i], false);
	}
	for (unsigned i = 0; i < 3; i++)
		note_waiting(&w->tell, &r[i], true);
	assert_int_equal(sum(w, " worker=0 signal=11 ", "n", 1), FLAPS);
	assert_int_equal(sum(w, " worker=1 signal=11 ", "n", 1), FLAPS);
	assert_int_equal(sum(w, " what=skipped ", "n", 1), FLAPS / 2);
	assert_int_equal(w->said, 3 * (6 + 9 + 1));
	assert_non_null(strstr(w->line[w->said - 1], " frame=1000 "));
	free(ring);
	free(r);
}

/* A clock that jumps to and fro, five seconds and three back. */
static void
test_clock(void **state)
{
	struct world *w = *state;
	struct note_clock *c = calloc(1, sizeof *c);
	nstime ahead = 0;

	assert_non_null(c);
	c->offset = WALL - MONO;
	for (set_time(w, 0); w->now < TEN_MINUTES; set_time(w, w->now + 1000)) {
		ahead += w->now % 2000 ? -3 * NS_SEC : 5 * NS_SEC;
		w->tell.wall += ahead;
		note_clock(&w->tell, c);
		note_waiting(&w->tell, &c->repeat, false);
	}
	note_waiting(&w->tell, &c->repeat, true);
	assert_int_equal(w->said, 6 + 9 + 1);
	assert_int_equal(sum(w, "SEG9007", "n", 1), 600);
	assert_int_equal(sum(w, "SEG9007", "seconds", 0), 300 * 2000);
	free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		cmocka_unit_test(test_allowance),
		CASE(test_link),
		CASE(test_link_stays_down),
		CASE(test_link_at_a_stop),
		CASE(test_loss_every_second_second),
		CASE(test_loss_just_after_its_end),
		CASE(test_overruns),
		CASE(test_refused),
		CASE(test_crashes),
		CASE(test_clock),
	};

	return UNIT_RUN(tests);
}
