/* coverage_sums.c - see coverage.h: what was watched and judged, for the heartbeat, an hour, a day
 * and the stop. */
#include <stdio.h>

#include "hub/coverage_state.h"

enum {
	FEW = 8,	  /* pairs that a heartbeat names at most, */
	NAMES_MOST = 256, /* and bytes of their names: text_pair() takes no more */
	NAMES_LEAST = sizeof "+65535",
	FIELDS_MOST = 860, /* bytes of its fields, so that the line has at most 1,024 */
};

/* A time since the last heartbeat. What was known too late goes from one sum to the other: it may
 * take away more than came since. */
static nstime
not_below_zero(nstime t)
{
	return t > 0 ? t : 0;
}

/* Calls for each pair that is listed, in the order of the configuration. */
typedef void each_pair(void *ctx, uint8_t from, uint8_t to, const struct assurance *a);

static void
for_each_pair(const struct coverage *c, enum period_kind k, each_pair *each, void *ctx)
{
	uint32_t n = c->policy->nzones;
	struct assurance a;

	for (uint32_t from = 1; from <= n; from++)
		for (uint32_t to = 1; to <= n; to++)
			if (coverage_pair(c, k, (uint8_t)from, (uint8_t)to, &a))
				each(ctx, (uint8_t)from, (uint8_t)to, &a);
}

/* Pairs, those assured, and the names of some that are not. */
struct count {
	const struct policy *policy;
	uint32_t pairs, assured, named;
	struct text names;
};

static void
count_pair(void *ctx, uint8_t from, uint8_t to, const struct assurance *a)
{
	struct count *n = ctx;
	char bytes[200];
	struct text one = text_of(bytes, sizeof bytes);

	n->pairs++;
	n->assured += !a->doubts;
	if (!a->doubts || n->named == FEW)
		return;
	text_add(&one, "%s%s>%s:", n->named ? ";" : "", policy_zone_id(n->policy, from),
	    policy_zone_id(n->policy, to));
	assurance_words(&one, a->doubts);
	/* Room for the number of those that are left out. */
	if (n->names.len + one.len + sizeof ";+65535" > n->names.size)
		return;
	text_bytes(&n->names, bytes, one.len);
	n->named++;
}

/* ` pairs=12 assured=10 unassured=kikan>lgwan:drops,blind;…;+1`, of the last heartbeat's time. */
static void
add_pairs(const struct coverage *c, struct text *t)
{
	const size_t others = sizeof " pairs=65535 assured=65535 unassured=";
	size_t taken = t->len + others, room = taken < FIELDS_MOST ? FIELDS_MOST - taken : 0;
	char bytes[NAMES_MOST + 1];
	struct count n = { .policy = c->policy };

	room = room < NAMES_LEAST ? NAMES_LEAST : room > sizeof bytes ? sizeof bytes : room;
	n.names = text_of(bytes, room);
	for_each_pair(c, PERIOD_BEAT, count_pair, &n);
	text_add(t, " pairs=%u assured=%u", n.pairs, n.assured);
	if (n.pairs - n.assured > n.named)
		text_add(&n.names, "%s+%u", n.named ? ";" : "", n.pairs - n.assured - n.named);
	if (n.names.len)
		text_pair(t, "unassured", bytes, n.names.len);
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
		const struct period_iface *f = &c->period[PERIOD_BEAT].iface[i];
		const struct iface_sample *run = &a->iface[i];

		if (!b->used)
			continue;
		n++;
		watching += !b->blind;
		drops +=
		    whole_run ? run->kernel_drops + run->nic_drops : f->kernel_drops + f->nic_drops;
		ring_full += whole_run ? run->ring_full : f->ring_full;
		unread += whole_run ? run->unread : f->unread;
		blind += whole_run ? b->blind_for : not_below_zero(period_blind(f));
	}
	text_add(t, " interfaces=%u", n);
	if (!whole_run) /* at the stop none is watched any more */
		text_add(t, " watching=%u", watching);
	text_add(t, " blind=%s", seconds_text(s, blind));
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		text_add(t, " %s=%llu", counter_name(shown[i]),
		    (unsigned long long)period_count_since(
			accounts_total(a, shown[i]), then[shown[i]]));
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
			coverage_account(c, i, now.mono);
}

