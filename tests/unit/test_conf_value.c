/* Single values of the configuration: their grammar, and what is said when they are wrong. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "conf/suggest.h"
#include "conf/value.h"

static char said[1024];

static struct text *
why(void)
{
	static struct text t;

	t = text_of(said, sizeof said);
	return &t;
}

static void
hours(const char *text, unsigned n, const uint16_t want[][2])
{
	struct policy_hours w[VALUE_WINDOWS];

	assert_int_equal(value_hours(text, w, why()), n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(w[i].from, want[i][0]);
		assert_int_equal(w[i].to, want[i][1]);
	}
}

static void
test_hours(void **state)
{
	struct policy_hours w[VALUE_WINDOWS];

	(void)state;
	hours("mon 00:00-24:00", 1, (const uint16_t[][2]){ { 0, 1440 } });
	hours("mon-fri 08:00-19:00", 5,
	    (const uint16_t[][2]){
		{ 480, 1140 }, { 1920, 2580 }, { 3360, 4020 }, { 4800, 5460 }, { 6240, 6900 } });
	hours("sat 09:00-12:00", 1, (const uint16_t[][2]){ { 7740, 7920 } });
	/* Over midnight: two windows, cut at midnight. */
	hours("mon,wed 22:00-06:00", 4,
	    (const uint16_t[][2]){
		{ 1320, 1440 }, { 1440, 1800 }, { 4200, 4320 }, { 4320, 4680 } });
	/* Over the end of the week. */
	hours("sun 22:00-06:00", 2, (const uint16_t[][2]){ { 0, 360 }, { 9960, 10080 } });
	hours("sat-mon 00:00-24:00", 3,
	    (const uint16_t[][2]){ { 0, 1440 }, { 7200, 8640 }, { 8640, 10080 } });
	/* To midnight, in both ways. */
	hours("tue 23:59-00:00", 1, (const uint16_t[][2]){ { 2879, 2880 } });
	hours("tue 23:59-24:00", 1, (const uint16_t[][2]){ { 2879, 2880 } });
	/* A day twice is one. */
	hours("mon,mon-tue,mon 00:00-00:01", 2, (const uint16_t[][2]){ { 0, 1 }, { 1440, 1441 } });
	/* As many windows as there can be. */
	assert_int_equal(value_hours("mon-sun 23:00-22:00", w, why()), 14);
	assert_int_equal(w[0].from, 0);
	assert_int_equal(w[0].to, 1320);
	assert_int_equal(w[13].from, 10020);
	assert_int_equal(w[13].to, 10080);
}

static void
test_hours_wrong(void **state)
{
	static const char *const wrong[] = { "", "mon", "mon ", "08:00-19:00", "mon 8:00-9:00",
		"mon 08:00", "mon 08:00-", "mon 08:00-09:0", "mon 08:00-09:000", "mon 24:00-24:00",
		"mon 25:00-26:00", "mon 08:00-24:30", "mon, 08:00-09:00", "mon- 08:00-09:00",
		"mon-tue-wed 08:00-09:00", "m 08:00-09:00", "mon  08:00-09:00", "mon 08.00-09.00",
		"mon 08:00 -09:00", "mon 08:00-08:00", "mon,,tue 08:00-09:00", "mon\t08:00-09:00" };
	struct policy_hours w[VALUE_WINDOWS];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(value_hours(wrong[i], w, why()), 0);
		assert_true(strlen(said) > 20);
	}
}

static void
service(const char *text, uint8_t proto, bool whole, uint16_t low, uint16_t high, uint16_t app)
{
	struct policy_service s;

	assert_true(value_service(text, &s, why()));
	assert_int_equal(s.proto, proto);
	assert_int_equal(s.whole, whole);
	assert_int_equal(s.low, low);
	assert_int_equal(s.high, high);
	assert_int_equal(s.app, app);
	assert_string_equal(said, "");
}

