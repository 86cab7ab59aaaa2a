/* quic.h - QUIC's first packets: headers, and the hello inside those of a client.
 *
 * Knows: long headers (RFC 8999, 5.1; RFC 9000, 17.2), the keys of Initial packets, which everybody
 * can make (RFC 9001, 5.2; RFC 9369, 3.3), their frames. Owns nothing. Called by the rows of QUIC.
 * Never opens what is not an Initial packet of a client, and never more than a few of them.
 */
#ifndef SEGAUDIT_QUIC_H
#define SEGAUDIT_QUIC_H

#include "base/wire.h"
#include "recognise/recognise.h"
#include "recognise/tls.h"

enum quic_kind { QUIC_INITIAL, QUIC_0RTT, QUIC_HANDSHAKE, QUIC_RETRY };

enum {
	QUIC_ID_MAX = 20,
	QUIC_ID_MIN = 8,	  /* of the id that a client makes for its server (RFC 9000, 7.2) */
	QUIC_DATAGRAM_MIN = 1200, /* with a client's Initial (RFC 9000, 14.1) */
};

/* A packet with a long header. Borrows the datagram. */
struct quic_packet {
	const uint8_t *bytes; /* its first byte */
	uint32_t version;     /* 0: version negotiation */
	const uint8_t *to, *from;
	uint8_t to_size, from_size;
	bool known; /* the version; only then: */
	enum quic_kind kind;
	const uint8_t *number; /* where the packet number is; of a Retry its token */
	size_t size;	       /* from there to its end */
};

/* Reads a packet from a datagram in which further ones may follow, which W is moved to. False if it
 * is none. Of a version that is not known the rest of the datagram is skipped. */
bool quic_packet(struct wire *w, struct quic_packet *p);

/* The hello in a client's datagrams: TLS_NOT if they are not QUIC of a known version, TLS_MORE as
 * long as parts of it are missing. */
enum tls_read quic_client_hello(const struct opening *client, struct tls_client *c);

#endif
