/* test_client.c - what segauditctl shows: nothing that moves a terminal, columns that stand under
 * each other, JSON with the names and types of the daemon's own. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/commands.h"
#include "client/json.h"
#include "client/table.h"
#include "hub/line.h"
#include "tell_policy.h"

static void
expect_safe(const char *bytes, size_t size, const char *safe)
{
	char to[256];

	assert_int_equal(show_safe(to, sizeof to, bytes, size), strlen(safe));
	assert_string_equal(to, safe);
}

static void
test_safe(void **state)
{
	char to[8];

	(void)state;
	expect_safe("plain", 5, "plain");
	expect_safe("\033[2J\r\n\t\x7f", 8, "\\x1b[2J\\x0d\\x0a\\x09\\x7f");
	expect_safe("a\0b", 3, "a\\x00b");
	expect_safe("\xe5\x9f\xba\xe5\xb9\xb9", 6, "\xe5\x9f\xba\xe5\xb9\xb9");
	expect_safe("\xe5\x9f", 2, "\\xe5\\x9f"); /* cut */
	expect_safe("\xc0\xaf\xff", 3, "\\xc0\\xaf\\xff");
	expect_safe("\xc2\x9b", 2, "\\u{009b}");	   /* CSI in one character */
	expect_safe("\xe2\x80\xae", 3, "\\u{202e}");	   /* turns the text round */
	expect_safe("\xed\xa0\x80", 3, "\\xed\\xa0\\x80"); /* a surrogate */
	/* What does not fit whole is left out. */
	assert_int_equal(show_safe(to, sizeof to, "abc\xe5\x9f\xba\xe5\xb9\xb9", 9), 6);
	assert_string_equal(to, "abc\xe5\x9f\xba");
}

/* Nothing but printable characters comes out, whatever goes in; in parts, too. */
static void
test_print_random(void **state)
{
	char *out;
	size_t size;

	(void)state;
	srandom(20261121);
	for (unsigned i = 0; i < 20000; i++) {
		char bytes[300];
		size_t n = (size_t)random() % sizeof bytes;
		FILE *f = open_memstream(&out, &size);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)random();
		show_print(f, bytes, n);
		assert_int_equal(fclose(f), 0);
		for (size_t k = 0; k < size; k++)
			assert_true((unsigned char)out[k] >= ' ' && out[k] != 0x7f);
		free(out);
	}
	/* A character is not torn where a part ends. */
	for (size_t before = 0; before < 130; before++) {
		char bytes[140];
		FILE *f = open_memstream(&out, &size);

		memset(bytes, 'x', before);
		memcpy(bytes + before, "\xe5\x9f\xba", 3);
		show_print(f, bytes, before + 3);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(size, before + 3);
		assert_memory_equal(out, bytes, size);
		free(out);
	}
}

static void
test_table(void **state)
{
	static const char *const heads[] = { "ZONE", "LABEL", ">N", "END", NULL };
	struct table t;
	char *out;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	(void)state;
	if (!show_start())
		skip();
	assert_int_equal(show_width("\xe5\x9f\xba\xe5\xb9\xb9"), 4);
	table_init(&t, heads);
	table_add(&t, "kikan", SHOW_PLAIN);
	table_add(&t, "\xe5\x9f\xba\xe5\xb9\xb9\xe7\xb3\xbb", SHOW_PLAIN); /* 基幹系: 6 columns */
	table_add(&t, "7", SHOW_PLAIN);
	table_add(&t, "a", SHOW_BAD);
	table_add(&t, "x", SHOW_PLAIN);
	table_add(&t, "\033[31mno", SHOW_PLAIN);
	table_add(&t, "1234", SHOW_PLAIN);
	table_add(&t, "", SHOW_PLAIN);
	assert_true(table_print(&t, f, "  ", false));
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, "  ZONE   LABEL          N  END\n"
				 "  kikan  \xe5\x9f\xba\xe5\xb9\xb9\xe7\xb3\xbb         7  a\n"
				 "  x      \\x1b[31mno  1234  \n");
	free(out);
	/* No row, no heads. */
	f = open_memstream(&out, &size);
	table_init(&t, heads);
	assert_true(table_print(&t, f, "", true));
	assert_int_equal(fclose(f), 0);
	assert_int_equal(size, 0);
	free(out);
	/* Colour stands around the text, not around what pads it. */
	static const char *const two[] = { "A", "B", NULL };
	f = open_memstream(&out, &size);
	table_init(&t, two);
	table_add(&t, "no", SHOW_BAD);
	table_add(&t, "z", SHOW_PLAIN);
	assert_true(table_print(&t, f, "", true));
	assert_int_equal(fclose(f), 0);
	assert_string_equal(out, "\033[1mA\033[0m   \033[1mB\033[0m\n\033[1;31mno\033[0m  z\n");
	free(out);
}

