/* trie.c - building the 4-bit tries of a policy image. */
#include "conf/trie.h"

#include <assert.h>
#include <stdlib.h>

/* One more node, all slots SLOT. Its number, or 0 when there is no memory: 0 is a root and never
 * anybody's child. */
static uint32_t
node_new(struct trie *t, uint32_t slot)
{
	if (t->nnodes == t->node_size) {
		uint32_t size = t->node_size ? t->node_size * 2 : 256;
		struct policy_node *more = realloc(t->node, size * sizeof *more);

		if (!more || size >= TRIE_NODE / 2)
			return 0;
		t->node = more;
		t->node_size = size;
	}
	for (int i = 0; i < 16; i++)
		t->node[t->nnodes].slot[i] = slot;
	return t->nnodes++;
}

static uint32_t
cell_new(struct trie *t, uint32_t parent, uint8_t len)
{
	if (t->ncells == t->cell_size) {
		uint32_t size = t->cell_size ? t->cell_size * 2 : 256;
		struct trie_cell *more = realloc(t->cell, size * sizeof *more);

		if (!more)
			return 0;
		t->cell = more;
		t->cell_size = size;
	}
	t->cell[t->ncells] = (struct trie_cell){.parent = parent, .len = len};
	return t->ncells++;
}

bool
trie_init(struct trie *t)
{
	*t = (struct trie){0};
	(void)node_new(t, 0); /* the roots, and the cell that is none: seen by the numbers below */
	(void)node_new(t, 0);
	(void)cell_new(t, 0, 0);
	return t->nnodes == 2 && t->ncells == 1;
}

void
trie_fini(struct trie *t)
{
	free(t->node);
	free(t->cell);
	*t = (struct trie){0};
}

void
trie_order(const struct prefix *p, uint32_t n, uint32_t *order)
{
	uint32_t start[130] = {0};

	for (uint32_t i = 0; i < n; i++)
		start[p[i].len + 1]++;
	for (int len = 1; len < 130; len++)
		start[len] += start[len - 1];
	for (uint32_t i = 0; i < n; i++)
		order[start[p[i].len]++] = i;
}

/* Where a walk down a prefix ends: the slots of its last, perhaps only partly asked, four bits. */
struct end {
	uint32_t node;
	uint32_t slot, n; /* the first slot and how many */
};

static uint32_t
nibble(const struct prefix *p, unsigned depth)
{
	uint8_t byte = p->addr.b[(p->is4 ? 12 : 0) + depth / 2];

	return depth & 1 ? byte & 15 : byte >> 4;
}

/* The length in the trie of its family. */
static unsigned
bits_of(const struct prefix *p)
{
	return p->is4 ? p->len - 96u : p->len;
}

static struct end
end_at(const struct prefix *p, uint32_t node, unsigned depth)
{
	unsigned rest = bits_of(p) - 4 * depth; /* 1..4; 0 for the prefix of all */
	uint32_t n = 16u >> rest;

	return (struct end){.node = node, .slot = nibble(p, depth) & ~(n - 1), .n = n};
}

uint32_t
trie_add(struct trie *t, const struct prefix *p)
{
	uint32_t at = p->is4 ? TRIE_ROOT4 : TRIE_ROOT6, cell;
	unsigned depth = 0;
	struct end end;

	for (; bits_of(p) > 4 * (depth + 1); depth++) {
		uint32_t i = nibble(p, depth), slot = t->node[at].slot[i];

		if (!(slot & TRIE_NODE)) {
			uint32_t child = node_new(t, slot);

			if (!child)
				return 0;
			slot = TRIE_NODE | child;
			t->node[at].slot[i] = slot;
		}
		at = slot & ~TRIE_NODE;
	}
	end = end_at(p, at, depth);
	cell = t->node[at].slot[end.slot];
	assert(!(cell & TRIE_NODE)); /* nothing longer was added before */
	if (cell && t->cell[cell].len == p->len)
		return cell;
	cell = cell_new(t, cell, p->len);
	for (uint32_t i = 0; i < end.n; i++)
		t->node[at].slot[end.slot + i] = cell;
	return cell;
}

struct trie_place
trie_place(const struct trie *t, const struct prefix *p)
{
	uint32_t at = p->is4 ? TRIE_ROOT4 : TRIE_ROOT6, slot = 0;
	struct trie_place place = {0};
	struct end end;
	unsigned depth = 0;

	for (; bits_of(p) > 4 * (depth + 1); depth++) {
		slot = t->node[at].slot[nibble(p, depth)];
		if (!(slot & TRIE_NODE)) {
			place.cell = place.base = slot;
			return place;
		}
		at = slot & ~TRIE_NODE;
	}
	end = end_at(p, at, depth);
	slot = t->node[at].slot[end.slot];
	for (uint32_t i = 0; i < end.n; i++)
		place.mixed =
		    place.mixed || t->node[at].slot[end.slot + i] != slot || slot & TRIE_NODE;
	while (slot & TRIE_NODE) /* its first address: the other bits are zero */
		slot = t->node[slot & ~TRIE_NODE].slot[0];
	place.base = place.cell = slot;
	while (place.cell && t->cell[place.cell].len > p->len)
		place.cell = t->cell[place.cell].parent;
	return place;
}

void
trie_finish(struct trie *t, const uint32_t *value, uint32_t first)
{
	for (uint32_t n = 0; n < t->nnodes; n++) {
		for (int i = 0; i < 16; i++) {
			uint32_t *slot = &t->node[n].slot[i];

			*slot = *slot & TRIE_NODE ? *slot + first : value[*slot];
		}
	}
}
