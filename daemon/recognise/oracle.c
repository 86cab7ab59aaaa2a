/* oracle.c - Oracle Net: TNS. The client begins with a connect packet; the server accepts, refuses,
 * redirects or asks for it again. There is no specification: what is read here is what Wireshark's
 * packet-tns.c and the sources of open drivers agree on. A packet has its size, a checksum that is
 * 0, its type, a byte of flags, and a checksum of the header that is 0. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	CONNECT = 1,
	ACCEPT = 2,
	REFUSE = 4,
	REDIRECT = 5,
	RESEND = 11,
	HEADER = 8,
	VERSION_MIN = 300,
	VERSION_MAX = 399,
	OLDEST = 100,	    /* of the oldest version that is compatible */
	CONNECT_FIXED = 34, /* of the first of these versions, before its data */
	ACCEPT_FIXED = 24,
	REFUSE_FIXED = 12,
	REDIRECT_FIXED = 10,
	UNIT_MIN = 255, /* of data: smaller ones cannot be asked for */
};

/* Takes a packet's header and returns its type, or 0. */
static uint8_t
header(struct wire *w, uint16_t *size)
{
	uint8_t type;

	*size = wire_be16(w);
	if (wire_be16(w) != 0 || *size > RECOGNISE_BYTES)
		return 0;
	type = wire_u8(w);
	wire_skip(w, 1);
	return wire_be16(w) == 0 ? type : 0;
}

/* The number 1 as the sender's processor stores it. */
static bool
one(struct wire *w)
{
	uint16_t n = wire_be16(w);

	return n == 0x0001 || n == 0x0100;
}

static bool
version(struct wire *w)
{
	uint16_t n = wire_be16(w);

	return n >= VERSION_MIN && n <= VERSION_MAX;
}

/* What follows FIXED bytes of a packet of SIZE is data of N bytes in parentheses; or it comes in a
 * packet of its own. */
static bool
data(struct wire *w, uint16_t size, uint16_t fixed, uint16_t n)
{
	if (n == 0 || size == fixed)
		return size == fixed;
	return size == fixed + n && wire_u8(w) == '(';
}

static enum sure
client(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint16_t size, oldest, n, at;

	if (header(&w, &size) != CONNECT || size < CONNECT_FIXED || !version(&w))
		return look_read(o, &w, false);
	oldest = wire_be16(&w);
	wire_skip(&w, 2); /* options */
	if (oldest < OLDEST || oldest > VERSION_MAX || wire_be16(&w) < UNIT_MIN ||
	    wire_be16(&w) < UNIT_MIN)
		return look_read(o, &w, false);
	wire_skip(&w, 4); /* characteristics, turnaround */
	if (!one(&w))
		return look_read(o, &w, false);
	n = wire_be16(&w);
	at = wire_be16(&w);
	if (n == 0 || at < CONNECT_FIXED || at > size)
		return look_read(o, &w, false);
	wire_skip(&w, at - (HEADER + 20U));
	return look_read(o, &w, data(&w, size, at, n));
}

static bool
accepted(struct wire *w, uint16_t size)
{
	uint16_t n, at;

	if (size < ACCEPT_FIXED || !version(w))
		return false;
	wire_skip(w, 6); /* options, units of data */
	if (!one(w))
		return false;
	n = wire_be16(w);
	at = wire_be16(w);
	return at <= size && n <= size - at;
}

static enum sure
server(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint16_t size;
	uint8_t type = header(&w, &size);

	if (!w.ok)
		return look_read(o, &w, false);
	switch (type) {
	case ACCEPT:
		return look_read(o, &w, accepted(&w, size));
	case REFUSE:
		wire_skip(&w, 2); /* reasons */
		return look_read(o, &w, data(&w, size, REFUSE_FIXED, wire_be16(&w)));
	case REDIRECT:
		return look_read(o, &w, data(&w, size, REDIRECT_FIXED, wire_be16(&w)));
	case RESEND:
		return look_read(o, &w, size == HEADER);
	default:
		return SURE_NOT;
	}
}

/* Can a side begin with such a size? Nearly all that is something else leaves here. */
static bool
possible(const struct opening *o)
{
	return o->size == 0 || o->bytes[0] <= RECOGNISE_BYTES >> 8;
}

/* What the server says alone has too few marks to be a hint. */
enum sure
look_oracle(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure first, answer;

	if (!possible(c) || !possible(s))
		return SURE_NOT;
	first = c->size ? client(c) : SURE_OPEN;
	answer = s->size ? server(s) : SURE_OPEN;
	if (first == SURE_OPEN && answer != SURE_NOT)
		return SURE_OPEN;
	return look_either(first, answer);
}
