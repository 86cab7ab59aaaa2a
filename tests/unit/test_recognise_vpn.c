/* test_recognise_vpn.c - WireGuard, OpenVPN, IKE, ESP in UDP, STUN. */
#include "recognise_change.h"

#define B4  "wxyz"
#define B8  "abcdefgh"
#define B12 "abcdefghijkl"
#define B16 "0123456789abcdef"
#define B20 B16 B4
#define B32 B16 B16
#define B64 B32 B32

/* A handshake of the sender 0x04030201; its first numbers are little endian. */
#define WG_ASK	       "\x01\0\0\0\x01\x02\x03\x04" B64 B64 B12
#define WG_ANSWER      "\x02\0\0\0\x11\x12\x13\x14\x01\x02\x03\x04" B64 B16
#define WG_COOKIE      "\x03\0\0\0\x01\x02\x03\x04" B32 B16 B8
#define WG_DATA(count) "\x04\0\0\0\x11\x12\x13\x14" count "\0\0\0\0\0\0\0" B16

#define B256 B64 B64 B64 B64
/* 32 + 1408 bytes */
#define WG_FULL(count) WG_DATA(count) B256 B256 B256 B256 B256 B64 B64

static void
test_wireguard(void **state)
{
	static const struct conversation talks[] = {
		{ "a handshake", APP_WIREGUARD, SURE_CONFIRMED, true, { C(WG_ASK), S(WG_ANSWER) } },
		{ "a cookie", APP_WIREGUARD, SURE_CONFIRMED, true, { C(WG_ASK), S(WG_COOKIE) } },
		{ "a handshake of the other side", APP_WIREGUARD, SURE_CONFIRMED, true,
		    { C(WG_DATA("\7")), S(WG_ASK), C(WG_ANSWER) } },
		{ "the second initiation", APP_WIREGUARD, SURE_CONFIRMED, true,
		    { C("\x01\0\0\0\x01\x02\x03\x05" B64 B64 B12), C(WG_ASK), S(WG_ANSWER) } },
		{ "Tailscale's question before", APP_WIREGUARD, SURE_CONFIRMED, true,
		    { C("TS\xf0\x9f\x92\xac" B64), S("TS\xf0\x9f\x92\xac" B64), C(WG_ASK),
			S(WG_ANSWER) } },
		{ "an initiation alone", APP_WIREGUARD, SURE_LIKELY, true, { C(WG_ASK) } },
		{ "another's answer", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_ASK), S("\x02\0\0\0\x11\x12\x13\x14\x01\x02\x03\x05" B64 B16) } },
		{ "data that counts", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_DATA("\1")), C(WG_DATA("\2")), C(WG_DATA("\3")) } },
		{ "data that fills a tunnel of 1420 bytes", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_FULL("\1") B12), C(WG_FULL("\2") B12), S(WG_DATA("\1")),
			S(WG_DATA("\2")), S(WG_DATA("\3")) } },
		{ "data that fills no tunnel", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1") B12), S(WG_DATA("\1")), S(WG_DATA("\2")),
			S(WG_DATA("\3")) } },
		{ "data that does not count", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1")), C(WG_DATA("\1")), C(WG_DATA("\1")) } },
		{ "data, then something else", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1")), C(WG_DATA("\2")), C(WG_DATA("\3")), C("hello") } },
		{ "a cookie of 65 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_ASK), S(WG_COOKIE "x") } },
		{ "data with a number above all", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x04\0\0\0\x11\x12\x13\x14\1\0\0\0\1\0\0\0" B16),
			C("\x04\0\0\0\x11\x12\x13\x14\2\0\0\0\1\0\0\0" B16),
			C("\x04\0\0\0\x11\x12\x13\x14\3\0\0\0\1\0\0\0" B16) } },
		{ "data of 1276 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1") B256 B256 B256 B256 B64 B64 B64 B16 B12), S(WG_DATA("\1")),
			S(WG_DATA("\2")), S(WG_DATA("\3")) } },
		{ "data of 1284 bytes", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_DATA("\1") B256 B256 B256 B256 B64 B64 B64 B32 B4), S(WG_DATA("\1")),
			S(WG_DATA("\2")), S(WG_DATA("\3")) } },
		{ "a handshake, then something else", APP_WIREGUARD, SURE_CONFIRMED, true,
		    { C(WG_ASK), S(WG_ANSWER), C("hello"), S("hello") } },
		{ "two that count", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1")), C(WG_DATA("\2")) } },
		{ "data of two receivers", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_DATA("\1")), C("\x04\0\0\0\x11\x12\x13\x15\2\0\0\0\0\0\0\0" B16),
			C(WG_DATA("\3")) } },
		{ "data is no answer", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_ASK), S("\x04\0\0\0\x01\x02\x03\x04\1\0\0\0\0\0\0\0" B16) } },
		{ "a response is answered", APP_WIREGUARD, SURE_LIKELY, true,
		    { C(WG_ANSWER), S("\x02\0\0\0\x21\x22\x23\x24\x11\x12\x13\x14" B64 B16) } },
		{ "Tailscale's name alone", APP_UNKNOWN, SURE_NOT, true,
		    { C("TS\xf0\x9f\x92\xac"), C(WG_ASK), S(WG_ANSWER) } },
		{ "four bytes", APP_UNKNOWN, SURE_NOT, true, { C("\x01\0\0\0"), S("\x02\0\0\0") } },
		{ "reserved bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x01\0\0\1\x01\x02\x03\x04" B64 B64 B12), S(WG_ANSWER) } },
		{ "an initiation of 149 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_ASK "x"), S(WG_ANSWER) } },
		{ "an answer of 91 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(WG_ASK), S("\x02\0\0\0\x11\x12\x13\x14\x01\x02\x03\x04" B64 B12 "abc") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* Resets: of session "CLIENTid" and "SERVERid". */
#define OV_ASK                                                                                     \
	"\x38"                                                                                     \
	"CLIENTid\0\0\0\0\0"
#define OV_ANSWER                                                                                  \
	"\x40"                                                                                     \
	"SERVERid\1\0\0\0\0CLIENTid\0\0\0\0"
#define OV_TIME	 "\x65\x00\x00\x00" /* 2023-09-12 */
#define OV_LATER "\x65\x00\x00\x09"
#define OV_CRYPT_ASK                                                                               \
	"\x38"                                                                                     \
	"CLIENTid\0\0\0\1" OV_TIME B32 "12345"
#define OV_CRYPT_ANSWER                                                                            \
	"\x40"                                                                                     \
	"SERVERid\0\0\0\1" OV_LATER B32 B16 "1"

#define OV_DATA(number) "\x48\0\0\2\0\0\0" number B16 "x"

static void
test_openvpn(void **state)
{
	static const struct conversation talks[] = {
		{ "plain", APP_OPENVPN, SURE_CONFIRMED, true, { C(OV_ASK), S(OV_ANSWER) } },
		{ "TCP", APP_OPENVPN, SURE_CONFIRMED, false,
		    { C("\0\x0e" OV_ASK), S("\0\x1a" OV_ANSWER) } },
		{ "sent again, then anew", APP_OPENVPN, SURE_CONFIRMED, true,
		    { C("\x38"
			"clientID\0\0\0\0\0"),
			C("\x38"
			  "clientID\0\0\0\0\0"),
			C(OV_ASK), S(OV_ANSWER) } },
		{ "tls-auth, SHA-1", APP_OPENVPN, SURE_CONFIRMED, true,
		    { C("\x38"
			"CLIENTid" B20 "\0\0\0\1" OV_TIME "\0\0\0\0\0"),
			S("\x40"
			  "SERVERid" B20 "\0\0\0\1" OV_TIME "\1\0\0\0\0CLIENTid\0\0\0\0") } },
		{ "tls-auth, SHA-512, TCP", APP_OPENVPN, SURE_CONFIRMED, false,
		    { C("\0\x56\x38"
			"CLIENTid" B64 "\0\0\0\1" OV_TIME "\0\0\0\0\0"),
			S("\0\x62\x40"
			  "SERVERid" B64 "\0\0\0\1" OV_TIME "\1\0\0\0\0CLIENTid\0\0\0\0") } },
		{ "tls-crypt", APP_OPENVPN, SURE_CONFIRMED, true,
		    { C(OV_CRYPT_ASK), S(OV_CRYPT_ANSWER) } },
		{ "tls-crypt-v2", APP_OPENVPN, SURE_CONFIRMED, true,
		    { C("\x50"
			"CLIENTid\x0f\0\0\1" OV_TIME B32 "12345" B64 "\0\x42"),
			S("\x40"
			  "SERVERid\x0f\0\0\1" OV_LATER B32 B16 "1tlv456") } },
		{ "the client alone", APP_OPENVPN, SURE_LIKELY, true, { C(OV_ASK), C(OV_ASK) } },
		{ "the client alone, tls-crypt", APP_OPENVPN, SURE_LIKELY, true,
		    { C(OV_CRYPT_ASK) } },
		{ "another session is acknowledged", APP_OPENVPN, SURE_LIKELY, true,
		    { C(OV_ASK), S("\x40"
				   "SERVERid\1\0\0\0\0clientID\0\0\0\0") } },
		{ "clocks that do not agree", APP_OPENVPN, SURE_LIKELY, true,
		    { C(OV_CRYPT_ASK), S("\x40"
					 "SERVERid\0\0\0\1\x25\0\0\0" B32 B16 "1") } },
		{ "the server alone", APP_OPENVPN, SURE_LIKELY, true, { S(OV_ANSWER) } },
		{ "the server is seen first", APP_OPENVPN, SURE_CONFIRMED, true,
		    { C(OV_ANSWER), S(OV_ASK) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_openvpn_data(void **state)
{
	static const struct conversation talks[] = {
		{ "in a session", APP_OPENVPN, SURE_LIKELY, true,
		    { C(OV_DATA("\1")), S(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")),
			C(OV_DATA("\x43")), S(OV_DATA("\2")) } },
		{ "in a session, of the server", APP_OPENVPN, SURE_LIKELY, true,
		    { S(OV_DATA("\1")), S(OV_DATA("\2")), S(OV_DATA("\3")), S(OV_DATA("\4")) } },
		{ "in a session, three packets", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")) } },
		{ "in a session, one number twice", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")), C(OV_DATA("\3")) } },
		{ "in a session, far ahead", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")), C(OV_DATA("\x44")) } },
		{ "in a session, two peers", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")),
			C("\x48\0\0\3\0\0\0\4" B16 "x") } },
		{ "in a session, a small packet", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")),
			C("\x48\0\0\2\0\0\0\4" B16) } },
		{ "in a session, the server says something else", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_DATA("\1")), C(OV_DATA("\2")), C(OV_DATA("\3")), C(OV_DATA("\4")),
			S("hello") } },
		{ "a name that looks like a session", APP_UNKNOWN, SURE_NOT, true,
		    { C("HELO\0\0\0\1" B16 "x"), C("HELO\0\0\0\2" B16 "x"),
			C("HELO\0\0\0\3" B16 "x"), C("HELO\0\0\0\4" B16 "x") } },
		{ "the server acknowledges nothing", APP_UNKNOWN, SURE_NOT, true,
		    { S("\x40"
			"SERVERid\0\0\0\0\0"
			"CLIENTid\0\0\0\0") } },
		{ "key 1", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x39"
			"CLIENTid\0\0\0\0\0"),
			S(OV_ANSWER) } },
		{ "the client acknowledges", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\1\0\0\0\0"),
			S(OV_ANSWER) } },
		{ "both ask", APP_UNKNOWN, SURE_NOT, true, { C(OV_ASK), S(OV_ASK) } },
		{ "an early number that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\1\0\0\1" OV_TIME B32 "12345"),
			S(OV_CRYPT_ANSWER) } },
		{ "a key of another size", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x50"
			"CLIENTid\x0f\0\0\1" OV_TIME B32 "12345" B64 "\0\x41"),
			S(OV_CRYPT_ANSWER) } },
		{ "a number that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\0\1\0\1" OV_TIME B32 "12345"),
			S(OV_CRYPT_ANSWER) } },
		{ "tls-crypt with a byte more", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_CRYPT_ASK "x"), S(OV_CRYPT_ANSWER) } },
		{ "one side is enciphered", APP_OPENVPN, SURE_LIKELY, true,
		    { C(OV_ASK), S("\x40"
				   "SERVERid\0\0\0\1\0\0\0\1" B32 B16 "1") } },
		{ "number 0", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\0\0\0\0" OV_TIME B32 "12345") } },
		{ "number 65", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\0\0\0\x41" OV_TIME B32 "12345") } },
		{ "another message is acknowledged", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_ASK), S("\x40"
				   "SERVERid\1\0\0\0\1CLIENTid\0\0\0\0") } },
		{ "the server's second message", APP_UNKNOWN, SURE_NOT, true,
		    { C(OV_ASK), S("\x40"
				   "SERVERid\1\0\0\0\0CLIENTid\0\0\0\1") } },
		{ "the client's second message", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid\0\0\0\0\1"),
			S(OV_ANSWER) } },
		{ "tls-auth without a number", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x38"
			"CLIENTid" B20 "\0\0\0\0" OV_TIME "\0\0\0\0\0") } },
		{ "a size that does not fit", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\x0f" OV_ASK "\0"), S("\0\x1a" OV_ANSWER) } },
		{ "TLS", APP_UNKNOWN, SURE_NOT, false, { C("\x16\x03\x01\x02\x00\x01") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\x0e\x38"
			"CLI"),
			S("\0\x1a\x40") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_early(void **state)
{
	static const struct conversation out[] = {
		{ "STUN, a size of no words", APP_STUN, SURE_NOT, false,
		    { C("\0\1\0\2\x21\x12\xa4\x42") } },
		{ "a size of 13", APP_OPENVPN, SURE_NOT, false, { C("\0\x0d\x38") } },
		{ "a size of 1501", APP_OPENVPN, SURE_NOT, false, { C("\5\xdd\x38") } },
	};

	(void)state;
	check_ruled_out(out, sizeof out / sizeof *out);
}

#define NO_SPI "\0\0\0\0\0\0\0\0"
/* Version 2, IKE_SA_INIT: a payload SA of 8 bytes, nonce of 20. */
#define IKE2_PAYLOADS "\x28\0\0\x08" B4 "\0\0\0\x14" B16
#define IKE2_ASK      B8 NO_SPI "\x21\x20\x22\x08\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS
#define IKE2_ANSWER   B8 "RESPOND!\x21\x20\x22\x20\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS
/* IKE_AUTH: one encrypted payload, in which IDi (35) is the first. */
#define IKE2_AUTH	 "\0\0\0\0" B8 "RESPOND!\x2e\x20\x23\x08\0\0\0\1\0\0\0\x30\x23\0\0\x14" B16
#define IKE2_AUTH_ANSWER "\0\0\0\0" B8 "RESPOND!\x2e\x20\x23\x20\0\0\0\1\0\0\0\x30\x24\0\0\x14" B16
/* Version 1, main mode: a payload SA of 8 bytes. */
#define IKE1_ASK    B8 NO_SPI "\x01\x10\x02\x00\0\0\0\0\0\0\0\x24\0\0\0\x08" B4
#define IKE1_ANSWER B8 "RESPOND!\x01\x10\x02\x00\0\0\0\0\0\0\0\x24\0\0\0\x08" B4

static void
test_ike(void **state)
{
	static const struct conversation talks[] = {
		{ "version 2", APP_IKE, SURE_CONFIRMED, true, { C(IKE2_ASK), S(IKE2_ANSWER) } },
		{ "version 2, behind a marker", APP_IKE, SURE_CONFIRMED, true,
		    { C(IKE2_AUTH), S(IKE2_AUTH_ANSWER) } },
		{ "a fragment", APP_IKE, SURE_CONFIRMED, true,
		    { C("\0\0\0\0" B8 "RESPOND!\x35\x20\x23\x08\0\0\0\1\0\0\0\x34\x23\0\0\x18"
			"\0\1\0\2" B16),
			S(IKE2_AUTH_ANSWER) } },
		{ "keepalive first", APP_IKE, SURE_CONFIRMED, true,
		    { C("\xff"), C(IKE2_AUTH), S(IKE2_AUTH_ANSWER) } },
		{ "a cookie is asked for", APP_IKE, SURE_CONFIRMED, true,
		    { C(IKE2_ASK),
			S(B8 NO_SPI
			    "\x29\x20\x22\x20\0\0\0\0\0\0\0\x28\0\0\0\x0c\0\0\x40\x06" B4) } },
		{ "a session goes on", APP_IKE, SURE_CONFIRMED, true,
		    { C(B8 NO_SPI "\x28\x20\x26\x08\0\0\0\0\0\0\0\x30\0\0\0\x14" B16),
			S(B8 "RESPOND!\x28\x20\x26\x20\0\0\0\0\0\0\0\x30\0\0\0\x14" B16) } },
		{ "a session goes on that it began with", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 "RESPOND!\x28\x20\x26\x08\0\0\0\0\0\0\0\x30\0\0\0\x14" B16) } },
		{ "an authentication without a responder", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 NO_SPI "\x2e\x20\x23\x08\0\0\0\1\0\0\0\x30\x23\0\0\x14" B16) } },
		{ "version 1", APP_IKE, SURE_CONFIRMED, true, { C(IKE1_ASK), S(IKE1_ANSWER) } },
		{ "version 1, refused", APP_IKE, SURE_CONFIRMED, true,
		    { C(IKE1_ASK),
			S(B8 "RESPOND!\x0b\x10\x05\x00" B4 "\0\0\0\x24\0\0\0\x08" B4) } },
		{ "version 1, encrypted", APP_IKE, SURE_CONFIRMED, true,
		    { C("\0\0\0\0" B8 "RESPOND!\x05\x10\x02\x01\0\0\0\0\0\0\0\x2c" B16),
			S("\0\0\0\0" B8 "RESPOND!\x05\x10\x02\x01\0\0\0\0\0\0\0\x2c" B16) } },
		{ "the initiator alone", APP_IKE, SURE_LIKELY, true, { C(IKE2_ASK), C(IKE2_ASK) } },
		{ "another initiator's SPI", APP_IKE, SURE_LIKELY, true,
		    { C(IKE2_ASK),
			S("abcdefgH"
			  "RESPOND!\x21\x20\x22\x20\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS) } },
		{ "two requests", APP_IKE, SURE_LIKELY, true, { C(IKE2_ASK), S(IKE2_ASK) } },
		{ "an answer to another message", APP_IKE, SURE_LIKELY, true,
		    { C(IKE2_AUTH),
			S("\0\0\0\0" B8
			  "RESPOND!\x2e\x20\x23\x20\0\0\0\2\0\0\0\x30\x24\0\0\x14" B16) } },
		{ "an answer of another exchange", APP_IKE, SURE_LIKELY, true,
		    { C(IKE2_AUTH),
			S("\0\0\0\0" B8
			  "RESPOND!\x2e\x20\x25\x20\0\0\0\1\0\0\0\x30\x24\0\0\x14" B16) } },
		{ "another responder", APP_IKE, SURE_LIKELY, true,
		    { C(IKE2_AUTH),
			S("\0\0\0\0" B8
			  "respond!\x2e\x20\x23\x20\0\0\0\1\0\0\0\x30\x24\0\0\x14" B16) } },
		{ "two versions", APP_IKE, SURE_LIKELY, true,
		    { C(B8 "RESPOND!\x0b\x10\x05\x00" B4 "\0\0\0\x24\0\0\0\x08" B4),
			S(IKE2_ANSWER) } },
		{ "version 1, an encrypted nothing", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 "RESPOND!\x05\x10\x02\x01\0\0\0\0\0\0\0\x1c") } },
		{ "no SPI", APP_UNKNOWN, SURE_NOT, true,
		    { C(NO_SPI NO_SPI "\x21\x20\x22\x08\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS),
			S(IKE2_ANSWER) } },
		{ "a size that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C(IKE2_ASK "x"), S(IKE2_ANSWER) } },
		{ "encrypted, a size that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\0\0\0" B8 "RESPOND!\x05\x10\x02\x01\0\0\0\0\0\0\0\x2d" B16) } },
		{ "a marker and no SPI", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\0\0\0" NO_SPI "RESPOND!\x05\x10\x02\x01\0\0\0\0\0\0\0\x2c" B16) } },
		{ "version 3", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 NO_SPI "\x21\x30\x22\x08\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS) } },
		{ "payloads that do not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 NO_SPI "\x21\x20\x22\x08\0\0\0\0\0\0\0\x38\x28\0\0\x08" B4
				  "\0\0\0\x15" B16) } },
		{ "it begins with a responder's SPI", APP_UNKNOWN, SURE_NOT, true,
		    { C(B8 "RESPOND!\x21\x20\x22\x08\0\0\0\0\0\0\0\x38" IKE2_PAYLOADS) } },
		{ "the server says something else", APP_UNKNOWN, SURE_NOT, true,
		    { C(IKE2_ASK), S("hello") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_ike(void **state)
{
	static const struct conversation two = { "version 2", APP_IKE, SURE_CONFIRMED, true,
		{ C(IKE2_ASK), S(IKE2_ANSWER) } };
	static const struct conversation one = { "version 1", APP_IKE, SURE_CONFIRMED, true,
		{ C(IKE1_ASK), S(IKE1_ANSWER) } };
	static const struct change two_changes[] = {
		{ "no exchange", 0, 18, 33 },
		{ "an exchange that is none", 0, 18, 45 },
		{ "a flag that is none", 0, 19, 0x48 },
		{ "nobody's initiation", 0, 19, 0 },
		{ "a reserved bit", 0, 29, 0x40 },
		{ "a payload that is shorter", 0, 39, 0x13 },
		{ "a payload that is longer", 0, 39, 0x15 },
		{ "an answer that is longer than it says", 1, 27, 0x37 },
		{ "an answer of an exchange that is none", 1, 18, 45 },
	};
	static const struct change one_changes[] = {
		{ "an exchange that is none", 0, 18, 3 },
		{ "a flag that is none", 0, 19, 8 },
		{ "a reserved bit", 0, 29, 1 },
	};

	(void)state;
	check_changes(&two, two_changes, sizeof two_changes / sizeof *two_changes);
	check_changes(&one, one_changes, sizeof one_changes / sizeof *one_changes);
}

#define ESP(number, end) "\xc0\x01\x02\x03\0\0\0" number B16 B8 end

static void
test_esp(void **state)
{
	static const struct conversation talks[] = {
		{ "four that count", APP_ESP, SURE_LIKELY, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\4", "IJKLMNOP")),
			C(ESP("\x41", "QRSTUVWX")) } },
		{ "keepalives between", APP_ESP, SURE_LIKELY, true,
		    { C(ESP("\1", "12345678")), C("\xff"), C(ESP("\2", "ABCDEFGH")),
			C(ESP("\4", "IJKLMNOP")), S("\xff"), C(ESP("\5", "QRSTUVWX")) } },
		{ "three", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")),
			C(ESP("\3", "IJKLMNOP")) } },
		{ "one number twice", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\2", "IJKLMNOP")),
			C(ESP("\3", "QRSTUVWX")) } },
		{ "ends that are the same", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "12345678")), C(ESP("\3", "IJKLMNOP")),
			C(ESP("\4", "QRSTUVWX")) } },
		{ "number 0", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\0", "12345678")), C(ESP("\1", "ABCDEFGH")), C(ESP("\2", "IJKLMNOP")),
			C(ESP("\3", "QRSTUVWX")) } },
		{ "64 ahead", APP_ESP, SURE_LIKELY, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C(ESP("\x43", "QRSTUVWX")) } },
		{ "65 ahead", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C(ESP("\x44", "QRSTUVWX")) } },
		{ "a size that no block has", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C(ESP("\4", "QRSTUVWXYZ")) } },
		{ "20 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C("\xc0\x01\x02\x03\0\0\0\4" B12) } },
		{ "two SPIs", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C("\xc0\x01\x02\x04\0\0\0\4" B16 B8 "QRSTUVWX") } },
		{ "an SPI below 256", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\0\0\xff\0\0\0\1" B32), C("\0\0\0\xff\0\0\0\2" B20 "ABCDEFGHIJKL"),
			C("\0\0\0\xff\0\0\0\3" B32), C("\0\0\0\xff\0\0\0\4" B20 "ABCDEFGHIJKL") } },
		{ "the server says something else", APP_UNKNOWN, SURE_NOT, true,
		    { C(ESP("\1", "12345678")), C(ESP("\2", "ABCDEFGH")), C(ESP("\3", "IJKLMNOP")),
			C(ESP("\4", "QRSTUVWX")), S("hello") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

#define MAGIC	 "\x21\x12\xa4\x42"
#define STUN_ASK "\0\1\0\0" MAGIC B12
/* XOR-MAPPED-ADDRESS 192.0.2.1:32853 (RFC 5769, 2.2) */
#define STUN_ANSWER "\1\1\0\x0c" MAGIC B12 "\0\x20\0\x08\0\1\xa1\x47\xe1\x12\xa6\x43"

#define NONE	"\x80\x22\0\0"
#define NONE_8	NONE NONE NONE NONE NONE NONE NONE NONE
#define NONE_64 NONE_8 NONE_8 NONE_8 NONE_8 NONE_8 NONE_8 NONE_8 NONE_8

static void
test_stun(void **state)
{
	static const struct conversation talks[] = {
		{ "binding", APP_STUN, SURE_CONFIRMED, true, { C(STUN_ASK), S(STUN_ANSWER) } },
		{ "TCP", APP_STUN, SURE_CONFIRMED, false, { C(STUN_ASK), S(STUN_ANSWER) } },
		{ "TURN: an error", APP_STUN, SURE_CONFIRMED, false,
		    { C("\0\3\0\x08" MAGIC B12 "\0\x19\0\4\x11\0\0\0"),
			S("\1\x13\0\x0c" MAGIC B12 "\0\x09\0\6\0\0\4\1No..") } },
		{ "both ask, the client answers", APP_STUN, SURE_CONFIRMED, true,
		    { C("\0\1\0\0" MAGIC "BCDEFGHIJKLM"), S(STUN_ASK), C(STUN_ANSWER) } },
		{ "a request alone", APP_STUN, SURE_LIKELY, true, { C(STUN_ASK) } },
		{ "another transaction", APP_STUN, SURE_LIKELY, true,
		    { C(STUN_ASK), S("\1\1\0\x0c" MAGIC
				     "bcdefghijklm\0\x20\0\x08\0\1\xa1\x47\xe1\x12\xa6\x43") } },
		{ "another method", APP_STUN, SURE_LIKELY, true,
		    { C(STUN_ASK), S("\1\3\0\0" MAGIC B12) } },
		{ "an indication", APP_STUN, SURE_LIKELY, true,
		    { C(STUN_ASK), S("\0\x11\0\0" MAGIC B12) } },
		{ "the last method", APP_STUN, SURE_CONFIRMED, true,
		    { C("\x02\xef\0\0" MAGIC B12), S("\x03\xff\0\0" MAGIC B12) } },
		{ "a method that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\4\1\0\0" MAGIC B12), S("\5\1\0\0" MAGIC B12) } },
		{ "an indication's success", APP_STUN, SURE_LIKELY, true,
		    { C("\0\x11\0\0" MAGIC B12), S(STUN_ANSWER) } },
		{ "binding, then something else", APP_STUN, SURE_CONFIRMED, true,
		    { C(STUN_ASK), S(STUN_ANSWER), C("hello") } },
		{ "a later method that is none", APP_STUN, SURE_LIKELY, true,
		    { C(STUN_ASK), C("\4\1\0\0" MAGIC "BCDEFGHIJKLM"), S("\0\x11\0\0" MAGIC B12),
			S("\5\1\0\0" MAGIC "BCDEFGHIJKLM") } },
		{ "128 attributes", APP_STUN, SURE_LIKELY, true,
		    { C("\0\1\2\0" MAGIC B12 NONE_64 NONE_64) } },
		{ "129 attributes", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1\2\4" MAGIC B12 NONE_64 NONE_64 NONE) } },
		{ "no magic", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1\0\0" B16), S("\1\1\0\0" B16) } },
		{ "attributes that do not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\1\0\x08" MAGIC B12 "\0\x20\0\x08\0\1\xa1\x47"), S(STUN_ANSWER) } },
		{ "a size that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C(STUN_ASK B4), S(STUN_ANSWER) } },
		{ "the server says something else", APP_UNKNOWN, SURE_NOT, false,
		    { C(STUN_ASK), S("HTTP/1.1 400") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\0\1\0\0" MAGIC B8), S("\1\1\0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wireguard),
		cmocka_unit_test(test_openvpn),
		cmocka_unit_test(test_openvpn_data),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_near_ike),
		cmocka_unit_test(test_esp),
		cmocka_unit_test(test_stun),
	};

	return UNIT_RUN(tests);
}
