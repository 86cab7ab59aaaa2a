/* test_exhibit.c - frames that a worker puts before the hub: how much of a frame is headers, which
 * frames of which flows, how many, and at what pace. Sizes are sums of the RFCs' header sizes. */
#include "worker_bench.h"

#include <errno.h>

#include "model/exhibit.h"

/* Headers ----------------------------------------------------------------------------------------
 */

enum { ETH = 14, TAG = 4, IP4 = 20, IP6 = 40, UDP = 8, TCP = 20, ICMP = 8, GRE = 4, VXLAN = 8 };

/* A frame that is put together layer by layer; the rest of it is 0xaa. */
struct made {
	uint8_t bytes[300];
	uint32_t size;
};

static uint8_t *
grow(struct made *m, uint32_t size)
{
	uint8_t *p = m->bytes + m->size;

	assert_true(m->size + size <= sizeof m->bytes);
	memset(p, 0, size);
	m->size += size;
	return p;
}

static struct made
ether(uint16_t type)
{
	struct made m = { .size = 0 };
	uint8_t *p = grow(&m, ETH);

	memset(m.bytes + ETH, 0xaa, sizeof m.bytes - ETH);
	p[0] = p[6] = 2;
	put16(p + 12, type);
	return m;
}

static void
tag(struct made *m, uint16_t type)
{
	uint8_t *p = grow(m, TAG);

	put16(p, 20);
	put16(p + 2, type);
}

/* LENGTH: of all behind the header. */
static void
ip4(struct made *m, uint8_t proto, unsigned length, unsigned place)
{
	uint8_t *p = grow(m, IP4);

	p[0] = 0x45;
	put16(p + 2, IP4 + length);
	put16(p + 6, place);
	p[8] = 64;
	p[9] = proto;
	memcpy(p + 12, (uint8_t[]){ 10, 2, 0, 9, 10, 3, 0, 7 }, 8);
}

static void
ip6(struct made *m, uint8_t next, unsigned length)
{
	uint8_t *p = grow(m, IP6);

	p[0] = 0x60;
	put16(p + 4, length);
	p[6] = next;
	p[7] = 64;
	memcpy(p + 8, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0, 2 }, 6);
	memcpy(p + 24, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0, 3 }, 6);
	p[23] = 9;
	p[39] = 7;
}

static void
udp_header(struct made *m, unsigned dport, unsigned payload)
{
	uint8_t *p = grow(m, UDP);

	put16(p, 5000);
	put16(p + 2, dport);
	put16(p + 4, UDP + payload);
}

/* OPTIONS: bytes, a multiple of 4. */
static void
tcp_header(struct made *m, unsigned options)
{
	uint8_t *p = grow(m, TCP + options);

	put16(p, 5000);
	put16(p + 2, 81);
	p[12] = (uint8_t)((TCP + options) / 4 << 4);
	p[13] = ACK;
	memset(p + TCP, 1, options); /* no-operation */
}

/* How many bytes are headers, of a frame with MORE bytes behind what was made. */
static uint32_t
headers_of(const struct made *m, uint32_t more)
{
	struct frame f = { .bytes = m->bytes, .link = FRAME_ETHERNET };

	assert_true(m->size + more <= sizeof m->bytes);
	f.caplen = f.wirelen = m->size + more;
	return decode_headers(&f);
}

