/* capture.h - the role that reads the interfaces.
 *
 * Knows: its channels, its ports and when each has something to do. Owns all that it was started
 * with (model/role.h) and the ports. Called by segauditd.c in a process of its own, with
 * CAP_NET_RAW and nothing else. Never looks into a frame beyond the pair of addresses that chooses
 * its worker.
 */
#ifndef SEGAUDIT_CAPTURE_H
#define SEGAUDIT_CAPTURE_H

#include <stddef.h>

#include "model/role.h"

/* Runs until the monitor says stop, or is gone. Returns the exit status of DESIGN 4: 0, 69 (no
 * privilege, no resource), 70. */
int capture_run(const struct role_args *args);

/* Memory of its own that it takes at its start, in bytes; libpcap's comes to that. */
size_t capture_bytes(void);

#endif
