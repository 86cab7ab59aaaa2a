/* test_recognise_quic.c - QUIC's Initial packets: the examples of RFC 9001 and RFC 9369, Appendix
 * A, and packets that are made here and protected by what makes those examples. */
#include "recognise/quic.h"
#include "quic_build.h"
#include "recognise_feed.h"

#define TO "\x83\x94\xc8\xf0\x3e\x51\x57\x08" /* the connection id of the examples */

/* RFC 9001, A.2: the CRYPTO frame. */
static const char rfc_frame[] = "\x06\x00\x40\xf1\x01\x00\x00\xed\x03\x03\xeb\xf8\xfa\x56\xf1\x29"
				"\x39\xb9\x58\x4a\x38\x96\x47\x2e"
				"\xc4\x0b\xb8\x63\xcf\xd3\xe8\x68\x04\xfe\x3a\x47\xf0\x6a\x2b\x69"
				"\x48\x4c\x00\x00\x04\x13\x01\x13"
				"\x02\x01\x00\x00\xc0\x00\x00\x00\x10\x00\x0e\x00\x00\x0b\x65\x78"
				"\x61\x6d\x70\x6c\x65\x2e\x63\x6f"
				"\x6d\xff\x01\x00\x01\x00\x00\x0a\x00\x08\x00\x06\x00\x1d\x00\x17"
				"\x00\x18\x00\x10\x00\x07\x00\x05"
				"\x04\x61\x6c\x70\x6e\x00\x05\x00\x05\x01\x00\x00\x00\x00\x00\x33"
				"\x00\x26\x00\x24\x00\x1d\x00\x20"
				"\x93\x70\xb2\xc9\xca\xa4\x7f\xba\xba\xf4\x55\x9f\xed\xba\x75\x3d"
				"\xe1\x71\xfa\x71\xf5\x0f\x1c\xe1"
				"\x5d\x43\xe9\x94\xec\x74\xd7\x48\x00\x2b\x00\x03\x02\x03\x04\x00"
				"\x0d\x00\x10\x00\x0e\x04\x03\x05"
				"\x03\x06\x03\x02\x03\x08\x04\x08\x05\x08\x06\x00\x2d\x00\x02\x01"
				"\x01\x00\x1c\x00\x02\x40\x01\x00"
				"\x39\x00\x32\x04\x08\xff\xff\xff\xff\xff\xff\xff\xff\x05\x04\x80"
				"\x00\xff\xff\x07\x04\x80\x00\xff"
				"\xff\x08\x01\x10\x01\x04\x80\x00\x75\x30\x09\x01\x10\x0f\x08\x83"
				"\x94\xc8\xf0\x3e\x51\x57\x08\x06"
				"\x04\x80\x00\xff\xff";

/* How the packets of A.2 begin and end, and those of A.3 (a server's Initial) and A.4 (a Retry). */
static const char rfc9001_begins[] =
    "\xc0\x00\x00\x00\x01\x08" TO "\x00\x00\x44\x9e\x7b\x9a\xec\x34\xd1\xb1\xc9\x8d\xd7\x68\x9f\xb8"
    "\xec\x11\xd2\x42\xb1\x23\xdc\x9b";
static const char rfc9001_ends[] =
    "\xe2\x21\xaf\x44\x86\x00\x18\xab\x08\x56\x97\x2e\x19\x4c\xd9\x34";
static const char rfc9369_begins[] =
    "\xd7\x6b\x33\x43\xcf\x08" TO "\x00\x00\x44\x9e\xa0\xc9\x5e\x82\xff\xe6\x7b\x6a\xbc\xdb\x42\x98"
    "\xb4\x85\xdd\x04\xde\x80\x60\x71";
static const char rfc9369_ends[] =
    "\xa1\x8b\x2f\xaa\x74\x5b\x6f\xe1\x89\xcf\x77\x2a\x9f\x84\xcb\xfc";
