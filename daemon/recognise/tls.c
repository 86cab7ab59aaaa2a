/* tls.c - the records of a first flight of TLS: puts its messages together. */
#include "recognise/tls.h"

#include "base/wire.h"
#include "recognise/certificate.h"

enum { /* records (RFC 8446, 5.1) */
	RECORD_CHANGE_CIPHER = 20,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_DATA = 23,
	RECORD_MAX = (1 << 14) + 2048, /* encrypted ones of TLS 1.2 are the longest */
};

enum { /* handshake messages (RFC 8446, 4; RFC 5246, 7.4) */
	CLIENT_HELLO = 1,
	CERTIFICATE = 11,
	SUPPLEMENTAL = 23, /* RFC 4680; stands before the certificate */
	MESSAGE_HEADER = 4,
};

enum { ROOM = 4096 }; /* bytes of a flight that are looked at */

/* What was put together of the handshake records of a flight. */
struct flight {
	size_t size;
	bool ended; /* something else follows: no more of it comes */
	bool alert; /* a fatal alert was the first */
	uint8_t room[ROOM];
};

/* The header of a record, as far as it is there. */
static enum tls_read
record(struct wire *w, uint8_t *type, size_t *size)
{
	size_t here = wire_left(w);
	const uint8_t *p = w->p;

	*type = RECORD_HANDSHAKE;
	if (here > 0 && (p[0] < RECORD_CHANGE_CIPHER || p[0] > RECORD_DATA))
		return TLS_NOT;
	if (here > 1 && p[1] != 3) /* the rest of the version means nothing (RFC 8446, 5.1) */
		return TLS_NOT;
	if (here > 0)
		*type = p[0];
	wire_skip(w, 3);
	*size = wire_be16(w);
	if (*size > RECORD_MAX)
		return TLS_NOT;
	return w->ok ? TLS_DONE : TLS_MORE;
}

/* An alert before anything else: a fatal one ends the handshake, a warning is passed over. */
static enum tls_read
alert(struct wire *w, size_t size, struct flight *f)
{
	/* The ones with a number at IANA. */
	static const char known[] = "\x0a\x14\x15\x16\x1e\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31"
				    "\x32\x33\x3c\x46\x47\x50\x56\x5a\x64\x6d\x6e\x6f\x70\x71\x72"
				    "\x73\x74\x78\x79";
	uint8_t level = wire_u8(w), description = wire_u8(w);

	if (size != 2)
		return TLS_NOT;
	if (!w->ok)
		return TLS_MORE;
	if (level < 1 || level > 2)
		return TLS_NOT;
	if (description != 0 && !memchr(known, description, sizeof known - 1))
		return TLS_NOT;
	f->alert = level == 2;
	return TLS_DONE;
}

/* Puts the handshake records of a flight together, until something else comes. */
static enum tls_read
gather(const uint8_t *bytes, size_t size, struct flight *f)
{
	struct wire w = wire_of(bytes, size < ROOM ? size : ROOM);

	f->size = 0;
	f->ended = f->alert = false;
	while (wire_left(&w) > 0 && !f->ended) { /* a record is 5 bytes at least */
		size_t n, left;
		uint8_t type;
		enum tls_read read = record(&w, &type, &n);

		if (read == TLS_MORE || (read == TLS_NOT && f->size == 0))
			return read;
		if (read == TLS_DONE && type == RECORD_HANDSHAKE) {
			left = wire_left(&w);
			n = n < left ? n : left;
			wire_copy(&w, f->room + f->size, n);
			f->size += n;
		} else if (f->size > 0) {
			f->ended = true;
		} else if (type != RECORD_ALERT) {
			return TLS_NOT;
		} else {
			read = alert(&w, n, f);
			if (read != TLS_DONE || f->alert)
				return read;
		}
	}
	return TLS_MORE;
}

/* RFC 5246, E.2. */
static enum tls_read
old_hello(const uint8_t *bytes, size_t size, struct tls_client *c)
{
	struct wire w = wire_of(bytes, size);
	size_t length = wire_be16(&w) & 0x7fff;
	uint8_t type = wire_u8(&w);
	uint16_t version = wire_be16(&w);
	size_t suites = wire_be16(&w), session = wire_be16(&w), challenge = wire_be16(&w);

	if (size >= 3 && type != CLIENT_HELLO)
		return TLS_NOT;
	if (size >= 5 && version != 0x0002 && (version < TLS_SSL3 || version > TLS_1_2))
		return TLS_NOT;
	if (!w.ok)
		return TLS_MORE;
	if (suites < 3 || suites % 3 != 0 || (session != 0 && session != 16) || challenge < 16 ||
	    challenge > 32 || length != 9 + suites + session + challenge)
		return TLS_NOT;
	c->legacy = c->version = version;
	c->old = true;
	wire_skip(&w, suites + session + challenge);
	return w.ok ? TLS_DONE : TLS_MORE;
}

