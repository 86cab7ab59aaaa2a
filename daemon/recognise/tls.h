/* tls.h - what a TLS handshake shows of itself before it is encrypted: versions, names,
 * certificate.
 *
 * Knows: records and handshake messages of SSL 3.0 to TLS 1.3 (RFC 6101, 5246, 8446), the
 * extensions server_name (RFC 6066, 3), ALPN (RFC 7301), supported_versions, early_data, Encrypted
 * Client Hello (RFC 9849) and its predecessor ESNI; the CLIENT-HELLO that is compatible with
 * SSL 2.0 (RFC 5246, E.2). GREASE (RFC 8701) is passed over. Owns nothing: bytes are borrowed, what
 * is kept of them is copied. Called by the recognisers of protocols that run over TLS, DTLS or
 * QUIC. Never reads what is encrypted, and never believes it: a name says who is asked for, not who
 * answers.
 *
 * All of these answer for the bytes that are there, from the first on. TLS_DONE and TLS_NOT stay
 * what they are with more bytes; with TLS_MORE a struct holds what was seen so far.
 */
#ifndef SEGAUDIT_TLS_H
#define SEGAUDIT_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/sha.h"

enum tls_read {
	TLS_NOT,  /* it is not TLS, whatever follows */
	TLS_MORE, /* so far it is */
	TLS_DONE, /* everything that can be seen was read */
};

enum {
	TLS_NAME = 255, /* bytes of a name that are kept; a longer one is left out */
	TLS_SSL3 = 0x0300,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
	DTLS_1_0 = 0xfeff, /* the versions of DTLS count down */
	DTLS_1_2 = 0xfefd,
	DTLS_1_3 = 0xfefc,
};

/* A name from outside: any bytes, without a zero behind them. */
struct tls_name {
	uint8_t size; /* 0: there is none */
	uint8_t bytes[TLS_NAME];
};

struct tls_client {
	uint16_t legacy;      /* the version in the hello itself; 0: it has not come yet */
	uint16_t version;     /* the highest that is offered */
	struct tls_name name; /* the first host_name of server_name */
	struct tls_name alpn; /* protocols, each behind a byte with its length */
	bool alpn_more;	      /* some did not fit */
	bool ech;	      /* an encrypted hello, or what looks the same on purpose (GREASE) */
	bool esni;
	bool early_data;
	bool old; /* it has the form of SSL 2.0 */
};

struct tls_server {
	bool hello;	  /* a ServerHello was read as a whole */
	bool alert;	  /* an alert came instead of it */
	uint16_t version; /* that was chosen */
	struct tls_name
	    alpn; /* that was chosen, where it is visible: behind a byte with its length */

	/* Of the first certificate, where it is visible (to TLS 1.2). */
	struct tls_name subject; /* first common name */
	struct tls_name issuer;	 /* first common name */
	struct tls_name host;	 /* first dNSName of subjectAltName */
};

/* The first flight of a client or a server, in records. What follows it is not looked at. */
enum tls_read tls_client_hello(const uint8_t *bytes, size_t size, struct tls_client *c);
enum tls_read tls_server_hello(const uint8_t *bytes, size_t size, struct tls_server *s);

/* A hello as a bare handshake message, without records: of QUIC (RFC 9001, 4.1.3), and of DTLS,
 * which is told from it by its versions, when the fields for fragments are taken out of its header.
 */
enum tls_read tls_client_message(const uint8_t *bytes, size_t size, struct tls_client *c);
enum tls_read tls_server_message(const uint8_t *bytes, size_t size, struct tls_server *s);

/* SHA-256 of the server's certificate, the first one in that flight. False when it is not there as
 * a whole: under TLS 1.3 nobody sees it. */
bool tls_server_certificate(const uint8_t *bytes, size_t size, uint8_t hash[SHA_SIZE]);

/* Does a client offer this protocol, and no other? GREASE does not count. */
bool tls_offers_only(const struct tls_client *c, const char *protocol);

#endif
