/* test_rfb.c - RFB sessions: handshakes, who is the screen. Bytes by hand from RFC 6143 and the
 * other sources that rfb.h names. */
#include "rfb_feed.h"

#define CUT_BOTH      CUT_C CUT_S
#define CUT_BOTH_SAID CUT_C_SAID /* one word, said once */

/* What a viewer begins with, and keys, a pointer, an update of 2 x 1 pixels. */
#define PICTURE                                                                                    \
	"c 00 000000 " RFB_24_BITS "\nc 02 00 0002 00000000 00000001\n"                            \
	"c 03 00 0000 0000 0040 0030\ns 00 00 0001 0000 0000 0002 0001 00000000 aa*8\n"            \
	"c 04 01 0000 00000061\nc 04 00 0000 00000061\nc 05 01 0010 0010\n"                        \
	"s 01 00 0000 0002 aa*12\ns 02\n"

static const char *const conforming[] = {
	RFB_38 RFB_NONE RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_38 "s 02 02 10\nc 02\ns aa*16\nc bb*16\ns 00000000\n" RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_37 "s 01 01\nc 01\n" RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_37 "s 01 02\nc 02\ns aa*16\nc bb*16\ns 00000000\n" RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_33 "s 00000001\n" RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_33 "s 00000002\ns aa*16\nc bb*16\ns 00000000\n" RFB_INIT(RFB_24_BITS) PICTURE,
	/* 3.5 is read as 3.3 (RFC 6143, 7.1.1); Apple's as 3.8 */
	"s 'RFB 003.008|'\nc 'RFB 003.005|'\ns 00000001\n" RFB_INIT(RFB_24_BITS) PICTURE,
	"s 'RFB 003.889|'\nc 'RFB 003.889|'\n" RFB_NONE RFB_INIT(RFB_24_BITS) PICTURE,
	/* RealVNC's server with a viewer of 3.8 */
	"s 'RFB 005.000|'\nc 'RFB 003.008|'\n" RFB_NONE RFB_INIT(RFB_24_BITS) PICTURE,
	/* UltraVNC 3.6 */
	"s 'RFB 003.006|'\nc 'RFB 003.006|'\ns 00000001\n" RFB_INIT(RFB_24_BITS) PICTURE,
	/* UltraVNC: that it is on both sides, and then a type; a type of its own before another */
	RFB_38 "s 02 11 01\nc 11\ns ffffffff\n" RFB_NONE RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_37 "s 02 11 02\nc 11\ns ffffffff 01 02\nc 02\ns aa*16\nc bb*16\ns 00000000\n" RFB_INIT(
	    RFB_24_BITS) PICTURE,
	RFB_37 "s 01 11\nc 11\ns 00000000\n" RFB_INIT(RFB_24_BITS) PICTURE,
	RFB_38 "s 01 02\nc 02\ns aa*16\nc bb*16\ns ffffffff\n" RFB_NONE RFB_INIT(RFB_24_BITS)
	    PICTURE,
	"s 'RFB 003.018|'\nc 'RFB 003.018|'\n" RFB_NONE RFB_INIT(RFB_24_BITS) PICTURE,
	/* Tight: a tunnel that is none, VNC authentication; what it could is two, one and two */
	RFB_38 "s 02 10 01\nc 10\ns 00000001 00000000 'TGHTNOTUNNEL'\nc 00000000\n"
	       "s 00000002 00000001 'STDVNOAUTH__' 00000002 'STDVVNCAUTH_'\nc 00000002\ns aa*16\n"
	       "c bb*16\ns 00000000\nc 01\ns 0040 0030 " RFB_24_BITS " 00000004 'desk'"
	       "0002 0001 0002 0000 00000082 'TGHTFTS_LSDT' aa*64\n" PICTURE,
	/* nothing to choose: 3.8 has a result, 3.7 has none */
	RFB_38 "s 01 10\nc 10\ns 00000000 00000000 00000000\nc 01\ns 0040 0030 " RFB_24_BITS
	       " 00000000 0000 0000 0000 0000\n" PICTURE,
	RFB_37 "s 01 10\nc 10\ns 00000000 00000000\nc 01\ns 0040 0030 " RFB_24_BITS
	       " 00000000 0000 0000 0000 0000\n" PICTURE,
	/* Tight: a Unix account of 3 and 2 bytes */
	RFB_38 "s 01 10\nc 10\ns 00000000 00000001 00000081 'TGHTULGNAUTH'\nc 00000081\n"
	       "c 00000003 00000002 'abc' 'de'\ns 00000000\nc 01\ns 0040 0030 " RFB_24_BITS
	       " 00000000 0000 0000 0000 0000\n" PICTURE,
};

