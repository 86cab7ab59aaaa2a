/* feed.h - from captured frames to the rings of the workers.
 *
 * Knows: which worker a frame belongs to, and who sleeps. Owns the writing ends of the rings and
 * the eventfds. Called by capture's ports for each frame, by its loop once a dispatch. Never waits
 * for a worker.
 */
#ifndef SEGAUDIT_FEED_H
#define SEGAUDIT_FEED_H

#include "base/hash.h"
#include "model/ring.h"
#include "model/role.h"

struct feed {
	struct hash_key key;
	unsigned workers;
	uint64_t touched; /* bit w: worker w's ring holds frames that it was not shown */
	struct ring ring[ROLE_WORKERS];
	int wake[ROLE_WORKERS];
};

_Static_assert(ROLE_WORKERS <= 64, "one bit a worker");

/* Maps the rings of WORKERS workers and the key from the descriptors of model/role.h. 0 or -errno.
 */
int feed_open(struct feed *f, unsigned workers);
void feed_close(struct feed *f);

/* The worker that owns a frame. */
unsigned feed_worker(const struct feed *f, const struct frame *frame);

/* Puts a frame into the ring of WORKER. False when there is no room. */
bool feed_put(struct feed *f, unsigned worker, const struct frame *frame);

/* Shows the workers what was put since the last time, and wakes those that sleep. */
void feed_publish(struct feed *f);

#endif
