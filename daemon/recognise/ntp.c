/* ntp.c - NTP (RFC 5905, 7.3; SNTP: RFC 4330) and its control messages (RFC 9327). An answer
 * repeats the time at which the request says that it was sent; a client that leaves it empty is
 * only likely to be one. Version 1 (RFC 1059) is gone and so like other
 * small numbers that it is not looked for, 5 is no standard yet; mode 7 was one program's own.
 *
 * What stands behind the times has a form: extension fields (RFC 7822) of registered types, those
 * of Autokey (RFC 5906) and NTS (RFC 8915) among them, which look random and may, and a key's
 * digest. What is not of that form is data that NTP only carries. */
#include "recognise/exchange.h"
#include "recognise/noise.h"
#include "recognise/rows.h"

enum { ACTIVE = 1, PASSIVE, CLIENT, SERVER, BROADCAST, CONTROL, CONTROL_ANSWER = 8 };
enum { NTS_ID = 0x0104, NTS_COOKIE = 0x0204 };
enum { STRATUM_MAX = 16, SECONDS_MAX = 255, POLL_MAX = 17, PRECISION_MAX = 32 };

/* Is there such an extension field, and as large? */
static bool
known_field(uint16_t type, struct wire value)
{
	enum { AUTOKEY = 2, AUTOKEY_CODE = 0x3f00, AUTOKEY_LAST = 0x0a00 };
	enum { NTS_ROOM = 0x0304, NTS_SEAL = 0x0404, CHECKSUM = 0x2005, TRIED = 0xf000 };
	enum { NTS_ID_MAX = 64, COOKIE_MAX = 512, SMALL = 32 };
	size_t size = wire_left(&value);

	switch (type) {
	case NTS_ID:
		return size <= NTS_ID_MAX;
	case NTS_COOKIE:
		return size <= COOKIE_MAX;
	case NTS_ROOM: /* as large as a cookie, and empty */
		while (wire_left(&value) > 0)
			if (wire_u8(&value) != 0)
				return false;
		return size <= COOKIE_MAX;
	case NTS_SEAL: /* of all fields that are hidden */
		return true;
	case CHECKSUM: /* RFC 7821: zeros and two bytes */
		return size <= SMALL;
	default:
		break;
	}
	if ((type & 0xff) == AUTOKEY && (type & AUTOKEY_CODE) <= AUTOKEY_LAST)
		return true;
	return type >= TRIED && size <= SMALL; /* experiments: a few numbers */
}

/* Is what stands behind the times no extension fields and digest? */
static bool
carries_more(struct wire w)
{
	enum { DIGEST_MAX = 4 + 68, FIELD_MIN = 16, HEAD = 4 }; /* RFC 8573, [MS-SNTP] 2.2.2 */
	bool hidden = false;
	unsigned cookies = 0;

	while (wire_left(&w) > DIGEST_MAX || (hidden && wire_left(&w) >= FIELD_MIN)) {
		uint16_t type = wire_be16(&w), size = wire_be16(&w);
		struct wire value = wire_sub(&w, size < HEAD ? SIZE_MAX : size - (size_t)HEAD);

		if (!value.ok || size < FIELD_MIN || size % 4 != 0 || !known_field(type, value))
			return true;
		hidden = hidden || type == NTS_ID; /* there is no digest behind NTS */
		cookies += type == NTS_COOKIE;
		if (cookies > 1)
			return true; /* RFC 8915, 5.7: further ones are hidden */
	}
	return wire_left(&w) % 4 != 0;
}

static enum sure
read_time(struct wire w, struct message *m)
{
	uint8_t stratum = wire_u8(&w);
	int8_t poll = (int8_t)wire_u8(&w), precision = (int8_t)wire_u8(&w);
	uint16_t delay = wire_be16(&w), dispersion;
	uint64_t sent;

	wire_skip(&w, 2);
	dispersion = wire_be16(&w);
	wire_skip(&w, 2 + 4 + 8); /* a fraction, the reference and when it was asked */
	m->echo = (uint64_t)wire_be32(&w) << 32;
	m->echo |= wire_be32(&w);
	wire_skip(&w, 8); /* when it was received */
	sent = (uint64_t)wire_be32(&w) << 32;
	sent |= wire_be32(&w);
	if (!w.ok)
		return SURE_NOT;
	if (stratum > STRATUM_MAX || poll > POLL_MAX || precision > PRECISION_MAX)
		return SURE_NOT;
	if (delay > SECONDS_MAX || dispersion > SECONDS_MAX)
		return SURE_NOT;
	if (sent == 0 && (m->code == SERVER || m->code == BROADCAST))
		return SURE_NOT;
	m->key = sent ? sent : 1; /* which no answer repeats of an empty one */
	m->carries = carries_more(w);
	m->weak = wire_left(&w) % 4 != 0;
	return SURE_CONFIRMED;
}

/* A control message: what is asked, a number that is repeated, state, whom it is about, and data.
 */
static enum sure
read_control(struct wire w, struct message *m)
{
	enum { ANSWERS = 0x80, ERROR = 0x40, OPERATION = 0x1f, OPERATIONS = 13, UNSET_TRAP = 31 };
	uint8_t bits = wire_u8(&w), operation = bits & OPERATION;
	uint16_t number = wire_be16(&w), offset, count;

	wire_skip(&w, 4);
	offset = wire_be16(&w);
	count = wire_be16(&w);
	if (!w.ok || count > wire_left(&w) || operation == 0)
		return SURE_NOT;
	if (operation >= OPERATIONS && operation != UNSET_TRAP)
		return SURE_NOT;
	if (!(bits & ANSWERS) && ((bits & ERROR) || offset > 0))
		return SURE_NOT;
	if (bits & ANSWERS)
		m->code = CONTROL_ANSWER;
	m->weak = true;
	m->carries = noise_bytes(w.p, wire_left(&w)); /* it is text */
	m->key = m->echo = (uint64_t)operation << 16 | number;
	return SURE_CONFIRMED;
}

static enum sure
read_ntp(struct piece p, struct message *m)
{
	uint8_t bits = wire_u8(&p.w), version = bits >> 3 & 7;

	m->code = bits & 7;
	if (version < 2 || version > 4 || m->code < ACTIVE || m->code > CONTROL)
		return SURE_NOT;
	if (m->code == CONTROL)
		return read_control(p.w, m);
	return read_time(p.w, m);
}

static bool
answers_ntp(uint8_t asked, uint8_t told)
{
	switch (asked) {
	case ACTIVE:
	case PASSIVE:
		return told == ACTIVE || told == PASSIVE;
	case CLIENT:
		return told == SERVER;
	case CONTROL:
		return told == CONTROL_ANSWER;
	default:
		return false;
	}
}

static const struct exchange ntp = { NULL, read_ntp, answers_ntp };

enum sure
look_ntp(const struct talk *t)
{
	return look_exchange(t, &ntp);
}

uint8_t
name_ntp(const struct talk *t)
{
	return exchange_carries(t, &ntp) ? APP_NTP_CARRIER : APP_NTP;
}
