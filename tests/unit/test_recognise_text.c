/* test_recognise_text.c - protocols that speak text, Telnet and LPD. */
#include "recognise_feed.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define SHORT "----------------------------------------------------------------" /* 64 */
#define LONG  SHORT SHORT SHORT SHORT

static void
test_smtp(void **state)
{
	static const struct conversation talks[] = {
		{ "EHLO", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220 mx.example ready\r\n"), C("EHLO c.example\r\n"),
			S("250-mx.example\r\n250 STARTTLS\r\n"), C("STARTTLS\r\n") } },
		{ "HELO, small, LF", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220-mx\n220 mx\n"), C("helo c\n") } },
		{ "LMTP", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220 mx LMTP\r\n"), C("LHLO c\r\n") } },
		{ "refused", APP_SMTP, SURE_CONFIRMED, false,
		    { S("554 No SMTP service here\r\n"), C("EHLO c\r\n") } },
		{ "NOOP before it", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220 mx\r\n"), C("NOOP\r\nHELP me\r\nEHLO c\r\n") } },
		{ "an unknown command before it", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220 mx\r\n"), C("XYZZY \x80\r\n"), S("500 what\r\n"), C("EHLO c\r\n") } },
		{ "AUTH of a mechanism that begins as FTP's", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220\nmx\r\n"), C("AUTH TLSX\r\nEHLO c\r\n") } },
		{ "no HELO", APP_SMTP, SURE_CONFIRMED, false,
		    { S("220 mx\r\n"), C("MAIL FROM:<a@b>\r\n") } },
		{ "no client", APP_SMTP, SURE_LIKELY, false, { S("220 mx ESMTP Postfix\r\n") } },
		{ "no client, two lines", APP_SMTP, SURE_LIKELY, false,
		    { S("220-Hello\r\n220 mx ESMTP\r\n") } },
		{ "a client that only quits", APP_SMTP, SURE_LIKELY, false,
		    { S("220 mx ESMTP\r\n"), C("QUIT\r\n") } },
		{ "no server", APP_SMTP, SURE_LIKELY, false, { C("EHLO c\r\n") } },
		{ "a greeting that tells nothing", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx\r\n"), C("QUIT\r\n") } },
		{ "HTTP is spoken to it", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx ESMTP\r\n"), C("POST / HTTP/1.1\r\nHost: h\r\n\r\nEHLO c\r\n") } },
		{ "TLS is spoken to it", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx ESMTP\r\n"), C("\x16\x03\x01\x02") } },
		{ "IMAP is spoken to it", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx ESMTP\r\n"), C("a1 CAPABILITY\r\n") } },
		{ "sixteen unknown commands", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx ESMTP\r\n"),
			C("X\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nX\nEHLO c\r\n") } },
		{ "a word behind the greeting", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx\r\n220 ESMTP\r\n") } },
		{ "a command of 13 letters", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx\r\n"), C("ABCDEFGHIJKLM\r\nEHLO c\r\n") } },
		{ "a line of 1,025 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx\r\n"), C("X " LONG LONG LONG LONG "\r\nEHLO c\r\n") } },
		{ "a longer code", APP_UNKNOWN, SURE_NOT, false,
		    { S("2200 mx ESMTP\r\n"), C("EHLO c\r\n") } },
		{ "a blank before it", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 mx ESMTP\r\n"), C(" \tEHLO c\r\n") } },
		{ "NNTP", APP_UNKNOWN, SURE_NOT, false,
		    { S("200 news server ready\r\n"), C("MODE READER\r\n"), S("200 x\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_ftp(void **state)
{
	static const struct conversation talks[] = {
		{ "USER", APP_FTP, SURE_CONFIRMED, false,
		    { S("220 (vsFTPd 3.0.5)\r\n"), C("USER a\r\n"), S("331 x\r\n"),
			C("PASS b\r\n") } },
		{ "AUTH TLS", APP_FTP, SURE_CONFIRMED, false,
		    { S("220 Welcome\r\n"), C("AUTH TLS\r\n"), S("234 x\r\n"),
			C("\x16\x03\x01") } },
		{ "AUTH SSL", APP_FTP, SURE_CONFIRMED, false,
		    { S("220 h\r\n"), C("AUTH SSL\r\n") } },
		{ "not you", APP_FTP, SURE_CONFIRMED, false, { S("530 no\r\n"), C("USER a\r\n") } },
		{ "lines", APP_FTP, SURE_CONFIRMED, false,
		    { S("220-Hello\r\n there\r\n220 ready\r\n"), C("FEAT\r\n") } },
		{ "it mentions ESMTP", APP_FTP, SURE_CONFIRMED, false,
		    { S("220 h ESMTP\r\n"), C("USER a\r\n") } },
		{ "not now", APP_FTP, SURE_CONFIRMED, false,
		    { S("120 in 5 minutes\r\n"), C("user a\r\n") } },
		{ "no client", APP_FTP, SURE_LIKELY, false, { S("220 h FTP server ready\r\n") } },
		{ "no server", APP_FTP, SURE_LIKELY, false, { C("OPTS UTF8 ON\r\n") } },
		{ "AUTH of a mechanism", APP_UNKNOWN, SURE_NOT, false,
		    { S("220 h\r\n"), C("AUTH GSSAPI\r\n") } },
		{ "both words", APP_UNKNOWN, SURE_NOT, false, { S("220 ESMTP and FTP\r\n") } },
		{ "no server to know it from POP3", APP_UNKNOWN, SURE_NOT, false,
		    { C("USER a\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_pop3(void **state)
{
	static const struct conversation talks[] = {
		{ "USER", APP_POP3, SURE_CONFIRMED, false,
		    { S("+OK ready <1.2@h>\r\n"), C("USER a\r\n") } },
		{ "CAPA, AUTH", APP_POP3, SURE_CONFIRMED, false,
		    { S("+OK\r\n"), C("AUTH PLAIN\r\nCAPA\r\n") } },
		{ "AUTH", APP_POP3, SURE_CONFIRMED, false, { S("+OK h\r\n"), C("AUTH\r\n") } },
		{ "AUTH before the greeting", APP_POP3, SURE_CONFIRMED, false,
		    { C("AUTH PLAIN\r\n\0a"), S("+OK h\r\n") } },
		{ "STLS", APP_POP3, SURE_CONFIRMED, false,
		    { S("+OK h\r\n"), C("STLS\r\n"), S("+OK go\r\n"), C("\x16\x03\x01") } },
		{ "no client", APP_POP3, SURE_LIKELY, false, { S("+OK h\r\n") } },
		{ "no server", APP_POP3, SURE_LIKELY, false, { C("CAPA\r\n") } },
		{ "Redis", APP_UNKNOWN, SURE_NOT, false,
		    { C("AUTH secret\r\n"), S("+OK\r\n"), C("SET a b\r\n"), S("+OK\r\n") } },
		{ "as Redis, with a blank", APP_UNKNOWN, SURE_NOT, false,
		    { C("AUTH secret\r\n"), S("+OK \r\n") } },
		{ "Redis, as programs speak it", APP_UNKNOWN, SURE_NOT, false,
		    { C("*1\r\n$4\r\nQUIT\r\n"), S("+OK\r\n") } },
		{ "a longer word", APP_UNKNOWN, SURE_NOT, false,
		    { S("+OKAY h\r\n"), C("USER a\r\n") } },
		{ "EHLO", APP_UNKNOWN, SURE_NOT, false, { S("+OK h\r\n"), C("EHLO c\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_imap(void **state)
{
	static const struct conversation talks[] = {
		{ "LOGIN", APP_IMAP, SURE_CONFIRMED, false,
		    { S("* OK [CAPABILITY IMAP4rev1] ready\r\n"), C("a001 LOGIN u p\r\n") } },
		{ "STARTTLS", APP_IMAP, SURE_CONFIRMED, false,
		    { S("* OK h\r\n"), C(". starttls\r\n"), S(". OK\r\n"), C("\x16\x03\x01") } },
		{ "PREAUTH, an extension first", APP_IMAP, SURE_CONFIRMED, false,
		    { S("* PREAUTH h\r\n"), C("1 X-THING (a)\r\n2 NAMESPACE\r\n") } },
		{ "BYE", APP_IMAP, SURE_LIKELY, false, { S("* BYE too many\r\n") } },
		{ "no client", APP_IMAP, SURE_LIKELY, false, { S("* OK h\r\n") } },
		{ "no server", APP_IMAP, SURE_LIKELY, false, { C("a1 CAPABILITY\r\n") } },
		{ "words that look so", APP_UNKNOWN, SURE_NOT, false, { C("AUTH LOGIN\r\n") } },
		{ "no tag", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OK h\r\n"), C("CAPABILITY\r\n") } },
		{ "HTTP", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OK h\r\n"), C("GET / HTTP/1.1\r\nHost: h\r\n\r\n") } },
		{ "no command", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OK h\r\n"), C("GET / HTTP/1.1\r\na1 LOGIN u p\r\n") } },
		{ "a command of 33 letters", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OK h\r\n"),
			C("a1 ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\r\na2 LOGIN u p\r\n") } },
		{ "a command that begins as one", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OK h\r\n"), C("a1 IDX\r\nGET / HTTP/1.1\r\n") } },
		{ "another untagged answer", APP_UNKNOWN, SURE_NOT, false,
		    { S("* OKAY h\r\n"), C("a1 CAPABILITY\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_telnet(void **state)
{
	static const struct conversation talks[] = {
		{ "answered", APP_TELNET, SURE_CONFIRMED, false,
		    { S("\xff\xfd\x18\xff\xfd\x20"), C("\xff\xfb\x18") } },
		{ "behind others", APP_TELNET, SURE_CONFIRMED, false,
		    { S("\xff\xfd\x18"),
			C("\xff\xfb\x1f\xff\xf1\xff\xfa\x1f\0\x50\xff\xff\0\xff\xf0"
			  "\xff\xfc\x18") } },
		{ "not answered", APP_TELNET, SURE_LIKELY, false,
		    { S("\xff\xfd\x18"), C("\xff\xfb\x1f\xff\xfa\xff\xfc\x18") } },
		{ "behind what is no command", APP_TELNET, SURE_LIKELY, false,
		    { S("\xff\xfd\x18"), C("\xff\xfb\x1f\xff\xef\xff\xfc\x18") } },
		{ "both are cut", APP_TELNET, SURE_LIKELY, false,
		    { S("\xff\xfd\x18\xff\xfb"), C("\xff\xfb\x1f\xff\xfc") } },
		{ "the server alone", APP_TELNET, SURE_LIKELY, false,
		    { S("\xff\xfb\x01\xff\xfb\x03login: ") } },
		{ "the other side speaks text", APP_UNKNOWN, SURE_NOT, false,
		    { S("\xff\xfb\x01"), C("root\r\n") } },
		{ "an unknown option", APP_UNKNOWN, SURE_NOT, false, { S("\xff\xfb\x32") } },
		{ "another command", APP_UNKNOWN, SURE_NOT, false, { S("\xff\xf9\x01") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { S("\xff\xfb") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_rsync(void **state)
{
	static const struct conversation talks[] = {
		{ "both", APP_RSYNC, SURE_CONFIRMED, false,
		    { S("@RSYNCD: 31.0\n"), C("@RSYNCD: 32.0 sha512 md5\n"), C("module\n") } },
		{ "old", APP_RSYNC, SURE_CONFIRMED, false,
		    { C("@RSYNCD: 29\n"), S("@RSYNCD: 29\n") } },
		{ "no client", APP_RSYNC, SURE_LIKELY, false, { S("@RSYNCD: 31.0\n") } },
		{ "no version", APP_UNKNOWN, SURE_NOT, false,
		    { S("@RSYNCD: 31.0\n"), C("@RSYNCD: EXIT\n") } },
		{ "another answer", APP_UNKNOWN, SURE_NOT, false,
		    { C("@RSYNCD: 31.0\n"), S("HTTP/1.1 400 x\r\n\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

#define INVITE                                                                                     \
	"INVITE sip:bob@h SIP/2.0\r\nVia: SIP/2.0/UDP p;branch=z9hG4bK7\r\nCSeq: 1 INVITE\r\n\r\n"
#define TRYING "SIP/2.0 100 Trying\r\nv: SIP/2.0/UDP p\r\ncseq: 1 INVITE\r\n\r\n"

static void
test_sip(void **state)
{
	static const struct conversation talks[] = {
		{ "UDP", APP_SIP, SURE_CONFIRMED, true, { C(INVITE), S(TRYING) } },
		{ "TCP", APP_SIP, SURE_CONFIRMED, false, { C("\r\n\r\n" INVITE), S(TRYING) } },
		{ "kept alive before", APP_SIP, SURE_CONFIRMED, true,
		    { C("\r\n\r\n"), C("\0\0\0\0"), S("  "), S(INVITE), C(TRYING) } },
		{ "both ask", APP_SIP, SURE_CONFIRMED, true, { C(INVITE), S(INVITE) } },
		{ "no answer", APP_SIP, SURE_LIKELY, true, { C(INVITE) } },
		{ "an answer of another kind", APP_UNKNOWN, SURE_NOT, true,
		    { C(INVITE), S("no") } },
		{ "no CSeq", APP_UNKNOWN, SURE_NOT, true,
		    { C("INVITE sip:bob@h SIP/2.0\r\nVia: x\r\n\r\n"), S(TRYING) } },
		{ "SIP 3", APP_UNKNOWN, SURE_NOT, false,
		    { C("INVITE sip:b@h SIP/3.0\r\nVia: x\r\nCSeq: 1 x\r\n\r\n"), S(TRYING) } },
		{ "a status of two digits", APP_UNKNOWN, SURE_NOT, false,
		    { C(INVITE), S("SIP/2.0 99 x\r\nVia: x\r\nCSeq: 1 x\r\n\r\n") } },
		{ "a method of 17 letters", APP_UNKNOWN, SURE_NOT, false,
		    { C("ABCDEFGHIJKLMNOPQ sip:b@h SIP/2.0\r\nVia: x\r\nCSeq: 1 x\r\n\r\n"),
			S(TRYING) } },
		{ "nobody is asked", APP_UNKNOWN, SURE_NOT, false,
		    { C("INVITE SIP/2.0\r\nVia: x\r\nCSeq: 1 x\r\n\r\n"), S(TRYING) } },
		{ "a status of letters", APP_UNKNOWN, SURE_NOT, false,
		    { C(INVITE), S("SIP/2.0 OK\r\nVia: x\r\nCSeq: 1 x\r\n\r\n") } },
		{ "a CR in the start line", APP_UNKNOWN, SURE_NOT, false,
		    { C(INVITE), S("SIP/2.0 100 \rTrying\r\nv: x\r\nCSeq: 1 x\r\n\r\n") } },
		{ "a start line of no method", APP_UNKNOWN, SURE_NOT, false,
		    { C("sip:b@h SIP/2.0\r\nVia: x\r\nCSeq: 1 x\r\n\r\n"), S(TRYING) } },
		{ "SSDP", APP_UNKNOWN, SURE_NOT, true,
		    { C("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_syslog(void **state)
{
	static const struct conversation talks[] = {
		{ "RFC 5424", APP_SYSLOG, SURE_LIKELY, true,
		    { C("<165>1 2003-10-11T22:14:15.003Z h app - ID47 - x"),
			C("<0>1 - - - - - -") } },
		{ "RFC 3164", APP_SYSLOG, SURE_LIKELY, true, { C("<34>Oct 11 22:14:15 h su: x") } },
		{ "TCP", APP_SYSLOG, SURE_LIKELY, false, { C("<13>Oct 11 22:14:15 h x: y\n") } },
		{ "TCP, counted", APP_SYSLOG, SURE_LIKELY, false, { C("16 <165>1 - - - - -") } },
		{ "a server that answers", APP_UNKNOWN, SURE_NOT, false,
		    { C("<13>Oct 11 22:14:15 h x: y\n"), S("ok\n") } },
		{ "a priority too high", APP_UNKNOWN, SURE_NOT, true, { C("<192>1 - - - - - -") } },
		{ "a priority of four digits", APP_UNKNOWN, SURE_NOT, true, { C("<0013>x") } },
		{ "zeros before it", APP_UNKNOWN, SURE_NOT, true, { C("<01>x") } },
		{ "no priority", APP_UNKNOWN, SURE_NOT, true, { C("<>x") } },
		{ "XML", APP_UNKNOWN, SURE_NOT, false, { C("<?xml version='1.0'?>") } },
		{ "nothing behind it", APP_UNKNOWN, SURE_NOT, true, { C("<13>") } },
		{ "another datagram", APP_UNKNOWN, SURE_NOT, true, { C("<13>x"), C("y") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

static void
test_lpd(void **state)
{
	static const struct conversation talks[] = {
		{ "a job", APP_LPD, SURE_CONFIRMED, false,
		    { C("\2lp\n"), S("\0"),
			C("\2"
			  "71 cfA001h\n"),
			S("\0") } },
		{ "its data first", APP_LPD, SURE_CONFIRMED, false,
		    { C("\2raw\r\n"), S("\0"),
			C("\3"
			  "4096 dfA001h\n") } },
		{ "a state", APP_LPD, SURE_LIKELY, false, { C("\4lp user\n"), S("no entries\n") } },
		{ "a removal", APP_LPD, SURE_LIKELY, false, { C("\5lp root 12\n") } },
		{ "refused", APP_LPD, SURE_LIKELY, false, { C("\2lp\n"), S("\1") } },
		{ "refused, and it goes on", APP_LPD, SURE_LIKELY, false,
		    { C("\2lp\n"), S("\1"),
			C("\2"
			  "71 cfA001h\n") } },
		{ "nobody waits", APP_LPD, SURE_LIKELY, false,
		    { C("\2lp\n\2"
			"71 cfA001h\n") } },
		{ "another file", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n"), S("\0"),
			C("\2"
			  "71 dfA001h\n") } },
		{ "another file, refused", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n\2"
			"71 dfA001h\n"),
			S("\1") } },
		{ "no file", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n"), S("\0"),
			C("\4"
			  "71 dfA001h\n") } },
		{ "half a name", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n"), S("\0"),
			C("\2"
			  "71 cf\n") } },
		{ "no name", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n"), S("\0"),
			C("\2"
			  "71\n") } },
		{ "a queue of 133 letters", APP_UNKNOWN, SURE_NOT, false,
		    { C("\4" SHORT SHORT "12345\n") } },
		{ "jobs of a list", APP_UNKNOWN, SURE_NOT, false, { C("\1lp x\n") } },
		{ "no size", APP_UNKNOWN, SURE_NOT, false,
		    { C("\2lp\n"), S("\0"),
			C("\2"
			  "7x cfA001h\n") } },
		{ "a job with a list", APP_UNKNOWN, SURE_NOT, false, { C("\2lp x\n"), S("\0") } },
		{ "another byte", APP_UNKNOWN, SURE_NOT, false, { C("\6lp\n"), S("\0") } },
		{ "no queue", APP_UNKNOWN, SURE_NOT, false, { C("\2\n"), S("\0") } },
		{ "bytes behind it", APP_UNKNOWN, SURE_NOT, false, { C("\4lp \1\n") } },
		{ "bytes in it", APP_UNKNOWN, SURE_NOT, false, { C("\2l\0p\n"), S("\0") } },
	};

	(void)state;
	check_conversations(talks, COUNT(talks));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smtp),
		cmocka_unit_test(test_ftp),
		cmocka_unit_test(test_pop3),
		cmocka_unit_test(test_imap),
		cmocka_unit_test(test_telnet),
		cmocka_unit_test(test_rsync),
		cmocka_unit_test(test_sip),
		cmocka_unit_test(test_syslog),
		cmocka_unit_test(test_lpd),
	};

	return UNIT_RUN(tests);
}
