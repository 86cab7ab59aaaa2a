/* Judging, finding by finding: places and copies, outcomes and their times, fragments, ICMP errors,
 * reloads, a killed worker. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf/compile.h"
#include "worker/worker.h"

enum { KIKAN, LGWAN, INTERNET, MON, MAX_FINDINGS = 64, FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static const char zones[] =
    "mirror = (\"mon0\");"
    "zones = ("
    "{ id = \"kikan\"; class = \"core\"; interfaces = (\"eth1\"); networks = (\"10.1.0.0/16\", "
    "\"2001:db8:1::/48\"); },"
    "{ id = \"lgwan\"; class = \"lgwan\"; interfaces = (\"eth2\"); networks = (\"10.2.0.0/16\", "
    "\"2001:db8:2::/48\"); },"
    "{ id = \"internet\"; class = \"internet\"; interfaces = (\"eth3\"); networks = "
    "(\"10.3.0.0/16\", \"2001:db8:3::/48\"); },"
    "{ id = \"dark\"; class = \"other\"; networks = (\"10.4.0.0/16\"); } );";
static const char rules[] =
    "conduits = ("
    "{ id = \"web\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/80\", \"udp/53\", "
    "\"icmp/8\"); },"
    "{ id = \"mail\"; from = \"internet\"; to = \"lgwan\"; clients = (\"10.3.0.7\"); services = "
    "(\"tcp/25\"); require = \"text-mail\"; },"
    "{ id = \"pinned\"; from = \"lgwan\"; to = \"internet\"; services = (\"tcp/443\");"
    "  client_macs = (\"02:00:00:00:02:09\"); server_macs = (\"02:00:00:00:03:07\"); } );";

struct bench {
	struct policy *policy, *next;
	struct net net;
	struct worker *worker;
	struct finding found[MAX_FINDINGS];
	unsigned n;
	bool full; /* the hub takes nothing */
	uint64_t seq;
	uint8_t bytes[256];
	struct frame frame;
};

static const uint8_t gateway[4][6] = { { 2, 0, 0, 0, 1, 1 }, { 2, 0, 0, 0, 2, 1 },
	{ 2, 0, 0, 0, 3, 1 }, { 2, 0, 0, 0, 9, 1 } };
static struct hash_key key;

static bool
take(void *ctx, const struct finding *f)
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

static struct policy *
policy_from(const char *one, const char *two, uint32_t generation)
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
	p = c ? compile(c, 0, NULL, &errors) : NULL;
	for (uint32_t i = 0; i < errors.n; i++)
		print_message("%s\n", errors.text[i]);
	assert_non_null(p);
	p->generation = generation;
	conf_free(c);
	conf_errors_free(&errors);
	unlink(name);
	return p;
}

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);
	int error;

	b->policy = policy_from(zones, rules, 1);
	for (int i = 0; i < POLICY_IFACES; i++) {
		b->net.iface[i].open_since = i < 4 ? NSTIME_ALWAYS : NSTIME_NEVER;
		b->net.iface[i].lost_at = NSTIME_ALWAYS;
	}
	for (int i = 0; i < 3; i++) {
		int n =
		    policy_iface_named(b->policy, (const char *[]){ "eth1", "eth2", "eth3" }[i]);

		memcpy(b->net.iface[n].mac.b, gateway[i], 6);
		b->net.iface[n].has_mac = true;
	}
	b->net.addr[b->net.naddrs++] = addr_from4((uint8_t[]){ 10, 2, 0, 1 });
	b->net.addrs_known = true;
	b->worker = worker_new(b->policy, &b->net, &key, -1, take, b, &error);
	assert_non_null(b->worker);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;
	const uint64_t *c = worker_counters(b->worker);

	/* What holds after every test. */
	assert_int_equal(c[COUNTER_frames], c[COUNTER_packets] + c[COUNTER_copies]);
	assert_int_equal(
	    c[COUNTER_packets], c[COUNTER_judged] + c[COUNTER_not_judged] + c[COUNTER_undecodable]);
	assert_int_equal(c[COUNTER_flows], c[COUNTER_conforming] + c[COUNTER_violations] +
					       c[COUNTER_suspected] + c[COUNTER_unverifiable]);
	worker_free(b->worker);
	free(b->policy);
	free(b->next);
	free(b);
	return 0;
}

