/* session.h - one screen session: what it speaks, whether its conduit permits that, and what is in
 * it besides the picture.
 *
 * Knows: the opening of both sides, and the inspector of what was recognised from it. Owns the
 * state of one session, of fixed size. Called by inspect with the bytes of both directions in the
 * order of their capture. Never allocates. A protocol that the conduit does not name is 3201,
 * whatever its port.
 *
 * The verdicts are the same whatever the segments in which the bytes come.
 */
#ifndef SEGAUDIT_SESSION_H
#define SEGAUDIT_SESSION_H

#include "base/nstime.h"
#include "worker/opening.h"
#include "worker/rdp.h"
#include "worker/rfb.h"

struct session_rules {
	uint8_t screens;     /* of enum policy_screen, a bit for each that is permitted */
	uint64_t max_upload; /* bytes from the client; 0: SESSION_UPLOAD */
	uint16_t port;	     /* of the server, host byte order */
	bool stream;	     /* TCP; else UDP */
};

enum {
	SESSION_UPLOAD = 5 * 1000 * 1000, /* more than hands type in a session */
	SESSION_RATE = 64 * 1024,	  /* bytes of a second that are more than hands type, */
	SESSION_BURST = 10,		  /* in so many seconds after each other */
	SESSION_TURNS = 32,		  /* of an opening: who spoke, and how much */
};

struct session {
	struct session_rules rules;
	screen_say *say;
	void *ctx; /* of `say`; set by the caller for each call */
	struct recognition known;
	uint64_t said[4];  /* words said under 3201 to 3204 */
	uint64_t bytes[2]; /* payload of the client, of the server; what was lost, too */
	nstime second;	   /* when the second began in which `fast` is counted */
	uint32_t fast;	   /* bytes of the client in it */
	uint8_t seconds;   /* of more than SESSION_RATE before it, without a pause */
	uint8_t stage;	   /* enum session_stage */
	uint8_t turns;
	struct {
		uint16_t size;
		uint8_t side;
	} turn[SESSION_TURNS];
	struct opening_side side[2];
	union {
		struct rdp rdp;
		struct rfb rfb;
	};
};

/* A session begins. LATE: its beginning was not seen, so nothing can be recognised. */
void session_begin(
    struct session *s, const struct session_rules *rules, bool late, screen_say *say, void *ctx);

/* The next bytes of the client or the server, at time NOW: of a stream, or a datagram, of which not
 * all may be there: then WHOLE is false. */
void session_push(struct session *s, bool client, const uint8_t *bytes, size_t size, nstime now);
void session_datagram(
    struct session *s, bool client, const uint8_t *bytes, size_t size, bool whole, nstime now);

/* N bytes of a stream are missing there: of one whose protocol is known that is said only where
 * they were needed. They count as sent. */
void session_lost(struct session *s, bool client, uint64_t n);

/* Other rules are in RULES. What was said is said again, and what they do not permit. */
void session_again(struct session *s);

/* What was seen below: words of enum what that make the session unverifiable. */
void session_note(struct session *s, uint64_t words);

/* The session is over. Nothing more may be pushed. */
void session_end(struct session *s);

/* What it speaks, as flow_more.spoken has it. */
uint8_t session_spoken(const struct session *s);

#endif
