/* decode_in.h - what the files of the decoder share: the place in the frame, and how a layer hands
 * on to the next.
 *
 * Knows: struct decode, the state of one frame being read. Owns nothing that outlives
 * decode_frame(). Included by decode*.c only. Never includes a header of another module.
 *
 * Every layer is a function that reads its header from `at`, adds its packet if it has one, and
 * returns which layer comes next. decode_frame() calls them in a loop: nothing here calls itself,
 * and the number of turns is bounded by DECODE_TAGS and DECODE_DEPTH.
 */
#ifndef SEGAUDIT_DECODE_IN_H
#define SEGAUDIT_DECODE_IN_H

#include "base/wire.h"
#include "worker/decode.h"

/* Bytes of one layer: those that are here, and how many the wire had. */
struct span {
	struct wire w;
	size_t wire; /* bytes that the wire had from w.p on; at least wire_left(&w) */
	bool open;   /* and more behind them: they are in later fragments */
	bool cut;    /* after a span_take() that failed: only the capture lacks them */
};

enum next {
	NEXT_NONE,  /* the frame was read as far as it goes */
	NEXT_ETHER, /* an Ethernet header */
	NEXT_TYPE,  /* what decode.type says */
	NEXT_MPLS,
	NEXT_PPP,
	NEXT_IP4,
	NEXT_IP6,
	NEXT_IP,  /* IPv4 or IPv6, by its first four bits */
	NEXT_CUT, /* from a reader of UDP tunnels: the header is not here */
};

struct decode {
	const struct frame *f;
	struct packet *out;
	unsigned n; /* packets in `out` */
	struct stack *stack;
	struct span at; /* what the next layer reads */
	uint16_t type;	/* NEXT_TYPE: the ethertype */
	uint8_t depth;
	uint16_t vlan[2];
	uint16_t unexpected;	    /* for the next packet */
	const uint8_t *smac, *dmac; /* outermost */
	const uint8_t *to;	    /* destination MAC of the innermost Ethernet, or NULL */
	const uint8_t *inside;	    /* where the innermost encapsulation begins; of no meaning
				     * before there is one */
};

enum {
	ETHER_HEADER = 14,
	TYPE_IP4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_ERSPAN3 = 0x22eb,
	TYPE_TEB = 0x6558,
	TYPE_RARP = 0x8035,
	TYPE_VLAN = 0x8100,
	TYPE_IP6 = 0x86dd,
	TYPE_SLOW = 0x8809,
	TYPE_PPP = 0x880b,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTI = 0x8848,
	TYPE_PPPOE_DISCOVERY = 0x8863,
	TYPE_PPPOE = 0x8864,
	TYPE_QINQ = 0x88a8,
	TYPE_ERSPAN = 0x88be,
	TYPE_LLDP = 0x88cc,

	TCP_HEADER = 20,
	IP4_HEADER = 20,
	IP6_HEADER = 40,
	PROTO_HOPOPTS = 0,
	PROTO_ICMP = 1,
	PROTO_IP4 = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IP6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_DSTOPTS = 60,
	PROTO_ETHERIP = 97,
	PROTO_SCTP = 132,
	PROTO_MOBILITY = 135,
	PROTO_HIP = 139,
	PROTO_SHIM6 = 140,

	PORT_L2TP = 1701,
	PORT_GTPU = 2152,
	PORT_TEREDO = 3544,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	PORT_VXLAN_LINUX = 8472,
};

/* Takes the next N bytes as a reader of their own; reading exactly N from it cannot fail. When they
 * are not here it has failed, and span_event() tells why. */
static inline struct wire
span_take(struct span *s, size_t n)
{
	bool read = s->w.ok;
	struct wire h = wire_sub(&s->w, n);

	if (h.ok)
		s->wire -= n;
	else if (read)
		s->cut = s->open || n <= s->wire;
	return h;
}

/* The event of a span_take() that failed: EVENT, unless only the capture lacks the bytes. */
static inline uint8_t
span_event(const struct span *s, uint8_t event)
{
	return s->cut ? EVENT_TRUNCATED : event;
}

