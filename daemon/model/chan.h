/* chan.h - one channel between two roles: SOCK_SEQPACKET, fixed messages of msg.def, descriptors
 * beside them.
 *
 * Knows: the table and who sits at either end. Owns the socket. Used by every role. Never blocks,
 * never queues: a message that finds no room is the caller's to keep.
 */
#ifndef SEGAUDIT_CHAN_H
#define SEGAUDIT_CHAN_H

#include "model/msg.h"

enum { CHAN_FDS = 4 }; /* descriptors that a message may carry at most */

struct chan {
	int fd; /* -1 when there is none */
	enum role self, peer;
};

/* A pair of connected sockets, non-blocking and close-on-exec. 0 or -errno. */
int chan_pair(int fd[2]);

/* Sends one message with its descriptors, which stay the caller's. 0; -EAGAIN when there is no
 * room; -errno else (-EPIPE: the peer is gone). */
int chan_send(const struct chan *c, enum msg_type type, const void *message, const int *fds);

/* Receives one message into M. Its type; 0 when none is there; -errno: -EPIPE when the peer is
 * gone, -EPROTO when it sent what the table does not allow. The descriptors, close-on-exec, become
 * the caller's; FDS has room for CHAN_FDS and is -1 where there is none. */
int chan_receive(const struct chan *c, union msg_any *m, int fds[CHAN_FDS]);

void chan_close(struct chan *c);

#endif
