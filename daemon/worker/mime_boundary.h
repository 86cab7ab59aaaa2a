/* mime_boundary.h - lines that are delimiters of parts, and those that look like one (RFC 2046,
 * 5.1.1).
 *
 * Knows: the form of a delimiter line. Owns a search for a boundary inside lines. Called by mime.
 * Never decides what a delimiter ends.
 */
#ifndef SEGAUDIT_MIME_BOUNDARY_H
#define SEGAUDIT_MIME_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/mime_type.h"

enum {
	/* bytes of a line that can be one: two dashes before and behind the boundary, white space
	 */
	MIME_DELIMITER = 2 + MIME_BOUNDARY + 2 + 6
};

enum mime_delimiter {
	DELIMITER_NONE,
	DELIMITER_LOOKS, /* to a reader that does not compare the whole line */
	DELIMITER_PART,	 /* a part follows */
	DELIMITER_LAST,	 /* none does */
};

/* What a line is of which there are SIZE bytes: all, or more than MIME_DELIMITER. BOUNDARY has N
 * bytes, at least 1. */
enum mime_delimiter
mime_delimiter(const uint8_t *line, size_t size, const char *boundary, size_t n);

/* Two dashes and a boundary, looked for in pieces of any size (Knuth, Morris and Pratt). */
struct mime_search {
	uint8_t size; /* 0: there is no boundary */
	uint8_t at;   /* bytes that match */
	uint8_t bytes[2 + MIME_BOUNDARY];
	uint8_t back[2 + MIME_BOUNDARY]; /* how many match still when the next one does not */
};

/* N bytes of BOUNDARY, or 0 for none. */
void mime_search_begin(struct mime_search *s, const char *boundary, size_t n);

/* Are they there? A line begins with s->at = 0. */
bool mime_search_take(struct mime_search *s, const uint8_t *bytes, size_t size);

#endif
