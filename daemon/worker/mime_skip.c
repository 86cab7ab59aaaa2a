/* mime_skip.c - see mime.h: what need not be read line by line. Of most mail that is not only text,
 * nearly all bytes are lines of a file whose type has said everything already; of most text, nearly
 * all lines are words. */
#include "worker/mime.h"

/* Is the content in hand a text as it is on the wire? */
static bool
is_plain(const struct mime *m)
{
	switch (m->section.declared.encoding) {
	case ENCODING_7BIT:
	case ENCODING_8BIT:
	case ENCODING_BINARY:
	case ENCODING_UNKNOWN:
		return m->state == MIME_BODY && m->read && m->text;
	case ENCODING_BASE64:
	case ENCODING_QUOTED_PRINTABLE:
		return false;
	}
	return false;
}

size_t
mime_skip(struct mime *m, struct lines *l, const uint8_t *bytes, size_t size)
{
	bool stopped = m->state == MIME_STOPPED;
	uint64_t most = m->size < m->rules->max_size ? m->rules->max_size - m->size : 0;
	size_t n = 0;

	if (m->holding || m->search.at > 0)
		return 0;
	if (size > most && !stopped)
		size = (size_t)most;
	if (stopped || (m->state == MIME_BODY && !m->read))
		n = lines_dull(l, bytes, size, &m->column, MIME_LINE);
	else if (!m->lost && !l->begun && !l->cr && is_plain(m)) /* lost: or in half a line */
		n = mime_text_skip(&m->content, bytes, size);
	m->size += n;
	if (n > 0)
		m->line_at = m->size - m->column;
	return n;
}
