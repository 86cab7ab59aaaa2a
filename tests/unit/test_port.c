/* test_port.c - one interface over its life, and the order of frames of several, with a made-up
 * libpcap and made-up rings: the functions of capture/live and capture/feed are those below. */
#include "unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "capture/merge.h"

enum { FRAMES = 64, PORTS = 3 };

#define START (1000 * NS_SEC)
#define OPENING (50 * NS_MSEC) /* it takes so long */

/* A made-up interface: what it has, and what libpcap would say. */
struct live {
	nstime time[FRAMES];
	unsigned n, next;
	bool dead;
	struct live_stats stats;
};

static struct {
	int status; /* of live_open() */
	uint32_t index;
	unsigned opened, closed;
	bool promiscuous;
	struct live *last;
} pcap;

int
live_open(struct live **l, const char *name, bool promiscuous, uint64_t buffer, uint32_t *index,
    char error[LIVE_ERROR])
{
	(void)name;
	(void)buffer;
	error[0] = '\0';
	pcap.promiscuous = promiscuous;
	if (pcap.status < 0)
		return pcap.status;
	*l = pcap.last = calloc(1, sizeof **l);
	assert_non_null(*l);
	*index = pcap.index;
	pcap.opened++;
	return LIVE_OK;
}

void
live_close(struct live *l)
{
	pcap.closed += l != NULL;
	free(l);
}

int
live_fd(const struct live *l)
{
	(void)l;
	return -1;
}

int
live_dispatch(struct live *l, int count, live_take *take, void *ctx, char error[LIVE_ERROR])
{
	int done = 0;

	error[0] = '\0';
	if (l->dead)
		return LIVE_BROKEN;
	while (done < count && l->next < l->n) {
		uint8_t bytes[2] = { (uint8_t)l->next, 0 };
		nstime time = l->time[l->next++];

		done++;
		if (!take(ctx, bytes, sizeof bytes, 60, time))
			break;
	}
	return done;
}

bool
live_stats(struct live *l, struct live_stats *s)
{
	*s = l->stats;
	return true;
}

/* A made-up feed: two workers; interface 0 belongs to worker 0, all others to worker 1. */
static struct {
	unsigned room[2];
	unsigned n, published;
	struct {
		nstime time;
		uint16_t iface;
		uint8_t number;
	} got[PORTS * FRAMES];
} rings;

unsigned
feed_worker(const struct feed *f, const struct frame *frame)
{
	(void)f;
	return frame->iface != 0;
}

bool
feed_put(struct feed *f, unsigned worker, const struct frame *frame)
{
	(void)f;
	if (rings.room[worker] == 0)
		return false;
	rings.room[worker]--;
	rings.got[rings.n].time = frame->time;
	rings.got[rings.n].iface = frame->iface;
	rings.got[rings.n++].number = frame->bytes[0];
	return true;
}

void
feed_publish(struct feed *f)
{
	(void)f;
	rings.published = rings.n;
}

/* What the hub was told. */
static struct msg_iface told[64];
static unsigned ntold;

static void
tell(void *ctx, const struct msg_iface *m)
{
	(void)ctx;
	assert_true(ntold < sizeof told / sizeof *told);
	told[ntold++] = *m;
}

static void
was_told(unsigned number, bool open, enum gap_reason reason, int error)
{
	assert_true(ntold > number);
	assert_int_equal(told[number].open, open);
	assert_int_equal(told[number].reason, reason);
	assert_int_equal(told[number].error, error);
}

struct world {
	struct port port[PORTS];
	struct capture_shm shm;
	struct feed feed;
	struct port_env env;
};

