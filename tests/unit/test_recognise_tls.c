/* test_recognise_tls.c - what a TLS handshake shows, the rows of TLS and of the names in it, DTLS.
 */
#include "recognise/tls.h"
#include "recognise_feed.h"
#include "tls_build.h"

#define TLS13 .versions = "\x7a\x7a\x03\x04\x03\x03", .versions_size = 6

static void
assert_name(const struct tls_name *name, const char *wanted)
{
	assert_int_equal(name->size, strlen(wanted));
	assert_memory_equal(name->bytes, wanted, name->size);
}

/* Reads a client's records cut at each byte, in memory of just that size: it is never anything but
 * TLS, and complete at its last byte. */
static void
read_client(const struct build *b, struct tls_client *c)
{
	for (size_t n = 0; n <= b->size; n++) {
		uint8_t *bytes = malloc(n ? n : 1);

		assert_non_null(bytes);
		memcpy(bytes, b->bytes, n);
		assert_int_equal(tls_client_hello(bytes, n, c), n < b->size ? TLS_MORE : TLS_DONE);
		free(bytes);
	}
}

static void
test_client(void **state)
{
	static const struct says says = { .name = "host.example",
		.alpn = { "\x3a\x3a", "h2", "http/1.1" },
		TLS13,
		.more = "\0\x2a\0\0\xfe\x0d\0\x02\0\0",
		.more_size = 10 };
	struct tls_client c;

	(void)state;
	for (size_t most = 1; most < 400; most += most < 8 ? 1 : 97) {
		struct build hello = { .size = 0 }, records = { .size = 0 };

		build_client(&hello, &says);
		build_records(&records, &hello, most);
		read_client(&records, &c);
		assert_int_equal(c.legacy, 0x0303);
		assert_int_equal(c.version, TLS_1_3);
		assert_name(&c.name, "host.example");
		assert_name(&c.alpn, "\x02h2\x08http/1.1");
		assert_true(c.ech && c.early_data && !c.esni && !c.old);
	}
}

static void
test_client_without(void **state)
{
	static const struct says old = { .legacy = 0x0301, .no_extensions = true };
	static const struct says two = { .more = "\0\0\0\x0f\0\x0d\0\0\x05"
						 "first\0\0\x02no",
		.more_size = 19 };
	static const struct says esni = { .more = "\xff\xce\0\x01x", .more_size = 5 };
	struct build hello = { .size = 0 }, records = { .size = 0 };
	struct tls_client c;

	(void)state;
	build_client(&hello, &old);
	build_records(&records, &hello, 4000);
	read_client(&records, &c);
	assert_int_equal(c.version, 0x0301);
	assert_int_equal(c.name.size, 0);
	assert_int_equal(c.alpn.size, 0);
	assert_false(c.ech);
	hello.size = records.size = 0;
	build_client(&hello, &esni);
	build_records(&records, &hello, 4000);
	read_client(&records, &c);
	assert_int_equal(c.version, TLS_1_2);
	assert_true(c.esni && !c.ech);
	hello.size = records.size = 0;
	build_client(&hello, &two);
	build_records(&records, &hello, 4000);
	read_client(&records, &c);
	assert_name(&c.name, "first");
}

/* A name that does not fit is left out, and what fits of a list is kept. */
static void
test_client_long(void **state)
{
	char name[301] = { 0 }, first[201] = { 0 }, second[101] = { 0 };
	struct says says = { .name = name, .alpn = { first, second, "h2" } };
	struct build hello = { .size = 0 }, records = { .size = 0 };
	struct tls_client c;

	(void)state;
	memset(name, 'n', 300);
	memset(first, 'a', 200);
	memset(second, 'b', 100);
	build_client(&hello, &says);
	build_records(&records, &hello, 4000);
	read_client(&records, &c);
	assert_int_equal(c.name.size, 0);
	assert_int_equal(c.alpn.size, 204);
	assert_memory_equal(c.alpn.bytes + 201, "\x02h2", 3);
	assert_true(c.alpn_more);
	assert_false(tls_offers_only(&c, "h2"));
}

