/* tls_message.c - hello messages of TLS and DTLS, read strictly and as far as they are there. */
#include "base/wire.h"
#include "recognise/tls.h"

enum {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	HELLO_MAX = 1 << 17,
	CLIENT_HELLO_MIN = 41,
	SERVER_HELLO_MIN = 38,
	RANDOM = 32,
	SESSION_MAX = 32,
};

enum { /* extensions */
	EXTENSION_NAME = 0,
	EXTENSION_ALPN = 16,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_VERSIONS = 43,
	EXTENSION_ECH = 0xfe0d,
	EXTENSION_ESNI = 0xffce,
};

static bool
is_dtls(uint16_t version)
{
	return version == DTLS_1_0 || version == DTLS_1_2 ||
	       version == 0x0100; /* before RFC 4347 */
}

static bool
is_legacy(uint16_t version)
{
	return (version >= TLS_SSL3 && version <= TLS_1_2) || is_dtls(version);
}

/* RFC 8701: both bytes are the same, and end with 0xa. */
static bool
is_grease(uint16_t n)
{
	return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

/* A version in supported_versions, 0 if it is none that is known. Drafts count as what became of
 * them. */
static uint16_t
known_version(uint16_t version)
{
	if ((version >= TLS_SSL3 && version <= TLS_1_3) || version == DTLS_1_0 ||
	    version == DTLS_1_2 || version == DTLS_1_3)
		return version;
	return version >> 8 == 0x7f ? TLS_1_3 : 0;
}

static bool
is_newer(uint16_t a, uint16_t b)
{
	if (is_dtls(b))
		return a >= DTLS_1_3 && (a < b || b == 0x0100);
	return a > b && a <= TLS_1_3;
}

/* A reader over what is there of a message failed: is the rest to come, or is there none? */
static enum tls_read
cut(size_t here, size_t size)
{
	return here < size ? TLS_MORE : TLS_NOT;
}

static void
keep(struct tls_name *name, struct wire in)
{
	size_t size = wire_left(&in);

	if (size > sizeof name->bytes)
		return;
	name->size = (uint8_t)size;
	wire_copy(&in, name->bytes, size);
}

/* The header of a hello: its size, or 0 and why it has none. */
static size_t
hello_size(struct wire *w, uint8_t wanted, size_t min, enum tls_read *why)
{
	uint32_t head;

	*why = TLS_NOT;
	if (wire_left(w) > 0 && *w->p != wanted)
		return 0;
	head = wire_be32(w) & 0xffffff;
	if (!w->ok)
		*why = TLS_MORE;
	return w->ok && head >= min && head <= HELLO_MAX ? head : 0;
}

/* server_name: the first host_name (RFC 6066, 3). */
static bool
server_name(struct wire in, struct tls_name *name)
{
	size_t size = wire_be16(&in);

	if (size != wire_left(&in) || size == 0)
		return false;
	while (in.ok && wire_left(&in) > 0) {
		struct wire host;

		if (wire_u8(&in) != 0)
			return true; /* of other types even the form is not known */
		host = wire_sub(&in, wire_be16(&in));
		if (!in.ok || wire_left(&host) == 0)
			return false;
		if (name->size == 0)
			keep(name, host);
	}
	return in.ok;
}

/* ALPN (RFC 7301, 3.1): the protocols that fit, without GREASE. */
static bool
protocols(struct wire in, struct tls_name *alpn, bool *more)
{
	size_t size = wire_be16(&in);

	if (size != wire_left(&in) || size < 2)
		return false;
	while (in.ok && wire_left(&in) > 0) {
		uint8_t n = wire_u8(&in);
		const uint8_t *p = wire_take(&in, n);

		if (!p || n == 0)
			return false;
		if (n == 2 && is_grease((uint16_t)(p[0] << 8 | p[1])))
			continue;
		if (n >= sizeof alpn->bytes - alpn->size) {
			*more = true;
			continue;
		}
		alpn->bytes[alpn->size] = n;
		memcpy(alpn->bytes + alpn->size + 1, p, n);
		alpn->size = (uint8_t)(alpn->size + 1 + n);
	}
	return in.ok;
}

/* supported_versions of a client (RFC 8446, 4.2.1). */
static bool
offered_versions(struct wire in, struct tls_client *c)
{
	uint8_t size = wire_u8(&in);

	if (size != wire_left(&in) || size < 2 || size % 2 != 0)
		return false;
	c->version = 0;
	while (wire_left(&in) > 0) {
		uint16_t version = known_version(wire_be16(&in));

		if (version != 0 && (c->version == 0 || is_newer(version, c->version)))
			c->version = version;
	}
	if (c->version == 0)
		c->version = c->legacy;
	return in.ok;
}

/* False if it is malformed, or was SEEN already. */
static bool
client_extension(struct tls_client *c, uint16_t type, struct wire in, unsigned *seen)
{
	if (type == EXTENSION_NAME || type == EXTENSION_ALPN) {
		if (*seen & 1U << type)
			return false;
		*seen |= 1U << type;
	}
	switch (type) {
	case EXTENSION_NAME:
		return server_name(in, &c->name);
	case EXTENSION_ALPN:
		return protocols(in, &c->alpn, &c->alpn_more);
	case EXTENSION_VERSIONS:
		return offered_versions(in, c);
	case EXTENSION_EARLY_DATA:
		c->early_data = true;
		return wire_left(&in) == 0;
	case EXTENSION_ECH:
		c->ech = true;
		return wire_left(&in) > 0;
	case EXTENSION_ESNI:
		c->esni = true;
		return wire_left(&in) > 0;
	default: /* the others say nothing that is wanted here */
		return true;
	}
}

static bool
server_extension(struct tls_server *s, uint16_t type, struct wire in)
{
	uint16_t version;
	bool more;

	switch (type) {
	case EXTENSION_ALPN:
		return s->alpn.size == 0 && protocols(in, &s->alpn, &more);
	case EXTENSION_VERSIONS:
		version = known_version(wire_be16(&in));
		if (!in.ok || wire_left(&in) > 0)
			return false;
		s->version = version != 0 ? version : s->version;
		return true;
	default:
		return true;
	}
}

/* The extensions, which end a hello of which LEFT bytes are left. One of C and S is NULL. */
static enum tls_read
extensions(struct wire *w, size_t left, struct tls_client *c, struct tls_server *s)
{
	size_t here = wire_left(w);
	unsigned seen = 0;

	if (left == 0)
		return TLS_DONE;
	if (here < 2)
		return cut(here, left);
	if (wire_be16(w) != left - 2)
		return TLS_NOT;
	while (wire_left(w) > 0) { /* one is 4 bytes at least */
		size_t before = wire_left(w);
		uint16_t type = wire_be16(w);
		size_t size = wire_be16(w);
		struct wire in = wire_sub(w, size);

		if (before >= 4 && size > left - 2 - (here - 2 - before) - 4)
			return TLS_NOT;
		if (!w->ok)
			return cut(here, left);
		if (c ? !client_extension(c, type, in, &seen) : !server_extension(s, type, in))
			return TLS_NOT;
	}
	return here < left ? TLS_MORE : TLS_DONE;
}

/* The fields before the extensions (RFC 8446, 4.1.2; RFC 9147, 5.3). */
static enum tls_read
client_body(struct wire w, size_t size, struct tls_client *c)
{
	size_t here = wire_left(&w), n;
	const uint8_t *p;

	n = wire_be16(&w);
	if (w.ok && n >> 8 != 3 && !is_dtls((uint16_t)n)) /* a later one is legal (RFC 5246, E.1) */
		return TLS_NOT;
	c->legacy = c->version = (uint16_t)n;
	wire_skip(&w, RANDOM);
	n = wire_u8(&w);
	if (n > SESSION_MAX)
		return TLS_NOT;
	wire_skip(&w, n);
	if (is_dtls(c->legacy))
		wire_skip(&w, wire_u8(&w)); /* cookie */
	n = wire_be16(&w);
	if (w.ok && (n < 2 || n % 2 != 0))
		return TLS_NOT;
	wire_skip(&w, n); /* cipher suites */
	n = wire_u8(&w);
	p = wire_take(&w, n);
	if (p && !memchr(p, 0, n)) /* no compression is always offered */
		return TLS_NOT;
	if (!w.ok)
		return cut(here, size);
	return extensions(&w, size - (here - wire_left(&w)), c, NULL);
}

static enum tls_read
server_body(struct wire w, size_t size, struct tls_server *s)
{
	size_t here = wire_left(&w);
	uint16_t version = wire_be16(&w);
	uint8_t session, compression;

	if (w.ok && !is_legacy(version))
		return TLS_NOT;
	s->version = version;
	wire_skip(&w, RANDOM);
	session = wire_u8(&w);
	if (session > SESSION_MAX)
		return TLS_NOT;
	wire_skip(&w, session);
	wire_skip(&w, 2); /* the cipher suite */
	compression = wire_u8(&w);
	if (compression > 1 && compression != 64) /* RFC 3749, RFC 3943 */
		return TLS_NOT;
	if (!w.ok)
		return cut(here, size);
	return extensions(&w, size - (here - wire_left(&w)), NULL, s);
}

enum tls_read
tls_client_message(const uint8_t *bytes, size_t size, struct tls_client *c)
{
	struct wire w = wire_of(bytes, size);
	enum tls_read why;
	size_t n;

	memset(c, 0, sizeof *c);
	n = hello_size(&w, CLIENT_HELLO, CLIENT_HELLO_MIN, &why);
	if (n == 0)
		return why;
	if (n < wire_left(&w))
		w.end = w.p + n;
	return client_body(w, n, c);
}

enum tls_read
tls_server_message(const uint8_t *bytes, size_t size, struct tls_server *s)
{
	struct wire w = wire_of(bytes, size);
	enum tls_read read;
	size_t n;

	memset(s, 0, sizeof *s);
	n = hello_size(&w, SERVER_HELLO, SERVER_HELLO_MIN, &read);
	if (n == 0)
		return read;
	if (n < wire_left(&w))
		w.end = w.p + n;
	read = server_body(w, n, s);
	s->hello = read == TLS_DONE;
	return read;
}

bool
tls_offers_only(const struct tls_client *c, const char *protocol)
{
	size_t n = strlen(protocol);

	return !c->alpn_more && c->alpn.size == n + 1 &&
	       memcmp(c->alpn.bytes + 1, protocol, n) == 0;
}
