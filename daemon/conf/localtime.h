/* localtime.h - the local time of a zone, as moments at which its offset from UTC changes.
 *
 * Knows: how to get these from the C library's time zones, and days in them. Owns the list it
 * makes. Called by conf/compile.c, once per configuration. It sets the environment's TZ for that
 * moment and puts it back: no other thread may run, and none does.
 */
#ifndef SEGAUDIT_LOCALTIME_H
#define SEGAUDIT_LOCALTIME_H

#include "model/policy.h"

struct localtime {
	struct policy_offset *at; /* at least one, sorted */
	uint32_t n;
};

enum localtime_result { LOCALTIME_OK, LOCALTIME_UNKNOWN, LOCALTIME_MEMORY };

/* The offsets from 1970 to 2070 of the zone NAME of the time zone database; NULL or "": the
 * system's, whatever TZ says. LOCALTIME_UNKNOWN: there is no such zone. */
enum localtime_result localtime_read(struct localtime *l, const char *name);
void localtime_free(struct localtime *l);

/* The first moment of the day after the day TEXT (YYYY-MM-DD, checked) in local time; NSTIME_NEVER
 * for a day after 2200. */
nstime localtime_day_after(const struct localtime *l, const char *text);

#endif