/* Each of these is one byte away from a hello, or ends too early or too late. */
static void
test_client_not(void **state)
{
	static const struct says says = { .name = "host.example", .alpn = { "h2" }, TLS13 };
	static const struct {
		size_t at;
		uint8_t byte;
		size_t by; /* it is out after so many bytes; 0: later */
	} wrong[] = {
		{ 0, 0x17, 1 }, { 0, 0x19, 1 }, { 1, 2, 2 }, { 3, 0x60, 5 }, { 5, 2, 6 },
		{ 6, 3, 9 }, { 9, 2, 11 },				       /* version */
		{ 43, 33, 44 }, { 49, 0, 50 }, { 49, 5, 50 },		       /* session, suites */
		{ 56, 0, 57 }, { 57, 1, 58 }, { 59, 1, 60 },		       /* compression */
		{ 66, 1, 68 }, { 67, 0x12, 0 }, { 69, 0x10, 0 }, { 72, 0, 0 }, /* server_name */
	};
	struct build hello = { .size = 0 }, good = { .size = 0 };
	struct tls_client c;

	(void)state;
	build_client(&hello, &says);
	build_records(&good, &hello, 4000);
	assert_int_equal(tls_client_hello(good.bytes, good.size, &c), TLS_DONE);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct build bad = good;
		bool out = false;

		assert_int_not_equal(bad.bytes[wrong[i].at], wrong[i].byte);
		bad.bytes[wrong[i].at] = wrong[i].byte;
		for (size_t n = 0; n <= bad.size; n++) { /* and what is out stays out */
			enum tls_read read = tls_client_hello(bad.bytes, n, &c);

			if (read == TLS_DONE || (out && read != TLS_NOT) ||
			    (wrong[i].by > 0 && (read == TLS_NOT) != (n >= wrong[i].by)))
				fail_msg("byte %zu is %u: %u after %zu", wrong[i].at, wrong[i].byte,
				    read, n);
			out = read == TLS_NOT;
		}
		if (!out)
			fail_msg("byte %zu is %u: still open", wrong[i].at, wrong[i].byte);
	}
}

/* A record's version means nothing (RFC 8446, 5.1), and a hello's may be a later one, to which no
 * server objects (RFC 5246, E.1). */
static void
test_client_later(void **state)
{
	static const struct says says = { .legacy = 0x03ff, .name = "host.example" };
	struct build hello = { .size = 0 }, records = { .size = 0 };
	struct tls_client c;
	struct tls_server s;

	(void)state;
	build_client(&hello, &says);
	build_records(&records, &hello, 60);
	assert_in_range(records.size, 66, 124);
	records.bytes[2] = 0xff;
	records.bytes[65 + 2] = 5;
	read_client(&records, &c);
	assert_int_equal(c.version, 0x03ff);
	assert_name(&c.name, "host.example");
	hello.size = records.size = 0;
	build_server(&hello, &(struct says){ .legacy = 0x0303 });
	build_records(&records, &hello, 4000);
	records.bytes[2] = 5;
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_MORE);
	assert_true(s.hello);
	records.bytes[10] = 4; /* what it chose must be there, and known */
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_NOT);
}

/* The form of SSL 2.0 (RFC 5246, E.2). */
static void
test_client_old(void **state)
{
	struct build b = { .size = 0 };
	struct tls_client c;

	(void)state;
	PUT(&b, "\x80\x1f\x01\x03\x01\0\x06\0\0\0\x10\0\0\x2f\0\0\xff"
		"0123456789abcdef");
	read_client(&b, &c);
	assert_true(c.old);
	assert_int_equal(c.version, 0x0301);
	b.bytes[1] = 0x20;
	assert_int_equal(tls_client_hello(b.bytes, b.size, &c), TLS_NOT);
	b.bytes[1] = 0x1f;
	b.bytes[6] = 5; /* not whole suites */
	b.bytes[10] = 0x11;
	assert_int_equal(tls_client_hello(b.bytes, b.size, &c), TLS_NOT);
}

