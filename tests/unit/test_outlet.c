/* test_outlet.c - what a line looks like on its way: fields read back, journald's datagram, RFC
 * 5424, ECS. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "hub/ecs.h"
#include "hub/outlet_journal.h"
#include "hub/outlet_remote.h"
#include "hub/reading.h"

/* 2026-01-05 03:04:05.000123 UTC; nine hours east it is 12:04. */
#define WHEN ((nstime)(20458 * 86400 + 3 * 3600 + 4 * 60 + 5) * NS_SEC + 123 * NS_USEC)

static struct outlet_line
line_of(const char *text, size_t size)
{
	return (struct outlet_line){
		.text = text, .size = size, .time = WHEN, .offset = 9 * 3600, .severity = 2
	};
}

static struct outlet
outlet_of(uint8_t target, const char *path)
{
	struct outlet o;

	outlet_init(&o, target, 3, path, "segauditd", 4711);
	return o;
}

/* Does the next field have this key and, without escapes, this value? */
static void
expect_field(struct reading *r, const char *key, const char *value, size_t size)
{
	char got[256];

	assert_true(reading_next(r));
	assert_int_equal(r->field.key.size, strlen(key));
	assert_memory_equal(r->field.key.at, key, strlen(key));
	assert_int_equal(reading_value(r, got, sizeof got), size);
	assert_memory_equal(got, value, size);
}

static void
test_reading(void **state)
{
	static const char line[] = "SEG2003 OPEN ev=7K3QD9 src=[2001:db8::9]:51514 empty=\"\" "
				   "a=\"b \\\"c\\\" \\\\ d\" b=\"\\x00\\x1b\\u{3042}\\u{1f600}\" "
				   "bad=\"\\q\\x1\\u{}\\u{110000}\" x=ab msg=\"\xe3\x81\x82\"";
	struct reading r;
	char two[2];

	(void)state;
	assert_true(reading_begin(&r, line, sizeof line - 1));
	assert_memory_equal(r.id.at, "SEG2003", READING_ID);
	assert_int_equal(r.state.size, 4);
	assert_memory_equal(r.state.at, "OPEN", 4);
	expect_field(&r, "ev", "7K3QD9", 6);
	expect_field(&r, "src", "[2001:db8::9]:51514", 19);
	expect_field(&r, "empty", "", 0);
	expect_field(&r, "a", "b \"c\" \\ d", 9);
	expect_field(&r, "b", "\0\x1b\xe3\x81\x82\xf0\x9f\x98\x80", 9);
	/* What is no escape stands for itself. */
	expect_field(&r, "bad", "\\q\\x1\\u{}\\u{110000}", 19);
	expect_field(&r, "x", "ab", 2);
	expect_field(&r, "msg", "\xe3\x81\x82", 3);
	assert_int_equal(reading_value(&r, two, sizeof two), 2);
	assert_false(reading_next(&r));
}

static void
test_no_line(void **state)
{
	static const char *const wrong[] = { "", "SEG", "SEG2003", "SEG20a3 OPEN", "XEG2003 OPEN",
		"SEG2003 open", "SEG2003 OPENx=1", "SEG2003  OPEN", "SEG2003 OPEN " };
	static const char *const ends[] = { "SEG2003 OPEN", "SEG2003 OPEN =1", "SEG2003 OPEN a",
		"SEG2003 OPEN a=\"", "SEG2003 OPEN a=\"\\", "SEG2003 OPEN a=\"\\\"",
		"SEG2003 OPEN a=\"b\"c", "SEG2003 OPEN a=b\\x41", "SEG2003 OPEN A=1" };
	struct reading r;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		/* In memory of its size, so that a read beyond it is seen. */
		char *copy = strndup(wrong[i], strlen(wrong[i]));

		assert_false(reading_begin(&r, copy, strlen(copy)));
		free(copy);
	}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t size = strlen(ends[i]);
		char *copy = malloc(size);

		assert_non_null(copy);
		memcpy(copy, ends[i], size);
		assert_true(reading_begin(&r, copy, size));
		assert_false(reading_next(&r));
		free(copy);
	}
}

/* The value of a field of a journal record, read as journald does: NAME=value up to the newline, or
 * NAME, newline, 64 bits of size with the lowest byte first, value, newline. Any other form fails.
 */
