/* coverage_keep.h - hours and days over a restart: the time in between counts as not watched.
 *
 * Knows: the file `coverage` in the state directory: the running hour and day, those before them,
 * and the counters that they are made of. Owns the file. Called by the hub. Never believes one that
 * is broken, of another build, or from a time that has not come yet.
 *
 * What happened after it was last written is not known: that too counts as not watched. The hour is
 * only taken up when zones and interfaces are the same; the day goes by the interfaces' names.
 */
#ifndef SEGAUDIT_COVERAGE_KEEP_H
#define SEGAUDIT_COVERAGE_KEEP_H

#include "hub/coverage.h"

/* How often it is written while the daemon runs. */
#define COVERAGE_KEEP_EVERY (10 * NS_SEC)

/* Takes up what DIR holds, after the first coverage_policy(). RUN: a number that is the same for
 * all hubs of one daemon, and seldom for those of another; AGAIN: this hub is not its first. 0;
 * -ENOENT: nothing was kept; -EBADMSG: it cannot be used; -errno. */
int coverage_load(struct coverage *c, const char *dir, uint64_t run, bool again, struct moment now);

/* Is it time to write? */
bool coverage_keep_due(const struct coverage *c, struct moment now);

/* Writes it. CLEAN: at the stop, up to which all is known. 0 or -errno; then it is tried again
 * after COVERAGE_KEEP_EVERY. */
int coverage_keep(struct coverage *c, const char *dir, uint64_t run, bool clean, struct moment now);

#endif
