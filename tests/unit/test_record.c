/* test_record.c - reading what base/text.h writes: words, fields, and what may be shown of them. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/record.h"
#include "base/text.h"

static struct wire
wire_of_text(const char *text)
{
	return wire_of(text, strlen(text));
}

static void
expect_span(struct span s, const char *text)
{
	if (!span_is(s, text))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)s.size, s.at, text);
}

static void
test_line(void **state)
{
	struct wire w = wire_of_text("SEG2003 OPEN ev=AB sev=crit want=\"a \\\"b\\\" =c\" n=+4");
	struct record_field f;

	(void)state;
	expect_span(record_word(&w), "SEG2003");
	expect_span(record_word(&w), "OPEN");
	assert_true(record_field(&w, &f));
	expect_span(f.key, "ev");
	expect_span(f.value, "AB");
	assert_false(f.quoted);
	assert_true(record_field(&w, &f));
	assert_true(record_field(&w, &f));
	expect_span(f.key, "want");
	expect_span(f.value, "a \\\"b\\\" =c");
	assert_true(f.quoted);
	assert_true(record_field(&w, &f));
	expect_span(f.value, "+4");
	assert_false(record_field(&w, &f));
	assert_true(w.ok); /* the end is no fault */
}

static void
test_faults(void **state)
{
	static const char *const bad[] = { "a=1 ", "a=1  b=2", " a=1", "a", "=1", "a=", "A=1",
		"a=\"1", "a=\"1\\", "a=\"1\"b=2", "a=1\"", "a=1\\n", "a=1\tb=2", "a=\x01",
		"a=\"\n\"", "a=\x7f", "a=\xe3\x81\x82" };
	struct record_field f;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct wire w = wire_of_text(bad[i]);

		while (record_field(&w, &f))
			;
		if (w.ok)
			fail_msg("passes: \"%s\"", bad[i]);
	}
	struct wire w = wire_of_text("");
	assert_false(record_field(&w, &f));
	assert_true(w.ok);
	w = wire_of_text("");
	(void)record_word(&w);
	assert_false(w.ok);
	/* A NUL is no part of a word, and the bytes need not end with one. */
	w = wire_of("a\0b", 3);
	(void)record_word(&w);
	assert_false(w.ok);
	w = wire_of("status=x", 6);
	expect_span(record_word(&w), "status");
	assert_true(w.ok);
}

static void
expect_plain(const char *value, bool quoted, size_t room, const char *plain)
{
	char to[64];
	struct record_field f = { .value = { value, strlen(value) }, .quoted = quoted };

	assert_string_equal(record_plain(to, room, &f), plain);
}

static void
test_plain(void **state)
{
	(void)state;
	expect_plain("tcp/443", false, 64, "tcp/443");
	expect_plain("say \\\"hi\\\" \\\\", true, 64, "say \"hi\" \\");
	expect_plain("\\u{57fa}\\u{5e79}", true, 64, "\xe5\x9f\xba\xe5\xb9\xb9"); /* 基幹 */
	expect_plain("\\u{1f600}", true, 64, "\xf0\x9f\x98\x80");
	expect_plain("\\u{e9}", true, 64, "\xc3\xa9");
	/* What moves a terminal stays what it was written as. */
	expect_plain("\\x1b[2J\\u{202e}\\u{9b}", true, 64, "\\x1b[2J\\u{202e}\\u{9b}");
	expect_plain("\\u{110000}\\u{d800}\\u{}\\u{1234567}\\u{57", true, 64,
	    "\\u{110000}\\u{d800}\\u{}\\u{1234567}\\u{57");
	/* Cut at a code point: 基 takes three bytes, and one is for the NUL. */
	expect_plain("\\u{57fa}\\u{5e79}", true, 6, "\xe5\x9f\xba");
	expect_plain("\xe5\x9f\xba\xe5\xb9\xb9", true, 6, "\xe5\x9f\xba");
	expect_plain("\xe5\x9f\xba\xe5\xb9\xb9", true, 7, "\xe5\x9f\xba\xe5\xb9\xb9");
	expect_plain("abc", false, 1, "");
}

/* Whatever text_pair() writes of random bytes reads back as one field with that key. */
static void
test_round_trip(void **state)
{
	unsigned seed = 20261121;

	(void)state;
	srandom(seed);
	for (unsigned i = 0; i < 200000; i++) {
		char value[40], bytes[512], plain[256];
		size_t size = (size_t)random() % sizeof value;
		bool ascii = i % 2;

		for (size_t k = 0; k < size; k++)
			value[k] = (char)(ascii ? ' ' + random() % 95 : random());
		struct text t = text_of(bytes, sizeof bytes);
		text_pair(&t, "k", value, size);
		text_add(&t, " z=1");
		struct wire w = wire_of(bytes, t.len);
		struct record_field f, z;
		if (!record_field(&w, &f) || !record_field(&w, &z) || record_field(&w, &z) || !w.ok)
			fail_msg("seed %u, %u: %s", seed, i, bytes);
		expect_span(f.key, "k");
		expect_span(z.value, "1");
		if (!ascii)
			continue;
		(void)record_plain(plain, sizeof plain, &f);
		if (strlen(plain) != size || memcmp(plain, value, size) != 0)
			fail_msg("seed %u, %u: %s is %s", seed, i, bytes, plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_round_trip),
	};

	return UNIT_RUN(tests);
}
