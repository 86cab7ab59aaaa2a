/* mime_skip.c - see mime.h: what nobody reads. Of most mail that is not only text, nearly all bytes
 * are lines of a file whose type has said everything already. */
#include "worker/mime.h"

/* How many bytes of lines that are no delimiters would change nothing but the size. */
static uint64_t
unread(const struct mime *m)
{
	if (m->state == MIME_STOPPED)
		return UINT64_MAX;
	if (m->state != MIME_BODY || m->read || m->size >= m->rules->max_size)
		return 0;
	return m->rules->max_size - m->size;
}

size_t
mime_skip(struct mime *m, const struct lines *l, const uint8_t *bytes, size_t size)
{
	uint64_t most = unread(m);
	size_t n = 0;

	if (most > 0)
		n = lines_dull(l, bytes, size < most ? size : (size_t)most, MIME_LINE);
	if (n == 0)
		return 0;
	m->size += n;
	m->line_at = m->size;
	return n;
}
