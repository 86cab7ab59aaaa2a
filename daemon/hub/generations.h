/* generations.h - the policies that the hub still needs: the newest and those before it whose
 * findings may still come.
 *
 * Knows: which generation is mapped where. Owns the mappings. Called by the hub and its peers.
 * Never writes into an image.
 */
#ifndef SEGAUDIT_GENERATIONS_H
#define SEGAUDIT_GENERATIONS_H

#include "model/policy.h"

/* Kept at once. A flow may be told of in the numbers of the generation that judged it, up to 15
 * behind its worker's own (four bits of the flow table); and the worker may be behind by some while
 * reloads follow each other. */
enum { GENERATIONS = 20 };

struct generation {
	const struct policy *policy;
	size_t size;
};

struct generations {
	struct generation g[GENERATIONS]; /* the newest last */
	size_t n;
};

/* Maps a received image of SIZE bytes and makes it the newest; unmaps the oldest of GENERATIONS. 0;
 * -EINVAL: it is no valid policy, or not newer; -errno of mmap. FD stays the caller's. */
int generations_map(struct generations *gs, int fd, size_t size);
void generations_fini(struct generations *gs);

/* The policy of a generation, NULL when it is not mapped. */
const struct policy *generations_of(const struct generations *gs, uint32_t generation);

/* Is it older than all that are mapped? The hub before this one may have had it, or it was unmapped
 * since. */
bool generations_passed(const struct generations *gs, uint32_t generation);

/* The newest policy and the one before it, NULL when there is none. */
const struct policy *generations_newest(const struct generations *gs);
const struct policy *generations_before(const struct generations *gs);

#endif
