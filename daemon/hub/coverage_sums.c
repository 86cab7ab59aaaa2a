/* coverage_sums.c - see coverage.h: what was watched and judged, for the heartbeat and for the
 * stop. */
#include "hub/coverage_state.h"

static uint64_t
since(uint64_t now, uint64_t then)
{
	return now >= then ? now - then : now;
}

/* A time since the last heartbeat. What was known too late goes from one sum to the other: it may
 * take away more than came since. */
static nstime
time_since(nstime now, nstime then)
{
	return now > then ? now - then : 0;
}

/* What an interface did since a sample of it. */
static struct iface_sample
iface_since(const struct iface_sample *now, const struct iface_sample *then)
{
	return (struct iface_sample){
		.frames = since(now->frames, then->frames),
		.bytes = since(now->bytes, then->bytes),
		.received = since(now->received, then->received),
		.kernel_drops = since(now->kernel_drops, then->kernel_drops),
		.nic_drops = since(now->nic_drops, then->nic_drops),
		.ring_full = since(now->ring_full, then->ring_full),
		.unread = since(now->unread, then->unread),
	};
}

/* Was the interface watched all the time since the last heartbeat, without a loss? */
static bool
iface_is_whole(const struct coverage *c, const struct accounts *a, size_t i)
{
	const struct boundary *b = &c->boundary[i];
	struct iface_sample d = iface_since(&a->iface[i], &b->beat);

	return b->used && b->blind_for == b->beat_blind && !b->blind && !d.kernel_drops &&
	       !d.nic_drops && !d.ring_full && !d.unread;
}

/* Was every place where a zone's traffic comes in watched? A zone without such a place is seen by
 * the mirror ports alone, or not at all. */
static void
find_whole_zones(const struct coverage *c, const struct accounts *a, bool whole[POLICY_ZONES])
{
	const struct policy *p = c->policy;
	bool has_line[POLICY_ZONES] = { false };
	bool mirrors = false, mirrors_whole = true;

	for (uint32_t z = 1; z <= p->nzones; z++)
		whole[z] = true;
	for (uint32_t i = 1; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);

		has_line[l->zone] = true;
		if (!iface_is_whole(c, a, l->iface))
			whole[l->zone] = false;
	}
	for (uint16_t i = 0; i < p->nifaces; i++)
		if (policy_iface(p, i)->used && policy_iface(p, i)->mirror) {
			mirrors = true;
			if (!iface_is_whole(c, a, i))
				mirrors_whole = false;
		}
	for (uint32_t z = 1; z <= p->nzones; z++)
		if (!has_line[z])
			whole[z] = mirrors && mirrors_whole;
}

/* Directed pairs of zones: all, and those of which everything was seen and could be judged since
 * the last heartbeat. */
static void
count_pairs(const struct coverage *c, const struct accounts *a, uint32_t *pairs, uint32_t *assured)
{
	static const enum counter lost[] = { COUNTER_evicted, COUNTER_fragments_evicted,
		COUNTER_skipped };
	uint32_t n = c->policy->nzones;
	bool whole[POLICY_ZONES] = { false };
	bool all = true;

	*pairs = n * (n ? n - 1 : 0);
	*assured = 0;
	for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
		if (accounts_total(a, lost[i]) != c->beat_count[lost[i]])
			all = false;
	if (!all)
		return;
	find_whole_zones(c, a, whole);
	for (uint32_t from = 1; from <= n; from++)
		for (uint32_t to = 1; to <= n; to++)
			if (from != to && whole[from] && whole[to] &&
			    !(c->unverifiable[from][to / 8] & 1u << to % 8))
				++*assured;
}

/* Sums of workers and interfaces since THEN (zeros: since the start). */
static void
add_sums(const struct coverage *c, const struct accounts *a, const uint64_t then[COUNTERS],
    bool whole_run, struct text *t)
{
	static const enum counter shown[] = {
		COUNTER_frames,
		COUNTER_packets,
		COUNTER_copies,
		COUNTER_judged,
		COUNTER_not_judged,
		COUNTER_undecodable,
		COUNTER_inner,
		COUNTER_flows,
		COUNTER_conforming,
		COUNTER_violations,
		COUNTER_suspected,
		COUNTER_unverifiable,
		COUNTER_evicted,
		COUNTER_skipped,
		COUNTER_held_findings,
	};
	uint64_t drops = 0, ring_full = 0, unread = 0;
	nstime blind = 0;
	unsigned n = 0, watching = 0;
	char s[32];

	for (size_t i = 0; i < POLICY_IFACES; i++) {
		const struct boundary *b = &c->boundary[i];
		struct iface_sample none = { 0 },
				    d = iface_since(&a->iface[i], whole_run ? &none : &b->beat);

		if (!b->used)
			continue;
		n++;
		watching += !b->blind;
		drops += d.kernel_drops + d.nic_drops;
		ring_full += d.ring_full;
		unread += d.unread;
		blind += time_since(b->blind_for, whole_run ? 0 : b->beat_blind);
	}
	text_add(t, " interfaces=%u", n);
	if (!whole_run) /* at the stop none is watched any more */
		text_add(t, " watching=%u", watching);
	text_add(t, " blind=%s", seconds_text(s, blind));
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		text_add(t, " %s=%llu", counter_name(shown[i]),
		    (unsigned long long)since(accounts_total(a, shown[i]), then[shown[i]]));
	text_add(t, " drops=%llu ring_full=%llu unread=%llu", (unsigned long long)drops,
	    (unsigned long long)ring_full, (unsigned long long)unread);
}

