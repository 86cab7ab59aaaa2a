/* test_recognise_screen.c - the recognisers of what runs over TPKT, and of screen protocols. */
#include "recognise_change.h"

#define Z8  "\0\0\0\0\0\0\0\0"
#define Z32 Z8 Z8 Z8 Z8
#define Z64 Z32 Z32
#define X8  "\xa5\x5a\x11\x22\x33\x44\x55\x66"
#define X32 X8 X8 X8 X8

/* Connection requests of [MS-RDPBCGR] 2.2.1.1, and confirms of 2.2.1.2. */
#define CR(length, indicator) "\x03\x00\x00" length indicator "\xe0\x00\x00\x00\x00\x00"
#define CC(length, indicator) "\x03\x00\x00" length indicator "\xd0\x00\x00\x12\x34\x00"
#define HASH		      "Cookie: mstshash=rzhou\r\n" /* 24 */
#define ASKS		      "\x01\x00\x08\x00\x03\x00\x00\x00"
#define ANSWERS		      "\x02\x1f\x08\x00\x02\x00\x00\x00"
#define FAILS		      "\x03\x00\x08\x00\x02\x00\x00\x00"
#define CORRELATES	      "\x06\x00\x24\x00" X8 X8 Z8 Z8
#define REQUEST		      CR("\x2b", "\x26") HASH ASKS
#define CONFIRM		      CC("\x13", "\x0e") ANSWERS
#define BARE_REQUEST	      CR("\x0b", "\x06")
#define BARE_CONFIRM	      CC("\x0b", "\x06")

#define PRECONNECTION "\x10\0\0\0\0\0\0\0\x01\0\0\0\x07\0\0\0"

/* An MCS Connect-Initial (2.2.1.3), its lengths short: 4 + 3 + 3 + 120 bytes. */
#define DOMAINS "\x04\x01\x01\x04\x01\x01\x01\x01\xff"
#define PARAMETERS                                                                                 \
	"\x30\x19\x02\x01\x22\x02\x01\x02\x02\x01\x00\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02" \
	"\xff\xff\x02\x01\x02"                                                                     \
	"\x30\x19\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01\x01\x02\x01\x00\x02\x01\x01\x02\x02" \
	"\x04\x20\x02\x01\x02"                                                                     \
	"\x30\x1c\x02\x02\xff\xff\x02\x02\xfc\x17\x02\x02\xff\xff\x02\x01\x01\x02\x01\x00\x02\x01" \
	"\x01\x02\x02\xff\xff\x02\x01\x02"
#define CREATE "\x00\x08\x00\x10\x00\x01\xc0\x00"
#define INITIAL(key)                                                                               \
	"\x03\x00\x00\x82\x02\xf0\x80\x7f\x65\x78" DOMAINS PARAMETERS                              \
	"\x04\x19\x00\x05\x00\x14\x7c\x00\x01\x11" CREATE key "\x04\x01\xc0\x04\x00"
/* The same with long lengths: 4 + 3 + 5 + 123. */
#define LONG_INITIAL                                                                               \
	"\x03\x00\x00\x87\x02\xf0\x80\x7f\x65\x82\x00\x7b" DOMAINS PARAMETERS                      \
	"\x04\x82\x00\x1a\x00\x05\x00\x14\x7c\x00\x01\x80\x11" CREATE "Duca"                       \
	"\x04\x01\xc0\x04\x00"

/* S7's connection, set-up and answer. */
#define TSAPS			   "\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"
#define OTHER_TSAPS		   "\xc0\x01\x0a\xc1\x02\x00\x01\xc2\x02\x00\x01"
#define ISO(code, to, from, tsaps) "\x03\x00\x00\x16\x11" code to from "\x00" tsaps
#define S7_CR			   ISO("\xe0", "\x00\x00", "\x00\x01", TSAPS)
#define S7_CC			   ISO("\xd0", "\x00\x01", "\x00\x02", TSAPS)
#define S7_SETUP                                                                                   \
	"\x03\x00\x00\x19\x02\xf0\x80\x32\x01\x00\x00\x00\x00\x00\x08\x00\x00\xf0\x00\x00\x01\x00" \
	"\x01\x01\xe0"
#define S7_READY                                                                                   \
	"\x03\x00\x00\x1b\x02\xf0\x80\x32\x03\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\xf0\x00\x00" \
	"\x01\x00\x01\x00\xf0"

