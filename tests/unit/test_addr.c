/* Addresses, prefixes and MACs as text. Expected texts are examples of RFC 5952 and RFC 4291. */
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr.h"

static void
address_texts(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "10.2.0.9", "10.2.0.9" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		/* RFC 5952, 1 and 4 */
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:0DB8:0:0::0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:DB8:AAAA:0::1", "2001:db8:aaaa::1" },
		{ "0:0:1::", "0:0:1::" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
		/* RFC 4291, 2.5.5.2: held as IPv4; the deprecated form is not */
		{ "::ffff:192.0.2.128", "192.0.2.128" },
		{ "::ffff:c000:280", "192.0.2.128" },
		{ "::13.1.68.3", "::d01:4403" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	};
	char to[ADDR_TEXT];
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(addr_parse(rows[i].in, &a));
		assert_ptr_equal(addr_text(to, &a), to);
		assert_string_equal(to, rows[i].out);
	}
}

static void
address_refused(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"10",
		"10.2.0",
		"10.2.0.9.1",
		"10.2.0.256",
		"10.2.0.09",
		"10.2.0.9 ",
		" 10.2.0.9",
		"0x0a.2.0.9",
		"10.2.0.-9",
		"10.2.0.9/32",
		"fe80::1%eth0",
		"1:2:3:4:5:6:7",
		"1::2::3",
		":::",
		":1",
		"1:",
		"12345::",
		"g::",
		"[::1]",
		"1:2:3:4:5:6:7:8:9",
		"::ffff:10.0.0",
		"localhost",
	};
	struct addr a = addr_from4((const uint8_t[]){ 1, 2, 3, 4 }), before = a;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_false(addr_parse(rows[i], &a));
		assert_true(addr_equal(&a, &before));
	}
}

static void
address_bytes(void **state)
{
	struct addr a;
	const uint8_t expected[16] = { [10] = 0xff, 0xff, 10, 2, 0, 9 };

	(void)state;
	assert_true(addr_parse("10.2.0.9", &a));
	assert_memory_equal(a.b, expected, 16);
	assert_true(addr_is4(&a));
	assert_true(addr_parse("::fffe:a02:9", &a));
	assert_false(addr_is4(&a));
}

/* Random addresses with many zero groups: the text parses again, and inet_ntop agrees where it
 * writes RFC 5952 too. */
static void
address_random(void **state)
{
	unsigned seed = 5952;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (int i = 0; i < 100000; i++) {
		struct addr a, again;
		char to[ADDR_TEXT], libc[INET6_ADDRSTRLEN];

		for (int g = 0; g < 8; g++) {
			long r = random();
			long v = r % 3 ? (r >> 8 & 0xffff) >> (r % 4 * 4) : 0;

			a.b[2 * g] = (uint8_t)(v >> 8);
			a.b[2 * g + 1] = (uint8_t)v;
		}
		assert_true(addr_parse(addr_text(to, &a), &again));
		assert_true(addr_equal(&a, &again));
		assert_non_null(inet_ntop(AF_INET6, a.b, libc, sizeof libc));
		if (!strchr(libc, '.'))
			assert_string_equal(to, libc);
	}
}

static void
prefixes(void **state)
{
	static const struct {
		const char *in;
		enum prefix_error error;
		const char *out;
		uint8_t len;
		bool is4;
	} rows[] = {
		{ "10.1.0.0/16", PREFIX_OK, "10.1.0.0/16", 112, true },
		{ "10.1.2.3", PREFIX_OK, "10.1.2.3", 128, true },
		{ "10.1.2.3/32", PREFIX_OK, "10.1.2.3", 128, true },
		{ "0.0.0.0/0", PREFIX_OK, "0.0.0.0/0", 96, true },
		{ "::/0", PREFIX_OK, "::/0", 0, false },
		{ "2001:db8:1::/48", PREFIX_OK, "2001:db8:1::/48", 48, false },
		{ "2001:db8::1/128", PREFIX_OK, "2001:db8::1", 128, false },
		{ "2001:db8::1", PREFIX_OK, "2001:db8::1", 128, false },
		{ "::ffff:10.0.0.0/104", PREFIX_OK, "10.0.0.0/8", 104, true },
		{ "128.0.0.0/1", PREFIX_OK, "128.0.0.0/1", 97, true },
		{ "10.1.2.3/16", PREFIX_HOST_BITS, "10.1.0.0/16", 112, true },
		{ "10.1.255.255/17", PREFIX_HOST_BITS, "10.1.128.0/17", 113, true },
		{ "2001:db8:ffff::/33", PREFIX_HOST_BITS, "2001:db8:8000::/33", 33, false },
		{ "1.2.3.4/0", PREFIX_HOST_BITS, "0.0.0.0/0", 96, true },
	};
	char to[PREFIX_TEXT];
	struct prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(prefix_parse(rows[i].in, &p), rows[i].error);
		assert_int_equal(p.len, rows[i].len);
		assert_int_equal(p.is4, rows[i].is4);
		assert_string_equal(prefix_text(to, &p), rows[i].out);
	}
}

