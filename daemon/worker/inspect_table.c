/* inspect_table.c - see inspect.h: places for connections, in the order of their last packet. */
#include "worker/inspect.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "worker/flow.h"

static uint64_t
slots_bytes(uint64_t total)
{
	return total / INSPECT_SHARE;
}

static uint32_t
slots_of(uint64_t total)
{
	uint64_t n = slots_bytes(total) / sizeof(struct inspection);

	return n < 1 ? 1 : n > FLOW_MAX ? FLOW_MAX : (uint32_t)n;
}

uint64_t
inspect_bytes(uint32_t flows, uint32_t fragments, uint64_t total)
{
	return ((uint64_t)flows + 1) * sizeof(struct inspect_flow) +
	       ((uint64_t)slots_of(total) + 1) * sizeof(struct inspection) +
	       stream_pool_bytes(total - slots_bytes(total)) + datagrams_bytes(fragments) +
	       opening_bytes();
}

/* Asks for large pages behind a table whose entries are large: each connection touches some of the
 * small ones, and all of them for the first time cost more than what was read. No such pages: no
 * harm. */
static void
ask_large_pages(void *at, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)at + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)at + size) / page * page;

	if (at && from < to)
		(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

bool
inspect_init(struct inspect_table *t, uint32_t flows, uint32_t fragments, uint64_t total)
{
	*t = (struct inspect_table){ .size = slots_of(total) };
	t->flow = calloc((size_t)flows + 1, sizeof *t->flow);
	t->slot = calloc((size_t)t->size + 1, sizeof *t->slot);
	ask_large_pages(t->slot, ((size_t)t->size + 1) * sizeof *t->slot);
	t->pool = stream_pool_new(total - slots_bytes(total));
	t->datagrams = t->pool ? datagrams_new(t->pool, fragments) : NULL;
	return opening_init(&t->openings) && t->flow && t->slot && t->datagrams;
}

void
inspect_fini(struct inspect_table *t)
{
	opening_fini(&t->openings);
	datagrams_free(t->datagrams);
	stream_pool_free(t->pool);
	free(t->slot);
	free(t->flow);
	*t = (struct inspect_table){ .flow = NULL };
}

static void
list_remove(struct inspect_table *t, const struct inspection *i)
{
	if (i->older)
		t->slot[i->older].newer = i->newer;
	else
		t->oldest = i->newer;
	if (i->newer)
		t->slot[i->newer].older = i->older;
	else
		t->newest = i->older;
}

static void
list_append(struct inspect_table *t, struct inspection *i)
{
	uint32_t slot = (uint32_t)(i - t->slot);

	i->older = t->newest;
	i->newer = 0;
	if (t->newest)
		t->slot[t->newest].newer = slot;
	else
		t->oldest = slot;
	t->newest = slot;
}

bool
inspect_full(const struct inspect_table *t)
{
	return !t->free && t->used == t->size;
}

struct inspection *
inspect_slot_new(struct inspect_table *t)
{
	struct inspection *i;

	if (t->free) {
		i = &t->slot[t->free];
		t->free = i->older;
	} else {
		i = &t->slot[++t->used];
	}
	memset(i->side, 0, sizeof i->side);
	list_append(t, i);
	return i;
}

void
inspect_slot_free(struct inspect_table *t, struct inspection *i)
{
	stream_drop(t->pool, &i->side[0]);
	stream_drop(t->pool, &i->side[1]);
	list_remove(t, i);
	i->flow = FLOW_NONE;
	i->older = t->free;
	t->free = (uint32_t)(i - t->slot);
}

void
inspect_slot_used(struct inspect_table *t, struct inspection *i)
{
	if (t->newest == (uint32_t)(i - t->slot))
		return;
	list_remove(t, i);
	list_append(t, i);
}
