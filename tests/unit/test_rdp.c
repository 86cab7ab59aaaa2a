/* test_rdp - RDP sessions in clear: channels, settings, frames, and what is missing. */
#include "rdp_script.h"

static void
test_examples(void **state)
{
	(void)state;
	check_rdp("the specification's",
	    "c " REQUEST_0 " s " CONFIRM_0 " c " EXAMPLE_INITIAL " s " RESPONSE("02", "02") AFTER,
	    "3202 drive clipboard (rdpdr,cliprdr)");
	check_rdp("without a list", session(initial(CORE CLUSTER SECURITY)), "");
	check_rdp("no side answers", "c " REQUEST_0, "");
	check_rdp("nothing", "c", "");
	check_rdp("given up by X.224",
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c " ERECT DISCONNECT,
	    "3202 drive clipboard (rdpdr,cliprdr)");
	check_rdp("given up before", STANDARD DISCONNECT " s " DISCONNECT, "");
}

/* The builder makes the example. */
static void
test_builder(void **state)
{
	(void)state;
	assert_string_equal(initial(CORE CLUSTER SECURITY NETWORK), EXAMPLE_INITIAL);
}

static void
test_channels(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "rdpdr", "3202 drive (rdpdr)" },
		{ "cliprdr", "3202 clipboard (cliprdr)" },
		{ "CLIPRDR", "3202 clipboard (CLIPRDR)" },
		{ "RdpDr", "3202 drive (RdpDr)" },
		{ "urbdrc", "3202 usb (urbdrc)" },
		{ "rdpsnd", "" },
		{ "RDPSND", "" },
		{ "rail", "" },
		{ "rail_wi", "" },
		{ "rail_ri", "" },
		{ "encomsp", "" },
		{ "drdynvc", "3203 dynamic-channels (drdynvc)" },
		{ "DRDYNVC", "3203 dynamic-channels (drdynvc)" },
		{ "MS_T120", "3202 channel (MS_T120)" },
		{ "remdesk", "3202 channel (remdesk)" },
		{ "snddbg", "3202 channel (snddbg)" },
		{ "rdpdr2", "3202 channel (rdpdr2)" },
		{ "rdpd", "3202 channel (rdpd)" },
		{ "a", "3202 channel (a)" },
		/* Without a zero at its end; a server may put one there. */
		{ "cliprdrX", "3202 clipboard channel (cliprdr)" },
		{ "rail_wiX", "3202 channel (rail_wi)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_session(rows[i].name, listing(channel(rows[i].name), 1), rows[i].want);
}

/* Something behind a name's zero: no client does that. */
static void
test_behind_a_name(void **state)
{
	(void)state;
	check_session("rdpsnd", listing("726470736e640001000000c0", 1), "3202 channel (rdpsnd)");
	check_session(
	    "rdpdr", listing("726470647200ff0000008080", 1), "3202 drive channel (rdpdr)");
	check_session("no name", listing("007264706472000000008080", 1), "3203 malformed");
	check_session("nothing", listing("000000000000000000008080", 1), "3203 malformed");
	check_session("nothing, and a name", listing("000000000000000000008080" CHANNEL_CLIPRDR, 2),
	    "3202 clipboard (cliprdr); 3203 malformed");
}

static void
repeat(char *to, size_t size, const char *part, unsigned times)
{
	size_t n = 0;

	for (unsigned i = 0; i < times; i++, n += strlen(part))
		join(to + n, size - n, "%s", part);
}

static void
test_many_channels(void **state)
{
	static char text[FEED_TEXT], want[FEED_SAID], names[200];
	const char *dynamic = "64726479"
			      "6e766300"
			      "00008080";

	(void)state;
	join(text, sizeof text, "%s%s%s", CHANNEL_CLIPRDR, dynamic, CHANNEL_RDPSND);
	check_session("clipboard and dynamic", listing(text, 3), "3202 clipboard (cliprdr)");
	join(text, sizeof text, "%s%s", CHANNEL_RDPSND, dynamic);
	check_session("sound and dynamic", listing(text, 2), "3203 dynamic-channels (drdynvc)");
	check_session("none", listing("", 0), "");
	for (unsigned n = 29; n <= 33; n++) {
		repeat(text, sizeof text, CHANNEL_RDPSND, n);
		check_session("much sound", listing(text, n), n > 31 ? "3203 malformed" : "");
	}
	/* 15 names of 7 bytes and their commas are 119: there is room for a mark, for no other
	 * name. */
	repeat(text, sizeof text, CHANNEL_CLIPRDR, 31);
	repeat(names, sizeof names, "cliprdr,", 15);
	join(want, sizeof want, "3202 clipboard (%s...)", names);
	check_session("many names", listing(text, 31), want);
	/* One of 4 bytes still fits. */
	repeat(text, sizeof text, CHANNEL_CLIPRDR, 15);
	join(text + strlen(text), sizeof text - strlen(text), "%s", channel("abcd"));
	join(want, sizeof want, "3202 clipboard channel (%sabcd)", names);
	check_session("just fitting", listing(text, 16), want);
}

