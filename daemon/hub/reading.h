/* reading.h - a line of ALERTS 1.1 read back: id, state, and one field after the other.
 *
 * Knows: how a line begins, and what its escapes stand for; the fields are base/record's. Owns
 * nothing: the line must outlive the reading. Called by
 * outlets that carry the fields apart from the text. Never changes a line; what is not of the
 * grammar ends the reading.
 */
#ifndef SEGAUDIT_READING_H
#define SEGAUDIT_READING_H

#include "base/record.h"

enum {
	READING_ID = 7, /* bytes of "SEG2003" */
};

struct reading {
	struct wire left;	   /* what was not read yet */
	struct span id, state;	   /* "SEG2003", "OPEN" */
	struct record_field field; /* the last one that was read */
};

/* Begins to read the SIZE bytes at LINE. False when they are no such line: then nothing may be
 * asked. */
bool reading_begin(struct reading *r, const char *line, size_t size);

/* The next field. False at the end, and at the first thing that is no field. */
bool reading_next(struct reading *r);

/* What the value stands for, without quotes and escapes, to the ROOM bytes at TO; bytes of any
 * kind. Returns how many; never more than it has as written. What does not fit is left out. */
size_t reading_value(const struct reading *r, char *to, size_t room);

#endif
