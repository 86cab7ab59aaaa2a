/* inspect.h - the content of flows whose conduit asks for it: from packets to what is said of each
 * message.
 *
 * Knows: which flows are inspected, where their streams stand, what the inspectors said. Owns a
 * table of connections and the pool of blocks for their streams, of the size that `streams.total`
 * gives, fixed at start and the process's own: after a crash open connections are `lost`. Called by
 * audit for each packet of such a flow. Never allocates later: a connection too many takes the
 * place of the one that rested longest, and that is said.
 */
#ifndef SEGAUDIT_INSPECT_H
#define SEGAUDIT_INSPECT_H

#include "worker/datagram.h"
#include "worker/session.h"
#include "worker/smtp.h"
#include "worker/stream.h"

enum {
	INSPECT_NONE = 0,  /* no connection: they count from 1 */
	INSPECT_OVER = -1, /* what could be said of the flow was said */
	INSPECT_SHARE = 2, /* one part in so many of the memory is for connections */
};

/* What was found and not said yet: the fields of a finding that a flow does not have. */
struct inspect_found {
	uint64_t words, size;
	uint16_t id; /* 0: what the words make of a mail */
	uint32_t message;
	uint16_t part;
	bool certified; /* `certificate` is there */
	uint8_t ntype, nname;
	uint8_t certificate[FINDING_CERTIFICATE];
	char type[FINDING_TYPE];
	char name[FINDING_NAME];
};

/* One connection that is inspected. */
struct inspection {
	uint32_t flow;	       /* FLOW_NONE: free */
	uint32_t older, newer; /* by the last packet; of a free one, `older` is the next free */
	bool over;	       /* it was read to its end */
	bool ended[2];	       /* a FIN was seen of the client, of the server, */
	uint32_t end[2];       /* with this sequence number */
	struct stream side[2]; /* of the client, of the server */
	struct inspect_found found;
	uint64_t accept;  /* enum what: of what is unverifiable, what is only counted */
	uint16_t counted; /* id of the worst that was found */
	bool screen;	  /* it is a screen session, else mail */
	bool again;	  /* another policy is in force: what was said holds of it, too */
	union {
		struct session session;
		struct {
			struct mime_rules rules;
			struct smtp smtp;
		};
	};
};

/* What is kept of every flow that may be inspected: its beginning, before there is anything to
 * inspect. */
struct inspect_flow {
	uint32_t slot;	   /* INSPECT_… or its connection */
	uint32_t opening;  /* OPENING_NONE, or where its first bytes are, of a flow that is not
			      inspected */
	uint32_t isn[2];   /* of the client, of the server */
	bool begun[2];	   /* that is known */
	bool doubt;	   /* it could be another one; said with the first packet that is read */
	uint8_t multipath; /* whose SYN has the option of Multipath TCP: a bit for each */
};

struct inspect_table {
	struct inspect_flow *flow; /* [flows + 1] */
	struct inspection *slot;   /* [size + 1] */
	struct opening_table openings;
	struct stream_pool *pool;
	struct datagrams *datagrams; /* one for each entry of the fragment table */
	uint32_t size, used;	     /* connections; places that were ever used */
	uint32_t free, oldest, newest;
};

/* A table for FLOWS flows and FRAGMENTS datagrams in pieces, TOTAL bytes for connections and
 * blocks. False when there is no memory. */
bool inspect_init(struct inspect_table *t, uint32_t flows, uint32_t fragments, uint64_t total);
void inspect_fini(struct inspect_table *t);

/* Bytes that inspect_init() takes. */
uint64_t inspect_bytes(uint32_t flows, uint32_t fragments, uint64_t total);

/* A place for a connection, the newest; there must be one (inspect_full()). Its streams are empty,
 * the rest is as its last owner left it. */
struct inspection *inspect_slot_new(struct inspect_table *t);
bool inspect_full(const struct inspect_table *t);

/* Gives it back, with its blocks. */
void inspect_slot_free(struct inspect_table *t, struct inspection *i);

/* A packet of it came: it is the newest now. */
void inspect_slot_used(struct inspect_table *t, struct inspection *i);

/* The connection of flow N, or NULL. */
static inline struct inspection *
inspection_of(const struct inspect_table *t, uint32_t n)
{
	uint32_t slot = t->flow[n].slot;

	return slot == INSPECT_NONE || slot == (uint32_t)INSPECT_OVER ? NULL : &t->slot[slot];
}

#endif
