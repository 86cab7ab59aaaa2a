/* frame.h - one captured frame on its way from a source to a worker.
 *
 * Knows: what capture, ring and replay say of a frame. Owns nothing: the bytes belong to the source
 * and stay valid until the batch that holds them was judged.
 */
#ifndef SEGAUDIT_FRAME_H
#define SEGAUDIT_FRAME_H

#include "base/nstime.h"

/* Link types, as libpcap's LINKTYPE_ values (tcpdump.org/linktypes.html). Live capture gives
 * Ethernet only. */
enum frame_link {
	FRAME_NULL = 0, /* BSD loopback: 4 bytes of address family in the byte order of its host */
	FRAME_ETHERNET = 1,
	FRAME_RAW = 101,    /* an IPv4 or IPv6 header */
	FRAME_RAW_OLD = 12, /* DLT_RAW as some systems number it */
	FRAME_LOOP = 108,   /* as NULL, in network byte order */
	FRAME_SLL = 113,    /* Linux cooked v1 */
	FRAME_IPV4 = 228,
	FRAME_IPV6 = 229,
	FRAME_SLL2 = 276, /* Linux cooked v2 */
};

struct frame {
	const uint8_t *bytes;
	uint32_t caplen;  /* bytes that are here */
	uint32_t wirelen; /* bytes that were on the wire; at least caplen */
	nstime time;	  /* when it was captured, UTC */
	uint64_t
	    seq; /* number of the frame in its worker's ring, or in the replay; from 1, no gaps */
	uint16_t iface; /* number of the interface in the policy */
	uint16_t link;	/* enum frame_link, or another linktype: then it cannot be decoded */
};

#endif
