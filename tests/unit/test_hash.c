/* The keyed hash: a function of key and bytes, and of nothing else; and even. */
#include "unit.h"

#include <stdlib.h>

#include "base/hash.h"

static void
keys(void **state)
{
	struct hash_key a, b, c, d;

	(void)state;
	hash_key_init(&a, 1);
	hash_key_init(&b, 1);
	hash_key_init(&c, 2);
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&a, &c, sizeof a);
	hash_key_init(&c, 0);
	hash_key_init(&d, 0);
	assert_memory_not_equal(&c, &d, sizeof c);
	for (int i = 0; i < 6; i++) {
		assert_true(a.k[i] & 1 && c.k[i] & 1);
		for (int j = 0; j < i; j++)
			assert_true(c.k[i] != c.k[j]);
	}
}

static void
folds(void **state)
{
	(void)state;
	assert_true(hash_fold(3, 5) == 15);
	/* 2^63 * 6 = 3 * 2^64: the low half is 0, the high half 3. */
	assert_true(hash_fold((uint64_t)1 << 63, 6) == 3);
	/* (2^64 - 1)^2 = 2^128 - 2^65 + 1: high half 2^64 - 2, low half 1. */
	assert_true(hash_fold(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

/* Length, content, key and place of every byte count; the alignment does not. */
static void
every_byte_counts(void **state)
{
	struct hash_key key, other;
	uint8_t bytes[80] = { 0 }, shifted[81];
	uint64_t before = 0;

	(void)state;
	hash_key_init(&key, 7);
	hash_key_init(&other, 8);
	for (size_t size = 0; size <= sizeof bytes; size++) {
		uint64_t h = hash_bytes(&key, size ? bytes : NULL, size);

		assert_true(h != before);
		assert_true(h != hash_bytes(&other, bytes, size));
		before = h;
		memcpy(shifted + 1, bytes, size);
		assert_true(h == hash_bytes(&key, shifted + 1, size));
		for (size_t i = 0; i < size; i++) {
			for (int bit = 0; bit < 8; bit++) {
				bytes[i] ^= (uint8_t)(1 << bit);
				assert_true(h != hash_bytes(&key, bytes, size));
				bytes[i] ^= (uint8_t)(1 << bit);
			}
		}
	}
}

/* A million numbered keys into 4,096 places by the low and by the high bits: chi-square with 4,095
 * degrees of freedom is 4,095 on average, its standard deviation 90; ten of these are no chance. */
static void
even(void **state)
{
	static unsigned low[4096], high[4096];
	struct hash_key key;
	double chi_low = 0, chi_high = 0, expected = 1000000 / 4096.0;

	(void)state;
	hash_key_init(&key, 42);
	for (uint32_t i = 0; i < 1000000; i++) {
		uint64_t h = hash_bytes(&key, &i, sizeof i);

		low[h & 4095]++;
		high[h >> 52]++;
	}
	for (int i = 0; i < 4096; i++) {
		chi_low += (low[i] - expected) * (low[i] - expected) / expected;
		chi_high += (high[i] - expected) * (high[i] - expected) / expected;
	}
	assert_true(chi_low > 3195 && chi_low < 4995);
	assert_true(chi_high > 3195 && chi_high < 4995);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(folds),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(even),
	};

	return UNIT_RUN(tests);
}
