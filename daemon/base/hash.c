/* hash.c - see hash.h. */
#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

/* Weyl sequence and finaliser with the constants of SplitMix64: spreads a seed over all bits. */
static uint64_t
spread(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void
hash_key_init(struct hash_key *key, uint64_t seed)
{
	if (seed) {
		for (size_t i = 0; i < 6; i++)
			key->k[i] = spread(&seed);
	} else if (getrandom(key->k, sizeof key->k, 0) != (ssize_t)sizeof key->k) {
		/* Never for 48 bytes (getrandom(2)); a key that can be guessed would be worse. */
		abort();
	}
	for (size_t i = 0; i < 6; i++)
		key->k[i] |= 1;
}

uint64_t
hash_bytes(const struct hash_key *key, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	uint64_t h = key->k[0], pair[2];
	size_t left = size;

	for (; left > 16; left -= 16, p += 16) {
		memcpy(pair, p, 16);
		h = hash_fold(h ^ pair[0] ^ key->k[1], pair[1] ^ key->k[2]);
	}
	pair[0] = pair[1] = 0;
	if (left)
		memcpy(pair, p, left);
	h = hash_fold(h ^ pair[0] ^ key->k[3], pair[1] ^ key->k[4]);
	/* The size tells zero padding from zero bytes. */
	return hash_fold(h ^ size, key->k[5]);
}
