/* test_rdp_open - how RDP connections begin: the negotiation, TLS behind it, and what is none. */
#include "rdp_script.h"

/* First flights that OpenSSL 3.0 made, to the certificate: it is for desk7; the client asks for
 * asked.example, or for nobody. */
#define HELLO_12                                                                                   \
	"160301009901000095030344f39f84e64fef8fc03e8ac19d44f0ac2865deef07b2ac9fa130354130719d"     \
	"ef000004c02b00ff0100006800000012001000000d61736b65642e6578616d706c65000b000403000102"     \
	"000a000c000a001d0017001e00190018002300000016000000170000000d002a00280403050306030807"     \
	"08080809080a080b080408050806040105010601030303010302040205020602"
#define FLIGHT_12                                                                                  \
	"16030300410200003d0303852cbe6465c51517b3cdbd4c683e7fc51d5e36f67ea2e310dfca190c8487c5"     \
	"5c00c02b000015ff01000100000b000403000102002300000017000016030301850b00018100017e0001"     \
	"7b308201773082011da00302010202143da777bfc0bb6dcb86b8bd05e87461c3edf95fa7300a06082a86"     \
	"48ce3d0403023010310e300c06035504030c056465736b373020170d3236313132313230333333355a18"     \
	"0f32303534303430383230333333355a3010310e300c06035504030c056465736b373059301306072a86"     \
	"48ce3d020106082a8648ce3d03010703420004875b5ca25ebef3c830c2c491b21565d3c014a17bb3bd86"     \
	"ff0be40ba38cc427cafe7b5704944da24b800e007b61c11af18dc777fa76b4b1bcaec1e2faadaa874da3"     \
	"533051301d0603551d0e041604141beec8f15d3661242603c1ab0373c3ca9d7ca702301f0603551d2304"     \
	"18301680141beec8f15d3661242603c1ab0373c3ca9d7ca702300f0603551d130101ff040530030101ff"     \
	"300a06082a8648ce3d040302034800304502204fbfd34b8dc7659e9912d68453df9ef9f1674941228efd"     \
	"e4dc9cbe634572caea022100cfaaf50c0cf4379feae2e73a50bca8277855a30ccfd70e3d3efe9184781b"     \
	"a95e"

/* A certificate for desk7 with the other name desk7.example. */
#define HELLO_NO_NAME                                                                              \
	"16030100830100007f0303c5f3a33c2ded848373edc0f12fd8bad865a12bb1f55766cccfa76c619ed2d2"     \
	"71000004c02b00ff01000052000b000403000102000a000c000a001d0017001e00190018002300000016"     \
	"000000170000000d002a0028040305030603080708080809080a080b0804080508060401050106010303"     \
	"03010302040205020602"
#define FLIGHT_NAMES                                                                               \
	"16030300410200003d03037082de462a6de13fa9e02c32c328edec2f492203dff3fb7c3601ba4f52cf75"     \
	"ea00c02b000015ff01000100000b0004030001020023000000170000160303019f0b00019b0001980001"     \
	"953082019130820137a0030201020214728711bc32e471c099efa5fdc2ddd4aa60f75c52300a06082a86"     \
	"48ce3d0403023010310e300c06035504030c056465736b373020170d3236313132313230333333355a18"     \
	"0f32303534303430383230333333355a3010310e300c06035504030c056465736b373059301306072a86"     \
	"48ce3d020106082a8648ce3d0301070342000481db85b8c012234af27f44fdeae4933bc62d22dc7a4c91"     \
	"b2c86be55831f9a722a2ddf423a308e013cd10384b42d283e30435731de00e3d03621c3c88efb6f1c3a3"     \
	"6d306b301d0603551d0e041604145b64efd1d5ff2d5a49cc0b4e624f3d60c4b6847b301f0603551d2304"     \
	"18301680145b64efd1d5ff2d5a49cc0b4e624f3d60c4b6847b300f0603551d130101ff040530030101ff"     \
	"30180603551d110411300f820d6465736b372e6578616d706c65300a06082a8648ce3d04030203480030"     \
	"45022100d5c12b5aee9f8cf48024752eca56c9fa81306e61eeb0efd60aec014723d4ca87022069cef1e8"     \
	"d585c4e844133f3baecf7a34182ce11884aa32b792a56ab6afd4531e"

