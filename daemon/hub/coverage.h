/* coverage.h - what was watched and what was not: gaps of interfaces (9004), losses (9005), silence
 * (9012), and the sums for heartbeat, hour, day and stop.
 *
 * Knows: for each interface since when it is watched or blind and why; for each counter of lost
 * things how much of it was said; what of this lies in the hour and the day. Owns these states.
 * Called by the hub with every event and once a second with samples; answers with fields and a
 * sentence for a note, and with records for the ledger. Never asks for the time, reads shared
 * memory or writes a line.
 *
 * An interface is watched while capture has it open and its link is up; it is blind all the rest of
 * the time. Lengths are measured by the monotonic clock, moments are told by the wall clock. Hours
 * and days are those of the policy's time zone; an hour in which zones or interfaces became others
 * is in parts, each by its own policy.
 *
 * Each interface, each of its losses and the overruns have an allowance of lines. Gaps that are
 * over before there is a line are told in one, with their number and the sum of their seconds; a
 * gap that lasts is told as soon as there is one.
 */
#ifndef SEGAUDIT_COVERAGE_H
#define SEGAUDIT_COVERAGE_H

#include "hub/period.h"
#include "hub/repeat.h"
#include "model/traffic.h"

/* How long capture may take to open an interface before a gap by `start`, `restart` or `reload` is
 * said. */
#define COVERAGE_GRACE (2 * NS_SEC)

/* A loss is over when this long nothing more was lost, and its allowance has a line for that; while
 * it lasts it is said again this often. */
#define COVERAGE_LOSS_END   (10 * NS_SEC)
#define COVERAGE_LOSS_AGAIN NS_MIN

/* It begins when the counter was last known not to have moved: at the look before, or, where the
 * whole interface stood still then, when that began, but not longer ago than this. */
#define COVERAGE_LOSS_BACK (10 * NS_SEC)

/* So long after its end an hour or a day may turn out worse than it was known to be: then its
 * records are written and its lines said. */
#define COVERAGE_SETTLE NS_MIN

/* A larger difference of the two clocks from one look to the next is a step of the wall clock. */
#define COVERAGE_CLOCK_JUMP NS_SEC

struct coverage_calls {
	repeat_say *say; /* a note, with a sentence in the policy's language */
	/* A record for the ledger, as ledger_record(). */
	void (*record)(void *ctx, const char *word, const char *fields);
	void *ctx;
};

struct coverage;

/* CALLS is copied. NULL when there is no memory. NOW: since when the daemon runs. */
struct coverage *coverage_new(struct moment now, const struct coverage_calls *calls);
void coverage_free(struct coverage *c);

/* Bytes that it takes. */
size_t coverage_bytes(void);

/* From now on the interfaces of P; borrowed until the next call returned. A new one is blind (WHY:
 * GAP_START or GAP_RELOAD) until it is open. Where zones or interfaces become others, the part of
 * the hour since the last coverage_tick() is in doubt: nobody looked at its counters. */
void
coverage_policy(struct coverage *c, const struct policy *p, enum gap_reason why, struct moment now);

/* What netlink said of a link: up, or why it is not. */
void
coverage_link(struct coverage *c, uint16_t iface, bool up, enum gap_reason why, struct moment now);

/* What capture said: opened or closed at M->time (wall clock). A number that is not in the policy
 * is passed over. */
void coverage_capture(struct coverage *c, const struct msg_iface *m, struct moment now);

/* Capture died at DIED (wall clock): nothing is watched until it opened again. */
void coverage_capture_died(struct coverage *c, nstime died, struct moment now);

/* netlink lost events: said, the state is asked for again. */
void coverage_overrun(struct coverage *c, struct moment now);

/* A finding of policy P that says that something could not be verified: its pair is not assured in
 * this time, or, where that is not known, no pair that comes in there. */
void coverage_unverifiable(
    struct coverage *c, const struct policy *p, const struct finding *f, struct moment now);

/* What a flow of policy P counted: for the share of what could not be verified. */
void coverage_traffic(
    struct coverage *c, const struct policy *p, const struct traffic *t, struct moment now);

/* A worker left out this frame: a packet of its interface that could not be verified; of all, where
 * it is not known which. That no pair is assured then comes from the workers' counters. */
void coverage_skipped(struct coverage *c, const struct msg_skipped *m, struct moment now);

/* Findings of so many packets were lost on their way to the hub, or with a hub. */
void coverage_findings(struct coverage *c, uint64_t packets, struct moment now);

/* Once a second, with the newest samples: says what was lost, what ended, what took too long to
 * open, what is silent, and what is known of an hour or a day that is over. */
void coverage_tick(struct coverage *c, const struct accounts *a, struct moment now);

/* What the hub itself adds to the sums. */
struct coverage_extra {
	uint32_t open;	  /* incidents */
	uint64_t waiting; /* lines */
	uint64_t lost;	  /* lines, since the start */
};

/* 9001: one note about the daemon and one with what=coverage for each interface, of the time from
 * the last heartbeat up to the last coverage_tick(). */
void coverage_heartbeat(struct coverage *c, const struct accounts *a,
    const struct coverage_extra *x, struct moment now);

/* So many notes are that. */
uint32_t coverage_heartbeat_lines(const struct coverage *c);

/* The daemon is about to stop: what capture closes from now on is no gap to be said. Called once or
 * more, the first call counts. */
void coverage_stopping(struct coverage *c, struct moment now);

/* 9003: what waits for a line and all losses that last are said with their totals, then the day so
 * far by interface, then the sums since the start; the hour so far is written down. */
void coverage_stopped(struct coverage *c, const struct accounts *a, const struct coverage_extra *x,
    struct moment now);

/* The word of a reason: "link-down". */
const char *gap_word(enum gap_reason why);

/* Nanoseconds as seconds with three decimals, rounded to the nearest: "12.346". Returns TO. */
const char *seconds_text(char to[32], nstime t);

/* PART of WHOLE (not 0) in percent with three decimals: what is GOOD is rounded down and what is
 * bad up, so that 100.000 and 0.000 are true. Returns TO. */
const char *percent_text(char to[32], uint64_t part, uint64_t whole, bool good);

#endif
