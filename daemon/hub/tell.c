/* tell.c - see tell.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "hub/evidence_file.h"
#include "hub/tell.h"

void
tell_init(struct tell *t, struct sinks *sinks, uint32_t id)
{
	*t = (struct tell){ .sinks = sinks };
	snprintf(t->run.sid, sizeof t->run.sid, "%08x", id);
}

const char *
tell_pick(const struct tell *t, const char *english, const char *japanese)
{
	return t->policy && t->policy->japanese ? japanese : english;
}

static void
say(const struct tell *t, const struct sink_line *l, size_t size)
{
	if (t->heard)
		t->heard(t->heard_ctx, l->text, size);
	sinks_put(t->sinks, l, t->mono);
}

static int32_t
offset_now(const struct tell *t)
{
	return t->policy ? policy_offset_at(t->policy, t->wall) : 0;
}

/* Numbers the next line; its hash is not known yet. */
static void
number(struct tell *t)
{
	t->run.seq = t->chain.n + 1;
	memset(t->run.h, '0', CHAIN_DIGITS);
	t->run.h[CHAIN_DIGITS] = '\0';
}

/* Puts the line's hash into it, and the line into the ledger. */
static void
seal(struct tell *t, const struct text *line, uint8_t severity)
{
	char digits[CHAIN_HEX];

	if (!chain_seal(&t->chain, CHAIN_EVENT, line->at, line->len))
		log_error("a line that is none was not chained: %s", line->at);
	memcpy(t->run.h, chain_hex(digits, t->chain.head), CHAIN_DIGITS);
	if (t->ledger)
		ledger_line(t->ledger, &t->chain, line->at, severity, t->wall, offset_now(t));
}

static void
say_note(struct tell *t, uint16_t id, const char *fields, const char *msg)
{
	char text_buffer[LINE_MAX_BYTES + 1], json_buffer[LINE_MAX_BYTES + 1];
	struct text text = text_of(text_buffer, sizeof text_buffer);
	struct text json = text_of(json_buffer, sizeof json_buffer);
	struct sink_line l = { .text = text_buffer, .time = t->wall, .severity = 5 };

	if (t->storm)
		storm_note(t->storm, t->mono);
	number(t);
	line_note(&text, id, fields, msg, &t->run, &l.severity);
	seal(t, &text, l.severity);
	if (sinks_want_json(t->sinks)) {
		line_note_json(&json, id, fields, msg, &t->run);
		l.json = json_buffer;
	}
	say(t, &l, text.len);
}

static void
checkpoint(struct tell *t, enum ledger_claim what)
{
	char buffer[LINE_MAX_BYTES];
	struct text f = text_of(buffer, sizeof buffer);

	ledger_claim(t->ledger, &f, what, &t->chain, t->wall, offset_now(t));
	t->marked = t->chain.n + 1;
	t->marked_at = t->mono;
	say_note(t, 9010, buffer,
	    tell_pick(t, "a checkpoint of this record, to be checked by segauditctl verify",
		"記録の検証点です。segauditctl verify で検証できます"));
}

/* What comes before the next line: the file of a new day, a checkpoint. */
static void
before_line(struct tell *t)
{
	if (!t->ledger)
		return;
	if (ledger_day(t->ledger, t->wall, offset_now(t)))
		checkpoint(t, LEDGER_KEY);
	else if (t->chain.n - t->marked >= CHECKPOINT_LINES - 1)
		checkpoint(t, LEDGER_HEAD);
}

void
tell_checkpoint(struct tell *t, enum ledger_claim what)
{
	if (!t->ledger)
		return;
	(void)ledger_day(t->ledger, t->wall, offset_now(t)); /* this is one */
	checkpoint(t, what);
}

void
tell_begin(struct tell *t)
{
	if (!t->keyed)
		tell_checkpoint(t, LEDGER_KEY);
	t->keyed = true;
}

void
tell_before(const struct tell *t, struct text *fields)
{
	if (t->ledger)
		ledger_before(t->ledger, fields);
	else
		text_add(fields, " previous=unknown");
}

void
tell_tick(struct tell *t)
{
	if (!t->ledger)
		return;
	before_line(t);
	if (t->chain.n != t->marked && t->mono - t->marked_at >= CHECKPOINT_EVERY)
		checkpoint(t, LEDGER_HEAD);
}

void
tell_incident(struct tell *t, enum incident_state state, const struct incident *i, uint64_t added,
    const char *sha256)
{
	char text_buffer[LINE_MAX_BYTES + 1], json_buffer[LINE_MAX_BYTES + 1];
	struct text text = text_of(text_buffer, sizeof text_buffer);
	struct text json = text_of(json_buffer, sizeof json_buffer);
	struct sink_line l = {
		.text = text_buffer, .time = t->wall, .severity = 5, .has_pair = true
	};

	before_line(t);
	incident_pair(i, t->policy, &l.from, &l.to);
	number(t);
	t->run.sha256 = sha256;
	line_incident(&text, t->policy, state, i, added, &t->run, &l.severity);
	seal(t, &text, l.severity);
	if (sinks_want_json(t->sinks)) {
		line_incident_json(&json, t->policy, state, i, added, &t->run);
		l.json = json_buffer;
	}
	t->run.sha256 = NULL;
	say(t, &l, text.len);
}

