/* test_spool.c - lines on disk: order, room, restarts, damage. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/spool.h"
#include "hub/spool_file.h"

#define ADDRESS "tcp:[2001:db8::1]:601"

enum { ALERT = 1, INFO = 6 };

struct world {
	char dir[64];
	struct spool *s;
	struct spool_found found;
};

static void
reopen(struct world *w, uint64_t most)
{
	int error = 0;

	spool_close(w->s);
	w->s = spool_open(w->dir, ADDRESS, most, &w->found, &error);
	assert_int_equal(error, 0);
	assert_non_null(w->s);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-spool-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	reopen(w, 1 << 20);
	*state = w;
	return 0;
}

static void
path_of(const struct world *w, const char *name, char to[256])
{
	snprintf(to, 256, "%s/spool/tcp--2001-db8--1--601%s%s", w->dir, *name ? "/" : "", name);
}

/* How many files there are; removes them if asked to. Their bytes go to *BYTES. */
static unsigned
files(const struct world *w, bool remove, uint64_t *bytes)
{
	char path[256];
	struct dirent *e;
	struct stat st;
	unsigned n = 0;

	path_of(w, "", path);
	DIR *d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		assert_int_equal(fstatat(dirfd(d), e->d_name, &st, 0), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		if (bytes)
			*bytes += (uint64_t)st.st_size;
		if (remove)
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
		n++;
	}
	closedir(d);
	return n;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	char path[256];

	spool_close(w->s);
	(void)files(w, true, NULL);
	path_of(w, "", path);
	assert_int_equal(rmdir(path), 0);
	snprintf(path, sizeof path, "%s/spool", w->dir);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(w->dir), 0);
	free(w);
	return 0;
}

/* A line whose text is its number, padded to SIZE bytes. */
static int
put(struct world *w, uint64_t number, uint8_t severity, size_t size)
{
	char text[1024];

	snprintf(text, sizeof text, "%-*llu", (int)size, (unsigned long long)number);
	struct waiting *line = waiting_new(text, size);
	assert_non_null(line);
	line->number = number;
	line->severity = severity;
	line->time = (nstime)number * NS_SEC;
	int r = spool_put(w->s, line);
	free(line);
	return r;
}

/* The next line is the NUMBERth. */
static void
expect(struct world *w, uint64_t number, bool done)
{
	struct waiting *line = spool_next(w->s);

	assert_non_null(line);
	assert_int_equal(line->number, number);
	assert_int_equal(strtoull(line->text, NULL, 10), number);
	assert_int_equal(line->time, (nstime)number * NS_SEC);
	if (done)
		spool_done(w->s, line);
	free(line);
}

static void
test_order(void **state)
{
	struct world *w = *state;

	/* Both kinds, read in the order of numbers while more comes. */
	for (uint64_t i = 1; i <= 50; i++)
		assert_int_equal(put(w, i, i % 7 ? INFO : ALERT, 20), 0);
	assert_int_equal(spool_unread(w->s), 50);
	for (uint64_t i = 1; i <= 30; i++)
		expect(w, i, true);
	for (uint64_t i = 51; i <= 60; i++)
		assert_int_equal(put(w, i, INFO, 20), 0);
	for (uint64_t i = 31; i <= 60; i++)
		expect(w, i, true);
	assert_null(spool_next(w->s));
	assert_int_equal(spool_unread(w->s), 0);
	assert_false(spool_empty(w->s));
	spool_sync(w->s);
	assert_true(spool_empty(w->s));
	assert_int_equal(files(w, false, NULL), 0);

	/* And again, from nothing. */
	assert_int_equal(put(w, 61, INFO, 20), 0);
	expect(w, 61, true);
	spool_sync(w->s);
	assert_true(spool_empty(w->s));
}

static void
test_checksum(void **state)
{
	(void)state;
	/* The check value of CRC-32 in every catalogue of such sums. */
	assert_int_equal(spool_checksum("123456789", 9), 0xcbf43926);
}

