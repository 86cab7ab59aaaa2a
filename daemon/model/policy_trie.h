/* policy_trie.h - the walk down one of an image's tries.
 *
 * Knows: the 4-bit steps, one node a cache line. Owns nothing. Called by the look-ups of
 * model/policy*.c. Never walks further than an address has bits, whatever the nodes say.
 */
#ifndef SEGAUDIT_POLICY_TRIE_H
#define SEGAUDIT_POLICY_TRIE_H

#include "model/policy.h"

/* The leaf of the longest prefix that holds the address, 0 for none. IS4: the trie is one of IPv4,
 * and asks the last 32 bits. */
static inline uint32_t
policy_leaf(const struct policy *p, uint32_t root, const struct addr *a, bool is4)
{
	const struct policy_node *nodes = policy_at(p, p->nodes);
	const uint8_t *b = a->b + (is4 ? 12 : 0), *end = a->b + 16;
	uint32_t slot = TRIE_NODE | root;

	while (b < end) {
		slot = nodes[slot & ~TRIE_NODE].slot[*b >> 4];
		if (!(slot & TRIE_NODE))
			return slot;
		slot = nodes[slot & ~TRIE_NODE].slot[*b++ & 15];
		if (!(slot & TRIE_NODE))
			return slot;
	}
	return 0;
}

#endif
