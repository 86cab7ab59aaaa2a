/* test_storm.c - so many lines a second and no more, and every packet said, whatever comes. */
#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "hub/line.h"
#include "hub/storm.h"
#include "tell_incident.h"

enum { MOMENTS = 1 << 20 };

#define START (1000 * NS_SEC) /* of the monotonic clock */

/* All that was said. */
struct heard {
	uint64_t own, rollups, begins, ends;
	uint64_t n; /* the sum of all counts */
	uint64_t by_state[4];
	nstime *at;			       /* [MOMENTS]: of each line about incidents */
	uint32_t lines, first_in_window, most; /* most: lines in any second so far */
	nstime now;
	nstime last_rollup;
	uint64_t grave_own;
	struct rollup rollup;		     /* the newest */
	struct storm_sums storm;	     /* the newest */
	uint64_t storm_lines, storm_packets; /* of all that ended */
	enum incident_state state;
	uint64_t added;
	uint64_t window_rate; /* 0: not checked */
};

static void
count_line(struct heard *h)
{
	assert_true(h->lines < MOMENTS);
	h->at[h->lines++] = h->now;
	while (h->at[h->first_in_window] <= h->now - NS_SEC)
		h->first_in_window++;
	if (h->lines - h->first_in_window > h->most)
		h->most = h->lines - h->first_in_window;
}

static void
on_line(void *ctx, enum incident_state state, const struct incident *i, uint64_t added)
{
	struct heard *h = ctx;

	count_line(h);
	h->own++;
	h->n += added;
	h->by_state[state]++;
	h->state = state;
	h->added = added;
	if (line_severity(state, i) <= 2)
		h->grave_own++;
}

static void
on_rollup(void *ctx, const struct rollup *r)
{
	struct heard *h = ctx;

	count_line(h);
	assert_true(r->lines > 0 && r->incidents > 0 && r->incidents <= r->lines);
	assert_true(r->first <= r->last);
	h->rollups++;
	h->n += r->n;
	h->rollup = *r;
	h->last_rollup = h->now;
}

static void
on_storm(void *ctx, const struct storm_sums *s)
{
	struct heard *h = ctx;

	h->storm = *s;
	if (!s->over) {
		h->begins++;
		return;
	}
	h->ends++;
	h->storm_lines += s->lines;
	h->storm_packets += s->packets;
}

struct world {
	struct heard heard;
	struct storm_calls calls;
	struct storm *storm;
};

static struct world *
world_new(uint32_t rate)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->heard.at = calloc(MOMENTS, sizeof *w->heard.at);
	assert_non_null(w->heard.at);
	w->heard.now = START;
	w->calls = (struct storm_calls){
		.line = on_line, .rollup = on_rollup, .storm = on_storm, .ctx = &w->heard
	};
	w->storm = storm_new(rate, &w->calls);
	assert_non_null(w->storm);
	return w;
}

static void
world_free(struct world *w)
{
	storm_free(w->storm);
	free(w->heard.at);
	free(w);
}

/* An incident as the table hands it over: a warning when attempted, crit when answered. */
static struct incident
incident(const char *from, const char *rule, uint8_t outcome)
{
	struct incident i = {
		.f = finding(T0, 1, outcome), .first = T0, .last = T0, .since = T0, .total = 1
	};

	snprintf(i.from.id, sizeof i.from.id, "%s", from);
	snprintf(i.to.id, sizeof i.to.id, "internet");
	snprintf(i.rule, sizeof i.rule, "%s", rule);
	return i;
}

static void
put(struct world *w, enum incident_state state, struct incident *i, uint64_t added)
{
	storm_put(w->storm, state, i, added, false, w->heard.now);
}

static void
pass(struct world *w, nstime time)
{
	w->heard.now += time;
	storm_tick(w->storm, w->heard.now);
}

/* Twenty warnings of thirty lines, then ten grave ones; the rest in roll-ups, which are grave as
 * soon as they hide something grave. */
