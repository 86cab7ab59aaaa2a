/* groups.c - the different address lists of all conduits, and for every address the groups that
 * hold it. */
#include "conf/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

bool
groups_init(struct groups *g, uint32_t count)
{
	size_t size = 64;

	while (size < (size_t)count * 2)
		size *= 2;
	*g = (struct groups){.mask = (uint32_t)(size - 1), .ngroups = 1, .group_size = count + 1};
	g->slot = calloc(size, sizeof *g->slot);
	g->group = calloc(g->group_size, sizeof *g->group);
	return g->slot && g->group;
}

void
groups_fini(struct groups *g)
{
	free(g->prefix);
	free(g->group);
	free(g->slot);
	*g = (struct groups){0};
}

/* IPv4 before IPv6, then by address, then shorter before longer: what holds another comes right
 * before it. */
static int
by_address(const void *a, const void *b)
{
	const struct prefix *p = a, *q = b;
	int order;

	if (p->is4 != q->is4)
		return p->is4 ? -1 : 1;
	order = memcmp(p->addr.b, q->addr.b, sizeof p->addr.b);
	return order ? order : p->len - q->len;
}

static bool
same(const struct prefix *p, const struct prefix *q)
{
	return p->len == q->len && p->is4 == q->is4 && addr_equal(&p->addr, &q->addr);
}

/* Leaves out what another one holds. The list is in order. */
static uint32_t
reduce(struct prefix *list, uint32_t n)
{
	uint32_t kept = 1;

	for (uint32_t i = 1; i < n; i++) {
		const struct prefix *last = &list[kept - 1];

		if (last->is4 == list[i].is4 && prefix_has(last, &list[i].addr))
			continue;
		list[kept++] = list[i];
	}
	return kept;
}

static uint32_t
hash_of(const struct prefix *list, uint32_t n)
{
	uint64_t h = n;

	for (uint32_t i = 0; i < n; i++) {
		h = hash_fold(h ^ list[i].addr.d[0], 0x9e3779b97f4a7c15u);
		h = hash_fold(h ^ list[i].addr.d[1], 0xd1b54a32d192ed03u);
		h = hash_fold(h ^ (list[i].len | (uint64_t)list[i].is4 << 8), 0xa0761d6478bd642fu);
	}
	return (uint32_t)(h ^ h >> 32);
}

static bool
is_group(const struct groups *g, const struct group *group, const struct prefix *list, uint32_t n)
{
	if (group->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!same(&g->prefix[group->first + i], &list[i]))
			return false;
	return true;
}

static bool
reserve(struct groups *g, uint32_t n)
{
	uint32_t size = g->prefix_size ? g->prefix_size : 1024;
	struct prefix *more;

	if (n > UINT32_MAX / 4 || g->nprefixes > UINT32_MAX / 4)
		return false;
	while (size < g->nprefixes + n)
		size *= 2;
	if (size == g->prefix_size)
		return true;
	more = realloc(g->prefix, size * sizeof *more);
	if (!more)
		return false;
	g->prefix = more;
	g->prefix_size = size;
	return true;
}

uint32_t
groups_of(struct groups *g, struct prefix *list, uint32_t n)
{
	uint32_t hash, at;

	if (n > 1) {
		qsort(list, n, sizeof *list, by_address);
		n = reduce(list, n);
	}
	hash = hash_of(list, n);
	for (at = hash & g->mask; g->slot[at]; at = (at + 1) & g->mask) {
		const struct group *known = &g->group[g->slot[at]];

		if (known->hash == hash && is_group(g, known, list, n))
			return g->slot[at];
	}
	if (g->ngroups == g->group_size || !reserve(g, n))
		return 0;
	memcpy(&g->prefix[g->nprefixes], list, n * sizeof *list);
	g->group[g->ngroups] = (struct group){.first = g->nprefixes, .n = n, .hash = hash};
	g->nprefixes += n;
	g->slot[at] = g->ngroups;
	return g->ngroups++;
}

/* What groups_lists() works with; all of it but the caller's goes away with it. */
struct work {
	const struct groups *g;
	uint32_t *order;
	uint32_t *owner; /* group of each prefix */
	uint32_t *head;	 /* per cell: 1 + the prefix added last, 0 for none */
	uint32_t *next;	 /* per prefix: the one before of the same cell, as head */
	uint32_t *slot;	 /* hash table of lists, 0 empty */
	uint32_t mask;
	struct groups_lists *lists;
	uint32_t *value;
};

