/* tell.h - from an incident or a note to a line in every sink and in the ledger.
 *
 * Knows: the run's id, the chain of its lines, when a checkpoint is due. Owns these. Called by the
 * hub, which sets the time once a loop. Never decides whether something is to be said, but for
 * checkpoints (9010): after CHECKPOINT_LINES lines, or CHECKPOINT_EVERY when there were lines
 * since.
 */
#ifndef SEGAUDIT_TELL_H
#define SEGAUDIT_TELL_H

#include "hub/ledger.h"
#include "hub/sink.h"
#include "hub/storm.h"
#include "model/chain.h"

enum { CHECKPOINT_LINES = 1000 };
#define CHECKPOINT_EVERY NS_MIN

struct tell {
	struct sinks *sinks;	     /* borrowed */
	struct ledger *ledger;	     /* borrowed; NULL: none, and no checkpoints */
	struct storm *storm;	     /* borrowed; whose budget notes are counted in; NULL: none */
	const struct policy *policy; /* the newest; NULL before the first */
	struct line_run run;	     /* seq and h: of the last line */
	struct chain chain;	     /* of all lines */
	uint64_t marked;	     /* number of the last checkpoint */
	nstime marked_at;	     /* and when, monotonic */
	bool keyed;		     /* tell_begin() */
	nstime mono, wall;	     /* the loop's time */
	/* Hears each line, too; NULL: nobody. LINE is borrowed for the call. */
	void (*heard)(void *ctx, const char *line, size_t size);
	void *heard_ctx;
};

/* A run that begins: ID is random. */
void tell_init(struct tell *t, struct sinks *sinks, uint32_t id);

/* Says what became of an incident. SHA256: of its evidence, when it is CLOSED; NULL: there is none.
 */
void tell_incident(struct tell *t, enum incident_state state, const struct incident *i,
    uint64_t added, const char *sha256);

/* Writes into the ledger alone what a CLOSED would have said of an incident's evidence. */
void tell_evidence(struct tell *t, const struct incident *i, const char *sha256);

/* Says what stands for lines that found no room. */
void tell_rollup(struct tell *t, const struct rollup *r);

/* Says a note of the auditor: FIELDS and MSG as in line_note(). */
void tell_note(struct tell *t, uint16_t id, const char *fields, const char *msg);

/* A checkpoint, now. */
void tell_checkpoint(struct tell *t, enum ledger_claim what);

/* After the line that names the run before: a checkpoint that begins the use of a new key. Once a
 * run. */
void tell_begin(struct tell *t);

/* The fields that name the run before, for that line: ` previous=…`. */
void tell_before(const struct tell *t, struct text *fields);

/* Once a second: a checkpoint or a new day may be due. */
void tell_tick(struct tell *t);

/* The sentence in the policy's language. */
const char *tell_pick(const struct tell *t, const char *english, const char *japanese);

/* What the policy says of its own rules (7xxx), but for what BEFORE said too; NULL: all. At most
 * TELL_NOTICES lines, the rest as one line per id with its number. */
void tell_notices(struct tell *t, const struct policy *before);

enum { TELL_NOTICES = 50 };

#endif
