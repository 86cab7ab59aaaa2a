/* replay.h - judging captures as if they were seen on the boundaries (-r).
 *
 * Knows: merging files by time, the order of what is said, the closing summary of DESIGN 5.1. Owns
 * nothing after it returns. Called by main. One process, on packet time, with the worker's and the
 * hub's own code: the same input gives the same output.
 */
#ifndef SEGAUDIT_REPLAY_H
#define SEGAUDIT_REPLAY_H

#include <stdbool.h>

#include "model/policy.h"

struct replay_source {
	uint16_t iface; /* number in the policy */
	const char *file;
};

struct replay_options {
	const struct policy *policy;
	const struct replay_source *source;
	unsigned nsources;
	bool json;		/* -o json */
	bool exit_on_violation; /* -e */
};

/* Events on stdout, the summary on stderr. Returns the exit status of DESIGN 4: 0, 1, 2, 66, 69. */
int replay_run(const struct replay_options *o);

#endif
