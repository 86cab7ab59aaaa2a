/* test_explain.c - texts for every id: complete, in both languages, such as a terminal can show. */
#include "unit.h"

#include <string.h>

#include "model/explain.h"
#include "model/finding.h"

/* The ids that this version says, by a look at the code and at ALERTS 3. */
static const uint16_t said[] = { 1001, 1002, 1003, 1004, 1005, 2001, 2002, 2003, 2004, 2005, 2006,
	2007, 2011, 3101, 3102, 3103, 3104, 3201, 3202, 3203, 3204, 3303, 4001, 4002, 4003, 4005,
	4007, 5008, 5105, 7001, 7002, 7003, 7004, 7006, 8001, 8002, 9001, 9002, 9003, 9004, 9005,
	9006, 9007, 9008, 9009, 9010, 9011, 9012, 9013 };

static bool
is_said(uint16_t id)
{
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (said[i] == id)
			return true;
	return false;
}

static void
test_every_id(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_kinds(); i++) {
		const struct finding_kind *k = finding_kind_at(i);
		const struct explain *e = explain_of(k->id);

		assert_non_null(e);
		assert_int_equal(e->id, k->id);
		assert_string_equal(e->brief.en, k->meaning);
		assert_int_equal(e->said, is_said(k->id));
	}
	for (unsigned id = 0; id < 70000; id++)
		if (!finding_kind((uint16_t)id) || id > UINT16_MAX)
			assert_null(explain_of(id));
}

static void
assert_english(const char *text)
{
	assert_true(*text);
	for (const char *p = text; *p; p++)
		assert_in_range((unsigned char)*p, 0x20, 0x7e);
	assert_null(strstr(text, "  "));
	assert_int_not_equal(text[strlen(text) - 1], ' ');
	/* A catalog fills in what stands between two of these. */
	assert_null(strchr(text, '@'));
	/* The names of fields stand in pairs of quotes. */
	unsigned quotes = 0;
	for (const char *p = text; *p; p++)
		quotes += *p == '`';
	assert_int_equal(quotes % 2, 0);
}

/* Well-formed UTF-8 with Japanese in it: kana or kanji, but for what has none. */
static void
assert_japanese(const char *text)
{
	bool some = false;

	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		unsigned size = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : 3;

		assert_in_range(*p, 0x20, 0xef);
		assert_false(*p >= 0x80 && *p < 0xc2);
		for (unsigned i = 1; i < size; i++)
			assert_int_equal(p[i] & 0xc0, 0x80);
		some = some || (*p >= 0xe3 && *p <= 0xe9);
		p += size;
	}
	assert_true(some);
	assert_null(strchr(text, '@'));
	assert_null(strstr(text, "  "));
	/* Terms that must not be mixed up with those of the field. */
	assert_null(strstr(text, "インシデント"));
	assert_null(strstr(text, "ゾーン"));
	assert_null(strstr(text, "コンジット"));
}

static void
assert_sentence(const struct explain_text *t)
{
	assert_english(t->en);
	assert_int_equal(t->en[strlen(t->en) - 1], '.');
	assert_japanese(t->ja);
	assert_string_equal(t->ja + strlen(t->ja) - 3, "。");
}

static void
assert_words(const struct explain_text *t)
{
	assert_english(t->en);
	assert_int_not_equal(t->en[strlen(t->en) - 1], '.');
	assert_japanese(t->ja);
	assert_string_not_equal(t->ja + strlen(t->ja) - 3, "。");
}

