/* openvpn.c - OpenVPN over datagrams, or over a stream with a size before each packet. The client
 * resets, the server's reset acknowledges it (OpenVPN's ssl_pkt.h and reliable.c). Between them the
 * packets may be signed (tls-auth: HMAC, number and time after the session) or enciphered
 * (tls-crypt: number, time, HMAC; the acknowledgement is not to be seen, but sizes, numbers and two
 * clocks that agree are). A static key has no handshake, and is not recognised. Of a session that
 * was there before, datagrams of data that name one peer and count are likely. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	CLIENT_V2 = 7 << 3, /* operation, and key 0 */
	SERVER_V2 = 8 << 3,
	CLIENT_V3 = 10 << 3,
	SESSION = 8,
	HEADER = 1 + SESSION,
	STAMP = 8, /* number, time */
	CRYPT_HMAC = 32,
	ASKS = 1 + 4,		       /* no acknowledgement, number of the message */
	ANSWERS = 1 + 4 + SESSION + 4, /* one acknowledgement, whose, number of the message */
	FLAGS = 6,		       /* what a server of 2.6 may add */
	PACKET_MAX = 1500,
	NUMBER_MAX = 64, /* of the first packet: it may be sent again */
	EARLY = 0x0f,	 /* first byte of a number that begins early negotiation */
	CLOCKS = 86400,	 /* seconds between two clocks that agree */
	DATA_V2 = 9,	 /* operation */
	DATA_PEERS = 1 << 16,
	DATA_MIN = 4 + 4 + 16 + 1, /* peer, number, tag, one byte */
	DATA_ENOUGH = 4,	   /* that count, of one side */
	DATA_AHEAD = 64,	   /* between two of them */
};

/* A reset: the session, and what follows it. */
struct reset {
	const uint8_t *session;
	struct wire rest;
	uint8_t operation;
};

/* The number and time of a signed packet; returns 0 for what is none, else the time. */
static uint32_t
stamp(struct wire *w)
{
	uint32_t number = wire_be32(w), time = wire_be32(w);

	if (number >> 24 != 0 && number >> 24 != EARLY)
		return 0;
	number &= 0xffffff;
	return w->ok && number > 0 && number <= NUMBER_MAX ? time : 0;
}

static bool
asks(struct wire *w)
{
	return wire_u8(w) == 0 && wire_be32(w) == 0 && w->ok && wire_left(w) == 0;
}

/* The acknowledgement of message 0 of that session, or, when it is NULL, of any. */
static bool
acknowledges(struct wire *w, const uint8_t *session)
{
	bool one = wire_u8(w) == 1 && wire_be32(w) == 0;
	const uint8_t *whose = wire_take(w, SESSION);

	return one && whose && (!session || memcmp(whose, session, SESSION) == 0) &&
	       wire_be32(w) == 0 && w->ok && wire_left(w) == 0;
}

/* The size of the HMAC, where tls-auth's packet has SIZE bytes besides it, or -1. */
static int
hmac(const struct wire *w, size_t size)
{
	size_t left = wire_left(w);

	for (int n = 16; n <= 64; n += 4) /* MD5 to SHA-512 */
		if (left == (size_t)n + STAMP + size)
			return n;
	return -1;
}

/* The time of a reset that is enciphered, of SIZE bytes inside; else 0. */
static uint32_t
enciphered(const struct reset *r, size_t size)
{
	struct wire w = r->rest;
	size_t left = wire_left(&w), fixed = STAMP + CRYPT_HMAC + size;

	if (left < fixed)
		return 0;
	if (r->operation == CLIENT_V3) {
		struct wire end = wire_of(w.end - 2, 2);
		size_t key = wire_be16(&end); /* the client's key, wrapped, is behind it */

		if (left != fixed + key)
			return 0;
	} else if (left != fixed && left != fixed + FLAGS) {
		return 0;
	}
	return stamp(&w);
}

/* Does it, signed or plain, ask, or answer SESSION? SIZE: of what it says. */
static bool
says(const struct reset *r, size_t size, const uint8_t *session)
{
	struct wire w = r->rest;
	int n = hmac(&w, size);

	if (n > 0) {
		wire_skip(&w, (size_t)n);
		if (stamp(&w) == 0)
			return false;
	}
	return size == ASKS ? asks(&w) : acknowledges(&w, session);
}

/* Is the server's reset the answer to the client's? */
static bool
answers(const struct reset *s, const struct reset *c)
{
	uint32_t ours = enciphered(s, ANSWERS), theirs = enciphered(c, ASKS);

	if (ours > 0 && theirs > 0 && ours - theirs + CLOCKS <= 2 * CLOCKS)
		return true;
	return says(s, ANSWERS, c->session);
}

