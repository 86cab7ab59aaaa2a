/* http_head.h - the head of one HTTP/1 message: its start line and the fields that tell what the
 * connection becomes.
 *
 * Knows: request lines, status lines and field lines (RFC 9112, 2 to 6). Owns nothing. Called by
 * http.c. Never looks at content but to pass over it.
 */
#ifndef SEGAUDIT_HTTP_HEAD_H
#define SEGAUDIT_HTTP_HEAD_H

#include "recognise/look.h"
#include "recognise/phrase.h"

enum {			    /* what its fields say, in http_head.says */
	HTTP_UPGRADES = 1,  /* Connection: upgrade */
	HTTP_WEBSOCKET = 2, /* Upgrade: websocket */
	HTTP_H2C = 4,	    /* Upgrade: h2c */
	HTTP_KEY = 8,	    /* Sec-WebSocket-Key, or of an answer Sec-WebSocket-Accept */
	HTTP_IPP = 16,	    /* Content-Type: application/ipp */
	HTTP_CHUNKED = 32,  /* Transfer-Encoding: chunked */
};

struct http_head {
	struct phrase method, target; /* of a request */
	uint16_t status;	      /* of an answer */
	uint8_t says;
	bool ended;	/* its empty line is there */
	bool cut;	/* the request line is longer than what is looked at */
	int32_t length; /* Content-Length, or -1 */
};

/* Takes a start line from W, and of answers the interim ones before it. SURE_CONFIRMED: it is one,
 * and H is a head without fields. SURE_OPEN: it may become one. SURE_NOT: it never will. WHOLE:
 * nothing follows W. */
enum sure http_request(struct wire *w, bool whole, struct http_head *h);
enum sure http_answer(struct wire *w, bool whole, struct http_head *h);

/* Takes the fields behind a start line, as far as they are there, up to and with the empty line.
 * What is no field says nothing. */
void http_fields(struct wire *w, struct http_head *h);

/* Takes the content behind an answer's head. False when it has no end but the connection's, or its
 * end is not there: W is then empty. */
bool http_content(struct wire *w, const struct http_head *h);

#endif
