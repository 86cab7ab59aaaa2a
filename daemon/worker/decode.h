/* decode.h - what a frame carries: every layer, read strictly, nothing kept.
 *
 * Knows: the link, network, transport and encapsulation headers of DESIGN 6.6. Owns nothing:
 * addresses and ports are copied out, MACs point into the frame. Called by the worker for each
 * frame of a batch, by tests and by the fuzzer. Never allocates, never looks at a checksum, never
 * reads but through struct wire.
 *
 * A frame gives one packet for its outermost network layer, then one for each encapsulated one,
 * outermost first, and behind an ICMP error one that says what it quotes. An Ethernet frame inside
 * a link header (MPLS pseudowire, bridged SNAP) is encapsulated in a PACKET_LINK. Malformed input
 * is an event, not an error: it gives a packet of kind PACKET_BAD, always the last.
 */
#ifndef SEGAUDIT_DECODE_H
#define SEGAUDIT_DECODE_H

#include "model/finding.h"
#include "model/frame.h"

enum {
	DECODE_DEPTH = 8,	/* encapsulations inside each other that are followed */
	DECODE_PACKETS = 24,	/* room that decode_frame() needs */
	DECODE_TAGS = 8,	/* VLAN tags, and MPLS labels, that are followed */
	DECODE_EXTENSIONS = 24, /* IPv6 extension headers that are followed */
	DECODE_UNREADABLE = 64, /* decode_headers() of a frame that cannot be read */
};

enum packet_kind {
	PACKET_IP,	/* IPv4 or IPv6, transport read as far as it is known */
	PACKET_ARP,	/* ARP, RARP */
	PACKET_CONTROL, /* link control that stays on its link: STP, LLDP, LACP, CDP …
			 * (not IP or ARP, and to 01:80:c2:00:00:0x or
			 * 01:00:0c:cc:cc:cc/cd, or of type 88cc or 8809) */
	PACKET_LINK,	/* any other ethertype or LLC protocol; MPLS and PPPoE that carry
			 * IP give PACKET_IP with `unexpected` set */
	PACKET_QUOTE,	/* what an ICMP error quotes: src, dst, proto and ports of the
			 * packet that caused it */
	PACKET_BAD,	/* could not be read: `event` says why; addresses and proto, where
			 * these were read before */
};

/* Why bytes could not be read. The names are counters and words for people: decode_event_name(). */
enum decode_event {
	EVENT_NONE,
	EVENT_TRUNCATED, /* the capture cut it (caplen < wirelen) before a header ended */
	EVENT_LINKTYPE,	 /* a link type that is not decoded */
	EVENT_FRAME_SHORT,
	EVENT_LLC_LENGTH, /* 802.3 length larger than the frame, or 05DD to 05FF */
	EVENT_TAGS,	  /* more than DECODE_TAGS tags or labels */
	EVENT_PPPOE,
	EVENT_IP_VERSION, /* version and ethertype or protocol disagree */
	EVENT_IP4_HEADER, /* header length below 20 or past the packet */
	EVENT_IP4_LENGTH, /* total length below the header or past the frame */
	EVENT_IP6_LENGTH,
	EVENT_IP6_EXTENSION, /* cut, or its length lies */
	EVENT_IP6_CHAIN,     /* more than DECODE_EXTENSIONS */
	EVENT_FRAGMENT,	     /* ends past 65,535, or is empty with more to follow */
	EVENT_TCP,	     /* header cut or data offset wrong */
	EVENT_UDP,	     /* header cut, or its length larger than what is there */
	EVENT_ICMP,
	EVENT_SCTP,
	EVENT_INNER, /* an encapsulation whose inside is none that is known */
	EVENT_DEPTH, /* more than DECODE_DEPTH encapsulations */
	EVENT_COUNT,
};

enum packet_fragment { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER };

struct packet {
	struct addr src, dst; /* IPv4 as ::ffff:a.b.c.d */
	uint8_t kind;	      /* enum packet_kind */
	uint8_t event;	      /* enum decode_event, PACKET_BAD */
	bool is4;
	uint8_t proto;	       /* IP protocol after all extension headers */
	uint16_t sport, dport; /* TCP, UDP, SCTP: ports, host byte order. ICMP: code and
				* type. Else 0. 0 in FRAGMENT_LATER */
	uint8_t tcp_flags;     /* FIN 1, SYN 2, RST 4, ACK 16; 0 where the header does
				* not hold them (tiny first fragment) */
	uint8_t fragment;      /* enum packet_fragment; an atomic one (RFC 6946) is none */
	uint8_t depth;	       /* encapsulations around it: 0 is the frame's own */
	uint8_t nstack;	       /* layers of the stack down to this packet's transport */
	uint32_t fragment_id;
	uint32_t payload;	    /* bytes behind the transport header, as the wire had
				     * them; in a fragment, of this fragment */
	uint32_t bytes;		    /* wirelen of the frame */
	uint16_t vlan[2];	    /* outermost two VLAN ids of the frame's own link header;
				     * 0 none (the priority tag 0 is none) */
	uint16_t unexpected;	    /* an ethertype that no zone expects around this packet
				     * (MPLS 8847, PPPoE 8864 ...), or for PACKET_LINK its own;
				     * LLC: 0100 + DSAP, so always below 0600; 0 for none */
	bool encapsulates;	    /* the next packet is inside this one: it is a tunnel */
	bool more;		    /* fragments of the datagram follow this one */
	const uint8_t *smac, *dmac; /* 6 bytes each in the outermost link header, or NULL */

	/* PACKET_IP: where in the frame the transport header begins; in FRAGMENT_LATER the bytes of
	 * this fragment. */
	uint32_t payload_at;
	/* In a fragment: which byte of the datagram's payload that is (in the first one 0, or what
	 * further headers stand before it), and how many from there on the wire had in this frame.
	 */
	uint16_t fragment_at, fragment_size;
};

/* The layers of one frame, for stack=. */
struct stack {
	uint8_t n;
	uint8_t layer[FINDING_STACK]; /* enum layer; further ones are not noted */
};

/* Decodes a frame into OUT, which has room for DECODE_PACKETS, and notes its layers in STACK.
 * Returns how many packets it gave, at least 1; the first is the outermost. Fields that a kind does
 * not use are zero. */
unsigned decode_frame(const struct frame *f, struct packet *out, struct stack *stack);

/* How many of a frame's bytes are headers: up to the end of the innermost transport header that can
 * be read, or of the headers around what cannot be; at least the first DECODE_UNREADABLE bytes, as
 * far as they are here, of a frame that itself cannot be read. Padding is none. Slower than
 * decode_frame(). */
uint32_t decode_headers(const struct frame *f);

/* "truncated", "ip4-length" … for messages; the ALERTS word (enum what) that fits an event. */
const char *decode_event_name(uint8_t event);
uint16_t decode_event_what(uint8_t event);

#endif
