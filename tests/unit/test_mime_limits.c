/* test_mime_limits.c - messages that are made to cost: limits hold, and time is linear in the
 * bytes.
 *
 * With MIME_BENCH in the environment it also prints what they cost, and how many bytes a nanosecond
 * of processor time takes of mail that does not mean to (on a release build, bytes in the cache).
 */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "mime_feed.h"

#ifdef __SANITIZE_ADDRESS__
enum { MOST = 64 << 20, TRIES = 1, BYTES = 1 << 20 };
#else
enum { MOST = 64 << 20, TRIES = 2, BYTES = MOST };
#endif

static const struct mime_rules rules_wide = { .allow = "text/plain\0multipart/*\0",
	.charsets = CHARSETS_ALL,
	.depth = 20,
	.max_size = MOST };

/* A message: a beginning, many times a middle part, an end. */
struct many {
	const char *id, *head, *middle, *tail;
	size_t bytes; /* of all middle parts, at least; with sanitizers at most BYTES */
	const char *want;
};

#define V      "MIME-Version: 1.0\r\n"
#define B64    "Content-Transfer-Encoding: base64\r\n"
#define QP     "Content-Transfer-Encoding: quoted-printable\r\n"
#define MIXED  V "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
#define DASHES "----------------------------------------------------------------------" /* 70 */
#define X10(s) s s s s s s s s s s

static const struct many manies[] = {
	{ "100,000 fields", "A: b\r\n", "X-1: y\r\n", "\r\nx\r\n", 800000, "limit" },
	{ "4 MB of fields", "A: b\r\n", "X-12345678: " X10("abcdefg ") "\r\n", "\r\nx\r\n", 4 << 20,
	    "limit" },
	{ "a field of 10 MB", "A: b\r\nX: ", X10("abcdefghi "), "\r\n\r\nx\r\n", 10 << 20,
	    "ambiguous limit long-line" },
	{ "a name of 10 MB", "A: b\r\n", X10("abcdefghi-"), "\r\n\r\nx\r\n", 10 << 20,
	    "ambiguous limit header long-line" },
	{ "1,000 folds", "A: b\r\nX: y\r\n", " z\r\n", "\r\nx\r\n", 4000, "limit" },
	{ "1,000,000 parameters", V "Content-Type: text/plain\r\n", " ;a=b;c=d\r\n", "\r\nx\r\n",
	    5500000, "limit" },
	{ "300,000 parts", MIXED, "--B\r\n\r\nabcdefghijklmnopqrstuvwxyz\r\n", "--B--\r\n",
	    11100000, "limit" },
	{ "1,000 parts", MIXED, "--B\r\n\r\nx\r\n", "--B--\r\n", 10000, "-" },
	{ "<", "A: b\r\n\r\n", X10("<<<<<<<<<<") "\r\n", "", 4 << 20, "-" },
	{ "< in a line", "A: b\r\n\r\n", X10("<s<s<s<s<s"), "\r\n", 4 << 20,
	    "ambiguous long-line" },
	{ "+ and ;", "A: b\r\n\r\n", X10("+;&+;&+AD;") "\r\n", "", 4 << 20, "-" },
	{ "dashes",
	    V "Content-Type: multipart/mixed; boundary=" DASHES "\r\n\r\n--" DASHES "\r\n\r\n",
	    " " DASHES "-\r\n", "--" DASHES "--\r\n", 4 << 20, "-" },
	{ "dashes in a line",
	    V "Content-Type: multipart/mixed; boundary=" DASHES "x\r\n\r\n--" DASHES "x\r\n\r\n ",
	    DASHES, "\r\n--" DASHES "x--\r\n", 4 << 20, "ambiguous boundary long-line" },
	{ "look-alikes", MIXED "--B\r\n\r\n", "--Bx\r\n", "--B--\r\n", 4 << 20,
	    "ambiguous boundary" },
	{ "base64 of four characters a line", V B64 "\r\n", "QUFB\r\n", "", 4 << 20, "-" },
	{ "no base64", V B64 "\r\n", X10("**********") "\r\n", "", 4 << 20, "ambiguous encoding" },
	{ "soft breaks", V QP "\r\n", "a=\r\n", "\r\n", 4 << 20, "-" },
	{ "no quoted-printable", V QP "\r\n", X10("==========") "\r\n", "", 4 << 20,
	    "ambiguous encoding" },
	{ "comments", V "Content-Type: text/plain ", "((((", "\r\n\r\nx\r\n", 4 << 20,
	    "ambiguous limit long-line" },
	{ "a version of 10 MB", "MIME-Version: 1.0 ", "((((", "\r\n\r\nx\r\n", 10 << 20,
	    "ambiguous limit long-line" },
	{ "a page's type of 10 MB", V "Content-Type: text/html", X10(";a=b"), "\r\n\r\nx\r\n",
	    10 << 20, "ambiguous limit html long-line" },
};

