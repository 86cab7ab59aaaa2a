/* wireguard.c - WireGuard (its white paper, 5.4). A handshake's initiation has 148 bytes and the
 * index of its sender, which the response (92 bytes) or the cookie (64) repeats: such a pair
 * confirms it, from whichever side it comes. Data alone, whose counter counts, is likely. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	INITIATION = 1,
	RESPONSE = 2,
	COOKIE = 3,
	DATA = 4,
	INITIATION_SIZE = 148,
	RESPONSE_SIZE = 92,
	COOKIE_SIZE = 64,
	DATA_SIZE = 32, /* of a keepalive; all are padded to 16 bytes, */
	DATA_PAD = 16,
	DATA_FULL = 1280, /* but what fills the tunnel's packets, which are larger */
	DATA_ENOUGH = 3,  /* messages that count, of one side */
};

struct message {
	uint8_t type; /* 0: none */
	uint32_t sender, receiver, count;
};

/* What is mixed in by Tailscale, which asks for the way in datagrams of its own. */
static bool
foreign(struct wire d)
{
	static const uint8_t disco[] = { 'T', 'S', 0xf0, 0x9f, 0x92, 0xac };

	return wire_left(&d) > sizeof disco && memcmp(d.p, disco, sizeof disco) == 0;
}

static struct message
message(struct wire d)
{
	struct message m = { .type = 0 };
	size_t size = wire_left(&d);
	uint32_t type = wire_le32(&d); /* three bytes of it are reserved */

	switch (type) {
	case INITIATION:
		m.sender = wire_le32(&d);
		m.type = size == INITIATION_SIZE ? INITIATION : 0;
		break;
	case RESPONSE:
		m.sender = wire_le32(&d);
		m.receiver = wire_le32(&d);
		m.type = size == RESPONSE_SIZE ? RESPONSE : 0;
		break;
	case COOKIE:
		m.receiver = wire_le32(&d);
		m.type = size == COOKIE_SIZE ? COOKIE : 0;
		break;
	case DATA:
		m.receiver = wire_le32(&d);
		m.count = wire_le32(&d);
		/* Nobody sends 2^32 of them under one key. */
		if (wire_le32(&d) == 0 && size >= DATA_SIZE &&
		    (size % DATA_PAD == 0 || size > DATA_FULL))
			m.type = DATA;
		break;
	default:
		break;
	}
	return m;
}

/* What one side says: its first datagram decides whether it can be WireGuard, the others whether
 * it is likely. */
static enum sure
side(const struct opening *o)
{
	struct message first = { .type = 0 };
	unsigned counts = 0;
	bool handshake = false;

	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire d = look_datagram(o, i);
		struct message m = message(d);

		if (m.type == 0 && !foreign(d))
			return i == 0 ? SURE_NOT : SURE_OPEN;
		handshake = handshake || m.type == INITIATION || m.type == RESPONSE;
		if (m.type != DATA)
			continue;
		if (first.type == 0)
			first = m;
		if (m.receiver == first.receiver && m.count - first.count == counts)
			counts++;
	}
	return handshake || counts >= DATA_ENOUGH ? SURE_LIKELY : SURE_OPEN;
}

/* Is an initiation of one side answered by the other? */
static bool
answered(const struct opening *q, const struct opening *a)
{
	for (unsigned i = 0; i < q->datagrams; i++) {
		struct message from = message(look_datagram(q, i));

		for (unsigned k = 0; k < a->datagrams && from.type == INITIATION; k++) {
			struct message to = message(look_datagram(a, k));

			if ((to.type == RESPONSE || to.type == COOKIE) &&
			    to.receiver == from.sender)
				return true;
		}
	}
	return false;
}

/* Can what a side begins with be a message? Nearly all that is none leaves here. */
static bool
possible(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint8_t first = wire_u8(&w);

	return first <= DATA || first == 'T';
}

enum sure
look_wireguard(const struct talk *t)
{
	enum sure client, server;

	if (!possible(&t->side[TALK_CLIENT]) || !possible(&t->side[TALK_SERVER]))
		return SURE_NOT;
	client = side(&t->side[TALK_CLIENT]);
	server = side(&t->side[TALK_SERVER]);
	if (client == SURE_NOT || server == SURE_NOT)
		return SURE_NOT;
	if (answered(&t->side[TALK_CLIENT], &t->side[TALK_SERVER]) ||
	    answered(&t->side[TALK_SERVER], &t->side[TALK_CLIENT]))
		return SURE_CONFIRMED;
	return client > server ? client : server;
}