static void
test_budget(void **state)
{
	struct world *w = world_new(30);
	struct heard *h = &w->heard;

	(void)state;
	assert_true(storm_due(w->storm) == NSTIME_NEVER);
	for (unsigned n = 0; n < 100; n++) {
		struct incident i = incident("lgwan", "", OUTCOME_ATTEMPTED);

		i.first = i.since = T0 + n;
		i.last = T0 + 5 + n;
		put(w, INCIDENT_OPEN, &i, 2);
		assert_int_equal(i.own, n < 20);
	}
	assert_int_equal(h->own, 20);
	assert_int_equal(h->begins, 1);
	assert_int_equal(h->storm.rate, 30);
	assert_int_equal(h->storm.lines, 1);
	assert_int_equal(storm_waiting(w->storm), 160);
	h->now++;
	for (unsigned n = 0; n < 12; n++) {
		struct incident i = incident("kikan", "", OUTCOME_ANSWERED);

		put(w, INCIDENT_OPEN, &i, 1);
	}
	assert_int_equal(h->own, 30);
	assert_int_equal(h->grave_own, 10);
	/* Both roll-ups are due a second after they began, not earlier. */
	assert_true(storm_due(w->storm) == START + NS_SEC);
	pass(w, NS_SEC - 2);
	assert_int_equal(h->rollups, 0);
	pass(w, 1);
	assert_int_equal(h->rollups, 1);
	assert_int_equal(h->rollup.severity, 4);
	assert_int_equal(h->rollup.n, 160);
	assert_int_equal(h->rollup.incidents, 80);
	pass(w, 1);
	assert_int_equal(h->rollups, 2);
	assert_int_equal(h->n, 200 + 12);
	assert_int_equal(h->rollup.n, 2);
	assert_int_equal(h->rollup.incidents, 2);
	assert_int_equal(h->rollup.severity, 2);
	assert_string_equal(h->rollup.pair, "kikan>internet");
	assert_string_equal(h->rollup.rule, "default-deny");
	/* Over ten seconds after the last line that found no room. */
	assert_true(storm_due(w->storm) == START + 1 + STORM_END);
	pass(w, 9 * NS_SEC - 1);
	assert_int_equal(h->ends, 0);
	pass(w, 1);
	assert_int_equal(h->ends, 1);
	assert_true(h->storm.over);
	assert_int_equal(h->storm.lines, 80 + 2);
	assert_int_equal(h->storm.packets, 160 + 2);
	assert_true(h->storm.lasted == 10 * NS_SEC + 1);
	assert_true(storm_due(w->storm) == NSTIME_NEVER);
	assert_int_equal(h->most, 30);
	world_free(w);
}

static void
note(struct world *w)
{
	count_line(&w->heard);
	storm_note(w->storm, w->heard.now);
}

/* Six of thirty lines are left for notes: sixteen warnings, eight grave ones, six notes. More notes
 * are said as well, and lines about incidents wait for the second to be over, but for one. */