static size_t
journal_field(const char *record, size_t size, const char *name, char to[2048])
{
	const char *p = record, *end = record + size;
	size_t found = SIZE_MAX;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p)), *value;
		size_t n = 0;

		assert_non_null(newline);
		const char *equals = memchr(p, '=', (size_t)(newline - p));
		size_t name_size = (size_t)((equals ? equals : newline) - p);

		assert_in_range(name_size, 1, 64);
		for (size_t i = 0; i < name_size; i++)
			assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", p[i]));
		if (equals) {
			value = equals + 1;
			n = (size_t)(newline - value);
		} else {
			value = newline + 9;
			assert_true(end - newline > 9);
			for (unsigned i = 8; i > 0; i--)
				n = n << 8 | (unsigned char)newline[i];
			assert_true(n < (size_t)(end - value));
			assert_int_equal(value[n], '\n');
		}
		if (name_size == strlen(name) && memcmp(p, name, name_size) == 0) {
			assert_int_equal(found, SIZE_MAX); /* once */
			found = n;
			memcpy(to, value, n);
			to[n] = '\0';
		}
		p = value + n + 1;
	}
	return found;
}

static void
expect_journal(const struct text *t, const char *name, const char *value)
{
	char got[2048];

	assert_int_not_equal(journal_field(t->at, t->len, name, got), SIZE_MAX);
	assert_string_equal(got, value);
}

static void
test_journal(void **state)
{
	static const char line[] =
	    "SEG2003 OPEN ev=7K3QD9 out-going=eth3 sni=\"a\\x0ab=\\u{3042}\" "
	    "nul=\"\\x00\" msg=\"say \\\"no\\\"\"";
	struct outlet o = outlet_of(TARGET_JOURNALD, "/none");
	struct outlet_line l = line_of(line, sizeof line - 1);
	char bytes[JOURNAL_RECORD], got[2048];
	struct text t = text_of(bytes, sizeof bytes);

	(void)state;
	journal_record(&t, &o, &l);
	expect_journal(&t, "MESSAGE", line);
	expect_journal(&t, "PRIORITY", "2");
	expect_journal(&t, "SYSLOG_FACILITY", "3");
	expect_journal(&t, "SYSLOG_IDENTIFIER", "segauditd");
	expect_journal(&t, "SYSLOG_PID", "4711");
	expect_journal(&t, "MESSAGE_ID",
	    "5e617564697440008000"
	    "00000000"
	    "2003");
	expect_journal(&t, "SEGAUDIT_ID", "SEG2003");
	expect_journal(&t, "SEGAUDIT_STATE", "OPEN");
	expect_journal(&t, "SEGAUDIT_EV", "7K3QD9");
	expect_journal(&t, "SEGAUDIT_OUT_GOING", "eth3");
	expect_journal(&t, "SEGAUDIT_SNI", "a\nb=\xe3\x81\x82");
	expect_journal(&t, "SEGAUDIT_MSG", "say \"no\"");
	expect_journal(&t, "SEGAUDIT_TIME", "2026-01-05T12:04:05.000123+09:00");
	assert_int_equal(journal_field(t.at, t.len, "SEGAUDIT_NUL", got), 1);
	assert_int_equal(got[0], '\0');
}

/* The longest line there is, of the shortest fields: all of it fits. */
static void
test_journal_longest(void **state)
{
	struct outlet o = outlet_of(TARGET_JOURNALD, "/none");
	char line[OUTLET_LINE + 1] = "SEG2003 OPEN", bytes[JOURNAL_RECORD], got[2048];
	size_t n = strlen(line);

	(void)state;
	while (n + 4 <= OUTLET_LINE)
		n += (size_t)snprintf(
		    line + n, sizeof line - n, " k=%c", n + 8 > OUTLET_LINE ? 'z' : 'v');
	struct outlet_line l = line_of(line, n);
	struct text t = text_of(bytes, sizeof bytes);
	journal_record(&t, &o, &l);
	assert_int_equal(journal_field(t.at, t.len, "MESSAGE", got), n);
	assert_true(t.len > 12 && memcmp(t.at + t.len - 13, "SEGAUDIT_K=z\n", 13) == 0);
}

static void
test_rfc5424(void **state)
{
	static const char line[] = "SEG2003 OPEN ev=7K3QD9 sev=crit src=[2001:db8::9]:51514 "
				   "sni=\"q\\\" b\\\\ e\\x1b]\" seq=90817 msg=\"\xe3\x81\x82 b\"";
	struct outlet o = outlet_of(TARGET_REMOTE, "udp:127.0.0.1:514");
	struct outlet_line l = line_of(line, sizeof line - 1);
	char bytes[REMOTE_RECORD + 1], want[REMOTE_RECORD];
	struct text t = text_of(bytes, sizeof bytes);
	struct utsname host;

	(void)state;
	assert_int_equal(uname(&host), 0);
	remote_record(&t, &o, &l);
	/* 3 * 8 + 2 = 26. In the data: a quote \", a backslash \\, the bracket \], and the line's
	 * \x1b as text. */
	snprintf(want, sizeof want,
	    "<26>1 2026-01-05T12:04:05.000123+09:00 %s segauditd 4711 SEG2003 "
	    "[segaudit@32473 state=\"OPEN\" ev=\"7K3QD9\" sev=\"crit\" "
	    "src=\"[2001:db8::9\\]:51514\" sni=\"q\\\" b\\\\ e\\\\x1b\\]\" seq=\"90817\"] %s",
	    host.nodename, line);
	assert_string_equal(t.at, want);

	/* What is no line of ours has no data. */
	t = text_of(bytes, sizeof bytes);
	l = line_of("hello", 5);
	remote_record(&t, &o, &l);
	snprintf(want, sizeof want,
	    "<26>1 2026-01-05T12:04:05.000123+09:00 %s segauditd 4711 - - hello", host.nodename);
	assert_string_equal(t.at, want);
}

