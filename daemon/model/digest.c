/* digest.c - see digest.h. */
#include "model/digest.h"

void
digest_begin(struct digest *d)
{
	sha256_init(&d->state);
}

void
digest_add(struct digest *d, const void *bytes, size_t size)
{
	sha256_update(&d->state, size, bytes);
}

void
digest_end(struct digest *d, uint8_t hash[DIGEST_SIZE])
{
	sha256_digest(&d->state, DIGEST_SIZE, hash);
}