/* TLS 1.3, with nothing in clear but the hello. */
#define HELLO_13                                                                                   \
	"16030100f2010000ee030373c9cd0ac49fa89f47fa1dd90175d7eda5b0b05092319cc109861c65b3cc72"     \
	"dd202518f4577dd5ff496fa2fdacababd6684eaca0cadb1c1121b11a3183880de8a60008130213031301"     \
	"00ff0100009d00000012001000000d61736b65642e6578616d706c65000b000403000102000a00160014"     \
	"001d0017001e0019001801000101010201030104002300000016000000170000000d001e001c04030503"     \
	"0603080708080809080a080b080408050806040105010601002b0003020304002d000201010033002600"     \
	"24001d00204a0e48d0753a22f553ff4dae55108036275d63c403be780bde4ed18d4853d660"
#define FLIGHT_13                                                                                  \
	"160303007a020000760303dbd99fc2f9aff1bda3914fdb064065d99bc3298320217224a6745cbf1f686e"     \
	"90202518f4577dd5ff496fa2fdacababd6684eaca0cadb1c1121b11a3183880de8a6130200002e002b00"     \
	"02030400330024001d0020548d235361411caead625e7bc6bb8877a4a84dfd3cabbc85534cc04d4a8294"     \
	"66"

#define ALERT "15030300020228"

/* --- the negotiation --- */

static void
test_negotiation(void **state)
{
	static const struct {
		const char *name, *request, *confirm, *want;
	} rows[] = {
		{ "none, none", REQUEST_NONE, CONFIRM_NONE, "" },
		{ "0, none", REQUEST("00"), CONFIRM_NONE, "" },
		{ "0, 0", REQUEST("00"), CONFIRM("00"), "" },
		{ "none, 0", REQUEST_NONE, CONFIRM("00"), "" }, /* FreeRDP's server does that */
		{ "TLS, 0", REQUEST("01"), CONFIRM("00"), "3203 weak-security" },
		{ "CredSSP, 0", REQUEST("02"), CONFIRM("00"), "3203 weak-security" },
		{ "either, 0", REQUEST("03"), CONFIRM("00"), "3203 weak-security" },
		{ "either, none", REQUEST("03"), CONFIRM_NONE, "3203 weak-security" },
		{ "RDSTLS, none", REQUEST("04"), CONFIRM_NONE, "3203 weak-security" },
		{ "AAD, none", REQUEST("10"), CONFIRM_NONE, "3203 weak-security" },
	};
	static char text[FEED_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		join(text, sizeof text, "c %s s %s c %s%s", rows[i].request, rows[i].confirm,
		    initial(CORE SECURITY), HIGH);
		check_rdp(rows[i].name, text, rows[i].want);
	}
}

static void
test_refused(void **state)
{
	(void)state;
	check_rdp("TLS refused", "c " REQUEST("01") " s " FAILURE("02"), "");
	check_rdp("CredSSP required", "c " REQUEST("00") " s " FAILURE("05"), "");
	check_rdp("and goes on", "c " REQUEST("01") " s " FAILURE("02") " c " HELLO_12,
	    "3201 unknown-protocol");
	check_rdp("and goes on in clear",
	    "c " REQUEST("01") " s " FAILURE("02") " c " EXAMPLE_INITIAL, "3201 unknown-protocol");
}

