/* spool.c - see spool.h. */
#include "hub/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/spool_file.h"

enum {
	SEGMENTS = 128, /* files of one kind at most */
	PARTS = 32,	/* files that share the room: what is given up at once is one of them */
	PATH = 512,	/* the state directory has at most 255 bytes */
	NAME = 32,
};

/* The files of one kind, oldest first. */
struct stream {
	const char *kind;
	struct segment seg[SEGMENTS];
	unsigned n;
	unsigned cursor;       /* the file that is read: seg[cursor], or n when there is none, */
	uint32_t at;	       /* and where */
	int read_fd, write_fd; /* -1: not open */
	struct waiting *ahead; /* read, but not by the caller */
	uint32_t next;	       /* number of the next file */
};

struct spool {
	int dir;
	uint64_t most, part; /* bytes: of all, of one file */
	uint64_t unread, dropped;
	struct spool_loss loss, damage; /* not yet asked for */
	struct stream stream[2];
};

static void
name_of(char to[NAME], const struct stream *t, uint32_t number)
{
	(void)snprintf(to, NAME, "%s-%08x", t->kind, number); /* 14 bytes */
}

static int
open_file(const struct spool *s, const struct stream *t, uint32_t number, int flags)
{
	char name[NAME];

	name_of(name, t, number);
	int fd = openat(s->dir, name, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* What was given up before the file that is to be read now is told with its first line. */
static void
enter(struct spool *s, struct stream *t)
{
	struct segment *g = &t->seg[t->cursor];

	close_fd(&t->read_fd);
	if (t->cursor >= t->n)
		return;
	t->at = g->done;
	spool_loss_add(&s->loss, &g->untold);
	g->untold.lines = 0;
}

/* Takes away the oldest file of the kind. */
static void
remove_first(struct spool *s, struct stream *t)
{
	char name[NAME];

	name_of(name, t, t->seg[0].number);
	(void)unlinkat(s->dir, name, 0); /* else it is read again after a restart */
	t->n--;
	memmove(t->seg, t->seg + 1, t->n * sizeof *t->seg);
	if (t->n == 0)
		close_fd(&t->write_fd);
	if (t->cursor > 0)
		t->cursor--;
	else
		enter(s, t);
}

/* Starts another file; the one before is full. */
static int
add_file(struct spool *s, struct stream *t)
{
	struct segment g = { .number = t->next, .size = SPOOL_HEADER, .done = SPOOL_HEADER };
	int fd = open_file(s, t, g.number, O_CREAT | O_EXCL), r;

	if (fd < 0)
		return fd;
	r = spool_write_header(fd, &g, 0);
	if (r < 0) {
		char name[NAME];

		close(fd);
		name_of(name, t, g.number);
		(void)unlinkat(s->dir, name, 0);
		return r;
	}
	if (t->n)
		(void)spool_write_header(t->write_fd, &t->seg[t->n - 1], t->seg[t->n - 1].lines);
	close_fd(&t->write_fd);
	t->write_fd = fd;
	t->next++;
	t->seg[t->n++] = g;
	if (t->cursor == t->n - 1)
		enter(s, t);
	return 0;
}

/* Writes the header of seg[I]. */
static void
write_down(struct spool *s, struct stream *t, unsigned i)
{
	struct segment *g = &t->seg[i];
	bool last = i + 1 == t->n;
	int fd = last ? t->write_fd : open_file(s, t, g->number, 0);

	g->dirty = false;
	if (fd < 0 || spool_write_header(fd, g, last ? 0 : g->lines) < 0)
		g->dirty = true; /* again at the next call */
	if (!last && fd >= 0)
		close(fd);
}

static struct spool_loss
unread_of(const struct segment *g)
{
	return (struct spool_loss){ .lines = g->lines - g->read,
		.first = g->read ? g->read_number + 1 : g->first,
		.from = g->read ? g->read_time : g->first_time,
		.to = g->last_time };
}

/* Is there a line in one of its files? */
static bool
has_lines(const struct stream *t)
{
	return t->n > 1 || (t->n == 1 && t->seg[0].size > SPOOL_HEADER);
}

/* Gives up the oldest file of a kind. 0, or -errno when none can be started behind it. */
static int
give_up(struct spool *s, struct stream *t)
{
	struct spool_loss loss;

	if (t->n == 1) {
		int r = add_file(s, t);

		if (r < 0)
			return r;
	}
	loss = unread_of(&t->seg[0]);
	s->dropped += loss.lines;
	s->unread -= loss.lines;
	spool_loss_add(&t->seg[1].lost, &t->seg[0].lost);
	spool_loss_add(&t->seg[1].lost, &loss);
	spool_loss_add(&t->seg[1].untold, &t->seg[0].untold);
	spool_loss_add(&t->seg[1].untold, &loss);
	/* In this order: should the process end between the two, lines are said to be lost that are
	 * not, rather than the other way round. */
	write_down(s, t, 1);
	remove_first(s, t);
	return 0;
}

static uint64_t
used(const struct spool *s)
{
	uint64_t sum = 0;

	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < s->stream[k].n; i++)
			sum += s->stream[k].seg[i].size;
	return sum;
}

/* W itself is given up: all the room is taken by lines that are kept longest. */
static int
give_up_this(struct spool *s, const struct waiting *w)
{
	struct stream *kept = &s->stream[0];
	struct segment *g = &kept->seg[kept->n ? kept->n - 1 : 0];
	const struct spool_loss loss = {
		.lines = 1, .first = w->number, .from = w->time, .to = w->time
	};

	if (!kept->n)
		return -ENOSPC;
	spool_loss_add(&g->lost, &loss);
	spool_loss_add(kept->cursor + 1 == kept->n ? &s->loss : &g->untold, &loss);
	write_down(s, kept, kept->n - 1);
	s->dropped++;
	return 0;
}

int
spool_put(struct spool *s, struct waiting *w)
{
	struct stream *kept = &s->stream[0], *other = &s->stream[1];
	struct stream *t = w->severity > LINES_KEPT ? other : kept;
	size_t size = SPOOL_RECORD + w->size;
	int r = 0;

	while (r == 0 && (used(s) + size + SPOOL_HEADER > s->most || t->n == SEGMENTS)) {
		if (has_lines(other) && (t == other || t->n < SEGMENTS))
			r = give_up(s, other);
		else if (t == other)
			return give_up_this(s, w);
		else
			r = has_lines(kept) ? give_up(s, kept) : -ENOSPC;
	}
	if (r == 0 && (!t->n || t->seg[t->n - 1].size + size > s->part))
		r = add_file(s, t);
	if (r < 0)
		return r;
	struct segment *g = &t->seg[t->n - 1];
	r = spool_write_record(t->write_fd, g->size, w);
	if (r < 0)
		return r;
	if (!g->lines) {
		g->first = w->number;
		g->first_time = w->time;
	}
	g->last = w->number;
	g->last_time = w->time;
	g->lines++;
	g->size += (uint32_t)r;
	w->segment = g->number;
	w->end = g->size;
	s->unread++;
	return 0;
}

/* The file that is read ends here, whatever was to follow. */
static void
cut(struct spool *s, struct stream *t, struct segment *g)
{
	struct spool_loss loss = unread_of(g);

	s->dropped += loss.lines;
	s->unread -= loss.lines;
	spool_loss_add(&s->damage, &loss);
	log_error("spool: %s-%08x is damaged: %llu lines of it are lost", t->kind, g->number,
	    (unsigned long long)loss.lines);
	g->size = t->at;
	g->lines = g->read;
	if (t->read_fd >= 0 && ftruncate(t->read_fd, t->at) < 0)
		log_error("spool: %s-%08x cannot be cut: %s", t->kind, g->number, strerror(errno));
	write_down(s, t, t->cursor);
}

/* Reads the next line of a kind ahead, if there is one. */
static void
look_ahead(struct spool *s, struct stream *t)
{
	while (!t->ahead && t->cursor < t->n) {
		struct segment *g = &t->seg[t->cursor];

		if (t->at >= g->size) {
			if (t->cursor + 1 == t->n)
				return;
			t->cursor++;
			enter(s, t);
			continue;
		}
		if (t->read_fd < 0)
			t->read_fd = open_file(s, t, g->number, 0);
		if (t->read_fd < 0 && t->read_fd != -ENOENT)
			return; /* later, perhaps */
		int r = spool_read_record(t->read_fd, t->at, g->size, &t->ahead);
		if (r == -ENOMEM)
			return;
		if (r < 0) {
			t->ahead = NULL;
			cut(s, t, g);
			continue;
		}
		t->ahead->segment = g->number;
		t->at = t->ahead->end;
		g->read++;
		g->read_number = t->ahead->number;
		g->read_time = t->ahead->time;
	}
}

struct waiting *
spool_next(struct spool *s)
{
	struct stream *kept = &s->stream[0], *other = &s->stream[1], *t = kept;

	look_ahead(s, kept);
	look_ahead(s, other);
	if (!kept->ahead || (other->ahead && other->ahead->number < kept->ahead->number))
		t = other;
	struct waiting *w = t->ahead;
	t->ahead = NULL;
	if (w)
		s->unread--;
	return w;
}

void
spool_done(struct spool *s, const struct waiting *w)
{
	struct stream *t = &s->stream[w->severity > LINES_KEPT];

	for (unsigned i = 0; i < t->n; i++) {
		struct segment *g = &t->seg[i];

		if (g->number == w->segment && w->end > g->done) {
			g->done = w->end;
			g->done_lines++;
			g->dirty = true;
		}
	}
}

void
spool_sync(struct spool *s)
{
	for (unsigned k = 0; k < 2; k++) {
		struct stream *t = &s->stream[k];

		while (t->n && t->seg[0].done >= t->seg[0].size && !t->seg[0].lost.lines)
			remove_first(s, t);
		for (unsigned i = 0; i < t->n; i++)
			if (t->seg[i].dirty)
				write_down(s, t, i);
	}
}

uint64_t
spool_unread(const struct spool *s)
{
	return s->unread;
}

uint64_t
spool_dropped(struct spool *s)
{
	uint64_t n = s->dropped;

	s->dropped = 0;
	return n;
}

struct spool_loss
spool_loss(struct spool *s)
{
	struct spool_loss l = s->loss;

	s->loss.lines = 0;
	return l;
}

struct spool_loss
spool_damage(struct spool *s)
{
	struct spool_loss l = s->damage;

	s->damage.lines = 0;
	return l;
}

void
spool_said(struct spool *s)
{
	for (unsigned k = 0; k < 2; k++) {
		struct stream *t = &s->stream[k];

		for (unsigned i = 0; i < t->n; i++) {
			struct segment *g = &t->seg[i];

			g->dirty = g->dirty || g->lost.lines != g->untold.lines;
			g->lost = g->untold;
		}
	}
}

bool
spool_empty(const struct spool *s)
{
	return s->stream[0].n == 0 && s->stream[1].n == 0;
}

void
spool_limit(struct spool *s, uint64_t most)
{
	s->most = most;
	s->part = most / PARTS;
}

/* Opening -------------------------------------------------------------------------------------- */

/* STATE_DIR/spool/tcp-192.0.2.1-514; the descriptor of that directory, or -errno. */
static int
open_directory(const char *state_dir, const char *address)
{
	char path[PATH];
	int n = snprintf(path, sizeof path, "%s/spool", state_dir);

	if (n < 0 || (size_t)n + 2 + strlen(address) > sizeof path)
		return -ENAMETOOLONG;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	path[n++] = '/';
	for (const char *p = address; *p; p++) {
		bool plain = *p == '.' || (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z');

		path[n++] = plain ? *p : '-';
	}
	path[n] = '\0';
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The files of a kind, by number. */
static int
list_files(struct spool *s, struct stream *t)
{
	int copy = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;
	size_t kind = strlen(t->kind);

	if (!d)
		return -errno;
	while ((e = readdir(d)) && t->n < SEGMENTS) {
		const char *p = e->d_name;
		char *end;

		if (strncmp(p, t->kind, kind) != 0 || p[kind] != '-' || strlen(p) != kind + 9)
			continue;
		uint32_t number = (uint32_t)strtoul(p + kind + 1, &end, 16);
		unsigned i = t->n++;

		for (; i > 0 && t->seg[i - 1].number > number; i--)
			t->seg[i] = t->seg[i - 1];
		t->seg[i] = (struct segment){ .number = number };
	}
	closedir(d);
	t->next = t->n ? t->seg[t->n - 1].number + 1 : 1;
	return 0;
}

/* Reads what there is to know of seg[I]; false when the file is of no use. */
static bool
open_segment(struct spool *s, struct stream *t, unsigned i)
{
	struct segment *g = &t->seg[i];
	bool last = i + 1 == t->n;
	struct stat st;
	int fd = open_file(s, t, g->number, 0);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || st.st_size > UINT32_MAX || !spool_read_header(fd, g)) {
		close(fd);
		return false;
	}
	g->size = (uint32_t)st.st_size;
	if (last || !g->lines)
		spool_scan(fd, g, (uint32_t)st.st_size);
	if (g->size < st.st_size && ftruncate(fd, g->size) < 0)
		log_error("spool: %s-%08x cannot be cut: %s", t->kind, g->number, strerror(errno));
	if (last)
		t->write_fd = fd;
	else
		close(fd);
	return true;
}

static int
open_stream(struct spool *s, struct stream *t, struct spool_found *found)
{
	int r = list_files(s, t);

	for (unsigned i = 0; r == 0 && i < t->n; i++) {
		const struct segment *g = &t->seg[i];

		if (!open_segment(s, t, i)) {
			char name[NAME];

			log_error("spool: %s-%08x is no file of a spool: it is removed", t->kind,
			    g->number);
			name_of(name, t, g->number);
			(void)unlinkat(s->dir, name, 0);
			t->n--;
			memmove(&t->seg[i], &t->seg[i + 1], (t->n - i) * sizeof *t->seg);
			i--;
			continue;
		}
		found->lines += g->lines - g->done_lines;
		found->lost += g->lost.lines;
		found->last = g->last > found->last ? g->last : found->last;
	}
	/* A last file that was of no use leaves none to write to. */
	if (r == 0 && t->n && t->write_fd < 0)
		t->write_fd = open_file(s, t, t->seg[t->n - 1].number, 0);
	if (r == 0)
		enter(s, t);
	return r;
}

struct spool *
spool_open(const char *state_dir, const char *address, uint64_t most, struct spool_found *found,
    int *error)
{
	struct spool *s = calloc(1, sizeof *s);
	int r = s ? open_directory(state_dir, address) : -ENOMEM;

	*found = (struct spool_found){ 0 };
	if (r < 0) {
		free(s);
		*error = r;
		return NULL;
	}
	s->dir = r;
	spool_limit(s, most);
	for (unsigned k = 0; k < 2; k++) {
		s->stream[k].kind = k ? "other" : "kept";
		s->stream[k].read_fd = s->stream[k].write_fd = -1;
	}
	r = flock(s->dir, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	for (unsigned k = 0; r == 0 && k < 2; k++)
		r = open_stream(s, &s->stream[k], found);
	s->unread = found->lines;
	if (r < 0) {
		spool_close(s);
		*error = r;
		return NULL;
	}
	return s;
}

void
spool_close(struct spool *s)
{
	if (!s)
		return;
	for (unsigned k = 0; k < 2; k++) {
		struct stream *t = &s->stream[k];

		free(t->ahead);
		close_fd(&t->read_fd);
		close_fd(&t->write_fd);
	}
	close(s->dir);
	free(s);
}
