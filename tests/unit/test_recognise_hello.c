/* test_recognise_hello.c - how strictly the hello messages of TLS are read: each case is what a
 * specification forbids, or what it permits at its edge. */
#include "recognise/tls.h"
#include "recognise_feed.h"
#include "tls_build.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum tls_read
read_client(const struct says *says, struct tls_client *c)
{
	struct build hello = { .size = 0 }, records = { .size = 0 };

	build_client(&hello, says);
	build_records(&records, &hello, 4000);
	return tls_client_hello(records.bytes, records.size, c);
}

/* The extensions of a client, one behind the others. */
static void
test_extensions(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		bool right;
	} more[] = {
		{ "a second server_name", "\0\0\0\x06\0\x04\0\0\x01x", 10, false },
		{ "a second ALPN", "\0\x10\0\x05\0\x03\x02h2", 9, false },
		{ "early data", "\0\x2a\0\0", 4, true },
		{ "early data with a byte", "\0\x2a\0\x01\0", 5, false },
		{ "ECH inside", "\xfe\x0d\0\x01\x01", 5, true },
		{ "ECH of nothing", "\xfe\x0d\0\0", 4, false },
		{ "ESNI of nothing", "\xff\xce\0\0", 4, false },
		{ "half a version", "\0\x2b\0\x04\x03\x03\x04\x03", 8, false },
		{ "no version", "\0\x2b\0\x01\0", 5, false },
		{ "a version and a byte", "\0\x2b\0\x04\x02\x03\x04\0", 8, false },
		{ "one that nobody knows", "\x7f\x00\0\x01x", 5, true },
		{ "half an extension", "\0\x17\0", 3, false },
		{ "longer than what is left", "\0\x17\0\x01", 4, false },
	};
	struct tls_client c;

	(void)state;
	for (size_t i = 0; i < COUNT(more); i++) {
		struct says says = { .name = "host.example",
			.alpn = { "h2" },
			.more = more[i].bytes,
			.more_size = more[i].n };

		if (read_client(&says, &c) != (more[i].right ? TLS_DONE : TLS_NOT))
			fail_msg("%s", more[i].what);
	}
}

/* What is too long is out before it is there: it might be long in coming. */
static void
test_extension_cut(void **state)
{
	static const struct says says = { .more = "\0\x17\0\x09xxxxxxxx", .more_size = 12 };
	struct build hello = { .size = 0 };
	struct tls_client c;

	(void)state;
	build_client(&hello, &says);
	assert_int_equal(tls_client_message(hello.bytes, hello.size - 9, &c), TLS_MORE);
	assert_int_equal(tls_client_message(hello.bytes, hello.size - 8, &c), TLS_NOT);
}

static void
test_names(void **state)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		bool right;
		uint8_t name;
	} more[] = {
		{ "a name", "\0\0\0\x06\0\x04\0\0\x01x", 10, true, 1 },
		{ "a name of another kind", "\0\0\0\x06\0\x04\x01\0\x01x", 10, true, 0 },
		{ "a name of another kind behind it", "\0\0\0\x08\0\x06\0\0\x01x\x01?", 12, true,
		    1 },
		{ "no name", "\0\0\0\x02\0\0", 6, false, 0 },
		{ "a name of no letters", "\0\0\0\x05\0\x03\0\0\0", 9, false, 0 },
		{ "a list that is too short", "\0\0\0\x06\0\x03\0\0\x01x", 10, false, 0 },
		{ "a name that is too long", "\0\0\0\x06\0\x04\0\0\x02x", 10, false, 0 },
	};
	struct tls_client c;

	(void)state;
	for (size_t i = 0; i < COUNT(more); i++) {
		struct says says = { .more = more[i].bytes, .more_size = more[i].n };
		enum tls_read read = read_client(&says, &c);

		if (read != (more[i].right ? TLS_DONE : TLS_NOT) ||
		    (more[i].right && c.name.size != more[i].name))
			fail_msg("%s", more[i].what);
	}
}

/* The highest version that is offered. */
static void
test_versions(void **state)
{
	static const struct {
		uint16_t legacy;
		const char *offered;
		size_t n;
		uint16_t version;
	} cases[] = {
		{ 0x0303, "\x03\x03\x03\x04", 4, TLS_1_3 },
		{ 0x0303, "\x03\x04\x03\x03", 4, TLS_1_3 },
		{ 0x0303, "\x7a\x7a\x03\x05", 4, TLS_1_2 },  /* none that is known */
		{ 0x0302, "\x7a\x7a", 2, 0x0302 },	     /* as the hello itself says */
		{ 0x0303, "\x7f\x1c", 2, TLS_1_3 },	     /* draft 28 */
		{ 0x0303, "\x03\x03\xfe\xff", 4, TLS_1_2 },  /* DTLS is no TLS */
		{ 0xfefd, "\xfe\xfd\xfe\xfc", 4, DTLS_1_3 }, /* its versions count down */
		{ 0xfefd, "\xfe\xfc\xfe\xfd", 4, DTLS_1_3 },
		{ 0xfefd, "\xfe\xff\xfe\xfd", 4, DTLS_1_2 },
	};
	struct tls_client c;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct says says = { .legacy = cases[i].legacy,
			.versions = cases[i].offered,
			.versions_size = cases[i].n,
			.cookie = cases[i].legacy == 0xfefd };

		assert_int_equal(read_client(&says, &c), TLS_DONE);
		if (c.version != cases[i].version)
			fail_msg("%zu: %04x", i, c.version);
	}
}

