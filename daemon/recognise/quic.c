/* quic.c - opens a client's Initial packets (RFC 9001, 5) and puts their CRYPTO frames together. */
#include "recognise/quic.h"

#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

#include "recognise/look.h"

enum {
	ROOM = 4096,	    /* bytes of the hello that are looked at */
	PACKET_ROOM = 2048, /* of a packet that is opened */
	OPENED_MAX = 8,	    /* packets that are tried to open, in all */
	KEYS_MAX = 2,	    /* the ids change after a Retry */
	TOGETHER_MAX = 4,   /* packets in a datagram */
	TAG = 16,
	SAMPLE = 16,
	IV = 12,
};

enum { /* frames of an Initial packet (RFC 9000, 12.4) */
	FRAME_PADDING = 0,
	FRAME_PING = 1,
	FRAME_ACK = 2,
	FRAME_ACK_ECN = 3,
	FRAME_CRYPTO = 6,
	FRAME_CLOSE = 0x1c,
};

static const struct version {
	uint32_t number;
	uint8_t initial; /* the type bits of an Initial packet; the others follow in order */
	const char *salt;
	const char *key, *iv, *hp; /* labels */
} versions[] = {
	{ 1, 0, "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a",
	    "quic key", "quic iv", "quic hp" },
	{ 0x6b3343cf, 1,
	    "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9",
	    "quicv2 key", "quicv2 iv", "quicv2 hp" },
};

enum { SALT = 20, LABEL_MAX = 18, TYPE_BITS = 0x30 };

struct keys {
	struct gcm_aes128_ctx gcm;
	struct aes128_ctx hp;
	uint8_t iv[IV];
};

/* The CRYPTO stream: its bytes, and which of them are there. */
struct stream {
	uint8_t bytes[ROOM];
	uint8_t there[ROOM + 1]; /* the last one never is */
};

static const struct version *
version_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (versions[i].number == number)
			return &versions[i];
	}
	return NULL;
}

/* A number of 1, 2, 4 or 8 bytes (RFC 9000, 16). */
static uint64_t
varint(struct wire *w)
{
	uint8_t first = wire_u8(w);
	uint64_t number = first & 0x3f;

	for (int left = (1 << (first >> 6)) - 1; left > 0; left--)
		number = number << 8 | wire_u8(w);
	return number;
}

static const uint8_t *
id(struct wire *w, uint8_t *size)
{
	*size = wire_u8(w);
	if (*size > QUIC_ID_MAX)
		w->ok = false;
	return wire_take(w, *size);
}

bool
quic_packet(struct wire *w, struct quic_packet *p)
{
	const struct version *version;
	uint8_t first;
	uint64_t n;

	p->bytes = w->p;
	first = wire_u8(w);
	p->version = wire_be32(w);
	p->to = id(w, &p->to_size);
	p->from = id(w, &p->from_size);
	version = version_of(p->version);
	p->known = version != NULL;
	if (!w->ok || !(first & 0x80))
		return false;
	n = wire_left(w);
	p->number = w->p;
	p->size = (size_t)n;
	if (version) {
		p->kind = (enum quic_kind)((((first & TYPE_BITS) >> 4) - version->initial) & 3);
		if (p->kind == QUIC_INITIAL) {
			n = varint(w); /* the token */
			wire_skip(w, n < SIZE_MAX ? (size_t)n : SIZE_MAX);
		}
		n = p->kind == QUIC_RETRY ? wire_left(w) : varint(w);
		p->number = w->p;
		p->size = (size_t)n;
		if (n < TAG + 4)
			return false;
	}
	(void)wire_take(w, (size_t)n);
	return w->ok;
}

/* HKDF-Expand-Label (RFC 8446, 7.1) with a key that was set in MAC. */
static void
expand(struct hmac_sha256_ctx *mac, const char *label, size_t n, uint8_t *to)
{
	uint8_t info[4 + 6 + LABEL_MAX] = { 0, (uint8_t)n };
	size_t size = strlen(label);

	info[2] = (uint8_t)(6 + size);
	memcpy(info + 3, "tls13 ", 6);
	memcpy(info + 9, label, size);
	info[9 + size] = 0;
	hkdf_expand(mac, (nettle_hash_update_func *)hmac_sha256_update,
	    (nettle_hash_digest_func *)hmac_sha256_digest, SHA256_DIGEST_SIZE, 10 + size, info, n,
	    to);
}

/* A client's keys, from the id that it made for its server. */
static void
keys_of(struct keys *k, const struct version *version, const uint8_t *to, size_t size)
{
	uint8_t secret[SHA256_DIGEST_SIZE], key[AES128_KEY_SIZE];
	struct hmac_sha256_ctx mac;

	hmac_sha256_set_key(&mac, SALT, (const uint8_t *)version->salt);
	hkdf_extract(&mac, (nettle_hash_update_func *)hmac_sha256_update,
	    (nettle_hash_digest_func *)hmac_sha256_digest, SHA256_DIGEST_SIZE, size, to, secret);
	hmac_sha256_set_key(&mac, sizeof secret, secret);
	expand(&mac, "client in", sizeof secret, secret);
	hmac_sha256_set_key(&mac, sizeof secret, secret);
	expand(&mac, version->key, sizeof key, key);
	gcm_aes128_set_key(&k->gcm, key);
	expand(&mac, version->iv, sizeof k->iv, k->iv);
	expand(&mac, version->hp, sizeof key, key);
	aes128_set_encrypt_key(&k->hp, key);
}

