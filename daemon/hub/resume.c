/* resume.c - see resume.h.
 *
 * The sums that resume_lost() needs: every packet that the workers of this daemon told of, and
 * every one that was carried over from an earlier daemon, is said, gone (said to be lost), or waits
 * in an incident or a roll-up.
 */
#include "hub/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/resume_files.h"
#include "hub/whole_file.h"

enum {
	BUFFER = 64 << 10,
	SAID_MOST = 64 << 20, /* bytes of resume.said; over it the next snapshot must come first */
};

struct resume {
	char dir[256], path[300], temporary[300], said_path[300];
	uint64_t run, epoch;
	uint64_t said, gone, carried; /* packets */
	uint64_t loaded;	      /* said, gone or waiting, as of the load */
	nstime due;
	bool changed, failed;
	int said_fd;
	size_t said_size;
	size_t used;
	uint8_t buffer[BUFFER]; /* of resume.said, or of a snapshot */
};

size_t
resume_bytes(void)
{
	return sizeof(struct resume);
}

struct resume *
resume_new(const char *dir, uint64_t run)
{
	struct resume *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->run = run;
	r->said_fd = -1;
	r->due = NSTIME_ALWAYS;
	(void)snprintf(
	    r->dir, sizeof r->dir, "%s", dir); /* the configuration allows no longer one */
	(void)snprintf(r->path, sizeof r->path, "%s/resume", r->dir);
	(void)snprintf(r->temporary, sizeof r->temporary, "%s/resume.new", r->dir);
	(void)snprintf(r->said_path, sizeof r->said_path, "%s/resume.said", r->dir);
	return r;
}

void
resume_free(struct resume *r)
{
	if (!r)
		return;
	if (r->said_fd >= 0)
		close(r->said_fd);
	free(r);
}

/* resume.said -----------------------------------------------------------------------------------
 */

static void
said_flush(struct resume *r)
{
	int e;

	if (!r->used)
		return;
	e = r->said_fd < 0 ? -EBADF : whole_file_write(r->said_fd, r->buffer, r->used);
	r->used = 0;
	if (e < 0 && !r->failed) {
		log_error("%s: %s: a restart may say counts twice", r->said_path, strerror(-e));
		r->failed = true;
	}
}

static void
said_record(struct resume *r, enum resume_kind kind, const void *payload, size_t size, nstime wall)
{
	struct resume_record head = { .kind = kind,
		.size = (uint32_t)size,
		.epoch = r->epoch,
		.said = r->said,
		.gone = r->gone,
		.at = wall };

	r->changed = true;
	if (r->said_fd < 0 || r->said_size > SAID_MOST)
		return;
	if (r->used + sizeof head + size > sizeof r->buffer)
		said_flush(r);
	head.check = resume_check(&head, payload, size);
	memcpy(r->buffer + r->used, &head, sizeof head);
	if (size)
		memcpy(r->buffer + r->used + sizeof head, payload, size);
	r->used += sizeof head + size;
	r->said_size += sizeof head + size;
}

void
resume_line(struct resume *r, enum incident_state state, const struct incident *i, uint64_t added,
    nstime wall)
{
	r->said += added;
	if (state == INCIDENT_CLOSED)
		said_record(r, RESUME_CLOSED, i->ev, sizeof i->ev, wall);
	else
		said_record(r, RESUME_LINE, i, sizeof *i, wall);
	said_flush(r);
}

void
resume_rollup(struct resume *r, const struct rollup *of, nstime wall)
{
	r->said += of->n;
	said_record(r, RESUME_ROLLUP, of, sizeof *of, wall);
	said_flush(r);
}

void
resume_moved(struct resume *r, struct incident *i, nstime wall)
{
	/* Only what a snapshot has could be said again. It waits in the buffer until the next line:
	 * before that, nothing of it was said. */
	if (i->kept)
		said_record(r, RESUME_MOVED, i->ev, sizeof i->ev, wall);
	i->kept = 0;
	r->changed = true;
}

void
resume_named(struct resume *r, uint64_t packets, nstime wall)
{
	r->gone += packets;
	said_record(r, RESUME_GAP, NULL, 0, wall);
	said_flush(r);
}

uint64_t
resume_lost(struct resume *r, uint64_t told, nstime wall)
{
	uint64_t lost = told - r->loaded;

	if (told <= r->loaded)
		return 0;
	r->loaded = told;
	resume_named(r, lost, wall);
	return lost;
}

/* The snapshot ----------------------------------------------------------------------------------
 */

/* A snapshot in the making. */
struct writer {
	struct resume *r;
	int fd, error;
	uint64_t number; /* of records */
};

static void
writer_flush(struct writer *w)
{
	if (!w->error && w->r->used)
		w->error = whole_file_write(w->fd, w->r->buffer, w->r->used);
	w->r->used = 0;
}