/* A hello in the form of SSL 2.0: its fields, with as many bytes behind them as they say. */
static void
test_old(void **state)
{
	static const struct {
		uint16_t version, suites, session, challenge;
		int more; /* that its length says */
		bool right;
	} cases[] = {
		{ 0x0301, 3, 0, 16, 0, true },
		{ 0x0002, 3, 0, 16, 0, true },
		{ 0x0303, 6, 16, 32, 0, true },
		{ 0x0304, 3, 0, 16, 0, false },
		{ 0x0102, 3, 0, 16, 0, false },
		{ 0x0301, 0, 0, 16, 0, false },
		{ 0x0301, 4, 0, 16, 0, false },
		{ 0x0301, 3, 15, 16, 0, false },
		{ 0x0301, 3, 32, 16, 0, false },
		{ 0x0301, 3, 0, 15, 0, false },
		{ 0x0301, 3, 0, 33, 0, false },
		{ 0x0301, 3, 0, 16, 1, false },
	};
	struct tls_client c;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = (size_t)cases[i].suites + cases[i].session + cases[i].challenge;
		struct build b = { .size = 0 };

		put_number(&b, 0x8000 + 9 + n + (size_t)cases[i].more, 2);
		put_number(&b, 1, 1);
		put_number(&b, cases[i].version, 2);
		put_number(&b, cases[i].suites, 2);
		put_number(&b, cases[i].session, 2);
		put_number(&b, cases[i].challenge, 2);
		while (n-- > 0)
			put_number(&b, 0x2f, 1);
		if (tls_client_hello(b.bytes, b.size, &c) != (cases[i].right ? TLS_DONE : TLS_NOT))
			fail_msg("%zu", i);
	}
}

/* The longest record, and alerts. */
static void
test_records(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum tls_read read;
	} servers[] = {
		{ "\x16\x03\x01\x48\x00", 5, TLS_MORE }, /* RFC 5246, 6.2.3 */
		{ "\x16\x03\x01\x48\x01", 5, TLS_NOT },
		{ "\x16\x03\x01\0\x2a\x02\0\0\x26", 9, TLS_MORE }, /* the shortest hello */
		{ "\x16\x03\x01\0\x2a\x02\0\0\x25", 9, TLS_NOT },
		{ "\x15\x03\x01\0\x02\x01\0", 7, TLS_MORE },
		{ "\x15\x03\x01\0\x02\x02\0", 7, TLS_DONE },
		{ "\x15\x03\x01\0\x02\x03\0", 7, TLS_NOT },
		{ "\x15\x03\x01\0\x02\0\0", 7, TLS_NOT },
		{ "\x15\x03\x01\0\x01\x02", 6, TLS_NOT },
		{ "\x16\x03\x03\0\x02\x02\0\x17\x03\x03\0\x01x", 13, TLS_NOT }, /* not ended */
		{ "\x16\x03\x03\0\x02\x02\0\x16\x03\x03\0\x01", 12, TLS_MORE },
	};
	struct tls_client c;
	struct tls_server s;

	(void)state;
	for (size_t i = 0; i < COUNT(servers); i++) {
		const uint8_t *bytes = (const uint8_t *)servers[i].bytes;

		if (tls_server_hello(bytes, servers[i].n, &s) != servers[i].read)
			fail_msg("%zu", i);
	}
	assert_int_equal(
	    tls_client_hello((const uint8_t *)"\x16\x03\x01\0\x02\x01\0\x17\x03\x03\0\x01", 12, &c),
	    TLS_NOT);
	assert_int_equal(
	    tls_client_hello((const uint8_t *)"\x16\x03\x01\0\x02\x01\0\x16\x03\x03\0\x01", 12, &c),
	    TLS_MORE);
}

