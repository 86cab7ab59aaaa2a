/* coverage_world.h - hub/coverage with a made-up clock, for tests: three zones of hub_policy.h,
 * what was said of them and what was written down. Times are of 2026-01-05 UTC; "24:01:00" is of
 * the next day. */
#ifndef SEGAUDIT_COVERAGE_WORLD_H
#define SEGAUDIT_COVERAGE_WORLD_H

#include "unit.h"

#include <stdio.h>

#include "hub/coverage.h"
#include "hub/coverage_ask.h"
#include "hub_policy.h"

enum { WORLD_KEPT = 512 };

struct world_said {
	uint16_t id;   /* of a note */
	char word[16]; /* of a record */
	char fields[900];
};

struct world {
	struct coverage *c;
	struct accounts a;
	struct hub_policy *policy;
	struct moment now;
	unsigned busy; /* bits of interfaces that have a frame a tick */
	struct world_said note[WORLD_KEPT], record[WORLD_KEPT];
	unsigned notes, told; /* said; and of them looked at */
	unsigned records, read;
	struct policy_offset offset[2];
};

/* "10:59:59.500" as wall time. */
static inline nstime
when(const char *text)
{
	unsigned h, m, s, ms = 0;

	assert_true(sscanf(text, "%u:%u:%u.%3u", &h, &m, &s, &ms) >= 3);
	return (nstime)(20458 * 86400 + h * 3600 + m * 60 + s) * NS_SEC + ms * NS_MSEC;
}

static inline void
world_note(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	struct world *w = ctx;

	assert_true(w->notes < WORLD_KEPT);
	/* `SEG9001 NOTE sev=warning verdict=notice ` and sid, seq and h still fit into 1,024 */
	assert_true(*msg && strlen(fields) + strlen(msg) < 1024 - 120);
	w->note[w->notes].id = id;
	snprintf(w->note[w->notes++].fields, sizeof w->note[0].fields, "%s", fields);
}

static inline void
world_record(void *ctx, const char *word, const char *fields)
{
	struct world *w = ctx;

	assert_true(w->records < WORLD_KEPT);
	snprintf(w->record[w->records].word, sizeof w->record[0].word, "%s", word);
	snprintf(w->record[w->records++].fields, sizeof w->record[0].fields, "%s", fields);
}

static inline void
expect_note(struct world *w, uint16_t id, const char *fields)
{
	assert_true(w->told < w->notes);
	assert_int_equal(w->note[w->told].id, id);
	if (fields)
		assert_string_equal(w->note[w->told].fields, fields);
	w->told++;
}

static inline void
expect_no_note(struct world *w)
{
	if (w->told < w->notes)
		print_error("said: %u %s\n", w->note[w->told].id, w->note[w->told].fields);
	assert_int_equal(w->told, w->notes);
}

static inline void
expect_record(struct world *w, const char *word, const char *fields)
{
	assert_true(w->read < w->records);
	assert_string_equal(w->record[w->read].word, word);
	assert_string_equal(w->record[w->read].fields, fields);
	w->read++;
}

/* The next N records have this word; what they hold is passed over. */
static inline void
pass_records(struct world *w, unsigned n, const char *word)
{
	for (; n > 0; n--) {
		assert_true(w->read < w->records);
		assert_string_equal(w->record[w->read++].word, word);
	}
}

static inline void
expect_no_record(struct world *w)
{
	if (w->read < w->records)
		print_error("written: %s %s\n", w->record[w->read].word, w->record[w->read].fields);
	assert_int_equal(w->read, w->records);
}

/* What was said and written so far is of no interest. */
static inline void
forget(struct world *w)
{
	w->told = w->notes;
	w->read = w->records;
}

static inline void
tick(struct world *w)
{
	for (unsigned i = 0; i < 3; i++)
		w->a.iface[i].frames += w->busy >> i & 1;
	coverage_tick(w->c, &w->a, w->now);
}

/* Time passes; nobody looks. */
static inline void
later(struct world *w, nstime ms)
{
	w->now.mono += ms * NS_MSEC;
	w->now.wall += ms * NS_MSEC;
}

/* A tick in each second up to then. */
static inline void
run(struct world *w, const char *until)
{
	nstime end = when(until);

	assert_true(w->now.wall <= end);
	while (w->now.wall < end) {
		nstime rest = end - w->now.wall;

		later(w, (rest < NS_SEC ? rest : NS_SEC) / NS_MSEC);
		tick(w);
	}
}

/* The policy's time zone: OFFSET seconds east of UTC, and another one from AT on. */
static inline void
world_offset(struct world *w, int32_t offset)
{
	w->offset[0] = (struct policy_offset){ .from = NSTIME_ALWAYS, .offset = offset };
	w->policy->p.offsets = hub_policy_put(w->policy, w->offset, sizeof *w->offset);
}

static inline void
world_change(struct world *w, nstime at, int32_t offset)
{
	w->offset[1] = (struct policy_offset){ .from = at, .offset = offset };
	w->policy->p.offsets = hub_policy_put(w->policy, w->offset, sizeof w->offset);
	w->policy->p.noffsets = 2;
}

/* The daemon starts, with MONO as the monotonic clock. */
static inline void
world_start_at(struct world *w, const char *time, nstime mono)
{
	const struct coverage_calls calls = { .say = world_note, .record = world_record, .ctx = w };

	coverage_free(w->c);
	memset(&w->a, 0, sizeof w->a);
	w->a.capture_known = true;
	w->now = (struct moment){ .mono = mono, .wall = when(time) };
	w->c = coverage_new(w->now, &calls);
	assert_non_null(w->c);
	coverage_policy(w->c, &w->policy->p, GAP_START, w->now);
}

static inline void
world_start(struct world *w, const char *time)
{
	world_start_at(w, time, 100000 * NS_SEC);
}

/* Capture says now that it opened or closed an interface at SEEN; NULL: now. */
static inline void
capture(struct world *w, uint16_t iface, bool open, enum gap_reason why, const char *seen)
{
	struct msg_iface m = { .iface = iface,
		.open = open,
		.reason = (uint8_t)why,
		.time = seen ? when(seen) : w->now.wall };

	coverage_capture(w->c, &m, w->now);
}

/* All are open at this moment. */
static inline void
world_open(struct world *w)
{
	for (uint16_t i = 0; i < 3; i++) {
		coverage_link(w->c, i, true, GAP_START, w->now);
		capture(w, i, true, GAP_START, NULL);
	}
}

/* A finding of N packets that could not be verified. */
static inline void
unverifiable(
    struct world *w, uint8_t from, uint8_t to, uint64_t n, const char *first, const char *last)
{
	const struct finding f = { .id = 2011,
		.generation = 1,
		.from = from,
		.to = to,
		.first = when(first),
		.last = when(last),
		.n = n };

	coverage_unverifiable(w->c, &w->policy->p, &f, w->now);
}

/* A flow's record of N packets. */
static inline void
traffic(
    struct world *w, uint8_t from, uint8_t to, uint64_t n, enum verdict verdict, const char *last)
{
	const struct traffic t = { .generation = 1,
		.from = from,
		.to = to,
		.first = when(last),
		.last = when(last),
		.verdict = (uint8_t)verdict,
		.packets = n };

	coverage_traffic(w->c, &w->policy->p, &t, w->now);
}

static inline int
world_set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->policy = hub_policy_new(1);
	*state = w;
	return 0;
}

static inline int
world_tear_down(void **state)
{
	struct world *w = *state;

	coverage_free(w->c);
	free(w->policy);
	free(w);
	return 0;
}

#endif
