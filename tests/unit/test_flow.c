/* The flow table against a plain model, its bounds, and going on after the process was killed. */
#include "unit.h"

#include <stdlib.h>

#include "worker/flow.h"

static struct hash_key key;

static void *
memory_of(uint32_t size)
{
	void *m = NULL;

	assert_int_equal(posix_memalign(&m, 64, flow_table_bytes(size)), 0);
	memset(m, 0, flow_table_bytes(size));
	return m;
}

static struct flow_key
key_number(uint32_t i)
{
	struct addr a = addr_from4((uint8_t[]){ 10, 1, (uint8_t)(i >> 8), (uint8_t)i });
	struct addr b = addr_from4((uint8_t[]){ 10, 2, (uint8_t)(i >> 24), (uint8_t)(i >> 16) });
	struct flow_key k;

	flow_key_of(&k, &a, &b, 1000, 443, 6, KIND_IS4);
	return k;
}

static uint32_t
add(struct flow_table *t, const struct flow_key *k, uint32_t now)
{
	uint32_t victim = FLOW_NONE, n = flow_add(t, k, flow_hash(t, k), now, &victim);

	if (n != FLOW_NONE)
		t->hot[n].key.state |= FLOW_USED;
	return n;
}

static void
test_both_directions_have_one_key(void **state)
{
	struct addr a = addr_from4((uint8_t[]){ 10, 2, 0, 9 }),
		    b = addr_from4((uint8_t[]){ 10, 3, 9, 7 });
	struct flow_key there, back;
	unsigned client = flow_key_of(&there, &a, &b, 51514, 3389, 6, KIND_IS4);
	unsigned server = flow_key_of(&back, &b, &a, 3389, 51514, 6, KIND_IS4);

	(void)state;
	assert_true(flow_key_equal(&there, &back));
	assert_int_equal(client ^ 1, server);
	assert_int_equal(there.port[client], 51514);
	assert_int_equal(there.port[server], 3389);
	assert_true(addr_equal(&there.addr[client], &a));
	/* The same address on both ends: the ports decide. */
	client = flow_key_of(&there, &a, &a, 2, 1, 17, KIND_IS4);
	server = flow_key_of(&back, &a, &a, 1, 2, 17, KIND_IS4);
	assert_true(flow_key_equal(&there, &back));
	assert_int_equal(client ^ 1, server);
}

static void
test_kinds_are_different_flows(void **state)
{
	struct flow_table t;
	void *m = memory_of(64);
	struct flow_key k = key_number(7), inner = k;
	uint32_t n;

	(void)state;
	assert_false(flow_table_init(&t, m, 64, &key));
	inner.kind |= KIND_INNER;
	n = add(&t, &k, 0);
	assert_int_not_equal(n, FLOW_NONE);
	assert_int_equal(flow_find(&t, &inner, flow_hash(&t, &inner)), FLOW_NONE);
	assert_int_equal(flow_find(&t, &k, flow_hash(&t, &k)), n);
	free(m);
}

/* Random adds, finds and removes; what is in the table is what the model says. */
static void
test_random_against_model(void **state)
{
	enum { KEYS = 3000, SIZE = 2000, STEPS = 200000 };
	static uint32_t model[KEYS]; /* entry of the key, 0 for none */
	struct flow_table t;
	void *m = memory_of(SIZE);
	unsigned seed = 20260101;
	uint32_t used = 0, victims = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	assert_false(flow_table_init(&t, m, SIZE, &key));
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t i = (uint32_t)random() % KEYS, victim = FLOW_NONE, n;
		struct flow_key k = key_number(i);
		uint64_t h = flow_hash(&t, &k);

		assert_int_equal(flow_find(&t, &k, h), model[i]);
		if (model[i]) {
			if (random() % 3 == 0) {
				flow_remove(&t, model[i]);
				model[i] = 0;
				used--;
			}
			continue;
		}
		n = flow_add(&t, &k, h, step, &victim);
		if (n == FLOW_NONE) {
			assert_int_not_equal(victim, FLOW_NONE);
			for (uint32_t j = 0; j < KEYS; j++)
				if (model[j] == victim)
					model[j] = 0;
			flow_remove(&t, victim);
			victims++;
			used--;
			n = flow_add(&t, &k, h, step, &victim);
		}
		assert_int_not_equal(n, FLOW_NONE);
		t.hot[n].key.state |= FLOW_USED;
		model[i] = n;
		used++;
		assert_int_equal(t.used, used);
		assert_true(used <= SIZE);
	}
	assert_true(victims > 0);
	free(m);
}