static void
prefixes_refused(void **state)
{
	static const struct {
		const char *in;
		enum prefix_error error;
	} rows[] = {
		{ "", PREFIX_BAD_ADDRESS },
		{ "/8", PREFIX_BAD_ADDRESS },
		{ "10.1.0/16", PREFIX_BAD_ADDRESS },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/8", PREFIX_BAD_ADDRESS },
		{ "10.1.0.0/33", PREFIX_BAD_LENGTH },
		{ "::/129", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/08", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/+8", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/-8", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/8 ", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/8/8", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/255.255.0.0", PREFIX_BAD_LENGTH },
		{ "10.1.0.0/4294967304", PREFIX_BAD_LENGTH },
	};
	struct prefix p = { .len = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(prefix_parse(rows[i].in, &p), rows[i].error);
		assert_int_equal(p.len, 77);
	}
}

static bool
has(const char *prefix, const char *address)
{
	struct prefix p;
	struct addr a;

	assert_int_equal(prefix_parse(prefix, &p), PREFIX_OK);
	assert_true(addr_parse(address, &a));
	return prefix_has(&p, &a);
}

static void
inside(void **state)
{
	(void)state;
	assert_true(has("10.1.0.0/16", "10.1.255.255"));
	assert_false(has("10.1.0.0/16", "10.2.0.0"));
	assert_true(has("10.1.128.0/17", "10.1.128.0"));
	assert_false(has("10.1.128.0/17", "10.1.127.255"));
	assert_true(has("10.1.2.3", "10.1.2.3"));
	assert_false(has("10.1.2.3", "10.1.2.2"));
	assert_true(has("0.0.0.0/0", "203.0.113.8"));
	assert_false(has("0.0.0.0/0", "::1"));
	assert_true(has("::/0", "2001:db8::1"));
	assert_false(has("::/0", "10.1.2.3"));
	assert_true(has("2001:db8:8000::/33", "2001:db8:ffff::1"));
	assert_false(has("2001:db8:8000::/33", "2001:db8:7fff::1"));
}

static void
macs(void **state)
{
	static const char *const bad[] = {
		"",
		"02:00:00:00:05",
		"02:00:00:00:05:0a:",
		"2:0:0:0:5:a",
		"02-00-00-00-05-0a",
		"02:00:00:00:05:0g",
		"0200.0000.050a",
		"02:00:00:00:05:0a ",
		"020:0:00:00:05:0a",
	};
	const uint8_t expected[6] = { 2, 0, 0, 0xab, 5, 10 };
	struct mac m, other;
	char to[MAC_TEXT];

	(void)state;
	assert_true(mac_parse("02:00:00:aB:05:0A", &m));
	assert_memory_equal(m.b, expected, 6);
	assert_string_equal(mac_text(to, &m), "02:00:00:ab:05:0a");
	other = m;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(mac_parse(bad[i], &m));
	assert_true(mac_equal(&m, &other));
	other.b[5]++;
	assert_false(mac_equal(&m, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_texts),
		cmocka_unit_test(address_refused),
		cmocka_unit_test(address_bytes),
		cmocka_unit_test(address_random),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(prefixes_refused),
		cmocka_unit_test(inside),
		cmocka_unit_test(macs),
	};

	return UNIT_RUN(tests);
}
