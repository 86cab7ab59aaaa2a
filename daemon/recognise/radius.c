/* radius.c - RADIUS (RFC 2865, 3 and 5; RFC 2866; RFC 5176; RFC 5997). An answer repeats the
 * request's identifier, one byte, and is of its kind; both sides' attributes are walked. */
#include "recognise/exchange.h"
#include "recognise/rows.h"

enum { HEADER = 20, AUTHENTICATOR = 16 };
enum {
	ACCESS = 1,
	ACCEPT = 2,
	REJECT = 3,
	ACCOUNT = 4,
	ACCOUNTED = 5,
	CHALLENGE = 11,
	STATUS = 12,
	DISCONNECT = 40,
	CHANGE = 43,
	CHANGE_REFUSED = 45,
};

static bool
known(uint8_t code)
{
	return (code >= ACCESS && code <= ACCOUNTED) || code == CHALLENGE || code == STATUS ||
	       (code >= DISCONNECT && code <= CHANGE_REFUSED);
}

static enum sure
read_radius(struct piece p, struct message *m)
{
	uint16_t length;
	unsigned attributes = 0;

	m->code = wire_u8(&p.w);
	m->key = m->echo = wire_u8(&p.w);
	length = wire_be16(&p.w);
	if (!known(m->code) || length != p.size || length < HEADER)
		return SURE_NOT;
	wire_skip(&p.w, AUTHENTICATOR);
	for (; wire_left(&p.w) > 0 && p.w.ok; attributes++) {
		uint8_t type = wire_u8(&p.w), size = wire_u8(&p.w);

		if (type == 0 || size < 2)
			return SURE_NOT;
		wire_skip(&p.w, size - 2u);
	}
	/* Whoever asks says who it is; an answer may be nothing but its header. */
	if (!p.w.ok || (attributes == 0 && (m->code == ACCESS || m->code == ACCOUNT)))
		return SURE_NOT;
	m->weak = attributes == 0;
	return SURE_CONFIRMED;
}

static bool
answers_radius(uint8_t asked, uint8_t told)
{
	switch (asked) {
	case ACCESS:
		return told == ACCEPT || told == REJECT || told == CHALLENGE;
	case ACCOUNT:
		return told == ACCOUNTED;
	case STATUS:
		return told == ACCEPT || told == REJECT || told == ACCOUNTED;
	case DISCONNECT:
	case CHANGE:
		return told == asked + 1 || told == asked + 2;
	default:
		return false;
	}
}

enum sure
look_radius(const struct talk *t)
{
	static const struct exchange radius = { NULL, read_radius, answers_radius };

	return look_exchange(t, &radius);
}
