/* outlet_remote.h - a collector elsewhere: lines as RFC 5424 messages, over UDP one a datagram (RFC
 * 5426), over TCP with octet counting (RFC 6587, 3.4.1).
 *
 * Knows: the message's form, how a connection comes about and ends. Owns nothing: the descriptor is
 * the outlet's. Called by hub/outlet only. Never waits, never resolves a name.
 *
 * The message is the line as it stands, without a byte order mark before it: the hash chain is over
 * the line's bytes, and collectors keep the mark as part of the text. Its fields but for msg are
 * structured data too, with the three escapes of RFC 5424; other escapes of the line are text
 * there.
 */
#ifndef SEGAUDIT_OUTLET_REMOTE_H
#define SEGAUDIT_OUTLET_REMOTE_H

#include "base/text.h"
#include "hub/outlet.h"

enum { REMOTE_RECORD = 2048 }; /* bytes of a message: what every receiver should take (RFC 5424) */

#define REMOTE_CONNECT (5 * NS_SEC) /* how long a connection may take to come about */

/* Appends the message to T, which needs REMOTE_RECORD bytes and one. Structured data that would
 * make it longer is left out: the line has it. */
void remote_record(struct text *t, const struct outlet *o, const struct outlet_line *line);

/* Opens the outlet, or goes on with that. 0 when it is open; -EINPROGRESS while the collector has
 * not answered: ask again when ppoll() says that it can be written, or later; else -errno, and it
 * is closed. MONO: the monotonic clock. */
int remote_open(struct outlet *o, nstime mono);

enum outlet_result remote_send(struct outlet *o, const struct outlet_line *line);

/* Reads away what a collector says, which is nothing. OUTLET_BROKEN when it closed the connection,
 * or refused a datagram. */
enum outlet_result remote_hear(struct outlet *o);

/* Bytes handed over since it was opened which the collector's kernel has not confirmed; always 0
 * over UDP. */
uint64_t remote_unconfirmed(const struct outlet *o);

#endif
