/* smtp_recording.h - a mime that keeps what it is given, and dialogues with what they must say.
 *
 * Knows: two messages at once, that of the connection and that of the second reading. Owns what
 * they were given. Included by tests of smtp whose subject is where messages begin and end; what is
 * in them is the subject of test_mime. Never judges, but for bare newlines, NUL, and a line that
 * stands for an attachment.
 */
#ifndef SEGAUDIT_SMTP_RECORDING_H
#define SEGAUDIT_SMTP_RECORDING_H

#include "smtp_dialogue.h"

/* A line that stands for a part that is not text. */
#define ATTACHMENT "!attachment"

enum { KEPT = 2, CONTENT = 1 << 16 };

/* A message: {lines|of|text|}, all that a connection has one after the other. */
static struct kept {
	const struct mime *of;
	uint64_t words, size;
	struct mime_culprit culprit;
	char line[16];
	size_t nline;
	bool open, utf8;
	struct text told;
	char content[CONTENT];
} kept[KEPT];

static struct kept *
of(const struct mime *m)
{
	for (unsigned i = 0; i < KEPT; i++)
		if (kept[i].of == m)
			return &kept[i];
	abort();
}

void
mime_begin(struct mime *m, const struct mime_rules *r, mime_part_seen *seen, void *ctx)
{
	struct kept *k = of(m);

	(void)seen;
	(void)ctx;
	assert_non_null(r);
	k->words = k->size = k->culprit.words = 0;
	k->nline = 0;
	k->open = true;
	text_add(&k->told, "{");
}

void
mime_rules(struct mime *m, const struct mime_rules *r)
{
	(void)m;
	(void)r;
}

void
mime_utf8(struct mime *m)
{
	text_add(&of(m)->told, "utf8:");
}

void
mime_line(struct mime *m, const struct line_piece *p)
{
	struct kept *k = of(m);

	assert_true(k->open);
	/* A line begins where the one before has ended, and nowhere else. */
	assert_int_equal(!!(p->flags & LINE_BEGINS), k->nline == 0);
	if (k->nline == 0)
		k->nline = 1;
	for (size_t i = 0; i < p->size; i++) {
		if (k->nline < sizeof k->line)
			k->line[k->nline++] = (char)p->bytes[i];
		if (k->told.len < CONTENT / 2)
			text_escape(&k->told, (const char *)p->bytes + i, 1);
	}
	k->size += p->size;
	k->words |= p->flags & LINE_BARE ? WHAT_BARE_NEWLINE | WHAT_AMBIGUOUS : 0;
	k->words |= p->flags & LINE_NUL ? WHAT_NUL | WHAT_AMBIGUOUS : 0;
	if (!(p->flags & LINE_ENDS))
		return;
	if (k->nline == sizeof ATTACHMENT && !memcmp(k->line + 1, ATTACHMENT, k->nline - 1))
		k->culprit.words = k->words |= WHAT_ATTACHMENT;
	k->nline = 0;
	k->size += 2;
	if (k->told.len < CONTENT / 2)
		text_add(&k->told, "|");
}

/* Each line for itself, all the same. */
size_t
mime_skip(struct mime *m, struct lines *l, const uint8_t *bytes, size_t size)
{
	unsigned begins = l->begun ? 0 : LINE_BEGINS;
	uint64_t column = 0;
	size_t n = lines_dull(l, bytes, size, &column, MIME_LINE);

	for (const uint8_t *p = bytes, *end = bytes + n; p < end; begins = LINE_BEGINS) {
		const uint8_t *cr = memchr(p, '\r', (size_t)(end - p));
		size_t line = (size_t)((cr ? cr : end) - p);

		mime_line(
		    m, &(struct line_piece){
			   .bytes = p, .size = line, .flags = begins | (cr ? LINE_ENDS : 0) });
		p = cr ? cr + 2 : end;
	}
	return n;
}

void
mime_lost(struct mime *m)
{
	of(m)->words |= WHAT_LOST;
	of(m)->nline = 0;
	text_add(&of(m)->told, "<lost>");
}

void
mime_end(struct mime *m)
{
	assert_true(of(m)->open);
	of(m)->open = false;
	text_add(&of(m)->told, "}");
}

uint64_t
mime_words(const struct mime *m)
{
	return of(m)->words;
}

uint64_t
mime_size(const struct mime *m)
{
	return of(m)->size;
}

const struct mime_culprit *
mime_culprit(const struct mime *m)
{
	return &of(m)->culprit;
}

static struct smtp connection;
static struct dialogue dialogue;
static const struct mime_rules rules = { .allow = "text/plain\0" };

static void
recording_reset(void)
{
	for (unsigned i = 0; i < KEPT; i++) {
		struct kept *k = &kept[i];

		k->of = i ? &connection.second.mime : &connection.message;
		k->culprit.words = 0;
		k->open = false;
		k->told = text_of(k->content, sizeof k->content);
	}
}

/* Runs the dialogue and compares verdicts, and what the messages had if that is given. */
static void
run(const char *want, char has[KEPT][CONTENT], size_t each, size_t cut)
{
	static char bytes[1 << 16];
	struct text got = text_of(bytes, sizeof bytes);

	recording_reset();
	dialogue_run(&dialogue, &rules, dialogue_say, each, cut, &connection, &got);
	if (strcmp(bytes, want) != 0)
		print_message("pieces of %zu, cut at %zu: %s\n", each, cut, kept[0].content);
	assert_string_equal(bytes, want);
	for (unsigned i = 0; has && i < KEPT; i++)
		assert_string_equal(kept[i].content, has[i]);
}

/* The dialogue says WANT, whole, in pieces of each size below 8, and cut in two at every place. */
static void
check_cuts(const char *want)
{
	static char first[KEPT][CONTENT];

	run(want, NULL, 0, SIZE_MAX);
	for (unsigned i = 0; i < KEPT; i++)
		memcpy(first[i], kept[i].content, kept[i].told.len + 1);
	for (size_t each = 1; each < 8; each++)
		run(want, first, each, SIZE_MAX);
	for (size_t cut = 1; cut < dialogue.size && dialogue.size < 3000; cut++)
		run(want, first, 0, cut);
}

/* A dialogue, its verdicts, and, where that is told, what its messages had, and those of the second
 * reading. */
struct row {
	const char *dialogue, *want, *has, *second;
};

static void
check_row(const struct row *row)
{
	dialogue_read(&dialogue, row->dialogue);
	recording_reset();
	check_cuts(row->want);
	if (row->has)
		assert_string_equal(kept[0].content, row->has);
	if (row->second)
		assert_string_equal(kept[1].content, row->second);
}

#define CHECK_ROWS(rows)                                                                           \
	for (size_t row_ = 0; row_ < sizeof(rows) / sizeof *(rows); row_++) {                      \
		print_message("%s[%zu]\n", __func__, row_);                                        \
		check_row(&(rows)[row_]);                                                          \
	}

#define HELLO	 "S 220 a ESMTP\nC EHLO b\nS 250-a\nS 250 CHUNKING\n"
#define ENVELOPE "C MAIL FROM:<a@b>\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n"
#define DATA	 "C DATA\nS 354 go\n"
#define TEXT	 "C Subject: x\nC \nC text\n" /* 12 + 2 + 6 bytes */
#define END	 "C .\nS 250 ok\n"
#define QUIT	 "C QUIT\nS 221 bye\n"
#define MAIL	 ENVELOPE DATA TEXT END
#define HAS	 "{Subject: x||text|}"

#endif
