/* smtp.h - one mail connection: both directions of SMTP (RFC 5321, 2920, 3030, 3207, 4954) and LMTP
 * (RFC 2033), and the messages in it.
 *
 * Knows: commands, replies, where a message begins and ends, and what honest senders never send.
 * Owns the state of one connection, messages included, in struct smtp, of fixed size. Called by
 * inspect with the bytes of both directions in the order of their capture. Never allocates, never
 * repairs: only <CR><LF>.<CR><LF> ends data, and what is not in the strict language has a word.
 *
 * The verdicts are the same whatever the segments in which the bytes come.
 */
#ifndef SEGAUDIT_SMTP_H
#define SEGAUDIT_SMTP_H

#include "worker/mime.h"

/* What is said of a message when it is over, or of the connection. */
struct smtp_verdict {
	uint32_t message; /* its number in the connection, from 1; 0: about the connection itself */
	uint64_t words;	  /* enum what; 0: the message conforms. Of a connection never 0 */
	uint64_t size;	  /* bytes of the message as sent */
	const struct mime_culprit *culprit; /* the part to name; NULL where there is none. Borrowed
					       for the call */
};

/* Called for each verdict, at once; of a message whose DATA has no reply yet, when that comes, the
 * next message begins, or the connection is over. Words about the connection that were all said
 * before are not said again. It may not call smtp. */
typedef void smtp_say(void *ctx, const struct smtp_verdict *v);

struct smtp; /* below */

/* A connection begins. RULES is borrowed: smtp_rules() changes it. MIDSTREAM: its beginning was not
 * seen; it is read from the first line that is a command. */
void smtp_begin(
    struct smtp *s, const struct mime_rules *rules, bool midstream, smtp_say *say, void *ctx);
void smtp_rules(struct smtp *s, const struct mime_rules *rules);

/* The next bytes of the client (who sends mail) or of the server. */
void smtp_push(struct smtp *s, bool client, const uint8_t *bytes, size_t size);

/* N bytes (more than 0) are missing there. */
void smtp_lost(struct smtp *s, bool client, uint64_t n);

/* What was seen below TCP that holds for what is going on now: words of enum what (overlap, urgent,
 * truncated, incomplete-fragments, limit …). */
void smtp_note(struct smtp *s, uint64_t words);

/* The same for every message, from now on. */
void smtp_all(struct smtp *s, uint64_t words);

/* The connection is over: a message in the middle has its verdict (its end is `lost`), and what was
 * never seen is said. Nothing more may be pushed. */
void smtp_end(struct smtp *s);

#include "worker/smtp_state.h"

#endif
