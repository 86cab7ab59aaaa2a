/* test_mime_text.c - text that is not only text, or not in its character set: the families MI-14,
 * MI-21 to MI-23 and MI-27 of the catalogue of evasions. */
#include "mime_rows.h"

#define HEX_76 "4d5a90000300000004000000ffff0000b800000000000000400000000000000000000000000"
#define B32_64 "JVNJAAADAAAAAABAAAAAA777AAALQAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAA22"
/* U+200B, zero width */
#define ZERO "\xe2\x80\x8b"

static void
test_files(void **state)
{
	static const struct row rows[] = {
		/* #0V%T is "Cat" (the length 3, then 0V%T) */
		T("MI-14, uuencode", HEAD "\r\nbegin 644 a.exe\r\n#0V%T\r\n`\r\nend\r\n",
		    "uuencode"),
		T("MI-14, uuencode, no spaces at its end",
		    HEAD "\r\nbegin 644 a\r\n#0V%\r\n`\r\nend\r\n", "uuencode"),
		T("MI-14, uuencode, 45 bytes",
		    HEAD "\r\nbegin 755 a\r\nM" X10("0V%T") "0V%T0V%T0V%T0V%T0V%T\r\n", "uuencode"),
		T("MI-14, uuencode in base64",
		    PLAIN("utf-8") B64 "\r\nYmVnaW4gNjQ0IGEKIzBWJVQK\r\n", "uuencode"),
		T("MI-14, uuencode behind LF", HEAD "\r\nx\nbegin 644 a\n#0V%T\n`\nend\r\n",
		    "ambiguous uuencode bare-newline"),
		T("MI-14, begin-base64", HEAD "\r\nbegin-base64 644 a\r\nQ2F0\r\n====\r\n",
		    "uuencode"),
		/* 1 in xxencode is the length 3 */
		T("MI-14, xxencode", HEAD "\r\nbegin 644 a\r\n1Eq3o\r\n+\r\nend\r\n", "uuencode"),
		T("MI-14, uuencode, an empty line before it",
		    HEAD "\r\nbegin 644 a.exe\r\n\r\n#0V%T\r\n`\r\nend\r\n", "uuencode"),
		/* 0x40 more stands for the same six bits */
		T("MI-14, uuencode, other bytes for the same",
		    HEAD "\r\nbegin 0644 a.exe\r\n#pv%t\r\n`\r\nend\r\n", "uuencode"),
		T("MI-14, uuencode, more in its lines",
		    HEAD "\r\nbegin 644\ta.exe\r\n#0V%Txxxxxx\r\n`\r\nend\r\n", "uuencode"),
		T("MI-14, uuencode, no mode", HEAD "\r\nbegin  a.exe\r\n#0V%T\r\n`\r\nend\r\n",
		    "uuencode"),
		T("MI-14, uuencode, a line of another kind before it",
		    HEAD "\r\nbegin 644 a.exe\r\nx y\r\n#0V%T\r\n`\r\nend\r\n", "uuencode"),
		T("MI-14, yEnc",
		    HEAD "\r\n=ybegin line=128 size=3 name=a.exe\r\nx\r\n=yend size=3\r\n", "yenc"),
		T("MI-14, BinHex",
		    HEAD "\r\n(This file must be converted with BinHex 4.0)\r\n\r\n:$f*:\r\n",
		    "binhex"),
		T("MI-14, base64",
		    HEAD "\r\n" ROW_76 "\r\n" ROW_76 "\r\n" ROW_76 "\r\n" ROW_76 "\r\n",
		    "encoded-text"),
		T("MI-14, armour", HEAD "\r\n-----BEGIN CERTIFICATE-----\r\nMIIB\r\n",
		    "encoded-text"),
		T("MI-14, PGP", HEAD "\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n", "encrypted"),
		T("MI-14, PGP, quoted", HEAD "\r\n> > -----BEGIN PGP MESSAGE-----\r\n",
		    "encrypted"),
		T("MI-14, PGP, indented", HEAD "\r\n \t|-----BEGIN PGP MESSAGE-----\r\n",
		    "encrypted"),
		T("MI-14, PGP, with a dash", HEAD "\r\n- -----BEGIN PGP MESSAGE-----\r\n",
		    "encrypted"),
		T("MI-14, no armour",
		    HEAD "\r\n> - x\r\n- ----BEGIN \r\n-----BEGIN\r\n"
			 "> x -----BEGIN x\r\n>\r\n",
		    "-"),
		T("MI-14, PDF", HEAD "\r\n%PDF-1.4\r\n1 0 obj\r\n", "encoded-text"),
		T("MI-14, PDF in base64", PLAIN("utf-8") B64 "\r\nCiVQREYtMS40Cg==\r\n",
		    "encoded-text"),
		T("MI-14, PostScript", HEAD "\r\n%!PS-Adobe-3.0\r\n", "encoded-text"),
		T("MI-14, RTF", HEAD "\r\n{\\rtf1 x}\r\n", "encoded-text"),
		T("MI-18, an invitation in a text", HEAD "\r\nBEGIN:VCALENDAR\r\n", "calendar"),
		T("MI-14, like files", HEAD "\r\n%PD\r\n{\\rt}\r\n%!\r\nBEGIN:V\r\nx %PDF-1.4\r\n",
		    "-"),
		T("MI-14, data:", HEAD "\r\nsee data:application/x;Base64,TVqQ\r\n",
		    "encoded-text"),
		T("MI-14, a blob in a line",
		    HEAD "\r\npowershell -enc " ROW_76 ROW_76 ROW_76 ROW_76 "\r\n", "encoded-text"),
		T("MI-14, a blob over windows",
		    PLAIN("utf-8") QP "\r\n" X10("ab cd ef g=\r\n") X10("ab cd ef g=\r\n")
			X10("ab cd ef g=\r\n") X10("ab cd ef g=\r\n") ROW_76
		    "=\r\n" ROW_76 "=\r\n" ROW_76 "=\r\n" ROW_76 "\r\n",
		    "encoded-text"),
		T("MI-27, hex", HEAD "\r\n" HEX_76 "\r\n" HEX_76 "\r\n" HEX_76 "\r\n" HEX_76 "\r\n",
		    "encoded-text"),
		T("MI-27, base32",
		    HEAD "\r\n" B32_64 "\r\n" B32_64 "\r\n" B32_64 "\r\n" B32_64 "\r\n",
		    "encoded-text"),
		T("MI-27, zero width",
		    PLAIN("utf-8") EIGHT "\r\nx" ZERO ZERO ZERO ZERO ZERO ZERO ZERO ZERO "\r\n",
		    "encoded-text"),
		T("MI-27, seven",
		    PLAIN("utf-8") EIGHT "\r\nx" ZERO ZERO ZERO ZERO ZERO ZERO ZERO "x" ZERO "\r\n",
		    "-"),
		T("MI-27, emoji", PLAIN("utf-8") EIGHT "\r\n\xf0\x9f\x98\x80\xf0\x9f\x98\x81\r\n",
		    "-"),
		T("MI-27, a dump with spaces", HEAD "\r\n0000: 4d 5a 90 00\r\n", "-"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_pages(void **state)
{
	static const struct row rows[] = {
		T("MI-20, a link with more than an address",
		    HEAD "\r\n<a\ttitle = x href=http://x/>\r\n", "html"),
		T("MI-20, a link with a slash", HEAD "\r\n<a/href=http://x/>\r\n", "html"),
		T("MI-20, other tags with attributes", HEAD "\r\n<Input autofocus-x=y>\r\n",
		    "html"),
		T("MI-20, words that are tags, too",
		    HEAD
		    "\r\nx <a b <p = 2 <p, <input> <a href> <a@x>\r\n<video/> <frame\r\n<a\r\n",
		    "-"),
		T("MI-20, a link where windows meet",
		    PLAIN("utf-8") QP "\r\n" X10(X10("abcd ")) "abcd fghi <a href=3Dx>\r\n",
		    "html"),
		T("MI-14, a page over windows",
		    PLAIN("utf-8") QP "\r\n" X10(X10("abcd ")) "=\r\n<html>\r\n", "html"),
		T("a page where windows meet",
		    PLAIN("utf-8") QP "\r\n" X10(X10("abcd ")) "abcd fghi <html>\r\n", "html"),
		T("not a page where windows meet",
		    PLAIN("utf-8") QP "\r\n" X10(X10("abcd ")) "abcde <htmly\r\n", "-"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_charsets(void **state)
{
	static const struct row rows[] = {
		T("MI-21, UTF-7", PLAIN("utf-7") "\r\n+ADw-html+AD4-\r\n", "charset"),
		T("MI-21, UTF-7 as ASCII", HEAD "\r\n+ADw-html+AD4-\r\n", "charset"),
		T("MI-21, UTF-16", PLAIN("utf-16") B64 "\r\nAGEADQAK\r\n",
		    "ambiguous charset bare-newline nul"),
		T("MI-21, UTF-32", PLAIN("utf-32le") B64 "\r\nYQAAAA==\r\n",
		    "ambiguous charset nul"),
		T("MI-21, unknown", PLAIN("x-klingon") "\r\nx\r\n", "charset"),
		T("MI-21, empty", PLAIN("\"\"") "\r\nx\r\n", "charset"),
		T("MI-21, longer than another", PLAIN("us-ascii-x") "\r\nx\r\n", "charset"),
		T("MI-21, NUL in it", PLAIN("us-ascii\0(x)") "\r\nx\r\n",
		    "ambiguous charset nul header"),
		T("MI-21, shorter", PLAIN("us-asci") "\r\nx\r\n", "charset"),
		T("MI-21, none", V EIGHT "\r\n\xe3\x81\x82\r\n", "charset"),
		/* the same text under other names */
		T("MI-21, EUC-JP as UTF-8", PLAIN("utf-8") EIGHT "\r\n\xa4\xa2\r\n", "charset"),
		T("MI-21, Shift_JIS as UTF-8", PLAIN("utf-8") EIGHT "\r\n\x82\xa0\r\n", "charset"),
		T("MI-21, Shift_JIS as EUC-JP", PLAIN("euc-jp") EIGHT "\r\n\x82\xa0\r\n",
		    "charset"),
		T("MI-21, UTF-8 as EUC-JP", PLAIN("euc-jp") EIGHT "\r\n\xe3\x81\x82\r\n",
		    "charset"),
		T("MI-21, UTF-8 as Shift_JIS", PLAIN("shift_jis") EIGHT "\r\n\xe3\x81\x82\r\n",
		    "charset"),
		T("MI-21, UTF-8 as ISO-2022-JP", PLAIN("iso-2022-jp") EIGHT "\r\n\xe3\x81\x82\r\n",
		    "charset"),
		T("MI-21, ISO-2022-JP as UTF-8", PLAIN("utf-8") "\r\n\x1b$B$\"\x1b(B\r\n",
		    "control"),
		T("MI-21, ISO-2022-JP as ASCII", HEAD "\r\n\x1b$B$\"\x1b(B\r\n", "control"),
		T("MI-21, UTF-8 as Latin 1", PLAIN("iso-8859-1") EIGHT "\r\n\xe3\x81\x82\r\n",
		    "control"),
		T("UTF-8, long form",
		    PLAIN("utf-8") EIGHT "\r\n\xc0\xbc"
					 "a\r\n",
		    "charset"),
		T("UTF-8, long form of three", PLAIN("utf-8") EIGHT "\r\n\xe0\x80\xbc\r\n",
		    "charset"),
		T("UTF-8, long form of four", PLAIN("utf-8") EIGHT "\r\n\xf0\x80\x80\xbc\r\n",
		    "charset"),
		T("UTF-8, surrogate", PLAIN("utf-8") EIGHT "\r\n\xed\xa0\x80\r\n", "charset"),
		T("UTF-8, above all", PLAIN("utf-8") EIGHT "\r\n\xf4\x90\x80\x80\r\n", "charset"),
		T("UTF-8, cut by a line end", PLAIN("utf-8") EIGHT "\r\n\xe3\x81\r\n\x82\r\n",
		    "charset"),
		T("UTF-8, cut by the end", PLAIN("utf-8") B64 "\r\n44E=\r\n", "charset"),
		T("UTF-8, a byte alone", PLAIN("utf-8") EIGHT "\r\na\x82\r\n", "charset"),
		T("UTF-8, a C1 control",
		    PLAIN("utf-8") EIGHT "\r\n\xc2\x9b"
					 "1m\r\n",
		    "control"),
		T("Shift_JIS, cut", PLAIN("shift_jis") EIGHT "\r\n\x82\r\n", "charset"),
		T("Shift_JIS, 7f", PLAIN("shift_jis") EIGHT "\r\n\x82\x7f\r\n", "charset control"),
		T("Shift_JIS, fd", PLAIN("shift_jis") EIGHT "\r\n\xfd\r\n", "charset"),
		T("EUC-JP, cut", PLAIN("euc-jp") EIGHT "\r\n\x8f\xb0\r\n", "charset"),
		T("EUC-JP, 8e", PLAIN("euc-jp") EIGHT "\r\n\x8e\xe1\r\n", "charset"),
		T("MI-23, NUL", HEAD "\r\na\0b\r\n", "ambiguous nul"),
		T("MI-23, NUL in a header", "Subject: a\0b\r\n\r\nx\r\n", "ambiguous nul"),
		T("MI-23, NUL in a name", "Subj\0ect: a\r\n\r\nx\r\n", "ambiguous nul header"),
		T("MI-23, NUL in base64", PLAIN("utf-8") B64 "\r\nYQBi\r\n", "ambiguous nul"),
		T("MI-23, C0",
		    HEAD "\r\na\x08"
			 "b\r\n",
		    "control"),
		T("MI-23, DEL", HEAD "\r\na\x7f\r\n", "control"),
		T("MI-23, form feed", HEAD "\r\n\x0c\r\n", "control"),
		T("MI-23, C1",
		    PLAIN("iso-8859-1") EIGHT "\r\n\x9b"
					      "1m\r\n",
		    "control"),
		T("MI-23, ANSI", HEAD "\r\n\x1b[31mred\x1b[0m\r\n", "control"),
		T("MI-23, ANSI in a header", "Subject: \x1b[31mred\r\n\r\nx\r\n", "control"),
		T("MI-23, C0 in quoted-printable", PLAIN("utf-8") QP "\r\na=08\r\n", "control"),
		T("a bare LF", HEAD "\r\na\nb\r\n", "ambiguous bare-newline"),
		T("a bare CR", HEAD "\r\na\rb\r\n", "ambiguous bare-newline"),
		T("a CR at the end", HEAD "\r\na\r\n\r", "ambiguous bare-newline"),
		T("a bare CR in base64", PLAIN("utf-8") B64 "\r\nYQ1i\r\n",
		    "ambiguous bare-newline"),
		T("no end of the last line", HEAD "\r\na", "-"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_iso_2022_jp(void **state)
{
	static const struct row rows[] = {
		T("MI-22, open at the end of a line",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$\"\r\n$\"\x1b(B\r\n", "charset"),
		T("MI-22, roman at the end", PLAIN("iso-2022-jp") "\r\n\x1b(J\\100\r\n", "charset"),
		T("MI-22, half width", PLAIN("iso-2022-jp") "\r\n\x1b(I1\x1b(B\r\n", "charset"),
		T("MI-22, SO and SI",
		    PLAIN("iso-2022-jp") "\r\n\x0e"
					 "1\x0f\r\n",
		    "control"),
		T("MI-22, JIS X 0212", PLAIN("iso-2022-jp") "\r\n\x1b$(D0!\x1b(B\r\n", "charset"),
		T("MI-22, half a character", PLAIN("iso-2022-jp") "\r\n\x1b$B$\x1b(B\r\n",
		    "charset"),
		T("MI-22, a space in it", PLAIN("iso-2022-jp") "\r\n\x1b$B$\" $\"\x1b(B\r\n",
		    "charset"),
		T("MI-22, ESC alone", PLAIN("iso-2022-jp") "\r\na\x1b\r\n", "charset"),
		T("MI-22, hiding <", PLAIN("iso-2022-jp") "\r\n\x1b$B<html>\x1b(B\r\n", "html"),
		T("MI-22, hiding =", PLAIN("iso-2022-jp") QP "\r\n=1B$B=3D=22=1B(B\r\n", "-"),
		T("MI-22, an escape that changes nothing",
		    PLAIN("iso-2022-jp") "\r\na\x1b(Bb\r\n\x1b(B\r\n\x1b(Ba\x1b(B\r\n", "-"),
		T("MI-22, another one, of two bytes",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$\"\x1b$B$\"\x1b(B\r\n", "-"),
		T("MI-22, roman goes on in the next line",
		    PLAIN("iso-2022-jp") "\r\n\x1b(Ja\r\n\x1b(Jb\x1b(B\r\n", "-"),
		T("MI-22, two that change nothing", PLAIN("iso-2022-jp") "\r\na\x1b(B\x1b(Bb\r\n",
		    "charset"),
		T("MI-22, two at the end of a line",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$\"\x1b(B\x1b(B\r\n", "charset"),
		T("MI-22, Roman without a character", PLAIN("iso-2022-jp") "\r\n\x1b(J\x1b(Ba\r\n",
		    "charset"),
		T("MI-22, two of two bytes", PLAIN("iso-2022-jp") "\r\n\x1b$B\x1b$B$\"\x1b(B\r\n",
		    "charset"),
		T("MI-22, one in a file",
		    PLAIN("iso-2022-jp") "\r\n\x1b(Bbe\x1b(Bgin 644 a\r\n#0V%T\r\n", "uuencode"),
		T("MI-22, one in rows",
		    PLAIN("iso-2022-jp") "\r\n\x1b(B" ROW_76 "\r\n" ROW_76 "\x1b(B\r\n" ROW_76
					 "\r\n" ROW_76 "\r\n",
		    "encoded-text"),
		T("MI-22, no character between two escapes",
		    PLAIN("iso-2022-jp") "\r\na\x1b$B\x1b(Bb\r\n", "charset"),
		T("MI-22, one text behind the other",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$\"\x1b(B\x1b$B$\"\x1b(B\r\n", "-"),
		T("MI-22, an escape in a tag", PLAIN("iso-2022-jp") "\r\n<\x1b(Bhtml>\r\n", "html"),
		T("MI-22, escapes in a tag",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$\"\x1b(B<\x1b(Bh\x1b(Bt\x1b(Jm\x1b(Jl>\x1b("
					 "B\r\n",
		    "html"),
		T("MI-22, roman in a tag", PLAIN("iso-2022-jp") "\r\n<\x1b(Jht\x1b(Bml>\r\n",
		    "html"),
		T("MI-22, in base64", PLAIN("iso-2022-jp") B64 "\r\nPBsoSmh0bWwbKEI+DQo=\r\n",
		    "html"),
		T("MI-22, roman before a file",
		    PLAIN("iso-2022-jp") "\r\n\x1b(Jbegin 644 a\r\n#0V%T\r\n\x1b(B`\r\nend\r\n",
		    "uuencode"),
		T("MI-22, roman before rows",
		    PLAIN("iso-2022-jp") "\r\n\x1b(J" ROW_76 "\x1b(B\r\n" ROW_76 "\r\n" ROW_76
					 "\r\n" ROW_76 "\r\n",
		    "encoded-text"),
		T("MI-22, < is a half of what stands before",
		    PLAIN("iso-2022-jp") "\r\n\x1b$B$<\x1b(Bbody \x1b(Jbody \x1b(B\r\n", "-"),
		T("MI-22, in a header", "Subject: \x1b$B$\"\x1b(B\r\n\r\nx\r\n", "control"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

#define SUBJECT(word) "From: a@example.jp\r\nSubject: " word "\r\n\r\nx\r\n"

/* What an encoded word in a header stands for. */
static void
test_words(void **state)
{
	static const struct row rows[] = {
		T("MI-23, NUL in a word", SUBJECT("=?utf-8?Q?a=00?="), "ambiguous nul"),
		T("MI-23, NUL in base64", SUBJECT("x =?UTF-8?b?YQBi?= y"), "ambiguous nul"),
		T("MI-23, the second word", SUBJECT("=?utf-8?Q?a?b?= =?utf-8?q?=08?="), "control"),
		T("MI-23, a word next to another", SUBJECT("=?utf-8?Q?a?==?utf-8?B?fw?="),
		    "control"),
		T("MI-23, a line end in a word", SUBJECT("=?utf-8?Q?a=0D=0AX:_y?="),
		    "ambiguous header"),
		T("MI-23, LF in base64", SUBJECT("\r\n =?iso-2022-jp?B?YQpi?="),
		    "ambiguous header"),
		T("MI-23, ANSI in a word", SUBJECT("=?utf-8?Q?=1B[31mred?="), "control"),
		T("MI-23, ANSI in ISO-2022-JP", SUBJECT("=?iso-2022-jp?Q?=1B[31mred?="), "control"),
		T("MI-23, in a name", "From: =?us-ascii?q?a=00b?= <a@example.jp>\r\n\r\nx\r\n",
		    "ambiguous nul"),
		T("MI-23, a space in a word", SUBJECT("=?utf-8?Q?a =00?="), "ambiguous nul"),
		T("MI-23, a word without an end", SUBJECT("=?utf-8?Q?a=07"), "control"),
		T("MI-23, more than one =", SUBJECT("==?utf-8?Q?==07?="), "control"),
		T("words of all kinds",
		    SUBJECT(
			"=?ISO-2022-JP?B?GyRCJCIbKEI=?=\r\n =?x-iso-2022-jp?q?=1B$B$=22=1B(B?=\r\n"
			" =?utf-8?B?44GCCWE=?= =?utf-8?Q?=E3=81=82=7?= =?utf-8?B?4?="),
		    "-"),
		T("like words",
		    SUBJECT("=?x=00 =?utf-8?x?=00?= =?utf-8?Q=00?=\r\n =?utf-8?Q\r\n ?=00?= a=00 "
			    "?Q?=00"),
		    "-"),
		T("a word over two lines", SUBJECT("=?utf-8?Q?a\r\n =00?="), "-"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* Rules of other conduits. */
static void
test_rules(void **state)
{
	static const struct {
		struct mime_rules rules;
		const char *bytes, *want;
	} rows[] = {
		{ { "text/plain\0", 1 << CHARSET_US_ASCII, 20, 1 << 20, false },
		    PLAIN("utf-8") "\r\nx\r\n", "charset" },
		{ { "text/plain\0", 1 << CHARSET_UTF_8, 20, 1 << 20, false }, HEAD "\r\nx\r\n",
		    "charset" },
		{ { "text/plain\0text/html\0", CHARSETS_ALL, 20, 1 << 20, false }, V HTML, "-" },
		{ { "text/html\0", CHARSETS_ALL, 20, 1 << 20, false }, HEAD "\r\nx\r\n",
		    "media-type" },
		{ { "text/plain\0image/*\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("image/x-odd") B64 "\r\nAAAA\r\n", "-" },
		{ { "text/plain\0image/*\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("image/x-odd") B64 "\r\nAAA\r\n", "ambiguous encoding" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    MIXED("B") "--B\r\n\r\nx\r\n--B\r\nContent-Type: image/png; name=a.png\r\n" B64
			       "\r\nAAAA\r\n--B--\r\n",
		    "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("image/jpeg; name=\"a.b.JPG\"") "Content-Disposition: attachment; "
							 "filename=a.jpeg\r\n" B64 "\r\nAAAA\r\n",
		    "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("image/jpeg; name=picture") B64 "\r\nAAAA\r\n", "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("image/png; name=a.png.exe") B64 "\r\nAAAA\r\n", "attachment" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("image/png; name=a.exe") "Content-Disposition: attachment; "
						  "filename=a.png\r\n" B64 "\r\nAAAA\r\n",
		    "ambiguous attachment file-name" },
		{ { "text/plain\0image/*\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("image/gif; name=\"=?utf-8?B?44GCLmpwZw==?=\"") B64 "\r\nAAAA\r\n",
		    "ambiguous attachment file-name" },
		{ { "text/plain\0image/*\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("image/jpeg; name=\"=?utf-8?B?44GCLmpwZw==?=\"") B64 "\r\nAAAA\r\n", "-" },
		{ { "text/plain\0image/*\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("image/heic; name=a.heic") B64 "\r\nAAAA\r\n", "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("image/svg+xml") "\r\n<svg/>\r\n", "image" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 1 << 20, true },
		    TYPE("multipart/alternative; boundary=B") "\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "multipart" },
		{ { "text/plain\0message/rfc822\0", CHARSETS_ALL, 20, 1 << 20, false },
		    TYPE("message/rfc822") "\r\n" HEAD "\r\nx\r\n", "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 62, false }, HEAD "\r\nhello\r\nx\r\n", "-" },
		{ { "text/plain\0", CHARSETS_ALL, 20, 61, false }, HEAD "\r\nhello\r\nx\r\n",
		    "limit" },
		{ { "text/plain\0multipart/*\0", CHARSETS_ALL, 1, 1 << 20, false },
		    MIXED("A") "--A\r\nContent-Type: multipart/mixed; "
			       "boundary=B\r\n\r\n--B\r\n\r\nx\r\n"
			       "--B--\r\n\r\n--A--\r\n",
		    "depth" },
		{ { "text/plain\0multipart/*\0", CHARSETS_ALL, 2, 1 << 20, false },
		    MIXED("A") "--A\r\nContent-Type: multipart/mixed; "
			       "boundary=B\r\n\r\n--B\r\n\r\nx\r\n"
			       "--B--\r\n\r\n--A--\r\n",
		    "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t cut = 0; cut < 3; cut++) {
			char bytes[2048];
			struct text t = text_of(bytes, sizeof bytes);

			tell_message(&t, &rows[i].rules, (const uint8_t *)rows[i].bytes,
			    strlen(rows[i].bytes), cut, 0);
			bytes[strcspn(bytes, "|")] = '\0';
			bytes[strlen(bytes) - 1] = '\0';
			assert_string_equal(bytes, rows[i].want);
		}
}

/* SMTPUTF8, and what is said when bytes are missing. */
static void
test_state(void **state)
{
	static const char utf8[] = "Subject: \xe3\x81\x82\r\n\r\nx\r\n",
			  bad[] = "X: \x82\r\n\r\nx\r\n";
	static const char first[] = MIXED("B") "--B\r\n" B64 "\r\nAAA", second[] = "A\r\nx\r\n";
	struct mime m;

	(void)state;
	mime_begin(&m, &rules_text, NULL, NULL);
	mime_utf8(&m);
	feed_lines(&m, (const uint8_t *)utf8, sizeof utf8 - 1, 0, 0);
	assert_int_equal(mime_words(&m), 0);
	mime_begin(&m, &rules_text, NULL, NULL);
	mime_utf8(&m);
	feed_lines(&m, (const uint8_t *)bad, sizeof bad - 1, 0, 0);
	assert_int_equal(mime_words(&m), WHAT_CHARSET);
	mime_begin(&m, &rules_mixed, NULL, NULL);
	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *from = (const uint8_t *)(i ? second : first);
		size_t left = i ? sizeof second - 1 : sizeof first - 1;
		struct lines l = { .cr = false };
		struct line_piece piece;

		while (lines_next(&l, &from, &left, &piece))
			mime_line(&m, &piece);
		mime_lost(&m);
	}
	mime_end(&m);
	assert_int_equal(mime_words(&m), WHAT_LOST);
	assert_int_equal(mime_culprit(&m)->part, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_iso_2022_jp),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_state),
	};

	return UNIT_RUN(tests);
}
