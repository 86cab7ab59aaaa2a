/* coverage.c - see coverage.h: gaps and losses as they come and go. The sums are in
 * coverage_sums.c. */
#include <stdio.h>
#include <stdlib.h>

#include "hub/coverage_state.h"

#define OVERRUN_AGAIN (10 * NS_SEC)

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
	[LOSS_SKIPPED] = { 9005, "worker-crash", "pkts",
	    "frames that ended a worker twice were skipped",
	    "判定プロセスを2度異常終了させたフレームを除外しました" },
	[LOSS_FINDINGS] = { 9008, "findings", "pkts",
	    "flows with a finding gave up their place before these packets could be said",
	    "フロー表が満杯になり、検出済みの通信の一部を通知できませんでした" },
};

static const char *const gap_words[GAP_REASONS] = {
	[GAP_START] = "start",
	[GAP_STOP] = "stop",
	[GAP_RESTART] = "restart",
	[GAP_RELOAD] = "reload",
	[GAP_LINK_DOWN] = "link-down",
	[GAP_IFACE_GONE] = "iface-gone",
	[GAP_IFACE_RENAMED] = "iface-renamed",
	[GAP_MTU] = "mtu",
	[GAP_NETLINK_OVERRUN] = "netlink-overrun",
	[GAP_WORKER_CRASH] = "worker-crash",
	[GAP_QUIET] = "quiet",
};

const char *
gap_word(enum gap_reason why)
{
	return why < GAP_REASONS ? gap_words[why] : "?";
}