/* What a request may begin with. */
static void
test_request(void **state)
{
#define THEN " s " CONFIRM_NONE " c " EXAMPLE_INITIAL " s " RESPONSE("02", "03")
#define CORRELATED(type)                                                                           \
	type "00240000112233445566778899aabbccddeeff00000000000000000000000000000000"
	static char text[FEED_TEXT], letters[2 * 246 + 1];

	(void)state;
	check_rdp("no cookie", "c " REQUEST("00") THEN, AS_EVER);
	check_rdp("cookie alone",
	    "c 030000231ee00000000000436f6f6b69653a206d737473686173683d6e616d65310d0a" THEN,
	    AS_EVER);
	check_rdp("a name in another code page",
	    "c 030000241fe00000000000436f6f6b69653a206d737473686173683d8e5293638f5c0d0a" THEN,
	    AS_EVER);
	/* The longest: 246 letters. */
	memset(letters, '6', sizeof letters - 1);
	join(text, sizeof text, "c 03000103fee00000000000%s0d0a" THEN, letters);
	check_rdp("a long token", text, AS_EVER);
	check_rdp("a parameter", "c 0300000f0ae00000000000c1410d0a", "3201 unknown-protocol");
	check_rdp("a control in the cookie", "c 030000140fe00000000000436f6f7f69653a0d0a",
	    "3201 unknown-protocol");
	check_rdp("routing token",
	    "c 0300002c27e00000000000436f6f6b69653a206d7374733d33363430323035323238"
	    "2e31353632392e300d0a" THEN,
	    AS_EVER);
	check_rdp("correlation", "c 0300003732e000000000000108080000000000" CORRELATED("06") THEN,
	    AS_EVER);
	check_rdp("correlation unsaid", "c 0300003732e000000000000100080000000000" CORRELATED("06"),
	    "3201 unknown-protocol");
	check_rdp("correlation missing", "c 030000130ee000000000000108080000000000",
	    "3201 unknown-protocol");
	check_rdp("correlation of another type",
	    "c 0300003732e000000000000108080000000000" CORRELATED("07"), "3201 unknown-protocol");
	check_rdp("no end of the cookie", "c 030000130ee00000000000436f6f6b69653a20",
	    "3201 unknown-protocol");
	check_rdp("cookie without LF", "c 0300001611e00000000000436f6f6b69653a200d0000",
	    "3201 unknown-protocol");
	check_rdp("cookie with another end", "c 0300001510e00000000000436f6f6b69653a200d00",
	    "3201 unknown-protocol");
	check_rdp("correlation, not zero",
	    "c 0300003732e000000000000108080000000000"
	    "0601240000112233445566778899aabbccddeeff00000000000000000000000000000000",
	    "3201 unknown-protocol");
	check_rdp("correlation of another size",
	    "c 0300003732e000000000000108080000000000"
	    "0600230000112233445566778899aabbccddeeff00000000000000000000000000000000",
	    "3201 unknown-protocol");
	check_rdp("a zero in the cookie", "c 030000140fe00000000000436f6f0069653a0d0a",
	    "3201 unknown-protocol");
	check_rdp(
	    "another type", "c 030000130ee000000000000200080000000000", "3201 unknown-protocol");
	check_rdp(
	    "another size", "c 030000130ee000000000000100090000000000", "3201 unknown-protocol");
	check_rdp(
	    "a byte more", "c 030000140fe00000000000010008000000000000", "3201 unknown-protocol");
	check_rdp("a byte less", "c 030000120de0000000000001000800000000", "3201 unknown-protocol");
	check_rdp("class 1", "c 0300000b06e00000000010", "3201 unknown-protocol");
	check_rdp("a destination", "c 0300000b06e00001000000", "3201 unknown-protocol");
	check_rdp("lengths differ", "c 0300000b07e00000000000", "3201 unknown-protocol");
	check_rdp("too short", "c 0300000a05e000000000", "3201 unknown-protocol");
	check_rdp("too long", "c 03000104ffe00000000000", "3201 unknown-protocol");
	check_rdp("version 2", "c 0200000b06e00000000000", "3201 unknown-protocol");
	check_rdp("reserved", "c 0301000b06e00000000000", "3201 unknown-protocol");
}

static void
test_confirm(void **state)
{
	(void)state;
	check_rdp("with both references",
	    "c " REQUEST_NONE " s 0300000b06d00005123400 c " EXAMPLE_INITIAL
	    " s " RESPONSE("02", "03"),
	    AS_EVER);
	check_rdp("another type", "c " REQUEST("00") " s 030000130ed000001234000100080000000000",
	    "3201 unknown-protocol");
	check_rdp("another size", "c " REQUEST("00") " s 030000130ed000001234000200070000000000",
	    "3201 unknown-protocol");
	check_rdp("a byte more", "c " REQUEST("00") " s 030000140fd00000123400020008000000000000",
	    "3201 unknown-protocol");
	check_rdp(
	    "class 4", "c " REQUEST("00") " s 0300000b06d00000123440", "3201 unknown-protocol");
	check_rdp("data", "c " REQUEST("00") " s 0300000b06f00000123400", "3201 unknown-protocol");
	check_rdp("text", "c " REQUEST("00") " s 48545450", "3201 unknown-protocol");
}

