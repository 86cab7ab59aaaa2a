/* stream_block.h - the blocks of which a stream's bytes are held, and their pool.
 *
 * Knows: which bytes of a block are there. Of stream.c, which puts blocks in order and decides what
 * they hold, and of stream_block.c alone.
 */
#ifndef SEGAUDIT_STREAM_BLOCK_H
#define SEGAUDIT_STREAM_BLOCK_H

#include "worker/stream.h"

enum { STREAM_WORDS = STREAM_BLOCK / 64 };

/* A piece of a direction that begins at a multiple of STREAM_BLOCK. Blocks are known by numbers
 * from 1 on. */
struct block {
	uint64_t offset;
	uint32_t prev, next; /* by offset; `next` also in the list of free blocks */
	uint16_t begin, end; /* the run of bytes that are there */
	bool many;	     /* there is more than one run: the bits say what is there */
	uint64_t there[STREAM_WORDS];
	uint8_t bytes[STREAM_BLOCK];
};

struct stream_pool {
	uint32_t size;
	uint32_t used;
	uint32_t free;	/* first of the list of free blocks */
	uint32_t fresh; /* blocks from here on were never used */
	struct block block[];
};

/* The first byte from FROM on that is there, or is not, as THERE says; or STREAM_BLOCK. */
unsigned block_find(const struct block *b, unsigned from, bool there);

/* The bytes from FROM up to TO, of which there is one at least and none was there, are there now.
 */
void block_put(struct block *b, unsigned from, unsigned to);

#endif
