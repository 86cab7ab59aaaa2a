/* tell.h - from an incident or a note to a line in every sink.
 *
 * Knows: the run's id and the number of the next line. Owns both. Called by the hub, which sets the
 * time once a loop. Never decides whether something is to be said.
 */
#ifndef SEGAUDIT_TELL_H
#define SEGAUDIT_TELL_H

#include "hub/sink.h"
#include "hub/storm.h"

struct tell {
	struct sinks *sinks;	     /* borrowed */
	const struct policy *policy; /* the newest; NULL before the first */
	struct line_run run;	     /* seq: of the last line */
	nstime mono, wall;	     /* the loop's time */
	/* Hears each line, too; NULL: nobody. LINE is borrowed for the call. */
	void (*heard)(void *ctx, const char *line, size_t size);
	void *heard_ctx;
};

/* A run that begins: ID is random. */
void tell_init(struct tell *t, struct sinks *sinks, uint32_t id);

/* Says what became of an incident. */
void
tell_incident(struct tell *t, enum incident_state state, const struct incident *i, uint64_t added);

/* Says what stands for lines that found no room. */
void tell_rollup(struct tell *t, const struct rollup *r);

/* Says a note of the auditor: FIELDS and MSG as in line_note(). */
void tell_note(struct tell *t, uint16_t id, const char *fields, const char *msg);

/* The sentence in the policy's language. */
const char *tell_pick(const struct tell *t, const char *english, const char *japanese);

/* What the policy says of its own rules (7xxx), but for what BEFORE said too; NULL: all. At most
 * TELL_NOTICES lines, the rest as one line per id with its number. */
void tell_notices(struct tell *t, const struct policy *before);

enum { TELL_NOTICES = 50 };

#endif
