/* explain.h - what an id means to an administrator: its meaning, likely causes and first commands,
 * in English and in Japanese.
 *
 * Knows: the texts of explain.def and the meanings of finding.def, and where a line of them may
 * end. Owns nothing. Called by segauditctl, and by the tests that compare catalog and manuals with
 * it. Never says what happened:
 * that is in the line.
 */
#ifndef SEGAUDIT_EXPLAIN_H
#define SEGAUDIT_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EXPLAIN_CAUSES = 4,   /* at most, of one id */
	EXPLAIN_COMMANDS = 5, /* the same */
};

/* A text in both languages: ASCII, and UTF-8. `in` stands for a field. */
struct explain_text {
	const char *en, *ja;
};

/* Words in capitals stand for fields of the line: EV, IN, OUT, SMAC, VLAN, PAIR; SRC and DST
 * without the port. */
struct explain_command {
	const char *run; /* as typed on the gateway, as root */
	struct explain_text why;
};

struct explain {
	uint16_t id;
	bool said;		     /* by this version; if not, only `brief` is there */
	struct explain_text brief;   /* one sentence */
	struct explain_text meaning; /* a few: what was seen, what was not */
	struct explain_text causes[EXPLAIN_CAUSES + 1];	  /* likely ones; .en NULL ends them */
	struct explain_command run[EXPLAIN_COMMANDS + 1]; /* in this order; .run NULL ends them */
	struct explain_text clause; /* where municipalities' rules ask for it, a hint; .en NULL */
};

/* The texts of an id, 2002 for SEG2002; NULL when there is no such id. */
const struct explain *explain_of(unsigned id);

/* "SEG2002", "seg2002", "2002" or "no-conduit" as a number; 0 when it is none of an id. */
unsigned explain_id(const char *text);

/* The word of a verdict (enum verdict); in Japanese with what it means. */
struct explain_text explain_verdict(uint8_t verdict);

/* When the raised severities of finding.def count for an id (struct finding_kind, `core`). */
struct explain_text explain_raised(unsigned id);

/* Bytes of the first line of TEXT, not empty, which takes at most WIDTH columns where that is
 * possible: it ends at a blank, or beside Japanese where that parts no bracket or full stop from
 * its word. What follows begins with that blank. */
size_t explain_line(const char *text, size_t width);

#endif