static bool
work_init(struct work *w, const struct groups *g, struct groups_lists *lists)
{
	size_t n = g->nprefixes + 1, size = 64;

	while (size < n * 2)
		size *= 2;
	*w = (struct work){.g = g, .mask = (uint32_t)(size - 1), .lists = lists};
	w->order = calloc(n, sizeof *w->order);
	w->owner = calloc(n, sizeof *w->owner);
	w->head = calloc(n, sizeof *w->head);
	w->next = calloc(n, sizeof *w->next);
	w->slot = calloc(size, sizeof *w->slot);
	w->value = calloc(n, sizeof *w->value);
	*lists = (struct groups_lists){.n = 1, .size = g->nprefixes * 2 + 64};
	lists->at = calloc(lists->size, sizeof *lists->at);
	return w->order && w->owner && w->head && w->next && w->slot && w->value && lists->at;
}

static void
work_fini(struct work *w)
{
	free(w->order);
	free(w->owner);
	free(w->head);
	free(w->next);
	free(w->slot);
	free(w->value);
}

/* Adds every prefix to the trie, and to its cell's chain: the prefixes of one cell are of one
 * length, so that a chain descends by group. */
static bool
add_prefixes(struct work *w, struct trie *t)
{
	const struct groups *g = w->g;

	for (uint32_t i = 1; i < g->ngroups; i++)
		for (uint32_t k = 0; k < g->group[i].n; k++)
			w->owner[g->group[i].first + k] = i;
	trie_order(g->prefix, g->nprefixes, w->order);
	for (uint32_t i = 0; i < g->nprefixes; i++) {
		uint32_t p = w->order[i], cell = trie_add(t, &g->prefix[p]);

		if (!cell)
			return false;
		w->next[p] = w->head[cell];
		w->head[cell] = p + 1;
	}
	return true;
}

/* Room for a list of N numbers and its count. */
static enum groups_result
make_room(struct groups_lists *l, uint32_t n)
{
	uint64_t need = (uint64_t)l->n + n + 1, size = l->size;
	uint32_t *more;

	if (need > GROUPS_LISTED)
		return GROUPS_TOO_MANY;
	while (size < need)
		size *= 2;
	if (size == l->size)
		return GROUPS_OK;
	more = realloc(l->at, size * sizeof *more);
	if (!more)
		return GROUPS_MEMORY;
	l->at = more;
	l->size = (uint32_t)size;
	return GROUPS_OK;
}

/* The list that begins at START, or an equal one that was there before: then START is free again.
 */
static uint32_t
unique(struct work *w, uint32_t start)
{
	uint32_t *at = w->lists->at, n = at[start] + 1, i;
	uint64_t h = 0;

	for (i = 0; i < n; i++)
		h = hash_fold(h ^ at[start + i], 0x9e3779b97f4a7c15u);
	for (i = (uint32_t)h & w->mask; w->slot[i]; i = (i + 1) & w->mask) {
		if (!memcmp(&at[w->slot[i]], &at[start], n * sizeof *at)) {
			w->lists->n = start;
			return w->slot[i];
		}
	}
	w->slot[i] = start;
	return start;
}

/* The groups of a cell: those of the cell around it and its own. No group is in both, for a group's
 * prefixes do not nest. */
static enum groups_result
list_of(struct work *w, const struct trie *t, uint32_t cell)
{
	struct groups_lists *l = w->lists;
	uint32_t around = w->value[t->cell[cell].parent], own = 0,
		 theirs = around ? l->at[around] : 0;
	enum groups_result r;
	uint32_t *to;

	for (uint32_t p = w->head[cell]; p; p = w->next[p - 1])
		own++;
	r = make_room(l, own + theirs);
	if (r != GROUPS_OK)
		return r;
	to = &l->at[l->n + own + theirs];
	l->at[l->n] = own + theirs;
	for (uint32_t p = w->head[cell]; p;
	     p = w->next[p - 1]) { /* both descending, from the end */
		uint32_t group = w->owner[p - 1];

		while (theirs && l->at[around + theirs] > group)
			*to-- = l->at[around + theirs--];
		*to-- = group;
	}
	while (theirs) {
		*to-- = l->at[around + theirs];
		theirs--;
	}
	own = l->n;
	l->n += l->at[own] + 1;
	w->value[cell] = unique(w, own);
	return GROUPS_OK;
}

enum groups_result
groups_lists(const struct groups *g, struct trie *t, struct groups_lists *lists, uint32_t **value)
{
	enum groups_result r = GROUPS_MEMORY;
	struct work w;

	if (work_init(&w, g, lists) && add_prefixes(&w, t)) {
		r = GROUPS_OK;
		for (uint32_t cell = 1; cell < t->ncells && r == GROUPS_OK; cell++)
			r = list_of(&w, t, cell);
	}
	if (r == GROUPS_OK) {
		*value = w.value;
		w.value = NULL;
	} else {
		free(lists->at);
		lists->at = NULL;
	}
	work_fini(&w);
	return r;
}