/* --- the client's settings, wrong --- */

static void
test_list_wrong(void **state)
{
	(void)state;
	check_session("one more is said", listing(CHANNEL_RDPSND, 2), "3203 malformed");
	check_session("one less is said", listing(CHANNEL_RDPSND CHANNEL_CLIPRDR, 1),
	    "3202 clipboard (cliprdr); 3203 malformed");
	check_session("half of one", listing(CHANNEL_CLIPRDR "7264", 1),
	    "3202 clipboard (cliprdr); 3203 malformed");
	check_session("two lists", initial(CORE SECURITY "03c0140001000000" CHANNEL_RDPSND NETWORK),
	    "3202 drive clipboard (rdpdr,cliprdr); 3203 malformed");
	check_session("no number", initial(CORE SECURITY "03c006000100"), "3203 malformed");
	check_session("no core", initial(SECURITY), "3203 malformed");
	check_session("no security", initial(CORE), "3203 malformed");
	check_session("two cores", initial(CORE SECURITY CORE), "3203 malformed");
	check_session(
	    "a block too long", initial(CORE "02c00d001b00000000000000"), "3203 malformed");
	check_session("a block of no size", initial(CORE SECURITY "05c00000"), "3203 malformed");
	check_session("a server's block", initial(CORE SECURITY "050c0400"), "3203 malformed");
	/* 32 at most. */
	for (unsigned n = 30; n <= 31; n++) {
		static char blocks[FEED_TEXT];

		join(blocks, sizeof blocks, "%s", CORE SECURITY);
		repeat(blocks + strlen(blocks), sizeof blocks - strlen(blocks), "20c00400", n);
		check_session("many blocks", initial(blocks), n > 30 ? "3203 malformed" : "");
	}
	check_session("half a header", initial(CORE SECURITY "05c0"), "3203 malformed");
	check_session("other blocks",
	    initial(CORE SECURITY "05c00c000000000000000000"
				  "06c0080000000000"
				  "0ac0080003000000"),
	    "");
}

/* What stands before the conference, in other ways that BER allows, and wrong. */
static void
test_head(void **state)
{
#define NUMBERS		       "020122020102020100020101020100020101020101"
#define HEAD(name, head, want) check_session(name, initial_with(head, CORE SECURITY), want)
#define TWO_DOMAINS	       "3018" NUMBERS "0201023018" NUMBERS "020102"
	(void)state;
	HEAD("as ever", SELECTORS UPWARD "3018" NUMBERS "020102" TWO_DOMAINS, "");
	HEAD("long lengths", SELECTORS UPWARD "308118" NUMBERS "020102" TWO_DOMAINS, "");
	HEAD("longer", SELECTORS UPWARD "30820018" NUMBERS "020102" TWO_DOMAINS, "");
	HEAD("longest", SELECTORS UPWARD "3083000018" NUMBERS "020102" TWO_DOMAINS,
	    "3203 malformed");
	HEAD("without end", SELECTORS UPWARD "3080" NUMBERS "0201020000" TWO_DOMAINS,
	    "3203 malformed");
	HEAD("no selectors", "04000400" UPWARD "3018" NUMBERS "020102" TWO_DOMAINS, "");
	HEAD("no selector", "0400" UPWARD "3018" NUMBERS "020102" TWO_DOMAINS, "3203 malformed");
	HEAD("5 bytes", SELECTORS UPWARD "301c" NUMBERS "02050000000002" TWO_DOMAINS, "");
	HEAD("6 bytes", SELECTORS UPWARD "301d" NUMBERS "0206000000000002" TWO_DOMAINS,
	    "3203 malformed");
	HEAD("0 bytes", SELECTORS UPWARD "3017" NUMBERS "0200" TWO_DOMAINS, "3203 malformed");
	HEAD("a ninth number", SELECTORS UPWARD "301b" NUMBERS "020102020102" TWO_DOMAINS,
	    "3203 malformed");
	HEAD("seven", SELECTORS UPWARD "3015" NUMBERS TWO_DOMAINS, "3203 malformed");
}

