#include "conf/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Each chunk is twice as large as the one before, up to MOST. */
enum { CHUNK = 1 << 20, MOST = 16 << 20, ALIGN = 8 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of the mapping */
	_Alignas(ALIGN) char bytes[];
};

struct arena *
arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *a)
{
	struct arena_chunk *c, *next;

	if (!a)
		return;
	for (c = a->chunks; c; c = next) {
		next = c->next;
		(void)munmap(c, c->size); /* it is a mapping of ours: this cannot fail */
	}
	free(a);
}

/* A new chunk with ROOM bytes, zeroed, at the front of the list. Not from malloc: between the many
 * small pieces of the parser's tree it would keep the heap from shrinking, and make freeing the
 * tree three times as slow. */
static char *
new_chunk(struct arena *a, size_t room)
{
	struct arena_chunk *c;
	void *p = MAP_FAILED;

	if (room <= SIZE_MAX - sizeof *c)
		p = mmap(NULL, sizeof *c + room, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		a->failed = true;
		return NULL;
	}
	if (room >= 4 * CHUNK)
		(void)madvise(p, sizeof *c + room, MADV_HUGEPAGE); /* only faster */
	c = p;
	c->next = a->chunks;
	c->size = sizeof *c + room;
	a->chunks = c;
	return c->bytes;
}

/* SIZE zeroed bytes at a multiple of ALIGNED. A large piece has a chunk to itself, and what is free
 * elsewhere stays free. */
static char *
take(struct arena *a, size_t size, size_t aligned)
{
	size_t skip = -(size_t)(uintptr_t)a->at & (aligned - 1), left = (size_t)(a->end - a->at);
	char *piece;

	if (skip <= left && size <= left - skip) {
		piece = a->at + skip;
		a->at = piece + size;
		return piece;
	}
	if (size > CHUNK / 4)
		return new_chunk(a, size);
	if (a->room < MOST)
		a->room = a->room ? a->room * 2 : CHUNK;
	piece = new_chunk(a, a->room);
	if (!piece)
		return NULL;
	a->at = piece + size;
	a->end = piece + a->room;
	return piece;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
	size_t all;

	if (n == 0 || size == 0)
		return NULL;
	if (__builtin_mul_overflow(n, size, &all)) {
		a->failed = true;
		return NULL;
	}
	return take(a, all, ALIGN);
}

char *
arena_copy(struct arena *a, const char *text, size_t size)
{
	char *copy;

	if (size == SIZE_MAX) {
		a->failed = true;
		return NULL;
	}
	copy = take(a, size + 1, 1);
	return copy ? memcpy(copy, text, size) : NULL;
}
