/* skipped.h - frames that ended a worker twice: capture takes a copy of each out of the ring for
 * the hub.
 *
 * Knows: that a ring takes no frame while one of its skipped frames waits to be copied, so capture
 * looks before it puts. Owns the copies, each a sealed memory, until the hub has them. Called by
 * capture's loop. Never waits for the hub, and never looks into the bytes.
 *
 * What is not copied yet when capture is killed, the next capture finds in the ring. A copy that
 * was sent waits in the channel, which outlives capture and hub. What is between the two goes with
 * the process: then the frame was skipped and counted, and no copy is kept.
 */
#ifndef SEGAUDIT_SKIPPED_H
#define SEGAUDIT_SKIPPED_H

#include "capture/feed.h"
#include "model/chan.h"

enum { SKIPPED_QUEUE = 16 }; /* copies that wait for the hub */

struct skipped {
	struct msg_skipped message[SKIPPED_QUEUE];
	int fd[SKIPPED_QUEUE]; /* the bytes; -1 when there are none */
	unsigned n;
};

/* Copies what was skipped in any ring since the last time. */
void skipped_copy(struct skipped *s, struct feed *feed);

/* Sends the hub what it has room for. */
void skipped_send(struct skipped *s, const struct chan *hub);

void skipped_fini(struct skipped *s);

#endif
