/* test_opening.c - the first bytes of both sides: segments in any order, against a simple model. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/opening.h"

/* Where the random streams begin: close to where sequence numbers wrap. */
enum { STREAM = 6000, SEGMENTS = 20 };

/* What a side should have: every byte that came, once. */
struct model {
	bool have[STREAM];
	uint8_t bytes[STREAM];
	unsigned packets, seen;
	long acked;
	bool whole;
};

/* Of two copies of a byte the first counts; what is behind 4,096 bytes is nobody's. Are they the
 * same, as far as the receiver may take the second one, and all of them in the stream? */
static bool
model_push(struct model *m, long at, const uint8_t *bytes, size_t size)
{
	bool same = at >= 0 || size == 0 || (at == -1 && size == 1);

	m->packets++;
	m->seen += (unsigned)size;
	for (size_t i = 0; i < size; i++) {
		long to = at + (long)i;

		if (to < 0 || to >= RECOGNISE_BYTES)
			continue;
		if (m->have[to]) {
			same &= to < m->acked || m->bytes[to] == bytes[i];
		} else if (!m->whole) {
			m->have[to] = true;
			m->bytes[to] = bytes[i];
		}
	}
	return same;
}

static size_t
model_size(const struct model *m)
{
	size_t n = 0;

	while (n < RECOGNISE_BYTES && m->have[n])
		n++;
	return n;
}

/* Segments anywhere near, of any size, before the beginning, too; copies differ. */
static void
test_any_order(void **state)
{
	unsigned seed = 1, differ = 0;

	(void)state;
	for (unsigned run = 0; run < 20000; run++) {
		static struct opening_side o;
		static struct model m;
		uint32_t isn;
		bool near = rand_r(&seed) % 2;

		opening_clear(&o);
		memset(&m, 0, sizeof m);
		isn = (uint32_t)rand_r(&seed) % 3 ? UINT32_MAX - (uint32_t)(rand_r(&seed) % 3000) :
						    (uint32_t)rand_r(&seed);
		opening_begin(&o, isn);
		opening_acked(&o, isn);
		for (unsigned i = 0; i < SEGMENTS; i++) {
			uint8_t bytes[1500];
			size_t most = near ? 20 : sizeof bytes;
			size_t size = (size_t)rand_r(&seed) % (most + 1);
			long at = (long)(rand_r(&seed) % (near ? 60 : STREAM)) - (near ? 15 : 1000);
			bool same;

			for (size_t k = 0; k < size; k++)
				bytes[k] = (uint8_t)(rand_r(&seed) % 100 == 0);
			same = model_push(&m, at, bytes, size);
			differ += !same;
			assert_int_equal(
			    opening_stream(&o, isn + (uint32_t)at, bytes, size, 0), same);
			m.whole |= (m.packets >= RECOGNISE_PACKETS && m.seen >= RECOGNISE_SMALL) ||
				   model_size(&m) == RECOGNISE_BYTES;
			if (o.size != model_size(&m) || o.whole != m.whole ||
			    memcmp(o.bytes, m.bytes, o.size) != 0)
				print_message(
				    "run %u segment %u at %ld size %zu\n", run, i, at, size);
			assert_int_equal(o.size, model_size(&m));
			assert_int_equal(o.whole, m.whole);
			assert_memory_equal(o.bytes, m.bytes, o.size);
			assert_int_equal(o.packets, m.packets);
			if (rand_r(&seed) % 4 == 0 && o.size > 0) {
				long to = rand_r(&seed) % (o.size + 10);

				opening_acked(&o, isn + (uint32_t)to);
				to = to < o.size ? to : o.size;
				m.acked = to > m.acked ? to : m.acked;
			}
			assert_int_equal(o.acked, m.acked);
		}
	}
	assert_in_range(differ, 1000, 20000 * SEGMENTS - 1000);
}

/* Of one byte that comes again in place of the last one nobody knows whether it is a keep-alive,
 * as long as nothing is heard of the receiver. */
