/* control_answer.c - see control_answer.h. */
#include "hub/control_answer.h"

#include <stdlib.h>

#include "hub/words.h"

enum {
	LOOKED = 64, /* incidents or lines that one step looks at while it seeks one that passes */
};

struct told {
	const struct incident *i;
	uint64_t number; /* in the order of opening */
	uint8_t severity;
	char ev[sizeof((struct incident *)NULL)->ev];
};

/* Time and text as fields. */
static void
add_time(struct text *t, const struct policy *p, const char *key, nstime wall)
{
	char at[NSTIME_TEXT];

	text_add(t, " %s=%s", key, nstime_text(at, wall, policy_offset_at(p, wall)));
}

static void
add_text(struct text *t, const char *key, const char *value)
{
	text_pair(t, key, value, strlen(value));
}

/* ---- incidents ---- */

struct gather {
	struct told *told;
	uint32_t n, most;
};

static void
gather(void *ctx, const struct incident *i)
{
	struct gather *g = ctx;

	if (g->n == g->most)
		return;
	struct told *t = &g->told[g->n];
	t->i = i;
	t->number = g->n++;
	t->severity = incident_severity(i);
	memcpy(t->ev, i->ev, sizeof t->ev);
}

/* Worst first; of one severity what opened last. */
static int
by_worst(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity < y->severity ? -1 : 1;
	return (x->number < y->number) - (x->number > y->number);
}

static bool
incidents_begin(struct control_answer *a, const struct control_view *v)
{
	struct gather g = { .most = incidents_open(v->incidents) };

	if (!g.most)
		return true;
	g.told = calloc(g.most, sizeof *g.told);
	if (!g.told)
		return false;
	incidents_each(v->incidents, gather, &g);
	qsort(g.told, g.n, sizeof *g.told, by_worst);
	a->told = g.told;
	a->ntold = g.n;
	return true;
}

/* The line of its opening with the counts of now; last= stands before msg. */
static void
incident_record(const struct control_view *v, const struct incident *i, struct text *t)
{
	const struct policy *p = v->tell->policy;
	char bytes[LINE_MAX_BYTES + 1];
	struct text line = text_of(bytes, sizeof bytes);
	uint8_t severity;

	line_incident(&line, p, INCIDENT_OPEN, i, i->total, NULL, &severity);
	/* In the text form nothing but the key itself looks like this. */
	const char *msg = strstr(bytes, " msg=\"");
	size_t head = msg ? (size_t)(msg - bytes) : line.len;
	text_bytes(t, bytes, head);
	add_time(t, p, "last", i->last);
	text_add(t, " bytes=%llu", (unsigned long long)i->bytes);
	text_bytes(t, bytes + head, line.len - head);
}

static enum control_step
incidents_next(struct control_answer *a, const struct control_request *r,
    const struct control_view *v, struct text *t)
{
	for (unsigned looked = 0; a->at < a->ntold; looked++) {
		const struct told *told = &a->told[a->at];

		if (looked == LOOKED)
			return CONTROL_NOTHING;
		a->at++;
		if (memcmp(told->ev, told->i->ev, sizeof told->ev) != 0)
			continue;
		incident_record(v, told->i, t);
		if (control_request_passes(r, t->at, t->len))
			return CONTROL_RECORD;
		*t = text_of(t->at, t->size);
	}
	return CONTROL_END;
}

/* ---- tail ---- */

static bool
line_passes(const struct control_request *r, const struct control_past *past, uint64_t n)
{
	size_t at = n % CONTROL_LINES;

	return control_request_passes(r, past->line[at].text, past->line[at].size);
}

static uint64_t
oldest(const struct control_past *past)
{
	return past->lines > CONTROL_LINES ? past->lines - CONTROL_LINES : 0;
}

/* So many lines back that R->lines of them pass. */
static void
tail_begin(
    struct control_answer *a, const struct control_request *r, const struct control_past *past)
{
	uint32_t left = r->lines;