static void
add_extra(const struct coverage_extra *x, const struct accounts *a, struct text *t)
{
	text_add(t, " backlog=%llu incidents=%u lines_waiting=%llu lines_lost=%llu",
	    (unsigned long long)accounts_backlog(a), x->open, (unsigned long long)x->waiting,
	    (unsigned long long)x->lost);
}

static void
account_all(struct coverage *c, struct moment now)
{
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			coverage_account(&c->boundary[i], now.mono);
}

static void
say_iface(struct coverage *c, const struct accounts *a, size_t i)
{
	struct boundary *b = &c->boundary[i];
	struct iface_sample d = iface_since(&a->iface[i], &b->beat);
	char buffer[512], watched[32], blind[32];
	struct text t = text_of(buffer, sizeof buffer);

	text_add(&t, "what=coverage");
	text_pair(&t, "in", b->name, strlen(b->name));
	text_add(&t, " watched=%s blind=%s",
	    seconds_text(watched, time_since(b->watched_for, b->beat_watched)),
	    seconds_text(blind, time_since(b->blind_for, b->beat_blind)));
	text_add(&t,
	    " frames=%llu bytes=%llu received=%llu kernel_drops=%llu nic_drops=%llu ring_full=%llu "
	    "unread=%llu",
	    (unsigned long long)d.frames, (unsigned long long)d.bytes,
	    (unsigned long long)d.received, (unsigned long long)d.kernel_drops,
	    (unsigned long long)d.nic_drops, (unsigned long long)d.ring_full,
	    (unsigned long long)d.unread);
	c->say(c->ctx, 9001, t.at,
	    coverage_pick(c, "coverage of this interface since the last heartbeat",
		"前回の稼働報告以降の、このインターフェースの監視状況"));
	b->beat = a->iface[i];
	b->beat_watched = b->watched_for;
	b->beat_blind = b->blind_for;
}

void
coverage_heartbeat(
    struct coverage *c, const struct accounts *a, const struct coverage_extra *x, struct moment now)
{
	char buffer[800], s[32];
	struct text t = text_of(buffer, sizeof buffer);
	uint32_t pairs, assured;

	account_all(c, now);
	count_pairs(c, a, &pairs, &assured);
	text_add(&t, "seconds=%s", seconds_text(s, now.mono - c->beat.mono));
	add_sums(c, a, c->beat_count, false, &t);
	add_extra(x, a, &t);
	text_add(&t, " pairs=%u assured=%u", pairs, assured);
	c->say(c->ctx, 9001, t.at, coverage_pick(c, "the auditor works", "監査は動作しています"));
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			say_iface(c, a, i);
		else
			c->boundary[i].beat = a->iface[i];
	for (unsigned i = 0; i < COUNTERS; i++)
		c->beat_count[i] = accounts_total(a, (enum counter)i);
	memset(c->unverifiable, 0, sizeof c->unverifiable);
	c->beat = now;
}

void
coverage_stopped(
    struct coverage *c, const struct accounts *a, const struct coverage_extra *x, struct moment now)
{
	static const uint64_t zeros[COUNTERS];
	char buffer[800], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	account_all(c, now);
	coverage_losses(c, a, now);
	coverage_losses_end(c, now);
	text_add(&t, "seconds=%s", seconds_text(s, now.mono - c->started.mono));
	add_sums(c, a, zeros, true, &t);
	add_extra(x, a, &t);
	c->say(c->ctx, 9003, t.at,
	    coverage_pick(c, "the auditor stops: nothing is watched from now on",
		"監査を停止します。以後の通信は監視されません"));
}

bool
coverage_times(
    const struct coverage *c, uint16_t iface, nstime mono, nstime *watched, nstime *blind)
{
	const struct boundary *b = iface < POLICY_IFACES ? &c->boundary[iface] : NULL;

	if (!b || !b->used)
		return false;
	*watched = b->watched_for;
	*blind = b->blind_for;
	*(b->blind ? blind : watched) += mono - b->accounted;
	return true;
}
