/* test_decode.c - frames of every kind, what is to be read from them, and what happens when they
 * are cut or damaged anywhere.
 *
 * The cases in decode_*.def were written with craft; what is to be read is written by hand, and
 * tshark reads the good ones alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "base/addr.h"
#include "base/text.h"
#include "worker/decode_in.h"

enum { TEXT = 4096, FRAME = 4096 };

struct example {
	const char *from, *hex, *want;
};

static const struct example examples[] = {
#define CASE(from, hex, want) { from, hex, want },
#include "decode_link.def"
#include "decode_network.def"
#include "decode_tunnels.def"
#include "decode_udp.def"
#undef CASE
};

enum { EXAMPLES = sizeof examples / sizeof examples[0] };

static size_t
bytes_of(const char *hex, uint8_t *to)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2) {
		char pair[3] = { hex[0], hex[1], 0 };
		assert_true(n < FRAME);
		to[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return n;
}

static void
ends_text(struct text *t, const struct packet *p)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];

	text_add(t, " %s>%s %u", addr_text(src, &p->src), addr_text(dst, &p->dst), p->proto);
	if (p->sport || p->dport)
		text_add(t, " %u>%u", p->sport, p->dport);
}

static void
packet_text(struct text *t, const struct packet *p)
{
	static const char *const kinds[] = { "ip", "arp", "control", "link", "quote", "bad" };

	text_add(t, "%s%s", t->len > 0 ? "; " : "", kinds[p->kind]);
	if (p->kind == PACKET_BAD)
		text_add(t, ":%s", decode_event_name(p->event));
	if (p->kind == PACKET_IP || p->kind == PACKET_QUOTE ||
	    (p->kind == PACKET_BAD && (p->src.d[0] | p->src.d[1])))
		ends_text(t, p);
	if (p->tcp_flags)
		text_add(t, " flags=%u", p->tcp_flags);
	if (p->fragment != FRAGMENT_NONE)
		text_add(
		    t, " %s=%u", p->fragment == FRAGMENT_FIRST ? "first" : "later", p->fragment_id);
	if (p->fragment_size)
		text_add(t, ":%u+%u%s", p->fragment_at, p->fragment_size, p->more ? ".." : "");
	if (p->payload)
		text_add(t, " payload=%u", p->payload);
	if (p->depth)
		text_add(t, " depth=%u", p->depth);
	if (p->vlan[0] || p->vlan[1])
		text_add(t, " vlan=%u.%u", p->vlan[0], p->vlan[1]);
	if (p->unexpected)
		text_add(t, " unexpected=%04x", p->unexpected);
	if (p->encapsulates)
		text_add(t, " inside");
}

/* Packets, outermost first, and the stack. */
static void
frame_text(char to[TEXT], const struct packet *p, unsigned n, const struct stack *stack)
{
	struct text t = text_of(to, TEXT);

	for (unsigned i = 0; i < n; i++)
		packet_text(&t, &p[i]);
	text_add(&t, " [");
	for (unsigned i = 0; i < stack->n; i++)
		text_add(&t, "%s%s", i > 0 ? "/" : "", layer_word(stack->layer[i]));
	text_add(&t, "]");
	assert_false(t.cut);
}

/* The ports stand where the transport header is said to begin. */
static void
check_payload(const struct frame *f, const struct packet *p)
{
	struct wire w = wire_of(f->bytes, f->caplen);

	if (p->kind != PACKET_IP) {
		assert_int_equal(p->payload_at + p->fragment_at + p->fragment_size + p->more, 0);
		return;
	}
	assert_in_range(p->payload_at, IP4_HEADER, f->caplen);
	assert_true(
	    p->fragment != FRAGMENT_NONE || p->fragment_at + p->fragment_size + p->more == 0);
	assert_true(p->payload_at + p->fragment_size <= f->wirelen || f->wirelen < f->caplen);
	wire_skip(&w, p->payload_at);
	if (p->fragment == FRAGMENT_LATER) {
		assert_int_equal(p->fragment_size, p->payload);
	} else if (p->proto == PROTO_TCP || p->proto == PROTO_UDP || p->proto == PROTO_SCTP) {
		assert_int_equal(wire_be16(&w), p->sport);
		assert_int_equal(wire_be16(&w), p->dport);
		assert_true(w.ok);
	}
}

