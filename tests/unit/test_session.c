/* test_session.c - screen sessions: whether what they speak is permitted, what hands do, what was
 * missed, other rules. What is in a protocol is test_rdp's and test_rfb's. */
#include "rdp_script.h"
#include "tls_build.h"
#include "worker/flow.h"
#include "worker/session.h"

/* As policy_conduit.screens. */
enum {
	RDP = 1 << SCREEN_RDP,
	VNC = 1 << SCREEN_VNC,
	ICA = 1 << SCREEN_ICA,
	SPICE = 1 << SCREEN_SPICE,
	ALL = (1 << SCREENS) - 1,
};

/* In hex: "RFB 003.008\n", SSH's identification, a request and an answer of HTTP, and nothing. */
#define RFB_VERSION "524642203030332e3030380a"
#define VNC_OPEN                                                                                   \
	"s " RFB_VERSION " c " RFB_VERSION " s 0101 c 01 s 00000000 c 01 s "                       \
	"004000302018000100ff00ff00ff10080000000000000000"
#define SSH_OPEN    "s 5353482d322e302d620d0a c 5353482d322e302d610d0a"
#define HTTP_OPEN   "c 474554202f20485454502f312e310d0a486f73743a20610d0a0d0a s " HTTP_ANSWER
#define HTTP_ANSWER "485454502f312e3120323030204f4b0d0a436f6e74656e742d4c656e6774683a20300d0a0d0a"
#define STRANGE	    "c fffefdfcfbfaf9f8 s fffefdfcfbfaf9f8"
#define EXAMPLE                                                                                    \
	"c " REQUEST_0 " s " CONFIRM_0 " c " EXAMPLE_INITIAL " s " RESPONSE("02", "02") AFTER

static const struct session_rules rules_all = { .screens = ALL, .port = 3389, .stream = true };

/* What is said, in words; 3201 may have none. */
static void
heard(void *ctx, const struct screen_verdict *v)
{
	struct rdp_said *to = ctx;

	if (v->words)
		rdp_heard(ctx, v);
	else
		to->n += (size_t)snprintf(
		    to->text + to->n, sizeof to->text - to->n, "%s%u", to->n ? "; " : "", v->id);
}

/* Says the words of a script, cut as rdp_run() does. */
static size_t
play(struct session *s, const char *script, long cut)
{
	static uint8_t bytes[FEED_BYTES];
	bool client = true;
	size_t at = 0;

	while (*script) {
		size_t word = strcspn(script, " "), n, before;

		if (word == 1) {
			client = *script == 'c';
		} else if (*script == '?') {
			session_lost(s, client, strtoul(script + 1, NULL, 10));
		} else {
			n = rdp_unhex(script, word, bytes);
			before = cut > (long)at && cut < (long)(at + n) ? (size_t)cut - at : 0;
			for (size_t i = 0; cut == CUT_EACH && i < n; i++)
				session_push(s, client, bytes + i, 1, 0);
			if (cut != CUT_EACH && before)
				session_push(s, client, bytes, before, 0);
			if (cut != CUT_EACH)
				session_push(s, client, bytes + before, n - before, 0);
			at += n;
		}
		script += word;
		script += strspn(script, " ");
	}
	return at;
}

static void
start(struct session *s, const struct session_rules *rules, bool late, struct rdp_said *said)
{
	said->n = 0;
	said->text[0] = 0;
	memset(s, 0x5a, sizeof *s);
	session_begin(s, rules, late, heard, said);
}

/* WANT is said of a script wherever it is cut, and as long as it is. */
static void
check(uint8_t screens, uint16_t port, const char *script, uint8_t app, const char *want)
{
	const struct session_rules rules = { .screens = screens, .port = port, .stream = true };
	static struct session s;
	struct rdp_said said;
	size_t size = 1;

	for (long cut = CUT_EACH; cut < (long)size; cut++) {
		start(&s, &rules, false, &said);
		size = play(&s, script, cut);
		session_end(&s);
		if (strcmp(said.text, want) != 0)
			print_message("cut %ld of %.60s\n", cut, script);
		assert_string_equal(said.text, want);
		assert_int_equal(session_spoken(&s), app);
	}
}

/* The protocol decides, not the port. */
static void
test_protocols(void **state)
{
	(void)state;
	check(ALL, 3389, EXAMPLE, APP_RDP, "3202 drive clipboard (rdpdr,cliprdr)");
	check(RDP, 443, session(initial(CORE CLUSTER SECURITY)), APP_RDP, "");
	check(VNC, 3389, EXAMPLE, APP_RDP, "3201");
	check(VNC, 3389, VNC_OPEN, APP_VNC, "");
	check(RDP, 5900, VNC_OPEN, APP_VNC, "3201");
	check(ALL, 3389, SSH_OPEN, APP_SSH, "3201");
	check(ALL, 5900, HTTP_OPEN, APP_HTTP, "3201");
	check(ALL, 5900, STRANGE, APP_UNKNOWN, "3201 unknown-protocol");
	check(ALL, 5900, "c", APP_UNKNOWN, "");
}

