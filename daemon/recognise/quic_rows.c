/* quic_rows.c - QUIC versions 1 and 2 (RFC 9000, 9369): a client's Initial packets that their keys
 * open, and an answer to its connection id. DNS over QUIC (RFC 9250), and what the names in the
 * hello inside tell, as those of TLS. Other versions and Google's own QUIC are likely at most.
 */
#include "recognise/look.h"
#include "recognise/named.h"
#include "recognise/quic.h"
#include "recognise/rows.h"

/* Of a first byte. A client may permit its server to clear the second one (RFC 9287). */
enum { LONG = 0x80, FIXED = 0x40 };

static bool
same(const uint8_t *a, uint8_t a_size, const uint8_t *b, uint8_t b_size)
{
	return a_size == b_size && memcmp(a, b, a_size) == 0;
}

/* Version negotiation (RFC 8999, 6): both ids change places; a list of versions. */
static bool
negotiates(const struct quic_packet *p, const struct quic_packet *client)
{
	return same(p->from, p->from_size, client->to, client->to_size) && p->size >= 4 &&
	       p->size % 4 == 0;
}

/* What a server says to the first packet of a client. Packets may change places. */
static enum sure
answer(const struct opening *o, const struct quic_packet *client)
{
	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire w = look_datagram(o, i);
		struct quic_packet p;

		if (wire_left(&w) > 0 && (*w.p & (LONG | FIXED)) == FIXED)
			continue; /* a short header, before its time */
		if (!quic_packet(&w, &p) || !same(p.to, p.to_size, client->from, client->from_size))
			return SURE_NOT;
		if (p.version == 0)
			return negotiates(&p, client) ? SURE_CONFIRMED : SURE_NOT;
		if (p.known != client->known)
			return SURE_NOT;
		if (!p.known && (p.version != client->version || p.to_size == 0))
			return SURE_NOT;
		return p.known && p.kind == QUIC_0RTT ? SURE_NOT : SURE_CONFIRMED;
	}
	return SURE_OPEN;
}

/* The flags of Google's first QUIC: a version, an id of 8 bytes, at most a nonce. */
static bool
is_public(uint8_t flags)
{
	return (flags & 0xcb) == 0x09;
}

/* Google's QUIC to version 46: its hello begins with CHLO, and nobody encrypts it. */
static bool
is_google(struct wire w)
{
	const uint8_t *p = wire_take(&w, 64), *version;
	bool old;

	if (!p)
		return false;
	old = is_public(p[0]);
	version = old ? p + 9 : p + 1;
	if (!old && ((p[0] & (LONG | FIXED)) != (LONG | FIXED) || p[5] != 0x50))
		return false;
	return (version[0] == 'Q' || version[0] == 'T') && version[1] == '0' && version[2] >= '2' &&
	       version[2] <= '4' && version[3] >= '0' && version[3] <= '9' &&
	       memmem(p, 64, "CHLO", 4) != NULL;
}

/* A version that is not known: only the form is left, and that somebody answers in it. */
static enum sure
other_version(const struct quic_packet *client, size_t size, const struct opening *server)
{
	enum sure other;

	if (client->version == 0 || client->to_size < QUIC_ID_MIN || size < QUIC_DATAGRAM_MIN)
		return SURE_NOT;
	other = answer(server, client);
	return other == SURE_CONFIRMED ? SURE_LIKELY : other;
}

/* DNS and nothing else: clients offer its drafts, too, "dq" or "doq-i" and two digits. */
static bool
offers_dns(const struct tls_client *c)
{
	struct wire w = wire_of(c->alpn.bytes, c->alpn.size);

	while (wire_left(&w) > 0) {
		uint8_t n = wire_u8(&w);
		const uint8_t *p = wire_take(&w, n);
		bool dns = p && ((n == 2 && memcmp(p, "dq", 2) == 0) ||
				    (n == 3 && memcmp(p, "doq", 3) == 0) ||
				    (n == 7 && memcmp(p, "doq-i", 5) == 0));

		if (!dns)
			return false;
	}
	return c->alpn.size > 0 && !c->alpn_more;
}

static uint8_t
app_of(const struct tls_client *c)
{
	struct named named = named_by_client(c);

	if (offers_dns(c))
		return APP_DOQ;
	return named.app == APP_UNKNOWN || named.weak ? APP_QUIC : named.app;
}

/* What it is, and how sure. What costs least comes first. */
static enum sure
read_talk(const struct talk *t, uint8_t *app)
{
	const struct opening *co = &t->side[TALK_CLIENT], *so = &t->side[TALK_SERVER];
	struct quic_packet first;
	struct tls_client c;
	enum tls_read client;
	enum sure server;
	struct wire w;

	*app = APP_QUIC;
	w = look_datagram(co, 0);
	if (is_google(w))
		return SURE_LIKELY;
	if (!quic_packet(&w, &first) || !(*first.bytes & FIXED))
		return SURE_NOT;
	if (!first.known)
		return other_version(&first, co->length[0], so);
	if (first.kind > QUIC_0RTT || co->length[0] < QUIC_DATAGRAM_MIN ||
	    first.to_size < QUIC_ID_MIN)
		return SURE_NOT;
	server = answer(so, &first);
	if (server == SURE_NOT || (server == SURE_OPEN && !so->whole))
		return server; /* not opened until somebody answers, or nobody will */
	client = quic_client_hello(co, &c);
	if (client == TLS_NOT)
		return SURE_NOT;
	if (client == TLS_MORE && !co->whole)
		return SURE_LIKELY;
	*app = app_of(&c);
	return server == SURE_CONFIRMED ? SURE_CONFIRMED : SURE_LIKELY;
}

enum sure
look_quic(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT];
	uint8_t app;

	if (client->datagrams == 0)
		return look_short(client);
	if (client->length[0] == 0 || !(client->bytes[0] & LONG || is_public(client->bytes[0])))
		return SURE_NOT;
	return read_talk(t, &app);
}

uint8_t
name_quic(const struct talk *t)
{
	uint8_t app;

	(void)read_talk(t, &app); /* that is known by now */
	return app;
}