/* What holds for every result, whatever the frame. */
static void
check_contract(const struct frame *f, const struct packet *p, unsigned n, const struct stack *stack)
{
	assert_in_range(n, 1, DECODE_PACKETS);
	assert_true(stack->n <= FINDING_STACK);
	for (unsigned i = 0; i < n; i++) {
		assert_true(p[i].kind <= PACKET_BAD);
		assert_true(p[i].event < EVENT_COUNT);
		assert_int_equal(p[i].kind == PACKET_BAD, p[i].event != EVENT_NONE);
		assert_int_equal(p[i].bytes, f->wirelen);
		assert_true(p[i].depth <= DECODE_DEPTH ||
			    (p[i].event == EVENT_DEPTH && p[i].depth == DECODE_DEPTH + 1));
		assert_true(p[i].nstack <= stack->n);
		assert_true(i == 0 || p[i].depth >= p[i - 1].depth);
		assert_true(!p[i].encapsulates || (i + 1 < n && p[i + 1].depth == p[i].depth + 1));
		assert_true(
		    !p[i].smac || (p[i].smac >= f->bytes && p[i].smac + 6 <= f->bytes + f->caplen));
		assert_true(
		    !p[i].dmac || (p[i].dmac >= f->bytes && p[i].dmac + 6 <= f->bytes + f->caplen));
		assert_true(p[i].kind != PACKET_LINK || p[i].unexpected != 0);
		check_payload(f, &p[i]);
	}
}

/* Decodes a copy of exactly CAPLEN bytes, so that a byte read behind them is seen, with garbage in
 * `out`; by both ways. */
static unsigned
decode_text(const uint8_t *bytes, size_t caplen, size_t wirelen, uint16_t link, char to[TEXT])
{
	uint8_t *copy = malloc(caplen + (caplen == 0));
	struct frame f = { .bytes = copy,
		.caplen = (uint32_t)caplen,
		.wirelen = (uint32_t)wirelen,
		.link = link };
	struct packet out[DECODE_PACKETS], layers[DECODE_PACKETS];
	struct stack stack, slow;
	char other[TEXT];

	assert_non_null(copy);
	memcpy(copy, bytes, caplen);
	memset(out, 0x5a, sizeof out);
	memset(&stack, 0x5a, sizeof stack);
	memset(layers, 0xa5, sizeof layers);
	unsigned n = decode_frame(&f, out, &stack);
	check_contract(&f, out, n, &stack);
	frame_text(to, out, n, &stack);
	assert_int_equal(decode_layers(&f, layers, &slow), n);
	frame_text(other, layers, n, &slow);
	assert_string_equal(other, to);
	assert_int_equal(out[0].nstack, layers[0].nstack);
	assert_ptr_equal(out[0].smac, layers[0].smac);
	assert_ptr_equal(out[0].dmac, layers[0].dmac);
	free(copy);
	return n;
}

static void
test_examples(void **state)
{
	unsigned wrong = 0;
	char got[TEXT];
	uint8_t bytes[FRAME];

	(void)state;
	for (size_t i = 0; i < EXAMPLES; i++) {
		size_t n = bytes_of(examples[i].hex, bytes);
		(void)decode_text(bytes, n, n, FRAME_ETHERNET, got);
		if (strcmp(got, examples[i].want) != 0) {
			wrong++;
			print_error(
			    "%s\n  want %s\n  got  %s\n", examples[i].from, examples[i].want, got);
		}
	}
	assert_int_equal(wrong, 0);
}

/* Every event but the two that need no bytes is that of an example. */
static void
test_every_event_has_an_example(void **state)
{
	(void)state;
	for (uint8_t e = EVENT_LINKTYPE + 1; e < EVENT_COUNT; e++) {
		char word[64];
		bool found = false;

		assert_in_range(snprintf(word, sizeof word, "bad:%s ", decode_event_name(e)), 1,
		    sizeof word - 1);
		for (size_t i = 0; i < EXAMPLES; i++)
			found = found || strstr(examples[i].want, word);
		if (!found)
			print_error("no example of %s\n", word);
		assert_true(found);
	}
}

/* Are the packets that a cut frame GOT before the cut those of the WHOLE one? But for whether one
 * has something inside: as long as that cannot be seen, it is taken to have. */