/* The same fields are named in both languages, so that neither tells less. */
static void
assert_same_fields(const struct explain_text *t)
{
	for (const char *p = strchr(t->en, '`'); p; p = strchr(p, '`')) {
		const char *end = strchr(p + 1, '`');
		char name[64];

		assert_non_null(end);
		assert_true((size_t)(end - p) + 2 < sizeof name);
		memcpy(name, p, (size_t)(end - p) + 1);
		name[end - p + 1] = '\0';
		if (!strstr(t->ja, name))
			fail_msg("%s is not in: %s", name, t->ja);
		p = end + 1;
	}
}

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_kinds(); i++) {
		const struct explain *e = explain_of(finding_kind_at(i)->id);
		unsigned causes = 0, commands = 0;

		assert_sentence(&e->brief);
		if (!e->said) {
			assert_null(e->meaning.en);
			assert_null(e->causes[0].en);
			assert_null(e->run[0].run);
			continue;
		}
		assert_sentence(&e->meaning);
		assert_same_fields(&e->meaning);
		for (; e->causes[causes].en; causes++)
			assert_words(&e->causes[causes]);
		assert_in_range(causes, 1, EXPLAIN_CAUSES);
		for (; e->run[commands].run; commands++) {
			assert_english(e->run[commands].run);
			assert_words(&e->run[commands].why);
		}
		assert_in_range(commands, 1, EXPLAIN_COMMANDS);
		assert_null(e->causes[EXPLAIN_CAUSES].en);
		assert_null(e->run[EXPLAIN_COMMANDS].run);
		assert_int_equal(e->clause.en == NULL, e->clause.ja == NULL);
		if (e->clause.en)
			assert_words(&e->clause);
	}
}

/* 分離 is said of the core zone only, 分割 of the others: texts that stand for both name neither.
 */
static void
test_the_two_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_kinds(); i++) {
		const struct explain *e = explain_of(finding_kind_at(i)->id);

		assert_null(strstr(e->brief.ja, "分離"));
		assert_null(strstr(e->brief.ja, "分割"));
		if (e->said) {
			assert_null(strstr(e->meaning.ja, "分離"));
			assert_null(strstr(e->meaning.ja, "分割"));
		}
	}
}

static void
test_id(void **state)
{
	(void)state;
	assert_int_equal(explain_id("SEG2002"), 2002);
	assert_int_equal(explain_id("seg9013"), 9013);
	assert_int_equal(explain_id("1001"), 1001);
	assert_int_equal(explain_id("no-conduit"), 2002);
	assert_int_equal(explain_id("checkpoint"), 9010);
	assert_int_equal(explain_id("no-"), 0);
	assert_int_equal(explain_id("No-conduit"), 0);
	assert_int_equal(explain_id("SEG2999"), 0);
	assert_int_equal(explain_id(""), 0);
	assert_int_equal(explain_id("S"), 0);
	assert_int_equal(explain_id("SEG"), 0);
	assert_int_equal(explain_id("SEG20021"), 0);
	assert_int_equal(explain_id("SEG 2002"), 0);
	assert_int_equal(explain_id("+2002"), 0);
	assert_int_equal(explain_id("7K3QD9XM2A"), 0);
}

/* Every line of a text is as long as it may be, and they are the text. */
static void
test_line(void **state)
{
	(void)state;
	assert_int_equal(explain_line("one two three", 7), 7);
	assert_int_equal(explain_line("one two three", 6), 3);
	assert_int_equal(explain_line("one two three", 2), 3); /* no shorter one is there */
	assert_int_equal(explain_line("one", 80), 3);
	/* Beside Japanese, two columns each; not before a full stop, not behind a bracket. */
	assert_int_equal(explain_line("領域領域", 4), 6);
	assert_int_equal(explain_line("領域。領域", 4), 3);
	assert_int_equal(explain_line("領域「領」", 7), 6);
	assert_int_equal(explain_line("(SEG2002 の代わり", 9), 8);
}

static void
test_words(void **state)
{
	(void)state;
	for (uint8_t v = VERDICT_CONFORMING; v <= VERDICT_NOTICE; v++) {
		const struct explain_text t = explain_verdict(v);
		size_t n = strlen(verdict_word(v));

		assert_string_equal(t.en, verdict_word(v));
		assert_memory_equal(t.ja, t.en, n);
		assert_memory_equal(t.ja + n, " (", 2);
	}
	assert_string_equal(explain_raised(2002).en, "with a zone of class core");
	assert_string_equal(explain_raised(3301).en, "with a zone of class core or lgwan");
	assert_string_equal(explain_raised(9004).en, "of a captured interface");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_id),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_the_two_words),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