/* Leaves the next N bytes: what is behind them is padding. N past the end changes nothing. */
static inline void
span_limit(struct span *s, size_t n)
{
	if (n > s->wire)
		return;
	if (n < wire_left(&s->w))
		s->w.end = s->w.p + n;
	if (n < s->wire)
		s->open = false;
	s->wire = n;
}

static inline void
stack_add(struct stack *s, uint8_t layer)
{
	if (s->n < FINDING_STACK)
		s->layer[s->n++] = layer;
}

/* All zero, in two halves: for the whole of it gcc takes the string instruction, which costs
 * 10 ns more for each packet (measured). */
static inline void
packet_clear(struct packet *p)
{
	enum { HALF = sizeof *p / 2 };

	memset(p, 0, HALF);
	memset((uint8_t *)p + HALF, 0, sizeof *p - HALF);
}

/* Starts the next packet of `out`, with what it has from the frame. It counts only after
 * packet_end(). */
static inline struct packet *
packet_start(struct decode *d, uint8_t kind)
{
	struct packet *p = &d->out[d->n];

	packet_clear(p);
	p->kind = kind;
	p->depth = d->depth;
	p->bytes = d->f->wirelen;
	p->vlan[0] = d->vlan[0];
	p->vlan[1] = d->vlan[1];
	p->unexpected = d->unexpected;
	p->smac = d->smac;
	p->dmac = d->dmac;
	return p;
}

static inline void
packet_end(struct decode *d, struct packet *p)
{
	p->nstack = d->stack->n;
	d->n++;
}

/* decode.c: makes P, which was started and not ended, a PACKET_BAD that keeps the addresses and the
 * protocol that were read; or, for NULL, a new one. Form errors inside an encapsulation all are
 * EVENT_INNER. Returns NEXT_NONE. */
enum next packet_bad(struct decode *d, struct packet *p, uint8_t event);

/* decode.c: steps into the encapsulation that P (ended) is: INSIDE, or NEXT_NONE and a bad packet
 * when it is one too many. */
enum next decode_enter(struct decode *d, struct packet *p, enum next inside);

/* decode.c: what decode_frame() does with frames that are not plain. It can read any. */
unsigned decode_layers(const struct frame *f, struct packet *out, struct stack *stack);

/* decode_link.c */
enum next decode_link(struct decode *d);
enum next decode_ether(struct decode *d);
enum next decode_type(struct decode *d);
enum next decode_mpls(struct decode *d);
enum next decode_ppp(struct decode *d);

/* decode_ip.c */
enum next decode_ip4(struct decode *d);
enum next decode_ip6(struct decode *d);

/* decode_ip.c: adds what the ICMP error P quotes, from `at`. */
void decode_quote(struct decode *d, const struct packet *p);

/* decode_transport.c: reads the transport header of P (started; proto and fragment are set) from
 * `at`, ends P. */
enum next decode_transport(struct decode *d, struct packet *p);

/* decode_transport.c: sets the ports of P by its proto from the first bytes of S. False when they
 * are not in S. */
bool decode_ports(struct span *s, struct packet *p);

/* decode_tunnel.c: what is in P (ended), an encapsulation by its protocol, or a UDP packet to a
 * tunnel's port. */
enum next decode_gre(struct decode *d, struct packet *p);
enum next decode_etherip(struct decode *d, struct packet *p);
enum next decode_udp_tunnel(struct decode *d, struct packet *p);

/* May one of the ports be that of a tunnel? All of the tunnels have places of their own in a table
 * of 16, so that there is nothing for the processor to predict. decode_udp_tunnel() decides. */
static inline bool
decode_is_tunnel_port(uint16_t sport, uint16_t dport)
{
#define TUNNEL_PORT(n) [(n) >> 3 & 15] = (n)
	static const uint16_t ports[16] = {
		TUNNEL_PORT(PORT_L2TP),
		TUNNEL_PORT(PORT_GTPU),
		TUNNEL_PORT(PORT_TEREDO),
		TUNNEL_PORT(PORT_VXLAN),
		TUNNEL_PORT(PORT_GENEVE),
		TUNNEL_PORT(PORT_VXLAN_LINUX),
	};
#undef TUNNEL_PORT

	return (ports[sport >> 3 & 15] == sport) | (ports[dport >> 3 & 15] == dport);
}

#endif