	a->at = past->lines;
	for (uint64_t n = past->lines; left && n > oldest(past);) {
		if (!line_passes(r, past, --n))
			continue;
		a->at = n;
		left--;
	}
}

static enum control_step
tail_next(struct control_answer *a, const struct control_request *r,
    const struct control_past *past, struct text *t)
{
	if (a->at < oldest(past)) {
		text_add(t, "missed n=%llu", (unsigned long long)(oldest(past) - a->at));
		a->at = oldest(past);
		return CONTROL_RECORD;
	}
	for (unsigned looked = 0; a->at < past->lines && looked < LOOKED; looked++) {
		uint64_t n = a->at++;

		if (!line_passes(r, past, n))
			continue;
		text_bytes(
		    t, past->line[n % CONTROL_LINES].text, past->line[n % CONTROL_LINES].size);
		return CONTROL_RECORD;
	}
	return CONTROL_NOTHING;
}

/* ---- coverage ---- */

static void
add_reasons(struct text *t, unsigned reasons)
{
	const char *comma = "";

	if (!reasons)
		return;
	text_string(t, " what=");
	for (unsigned i = 0; i < GAP_REASONS; i++)
		if (reasons & 1u << i) {
			text_add(t, "%s%s", comma, gap_word((enum gap_reason)i));
			comma = ",";
		}
}

static bool
iface_record(const struct control_view *v, uint64_t i, struct text *t)
{
	const struct policy *p = v->tell->policy;
	struct coverage_iface c;
	char s[32];

	if (!coverage_iface(v->coverage, v->accounts, i, v->tell->mono, &c))
		return false;
	text_string(t, "interface");
	add_text(t, "in", c.name);
	text_string(t, c.blind ? " state=blind" : c.quiet ? " state=quiet" : " state=watched");
	add_reasons(t, c.reasons);
	if (c.blind || c.quiet)
		add_time(t, p, "from", c.since);
	text_add(t, " watched=%s", seconds_text(s, c.watched_for));
	text_add(t, " blind=%s", seconds_text(s, c.blind_for));
	text_add(t,
	    " frames=%llu bytes=%llu received=%llu kernel_drops=%llu nic_drops=%llu "
	    "ring_full=%llu unread=%llu",
	    (unsigned long long)c.count.frames, (unsigned long long)c.count.bytes,
	    (unsigned long long)c.count.received, (unsigned long long)c.count.kernel_drops,
	    (unsigned long long)c.count.nic_drops, (unsigned long long)c.count.ring_full,
	    (unsigned long long)c.count.unread);
	if (c.count.last_frame)
		add_time(t, p, "last", c.count.last_frame);
	return true;
}

/* What is told of pairs, by period. */
static const struct told_period {
	enum period_kind kind;
	const char *word;
} periods[] = { { PERIOD_HOUR, "hour" }, { PERIOD_HOUR_BEFORE, "before" },
	{ PERIOD_BEAT, "heartbeat" } };

enum { NPERIODS = sizeof periods / sizeof *periods };

static bool
period_record(const struct control_view *v, const struct told_period *s, struct text *t)
{
	const struct policy *p = v->tell->policy;
	nstime from, to;

	if (!coverage_period(v->coverage, s->kind, &from, &to))
		return false;
	text_add(t, "period period=%s", s->word);
	add_time(t, p, "from", from);
	if (to != NSTIME_NEVER)
		add_time(t, p, "to", to);
	text_add(t, " language=%s", p->japanese ? "ja" : "en");
	return true;
}

/* Is a pair in doubt in one of the periods? */
static bool
is_in_doubt(const struct coverage *c, uint8_t from, uint8_t to)
{
	struct assurance a;
	nstime begin, end;

	for (unsigned i = 0; i < NPERIODS; i++)
		if (coverage_period(c, periods[i].kind, &begin, &end) &&
		    coverage_pair(c, periods[i].kind, from, to, &a) && a.doubts)
			return true;
	return false;
}

