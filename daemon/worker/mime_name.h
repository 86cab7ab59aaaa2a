/* mime_name.h - a file's name as a parameter gives it.
 *
 * Knows: RFC 2231's continuations and percent signs, RFC 2047's encoded words, and what makes a
 * name look like another one. Owns a name that is being put together. Called by mime_type. Never
 * converts character sets, never repairs.
 */
#ifndef SEGAUDIT_MIME_NAME_H
#define SEGAUDIT_MIME_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MIME_NAME_ROOM = 1024 };

/* What the end of a name says the file is, to those who open it by that. */
enum mime_extension {
	EXTENSION_PNG = 1 << 0,
	EXTENSION_JPEG = 1 << 1,
	EXTENSION_GIF = 1 << 2,
	EXTENSION_TIFF = 1 << 3,
	EXTENSION_OTHER = 1 << 4, /* or it is not known */
	EXTENSION_ALL = (1 << 5) - 1,
};

struct mime_name {
	bool given, odd;
	unsigned sections; /* of RFC 2231 that were read */
	size_t size;
	char bytes[MIME_NAME_ROOM]; /* what is longer is cut, and odd */
};

/* The value of `name=`: encoded words in it are decoded. */
void mime_name_plain(struct mime_name *n, const char *value, size_t size);

/* Section NUMBER of a value (`name*3=`, 0 for `name*=`), PERCENT: with percent signs (`name*3*=`),
 * and with character set and language before it in the first one. */
void mime_name_section(
    struct mime_name *n, unsigned number, bool percent, const char *value, size_t size);

/* Is anything odd in it: two ways to read it, or to show it? */
bool mime_name_is_odd(const struct mime_name *n);

/* Its bit of enum mime_extension; 0: it has no extension. */
unsigned mime_name_extension(const struct mime_name *n);

#endif
