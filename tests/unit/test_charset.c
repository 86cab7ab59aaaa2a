/* test_charset.c - the names of character sets, as mails write them. */
#include "unit.h"

#include <string.h>

#include "model/charset.h"

static enum charset
of(const char *name)
{
	return charset_of(name, strlen(name));
}

/* The numbers are bits of a policy: they stay what they are. */
static void
test_names(void **state)
{
	static const struct {
		const char *name;
		enum charset charset;
	} rows[] = { { "us-ascii", 0 }, { "utf-8", 1 }, { "iso-2022-jp", 2 }, { "shift_jis", 3 },
		{ "windows-31j", 4 }, { "euc-jp", 5 }, { "iso-8859-1", 6 } };

	(void)state;
	assert_int_equal(CHARSET_UNKNOWN, 7);
	assert_null(charset_name(CHARSET_UNKNOWN));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(of(rows[i].name), rows[i].charset);
		assert_string_equal(charset_name(rows[i].charset), rows[i].name);
	}
}

/* Names that IANA lists for a set, and those of old Japanese mail programs, in any case. */
static void
test_aliases(void **state)
{
	(void)state;
	assert_int_equal(of("ANSI_X3.4-1968"), CHARSET_US_ASCII);
	assert_int_equal(of("UTF8"), CHARSET_UTF_8);
	assert_int_equal(of("ISO-2022-JP"), CHARSET_ISO_2022_JP);
	assert_int_equal(of("csISO2022JP"), CHARSET_ISO_2022_JP);
	assert_int_equal(of("Shift-JIS"), CHARSET_SHIFT_JIS);
	assert_int_equal(of("X-SJIS"), CHARSET_SHIFT_JIS);
	assert_int_equal(of("CP932"), CHARSET_WINDOWS_31J);
	assert_int_equal(of("x-euc-jp"), CHARSET_EUC_JP);
	assert_int_equal(of("Extended_UNIX_Code_Packed_Format_for_Japanese"), CHARSET_EUC_JP);
	assert_int_equal(of("Latin1"), CHARSET_ISO_8859_1);
}

/* What only looks like one is none: other escapes, other rows, a tail, a NUL. */
static void
test_unknown(void **state)
{
	static const char *const names[] = { "", "utf", "utf-7", "utf-16", "utf-8 ", " utf-8",
		"utf-8x", "iso-2022-jp-2", "iso-2022-kr", "iso-2022-jp-ms", "cp50221",
		"iso-8859-15", "windows-1252", "koi8-r", "gb2312", "8bit", "unknown-8bit",
		"utf\xef\xbc\x8d"
		"8" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(of(names[i]), CHARSET_UNKNOWN);
	assert_int_equal(charset_of("utf-8", 6), CHARSET_UNKNOWN); /* its NUL, too */
	assert_int_equal(charset_of("utf-8", 4), CHARSET_UNKNOWN);
	assert_int_equal(charset_of("utf-8;x", 5), CHARSET_UTF_8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_unknown),
	};

	return UNIT_RUN(tests);
}
