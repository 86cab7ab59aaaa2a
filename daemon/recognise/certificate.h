/* certificate.h - the names in an X.509 certificate (RFC 5280, 4.1), as far as its bytes are there.
 *
 * Knows: DER, definite and shortest lengths only. Owns nothing. Called by tls.c. Never checks a
 * signature or a date.
 */
#ifndef SEGAUDIT_CERTIFICATE_H
#define SEGAUDIT_CERTIFICATE_H

#include "recognise/tls.h"

/* Puts the names of the certificate of which the first SIZE bytes are at BYTES into S. It stops
 * without a word where the bytes end or are none of a certificate. */
void certificate_names(const uint8_t *bytes, size_t size, struct tls_server *s);

#endif
