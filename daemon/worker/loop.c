/* loop.c - see loop.h.
 *
 * The order of a batch: judge, save findings and counters where a crash does not reach them (struct
 * keep), show the counters, give the frames back. A worker that is killed before it saved judges
 * the batch again (the flow table knows a frame that it has counted); killed after it, it passes
 * over frames up to the saved number.
 */
#include "worker/loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "model/chan.h"
#include "model/ring.h"
#include "worker/decode.h"
#include "worker/worker.h"

enum {
	FINISH_SHARE = 4096, /* flows that end together at a stop */
	CAREFUL = 32, /* frames judged one at a time after a start: one of them may have ended the
			 one before */
};

#define ALIVE	  NS_SEC
#define SERVICE	  (10 * NS_MSEC) /* how often messages and the time are looked at under load */
#define LATENCY	  (50 * NS_MSEC) /* a frame of the wall clock's now arrives here before this long */
#define STOP_MOST NS_SEC	 /* how long a stop waits for the hub to take the last findings */

/* Counters up to one frame. */
struct saved {
	uint64_t released; /* number of that frame */
	nstime judged_to;
	uint64_t count[COUNTERS];
	uint64_t events[32];
};

enum { KEEP_COUNT = 31, KEEP_TOLD = 5 }; /* mask; shift */

_Static_assert((int)MSG_FINDINGS_MAX <= (int)KEEP_COUNT, "the count has its bits");

/* What outlives a crash beside the flow table. One process at a time writes it, so program order is
 * enough. */
struct keep {
	struct saved saved[2];
	volatile uint32_t slot; /* which of the two is whole */
	/* In one word, so that a kill finds both or neither: how many findings the hub did not get
	 * yet (KEEP_COUNT), and above that the packets of those that it got. */
	volatile uint64_t word;
	struct msg_findings findings;
};

_Static_assert((int)EVENT_COUNT <= 32, "each event has its place in struct worker_shm");
_Static_assert(sizeof(struct keep) <= WORKER_KEEP, "the monitor makes it that large");

struct loop {
	struct chan monitor, hub;
	struct ring ring;
	const struct capture_shm *capture;
	struct worker_shm *shm;
	struct journal traffic, exhibits;
	struct keep *keep;
	struct saved base;     /* counted by the processes before this one */
	struct worker *worker; /* NULL before the first policy */
	const struct policy *policy;
	size_t policy_size;
	struct net net;
	struct addr addrs[NET_ADDRS]; /* of MSG_ADDRS so far */
	struct hash_key key;
	unsigned careful;
	uint64_t suspect_to; /* the last process ended in a batch that went no further than this */
	bool ready_due, stopping, over, unfiltered;
	int status;
	nstime newest; /* time of the newest frame */
	nstime mono, alive_due, service_due;
	nstime finish_by; /* while it ends: how long the hub is waited for; else NSTIME_ALWAYS */
};

static void
end(struct loop *l, int status)
{
	l->over = true;
	l->status = status;
}

/* Keeps the compiler from moving stores across it: what a kill must find in this order. */
static void
in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

static uint32_t
waiting(const struct keep *k)
{
	return (uint32_t)(k->word & KEEP_COUNT);
}

/* Sends the findings that wait. False when the hub has no room for them. */
static bool
flush_findings(struct loop *l)
{
	struct keep *k = l->keep;
	uint64_t told = k->word >> KEEP_TOLD;
	int r;

	if (!waiting(k))
		return true;
	k->findings.count = waiting(k);
	k->findings.before = told;
	r = chan_send(&l->hub, MSG_FINDINGS, &k->findings, NULL);
	if (r < 0) {
		if (r != -EAGAIN)
			end(l, r == -EPIPE ? 0 : EX_SOFTWARE);
		return false;
	}
	for (uint32_t i = 0; i < k->findings.count; i++)
		told += k->findings.finding[i].n;
	/* Killed here, the next process sends it again: the hub sees by `before` that it has it. */
	k->word = told << KEEP_TOLD;
	in_order();
	atomic_store_explicit(&l->shm->told, told, memory_order_relaxed);
	return true;
}

/* At the end, and only then, room is waited for: what is not said now never is. False when it is
 * not the end, or too late. */
static bool
wait_for_hub(struct loop *l)
{
	static const struct timespec pause = { .tv_nsec = 20 * NS_MSEC };
	struct pollfd poll = { .fd = l->hub.fd, .events = POLLOUT };

	if (l->over || nstime_mono() >= l->finish_by)
		return false;
	(void)ppoll(&poll, 1, &pause, NULL); /* whatever it says, the next send tells */
	return true;
}

