/* test_smtp_mail.c - whole mails through smtp and mime: what the verdict has of either. */
#include "unit.h"

#include "smtp_dialogue.h"

#define HELLO	 "S 220 a ESMTP\nC EHLO b\nS 250 a\n"
#define ENVELOPE "C MAIL FROM:<a@b>\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n"
#define DATA	 "C DATA\nS 354 go\n"
#define END	 "C .\nS 250 ok\n"
#define FIELDS	 "C From: <a@b>\nC Date: Sat, 21 Nov 2026 10:00:00 +0900\nC Subject: x\n"
#define TEXT	 FIELDS "C \nC text\n"
#define PDF                                                                                        \
	FIELDS "C MIME-Version: 1.0\nC Content-Type: application/pdf; name=\"a.pdf\"\n"            \
	       "C Content-Transfer-Encoding: base64\nC \nC JVBERi0xLjQK\n"

static struct smtp connection;
static struct dialogue dialogue;
static const struct mime_rules strict = { .allow = "text/plain\0",
	.charsets = 1 << CHARSET_US_ASCII | 1 << CHARSET_UTF_8,
	.depth = 20,
	.max_size = 500 };

/* Verdicts as dialogue_say() writes them, with the culprit in brackets. */
static void
say(void *ctx, const struct smtp_verdict *v)
{
	struct text *t = ctx;

	text_add(t, "%u:", v->message);
	dialogue_words(t, v->words);
	if (v->culprit)
		text_add(t, "(%u %.*s %.*s)", v->culprit->part, v->culprit->ntype, v->culprit->type,
		    v->culprit->nname, v->culprit->name);
	text_add(t, ";");
}

static void
check(const char *text, const char *want)
{
	dialogue_read(&dialogue, text);
	for (size_t each = 0; each < 80; each++) {
		char bytes[1024];
		struct text got = text_of(bytes, sizeof bytes);

		dialogue_run(&dialogue, &strict, say, each, SIZE_MAX, &connection, &got);
		if (strcmp(bytes, want) != 0)
			print_message("%sin pieces of %zu\n", text, each);
		assert_string_equal(bytes, want);
	}
}

static void
test_mails(void **state)
{
	(void)state;
	check(HELLO ENVELOPE DATA TEXT END, "1:;");
	check(HELLO ENVELOPE DATA PDF END, "1:attachment(0 application/pdf a.pdf);");
	check(HELLO ENVELOPE DATA TEXT END ENVELOPE DATA PDF END ENVELOPE DATA TEXT END,
	    "1:;2:attachment(0 application/pdf a.pdf);3:;");
	/* SMTPUTF8 holds for one transaction */
	check(HELLO "C MAIL FROM:<a@b> SMTPUTF8\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n" DATA
		    "C X: \\xe3\\x81\\x82\n" TEXT END ENVELOPE DATA
		    "C X: \\xe3\\x81\\x82\n" TEXT END,
	    "1:;2:ambiguous,header(0 text/plain );");
}

/* The part to name is that of the mail which is not text, also where only another reading finds
 * it. */
static void
test_smuggled(void **state)
{
	(void)state;
	check(HELLO ENVELOPE DATA TEXT "c more\\n.\\n\nC DATA\n" TEXT END,
	    "1:ambiguous,smuggling,bare-newline(0 text/plain );");
	check(HELLO ENVELOPE DATA TEXT "c more\\n.\\n\nC DATA\n" PDF END,
	    "1:ambiguous,attachment,smuggling,bare-newline(0 application/pdf a.pdf);");
	check(HELLO ENVELOPE DATA PDF "c more\\n.\\n\nC DATA\n" TEXT END,
	    "1:ambiguous,attachment,smuggling,bare-newline"
	    "(0 application/pdf a.pdf);");
}

static void
say_size(void *ctx, const struct smtp_verdict *v)
{
	text_add(ctx, "%llu ", (unsigned long long)v->size);
	say(ctx, v);
}

