/* port.c - see port.h. */
#include "capture/port.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { BATCH = 256 }; /* frames of one dispatch: the other interfaces wait that long */

#define STATS_BUSY                                                                                 \
	(200 *                                                                                     \
	    NS_MSEC) /* while frames flow: a loss is known in time for the outcome of its flows */
#define STATS_IDLE (5 * NS_SEC) /* the counters wrap after hours */

/* One interface each has a writer, this process: a plain sum is enough. */
static void
add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(
	    counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

int
port_init(
    struct port *p, uint16_t iface, struct feed *feed, struct capture_iface *shm, uint8_t reason)
{
	memset(p, 0, sizeof *p);
	p->held_bytes = malloc(LIVE_SNAPLEN);
	if (!p->held_bytes)
		return -ENOMEM;
	p->iface = iface;
	p->feed = feed;
	p->shm = shm;
	p->reason = reason;
	p->retry = NSTIME_NEVER;
	p->stats_due = NSTIME_NEVER;
	atomic_store_explicit(&shm->open_since, NSTIME_NEVER, memory_order_relaxed);
	return 0;
}

void
port_fini(struct port *p)
{
	live_close(p->live);
	p->live = NULL;
	free(p->held_bytes);
	p->held_bytes = NULL;
}

static void
tell(struct port *p, const struct port_env *e, bool open, int error)
{
	struct msg_iface m = {
		.iface = p->iface,
		.open = open,
		.reason = p->reason,
		.error = error,
		.time = e->now,
	};

	e->tell(e->ctx, &m);
}

/* Frames can come from now on, or not any more; REASON is why they could not. */
static void
watch(struct port *p, const struct port_env *e, bool watched, uint8_t reason)
{
	if (p->watched == watched)
		return;
	p->watched = watched;
	if (!watched)
		p->reason = reason;
	atomic_store_explicit(
	    &p->shm->open_since, watched ? e->now : NSTIME_NEVER, memory_order_relaxed);
	tell(p, e, watched, 0);
}

static void
lost(struct port *p, const struct port_env *e)
{
	atomic_store_explicit(&p->shm->lost_at, e->now, memory_order_relaxed);
}

static void
hold(struct port *p, unsigned worker, const struct frame *f)
{
	p->held_frame = *f;
	if (f->caplen > LIVE_SNAPLEN)
		p->held_frame.caplen = LIVE_SNAPLEN; /* cannot be: the handle was opened with it */
	memcpy(p->held_bytes, f->bytes, p->held_frame.caplen);
	p->held_frame.bytes = p->held_bytes;
	p->held_worker = worker;
	p->held = true;
}

/* Puts a frame into its ring, and counts it there. */
static bool
put(struct port *p, unsigned worker, const struct frame *f)
{
	if (!feed_put(p->feed, worker, f))
		return false;
	add(&p->shm->frames, 1);
	add(&p->shm->bytes, f->wirelen);
	atomic_store_explicit(&p->shm->last_frame, f->time, memory_order_relaxed);
	return true;
}

/* A moment that is later than now was of a clock that was set back since: until the clock is there
 * again, nothing would count as watched. */
static void
not_ahead(_Atomic int64_t *moment, nstime now)
{
	nstime at = atomic_load_explicit(moment, memory_order_relaxed);

	if (at != NSTIME_NEVER && at > now)
		atomic_store_explicit(moment, now, memory_order_relaxed);
}

void
port_stats(struct port *p, const struct port_env *e, bool force)
{
	struct live_stats now, d;

	if (!p->live || (!force && e->mono < p->stats_due))
		return;
	p->stats_due = e->mono + STATS_IDLE;
	not_ahead(&p->shm->open_since, e->now);
	not_ahead(&p->shm->lost_at, e->now);
	if (!live_stats(p->live, &now))
		return;
	/* Modulo 2^32: the counters are as wide as an unsigned int. */
	d.received = now.received - p->last.received;
	d.dropped = now.dropped - p->last.dropped;
	d.nic_dropped = now.nic_dropped - p->last.nic_dropped;
	/* The interface's own counter starts anew when its driver does, or reads 0 when /sys cannot
	 * be read. */
	if (d.nic_dropped > UINT32_MAX / 2)
		d.nic_dropped = 0;
	p->last = now;
	add(&p->shm->received, d.received);
	add(&p->shm->kernel_drops, d.dropped);
	add(&p->shm->nic_drops, d.nic_dropped);
	if (d.dropped || d.nic_dropped)
		lost(p, e);
}

void
port_close(struct port *p, const struct port_env *e, uint8_t reason)
{
	if (!p->live)
		return;
	port_stats(p, e, true);
	if (p->held && !put(p, p->held_worker, &p->held_frame)) {
		add(&p->shm->ring_full, 1);
		lost(p, e);
	}
	if (p->held)
		feed_publish(p->feed); /* nobody else's frame may come for long */
	p->held = p->blocked = false;
	live_close(p->live);
	p->live = NULL;
	p->stats_due = NSTIME_NEVER;
	p->retry = p->used ? e->mono : NSTIME_NEVER;
	p->error = 0;
	log_debug("%s: closed", p->name);
	if (p->watched)
		watch(p, e, false, reason);
	else
		p->reason = reason;
}

/* Each status is waited out in its own way. The kernel's word (port_link) comes before the time is
 * over, as a rule. */
static nstime
retry_after(int status)
{
	switch (status) {
	case LIVE_NOT_UP:
		return NS_SEC;
	case LIVE_NO_DEVICE:
		return 5 * NS_SEC;
	case LIVE_NO_PERMISSION:
		return NS_MIN;
	default: /* not an enum: libpcap's numbers */
		return 2 * NS_SEC;
	}
}

static void
open_failed(struct port *p, const struct port_env *e, int status, const char *error)
{
	p->retry = e->mono + retry_after(status);
	if (status == p->error)
		return;
	p->error = status;
	log_warn("%s: cannot be captured: %s", p->name, error);
	tell(p, e, false, status);
}

static void
open_now(struct port *p, const struct port_env *e)
{
	char error[LIVE_ERROR];
	int status = live_open(&p->live, p->name, p->mirror, e->buffer, &p->index, error);

	if (status < 0) {
		open_failed(p, e, status, error);
		return;
	}
	memset(&p->last, 0, sizeof p->last);
	p->error = 0;
	p->retry = NSTIME_NEVER;
	p->stats_due = e->mono + STATS_BUSY;
	log_debug("%s: captured, ifindex %u", p->name, p->index);
}

void
port_tick(struct port *p, const struct port_env *e)
{
	if (p->used && !p->live && e->mono >= p->retry)
		open_now(p, e);
}

void
port_opened(struct port *p, const struct port_env *e)
{
	/* Opened, so it is up; that it is running the kernel says by port_link(). */
	if (p->live && (!p->link_known || p->up))
		watch(p, e, true, p->reason);
}

void
port_policy(struct port *p, const struct port_env *e, const struct policy_iface *pi)
{
	bool same = pi && p->used && strncmp(p->name, pi->name, sizeof p->name) == 0 &&
		    p->mirror == pi->mirror;

	if (same || (!pi && !p->used))
		return;
	p->used = false;
	port_close(p, e, GAP_RELOAD);
	p->retry = NSTIME_NEVER;
	if (!pi)
		return;
	memcpy(p->name, pi->name, sizeof p->name);
	p->name[sizeof p->name - 1] = '\0';
	p->mirror = pi->mirror;
	p->used = true;
	p->retry = e->mono;
}

/* The interface of the open handle is not under its name any more: has it got another one? */
static uint8_t
gone_reason(const struct port *p)
{
	char name[IF_NAMESIZE];

	return p->index && if_indextoname(p->index, name) && strcmp(name, p->name) != 0 ?
		   GAP_IFACE_RENAMED :
		   GAP_IFACE_GONE;
}

void
port_link(struct port *p, const struct port_env *e, const struct msg_link *link)
{
	p->link_known = true;
	p->present = link->present;
	p->up = link->present && link->up;
	p->link_index = link->index;
	if (p->live && (!link->present || link->index != p->index))
		port_close(p, e, gone_reason(p));
	if (p->live)
		/* libpcap says nothing of a link that goes down or up again: the handle stays as it
		 * is. */
		watch(p, e, p->up, GAP_LINK_DOWN);
	else if (p->used && link->present)
		p->retry = e->mono;
}

/* live_take */
static bool
take(void *ctx, const uint8_t *bytes, uint32_t caplen, uint32_t wirelen, nstime time)
{
	struct port *p = ctx;
	struct frame f = {
		.bytes = bytes,
		.caplen = caplen,
		.wirelen = wirelen < caplen ? caplen : wirelen,
		.time = time,
		.iface = p->iface,
		.link = FRAME_ETHERNET,
	};
	unsigned worker = feed_worker(p->feed, &f);

	if (time <= p->bound) {
		if (put(p, worker, &f))
			return true;
		p->blocked = true;
	}
	hold(p, worker, &f);
	return false;
}

static void
read_some(struct port *p, const struct port_env *e, int most, nstime bound)
{
	char error[LIVE_ERROR];

	p->bound = bound;
	if (live_dispatch(p->live, most, take, p, error) < 0) {
		log_info("%s: %s", p->name, error);
		port_close(p, e, gone_reason(p));
		return;
	}
	if (p->stats_due > e->mono + STATS_BUSY)
		p->stats_due = e->mono + STATS_BUSY;
}

void
port_peek(struct port *p, const struct port_env *e)
{
	if (port_reads(p))
		read_some(p, e, 1, NSTIME_ALWAYS);
}

void
port_move(struct port *p, const struct port_env *e, nstime bound)
{
	if (!p->held)
		return;
	p->blocked = !put(p, p->held_worker, &p->held_frame);
	if (p->blocked)
		return;
	p->held = false;
	read_some(p, e, BATCH, bound);
}

nstime
port_due(const struct port *p)
{
	nstime due = p->stats_due;

	if (p->used && !p->live && p->retry < due)
		due = p->retry;
	return due;
}