/* A ServerHello with this session, compression and extensions. */
static enum tls_read
read_server(size_t session, uint8_t compression, const char *more, size_t n)
{
	struct build hello = { .size = 0 };
	struct tls_server s;
	size_t message;

	put_number(&hello, 2, 1);
	message = open_length(&hello, 3);
	put_number(&hello, TLS_1_2, 2);
	PUT(&hello, "fedcba9876543210fedcba9876543210");
	put_number(&hello, session, 1);
	for (size_t i = 0; i < session; i++)
		put_number(&hello, i, 1);
	put_number(&hello, 0x1301, 2);
	put_number(&hello, compression, 1);
	put_number(&hello, n, 2);
	put(&hello, more, n);
	close_length(&hello, message, 3);
	return tls_server_message(hello.bytes, hello.size, &s);
}

static void
test_server(void **state)
{
	(void)state;
	assert_int_equal(read_server(0, 0, "", 0), TLS_DONE);
	assert_int_equal(read_server(32, 1, "", 0), TLS_DONE);
	assert_int_equal(read_server(33, 0, "", 0), TLS_NOT);
	assert_int_equal(read_server(0, 64, "", 0), TLS_DONE); /* RFC 3943 */
	assert_int_equal(read_server(0, 2, "", 0), TLS_NOT);
	assert_int_equal(read_server(0, 65, "", 0), TLS_NOT);
	assert_int_equal(read_server(0, 0, "\0\x10\0\x05\0\x03\x02h2", 9), TLS_DONE);
	assert_int_equal(
	    read_server(0, 0, "\0\x10\0\x05\0\x03\x02h2\0\x10\0\x05\0\x03\x02h2", 18), TLS_NOT);
	assert_int_equal(read_server(0, 0, "\0\x2b\0\x02\x03\x04", 6), TLS_DONE);
	assert_int_equal(read_server(0, 0, "\0\x2b\0\x03\x03\x04\0", 7), TLS_NOT);
	assert_int_equal(read_server(0, 0, "\0\x2b\0\x01\x03", 5), TLS_NOT);
}

/* A hello of TLS 1.2 and what stands before a certificate; the certificate, of which the byte AT of
 * the message is more by ADD. */
static void
read_flight(struct tls_server *s, bool supplemental, size_t at, uint8_t add)
{
	struct build flight = { .size = 0 }, records = { .size = 0 };

	build_server(&flight, &(struct says){ .no_extensions = true });
	if (supplemental)
		PUT(&flight, "\x17\0\0\x03xyz"); /* RFC 4680 */
	at += flight.size;
	build_certificate(&flight, "CA", "host.example", NULL, false);
	flight.bytes[at] = (uint8_t)(flight.bytes[at] + add);
	PUT(&flight, "\x0e\0\0\0");
	build_records(&records, &flight, 4000);
	assert_int_equal(tls_server_hello(records.bytes, records.size, s), TLS_DONE);
	assert_true(s->hello);
}

static void
test_flight(void **state)
{
	struct tls_server s;

	(void)state;
	read_flight(&s, false, 0, 0);
	assert_int_equal(s.subject.size, 12);
	read_flight(&s, true, 0, 0);
	assert_int_equal(s.subject.size, 12);
	read_flight(&s, false, 6, 1); /* the list is longer than the message */
	assert_int_equal(s.subject.size, 0);
	read_flight(&s, false, 9, 1); /* the certificate is longer than the list */
	assert_int_equal(s.subject.size, 0);
}

/* Rows: which side is there, and how much of it. */
static void
check_talk(const char *name, uint8_t app, enum sure sure, const struct build *client,
    const struct build *server)
{
	struct conversation c = { name, app, sure, false, { { 0 } } };

	if (client)
		c.part[0] = (struct said){ (const char *)client->bytes, client->size, TALK_CLIENT };
	if (server)
		c.part[client ? 1 : 0] =
		    (struct said){ (const char *)server->bytes, server->size, TALK_SERVER };
	check_conversations(&c, 1);
}

