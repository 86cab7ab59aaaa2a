/* mime_boundary.c - see mime_boundary.h. */
#include "worker/mime_boundary.h"

#include <string.h>
#include <strings.h>

static bool
is_white(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != ' ' && bytes[i] != '\t')
			return false;
	return true;
}

enum mime_delimiter
mime_delimiter(const uint8_t *line, size_t size, const char *boundary, size_t n)
{
	const uint8_t *rest;
	size_t left;
	bool last;

	if (size < 2 + n || line[0] != '-' || line[1] != '-')
		return DELIMITER_NONE;
	if (memcmp(line + 2, boundary, n) != 0)
		return strncasecmp((const char *)line + 2, boundary, n) == 0 ? DELIMITER_LOOKS :
									       DELIMITER_NONE;
	rest = line + 2 + n;
	left = size - 2 - n;
	last = left >= 2 && rest[0] == '-' && rest[1] == '-';
	if (size > MIME_DELIMITER || !is_white(rest + 2 * last, left - 2u * last))
		return DELIMITER_LOOKS;
	return last ? DELIMITER_LAST : DELIMITER_PART;
}

void
mime_search_begin(struct mime_search *s, const char *boundary, size_t n)
{
	size_t k = 0;

	s->at = 0;
	s->size = n ? (uint8_t)(2 + n) : 0;
	if (n == 0)
		return;
	s->bytes[0] = s->bytes[1] = '-';
	memcpy(s->bytes + 2, boundary, n);
	s->back[0] = 0;
	for (size_t i = 1; i < s->size; i++) {
		while (k > 0 && s->bytes[i] != s->bytes[k])
			k = s->back[k - 1];
		if (s->bytes[i] == s->bytes[k])
			k++;
		s->back[i] = (uint8_t)k;
	}
}

bool
mime_search_take(struct mime_search *s, const uint8_t *bytes, size_t size)
{
	const uint8_t *p = bytes, *end = bytes + size;
	size_t k = s->at;

	for (; p < end; p++) {
		if (k == 0) {
			p = memchr(p, '-', (size_t)(end - p));
			if (!p)
				break;
		}
		while (k > 0 && *p != s->bytes[k])
			k = s->back[k - 1];
		if (*p == s->bytes[k])
			k++;
		if (k == s->size) {
			s->at = s->back[k - 1];
			return true;
		}
	}
	s->at = (uint8_t)k;
	return false;
}