static void
test_services(void **state)
{
	static const char *const wrong[] = { "", "tcp", "tcp/", "tcp/65536", "tcp/-1", "tcp/1-",
		"tcp/1-65536", "tcp/2-1", "tcp/01", "tcp/1 ", "tcp/1  tls", "tcp/1 nothing",
		"TCP/1", "icmp/256", "icmp/1-2", "ip/255", "ip/", "any/1", "any ", "anything",
		"tcp /1", "tcp/99999999999999999999", "udp/443 tls", "tcp/443 quic", "icmp/8 tls",
		"icmp6/128 dns", "sctp/5060 sip", "ip/50 esp", "ip/6 quic", "ip/17 tls" };
	struct policy_service s = { .proto = 1 };

	(void)state;
	service("tcp/443", 6, false, 443, 443, 0);
	service("udp/53", 17, false, 53, 53, 0);
	service("sctp/2905", 132, false, 2905, 2905, 0);
	service("tcp/8000-8010", 6, false, 8000, 8010, 0);
	service("tcp/0-65535", 6, false, 0, 65535, 0);
	service("tcp/7-7", 6, false, 7, 7, 0);
	service("icmp/8", 1, false, 8, 8, 0);
	service("icmp6/128", 58, false, 128, 128, 0);
	service("ip/47", 47, true, 0, 0, 0);
	service("ip/0", 0, true, 0, 0, 0);
	service("ip/254", 254, true, 0, 0, 0);
	service("any", POLICY_ANY_PROTO, true, 0, 0, 0);
	service("tcp/443 tls", 6, false, 443, 443, 19);
	service("udp/53 dns", 17, false, 53, 53, 1);
	service("tcp/53 dns", 6, false, 53, 53, 1);
	service("udp/443 quic", 17, false, 443, 443, 7);
	service("ip/6 tls", 6, true, 0, 0, 19);
	service("ip/17 quic", 17, true, 0, 0, 7);
	service("any smtp", POLICY_ANY_PROTO, true, 0, 0, 15);
	service("any quic", POLICY_ANY_PROTO, true, 0, 0, 7);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(value_service(wrong[i], &s, why()));
		assert_true(strlen(said) > 20);
	}
	assert_int_equal(s.proto, 1);
}

static void
test_lines(void **state)
{
	static const char *const wrong[] = { "", " eth1", "any", "any vlan 3", "a/b", "a:1", ".",
		"..", "sixteen-bytes-no", "eth1 ", "eth1 vlan", "eth1 vlan 0", "eth1 vlan 4095",
		"eth1 vlan 020", "eth1 vlan 20.", "eth1 vlan 20.0", "eth1 vlan 20.30.40",
		"eth1 vlan 20 ", "eth1 VLAN 20", "eth1.20 20", "\xe3\x81\x82" };
	struct conf_line l = { .vlan = { 9, 9 } };
	char name[16];

	(void)state;
	assert_true(value_line("eth1", &l, why()));
	assert_string_equal(l.name, "eth1");
	assert_int_equal(l.vlan[0], 0);
	assert_int_equal(l.vlan[1], 0);
	assert_true(value_line("fifteen-bytes-x vlan 4094.1", &l, why()));
	assert_string_equal(l.name, "fifteen-bytes-x");
	assert_int_equal(l.vlan[0], 4094);
	assert_int_equal(l.vlan[1], 1);
	assert_true(value_line("eth1.20", &l, why())); /* a name like any other */
	assert_string_equal(l.name, "eth1.20");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_false(value_line(wrong[i], &l, why()));
		assert_true(strlen(said) > 20);
	}
	assert_string_equal(l.name, "eth1.20");
	assert_false(value_iface("eth1 vlan 20", name, why()));
	assert_true(value_iface("anything", name, why()));
}

static void
test_dates(void **state)
{
	static const char *const right[] = { "1970-01-01", "2027-03-31", "2028-02-29", "2000-02-29",
		"9998-12-31" };
	static const char *const wrong[] = { "", "2027-3-31", "2027-02-29", "2100-02-29",
		"2027-04-31", "2027-00-10", "2027-13-01", "2027-01-00", "2027-01-32", "1969-12-31",
		"9999-01-01", "2027/03/31", "2027-03-31x", "20270331", "-027-03-31" };

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_true(value_date(right[i], why()));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(value_date(wrong[i], why()));
}