static const char rfc9001_server[] = "\xcf\x00\x00\x00\x01\x00\x08\xf0\x67\xa5\x50\x2a\x42\x62\xb5"
				     "\x00\x40\x75\xc0\xd9\x5a\x48\x2c\xd0"
				     "\x99\x1c\xd2\x5b\x0a\xac\x40\x6a\x58\x16\xb6\x39\x41\x00\xf3"
				     "\x7a\x1c\x69\x79\x75\x54\x78\x0b\xb3"
				     "\x8c\xc5\xa9\x9f\x5e\xde\x4c\xf7\x3c\x3e\xc2\x49\x3a\x18\x39"
				     "\xb3\xdb\xcb\xa3\xf6\xea\x46\xc5\xb7"
				     "\x68\x4d\xf3\x54\x8e\x7d\xde\xb9\xc3\xbf\x9c\x73\xcc\x3f\x3b"
				     "\xde\xd7\x4b\x56\x2b\xfb\x19\xfb\x84"
				     "\x02\x2f\x8e\xf4\xcd\xd9\x37\x95\xd7\x7d\x06\xed\xbb\x7a\xaf"
				     "\x2f\x58\x89\x18\x50\xab\xbd\xca\x3d"
				     "\x20\x39\x8c\x27\x64\x56\xcb\xc4\x21\x58\x40\x7d\xd0\x74\xee";
static const char rfc9001_retry[] = "\xff\x00\x00\x00\x01\x00\x08\xf0\x67\xa5\x50\x2a\x42\x62\xb5"
				    "\x74\x6f\x6b\x65\x6e\x04\xa2\x65\xba"
				    "\x2e\xff\x4d\x82\x90\x58\xfb\x3f\x0f\x24\x96\xba";
static const char rfc9369_server[] = "\xdc\x6b\x33\x43\xcf\x00\x08\xf0\x67\xa5\x50\x2a\x42\x62\xb5"
				     "\x00\x40\x75\xd9\x2f\xaa\xf1\x6f\x05"
				     "\xd8\xa4\x39\x8c\x47\x08\x96\x98\xba\xee\xa2\x6b\x91\xeb\x76"
				     "\x1d\x9b\x89\x23\x7b\xbf\x87\x26\x30"
				     "\x17\x91\x53\x58\x23\x00\x35\xf7\xfd\x39\x45\xd8\x89\x65\xcf"
				     "\x17\xf9\xaf\x6e\x16\x88\x6c\x61\xbf"
				     "\xc7\x03\x10\x6f\xba\xf3\xcb\x4c\xfa\x52\x38\x2d\xd1\x6a\x39"
				     "\x3e\x42\x75\x75\x07\x69\x80\x75\xb2"
				     "\xc9\x84\xc7\x07\xf0\xa0\x81\x2d\x8c\xd5\xa6\x88\x1e\xaf\x21"
				     "\xce\xda\x98\xf4\xbd\x23\xf6\xfe\x1a"
				     "\x3e\x2c\x43\xed\xd9\xce\x7c\xa8\x4b\xed\x85\x21\xe2\xe1\x40";

static struct said
client_says(const struct build *b)
{
	return (struct said){ (const char *)b->bytes, b->size, TALK_CLIENT };
}

static enum tls_read
read_hello(const struct build *datagrams, size_t n, struct tls_client *c)
{
	static uint8_t bytes[RECOGNISE_BYTES];
	struct opening o = { .bytes = bytes };

	for (size_t i = 0; i < n; i++) {
		memcpy(bytes + o.size, datagrams[i].bytes, datagrams[i].size);
		o.length[o.datagrams++] = (uint16_t)datagrams[i].size;
		o.size = (uint16_t)(o.size + datagrams[i].size);
	}
	return quic_client_hello(&o, c);
}

static const struct initial v1 = { V1, TO, "", "", NULL, 2, 1200, 0, 0 };
static const struct initial v2 = { V2, TO, "", "", NULL, 2, 1200, 0, 0 };

