/* sink_state.h - one outlet with its lines, for sink.c and sink_send.c alone.
 *
 * Knows: what an outlet has at any moment. Owns nothing itself. Never included elsewhere.
 *
 * A line is in one place, in this order: `flight` (handed to a socket, whose reader may yet turn
 * out not to have got it; counted as sent), `window` (read back from the spool), the spool, `wait`
 * (memory). While the spool is in use, what comes goes to `wait` and from there to the spool at
 * once, unless the disk refuses it.
 */
#ifndef SEGAUDIT_SINK_STATE_H
#define SEGAUDIT_SINK_STATE_H

#include "hub/sink.h"
#include "hub/spool.h"

enum {
	SINK_BURST = 256,   /* lines that one outlet sends before the loop does something else */
	SINK_FLIGHT = 4096, /* lines in flight at most */
};

/* Why lines were lost: `what` of 9008. */
enum loss { LOSS_BLOCKED, LOSS_DAMAGED, LOSS_SPOOL, LOSSES };

/* Lost and not yet said. A loss is said where its first line would have come. */
struct gap {
	uint64_t first, lines; /* number of the first; 0 lines: none */
	nstime from, to;       /* wall times */
};

struct sink {
	struct outlet out;
	uint8_t min;
	const uint16_t *pairs; /* of the policy; NULL: all */
	uint32_t npairs;
	struct lines wait, window;
	struct queue flight;
	const char *state_dir; /* borrowed */
	struct spool *spool;
	uint64_t spool_most; /* bytes on disk; 0: it has none */
	bool spooling;	     /* what comes goes to the spool */
	bool spool_said_bad; /* that it cannot be used, once */
	nstime spool_retry;
	uint64_t number; /* of the newest line */
	struct gap gap[LOSSES];
	uint64_t last; /* number and wall time of the line sent last */
	nstime last_time;
	struct sink_count count;
	nstime opened;	/* when it was last tried to open, */
	nstime pause;	/* and how long after that it may be tried again */
	nstime due;	/* when to try again; NSTIME_ALWAYS: now */
	nstime moved;	/* when a line last went, or began to wait with none before it */
	nstime settle;	/* when to ask next what arrived */
	nstime paced;	/* UDP: since when lines are counted that go, */
	unsigned pace;	/* and how many went */
	bool heard;	/* the collector said something, or is gone */
	nstime retired; /* when it left the configuration, NSTIME_NEVER while it is in */
	bool stay;	/* sinks_set() found it again */
};

/* Lines that wait anywhere, in memory or on disk. */
uint64_t sink_waiting(const struct sink *k);

/* Those that are nowhere else. */
uint64_t sink_in_memory(const struct sink *k);

/* Were lines lost, and it was not yet said? */
bool sink_has_gap(const struct sink *k);

/* Has it something to send? */
bool sink_has_work(const struct sink *k);

/* One line of the outlet is lost, the NUMBERth. */
void sink_lose(struct sink *k, uint64_t number, nstime when);

/* Gives up what does not fit in memory. */
void sink_bound(struct sink *k);

/* Sends what is due, asks what arrived, and moves lines to disk where that is due. */
void sink_run(const struct policy *p, struct sink *k, nstime mono);

/* Opens the spool, if there is to be one, and goes on with what is in it. */
void sink_open_spool(struct sink *k, nstime mono);

/* Writes to the spool all that is not known to have arrived: the process ends. */
void sink_save(struct sink *k, nstime mono);

/* When sink_run() has something to do next. */
nstime sink_due(const struct sink *k);

#endif
