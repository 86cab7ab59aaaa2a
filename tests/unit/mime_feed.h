/* mime_feed.h - messages for the tests of mime: fed in pieces of any size, and what is said of
 * them.
 *
 * Knows: how smtp hands lines to mime. Owns nothing. Included by the tests of mime and its fuzzer.
 * Never judges: what is right stands in the tests.
 */
#ifndef SEGAUDIT_MIME_FEED_H
#define SEGAUDIT_MIME_FEED_H

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "worker/mime.h"

enum { CHARSETS_ALL = (1 << CHARSET_UNKNOWN) - 1 };

static const struct mime_rules rules_text = {
	.allow = "text/plain\0", .charsets = CHARSETS_ALL, .depth = 20, .max_size = 10 << 20
};
static const struct mime_rules rules_mixed = { .allow = "text/plain\0multipart/*\0",
	.charsets = CHARSETS_ALL,
	.depth = 20,
	.max_size = 10 << 20 };

/* Feeds bytes to M: at most CUT at once (0: no bound), and a cut AT them. */
static inline void
feed_lines(struct mime *m, const uint8_t *bytes, size_t size, size_t cut, size_t at)
{
	struct lines l = { .cr = false };
	struct line_piece piece;

	for (size_t done = 0, n; done < size; done += n) {
		const uint8_t *from = bytes + done;
		size_t left;

		n = cut && size - done > cut ? cut : size - done;
		if (done < at && at - done < n)
			n = at - done;
		left = n;
		while (lines_next(&l, &from, &left, &piece))
			mime_line(m, &piece);
	}
	if (lines_end(&l, &piece))
		mime_line(m, &piece);
	mime_end(m);
}

/* The words of a set, one space between two, in the order of their bits; "-" for none. */
static inline void
tell_words(struct text *t, uint64_t words)
{
	if (words == 0)
		text_string(t, "-");
	for (unsigned bit = 0, n = 0; bit < 64; bit++)
		if (words >> bit & 1) {
			text_string(t, n++ ? " " : "");
			text_string(t, what_word(UINT64_C(1) << bit));
		}
}

/* A part, in brackets: depth, number, type, encoding, size, name. */
static inline void
tell_part(void *ctx, const struct mime_part *p)
{
	struct text *t = ctx;

	text_add(t, "[%u %u %s %s %llu%s", p->depth, p->number, p->type, p->encoding,
	    (unsigned long long)p->size, p->nname ? " " : "");
	text_escape(t, p->name, p->nname);
	text_string(t, "]");
}

/* All that mime says of a message: words; the part to name, its type, name and words; the parts. */
static inline void
tell_message(struct text *t, const struct mime_rules *r, const uint8_t *bytes, size_t size,
    size_t cut, size_t at)
{
	static struct mime m;
	const struct mime_culprit *c = mime_culprit(&m);
	char parts[8192];
	struct text p = text_of(parts, sizeof parts);

	memset(&m, 0xa5, sizeof m); /* mime_begin() sets what it needs */
	mime_begin(&m, r, tell_part, &p);
	feed_lines(&m, bytes, size, cut, at);
	tell_words(t, mime_words(&m));
	if (c->words) {
		text_add(t, " | %u %.*s ", c->part, c->ntype, c->type);
		text_escape(t, c->name, c->nname);
		text_string(t, " ");
		tell_words(t, c->words);
	}
	text_add(t, " | %s", parts);
	if (mime_size(&m) != size)
		text_add(t, " size %llu", (unsigned long long)mime_size(&m));
}

#endif
