/* inspect_piece.c - fragments of flows that are read (inspect.c) or recognised (speak.c): they are
 * put together by datagram.h. */
#include "worker/segment.h"
#include "worker/state.h"

#include <netinet/in.h>

/* Is there something of flow N that its content is read for? */
static bool
is_inspected(const struct worker *w, uint32_t n)
{
	return is_current(w, n) && inspects(w, &w->flows.more[n]);
}

void
inspect_incomplete(struct worker *w, uint32_t n)
{
	if (is_inspected(w, n))
		inspect_note(w, n, NULL, WHAT_INCOMPLETE_FRAGMENTS);
	else if (is_current(w, n))
		speak_note(w, n, WHAT_INCOMPLETE_FRAGMENTS);
}

void
inspect_torn(struct worker *w, uint32_t n)
{
	if (is_inspected(w, n))
		inspect_note(w, n, NULL, WHAT_AMBIGUOUS | WHAT_OVERLAP);
	else if (is_current(w, n))
		speak_note(w, n, WHAT_AMBIGUOUS);
}

/* Are fragments put together? While the first one is awaited, which may be of any flow: in IPv6
 * only that one says of which protocol they are (RFC 8200, 4.5). Where flows are inspected, those
 * of others, too, as a second first one may be of an inspected flow. */
static bool
takes_piece(const struct worker *w, uint32_t n, const struct packet *p)
{
	if (n == FLOW_NONE)
		return !p->is4 || p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP;
	if (w->inspects_some && w->flows.hot[n].key.proto == IPPROTO_TCP)
		return true;
	return speak_takes(w, n);
}

/* A segment of an inspected flow came in pieces. */
static void
take_segment(struct worker *w, uint32_t n, const struct sight *s, const uint8_t *bytes, size_t size)
{
	size_t header;

	if (size < SEGMENT_HEADER)
		return;
	header = (size_t)(bytes[12] >> 4) * 4;
	inspect_segment(w, n, s, bytes, size, (uint32_t)(size > header ? size - header : 0));
}

/* Pieces of flow N are here, or all of them. */
static void
take_events(struct worker *w, uint32_t n, const struct sight *s, unsigned events,
    const uint8_t *whole, size_t size)
{
	if (inspects(w, &w->flows.more[n])) {
		if (events & DATAGRAM_WHOLE)
			take_segment(w, n, s, whole, size);
		if (events & DATAGRAM_AMBIGUOUS)
			inspect_note(w, n, s, WHAT_AMBIGUOUS | WHAT_OVERLAP);
		if (events & DATAGRAM_SPENT)
			inspect_note(w, n, s, WHAT_INCOMPLETE_FRAGMENTS);
		return;
	}
	if (!speak_takes(w, n))
		return;
	if (events & DATAGRAM_AMBIGUOUS)
		speak_note(w, n, WHAT_AMBIGUOUS);
	if (events & DATAGRAM_WHOLE)
		speak_whole(w, n, s, whole, size);
	else
		speak_note(w, n, WHAT_INCOMPLETE_FRAGMENTS);
}

bool
inspect_piece(struct worker *w, uint32_t n, uint32_t datagram, const struct sight *s)
{
	const struct packet *p = s->packet;
	const struct frame *f = s->frame;
	size_t here = p->payload_at < f->caplen ? f->caplen - p->payload_at : 0, size = 0;
	uint8_t proto = n != FLOW_NONE ? w->flows.hot[n].key.proto : p->proto;
	struct piece piece = { .at = p->fragment_at,
		.first = p->fragment == FRAGMENT_FIRST,
		.more = p->more,
		.segment = proto == IPPROTO_TCP };
	const uint8_t *whole = NULL;
	unsigned events;

	if (!takes_piece(w, n, p))
		return datagram_drop(w->inspect.datagrams, datagram);
	piece.size = here < p->fragment_size ? here : p->fragment_size;
	piece.missing = p->fragment_size - piece.size;
	piece.bytes = piece.size ? f->bytes + p->payload_at : NULL;
	events = datagram_push(w->inspect.datagrams, datagram, &piece, &whole, &size);
	if (n != FLOW_NONE)
		take_events(w, n, s, events, whole, size);
	return events & DATAGRAM_AMBIGUOUS;
}
