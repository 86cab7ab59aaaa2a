/* heap.c - see heap.h. */
#include "hub/heap.h"

#include <stdlib.h>

bool
heap_init(struct heap *h, uint32_t size)
{
	*h = (struct heap){ .item = calloc(size, sizeof *h->item),
		.place = calloc(size, sizeof *h->place) };
	if (h->item && h->place)
		return true;
	heap_fini(h);
	return false;
}

size_t
heap_bytes(uint32_t size)
{
	const struct heap *h = NULL;

	return size * (sizeof *h->item + sizeof *h->place);
}

void
heap_fini(struct heap *h)
{
	free(h->item);
	free(h->place);
	*h = (struct heap){ 0 };
}

bool
heap_before(const struct heap_item *a, const struct heap_item *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
set(struct heap *h, uint32_t place, struct heap_item item)
{
	h->item[place] = item;
	h->place[item.number] = place + 1;
}

/* Finds the place for ITEM from a free one on, upwards or downwards. */
static void
settle(struct heap *h, uint32_t place, struct heap_item item)
{
	while (place > 0 && heap_before(&item, &h->item[(place - 1) / 2])) {
		set(h, place, h->item[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	for (;;) {
		uint32_t child = 2 * place + 1;

		if (child + 1 < h->used && heap_before(&h->item[child + 1], &h->item[child]))
			child++;
		if (child >= h->used || !heap_before(&h->item[child], &item))
			break;
		set(h, place, h->item[child]);
		place = child;
	}
	set(h, place, item);
}

void
heap_put(struct heap *h, uint32_t number, nstime at, uint64_t order)
{
	uint32_t place = h->place[number] ? h->place[number] - 1 : h->used++;

	settle(h, place, (struct heap_item){ .at = at, .order = order, .number = number });
}

void
heap_remove(struct heap *h, uint32_t number)
{
	uint32_t place = h->place[number];
	struct heap_item last;

	if (place == 0)
		return;
	h->place[number] = 0;
	last = h->item[--h->used];
	if (last.number != number)
		settle(h, place - 1, last);
}
