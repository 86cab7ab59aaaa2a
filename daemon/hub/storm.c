/* storm.c - see storm.h.
 *
 * The budget is exact: the moments of the last lines are kept, and a line may be said when the one
 * RATE lines before it is a second old, RATE being what notes leave of the rate. Lines that are not
 * grave have a second such list, of two thirds of that.
 *
 * A roll-up has a place as long as it holds something, or its kind is known. Those of kinds are
 * found by a hash with chains; behind them stands one for each id.
 */
#include "hub/storm.h"

#include <stdlib.h>

#include "base/allowance.h"
#include "hub/heap.h"
#include "hub/line.h"
#include "hub/words.h"

enum {
	BUCKETS = 2 * STORM_ROLLUPS,
	LEAST = 7, /* debug: graver is any line */
};

#define NONE UINT32_MAX

/* The moments of the last lines. */
struct pace {
	nstime *at; /* [STORM_RATE] */
	uint64_t n;
};

struct entry {
	struct rollup r; /* holds something when r.lines is not 0 */
	uint64_t serial; /* which filling it is: incidents that were counted bear it */
	bool known;	 /* its kind is told in sums, and was told of */
	nstime due;	 /* NSTIME_NEVER in a place that is free */
	uint32_t next;	 /* in its chain, or in the list of free places */
};

struct storm {
	const struct storm_calls *calls;
	uint32_t rate, notes;	/* lines a second; room left for notes */
	struct pace all, plain; /* plain: about incidents and not grave */
	nstime last;		/* line about incidents */
	struct entry *place;	/* [STORM_ROLLUPS + finding_kinds()] */
	uint32_t bucket[BUCKETS];
	uint32_t free;
	struct heap grave_ones, plain_ones; /* places that are not free, by when they are due */
	uint64_t serial;
	struct hash_key key;
	uint64_t waiting; /* packets in roll-ups */
	bool lasts;
	nstime begun, rolled;  /* the storm; the last line that found no room */
	struct allowance told; /* of storms: until one may end, what comes is still the same */
	uint64_t lines, packets;
};

static bool
pace_init(struct pace *p)
{
	*p = (struct pace){ .at = calloc(STORM_RATE, sizeof *p->at) };
	return p->at;
}

/* When the next line may be said: NSTIME_ALWAYS while there were fewer than RATE. */
static nstime
pace_free_at(const struct pace *p, uint32_t rate)
{
	return p->n < rate ? NSTIME_ALWAYS : p->at[(p->n - rate) % STORM_RATE] + NS_SEC;
}

static void
pace_count(struct pace *p, nstime mono)
{
	p->at[p->n++ % STORM_RATE] = mono;
}

/* Of kinds, and of ids alone. */
static uint32_t
places_of(void)
{
	return STORM_ROLLUPS + (uint32_t)finding_kinds();
}

size_t
storm_bytes(void)
{
	const struct storm *s = NULL;

	return sizeof *s + places_of() * sizeof *s->place + 2 * STORM_RATE * sizeof *s->all.at +
	       2 * heap_bytes(places_of());
}

struct storm *
storm_new(uint32_t rate, const struct storm_calls *calls)
{
	struct storm *s = calloc(1, sizeof *s);
	uint32_t places = places_of();

	if (!s)
		return NULL;
	s->calls = calls;
	s->rate = rate;
	s->last = NSTIME_ALWAYS;
	hash_key_init(&s->key, 0);
	s->place = calloc(places, sizeof *s->place);
	bool ok = pace_init(&s->all);
	ok = pace_init(&s->plain) && ok;
	ok = heap_init(&s->grave_ones, places) && ok;
	ok = heap_init(&s->plain_ones, places) && ok;
	if (!s->place || !ok) {
		storm_free(s);
		return NULL;
	}
	for (uint32_t i = 0; i < BUCKETS; i++)
		s->bucket[i] = NONE;
	for (uint32_t i = 0; i < places; i++)
		s->place[i].due = NSTIME_NEVER;
	for (uint32_t i = 0; i < STORM_ROLLUPS; i++)
		s->place[i].next = i + 1 < STORM_ROLLUPS ? i + 1 : NONE;
	return s;
}

void
storm_free(struct storm *s)
{
	if (!s)
		return;
	heap_fini(&s->plain_ones);
	heap_fini(&s->grave_ones);
	free(s->plain.at);
	free(s->all.at);
	free(s->place);
	free(s);
}

void
storm_rate(struct storm *s, uint32_t rate)
{
	s->rate = rate;
}