static void
test_rdp(void **state)
{
	static const struct conversation talks[] = {
		{ "cookie and negotiation", APP_RDP, SURE_CONFIRMED, false,
		    { C(REQUEST), S(CONFIRM) } },
		{ "no cookie", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x13", "\x0e") ASKS), S(CONFIRM) } },
		{ "no negotiation", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x23", "\x1e") HASH), S(BARE_CONFIRM) } },
		{ "an old server", APP_RDP, SURE_CONFIRMED, false,
		    { C(REQUEST), S(BARE_CONFIRM) } },
		{ "who connected is asked", APP_RDP, SURE_CONFIRMED, false,
		    { S(REQUEST), C(CONFIRM) } },
		{ "refused", APP_RDP, SURE_CONFIRMED, false,
		    { C(REQUEST), S(CC("\x13", "\x0e") FAILS) } },
		{ "a token of the broker", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x37", "\x32") "Cookie: msts=3640205228.15629.0000\r\n"
					   "\x01\x00\x08\x00\x0b\x00\x00\x00"),
			S(CONFIRM) } },
		{ "somebody's token", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x1b", "\x16") "farm\r7\r\n" ASKS), S(CONFIRM) } },
		{ "correlation", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x37", "\x32") "\x01\x08\x08\x00\x03\x00\x00\x00" CORRELATES),
			S(CONFIRM) } },
		{ "a reserved byte that is set", APP_RDP, SURE_CONFIRMED, false,
		    { C("\x03\xff\x00\x13\x0e\xe0\x00\x00\x00\x00\x00" ASKS), S(CONFIRM) } },
		{ "a preconnection PDU", APP_RDP, SURE_CONFIRMED, false,
		    { C(PRECONNECTION REQUEST), S(CONFIRM) } },
		{ "who was connected to asks", APP_RDP, SURE_CONFIRMED, false,
		    { S(REQUEST), C(CONFIRM) } },
		{ "the same behind a preconnection PDU", APP_RDP, SURE_CONFIRMED, false,
		    { S(PRECONNECTION REQUEST), C(CONFIRM) } },
		{ "both ask", APP_UNKNOWN, SURE_NOT, false, { C(REQUEST), S(REQUEST) } },
		{ "a preconnection PDU with a text", APP_RDP, SURE_CONFIRMED, false,
		    { C("\x16\0\0\0\0\0\0\0\x02\0\0\0\x07\0\0\0\x02\0v\0\0\0" REQUEST),
			S(CONFIRM) } },
		{ "the first clients", APP_RDP, SURE_CONFIRMED, false,
		    { C(BARE_REQUEST), S(BARE_CONFIRM), C(INITIAL("Duca")) } },
		{ "the first clients, long", APP_RDP, SURE_CONFIRMED, false,
		    { C(BARE_REQUEST), S(BARE_CONFIRM), C(LONG_INITIAL) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_rdp_in_doubt(void **state)
{
	static const struct conversation talks[] = {
		{ "the client alone", APP_RDP, SURE_LIKELY, false, { C(REQUEST) } },
		{ "the server alone", APP_RDP, SURE_LIKELY, false, { S(CONFIRM) } },
		{ "bare, alone", APP_RDP, SURE_LIKELY, false, { C(BARE_REQUEST) } },
		{ "bare", APP_RDP, SURE_LIKELY, false, { C(BARE_REQUEST), S(BARE_CONFIRM) } },
		{ "bare, and a beginning", APP_RDP, SURE_LIKELY, false,
		    { C(BARE_REQUEST), S(BARE_CONFIRM), C("\x03\x00\x00\x82\x02\xf0\x80\x7f") } },
		{ "a bare request, a selected protocol", APP_RDP, SURE_LIKELY, false,
		    { C(BARE_REQUEST), S(CONFIRM) } },
		{ "a cookie that is cut", APP_RDP, SURE_LIKELY, false,
		    { C(CR("\x2b", "\x26") "Cookie: mstshash=rz") } },
		{ "a length that ends in the cookie", APP_RDP, SURE_LIKELY, false,
		    { C(CR("\x1e", "\x19") HASH ASKS), S(BARE_CONFIRM) } },
		{ "a wrong length, a right answer", APP_RDP, SURE_CONFIRMED, false,
		    { C(CR("\x1e", "\x19") HASH ASKS), S(CONFIRM) } },
		{ "a wrong indicator", APP_RDP, SURE_LIKELY, false,
		    { C(CR("\x2b", "\x10") HASH ASKS), S(BARE_CONFIRM) } },
		{ "a wrong indicator, without a cookie", APP_RDP, SURE_LIKELY, false,
		    { C(CR("\x13", "\x10") ASKS), S(BARE_CONFIRM) } },
		{ "a length of nothing", APP_RDP, SURE_LIKELY, false,
		    { C(CR("\x00", "\x26") HASH ASKS), S(BARE_CONFIRM) } },
		{ "a wrong length in the answer", APP_RDP, SURE_LIKELY, false,
		    { C(REQUEST), S(CC("\x13", "\x0e") "\x02\x1f\x09\x00\x02\x00\x00\x00") } },
		{ "two protocols selected", APP_RDP, SURE_LIKELY, false,
		    { C(REQUEST), S(CC("\x13", "\x0e") "\x02\x00\x08\x00\x03\x00\x00\x00") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_not_rdp(void **state)
{
	static const struct conversation talks[] = {
		{ "behind another byte", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0" REQUEST), S(CONFIRM) } },
		{ "an answer behind another byte", APP_UNKNOWN, SURE_NOT, false,
		    { C(REQUEST), S("\0" CONFIRM) } },
		{ "a preconnection PDU with flags", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x10\0\0\0\x01\0\0\0\x01\0\0\0\x07\0\0\0" REQUEST), S(CONFIRM) } },
		{ "a preconnection PDU of another size", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\0\0\0\0\0\0\0\x01\0\0\0\x07\0\0\0\0\0" REQUEST), S(CONFIRM) } },
		{ "two preconnection PDUs", APP_UNKNOWN, SURE_NOT, false,
		    { C(PRECONNECTION PRECONNECTION REQUEST), S(CONFIRM) } },
		{ "another TPKT", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x04\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00" ASKS), S(CONFIRM) } },
		{ "another TPKT answers", APP_UNKNOWN, SURE_NOT, false,
		    { C(REQUEST), S("\x02\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00" ANSWERS) } },
		{ "a correlation of another size", APP_UNKNOWN, SURE_NOT, false,
		    { C(CR("\x37",
			  "\x32") "\x01\x08\x08\x00\x03\x00\x00\x00\x06\x00\x25\x00" X8 X8 Z8 Z8),
			S(CONFIRM) } },
		{ "a correlation with more", APP_UNKNOWN, SURE_NOT, false,
		    { C(CR("\x37",
			  "\x32") "\x01\x08\x08\x00\x03\x00\x00\x00\x06\x00\x24\x00" X8 X8 Z8 X8),
			S(CONFIRM) } },
		{ "TLS answers", APP_UNKNOWN, SURE_NOT, false,
		    { C(REQUEST), S("\x15\x03\x01\x00\x02\x02\x32") } },
		{ "a request that answers", APP_UNKNOWN, SURE_NOT, false,
		    { C(REQUEST), S(REQUEST) } },
		{ "a reference that is not zero", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x13\x0e\xe0\x00\x01\x00\x00\x00" ASKS), S(CONFIRM) } },
		{ "a wrong type", APP_UNKNOWN, SURE_NOT, false,
		    { C(CR("\x13", "\x0e") "\x04\x00\x08\x00\x03\x00\x00\x00"), S(CONFIRM) } },
		{ "more behind the negotiation", APP_UNKNOWN, SURE_NOT, false,
		    { C(CR("\x14", "\x0f") ASKS "\x00"), S(CONFIRM) } },
		{ "a wrong type in the answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(REQUEST), S(CC("\x13", "\x0e") "\x04\x00\x08\x00\x03\x00\x00\x00") } },
		{ "another T.120", APP_UNKNOWN, SURE_NOT, false,
		    { C(BARE_REQUEST), S(BARE_CONFIRM), C(INITIAL("McDn")) } },
		{ "bare, and no MCS", APP_UNKNOWN, SURE_NOT, false,
		    { C(BARE_REQUEST), S(BARE_CONFIRM), C(S7_SETUP) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x03\x00\x00\x13\x0e\xe0\x00\x00") } },
		{ "cut in the negotiation", APP_UNKNOWN, SURE_NOT, false,
		    { C(CR("\x13", "\x0e") "\x01\x00\x08\x00") } },
		{ "only threes", APP_UNKNOWN, SURE_NOT, false, { C("\x03\x03\x03\x03\x03\x03") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_s7(void **state)
{
	static const struct conversation talks[] = {
		{ "set-up", APP_S7, SURE_CONFIRMED, false,
		    { C(S7_CR), S(S7_CC), C(S7_SETUP), S(S7_READY) } },
		{ "plus", APP_S7, SURE_CONFIRMED, false,
		    { C("\x03\x00\x00\x24\x1f\xe0\x00\x00\x00\x01\x00\xc1\x02\x06\x00\xc2\x10"
			"SIMATIC-ROOT-HMI\xc0\x01"
			"\x0a"),
			S("\x03\x00\x00\x24\x1f\xd0\x00\x01\x00\x0b\x00\xc0\x01\x0a\xc1\x02\x06\x00"
			  "\xc2\x10SIMATIC-ROOT-HMI"),
			C("\x03\x00\x00\x11\x02\xf0\x80\x72\x01\x00\x02\x31\x00\x72\x01\x00\x00"),
			S("\x03\x00\x00\x11\x02\xf0\x80\x72\x01\x00\x02\x32\x00\x72\x01\x00"
			  "\x00") } },
		{ "data of one side", APP_S7, SURE_LIKELY, false,
		    { C(S7_CR), S(S7_CC), C(S7_SETUP) } },
		{ "another answer", APP_UNKNOWN, SURE_NOT, false,
		    { C(S7_CR), S(S7_CC), C(S7_SETUP), S("\x03\x00\x00\x07\x02\xf0\x80") } },
		{ "other TSAPs", APP_S7, SURE_CONFIRMED, false,
		    { C(ISO("\xe0", "\x00\x00", "\x00\x01", OTHER_TSAPS)),
			S(ISO("\xd0", "\x00\x01", "\x00\x02", OTHER_TSAPS)), C(S7_SETUP),
			S(S7_READY) } },
		{ "a confirm without TSAPs", APP_S7, SURE_CONFIRMED, false,
		    { C(S7_CR), S("\x03\x00\x00\x0e\x09\xd0\x00\x01\x00\x02\x00\xc0\x01\x0a"),
			C(S7_SETUP), S(S7_READY) } },
		{ "no data", APP_S7, SURE_LIKELY, false, { C(S7_CR), S(S7_CC) } },
		{ "the client alone", APP_S7, SURE_LIKELY, false, { C(S7_CR), C(S7_SETUP) } },
		{ "the server alone", APP_S7, SURE_LIKELY, false, { S(S7_CC), S(S7_READY) } },
		{ "plus, its request alone", APP_S7, SURE_LIKELY, false,
		    { C("\x03\x00\x00\x24\x1f\xe0\x00\x00\x00\x01\x00\xc1\x02\x06\x00\xc2\x10SIMATI"
			"C-ROOT-HMI\xc0\x01\x0a") } },
		{ "MMS", APP_UNKNOWN, SURE_NOT, false,
		    { C(ISO("\xe0", "\x00\x00", "\x00\x01", OTHER_TSAPS)),
			S(ISO("\xd0", "\x00\x01", "\x00\x02", OTHER_TSAPS)),
			C("\x03\x00\x00\x10\x02\xf0\x80\x0d\xb2\x05\x06\x13\x01\x00\x16\x01") } },
		{ "another reference", APP_UNKNOWN, SURE_NOT, false,
		    { C(S7_CR), S(ISO("\xd0", "\x00\x02", "\x00\x02", TSAPS)), C(S7_SETUP) } },
		{ "a wrong length in S7", APP_UNKNOWN, SURE_NOT, false,
		    { C(S7_CR), S(S7_CC),
			C("\x03\x00\x00\x19\x02\xf0\x80\x32\x01\x00\x00\x00\x00\x00\x09\x00\x00"
			  "\xf0\x00\x00\x01\x00\x01\x01\xe0") } },
		{ "a parameter that is too long", APP_UNKNOWN, SURE_NOT, false,
		    { C(ISO("\xe0", "\x00\x00", "\x00\x01",
			  "\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x03\x01\x02")),
			S(S7_CC) } },
		{ "a wrong indicator in ISO", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x16\x10\xe0\x00\x00\x00\x01\x00" TSAPS), S(S7_CC),
			C(S7_SETUP) } },
		{ "one TSAP", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x12\x0d\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc2\x02\x01\x02"),
			S(S7_CC), C(S7_SETUP) } },
		{ "RDP's answer", APP_UNKNOWN, SURE_NOT, false, { C(S7_CR), S(CONFIRM) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_s7(void **state)
{
#define PLUS_TSAPS "\xc1\x02\x06\x00\xc2\x10SIMATIC-ROOT-HMI\xc0\x01\x0a"
	static const struct conversation s7 = { "set-up", APP_S7, SURE_CONFIRMED, false,
		{ C(S7_CR), S(S7_CC), C(S7_SETUP), S(S7_READY) } };
	static const struct conversation plus = { "plus", APP_S7, SURE_CONFIRMED, false,
		{ C("\x03\x00\x00\x24\x1f\xe0\x00\x00\x00\x01\x00" PLUS_TSAPS),
		    S("\x03\x00\x00\x24\x1f\xd0\x00\x01\x00\x0b\x00" PLUS_TSAPS),
		    C("\x03\x00\x00\x11\x02\xf0\x80\x72\x01\x00\x02\x31\x00\x72\x01\x00\x00"),
		    S("\x03\x00\x00\x11\x02\xf0\x80\x72\x01\x00\x02\x32\x00\x72\x01\x00\x00") } };
	static const struct change s7_changes[] = {
		{ "another class", 0, 10, 0x20 },
		{ "a parameter that is none", 0, 11, 0x85 },
		{ "an empty TSAP", 0, 15, 0 },
		{ "data in parts", 2, 6, 0 },
		{ "another protocol", 2, 7, 0x33 },
		{ "kind 4", 2, 8, 4 },
		{ "a redundancy", 2, 9, 1 },
		{ "more parameters", 2, 14, 9 },
		{ "data that is not there", 2, 16, 1 },
		{ "an answer with fewer parameters", 3, 14, 7 },
	};
	static const struct change plus_changes[] = {
		{ "version 4", 2, 8, 4 },
		{ "version 0", 2, 8, 0 },
		{ "longer than its packet", 2, 10, 7 },
	};
	static const struct conversation talks[] = {
		{ "a kind of connection alone", APP_S7, SURE_LIKELY, false,
		    { C(ISO("\xe0", "\0\0", "\0\1",
			"\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x03\x02")) } },
		{ "no kind of connection alone", APP_UNKNOWN, SURE_NOT, false,
		    { C(ISO("\xe0", "\0\0", "\0\1",
			"\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x04\x02")) } },
		{ "an empty TSAP", APP_UNKNOWN, SURE_NOT, false,
		    { C(ISO(
			  "\xe0", "\0\0", "\0\1", "\xc0\x01\x0a\xc1\x00\xc2\x04\x01\x02\x03\x04")),
			S(S7_CC), C(S7_SETUP), S(S7_READY) } },
		{ "another reference, before there is data", APP_UNKNOWN, SURE_NOT, false,
		    { C(S7_CR), S(ISO("\xd0", "\0\2", "\0\2", TSAPS)) } },
		{ "SSH behind the connection", APP_UNKNOWN, SURE_NOT, false,
		    { C(S7_CR), S(S7_CC), C("SSH-2.0-x\r\n"), S("SSH-2.0-y\r\n") } },
		{ "an answer of kind 2", APP_S7, SURE_CONFIRMED, false,
		    { C(S7_CR), S(S7_CC), C(S7_SETUP),
			S("\x03\x00\x00\x13\x02\xf0\x80\x32\x02\x00\x00\x00\x00\x00\x00\x00\x00\x81"
			  "\x04") } },
		{ "user data", APP_S7, SURE_CONFIRMED, false,
		    { C(S7_CR), S(S7_CC),
			C("\x03\x00\x00\x11\x02\xf0\x80\x32\x07\x00\x00\x00\x00\x00\x00\x00\x00"),
			S(S7_READY) } },
	};

	(void)state;
	check_changes(&s7, s7_changes, sizeof s7_changes / sizeof *s7_changes);
	check_changes(&plus, plus_changes, sizeof plus_changes / sizeof *plus_changes);
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_h323(void **state)
{
#define SETUP                                                                                      \
	"\x03\x00\x00\x16\x08\x02\x12\x34\x05\x04\x03\x88\x93\xa5\x7e\x00\x05\x05\x20\x80\x06\x00"
#define ALERTING(call) "\x03\x00\x00\x11\x08\x02" call "\x01\x7e\x00\x05\x05\x23\x80\x06\x00"
	static const struct conversation talks[] = {
		{ "a call", APP_H323, SURE_CONFIRMED, false,
		    { C(SETUP), S(ALERTING("\x92\x34")) } },
		{ "an element of one byte", APP_H323, SURE_CONFIRMED, false,
		    { C("\x03\x00\x00\x17\x08\x02\x12\x34\x05\xa1\x04\x03\x88\x93\xa5\x7e\x00\x05"
			"\x05\x20\x80\x06\x00"),
			S(ALERTING("\x92\x34")) } },
		{ "the client alone", APP_H323, SURE_LIKELY, false, { C(SETUP) } },
		{ "another call", APP_UNKNOWN, SURE_NOT, false,
		    { C(SETUP), S(ALERTING("\x92\x35")) } },
		{ "the caller's flag", APP_UNKNOWN, SURE_NOT, false,
		    { C(SETUP), S(ALERTING("\x12\x34")) } },
		{ "a set-up that answers", APP_UNKNOWN, SURE_NOT, false, { C(SETUP), S(SETUP) } },
		{ "no answer to a set-up", APP_UNKNOWN, SURE_NOT, false,
		    { C(SETUP), S("\x03\x00\x00\x11\x08\x02\x92\x34\x05\x7e\x00\x05\x05\x23\x80\x06"
				  "\x00") } },
		{ "another discriminator", APP_UNKNOWN, SURE_NOT, false,
		    { C(SETUP), S("\x03\x00\x00\x11\x08\x02\x92\x34\x01\x7e\x00\x05\x04\x23\x80\x06"
				  "\x00") } },
		{ "an element of one byte before the last", APP_H323, SURE_CONFIRMED, false,
		    { C("\x03\x00\x00\x13\x08\x02\x12\x34\x05\xa1\x7e\x00\x05\x05\x20\x80\x06\x00"
			"\x00"),
			S(ALERTING("\x92\x34")) } },
		{ "an element of a discriminator", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x0d\x08\x02\x12\x34\x05\x7e\x00\x01\x05"),
			S(ALERTING("\x92\x34")) } },
		{ "who is called asks", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x12\x08\x02\x92\x34\x05\x7e\x00\x05\x05\x20\x80\x06\x00\x00"),
			S(ALERTING("\x92\x34")) } },
		{ "ISDN alone", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x0e\x08\x02\x12\x34\x05\x04\x03\x88\x93\xa5"),
			S(ALERTING("\x92\x34")) } },
		{ "RDP answers", APP_UNKNOWN, SURE_NOT, false, { C(SETUP), S(CONFIRM) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_vnc(void **state)
{
#define WISH	"ID:1234567" Z64 Z64 Z64 Z32 Z8 Z8 /* 10 + 240 */
#define HOST	"10.0.0.7:5900" Z64 Z64 Z64 Z32 Z8 "\0\0\0\0\0"
#define HOST_R	"RF:0123456789" Z64 Z64 Z64 Z32 Z8 "\0\0\0\0\0"
#define JUNK	"10.0.0.7:5900\0\xcc\xcc" Z64 Z64 Z64 Z32 Z8 "\xcc\xcc"
#define JUNK_ID "ID:1234567\0\xcc\xcc\xcc\xcc" Z64 Z64 Z64 Z32 Z8 "\xcc\xcc\xcc"
	static const struct conversation talks[] = {
		{ "3.8", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 003.008\n"), C("RFB 003.008\n") } },
		{ "two versions", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 003.008\n"), C("RFB 003.003\n\1") } },
		{ "Apple's", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 003.889\n"), C("RFB 003.889\n\x23") } },
		{ "4.1", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 004.001\n"), C("RFB 004.001\n") } },
		{ "a lie", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 999.999\n"), C("RFB 000.001\n") } },
		{ "reverse", APP_VNC, SURE_CONFIRMED, false,
		    { C("RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "a server calls a repeater", APP_VNC, SURE_CONFIRMED, false,
		    { C(WISH), C("RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "the same, with fewer zeros", APP_VNC, SURE_CONFIRMED, false,
		    { C("ID:42\0RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "a viewer calls a repeater", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 000.000\n"), C(HOST), S("RFB 003.008\n"), C("RFB 003.008\n") } },
		{ "what was in memory, behind a host", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 000.000\n"), C(JUNK), S("RFB 003.008\n"), C("RFB 003.008\n") } },
		{ "and behind an ID", APP_VNC, SURE_CONFIRMED, false,
		    { C(JUNK_ID), C("RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "the same to nobody who asked", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 003.008\n"), C(JUNK), C("RFB 003.008\n") } },
		{ "and behind one byte less", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 000.000\n"), C(JUNK "\xcc"), C("RFB 003.008\n") } },
		{ "a host with an R", APP_VNC, SURE_CONFIRMED, false,
		    { S("RFB 000.000\n"), C(HOST_R), S("RFB 003.008\n"), C("RFB 003.008\n") } },
		{ "an ID that does not end", APP_UNKNOWN, SURE_NOT, false, { C("ID:1234") } },
		{ "a wish alone", APP_VNC, SURE_LIKELY, false, { C(WISH) } },
		{ "the client alone", APP_VNC, SURE_LIKELY, false, { C("RFB 003.008\n") } },
		{ "the server alone", APP_VNC, SURE_LIKELY, false, { S("RFB 003.008\n") } },
		{ "a viewer that waits at a repeater", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 000.000\n"), C("10.0.0.7:5900") } },
		{ "no line feed", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 003.008\r\n"), C("RFB 003.008\r\n") } },
		{ "no digit", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 003.0x8\n"), C("RFB 003.008\n") } },
		{ "HTTP asks", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 003.008\n"), C("GET / HTTP/1.1\r\n\r\n") } },
		{ "SSH asks", APP_UNKNOWN, SURE_NOT, false,
		    { S("RFB 003.008\n"), C("SSH-2.0-x\r\n") } },
		{ "zeros without a name", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "a name without zeros", APP_UNKNOWN, SURE_NOT, false,
		    { C("ID:42RFB 003.008\n"), S("RFB 003.008\n") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { S("RFB 003.008"), C("RFB 003.0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_citrix(void **state)
{
#define ICA "\x7f\x7fICA\0"
#define CGP "\x1a\x43GP/01"
	static const struct conversation talks[] = {
		{ "ICA", APP_ICA, SURE_CONFIRMED, false, { S(ICA ICA), C(ICA), S(ICA) } },
		{ "the server's alone", APP_ICA, SURE_LIKELY, false, { S(ICA ICA) } },
		{ "CGP", APP_CGP, SURE_CONFIRMED, false,
		    { C(CGP "\x05\x01\x00\x00\x00\x00"), S(CGP "\x05\x02\x00\x00\x00\x00") } },
		{ "the client's alone", APP_CGP, SURE_LIKELY, false, { C(CGP) } },
		{ "one of each", APP_UNKNOWN, SURE_NOT, false, { C(CGP), S(ICA) } },
		{ "no zero", APP_UNKNOWN, SURE_NOT, false, { C("\x7f\x7fICA\n"), S(ICA) } },
		{ "another version", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x1a\x43GP/02"), S("\x1a\x43GP/02") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x7f\x7fICA"), S("\x7f\x7f") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_spice(void **state)
{
#define LINK(size)	 "REDQ\x02\0\0\0\x02\0\0\0" size "\0\0\0"
#define ASK(channel, at) "\0\0\0\0" channel "\0\x01\0\0\0\x01\0\0\0" at "\0\0\0\x0d\0\0\0\x09\0\0\0"
#define KEY		 X32 X32 X32 X32 X32 "\x30\x81"
#define REPLY		 "\0\0\0\0" KEY "\x01\0\0\0\x01\0\0\0\xb2\0\0\0\x0d\0\0\0\x09\0\0\0"
#define REFUSAL                                                                                    \
	"\x05\0\0\0" Z64 Z64 Z32 "\0\0"                                                            \
	"\0\0\0\0\0\0\0\0\0\0\0\0"
	static const struct conversation talks[] = {
		{ "a channel", APP_SPICE, SURE_CONFIRMED, false,
		    { C(LINK("\x1a") ASK("\x01", "\x12")), S(LINK("\xba") REPLY) } },
		{ "refused", APP_SPICE, SURE_CONFIRMED, false,
		    { C(LINK("\x1a") ASK("\x0b", "\x12")), S(LINK("\xb2") REFUSAL) } },
		{ "the client alone", APP_SPICE, SURE_LIKELY, false,
		    { C(LINK("\x1a") ASK("\x01", "\x12")) } },
		{ "no channel", APP_UNKNOWN, SURE_NOT, false,
		    { C(LINK("\x1a") ASK("\x00", "\x12")), S(LINK("\xba") REPLY) } },
		{ "capabilities outside", APP_UNKNOWN, SURE_NOT, false,
		    { C(LINK("\x1a") ASK("\x01", "\x13")), S(LINK("\xba") REPLY) } },
		{ "a small refusal", APP_UNKNOWN, SURE_NOT, false,
		    { C(LINK("\x1a") ASK("\x01", "\x12")), S(LINK("\xb1") REFUSAL) } },
		{ "a small reply", APP_UNKNOWN, SURE_NOT, false,
		    { C(LINK("\x1a") ASK("\x01", "\x12")), S(LINK("\xb1") REPLY) } },
		{ "another version", APP_UNKNOWN, SURE_NOT, false,
		    { C("REDQ\x03\0\0\0\x02\0\0\0\x1a\0\0\0" ASK("\x01", "\x12")),
			S(LINK("\xba") REPLY) } },
		{ "a reply that asks", APP_UNKNOWN, SURE_NOT, false,
		    { C(LINK("\xba") REPLY), S(LINK("\xba") REPLY) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C(LINK("\x1a")), S("REDQ") } },
	};

	static const struct change changes[] = {
		{ "version 0", 0, 4, 0 },
		{ "8218 bytes", 0, 13, 0x20 },
		{ "no channel", 0, 20, 0 },
		{ "channel 32", 0, 20, 32 },
		{ "capabilities of 4 GB", 0, 25, 0x40 },
		{ "capabilities of 4 GB of a channel", 0, 29, 0x40 },
		{ "capabilities in the message", 0, 30, 0x11 },
		{ "capabilities behind the end", 0, 31, 1 },
		{ "error 32", 1, 16, 32 },
	};

	(void)state;
	check_changes(&talks[0], changes, sizeof changes / sizeof *changes);
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_x11(void **state)
{
#define NAME	   "MIT-MAGIC-COOKIE-1\0\0" X8 X8
#define ASK_LITTLE "l\0\x0b\0\0\0\x12\0\x10\0\0\0" NAME
#define ASK_BIG	   "B\0\0\x0b\0\0\0\x12\0\x10\0\0" NAME
	/* Numbers of a display: 20 bytes of a vendor's name, one screen, one format; little and
	 * big. */
#define ORDERS "\0\0\x20\x20\x08\xff\0\0\0\0"
#define DISPLAY_LITTLE                                                                             \
	"\x01\0\x0b\0\0\0\x19\0\xd8\x97\xb8\0\0\0\x60\x01\xff\xff\x1f\0\0\x01\0\0\x14\0\xff\xff"   \
	"\x01\x01" ORDERS
#define DISPLAY_BIG                                                                                \
	"\x01\0\0\x0b\0\0\0\x19\0\xb8\x97\xd8\x01\x60\0\0\0\x1f\xff\xff\0\0\x01\0\0\x14\xff\xff"   \
	"\x01\x01" ORDERS
#define REFUSES "\0\x16\x0b\0\0\0\x06\0No protocol specified\n\0\0"
	static const struct conversation talks[] = {
		{ "little-endian", APP_X11, SURE_CONFIRMED, false,
		    { C(ASK_LITTLE), S(DISPLAY_LITTLE) } },
		{ "big-endian", APP_X11, SURE_CONFIRMED, false, { C(ASK_BIG), S(DISPLAY_BIG) } },
		{ "no cookie", APP_X11, SURE_CONFIRMED, false,
		    { C("l\0\x0b\0\0\0\0\0\0\0\0\0"), S(DISPLAY_LITTLE) } },
		{ "refused", APP_X11, SURE_CONFIRMED, false, { C(ASK_LITTLE), S(REFUSES) } },
		{ "asked for more", APP_X11, SURE_CONFIRMED, false,
		    { C(ASK_LITTLE), S("\x02\0\0\0\0\0\x02\0who?\0\0\0\0") } },
		{ "the display began", APP_X11, SURE_CONFIRMED, false,
		    { S(ASK_LITTLE), C(DISPLAY_LITTLE) } },
		{ "a program alone", APP_X11, SURE_LIKELY, false, { C(ASK_BIG) } },
		{ "a display alone", APP_X11, SURE_LIKELY, false, { S(DISPLAY_BIG) } },
		{ "the other order", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE), S(DISPLAY_BIG) } },
		{ "X10", APP_UNKNOWN, SURE_NOT, false,
		    { C("l\0\x0a\0\0\0\x12\0\x10\0\0\0" NAME), S(DISPLAY_LITTLE) } },
		{ "ids in the mask", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE), S("\x01\0\x0b\0\0\0\x19\0\xd8\x97\xb8\0\x01\0\x60\x01\xff\xff"
				       "\x1f\0\0\x01\0\0\x14\0\xff\xff\x01\x01" ORDERS) } },
		{ "too short for its name", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE), S("\x01\0\x0b\0\0\0\x0e\0\xd8\x97\xb8\0\0\0\x60\x01\xff\xff"
				       "\x1f\0\0\x01\0\0\x14\0\xff\xff\x01\x01" ORDERS) } },
		{ "a wrong reason", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE),
			S("\0\x16\x0b\0\0\0\x07\0No protocol specified\n\0\0\0\0\0\0") } },
		{ "a cookie of two bytes", APP_X11, SURE_CONFIRMED, false,
		    { C("l\0\x0b\0\0\0\0\0\2\0\0\0ab\0\0"), S(DISPLAY_LITTLE) } },
		{ "a cookie that is not filled up", APP_UNKNOWN, SURE_NOT, false,
		    { C("l\0\x0b\0\0\0\0\0\2\0\0\0ab"), S(DISPLAY_LITTLE) } },
		{ "no ids", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE), S("\x01\0\x0b\0\0\0\x19\0\xd8\x97\xb8\0\0\0\x60\x01\0\0\0\0"
				       "\0\1\0\0\x14\0\xff\xff\x01\x01" ORDERS) } },
		{ "asked for nothing more", APP_UNKNOWN, SURE_NOT, false,
		    { C(ASK_LITTLE), S("\x02\0\0\0\0\0\0\0") } },
		{ "a list", APP_UNKNOWN, SURE_NOT, false, { C("list of files\r\n") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("l\0\x0b\0\0\0\x12\0\x10\0\0\0MIT-"), S("\x01") } },
	};

	static const struct change changes[] = {
		{ "another order of bytes", 0, 0, 'L' },
		{ "11.1", 0, 4, 1 },
		{ "a name of control characters", 0, 12, 1 },
		{ "no screens", 1, 28, 0 },
		{ "more formats than there is room", 1, 29, 0x20 },
		{ "another order of images", 1, 30, 2 },
		{ "another order of bits", 1, 31, 2 },
		{ "units of 4 bits", 1, 32, 4 },
		{ "padded to 4 bits", 1, 33, 4 },
		{ "key 7", 1, 34, 7 },
		{ "keys up to 7", 1, 35, 7 },
		{ "11.1 in the answer", 1, 4, 1 },
	};
	static const struct conversation out[] = {
		{ "a name of 65 bytes", APP_X11, SURE_NOT, false,
		    { C("l\0\x0b\0\0\0\x41\0\0\0\0\0") } },
		{ "a cookie of 1025 bytes", APP_X11, SURE_NOT, false,
		    { C("l\0\x0b\0\0\0\0\0\1\4\0\0") } },
		{ "a reason of 1028 bytes", APP_X11, SURE_NOT, false,
		    { C(ASK_LITTLE), S("\0\xff\x0b\0\0\0\1\1why") } },
	};

	(void)state;
	check_changes(&talks[0], changes, sizeof changes / sizeof *changes);
	check_ruled_out(out, sizeof out / sizeof *out);
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* Is it one of the rows that this program and test_recognise_remote.c are about? */
static bool
is_screen(uint8_t app)
{
	static const uint8_t apps[] = { APP_RDP, APP_S7, APP_H323, APP_VNC, APP_ICA, APP_CGP,
		APP_SPICE, APP_X11, APP_RDPEUDP, APP_PCOIP, APP_TEAMVIEWER, APP_RUSTDESK,
		APP_NOMACHINE, APP_RADMIN };

	return memchr(apps, app, sizeof apps) != NULL;
}

/* None of them says more than MOST, of both sides and of the client's alone. */
static void
check_stranger(const char *name, const struct talk *t, enum sure most)
{
	struct talk client = *t;

	client.side[TALK_SERVER] = (struct opening){ .bytes = NULL };
	for (size_t i = 0; i < recognise_rows(); i++) {
		const struct recogniser *row = recognise_row(i);

		if (!is_screen(row->app) || !(t->stream ? row->stream : row->datagrams))
			continue;
		if (row->look(t) > most)
			fail_msg("%s: %s", name, app_word(row->app));
		if (t->side[TALK_CLIENT].size > 0 && row->look(&client) > most)
			fail_msg("%s, the client alone: %s", name, app_word(row->app));
	}
}

/* What speaks something else is ruled out by its first bytes, while more may come. */
static void
test_strangers(void **state)
{
	static const struct conversation talks[] = {
		{ "HTTP", 0, 0, false,
		    { C("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n") } },
		{ "SSH", 0, 0, false, { C("SSH-2.0-x\r\n"), S("SSH-2.0-y\r\n") } },
		{ "TLS", 0, 0, false,
		    { C("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" X32 X32),
			S("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" X32) } },
		{ "SMB", 0, 0, false,
		    { C("\0\0\0\xf8\xfeSMB\x40\0\0\0\0\0\0\0" X32),
			S("\0\0\0\xfc\xfeSMB\x40\0\0\0\0\0\0\0" X32) } },
		{ "Modbus", 0, 0, false,
		    { C("\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01"),
			S("\x00\x01\x00\x00\x00\x05\x01\x03\x02\x00\x07") } },
		{ "a mail", 0, 0, false, { S("220 mx ESMTP\r\n"), C("EHLO x\r\n") } },
		{ "SOCKS 5", 0, 0, false, { C("\x05\x01\x00"), S("\x05\x00") } },
		{ "DNS", 0, 0, true,
		    { C("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01x\x00\x00\x01\x00"
			"\x01"),
			S("\x12\x34\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00\x01x\x00\x00\x01\x00"
			  "\x01") } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
		struct fed f = feed(&talks[i], 4096, false);

		check_stranger(talks[i].name, &f.talk, SURE_NOT);
		fed_free(&f);
	}
}

static void
test_noise(void **state)
{
	enum { TIMES = 2000, SIZE = 256, SEED = 20261121 };
	static uint8_t room[2][SIZE];
	unsigned long long x = SEED;

	(void)state;
	print_message("seed %d\n", SEED);
	for (int i = 0; i < TIMES; i++) {
		struct talk t = { .stream = true };

		for (int side = 0; side < 2; side++) {
			for (int k = 0; k < SIZE; k++) {
				x = x * 6364136223846793005ULL + 1442695040888963407ULL;
				room[side][k] = (uint8_t)(x >> 56);
			}
			t.side[side] = (struct opening){ .bytes = room[side], .size = SIZE };
		}
		check_stranger("noise", &t, SURE_OPEN);
		t.stream = false;
		t.side[0].datagrams = t.side[1].datagrams = 1;
		t.side[0].length[0] = t.side[1].length[0] = SIZE;
		check_stranger("noisy datagrams", &t, SURE_OPEN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rdp),
		cmocka_unit_test(test_rdp_in_doubt),
		cmocka_unit_test(test_not_rdp),
		cmocka_unit_test(test_s7),
		cmocka_unit_test(test_near_s7),
		cmocka_unit_test(test_h323),
		cmocka_unit_test(test_vnc),
		cmocka_unit_test(test_citrix),
		cmocka_unit_test(test_spice),
		cmocka_unit_test(test_x11),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_noise),
	};

	return UNIT_RUN(tests);
}
