/* decode_tunnel.c - encapsulations with a header of their own: GRE with what it carries, EtherIP,
 * and those in UDP.
 *   RFC 2784, 2890, 1701 (GRE), 2637 (PPTP); draft-foschiano-erspan; RFC 3378 (EtherIP), 7348
 *   (VXLAN), 8926 (Geneve), 4380 and 6081 (Teredo), 2661 (L2TP); 3GPP TS 29.281 (GTP-U).
 *
 * An IP protocol number says what is inside, so what cannot be read there is a bad packet. A UDP
 * port says nothing: what has not the strict form of its tunnel is just UDP.
 */
#include "worker/decode_in.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACK = 0x0080,
	GRE_VERSION = 0x0007,
	GRE_RESERVED0 = 0x00f8, /* version 0; RFC 1701's s and recursion bits pass */
	GRE_RESERVED1 = 0xcf78, /* version 1: only key, sequence and acknowledgment */
	GRE_ROUTES = 16,	/* source route entries that are followed */
	GTPU_EXTENSIONS = 8,
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_RESERVED = 0x34f0,
};

/* What was promised to be inside P is not; or, when the reading of S failed, may be but is not
 * here. */
static enum next
tunnel_bad(struct decode *d, struct packet *p, const struct span *s)
{
	if (decode_enter(d, p, NEXT_IP) == NEXT_NONE)
		return NEXT_NONE;
	return packet_bad(d, NULL, s && !s->w.ok ? span_event(s, EVENT_INNER) : EVENT_INNER);
}

/* ERSPAN II has 8 bytes and version 1, III has 12 or 20 and version 2; I has no header. False when
 * it is none. */
static bool
erspan(struct span *s, bool v3)
{
	struct wire h = span_take(s, v3 ? 12 : 8);
	uint8_t version = wire_u8(&h) >> 4;

	if (!v3)
		return h.ok && version == 1;
	wire_skip(&h, 9);
	uint16_t tail = wire_be16(&h);
	if (tail & 1)		       /* O: a platform's own header follows */
		(void)span_take(s, 8); /* a failure sticks to S */
	return s->w.ok && version == 2 && (tail >> 10 & 0x1f) == 0;
}

/* What GRE's protocol type says is inside; NEXT_NONE when that is not known. */
static enum next
gre_inside(struct decode *d, uint16_t type, bool has_sequence)
{
	switch (type) {
	case TYPE_IP4:
		return NEXT_IP4;
	case TYPE_IP6:
		return NEXT_IP6;
	case TYPE_TEB:
		return NEXT_ETHER;
	case TYPE_PPP:
		return NEXT_PPP;
	case TYPE_MPLS:
	case TYPE_MPLS_MULTI:
		d->type = type;
		return NEXT_MPLS;
	case TYPE_ERSPAN:
	case TYPE_ERSPAN3:
		stack_add(d->stack, LAYER_ERSPAN);
		if (type == TYPE_ERSPAN && !has_sequence)
			return NEXT_ETHER;
		return erspan(&d->at, type == TYPE_ERSPAN3) ? NEXT_ETHER : NEXT_NONE;
	default:
		return NEXT_NONE;
	}
}

/* RFC 1701's source route: entries {address family, offset, length, address}, the last with length
 * 0. */
static bool
gre_routing(struct span *s)
{
	for (unsigned i = 0; i < GRE_ROUTES; i++) {
		struct wire h = span_take(s, 4);

		wire_skip(&h, 3);
		uint8_t size = wire_u8(&h);
		if (!s->w.ok)
			return false;
		if (size == 0)
			return true;
		(void)span_take(s, size); /* a failure sticks to S */
	}
	return false;
}

static enum next
gre_pptp(struct decode *d, struct packet *p, uint16_t flags, uint16_t type)
{
	struct span *s = &d->at;
	struct wire h;

	if ((flags & GRE_RESERVED1) || !(flags & GRE_KEY) || type != TYPE_PPP)
		return tunnel_bad(d, p, NULL);
	h = span_take(s, 4);
	size_t length = wire_be16(&h);
	size_t counters = (flags & GRE_SEQUENCE ? 4 : 0) + (flags & GRE_ACK ? 4 : 0);
	(void)span_take(s, counters); /* a failure sticks to S */
	if (!s->w.ok)
		return tunnel_bad(d, p, s);
	if (length > s->wire && !s->open)
		return tunnel_bad(d, p, NULL);
	if (length == 0) /* only an acknowledgment */
		return NEXT_NONE;
	span_limit(s, length);
	return decode_enter(d, p, NEXT_PPP);
}

