/* traffic.h - what a flow counted, as a worker leaves it for the hub: fixed records of numbers.
 *
 * Knows: the record. Owns nothing. Written by worker into its journal (model/shm.h), read by hub.
 * What a worker left is untrusted until traffic_valid() said yes.
 *
 * A flow leaves a record when it ends, before it is judged by another policy, and about once a
 * minute while it goes on. Each has what was counted since the one before, as the flow stood then:
 * sums over records are sums over flows.
 */
#ifndef SEGAUDIT_TRAFFIC_H
#define SEGAUDIT_TRAFFIC_H

#include "base/text.h"
#include "model/finding.h"

enum { TRAFFIC_RECORD = 1 }; /* kind in the journal */

/* A flow goes on: the first packet of a later record came within this time before its last. */
#define TRAFFIC_EVERY NS_MIN

/* How a message of a mail conduit was judged, or a session of a screen conduit; and of sessions the
 * payload bytes each way. */
enum traffic_mail {
	TRAFFIC_MAIL_CONFORMING,
	TRAFFIC_MAIL_VIOLATING,	   /* 3101; 3201, 3202 */
	TRAFFIC_MAIL_UNVERIFIABLE, /* 3102, 3103; 3203, 3204 */
	TRAFFIC_UP,		   /* from clients */
	TRAFFIC_DOWN,
	TRAFFIC_MAILS
};

struct traffic {
	struct addr client, server; /* the initiator and the other end; empty without IP */
	uint64_t before;	    /* packets of all records of this worker before this one */
	uint64_t packets, bytes;    /* by first copy; packets may be 0 in a flow's only record, or
				       where only messages were judged */
	nstime first, last;
	uint32_t generation; /* of the policy in which zones and conduits are numbered */
	uint32_t conduit;    /* the one that fits, else the nearest; (uint32_t)POLICY_NONE */
	uint64_t mails[TRAFFIC_MAILS]; /* where the conduit that fits is for mail or screens */
	uint16_t id;		       /* of its finding, 0 for none */
	uint16_t flags;		       /* enum finding_flag: IS4, LINK, PORTS, ICMP */
	uint16_t service;	       /* the server's port, an ICMP type, an ethertype */
	uint8_t proto;		       /* IP protocol */
	uint8_t from, to;	       /* zones of client and server, 0 for none */
	uint8_t verdict; /* enum verdict: conforming, violation, suspected, unverifiable */
	uint8_t outcome; /* enum outcome */
	uint8_t fits;	 /* 1: `conduit` is the one that fits */
	uint8_t is_new;	 /* 1: the flow's first record */
	uint8_t pad[3];
};

_Static_assert(sizeof(struct traffic) == 136, "its size is the same everywhere");

/* Is a record in range, by the policy of its generation? NULL when that is not known any more: then
 * its numbers are, and nothing else of it is to be believed. */
bool traffic_valid(const struct traffic *t, const struct policy *p);

/* Messages of a mail conduit, or sessions of a screen conduit, in all. */
static inline uint64_t
traffic_judged(const uint64_t mails[TRAFFIC_MAILS])
{
	return mails[TRAFFIC_MAIL_CONFORMING] + mails[TRAFFIC_MAIL_VIOLATING] +
	       mails[TRAFFIC_MAIL_UNVERIFIABLE];
}

/* Adds " conforming=1 violating=2 unverifiable=3" to a line or record; BYTES: and their " up=4
 * down=5". */
void traffic_mails_text(struct text *to, const uint64_t mails[TRAFFIC_MAILS], bool bytes);

#endif
