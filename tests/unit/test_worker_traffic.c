/* What flows leave for the ledger (model/traffic.h): whatever becomes of a flow, its records
 * together have what was counted of it, once. */
#include "worker_bench.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/wait.h>

#include "model/traffic.h"
#include "worker/state.h"

enum { KEPT = 4096, ROOM = 4 << 20, DIED = 9, MANY = 50000 }; /* the room that live workers have */

/* What the hub would have: the journal is read as it grows. */
struct ledger {
	struct journal_head *head; /* outlives the worker */
	struct journal writer;
	struct journal_reader reader;
	struct traffic t[KEPT];
	unsigned n;
	uint64_t packets, bytes, flows, told; /* sums; packets that t.before must know */
};

static struct ledger ledger; /* of the test that runs */

/* Where a worker dies: the linker puts this in the place of journal_put(). Only set in a child. */
void __real_journal_put(
    struct journal *j, uint32_t kind, const void *a, size_t asize, const void *b, size_t bsize);
void __wrap_journal_put(
    struct journal *j, uint32_t kind, const void *a, size_t asize, const void *b, size_t bsize);

static enum { LIVES, DIES_BEFORE, DIES_AFTER } death;

void
__wrap_journal_put(
    struct journal *j, uint32_t kind, const void *a, size_t asize, const void *b, size_t bsize)
{
	if (death == DIES_BEFORE)
		_exit(DIED);
	__real_journal_put(j, kind, a, asize, b, bsize);
	if (death == DIES_AFTER)
		_exit(DIED);
}

/* The worker of B leaves records from now on, behind those of one before it. */
static void
leave(struct bench *b)
{
	struct ledger *l = &ledger;

	l->writer = journal_writer(l->head, (uint8_t *)(l->head + 1), ROOM);
	worker_traffic(b->worker, &l->writer);
}

static int
set_up_as(void **state, bool is6)
{
	int error = is6 ? bench_setup6(state) : bench_setup(state);

	memset(&ledger, 0, sizeof ledger);
	ledger.head = mmap(NULL, sizeof *ledger.head + ROOM, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(ledger.head, MAP_FAILED);
	leave(*state);
	return error;
}

static int
set_up(void **state)
{
	return set_up_as(state, false);
}

static int
set_up6(void **state)
{
	return set_up_as(state, true);
}

static int
tear_down(void **state)
{
	munmap(ledger.head, sizeof *ledger.head + ROOM);
	return bench_teardown(state);
}

/* Reads what was left since the last call. Every record is one that the hub believes. */
static void
look(const struct bench *b)
{
	struct ledger *l = &ledger;
	struct journal j = { .head = l->head, .data = (uint8_t *)(l->head + 1), .size = ROOM };
	uint32_t kind;

	for (;;) {
		uint64_t lost = 0;
		struct traffic *t = &l->t[l->n % KEPT];
		int size = journal_take(&j, &l->reader, &kind, t, sizeof *t, &lost);

		if (size == 0)
			return;
		if (size == -EAGAIN)
			continue;
		assert_int_equal(size, sizeof *t);
		assert_int_equal(kind, TRAFFIC_RECORD);
		assert_int_equal(lost, 0);
		assert_true(traffic_valid(
		    t, b->next && b->next->generation == t->generation ? b->next : b->policy));
		assert_int_equal(t->before, l->told);
		l->told += t->packets;
		l->packets += t->packets;
		l->bytes += t->bytes;
		l->flows += t->is_new;
		l->n++;
	}
}

static void
finish(struct bench *b)
{
	worker_finish(b->worker);
	look(b);
}

/* Records, and the sums over them. */
static void
assert_left(unsigned records, unsigned flows, unsigned packets, unsigned bytes)
{
	assert_int_equal(ledger.n, records);
	assert_int_equal(ledger.flows, flows);
	assert_int_equal(ledger.packets, packets);
	assert_int_equal(ledger.bytes, bytes);
}

static struct addr
host(const struct bench *b, unsigned h)
{
	uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8 },
		four[4] = { 10, (uint8_t)(h >> 8), 0, (uint8_t)h };

	six[5] = (uint8_t)(h >> 8);
	six[15] = (uint8_t)h;
	return b->is6 ? addr_from6(six) : addr_from4(four);
}