/* A message that would be too long has its line whole, and data that ends as data must. */
static void
test_rfc5424_longest(void **state)
{
	struct outlet o = outlet_of(TARGET_REMOTE, "udp:127.0.0.1:514");
	char line[OUTLET_LINE + 1] = "SEG2003 OPEN", bytes[REMOTE_RECORD + 1];
	size_t n = strlen(line);

	(void)state;
	while (n + 8 <= OUTLET_LINE)
		n += (size_t)snprintf(line + n, sizeof line - n, " k=\"]]]\"");
	struct outlet_line l = line_of(line, n);
	struct text t = text_of(bytes, sizeof bytes);
	remote_record(&t, &o, &l);
	assert_false(t.cut);
	assert_in_range(t.len, REMOTE_RECORD - 12, REMOTE_RECORD);
	assert_string_equal(t.at + t.len - n, line);
	assert_memory_equal(t.at + t.len - n - 13, " k=\"\\]\\]\\]\"] ", 13);
}

static void
expect_ecs(const char *line, uint8_t severity, const char *want)
{
	char bytes[1024];
	struct text t = text_of(bytes, sizeof bytes);

	ecs_begin(&t, "T", severity, line, strlen(line));
	assert_string_equal(t.at, want);
}

static void
test_ecs(void **state)
{
	(void)state;
	expect_ecs(
	    "{\"id\":\"SEG2003\",\"state\":\"OPEN\",\"verdict\":\"violation\",\"rule\":\"a\\\"b\","
	    "\"proto\":\"tcp\",\"src\":\"10.2.0.9\",\"sport\":51514,\"dst\":\"10.3.9.7\",\"dport\":"
	    "3390,\"msg\":\"x,\\\"src\\\":\\\"no\\\"\"}",
	    2,
	    "{\"@timestamp\":\"T\",\"event.kind\":\"alert\",\"event.severity\":2,\"source.ip\":"
	    "\"10.2.0.9\",\"source.port\":51514,\"destination.ip\":\"10.3.9.7\",\"destination."
	    "port\":"
	    "3390,\"rule.name\":\"a\\\"b\",\"network.transport\":\"tcp\",");
	expect_ecs("{\"id\":\"SEG2003\",\"verdict\":\"drift\",\"proto\":\"icmp6\"}", 3,
	    "{\"@timestamp\":\"T\",\"event.kind\":\"alert\",\"event.severity\":3,"
	    "\"network.transport\":\"ipv6-icmp\",");
	expect_ecs("{\"id\":\"SEG9001\",\"verdict\":\"notice\",\"proto\":\"47\"}", 6,
	    "{\"@timestamp\":\"T\",\"event.kind\":\"event\",\"event.severity\":6,"
	    "\"network.iana_number\":\"47\",");
	expect_ecs("{\"id\":\"SEG3101\",\"message\":3,\"part\":2,\"media\":\"application/pdf\","
		   "\"size\":18231,\"file\":\"a\\\"b\"}",
	    3,
	    "{\"@timestamp\":\"T\",\"file.name\":\"a\\\"b\",\"file.mime_type\":"
	    "\"application/pdf\",");
	expect_ecs("{\"id\":\"SEG9004\",\"file\":\"a.pcap\"}", 4, "{\"@timestamp\":\"T\",");
	expect_ecs("{}", 6, "{\"@timestamp\":\"T\",");
	expect_ecs("{\"a\":\"\\", 6, "{\"@timestamp\":\"T\",");
	expect_ecs("{\"src\":", 6, "{\"@timestamp\":\"T\",");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_no_line),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_journal_longest),
		cmocka_unit_test(test_rfc5424),
		cmocka_unit_test(test_rfc5424_longest),
		cmocka_unit_test(test_ecs),
	};

	return UNIT_RUN(tests);
}