static void
test_longest_idle_gives_way(void **state)
{
	enum { SIZE = 32 };
	struct flow_table t;
	void *m = memory_of(SIZE);
	uint32_t oldest = FLOW_NONE, victim = FLOW_NONE;
	struct flow_key k;

	(void)state;
	flow_table_init(&t, m, SIZE, &key);
	for (uint32_t i = 0; i < SIZE; i++) {
		k = key_number(i);
		uint32_t n = add(&t, &k, i == 13 ? 5 : 1000 + i);

		assert_int_not_equal(n, FLOW_NONE);
		if (i == 13)
			oldest = n;
	}
	k = key_number(SIZE);
	assert_int_equal(flow_add(&t, &k, flow_hash(&t, &k), 3000, &victim), FLOW_NONE);
	assert_int_equal(victim, oldest);
	free(m);
}

/* A second process finds the flows of the first, and takes half-made ones for free. */
static void
test_goes_on_after_a_kill(void **state)
{
	enum { SIZE = 1000, FLOWS = 700 };
	struct flow_table t, again;
	void *m = memory_of(SIZE);
	struct hash_key other;
	struct flow_key k;
	uint32_t victim, n;

	(void)state;
	hash_key_init(&other, 99);
	flow_table_init(&t, m, SIZE, &key);
	for (uint32_t i = 0; i < FLOWS; i++) {
		k = key_number(i);
		n = add(&t, &k, i);
		t.hot[n].packets = i + 1;
	}
	for (uint32_t i = 0; i < FLOWS; i += 7) {
		k = key_number(i);
		flow_remove(&t, flow_find(&t, &k, flow_hash(&t, &k)));
	}
	k = key_number(FLOWS); /* killed before it was filled */
	assert_int_not_equal(flow_add(&t, &k, flow_hash(&t, &k), 0, &victim), FLOW_NONE);

	assert_true(flow_table_init(&again, m, SIZE, &other));
	assert_int_equal(again.used, FLOWS - (FLOWS + 6) / 7);
	for (uint32_t i = 0; i <= FLOWS; i++) {
		k = key_number(i);
		n = flow_find(&again, &k, flow_hash(&again, &k));
		if (i % 7 == 0 || i == FLOWS) {
			assert_int_equal(n, FLOW_NONE);
		} else {
			assert_int_not_equal(n, FLOW_NONE);
			assert_int_equal(again.hot[n].packets, i + 1);
		}
	}
	for (uint32_t i = 10000; i < 10000 + SIZE - again.used; i++) {
		k = key_number(i);
		assert_int_not_equal(add(&again, &k, i), FLOW_NONE);
	}
	free(m);
}

/* 1,000,000 flows fit into what the design gives them. */
static void
test_memory_is_what_was_designed(void **state)
{
	(void)state;
	assert_int_equal(
	    sizeof(struct flow) + sizeof(struct flow_more) + sizeof(struct flow_watch), 192);
	assert_true(flow_table_bytes(1000000) < 200u << 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions_have_one_key),
		cmocka_unit_test(test_kinds_are_different_flows),
		cmocka_unit_test(test_random_against_model),
		cmocka_unit_test(test_longest_idle_gives_way),
		cmocka_unit_test(test_goes_on_after_a_kill),
		cmocka_unit_test(test_memory_is_what_was_designed),
	};

	hash_key_init(&key, 1);
	return UNIT_RUN(tests);
}
