/* coverage_keep.c - see coverage_keep.h.
 *
 * The file: a kept_head, the sums of four periods without their interfaces, a kept_iface for each
 * interface in use, a kept_pair for each pair that has a number; then the sum of all that. Structs
 * are as in memory: sizes and version in the head tell a file of another build.
 */
#include "hub/coverage_keep.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/coverage_state.h"
#include "hub/whole_file.h"

#define MAGIC UINT64_C(0x65676172657663) /* "cverage" in a file */

enum {
	VERSION = 2,
	FIRST = PERIOD_HOUR, /* of the periods that are kept */
	KEPT = PERIODS - FIRST,
	SUMS = offsetof(struct period, iface), /* bytes of a period that are not its interfaces' */
	PAIRS_AT_ONCE = 256,
};

struct kept_head {
	uint64_t magic;
	uint32_t version, head_size, sums_size, iface_size;
	uint32_t ifaces, pairs;
	uint64_t run, map;
	nstime until; /* wall: up to then all is known */
	nstime hour_end, day_end;
	uint32_t hour_pending, day_pending, clean, pad;
	uint64_t seen_count[LOSS_KINDS];
};

struct kept_iface {
	uint64_t index;
	char name[sizeof((struct boundary *)NULL)->name];
	struct iface_sample seen;
	struct period_iface sums[KEPT];
};

struct kept_pair {
	uint8_t kind, from, to, pad[5];
	struct period_pair sums;
};

static void
path_of(char path[300], const char *dir, const char *name)
{
	(void)snprintf(path, 300, "%s/%s", dir, name); /* the configuration allows no longer one */
}

static struct kept_head
head_now(void)
{
	return (struct kept_head){ .magic = MAGIC,
		.version = VERSION,
		.head_size = sizeof(struct kept_head),
		.sums_size = SUMS,
		.iface_size = sizeof(struct kept_iface) };
}

/* ---- writing ---- */

struct writer {
	int fd, error;
	uint64_t sum;
};

static void
put(struct writer *w, const void *bytes, size_t size)
{
	w->sum = whole_file_sum(w->sum, bytes, size);
	if (!w->error)
		w->error = whole_file_write(w->fd, bytes, size);
}

static void
put_ifaces(const struct coverage *c, struct writer *w)
{
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct kept_iface k;

		if (!c->boundary[i].used)
			continue;
		memset(&k, 0, sizeof k);
		k.index = i;
		memcpy(k.name, c->boundary[i].name, sizeof k.name);
		k.seen = c->seen[i];
		for (unsigned p = 0; p < KEPT; p++)
			k.sums[p] = c->period[FIRST + p].iface[i];
		put(w, &k, sizeof k);
	}
}

/* Writes the pairs that have a number, or, without a writer, counts them. */
static uint32_t
put_pairs(const struct coverage *c, struct writer *w)
{
	struct kept_pair k[PAIRS_AT_ONCE];
	uint32_t all = 0, n = 0;

	memset(k, 0, sizeof k);
	for (unsigned kind = FIRST; kind < PERIOD_DAY; kind++)
		for (unsigned from = 1; from <= c->policy->nzones; from++)
			for (unsigned to = 1; to <= c->policy->nzones; to++) {
				const struct period_pair *pair = &c->pair[kind][from][to];

				if (!pair->unverifiable && !pair->packets)
					continue;
				all++;
				k[n++] = (struct kept_pair){ .kind = (uint8_t)kind,
					.from = (uint8_t)from,
					.to = (uint8_t)to,
					.sums = *pair };
				if (n == PAIRS_AT_ONCE && w)
					put(w, k, sizeof k);
				n %= PAIRS_AT_ONCE;
			}
	if (n && w)
		put(w, k, n * sizeof *k);
	return all;
}

bool
coverage_keep_due(const struct coverage *c, struct moment now)
{
	return c->policy && now.mono >= c->keep_due;
}

int
coverage_keep(struct coverage *c, const char *dir, uint64_t run, bool clean, struct moment now)
{
	char path[300], temporary[300];
	struct kept_head h = head_now();
	struct writer w = { .sum = 0 };

	c->keep_due = now.mono + COVERAGE_KEEP_EVERY;
	path_of(path, dir, "coverage");
	path_of(temporary, dir, "coverage.new");
	w.fd = whole_file_begin(temporary);
	if (w.fd < 0)
		return w.fd;
	for (size_t i = 0; i < POLICY_IFACES; i++)
		h.ifaces += c->boundary[i].used;
	h.pairs = put_pairs(c, NULL);
	h.run = run;
	h.map = c->map;
	h.until = c->stopping ? c->stop.wall : now.wall;
	h.hour_end = c->hour.end;
	h.day_end = c->day.end;
	h.hour_pending = c->hour.pending;
	h.day_pending = c->day.pending;
	h.clean = clean;
	memcpy(h.seen_count, c->seen_count, sizeof h.seen_count);
	put(&w, &h, sizeof h);
	for (unsigned p = 0; p < KEPT; p++)
		put(&w, &c->period[FIRST + p], SUMS);
	put_ifaces(c, &w);
	(void)put_pairs(c, &w);
	uint64_t sum = w.sum;
	put(&w, &sum, sizeof sum);
	return whole_file_end(w.fd, w.error, temporary, path);
}

/* ---- reading ---- */

struct kept {
	struct kept_head head;
	struct period sums[KEPT]; /* their interfaces are not filled */
	const uint8_t *ifaces, *pairs;
};

