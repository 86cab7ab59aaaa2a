/* evidence_space.c - see evidence_space.h. */
#include "hub/evidence_space.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
	UNIT = 4096,
	SKIPPED = 64, /* files of skipped frames that are known; hub/evidence_skipped keeps 16 */
	SKIPPED_NAME = 64, /* longer names are not ours */
	FELL = 5,	   /* percent below a threshold, from which on it can be passed again */
	FULL = 98,	   /* percent of a file system: evidence gives way to what matters more */
};

#define SKIPPED_PREFIX "skipped-"
#define EXPIRE_EVERY   NS_DAY

static const uint8_t thresholds[] = { 80, 90, FULL };

enum { THRESHOLDS = sizeof thresholds };

/* A file. The oldest first: a ring, from `first` on. */
struct file {
	char ev[INCIDENT_EV - 1]; /* without NUL; "" in one that is gone */
	uint16_t pad;
	uint32_t size;
	uint32_t time; /* seconds since 1970, when it was closed */
};

struct skipped {
	char name[SKIPPED_NAME];
	uint32_t size;
	int64_t time;
};

struct evidence_space {
	struct file *file; /* [EVIDENCE_FILES] */
	uint32_t first, n;
	uint32_t look; /* the next to be looked for, from `first` on */
	struct skipped skipped[SKIPPED];
	unsigned nskipped;
	uint64_t used;
	unsigned said_space, said_disk; /* thresholds that were passed */
	bool disk_full;
	nstime expire_due;
	unsigned expired;
	struct evidence_space_news news;
};

size_t
evidence_space_bytes(void)
{
	const struct evidence_space *s = NULL;

	return sizeof *s + EVIDENCE_FILES * sizeof *s->file;
}

struct evidence_space *
evidence_space_new(void)
{
	struct evidence_space *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->expire_due = NSTIME_ALWAYS;
	s->file = calloc(EVIDENCE_FILES, sizeof *s->file);
	if (s->file)
		return s;
	free(s);
	return NULL;
}

void
evidence_space_free(struct evidence_space *s)
{
	if (s)
		free(s->file);
	free(s);
}

/* What a file takes of the disk, nearly. */
static uint64_t
on_disk(uint32_t size)
{
	return ((uint64_t)size + UNIT - 1) / UNIT * UNIT;
}

static uint32_t
seconds(nstime t)
{
	nstime s = t / NS_SEC;

	return s < 0 ? 0 : s > UINT32_MAX ? UINT32_MAX : (uint32_t)s;
}

static struct file *
file_at(struct evidence_space *s, uint32_t i)
{
	return &s->file[(s->first + i) % EVIDENCE_FILES];
}

static const char *
name_of(char to[EVIDENCE_FILE_NAME], const struct file *f)
{
	char ev[INCIDENT_EV];

	memcpy(ev, f->ev, sizeof f->ev);
	ev[INCIDENT_EV - 1] = '\0';
	return evidence_file_name(to, ev);
}

/* Removes the oldest file. */
static void
drop_oldest(struct evidence_space *s, int dir)
{
	struct file *f = file_at(s, 0);
	char name[EVIDENCE_FILE_NAME];

	if (f->ev[0]) {
		(void)unlinkat(
		    dir, name_of(name, f), 0); /* it may be gone, or stay: no more ours */
		s->used -= on_disk(f->size);
	}
	s->first = (s->first + 1) % EVIDENCE_FILES;
	s->n--;
	s->look -= s->look > 0;
}

static void
append(struct evidence_space *s, const char *ev, uint32_t size, uint32_t time)
{
	struct file *f = file_at(s, s->n++);

	*f = (struct file){ .size = size, .time = time };
	memcpy(f->ev, ev, sizeof f->ev);
}

void
evidence_space_closed(struct evidence_space *s, int dir, const char *ev, uint32_t size, nstime wall)
{
	if (s->n == EVIDENCE_FILES)
		drop_oldest(s, dir);
	append(s, ev, size, seconds(wall));
}

void
evidence_space_moved(struct evidence_space *s, uint32_t before, uint32_t after)
{
	s->used = s->used - on_disk(before) + on_disk(after);
}

static int
by_age(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

static void
add_skipped(struct evidence_space *s, const char *name, const struct stat *st)
{
	struct skipped *k = &s->skipped[s->nskipped];

	if (s->nskipped == SKIPPED || strlen(name) >= sizeof k->name)
		return;
	*k = (struct skipped){ .size = (uint32_t)st->st_size, .time = st->st_mtime };
	memcpy(k->name, name, strlen(name) + 1);
	s->nskipped++;
	s->used += on_disk(k->size);
}

/* Takes note of one name in the directory. */
static void
scan_one(
    struct evidence_space *s, int dir, const char *name, evidence_space_open *is_open, void *ctx)
{
	bool skipped = strncmp(name, SKIPPED_PREFIX, sizeof SKIPPED_PREFIX - 1) == 0;
	char ev[INCIDENT_EV];
	struct stat st;

	if ((!skipped && !evidence_file_is(name, ev)) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > UINT32_MAX)
		return;
	if (skipped) {
		add_skipped(s, name, &st);
		return;
	}
	if (!is_open(ctx, ev)) {
		if (s->n == EVIDENCE_FILES)
			return; /* more than we ever make: somebody else's */
		append(s, ev, (uint32_t)st.st_size, seconds(st.st_mtime * NS_SEC));
	}
	s->used += on_disk((uint32_t)st.st_size);
}

void
evidence_space_scan(struct evidence_space *s, int dir, evidence_space_open *is_open, void *ctx)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	s->first = s->n = s->look = s->nskipped = 0;
	s->used = 0;
	while (d && (e = readdir(d)))
		scan_one(s, dir, e->d_name, is_open, ctx);
	qsort(s->file, s->n, sizeof *s->file, by_age);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}

