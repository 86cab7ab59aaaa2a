/* test_recognise_remote.c - the recognisers of tools for remote control, and of screens over UDP.
 */
#include "recognise_feed.h"

#define Z4    "\0\0\0\0"
#define Z8    Z4 Z4
#define Z32   Z8 Z8 Z8 Z8
#define Z64   Z32 Z32
#define Z256  Z64 Z64 Z64 Z64
#define Z1180 Z256 Z256 Z256 Z256 Z64 Z64 Z8 Z8 Z8 Z4
#define X8    "\xa5\x5a\x11\x22\x33\x44\x55\x66"
#define X32   X8 X8 X8 X8

static void
test_teamviewer(void **state)
{
#define IDENTIFY                                                                                   \
	"\x17\x24\x0a\x20\x00"                                                                     \
	"\x88\x13\x80\0\0\0\0\0" Z8 Z8 Z8
#define PING  "\x17\x24\x10\x04\x00\x00\x00\x00\x00"
#define PONG  "\x17\x24\x11\x04\x00\x00\x00\x00\x00"
#define DATA4 "\x17\x24\x5a\x04\x00\x01\x02\x03\x04"
#define UDP(magic, command)                                                                        \
	"\x00\x3a\x00\x00\x00\x00\x00\x00\x00\x00\x00" magic command "\x50\x00\x00\x00"
	static const struct conversation talks[] = {
		{ "identify", APP_TEAMVIEWER, SURE_CONFIRMED, false,
		    { S(IDENTIFY), C(IDENTIFY PING) } },
		{ "ping", APP_TEAMVIEWER, SURE_CONFIRMED, false,
		    { C(PING PING), S(PONG "\x11\x30\x35") } },
		{ "two frames of each", APP_TEAMVIEWER, SURE_CONFIRMED, false,
		    { C(DATA4 DATA4), S(DATA4 "\x11\x30\x35") } },
		{ "one frame of data", APP_TEAMVIEWER, SURE_LIKELY, false, { C(PING), S(DATA4) } },
		{ "the client alone", APP_TEAMVIEWER, SURE_LIKELY, false, { C(IDENTIFY) } },
		{ "a frame that is cut", APP_TEAMVIEWER, SURE_LIKELY, false,
		    { C(PING), S("\x17\x24\x11\x04\x00\x00") } },
		{ "old frames", APP_TEAMVIEWER, SURE_LIKELY, false,
		    { C("\x11\x30\x1b\x00\x00\x00"), S("\x11\x30\x1c\x00\x00\x00") } },
		{ "datagrams", APP_TEAMVIEWER, SURE_LIKELY, true,
		    { C(UDP("\x17\x24", "\x46")), S(UDP("\x17\x24", "\x47")) } },
		{ "a ping of 5 bytes", APP_TEAMVIEWER, SURE_LIKELY, false,
		    { C("\x17\x24\x10\x05\x00\x00\x00\x00\x00\x00"), S(PONG) } },
		{ "command 9", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x17\x24\x09\x04\x00\x00\x00\x00\x00"), S(PONG) } },
		{ "no command", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x17\x24\x72\x01\x00\x00"), S(PING) } },
		{ "identify is 32 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x17\x24\x0a\x01\x00\x00"), S(IDENTIFY) } },
		{ "another frame behind it", APP_UNKNOWN, SURE_NOT, false,
		    { C(DATA4 "\x17\x03"), S(PONG) } },
		{ "old magic and no more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x11\x30"), S("\x11\x30") } },
		{ "TLS data", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x17\x03\x03\x00\x04\x01\x02\x03\x04"),
			S("\x17\x03\x03\x00\x04\x01\x02\x03\x04") } },
		{ "a datagram's magic", APP_UNKNOWN, SURE_NOT, true,
		    { C(UDP("\x17\x25", "\x46")) } },
		{ "a datagram's counter", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x01\0\0\0\0\0\0\0\0\0\0\x17\x24\x46\x01\x00\x00") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x17\x24\x10\x04") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_rustdesk(void **state)
{
	/* RegisterPeer { id "123456789", serial 1 }, its response, TestNatRequest { serial 0 },
	 * TestNatResponse { port 50000 }, PunchHoleRequest { id, token ... }. */
#define ID                                                                                         \
	"\x0a\x09"                                                                                 \
	"123456789"
#define REGISTER "\x32\x0d" ID "\x10\x01"
	static const struct conversation talks[] = {
		{ "registration", APP_RUSTDESK, SURE_LIKELY, true,
		    { C(REGISTER), S("\x3a\x02\x08\x01") } },
		{ "an answer of defaults", APP_RUSTDESK, SURE_LIKELY, true,
		    { C(REGISTER), S("\x3a\x00") } },
		{ "the client alone", APP_RUSTDESK, SURE_LIKELY, true, { C(REGISTER) } },
		{ "a NAT test", APP_RUSTDESK, SURE_LIKELY, false,
		    { C("\x0c\xa2\x01\x00"), S("\x1c\xaa\x01\x04\x08\xd0\x86\x03") } },
		{ "a hole", APP_RUSTDESK, SURE_LIKELY, false,
		    { C("\x3c\x42\x0d" ID "\x10\x01"), S("\x2c\x5a\x09\x0a\x07"
							 "1234567") } },
		{ "a length of two bytes", APP_RUSTDESK, SURE_LIKELY, false,
		    { C("\x3d\x00\x42\x0d" ID "\x10\x01"), S("\x2c\x5a\x09\x0a\x07"
							     "1234567") } },
		{ "a key's registration", APP_RUSTDESK, SURE_LIKELY, true,
		    { C("\x7a\x15" ID "\x12\x08" X8), S("\x82\x01\x00") } },
		{ "another answer", APP_UNKNOWN, SURE_NOT, true,
		    { C(REGISTER), S("\x82\x01\x00") } },
		{ "an id of 5 letters", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x09\x0a\x05"
			"12345\x10\x01"),
			S("\x3a\x00") } },
		{ "field 17", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x0e" ID "\x88\x01\x01"), S("\x3a\x00") } },
		{ "a field of eight bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x0d" ID "\x11\x01"), S("\x3a\x00") } },
		{ "a field behind the end", APP_UNKNOWN, SURE_NOT, true,
		    { C(REGISTER "\x18\x01"), S("\x3a\x00") } },
		{ "a byte more", APP_UNKNOWN, SURE_NOT, true, { C(REGISTER "\0"), S("\x3a\x00") } },
		{ "a length that is wrong", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x0e" ID "\x10\x01"), S("\x3a\x00") } },
		{ "an id that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x0d\x0a\x09"
			"1234\0"
			"6789\x10\x01"),
			S("\x3a\x00") } },
		{ "a field inside that is cut", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x32\x0d" ID "\x12\x01"), S("\x3a\x00") } },
		{ "a request alone over TCP", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x0c\xa2\x01\x00") } },
		{ "a long message", APP_UNKNOWN, SURE_NOT, false, { C("\xff\xff\xff\xff") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_nomachine(void **state)
{
	static const struct conversation talks[] = {
		{ "both", APP_NOMACHINE, SURE_CONFIRMED, false,
		    { C("NXSH-8.2.3\n"), S("NXD-7.10.1\n\x16") } },
		{ "the client alone", APP_NOMACHINE, SURE_LIKELY, false, { C("NXSH-5.6.7\n") } },
		{ "the server alone", APP_NOMACHINE, SURE_LIKELY, false, { S("NXD-5.6.7\n") } },
		{ "no version", APP_UNKNOWN, SURE_NOT, false, { C("NXSH-\n"), S("NXD-1\n") } },
		{ "a word", APP_UNKNOWN, SURE_NOT, false, { C("NXSH-5.6b\n"), S("NXD-1\n") } },
		{ "a version that begins with a dot", APP_UNKNOWN, SURE_NOT, false,
		    { C("NXSH-.5\n"), S("NXD-1\n") } },
		{ "a long version", APP_UNKNOWN, SURE_NOT, false,
		    { C("NXSH-1.2.3.4.5.6.7.8.9\n"), S("NXD-1\n") } },
		{ "the wrong side", APP_UNKNOWN, SURE_NOT, false, { C("NXD-1\n"), S("NXSH-1\n") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("NXSH-5.6"), S("NXD-5") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_no_nomachine(void **state)
{
	static const struct conversation out[] = {
		{ "a version of 17 letters", APP_NOMACHINE, SURE_NOT, false,
		    { C("NXSH-1.2.3.4.5.6.7.8.9") } },
	};

	(void)state;
	check_ruled_out(out, sizeof out / sizeof *out);
}

static void
test_radmin(void **state)
{
#define HELLO		    "\x01\0\0\0\x01\0\0\0\x08\x08"
#define DATA(second, fifth) "\x08" second "\0\0" fifth Z32
	static const struct conversation talks[] = {
		/* 0x0108 + 8, 0x0208 + 10 */
		{ "2", APP_RADMIN, SURE_CONFIRMED, false,
		    { C(HELLO), S("\x01\0\0\0\x25\0\0\x01\x10" DATA("\x01", "\x08")) } },
		{ "3", APP_RADMIN, SURE_CONFIRMED, false,
		    { C(HELLO), S("\x01\0\0\0\x25\0\0\x02\x12" DATA("\x02", "\x0a")) } },
		/* 0x020108 + 8 */
		{ "a third byte", APP_RADMIN, SURE_CONFIRMED, false,
		    { C(HELLO), S("\x01\0\0\0\x25\0\2\x01\x10\x08\x01\x02\0\x08" Z32) } },
		{ "another checksum", APP_RADMIN, SURE_LIKELY, false,
		    { C(HELLO), S("\x01\0\0\0\x25\0\0\x02\x13" DATA("\x02", "\x0a")) } },
		{ "the client alone", APP_RADMIN, SURE_LIKELY, false, { C(HELLO) } },
		{ "another request", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x01\0\0\0\x01\0\0\0\x09\x09"),
			S("\x01\0\0\0\x25\0\0\x01\x10" DATA("\x01", "\x08")) } },
		{ "another byte than 8", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x01\0\0\0\x01\0\0\0\x08\x09"),
			S("\x01\0\0\0\x25\0\0\x01\x10" DATA("\x01", "\x08")) } },
		{ "another answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(HELLO), S("\x01\0\0\0\x25\0\0\x01\x11\x09\x01\0\0\x08" Z32) } },
		{ "an answer of one byte", APP_UNKNOWN, SURE_NOT, false, { C(HELLO), S(HELLO) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x01\0\0\0\x01"), S("\x01\0\0\0\x25") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_rdpeudp(void **state)
{
#define MTUS	      "\x04\xd0\x04\xd0"
#define SYN(flags)    "\xff\xff\xff\xff\x04\x00" flags "\x00\x00\x00\x42" MTUS
#define SYNACK(acked) acked "\x04\x00\x00\x05\x00\x00\x00\x99" MTUS
	static const struct conversation talks[] = {
		{ "reliable", APP_RDPEUDP, SURE_CONFIRMED, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180),
			S(SYNACK("\x00\x00\x00\x42") Z32 Z4 Z1180) } },
		{ "lossy", APP_RDPEUDP, SURE_CONFIRMED, true,
		    { C(SYN("\x02\x01") Z32 Z4 Z1180),
			S(SYNACK("\x00\x00\x00\x42") Z32 Z4 Z1180) } },
		{ "version 3, correlated", APP_RDPEUDP, SURE_CONFIRMED, true,
		    { C(SYN("\x18\x01") X8 X8 Z8 Z8
			  "\x00\x01\x01\x01" X32 Z256 Z256 Z256 Z256 Z64 Z32 Z8 Z8 Z4 Z4),
			S("\x00\x00\x00\x42\x04\x00\x10\x05\x00\x00\x00\x99" MTUS
			  "\x00\x01\x01\x01" Z32 Z1180) } },
		{ "asked again", APP_RDPEUDP, SURE_CONFIRMED, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180), C(SYN("\x00\x01") Z32 Z4 Z1180),
			S(SYNACK("\x00\x00\x00\x42") Z32 Z4 Z1180) } },
		{ "the client alone", APP_RDPEUDP, SURE_LIKELY, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180) } },
		{ "the server alone", APP_RDPEUDP, SURE_LIKELY, true,
		    { S(SYNACK("\x00\x00\x00\x42") Z32 Z4 Z1180) } },
		{ "another number", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180),
			S(SYNACK("\x00\x00\x00\x43") Z32 Z4 Z1180) } },
		{ "a short one", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x00\x01") Z256 Z256 Z256 Z256) } },
		{ "not filled with zeros", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x00\x01") X32 Z4 Z1180) } },
		{ "a number is acknowledged", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xff\xff\xff\xfe\x04\x00\x00\x01\x00\x00\x00\x42" MTUS Z32 Z4 Z1180) } },
		{ "other flags", APP_UNKNOWN, SURE_NOT, true, { C(SYN("\x00\x09") Z32 Z4 Z1180) } },
		{ "a large unit up", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xff\xff\xff\xff\x04\x00\x00\x01\x00\x00\x00\x42\x05\xdc\x04\xd0" Z32 Z4
			    Z1180) } },
		{ "version 2", APP_RDPEUDP, SURE_CONFIRMED, true,
		    { C(SYN("\x10\x01") "\x00\x01\x00\x02" Z32 Z1180),
			S("\x00\x00\x00\x42\x04\x00\x10\x05\x00\x00\x00\x99" MTUS
			  "\x00\x01\x00\x02" Z32 Z1180) } },
		{ "version 3, a hash of the server's", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180),
			S("\x00\x00\x00\x42\x04\x00\x10\x05\x00\x00\x00\x99" MTUS
			  "\x00\x01\x01\x01" X32 Z1180) } },
		{ "extended twice", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x10\x01") "\x00\x02\x00\x02" Z32 Z1180) } },
		{ "correlated with more", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x08\x01") X32 Z4 Z1180) } },
		{ "no window", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xff\xff\xff\xff\x00\x00\x00\x01\x00\x00\x00\x42" MTUS Z32 Z4 Z1180) } },
		{ "1233 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(SYN("\x00\x01") Z32 Z4 Z1180 "\0") } },
		{ "a large unit down", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xff\xff\xff\xff\x04\x00\x00\x01\x00\x00\x00\x42\x04\xd0\x04\xd1" Z32 Z4
			    Z1180) } },
		{ "a small unit down", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xff\xff\xff\xff\x04\x00\x00\x01\x00\x00\x00\x42\x04\xd0\x04\x6b" Z32 Z4
			    Z1180) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_pcoip(void **state)
{
#define SMALL(n)  "\x10\x02\x00\x01\x5e\x12\x34\x56\x00\x00\x00" n X8 X8 "1234567"
#define LOW(n)	  "\x10\x02\x00\x01\x00\x00\x00\xff\x00\x00\x00" n X32
#define OURS(n)	  "\x10\x02\x00\x01\x5e\x12\x34\x56\x00\x00\x00" n X32
#define THEIRS(n) "\x10\x02\x00\x01\xc4\x01\x02\x03\x00\x00\x00" n X32
	static const struct conversation talks[] = {
		{ "three of each", APP_PCOIP, SURE_LIKELY, true,
		    { C(OURS("\x01")), S(THEIRS("\x01")), C(OURS("\x02")), C(OURS("\x03")),
			S(THEIRS("\x02")), S(THEIRS("\x03")), S(THEIRS("\x04")) } },
		{ "two of each", APP_UNKNOWN, SURE_NOT, true,
		    { C(OURS("\x01")), S(THEIRS("\x01")), C(OURS("\x02")), S(THEIRS("\x02")) } },
		{ "one side", APP_UNKNOWN, SURE_NOT, true,
		    { C(OURS("\x01")), C(OURS("\x02")), C(OURS("\x03")) } },
		{ "one parameter for both", APP_UNKNOWN, SURE_NOT, true,
		    { C(OURS("\x01")), C(OURS("\x02")), C(OURS("\x03")), S(OURS("\x01")),
			S(OURS("\x02")), S(OURS("\x03")) } },
		{ "35 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(SMALL("\x01")), C(SMALL("\x02")), C(SMALL("\x03")), S(THEIRS("\x01")),
			S(THEIRS("\x02")), S(THEIRS("\x03")) } },
		{ "parameter 255", APP_UNKNOWN, SURE_NOT, true,
		    { C(LOW("\x01")), C(LOW("\x02")), C(LOW("\x03")), S(THEIRS("\x01")),
			S(THEIRS("\x02")), S(THEIRS("\x03")) } },
		{ "another parameter", APP_UNKNOWN, SURE_NOT, true,
		    { C(OURS("\x01")), C(THEIRS("\x02")), C(OURS("\x03")), S(THEIRS("\x01")),
			S(THEIRS("\x02")), S(THEIRS("\x03")) } },
		{ "a gap", APP_UNKNOWN, SURE_NOT, true,
		    { C(OURS("\x01")), C(OURS("\x03")), C(OURS("\x04")), S(THEIRS("\x01")),
			S(THEIRS("\x02")), S(THEIRS("\x03")) } },
		{ "ESP without the header", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x5e\x12\x34\x56\x00\x00\x00\x01" X32) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_teamviewer),
		cmocka_unit_test(test_rustdesk),
		cmocka_unit_test(test_nomachine),
		cmocka_unit_test(test_no_nomachine),
		cmocka_unit_test(test_radmin),
		cmocka_unit_test(test_rdpeudp),
		cmocka_unit_test(test_pcoip),
	};

	return UNIT_RUN(tests);
}