static void
test_keep_alive(void **state)
{
	static struct opening_side o;

	(void)state;
	opening_clear(&o);
	opening_begin(&o, UINT32_MAX);
	assert_true(opening_stream(&o, UINT32_MAX - 1, (const uint8_t *)"?", 1, 0));
	assert_true(opening_stream(&o, UINT32_MAX, (const uint8_t *)"abc", 3, 0));
	assert_true(opening_stream(&o, 1, (const uint8_t *)"?", 1, 0));
	assert_false(opening_stream(&o, 0, (const uint8_t *)"?", 1, 0)); /* not the last one */
	assert_false(opening_stream(&o, 1, (const uint8_t *)"??", 2, 0));
	opening_acked(&o, UINT32_MAX);
	assert_false(opening_stream(&o, 1, (const uint8_t *)"?", 1, 0));
	opening_acked(&o, 2);
	assert_true(opening_stream(&o, 1, (const uint8_t *)"?", 1, 0));
	assert_int_equal(o.size, 4);
	assert_memory_equal(o.bytes, "abc?", 4);
	opening_begin(&o, 77); /* elsewhere, but for the same receiver */
	assert_int_equal(o.size + o.acked, 0);
	assert_true(opening_stream(&o, 77, (const uint8_t *)"ab", 2, 0));
	assert_false(opening_stream(&o, 78, (const uint8_t *)"?", 1, 0));
}

/* What lies nowhere near the stream, or before its beginning, is none of it; but a trick. */
static void
test_elsewhere(void **state)
{
	static struct opening_side o;

	(void)state;
	opening_clear(&o);
	opening_begin(&o, 1000);
	assert_true(opening_stream(&o, 1000u + OPENING_WINDOW, (const uint8_t *)"a", 1, 0));
	assert_false(opening_stream(&o, 1001u + OPENING_WINDOW, (const uint8_t *)"a", 1, 0));
	assert_false(opening_stream(&o, 1000u + (1u << 31), (const uint8_t *)"a", 1, 0));
	assert_false(opening_stream(&o, 998, (const uint8_t *)"abc", 3, 0));
	assert_true(opening_stream(&o, 1001, (const uint8_t *)"de", 2, 0));
	assert_int_equal(o.size, 3);
	assert_memory_equal(o.bytes, "cde", 3);
}

/* How long an acknowledgement is waited for: of a receiver that is there until it must have come;
 * of one that never was seen, until others are waited for no longer. */
static void
test_waits(void **state)
{
	static struct opening_side o;
	static uint8_t bytes[OPENING_FLIGHT / 255 + 1];

	(void)state;
	for (unsigned heard = 0; heard <= 1; heard++) {
		opening_clear(&o);
		opening_begin(&o, 1);
		if (heard)
			opening_acked(&o, 1);
		assert_false(opening_waits(&o));
		for (unsigned i = 0; i < 255; i++) {
			assert_int_equal(
			    opening_waits(&o), i > 0 && (heard || i < OPENING_PATIENCE));
			assert_false(opening_unheard(&o));
			opening_stream(&o, 1 + i * (uint32_t)sizeof bytes, bytes, sizeof bytes, 0);
		}
		assert_false(opening_waits(&o));
		assert_int_equal(opening_unheard(&o), heard);
		opening_acked(&o, 1 + RECOGNISE_BYTES);
		assert_false(opening_unheard(&o));
	}
}

/* Without a SYN the first segment that comes is the beginning. */
static void
test_begins_where_it_is_seen(void **state)
{
	static struct opening_side o;

	(void)state;
	opening_clear(&o);
	opening_stream(&o, UINT32_MAX - 1, (const uint8_t *)"abc", 3, 0);
	opening_stream(&o, 1, (const uint8_t *)"de", 2, 0);
	opening_stream(&o, UINT32_MAX - 1, (const uint8_t *)"xyz", 3, 0);
	assert_int_equal(o.size, 5);
	assert_memory_equal(o.bytes, "abcde", 5);
	assert_false(o.whole);
}

