/* test_smtp_evasion.c - the families SM-01 to SM-27 of tricks: each has its words, whatever the
 * segments. */
#include "unit.h"

#include "smtp_recording.h"

/* SM-01 to SM-10: what a lax receiver takes for the end of data, and a mail behind it. */
static void
test_smuggling(void **state)
{
	static const struct form {
		const char *bytes;
		unsigned size;
		unsigned stuffed; /* dots at the beginning of a line, that are taken off */
		bool bare, nul;
	} forms[] = {
		{ "\\n.\\n", 3, 0, true, false },
		{ "\\n.\\r", 3, 0, true, false },
		{ "\\r.\\n", 3, 0, true, false },
		{ "\\r.\\r", 3, 0, true, false },
		{ "\\n.\\r\\n", 4, 0, true, false },
		{ "\\r.\\r\\n", 4, 0, true, false },
		{ "\\r\\n.\\r\\r\\n", 6, 1, true, false },
		{ "\\r\\r\\n.\\r\\r\\n", 7, 1, true, false },
		{ "\\r\\n\\0.\\r\\n", 6, 0, false, true },
		{ "\\r\\n.\\0\\r\\n", 6, 1, false, true },
		{ "\\r\\n\\0.\\r", 5, 0, true, true },
		{ "\\r\\n\\0.\\n", 5, 0, true, true },
		{ "\\n\\n.\\r\\n", 5, 0, true, false },
	};
	static const char *const lines[] = { "text", ATTACHMENT };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof forms / sizeof *forms; i++) {
		const struct form *f = &forms[i / 2];
		const char *line = lines[i % 2];
		char bytes[2048], want[200], has[100];
		struct text t = text_of(bytes, sizeof bytes), w = text_of(want, sizeof want);
		/* the first mail, the commands, the second mail */
		size_t size = 18 + f->size - f->stuffed + 17 + 15 + 6 + 14 + strlen(line) + 2;

		text_add(&t, HELLO ENVELOPE DATA "C Subject: x\nC \nc text\nc %s\n", f->bytes);
		text_add(&t, "C MAIL FROM:<e@f>\nC RCPT TO:<g@h>\nC DATA\n");
		text_add(&t, "C Subject: y\nC \nC %s\n" END MAIL, line);
		text_add(&w, "1:%zu:ambiguous,%ssmuggling%s%s;2:20:;", size,
		    i % 2 ? "attachment," : "", f->bare ? ",bare-newline" : "",
		    f->nul ? ",nul" : "");
		dialogue_read(&dialogue, bytes);
		check_cuts(want);
		t = text_of(has, sizeof has);
		text_add(&t, "{Subject: y||%s|}", line);
		assert_string_equal(kept[1].content, has);
	}
}

/* More of them: a second reading that ends in look-alikes itself, lines that end in bare newlines,
 * and what is no look-alike. */
