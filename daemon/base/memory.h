/* memory.h - memory behind a descriptor, to be handed to other processes.
 *
 * Knows: memfds and their seals. Owns nothing: the descriptors are the caller's. Called by the
 * monitor and the ring for what the roles share, by capture for a frame that it hands on. Never
 * maps what it makes.
 */
#ifndef SEGAUDIT_MEMORY_H
#define SEGAUDIT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A memfd that holds SIZE bytes, zero, of a size that stays. Or -errno. */
int memory_fixed(const char *name, uint64_t size);

/* A memfd to be written to, or -errno. */
int memory_open(const char *name);

/* From now on nobody can change it. 0 or -errno. */
int memory_seal(int fd);

/* A memfd that holds these bytes for ever: nobody can change it. Or -errno. */
int memory_sealed(const char *name, const void *bytes, size_t size);

/* Is this what memory_sealed() makes of SIZE bytes? Then it can be mapped and read without
 * surprises, whoever sent it: it does not change, shrink or block. */
bool memory_is_sealed(int fd, size_t size);

#endif