static bool
is_part_of(const char *got, const char *whole)
{
	const char *cut = strstr(got, "bad:truncated"), *inside = strstr(got, " inside");

	if (!cut)
		return false;
	if (inside && inside < cut)
		cut = inside;
	return strncmp(got, whole, (size_t)(cut - got)) == 0;
}

/* A frame cut by the capture gives what the whole frame gives, or ends with `truncated`; what it
 * had before stays true. */
static void
test_capture_cut_anywhere(void **state)
{
	char whole[TEXT], got[TEXT];
	uint8_t bytes[FRAME];

	(void)state;
	for (size_t i = 0; i < EXAMPLES; i++) {
		size_t n = bytes_of(examples[i].hex, bytes);
		(void)decode_text(bytes, n, n, FRAME_ETHERNET, whole);
		bool complete = false;
		for (size_t cut = 0; cut < n; cut++) {
			(void)decode_text(bytes, cut, n, FRAME_ETHERNET, got);
			bool same = strcmp(got, whole) == 0;
			if (!same && (complete || !is_part_of(got, whole)))
				fail_msg(
				    "%s\n  cut to %zu of %zu: %s", examples[i].from, cut, n, got);
			complete = same;
		}
	}
}

/* A frame that was that short on the wire is never `truncated`, but in a first fragment, where more
 * is in the next. */
static void
test_wire_cut_anywhere(void **state)
{
	char got[TEXT];
	uint8_t bytes[FRAME];

	(void)state;
	for (size_t i = 0; i < EXAMPLES; i++) {
		size_t n = bytes_of(examples[i].hex, bytes);
		for (size_t cut = 0; cut < n; cut++) {
			(void)decode_text(bytes, cut, cut, FRAME_ETHERNET, got);
			if (strstr(got, "truncated") && !strstr(got, " first="))
				fail_msg(
				    "%s\n  %zu of %zu bytes: %s", examples[i].from, cut, n, got);
		}
	}
}

struct until {
	size_t end; /* for frames shorter than this */
	uint8_t event;
};

/* Each shorter frame gives the event of the header that it ends in. */
static void
check_events(const char *hex, const struct until *until)
{
	uint8_t bytes[FRAME];
	size_t n = bytes_of(hex, bytes);
	struct packet out[DECODE_PACKETS];
	struct stack stack;

	for (size_t cut = 0; cut < n; cut++) {
		struct frame f = { .bytes = bytes,
			.caplen = (uint32_t)cut,
			.wirelen = (uint32_t)cut,
			.link = FRAME_ETHERNET };
		const struct until *u = until;

		while (cut >= u->end)
			u++;
		unsigned k = decode_frame(&f, out, &stack);
		assert_int_equal(out[k - 1].kind, PACKET_BAD);
		if (out[k - 1].event != u->event)
			fail_msg(
			    "%s cut to %zu: %s", hex, cut, decode_event_name(out[k - 1].event));
	}
}

static void
test_cut_headers_name_their_event(void **state)
{
	static const struct until tagged4[] = { { 18, EVENT_FRAME_SHORT }, { 38, EVENT_IP4_HEADER },
		{ 58, EVENT_IP4_LENGTH } };
	static const struct until tagged6[] = { { 18, EVENT_FRAME_SHORT }, { 58, EVENT_IP6_LENGTH },
		{ 78, EVENT_IP6_LENGTH } };
	static const struct until pppoe[] = { { 14, EVENT_FRAME_SHORT }, { 20, EVENT_PPPOE },
		{ 50, EVENT_PPPOE } };
	static const struct until llc[] = { { 14, EVENT_FRAME_SHORT }, { 50, EVENT_LLC_LENGTH } };

	(void)state;
	check_events("020000000101"
		     "020000000105"
		     "8100"
		     "0014"
		     "0800"
		     "4500002800010000400600000101010102020202"
		     "0001000200000001000000005002ffff00000000",
	    tagged4);
	check_events("020000000101"
		     "020000000105"
		     "8100"
		     "0014"
		     "86dd"
		     "6000000000140640"
		     "fd000000000000000000000000000009"
		     "fd000000000000000000000000000007"
		     "0001000200000001000000005002ffff00000000",
	    tagged6);
	check_events("020000000101"
		     "020000000105"
		     "8864"
		     "110000010016"
		     "0021"
		     "4500001400010000405900000101010102020202",
	    pppoe);
	check_events("020000000101"
		     "020000000105"
		     "001c"
		     "aaaa030000000800"
		     "4500001400010000405900000101010102020202",
	    llc);
}

