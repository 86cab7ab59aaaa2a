/* test_recognise_directory.c - names, time and directories: DNS, DHCP, NTP, SNMP, LDAP, Kerberos
 * and RADIUS.
 *
 * The messages are written field by field from the documents that the recognisers name; tshark
 * reads each that is confirmed as what it is meant to be, but for
 * Chaosnet's address, which it takes for one of the internet's. */
#include "recognise_change.h"

#define ZERO_4	"\0\0\0\0"
#define ZERO_8	ZERO_4 ZERO_4
#define ZERO_16 ZERO_8 ZERO_8
#define ZERO_64 ZERO_16 ZERO_16 ZERO_16 ZERO_16

/* DNS: a header with one question, and records that follow it. */
#define HEAD(id, flags, answers, authority, additional)                                            \
	id flags "\0\1"                                                                            \
		 "\0" answers "\0" authority "\0" additional
#define ID		    "\x4c\xd2"
#define ASKS		    "\1\0"
#define TELLS		    "\x81\x80"
#define NAME		    "\7example\2jp\0"
#define A_IN		    "\0\1\0\1"
#define TTL		    "\0\0\1\x2c"
#define ADDRESS		    "\xc0\x0c" A_IN TTL "\0\4\xc0\0\2\1"
#define ADDRESS_5	    ADDRESS ADDRESS ADDRESS ADDRESS ADDRESS
#define LABELS_12	    "\1a\1a\1a\1a\1a\1a\1a\1a\1a\1a\1a\1a"
#define LABELS_60	    LABELS_12 LABELS_12 LABELS_12 LABELS_12 LABELS_12
#define LABELS_120	    LABELS_60 LABELS_60 "\0"
#define EDNS		    "\0\0\x29\x10\0\0\0\0\0\0\0"
#define ALIAS(target, size) "\xc0\x0c\0\5\0\1" TTL "\0" size target
#define ASK		    HEAD(ID, ASKS, "\0", "\0", "\0") NAME A_IN
#define TELL		    HEAD(ID, TELLS, "\1", "\0", "\0") NAME A_IN ADDRESS
#define START_OF_AUTHORITY                                                                         \
	"\xc0\x0c\0\6\0\1" TTL "\0\x20"                                                            \
	"\2ns\xc0\x0c"                                                                             \
	"\4root\xc0\x0c" ZERO_16 ZERO_4
#define NETBIOS_NAME                                                                               \
	"\x20"                                                                                     \
	"EGEJEMEFFDCACACACACACACACACACACA"                                                         \
	"\0"

/* A name of 256 bytes: three labels of 63 bytes and one of 62. */
#define LABEL_10 "wonderland"
#define LABEL_60 LABEL_10 LABEL_10 LABEL_10 LABEL_10 LABEL_10 LABEL_10
#define LABEL_63 "\x3f" LABEL_60 "abc"
#define NAME_256                                                                                   \
	LABEL_63 LABEL_63 LABEL_63 "\x3e" LABEL_60 "ab"                                            \
				   "\0"
#define NAME_255                                                                                   \
	LABEL_63 LABEL_63 LABEL_63 "\x3d" LABEL_60 "a"                                             \
				   "\0"

/* DHCP's form up to its options (RFC 2131, 2). */
#define BOOTP(op)                                                                                  \
	op "\1\6\0"                                                                                \
	   "\x12\x34\x56\x78" ZERO_4 ZERO_16 "\2\0\0\0\0\1"                                        \
	   "\0\0" ZERO_8 ZERO_64 ZERO_64 ZERO_64
#define COOKIE	    "\x63\x82\x53\x63"
#define CLIENT_ID   "\0\1\0\x0a\0\3\0\1\2\0\0\0\0\1"
#define RELAY(size) "\x0c\0" ZERO_16 ZERO_16 "\0\x09" size
#define SERVER_ID   "\0\2\0\x0a\0\3\0\1\2\0\0\0\0\2"

/* NTP: the first four bytes, root delay and dispersion; then when it was asked and sent. */
#define NTP(head, delay, asked, sent)                                                              \
	head delay "\0\0\1\0"                                                                      \
		   "\xc0\0\2\1" ZERO_8 asked "\xe9\0\0\1\0\0\0\1" sent
#define SENT	  "\xe9\0\0\1\x12\x34\x56\x78"
#define SENT_BACK "\xe9\0\0\1\x9a\xbc\xde\xf0"

#define PUBLIC "\4\6public"
#define GET(id)                                                                                    \
	"\x30\x26\2\1\1" PUBLIC "\xa0\x19\2\4" id "\2\1\0\2\1\0"                                   \
	"\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0"
#define GOT(id)                                                                                    \
	"\x30\x27\2\1\1" PUBLIC "\xa2\x1a\2\4" id "\2\1\0\2\1\0"                                   \
	"\x30\x0c\x30\x0a\6\5\x2b\6\1\2\1\2\1\5"
#define TRAP                                                                                       \
	"\x30\x25\2\1\0" PUBLIC "\xa4\x18\6\5\x2b\6\1\4\1\x40\4\xc0\0\2\1\2\1\0\2\1\0\x43\1\0\x30" \
	"\0"
#define SNMP_3(id, flags, what)                                                                    \
	"\x30\x39\2\1\3"                                                                           \
	"\x30\x0e\2\2" id "\2\2\5\xdc\4\1" flags "\2\1\3"                                          \
	"\4\x10\x30\x0e\4\0\2\1\0\2\1\0\4\0\4\0\4\0"                                               \
	"\x30\x12\4\0\4\0" what "\x0c\2\2" id "\2\1\0\2\1\0\x30\0"

#define RESULT	  "\x0a\1\0\4\0\4\0"
#define BIND(id)  "\x30\x0c\2\1" id "\x60\7\2\1\3\4\0\x80\0"
#define BOUND(id) "\x30\x0c\2\1" id "\x61\7" RESULT
#define SEARCH                                                                                     \
	"\x30\x25\2\1\1\x63\x20\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0bobjectclass\x30\0"
#define ENTRY "\x30\x09\2\1\1\x64\4\4\0\x30\0"
#define DONE  "\x30\x0c\2\1\1\x65\7" RESULT
#define START_TLS                                                                                  \
	"\x30\x1d\2\1\1\x77\x18\x80\x16"                                                           \
	"1.3.6.1.4.1.1466.20037"
#define ZERO_256  ZERO_64 ZERO_64 ZERO_64 ZERO_64
#define ZERO_1280 ZERO_256 ZERO_256 ZERO_256 ZERO_256 ZERO_256
#define ZERO_4079                                                                                  \
	ZERO_1280 ZERO_1280 ZERO_1280 ZERO_64 ZERO_64 ZERO_64 ZERO_16 ZERO_16 ZERO_8 ZERO_4 "\0\0" \
											    "\0"
#define IDENTIFIER_16  "1.3.6.1.4.1.5802"
#define IDENTIFIER_64  IDENTIFIER_16 IDENTIFIER_16 IDENTIFIER_16 IDENTIFIER_16
#define IDENTIFIER_256 IDENTIFIER_64 IDENTIFIER_64 IDENTIFIER_64 IDENTIFIER_64
#define HELLO	       "\x16\3\1\0\xc8\1\0\0\xc4\3\3"

#define TIME                                                                                       \
	"\x18\x0f"                                                                                 \
	"20370913024805Z"