static void
test_smuggling_more(void **state)
{
	static const struct row rows[] = {
		{ HELLO ENVELOPE DATA
		    "c a\\n.\\nMAIL FROM:<>\\nRCPT TO:<c@d>\\nDATA\\nb\\n.\\n\n"
		    "c data \\nbDAT\\nc\\n.\\nBDAT 7 LAST\\n!attachment\\r\\n\n" END,
		    "1:80:ambiguous,attachment,smuggling,bare-newline;", NULL,
		    "{b|}{bDAT|c|}{!attachment|}" },
		/* the whole client knows no CR */
		{ HELLO "c MAIL FROM:<a@b>\\n\nS 250 ok\nc RCPT TO:<c@d>\\n\nS 250 ok\n"
			"c DATA\\n\nS 354 go\nc !attachment\\n.\\n\nS 250 ok\nc QUIT\\n\n",
		    "0:ambiguous,bare-newline,command;1:19:lost,ambiguous,smuggling,bare-newline;",
		    NULL, NULL },
		{ HELLO "c MAIL FROM:<a@b>\\rRCPT TO:<c@d>\\r\\n\nS 250 ok\n",
		    "0:ambiguous,bare-newline,command;", "", "" },
		{ HELLO ENVELOPE DATA "c a\\n.b\\n. \\n..\\n\\x09.\\n\\r\\n\n" END,
		    "1:16:ambiguous,bare-newline;", NULL, "" },
		{ HELLO ENVELOPE DATA "c \\n.x.\\n\\r\\n\n" END, "1:7:ambiguous,bare-newline;",
		    NULL, "" },
		/* SM-12: dots */
		{ HELLO ENVELOPE DATA "C ..\nC .x\nC . \nC ..x\nC x.\nC ...\n" END, "1:21:;",
		    "{.|x| |.x|x.|..|}", "" },
		/* a loss in the smuggled mail */
		{ HELLO ENVELOPE DATA "c a\\n.\\nDATA\\r\\nb\\r\\n\n-C 5\nC !attachment\n" END,
		    "1:26:lost,ambiguous,attachment,smuggling,bare-newline;", NULL,
		    "{b|<lost>!attachment|}" },
		/* a second connection's worth of it */
		{ HELLO ENVELOPE DATA "c a\\n.\\nDATA\\r\\nb\\r\\n\n" END MAIL,
		    "1:13:ambiguous,smuggling,bare-newline;2:20:;", NULL, "{b|}" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* SM-13 and SM-14. */
static void
test_chunks(void **state)
{
	static const struct row rows[] = {
		{ HELLO ENVELOPE "C BDAT 20 LAST\n" TEXT "S 250 ok\n" MAIL, "1:20:;2:20:;", HAS HAS,
		    "" },
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 250 ok\nC bdat 9 \nc ct: x\\r\\n\\r\\n\n"
				 "S 250 ok\nC BDAT 6 last\nC text\nS 250 ok\n" QUIT,
		    "1:20:;", HAS, "" },
		/* in one go; a CR LF between two chunks; LAST without bytes */
		{ HELLO "C MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC BDAT 11\nc Subject: x\\r\n"
			"C BDAT 9\nc \\n\\r\\ntext\\r\\n\nC BDAT 0 LAST\nC QUIT\n"
			"S 250 ok\nS 250 ok\nS 250 ok\nS 250 ok\nS 250 ok\nS 221 bye\n",
		    "1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C BDAT 0\nS 250 ok\nC BDAT 0 LAST\nS 250 ok\n" MAIL,
		    "1:0:;2:20:;", "{}" HAS, "" },
		/* a chunk has no dots to take off, and no end but its size */
		{ HELLO ENVELOPE "C BDAT 14 LAST\nC a\nC .\nC ..\nC b\nc c\nS 250 ok\n" QUIT,
		    "1:14:;", "{a|.|..|b|c}", "" },
		{ HELLO ENVELOPE "C BDAT 2 LAST\nc a\\r\nS 250 ok\n" QUIT,
		    "1:2:ambiguous,bare-newline;", "{a\\x0d}", "" },
		/* a size that is too small, or too large */
		{ HELLO ENVELOPE "C BDAT 10 LAST\n" TEXT "S 250 ok\n" QUIT,
		    "0:ambiguous,transaction,command;1:10:;", "{Subject: x}", "" },
		{ HELLO ENVELOPE "C BDAT 10\n" TEXT "S 250 ok\nC BDAT 0 LAST\nS 250 ok\n" QUIT,
		    "0:ambiguous,transaction,command;1:10:ambiguous,transaction;", "{Subject: x}",
		    "" },
		{ HELLO ENVELOPE "C BDAT 30 LAST\n" TEXT "C QUIT\n", "1:26:lost;",
		    "{Subject: x||text|QUIT|", "" },
		/* 2^64 + 20, 2^32 + 20, 2^31; less than nothing; no number */
		{ HELLO ENVELOPE "C BDAT 18446744073709551636 LAST\n" TEXT "C QUIT\n",
		    "1:26:lost,ambiguous,transaction;", NULL, "" },
		{ HELLO ENVELOPE "C BDAT 4294967316 LAST\n" TEXT "C QUIT\n",
		    "1:26:lost,ambiguous,transaction;", NULL, "" },
		{ HELLO ENVELOPE "C BDAT 2147483648 LAST\n" TEXT,
		    "1:20:lost,ambiguous,transaction;", NULL, "" },
		{ HELLO ENVELOPE "C BDAT 2147483647 LAST\n" TEXT, "1:20:lost;", NULL, "" },
		{ HELLO ENVELOPE "C BDAT -20 LAST\n" TEXT "S 501 no\n" MAIL,
		    "0:command;0:ambiguous,transaction;1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C BDAT\n" TEXT "S 501 no\n" MAIL,
		    "0:command;0:ambiguous,transaction;1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C BDAT 20 LASTING\n" TEXT "S 501 no\nC RSET\nS 250 ok\n",
		    "0:command;1:20:ambiguous,transaction;", HAS, "" },
		/* DATA behind chunks, and the other way round */
		{ HELLO ENVELOPE
		    "C BDAT 5\nc Subje\nS 250 ok\nC DATA\nS 503 no\nC RSET\nS 250 ok\n",
		    "1:5:ambiguous,transaction;0:ambiguous,transaction;", "{Subje", "" },
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 250 ok\n" DATA TEXT END,
		    "1:5:ambiguous,transaction;2:20:ambiguous,transaction;", NULL, "" },
		{ HELLO ENVELOPE "C DATA\nS 451 no\nC BDAT 20 LAST\n" TEXT "S 250 ok\n",
		    "1:20:ambiguous,transaction;", HAS, "" },
		/* without recipients */
		{ HELLO "C BDAT 20 LAST\n" TEXT "S 503 no\n", "1:20:ambiguous,transaction;", HAS,
		    "" },
		/* given up in the middle */
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 552 no\nC RSET\nS 250 ok\n" MAIL,
		    "1:5:;2:20:;", "{Subje" HAS, "" },
		{ HELLO ENVELOPE "C BDAT 5\nc Subje\nS 250 ok\n", "1:5:lost;", "{Subje", "" },
		{ HELLO "C MAIL FROM:<a@b> BODY=BINARYMIME\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n"
			"C BDAT 20 LAST\n" TEXT "S 250 ok\n" MAIL,
		    "1:20:binary;2:20:;", HAS HAS, "" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* SM-15, SM-16, SM-27. */
static void
test_order(void **state)
{
	static const struct row rows[] = {
		/* pipelined as far as it is allowed, and further */
		{ HELLO "C MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\nS 250 ok\nS 250 ok\n"
			"S 354 go\n" TEXT "C .\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n"
			"S 250 ok\nS 250 ok\nS 250 ok\nS 354 go\n" TEXT END,
		    "1:20:;2:20:;", HAS HAS, "" },
		{ HELLO "C MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\nC QUIT\n"
			"S 250 ok\nS 250 ok\nS 354 go\nS 250 ok\nS 221 bye\n",
		    "1:20:;", HAS, "" },
		{ "C EHLO b\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\n"
		  "C MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\nC QUIT\nS 220 a\n"
		  "S 250 a\nS 250 ok\nS 250 ok\nS 354 go\nS 250 ok\nS 250 ok\nS 250 ok\nS 354 go\n",
		    "1:20:one-sided;2:20:;", HAS HAS, "" },
		/* refused, and the client obeys; or not, whenever it hears of it */
		{ HELLO ENVELOPE "C DATA\nS 554 no\nC RSET\nS 250 ok\n" MAIL, "1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C DATA\nS 451 no\n" MAIL, "1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C DATA\nS 554 no\n" TEXT "C .\nS 500 no\n" QUIT,
		    "1:20:ambiguous,refused;", HAS, "" },
		{ HELLO ENVELOPE "C DATA\nS 554 no\nC .\n" QUIT, "1:0:ambiguous,refused;", "{}",
		    "" },
		{ HELLO ENVELOPE "C DATA\nS 554 no\nc a\\nb\\r\\n\n" END QUIT,
		    "1:5:ambiguous,bare-newline,refused;", "{a\\x0ab|}", "" },
		{ HELLO ENVELOPE "C DATA\nC Subject: x\nS 554 no\nC \nC text\n" END,
		    "1:20:ambiguous,refused;", HAS, "" },
		{ HELLO ENVELOPE "C DATA\n" TEXT "C .\nC QUIT\nS 554 no\nS 500 no\n",
		    "1:20:ambiguous,refused;", HAS, "" },
		{ HELLO ENVELOPE "C DATA\n" TEXT "C .\nS 354 go\nS 250 ok\n" MAIL, "1:20:;2:20:;",
		    HAS HAS, "" },
		/* MAIL twice, RCPT without MAIL, DATA before RCPT */
		{ HELLO "C MAIL FROM:<z@b>\nS 250 ok\nC MAIL FROM:<a@b>\nS 503 no\n"
			"C RCPT TO:<c@d>\nS 250 ok\n" DATA TEXT END MAIL,
		    "1:20:ambiguous,transaction;2:20:;", HAS HAS, "" },
		{ HELLO "C RCPT TO:<c@d>\nS 503 no\nC RSET\nS 250 ok\n" MAIL,
		    "0:ambiguous,transaction;1:20:;", HAS, "" },
		{ HELLO "C RCPT TO:<c@d>\nS 503 no\nC RCPT TO:<c@d>\nS 503 no\n",
		    "0:ambiguous,transaction;", "", "" },
		{ HELLO "C MAIL FROM:<a@b>\nS 250 ok\nC DATA\nS 503 no\n" QUIT,
		    "0:ambiguous,transaction;", "", "" },
		{ HELLO "C DATA\nS 354 go\n" TEXT END, "1:20:ambiguous,transaction;", HAS, "" },
		{ HELLO MAIL DATA TEXT END, "1:20:;2:20:ambiguous,transaction;", HAS HAS, "" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* SM-17, SM-19, SM-21, SM-22: how commands are written, and which there are. */
static void
test_commands(void **state)
{
	static const struct {
		const char *line;
		bool wrong;
	} rows[] = {
		{ "NOOP", false },
		{ "noop x y", false },
		{ "HELP", false },
		{ "Help MAIL ", false },
		{ "rset", false },
		{ "RSET  ", false },
		{ "RSET x", true },
		{ " RSET", true },
		{ "RSETX", true },
		{ "RSE", true },
		{ "", true },
		{ "EHLO", true },
		{ "ehlo [10.0.0.1]", false },
		{ "EHLO a b", false },
		{ "EHLO\\x09a", true },
		{ "EHLO a\\0", false }, /* its words are others */
		{ "EHLO a\\x80", true },
		{ "NOOP \\x7f", true },
		{ "mail from:<>", false },
		{ "Mail From: <a@b>", false },
		{ "MAIL FROM:<a@b> SIZE=10 BODY=8BITMIME RET=HDRS ENVID=x AUTH=<>", false },
		{ "MAIL FROM:<\"a b>\\\\\"<\"@c>", false },
		{ "MAIL FROM:<@a,@b:c@d>", false },
		{ "MAIL FROM:<a@b> SMTPUTF8", false },
		{ "MAIL FROM:<\\xe3\\x81\\x82@b> SMTPUTF8", false },
		{ "MAIL FROM:<\\xe3\\x81\\x82@b>", true },
		{ "MAIL FROM :<a@b>", true },
		{ "MAIL\\x09FROM:<a@b>", true },
		{ "MAIL FROM:a@b", true },
		{ "MAIL FROM:<a@b", true },
		{ "MAIL FROM:<a<@b>", true },
		{ "MAIL FROM:<a@b>x", true },
		{ "MAIL FROM:<a@b> BODY=9BIT", true },
		{ "MAIL FROM:<a@b> BODY=7BITS", true },
		{ "MAIL TO:<a@b>", true },
		{ "MAIL", true },
		{ "VRFY a", true },
		{ "EXPN a", true },
		{ "ETRN a", true },
		{ "TURN", true },
		{ "XCLIENT ADDR=10.0.0.1", true },
		{ "XFORWARD NAME=a", true },
		{ "AUTH PLAIN AGEAYg==", true },
		{ "BURL imap://a LAST", true },
		{ "PROXY TCP4 10.0.0.1 10.0.0.2 1 25", true },
		{ "GET / HTTP/1.0", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char bytes[512];
		struct text t = text_of(bytes, sizeof bytes);
		bool nul = strstr(rows[i].line, "\\0") != NULL;

		print_message("%s\n", rows[i].line);
		text_add(&t, HELLO "C %s\nS 250 ok\nC RSET\nS 250 ok\n" MAIL, rows[i].line);
		dialogue_read(&dialogue, bytes);
		check_cuts(nul		 ? "0:ambiguous,nul,command;1:20:;" :
			   rows[i].wrong ? "0:command;1:20:;" :
					   "1:20:;");
	}
}

static void
test_auth_and_tls(void **state)
{
	static const struct row rows[] = {
		/* SM-20 */
		{ HELLO "C STARTTLS\nS 220 go\nc \\x16\\x03\\x01\\r\\n\ns \\x16\\x03\\x03\n"
			"C MAIL FROM:<>\n",
		    "0:encrypted,starttls;", "", "" },
		{ HELLO "C STARTTLS\nS 454 no\n" MAIL, "1:20:;", HAS, "" },
		{ HELLO "C STARTTLS\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nS 220 go\n"
			"c \\x16\\x03\\x01\n",
		    "0:ambiguous,command;0:encrypted,starttls;", "", "" },
		{ HELLO "C STARTTLS\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nS 454 no\nS 250 ok\n"
			"S 250 ok\n" DATA TEXT END,
		    "0:ambiguous,command;1:20:;", HAS, "" },
		{ HELLO ENVELOPE "C STARTTLS\nS 220 go\n", "0:encrypted,starttls;", "", "" },
		/* the reply was not seen */
		{ "C EHLO b\nC STARTTLS\nc \\x16\\x03\\x01\\0\n",
		    "0:encrypted,starttls;0:one-sided;", "", "" },
		{ HELLO "C STARTTLS\n-S 10\nc \\x16\\x03\\x01\\0\n", "0:lost;0:encrypted,starttls;",
		    "", "" },
		{ "midstream\nS 220 go\n", "0:midstream;", "", "" },
		/* the 220 is that of XCLIENT */
		{ HELLO "C XCLIENT NAME=a\nC STARTTLS\nS 220 a\nS 454 no\n" MAIL,
		    "0:command;1:20:;", HAS, "" },
		/* SM-22: what is in them is not read as commands */
		{ HELLO "C AUTH LOGIN\nS 334 a\nC DATA\nS 334 b\nC UVVJVA==\nS 235 ok\n" MAIL,
		    "0:command;1:20:;", HAS, "" },
		{ HELLO "C AUTH PLAIN\nS 334\nC AGEAYg==\nS 535 no\nC AUTH PLAIN AGEAYg==\n"
			"S 535 no\n" MAIL,
		    "0:command;1:20:;", HAS, "" },
		{ HELLO "C AUTH PLAIN\nS 334\nC *\nS 501 no\n" MAIL, "0:command;1:20:;", HAS, "" },
		{ "C EHLO b\nC AUTH LOGIN\nC YQ==\nC Yg==\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\n"
		  "C DATA\n" TEXT "C .\nC QUIT\n",
		    "0:command;1:20:one-sided;", HAS, "" },
		/* SM-23 */
		{ HELLO "C MAIL FROM:<a@b> BODY=7BIT\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n" DATA
			"C \\xe3\\x81\\x82\n" END MAIL,
		    "1:5:ambiguous,encoding;2:20:;", NULL, "" },
		{ HELLO "C MAIL FROM:<a@b> BODY=7BIT\nS 250 ok\nC RCPT TO:<c@d>\nS 250 ok\n"
			"C BDAT 3 LAST\nc \\xe3\\x81\\x82\nS 250 ok\n",
		    "1:3:ambiguous,encoding;", NULL, "" },
		{ HELLO "C MAIL FROM:<a@b> BODY=8BITMIME SMTPUTF8\nS 250 ok\n"
			"C RCPT TO:<\\xe3\\x81\\x82@d>\nS 250 ok\n" DATA
			"C \\xe3\\x81\\x82\n" END MAIL,
		    "1:5:;2:20:;", NULL, "" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* SM-24, SM-25. */
static void
test_one_sided(void **state)
{
	static const struct row rows[] = {
		{ "C EHLO b\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\n"
		  "C MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC BDAT 20 LAST\n" TEXT "C QUIT\n",
		    "1:20:one-sided;2:20:one-sided;", HAS HAS, "" },
		{ "C EHLO b\nC QUIT\n", "0:one-sided;", "", "" },
		{ "C EHLO b\nC STARTTLS\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\n",
		    "1:20:one-sided;", HAS, "" },
		{ "S 220 a\nS 250 a\nS 250 ok\nS 250 ok\nS 354 go\nS 250 ok\nS 221 bye\n",
		    "0:one-sided;", "", "" },
		/* only the 354 is missing */
		{ HELLO ENVELOPE "C DATA\n" TEXT END MAIL QUIT, "1:20:;2:20:;", HAS HAS, "" },
		{ HELLO ENVELOPE "C DATA\n" TEXT END ENVELOPE "C DATA\nS 554 no\nC RSET\n",
		    "1:20:;", HAS, "" },
		/* the server says nothing after its greeting */
		{ "S 220 a\nC EHLO b\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT "C .\n",
		    "1:20:;", HAS, "" },
		/* LMTP: a reply for each recipient */
		{ "S 220 a\nC LHLO b\nS 250 a\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC RCPT "
		  "TO:<e@f>\n"
		  "C RCPT TO:<g@h>\nC DATA\nS 250 ok\nS 250 ok\nS 550 no\nS 250 ok\nS 354 go\n" TEXT
		  "C .\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\nS 250 ok\nS 452 no\nS 250 ok\n"
		  "S 250 ok\nS 554 no\nC RSET\nS 250 ok\n" MAIL,
		    "1:20:;2:20:;", HAS HAS, "" },
		{ "S 220 a\nC LHLO b\nS 250 a\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC RCPT "
		  "TO:<e@f>\n"
		  "C RCPT TO:<g@h>\nC RCPT TO:<i@j>\nC DATA\nS 250 ok\nS 250 ok\nS 250 ok\nS 250 "
		  "ok\n"
		  "S 250 ok\nS 354 go\n" TEXT
		  "C .\nC MAIL FROM:<a@b>\nC RCPT TO:<c@d>\nC DATA\n" TEXT
		  "C .\nS 250 ok\nS 250 ok\nS 250 ok\nS 550 no\nS 250 ok\nS 250 ok\nS 354 go\nS "
		  "250 ok\n",
		    "1:20:;2:20:;", HAS HAS, "" },
		/* behind a proxy */
		{ "C PROXY TCP4 10.0.0.1 10.0.0.2 4000 25\n" HELLO MAIL,
		    "0:unknown-protocol;1:20:;", HAS, "" },
		{ "c "
		  "\\r\\n\\r\\n\\0\\r\\nQUIT\\n!"
		  "\\x11\\0\\x0c\\x0a\\0\\0\\x01\\x0a\\0\\0\\x02xx\\0\\x19\n" HELLO MAIL,
		    "0:unknown-protocol;1:20:;", HAS, "" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_smuggling_more),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_auth_and_tls),
		cmocka_unit_test(test_one_sided),
	};

	return UNIT_RUN(tests);
}