static void
test_sizes_and_times(void **state)
{
	uint64_t bytes = 7;
	nstime t = 7;

	(void)state;
	assert_true(value_size("20 MiB", 1, UINT64_MAX, &bytes, why()));
	assert_int_equal(bytes, 20971520);
	assert_true(value_size("20MB", 20000000, 20000000, &bytes, why()));
	assert_int_equal(bytes, 20000000);
	assert_false(value_size("20 MB", 20000001, 30000000, &bytes, why()));
	assert_string_equal(said, "must be 20000001 B to 30 MB");
	assert_false(value_size("20", 1, 2, &bytes, why()));
	assert_false(value_size("20 mb", 1, 2, &bytes, why()));
	assert_false(value_size("", 1, 2, &bytes, why()));
	assert_int_equal(bytes, 20000000);
	assert_true(value_time("90 min", 1, (uint64_t)NS_DAY, &t, why()));
	assert_int_equal(t, 5400 * NS_SEC);
	assert_false(value_time("1 h", 1, (uint64_t)NS_MIN, &t, why()));
	assert_string_equal(said, "must be 1 ns to 1 min");
	assert_false(value_time("99999999 days", 0, UINT64_MAX, &t, why()));
	assert_int_equal(t, 5400 * NS_SEC);
}

static void
test_prefixes(void **state)
{
	struct prefix p;
	char text[PREFIX_TEXT];

	(void)state;
	assert_true(value_prefix("10.1.0.0/16", false, &p, why()));
	assert_int_equal(p.len, 112);
	assert_true(p.is4);
	assert_false(value_prefix("10.1.0.1/16", false, &p, why()));
	assert_string_equal(said, "has bits set behind its length: did you mean \"10.1.0.0/16\"?");
	assert_string_equal(prefix_text(text, &p), "10.1.0.0/16");
	assert_false(value_prefix("10.1.0.0/33", false, &p, why()));
	assert_string_equal(said, "prefix length must be 0 to 32");
	assert_false(value_prefix("2001:db8::/x", false, &p, why()));
	assert_string_equal(said, "prefix length must be 0 to 128");
	assert_false(value_prefix("10.1.0.0/16", true, &p, why()));
	assert_true(value_prefix("10.1.0.7", true, &p, why()));
	assert_true(value_prefix("10.1.0.7/32", true, &p, why()));
}

static void
test_remote(void **state)
{
	static const char *const right[] = { "udp:192.0.2.1:514", "tcp:[2001:db8::1]:601",
		"udp:[::]:1", "tcp:0.0.0.0:65535" };
	static const char *const wrong[] = { "", "udp:", "udp::", "udp::514", "192.0.2.1:514",
		"udp:192.0.2.1", "udp:192.0.2.1:", "udp:192.0.2.1:0", "udp:192.0.2.1:65536",
		"udp:2001:db8::1:514", "udp:[192.0.2.1]:514", "udp:[]:514", "tls:192.0.2.1:514",
		"udp:host:514", "udp:192.0.2.1:514 ", "udp:[:514", "udp:]:514" };

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_true(value_remote(right[i], why()));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(value_remote(wrong[i], why()));
}

static void
test_names(void **state)
{
	static const char label63[] =
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk";
	char name[300];

	(void)state;
	assert_true(value_name("a", why()));
	assert_true(value_name("*.office365.example", why()));
	assert_true(value_name("_tcp.A-b.example", why()));
	assert_true(value_name(label63, why()));
	(void)snprintf(name, sizeof name, "%sx", label63);
	assert_false(value_name(name, why()));
	(void)snprintf(name, sizeof name, "%s.%s.%s.%.61s", label63, label63, label63, label63);
	assert_int_equal(strlen(name), 253);
	assert_true(value_name(name, why()));
	(void)snprintf(name, sizeof name, "%s.%s.%s.%.62s", label63, label63, label63, label63);
	assert_false(value_name(name, why()));
	assert_false(value_name("*", why()));
	assert_false(value_name("*.", why()));
	assert_false(value_name("*.*.example", why()));
	assert_false(value_name("a-.example", why()));
	assert_true(value_pair("lgwan>internet", why()));
	assert_false(value_pair("lgwan>", why()));
	assert_false(value_pair("lgwan", why()));
	assert_false(value_pair("a>b>c", why()));
	assert_true(value_media("text/plain", why()));
	assert_false(value_media("text/", why()));
	assert_true(value_media("image/*", why()));
	assert_false(value_media("image/x*", why()));
	assert_false(value_media("*/*", why()));
	assert_true(value_charset("ISO-8859-1", why()));
	assert_true(value_charset("x-sjis", why()));
	assert_false(value_charset("utf 8", why()));
	assert_false(value_charset("koi8-r", why()));
	assert_string_equal(said, "must be us-ascii, utf-8, iso-2022-jp, shift_jis, "
				  "windows-31j, euc-jp or iso-8859-1");
	assert_true(value_id("a.b_c-1", why()));
	assert_false(value_id(".a", why()));
	assert_false(value_id("", why()));
	assert_false(value_id("a>b", why()));
	assert_true(value_user("_seg-audit1", why()));
	assert_false(value_user("Root", why()));
}