static void
test_notes(void **state)
{
	struct world *w = world_new(30);
	struct heard *h = &w->heard;

	(void)state;
	storm_reserve(w->storm, 6);
	for (unsigned n = 0; n < 100; n++) {
		struct incident i = incident("lgwan", "", OUTCOME_ATTEMPTED);

		put(w, INCIDENT_OPEN, &i, 1);
	}
	assert_int_equal(h->own, 16);
	for (unsigned n = 0; n < 100; n++) {
		struct incident i = incident("kikan", "", OUTCOME_ANSWERED);

		put(w, INCIDENT_OPEN, &i, 1);
	}
	assert_int_equal(h->own, 24);
	for (unsigned n = 0; n < 6; n++)
		note(w);
	assert_int_equal(h->most, 30);
	pass(w, NS_SEC);
	assert_int_equal(h->rollups, 2);
	/* Forty at once, beside the two roll-ups. */
	for (unsigned n = 0; n < 40; n++)
		note(w);
	assert_int_equal(h->most, 42);
	for (unsigned n = 0; n < 9; n++) {
		struct incident i = incident("kikan", "", OUTCOME_ANSWERED);

		h->now += NS_SEC / 10;
		put(w, INCIDENT_OPEN, &i, 1);
	}
	assert_int_equal(h->own, 24);
	assert_true(storm_due(w->storm) == START + 2 * NS_SEC + NS_SEC / 10);
	pass(w, 2 * NS_SEC / 10);
	assert_int_equal(h->rollups, 3);
	assert_int_equal(h->n, 209);
	/* Never less than a line a second, however many notes there are. */
	storm_reserve(w->storm, 100);
	for (unsigned s = 0; s < 10; s++) {
		struct incident i[2] = { incident("lgwan", "", OUTCOME_ATTEMPTED),
			incident("lgwan", "", OUTCOME_ATTEMPTED) };

		h->now += 10 * NS_SEC;
		storm_tick(w->storm, h->now);
		h->now += 10 * NS_SEC;
		for (unsigned n = 0; n < 40; n++)
			note(w);
		put(w, INCIDENT_OPEN, &i[0], 1);
		put(w, INCIDENT_OPEN, &i[1], 1);
		assert_true(i[0].own && !i[1].own);
	}
	world_free(w);
}

/* What a roll-up says of times, outcomes, severities and incidents. */
static void
test_sums(void **state)
{
	struct world *w = world_new(1);
	struct heard *h = &w->heard;
	struct incident first = incident("lgwan", "vdi", OUTCOME_ATTEMPTED), a = first, b = first;

	(void)state;
	put(w, INCIDENT_OPEN, &first, 1);
	assert_true(first.own);
	a.since = T0 + 10;
	a.last = T0 + 20;
	put(w, INCIDENT_OPEN, &a, 1);
	a.since = T0 + 30;
	a.last = T0 + 50;
	a.f.outcome = OUTCOME_ANSWERED;
	put(w, INCIDENT_WORSE, &a, 4);
	b.since = T0 + 7;
	b.last = T0 + 49;
	put(w, INCIDENT_OPEN, &b, 8);
	put(w, INCIDENT_CLOSED, &b, 0); /* nothing about it was said or is to be said */
	put(w, INCIDENT_CLOSED, &a, 16);
	put(w, INCIDENT_UPDATE, &first, 32);
	put(w, INCIDENT_CLOSED, &first, 0);
	assert_int_equal(h->own, 1);
	pass(w, NS_SEC);
	assert_int_equal(h->rollups, 1);
	assert_int_equal(h->rollup.n, 1 + 4 + 8 + 16 + 32);
	assert_int_equal(h->rollup.incidents, 3);
	assert_int_equal(h->rollup.closed, 1);
	assert_int_equal(h->rollup.outcome, OUTCOME_ANSWERED);
	assert_int_equal(h->rollup.severity, 2);
	assert_true(h->rollup.first == T0);
	assert_true(h->rollup.last == T0 + 50);
	assert_string_equal(h->rollup.rule, "vdi");
	/* Alone, UPDATE and CLOSED of known ones are not graver than they are. */
	put(w, INCIDENT_UPDATE, &first, 1);
	pass(w, NS_SEC);
	assert_int_equal(h->rollup.severity, 6);
	assert_int_equal(h->rollup.closed, 0);
	assert_int_equal(h->n, 63);
	world_free(w);
}

/* An incident that was only in a roll-up is said as OPEN when there is news of it and room; else
 * its end says nothing, and brings what was not counted into a roll-up without making a storm. */