static void
test_server(void **state)
{
	static const struct says says = { .alpn = { "h2" } };
	struct tls_server s;

	(void)state;
	for (size_t most = 1; most < 2000; most += most < 8 ? 1 : 397) {
		struct build flight = { .size = 0 }, records = { .size = 0 };

		build_server(&flight, &says);
		build_certificate(
		    &flight, "Example CA", "host.example", "*.host.example", most % 2 == 0);
		build_records(&records, &flight, most);
		for (size_t n = 0; n < records.size; n++)
			assert_int_equal(tls_server_hello(records.bytes, n, &s), TLS_MORE);
		assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_DONE);
		assert_true(s.hello && !s.alert);
		assert_int_equal(s.version, TLS_1_2);
		assert_name(&s.alpn, "\x02h2");
		assert_name(&s.issuer, "Example CA");
		assert_name(&s.subject, "host.example");
		assert_name(&s.host, "*.host.example");
	}
}

/* What ends a server's flight early, or what it says instead. */
static void
test_server_other(void **state)
{
	static const struct says new = { .versions = "\x03\x04", .versions_size = 2 };
	static const struct says old = { .legacy = 0x0302, .no_extensions = true };
	struct build hello = { .size = 0 }, records = { .size = 0 };
	struct tls_server s;

	(void)state;
	build_server(&hello, &new);
	build_records(&records, &hello, 4000);
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_DONE);
	assert_int_equal(s.version, TLS_1_3);
	PUT(&records, "HTTP/1.1"); /* what is behind it does not change it */
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_DONE);
	hello.size = records.size = 0;
	build_server(&hello, &old);
	build_records(&records, &hello, 4000);
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_MORE);
	assert_true(s.hello && s.version == 0x0302);
	PUT(&records, "\x14\x03\x02\0\x01\x01"); /* a session goes on, without a certificate */
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_DONE);
	assert_true(s.hello && s.subject.size == 0);

	assert_int_equal(
	    tls_server_hello((const uint8_t *)"\x15\x03\x01\0\x02\x02\x28", 7, &s), TLS_DONE);
	assert_true(s.alert && !s.hello);
	assert_int_equal(
	    tls_server_hello((const uint8_t *)"\x15\x03\x01\0\x02\x02\x29\x29", 6, &s), TLS_MORE);
	assert_int_equal(
	    tls_server_hello((const uint8_t *)"\x15\x03\x01\0\x02\x02\xfe", 7, &s), TLS_NOT);
	assert_int_equal(
	    tls_server_hello((const uint8_t *)"\x15\x03\x01\0\x03\x02\x28\0", 8, &s), TLS_NOT);
	assert_int_equal(
	    tls_server_hello((const uint8_t *)"\x17\x03\x03\0\x02\x02\x28", 7, &s), TLS_NOT);
	records.size = 0; /* a warning, then the hello */
	PUT(&records, "\x15\x03\x03\0\x02\x01\x70");
	build_records(&records, &hello, 4000);
	assert_int_equal(tls_server_hello(records.bytes, records.size, &s), TLS_MORE);
	assert_true(s.hello && !s.alert);
}

