/* worker_bench.h - a worker on a bench: one real policy, frames made by hand, findings kept.
 *
 * Knows: the site below, the layouts of Ethernet, IPv4 and IPv6, UDP and TCP, written down a second
 * time. Owns the policies, the worker and the memory that outlives it. Included by the tests of
 * judging (test_worker*.c). Never judges: what is right stands in the tests.
 *
 * The site: zones kikan (1) on eth1, lgwan (2) on eth2, internet (3) on eth3, and dark (4), which
 * has no interface; a mirror port mon0. A host is named by zone << 8 | number: 0x0209 is 10.2.0.9
 * and 2001:db8:2::9, and its MAC ends in 02:09.
 */
#ifndef SEGAUDIT_WORKER_BENCH_H
#define SEGAUDIT_WORKER_BENCH_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf/compile.h"
#include "worker/decode.h"
#include "worker/worker.h"

/* Interfaces, in the order of their zones. */
enum { KIKAN, LGWAN, INTERNET, MON, BENCH_IFACES };

/* Their zones' numbers in the policy. */
enum { ZONE_KIKAN = 1, ZONE_LGWAN, ZONE_INTERNET };

enum {
	K = 0x0105, /* 10.1.0.5 in kikan */
	C = 0x0209, /* 10.2.0.9, a client in lgwan */
	S = 0x0307, /* 10.3.0.7, a server in internet */
};

enum { MAX_FINDINGS = 64, FIN = 1, SYN = 2, RST = 4, ACK = 16, FRAGMENT_ID = 77 };

static const char bench_zones[] =
    "mirror = (\"mon0\");"
    "zones = ("
    "{ id = \"kikan\"; class = \"core\"; interfaces = (\"eth1\"); networks = (\"10.1.0.0/16\", "
    "\"2001:db8:1::/48\"); },"
    "{ id = \"lgwan\"; class = \"lgwan\"; interfaces = (\"eth2\"); networks = (\"10.2.0.0/16\", "
    "\"2001:db8:2::/48\"); },"
    "{ id = \"internet\"; class = \"internet\"; interfaces = (\"eth3\"); networks = "
    "(\"10.3.0.0/16\", \"2001:db8:3::/48\"); },"
    "{ id = \"dark\"; class = \"other\"; networks = (\"10.4.0.0/16\"); } );";
static const char bench_rules[] =
    "conduits = ("
    "{ id = \"web\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/80\", \"udp/53\", "
    "\"icmp/8\"); },"
    "{ id = \"mail\"; from = \"internet\"; to = \"lgwan\"; clients = (\"10.3.0.7\"); services = "
    "(\"tcp/25\"); require = \"sanitised-files\"; },"
    "{ id = \"pinned\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/443\");"
    "  client_macs = (\"02:00:00:00:02:09\"); server_macs = (\"02:00:00:00:03:07\"); } );";
/* For reloads: port 81 is permitted and port 80 is not; with bench_rules it is the other way round.
 */
static const char bench_other_rules[] =
    "conduits = ( { id = \"other\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/81\"); "
    "} );";

static const char *const bench_iface_name[BENCH_IFACES] = { "eth1", "eth2", "eth3", "mon0" };
static const uint8_t bench_gateway[BENCH_IFACES][6] = { { 2, 0, 0, 0, 1, 1 }, { 2, 0, 0, 0, 2, 1 },
	{ 2, 0, 0, 0, 3, 1 }, { 2, 0, 0, 0, 9, 1 } };

struct bench {
	struct policy *policy, *next; /* the first, and that of a reload */
	struct compile_ifaces ifaces; /* their numbers stay over reloads */
	struct net net;
	struct hash_key key;
	struct worker *worker;
	int flows_fd; /* -1: the flows die with the worker */
	struct finding found[MAX_FINDINGS];
	unsigned n;
	bool full; /* the hub takes nothing */
	bool is6;  /* frames are IPv6 */
	uint64_t seq;
	uint8_t bytes[256];
	struct frame frame;
};

/* What a worker published of itself, as its loop does after a batch. */
struct published {
	uint64_t count[COUNTERS], events[EVENT_COUNT];
	uint64_t released; /* number of the last frame in it */
};

