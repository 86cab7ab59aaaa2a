/* fuzz_decode.c - any bytes as a frame: decode_frame() keeps its contract, and its fast path reads
 * what the layers read.
 *
 * The first byte chooses the link type, the next two (big endian) how many bytes the capture cut
 * off; the frame follows.
 */
#include <string.h>

#include "fuzz.h"
#include "worker/decode_in.h"

static bool
inside(const struct frame *f, const uint8_t *mac)
{
	return !mac || (mac >= f->bytes && (size_t)(mac - f->bytes) + 6 <= f->caplen);
}

/* What decode.h says of the fields of each kind. */
static void
check_packet(const struct frame *f, const struct packet *p, const struct stack *stack)
{
	bool ports = p->proto == PROTO_TCP || p->proto == PROTO_UDP || p->proto == PROTO_SCTP ||
		     p->proto == PROTO_ICMP || p->proto == PROTO_ICMP6;

	CHECK(p->kind <= PACKET_BAD && p->event < EVENT_COUNT);
	CHECK((p->kind == PACKET_BAD) == (p->event != EVENT_NONE));
	CHECK(p->bytes == f->wirelen && p->payload <= f->wirelen);
	CHECK(
	    p->depth <= DECODE_DEPTH || (p->event == EVENT_DEPTH && p->depth == DECODE_DEPTH + 1));
	CHECK(p->nstack <= stack->n && p->vlan[0] < 4096 && p->vlan[1] < 4096 &&
	      (p->vlan[0] || !p->vlan[1]));
	CHECK(inside(f, p->smac) && inside(f, p->dmac));
	CHECK(p->fragment <= FRAGMENT_LATER);
	CHECK((!p->sport && !p->dport) ||
	      (ports && p->fragment != FRAGMENT_LATER && p->kind != PACKET_BAD));
	CHECK(!p->tcp_flags ||
	      (p->proto == PROTO_TCP && p->kind == PACKET_IP && (p->tcp_flags & ~0x17) == 0));
	CHECK(p->fragment != FRAGMENT_NONE || p->fragment_id == 0);
	CHECK(p->payload_at <= f->caplen && p->payload_at + p->fragment_size <= f->wirelen);
	CHECK(p->fragment != FRAGMENT_NONE || p->fragment_at + p->fragment_size + p->more == 0);
	CHECK(p->kind == PACKET_LINK ? p->unexpected != 0 : true);
	CHECK(!p->is4 || addr_is4(&p->src));
	if (p->kind == PACKET_ARP || p->kind == PACKET_CONTROL || p->kind == PACKET_LINK)
		CHECK(!p->proto && !p->payload &&
		      !(p->src.d[0] | p->src.d[1] | p->dst.d[0] | p->dst.d[1]));
}

static void
check_frame(const struct frame *f, const struct packet *p, unsigned n, const struct stack *stack)
{
	CHECK(n >= 1 && n <= DECODE_PACKETS && stack->n <= FINDING_STACK);
	for (uint8_t i = 0; i < stack->n; i++)
		CHECK(stack->layer[i] > LAYER_NONE && stack->layer[i] < LAYER_COUNT);
	CHECK(p[0].depth == 0);
	for (unsigned i = 0; i < n; i++) {
		check_packet(f, &p[i], stack);
		CHECK(i == 0 || p[i].depth == p[i - 1].depth + p[i - 1].encapsulates);
		CHECK(i + 1 < n || !p[i].encapsulates);
		CHECK(i + 1 == n || p[i].kind != PACKET_BAD);
		CHECK(p[i].kind != PACKET_QUOTE ||
		      (i > 0 && (p[i - 1].proto == PROTO_ICMP || p[i - 1].proto == PROTO_ICMP6)));
	}
}

static void
check_same(const struct packet *a, const struct packet *b)
{
	CHECK(addr_equal(&a->src, &b->src) && addr_equal(&a->dst, &b->dst) && a->kind == b->kind &&
	      a->is4 == b->is4);
	CHECK(a->proto == b->proto && a->sport == b->sport && a->dport == b->dport &&
	      a->tcp_flags == b->tcp_flags);
	CHECK(a->fragment == b->fragment && a->depth == b->depth && a->nstack == b->nstack &&
	      a->fragment_id == b->fragment_id);
	CHECK(a->payload_at == b->payload_at && a->fragment_at == b->fragment_at &&
	      a->fragment_size == b->fragment_size && a->more == b->more);
	CHECK(a->payload == b->payload && a->bytes == b->bytes && a->vlan[0] == b->vlan[0] &&
	      a->vlan[1] == b->vlan[1]);
	CHECK(a->unexpected == b->unexpected && a->encapsulates == b->encapsulates &&
	      a->smac == b->smac && a->dmac == b->dmac);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t links[] = {
		FRAME_ETHERNET,
		FRAME_RAW,
		FRAME_NULL,
		FRAME_LOOP,
		FRAME_SLL,
		FRAME_SLL2,
		FRAME_IPV4,
		FRAME_IPV6,
		FRAME_RAW_OLD,
		105,
	};
	struct wire w = wire_of(data, size);
	uint8_t link = wire_u8(&w);
	size_t beyond = wire_be16(&w), caplen = wire_left(&w);
	struct packet out[DECODE_PACKETS], slow[DECODE_PACKETS];
	struct stack stack, other;

	if (!w.ok || caplen > UINT32_MAX / 2)
		return 0;
	struct frame f = { .bytes = wire_take(&w, caplen),
		.caplen = (uint32_t)caplen,
		.wirelen = (uint32_t)(caplen + beyond),
		.link = links[link % (sizeof links / sizeof links[0])] };
	memset(out, 0x5a, sizeof out);
	memset(&stack, 0x5a, sizeof stack);
	unsigned n = decode_frame(&f, out, &stack);
	check_frame(&f, out, n, &stack);
	CHECK(decode_layers(&f, slow, &other) == n && other.n == stack.n &&
	      memcmp(other.layer, stack.layer, stack.n) == 0);
	for (unsigned i = 0; i < n; i++)
		check_same(&out[i], &slow[i]);
	return 0;
}
