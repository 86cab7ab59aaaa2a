/* capture.c - see capture.h. */
#include "capture/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "capture/merge.h"
#include "capture/skipped.h"
#include "model/chan.h"

enum {
	QUEUE = 256, /* messages to the hub that wait */
};

#define ALIVE	   NS_SEC
#define HOLD_RETRY NS_MSEC /* while a full ring holds a port back */
#define LAST_LOOK                                                                                  \
	(30 * NS_MSEC)	 /* before a stop: longer than the kernel keeps a block that is not full */
#define STOP_MOST NS_SEC /* a stop does not wait longer for a full ring */

struct capture {
	struct chan monitor, hub;
	unsigned restarts;
	const struct policy *policy; /* NULL before the first one */
	size_t policy_size;
	struct capture_shm *shm;
	struct feed feed;
	struct port port[POLICY_IFACES];
	struct port_env env;
	struct merge merge; /* what the last turn left behind */
	bool ready_due;	    /* the monitor was not told yet that the policy is in use */
	nstime alive_due;
	nstime stop_at; /* monotonic time of the end, NSTIME_NEVER before STOP came */
	int status;	/* to exit with */
	bool over;
	struct msg_iface queue[QUEUE]; /* for the hub */
	unsigned queued;
	struct skipped skipped;
};

static void
end(struct capture *c, int status)
{
	c->over = true;
	c->status = status;
}

/* Sends what waits for the hub. The channel outlives the hub: when that is started again, it goes
 * on reading here. */
static void
flush_queue(struct capture *c)
{
	unsigned sent = 0;

	while (sent < c->queued && chan_send(&c->hub, MSG_IFACE, &c->queue[sent], NULL) == 0)
		sent++;
	if (!sent)
		return;
	c->queued -= sent;
	memmove(c->queue, c->queue + sent, c->queued * sizeof *c->queue);
}

/* port_tell */
static void
tell_hub(void *ctx, const struct msg_iface *m)
{
	struct capture *c = ctx;

	if (c->queued == QUEUE) {
		log_warn("the hub is behind: a message about interface %u is lost", m->iface);
		return;
	}
	c->queue[c->queued++] = *m;
	flush_queue(c);
}

/* Takes over a new generation; the descriptor is closed in any case. */
static void
take_policy(struct capture *c, const struct msg_policy *m, int fd)
{
	/* Private: before Linux 6.7 a shared mapping of a memfd that is sealed against writing is
	 * refused. */
	void *map = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
	const struct policy *p = map;

	close(fd);
	if (map == MAP_FAILED || !policy_valid(p, m->size)) {
		log_error("generation %u of the policy cannot be used", m->generation);
		end(c, EX_SOFTWARE);
		return;
	}
	c->env.buffer = p->capture_buffer;
	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		const struct policy_iface *pi = i < p->nifaces ? policy_iface(p, i) : NULL;

		port_policy(&c->port[i], &c->env, pi && pi->used ? pi : NULL);
	}
	if (c->policy)
		munmap((void *)(uintptr_t)c->policy, c->policy_size);
	c->policy = p;
	c->policy_size = m->size;
	c->ready_due = true;
}

static void
take_link(struct capture *c, const struct msg_link *m)
{
	if (m->iface >= POLICY_IFACES) {
		end(c, EX_SOFTWARE);
		return;
	}
	port_link(&c->port[m->iface], &c->env, m);
}

/* All messages that the monitor sent. */
static void
hear_monitor(struct capture *c)
{
	union msg_any m;
	int fds[CHAN_FDS];

	for (unsigned i = 0; i < POLICY_IFACES * 2 && !c->over; i++) {
		int type = chan_receive(&c->monitor, &m, fds);

		if (type == 0)
			return;
		if (type < 0) {
			/* Gone, or not to be trusted: either way there is nobody to work for. */
			end(c, type == -EPIPE ? 0 : EX_SOFTWARE);
			return;
		}
		if (type == MSG_POLICY)
			take_policy(c, &m.m_POLICY, fds[0]);
		else if (type == MSG_LINK)
			take_link(c, &m.m_LINK);
		else if (type == MSG_STOP && c->stop_at == NSTIME_NEVER)
			c->stop_at = c->env.mono + LAST_LOOK;
	}
}