/* Bytes of a TCP segment of that payload. */
static unsigned
segment(const struct bench *b, unsigned payload)
{
	return headers(b) + 20 + payload;
}

/* A connection from C to port 80 of S: the copies that leave do not count. Four packets. */
static void
connection(struct bench *b, nstime t, unsigned sport)
{
	tcp(b, t, LGWAN, false, C, sport, S, 80, SYN, 0);
	tcp(b, t + 1, INTERNET, true, C, sport, S, 80, SYN, 0);
	tcp(b, t + 2, INTERNET, false, S, 80, C, sport, SYN | ACK, 0);
	tcp(b, t + 3, LGWAN, true, S, 80, C, sport, SYN | ACK, 0);
	tcp(b, t + NS_MSEC, LGWAN, false, C, sport, S, 80, ACK, 10);
	tcp(b, t + 2 * NS_MSEC, INTERNET, false, S, 80, C, sport, ACK, 20);
}

static unsigned
connection_bytes(const struct bench *b)
{
	return 2 * segment(b, 0) + segment(b, 10) + segment(b, 20);
}

/* What a flow leaves, field by field. */
static void
test_record(void **state)
{
	struct bench *b = *state;
	struct addr c = host(b, C), s = host(b, S);

	connection(b, 5 * NS_SEC, 40000);
	assert_int_equal(ledger.n, 0);
	finish(b);
	assert_left(1, 1, 4, connection_bytes(b));
	const struct traffic *t = &ledger.t[0];
	assert_true(addr_equal(&t->client, &c));
	assert_true(addr_equal(&t->server, &s));
	assert_int_equal(t->first, 5 * NS_SEC);
	assert_in_range(t->last - 5 * NS_SEC, NS_MSEC, 3 * NS_MSEC);
	assert_int_equal(t->generation, 1);
	assert_int_equal(t->conduit, 0);
	assert_int_equal(t->fits, 1);
	assert_int_equal(t->id, 0);
	assert_int_equal(t->flags, FINDING_PORTS | (b->is6 ? 0 : FINDING_IS4));
	assert_int_equal(t->service, 80);
	assert_int_equal(t->proto, IPPROTO_TCP);
	assert_int_equal(t->from, ZONE_LGWAN);
	assert_int_equal(t->to, ZONE_INTERNET);
	assert_int_equal(t->verdict, VERDICT_CONFORMING);
	assert_int_equal(t->outcome, OUTCOME_ANSWERED);
}