enum { CONFORMING = sizeof conforming / sizeof *conforming };

static void
test_conforming(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFORMING; i++)
		says(conforming[i], "");
}

/* Both clipboards are found behind each of them: nothing was lost on the way. */
static void
test_clipboard(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONFORMING; i++) {
		says_of(CUT_C_SAID, "%s" CUT_C, conforming[i]);
		says_of(CUT_S_SAID, "%s" CUT_S, conforming[i]);
		says_of(CUT_BOTH_SAID, "%s" CUT_BOTH CUT_BOTH, conforming[i]);
	}
	says(RFB_OPEN "c 06 000000 00000000\ns 03 000000 00000000\n", "");
}

/* A session that ends anywhere says nothing. */
static void
test_cut(void **state)
{
	static struct feed f;

	(void)state;
	for (size_t i = 0; i < CONFORMING; i++) {
		feed_read(&f, conforming[i]);
		for (size_t size = 0; size <= f.size; size++) {
			char room[FEED_TEXT];
			struct text said = text_of(room, sizeof room);

			feed_run(&f, size, 0, 0, &said);
			assert_string_equal(room, "");
		}
	}
}

static void
test_failed(void **state)
{
	(void)state;
	says(RFB_38 "s 00 00000004 'busy'\n", "");
	says(RFB_33 "s 00000000 00000004 'busy'\n", "");
	says(RFB_38 "s 01 02\nc 02\ns aa*16\nc bb*16\ns 00000001 00000003 'bad'\n", "");
	says(RFB_37 "s 01 02\nc 02\ns aa*16\nc bb*16\ns 00000001\n", "");
	says(RFB_33 "s 00000002 aa*16\nc bb*16\ns 00000002\n", "");
	/* and then the server goes on */
	says(RFB_38 "s 00 00000004 'busy' 00\n", "3203 malformed handshake out of turn;");
	says(RFB_37 "s 01 02\nc 02\ns aa*16\nc bb*16\ns 00000001 00\n",
	    "3203 malformed handshake out of turn;");
	/* a reason of 4,096 bytes, and of one more; in each place for one */
	says(RFB_38 "s 00 00001000 aa*4096 00\n", "3203 malformed handshake out of turn;");
	says(RFB_38 "s 00 00001001 aa*9\n", "3203 malformed reason;");
	says(RFB_33 "s 00000000 ffffffff aa*9\n", "3203 malformed reason;");
	says(RFB_38 "s 01 02\nc 02\ns aa*16\nc bb*16\ns 00000001 00001001 aa*9\nc 01\n",
	    "3203 malformed reason;");
	says(RFB_38 "s 01 01\nc 01\ns 00000004\n", "3203 malformed SecurityResult;");
	says(RFB_38 "s 01 01\nc 01\ns 00000000\nc 01\ns 0040 0030 18"
		    "180001 00ff00ff00ff 100800"
		    "000000 00000000\n",
	    "3203 malformed ServerInit;");
}

/* A name of the desktop has 4,096 bytes at most; a name and a password 1,024 each; a list of what
 * Tight could do 255 rows. */
