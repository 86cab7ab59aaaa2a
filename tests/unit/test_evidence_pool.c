/* test_evidence_pool.c - frames that wait: what is taken is what was put, in its order; only the
 * oldest of all gave way, and not before the pool was full. Against a list that forgets nothing. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/evidence_pool.h"

enum { POOL = 1 << 14, MOST = 20000, INCIDENTS = 12 };

struct put {
	uint64_t incident;
	uint32_t size;
	bool taken;
};

static struct evidence_pool *pool;
static struct put all[MOST];
static uint32_t n, gone; /* put so far; all before this one have given way */
static uint64_t seed;

static uint32_t
below(uint32_t most)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 32) * most >> 32);
}

static uint8_t
byte_of(uint32_t number, uint32_t at)
{
	return (uint8_t)(number * 7 + at);
}

static void
put(uint64_t incident, uint32_t size)
{
	static uint8_t bytes[POOL / 4];
	struct evidence_frame f = { .seq = n, .caplen = size };

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = byte_of(n, i);
	all[n] = (struct put){ .incident = incident, .size = size };
	evidence_pool_put(pool, incident, &f, bytes, n);
	n++;
}

static uint32_t came; /* the first of those taken now, or n */
static uint32_t next; /* the next one must come from here on */
static uint64_t wanted;

static void
take_one(void *ctx, const struct evidence_frame *f, const uint8_t *bytes)
{
	uint32_t number = (uint32_t)f->seq;

	(void)ctx;
	assert_in_range(number, next, n - 1);
	/* None is left out between two that came. */
	for (uint32_t i = next; i < number; i++)
		assert_false(came < n && all[i].incident == wanted && !all[i].taken);
	assert_int_equal(all[number].incident, wanted);
	assert_int_equal(f->caplen, all[number].size);
	assert_false(all[number].taken);
	for (uint32_t i = 0; i < f->caplen; i++)
		assert_int_equal(bytes[i], byte_of(number, i));
	all[number].taken = true;
	came = number < came ? number : came;
	next = number + 1;
}

/* Everything from LEAST on is there. */
static void
take(uint64_t incident, uint32_t least)
{
	came = n;
	next = gone;
	wanted = incident;
	evidence_pool_take(pool, incident, take_one, NULL);
	for (uint32_t i = next; i < n; i++)
		assert_false(i >= least && all[i].incident == incident && !all[i].taken);
	for (uint32_t i = gone; i < n && i < came; i++)
		if (all[i].incident == incident && !all[i].taken) {
			assert_true(i < least);
			gone = i + 1;
		}
}

/* The number from which on what was put surely fits, whatever an item takes beside its bytes. */
static uint32_t
surely_there(void)
{
	size_t size = 0;
	uint32_t i = n;

	while (i > 0 && size + all[i - 1].size + 300 <= POOL - POOL / 4) {
		i--;
		size += all[i].size + 300;
	}
	return i;
}

static void
test_random(void **state)
{
	(void)state;
	seed = 20261121;
	pool = evidence_pool_new(POOL);
	assert_non_null(pool);
	while (n < MOST) {
		uint64_t incident = below(INCIDENTS) * UINT64_C(4096); /* all in one bucket */

		if (below(2))
			incident += below(3);
		if (below(20) == 0)
			take(incident, surely_there());
		else
			put(incident, below(8) ? below(200) : below(POOL / 4 - 300));
	}
	evidence_pool_free(pool);
}

static void
count_one(void *ctx, const struct evidence_frame *f, const uint8_t *bytes)
{
	unsigned *count = ctx;

	(void)f;
	(void)bytes;
	++*count;
}

static void
test_age(void **state)
{
	const struct evidence_frame f = { .caplen = 1 };
	unsigned count = 0;

	(void)state;
	pool = evidence_pool_new(POOL);
	assert_non_null(pool);
	for (nstime t = 0; t < 10; t++)
		evidence_pool_put(pool, (uint64_t)t % 2, &f, (const uint8_t *)"x", t);
	evidence_pool_expire(pool, 5);
	evidence_pool_take(pool, 0, count_one, &count);
	assert_int_equal(count, 2); /* 6, 8 */
	evidence_pool_take(pool, 1, count_one, &count);
	assert_int_equal(count, 5); /* 5, 7, 9 */
	evidence_pool_take(pool, 1, count_one, &count);
	assert_int_equal(count, 5);
	evidence_pool_expire(pool, 100);
	evidence_pool_put(pool, 1, &f, (const uint8_t *)"x", 100);
	evidence_pool_take(pool, 1, count_one, &count);
	assert_int_equal(count, 6);
	evidence_pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_age),
	};

	return UNIT_RUN(tests);
}