static uint16_t
iface_number(const struct bench *b, int zone)
{
	return (uint16_t)policy_iface_named(
	    b->policy, (const char *[]){ "eth1", "eth2", "eth3", "mon0" }[zone]);
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Ethernet and IPv4 around SIZE bytes already at bytes + 34. FROM and TO: zone << 8 | host. */
static void
wrap(
    struct bench *b, int at, bool leaving, unsigned from, unsigned to, uint8_t proto, unsigned size)
{
	uint8_t *p = b->bytes;
	uint8_t host[6] = { 2, 0, 0, 0, (uint8_t)(from >> 8), (uint8_t)from };
	uint8_t dest[6] = { 2, 0, 0, 0, (uint8_t)(to >> 8), (uint8_t)to };

	memcpy(p, leaving ? dest : gateway[at], 6);
	memcpy(p + 6, leaving ? gateway[at] : host, 6);
	put16(p + 12, 0x0800);
	memset(p + 14, 0, 20);
	p[14] = 0x45;
	put16(p + 16, 20 + size);
	p[22] = 64;
	p[23] = proto;
	memcpy(p + 26, (uint8_t[]){ 10, (uint8_t)(from >> 8), 0, (uint8_t)from }, 4);
	memcpy(p + 30, (uint8_t[]){ 10, (uint8_t)(to >> 8), 0, (uint8_t)to }, 4);
	b->frame = (struct frame){ .bytes = b->bytes,
		.caplen = 34 + size,
		.wirelen = 34 + size,
		.iface = iface_number(b, at),
		.link = FRAME_ETHERNET };
}

static void
judge(struct bench *b, nstime t)
{
	b->frame.time = t;
	b->frame.seq = ++b->seq;
	worker_judge(b->worker, &b->frame, 1);
}

static void
tcp(struct bench *b, nstime t, int at, bool leaving, unsigned from, unsigned sport, unsigned to,
    unsigned dport, uint8_t flags, unsigned payload)
{
	uint8_t *p = b->bytes + 34;

	memset(p, 0, 20 + payload);
	put16(p, sport);
	put16(p + 2, dport);
	p[12] = 0x50;
	p[13] = flags;
	wrap(b, at, leaving, from, to, 6, 20 + payload);
	judge(b, t);
}

#define C 0x0209 /* 10.2.0.9, a client in lgwan */
#define S 0x0307 /* 10.3.0.7, a server in internet */
#define K 0x0105 /* 10.1.0.5 in kikan */

static void
test_conforming_is_silent(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 80, SYN, 0);
	tcp(b, 2, INTERNET, false, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 3, LGWAN, true, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 4, LGWAN, false, C, 40000, S, 80, ACK, 100);
	tcp(b, 5, INTERNET, true, C, 40000, S, 80, ACK, 100);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 3);
	assert_int_equal(worker_counters(b->worker)[COUNTER_copies], 3);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

static void
test_attempted_after_200_ms(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, 199 * NS_MSEC);
	assert_int_equal(b->n, 0);
	worker_tick(b->worker, 200 * NS_MSEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
	assert_false(b->found[0].flags & FINDING_HAS_OUT);
}

static void
test_crossed_and_answered_at_once(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 0);
	tcp(b, 10, INTERNET, true, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].out.iface, iface_number(b, INTERNET));
	tcp(b, 20, INTERNET, false, S, 81, C, 40000, SYN | ACK, 0);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[1].n, 1);
	/* Further packets are said once a second, with their number. */
	tcp(b, 30, LGWAN, false, C, 40000, S, 81, ACK, 5);
	tcp(b, 40, LGWAN, false, C, 40000, S, 81, ACK, 5);
	assert_int_equal(b->n, 2);
	worker_tick(b->worker, NS_SEC + 30);
	assert_int_equal(b->n, 3);
	assert_int_equal(b->found[2].n, 2);
	assert_int_equal(b->found[2].first, 30);
	assert_int_equal(b->found[2].last, 40);
}

static void
test_rst_of_the_far_host_is_crossed(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 10, INTERNET, false, S, 81, C, 40000, RST | ACK, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

/* The same ends again after the connection was closed: another flow. A late copy of the old SYN is
 * not. */
static void
test_closed_connection_begins_again(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 10, INTERNET, false, S, 80, C, 40000, RST | ACK, 0);
	tcp(b, 11, INTERNET, true, C, 40000, S, 80, SYN, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 2);
	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 80, SYN, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 2);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
}

