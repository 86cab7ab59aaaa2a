/* phrase.h - lines and words of protocols that speak text.
 *
 * Knows: line ends, blanks, lists and header fields, in ASCII. Owns nothing: a phrase is borrowed
 * bytes. Called by the recognisers of such protocols. Never takes what is not there whole.
 */
#ifndef SEGAUDIT_PHRASE_H
#define SEGAUDIT_PHRASE_H

#include "base/wire.h"

struct phrase {
	const uint8_t *at; /* not ended by a NUL */
	size_t size;
};

/* Takes the next line of W, without its end: a LF, or CR and LF. False when its end is not there:
 * W stays where it is, and LINE is what there is of it. */
bool phrase_line(struct wire *w, struct phrase *line);

/* Takes the first word of P, up to a space or a tab, and the blanks behind it. It is empty when P
 * begins with a blank. */
struct phrase phrase_word(struct phrase *p);

/* Takes the last word of P, and the blanks around it. */
struct phrase phrase_last_word(struct phrase *p);

/* Takes the name of a header field from P, up to its colon, and leaves the value without the
 * blanks around it. False when P is no field. */
bool phrase_field(struct phrase *p, struct phrase *name);

/* Is P this word? The compiler knows how long it is: most phrases are told from it by that. */
static inline bool
phrase_is(struct phrase p, const char *word)
{
	return p.size == strlen(word) && memcmp(p.at, word, p.size) == 0;
}

/* Are the SIZE bytes at A and B the same, but for the case of letters? */
bool phrase_same(const void *a, const void *b, size_t size);

/* Is P this word, in letters of either case? */
static inline bool
phrase_like(struct phrase p, const char *word)
{
	return p.size == strlen(word) && phrase_same(p.at, word, p.size);
}

/* Is WORD, in letters of either case, somewhere in P? */
bool phrase_has(struct phrase p, const char *word);

/* Is P, in letters of either case, a list with this element? Commas separate; what follows a
 * semicolon or a slash in an element is its parameter or version. */
bool phrase_lists(struct phrase p, const char *word);

/* Are all bytes of P printable, blanks, or above ASCII? */
bool phrase_plain(struct phrase p);

/* P as a decimal number of at most nine digits, or -1. */
int32_t phrase_number(struct phrase p);

#endif