static void
test_late(void **state)
{
	struct world *w = world_new(3); /* two for what is not grave */
	struct heard *h = &w->heard;
	struct incident i[4];

	(void)state;
	for (unsigned n = 0; n < 4; n++) {
		i[n] = incident("lgwan", "", OUTCOME_ATTEMPTED);
		put(w, INCIDENT_OPEN, &i[n], 1);
	}
	assert_true(i[1].own && !i[2].own && !i[3].own);
	pass(w, 2 * NS_SEC);
	assert_int_equal(h->rollups, 1);
	i[2].f.outcome = OUTCOME_CROSSED;
	put(w, INCIDENT_WORSE, &i[2], 5);
	assert_int_equal(h->state, INCIDENT_OPEN);
	assert_int_equal(h->added, 5);
	assert_true(i[2].own);
	i[2].f.outcome = OUTCOME_ANSWERED;
	put(w, INCIDENT_WORSE, &i[2], 0);
	assert_int_equal(h->state, INCIDENT_WORSE);
	pass(w, NS_SEC);
	put(w, INCIDENT_CLOSED, &i[2], 0);
	assert_int_equal(h->state, INCIDENT_CLOSED);
	assert_int_equal(h->own, 5);
	pass(w, 20 * NS_SEC);
	assert_int_equal(h->ends, 1);
	put(w, INCIDENT_CLOSED, &i[3], 9);
	assert_int_equal(h->own, 5);
	assert_int_equal(h->begins, 1);
	pass(w, NS_SEC);
	assert_int_equal(h->rollups, 2);
	assert_int_equal(h->rollup.n, 9);
	assert_int_equal(h->rollup.severity, 5);
	assert_int_equal(h->begins, 1);
	world_free(w);
}

static void
put_sums(struct world *w, enum incident_state state, struct incident *i, uint64_t added)
{
	storm_put(w->storm, state, i, added, true, w->heard.now);
}

/* Told in sums: the first line of a kind, and a roll-up each hour until there was an hour without
 * news; that is no storm. */
static void
test_told_in_sums(void **state)
{
	struct world *w = world_new(30);
	struct heard *h = &w->heard;
	struct incident first = incident("lgwan", "", OUTCOME_ATTEMPTED), late = first;

	(void)state;
	put_sums(w, INCIDENT_OPEN, &first, 3);
	assert_int_equal(h->own, 1);
	pass(w, NS_MIN);
	for (unsigned n = 0; n < 1000; n++) {
		struct incident i = incident("lgwan", "", OUTCOME_ATTEMPTED);

		put_sums(w, INCIDENT_OPEN, &i, 2);
		put_sums(w, INCIDENT_CLOSED, &i, 1);
		assert_false(i.own);
	}
	/* Another kind has a first line of its own, and one that is told in full has all. */
	struct incident other = incident("lgwan", "vdi", OUTCOME_ATTEMPTED);
	struct incident full = incident("lgwan", "", OUTCOME_ATTEMPTED);
	put_sums(w, INCIDENT_OPEN, &other, 1);
	put(w, INCIDENT_OPEN, &full, 1);
	assert_int_equal(h->own, 3);
	put_sums(w, INCIDENT_CLOSED, &first, 13);
	assert_int_equal(h->own, 3);
	put_sums(w, INCIDENT_OPEN, &late, 1);
	assert_int_equal(h->own, 3);
	assert_int_equal(h->begins, 0);
	assert_int_equal(storm_waiting(w->storm), 3 * 1000 + 13 + 1);
	assert_true(storm_due(w->storm) == START + NS_HOUR);
	pass(w, NS_HOUR - NS_MIN - 1);
	assert_int_equal(h->rollups, 0);
	pass(w, 1);
	assert_int_equal(h->rollups, 1);
	assert_int_equal(h->rollup.n, 3 * 1000 + 13 + 1);
	assert_int_equal(h->rollup.incidents, 1000 + 2);
	assert_int_equal(h->rollup.closed, 1);
	assert_int_equal(h->rollup.crowded, 0);
	assert_int_equal(h->rollup.severity, 4);
	/* An hour with news at its beginning, and one without: then the next is a first one again.
	 */
	put_sums(w, INCIDENT_UPDATE, &late, 17);
	pass(w, NS_HOUR);
	assert_int_equal(h->rollups, 2);
	assert_int_equal(h->rollup.n, 17);
	assert_int_equal(h->rollup.incidents, 1);
	pass(w, NS_HOUR);
	assert_int_equal(h->rollups, 2);
	assert_true(storm_due(w->storm) == NSTIME_NEVER);
	put_sums(w, INCIDENT_UPDATE, &late, 19);
	assert_int_equal(h->own, 4);
	assert_int_equal(h->state, INCIDENT_OPEN);
	assert_int_equal(h->n, 3 + 3000 + 1 + 1 + 13 + 1 + 17 + 19);
	assert_int_equal(h->begins, 0);
	world_free(w);
}

