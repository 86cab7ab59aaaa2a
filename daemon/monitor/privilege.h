/* privilege.h - from root, or from the systemd unit, to the daemon's own user with one capability
 * to hand on.
 *
 * Knows: users, the two directories, capability sets. Owns nothing. Called by the monitor at its
 * start. Never gives anything back: what was dropped here nobody in the daemon can get again. No
 * libcap: the two system calls are enough.
 */
#ifndef SEGAUDIT_PRIVILEGE_H
#define SEGAUDIT_PRIVILEGE_H

#include <stdbool.h>

#include "model/policy.h"

/* As root: makes run_dir and state_dir, becomes the policy's user. In any case: keeps CAP_NET_RAW,
 * to be handed on, and nothing else. 0, or the exit status of DESIGN 4 after having said why. */
int privilege_drop(const struct policy *p);

/* In a child, before it executes: it gets CAP_NET_RAW, or nothing at all. 0 or -errno. */
int privilege_hand_on(bool net_raw);

#endif
