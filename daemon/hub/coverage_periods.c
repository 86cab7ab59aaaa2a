/* coverage_periods.c - see coverage_state.h: hours and days begin and end, and take what belongs to
 * them. */
#include "hub/coverage_state.h"
#include "hub/incident.h"

typedef void bounds(const struct policy *p, nstime wall, nstime *begin, nstime *end);

bool
coverage_takes(const struct coverage *c, enum period_kind k)
{
	if (k == PERIOD_HOUR_BEFORE)
		return c->hour.pending;
	if (k == PERIOD_DAY_BEFORE)
		return c->day.pending;
	return c->policy != NULL;
}

void
coverage_account(struct coverage *c, size_t i, nstime mono)
{
	static const enum period_kind lasting[] = { PERIOD_BEAT, PERIOD_HOUR, PERIOD_DAY };
	struct boundary *b = &c->boundary[i];
	nstime since = mono - b->accounted;

	if (since <= 0)
		return;
	b->accounted = mono;
	*(b->blind ? &b->blind_for : &b->watched_for) += since;
	for (size_t k = 0; !c->stopping && k < sizeof lasting / sizeof *lasting; k++) {
		struct period_iface *s = &c->period[lasting[k]].iface[i];

		*(b->blind ? &s->blind[period_cause(b->reasons)] : &s->watched) += since;
	}
}

/* A period begins with what lasts. */
static void
begin(struct coverage *c, enum period_kind k, struct moment from)
{
	struct period *s = &c->period[k];

	memset(s, 0, sizeof *s);
	if (k < PERIOD_DAY)
		memset(c->pair[k], 0, sizeof c->pair[k]);
	s->from = from;
	s->to = (struct moment){ NSTIME_NEVER, NSTIME_NEVER };
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		const struct boundary *b = &c->boundary[i];

		if (!b->used || !b->blind)
			continue;
		s->iface[i].gaps = 1;
		s->iface[i].reasons = b->reasons;
		s->iface[i].causes = 1u << period_cause(b->reasons);
	}
}

void
coverage_beat_begins(struct coverage *c, struct moment now)
{
	begin(c, PERIOD_BEAT, now);
}

/* The end of the hour, or day, in which WALL lies: never WALL itself. */
static nstime
end_of(const struct coverage *c, bounds *of, nstime wall)
{
	nstime first, end;

	of(c->policy, wall, &first, &end);
	return end > wall ? end : wall + NS_HOUR;
}

void
coverage_periods_begin(struct coverage *c, struct moment now)
{
	nstime first;

	period_hour(c->policy, now.wall, &first, &c->hour.end);
	c->day.end = end_of(c, period_day, now.wall);
	begin(c, PERIOD_BEAT, c->started);
	begin(c, PERIOD_HOUR,
	    (struct moment){ .mono = now.mono - (now.wall - first), .wall = first });
	begin(c, PERIOD_DAY, now);
}

/* Nobody looked from FROM to the end of a period: the hub itself stood still. */
static void
nobody_looked(const struct coverage *c, struct period *s, nstime from)
{
	nstime length = period_overlap(s, from, s->to.mono);

	for (size_t i = 0; i < POLICY_IFACES && length; i++) {
		struct period_iface *f = &s->iface[i];
		nstime watched = f->watched < length ? f->watched : length;

		if (!c->boundary[i].used || watched <= 0)
			continue;
		f->blind[PERIOD_OTHER] += watched;
		f->watched -= watched;
		f->gaps++;
		f->reasons |= 1u << GAP_RESTART;
		f->causes |= 1u << PERIOD_OTHER;
	}
}

static void
finish(struct coverage *c, enum period_kind before)
{
	c->keep_due = NSTIME_ALWAYS; /* it is not to be said twice */
	if (before == PERIOD_HOUR_BEFORE) {
		c->hour.pending = false;
		nobody_looked(c, &c->period[before], c->looked.mono);
		coverage_write_hour(c, PERIOD_HOUR_BEFORE);
		return;
	}
	c->day.pending = false;
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			coverage_say_day(c, i, &c->period[before]);
}

/* The period K ends at TO, and the next one begins at FROM, the same moment, perhaps by another
 * clock. */
static void
turn(struct coverage *c, struct turn *t, enum period_kind k, struct moment to, struct moment from)
{
	enum period_kind before = k == PERIOD_HOUR ? PERIOD_HOUR_BEFORE : PERIOD_DAY_BEFORE;

	if (t->pending)
		finish(c, before);
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			coverage_account(c, i, to.mono);
	c->period[k].to = to;
	if (k == PERIOD_HOUR) {
		nstime began = c->period[k].from.mono;

		if (c->looked.mono < began && to.mono - began > COVERAGE_SETTLE)
			nobody_looked(c, &c->period[k], began);
		memcpy(c->pair[before], c->pair[k], sizeof c->pair[k]);
	}
	c->period[before] = c->period[k];
	begin(c, k, from);
	t->pending = true;
}

