/* accounts.c - see accounts.h. */
#include <stdarg.h>
#include <stdio.h>

#include "hub/accounts.h"

enum { READ_TRIES = 16 };

static bool
read_consistent(struct worker_sample *to, const struct worker_shm *shm)
{
	for (unsigned i = 0; i < READ_TRIES; i++) {
		uint32_t before = atomic_load_explicit(&shm->lock, memory_order_acquire);

		to->included = shm->released;
		to->generation = shm->generation;
		memcpy(to->count, shm->count, sizeof to->count);
		atomic_thread_fence(memory_order_acquire);
		if (!(before & 1) &&
		    atomic_load_explicit(&shm->lock, memory_order_relaxed) == before)
			return true;
	}
	return false;
}

void
accounts_worker(struct accounts *a, unsigned worker, const struct worker_shm *shm,
    const struct ring_control *control)
{
	struct worker_sample now = { .valid = true };

	if (worker >= ROLE_WORKERS || !read_consistent(&now, shm))
		return;
	if (control) {
		/* In this order the newer number cannot be the one that is read first. */
		now.released = atomic_load_explicit(&control->released, memory_order_acquire);
		now.published = atomic_load_explicit(&control->published, memory_order_acquire);
	}
	now.told = atomic_load_explicit(&shm->told, memory_order_relaxed);
	a->worker[worker] = now;
}

static bool
same(const struct iface_sample *a, const struct iface_sample *b)
{
	return a->frames == b->frames && a->received == b->received &&
	       a->kernel_drops == b->kernel_drops && a->ring_full == b->ring_full;
}

void
accounts_capture(struct accounts *a, const struct capture_shm *shm, nstime mono)
{
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		const struct capture_iface *c = &shm->iface[i];
		struct iface_sample now = {
			.frames = atomic_load_explicit(&c->frames, memory_order_relaxed),
			.bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed),
			.received = atomic_load_explicit(&c->received, memory_order_relaxed),
			.kernel_drops =
			    atomic_load_explicit(&c->kernel_drops, memory_order_relaxed),
			.nic_drops = atomic_load_explicit(&c->nic_drops, memory_order_relaxed),
			.ring_full = atomic_load_explicit(&c->ring_full, memory_order_relaxed),
			.unread = a->iface[i].unread,
			.moved_before = a->iface[i].moved_before,
			.lost_at = atomic_load_explicit(&c->lost_at, memory_order_relaxed),
			.last_frame = atomic_load_explicit(&c->last_frame, memory_order_relaxed),
		};

		if (!a->capture_known || !same(&now, &a->iface[i])) {
			now.moved_before = a->capture_known ? a->still_since[i] : mono;
			a->still_since[i] = mono;
		}
		a->iface[i] = now;
	}
	a->capture_known = true;
}

static void __attribute__((format(printf, 5, 6))) mismatch(
    struct accounts *a, enum account kind, accounts_say *say, void *ctx, const char *format, ...)
{
	char fields[256];
	va_list args;

	if (a->said[kind])
		return;
	a->said[kind] = true;
	va_start(args, format);
	int n = vsnprintf(fields, sizeof fields, format, args);
	va_end(args);
	if (n > 0)
		say(ctx, fields);
}

static void
check_worker(struct accounts *a, unsigned i, accounts_say *say, void *ctx)
{
	const struct worker_sample *w = &a->worker[i];
	unsigned long long frames = w->count[COUNTER_frames], packets = w->count[COUNTER_packets];
	unsigned long long copies = w->count[COUNTER_copies], judged = w->count[COUNTER_judged];
	unsigned long long not_judged = w->count[COUNTER_not_judged],
			   undecodable = w->count[COUNTER_undecodable];
	unsigned long long skipped = w->count[COUNTER_skipped], included = w->included;

	if (frames != packets + copies)
		mismatch(a, ACCOUNT_COPIES, say, ctx,
		    "what=copies worker=%u frames=%llu packets=%llu copies=%llu", i, frames,
		    packets, copies);
	if (packets != judged + not_judged + undecodable)
		mismatch(a, ACCOUNT_JUDGED, say, ctx,
		    "what=judged worker=%u packets=%llu judged=%llu not_judged=%llu "
		    "undecodable=%llu",
		    i, packets, judged, not_judged, undecodable);
	if (frames + skipped != included)
		mismatch(a, ACCOUNT_INCLUDED, say, ctx,
		    "what=released worker=%u frames=%llu skipped=%llu released=%llu", i, frames,
		    skipped, included);
	if (w->published && w->released > w->published)
		mismatch(a, ACCOUNT_RELEASED, say, ctx,
		    "what=ring worker=%u released=%llu published=%llu", i,
		    (unsigned long long)w->released, (unsigned long long)w->published);
}

