/* decode_transport.c - TCP, UDP, ICMP, ICMPv6, SCTP, and which protocols are encapsulations.
 *   RFC 9293, 768, 792, 4443, 9260.
 *
 * A first fragment may end inside a header: what the header's first bytes say, the ports, must be
 * there; the rest need not.
 */
#include "worker/decode_in.h"

enum { TCP_FLAGS = 14, UDP_HEADER = 8, ICMP_HEADER = 8, SCTP_HEADER = 12, PORTS = 4 };

/* FIN, SYN, RST, ACK */
enum { TCP_FLAGS_KEPT = 0x17 };

bool
decode_ports(struct span *s, struct packet *p)
{
	struct wire h;

	switch (p->proto) {
	case PROTO_TCP:
	case PROTO_UDP:
	case PROTO_SCTP:
		h = span_take(s, PORTS);
		p->sport = wire_be16(&h);
		p->dport = wire_be16(&h);
		return h.ok;
	case PROTO_ICMP:
	case PROTO_ICMP6:
		h = span_take(s, 2);
		p->dport = wire_u8(&h);
		p->sport = wire_u8(&h);
		return h.ok;
	default:
		return true;
	}
}

/* A header of SIZE bytes that is not here whole. In a first fragment the rest of it is in the next
 * one, so its ports are enough. */
static enum next
transport_cut(struct decode *d, struct packet *p, size_t size, uint8_t event)
{
	bool tiny =
	    p->fragment == FRAGMENT_FIRST && d->at.wire == wire_left(&d->at.w) && d->at.wire < size;
	struct span ports = d->at;

	ports.w.ok = true; /* the failure was about the whole header */
	if (tiny) {
		ports.open = false;
		if (!decode_ports(&ports, p))
			return packet_bad(d, p, event);
		packet_end(d, p);
		return NEXT_NONE;
	}
	return packet_bad(d, p, span_event(&d->at, event));
}

static enum next
decode_tcp(struct decode *d, struct packet *p)
{
	size_t whole = d->at.wire;
	struct span start = d->at;
	struct wire h = span_take(&d->at, TCP_HEADER);

	stack_add(d->stack, LAYER_TCP);
	if (!h.ok) {
		if (p->fragment == FRAGMENT_FIRST && whole >= TCP_FLAGS && whole < TCP_HEADER) {
			h = span_take(&start, TCP_FLAGS);
			wire_skip(&h, TCP_FLAGS - 1);
			p->tcp_flags = wire_u8(&h) & TCP_FLAGS_KEPT;
		}
		return transport_cut(d, p, TCP_HEADER, EVENT_TCP);
	}
	p->sport = wire_be16(&h);
	p->dport = wire_be16(&h);
	wire_skip(&h, 8);
	size_t size = (wire_u8(&h) >> 4) * (size_t)4;
	p->tcp_flags = wire_u8(&h) & TCP_FLAGS_KEPT;
	if (size < TCP_HEADER || (size > whole && !d->at.open))
		return packet_bad(d, p, EVENT_TCP);
	p->payload = (uint32_t)(size < whole ? whole - size : 0);
	packet_end(d, p);
	return NEXT_NONE;
}

static enum next
decode_udp(struct decode *d, struct packet *p)
{
	size_t whole = d->at.wire;
	struct wire h = span_take(&d->at, UDP_HEADER);

	stack_add(d->stack, LAYER_UDP);
	if (!h.ok)
		return transport_cut(d, p, UDP_HEADER, EVENT_UDP);
	p->sport = wire_be16(&h);
	p->dport = wire_be16(&h);
	size_t length = wire_be16(&h);
	if (length == 0 && whole > UINT16_MAX) /* RFC 2675, 4 */
		length = whole;
	if (length < UDP_HEADER || (length > whole && !d->at.open))
		return packet_bad(d, p, EVENT_UDP);
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	if (!decode_is_tunnel_port(p->sport, p->dport))
		return NEXT_NONE;
	span_limit(&d->at, length - UDP_HEADER);
	return decode_udp_tunnel(d, p);
}

static bool
quotes(const struct packet *p)
{
	uint16_t type = p->dport;

	if (p->proto == PROTO_ICMP6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static enum next
decode_icmp(struct decode *d, struct packet *p)
{
	struct wire h = span_take(&d->at, ICMP_HEADER);

	stack_add(d->stack, p->proto == PROTO_ICMP ? LAYER_ICMP : LAYER_ICMP6);
	if (!h.ok)
		return transport_cut(d, p, ICMP_HEADER, EVENT_ICMP);
	p->dport = wire_u8(&h);
	p->sport = wire_u8(&h);
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	if (quotes(p) && p->is4 == (p->proto == PROTO_ICMP))
		decode_quote(d, p);
	return NEXT_NONE;
}

static enum next
decode_sctp(struct decode *d, struct packet *p)
{
	struct wire h = span_take(&d->at, SCTP_HEADER);

	stack_add(d->stack, LAYER_SCTP);
	if (!h.ok)
		return transport_cut(d, p, SCTP_HEADER, EVENT_SCTP);
	p->sport = wire_be16(&h);
	p->dport = wire_be16(&h);
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	return NEXT_NONE;
}

/* A protocol without a header of its own: an IP packet follows. */
static enum next
decode_ip_in_ip(struct decode *d, struct packet *p, enum next inside)
{
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	return decode_enter(d, p, inside);
}

enum next
decode_transport(struct decode *d, struct packet *p)
{
	switch (p->proto) {
	case PROTO_TCP:
		return decode_tcp(d, p);
	case PROTO_UDP:
		return decode_udp(d, p);
	case PROTO_ICMP:
	case PROTO_ICMP6:
		return decode_icmp(d, p);
	case PROTO_SCTP:
		return decode_sctp(d, p);
	case PROTO_IP4:
		return decode_ip_in_ip(d, p, NEXT_IP4);
	case PROTO_IP6:
		return decode_ip_in_ip(d, p, NEXT_IP6);
	case PROTO_GRE:
		return decode_gre(d, p);
	case PROTO_ETHERIP:
		return decode_etherip(d, p);
	default:
		break;
	}
	stack_add(d->stack, LAYER_OTHER);
	p->payload = (uint32_t)d->at.wire;
	packet_end(d, p);
	return NEXT_NONE;
}
