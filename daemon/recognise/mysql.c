/* mysql.c - MySQL and MariaDB. The server speaks first: its handshake of protocol 10 or 9, or an
 * error. The client answers with its own, or asks for TLS (MySQL Internals, "Connection Phase
 * Packets"; MariaDB, "Connection"). A packet has its size (three bytes, little endian) and a number
 * that counts from 0. What the server sends alone is likely: it may refuse, and then nobody
 * answers.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	PROTOCOL_10 = 10,
	PROTOCOL_9 = 9,
	ERROR = 0xff,
	GREETING_MAX = 512,
	VERSION_MAX = 128, /* of its text: Manticore's names its libraries, too */
	SCRAMBLE = 8,
	RESERVED = 6, /* bytes that are 0 in every version; MariaDB uses the four behind them */
	REST = 16,    /* of protocol 10 behind the lower capabilities, at least */
	CODE_MIN = 1000,
	CODE_MAX = 4999,
	CAN_PROTOCOL_41 = 0x200,
	CAN_SSL = 0x800,
	SSL_REQUEST = 32, /* its size; a response is longer */
	FILLER = 19,	  /* zeros in both; MariaDB uses the four bytes behind them */
	OLD_MIN = 6,	  /* a response before 4.1, with an empty name */
	OLD_MAX = 300,
};

/* N bytes that are all zero. */
static bool
zeros(struct wire *w, unsigned n)
{
	uint8_t any = 0;

	for (unsigned i = 0; i < n; i++)
		any |= wire_u8(w);
	return any == 0;
}

/* Text up to a NUL, at most MOST bytes without it. Returns its size, or -1. */
static int
text(struct wire *w, int most)
{
	for (int n = 0; n <= most; n++) {
		uint8_t c = wire_u8(w);

		if (c == 0)
			return n;
		if (c < ' ' || c == 0x7f)
			return -1;
	}
	return -1;
}

/* What follows the protocol's number; the packet has SIZE bytes. */
static bool
greeting(struct wire *w, uint8_t protocol, uint16_t size)
{
	struct wire first = *w;
	uint8_t digit = wire_u8(&first);
	int version = text(w, VERSION_MAX);
	int used = 1 + version + 1 + 4 + SCRAMBLE + 1;

	if (version < 1 || digit < '0' || digit > '9')
		return false;
	wire_skip(w, 4 + SCRAMBLE); /* number of the connection */
	if (wire_u8(w) != 0)
		return false;
	if (protocol == PROTOCOL_9)
		return size == used;
	if (size == used + 2)
		return true;
	wire_skip(w, 2 + 1 + 2 + 2 + 1); /* capabilities, character set, status, size */
	return zeros(w, RESERVED) && size >= used + 2 + REST;
}

/* A refusal: number and text, to the end of the packet. */
static bool
refusal(struct wire *w, uint16_t size)
{
	uint16_t code = wire_le16(w);

	if (code < CODE_MIN || code > CODE_MAX || size < 4)
		return false;
	for (unsigned i = 3; i < size; i++) {
		uint8_t c = wire_u8(w);

		if (c < ' ' || c == 0x7f)
			return false;
	}
	return true;
}

static enum sure
server(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint16_t size = wire_le16(&w);
	uint8_t first;
	enum sure sure;

	if (size > GREETING_MAX || wire_u8(&w) != 0 || wire_u8(&w) != 0)
		return look_read(o, &w, false);
	first = wire_u8(&w);
	if (first == PROTOCOL_10 || first == PROTOCOL_9)
		return look_read(o, &w, greeting(&w, first, size));
	sure = look_read(o, &w, first == ERROR && refusal(&w, size));
	return sure == SURE_CONFIRMED ? SURE_LIKELY : sure;
}

/* What is older than 4.1 has few marks: likely. */
static enum sure
client(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint16_t size = wire_le16(&w), can;
	enum sure sure;

	if (wire_u8(&w) != 0 || wire_u8(&w) != 1)
		return look_read(o, &w, false);
	can = wire_le16(&w);
	if (can & CAN_PROTOCOL_41) {
		wire_skip(&w, 2 + 4 + 1); /* capabilities, largest packet, character set */
		return look_read(o, &w,
		    zeros(&w, FILLER) &&
			(size > SSL_REQUEST || (size == SSL_REQUEST && can & CAN_SSL)));
	}
	if (size < OLD_MIN || size > OLD_MAX)
		return look_read(o, &w, false);
	wire_skip(&w, 3); /* largest packet */
	sure = look_read(o, &w, text(&w, size - OLD_MIN) >= 0);
	return sure == SURE_CONFIRMED ? SURE_LIKELY : sure;
}

enum sure
look_mysql(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure answer = c->size ? client(c) : SURE_OPEN, first = s->size ? server(s) : SURE_OPEN;

	if (answer == SURE_NOT || first == SURE_NOT)
		return SURE_NOT;
	if (first == SURE_CONFIRMED)
		return answer >= SURE_LIKELY ? SURE_CONFIRMED : SURE_LIKELY;
	return answer == SURE_CONFIRMED ? SURE_LIKELY : first;
}