/* A storm and sums at once: what found no room is said in a second, with the sums of its kind; the
 * storm is over though other sums wait. */
static void
test_sums_in_a_storm(void **state)
{
	struct world *w = world_new(3); /* two for what is not grave */
	struct heard *h = &w->heard;
	struct incident a = incident("lgwan", "", OUTCOME_ATTEMPTED), b = a,
			c = incident("kikan", "", OUTCOME_ATTEMPTED), d = c;

	(void)state;
	put_sums(w, INCIDENT_OPEN, &a, 1);
	put_sums(w, INCIDENT_OPEN, &b, 2);
	put(w, INCIDENT_OPEN, &d, 4);
	put_sums(w, INCIDENT_OPEN, &c, 8); /* the first of its kind, and no room */
	assert_int_equal(h->own, 2);
	assert_int_equal(h->begins, 1);
	put_sums(w, INCIDENT_UPDATE, &c, 16);
	pass(w, NS_SEC);
	assert_int_equal(h->rollups, 1);
	assert_int_equal(h->rollup.n, 8 + 16);
	assert_int_equal(h->rollup.crowded, 1);
	assert_string_equal(h->rollup.pair, "kikan>internet");
	/* By that it is known. */
	put_sums(w, INCIDENT_UPDATE, &c, 32);
	assert_int_equal(h->own, 2);
	pass(w, 9 * NS_SEC);
	assert_int_equal(h->ends, 1);
	assert_int_equal(storm_waiting(w->storm), 2 + 32);
	storm_flush(w->storm, h->now);
	assert_int_equal(h->n, 63);
	assert_int_equal(h->rollups, 3);
	assert_true(storm_due(w->storm) == NSTIME_NEVER);
	world_free(w);
}

static void
restore(void *ctx, const struct rollup *r)
{
	struct world *w = ctx;

	storm_restore(w->storm, r, w->heard.now);
}

/* What waits is said soon after a restart, and its kind stays known. */
static void
test_sums_restored(void **state)
{
	struct world *w = world_new(30), *next = world_new(30);
	struct incident a = incident("lgwan", "", OUTCOME_ATTEMPTED), b = a, c = a;

	(void)state;
	put_sums(w, INCIDENT_OPEN, &a, 1);
	put_sums(w, INCIDENT_OPEN, &b, 2);
	storm_each(w->storm, restore, next);
	assert_true(storm_due(next->storm) == START + STORM_WAIT);
	put_sums(next, INCIDENT_OPEN, &c, 4);
	assert_int_equal(next->heard.own, 0);
	pass(next, STORM_WAIT);
	assert_int_equal(next->heard.rollups, 1);
	assert_int_equal(next->heard.rollup.n, 2 + 4);
	put_sums(next, INCIDENT_UPDATE, &c, 8);
	assert_int_equal(next->heard.own, 0);
	pass(next, NS_HOUR);
	assert_int_equal(next->heard.rollups, 2);
	assert_int_equal(next->heard.rollup.n, 8);
	world_free(w);
	world_free(next);
}

