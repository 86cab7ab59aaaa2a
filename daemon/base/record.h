/* record.h - reading the text form of ALERTS 1.1: words, then key=value, with one space between
 * them.
 *
 * Knows: the grammar that base/text.h writes. Owns nothing: what it finds points into the bytes
 * that were given. Called by both ends of the control socket. Never changes or copies a byte, never
 * reads past the end.
 */
#ifndef SEGAUDIT_RECORD_H
#define SEGAUDIT_RECORD_H

#include "base/wire.h"

/* A part of a text, not NUL-terminated. */
struct span {
	const char *at;
	size_t size;
};

struct record_field {
	struct span key, value; /* value: between the quotes, its escapes as they are */
	bool quoted;
};

/* The same bytes? */
bool span_is(struct span s, const char *text);
bool span_same(struct span a, struct span b);

/* Takes the next word: printable ASCII up to a space, which it takes too, or up to the end. At
 * the end, or when there is no word, the reader fails. A space is taken only when something follows
 * it. */
struct span record_word(struct wire *w);

/* Takes the next field. False when what is next is no field: the reader has failed then, but for
 * the end of the text. */
bool record_field(struct wire *w, struct record_field *f);

/* Could a code point move a terminal, turn its text round or hide in it? Then it is not shown as it
 * is. */
bool record_misleads(uint32_t c);

/* Takes the escapes of VALUE back, as many as fit in SIZE bytes: \" \\ and \u{…}, which becomes
 * UTF-8; \xHH stays as it is, and so does a code point that moves a terminal or misleads
 * readers. NUL-terminated, cut at a code point. Returns TO. */
const char *record_plain(char *to, size_t size, const struct record_field *f);

#endif