/* --- TLS --- */

static void
test_encrypted(void **state)
{
#define TLS_SESSION " c " HELLO_12 " s " FLIGHT_12 " c 1703030001aa s 1703030001aa"
#define ENCRYPTED   "3203 encrypted (desk7)"
	(void)state;
	check_rdp("TLS", "c " REQUEST("01") " s " CONFIRM("01") TLS_SESSION, ENCRYPTED);
	check_rdp("CredSSP", "c " REQUEST("03") " s " CONFIRM("02") TLS_SESSION, ENCRYPTED);
	check_rdp("RDSTLS", "c " REQUEST("07") " s " CONFIRM("04") TLS_SESSION, ENCRYPTED);
	check_rdp("CredSSP again", "c " REQUEST("0b") " s " CONFIRM("08") TLS_SESSION, ENCRYPTED);
	check_rdp("AAD", "c " REQUEST("1b") " s " CONFIRM("10") TLS_SESSION, ENCRYPTED);
	check_rdp("no list", "c " REQUEST_NONE " s " CONFIRM("01") TLS_SESSION,
	    "3203 malformed; " ENCRYPTED);
	check_rdp("not asked for", "c " REQUEST("01") " s " CONFIRM("02") TLS_SESSION,
	    "3203 malformed; " ENCRYPTED);
	check_rdp("two", "c " REQUEST("03") " s " CONFIRM("03") TLS_SESSION,
	    "3203 malformed; " ENCRYPTED);
}

static void
test_names(void **state)
{
#define TLS "c " REQUEST("01") " s " CONFIRM("01") " c "
	(void)state;
	check_rdp(
	    "another name", TLS HELLO_NO_NAME " s " FLIGHT_NAMES, "3203 encrypted (desk7.example)");
	check_rdp("TLS 1.3", TLS HELLO_13 " s " FLIGHT_13, "3203 encrypted (asked.example)");
	check_rdp("TLS 1.3, nobody", TLS HELLO_NO_NAME " s " FLIGHT_13, "3203 encrypted");
	check_rdp("the server first", TLS "s " FLIGHT_12 " c " HELLO_12, ENCRYPTED);
	check_rdp("an alert", TLS HELLO_12 " s " ALERT, "3203 encrypted (asked.example)");
	check_rdp("a warning", TLS HELLO_12 " s 15030300020170", "3203 encrypted (asked.example)");
	check_rdp("no hello", TLS, "3203 encrypted");
	check_rdp("half a hello", TLS "16030100990100", "3203 encrypted");
	check_rdp("a flight not begun", TLS HELLO_12, "3203 encrypted (asked.example)");
	check_rdp("alone", "c " REQUEST("01") HELLO_12, "3203 one-sided");
	check_rdp("the longest record", TLS "160301400001", "3203 encrypted");
	check_rdp("the newest record", TLS "160304009901", "3203 encrypted");
	check_rdp("lost within", TLS "?5 aa s " FLIGHT_12, "3203 lost; " ENCRYPTED);
	check_rdp("lost behind", TLS HELLO_12 " ?7 s " FLIGHT_12 " ?9", ENCRYPTED);
	check_rdp("lost", TLS HELLO_12 " s ?99", "3203 lost; 3203 encrypted (asked.example)");
}

/* A name that is longer than what is kept: 128 bytes of it. */
static void
test_long_name(void **state)
{
	static char text[FEED_TEXT], want[FEED_SAID];
	char name[201], hex[401];
	unsigned n = sizeof name - 1;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		name[i] = i % 50 == 49 && i + 1 < n ? '.' : 'a';
	for (unsigned i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned)name[i]);
	join(text, sizeof text,
	    TLS "160301%04x01%06x0303%064x000002c02f0100%04x0000%04x%04x00%04x%s", 56 + n, 52 + n,
	    0, 9 + n, 5 + n, 3 + n, n, hex);
	join(want, sizeof want, "3203 encrypted (%.128s)", name);
	check_rdp("long", text, want);
}

