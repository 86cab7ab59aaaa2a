/* evidence.h - the first frames of each incident, kept as a capture in evidence/ of the state
 * directory.
 *
 * Knows: which incidents have a line of their own and are open, which frames are theirs, and those
 * that wait for their incident. Owns the files, by hub/evidence_file, and the room that they take,
 * by hub/evidence_space. Called by hub/cases with incidents, and by the hub's loop with frames that
 * were checked. All memory is taken at the start. Never waits, never syncs, never looks into a
 * frame.
 *
 * An incident that is told of in roll-ups alone has no file: who floods the gateway with incidents
 * drives out no more of what is kept than he has lines.
 */
#ifndef SEGAUDIT_EVIDENCE_H
#define SEGAUDIT_EVIDENCE_H

#include "hub/evidence_space.h"
#include "hub/incident.h"
#include "model/exhibit.h"

/* What the hub should say of it. */
struct evidence_news {
	struct evidence_space_news space;
	int error;     /* nothing can be written since then: errno; 0: no such thing happened */
	bool again;    /* it can be written again */
	uint64_t lost; /* frames that were not kept, since it was last told */
};

struct evidence;

/* For STATE_DIR (copied) and at most INCIDENTS open incidents. VERSION stands in the files. NULL
 * when there is no memory. */
struct evidence *evidence_new(const char *state_dir, const char *version, uint32_t incidents);
void evidence_free(struct evidence *e);

/* Bytes that it takes. */
size_t evidence_bytes(uint32_t incidents);

/* An incident that has a line of its own goes on from an earlier process. *I is borrowed until
 * evidence_end(). */
void evidence_resume(struct evidence *e, const struct incident *i);

/* After the last of them: finds what is kept already. */
void evidence_begin(struct evidence *e);

/* A frame of SIZE bytes that WORKER put before the hub; the record was checked, P is the policy of
 * its generation; NEWEST says how much is kept. MONO: the monotonic clock. */
void evidence_exhibit(struct evidence *e, const struct policy *newest, const struct policy *p,
    unsigned worker, const struct exhibit *x, const uint8_t *bytes, size_t size, nstime mono);

/* A line of its own is said of an incident: from now on its frames are kept. *I is borrowed until
 * evidence_end(). */
void evidence_said(struct evidence *e, const struct policy *newest, const struct incident *i);

/* The hash of the incident's file in 64 digits, NULL when it has none. Good until the next call. */
const char *evidence_sum(struct evidence *e, const struct incident *i);

/* The incident is closed, and all lines about it were said. */
void evidence_end(struct evidence *e, const struct incident *i, nstime wall);

/* A file of a skipped frame was made (hub/evidence_skipped). */
void evidence_skip(struct evidence *e, const char *name);

/* Once a second. */
void evidence_tick(struct evidence *e, const struct policy *newest, nstime wall, nstime mono);

/* Is there news? Then it is in *N, and forgotten. */
bool evidence_news(struct evidence *e, struct evidence_news *n);

/* The directory of the files. */
const char *evidence_dir(const struct evidence *e);

#endif
