/* decode_ip.c - IPv4 and IPv6: lengths, fragments, extension headers, and the packet that an ICMP
 * error quotes.
 *   RFC 791, 8200, 2675 (jumbograms), 4302 (AH), 6275 (mobility), 6946 (atomic fragments), 7112.
 *
 * A length of 0 is what offloads leave when a packet is longer than the field holds: then the frame
 * says how long it is.
 */
#include "worker/decode_in.h"

enum {
	OFFSET4 = 0x1fff,
	MORE4 = 0x2000,
	OFFSET6 = 0xfff8,
	MORE6 = 0x0001,
	DATAGRAM_MAX = 65535,
	OPTION_JUMBO = 194,
	AH_MIN = 12,
};

/* What a chain of headers behind the network header says. */
struct chain {
	uint8_t proto;	  /* of the next header; in the end, of the transport */
	uint8_t fragment; /* enum packet_fragment */
	bool more;
	uint32_t id;
	size_t at;   /* in a fragment: which byte of the datagram's payload follows … */
	size_t wire; /* … and how many bytes did, before the chain was read further */
};

static bool
is_extension6(uint8_t proto)
{
	return proto == PROTO_HOPOPTS || proto == PROTO_ROUTING || proto == PROTO_FRAGMENT ||
	       proto == PROTO_AH || proto == PROTO_DSTOPTS || proto == PROTO_MOBILITY ||
	       proto == PROTO_HIP || proto == PROTO_SHIM6;
}

/* Reads one AH header. Returns an event; EVENT is that of a wrong form. */
static uint8_t
chain_ah(struct span *s, struct chain *c, uint8_t event)
{
	struct wire h = span_take(s, AH_MIN);

	if (!h.ok)
		return span_event(s, event);
	c->proto = wire_u8(&h);
	size_t size = (wire_u8(&h) + (size_t)2) * 4;
	if (size < AH_MIN)
		return event;
	h = span_take(s, size - AH_MIN);
	return h.ok ? EVENT_NONE : span_event(s, event);
}

/* Reads an IPv6 fragment header. START: bytes of extension headers before it, which every fragment
 * of the datagram has too. */
static uint8_t
chain_fragment(struct span *s, struct chain *c, size_t start)
{
	struct wire h = span_take(s, 8);

	if (!h.ok)
		return span_event(s, EVENT_IP6_EXTENSION);
	c->proto = wire_u8(&h);
	wire_skip(&h, 1);
	uint16_t place = wire_be16(&h);
	uint32_t id = wire_be32(&h);
	if (!(place & (OFFSET6 | MORE6)))
		return EVENT_NONE;
	c->id = id;
	c->fragment = place & OFFSET6 ? FRAGMENT_LATER : FRAGMENT_FIRST;
	c->more = place & MORE6;
	c->at = place & OFFSET6;
	c->wire = s->wire;
	if (((place & MORE6) && s->wire == 0) || start + (place & OFFSET6) + s->wire > DATAGRAM_MAX)
		return EVENT_FRAGMENT;
	return EVENT_NONE;
}

/* Reads a header that begins with the next protocol and its length in units of 8, the first not
 * counted. */
static uint8_t
chain_options(struct span *s, struct chain *c)
{
	struct wire h = span_take(s, 8);

	if (!h.ok)
		return span_event(s, EVENT_IP6_EXTENSION);
	c->proto = wire_u8(&h);
	h = span_take(s, wire_u8(&h) * (size_t)8);
	return h.ok ? EVENT_NONE : span_event(s, EVENT_IP6_EXTENSION);
}

/* Reads extension headers until the transport, a later fragment, or a header that is none of them.
 * Returns an event. */
static uint8_t
chain_walk(struct span *s, struct chain *c)
{
	size_t whole = s->wire;

	for (unsigned i = 0; is_extension6(c->proto); i++) {
		uint8_t event = EVENT_NONE;

		if (i == DECODE_EXTENSIONS)
			return EVENT_IP6_CHAIN;
		if (c->proto == PROTO_FRAGMENT) {
			event = chain_fragment(s, c, whole - s->wire);
		} else if (c->proto == PROTO_AH) {
			event = chain_ah(s, c, EVENT_IP6_EXTENSION);
		} else {
			event = chain_options(s, c);
		}
		if (event != EVENT_NONE || c->fragment == FRAGMENT_LATER)
			return event;
	}
	return EVENT_NONE;
}

