/* test_recognise_database.c - MS-SQL, MySQL, Oracle and PostgreSQL. */
#include "recognise_change.h"

#define TEN   "0123456789"
#define ZEROS "\0\0\0\0\0\0\0\0\0\0" /* ten */

/* The examples of [MS-TDS] 4.1 and 4.2. */
#define TDS_ASK_TABLE                                                                              \
	"\x00\x00\x1a\x00\x06\x01\x00\x20\x00\x01\x02\x00\x21\x00\x01"                             \
	"\x03\x00\x22\x00\x04\x04\x00\x26\x00\x01\xff"
#define TDS_ASK_DATA "\x09\x00\x00\x00\x00\x00\x01\x00\xb8\x0d\x00\x00\x01"
#define TDS_ASK	     "\x12\x01\x00\x2f\x00\x00\x01\x00" TDS_ASK_TABLE TDS_ASK_DATA
#define TDS_ANSWER_TABLE                                                                           \
	"\x00\x00\x1a\x00\x06\x01\x00\x20\x00\x01\x02\x00\x21\x00\x01"                             \
	"\x03\x00\x22\x00\x00\x04\x00\x22\x00\x01\xff"
#define TDS_ANSWER_DATA "\x09\x00\x06\x05\x00\x00\x03\x00\x00"
#define TDS_ANSWER	"\x04\x01\x00\x2b\x00\x00\x01\x00" TDS_ANSWER_TABLE TDS_ANSWER_DATA
/* A table of one option. */
#define TDS_SHORT "\x12\x01\x00\x14\x00\x00\x00\x00\x00\x00\x06\x00\x06\xff\x10\x00\x00\x00\x00\x00"