static void
test_rfc(void **state)
{
	static const struct {
		const struct initial *initial;
		const char *begins, *ends, *server;
		size_t server_size;
	} rfc[] = {
		{ &v1, rfc9001_begins, rfc9001_ends, rfc9001_server, sizeof rfc9001_server - 1 },
		{ &v1, rfc9001_begins, rfc9001_ends, rfc9001_retry, sizeof rfc9001_retry - 1 },
		{ &v2, rfc9369_begins, rfc9369_ends, rfc9369_server, sizeof rfc9369_server - 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rfc / sizeof *rfc; i++) {
		struct build b = { .size = 0 };
		struct conversation c = { "RFC", APP_QUIC, SURE_CONFIRMED, true, { { 0 } } };
		struct tls_client hello;

		build_initial(&b, rfc[i].initial, rfc_frame, sizeof rfc_frame - 1);
		assert_int_equal(b.size, 1200);
		assert_memory_equal(b.bytes, rfc[i].begins, sizeof rfc9001_begins - 1);
		assert_memory_equal(b.bytes + 1184, rfc[i].ends, 16);
		assert_int_equal(read_hello(&b, 1, &hello), TLS_DONE);
		assert_int_equal(hello.version, TLS_1_3);
		assert_int_equal(hello.name.size, 11);
		assert_memory_equal(hello.name.bytes, "example.com", 11);
		assert_int_equal(hello.alpn.size, 5);
		assert_memory_equal(hello.alpn.bytes,
		    "\x04"
		    "alpn",
		    5);
		c.part[0] = client_says(&b);
		c.part[1] = (struct said){ rfc[i].server, rfc[i].server_size, TALK_SERVER };
		check_conversations(&c, 1);
	}
}

/* Whatever byte is changed, it does not open; unless it is behind the packet. */
static void
test_changed(void **state)
{
	struct build b = { .size = 0 };
	struct tls_client c;

	(void)state;
	build_initial(&b, &v1, rfc_frame, sizeof rfc_frame - 1);
	for (size_t i = 0; i < b.size; i++) {
		b.bytes[i] ^= 0x10;
		if (read_hello(&b, 1, &c) != TLS_NOT)
			fail_msg("byte %zu", i);
		b.bytes[i] ^= 0x10;
	}
	PUT(&b, "padding");
	assert_int_equal(read_hello(&b, 1, &c), TLS_DONE);
}

/* A hello of 1,900 bytes in pieces, their order changed, over two datagrams and in each of many
 * frames, with what else may stand there. */
static void
test_pieces(void **state)
{
	char more[1604] = "\0\x15\x06\x3c"; /* padding (RFC 7685) */
	struct says says = { .name = "pieces.example",
		.alpn = { "h3" },
		.versions = "\x03\x04",
		.versions_size = 2,
		.more = more,
		.more_size = 4 + 0x63c };
	struct initial initial = v1;
	struct build hello = { .size = 0 }, frames[2] = { { .size = 0 }, { .size = 0 } };
	struct build datagrams[2] = { { .size = 0 }, { .size = 0 } }, swapped[2];
	struct tls_client c;

	(void)state;
	build_client(&hello, &says);
	assert_in_range(hello.size, 1600, 2000);
	PUT(&frames[0], "\x01\x02\x05\0\x01\x01\x08\x08"); /* PING, ACK with two ranges */
	for (size_t at = hello.size / 100 * 100; at >= 900; at -= 100)
		build_crypto(&frames[0], &hello, at, hello.size - at < 100 ? hello.size - at : 100);
	PUT(&frames[1], "\x03\x05\0\0\x01\x08\x08\x08\0\0"); /* ACK with ECN, PADDING */
	build_crypto(&frames[1], &hello, 500, 400);
	build_crypto(&frames[1], &hello, 0, 300);
	build_crypto(&frames[1], &hello, 200, 310);
	build_initial(&datagrams[0], &initial, frames[0].bytes, frames[0].size);
	initial.number = 3;
	build_initial(&datagrams[1], &initial, frames[1].bytes, frames[1].size);
	swapped[0] = datagrams[1];
	swapped[1] = datagrams[0];
	assert_int_equal(read_hello(datagrams, 1, &c), TLS_MORE);
	assert_int_equal(c.name.size, 0);
	assert_int_equal(read_hello(swapped, 1, &c), TLS_MORE);
	assert_int_equal(c.name.size, 14); /* it is in what came */
	assert_int_equal(read_hello(datagrams, 2, &c), TLS_DONE);
	assert_int_equal(read_hello(swapped, 2, &c), TLS_DONE);
	assert_int_equal(c.name.size, 14);
	assert_memory_equal(c.alpn.bytes, "\x02h3", 3);
}

/* Frames that an Initial packet may not have, or that do not end. */
static void
test_frames(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} bad[] = {
		{ "\x08\0\x01x", 4 }, /* STREAM */
		{ "\x06\0\x7f\xff"
		  "x",
		    5 },		     /* CRYPTO, longer than the packet */
		{ "\x02\0\0\x7f\xff\0", 6 }, /* ACK, with too many ranges */
		{ "\x06\0\x01\x02", 4 },     /* a ServerHello */
	};
	struct tls_client c;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct build b = { .size = 0 };

		build_initial(&b, &v1, bad[i].bytes, bad[i].n);
		if (read_hello(&b, 1, &c) != TLS_NOT)
			fail_msg("%zu", i);
	}
}

