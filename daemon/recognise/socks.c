/* socks.c - SOCKS 5 (RFC 1928, its passwords RFC 1929, its GSS-API RFC 1961), SOCKS 4 and 4a. The
 * client speaks first; what a side says next depends on what the other chose.
 */
#include "recognise/look.h"
#include "recognise/rows.h"
#include "recognise/tunnel.h"

enum { CONNECT = 1, BIND = 2, ASSOCIATE = 3, TOR_RESOLVE = 0xf0, TOR_RESOLVE_PTR = 0xf1 };
enum { NO_PASSWORD = 0, GSSAPI = 1, PASSWORD = 2, NONE_FITS = 0xff };
enum { METHOD_LAST = 9, METHOD_PRIVATE = 0x80 };
enum { GRANTED_4 = 0x5a, REFUSED_4_LAST = 0x5d, REPLY_4 = 8, TEXT_4_MAX = 255 };

struct negotiation {
	struct wire c, s; /* behind what was read of each side */
	enum sure sure;
	bool tunnel;
};

/* Takes an address and a port; false when they are none, whatever follows. */
static bool
take_address(struct wire *w)
{
	switch (wire_u8(w)) {
	case 1:
		wire_skip(w, 4);
		break;
	case 3:
		wire_skip(w, wire_u8(w));
		break;
	case 4:
		wire_skip(w, 16);
		break;
	default:
		return !w->ok;
	}
	wire_skip(w, 2);
	return true;
}

/* Takes a request or a reply of version 5; WHAT is the command or the result. */
static enum sure
take_message(struct wire *w, uint8_t *what)
{
	uint8_t version = wire_u8(w);

	*what = wire_u8(w);
	uint8_t reserved = wire_u8(w);
	if (w->ok && (version != 5 || reserved != 0))
		return SURE_NOT;
	if (!take_address(w))
		return SURE_NOT;
	return w->ok ? SURE_CONFIRMED : SURE_OPEN;
}

static bool
is_command(uint8_t command)
{
	return (command >= CONNECT && command <= ASSOCIATE) || command == TOR_RESOLVE ||
	       command == TOR_RESOLVE_PTR;
}

/* The request and its reply, behind what was agreed on. */
static enum sure
request_5(struct negotiation *n)
{
	uint8_t command, result;
	enum sure sure = take_message(&n->c, &command);

	if (sure == SURE_OPEN)
		return SURE_LIKELY;
	if (sure == SURE_NOT || !is_command(command))
		return SURE_NOT;
	n->tunnel =
	    take_message(&n->s, &result) == SURE_CONFIRMED && result == 0 && command == CONNECT;
	return SURE_CONFIRMED;
}

static enum sure
password(struct negotiation *n)
{
	uint8_t client = wire_u8(&n->c);

	wire_skip(&n->c, wire_u8(&n->c));
	wire_skip(&n->c, wire_u8(&n->c));
	uint8_t server = wire_u8(&n->s), failed = wire_u8(&n->s);
	if (!n->c.ok || !n->s.ok)
		return SURE_LIKELY;
	if (client != 1 || server != 1)
		return SURE_NOT;
	if (!failed)
		(void)request_5(n); /* it is known already */
	return SURE_CONFIRMED;
}

/* A context's first token, or that there will be none. */
static enum sure
gssapi(struct negotiation *n)
{
	uint8_t version = wire_u8(&n->c), type = wire_u8(&n->c);

	wire_skip(&n->c, type == 1 ? 2 : 0);
	if (!n->c.ok)
		return SURE_LIKELY;
	return version == 1 && (type == 1 || type == 0xff) ? SURE_CONFIRMED : SURE_NOT;
}

/* Are they methods that exist (IANA's, or private ones)? Else DNP3's 05 64 offers a hundred. */
static bool
are_methods(const uint8_t *offer, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((offer[i] > METHOD_LAST && offer[i] < METHOD_PRIVATE) || offer[i] == NONE_FITS)
			return false;
	return n > 0;
}