/* Takes a reset out of a packet. */
static bool
reset(struct wire d, bool client, struct reset *r)
{
	r->operation = wire_u8(&d);
	r->session = wire_take(&d, SESSION);
	r->rest = d;
	if (!d.ok)
		return false;
	if (!client)
		return r->operation == SERVER_V2 &&
		       (enciphered(r, ANSWERS) > 0 || says(r, ANSWERS, NULL));
	if (r->operation == CLIENT_V2)
		return enciphered(r, ASKS) > 0 || says(r, ASKS, NULL);
	return r->operation == CLIENT_V3 && enciphered(r, ASKS) > 0;
}

/* The first packet of a stream, behind its size. */
static enum sure
first(const struct opening *o, struct wire *packet)
{
	struct wire w = look_stream(o);
	uint16_t size = wire_be16(&w);

	if (w.ok && (size < HEADER + ASKS || size > PACKET_MAX))
		return SURE_NOT;
	*packet = wire_sub(&w, size);
	return look_read(o, &w, true);
}

/* The first reset of a side that has spoken. */
static enum sure
side(const struct talk *t, enum talk_side which, bool client, struct reset *r)
{
	const struct opening *o = &t->side[which];
	struct wire packet;
	enum sure sure = SURE_CONFIRMED;

	if (t->stream ? o->size == 0 : o->datagrams == 0)
		return SURE_OPEN;
	if (t->stream)
		sure = first(o, &packet);
	else
		packet = look_datagram(o, 0);
	if (sure == SURE_CONFIRMED && !reset(packet, client, r))
		return SURE_NOT;
	return sure;
}

/* What both are together when WHICH is the client. */
static enum sure
sides(const struct talk *t, enum talk_side which)
{
	const struct opening *c = &t->side[which];
	struct reset from, to;
	enum sure client = side(t, which, true, &from), server = side(t, !which, false, &to);

	if (look_both(client, server) != SURE_CONFIRMED)
		return look_either(client, server);
	if (answers(&to, &from))
		return SURE_CONFIRMED;
	/* The client may have begun anew before it was answered. */
	for (unsigned i = 1; i < c->datagrams; i++)
		if (reset(look_datagram(c, i), true, &from) && answers(&to, &from))
			return SURE_CONFIRMED;
	return SURE_LIKELY;
}

static bool
begins_data(const struct opening *o)
{
	return o->size > 0 && o->bytes[0] >> 3 == DATA_V2;
}

/* A side that is in a session: all that it says is data under one key. */
static enum sure
data(const struct opening *o)
{
	uint32_t peer = 0, last = 0;

	for (unsigned i = 0; i < o->datagrams; i++) {
		struct wire d = look_datagram(o, i);
		size_t size = wire_left(&d);
		uint32_t head = wire_be32(&d), number = wire_be32(&d);

		if (size < DATA_MIN || head >> 27 != DATA_V2 || (head & 0xffffff) >= DATA_PEERS)
			return SURE_NOT;
		if (i > 0 && (head != peer || number <= last || number - last > DATA_AHEAD))
			return SURE_NOT;
		peer = head;
		last = number;
	}
	return o->datagrams >= DATA_ENOUGH ? SURE_LIKELY : SURE_OPEN;
}

/* Can what a side begins with be a reset? Nearly all that is none leaves here. */
static bool
possible(const struct talk *t, const struct opening *o)
{
	struct wire w = look_stream(o);
	uint8_t operation;

	if (t->stream && wire_u8(&w) > PACKET_MAX >> 8)
		return false;
	wire_skip(&w, t->stream);
	operation = wire_u8(&w);
	return !w.ok || operation == CLIENT_V2 || operation == CLIENT_V3 || operation == SERVER_V2;
}

/* Of datagrams the server's may be the first that is seen. */
enum sure
look_openvpn(const struct talk *t)
{
	enum sure sure, other;

	if (!t->stream && (begins_data(&t->side[0]) || begins_data(&t->side[1]))) {
		sure = data(&t->side[0]);
		other = data(&t->side[1]);
		if (sure == SURE_NOT || other == SURE_NOT)
			return SURE_NOT;
		return sure > other ? sure : other;
	}
	if (!possible(t, &t->side[TALK_CLIENT]) || !possible(t, &t->side[TALK_SERVER]))
		return SURE_NOT;
	sure = sides(t, TALK_CLIENT);
	if (t->stream)
		return sure;
	other = sides(t, TALK_SERVER);
	return sure > other ? sure : other;
}
