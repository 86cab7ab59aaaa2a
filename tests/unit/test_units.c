/* Sizes and durations. */
#include "unit.h"

#include <stdlib.h>

#include "base/units.h"

static void
sizes(void **state)
{
	static const struct {
		const char *in;
		uint64_t bytes;
		const char *out;
	} rows[] = {
		{ "0 B", 0, "0 B" },
		{ "0 MiB", 0, "0 B" },
		{ "100 B", 100, "100 B" },
		{ "1 kB", 1000, "1 kB" },
		{ "512 KiB", 524288, "512 KiB" },
		{ "20 MiB", 20971520, "20 MiB" },
		{ "20MiB", 20971520, "20 MiB" },
		{ "1 MB", 1000000, "1 MB" },
		{ "1024 MiB", 1073741824, "1 GiB" },
		{ "3 GB", 3000000000, "3 GB" },
		{ "1 TiB", 1099511627776, "1 TiB" },
		{ "2 TB", 2000000000000, "2 TB" },
		{ "1025 B", 1025, "1025 B" },
		{ "8388607 TiB", 9223370937343148032u, "8388607 TiB" },
		{ "9223372036854775807 B", INT64_MAX, "9223372036854775807 B" },
	};
	char to[UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t bytes = 1;

		assert_int_equal(unit_bytes(rows[i].in, &bytes), UNIT_OK);
		assert_true(bytes == rows[i].bytes);
		assert_string_equal(unit_bytes_text(to, bytes), rows[i].out);
	}
	assert_string_equal(unit_bytes_text(to, UINT64_MAX), "18446744073709551615 B");
}

static void
durations(void **state)
{
	static const struct {
		const char *in;
		nstime ns;
		const char *out;
	} rows[] = {
		{ "0 s", 0, "0 s" },
		{ "0 days", 0, "0 s" },
		{ "1 ns", 1, "1 ns" },
		{ "10 us", 10000, "10 us" },
		{ "200 ms", 200000000, "200 ms" },
		{ "1000 ms", 1000000000, "1 s" },
		{ "30 s", 30000000000, "30 s" },
		{ "5 min", 300000000000, "5 min" },
		{ "90 min", 5400000000000, "90 min" },
		{ "1 h", 3600000000000, "1 h" },
		{ "24 h", 86400000000000, "1 day" },
		{ "1 day", 86400000000000, "1 day" },
		{ "1 days", 86400000000000, "1 day" },
		{ "90 days", 7776000000000000, "90 days" },
		{ "106751 days", 9223286400000000000, "106751 days" },
	};
	char to[UNIT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		nstime ns = -1;

		assert_int_equal(unit_duration(rows[i].in, &ns), UNIT_OK);
		assert_int_equal(ns, rows[i].ns);
		assert_string_equal(unit_duration_text(to, ns), rows[i].out);
	}
	assert_string_equal(unit_duration_text(to, -NS_MIN), "-1 min");
	assert_string_equal(unit_duration_text(to, INT64_MIN), "-9223372036854775808 ns");
}

static void
refused(void **state)
{
	static const struct {
		const char *in;
		enum unit_error size, duration;
	} rows[] = {
		{ "", UNIT_BAD_NUMBER, UNIT_BAD_NUMBER },
		{ "MiB", UNIT_BAD_NUMBER, UNIT_BAD_NUMBER },
		{ "-1 s", UNIT_BAD_NUMBER, UNIT_BAD_NUMBER },
		{ "+1 B", UNIT_BAD_NUMBER, UNIT_BAD_NUMBER },
		{ " 1 B", UNIT_BAD_NUMBER, UNIT_BAD_NUMBER },
		{ "5", UNIT_NO_UNIT, UNIT_NO_UNIT },
		{ "5 ", UNIT_NO_UNIT, UNIT_NO_UNIT },
		{ "0x10 B", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1.5 MiB", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1  B", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1\tB", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 B ", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 KB", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 mib", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 M", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 minutes", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "1 m", UNIT_BAD_UNIT, UNIT_BAD_UNIT },
		{ "9223372036854775808 B", UNIT_TOO_LARGE, UNIT_BAD_UNIT },
		{ "8388608 TiB", UNIT_TOO_LARGE, UNIT_BAD_UNIT },
		{ "18446744073709551616 B", UNIT_TOO_LARGE, UNIT_BAD_UNIT },
		{ "18446744073709551617 KiB", UNIT_TOO_LARGE, UNIT_BAD_UNIT },
		{ "99999999999999999999999999 ns", UNIT_BAD_UNIT, UNIT_TOO_LARGE },
		{ "106752 days", UNIT_BAD_UNIT, UNIT_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t bytes = 77;
		nstime ns = 77;

		assert_int_equal(unit_bytes(rows[i].in, &bytes), rows[i].size);
		assert_int_equal(unit_duration(rows[i].in, &ns), rows[i].duration);
		assert_true(bytes == 77 && ns == 77);
	}
}

/* What is written is read again as the same. */
static void
round_trip(void **state)
{
	unsigned seed = 64;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (int i = 0; i < 100000; i++) {
		static const nstime units[] = { 1, 1000, 1024, 60, 3600, 86400 };
		char to[UNIT_TEXT];
		uint64_t bytes, value = (uint64_t)random() << 31 | (uint64_t)random();
		nstime ns;

		value >>= random() % 62;
		for (int k = 0; k < 3; k++) {
			uint64_t more;

			if (!__builtin_mul_overflow(value, (uint64_t)units[random() % 6], &more) &&
			    more <= INT64_MAX)
				value = more;
		}
		assert_int_equal(unit_bytes(unit_bytes_text(to, value), &bytes), UNIT_OK);
		assert_true(bytes == value);
		unit_duration_text(to, (nstime)value);
		assert_int_equal(unit_duration(to, &ns), UNIT_OK);
		assert_true(ns == (nstime)value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(durations),
		cmocka_unit_test(refused),
		cmocka_unit_test(round_trip),
	};

	return UNIT_RUN(tests);
}