/* Decodes HEX with ZEROS bytes of zero behind it and checks what is read; CAPLEN 0: all of it is
 * there. */
static void
check_long(const char *hex, size_t zeros, size_t caplen, uint16_t link, const char *want)
{
	char got[TEXT];
	uint8_t head[FRAME];
	size_t n = bytes_of(hex, head);
	uint8_t *bytes = calloc(1, n + zeros);

	assert_non_null(bytes);
	memcpy(bytes, head, n);
	(void)decode_text(bytes, caplen ? caplen : n + zeros, n + zeros, link, got);
	assert_string_equal(got, want);
	free(bytes);
}

#define ETHER4                                                                                     \
	"020000000101"                                                                             \
	"020000000105"                                                                             \
	"0800"
#define ETHER6                                                                                     \
	"020000000101"                                                                             \
	"020000000105"                                                                             \
	"86dd"
#define ENDS6                                                                                      \
	"fd000000000000000000000000000009"                                                         \
	"fd000000000000000000000000000007"
#define TCP "0001000200000001000000005010ffff00000000"

/* Offloads hand over packets longer than their length fields: 188,000 bytes behind TCP headers. */
static void
test_offloads_and_jumbograms(void **state)
{
	static const char big4[] = ETHER4 "45000000000100004006000001010101"
					  "02020202" TCP;
	static const char big6[] = ETHER6 "6000000000000640" ENDS6 TCP;
	static const char jumbo[] =
	    ETHER6 "6000000000000040" ENDS6 "0600c2040002de7c" TCP; /* 8 + 20 + 188,000 = 0x2de7c */
	static const char udp[] = ETHER6 "6000000000000040" ENDS6 "1100c20400011180"
					 "0005000600000000"; /* 8 + 8 + 70,000 = 0x11180 */

	(void)state;
	for (size_t caplen = 0; caplen < 200; caplen += 120) {
		check_long(big4, 188000, caplen, FRAME_ETHERNET,
		    "ip 1.1.1.1>2.2.2.2 6 1>2 flags=16 payload=188000 [eth/ip4/tcp]");
		check_long(big6, 188000, caplen, FRAME_ETHERNET,
		    "ip fd00::9>fd00::7 6 1>2 flags=16 payload=188000 [eth/ip6/tcp]");
		check_long(jumbo, 188000, caplen, FRAME_ETHERNET,
		    "ip fd00::9>fd00::7 6 1>2 flags=16 payload=188000 [eth/ip6/tcp]");
		check_long(udp, 70000, caplen, FRAME_ETHERNET,
		    "ip fd00::9>fd00::7 17 5>6 payload=70000 [eth/ip6/udp]");
	}
	/* A jumbo length must be one that the field cannot hold: 8 + 8 + 65,519 = 65,535. */
	check_long(ETHER6 "6000000000000040" ENDS6 "1100c2040000ffff"
			  "000500060000ffff",
	    65519, 0, FRAME_ETHERNET, "bad:ip6-length fd00::9>fd00::7 0 [eth/ip6]");
	check_long(jumbo, 187999, 0, FRAME_ETHERNET, "bad:ip6-length fd00::9>fd00::7 0 [eth/ip6]");
	/* 64 KiB with its length in the field, most of it not captured. */
	check_long(ETHER4 "4500ffff000100004006000001010101"
			  "02020202" TCP,
	    65495, 96, FRAME_ETHERNET,
	    "ip 1.1.1.1>2.2.2.2 6 1>2 flags=16 payload=65495 [eth/ip4/tcp]");
	/* The frame is shorter on the wire than the length says: not the capture's fault. */
	check_long(ETHER4 "4500ffff000100004006000001010101"
			  "02020202" TCP,
	    65494, 96, FRAME_ETHERNET, "bad:ip4-length 1.1.1.1>2.2.2.2 6 [eth/ip4]");
}

#define IP4                                                                                        \
	"4500001c00010000401100000a0200090a030907"                                                 \
	"0005000600080000"
#define IP6   "6000000000081140" ENDS6 "0005000600080000"
#define READ4 "ip 10.2.0.9>10.3.9.7 17 5>6 "
#define READ6 "ip fd00::9>fd00::7 17 5>6 "

