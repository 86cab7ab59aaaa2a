/* nstime.h - time as signed nanoseconds since 1970-01-01 UTC, and its texts.
 *
 * Knows: the units, RFC 3339, the civil calendar. Owns nothing. Called by everything that handles
 * time. Never asks a clock but in nstime_now() and nstime_mono(), which only a role's loop calls.
 */
#ifndef SEGAUDIT_NSTIME_H
#define SEGAUDIT_NSTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t nstime; /* nanoseconds: a moment since 1970-01-01 UTC, or a length */

#define NS_USEC	      ((nstime)1000)
#define NS_MSEC	      ((nstime)1000000)
#define NS_SEC	      ((nstime)1000000000)
#define NS_MIN	      (60 * NS_SEC)
#define NS_HOUR	      (60 * NS_MIN)
#define NS_DAY	      (24 * NS_HOUR)
#define NSTIME_NEVER  INT64_MAX /* later than every moment */
#define NSTIME_ALWAYS INT64_MIN /* earlier than every moment */

enum { NSTIME_TEXT = 48 }; /* bytes that nstime_text() needs at most, its NUL included */

/* The wall clock (CLOCK_REALTIME), the clock of captured frames. For loops only. */
nstime nstime_now(void);

/* The monotonic clock (CLOCK_MONOTONIC). For loops only: intervals that no clock step may change.
 */
nstime nstime_mono(void);

/* RFC 3339 with microseconds and OFFSET seconds east of UTC: 2026-01-01T09:00:00.000123+09:00; an
 * offset of 0 is written Z. Returns TO. */
const char *nstime_text(char to[NSTIME_TEXT], nstime t, int32_t offset);

/* Days since 1970-01-01 of a civil date in the Gregorian calendar (proleptic). MONTH 1..12,
 * DAY 1..31 are not checked. */
int64_t nstime_days(int year, int month, int day);

#endif
