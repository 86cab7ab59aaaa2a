/* mime_name.c - see mime_name.h. */
#include "worker/mime_name.h"

#include <string.h>
#include <strings.h>

#include "worker/mime_code.h"
#include "worker/mime_type.h"

static void
add(struct mime_name *n, char byte)
{
	if (n->size < sizeof n->bytes)
		n->bytes[n->size++] = byte;
	else
		n->odd = true;
}

/* The text of an encoded word in Q (RFC 2047, 4.2). */
static void
add_q(struct mime_name *n, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned high = 16, low = 16;

		if (text[i] == '=' && size - i > 2) {
			high = mime_hex_value((uint8_t)text[i + 1]);
			low = mime_hex_value((uint8_t)text[i + 2]);
		}
		if (high < 16 && low < 16) {
			add(n, (char)(high << 4 | low));
			i += 2;
		} else {
			add(n, text[i] == '_' ? ' ' : text[i]);
		}
	}
}

static void
add_base64(struct mime_name *n, const char *text, size_t size)
{
	uint32_t bits = 0;
	unsigned nbits = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned value = mime_base64_value((uint8_t)text[i]);

		if (value == 64)
			continue;
		bits = bits << 6 | value;
		nbits += 6;
		if (nbits >= 8) {
			nbits -= 8;
			add(n, (char)(bits >> nbits));
		}
	}
}

/* Reads =?charset?B?text?= at the start of VALUE; returns its size, 0 when it is none. */
static size_t
encoded_word(struct mime_name *n, const char *value, size_t size)
{
	const char *end = value + size, *charset_end, *text, *stop;

	if (size < 8 || value[0] != '=' || value[1] != '?')
		return 0;
	charset_end = memchr(value + 2, '?', size - 2);
	if (!charset_end || end - charset_end < 5 || charset_end[2] != '?')
		return 0;
	text = charset_end + 3;
	stop = memchr(text, '?', (size_t)(end - text));
	if (!stop || stop + 1 == end || stop[1] != '=')
		return 0;
	switch (charset_end[1]) {
	case 'B':
	case 'b':
		add_base64(n, text, (size_t)(stop - text));
		break;
	case 'Q':
	case 'q':
		add_q(n, text, (size_t)(stop - text));
		break;
	default:
		return 0;
	}
	return (size_t)(stop + 2 - value);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

void
mime_name_plain(struct mime_name *n, const char *value, size_t size)
{
	bool word = false;

	n->given = true;
	n->size = 0;
	for (size_t i = 0, used; i < size; i += used) {
		size_t space = 0;

		/* white space between two encoded words is none (RFC 2047, 6.2) */
		while (word && i + space < size && is_space(value[i + space]))
			space++;
		used = encoded_word(n, value + i + space, size - i - space);
		word = used > 0;
		if (word) {
			used += space;
			n->odd = true;
			continue;
		}
		add(n, value[i]);
		used = 1;
	}
}

void
mime_name_section(
    struct mime_name *n, unsigned number, bool percent, const char *value, size_t size)
{
	const char *end = value + size;

	n->given = true;
	if (number != n->sections)
		n->odd = true;
	if (n->sections == 0 && percent) {
		const char *quote = memchr(value, '\'', size);

		if (quote)
			quote = memchr(quote + 1, '\'', (size_t)(end - quote - 1));
		if (quote)
			value = quote + 1;
		else
			n->odd = true;
	}
	n->sections++;
	for (; value < end; value++) {
		unsigned high = 16, low = 16;

		if (percent && *value == '%' && end - value > 2) {
			high = mime_hex_value((uint8_t)value[1]);
			low = mime_hex_value((uint8_t)value[2]);
		}
		if (high < 16 && low < 16) {
			add(n, (char)(high << 4 | low));
			value += 2;
		} else {
			n->odd = n->odd || (percent && *value == '%');
			add(n, *value);
		}
	}
}

/* A character at AT that turns the direction of others or has no width. */
static bool
is_hidden(const uint8_t *at, size_t size)
{
	if (size < 3 || at[0] != 0xe2)
		return false;
	if (at[1] == 0x80)
		return (at[2] >= 0x8b && at[2] <= 0x8f) || (at[2] >= 0xaa && at[2] <= 0xae);
	return at[1] == 0x81 && at[2] >= 0xa0 && at[2] <= 0xaf;
}

bool
mime_name_is_odd(const struct mime_name *n)
{
	const uint8_t *at = (const uint8_t *)n->bytes;

	if (n->odd || n->size > MIME_NAME)
		return true;
	if (n->size > 0 && strchr(". ", n->bytes[n->size - 1]))
		return true;
	for (size_t i = 0; i < n->size; i++) {
		if (at[i] < 0x20 || at[i] == 0x7f || at[i] == '/' || at[i] == '\\')
			return true;
		if (at[i] == '%' && n->size - i > 2 && mime_hex_value(at[i + 1]) < 16 &&
		    mime_hex_value(at[i + 2]) < 16)
			return true;
		if (is_hidden(at + i, n->size - i))
			return true;
	}
	return false;
}

unsigned
mime_name_extension(const struct mime_name *n)
{
	static const struct {
		const char *end;
		unsigned extension;
	} rows[] = {
		{ "png", EXTENSION_PNG },
		{ "jpg", EXTENSION_JPEG },
		{ "jpeg", EXTENSION_JPEG },
		{ "jpe", EXTENSION_JPEG },
		{ "jfif", EXTENSION_JPEG },
		{ "gif", EXTENSION_GIF },
		{ "tif", EXTENSION_TIFF },
		{ "tiff", EXTENSION_TIFF },
	};
	const char *dot = memrchr(n->bytes, '.', n->size);
	size_t size;

	if (n->size == sizeof n->bytes) /* it may go on */
		return EXTENSION_OTHER;
	if (!dot)
		return 0;
	size = n->size - (size_t)(dot + 1 - n->bytes);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strlen(rows[i].end) == size && strncasecmp(rows[i].end, dot + 1, size) == 0)
			return rows[i].extension;
	return EXTENSION_OTHER;
}
