/* units.h - sizes and durations as people write them: "20 MiB", "200 ms".
 *
 * Knows: the units. Owns nothing. Called by the configuration and by whatever prints it. Never
 * accepts a bare number, a sign, a fraction or a unit in other letters than these; never rounds.
 *   sizes: B kB KiB MB MiB GB GiB TB TiB; durations: ns us ms s min h day days
 */
#ifndef SEGAUDIT_UNITS_H
#define SEGAUDIT_UNITS_H

#include <stdint.h>

#include "base/nstime.h"

/* Why a text is no quantity. */
enum unit_error {
	UNIT_OK,
	UNIT_BAD_NUMBER, /* it does not begin with decimal digits */
	UNIT_NO_UNIT,	 /* a number and nothing behind it */
	UNIT_BAD_UNIT,	 /* what follows the number is none of the units */
	UNIT_TOO_LARGE,	 /* more than 2^63 - 1 bytes or nanoseconds */
};

enum { UNIT_TEXT = 32 }; /* bytes that the texts below need at most, the NUL included */

/* The units that the two parsers know, for messages: "B, kB, KiB, …". */
#define UNIT_BYTES_KNOWN    "B, kB, KiB, MB, MiB, GB, GiB, TB, TiB"
#define UNIT_DURATION_KNOWN "ns, us, ms, s, min, h, day, days"

/* Parses digits, at most one space, and a unit. *BYTES is untouched on an error; at most
 * INT64_MAX. */
enum unit_error unit_bytes(const char *text, uint64_t *bytes);

/* The same for a length of time, in nanoseconds, never negative. */
enum unit_error unit_duration(const char *text, nstime *duration);

/* Writes the largest unit that divides BYTES without rest; it parses again to the same. Returns
 * TO. */
const char *unit_bytes_text(char to[UNIT_TEXT], uint64_t bytes);

/* The same for a length of time; a negative one with a minus, which does not parse. */
const char *unit_duration_text(char to[UNIT_TEXT], nstime duration);

#endif