/* Bytes that were not captured end it, where nothing else is missing before them. */
static void
test_not_captured(void **state)
{
	static struct opening_side o;

	(void)state;
	opening_clear(&o);
	o.begun = true;
	o.base = 100;
	opening_stream(&o, 99, (const uint8_t *)"x", 1, 7); /* before the beginning */
	assert_false(o.whole);
	opening_stream(&o, 103, (const uint8_t *)"d", 1, 5);
	assert_false(o.whole);
	opening_stream(&o, 100, (const uint8_t *)"abc", 3, 0);
	assert_int_equal(o.size, 4);
	assert_memory_equal(o.bytes, "abcd", 4);
	opening_clear(&o);
	opening_stream(&o, 100, (const uint8_t *)"abc", 3, 5);
	assert_true(o.whole);
	opening_stream(&o, 103, (const uint8_t *)"def", 3, 0);
	assert_int_equal(o.size, 3);
}

/* Packets are counted to the end of the byte that counts them, looked at or not. */
static void
test_many_packets(void **state)
{
	static struct opening_side stream, datagrams;

	(void)state;
	opening_clear(&stream);
	opening_clear(&datagrams);
	for (unsigned i = 1; i <= RECOGNISE_SMALL + 10; i++) {
		opening_stream(&stream, i, (const uint8_t *)"a", 1, 0);
		opening_datagram(&datagrams, (const uint8_t *)"a", 1);
		assert_int_equal(stream.packets, i < 255 ? i : 255);
		assert_int_equal(datagrams.packets, i < 255 ? i : 255);
		assert_int_equal(stream.whole, i >= RECOGNISE_SMALL);
		assert_int_equal(datagrams.whole, i >= RECOGNISE_PACKETS);
	}
	assert_int_equal(stream.size, RECOGNISE_SMALL);
	assert_int_equal(datagrams.datagrams, RECOGNISE_PACKETS);
	assert_int_equal(datagrams.size, RECOGNISE_PACKETS);
}

/* A datagram that has no room ends them, unless it is the first. */
static void
test_datagrams(void **state)
{
	static const uint16_t all[2];
	static uint8_t bytes[5000];
	static struct opening_side side[2];
	struct talk t;

	(void)state;
	opening_clear(&side[0]);
	opening_clear(&side[1]);
	opening_datagram(&side[0], bytes, 4000);
	opening_datagram(&side[0], bytes, 97);
	opening_datagram(&side[0], bytes, 1);
	opening_datagram(&side[1], bytes, 5000);
	t = opening_talk(side, all, false);
	assert_int_equal(t.side[0].datagrams, 1);
	assert_int_equal(t.side[0].size, 4000);
	assert_int_equal(t.side[0].length[0], 4000);
	assert_true(t.side[0].whole);
	assert_int_equal(t.side[1].datagrams, 1);
	assert_int_equal(t.side[1].size, RECOGNISE_BYTES);
	assert_true(t.side[1].whole);
}

/* Places are taken and given back in any order; the list knows who came first. */
static void
test_places(void **state)
{
	struct opening_table t;
	static uint32_t order[OPENINGS]; /* flows, the oldest first */
	static struct opening_slot *slot[3 * OPENINGS + 1];
	unsigned n = 0, seed = 7;
	uint32_t flow = 0;

	(void)state;
	assert_true(opening_init(&t));
	for (unsigned run = 0; run < 100000; run++) {
		unsigned i = n ? (unsigned)rand_r(&seed) % n : 0;
		bool more = (rand_r(&seed) % 3 > 0) == (run < 50000);
		uint32_t picked = n ? order[i] : 0;

		if (n == OPENINGS)
			assert_true(opening_full(&t));
		if (more && !opening_full(&t)) {
			do
				flow = flow % (3 * OPENINGS) + 1;
			while (slot[flow]);
			slot[flow] = opening_new(&t, flow);
			assert_int_equal(slot[flow]->flow, flow);
			assert_int_equal(slot[flow]->side[0].size, 0);
			order[n++] = flow;
		} else if (n > 0) {
			memmove(order + i, order + i + 1, (--n - i) * sizeof *order);
			opening_free(&t, slot[picked]);
			slot[picked] = NULL;
		}
		if (n > 0) {
			assert_int_equal(t.slot[t.oldest].flow, order[0]);
			assert_int_equal(t.slot[t.newest].flow, order[n - 1]);
		}
	}
	opening_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_begins_where_it_is_seen),
		cmocka_unit_test(test_not_captured),
		cmocka_unit_test(test_many_packets),
		cmocka_unit_test(test_datagrams),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