void
storm_note(struct storm *s, nstime mono)
{
	pace_count(&s->all, mono);
}

void
storm_reserve(struct storm *s, uint32_t notes)
{
	s->notes = notes;
}

/* When a line may be said. */
static nstime
room_at(const struct storm *s, bool grave)
{
	uint32_t rate = s->rate > s->notes ? s->rate - s->notes : 1;
	nstime all = pace_free_at(&s->all, rate);
	nstime plain = grave ? NSTIME_ALWAYS : pace_free_at(&s->plain, rate - rate / 3);
	nstime at = plain > all ? plain : all;

	/* Notes alone never keep a line back for longer than a second. */
	return at < s->last + NS_SEC ? at : s->last + NS_SEC;
}

static void
count_line(struct storm *s, bool grave, nstime mono)
{
	s->last = mono;
	pace_count(&s->all, mono);
	if (!grave)
		pace_count(&s->plain, mono);
}

static uint32_t *
bucket_of(struct storm *s, const struct rollup *r)
{
	struct {
		char from[INCIDENT_NAME], to[INCIDENT_NAME], rule[INCIDENT_NAME];
		uint32_t id;
	} key = { .id = r->id };

	memcpy(key.from, r->from, sizeof key.from);
	memcpy(key.to, r->to, sizeof key.to);
	memcpy(key.rule, r->rule, sizeof key.rule);
	return &s->bucket[hash_bytes(&s->key, &key, sizeof key) % BUCKETS];
}

static bool
same(const struct rollup *a, const struct rollup *b)
{
	return a->id == b->id && strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->rule, b->rule) == 0 && strcmp(a->pair, b->pair) == 0;
}

/* The place of an id alone. */
static uint32_t
place_of_id(uint16_t id)
{
	uint32_t kind = 0;

	while (kind + 1 < finding_kinds() && finding_kind_at(kind)->id != id)
		kind++;
	return STORM_ROLLUPS + kind;
}

/* The place of what has the names of WANTED and belongs to BUCKET, NONE when it has none. */
static uint32_t
place_find(const struct storm *s, const uint32_t *bucket, const struct rollup *wanted)
{
	uint32_t at = *bucket;

	while (at != NONE && !same(&s->place[at].r, wanted))
		at = s->place[at].next;
	return at == NONE && s->free == NONE ? place_of_id(wanted->id) : at;
}

/* The same, or a free one; that of its id when there is none. */
static uint32_t
place_of(struct storm *s, const struct rollup *wanted)
{
	uint32_t *bucket = bucket_of(s, wanted), at = place_find(s, bucket, wanted);

	if (at != NONE)
		return at;
	at = s->free;
	s->free = s->place[at].next;
	s->place[at] = (struct entry){ .r = *wanted, .due = NSTIME_NEVER, .next = *bucket };
	*bucket = at;
	return at;
}

/* Gives a place back. */
static void
place_leave(struct storm *s, uint32_t number)
{
	struct entry *p = &s->place[number];

	heap_remove(&s->grave_ones, number);
	heap_remove(&s->plain_ones, number);
	p->r.lines = 0;
	p->known = false;
	p->due = NSTIME_NEVER;
	if (number >= STORM_ROLLUPS)
		return;
	for (uint32_t *at = bucket_of(s, &p->r); *at != NONE; at = &s->place[*at].next)
		if (*at == number) {
			*at = p->next;
			break;
		}
	p->next = s->free;
	s->free = number;
}

static void
begin(struct storm *s, uint32_t number, uint16_t id)
{
	struct entry *p = &s->place[number];

	p->r.id = id;
	p->r.outcome = OUTCOME_UNKNOWN;
	p->r.severity = LEAST;
	p->r.crowded = 0;
	p->r.n = p->r.lines = p->r.incidents = p->r.closed = 0;
	p->r.first = NSTIME_NEVER;
	p->r.last = NSTIME_ALWAYS;
	p->serial = ++s->serial;
}

/* Puts it where roll-ups of its severity wait, until AT or the moment that it waits for. */
static void
wait_until(struct storm *s, uint32_t number, nstime at)
{
	struct entry *p = &s->place[number];
	bool grave = p->r.lines && p->r.severity <= INCIDENT_GRAVE;

	if (at < p->due)
		p->due = at;
	heap_remove(grave ? &s->plain_ones : &s->grave_ones, number);
	heap_put(grave ? &s->grave_ones : &s->plain_ones, number, p->due, p->serial);
}