static char *
json_of(const char *line, size_t n)
{
	char *out;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	json_line(f, line, n);
	assert_int_equal(fclose(f), 0);
	return out;
}

static void
expect_json(const char *line, const char *json)
{
	char *out = json_of(line, strlen(line));

	assert_string_equal(out, json);
	free(out);
}

static void
test_json(void **state)
{
	(void)state;
	expect_json("SEG2003 OPEN ev=AB proto=47 vlan=20 src=10.2.0.9:51514 dst=[2001:db8::9]:80 "
		    "n=+4 gen=7 sid=00000012 seq=9 msg=\"a \\\"b\\\" \\\\ \\x1b \\xff \\u{3042}\"",
	    "{\"id\":\"SEG2003\",\"state\":\"OPEN\",\"ev\":\"AB\",\"proto\":\"47\",\"vlan\":20,"
	    "\"src\":\"10.2.0.9\",\"sport\":51514,\"dst\":\"2001:db8::9\",\"dport\":80,\"n\":4,"
	    "\"gen\":7,\"sid\":\"00000012\",\"seq\":9,"
	    "\"msg\":\"a \\\"b\\\" \\\\ \\u001b \\\\xff \\u3042\"}");
	expect_json("SEG2003 OPEN vlan=20.300 src=2001:db8::9 dst=10.1.1.1",
	    "{\"id\":\"SEG2003\",\"state\":\"OPEN\",\"vlan\":\"20.300\",\"src\":\"2001:db8::9\","
	    "\"dst\":\"10.1.1.1\"}");
	expect_json("SEG9001 NOTE frames=10 blind=0.000 to=2026 sid=1 n=00 "
		    "bytes=18446744073709551615 x=1",
	    "{\"id\":\"SEG9001\",\"state\":\"NOTE\",\"frames\":10,\"blind\":0.000,"
	    "\"to\":\"2026\",\"sid\":\"1\",\"n\":\"00\",\"bytes\":18446744073709551615,\"x\":"
	    "\"1\"}");
	/* A roll-up, and an interface called 7. */
	expect_json("SEG2002 UPDATE rule=47 in=7 n=+5 incidents=3 closed=1",
	    "{\"id\":\"SEG2002\",\"state\":\"UPDATE\",\"rule\":\"47\",\"in\":\"7\",\"n\":5,"
	    "\"incidents\":3,\"closed\":1}");
	/* A number in quotes, bytes and code points at the edges of what escapes stand for. */
	expect_json("SEG9001 NOTE n=\"5\" a=\"\\x7f\\x80\\u{10ffff}\\u{d800}\" msg=\"\xff\"",
	    "{\"id\":\"SEG9001\",\"state\":\"NOTE\",\"n\":\"5\","
	    "\"a\":\"\\u007f\\\\x80\\udbff\\udfff\\\\u{d800}\",\"msg\":\"\\\\xff\"}");
	/* A line that is none. */
	expect_json("SEG2003 OPEN a=1 b",
	    "{\"id\":\"SEG2003\",\"state\":\"OPEN\",\"a\":\"1\",\"trunc\":1}");
	expect_json("", "{\"id\":\"\",\"state\":\"\",\"trunc\":1}");
	expect_json("SEG1 OPEN a=\"\\u{}\\u{110000}\\u{1f600}\\u\\x4\"",
	    "{\"id\":\"SEG1\",\"state\":\"OPEN\",\"a\":\"\\\\u{}\\\\u{110000}"
	    "\\ud83d\\ude00\\\\u\\\\x4\"}");
}

/* The fields of a record, as members of an object that has others or has not. */
static void
test_json_fields(void **state)
{
	static const char record[] = "role=worker worker=0 running=no";
	static const char *const want[] = { ",\"role\":\"worker\",\"worker\":0,\"running\":\"no\"",
		"\"role\":\"worker\",\"worker\":0,\"running\":\"no\"" };

	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct wire w = wire_of(record, sizeof record - 1);
		char *out;
		size_t size;
		FILE *f = open_memstream(&out, &size);

		json_fields(f, &w, first);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(out, want[first]);
		free(out);
	}
}