/* A firewall on the gateway refuses in the far host's name: nothing got through. */
static void
test_rst_of_the_gateway_proves_nothing(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 10, LGWAN, true, S, 81, C, 40000, RST | ACK, 0);
	worker_tick(b->worker, 300 * NS_MSEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	worker_finish(b->worker);
	for (unsigned i = 0; i < b->n; i++)
		assert_int_equal(b->found[i].id, 2003);
}

/* Frames of different interfaces do not come in the order of their times. */
static void
test_copy_that_arrives_before_its_original(void **state)
{
	struct bench *b = *state;

	tcp(b, 10, INTERNET, true, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 0);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
	assert_int_equal(b->found[0].out.iface, iface_number(b, INTERNET));
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_packets], 1);
}

/* Our own MAC, but nothing ever came in: somebody uses it. */
static void
test_forged_mac(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, true, C, 40000, S, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].bytes, 54);
	assert_string_equal(
	    policy_text(b->policy, policy_zone(b->policy, b->found[0].claims)->id), "lgwan");
}

/* With loss where it should have come in, nothing can be said against it; the gateway's own packets
 * need not come in. */
static void
test_not_forged(void **state)
{
	struct bench *b = *state;

	b->net.iface[iface_number(b, LGWAN)].lost_at = 0;
	tcp(b, 0, INTERNET, true, C, 40000, S, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	b->net.iface[iface_number(b, LGWAN)].lost_at = NSTIME_ALWAYS;
	tcp(b, 2 * NS_SEC, INTERNET, true, 0x0201, 40000, S, 81, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

static void
test_spoofed_source(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, C, 40000, K, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].from, 3);
	assert_int_equal(b->found[0].to, 1);
	assert_int_equal(b->found[0].claims, 2);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
}

/* An answer that comes in where its source does not live. */
static void
test_spoofed_answer_in_a_conforming_flow(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 10, KIKAN, false, S, 80, C, 40000, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 1002);
	assert_int_equal(b->found[0].claims, 3);
	assert_int_equal(b->found[0].n, 1);
	assert_int_equal(b->found[0].sport, 80);
}

static void
test_unzoned_and_uncaptured(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, 0x0901, 80, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40001, 0x0401, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 1001);
	assert_int_equal(b->found[0].to, 0);
	assert_int_equal(b->found[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(b->found[1].id, 2002);
	assert_int_equal(b->found[1].outcome, OUTCOME_UNKNOWN); /* zone dark has no interface */
}

static void
test_loss_makes_it_unknown(void **state)
{
	struct bench *b = *state;

	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 81, SYN, 0);
	b->net.iface[iface_number(b, INTERNET)].lost_at = NS_SEC + 1;
	worker_tick(b->worker, 2 * NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].outcome, OUTCOME_UNKNOWN);
}

static void
test_forbidden_and_reversed(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, KIKAN, false, K, 40000, S, 80, SYN, 0);
	tcp(b, 1, INTERNET, false, 0x0308, 40000, C, 80, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 2001);
	assert_int_equal(b->found[1].id, 2004);
}

static void
test_content_waits_for_payload(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, S, 40000, C, 25, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 25, S, 40000, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 25, S, 40000, ACK, 4);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 3103);
	assert_int_equal(b->found[0].what, WHAT_NOT_INSPECTED);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[0].n, 3);
	assert_int_equal(b->found[0].rule, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unverifiable], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 0);
}

static void
test_wrong_macs(void **state)
{
	struct bench *b = *state;

	/* The right client, the wrong server. */
	tcp(b, 0, LGWAN, false, C, 40000, S, 443, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 443, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40001, 0x0308, 443, SYN, 0);
	tcp(b, 2 * NS_SEC, INTERNET, true, C, 40001, 0x0308, 443, SYN, 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2005);
	assert_int_equal(b->found[0].failed, COND_SERVER_MAC);
	/* The wrong client. */
	tcp(b, 4 * NS_SEC, LGWAN, false, 0x0210, 40001, S, 443, SYN, 0);
	worker_tick(b->worker, 5 * NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].id, 2005);
	assert_int_equal(b->found[1].failed, COND_CLIENT_MAC);
}

