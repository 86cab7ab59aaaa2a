/* sink.h - where lines go: any number of outlets at once, each with its own bounded queue, filters
 * and counters.
 *
 * Knows: the order of lines, which to give up first, when to try again. Owns the outlets and the
 * lines that wait, in memory and on disk. Called by the hub, which passes the time. Never waits for
 * a reader, never changes a line, never loses one without saying how many (9008).
 *
 * Of each outlet, at any moment: lines offered = sent + lost + waiting. A line that was handed to a
 * collector or to a local socket counts as sent, until the connection turns out to have ended
 * before it can have arrived, or the reader to be gone before it was seen to have read it: then it
 * waits again.
 */
#ifndef SEGAUDIT_SINK_H
#define SEGAUDIT_SINK_H

#include <poll.h>

#include "hub/line.h"
#include "hub/outlet.h"

enum {
	SINKS = 32,	      /* outlets at most, those that drain after a reload included */
	SINK_LINES = 8192,    /* lines that wait at most, of one outlet */
	SINK_BYTES = 4 << 20, /* and their bytes */
	SINK_PACED = 16,
};

#define SINK_RETRY  (100 * NS_MSEC) /* after "no room" */
#define SINK_REOPEN NS_SEC	    /* between two attempts to open */
#define SINK_PAUSE  (30 * NS_SEC)   /* the longest between two attempts to reach a collector */
#define SINK_SETTLE NS_SEC	    /* how long a line that was handed to a collector is kept */
#define SINK_LOOK   NS_MSEC	    /* when to look first whether a local reader took a line */
#define SINK_SPOOL  (2 * NS_SEC)    /* how long a collector takes nothing before lines go to disk */
#define SINK_PACE   (10 * NS_MSEC)  /* in which SINK_PACED lines go over UDP at most */
#define SINK_DRAIN  NS_MIN /* how long an outlet that left the configuration is still tried */

/* One line for every outlet. */
struct sink_line {
	const char *text; /* of text outlets, NUL-terminated, at most LINE_MAX_BYTES */
	const char *json; /* of JSON outlets; NULL: the line does not go there */
	nstime time;	  /* wall time */
	uint8_t severity; /* syslog number */
	bool has_pair;
	uint8_t from, to; /* zones in the policy of sinks_set() */
};

struct sink_count {
	uint64_t offered; /* lines that passed the filters, those of 9008 about this outlet, and
			     those that an earlier run left in its spool */
	uint64_t sent, lost;
	uint64_t waiting; /* in memory or in the spool */
};

struct sinks;

/* No outlets yet. IDENT (borrowed) and PID stand in syslog lines. NULL when there is no memory. */
struct sinks *sinks_new(const char *ident, pid_t pid);
void sinks_free(struct sinks *s);

/* Takes the outlets of P, which must stay mapped until the next call; its state directory is that
 * of the first P. An outlet that was there
 * before (same target, same path) keeps its lines; one that left is tried for SINK_DRAIN more.
 * Files are opened again. MONO: the monotonic clock, here and below. Returns how many outlets could
 * not be taken, for lack of room (SINKS) or memory. */
uint32_t sinks_set(struct sinks *s, const struct policy *p, nstime mono);

/* Opens files again at the next line (rotation). */
void sinks_reopen(struct sinks *s);

/* Must sink_line.json be there? */
bool sinks_want_json(const struct sinks *s);

/* Queues a line wherever it passes the filters, and sends what can be sent now. A line without a
 * pair passes every `pairs`: the auditor's own words are about all of them. */
void sinks_put(struct sinks *s, const struct sink_line *l, nstime mono);

/* Sends what is due. */
void sinks_run(struct sinks *s, nstime mono);

/* When sinks_run() has something to do next; NSTIME_NEVER when nothing waits. */
nstime sinks_due(const struct sinks *s);

/* Fills at most ROOM entries for ppoll() with outlets whose readiness it can tell; after it,
 * sinks_run(). Returns how many. */
size_t sinks_poll(struct sinks *s, struct pollfd *fds, size_t room);

/* ppoll() said something of an outlet's descriptor: do not wait for the timer. */
void sinks_ready(struct sinks *s, int fd);

/* Number of outlets, and what was counted for one. */
size_t sinks_size(const struct sinks *s);
struct sink_count sinks_count(const struct sinks *s, size_t i);

/* The outlet itself, as it is now: what it is for, and whether it is open. */
const struct outlet *sinks_outlet(const struct sinks *s, size_t i);

/* All lines ever lost, those of outlets that are no more included. */
uint64_t sinks_lost(const struct sinks *s);

/* All lines that wait anywhere, in memory or on disk. */
uint64_t sinks_waiting(const struct sinks *s);

/* The process is about to end: what has a spool goes there. Returns how many lines wait elsewhere,
 * and are lost. */
uint64_t sinks_save(struct sinks *s, nstime mono);

/* Lines that outlets lost which are no more, since the last call: said by nobody else. */
uint64_t sinks_abandoned(struct sinks *s);

#endif