#define REALM "\x1b\7EXAMPLE"
#define AS_REQUEST                                                                                 \
	"\x6a\x44\x30\x42\xa1\3\2\1\5\xa2\3\2\1\x0a"                                               \
	"\xa4\x36\x30\x34"                                                                         \
	"\xa0\7\3\5\0\x40\0\0\x10"                                                                 \
	"\xa2\x09" REALM "\xa5\x11" TIME "\xa7\4\2\2\x12\x34"                                      \
	"\xa8\5\x30\3\2\1\x12"
#define ERROR(pvno)                                                                                \
	"\x7e\x49\x30\x47\xa0\3\2\1" pvno "\xa1\3\2\1\x1e"                                         \
	"\xa4\x11" TIME "\xa5\3\2\1\0\xa6\3\2\1\x19"                                               \
	"\xa9\x09" REALM "\xaa\x13\x30\x11\xa0\3\2\1\2\xa1\x0a\x30\x08\x1b\6krbtgt"
/* Tickets of which the begin has come. */
#define REP(tag, type) "\0\0\5\xdc" tag "\x82\5\xd8\x30\x82\5\xd4\xa0\3\2\1\5\xa1\3\2\1" type
#define TGS_REQUEST    "\0\0\5\xdc\x6c\x82\5\xd8\x30\x82\5\xd4\xa1\3\2\1\5\xa2\3\2\1\x0c"

#define SECRET "\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
#define ACCESS(id)                                                                                 \
	"\1" id "\0\x20" SECRET "\1\6user"                                                         \
	"\4\6\xc0\0\2\1"