/* STEP: by which the wall clock was stepped just now. */
static void
turn_if_over(struct coverage *c, struct turn *t, enum period_kind k, bounds *of, nstime step,
    struct moment now)
{
	nstime end = end_of(c, of, now.wall);
	struct moment to = { .mono = now.mono, .wall = now.wall - step };

	if (step && end != t->end) {
		turn(c, t, k, to, now);
		t->end = end;
		c->period[k].clock = step < 0 ? -step : step;
	}
	while (now.wall >= t->end) {
		to.wall = t->end;
		to.mono = now.mono - (now.wall - t->end);
		turn(c, t, k, to, to);
		t->end = end_of(c, of, t->end);
	}
}

void
coverage_turn(struct coverage *c, struct moment now)
{
	nstime clock = now.wall - now.mono, step = clock - c->clock;

	c->clock = clock;
	if (!c->policy)
		return;
	if (step < COVERAGE_CLOCK_JUMP && step > -COVERAGE_CLOCK_JUMP)
		step = 0;
	for (unsigned k = 0; k < PERIODS; k++)
		if (coverage_takes(c, (enum period_kind)k))
			c->period[k].clock += step < 0 ? -step : step;
	turn_if_over(c, &c->hour, PERIOD_HOUR, period_hour, step, now);
	turn_if_over(c, &c->day, PERIOD_DAY, period_day, step, now);
}

void
coverage_split(struct coverage *c, struct moment now)
{
	turn(c, &c->hour, PERIOD_HOUR, now, now);
	finish(c, PERIOD_HOUR_BEFORE);
	if (c->day.pending)
		finish(c, PERIOD_DAY_BEFORE);
	/* Its zones and interfaces will have other numbers. */
	c->period[PERIOD_HOUR_BEFORE].to = (struct moment){ 0 };
}

/* The number that zone Z of policy P has in the one in force; 0 when there is none. */
static uint8_t
zone_now(const struct coverage *c, const struct policy *p, uint8_t z)
{
	if (p == c->policy || !z)
		return z;
	return incident_zone_named(c->policy, policy_zone_id(p, z));
}

void
coverage_renumber(struct coverage *c, const struct policy *before)
{
	/* That of the hour is empty: it begins just now. */
	struct period_pair(*scratch)[POLICY_ZONES] = c->pair[PERIOD_HOUR];
	struct period_pair(*beat)[POLICY_ZONES] = c->pair[PERIOD_BEAT];
	uint8_t now[POLICY_ZONES] = { 0 };

	for (uint32_t z = 1; z <= before->nzones; z++)
		now[z] = zone_now(c, before, (uint8_t)z);
	memcpy(scratch, beat, sizeof c->pair[PERIOD_BEAT]);
	memset(beat, 0, sizeof c->pair[PERIOD_BEAT]);
	for (unsigned from = 1; from < POLICY_ZONES; from++)
		for (unsigned to = 1; to < POLICY_ZONES; to++)
			if (now[from] && now[to])
				beat[now[from]][now[to]] = scratch[from][to];
	memset(scratch, 0, sizeof c->pair[PERIOD_HOUR]);
}

/* The interfaces that a finding is about: where its packets came in and left, else all of its
 * zones, else all. */
static uint64_t
ifaces_of(const struct coverage *c, const struct finding *f, uint8_t from, uint8_t to)
{
	uint64_t ifaces = 0;

	if (f->flags & FINDING_HAS_IN)
		ifaces |= UINT64_C(1) << f->in.iface % POLICY_IFACES;
	if (f->flags & FINDING_HAS_OUT)
		ifaces |= UINT64_C(1) << f->out.iface % POLICY_IFACES;
	if (!ifaces)
		ifaces = c->zone_ifaces[from] | c->zone_ifaces[to]; /* none of zone 0 */
	return ifaces ? ifaces : UINT64_MAX;
}

static void
add_unverifiable(
    struct coverage *c, enum period_kind k, const struct finding *f, uint8_t from, uint8_t to)
{
	bool pair = from && to && from != to;
	uint64_t ifaces = ifaces_of(c, f, from, to);

	for (unsigned i = 0; i < POLICY_IFACES; i++) {
		struct period_iface *s = &c->period[k].iface[i];

		if (!(ifaces & UINT64_C(1) << i))
			continue;
		s->unverifiable += f->n;
		s->malformed += pair ? 0 : f->n;
	}
	if (pair && k < PERIOD_DAY)
		c->pair[k][from][to].unverifiable += f->n;
}

