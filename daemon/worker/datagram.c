/* datagram.c - see datagram.h. A datagram is a stream whose first byte has number 0 and of which
 * nothing is acknowledged: all of it is kept, and compared.
 */
#include "worker/datagram.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = (DATAGRAM_MAX + STREAM_BLOCK - 1) / STREAM_BLOCK };

/* A TCP header without options, and fields in it: RFC 9293, 3.1. */
enum { TCP_HEADER = 20, TCP_SEQ = 4, TCP_OFFSET = 12, TCP_FLAGS = 13, TCP_SYN = 2, TCP_ACK = 16 };

struct datagram {
	struct stream s;
	uint32_t start; /* of the transport header; of meaning when `started` */
	uint32_t total; /* bytes; of meaning when `ended` */
	bool started, ended;
	bool ambiguous, spent;
	bool again; /* a whole one was here before: what has come since may be of that one */
	uint8_t header[TCP_HEADER]; /* which began with this, */
	uint32_t place;		    /* at this byte; header[TCP_OFFSET] 0: there was none */
};

struct datagrams {
	struct stream_pool *pool;
	uint32_t blocks; /* held by all of them */
	uint8_t whole[DATAGRAM_MAX];
	struct datagram entry[];
};

uint64_t
datagrams_bytes(uint32_t entries)
{
	return sizeof(struct datagrams) + (uint64_t)entries * sizeof(struct datagram);
}

struct datagrams *
datagrams_new(struct stream_pool *pool, uint32_t entries)
{
	uint64_t bytes = datagrams_bytes(entries);
	struct datagrams *d = bytes <= SIZE_MAX ? calloc(1, (size_t)bytes) : NULL;

	if (d)
		d->pool = pool;
	return d;
}

void
datagrams_free(struct datagrams *d)
{
	free(d);
}

/* Blocks that E may hold: its part of what all may. */
static uint32_t
room(const struct datagrams *d, const struct datagram *e)
{
	uint32_t all = stream_pool_blocks(d->pool) / DATAGRAM_SHARE,
		 most = e->s.blocks + all - d->blocks;

	return most < MOST ? most : MOST;
}

/* The bytes are taken when the datagram is whole. */
static void
take_later(void *ctx, const uint8_t *bytes, size_t size)
{
	(void)ctx;
	(void)bytes;
	(void)size;
}

static void
push(struct datagrams *d, struct datagram *e, uint32_t at, const uint8_t *bytes, size_t size)
{
	uint32_t held = e->s.blocks;
	unsigned events =
	    stream_push(d->pool, &e->s, at, bytes, size, 0, room(d, e), take_later, NULL);

	d->blocks += e->s.blocks - held;
	e->ambiguous |= events & STREAM_OVERLAP;
	e->spent |= (events & (STREAM_LOST | STREAM_LIMIT)) || e->s.floor > 0;
}

/* The first fragment says where the transport header begins. What stands before it was read in the
 * frame: no other fragment has anything to say of it. */
static void
start(struct datagrams *d, struct datagram *e, const struct piece *piece)
{
	static const uint8_t headers[DATAGRAM_HEADERS];
	uint64_t held = e->s.next + e->s.ahead;

	if (e->started) {
		e->ambiguous |= e->start != piece->at;
		return;
	}
	e->started = true;
	e->start = piece->at;
	if (e->start > sizeof headers) {
		e->spent = true;
		return;
	}
	push(d, e, 0, headers, e->start);
	e->ambiguous |= e->s.next + e->s.ahead != held + e->start;
}

/* Is the form of a fragment that of one datagram with what has come before? Receivers differ in
 * what they do with one that is not. */
static bool
fits(struct datagram *e, const struct piece *piece, uint32_t end)
{
	if (!piece->first && e->started && piece->at < e->start)
		return false;
	if (piece->more)
		return end % 8 == 0 && !(e->ended && end >= e->total);
	if (e->ended)
		return end == e->total;
	e->ended = true;
	e->total = end;
	return e->s.end <= end;
}

/* Gives the bytes back that were kept for E. */
static void
release(struct datagrams *d, struct datagram *e)
{
	d->blocks -= e->s.blocks;
	stream_drop(d->pool, &e->s);
}