/* Messages stand in the flow's next record, once; they alone are reason for one. */
static void
test_mails(void **state)
{
	struct bench *b = *state;
	struct policy_conduit *web =
	    (struct policy_conduit *)(uintptr_t)policy_conduit(b->policy, 0);
	uint64_t sums[64][TRAFFIC_MAILS] = { { 0 } };
	uint32_t n = 1; /* the first flow */

	assert_true(b->policy->nconduits <= 64);
	web->require = REQUIRE_TEXT_MAIL;
	worker_mails(b->worker, sums);
	connection(b, 5 * NS_SEC, 40000);
	traffic_count(b->worker, n, TRAFFIC_MAIL_CONFORMING, 1);
	traffic_count(b->worker, n, TRAFFIC_MAIL_CONFORMING, 1);
	traffic_count(b->worker, n, TRAFFIC_MAIL_UNVERIFIABLE, 1);
	worker_tick(b->worker, 90 * NS_SEC);
	look(b);
	assert_int_equal(ledger.n, 1);
	assert_int_equal(ledger.t[0].mails[TRAFFIC_MAIL_CONFORMING], 2);
	assert_int_equal(ledger.t[0].mails[TRAFFIC_MAIL_VIOLATING], 0);
	assert_int_equal(ledger.t[0].mails[TRAFFIC_MAIL_UNVERIFIABLE], 1);
	/* A flow that wants the same place lets it leave a record; one that is gone has none. */
	traffic_count(b->worker, n, TRAFFIC_MAIL_VIOLATING, 1);
	traffic_count(b->worker, n + FLOW_MAILS, TRAFFIC_MAIL_CONFORMING, 1);
	look(b);
	assert_int_equal(ledger.n, 2);
	finish(b);
	assert_int_equal(ledger.n, 2);
	assert_int_equal(ledger.t[1].packets, 0);
	assert_int_equal(ledger.t[1].is_new, 0);
	assert_int_equal(ledger.t[1].mails[TRAFFIC_MAIL_CONFORMING], 0);
	assert_int_equal(ledger.t[1].mails[TRAFFIC_MAIL_VIOLATING], 1);
	assert_int_equal(ledger.t[1].mails[TRAFFIC_MAIL_UNVERIFIABLE], 0);
	assert_int_equal(sums[0][TRAFFIC_MAIL_CONFORMING], 3); /* the other flow's, too */
	assert_int_equal(sums[0][TRAFFIC_MAIL_VIOLATING], 1);
	assert_int_equal(sums[0][TRAFFIC_MAIL_UNVERIFIABLE], 1);
	web->require = REQUIRE_NOTHING;
}

/* A violation names its finding and the nearest conduit; nothing came back: it was attempted. */
static void
test_violation(void **state)
{
	struct bench *b = *state;

	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 81, SYN, 0);
	worker_tick(b->worker, 2 * NS_SEC);
	finish(b);
	assert_left(1, 1, 1, segment(b, 0));
	const struct traffic *t = &ledger.t[0];
	assert_int_equal(t->id, 2003);
	assert_int_equal(t->conduit, 0);
	assert_int_equal(t->fits, 0);
	assert_int_equal(t->verdict, VERDICT_VIOLATION);
	assert_int_equal(t->outcome, OUTCOME_ATTEMPTED);
}

/* What was seen of a conforming flow tells what became of it. */
static void
test_outcomes(void **state)
{
	struct bench *b = *state;

	udp(b, NS_SEC, LGWAN, C, 1000, S, 53);
	udp(b, NS_SEC, LGWAN, C, 1001, 0x0408, 53); /* nobody captures where 10.4 is */
	tcp(b, NS_SEC, LGWAN, false, C, 1002, S, 80, SYN, 0);
	tcp(b, NS_SEC, INTERNET, true, C, 1002, S, 80, SYN, 0);
	finish(b);
	assert_int_equal(ledger.n, 3);
	assert_int_equal(ledger.t[0].outcome, OUTCOME_ATTEMPTED);
	assert_int_equal(ledger.t[1].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ledger.t[2].outcome, OUTCOME_CROSSED);
}

/* Inside a zone nothing is judged: no record. */
static void
test_same_zone(void **state)
{
	struct bench *b = *state;

	udp(b, NS_SEC, LGWAN, C, 1000, 0x0208, 53);
	finish(b);
	assert_left(0, 0, 0, 0);
}

/* ICMP names its type; a fragment without its first has no port; a frame without IP has no hosts.
 */
