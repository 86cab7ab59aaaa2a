/* line.c - see line.h. */
#include "hub/line.h"

#include <stdio.h>
#include <string.h>

#include "hub/evidence_file.h"
#include "hub/fields.h"
#include "hub/sentence.h"
#include "hub/storm.h"
#include "hub/words.h"

enum {
	HEAD_MOST = 400,      /* bytes of a line in which everything up to dst stands */
	HEAD_MOST_JSON = 600, /* the same in JSON, only to leave room for the rest */
	END_ROOM = 204,	      /* kept for the longest n, total, first, gen, trunc, sid, seq, h
				 and an empty msg */
	WORD_ROOM = 512,      /* for any one value of a line */
	MEDIA_ROOM = 96,      /* for what a mail says of itself, escapes and all: */
	FILE_ROOM = 160,      /* facts of ours come after it */
	SEV_INFO = 6,	      /* syslog numbers */
	SEV_NOTICE = 5,
};

/* One line in the making. */
struct line {
	struct fields f;
	const struct policy *p;
	const struct incident *i;
	enum incident_state state;
	uint64_t added;
	size_t name_most, want_most; /* bytes of a name and of `want` that are shown */
};

/* How much of names and of `want` is shown, from all of it down to what always leaves room for dst
 * in the first 400 bytes. */
static const struct {
	uint8_t name, want;
} shares[] = { { 255, 255 }, { 255, 32 }, { 255, 16 }, { 24, 16 }, { 16, 12 }, { 12, 0 },
	{ 4, 0 } };

typedef void words(struct text *t, const struct finding *f);

/* A field whose value was put together; none when it is empty. */
static void
put(struct line *l, const char *key, const char *value)
{
	if (value[0])
		fields_text(&l->f, key, value);
}

static void
put_words(struct line *l, const char *key, words *of)
{
	char bytes[WORD_ROOM];
	struct text t = text_of(bytes, sizeof bytes);

	of(&t, &l->i->f);
	put(l, key, bytes);
}

/* Bytes of the text that are shown: at most MOST, cut at a code point where it has one. */
static size_t
shown(struct line *l, const char *text, size_t most)
{
	size_t size = strlen(text), n = most;

	if (size <= most)
		return size;
	l->f.left_out = true;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n ? n : most;
}

/* An incident whose names are cut to the line's share. */
static struct incident
with_share(struct line *l)
{
	struct incident i = *l->i;
	char *name[] = { i.from.id, i.to.id, i.claims.id, i.rule, i.near, i.in, i.out };

	for (size_t n = 0; n < sizeof name / sizeof *name; n++)
		name[n][shown(l, name[n], l->name_most)] = '\0';
	return i;
}

static void
put_time(struct line *l, const char *key, nstime at)
{
	char bytes[NSTIME_TEXT];

	fields_text(&l->f, key, nstime_text(bytes, at, policy_offset_at(l->p, at)));
}

uint8_t
line_severity(enum incident_state state, const struct incident *i)
{
	switch (state) {
	case INCIDENT_OPEN:
	case INCIDENT_WORSE:
		break;
	case INCIDENT_UPDATE:
		return SEV_INFO;
	case INCIDENT_CLOSED:
		return SEV_NOTICE;
	}
	return finding_severity(i->f.id, i->f.outcome, i->core);
}

/* sev, verdict, and where the state has one, outcome. */
static void
put_judgement(struct line *l, bool outcome)
{
	const struct finding_kind *k = finding_kind(l->i->f.id);

	put(l, "sev", severity_word(line_severity(l->state, l->i)));
	if (k)
		put(l, "verdict", verdict_word(k->verdict));
	if (outcome)
		put(l, "outcome", outcome_word(l->i->f.outcome));
}

static void
put_rule(struct line *l, const struct incident *cut)
{
	char bytes[WORD_ROOM];
	struct text t = text_of(bytes, sizeof bytes);

	words_pair(&t, cut);
	put(l, "pair", bytes);
	put(l, "rule", words_rule(cut));
}

static void
put_near(struct line *l, const struct incident *cut)
{
	char bytes[WORD_ROOM];
	struct text t = text_of(bytes, sizeof bytes);

	words_near(&t, cut);
	put(l, "near", bytes);
}

static void
put_want(struct line *l)
{
	char want[WORD_ROOM], shown[WORD_ROOM], got[WORD_ROOM];
	struct text w = text_of(want, sizeof want), g = text_of(got, sizeof got);

	words_want(&w, l->p, l->i);
	words_got(&g, l->p, l->i);
	if (!text_list(shown, l->want_most + 1, want) || l->i->want_cut)
		l->f.left_out = true;
	put(l, "want", shown);
	if (l->want_most > 0)
		put(l, "got", got);
}

