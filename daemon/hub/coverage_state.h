/* coverage_state.h - the inside of coverage.h: shared by coverage.c (interfaces come and go),
 * coverage_losses.c, coverage_periods.c (hours and days), coverage_sums.c (what is said of them)
 * and coverage_keep.c (over a restart).
 *
 * Knows: the layout. Owned by coverage.c; coverage_ask.c reads it. Included by nobody else.
 */
#ifndef SEGAUDIT_COVERAGE_STATE_H
#define SEGAUDIT_COVERAGE_STATE_H

#include "hub/coverage_ask.h"

enum loss_id {
	LOSS_KERNEL,
	LOSS_NIC,
	LOSS_RING,
	LOSS_UNREAD,
	LOSS_FLOWS,
	LOSS_FRAGMENTS,
	LOSS_STREAMS,
	LOSS_SKIPPED,
	LOSS_FINDINGS,
	LOSS_KINDS
};

/* One counter of lost things: an episode lasts until nothing more was lost for COVERAGE_LOSS_END,
 * and longer where the one before it ended a moment ago. */
struct loss {
	bool lasts;
	struct allowance lines;
	uint64_t total, told; /* of this episode */
	struct moment from, last;
	nstime told_at; /* monotonic */
};

struct boundary {
	bool used;	    /* the policy has it */
	char name[16];	    /* also of one that it had; "" for none */
	bool open, link_up; /* capture's word, netlink's word */
	bool blind;
	struct moment since;		/* of the gap */
	nstime known;			/* monotonic: when it was heard of */
	unsigned reasons, reasons_said; /* bits of enum gap_reason */
	int error;			/* libpcap's */
	struct repeat gaps; /* what is said of them, and those that are over and not told: */
	nstime untold_from, untold; /* wall clock: the begin of the first one; their length */
	unsigned untold_reasons;
	nstime accounted;	       /* monotonic: sums and periods go up to here */
	nstime watched_for, blind_for; /* since the interface is in the policy */
	struct loss loss[LOSS_KINDS];
	/* No frame came since then, or since it is watched. QUIET: a silence that began at
	 * QUIET_FROM was said, and the periods have it up to QUIET_TO (monotonic). */
	struct moment still, quiet_from;
	bool quiet;
	nstime quiet_to;
};

/* Of an hour or a day. */
struct turn {
	nstime end;   /* wall: of the one that lasts */
	bool pending; /* the one before may still turn out worse, and was not said */
};

struct coverage {
	struct coverage_calls calls;
	const struct policy *policy;
	uint64_t map;			    /* assurance_map() of it */
	uint64_t zone_ifaces[POLICY_ZONES]; /* of it */
	struct boundary boundary[POLICY_IFACES];
	struct loss loss[LOSS_KINDS]; /* of the daemon as a whole */
	bool stopping;		      /* since STOP: periods get no more time */
	struct moment stop;
	struct moment looked; /* at counters: the last time before this one */
	/* What losses and periods have of the counters. */
	struct iface_sample seen[POLICY_IFACES];
	uint64_t seen_count[LOSS_KINDS];
	/* Another hub was here before, and nobody looked yet; what that one had seen is known. */
	bool later_hub, seen_known;
	uint64_t overruns; /* not said */
	struct allowance overrun_lines;
	struct moment started;
	uint64_t beat_count[COUNTERS]; /* at the last heartbeat */
	nstime clock;		       /* wall less monotonic */
	nstime keep_due;	       /* monotonic */
	struct turn hour, day;
	struct period period[PERIODS];
	/* From and to zones of the policy, in the first three periods. */
	struct period_pair pair[PERIOD_DAY][POLICY_ZONES][POLICY_ZONES];
};

/* Adds the time since the last call to what the boundary was in it. */
void coverage_account(struct coverage *c, size_t i, nstime mono);

/* Does a period of this kind still take what is heard of its time? */
bool coverage_takes(const struct coverage *c, enum period_kind k);

/* Ends hours and days that are over. Called before anything else that has a time. */
void coverage_turn(struct coverage *c, struct moment now);

/* The first policy: hours and days begin. */
void coverage_periods_begin(struct coverage *c, struct moment now);

/* The zones, or where they come in, are about to be others: the hour ends here, and its rest is
 * another one. */
void coverage_split(struct coverage *c, struct moment now);

/* They are: what the heartbeat knows of pairs goes to their new numbers. BEFORE: the policy until
 * now. */
void coverage_renumber(struct coverage *c, const struct policy *before);

/* A period that was taken up: since the wall time UNTIL nothing was watched, for the reason WHY.
 * Ends it if it is over by now. */
void coverage_was_away(
    struct coverage *c, enum period_kind k, enum gap_reason why, nstime until, struct moment now);

/* Says and writes down what is known of an hour and a day that are over, when that is all. */
void coverage_settle(struct coverage *c, struct moment now);

/* Says the day of an interface so far. */
void coverage_end_iface_day(struct coverage *c, size_t i, struct moment now);

/* At the stop: says that of all, and writes down the hour so far. */
void coverage_end_periods(struct coverage *c);

/* The line of an interface's day; the records of an hour. Both have ended. */
void coverage_say_day(struct coverage *c, size_t i, const struct period *s);
void coverage_write_hour(struct coverage *c, enum period_kind k);

/* The record of hours of which nothing is known but that they passed. */
void coverage_write_away(struct coverage *c, enum gap_reason why, nstime from, nstime to);

/* A new heartbeat's time begins. */
void coverage_beat_begins(struct coverage *c, struct moment now);

/* The sentence in the policy's language. */
const char *coverage_pick(const struct coverage *c, const char *english, const char *japanese);

/* ` key=TIME` in the policy's time zone. */
void coverage_add_time(const struct coverage *c, struct text *t, const char *key, nstime wall);

/* Says how many overruns there were since the last time. */
void coverage_say_overruns(struct coverage *c, struct moment now);

/* Compares all counters of losses; says all that last, and what else waits for a line. */
void coverage_losses(struct coverage *c, const struct accounts *a, struct moment now);
void coverage_losses_end(struct coverage *c, struct moment now);

/* Looks for interfaces that are silent, or are no more. */
void coverage_quiet(struct coverage *c, struct moment now);

#endif
