/* keys.c - see keys.h. */
#include "client/keys.h"

#include <nettle/base64.h>
#include <nettle/eddsa.h>
#include <stdlib.h>
#include <string.h>

#include "model/chain.h"

enum { PREFIX = 12, INFO = PREFIX + KEYS_POINT };

static const uint8_t prefix[PREFIX] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03,
	0x21, 0x00 };

void
keys_fini(struct keys *k)
{
	free(k->at);
	*k = (struct keys){ 0 };
}

/* Decodes exactly WANT bytes. */
static bool
decode(uint8_t *to, size_t want, const char *base64, size_t size)
{
	uint8_t bytes[BASE64_DECODE_LENGTH(128)];
	struct base64_decode_ctx c;
	size_t n = sizeof bytes;

	base64_decode_init(&c);
	if (size > 128 || !base64_decode_update(&c, &n, bytes, size, base64) ||
	    !base64_decode_final(&c) || n != want)
		return false;
	memcpy(to, bytes, want);
	return true;
}

bool
keys_read(struct key *key, const char *base64, size_t size)
{
	uint8_t info[INFO], hash[CHAIN_HASH];
	char digits[CHAIN_HEX];

	if (!decode(info, sizeof info, base64, size) || memcmp(info, prefix, PREFIX) != 0)
		return false;
	memcpy(key->point, info + PREFIX, KEYS_POINT);
	chain_sha256(hash, info, sizeof info, "", 0);
	chain_hex(digits, hash);
	memcpy(key->id, digits, KEYS_ID - 1);
	key->id[KEYS_ID - 1] = '\0';
	key->since = NSTIME_ALWAYS;
	return true;
}

bool
keys_add(struct keys *k, const struct key *key)
{
	if (keys_find(k, key->id))
		return true;
	if (k->n == k->room) {
		size_t room = k->room ? 2 * k->room : 16;
		struct key *more = reallocarray(k->at, room, sizeof *more);

		if (!more)
			return false;
		k->at = more;
		k->room = room;
	}
	k->at[k->n++] = *key;
	return true;
}

const struct key *
keys_find(const struct keys *k, const char *id)
{
	/* The newest is asked for most. */
	for (size_t i = k->n; i-- > 0;)
		if (strcmp(k->at[i].id, id) == 0)
			return &k->at[i];
	return NULL;
}

bool
keys_signed(const struct key *key, const char *sig, size_t sig_size, const char *text, size_t size)
{
	uint8_t signature[ED25519_SIGNATURE_SIZE];

	return decode(signature, sizeof signature, sig, sig_size) &&
	       ed25519_sha512_verify(key->point, size, (const uint8_t *)text, signature);
}