/* The hub. */
static inline bool
bench_take(void *ctx, const struct finding *f)
{
	struct bench *b = ctx;

	if (b->full)
		return false;
	assert_true(b->n < MAX_FINDINGS);
	assert_true(finding_valid(
	    f, b->next && b->next->generation == f->generation ? b->next : b->policy));
	b->found[b->n++] = *f;
	return true;
}

/* The policy of a configuration in two parts. The caller frees it. */
static inline struct policy *
bench_policy(struct bench *b, const char *one, const char *two, uint32_t generation)
{
	char name[] = "/tmp/test_worker.XXXXXX";
	int fd = mkstemp(name);
	struct conf_errors errors = { 0 };
	struct conf *c;
	struct policy *p;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, one, strlen(one)), strlen(one));
	assert_int_equal(write(fd, two, strlen(two)), strlen(two));
	close(fd);
	c = conf_read(name, &errors);
	p = c ? compile(c, 0, &b->ifaces, &errors) : NULL;
	for (uint32_t i = 0; i < errors.n; i++)
		print_message("%s\n", errors.text[i]);
	assert_non_null(p);
	p->generation = generation;
	conf_free(c);
	conf_errors_free(&errors);
	unlink(name);
	return p;
}

/* A worker for P, in the place of the one that was there. */
static inline void
bench_start(struct bench *b, const struct policy *p)
{
	int error;

	worker_free(b->worker);
	b->worker = worker_new(p, &b->net, &b->key, b->flows_fd, bench_take, b, &error);
	assert_non_null(b->worker);
}

/* A setup of cmocka. */
static inline int
bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	hash_key_init(&b->key, 1);
	b->flows_fd = -1;
	b->policy = bench_policy(b, bench_zones, bench_rules, 1);
	for (int i = 0; i < POLICY_IFACES; i++) {
		b->net.iface[i].open_since = i < BENCH_IFACES ? NSTIME_ALWAYS : NSTIME_NEVER;
		b->net.iface[i].lost_at = NSTIME_ALWAYS;
	}
	for (int i = 0; i < MON; i++) {
		int n = policy_iface_named(b->policy, bench_iface_name[i]);

		memcpy(b->net.iface[n].mac.b, bench_gateway[i], 6);
		b->net.iface[n].has_mac = true;
	}
	b->net.addr[b->net.naddrs++] = addr_from4((uint8_t[]){ 10, 2, 0, 1 });
	b->net.addrs_known = true;
	bench_start(b, b->policy);
	*state = b;
	return 0;
}

/* The same with IPv6. */
static inline int
bench_setup6(void **state)
{
	int error = bench_setup(state);
	struct bench *b = *state;

	b->is6 = true;
	return error;
}

/* A teardown of cmocka. */
static inline int
bench_teardown(void **state)
{
	struct bench *b = *state;
	const uint64_t *c = worker_counters(b->worker);

	/* What holds after every test. */
	assert_int_equal(c[COUNTER_frames], c[COUNTER_packets] + c[COUNTER_copies]);
	assert_int_equal(
	    c[COUNTER_packets], c[COUNTER_judged] + c[COUNTER_not_judged] + c[COUNTER_undecodable]);
	assert_int_equal(c[COUNTER_flows], c[COUNTER_conforming] + c[COUNTER_violations] +
					       c[COUNTER_suspected] + c[COUNTER_unverifiable]);
	for (unsigned i = 0; i < b->n; i++)
		if (!(b->found[i].flags & FINDING_LINK))
			assert_int_equal(!(b->found[i].flags & FINDING_IS4), b->is6);
	worker_free(b->worker);
	if (b->flows_fd >= 0)
		close(b->flows_fd);
	free(b->policy);
	free(b->next);
	free(b);
	return 0;
}

/* The worker begins anew, with memory that outlives it. */
static inline void
bench_survive(struct bench *b)
{
	b->flows_fd = memfd_create("flows", MFD_CLOEXEC);
	assert_true(b->flows_fd >= 0);
	assert_int_equal(ftruncate(b->flows_fd, (off_t)worker_memory(b->policy->flows)), 0);
	bench_start(b, b->policy);
}