const char *
seconds_text(char to[32], nstime t)
{
	int64_t ms = t / NS_MSEC + (t % NS_MSEC >= NS_MSEC / 2);

	snprintf(to, 32, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
	return to;
}

const char *
coverage_pick(const struct coverage *c, const char *english, const char *japanese)
{
	return c->policy && c->policy->japanese ? japanese : english;
}

void
coverage_add_time(const struct coverage *c, struct text *t, const char *key, nstime wall)
{
	char at[NSTIME_TEXT];

	text_add(t, " %s=%s", key,
	    nstime_text(at, wall, c->policy ? policy_offset_at(c->policy, wall) : 0));
}

struct coverage *
coverage_new(struct moment now, coverage_say *say, void *ctx)
{
	struct coverage *c = calloc(1, sizeof *c);

	if (c) {
		c->say = say;
		c->ctx = ctx;
		c->started = c->beat = c->looked = now;
		c->overrun_said = NSTIME_ALWAYS;
	}
	return c;
}

void
coverage_free(struct coverage *c)
{
	free(c);
}

void
coverage_account(struct boundary *b, nstime mono)
{
	*(b->blind ? &b->blind_for : &b->watched_for) += mono - b->accounted;
	b->accounted = mono;
}

/* The moment that another role saw by its wall clock, not later than now and not long ago. */
static struct moment
moment_of(nstime wall, struct moment now)
{
	nstime ago = now.wall - wall;

	if (ago < 0)
		return now;
	return (struct moment){ .mono = now.mono - (ago < NS_MIN ? ago : NS_MIN), .wall = wall };
}

static void
gap_text(const struct coverage *c, const struct boundary *b, struct text *t, unsigned reasons)
{
	const char *comma = "";

	text_pair(t, "in", b->name, strlen(b->name));
	text_add(t, " what=");
	for (unsigned r = 0; r < GAP_REASONS; r++)
		if (reasons & 1u << r) {
			text_add(t, "%s%s", comma, gap_words[r]);
			comma = ",";
		}
	if (b->error)
		text_add(t, " error=%d", b->error);
	coverage_add_time(c, t, "from", b->since.wall);
}

/* Says a reason for the gap that was not said yet. */
static void
say_gap(struct coverage *c, struct boundary *b, enum gap_reason why)
{
	char buffer[256];
	struct text t = text_of(buffer, sizeof buffer);

	if (c->stopping || b->reasons_said & 1u << why)
		return;
	b->reasons_said |= 1u << why;
	gap_text(c, b, &t, 1u << why);
	c->say(c->ctx, 9004, t.at,
	    coverage_pick(c, "this interface is not watched from now on",
		"このインターフェースは監視できていません"));
}

static void
say_gap_end(struct coverage *c, struct boundary *b, struct moment at, const char *english,
    const char *japanese)
{
	char buffer[384], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	/* What was only the start of the daemon is in 9002. */
	if (c->stopping || (!b->reasons_said && b->reasons == 1u << GAP_START))
		return;
	gap_text(c, b, &t, b->reasons);
	coverage_add_time(c, &t, "to", at.wall);
	text_add(&t, " seconds=%s", seconds_text(s, at.mono - b->since.mono));
	c->say(c->ctx, 9004, t.at, coverage_pick(c, english, japanese));
}

/* Is a gap for this reason told before it is known to last? */
static bool
is_short(enum gap_reason why)
{
	return why == GAP_START || why == GAP_RELOAD || why == GAP_STOP;
}

static void
gap_begin(struct boundary *b, struct moment at, struct moment now)
{
	coverage_account(b, now.mono);
	nstime late = now.mono - at.mono;
	if (late > b->watched_for)
		late = b->watched_for;
	b->watched_for -= late;
	b->blind_for += late;
	b->blind = true;
	b->since = at;
	b->reasons = b->reasons_said = 0;
	b->error = 0;
}

static void
gap_end(struct coverage *c, struct boundary *b, struct moment at, struct moment now,
    const char *english, const char *japanese)
{
	if (at.mono < b->since.mono)
		at = b->since;
	coverage_account(b, now.mono);
	b->blind_for -= now.mono - at.mono;
	b->watched_for += now.mono - at.mono;
	b->blind = false;
	say_gap_end(c, b, at, english, japanese);
	b->reasons = b->reasons_said = 0;
	b->error = 0;
}

/* After `open` or `link_up` changed: what that makes of the boundary. */
static void
boundary_is(struct coverage *c, struct boundary *b, enum gap_reason why, int error,
    struct moment at, struct moment now)
{
	if (b->open && b->link_up) {
		if (b->blind)
			gap_end(c, b, at, now,
			    "this interface is watched again: what crossed it in between was not "
			    "seen",
			    "監視を再開しました。この間の通信は見えていません");
		return;
	}
	if (!b->blind)
		gap_begin(b, at, now);
	b->reasons |= 1u << why;
	/* That it cannot be opened is told when nothing else explains it. */
	if (error && !b->reasons_said) {
		b->error = error;
		say_gap(c, b, why);
	} else if (!is_short(why)) {
		say_gap(c, b, why);
	}
}

static struct boundary *
boundary_of(struct coverage *c, uint16_t iface)
{
	return iface < POLICY_IFACES && c->boundary[iface].used ? &c->boundary[iface] : NULL;
}

/* It is in the policy no more. Name and losses stay: those of the last moments are still said, and
 * when it comes back its counters go on from where they were. */
static void
boundary_leaves(struct coverage *c, struct boundary *b, struct moment now)
{
	if (b->blind)
		gap_end(c, b, now, now,
		    "this interface left the configuration while it was not watched",
		    "監視できないまま、このインターフェースは設定から除かれました");
	b->used = false;
}

static void
boundary_comes(struct boundary *b, const char *name)
{
	struct boundary was = *b;

	*b = (struct boundary){ .used = true };
	memcpy(b->name, name, sizeof b->name);
	b->name[sizeof b->name - 1] = '\0';
	if (strcmp(b->name, was.name) != 0)
		return;
	memcpy(b->loss, was.loss, sizeof b->loss);
	b->beat = was.beat;
}

void
coverage_policy(struct coverage *c, const struct policy *p, enum gap_reason why, struct moment now)
{
	c->policy = p;
	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];
		const struct policy_iface *pi = i < p->nifaces ? policy_iface(p, i) : NULL;
		bool used = pi && pi->used;

		if (b->used && used && strcmp(b->name, pi->name) == 0)
			continue;
		if (b->used)
			boundary_leaves(c, b, now);
		if (!used)
			continue;
		boundary_comes(b, pi->name);
		b->link_up = true;
		b->accounted = now.mono;
		gap_begin(b, now, now);
		b->reasons = 1u << why;
	}
}

void
coverage_link(struct coverage *c, uint16_t iface, bool up, enum gap_reason why, struct moment now)
{
	struct boundary *b = boundary_of(c, iface);

	if (!b)
		return;
	b->link_up = up;
	/* An up link that capture has not opened yet adds no reason to those that are known. */
	if (up && b->blind && !b->open)
		return;
	boundary_is(c, b, why, 0, now, now);
}

void
coverage_capture(struct coverage *c, const struct msg_iface *m, struct moment now)
{
	struct boundary *b = boundary_of(c, m->iface);
	enum gap_reason why = m->reason < GAP_REASONS ? (enum gap_reason)m->reason : GAP_RESTART;

	if (!b)
		return;
	b->open = m->open;
	if (m->open && !b->link_up)
		return;
	boundary_is(c, b, why, m->open ? 0 : m->error, moment_of(m->time, now), now);
}

