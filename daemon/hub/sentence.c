/* sentence.c - see sentence.h. */
#include "hub/sentence.h"

#include <string.h>

#include "hub/words.h"

/* What a sentence is about, for the functions that fill its braces. */
struct about {
	const struct policy *p;
	const struct incident *i;
};

static const struct {
	uint16_t id;
	const char *english, *japanese;
} sentences[] = {
#define SENTENCE(id, english, japanese) { id, english, japanese },
#include "hub/sentence.def"
#undef SENTENCE
};

static void
zone(struct text *t, const struct about *a, const struct incident_zone *z)
{
	text_string(t, z->label[0] ? z->label : a->p->japanese ? "領域外" : "no zone");
}

static void
fill_from(struct text *t, const struct about *a)
{
	zone(t, a, &a->i->from);
}

static void
fill_to(struct text *t, const struct about *a)
{
	zone(t, a, &a->i->to);
}

static void
fill_claims(struct text *t, const struct about *a)
{
	if (a->i->claims.id[0])
		zone(t, a, &a->i->claims);
	else
		text_string(t, a->p->japanese ? "所属不明" : "of whom is not known");
}

static void
fill_src(struct text *t, const struct about *a)
{
	char text[ADDR_TEXT];

	text_string(t, addr_text(text, &a->i->f.src));
}

static void
fill_dst(struct text *t, const struct about *a)
{
	char text[ADDR_TEXT];

	text_string(t, addr_text(text, &a->i->f.dst));
}

static void
fill_unzoned(struct text *t, const struct about *a)
{
	if (a->i->f.from == 0)
		fill_src(t, a);
	else
		fill_dst(t, a);
}

static void
fill_service(struct text *t, const struct about *a)
{
	words_service(t, &a->i->f);
}

static void
fill_rule(struct text *t, const struct about *a)
{
	text_string(t, words_rule(a->i));
}

static void
fill_near(struct text *t, const struct about *a)
{
	text_string(t, a->i->near);
}

static void
fill_want(struct text *t, const struct about *a)
{
	words_want(t, a->p, a->i);
}

static void
fill_got(struct text *t, const struct about *a)
{
	size_t start = t->len;

	words_got(t, a->p, a->i);
	if (t->len == start)
		text_string(t, a->p->japanese ? "(不明)" : "(not seen)");
}

static void
fill_in(struct text *t, const struct about *a)
{
	if (!(a->i->f.flags & FINDING_HAS_IN)) {
		text_string(t,
		    a->p->japanese ? "不明なインターフェース" : "an interface that is not known");
		return;
	}
	text_string(t, a->i->in);
	if (a->i->f.in.vlan[0] || a->i->f.in.vlan[1]) {
		text_add(t, " vlan ");
		words_vlan(t, &a->i->f.in);
	}
}

static void
fill_what(struct text *t, const struct about *a)
{
	if (a->i->f.what || a->i->f.app)
		words_what(t, &a->i->f);
	else
		text_string(t, a->p->japanese ? "理由不明" : "reason not known");
}

static void
fill_ethertype(struct text *t, const struct about *a)
{
	text_add(t, "0x%04x", a->i->f.ethertype);
}

static uint8_t
class_of(const struct about *a, uint8_t zone)
{
	return policy_zone(a->p, zone)->class;
}

/* The guideline separates the core zone (分離) and divides LGWAN from the internet (分割). */
static void
fill_apart(struct text *t, const struct about *a)
{
	uint8_t from, to;

	if (a->i->core) {
		text_string(t, "分離");
		return;
	}
	incident_pair(a->i, a->p, &from, &to);
	if (from && to &&
	    ((class_of(a, from) == CLASS_LGWAN && class_of(a, to) == CLASS_INTERNET) ||
		(class_of(a, from) == CLASS_INTERNET && class_of(a, to) == CLASS_LGWAN)))
		text_string(t, "分割");
}

static void
fill_outcome(struct text *t, const struct about *a)
{
	static const char *const english[] = {
		[OUTCOME_UNKNOWN] = "Whether it got through is not known.",
		[OUTCOME_ATTEMPTED] = "No sign that it got through.",
		[OUTCOME_CROSSED] = "It crossed to the other side.",
		[OUTCOME_ANSWERED] = "The other side answered.",
	};
	static const char *const japanese[] = {
		[OUTCOME_UNKNOWN] = "不明: 通過したか確認できない。",
		[OUTCOME_ATTEMPTED] = "試行: 通過の形跡なし、遮断された可能性。",
		[OUTCOME_CROSSED] = "通過: 相手側へ出た。",
		[OUTCOME_ANSWERED] = "成立: 相手側が応答した。",
	};

	if (a->i->f.outcome <= OUTCOME_ANSWERED)
		text_string(t, (a->p->japanese ? japanese : english)[a->i->f.outcome]);
}

static void
fill_total(struct text *t, const struct about *a)
{
	text_number(t, a->i->total);
}

static const struct {
	const char *name;
	size_t size;
	void (*fill)(struct text *t, const struct about *a);
} fills[] = {
#define FILL(name)                                                                                 \
	{                                                                                          \
#name, sizeof #name - 1, fill_##name                                               \
	}
	FILL(from),
	FILL(to),
	FILL(claims),
	FILL(src),
	FILL(dst),
	FILL(unzoned),
	FILL(service),
	FILL(rule),
	FILL(near),
	FILL(want),
	FILL(got),
	FILL(in),
	FILL(what),
	FILL(ethertype),
	FILL(apart),
	FILL(outcome),
	FILL(total),
#undef FILL
};

static void
fill(struct text *t, const struct about *a, const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
		if (fills[i].size == size && memcmp(fills[i].name, name, size) == 0) {
			fills[i].fill(t, a);
			return;
		}
}

static const char *
form_of(const struct about *a, enum incident_state state)
{
	/* A line says more of these than their hosts do. */
	bool line = a->i->f.id >= 1003 && a->i->f.id <= 1005;

	switch (state) {
	case INCIDENT_OPEN:
	case INCIDENT_WORSE:
		break;
	case INCIDENT_UPDATE:
		if (a->p->japanese)
			return line ? "{in} で継続中: 累計 {total} パケット。" :
				      "{from} から {to} へ継続中: 累計 {total} パケット。";
		return line ? "Still going on at {in}. Packets so far: {total}." :
			      "Still going on from {from} to {to}. Packets so far: {total}.";
	case INCIDENT_CLOSED:
		if (a->p->japanese)
			return line ? "{in} で終息: 累計 {total} パケット。" :
				      "{from} から {to} への通信は終息: 累計 {total} パケット。";
		return line ? "Quiet again at {in}. Packets in all: {total}." :
			      "Quiet again from {from} to {to}. Packets in all: {total}.";
	}
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (sentences[i].id == a->i->f.id)
			return a->p->japanese ? sentences[i].japanese : sentences[i].english;
	return NULL;
}

void
sentence(
    struct text *t, const struct policy *p, enum incident_state state, const struct incident *i)
{
	const struct about a = { p, i };
	const char *form = form_of(&a, state);
	const struct finding_kind *k = finding_kind(i->f.id);

	if (!form) {
		text_string(t, k ? k->meaning : "");
		return;
	}
	while (*form) {
		size_t plain = strcspn(form, "{");

		text_bytes(t, form, plain);
		form += plain;
		if (!*form)
			return;

		size_t name = strcspn(++form, "}");

		fill(t, &a, form, name);
		form += name + (form[name] == '}');
	}
}