static void
test_too_long(void **state)
{
#define SCREEN	"c 01\ns 0040 0030 " RFB_24_BITS
#define ACCOUNT RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 00 01 00000100\nc 00000100\n"
#define TIGHT	RFB_38 "s 01 10\nc 10\ns 00000000 00000000 00000000\n" SCREEN " 00000000 "
	(void)state;
	says(RFB_38 RFB_NONE SCREEN " 00001000 aa*4096\n" CUT_S, CUT_S_SAID);
	says(RFB_38 RFB_NONE SCREEN " 00001001 aa*9\n" CUT_BOTH,
	    "3203 malformed ServerInit;" CUT_C_SAID);
	says(ACCOUNT "c 00000400 00000400 aa*2048\ns 00000000\n" SCREEN " 00000000\n" CUT_C,
	    CUT_C_SAID);
	says(ACCOUNT "c 00000401 00000001 aa*9\n", "3203 malformed account;");
	says(ACCOUNT "c 00000001 00000401 aa*9\n", "3203 malformed account;");
	says(TIGHT "00ff 00ff 00ff 0000 aa*12240\n" CUT_S, CUT_S_SAID);
	says(TIGHT "0100 0000 0000 0000\n", "3203 malformed Tight capabilities;");
	says(TIGHT "0000 0100 0000 0000\n", "3203 malformed Tight capabilities;");
	says(TIGHT "0000 0000 0100 0000\n", "3203 malformed Tight capabilities;");
}

static void
test_not_rfb(void **state)
{
	(void)state;
	says("c 'GET / HTTP/1.1||'\n", "3201 unknown-protocol;");
	says("s 'SSH-2.0-x|'\n", "3201 unknown-protocol;");
	says("s 'RFB 003.00x|'\n", "3201 unknown-protocol;");
	says("s 'RFB 3.8|'\n", "3201 unknown-protocol;");
	says("s 'RFB 003.008' 0d\n", "3201 unknown-protocol;");
	says("s 'RFB 003.008|'\nc 'hello'\n", "3201 unknown-protocol;");
	says("s 'ID:1234' 00*243\n", "3201 unknown-protocol;"); /* a server that was called */
	says("s 03 00 00 13 0e d0\n", "3201 unknown-protocol;");
	/* once, and nothing after it */
	says("s 'HTTP/1.0 200|'\nc 'RFB 003.008|'\n", "3201 unknown-protocol;");
}

static void
test_versions(void **state)
{
	(void)state;
	/* a greeting that nobody has; the viewer takes one that there is */
	says("s 'RFB 999.999|'\nc 'RFB 003.008|'\n" RFB_NONE RFB_INIT(RFB_24_BITS) CUT_S,
	    "3203 malformed RFB 999.999;" CUT_S_SAID);
	says("s 'RFB 999.999|'\nc 'RFB 999.999|'\ns 01 01\nc 01\n", "3203 malformed RFB 999.999;");
	says("s 'RFB 003.008|'\nc 'RFB 003.009|'\ns 01 01\n", "3203 malformed RFB 003.009;");
	says("s 'RFB 003.889|'\nc 'RFB 003.100|'\ns 01 01\n", "3203 malformed RFB 003.100;");
	/* more than the server has: which of the two will they speak? */
	says("s 'RFB 003.003|'\nc 'RFB 003.008|'\ns 01 01\n", "3203 malformed RFB 003.008;");
	says("s 'RFB 003.007|'\nc 'RFB 003.008|'\ns 01 01\n", "3203 malformed RFB 003.008;");
	says("s 'RFB 004.001|'\nc 'RFB 004.001|'\ns 01 01\n", "3203 unknown-protocol RFB 004.001;");
	says("s 'RFB 005.000|'\nc 'RFB 005.000|'\ns 01 05\n", "3203 unknown-protocol RFB 005.000;");
	/* RFB 000.000 from the side that connected is no repeater */
	says("c 'RFB 000.000|'\n", "3203 malformed RFB 000.000;3201 reverse RFB 000.000;");
}