static void
test_dns(void **state)
{
	static const struct conversation talks[] = {
		{ "an address", APP_DNS, SURE_CONFIRMED, true, { C(ASK), S(TELL) } },
		{ "in TCP", APP_DNS, SURE_CONFIRMED, false, { C("\0\x1c" ASK), S("\0\x2c" TELL) } },
		{ "the second question's answer", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD("\0\1", ASKS, "\0", "\0", "\0") NAME A_IN), C(ASK), S(TELL) } },
		{ "in other letters", APP_DNS, SURE_CONFIRMED, true,
		    { C(ASK),
			S(HEAD(ID, TELLS, "\1", "\0", "\0") "\7eXAMPLE\2JP\0" A_IN ADDRESS) } },
		{ "no such name, EDNS", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD(ID, "\1\x20", "\0", "\0", "\1") NAME A_IN EDNS),
			S(HEAD(ID, "\x81\x83", "\0", "\1", "\1")
				NAME A_IN START_OF_AUTHORITY EDNS) } },
		{ "an alias that points back", APP_DNS, SURE_CONFIRMED, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\2", "\0", "\0") NAME A_IN ALIAS(
				  "\3www\xc0\x0c", "\6") "\xc0\x28" A_IN TTL "\0\4\xc0\0\2\1") } },
		{ "a tunnel", APP_DNS_TUNNEL, SURE_CONFIRMED, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") "\5\xfe\xff\0\x01\xc0\1t\2jp\0"
							 "\0\x0a\0\1"),
			S(HEAD(ID, "\x84\0", "\1", "\0", "\0") "\5\xfe\xff\0\x01\xc0\1t\2jp\0"
							       "\0\x0a\0\1\xc0\x0c\0\x0a\0\1" TTL
							       "\0\3\xff\xfe\0") } },
		{ "a name of 255 bytes", APP_DNS, SURE_LIKELY, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME_255 A_IN) } },
		{ "of another class", APP_DNS, SURE_LIKELY, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME "\0\x10\0\3") } },
		{ "of the third class", APP_DNS, SURE_LIKELY, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME "\0\x10\0\4") } },
		{ "addresses of another class", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME "\0\1\0\3"),
			S(HEAD(ID, TELLS, "\1", "\0", "\0") NAME "\0\1\0\3\xc0\x0c\0\1\0\3" TTL
								 "\0\6\2ch\0\1\2") } },
		{ "more than it was asked for", APP_DNS, SURE_CONFIRMED, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\0", "\0", "\4")
				      NAME A_IN ADDRESS ADDRESS ADDRESS EDNS) } },
		{ "an update with more", APP_DNS, SURE_LIKELY, true,
		    { C(HEAD(ID, "\x28\0", "\0", "\1", "\4") NAME
			"\0\6\0\1\xc0\x0c\0\1\0\xfe" ZERO_4
			"\0\0" ADDRESS ADDRESS ADDRESS ADDRESS) } },
		{ "answers on both sides", APP_DNS, SURE_LIKELY, true, { C(TELL), S(TELL) } },
		{ "a notice", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD(ID, "\x24\0", "\0", "\0", "\0") NAME "\0\6\0\1"),
			S(HEAD(ID, "\xa4\0", "\0", "\0", "\0") NAME "\0\6\0\1") } },
		{ "an update", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD(ID, "\x28\0", "\0", "\1", "\0") NAME "\0\6\0\1"
								  "\xc0\x0c\0\1\0\xff" ZERO_4
								  "\0\0"),
			S(HEAD(ID, "\xa8\0", "\0", "\0", "\0") NAME "\0\6\0\1") } },
		{ "the answer was seen first", APP_DNS, SURE_CONFIRMED, true, { C(TELL), S(ASK) } },
		{ "LLMNR in one flow", APP_DNS, SURE_CONFIRMED, true,
		    { C(HEAD(ID, "\0\0", "\0", "\0", "\0") NAME A_IN),
			S(HEAD(ID, "\x80\0", "\1", "\0", "\0") NAME A_IN ADDRESS) } },
		{ "a service", APP_DNS, SURE_LIKELY, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") "\5_ldap\4_tcp" NAME "\0\x21\0\1") } },
		{ "the client alone", APP_DNS, SURE_LIKELY, true, { C(ASK) } },
		{ "the client alone in TCP", APP_DNS, SURE_LIKELY, false, { C("\0\x1c" ASK) } },
		{ "a form error without its question", APP_DNS, SURE_LIKELY, true,
		    { C(ASK), S(ID "\x81\x81" ZERO_8) } },
		{ "another id", APP_DNS, SURE_LIKELY, true,
		    { C(ASK), S(HEAD("\x4c\xd3", TELLS, "\1", "\0", "\0") NAME A_IN ADDRESS) } },
		{ "another question", APP_DNS, SURE_LIKELY, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\0", "\0", "\0") NAME "\0\x1c\0\1") } },
		{ "a bad one behind a good one", APP_DNS, SURE_CONFIRMED, true,
		    { C(ASK), C(ASK "\0"), S(TELL) } },
		{ "the answer first in TCP", APP_DNS, SURE_LIKELY, false,
		    { C("\0\x2c" TELL), S("\0\x1c" ASK) } },
		{ "the begin of an answer alone", APP_DNS, SURE_LIKELY, false,
		    { S("\x20\0" TELL) } },
		{ "mail, text and a key", APP_DNS, SURE_CONFIRMED, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\3", "\0", "\0") NAME A_IN
				  "\xc0\x0c\0\x0f\0\1" TTL "\0\4\0\x0a\xc0\x0c"
				  "\xc0\x0c\0\x10\0\1" TTL "\0\4\1a\1b"
				  "\xc0\x0c\0\x1c\0\1" TTL "\0\x10" ZERO_16) } },
		{ "an answer of which the begin has come", APP_DNS, SURE_LIKELY, false,
		    { C("\0\x1c" ASK), S("\x20\0" TELL) } },
		{ "another kind of answer", APP_DNS, SURE_LIKELY, true,
		    { C(ASK), S(HEAD(ID, "\xa4\0", "\0", "\0", "\0") NAME A_IN) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_not_dns(void **state)
{
	static const struct conversation talks[] = {
		{ "a pointer to itself", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\1", "\0", "\0") NAME A_IN "\xc0\x1c" A_IN TTL
									    "\0\4\xc0\0\2\1") } },
		{ "pointers in a loop", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\2", "\0", "\0") NAME A_IN ALIAS("\1a\xc0\x34",
				  "\4") "\1b\xc0\x28\0\5\0\1" TTL "\0\2\xc0\x28") } },
		{ "labels that run into their pointer", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\1", "\0", "\0")
				      NAME A_IN ALIAS("\1a\1b\xc0\x28", "\6")) } },
		{ "a pointer in the question", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") "\1a\xc0\x0c" A_IN) } },
		{ "a pointer into the header", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\1", "\0", "\0") NAME A_IN "\xc0\4" A_IN TTL
									    "\0\4\xc0\0\2\1") } },
		{ "bytes behind the last record", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(TELL "x") } },
		{ "a label that runs into its pointer", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\2", "\0", "\0") NAME A_IN
				  "\xc0\x0c\0\x10\0\1" TTL "\0\2\1\4"
				  "\xc0\x29" A_IN TTL "\0\4\xc0\0\2\1") } },
		{ "an alias and a byte more", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\1", "\0", "\0")
				      NAME A_IN ALIAS("\3www\xc0\x0c\0", "\7")) } },
		{ "many names that share a long end", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") LABELS_120 A_IN),
			S(HEAD(ID, TELLS, "\x14", "\0", "\0")
				LABELS_120 A_IN ADDRESS_5 ADDRESS_5 ADDRESS_5 ADDRESS_5) } },
		{ "a question with two authorities", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\2", "\0") NAME A_IN ADDRESS ADDRESS) } },
		{ "a question with four records", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\4") NAME A_IN EDNS EDNS EDNS EDNS) } },
		{ "no error and no question", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(ID TELLS ZERO_8) } },
		{ "an error, no question and an answer", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(ID "\x81\x81\0\0\0\1" ZERO_4 NAME A_IN TTL "\0\4\xc0\0\2\1") } },
		{ "bytes behind the question", APP_UNKNOWN, SURE_NOT, true, { C(ASK "\0") } },
		{ "bytes behind the question in TCP", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\x1d" ASK "\0") } },
		{ "fewer records than it says", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\2", "\0", "\0") NAME A_IN ADDRESS) } },
		{ "a label of 64 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") "\x40" LABEL_60 "abcd\0" A_IN) } },
		{ "a name of 256 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME_256 A_IN) } },
		{ "an address of five bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(ASK), S(HEAD(ID, TELLS, "\1", "\0", "\0") NAME A_IN "\xc0\x0c" A_IN TTL
									    "\0\5\xc0\0\2\1\0") } },
		{ "a question with an answer", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\1", "\0", "\0") NAME A_IN ADDRESS) } },
		{ "two questions", APP_UNKNOWN, SURE_NOT, true,
		    { C(ID ASKS "\0\2" ZERO_4 "\0\0" NAME A_IN NAME A_IN) } },
		{ "an operation that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, "\x31\0", "\0", "\0", "\0") NAME A_IN) } },
		{ "a reserved bit", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, "\1\x40", "\0", "\0", "\0") NAME A_IN) } },
		{ "a class that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME "\0\1\0\2") } },
		{ "a NetBIOS name", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, "\1\x10", "\0", "\0", "\0") NETBIOS_NAME "\0\x20\0\1") } },
		{ "a NetBIOS state", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, "\0\0", "\0", "\0", "\0") NETBIOS_NAME "\0\x21\0\1") } },
		{ "multicast DNS asks", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD("\0\0", "\0\0", "\0", "\0", "\0") NAME "\0\x0c\0\1") } },
		{ "multicast DNS tells", APP_UNKNOWN, SURE_NOT, true,
		    { C("\0\0\x84\0\0\0\0\1" ZERO_4 NAME "\0\1\x80\1" TTL "\0\4\xc0\0\2\1") } },
		{ "LLMNR alone", APP_UNKNOWN, SURE_NOT, true,
		    { C(HEAD(ID, "\0\0", "\0", "\0", "\0") NAME A_IN) } },
		{ "a length that is too short", APP_UNKNOWN, SURE_NOT, false, { C("\0\x0b" ASK) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\0\x1c" ID ASKS "\0\1") } },
		{ "HTTP", APP_HTTP, SURE_LIKELY, false, { C("GET / HTTP/1.1\r\nHost: a\r\n") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_dns(void **state)
{
	static const struct conversation address = { "an address", APP_DNS, SURE_CONFIRMED, true,
		{ C(ASK), S(TELL) } };
	static const struct conversation records = { "records", APP_DNS, SURE_CONFIRMED, true,
		{ C(ASK), S(HEAD(ID, TELLS, "\3", "\0", "\0") NAME A_IN
			      "\xc0\x0c\0\x0f\0\1" TTL "\0\4\0\x0a\xc0\x0c"
			      "\xc0\x0c\0\x10\0\1" TTL "\0\4\1a\1b"
			      "\xc0\x0c\0\x1c\0\1" TTL "\0\x10" ZERO_16) } };
	static const struct conversation authority = { "an authority", APP_DNS, SURE_CONFIRMED,
		true,
		{ C(HEAD(ID, ASKS, "\0", "\0", "\0") NAME A_IN),
		    S(HEAD(ID, "\x81\x83", "\0", "\1", "\0") NAME A_IN START_OF_AUTHORITY) } };
	static const struct change address_changes[] = {
		{ "a question that is authoritative", 0, 2, 0x5 },
		{ "a question that is truncated", 0, 2, 0x3 },
		{ "a question that offers recursion", 0, 3, 0x80 },
		{ "a question with an error", 0, 3, 0x1 },
		{ "a label of another kind", 0, 12, 0x47 },
		{ "a label that runs on", 0, 12, 0xb },
		{ "no question at all", 0, 5, 0x0 },
		{ "an answer of no class", 1, 33, 0x2 },
		{ "an address of three bytes", 1, 39, 0x3 },
		{ "an answer without its question", 1, 5, 0x0 },
		{ "a name that points at the answer", 1, 29, 0x28 },
		{ "more answers than there are", 1, 7, 0x2 },
	};
	static const struct change records_changes[] = {
		{ "mail to nobody's name", 1, 42, 0x0 },
		{ "text that is too long", 1, 58, 0x2 },
		{ "text that is too short", 1, 56, 0x0 },
		{ "an address of 15 bytes", 1, 71, 0xf },
	};
	static const struct change authority_changes[] = {
		{ "a server without a name", 1, 40, 0x3 },
		{ "a mailbox without a name", 1, 45, 0x5 },
		{ "numbers that do not fit", 1, 39, 0x1f },
	};

	(void)state;
	check_changes(&address, address_changes, sizeof address_changes / sizeof *address_changes);
	check_changes(&records, records_changes, sizeof records_changes / sizeof *records_changes);
	check_changes(
	    &authority, authority_changes, sizeof authority_changes / sizeof *authority_changes);
}

static void
test_dhcp(void **state)
{
	static const struct conversation talks[] = {
		{ "discover", APP_DHCP, SURE_CONFIRMED, true,
		    { C(BOOTP("\1") COOKIE "\x35\1\1\x37\2\1\3\xff\0\0") } },
		{ "an offer", APP_DHCP, SURE_CONFIRMED, true,
		    { C(BOOTP("\2") COOKIE "\x35\1\2\x36\4\xc0\0\2\1\xff") } },
		{ "without an end", APP_DHCP, SURE_CONFIRMED, true,
		    { C(BOOTP("\1") COOKIE "\x35\1\3") } },
		{ "with bytes between", APP_DHCP, SURE_CONFIRMED, true,
		    { C(BOOTP("\1") COOKIE "\0\x35\1\x08\xff") } },
		{ "DHCPv6, for a site's settings", APP_DHCP, SURE_CONFIRMED, true,
		    { C("\x0b\1\2\3\0\6\0\2\0\x17"), S("\7\1\2\3" SERVER_ID) } },
		{ "DHCPv6 renewed", APP_DHCP, SURE_CONFIRMED, true,
		    { C("\5\1\2\3" CLIENT_ID SERVER_ID), S("\7\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, another client", APP_DHCP, SURE_LIKELY, true,
		    { C("\1\1\2\3" CLIENT_ID),
			S("\2\1\2\3\0\1\0\x0a\0\3\0\1\2\0\0\0\0\3" SERVER_ID) } },
		{ "DHCPv6, another kind of answer", APP_DHCP, SURE_LIKELY, true,
		    { C("\5\1\2\3" CLIENT_ID SERVER_ID), S("\2\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, an offer is answered", APP_DHCP, SURE_LIKELY, true,
		    { C("\2\1\2\3" CLIENT_ID SERVER_ID), S("\7\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, a call is answered", APP_DHCP, SURE_LIKELY, true,
		    { C("\x0a\1\2\3" CLIENT_ID SERVER_ID), S("\7\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, requests on both sides", APP_DHCP, SURE_LIKELY, true,
		    { C("\1\1\2\3" CLIENT_ID), S("\5\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, answers on both sides", APP_DHCP, SURE_LIKELY, true,
		    { C("\7\1\2\3" CLIENT_ID SERVER_ID), S("\7\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6", APP_DHCP, SURE_CONFIRMED, true,
		    { C("\1\1\2\3" CLIENT_ID), S("\2\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6 by a relay", APP_DHCP, SURE_CONFIRMED, true,
		    { C("\x0c\0" ZERO_16 ZERO_16 "\0\x09\0\x12\1\1\2\3" CLIENT_ID),
			S("\x0d\0" ZERO_16 ZERO_16 "\0\x09\0\x20\2\1\2\3" CLIENT_ID SERVER_ID) } },
		{ "DHCPv6, a client alone", APP_DHCP, SURE_LIKELY, true,
		    { C("\1\1\2\3" CLIENT_ID) } },
		{ "DHCPv6, another transaction", APP_DHCP, SURE_LIKELY, true,
		    { C("\1\1\2\3" CLIENT_ID), S("\2\1\2\4" CLIENT_ID SERVER_ID) } },
		{ "an offer by a client", APP_UNKNOWN, SURE_NOT, true,
		    { C(BOOTP("\1") COOKIE "\x35\1\2\xff") } },
		{ "BOOTP", APP_UNKNOWN, SURE_NOT, true, { C(BOOTP("\1") COOKIE "\xff") } },
		{ "another cookie", APP_UNKNOWN, SURE_NOT, true,
		    { C(BOOTP("\1") "\x63\x82\x53\x64\x35\1\1\xff") } },
		{ "an option that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C(BOOTP("\1") COOKIE "\x35\1\1\x37\4\1\3") } },
		{ "two types", APP_UNKNOWN, SURE_NOT, true,
		    { C(BOOTP("\1") COOKIE "\x35\1\1\x35\1\3\xff") } },
		{ "DHCPv6 without a client", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3\0\6\0\2\0\x17") } },
		{ "DHCPv6 by a server without a name", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3" CLIENT_ID), S("\7\1\2\3" CLIENT_ID) } },
		{ "DHCPv6 with a byte too many", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3" CLIENT_ID "\0") } },
		{ "DHCPv6 of two clients", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3" CLIENT_ID CLIENT_ID) } },
		{ "DHCPv6 of a client without a name", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3\0\1\0\0") } },
		{ "DHCPv6 of a client with a long name", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3\0\1\0\x83\0\3\0" ZERO_64 ZERO_64) } },
		{ "DHCPv6, an offer by nobody", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\1\2\3" CLIENT_ID), S("\2\1\2\3" CLIENT_ID) } },
		{ "DHCPv6, called by nobody", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x0a\1\2\3" CLIENT_ID) } },
		{ "a relay of nothing", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x0c\0" ZERO_16 ZERO_16 CLIENT_ID) } },
		{ "DHCPv6 of two relays alone", APP_DHCP, SURE_LIKELY, true,
		    { C(RELAY("\0\x38") RELAY("\0\x12") "\1\1\2\3" CLIENT_ID) } },
		{ "nine relays", APP_UNKNOWN, SURE_NOT, true,
		    { C(RELAY("\1\x42") RELAY("\1\x1c") RELAY("\0\xf6") RELAY("\0\xd0")
			    RELAY("\0\xaa") RELAY("\0\x84") RELAY("\0\x5e") RELAY("\0\x38")
				RELAY("\0\x12") "\1\1\2\3" CLIENT_ID) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_dhcp(void **state)
{
	static const struct conversation discover = { "discover", APP_DHCP, SURE_CONFIRMED, true,
		{ C(BOOTP("\1") COOKIE "\x35\1\1\xff") } };
	static const struct conversation solicit = { "DHCPv6", APP_DHCP, SURE_CONFIRMED, true,
		{ C("\1\1\2\3" CLIENT_ID "\0\x08\0\2\0\0"), S("\2\1\2\3" CLIENT_ID SERVER_ID) } };
	static const struct change discover_changes[] = {
		{ "neither asked nor told", 0, 0, 0x3 },
		{ "no hardware", 0, 1, 0x0 },
		{ "an address of 17 bytes", 0, 2, 0x11 },
		{ "17 hops", 0, 3, 0x11 },
		{ "half a type", 0, 241, 0x2 },
		{ "type 19", 0, 242, 0x13 },
		{ "no type", 0, 242, 0x0 },
		{ "a server's type", 0, 242, 0x2 },
	};
	static const struct change solicit_changes[] = {
		{ "type 14", 0, 0, 0xe },
		{ "no type", 0, 0, 0x0 },
		{ "option 0", 0, 19, 0x0 },
		{ "option 2056", 0, 18, 0x8 },
		{ "an identifier that does not fit", 0, 7, 0xff },
		{ "an option that does not fit", 0, 21, 0x3 },
	};

	(void)state;
	check_changes(
	    &discover, discover_changes, sizeof discover_changes / sizeof *discover_changes);
	check_changes(&solicit, solicit_changes, sizeof solicit_changes / sizeof *solicit_changes);
}

static void
test_ntp(void **state)
{
	static const struct conversation talks[] = {
		{ "version 4", APP_NTP, SURE_CONFIRMED, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x24\2\6\xec", ZERO_4, SENT, SENT_BACK)) } },
		{ "version 3 with a digest", APP_NTP, SURE_CONFIRMED, true,
		    { C(NTP("\xdb\0\6\xec", ZERO_4, ZERO_8, SENT) "\0\0\0\1" ZERO_16),
			S(NTP("\x1c\2\6\xec", ZERO_4, SENT, SENT_BACK) "\0\0\0\1" ZERO_16) } },
		{ "peers", APP_NTP, SURE_CONFIRMED, true,
		    { C(NTP("\x21\2\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x21\2\6\xec", ZERO_4, SENT, SENT_BACK)) } },
		{ "the second question's answer", APP_NTP, SURE_CONFIRMED, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, "\xe9\0\0\0\0\0\0\1")),
			C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x24\2\6\xec", ZERO_4, SENT, SENT_BACK)) } },
		{ "control", APP_NTP, SURE_CONFIRMED, true,
		    { C("\x16\2\0\7" ZERO_8), S("\x16\x82\0\7\6\x15\0\0\0\0\0\4a=1\n") } },
		{ "SNTP that says no time", APP_NTP, SURE_LIKELY, true,
		    { C("\x1b\0\0\0" ZERO_8 ZERO_4 ZERO_16 ZERO_16),
			S(NTP("\x1c\2\0\xec", ZERO_4, ZERO_8, SENT_BACK)) } },
		{ "the client alone", APP_NTP, SURE_LIKELY, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)) } },
		{ "a broadcast", APP_NTP, SURE_LIKELY, true,
		    { C(NTP("\x25\2\6\xec", ZERO_4, ZERO_8, SENT)) } },
		{ "another number", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x16\2\0\7" ZERO_8), S("\x16\x82\0\x08\6\x15\0\0\0\0\0\4a=1\n") } },
		{ "another operation", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x16\2\0\7" ZERO_8), S("\x16\x81\0\7\6\x15\0\0\0\0\0\4a=1\n") } },
		{ "more of an answer", APP_NTP, SURE_CONFIRMED, true,
		    { C("\x16\2\0\7" ZERO_8), S("\x16\x82\0\7\6\x15\0\0\1\xd4\0\4a=1\n") } },
		{ "a trap is unset", APP_NTP, SURE_CONFIRMED, true,
		    { C("\x16\x1f\0\7" ZERO_8), S("\x16\x9f\0\7" ZERO_8) } },
		{ "a passive peer", APP_NTP, SURE_CONFIRMED, true,
		    { C(NTP("\x21\2\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x22\2\6\xec", ZERO_4, SENT, SENT_BACK)) } },
		{ "an answer as a peer's", APP_NTP, SURE_LIKELY, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x21\2\6\xec", ZERO_4, SENT, SENT_BACK)) } },
		{ "another time", APP_NTP, SURE_LIKELY, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x24\2\6\xec", ZERO_4, SENT_BACK, SENT_BACK)) } },
		{ "control alone", APP_UNKNOWN, SURE_NOT, true, { C("\x16\2\0\7" ZERO_8) } },
		{ "a broadcast that was not sent", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x25\2\6\xec", ZERO_4, ZERO_8, ZERO_8)) } },
		{ "half a control message", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x16\2\0\7"), S("\x16\x82\0\7\6\x15\0\0\0\0\0\4a=1\n") } },
		{ "control of nothing", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x16\0\0\7" ZERO_8), S("\x16\x80\0\7" ZERO_8) } },
		{ "a stratum that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x23\x11\6\xec", ZERO_4, ZERO_8, SENT)) } },
		{ "a delay of an hour", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x23\0\6\xec", "\x0e\x10\0\0", ZERO_8, SENT)) } },
		{ "a version that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x2b\0\6\xec", ZERO_4, ZERO_8, SENT)) } },
		{ "an answer that was not sent", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
			S(NTP("\x24\2\6\xec", ZERO_4, SENT, ZERO_8)) } },
		{ "49 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT) "\0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_ntp(void **state)
{
	static const struct conversation time = { "time", APP_NTP, SURE_CONFIRMED, true,
		{ C(NTP("\x23\0\6\xec", ZERO_4, ZERO_8, SENT)),
		    S(NTP("\x24\2\6\xec", ZERO_4, SENT, SENT_BACK)) } };
	static const struct conversation control = { "control", APP_NTP, SURE_CONFIRMED, true,
		{ C("\x16\2\0\7" ZERO_8), S("\x16\x82\0\7\6\x15\0\0\0\0\0\4a=1\n") } };
	static const struct change time_changes[] = {
		{ "version 1", 0, 0, 0xb },
		{ "no mode", 0, 0, 0x20 },
		{ "mode 7", 0, 0, 0x27 },
		{ "every 36 hours", 0, 2, 0x12 },
		{ "as precise as a day", 0, 3, 0x21 },
		{ "spread over an hour", 0, 8, 0xe },
	};
	static const struct change control_changes[] = {
		{ "no operation", 0, 1, 0x0 },
		{ "operation 13", 0, 1, 0xd },
		{ "a request with an error", 0, 1, 0x42 },
		{ "a request from the middle", 0, 9, 0x1 },
		{ "data that are not there", 1, 11, 0x5 },
	};

	(void)state;
	check_changes(&time, time_changes, sizeof time_changes / sizeof *time_changes);
	check_changes(&control, control_changes, sizeof control_changes / sizeof *control_changes);
}

static void
test_snmp(void **state)
{
	static const struct conversation talks[] = {
		{ "version 2c", APP_SNMP, SURE_CONFIRMED, true,
		    { C(GET("\1\2\3\4")), S(GOT("\1\2\3\4")) } },
		{ "version 3, discovery", APP_SNMP, SURE_CONFIRMED, true,
		    { C(SNMP_3("\x12\x34", "\4", "\xa0")), S(SNMP_3("\x12\x34", "\0", "\xa8")) } },
		{ "the client alone", APP_SNMP, SURE_LIKELY, true, { C(GET("\1\2\3\4")) } },
		{ "a trap", APP_SNMP, SURE_LIKELY, true, { C(TRAP) } },
		{ "another id", APP_SNMP, SURE_LIKELY, true,
		    { C(GET("\1\2\3\4")), S(GOT("\1\2\3\5")) } },
		{ "the request came back", APP_SNMP, SURE_LIKELY, true,
		    { C(GET("\1\2\3\4")), S(GET("\1\2\3\4")) } },
		{ "answers on both sides", APP_SNMP, SURE_LIKELY, true,
		    { C(GOT("\1\2\3\4")), S(GOT("\1\2\3\4")) } },
		{ "version 3 asks on both sides", APP_SNMP, SURE_LIKELY, true,
		    { C(SNMP_3("\x12\x34", "\4", "\xa0")), S(SNMP_3("\x12\x34", "\4", "\xa0")) } },
		{ "another message of version 3", APP_SNMP, SURE_LIKELY, true,
		    { C(SNMP_3("\x12\x34", "\4", "\xa0")), S(SNMP_3("\x12\x35", "\0", "\xa8")) } },
		{ "version 3, encrypted", APP_SNMP, SURE_LIKELY, true,
		    { C("\x30\x27\2\1\3\x30\x0e\2\2\1\2\2\2\5\xdc\4\1\7\2\1\3\4\x08" ZERO_8
			"\4\x08" ZERO_8) } },
		{ "version 2's report of version 1", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x25\2\1\1" PUBLIC
			"\xa4\x18\6\5\x2b\6\1\4\1\x40\4\xc0\0\2\1\2\1\0\2\1\0\x43\1\0\x30\0") } },
		{ "more than what is asked", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x28\2\1\1" PUBLIC "\xa0\x19\2\4\1\2\3\4\2\1\0\2\1\0"
			"\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0\5\0") } },
		{ "version 4", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x26\2\1\4" PUBLIC "\xa0\x19\2\4\1\2\3\4\2\1\0\2\1\0"
			"\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0") } },
		{ "a byte too many", APP_UNKNOWN, SURE_NOT, true, { C(GET("\1\2\3\4") "\0") } },
		{ "a byte too few", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x27\2\1\1" PUBLIC "\xa0\x19\2\4\1\2\3\4\2\1\0\2\1\0"
			"\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0") } },
		{ "a list that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x26\2\1\1" PUBLIC "\xa0\x19\2\4\1\2\3\4\2\1\0\2\1\0"
			"\x30\x0c\x30\x09\6\5\x2b\6\1\2\1\5\0") } },
		{ "an unending length", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x80\2\1\1" PUBLIC "\xa0\x19\2\4\1\2\3\4\2\1\0\2\1\0\x30\0\0\0") } },
		{ "an operation that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x30\x26\2\1\1" PUBLIC "\xa9\x19\2\4\1\2\3\4\2\1\0\2\1\0"
			"\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_snmp(void **state)
{
	static const struct conversation two = { "version 2c", APP_SNMP, SURE_CONFIRMED, true,
		{ C(GET("\1\2\3\4")), S(GOT("\1\2\3\4")) } };
	static const struct conversation trap = { "a trap", APP_SNMP, SURE_LIKELY, true,
		{ C(TRAP) } };
	static const struct conversation three = { "version 3", APP_SNMP, SURE_CONFIRMED, true,
		{ C(SNMP_3("\x12\x34", "\4", "\xa0")), S(SNMP_3("\x12\x34", "\0", "\xa8")) } };
	static const struct change two_changes[] = {
		{ "version 1 of parties", 0, 4, 0x2 },
		{ "a community of another kind", 0, 5, 0x2 },
		{ "version 1's trap", 0, 13, 0xa4 },
		{ "not of this context", 0, 13, 0xe0 },
		{ "shorter than it says", 0, 14, 0x18 },
		{ "an error of a negative kind", 0, 23, 0x80 },
		{ "an error of a negative place", 0, 26, 0x80 },
		{ "no list", 0, 27, 0x31 },
		{ "more than variables", 0, 28, 0 },
		{ "no variables", 0, 29, 0x31 },
		{ "a variable without a name", 0, 31, 0x5 },
	};
	static const struct change trap_changes[] = {
		{ "nobody's trap", 0, 15, 0x4 },
		{ "an address of another kind", 0, 22, 0x41 },
		{ "trap 7", 0, 30, 0x7 },
		{ "time of another kind", 0, 34, 0x44 },
		{ "version 2's operation", 0, 13, 0xa7 },
	};
	static const struct change three_changes[] = {
		{ "a number that is negative", 0, 9, 0x80 },
		{ "messages of 220 bytes", 0, 13, 0x0 },
		{ "flags that are reserved", 0, 17, 0x8 },
		{ "flags of two bytes", 0, 16, 0x2 },
		{ "no model", 0, 20, 0x0 },
		{ "no parameters", 0, 21, 0x5 },
		{ "a scope of another kind", 0, 39, 0x31 },
		{ "a scope that is shorter", 0, 40, 0x11 },
	};

	(void)state;
	check_changes(&two, two_changes, sizeof two_changes / sizeof *two_changes);
	check_changes(&trap, trap_changes, sizeof trap_changes / sizeof *trap_changes);
	check_changes(&three, three_changes, sizeof three_changes / sizeof *three_changes);
}

static void
test_ldap(void **state)
{
	static const struct conversation talks[] = {
		{ "bind", APP_LDAP, SURE_CONFIRMED, false, { C(BIND("\1")), S(BOUND("\1")) } },
		{ "lengths of five bytes", APP_LDAP, SURE_CONFIRMED, false,
		    { C(BIND("\1")), S("\x30\x84\0\0\0\x10\2\1\1\x61\x84\0\0\0\7" RESULT) } },
		{ "search", APP_LDAP, SURE_CONFIRMED, false, { C(SEARCH), S(ENTRY) } },
		{ "search in UDP", APP_LDAP, SURE_CONFIRMED, true, { C(SEARCH), S(ENTRY) } },
		{ "a domain controller's answer", APP_LDAP, SURE_CONFIRMED, true,
		    { C(SEARCH), S(ENTRY DONE) } },
		{ "all answers in one datagram", APP_LDAP, SURE_CONFIRMED, true,
		    { C(SEARCH), S(ENTRY ENTRY "\x30\x0e\2\1\1\x73\x09\4\7ldap://" DONE) } },
		{ "answers to two searches in one", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH), S(ENTRY "\x30\x0c\2\1\2\x65\7" RESULT) } },
		{ "two searches in one datagram", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH SEARCH), S(ENTRY DONE) } },
		{ "an answer and a bind's", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH), S(ENTRY BOUND("\1")) } },
		{ "a bind's answer, and a search's", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH), S(BOUND("\1") DONE) } },
		{ "answers of which the last is cut", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH), S(ENTRY "\x30\x0c\2\1\1\x65\7\x0a\1\0\4") } },
		{ "a copy is kept up to date", APP_LDAP, SURE_CONFIRMED, false,
		    { C(SEARCH), S("\x30\5\2\1\1\x79\0") } },
		{ "StartTLS", APP_LDAP, SURE_CONFIRMED, false,
		    { C(START_TLS), S("\x30\x0c\2\1\1\x78\7" RESULT), C(HELLO) } },
		{ "answers in another order", APP_LDAP, SURE_CONFIRMED, false,
		    { C(BIND("\1")), C(BIND("\2")), S(BOUND("\2")) } },
		{ "found nothing", APP_LDAP, SURE_CONFIRMED, false,
		    { C(SEARCH), S("\x30\x0c\2\1\1\x65\7" RESULT) } },
		{ "found elsewhere", APP_LDAP, SURE_CONFIRMED, false,
		    { C(SEARCH), S("\x30\x0e\2\1\1\x73\x09\4\7ldap://") } },
		{ "changed", APP_LDAP, SURE_CONFIRMED, false,
		    { C("\x30\x09\2\1\1\x66\4\4\0\x30\0"), S("\x30\x0c\2\1\1\x67\7" RESULT) } },
		{ "added", APP_LDAP, SURE_CONFIRMED, false,
		    { C("\x30\x09\2\1\1\x68\4\4\0\x30\0"), S("\x30\x0c\2\1\1\x69\7" RESULT) } },
		{ "deleted", APP_LDAP, SURE_CONFIRMED, false,
		    { C("\x30\x09\2\1\1\x4a\4o=jp"), S("\x30\x0c\2\1\1\x6b\7" RESULT) } },
		{ "renamed", APP_LDAP, SURE_CONFIRMED, false,
		    { C("\x30\x0c\2\1\1\x6c\7\4\0\4\0\1\1\0"), S("\x30\x0c\2\1\1\x6d\7" RESULT) } },
		{ "compared", APP_LDAP, SURE_CONFIRMED, false,
		    { C("\x30\x0d\2\1\1\x6e\x08\4\0\x30\4\4\0\4\0"),
			S("\x30\x0c\2\1\1\x6f\7" RESULT) } },
		{ "bind by SASL", APP_LDAP, SURE_LIKELY, false,
		    { C("\x30\x0e\2\1\1\x60\x09\2\1\3\4\0\xa3\2\4\0") } },
		{ "answered before the end", APP_LDAP, SURE_CONFIRMED, false,
		    { C(START_TLS), S("\x30\5\2\1\1\x79\0") } },
		{ "given up", APP_LDAP, SURE_LIKELY, false, { C("\x30\6\2\1\2\x50\1\1") } },
		{ "goodbye", APP_LDAP, SURE_LIKELY, false, { C("\x30\5\2\1\1\x42\0") } },
		{ "Microsoft's bind", APP_LDAP, SURE_LIKELY, false,
		    { C("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x89\0") } },
		{ "the client alone", APP_LDAP, SURE_LIKELY, false, { C(SEARCH) } },
		{ "another id", APP_LDAP, SURE_LIKELY, false, { C(BIND("\1")), S(BOUND("\2")) } },
		{ "another kind of answer", APP_LDAP, SURE_LIKELY, false,
		    { C(BIND("\1")), S(ENTRY) } },
		{ "a copy must be renewed", APP_LDAP, SURE_CONFIRMED, false,
		    { C(SEARCH), S("\x30\x0d\2\1\1\x65\x08\x0a\2\x10\0\4\0\4\0") } },
		{ "a result above all", APP_UNKNOWN, SURE_NOT, false,
		    { C(SEARCH), S("\x30\x0d\2\1\1\x65\x08\x0a\2\x10\1\4\0\4\0") } },
		{ "the last version", APP_LDAP, SURE_LIKELY, false,
		    { C("\x30\x0c\2\1\1\x60\7\2\1\x7f\4\0\x80\0") } },
		{ "Microsoft's last bind", APP_LDAP, SURE_LIKELY, false,
		    { C("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x8b\0") } },
		{ "a datagram that is cut", APP_LDAP, SURE_CONFIRMED, true,
		    { C(SEARCH),
			S("\x30\x82\x20\0\2\1\1\x64\x82\x1f\xf9\4\0\x30\x82\x1f\xf3" ZERO_4079) } },
		{ "an identifier of 256 bytes", APP_LDAP, SURE_LIKELY, false,
		    { C("\x30\x82\x01\x0b\x02\x01\x01\x77\x82\x01\x04\x80\x82\x01"
			"\x00" IDENTIFIER_256) } },
		{ "an identifier of 257 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x82\x01\x0c\x02\x01\x01\x77\x82\x01\x05\x80\x82\x01"
			"\x01" IDENTIFIER_256 "1") } },
		{ "an id of nine bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x14\2\x09" ZERO_8 "\1\x60\7\2\1\3\4\0\x80\0") } },
		{ "a length of six bytes, as if of five", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x85\0\0\0\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0") } },
		{ "an operation that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x0c\2\1\1\x7e\7\2\1\3\4\0\x80\0") } },
		{ "an operation that does not fit", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x0c\2\1\1\x60\x08\2\1\3\4\0\x80\0") } },
		{ "an id that is negative", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x0c\2\1\xff\x60\7\2\1\3\4\0\x80\0") } },
		{ "a way to bind that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x81\0") } },
		{ "another way to bind that is none", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x8c\0") } },
		{ "more than a search in UDP", APP_UNKNOWN, SURE_NOT, true,
		    { C(SEARCH "\0"), S(ENTRY) } },
		{ "goodbye and more", APP_UNKNOWN, SURE_NOT, false, { C("\x30\6\2\1\1\x42\1\0") } },
		{ "a message of 16 MB", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x84\1\0\0\0\2\1\1\x60\7\2\1\3\4\0\x80\0") } },
		{ "SNMP", APP_UNKNOWN, SURE_NOT, false, { C(GET("\1\2\3\4")) } },
		{ "a length of six bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x30\x85\0\0\0\0\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x30\x0c\2\1\1\x60") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_ldap(void **state)
{
	static const struct conversation bind = { "bind", APP_LDAP, SURE_CONFIRMED, false,
		{ C(BIND("\1")), S(BOUND("\1")) } };
	static const struct conversation search = { "search", APP_LDAP, SURE_CONFIRMED, false,
		{ C(SEARCH), S(ENTRY) } };
	static const struct conversation tls = { "StartTLS", APP_LDAP, SURE_CONFIRMED, false,
		{ C(START_TLS), S("\x30\x0c\2\1\1\x78\7" RESULT) } };
	static const struct change bind_changes[] = {
		{ "not a sequence", 0, 0, 0x31 },
		{ "longer than it says", 0, 1, 0xb },
		{ "an id of another kind", 0, 2, 0x4 },
		{ "no version", 0, 9, 0x0 },
		{ "version 128", 0, 9, 0x80 },
		{ "a name of another kind", 0, 10, 0x30 },
		{ "a name of indefinite length", 0, 11, 0x80 },
		{ "no result", 1, 7, 0x2 },
		{ "a name of a result", 1, 10, 0x5 },
		{ "a text of a result", 1, 12, 0x5 },
		{ "not an application's", 1, 5, 0xa1 },
	};
	static const struct change search_changes[] = {
		{ "a base of another kind", 0, 7, 0x5 },
		{ "scope 4", 0, 11, 0x4 },
		{ "aliases 4", 0, 14, 0x4 },
		{ "a limit below zero", 0, 17, 0x80 },
		{ "a time below zero", 0, 20, 0x80 },
		{ "an entry without a name", 1, 7, 0x5 },
		{ "an entry without attributes", 1, 9, 0x31 },
	};
	static const struct change tls_changes[] = {
		{ "what is extended", 0, 7, 0x81 },
		{ "an identifier of another kind", 0, 30, 'x' },
		{ "an identifier with a slash", 0, 10, '/' },
		{ "an identifier with a colon", 0, 10, ':' },
		{ "no identifier", 0, 8, 0 },
	};

	(void)state;
	check_changes(&bind, bind_changes, sizeof bind_changes / sizeof *bind_changes);
	check_changes(&search, search_changes, sizeof search_changes / sizeof *search_changes);
	check_changes(&tls, tls_changes, sizeof tls_changes / sizeof *tls_changes);
}

/* What has no room for what must be in it is ruled out while more may come. */
static void
test_no_room(void **state)
{
	static const struct conversation talks[] = {
		{ "LDAP, an empty sequence", APP_LDAP, SURE_NOT, false, { C("\x30\0") } },
		{ "LDAP, an id alone", APP_LDAP, SURE_NOT, false, { C("\x30\3\2\1\1") } },
		{ "LDAP, an empty id", APP_LDAP, SURE_NOT, false, { C("\x30\2\2\0") } },
		{ "Kerberos, a version alone", APP_KERBEROS, SURE_NOT, true,
		    { C("\x6a\7\x30\5\xa1\3\2\1\5") } },
	};

	(void)state;
	check_ruled_out(talks, sizeof talks / sizeof *talks);
}

static void
test_kerberos(void **state)
{
	static const struct conversation talks[] = {
		{ "an error", APP_KERBEROS, SURE_CONFIRMED, true,
		    { C(AS_REQUEST), S(ERROR("\5")) } },
		{ "in TCP", APP_KERBEROS, SURE_CONFIRMED, false,
		    { C("\0\0\0\x46" AS_REQUEST), S("\0\0\0\x4b" ERROR("\5")) } },
		{ "a ticket", APP_KERBEROS, SURE_CONFIRMED, false,
		    { C("\0\0\0\x46" AS_REQUEST), S(REP("\x6b", "\x0b")) } },
		{ "a service's ticket", APP_KERBEROS, SURE_CONFIRMED, false,
		    { C(TGS_REQUEST), S(REP("\x6d", "\x0d")) } },
		{ "an error for a service's ticket", APP_KERBEROS, SURE_CONFIRMED, false,
		    { C(TGS_REQUEST), S("\0\0\0\x4b" ERROR("\5")) } },
		{ "answers on both sides", APP_KERBEROS, SURE_LIKELY, true,
		    { C(ERROR("\5")), S(ERROR("\5")) } },
		{ "the client alone", APP_KERBEROS, SURE_LIKELY, true, { C(AS_REQUEST) } },
		{ "another kind of answer", APP_KERBEROS, SURE_LIKELY, false,
		    { C("\0\0\0\x46" AS_REQUEST), S(REP("\x6d", "\x0d")) } },
		{ "version 4", APP_UNKNOWN, SURE_NOT, true, { C(AS_REQUEST), S(ERROR("\4")) } },
		{ "a type that is not its tag's", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x46" AS_REQUEST), S(REP("\x6b", "\x0d")) } },
		{ "a length that is not the message's", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x47" AS_REQUEST "\0") } },
		{ "a field that holds more", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x6a\x0e\x30\x0c\xa1\5\2\1\5\5\0\xa2\3\2\1\x0a") } },
		{ "less than any request", APP_UNKNOWN, SURE_NOT, false,
		    { C("\0\0\0\x0e\x6a\x0c\x30\x0a\xa1\3\2\1\5\xa2\3\2\1\x0a") } },
		{ "a request to a service", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x6e\x0c\x30\x0a\xa0\3\2\1\5\xa1\3\2\1\x0e") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\0\0\0\x46\x6a\x44\x30\x42\xa1\3") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_kerberos(void **state)
{
	static const struct conversation tcp = { "in TCP", APP_KERBEROS, SURE_CONFIRMED, false,
		{ C("\0\0\0\x46" AS_REQUEST), S("\0\0\0\x4b" ERROR("\5")) } };
	static const struct change tcp_changes[] = {
		{ "16 MB", 0, 0, 0x1 },
		{ "15 bytes", 0, 3, 0xf },
		{ "not an application's", 0, 4, 0xaa },
		{ "not constructed", 0, 4, 0x4a },
		{ "a message that is not first", 0, 4, 0x69 },
		{ "a sequence that is shorter", 0, 7, 0x41 },
		{ "not a sequence", 0, 6, 0x31 },
		{ "another field", 0, 8, 0xa0 },
		{ "version 4", 0, 12, 0x4 },
		{ "another type", 0, 17, 0xc },
		{ "a longer field", 0, 9, 0x4 },
		{ "no error", 1, 4, 0x7d },
	};

	(void)state;
	check_changes(&tcp, tcp_changes, sizeof tcp_changes / sizeof *tcp_changes);
}

static void
test_radius(void **state)
{
	static const struct conversation talks[] = {
		{ "accepted", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\x2a")), S("\2\x2a\0\x14" SECRET) } },
		{ "challenged", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\x2a")), S("\x0b\x2a\0\x18" SECRET "\x18\4ab") } },
		{ "accounted", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\4\1\0\x1a" SECRET "\x28\6\0\0\0\1"), S("\5\1\0\x14" SECRET) } },
		{ "disconnected", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\x28\1\0\x1a" SECRET "\1\6user"), S("\x29\1\0\x14" SECRET) } },
		{ "refused", APP_RADIUS, SURE_CONFIRMED, true,
		    { C(ACCESS("\x2a")), S("\3\x2a\0\x14" SECRET) } },
		{ "in good state", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\x0c\1\0\x26" SECRET "\x50\x12" ZERO_16), S("\2\1\0\x14" SECRET) } },
		{ "in bad state", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\x0c\1\0\x26" SECRET "\x50\x12" ZERO_16), S("\3\1\0\x14" SECRET) } },
		{ "in good state for accounts", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\x0c\1\0\x26" SECRET "\x50\x12" ZERO_16), S("\5\1\0\x14" SECRET) } },
		{ "not changed", APP_RADIUS, SURE_CONFIRMED, true,
		    { C("\x2b\1\0\x1a" SECRET "\1\6user"), S("\x2d\1\0\x14" SECRET) } },
		{ "changed as disconnected", APP_RADIUS, SURE_LIKELY, true,
		    { C("\x2b\1\0\x1a" SECRET "\1\6user"), S("\x29\1\0\x14" SECRET) } },
		{ "an answer alone", APP_UNKNOWN, SURE_NOT, true, { C("\2\x2a\0\x14" SECRET) } },
		{ "the client alone", APP_RADIUS, SURE_LIKELY, true, { C(ACCESS("\x2a")) } },
		{ "another identifier", APP_RADIUS, SURE_LIKELY, true,
		    { C(ACCESS("\x2a")), S("\2\x2b\0\x14" SECRET) } },
		{ "another kind of answer", APP_RADIUS, SURE_LIKELY, true,
		    { C(ACCESS("\x2a")), S("\5\x2a\0\x14" SECRET) } },
		{ "a length that is not the datagram's", APP_UNKNOWN, SURE_NOT, true,
		    { C(ACCESS("\x2a") "\0") } },
		{ "an attribute that does not fit", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\x2a\0\x1a" SECRET "\1\7user") } },
		{ "an attribute of one byte", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\x2a\0\x1a" SECRET "\1\1\1\4us") } },
		{ "nobody's request", APP_UNKNOWN, SURE_NOT, true,
		    { C("\1\x2a\0\x14" SECRET), S("\2\x2a\0\x14" SECRET) } },
		{ "nobody's account", APP_UNKNOWN, SURE_NOT, true,
		    { C("\4\x2a\0\x14" SECRET), S("\5\x2a\0\x14" SECRET) } },
		{ "a code that is none", APP_UNKNOWN, SURE_NOT, true,
		    { C("\6\x2a\0\x1a" SECRET "\1\6user") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_radius(void **state)
{
	static const struct conversation access = { "accepted", APP_RADIUS, SURE_CONFIRMED, true,
		{ C(ACCESS("\x2a")), S("\2\x2a\0\x14" SECRET) } };
	static const struct change access_changes[] = {
		{ "no code", 0, 0, 0x0 },
		{ "code 13", 0, 0, 0xd },
		{ "code 46", 0, 0, 0x2e },
		{ "a length of 33", 0, 3, 0x21 },
		{ "attribute 0", 0, 20, 0x0 },
		{ "an attribute of no bytes", 0, 21, 0x0 },
		{ "an attribute that runs on", 0, 27, 0x7 },
		{ "an answer of no code", 1, 0, 0x27 },
	};

	(void)state;
	check_changes(&access, access_changes, sizeof access_changes / sizeof *access_changes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_near_dns),
		cmocka_unit_test(test_not_dns),
		cmocka_unit_test(test_dhcp),
		cmocka_unit_test(test_near_dhcp),
		cmocka_unit_test(test_ntp),
		cmocka_unit_test(test_near_ntp),
		cmocka_unit_test(test_snmp),
		cmocka_unit_test(test_near_snmp),
		cmocka_unit_test(test_ldap),
		cmocka_unit_test(test_near_ldap),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_kerberos),
		cmocka_unit_test(test_near_kerberos),
		cmocka_unit_test(test_radius),
		cmocka_unit_test(test_near_radius),
	};

	return UNIT_RUN(tests);
}
