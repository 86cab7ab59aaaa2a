/* flow.h - the table of flows: fixed memory, keyed hash, the longest idle gives way.
 *
 * Knows: keys, places in memory, ages. Owns an index of 64-byte lines of sixteen 4-byte slots
 * (10-bit tag, 22-bit entry number; two neighbouring lines are a bucket) and a dense pool: for
 * each flow a hot line, a cold one, and one more when there is something to say of it; and what its
 * records have of it. All of it
 * lies in one block that may be a memfd, and holds numbers, not pointers: a restarted worker goes
 * on with it. Called by worker and audit. Never says what a flow means; never allocates after
 * flow_table_init().
 */
#ifndef SEGAUDIT_FLOW_H
#define SEGAUDIT_FLOW_H

#include "base/hash.h"
#include "model/traffic.h"

enum {
	FLOW_NONE = 0,		  /* no flow: entries count from 1 */
	FLOW_MAX = (1 << 22) - 2, /* entries that a slot can number */
	FLOW_STACK = 12,	  /* layers of a watched flow that are kept */
};

/* What a flow is, beside its addresses and ports: flows of different kinds are different flows. */
enum flow_kind {
	KIND_IS4 = 1 << 0,
	KIND_INNER = 1 << 1,	 /* inside an encapsulation */
	KIND_LINK = 1 << 2,	 /* no IP: MACs for addresses, ethertype and interface for ports */
	KIND_OPAQUE = 1 << 3,	 /* the unreadable inside of the tunnel of that key */
	KIND_FRAGMENTS = 1 << 4, /* fragments whose first one was never seen */
};

/* The two ends in a fixed order, so that both directions have one key. */
struct flow_key {
	struct addr addr[2];
	uint16_t port[2]; /* host byte order */
	uint8_t proto;
	uint8_t kind;	/* enum flow_kind */
	uint16_t state; /* enum flow_state: no part of the key, it stands here to fill the line */
};

/* Bits of flow_key.state. The upper four hold the policy generation by which the flow was judged.
 */
enum flow_state {
	FLOW_USED = 1 << 0,
	FLOW_SWAPPED = 1 << 1, /* the initiator is end 1 of the key */
	FLOW_FIN0 = 1 << 2,    /* end 0 sent a FIN; end 1: the next bit */
	FLOW_FIN1 = 1 << 3,
	FLOW_RST = 1 << 4,
	FLOW_WATCH = 1 << 5, /* each packet matters: it goes the long way */
	FLOW_SAME = 1 << 6,  /* inside one zone: not judged */
	FLOW_MIDSTREAM = 1 << 7,
	FLOW_OUT0 = 1 << 8, /* of end 0's packets only the copy that leaves can be seen: it counts
			       as the first; end 1: the next bit */
	FLOW_OUT1 = 1 << 9,
	FLOW_SETTLED = 1 << 10,	  /* watched, but said at its worst: packets only count */
	FLOW_SHOWN = 1 << 11,	  /* no more of its frames are wanted as evidence */
	FLOW_LOOKED = FLOW_SHOWN, /* of a flow without a finding: the first bytes were looked at */
	FLOW_GENERATION = 0xf000,
};

enum { FLOW_GENERATION_SHIFT = 12 };

/* In flow_more.spoken: no more than likely; unknown, as too little of it could be looked at. */
enum { SPOKEN_LIKELY = 0x80, SPOKEN_APP = 0x7f, SPOKEN_CUT = SPOKEN_LIKELY };

/* The hot line: all that a packet of a conforming flow touches. One cache line. */
struct flow {
	struct flow_key key;
	uint32_t last; /* flow_ticks() of the newest packet; in a free entry: the next free one */
	uint32_t seq; /* low half of the number of the newest frame counted, or held: a frame judged
			 twice counts once */
	uint16_t in[2], out[2];	 /* places where the packets of each end came in, and where their
				    copies left; 0: not seen */
	uint32_t packets, bytes; /* by first copy; what passes 2^32 is in the pair's counters */
};

_Static_assert(sizeof(struct flow) == 64, "a hot line is one cache line");

/* Where a flow waits for its time (flow_more.queue). */
enum flow_queue { QUEUE_NONE, QUEUE_OUTCOME, QUEUE_COUNT, QUEUES };