static const struct policy_iface eth = { .name = "eth9", .used = true };

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	if (!w)
		return -1;
	log_level(LOG_LEVEL_ERROR);
	memset(&pcap, 0, sizeof pcap);
	memset(&rings, 0, sizeof rings);
	pcap.index = 70007; /* no interface of this host */
	rings.room[0] = rings.room[1] = PORTS * FRAMES;
	ntold = 0;
	w->env = (struct port_env){ .now = START, .mono = 50 * NS_SEC, .tell = tell };
	for (uint16_t i = 0; i < PORTS; i++)
		if (port_init(&w->port[i], i, &w->feed, &w->shm.iface[i], GAP_START) < 0)
			return -1;
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < PORTS; i++)
		port_fini(&w->port[i]);
	free(w);
	return 0;
}

/* As the loop does it. */
static void
tick(struct port *p, struct port_env *e)
{
	port_tick(p, e);
	e->now += OPENING;
	port_opened(p, e);
	e->now -= OPENING;
}

/* Names the first N ports in the policy and opens them. */
static void
open_ports(struct world *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		port_policy(&w->port[i], &w->env, &eth);
		tick(&w->port[i], &w->env);
		assert_non_null(w->port[i].live);
	}
}

/* Frames at these milliseconds after START, on the port. */
static void
arrive(struct port *p, const int *ms, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		p->live->time[p->live->n++] = START + ms[i] * NS_MSEC;
	assert_true(p->live->n <= FRAMES);
}

static struct merge
turn(struct world *w, int ms)
{
	w->env.now = START + ms * NS_MSEC;
	w->env.mono += NS_MSEC;
	for (unsigned i = 0; i < PORTS; i++)
		port_peek(&w->port[i], &w->env);
	return merge_turn(w->port, PORTS, &w->env, false);
}

/* The frames that came out are those at MS, in that order. */
static void
came_out(const int *ms, unsigned n)
{
	assert_int_equal(rings.n, n);
	assert_int_equal(rings.published, n);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rings.got[i].time, START + ms[i] * NS_MSEC);
}

/* Frames of two interfaces go in the order of time, and only when they are 20 ms old. */
static void
test_order(void **state)
{
	struct world *w = *state;
	const int a[] = { 1, 2, 6, 7, 30 }, b[] = { 3, 4, 5, 8 },
		  all[] = { 1, 2, 3, 4, 5, 6, 7, 8, 30 };
	struct merge m;

	open_ports(w, 2);
	arrive(&w->port[0], a, 5);
	arrive(&w->port[1], b, 4);
	m = turn(w, 20); /* nothing is older than 0 */
	came_out(all, 0);
	assert_int_equal(m.next, START + 1 * NS_MSEC);
	assert_false(m.more || m.blocked);
	m = turn(w, 24);
	came_out(all, 4);
	assert_int_equal(m.next, START + 5 * NS_MSEC);
	m = turn(w, 28);
	came_out(all, 8);
	assert_int_equal(m.next, START + 30 * NS_MSEC);
	m = turn(w, 50);
	came_out(all, 9);
	assert_int_equal(m.next, NSTIME_NEVER);
	assert_int_equal(atomic_load(&w->shm.iface[0].frames), 5);
	assert_int_equal(atomic_load(&w->shm.iface[1].frames), 4);
	assert_int_equal(atomic_load(&w->shm.iface[1].bytes), 4 * 60);
	assert_int_equal(atomic_load(&w->shm.iface[0].last_frame), START + 30 * NS_MSEC);
}

/* An interface that hands over its block later than the other is still in time. */
static void
test_late_block(void **state)
{
	struct world *w = *state;
	const int a[] = { 1, 5, 9 }, b[] = { 2, 6 }, all[] = { 1, 2, 5, 6, 9 };

	open_ports(w, 2);
	arrive(&w->port[0], a, 3);
	(void)turn(w, 11);
	arrive(&w->port[1], b, 2);
	(void)turn(w, 15);
	(void)turn(w, 29);
	came_out(all, 5);
}

/* An interface disappears while its last frame waits for its age: its worker is shown it at once,
 * not with the next frame of another interface. */
