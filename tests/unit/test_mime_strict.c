/* test_mime_strict.c - what two readers of a message could read differently, and what hides in
 * text: the rest of the families MI of the catalogue of evasions. */
#include "mime_rows.h"

#define TWO(boundary)                                                                              \
	TYPE("multipart/mixed; " boundary) "\r\n--B\r\n\r\nx\r\n--B\r\n" PDF "--B--\r\n"
#define ODD "ambiguous attachment file-name | 1 application/octet-stream "

static void
test_boundary(void **state)
{
	static const struct row rows[] = {
		X("MI-04, none", TWO("boundary="), "ambiguous boundary header"),
		X("MI-04, empty", TWO("boundary=\"\""), "ambiguous boundary"),
		X("MI-04, 70",
		    TYPE("multipart/mixed; boundary=" X10("1234567")) "\r\n--" X10(
			"1234567") "\r\n\r\nx\r\n--" X10("1234567") "--      \r\n",
		    "-"),
		X("MI-04, 71",
		    TYPE("multipart/mixed; boundary=" X10("1234567") "8") "\r\n--" X10(
			"1234567") "8\r\n" PDF "--" X10("1234567") "8--\r\n",
		    "ambiguous boundary"),
		X("MI-04, 900",
		    TYPE("multipart/mixed;\r\n boundary=" X10(X10("123456789"))) "\r\n--" X10(
			X10("123456789")) "\r\n" PDF,
		    "ambiguous boundary"),
		X("MI-04, a space at its end", TWO("boundary=\"B \""), "ambiguous boundary"),
		X("MI-04, prefix",
		    MIXED("B") "--B\r\nContent-Type: multipart/mixed; boundary=B1\r\n\r\n"
			       "--B1\r\n\r\nx\r\n--B1--\r\n\r\n--B--\r\n",
		    "ambiguous boundary"),
		X("MI-04, prefix, outside",
		    MIXED("B1") "--B1\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
				"--B\r\n\r\nx\r\n--B--\r\n\r\n--B1--\r\n",
		    "ambiguous boundary"),
		X("MI-04, equal",
		    MIXED("B") "--B\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
			       "--B\r\n\r\nx\r\n--B--\r\n\r\n--B--\r\n",
		    "ambiguous boundary"),
		X("MI-04, quoted", TWO("boundary=\"B\""), "attachment"),
		X("MI-04, any case", TWO("BounDary=B"), "attachment"),
		X("MI-04, quotes of another kind", TWO("boundary='B'"), "ambiguous boundary"),
		X("MI-04, no token", TWO("boundary=B=1"), "ambiguous boundary header"),
		X("MI-04, no end of quotes", TWO("boundary=\"B"), "ambiguous attachment header"),
		X("MI-04, behind quotes", TWO("boundary=\"B\"x"), "ambiguous attachment header"),
		X("MI-04, a comment before", TWO("boundary=(x)B"),
		    "ambiguous attachment boundary header"),
		X("MI-04, a comment behind", TWO("boundary=B(x)"), "ambiguous attachment boundary"),
		X("MI-04, a comment in the middle", TWO("(x) boundary=B"),
		    "ambiguous attachment boundary header"),
		X("MI-04, backslash", TWO("boundary=\"\\B\""), "ambiguous attachment boundary"),
		X("MI-04, semicolon", TWO("boundary=\"B;x\""), "ambiguous boundary"),
		X("MI-04, tab", TWO("boundary=\"B\tx\""), "ambiguous boundary"),
		X("MI-04, control", TWO("boundary=\"B\x01\""), "ambiguous control boundary"),
		X("MI-04, 8 bit", TWO("boundary=\"B\xe9\""), "ambiguous boundary header"),
		X("MI-04, continued", TWO("boundary*0=B; boundary*1=C"),
		    "ambiguous attachment boundary"),
		X("MI-04, extended", TWO("boundary*=us-ascii''B"), "ambiguous boundary"),
		X("MI-04, twice", TWO("boundary=B; boundary=C"), "ambiguous attachment boundary"),
		X("MI-04, twice, the other way", TWO("boundary=C; boundary=B"),
		    "ambiguous boundary"),
		X("MI-04, twice the same", TWO("boundary=B; boundary=B"),
		    "ambiguous attachment boundary"),
		X("MI-04, in another parameter's name", TWO("xboundary=C; boundary=B"),
		    "ambiguous attachment boundary"),
		X("MI-04, in another parameter's value",
		    TYPE("multipart/mixed; x=\"; Boundary=C\"; boundary=B") "\r\n--"
									    "B\r\n\r\nx\r\n"
									    "--C\r\n" PDF
									    "--C--\r\n--B--\r\n",
		    "ambiguous boundary header"),
		X("MI-04, other parameters",
		    TYPE("multipart/mixed; boundary=B; type=\"text/plain\"; "
			 "start=\"<bound.ary>\"") "\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "-"),
		X("MI-04, encoded", TWO("boundary=\"=?us-ascii?Q?B?=\""), "ambiguous boundary"),
		X("MI-04, a space before =", TWO("boundary =B"), "ambiguous attachment header"),
		X("MI-04, a space behind =", TWO("boundary= B"), "ambiguous attachment header"),
		X("MI-04, no semicolon",
		    TYPE("multipart/mixed boundary=B") "\r\n--B\r\n" PDF "--B--\r\n",
		    "ambiguous attachment header"),
		X("MI-04, folded in a value", TWO("boundary=\"B\r\n C\""), "ambiguous boundary"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_delimiter(void **state)
{
	static const struct row rows[] = {
		X("MI-04, a line that looks like it",
		    MIXED("B") "--B\r\n\r\nx\r\n--BC\r\n" PDF "--B--\r\n", "ambiguous boundary"),
		X("MI-04, a line in another case",
		    MIXED("Bc") "--Bc\r\n\r\nx\r\n--bC\r\n" PDF "--Bc--\r\n", "ambiguous boundary"),
		X("MI-04, more in the line", MIXED("B") "--B\r\n\r\nx\r\n--B x\r\n" PDF "--B--\r\n",
		    "ambiguous boundary"),
		X("MI-04, more behind the last", MIXED("B") "--B\r\n\r\nx\r\n--B--x\r\n",
		    "ambiguous boundary"),
		X("MI-04, white space in the line", MIXED("B") "--B \t\r\n" PDF "--B-- \r\n",
		    "attachment"),
		X("MI-04, one dash", MIXED("B") "--B\r\n\r\nx\r\n--B-\r\n--B--\r\n",
		    "ambiguous boundary"),
		X("MI-04, long white space",
		    MIXED("B") "--B\r\n\r\nx\r\n--B" X10(X10(" ")) "\r\n--B--\r\n",
		    "ambiguous boundary"),
		X("MI-04, long white space, and a bare CR",
		    MIXED("B") "--B\r\n\r\nx\r\n--B" X10(X10(" ")) "\rx\r\n--B--\r\n",
		    "ambiguous bare-newline boundary | 1 text/plain "),
		X("MI-05, in a line", MIXED("B") "--B\r\n\r\nx--B\r\n" PDF "--B--\r\n",
		    "ambiguous boundary"),
		X("MI-05, in a line, behind dashes", MIXED("-B") "---B\r\n\r\nx----B\r\n---B--\r\n",
		    "ambiguous boundary"),
		X("MI-05, behind a bare LF", MIXED("B") "--B\r\n\r\nx\n--B\r\n" PDF "--B--\r\n",
		    "ambiguous bare-newline boundary"),
		X("MI-05, not closed", MIXED("B") "--B\r\n\r\nx\r\n", "ambiguous boundary"),
		X("MI-05, the inner one not closed",
		    MIXED("A") "--A\r\nContent-Type: multipart/mixed; "
			       "boundary=B\r\n\r\n--B\r\n\r\nx\r\n--A--\r\n",
		    "ambiguous boundary | 1 multipart/mixed "),
		X("MI-05, behind the end", MIXED("B") "--B\r\n\r\nx\r\n--B--\r\n--B\r\n" PDF,
		    "ambiguous attachment boundary"),
		X("MI-05, a part behind the end", MIXED("B") "--B\r\n\r\nx\r\n--B--\r\n" PDF,
		    "ambiguous boundary"),
		X("MI-05, a part before the first", MIXED("B") PDF "--B\r\n\r\nx\r\n--B--\r\n",
		    "ambiguous boundary"),
		X("MI-05, a file before the first",
		    MIXED("B") "=ybegin line=128 size=1 name=a\r\n"
			       "--B\r\n\r\nx\r\n--B--\r\n",
		    "yenc"),
		X("MI-05, 8 bit before the first", MIXED("B") "\xe9\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "charset"),
		X("MI-05, only an end", MIXED("B") "--B--\r\n", "ambiguous boundary"),
		X("MI-05, an empty line before a part's header",
		    MIXED("B") "--B\r\n\r\n" HTML "--B--\r\n", "ambiguous html header"),
		X("MI-05, two empty lines before it", MIXED("B") "--B\r\n\r\n\r\n" PDF "--B--\r\n",
		    "ambiguous header"),
		X("MI-05, no field, and a text",
		    MIXED("B") "--B\r\n\r\nContent\r\n\r\nContent-Type: x\r\n--B--\r\n", "-"),
		X("MI-05, in a header section",
		    MIXED("B") "--B\r\nContent-Type: text/html\r\n--B--\r\n",
		    "ambiguous html header"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_headers(void **state)
{
	static const struct row rows[] = {
		X("MI-06", MIXED("B") "--B\r\nContent-Type: text/plain\r\n" PDF "--B--\r\n",
		    "ambiguous attachment duplicate-header | 1 application/pdf a.pdf"),
		T("MI-06, types", TYPE("text/plain") "Content-Type: text/html\r\n\r\nx\r\n",
		    "ambiguous html duplicate-header"),
		T("MI-06, types, the other way",
		    TYPE("text/html") "Content-Type: text/plain\r\n\r\nx\r\n",
		    "ambiguous html duplicate-header"),
		X("MI-06, text and multipart",
		    TYPE("text/plain") "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
				       "--B\r\n" PDF "--B--\r\n",
		    "ambiguous attachment duplicate-header"),
		X("MI-06, multipart and text",
		    TYPE("multipart/mixed; boundary=B") "Content-Type: text/plain\r\n\r\n"
							"--B\r\n" PDF "--B--\r\n",
		    "ambiguous attachment duplicate-header"),
		T("MI-06, encodings", PLAIN("utf-8") B64 CODE("7bit") "\r\nPGh0bWw+\r\n",
		    "ambiguous duplicate-header"),
		T("MI-06, encodings, the other way",
		    PLAIN("utf-8") CODE("7bit") B64 "\r\nPGh0bWw+\r\n",
		    "ambiguous html duplicate-header"),
		T("MI-06, dispositions",
		    V "Content-Disposition: inline\r\nContent-Disposition: attachment\r\n\r\n",
		    "ambiguous attachment duplicate-header"),
		T("MI-06, versions", V "MIME-Version: 1.0\r\n\r\n", "ambiguous duplicate-header"),
		T("MI-08, an empty line before the header", "\r\n" V PDF, "ambiguous header"),
		T("MI-08, no header", "\r\nx\r\n", "ambiguous header"),
		T("MI-08, nothing", "\r\n", "ambiguous header"),
		T("a name in a field", TYPE("text/plain") "Content-Name: a.exe\r\n\r\nx\r\n",
		    "attachment | 0 text/plain  attachment"),
		T("a name in Sun's field", HEAD "X-Sun-Data-Name: a.exe\r\n\r\nx\r\n",
		    "attachment"),
		T("a body elsewhere, in a field",
		    HEAD "X-Mozilla-External-Attachment-URL: file://x/\r\n\r\nx\r\n",
		    "external-body"),
		T("a picture in a field", HEAD "Face: iVBORw0KGgo=\r\n\r\nx\r\n", "image"),
		T("a picture of black and white", HEAD "x-face: 4(P1h\r\n\r\nx\r\n", "image"),
		T("a picture of the sender's firm", HEAD "BIMI-Indicator: PHN2Zz4=\r\n\r\nx\r\n",
		    "image"),
		T("fields that are like them",
		    HEAD
		    "X-Faces: x\r\nX-Mozilla-External-Attachment-URLs-of-others: x\r\n\r\nx\r\n",
		    "-"),
		T("MI-25, From", HEAD "From: c@example.jp\r\n\r\n", "ambiguous duplicate-header"),
		T("MI-25, Subject", HEAD "subject: c\r\n\r\n", "ambiguous duplicate-header"),
		T("MI-25, Received is no fault", "Received: a\r\nReceived: b\r\n" HEAD "\r\n", "-"),
		T("MI-25, mbox", "From a@example.jp Sat Nov 21 00:00:00 2026\r\n" HEAD "\r\nx\r\n",
		    "ambiguous duplicate-header header"),
		T("MI-07, space", V "Content Type: text/html\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-07, space before the colon", V "Content-Type : text/html\r\n\r\nx\r\n",
		    "ambiguous html header"),
		T("MI-07, tab before the colon", V "Content-Type\t: text/html\r\n\r\nx\r\n",
		    "ambiguous html header"),
		T("MI-07, comment", V "Content-Type(x): text/html\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("MI-07, no token", HEAD "X/Y: x\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-07, all that a token may have",
		    HEAD "X-09AZaz!#$%&'*+.^_`{|}~: x\r\n\r\nx\r\n", "-"),
		T("MI-07, comment in the name", V "Content-Type (x): text/html\r\n\r\nx\r\n",
		    "ambiguous html header"),
		T("MI-07, no colon", V "Content-Type text/html\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-07, no name", V ": x\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-07, folded name", V "Content-\r\n Type: text/html\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("MI-07, leading space", " Content-Type: text/html\r\n" HEAD "\r\nx\r\n",
		    "ambiguous header"),
		T("MI-07, 8 bit name", HEAD "X-\xe9: x\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-07, 8 bit body", HEAD "X: \xc3\xa9\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-08, CR", V "Content-Type: text/plain;\r charset=utf-8\r\n\r\nx\r\n",
		    "ambiguous bare-newline header"),
		T("MI-08, LF", V "X: y\nContent-Type: text/html\r\n\r\nx\r\n",
		    "ambiguous bare-newline"),
		T("MI-08, empty fold", V "X: y\r\n \r\n z\r\n\r\nx\r\n", "ambiguous header"),
		T("MI-08, no separator", HEAD "hello\r\n", "ambiguous header"),
		T("MI-08, nothing but a header", HEAD, "ambiguous header"),
		T("no version", HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("another version",
		    HEAD "MIME-Version: 1.1\r\nContent-Type: text/plain\r\n\r\nx\r\n",
		    "ambiguous header"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* What a part declares. */
static void
test_declared(void **state)
{
	static const struct row rows[] = {
		T("a type without a subtype", TYPE("text") "\r\nx\r\n", "ambiguous header"),
		T("an empty type", TYPE("") "\r\nx\r\n", "ambiguous header"),
		T("a type like another", TYPE("text /plain") "\r\nx\r\n", "ambiguous header"),
		T("a comment in the middle", TYPE("text/plain (x); charset=utf-8") "\r\nx\r\n",
		    "ambiguous header"),
		T("a comment without an end", TYPE("text/plain (x") "\r\nx\r\n",
		    "ambiguous header"),
		T("a comment with a parameter", TYPE("text/plain (; name=a.exe)") "\r\nx\r\n",
		    "ambiguous header"),
		T("a comment with a quote", TYPE("text/plain (\")") "\r\nx\r\n",
		    "ambiguous header"),
		T("a comment in a comment", TYPE("text/plain (a (b) c)") "\r\nx\r\n",
		    "ambiguous header"),
		T("a comment of words", TYPE("text/plain ( a\tb. )") "\r\nx\r\n", "-"),
		T("a comment without words", TYPE("text/plain ()") "\r\nx\r\n", "-"),
		T("a file's name in a comment",
		    V "Content-Disposition: inline (; filename=a.exe)\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("a boundary of a text",
		    TYPE("text/plain; charset=utf-8; boundary=B") "\r\n--B\r\n" PDF "--B--\r\n",
		    "ambiguous boundary"),
		T("two charsets", PLAIN("utf-8; charset=us-ascii") "\r\nx\r\n", "ambiguous header"),
		T("other parameters", PLAIN("utf-8; x-mac-type=54455854") "\r\nx\r\n",
		    "ambiguous header"),
		T("empty parameters", PLAIN("utf-8;; format=flowed") "\r\nx\r\n",
		    "ambiguous header"),
		T("a name in another value",
		    TYPE("text/plain; charset=utf-8; format=\"flowed; name=a.exe\"") "\r\nx\r\n",
		    "ambiguous header"),
		T("a file's name in another value",
		    V "Content-Disposition: inline; size=\"3; filename=a.exe\"\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("a name of no bytes", TYPE("text/plain; name=\"\"") "\r\nx\r\n", "attachment"),
		T("a name of no bytes, encoded",
		    V "Content-Disposition: inline; filename=\"=?utf-8?B?\?=\"\r\n\r\nx\r\n",
		    "ambiguous attachment file-name"),
		T("a name of no bytes, extended",
		    V "Content-Disposition: inline; filename*=utf-8''\r\n\r\nx\r\n", "attachment"),
		T("a name of another parameter",
		    V "Content-Disposition: inline; name=a.exe\r\n\r\nx\r\n", "ambiguous header"),
		T("a name that is like one",
		    V "Content-Disposition: inline; file*name=a.exe\r\n\r\nx\r\n",
		    "ambiguous header"),
		T("all parameters of RFC 2183",
		    V "Content-Disposition: inline; size=3;\r\n creation-date=\"x\"; "
		      "Modification-Date=\"x\"; read-date=x\r\n\r\nx\r\n",
		    "-"),
		X("a multipart that is a file",
		    V "Content-Disposition: attachment; filename=a.zip\r\n"
		      "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "attachment | 0 multipart/mixed"),
		T("other bits in a disposition", V "Content-Disposition:\r\n\r\nx\r\n",
		    "ambiguous attachment header"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_names(void **state)
{
	static const struct row rows[] = {
		X("MI-09, extended", DISPOSED("filename*=utf-8''%e3%81%82.exe"),
		    "attachment | 1 application/octet-stream \\u{3042}.exe attachment"),
		X("MI-09, continued",
		    DISPOSED("filename*0=\"ab\"; filename*1=cd; filename*2*=%2eexe"),
		    "attachment | 1 application/octet-stream abcd.exe attachment"),
		X("MI-09, continued and extended",
		    DISPOSED("filename*0*=utf-8'ja'%61; filename*1*=%62; filename*2=%63"),
		    "ambiguous attachment file-name | 1 application/octet-stream ab%63 ambiguous "
		    "attachment file-name"),
		X("MI-09, in another order", DISPOSED("filename*1=cd; filename*0=ab"), ODD "cdab"),
		X("MI-09, one missing", DISPOSED("filename*0=ab; filename*2=cd"), ODD "abcd"),
		X("MI-09, a leading zero", DISPOSED("filename*00=ab"),
		    "ambiguous attachment header | 1 application/octet-stream ab"),
		X("MI-09, both alike", DISPOSED("filename=a.txt; filename*=us-ascii''a.txt"),
		    "attachment | 1 application/octet-stream a.txt"),
		X("MI-09, both", DISPOSED("filename=a.txt; filename*=us-ascii''a.exe"),
		    ODD "a.exe"),
		X("MI-09, both, the other way",
		    DISPOSED("filename*=us-ascii''a.exe; filename=a.txt"), ODD "a.exe"),
		X("MI-09, twice", DISPOSED("filename=a.txt; filename=a.exe"),
		    "ambiguous attachment header | 1 application/octet-stream a.exe"),
		X("MI-09, in both fields",
		    PART("Content-Type: application/octet-stream; name=a.txt\r\n"
			 "Content-Disposition: attachment; filename=a.exe\r\n\r\nx"),
		    ODD "a.exe"),
		X("MI-09, encoded", NAMED("name=\"=?utf-8?B?44GC?= =?UTF-8?q?=2Eexe?=\""),
		    ODD "\\u{3042}.exe"),
		X("MI-09, encoded, and not", NAMED("name=\"=?utf-8?B?YQ==?=.txt =?x\""),
		    ODD "a.txt =?x"),
		X("MI-09, encoded in iso-2022-jp", NAMED("name=\"=?ISO-2022-JP?B?GyRCJCIbKEI=?=\""),
		    ODD "\\x1b$B$\\\"\\x1b(B"),
		X("MI-09, a percent sign", DISPOSED("filename=\"a%2eexe\""), ODD "a%2eexe"),
		X("MI-09, no charset", DISPOSED("filename*=a.exe"), ODD "a.exe"),
		X("MI-10, right to left", DISPOSED("filename*=utf-8''a%E2%80%AEtxt.exe"),
		    ODD "a\\u{202e}txt.exe"),
		X("MI-10, a dot at its end", DISPOSED("filename=\"a.exe.\""), ODD "a.exe."),
		X("MI-10, a space at its end", DISPOSED("filename=\"a.exe \""), ODD "a.exe "),
		X("MI-10, NUL", DISPOSED("filename*=utf-8''a.exe%00.txt"), ODD "a.exe\\x00.txt"),
		X("MI-10, a path", DISPOSED("filename=\"../a\""), ODD "../a"),
		X("MI-10, two extensions", DISPOSED("filename=\"a.pdf.exe\""),
		    "attachment | 1 application/octet-stream a.pdf.exe attachment"),
		X("MI-10, homoglyph", DISPOSED("filename*=utf-8''%D0%B0.exe"),
		    "attachment | 1 application/octet-stream \\u{0430}.exe attachment"),
		X("MI-10, 300 bytes", DISPOSED("\r\n filename=\"" X10(X10("abc")) "\""),
		    ODD X10("abcabcabcabc") "abcabcab"),
		T("a name alone", TYPE("text/plain; name=\"a\"") "\r\nx\r\n",
		    "attachment | 0 text/plain a attachment"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_encodings(void **state)
{
	static const struct row rows[] = {
		T("MI-11, junk", PLAIN("utf-8") B64 "\r\nYW*Jj\r\n", "ambiguous encoding"),
		T("MI-11, a space", PLAIN("utf-8") B64 "\r\nYWJj \r\n", "ambiguous encoding"),
		T("MI-11, a space each", PLAIN("utf-8") B64 "\r\nY W J j\r\n",
		    "ambiguous encoding"),
		T("MI-11, no padding", PLAIN("utf-8") B64 "\r\nYWI\r\n", "ambiguous encoding"),
		T("MI-11, half of the padding", PLAIN("utf-8") B64 "\r\nYQ=\r\n",
		    "ambiguous encoding"),
		T("MI-11, too much", PLAIN("utf-8") B64 "\r\nYWI==\r\n", "ambiguous encoding"),
		T("MI-11, nothing but padding", PLAIN("utf-8") B64 "\r\n====\r\n",
		    "ambiguous encoding"),
		T("MI-11, in the middle", PLAIN("utf-8") B64 "\r\nYQ==YWJj\r\n",
		    "ambiguous encoding"),
		T("MI-11, one behind the other", PLAIN("utf-8") B64 "\r\nYQ==\r\nPGh0bWw+\r\n",
		    "ambiguous html encoding"),
		T("MI-11, bits that are no byte's", PLAIN("utf-8") B64 "\r\nYR==\r\n",
		    "ambiguous encoding"),
		T("MI-11, for URLs", PLAIN("utf-8") B64 "\r\nYW-_\r\n", "ambiguous encoding"),
		T("MI-11, an empty line", PLAIN("utf-8") B64 "\r\nYWJj\r\n\r\nPGh0bWw+\r\n",
		    "ambiguous html encoding"),
		T("MI-11, 8 bit", PLAIN("utf-8") B64 "\r\nYWJj\xe9\r\n", "ambiguous encoding"),
		T("MI-11, plain text", PLAIN("utf-8") B64 "\r\nhello world.\r\n",
		    "ambiguous charset encoding"),
		T("MI-11, LF in lines", PLAIN("utf-8") B64 "\r\nYWJj\nYWJj\r\n",
		    "ambiguous bare-newline encoding"),
		T("MI-12, = and a space", PLAIN("utf-8") QP "\r\na= \r\nb\r\n",
		    "ambiguous encoding"),
		T("MI-12, lower case", PLAIN("utf-8") QP "\r\n=e3=81=82\r\n", "ambiguous encoding"),
		T("MI-12, CR LF", PLAIN("utf-8") QP "\r\na=0D=0Ab\r\n", "ambiguous encoding"),
		T("MI-12, LF", PLAIN("utf-8") QP "\r\na=0Ab\r\n", "ambiguous encoding"),
		T("MI-12, a CR alone", PLAIN("utf-8") QP "\r\na=0Db\r\n",
		    "ambiguous bare-newline encoding"),
		T("MI-12, soft breaks", PLAIN("utf-8") QP "\r\na=\r\n=\r\n=\r\nb\r\n",
		    "ambiguous encoding"),
		T("MI-12, no digits", PLAIN("utf-8") QP "\r\na=ZZ\r\n", "ambiguous encoding"),
		T("MI-12, one digit", PLAIN("utf-8") QP "\r\na=4\r\n1\r\n", "ambiguous encoding"),
		T("MI-12, two =", PLAIN("utf-8") QP "\r\na==3D\r\n", "ambiguous encoding"),
		T("MI-12, 8 bit", PLAIN("utf-8") QP "\r\n\xe3\x81\x82\r\n", "ambiguous encoding"),
		T("MI-12, a space at the end", PLAIN("utf-8") QP "\r\na \r\n",
		    "ambiguous encoding"),
		T("MI-12, cut", PLAIN("utf-8") QP "\r\na=4", "ambiguous encoding"),
		X("MI-12, multipart",
		    V QP
		    "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "ambiguous encoding"),
		T("MI-13", V CODE("x-none") "\r\nx\r\n", "ambiguous encoding"),
		T("MI-13, x-uuencode",
		    V CODE("x-uuencode") "\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n",
		    "ambiguous uuencode encoding"),
		T("MI-13, empty", V CODE("") "\r\nx\r\n", "ambiguous encoding"),
		T("MI-13, two words", V CODE("7bit base64") "\r\nx\r\n", "ambiguous encoding"),
		T("MI-13, like another", V CODE("base 64") "\r\nx\r\n", "ambiguous encoding"),
		T("MI-13, a comment", PLAIN("us-ascii") CODE("base64 (x)") "\r\neA0K\r\n",
		    "ambiguous encoding"),
		T("MI-13, a comment without an end",
		    PLAIN("us-ascii") CODE("base64 (x") "\r\neA0K\r\n",
		    "ambiguous header encoding"),
		T("MI-13, binary", V CODE("binary") "\r\nx\r\n", "binary"),
		T("MI-13, 8 bit in 7bit", PLAIN("utf-8") CODE("7bit") "\r\n\xe3\x81\x82\r\n",
		    "ambiguous encoding"),
		T("MI-13, of no declared one", PLAIN("utf-8") "\r\n\xe3\x81\x82\r\n",
		    "ambiguous encoding"),
		T("MI-13, a message's", TYPE("message/partial") B64 "\r\nAAAA\r\n",
		    "ambiguous partial encoding"),
		T("a line of 998",
		    HEAD "\r\n" X10(X10("12345678 ")) X10("abcdefgh ") "12345678\r\n", "-"),
		T("a line of 999",
		    HEAD "\r\n" X10(X10("12345678 ")) X10("abcdefgh ") "123456789\r\n",
		    "ambiguous long-line"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

/* The search for a boundary inside lines against one that tries every place, over few letters, so
 * that boundaries repeat themselves. */
static void
test_search(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (unsigned t = 0; t < 100000; t++) {
		char pattern[12] = "--", text[64];
		struct mime_search s;
		bool want = false, got = false;
		size_t n = 1 + t % 8, size = t % sizeof text, done = 0;

		for (size_t i = 0; i < n; i++)
			pattern[2 + i] = (seed = seed * 1103515245 + 12345) >> 16 & 1 ? '-' : 'a';
		for (size_t i = 0; i < size; i++)
			text[i] = (seed = seed * 1103515245 + 12345) >> 16 & 1 ? '-' : 'a';
		for (size_t i = 0; i + n + 2 <= size; i++)
			want = want || memcmp(text + i, pattern, n + 2) == 0;
		mime_search_begin(&s, pattern + 2, n);
		for (size_t cut; done < size; done += cut) {
			cut = 1 + (t >> 3) % 9;
			if (cut > size - done)
				cut = size - done;
			got = mime_search_take(&s, (const uint8_t *)text + done, cut) || got;
		}
		assert_int_equal(got, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_delimiter),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_declared),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_encodings),
	};

	return UNIT_RUN(tests);
}