/* Bits of flow_more.flags. */
enum flow_flag {
	MORE_CONTENT = 1 << 0, /* `id` is about content: it holds from the first payload byte on */
	MORE_PAYLOAD = 1 << 1, /* there was one */
	MORE_CLIENT_MAC =
	    1 << 2, /* the conduit asks for the MAC of this end, and it was not seen yet */
	MORE_SERVER_MAC = 1 << 3,
	MORE_SAID = 1 << 4,    /* at least one finding was said */
	MORE_UNSEEN = 1 << 5,  /* the initiator was not seen coming in yet: say nothing before the
				  time runs out */
	MORE_MIRROR = 1 << 6,  /* seen on a mirror port: outcomes from replies only */
	MORE_LEFT = 1 << 8,    /* `out` is known */
	MORE_ORIGIN = 1 << 7,  /* `in`, MACs and stack are the initiator's */
	MORE_WATCHED = 1 << 9, /* there is a struct flow_watch */
	MORE_LEDGER = 1 << 10, /* it has left a record for the ledger */
	MORE_WRAP = 1 << 11,   /* and since then flow.bytes passed 2^32: the upper five bits count
				  how often */
	MORE_WRAPS = 31 << 11,
};

/* The cold entry: the verdict. Packets of conforming flows leave it alone. One cache line. */
struct flow_more {
	_Alignas(64) nstime first; /* the initiator's first packet */
	uint32_t conduit;	   /* that fits, or the nearest; (uint32_t)POLICY_NONE */
	uint32_t carrier;	   /* the flow that encapsulates this one */
	uint16_t id;		   /* of the finding; 0: conforming, or not judged */
	uint16_t what;		   /* enum what */
	uint8_t from, to;	   /* zones of initiator and other end */
	uint8_t zone[2];	   /* zones of the key's ends by address */
	uint8_t class;		   /* enum flow_class: as what it is counted */
	uint8_t failed;		   /* enum policy_condition */
	union {
		uint8_t claims; /* 1002: the zone that the source belongs to */
		uint8_t spoken; /* else: enum app, with SPOKEN_LIKELY */
	};
	uint8_t outcome;     /* enum outcome, the worst seen */
	uint8_t said;	     /* outcome of the last finding */
	uint8_t queue;	     /* enum flow_queue */
	uint16_t flags;	     /* enum flow_flag */
	uint16_t early[2];   /* a place where a copy of this end's packets left before one was seen
				coming in; 0: none */
	uint16_t early_n[2]; /* such copies, counted as copies until it is known what they are */
	uint32_t early_bytes[2];
	nstime early_time; /* of the first one from the end that did not begin the flow */
	uint64_t stack;	   /* its layers when they are unusual, five bits each, outermost lowest; 0:
			      nothing unusual */
};

_Static_assert(sizeof(struct flow_more) == 64, "a cold entry is one cache line");

/* What is to be said of a flow, and when: only of flows that have a finding, or wait for one. Of no
 * meaning without MORE_WATCHED. */
struct flow_watch {
	_Alignas(64) nstime last;
	nstime unsaid_since; /* the first packet that was not said yet */
	nstime deadline;
	uint32_t said_packets, said_bytes; /* of flow.packets and flow.bytes */
	uint32_t next, prev;		   /* in the queue */
	struct place in, out;
	struct mac smac, dmac;
};

_Static_assert(sizeof(struct flow_watch) == 64, "a watch is one cache line");

/* Of flow.packets and flow.bytes, what the records of the flow have already: worker/traffic.c. Of
 * no meaning for a flow that is not judged. */
struct flow_left {
	uint32_t packets, bytes;
};

/* Messages of a flow, or the session that it was, which none of its records has yet. Few flows have
 * any: entry N % FLOW_MAILS is flow N's, if it says so. */
struct flow_mails {
	uint32_t flow;
	uint64_t mails[TRAFFIC_MAILS];
};

enum { FLOW_MAILS = 1024 };

/* As what a flow is counted. */
enum flow_class {
	FLOW_UNJUDGED,
	FLOW_CONFORMING,
	FLOW_VIOLATION,
	FLOW_SUSPECTED,
	FLOW_UNVERIFIABLE,
	FLOW_CLASSES
};

/* What lies before the entries, so that a restarted worker knows what it has. */
struct flow_head {
	_Alignas(64) uint32_t magic;
	uint32_t size;
	uint32_t fresh;
	uint64_t sums[FLOW_CLASSES]; /* flows ever counted as each class; [FLOW_UNJUDGED]: as any */
	uint64_t left;		     /* packets in all records of flows */
	/* The record that is being written, and what is so when it is there: flow 0 for none. */
	struct {
		uint64_t number, left;
		uint32_t flow;
		struct flow_left of_flow;
	} leaving;
	struct flow_mails mails[FLOW_MAILS];
};