static void
put_place(
    struct line *l, const char *key, const char *vlan_key, const char *name, const struct place *at)
{
	char bytes[16];
	struct text t = text_of(bytes, sizeof bytes);

	put(l, key, name);
	words_vlan(&t, at);
	/* One tag is a number, two are a text. */
	if (at->vlan[0] && !at->vlan[1])
		fields_number(&l->f, vlan_key, at->vlan[0]);
	else
		put(l, vlan_key, bytes);
}

static void
put_host(struct line *l, bool initiator)
{
	const struct finding *f = &l->i->f;
	char bytes[ADDR_TEXT + 16];
	struct text t = text_of(bytes, sizeof bytes);

	if (l->f.json) {
		put(l, initiator ? "src" : "dst", addr_text(bytes, initiator ? &f->src : &f->dst));
		if (f->flags & FINDING_PORTS)
			fields_number(
			    &l->f, initiator ? "sport" : "dport", initiator ? f->sport : f->dport);
		return;
	}
	words_host(&t, f, initiator);
	put(l, initiator ? "src" : "dst", bytes);
}

/* proto, src and dst; for a frame without IP what it was. */
static void
put_ends(struct line *l)
{
	const struct finding *f = &l->i->f;
	char bytes[16];
	struct text t = text_of(bytes, sizeof bytes);

	if (!words_has_hosts(f) && f->ethertype) {
		text_add(&t, "0x%04x", f->ethertype);
		put(l, "ethertype", bytes);
	}
	if (!words_has_hosts(f))
		return;
	words_proto(&t, f->proto);
	put(l, "proto", bytes);
	if (f->flags & FINDING_ICMP) {
		fields_number(&l->f, "type", f->dport);
		fields_number(&l->f, "code", f->sport);
	}
	put_host(l, true);
	put_host(l, false);
}

/* All up to dst, for one share. */
static void
head(struct line *l)
{
	const struct incident *i = l->i, *cut = i;
	struct incident with_short_names;

	if (l->name_most < INCIDENT_NAME - 1) {
		with_short_names = with_share(l);
		cut = &with_short_names;
	}

	fields_text(&l->f, "ev", i->ev);
	switch (l->state) {
	case INCIDENT_OPEN:
	case INCIDENT_WORSE:
		put_judgement(l, true);
		put_rule(l, cut);
		put_near(l, cut);
		put_want(l);
		if (i->f.flags & FINDING_HAS_IN)
			put_place(l, "in", "vlan", cut->in, &i->f.in);
		if (i->f.flags & FINDING_HAS_OUT)
			put_place(l, "out", "outvlan", cut->out, &i->f.out);
		break;
	case INCIDENT_UPDATE:
		fields_added(&l->f, "n", l->added);
		fields_number(&l->f, "total", i->total);
		put_judgement(l, true);
		put_rule(l, cut);
		put_near(l, cut);
		break;
	case INCIDENT_CLOSED:
		fields_number(&l->f, "total", i->total);
		put_time(l, "first", i->first);
		put_time(l, "last", i->last);
		put(l, "worst", outcome_word(i->f.outcome));
		if (l->added)
			fields_added(&l->f, "n", l->added);
		put_judgement(l, false);
		put_rule(l, cut);
		break;
	}
	put_ends(l);
}

static void
words_smac(struct text *t, const struct finding *f)
{
	char mac[MAC_TEXT];

	if (f->flags & FINDING_MACS)
		text_string(t, mac_text(mac, &f->smac));
}

static void
words_dmac(struct text *t, const struct finding *f)
{
	char mac[MAC_TEXT];

	if (f->flags & FINDING_MACS)
		text_string(t, mac_text(mac, &f->dmac));
}

static void
words_outer(struct text *t, const struct finding *f)
{
	char a[ADDR_TEXT], b[ADDR_TEXT];

	if (f->flags & FINDING_OUTER)
		text_add(t, "%s>%s", addr_text(a, &f->outer_src), addr_text(b, &f->outer_dst));
}

static void
words_cert(struct text *t, const struct finding *f)
{
	if (f->flags & FINDING_CERTIFIED)
		for (size_t i = 0; i < sizeof f->certificate; i++)
			text_add(t, "%02x", f->certificate[i]);
}

/* What was seen of the protocol that it is about, and what the wire names. */
static void
put_spoken(struct line *l)
{
	const struct finding *f = &l->i->f;

	if (f->app && !(f->flags & FINDING_LIKELY))
		put(l, "seen", app_evidence(f->app));
	if (f->flags & FINDING_NAMED)
		fields_bytes(&l->f, "name", f->name, f->nname, FILE_ROOM);
	put_words(l, "cert", words_cert);
}

