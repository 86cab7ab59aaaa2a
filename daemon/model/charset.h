/* charset.h - the character sets that are known, by the names that configurations and mails give
 * them.
 *
 * Knows: the names (charset.def). Owns nothing. Called by conf for what may be, by worker for what
 * is. Never reads a text: worker/mime knows how each of them is written.
 */
#ifndef SEGAUDIT_CHARSET_H
#define SEGAUDIT_CHARSET_H

#include <stddef.h>

enum charset {
#define CHARSET(symbol, name) CHARSET_##symbol,
#define ALIAS(name, symbol)
#include "model/charset.def"
#undef ALIAS
#undef CHARSET
	CHARSET_UNKNOWN, /* and how many there are */
};

/* The character set of a name of SIZE bytes, whatever the case of its letters. */
enum charset charset_of(const char *name, size_t size);

/* "iso-2022-jp"; NULL for CHARSET_UNKNOWN. */
const char *charset_name(enum charset c);

#endif
