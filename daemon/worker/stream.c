/* stream.c - see stream.h. TCP as of RFC 9293, 3.4 and 3.10.7. */
#include "worker/stream.h"

#include <string.h>

#include "worker/stream_block.h"

/* A segment, or the end, being worked on. */
struct work {
	struct stream_pool *pool;
	struct stream *s;
	uint32_t most;
	unsigned events;
	stream_take *take;
	void *ctx;
};

/* The C library's own, which is chosen for the machine: where the compiler knows that there are
 * some hundred bytes it puts string instructions in place, and these take long to begin. Measured:
 * a third of what a segment in order costs here. */
static __attribute__((noinline)) void
copy(uint8_t *to, const uint8_t *from, size_t size)
{
	memcpy(to, from, size);
}

/* The last block that begins at OFFSET or before it, or 0. */
static uint32_t
block_before(const struct stream_pool *p, const struct stream *s, uint64_t offset)
{
	uint32_t n = s->at;

	if (n == 0 || p->block[s->first].offset > offset)
		return 0;
	if (p->block[s->last].offset <= offset)
		return s->last;
	if (offset < p->block[n].offset &&
	    offset - p->block[s->first].offset < p->block[n].offset - offset)
		n = s->first;
	while (p->block[n].offset > offset)
		n = p->block[n].prev;
	for (uint32_t next = p->block[n].next; next && p->block[next].offset <= offset;
	     next = p->block[n].next)
		n = next;
	return n;
}

/* The block that holds the place OFFSET, or 0. */
static uint32_t
block_of(const struct stream_pool *p, struct stream *s, uint64_t offset)
{
	uint32_t n = block_before(p, s, offset);

	if (n == 0 || offset - p->block[n].offset >= STREAM_BLOCK)
		return 0;
	s->at = n;
	return n;
}

/* Takes a free block of the pool, which has one, into the stream. Returns its number. */
static uint32_t
block_add(struct stream_pool *p, struct stream *s, uint64_t offset)
{
	uint32_t before = block_before(p, s, offset), n = p->free;
	struct block *b;

	if (n)
		p->free = p->block[n].next;
	else
		n = p->fresh++;
	b = &p->block[n];
	b->offset = offset;
	b->prev = before;
	b->next = before ? p->block[before].next : s->first;
	b->begin = b->end = 0;
	b->many = false;
	*(before ? &p->block[before].next : &s->first) = n;
	*(b->next ? &p->block[b->next].prev : &s->last) = n;
	s->at = n;
	s->blocks++;
	p->used++;
	return n;
}

/* The first block goes. */
static void
block_release(struct stream_pool *p, struct stream *s)
{
	uint32_t n = s->first;
	struct block *b = &p->block[n];
	uint64_t to = b->offset + STREAM_BLOCK;

	if (to > s->next)
		to = s->next;
	if (s->floor < to)
		s->floor = to;
	s->first = b->next;
	*(b->next ? &p->block[b->next].prev : &s->last) = 0;
	if (s->at == n)
		s->at = b->next;
	b->next = p->free;
	p->free = n;
	s->blocks--;
	p->used--;
}

/* Was all that the first block has room for delivered, or given up? */
static bool
first_is_delivered(const struct stream_pool *p, const struct stream *s)
{
	return s->first && p->block[s->first].offset + STREAM_BLOCK <= s->next;
}

/* Blocks go that need not be kept. */
static void
trim(struct stream_pool *p, struct stream *s)
{
	uint64_t to = s->acked < s->next ? s->acked : s->next;

	if (!s->heard && s->next > STREAM_KEPT)
		to = s->next - STREAM_KEPT;
	while (s->first && p->block[s->first].offset + STREAM_BLOCK <= to)
		block_release(p, s);
	while (s->first && s->ahead == 0 && s->acked >= s->next)
		block_release(p, s);
}

/* The block for the place OFFSET: a new one if need be, for which the oldest delivered one may have
 * to go; 0 when there is none. */
static uint32_t
block_for(struct work *w, uint64_t offset)
{
	struct stream_pool *p = w->pool;
	struct stream *s = w->s;
	uint32_t n = block_of(p, s, offset);

	if (n)
		return n;
	if ((s->blocks >= w->most || p->used >= p->size) && first_is_delivered(p, s))
		block_release(p, s);
	if (s->blocks >= w->most || p->used >= p->size)
		return 0;
	return block_add(p, s, offset - offset % STREAM_BLOCK);
}

/* Delivers what is held from `next` on. */
static void
deliver_held(struct work *w)
{
	struct stream *s = w->s;

	while (s->ahead > 0) {
		uint32_t n = block_of(w->pool, s, s->next);
		const struct block *b = &w->pool->block[n];
		unsigned from = (unsigned)(s->next % STREAM_BLOCK), to;

		if (n == 0)
			return;
		to = block_find(b, from, false);
		if (to == from)
			return;
		s->next += to - from;
		s->ahead -= to - from;
		w->take(w->ctx, b->bytes + from, to - from);
	}
}