/* At the first start a missing privilege is an error of the installation: it is said at once, not
 * retried for ever. */
static bool
may_capture(const struct capture *c)
{
	for (unsigned i = 0; i < POLICY_IFACES; i++)
		if (c->port[i].used && c->port[i].error == LIVE_NO_PERMISSION)
			return false;
	return true;
}

static void
say_ready(struct capture *c)
{
	struct msg_ready m = { .generation = c->policy->generation };

	if (c->restarts == 0 && m.generation == 1 && !may_capture(c)) {
		log_error("interfaces cannot be captured without CAP_NET_RAW: start as root, or by "
			  "the systemd unit");
		end(c, EX_UNAVAILABLE);
		return;
	}
	c->ready_due = chan_send(&c->monitor, MSG_READY, &m, NULL) < 0;
}

static void
say_alive(struct capture *c)
{
	static const struct msg_empty nothing;

	if (c->env.mono < c->alive_due)
		return;
	c->alive_due = c->env.mono + ALIVE;
	(void)chan_send(&c->monitor, MSG_ALIVE, &nothing, NULL); /* the next one may find room */
}

static void
look_at_clocks(struct capture *c)
{
	c->env.now = nstime_now();
	c->env.mono = nstime_mono();
}

/* Opens and counts what is due. Opening takes its time, so the clocks are read again for each. */
static void
tick(struct capture *c)
{
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		struct port *p = &c->port[i];

		if (p->used && !p->live && c->env.mono >= p->retry) {
			port_tick(p, &c->env);
			look_at_clocks(c);
			port_opened(p, &c->env);
		}
		port_stats(p, &c->env, false);
		say_alive(c);
	}
	if (c->ready_due && c->policy)
		say_ready(c);
	flush_queue(c);
	skipped_send(&c->skipped, &c->hub);
}

/* How long the loop may sleep, in nanoseconds. */
static nstime
sleep_for(const struct capture *c)
{
	const struct merge *m = &c->merge;
	nstime due = c->alive_due;

	if (m->more)
		return 0;
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		nstime d = port_due(&c->port[i]);

		due = d < due ? d : due;
	}
	due = c->stop_at < due ? c->stop_at : due;
	due -= c->env.mono;
	if (m->next != NSTIME_NEVER) {
		nstime wait = m->next + MERGE_SPAN - c->env.now;

		wait = wait < MERGE_TURN ? MERGE_TURN : wait > MERGE_SPAN ? MERGE_SPAN : wait;
		due = wait < due ? wait : due;
	}
	if (m->blocked && due > HOLD_RETRY)
		due = HOLD_RETRY;
	/* Messages that wait for the hub, or for the monitor, are tried again before long. */
	if ((c->queued || c->skipped.n || c->ready_due) && due > 100 * NS_MSEC)
		due = 100 * NS_MSEC;
	return due > 0 ? due : 0;
}

/* One turn: sleeps, looks for frames, hands on those whose time has come, listens. */
static void
turn(struct capture *c)
{
	/* Of the hub only that it hung up is asked: it never says anything. */
	struct pollfd poll[2 + POLICY_IFACES] = { { .fd = c->monitor.fd, .events = POLLIN },
		{ .fd = c->hub.fd } };
	struct port *of[2 + POLICY_IFACES] = { NULL };
	nstime sleep = sleep_for(c);
	struct timespec t = { .tv_sec = sleep / NS_SEC, .tv_nsec = sleep % NS_SEC };
	nfds_t n = 2;
	int r;

	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		struct port *p = &c->port[i];

		if (!port_reads(p))
			continue;
		poll[n].fd = live_fd(p->live);
		poll[n].events = POLLIN;
		of[n++] = p;
	}
	r = ppoll(poll, n, &t, NULL);
	if (r < 0 && errno != EINTR) {
		log_error("ppoll: %m");
		end(c, EX_SOFTWARE);
		return;
	}
	look_at_clocks(c);
	for (nfds_t i = 2; r > 0 && i < n; i++)
		if (poll[i].revents)
			port_peek(of[i], &c->env);
	skipped_copy(&c->skipped, &c->feed);
	c->merge = merge_turn(c->port, POLICY_IFACES, &c->env, false);
	if (r > 0 && poll[0].revents)
		hear_monitor(c);
	if (r > 0 && poll[1].revents && !c->over) {
		log_error("the hub hung up: another capture begins anew");
		end(c, EX_SOFTWARE);
	}
	tick(c);
}