/* A hello of each side, as a script. */
static const char *
hellos(void)
{
	static const struct says says = { .alpn = { "h2" } };
	static char text[FEED_TEXT];
	struct build message[2] = { { .size = 0 }, { .size = 0 } }, records[2] = { { .size = 0 } };
	size_t n = 0;

	build_client(&message[0], &says);
	build_server(&message[1], &says);
	build_certificate(&message[1], "Example CA", "host.example", "*.host.example", false);
	records[1].size = 0;
	for (unsigned side = 0; side < 2; side++) {
		build_records(&records[side], &message[side], 4000);
		n += (size_t)snprintf(text + n, sizeof text - n, side ? " s " : "c ");
		for (size_t i = 0; i < records[side].size; i++)
			n += (size_t)snprintf(
			    text + n, sizeof text - n, "%02x", records[side].bytes[i]);
	}
	return text;
}

/* TLS hides what has no set-up in clear; RDP and VNC have one, but for a gateway's port. */
static void
test_tls(void **state)
{
	(void)state;
	check(ICA, 1494, hellos(), APP_TLS, "3203 encrypted");
	check(RDP | VNC, 3389, hellos(), APP_TLS, "3201");
	check(RDP, 443, hellos(), APP_TLS, "3203 encrypted");
}

/* Of SPICE each channel says what it is (byte 20). */
static void
test_spice(void **state)
{
	static const struct {
		uint8_t type;
		const char *want;
	} rows[] = { { 1, "3203 not-inspected" }, { 2, "" }, { 6, "" }, { 7, "3202 channel" },
		{ 8, "3202 smart-card" }, { 9, "3202 usb" }, { 10, "3202 channel" },
		{ 11, "3202 file-transfer" }, { 12, "3202 channel" } };
	char script[1000], reply[400];

	(void)state;
	memset(reply, '0', sizeof reply);
	reply[324] = 0; /* 162 bytes of a key */
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		join(script, sizeof script,
		    "c 524544510200000002000000 12000000 00000000%02x00 0000000000000000 12000000 "
		    "s 5245445102000000 02000000 b2000000 00000000 %s 0000000000000000b2000000",
		    rows[i].type, reply);
		check(SPICE, 5900, script, APP_SPICE, rows[i].want);
	}
	check(RDP, 5900, script, APP_SPICE, "3201");
}

/* Horizon's agents beside the screen, by which it sends drives and USB. */
static void
test_side_ports(void **state)
{
	(void)state;
	check(ALL, 9427, STRANGE, APP_UNKNOWN, "3202 drive");
	check(ALL, 32111, STRANGE, APP_UNKNOWN, "3202 usb");
}

/* Sides that speak in turns, more often than is kept: it is judged by what is there. */
static void
test_turns(void **state)
{
	char script[3000];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		n += (size_t)snprintf(script + n, sizeof script - n, "%ss %02x c %02x",
		    i ? " " : "", "SSH-2.0-abcdefghijklmnopqrstuvwxyz"[i],
		    "SSH-2.0-abcdefghijklmnopqrstuvwxyz"[i]);
	check(RDP, 3389, script, APP_SSH, "3201");
}

/* What hands do: one byte too many. */
static void
test_upload(void **state)
{
	static const uint8_t bytes[65536];
	static struct session s;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct session_rules rules = { .screens = ALL,
			.port = 3389,
			.stream = true,
			.max_upload = i / 2 ? 70000 : 0 };
		uint64_t most = i / 2 ? 70000 : 5000000;
		struct rdp_said said;
		nstime t = 0;

		start(&s, &rules, true, &said);
		for (uint64_t left = most + i % 2, size; left > 0; left -= size) {
			size = left < sizeof bytes ? left : sizeof bytes;
			session_push(&s, true, bytes, size, t += 3 * NS_SEC);
			session_push(&s, false, bytes, sizeof bytes, t);
		}
		assert_string_equal(said.text, i % 2 ? "3204 upload" : "");
		session_end(&s);
		assert_int_equal(s.bytes[0], most + i % 2);
	}
}

/* More than 65,536 bytes in each of ten seconds after each other. */
static void
test_shape(void **state)
{
	static const struct {
		unsigned seconds;     /* that are full */
		unsigned size, pause; /* of each; the one after so many is empty */
		const char *want;
	} rows[] = {
		{ 10, 65537, 0, "3204 shape" },
		{ 9, 65537, 0, "" },
		{ 30, 65536, 0, "" },
		{ 30, 65537, 9, "" },
		{ 30, 65537, 10, "3204 shape" },
	};
	static const uint8_t bytes[65537];
	const struct session_rules rules = {
		.screens = ALL, .port = 3389, .stream = true, .max_upload = 1 << 30
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct session s;
		struct rdp_said said;
		nstime t = NS_DAY;

		start(&s, &rules, true, &said);
		for (unsigned k = 0; k < rows[i].seconds; k++) {
			if (rows[i].pause && k % rows[i].pause == 0)
				t += NS_SEC;
			for (unsigned part = 0; part < 4; part++)
				session_push(&s, true, bytes,
				    part ? 16384 : rows[i].size - 3 * 16384, t + part * NS_SEC / 5);
			t += NS_SEC;
		}
		assert_string_equal(said.text, rows[i].want);
	}
}

