/* allowance.h - how often it is told that one thing happened again: some times at once, and once a
 * minute from then on, as long as it does not rest.
 *
 * Knows: how much of the allowance is used up. Owns that number, one for each thing. Called by
 * whoever tells of what can come and go without end (an interface, a loss, a crash). Never asks for
 * the time, and never keeps what was not told: its caller sums that up until there is a line again.
 */
#ifndef SEGAUDIT_ALLOWANCE_H
#define SEGAUDIT_ALLOWANCE_H

#include <stdbool.h>

#include "base/nstime.h"

enum { ALLOWANCE_LINES = 6 }; /* at once, after a rest of as many ALLOWANCE_EVERY */

#define ALLOWANCE_EVERY NS_MIN

/* All zeros: nothing was told. */
struct allowance {
	nstime whole; /* monotonic: when it is all there again */
};

/* May it be told at MONO (the monotonic clock)? Then that is taken from the allowance. In any time
 * T at most ALLOWANCE_LINES + T / ALLOWANCE_EVERY times. */
bool allowance_take(struct allowance *a, nstime mono);

/* From when on it may be told again. */
nstime allowance_at(const struct allowance *a);

#endif
