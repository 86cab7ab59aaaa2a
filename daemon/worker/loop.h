/* loop.h - the role that judges: one ring in, findings and counters out.
 *
 * Knows: in which order a batch is taken, judged, counted and given back, so that a worker that is
 * killed at any point goes on where it was; when to sleep. Owns all that it was started with
 * (model/role.h). Called by segauditd.c in a process of its own, without capabilities. Never
 * allocates, opens or asks anything once it judges.
 */
#ifndef SEGAUDIT_LOOP_H
#define SEGAUDIT_LOOP_H

#include "model/role.h"

/* Runs until the monitor says stop and the ring is empty, or the monitor is gone. Returns the exit
 * status of DESIGN 4: 0, 69 (no resource), 70. */
int worker_run(const struct role_args *args);

#endif