static void
test_restart(void **state)
{
	struct world *w = *state;

	for (uint64_t i = 1; i <= 3000; i++) /* several files of 32 KiB */
		assert_int_equal(put(w, i, i % 10 ? INFO : ALERT, 100), 0);
	/* 1,000 are read, of which the first 500 arrived. */
	for (uint64_t i = 1; i <= 1000; i++)
		expect(w, i, i <= 500);
	spool_sync(w->s);
	reopen(w, 1 << 20);
	assert_int_equal(w->found.lines, 2500);
	assert_int_equal(w->found.last, 3000);
	assert_int_equal(w->found.lost, 0);
	assert_int_equal(spool_unread(w->s), 2500);
	assert_int_equal(put(w, 3001, INFO, 100), 0);
	for (uint64_t i = 501; i <= 3001; i++)
		expect(w, i, true);
	assert_null(spool_next(w->s));
	spool_sync(w->s);
	assert_true(spool_empty(w->s));
	assert_int_equal(spool_dropped(w->s), 0);
	assert_int_equal(spool_loss(w->s).lines, 0);
}

static void
test_one_owner(void **state)
{
	struct world *w = *state;
	struct spool_found found;
	int error = 0;

	assert_null(spool_open(w->dir, ADDRESS, 1 << 20, &found, &error));
	assert_int_equal(error, -EWOULDBLOCK);
}

static void
test_full(void **state)
{
	struct world *w = *state;
	uint64_t bytes = 0, lost, alerts = 0;
	struct spool_loss l;

	/* 64 KiB hold about 500 records of 124 bytes; every 20th is an alert. */
	reopen(w, 65536);
	for (uint64_t i = 1; i <= 1500; i++)
		assert_int_equal(put(w, i, i % 20 ? INFO : ALERT, 100), 0);
	lost = spool_dropped(w->s);
	assert_int_equal(spool_unread(w->s), 1500 - lost);
	assert_in_range(lost, 900, 1100);
	(void)files(w, false, &bytes);
	assert_in_range(bytes, 60000, 65536);

	/* A restart knows of it. All alerts are there; of the others the newest. */
	reopen(w, 65536);
	assert_int_equal(w->found.lost, lost);
	assert_int_equal(w->found.lines, 1500 - lost);
	l = spool_loss(w->s);
	assert_int_equal(l.lines, lost);
	assert_int_equal(l.first, 1);
	assert_int_equal(l.from, NS_SEC);
	uint64_t last = (uint64_t)(l.to / NS_SEC);
	/* The 75 alerts are kept; from 1 to the last one lost all others are lost: 19 of 20. */
	assert_int_equal(last - last / 20, lost);
	for (uint64_t i = 1; i <= 1500; i++) {
		if (i % 20 && i <= last)
			continue;
		expect(w, i, true);
		alerts += i % 20 == 0;
	}
	assert_null(spool_next(w->s));
	assert_int_equal(alerts, 75);
	assert_int_equal(spool_loss(w->s).lines, 0);

	/* Until it was said, it is known after every restart; then no more. */
	spool_sync(w->s);
	assert_false(spool_empty(w->s));
	reopen(w, 65536);
	assert_int_equal(w->found.lost, lost);
	assert_int_equal(spool_loss(w->s).lines, lost);
	spool_said(w->s);
	spool_sync(w->s);
	assert_true(spool_empty(w->s));
	reopen(w, 65536);
	assert_int_equal(w->found.lost, 0);
}

static void
test_full_of_alerts(void **state)
{
	struct world *w = *state;
	struct spool_loss l;

	/* Nothing but alerts: the oldest go. */
	reopen(w, 65536);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_int_equal(put(w, i, ALERT, 100), 0);
	uint64_t lost = spool_dropped(w->s);
	assert_in_range(lost, 450, 550);
	/* A line that is none goes itself, and is counted too. */
	while (spool_dropped(w->s) == 0)
		assert_int_equal(put(w, 2000, INFO, 1000), 0);
	l = spool_loss(w->s);
	for (uint64_t i = lost + 1; i <= 1000; i++)
		expect(w, i, true);
	struct spool_loss late = spool_loss(w->s);
	spool_loss_add(&l, &late);
	assert_int_equal(l.lines, lost + 1);
	assert_int_equal(l.first, 1);
}