/* A certificate that is broken at any byte is read to there, and never beyond. */
static void
test_certificate_broken(void **state)
{
	struct build flight = { .size = 0 };
	size_t hello;
	struct tls_server s;

	(void)state;
	build_server(&flight, &(struct says){ .no_extensions = true });
	hello = flight.size;
	build_certificate(
	    &flight, "www.issuer.example", "www.subject.example", "host.example", false);
	for (size_t at = hello; at < flight.size; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct build bad = flight, records = { .size = 0 };
			uint8_t *bytes;

			bad.bytes[at] ^= (uint8_t)(1 << bit);
			build_records(&records, &bad, 4000);
			bytes = malloc(records.size);
			assert_non_null(bytes);
			memcpy(bytes, records.bytes, records.size);
			assert_int_not_equal(tls_server_hello(bytes, records.size, &s), TLS_NOT);
			assert_true(s.hello);
			free(bytes);
		}
	}
}

/* The rows. What a client says, what a server answers, what it is. */
struct row {
	const char *what;
	struct says client;
	uint8_t app;
	uint8_t sure;
	const char *answer; /* instead of a ServerHello; "" for silence */
	size_t answer_size;
	bool new;	    /* TLS 1.3 is chosen */
	const char *issuer; /* a certificate */
	const char *subject;
	const char *host;
	size_t most; /* bytes in a record */
};

#define ANSWER(text) .answer = text, .answer_size = sizeof(text) - 1

static void
check_row(const struct row *row)
{
	struct build hello = { .size = 0 }, client = { .size = 0 }, server = { .size = 0 };
	struct conversation c = { row->what, row->app, row->sure, false, { { 0 } } };
	struct says chosen = { .versions = row->new ? "\x03\x04" : NULL, .versions_size = 2 };

	build_client(&hello, &row->client);
	build_records(&client, &hello, row->most ? row->most : 4000);
	hello.size = 0;
	build_server(&hello, &chosen);
	if (row->subject)
		build_certificate(&hello, row->issuer, row->subject, row->host, false);
	else if (!row->new)
		PUT(&hello, "\x0e\0\0\0"); /* ServerHelloDone */
	build_records(&server, &hello, row->most ? row->most : 4000);
	c.part[0] = (struct said){ (char *)client.bytes, client.size, TALK_CLIENT };
	if (!row->answer)
		c.part[1] = (struct said){ (char *)server.bytes, server.size, TALK_SERVER };
	else if (row->answer_size)
		c.part[1] = (struct said){ row->answer, row->answer_size, TALK_SERVER };
	check_conversations(&c, 1);
}

