/* test_policy_time.c - local time in a compiled policy: hours, changes of the clock, the last valid
 * day. */
#include "unit.h"

#include "site.h"

/* Is a conduit of these hours, in that zone, open at a moment of UTC? */
static bool
open_at(const char *timezone, const char *hours, nstime t)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct policy_answer a;
	struct policy *p;

	r.conf.timezone = timezone;
	rules_hours(&r, rules_conduit(&r, "a", "lgwan", "internet", NULL, NULL, "any"), hours);
	p = compiled(&r);
	q.time = t;
	policy_match(p, &q, &a);
	free(p);
	rules_free(&r);
	return a.failed == COND_NONE;
}

static void
hours_in_tokyo(void **unused)
{
	(void)unused;
	/* Monday 2026-03-30, 08:00 in Tokyo is 23:00 UTC of the Sunday */
	assert_true(open_at("Asia/Tokyo", "mon-fri 08:00-19:00", rules_utc(2026, 3, 29, 23, 0, 0)));
	assert_false(
	    open_at("Asia/Tokyo", "mon-fri 08:00-19:00", rules_utc(2026, 3, 29, 23, 0, 0) - 1));
	assert_true(
	    open_at("Asia/Tokyo", "mon-fri 08:00-19:00", rules_utc(2026, 4, 3, 10, 0, 0) - 1));
	assert_false(open_at("Asia/Tokyo", "mon-fri 08:00-19:00", rules_utc(2026, 4, 3, 10, 0, 0)));
	assert_false(open_at(
	    "Asia/Tokyo", "mon-fri 08:00-19:00", rules_utc(2026, 4, 4, 3, 0, 0))); /* Saturday */
	/* over midnight, and over the end of the week: Sunday 22:00 to Monday 06:00 */
	assert_true(open_at("Asia/Tokyo", "sun 22:00-06:00", rules_utc(2026, 4, 5, 13, 0, 0)));
	assert_true(open_at("Asia/Tokyo", "sun 22:00-06:00", rules_utc(2026, 4, 5, 15, 0, 0)));
	assert_true(open_at("Asia/Tokyo", "sun 22:00-06:00", rules_utc(2026, 4, 5, 21, 0, 0) - 1));
	assert_false(open_at("Asia/Tokyo", "sun 22:00-06:00", rules_utc(2026, 4, 5, 21, 0, 0)));
	assert_false(open_at("Asia/Tokyo", "sun 22:00-06:00", rules_utc(2026, 4, 5, 13, 0, 0) - 1));
	/* before 1970: Wednesday 1969-12-31 23:59:59.999999999 UTC */
	assert_true(open_at("UTC", "wed 23:59-24:00", -1));
	assert_false(open_at("UTC", "thu 00:00-24:00", -1));
}

/* Berlin: UTC+1, from 2026-03-29 01:00 UTC on +2, from 2026-10-25 01:00 UTC on +1. */
static void
hours_where_clocks_change(void **unused)
{
	(void)unused;
	assert_false(open_at(
	    "Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 3, 29, 1, 0, 0))); /* 03:00 */
	assert_false(open_at(
	    "Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 3, 29, 1, 0, 0) - 1)); /* 01:59 */
	assert_true(open_at("Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 3, 22, 1, 0, 0)));
	assert_true(open_at("Europe/Berlin", "mon 08:00-09:00", rules_utc(2026, 3, 30, 6, 0, 0)));
	assert_false(open_at("Europe/Berlin", "mon 08:00-09:00", rules_utc(2026, 3, 30, 7, 0, 0)));
	assert_true(open_at(
	    "Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 10, 25, 0, 30, 0))); /* twice */
	assert_true(open_at("Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 10, 25, 1, 30, 0)));
	assert_false(open_at("Europe/Berlin", "sun 02:00-03:00", rules_utc(2026, 10, 25, 2, 0, 0)));
	assert_true(open_at("Europe/Berlin", "wed 12:00-12:01", rules_utc(2060, 7, 7, 10, 0, 0)));
}

static void
offsets(void **unused)
{
	struct rules r = site();
	struct policy *p;

	(void)unused;
	r.conf.timezone = "Asia/Tokyo";
	p = compiled(&r);
	assert_int_equal(policy_offset_at(p, 0), 9 * 3600);
	assert_int_equal(policy_offset_at(p, NSTIME_ALWAYS), 9 * 3600);
	assert_int_equal(policy_offset_at(p, NSTIME_NEVER), 9 * 3600);
	free(p);
	r.conf.timezone = "Europe/Berlin";
	p = compiled(&r);
	assert_int_equal(policy_offset_at(p, rules_utc(2026, 3, 29, 1, 0, 0) - 1), 3600);
	assert_int_equal(policy_offset_at(p, rules_utc(2026, 3, 29, 1, 0, 0)), 7200);
	assert_int_equal(policy_offset_at(p, rules_utc(2026, 10, 25, 1, 0, 0) - 1), 7200);
	assert_int_equal(policy_offset_at(p, rules_utc(2026, 10, 25, 1, 0, 0)), 3600);
	free(p);
	rules_free(&r);
}

/* The moment at which a conduit expires whose last day is DAY. */
static nstime
end_of(const char *timezone, const char *day)
{
	struct rules r = site();
	struct policy *p;
	nstime t;

	r.conf.timezone = timezone;
	rules_conduit(&r, "a", "lgwan", "internet", NULL, NULL, "any")->expires = day;
	p = compiled(&r);
	t = policy_conduit(p, 0)->expires;
	free(p);
	rules_free(&r);
	return t;
}

static void
last_day(void **unused)
{
	struct policy_query q = flow("10.2.0.9", "10.3.0.9", 6, 443);
	struct rules r = site();
	struct policy *p;

	(void)unused;
	assert_true(end_of("Asia/Tokyo", "2027-03-31") == rules_utc(2027, 3, 31, 15, 0, 0));
	assert_true(end_of("Asia/Tokyo", "2028-02-28") == rules_utc(2028, 2, 28, 15, 0, 0));
	assert_true(end_of("UTC", "2026-12-31") == rules_utc(2027, 1, 1, 0, 0, 0));
	assert_true(end_of("Europe/Berlin", "2026-03-28") == rules_utc(2026, 3, 28, 23, 0, 0));
	assert_true(end_of("Europe/Berlin", "2026-03-29") == rules_utc(2026, 3, 29, 22, 0, 0));
	/* Brazil skipped midnight of 2018-11-04: that day began at 01:00, 03:00 UTC */
	assert_true(end_of("America/Sao_Paulo", "2018-11-03") == rules_utc(2018, 11, 4, 3, 0, 0));
	assert_true(end_of("UTC", "2500-01-01") == NSTIME_NEVER);
	rules_conduit(&r, "a", "lgwan", "internet", NULL, NULL, "any")->expires = "2026-04-01";
	p = compiled(&r);
	q.time = rules_utc(2026, 4, 1, 15, 0, 0) - 1;
	ANSWERS(p, &q, "a");
	q.time++;
	ANSWERS(p, &q, "a:expiry");
	free(p);
	rules_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_in_tokyo),
		cmocka_unit_test(hours_where_clocks_change),
		cmocka_unit_test(offsets),
		cmocka_unit_test(last_day),
	};

	return UNIT_RUN(tests);
}