static void
test_out_of_turn(void **state)
{
	static const char *const early[] = {
		"s 'RFB 003'\nc 'RFB 003.008|'\n",
		RFB_38 "c 01\n",
		RFB_38 "s 01 01 00000000\n",
		RFB_33 "c 01\n",
		RFB_38 "s 01 10\nc 10 00000000\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof early / sizeof *early; i++)
		says(early[i], "3203 malformed handshake out of turn;");
	/* as if it had been answered: what the other side said was not seen */
	says("s 'RFB 003.008|' 01 01\n", "3203 one-sided;");
	says("s 'RFB 003.008|' 01 01\nc 'RFB 003.008|'\n", "3203 one-sided;");
	says("c 'RFB 003.008|' 01 01\n", "3203 one-sided;");
	says(RFB_38 "s 01 10\nc 10\ns 00000100\n", "3203 malformed Tight capabilities;");
}

static void
test_encrypted(void **state)
{
	static const struct {
		unsigned type;
		const char *name;
	} rows[] = { { 3, "RealVNC" }, { 4, "RealVNC" }, { 5, "RA2" }, { 7, "RealVNC" },
		{ 15, "RealVNC" }, { 6, "RA2ne" }, { 18, "TLS" }, { 20, "SASL" }, { 30, "Apple" },
		{ 35, "Apple" }, { 36, "Apple" }, { 113, "MS-Logon" }, { 114, "SecureVNC" },
		{ 115, "SecureVNC" }, { 129, "RA2-256" }, { 130, "RA2ne-256" }, { 133, "RealVNC" },
		{ 255, "RealVNC" } };
	char want[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		(void)snprintf(want, sizeof want, "3203 encrypted %s;", rows[i].name);
		says_of(want, RFB_38 "s 02 02 %02x\nc %02x\ns a5*100\nc 5a*100\n" CUT_BOTH,
		    rows[i].type, rows[i].type);
	}
	says(RFB_33 "s 00000011\ns a5*24\nc a5*9\n", "3203 encrypted SecureVNC;");
	says(RFB_33 "s fffffffa\ns a5*24\nc a5*9\n", "3203 encrypted MS-Logon;");
	says(RFB_38 "s 01 10\nc 10\ns 00000001 00000007 'ABCDTUNNEL__'\nc 00000007\ns a5*9\n",
	    "3203 encrypted Tight tunnel 7;");
	/* nobody knows what goes on behind these */
	says(RFB_38 "s 01 16\nc 16\ns a5*9\n", "3203 unknown-protocol security type 22;");
	says(RFB_38 "s 01 01\nc 00\n", "3203 unknown-protocol security type 0;");
	says(RFB_33 "s 00000003\n", "3203 encrypted RealVNC;");
	says(RFB_33 "s 01010101\n", "3203 unknown-protocol security type 16843009;");
}

/* UltraVNC's result by which the choice begins again: six times at most, and not while the viewer
 * owes an answer or goes on already. */
static void
test_again(void **state)
{
#define AGAIN "s 01 11\nc 11\ns ffffffff\n"
	(void)state;
	says(RFB_38 AGAIN AGAIN AGAIN AGAIN AGAIN RFB_NONE RFB_INIT(RFB_24_BITS) CUT_S, CUT_S_SAID);
	says(RFB_38 AGAIN AGAIN AGAIN AGAIN AGAIN AGAIN RFB_NONE, "3203 malformed SecurityResult;");
	says(RFB_38 AGAIN "s 01 71\nc 71\ns a5*24\n", "3203 encrypted MS-Logon;");
	says(RFB_38 AGAIN "s 00 00000004 'busy'\n", "");
	says(RFB_38 AGAIN "c 01\n", "3203 malformed handshake out of turn;");
	says(RFB_38 "s 01 11\nc 11 01\ns ffffffff\n", "3203 malformed SecurityResult;");
	says(RFB_38 "s 01 02\nc 02\ns aa*16\nc bb*15\ns ffffffff\n",
	    "3203 malformed SecurityResult;");
	says(RFB_33 "s 00000002\ns aa*16\nc bb*16\ns ffffffff\n", "3203 malformed SecurityResult;");
	says(RFB_38 "s 01 02\nc 02\ns aa*16\nc bb*16\ns fffffffe\n",
	    "3203 malformed SecurityResult;");
	/* failed, with a reason in any version */
	says(RFB_33 "s 00000002\ns aa*16\nc bb*16\ns 00000003 00000002 'no'\n", "");
	says(RFB_33 "s 00000002\ns aa*16\nc bb*16\ns 00000003 00000002 'no' 00\n",
	    "3203 malformed handshake out of turn;");
}

/* VeNCrypt: what is taken in it says whether anything is hidden. */
static void
test_vencrypt(void **state)
{
#define VENCRYPT "s 01 13\nc 13\ns 0002\nc 0002\ns 00 02 00000001 00000104\n"
#define OPENED	 RFB_INIT(RFB_24_BITS)
	(void)state;
	says(RFB_38 VENCRYPT "c 00000104\ns 01 a5*99\nc 5a*99\n", "3203 encrypted VeNCrypt;");
	says(RFB_38 VENCRYPT "c 0000010c\n", "3203 encrypted VeNCrypt;");
	says(RFB_38 VENCRYPT "c 00000001\ns 00000000\n" OPENED CUT_S, CUT_S_SAID);
	says(RFB_37 VENCRYPT "c 00000001\n" OPENED CUT_S, CUT_S_SAID);
	says(RFB_38 VENCRYPT "c 00000002\ns aa*16\nc bb*16\ns 00000000\n" OPENED CUT_S, CUT_S_SAID);
	says(RFB_38 VENCRYPT "c 00000100\nc 00000001 00000002 'upp'\ns 00000000\n" OPENED CUT_S,
	    CUT_S_SAID);
	says(RFB_38 VENCRYPT "c 0000010d\n", "3203 unknown-protocol VeNCrypt 269;");
	says(RFB_38 VENCRYPT "c 00000000\n", "3203 unknown-protocol VeNCrypt 0;");
	says(RFB_38 "s 01 13\nc 13\ns 0001\n", "3203 unknown-protocol VeNCrypt;");
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0000\n", "3203 unknown-protocol VeNCrypt;");
	/* the version is refused, nothing is offered; and then the server goes on */
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 01\n", "");
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 01 01 00000001\nc 00000001\n",
	    "3203 malformed handshake out of turn;");
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 00 00\n", "");
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 00 00 00\n",
	    "3203 malformed handshake out of turn;");
	says(RFB_38 "s 01 13\nc 13\ns 0002\nc 0002\ns 00 00\nc 00\n",
	    "3203 malformed handshake out of turn;");
	/* a server of 3.3 cannot choose it */
	says(RFB_33 "s 00000013\n", "3203 unknown-protocol security type 19;");
	says(RFB_38 "s 01 13\nc 13\nc 0002\n", "3203 malformed handshake out of turn;");
	/* as a way to log in of Tight's */
	says(RFB_38 "s 01 10\nc 10\ns 00000000 00000001 00000013 'VENCVENCRYPT'\nc 00000013\n"
		    "s 0002\nc 0002\ns 00 01 00000105\nc 00000105\ns a5*9\n",
	    "3203 encrypted VeNCrypt;");
}

