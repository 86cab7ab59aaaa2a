/* radius.c - RADIUS (RFC 2865, 3 and 5; RFC 2866; RFC 5176; RFC 5997). An answer repeats the
 * request's identifier, one byte, and is of its kind; both sides' attributes are walked.
 *
 * Random bytes are at home in some attributes: hidden passwords, challenges, digests, EAP, what a
 * server wants back, and keys of Microsoft's (RFC 2548). In others, and much of them in anybody's
 * own, they are data that RADIUS only carries; so is what stands behind the message's end (RFC
 * 2865, 3: padding). */
#include "recognise/exchange.h"
#include "recognise/noise.h"
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

/* Are random bytes at home in this attribute? */
static bool
may_be_random(uint8_t type, struct wire value)
{
	enum { MICROSOFT = 311, SECRET_MAX = 132 };

	switch (type) {
	case 2:	 /* User-Password: hidden, at most 128 */
	case 3:	 /* CHAP-Password */
	case 60: /* CHAP-Challenge */
	case 69: /* Tunnel-Password (RFC 2868) */
	case 80: /* Message-Authenticator (RFC 3579) */
		return wire_left(&value) <= SECRET_MAX;
	case 24: /* State */
	case 25: /* Class */
	case 33: /* Proxy-State */
	case 79: /* EAP-Message */
		return true;
	case 26: /* Vendor-Specific */
		return wire_be32(&value) == MICROSOFT && wire_left(&value) <= SECRET_MAX;
	default:
		return false;
	}
}

static enum sure
read_radius(struct piece p, struct message *m)
{
	enum { NOISE_MOST = 120 }; /* one key of a vendor's, or two */
	uint16_t length;
	unsigned attributes = 0;
	size_t noise = 0, padding;

	m->code = wire_u8(&p.w);
	m->key = m->echo = wire_u8(&p.w);
	length = wire_be16(&p.w);
	if (!known(m->code) || length > p.size || length < HEADER || p.cut)
		return SURE_NOT;
	padding = p.size - length;
	p.w.end -= padding;
	wire_skip(&p.w, AUTHENTICATOR);
	for (; wire_left(&p.w) > 0 && p.w.ok; attributes++) {
		uint8_t type = wire_u8(&p.w), size = wire_u8(&p.w);

		if (type == 0 || size < 2)
			return SURE_NOT;
		struct wire value = wire_sub(&p.w, size - 2u);
		if (!may_be_random(type, value) && noise_bytes(value.p, wire_left(&value)))
			noise += wire_left(&value);
	}
	/* Whoever asks says who it is; an answer may be nothing but its header. */
	if (!p.w.ok || (attributes == 0 && (m->code == ACCESS || m->code == ACCOUNT)))
		return SURE_NOT;
	m->weak = attributes == 0 || padding > 0;
	m->carries = noise >= NOISE_MOST || padding >= HEADER;
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

static const struct exchange radius = { NULL, read_radius, answers_radius };

enum sure
look_radius(const struct talk *t)
{
	return look_exchange(t, &radius);
}

uint8_t
name_radius(const struct talk *t)
{
	return exchange_carries(t, &radius) ? APP_RADIUS_CARRIER : APP_RADIUS;
}