static void
test_midstream_goes_by_the_named_port(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, INTERNET, false, S, 80, C, 40000, ACK,
	    10); /* an answer is the first thing seen */
	tcp(b, 1, INTERNET, false, S, 3306, C, 40001, ACK, 10);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].dport, 3306);
	assert_true(b->found[0].flags & FINDING_MIDSTREAM);
}

/* "Host unreachable" about the client's packet to port 81, at bytes + 34. */
static void
put_error(struct bench *b)
{
	uint8_t *p = b->bytes + 34;

	memset(p, 0, 36);
	p[0] = 3;
	p[1] = 1;
	p[8] = 0x45;
	put16(p + 10, 40);
	p[17] = 6;
	memcpy(p + 20, (uint8_t[]){ 10, 2, 0, 9, 10, 3, 0, 7 }, 8);
	put16(p + 28, 40000);
	put16(p + 30, 81);
}

/* An ICMP error belongs to the flow that it is about, whoever sends it. */
static void
test_icmp_error_belongs_to_its_flow(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	put_error(b);
	wrap(b, INTERNET, false, 0x03fe, C, 1, 36);
	judge(b, 5);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(b->found[0].n, 2);
}

/* One that comes in where its source does not live says nothing about the flow. */
static void
test_spoofed_icmp_error_is_its_own(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	put_error(b);
	wrap(b, KIKAN, false, 0x03fe, C, 1, 36);
	judge(b, 5);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(b->found[1].id, 1002);
	assert_int_equal(b->found[1].claims, 3);
}

static void
test_ping_is_one_flow_with_its_answer(void **state)
{
	struct bench *b = *state;

	memset(b->bytes + 34, 0, 8);
	b->bytes[34] = 8;
	wrap(b, LGWAN, false, C, S, 1, 8);
	judge(b, 0);
	memset(b->bytes + 34, 0, 8);
	wrap(b, INTERNET, false, S, C, 1, 8);
	judge(b, 1);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

static void
fragment(struct bench *b, nstime t, unsigned offset, bool more)
{
	memset(b->bytes + 34, 0, 24);
	if (offset == 0) {
		put16(b->bytes + 34, 5000);
		put16(b->bytes + 36, 9);
		put16(b->bytes + 38, 32);
	}
	wrap(b, LGWAN, false, C, S, 17, 24);
	put16(b->bytes + 18, 77);
	put16(b->bytes + 20, (more ? 0x2000 : 0) | offset / 8);
	judge(b, t);
}

static void
test_fragments_in_any_order_are_one_flow(void **state)
{
	struct bench *b = *state;

	fragment(b, 0, 24, false);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 0);
	fragment(b, 1, 0, true);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2003);
	assert_int_equal(b->found[0].dport, 9);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(worker_counters(b->worker)[COUNTER_flows], 1);
}

static void
test_fragments_without_the_first_are_said(void **state)
{
	struct bench *b = *state;

	fragment(b, 0, 24, true);
	fragment(b, 1, 48, false);
	worker_tick(b->worker, NS_MIN);
	assert_int_equal(b->n, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].id, 2011);
	assert_int_equal(b->found[0].what, WHAT_INCOMPLETE_FRAGMENTS);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unverifiable], 1);
}

static void
test_unreadable_frames_are_said_by_interface(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	b->frame.wirelen = b->frame.caplen = 20;
	judge(b, 1);
	judge(b, 2);
	worker_finish(b->worker);
	assert_int_equal(worker_counters(b->worker)[COUNTER_undecodable], 2);
	assert_int_equal(b->found[0].id, 1005);
	assert_int_equal(b->found[0].in.iface, iface_number(b, LGWAN));
}

/* The same frames on a mirror port: no direction, a reply says "answered", silence "unknown". */
static void
test_mirror(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, MON, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, MON, false, S, 80, C, 40000, SYN | ACK, 0);
	tcp(b, 2, MON, false, C, 40001, S, 81, SYN, 0);
	tcp(b, 3, MON, false, C, 40002, S, 82, SYN, 0);
	tcp(b, 4, MON, false, S, 82, C, 40002, SYN | ACK, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[0].dport, 82);
	assert_int_equal(b->found[0].outcome, OUTCOME_ANSWERED);
	assert_int_equal(b->found[1].dport, 81);
	assert_int_equal(b->found[1].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
}

