/* named.h - what the names in a TLS or QUIC handshake say about what is spoken inside.
 *
 * Knows: the names that public resolvers and remote tools use, each with where they are written
 * down. Owns nothing. Called by the rows of TLS and QUIC. Never looks at a port or an address. A
 * site that a browser visits (www.) is not the tool that is offered there.
 */
#ifndef SEGAUDIT_NAMED_H
#define SEGAUDIT_NAMED_H

#include "recognise/tls.h"

struct named {
	uint8_t app; /* enum app; APP_UNKNOWN: the names say nothing */
	bool weak;   /* it is likely, and stays so */
};

struct named named_by_client(const struct tls_client *c);

/* The same from the certificate that answered, where the client's names say nothing. */
struct named named_by_certificate(const struct tls_client *c, const struct tls_server *s);

#endif
