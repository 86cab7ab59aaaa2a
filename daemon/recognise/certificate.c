/* certificate.c - a strict walk over DER (X.690, 10.1) to three names. */
#include "recognise/certificate.h"

#include "base/wire.h"

enum {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_VERSION = 0xa0,    /* [0] */
	DER_EXTENSIONS = 0xa3, /* [3] */
	DER_DNS_NAME = 0x82,   /* [2] IA5String */
	ELEMENTS_MAX = 64,     /* of a name, of the extensions, of subjectAltName */
};

static const uint8_t common_name[] = { 0x55, 0x04, 0x03 };	/* 2.5.4.3 */
static const uint8_t subject_alt_name[] = { 0x55, 0x1d, 0x11 }; /* 2.5.29.17 */

/* Reads a tag and a length. The length may be more than what is left. */
static size_t
header(struct wire *w, uint8_t *tag)
{
	size_t size;
	uint8_t n;

	*tag = wire_u8(w);
	size = wire_u8(w);
	if (size < 0x80)
		return size;
	n = size & 0x7f;
	size = n == 1 ? wire_u8(w) : wire_be16(w);
	if (n < 1 || n > 2 || size < (n == 1 ? 0x80 : 0x100))
		w->ok = false;
	return size;
}

/* The content of the next element, which must be there as a whole. */
static struct wire
element(struct wire *w, uint8_t *tag)
{
	size_t size = header(w, tag);

	return wire_sub(w, size);
}

/* The same of an element with this tag. */
static struct wire
expect(struct wire *w, uint8_t wanted)
{
	uint8_t tag;
	struct wire in = element(w, &tag);

	if (tag != wanted)
		w->ok = in.ok = false;
	return in;
}

/* Enters an element of which the end may not be there. */
static void
enter(struct wire *w, uint8_t wanted)
{
	uint8_t tag;
	size_t size = header(w, &tag);

	if (tag != wanted)
		w->ok = false;
	if (w->ok && size < wire_left(w))
		w->end = w->p + size;
}

static bool
is(struct wire oid, const uint8_t *wanted)
{
	return oid.ok && wire_left(&oid) == 3 && memcmp(oid.p, wanted, 3) == 0;
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

/* The first common name of a Name. */
static void
name_of(struct wire in, struct tls_name *name)
{
	for (int i = 0; i < ELEMENTS_MAX && in.ok && wire_left(&in) > 0; i++) {
		struct wire set = expect(&in, DER_SET);
		struct wire pair = expect(&set, DER_SEQUENCE);
		struct wire oid = expect(&pair, DER_OID);
		uint8_t tag;
		struct wire value = element(&pair, &tag);

		if (is(oid, common_name) && value.ok) {
			keep(name, value);
			return;
		}
	}
}

static void
host_of(struct wire in, struct tls_name *host)
{
	struct wire names = expect(&in, DER_SEQUENCE);

	for (int i = 0; i < ELEMENTS_MAX && names.ok && wire_left(&names) > 0; i++) {
		uint8_t tag;
		struct wire name = element(&names, &tag);

		if (tag == DER_DNS_NAME && name.ok) {
			keep(host, name);
			return;
		}
	}
}

/* An extension: a name, whether it is critical, octets. */
static void
extension(struct wire in, struct tls_server *s)
{
	struct wire oid = expect(&in, DER_OID);
	uint8_t tag;
	struct wire value = element(&in, &tag);

	if (!is(oid, subject_alt_name))
		return;
	if (tag != DER_OCTETS)
		value = expect(&in, DER_OCTETS);
	host_of(value, &s->host);
}

void
certificate_names(const uint8_t *bytes, size_t size, struct tls_server *s)
{
	struct wire w = wire_of(bytes, size), in;
	uint8_t tag;

	enter(&w, DER_SEQUENCE); /* Certificate */
	enter(&w, DER_SEQUENCE); /* TBSCertificate */
	in = element(&w, &tag);
	if (tag == DER_VERSION)
		(void)expect(&w, DER_INTEGER); /* the serial number */
	else if (tag != DER_INTEGER)
		return;
	(void)expect(&w, DER_SEQUENCE); /* what it is signed with */
	in = expect(&w, DER_SEQUENCE);
	name_of(in, &s->issuer);
	(void)expect(&w, DER_SEQUENCE); /* from when to when */
	in = expect(&w, DER_SEQUENCE);
	name_of(in, &s->subject);
	(void)expect(&w, DER_SEQUENCE); /* the key */
	for (int i = 0; i < 3 && w.ok && wire_left(&w) > 0; i++) {
		struct wire look = w;

		if (header(&look, &tag), tag == DER_EXTENSIONS)
			break;
		(void)element(&w, &tag); /* ids of issuer and subject */
	}
	enter(&w, DER_EXTENSIONS);
	enter(&w, DER_SEQUENCE);
	for (int i = 0; i < ELEMENTS_MAX && s->host.size == 0 && wire_left(&w) > 0; i++)
		extension(expect(&w, DER_SEQUENCE), s);
}
