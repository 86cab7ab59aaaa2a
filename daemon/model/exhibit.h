/* exhibit.h - a frame that a worker puts before the hub: evidence of an incident.
 *
 * Knows: the record, behind which the frame's bytes stand. Owns nothing. Written by worker into the
 * journal of its memory (model/shm.h), read by the hub. A record is untrusted until exhibit_valid()
 * said yes.
 */
#ifndef SEGAUDIT_EXHIBIT_H
#define SEGAUDIT_EXHIBIT_H

#include "model/finding.h"

enum { EXHIBIT = 1 }; /* kind of the record in its journal */

enum exhibit_flag {
	EXHIBIT_FURTHER = 1 << 0, /* a further copy of a packet that another frame stands for */
	EXHIBIT_LEAVING = 1 << 1, /* it leaves by the interface */
	EXHIBIT_MIRROR = 1 << 2,  /* seen on a mirror port, where nothing comes or leaves */
	EXHIBIT_REPLY = 1 << 3,	  /* not the initiator's */
	EXHIBIT_ERROR = 1 << 4,	  /* an ICMP error about the flow */
	EXHIBIT_FLAGS = (1 << 5) - 1,
};

enum {
	EXHIBIT_SNAP = 262144,	/* bytes of a frame at most */
	EXHIBIT_FRAMES = 10000, /* frames of an incident at most */
};

struct exhibit {
	struct finding f; /* whose incident: what makes its key is as in the finding that is said,
			     counts and times say nothing */
	nstime time;
	uint64_t seq; /* number of the frame in its worker's ring */
	struct place at;
	uint16_t link;	  /* enum frame_link */
	uint32_t wirelen; /* bytes that the wire had */
	uint32_t packet;  /* the flow's packets up to this one, by first copy */
	uint32_t flags;	  /* enum exhibit_flag */
};

/* Is a record from outside, with SIZE bytes of a frame behind it, in range? P is the policy of
 * x->f.generation. */
bool exhibit_valid(const struct exhibit *x, size_t size, const struct policy *p);

#endif