/* A hello that is cut over several records. */
static enum tls_read
client_in_pieces(const uint8_t *bytes, size_t size, struct tls_client *c)
{
	struct flight f;
	enum tls_read read = gather(bytes, size, &f);

	if (read == TLS_NOT)
		return TLS_NOT;
	read = tls_client_message(f.room, f.size, c);
	return read == TLS_MORE && f.ended ? TLS_NOT : read;
}

enum tls_read
tls_client_hello(const uint8_t *bytes, size_t size, struct tls_client *c)
{
	struct wire w = wire_of(bytes, size);
	enum tls_read read;
	size_t n, left;
	uint8_t type;

	memset(c, 0, sizeof *c);
	if (size == 0)
		return TLS_MORE;
	if (bytes[0] & 0x80)
		return old_hello(bytes, size, c);
	read = record(&w, &type, &n);
	if (type != RECORD_HANDSHAKE)
		return TLS_NOT;
	if (read != TLS_DONE)
		return read;
	left = wire_left(&w);
	read = tls_client_message(w.p, n < left ? n : left, c);
	return read == TLS_MORE && n < left ? client_in_pieces(bytes, size, c) : read;
}

/* The certificate that may follow a hello of TLS 1.2 or before it, of N bytes, in the SIZE bytes of
 * a flight; N is 0 when there is none. Those that are there are in DER. */
static enum tls_read
certificate(const uint8_t *bytes, size_t size, bool ended, struct wire *der, size_t *n)
{
	struct wire w = wire_of(bytes, size);
	uint32_t head = wire_be32(&w);
	size_t list, left;

	*der = wire_of(NULL, 0);
	*n = 0;

	if (w.ok && head >> 24 == SUPPLEMENTAL) {
		wire_skip(&w, head & 0xffffff);
		head = wire_be32(&w);
	}
	if (w.ok && head >> 24 != CERTIFICATE)
		return TLS_DONE;
	list = (size_t)wire_u8(&w) << 16;
	list |= wire_be16(&w);
	*n = (size_t)wire_u8(&w) << 16;
	*n |= wire_be16(&w);
	left = wire_left(&w);
	if (!w.ok || list + 3 != (head & 0xffffff) || *n + 3 > list) {
		*n = 0;
		return w.ok || ended ? TLS_DONE : TLS_MORE; /* nothing that could be read */
	}
	*der = wire_of(w.p, *n < left ? *n : left);
	return *n > left && !ended ? TLS_MORE : TLS_DONE;
}

/* A server's flight, and the certificate in it, which lies in F. */
static enum tls_read
server_flight(const uint8_t *bytes, size_t size, struct flight *f, struct tls_server *s,
    struct wire *der, size_t *n)
{
	enum tls_read read;
	size_t hello;

	memset(s, 0, sizeof *s);
	*n = 0;
	read = gather(bytes, size, f);
	s->alert = read == TLS_DONE && f->alert;
	if (read == TLS_NOT || s->alert)
		return read;
	read = tls_server_message(f->room, f->size, s);
	if (read == TLS_MORE && f->ended)
		return TLS_NOT;
	if (read != TLS_DONE || s->version >= TLS_1_3)
		return read;
	hello = MESSAGE_HEADER + ((size_t)f->room[1] << 16 | (size_t)f->room[2] << 8 | f->room[3]);
	return certificate(f->room + hello, f->size - hello, f->ended, der, n);
}

enum tls_read
tls_server_hello(const uint8_t *bytes, size_t size, struct tls_server *s)
{
	struct flight f;
	struct wire der;
	size_t n;
	enum tls_read read = server_flight(bytes, size, &f, s, &der, &n);

	if (n > 0)
		certificate_names(der.p, wire_left(&der), s);
	return read;
}

bool
tls_server_certificate(const uint8_t *bytes, size_t size, uint8_t hash[SHA_SIZE])
{
	struct flight f;
	struct tls_server s;
	struct wire der;
	struct sha d;
	size_t n;

	if (server_flight(bytes, size, &f, &s, &der, &n) != TLS_DONE || n == 0 ||
	    wire_left(&der) < n)
		return false;
	sha_begin(&d);
	sha_add(&d, der.p, n);
	sha_end(&d, hash);
	return true;
}