/* Ends the network header of P: what follows is a later fragment, or the transport. */
static enum next
network_end(struct decode *d, struct packet *p, const struct chain *c)
{
	p->proto = c->proto;
	p->fragment = c->fragment;
	p->fragment_id = c->id;
	p->payload_at = (uint32_t)(d->at.w.p - d->f->bytes);
	if (c->fragment != FRAGMENT_NONE) {
		p->more = c->more;
		p->fragment_at = (uint16_t)(c->at + (c->wire - d->at.wire));
		p->fragment_size = (uint16_t)d->at.wire;
	}
	if (c->fragment == FRAGMENT_LATER) {
		p->payload = (uint32_t)d->at.wire;
		packet_end(d, p);
		return NEXT_NONE;
	}
	if (c->fragment == FRAGMENT_FIRST)
		d->at.open = true;
	return decode_transport(d, p);
}

/* The fields of an IPv4 header that its reading goes on with. */
struct ip4 {
	size_t header; /* bytes, with options */
	size_t total;
	uint16_t place; /* flags and offset */
};

/* Reads the fixed part into P. False when H is not IPv4. */
static inline bool
ip4_fixed(struct wire *h, struct ip4 *ip, struct packet *p, struct chain *c)
{
	uint8_t form = wire_u8(h);

	if (form >> 4 != 4)
		return false;
	ip->header = (form & 15) * (size_t)4;
	wire_skip(h, 1);
	ip->total = wire_be16(h);
	c->id = wire_be16(h);
	ip->place = wire_be16(h);
	wire_skip(h, 1);
	c->proto = wire_u8(h);
	wire_skip(h, 2);
	p->is4 = true;
	p->proto = c->proto;
	p->src = addr_from4(wire_take(h, 4));
	p->dst = addr_from4(wire_take(h, 4));
	return true;
}

/* What is not the normal path: options, fragments, AH. Returns an event. */
static uint8_t
ip4_rare(struct decode *d, const struct ip4 *ip, struct chain *c)
{
	struct wire options = span_take(&d->at, ip->header - IP4_HEADER);
	size_t offset = (ip->place & OFFSET4) * (size_t)8;

	if (!options.ok)
		return span_event(&d->at, EVENT_IP4_HEADER);
	if (ip->place & (OFFSET4 | MORE4)) {
		c->fragment = offset > 0 ? FRAGMENT_LATER : FRAGMENT_FIRST;
		c->more = ip->place & MORE4;
		c->at = offset;
		c->wire = d->at.wire;
		if (((ip->place & MORE4) && d->at.wire == 0) ||
		    ip->header + offset + d->at.wire > DATAGRAM_MAX)
			return EVENT_FRAGMENT;
	}
	if (c->fragment == FRAGMENT_LATER)
		return EVENT_NONE;
	for (unsigned i = 0; c->proto == PROTO_AH; i++) {
		uint8_t event = i == DECODE_EXTENSIONS ? EVENT_IP6_CHAIN :
							 chain_ah(&d->at, c, EVENT_IP4_HEADER);
		if (event != EVENT_NONE)
			return event;
	}
	return EVENT_NONE;
}

enum next
decode_ip4(struct decode *d)
{
	struct packet *p = packet_start(d, PACKET_IP);
	size_t whole = d->at.wire;
	struct wire h = span_take(&d->at, IP4_HEADER);
	struct chain c = { .fragment = FRAGMENT_NONE };
	struct ip4 ip;

	if (!h.ok)
		return packet_bad(d, p, span_event(&d->at, EVENT_IP4_HEADER));
	if (!ip4_fixed(&h, &ip, p, &c))
		return packet_bad(d, p, EVENT_IP_VERSION);
	stack_add(d->stack, LAYER_IP4);
	if (ip.header < IP4_HEADER || (ip.header > whole && !d->at.open))
		return packet_bad(d, p, EVENT_IP4_HEADER);
	if (ip.total == 0)
		ip.total = whole;
	else if (ip.total < ip.header || (ip.total > whole && !d->at.open))
		return packet_bad(d, p, EVENT_IP4_LENGTH);
	span_limit(&d->at, ip.total - IP4_HEADER);
	if (ip.header != IP4_HEADER || (ip.place & (OFFSET4 | MORE4)) || c.proto == PROTO_AH) {
		uint8_t event = ip4_rare(d, &ip, &c);
		if (event != EVENT_NONE)
			return packet_bad(d, p, event);
	}
	if (c.fragment == FRAGMENT_NONE)
		c.id = 0;
	return network_end(d, p, &c);
}

