/* recognise.h - what a flow speaks, from the first bytes of both sides.
 *
 * Knows: how protocols begin; one row of table.c and one function each. Owns nothing: it is told
 * the bytes and answers. Called by worker as long as a flow's opening is looked at. Never asks for
 * a port, never allocates, keeps nothing between two calls but what the caller keeps for it.
 *
 * The answer depends on the bytes alone, not on the segments in which they came: a row is asked
 * again with more of them, and what it confirmed or ruled out stays so.
 */
#ifndef SEGAUDIT_RECOGNISE_H
#define SEGAUDIT_RECOGNISE_H

#include "model/app.h"

enum {
	RECOGNISE_BYTES = 4096, /* of a side that are looked at, */
	RECOGNISE_PACKETS = 12, /* in so many packets with payload; small ones of a stream */
	RECOGNISE_SMALL = 1024, /* are looked at until they have so many bytes */
};

enum talk_side { TALK_CLIENT, TALK_SERVER }; /* the client is who began the flow */

/* The first bytes of one side. Borrowed. */
struct opening {
	const uint8_t *bytes; /* of a stream: from its first byte on, without a hole; else the
				 datagrams, one behind the other */
	uint16_t size;
	uint16_t datagrams;		    /* of a stream 0 */
	uint16_t length[RECOGNISE_PACKETS]; /* of each datagram */
	bool whole;			    /* there will be no more of it */
};

struct talk {
	struct opening side[2];
	bool stream; /* TCP; else datagrams */
};

/* How far a row is. What is below SURE_NOT and SURE_CONFIRMED may change with more bytes, these
 * two may not. */
enum sure {
	SURE_NOT,    /* it is not this protocol, whatever follows */
	SURE_OPEN,   /* too few bytes to say anything */
	SURE_LIKELY, /* what is there is this protocol's, but it proves too little: one side is
			silent, or the mark is a weak one. It is the answer when nothing more comes
		      */
	SURE_CONFIRMED,
};

/* A row: one protocol, or those that begin alike. Two rows may never confirm the same bytes. */
struct recogniser {
	enum sure (*look)(const struct talk *t);
	uint8_t app;
	bool stream, datagrams; /* over which it can run */

	/* What it is called when there is an answer, where only names inside tell it: the row
	 * answers for several protocols, and is looked at once for all of them. NULL: `app`. */
	uint8_t (*name)(const struct talk *t);
};

/* What is known of a flow so far; zeroed at its start, kept by the caller. */
struct recognition {
	uint64_t out[2]; /* rows that are ruled out */
	uint8_t app;	 /* enum app */
	uint8_t sure;	 /* SURE_CONFIRMED, SURE_LIKELY or SURE_NOT (unknown), when `done` */
	bool done;
	bool open; /* something else is still possible */
};

/* Looks at the opening as far as it came. True when there is an answer, in R: a protocol is
 * confirmed, or none is possible any more, or both sides are whole. */
bool recognise(struct recognition *r, const struct talk *t);

/* The rows, for tests and fuzzers. */
size_t recognise_rows(void);
const struct recogniser *recognise_row(size_t i);

#endif