/* Of a mail: which message, which part, and what that says of itself. */
static void
put_mail(struct line *l)
{
	const struct finding *f = &l->i->f;

	if (!(f->flags & FINDING_MAIL))
		return;
	if (f->message)
		fields_number(&l->f, "message", f->message);
	if (f->part || f->ntype)
		fields_number(&l->f, "part", f->part);
	fields_bytes(&l->f, "media", f->type, f->ntype, MEDIA_ROOM);
	if (f->message)
		fields_number(&l->f, "size", f->size);
	fields_bytes(&l->f, "file", f->name, f->nname, FILE_ROOM);
}

static void
put_evidence(struct line *l, const char *sha256)
{
	char bytes[EVIDENCE_FILE_NAME];
	struct text t = text_of(bytes, sizeof bytes);

	text_add(&t, "%s" EVIDENCE_SUFFIX, l->i->ev);
	put(l, "evidence", bytes);
	put(l, "sha256", sha256);
}

/* What stands between dst and the fields that close a line. */
static void
tail(struct line *l, const struct line_run *run)
{
	const struct incident *i = l->i;
	size_t size = l->f.t.size;

	switch (l->state) {
	case INCIDENT_OPEN:
	case INCIDENT_WORSE:
		/* What closes the line must fit whatever comes here. */
		l->f.t.size -= END_ROOM;
		put(l, "claims", i->claims.id);
		put_words(l, "what", words_what);
		put_words(l, "flags", words_flags);
		put_spoken(l);
		put_mail(l);
		put_words(l, "smac", words_smac);
		put_words(l, "dmac", words_dmac);
		put_words(l, "stack", words_stack);
		put_words(l, "outer", words_outer);
		l->f.t.size = size;
		if (l->state == INCIDENT_OPEN) {
			fields_number(&l->f, "n", l->added);
		} else {
			fields_added(&l->f, "n", l->added);
			fields_number(&l->f, "total", i->total);
		}
		put_time(l, "first", i->first);
		fields_number(&l->f, "gen", i->f.generation);
		break;
	case INCIDENT_UPDATE:
		put_time(l, "last", i->last);
		break;
	case INCIDENT_CLOSED:
		if (run && run->sha256)
			put_evidence(l, run->sha256);
		break;
	}
}

/* trunc where something was left out or will be, then sid, seq and h, then msg. */
static void
finish(struct fields *f, const struct line_run *run, const char *msg)
{
	char bytes[96];
	int run_size = 0;

	if (run)
		run_size = snprintf(bytes, sizeof bytes,
		    f->json ? ",\"sid\":\"%s\",\"seq\":%llu,\"h\":\"%s\"" : " sid=%s seq=%llu h=%s",
		    run->sid, (unsigned long long)run->seq, run->h);
	if (run_size < 0)
		run_size = 0;
	if (f->left_out || f->t.len + (size_t)run_size + fields_msg_size(msg, f->json) >= f->t.size)
		fields_number(f, "trunc", 1);
	if (run) {
		fields_text(f, "sid", run->sid);
		fields_number(f, "seq", run->seq);
		fields_text(f, "h", run->h);
	}
	fields_msg(f, msg);
	fields_end(f);
}

static void
incident(struct text *t, const struct policy *p, enum incident_state state,
    const struct incident *i, uint64_t added, const struct line_run *run, bool json)
{
	static const char *const states[] = {
		[INCIDENT_OPEN] = "OPEN",
		[INCIDENT_WORSE] = "WORSE",
		[INCIDENT_UPDATE] = "UPDATE",
		[INCIDENT_CLOSED] = "CLOSED",
	};
	char bytes[LINE_MAX_BYTES + 1], msg_bytes[2 * LINE_MAX_BYTES];
	struct text msg = text_of(msg_bytes, sizeof msg_bytes);
	struct line l = { .p = p, .i = i, .state = state, .added = added };

	for (size_t share = 0; share < sizeof shares / sizeof *shares; share++) {
		l.f = fields_of(bytes, sizeof bytes, json, i->f.id, states[state]);
		l.name_most = shares[share].name;
		l.want_most = shares[share].want;
		head(&l);
		if (l.f.t.len <= (size_t)(json ? HEAD_MOST_JSON : HEAD_MOST))
			break;
	}
	tail(&l, run);
	sentence(&msg, p, state, i);
	finish(&l.f, run, msg_bytes);
	text_string(t, bytes);
}

