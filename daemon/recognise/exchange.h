/* exchange.h - requests and their answers: what most services consist of.
 *
 * Knows: that an answer repeats something of its request. Owns nothing: messages are read by the
 * protocol's own function. Called by the recognisers of such protocols and by nobody else. Never
 * says that bytes are a protocol's because of one side alone.
 *
 * Only the first message of a side can rule a protocol out: what is behind it may be another's (TLS
 * after LDAP's StartTLS), and an answer may have confirmed it already.
 */
#ifndef SEGAUDIT_EXCHANGE_H
#define SEGAUDIT_EXCHANGE_H

#include "recognise/look.h"

/* A message, as far as it is there. */
struct piece {
	struct wire w;
	size_t size; /* of the whole message; SIZE_MAX where nothing says it */
	bool cut;    /* W holds less */
};

struct message {
	uint8_t code;  /* what it is, as its protocol counts */
	bool weak;     /* alone it is no sign of the protocol */
	uint64_t key;  /* what an answer repeats of it */
	uint64_t echo; /* what it repeats of its request */
	bool carries;  /* it holds what its protocol has no use for: noise where there is a form */
};

struct exchange {
	/* Takes what stands before a message of a stream and says how long the message is.
	 * SURE_OPEN: too few bytes; SURE_CONFIRMED: it is read. */
	enum sure (*frame)(struct wire *stream, size_t *size);
	/* Reads a message into M, which is zeroed. SURE_OPEN: too few bytes to say anything;
	 * SURE_LIKELY: right as far as it is there, and M says nothing yet; SURE_CONFIRMED: it is a
	 * message, whatever the rest of a cut one holds. */
	enum sure (*read)(struct piece p, struct message *m);
	bool (*answers)(uint8_t asked, uint8_t told);
};

/* Too few bytes of a message: there may be more of it, or there never is. */
static inline enum sure
piece_short(const struct piece *p)
{
	return p->cut ? SURE_OPEN : SURE_NOT;
}

/* A side's messages, as they were cut out, without reading them; how many. */
unsigned exchange_pieces(const struct talk *t, enum talk_side side, const struct exchange *x,
    struct piece piece[RECOGNISE_PACKETS]);

/* The first of them. False when it is not there. */
bool exchange_first(
    const struct talk *t, enum talk_side side, const struct exchange *x, struct piece *p);

/* Does the first message of one of the sides carry something else? Later ones do not count: a flow
 * is known by then. */
bool exchange_carries(const struct talk *t, const struct exchange *x);

/* Both sides' messages together: SURE_CONFIRMED when one of them answers one of the other's. In a
 * stream only the server answers; with datagrams either may have been seen first. */
enum sure look_exchange(const struct talk *t, const struct exchange *x);

#endif
