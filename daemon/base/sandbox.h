/* sandbox.h - which system calls a role may still make.
 *
 * Knows: one list a role, and why each entry is in it. Owns nothing: a filter cannot be taken off
 * again. Called once by each role when everything it needs is open. The only user of libseccomp. A
 * call outside the list ends the process (SIGSYS), except in the monitor, whose filter its children
 * inherit: there it fails with EPERM.
 */
#ifndef SEGAUDIT_SANDBOX_H
#define SEGAUDIT_SANDBOX_H

#include <stdbool.h>

enum sandbox { SANDBOX_MONITOR, SANDBOX_CAPTURE, SANDBOX_WORKER, SANDBOX_HUB };

/* Descriptors that the worker's filter names. */
struct sandbox_worker {
	int control, hub; /* channels: the only ones that it may receive from, and send to */
	int wake;	  /* the only one that it may read */
	int first_free;	  /* it may close and map from here on */
};

/* Is this a build with sanitizers? Their runtime needs calls of its own, so roles run unfiltered,
 * and may be traced. */
bool sandbox_sanitized(void);

/* Sets PR_SET_NO_NEW_PRIVS and loads the role's filter. WORKER is asked for SANDBOX_WORKER only,
 * else NULL. 0; 1 when nothing was loaded because of sanitizers; -errno. */
int sandbox_enter(enum sandbox role, const struct sandbox_worker *worker);

/* "2.5.4": of the library that is linked. TO has room for 32 bytes. Returns TO. */
const char *sandbox_version(char *to);

#endif