static void
test_headers_of_plain_frames(void **state)
{
	struct made m = ether(0x0800);

	(void)state;
	ip4(&m, 17, UDP + 30, 0);
	udp_header(&m, 9, 30);
	assert_int_equal(headers_of(&m, 30), ETH + IP4 + UDP);
	m = ether(0x0800);
	ip4(&m, 17, UDP + 1, 0);
	udp_header(&m, 9, 1);
	assert_int_equal(headers_of(&m, 18), ETH + IP4 + UDP); /* 17 bytes of padding */
	m = ether(0x0800);
	ip4(&m, 6, TCP + 50, 0);
	tcp_header(&m, 0);
	assert_int_equal(headers_of(&m, 50), ETH + IP4 + TCP);
	m = ether(0x0800);
	ip4(&m, 6, TCP + 12 + 50, 0);
	tcp_header(&m, 12);
	assert_int_equal(headers_of(&m, 50), ETH + IP4 + TCP + 12);
	m = ether(0x0800);
	ip4(&m, 1, ICMP + 56, 0);
	grow(&m, ICMP)[0] = 8;
	assert_int_equal(headers_of(&m, 56), ETH + IP4 + ICMP);
	m = ether(0x0800);
	ip4(&m, 89, 40, 0); /* OSPF: no transport that is known */
	assert_int_equal(headers_of(&m, 40), ETH + IP4);
	m = ether(0x0800);
	ip4(&m, 132, 12 + 40, 0);
	(void)grow(&m, 12);
	assert_int_equal(headers_of(&m, 40), ETH + IP4 + 12); /* SCTP's common header */
}

static void
test_headers_of_ip6_and_tags(void **state)
{
	struct made m = ether(0x86dd);
	uint8_t *p;

	(void)state;
	ip6(&m, 0, 8 + 8 + TCP + 4 + 20);
	p = grow(&m, 8); /* hop-by-hop, then destination options, 8 bytes each */
	p[0] = 60;
	p = grow(&m, 8);
	p[0] = 6;
	tcp_header(&m, 4);
	assert_int_equal(headers_of(&m, 20), ETH + IP6 + 8 + 8 + TCP + 4);
	m = ether(0x86dd);
	ip6(&m, 58, ICMP + 48);
	grow(&m, ICMP)[0] = 128;
	assert_int_equal(headers_of(&m, 48), ETH + IP6 + ICMP);
	m = ether(0x8100);
	tag(&m, 0x0800);
	ip4(&m, 17, UDP + 20, 0);
	udp_header(&m, 9, 20);
	assert_int_equal(headers_of(&m, 20), ETH + TAG + IP4 + UDP);
	m = ether(0x88a8);
	tag(&m, 0x8100);
	tag(&m, 0x86dd);
	ip6(&m, 17, UDP + 20);
	udp_header(&m, 9, 20);
	assert_int_equal(headers_of(&m, 20), ETH + 2 * TAG + IP6 + UDP);
}

static void
test_headers_of_tunnels(void **state)
{
	struct made m = ether(0x0800);

	(void)state;
	ip4(&m, 47, GRE + IP4 + UDP + 30, 0);
	put16(grow(&m, GRE) + 2, 0x0800);
	ip4(&m, 17, UDP + 30, 0);
	udp_header(&m, 9, 30);
	assert_int_equal(headers_of(&m, 30), ETH + IP4 + GRE + IP4 + UDP);
	m = ether(0x86dd);
	ip6(&m, 17, UDP + VXLAN + ETH + IP4 + TCP + 8 + 30);
	udp_header(&m, 4789, VXLAN + ETH + IP4 + TCP + 8 + 30);
	grow(&m, VXLAN)[0] = 8;
	put16(grow(&m, ETH) + 12, 0x0800);
	ip4(&m, 6, TCP + 8 + 30, 0);
	tcp_header(&m, 8);
	assert_int_equal(headers_of(&m, 30), ETH + IP6 + UDP + VXLAN + ETH + IP4 + TCP + 8);
	/* The port of a tunnel without its form: what follows is payload. */
	m = ether(0x0800);
	ip4(&m, 17, UDP + 40, 0);
	udp_header(&m, 4789, 40);
	assert_int_equal(headers_of(&m, 40), ETH + IP4 + UDP);
	/* Nothing that is known inside: the headers around it. */
	m = ether(0x0800);
	ip4(&m, 47, GRE + 40, 0);
	put16(grow(&m, GRE) + 2, 0x1234);
	assert_int_equal(headers_of(&m, 40), ETH + IP4 + GRE);
	/* IPv4 is promised and not there. */
	m = ether(0x0800);
	ip4(&m, 47, GRE + 40, 0);
	put16(grow(&m, GRE) + 2, 0x0800);
	assert_int_equal(headers_of(&m, 40), ETH + IP4 + GRE);
}

