/* evidence.c - see evidence.h.
 *
 * Entries are open incidents. They are found by a keyed hash of the incident's key, by open
 * addressing (linear probing, at most half full, entries moved back when one leaves), in the same
 * way as incidents themselves, and lie in no order.
 */
#include "hub/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/evidence_make.h"

enum {
	POOL = 4 << 20, /* bytes of frames that wait for their incident */
	AGAIN = 64,	/* frames that a worker may put again after it was killed, at most */
};

#define SLACK (2 * NS_SEC) /* from the time for outcomes to the line */

struct entry {
	uint64_t hash;
	const struct incident *i;
	struct evidence_file file;
	nstime resumed; /* frames up to this time are in the file already */
	uint32_t worker;
	uint64_t seq; /* of the newest frame, of that worker */
};

struct evidence {
	char dir_name[300];
	int dir; /* -1: it is not there, or cannot be opened */
	struct hash_key secret;
	struct evidence_maker maker;
	struct entry *entry;
	uint32_t *free;	 /* [size - used]: numbers of entries that are free */
	uint32_t *index; /* [mask + 1]: entry + 1, 0 for none */
	uint32_t size, used, mask;
	struct evidence_pool *pool;
	struct evidence_space *space;
	bool blocked; /* writing failed; */
	bool try;     /* and may be tried again */
	struct evidence_news news;
	char sum[2 * SHA_SIZE + 1];
};

