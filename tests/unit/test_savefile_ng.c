/* pcapng made by hand: every block that is read, and every way in which one can be wrong. */
#include "unit.h"

#include <stdlib.h>

#include "capture_file.h"

static void
ng_forms(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct made m = { .big = false };

		put_section(&m, big);
		put_iface(&m, 1, 262144, "eth1", 9, 0);
		put_iface(&m, 101, 64, "tun\x1b[0", 0xff, 0);
		put_epb(&m, 0, 1767225600123456789, 60, "frame");
		put_epb(&m, 1, 1767225600123456, 6, "second");

		/* unknown block */
		size_t at = block(&m, 0x12345678);

		put(&m, UINT64_MAX, 8);
		block_end(&m, at);
		/* an interface in the middle, 2^-10 s, an hour back */
		put_iface(&m, 113, 0, NULL, 0x80 | 10, -3600);
		put_epb(&m, 2, (uint64_t)1767225600 << 10 | 512, 2, "third");
		/* SPB: cut by the snap length of interface 0, with the last frame's time */
		put_spb(&m, 4, "four");
		/* old PB with its drop count */
		at = block(&m, 2);
		put(&m, 1, 2);
		put(&m, 99, 2);
		put(&m, 1767225600123457 >> 32, 4);
		put(&m, 1767225600123457 & UINT32_MAX, 4);
		put(&m, 4, 4);
		put(&m, 1000, 4);
		put_bytes(&m, "five", 4);
		block_end(&m, at);

		struct savefile *s = opened(&m);

		frame_is(s, 0, 1767225600123456789, 60, 1, "frame");
		assert_int_equal(savefile_ifaces(s), 2);
		assert_string_equal(savefile_iface(s, 0)->name, "eth1");
		assert_string_equal(savefile_iface(s, 1)->name, "tun?[0");
		frame_is(s, 1, 1767225600123456000, 6, 101, "second");
		frame_is(s, 2, (nstime)(1767225600 - 3600) * NS_SEC + NS_SEC / 2, 5, 113, "third");
		frame_is(s, 0, (nstime)(1767225600 - 3600) * NS_SEC + NS_SEC / 2, 4, 1, "four");
		frame_is(s, 1, 1767225600123457000, 1000, 101, "five");
		assert_string_equal(savefile_iface(s, 2)->name, "");
		ends(s);
	}
}

/* Interfaces are numbered anew in each section, and a section may turn the byte order. */
static void
ng_sections(void **state)
{
	struct made m = { .big = false };
	struct savefile *s;

	(void)state;
	put_section(&m, false);
	put_iface(&m, 1, 0, "eth1", 0xff, 0);
	put_epb(&m, 0, 1, 3, "one");
	put_section(&m, true);
	put_iface(&m, 113, 0, "any", 0xff, 0);
	put_epb(&m, 0, 2, 3, "two");
	put_section(&m, false);
	put_epb(&m, 0, 3, 3, "new");
	s = opened(&m);
	frame_is(s, 0, 1000, 3, 1, "one");
	frame_is(s, 1, 2000, 3, 113, "two");
	assert_string_equal(savefile_iface(s, 1)->name, "any");
	is_bad(s, "a frame of interface 0: 0 are described", 36);
}

static void
ng_options(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 5, 10 };
	char name[101];
	struct made m = { .big = false };
	struct savefile *s;
	size_t at;

	(void)state;
	memset(name, 'n', 100);
	name[100] = '\0';
	put_section(&m, true);
	at = block(&m, 1);
	put(&m, 1, 2);
	put(&m, 0, 2);
	put(&m, 0, 4);
	put_option(&m, 1, "comment", 7);
	put_option(&m, 2, name, 100);
	put_option(&m, 6, mac, 6);
	block_end(&m, at); /* no end of options: allowed, the block ends */
	at = block(&m, 1);
	put(&m, 1, 2);
	put(&m, 0, 2);
	put(&m, 0, 4);
	put_option(&m, 2, "a\0b", 3);
	put(&m, 0, 4);
	put_option(&m, 2, "behind the end", 14);
	block_end(&m, at);
	s = opened(&m);

	struct frame f;
	uint32_t i;

	assert_int_equal(next(s, &f, &i), SAVEFILE_END);
	assert_int_equal(savefile_ifaces(s), 2);
	assert_int_equal(strlen(savefile_iface(s, 0)->name), 63);
	assert_true(savefile_iface(s, 0)->has_mac);
	assert_memory_equal(savefile_iface(s, 0)->mac.b, mac, 6);
	assert_string_equal(savefile_iface(s, 1)->name, "a");
	assert_false(savefile_iface(s, 1)->has_mac);
	ends(s);
}

