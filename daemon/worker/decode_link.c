/* decode_link.c - link headers: Ethernet, LLC and SNAP, VLAN tags, MPLS, PPPoE, PPP, and what other
 * link types put before IP.
 *   IEEE 802.3, 802.1Q, 802.2; RFC 1042 (SNAP), 2427 (bridged SNAP), 3032 (MPLS), 4385 and 4448
 *   (pseudowires), 2516 (PPPoE), 1661 (PPP).
 */
#include "worker/decode_in.h"

enum {
	LENGTH_MAX = 0x05dc, /* an 802.3 length; above it and below TYPE_MIN is neither */
	TYPE_MIN = 0x0600,
	LLC_SNAP = 0xaa,
	LLC_UNNUMBERED = 0x03,
};

static bool
is_control(const uint8_t *dmac, uint16_t type)
{
	static const uint8_t bridge[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 },
			     cisco[5] = { 0x01, 0x00, 0x0c, 0xcc, 0xcc };

	if (type == TYPE_LLDP || type == TYPE_SLOW)
		return true;
	if (!dmac)
		return false;
	return (memcmp(dmac, bridge, 5) == 0 && dmac[5] < 0x10) ||
	       (memcmp(dmac, cisco, 5) == 0 && (dmac[5] == 0xcc || dmac[5] == 0xcd));
}

/* Adds the packet of a layer that carries no IP. TYPE is its ethertype, or decode.h's number of an
 * LLC protocol. */
static struct packet *
link_packet(struct decode *d, uint16_t type)
{
	struct packet *p;

	if (is_control(d->to, type)) {
		p = packet_start(d, PACKET_CONTROL);
	} else {
		p = packet_start(d, PACKET_LINK);
		p->unexpected = type;
	}
	packet_end(d, p);
	return p;
}

static enum next
link_end(struct decode *d, uint16_t type)
{
	stack_add(d->stack, LAYER_OTHER);
	link_packet(d, type);
	return NEXT_NONE;
}

static enum next
decode_arp(struct decode *d)
{
	struct wire h = span_take(&d->at, 8);

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	wire_skip(&h, 4);
	size_t hardware = wire_u8(&h), protocol = wire_u8(&h);
	h = span_take(&d->at, 2 * (hardware + protocol));
	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	stack_add(d->stack, LAYER_OTHER);
	packet_end(d, packet_start(d, PACKET_ARP));
	return NEXT_NONE;
}

/* PPPoE session, RFC 2516 section 4: version and type 1, code 0. */
static enum next
decode_pppoe(struct decode *d)
{
	struct wire h = span_take(&d->at, 6);

	d->unexpected = TYPE_PPPOE;
	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_PPPOE));
	uint16_t form = wire_be16(&h);
	wire_skip(&h, 2);
	uint16_t length = wire_be16(&h);
	if (form != 0x1100 || (length > d->at.wire && !d->at.open))
		return packet_bad(d, NULL, EVENT_PPPOE);
	span_limit(&d->at, length);
	stack_add(d->stack, LAYER_PPPOE);
	return NEXT_PPP;
}

enum next
decode_ppp(struct decode *d)
{
	struct span address = d->at;
	struct wire h = span_take(&address, 2);
	uint16_t protocol;

	if (!h.ok && address.cut)
		return packet_bad(d, NULL, EVENT_TRUNCATED);
	if (h.ok && wire_be16(&h) == 0xff03)
		d->at = address;
	h = span_take(&d->at, 1);
	protocol = wire_u8(&h);
	if (h.ok && !(protocol & 1)) { /* RFC 1661, 6.5: an odd first byte is the whole number */
		h = span_take(&d->at, 1);
		protocol = (uint16_t)(protocol << 8 | wire_u8(&h));
	}
	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_PPPOE));
	stack_add(d->stack, LAYER_PPP);
	if (protocol == 0x0021)
		return NEXT_IP4;
	if (protocol == 0x0057)
		return NEXT_IP6;
	return link_end(d, d->unexpected ? d->unexpected : TYPE_PPP);
}

/* Does S look like an Ethernet frame? Its type is one that a pseudowire may well carry, or a length
 * that fits S. */
static bool
is_ether(struct span s)
{
	struct wire h = span_take(&s, ETHER_HEADER);

	wire_skip(&h, 12);
	uint16_t type = wire_be16(&h);
	switch (type) {
	case TYPE_IP4:
	case TYPE_IP6:
	case TYPE_ARP:
	case TYPE_RARP:
	case TYPE_VLAN:
	case TYPE_QINQ:
	case TYPE_MPLS:
	case TYPE_PPPOE:
	case TYPE_PPPOE_DISCOVERY:
	case TYPE_LLDP:
		return true;
	default:
		return type >= 3 && type <= LENGTH_MAX && type <= s.wire;
	}
}