static void
test_mssql(void **state)
{
	static const struct conversation talks[] = {
		{ "both", APP_MSSQL, SURE_CONFIRMED, false, { C(TDS_ASK), S(TDS_ANSWER) } },
		{ "version only", APP_MSSQL, SURE_CONFIRMED, false,
		    { C(TDS_SHORT), S(TDS_ANSWER) } },
		{ "then TLS in TDS", APP_MSSQL, SURE_CONFIRMED, false,
		    { C(TDS_ASK), S(TDS_ANSWER),
			C("\x12\x01\x00\x10\x00\x00\x00\x00\x16\x03\x01") } },
		{ "the client alone", APP_MSSQL, SURE_LIKELY, false, { C(TDS_ASK) } },
		{ "the server alone", APP_MSSQL, SURE_LIKELY, false, { S(TDS_ANSWER) } },
		{ "a log-in and no table", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x2f\x00\x00\x01\x00\x16\x03\x01\x00\x2a"), S(TDS_ANSWER) } },
		{ "the version is not first", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x13\x00\x00\x00\x00\x01\x00\x06\x00\x01\xff\x00"),
			S(TDS_ANSWER) } },
		{ "an option in the table", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x14\x00\x00\x00\x00\x00\x00\x05\x00\x06\xff" TEN),
			S(TDS_ANSWER) } },
		{ "a version of seven bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x15\x00\x00\x00\x00\x00\x00\x06\x00\x07\xff" TEN),
			S(TDS_ANSWER) } },
		{ "an option behind the end", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x14\x00\x00\x00\x00\x00\x00\x07\x00\x06\xff" TEN),
			S(TDS_ANSWER) } },
		{ "a window", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x14\x00\x00\x00\x01\x00\x00\x06\x00\x06\xff" TEN),
			S(TDS_ANSWER) } },
		{ "both ask", APP_UNKNOWN, SURE_NOT, false, { C(TDS_ASK), S(TDS_ASK) } },
		{ "an empty table", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x09\x00\x00\x00\x00\xff"), S(TDS_ANSWER) } },
		{ "COTP", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a"),
			S("\x03\x00\x00\x16\x11\xd0\x00\x01\x00\x01\x00\xc0\x01\x0a") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x2f\x00\x00\x01\x00\x00"), S("\x04\x01\x00\x2b\x00") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_mssql(void **state)
{
	static const struct conversation both = { "both", APP_MSSQL, SURE_CONFIRMED, false,
		{ C(TDS_ASK), S(TDS_ANSWER) } };
	static const struct change changes[] = {
		{ "more to come", 0, 1, 0 },
		{ "another status", 0, 1, 3 },
		{ "a message of 4143 bytes", 0, 2, 0x10 },
		{ "a message of 7 bytes", 0, 3, 7 },
		{ "a message of 8 bytes", 0, 3, 8 },
		{ "the version twice", 0, 13, 0 },
		{ "a result of another type", 1, 0, 3 },
		{ "a window in the answer", 1, 7, 1 },
	};

	(void)state;
	check_changes(&both, changes, sizeof changes / sizeof *changes);
}

/* TDS 7.0: a login without texts, and its acknowledgement. */
#define TEXT_AT "\x56\x00\x00\x00"
#define LOGIN_BEGIN(size)                                                                          \
	size "\x00\x00\x00\x00\x00\x00\x70\x00\x02\x00\x00\x00\x00\x00\x07\x64\x00\x00\x00"
#define LOGIN_REST                                                                                 \
	"\x00\x00\x00\x00\xe0\x03\x00\x00\x00\x00\x00\x00\x09\x04\x00\x00" TEXT_AT TEXT_AT TEXT_AT \
	    TEXT_AT TEXT_AT TEXT_AT TEXT_AT TEXT_AT TEXT_AT                                        \
	"\x02\x00\x00\x00\x00\x01" TEXT_AT TEXT_AT
#define TDS_LOGIN "\x10\x01\x00\x5e\x00\x00\x01\x00" LOGIN_BEGIN("\x56") LOGIN_REST
#define TDS_ACK                                                                                    \
	"\x04\x01\x00\x15\x00\x33\x01\x00\xad\x0a\x00\x01\x07\x00\x00\x00\x00\x08\x00\x02\x00"

static void
test_login(void **state)
{
	static const struct conversation talks[] = {
		{ "a login", APP_MSSQL, SURE_CONFIRMED, false, { C(TDS_LOGIN), S(TDS_ACK) } },
		{ "a login in two packets", APP_MSSQL, SURE_CONFIRMED, false,
		    { C("\x10\x00\x00\x5e\x00\x00\x01\x00" LOGIN_BEGIN("\x58") LOGIN_REST
			  "\x10\x01\x00\x0a\x00\x00\x02\x00x\x00"),
			S(TDS_ACK) } },
		{ "a login of TDS 7.4", APP_MSSQL, SURE_CONFIRMED, false,
		    { C("\x10\x01\x00\x66\x00\x00\x01\x00\x5e\x00\x00\x00\x04\x00\x00\x74"
			"\0\0\0\0\0\0\0\0" ZEROS ZEROS "\x5e\x00\x00\x00"),
			S(TDS_ACK) } },
		{ "the answer is seen first", APP_MSSQL, SURE_CONFIRMED, false,
		    { S(TDS_ACK), C(TDS_LOGIN) } },
		{ "a login of 85 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x10\x01\x00\x5d\x00\x00\x01\x00" LOGIN_BEGIN("\x55") LOGIN_REST),
			S(TDS_ACK) } },
		{ "a token without an end", APP_UNKNOWN, SURE_NOT, false,
		    { C(TDS_LOGIN), S("\x04\x01\x00\x0b\x00\x33\x01\x00\xad\x00\x00") } },
		{ "a login that is refused", APP_MSSQL, SURE_CONFIRMED, false,
		    { C(TDS_LOGIN),
			S("\x04\x01\x00\x40\x00\x33\x01\x00\xaa\x35\x00\x18\x48\x00\x00") } },
		{ "a login alone", APP_MSSQL, SURE_LIKELY, false, { C(TDS_LOGIN) } },
		{ "an acknowledgement alone", APP_UNKNOWN, SURE_NOT, false, { S(TDS_ACK) } },
		{ "a login that goes on, and does not", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x10\x00\x00\x5e\x00\x00\x01\x00" LOGIN_BEGIN("\x56") LOGIN_REST),
			S(TDS_ACK) } },
		{ "a table for a login", APP_UNKNOWN, SURE_NOT, false,
		    { C(TDS_LOGIN), S(TDS_ANSWER) } },
		{ "tokens for a table", APP_UNKNOWN, SURE_NOT, false, { C(TDS_ASK), S(TDS_ACK) } },
	};
	static const struct change two_changes[] = {
		{ "a status that is none", 0, 1, 2 },
		{ "16 MB", 0, 11, 1 },
	};
	static const struct conversation both = { "a login", APP_MSSQL, SURE_CONFIRMED, false,
		{ C(TDS_LOGIN), S(TDS_ACK) } };
	static const struct change changes[] = {
		{ "another packet", 0, 0, 0x11 },
		{ "a status that is none", 0, 1, 2 },
		{ "a window", 0, 7, 1 },
		{ "a smaller packet", 0, 3, 0x5d },
		{ "an empty packet", 0, 3, 8 },
		{ "a size of 85", 0, 8, 0x55 },
		{ "16 MB", 0, 11, 1 },
		{ "TDS 6.0", 0, 15, 0x6f },
		{ "TDS 7.5", 0, 15, 0x75 },
		{ "texts in the table", 0, 44, 0x55 },
		{ "no token", 1, 8, 0xac },
		{ "a token behind the end", 1, 9, 0x0b },
		{ "an answer with a window", 1, 7, 1 },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
	check_changes(&talks[1], two_changes, sizeof two_changes / sizeof *two_changes);
	check_changes(&both, changes, sizeof changes / sizeof *changes);
}

