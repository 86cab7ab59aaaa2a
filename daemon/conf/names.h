/* names.h - finding a zone, a set or a conduit by its name.
 *
 * Knows: a hash table of borrowed texts. Owns the table only. Called by conf/compile*.c. Never
 * copies or frees a name.
 */
#ifndef SEGAUDIT_NAMES_H
#define SEGAUDIT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define NAMES_NONE UINT32_MAX

struct name {
	const char *text;
	uint32_t value, hash;
};

struct names {
	struct name *name; /* as they were added, from 1 */
	uint32_t n;
	uint32_t *slot; /* hash table of their numbers, 0 empty: small, for it is read at random */
	uint32_t mask;
};

/* Makes room for N names. False when there is no memory. */
bool names_init(struct names *n, uint32_t count);
void names_fini(struct names *n);

/* Adds TEXT with VALUE, or returns the value under which it is there already; NAMES_NONE when it
 * was new. No more than COUNT of names_init() may be added. */
uint32_t names_add(struct names *n, const char *text, uint32_t value);

/* The value of TEXT, or NAMES_NONE. */
uint32_t names_find(const struct names *n, const char *text);

#endif
