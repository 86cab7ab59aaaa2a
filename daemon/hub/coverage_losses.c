/* coverage_losses.c - see coverage.h: what was lost (9005, 9008), by episodes, and what of it the
 * periods get. */
#include "hub/coverage_state.h"

static const struct loss_kind {
	uint16_t id;
	const char *what, *unit; /* unit: the key of its number */
	const char *msg, *msg_ja;
} loss_kinds[LOSS_KINDS] = {
	[LOSS_KERNEL] = { 9005, "kernel-drop", "pkts",
	    "the kernel's capture buffer was full: these packets were not judged",
	    "カーネルの取込みバッファがあふれ、判定できなかったパケットがあります" },
	[LOSS_NIC] = { 9005, "nic-drop", "pkts",
	    "the network card or its driver dropped packets before capture",
	    "NIC またはドライバが取込み前にパケットを破棄しました" },
	[LOSS_RING] = { 9005, "ring-full", "pkts",
	    "a worker was too slow and its ring full: these packets were not judged",
	    "判定処理が追いつかず、判定できなかったパケットがあります" },
	[LOSS_UNREAD] = { 9005, "iface-gone", "pkts",
	    "these packets were waiting in the kernel when the interface disappeared",
	    "インターフェース消失時にカーネル内で待っていたパケットは判定できませんでした" },
	[LOSS_FLOWS] = { 9005, "flow-evicted", "flows",
	    "the flow table was full: flows gave up their place before they ended (see `flows`)",
	    "フロー表が満杯になり、終了前のフローの記録を破棄しました (設定の flows を参照)" },
	[LOSS_FRAGMENTS] = { 9005, "fragment-evicted", "fragments",
	    "the fragment table was full: some datagrams cannot be followed",
	    "フラグメント表が満杯になり、追跡できないデータグラムがあります" },
	[LOSS_STREAMS] = { 9005, "stream-evicted", "flows",
	    "no room for the content of so many connections: these could not be read further (see "
	    "`streams`)",
	    "同時に検査できる接続数を超え、以後の内容を検査できなかった接続があります (設定の streams を参照)" },
	[LOSS_SKIPPED] = { 9005, "worker-crash", "pkts",
	    "frames that ended a worker twice were skipped",
	    "判定プロセスを2度異常終了させたフレームを除外しました" },
	[LOSS_FINDINGS] = { 9008, "findings", "pkts",
	    "flows with a finding gave up their place before these packets could be said",
	    "フロー表が満杯になり、検出済みの通信の一部を通知できませんでした" },
};

static void
say_loss(struct coverage *c, struct loss *l, enum loss_id id, const char *in, bool over,
    struct moment now)
{
	const struct loss_kind *k = &loss_kinds[id];
	char buffer[384], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	if (in)
		text_pair(&t, "in", in, strlen(in));
	text_add(&t, "%swhat=%s %s=%llu total=%llu", in ? " " : "", k->what, k->unit,
	    (unsigned long long)(l->total - l->told), (unsigned long long)l->total);
	coverage_add_time(c, &t, "from", l->from.wall);
	if (over) {
		coverage_add_time(c, &t, "to", l->last.wall);
		text_add(&t, " seconds=%s", seconds_text(s, l->last.mono - l->from.mono));
	}
	l->told = l->total;
	l->told_at = now.mono;
	c->calls.say(c->calls.ctx, k->id, t.at, coverage_pick(c, k->msg, k->msg_ja));
}

/* Since when something may have been lost that is seen now. MOVED: when the interface's counters
 * moved before, 0 where that says nothing. */
static struct moment
loss_since(const struct coverage *c, nstime moved, struct moment now)
{
	nstime mono = c->looked.mono;

	if (moved && moved < mono)
		mono = moved;
	if (now.mono - mono > COVERAGE_LOSS_BACK)
		mono = now.mono - COVERAGE_LOSS_BACK;
	return (struct moment){ .mono = mono, .wall = now.wall - (now.mono - mono) };
}

static void
loss_is(struct coverage *c, struct loss *l, enum loss_id id, const char *in, uint64_t more,
    struct moment since, struct moment now)
{
	if (more) {
		if (!l->lasts) {
			/* Its begin is a line, but needs none: the end before it waited for one. */
			(void)allowance_take(&l->lines, now.mono);
			*l = (struct loss){ .lasts = true,
				.lines = l->lines,
				.from = since,
				.told_at = NSTIME_ALWAYS };
		}
		l->total += more;
		l->last = now;
		if (l->told_at == NSTIME_ALWAYS || now.mono - l->told_at >= COVERAGE_LOSS_AGAIN)
			say_loss(c, l, id, in, false, now);
	} else if (l->lasts && now.mono - l->last.mono >= COVERAGE_LOSS_END &&
		   allowance_take(&l->lines, now.mono)) {
		say_loss(c, l, id, in, true, now);
		l->lasts = false;
	}
}