/* The names of the roll-up that an incident belongs to. */
static struct rollup
names_of(const struct incident *i)
{
	struct rollup r = { .id = i->f.id };
	struct text pair = text_of(r.pair, sizeof r.pair);
	struct text rule = text_of(r.rule, sizeof r.rule);

	struct text from = text_of(r.from, sizeof r.from), to = text_of(r.to, sizeof r.to);

	text_string(&from, i->from.id);
	text_string(&to, i->to.id);
	words_pair(&pair, i);
	text_string(&rule, words_rule(i));
	return r;
}

/* Puts what is not said into the roll-up of its kind, to be said AFTER at the latest. */
static void
roll_up(struct storm *s, enum incident_state state, struct incident *i, uint64_t added,
    nstime after, nstime mono)
{
	const struct rollup names = names_of(i);
	uint32_t number = place_of(s, &names);
	struct entry *p = &s->place[number];
	uint8_t severity = line_severity(state, i);
	bool moves = !p->r.lines || mono + after < p->due;

	if (!p->r.lines)
		begin(s, number, i->f.id);
	p->r.lines++;
	p->r.n += added;
	s->waiting += added;
	if (i->rollup != p->serial)
		p->r.incidents++;
	i->rollup = p->serial;
	if (state == INCIDENT_CLOSED && i->own)
		p->r.closed++;
	if (i->f.outcome > p->r.outcome)
		p->r.outcome = i->f.outcome;
	moves = moves || (severity <= INCIDENT_GRAVE && p->r.severity > INCIDENT_GRAVE);
	if (severity < p->r.severity)
		p->r.severity = severity;
	if (i->since < p->r.first)
		p->r.first = i->since;
	if (i->last > p->r.last)
		p->r.last = i->last;
	if (after == STORM_WAIT)
		p->r.crowded = 1;
	if (moves)
		wait_until(s, number, mono + after);
}

/* Was something of its kind said, so that the rest may be summed up? */
static bool
is_known(struct storm *s, const struct incident *i)
{
	const struct rollup names = names_of(i);
	uint32_t number = place_find(s, bucket_of(s, &names), &names);

	return number != NONE && s->place[number].known;
}

static void
know(struct storm *s, const struct incident *i, nstime mono)
{
	const struct rollup names = names_of(i);
	uint32_t number = place_of(s, &names);

	s->place[number].known = true;
	wait_until(s, number, mono + STORM_SUMS);
}

/* Says what a place holds. It is given back, unless it is to go on with sums. */
static void
say(struct storm *s, uint32_t number, nstime mono)
{
	struct entry *p = &s->place[number];
	struct rollup r = p->r;

	if (!r.lines || !p->known) {
		place_leave(s, number);
	} else {
		p->r.lines = 0;
		p->due = NSTIME_NEVER;
		wait_until(s, number, mono + STORM_SUMS);
	}
	if (!r.lines)
		return;
	s->waiting -= r.n;
	count_line(s, r.severity <= INCIDENT_GRAVE, mono);
	s->calls->rollup(s->calls->ctx, &r);
}

/* The roll-up that may be said next, and when; NONE when none waits. */
static uint32_t
next_of(const struct storm *s, nstime *at)
{
	const struct heap_item *grave = heap_top(&s->grave_ones), *plain = heap_top(&s->plain_ones);
	nstime grave_at = NSTIME_NEVER, plain_at = NSTIME_NEVER;

	if (grave) {
		grave_at = room_at(s, true);
		if (grave->at > grave_at)
			grave_at = grave->at;
	}
	if (plain) {
		plain_at = room_at(s, false);
		if (plain->at > plain_at)
			plain_at = plain->at;
	}
	*at = plain_at < grave_at ? plain_at : grave_at;
	if (!grave || !plain)
		return grave ? grave->number : plain ? plain->number : NONE;
	/* Of two that could be said in one moment, the one that was due earlier. */
	if (grave_at == plain_at)
		return grave->at <= plain->at ? grave->number : plain->number;
	return grave_at < plain_at ? grave->number : plain->number;
}

static void
say_due(struct storm *s, nstime mono)
{
	nstime at;
	uint32_t number;

	while ((number = next_of(s, &at)) != NONE && at <= mono)
		say(s, number, mono);
}

static void
say_storm(struct storm *s, bool over, nstime mono)
{
	const struct storm_sums sums = { .over = over,
		.rate = s->rate,
		.lines = s->lines,
		.packets = s->packets,
		.lasted = mono - s->begun };

	s->calls->storm(s->calls->ctx, &sums);
}

