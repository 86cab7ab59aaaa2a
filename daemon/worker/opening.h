/* opening.h - the first bytes of both sides of a flow, until it is known what it speaks.
 *
 * Knows: where a stream begins, which of its first bytes have come and which of these its receiver
 * has, and in which order datagrams came. Owns a table of openings, fixed at start. Called by
 * speak, and by screen for flows whose whole content is read. Of two copies of a byte the first
 * counts; that they differ is told, as long as a receiver may take either. Never allocates later:
 * an opening too many takes the place of the oldest, whose answer is then what is known by then:
 * what can be told is told within a few packets.
 */
#ifndef SEGAUDIT_OPENING_H
#define SEGAUDIT_OPENING_H

#include "base/nstime.h"
#include "recognise/recognise.h"

enum {
	OPENINGS = 1024,  /* at once: flows whose second side has not spoken yet, mostly */
	OPENING_NONE = 0, /* they count from 1 */
	OPENING_LOST = OPENINGS + 1, /* its place was wanted, and it is not known what it speaks */

	/* Packets of a side, looked at or not, after which the other one is waited for no longer:
	 * one that only listens would keep the opening for ever. */
	OPENING_PATIENCE = 2 * RECOGNISE_PACKETS,
	/* Bytes of a side, in as many packets as are counted, of which nobody who is there to do so
	 * acknowledged one: no sender begins with so many (RFC 6928: ten packets). */
	OPENING_FLIGHT = 64 * 1024,
	OPENING_WINDOW = 1 << 30, /* sequence numbers further away are no part of the stream */
};

/* One side's first bytes. */
struct opening_side {
	uint32_t base;	   /* sequence number of the first byte */
	bool begun;	   /* that is known */
	bool whole;	   /* there will be no more */
	bool holes;	   /* bytes are there behind a hole */
	bool heard;	   /* packets of its receiver are seen, */
	uint16_t acked;	   /* which acknowledged so many bytes of `size` */
	uint8_t packets;   /* with payload, so far; more are not counted than a byte holds */
	uint32_t seen;	   /* bytes in them; no more are counted than OPENING_FLIGHT */
	uint8_t datagrams; /* in `bytes` */
	uint16_t size;	   /* bytes from the first on, without a hole */
	uint16_t length[RECOGNISE_PACKETS];
	uint64_t have[RECOGNISE_BYTES / 64]; /* of a stream, only with holes: a bit for each byte
					      */
	uint8_t bytes[RECOGNISE_BYTES];
};

struct opening_slot {
	uint32_t flow;	       /* FLOW_NONE: free */
	uint32_t older, newer; /* by the first packet; of a free one, `older` is the next free */
	nstime last;	       /* time of the newest packet with payload */
	struct recognition known;
	uint8_t carrier;	     /* enum app: a tunnel, of which the inside is looked at */
	uint16_t generation;	     /* of the policy that judged the flow, */
	uint8_t expected;	     /* enum app, what that expects; */
	bool named;		     /* and its service names it */
	uint16_t begin[2];	     /* where the inside begins */
	uint16_t doubt;		     /* enum what: why bytes of it are missing, or ambiguous */
	bool held;		     /* there is an answer, for bytes that may be replaced */
	struct opening_side side[2]; /* of the client, of the server */
};

struct opening_table {
	struct opening_slot *slot; /* [OPENINGS + 1] */
	uint32_t used, free, oldest, newest;
};

bool opening_init(struct opening_table *t);
void opening_fini(struct opening_table *t);

/* Bytes that opening_init() takes. */
uint64_t opening_bytes(void);

bool opening_full(const struct opening_table *t);

/* A place for flow N, the newest; there must be one. Nothing is known of it. */
struct opening_slot *opening_new(struct opening_table *t, uint32_t n);
void opening_free(struct opening_table *t, struct opening_slot *o);

/* A side is empty, nothing is known of it. */
void opening_clear(struct opening_side *o);

/* The stream begins with this sequence number (host byte order). What came of one that began
 * elsewhere is forgotten. */
void opening_begin(struct opening_side *o, uint32_t seq);

/* SIZE bytes of a stream whose first has sequence number SEQ, and MISSING more that were not
 * captured. Bytes before the beginning and behind what is looked at are left out. False when
 * receivers can differ in what they read: a byte came again with another value before it was
 * acknowledged (RFC 9293, 3.10.7.4, does not say which copy counts), or the bytes lie where this
 * stream has none. */
bool opening_stream(
    struct opening_side *o, uint32_t seq, const uint8_t *bytes, size_t size, size_t missing);

/* The receiver acknowledged all before SEQ: of what was seen it takes no other copy. */
void opening_acked(struct opening_side *o, uint32_t seq);

/* Can bytes that were seen still be replaced by others? Not waited for is a receiver of which
 * nothing is ever seen, and one that should have acknowledged them long ago: opening_unheard(). */
bool opening_waits(const struct opening_side *o);
bool opening_unheard(const struct opening_side *o);

/* Were so many packets seen of a side, that were not small together? Who sends byte by byte hides
 * nothing. */
bool opening_many(const struct opening_side *o, unsigned packets);

/* Bytes of a stream that follow what is there. */
void opening_append(struct opening_side *o, const uint8_t *bytes, size_t size);

/* A datagram of SIZE bytes, or what is here of it. */
void opening_datagram(struct opening_side *o, const uint8_t *bytes, size_t size);

/* What is there, for recognise(); borrowed. BEGIN: what of each side is left out. */
struct talk opening_talk(const struct opening_side side[2], const uint16_t begin[2], bool stream);

#endif
