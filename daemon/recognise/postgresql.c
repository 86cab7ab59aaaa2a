/* postgresql.c - PostgreSQL, protocol 3. The client begins: a start-up message, or a request for
 * encryption, which the server answers with one letter, or one to cancel, which nobody answers
 * (PostgreSQL documentation, "Message Formats" and "Start-up"). A letter proves little: what it
 * announces must follow, which is TLS, GSS-API's packets, or, when it is refused, the next request.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	MAJOR = 3,
	CANCEL = 80877102,
	SSL = 80877103,
	GSS = 80877104,
	REQUEST = 8,	 /* size of a request for encryption */
	CANCEL_MIN = 16, /* with a key of 4 to 256 bytes */
	CANCEL_MAX = 268,
	PAIRS_MAX = 64,
	ANSWER_MAX = 4096,
	REQUESTS = 3, /* TLS, GSS-API, and without both */
	GSS_MAX = 16384,
	GSS_TOKEN = 0x60, /* RFC 2743, 3.1 */
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_MAJOR = 3,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
};

/* What the client asks for. */
enum asks { ASKS_STARTUP, ASKS_CANCEL, ASKS_TLS, ASKS_GSS };

/* Takes text up to and with a NUL; returns where it is, and its size, or NULL. */
static const uint8_t *
text(struct wire *w, size_t *n)
{
	const uint8_t *begin = w->p;

	*n = 0;
	for (size_t i = 0; i < RECOGNISE_BYTES; i++) {
		uint8_t c = wire_u8(w);

		if (c == 0) {
			*n = i;
			return begin;
		}
		if (c < ' ' || c == 0x7f)
			return NULL;
	}
	return NULL;
}

/* Names and values, of which one is the user's, to the end of a message of SIZE bytes. */
static bool
parameters(struct wire *w, size_t size)
{
	const uint8_t *begin = w->p;
	bool user = false;

	for (unsigned i = 0; i <= PAIRS_MAX && w->ok; i++) {
		size_t n, nvalue;
		const uint8_t *name = text(w, &n);

		if (!name)
			return false;
		if (n == 0)
			return user && (size_t)(w->p - begin) == size;
		user = user || (n == 4 && memcmp(name, "user", 4) == 0);
		if (!text(w, &nvalue) || (size_t)(w->p - begin) >= size)
			return false;
	}
	return false;
}

/* Takes the client's next message. OPEN: it is not all there. */
static enum sure
client(struct wire *w, enum asks *asks)
{
	uint32_t code;
	uint16_t size;
	bool good;

	if (wire_u8(w) != 0 || wire_u8(w) != 0)
		return SURE_NOT;
	size = wire_be16(w);
	if (w->ok && (size < REQUEST || size > RECOGNISE_BYTES))
		return SURE_NOT;
	code = wire_be32(w);
	*asks = code == SSL    ? ASKS_TLS :
		code == GSS    ? ASKS_GSS :
		code == CANCEL ? ASKS_CANCEL :
				 ASKS_STARTUP;
	switch (*asks) {
	case ASKS_TLS:
	case ASKS_GSS:
		good = size == REQUEST;
		break;
	case ASKS_CANCEL:
		good = size >= CANCEL_MIN && size <= CANCEL_MAX;
		wire_skip(w, good ? (size_t)size - REQUEST : 0);
		good = good && wire_left(w) == 0;
		break;
	case ASKS_STARTUP:
		good = code >> 16 == MAJOR && parameters(w, (size_t)size - REQUEST);
		break;
	}
	if (!w->ok)
		return SURE_OPEN;
	return good ? SURE_CONFIRMED : SURE_NOT;
}

/* Does a side, whose hello of TLS is this one, begin the handshake of what both agreed on? */
static enum sure
handshake(struct wire w, enum asks asks, uint8_t hello)
{
	uint8_t type;
	uint32_t size;
	bool good;

	if (asks == ASKS_GSS) {
		size = wire_be32(&w);
		good = size > 0 && size <= GSS_MAX && wire_u8(&w) == GSS_TOKEN;
	} else {
		type = wire_u8(&w);
		good = (type == TLS_HANDSHAKE || (type == TLS_ALERT && hello == SERVER_HELLO)) &&
		       wire_u8(&w) == TLS_MAJOR;
		wire_skip(&w, 3); /* minor version, size */
		good = good && (type == TLS_ALERT || wire_u8(&w) == hello);
	}
	if (!w.ok)
		return SURE_OPEN;
	return good ? SURE_CONFIRMED : SURE_NOT;
}

/* How the server asks for authentication, in a message of SIZE bytes (without its letter). */
static bool
authentication(struct wire *w, uint32_t size)
{
	switch (wire_be32(w)) {
	case 0: /* ok */
	case 2: /* Kerberos 5 */
	case 3: /* password */
	case 6: /* credentials of a local socket */
	case 7: /* GSSAPI */
	case 9: /* SSPI */
		return size == 8;
	case 4: /* crypt */
		return size == 10;
	case 5: /* MD5 */
		return size == 12;
	case 10: /* SASL: names */
		return size > 9 && size <= ANSWER_MAX;
	default:
		return false;
	}
}

/* What the server says to a start-up or, when it knows no encryption, to a request for it. An error
 * has fields, the first of which is how grave it is. */
static enum sure
answer(const struct opening *o, struct wire w)
{
	uint8_t letter = wire_u8(&w);
	uint32_t size = wire_be32(&w);

	if (letter == 'E')
		return look_read(o, &w, size > 8 && size <= ANSWER_MAX && wire_u8(&w) == 'S');
	if (letter == 'R')
		return look_read(o, &w, authentication(&w, size));
	if (letter == 'v')
		return look_read(o, &w, size >= 12 && size <= ANSWER_MAX);
	return SURE_NOT;
}

/* What both sides are behind the letter that grants encryption. */
static enum sure
encrypted(struct wire from, struct wire to, enum asks asks)
{
	enum sure sure =
	    look_both(handshake(from, asks, CLIENT_HELLO), handshake(to, asks, SERVER_HELLO));

	return sure == SURE_OPEN ? SURE_LIKELY : sure;
}

/* The server alone, without knowing what it answers, is nothing, or one of six letters. */
enum sure
look_postgresql(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	struct wire from = look_stream(c), to = look_stream(s);

	if (s->size > 0 && !memchr("SNGERv", s->bytes[0], 6))
		return SURE_NOT;
	for (unsigned i = 0; i < REQUESTS; i++) {
		enum asks asks;
		enum sure asked = client(&from, &asks);
		uint8_t letter;

		if (asked == SURE_OPEN)
			return i > 0 ? SURE_LIKELY : look_short(c);
		if (asked == SURE_NOT || (asks == ASKS_CANCEL && wire_left(&to) > 0))
			return SURE_NOT;
		if (asks == ASKS_CANCEL || wire_left(&to) == 0)
			return SURE_LIKELY;
		if (asks == ASKS_STARTUP || *to.p == 'E')
			return look_either(SURE_CONFIRMED, answer(s, to));
		letter = wire_u8(&to);
		if (letter == (asks == ASKS_TLS ? 'S' : 'G'))
			return encrypted(from, to, asks);
		if (letter != 'N')
			return SURE_NOT;
	}
	return SURE_NOT;
}