/* The examples of MySQL's documentation: 5.5.2's handshake, and its answer. */
#define MY_SECRETS                                                                                 \
	"\x0b\x00\x00\x00"                                                                         \
	"dvH@I-CJ\0"                                                                               \
	"\xff\xf7\x08\x02\x00\x00\x00\x00" ZEROS "*4d|cZwk4^]:\0"
#define MY_GREETING                                                                                \
	"\x36\x00\x00\x00\x0a"                                                                     \
	"5.5.2-m2\0" MY_SECRETS
#define MY_CAN                                                                                     \
	"\x8d\xa6\x0f\x00\x00\x00\x00\x01\x08" ZEROS ZEROS "\0\0\0pam\0"                           \
	"\x14\xab\x09\xee\xf6\xbc\xb1\x32\x3e\x61\x14\x38\x65\xc0\x99\x1d\x95\x7d\x75\xd4\x47"     \
	"test\0mysql_native_password\0"
#define MY_ANSWER "\x54\x00\x00\x01" MY_CAN

static void
test_mysql(void **state)
{
	static const struct conversation talks[] = {
		{ "both", APP_MYSQL, SURE_CONFIRMED, false, { S(MY_GREETING), C(MY_ANSWER) } },
		{ "TLS", APP_MYSQL, SURE_CONFIRMED, false,
		    { S(MY_GREETING),
			C("\x20\x00\x00\x01\x8d\xae\x0f\x00\x00\x00\x00\x01\x08" ZEROS ZEROS
			  "\0\0\0\x16\x03\x01") } },
		{ "MariaDB", APP_MYSQL, SURE_CONFIRMED, false,
		    { S("\x43\x00\x00\x00\x0a"
			"5.5.5-10.6.12-MariaDB\0"
			"\x2a\x00\x00\x00"
			"abcdefgh\0"
			"\xfe\xf7\x2d\x02\x00\xff\x81\x15\0\0\0\0\0\0\x1d\x00\x00\x00"
			"abcdefghijkl\0"),
			C("\x24\x00\x00\x01\x85\xa6\xbf\x00\x00\x00\x00\x01\x2d" ZEROS
			  "\0\0\0\0\0\0\0\0\0\x0c\x00\x00\x00me\0\0") } },
		{ "protocol 9", APP_MYSQL, SURE_CONFIRMED, false,
		    { S("\x16\x00\x00\x00\x09"
			"3.20.32\0\x05\x00\x00\x00"
			"abcdefgh\0"),
			C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "an old client", APP_MYSQL, SURE_CONFIRMED, false,
		    { S(MY_GREETING), C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "the server alone", APP_MYSQL, SURE_LIKELY, false, { S(MY_GREETING) } },
		{ "the client alone", APP_MYSQL, SURE_LIKELY, false, { C(MY_ANSWER) } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_mysql_refuses(void **state)
{
	static const struct conversation talks[] = {
		{ "it refuses", APP_MYSQL, SURE_LIKELY, false,
		    { S("\x2d\x00\x00\x00\xff\x6a\x04Host '192.0.2.1' is not allowed to "
			"connect") } },
		{ "a refusal and an answer", APP_MYSQL, SURE_LIKELY, false,
		    { S("\x0f\x00\x00\x00\xff\x10\x04#08004Too ma"), C(MY_ANSWER) } },
		{ "a version of 128 bytes", APP_MYSQL, SURE_LIKELY, false,
		    { S("\xae\x00\x00\x00\x0a" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
			"12345678\0" MY_SECRETS) } },
		{ "a version of 129 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { S("\xaf\x00\x00\x00\x0a" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
			"123456789\0" MY_SECRETS) } },
		{ "an old greeting without more", APP_MYSQL, SURE_CONFIRMED, false,
		    { S("\x18\x00\x00\x00\x0a"
			"3.21.33\0\x05\x00\x00\x00"
			"abcdefgh\0\x0c\x20"),
			C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root1234\0") } },
		{ "an old name that is too long", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root12345\0") } },
		{ "an old name of control characters", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00ro\x1ft\0abcd") } },
		{ "an old answer of 301 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("\x2d\x01\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "an old answer of 5 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("\x05\x00\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "protocol 9 with more", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x17\x00\x00\x00\x09"
			"3.20.32\0\x05\x00\x00\x00"
			"abcdefgh\0\0"),
			C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "a request for TLS of 31 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING),
			C("\x1f\x00\x00\x01\x8d\xae\x0f\x00\x00\x00\x00\x01\x08" ZEROS ZEROS
			  "\0\0\0") } },
		{ "the last refusal", APP_MYSQL, SURE_LIKELY, false,
		    { S("\x04\x00\x00\x00\xff\x87\x13N") } },
		{ "a refusal with a number too large", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x04\x00\x00\x00\xff\x88\x13N") } },
		{ "a refusal without a reason", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x03\x00\x00\x00\xff\x10\x04") } },
		{ "a refusal in two lines", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x07\x00\x00\x00\xff\x10\x04No\nn") } },
		{ "a refusal with a number too small", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x0f\x00\x00\x00\xff\x10\x03#08004Too ma") } },
		{ "an old client alone", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x0e\x00\x00\x01\x85\x04\x00\x00\x00root\0abcd") } },
		{ "version of no digit", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x36\x00\x00\x00\x0a"
			"x.5.2-m2\0" MY_SECRETS),
			C(MY_ANSWER) } },
		{ "no filler", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x36\x00\x00\x00\x0a"
			"5.5.2-m2\0"
			"\x0b\x00\x00\x00"
			"dvH@I-CJx"
			"\xff\xf7\x08\x02\x00\x00\x00\x00" ZEROS "*4d|cZwk4^]:\0"),
			C(MY_ANSWER) } },
		{ "too short for what it has", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x28\x00\x00\x00\x0a"
			"5.5.2-m2\0"
			"\x0b\x00\x00\x00"
			"dvH@I-CJ\0"
			"\xff\xf7\x08\x02\x00\x00\x00\x00" ZEROS),
			C(MY_ANSWER) } },
		{ "the client's number is not 1", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("\x54\x00\x00\x02" MY_CAN) } },
		{ "a request for TLS without its flag", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING),
			C("\x20\x00\x00\x01\x8d\xa6\x0f\x00\x00\x00\x00\x01\x08" ZEROS ZEROS
			  "\0\0\0") } },
		{ "what must be zero", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING),
			C("\x54\x00\x00\x01\x8d\xa6\x0f\x00\x00\x00\x00\x01\x08" TEN ZEROS) } },
		{ "HTTP", APP_UNKNOWN, SURE_NOT, false,
		    { S(MY_GREETING), C("GET / HTTP/1.1\r\n\r\n") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x36\x00\x00\x00\x0a"
			"5.5.2-"),
			C("\x54\x00\x00\x01\x8d\xa6") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_mysql(void **state)
{
	static const struct conversation both = { "both", APP_MYSQL, SURE_CONFIRMED, false,
		{ S(MY_GREETING), C(MY_ANSWER) } };
	static const struct change changes[] = {
		{ "a greeting of 566 bytes", 0, 1, 2 },
		{ "a greeting of 64 KB", 0, 2, 1 },
		{ "a greeting that is not the first packet", 0, 3, 1 },
		{ "protocol 11", 0, 4, 11 },
		{ "a version of no digit", 0, 5, ':' },
		{ "a version of control characters", 0, 6, 0x1f },
		{ "a version that was deleted", 0, 6, 0x7f },
		{ "the last reserved byte", 0, 40, 1 },
		{ "an answer of 64 KB", 1, 2, 1 },
		{ "an answer that is not the second packet", 1, 3, 0 },
		{ "the last byte that must be zero", 1, 31, 1 },
	};

	(void)state;
	check_changes(&both, changes, sizeof changes / sizeof *changes);
}

/* Version 319 (0x13f), compatible with 300; data of 45 bytes behind 58. */
#define TNS_BEHIND                                                                                 \
	"\x01\x2c\x0c\x41\x20\x00\xff\xff\x7f\x08\x00\x00\x00\x01\x00\x2d\x00\x3a" ZEROS ZEROS ZEROS
#define TNS_FIXED   "\x01\x3f" TNS_BEHIND
#define TNS_DATA    "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=x)))"
#define TNS_CONNECT "\x00\x67\x00\x00\x01\x00\x00\x00" TNS_FIXED TNS_DATA
#define TNS_ACCEPT                                                                                 \
	"\x00\x20\x00\x00\x02\x00\x00\x00\x01\x3a\x0c\x41\x20\x00\xff\xff\x00\x01\x00\x00\x00\x20" \
	"\x01\x01\0\0\0\0\0\0\0\0"

static void
test_oracle(void **state)
{
	static const struct conversation talks[] = {
		{ "accepted", APP_ORACLE, SURE_CONFIRMED, false,
		    { C(TNS_CONNECT), S(TNS_ACCEPT) } },
		{ "asked again", APP_ORACLE, SURE_CONFIRMED, false,
		    { C(TNS_CONNECT), S("\x00\x08\x00\x00\x0b\x00\x00\x00"), C(TNS_CONNECT),
			S(TNS_ACCEPT) } },
		{ "refused", APP_ORACLE, SURE_CONFIRMED, false,
		    { C(TNS_CONNECT), S("\x00\x25\x00\x00\x04\x00\x00\x00\x22\x00\x00\x19"
					"(DESCRIPTION=(ERR=12514))") } },
		{ "redirected", APP_ORACLE, SURE_CONFIRMED, false,
		    { C(TNS_CONNECT), S("\x00\x32\x00\x00\x05\x00\x00\x00\x00\x28"
					"(ADDRESS=(PROTOCOL=tcp)(HOST=h)(PORT=1))") } },
		{ "redirected, by a packet of its own", APP_ORACLE, SURE_CONFIRMED, false,
		    { C(TNS_CONNECT), S("\x00\x0a\x00\x00\x05\x00\x00\x00\x00\x28") } },
		{ "data in a packet of its own", APP_ORACLE, SURE_CONFIRMED, false,
		    { C("\x00\x3a\x00\x00\x01\x00\x00\x00" TNS_FIXED
			"\x00\x37\x00\x00\x06\x00\x00\x00\x00\x00" TNS_DATA),
			S(TNS_ACCEPT) } },
		{ "the client alone", APP_ORACLE, SURE_LIKELY, false, { C(TNS_CONNECT) } },
		{ "the server alone", APP_UNKNOWN, SURE_NOT, false, { S(TNS_ACCEPT) } },
		{ "a checksum", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x67\x00\x01\x01\x00\x00\x00" TNS_FIXED TNS_DATA), S(TNS_ACCEPT) } },
		{ "sizes that do not fit", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x68\x00\x00\x01\x00\x00\x00" TNS_FIXED TNS_DATA), S(TNS_ACCEPT) } },
		{ "no parenthesis", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x67\x00\x00\x01\x00\x00\x00" TNS_FIXED TEN TEN TEN TEN "12345"),
			S(TNS_ACCEPT) } },
		{ "no version", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x67\x00\x00\x01\x00\x00\x00\x00\x03" TNS_BEHIND TNS_DATA),
			S(TNS_ACCEPT) } },
		{ "the server connects", APP_UNKNOWN, SURE_NOT, false,
		    { C(TNS_CONNECT), S(TNS_CONNECT) } },
		{ "refused with more", APP_UNKNOWN, SURE_NOT, false,
		    { C(TNS_CONNECT), S("\x00\x26\x00\x00\x04\x00\x00\x00\x22\x00\x00\x19(D") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x67\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c"), S("\x00\x20") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_near_oracle(void **state)
{
	static const struct conversation both = { "accepted", APP_ORACLE, SURE_CONFIRMED, false,
		{ C(TNS_CONNECT), S(TNS_ACCEPT) } };
	static const struct change changes[] = {
		{ "version 400", 0, 9, 0x90 },
		{ "compatible with version 44", 0, 10, 0 },
		{ "compatible with version 400", 0, 11, 0x90 },
		{ "sessions' data of no bytes", 0, 14, 0 },
		{ "another processor", 0, 23, 2 },
		{ "no data", 0, 25, 0 },
		{ "a checksum of the header", 0, 7, 1 },
		{ "another packet", 0, 4, 3 },
		{ "accepted as version 400", 1, 9, 0x90 },
		{ "accepted by another processor", 1, 17, 2 },
		{ "accepted with data that is not there", 1, 19, 1 },
		{ "accepted with data behind the end", 1, 21, 0x21 },
		{ "abandoned", 1, 4, 3 },
	};
	static const struct conversation talks[] = {
		{ "the other order of bytes", APP_ORACLE, SURE_CONFIRMED, false,
		    { C("\x00\x23\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c\x0c\x41\x20\x00\xff"
			"\xff\x7f\x08\x00\x00\x01\x00\x00\x01\x00\x22\x00\x00\x00\x00\x00\x00("),
			S("\x00\x18\x00\x00\x02\x00\x00\x00\x01\x3a\x0c\x41\x20\x00\xff\xff"
			  "\x01\x00\x00\x00\x00\x18\x00\x00") } },
		{ "data that begins too early", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x22\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c\x0c\x41\x20\x00\xff"
			"\xff\x7f\x08\x00\x00\x00\x01\x00\x01\x00\x21\x00\x00\x00\x00\x00("),
			S(TNS_ACCEPT) } },
		{ "asked again with more", APP_UNKNOWN, SURE_NOT, false,
		    { C(TNS_CONNECT), S("\x00\x09\x00\x00\x0b\x00\x00\x00\x00") } },
		{ "no data in one packet", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x22\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c\x0c\x41\x20\x00\xff"
			"\xff\x7f\x08\x00\x00\x00\x01\x00\x00\x00\x22\x00\x00\x00\x00\x00\x00"),
			S(TNS_ACCEPT) } },
		{ "units of 254 bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x67\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c\x0c\x41\x20\x00"
			"\x00\xfe\x7f\x08\x00\x00\x00\x01\x00\x2d\x00\x3a" ZEROS ZEROS ZEROS
			      TNS_DATA),
			S(TNS_ACCEPT) } },
		{ "a short acceptance", APP_UNKNOWN, SURE_NOT, false,
		    { C(TNS_CONNECT), S("\x00\x17\x00\x00\x02\x00\x00\x00\x01\x3a\x0c\x41\x20"
					"\x00\xff\xff\x00\x01\x00\x00\x00\x00\x00") } },
	};
	static const struct conversation out[] = {
		{ "data behind the end", APP_ORACLE, SURE_NOT, false,
		    { C("\x00\x67\x00\x00\x01\x00\x00\x00\x01\x3f\x01\x2c\x0c\x41\x20\x00"
			"\xff\xff\x7f\x08\x00\x00\x00\x01\x00\x2d\x00\x68" ZEROS) } },
	};

	(void)state;
	check_changes(&both, changes, sizeof changes / sizeof *changes);
	check_conversations(talks, sizeof talks / sizeof *talks);
	check_ruled_out(out, sizeof out / sizeof *out);
}