/* Finds the parts of a file. False when it is not whole, or of another build. */
static bool
find_parts(struct kept *k, const uint8_t *bytes, size_t size)
{
	const struct kept_head now = head_now();
	struct kept_head *h = &k->head;
	uint64_t sum, is = 0;
	size_t at = sizeof *h;

	if (size < sizeof *h + KEPT * SUMS + sizeof sum)
		return false;
	memcpy(h, bytes, sizeof *h);
	if (h->magic != now.magic || h->version != now.version || h->head_size != now.head_size ||
	    h->sums_size != now.sums_size || h->iface_size != now.iface_size ||
	    h->ifaces > POLICY_IFACES || h->pairs > 2 * POLICY_ZONES * POLICY_ZONES)
		return false;
	if (size != sizeof *h + KEPT * SUMS + h->ifaces * sizeof(struct kept_iface) +
			h->pairs * sizeof(struct kept_pair) + sizeof sum)
		return false;
	is = whole_file_sum(is, bytes, sizeof *h);
	for (unsigned p = 0; p < KEPT; p++, at += SUMS) {
		memcpy(&k->sums[p], bytes + at, SUMS);
		is = whole_file_sum(is, bytes + at, SUMS);
	}
	k->ifaces = bytes + at;
	for (uint32_t i = 0; i < h->ifaces; i++, at += sizeof(struct kept_iface))
		is = whole_file_sum(is, bytes + at, sizeof(struct kept_iface));
	k->pairs = bytes + at;
	for (uint32_t left = h->pairs, n; left; left -= n) {
		n = left < PAIRS_AT_ONCE ? left : PAIRS_AT_ONCE;
		is = whole_file_sum(is, bytes + at, n * sizeof(struct kept_pair));
		at += n * sizeof(struct kept_pair);
	}
	memcpy(&sum, bytes + at, sizeof sum);
	return sum == is;
}

/* The sums of one period, as it was kept, and of those interfaces that are still there. Monotonic
 * moments are those of now. */
static void
take_period(struct coverage *c, const struct kept *k, enum period_kind kind, struct moment now)
{
	struct period *p = &c->period[kind];

	memset(p, 0, sizeof *p);
	memcpy(p, &k->sums[kind - FIRST], SUMS);
	p->from.mono = now.mono - (now.wall - p->from.wall);
	p->to.mono = p->to.wall == NSTIME_NEVER ? NSTIME_NEVER : now.mono - (now.wall - p->to.wall);
	for (size_t i = 0; i < POLICY_IFACES; i++)
		p->iface[i].since = now.wall;
	for (uint32_t n = 0; n < k->head.ifaces; n++) {
		struct kept_iface f;

		memcpy(&f, k->ifaces + n * sizeof f, sizeof f);
		for (size_t i = 0; i < POLICY_IFACES; i++)
			if (c->boundary[i].used &&
			    memcmp(c->boundary[i].name, f.name, sizeof f.name) == 0)
				p->iface[i] = f.sums[kind - FIRST];
	}
}

static void
take_pairs(struct coverage *c, const struct kept *k)
{
	for (uint32_t n = 0; n < k->head.pairs; n++) {
		struct kept_pair p;

		memcpy(&p, k->pairs + n * sizeof p, sizeof p);
		if (p.kind >= FIRST && p.kind < PERIOD_DAY)
			c->pair[p.kind][p.from][p.to] = p.sums;
	}
}

static void
take_seen(struct coverage *c, const struct kept *k)
{
	memcpy(c->seen_count, k->head.seen_count, sizeof c->seen_count);
	for (uint32_t n = 0; n < k->head.ifaces; n++) {
		struct kept_iface f;

		memcpy(&f, k->ifaces + n * sizeof f, sizeof f);
		c->seen[f.index % POLICY_IFACES] = f.seen;
	}
	c->seen_known = true;
}

static int
take(struct coverage *c, const struct kept *k, uint64_t run, struct moment now)
{
	const struct kept_head *h = &k->head;
	enum gap_reason why = h->clean ? GAP_STOP : GAP_RESTART;

	if (c->later_hub && h->run == run)
		take_seen(c, k);
	if (h->until > now.wall)
		return -EBADMSG;
	take_period(c, k, PERIOD_DAY, now);
	take_period(c, k, PERIOD_DAY_BEFORE, now);
	c->day = (struct turn){ .end = h->day_end, .pending = h->day_pending };
	coverage_was_away(c, PERIOD_DAY, why, h->until, now);
	if (h->map != c->map)
		return 0;
	take_period(c, k, PERIOD_HOUR, now);
	take_period(c, k, PERIOD_HOUR_BEFORE, now);
	take_pairs(c, k);
	c->hour = (struct turn){ .end = h->hour_end, .pending = h->hour_pending };
	coverage_was_away(c, PERIOD_HOUR, why, h->until, now);
	return 0;
}

int
coverage_load(struct coverage *c, const char *dir, uint64_t run, bool again, struct moment now)
{
	struct kept *k = calloc(1, sizeof *k);
	char path[300];
	uint8_t *bytes;
	size_t size;
	int r;

	c->later_hub = again;
	path_of(path, dir, "coverage");
	bytes = whole_file_read(path, &size, &r);
	if (!k)
		r = -ENOMEM;
	if (r == 0)
		r = find_parts(k, bytes, size) ? take(c, k, run, now) : -EBADMSG;
	free(bytes);
	free(k);
	return r;
}