static void
test_headers_of_fragments_and_errors(void **state)
{
	struct made m = ether(0x0800);

	(void)state;
	ip4(&m, 17, 40, 5); /* a later fragment is all payload */
	assert_int_equal(headers_of(&m, 40), ETH + IP4);
	m = ether(0x0800);
	ip4(&m, 6, 8, 0x2000); /* a first fragment that ends inside TCP's header */
	put16(grow(&m, 8), 5000);
	assert_int_equal(headers_of(&m, 10), ETH + IP4 + 8);
	m = ether(0x0800);
	ip4(&m, 1, ICMP + IP4 + UDP + 20, 0); /* an error that quotes more than the ports */
	grow(&m, ICMP)[0] = 3;
	ip4(&m, 17, UDP + 20, 0);
	udp_header(&m, 9, 20);
	assert_int_equal(headers_of(&m, 20), ETH + IP4 + ICMP + IP4 + 4);
}

static void
test_headers_of_what_cannot_be_read(void **state)
{
	struct made m = ether(0x0800);

	(void)state;
	ip4(&m, 17, 5000, 0); /* longer than the frame */
	assert_int_equal(headers_of(&m, 100), DECODE_UNREADABLE);
	m = ether(0x0800);
	assert_int_equal(headers_of(&m, 6), ETH + 6);
	assert_int_equal(headers_of(&m, 0), ETH);
	m = ether(0x8847 + 0x1000); /* no ethertype that is known: where its payload begins */
	assert_int_equal(headers_of(&m, 100), ETH);
	/* Far into the frame: seven extension headers, the last one lies about its length. */
	m = ether(0x86dd);
	ip6(&m, 60, 6 * 8 + 8);
	for (unsigned i = 0; i < 6; i++)
		grow(&m, 8)[0] = 60;
	grow(&m, 8)[1] = 9;
	assert_int_equal(headers_of(&m, 0), ETH + IP6 + 7 * 8);
}

/* Which frames ------------------------------------------------------------------------------------
 */

struct shown {
	struct exhibit x;
	uint8_t bytes[EXHIBIT_SNAP];
	size_t size;
};

struct wall {
	struct journal_head head;
	_Alignas(64) uint8_t data[WORKER_EXHIBITS];
	struct journal writer;
	struct journal_reader reader;
	uint64_t lost;
	_Alignas(16) uint8_t record[sizeof(struct exhibit) + EXHIBIT_SNAP];
};

static struct wall *wall;

static void
show(struct bench *b)
{
	if (!wall)
		wall = aligned_alloc(64, sizeof *wall);
	assert_non_null(wall);
	memset(wall, 0, sizeof *wall);
	wall->writer = journal_writer(&wall->head, wall->data, sizeof wall->data);
	worker_exhibits(b->worker, &wall->writer);
}

/* The next frame that was put; false when there is none. */
static bool
next(struct shown *s)
{
	uint32_t kind = 0;
	int r;

	do
		r = journal_take(&wall->writer, &wall->reader, &kind, wall->record,
		    sizeof wall->record, &wall->lost);
	while (r == -EAGAIN);
	assert_true(r >= 0);
	if (r == 0)
		return false;
	assert_int_equal(kind, EXHIBIT);
	assert_true((size_t)r >= sizeof s->x);
	memcpy(&s->x, wall->record, sizeof s->x);
	s->size = (size_t)r - sizeof s->x;
	memcpy(s->bytes, wall->record + sizeof s->x, s->size);
	return true;
}