/* Everything that the kernel still holds goes to the workers, then the handles are closed. */
static void
stop(struct capture *c)
{
	static const struct timespec pause = { .tv_nsec = HOLD_RETRY };
	nstime most = c->env.mono + STOP_MOST;

	do {
		for (unsigned i = 0; i < POLICY_IFACES; i++)
			port_peek(&c->port[i], &c->env);
		skipped_copy(&c->skipped, &c->feed);
		c->merge = merge_turn(c->port, POLICY_IFACES, &c->env, true);
		if (c->merge.blocked)
			(void)ppoll(NULL, 0, &pause, NULL);
		look_at_clocks(c);
	} while ((c->merge.blocked || c->merge.more) && c->env.mono < most);
	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		c->port[i].used = false;
		port_close(&c->port[i], &c->env, GAP_STOP);
	}
	feed_publish(&c->feed);
	flush_queue(c);
	skipped_send(&c->skipped, &c->hub);
}

/* Takes over what the monitor arranged. 0 or -errno. */
static int
set_up(struct capture *c, const struct role_args *args)
{
	void *shm =
	    mmap(NULL, sizeof *c->shm, PROT_READ | PROT_WRITE, MAP_SHARED, ROLE_FD_CAPTURE, 0);
	uint8_t reason = args->restarts ? GAP_RESTART : GAP_START;
	int r;

	if (shm == MAP_FAILED)
		return -errno;
	c->shm = shm;
	c->monitor =
	    (struct chan){ .fd = ROLE_FD_CONTROL, .self = ROLE_CAPTURE, .peer = ROLE_MONITOR };
	c->hub = (struct chan){ .fd = ROLE_FD_HUB, .self = ROLE_CAPTURE, .peer = ROLE_HUB };
	c->restarts = args->restarts;
	c->stop_at = NSTIME_NEVER;
	c->merge.next = NSTIME_NEVER;
	c->env.tell = tell_hub;
	c->env.ctx = c;
	r = feed_open(&c->feed, args->number);
	for (uint16_t i = 0; r >= 0 && i < POLICY_IFACES; i++)
		r = port_init(&c->port[i], i, &c->feed, &c->shm->iface[i], reason);
	if (r >= 0)
		r = sandbox_enter(SANDBOX_CAPTURE, NULL);
	look_at_clocks(c);
	return r < 0 ? r : 0;
}

size_t
capture_bytes(void)
{
	return sizeof(struct capture) + POLICY_IFACES * (size_t)LIVE_SNAPLEN;
}

int
capture_run(const struct role_args *args)
{
	struct capture *c = calloc(1, sizeof *c);
	int r = c ? set_up(c, args) : -ENOMEM;

	if (r < 0) {
		log_error("cannot start: %s", strerror(-r));
		free(c);
		return EX_UNAVAILABLE;
	}
	while (!c->over && c->env.mono < c->stop_at)
		turn(c);
	if (!c->over)
		stop(c);
	r = c->status;
	for (unsigned i = 0; i < POLICY_IFACES; i++)
		port_fini(&c->port[i]);
	skipped_fini(&c->skipped);
	feed_close(&c->feed);
	free(c);
	return r;
}