static struct tell_policy *
site(void)
{
	struct tell_policy *p = tell_policy_new(1, 9 * 3600);
	uint8_t a = tell_zone(p, "lgwan", "", CLASS_LGWAN),
		b = tell_zone(p, "internet", "", CLASS_INTERNET);

	(void)tell_iface(p, "eth2");
	(void)tell_iface(p, "eth3");
	(void)tell_conduit(p, "vdi", a, b, "tcp/3389", "mon-fri 08:00-19:00", NSTIME_NEVER);
	(void)tell_conduit(p, "47", a, b, "tcp/25", "", NSTIME_NEVER);
	p->p.japanese = true;
	return p;
}

static unsigned compared[INCIDENT_CLOSED + 1]; /* lines, by state */

/* The JSON of a line is the JSON that the daemon itself makes of the incident. */
static void
same_json(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	static const struct line_run run = { "00000012", 99, "0123456789abcdef", NULL };
	const struct policy *p = ctx;
	char line_bytes[LINE_MAX_BYTES + 1], json_bytes[LINE_MAX_BYTES + 1];
	struct text line = text_of(line_bytes, sizeof line_bytes);
	struct text json = text_of(json_bytes, sizeof json_bytes);
	uint8_t severity;

	line_incident(&line, p, state, i, added, &run, &severity);
	line_incident_json(&json, p, state, i, added, &run);
	if (strstr(line_bytes, " trunc=1") || strstr(json_bytes, "\"trunc\":1"))
		return; /* cut at other places */
	char *out = json_of(line_bytes, line.len);
	if (strcmp(out, json_bytes) != 0)
		fail_msg("%s\n%s\n%s", line_bytes, out, json_bytes);
	compared[state]++;
	free(out);
}

static struct finding
some_finding(void)
{
	static const uint16_t shapes[] = { 0, FINDING_LINK, FINDING_PORTS, FINDING_PORTS,
		FINDING_ICMP };
	struct finding f;
	uint8_t *bytes = (uint8_t *)&f;

	for (size_t k = 0; k < sizeof f; k++)
		bytes[k] = (uint8_t)random();
	do
		f.id = finding_kind_at((size_t)random() % finding_kinds())->id;
	while (f.id > 5999);
	f.outcome %= OUTCOME_ANSWERED;
	f.from %= 3;
	f.to %= 3;
	f.claims %= 3;
	f.failed %= COND_EXPIRY + 1;
	f.generation = 1;
	f.rule = random() % 2 ? (uint32_t)POLICY_NONE : (uint32_t)(random() % 2);
	f.near = random() % 2 ? (uint32_t)POLICY_NONE : (uint32_t)(random() % 2);
	f.app = finding_of_app(f.id) ? (uint8_t)((unsigned)random() % APP_END) : APP_UNKNOWN;
	f.expected = finding_of_app(f.id) ? (uint8_t)((unsigned)random() % APP_END) : APP_UNKNOWN;
	f.flags &= FINDING_MIDSTREAM | FINDING_LIKELY | FINDING_GUESSED | FINDING_MACS |
		   FINDING_OUTER | FINDING_HAS_IN | FINDING_HAS_OUT;
	f.flags |= shapes[(size_t)random() % (sizeof shapes / sizeof *shapes)];
	f.what &= WHAT_LOST | WHAT_MIDSTREAM | WHAT_DEPTH;
	if (f.flags & FINDING_ICMP) {
		f.sport &= 255;
		f.dport &= 255;
	}
	if (random() % 2) { /* IPv4 */
		f.src = addr_from4(bytes);
		f.dst = addr_from4(bytes + 4);
	}
	f.in = (struct place){ (uint16_t)(random() % 2), { (uint16_t)(random() % 4096), 0 } };
	f.out = (struct place){ (uint16_t)(random() % 2),
		{ (uint16_t)(random() % 4096), (uint16_t)(random() % 2 * (random() % 4096)) } };
	f.event %= FINDING_EVENTS;
	f.nstack = (uint8_t)(random() % 4);
	for (unsigned k = 0; k < f.nstack; k++)
		f.stack[k] = (uint8_t)(1 + random() % (LAYER_COUNT - 1));
	f.first = (nstime)(random() % 1000000) * NS_SEC;
	f.last = f.first + NS_SEC;
	f.n = (uint64_t)random() % 1000 + 1;
	f.bytes = 60 * f.n;
	return f;
}