static void
test_gone_with_frame(void **state)
{
	struct world *w = *state;
	const struct msg_link gone = { .iface = 0 };
	const int a[] = { 1 };

	open_ports(w, 2);
	arrive(&w->port[0], a, 1);
	(void)turn(w, 11);
	assert_int_equal(rings.n, 0);
	port_link(&w->port[0], &w->env, &gone);
	(void)turn(w, 40);
	came_out(a, 1);
}

/* At a stop nothing waits for its age. */
static void
test_all(void **state)
{
	struct world *w = *state;
	const int a[] = { 1, 3 }, b[] = { 2, 900 }, all[] = { 1, 2, 3, 900 };

	open_ports(w, 2);
	arrive(&w->port[0], a, 2);
	arrive(&w->port[1], b, 2);
	for (unsigned i = 0; i < PORTS; i++)
		port_peek(&w->port[i], &w->env);
	(void)merge_turn(w->port, PORTS, &w->env, true);
	came_out(all, 4);
}

/* The clock was set back by an hour: what was captured before does not wait for an hour. */
static void
test_clock_set_back(void **state)
{
	struct world *w = *state;
	const int a[] = { 3600000, 3600001, 1 }, all[] = { 3600000, 3600001, 1 };

	open_ports(w, 1);
	arrive(&w->port[0], a, 3);
	(void)turn(w, 22);
	came_out(all, 3);
}

/* What is said to be watched since then, and lost then, is not in the future. */
static void
test_watched_since_set_back(void **state)
{
	struct world *w = *state;
	struct capture_iface *shm = &w->shm.iface[0];

	open_ports(w, 1);
	w->port[0].live->stats.dropped = 1;
	w->env.mono += NS_SEC;
	port_stats(&w->port[0], &w->env, false);
	w->env.now -= NS_HOUR;
	w->env.mono += 5 * NS_SEC;
	port_stats(&w->port[0], &w->env, false);
	assert_int_equal(atomic_load(&shm->open_since), START - NS_HOUR);
	assert_int_equal(atomic_load(&shm->lost_at), START - NS_HOUR);
	port_close(&w->port[0], &w->env, GAP_STOP);
	assert_int_equal(atomic_load(&shm->open_since), NSTIME_NEVER);
}

/* A full ring holds its own interface back, not the others; nothing is lost, nothing changes
 * places. */
static void
test_full_ring(void **state)
{
	struct world *w = *state;
	const int a[] = { 1, 2, 3 }, b[] = { 4, 5 };
	struct merge m;

	open_ports(w, 2);
	arrive(&w->port[0], a, 3);
	arrive(&w->port[1], b, 2);
	rings.room[0] = 1;
	m = turn(w, 40);
	assert_true(m.blocked);
	assert_int_equal(rings.n, 3);
	assert_int_equal(rings.got[0].iface, 0);
	assert_int_equal(rings.got[1].iface, 1);
	assert_int_equal(rings.got[2].iface, 1);
	assert_false(port_reads(&w->port[0]));
	m = turn(w, 41); /* still none */
	assert_true(m.blocked);
	assert_int_equal(rings.n, 3);
	rings.room[0] = 10;
	m = turn(w, 42);
	assert_false(m.blocked);
	assert_int_equal(rings.n, 5);
	assert_int_equal(rings.got[3].number, 1);
	assert_int_equal(rings.got[4].number, 2);
	assert_int_equal(atomic_load(&w->shm.iface[0].frames), 3);
	assert_int_equal(atomic_load(&w->shm.iface[0].ring_full), 0);
}

/* Only when the interface goes while its ring is full, its one frame is lost, and counted. */
static void
test_full_ring_at_close(void **state)
{
	struct world *w = *state;
	const int a[] = { 1, 2 };

	open_ports(w, 1);
	arrive(&w->port[0], a, 2);
	rings.room[0] = 1;
	(void)turn(w, 40);
	port_close(&w->port[0], &w->env, GAP_STOP);
	assert_int_equal(atomic_load(&w->shm.iface[0].frames), 1);
	assert_int_equal(atomic_load(&w->shm.iface[0].ring_full), 1);
	assert_int_equal(atomic_load(&w->shm.iface[0].lost_at), w->env.now);
	assert_false(w->port[0].held);
}