/* ` watched=… blind=…` */
static void
add_times(struct text *t, const struct period_iface *f)
{
	char watched[32], blind[32];

	text_add(t, " watched=%s blind=%s", seconds_text(watched, not_below_zero(f->watched)),
	    seconds_text(blind, not_below_zero(period_blind(f))));
}

static void
say_iface(struct coverage *c, size_t i)
{
	const struct boundary *b = &c->boundary[i];
	const struct period_iface *f = &c->period[PERIOD_BEAT].iface[i];
	char buffer[512];
	struct text t = text_of(buffer, sizeof buffer);

	text_add(&t, "what=coverage");
	text_pair(&t, "in", b->name, strlen(b->name));
	add_times(&t, f);
	text_add(&t,
	    " frames=%llu bytes=%llu received=%llu kernel_drops=%llu nic_drops=%llu ring_full=%llu "
	    "unread=%llu",
	    (unsigned long long)f->frames, (unsigned long long)f->bytes,
	    (unsigned long long)f->received, (unsigned long long)f->kernel_drops,
	    (unsigned long long)f->nic_drops, (unsigned long long)f->ring_full,
	    (unsigned long long)f->unread);
	c->calls.say(c->calls.ctx, 9001, t.at,
	    coverage_pick(c, "coverage of this interface since the last heartbeat",
		"前回の稼働報告以降の、このインターフェースの監視状況"));
}

void
coverage_heartbeat(
    struct coverage *c, const struct accounts *a, const struct coverage_extra *x, struct moment now)
{
	char buffer[FIELDS_MOST + 1], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	coverage_turn(c, now);
	account_all(c, now);
	text_add(&t, "seconds=%s", seconds_text(s, now.mono - c->period[PERIOD_BEAT].from.mono));
	add_sums(c, a, c->beat_count, false, &t);
	add_extra(x, a, &t);
	add_pairs(c, &t);
	c->calls.say(c->calls.ctx, 9001, t.at,
	    coverage_pick(c, "the auditor works", "監査は動作しています"));
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			say_iface(c, i);
	for (unsigned i = 0; i < COUNTERS; i++)
		c->beat_count[i] = accounts_total(a, (enum counter)i);
	coverage_beat_begins(c, now);
}

uint32_t
coverage_heartbeat_lines(const struct coverage *c)
{
	uint32_t n = 1;

	for (size_t i = 0; i < POLICY_IFACES; i++)
		n += c->boundary[i].used;
	return n;
}

/* Which packets of an interface were lost, and which could not be verified. */
static void
add_shares(struct text *t, const struct period_iface *f)
{
	uint64_t lost = period_lost(f), all, unverifiable = f->unverifiable;
	char s[32];

	if (unverifiable > f->frames)
		unverifiable = f->frames; /* packets inside others are counted, too */
	if (__builtin_add_overflow(f->frames, lost, &all))
		all = UINT64_MAX; /* nobody checked the numbers */
	text_add(t, " frames=%llu lost=%llu unverifiable=%llu", (unsigned long long)f->frames,
	    (unsigned long long)lost, (unsigned long long)f->unverifiable);
	if (!all)
		return; /* there is nothing of which there could be a share */
	text_add(t, " verified_pct=%s", percent_text(s, f->frames - unverifiable, all, true));
	text_add(t, " unverifiable_pct=%s", percent_text(s, unverifiable, all, false));
	text_add(t, " lost_pct=%s", percent_text(s, lost < all ? lost : all, all, false));
}

void
coverage_say_day(struct coverage *c, size_t i, const struct period *s)
{
	const struct period_iface *f = &s->iface[i];
	nstime from = f->since ? f->since : s->from.wall;
	uint64_t watched = (uint64_t)not_below_zero(f->watched);
	uint64_t time = watched + (uint64_t)not_below_zero(period_blind(f));
	char buffer[640], day[NSTIME_TEXT], quiet[32], pct[32];
	struct text t = text_of(buffer, sizeof buffer);

	nstime_text(day, s->from.wall, policy_offset_at(c->policy, s->from.wall));
	text_add(&t, "what=coverage day=%.10s", day);
	text_pair(&t, "in", c->boundary[i].name, strlen(c->boundary[i].name));
	coverage_add_time(c, &t, "from", from);
	coverage_add_time(c, &t, "to", s->to.wall);
	add_times(&t, f);
	text_add(&t, " gaps=%u quiet=%s", f->gaps, seconds_text(quiet, f->quiet));
	if (time)
		text_add(&t, " watched_pct=%s", percent_text(pct, watched, time, true));
	add_shares(&t, f);
	c->calls.say(c->calls.ctx, 9001, t.at,
	    coverage_pick(c, "coverage of this interface in this day",
		"この日の、このインターフェースの監視状況"));
}

