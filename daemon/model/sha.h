/* sha.h - SHA-256 of bytes that come piece by piece.
 *
 * Knows: nothing but the library, whose only users for SHA-256 these are. Owns nothing: the state
 * is the caller's. Called by model/chain, by the hub for what it keeps as evidence,
 * and by recognise/tls for a certificate.
 */
#ifndef SEGAUDIT_SHA_H
#define SEGAUDIT_SHA_H

#include <stddef.h>
#include <stdint.h>

#include <nettle/sha2.h>

enum { SHA_SIZE = 32 };

struct sha {
	struct sha256_ctx state;
};

void sha_begin(struct sha *d);
void sha_add(struct sha *d, const void *bytes, size_t size);

/* The hash of what was added so far. D is as after sha_begin(); copy it before to go on. */
void sha_end(struct sha *d, uint8_t hash[SHA_SIZE]);

#endif
