/* ike.c - IKE (RFC 2408, 3; RFC 7296, 3), on port 4500 behind four zero bytes (RFC 3948), and ESP
 * in UDP beside it. IKE: two messages of both sides with the initiator's SPI are of one exchange.
 * ESP has no marks but its SPI, numbers that count and bytes that look like chance: likely at most.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	SPI = 8, /* size */
	HEADER = 28,
	V1 = 0x10,
	V2 = 0x20,
	V1_INFORMATIONAL = 5,
	V1_ENCRYPTED = 1, /* flags */
	V1_FLAGS = 7,
	V2_INITIATOR = 0x08,
	V2_RESPONSE = 0x20,
	V2_FLAGS = 0x38,
	V2_SA_INIT = 34,
	V2_RESUME = 38,	   /* begins, too: RFC 5723 */
	V2_EXCHANGES = 44, /* the last that is known */
	V2_SK = 46,	   /* encrypted payloads: the last of a message */
	V2_SKF = 53,
	PAYLOAD = 4, /* size of its header */
	PAYLOADS_MAX = 64,
	KEEPALIVE = 0xff,
	ESP_SPI_MIN = 256,
	ESP_MIN = 8 + 4 + 12, /* SPI, number, the least there can be, and a check value */
	ESP_ENOUGH = 4,	      /* packets that count, of one side */
	ESP_AHEAD = 64,	      /* between two of them */
};

struct message {
	const uint8_t *initiator, *responder; /* their SPIs */
	uint32_t number;
	uint8_t version, exchange, flags;
};

static bool
zero(const uint8_t *spi)
{
	static const uint8_t none[SPI];

	return memcmp(spi, none, SPI) == 0;
}

/* Payloads of an unencrypted message, or of version 2, to its end. */
static bool
payloads(struct wire *w, uint8_t type, uint8_t version)
{
	for (unsigned i = 0; i < PAYLOADS_MAX && type != 0; i++) {
		uint8_t next = wire_u8(w), reserved = wire_u8(w);
		uint16_t size = wire_be16(w);

		if (!w->ok || size < PAYLOAD || reserved & 0x7f)
			return false;
		wire_skip(w, (size_t)size - PAYLOAD);
		if (version == V2 && (type == V2_SK || type == V2_SKF))
			next = 0; /* of what is inside */
		type = next;
	}
	return type == 0 && w->ok && wire_left(w) == 0;
}

static bool
version1(struct wire *w, const struct message *m, uint8_t next)
{
	static const uint8_t exchanges[] = { 1, 2, 4, V1_INFORMATIONAL, 6, 32, 33 };

	if (!memchr(exchanges, m->exchange, sizeof exchanges) || m->flags & ~V1_FLAGS)
		return false;
	return m->flags & V1_ENCRYPTED ? wire_left(w) > 0 : payloads(w, next, V1);
}

static bool
version2(struct wire *w, const struct message *m, uint8_t next)
{
	bool first = m->exchange == V2_SA_INIT || m->exchange == V2_RESUME;
	bool begins = first && !(m->flags & V2_RESPONSE);

	if (m->exchange < V2_SA_INIT || m->exchange > V2_EXCHANGES || m->flags & ~V2_FLAGS)
		return false;
	if (begins && (!zero(m->responder) || !(m->flags & V2_INITIATOR)))
		return false;
	if (!first && zero(m->responder))
		return false;
	return payloads(w, next, V2);
}

/* Is a datagram a message of IKE, with or without the marker? */
static bool
message(struct wire d, struct message *m)
{
	struct wire marker = d, size;
	uint8_t next;

	if (wire_be32(&marker) == 0)
		d = marker;
	size = d;
	wire_skip(&size, HEADER - 4);
	if (wire_be32(&size) != wire_left(&d) || wire_left(&d) < HEADER)
		return false;
	m->initiator = wire_take(&d, SPI);
	m->responder = wire_take(&d, SPI);
	next = wire_u8(&d);
	m->version = wire_u8(&d);
	m->exchange = wire_u8(&d);
	m->flags = wire_u8(&d);
	m->number = wire_be32(&d);
	wire_skip(&d, 4);
	if (!d.ok || zero(m->initiator))
		return false;
	return (m->version == V1 && version1(&d, m, next)) ||
	       (m->version == V2 && version2(&d, m, next));
}

static bool
is_keepalive(struct wire d)
{
	return wire_left(&d) == 1 && wire_u8(&d) == KEEPALIVE;
}

/* Are they, of two sides, of one exchange? */
static bool
same(const struct message *a, const struct message *b)
{
	if (a->version != b->version || memcmp(a->initiator, b->initiator, SPI) != 0)
		return false;
	if (!zero(a->responder) && !zero(b->responder) &&
	    memcmp(a->responder, b->responder, SPI) != 0)
		return false;
	if (a->version == V1)
		return a->exchange == b->exchange || a->exchange == V1_INFORMATIONAL ||
		       b->exchange == V1_INFORMATIONAL;
	return a->exchange == b->exchange && a->number == b->number &&
	       ((a->flags ^ b->flags) & V2_RESPONSE);
}

/* What a side begins with. */
static enum sure
begins(const struct opening *o)
{
	struct message m;

	for (unsigned i = 0; i < o->datagrams; i++)
		if (!is_keepalive(look_datagram(o, i)))
			return message(look_datagram(o, i), &m) ? SURE_CONFIRMED : SURE_NOT;
	return SURE_OPEN;
}

enum sure
look_ike(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure client = begins(c), server = begins(s);

	if (look_both(client, server) != SURE_CONFIRMED)
		return look_either(client, server);
	for (unsigned i = 0; i < (unsigned)c->datagrams * s->datagrams; i++) {
		struct message from, to;

		if (message(look_datagram(c, i / s->datagrams), &from) &&
		    message(look_datagram(s, i % s->datagrams), &to) && same(&from, &to))
			return SURE_CONFIRMED;
	}
	return SURE_LIKELY;
}

struct packet {
	uint32_t spi, number;
	uint64_t inside; /* some bytes that are enciphered, or a check value */
};

static bool
esp(struct wire d, struct packet *p)
{
	size_t size = wire_left(&d);
	uint32_t high;

	if (size < ESP_MIN || size % 4)
		return false;
	p->spi = wire_be32(&d);
	p->number = wire_be32(&d);
	wire_skip(&d, size - 16); /* the last eight */
	high = wire_be32(&d);
	p->inside = (uint64_t)high << 32 | wire_be32(&d);
	return p->spi >= ESP_SPI_MIN && p->number > 0;
}

/* Packets of one SPI that count, and whose ends differ. */
static enum sure
counts(const struct opening *o)
{
	struct packet last = { .spi = 0 };
	unsigned n = 0;

	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire d = look_datagram(o, i);
		struct message m;
		struct packet p;

		if (!esp(d, &p)) {
			if (is_keepalive(d) || message(d, &m))
				continue;
			return SURE_NOT;
		}
		if (n > 0 && (p.spi != last.spi || p.inside == last.inside))
			return SURE_NOT;
		if (n > 0 && (p.number <= last.number || p.number - last.number > ESP_AHEAD))
			return SURE_NOT;
		last = p;
		n++;
	}
	return n >= ESP_ENOUGH ? SURE_LIKELY : SURE_OPEN;
}

enum sure
look_esp(const struct talk *t)
{
	enum sure client = counts(&t->side[TALK_CLIENT]), server = counts(&t->side[TALK_SERVER]);

	if (client == SURE_NOT || server == SURE_NOT)
		return SURE_NOT;
	return client > server ? client : server;
}