/* Number AT of all pairs in all periods, twice: first those in doubt, then the others. False when
 * there is none of that number. */
static bool
pair_record(const struct control_view *v, uint64_t at, struct text *t)
{
	const struct policy *p = v->tell->policy;
	uint32_t n = p->nzones;
	const struct told_period *s = &periods[at % NPERIODS];
	bool second = at / NPERIODS >= (uint64_t)n * n;
	uint8_t from = (uint8_t)(at / NPERIODS / n % n + 1), to = (uint8_t)(at / NPERIODS % n + 1);
	char name[80];
	struct text pair = text_of(name, sizeof name);
	struct assurance a;
	nstime begin, end;

	if (!coverage_period(v->coverage, s->kind, &begin, &end) ||
	    !coverage_pair(v->coverage, s->kind, from, to, &a) ||
	    is_in_doubt(v->coverage, from, to) == second)
		return false;
	text_add(&pair, "%s>%s", policy_zone_id(p, from), policy_zone_id(p, to));
	text_string(t, "pair");
	add_text(t, "pair", name);
	text_add(t, " period=%s", s->word);
	assurance_fields(t, p, from, to, &a);
	return true;
}

/* First the interfaces by number, then the periods, then the pairs. */
static enum control_step
coverage_next(struct control_answer *a, const struct control_view *v, struct text *t)
{
	uint64_t n = v->tell->policy->nzones;

	while (a->at < POLICY_IFACES)
		if (iface_record(v, a->at++, t))
			return CONTROL_RECORD;
	while (a->at < POLICY_IFACES + NPERIODS)
		if (period_record(v, &periods[a->at++ - POLICY_IFACES], t))
			return CONTROL_RECORD;
	for (unsigned looked = 0; looked < LOOKED; looked++) {
		uint64_t at = a->at - POLICY_IFACES - NPERIODS;

		if (at >= 2 * n * n * NPERIODS)
			return CONTROL_END;
		a->at++;
		if (pair_record(v, at, t))
			return CONTROL_RECORD;
	}
	return CONTROL_NOTHING;
}

/* ---- zones and conduits ---- */

/* The places where a zone's traffic comes in: "eth2,eth2.20,eth2.20.300". */
static void
add_lines(struct text *t, const struct policy *p, uint8_t zone)
{
	char bytes[512];
	struct text all = text_of(bytes, sizeof bytes);

	for (uint32_t i = 1; i <= p->nlines; i++) {
		const struct policy_line *l = policy_line(p, (uint16_t)i);

		if (l->zone != zone)
			continue;
		text_add(&all, "%s%s", all.len ? "," : "", policy_iface(p, l->iface)->name);
		if (l->vlan[0])
			text_add(&all, ".%u", l->vlan[0]);
		if (l->vlan[1])
			text_add(&all, ".%u", l->vlan[1]);
	}
	add_text(t, "in", bytes);
	if (all.cut)
		text_string(t, " trunc=1");
}

static enum control_step
zones_next(struct control_answer *a, const struct control_view *v, struct text *t)
{
	const struct policy *p = v->tell->policy;

	if (a->at >= p->nzones)
		return CONTROL_END;
	uint8_t number = (uint8_t)++a->at;
	const struct policy_zone *z = policy_zone(p, number);
	text_string(t, "zone");
	add_text(t, "zone", policy_text(p, z->id));
	add_text(t, "label", policy_text(p, z->label));
	add_text(t, "class", policy_class_name(z->class));
	add_lines(t, p, number);
	text_add(t, " captured=%s ipv6=%s", z->captured ? "yes" : "no", z->no_ipv6 ? "no" : "yes");
	return CONTROL_RECORD;
}

static const char *
group_word(uint32_t group)
{
	return group == 0 ? "zone" : group == POLICY_NOBODY ? "nobody" : "listed";
}