/* Bytes that are missing before it is known what it speaks are no proof that it is something else.
 */
static void
test_lost(void **state)
{
	static struct session s;
	struct rdp_said said;

	(void)state;
	check(ALL, 3389, "c ?100", APP_UNKNOWN, "3203 lost");
	check(ALL, 3389, "c ?100 0300000102 s ?3 0102", APP_UNKNOWN, "3203 lost");
	check(RDP, 3389, "s 5353482d322e302d ?3", APP_SSH | SPOKEN_LIKELY, "3203 lost; 3201");
	check(RDP, 3389, STANDARD EXAMPLE_INITIAL " s ?9", APP_RDP,
	    "3202 drive clipboard (rdpdr,cliprdr); 3203 lost");
	/* Where nobody would have read them nothing is missing. */
	check(RDP, 3389,
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 0300001402f08064 ?12 " SEND,
	    APP_RDP, "3202 drive clipboard (rdpdr,cliprdr)");
	check(RDP, 3389,
	    STANDARD EXAMPLE_INITIAL " s " RESPONSE("02", "03") " c 0300001402f08064 ?13 " SEND,
	    APP_RDP, "3202 drive clipboard (rdpdr,cliprdr); 3203 lost");
	check(VNC, 3389, EXAMPLE " c ?9", APP_RDP, "3201");
	/* But they went there. */
	check(VNC, 3389, EXAMPLE " s ?5000001", APP_RDP, "3201");
	check(VNC, 3389, EXAMPLE " c ?5000001", APP_RDP, "3201; 3204 upload");
	start(&s, &rules_all, true, &said);
	session_note(&s, WHAT_MIDSTREAM);
	(void)play(&s, SSH_OPEN, CUT_NONE);
	session_end(&s);
	assert_string_equal(said.text, "3203 midstream");
	/* What is new of several words. */
	start(&s, &rules_all, false, &said);
	session_note(&s, WHAT_LOST);
	session_note(&s, WHAT_LOST | WHAT_LIMIT);
	assert_string_equal(said.text, "3203 lost; 3203 limit");
	/* It gave up its place. */
	start(&s, &rules_all, false, &said);
	(void)play(&s, "c 03", CUT_NONE);
	session_note(&s, WHAT_LIMIT);
	session_end(&s);
	assert_string_equal(said.text, "3203 limit");
}

/* The beginning of a datagram is no proof, either. */
static void
test_truncated(void **state)
{
	const struct session_rules rules = { .screens = ALL, .port = 4172 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		static struct session s;
		struct rdp_said said;

		start(&s, &rules, false, &said);
		session_datagram(&s, true, (const uint8_t *)"\xff\xfe\xfd\xfc", 4, i, 0);
		session_end(&s);
		assert_string_equal(said.text, i ? "3201 unknown-protocol" : "3203 truncated");
	}
}

/* Other rules while it goes on: what was said holds, what it speaks is compared again. */
static void
test_other_rules(void **state)
{
	static const struct {
		const char *script;
		uint8_t screens, later;
		const char *want, *again;
	} rows[] = {
		{ EXAMPLE, ALL, RDP, "3202 drive clipboard (rdpdr,cliprdr)",
		    "3202 drive clipboard" },
		{ EXAMPLE, ALL, VNC, "3202 drive clipboard (rdpdr,cliprdr)",
		    "3202 drive clipboard; 3201" },
		{ VNC_OPEN, RDP, VNC, "3201", "3203 not-inspected" },
		{ VNC_OPEN, VNC, RDP, "", "3201" },
		{ VNC_OPEN, VNC, VNC, "", "" },
		{ STRANGE, ALL, ALL, "3201 unknown-protocol", "3201 unknown-protocol" },
		{ "c ?100", ALL, ALL, "3203 lost", "3203 lost" },
		/* What the inspector found holds as ever. */
		{ "c " REQUEST_0 " s " CONFIRM_0 " c 5353482d", ALL, RDP, "3201 unknown-protocol",
		    "3201 unknown-protocol" },
		{ "c " REQUEST_0 " s " CONFIRM_0 " c 5353482d", ALL, VNC, "3201 unknown-protocol",
		    "3201" },
		{ "s " REQUEST_0 " c " CONFIRM_0, ALL, RDP, "3201 reverse", "3201 reverse" },
		{ "c 03", RDP, VNC, "", "" },
	};
	static struct session s;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct session_rules rules = rules_all;
		struct rdp_said said;

		rules.screens = rows[i].screens;
		start(&s, &rules, false, &said);
		(void)play(&s, rows[i].script, CUT_NONE);
		assert_string_equal(said.text, rows[i].want);
		s.rules.screens = rows[i].later;
		said.n = 0;
		said.text[0] = 0;
		session_again(&s);
		assert_string_equal(said.text, rows[i].again);
		session_push(&s, true, (const uint8_t *)"x", 1, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_spice),
		cmocka_unit_test(test_side_ports),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_upload),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_other_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
