/* fragment.h - which flow an IP fragment belongs to.
 *
 * Knows: datagrams on their way in pieces, by source, destination, protocol and identification (RFC
 * 791, 3.2; RFC 8200, 4.5: IPv6 without the protocol, which only the first piece is sure to have).
 * Owns a small table of fixed size. Called by the worker. Never holds payload:
 * only first pieces have ports, the others get them from here. What the pieces carry is datagram's,
 * which is told when an entry goes.
 */
#ifndef SEGAUDIT_FRAGMENT_H
#define SEGAUDIT_FRAGMENT_H

#include "worker/datagram.h"
#include "worker/decode.h"
#include "worker/flow.h"

/* Longest time between the pieces of one datagram: Linux gives up after 30 s, Windows after 60 s or
 * more. */
#define FRAGMENT_AGE (120 * NS_SEC)

struct fragment {
	struct addr src, dst;
	uint32_t id;
	uint32_t flow;	    /* FLOW_NONE: the first piece was not seen yet */
	nstime flow_first;  /* of that flow: another one may have its number by now */
	uint8_t proto;	    /* 0 for IPv6 in the key */
	uint8_t real_proto; /* as the newest piece said it */
	bool is4, used;
	bool inner;		 /* inside an encapsulation */
	bool placed;		 /* `in` is known */
	bool incomplete;	 /* of one that went: pieces of what is inspected never came */
	uint32_t packets, bytes; /* pieces that wait for the first one, by first copy */
	uint32_t seq;		 /* as flow.seq, of these */
	struct place in;	 /* where the first of them came in */
	nstime first, last;
};

enum { FRAGMENT_WAYS = 8, FRAGMENT_SETS = 2048 };

struct fragment_table {
	struct fragment *entry; /* [FRAGMENT_SETS * FRAGMENT_WAYS] */
	struct hash_key key;
	struct datagrams *datagrams; /* one for each entry, borrowed; NULL: nothing is inspected */
	uint32_t hand;
};

/* The number of an entry, from 0 on: that of its datagram. */
static inline uint32_t
fragment_number(const struct fragment_table *t, const struct fragment *e)
{
	return (uint32_t)(e - t->entry);
}

/* The entry of a piece's datagram. When it is new, *EVICTED, a copy of the one that gave up its
 * place, has `used` set if there was one. */
struct fragment *
fragment_of(struct fragment_table *t, const struct packet *p, nstime now, struct fragment *evicted);

/* Looks at the next entries of the table and takes out one that is too old at NOW; false when there
 * is none among them. ALL: looks at every entry and takes out any. */
bool fragment_expire(struct fragment_table *t, nstime now, bool all, struct fragment *expired);

#endif