/* A reload that takes the conduit away: the next packet of the flow is a violation; and the other
 * way round. */
static void
test_reload_judges_again(void **state)
{
	struct bench *b = *state;

	tcp(b, 0, LGWAN, false, C, 40000, S, 80, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40001, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	b->next = policy_from(zones,
	    "conduits = ( { id = \"other\"; from = \"lgwan\"; to = \"internet\"; services = "
	    "(\"tcp/81\"); } );",
	    2);
	worker_policy(b->worker, b->next);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40000, S, 80, ACK, 1);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40001, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->found[1].id, 2003);
	assert_int_equal(b->found[1].generation, 2);
	assert_int_equal(b->found[1].dport, 80);
	assert_int_equal(b->found[1].n, 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_conforming], 1);
	assert_int_equal(worker_counters(b->worker)[COUNTER_violations], 1);
}

/* No room at the hub: nothing is lost, it is said later. */
static void
test_full_hub_loses_nothing(void **state)
{
	struct bench *b = *state;

	b->full = true;
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, INTERNET, true, C, 40000, S, 81, SYN, 0);
	tcp(b, 2, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 0);
	b->full = false;
	worker_tick(b->worker, 3 * NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(b->found[0].outcome, OUTCOME_CROSSED);
}

/* A flow that must go while the hub takes nothing: its packets are numbered, not forgotten. */
static void
test_lost_counts_are_numbered(void **state)
{
	struct bench *b = *state;

	b->full = true;
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_finish(b->worker);
	assert_int_equal(b->n, 0);
	assert_int_equal(worker_counters(b->worker)[COUNTER_unsaid], 2);
}

/* A frame that a killed worker had counted in its flow, but not published, counts once. */
static void
test_killed_worker_counts_once(void **state)
{
	struct bench *b = *state;
	size_t size = worker_memory(b->policy->flows);
	int fd = memfd_create("flows", 0), error;

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	worker_free(b->worker);
	b->worker = worker_new(b->policy, &b->net, &key, fd, take, b, &error);
	tcp(b, 0, LGWAN, false, C, 40000, S, 81, SYN, 0);
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);

	/* It dies; what it published includes only the first frame. */
	uint64_t count[COUNTERS] = { [COUNTER_frames] = 1,
		[COUNTER_packets] = 1,
		[COUNTER_judged] = 1,
		[COUNTER_flows] = 1,
		[COUNTER_violations] = 1 };
	uint64_t events[32] = { 0 };

	worker_free(b->worker);
	b->worker = worker_new(b->policy, &b->net, &key, fd, take, b, &error);
	worker_resume(b->worker, count, events, 1);
	b->seq = 1;
	tcp(b, 1, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, NS_SEC);
	assert_int_equal(b->n, 1);
	assert_int_equal(b->found[0].n, 2);
	assert_int_equal(worker_counters(b->worker)[COUNTER_frames], 2);
	close(fd);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_conforming_is_silent),
		T(test_attempted_after_200_ms),
		T(test_crossed_and_answered_at_once),
		T(test_rst_of_the_far_host_is_crossed),
		T(test_closed_connection_begins_again),
		T(test_rst_of_the_gateway_proves_nothing),
		T(test_copy_that_arrives_before_its_original),
		T(test_forged_mac),
		T(test_not_forged),
		T(test_spoofed_source),
		T(test_spoofed_answer_in_a_conforming_flow),
		T(test_unzoned_and_uncaptured),
		T(test_loss_makes_it_unknown),
		T(test_forbidden_and_reversed),
		T(test_content_waits_for_payload),
		T(test_wrong_macs),
		T(test_midstream_goes_by_the_named_port),
		T(test_icmp_error_belongs_to_its_flow),
		T(test_spoofed_icmp_error_is_its_own),
		T(test_ping_is_one_flow_with_its_answer),
		T(test_fragments_in_any_order_are_one_flow),
		T(test_fragments_without_the_first_are_said),
		T(test_unreadable_frames_are_said_by_interface),
		T(test_mirror),
		T(test_reload_judges_again),
		T(test_full_hub_loses_nothing),
		T(test_lost_counts_are_numbered),
		T(test_killed_worker_counts_once),
	};

	hash_key_init(&key, 1);
	return UNIT_RUN(tests);
}