static void
test_services(void **state)
{
	struct bench *b = *state;

	memset(b->bytes + 34, 0, 8);
	b->bytes[34] = b->is6 ? 128 : 8;
	wrap(b, LGWAN, false, C, S, b->is6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, 8);
	judge(b, NS_SEC);
	fragment(b, NS_SEC, 24, true);
	fragment(b, NS_SEC, 48, false);
	wrap(b, LGWAN, false, C, S, 6, 20);
	put16(b->bytes + 12, 0x88b5); /* IEEE 802: for experiments */
	judge(b, NS_SEC);
	finish(b);
	assert_int_equal(ledger.n, 3);
	assert_int_equal(ledger.flows, 3);
	for (unsigned i = 0; i < 3; i++) {
		static const struct addr none;
		const struct traffic *t = &ledger.t[i];
		unsigned shape = t->flags & (FINDING_LINK | FINDING_PORTS | FINDING_ICMP);

		assert_int_equal(t->from, ZONE_LGWAN);
		if (shape == FINDING_ICMP) {
			assert_int_equal(t->service, b->is6 ? 128 : 8);
			assert_int_equal(t->packets, 1);
		} else if (shape == FINDING_LINK) {
			assert_int_equal(t->service, 0x88b5);
			assert_int_equal(t->id, 1004);
			assert_true(addr_equal(&t->client, &none));
		} else {
			assert_int_equal(shape, 0);
			assert_int_equal(t->proto, IPPROTO_UDP);
			assert_int_equal(t->verdict, VERDICT_UNVERIFIABLE);
			assert_int_equal(t->packets, 2);
			assert_int_equal(t->bytes, 2 * fragment_size(b));
		}
	}
}

/* A closed connection, one that rests for five minutes, one that is followed by another between the
 * same ports, and those that are there at the end. */
static void
test_ends(void **state)
{
	struct bench *b = *state;
	unsigned bytes;

	connection(b, NS_SEC, 40000);
	tcp(b, NS_SEC + 3, LGWAN, false, C, 40000, S, 80, RST, 0);
	udp(b, NS_SEC, LGWAN, C, 1000, S, 53);
	worker_tick(b->worker, 70 * NS_SEC);
	look(b);
	bytes = connection_bytes(b) + segment(b, 0) + headers(b) + 24;
	assert_left(2, 2, 6, bytes);

	connection(b, 71 * NS_SEC, 40001);
	tcp(b, 72 * NS_SEC, LGWAN, false, C, 40001, S, 80, RST, 0);
	tcp(b, 72 * NS_SEC + 1, LGWAN, false, C, 40001, S, 80, SYN, 0);
	look(b);
	bytes += connection_bytes(b) + segment(b, 0);
	assert_left(3, 3, 11, bytes);
	worker_tick(b->worker, 72 * NS_SEC + 2);
	finish(b);
	assert_left(4, 4, 12, bytes + segment(b, 0));
	assert_int_equal(counter(b, COUNTER_judged), 12);
	assert_int_equal(counter(b, COUNTER_flows), 4);
}

/* A flow that gives way to others leaves its record first. */
static void
test_evicted(void **state)
{
	struct bench *b = *state;
	char zones[sizeof bench_zones + 20];
	unsigned n = 5000;

	free(b->policy);
	snprintf(zones, sizeof zones, "flows = 1000; %s", bench_zones);
	b->policy = bench_policy(b, zones, bench_rules, 1);
	bench_start(b, b->policy);
	leave(b);
	for (unsigned i = 0; i < n; i++) {
		udp(b, NS_SEC + i, LGWAN, C, 1 + i, S, 53);
		look(b);
	}
	assert_true(counter(b, COUNTER_evicted) >= n - 1000);
	assert_int_equal(ledger.n, counter(b, COUNTER_evicted));
	for (unsigned i = 0; worker_finish_some(b->worker, 100); i++) {
		look(b);
		assert_int_equal(ledger.n, counter(b, COUNTER_evicted) + (i + 1) * 100);
	}
	look(b);
	assert_left(n, n, n, n * (headers(b) + 24));
}