/* A finding is told of up to a second after its packets. */
void
coverage_unverifiable(
    struct coverage *c, const struct policy *p, const struct finding *f, struct moment now)
{
	static const struct {
		enum period_kind lasts, before;
	} kinds[] = { { PERIOD_HOUR, PERIOD_HOUR_BEFORE }, { PERIOD_DAY, PERIOD_DAY_BEFORE } };

	coverage_turn(c, now);
	uint8_t from = zone_now(c, p, f->from), to = zone_now(c, p, f->to);
	add_unverifiable(c, PERIOD_BEAT, f, from, to);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct period *s = &c->period[kinds[i].lasts];
		bool earlier = f->first < s->from.wall && coverage_takes(c, kinds[i].before);

		if (earlier)
			add_unverifiable(c, kinds[i].before, f, from, to);
		if (!earlier || f->last >= s->from.wall)
			add_unverifiable(c, kinds[i].lasts, f, from, to);
	}
}

/* All interfaces were blind between these wall times, of which the first is in the period or its
 * beginning. */
static void
add_gap(struct coverage *c, enum period_kind k, enum gap_reason why, nstime from, nstime to)
{
	for (size_t i = 0; i < POLICY_IFACES; i++) {
		struct period_iface *f = &c->period[k].iface[i];

		if (!c->boundary[i].used || f->since > from || from >= to)
			continue;
		f->blind[period_cause(1u << why)] += to - from;
		if (from > c->period[k].from.wall)
			f->gaps++;
		else
			f->reasons = 0; /* the start of now is the end of this gap */
		f->reasons |= 1u << why;
		f->causes |= 1u << period_cause(1u << why);
	}
}

void
coverage_was_away(
    struct coverage *c, enum period_kind k, enum gap_reason why, nstime until, struct moment now)
{
	bool hour = k == PERIOD_HOUR;
	struct turn *t = hour ? &c->hour : &c->day;
	struct moment to = { .mono = now.mono - (now.wall - t->end), .wall = t->end }, from = now;
	nstime end = end_of(c, hour ? period_hour : period_day, now.wall);

	add_gap(c, k, why, until, now.wall < t->end ? now.wall : t->end);
	if (now.wall < t->end)
		return;
	(hour ? period_hour : period_day)(c->policy, now.wall, &from.wall, &t->end);
	if (from.wall < to.wall)
		from.wall = to.wall; /* clocks were put forward or back */
	from.mono = now.mono - (now.wall - from.wall);
	turn(c, t, k, to, from);
	t->end = end;
	add_gap(c, k, why, from.wall, now.wall);
	if (!hour || to.wall == from.wall)
		return;
	finish(c, PERIOD_HOUR_BEFORE);
	coverage_write_away(c, why, to.wall, from.wall);
}

/* A record may come a minute after its packets: what lies in two hours is of the later one. */
void
coverage_traffic(
    struct coverage *c, const struct policy *p, const struct traffic *t, struct moment now)
{
	coverage_turn(c, now);
	bool before = c->hour.pending && t->last < c->period[PERIOD_HOUR].from.wall;
	const enum period_kind kinds[] = { PERIOD_BEAT, before ? PERIOD_HOUR_BEFORE : PERIOD_HOUR };
	uint8_t from = zone_now(c, p, t->from), to = zone_now(c, p, t->to);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct period_pair *pair = &c->pair[kinds[i]][from][to];

		pair->packets += t->packets;
		pair->doubtful += t->verdict == VERDICT_UNVERIFIABLE ? t->packets : 0;
	}
}

void
coverage_settle(struct coverage *c, struct moment now)
{
	if (c->hour.pending && now.mono - c->period[PERIOD_HOUR_BEFORE].to.mono >= COVERAGE_SETTLE)
		finish(c, PERIOD_HOUR_BEFORE);
	if (c->day.pending && now.mono - c->period[PERIOD_DAY_BEFORE].to.mono >= COVERAGE_SETTLE)
		finish(c, PERIOD_DAY_BEFORE);
}

void
coverage_end_iface_day(struct coverage *c, size_t i, struct moment now)
{
	struct period *s = &c->period[PERIOD_DAY];

	coverage_account(c, i, now.mono);
	s->to = now;
	coverage_say_day(c, i, s);
	s->to = (struct moment){ NSTIME_NEVER, NSTIME_NEVER };
}

void
coverage_end_periods(struct coverage *c)
{
	if (c->hour.pending)
		finish(c, PERIOD_HOUR_BEFORE);
	if (c->day.pending)
		finish(c, PERIOD_DAY_BEFORE);
	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (c->boundary[i].used)
			coverage_end_iface_day(c, i, c->stop);
	c->period[PERIOD_HOUR].to = c->stop;
	coverage_write_hour(c, PERIOD_HOUR);
	c->period[PERIOD_HOUR].to = (struct moment){ NSTIME_NEVER, NSTIME_NEVER };
}