/* Delivers bytes of the frame that are in order, and of which no copy is held. */
static void
deliver(struct work *w, const uint8_t *bytes, size_t size)
{
	w->s->next += size;
	w->take(w->ctx, bytes, size);
}

/* The offset of the first byte that is held and not delivered; there must be one. */
static uint64_t
held_first(const struct work *w)
{
	const struct stream_pool *p = w->pool;
	const struct stream *s = w->s;
	uint32_t n = block_before(p, s, s->next);

	if (n == 0)
		n = s->first;
	for (; n; n = p->block[n].next) {
		const struct block *b = &p->block[n];
		unsigned from = 0, found;

		if (s->next > b->offset)
			from = s->next - b->offset < STREAM_BLOCK ?
				   (unsigned)(s->next - b->offset) :
				   STREAM_BLOCK;
		found = from < STREAM_BLOCK ? block_find(b, from, true) : STREAM_BLOCK;
		if (found < STREAM_BLOCK)
			return b->offset + found;
	}
	return s->next;
}

/* Gives up the hole at `next`, up to TO or to the first byte that is held. What is held from there
 * on is delivered. */
static void
give_up(struct work *w, uint64_t to)
{
	struct stream *s = w->s;
	uint64_t held = s->ahead > 0 ? held_first(w) : to, size;

	if (held < to)
		to = held;
	size = to - s->next;
	s->next = to;
	w->events |= STREAM_LOST;
	w->take(w->ctx, NULL, (size_t)size);
	deliver_held(w);
}

/* A second copy of bytes that are held: are they the same? Acknowledged ones need not be. */
static void
compare(struct work *w, uint64_t offset, const uint8_t *held, const uint8_t *bytes, size_t size)
{
	uint64_t acked = w->s->acked;
	size_t skip = 0;

	if (acked > offset)
		skip = acked - offset < size ? (size_t)(acked - offset) : size;
	if (memcmp(held + skip, bytes + skip, size - skip) != 0)
		w->events |= STREAM_OVERLAP;
}

/* Bytes that were delivered, or given up, come again. */
static void
push_old(struct work *w, uint64_t offset, const uint8_t *bytes, size_t size)
{
	struct stream *s = w->s;

	if (offset < s->floor && offset + size > s->acked && s->acked < s->floor)
		w->events |= STREAM_LIMIT;
	while (size > 0) {
		unsigned from = (unsigned)(offset % STREAM_BLOCK), to;
		size_t part = STREAM_BLOCK - from < size ? STREAM_BLOCK - from : size;
		uint32_t n = block_of(w->pool, s, offset);
		const struct block *b = &w->pool->block[n];

		for (unsigned end = from + (unsigned)part; n && from < end; from = to) {
			from = block_find(b, from, true);
			if (from >= end)
				break;
			to = block_find(b, from, false);
			if (to > end)
				to = end;
			compare(w, b->offset + from, b->bytes + from,
			    bytes + (b->offset + from - offset), to - from);
		}
		offset += part;
		bytes += part;
		size -= part;
	}
}

/* Puts bytes into a block; of those that are there the first copy stays. */
static void
merge(struct work *w, struct block *b, unsigned from, const uint8_t *bytes, size_t size)
{
	unsigned start = from, end = from + (unsigned)size, to;

	for (; from < end; from = to) {
		bool there = block_find(b, from, true) == from;

		to = block_find(b, from, !there);
		if (to > end)
			to = end;
		if (there) {
			compare(w, b->offset + from, b->bytes + from, bytes + (from - start),
			    to - from);
			continue;
		}
		copy(b->bytes + from, bytes + (from - start), to - from);
		block_put(b, from, to);
		w->s->ahead += to - from;
	}
}

/* Takes bytes that are not delivered yet, up to the end of a block. Returns how many. */
static size_t
push_part(struct work *w, uint64_t offset, const uint8_t *bytes, size_t size)
{
	struct stream *s = w->s;
	unsigned from = (unsigned)(offset % STREAM_BLOCK);
	size_t part = STREAM_BLOCK - from < size ? STREAM_BLOCK - from : size;
	uint32_t n = block_for(w, offset);

	if (n) {
		merge(w, &w->pool->block[n], from, bytes, part);
	} else if (offset > s->next) {
		w->events |= STREAM_LIMIT;
		give_up(w, offset);
		return 0;
	} else {
		deliver(w, bytes, part);
		s->floor = s->next;
	}
	deliver_held(w);
	return part;
}

/* Takes bytes in some order. What they fill may deliver what comes behind them, so that the rest of
 * them is old. */
static void
push_new(struct work *w, uint64_t offset, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		uint64_t next = w->s->next;
		size_t part;

		if (offset < next) {
			part = next - offset < size ? (size_t)(next - offset) : size;
			push_old(w, offset, bytes, part);
		} else {
			part = push_part(w, offset, bytes, size);
		}
		offset += part;
		bytes += part;
		size -= part;
		while (w->s->ahead > STREAM_HOLE)
			give_up(w, UINT64_MAX);
	}
}

