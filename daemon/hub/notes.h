/* notes.h - the notes that the hub says of the daemon itself: start, reload, crash, clock, log
 * targets.
 *
 * Knows: their fields and sentences. Owns nothing. Called by hub.c. Never decides when; but what
 * may happen over and over has a struct repeat, and is told with it: by note_waiting() at the
 * latest.
 */
#ifndef SEGAUDIT_NOTES_H
#define SEGAUDIT_NOTES_H

#include "hub/digest.h"
#include "hub/evidence.h"
#include "hub/repeat.h"
#include "hub/resume.h"
#include "hub/tell.h"
#include "model/msg.h"
#include "model/ring.h"

/* Once a second: says what R keeps when there is a line for it; with LAST whatever it says. */
void note_waiting(struct tell *t, struct repeat *r, bool last);

/* 9002 or 8001: version and sizes of the policy in force. R: of 8001; NULL with 9002. */
void
note_sizes(struct tell *t, struct repeat *r, uint16_t id, const char *version, const char *msg);

/* 8002: the first error of a configuration that was refused. */
void note_refused(struct tell *t, struct repeat *r, const char *error, size_t size);

/* 9008: lines that were lost with targets that left the configuration; nothing when none were. */
void note_abandoned(struct tell *t);

/* 9008: N findings of PACKETS that were judged by a policy from before this hub. */
void note_nameless(struct tell *t, uint64_t n, uint64_t packets);

/* 9008: records of flows' traffic that the ledger will not have; nothing when none were missed, or
 * when A has no line for them and it is not the LAST time. */
void note_missed(struct tell *t, struct allowance *a, struct digest *d, bool last);

/* 9006: how the worker before ended and what waits for the new one in its ring. */
void note_crash(
    struct tell *t, struct repeat *r, const struct msg_peer *m, const struct ring_control *ring);

/* 9006: a frame was skipped; WHY 0: a copy of it is kept as NAME, else the -errno of
 * evidence_skipped(), or of capture. */
void note_skipped(
    struct tell *t, struct repeat *r, const struct msg_skipped *m, int why, const char *name);

/* 9006: a role sent what it may not send. */
void note_wrong_peer(struct tell *t, struct repeat *r, const char *role, unsigned index);

/* 9004: another hub was here before this one (RESTARTS above 0), or another daemon that did not
 * stop as it should; FOUND: what goes on. Nothing when neither was so. */
void note_restart(struct tell *t, unsigned restarts, const struct resume_loaded *found);

/* 9004: findings of N packets were lost with the hub before this one, between FROM and now. */
void note_lost(struct tell *t, uint64_t n, nstime from);

/* 9004: what should be resumed cannot be read (WRITE: written): ERROR is negative errno. */
void note_resume(struct tell *t, struct repeat *r, bool write, int error);

/* 9009: lines are rolled up from now on, or are no more. */
void note_storm(struct tell *t, const struct storm_sums *s);

struct note_clock {
	nstime offset; /* wall minus monotonic clock, at the last look */
	nstime step;   /* steps that were not said, added up */
	struct repeat repeat;
};

/* 9007: the wall clock was stepped since the last look; nothing when it was not. */
void note_clock(struct tell *t, struct note_clock *c);

/* 9013: how full the room for evidence is, what was removed, what could not be kept; nothing when
 * there is no news of it. */
void note_evidence(struct tell *t, struct evidence *e);

/* 9008 and 9013: what the ledger could not take, found, or removed; nothing when it has no news. */
void note_ledger(struct tell *t);

#endif
