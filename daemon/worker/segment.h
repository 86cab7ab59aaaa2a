/* segment.h - a TCP segment as it is read for its stream.
 *
 * Knows: TCP's header (RFC 9293, 3.1). Included by whoever reads content.
 */
#ifndef SEGAUDIT_SEGMENT_H
#define SEGAUDIT_SEGMENT_H

#include "base/wire.h"

enum { SEGMENT_HEADER = 20 }; /* the least */

struct segment {
	uint32_t seq, ack; /* host byte order */
	uint8_t flags;	   /* all of them */
	const uint8_t *bytes;
	size_t size, missing; /* payload that is here, and that was only on the wire */
};

/* Reads the segment whose TCP header begins at BYTES, of which SIZE are here; PAYLOAD bytes behind
 * the header were on the wire. What it names is borrowed. False when it is no TCP header. */
static inline bool
segment_read(struct segment *g, const uint8_t *bytes, size_t size, uint32_t payload)
{
	struct wire h = wire_of(bytes, size);
	size_t header;

	wire_skip(&h, 4);
	g->seq = wire_be32(&h);
	g->ack = wire_be32(&h);
	header = (size_t)(wire_u8(&h) >> 4) * 4;
	g->flags = wire_u8(&h);
	if (!h.ok || header < SEGMENT_HEADER)
		return false;
	g->bytes = header < size ? bytes + header : bytes + size;
	g->size = header < size ? size - header : 0;
	if (g->size > payload)
		g->size = payload; /* padding */
	g->missing = payload - g->size;
	return true;
}

#endif