static struct shown *
one(const struct bench *b)
{
	static struct shown s;

	assert_true(next(&s));
	assert_true(exhibit_valid(&s.x, s.size, b->policy));
	return &s;
}

static unsigned
count(void)
{
	static struct shown s;
	unsigned n = 0;

	while (next(&s))
		n++;
	return n;
}

/* The next frame is this one. */
static void
assert_shown(const struct bench *b, int at, uint32_t packet, uint32_t flags, size_t size)
{
	const struct shown *s = one(b);

	assert_int_equal(s->x.at.iface, iface_number(b, at));
	assert_int_equal(s->x.packet, packet);
	assert_int_equal(s->x.flags, flags);
	assert_int_equal(s->size, size);
}

static void
test_every_sighting(void **state)
{
	struct bench *b = *state;
	unsigned tcp_end = headers(b) + TCP;

	show(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 10, INTERNET, true, C, 40000, S, 81, SYN, 0);
	tcp(b, 20, INTERNET, false, S, 81, C, 40000, SYN | ACK, 0);
	tcp(b, 30, LGWAN, true, S, 81, C, 40000, SYN | ACK, 0);
	/* From here on the flow is settled: the worst was said. */
	tcp(b, 40, LGWAN, false, C, 40000, S, 81, ACK, 50);
	tcp(b, 50, INTERNET, true, C, 40000, S, 81, ACK, 50);
	tcp(b, 60, INTERNET, false, S, 81, C, 40000, ACK, 60);

	const struct shown *s = one(b);
	assert_int_equal(s->x.time, 0);
	assert_int_equal(s->x.seq, 1);
	assert_int_equal(s->x.link, FRAME_ETHERNET);
	assert_int_equal(s->x.wirelen, tcp_end);
	assert_int_equal(s->x.flags, 0);
	assert_int_equal(s->x.packet, 1);
	assert_int_equal(s->x.at.iface, iface_number(b, LGWAN));
	assert_int_equal(s->size, tcp_end);
	assert_int_equal(s->bytes[6 + 5], 9); /* the client's MAC */
	assert_shown(b, INTERNET, 1, EXHIBIT_FURTHER | EXHIBIT_LEAVING, tcp_end);
	assert_shown(b, INTERNET, 2, EXHIBIT_REPLY, tcp_end);
	assert_shown(b, LGWAN, 2, EXHIBIT_REPLY | EXHIBIT_FURTHER | EXHIBIT_LEAVING, tcp_end);
	s = one(b);
	assert_int_equal(s->x.packet, 3);
	assert_int_equal(s->x.wirelen, tcp_end + 50);
	assert_int_equal(s->size, tcp_end);
	assert_shown(b, INTERNET, 3, EXHIBIT_FURTHER | EXHIBIT_LEAVING, tcp_end);
	assert_shown(b, INTERNET, 4, EXHIBIT_REPLY, tcp_end);
	assert_int_equal(count(), 0);
}

/* What makes an incident's key is the same in a frame and in the finding that is said later. */
static void
assert_same_key(const struct finding *a, const struct finding *f)
{
	assert_int_equal(a->id, f->id);
	assert_int_equal(a->what, f->what);
	assert_int_equal(a->failed, f->failed);
	assert_int_equal(a->from, f->from);
	assert_int_equal(a->to, f->to);
	assert_int_equal(a->rule, f->rule);
	assert_int_equal(a->near, f->near);
	assert_true(addr_equal(&a->src, &f->src));
	assert_true(addr_equal(&a->dst, &f->dst));
	assert_int_equal(a->proto, f->proto);
	assert_int_equal(a->dport, f->dport);
	assert_int_equal(a->flags & FINDING_LINK, f->flags & FINDING_LINK);
	assert_int_equal(a->generation, f->generation);
	if (f->id >= 1003 && f->id <= 1005) {
		assert_int_equal(a->flags & FINDING_HAS_IN, f->flags & FINDING_HAS_IN);
		assert_memory_equal(&a->in, &f->in, sizeof f->in);
		assert_int_equal(a->ethertype, f->ethertype);
		assert_int_equal(a->event, f->event);
	}
}