/* Does the capture lack bytes of the next N, which the wire had? */
static bool
is_cut(struct span s, size_t n)
{
	(void)span_take(&s, n); /* its failure is the answer */
	return s.cut;
}

/* Does S begin with the control word of an Ethernet pseudowire? RFC 4448, 4.6: all bits zero but
 * the sequence number, and the length of all of S when that is below 64. */
static bool
is_control_word(const struct span *s)
{
	struct span peek = *s;
	struct wire h = span_take(&peek, 4);
	uint8_t zero = wire_u8(&h), length = wire_u8(&h);

	return h.ok && zero == 0 && (length == 0 || (length < 64 && length == s->wire));
}

/* Behind the bottom label: IP by its first four bits, or a pseudowire's Ethernet, with a control
 * word or without. Nothing says that it is one: the look of it must do. */
enum next
decode_mpls(struct decode *d)
{
	struct span peek;
	struct wire h;
	uint32_t entry = 0;

	d->unexpected = d->type;
	for (unsigned i = 0; !(entry & 0x100); i++) {
		if (i == DECODE_TAGS)
			return packet_bad(d, NULL, EVENT_TAGS);
		h = span_take(&d->at, 4);
		if (!h.ok)
			return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
		entry = wire_be32(&h);
		stack_add(d->stack, LAYER_MPLS);
	}
	peek = d->at;
	h = span_take(&peek, 1);
	if (!h.ok)
		return packet_bad(d, NULL, span_event(&peek, EVENT_FRAME_SHORT));
	uint8_t first = wire_u8(&h);
	if (first >> 4 == 4)
		return NEXT_IP4;
	if (first >> 4 == 6)
		return NEXT_IP6;
	if (is_cut(d->at, 4 + ETHER_HEADER))
		return packet_bad(d, NULL, EVENT_TRUNCATED);
	peek = d->at;
	(void)span_take(&peek, 4); /* a failure makes is_ether() false */
	if (is_control_word(&d->at) && is_ether(peek)) {
		d->at = peek;
		return decode_enter(d, link_packet(d, d->type), NEXT_ETHER);
	}
	if (is_ether(d->at))
		return decode_enter(d, link_packet(d, d->type), NEXT_ETHER);
	return link_end(d, d->type);
}

/* LLC behind an 802.3 length. SNAP with OUI 0 goes on with its ethertype; OUI 00:80:c2 is a bridged
 * Ethernet frame, with (1) or without (7) its check sequence: an encapsulation. RFC 2684, 5.2 puts
 * two bytes of zero before that frame, RFC 2427 does not. */
static enum next
decode_llc(struct decode *d)
{
	struct wire h = span_take(&d->at, 3);

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	uint8_t dsap = wire_u8(&h), ssap = wire_u8(&h), control = wire_u8(&h);
	uint16_t own = (uint16_t)(0x0100 | dsap);
	if (dsap != LLC_SNAP || ssap != LLC_SNAP || control != LLC_UNNUMBERED) {
		stack_add(d->stack, LAYER_LLC);
		return link_end(d, own);
	}
	stack_add(d->stack, LAYER_SNAP);
	h = span_take(&d->at, 5);
	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	uint32_t oui = (uint32_t)wire_be16(&h) << 8 | wire_u8(&h);
	uint16_t type = wire_be16(&h);
	if (oui == 0x000000 && type >= TYPE_MIN) {
		d->type = type;
		return NEXT_TYPE;
	}
	if (oui == 0x0080c2 && (type == 0x0001 || type == 0x0007)) {
		struct span padded = d->at;
		(void)span_take(&padded, 2); /* a failure makes is_ether() false */
		if (is_cut(d->at, 2 + ETHER_HEADER))
			return packet_bad(d, NULL, EVENT_TRUNCATED);
		if (!is_ether(d->at) && is_ether(padded))
			d->at = padded;
		return decode_enter(d, link_packet(d, own), NEXT_ETHER);
	}
	return link_end(d, own);
}

static enum next
decode_length(struct decode *d, uint16_t length)
{
	if (length > LENGTH_MAX || (length > d->at.wire && !d->at.open))
		return packet_bad(d, NULL, EVENT_LLC_LENGTH);
	span_limit(&d->at, length);
	return decode_llc(d);
}

static bool
is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_QINQ || type == 0x9100 || type == 0x9200 ||
	       type == 0x9300;
}

