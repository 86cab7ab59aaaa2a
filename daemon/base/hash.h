/* hash.h - a keyed hash for tables whose keys an attacker chooses.
 *
 * Knows: a multiply-fold mix (64 x 64 -> 128 bits, the halves folded by xor) with all constants
 * random. Owns nothing. Called by the flow table, the shard and the incident table. Never exposes
 * the constants: no hash value leaves the host. Measured by its use: SipHash-1-3 costs 0.2 to 0.3
 * of a plain libpcap loop more per packet.
 */
#ifndef SEGAUDIT_HASH_H
#define SEGAUDIT_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash_key {
	uint64_t k[6]; /* odd, random */
};

/* Fills the key from SEED, the same for the same seed (replay); or from the kernel when SEED is 0.
 */
void hash_key_init(struct hash_key *key, uint64_t seed);

/* 128-bit product, folded. */
static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Hash of SIZE bytes of any kind. */
uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t size);

#endif
