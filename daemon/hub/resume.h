/* resume.h - incidents and roll-ups over a restart: what was open goes on, and what was said is not
 * said again.
 *
 * Knows: two files in the state directory. `resume` holds all incidents and roll-ups of one moment;
 * it is replaced as a whole (written beside, fsync, rename), at most once a second. `resume.said`
 * has a record for each line said since then; it is not synced, as it need only outlive the
 * process. Owns both. Called by the hub. Never says a line, asks for the time, or believes a file:
 * one that is broken or foreign is left out as a whole.
 *
 * What was judged after the last snapshot and not said in a line is gone with the process. How much
 * that is, in packets, the workers know when only the hub died: resume_lost().
 */
#ifndef SEGAUDIT_RESUME_H
#define SEGAUDIT_RESUME_H

#include "hub/storm.h"

#define RESUME_PACE NS_SEC  /* between two snapshots; more when writing takes long: */
enum { RESUME_SHARE = 50 }; /* of the time that passes, at most one part in so many */

/* What resume_load() found. */
struct resume_loaded {
	uint32_t incidents, rollups;
	bool clean;    /* the process before this one wrote it at its stop */
	bool same_run; /* only the hub was started again */
	nstime until;  /* wall time of the last thing that it knew */
};

struct resume;

/* For the files in DIR (copied). RUN: a number that is the same for all hubs of one daemon, and
 * seldom for those of another. NULL when there is no memory. */
struct resume *resume_new(const char *dir, uint64_t run);
void resume_free(struct resume *r);

/* Bytes that it takes. */
size_t resume_bytes(void);

/* Opens in T and S (both empty) what was open. AGAIN: another hub of this daemon was here before;
 * MONO: the monotonic clock, here and below. 0; -ENOENT: nothing was kept; -EBADMSG: it is broken
 * or of another version; -errno. */
int resume_load(struct resume *r, struct incidents *t, struct storm *s, bool again, nstime mono,
    struct resume_loaded *found);

/* Something is another than in the last snapshot. */
void resume_changed(struct resume *r);

/* Is a snapshot due? */
bool resume_due(const struct resume *r, nstime mono);

/* Writes one, as of WALL; CLEAN: at a stop. 0 or -errno; then what was kept before is still there.
 * Afterwards resume_took() says how long that took. */
int
resume_write(struct resume *r, struct incidents *t, const struct storm *s, bool clean, nstime wall);
void resume_took(struct resume *r, nstime took, nstime mono);

/* All of it was said, and nothing is to be resumed: takes the files away. */
void resume_forget(struct resume *r);

/* A line of its own is about to be said of an incident, as incident_say(). */
void resume_line(struct resume *r, enum incident_state state, const struct incident *i,
    uint64_t added, nstime wall);

/* A roll-up is about to be said. */
void resume_rollup(struct resume *r, const struct rollup *of, nstime wall);

/* What an incident had to say was taken by hub/storm: called after each. */
void resume_moved(struct resume *r, struct incident *i, nstime wall);

/* Packets that workers told of are named by a note, and will be in no line. */
void resume_named(struct resume *r, uint64_t packets, nstime wall);

/* TOLD: packets of all findings that the workers had sent to the hubs of this daemon before this
 * one. How many of these the hub before took with it; from then on they count as said. */
uint64_t resume_lost(struct resume *r, uint64_t told, nstime wall);

#endif