/* Each byte up to the blocks is checked, but for the selectors and the numbers of the domains. */
static void
test_each_byte(void **state)
{
	static char text[FEED_TEXT];
	static struct rdp_said said;
	const char *good = initial(CORE CLUSTER SECURITY);
	size_t at = strlen(STANDARD), n = strlen(good) - strlen(CORE CLUSTER SECURITY);
	unsigned silent = 0;

	(void)state;
	join(text, sizeof text, "%s", session(good));
	for (size_t i = 0; i < n; i++) {
		char was = text[at + i];

		for (const char *digit = "0123456789abcdef"; *digit; digit++) {
			text[at + i] = *digit;
			(void)rdp_run(text, CUT_NONE, &said);
			silent += *digit != was && said.n == 0;
		}
		text[at + i] = was;
	}
	/* 15 other digits for each of two of every byte that has no meaning here: 2 of the
	 * selectors, 1 of `upward`, and of the three domains 9, 9 and 12. */
	assert_int_equal(silent, 15 * 2 * (2 + 1 + 9 + 9 + 12));
}

static void
test_cut_in_pdus(void **state)
{
	static char text[FEED_TEXT];
	const char *good = initial(CORE CLUSTER SECURITY NETWORK);

	(void)state;
	/* X.224's end mark is missing: the list goes on in the next TPKT. */
	join(text, sizeof text, "%s", good);
	memcpy(text + 12, "00", 2);
	check_session("not the last", text, "3203 malformed");
}

/* A client's list that is longer than what is read is passed over; what follows is read again. */
static void
test_limit(void **state)
{
	static char text[FEED_TEXT], zeros[2 * 4797];
	static struct rdp_said said;

	(void)state;
	memset(zeros, '0', sizeof zeros - 1);
	for (unsigned i = 0; i < 3; i++) {
		unsigned size = (const unsigned[]){ 4096, 4097, 4796 }[i];

		join(text, sizeof text,
		    STANDARD "0300%04x02f0807f658200000401%.*s s " RESPONSE("02", "03") " c " ERECT,
		    size, (int)(2 * (size - 14)), zeros);
		for (long cut = CUT_EACH; cut <= CUT_NONE; cut++) {
			(void)rdp_run(text, cut, &said);
			assert_string_equal(
			    said.text, size > 4096 ? "3203 limit" : "3203 malformed");
		}
	}
}

/* --- the server's settings --- */

static void
test_level(void **state)
{
	static const struct {
		const char *method, *level, *want;
	} rows[] = {
		{ "02", "02", "" },
		{ "02", "03", "" },
		{ "00", "00", "3203 weak-security" },
		{ "01", "01", "3203 weak-security" },
		{ "08", "01", "3203 weak-security" },
		{ "08", "02", "3203 weak-security" },
		{ "01", "02", "3203 weak-security" },
		{ "10", "04", "3203 weak-security" },
		{ "02", "01", "3203 weak-security" },
		{ "02", "04", "3203 weak-security" },
		{ "10", "03", "3203 weak-security" },
		{ "00", "03", "3203 weak-security" },
	};
	static char text[FEED_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *at;

		join(text, sizeof text, "%s", session(initial(CORE SECURITY)));
		at = strstr(text, "020cec00");
		assert_non_null(at);
		memcpy(text + (at - text) + 8, rows[i].method, 2);
		memcpy(text + (at - text) + 16, rows[i].level, 2);
		check_rdp(rows[i].method, text, rows[i].want);
	}
}

static void
check_response(const char *name, const char *response, const char *want)
{
	static char text[FEED_TEXT];

	join(text, sizeof text, STANDARD "%s s %s c " ERECT, initial(CORE SECURITY), response);
	check_rdp(name, text, want);
}

