/* signer.h - the key that signs checkpoints, and its successors.
 *
 * Knows: Ed25519 (RFC 8032), the key file, what a public key is called. Owns the secret. Called by
 * hub/ledger. Never hands the secret out, never signs anything but what it is given, never decides
 * when the next key comes.
 *
 * The secret of the next key is SHA-256(secret "next"), so whoever takes a key can sign from then
 * on but not what was signed by the keys before, once they are erased. A key is called by the first
 * 16 hexadecimal digits of SHA-256 over its SubjectPublicKeyInfo (RFC 8410), which is also what is
 * between the lines of a PEM file: nothing but openssl and sha256sum is needed to check it.
 *
 * DIR/key (0600) holds the secret, its number and the name of the first key of the series;
 * DIR/root-NAME.pem the first public key, for the auditor.
 */
#ifndef SEGAUDIT_SIGNER_H
#define SEGAUDIT_SIGNER_H

#include "model/chain.h"

enum {
	SIGNER_ID = 17,	    /* a key's name and its NUL */
	SIGNER_PUBLIC = 61, /* base64 of SubjectPublicKeyInfo */
	SIGNER_SIGNED = 89, /* base64 of a signature */
	SIGNER_SECRET = 32,
	SIGNER_POINT = 32,
};

struct signer {
	bool usable;
	bool is_new;	 /* made now: nothing vouches for it */
	bool unsaved;	 /* the file still has an older key */
	uint32_t number; /* of the key in its series, from 0 */
	uint8_t secret[SIGNER_SECRET], point[SIGNER_POINT];
	char id[SIGNER_ID], root[SIGNER_ID];
	char pub[SIGNER_PUBLIC];
};

/* Reads the key of the directory DIR (a descriptor), or makes one and writes its public half; a
 * file that holds no key becomes DIR/key.bad. 0 or -errno. */
int signer_open(struct signer *s, int dir);

/* Forgets the secret. */
void signer_close(struct signer *s);

/* Signs SIZE bytes. */
void signer_sign(const struct signer *s, char to[SIGNER_SIGNED], const char *text, size_t size);

/* The next key, to be announced by the present one before it is used. */
void signer_successor(const struct signer *s, struct signer *next);

/* From now on NEXT, which is wiped. The file still has the older key. */
void signer_advance(struct signer *s, struct signer *next);

/* Writes the present key to DIR in place of an older one, which is overwritten first. 0 or -errno:
 * then the older one is still there, or the newer one, never neither. */
int signer_save(struct signer *s, int dir);

#endif