static void
hear_certificate(void *ctx, const struct screen_verdict *v)
{
	char *text = ctx;

	text[0] = 0;
	for (size_t i = 0; v->certificate && i < FINDING_CERTIFICATE; i++)
		snprintf(text + 2 * i, 3, "%02x", v->certificate[i]);
}

/* As `openssl x509 -fingerprint -sha256` has it, from its beginning. */
static void
test_certificate(void **state)
{
	static const struct {
		const char *flight, *want;
		size_t cut; /* digits that are left out */
	} rows[] = {
		{ FLIGHT_12, "eba5f5a54e8a6324", 0 },
		{ FLIGHT_12, "", 2 },
		{ FLIGHT_NAMES, "4b3818550a481f77", 0 },
		{ FLIGHT_13, "", 0 },
		{ ALERT, "", 0 },
	};
	static uint8_t bytes[FEED_BYTES];
	static struct rdp r;
	char text[2 * FINDING_CERTIFICATE + 1];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		text[0] = '?';
		rdp_begin(&r, hear_certificate, text);
		rdp_push(&r, true, bytes, rdp_unhex(REQUEST("01"), 38, bytes));
		rdp_push(&r, false, bytes, rdp_unhex(CONFIRM("01"), 38, bytes));
		rdp_push(&r, true, bytes, rdp_unhex(HELLO_12, strlen(HELLO_12), bytes));
		rdp_push(&r, false, bytes,
		    rdp_unhex(rows[i].flight, strlen(rows[i].flight) - rows[i].cut, bytes));
		rdp_end(&r);
		assert_string_equal(text, rows[i].want);
	}
}

/* A hello in records of one byte; a flight that is longer than what is read. */
static void
test_records(void **state)
{
	static char text[FEED_TEXT], zeros[2 * 8000 + 1];
	size_t n;

	(void)state;
	join(text, sizeof text, "%s", TLS);
	for (const char *p = HELLO_12 + 10; *p; p += 2) {
		n = strlen(text);
		join(text + n, sizeof text - n, "1603010001%.2s", p);
	}
	n = strlen(text);
	join(text + n, sizeof text - n, " s %s", FLIGHT_13);
	check_rdp("one by one", text, "3203 encrypted (asked.example)");
	/* The certificate is said to be one of many bytes. */
	memset(zeros, '0', sizeof zeros - 1);
	join(text, sizeof text, TLS HELLO_12 " s %.140s160303186f0b00186b00186800017b%s%s",
	    FLIGHT_12, strstr(FLIGHT_12, "00017b3082") + 6, zeros);
	check_rdp_some("long", text, ENCRYPTED);
	join(text, sizeof text, TLS HELLO_12 " s %.140s160303186f0b00186b001868001865%s", FLIGHT_12,
	    zeros);
	check_rdp_some("one long certificate", text, "3203 encrypted (asked.example)");
}

/* What can be said is not kept for the end. */
static void
test_at_once(void **state)
{
	static const struct {
		const char *client, *server;
		unsigned lost; /* of the server */
		const char *want;
	} rows[] = {
		{ HELLO_12, FLIGHT_12, 0, ENCRYPTED },
		{ HELLO_12, "", 9, "3203 lost; 3203 encrypted (asked.example)" },
		{ "1603010005010000010000", "", 0, "3203 encrypted; 3201 unknown-protocol" },
	};
	static uint8_t bytes[FEED_BYTES];
	static struct rdp r;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rdp_said said = { .n = 0 };

		rdp_begin(&r, rdp_heard, &said);
		rdp_push(&r, true, bytes, rdp_unhex(REQUEST("01"), 38, bytes));
		rdp_push(&r, false, bytes, rdp_unhex(CONFIRM("01"), 38, bytes));
		rdp_push(&r, true, bytes, rdp_unhex(rows[i].client, strlen(rows[i].client), bytes));
		rdp_push(
		    &r, false, bytes, rdp_unhex(rows[i].server, strlen(rows[i].server), bytes));
		if (rows[i].lost)
			rdp_lost(&r, false, rows[i].lost);
		assert_string_equal(said.text, rows[i].want);
	}
}

