/* digest.h - SHA-256 of bytes that come piece by piece.
 *
 * Knows: nothing but the library, whose only users for SHA-256 these are. Owns nothing: the state
 * is the caller's. Called by model/chain and by the hub for what it keeps as evidence.
 */
#ifndef SEGAUDIT_DIGEST_H
#define SEGAUDIT_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

enum { DIGEST_SIZE = 32 };

struct digest {
	struct sha256_ctx state;
};

void digest_begin(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t size);

/* The hash of what was added so far. D is as after digest_begin(); copy it before to go on. */
void digest_end(struct digest *d, uint8_t hash[DIGEST_SIZE]);

#endif