/* More kinds than there are places: by id alone, and still every packet. */
static void
test_many_kinds(void **state)
{
	enum { KINDS = 3 * STORM_ROLLUPS };
	struct world *w = world_new(STORM_RATE);
	struct heard *h = &w->heard;
	uint64_t before;

	(void)state;
	storm_rate(w->storm, 1);
	for (unsigned n = 0; n < KINDS; n++) {
		struct incident i;
		char name[16];

		snprintf(name, sizeof name, "zone%u", n);
		i = incident(name, "", OUTCOME_ATTEMPTED);
		i.f.id = n % 2 ? 2002 : 2003;
		put(w, INCIDENT_OPEN, &i, 1);
	}
	assert_int_equal(h->own, 1);
	assert_int_equal(storm_waiting(w->storm), KINDS - 1);
	/* The longest waiting first, one a second. */
	pass(w, NS_SEC);
	assert_int_equal(h->rollups, 1);
	assert_string_equal(h->rollup.pair, "zone1>internet");
	pass(w, NS_SEC);
	assert_string_equal(h->rollup.pair, "zone2>internet");
	before = h->n;
	storm_flush(w->storm, h->now);
	assert_int_equal(h->n, KINDS);
	assert_int_equal(h->rollups, STORM_ROLLUPS + 2);
	assert_int_equal(h->n - before, KINDS - 3);
	assert_string_equal(h->rollup.rule, "");
	assert_string_equal(h->rollup.pair, "");
	assert_int_equal(h->rollup.n, (KINDS - 1 - STORM_ROLLUPS) / 2 + (h->rollup.id == 2002));
	assert_int_equal(storm_waiting(w->storm), 0);
	assert_int_equal(h->ends, 1);
	world_free(w);
}

/* The line, typed from ALERTS 1. */
static void
test_line(void **state)
{
	struct tell_policy *p = site();
	struct rollup r = { .id = 2002,
		.outcome = OUTCOME_CROSSED,
		.severity = 2,
		.crowded = 1,
		.from = "lgwan",
		.to = "internet",
		.pair = "lgwan>internet",
		.rule = "default-deny",
		.n = 4096,
		.lines = 900,
		.incidents = 512,
		.first = T0,
		.last = T0 + 1500 * NS_MSEC };
	const struct line_run run = { "0badcafe", 7, "0123456789abcdef", NULL };
	char bytes[2 * LINE_MAX_BYTES];
	struct text t = text_of(bytes, sizeof bytes);

	(void)state;
	line_rollup(&t, &p->p, &r, &run);
	assert_string_equal(bytes,
	    "SEG2002 UPDATE sev=crit verdict=violation outcome=crossed pair=lgwan>internet "
	    "rule=default-deny n=+4096 incidents=512 first=2026-01-01T00:00:00.000000Z "
	    "last=2026-01-01T00:00:01.500000Z sid=0badcafe seq=7 h=0123456789abcdef msg=\"Rolled "
	    "up, as there is more "
	    "to say than lines_per_second allows: 4096 packets, incidents: 512.\"");
	t = text_of(bytes, sizeof bytes);
	r.crowded = 0;
	line_rollup(&t, &p->p, &r, NULL);
	assert_non_null(strstr(bytes, "Z msg=\"Rolled up, as say or conduits.lines asks for sums: "
				      "4096 packets, incidents: 512.\""));
	t = text_of(bytes, sizeof bytes);
	r.closed = 3;
	r.pair[0] = r.rule[0] = '\0';
	line_rollup_json(&t, &p->p, &r, NULL);
	assert_non_null(strstr(bytes,
	    "{\"id\":\"SEG2002\",\"state\":\"UPDATE\",\"sev\":\"crit\",\"verdict\":\"violation\","
	    "\"outcome\":\"crossed\",\"n\":4096,\"incidents\":512,\"closed\":3,\"first\":"));
	/* The longest names in any script leave room for all of it. */
	memset(r.pair, 0xe3, sizeof r.pair - 1);
	memset(r.rule, 0xe3, sizeof r.rule - 1);
	r.n = r.incidents = r.closed = UINT64_MAX;
	t = text_of(bytes, sizeof bytes);
	line_rollup(&t, &p->p, &r, &run);
	assert_true(t.len <= LINE_MAX_BYTES);
	assert_non_null(strstr(bytes, " closed=18446744073709551615 first="));
	assert_non_null(strstr(bytes, " seq=7 h=0123456789abcdef msg=\""));
	free(p);
}

