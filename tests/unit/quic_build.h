/* quic_build.h - Initial packets of QUIC clients for tests, protected by what RFC 9001, 5 and RFC
 * 9369, 3 say and not by the code under test; test_recognise_quic.c proves it by their examples. */
#ifndef QUIC_BUILD_H
#define QUIC_BUILD_H

#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>

#include "tls_build.h"

enum { V1 = 1, V2 = 0x6b3343cf };

static inline void
label(struct hmac_sha256_ctx *mac, const char *text, size_t n, uint8_t *to)
{
	struct build info = { .size = 0 };

	put_number(&info, n, 2);
	put_number(&info, 6 + strlen(text), 1);
	PUT(&info, "tls13 ");
	put(&info, text, strlen(text));
	put_number(&info, 0, 1);
	hkdf_expand(mac, (nettle_hash_update_func *)hmac_sha256_update,
	    (nettle_hash_digest_func *)hmac_sha256_digest, 32, info.size, info.bytes, n, to);
}

static inline void
client_secret(uint32_t version, const char *to, size_t size, uint8_t secret[32])
{
	static const char salt1[] =
	    "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a";
	static const char salt2[] =
	    "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9";
	struct hmac_sha256_ctx mac;

	hmac_sha256_set_key(&mac, 20, (const uint8_t *)(version == V1 ? salt1 : salt2));
	hkdf_extract(&mac, (nettle_hash_update_func *)hmac_sha256_update,
	    (nettle_hash_digest_func *)hmac_sha256_digest, 32, size, (const uint8_t *)to, secret);
	hmac_sha256_set_key(&mac, 32, secret);
	label(&mac, "client in", 32, secret);
}

/* An Initial packet of a client with these frames, padded to SIZE bytes. The ids are TO and FROM;
 * keys are made from KEY_ID. */
struct initial {
	uint32_t version;
	const char *to, *from, *token, *key_id;
	uint32_t number;
	size_t size;
	uint8_t to_size;  /* 0: 8 */
	uint8_t reserved; /* bits of its first byte that must be zero */
};

static inline void
build_initial(struct build *b, const struct initial *i, const void *frames, size_t n)
{
	uint8_t secret[32], key[16], iv[12], hp[16], mask[16], padded[BUILD_MAX] = { 0 };
	struct gcm_aes128_ctx gcm;
	struct aes128_ctx aes;
	struct hmac_sha256_ctx mac;
	size_t start = b->size, number, payload, to_size = i->to_size ? i->to_size : 8;

	put_number(b, (i->version == V1 ? 0xc3U : 0xd3U) | i->reserved, 1);
	put_number(b, i->version, 4);
	put_number(b, to_size, 1);
	put(b, i->to, to_size);
	put_number(b, strlen(i->from), 1);
	put(b, i->from, strlen(i->from));
	put_number(b, strlen(i->token), 1);
	put(b, i->token, strlen(i->token));
	payload = i->size - (b->size - start) - 2 - 4 - 16;
	build_must(n <= payload);
	put_number(b, 0x4000 | (payload + 4 + 16), 2);
	number = b->size;
	put_number(b, i->number, 4);

	client_secret(i->version, i->key_id ? i->key_id : i->to, to_size, secret);
	hmac_sha256_set_key(&mac, 32, secret);
	label(&mac, i->version == V1 ? "quic key" : "quicv2 key", 16, key);
	label(&mac, i->version == V1 ? "quic iv" : "quicv2 iv", 12, iv);
	label(&mac, i->version == V1 ? "quic hp" : "quicv2 hp", 16, hp);
	for (int k = 0; k < 4; k++)
		iv[8 + k] ^= b->bytes[number + (size_t)k];
	memcpy(padded, frames, n);
	gcm_aes128_set_key(&gcm, key);
	gcm_aes128_set_iv(&gcm, sizeof iv, iv);
	gcm_aes128_update(&gcm, b->size - start, b->bytes + start);
	gcm_aes128_encrypt(&gcm, payload, padded, padded);
	put(b, padded, payload);
	gcm_aes128_digest(&gcm, 16, mask);
	put(b, mask, 16);
	aes128_set_encrypt_key(&aes, hp);
	aes128_encrypt(&aes, 16, mask, b->bytes + number + 4);
	b->bytes[start] ^= mask[0] & 0x0f;
	for (size_t k = 0; k < 4; k++)
		b->bytes[number + k] ^= mask[1 + k];
}

/* A CRYPTO frame: N bytes of a message from AT on. */
static inline void
build_crypto(struct build *b, const struct build *message, size_t at, size_t n)
{
	put_number(b, 6, 1);
	put_number(b, 0x4000 | at, 2);
	put_number(b, 0x4000 | n, 2);
	put(b, message->bytes + at, n);
}

#endif