static void
test_link_types(void **state)
{
	static const uint16_t raw[] = { FRAME_RAW, FRAME_RAW_OLD },
			      null[] = { FRAME_NULL, FRAME_LOOP };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		check_long(IP4, 0, 0, raw[i], READ4 "[ip4/udp]");
		check_long(IP6, 0, 0, raw[i], READ6 "[ip6/udp]");
		check_long("50", 40, 0, raw[i], "bad:ip-version []");
		check_long("", 0, 0, raw[i], "bad:frame-short []");
		check_long("00000002" IP4, 0, 0, null[i], READ4 "[ip4/udp]");
		check_long("02000000" IP4, 0, 0, null[i], READ4 "[ip4/udp]");
		check_long("0000000a" IP6, 0, 0, null[i], READ6 "[ip6/udp]");
		check_long("18000000" IP6, 0, 0, null[i], READ6 "[ip6/udp]");
		check_long("0000001c" IP6, 0, 0, null[i], READ6 "[ip6/udp]");
		check_long("1e000000" IP6, 0, 0, null[i], READ6 "[ip6/udp]");
		check_long("00000003" IP4, 0, 0, null[i], "bad:linktype []");
		check_long("000000", 0, 0, null[i], "bad:frame-short []");
	}
	check_long(IP4, 0, 0, FRAME_IPV4, READ4 "[ip4/udp]");
	check_long(IP6, 0, 0, FRAME_IPV6, READ6 "[ip6/udp]");
	check_long(IP6, 0, 0, FRAME_IPV4, "bad:ip-version []");
	check_long(IP4, 40, 0, FRAME_IPV6, "bad:ip-version []");
	check_long(IP4, 0, 0, 105, "bad:linktype []");
	check_long("0000"
		   "0001"
		   "0006"
		   "0200000001050000"
		   "0800" IP4,
	    0, 0, FRAME_SLL, READ4 "[ip4/udp]");
	check_long("0004"
		   "0001"
		   "0006"
		   "0200000001050000"
		   "86dd" IP6,
	    0, 0, FRAME_SLL, READ6 "[ip6/udp]");
	check_long("0000"
		   "0001"
		   "0006"
		   "0200000001050000"
		   "8100"
		   "0014"
		   "0800" IP4,
	    0, 0, FRAME_SLL, "ip 10.2.0.9>10.3.9.7 17 5>6 vlan=20.0 [vlan/ip4/udp]");
	check_long("0001"
		   "0001"
		   "0006"
		   "0200000001050000"
		   "0004"
		   "424203",
	    35, 0, FRAME_SLL, "link unexpected=0142 [llc/other]");
	check_long("0000"
		   "0001"
		   "0006"
		   "0200000001050000"
		   "08",
	    0, 0, FRAME_SLL, "bad:frame-short []");
	check_long("0800"
		   "0000"
		   "00000003"
		   "0001"
		   "00"
		   "06"
		   "0200000001050000" IP4,
	    0, 0, FRAME_SLL2, READ4 "[ip4/udp]");
	check_long("86dd"
		   "0000"
		   "00000003"
		   "0304"
		   "00"
		   "00"
		   "0000000000000000" IP6,
	    0, 0, FRAME_SLL2, READ6 "[ip6/udp]");
	check_long("0806"
		   "0000"
		   "00000003"
		   "0001"
		   "00"
		   "06"
		   "0200000001050000"
		   "0001080006040001",
	    20, 0, FRAME_SLL2, "arp [other]");
}

/* MACs point into the frame; a cooked header has only the sender's, and only of Ethernet. */
static void
test_macs(void **state)
{
	uint8_t bytes[FRAME];
	struct packet out[DECODE_PACKETS];
	struct stack stack;
	size_t n = bytes_of(ETHER4 IP4, bytes);
	struct frame f = { .bytes = bytes,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = FRAME_ETHERNET };

	(void)state;
	assert_int_equal(decode_frame(&f, out, &stack), 1);
	assert_ptr_equal(out[0].dmac, bytes);
	assert_ptr_equal(out[0].smac, bytes + 6);
	assert_int_equal(out[0].bytes, n);
	f.link = FRAME_SLL;
	f.caplen = f.wirelen = (uint32_t)bytes_of("0000"
						  "0001"
						  "0006"
						  "0200000001050000"
						  "0800" IP4,
	    bytes);
	assert_int_equal(decode_frame(&f, out, &stack), 1);
	assert_null(out[0].dmac);
	assert_ptr_equal(out[0].smac, bytes + 6);
	bytes[3] = 2; /* another hardware than Ethernet */
	assert_int_equal(decode_frame(&f, out, &stack), 1);
	assert_null(out[0].smac);
	f.link = FRAME_RAW;
	f.caplen = f.wirelen = (uint32_t)bytes_of(IP4, bytes);
	assert_int_equal(decode_frame(&f, out, &stack), 1);
	assert_null(out[0].smac);
}

