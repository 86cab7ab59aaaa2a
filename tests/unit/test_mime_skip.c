/* test_mime_skip.c - what is passed over says what each of its lines would say: many messages of
 * pieces that are of interest to somebody, with and without mime_skip().
 */
#include "unit.h"

#include "mime_feed.h"

#ifdef __SANITIZE_ADDRESS__
enum { MESSAGES = 20000 };
#else
enum { MESSAGES = 200000 };
#endif

#define ROW   "UEsDBBQABgAIAAAAIQDd/JU3ZgEAACAFAAATAAgCW0NvbnRlbnRfVHlwZXNdLnhtbCCiB"
#define WORDS "the quarterly report of the network is at hand and was "

static const char *const heads[] = {
	"\r\n",
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: "
	"base64\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: application/zip\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n",
	"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	"Content-Type: application/pdf; name=a.pdf\r\n\r\n",
};

static const char *const pieces[] = { "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "a", WORDS,
	WORDS, "\r\n" WORDS "\r\n", WORDS WORDS WORDS WORDS WORDS, ROW,
	"\r\n" ROW "\r\n" ROW "\r\n", ROW ROW ROW ROW, ".", "-", "--b", "--b--", "\r\n--b\r\n",
	"\r\n--b--\r\n", "\r\n--b\r\nContent-Type: image/png\r\n\r\n", "\r\n--b\r\n\r\n", "--", "b",
	"\r", "\n", "\t", "\x01", "\x7f", "\x1b$B$\"\x1b(B", "\x1b", "\xe3\x81\x82", "\xff",
	"\xe2\x80\x8b\xe2\x80\x8b\xe2\x80\x8b\xe2\x80\x8b", "<html>", "<", "&#60;", "&", "+ADw",
	";base64,", "\r\nbegin 644 a\r\n#86)C\r\n", "\r\nBEGIN 644 a\r\n", "#86)C\r\n", "=ybegin ",
	"(This file must be converted with BinHex", "-----BEGIN PGP", "\r\n> -----BEGIN PGP",
	"\r\n%PDF-1.4\r\n", "\r\n{\\rtf1\r\n", "\r\nBEGIN:VCALENDAR\r\n", "\r\nbegin  x\r\n",
	"<a x=", "%", "{", "x\x9f>\"", "  ", "BCDEFG", "C", "\r\ncontent-type: a\r\n", "=" };

/* Random enough: seeds are counted up. */
static unsigned
next(unsigned *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

static size_t
put(char *to, size_t room, size_t at, const char *piece)
{
	size_t n = strlen(piece);

	if (n > room - at)
		n = room - at;
	memcpy(to + at, piece, n);
	return at + n;
}

/* Hands bytes over as smtp does: what can be passed over first. Returns how many were. */
static size_t
feed_skipping(struct mime *m, const uint8_t *bytes, size_t size, unsigned cut, unsigned seed)
{
	struct lines l = { .cr = false };
	struct line_piece piece;
	size_t skipped = 0;

	for (size_t done = 0, n; done < size; done += n) {
		const uint8_t *from = bytes + done;
		size_t left;

		n = cut ? 1 + next(&seed) % cut : size;
		if (n > size - done)
			n = size - done;
		left = n;
		do {
			size_t passed = mime_skip(m, &l, from, left);

			assert_true(passed <= left);
			skipped += passed;
			from += passed;
			left -= passed;
			if (!lines_next(&l, &from, &left, &piece))
				break;
			mime_line(m, &piece);
		} while (true);
	}
	if (lines_end(&l, &piece))
		mime_line(m, &piece);
	mime_end(m);
	return skipped;
}

static void
tell(struct text *t, const struct mime *m, const struct text *parts)
{
	const struct mime_culprit *c = mime_culprit(m);

	tell_words(t, mime_words(m));
	text_add(
	    t, " %llu | %u %.*s ", (unsigned long long)mime_size(m), c->part, c->ntype, c->type);
	tell_words(t, c->words);
	text_add(t, " | %.*s", (int)parts->len, parts->at);
}

static size_t
compare(const struct mime_rules *r, const char *bytes, size_t size, unsigned cut, unsigned seed)
{
	static struct mime m;
	static char want[16384], got[16384], parts[8192];
	struct text w = text_of(want, sizeof want), g = text_of(got, sizeof got),
		    p = text_of(parts, sizeof parts);
	size_t skipped;

	mime_begin(&m, r, tell_part, &p);
	feed_lines(&m, (const uint8_t *)bytes, size, 0, 0);
	tell(&w, &m, &p);
	p = text_of(parts, sizeof parts);
	mime_begin(&m, r, tell_part, &p);
	skipped = feed_skipping(&m, (const uint8_t *)bytes, size, cut, seed);
	tell(&g, &m, &p);
	if (strcmp(want, got) != 0)
		print_error("%u: %.*s\n", seed, (int)size, bytes);
	assert_string_equal(want, got);
	return skipped;
}

static void
test_same(void **state)
{
	static struct mime_rules rules[] = { { .allow = "text/plain\0", .max_size = 10 << 20 },
		{ .allow = "text/plain\0multipart/*\0", .max_size = 1500 } };
	static const unsigned cuts[] = { 0, 3, 100, 1460 };
	size_t skipped = 0;
	char bytes[4000];

	(void)state;
	for (unsigned seed = 1, random = 1; seed <= MESSAGES; seed++) {
		unsigned n = 1 + next(&random) % 40;
		size_t size = put(
		    bytes, sizeof bytes, 0, heads[next(&random) % (sizeof heads / sizeof *heads)]);
		struct mime_rules *r = &rules[seed % 2];

		r->charsets = CHARSETS_ALL;
		r->depth = 20;
		for (unsigned i = 0; i < n; i++)
			size = put(bytes, sizeof bytes, size,
			    pieces[next(&random) % (sizeof pieces / sizeof *pieces)]);
		skipped += compare(r, bytes, size, cuts[next(&random) % 4], seed);
	}
	assert_true(skipped > MESSAGES * 50);
}

/* Nothing but words, and a file: all but a line or two is passed over. */
static void
test_skipped(void **state)
{
	static char bytes[8000];
	size_t size, head;

	(void)state;
	for (unsigned file = 0; file < 2; file++) {
		head = size = put(bytes, sizeof bytes, 0, heads[file ? 4 : 1]);
		for (unsigned i = 0; i < 100; i++) {
			size = put(bytes, sizeof bytes, size, file ? ROW : WORDS);
			size = put(bytes, sizeof bytes, size, "\r\n");
		}
		assert_true(compare(&rules_text, bytes, size, 0, 0) >= (size - head) / 100 * 98);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_skipped),
	};

	return UNIT_RUN(tests);
}
