/* test_chain.c - hashes of a chain, computed with sha256sum, and which lines are read as lines. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "model/chain.h"

#define ZEROS "0000000000000000"
#define FIRST "SEG9002 NOTE sev=notice verdict=notice version=1 sid=0a1b2c3d seq=1 h=%s msg=\"a\""
#define SECOND                                                                                     \
	"SEG2001 OPEN in=\"x\\\" sid=00000000 seq=9 h=" ZEROS                                      \
	"\" sid=0a1b2c3d seq=2 h=%s msg=\"b h=1\""
#define RECORD "LEDGER minute in=eth1 sid=0a1b2c3d lseq=1 lh=%s"

/* printf '%064d\n%s' 0 'SEG9002 NOTE … seq=1 msg="a"' | sha256sum; and so on with its digits. */
static const char *const hashes[] = {
	"68d090a25c17693b8598454239bb0231a266027dcb452198acaa9b681cc14d67",
	"480103db708596982434e6f954a877c616f764bd842fcd3aa969c9b9d660af49",
	"c04b0596c6725cdaaf2f0e3a78a6c938837484a39126b986bf4d9f8532fdbde7",
};

/* The line with digits in the place of %s. */
static void
with(char to[200], const char *line, const char *digits)
{
	const char *at = strstr(line, "%s");

	assert_non_null(at);
	snprintf(to, 200, "%.*s%.16s%s", (int)(at - line), line, digits, at + 2);
}

static void
seal(struct chain *c, enum chain_kind kind, const char *text, const char *hash)
{
	char line[200], want[200], digits[CHAIN_HEX];

	with(line, text, ZEROS);
	with(want, text, hash);
	assert_true(chain_seal(c, kind, line, strlen(line)));
	assert_string_equal(line, want);
	assert_string_equal(chain_hex(digits, c->head), hash);
}

static void
test_known(void **state)
{
	struct chain c = { .n = 0 }, records = { .n = 0 };
	char line[200];

	(void)state;
	seal(&c, CHAIN_EVENT, FIRST, hashes[0]);
	seal(&c, CHAIN_EVENT, SECOND, hashes[1]);
	assert_int_equal(c.n, 2);
	seal(&records, CHAIN_RECORD, RECORD, hashes[2]);
	/* Neither twice, nor in the other chain. */
	with(line, SECOND, ZEROS);
	assert_false(chain_seal(&c, CHAIN_EVENT, line, strlen(line)));
	with(line, RECORD, ZEROS);
	assert_false(chain_seal(&c, CHAIN_EVENT, line, strlen(line)));
	assert_int_equal(c.n, 2);
}

/* What a reader does with the same lines. */
static void
test_read(void **state)
{
	struct chain_line l;
	uint8_t hash[CHAIN_HASH] = { 0 };
	char line[200], digits[CHAIN_HEX], value[CHAIN_VALUE];

	(void)state;
	with(line, FIRST, hashes[0]);
	assert_int_equal(chain_read(&l, line, strlen(line)), CHAIN_WHOLE);
	assert_string_equal(l.sid, "0a1b2c3d");
	assert_int_equal(l.seq, 1);
	chain_next(hash, hash, &l);
	assert_true(chain_fits(&l, hash));
	with(line, SECOND, hashes[1]);
	assert_int_equal(chain_read(&l, line, strlen(line)), CHAIN_WHOLE);
	assert_int_equal(l.seq, 2);
	chain_next(hash, hash, &l);
	assert_true(chain_fits(&l, hash));
	assert_string_equal(chain_hex(digits, hash), hashes[1]);
	/* The first field of that name, not what is between quotes. */
	assert_int_equal(chain_value(value, line, strlen(line), "sid"), 8);
	assert_string_equal(value, "0a1b2c3d");
	assert_int_equal(chain_value(value, line, strlen(line), "in"), 40);
	assert_string_equal(value, "x\" sid=00000000 seq=9 h=" ZEROS);
	assert_int_equal(chain_value(value, line, strlen(line), "x"), 0);
	assert_true(chain_unhex(hash, hashes[1]));
	assert_false(chain_unhex(hash, hashes[1] + 1));
	/* A byte that is not as it was. */
	strstr(line, "msg=")[5] = 'c';
	assert_int_equal(chain_read(&l, line, strlen(line)), CHAIN_WHOLE);
	assert_true(chain_unhex(hash, hashes[0]));
	chain_next(hash, hash, &l);
	assert_false(chain_fits(&l, hash));
}

