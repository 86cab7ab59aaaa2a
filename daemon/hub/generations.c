/* generations.c - see generations.h. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "hub/generations.h"

static void
unmap(struct generation *g)
{
	(void)munmap((void *)(uintptr_t)g->policy, g->size); /* cannot fail on a mapping of ours */
}

int
generations_map(struct generations *gs, int fd, size_t size)
{
	const struct policy *newest = generations_newest(gs);
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (size < sizeof(struct policy) || st.st_size < 0 || (uint64_t)st.st_size < size)
		return -EINVAL;
	/* Private: before Linux 6.7 a shared mapping of a memfd that is sealed against writing is
	 * refused. */
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	const struct policy *p = at;
	if (!policy_valid(p, size) || (newest && p->generation <= newest->generation)) {
		(void)munmap(at, size);
		return -EINVAL;
	}
	if (gs->n == GENERATIONS) {
		unmap(&gs->g[0]);
		memmove(gs->g, gs->g + 1, --gs->n * sizeof *gs->g);
	}
	gs->g[gs->n++] = (struct generation){ .policy = p, .size = size };
	return 0;
}

void
generations_fini(struct generations *gs)
{
	for (size_t i = 0; i < gs->n; i++)
		unmap(&gs->g[i]);
	gs->n = 0;
}

const struct policy *
generations_of(const struct generations *gs, uint32_t generation)
{
	for (size_t i = 0; i < gs->n; i++)
		if (gs->g[i].policy->generation == generation)
			return gs->g[i].policy;
	return NULL;
}

bool
generations_passed(const struct generations *gs, uint32_t generation)
{
	return gs->n && generation < gs->g[0].policy->generation;
}

const struct policy *
generations_newest(const struct generations *gs)
{
	return gs->n ? gs->g[gs->n - 1].policy : NULL;
}

const struct policy *
generations_before(const struct generations *gs)
{
	return gs->n > 1 ? gs->g[gs->n - 2].policy : NULL;
}