static void
check_published(struct accounts *a, accounts_say *say, void *ctx)
{
	uint64_t frames = 0, published = 0;

	for (size_t i = 0; i < POLICY_IFACES; i++)
		frames += a->iface[i].frames;
	for (size_t i = 0; i < ROLE_WORKERS; i++)
		published += a->worker[i].published;
	/* Frames are counted and published one after the other: only two equal looks can be
	 * compared. */
	bool still = frames == a->sum_frames && published == a->sum_published;
	if (still && a->unshown_due) {
		a->unshown = frames - published;
		a->unshown_due = false;
	}
	if (still && frames != published + a->unshown)
		mismatch(a, ACCOUNT_PUBLISHED, say, ctx,
		    "what=published frames=%llu published=%llu unshown=%llu",
		    (unsigned long long)frames, (unsigned long long)published,
		    (unsigned long long)a->unshown);
	a->sum_frames = frames;
	a->sum_published = published;
}

static void
check_received(struct accounts *a, const struct policy *p, unsigned i, accounts_say *say, void *ctx)
{
	const struct iface_sample *s = &a->iface[i];
	uint64_t known = s->frames + s->kernel_drops + s->ring_full + a->iface[i].unread;
	char buffer[64];
	struct text in = text_of(buffer, sizeof buffer);

	if (s->received > known && a->closed[i]) {
		a->iface[i].unread += s->received - known;
		known = s->received;
	}
	a->closed[i] = false;
	if (s->received == known)
		return;
	if (i < p->nifaces)
		text_pair(&in, "in", policy_iface(p, (uint16_t)i)->name,
		    strlen(policy_iface(p, (uint16_t)i)->name));
	mismatch(a, ACCOUNT_RECEIVED, say, ctx,
	    "what=received %s received=%llu frames=%llu kernel_drops=%llu ring_full=%llu "
	    "unread=%llu",
	    in.at, (unsigned long long)s->received, (unsigned long long)s->frames,
	    (unsigned long long)s->kernel_drops, (unsigned long long)s->ring_full,
	    (unsigned long long)a->iface[i].unread);
}

void
accounts_capture_restarted(struct accounts *a)
{
	a->capture_restarted = true;
	a->unshown_due = true;
}

void
accounts_closed(struct accounts *a, uint16_t iface)
{
	if (iface < POLICY_IFACES)
		a->closed[iface] = true;
}

static void
check(struct accounts *a, const struct policy *p, nstime mono, bool ended, accounts_say *say,
    void *ctx)
{
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		if (a->worker[i].valid)
			check_worker(a, i, say, ctx);
	if (!a->capture_known)
		return;
	check_published(a, say, ctx);
	for (unsigned i = 0; i < POLICY_IFACES; i++)
		if (!a->capture_restarted && (ended || mono - a->still_since[i] >= ACCOUNTS_STILL))
			check_received(a, p, i, say, ctx);
}

void
accounts_check(
    struct accounts *a, const struct policy *p, nstime mono, accounts_say *say, void *ctx)
{
	check(a, p, mono, false, say, ctx);
}

void
accounts_check_ended(struct accounts *a, const struct policy *p, accounts_say *say, void *ctx)
{
	check(a, p, 0, true, say, ctx);
	check(a, p, 0, true, say, ctx); /* published numbers are compared at a second look */
}

uint64_t
accounts_total(const struct accounts *a, enum counter c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ROLE_WORKERS; i++)
		n += a->worker[i].count[c];
	return n;
}

uint64_t
accounts_backlog(const struct accounts *a)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ROLE_WORKERS; i++)
		if (a->worker[i].published > a->worker[i].released)
			n += a->worker[i].published - a->worker[i].released;
	return n;
}