/* A flow that goes on shows in each minute, with what was counted there; an idle one does not. */
static void
test_minutes(void **state)
{
	struct bench *b = *state;
	nstime from = NS_SEC;
	unsigned n = 0, seen = 0;

	udp(b, from, LGWAN, C, 1000, S, 53);
	for (unsigned minute = 0; minute < 5; minute++) {
		nstime begin = from + minute * NS_MIN;

		for (unsigned i = 0; i < 60 && minute != 3; i++, n++) /* it rests in the fourth */
			udp(b, begin + i * NS_SEC, LGWAN, C, 1001, S, 53);
		for (unsigned i = 0; i < 60; i++)
			worker_tick(b->worker, begin + i * NS_SEC + NS_SEC / 2);
		look(b);
		for (; seen < ledger.n; seen++) {
			const struct traffic *t = &ledger.t[seen];

			assert_int_equal(t->is_new, seen < 2);
			assert_true(t->first >= begin - 2 * NS_MIN && t->last < begin + NS_MIN);
			assert_true(t->last - t->first <= NS_MIN);
			assert_true(t->packets <= 60);
		}
		/* One for the idle one, in all; one a minute for the other, a minute later at most.
		 */
		assert_in_range(ledger.n, minute < 4 ? minute + 1 : minute, minute + 2);
	}
	finish(b);
	assert_left(ledger.n, 2, n + 1, (n + 1) * (headers(b) + 24));
	assert_in_range(ledger.n, 6, 7);
}

/* What became of a flow in its first second is not known: it leaves nothing before. */
static void
test_young(void **state)
{
	struct bench *b = *state;

	udp(b, NS_HOUR, LGWAN, C, 1000, S, 53);
	for (unsigned i = 1; i < 100; i++)
		worker_tick(b->worker, NS_HOUR + i * 10 * NS_MSEC);
	look(b);
	assert_int_equal(ledger.n, 0);
	worker_tick(b->worker, NS_HOUR + NS_MIN + NS_SEC);
	look(b);
	assert_left(1, 1, 1, headers(b) + 24);
}

/* More flows than there is room for, one packet each. */
static void
many(struct bench *b, nstime t)
{
	for (unsigned i = 0; i < MANY; i++)
		udp(b, t, LGWAN, C, 1 + i, S, 53);
}

/* From then on all of them leave what they have, and the hub is in time for it. */
static void
assert_all_left(struct bench *b, nstime from, unsigned packets)
{
	for (nstime t = from; t < from + 2 * NS_MIN; t += NS_SEC / 4) {
		worker_tick(b->worker, t);
		look(b);
	}
	assert_int_equal(ledger.packets, packets);
}

/* The clock is stepped: what is due then does not come all at once. */
static void
test_clock_forward(void **state)
{
	struct bench *b = *state;

	worker_tick(b->worker, NS_HOUR);
	many(b, NS_HOUR);
	assert_all_left(b, NS_HOUR + 10 * NS_MIN / 4, MANY);
}

static void
test_clock_back(void **state)
{
	struct bench *b = *state;

	worker_tick(b->worker, NS_HOUR);
	many(b, NS_HOUR);
	worker_tick(b->worker, NS_HOUR + 2 * NS_SEC);
	udp(b, NS_HOUR - NS_MIN, LGWAN, C, 1, S, 53);
	assert_all_left(b, NS_HOUR - NS_MIN, MANY + 1);
}

/* A worker that begins with the flows of one that was killed. */
static void
test_many_restarted(void **state)
{
	struct bench *b = *state;
	struct published last;

	bench_survive(b);
	leave(b);
	worker_tick(b->worker, NS_HOUR);
	many(b, NS_HOUR);
	last = bench_publish(b);
	bench_restart(b, b->policy, &last);
	leave(b);
	assert_all_left(b, NS_HOUR + 5 * NS_SEC, MANY);
}