static char *message;

static size_t
make(const struct many *m, size_t bytes)
{
	size_t n = strlen(m->head), size = strlen(m->middle);

	memcpy(message, m->head, n);
	for (size_t end = n + bytes; n < end; n += size)
		memcpy(message + n, m->middle, size);
	memcpy(message + n, m->tail, strlen(m->tail));
	return n + strlen(m->tail);
}

static double
cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static uint64_t
words_of(const struct mime_rules *r, size_t size)
{
	static struct mime m;

	mime_begin(&m, r, NULL, NULL);
	feed_lines(&m, (const uint8_t *)message, size, 1460, 0);
	return mime_words(&m);
}

static void
check_words(const struct many *row, uint64_t words)
{
	char bytes[256];
	struct text t = text_of(bytes, sizeof bytes);

	tell_words(&t, words);
	if (strcmp(bytes, row->want) != 0)
		fail_msg("%s: %s, not %s", row->id, bytes, row->want);
}

/* What a message says, and that four times the bytes do not cost ten times the time: the shortest
 * of some tries, as others use the machine too. */
static void
test_linear(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof manies / sizeof *manies; i++) {
		const struct many *row = &manies[i];
		size_t bytes = row->bytes < BYTES ? row->bytes : BYTES;
		double best[2] = { 1e18, 1e18 };

		for (unsigned try = 0; try < TRIES; try++)
			for (unsigned whole = 0; whole < 2; whole++) {
				size_t size = make(row, whole ? bytes : bytes / 4);
				double from = cpu_now(), spent;
				uint64_t words = words_of(&rules_wide, size);

				spent = cpu_now() - from;
				if (spent < best[whole])
					best[whole] = spent;
				if (whole)
					check_words(row, words);
			}
		if (getenv("MIME_BENCH"))
			print_message("%-34s %6.1f ns a byte\n", row->id, best[1] / (double)bytes);
		if (best[1] > 1e6 && best[1] > 10 * best[0])
			fail_msg(
			    "%s: %.0f ns, and %.0f ns for a quarter", row->id, best[1], best[0]);
	}
}