/* A mail with 4 lines of a file, and AMONG put into them at AT, in segments of many sizes. */
static void
check_file(const char *fields, const char *among, size_t at)
{
	char file[400], mail[1000], want[512], got[512];
	struct mime_rules rules = strict;

	memset(file, 'Q', sizeof file);
	for (size_t end = 76; end < 4 * 78; end += 78)
		memcpy(file + end, "\r\n", 2);
	snprintf(mail, sizeof mail, "%s%.*s%s%.*s.\r\n", fields, (int)at, file, among,
	    4 * 78 - (int)at, file + at);
	dialogue_read(&dialogue, HELLO ENVELOPE DATA FIELDS "C MIME-Version: 1.0\n");
	dialogue_bytes(&dialogue, 'C', (const uint8_t *)mail, strlen(mail));
	for (unsigned large = 0; large < 2; large++) {
		struct text w = text_of(want, sizeof want);

		rules.max_size = large ? 5000 : 250; /* in the file */
		dialogue_run(&dialogue, &rules, say_size, 1, SIZE_MAX, &connection, &w);
		for (size_t each = 0; each < 400; each = 2 * each + 77) {
			struct text g = text_of(got, sizeof got);

			dialogue_run(&dialogue, &rules, say_size, each, SIZE_MAX, &connection, &g);
			if (strcmp(got, want) != 0)
				print_message("%sin pieces of %zu\n", mail, each);
			assert_string_equal(got, want);
		}
	}
}

/* The lines of a file are taken many at once where a segment holds them. Whatever stands among
 * them, all is said as if the bytes came one by one, where no line is ever whole. */
static void
test_file(void **state)
{
	static const char *const kinds[] = {
		"Content-Type: application/zip; name=a.zip\r\n\r\n",
		"Content-Type: multipart/mixed; boundary=bc\r\n\r\n--bc\r\n"
		"Content-Type: application/zip\r\n\r\n",
		"Content-Type: multipart/mixed; boundary=bc\r\n\r\n--bc\r\n"
		"Content-Type: image/png\r\n\r\nQUJD\r\n--bc\r\n\r\n", /* a text */
		"Content-Type: multipart/mixed; boundary=bc\r\n\r\n--bc\r\n"
		"Content-Type: multipart/mixed; boundary=d\r\n\r\n--d\r\n"
		"Content-Type: application/zip\r\n\r\n",
	};
	static const char *const among[] = { "", ".", "..", "\r", "\n", "\n.\n", "\r\n.\r\n",
		"\r\n.\n", "\r\n--bc\r\n\r\n", "\r\n--bc--\r\n", "\r\n--bc\r\n\r\n<html>\r\n",
		"\r\n<html>\r\n", "--bc", "--bc\r\n\r\n", "\r\n-", "\x80", "\x1b", "\x7f", "\t",
		"\r\n..\r\n", "\r\n-\r\n.\r\n", "\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		for (size_t j = 0; j < sizeof among / sizeof *among; j++)
			for (size_t at = 0; at < 170; at++)
				check_file(kinds[i], among[j], at);
}

/* The rules that a reload brings hold for the mail in hand. */
static void
test_rules(void **state)
{
	static const char *const before = "220 a\r\n250 a\r\n250 a\r\n250 a\r\n354 a\r\n";
	static const char *const head = "HELO b\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
					"From: <a@b>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0900\r\n";
	static const char *const rest = "MIME-Version: 1.0\r\nContent-Type: application/x\r\n\r\nx"
					"\r\n.\r\n";
	struct mime_rules old = strict, lax = strict;
	char bytes[256];
	struct text got = text_of(bytes, sizeof bytes);

	(void)state;
	lax.allow = "text/plain\0application/x\0";
	smtp_begin(&connection, &old, false, say, &got);
	smtp_push(&connection, true, (const uint8_t *)head, strlen(head));
	smtp_push(&connection, false, (const uint8_t *)before, strlen(before));
	smtp_rules(&connection, &lax);
	old.allow = NULL; /* its policy is gone */
	smtp_push(&connection, true, (const uint8_t *)rest, strlen(rest));
	smtp_end(&connection);
	assert_string_equal(bytes, "1:;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mails),
		cmocka_unit_test(test_smuggled),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_rules),
	};

	return UNIT_RUN(tests);
}
