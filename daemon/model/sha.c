/* sha.c - see sha.h. */
#include "model/sha.h"

void
sha_begin(struct sha *d)
{
	sha256_init(&d->state);
}

void
sha_add(struct sha *d, const void *bytes, size_t size)
{
	sha256_update(&d->state, size, bytes);
}

void
sha_end(struct sha *d, uint8_t hash[SHA_SIZE])
{
	sha256_digest(&d->state, SHA_SIZE, hash);
}