static void
test_frames_have_the_key_of_their_finding(void **state)
{
	struct bench *b = *state;
	static struct shown s;
	unsigned n = 0;

	show(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);      /* 2003 */
	tcp(b, 1, KIKAN, false, K, 40000, S, 81, SYN, 0);      /* 2001 */
	tcp(b, 2, LGWAN, false, C, 40000, 0x0901, 81, SYN, 0); /* 1001 */
	tcp(b, 3, INTERNET, false, C, 40001, K, 80, SYN, 0);   /* 1002 */
	tcp(b, 4, INTERNET, false, S, 50000, C, 25, SYN, 0);   /* 3303, with its first payload */
	tcp(b, 5, INTERNET, false, S, 50000, C, 25, ACK, 10);
	unreadable(b, 6, LGWAN); /* 1005 */
	worker_finish(b->worker);
	while (next(&s)) {
		bool found = false;

		assert_true(exhibit_valid(&s.x, s.size, b->policy));
		for (unsigned i = 0; i < b->n; i++) {
			if (b->found[i].id != s.x.f.id)
				continue;
			assert_same_key(&s.x.f, &b->found[i]);
			found = true;
		}
		assert_true(found);
		n++;
	}
	assert_int_equal(n, 7);
}

static void
test_conforming_flows_show_nothing(void **state)
{
	struct bench *b = *state;

	show(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 80, SYN, 0);
	tcp(b, 2, INTERNET, false, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 3, LGWAN, false, C, 40000, S, 443, SYN, 0);    /* its MACs are looked at */
	tcp(b, 4, LGWAN, false, C, 40000, 0x0205, 9, SYN, 0); /* inside the zone */
	assert_int_equal(count(), 0);
}

static void
test_first_frames_of_an_incident(void **state)
{
	struct bench *b = *state;
	nstime quiet = b->policy->quiet_after;

	show(b);
	/* One flow, then others of the same incident: sixteen in all. */
	for (unsigned i = 0; i < 10; i++)
		tcp(b, i, LGWAN, false, C, 40000, S, 81, SYN, 0);
	for (unsigned i = 0; i < 10; i++)
		tcp(b, 100 + i, LGWAN, false, C, 40001 + i, S, 81, SYN, 0);
	assert_int_equal(count(), 16);
	/* Another port of the server is another incident. */
	for (unsigned i = 0; i < 20; i++)
		tcp(b, 200 + i, LGWAN, false, C, 40000, S, 82, SYN, 0);
	assert_int_equal(count(), 16);
	/* After the quiet time there is another incident, with the same flow and with a new one. */
	tcp(b, 200 + quiet, LGWAN, false, C, 40000, S, 82, SYN, 0);
	assert_int_equal(count(), 0);
	tcp(b, 300 + 2 * quiet, LGWAN, false, C, 40000, S, 82, SYN, 0);
	tcp(b, 301 + 2 * quiet, LGWAN, false, C, 50000, S, 81, SYN, 0);
	assert_int_equal(count(), 2);
}

/* A flow to port 80 whose both sides say TEXT, and then go on for long. */
static void
talk(struct bench *b, nstime t, unsigned port, const char *text)
{
	unsigned size = (unsigned)strlen(text);

	tcp(b, t, LGWAN, false, C, port, S, 80, SYN, 0);
	for (unsigned i = 0; i < 40; i++) {
		put_tcp(b, i & 1 ? 80 : port, i & 1 ? port : 80, ACK, size);
		b->bytes[34 + 7] = i < 2 ? i == 0 : 100; /* behind the SYN's number, and later */
		memcpy(b->bytes + 34 + 20, text, size);
		wrap(
		    b, i & 1 ? INTERNET : LGWAN, false, i & 1 ? S : C, i & 1 ? C : S, 6, 20 + size);
		judge(b, t + 1 + i);
	}
}

