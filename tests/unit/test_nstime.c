/* Times as text. Expected texts are from `date -u` and from RFC 3339. */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "base/nstime.h"

#define YEAR_2026 ((nstime)1767225600 * NS_SEC) /* 2026-01-01T00:00:00Z */

struct row {
	nstime t;
	int32_t offset;
	const char *text;
};

static void
texts(void **state)
{
	static const struct row rows[] = {
		{ 0, 0, "1970-01-01T00:00:00.000000Z" },
		{ YEAR_2026 + 123456, 0, "2026-01-01T00:00:00.000123Z" },
		{ YEAR_2026 + 123456, 32400, "2026-01-01T09:00:00.000123+09:00" },
		{ YEAR_2026, -12600, "2025-12-31T20:30:00.000000-03:30" },
		{ YEAR_2026 - 1, 0, "2025-12-31T23:59:59.999999Z" },
		{ -1, 0, "1969-12-31T23:59:59.999999Z" },
		{ -NS_DAY, 0, "1969-12-31T00:00:00.000000Z" },
		/* Leap days: 2000 has one, 2100 has none. */
		{ (nstime)951782400 * NS_SEC, 0, "2000-02-29T00:00:00.000000Z" },
		{ (nstime)4107542399 * NS_SEC, 0, "2100-02-28T23:59:59.000000Z" },
		{ (nstime)4107542400 * NS_SEC, 0, "2100-03-01T00:00:00.000000Z" },
		{ (nstime)1709251199 * NS_SEC, 0, "2024-02-29T23:59:59.000000Z" },
		/* Seconds of an offset cannot be written, so they do not count. */
		{ YEAR_2026, 3659, "2026-01-01T01:00:00.000000+01:00" },
		{ YEAR_2026, -59, "2026-01-01T00:00:00.000000Z" },
		{ YEAR_2026, INT32_MAX, "2026-01-01T23:59:00.000000+23:59" },
		{ YEAR_2026, INT32_MIN, "2025-12-31T00:01:00.000000-23:59" },
		/* The ends of the range, 2^63 ns. */
		{ NSTIME_NEVER, 0, "2262-04-11T23:47:16.854775Z" },
		{ NSTIME_NEVER, 86340, "2262-04-12T23:46:16.854775+23:59" },
		{ NSTIME_ALWAYS, 0, "1677-09-21T00:12:43.145224Z" },
		{ NSTIME_ALWAYS, -86340, "1677-09-20T00:13:43.145224-23:59" },
	};
	char to[NSTIME_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_ptr_equal(nstime_text(to, rows[i].t, rows[i].offset), to);
		assert_string_equal(to, rows[i].text);
	}
}

static void
days(void **state)
{
	(void)state;
	assert_int_equal(nstime_days(1970, 1, 1), 0);
	assert_int_equal(nstime_days(1969, 12, 31), -1);
	assert_int_equal(nstime_days(2026, 1, 1), 20454); /* 1767225600 / 86400 */
	assert_int_equal(nstime_days(2000, 3, 1) - nstime_days(2000, 2, 28), 2);
	assert_int_equal(nstime_days(1900, 3, 1) - nstime_days(1900, 2, 28), 1);
	assert_int_equal(nstime_days(0, 3, 1), -719468);
	assert_int_equal(nstime_days(-1, 12, 31), nstime_days(0, 1, 1) - 1);
}

/* Every day of eight centuries against the C library's calendar. */
static void
days_like_timegm(void **state)
{
	(void)state;
	for (int64_t day = nstime_days(1700, 1, 1); day < nstime_days(2250, 1, 1); day++) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;
		char to[NSTIME_TEXT], expected[32];

		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(nstime_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), day);
		assert_true(strftime(expected, sizeof expected, "%Y-%m-%dT%T.000000Z", &tm) > 0);
		assert_string_equal(nstime_text(to, day * NS_DAY, 0), expected);
	}
}

static void
clocks(void **state)
{
	nstime a = nstime_mono(), b = nstime_mono();

	(void)state;
	assert_true(a <= b);
	assert_true(nstime_now() > (nstime)1600000000 * NS_SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(days),
		cmocka_unit_test(days_like_timegm),
		cmocka_unit_test(clocks),
	};

	return UNIT_RUN(tests);
}
