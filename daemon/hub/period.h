/* period.h - what was watched, lost and not verified in a stretch of time: sums, and how local
 * hours and days divide it.
 *
 * Knows: the sums of one stretch and its two ends. Owns nothing. Filled by hub/coverage, read by
 * hub/assurance, kept over a restart by hub/coverage_keep. Never decides what is assured.
 */
#ifndef SEGAUDIT_PERIOD_H
#define SEGAUDIT_PERIOD_H

#include "hub/accounts.h"
#include "model/msg.h"

struct moment {
	nstime mono, wall;
};

/* What a gap of an interface is put down to. */
enum period_cause { PERIOD_LINK_DOWN, PERIOD_RELOAD, PERIOD_OTHER, PERIOD_CAUSES };

struct period_iface {
	nstime since; /* wall, of a day: it counts from then on; 0: from the beginning */
	nstime watched, blind[PERIOD_CAUSES];
	nstime quiet;	  /* watched, but silent for longer than `quiet_interface` */
	uint32_t gaps;	  /* that lie in it, also in part */
	uint32_t reasons; /* of these: bits of enum gap_reason, */
	uint32_t causes;  /* and of enum period_cause: set before the time is added */
	/* As in struct iface_sample. */
	uint64_t frames, bytes, received, kernel_drops, nic_drops, ring_full, unread;
	uint64_t unverifiable; /* packets, in flows that could not be verified, that came by it */
	uint64_t malformed;    /* of them: those of which not even the pair is known */
};

/* What is known of the packets of a pair of zones. */
struct period_pair {
	uint64_t unverifiable; /* by findings: those that could not be verified */
	/* By the flows' own records, which come up to a minute later: all, and those in flows that
	 * could not be verified. */
	uint64_t packets, doubtful;
};

struct period {
	struct moment from, to;		      /* to: NSTIME_NEVER while it lasts */
	uint64_t evicted, fragments, skipped; /* counters of the workers */
	uint64_t findings;		      /* packets of findings that were lost */
	uint64_t overruns;		      /* of netlink */
	nstime clock;		/* by which the wall clock was stepped, all added up */
	uint32_t mismatch, pad; /* 1: an identity does not hold, since then or before */
	struct period_iface iface[POLICY_IFACES];
};

/* How much of the time between two monotonic moments lies in it. */
nstime period_overlap(const struct period *s, nstime from, nstime to);

/* All causes together. */
nstime period_blind(const struct period_iface *i);

/* kernel, card, ring, and what went with the interface. */
uint64_t period_lost(const struct period_iface *i);

/* Adds what an interface counted between two looks. */
void period_add(struct period_iface *to, const struct iface_sample *since);

/* NOW less THEN, field by field; a smaller number begins anew: its memory is another one. */
struct iface_sample period_since(const struct iface_sample *now, const struct iface_sample *then);
uint64_t period_count_since(uint64_t now, uint64_t then);

/* The cause that stands for several reasons, bits of enum gap_reason. */
enum period_cause period_cause(unsigned reasons);

/* The local hour, or day, of a moment in the policy's time zone: *BEGIN is its first moment, *END
 * the first one behind it. Where clocks are put forward or back a day has another length. */
void period_hour(const struct policy *p, nstime wall, nstime *begin, nstime *end);
void period_day(const struct policy *p, nstime wall, nstime *begin, nstime *end);

#endif