/* What is spoken is part of the incident. */
static void
test_another_protocol(void **state)
{
	struct bench *b = *state;

	show(b);
	talk(b, 0, 40000, "SSH-2.0-a\r\n");
	talk(b, 100, 40001, "SSH-2.0-a\r\n");
	assert_int_equal(count(), 16);
	talk(b, 200, 40002, "RFB 003.008\n");
	assert_int_equal(count(), 16);
}

static void
test_error_and_unreadable(void **state)
{
	struct bench *b = *state;
	uint8_t *p = b->bytes + 34;

	show(b);
	udp(b, 0, LGWAN, C, 5000, S, 9);
	assert_shown(b, LGWAN, 1, 0, 42);
	/* The far host answers that nobody listens: ICMP, 8 bytes, and the headers that it got. */
	memset(p, 0, 36);
	p[0] = 3;
	p[1] = 3;
	p[8] = 0x45;
	put16(p + 10, 28);
	p[17] = 17;
	memcpy(p + 20, (uint8_t[]){ 10, 2, 0, 9, 10, 3, 0, 7 }, 8);
	put16(p + 28, 5000);
	put16(p + 30, 9);
	wrap(b, INTERNET, false, S, C, 1, 36);
	judge(b, 10);
	assert_shown(b, INTERNET, 2, EXHIBIT_REPLY | EXHIBIT_ERROR, ETH + IP4 + ICMP + IP4 + 4);
	for (unsigned i = 0; i < 20; i++)
		unreadable(b, 20 + i, LGWAN);
	const struct shown *s = one(b);
	assert_int_equal(s->x.f.id, 1005);
	assert_int_equal(s->x.packet, 0);
	assert_int_equal(s->size, 20);
	assert_int_equal(count(), 15);
	unreadable(b, 50, INTERNET);
	assert_int_equal(count(), 1);
}

static void
test_mirror_port(void **state)
{
	struct bench *b = *state;

	show(b);
	tcp(b, 0, MON, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, MON, false, S, 81, C, 40000, SYN | ACK, 0);
	assert_shown(b, MON, 1, EXHIBIT_MIRROR, 54);
	assert_shown(b, MON, 2, EXHIBIT_MIRROR | EXHIBIT_REPLY, 54);
}

/* The budget: a second's worth is 2,000 frames, half of it at once. */
static void
test_storm_of_incidents(void **state)
{
	struct bench *b = *state;
	unsigned n;

	show(b);
	b->full = true;
	for (unsigned i = 0; i < 50000; i++)
		tcp(b, NS_SEC + i, LGWAN, false, C, 40000, S, 1000 + i, SYN, 0);
	n = count();
	assert_in_range(n, 999, 1001);
	for (unsigned i = 0; i < 10000; i++) {
		tcp(b, 2 * NS_SEC + i * (NS_SEC / 10000), LGWAN, false, C, 40000, S, 1000 + i, SYN,
		    0);
		n += i % 100 == 0 ? count() : 0;
	}
	n += count();
	assert_in_range(n, 1000 + 1000 + 1990, 1000 + 1000 + 2010);
	assert_int_equal(wall->lost, 0);
}

/* One incident among very many packets takes nothing from the others. */
static void
test_storm_of_one_incident(void **state)
{
	struct bench *b = *state;

	show(b);
	b->full = true;
	for (unsigned i = 0; i < 50000; i++)
		tcp(b, NS_SEC + i, LGWAN, false, C, 40000 + i % 20000, S, 81, SYN, 0);
	assert_int_equal(count(), 16);
	tcp(b, NS_SEC + 60000, LGWAN, false, C, 40000, S, 82, SYN, 0);
	assert_int_equal(count(), 1);
}