static void
test_json_random(void **state)
{
	static const struct hash_key key = { { 1, 3, 5, 7, 9, 11 } };
	struct tell_policy *p = site();
	struct incidents *t = incidents_new(64, &key, NS_HOUR, same_json, &p->p);

	(void)state;
	srandom(20261121);
	for (unsigned i = 0; i < 3000; i++) {
		struct finding f = some_finding();

		assert_true(finding_valid(&f, &p->p));
		incident_add(t, &p->p, &f);
		f.outcome++;
		f.first = f.last;
		incident_add(t, &p->p, &f);
		incident_add(t, &p->p, &f);
		incidents_tick(t, f.last + NS_MIN);
		incidents_close_all(t);
	}
	/* Few are passed over because something was cut. */
	for (unsigned k = 0; k <= INCIDENT_CLOSED; k++)
		assert_in_range(compared[k], 2500, 3000);
	incidents_free(t);
	free(p);
}

/* The same of notes. */
static void
test_json_note(void **state)
{
	static const struct line_run run = { "00000012", 99, "0123456789abcdef", NULL };
	static const char *const fields[] = {
		"seconds=5.139 interfaces=4 watching=4 blind=0.310 frames=529 pairs=12 assured=0",
		"what=coverage in=eth1 watched=5.100 blind=0.038 frames=1 unread=0",
		"in=eth2 what=link-down,mtu from=2026-01-01T00:00:00.000000Z seconds=12.000",
		"version=0.1 gen=1 model=alpha zones=4 conduits=1",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		char line_bytes[LINE_MAX_BYTES + 1], json_bytes[LINE_MAX_BYTES + 1];
		struct text line = text_of(line_bytes, sizeof line_bytes);
		struct text json = text_of(json_bytes, sizeof json_bytes);
		uint8_t severity;

		line_note(&line, 9001, fields[i], "says \"so\"", &run, &severity);
		line_note_json(&json, 9001, fields[i], "says \"so\"", &run);
		char *out = json_of(line_bytes, line.len);
		assert_string_equal(out, json_bytes);
		free(out);
	}
}

/* Whatever the daemon says, a line of JSON comes out: printable, with as many quotes as it takes.
 */
static void
test_json_hostile(void **state)
{
	(void)state;
	srandom(7);
	for (unsigned i = 0; i < 100000; i++) {
		static const char likely[] = "\\\"{}xu0123456789abcdef =+:[].SEG";
		char bytes[120];
		size_t n = (size_t)random() % sizeof bytes;
		bool inside = false;

		for (size_t k = 0; k < n; k++)
			bytes[k] = random() % 8 ? likely[(size_t)random() % (sizeof likely - 1)] :
						  (char)random();
		if (i % 2 && n > 20)
			memcpy(bytes, "SEG2003 OPEN msg=\"", 18);
		char *out = json_of(bytes, n);
		for (const char *p = out; *p; p++) {
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
			if (inside && *p == '\\') {
				assert_true(strchr("\"\\u", p[1]) && p[1]);
				p++;
			} else if (*p == '"') {
				inside = !inside;
			}
		}
		assert_false(inside);
		assert_int_equal(out[strlen(out) - 1], '}');
		free(out);
	}
}

static void
test_value(void **state)
{
	static const char line[] = "SEG2003 OPEN ev=AB label=\"\\u{57fa}\" msg=\"ev=CD\"";
	char to[COMMAND_VALUE];

	(void)state;
	assert_string_equal(command_value(to, line, strlen(line), "ev"), "AB");
	assert_string_equal(command_value(to, line, strlen(line), "label"), "\xe5\x9f\xba");
	assert_string_equal(command_value(to, line, strlen(line), "no"), "");
	assert_string_equal(command_value(to, "a=1", 3, "a"), "1");
	assert_string_equal(command_value(to, "", 0, "a"), "");
	assert_string_equal(command_value(to, "role", 4, "a"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_print_random),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_fields),
		cmocka_unit_test(test_json_random),
		cmocka_unit_test(test_json_note),
		cmocka_unit_test(test_json_hostile),
		cmocka_unit_test(test_value),
	};

	return UNIT_RUN(tests);
}
