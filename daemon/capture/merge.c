/* merge.c - see merge.h. */
#include "capture/merge.h"

enum { MOVES = 64 }; /* of at most a batch each, in one turn: then messages are looked at */

/* A frame from far ahead of the clock was captured before the clock was set back: it does not wait.
 */
static bool
is_due(nstime time, const struct port_env *e, nstime horizon)
{
	return time <= horizon || time > e->now + NS_SEC;
}

/* The port whose frame is the oldest; *SECOND: time of the oldest of the others. NULL when nothing
 * waits. */
static struct port *
oldest(struct port *port, unsigned n, nstime *second)
{
	struct port *first = NULL;

	*second = NSTIME_NEVER;
	for (unsigned i = 0; i < n; i++) {
		struct port *p = &port[i];

		if (!p->held || p->blocked)
			continue;
		if (!first || p->held_frame.time < first->held_frame.time) {
			if (first)
				*second = first->held_frame.time;
			first = p;
		} else if (p->held_frame.time < *second) {
			*second = p->held_frame.time;
		}
	}
	return first;
}

struct merge
merge_turn(struct port *port, unsigned n, const struct port_env *e, bool all)
{
	nstime horizon = all ? NSTIME_NEVER : e->now - MERGE_SPAN;
	struct merge m = { .next = NSTIME_NEVER };

	for (unsigned i = 0; i < n; i++)
		port[i].blocked = false;
	for (unsigned move = 0;; move++) {
		nstime second;
		struct port *p = oldest(port, n, &second);

		if (!p)
			break;
		if (!is_due(p->held_frame.time, e, horizon)) {
			m.next = p->held_frame.time;
			break;
		}
		if (move == MOVES) {
			m.more = true;
			break;
		}
		port_move(p, e, second < horizon ? second : horizon);
		feed_publish(p->feed);
		port_peek(p, e);
	}
	for (unsigned i = 0; i < n; i++)
		m.blocked = m.blocked || port[i].blocked;
	return m;
}
