/* test_recognise_socks.c - SOCKS, and where a tunnel begins. */
#include "recognise/tunnel.h"
#include "recognise_feed.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Each with where its tunnel begins on both sides, or zeros. */
static const struct {
	struct conversation talk;
	uint16_t client, server;
} socks[] = {
	{ { "5", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\1\0\1\x0a\0\0\1\0\x16"), S("\5\0\0\1\0\0\0\0\0\0"),
		  S("SSH-2.0-x\r\n"), C("SSH-2.0-y\r\n") } },
	    3 + 10, 2 + 10 },
	{ { "5, a name and IPv6", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\2\2\0"), S("\5\0"), C("\5\1\0\3\1h\0\x50"),
		  S("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\x50"), C("GET") } },
	    4 + 8, 2 + 22 },
	{ { "5, a password", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\2\0\2"), S("\5\2"), C("\1\1u\2pw"), S("\1\0"), C("\5\1\0\1\x0a\0\0\1\0\x16"),
		  S("\5\0\0\1\0\0\0\0\0\0") } },
	    4 + 6 + 10, 2 + 2 + 10 },
	{ { "5, a wrong password", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\2"), S("\5\2"), C("\1\1u\1p"), S("\1\1") } },
	    0, 0 },
	{ { "5, refused", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\1\0\1\x0a\0\0\1\0\x16"),
		  S("\5\5\0\1\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "5, UDP", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\3\0\1\0\0\0\0\0\0"),
		  S("\5\0\0\1\x0a\0\0\1\x04\x38") } },
	    0, 0 },
	{ { "5, GSS-API", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\2\0\1"), S("\5\1"), C("\1\1\0\3abc") } },
	    0, 0 },
	{ { "5, a method of one's own", APP_SOCKS, SURE_LIKELY, false,
	      { C("\5\1\x80"), S("\5\x80"), C("...") } },
	    0, 0 },
	{ { "5, no method fits", APP_SOCKS, SURE_LIKELY, false, { C("\5\1\0"), S("\5\xff") } }, 0,
	    0 },
	{ { "5, no answer", APP_SOCKS, SURE_LIKELY, false, { C("\5\3\0\1\2") } }, 0, 0 },
	{ { "5, a method not offered", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\0"), S("\5\2"), C("\1\1u\1p") } },
	    0, 0 },
	{ { "5, as DNP3 begins", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\x64\5\xc0\1\0\0\4\xe9\x21"), S("\5\x64\5\0\0\4\1\0\x19\xa6") } },
	    0, 0 },
	{ { "5, a method that does not exist", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\2\0\x64"), S("\5\0"), C("\5\1\0\1\x0a\0\0\1\0\x16") } },
	    0, 0 },
	{ { "5, no methods", APP_UNKNOWN, SURE_NOT, false, { C("\5\0\x0b\3"), S("\5\0\x0c\3") } },
	    0, 0 },
	{ { "5, a command that is none", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\4\0\1\x0a\0\0\1\0\x16") } },
	    0, 0 },
	{ { "5, an address that is none", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\1\0\2\x0a\0\0\1\0\x16") } },
	    0, 0 },
	{ { "5, a password's version", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\2"), S("\5\2"), C("\2\1u\1p"), S("\1\0") } },
	    0, 0 },
	{ { "5, a server's version of passwords", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\2"), S("\5\2"), C("\1\1u\1p"), S("\2\0") } },
	    0, 0 },
	{ { "5, a wrong password, and it goes on", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\2"), S("\5\2"), C("\1\1u\1p"), S("\1\1"), C("\5\1\0\1\x0a\0\0\1\0\x16"),
		  S("\5\0\0\1\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "5, a reserved byte", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\0"), S("\5\0"), C("\5\1\1\1\x0a\0\0\1\0\x16") } },
	    0, 0 },
	{ { "5, GSS-API given up", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\5\1\1"), S("\5\1"), C("\1\xff") } },
	    0, 0 },
	{ { "5, GSS-API of another type", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\1"), S("\5\1"), C("\1\2") } },
	    0, 0 },
	{ { "5, nobody waits or answers", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\0\5\1\0\1\x0a\0\0\1\0\x16") } },
	    0, 0 },
	{ { "5, no method is offered", APP_UNKNOWN, SURE_NOT, false,
	      { C("\5\1\xff"), S("\5\xff") } },
	    0, 0 },
	{ { "4 to nowhere", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\4\1\0\x50\0\0\0\0\0"), S("\0\x5a\0\0\0\0\0\0") } },
	    9, 8 },
	{ { "4, a deletion in the user", APP_UNKNOWN, SURE_NOT, false,
	      { C("\4\1\0\x50\x0a\0\0\1m\x7f\0"), S("\0\x5a\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "4", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\4\1\0\x50\x0a\0\0\1me\0"), S("\0\x5a\0\0\0\0\0\0"), C("GET"), S("HTTP") } },
	    11, 8 },
	{ { "4a", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\4\1\0\x50\0\0\0\1\0h.example\0"), S("\0\x5a\0\0\0\0\0\0") } },
	    9 + 10, 8 },
	{ { "4, refused", APP_SOCKS, SURE_CONFIRMED, false,
	      { C("\4\1\0\x50\x0a\0\0\1\0"), S("\0\x5b\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "4, no answer", APP_SOCKS, SURE_LIKELY, false, { C("\4\1\0\x50\x0a\0\0\1\0") } }, 0,
	    0 },
	{ { "4, a cut answer", APP_UNKNOWN, SURE_NOT, false,
	      { C("\4\1\0\x50\x0a\0\0\1\0"), S("\0\x5a\0\0\0\0\0") } },
	    0, 0 },
	{ { "4, an answer that is none", APP_UNKNOWN, SURE_NOT, false,
	      { C("\4\1\0\x50\x0a\0\0\1\0"), S("\0\x5e\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "4, a command that is none", APP_UNKNOWN, SURE_NOT, false,
	      { C("\4\3\0\x50\x0a\0\0\1\0"), S("\0\x5a\0\0\0\0\0\0") } },
	    0, 0 },
	{ { "6", APP_UNKNOWN, SURE_NOT, false, { C("\6\1\0"), S("\5\0") } }, 0, 0 },
};

static void
test_socks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(socks); i++) {
		uint16_t begin[2] = { 0, 0 };
		struct fed f = feed(&socks[i].talk, SIZE_MAX, true);
		bool known = socks_tunnel(&f.talk, begin);

		fed_free(&f);
		if (known != (socks[i].client > 0) || begin[0] != socks[i].client ||
		    begin[1] != socks[i].server)
			fail_msg("%s: %u %u", socks[i].talk.name, begin[0], begin[1]);
		check_conversations(&socks[i].talk, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socks),
	};

	return UNIT_RUN(tests);
}
