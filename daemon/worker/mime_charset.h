/* mime_charset.h - is text legal in the character set that it declares?
 *
 * Knows: US-ASCII, UTF-8 (RFC 3629), ISO-2022-JP (RFC 1468), Shift_JIS and Windows-31J, EUC-JP,
 * ISO-8859-1 as machines that take one byte after the other. Owns a few bytes of state. Called by
 * mime_text with the lines of a text. Never converts, never repairs, never looks at what a text
 * says.
 */
#ifndef SEGAUDIT_MIME_CHARSET_H
#define SEGAUDIT_MIME_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/charset.h"

struct mime_chars {
	enum charset of;
	uint8_t more;	   /* bytes that the character needs still */
	uint8_t low, high; /* bounds of the next of them */
	uint8_t escape;	   /* ISO-2022-JP: what was read of an escape sequence */
	uint8_t set;	   /* the final byte of the last one */
	bool twice;	   /* it names a set of two bytes a character */
	bool empty;	   /* no character follows it yet */
	uint8_t unseen;	   /* characters without a width in succession */
	uint32_t point;	   /* of the character that is read, UTF-8 */
};

/* A text in C begins. */
void mime_chars_begin(struct mime_chars *c, enum charset of);

/* The next SIZE bytes of a line; FLAGS (enum line_flag) holds at least their classes. Returns words
 * of enum what. */
uint64_t mime_chars_take(struct mime_chars *c, const uint8_t *bytes, size_t size, unsigned flags);

/* The line is over; the text is over, which its last line was already. */
uint64_t mime_chars_line_end(struct mime_chars *c);
uint64_t mime_chars_end(struct mime_chars *c);

#endif
