/* show.h - text for a person's screen: what came from the daemon cannot move it.
 *
 * Knows: which bytes a terminal may get, and how many columns they take. Owns nothing. Called by
 * all that prints. Never trusts its input to be UTF-8, or to be what the daemon should have said.
 */
#ifndef SEGAUDIT_CLIENT_SHOW_H
#define SEGAUDIT_CLIENT_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "base/record.h"

enum show_colour { SHOW_PLAIN, SHOW_HEAD, SHOW_GOOD, SHOW_WARN, SHOW_BAD };

/* Sets how wide characters are; false when the system has no UTF-8 locale: then each is one column.
 */
bool show_start(void);

/* May the output be coloured: a terminal, and no NO_COLOR in the environment? */
bool show_colours(FILE *to);

/* Copies SIZE bytes as they may be shown to TO, of SIZE_TO bytes: invalid bytes and controls as
 * \xHH, misleading code points as \u{…}. Cut before what does not fit; NUL-terminated. Returns the
 * bytes written, without the NUL. */
size_t show_safe(char *to, size_t size_to, const char *bytes, size_t size);

/* Columns that a text of show_safe() takes. */
size_t show_width(const char *text);

/* Prints the bytes as they may be shown. */
void show_print(FILE *to, const char *bytes, size_t size);

/* Begins or, by SHOW_PLAIN, ends a colour; nothing when COLOURS is false. */
void show_colour(FILE *to, bool colours, enum show_colour c);

/* The colour of a severity: "crit", … */
enum show_colour show_severity(struct span word);

#endif
