/* app.c - see app.h. */
#include "model/app.h"

#include <netinet/in.h>
#include <string.h>

enum { OVER_TCP = 1, OVER_UDP = 2, OVER_BOTH = OVER_TCP | OVER_UDP };

static const struct {
	const char *word, *evidence;
	enum app_kind kind;
	uint8_t over;
} apps[APP_END] = {
#define APP(number, name, word, kind, over, evidence)                                              \
	[number] = { word, evidence, APP_##kind, OVER_##over },
#include "model/app.def"
#undef APP
};

const char *
app_word(uint8_t app)
{
	return app < APP_END ? apps[app].word : NULL;
}

const char *
app_evidence(uint8_t app)
{
	return app < APP_END ? apps[app].evidence : NULL;
}

enum app_kind
app_kind(uint8_t app)
{
	return app < APP_END ? apps[app].kind : APP_SERVICE;
}

bool
app_is_over(uint8_t app, uint8_t proto)
{
	uint8_t over = app < APP_END ? apps[app].over : 0;

	return (proto == IPPROTO_TCP && over & OVER_TCP) ||
	       (proto == IPPROTO_UDP && over & OVER_UDP);
}

uint8_t
app_named(const char *word, size_t size)
{
	for (uint8_t app = 1; app < APP_END; app++)
		if (apps[app].word && strlen(apps[app].word) == size &&
		    memcmp(apps[app].word, word, size) == 0)
			return app;
	return APP_UNKNOWN;
}

uint8_t
app_of_port(uint8_t proto, uint16_t port)
{
	static const struct {
		uint16_t low, high;
		uint8_t app;
		bool tcp, udp;
	} ports[] = {
#define PORT(low, high, name, tcp, udp) { low, high, APP_##name, tcp, udp },
#include "model/app_port.def"
#undef PORT
	};

	for (size_t i = 0; i < sizeof ports / sizeof *ports && port >= ports[i].low; i++)
		if (port <= ports[i].high && ((proto == IPPROTO_TCP && ports[i].tcp) ||
						 (proto == IPPROTO_UDP && ports[i].udp)))
			return ports[i].app;
	return APP_UNKNOWN;
}
