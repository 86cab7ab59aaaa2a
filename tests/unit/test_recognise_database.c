/* test_recognise_database.c - MS-SQL, MySQL, Oracle and PostgreSQL. */
#include "recognise_feed.h"

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
		{ "COTP", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a"),
			S("\x03\x00\x00\x16\x11\xd0\x00\x01\x00\x01\x00\xc0\x01\x0a") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x12\x01\x00\x2f\x00\x00\x01\x00\x00"), S("\x04\x01\x00\x2b\x00") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
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
		{ "it refuses", APP_MYSQL, SURE_LIKELY, false,
		    { S("\x2d\x00\x00\x00\xff\x6a\x04Host '192.0.2.1' is not allowed to "
			"connect") } },
		{ "a refusal and an answer", APP_MYSQL, SURE_LIKELY, false,
		    { S("\x0f\x00\x00\x00\xff\x10\x04#08004Too ma"), C(MY_ANSWER) } },
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
		{ "a letter for a start-up", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("S") } },
		{ "authentication of a wrong size", APP_UNKNOWN, SURE_NOT, false,
		    { C(PG_START), S("R\x00\x00\x00\x0c\x00\x00\x00\x00") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x00\x00\x00\x08\x04\xd2"), S("S") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mssql),
		cmocka_unit_test(test_mysql),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_postgresql),
	};

	return UNIT_RUN(tests);
}
