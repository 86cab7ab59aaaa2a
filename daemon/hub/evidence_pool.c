/* evidence_pool.c - see evidence_pool.h.
 *
 * The memory is a ring of items; positions are bytes ever written. An item that would not lie in
 * one piece goes to the beginning, behind a filler. Items of one bucket are a list in the order of
 * their coming, so that the oldest item of all is the first of its list.
 */
#include "hub/evidence_pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT = 16, BUCKETS = 4096 };

#define NOWHERE UINT64_MAX

struct item {
	/* One unit: all that a filler has. */
	uint32_t size; /* of the item, a multiple of UNIT */
	bool filler, taken;
	nstime put;
	uint64_t incident;
	uint64_t next; /* position in the list, or NOWHERE */
	struct evidence_frame f;
};

_Static_assert(offsetof(struct item, incident) == UNIT, "a filler is one unit");

struct list {
	uint64_t first, last;
};

struct evidence_pool {
	uint8_t *memory;
	uint64_t size, head, tail;
	struct list bucket[BUCKETS];
};

size_t
evidence_pool_bytes(size_t size)
{
	return sizeof(struct evidence_pool) + size;
}

struct evidence_pool *
evidence_pool_new(size_t size)
{
	struct evidence_pool *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->size = size;
	p->memory = aligned_alloc(UNIT, size);
	for (size_t i = 0; i < BUCKETS; i++)
		p->bucket[i] = (struct list){ NOWHERE, NOWHERE };
	if (!p->memory) {
		free(p);
		return NULL;
	}
	memset(p->memory, 0xff, size); /* what a storm fills is ours from the start */
	return p;
}

void
evidence_pool_free(struct evidence_pool *p)
{
	if (p)
		free(p->memory);
	free(p);
}

static struct item *
item_at(const struct evidence_pool *p, uint64_t at)
{
	return (struct item *)(void *)(p->memory + (at & (p->size - 1)));
}

static struct list *
list_of(struct evidence_pool *p, uint64_t incident)
{
	return &p->bucket[incident % BUCKETS];
}

static void
drop_oldest(struct evidence_pool *p)
{
	const struct item *i = item_at(p, p->tail);
	struct list *l;

	p->tail += i->size;
	if (i->filler)
		return;
	l = list_of(p, i->incident);
	l->first = i->next;
	if (l->first == NOWHERE)
		l->last = NOWHERE;
}

/* The next SIZE bytes, from which the oldest items gave way. */
static struct item *
make(struct evidence_pool *p, uint32_t size)
{
	struct item *i;

	while (p->head + size - p->tail > p->size)
		drop_oldest(p);
	i = item_at(p, p->head);
	p->head += size;
	return i;
}

void
evidence_pool_put(struct evidence_pool *p, uint64_t incident, const struct evidence_frame *f,
    const uint8_t *bytes, nstime now)
{
	uint32_t size = (uint32_t)(sizeof(struct item) + f->caplen + UNIT - 1) & ~(UNIT - 1u);
	uint64_t to_end = p->size - (p->head & (p->size - 1)), at;
	struct list *l = list_of(p, incident);
	struct item *i;

	if (size > to_end) {
		i = make(p, (uint32_t)to_end);
		i->size = (uint32_t)to_end;
		i->filler = true;
		i->put = now;
	}
	at = p->head;
	i = make(p, size);
	*i = (struct item){
		.incident = incident, .next = NOWHERE, .put = now, .size = size, .f = *f
	};
	memcpy(i + 1, bytes, f->caplen);
	if (l->last == NOWHERE)
		l->first = at;
	else
		item_at(p, l->last)->next = at;
	l->last = at;
}

void
evidence_pool_expire(struct evidence_pool *p, nstime before)
{
	while (p->tail != p->head && item_at(p, p->tail)->put < before)
		drop_oldest(p);
}

void
evidence_pool_take(struct evidence_pool *p, uint64_t incident, evidence_pool_each *each, void *ctx)
{
	for (uint64_t at = list_of(p, incident)->first; at != NOWHERE;) {
		struct item *i = item_at(p, at);

		at = i->next;
		if (i->incident != incident || i->taken)
			continue;
		i->taken = true;
		each(ctx, &i->f, (const uint8_t *)(i + 1));
	}
}
