/* coverage_ask.h - what is known of the coverage right now, for whoever asks between two
 * heartbeats.
 *
 * Knows: nothing of its own: it reads the states of coverage.h. Called by hub/control. Never
 * changes them.
 */
#ifndef SEGAUDIT_COVERAGE_ASK_H
#define SEGAUDIT_COVERAGE_ASK_H

#include "hub/coverage.h"

/* Why a zone or a pair of zones is not assured; bits. */
enum coverage_doubt {
	DOUBT_UNSEEN = 1 << 0,	   /* no interface of the zone is captured */
	DOUBT_BLIND = 1 << 1,	   /* an interface was not watched all the time */
	DOUBT_DROPS = 1 << 2,	   /* packets of an interface were lost */
	DOUBT_EVICTED = 1 << 3,	   /* flows, fragments or frames were given up */
	DOUBT_UNVERIFIED = 1 << 4, /* flows of the pair could not be judged */
};

struct coverage_iface {
	const char *name;
	bool blind;
	nstime since;		       /* wall: of the gap, when blind */
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

/* What is known of all zones, to ask for pairs. */
struct coverage_zones {
	unsigned all;		     /* doubts of every pair */
	unsigned zone[POLICY_ZONES]; /* of each zone */
};

/* Since the last heartbeat. The daemon has a policy. */
void coverage_zones(const struct coverage *c, const struct accounts *a, struct coverage_zones *to);

/* The doubts of a pair; 0: everything was seen and could be judged. */
unsigned
coverage_pair(const struct coverage *c, const struct coverage_zones *z, uint8_t from, uint8_t to);

/* The moment of the last heartbeat, or of the start (wall clock). */
nstime coverage_beat(const struct coverage *c);
nstime coverage_started(const struct coverage *c, nstime *mono);

/* "unseen", … of one bit. */
const char *doubt_word(unsigned bit);

#endif