/* Table 3-7 of the Unicode standard: well-formed sequences, and what lies just beside them. */
static void
test_utf8(void **state)
{
	static const char *const right[] = { "", "a", "\x7f", "\xc2\x80", "\xdf\xbf",
		"\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "abcdefgh\xe3\x81\x82ijk" };
	static const char *const wrong[] = { "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2",
		"\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe3\x81", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf0\x90\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_int_equal(value_utf8(right[i], strlen(right[i])), strlen(right[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(value_utf8(wrong[i], strlen(wrong[i])), 0);
	assert_int_equal(value_utf8("abcdefgh\xff", 9), 8);
	assert_true(value_text("\xe5\x9f\xba\xe5\xb9\xb9", why()));
	assert_false(value_text("\xe5\x9f", why()));
	assert_false(value_text("a\tb", why()));
	assert_false(value_text("\xc2\x85", why())); /* a control of C1 */
}

static void
quoted(const char *text, const char *want)
{
	char buffer[512];
	struct text t = text_of(buffer, sizeof buffer);

	value_quote(&t, text);
	assert_string_equal(buffer, want);
}

static void
test_quote(void **state)
{
	(void)state;
	quoted("", "\"\"");
	quoted("a\"b\\", "\"a\\\"b\\\\\"");
	quoted("\x1b[31m\n", "\"\\x1b[31m\\x0a\"");
	quoted("\xe5\x9f\xba\xff", "\"\xe5\x9f\xba\\xff\"");
	quoted("\xc2\x9b", "\"\\xc2\\x9b\"");
	/* 81 bytes: one too many. */
	quoted("123456789012345678901234567890123456789012345678901234567890123456789012345678901",
	    "\"12345678901234567890123456789012345678901234567890123456789012345678901234567890\".."
	    ".");
}

/* Distances counted by hand. */
static void
test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned d;
	} rows[] = {
		{ "", "", 0 },
		{ "a", "", 1 },
		{ "", "abc", 3 },
		{ "kitten", "sitting", 3 },
		{ "networks", "netwroks", 1 },
		{ "zones", "ZONES", 0 },
		{ "abcdef", "abcxyz", 3 },
		{ "ca", "abc", 3 },
		{ "flaw", "lawn", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(suggest_distance(rows[i].a, rows[i].b, 9), rows[i].d);
		assert_int_equal(suggest_distance(rows[i].b, rows[i].a, 9), rows[i].d);
	}
	assert_int_equal(suggest_distance("abcdef", "abcxyz", 2), 3); /* more than 2 */
}

static const char *
word(const void *context, size_t i)
{
	const char *const *words = context;

	return words[i];
}

static void
test_suggest(void **state)
{
	static const char *const words[] = { "core", "lgwan", "internet", "outside", "wan",
		"warning" };

	(void)state;
	assert_string_equal(suggest("lgwna", 6, word, words), "lgwan");
	assert_string_equal(suggest("Internt", 6, word, words), "internet");
	assert_string_equal(suggest("wab", 6, word, words), "wan");
	assert_string_equal(
	    suggest("warn", 6, word, words), "wan"); /* one change is nearer than a beginning */
	assert_string_equal(suggest("outsiders", 6, word, words), "outside");
	assert_null(suggest("zebra", 6, word, words));
	assert_null(suggest("", 6, word, words));
	assert_null(suggest("x", 6, word, words));
	assert_null(suggest("core", 0, word, words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_hours_wrong),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_sizes_and_times),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_remote),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_suggest),
	};

	return UNIT_RUN(tests);
}