static void
test_response(void **state)
{
	(void)state;
	check_response("refused", "0300001002f0807f66060a0103020100", "");
	check_response("refused, with nothing to go on",
	    "0300002e02f0807f66240a0103020100301a0201220201030201000201010201000201010203"
	    "00fff80201020400",
	    "");
	/* Clients go on with it (FreeRDP does), so it counts. */
	check_response("refused, but with settings",
	    "0300005c02f0807f66520a0103020100301a0201220201030201000201010201000201010203"
	    "00fff8020102042e000500147c00012a14760a01010001c0004d63446e18"
	    "020c0c000000000000000000"
	    "010c0c000400080000000000",
	    "3203 weak-security");
	check_response("nothing in it", "0300000902f0807f6600", "3203 malformed");
	check_response("a client's", EXAMPLE_INITIAL, "3203 malformed");
	check_response("shorter", "0300000302f080", "3203 malformed");
	check_response("of no size", "0300000002f080", "3203 malformed");
	check_response("too short for X.224", "0300000702f080", "3203 malformed");
	check_response("and no frame behind it", "0300000702f080 5353", "3203 malformed");
	/* Security first, without encryption: 12 bytes of it, 12 of the core, 8 of the network. */
	check_response("security first",
	    "0300006402f0807f665a0a0100020100301a0201220201030201000201010201000201010203"
	    "00fff80201020436000500147c00012a14760a01010001c0004d63446e20"
	    "020c0c000000000000000000"
	    "010c0c000400080000000000"
	    "030c0800eb030000",
	    "3203 weak-security");
	/* The last of two counts for most clients. */
	check_response("two of them",
	    "0300006802f0807f665e0a0100020100301a0201220201030201000201010201000201010203"
	    "00fff8020102043a000500147c00012a14760a01010001c0004d63446e24"
	    "020c0c000200000002000000"
	    "010c0c000400080000000000"
	    "020c0c000000000000000000",
	    "3203 malformed");
	check_response("something else behind it",
	    "0300006002f0807f66560a0100020100301a0201220201030201000201010201000201010203"
	    "00fff80201020432000500147c00012a14760a01010001c0004d63446e1c"
	    "020c0c000200000002000000"
	    "010c0c000400080000000000"
	    "0000ffff",
	    "");
	check_response("nothing behind it",
	    "0300006002f0807f66560a0100020100301a0201220201030201000201010201000201010203"
	    "00fff80201020432000500147c00012a14760a01010001c0004d63446e1c"
	    "020c0c000200000002000000"
	    "010c0c000400080000000000"
	    "00000000",
	    "");
	check_response("security of no size",
	    "0300006402f0807f665a0a0100020100301a0201220201030201000201010201000201010203"
	    "00fff80201020436000500147c00012a14760a01010001c0004d63446e20"
	    "020c040000000000000000000000000000000000000000000000000000000000",
	    "3203 malformed");
	check_response("no security",
	    "0300005802f0807f664e0a0100020100301a0201220201030201000201010201000201010203"
	    "00fff8020102042a000500147c00012a14760a01010001c0004d63446e14"
	    "010c0c000400080000000000"
	    "030c0800eb030000",
	    "3203 malformed");
}

/* The choice first, and more blocks behind it than are looked at. */
static void
test_many_blocks(void **state)
{
	static char text[FEED_TEXT], blocks[FEED_TEXT];

	(void)state;
	for (unsigned n = 31; n <= 32; n++) {
		unsigned user = 23 + 12 + 4 * n; /* bytes of the conference */

		repeat(blocks, sizeof blocks, "010c0400", n);
		join(text, sizeof text,
		    "0300%04x02f0807f6682%04x0a0100020100301a02012202010302010002010102010002010102"
		    "0300fff80201020481%02x000500147c00012a14760a01010001c0004d63446e8100"
		    "020c0c000200000002000000%s",
		    49 + user, 37 + user, user, blocks);
		check_response("many", text, n > 31 ? "3203 malformed" : "");
	}
}

/* The server's choice is behind what is read of its settings. */
static void
test_far_response(void **state)
{
	static char text[FEED_TEXT], zeros[2 * 4860 + 1];

	(void)state;
	memset(zeros, '0', sizeof zeros - 1);
	join(text, sizeof text,
	    STANDARD
	    "%s s 0300138802f0807f6682137c0a0100020100301a020122020103020100020101020100020"
	    "101020300fff802010204821356000500147c00012a14760a01010001c0004d63446e933e"
	    "010c0013%s c " ERECT,
	    initial(CORE SECURITY), zeros);
	check_rdp_some("far", text, "3203 limit");
	join(text, sizeof text,
	    STANDARD
	    "%s s 0300138802f0807f6682137c0a0100020100301a020122020103020100020101020100020"
	    "101020300fff802010204821356000500147c00012a14760a9300%s c " ERECT,
	    initial(CORE SECURITY), zeros);
	check_rdp_some("far key", text, "3203 limit");
	/* The choice is there, but what follows it is not; a certificate that is the last is no
	 * matter. */
	for (unsigned more = 0; more < 2; more++) {
		join(text, sizeof text,
		    STANDARD
		    "%s s 0300138802f0807f6682137c0a0100020100301a020122020103020100020101020100020"
		    "101020300fff802010204821356000500147c00012a14760a01010001c0004d63446e933e"
		    "020c%s0200000002000000%.9704s c " ERECT,
		    initial(CORE SECURITY), more ? "0013" : "3f13", zeros);
		check_rdp_some("certificate", text, more ? "3203 limit" : "");
	}
}