/* What may stand in a client's first packets, and what may not. */
static void
test_packets(void **state)
{
	static const char early[] = "\xd0\0\0\0\x01\x08" TO "\0\x14"
				    "01234567890123456789"; /* 0-RTT */
	struct initial initial = v1, large = v1, reserved = v1;
	struct build b = { .size = 0 }, frames = { .size = 0 }, hello = { .size = 0 };
	struct tls_client c;

	(void)state;
	build_client(&hello, &(struct says){ .name = "host.example", .alpn = { "h3" } });
	build_crypto(&frames, &hello, 0, hello.size);
	large.size = 2100;
	build_initial(&b, &large, frames.bytes, frames.size);
	assert_int_equal(read_hello(&b, 1, &c), TLS_NOT); /* no link carries it */
	b.size = 0;
	reserved.reserved = 4;
	build_initial(&b, &reserved, frames.bytes, frames.size);
	assert_int_equal(read_hello(&b, 1, &c), TLS_NOT);
	b.size = 0;
	PUT(&b, early);
	initial.size = 1200 - b.size;
	build_initial(&b, &initial, frames.bytes, frames.size);
	assert_int_equal(read_hello(&b, 1, &c), TLS_DONE);
	b.size = 0;
	PUT(&frames, "\x1c\0\0\0"); /* it gives up */
	build_initial(&b, &v1, frames.bytes, frames.size);
	assert_int_equal(read_hello(&b, 1, &c), TLS_DONE);
	b.size = frames.size = 0;
	memset(hello.bytes + hello.size, 'x', 100);
	PUT(&frames, "\x06\x4f\xfa\x40\x64"); /* 100 bytes from 4,090 on */
	put(&frames, hello.bytes + hello.size, 100);
	build_initial(&b, &v1, frames.bytes, frames.size);
	assert_int_equal(read_hello(&b, 1, &c), TLS_MORE);
}

static void
hello_of(struct build *datagram, const struct initial *i, const struct says *says)
{
	struct build hello = { .size = 0 }, frames = { .size = 0 };

	build_client(&hello, says);
	build_crypto(&frames, &hello, 0, hello.size);
	build_initial(datagram, i, frames.bytes, frames.size);
}

#define FROM "client" /* a client's own id */

