/* merge.h - frames of all interfaces in the order of their time.
 *
 * Knows: how long a frame may be on its way from the wire to us, and so from when on nothing older
 * can come by any interface. Owns nothing. Called by capture's loop. Never drops a frame, never
 * waits.
 *
 * Each interface hands over its frames a block at a time, up to MERGE_SPAN late; a connection of a
 * few milliseconds would be seen whole on one interface before its first copy on the other. So a
 * frame waits until it is MERGE_SPAN old, and of those that are the oldest goes first.
 */
#ifndef SEGAUDIT_MERGE_H
#define SEGAUDIT_MERGE_H

#include "capture/port.h"

#define MERGE_SPAN                                                                                 \
	(20 * NS_MSEC) /* libpcap's timeout of 10 ms as the kernel's ticks round it, and some */
#define MERGE_TURN (4 * NS_MSEC) /* between two turns: what came in that time goes as one batch */

/* What a turn leaves behind. */
struct merge {
	bool more;    /* the turn was cut short: go on at once */
	bool blocked; /* a ring is full */
	nstime next;  /* time of the oldest frame that waits for its age, NSTIME_NEVER when none */
};

/* Hands over what is old enough, or with ALL everything that is there. */
struct merge merge_turn(struct port *port, unsigned n, const struct port_env *e, bool all);

#endif