/* --- frames --- */

static void
test_frames(void **state)
{
#define SILENT(frame)                                                                              \
	check_rdp(frame, STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") frame, AS_EVER)
#define BROKEN(frame)                                                                              \
	check_rdp(frame, STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") frame,                \
	    AS_EVER "; 3203 unknown-protocol")
	(void)state;
	SILENT(" c " SEND FAST_INPUT SEND FAST_INPUT);
	SILENT(" s " SENT FAST_OUTPUT SENT FAST_OUTPUT FAST_OUTPUT);
	SILENT(" c c40aaabbccddeeff0001"); /* encrypted input: 10 bytes */
	SILENT(" s c08104aa");		   /* the first of 260 */
	BROKEN(" c 0100");
	BROKEN(" c 0202");
	BROKEN(" c 0301000802f08028");
	BROKEN(" c 0300000702f080");
	BROKEN(" c 0300000802f00028");
	BROKEN(" c 0300000802e08028");
	BROKEN(" c 0300000803f08028");
	BROKEN(" c " SENT);
	BROKEN(" s " SEND);
	BROKEN(" s " ATTACH);
	BROKEN(" c 0300000803");
	BROKEN(" c " EXAMPLE_INITIAL);
	BROKEN(" c 0300000c06800000000000aa");
	BROKEN(" c " REQUEST_NONE);
	BROKEN(" c 0402");
	BROKEN(" c 04800300");
	BROKEN(" s 0403aa");
	BROKEN(" s 5353482d");
	BROKEN(" c 5353482d");
	/* Said once, of both sides. */
	check_rdp("both", STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 5353 s 5353 5353",
	    AS_EVER "; 3203 unknown-protocol");
}

/* --- what is missing --- */

static void
test_lost(void **state)
{
	(void)state;
	check_rdp("at once", "c ?1 " REQUEST_0, "3203 lost");
	check_rdp("of the server", "c " REQUEST_0 " s ?19", "3203 lost");
	check_rdp("of the list", STANDARD "0300 ?400", "3203 lost");
	check_rdp("before the list", STANDARD "?1 " EXAMPLE_INITIAL, "3203 lost");
	check_rdp("behind it", STANDARD EXAMPLE_INITIAL " ?12", AS_EVER "; 3203 lost");
	check_rdp(
	    "of the answer", STANDARD EXAMPLE_INITIAL " s ?337 c " ERECT, AS_EVER "; 3203 lost");
	check_rdp("in a frame",
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 0300001402f08064 ?12 " SEND,
	    AS_EVER);
	check_rdp("more than a frame",
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 0300001402f08064 ?13 " SEND,
	    AS_EVER "; 3203 lost");
	check_rdp("in a frame's header",
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 0300 ?1",
	    AS_EVER "; 3203 lost");
	check_rdp("both sides", "c ?1 s ?1", "3203 lost");
}

/* One side alone, or ahead of what it must have been told. */
static void
test_one_sided(void **state)
{
	(void)state;
	check_rdp("client", "c " REQUEST_NONE EXAMPLE_INITIAL, AS_EVER "; 3203 one-sided");
	check_rdp("server", "s " CONFIRM_NONE, "3203 one-sided");
	check_rdp("server, more", "s " CONFIRM_NONE RESPONSE("02", "03") SENT, "3203 one-sided");
	check_rdp("no settings of the server", STANDARD EXAMPLE_INITIAL " " ERECT,
	    AS_EVER "; 3203 one-sided");
	check_rdp("no settings of the client",
	    "c " REQUEST_NONE " s " CONFIRM_NONE RESPONSE("02", "03"), "3203 one-sided");
	check_rdp("settings half", "c " REQUEST_NONE " s " CONFIRM_NONE " c 0300", "");
	check_rdp("settings, no answer", STANDARD EXAMPLE_INITIAL, AS_EVER);
	check_rdp("answer half", STANDARD EXAMPLE_INITIAL " s 0300", AS_EVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_builder),
		cmocka_unit_test(test_channels),
		cmocka_unit_test(test_behind_a_name),
		cmocka_unit_test(test_many_channels),
		cmocka_unit_test(test_list_wrong),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_cut_in_pdus),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_many_blocks),
		cmocka_unit_test(test_far_response),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_one_sided),
	};

	return UNIT_RUN(tests);
}
