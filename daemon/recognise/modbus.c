/* modbus.c - Modbus/TCP. Each message has a transaction's number, a protocol that is 0, the size of
 * what follows, a unit and a function (Modbus Messaging on TCP/IP, 3.1.3); the sizes of the public
 * functions are known (Modbus Application Protocol 1.1b3, 6). An answer repeats number, unit and
 * function of its request, or says an exception, which is all that a request of another size or
 * function can be confirmed by. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	LEAST = 2,
	MOST = 254,	  /* unit, and 253 bytes */
	REQUESTS = 16,	  /* before the first answer */
	EXCEPTION = 0x80, /* bit of the function */
	EXCEPTION_MAX = 11,
	ENCAPSULATED = 43,
	IDENTIFICATION = 14, /* of a device: what is encapsulated (6.21) */
	BITS_MAX = 2000,
	WORDS_MAX = 125,
};

struct message {
	uint16_t number, size, place, count; /* place and count: of a public function's request */
	uint8_t unit, function;
	struct wire body; /* behind the function */
};

static enum sure
message(struct wire *w, struct message *m)
{
	m->number = wire_be16(w);
	if (wire_be16(w) != 0)
		return w->ok ? SURE_NOT : SURE_OPEN;
	m->size = wire_be16(w);
	if (w->ok && (m->size < LEAST || m->size > MOST))
		return SURE_NOT;
	m->unit = wire_u8(w);
	m->function = wire_u8(w);
	m->body = wire_sub(w, m->size - (size_t)LEAST);
	return w->ok ? SURE_CONFIRMED : SURE_OPEN;
}

/* Is a request what its function says? LIKELY: of a function that is not public; OPEN: it is not,
 * and will be refused. */
static enum sure
request(struct message *m)
{
	struct wire w = m->body;
	size_t n = wire_left(&w);
	uint16_t written;
	bool good;

	m->place = wire_be16(&w);
	m->count = wire_be16(&w);
	switch (m->function) {
	case 0: /* there is none */
		good = false;
		break;
	case 1:
	case 2: /* read bits */
		good = n == 4 && m->count > 0 && m->count <= BITS_MAX;
		break;
	case 3:
	case 4: /* read words */
		good = n == 4 && m->count > 0 && m->count <= WORDS_MAX;
		break;
	case 5: /* write a bit */
		good = n == 4 && (m->count == 0 || m->count == 0xff00);
		break;
	case 6: /* write a word */
		good = n == 4;
		break;
	case 15: /* write bits */
		good = m->count > 0 && n == 5U + (m->count + 7U) / 8 && wire_u8(&w) == n - 5;
		break;
	case 16: /* write words */
		good = m->count > 0 && n == 5U + m->count * 2U && wire_u8(&w) == n - 5;
		break;
	case 22: /* mask a word */
		good = n == 6;
		break;
	case 23: /* write words, and read others */
		wire_skip(&w, 2);
		written = wire_be16(&w);
		good = m->count > 0 && m->count <= WORDS_MAX && written > 0 &&
		       n == 9U + written * 2U && wire_u8(&w) == n - 9;
		break;
	case ENCAPSULATED:
		if (m->place >> 8 != IDENTIFICATION)
			return SURE_LIKELY;
		good = n == 3 && (m->place & 0xff) >= 1 && (m->place & 0xff) <= 4;
		break;
	default:
		return m->function < EXCEPTION ? SURE_LIKELY : SURE_NOT;
	}
	return good ? SURE_CONFIRMED : SURE_OPEN;
}

/* Is an answer what its request asked for? KIND: what request() says of that. */
static enum sure
answers(const struct message *a, const struct message *q, enum sure kind)
{
	struct wire w = a->body;
	size_t n = wire_left(&w);
	uint8_t first = wire_u8(&w);
	bool good;

	if (a->number != q->number || a->unit != q->unit)
		return SURE_NOT;
	if (a->function == (q->function | EXCEPTION))
		return n == 1 && first > 0 && first <= EXCEPTION_MAX ? SURE_CONFIRMED : SURE_NOT;
	if (a->function != q->function || kind == SURE_OPEN)
		return SURE_NOT;
	w = a->body;
	switch (q->function) {
	case 1:
	case 2:
		good = first == (q->count + 7) / 8 && n == first + 1U;
		break;
	case 3:
	case 4:
	case 23:
		good = first == q->count * 2 && n == first + 1U;
		break;
	case 5:
	case 6:
	case 15:
	case 16:
		good = n == 4 && wire_be16(&w) == q->place && wire_be16(&w) == q->count;
		break;
	case 22:
		good = n == 6 && wire_be16(&w) == q->place && wire_be16(&w) == q->count;
		break;
	case ENCAPSULATED:
		good = kind == SURE_LIKELY || (n >= 6 && wire_be16(&w) == q->place);
		break;
	default:
		good = true;
		break;
	}
	return good ? kind : SURE_NOT;
}

/* The first answer may be that of a later request than the first. */
enum sure
look_modbus(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	struct wire from = look_stream(c), to = look_stream(s);
	struct message q, a;
	enum sure answer = s->size ? message(&to, &a) : SURE_OPEN, best = SURE_OPEN;

	if (answer == SURE_NOT || c->size == 0)
		return answer == SURE_NOT ? SURE_NOT : SURE_OPEN;
	for (unsigned i = 0; i < REQUESTS; i++) {
		enum sure kind = message(&from, &q), said = SURE_NOT;

		if (kind == SURE_OPEN && !c->whole)
			return best;
		if (kind == SURE_CONFIRMED)
			kind = request(&q);
		else
			kind = SURE_NOT;
		if (kind == SURE_NOT && i == 0)
			return SURE_NOT;
		if (kind == SURE_NOT)
			break;
		if (answer == SURE_CONFIRMED)
			said = answers(&a, &q, kind);
		if (said != SURE_NOT)
			return said;
		if (kind > SURE_OPEN)
			best = SURE_LIKELY;
	}
	return answer == SURE_CONFIRMED ? SURE_NOT : best;
}