/* Who is the screen connects: an open viewer, a repeater that is told an ID. */
static void
test_reverse(void **state)
{
	static const char open[] =
	    "c 'RFB 003.008|'\ns 'RFB 003.008|'\nc 01 01\ns 01\nc 00000000\ns 01\n"
	    "c 0040 0030 " RFB_24_BITS " 00000000\n";

	(void)state;
	says(open, "3201 reverse RFB 003.008;");
	/* once it is answered, or when nobody will answer any more */
	says("c 'RFB 003.008|'\ns 'RFB 003.003|'\n", "3201 reverse RFB 003.008;");
	says("c 'RFB 003.008|'\ns 'RFB 003.009|'\n",
	    "3201 reverse RFB 003.008;3203 malformed RFB 003.009;");
	says("c 'RFB 003.008|'\n", "3201 reverse RFB 003.008;");
	says("c 'RFB 003.008'\n", "");
	says("c 'RFB 003.008|'\ns 'RFB 003'\n", "");
	/* a viewer whose server's greeting is missing */
	says("c 'RFB 003.008|'\n-s 12\n", "3203 lost;");
	says("c 'RFB 003.008|' 01\n-s 14\n", "3203 one-sided;");
	says_of("3201 reverse RFB 003.008;3202 clipboard ClientCutText;",
	    "%ss 06 000000 00000001 'x'\n", open);
	says_of("3201 reverse RFB 003.008;3202 clipboard ServerCutText;",
	    "%sc 00 00 0001 0000 0000 0001 0001 00000000 aa*4 03 000000 00000001 'x'\n", open);
	says_of("3201 reverse repeater ID:1234;3202 clipboard ServerCutText;",
	    "c 'ID:1234' 00*243\n%sc 03 000000 00000001 'x'\n", open);
	says_of("3201 reverse repeater ID:1234;3202 clipboard ServerCutText;",
	    "c 'ID:1234' 0d '|'\n%sc 03 000000 00000001 'x'\n", open);
	says_of("3201 reverse repeater ID:12;", "c 'ID:12' 00 ff*244\n%s", open);
	says_of("3201 reverse repeater ID:12;", "c 'ID:12' 00 0a*244\n%s", open);
	/* that ends before all of it was said */
	says("c 'ID:12'\n", "3201 reverse repeater ID:12;");
	says("c 'ID:12' 00 aa*243\n", "3201 reverse repeater ID:12;");
	says("c 'ID' 00\n", "3201 unknown-protocol;");
	says("c 'ID:' 07\n", "3201 unknown-protocol;");
	says("c 'ID:~' 7f\n", "3201 unknown-protocol;");
	says("c 'ID: 1' 00*245\n", "3201 reverse repeater ID: 1;");
	says("c 'ID:1|' 'ID:2|'\n", "3201 reverse repeater ID:1;3201 unknown-protocol;");
	/* an ID of 250 bytes: 63 are kept */
	says_of("3201 reverse repeater "
		"ID:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;",
	    "c 'ID:' 61*247\n%s", open);
}

