/* test_mime.c - messages and what is said of them: the families MI of the catalogue of evasions,
 * and mail that honest senders write. test_mime_strict.c has what two readers read differently. */
#include "mime_rows.h"

#define X127 X100("x") X10("y") X10("z") "1234567"

static void
test_conforming(void **state)
{
	static const struct row rows[] = {
		T("plain", HEAD "\r\nhello\r\n", "- | [0 0 text/plain 7bit 7]"),
		T("no body", HEAD "\r\n", "- | [0 0 text/plain 7bit 0]"),
		T("tab, dots", HEAD "\r\na\tb\r\n.\r\n..\r\n", "-"),
		T("signature", HEAD "\r\nx\r\n-- \r\n--\r\n-----Original Message-----\r\n", "-"),
		T("addresses and signs",
		    HEAD "\r\n<base@example.jp> <link-1@x> a < b & c; d + e <- -> <br@x\r\n", "-"),
		T("begin of a sentence",
		    HEAD "\r\nbegin 26 with\r\nbegin this.\r\nbegin 1998 x\r\nbegin \r\nBegin "
			 "2026 x\r\nbegin\r\n",
		    "-"),
		T("a rule of dashes",
		    HEAD "\r\n" X10(X10("-")) "\r\n" X10(X10("-")) "\r\n" X10(X10("-")) "\r\n" X10(
			X10("=")) "\r\n" X10(X10("=")) "\r\n",
		    "-"),
		T("three rows",
		    HEAD "\r\n" ROW_76 "\r\n" ROW_76 "\r\n" ROW_76 "\r\n\r\n" ROW_76 "\r\n", "-"),
		T("us-ascii", PLAIN("us-ascii") CODE("7bit") "\r\nx\r\n", "-"),
		T("quoted charset", PLAIN("\"US-ASCII\"") "\r\nx\r\n", "-"),
		T("flowed", PLAIN("utf-8; format=flowed; delsp=yes") EIGHT "\r\n\xe3\x81\x82 \r\n",
		    "-"),
		T("comments",
		    HEAD "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3696.80\\))\r\n"
			 "Content-Type: text/plain; charset=us-ascii (Plain text)\r\n\r\nx\r\n",
		    "-"),
		T("a last semicolon", PLAIN("utf-8;") "\r\nx\r\n", "-"),
		T("folded",
		    V "Content-Type:\r\n text/plain;\r\n\tcharset=utf-8\r\n"
		      "Subject-2: =?ISO-2022-JP?B?GyRCJCIbKEI=?=\r\n =?UTF-8?Q?=E3=81=82?=\r\n\r\n",
		    "-"),
		T("inline", PLAIN("utf-8") "Content-Disposition: inline\r\n\r\nx\r\n", "-"),
		T("utf-8", PLAIN("utf-8") EIGHT "\r\n\xe3\x81\x82\xf0\xa0\xae\xb7\xc3\xa9\r\n",
		    "- | [0 0 text/plain 8bit 11]"),
		T("utf-8 in base64", PLAIN("utf-8") B64 "\r\n44GCDQo=\r\n\r\n\r\n",
		    "- | [0 0 text/plain base64 5]"),
		T("base64 with LF", PLAIN("utf-8") B64 "\r\nYQpiCg==\r\n",
		    "- | [0 0 text/plain base64 4]"),
		T("base64, no bytes", PLAIN("utf-8") B64 "\r\n", "-"),
		T("base64, short lines", PLAIN("utf-8") B64 "\r\n44\r\nGCD\r\nQo=\r\n",
		    "- | [0 0 text/plain base64 5]"),
		T("utf-8 in quoted-printable",
		    PLAIN("UTF-8") QP "\r\n=E3=81=82=\r\n=20x =3D\r\ny=\r\n",
		    "- | [0 0 text/plain quoted-printable 10]"),
		T("a family",
		    PLAIN("utf-8") EIGHT "\r\n\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80"
					 "\x8d\xf0\x9f\x91\xa7\xef\xb8\x8f\r\n",
		    "-"),
		/* U+3042: 24 22 in JIS X 0208, 82 a0 in Shift_JIS, a4 a2 in EUC-JP */
		T("iso-2022-jp", PLAIN("iso-2022-jp") CODE("7bit") "\r\n\x1b$B$\"\x1b(B a\r\n",
		    "-"),
		T("iso-2022-jp, 1978 and roman",
		    PLAIN("ISO-2022-JP") "\r\n\x1b$@$\"\x1b(J\\100\r\n~\x1b(B\r\n", "-"),
		T("iso-2022-jp in base64", PLAIN("iso-2022-jp") B64 "\r\nGyRCJCIbKEINCg==\r\n",
		    "-"),
		T("iso-2022-jp in quoted-printable",
		    PLAIN("iso-2022-jp") QP "\r\n=1B$B$\"=1B(B\r\n", "-"),
		T("shift_jis", PLAIN("Shift_JIS") EIGHT "\r\n\x82\xa0\xb1\x83\\\xfb\xfc\r\n", "-"),
		T("shift_jis in base64", PLAIN("shift_jis") B64 "\r\ngqANCg==\r\n", "-"),
		T("windows-31j", PLAIN("windows-31j") EIGHT "\r\n\x87\x40\xfa\x40\r\n", "-"),
		T("euc-jp", PLAIN("euc-jp") EIGHT "\r\n\xa4\xa2\x8e\xb1\x8f\xb0\xa1\r\n", "-"),
		T("iso-8859-1", PLAIN("iso-8859-1") EIGHT "\r\ncaf\xe9\r\n", "-"),
		X("mixed",
		    MIXED("\"=_B 1\"") "This is a multi-part message in MIME format.\r\n"
				       "--=_B 1\r\n\r\none\r\n--=_B 1  \r\nContent-Type: "
				       "text/plain\r\n\r\n\r\n--=_B 1--\r\n",
		    "- | [1 1 text/plain 7bit 3][1 2 text/plain 7bit 0][0 0 multipart/mixed 7bit "
		    "114]"),
		X("nested",
		    MIXED("A") "--A\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
			       "--B\r\n\r\nx\r\n--B--\r\n\r\n--A\r\n\r\ny\r\n--A--\r\n",
		    "- | [2 2 text/plain 7bit 1][1 1 multipart/mixed 7bit 17][1 3 text/plain 7bit "
		    "1]"
		    "[0 0 multipart/mixed 7bit 86]"),
		T("MI-25", HEAD "\r\n>From me\r\nFrom you\r\n", "-"),
		T("MI-26", HEAD "\r\nhttps://files.example.jp/?id=1 ftp://x/ data: yes\r\n", "-"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_parts(void **state)
{
	static const struct row rows[] = {
		X("MI-01", MIXED("B") "--B\r\n\r\nx\r\n--B\r\n" PDF "--B--\r\n",
		    "attachment | 2 application/pdf a.pdf attachment | [1 1 text/plain 7bit 1]"
		    "[1 2 application/pdf base64 12 a.pdf][0 0 multipart/mixed 7bit 169]"),
		T("MI-01, not permitted", MIXED("B") "--B\r\n\r\nx\r\n--B\r\n" PDF "--B--\r\n",
		    "attachment multipart | 2 application/pdf a.pdf attachment"),
		T("MI-01, alone", V PDF, "attachment | 0 application/pdf a.pdf attachment"),
		T("MI-01, text as a file",
		    V "Content-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n",
		    "attachment | 0 text/plain a.txt attachment"),
		T("MI-01, multipart of text", MIXED("B") "--B\r\n\r\nx\r\n--B--\r\n",
		    "multipart | 0 multipart/mixed  multipart"),
		X("MI-02",
		    MIXED("A") "--A\r\nContent-Type: multipart/mixed; "
			       "boundary=B\r\n\r\n--B\r\n" PDF "--B--\r\n\r\n--A--\r\n",
		    "attachment | 2 application/pdf a.pdf attachment"),
		X("MI-03, none", TYPE("multipart/mixed") "\r\n--B\r\n" PDF "--B--\r\n",
		    "ambiguous boundary | 0 multipart/mixed  ambiguous boundary"),
		X("MI-03, none, and nothing like parts", TYPE("multipart/mixed") "\r\nx\r\n",
		    "ambiguous boundary"),
		X("MI-03, another", MIXED("Z") "--B\r\n" PDF "--B--\r\n", "ambiguous boundary"),
		X("MI-03, never", MIXED("Z") "x\r\n", "ambiguous boundary"),
		X("MI-03, a part's own",
		    MIXED("B") "--B\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--B--\r\n",
		    "ambiguous boundary | 1 multipart/mixed  ambiguous boundary"),
		X("MI-15",
		    MIXED("B") "--B\r\nContent-Type: message/rfc822\r\n\r\n" V PDF "--B--\r\n",
		    "attachment rfc822 | 1 message/rfc822  rfc822"),
		T("MI-15, alone", TYPE("message/rfc822") "\r\n" V PDF,
		    "attachment rfc822 | 0 message/rfc822  rfc822"),
		T("MI-15, global", TYPE("message/global") "\r\n" HEAD "\r\nx\r\n", "rfc822"),
		T("MI-15, status",
		    TYPE("message/delivery-status") "\r\n" MIXED("B") "--B\r\n" PDF "--B--\r\n",
		    "rfc822"),
		T("MI-15, in base64", TYPE("message/rfc822") B64 "\r\nAAAA\r\n",
		    "ambiguous rfc822 encoding"),
		X("MI-15, digest",
		    TYPE("multipart/digest; boundary=B") "\r\n--B\r\n\r\n" HEAD
							 "\r\nx\r\n--B--\r\n",
		    "rfc822 | 1 message/rfc822  rfc822"),
		T("MI-16", TYPE("message/partial; id=\"1\"; number=1; total=3") "\r\n" V PDF,
		    "partial | 0 message/partial  partial"),
		T("MI-16, external",
		    TYPE("message/external-body; access-type=URL; URL=\"http://x/\"") "\r\nConte"
										      "nt-Type: "
										      "text/"
										      "plain\r\n"
										      "\r\n",
		    "external-body"),
		T("MI-17", TYPE("application/ms-tnef; name=winmail.dat") B64 "\r\neJ8+IgAA\r\n",
		    "attachment tnef | 0 application/ms-tnef winmail.dat attachment tnef"),
		T("MI-17, by name",
		    TYPE("application/octet-stream; name=WinMail.dat") B64 "\r\neJ8+IgAA\r\n",
		    "attachment tnef"),
		T("MI-17, as text", PLAIN("iso-8859-1") B64 "\r\neJ8+ImFh\r\n", "tnef control"),
		T("MI-17, as a file of text", TYPE("text/plain; name=a.txt") B64 "\r\neJ8+IgAA\r\n",
		    "attachment"),
		T("MI-17, as .dat",
		    TYPE("application/octet-stream; name=a.dat") B64 "\r\neJ8+IgAA\r\n",
		    "attachment"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void
test_types(void **state)
{
	static const struct row rows[] = {
		T("MI-18", TYPE("text/calendar") "\r\nBEGIN:VCALENDAR\r\n", "calendar"),
		T("MI-18, vcard", TYPE("text/vcard") "\r\nBEGIN:VCARD\r\n", "media-type"),
		T("MI-18, enriched", TYPE("text/enriched") "\r\nx\r\n", "media-type"),
		T("MI-18, rtf", TYPE("text/rtf") "\r\n{\\rtf1}\r\n", "media-type"),
		T("MI-18, x-", TYPE("text/x-sh") "\r\nrm\r\n", "media-type"),
		T("MI-18, alternative",
		    TYPE("multipart/alternative; boundary=B") "\r\n--B\r\n\r\nx\r\n--"
							      "B\r\nContent-Type: "
							      "text/"
							      "calendar\r\n\r\nx\r\n--B--\r\n",
		    "calendar multipart | 2 text/calendar  calendar"),
		T("image", TYPE("image/png") B64 "\r\niVBORw==\r\n", "image | 0 image/png  image"),
		T("other kinds", TYPE("video/mp4") B64 "\r\nAAAA\r\n", "attachment"),
		X("a long type",
		    PART("Content-Type: "
			 "application/"
			 "vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n\r\nx"),
		    "attachment | 1 application/vnd.openxmlformats-officedocument.sp"),
		T("a type of 127 and 127 bytes", TYPE(X127 "/" X127) "\r\nx\r\n", "media-type"),
		T("a type of 128 bytes", TYPE("a" X127 "/b") "\r\nx\r\n",
		    "ambiguous media-type header"),
		T("a subtype of 128 bytes", TYPE("b/a" X127) "\r\nx\r\n",
		    "ambiguous media-type header"),
		T("types of 128 bytes, a file", TYPE("application/a" X127) "\r\nx\r\n",
		    "ambiguous attachment header"),
		T("a type of 300 bytes", TYPE(X127 X127 X127 "/b") "\r\nx\r\n",
		    "ambiguous media-type header"),
		T("a kind nobody knows", TYPE("chemical/x-pdb") "\r\nx\r\n", "media-type"),
		T("MI-19", TYPE("application/pkcs7-mime; name=smime.p7m") B64 "\r\nAAAA\r\n",
		    "encrypted attachment"),
		X("MI-19, signed",
		    TYPE("multipart/signed; boundary=B; "
			 "protocol=\"application/pkcs7-signature\"") "\r\n--B\r\n\r\nx\r\n--"
								     "B\r\nContent-Type: "
								     "application/"
								     "pkcs7-signature\r\n" B64
								     "\r\nAAAA\r\n--B--\r\n",
		    "encrypted attachment | 2 application/pkcs7-signature  encrypted "
		    "attachment"),
		T("MI-19, signed, not permitted",
		    TYPE("multipart/signed; boundary=B") "\r\n--B\r\n\r\nx\r\n--B--\r\n",
		    "encrypted multipart"),
		T("MI-19, PGP",
		    TYPE("multipart/encrypted; boundary=B") "\r\n--B\r\nContent-Type: "
							    "application/"
							    "pgp-encrypted\r\n\r\nVersion: "
							    "1\r\n--B--\r\n",
		    "encrypted attachment multipart"),
		T("MI-19, inline", HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n",
		    "encrypted"),
		T("MI-20", HEAD "\r\n<html><p>x</p></html>\r\n", "html | 0 text/plain  html"),
		T("MI-20, script", HEAD "\r\nx <ScRiPt\r\n>1</script>\r\n", "html"),
		T("MI-20, image", HEAD "\r\nx <img src=x>\r\n", "html"),
		T("MI-20, link", HEAD "\r\n<a href=\"http://x/\">\r\n", "html"),
		T("MI-20, doctype", HEAD "\r\n<!DOCTYPE html>\r\n", "html"),
		T("MI-20, reference", HEAD "\r\n&#x3C;b\r\n", "html"),
		T("MI-20, in base64", PLAIN("utf-8") B64 "\r\nPGh0\r\nbWw+\r\n", "html"),
		T("MI-20, in quoted-printable", PLAIN("utf-8") QP "\r\n<ht=\r\nml=3E\r\n", "html"),
		T("MI-20, leaf", V HTML, "html | 0 text/html  html"),
		T("MI-20, alternative",
		    TYPE("multipart/alternative; boundary=B") "\r\n--B\r\n\r\nx\r\n--B\r\n" HTML
							      "--B--\r\n",
		    "html multipart | 2 text/html  html"),
	};

	(void)state;
	check_rows(rows, sizeof rows / sizeof *rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conforming),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_types),
	};

	return UNIT_RUN(tests);
}
