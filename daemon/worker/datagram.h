/* datagram.h - IP datagrams from their fragments, so that TCP in pieces is read like any other.
 *
 * Knows: which bytes of a datagram have come (RFC 791, 3.2; RFC 8200, 4.5), and where it ends. Owns
 * its part of the blocks, which are those of the streams: at most one in DATAGRAM_SHARE; and one
 * buffer. Called by the worker with fragments of what is inspected; by the fragment table, of whose
 * entries there is a datagram each, when one goes. Never allocates after its start, never guesses
 * which of two copies a receiver took: other bytes, two ends, or a form of which receivers differ
 * are DATAGRAM_AMBIGUOUS, and the first copy goes on. Of a whole datagram only the TCP header is
 * kept: what still comes of it is read where it stands in the stream, which has the rest.
 */
#ifndef SEGAUDIT_DATAGRAM_H
#define SEGAUDIT_DATAGRAM_H

#include "worker/stream.h"

enum {
	DATAGRAM_MAX = 65535,
	DATAGRAM_SHARE = 16,
	DATAGRAM_HEADERS = 256, /* bytes of further headers before that of the transport */
};

/* What a fragment brought; bits. */
enum datagram_event {
	DATAGRAM_WHOLE = 1 << 0,
	DATAGRAM_AMBIGUOUS = 1 << 1, /* told with every fragment from the first doubt on */
	DATAGRAM_SPENT = 1 << 2,     /* it cannot become whole: no room, or the capture lacks bytes
				      * of it; told with every fragment that still comes */
};

struct datagrams;

/* For ENTRIES datagrams at a time, in blocks of POOL, which is borrowed. NULL when there is no
 * memory. */
struct datagrams *datagrams_new(struct stream_pool *pool, uint32_t entries);
void datagrams_free(struct datagrams *d);

/* Bytes that they take, without their blocks: for -n -v. */
uint64_t datagrams_bytes(uint32_t entries);

/* A fragment, as struct packet has it. */
struct piece {
	const uint8_t *bytes; /* borrowed for the call */
	size_t size;	      /* of them; may be 0 */
	size_t missing;	      /* bytes behind them that the capture lacks */
	uint16_t at;	      /* fragment_at */
	bool first;	      /* FRAGMENT_FIRST: the transport header begins here */
	bool more;
	bool segment; /* of TCP: what comes behind a whole one is read again */
};

/* Takes a fragment of datagram N (from 0 on). Returns enum datagram_event bits; 0 while others are
 * awaited. With DATAGRAM_WHOLE the bytes from the transport header on are *SIZE at *WHOLE, until
 * the next call; what comes then for N is a new datagram, and while that may be a piece of the old
 * one it is also given back, DATAGRAM_WHOLE, as a TCP segment of its own. */
unsigned datagram_push(struct datagrams *d, uint32_t n, const struct piece *piece,
    const uint8_t **whole, size_t *size);

/* Forgets datagram N: its entry is another's from now on. True when pieces of it had come and
 * others had not; not of what came behind a whole one: its pieces may come twice. */
bool datagram_drop(struct datagrams *d, uint32_t n);

#endif