/* A viewer asks a repeater for a host, or for who told it an ID. */
static void
test_repeater(void **state)
{
	(void)state;
	says("s 'RFB 000.000|'\nc '10.1.2.3:5900' 00*237\n" RFB_OPEN CUT_S,
	    "3202 channel repeater 10.1.2.3:5900;" CUT_S_SAID);
	says("s 'RFB 000.000|'\nc 'ID:77' 00*245\n" RFB_OPEN, "3202 channel repeater ID:77;");
	says("s 'RFB 000.000|'\nc 'RFB 003.008|'\n" RFB_OPEN, "3202 channel repeater RFB 003.008;");
	says("s 'RFB 000.000|'\nc '10.1.2.3:5900' 00*9\n", "3202 channel repeater 10.1.2.3:5900;");
	says("s 'RFB 000.000|'\n", "");
	/* and that one is none */
	says("s 'RFB 000.000|'\nc 'ID:77' 00*245\ns 'RFB 000.000|'\n",
	    "3202 channel repeater ID:77;3203 malformed RFB 000.000;");
	says("s 'RFB 000.000|'\nc 01\n", "3201 unknown-protocol;");
}

static void
test_lost(void **state)
{
	(void)state;
	says("-s 12\n" RFB_33, "3203 lost;");
	says("-c 1\n" RFB_OPEN, "3203 lost;");
	says(RFB_38 "-s 2\nc 01\n" CUT_BOTH, "3203 lost;");
	/* in the middle of a picture, and to its end, nothing is lost with them */
	says(RFB_OPEN "s 00 00 0001 0000 0000 0004 0004 00000000 aa*10\n-s 50\ns aa*4\n" CUT_S,
	    CUT_S_SAID);
	says(RFB_OPEN "s 00 00 0001 0000 0000 0004 0004 00000000 aa*10\n-s 54\n" CUT_S, CUT_S_SAID);
	says(RFB_OPEN "s 00 00 0001 0000 0000 0004 0004 00000000 aa*10\n-s 55\n" CUT_S,
	    "3203 lost;");
	/* of one side alone: the other is read on; and it is said once */
	says(RFB_OPEN "-s 1\n" CUT_BOTH, "3203 lost;" CUT_C_SAID);
	says(RFB_OPEN "-c 1\n" CUT_BOTH "-s 1\n" CUT_BOTH, "3203 lost;" CUT_S_SAID);
	says(RFB_OPEN "c 04 01\n-c 6\n" CUT_BOTH, "3203 lost;" CUT_S_SAID);
}

static void
test_end(void **state)
{
	(void)state;
	says(RFB_OPEN "end\n" CUT_BOTH "-c 9\n", "");
	says("end\nc 'HTTP'\n", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conforming),
		cmocka_unit_test(test_clipboard),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_not_rfb),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_out_of_turn),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_vencrypt),
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_repeater),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_end),
	};

	return UNIT_RUN(tests);
}