static void
writer_put(struct writer *w, const void *bytes, size_t size)
{
	uint64_t check = whole_file_sum(w->r->epoch + w->number++, bytes, size);

	if (w->r->used + size + sizeof check > sizeof w->r->buffer)
		writer_flush(w);
	memcpy(w->r->buffer + w->r->used, bytes, size);
	memcpy(w->r->buffer + w->r->used + size, &check, sizeof check);
	w->r->used += size + sizeof check;
}

static void
put_incident(void *ctx, const struct incident *i)
{
	writer_put(ctx, i, sizeof *i);
}

static void
put_rollup(void *ctx, const struct rollup *r)
{
	writer_put(ctx, r, sizeof *r);
}

static void
count_rollup(void *ctx, const struct rollup *r)
{
	uint32_t *n = ctx;

	(void)r;
	++*n;
}

static int
write_snapshot(
    struct writer *w, const struct resume_head *head, struct incidents *t, const struct storm *s)
{
	w->fd = whole_file_begin(w->r->temporary);
	if (w->fd < 0)
		return w->fd;
	writer_put(w, head, sizeof *head);
	incidents_each(t, put_incident, w);
	storm_each(s, put_rollup, w);
	writer_flush(w);
	return whole_file_end(w->fd, w->error, w->r->temporary, w->r->path);
}

/* Everything in resume.said is older than the snapshot. */
static void
said_begin(struct resume *r)
{
	if (r->said_fd < 0)
		r->said_fd = open(
		    r->said_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r->said_fd < 0 || ftruncate(r->said_fd, 0) < 0)
		log_error("%s: %m", r->said_path);
	r->said_size = 0;
	r->failed = false;
}

int
resume_write(struct resume *r, struct incidents *t, const struct storm *s, bool clean, nstime wall)
{
	struct resume_head head = resume_head_now();
	struct writer w = { .r = r };
	uint64_t before = r->epoch;
	int e;

	/* If this one fails, the one before holds, with all that is in resume.said. */
	said_flush(r);
	r->epoch = whole_file_sum((uint64_t)wall, &before, sizeof before);
	head.incidents = incidents_open(t);
	storm_each(s, count_rollup, &head.rollups);
	head.epoch = r->epoch;
	head.run = r->run;
	head.said = r->said;
	head.gone = r->gone;
	head.carried = r->carried;
	head.at = wall;
	head.clean = clean;
	e = write_snapshot(&w, &head, t, s);
	if (e < 0) {
		r->epoch = before;
		return e;
	}
	said_begin(r);
	incidents_kept(t);
	r->changed = false;
	return 0;
}

void
resume_forget(struct resume *r)
{
	/* That works on a full disk, too. Files that were never there are no error. */
	if (unlink(r->path) < 0 && errno != ENOENT)
		log_error("%s: %m: a restart may say counts twice", r->path);
	(void)unlink(r->said_path); /* it means nothing without the other */
}

void
resume_changed(struct resume *r)
{
	r->changed = true;
}

bool
resume_due(const struct resume *r, nstime mono)
{
	return r->changed && mono >= r->due;
}

void
resume_took(struct resume *r, nstime took, nstime mono)
{
	nstime pause = took * RESUME_SHARE;

	r->due = mono + (pause > RESUME_PACE ? pause : RESUME_PACE);
}

int
resume_load(struct resume *r, struct incidents *t, struct storm *s, bool again, nstime mono,
    struct resume_loaded *found)
{
	struct resume_files f;
	uint64_t waits = 0;
	int e = resume_files_read(&f, r->path, r->said_path);

	*found = (struct resume_loaded){ 0 };
	if (e < 0)
		return e;
	for (uint32_t n = 0; n < f.incidents; n++) {
		struct incident *i = &f.incident[n];

		i->rollup = i->kept = 0;
		if (!f.closed[n] && incident_restore(t, i, f.head.at)) {
			waits += i->total - i->said;
			found->incidents++;
		}
	}
	for (uint32_t n = 0; n < f.rollups; n++)
		if (f.rollup[n].lines) {
			storm_restore(s, &f.rollup[n], mono);
			found->rollups++;
		}
	waits += storm_waiting(s);
	found->clean = f.head.clean;
	found->until = f.head.at;
	found->same_run = again && f.head.run == r->run;
	r->epoch = f.head.epoch;
	r->said = found->same_run ? f.head.said : 0;
	r->gone = found->same_run ? f.head.gone : 0;
	r->carried = found->same_run ? f.head.carried : waits;
	r->loaded = r->said + r->gone + waits - r->carried;
	r->changed = true;
	resume_files_free(&f);
	return 0;
}