/* Behind a negotiation of TLS there is something else; or TLS where it was not agreed on. */
static void
test_not_as_agreed(void **state)
{
#define NOT_TLS(bytes) check_rdp(bytes, TLS bytes, "3203 encrypted; 3201 unknown-protocol")
#define FLAWED(bytes)                                                                              \
	check_rdp(bytes, TLS bytes, "3203 encrypted (asked.example); 3201 unknown-protocol")
	(void)state;
	NOT_TLS("5353482d322e302d");
	NOT_TLS("474554202f20");
	NOT_TLS("1602010099");
	NOT_TLS("1603050099");
	NOT_TLS("1603014001");
	NOT_TLS("1603010000");
	NOT_TLS("160301009902");
	NOT_TLS("160301009910");
	NOT_TLS("1603010005010000010000"); /* a hello of one byte */
	NOT_TLS(ALERT);
	NOT_TLS("15 ?6");
	NOT_TLS("1703030001aa");
	NOT_TLS(EXAMPLE_INITIAL);
	FLAWED(HELLO_12 " s 5353482d322e302d");
	FLAWED(HELLO_12 " s " HELLO_12);
	FLAWED(HELLO_12 " s " CONFIRM("01"));
	check_rdp("TLS in clear", STANDARD HELLO_12, "3201 unknown-protocol");
	check_rdp("TLS of the server", STANDARD EXAMPLE_INITIAL " s " FLIGHT_12,
	    AS_EVER "; 3201 unknown-protocol");
	check_rdp("SSH in clear", STANDARD "5353482d", "3201 unknown-protocol");
}

/* The client's bytes were seen before the confirm that they follow. */
static void
test_early(void **state)
{
	(void)state;
	check_rdp(
	    "as agreed", "c " REQUEST("01") HELLO_12 " s " CONFIRM("01") FLIGHT_12, ENCRYPTED);
	check_rdp("in clear",
	    "c " REQUEST_NONE EXAMPLE_INITIAL " s " CONFIRM_NONE RESPONSE("02", "03"), AS_EVER);
	check_rdp("not as agreed", "c " REQUEST("01") EXAMPLE_INITIAL " s " CONFIRM("01"),
	    AS_EVER "; 3203 encrypted; 3201 unknown-protocol");
	check_rdp("TLS, not as agreed", "c " REQUEST("01") HELLO_12 " s " CONFIRM("00"),
	    "3203 weak-security; 3201 unknown-protocol");
}

static void
test_foreign(void **state)
{
	(void)state;
	check_rdp("SSH", "c 5353482d322e302d780d0a", "3201 unknown-protocol");
	check_rdp("SSH of the server", "s 5353482d322e302d780d0a", "3201 unknown-protocol");
	check_rdp("TLS", "c " HELLO_12, "3201 unknown-protocol");
	check_rdp("HTTP", "c 474554202f20485454502f312e310d0a", "3201 unknown-protocol");
	check_rdp("S7", "c 0300001611e00000000100c1020100c2020102c0010a", "3201 unknown-protocol");
	check_rdp("S7 of the server", "s 0300001611d00001000400c1020100c2020102c0010a",
	    "3201 unknown-protocol");
	check_rdp("H.323", "c 030000270802000105", "3201 unknown-protocol");
	check_rdp("both", "c 00 s 00", "3201 unknown-protocol");
	check_rdp("reverse", "s " REQUEST_0, "3201 reverse");
	check_rdp("reverse, as a whole", "s " REQUEST_0 " c " CONFIRM_0 " s " EXAMPLE_INITIAL,
	    "3201 reverse");
	check_rdp("reverse, the client's side", "c " CONFIRM_0, "3201 reverse");
	check_rdp("reverse, then foreign", "s " REQUEST_0 " c 5353", "3201 reverse");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_negotiation),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_not_as_agreed),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_foreign),
	};

	return UNIT_RUN(tests);
}
