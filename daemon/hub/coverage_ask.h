/* coverage_ask.h - what is known of the coverage right now, for whoever asks between two
 * heartbeats.
 *
 * Knows: nothing of its own: it reads the states of coverage.h. Called by hub/control. Never
 * changes them.
 */
#ifndef SEGAUDIT_COVERAGE_ASK_H
#define SEGAUDIT_COVERAGE_ASK_H

#include "hub/assurance.h"
#include "hub/coverage.h"

struct coverage_iface {
	const char *name;
	bool blind, quiet;
	nstime since;		       /* wall: of the gap or the silence */
	unsigned reasons;	       /* of the gap: bits of enum gap_reason */
	nstime watched_for, blind_for; /* since the interface is in the policy */
	struct iface_sample count;     /* since the start of this run */
	bool losing;		       /* something was lost in the last COVERAGE_LOSS_END */
};

/* Interface number I of the policy. False when it is in no use. */
bool coverage_iface(const struct coverage *c, const struct accounts *a, size_t i, nstime mono,
    struct coverage_iface *to);

/* Does a loss of the daemon as a whole last (flows, fragments, frames, findings)? */
bool coverage_losing(const struct coverage *c);

/* The stretches of time that are summed up. */
enum period_kind {
	PERIOD_BEAT, /* since the last heartbeat */
	PERIOD_HOUR,
	PERIOD_HOUR_BEFORE,
	PERIOD_DAY,
	PERIOD_DAY_BEFORE,
	PERIODS
};

/* The ends (wall clock) of a period; *TO is NSTIME_NEVER while it lasts. False when nothing is
 * known of it. */
bool coverage_period(const struct coverage *c, enum period_kind k, nstime *from, nstime *to);

/* What is in doubt about a pair in a period of the first three kinds. False when the pair is not
 * listed. The daemon has a policy. */
bool coverage_pair(
    const struct coverage *c, enum period_kind k, uint8_t from, uint8_t to, struct assurance *a);

/* The moment of the start (wall clock, and *MONO). */
nstime coverage_started(const struct coverage *c, nstime *mono);

#endif