/* A frame that only waits for its age goes out when the interface is closed. */
static void
test_close_hands_over(void **state)
{
	struct world *w = *state;
	const int a[] = { 1 };

	open_ports(w, 1);
	arrive(&w->port[0], a, 1);
	(void)turn(w, 2);
	assert_int_equal(rings.n, 0);
	port_close(&w->port[0], &w->env, GAP_STOP);
	assert_int_equal(rings.n, 1);
	assert_int_equal(atomic_load(&w->shm.iface[0].ring_full), 0);
	was_told(0, true, GAP_START, 0);
	was_told(1, false, GAP_STOP, 0);
	assert_int_equal(atomic_load(&w->shm.iface[0].open_since), NSTIME_NEVER);
}

/* Each status has its own pause; the hub is told of a status once. */
static void
test_retries(void **state)
{
	static const struct {
		int status;
		nstime pause;
	} row[] = { { LIVE_NOT_UP, NS_SEC }, { LIVE_NO_DEVICE, 5 * NS_SEC },
		{ LIVE_NO_PERMISSION, NS_MIN } };
	struct world *w = *state;
	struct port *p = &w->port[0];

	port_policy(p, &w->env, &eth);
	for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
		pcap.status = row[i].status;
		tick(p, &w->env);
		assert_int_equal(p->retry, w->env.mono + row[i].pause);
		was_told(i, false, GAP_START, row[i].status);
		w->env.mono += row[i].pause - 1;
		tick(p, &w->env); /* not yet: */
		assert_int_equal(p->retry, w->env.mono + 1);
		w->env.mono++;
	}
	tick(p, &w->env); /* the same status again: not told again */
	assert_int_equal(ntold, 3);
	assert_int_equal(p->retry, w->env.mono + NS_MIN);
	/* The kernel says that it is there: at once. */
	pcap.status = LIVE_OK;
	port_link(p, &w->env, &(struct msg_link){ .present = true, .up = true, .index = 70007 });
	tick(p, &w->env);
	assert_non_null(p->live);
	was_told(3, true, GAP_START, 0);
	assert_int_equal(atomic_load(&w->shm.iface[0].open_since), w->env.now + OPENING);
	assert_int_equal(told[3].time, w->env.now + OPENING);
}

/* Down and up again: the handle stays, the gap is told. */
static void
test_link_down(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];
	const int a[] = { 5 };

	open_ports(w, 1);
	port_link(
	    p, &w->env, &(struct msg_link){ .present = true, .up = true, .index = pcap.index });
	assert_int_equal(ntold, 1);
	w->env.now += NS_SEC;
	port_link(
	    p, &w->env, &(struct msg_link){ .present = true, .up = false, .index = pcap.index });
	was_told(1, false, GAP_LINK_DOWN, 0);
	assert_int_equal(told[1].time, START + NS_SEC);
	assert_int_equal(atomic_load(&w->shm.iface[0].open_since), NSTIME_NEVER);
	assert_non_null(p->live);
	w->env.now += NS_SEC;
	port_link(
	    p, &w->env, &(struct msg_link){ .present = true, .up = true, .index = pcap.index });
	was_told(2, true, GAP_LINK_DOWN, 0);
	assert_int_equal(atomic_load(&w->shm.iface[0].open_since), START + 2 * NS_SEC);
	assert_int_equal(pcap.closed, 0);
	arrive(p, a, 1);
	(void)turn(w, 3000);
	assert_int_equal(rings.n, 1);
}

/* The same name with another number is another interface. */
static void
test_new_index(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];

	open_ports(w, 1);
	pcap.index = 70008;
	port_link(p, &w->env, &(struct msg_link){ .present = true, .up = true, .index = 70008 });
	assert_null(p->live);
	was_told(1, false, GAP_IFACE_GONE, 0);
	tick(p, &w->env);
	assert_non_null(p->live);
	assert_int_equal(p->index, 70008);
	was_told(2, true, GAP_IFACE_GONE, 0);
	assert_int_equal(pcap.opened, 2);
}