struct flow_line {
	_Alignas(64) uint32_t slot[16];
};

struct flow_table {
	struct hash_key key;
	struct flow_line *line;
	struct flow *hot; /* [size + 1]; entry 0 is not used */
	struct flow_more *more;
	struct flow_watch *watch;
	struct flow_left *left;
	struct flow_head *head;
	uint32_t size; /* entries */
	uint32_t bucket_mask;
	uint32_t used;
	uint32_t free;	/* first of the list of free entries */
	uint32_t fresh; /* entries from here on were never used */
	uint32_t hand;	/* where ageing goes on */
};

/* Bytes of a table for SIZE flows (at most FLOW_MAX). */
size_t flow_table_bytes(uint32_t size);

/* Lays a table into zeroed MEMORY of that many bytes, 64-aligned; or goes on with the flows that an
 * earlier process left in it: then it returns true, and half-made entries are gone. KEY is copied.
 */
bool flow_table_init(struct flow_table *t, void *memory, uint32_t size, const struct hash_key *key);

static inline uint64_t
flow_hash(const struct flow_table *t, const struct flow_key *k)
{
	const uint64_t *c = t->key.k;
	uint64_t rest = (uint64_t)k->port[0] << 32 | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 8 | k->kind;
	uint64_t a = hash_fold(k->addr[0].d[0] ^ c[0], k->addr[0].d[1] ^ c[1]);
	uint64_t b = hash_fold(k->addr[1].d[0] ^ c[2], k->addr[1].d[1] ^ c[3]);

	return hash_fold(a ^ rest ^ c[4], b ^ c[5]);
}

/* Makes the key of a packet; returns which end its sender is, 0 or 1. */
static inline unsigned
flow_key_of(struct flow_key *k, const struct addr *src, const struct addr *dst, uint16_t sport,
    uint16_t dport, uint8_t proto, uint8_t kind)
{
	/* Any fixed order does; without branches, as the direction of packets cannot be predicted.
	 */
	unsigned same0 = src->d[0] == dst->d[0], same1 = src->d[1] == dst->d[1];
	unsigned end = (unsigned)(src->d[0] > dst->d[0]) |
		       (same0 & (unsigned)(src->d[1] > dst->d[1])) |
		       (same0 & same1 & (unsigned)(sport > dport));

	k->addr[end] = *src;
	k->addr[end ^ 1] = *dst;
	k->port[end] = sport;
	k->port[end ^ 1] = dport;
	k->proto = proto;
	k->kind = kind;
	k->state = 0;
	return end;
}

static inline bool
flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	return addr_equal(&a->addr[0], &b->addr[0]) && addr_equal(&a->addr[1], &b->addr[1]) &&
	       a->port[0] == b->port[0] && a->port[1] == b->port[1] && a->proto == b->proto &&
	       a->kind == b->kind;
}

/* The unit of flow.last: 2^20 ns. It wraps after 52 days; ages are differences. */
static inline uint32_t
flow_ticks(nstime t)
{
	return (uint32_t)((uint64_t)t >> 20);
}

static inline void
flow_prefetch_line(const struct flow_table *t, uint64_t hash)
{
	const struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	__builtin_prefetch(l);
	__builtin_prefetch(l + 1);
}

/* An entry whose tag fits, to be prefetched; FLOW_NONE when no tag does. */
uint32_t flow_guess(const struct flow_table *t, uint64_t hash);

/* The flow of that key, or FLOW_NONE. */
uint32_t flow_find(const struct flow_table *t, const struct flow_key *k, uint64_t hash);

/* A new flow of that key, which must not be in the table: the key is set, everything else zero. The
 * caller sets FLOW_USED when the flow is judged: one of a worker that was killed before that is a
 * free entry for the next. When there is no room, *VICTIM is a flow that must be ended
 * with flow_remove() first, and the result is FLOW_NONE. */
uint32_t flow_add(
    struct flow_table *t, const struct flow_key *k, uint64_t hash, uint32_t now, uint32_t *victim);

/* The flow will soon be taken out: what that needs is fetched. */
void flow_prefetch_end(const struct flow_table *t, uint32_t n);

/* Takes a flow out. */
void flow_remove(struct flow_table *t, uint32_t n);

#endif
