/* text.h - building one line of text in a fixed buffer, and the only way for text from outside to
 * get into one.
 *
 * Knows: how much room is left; the escapes of ALERTS 1.1. Owns nothing: the buffer is the
 * caller's. Called by everything that writes for people. Never allocates, never writes past the
 * buffer, always ends with NUL.
 */
#ifndef SEGAUDIT_TEXT_H
#define SEGAUDIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *at;    /* the buffer */
	size_t size; /* its size, at least 1 */
	size_t len;  /* bytes written, without the NUL */
	bool cut;    /* something did not fit and was left out */
};

/* Starts an empty text in the SIZE bytes at BUFFER. */
struct text text_of(char *buffer, size_t size);

/* Appends by a printf format. What does not fit whole is left out, and `cut` is set; later
 * additions then do nothing. */
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends SIZE bytes as they are, all or none: words of our own, or what was escaped already.
 * Cheaper than a format. */
void text_bytes(struct text *t, const char *bytes, size_t size);

/* The same for a string. */
static inline void
text_string(struct text *t, const char *string)
{
	text_bytes(t, string, strlen(string));
}

/* Appends a number in decimal digits. */
void text_number(struct text *t, uint64_t number);

/* Appends ` key=value` (no space at the start of the text); VALUE comes from outside or from a
 * configuration: other code points than ASCII become \u{hhhh}, invalid UTF-8 and control bytes
 * \xHH; it is quoted when it is empty or holds a space, `"`, `=` or `\`, with \" and \\ inside. At
 * most 256 bytes of the value are used, cut at a code point and followed by …(+n) written in ASCII
 * as \u{2026}(+n). */
void text_pair(struct text *t, const char *key, const char *value, size_t size);

/* The same, with fewer bytes of a value that would make the field, escapes and all, longer than
 * ROOM or than what is left. ROOM is at least what an empty value takes, and 20. */
void text_pair_within(struct text *t, const char *key, const char *value, size_t size, size_t room);

/* Copies a list, with commas between its items, into the SIZE bytes at TO: as many items as fit,
 * and "..." for the rest; when not even the first one does, its beginning, to the end of a
 * character. Nothing but the NUL where SIZE has no room for these. Did all of it fit? */
bool text_list(char *to, size_t size, const char *list);

/* Length of the UTF-8 character that begins at BYTES, of which there are SIZE > 0, and its code
 * point; 0 when it is cut, overlong, a surrogate or above U+10FFFF (RFC 3629, 4). */
size_t text_utf8(const char *bytes, size_t size, uint32_t *point);

/* How many of the SIZE bytes from BYTES on stand for themselves between quotes: printable ASCII but
 * the quote and the backslash. */
size_t text_plain(const char *bytes, size_t size);

/* The same escapes, without key and quotes, for bytes that stand in the middle of a text. */
void text_escape(struct text *t, const char *bytes, size_t size);

#endif
