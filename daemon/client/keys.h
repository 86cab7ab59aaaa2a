/* keys.h - the public keys that a reader of the record believes.
 *
 * Knows: Ed25519 signatures, how a key is called (hub/signer writes it). Owns the list. Called by
 * client/judge. Never decides whom to believe.
 */
#ifndef SEGAUDIT_KEYS_H
#define SEGAUDIT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"

enum { KEYS_ID = 17, KEYS_POINT = 32 };

struct keys {
	struct key {
		char id[KEYS_ID];
		uint8_t point[KEYS_POINT];
		nstime since; /* of its announcement; NSTIME_ALWAYS when none is known */
	} * at;
	size_t n, room;
};

void keys_fini(struct keys *k);

/* Reads base64 of SubjectPublicKeyInfo. False: no Ed25519 key. */
bool keys_read(struct key *key, const char *base64, size_t size);

/* Believes it from now on; one that is believed already stays as it is. False when there is no
 * memory. */
bool keys_add(struct keys *k, const struct key *key);

const struct key *keys_find(const struct keys *k, const char *id);

/* Is SIG (base64) the key's signature of the text? */
bool
keys_signed(const struct key *key, const char *sig, size_t sig_size, const char *text, size_t size);

#endif