static void
reload(struct bench *b, const char *evidence)
{
	char text[2048];

	free(b->next);
	snprintf(text, sizeof text, "evidence = { %s };%s", evidence, bench_rules);
	b->next = bench_policy(b, bench_zones, text, 2);
	worker_policy(b->worker, b->next);
}

static void
test_payload_and_snap(void **state)
{
	struct bench *b = *state;

	show(b);
	reload(b, "payload = true; snap = 64;");
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 50);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 5);
	static struct shown s;
	assert_true(next(&s));
	assert_int_equal(s.size, 64);
	assert_int_equal(s.x.wirelen, 104);
	assert_true(next(&s));
	assert_int_equal(s.size, 59);
	b->n = 0;
}

static void
test_none_wanted(void **state)
{
	struct bench *b = *state;

	show(b);
	reload(b, "frames = 0;");
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 50);
	unreadable(b, 1, LGWAN);
	assert_int_equal(count(), 0);
	b->n = 0;
}

/* The next process puts its frames behind those of the one that was killed. */
static void
test_goes_on_after_a_kill(void **state)
{
	struct bench *b = *state;
	struct published p;

	bench_survive(b);
	show(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	p = bench_publish(b);
	bench_restart(b, b->policy, &p);
	wall->writer = journal_writer(&wall->head, wall->data, sizeof wall->data);
	worker_exhibits(b->worker, &wall->writer);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(one(b)->x.seq, 1);
	assert_int_equal(one(b)->x.seq, 2);
	assert_int_equal(count(), 0);
	assert_int_equal(wall->lost, 0);
}

static void
test_record_from_outside(void **state)
{
	struct bench *b = *state;
	struct exhibit good, x;

	show(b);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	good = one(b)->x;
	assert_true(exhibit_valid(&good, 54, b->policy));
	assert_true(exhibit_valid(&good, 0, b->policy));
	assert_false(exhibit_valid(&good, 55, b->policy)); /* more than the wire had */
	x = good;
	x.at.iface = (uint16_t)b->policy->nifaces;
	assert_false(exhibit_valid(&x, 54, b->policy));
	x = good;
	x.at.vlan[1] = 4096;
	assert_false(exhibit_valid(&x, 54, b->policy));
	x = good;
	x.flags = EXHIBIT_FLAGS + 1;
	assert_false(exhibit_valid(&x, 54, b->policy));
	x = good;
	x.f.id = 9001;
	assert_false(exhibit_valid(&x, 54, b->policy));
	x = good;
	x.wirelen = UINT32_MAX;
	assert_true(exhibit_valid(&x, EXHIBIT_SNAP, b->policy));
	assert_false(exhibit_valid(&x, EXHIBIT_SNAP + 1, b->policy));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers_of_plain_frames),
		cmocka_unit_test(test_headers_of_ip6_and_tags),
		cmocka_unit_test(test_headers_of_tunnels),
		cmocka_unit_test(test_headers_of_fragments_and_errors),
		cmocka_unit_test(test_headers_of_what_cannot_be_read),
		BENCH_BOTH(test_every_sighting),
		BENCH_TEST(test_frames_have_the_key_of_their_finding),
		BENCH_BOTH(test_conforming_flows_show_nothing),
		BENCH_BOTH(test_first_frames_of_an_incident),
		BENCH_BOTH(test_another_protocol),
		BENCH_TEST(test_error_and_unreadable),
		BENCH_TEST(test_mirror_port),
		BENCH_TEST(test_storm_of_incidents),
		BENCH_TEST(test_storm_of_one_incident),
		BENCH_TEST(test_payload_and_snap),
		BENCH_TEST(test_none_wanted),
		BENCH_TEST(test_goes_on_after_a_kill),
		BENCH_TEST(test_record_from_outside),
	};

	return UNIT_RUN(tests);
}
