/* coverage_state.h - the inside of coverage.h: shared by coverage.c (what happens) and
 * coverage_sums.c (what it adds up to).
 *
 * Knows: the layout. Owned by coverage.c; coverage_ask.c reads it. Included by nobody else.
 */
#ifndef SEGAUDIT_COVERAGE_STATE_H
#define SEGAUDIT_COVERAGE_STATE_H

#include "hub/coverage.h"

enum loss_id {
	LOSS_KERNEL,
	LOSS_NIC,
	LOSS_RING,
	LOSS_UNREAD,
	LOSS_FLOWS,
	LOSS_FRAGMENTS,
	LOSS_SKIPPED,
	LOSS_FINDINGS,
	LOSS_KINDS
};

/* One counter of lost things: an episode lasts until nothing more was lost for COVERAGE_LOSS_END.
 */
struct loss {
	uint64_t seen; /* the counter when last looked at */
	bool lasts;
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
	unsigned reasons, reasons_said; /* bits of enum gap_reason */
	int error;			/* libpcap's */
	nstime accounted;		/* monotonic: the two sums go up to here */
	nstime watched_for, blind_for;	/* since the interface is in the policy */
	struct loss loss[LOSS_KINDS];
	/* at the last heartbeat */
	nstime beat_watched, beat_blind;
	struct iface_sample beat;
};

struct coverage {
	coverage_say *say;
	void *ctx;
	const struct policy *policy;
	struct boundary boundary[POLICY_IFACES];
	struct loss loss[LOSS_KINDS]; /* of the daemon as a whole */
	bool stopping;
	struct moment looked; /* at counters: the last time before this one */
	uint64_t overruns;
	nstime overrun_said;
	struct moment started, beat; /* start; last heartbeat */
	uint64_t beat_count[COUNTERS];
	uint8_t unverifiable[POLICY_ZONES][POLICY_ZONES / 8]; /* pairs, since the last heartbeat */
};

/* Adds the time since the last call to what the boundary was in it. */
void coverage_account(struct boundary *b, nstime mono);

/* The sentence in the policy's language. */
const char *coverage_pick(const struct coverage *c, const char *english, const char *japanese);

/* ` key=TIME` in the policy's time zone. */
void coverage_add_time(const struct coverage *c, struct text *t, const char *key, nstime wall);

/* Compares all counters of losses; says all that last. */
void coverage_losses(struct coverage *c, const struct accounts *a, struct moment now);
void coverage_losses_end(struct coverage *c, struct moment now);

#endif
