/* decode_plain.c - the frame that nearly all frames are, read in one go: a third of the time that
 * the layers take. Untagged Ethernet, IPv4 without options, whole, TCP or UDP to no tunnel's port,
 * nothing wrong with it.
 *
 * Every bound is tested once, for the whole header; the compiler sees that the reads behind it fit.
 * TCP and UDP share one path, because a branch between them would be mispredicted half of the time.
 * What is unusual in any way is left to the layers, so that no rule is written twice: here stand
 * only the tests that nothing is unusual.
 */
#include "worker/decode_in.h"

enum {
	IP4_PLAIN = 0x45,	/* version 4, header of 20 bytes */
	FRAGMENT_BITS = 0x3fff, /* more fragments, and the offset */
	UDP_HEADER = 8,
	FLAGS_KEPT = 0x17,
};

/* `yes ? a : b`, which the compiler would make a branch. */
static inline size_t
choose(bool yes, size_t a, size_t b)
{
	return b ^ ((a ^ b) & (0 - (size_t)yes));
}

/* False, and P and STACK of no meaning, when the frame is any other: it is read layer by layer.
 * What this gives is what decode_layers() gives, only sooner. */
static inline bool
decode_plain(const struct frame *f, struct packet *p, struct stack *stack)
{
	struct wire w = wire_of(f->bytes, f->caplen);
	struct wire h = wire_sub(&w, ETHER_HEADER + IP4_HEADER + TCP_HEADER);

	if (!h.ok || f->link != FRAME_ETHERNET || f->wirelen < f->caplen)
		return false;
	const uint8_t *dmac = wire_take(&h, 6), *smac = wire_take(&h, 6);
	uint16_t type = wire_be16(&h);
	uint8_t form = wire_u8(&h);
	wire_skip(&h, 1);
	size_t total = wire_be16(&h);
	wire_skip(&h, 2);
	uint16_t place = wire_be16(&h);
	wire_skip(&h, 1);
	uint8_t proto = wire_u8(&h);
	wire_skip(&h, 2);
	if (type != TYPE_IP4 || form != IP4_PLAIN || (place & FRAGMENT_BITS) ||
	    total > f->wirelen - ETHER_HEADER)
		return false;
	const uint8_t *src = wire_take(&h, 4), *dst = wire_take(&h, 4);
	uint16_t sport = wire_be16(&h), dport = wire_be16(&h);

	/* UDP: its length; TCP: the data offset and flags. A shorter UDP packet than a TCP header
	 * is left to the layers. */
	size_t length = wire_be16(&h);
	wire_skip(&h, 6);
	size_t offset = (wire_u8(&h) >> 4) * (size_t)4;
	uint8_t flags = wire_u8(&h) & FLAGS_KEPT;
	bool udp = proto == PROTO_UDP;
	size_t header = choose(udp, UDP_HEADER, offset),
	       least = choose(udp, UDP_HEADER, TCP_HEADER);
	size_t end = choose(udp, length, offset);
	if (proto != choose(udp, PROTO_UDP, PROTO_TCP) || end < least || end + IP4_HEADER > total)
		return false;
	if (udp & decode_is_tunnel_port(sport, dport))
		return false;
	packet_clear(p);
	p->src = addr_from4(src);
	p->dst = addr_from4(dst);
	p->kind = PACKET_IP;
	p->is4 = true;
	p->proto = proto;
	p->sport = sport;
	p->dport = dport;
	p->tcp_flags = (uint8_t)choose(udp, 0, flags);
	p->nstack = 3;
	p->payload_at = ETHER_HEADER + IP4_HEADER;
	p->payload = (uint32_t)(total - IP4_HEADER - header);
	p->bytes = f->wirelen;
	p->smac = smac;
	p->dmac = dmac;
	stack->n = 3;
	stack->layer[0] = LAYER_ETH;
	stack->layer[1] = LAYER_IP4;
	stack->layer[2] = (uint8_t)choose(udp, LAYER_UDP, LAYER_TCP);
	return true;
}

unsigned
decode_frame(const struct frame *f, struct packet *out, struct stack *stack)
{
	if (decode_plain(f, out, stack))
		return 1;
	return decode_layers(f, out, stack);
}