static void
test_rows(void **state)
{
	static const struct initial initial = { V1, TO, FROM, "", NULL, 0, 1200, 0, 0 };
	static const struct initial again = { V1, "retried!", FROM, "token", NULL, 1, 1200, 0, 0 };
	static const struct initial later = { V1, "serverid", FROM, "", TO, 1, 1200, 0, 0 };
	static const struct initial small = { V1, TO, FROM, "", NULL, 0, 1199, 0, 0 };
	static const struct says h3 = { .name = "host.example", .alpn = { "h3" } };
	static const struct says doq = { .name = "dns.example", .alpn = { "doq" } };
	static const struct says doh = { .name = "dns.google", .alpn = { "h3" } };
	static const struct says mixed = { .name = "dns.example", .alpn = { "doq", "h3" } };
	struct build quic = { .size = 0 }, retried = { .size = 0 }, tiny = { .size = 0 };
	struct build dns = { .size = 0 }, http = { .size = 0 }, both = { .size = 0 };
	struct build ours = { .size = 0 }, empty = { .size = 0 }, other, cleared;
	struct build redone = { .size = 0 };

	(void)state;
	hello_of(&quic, &initial, &h3);
	hello_of(&retried, &again, &h3);
	hello_of(&tiny, &small, &h3);
	hello_of(&dns, &initial, &doq);
	hello_of(&redone, &again, &doq);
	hello_of(&http, &initial, &doh);
	hello_of(&both, &initial, &mixed);
	hello_of(&ours, &later, &h3);
	build_initial(&empty, &initial, "\x01", 1);
	other = quic;
	memcpy(other.bytes + 1, "\xba\xba\xba\xba", 4);
	cleared = other;
	cleared.bytes[0] &= 0xbf;

#define HANDSHAKE                                                                                  \
	"\xe0\0\0\0\x01\x06" FROM "\x08serverid\x14"                                               \
	"01234567890123456789"
#define CLEARED                                                                                    \
	"\xa0\0\0\0\x01\x06" FROM "\x08serverid\x14"                                               \
	"01234567890123456789"
#define NEGOTIATION "\x80\0\0\0\0\x06" FROM "\x08" TO "\x6b\x33\x43\xcf\0\0\0\x01"
	const struct conversation talks[] = {
		{ "HTTP/3", APP_QUIC, SURE_CONFIRMED, true, { client_says(&quic), S(HANDSHAKE) } },
		{ "1-RTT first", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&quic), S("\x4fxxxxxxxxxxxx"), S(HANDSHAKE) } },
		{ "a server that clears the fixed bit", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&quic), S(CLEARED) } },
		{ "version negotiation", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&quic), S(NEGOTIATION) } },
		{ "a Retry", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&quic),
			S("\xf0\0\0\0\x01\x06" FROM "\x08retried!token0123456789abcdef"),
			client_says(&retried), S(HANDSHAKE) } },
		{ "a Retry before the hello", APP_DOQ, SURE_CONFIRMED, true,
		    { client_says(&empty),
			S("\xf0\0\0\0\x01\x06" FROM "\x08retried!token0123456789abcdef"),
			client_says(&redone), S(HANDSHAKE) } },
		{ "a hello in the second packet", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&empty), client_says(&ours), S(HANDSHAKE) } },
		{ "DNS", APP_DOQ, SURE_CONFIRMED, true, { client_says(&dns), S(HANDSHAKE) } },
		{ "DNS, unanswered", APP_DOQ, SURE_LIKELY, true, { client_says(&dns) } },
		{ "DNS over HTTP/3", APP_DOH, SURE_CONFIRMED, true,
		    { client_says(&http), S(HANDSHAKE) } },
		{ "DNS is one of several", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&both), S(HANDSHAKE) } },
		{ "unanswered", APP_QUIC, SURE_LIKELY, true, { client_says(&quic) } },
		{ "without a hello", APP_QUIC, SURE_LIKELY, true, { client_says(&empty) } },
		{ "a version nobody knows", APP_QUIC, SURE_LIKELY, true,
		    { client_says(&other), S(NEGOTIATION) } },

		{ "that, unanswered", APP_UNKNOWN, SURE_NOT, true, { client_says(&other) } },
		{ "another's id", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\xe0\0\0\0\x01\x06klient\x08serverid\x14"
					    "01234567890123456789") } },
		{ "negotiation with another's id", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\x80\0\0\0\0\x06" FROM "\x08serverid\0\0\0\x01") } },
		{ "negotiation of half a version", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\x80\0\0\0\0\x06" FROM "\x08" TO "\0\0\0\x01\0") } },
		{ "what only clients send", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\xd0\0\0\0\x01\x06" FROM "\x08serverid\x14"
					    "01234567890123456789") } },
		{ "negotiation without a version", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\x80\0\0\0\0\x06" FROM "\x08" TO) } },
		{ "an echo", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), { (char *)quic.bytes, quic.size, TALK_SERVER } } },
		{ "a client that clears it", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&cleared), S(NEGOTIATION) } },
		{ "too small a datagram", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&tiny), S(HANDSHAKE) } },
		{ "something else answers", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S("\0\x01\x02\x03") } },
	};

	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* What the hello inside tells. */
static void
test_names(void **state)
{
	static const struct initial initial = { V1, TO, FROM, "", NULL, 0, 1200, 0, 0 };
	static const struct says drafts = { .name = "dns.example",
		.alpn = { "doq", "doq-i00", "dq", "doq-i02" } };
	static const struct says near = { .name = "dns.example", .alpn = { "doq", "doqq" } };
	static const struct says remote = { .name = "remotedesktop.google.com", .alpn = { "h3" } };
	static const struct says nothing = { .name = "dns.google" };
	struct build adguard = { .size = 0 }, wrong = { .size = 0 };
	struct build tool = { .size = 0 }, bare = { .size = 0 };

	(void)state;
	hello_of(&adguard, &initial, &drafts);
	hello_of(&wrong, &initial, &near);
	hello_of(&tool, &initial, &remote);
	hello_of(&bare, &initial, &nothing);
	const struct conversation talks[] = {
		{ "DNS and its drafts", APP_DOQ, SURE_CONFIRMED, true,
		    { client_says(&adguard), S(HANDSHAKE) } },
		{ "DNS and what is none", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&wrong), S(HANDSHAKE) } },
		{ "a resolver, no protocol", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&bare), S(HANDSHAKE) } },
		{ "a remote tool's name", APP_CHROME_REMOTE, SURE_CONFIRMED, true,
		    { client_says(&tool), S(HANDSHAKE) } },
	};

	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* Google's QUIC, version 43: public flags, an id, the version, a number, a hash, a stream. */