enum next
decode_gre(struct decode *d, struct packet *p)
{
	struct span *s = &d->at;
	size_t optional = 0;

	stack_add(d->stack, LAYER_GRE);
	p->payload = (uint32_t)s->wire;
	packet_end(d, p);
	struct wire h = span_take(s, 4);
	uint16_t flags = wire_be16(&h), type = wire_be16(&h);
	if (!h.ok)
		return tunnel_bad(d, p, s);
	if ((flags & GRE_VERSION) == 1)
		return gre_pptp(d, p, flags, type);
	if (flags & (GRE_VERSION | GRE_RESERVED0))
		return tunnel_bad(d, p, NULL);
	if (flags & (GRE_CHECKSUM | GRE_ROUTING))
		optional += 4;
	if (flags & GRE_KEY)
		optional += 4;
	if (flags & GRE_SEQUENCE)
		optional += 4;
	h = span_take(s, optional);
	if (!h.ok || ((flags & GRE_ROUTING) && !gre_routing(s)))
		return tunnel_bad(d, p, s);
	enum next inside = gre_inside(d, type, flags & GRE_SEQUENCE);
	if (inside == NEXT_NONE)
		return tunnel_bad(d, p, s);
	return decode_enter(d, p, inside);
}

enum next
decode_etherip(struct decode *d, struct packet *p)
{
	struct wire h;

	stack_add(d->stack, LAYER_OTHER);
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	h = span_take(&d->at, 2);
	uint16_t version = wire_be16(&h);
	if (!h.ok || version != 0x3000)
		return tunnel_bad(d, p, &d->at);
	return decode_enter(d, p, NEXT_ETHER);
}

/* The readers of UDP tunnels. Each looks whether S begins with its header in strict form; then S
 * stands behind it and what is inside is returned. NEXT_NONE: it is not this tunnel. A reader that
 * ran out of bytes lets S fail. */

static enum next
vxlan(struct span *s)
{
	struct wire h = span_take(s, 8);
	uint8_t flags = wire_u8(&h);

	wire_skip(&h, 6);
	uint8_t reserved = wire_u8(&h);
	/* I, and G of the group policy extension, which uses the three bytes behind the flags. */
	if ((flags != 0x08 && flags != 0x88) || reserved != 0 ||
	    (s->wire < ETHER_HEADER && !s->open))
		return NEXT_NONE;
	return NEXT_ETHER;
}

/* IP inside S, when S has room for its header and begins with the right version. */
static enum next
ip_inside(const struct span *s)
{
	struct span peek = *s;
	struct wire h = span_take(&peek, 1);
	uint8_t version = wire_u8(&h) >> 4;

	if (version == 4 && (s->wire >= IP4_HEADER || s->open))
		return NEXT_IP4;
	if (version == 6 && (s->wire >= IP6_HEADER || s->open))
		return NEXT_IP6;
	return !h.ok && peek.cut ? NEXT_CUT : NEXT_NONE;
}

static enum next
geneve(struct span *s)
{
	struct wire h = span_take(s, 8);
	uint8_t form = wire_u8(&h), flags = wire_u8(&h);
	uint16_t type = wire_be16(&h);

	wire_skip(&h, 3);
	uint8_t reserved = wire_u8(&h);
	if (form >> 6 != 0 || (flags & 0x3f) != 0 || reserved != 0)
		return NEXT_NONE;
	struct wire options = span_take(s, (form & 0x3f) * (size_t)4);
	while (options.ok && wire_left(&options) > 0) { /* at most 63 turns of 4 bytes */
		wire_skip(&options, 3);
		wire_skip(&options, (wire_u8(&options) & 0x1f) * (size_t)4);
	}
	if (!options.ok)
		return NEXT_NONE;
	if (type == TYPE_TEB && (s->wire >= ETHER_HEADER || s->open))
		return NEXT_ETHER;
	enum next inside = ip_inside(s);
	bool same =
	    (type == TYPE_IP4 && inside == NEXT_IP4) || (type == TYPE_IP6 && inside == NEXT_IP6);
	return same || inside == NEXT_CUT ? inside : NEXT_NONE;
}

