/* arena.h - memory that is given out piece by piece and given back all at once.
 *
 * Knows: its chunks. Owns every byte it gave out. Called by whoever reads a configuration. Never
 * frees a single piece. A failed allocation sticks: `failed` stays true, so that it is asked once,
 * at the end.
 */
#ifndef SEGAUDIT_ARENA_H
#define SEGAUDIT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* the newest first */
	size_t room;		    /* of the newest that is shared */
	char *at, *end;		    /* what is free in the newest */
	bool failed;		    /* some allocation did not succeed */
};

/* A new, empty arena on the heap, or NULL. */
struct arena *arena_new(void);

/* Gives back everything, A too. */
void arena_free(struct arena *a);

/* N zeroed things of SIZE bytes, aligned to 8; NULL when there is no memory or N is 0. */
void *arena_alloc(struct arena *a, size_t n, size_t size);

/* The first SIZE bytes of TEXT as a string of its own, or NULL. */
char *arena_copy(struct arena *a, const char *text, size_t size);

#endif
