/* repeat.h - notes about one thing that may happen over and over: said one by one while its
 * allowance lasts, then the newest with the number of those that it stands for.
 *
 * Knows: the newest note that was not said, and how many there are. Owns these, in one struct for
 * each thing, all zeros at the start. Called by whoever makes notes; answers through the function
 * that says them. Never asks for the time; never loses a count: a note that was put in was said, or
 * is in N of the next one.
 */
#ifndef SEGAUDIT_REPEAT_H
#define SEGAUDIT_REPEAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/allowance.h"

enum { REPEAT_FIELDS = 900 };

/* Says a note: FIELDS and MSG as in line_note(). */
typedef void repeat_say(void *ctx, uint16_t id, const char *fields, const char *msg);

struct repeat {
	struct allowance lines;
	uint64_t n; /* notes that were not said */
	/* the newest of them */
	uint16_t id;
	const char *msg;
	char fields[REPEAT_FIELDS];
};

/* One more, at MONO: said with ` n=…` behind FIELDS when it stands for others too, or kept. FIELDS:
 * less than REPEAT_FIELDS bytes, else it is cut. MSG is borrowed until it was said: a literal. */
void repeat_put(struct repeat *r, uint16_t id, const char *fields, const char *msg, nstime mono,
    repeat_say *say, void *ctx);

/* Once a second: says what was kept when there is a line for it. Was it said? */
bool repeat_tick(struct repeat *r, nstime mono, repeat_say *say, void *ctx);

/* Says what was kept, whatever the allowance: before a stop. */
void repeat_flush(struct repeat *r, repeat_say *say, void *ctx);

#endif