/* libpcap says it once: the handle is dead. It is opened again without waiting. */
static void
test_dead_handle(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];

	open_ports(w, 1);
	p->live->dead = true;
	port_peek(p, &w->env);
	assert_null(p->live);
	was_told(1, false, GAP_IFACE_GONE, 0);
	tick(p, &w->env);
	assert_non_null(p->live);
}

static void
test_policy(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];
	struct policy_iface mirror = eth;

	open_ports(w, 1);
	port_policy(p, &w->env, &eth); /* the same again changes nothing */
	assert_int_equal(pcap.closed, 0);
	assert_false(pcap.promiscuous);
	mirror.mirror = true;
	port_policy(p, &w->env, &mirror);
	tick(p, &w->env);
	assert_int_equal(pcap.closed, 1);
	assert_true(pcap.promiscuous);
	was_told(1, false, GAP_RELOAD, 0);
	was_told(2, true, GAP_RELOAD, 0);
	port_policy(p, &w->env, NULL);
	assert_null(p->live);
	was_told(3, false, GAP_RELOAD, 0);
	w->env.mono += NS_HOUR;
	tick(p, &w->env);
	assert_null(p->live);
	assert_int_equal(port_due(p), NSTIME_NEVER);
}

/* The kernel's counters are 32 bits wide and go round. */
static void
test_stats(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];
	struct capture_iface *shm = &w->shm.iface[0];

	open_ports(w, 1);
	atomic_store(&shm->lost_at, NSTIME_ALWAYS);
	p->live->stats = (struct live_stats){ .received = UINT32_MAX - 9, .dropped = 0 };
	port_stats(p, &w->env, true);
	assert_int_equal(atomic_load(&shm->received), UINT32_MAX - 9);
	assert_int_equal(atomic_load(&shm->lost_at), NSTIME_ALWAYS);
	p->live->stats.received = 10; /* 20 more */
	port_stats(p, &w->env, true);
	assert_int_equal(atomic_load(&shm->received), (uint64_t)UINT32_MAX + 11);
	p->live->stats.dropped = 3;
	p->live->stats.nic_dropped = 2;
	w->env.now += NS_SEC;
	port_stats(p, &w->env, true);
	assert_int_equal(atomic_load(&shm->kernel_drops), 3);
	assert_int_equal(atomic_load(&shm->nic_drops), 2);
	assert_int_equal(atomic_load(&shm->lost_at), START + NS_SEC);
	/* /sys is not there any more: the interface's counter reads less than before. */
	p->live->stats.nic_dropped = 0;
	port_stats(p, &w->env, true);
	assert_int_equal(atomic_load(&shm->nic_drops), 2);
}

/* Every 5 s, and within 200 ms of a frame. */
static void
test_stats_pace(void **state)
{
	struct world *w = *state;
	struct port *p = &w->port[0];
	const int a[] = { 1 };

	open_ports(w, 1);
	w->env.mono += NS_SEC;
	port_stats(p, &w->env, false);
	assert_int_equal(port_due(p), w->env.mono + 5 * NS_SEC);
	arrive(p, a, 1);
	port_peek(p, &w->env);
	assert_int_equal(port_due(p), w->env.mono + 200 * NS_MSEC);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(order),
		CASE(late_block),
		CASE(gone_with_frame),
		CASE(all),
		CASE(clock_set_back),
		CASE(watched_since_set_back),
		CASE(full_ring),
		CASE(full_ring_at_close),
		CASE(close_hands_over),
		CASE(retries),
		CASE(link_down),
		CASE(new_index),
		CASE(dead_handle),
		CASE(policy),
		CASE(stats),
		CASE(stats_pace),
	};

	return UNIT_RUN(tests);
}
