/* policy_slot.h - where the search for a key begins in the hash tables of a policy image.
 *
 * Knows: the mix of the conduit indexes and of the index of tagged lines. Owns nothing. Called by
 * conf/, which fills the tables, and by the look-ups of model/policy*.c. Never depends on a process
 * or a boot: the same configuration gives the same image. The tables are at most half full (two
 * thirds: the one of what has something left open) and probed linearly; their keys come from the
 * administrator, and what is asked of them is zones, groups and a port.
 */
#ifndef SEGAUDIT_POLICY_SLOT_H
#define SEGAUDIT_POLICY_SLOT_H

#include "base/hash.h"
#include "model/policy.h"

/* Bytes of an entry that are its key: all before `conduits`, the padding zero. */
#define POLICY_KEY offsetof(struct policy_entry, conduits)

/* Hash of an entry's key. The caller masks it. */
static inline uint32_t
policy_entry_hash(const struct policy_entry *e)
{
	uint64_t ends = (uint64_t)e->clients << 32 | e->servers;
	uint64_t service = (uint64_t)e->from << 48 | (uint64_t)e->to << 40 |
			   (uint64_t)e->proto << 32 | (uint64_t)e->width << 24 | e->port;
	uint64_t h = hash_fold(ends ^ 0x9e3779b97f4a7c15u, 0xd1b54a32d192ed03u);

	return (uint32_t)hash_fold(h ^ service, 0xa0761d6478bd642fu);
}

/* Is this the entry of the key? */
static inline bool
policy_entry_is(const struct policy_entry *e, const struct policy_entry *key)
{
	return memcmp(e, key, POLICY_KEY) == 0;
}

/* Hash of a tagged line. The caller masks it. */
static inline uint32_t
policy_tagged_hash(uint16_t iface, uint16_t outer, uint16_t inner)
{
	return (uint32_t)hash_fold(
	    (uint64_t)iface << 32 | (uint64_t)outer << 16 | inner, 0x9e3779b97f4a7c15u);
}

#endif