static void
open_dir(struct evidence *e)
{
	e->dir = open(e->dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Of the index, less one: a power of two, at most half full. */
static uint32_t
mask_for(uint32_t incidents)
{
	uint32_t mask = 3;

	while (mask / 2 < incidents)
		mask = mask * 2 + 1;
	return mask;
}

size_t
evidence_bytes(uint32_t incidents)
{
	const struct evidence *e = NULL;

	return sizeof *e + incidents * (sizeof *e->entry + sizeof *e->free) +
	       ((size_t)mask_for(incidents) + 1) * sizeof *e->index + evidence_pool_bytes(POOL) +
	       evidence_space_bytes();
}

struct evidence *
evidence_new(const char *state_dir, const char *version, uint32_t incidents)
{
	struct evidence *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->dir = -1;
	e->size = incidents;
	e->mask = mask_for(incidents);
	hash_key_init(&e->secret, 0);
	(void)snprintf(e->dir_name, sizeof e->dir_name, "%s/evidence",
	    state_dir); /* the configuration allows no longer one */
	evidence_maker_init(&e->maker, version);
	e->entry = calloc(incidents, sizeof *e->entry);
	e->free = calloc(incidents, sizeof *e->free);
	e->index = calloc((size_t)e->mask + 1, sizeof *e->index);
	e->pool = evidence_pool_new(POOL);
	e->space = evidence_space_new();
	if (!e->entry || !e->free || !e->index || !e->pool || !e->space) {
		evidence_free(e);
		return NULL;
	}
	for (uint32_t n = 0; n < incidents; n++)
		e->free[n] = incidents - 1 - n;
	open_dir(e);
	return e;
}

void
evidence_free(struct evidence *e)
{
	if (!e)
		return;
	if (e->dir >= 0)
		close(e->dir);
	evidence_space_free(e->space);
	evidence_pool_free(e->pool);
	free(e->index);
	free(e->free);
	free(e->entry);
	free(e);
}

const char *
evidence_dir(const struct evidence *e)
{
	return e->dir_name;
}

/* The table ------------------------------------------------------------------------------------ */

static uint64_t
hash_of(const struct evidence *e, const struct incident *i)
{
	struct incident_key k;

	incident_key_again(&k, &e->secret, i);
	return incident_key_hash(&k, &e->secret);
}

/* The place of that incident in the index, or the empty one where it would be. */
static uint32_t
place_of(const struct evidence *e, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & e->mask;

	while (e->index[at] && e->entry[e->index[at] - 1].hash != hash)
		at = (at + 1) & e->mask;
	return at;
}

static struct entry *
entry_of(const struct evidence *e, uint64_t hash)
{
	uint32_t n = e->index[place_of(e, hash)];

	return n ? &e->entry[n - 1] : NULL;
}

/* A new entry; NULL when there is no room for it. */
static struct entry *
entry_add(struct evidence *e, uint64_t hash, const struct incident *i)
{
	uint32_t number;
	struct entry *n;

	if (e->used == e->size)
		return NULL;
	number = e->free[e->size - ++e->used];
	n = &e->entry[number];
	*n = (struct entry){ .hash = hash, .i = i, .resumed = NSTIME_ALWAYS };
	memcpy(n->file.ev, i->ev, sizeof n->file.ev);
	e->index[place_of(e, hash)] = number + 1;
	return n;
}

/* Empties a place and moves those behind it that were pushed on by it. */
static void
entry_remove(struct evidence *e, struct entry *n)
{
	uint32_t hole = place_of(e, n->hash), at = hole;

	e->index[hole] = 0;
	e->free[e->size - e->used--] = (uint32_t)(n - e->entry);
	n->i = NULL;
	for (;;) {
		at = (at + 1) & e->mask;
		if (!e->index[at])
			return;

		uint32_t home = (uint32_t)e->entry[e->index[at] - 1].hash & e->mask;

		if (((at - home) & e->mask) >= ((at - hole) & e->mask)) {
			e->index[hole] = e->index[at];
			e->index[at] = 0;
			hole = at;
		}
	}
}

/* Files -----------------------------------------------------------------------------------------
 */

/* Reads what an earlier process left of a file. */
static void
learn(struct evidence *e, struct entry *n)
{
	uint32_t before = n->file.size;

	if (!n->file.unread)
		return;
	n->file.unread = false;
	if (e->dir < 0)
		return; /* there is none */
	if (evidence_file_read(&n->file, e->dir, e->maker.block, &e->maker.key) < 0)
		n->file.size = 0;
	n->resumed = n->file.frames ? n->file.newest : NSTIME_ALWAYS;
	evidence_space_moved(e->space, before, n->file.size);
}

/* Removes the file of the incident that opened first, but for KEEP's. */
static bool
drop_open(struct evidence *e, const struct entry *keep)
{
	char name[EVIDENCE_FILE_NAME];
	struct entry *oldest = NULL;

	for (uint32_t k = 0; k < e->size; k++) {
		struct entry *n = &e->entry[k];

		if (n->i && n != keep && n->file.size && !n->file.gone &&
		    (!oldest || n->i->first < oldest->i->first))
			oldest = n;
	}
	if (!oldest)
		return false;
	(void)unlinkat(e->dir, evidence_file_name(name, oldest->file.ev), 0); /* gone, anyhow */
	oldest->file.gone = true;
	oldest->file.unread = false;
	evidence_space_moved(e->space, oldest->file.size, 0);
	oldest->file.size = 0;
	return true;
}

/* Room for SIZE more bytes of N's file: closed incidents give way first, then open ones, then
 * skipped frames. */
static bool
make_room(struct evidence *e, const struct entry *n, const struct policy *p, uint32_t size)
{
	uint32_t before = n->file.size, after = before + size;
	bool skipped = false;

	for (unsigned step = 0; step < EVIDENCE_STEP; step++) {
		int r = evidence_space_make(
		    e->space, e->dir, p->evidence_space, before, after, skipped);

		if (r != -ENOSPC || skipped)
			return r == 0;
		skipped = !drop_open(e, n);
	}
	return false; /* it would take too long now: less room by a reload */
}

static bool
directory(struct evidence *e)
{
	if (e->dir >= 0)
		return true;
	if (mkdir(e->dir_name, 0700) < 0 && errno != EEXIST)
		return false;
	open_dir(e);
	return e->dir >= 0;
}

static void
failed(struct evidence *e, int error)
{
	e->news.lost++;
	e->try = false;
	if (error == ENOENT && e->dir >= 0) {
		close(e->dir); /* somebody took the directory away: the next try makes it */
		e->dir = -1;
	}
	if (!e->blocked)
		e->news.error = error;
	e->blocked = true;
}

/* Appends a frame to its incident's file, if it is still one of the first. */
static void
keep(struct evidence *e, const struct policy *p, struct entry *n, const struct evidence_frame *f,
    const uint8_t *bytes)
{
	uint32_t before = n->file.size;
	uint64_t iface;
	size_t size;
	int r;

	if (n->file.gone || n->file.frames >= p->evidence_frames || f->time <= n->resumed)
		return;
	if (f->worker == n->worker && f->seq <= n->seq && f->seq + AGAIN > n->seq)
		return; /* the worker was killed, and judged it again */
	if (e->blocked && !e->try) {
		e->news.lost++;
		return;
	}
	size = evidence_make(&e->maker, &n->file, n->i, f, bytes, &iface);
	if (!size || size > EVIDENCE_FILE - n->file.size) {
		n->file.frames = EXHIBIT_FRAMES; /* no more of it */
		return;
	}
	if (!directory(e)) {
		failed(e, errno);
		return;
	}
	if (!make_room(e, n, p, (uint32_t)size)) {
		e->news.lost++;
		return;
	}
	r = evidence_file_append(&n->file, e->dir, e->maker.block, size);
	if (n->file.gone) {
		evidence_space_moved(e->space, before, 0);
		n->file.size = 0;
		return;
	}
	if (r < 0) {
		failed(e, -r);
		return;
	}
	if (e->blocked)
		e->news.again = true;
	e->blocked = false;
	evidence_space_moved(e->space, before, n->file.size);
	n->file.frames++;
	if (iface)
		n->file.iface[n->file.nifaces++] = iface;
	n->worker = f->worker;
	n->seq = f->seq;
}

/* What comes and goes ----------------------------------------------------------------------------
 */

static struct evidence_frame
frame_of(const struct policy *p, unsigned worker, const struct exhibit *x, size_t size)
{
	uint16_t line = policy_line_of(p, x->at.iface, x->at.vlan[0], x->at.vlan[1]);
	struct evidence_frame f = { .time = x->time,
		.seq = x->seq,
		.worker = worker,
		.wirelen = x->wirelen,
		.caplen = (uint32_t)size,
		.packet = x->packet,
		.flags = x->flags,
		.link = x->link,
		.vlan = { x->at.vlan[0], x->at.vlan[1] } };

	(void)snprintf(f.iface, sizeof f.iface, "%s", policy_iface(p, x->at.iface)->name);
	(void)snprintf(f.zone, sizeof f.zone, "%s",
	    policy_zone_id(p, policy_line(p, line)->zone)); /* both are no longer */
	return f;
}

void
evidence_exhibit(struct evidence *e, const struct policy *newest, const struct policy *p,
    unsigned worker, const struct exhibit *x, const uint8_t *bytes, size_t size, nstime mono)
{
	struct evidence_frame f = frame_of(p, worker, x, size);
	struct incident_key k;
	struct entry *n;

	incident_key_of(&k, &e->secret, p, &x->f);
	uint64_t hash = incident_key_hash(&k, &e->secret);

	n = entry_of(e, hash);
	if (!n) {
		evidence_pool_put(e->pool, hash, &f, bytes, mono);
		return;
	}
	learn(e, n);
	keep(e, newest, n, &f, bytes);
}

/* Frames that waited for an incident. */
struct waiters {
	struct evidence *e;
	const struct policy *p;
	struct entry *n;
	nstime since; /* what is older was another incident's of the same key */
};

static void
keep_waiter(void *ctx, const struct evidence_frame *f, const uint8_t *bytes)
{
	const struct waiters *w = ctx;

	if (f->time >= w->since)
		keep(w->e, w->p, w->n, f, bytes);
}

void
evidence_said(struct evidence *e, const struct policy *newest, const struct incident *i)
{
	uint64_t hash = hash_of(e, i);
	struct waiters w = { .e = e, .p = newest };

	if (entry_of(e, hash))
		return;
	w.n = entry_add(e, hash, i);
	if (!w.n)
		return;
	w.since = i->first - newest->attempt_after - SLACK;
	evidence_pool_take(e->pool, hash, keep_waiter, &w);
}

void
evidence_resume(struct evidence *e, const struct incident *i)
{
	struct entry *n = entry_add(e, hash_of(e, i), i);

	if (n)
		n->file.unread = true;
}

/* Incidents that go on, by ev. */
struct resumed {
	char (*ev)[INCIDENT_EV];
	uint32_t n;
};

static int
by_ev(const void *a, const void *b)
{
	return memcmp(a, b, INCIDENT_EV);
}

static bool
is_resumed(void *ctx, const char *ev)
{
	const struct resumed *r = ctx;
	char key[INCIDENT_EV];

	memcpy(key, ev, sizeof key);
	return r->n && bsearch(key, r->ev, r->n, sizeof *r->ev, by_ev);
}

void
evidence_begin(struct evidence *e)
{
	struct resumed r = { .ev = calloc((size_t)e->used + 1, sizeof *r.ev) };
	struct stat st;

	for (uint32_t k = 0; r.ev && k < e->size; k++) {
		struct entry *n = &e->entry[k];
		char name[EVIDENCE_FILE_NAME];

		if (!n->i)
			continue;
		memcpy(r.ev[r.n++], n->file.ev, sizeof *r.ev);
		/* For the room that it takes, until it is read. */
		if (fstatat(e->dir, evidence_file_name(name, n->file.ev), &st,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_size <= EVIDENCE_FILE)
			n->file.size = (uint32_t)st.st_size;
	}
	if (r.ev)
		qsort(r.ev, r.n, sizeof *r.ev, by_ev);
	if (e->dir >= 0)
		evidence_space_scan(e->space, e->dir, is_resumed, &r);
	free(r.ev);
}

const char *
evidence_sum(struct evidence *e, const struct incident *i)
{
	struct entry *n = entry_of(e, hash_of(e, i));

	if (!n)
		return NULL;
	learn(e, n);
	return evidence_file_sum(&n->file, e->dir, e->sum) ? e->sum : NULL;
}

void
evidence_end(struct evidence *e, const struct incident *i, nstime wall)
{
	struct entry *n = entry_of(e, hash_of(e, i));

	if (!n)
		return;
	if (n->file.size && !n->file.gone)
		evidence_space_closed(e->space, e->dir, n->file.ev, n->file.size, wall);
	entry_remove(e, n);
}

void
evidence_skip(struct evidence *e, const char *name)
{
	if (e->dir < 0)
		open_dir(e);
	evidence_space_skipped(e->space, e->dir, name);
}

void
evidence_tick(struct evidence *e, const struct policy *newest, nstime wall, nstime mono)
{
	e->try = true;
	evidence_pool_expire(e->pool, mono - newest->attempt_after - SLACK);
	if (e->dir >= 0)
		evidence_space_tick(e->space, e->dir, newest, wall);
}

bool
evidence_news(struct evidence *e, struct evidence_news *n)
{
	*n = (struct evidence_news){
		.error = e->news.error, .again = e->news.again, .lost = e->news.lost
	};
	if (!evidence_space_news(e->space, &n->space) && !n->error && !n->again)
		return false;
	e->news = (struct evidence_news){ .error = 0 };
	return true;
}
