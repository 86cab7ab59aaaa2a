/* datagram.c - see datagram.h. A datagram is a stream whose first byte has number 0 and of which
 * nothing is acknowledged: all of it is kept, and compared.
 */
#include "worker/datagram.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = (DATAGRAM_MAX + STREAM_BLOCK - 1) / STREAM_BLOCK };

struct datagram {
	struct stream s;
	uint32_t start; /* of the transport header; of meaning when `started` */
	uint32_t total; /* bytes; of meaning when `ended` */
	bool started, ended;
	bool ambiguous, spent;
	bool again; /* a whole one was here before */
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

unsigned
datagram_push(
    struct datagrams *d, uint32_t n, const struct piece *piece, const uint8_t **whole, size_t *size)
{
	struct datagram *e = &d->entry[n];
	size_t end = piece->at + piece->size + piece->missing;
	unsigned events;

	if (end > DATAGRAM_MAX || !fits(e, piece, (uint32_t)end))
		e->ambiguous = true;
	e->spent |= piece->missing > 0;
	if (piece->first && !e->spent)
		start(d, e, piece);
	if (end <= DATAGRAM_MAX && !e->spent)
		push(d, e, piece->at, piece->bytes, piece->size);
	events = e->ambiguous ? DATAGRAM_AMBIGUOUS : 0;
	if (!e->spent && !(e->started && e->ended && e->s.next >= e->total && e->total >= e->start))
		return events;
	if (e->spent) {
		release(d, e);
		return events | DATAGRAM_SPENT;
	}
	*whole = d->whole + e->start;
	*size = stream_copy(d->pool, &e->s, d->whole, e->total) - e->start;
	(void)datagram_drop(d, n); /* it is whole */
	e->again = true;
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
