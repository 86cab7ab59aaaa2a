/* hub.h - the role that tells: findings, gaps and losses in, lines out.
 *
 * Knows: the other roles' channels and memories, and when to look at what. Owns the loop, the
 * mapped policies, the incidents, the sinks and the netlink socket. Started by segauditd.c in a
 * process of its own. Sees no frame but those that capture hands it to be kept, whose bytes it only
 * writes away; never waits for a reader, never opens what the policy does not name.
 */
#ifndef SEGAUDIT_HUB_H
#define SEGAUDIT_HUB_H

#include <stddef.h>

#include "model/role.h"

/* Runs the hub's loop on CONTROL_FD, its channel to the monitor (non-blocking), until MSG_STOP or
 * until the monitor is gone. KEEP_FD: HUB_KEEP bytes that outlive it, zero at first; -1 for none.
 * ARGS: number is not used; restarts above 0 means that another hub came before. VERSION is what
 * 9002 says. Returns the exit status: 0, or 69 or 70. */
int hub_run(int control_fd, int keep_fd, const struct role_args *args, const char *version);

/* Memory of its own that it takes at its start, in bytes: incidents with what is said of them,
 * their evidence, what pairs and interfaces were watched, what waits for the ledger with the index
 * of its sums, and the rest. HUB_KEEP comes to that. */
struct hub_bytes {
	size_t incidents, evidence, coverage, ledger, others, total;
};

struct hub_bytes hub_bytes(void);

#endif