/* What another policy judges counts for it; what was counted before, for the one before. */
static void
test_reload(void **state)
{
	struct bench *b = *state;

	connection(b, NS_SEC, 40000);
	bench_reload(b, bench_zones, bench_other_rules);
	look(b);
	assert_int_equal(ledger.n, 0);
	tcp(b, 2 * NS_SEC, LGWAN, false, C, 40000, S, 80, ACK, 10);
	look(b);
	assert_left(1, 1, 4, connection_bytes(b));
	assert_int_equal(ledger.t[0].generation, 1);
	assert_int_equal(ledger.t[0].verdict, VERDICT_CONFORMING);
	finish(b);
	assert_left(2, 1, 5, connection_bytes(b) + segment(b, 10));
	assert_int_equal(ledger.t[1].generation, 2);
	assert_int_equal(ledger.t[1].verdict, VERDICT_VIOLATION);
	assert_int_equal(ledger.t[1].is_new, 0);
}

/* ... and when it ends before another packet, by that one. */
static void
test_reload_and_end(void **state)
{
	struct bench *b = *state;

	connection(b, NS_SEC, 40000);
	bench_reload(b, bench_zones, bench_other_rules);
	finish(b);
	assert_left(1, 1, 4, connection_bytes(b));
	assert_int_equal(ledger.t[0].generation, 1);
}

/* A flow that gets a finding later: what no record has yet counts with it. */
static void
test_worse(void **state)
{
	struct bench *b = *state;

	tcp(b, NS_SEC, LGWAN, false, C, 40000, S, 443, SYN, 0);
	/* The server answers with another MAC than its own. */
	put_tcp(b, 443, 40000, SYN | ACK, 0);
	wrap(b, INTERNET, false, S, C, 6, 20);
	b->bytes[11] = 0x66;
	judge(b, NS_SEC + 1);
	finish(b);
	assert_left(1, 1, 2, 2 * segment(b, 0));
	assert_int_equal(ledger.t[0].id, 2005);
}

/* Bytes beyond 2^32 are not lost, however often they pass. */
static void
test_bytes(void **state)
{
	struct bench *b = *state;

	udp(b, NS_SEC, LGWAN, C, 1000, S, 53);
	for (unsigned i = 0; i < 9; i++) {
		b->frame.wirelen = 0x60000000;
		judge(b, NS_SEC + i);
	}
	look(b);
	assert_int_equal(ledger.n, 0);
	worker_tick(b->worker, NS_SEC + NS_MIN);
	look(b);
	assert_int_equal(ledger.n, 1);
	assert_int_equal(ledger.bytes, headers(b) + 24 + 9 * UINT64_C(0x60000000));
	/* Once more, to fewer than there were at the last record. */
	for (unsigned i = 0; i < 2; i++) {
		b->frame.wirelen = 0x60000000;
		judge(b, 2 * NS_MIN);
	}
	for (unsigned i = 0; i < 200; i++) { /* 70 times 2^32 within a minute */
		b->frame.wirelen = 0x60000000;
		judge(b, 2 * NS_MIN);
	}
	finish(b);
	assert_int_equal(ledger.bytes, headers(b) + 24 + 211 * UINT64_C(0x60000000));
	assert_int_equal(ledger.packets, 212);
}

/* ... also when it is pieces that waited for their first one by which they pass. */
static void
test_bytes_of_pieces(void **state)
{
	struct bench *b = *state;

	udp(b, NS_SEC, LGWAN, C, 5000, S, 9);
	for (unsigned i = 0; i < 2; i++) {
		b->frame.wirelen = 0x60000000;
		judge(b, NS_SEC);
	}
	fragment(b, NS_SEC, 24, true);
	b->frame.wirelen = 0x60000000; /* the same place, another frame */
	judge(b, NS_SEC);
	fragment(b, NS_SEC, 0, true);
	finish(b);
	assert_int_equal(ledger.n, 1);
	assert_int_equal(ledger.packets, 6);
	assert_int_equal(
	    ledger.bytes, headers(b) + 24 + 2 * fragment_size(b) + 3 * UINT64_C(0x60000000));
}

