/* coverage.c - see coverage.h: interfaces and their gaps (9004) as they come and go. Losses are in
 * coverage_losses.c, hours and days in coverage_periods.c, what is said of them in coverage_sums.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hub/coverage_state.h"

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
percent_text(char to[32], uint64_t part, uint64_t whole, bool good)
{
	unsigned __int128 all = (unsigned __int128)part * 100000 + (good ? 0 : whole - 1);
	uint64_t n = (uint64_t)(all / whole);

	snprintf(
	    to, 32, "%llu.%03llu", (unsigned long long)(n / 1000), (unsigned long long)(n % 1000));
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
coverage_new(struct moment now, const struct coverage_calls *calls)
{
	struct coverage *c = calloc(1, sizeof *c);

	if (c) {
		c->calls = *calls;
		c->started = c->looked = now;
		c->clock = now.wall - now.mono;
	}
	return c;
}

size_t
coverage_bytes(void)
{
	return sizeof(struct coverage);
}

void
coverage_free(struct coverage *c)
{
	free(c);
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
gap_text(const struct coverage *c, const struct boundary *b, struct text *t, unsigned reasons,
    nstime from)
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
	coverage_add_time(c, t, "from", from);
}

/* Says a reason for the gap that was not said yet. */
static void
say_reason(struct coverage *c, struct boundary *b, enum gap_reason why)
{
	char buffer[256];
	struct text t = text_of(buffer, sizeof buffer);

	b->reasons_said |= 1u << why;
	gap_text(c, b, &t, 1u << why, b->since.wall);
	c->calls.say(c->calls.ctx, 9004, t.at,
	    coverage_pick(c, "this interface is not watched from now on",
		"このインターフェースは監視できていません"));
}

/* The same, when there is a line for it; those before it that are over come first. */
static void
say_gap(struct coverage *c, struct boundary *b, enum gap_reason why, nstime mono)
{
	if (!c->stopping && !(b->reasons_said & 1u << why) && !b->gaps.n &&
	    allowance_take(&b->gaps.lines, mono))
		say_reason(c, b, why);
}

static void
say_gap_end(struct coverage *c, struct boundary *b, struct moment at, nstime mono,
    const char *english, const char *japanese)
{
	char buffer[384], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	/* What was only the start of the daemon is in 9002. */
	if (c->stopping || (!b->reasons_said && b->reasons == 1u << GAP_START))
		return;
	if (!b->gaps.n) {
		b->untold_from = b->since.wall;
		b->untold = 0;
		b->untold_reasons = 0;
	}
	b->untold += at.mono - b->since.mono;
	b->untold_reasons |= b->reasons;
	gap_text(c, b, &t, b->untold_reasons, b->untold_from);
	coverage_add_time(c, &t, "to", at.wall);
	text_add(&t, " seconds=%s", seconds_text(s, b->untold));
	repeat_put(&b->gaps, 9004, t.at, coverage_pick(c, english, japanese), mono, c->calls.say,
	    c->calls.ctx);
}

/* Is a gap for this reason told before it is known to last? */
static bool
is_short(enum gap_reason why)
{
	return why == GAP_START || why == GAP_RELOAD || why == GAP_STOP;
}

/* Does a gap from AT on concern a period? One by the stop does not: the periods end where it
 * begins. */
static bool
gap_counts(const struct coverage *c, enum period_kind k, nstime at)
{
	return coverage_takes(c, k) && !c->stopping && at < c->period[k].to.mono;
}

/* A reason of the gap that lasts. */
static void
gap_because(struct coverage *c, struct boundary *b, enum gap_reason why, struct moment now)
{
	size_t i = (size_t)(b - c->boundary);

	coverage_account(c, i, now.mono);
	b->reasons |= 1u << why;
	for (unsigned k = 0; k < PERIODS; k++) {
		struct period_iface *s = &c->period[k].iface[i];

		if (!gap_counts(c, (enum period_kind)k, b->since.mono))
			continue;
		s->reasons |= 1u << why;
		s->causes |= 1u << period_cause(b->reasons);
	}
}

/* How much of the last LENGTH before now a period gets. What was known too late for one heartbeat
 * is told by the next, which may so get more than its time. */
static nstime
part_of(const struct coverage *c, enum period_kind k, nstime length, struct moment now)
{
	return k == PERIOD_BEAT ? length :
				  period_overlap(&c->period[k], now.mono - length, now.mono);
}

static void
gap_begin(struct coverage *c, struct boundary *b, enum gap_reason why, struct moment at,
    struct moment now)
{
	size_t i = (size_t)(b - c->boundary);

