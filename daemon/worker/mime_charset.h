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

/* The character sets that a configuration can name: bits of mime_rules.charsets. */
enum mime_charset {
	CHARSET_US_ASCII,
	CHARSET_UTF_8,
	CHARSET_ISO_2022_JP, /* RFC 1468 */
	CHARSET_SHIFT_JIS,
	CHARSET_WINDOWS_31J, /* also windows-932, cp932 */
	CHARSET_EUC_JP,
	CHARSET_ISO_8859_1,
	CHARSET_UNKNOWN,
};

/* The number of a name as it stands in a Content-Type, whatever its case; CHARSET_UNKNOWN. */
enum mime_charset mime_charset_of(const char *name, size_t size);

struct mime_chars {
	enum mime_charset of;
	uint8_t more;	   /* bytes that the character needs still */
	uint8_t low, high; /* bounds of the next of them */
	uint8_t escape;	   /* bytes of an escape sequence that were read */
	uint8_t set;	   /* ISO-2022-JP: the final byte of the last one */
	bool twice;	   /* it names a set of two bytes a character */
	uint8_t unseen;	   /* characters without a width in succession */
	uint32_t point;	   /* of the character that is read, UTF-8 */
};

/* A text in C begins. */
void mime_chars_begin(struct mime_chars *c, enum mime_charset of);

/* The next SIZE bytes of a line; FLAGS (enum line_flag) holds at least their classes. Returns words
 * of enum what. */
uint64_t mime_chars_take(struct mime_chars *c, const uint8_t *bytes, size_t size, unsigned flags);

/* The line is over; the text is over, which its last line was already. */
uint64_t mime_chars_line_end(struct mime_chars *c);
uint64_t mime_chars_end(struct mime_chars *c);

#endif