/* A worker is killed just before, or just after, a record is there: it is there once. */
static void
killed(struct bench *b, int how)
{
	struct published last;
	int status;

	bench_survive(b);
	leave(b);
	connection(b, NS_SEC, 40000);
	udp(b, NS_SEC, LGWAN, C, 1000, S, 53);
	last = bench_publish(b);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		death = how;
		worker_tick(b->worker, 100 * NS_SEC);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DIED);
	look(b);
	assert_int_equal(ledger.n, how == DIES_AFTER);
	bench_restart(b, b->policy, &last);
	leave(b);
	udp(b, 101 * NS_SEC, LGWAN, C, 1000, S, 53);
	finish(b);
	assert_int_equal(ledger.flows, 2);
	assert_int_equal(ledger.packets, 6);
	assert_int_equal(ledger.bytes, connection_bytes(b) + 2 * (headers(b) + 24));
}

static void
test_killed_before(void **state)
{
	killed(*state, DIES_BEFORE);
}

static void
test_killed_after(void **state)
{
	killed(*state, DIES_AFTER);
}

/* Any traffic, with reloads and killed workers: the records together are what the worker counted.
 */
static void
test_random(void **state)
{
	struct bench *b = *state;
	unsigned seed = (unsigned)getpid();
	struct published last;
	nstime t = NS_SEC;

	print_message("seed %u\n", seed);
	bench_survive(b);
	leave(b);
	b->next = bench_policy(b, bench_zones, bench_other_rules, 2);
	for (unsigned i = 0; i < 20000; i++) {
		static const unsigned hosts[] = { K, C, S, 0x0408, 0x0909 };
		static const uint8_t flags[] = { SYN, ACK, ACK, SYN | ACK, FIN | ACK, RST };
		unsigned from = hosts[rand_r(&seed) % 5], to = hosts[rand_r(&seed) % 5];
		unsigned sport = 1000 + (unsigned)rand_r(&seed) % 8,
			 at = (unsigned)rand_r(&seed) % 3;
		unsigned dport = (unsigned)(int[]){ 80, 81, 443, 25 }[rand_r(&seed) % 4];

		t += rand_r(&seed) % 50 ? rand_r(&seed) % (int)NS_SEC : 90 * NS_SEC;
		b->n = 0; /* they are not what is tested */
		if (rand_r(&seed) % 3)
			tcp(b, t, (int)at, rand_r(&seed) % 2, from, sport, to, dport,
			    flags[rand_r(&seed) % 6], (unsigned)rand_r(&seed) % 100);
		else
			udp(b, t, (int)at, from, sport, to, 53);
		look(b);
		if (rand_r(&seed) % 100 == 0)
			worker_tick(b->worker, t + 1);
		if (i == 10000)
			worker_policy(b->worker, b->next);
		if (rand_r(&seed) % 500 == 0) {
			last = bench_publish(b);
			bench_restart(b, i >= 10000 ? b->next : b->policy, &last);
			leave(b);
		}
	}
	b->n = 0;
	finish(b);
	assert_int_equal(ledger.packets, counter(b, COUNTER_judged));
	assert_true(ledger.packets > 5000);
	b->n = 0;
}

#define BOTH(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down),                                  \
	{                                                                                          \
#name " (IPv6)", name, set_up6, tear_down, NULL                                    \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_record),
		BOTH(test_mails),
		BOTH(test_violation),
		BOTH(test_outcomes),
		BOTH(test_same_zone),
		BOTH(test_services),
		BOTH(test_ends),
		BOTH(test_evicted),
		BOTH(test_minutes),
		BOTH(test_young),
		BOTH(test_clock_forward),
		BOTH(test_clock_back),
		BOTH(test_many_restarted),
		BOTH(test_reload),
		BOTH(test_reload_and_end),
		BOTH(test_worse),
		BOTH(test_bytes),
		BOTH(test_bytes_of_pieces),
		BOTH(test_killed_before),
		BOTH(test_killed_after),
		BOTH(test_random),
	};

	return UNIT_RUN(tests);
}