/* An authentication and an origin indication may stand before the IPv6 packet, in this order. */
static enum next
teredo(struct span *s)
{
	struct span peek = *s;
	struct wire h = span_take(&peek, 4);
	uint16_t indicator = wire_be16(&h);

	if (h.ok && indicator == 0x0001) {
		size_t size = wire_u8(&h);
		size += wire_u8(&h);
		(void)span_take(&peek, size + 9); /* names, nonce, confirmation */
		*s = peek;
		h = span_take(&peek, 2);
		indicator = wire_be16(&h);
	}
	if (h.ok && indicator == 0x0000)
		(void)span_take(s, 8); /* a failure sticks to S */
	peek = *s;
	h = span_take(&peek, 6);
	uint8_t version = wire_u8(&h) >> 4;
	wire_skip(&h, 3);
	uint16_t length = wire_be16(&h);
	if (!h.ok) {
		*s = peek;
		return NEXT_NONE;
	}
	bool fits = s->open || (s->wire >= IP6_HEADER && length <= s->wire - IP6_HEADER);
	return version == 6 && fits ? NEXT_IP6 : NEXT_NONE;
}

static enum next
gtpu(struct span *s)
{
	struct wire h = span_take(s, 8);
	uint8_t flags = wire_u8(&h), type = wire_u8(&h);
	uint16_t length = wire_be16(&h);
	uint8_t extension = 0;

	if (flags >> 4 != 3 || (flags & 0x08) || type != 255 || length == 0 ||
	    (length > s->wire && !s->open))
		return NEXT_NONE;
	span_limit(s, length);
	if (flags & 0x07) {
		h = span_take(s, 4);
		wire_skip(&h, 3);
		extension = wire_u8(&h);
	}
	if (!(flags & 0x04))
		extension = 0;
	for (unsigned i = 0; extension != 0; i++) {
		h = span_take(s, 1);
		size_t size = wire_u8(&h) * (size_t)4;
		if (i == GTPU_EXTENSIONS || size == 0)
			return NEXT_NONE;
		h = span_take(s, size - 1);
		wire_skip(&h, size - 2);
		extension = wire_u8(&h);
	}
	return s->w.ok ? ip_inside(s) : NEXT_NONE;
}

static enum next
l2tp(struct span *s)
{
	struct wire h = span_take(s, 2);
	uint16_t flags = wire_be16(&h);
	size_t before = s->wire;

	if ((flags & 0x000f) != 2 || (flags & (L2TP_CONTROL | L2TP_RESERVED)))
		return NEXT_NONE;
	if (flags & L2TP_LENGTH) {
		h = span_take(s, 2);
		size_t length = wire_be16(&h);
		if (h.ok && (length < 8 || (length > before + 2 && !s->open)))
			return NEXT_NONE;
		if (h.ok)
			span_limit(s, length - 4);
	}
	size_t numbers = flags & L2TP_SEQUENCE ? 8 : 4; /* ids, and counters */
	(void)span_take(s, numbers);			/* a failure sticks to S */
	if (flags & L2TP_OFFSET) {
		h = span_take(s, 2);
		(void)span_take(s, wire_be16(&h));
	}
	return s->w.ok && (s->wire > 0 || s->open) ? NEXT_PPP : NEXT_NONE;
}

enum next
decode_udp_tunnel(struct decode *d, struct packet *p)
{
	struct span s = d->at;
	enum next inside = NEXT_NONE;
	uint8_t layer = LAYER_NONE;

	if (p->dport == PORT_VXLAN || p->dport == PORT_VXLAN_LINUX) {
		layer = LAYER_VXLAN;
		inside = vxlan(&s);
	} else if (p->dport == PORT_GENEVE) {
		layer = LAYER_GENEVE;
		inside = geneve(&s);
	} else if (p->dport == PORT_TEREDO || p->sport == PORT_TEREDO) {
		layer = LAYER_TEREDO;
		inside = teredo(&s);
	} else if (p->dport == PORT_GTPU || p->sport == PORT_GTPU) {
		layer = LAYER_GTPU;
		inside = gtpu(&s);
	} else if (p->dport == PORT_L2TP || p->sport == PORT_L2TP) {
		layer = LAYER_L2TP;
		inside = l2tp(&s);
	}
	bool cut = inside == NEXT_CUT || (!s.w.ok && s.cut);
	if (inside == NEXT_NONE && !cut)
		return NEXT_NONE;
	stack_add(d->stack, layer);
	d->at = s;
	if (!cut)
		return decode_enter(d, p, inside);
	if (decode_enter(d, p, NEXT_IP) == NEXT_NONE)
		return NEXT_NONE;
	return packet_bad(d, NULL, EVENT_TRUNCATED);
}