/* Multiparts in multiparts, each with its own boundary, all closed. */
static void
test_depth(void **state)
{
	static const struct {
		unsigned depth;
		const char *want;
	} rows[] = { { 1, "-" }, { 20, "-" }, { 21, "depth" }, { 1000, "depth" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct text t = text_of(message, MOST);
		struct many row = { .id = "depth", .want = rows[i].want };

		text_string(&t, V);
		for (unsigned d = 0; d < rows[i].depth; d++)
			text_add(&t,
			    "Content-Type: multipart/mixed; boundary=b%04u\r\n\r\n--b%04u\r\n", d,
			    d);
		text_string(&t, "\r\nx\r\n");
		for (unsigned d = rows[i].depth; d-- > 0;)
			text_add(&t, "--b%04u--\r\n", d);
		check_words(&row, words_of(&rules_wide, t.len));
	}
}

/* What is said behind the limit is said of the part in which it was reached, whatever the pieces.
 */
static void
test_behind_limit(void **state)
{
	static const char mail[] = MIXED X10("abcdefghij") "\r\n"
							   "--B" DASHES DASHES "\r \r\n",
			  want[] = "ambiguous limit bare-newline boundary | 0 multipart/mixed  "
				   "ambiguous limit bare-newline boundary | ";
	struct mime_rules rules = rules_wide;

	(void)state;
	rules.max_size = 100;
	for (size_t at = 0; at < sizeof mail; at++) {
		char said[512];
		struct text t = text_of(said, sizeof said);

		tell_message(&t, &rules, (const uint8_t *)mail, sizeof mail - 1, 0, at);
		assert_string_equal(said, want);
	}
}

/* Bytes a nanosecond, for who asks. */
static void
test_speed(void **state)
{
	static const struct many rows[] = {
		{ "base64 attachment", V "Content-Type: application/pdf\r\n" B64 "\r\n",
		    "TVqQAAMAAAAEAAAA//"
		    "8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		    "", 8 << 20, "attachment" },
		{ "base64 attachment in a multipart",
		    MIXED "--B\r\nContent-Type: application/pdf\r\n" B64 "\r\n",
		    "TVqQAAMAAAAEAAAA//"
		    "8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		    "--B--\r\n", 8 << 20, "attachment" },
		{ "text in us-ascii", V "Content-Type: text/plain\r\n\r\n",
		    "The quick brown fox jumps over the lazy dog, and over it again; and he sleeps "
		    "on.\r\n",
		    "", 8 << 20, "-" },
		{ "text in us-ascii in a multipart",
		    MIXED "--B\r\nContent-Type: text/plain\r\n\r\n",
		    "The quick brown fox jumps over the lazy dog, and over it again; and he sleeps "
		    "on.\r\n",
		    "--B--\r\n", 8 << 20, "-" },
		/* "The quick brown fox jumps over the lazy dog.\r\n" with CR LF at its end, 48
		   bytes */
		{ "text in base64", V "Content-Type: text/plain; charset=utf-8\r\n" B64 "\r\n",
		    "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyEhDQpX\r\n", "",
		    8 << 20, "-" },
		{ "text in quoted-printable",
		    V "Content-Type: text/plain; charset=utf-8\r\n" QP "\r\n",
		    "The quick brown fox jumps over the lazy dog =E3=81=82 and over it again; "
		    "and=\r\n",
		    "\r\n", 8 << 20, "-" },
		{ "text in utf-8",
		    V "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		      "8bit\r\n\r\n",
		    "\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86\xe3\x81\x88\xe3\x81\x8a\xe3\x81\x82\xe3"
		    "\x81\x84"
		    "\xe3\x81\x86\xe3\x81\x88\xe3\x81\x8a\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86\xe3"
		    "\x81\x88"
		    "\xe3\x81\x8a\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86\xe3\x81\x88\xe3\x81\x8a\xe3"
		    "\x80\x82\r\n",
		    "", 8 << 20, "-" },
		{ "text in iso-2022-jp", V "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
		    "\x1b$B$\"$$$&$($*$+$-$/"
		    "$1$3$5$7$9$;$=$?$A$D$F$H$J$K$L$M$N$O$R$U$X$[!#\x1b(B\r\n",
		    "", 8 << 20, "-" },
	};

	(void)state;
	if (!getenv("MIME_BENCH"))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t size = make(&rows[i], rows[i].bytes);
		double best = 1e18;

		for (unsigned try = 0; try < 7; try++) {
			double from = cpu_now(), spent;

			check_words(&rows[i], words_of(&rules_wide, size));
			spent = cpu_now() - from;
			if (spent < best)
				best = spent;
		}
		print_message("%-34s %5.2f GB/s\n", rows[i].id, (double)size / best);
	}
	print_message("%zu bytes a message\n", sizeof(struct mime));
}

static int
setup(void **state)
{
	(void)state;
	message = malloc(MOST);
	return message ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	free(message);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_behind_limit),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, setup, teardown) != 0;
}