static void
test_forms(void **state)
{
	static const struct {
		enum chain_form form;
		const char *line;
	} cases[] = {
		{ CHAIN_WHOLE, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " msg=\"\"" },
		{ CHAIN_WHOLE,
		    "SEG0000 A sid=00000000 seq=18446744073709551615 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_WHOLE, "LEDGER a sid=00000000 lseq=1 lh=" ZEROS },
		{ CHAIN_UNNUMBERED, "SEG9008 NOTE" },
		{ CHAIN_UNNUMBERED, "SEG9008 NOTE what=x msg=\"y\"" },
		{ CHAIN_MALFORMED, "" },
		{ CHAIN_MALFORMED, "SEG0000 A"
				   " " },
		{ CHAIN_MALFORMED, "SEG00000 A sid=00000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 a sid=00000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " msg=\"x\" " },
		/* What a cut leaves of msg="x". */
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " msg=" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " msg=\"x" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " msg=\"x\" n=1" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS " n=1" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1 h=" ZEROS "0 msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=0000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=0000000G seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=\"000000\" seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=01 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED,
		    "SEG0000 A sid=00000000 seq=18446744073709551616 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq= h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 seq=1  h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 n=1 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A in=\"a sid=00000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A in=a\" sid=00000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "SEG0000 A in=\"a\\" },
		{ CHAIN_MALFORMED, "SEG0000 A sid=00000000 lseq=1 lh=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "LEDGER a sid=00000000 seq=1 h=" ZEROS " msg=\"x\"" },
		{ CHAIN_MALFORMED, "LEDGER a sid=00000000 lseq=1 lh=" ZEROS " msg=\"x\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct chain_line l;

		if (chain_read(&l, cases[i].line, strlen(cases[i].line)) != cases[i].form)
			fail_msg("%s", cases[i].line);
	}
}

/* SHA-256 of "abc", FIPS 180-4's example. */
static void
test_sha256(void **state)
{
	uint8_t hash[CHAIN_HASH];
	char digits[CHAIN_HEX];

	(void)state;
	chain_sha256(hash, "a", 1, "bc", 2);
	assert_string_equal(chain_hex(digits, hash),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* What a checkpoint claims: from `what` to the first `sig` behind it, by fields. */
static void
test_part(void **state)
{
	static const struct {
		const char *line, *part;
	} cases[] = {
		{ "SEG9010 NOTE a=1 what=head n=2 sig=x sid=0", " what=head n=2" },
		{ "SEG9010 NOTE sig=y what=head n=2 sig=x sig=z", " what=head n=2" },
		{ "SEG9010 NOTE what=head what=stop sig=x", " what=head what=stop" },
		{ "SEG9010 NOTE note=\" what=no \" what=a n=\" sig=b \" sig=c",
		    " what=a n=\" sig=b \"" },
		{ " b=1 what=c sig=d", " what=c" }, /* of a part itself */
		{ "SEG9010 NOTE what=head n=2", "" },
		{ "SEG9010 NOTE sig=x what=head", "" },
		{ "SEG9010 NOTE what=head n= broken sig=x", "" },
		{ "what=head sig=x", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *line = cases[i].line, *part;
		size_t size = chain_part(&part, line, strlen(line), "what", "sig");

		assert_int_equal(size, strlen(cases[i].part));
		assert_memory_equal(part, cases[i].part, size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_sha256),
	};

	return UNIT_RUN(tests);
}