	coverage_account(c, i, now.mono);
	nstime late = now.mono - at.mono;
	if (late > b->watched_for)
		late = b->watched_for;
	b->watched_for -= late;
	b->blind_for += late;
	b->blind = true;
	b->since = at;
	b->known = now.mono;
	b->reasons = b->reasons_said = 0;
	b->error = 0;
	for (unsigned k = 0; k < PERIODS; k++) {
		struct period_iface *s = &c->period[k].iface[i];

		if (!gap_counts(c, (enum period_kind)k, at.mono))
			continue;
		nstime in = part_of(c, (enum period_kind)k, late, now);
		s->watched -= in;
		s->blind[period_cause(1u << why)] += in;
		s->gaps++;
	}
	gap_because(c, b, why, now);
}

/* Has the period before K a gap that was over when K began? */
static bool
is_of_before(const struct coverage *c, enum period_kind k, const struct boundary *b)
{
	return b->known <= c->period[k].from.mono || (k == PERIOD_HOUR && c->hour.pending) ||
	       (k == PERIOD_DAY && c->day.pending);
}

/* What the periods have too much of a gap that ended before now. */
static void
take_back(struct coverage *c, const struct boundary *b, struct moment at, struct moment now)
{
	enum period_cause cause = period_cause(b->reasons);

	for (unsigned k = 0; k < PERIODS; k++) {
		struct period_iface *s = &c->period[k].iface[b - c->boundary];

		if (!gap_counts(c, (enum period_kind)k, b->since.mono))
			continue;
		nstime in = part_of(c, (enum period_kind)k, now.mono - at.mono, now);
		s->blind[cause] -= in;
		s->watched += in;
		if (at.mono <= c->period[k].from.mono && is_of_before(c, (enum period_kind)k, b) &&
		    s->gaps && --s->gaps == 0)
			s->reasons = s->causes = 0;
	}
}

static void
gap_end(struct coverage *c, struct boundary *b, struct moment at, struct moment now,
    const char *english, const char *japanese)
{
	if (at.mono < b->since.mono)
		at = b->since;
	coverage_account(c, (size_t)(b - c->boundary), now.mono);
	b->blind_for -= now.mono - at.mono;
	b->watched_for += now.mono - at.mono;
	take_back(c, b, at, now);
	b->blind = false;
	b->still = at;
	say_gap_end(c, b, at, now.mono, english, japanese);
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
		gap_begin(c, b, why, at, now);
	else
		gap_because(c, b, why, now);
	/* That it cannot be opened is told when nothing else explains it. */
	if (error && !b->reasons_said) {
		b->error = error;
		say_gap(c, b, why, now.mono);
	} else if (!is_short(why)) {
		say_gap(c, b, why, now.mono);
	}
}

static struct boundary *
boundary_of(struct coverage *c, uint16_t iface)
{
	return iface < POLICY_IFACES && c->boundary[iface].used ? &c->boundary[iface] : NULL;
}

/* It is in the policy no more. Name and losses stay: those of the last moments are still said. */
static void
boundary_leaves(struct coverage *c, struct boundary *b, struct moment now)
{
	if (b->blind)
		gap_end(c, b, now, now,
		    "this interface left the configuration while it was not watched",
		    "監視できないまま、このインターフェースは設定から除かれました");
	repeat_flush(&b->gaps, c->calls.say, c->calls.ctx);
	coverage_end_iface_day(c, (size_t)(b - c->boundary), now);
	b->used = b->quiet = false;
}

/* It is blind until it is open; and so it was in the part of the hour that is over. */
static void
boundary_comes(struct coverage *c, struct boundary *b, const char *name, enum gap_reason why,
    struct moment now)
{
	static const enum period_kind lasting[] = { PERIOD_BEAT, PERIOD_HOUR, PERIOD_DAY };
	size_t i = (size_t)(b - c->boundary);
	struct boundary was = *b;

	*b = (struct boundary){ .used = true, .link_up = true, .accounted = now.mono };
	memcpy(b->name, name, sizeof b->name);
	b->name[sizeof b->name - 1] = '\0';
	if (strcmp(b->name, was.name) == 0)
		memcpy(b->loss, was.loss, sizeof b->loss);
	for (size_t k = 0; k < sizeof lasting / sizeof *lasting; k++)
		c->period[lasting[k]].iface[i] = (struct period_iface){ 0 };
	c->period[PERIOD_DAY].iface[i].since = now.wall;
	gap_begin(c, b, why, now, now);
	c->period[PERIOD_HOUR].iface[i].blind[period_cause(1u << why)] =
	    period_overlap(&c->period[PERIOD_HOUR], NSTIME_ALWAYS, now.mono);
}

