/* localtime.c - the local time of a zone, as moments at which its offset from UTC changes. */
#include "conf/localtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ZONEINFO "/usr/share/zoneinfo/"

enum {
	STEP = 14 * 86400, /* no zone changed and changed back within so short a time since 1970 */
	LAST_YEAR = 2200,  /* nstime ends in 2262 */
};

/* Does the time zone database have it? UTC needs no file. */
static bool
is_zone(const char *name)
{
	char path[256];
	int n = snprintf(path, sizeof path, ZONEINFO "%s", name);

	if (!strcmp(name, "UTC"))
		return true;
	if (n < 0 || (size_t)n >= sizeof path || name[0] == '/' || strstr(name, ".."))
		return false;
	return access(path, R_OK) == 0;
}

static int32_t
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

/* The second between FROM and TO at which the offset is no longer that of FROM. */
static int64_t
change_between(int64_t from, int64_t to)
{
	int32_t before = offset_at(from);

	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (offset_at(middle) == before)
			from = middle;
		else
			to = middle;
	}
	return to;
}

static bool
add(struct localtime *l, int64_t from, int32_t offset)
{
	struct policy_offset *more = realloc(l->at, (l->n + 1) * sizeof *more);

	if (!more)
		return false;
	l->at = more;
	l->at[l->n++] = (struct policy_offset){.from = from * NS_SEC, .offset = offset};
	return true;
}

/* All changes, in the zone that the C library uses now. */
static bool
read_all(struct localtime *l)
{
	int64_t end = nstime_days(2070, 1, 1) * 86400;
	int32_t last = offset_at(0);
	bool ok = add(l, 0, last);

	for (int64_t t = 0; t < end && ok; t += STEP) {
		int64_t from = t;

		/* more than one change in a step is found too, unless the last undoes the first */
		while (ok && offset_at(t + STEP) != last) {
			from = change_between(from, t + STEP);
			last = offset_at(from);
			ok = add(l, from, last);
		}
	}
	return ok;
}

static bool
use_zone(const char *name)
{
	int r = name && *name ? setenv("TZ", name, 1) : unsetenv("TZ");

	tzset();
	return r == 0;
}

enum localtime_result
localtime_read(struct localtime *l, const char *name)
{
	const char *tz = getenv("TZ");
	char *before = tz ? strdup(tz) : NULL, file[256] = "";
	bool ok = !tz || before;

	*l = (struct localtime){0};
	if (name && *name) {
		if (!is_zone(name)) {
			free(before);
			return LOCALTIME_UNKNOWN;
		}
		/* the colon: the name of a file, never a rule in POSIX's notation */
		ok = snprintf(file, sizeof file, ":%s", name) > 0 && ok;
	}
	ok = ok && use_zone(file) && read_all(l);
	if (before)
		ok = setenv("TZ", before, 1) == 0 && ok;
	else
		ok = unsetenv("TZ") == 0 && ok;
	tzset();
	free(before);
	if (ok)
		return LOCALTIME_OK;
	localtime_free(l);
	return LOCALTIME_MEMORY;
}

void
localtime_free(struct localtime *l)
{
	free(l->at);
	*l = (struct localtime){0};
}

nstime
localtime_day_after(const struct localtime *l, const char *text)
{
	int year = (int)strtol(text, NULL, 10), month = (int)strtol(text + 5, NULL, 10),
	    day = (int)strtol(text + 8, NULL, 10);
	int64_t local = (nstime_days(year, month, day) + 1) * 86400;

	if (year > LAST_YEAR)
		return NSTIME_NEVER;
	/* The first moment whose local time is LOCAL or later: where a change skips midnight, the
	 * change. */
	for (uint32_t i = 0; i < l->n; i++) {
		int64_t from = i ? l->at[i].from / NS_SEC : INT64_MIN;
		int64_t end = i + 1 < l->n ? l->at[i + 1].from / NS_SEC : INT64_MAX;
		int64_t t = local - l->at[i].offset;

		if (t < from)
			t = from;
		if (t < end)
			return t * NS_SEC;
	}
	return NSTIME_NEVER;
}