/* A line found no room. */
static void
count_storm(struct storm *s, uint64_t added, nstime mono)
{
	bool begins = !s->lasts;

	if (begins) {
		s->begun = mono;
		s->lines = s->packets = 0;
	}
	s->lasts = true;
	s->rolled = mono;
	s->lines++;
	s->packets += added;
	if (!begins)
		return;
	(void)allowance_take(&s->told, mono); /* the end of the one before waited for a line */
	say_storm(s, false, mono);
}

void
storm_put(struct storm *s, enum incident_state state, struct incident *i, uint64_t added, bool sums,
    nstime mono)
{
	if (!i->own && state == INCIDENT_CLOSED) {
		if (added)
			roll_up(s, state, i, added, sums ? STORM_SUMS : STORM_WAIT, mono);
		return;
	}
	if (!i->own)
		state = INCIDENT_OPEN;
	say_due(s, mono);
	if (sums && is_known(s, i)) {
		roll_up(s, state, i, added, STORM_SUMS, mono);
		return;
	}
	if (sums)
		know(s, i, mono);

	bool grave = line_severity(state, i) <= INCIDENT_GRAVE;

	if (room_at(s, grave) > mono) {
		roll_up(s, state, i, added, STORM_WAIT, mono);
		count_storm(s, added, mono);
		return;
	}
	i->own = true;
	count_line(s, grave, mono);
	s->calls->line(s->calls->ctx, state, i, added);
}

/* Did all that found no room have its roll-up? */
static bool
is_through(const struct storm *s, nstime mono)
{
	const struct heap_item *grave = heap_top(&s->grave_ones), *plain = heap_top(&s->plain_ones);

	return (!grave || grave->at > mono) && (!plain || plain->at > mono);
}

/* When a storm may be over. */
static nstime
end_at(const struct storm *s)
{
	nstime end = s->rolled + STORM_END, line = allowance_at(&s->told);

	return line > end ? line : end;
}

void
storm_tick(struct storm *s, nstime mono)
{
	say_due(s, mono);
	if (!s->lasts || mono < end_at(s) || !is_through(s, mono))
		return;
	s->lasts = !allowance_take(&s->told, mono);
	say_storm(s, true, mono);
}

nstime
storm_due(const struct storm *s)
{
	nstime at;

	(void)next_of(s, &at);
	/* What waits for room at the end is said before it. */
	if (s->lasts && end_at(s) < at && is_through(s, end_at(s)))
		at = end_at(s);
	return at;
}

void
storm_flush(struct storm *s, nstime mono)
{
	nstime ignored;
	uint32_t number;

	while ((number = next_of(s, &ignored)) != NONE)
		say(s, number, mono);
	if (s->lasts)
		say_storm(s, true, mono);
	s->lasts = false;
}

uint64_t
storm_waiting(const struct storm *s)
{
	return s->waiting;
}

void
storm_each(const struct storm *s, void (*each)(void *ctx, const struct rollup *r), void *ctx)
{
	for (uint32_t i = 0; i < STORM_ROLLUPS + finding_kinds(); i++)
		if (s->place[i].r.lines)
			each(ctx, &s->place[i].r);
}

void
storm_restore(struct storm *s, const struct rollup *r, nstime mono)
{
	struct rollup names = { .id = r->id };

	if (!r->lines || !finding_kind(r->id))
		return;
	memcpy(names.from, r->from, sizeof names.from - 1);
	memcpy(names.to, r->to, sizeof names.to - 1);
	memcpy(names.pair, r->pair, sizeof names.pair - 1);
	memcpy(names.rule, r->rule, sizeof names.rule - 1);

	uint32_t number = *names.rule ? place_of(s, &names) : place_of_id(r->id);
	struct entry *p = &s->place[number];

	if (p->r.lines)
		return;
	begin(s, number, r->id);
	p->r.n = r->n;
	p->r.lines = r->lines;
	p->r.incidents = r->incidents;
	p->r.closed = r->closed;
	p->r.outcome = r->outcome <= OUTCOME_ANSWERED ? r->outcome : OUTCOME_UNKNOWN;
	p->r.severity = r->severity <= LEAST ? r->severity : LEAST;
	p->r.crowded = r->crowded;
	p->r.first = r->first;
	p->r.last = r->last;
	p->known = !r->crowded;
	s->waiting += r->n;
	wait_until(s, number, mono + STORM_WAIT);
}
