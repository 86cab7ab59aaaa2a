/* reading.c - see reading.h. */
#include <string.h>

#include "hub/reading.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
reading_begin(struct reading *r, const char *line, size_t size)
{
	*r = (struct reading){ .left = wire_of(line, size) };
	r->id = record_word(&r->left);
	r->state = record_word(&r->left);
	if (!r->left.ok || r->id.size != READING_ID || memcmp(r->id.at, "SEG", 3) != 0)
		return false;
	for (size_t i = 3; i < READING_ID; i++)
		if (!is_digit(r->id.at[i]))
			return false;
	for (size_t i = 0; i < r->state.size; i++)
		if (r->state.at[i] < 'A' || r->state.at[i] > 'Z')
			return false;
	return true;
}

bool
reading_next(struct reading *r)
{
	return record_field(&r->left, &r->field);
}

/* The value of a hexadecimal digit, or -1. */
static int
hex(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes of a code point in UTF-8 (RFC 3629). */
static size_t
utf8(char to[4], unsigned long c)
{
	static const unsigned char first[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(first[n] | c);
	return n;
}

/* What the escape at P, a backslash, stands for, to TO; the bytes it takes go to *USED. An escape
 * that is none stands for its backslash. */
static size_t
escaped(char to[4], const char *p, const char *end, size_t *used)
{
	unsigned long c = 0;
	const char *q = p + 3;

	to[0] = *p;
	*used = 1;
	if (end - p >= 2 && (p[1] == '"' || p[1] == '\\')) {
		to[0] = p[1];
		*used = 2;
	} else if (end - p >= 4 && p[1] == 'x' && hex(p[2]) >= 0 && hex(p[3]) >= 0) {
		to[0] = (char)(hex(p[2]) << 4 | hex(p[3]));
		*used = 4;
	} else if (end - p >= 5 && p[1] == 'u' && p[2] == '{') {
		while (q < end && q - p < 9 && hex(*q) >= 0)
			c = c << 4 | (unsigned long)hex(*q++);
		if (q < end && *q == '}' && q - p > 3 && c <= 0x10ffff) {
			*used = (size_t)(q + 1 - p);
			return utf8(to, c);
		}
	}
	return 1;
}

size_t
reading_value(const struct reading *r, char *to, size_t room)
{
	const char *p = r->field.value.at, *end = p + r->field.value.size;
	size_t size = 0;

	while (p < end) {
		char one[4] = { *p };
		size_t used = 1, n = 1;

		if (r->field.quoted && *p == '\\')
			n = escaped(one, p, end, &used);
		if (n > room - size)
			break;
		memcpy(to + size, one, n);
		size += n;
		p += used;
	}
	return size;
}
