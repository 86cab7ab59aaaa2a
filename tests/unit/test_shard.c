/* Which worker a frame goes to: the pair decides, however it is wrapped and whichever way it goes.
 * Among a million workers two pairs meet by chance rarely: equality is a real test. */
#include "unit.h"

#include <stdbool.h>
#include <string.h>

#include "capture/shard.h"

enum { MANY = 1000000 };

struct made {
	uint8_t b[512];
	uint32_t n;
};

static struct hash_key key;

static int
setup(void **state)
{
	(void)state;
	hash_key_init(&key, 2026);
	return 0;
}

static void
put(struct made *m, const void *bytes, size_t size)
{
	memcpy(m->b + m->n, bytes, size);
	m->n += (uint32_t)size;
}

static void
put16(struct made *m, unsigned v)
{
	put(m, (const uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

/* The MACs change on the way through a gateway: the frame's own number makes them. */
static struct made
ether(uint8_t macs)
{
	struct made m = { .n = 0 };

	put(&m, BYTES(2, 0, 0, 0, 1, macs, 2, 0, 0, 0, 2, (uint8_t)(macs + 1)));
	return m;
}

/* An IPv4 header from 10.A to 10.B, with PROTO and the 16 bits of flags and offset. */
static void
put4(struct made *m, uint8_t a, uint8_t b, uint8_t proto, unsigned fragment)
{
	put(m, BYTES(0x45, 0, 0, 40, 0, 1));
	put16(m, fragment);
	put(m, BYTES(64, proto, 0, 0, 10, 0, 0, a, 10, 0, 0, b));
}

static void
put6(struct made *m, uint8_t a, uint8_t b, uint8_t next)
{
	put(m, BYTES(0x60, 0, 0, 0, 0, 40, next, 64));
	put(m, BYTES(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a));
	put(m, BYTES(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b));
}

static unsigned
worker(const struct made *m)
{
	return shard(&key, MANY, m->b, m->n);
}

static unsigned
worker4(uint8_t a, uint8_t b)
{
	struct made m = ether(1);

	put16(&m, 0x0800);
	put4(&m, a, b, 6, 0);
	return worker(&m);
}

static unsigned
worker6(uint8_t a, uint8_t b)
{
	struct made m = ether(1);

	put16(&m, 0x86dd);
	put6(&m, a, b, 6);
	return worker(&m);
}

static void
both_directions(void **state)
{
	(void)state;
	assert_int_equal(worker4(1, 2), worker4(2, 1));
	assert_int_equal(worker6(1, 2), worker6(2, 1));
	assert_int_not_equal(worker4(1, 2), worker4(1, 3));
	assert_int_not_equal(worker4(1, 2), worker4(3, 2));
	assert_int_not_equal(worker6(1, 2), worker6(1, 3));
	assert_int_not_equal(worker4(1, 1), worker4(2, 2));
	assert_int_not_equal(worker4(1, 2), worker6(1, 2));
	assert_int_not_equal(worker4(1, 1), 0);
}

static void
fragments(void **state)
{
	static const unsigned pieces[] = { 0x4000, 0x2000, 0x2001, 0x0010 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct made m = ether(1), icmp = ether(2);

		put16(&m, 0x0800);
		put4(&m, 1, 2, 17, pieces[i]);
		assert_int_equal(worker(&m), worker4(1, 2));
		/* Pieces of an ICMP error have only the outer pair in common. */
		put16(&icmp, 0x0800);
		put4(&icmp, 1, 2, 1, pieces[i] & 0x3fff);
		put(&icmp, BYTES(3, 1, 0, 0, 0, 0, 0, 0));
		put4(&icmp, 7, 8, 17, 0);
		assert_int_equal(worker(&icmp), pieces[i] & 0x3fff ? worker4(1, 2) : worker4(7, 8));
	}
}

/* Every wrapping of the same packet, with other MACs each time. */
static void
wrapped(void **state)
{
	static const struct {
		uint8_t size, bytes[40];
	} before[] = {
		{ 6, { 0x81, 0, 0, 20, 8, 0 } },
		{ 10, { 0x88, 0xa8, 0, 20, 0x81, 0, 1, 44, 8, 0 } },
		{ 6, { 0x91, 0, 0, 20, 8, 0 } },
		{ 10, { 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0 } },		/* SNAP */
		{ 14, { 0x81, 0, 0, 5, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0 } }, /* tag, SNAP */
		{ 6, { 0x88, 0x47, 0, 1, 1, 64 } },				/* one label */
		{ 10, { 0x88, 0x48, 0, 1, 0, 64, 0, 1, 1, 64 } },
		{ 10, { 0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0, 0x21 } }, /* PPPoE */
		{ 9, { 0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0x21 } },
		{ 12, { 0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0xff, 3, 0, 0x21 } },
		{ 14, { 0x81, 0, 0, 7, 0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0, 0x21 } },
		/* a pseudowire with and without its control word */
		{ 24, { 0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0, 2, 0, 0, 0, 9, 9, 2, 0, 0, 0, 9, 8, 8,
			  0 } },
		{ 20, { 0x88, 0x47, 0, 1, 1, 64, 2, 0, 0, 0, 9, 9, 2, 0, 0, 0, 9, 8, 8, 0 } },
		/* bridged Ethernet in SNAP, with and without padding */
		{ 24, { 0, 60, 0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 2, 0, 0, 0, 9, 9, 2, 0, 0, 0, 9,
			  8, 8, 0 } },
		{ 26, { 0, 60, 0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 1, 0, 0, 2, 0, 0, 0, 9, 9, 2, 0, 0,
			  0, 9, 8, 8, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		struct made m = ether((uint8_t)(10 + i));

		put(&m, before[i].bytes, before[i].size);
		put4(&m, 1, 2, 6, 0);
		assert_int_equal(worker(&m), worker4(1, 2));
	}

	struct made m = ether(3);

	put(&m, BYTES(0x88, 0x64, 0x11, 0, 0, 1, 0, 42, 0, 0x57));
	put6(&m, 1, 2, 6);
	assert_int_equal(worker(&m), worker6(1, 2));
}

/* Only the outermost pair counts, whatever is inside. */
static void
tunnels(void **state)
{
	struct made m = ether(1), gre = ether(2);

	(void)state;
	put16(&m, 0x0800);
	put4(&m, 1, 2, 4, 0);
	put4(&m, 7, 8, 6, 0);
	assert_int_equal(worker(&m), worker4(1, 2));
	put16(&gre, 0x86dd);
	put6(&gre, 1, 2, 47);
	put(&gre, BYTES(0, 0, 8, 0));
	put4(&gre, 7, 8, 6, 0);
	assert_int_equal(worker(&gre), worker6(1, 2));
}

static void
errors4(void **state)
{
	static const struct {
		uint8_t type;
		bool quotes;
	} types[] = { { 3, true }, { 4, true }, { 5, true }, { 11, true }, { 12, true },
		{ 0, false }, { 8, false }, { 13, false } };

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct made m = ether(1);

		put16(&m, 0x0800);
		put4(&m, 200, 2, 1, 0); /* a router tells 2 what became of its packet to 1 */
		put(&m, BYTES(types[i].type, 1, 0, 0, 0, 0, 0, 0));
		put4(&m, 2, 1, 17, 0);
		assert_int_equal(worker(&m), types[i].quotes ? worker4(1, 2) : worker4(200, 2));
	}

	/* With options before it; with a quote that is cut or no IPv4: the outer pair. */
	struct made m = ether(1);

	put16(&m, 0x0800);
	put4(&m, 200, 2, 1, 0);
	m.b[14] = 0x46;
	put(&m, BYTES(1, 1, 1, 1, 3, 1, 0, 0, 0, 0, 0, 0));
	put4(&m, 2, 1, 17, 0);
	assert_int_equal(worker(&m), worker4(1, 2));
	m.n--;
	assert_int_equal(worker(&m), worker4(200, 2));
	m.n++;
	m.b[14 + 24 + 8] = 0x65;
	assert_int_equal(worker(&m), worker4(200, 2));
}

static void
errors6(void **state)
{
	(void)state;
	for (uint8_t type = 0; type < 6; type++) {
		struct made m = ether(1), far = ether(2), piece = ether(3);
		unsigned expected = type >= 1 && type <= 4 ? worker6(1, 2) : worker6(200, 2);

		put16(&m, 0x86dd);
		put6(&m, 200, 2, 58);
		put(&m, BYTES(type, 0, 0, 0, 0, 0, 0, 0));
		put6(&m, 2, 1, 17);
		assert_int_equal(worker(&m), expected);

		/* behind hop-by-hop options, an atomic fragment, AH and destination options */
		put16(&far, 0x86dd);
		put6(&far, 200, 2, 0);
		put(&far, BYTES(44, 0, 5, 2, 0, 0, 1, 0));
		put(&far, BYTES(51, 0, 0, 0, 0, 0, 0, 9));
		put(&far, BYTES(60, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1));
		put(&far, BYTES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
		put(&far, BYTES(58, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
		put(&far, BYTES(type, 0, 0, 0, 0, 0, 0, 0));
		put6(&far, 2, 1, 17);
		assert_int_equal(worker(&far), expected);

		put16(&piece, 0x86dd);
		put6(&piece, 200, 2, 44);
		put(&piece, BYTES(58, 0, 0, 1, 0, 0, 0, 9));
		put(&piece, BYTES(type, 0, 0, 0, 0, 0, 0, 0));
		put6(&piece, 2, 1, 17);
		assert_int_equal(worker(&piece), worker6(200, 2));
	}
}

/* Without addresses: both directions between two stations meet. */
static void
by_macs(void **state)
{
	static const unsigned types[] = { 0x0806, 0x88cc, 0x9999, 0x0027 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct made there = ether(1), back = { .n = 0 }, other = ether(50);

		put(&back, there.b + 6, 6);
		put(&back, there.b, 6);
		put16(&there, types[i]);
		put16(&back, types[i]);
		put16(&other, types[i]);
		put(&there, BYTES(0x42, 0x42, 3, 0, 0, 0, 0, 0, 1));
		put(&back, BYTES(0x42, 0x42, 3, 9, 9, 9, 9, 9));
		assert_int_equal(worker(&there), worker(&back));
		assert_int_not_equal(worker(&there), worker(&other));
		assert_int_not_equal(worker(&there), 0);
	}
}

/* Cut at every byte: a header that is not whole goes to worker 0, and no byte behind it is read. */
static void
unreadable(void **state)
{
	struct made m = ether(1), tags = ether(1);
	uint8_t exact[64];

	(void)state;
	put(&m, BYTES(0x81, 0, 0, 20, 8, 0));
	put4(&m, 1, 2, 6, 0);
	for (uint32_t size = 0; size <= m.n; size++) {
		memcpy(exact + sizeof exact - size, m.b, size);

		unsigned w = shard(&key, MANY, exact + sizeof exact - size, size);

		assert_int_equal(w, size < m.n ? 0 : worker4(1, 2));
	}
	m.b[18] = 0x55; /* version 5 in ethertype 0800 */
	assert_int_equal(worker(&m), 0);
	m.b[18] = 0x44; /* a header of 16 bytes */
	assert_int_equal(worker(&m), 0);
	for (int i = 0; i < 100; i++)
		put(&tags, BYTES(0x81, 0, 0, 20));
	assert_int_equal(worker(&tags), 0);
}

/* The key decides, so that nobody outside can choose the worker; the workers share evenly. */
static void
keyed_and_even(void **state)
{
	unsigned count[8] = { 0 };
	struct hash_key other;
	struct made m = ether(1);

	(void)state;
	hash_key_init(&other, 2027);
	put16(&m, 0x0800);
	put4(&m, 1, 2, 6, 0);
	assert_int_not_equal(shard(&key, MANY, m.b, m.n), shard(&other, MANY, m.b, m.n));
	assert_int_equal(shard(&key, 1, m.b, m.n), 0);
	assert_int_equal(shard(&key, 0, m.b, m.n), 0);
	for (int i = 0; i < 65536; i++) {
		unsigned w;

		m.b[28] = (uint8_t)(i >> 8);
		m.b[29] = (uint8_t)i;
		w = shard(&key, 8, m.b, m.n);
		assert_in_range(w, 0, 7);
		count[w]++;
	}
	for (int i = 0; i < 8; i++) /* 8,192 expected, its deviation 85 */
		assert_in_range(count[i], 8192 - 850, 8192 + 850);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions),
		cmocka_unit_test(fragments),
		cmocka_unit_test(wrapped),
		cmocka_unit_test(tunnels),
		cmocka_unit_test(errors4),
		cmocka_unit_test(errors6),
		cmocka_unit_test(by_macs),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(keyed_and_even),
	};

	return cmocka_run_group_tests(tests, setup, NULL) != 0;
}