/* How the messages of a conduit that is for mail were judged, or the sessions of a screen conduit.
 */
static void
add_mails(struct text *t, const struct control_view *v, uint32_t conduit, bool screen)
{
	uint64_t n[TRAFFIC_MAILS];

	digest_mails(v->digest, v->tell->policy, conduit, n);
	text_add(
	    t, " %s=%llu", screen ? "sessions" : "messages", (unsigned long long)traffic_judged(n));
	traffic_mails_text(t, n, screen);
}

static enum control_step
conduits_next(struct control_answer *a, const struct control_view *v, struct text *t)
{
	static const char *const require[] = {
		[REQUIRE_NOTHING] = "nothing",
		[REQUIRE_TEXT_MAIL] = "text-mail",
		[REQUIRE_SCREEN] = "screen-transfer",
		[REQUIRE_FILES] = "sanitised-files",
		[REQUIRE_NAMES] = "named-destinations",
	};
	const struct policy *p = v->tell->policy;
	char name[80];
	struct text pair = text_of(name, sizeof name);

	if (a->at >= p->nconduits)
		return CONTROL_END;
	const struct policy_conduit *c = policy_conduit(p, (uint32_t)a->at++);
	text_add(&pair, "%s>%s", policy_zone_id(p, c->from), policy_zone_id(p, c->to));
	text_string(t, "conduit");
	add_text(t, "rule", policy_text(p, c->id));
	add_text(t, "pair", name);
	add_text(t, "clients", group_word(c->clients));
	add_text(t, "servers", group_word(c->servers));
	add_text(t, "services", policy_text(p, c->services_text));
	if (c->require && c->require < sizeof require / sizeof *require)
		add_text(t, "require", require[c->require]);
	if (c->require == REQUIRE_TEXT_MAIL || c->require == REQUIRE_SCREEN)
		add_mails(t, v, (uint32_t)a->at - 1, c->require == REQUIRE_SCREEN);
	if (c->hours_text)
		add_text(t, "hours", policy_text(p, c->hours_text));
	if (c->expires != NSTIME_NEVER) {
		add_time(t, p, "expires", c->expires);
		text_string(t, c->expires <= v->tell->wall ? " expired=yes" : "");
	}
	if (c->clause)
		add_text(t, "clause", policy_text(p, c->clause));
	if (c->approval)
		add_text(t, "approval", policy_text(p, c->approval));
	return CONTROL_RECORD;
}

/* ---- all of them ---- */

bool
control_answer_begin(struct control_answer *a, const struct control_request *r,
    const struct control_view *v, const struct control_past *past)
{
	a->at = 0;
	a->told = NULL;
	a->ntold = 0;
	if (r->command == CONTROL_tail)
		tail_begin(a, r, past);
	return r->command != CONTROL_incidents || incidents_begin(a, v);
}

void
control_answer_end(struct control_answer *a)
{
	free(a->told);
	a->told = NULL;
	a->ntold = 0;
}

bool
control_answer_has(const struct control_answer *a, const struct control_request *r,
    const struct control_past *past)
{
	return r->command != CONTROL_tail || a->at < past->lines;
}

enum control_step
control_answer_next(struct control_answer *a, const struct control_request *r,
    const struct control_view *v, const struct control_past *past, struct text *t)
{
	switch (r->command) {
	case CONTROL_status:
		return control_status(v, a->at++, t) ? CONTROL_RECORD : CONTROL_END;
	case CONTROL_incidents:
		return incidents_next(a, r, v, t);
	case CONTROL_tail:
		return tail_next(a, r, past, t);
	case CONTROL_coverage:
		return coverage_next(a, v, t);
	case CONTROL_zones:
		return zones_next(a, v, t);
	case CONTROL_conduits:
		return conduits_next(a, v, t);
	case CONTROL_reload: /* the monitor answers that */
	case CONTROL_COMMANDS:
		break;
	}
	return CONTROL_END;
}
