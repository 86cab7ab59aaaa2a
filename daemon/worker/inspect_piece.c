/* inspect_piece.c - fragments of flows that are read: datagram.h puts them together. */
#include "worker/segment.h"
#include "worker/state.h"

#include <netinet/in.h>

void
inspect_incomplete(struct worker *w, uint32_t n)
{
	if (is_current(w, n) && inspects(w, &w->flows.more[n]))
		inspect_note(w, n, NULL, WHAT_INCOMPLETE_FRAGMENTS);
}

/* Are fragments put together? The first one says of which protocol they are; in IPv6 only that one
 * does (RFC 8200, 4.5). */
static bool
takes_piece(const struct worker *w, uint32_t n, const struct packet *p)
{
	uint8_t proto = n != FLOW_NONE ? w->flows.hot[n].key.proto : p->proto;

	return w->inspects_some && (proto == IPPROTO_TCP || (n == FLOW_NONE && !p->is4));
}

bool
inspect_piece(struct worker *w, uint32_t n, uint32_t datagram, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	size_t here = p->payload_at < f->caplen ? f->caplen - p->payload_at : 0;
	struct piece piece = {
		.at = p->fragment_at, .first = p->fragment == FRAGMENT_FIRST, .more = p->more
	};
	const uint8_t *whole = NULL;
	unsigned events;
	size_t size = 0, header;

	if (!takes_piece(w, n, p))
		return w->inspects_some && datagram_drop(w->inspect.datagrams, datagram);
	piece.size = here < p->fragment_size ? here : p->fragment_size;
	piece.missing = p->fragment_size - piece.size;
	piece.bytes = piece.size ? f->bytes + p->payload_at : NULL;
	events = datagram_push(w->inspect.datagrams, datagram, &piece, &whole, &size);
	if (n == FLOW_NONE || !inspects(w, &w->flows.more[n]))
		return events & DATAGRAM_AMBIGUOUS;
	if ((events & DATAGRAM_WHOLE) && size >= SEGMENT_HEADER) {
		header = (size_t)(whole[12] >> 4) * 4;
		inspect_segment(
		    w, n, s, whole, size, (uint32_t)(size > header ? size - header : 0));
	}
	if (events & DATAGRAM_AMBIGUOUS)
		inspect_note(w, n, s, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	if (events & DATAGRAM_SPENT)
		inspect_note(w, n, s, WHAT_INCOMPLETE_FRAGMENTS);
	return events & DATAGRAM_AMBIGUOUS;
}

void
inspect_torn(struct worker *w, uint32_t n)
{
	if (is_current(w, n) && inspects(w, &w->flows.more[n]))
		inspect_note(w, n, NULL, WHAT_AMBIGUOUS | WHAT_OVERLAP);
}