/* Keeps bytes that were delivered, of which no copy is held. */
static void
keep(struct work *w, uint64_t offset, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		unsigned from = (unsigned)(offset % STREAM_BLOCK);
		size_t part = STREAM_BLOCK - from < size ? STREAM_BLOCK - from : size;
		uint32_t n = block_for(w, offset);

		if (n) {
			struct block *b = &w->pool->block[n];

			copy(b->bytes + from, bytes, part);
			block_put(b, from, from + (unsigned)part);
		} else {
			w->s->floor = offset + part;
		}
		offset += part;
		bytes += part;
		size -= part;
	}
}

void
stream_begin(struct stream *s, uint32_t seq)
{
	s->isn = seq;
	s->begun = true;
}

/* How far a sequence number is from the next byte to deliver. */
static int64_t
distance(const struct stream *s, uint32_t seq)
{
	return (int32_t)(seq - (s->isn + (uint32_t)s->next));
}

/* Takes bytes at OFFSET, and MISSING more behind them. */
static void
push_at(struct work *w, uint64_t offset, const uint8_t *bytes, size_t size, size_t missing)
{
	struct stream *s = w->s;
	uint64_t to = offset + size;

	if (s->end < to + missing)
		s->end = to + missing;
	if (size > 0 && offset < s->next) {
		size_t old = s->next - offset < size ? (size_t)(s->next - offset) : size;

		push_old(w, offset, bytes, old);
		offset += old;
		bytes += old;
		size -= old;
	}
	if (size > 0 && offset == s->next && s->ahead == 0) {
		deliver(w, bytes, size);
		keep(w, offset, bytes, size);
	} else if (size > 0) {
		push_new(w, offset, bytes, size);
	}
	while (s->next >= to && s->next < to + missing)
		give_up(w, to + missing);
}

unsigned
stream_push(struct stream_pool *p, struct stream *s, uint32_t seq, const uint8_t *bytes,
    size_t size, size_t missing, uint32_t most, stream_take *take, void *ctx)
{
	struct work w = { .pool = p, .s = s, .most = most, .take = take, .ctx = ctx };
	int64_t away = distance(s, seq);
	uint64_t next = s->next;

	if (size + missing == 0)
		return 0;
	if (away < -STREAM_WINDOW || away > STREAM_WINDOW)
		return STREAM_OUTSIDE;
	if (away == -1 && size == 1 && missing == 0 && !s->heard)
		return 0; /* a keep-alive, as far as one side can tell */
	if (away < 0 && (uint64_t)-away > s->next) {
		uint64_t before = (uint64_t)-away - s->next, none = before < size ? before : size;

		if (none > 0)
			bytes += none;
		size -= (size_t)none;
		before -= none;
		missing -= before < missing ? (size_t)before : missing;
		away = -(int64_t)s->next;
	}
	push_at(&w, (uint64_t)((int64_t)s->next + away), bytes, size, missing);
	if (!s->heard || s->acked > next)
		trim(p, s);
	return w.events;
}

void
stream_acked(struct stream_pool *p, struct stream *s, uint32_t seq)
{
	int64_t offset = (int64_t)s->next + distance(s, seq);

	s->heard = true;
	if (offset > (int64_t)s->end + 1 && offset > (int64_t)s->claimed && s->begun)
		s->claimed = (uint64_t)offset;
	if (offset <= (int64_t)s->acked || offset > (int64_t)s->end + 1)
		return;
	s->acked = (uint64_t)offset < s->end ? (uint64_t)offset : s->end;
	trim(p, s);
}

unsigned
stream_end(struct stream_pool *p, struct stream *s, stream_take *take, void *ctx)
{
	struct work w = { .pool = p, .s = s, .take = take, .ctx = ctx };

	while (s->next < s->end)
		give_up(&w, s->end);
	stream_drop(p, s);
	return w.events;
}

void
stream_drop(struct stream_pool *p, struct stream *s)
{
	if (s->first) {
		p->block[s->last].next = p->free;
		p->free = s->first;
		p->used -= s->blocks;
	}
	s->first = s->last = s->at = s->blocks = s->ahead = 0;
	s->floor = s->next;
}

size_t
stream_copy(const struct stream_pool *p, const struct stream *s, uint8_t *to, size_t size)
{
	size_t done = 0;

	for (uint32_t n = s->first; n && p->block[n].offset == done && done < size;
	     n = p->block[n].next) {
		unsigned part = block_find(&p->block[n], 0, false);

		if (part > size - done)
			part = (unsigned)(size - done);
		memcpy(to + done, p->block[n].bytes, part);
		done += part;
		if (done % STREAM_BLOCK)
			break;
	}
	return done;
}