void
evidence_space_skipped(struct evidence_space *s, int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		add_skipped(s, name, &st);
}

/* Removes the oldest file of a skipped frame. */
static void
drop_skipped(struct evidence_space *s, int dir)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < s->nskipped; i++)
		if (s->skipped[i].time < s->skipped[oldest].time)
			oldest = i;
	(void)unlinkat(dir, s->skipped[oldest].name, 0); /* as above */
	s->used -= on_disk(s->skipped[oldest].size);
	s->skipped[oldest] = s->skipped[--s->nskipped];
}

int
evidence_space_make(struct evidence_space *s, int dir, uint64_t limit, uint32_t before,
    uint32_t after, bool skipped)
{
	uint64_t more = on_disk(after) - on_disk(before);

	for (unsigned step = 0; s->used + more > limit && s->n && step < EVIDENCE_STEP; step++)
		drop_oldest(s, dir);
	while (skipped && s->n == 0 && s->used + more > limit && s->nskipped)
		drop_skipped(s, dir);
	if (s->disk_full)
		return -EAGAIN;
	return s->used + more <= limit ? 0 : s->n ? -EAGAIN : -ENOSPC;
}

/* The highest threshold that USED of ALL passed now, 0 for none; SAID: how many were passed before.
 */
static unsigned
passed(unsigned *said, uint64_t used, uint64_t all)
{
	unsigned now = 0;

	while (*said > 0 && used * 100 <= all * (thresholds[*said - 1] - FELL))
		--*said;
	while (*said < THRESHOLDS && used * 100 > all * thresholds[*said])
		now = thresholds[(*said)++];
	return now;
}

/* How full is the file system? */
static bool
measure(struct evidence_space *s, int dir, struct statvfs *v)
{
	if (fstatvfs(dir, v) < 0 || v->f_blocks == 0)
		return false;
	s->disk_full = (v->f_blocks - v->f_bavail) * 100 > (uint64_t)v->f_blocks * FULL;
	return true;
}

/* How full the file system is; a full one takes old evidence away. */
static void
look_at_disk(struct evidence_space *s, int dir)
{
	struct statvfs v;

	if (!measure(s, dir, &v))
		return;

	unsigned now = passed(&s->said_disk, v.f_blocks - v.f_bavail, v.f_blocks);

	if (now) {
		s->news.disk = now;
		s->news.free = (uint64_t)v.f_bavail * v.f_frsize;
	}
	for (unsigned step = 0; s->disk_full && s->n > 0 && step < EVIDENCE_STEP; step++) {
		drop_oldest(s, dir);
		if (!measure(s, dir, &v))
			return;
	}
}

static void
expire(struct evidence_space *s, int dir, const struct policy *p, nstime wall)
{
	uint32_t keep = seconds(p->evidence_keep), now = seconds(wall);

	if (wall < s->expire_due && s->expire_due - wall <= EXPIRE_EVERY)
		return;
	for (unsigned step = 0; step < EVIDENCE_STEP; step++) {
		if (s->n == 0 || now < keep || file_at(s, 0)->time >= now - keep) {
			s->expire_due = wall + EXPIRE_EVERY;
			s->news.expired += s->expired;
			s->expired = 0;
			return;
		}
		s->expired += file_at(s, 0)->ev[0] != '\0';
		drop_oldest(s, dir);
	}
}

/* Looks for some of the files in turn: what somebody took away takes no room. */
static void
look_for_some(struct evidence_space *s, int dir)
{
	char name[EVIDENCE_FILE_NAME];
	struct stat st;

	for (unsigned step = 0; step < EVIDENCE_STEP / 4 && step < s->n; step++) {
		struct file *f;

		if (s->look >= s->n)
			s->look = 0;
		f = file_at(s, s->look++);
		if (!f->ev[0] || fstatat(dir, name_of(name, f), &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		s->used -= on_disk(f->size);
		f->ev[0] = '\0';
	}
	for (unsigned i = 0; i < s->nskipped; i++)
		if (fstatat(dir, s->skipped[i].name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			s->used -= on_disk(s->skipped[i].size);
			s->skipped[i] = s->skipped[--s->nskipped];
		}
}

void
evidence_space_tick(struct evidence_space *s, int dir, const struct policy *p, nstime wall)
{
	unsigned now;

	expire(s, dir, p, wall);
	look_for_some(s, dir);
	(void)evidence_space_make(s, dir, p->evidence_space, 0, 0, true); /* after a reload */
	look_at_disk(s, dir);
	now = passed(&s->said_space, s->used, p->evidence_space);
	s->news.space = now ? now : s->news.space;
	s->news.limit = p->evidence_space;
}

bool
evidence_space_news(struct evidence_space *s, struct evidence_space_news *n)
{
	*n = s->news;
	n->used = s->used;
	s->news = (struct evidence_space_news){ 0 };
	return n->space || n->disk || n->expired;
}
