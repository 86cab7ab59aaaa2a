/* rfb.h - one RFB session (VNC), both directions, for a conduit that permits the picture and
 * nothing else: RFC 6143, the community's specification (github.com/rfbproto), the numbers that
 * IANA has ("rfb" registry), and the headers of UltraVNC, TightVNC and libvncserver for what these
 * added.
 *
 * Knows: the handshake, where each message of both sides ends, and which of them carry something
 * that is no picture, key or pointer. Owns the state of one session in struct rfb, of fixed size.
 * Called by inspect with the bytes of both directions in the order of their capture. Never
 * allocates, never unpacks a picture: what has a length is passed over by it.
 *
 * What it says (screen.h): 3201 `unknown-protocol` (it is not RFB) and `reverse` (who connected is
 * the screen, and was answered, or nobody ever spoke but it); 3202 `clipboard`, `file-transfer`,
 * `chat`, `channel`; 3203 `encrypted`, `unknown-protocol` (where its messages end cannot be known
 * any more), `malformed`, `lost`, `one-sided` (it goes on as if the other side had answered). After
 * a verdict 3203 that side is not read any more, and in the handshake neither is; a greeting that
 * no specification knows is the only exception. Nothing said means that each message was read and
 * none was anything else than a picture, keys and pointer.
 *
 * The verdicts are the same whatever the segments in which the bytes come.
 */
#ifndef SEGAUDIT_RFB_H
#define SEGAUDIT_RFB_H

#include "worker/screen.h"

struct rfb; /* below */

/* A session begins. Nothing can be read of one whose beginning was not seen: it is not begun. */
void rfb_begin(struct rfb *r, screen_say *say, void *ctx);

/* The next bytes of who began the TCP connection (CLIENT) or of who took it. Either can be the
 * screen: the one that speaks first. */
void rfb_push(struct rfb *r, bool client, const uint8_t *bytes, size_t size);

/* N bytes are missing there. Inside of something that is passed over by its length nothing is lost
 * with them. */
void rfb_lost(struct rfb *r, bool client, uint64_t n);

/* The session is over. What comes later is not read. */
void rfb_end(struct rfb *r);

#include "worker/rfb_state.h"

#endif