/* Opens an Initial packet: its frames, in ROOM. Their size, 0 if the keys do not open it. */
static size_t
open_packet(struct keys *k, const struct quic_packet *p, uint8_t room[PACKET_ROOM])
{
	uint8_t mask[AES_BLOCK_SIZE], header[PACKET_ROOM], nonce[IV], tag[TAG];
	size_t head = (size_t)(p->number - p->bytes), number, n;

	if (p->size < 4 + SAMPLE || head + p->size > PACKET_ROOM)
		return 0;
	aes128_encrypt(&k->hp, sizeof mask, mask, p->number + 4);
	memcpy(header, p->bytes, head + 4);
	header[0] ^= mask[0] & 0x0f;
	number = (header[0] & 3) + 1U;
	if (header[0] & 0x0c || p->size <= number + TAG)
		return 0; /* reserved bits */
	memcpy(nonce, k->iv, sizeof nonce);
	for (size_t i = 0; i < number; i++) {
		header[head + i] ^= mask[1 + i];
		nonce[IV - number + i] ^= header[head + i];
	}
	n = p->size - number - TAG;
	gcm_aes128_set_iv(&k->gcm, sizeof nonce, nonce);
	gcm_aes128_update(&k->gcm, head + number, header);
	gcm_aes128_decrypt(&k->gcm, n, room, p->number + number);
	gcm_aes128_digest(&k->gcm, sizeof tag, tag);
	return memeql_sec(tag, p->number + number + n, sizeof tag) ? n : 0;
}

static void
ack(struct wire *w, bool ecn)
{
	uint64_t ranges;

	(void)varint(w); /* the largest, and after how long */
	(void)varint(w);
	ranges = varint(w);
	for (uint64_t i = 0; w->ok && i < 2 * ranges + 1; i++) /* a byte each at least */
		(void)varint(w);
	for (int i = 0; ecn && i < 3; i++)
		(void)varint(w);
}

static void
crypto(struct wire *w, struct stream *s)
{
	uint64_t at = varint(w), n = varint(w);
	const uint8_t *p = wire_take(w, n < SIZE_MAX ? (size_t)n : SIZE_MAX);

	if (!p || at >= ROOM)
		return;
	n = n < ROOM - at ? n : ROOM - at;
	memcpy(s->bytes + at, p, (size_t)n);
	memset(s->there + at, 1, (size_t)n);
}

/* The frames that are permitted in an Initial packet; false if there is another. */
static bool
frames(struct wire w, struct stream *s)
{
	while (w.ok && wire_left(&w) > 0) { /* a frame has a byte at least */
		switch (wire_u8(&w)) {
		case FRAME_PADDING:
		case FRAME_PING:
			break;
		case FRAME_ACK:
			ack(&w, false);
			break;
		case FRAME_ACK_ECN:
			ack(&w, true);
			break;
		case FRAME_CRYPTO:
			crypto(&w, s);
			break;
		case FRAME_CLOSE:
			return true;
		default:
			return false;
		}
	}
	return w.ok;
}

/* What is kept while a client's packets are opened. */
struct opener {
	struct keys keys;
	const uint8_t *to; /* the id that they are made from; NULL: there are none yet */
	uint8_t to_size;
	unsigned made, tried;
	struct stream stream;
};

/* Opens a packet with the keys that are there, or with new ones after a Retry. */
static bool
take(struct opener *o, const struct quic_packet *p)
{
	uint8_t room[PACKET_ROOM];
	size_t n = 0;
	bool other = !o->to || o->to_size != p->to_size || memcmp(o->to, p->to, p->to_size) != 0;

	if (o->to && o->tried++ < OPENED_MAX)
		n = open_packet(&o->keys, p, room);
	if (n == 0 && other && o->made < KEYS_MAX) {
		keys_of(&o->keys, version_of(p->version), p->to, p->to_size);
		o->to = p->to;
		o->to_size = p->to_size;
		o->made++;
		o->tried++;
		n = open_packet(&o->keys, p, room);
	}
	return n > 0 && frames(wire_of(room, n), &o->stream);
}

enum tls_read
quic_client_hello(const struct opening *client, struct tls_client *c)
{
	struct opener o;
	enum tls_read read = TLS_MORE;
	bool opened = false;

	memset(c, 0, sizeof *c);
	o.to = NULL;
	o.made = o.tried = 0;
	memset(o.stream.there, 0, sizeof o.stream.there);
	for (unsigned i = 0; i < client->datagrams && read == TLS_MORE; i++) {
		struct wire w = look_datagram(client, i);
		struct quic_packet p;

		for (int k = 0; k < TOGETHER_MAX && wire_left(&w) > 0; k++) {
			const uint8_t *end;

			if (!quic_packet(&w, &p) || !p.known) {
				if (i == 0 && k == 0)
					return TLS_NOT;
				break;
			}
			if (p.kind != QUIC_INITIAL)
				continue;
			if (!take(&o, &p)) {
				if (!opened)
					return TLS_NOT;
				continue;
			}
			opened = true;
			end = memchr(o.stream.there, 0, sizeof o.stream.there);
			read =
			    tls_client_message(o.stream.bytes, (size_t)(end - o.stream.there), c);
			if (read != TLS_MORE)
				break;
		}
	}
	return read;
}