/* Notes a VLAN id. Only the frame's own tags say where it came in; those inside an encapsulation do
 * not. */
static void
vlan_note(struct decode *d, uint16_t id)
{
	if (d->depth > 0 || id == 0)
		return;
	if (d->vlan[0] == 0)
		d->vlan[0] = id;
	else if (d->vlan[1] == 0)
		d->vlan[1] = id;
}

/* Takes all tags; `type` then is what is behind them. False, and a bad packet, when that cannot be.
 */
static bool
decode_tags(struct decode *d)
{
	for (unsigned i = 0; is_tag(d->type); i++) {
		if (i == DECODE_TAGS) {
			packet_bad(d, NULL, EVENT_TAGS);
			return false;
		}
		struct wire h = span_take(&d->at, 4);
		if (!h.ok) {
			packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
			return false;
		}
		vlan_note(d, wire_be16(&h) & 0x0fff);
		d->type = wire_be16(&h);
		stack_add(d->stack, LAYER_VLAN);
	}
	return true;
}

enum next
decode_type(struct decode *d)
{
	if (is_tag(d->type) && !decode_tags(d))
		return NEXT_NONE;
	switch (d->type) {
	case TYPE_IP4:
		return NEXT_IP4;
	case TYPE_IP6:
		return NEXT_IP6;
	case TYPE_ARP:
	case TYPE_RARP:
		return decode_arp(d);
	case TYPE_MPLS:
	case TYPE_MPLS_MULTI:
		return NEXT_MPLS;
	case TYPE_PPPOE:
		return decode_pppoe(d);
	default:
		break;
	}
	if (d->type < TYPE_MIN)
		return decode_length(d, d->type);
	return link_end(d, d->type);
}

enum next
decode_ether(struct decode *d)
{
	struct wire h = span_take(&d->at, ETHER_HEADER);

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	const uint8_t *to = wire_take(&h, 6), *from = wire_take(&h, 6);
	if (d->depth == 0) {
		d->dmac = to;
		d->smac = from;
	}
	d->to = to;
	d->type = wire_be16(&h);
	stack_add(d->stack, LAYER_ETH);
	if (d->type == TYPE_IP4) /* the normal path */
		return NEXT_IP4;
	return NEXT_TYPE;
}

/* Linux cooked capture: hardware type 1 with 6 bytes of address is Ethernet. */
static enum next
decode_cooked(struct decode *d, bool v2)
{
	struct wire h = span_take(&d->at, v2 ? 20 : 16);
	uint16_t type = 0, hardware, size;

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	if (v2) {
		type = wire_be16(&h);
		wire_skip(&h, 6);
		hardware = wire_be16(&h);
		wire_skip(&h, 1);
		size = wire_u8(&h);
	} else {
		wire_skip(&h, 2);
		hardware = wire_be16(&h);
		size = wire_be16(&h);
	}
	const uint8_t *from = wire_take(&h, 8);
	if (!v2)
		type = wire_be16(&h);
	if (hardware == 1 && size == 6)
		d->smac = from;
	if (type == 0x0004) /* LLC without a length */
		return decode_llc(d);
	if (type < TYPE_MIN) /* a number of Linux's own; 1 is "some 802.3" */
		return link_end(d, type ? type : 1);
	d->type = type;
	return NEXT_TYPE;
}

/* BSD loopback: an address family, in either byte order, with each system's number of IPv6. */
static enum next
decode_null(struct decode *d)
{
	struct wire h = span_take(&d->at, 4), same = h;

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&d->at, EVENT_FRAME_SHORT));
	uint32_t big = wire_be32(&h), little = wire_le32(&same);
	switch (big < little ? big : little) {
	case 2:
		return NEXT_IP4;
	case 10:
	case 24:
	case 28:
	case 30:
		return NEXT_IP6;
	default:
		return packet_bad(d, NULL, EVENT_LINKTYPE);
	}
}

enum next
decode_link(struct decode *d)
{
	switch (d->f->link) {
	case FRAME_ETHERNET:
		return NEXT_ETHER;
	case FRAME_RAW:
	case FRAME_RAW_OLD:
		return NEXT_IP;
	case FRAME_IPV4:
		return NEXT_IP4;
	case FRAME_IPV6:
		return NEXT_IP6;
	case FRAME_NULL:
	case FRAME_LOOP:
		return decode_null(d);
	case FRAME_SLL:
		return decode_cooked(d, false);
	case FRAME_SLL2:
		return decode_cooked(d, true);
	default:
		return packet_bad(d, NULL, EVENT_LINKTYPE);
	}
}
