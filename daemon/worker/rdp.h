/* rdp.h - one RDP connection over TCP ([MS-RDPBCGR] 1.3.1.1), where nothing but the picture may
 * cross: TPKT (RFC 1006), X.224 class 0, T.125 MCS and T.124 GCC, as far as they are in clear.
 *
 * Knows: the negotiation of security, the virtual channels that a client asks for, the encryption
 * that a server chose, and the framing of what follows. Owns the state of one connection, of fixed
 * size. Called by inspect with the bytes of both directions in the order of their capture. Never
 * decrypts, never allocates, never repairs: what is outside the strict language has a word.
 *
 * The verdicts are the same whatever the segments in which the bytes come.
 *
 *   3201 unknown-protocol  it does not begin as RDP, or what follows the negotiation is not what
 *                          was agreed on (TLS, or MCS in clear)
 *   3201 reverse           the end that was connected to is the client of RDP
 *   3202 drive …, channel  channels that redirect, by name; what is no known name is `channel`
 *   3203 encrypted         TLS was chosen: the channels cannot be seen
 *   3203 dynamic-channels  none of those was asked for, but one in which others can be opened
 *   3203 weak-security     TLS was asked for and refused, or the encryption is not RC4 of 128 bits
 *   3203 malformed, limit  the lists could not be read, or could be read in two ways
 *   3203 unknown-protocol  what follows the connection sequence is not in its frames
 *   3203 lost, one-sided   bytes are missing where they were needed; a side is, as a whole
 *
 * `encrypted` waits for both first flights of TLS: it has a name of the server's certificate, else
 * the one that the client asks for.
 */
#ifndef SEGAUDIT_RDP_H
#define SEGAUDIT_RDP_H

#include "worker/screen.h"

struct rdp; /* below */

/* A connection begins; it is read from its first byte on. */
void rdp_begin(struct rdp *r, screen_say *say, void *ctx);

/* The next bytes of the client (who began the connection) or of the server. */
void rdp_push(struct rdp *r, bool client, const uint8_t *bytes, size_t size);

/* N bytes (more than 0) are missing there. */
void rdp_lost(struct rdp *r, bool client, uint64_t n);

/* The connection is over: what waited for more is said. Nothing more may be pushed. */
void rdp_end(struct rdp *r);

#include "worker/rdp_state.h"

#endif