static void
ng_times(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t ticks;
		nstime time;
	} rows[] = {
		{ 0, 0, 1767225600, 1767225600 * NS_SEC },
		{ 3, 0, 1500, 1500 * NS_MSEC },
		{ 9, 10, 7, 10 * NS_SEC + 7 },
		{ 12, 0, 1999, 1 },
		{ 18, 0, UINT64_MAX, 18446744073 },
		{ 28, 0, UINT64_MAX, 1 },
		{ 29, 0, UINT64_MAX, 0 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0x80, 0, 5, 5 * NS_SEC },
		{ 0x80 | 32, 0, (uint64_t)3 << 32 | (uint64_t)1 << 31, 3500 * NS_MSEC },
		{ 0x80 | 64, 0, (uint64_t)1 << 63, NS_SEC / 2 },
		{ 0xff, 0, 1, 1000 }, /* none given: microseconds */
		{ 0x80 | 126, 1, UINT64_MAX, NS_SEC },
		/* Out of range: the nearest that is not. 2199-12-31T23:59:59Z */
		{ 0, 0, UINT64_MAX, 7258118399 * NS_SEC },
		{ 0, INT64_MAX, UINT64_MAX, 7258118399 * NS_SEC },
		{ 0x80, INT64_MAX, UINT64_MAX, 7258118399 * NS_SEC },
		{ 0, INT64_MIN, UINT64_MAX, 7258118399 * NS_SEC },
		{ 0, INT64_MIN, INT64_MAX, 0 },
		{ 6, -1, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made m = { .big = false };
		struct savefile *s;

		put_section(&m, i % 2);
		put_iface(&m, 1, 0, "x", rows[i].resolution, rows[i].offset);
		put_epb(&m, 0, rows[i].ticks, 1, "t");
		s = opened(&m);
		frame_is(s, 0, rows[i].time, 1, 1, "t");
		ends(s);
	}
}

static void
ng_simple_packets(void **state)
{
	struct made m = { .big = false };
	struct savefile *s;

	(void)state;
	put_section(&m, false);
	put_iface(&m, 1, 3, NULL, 0xff, 0);
	put_spb(&m, 1000, "abc"); /* cut by the snap length */
	put_spb(&m, 2, "xy");
	s = opened(&m);
	frame_is(s, 0, 0, 1000, 1, "abc");
	frame_is(s, 0, 0, 2, 1, "xy");
	ends(s);

	/* Without a snap length the whole frame must be there. */
	m.n = 0;
	put_section(&m, false);
	put_iface(&m, 1, 0, NULL, 0xff, 0);
	put_spb(&m, 1000, "abcd");
	is_bad(opened(&m), "at byte 48: captured length 1000 of a frame: its block has only 4", 20);

	m.n = 0;
	put_section(&m, false);
	put_spb(&m, 4, "abcd");
	is_bad(opened(&m), "a frame of interface 0: 0 are described before it", 20);
}

/* A section, an interface (at 28, 20 bytes) and a frame (at 48, 36 bytes), with four bytes set. */
static struct savefile *
with(size_t at, uint32_t value)
{
	struct made m = { .big = false };
	size_t n;

	put_section(&m, false);
	put_iface(&m, 1, 0, NULL, 0xff, 0);
	put_epb(&m, 0, 1, 4, "abcd");
	n = m.n;
	m.n = at;
	put(&m, value, 4);
	m.n = n;
	return opened(&m);
}

