/* test_recognise_named.c - what names mean, and which are read from a certificate. */
#include "model/app.h"
#include "recognise/certificate.h"
#include "recognise/named.h"
#include "tls_build.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct tls_name
name_of(const char *text)
{
	struct tls_name name = { .size = (uint8_t)strlen(text) };

	assert_true(strlen(text) <= sizeof name.bytes);
	memcpy(name.bytes, text, strlen(text));
	return name;
}

/* A client's name, with HTTP/2 or without a protocol. */
static void
test_client(void **state)
{
	static const struct {
		const char *name;
		bool h2;
		uint8_t app;
		bool weak;
	} cases[] = {
		{ "dns.google", true, APP_DOH, false },
		{ "dns.google", false, APP_DOT, true },
		{ "ODVR.nic.CZ.", true, APP_DOH, false },
		{ "dns.google..", true, APP_UNKNOWN, false },
		{ "8888.google", true, APP_DOH, false },
		{ "zero.dns0.eu", true, APP_DOH, false },
		{ "p2.freedns.controld.com", true, APP_DOH, false },
		{ "xdns0.eu", true, APP_UNKNOWN, false },
		{ "www3.teamviewer.com", true, APP_TEAMVIEWER, false },
		{ "www.router1.teamviewer.com", true, APP_TEAMVIEWER, false },
		{ "teamviewer.com", true, APP_UNKNOWN, false },
		{ "anynet relay", true, APP_ANYDESK, false },
		{ "my.anynet relay", true, APP_UNKNOWN, false },
		/* Names as Tor makes them, and what is too small, too large or no base32; digits at
		 * two places between letters, and four consonants in a row. */
		{ "www.a4bdf5ge.com", false, APP_TOR, true },
		{ "WWW.A4BDF5GE.COM", false, APP_TOR, true },
		{ "www.a4bdf5ge.com", true, APP_UNKNOWN, false },
		{ "www.a4bdf5g.com", false, APP_UNKNOWN, false },
		{ "www.a4bdf5geaeiouaeiouae.com", false, APP_TOR, true },
		{ "www.a4bdf5geaeiouaeiouaei.com", false, APP_UNKNOWN, false },
		{ "www.a7bdf2ge.com", false, APP_TOR, true },
		{ "www.a4bdf8ge.com", false, APP_UNKNOWN, false },
		{ "www.a1bdf5ge.com", false, APP_UNKNOWN, false },
		{ "www.a4bdf-5ge.com", false, APP_UNKNOWN, false },
		{ "www.a4bdfgge.com", false, APP_UNKNOWN, false },
		{ "www.a4bdea5bdeo.com", false, APP_UNKNOWN, false },
		{ "www.a4bdfea5bdeo.com", false, APP_TOR, true },
		{ "www.a4bdf5ge.net", false, APP_UNKNOWN, false },
		{ "wwx.a4bdf5ge.com", false, APP_UNKNOWN, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tls_client c = { .name = name_of(cases[i].name) };
		struct named named;

		if (cases[i].h2)
			c.alpn = name_of("\x02h2");
		named = named_by_client(&c);
		if (named.app != cases[i].app || named.weak != cases[i].weak)
			fail_msg("%s: %u", cases[i].name, named.app);
	}
}

static void
test_certificate(void **state)
{
	struct tls_client c = { .name = name_of("www.abcdefgh.com") };
	struct tls_server s = { .issuer = name_of("www.ijklmnop.com"),
		.subject = name_of("www.qrstuvwx.net") };

	(void)state;
	assert_int_equal(named_by_certificate(&c, &s).app, APP_TOR);
	assert_true(named_by_certificate(&c, &s).weak);
	c.alpn = name_of("\x02h2");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_UNKNOWN);
	c.alpn.size = 0;
	s.host = name_of("host.example");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_UNKNOWN);
	s.host = name_of("*.teamviewer.com");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_TEAMVIEWER);
	c.name = name_of("www.teamviewer.com");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_UNKNOWN);
	c.name = name_of("Teamviewer.com");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_UNKNOWN);
	c.name = name_of("teamviewer.com.example");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_TEAMVIEWER);
	c.name = name_of("ns.google"); /* that is another host */
	s.host = name_of("dns.google");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_DOT);
	s.host = name_of("*.teamviewer.com");
	c.name = name_of("viewer.com");
	assert_int_equal(named_by_certificate(&c, &s).app, APP_TEAMVIEWER);
	s.host.size = 0;
	s.subject = name_of("AnyNet Relay");
	c.name.size = 0;
	assert_int_equal(named_by_certificate(&c, &s).app, APP_ANYDESK);
}

/* The shortest of certificates: no algorithm, no dates, a common name or none. */
#define TBS                                                                                        \
	"\x02\x01\x01\x30\0\x30\0\x30\0"                                                           \
	"\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01s"
#define TBS_SIZE "\x17"

static void
test_lengths(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint8_t subject;
	} cases[] = {
		{ "\x30\x19\x30" TBS_SIZE TBS, 27, 1 },
		{ "\x30\x81\x19\x30" TBS_SIZE TBS, 28, 0 }, /* not the shortest form */
		{ "\x30\x82\0\x19\x30" TBS_SIZE TBS, 29, 0 },
		{ "\x30\x80\x7f\x7f\x30" TBS_SIZE TBS, 29, 0 }, /* without a length */
		{ "\x30\x83\0\x7f\x7f\x30" TBS_SIZE TBS, 30, 0 },
		{ "\x30\x82\x7f\x7f\x30" TBS_SIZE TBS, 29, 1 }, /* its end is not there */
		{ "\x31\x19\x30" TBS_SIZE TBS, 27, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tls_server s = { .hello = false };

		certificate_names((const uint8_t *)cases[i].bytes, cases[i].n, &s);
		if (s.subject.size != cases[i].subject)
			fail_msg("%zu", i);
	}
}

static void
put_host(struct build *b, const char *host)
{
	size_t at = der_open(b, 0x30), octets, list;

	der_put(b, 0x06, "\x55\x1d\x11", 3);
	octets = der_open(b, 0x04);
	list = der_open(b, 0x30);
	der_put(b, 0x82, host, strlen(host));
	der_close(b, list);
	der_close(b, octets);
	der_close(b, at);
}

/* A certificate with a name of 300 bytes, both unique ids (RFC 5280, 4.1.2.8), and two extensions
 * that name hosts. */
static void
test_parts(void **state)
{
	char name[301] = { 0 };
	struct build b = { .size = 0 };
	size_t cert, tbs, extensions, list;
	struct tls_server s = { .hello = false };

	(void)state;
	memset(name, 'n', sizeof name - 1);
	cert = der_open(&b, 0x30);
	tbs = der_open(&b, 0x30);
	PUT(&b, "\x02\x01\x01\x30\0");
	der_name(&b, name);
	PUT(&b, "\x30\0");
	der_name(&b, "subject");
	PUT(&b, "\x30\0\x81\x02\0\x01\x82\x02\0\x02");
	extensions = der_open(&b, 0xa3);
	list = der_open(&b, 0x30);
	put_host(&b, "first.example");
	put_host(&b, "second.example.jp");
	der_close(&b, list);
	der_close(&b, extensions);
	der_close(&b, tbs);
	der_close(&b, cert);
	certificate_names(b.bytes, b.size, &s);
	assert_int_equal(s.issuer.size, 0);
	assert_int_equal(s.subject.size, 7);
	assert_int_equal(s.host.size, 13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_certificate),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_parts),
	};

	return UNIT_RUN(tests);
}