static enum sure
socks_5(struct negotiation *n, const struct opening *client, const struct opening *server)
{
	wire_skip(&n->c, 1);
	uint8_t offers = wire_u8(&n->c);
	const uint8_t *offer = wire_take(&n->c, offers);

	if (server->size > 0 && server->bytes[0] != 5)
		return SURE_NOT;
	if (!offer)
		return look_short(client);
	if (!are_methods(offer, offers))
		return SURE_NOT;
	if (server->size == 0) /* the client waits for it */
		return wire_left(&n->c) == 0 ? SURE_LIKELY : SURE_OPEN;
	wire_skip(&n->s, 1);
	uint8_t method = wire_u8(&n->s);
	if (!n->s.ok)
		return look_short(server);
	if (method == NONE_FITS)
		return SURE_LIKELY;
	if (!memchr(offer, method, offers))
		return SURE_NOT;
	switch (method) {
	case NO_PASSWORD:
		return request_5(n);
	case GSSAPI:
		return gssapi(n);
	case PASSWORD:
		return password(n);
	default:
		return SURE_LIKELY;
	}
}

/* Takes a text and its NUL: SURE_NOT when it is none, whatever follows. */
static enum sure
take_text(struct wire *w)
{
	for (unsigned i = 0; i <= TEXT_4_MAX; i++) {
		uint8_t c = wire_u8(w);

		if (!w->ok)
			return SURE_OPEN;
		if (c == 0)
			return SURE_CONFIRMED;
		if (c < 0x20 || c == 0x7f)
			return SURE_NOT;
	}
	return SURE_NOT;
}

static enum sure
request_4(struct wire *c, uint8_t *command)
{
	wire_skip(c, 1);
	*command = wire_u8(c);
	if (c->ok && (!is_command(*command) || *command == ASSOCIATE))
		return SURE_NOT;
	wire_skip(c, 2);
	uint32_t address = wire_be32(c);
	if (!c->ok)
		return SURE_OPEN;
	enum sure sure = take_text(c);
	if (sure == SURE_CONFIRMED && address > 0 && address < 256)
		sure = take_text(c); /* 4a: the name behind 0.0.0.x */
	return sure;
}

static enum sure
socks_4(struct negotiation *n, const struct opening *client, const struct opening *server)
{
	uint8_t command;
	enum sure asks = request_4(&n->c, &command);
	uint8_t zero = wire_u8(&n->s), result = wire_u8(&n->s);

	if (asks == SURE_NOT || zero != 0)
		return SURE_NOT;
	if (n->s.ok && (result < GRANTED_4 || result > REFUSED_4_LAST))
		return SURE_NOT;
	if (asks == SURE_OPEN)
		return look_short(client);
	if (server->size == 0)
		return wire_left(&n->c) == 0 ? SURE_LIKELY : SURE_OPEN;
	wire_skip(&n->s, REPLY_4 - 2);
	if (!n->s.ok)
		return look_short(server);
	n->tunnel = result == GRANTED_4 && command == CONNECT;
	return SURE_CONFIRMED;
}

static struct negotiation
negotiate(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	struct negotiation n = { .c = look_stream(client), .s = look_stream(server) };

	if (client->size == 0)
		n.sure = server->size > 0 && server->bytes[0] != 0 && server->bytes[0] != 5 ?
			     SURE_NOT :
			     look_short(client);
	else if (client->bytes[0] == 5)
		n.sure = socks_5(&n, client, server);
	else if (client->bytes[0] == 4)
		n.sure = socks_4(&n, client, server);
	else
		n.sure = SURE_NOT;
	return n;
}

enum sure
look_socks(const struct talk *t)
{
	return negotiate(t).sure;
}

bool
socks_tunnel(const struct talk *t, uint16_t begin[2])
{
	struct negotiation n = negotiate(t);

	if (!n.tunnel)
		return false;
	begin[TALK_CLIENT] = (uint16_t)(n.c.p - t->side[TALK_CLIENT].bytes);
	begin[TALK_SERVER] = (uint16_t)(n.s.p - t->side[TALK_SERVER].bytes);
	return true;
}