#define PG_TLS	 "\x00\x00\x00\x08\x04\xd2\x16\x2f"
#define PG_START "\x00\x00\x00\x22\x00\x03\x00\x00user\0alice\0database\0shop\0\0"
#define PG_GSS	 "\x00\x00\x00\x08\x04\xd2\x16\x30"
#define PG_HELLO "\x16\x03\x01\x02\x00\x01"
#define PG_OK	 "R\x00\x00\x00\x08\x00\x00\x00\x00"

static void
test_postgresql(void **state)
{
	static const struct conversation talks[] = {
		{ "start-up", APP_POSTGRESQL, SURE_CONFIRMED, false, { C(PG_START), S(PG_OK) } },
		{ "MD5", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_START), S("R\x00\x00\x00\x0c\x00\x00\x00\x05wxyz") } },
		{ "SASL", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_START), S("R\x00\x00\x00\x17\x00\x00\x00\x0aSCRAM-SHA-256\0\0") } },
		{ "minor 2", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C("\x00\x00\x00\x11\x00\x03\x00\x02user\0me\0\0"),
			S("v\x00\x00\x00\x0c\x00\x03\x00\x00\x00\x00\x00\x00") } },
		{ "an error", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_START), S("E\x00\x00\x00\x21SFATAL\0C28000\0Mno such user\0\0") } },
		{ "TLS, granted", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_TLS), S("S"), C(PG_HELLO), S("\x16\x03\x03\x00\x7a\x02") } },
		{ "TLS, granted, and failed", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_TLS), S("S"), C(PG_HELLO), S("\x15\x03\x01\x00\x02\x02\x28") } },
		{ "TLS, granted, and its begin", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_TLS), S("S"), C(PG_HELLO) } },
		{ "TLS, granted, and left", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_TLS), S("S") } },
		{ "TLS, granted, for SSH", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("SSH-2.0-x\r\n"), C("SSH-2.0-y\r\n") } },
		{ "TLS, granted, and the client's SSH", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("S"), C("SSH-2.0-y\r\n") } },
		{ "TLS, granted, and the server's SSH", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("S"), C(PG_HELLO), S("SSH-2.0-y\r\n") } },
		{ "TLS, granted, where two clients meet", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("S"), C(PG_HELLO), S(PG_HELLO) } },
		{ "TLS, granted, and the client's alert", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("S"), C("\x15\x03\x01\x00\x02\x02\x28"),
			S("\x16\x03\x03\x00\x7a\x02") } },
		{ "TLS, granted, of another version", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("S"), C("\x16\x02\x01\x02\x00\x01"),
			S("\x16\x03\x03\x00\x7a\x02") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

static void
test_postgresql_gss(void **state)
{
	static const struct conversation talks[] = {
		{ "GSS for TLS", APP_UNKNOWN, SURE_NOT, false, { C(PG_TLS), S("G") } },
		{ "TLS for GSS", APP_UNKNOWN, SURE_NOT, false, { C(PG_GSS), S("S") } },
		{ "GSS, granted", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_GSS), S("G"), C("\x00\x00\x02\x8f\x60\x82"),
			S("\x00\x00\x00\x9c\x60\x81\x99") } },
		{ "GSS, granted, and a packet too large", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_GSS), S("G"), C("\x00\x00\x40\x01\x60\x82"),
			S("\x00\x00\x00\x9c\x60\x81\x99") } },
		{ "GSS, granted, and an empty packet", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_GSS), S("G"), C("\x00\x00\x00\x00\x60\x82"),
			S("\x00\x00\x00\x9c\x60\x81\x99") } },
		{ "GSS, granted, and no token", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_GSS), S("G"), C("\x00\x00\x02\x8f\x61\x82"),
			S("\x00\x00\x00\x9c\x60\x81\x99") } },
		{ "GSS, refused, and TLS, refused", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_GSS), S("N"), C(PG_TLS), S("N"), C(PG_START), S(PG_OK) } },
		{ "one refusal too many", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_GSS), S("N"), C(PG_TLS), S("N"), C(PG_TLS), S("N"), C(PG_START) } },
		{ "TLS, refused, and the client leaves", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_TLS), S("N") } },
		{ "TLS, refused, and a half start-up", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_TLS), S("N"), C("\x00\x00\x00\x22\x00\x03") } },
		{ "TLS, refused, and SSH", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S("N"), C("SSH-2.0-y\r\n"), S("SSH-2.0-x\r\n") } },
		{ "TLS, refused, and cancel", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_TLS), S("N"),
			C("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x12\x34wxyz") } },
		{ "TLS, unknown to the server", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_TLS), S("E\x00\x00\x00\x21SFATAL\0C08P01\0Munsupported\0\0") } },
		{ "TLS, and an answer to a start-up", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_TLS), S(PG_OK) } },
		{ "TLS, refused", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_TLS), S("N"), C(PG_START), S(PG_OK) } },
		{ "GSS, refused, and TLS, granted", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_GSS), S("N"), C(PG_TLS), S("S"), C(PG_HELLO),
			S("\x16\x03\x03\x00\x7a\x02") } },
		{ "GSS, refused", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C(PG_GSS), S("N"), C(PG_TLS) } },
		{ "cancel", APP_POSTGRESQL, SURE_LIKELY, false,
		    { C("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x12\x34wxyz") } },
		{ "cancel, answered", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x12\x34wxyz"), S(PG_OK) } },
		{ "the client alone", APP_POSTGRESQL, SURE_LIKELY, false, { C(PG_START) } },
		{ "a request alone", APP_POSTGRESQL, SURE_LIKELY, false, { C(PG_TLS) } },
		{ "the server alone", APP_UNKNOWN, SURE_NOT, false, { S(PG_OK) } },
		{ "no user", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x17\x00\x03\x00\x00"
			"database\0shop\0\0"),
			S(PG_OK) } },
		{ "a size that does not fit", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x23\x00\x03\x00\x00user\0alice\0database\0shop\0\0\0"),
			S(PG_OK) } },
		{ "protocol 4", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x22\x00\x04\x00\x00user\0alice\0database\0shop\0\0"),
			S(PG_OK) } },
		{ "no letter", APP_UNKNOWN, SURE_NOT, false, { C(PG_TLS), S("X") } },
		{ "crypt", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_START), S("R\x00\x00\x00\x0a\x00\x00\x00\x04wx") } },
		{ "SASL without names", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("R\x00\x00\x00\x09\x00\x00\x00\x0a\x00") } },
		{ "GSS, granted, and the largest packet", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C(PG_GSS), S("G"), C("\x00\x00\x40\x00\x60\x82"),
			S("\x00\x00\x00\x9c\x60\x81\x99") } },
		{ "a request of nine bytes", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x09\x04\xd2\x16\x2f\x00"), S("N") } },
		{ "cancel, and a short key", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x0f\x04\xd2\x16\x2e\x00\x00\x12\x34wxy") } },
		{ "cancel, and more", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x12\x34wxyzx") } },
		{ "an empty name", APP_POSTGRESQL, SURE_CONFIRMED, false,
		    { C("\x00\x00\x00\x0f\x00\x03\x00\x00user\0\0\0"), S(PG_OK) } },
		{ "half a name", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x0e\x00\x03\x00\x00user\0\0"), S(PG_OK) } },
		{ "nothing", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x08\x00\x03\x00\x00"), S(PG_OK) } },
		{ "somebody else than a user", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x12\x00\x03\x00\x00users\0me\0\0"), S(PG_OK) } },
		{ "a name that was deleted", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x11\x00\x03\x00\x00user\0m\x7f\0\0"), S(PG_OK) } },
		{ "an error that begins otherwise", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("E\x00\x00\x00\x21MFATAL\0C28000\0") } },
		{ "minor 2, and a short answer", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x00\x00\x00\x11\x00\x03\x00\x02user\0me\0\0"),
			S("v\x00\x00\x00\x0b\x00\x03\x00\x00\x00\x00\x00") } },
		{ "a letter for a start-up", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("S") } },
		{ "authentication of a wrong size", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("R\x00\x00\x00\x0c\x00\x00\x00\x00") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x00\x00\x00\x08\x04\xd2"), S("S") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* What is too long for its size is ruled out while more may come. */
static void
test_no_postgresql(void **state)
{
	static const struct conversation out[] = {
		{ "a start-up of 64 KB", APP_POSTGRESQL, SURE_NOT, false, { C("\x00\x01") } },
		{ "a start-up of 4097 bytes", APP_POSTGRESQL, SURE_NOT, false,
		    { C("\x00\x00\x10\x01\x00\x03\x00\x00user\0m") } },
		{ "a key of 257 bytes", APP_POSTGRESQL, SURE_NOT, false,
		    { C("\x00\x00\x01\x0d\x04\xd2\x16\x2e\x00\x00\x12\x34wxyz") } },
		{ "a name behind the end", APP_POSTGRESQL, SURE_NOT, false,
		    { C("\x00\x00\x00\x11\x00\x03\x00\x00user\0somebody\0") } },
	};

	(void)state;
	check_ruled_out(out, sizeof out / sizeof *out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mssql),
		cmocka_unit_test(test_near_mssql),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_mysql),
		cmocka_unit_test(test_mysql_refuses),
		cmocka_unit_test(test_near_mysql),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_near_oracle),
		cmocka_unit_test(test_postgresql),
		cmocka_unit_test(test_postgresql_gss),
		cmocka_unit_test(test_no_postgresql),
	};

	return UNIT_RUN(tests);
}