static void
test_google(void **state)
{
#define HASH "0123456789ab"
#define CHLO                                                                                       \
	"\xa0\x01\x00\x04"                                                                         \
	"CHLO\x19\0\0\0PAD\0\x55\x03\0\0SNI\0\x5f\x03\0\0xxxxxxxxxxxxxxxxx"
	static const struct conversation talks[] = {
		{ "Q043", APP_QUIC, SURE_LIKELY, true, { C("\x0d" TO "Q043\x01" HASH CHLO) } },
		{ "Q046", APP_QUIC, SURE_LIKELY, true,
		    { C("\xc3Q046\x50" TO "\0\0\0\x01" HASH CHLO) } },
		{ "no hello", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x0d" TO "Q043\x01" HASH "\xa0\x01\x00\x04"
			"CHLX\x19\0\0\0PAD\0\x55\x03\0\0"
			"SNI\0\x5f\x03\0\0xxxxxxxxxxxxxxxxxx") } },
		{ "no version", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x0c" TO "Q043\x01" HASH CHLO "xx") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* Rows: nearly QUIC. */
static void
test_near(void **state)
{
	static const struct initial initial = { V1, TO, FROM, "", NULL, 0, 1200, 0, 0 };
	static const struct initial nameless = { V1, TO, "", "", NULL, 0, 1200, 0, 0 };
	static const struct initial small = { V1, TO, FROM, "", NULL, 0, 1200, 7, 0 };
	static const struct initial wide = { V1, "012345678901234567890", FROM, "", NULL, 0, 1200,
		21, 0 };
	static const struct says h3 = { .name = "host.example", .alpn = { "h3" } };
	static const struct says longer = { .alpn = { "doq-i000" } };
	char much[253] = { 0 };
	struct says more = { .alpn = { "doq", much } };
	struct build quic = { .size = 0 }, other = { .size = 0 }, tiny = { .size = 0 };
	struct build far = { .size = 0 }, near = { .size = 0 }, many = { .size = 0 }, none;

	(void)state;
	memset(much, 'm', sizeof much - 1);
	hello_of(&quic, &initial, &h3);
	hello_of(&other, &nameless, &h3);
	hello_of(&tiny, &small, &h3);
	hello_of(&far, &wide, &h3);
	hello_of(&near, &initial, &longer);
	hello_of(&many, &initial, &more);
	none = quic;
	memcpy(none.bytes + 1, "\0\0\0\0", 4);
	memcpy(quic.bytes + 1, "\xba\xba\xba\xba", 4);
	memcpy(other.bytes + 1, "\xba\xba\xba\xba", 4);
	memcpy(far.bytes + 1, "\xba\xba\xba\xba", 4);
	const struct conversation talks[] = {
		{ "a known version answers an unknown one", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&quic), S(HANDSHAKE) } },
		{ "an unknown version to nobody", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&other), S("\xe0\xba\xba\xba\xba\0\x08serverid\x14"
					     "01234567890123456789") } },
		{ "an unknown version to its client", APP_QUIC, SURE_LIKELY, true,
		    { client_says(&quic), S("\xe0\xba\xba\xba\xba\x06" FROM "\x08serverid\x14"
					    "01234567890123456789") } },
		{ "a client negotiates", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&none), S(NEGOTIATION) } },
		{ "an id of seven bytes", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&tiny), S(HANDSHAKE) } },
		{ "an id of 21 bytes", APP_UNKNOWN, SURE_NOT, true,
		    { client_says(&far), S("\x80\0\0\0\0\x06" FROM "\x15"
					   "012345678901234567890\0\0\0\x01") } },
		{ "what only begins as a draft of DNS", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&near), S(HANDSHAKE) } },
		{ "DNS and what does not fit", APP_QUIC, SURE_CONFIRMED, true,
		    { client_says(&many), S(HANDSHAKE) } },
		{ "Q043, reset", APP_UNKNOWN, SURE_NOT, true,
		    { C("\x0b" TO "Q043\x01" HASH CHLO) } },
		{ "Q046, other ids", APP_UNKNOWN, SURE_NOT, true,
		    { C("\xc3Q046\x51" TO "\0\0\0\x01" HASH CHLO) } },
	};

	check_conversations(talks, sizeof talks / sizeof *talks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_google),
	};

	return UNIT_RUN(tests);
}
