/* assurance.h - could "no violation between these zones" be untrue of a stretch of time?
 *
 * Knows: what of a period (hub/period.h) concerns a pair of zones, and the doubts that follow from
 * it. Owns nothing. Called by hub/coverage for heartbeats and records and for who asks. Never looks
 * at what was judged: a pair full of violations may be assured.
 *
 * A pair is ordered, from the initiator's zone. All pairs of different zones are listed of which at
 * least one is captured, forbidden ones too. A zone that has no interface of its own is seen by the
 * mirror ports, or not at all.
 */
#ifndef SEGAUDIT_ASSURANCE_H
#define SEGAUDIT_ASSURANCE_H

#include "hub/period.h"
#include "model/doubt.h"

struct assurance {
	unsigned doubts;	   /* bits of enum doubt; 0: assured */
	bool uncaptured[2];	   /* from, to */
	uint64_t ifaces;	   /* bits: interfaces of the zones about which there is a doubt */
	nstime gap[PERIOD_CAUSES]; /* of the interface where that is longest; as quiet */
	nstime quiet, clock;
	unsigned reasons; /* of gap[PERIOD_OTHER]: bits of enum gap_reason */
	uint64_t drops, unverifiable;
	uint64_t packets, doubtful; /* as in struct period_pair */
	uint64_t skipped, evicted, fragments, findings, overruns;
};

/* Where each zone of P is seen, as bits of interfaces. Returns a number that is the same for
 * policies that have the same zones at the same places, and nearly never for others. */
uint64_t assurance_map(const struct policy *p, uint64_t zone_ifaces[POLICY_ZONES]);

/* Is the pair one of those that are listed? */
bool assurance_lists(const uint64_t zone_ifaces[POLICY_ZONES], uint8_t from, uint8_t to);

/* What is in doubt about a pair, whose packets are PAIR. */
void assurance_of(const struct period *s, const uint64_t zone_ifaces[POLICY_ZONES],
    const struct period_pair *pair, uint8_t from, uint8_t to, struct assurance *a);

/* "drops,link-down": the words of the doubts. */
void assurance_words(struct text *t, unsigned doubts);

/* ` assured=yes`, or ` assured=no what=… in=…` and the numbers of each doubt. */
void assurance_fields(
    struct text *t, const struct policy *p, uint8_t from, uint8_t to, const struct assurance *a);

#endif
