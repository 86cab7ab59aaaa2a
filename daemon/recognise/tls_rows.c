/* tls_rows.c - TLS (RFC 8446, 5246): a ClientHello and what answers it, and the protocols which the
 * names in them tell. A name alone is likely until a ServerHello answers. */
#include "recognise/look.h"
#include "recognise/named.h"
#include "recognise/rows.h"

enum { ALERT = 21, HANDSHAKE = 22, SSL2 = 0x80 };

/* Whose hello it can be, by its first byte. */
static bool
can_be(const struct opening *client, const struct opening *server)
{
	uint8_t c = client->size ? client->bytes[0] : HANDSHAKE;
	uint8_t s = server->size ? server->bytes[0] : HANDSHAKE;

	return (c == HANDSHAKE || c & SSL2) && (s == HANDSHAKE || s == ALERT);
}

/* How sure it is, once it is known that no other row is meant. */
static enum sure
answered(const struct tls_client *c, const struct tls_server *s, struct named named)
{
	if (c->legacy == 0 || named.weak)
		return SURE_LIKELY;
	if (s->hello || (s->alert && named.app == APP_TLS))
		return SURE_CONFIRMED;
	return SURE_LIKELY;
}

/* What it is, and how sure. */
static enum sure
read_talk(const struct talk *t, uint8_t *app)
{
	const struct opening *co = &t->side[TALK_CLIENT], *so = &t->side[TALK_SERVER];
	struct named named = { APP_UNKNOWN, .weak = false };
	enum tls_read client, server = TLS_MORE;
	struct tls_client c;
	struct tls_server s = { .hello = false };
	bool told;

	*app = APP_TLS;
	client = tls_client_hello(co->bytes, co->size, &c);
	if (client == TLS_NOT)
		return SURE_NOT;
	if (so->size > 0)
		server = tls_server_hello(so->bytes, so->size, &s);
	if (server == TLS_NOT || (client == TLS_DONE && s.hello && s.version > c.version))
		return SURE_NOT;
	told = client == TLS_DONE || co->whole;
	if (told)
		named = named_by_client(&c);
	if (named.app == APP_UNKNOWN && told && (server == TLS_DONE || so->whole)) {
		named = named_by_certificate(&c, &s);
		named.app = named.app == APP_UNKNOWN ? APP_TLS : named.app;
	}
	if (c.legacy == 0 && !s.hello)
		return named.app == APP_UNKNOWN ? SURE_OPEN : SURE_NOT;
	if (named.app == APP_UNKNOWN)
		return SURE_LIKELY; /* the certificate may tell more */
	*app = named.app;
	return answered(&c, &s, named);
}

enum sure
look_tls(const struct talk *t)
{
	uint8_t app;

	return can_be(&t->side[TALK_CLIENT], &t->side[TALK_SERVER]) ? read_talk(t, &app) : SURE_NOT;
}

uint8_t
name_tls(const struct talk *t)
{
	uint8_t app;

	(void)read_talk(t, &app); /* that is known by now */
	return app;
}