struct both {
	struct world *w;
	uint64_t put;
	uint64_t notes;
	bool sums; /* of one id */
};

static void
to_storm(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct both *b = ctx;

	b->put += added;
	storm_put(b->w->storm, state, i, added, b->sums && i->f.id == 2003, b->w->heard.now);
}

static uint64_t seed;

static uint64_t
some(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* A note, if there were fewer than MOST in this second. AT: the moments of the last ones. */
static void
some_note(struct both *b, nstime *at, uint64_t most)
{
	nstime now = b->w->heard.now;

	if (!most || at[b->notes % most] > now - NS_SEC)
		return;
	at[b->notes++ % most] = now;
	note(b->w);
}

/* Anything in any order: never over the limit, nothing lost, roll-ups of a second at the latest
 * when there is room, and in the end nothing left. */
static void
test_random(void **state)
{
	struct tell_policy *p = site();

	(void)state;
	seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < 30; round++) {
		uint32_t rate = 1 + (uint32_t)some(40), size = 1 + (uint32_t)some(300);
		struct both b = { .w = world_new(rate) };
		struct heard *h = &b.w->heard;
		struct incidents *t = incidents_new(size, &key, 20 * NS_SEC, to_storm, &b);
		uint64_t sent = 0, keys = 1 + some(2000), notes = some(rate);
		nstime at[40] = { 0 };

		storm_reserve(b.w->storm, (uint32_t)notes);

		for (unsigned n = 0; n < 20000; n++) {
			struct finding f = finding(T0 + (h->now - START), 1 + some(5),
			    (uint8_t)some(OUTCOME_ANSWERED + 1));

			f.dport = (uint16_t)some(keys);
			f.id = some(3) ? 2002 : 2003;
			f.near = (uint32_t)some(2);
			f.from = (uint8_t)(1 + some(2));
			incident_add(t, &p->p, &f);
			sent += f.n;
			if (!some(300))
				b.sums = !b.sums; /* a reload */
			if (!some(3))
				some_note(&b, at, notes);
			if (!some(4)) {
				h->now += (nstime)some(some(50) ? NS_SEC / 20 : 30 * NS_SEC);
				incidents_tick(t, T0 + (h->now - START));
				storm_tick(b.w->storm, h->now);
			}
			assert_int_equal(h->n + storm_waiting(b.w->storm), b.put);
		}
		assert_true(h->most <= rate);
		assert_true(h->begins >= h->ends);
		incidents_close_all(t);
		assert_int_equal(b.put, sent);
		storm_flush(b.w->storm, h->now);
		assert_int_equal(h->n, sent);
		assert_int_equal(h->begins, h->ends);
		assert_true(storm_due(b.w->storm) == NSTIME_NEVER);
		incidents_free(t);
		world_free(b.w);
	}
	free(p);
}

/* A hundred thousand keys a second for ten seconds, one in a thousand of them answered: at most
 * thirty lines in any second, a roll-up in each, a line of its own for grave ones in each. */