/* `at=… from=…`: the end and the beginning. */
static struct text
record_of(const struct coverage *c, nstime from, nstime to, char *buffer, size_t size)
{
	struct text t = text_of(buffer, size);
	char at[NSTIME_TEXT];

	text_add(&t, "at=%s", nstime_text(at, to, policy_offset_at(c->policy, to)));
	coverage_add_time(c, &t, "from", from);
	return t;
}

struct hour {
	struct coverage *c;
	const struct period *s;
	uint32_t pairs, assured;
};

static void
write_pair(void *ctx, uint8_t from, uint8_t to, const struct assurance *a)
{
	struct hour *h = ctx;
	const struct policy *p = h->c->policy;
	char buffer[900], pair[80];
	struct text t = record_of(h->c, h->s->from.wall, h->s->to.wall, buffer, sizeof buffer);

	h->pairs++;
	h->assured += !a->doubts;
	if (!a->doubts)
		return;
	(void)snprintf(pair, sizeof pair, "%s>%s", policy_zone_id(p, from), policy_zone_id(p, to));
	text_pair(&t, "pair", pair, strlen(pair));
	assurance_fields(&t, p, from, to, a);
	h->c->calls.record(h->c->calls.ctx, "assurance", buffer);
}

void
coverage_write_hour(struct coverage *c, enum period_kind k)
{
	const struct period *s = &c->period[k];
	struct hour h = { .c = c, .s = s };
	char buffer[600], quiet[32];

	for (size_t i = 0; i < POLICY_IFACES; i++) {
		const struct boundary *b = &c->boundary[i];
		const struct period_iface *f = &s->iface[i];
		struct text t = record_of(
		    c, f->since ? f->since : s->from.wall, s->to.wall, buffer, sizeof buffer);

		if (!b->used)
			continue;
		text_pair(&t, "in", b->name, strlen(b->name));
		add_times(&t, f);
		text_add(&t, " gaps=%u quiet=%s frames=%llu drops=%llu unverifiable=%llu", f->gaps,
		    seconds_text(quiet, f->quiet), (unsigned long long)f->frames,
		    (unsigned long long)period_lost(f), (unsigned long long)f->unverifiable);
		c->calls.record(c->calls.ctx, "coverage", buffer);
	}
	for_each_pair(c, k, write_pair, &h);
	struct text t = record_of(c, s->from.wall, s->to.wall, buffer, sizeof buffer);
	text_add(&t, " pairs=%u assured=%u", h.pairs, h.assured);
	c->calls.record(c->calls.ctx, "assurance", buffer);
}

static void
count_all(void *ctx, uint8_t from, uint8_t to, const struct assurance *a)
{
	uint32_t *n = ctx;

	(void)from;
	(void)to;
	(void)a;
	++*n;
}

void
coverage_write_away(struct coverage *c, enum gap_reason why, nstime from, nstime to)
{
	char buffer[256];
	struct text t = record_of(c, from, to, buffer, sizeof buffer);
	uint32_t pairs = 0;

	for_each_pair(c, PERIOD_HOUR, count_all, &pairs);
	text_add(&t, " pairs=%u assured=0 what=%s blind_by=%s", pairs,
	    doubt_text(DOUBT_blind)->word, gap_word(why));
	c->calls.record(c->calls.ctx, "assurance", buffer);
}

void
coverage_stopped(
    struct coverage *c, const struct accounts *a, const struct coverage_extra *x, struct moment now)
{
	static const uint64_t zeros[COUNTERS];
	char buffer[800], s[32];
	struct text t = text_of(buffer, sizeof buffer);

	coverage_stopping(c, now);
	account_all(c, now);
	coverage_losses(c, a, now);
	coverage_losses_end(c, now);
	coverage_end_periods(c);
	text_add(&t, "seconds=%s", seconds_text(s, now.mono - c->started.mono));
	add_sums(c, a, zeros, true, &t);
	add_extra(x, a, &t);
	c->calls.say(c->calls.ctx, 9003, t.at,
	    coverage_pick(c, "the auditor stops: nothing is watched from now on",
		"監査を停止します。以後の通信は監視されません"));
}
