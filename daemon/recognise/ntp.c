/* ntp.c - NTP (RFC 5905, 7.3; SNTP: RFC 4330) and its control messages (RFC 9327). An answer
 * repeats the time at which the request says that it was sent; a client that leaves it empty is
 * only likely to be one. Version 1 (RFC 1059) is gone and so like other
 * small numbers that it is not looked for, 5 is no standard yet; mode 7 was one program's own. */
#include "recognise/exchange.h"
#include "recognise/rows.h"

enum { ACTIVE = 1, PASSIVE, CLIENT, SERVER, BROADCAST, CONTROL, CONTROL_ANSWER = 8 };
enum { TIME_BYTES = 48, STRATUM_MAX = 16, SECONDS_MAX = 255, POLL_MAX = 17, PRECISION_MAX = 32 };

/* Extension fields (RFC 7822) and a key's digest, or nothing, behind the times. */
static bool
right_size(size_t size)
{
	return size >= TIME_BYTES && size % 4 == 0;
}

static enum sure
read_time(struct wire w, size_t size, struct message *m)
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
	if (!w.ok || !right_size(size))
		return SURE_NOT;
	if (stratum > STRATUM_MAX || poll > POLL_MAX || precision > PRECISION_MAX)
		return SURE_NOT;
	if (delay > SECONDS_MAX || dispersion > SECONDS_MAX)
		return SURE_NOT;
	if (sent == 0 && (m->code == SERVER || m->code == BROADCAST))
		return SURE_NOT;
	m->key = sent ? sent : 1; /* which no answer repeats of an empty one */
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
	return read_time(p.w, p.size, m);
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

enum sure
look_ntp(const struct talk *t)
{
	static const struct exchange ntp = { NULL, read_ntp, answers_ntp };

	return look_exchange(t, &ntp);
}
