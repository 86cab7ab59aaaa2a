/* groups.h - the different address lists of all conduits, numbered, and for every address the
 * groups that hold it.
 *
 * Knows: when two lists hold the same addresses, and how lists of groups nest. Owns the groups'
 * prefixes. Called by conf/compile*.c. Never knows whose list it is.
 */
#ifndef SEGAUDIT_GROUPS_H
#define SEGAUDIT_GROUPS_H

#include "conf/trie.h"

struct group {
	uint32_t first, n; /* its prefixes */
	uint32_t hash;
};

struct groups {
	struct prefix *prefix; /* of all groups, one after the other */
	uint32_t nprefixes, prefix_size;
	struct group *group; /* group 0 is the whole zone and has none */
	uint32_t ngroups, group_size;
	uint32_t *slot; /* hash table of group numbers */
	uint32_t mask;
};

/* No groups; at most COUNT lists will be asked for. False when there is no memory. */
bool groups_init(struct groups *g, uint32_t count);
void groups_fini(struct groups *g);

/* The group of a list of N prefixes, at least one; LIST is put in order, and what another of its
 * prefixes holds is left out. The order and repetitions of a list do not matter. 0 when there is no
 * memory. */
uint32_t groups_of(struct groups *g, struct prefix *list, uint32_t n);

/* Lists of groups: at[0] unused, then for every list a count and the group numbers, ascending. */
struct groups_lists {
	uint32_t *at;
	uint32_t n, size;
};

enum groups_result { GROUPS_OK, GROUPS_MEMORY, GROUPS_TOO_MANY };

/* Builds the trie of all groups' prefixes, and the lists; *VALUE[cell] is where a cell's list
 * begins in at[]. The caller frees *VALUE and at[]. GROUPS_TOO_MANY: the lists together would have
 * more than GROUPS_LISTED numbers, for too many lists lie around each other. */
enum groups_result groups_lists(const struct groups *g, struct trie *t, struct groups_lists *lists,
				uint32_t **value);

enum { GROUPS_LISTED = 1 << 26 };

#endif