/* In a tunnel the outer MACs stay those of the packet inside; each packet's stack ends with its own
 * transport. */
static void
test_inner_packets(void **state)
{
	uint8_t bytes[FRAME];
	struct packet out[DECODE_PACKETS];
	struct stack stack;
	size_t n = bytes_of(ETHER4 "4500004e00010000401100000101010102020202"
				   "27"
				   "0f"
				   "12b5"
				   "003a0000"
				   "0800000000000500"
				   "0200000002010200000002050800" IP4,
	    bytes);
	struct frame f = { .bytes = bytes,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = FRAME_ETHERNET };

	(void)state;
	assert_int_equal(decode_frame(&f, out, &stack), 2);
	assert_int_equal(out[0].nstack, 3); /* eth/ip4/udp */
	assert_int_equal(out[1].nstack, 7); /* eth/ip4/udp/vxlan/eth/ip4/udp */
	assert_int_equal(stack.layer[3], LAYER_VXLAN);
	assert_ptr_equal(out[1].smac, bytes + 6);
	assert_ptr_equal(out[1].dmac, bytes);
	assert_true(out[0].is4 && out[1].is4);
}

/* Damaged frames: the contract holds, and both ways read alike. */
static void
test_random_damage(void **state)
{
	uint64_t seed = 0x5e6a0d17u;
	char got[TEXT];
	uint8_t bytes[FRAME];

	(void)state;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < 60; round++) {
		for (size_t i = 0; i < EXAMPLES; i++) {
			size_t n = bytes_of(examples[i].hex, bytes);
			for (unsigned k = 0; k < 1 + round % 3; k++) {
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				bytes[(seed >> 33) % (n < 64 ? n : 64)] ^=
				    (uint8_t)(1u << (seed >> 61));
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				bytes[(seed >> 33) % n] = (uint8_t)(seed >> 56);
			}
			size_t caplen = round % 4 == 0 ? (seed >> 40) % (n + 1) : n;
			(void)decode_text(
			    bytes, caplen, round % 2 ? caplen : n, FRAME_ETHERNET, got);
		}
	}
}

static void
test_event_words(void **state)
{
	(void)state;
	for (uint8_t e = EVENT_NONE; e < EVENT_COUNT; e++) {
		assert_non_null(decode_event_name(e));
		assert_int_equal(decode_event_what(e) != 0, e != EVENT_NONE);
		for (uint8_t o = EVENT_NONE; o < e; o++)
			assert_string_not_equal(decode_event_name(o), decode_event_name(e));
	}
	assert_string_equal(decode_event_name(EVENT_TRUNCATED), "truncated");
	assert_string_equal(decode_event_name(EVENT_IP4_LENGTH), "ip4-length");
	assert_string_equal(decode_event_name(EVENT_COUNT), "?");
	assert_int_equal(decode_event_what(EVENT_TRUNCATED), WHAT_TRUNCATED);
	assert_int_equal(decode_event_what(EVENT_DEPTH), WHAT_DEPTH);
	assert_int_equal(decode_event_what(EVENT_INNER), WHAT_OPAQUE_TUNNEL);
	assert_int_equal(decode_event_what(EVENT_TCP), WHAT_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_every_event_has_an_example),
		cmocka_unit_test(test_capture_cut_anywhere),
		cmocka_unit_test(test_wire_cut_anywhere),
		cmocka_unit_test(test_cut_headers_name_their_event),
		cmocka_unit_test(test_offloads_and_jumbograms),
		cmocka_unit_test(test_link_types),
		cmocka_unit_test(test_macs),
		cmocka_unit_test(test_inner_packets),
		cmocka_unit_test(test_random_damage),
		cmocka_unit_test(test_event_words),
	};

	return UNIT_RUN(tests);
}