void
line_incident(struct text *t, const struct policy *p, enum incident_state state,
    const struct incident *i, uint64_t added, const struct line_run *run, uint8_t *severity)
{
	*severity = line_severity(state, i);
	incident(t, p, state, i, added, run, false);
}

void
line_incident_json(struct text *t, const struct policy *p, enum incident_state state,
    const struct incident *i, uint64_t added, const struct line_run *run)
{
	incident(t, p, state, i, added, run, true);
}

/* The sentence of a roll-up. */
static void
rollup_sentence(struct text *t, const struct policy *p, const struct rollup *r)
{
	if (p->japanese)
		text_add(t, "%s、%llu 事案、%llu パケットをまとめて通知します",
		    r->crowded ? "行数の上限 lines_per_second を超えたため" :
				 "設定 (say、conduits.lines) により",
		    (unsigned long long)r->incidents, (unsigned long long)r->n);
	else
		text_add(t, "Rolled up, as %s: %llu packets, incidents: %llu.",
		    r->crowded ? "there is more to say than lines_per_second allows" :
				 "say or conduits.lines asks for sums",
		    (unsigned long long)r->n, (unsigned long long)r->incidents);
}

/* All up to rule, with at most so many bytes of a name. */
static void
rollup_head(struct line *l, const struct rollup *r, size_t name_most)
{
	const struct finding_kind *k = finding_kind(r->id);
	char pair[STORM_PAIR], rule[INCIDENT_NAME];

	memcpy(pair, r->pair, sizeof pair);
	memcpy(rule, r->rule, sizeof rule);
	pair[shown(l, pair, 2 * name_most)] = '\0';
	rule[shown(l, rule, name_most)] = '\0';
	put(l, "sev", severity_word(r->severity));
	if (k)
		put(l, "verdict", verdict_word(k->verdict));
	put(l, "outcome", outcome_word(r->outcome));
	put(l, "pair", pair);
	put(l, "rule", rule);
}

static void
rollup(struct text *t, const struct policy *p, const struct rollup *r, const struct line_run *run,
    bool json)
{
	char bytes[LINE_MAX_BYTES + 1], msg_bytes[LINE_MAX_BYTES];
	struct text msg = text_of(msg_bytes, sizeof msg_bytes);
	struct line l = { .p = p };

	for (size_t share = 0; share < sizeof shares / sizeof *shares; share++) {
		l.f = fields_of(bytes, sizeof bytes, json, r->id, "UPDATE");
		rollup_head(&l, r, shares[share].name);
		if (l.f.t.len <= (size_t)(json ? HEAD_MOST_JSON : HEAD_MOST))
			break;
	}
	fields_added(&l.f, "n", r->n);
	fields_number(&l.f, "incidents", r->incidents);
	if (r->closed)
		fields_number(&l.f, "closed", r->closed);
	put_time(&l, "first", r->first);
	put_time(&l, "last", r->last);
	rollup_sentence(&msg, p, r);
	finish(&l.f, run, msg_bytes);
	text_string(t, bytes);
}

void
line_rollup(
    struct text *t, const struct policy *p, const struct rollup *r, const struct line_run *run)
{
	rollup(t, p, r, run, false);
}

void
line_rollup_json(
    struct text *t, const struct policy *p, const struct rollup *r, const struct line_run *run)
{
	rollup(t, p, r, run, true);
}

/* Is one of the written fields in=? */
static bool
names_interface(const char *fields)
{
	return strncmp(fields, "in=", 3) == 0 || strstr(fields, " in=");
}

static uint8_t
note(struct text *t, uint16_t id, const char *fields, const char *msg, const struct line_run *run,
    bool json)
{
	char bytes[LINE_MAX_BYTES + 1];
	struct fields f = fields_of(bytes, sizeof bytes, json, id, "NOTE");
	const struct finding_kind *k = finding_kind(id);
	size_t size = f.t.size;
	uint8_t severity = finding_severity(
	    id, OUTCOME_UNKNOWN, (id == 6004 || id == 9004) && names_interface(fields));

	fields_text(&f, "sev", severity_word(severity));
	fields_text(&f, "verdict", verdict_word(k ? k->verdict : VERDICT_NOTICE));
	f.t.size -= END_ROOM;
	fields_more(&f, fields);
	f.t.size = size;
	finish(&f, run, msg);
	text_string(t, bytes);
	return severity;
}

void
line_note(struct text *t, uint16_t id, const char *fields, const char *msg,
    const struct line_run *run, uint8_t *severity)
{
	*severity = note(t, id, fields, msg, run, false);
}

void
line_note_json(
    struct text *t, uint16_t id, const char *fields, const char *msg, const struct line_run *run)
{
	(void)note(t, id, fields, msg, run, true); /* sev= says it */
}
