/* decode.c - one frame from its link header to its innermost packet. */
#include "worker/decode_in.h"

static const struct {
	const char *name;
	uint16_t what;
} events[EVENT_COUNT] = {
	[EVENT_NONE] = { "none", 0 },
	[EVENT_TRUNCATED] = { "truncated", WHAT_TRUNCATED },
	[EVENT_LINKTYPE] = { "linktype", WHAT_UNSUPPORTED_FORMAT },
	[EVENT_FRAME_SHORT] = { "frame-short", WHAT_MALFORMED },
	[EVENT_LLC_LENGTH] = { "llc-length", WHAT_MALFORMED },
	[EVENT_TAGS] = { "tags", WHAT_LIMIT },
	[EVENT_PPPOE] = { "pppoe", WHAT_MALFORMED },
	[EVENT_IP_VERSION] = { "ip-version", WHAT_MALFORMED },
	[EVENT_IP4_HEADER] = { "ip4-header", WHAT_MALFORMED },
	[EVENT_IP4_LENGTH] = { "ip4-length", WHAT_MALFORMED },
	[EVENT_IP6_LENGTH] = { "ip6-length", WHAT_MALFORMED },
	[EVENT_IP6_EXTENSION] = { "ip6-extension", WHAT_MALFORMED },
	[EVENT_IP6_CHAIN] = { "ip6-chain", WHAT_LIMIT },
	[EVENT_FRAGMENT] = { "fragment", WHAT_MALFORMED },
	[EVENT_TCP] = { "tcp", WHAT_MALFORMED },
	[EVENT_UDP] = { "udp", WHAT_MALFORMED },
	[EVENT_ICMP] = { "icmp", WHAT_MALFORMED },
	[EVENT_SCTP] = { "sctp", WHAT_MALFORMED },
	[EVENT_INNER] = { "inner", WHAT_OPAQUE_TUNNEL },
	[EVENT_DEPTH] = { "depth", WHAT_DEPTH },
};

const char *
decode_event_name(uint8_t event)
{
	return event < EVENT_COUNT ? events[event].name : "?";
}

uint16_t
decode_event_what(uint8_t event)
{
	return event < EVENT_COUNT ? events[event].what : 0;
}

/* Is it an error of form in a link or network header, which inside an encapsulation says only that
 * this is not what it claims? */
static bool
is_form(uint8_t event)
{
	return event == EVENT_FRAME_SHORT || event == EVENT_LLC_LENGTH || event == EVENT_PPPOE ||
	       event == EVENT_IP_VERSION || event == EVENT_IP4_HEADER ||
	       event == EVENT_IP4_LENGTH || event == EVENT_IP6_LENGTH;
}

enum next
packet_bad(struct decode *d, struct packet *p, uint8_t event)
{
	if (!p)
		p = packet_start(d, PACKET_BAD);
	p->kind = PACKET_BAD;
	p->event = d->depth > 0 && is_form(event) ? EVENT_INNER : event;
	p->sport = p->dport = 0;
	p->tcp_flags = 0;
	p->fragment = FRAGMENT_NONE;
	p->fragment_id = 0;
	p->more = false;
	p->payload_at = 0;
	p->fragment_at = p->fragment_size = 0;
	p->payload = 0;
	packet_end(d, p);
	return NEXT_NONE;
}

enum next
decode_enter(struct decode *d, struct packet *p, enum next inside)
{
	p->encapsulates = true;
	d->depth++;
	d->unexpected = 0;
	d->to = NULL;
	d->inside = d->at.w.p;
	if (d->depth > DECODE_DEPTH)
		return packet_bad(d, NULL, EVENT_DEPTH);
	return inside;
}

/* IPv4 or IPv6, where nothing but the first four bits says which. */
static enum next
decode_ip(struct decode *d)
{
	struct span peek = d->at;
	struct wire h = span_take(&peek, 1);

	if (!h.ok)
		return packet_bad(d, NULL, span_event(&peek, EVENT_FRAME_SHORT));
	switch (wire_u8(&h) >> 4) {
	case 4:
		return NEXT_IP4;
	case 6:
		return NEXT_IP6;
	default:
		return packet_bad(d, NULL, EVENT_IP_VERSION);
	}
}

static inline __attribute__((always_inline)) enum next
decode_layer(struct decode *d, enum next next)
{
	switch (next) {
	case NEXT_ETHER:
		return decode_ether(d);
	case NEXT_TYPE:
		return decode_type(d);
	case NEXT_MPLS:
		return decode_mpls(d);
	case NEXT_PPP:
		return decode_ppp(d);
	case NEXT_IP4:
		return decode_ip4(d);
	case NEXT_IP6:
		return decode_ip6(d);
	case NEXT_IP:
		return decode_ip(d);
	case NEXT_NONE:
	case NEXT_CUT:
		break;
	}
	return NEXT_NONE;
}

static inline __attribute__((always_inline)) struct decode
read_layers(const struct frame *f, struct packet *out, struct stack *stack)
{
	struct decode d = {
		.f = f, .out = out, .stack = stack,
		.at = {
			.w = wire_of(f->bytes, f->caplen),
			.wire = f->wirelen > f->caplen ? f->wirelen : f->caplen,
		},
	};
	enum next next;

	stack->n = 0;
	next = decode_link(&d);
	while (next != NEXT_NONE)
		next = decode_layer(&d, next);
	return d;
}

unsigned
decode_layers(const struct frame *f, struct packet *out, struct stack *stack)
{
	return read_layers(f, out, stack).n;
}

/* Where the transport header ends whose first part was read: options follow that of TCP. A cut one,
 * of a first fragment, ends with the frame. */
static const uint8_t *
transport_end(const struct decode *d, const struct packet *p)
{
	const uint8_t *at = d->at.w.p;
	size_t options;

	if (!d->at.w.ok)
		return d->at.w.end;
	if (p->kind != PACKET_IP || p->proto != PROTO_TCP || p->fragment == FRAGMENT_LATER)
		return at;
	options = (at[-8] >> 4) * (size_t)4 - TCP_HEADER; /* not less, or it would be a bad one */
	return options < wire_left(&d->at.w) ? at + options : d->at.w.end;
}

uint32_t
decode_headers(const struct frame *f)
{
	struct packet out[DECODE_PACKETS];
	struct stack stack;
	struct decode d = read_layers(f, out, &stack);
	const struct packet *last = &out[d.n - 1];
	const uint8_t *end = d.at.w.p;
	uint32_t size;

	if (last->kind != PACKET_BAD)
		end = transport_end(&d, last);
	else if (last->depth > 0)
		end = d.inside;
	size = (uint32_t)(end - f->bytes);
	if (last->kind == PACKET_BAD && last->depth == 0 && size < DECODE_UNREADABLE)
		size = DECODE_UNREADABLE;
	return size < f->caplen ? size : f->caplen;
}