static void
ng_bad(void **state)
{
	(void)state;
	is_bad(with(52, 0), "block length 0: must be a multiple of 4 from 12 to 16777216", 36);
	is_bad(with(52, 8), "at byte 48: block length 8", 36);
	is_bad(with(52, 34), "block length 34", 36);
	is_bad(with(52, 16777220), "block length 16777220", 36);
	is_bad(with(52, 0xfffffffc), "block length 4294967292", 36);
	is_bad(with(52, 40), "the file ends inside a record of at least 40 bytes, of which 36", 36);
	is_bad(with(52, 16777216), "ends inside a record of at least 16777216 bytes", 36);
	is_bad(with(52, 32), "block length 32 at its start, 1684234849 at its end", 36);
	is_bad(with(80, 32), "block length 36 at its start, 32 at its end", 36);
	is_bad(with(56, 1), "a frame of interface 1: 1 are described before it", 36);
	is_bad(with(56, UINT32_MAX), "a frame of interface 4294967295", 36);
	is_bad(with(68, 5), "captured length 5 of a frame: its block has only 4", 36);
	is_bad(with(68, UINT32_MAX), "captured length 4294967295", 36);
	is_bad(with(48, 0x0a0d0d0a), "a section header without the byte-order magic", 36);
}

static void
ng_short_blocks(void **state)
{
	static const uint32_t types[] = { 1, 2, 3, 6 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct made m = { .big = false };
		size_t at;

		put_section(&m, false);
		put_iface(&m, 1, 0, NULL, 0xff, 0);
		at = block(&m, types[i]);
		block_end(&m, at);
		is_bad(opened(&m), "shorter than it must be", 12);
	}

	struct made m = { .big = false };
	size_t at;

	put_section(&m, false);
	at = block(&m, 1);
	put(&m, 1, 4);
	put(&m, 0, 4);
	put(&m, 2, 2); /* if_name of 5 bytes, of which 4 are there */
	put(&m, 5, 2);
	put(&m, 0, 4);
	block_end(&m, at);
	is_bad(opened(&m), "at byte 28: interface description 1: shorter", 28);

	m.n = 0;
	put_section(&m, false);
	at = block(&m, 1);
	put(&m, 1, 4);
	put(&m, 0, 4);
	put_option(&m, 14, "1234", 4); /* an offset has 8 bytes */
	block_end(&m, at);
	is_bad(opened(&m), "interface description 1: shorter", 28);

	m.n = 0;
	put_section(&m, false);
	at = block(&m, 0x0a0d0d0a);
	put(&m, 0x1a2b3c4d, 4);
	put(&m, 2, 2);
	put(&m, 0, 2);
	put(&m, 0, 8);
	block_end(&m, at);
	is_bad(opened(&m), "version 2 of pcapng", 28);
}

/* More descriptions than are held end the file, not the memory. */
static void
ng_too_many_interfaces(void **state)
{
	enum { MANY = 65537 };
	size_t size = 28 + 20 * (size_t)MANY;
	uint8_t *bytes = malloc(size);
	struct made m = { .big = false };
	struct savefile *s;
	const char *error;

	(void)state;
	assert_non_null(bytes);
	put_section(&m, false);
	put_iface(&m, 1, 0, NULL, 0xff, 0);
	assert_int_equal(m.n, 48);
	memcpy(bytes, m.b, 28);
	for (size_t i = 0; i < MANY; i++)
		memcpy(bytes + 28 + 20 * i, m.b + 28, 20);
	assert_int_equal(savefile_open_fd(file_of(bytes, size), &s, &error), 0);
	is_bad(s, "interface description 65537: at most 65536", 20);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ng_forms),
		cmocka_unit_test(ng_sections),
		cmocka_unit_test(ng_options),
		cmocka_unit_test(ng_times),
		cmocka_unit_test(ng_simple_packets),
		cmocka_unit_test(ng_bad),
		cmocka_unit_test(ng_short_blocks),
		cmocka_unit_test(ng_too_many_interfaces),
	};

	return UNIT_RUN(tests);
}