static void
test_rows(void **state)
{
	static const struct says doh = { .name = "dns.google",
		.alpn = { "h2" },
		.more = "\0\x15\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0", /* padding */
		.more_size = 16 };
	static const struct says low = { .legacy = 0x0302, .no_extensions = true };
	struct build hello = { .size = 0 }, served = { .size = 0 }, old = { .size = 0 };
	struct build client = { .size = 0 }, server = { .size = 0 }, lower = { .size = 0 };
	struct build tool = { .size = 0 }, cut;

	(void)state;
	build_server(&hello, &(struct says){ .versions = "\x03\x04", .versions_size = 2 });
	build_records(&served, &hello, 4000);
	hello.size = 0;
	build_server(&hello, &(struct says){ .legacy = TLS_1_2 });
	PUT(&hello, "\x0e\0\0\0");
	build_records(&server, &hello, 4000);
	hello.size = 0;
	build_client(&hello, &low);
	build_records(&lower, &hello, 4000);
	hello.size = 0;
	build_client(&hello, &doh);
	build_records(&client, &hello, 4000);
	hello.size = 0;
	build_server(&hello, &(struct says){ .legacy = TLS_1_2 });
	build_certificate(&hello, "AnyNet Root CA", "AnyNet Relay", NULL, false);
	build_records(&tool, &hello, 4000);
	PUT(&old, "\x80\x1f\x01\x03\x03\0\x06\0\0\0\x10\0\0\x2f\0\0\xff"
		  "0123456789abcdef");

	check_talk("in the form of SSL 2.0", APP_TLS, SURE_CONFIRMED, &old, &server);
	check_talk("the server alone", APP_TLS, SURE_LIKELY, NULL, &server);
	check_talk("the server alone, TLS 1.3", APP_TLS, SURE_LIKELY, NULL, &served);
	check_talk("the next version", APP_UNKNOWN, SURE_NOT, &lower, &server);
	cut = client;
	cut.size -= 10;
	check_talk("not all of a hello", APP_DOH, SURE_CONFIRMED, &cut, &server);
	cut = tool;
	cut.size -= 20;
	lower.bytes[10] = 3;
	check_talk("not all of a certificate", APP_ANYDESK, SURE_CONFIRMED, &lower, &cut);
}

/* A message of DTLS in a record, whole. */
static void
build_dtls(struct build *to, const struct build *message)
{
	put_number(to, 22, 1);
	put_number(to, DTLS_1_2, 2);
	put_number(to, 0, 8); /* epoch, sequence */
	put_number(to, message->size + 8, 2);
	put(to, message->bytes, 4);
	put_number(to, 0, 2 + 3);
	put_number(to, message->size - 4, 3);
	put(to, message->bytes + 4, message->size - 4);
}

/* Near DTLS: a hello of TLS inside, a verification of another version, a client's alert. */
static void
test_dtls(void **state)
{
	static const struct says offer = { .legacy = DTLS_1_2, .cookie = true };
	struct build hello = { .size = 0 }, client = { .size = 0 }, server = { .size = 0 };
	struct build tls = { .size = 0 }, stream = { .size = 0 }, verify = { .size = 0 };

	(void)state;
	build_client(&hello, &offer);
	build_dtls(&client, &hello);
	hello.size = 0;
	build_server(&hello, &(struct says){ .legacy = DTLS_1_2 });
	build_dtls(&server, &hello);
	hello.size = 0;
	build_client(&hello, &(struct says){ .legacy = TLS_1_2 });
	build_dtls(&tls, &hello);
	hello.size = 0;
	build_server(&hello, &(struct says){ .legacy = TLS_1_2 });
	build_dtls(&stream, &hello);
	hello.size = 0;
	PUT(&hello, "\x03\0\0\x07\x03\x03\x04"
		    "cook");
	build_dtls(&verify, &hello);
#define SAID(b, side)                                                                              \
	{                                                                                          \
		(const char *)(b).bytes, (b).size, side                                            \
	}
	const struct conversation talks[] = {
		{ "DTLS", APP_DTLS, SURE_CONFIRMED, true,
		    { SAID(client, TALK_CLIENT), SAID(server, TALK_SERVER) } },
		{ "a hello of TLS", APP_UNKNOWN, SURE_NOT, true,
		    { SAID(tls, TALK_CLIENT), SAID(server, TALK_SERVER) } },
		{ "answered by a hello of TLS", APP_UNKNOWN, SURE_NOT, true,
		    { SAID(client, TALK_CLIENT), SAID(stream, TALK_SERVER) } },
		{ "verified by TLS", APP_UNKNOWN, SURE_NOT, true,
		    { SAID(client, TALK_CLIENT), SAID(verify, TALK_SERVER) } },
		{ "the client gives up at once", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x02\x28"),
			SAID(server, TALK_SERVER) } },
	};

	check_conversations(talks, COUNT(talks));
}

/* An alert is no sign of TLS alone: nothing is left when the client says nothing. */
static void
test_alert(void **state)
{
	static const uint8_t alert[] = { 0x15, 3, 3, 0, 2, 2, 40 };
	struct talk t = { .stream = true };

	(void)state;
	t.side[TALK_SERVER].bytes = alert;
	t.side[TALK_SERVER].size = sizeof alert;
	for (size_t i = 0; i < recognise_rows(); i++) {
		const struct recogniser *row = recognise_row(i);

		if (row->app != APP_TLS)
			continue;
		t.side[TALK_CLIENT].whole = false;
		assert_int_equal(row->look(&t), SURE_OPEN);
		t.side[TALK_CLIENT].whole = true;
		assert_int_equal(row->look(&t), SURE_NOT);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_extension_cut),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_flight),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_dtls),
		cmocka_unit_test(test_alert),
	};

	return UNIT_RUN(tests);
}
