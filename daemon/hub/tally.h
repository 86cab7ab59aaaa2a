/* tally.h - what was counted, minute by minute, as records of the ledger.
 *
 * Knows: which counters go into a record. Owns the sums of the last record. Called by the hub once
 * a second with the samples of that second. Never asks for the time, says no line.
 *
 *	minute at= frames= …	the workers' counters, in the minute that ends; 0 is left out
 *	interface at= in= frames= …	an interface's, where something moved
 */
#ifndef SEGAUDIT_TALLY_H
#define SEGAUDIT_TALLY_H

#include "hub/period.h"
#include "hub/ledger.h"

struct tally {
	nstime minute_due; /* monotonic; 0: nothing was counted yet */
	uint64_t count[COUNTERS];
	struct iface_sample iface[POLICY_IFACES];
};

/* Zeroed at first. Writes what is due. */
void tally_tick(struct tally *t, struct ledger *l, const struct accounts *a, const struct policy *p,
    struct moment now);

/* The rest of a minute, before a stop. */
void tally_end(struct tally *t, struct ledger *l, const struct accounts *a, const struct policy *p,
    struct moment now);

#endif
