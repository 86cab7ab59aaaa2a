/* daily.c - see daily.h. */
#include "hub/daily.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int64_t
daily_day(nstime wall, int32_t offset)
{
	nstime local = wall / NS_SEC + offset, day = NS_DAY / NS_SEC;

	return local >= 0 ? local / day : (local - day + 1) / day;
}

static void
name_of(char name[DAILY_NAME], int64_t day)
{
	time_t seconds = (time_t)(day * (NS_DAY / NS_SEC));
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		memset(&tm, 0, sizeof tm);
	unsigned year = tm.tm_year < -1900 ? 0 : (unsigned)(tm.tm_year + 1900) % 10000;
	snprintf(name, DAILY_NAME, "%04u-%02u-%02u.log", year, (unsigned)(tm.tm_mon + 1) % 100,
	    (unsigned)tm.tm_mday % 100);
}

/* Is it the name of a day's file? *DAY then is its day. */
static bool
day_of(const char *name, int64_t *day)
{
	unsigned y, m, d;
	char again[DAILY_NAME];

	if (strlen(name) != 14 || sscanf(name, "%4u-%2u-%2u.log", &y, &m, &d) != 3 || m < 1 ||
	    m > 12)
		return false;
	*day = nstime_days((int)y, (int)m, (int)d);
	name_of(again, *day);
	return strcmp(name, again) == 0;
}

int
daily_init(struct daily *d, int dir)
{
	*d = (struct daily){ .dir = dir, .fd = -1 };
	d->queue = malloc(DAILY_QUEUE);
	return d->queue ? 0 : -ENOMEM;
}

void
daily_fini(struct daily *d)
{
	if (d->fd >= 0)
		daily_close(d);
	free(d->queue);
	d->queue = NULL;
}

/* Bytes behind the last newline of the file, found from its end. */
static int
find_torn(int fd, size_t *torn)
{
	char tail[4096];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	off_t from = st.st_size > (off_t)sizeof tail ? st.st_size - (off_t)sizeof tail : 0;
	ssize_t n = pread(fd, tail, sizeof tail, from);
	if (n < 0)
		return -errno;
	while (n > 0 && tail[n - 1] != '\n') {
		n--;
		++*torn;
	}
	return 0;
}

int
daily_open(struct daily *d, int64_t day, size_t *torn)
{
	int r;

	*torn = 0;
	name_of(d->name, day);
	d->day = day;
	int fd =
	    openat(d->dir, d->name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		d->error = errno;
		return -errno;
	}
	r = find_torn(fd, torn);
	if (r < 0) {
		close(fd);
		d->error = -r;
		return r;
	}
	d->fd = fd;
	d->torn = *torn > 0;
	d->dirty = true;
	d->error = 0;
	return 0;
}

void
daily_close(struct daily *d)
{
	(void)daily_write(d);
	(void)daily_sync(d); /* what it cannot say any more, the next write will */
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

bool
daily_put(struct daily *d, const char *line, size_t size, bool keep, nstime when)
{
	size_t room = (size_t)DAILY_QUEUE - (keep ? 0 : (size_t)DAILY_RESERVE);

	if (d->waiting > room || room - d->waiting < size) {
		if (d->lost == 0)
			d->lost_from = when;
		d->lost_to = when;
		d->lost++;
		return false;
	}
	memcpy(d->queue + d->waiting, line, size);
	d->waiting += size;
	(void)daily_write(d); /* it waits, if not */
	return true;
}

/* Ends a line that was cut. False when the disk has no room even for that. */
static bool
end_torn(struct daily *d)
{
	if (d->torn && write(d->fd, "\n", 1) != 1) {
		d->error = errno;
		return false;
	}
	d->torn = false;
	return true;
}

bool
daily_write(struct daily *d)
{
	size_t done = 0;

	if (d->fd < 0 || d->waiting == 0)
		return d->waiting == 0;
	if (!end_torn(d))
		return false;
	while (done < d->waiting) {
		ssize_t n = write(d->fd, d->queue + done, d->waiting - done);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			d->error = errno;
			break;
		}
		done += (size_t)n;
		d->dirty = true;
		d->error = 0;
	}
	d->waiting -= done;
	if (done)
		memmove(d->queue, d->queue + done, d->waiting);
	return d->waiting == 0;
}

int
daily_sync(struct daily *d)
{
	if (d->fd < 0 || !d->dirty)
		return 0;
	if (fdatasync(d->fd) < 0) {
		d->error = errno;
		return -errno;
	}
	d->dirty = false;
	return 0;
}

/* Of the days in the directory before LIMIT the oldest, or the NEWEST. False: there is none. */
static bool
find(int dir, bool newest, int64_t limit, int64_t *found)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	bool any = false;
	int64_t day;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((e = readdir(d))) {
		if (!day_of(e->d_name, &day) || day >= limit)
			continue;
		if (!any || (newest ? day > *found : day < *found))
			*found = day;
		any = true;
	}
	closedir(d);
	return any;
}

void
daily_newest(int dir, int64_t *day, char name[DAILY_NAME])
{
	name[0] = '\0';
	if (find(dir, true, *day, day))
		name_of(name, *day);
}

unsigned
daily_expire(int dir, int64_t oldest)
{
	char name[DAILY_NAME];
	unsigned n = 0;
	int64_t day;

	while (n < DAILY_REMOVED && find(dir, false, oldest, &day)) {
		name_of(name, day);
		if (unlinkat(dir, name, 0) < 0)
			break;
		n++;
	}
	return n;
}
