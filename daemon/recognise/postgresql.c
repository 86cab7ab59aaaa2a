/* postgresql.c - PostgreSQL, protocol 3. The client begins: a start-up message, or a request for
 * encryption, which the server answers with one letter, or one to cancel, which nobody answers
 * (PostgreSQL documentation, "Message Formats" and "Start-up"). */
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
	STARTUP_MIN = 15, /* with a user's name of one byte */
	PAIRS_MAX = 64,
	ANSWER_MAX = 4096,
};

/* How the client begins. */
enum begin { BEGIN_STARTUP, BEGIN_ENCRYPTION, BEGIN_CANCEL };

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

static enum sure
client(const struct opening *o, enum begin *begin)
{
	struct wire w = look_stream(o);
	uint16_t none = wire_be16(&w), size = wire_be16(&w);
	uint32_t code;

	*begin = BEGIN_STARTUP;
	if (none != 0 || (w.ok && (size < REQUEST || size > RECOGNISE_BYTES)))
		return SURE_NOT;
	code = wire_be32(&w);
	if (code == SSL || code == GSS) {
		*begin = BEGIN_ENCRYPTION;
		return look_read(o, &w, size == REQUEST);
	}
	if (code == CANCEL) {
		*begin = BEGIN_CANCEL;
		if (size < CANCEL_MIN || size > CANCEL_MAX)
			return SURE_NOT;
		wire_skip(&w, (size_t)size - REQUEST);
		return look_read(o, &w, wire_left(&w) == 0);
	}
	if (code >> 16 != MAJOR || size < STARTUP_MIN)
		return look_read(o, &w, false);
	return look_read(o, &w, parameters(&w, (size_t)size - REQUEST));
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

/* An error has fields, the first of which is how grave it is. */
static enum sure
server(const struct opening *o, enum begin begin)
{
	struct wire w = look_stream(o);
	uint8_t letter = wire_u8(&w);
	uint32_t size;

	if (begin == BEGIN_CANCEL)
		return SURE_NOT;
	if (begin == BEGIN_ENCRYPTION && (letter == 'S' || letter == 'N' || letter == 'G'))
		return SURE_CONFIRMED;
	if (letter != 'E' && (begin == BEGIN_ENCRYPTION || (letter != 'R' && letter != 'v')))
		return SURE_NOT;
	size = wire_be32(&w);
	if (letter == 'R')
		return look_read(o, &w, authentication(&w, size));
	if (letter == 'v')
		return look_read(o, &w, size >= 12 && size <= ANSWER_MAX);
	return look_read(o, &w, size > 8 && size <= ANSWER_MAX && wire_u8(&w) == 'S');
}

/* The server alone, without knowing what it answers, is nothing, or one of six letters. */
enum sure
look_postgresql(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum begin begin;
	enum sure first = c->size ? client(c, &begin) : look_short(c), answer;

	if (s->size > 0 && !memchr("SNGERv", s->bytes[0], 6))
		return SURE_NOT;
	if (first != SURE_CONFIRMED)
		return first;
	answer = s->size ? server(s, begin) : SURE_OPEN;
	return look_either(first, answer);
}
