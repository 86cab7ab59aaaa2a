/* suggest.h - the word that somebody probably meant.
 *
 * Knows: edit distance. Owns nothing. Called when a key, a word or a name is not known. Never
 * changes what was written: it only says.
 */
#ifndef SEGAUDIT_SUGGEST_H
#define SEGAUDIT_SUGGEST_H

#include <stddef.h>

/* Changes that turn A into B: a letter added, left out, replaced, or two neighbours swapped, each
 * 1; upper and lower case are the same. LIMIT + 1 when there are more than LIMIT, or when a text is
 * longer than 63 bytes. */
unsigned suggest_distance(const char *a, const char *b, unsigned limit);

/* The nearest of COUNT words, none farther than a third of its letters (at least one change), the
 * first of equals; else the first that begins like the text, or that the text begins with, by three
 * letters or more; NULL when there is none. WORD returns number I of them, from CONTEXT. */
const char *suggest(const char *text, size_t count,
		    const char *(*word)(const void *context, size_t i), const void *context);

#endif
