/* show.c - see show.h. */
#include "client/show.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

bool
show_start(void)
{
	/* The daemon says UTF-8 whatever the locale; only widths are asked of it. */
	return setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "en_US.UTF-8");
}

bool
show_colours(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (no && *no)
		return false;
	return isatty(fileno(to)) && (!term || strcmp(term, "dumb") != 0);
}

size_t
show_safe(char *to, size_t size_to, const char *bytes, size_t size)
{
	size_t len = 0;

	for (size_t at = 0; at < size;) {
		uint32_t c = 0;
		size_t n = text_utf8(bytes + at, size - at, &c);
		char one[16];
		int wrote;

		if (n && !record_misleads(c))
			wrote = snprintf(one, sizeof one, "%.*s", (int)n, bytes + at);
		else if (n > 1)
			wrote = snprintf(one, sizeof one, "\\u{%04x}", (unsigned)c);
		else
			wrote = snprintf(one, sizeof one, "\\x%02x", (uint8_t)bytes[at]);
		if (wrote <= 0 || len + (size_t)wrote >= size_to)
			break;
		memcpy(to + len, one, (size_t)wrote);
		len += (size_t)wrote;
		at += n ? n : 1;
	}
	to[len] = '\0';
	return len;
}

size_t
show_width(const char *text)
{
	size_t size = strlen(text), columns = 0;

	for (size_t at = 0; at < size;) {
		uint32_t c = 0;
		size_t n = text_utf8(text + at, size - at, &c);
		int width = n ? wcwidth((wchar_t)c) : 1;

		columns += width < 0 ? 1 : (size_t)width;
		at += n ? n : 1;
	}
	return columns;
}

void
show_print(FILE *to, const char *bytes, size_t size)
{
	char safe[512];

	/* In parts; a part ends where a character does. */
	while (size) {
		size_t n = size < 64 ? size : 64;

		while (n < size && n > 60 && ((unsigned char)bytes[n] & 0xc0) == 0x80)
			n--;
		show_safe(safe, sizeof safe, bytes, n);
		fputs(safe, to);
		bytes += n;
		size -= n;
	}
}

void
show_colour(FILE *to, bool colours, enum show_colour c)
{
	static const char *const codes[] = {
		[SHOW_PLAIN] = "\033[0m",
		[SHOW_HEAD] = "\033[1m",
		[SHOW_GOOD] = "\033[32m",
		[SHOW_WARN] = "\033[33m",
		[SHOW_BAD] = "\033[1;31m",
	};

	if (colours)
		fputs(codes[c], to);
}

enum show_colour
show_severity(struct span word)
{
	if (span_is(word, "alert") || span_is(word, "crit") || span_is(word, "err"))
		return SHOW_BAD;
	return span_is(word, "warning") ? SHOW_WARN : SHOW_PLAIN;
}
