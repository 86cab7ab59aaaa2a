/* stream_block.c - see stream_block.h, and stream.h for the pool. */
#include "worker/stream_block.h"

#include <stdlib.h>
#include <string.h>

uint32_t
stream_blocks_of(uint64_t size)
{
	uint64_t n = size / sizeof(struct block);

	return n < INT32_MAX ? (uint32_t)n : INT32_MAX;
}

uint64_t
stream_pool_bytes(uint64_t size)
{
	return sizeof(struct stream_pool) +
	       ((uint64_t)stream_blocks_of(size) + 1) * sizeof(struct block);
}

struct stream_pool *
stream_pool_new(uint64_t size)
{
	uint64_t bytes = stream_pool_bytes(size);
	struct stream_pool *p = bytes <= SIZE_MAX ? calloc(1, (size_t)bytes) : NULL;

	if (p) {
		p->size = stream_blocks_of(size);
		p->fresh = 1;
	}
	return p;
}

void
stream_pool_free(struct stream_pool *p)
{
	free(p);
}

uint32_t
stream_pool_blocks(const struct stream_pool *p)
{
	return p->size;
}

uint32_t
stream_pool_used(const struct stream_pool *p)
{
	return p->used;
}

unsigned
block_find(const struct block *b, unsigned from, bool there)
{
	uint64_t mask = UINT64_MAX << from % 64;

	if (!b->many && from >= b->begin && from < b->end)
		return there ? from : b->end;
	if (!b->many && there)
		return from < b->begin ? b->begin : STREAM_BLOCK;
	if (!b->many)
		return from;
	for (unsigned i = from / 64; i < STREAM_WORDS; i++) {
		uint64_t found = (there ? b->there[i] : ~b->there[i]) & mask;

		if (found)
			return i * 64 + (unsigned)__builtin_ctzll(found);
		mask = UINT64_MAX;
	}
	return STREAM_BLOCK;
}

/* Sets the bits from FROM up to TO, of which there is one at least. */
static void
bits_set(uint64_t *there, unsigned from, unsigned to)
{
	unsigned i = from / 64, last = (to - 1) / 64;
	uint64_t mask = UINT64_MAX << from % 64;

	for (; i < last; i++) {
		there[i] |= mask;
		mask = UINT64_MAX;
	}
	there[i] |= mask & (UINT64_MAX >> (63 - (to - 1) % 64));
}

void
block_put(struct block *b, unsigned from, unsigned to)
{
	if (!b->many && b->begin == b->end) {
		b->begin = (uint16_t)from;
		b->end = (uint16_t)to;
	} else if (!b->many && from == b->end) {
		b->end = (uint16_t)to;
	} else {
		if (!b->many) {
			memset(b->there, 0, sizeof b->there);
			bits_set(b->there, b->begin, b->end);
			b->many = true;
		}
		bits_set(b->there, from, to);
	}
}
