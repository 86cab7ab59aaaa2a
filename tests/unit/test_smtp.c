/* test_smtp.c - dialogues, and the verdicts of their messages, whatever the segments. */
#include "unit.h"

#include "smtp_recording.h"

static void
test_transactions(void **state)
{
	static const struct row rows[] = {
		{ HELLO MAIL QUIT, "1:20:;", HAS, "" },
		{ HELLO MAIL MAIL QUIT, "1:20:;2:20:;", HAS HAS, NULL },
		{ HELLO QUIT, "", "", "" },
		{ "S 554 no\nC QUIT\nS 221 bye\n", "", "", NULL },
		{ "S 421 busy\n", "", "", NULL },
		{ "", "", "", NULL },
		{ "S 220-a\nS 220-b\nS 220 c\nC HELO b\nS 250 a\n" MAIL, "1:20:;", HAS, NULL },
		/* the empty mail, and one whose first line is a stuffed dot */
		{ HELLO ENVELOPE DATA END, "1:0:;", "{}", NULL },
		{ HELLO ENVELOPE DATA "C ..\n" END, "1:3:;", "{.|}", NULL },
		/* RSET, EHLO and QUIT in the middle of a transaction */
		{ HELLO ENVELOPE "C RSET\nS 250 ok\n" MAIL, "1:20:;", HAS, NULL },
		{ HELLO ENVELOPE "C EHLO b\nS 250 a\n" MAIL, "1:20:;", HAS, NULL },
		{ HELLO ENVELOPE QUIT, "", "", NULL },
		{ HELLO MAIL "C RSET\nS 250 ok\n" MAIL "C RSET\nS 250 ok\n", "1:20:;2:20:;",
		    HAS HAS, NULL },
		/* MAIL again after the server refused it; recipients that it refused */
		{ HELLO "C MAIL FROM:<z@b>\nS 550 no\n" MAIL, "1:20:;", HAS, NULL },
		{ HELLO "C MAIL FROM:<a@b>\nS 250 ok\nC RCPT TO:<z@d>\nS 550 no\n"
			"C RCPT TO:<c@d>\nS 250 ok\n" DATA TEXT END,
		    "1:20:;", HAS, NULL },
		{ HELLO "C MAIL FROM:<a@b>\nC RCPT TO:<z@d>\nC DATA\nS 250 ok\nS 550 no\n"
			"S 503 no\n" MAIL,
		    "1:20:;", HAS, NULL },
		/* the connection ends in the middle */
		{ HELLO ENVELOPE DATA, "", "", NULL },
		{ HELLO ENVELOPE DATA "C Subject: x\n", "1:12:lost;", "{Subject: x|", NULL },
		{ HELLO ENVELOPE DATA TEXT "c .\\r", "1:20:lost;", "{Subject: x||text|", NULL },
		{ HELLO "C MAIL FROM:<a@b>\nS 250 ok\nc RCPT TO:<c@", "", "", NULL },
		{ HELLO "c nothing that is known", "0:command;", "", NULL },
		/* replies of many lines, text in them that looks like others */
		{ HELLO "C MAIL FROM:<a@b>\nS 250-354 go\nS 250-\nS 250\nC RCPT TO:<c@d>\n"
			"S 250 220 354\n" DATA TEXT "C .\nS 250-\nS 250 ok\n" QUIT,
		    "1:20:;", HAS, NULL },
		/* not a reply */
		{ HELLO "C NOOP\nS something else\n", "0:unknown-protocol;", "", NULL },
		{ HELLO "C NOOP\nS 25\n", "0:unknown-protocol;", "", NULL },
		{ HELLO "C NOOP\nS 2500 ok\n", "0:unknown-protocol;", "", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void
test_other_protocols(void **state)
{
	static const struct row rows[] = {
		{ "S +OK POP3 ready\nC USER a\nS +OK\nC RETR 1\n", "0:pop3;", "", NULL },
		{ "S * OK [CAPABILITY IMAP4rev1] a\nC 1 LOGIN a b\n", "0:imap;", "", NULL },
		{ "S * PREAUTH a\nC 1 SELECT a\n", "0:imap;", "", NULL },
		{ "c \\x16\\x03\\x01\\0\\xa5\\x01\ns \\x16\\x03\\x03\n", "0:tls;", "", NULL },
		{ "s \\x16\\x03\\x03\\0\n", "0:tls;", "", NULL },
		{ "c \\x16\\x03\\x01\\n\\r\\n\\x16\\x03\ns \\x15\\x03\\x03\\n\\r\\n\n", "0:tls;",
		    "", NULL },
		/* who only says so goes on in clear */
		{ "C \\x16\\x03\n" HELLO MAIL, "0:tls;1:20:;", HAS, NULL },
		{ HELLO "C \\x16\\x03\nS 500 no\n" MAIL, "0:tls;1:20:;", HAS, NULL },
		{ HELLO "c \\x16\\x03\\x01\\0\\xa5\\x01\ns \\x16\\x03\\x03\n", "0:tls;", "", NULL },
		{ "S SSH-2.0-a\nC SSH-2.0-b\nC x\n", "0:unknown-protocol;", "", NULL },
		{ "C GET / HTTP/1.1\nC Host: a\nC \nS HTTP/1.1 400 no\nS Server: a\n",
		    "0:unknown-protocol;", "", NULL },
		{ "s \\x4a\\0\\0\\0\\x0a5.5\\0\n", "0:unknown-protocol;", "", NULL },
		{ "s 22", "0:unknown-protocol;", "", NULL },
		{ "S 200 news\nC QUIT\n", "0:unknown-protocol;", "", NULL },
		/* mail behind a greeting that is none is read all the same */
		{ "S hello\nC EHLO b\nS 250 a\n" MAIL, "0:unknown-protocol;1:20:;", HAS, NULL },
		/* FTP begins like SMTP */
		{ "S 220 ftp\nC USER a\nS 331 b\nC PASS c\n", "0:command;", "", NULL },
		/* only the server's bytes, or only those of a port scan */
		{ "S 220 a\nS 250 a\nS 250 ok\nS 250 ok\nS 354 go\nS 250 ok\n", "0:one-sided;", "",
		    NULL },
		{ "S 220 a\nS 421 time\n", "", "", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Holes on either side, and what goes on behind them. */
static void
test_lost(void **state)
{
	static const struct row rows[] = {
		/* in data: to the strict end, and the next mail is whole */
		{ HELLO ENVELOPE DATA "C Subject: x\nc an\n-C 100\nC other\n" END MAIL,
		    "1:21:lost;2:20:;", "{Subject: x|an<lost>other|}" HAS, NULL },
		{ HELLO ENVELOPE DATA "C Subject: x\n-C 1\n" END MAIL, "1:12:lost;2:20:;",
		    "{Subject: x|<lost>}" HAS, NULL },
		{ HELLO ENVELOPE DATA "-C 9\n" TEXT END, "1:20:lost;", "{<lost>Subject: x||text|}",
		    NULL },
		/* what looks like the end behind a hole may be none: the rest is no command */
		{ HELLO ENVELOPE DATA "C Subject: x\n-C 1\nC .\nC text\n" END MAIL,
		    "1:12:lost;2:20:;", "{Subject: x|<lost>}" HAS, NULL },
		/* a CR before it is nothing bare */
		{ HELLO ENVELOPE DATA "c Subject: x\\r\n-C 1\nC text\n" END, "1:16:lost;", NULL,
		    NULL },
		/* between commands */
		{ HELLO "-C 20\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n" DATA TEXT END MAIL,
		    "0:lost;1:20:;2:20:;", HAS HAS, NULL },
		{ HELLO "c MAIL FR\n-C 20\nC TO:<c@d>\nC DATA\n" TEXT END, "0:lost;1:20:;", HAS,
		    NULL },
		{ HELLO ENVELOPE "-C 6\nS 354 go\n" TEXT END MAIL, "0:lost;1:20:;2:20:;", HAS HAS,
		    NULL },
		{ HELLO "-C 300\nC body\nC more body\nC .\nS 250 ok\n" MAIL, "0:lost;1:20:;", HAS,
		    NULL },
		{ HELLO "-C 5\n-C 5\nC QUIT\n", "0:lost;", "", NULL },
		/* while the verdict of a mail that is whole waits for the reply to DATA */
		{ HELLO ENVELOPE "C DATA\n" TEXT "C .\n-C 5\nS 354 go\nS 250 ok\n" MAIL,
		    "0:lost;1:20:;2:20:;", HAS HAS, NULL },
		/* in a chunk, and past its end */
		{ HELLO ENVELOPE "C BDAT 20 LAST\nc Subje\n-C 7\nC \nC text\nS 250 ok\n" QUIT,
		    "1:13:lost;", "{Subje<lost>|text|}", NULL },
		{ HELLO ENVELOPE "C BDAT 20 LAST\nc Subje\n-C 15\nS 250 ok\n" MAIL,
		    "1:5:lost;2:20:;", "{Subje<lost>}" HAS, NULL },
		{ HELLO ENVELOPE "C BDAT 20 LAST\nc Subje\n-C 30\nS 250 ok\n" MAIL,
		    "0:lost;1:5:lost;2:20:;", "{Subje<lost>}" HAS, NULL },
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 250 ok\n-C 24\n" MAIL, "1:5:lost;2:20:;",
		    "{Subje<lost>" HAS, NULL },
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 250 ok\n-C 40\nS 354 go\n" TEXT END MAIL,
		    "1:5:lost;2:20:;3:20:;", "{Subje<lost>" HAS HAS, NULL },
		/* of the server: what is in hand cannot be told from refused */
		{ HELLO ENVELOPE "C DATA\n-S 8\n" TEXT END MAIL, "1:20:lost;2:20:;", HAS HAS,
		    NULL },
		{ HELLO ENVELOPE DATA TEXT "-S 8\nC .\nS 250 ok\n" MAIL, "1:20:lost;2:20:;",
		    HAS HAS, NULL },
		{ HELLO "C MAIL FROM:<a@b>\n-S 8\nC RCPT TO:<c@d>\nS 250 ok\n" DATA TEXT END,
		    "0:lost;1:20:;", HAS, NULL },
		{ HELLO ENVELOPE "C DATA\ns 55\n-S 9\nC RSET\nS 250 ok\n" MAIL, "1:64:lost;",
		    "{RSET|MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA|Subject: x||text|}", NULL },
		{ HELLO ENVELOPE "C DATA\n-S 5\nS 554 no\nC RSET\nS 250 ok\n" MAIL, "0:lost;1:20:;",
		    HAS, NULL },
		/* a reply to what was lost is none to DATA */
		{ HELLO "C MAIL FROM:<a@b>\nS 250 ok\n-C 15\nC DATA\nS 250 ok\nS 554 no\nC RSET\n"
			"S 250 ok\n" MAIL,
		    "0:lost;1:20:;", HAS, NULL },
		{ "S 220 a\nC EHLO b\n-S 90\ns -SIZE\\r\\n250 ok\\r\\n\n" MAIL, "0:lost;1:20:;",
		    HAS, NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* The beginning was not seen. */
static void
test_midstream(void **state)
{
	static const struct row rows[] = {
		{ "midstream\n" MAIL QUIT, "0:midstream;1:20:;", HAS, NULL },
		{ "midstream\nC text of a mail\nC Help me\nC .\nS 250 ok\n" MAIL,
		    "0:midstream;1:20:;", HAS, NULL },
		{ "midstream\nC RCPT TO:<c@d>\nS 250 ok\n" DATA TEXT END MAIL,
		    "0:midstream;1:20:;2:20:;", HAS HAS, NULL },
		{ "midstream\nS 354 go\n" TEXT END MAIL, "0:midstream;1:20:;2:20:;", HAS HAS,
		    NULL },
		{ "midstream\ns k\\r\\n\nS 250 ok\n" MAIL, "0:midstream;1:20:;", HAS, NULL },
		{ "midstream\n", "", "", NULL },
		{ "midstream\n-C 5\nS 250 ok\n", "0:midstream;0:lost;", "", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* What was seen below TCP joins what is going on. */
static void
test_notes(void **state)
{
	static const struct row rows[] = {
		{ HELLO "overlap\n" MAIL, "0:ambiguous,overlap;1:20:;", HAS, NULL },
		{ HELLO ENVELOPE "C DATA\noverlap\nS 354 go\n" TEXT END, "1:20:ambiguous,overlap;",
		    HAS, NULL },
		{ HELLO ENVELOPE "C DATA\noverlap\nS 554 no\n" QUIT, "0:ambiguous,overlap;", "",
		    NULL },
		{ HELLO ENVELOPE DATA TEXT "overlap\n" END MAIL, "1:20:ambiguous,overlap;2:20:;",
		    HAS HAS, NULL },
		{ HELLO "overlap\noverlap\n", "0:ambiguous,overlap;", "", NULL },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Verdicts of messages, counted: a number for each, in order, and the words of all. */
struct counted {
	uint32_t messages;
	uint64_t words, connection, size;
};

static void
count(void *ctx, const struct smtp_verdict *v)
{
	struct counted *c = ctx;

	if (v->message) {
		c->messages++;
		assert_int_equal(v->message, c->messages);
		c->words |= v->words;
		c->size += v->size;
	} else {
		c->connection |= v->words;
	}
}

static void
push(bool client, const char *bytes)
{
	smtp_push(&connection, client, (const uint8_t *)bytes, strlen(bytes));
}

static void
begin(struct counted *c)
{
	*c = (struct counted){ .messages = 0 };
	recording_reset();
	smtp_begin(&connection, &rules, false, count, c);
}

/* SM-26: many mails in a connection, with a server that answers, that is late, and none. */
static void
test_many_mails(void **state)
{
	enum { MAILS = 10000 };
	static const char mail[] = "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\n"
				   "text\r\n.\r\n";
	struct counted c;

	(void)state;
	for (unsigned server = 0; server < 3; server++) {
		begin(&c);
		if (server)
			push(false, "220 a\r\n");
		for (unsigned i = 0; i < MAILS; i++) {
			push(true, mail);
			if (server)
				push(false, "250 ok\r\n250 ok\r\n354 go\r\n");
			if (server == 1 || (server == 2 && i > 0))
				push(false, "250 ok\r\n");
		}
		smtp_end(&connection);
		assert_int_equal(c.messages, MAILS);
		assert_int_equal(c.words, server ? 0 : WHAT_ONE_SIDED);
		assert_int_equal(c.connection, 0);
		assert_int_equal(c.size, 20 * MAILS);
	}
	/* Nobody waits for so many replies; the mails are read all the same. */
	begin(&c);
	push(false, "220 a\r\n");
	for (unsigned i = 0; i < MAILS; i++)
		push(true, mail);
	smtp_end(&connection);
	assert_int_equal(c.messages, MAILS);
	assert_int_equal(c.words, 0);
	assert_int_equal(c.connection, WHAT_LIMIT);
}

/* SM-26: a mail of more than 100 MB, in segments that know nothing of its lines. */
static void
test_large_mail(void **state)
{
	enum { LINE = 78, SEGMENT = 1460, SEGMENTS = 72000 }; /* 105,120,000 bytes */
	static uint8_t bytes[LINE * SEGMENT];
	struct counted c;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = i % LINE == 76 ? '\r' : i % LINE == 77 ? '\n' : 'x';
	for (unsigned chunk = 0; chunk < 2; chunk++) {
		begin(&c);
		push(false, "220 a\r\n");
		push(true, "EHLO b\r\n");
		push(false, "250-a\r\n250 CHUNKING\r\n");
		push(true, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
		push(true, chunk ? "BDAT 105120000 LAST\r\n" : "DATA\r\n");
		for (size_t i = 0; i < SEGMENTS; i++)
			smtp_push(&connection, true, bytes + i % LINE * SEGMENT, SEGMENT);
		/* 105,120,000 = 78 * 1,347,692 + 24: the last line has no end yet */
		push(true, chunk ? "QUIT\r\n" : "\r\n.\r\nQUIT\r\n");
		push(false, "250 a\r\n250 a\r\n");
		push(false, chunk ? "250 a\r\n" : "354 a\r\n");
		smtp_end(&connection);
		assert_int_equal(c.messages, 1);
		assert_int_equal(c.words | c.connection, 0);
		assert_int_equal(c.size, chunk ? 105120000 : 105120002);
	}
}

/* SM-17: recipients, in one go. */
static void
test_many_recipients(void **state)
{
	struct counted c;

	(void)state;
	for (unsigned n = 1000; n <= 21000; n += 20000) {
		begin(&c);
		push(false, "220 a\r\n");
		push(true, "MAIL FROM:<a@b>\r\n");
		for (unsigned i = 0; i < n; i++)
			push(true, "RCPT TO:<c@d>\r\n");
		push(true, "DATA\r\n");
		push(false, "250 ok\r\n");
		for (unsigned i = 0; i < n; i++)
			push(false, "250 ok\r\n");
		push(false, "354 go\r\n");
		push(true, "Subject: x\r\n\r\ntext\r\n.\r\n");
		push(false, "250 ok\r\n");
		smtp_end(&connection);
		assert_int_equal(c.messages, 1);
		assert_int_equal(c.words, 0);
		assert_int_equal(c.connection, n > SMTP_OUTSTANDING ? WHAT_LIMIT : 0);
	}
}

/* SM-18: a command of N bytes, and a mail behind it. */
static void
long_command(size_t n, uint64_t words)
{
	struct counted c;

	begin(&c);
	push(false, "220 a\r\n");
	push(true, "MAIL FROM:<a@b> ENVID=");
	for (size_t i = 22; i < n; i++)
		push(true, "x");
	push(true, "\r\n");
	push(false, "501 too long\r\n");
	push(true, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	push(false, "250 ok\r\n250 ok\r\n354 go\r\n");
	push(true, "Subject: x\r\n\r\ntext\r\n.\r\n");
	smtp_end(&connection);
	assert_int_equal(c.messages, 1);
	assert_int_equal(c.words, 0);
	assert_int_equal(c.connection, words);
}

static void
test_long_commands(void **state)
{
	(void)state;
	long_command(510, 0);
	long_command(600, 0);
	long_command(SMTP_COMMAND - 1, 0); /* its CR is counted, too */
	long_command(SMTP_COMMAND, WHAT_LIMIT);
	long_command(4096, WHAT_LIMIT);
	long_command(1000000, WHAT_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_midstream),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_many_mails),
		cmocka_unit_test(test_large_mail),
		cmocka_unit_test(test_many_recipients),
		cmocka_unit_test(test_long_commands),
	};

	return UNIT_RUN(tests);
}