void
coverage_capture_died(struct coverage *c, nstime died, struct moment now)
{
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];

		if (!b->used || !b->open)
			continue;
		b->open = false;
		boundary_is(c, b, GAP_RESTART, 0, moment_of(died, now), now);
	}
}

void
coverage_overrun(struct coverage *c, struct moment now)
{
	char buffer[128];
	struct text t = text_of(buffer, sizeof buffer);

	c->overruns++;
	if (c->overrun_said != NSTIME_ALWAYS && now.mono - c->overrun_said < OVERRUN_AGAIN)
		return;
	text_add(&t, "what=netlink-overrun n=%llu", (unsigned long long)c->overruns);
	coverage_add_time(c, &t, "from", now.wall);
	c->overruns = 0;
	c->overrun_said = now.mono;
	c->say(c->ctx, 9004, t.at,
	    coverage_pick(c,
		"the kernel dropped events about interfaces: everything is asked for again",
		"インターフェースの変更通知が失われたため、全状態を取り直します"));
}

void
coverage_unverifiable(struct coverage *c, uint8_t from, uint8_t to)
{
	c->unverifiable[from][to / 8] |= (uint8_t)(1u << to % 8);
}

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
	c->say(c->ctx, k->id, t.at, coverage_pick(c, k->msg, k->msg_ja));
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
loss_is(struct coverage *c, struct loss *l, enum loss_id id, const char *in, uint64_t value,
    nstime moved, struct moment now)
{
	/* A smaller number: the memory is a new one. */
	uint64_t more = value >= l->seen ? value - l->seen : value;

	l->seen = value;
	if (more) {
		if (!l->lasts)
			*l = (struct loss){ .lasts = true,
				.seen = value,
				.from = loss_since(c, moved, now),
				.told_at = NSTIME_ALWAYS };
		l->total += more;
		l->last = now;
		if (l->told_at == NSTIME_ALWAYS || now.mono - l->told_at >= COVERAGE_LOSS_AGAIN)
			say_loss(c, l, id, in, false, now);
	} else if (l->lasts && now.mono - l->last.mono >= COVERAGE_LOSS_END) {
		say_loss(c, l, id, in, true, now);
		l->lasts = false;
	}
}

void
coverage_losses(struct coverage *c, const struct accounts *a, struct moment now)
{
	static const struct {
		enum loss_id id;
		enum counter counter;
	} whole[] = {
		{ LOSS_FLOWS, COUNTER_evicted },
		{ LOSS_FRAGMENTS, COUNTER_fragments_evicted },
		{ LOSS_SKIPPED, COUNTER_skipped },
		{ LOSS_FINDINGS, COUNTER_unsaid },
	};

	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];
		const struct iface_sample *s = &a->iface[i];
		const uint64_t value[] = { [LOSS_KERNEL] = s->kernel_drops,
			[LOSS_NIC] = s->nic_drops,
			[LOSS_RING] = s->ring_full,
			[LOSS_UNREAD] = s->unread };

		for (unsigned k = LOSS_KERNEL; b->name[0] && k <= LOSS_UNREAD; k++)
			loss_is(c, &b->loss[k], (enum loss_id)k, b->name, value[k], s->moved_before,
			    now);
	}
	for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
		loss_is(c, &c->loss[whole[i].id], whole[i].id, NULL,
		    accounts_total(a, whole[i].counter), 0, now);
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
	for (size_t i = 0; i < POLICY_IFACES; i++)
		for (unsigned k = 0; k < LOSS_KINDS; k++)
			end_loss(
			    c, &c->boundary[i].loss[k], (enum loss_id)k, c->boundary[i].name, now);
	for (unsigned k = 0; k < LOSS_KINDS; k++)
		end_loss(c, &c->loss[k], (enum loss_id)k, NULL, now);
}

void
coverage_tick(struct coverage *c, const struct accounts *a, struct moment now)
{
	coverage_losses(c, a, now);
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];

		if (!b->used || !b->blind || b->reasons_said ||
		    now.mono - b->since.mono < COVERAGE_GRACE)
			continue;
		for (unsigned r = 0; r < GAP_REASONS; r++)
			if (b->reasons & 1u << r)
				say_gap(c, b, (enum gap_reason)r);
	}
}

void
coverage_stopping(struct coverage *c)
{
	c->stopping = true;
}