/* worker_emit */
static bool
emit(void *ctx, const struct finding *f)
{
	struct loop *l = ctx;
	struct keep *k = l->keep;

	while (waiting(k) == MSG_FINDINGS_MAX && !flush_findings(l))
		if (!wait_for_hub(l))
			return false;
	k->findings.finding[waiting(k)] = *f;
	in_order();
	k->word++;
	in_order();
	return true;
}

static struct saved *
save(struct loop *l)
{
	struct keep *k = l->keep;
	struct saved *s = &k->saved[k->slot ^ 1];
	const uint64_t *count = worker_counters(l->worker), *events = worker_events(l->worker);

	memcpy(s->count, count, sizeof s->count);
	memcpy(s->events, events, EVENT_COUNT * sizeof *events);
	/* Frames that were never judged: the ring's control memory counts them over all restarts.
	 */
	s->count[COUNTER_skipped] =
	    atomic_load_explicit(&l->ring.control->skipped, memory_order_relaxed);
	s->released = l->ring.seq;
	s->judged_to = l->newest;
	in_order();
	k->slot ^= 1;
	in_order();
	return s;
}

/* Shows the counters under the sequence lock. A process before this one may have died holding it:
 * then it is odd already. */
static void
show(struct loop *l, const struct saved *s)
{
	struct worker_shm *m = l->shm;
	uint32_t lock = atomic_load_explicit(&m->lock, memory_order_relaxed) | 1;

	atomic_store_explicit(&m->lock, lock, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	m->generation = l->policy->generation;
	m->released = s->released;
	memcpy(m->count, s->count, sizeof m->count);
	memcpy(m->events, s->events, sizeof m->events);
	m->judged_to = s->judged_to;
	atomic_store_explicit(&m->lock, lock + 1, memory_order_release);
}

/* Which interfaces are captured without a break, as of now. */
static void
look_at_capture(struct loop *l)
{
	for (uint32_t i = 0; i < l->policy->nifaces && i < POLICY_IFACES; i++) {
		const struct capture_iface *from = &l->capture->iface[i];
		struct net_iface *to = &l->net.iface[i];

		to->open_since = atomic_load_explicit(&from->open_since, memory_order_relaxed);
		to->lost_at = atomic_load_explicit(&from->lost_at, memory_order_relaxed);
	}
}

static void hear_monitor(struct loop *l);

/* Takes frames that were not counted yet. Their number; 0 with frames that were passed over leaves
 * them released. */
static unsigned
take(struct loop *l, struct frame *f, unsigned most)
{
	unsigned n = 0;
	int error = 0;

	while (n < most && ring_take(&l->ring, &f[n], &error)) {
		if (f[n].seq <= l->base.released)
			continue;
		if (f[n].iface >= POLICY_IFACES) {
			end(l, EX_SOFTWARE);
			break;
		}
		/* Capture has the next policy already: so has the channel, as a rule. */
		if (f[n].iface >= l->policy->nifaces)
			hear_monitor(l);
		if (f[n].time > l->newest)
			l->newest = f[n].time;
		n++;
	}
	if (error)
		end(l, EX_SOFTWARE);
	return n;
}

/* Everything about a batch that was judged is put where it belongs. */
static void
finish_batch(struct loop *l)
{
	(void)flush_findings(l); /* what finds no room stays in keep */
	show(l, save(l));
	ring_release(&l->ring);
}

/* One frame alone, in the first moments of a process. */
static unsigned
judge_carefully(struct loop *l)
{
	struct ring_control *c = l->ring.control;
	struct frame f;

	if (take(l, &f, 1) == 0) {
		ring_release(&l->ring);
		return 0;
	}
	l->careful--;
	if (ring_hold(c, f.seq, f.seq <= l->suspect_to))
		worker_judge(l->worker, &f, 1);
	else
		ring_skip(&l->ring, &f);
	finish_batch(l);
	ring_let_go(c);
	return 1;
}

/* Judges what is in the ring, at most one batch. The number of frames. */
static unsigned
judge(struct loop *l)
{
	struct frame f[WORKER_BATCH];
	unsigned n;

	look_at_capture(l);
	if (l->careful)
		return judge_carefully(l);
	n = take(l, f, WORKER_BATCH);
	if (n == 0) {
		ring_release(&l->ring);
		return 0;
	}
	worker_judge(l->worker, f, n);
	finish_batch(l);
	return n;
}

/* The worker is made with the first policy, once: from then on no memory is asked for and the
 * system calls are few. */
static void
begin(struct loop *l)
{
	static const struct sandbox_worker filter = {
		.control = ROLE_FD_CONTROL,
		.hub = ROLE_FD_HUB,
		.wake = WORKER_FD_WAKE,
		.first_free = WORKER_FDS,
	};
	int error = 0;

	l->worker = worker_new(l->policy, &l->net, &l->key, WORKER_FD_FLOWS, emit, l, &error);
	if (!l->worker) {
		log_error("no flow table: %s", strerror(-error));
		end(l, EX_UNAVAILABLE);
		return;
	}
	/* At the first start this is all zero; a worker that is killed in its first batch leaves it
	 * so. */
	worker_resume(l->worker, l->base.count, l->base.events, l->base.released);
	worker_traffic(l->worker, &l->traffic);
	worker_exhibits(l->worker, &l->exhibits);
	error = sandbox_enter(SANDBOX_WORKER, &filter);
	if (error < 0) {
		log_error("no system call filter: %s", strerror(-error));
		end(l, EX_UNAVAILABLE);
	}
	l->unfiltered = error > 0;
	(void)flush_findings(l); /* of the process before this one */
}

static void
take_policy(struct loop *l, const struct msg_policy *m, int fd)
{
	/* Private: before Linux 6.7 a shared mapping of a memfd that is sealed against writing is
	 * refused. */
	void *map = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
	const struct policy *old = l->policy;

	close(fd);
	if (map == MAP_FAILED || !policy_valid(map, m->size)) {
		end(l, EX_SOFTWARE);
		return;
	}
	l->policy = map;
	if (l->worker)
		worker_policy(l->worker, l->policy);
	else
		begin(l);
	if (old)
		munmap((void *)(uintptr_t)old, l->policy_size);
	l->policy_size = m->size;
	l->ready_due = true;
}

static void
take_link(struct loop *l, const struct msg_link *m)
{
	struct net_iface *i;

	if (m->iface >= POLICY_IFACES) {
		end(l, EX_SOFTWARE);
		return;
	}
	i = &l->net.iface[m->iface];
	if (i->has_mac == m->present && mac_equal(&i->mac, &m->mac))
		return;
	i->has_mac = m->present;
	i->mac = m->mac;
	if (l->worker)
		worker_net(l->worker, &l->net);
}

static void
take_addrs(struct loop *l, const struct msg_addrs *m)
{
	const uint32_t most = sizeof m->addr / sizeof *m->addr;

	if (m->count > most) {
		end(l, EX_SOFTWARE);
		return;
	}
	/* More than there is room for: the last ones are left out, and the list is not all there
	 * is. */
	for (uint32_t i = 0; i < m->count && m->first < NET_ADDRS - i; i++)
		l->addrs[m->first + i] = m->addr[i];
	if (m->more)
		return;
	l->net.addrs_known = m->first <= NET_ADDRS - m->count;
	l->net.naddrs = l->net.addrs_known ? m->first + m->count : NET_ADDRS;
	memcpy(l->net.addr, l->addrs, sizeof l->net.addr);
	if (l->worker)
		worker_net(l->worker, &l->net);
}

static void
hear_monitor(struct loop *l)
{
	union msg_any m;
	int fds[CHAN_FDS];

	for (unsigned i = 0; i < POLICY_IFACES * 2 && !l->over; i++) {
		int type = chan_receive(&l->monitor, &m, fds);

		if (type == 0)
			return;
		if (type < 0)
			end(l, type == -EPIPE ? 0 : EX_SOFTWARE);
		else if (type == MSG_POLICY)
			take_policy(l, &m.m_POLICY, fds[0]);
		else if (type == MSG_LINK)
			take_link(l, &m.m_LINK);
		else if (type == MSG_ADDRS)
			take_addrs(l, &m.m_ADDRS);
		else if (type == MSG_STOP)
			l->stopping = true;
	}
}

/* Messages to the monitor. What finds no room is said the next time. */
static void
tell_monitor(struct loop *l)
{
	static const struct msg_empty nothing;

	if (l->ready_due) {
		struct msg_ready m = { .generation = l->policy->generation };

		l->ready_due = chan_send(&l->monitor, MSG_READY, &m, NULL) < 0;
	}
	if (l->mono < l->alive_due)
		return;
	l->alive_due = l->mono + ALIVE;
	(void)chan_send(&l->monitor, MSG_ALIVE, &nothing, NULL);
}

/* The time that has surely passed: what was captured before it is in the ring, or judged. */
static nstime
passed(const struct loop *l, bool idle)
{
	return idle ? nstime_now() - LATENCY : l->newest;
}

/* Messages and the time. IDLE: the ring is empty. */
static void
service(struct loop *l, bool idle)
{
	l->service_due = l->mono + SERVICE;
	hear_monitor(l);
	if (l->over || !l->worker)
		return;
	tell_monitor(l);
	if (passed(l, idle) < worker_due(l->worker))
		return;
	look_at_capture(l);
	worker_tick(l->worker, passed(l, idle));
	(void)flush_findings(l);
	show(l, save(l));
}

/* Sleeps until there is a frame, a message or something to say. */
static void
sleep_now(struct loop *l)
{
	struct pollfd poll[] = {
		{ .fd = WORKER_FD_WAKE, .events = POLLIN },
		{ .fd = l->monitor.fd, .events = POLLIN },
		{ .fd = waiting(l->keep) ? l->hub.fd : -1, .events = POLLOUT },
	};
	nstime due = l->alive_due - l->mono;
	struct timespec t;
	uint64_t woken;

	/* With findings that the hub has no room for, the time of others does not matter. */
	if (l->worker && !waiting(l->keep)) {
		nstime next = worker_due(l->worker);

		next = next == NSTIME_NEVER ? NS_SEC : next - passed(l, true);
		due = next < due ? next : due;
	}
	due = due < NS_MSEC ? NS_MSEC : due > NS_SEC ? NS_SEC : due;
	if (l->ready_due && due > 100 * NS_MSEC)
		due = 100 * NS_MSEC;
	t = (struct timespec){ .tv_sec = due / NS_SEC, .tv_nsec = due % NS_SEC };
	if (!l->worker || ring_sleep(&l->ring)) {
		if (ppoll(poll, sizeof poll / sizeof *poll, &t, NULL) < 0 && errno != EINTR)
			end(l, EX_SOFTWARE);
		else if (poll[0].revents && read(WORKER_FD_WAKE, &woken, sizeof woken) < 0 &&
			 errno != EAGAIN)
			end(l, EX_SOFTWARE);
		ring_awake(&l->ring);
	}
	if (poll[2].revents)
		(void)flush_findings(l);
}

/* The ring is empty and nothing more comes: all times run out, and the hub gets the rest. */
static void
finish(struct loop *l)
{
	static const struct timespec pause = { .tv_nsec = 8 * NS_MSEC };

	l->finish_by = nstime_mono() + STOP_MOST;
	while (worker_finish_some(l->worker, FINISH_SHARE))
		(void)ppoll(NULL, 0, &pause, NULL); /* the hub reads what they left */
	while (!flush_findings(l) && wait_for_hub(l))
		continue;
	show(l, save(l));
}

static void *
map(int fd, size_t size, int protection)
{
	void *p = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int
set_up(struct loop *l, bool restarted)
{
	struct worker_room *room;
	int r;

	l->monitor =
	    (struct chan){ .fd = ROLE_FD_CONTROL, .self = ROLE_WORKER, .peer = ROLE_MONITOR };
	l->hub = (struct chan){ .fd = ROLE_FD_HUB, .self = ROLE_WORKER, .peer = ROLE_HUB };
	l->capture = map(ROLE_FD_CAPTURE, sizeof *l->capture, PROT_READ);
	room = map(WORKER_FD_SHM, sizeof *room, PROT_READ | PROT_WRITE);
	l->keep = map(WORKER_FD_KEEP, WORKER_KEEP, PROT_READ | PROT_WRITE);
	if (!l->capture || !room || !l->keep)
		return -ENOMEM;
	l->shm = &room->shm;
	l->traffic = journal_writer(&room->traffic, room->traffic_data, WORKER_TRAFFIC);
	l->exhibits = journal_writer(&room->exhibits, room->exhibits_data, WORKER_EXHIBITS);
	if (pread(ROLE_FD_KEY, &l->key, sizeof l->key, 0) != sizeof l->key)
		return -EINVAL;
	l->base = l->keep->saved[l->keep->slot & 1];
	l->careful = CAREFUL;
	l->finish_by = NSTIME_ALWAYS;
	l->newest = l->base.judged_to;
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		l->net.iface[i].open_since = NSTIME_NEVER;
		l->net.iface[i].lost_at = NSTIME_ALWAYS;
	}
	r = ring_map(&l->ring, WORKER_FD_DATA, WORKER_FD_RING, false);
	if (r < 0)
		return r;
	if (restarted && !atomic_load_explicit(&l->ring.control->in_hand, memory_order_relaxed))
		l->suspect_to = l->ring.seq + WORKER_BATCH;
	return 0;
}

int
worker_run(const struct role_args *args)
{
	static struct loop l; /* too large for a stack; one a process */
	int r = set_up(&l, args->restarts > 0);

	if (r < 0) {
		log_error("worker %u cannot start: %s", args->number, strerror(-r));
		return EX_UNAVAILABLE;
	}
	while (!l.over) {
		unsigned n = l.worker ? judge(&l) : 0;

		l.mono = nstime_mono();
		if (n == 0 || l.mono >= l.service_due)
			service(&l, n == 0);
		if (l.over || n > 0)
			continue;
		if (l.stopping)
			break;
		sleep_now(&l);
	}
	if (!l.over && l.worker)
		finish(&l);
	/* Giving memory back would take calls that the filter does not allow. */
	if (!l.unfiltered && l.worker)
		_exit(l.status);
	worker_free(l.worker);
	ring_unmap(&l.ring);
	return l.status;
}