/* Does a fragment have other bytes where the header of the whole datagram before it stood? */
static bool
rewrites(const struct datagram *e, const struct piece *piece)
{
	size_t from = piece->at > e->place ? piece->at : e->place;
	size_t to = piece->at + piece->size, end = e->place + TCP_HEADER;

	if (piece->first && piece->at != e->place)
		return true;
	to = to < end ? to : end;
	return from < to &&
	       memcmp(piece->bytes + (from - piece->at), e->header + (from - e->place), to - from);
}

/* A fragment behind a whole datagram: a receiver that did not take the first copy of its bytes
 * takes these. They are read as a segment of their own, where they would stand. Of another first
 * one, which begins another datagram, that cannot be said. */
static unsigned
read_again(struct datagrams *d, struct datagram *e, const struct piece *piece,
    const uint8_t **whole, size_t *size)
{
	size_t data = e->place + (size_t)(e->header[TCP_OFFSET] >> 4) * 4, end, from;
	unsigned events = rewrites(e, piece) ? DATAGRAM_AMBIGUOUS : 0;
	uint32_t seq;

	if (events && piece->first) {
		e->again = false;
		return 0;
	}
	from = piece->at > data ? piece->at : data;
	end = piece->at + piece->size;
	if (from >= end || end > DATAGRAM_MAX)
		return events;
	memcpy(d->whole, e->header, TCP_HEADER);
	memcpy(&seq, e->header + TCP_SEQ, sizeof seq);
	seq = htonl(ntohl(seq) + (uint32_t)(from - data) + !!(e->header[TCP_FLAGS] & TCP_SYN));
	memcpy(d->whole + TCP_SEQ, &seq, sizeof seq);
	d->whole[TCP_OFFSET] = TCP_HEADER / 4 << 4;
	d->whole[TCP_FLAGS] = TCP_ACK;
	memcpy(d->whole + TCP_HEADER, piece->bytes + (from - piece->at), end - from);
	*whole = d->whole;
	*size = TCP_HEADER + end - from;
	return events | DATAGRAM_WHOLE;
}

/* The datagram is whole: only its header is kept. */
static void
complete(struct datagrams *d, uint32_t n, const uint8_t *whole, size_t size)
{
	struct datagram *e = &d->entry[n];
	uint32_t place = e->start;

	(void)datagram_drop(d, n); /* it is whole */
	e->again = true;
	e->place = place;
	if (size >= TCP_HEADER)
		memcpy(e->header, whole, TCP_HEADER);
}

unsigned
datagram_push(
    struct datagrams *d, uint32_t n, const struct piece *piece, const uint8_t **whole, size_t *size)
{
	struct datagram *e = &d->entry[n];
	size_t end = piece->at + piece->size + piece->missing;
	unsigned events = 0;

	if (e->again && piece->segment && e->header[TCP_OFFSET] >> 4 >= TCP_HEADER / 4)
		events = read_again(d, e, piece, whole, size);
	if (end > DATAGRAM_MAX || !fits(e, piece, (uint32_t)end))
		e->ambiguous = true;
	e->spent |= piece->missing > 0;
	if (piece->first && !e->spent)
		start(d, e, piece);
	if (end <= DATAGRAM_MAX && !e->spent)
		push(d, e, piece->at, piece->bytes, piece->size);
	events |= e->ambiguous ? DATAGRAM_AMBIGUOUS : 0;
	if (!e->spent && !(e->started && e->ended && e->s.next >= e->total && e->total >= e->start))
		return events;
	if (e->spent) {
		release(d, e);
		return events | DATAGRAM_SPENT;
	}
	*whole = d->whole + e->start;
	*size = stream_copy(d->pool, &e->s, d->whole, e->total) - e->start;
	complete(d, n, *whole, *size);
	return events | DATAGRAM_WHOLE;
}

bool
datagram_drop(struct datagrams *d, uint32_t n)
{
	const struct datagram *e = &d->entry[n];
	bool incomplete = !e->again && (e->started || e->ended || e->s.end > 0);

	release(d, &d->entry[n]);
	d->entry[n] = (struct datagram){ .spent = false };
	return incomplete;
}