/* Does a period take what may have happened at SINCE, or at any time since the last look? */
static bool
concerns(const struct coverage *c, enum period_kind k, nstime since)
{
	nstime end = c->period[k].to.mono;

	return coverage_takes(c, k) && (since < end || c->looked.mono < end);
}

static void
look_at_iface(struct coverage *c, const struct accounts *a, size_t i, struct moment now)
{
	struct boundary *b = &c->boundary[i];
	struct iface_sample more = period_since(&a->iface[i], &c->seen[i]);
	struct moment since = loss_since(c, a->iface[i].moved_before, now);
	const struct iface_sample lost = { .kernel_drops = more.kernel_drops,
		.nic_drops = more.nic_drops,
		.ring_full = more.ring_full,
		.unread = more.unread };
	const uint64_t value[] = { [LOSS_KERNEL] = more.kernel_drops,
		[LOSS_NIC] = more.nic_drops,
		[LOSS_RING] = more.ring_full,
		[LOSS_UNREAD] = more.unread };

	c->seen[i] = a->iface[i];
	if (more.frames || more.received)
		b->still = now;
	for (unsigned k = 0; k < PERIODS; k++) {
		if (!concerns(c, (enum period_kind)k, since.mono))
			continue;
		bool lasts = c->period[k].to.mono == NSTIME_NEVER;

		period_add(&c->period[k].iface[i], lasts ? &more : &lost);
	}
	for (unsigned k = LOSS_KERNEL; b->name[0] && k <= LOSS_UNREAD; k++)
		loss_is(c, &b->loss[k], (enum loss_id)k, b->name, value[k], since, now);
}

static const enum counter whole_counters[LOSS_KINDS] = {
	[LOSS_FLOWS] = COUNTER_evicted,
	[LOSS_FRAGMENTS] = COUNTER_fragments_evicted,
	[LOSS_STREAMS] = COUNTER_streams_evicted,
	[LOSS_SKIPPED] = COUNTER_skipped,
	[LOSS_FINDINGS] = COUNTER_unsaid,
};

/* What concerns every pair: it cannot be said whose it was. */
static void
look_at_whole(struct coverage *c, const struct accounts *a, struct moment now)
{
	struct moment since = loss_since(c, 0, now);
	uint64_t more[LOSS_KINDS] = { 0 };
	bool mismatch = false;

	for (unsigned k = LOSS_FLOWS; k < LOSS_KINDS; k++) {
		uint64_t total = accounts_total(a, whole_counters[k]), *seen = &c->seen_count[k];

		more[k] = period_count_since(total, *seen);
		*seen = total;
		loss_is(c, &c->loss[k], (enum loss_id)k, NULL, more[k], since, now);
	}
	for (unsigned k = 0; k < ACCOUNT_KINDS; k++)
		mismatch = mismatch || a->said[k];
	for (unsigned k = 0; k < PERIODS; k++) {
		struct period *s = &c->period[k];

		if (!coverage_takes(c, (enum period_kind)k))
			continue;
		s->mismatch |= mismatch; /* it is known late, and of then or before */
		if (!concerns(c, (enum period_kind)k, since.mono))
			continue;
		s->evicted += more[LOSS_FLOWS];
		s->fragments += more[LOSS_FRAGMENTS];
		s->skipped += more[LOSS_SKIPPED];
		s->findings += more[LOSS_FINDINGS];
	}
}

/* What was counted before this hub is not lost again, and not of this heartbeat. */
static void
look_first(struct coverage *c, const struct accounts *a)
{
	for (unsigned i = 0; i < COUNTERS; i++)
		c->beat_count[i] = accounts_total(a, (enum counter)i);
	if (!c->seen_known) {
		memcpy(c->seen, a->iface, sizeof c->seen);
		for (unsigned k = LOSS_FLOWS; k < LOSS_KINDS; k++)
			c->seen_count[k] = accounts_total(a, whole_counters[k]);
	}
	c->later_hub = !a->capture_known;
}

void
coverage_losses(struct coverage *c, const struct accounts *a, struct moment now)
{
	if (c->later_hub)
		look_first(c, a);
	for (size_t i = 0; i < POLICY_IFACES; i++)
		look_at_iface(c, a, i, now);
	look_at_whole(c, a, now);
	c->looked = now;
}

/* Says the totals of a loss that lasts, unless its first line was said in this very moment. */
static void
end_loss(struct coverage *c, struct loss *l, enum loss_id id, const char *in, struct moment now)
{
	if (l->lasts && (l->told != l->total || l->told_at != now.mono))
		say_loss(c, l, id, in, true, now);
	l->lasts = false;
}

void
coverage_losses_end(struct coverage *c, struct moment now)
{
	if (c->overruns)
		coverage_say_overruns(c, now);
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];

		repeat_flush(&b->gaps, c->calls.say, c->calls.ctx);
		for (unsigned k = 0; k < LOSS_KINDS; k++)
			end_loss(c, &b->loss[k], (enum loss_id)k, b->name, now);
	}
	for (unsigned k = 0; k < LOSS_KINDS; k++)
		end_loss(c, &c->loss[k], (enum loss_id)k, NULL, now);
}