void
tell_evidence(struct tell *t, const struct incident *i, const char *sha256)
{
	char bytes[192];

	if (!t->ledger)
		return;
	(void)snprintf(bytes, sizeof bytes, "id=%u ev=%s evidence=%s" EVIDENCE_SUFFIX " sha256=%s",
	    i->f.id, i->ev, i->ev, sha256); /* 3 + 4 + 10 + 10 + 7 + 64 and the names */
	ledger_record(t->ledger, "evidence", bytes, t->wall, offset_now(t));
}

void
tell_rollup(struct tell *t, const struct rollup *r)
{
	char text_buffer[LINE_MAX_BYTES + 1], json_buffer[LINE_MAX_BYTES + 1];
	struct text text = text_of(text_buffer, sizeof text_buffer);
	struct text json = text_of(json_buffer, sizeof json_buffer);
	struct sink_line l = {
		.text = text_buffer, .time = t->wall, .severity = r->severity, .has_pair = *r->rule
	};

	before_line(t);
	l.from = incident_zone_named(t->policy, r->from);
	l.to = incident_zone_named(t->policy, r->to);
	number(t);
	line_rollup(&text, t->policy, r, &t->run);
	seal(t, &text, l.severity);
	if (sinks_want_json(t->sinks)) {
		line_rollup_json(&json, t->policy, r, &t->run);
		l.json = json_buffer;
	}
	say(t, &l, text.len);
}

void
tell_note(struct tell *t, uint16_t id, const char *fields, const char *msg)
{
	before_line(t);
	say_note(t, id, fields, msg);
}

/* A notice without numbers, so that two policies can be compared. */
struct named {
	const struct policy_notice *notice;
	const char *conduit, *text;
};

static int
compare(const struct named *a, const struct named *b)
{
	int r = (a->notice->id > b->notice->id) - (a->notice->id < b->notice->id);

	if (!r)
		r = strcmp(a->conduit, b->conduit);
	return r ? r : strcmp(a->text, b->text);
}

static int
by_name(const void *a, const void *b)
{
	return compare(a, b);
}

static int
by_order(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->notice > y->notice) - (x->notice < y->notice);
}

/* The notices of P, sorted by name; NULL when there is no memory or none. */
static struct named *
named_of(const struct policy *p)
{
	const struct policy_notice *n = policy_at(p, p->notices);
	struct named *all = p->nnotices ? calloc(p->nnotices, sizeof *all) : NULL;

	if (!all)
		return NULL;
	for (uint32_t i = 0; i < p->nnotices; i++) {
		bool known = n[i].conduit < p->nconduits;

		all[i] = (struct named){ .notice = &n[i],
			.text = policy_text(p, n[i].text),
			.conduit = known ? policy_conduit_id(p, n[i].conduit) : "" };
	}
	qsort(all, p->nnotices, sizeof *all, by_name);
	return all;
}

static void
say_notice(struct tell *t, const struct named *n)
{
	char buffer[1024], pair[512];
	struct text fields = text_of(buffer, sizeof buffer);
	const struct policy *p = t->policy;

	if (n->notice->from && n->notice->to && n->notice->from <= p->nzones &&
	    n->notice->to <= p->nzones) {
		snprintf(pair, sizeof pair, "%s>%s", policy_zone_id(p, n->notice->from),
		    policy_zone_id(p, n->notice->to));
		text_pair(&fields, "pair", pair, strlen(pair));
	}
	if (*n->conduit)
		text_pair(&fields, "rule", n->conduit, strlen(n->conduit));
	tell_note(t, n->notice->id, buffer, n->text);
}

/* One line per id for those of the N that are not said one by one. */
static void
say_rest(struct tell *t, const struct named *all, uint32_t n)
{
	for (uint32_t i = 0, first = 0; i < n; i++) {
		char fields[32];

		if (i + 1 < n && all[i + 1].notice->id == all[i].notice->id)
			continue;
		snprintf(fields, sizeof fields, "n=%u", i + 1 - first);
		first = i + 1;
		tell_note(t, all[i].notice->id, fields,
		    tell_pick(t, "more rules of which this is true: segauditd -n lists them all",
			"ほかにも該当する規則があります。segauditd -n で一覧できます"));
	}
}

void
tell_notices(struct tell *t, const struct policy *before)
{
	struct named *now = named_of(t->policy), *then = before ? named_of(before) : NULL;
	uint32_t n = 0, nthen = then ? before->nnotices : 0;

	/* What is in both, in the order of names, is left out. */
	for (uint32_t i = 0, k = 0; now && i < t->policy->nnotices; i++) {
		while (k < nthen && compare(&then[k], &now[i]) < 0)
			k++;
		if (k == nthen || compare(&then[k], &now[i]) != 0)
			now[n++] = now[i];
	}
	if (n <= TELL_NOTICES) {
		if (n)
			qsort(now, n, sizeof *now, by_order);
		for (uint32_t i = 0; i < n; i++)
			say_notice(t, &now[i]);
	} else {
		for (uint32_t i = 0; i < TELL_NOTICES; i++)
			say_notice(t, &now[i]);
		say_rest(t, now + TELL_NOTICES, n - TELL_NOTICES);
	}
	free(now);
	free(then);
}
