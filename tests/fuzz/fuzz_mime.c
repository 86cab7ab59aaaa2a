/* fuzz_mime.c - any bytes as a message: what is said of it is the same whatever the pieces in which
 * it comes, its words are words of a mail, and the part to name has one of them.
 *
 * The first byte chooses the rules and the pieces; the rest is the message.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/mime_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) ((holds) ? (void)0 : broken(__LINE__, #holds))

static void __attribute__((noreturn)) broken(int line, const char *what)
{
	fprintf(stderr, "fuzz_mime.c:%d: does not hold: %s\n", line, what);
	abort();
}

static void
check_words(const struct mime_rules *r, const uint8_t *bytes, size_t size)
{
	static struct mime m;
	const struct mime_culprit *c = mime_culprit(&m);
	uint64_t words;

	mime_begin(&m, r, NULL, NULL);
	feed_lines(&m, bytes, size, 0, 0);
	words = mime_words(&m);
	CHECK((words & ~what_all) == 0);
	CHECK((words == 0) == (c->words == 0));
	CHECK((c->words & ~words) == 0);
	CHECK(mime_size(&m) == size);
	CHECK(c->ntype <= sizeof c->type && c->nname <= sizeof c->name);
}

/* Bytes are missing after the first HALF: no crash, and the word. */
static void
check_lost(const struct mime_rules *r, const uint8_t *bytes, size_t size, size_t half)
{
	static struct mime m;
	struct lines l = { .cr = false };
	struct line_piece piece;
	const uint8_t *from = bytes;
	size_t left = half;

	mime_begin(&m, r, NULL, NULL);
	while (lines_next(&l, &from, &left, &piece))
		mime_line(&m, &piece);
	mime_lost(&m);
	feed_lines(&m, bytes + half, size - half, 0, 0);
	CHECK(mime_words(&m) & WHAT_LOST);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char whole[1 << 16], parts[1 << 16];
	const struct mime_rules *r;
	struct text w = text_of(whole, sizeof whole), p = text_of(parts, sizeof parts);
	size_t cut;

	if (size < 1)
		return 0;
	r = data[0] & 1 ? &rules_mixed : &rules_text;
	cut = 1 + (data[0] >> 1) % 16;
	data++;
	size--;
	check_words(r, data, size);
	check_lost(r, data, size, size * cut / 17);
	tell_message(&w, r, data, size, 0, 0);
	tell_message(&p, r, data, size, cut, 0);
	if (strcmp(whole, parts) != 0)
		fprintf(stderr, "%s\n%s\n", whole, parts);
	CHECK(strcmp(whole, parts) == 0);
	return 0;
}
