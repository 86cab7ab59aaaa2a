/* dtls.c - DTLS 1.0, 1.2 and 1.3 (RFC 4347, 6347, 9147): a ClientHello, answered by a
 * HelloVerifyRequest, a ServerHello or an alert. A hello may be cut into fragments; the first of
 * them is enough. Datagrams may be lost or change places, so any of them may have the hello. */
#include "recognise/look.h"
#include "recognise/rows.h"
#include "recognise/tls.h"

enum {
	ALERT = 21,
	HANDSHAKE = 22,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	HELLO_VERIFY = 3,
	HEADER = 12, /* of a handshake message: type, length, sequence, offset and length of a
			fragment */
	ROOM = 1500,
};

static bool
is_version(uint16_t version)
{
	return version == DTLS_1_0 || version == DTLS_1_2 || version == 0x0100;
}

/* The first record of a datagram, which is not encrypted: its content. */
static bool
record(struct wire w, uint8_t *type, struct wire *content)
{
	uint16_t version, epoch;

	*type = wire_u8(&w);
	if (*type != HANDSHAKE && *type != ALERT)
		return false;
	version = wire_be16(&w);
	epoch = wire_be16(&w);
	if (wire_be16(&w) != 0) /* nobody sends so many before the keys are there */
		return false;
	wire_skip(&w, 4);
	*content = wire_sub(&w, wire_be16(&w));
	return w.ok && epoch == 0 && is_version(version) && wire_left(content) > 0;
}

/* The hello message in a fragment that is its first: as of TLS, without what DTLS adds. */
static size_t
unfold(struct wire in, uint8_t *type, uint8_t room[ROOM])
{
	uint32_t head = wire_be32(&in), size = head & 0xffffff, offset, n;

	*type = (uint8_t)(head >> 24);
	wire_skip(&in, 2);
	offset = (uint32_t)wire_u8(&in) << 16;
	offset |= wire_be16(&in);
	n = (uint32_t)wire_u8(&in) << 16;
	n |= wire_be16(&in);
	if (!in.ok || offset != 0 || n == 0 || n > size || n > wire_left(&in))
		return 0;
	if (n > ROOM - 4)
		n = ROOM - 4; /* it is known by then */
	room[0] = *type;
	room[1] = (uint8_t)(size >> 16);
	room[2] = (uint8_t)(size >> 8);
	room[3] = (uint8_t)size;
	wire_copy(&in, room + 4, n);
	return n + 4;
}

/* version, cookie (RFC 6347, 4.2.1) */
static bool
hello_verify(const uint8_t *bytes, size_t size)
{
	struct wire w = wire_of(bytes, size);
	uint16_t version;

	if ((wire_be32(&w) & 0xffffff) != size - 4)
		return false;
	version = wire_be16(&w);
	wire_skip(&w, wire_u8(&w));
	return w.ok && is_version(version) && wire_left(&w) == 0;
}

static bool
hello(struct wire content, enum talk_side side)
{
	uint8_t room[ROOM], type;
	size_t n = unfold(content, &type, room);
	struct tls_client c;
	struct tls_server s;

	if (n == 0)
		return false;
	if (side == TALK_CLIENT)
		return type == CLIENT_HELLO && tls_client_message(room, n, &c) != TLS_NOT &&
		       (c.legacy == 0x0100 || is_version(c.legacy));
	if (type == HELLO_VERIFY)
		return hello_verify(room, n);
	return type == SERVER_HELLO && tls_server_message(room, n, &s) != TLS_NOT &&
	       (s.version >= DTLS_1_3 || s.version == 0x0100);
}

/* A fatal alert. */
static enum sure
refused(struct wire content, enum talk_side side)
{
	bool fatal = wire_left(&content) == 2 && *content.p == 2;

	return fatal && side == TALK_SERVER ? SURE_CONFIRMED : SURE_NOT;
}

/* One side: all that comes before its hello are records, too. */
static enum sure
one(const struct opening *o, enum talk_side side)
{
	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire content;
		uint8_t type;

		if (!record(look_datagram(o, i), &type, &content))
			return SURE_NOT;
		if (type == HANDSHAKE && hello(content, side))
			return SURE_CONFIRMED;
		if (type == ALERT)
			return refused(content, side);
	}
	return look_short(o);
}

enum sure
look_dtls(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];

	return look_either(c->datagrams ? one(c, TALK_CLIENT) : SURE_OPEN,
	    s->datagrams ? one(s, TALK_SERVER) : SURE_OPEN);
}