static void
test_flood(void **state)
{
	enum { SECONDS = 10, A_SECOND = 100000 };
	struct tell_policy *p = site();
	struct both b = { .w = world_new(30) };
	struct heard *h = &b.w->heard;
	struct incidents *t = incidents_new(16384, &key, QUIET, to_storm, &b);
	uint64_t sent = 0, grave = 0, rollups = 0;
	clock_t before = clock();

	(void)state;
	for (unsigned n = 0; n < SECONDS * A_SECOND; n++) {
		h->now = START + (nstime)n * (NS_SEC / A_SECOND);
		struct finding f = finding(
		    T0 + (h->now - START), 1, n % 1000 ? OUTCOME_ATTEMPTED : OUTCOME_ANSWERED);
		uint32_t host = 0x0a020000 + n;
		const uint8_t src[4] = { (uint8_t)(host >> 24), (uint8_t)(host >> 16),
			(uint8_t)(host >> 8), (uint8_t)host };

		f.src = addr_from4(src);
		incident_add(t, &p->p, &f);
		sent++;
		if (n % (A_SECOND / 20) == 0) {
			incidents_tick(t, f.first);
			storm_tick(b.w->storm, h->now);
		}
		if (n % A_SECOND == A_SECOND - 1) {
			assert_true(n < A_SECOND || h->rollups > rollups);
			rollups = h->rollups;
			assert_true(h->grave_own > grave);
			grave = h->grave_own;
		}
	}
	double took = (double)(clock() - before) / CLOCKS_PER_SEC;

	print_message("%u keys: %.0f ns a finding; lines %u, at most %u in a second\n",
	    SECONDS * A_SECOND, took * 1e9 / (SECONDS * A_SECOND), h->lines, h->most);
	assert_int_equal(incidents_open(t), 16384);
	assert_int_equal(h->most, 30);
	assert_int_equal(h->begins, 1);
	incidents_close_all(t);
	storm_flush(b.w->storm, h->now);
	assert_int_equal(h->n, sent);
	incidents_free(t);
	world_free(b.w);
	free(p);
}

/* Thirty-five warnings every twelve seconds, of which fifteen find no room: each time a storm that
 * is over after ten. */
static void
test_storms_that_come_and_go(void **state)
{
	struct world *w = world_new(30);
	struct heard *h = &w->heard;

	(void)state;
	for (unsigned s = 0; s <= 600; s++) {
		for (unsigned n = 0; n < 35 && s < 600 && s % 12 == 0; n++) {
			struct incident i = incident("lgwan", "", OUTCOME_ATTEMPTED);

			put(w, INCIDENT_OPEN, &i, 2);
		}
		pass(w, 0);
		assert_true(storm_due(w->storm) > h->now);
		/* 0-10, 12-22, 24-34, 36-70; then the begin is 2 s after the end before it, and
		 * the end ten after the first storm for which there is a line again: 72-130, … */
		if (s == 36 || s == 69)
			assert_int_equal(h->ends, 3);
		if (s == 70 || s == 129)
			assert_int_equal(h->ends, 4);
		h->now += NS_SEC;
	}
	assert_int_equal(h->begins, 4 + 9);
	assert_int_equal(h->ends, 4 + 9);
	assert_int_equal(h->storm_lines, 50 * 15);
	assert_int_equal(h->storm_packets, 50 * 30);
	assert_int_equal(h->n, 50 * 70);
	world_free(w);
}

/* Roll-ups that wait for room longer than a storm takes to end: nothing is due before there is. */
static void
test_due_while_roll_ups_wait(void **state)
{
	struct world *w = world_new(1);
	struct heard *h = &w->heard;
	unsigned looks = 0;
	char rule[16];

	(void)state;
	for (unsigned n = 0; n < 100; n++) {
		snprintf(rule, sizeof rule, "r%u", n);
		struct incident i = incident("lgwan", rule, OUTCOME_ATTEMPTED);

		put(w, INCIDENT_OPEN, &i, 1);
	}
	for (; storm_due(w->storm) != NSTIME_NEVER; looks++) {
		assert_true(storm_due(w->storm) > h->now);
		pass(w, storm_due(w->storm) - h->now);
	}
	/* One line a second, and the end, which is due with the last one. */
	assert_int_equal(h->lines, 100);
	assert_int_equal(looks, 99);
	assert_int_equal(h->ends, 1);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_told_in_sums),
		cmocka_unit_test(test_sums_in_a_storm),
		cmocka_unit_test(test_sums_restored),
		cmocka_unit_test(test_many_kinds),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_storms_that_come_and_go),
		cmocka_unit_test(test_due_while_roll_ups_wait),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_flood),
	};

	return UNIT_RUN(tests);
}