void
coverage_policy(struct coverage *c, const struct policy *p, enum gap_reason why, struct moment now)
{
	uint64_t zone_ifaces[POLICY_ZONES], map = assurance_map(p, zone_ifaces);
	const struct policy *before = c->policy;
	bool split = before && map != c->map;

	coverage_turn(c, now);
	if (split)
		coverage_split(c, now);
	c->policy = p;
	c->map = map;
	memcpy(c->zone_ifaces, zone_ifaces, sizeof c->zone_ifaces);
	if (!before)
		coverage_periods_begin(c, now);
	if (split)
		coverage_renumber(c, before);
	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];
		const struct policy_iface *pi = i < p->nifaces ? policy_iface(p, i) : NULL;
		bool used = pi && pi->used;

		if (b->used && used && strcmp(b->name, pi->name) == 0)
			continue;
		if (b->used)
			boundary_leaves(c, b, now);
		if (used)
			boundary_comes(c, b, pi->name, why, now);
	}
}

void
coverage_link(struct coverage *c, uint16_t iface, bool up, enum gap_reason why, struct moment now)
{
	struct boundary *b = boundary_of(c, iface);

	if (!b)
		return;
	coverage_turn(c, now);
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
	coverage_turn(c, now);
	b->open = m->open;
	if (m->open && !b->link_up)
		return;
	boundary_is(c, b, why, m->open ? 0 : m->error, moment_of(m->time, now), now);
}

void
coverage_capture_died(struct coverage *c, nstime died, struct moment now)
{
	coverage_turn(c, now);
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];

		if (!b->used || !b->open)
			continue;
		b->open = false;
		boundary_is(c, b, GAP_RESTART, 0, moment_of(died, now), now);
	}
}

void
coverage_say_overruns(struct coverage *c, struct moment now)
{
	char buffer[128];
	struct text t = text_of(buffer, sizeof buffer);

	text_add(&t, "what=netlink-overrun n=%llu", (unsigned long long)c->overruns);
	coverage_add_time(c, &t, "from", now.wall);
	c->overruns = 0;
	c->calls.say(c->calls.ctx, 9004, t.at,
	    coverage_pick(c,
		"the kernel dropped events about interfaces: everything is asked for again",
		"インターフェースの変更通知が失われたため、全状態を取り直します"));
}

void
coverage_overrun(struct coverage *c, struct moment now)
{
	coverage_turn(c, now);
	for (unsigned k = 0; k < PERIODS; k++)
		if (coverage_takes(c, (enum period_kind)k) && c->looked.mono < c->period[k].to.mono)
			c->period[k].overruns++;
	c->overruns++;
	if (allowance_take(&c->overrun_lines, now.mono))
		coverage_say_overruns(c, now);
}

void
coverage_findings(struct coverage *c, uint64_t packets, struct moment now)
{
	coverage_turn(c, now);
	for (unsigned k = 0; k < PERIODS; k++)
		if (coverage_takes(c, (enum period_kind)k))
			c->period[k].findings += packets;
}

void
coverage_skipped(struct coverage *c, const struct msg_skipped *m, struct moment now)
{
	bool found = m->seq || !m->error;

	coverage_turn(c, now);
	for (unsigned k = 0; k < PERIODS; k++) {
		if (!coverage_takes(c, (enum period_kind)k) ||
		    c->looked.mono >= c->period[k].to.mono)
			continue;
		for (size_t i = 0; i < POLICY_IFACES; i++)
			c->period[k].iface[i].unverifiable += !found || i == m->iface;
	}
}

/* Gaps that are over and found no line, and what is to be told of the one that lasts. */
static void
look_at_gaps(struct coverage *c, struct boundary *b, nstime mono)
{
	bool told = repeat_tick(&b->gaps, mono, c->calls.say, c->calls.ctx);
	unsigned due = b->reasons & ~b->reasons_said;

	for (unsigned r = 0; r < GAP_REASONS; r++)
		if (b->reasons_said && is_short((enum gap_reason)r))
			due &= ~(1u << r); /* the others explain it */
	if (!b->blind || !due || c->stopping || mono - b->since.mono < COVERAGE_GRACE)
		return;
	if (!told && !allowance_take(&b->gaps.lines, mono))
		return;
	for (unsigned r = 0; r < GAP_REASONS; r++)
		if (due & 1u << r)
			say_reason(c, b, (enum gap_reason)r);
}

void
coverage_tick(struct coverage *c, const struct accounts *a, struct moment now)
{
	coverage_turn(c, now);
	coverage_losses(c, a, now);
	coverage_quiet(c, now);
	coverage_settle(c, now);
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct boundary *b = &c->boundary[i];

		if (!b->used)
			continue;
		coverage_account(c, i, now.mono);
		look_at_gaps(c, b, now.mono);
	}
	if (c->overruns && allowance_take(&c->overrun_lines, now.mono))
		coverage_say_overruns(c, now);
}

void
coverage_stopping(struct coverage *c, struct moment now)
{
	if (c->stopping)
		return;
	coverage_turn(c, now);
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			coverage_account(c, i, now.mono);
	c->stopping = true;
	c->stop = now;
}