static void
test_rows(void **state)
{
	static const struct row rows[] = {
		{ "TLS 1.3", { .name = "host.example", TLS13 }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .new = true },
		{ "TLS 1.2, no name", { .legacy = 0x0303 }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "small records", { .name = "host.example" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .most = 7 },
		{ "nobody answers", { .name = "host.example" }, .app = APP_TLS, .sure = SURE_LIKELY,
		    ANSWER("") },
		{ "refused", { .name = "host.example" }, .app = APP_TLS, .sure = SURE_CONFIRMED,
		    ANSWER("\x15\x03\x03\0\x02\x02\x28") },
		{ "half an answer", { .name = "host.example" }, .app = APP_TLS, .sure = SURE_LIKELY,
		    ANSWER("\x16\x03\x03\0\x40\x02") },
		{ "another answers", { .name = "dns.google" }, .app = APP_UNKNOWN, .sure = SURE_NOT,
		    ANSWER("HTTP/1.1 400 Bad Request\r\n") },
		{ "more than was offered", { .legacy = 0x0301, .no_extensions = true },
		    .app = APP_UNKNOWN, .sure = SURE_NOT },

		{ "DoT", { .alpn = { "dot" } }, .app = APP_DOT, .sure = SURE_CONFIRMED },
		{ "DoT and a name", { .name = "dns.google", .alpn = { "dot" } }, .app = APP_DOT,
		    .sure = SURE_CONFIRMED },
		{ "dot is one of several", { .alpn = { "h2", "dot" } }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "DoT, refused", { .alpn = { "dot" } }, .app = APP_DOT, .sure = SURE_LIKELY,
		    ANSWER("\x15\x03\x03\0\x02\x02\x28") },
		{ "a resolver, no protocol", { .name = "dns.quad9.net" }, .app = APP_DOT,
		    .sure = SURE_LIKELY },
		{ "a resolver's certificate", { .legacy = 0x0303 }, .app = APP_DOT,
		    .sure = SURE_LIKELY, .issuer = "CA", .subject = "dns.google",
		    .host = "dns.google" },
		{ "DoH", { .name = "dns.google", .alpn = { "h2" }, TLS13 }, .app = APP_DOH,
		    .sure = SURE_CONFIRMED, .new = true },
		{ "DoH, large letters", { .name = "Mozilla.Cloudflare-DNS.com", .alpn = { "h2" } },
		    .app = APP_DOH, .sure = SURE_CONFIRMED },
		{ "DoH, a dot at the end", { .name = "dns.google.", .alpn = { "h2" } },
		    .app = APP_DOH, .sure = SURE_CONFIRMED },
		{ "DoH, small records", { .name = "dns.google", .alpn = { "h2" } }, .app = APP_DOH,
		    .sure = SURE_CONFIRMED, .most = 3 },
		{ "not quite a resolver", { .name = "xdns.google", .alpn = { "h2" } },
		    .app = APP_TLS, .sure = SURE_CONFIRMED },
		{ "below a resolver", { .name = "dns.google.example", .alpn = { "h2" } },
		    .app = APP_TLS, .sure = SURE_CONFIRMED },
		{ "a later version", { .legacy = 0x0304, .no_extensions = true }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "Firefox's choice in Canada",
		    { .name = "private.canadianshield.cira.ca", .alpn = { "h2" } }, .app = APP_DOH,
		    .sure = SURE_CONFIRMED },
		{ "a filtering resolver", { .name = "family-filter-dns.cleanbrowsing.org" },
		    .app = APP_DOT, .sure = SURE_LIKELY },
		{ "DoH, nobody answers", { .name = "dns.google", .alpn = { "h2" } }, .app = APP_DOH,
		    .sure = SURE_LIKELY, ANSWER("") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(&rows[i]);
}

static void
test_rows_tools(void **state)
{
	static const struct row rows[] = {
		{ "AnyDesk", { .name = "relay-1234.net.anydesk.com" }, .app = APP_ANYDESK,
		    .sure = SURE_CONFIRMED },
		{ "AnyDesk's site", { .name = "www.anydesk.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "AnyDesk's certificate", { .legacy = 0x0303 }, .app = APP_ANYDESK,
		    .sure = SURE_CONFIRMED, .issuer = "AnyNet Root CA", .subject = "AnyNet Relay" },
		{ "AnyDesk directly", { .legacy = 0x0303 }, .app = APP_ANYDESK,
		    .sure = SURE_CONFIRMED, .issuer = "AnyDesk Client",
		    .subject = "AnyDesk Client" },
		{ "AnyDesk's certificate, small records", { .name = "host.example" },
		    .app = APP_ANYDESK, .sure = SURE_CONFIRMED, .issuer = "AnyNet Root CA",
		    .subject = "AnyNet Relay", .most = 5 },
		{ "a certificate", { .name = "host.example" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .issuer = "CA", .subject = "AnyDesk",
		    .host = "host.example" },
		{ "Chrome", { .name = "remotedesktop-pa.googleapis.com", .alpn = { "h2" }, TLS13 },
		    .app = APP_CHROME_REMOTE, .sure = SURE_CONFIRMED, .new = true },
		{ "Splashtop", { .name = "st-v3-univ-srs-jp-1.api.splashtop.com" },
		    .app = APP_SPLASHTOP, .sure = SURE_CONFIRMED },
		{ "Splashtop's site", { .name = "www.splashtop.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "TeamViewer", { .name = "router15.teamviewer.com" }, .app = APP_TEAMVIEWER,
		    .sure = SURE_CONFIRMED },
		{ "TeamViewer's site", { .name = "WWW.teamviewer.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "its site's certificate", { .name = "www.teamviewer.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .issuer = "CA", .subject = "*.teamviewer.com",
		    .host = "*.teamviewer.com" },
		{ "its certificate", { .name = "host.example" }, .app = APP_TEAMVIEWER,
		    .sure = SURE_CONFIRMED, .issuer = "CA", .subject = "*.teamviewer.com",
		    .host = "*.teamviewer.com" },
		{ "a name that ends so", { .name = "evilteamviewer.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "a name that begins so", { .name = "router1.teamviewer.com.example" },
		    .app = APP_TLS, .sure = SURE_CONFIRMED },
		{ "its first name only", { .name = ".teamviewer.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED },
		{ "RustDesk", { .name = "rs-ny.rustdesk.com" }, .app = APP_RUSTDESK,
		    .sure = SURE_CONFIRMED },
		{ "Tor", { .name = "www.k5tx3zqd7wob.com", TLS13 }, .app = APP_TOR,
		    .sure = SURE_LIKELY, .new = true },
		{ "Tor, but a browser's", { .name = "www.k5tx3zqd7wob.com", .alpn = { "h2" } },
		    .app = APP_TLS, .sure = SURE_CONFIRMED },
		{ "a site", { .name = "www.office365.com", TLS13 }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .new = true },
		{ "Tor's certificate", { .name = "www.abcdefghij.com" }, .app = APP_TOR,
		    .sure = SURE_LIKELY, .issuer = "www.klmnopqrst.com",
		    .subject = "www.bcdefghijklm.net" },
		{ "a certificate with more in it", { .name = "www.abcdefghij.com" }, .app = APP_TLS,
		    .sure = SURE_CONFIRMED, .issuer = "www.klmnopqrst.com",
		    .subject = "www.bcdefghijklm.net", .host = "www.bcdefghijklm.net" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_row(&rows[i]);
}

/* Near TLS. */
static void
test_rows_not(void **state)
{
	static const struct conversation talks[] = {
		{ "records with something else", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x16\x03\x01\0\x04\x16\x03\x01\x02"), S("\x16\x03\x01\0\x04\x02\x03") } },
		{ "encrypted from the start", APP_UNKNOWN, SURE_NOT, false,
		    { C("\x17\x03\x03\0\x10xxxxxxxx"), S("\x17\x03\x03\0\x10xxxxxxxx") } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("\x16\x03\x01\x02\0\x01") } },
		{ "nothing but the server's", APP_UNKNOWN, SURE_NOT, false,
		    { S("\x16\x03\x03\0\x40\x02") } },
		{ "OpenVPN over TCP", APP_OPENVPN, SURE_LIKELY, false,
		    { C("\0\x0e\x38\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0\0") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* A message of DTLS in a record: what is there of it from AT on, N bytes. */
static void
build_dtls(struct build *to, const struct build *message, uint16_t version, size_t at, size_t n)
{
	put_number(to, 22, 1);
	put_number(to, version, 2);
	put_number(to, 0, 2); /* epoch */
	put_number(to, 0, 6); /* sequence */
	put_number(to, n + 12, 2);
	put(to, message->bytes, 4);
	put_number(to, 0, 2); /* message sequence */
	put_number(to, at, 3);
	put_number(to, n, 3);
	put(to, message->bytes + 4 + at, n);
}

static void
test_dtls(void **state)
{
	static const char verify[] = "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x13\x03\0\0\x07\0\0\0\0\0\0\0"
				     "\x07\xfe\xff\x04"
				     "cook";
	static const struct says offer = { .legacy = 0xfefd, .cookie = true, .name = "a.example" };
	static const struct says chosen = { .legacy = 0xfefd };
	char padding[1604] = "\0\x15\x06\x40";
	const struct says much = {
		.legacy = 0xfefd, .cookie = true, .more = padding, .more_size = sizeof padding
	};
	struct build hello = { .size = 0 }, answer = { .size = 0 }, large = { .size = 0 };
	struct build whole = { .size = 0 }, jumbo = { .size = 0 }, first = { .size = 0 },
		     second = { .size = 0 };
	struct build server = { .size = 0 }, encrypted, behind;
	struct said client, pieces[2], served;

	(void)state;
	build_client(&hello, &offer);
	build_server(&answer, &chosen);
	build_dtls(&whole, &hello, 0xfeff, 0, hello.size - 4);
	build_client(&large, &much);
	assert_in_range(large.size, 1600, 2000);
	build_dtls(&jumbo, &large, 0xfeff, 0, large.size - 4);
	build_dtls(&first, &hello, 0xfeff, 0, 60);
	build_dtls(&second, &hello, 0xfeff, 60, hello.size - 64);
	build_dtls(&server, &answer, 0xfefd, 0, answer.size - 4);
	encrypted = whole;
	encrypted.bytes[4] = 1; /* epoch */
	behind = first;
	behind.bytes[21] = 1; /* offset */
	client = (struct said){ (char *)whole.bytes, whole.size, TALK_CLIENT };
	pieces[0] = (struct said){ (char *)first.bytes, first.size, TALK_CLIENT };
	pieces[1] = (struct said){ (char *)second.bytes, second.size, TALK_CLIENT };
	served = (struct said){ (char *)server.bytes, server.size, TALK_SERVER };
	const struct conversation talks[] = {
		{ "DTLS", APP_DTLS, SURE_CONFIRMED, true, { client, served } },
		{ "a cookie first", APP_DTLS, SURE_CONFIRMED, true,
		    { client, { verify, sizeof verify - 1, TALK_SERVER }, client, served } },
		{ "in pieces", APP_DTLS, SURE_CONFIRMED, true, { pieces[0], pieces[1], served } },
		{ "in a large datagram", APP_DTLS, SURE_CONFIRMED, true,
		    { { (char *)jumbo.bytes, jumbo.size, TALK_CLIENT }, served } },
		{ "pieces that changed places", APP_DTLS, SURE_CONFIRMED, true,
		    { pieces[1], pieces[0], served } },
		{ "nobody answers", APP_DTLS, SURE_LIKELY, true, { client, client } },
		{ "not the first piece", APP_UNKNOWN, SURE_NOT, true,
		    { { (char *)behind.bytes, behind.size, TALK_CLIENT } } },
		{ "the server alone", APP_DTLS, SURE_LIKELY, true, { served } },
		{ "refused", APP_DTLS, SURE_CONFIRMED, true,
		    { client, S("\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x02\x28") } },
		{ "warned", APP_UNKNOWN, SURE_NOT, true,
		    { client, S("\x15\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x01\x28") } },
		{ "a record that is too short", APP_UNKNOWN, SURE_NOT, true,
		    { client, { verify, sizeof verify - 2, TALK_SERVER } } },
		{ "encrypted", APP_UNKNOWN, SURE_NOT, true,
		    { { (char *)encrypted.bytes, encrypted.size, TALK_CLIENT }, served } },
		{ "an echo", APP_UNKNOWN, SURE_NOT, true,
		    { client, { (char *)whole.bytes, whole.size, TALK_SERVER } } },
		{ "TLS in a datagram", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x16\x03\x01\0\x2a\x01\0\0\x26\x03\x03"
			"0123456789abcdef") } },
	};

	check_conversations(talks, sizeof talks / sizeof *talks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_client_without),
		cmocka_unit_test(test_client_long),
		cmocka_unit_test(test_client_not),
		cmocka_unit_test(test_client_later),
		cmocka_unit_test(test_client_old),
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_server_other),
		cmocka_unit_test(test_certificate_broken),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_tools),
		cmocka_unit_test(test_rows_not),
		cmocka_unit_test(test_dtls),
	};

	return UNIT_RUN(tests);
}