/* Bytes of a file of the spool are changed: BYTES at OFFSET, or cut there when BYTES is NULL. */
static void
damage(struct world *w, const char *name, off_t offset, const char *bytes)
{
	char path[256];

	path_of(w, name, path);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (bytes)
		assert_int_equal(pwrite(fd, bytes, strlen(bytes), offset), strlen(bytes));
	else
		assert_int_equal(ftruncate(fd, offset), 0);
	close(fd);
}

static void
test_torn_end(void **state)
{
	struct world *w = *state;

	for (uint64_t i = 1; i <= 10; i++)
		assert_int_equal(put(w, i, INFO, 100), 0);
	/* The last record was written only in part. */
	damage(w, "other-00000001", SPOOL_HEADER + 9 * 124 + 60, NULL);
	reopen(w, 1 << 20);
	assert_int_equal(w->found.lines, 9);
	assert_int_equal(put(w, 11, INFO, 100), 0);
	for (uint64_t i = 1; i <= 9; i++)
		expect(w, i, true);
	expect(w, 11, true);
	assert_null(spool_next(w->s));
}

static void
test_damage(void **state)
{
	struct world *w = *state;
	uint64_t first = 0;

	/* 32 KiB hold 263 records of 124 bytes. In the first file the 100th is changed: the 164
	 * from there on are lost, and what is in the next file is there. */
	for (uint64_t i = 1; i <= 400; i++)
		assert_int_equal(put(w, i, INFO, 100), 0);
	damage(w, "other-00000001", SPOOL_HEADER + 99 * 124 + 50, "x");
	reopen(w, 1 << 20);
	assert_int_equal(w->found.lines, 400);
	for (uint64_t i = 1; i <= 99; i++)
		expect(w, i, true);
	struct waiting *line = spool_next(w->s);
	assert_non_null(line);
	first = line->number;
	free(line);
	assert_int_equal(first, (32768 - SPOOL_HEADER) / 124 + 1);
	struct spool_loss l = spool_damage(w->s);
	assert_int_equal(spool_loss(w->s).lines, 0);
	assert_int_equal(l.lines, first - 100);
	assert_int_equal(l.first, 100);
	assert_int_equal(spool_dropped(w->s), first - 100);
	assert_int_equal(spool_unread(w->s), 400 - first);

	/* A file that is none is taken away. What was done before it was written down with the
	 * damage. */
	damage(w, "other-00000002", 0, "nonsense");
	reopen(w, 1 << 20);
	assert_int_equal(w->found.lines, 0);
	assert_int_equal(put(w, 500, INFO, 100), 0);
}

static void
test_no_room_on_disk(void **state)
{
	struct world *w = *state;
	struct spool_found found;
	int error = 0;

	assert_null(spool_open("/proc/self", ADDRESS, 1 << 20, &found, &error));
	assert_true(error < 0);
	assert_int_equal(put(w, 1, INFO, 100), 0);
}

/* The same puts, reads and restarts as a list in memory. */
static void
test_random(void **state)
{
	struct world *w = *state;
	unsigned seed = (unsigned)getpid(), random = seed;
	uint64_t put_to = 0, read_to = 0, done_to = 0;

	print_message("seed %u\n", seed);
	for (unsigned step = 0; step < 20000; step++) {
		random = random * 1103515245 + 12345;
		unsigned what = random >> 16 & 15;

		if (what < 8) {
			put_to++;
			assert_int_equal(
			    put(w, put_to, (uint8_t)(random >> 20 & 7), 30 + (random >> 24)), 0);
		} else if (what < 14 && read_to < put_to) {
			/* Done as it was read, or not yet: then none after it may be. */
			bool done = done_to == read_to && what != 13;

			expect(w, ++read_to, done);
			done_to += done;
		} else if (what == 14) {
			spool_sync(w->s);
		} else if (what == 15 && (random >> 24) < 40) {
			spool_sync(w->s);
			reopen(w, 64 << 20);
			assert_int_equal(w->found.lines, put_to - done_to);
			read_to = done_to;
		}
		assert_int_equal(spool_unread(w->s), put_to - read_to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_order),
		CASE(test_checksum),
		CASE(test_restart),
		CASE(test_one_owner),
		CASE(test_full),
		CASE(test_full_of_alerts),
		CASE(test_torn_end),
		CASE(test_damage),
		CASE(test_no_room_on_disk),
		CASE(test_random),
	};

	return UNIT_RUN(tests);
}
