/* heap.h - numbered things in the order of a moment each: the earliest first, of equals the one
 * that came first.
 *
 * Knows: a binary heap, and where in it each number stands. Owns its arrays, allocated at the
 * start. Called by hub/incident and hub/storm. Never allocates afterwards.
 */
#ifndef SEGAUDIT_HEAP_H
#define SEGAUDIT_HEAP_H

#include "base/nstime.h"

struct heap_item {
	nstime at;
	uint64_t order; /* decides between equal moments */
	uint32_t number;
};

struct heap {
	struct heap_item *item; /* [used], the earliest first */
	uint32_t *place;	/* by number: its place in item + 1, 0 when it is not there */
	uint32_t used;
};

/* A heap for numbers 0 .. SIZE - 1. False when there is no memory. */
bool heap_init(struct heap *h, uint32_t size);

/* Bytes that it takes. */
size_t heap_bytes(uint32_t size);
void heap_fini(struct heap *h);

/* Puts a number in, or moves it to another moment. */
void heap_put(struct heap *h, uint32_t number, nstime at, uint64_t order);

/* Takes a number out, if it is there. */
void heap_remove(struct heap *h, uint32_t number);

/* Does A come before B? */
bool heap_before(const struct heap_item *a, const struct heap_item *b);

/* The earliest, or NULL. Valid until the next change. */
static inline const struct heap_item *
heap_top(const struct heap *h)
{
	return h->used ? h->item : NULL;
}

#endif
