/* trie.h - building the 4-bit tries of a policy image.
 *
 * Knows: struct policy_node, and that a prefix covers its slots down to the longer ones. Each
 * different prefix gets a *cell*, a number from 1 that says what lies next above it; a leaf holds a
 * cell until trie_finish() puts the caller's values in their place. Owns its nodes and cells.
 * Called by conf/compile*.c and conf/groups.c. Never knows what a value means.
 */
#ifndef SEGAUDIT_TRIE_H
#define SEGAUDIT_TRIE_H

#include "model/policy.h"

struct trie_cell {
	uint32_t parent; /* the cell of the longest prefix around it, 0 for none */
	uint8_t len;	 /* as in struct prefix */
};

struct trie {
	struct policy_node *node;
	uint32_t nnodes, node_size;
	struct trie_cell *cell; /* cell 0 is no cell */
	uint32_t ncells, cell_size;
};

enum { TRIE_ROOT4 = 0, TRIE_ROOT6 = 1 };

/* An empty trie. False when there is no memory. */
bool trie_init(struct trie *t);
void trie_fini(struct trie *t);

/* Fills ORDER with 0..N-1 so that prefixes come by length, shorter first, equal ones as they were:
 * what trie_add() wants. */
void trie_order(const struct prefix *p, uint32_t n, uint32_t *order);

/* Adds a prefix, no shorter than any added before, and returns its cell; the same for an equal one.
 * 0 when there is no memory. */
uint32_t trie_add(struct trie *t, const struct prefix *p);

/* Where a prefix lies. */
struct trie_place {
	uint32_t cell; /* of the longest prefix added that holds it whole, 0 for none */
	uint32_t base; /* of the longest that holds its first address */
	bool mixed;    /* longer ones lie inside it */
};

struct trie_place trie_place(const struct trie *t, const struct prefix *p);

/* Puts VALUE[cell] in place of every cell, and adds FIRST to every node number. */
void trie_finish(struct trie *t, const uint32_t *value, uint32_t first);

#endif