/* What the worker would publish now. */
static inline struct published
bench_publish(const struct bench *b)
{
	struct published p = { .released = b->seq };

	memcpy(p.count, worker_counters(b->worker), sizeof p.count);
	memcpy(p.events, worker_events(b->worker), sizeof p.events);
	return p;
}

/* The worker was killed: another one goes on from LAST and what is in the memory. The next frame is
 * the first one that LAST does not include. */
static inline void
bench_restart(struct bench *b, const struct policy *p, const struct published *last)
{
	bench_start(b, p);
	worker_resume(b->worker, last->count, last->events, last->released);
	b->seq = last->released;
}

/* From now on the policy is that of ONE and TWO, as generation 2. */
static inline void
bench_reload(struct bench *b, const char *one, const char *two)
{
	b->next = bench_policy(b, one, two, 2);
	worker_policy(b->worker, b->next);
}

static inline uint16_t
iface_number(const struct bench *b, int zone)
{
	return (uint16_t)policy_iface_named(b->policy, bench_iface_name[zone]);
}

static inline void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Bytes of an Ethernet and an IP header. */
static inline unsigned
headers(const struct bench *b)
{
	return b->is6 ? 54 : 34;
}

/* An IPv6 header (RFC 8200, 3) around SIZE bytes, which move from bytes + 34 to bytes + 54. */
static inline void
wrap6(struct bench *b, unsigned from, unsigned to, uint8_t proto, unsigned size)
{
	static const uint8_t prefix[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint8_t *p = b->bytes + 14;

	memmove(p + 40, p + 20, size);
	memset(p, 0, 8);
	p[0] = 0x60;
	put16(p + 4, size);
	p[6] = proto;
	p[7] = 64;
	memcpy(p + 8, prefix, 16);
	p[8 + 5] = (uint8_t)(from >> 8);
	p[8 + 15] = (uint8_t)from;
	memcpy(p + 24, prefix, 16);
	p[24 + 5] = (uint8_t)(to >> 8);
	p[24 + 15] = (uint8_t)to;
}

/* Ethernet and IP around SIZE bytes already at bytes + 34. FROM and TO: zone << 8 | host. */
static inline void
wrap(
    struct bench *b, int at, bool leaving, unsigned from, unsigned to, uint8_t proto, unsigned size)
{
	uint8_t *p = b->bytes;
	uint8_t host[6] = { 2, 0, 0, 0, (uint8_t)(from >> 8), (uint8_t)from };
	uint8_t dest[6] = { 2, 0, 0, 0, (uint8_t)(to >> 8), (uint8_t)to };

	assert_true(headers(b) + size <= sizeof b->bytes);
	memcpy(p, leaving ? dest : bench_gateway[at], 6);
	memcpy(p + 6, leaving ? bench_gateway[at] : host, 6);
	put16(p + 12, b->is6 ? 0x86dd : 0x0800);
	if (b->is6) {
		wrap6(b, from, to, proto, size);
	} else {
		memset(p + 14, 0, 20);
		p[14] = 0x45;
		put16(p + 16, 20 + size);
		p[22] = 64;
		p[23] = proto;
		memcpy(p + 26, (uint8_t[]){ 10, (uint8_t)(from >> 8), 0, (uint8_t)from }, 4);
		memcpy(p + 30, (uint8_t[]){ 10, (uint8_t)(to >> 8), 0, (uint8_t)to }, 4);
	}
	b->frame = (struct frame){ .bytes = b->bytes,
		.caplen = headers(b) + size,
		.wirelen = headers(b) + size,
		.iface = iface_number(b, at),
		.link = FRAME_ETHERNET };
}

/* The frame comes at T. */
static inline void
judge(struct bench *b, nstime t)
{
	b->frame.time = t;
	b->frame.seq = ++b->seq;
	worker_judge(b->worker, &b->frame, 1);
}

/* A TCP header at bytes + 34, with SIZE bytes of payload, the first behind a SYN's number 0. */
static inline void
put_tcp(struct bench *b, unsigned sport, unsigned dport, uint8_t flags, unsigned size)
{
	uint8_t *p = b->bytes + 34;

	memset(p, 0, 20 + size);
	put16(p, sport);
	put16(p + 2, dport);
	p[7] = !(flags & SYN);
	p[11] = flags & ACK ? 1 : 0;
	p[12] = 0x50;
	p[13] = flags;
}

static inline void
tcp(struct bench *b, nstime t, int at, bool leaving, unsigned from, unsigned sport, unsigned to,
    unsigned dport, uint8_t flags, unsigned payload)
{
	put_tcp(b, sport, dport, flags, payload);
	wrap(b, at, leaving, from, to, 6, 20 + payload);
	judge(b, t);
}

/* A whole UDP datagram with 16 bytes of payload that comes in. */
static inline void
udp(struct bench *b, nstime t, int at, unsigned from, unsigned sport, unsigned to, unsigned dport)
{
	uint8_t *p = b->bytes + 34;

	memset(p, 0, 24);
	put16(p, sport);
	put16(p + 2, dport);
	put16(p + 4, 24);
	wrap(b, at, false, from, to, 17, 24);
	judge(b, t);
}

/* The 24 bytes at bytes + 34 are a piece of a datagram from C to S that comes in where C lives: RFC
 * 791, 3.1; RFC 8200, 4.5. */
static inline void
piece(struct bench *b, nstime t, uint8_t proto, unsigned offset, bool more)
{
	uint8_t *p = b->bytes + 34;

	if (b->is6) {
		memmove(p + 8, p, 24);
		memset(p, 0, 8);
		p[0] = proto;
		put16(p + 2, offset | (more ? 1 : 0)); /* OFFSET is a multiple of 8 */
		put16(p + 6, FRAGMENT_ID);
		wrap(b, LGWAN, false, C, S, 44, 32);
	} else {
		wrap(b, LGWAN, false, C, S, proto, 24);
		put16(b->bytes + 18, FRAGMENT_ID);
		put16(b->bytes + 20, (more ? 0x2000 : 0) | offset / 8);
	}
	judge(b, t);
}

/* A piece of a UDP datagram to port 9, which no conduit permits. */
static inline void
fragment(struct bench *b, nstime t, unsigned offset, bool more)
{
	memset(b->bytes + 34, 0, 24);
	if (offset == 0) {
		put16(b->bytes + 34, 5000);
		put16(b->bytes + 36, 9);
		put16(b->bytes + 38, 32);
	}
	piece(b, t, 17, offset, more);
}

/* Bytes of the frame of such a piece. */
static inline unsigned
fragment_size(const struct bench *b)
{
	return headers(b) + (b->is6 ? 8 : 0) + 24;
}

/* 20 bytes: the IP header is cut short. */
static inline void
unreadable(struct bench *b, nstime t, int at)
{
	put_tcp(b, 40000, 81, SYN, 0);
	wrap(b, at, false, S, C, 6, 20);
	b->frame.caplen = b->frame.wirelen = 20;
	judge(b, t);
}

static inline uint64_t
counter(const struct bench *b, enum counter which)
{
	return worker_counters(b->worker)[which];
}

/* Flows so far, and as what they are counted. */
static inline void
assert_flows(const struct bench *b, unsigned flows, unsigned conforming, unsigned violations)
{
	assert_int_equal(counter(b, COUNTER_flows), flows);
	assert_int_equal(counter(b, COUNTER_conforming), conforming);
	assert_int_equal(counter(b, COUNTER_violations), violations);
}

/* Finding I. */
static inline void
assert_found(const struct bench *b, unsigned i, unsigned id, unsigned n, uint32_t generation)
{
	assert_true(i < b->n);
	assert_int_equal(b->found[i].id, id);
	assert_int_equal(b->found[i].n, n);
	assert_int_equal(b->found[i].generation, generation);
}

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
#define BENCH_TEST6(name)                                                                          \
	{                                                                                          \
#name " (IPv6)", name, bench_setup6, bench_teardown, NULL                          \
	}

/* Both, separated. */
#define BENCH_BOTH(name) BENCH_TEST(name), BENCH_TEST6(name)

#endif
