/* test_recognise.c - the driver of the recognisers, and those of one file each. */
#include <netinet/in.h>

#include "recognise_feed.h"

#define LONG   "----------------------------------------------------------------" /* 64 */
#define LONG4  LONG LONG LONG LONG
#define LONG16 LONG4 LONG4 LONG4 LONG4

static void
test_ssh(void **state)
{
	static const struct conversation talks[] = {
		{ "both", APP_SSH, SURE_CONFIRMED, false,
		    { S("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), C("SSH-2.0-OpenSSH_9.2\r\n") } },
		{ "version 1.99", APP_SSH, SURE_CONFIRMED, false,
		    { S("SSH-1.99-Cisco-1.25\n"), C("SSH-2.0-PuTTY_Release_0.78\r\n") } },
		{ "lines before it", APP_SSH, SURE_CONFIRMED, false,
		    { S("Welcome\r\nto this host\r\nSSH-2.0-x\r\n"), C("SSH-2.0-x\r\n") } },
		{ "a banner that is not ASCII", APP_SSH, SURE_CONFIRMED, false,
		    { S("\xe3\x81\x82\r\nSSH-2.0-\xff\r\n"), C("SSH-2.0-x\r\n") } },
		{ "the client alone", APP_SSH, SURE_LIKELY, false, { C("SSH-2.0-x\r\n") } },
		{ "the server alone", APP_SSH, SURE_LIKELY, false, { S("SSH-2.0-x\r\n") } },
		{ "the server connects, with lines before it", APP_SSH, SURE_CONFIRMED, false,
		    { C("Welcome\r\nSSH-2.0-x\r\n"), S("SSH-2.0-x\r\n") } },
		{ "the server connects, and nobody answers", APP_SSH, SURE_LIKELY, false,
		    { C("Welcome\r\nSSH-2.0-x\r\n") } },
		{ "lines before both", APP_UNKNOWN, SURE_NOT, false,
		    { C("Welcome\r\nSSH-2.0-x\r\n"), S("Welcome\r\nSSH-2.0-x\r\n") } },
		{ "a page is asked for", APP_UNKNOWN, SURE_NOT, false,
		    { C("GET / HTTP/1.0\r\n\r\n"), S("SSH-2.0-x\r\n") } },
		{ "the server says something else", APP_UNKNOWN, SURE_NOT, false,
		    { C("SSH-2.0-x\r\n"), S("HTTP/1.1 400 Bad Request\r\n\r\n") } },
		{ "a long line before it", APP_SSH, SURE_CONFIRMED, false,
		    { S(LONG LONG LONG LONG "\r\nSSH-2.0-x\r\n"), C("SSH-2.0-x\r\n") } },
		{ "all that is looked at is before it", APP_SSH, SURE_LIKELY, false,
		    { C("SSH-2.0-x\r\n"), S(LONG16 LONG16 LONG16 LONG16) } },
		{ "cut", APP_UNKNOWN, SURE_NOT, false, { C("SSH-2.0"), S("SSH-2") } },
	};

	(void)state;
	check_conversations(talks, sizeof talks / sizeof *talks);
}

/* By IANA's registry; each protocol of its own. */
static void
test_ports(void **state)
{
	(void)state;
	assert_int_equal(app_of_port(IPPROTO_TCP, 20), APP_FTP);
	assert_int_equal(app_of_port(IPPROTO_TCP, 53), APP_DNS);
	assert_int_equal(app_of_port(IPPROTO_UDP, 53), APP_DNS);
	assert_int_equal(app_of_port(IPPROTO_TCP, 443), APP_TLS);
	assert_int_equal(app_of_port(IPPROTO_UDP, 443), APP_QUIC);
	assert_int_equal(app_of_port(IPPROTO_TCP, 853), APP_DOT);
	assert_int_equal(app_of_port(IPPROTO_UDP, 853), APP_DOQ);
	assert_int_equal(app_of_port(IPPROTO_UDP, 3389), APP_RDPEUDP);
	assert_int_equal(app_of_port(IPPROTO_TCP, 6063), APP_X11);
	assert_int_equal(app_of_port(IPPROTO_TCP, 6064), APP_UNKNOWN);
	assert_int_equal(app_of_port(IPPROTO_UDP, 51820), APP_WIREGUARD);
	assert_int_equal(app_of_port(IPPROTO_TCP, 51820), APP_UNKNOWN);
	assert_int_equal(app_of_port(IPPROTO_TCP, 19), APP_UNKNOWN);
	assert_int_equal(app_of_port(IPPROTO_TCP, 65535), APP_UNKNOWN);
	assert_int_equal(app_of_port(IPPROTO_ICMP, 53), APP_UNKNOWN);
}

/* The table is read as far as a port can be in it. */
static void
test_ports_in_order(void **state)
{
	unsigned before = 0;

	(void)state;
#define PORT(low, high, name, tcp, udp)                                                            \
	assert_in_range(low, before, high);                                                        \
	before = low;
#include "model/app_port.def"
#undef PORT
}

/* What cannot be a protocol's first byte rules it out at once: most flows speak something else. */
static void
test_first_byte(void **state)
{
	static const struct {
		uint8_t app, last; /* that can begin it, on either side */
		bool server;	   /* its answer begins in the same way */
	} rows[] = {
		{ APP_OPENVPN, 5, true },    /* sizes up to 1500 */
		{ APP_ORACLE, 16, true },    /* up to 4096 */
		{ APP_STUN, 3, true },	     /* methods up to 0xff */
		{ APP_POSTGRESQL, 0, false } /* sizes up to 4096, of four bytes */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct recogniser *row = NULL;

		for (size_t k = 0; k < recognise_rows(); k++)
			if (recognise_row(k)->app == rows[i].app)
				row = recognise_row(k);
		assert_non_null(row);
		for (unsigned byte = 0; byte < 256; byte++) {
			uint8_t first = (uint8_t)byte;
			struct talk t = { .stream = true };

			for (unsigned side = 0; side < 1U + rows[i].server; side++) {
				t.side[side].bytes = &first;
				t.side[side].size = 1;
				assert_int_equal(row->look(&t) == SURE_NOT, byte > rows[i].last);
				t.side[side].size = 0;
			}
		}
	}
}

/* Rows are out as soon as the bytes allow: who stays in keeps a flow on the slow way. */
static void
test_early(void **state)
{
	static const struct {
		uint8_t app;
		const char *client;
		bool whole;
	} cases[] = {
		{ APP_HTTP, "GET / HTTP/1.1", true }, /* its line has no end */
		{ APP_SIP, "SIP/2 ", false },
		{ APP_SMTP, "\r", false },
		{ APP_IMAP, "(", false },
		{ APP_TLS, "\x16\x02", false },
		{ APP_SMB, "\x81\x01", false },
		{ APP_SOCKS, "\x04\x03", false },
	};

	(void)state;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct talk t = { .stream = true };

		t.side[TALK_CLIENT].bytes = (const uint8_t *)cases[k].client;
		t.side[TALK_CLIENT].size = (uint16_t)strlen(cases[k].client);
		t.side[TALK_CLIENT].whole = cases[k].whole;
		for (size_t i = 0; i < recognise_rows(); i++)
			if (recognise_row(i)->app == cases[k].app &&
			    recognise_row(i)->look(&t) != SURE_NOT)
				fail_msg("%s: %s", app_word(cases[k].app), cases[k].client);
	}
}

/* What a service may be said to speak over TCP or UDP is what can be found there: by a row, by what
 * a row's names tell (its `name`), or as what hides it (worker/speak.c). */
static void
test_over(void **state)
{
	static const struct {
		uint8_t row, app;
	} inside[] = {
		{ APP_HTTP, APP_HTTP2 },
		{ APP_HTTP, APP_WEBSOCKET },
		{ APP_HTTP, APP_HTTP_CONNECT },
		{ APP_HTTP, APP_IPP },
		{ APP_HTTP, APP_RDG },
		{ APP_TLS, APP_DOT },
		{ APP_TLS, APP_DOH },
		{ APP_TLS, APP_ANYDESK },
		{ APP_TLS, APP_SPLASHTOP },
		{ APP_TLS, APP_TEAMVIEWER },
		{ APP_TLS, APP_RUSTDESK },
		{ APP_TLS, APP_CHROME_REMOTE },
		{ APP_TLS, APP_TOR },
		{ APP_QUIC, APP_DOQ },
		{ APP_QUIC, APP_ANYDESK },
		{ APP_QUIC, APP_SPLASHTOP },
		{ APP_QUIC, APP_TEAMVIEWER },
		{ APP_QUIC, APP_RUSTDESK },
		{ APP_QUIC, APP_CHROME_REMOTE },
		{ APP_QUIC, APP_TOR },
		{ APP_DNS, APP_DNS_TUNNEL },
		{ APP_NTP, APP_NTP_CARRIER },
		{ APP_SNMP, APP_SNMP_CARRIER },
		{ APP_SYSLOG, APP_SYSLOG_CARRIER },
		{ APP_RADIUS, APP_RADIUS_CARRIER },
		{ APP_QUIC, APP_DOH },
		{ APP_NFS, APP_PORTMAP },
		{ APP_TLS, APP_PCOIP },
		{ APP_TLS, APP_BLAST },
		{ APP_DTLS, APP_BLAST },
	};
	bool tcp[APP_END] = { false }, udp[APP_END] = { false };

	(void)state;
	for (size_t i = 0; i < recognise_rows(); i++) {
		tcp[recognise_row(i)->app] |= recognise_row(i)->stream;
		udp[recognise_row(i)->app] |= recognise_row(i)->datagrams;
	}
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		tcp[inside[i].app] |= tcp[inside[i].row];
		udp[inside[i].app] |= udp[inside[i].row];
	}
	for (uint8_t app = 0; app < APP_END; app++) {
		if (app_is_over(app, IPPROTO_TCP) != tcp[app] ||
		    app_is_over(app, IPPROTO_UDP) != udp[app])
			fail_msg(
			    "%s: found over TCP: %d, UDP: %d", app_word(app), tcp[app], udp[app]);
		assert_false(app_is_over(app, IPPROTO_SCTP));
	}
	assert_false(app_is_over(APP_END, IPPROTO_TCP));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ssh),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_ports_in_order),
		cmocka_unit_test(test_first_byte),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_over),
	};

	return UNIT_RUN(tests);
}