/* The length in the jumbo option of a hop-by-hop header that S begins with, or 0. */
static uint32_t
jumbo_length(struct span s)
{
	struct wire h = span_take(&s, 2);

	wire_skip(&h, 1);
	h = span_take(&s, wire_u8(&h) * (size_t)8 + 6);
	for (unsigned i = 0; h.ok && wire_left(&h) > 0 && i < DECODE_EXTENSIONS; i++) {
		uint8_t option = wire_u8(&h);
		if (option == 0) /* Pad1 */
			continue;
		uint8_t size = wire_u8(&h);
		if (option == OPTION_JUMBO)
			return size == 4 ? wire_be32(&h) : 0;
		wire_skip(&h, size);
	}
	return 0;
}

enum next
decode_ip6(struct decode *d)
{
	struct packet *p = packet_start(d, PACKET_IP);
	struct wire h = span_take(&d->at, IP6_HEADER);
	struct chain c = { .fragment = FRAGMENT_NONE };

	if (!h.ok)
		return packet_bad(d, p, span_event(&d->at, EVENT_IP6_LENGTH));
	if (wire_u8(&h) >> 4 != 6)
		return packet_bad(d, p, EVENT_IP_VERSION);
	wire_skip(&h, 3);
	size_t length = wire_be16(&h);
	c.proto = wire_u8(&h);
	wire_skip(&h, 1);
	p->proto = c.proto;
	p->src = addr_from6(wire_take(&h, 16));
	p->dst = addr_from6(wire_take(&h, 16));
	stack_add(d->stack, LAYER_IP6);
	if (length == 0 && c.proto == PROTO_HOPOPTS) {
		length = jumbo_length(d->at);
		if (length > 0 && length <= DATAGRAM_MAX) /* RFC 2675, 3 */
			return packet_bad(d, p, EVENT_IP6_LENGTH);
	}
	if (length == 0)
		length = d->at.wire;
	if (length > d->at.wire && !d->at.open)
		return packet_bad(d, p, EVENT_IP6_LENGTH);
	span_limit(&d->at, length);
	if (is_extension6(c.proto)) {
		uint8_t event = chain_walk(&d->at, &c);
		p->proto = c.proto;
		if (event != EVENT_NONE)
			return packet_bad(d, p, event);
	}
	return network_end(d, p, &c);
}

/* Reads the quoted headers into P. What a quote says of its length is of no use: it is cut, and
 * routers change it. */
static uint8_t
quote_read(struct span *s, bool is4, struct packet *p)
{
	struct wire h = span_take(s, is4 ? IP4_HEADER : IP6_HEADER);
	struct chain c = { .fragment = FRAGMENT_NONE };
	uint8_t event = EVENT_NONE;

	if (!h.ok)
		return span_event(s, EVENT_ICMP);
	if (is4) {
		struct ip4 ip;

		if (!ip4_fixed(&h, &ip, p, &c) || ip.header < IP4_HEADER)
			return EVENT_ICMP;
		h = span_take(s, ip.header - IP4_HEADER);
		if (!h.ok)
			return span_event(s, EVENT_ICMP);
		if (ip.place & (OFFSET4 | MORE4))
			c.fragment = ip.place & OFFSET4 ? FRAGMENT_LATER : FRAGMENT_FIRST;
		else
			c.id = 0;
	} else {
		if (wire_u8(&h) >> 4 != 6)
			return EVENT_ICMP;
		wire_skip(&h, 5);
		c.proto = wire_u8(&h);
		wire_skip(&h, 1);
		p->src = addr_from6(wire_take(&h, 16));
		p->dst = addr_from6(wire_take(&h, 16));
		event = chain_walk(s, &c);
	}
	p->proto = c.proto;
	p->fragment = c.fragment;
	p->fragment_id = c.id;
	if (event == EVENT_NONE && c.fragment != FRAGMENT_LATER && !decode_ports(s, p))
		event = span_event(s, EVENT_ICMP);
	return event == EVENT_NONE || event == EVENT_TRUNCATED ? event : EVENT_ICMP;
}

void
decode_quote(struct decode *d, const struct packet *p)
{
	bool is4 = p->is4;
	struct packet *quote = packet_start(d, PACKET_QUOTE);
	uint8_t event = quote_read(&d->at, is4, quote);

	if (event != EVENT_NONE)
		packet_bad(d, quote, event);
	else
		packet_end(d, quote);
}
