/* control_answer.h - the answers of the control socket, record by record.
 *
 * Knows: what is said of the daemon, its incidents, coverage, zones and conduits. Owns a list of
 * incidents while they are told. Called by hub/control, as often as there is room for a record.
 * Never changes anything that it tells of.
 */
#ifndef SEGAUDIT_CONTROL_ANSWER_H
#define SEGAUDIT_CONTROL_ANSWER_H

#include "hub/control_request.h"
#include "hub/coverage_ask.h"
#include "hub/digest.h"
#include "hub/peers.h"
#include "hub/tell.h"

/* What answers are made of; all borrowed from the hub. There is a policy when one is asked for. */
struct control_view {
	const char *version;
	unsigned restarts; /* of the hub */
	const struct tell *tell;
	const struct incidents *incidents;
	const struct sinks *sinks;
	const struct coverage *coverage;
	const struct accounts *accounts;
	const struct peers *peers;
	const struct digest *digest;
	/* Monotonic, as the ticks saw it: */
	nstime lines_lost_at; /* when a line was last lost; NSTIME_ALWAYS: never */
	nstime lines_wait;    /* since when some line waits; NSTIME_NEVER: none does */
};

/* The newest lines: line number N, counted from 0, is at N % CONTROL_LINES. */
struct control_past {
	uint64_t lines; /* ever */
	struct {
		uint16_t size;
		char text[LINE_MAX_BYTES];
	} line[CONTROL_LINES];
};

struct told; /* an incident to be told */

struct control_answer {
	uint64_t at;	   /* number of the next record, or line */
	struct told *told; /* incidents, worst first */
	uint32_t ntold;
};

enum control_step {
	CONTROL_RECORD,	 /* a record was written */
	CONTROL_NOTHING, /* none now: a share of the work is done, or there is no new line */
	CONTROL_END,
};

/* Begins to answer R. False when there is no memory. */
bool control_answer_begin(struct control_answer *a, const struct control_request *r,
    const struct control_view *v, const struct control_past *past);
void control_answer_end(struct control_answer *a);

/* Writes the next record to T, which is empty and has room for one. */
enum control_step control_answer_next(struct control_answer *a, const struct control_request *r,
    const struct control_view *v, const struct control_past *past, struct text *t);

/* Are there records to write? False only where tail waits for lines. */
bool control_answer_has(const struct control_answer *a, const struct control_request *r,
    const struct control_past *past);

/* The records of `status` (control_status.c): number AT. False behind the last. */
bool control_status(const struct control_view *v, uint64_t at, struct text *t);

/* Losses of lines are a reason to be called degraded for this long. */
#define CONTROL_LOST_LONG (5 * NS_MIN)

/* So long may lines wait before that is one. */
#define CONTROL_WAIT_LONG (3 * NS_SEC)

#endif
