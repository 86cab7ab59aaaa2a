/* incident.c - see incident.h.
 *
 * A slot is an incident. Slots in use are found by an open-addressing index (linear probing, at
 * most half full, entries moved back when one leaves), and stand in two heaps: `updates` by the
 * moment of the next UPDATE, which is known exactly, and one of `quiet`, of those that are grave
 * and of those that are not, by a moment at or before the last packet. That one is not touched by
 * each packet; it is brought up to date when it comes to the top, so that a storm of findings costs
 * one probe each. A list in the order of opening serves the end.
 */
#include "hub/incident.h"

#include <stdlib.h>

#include "base/text.h"
#include "hub/heap.h"
#include "hub/incident_key.h"

#define NO_SLOT UINT32_MAX

struct slot {
	struct incident i;
	struct incident_key key;
	uint64_t hash;
	uint64_t order;	     /* of the opening */
	nstime opened;	     /* first packet of the opening; updates are counted from there */
	uint32_t step;	     /* updates that were due */
	uint32_t prev, next; /* in the order of opening, or in the list of free slots */
};

struct incidents {
	struct slot *slot; /* [size] */
	uint32_t *index;   /* [index_mask + 1]: slot + 1, 0 for none */
	uint32_t index_mask;
	uint32_t size, used;
	uint32_t free;	/* first of the list of free slots */
	uint32_t fresh; /* slots from here on were never used */
	uint32_t oldest, newest;
	uint64_t opened;	       /* incidents ever */
	struct heap updates, quiet[2]; /* quiet: not grave, grave */
	struct hash_key key;
	nstime quiet_after;
	incident_say *say;
	void *ctx;
};

static nstime
later(nstime t, nstime by)
{
	nstime sum;

	return __builtin_add_overflow(t, by, &sum) ? NSTIME_NEVER : sum;
}

/* Of the index: a power of two, at most half full. */
static uint32_t
places_for(uint32_t size)
{
	uint32_t places = 4;

	while (places < UINT32_MAX / 2 && places / 2 < size)
		places *= 2;
	return places;
}

size_t
incidents_bytes(uint32_t size)
{
	const struct incidents *t = NULL;

	return sizeof *t + size * sizeof *t->slot + places_for(size) * sizeof *t->index +
	       3 * heap_bytes(size);
}

struct incidents *
incidents_new(uint32_t size, const struct hash_key *key, nstime quiet, incident_say *say, void *ctx)
{
	struct incidents *t = calloc(1, sizeof *t);
	uint32_t places = places_for(size);

	if (!t)
		return NULL;
	*t = (struct incidents){ .size = size,
		.free = NO_SLOT,
		.oldest = NO_SLOT,
		.newest = NO_SLOT,
		.key = *key,
		.quiet_after = quiet,
		.say = say,
		.ctx = ctx,
		.index_mask = places - 1 };
	t->slot = calloc(size, sizeof *t->slot);
	t->index = calloc(places, sizeof *t->index);
	if (t->slot && t->index && heap_init(&t->updates, size) && heap_init(&t->quiet[0], size) &&
	    heap_init(&t->quiet[1], size))
		return t;
	incidents_free(t);
	return NULL;
}

void
incidents_free(struct incidents *t)
{
	if (!t)
		return;
	heap_fini(&t->updates);
	heap_fini(&t->quiet[0]);
	heap_fini(&t->quiet[1]);
	free(t->index);
	free(t->slot);
	free(t);
}

void
incidents_quiet(struct incidents *t, nstime quiet)
{
	t->quiet_after = quiet;
}

/* The place of the slot with this key in the index, or of the empty place where it would be. */
static uint32_t
index_place(const struct incidents *t, const struct incident_key *k, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & t->index_mask;

	while (t->index[at]) {
		const struct slot *s = &t->slot[t->index[at] - 1];

		if (s->hash == hash && memcmp(&s->key, k, sizeof *k) == 0)
			break;
		at = (at + 1) & t->index_mask;
	}
	return at;
}

/* Empties a place and moves those behind it that were pushed on by it. */
static void
index_remove(struct incidents *t, uint32_t hole)
{
	uint32_t at = hole;

	t->index[hole] = 0;
	for (;;) {
		at = (at + 1) & t->index_mask;
		if (!t->index[at])
			return;

		uint32_t home = (uint32_t)t->slot[t->index[at] - 1].hash & t->index_mask;

		/* It may move if its home is not behind the hole on the way to where it is. */
		if (((at - home) & t->index_mask) >= ((at - hole) & t->index_mask)) {
			t->index[hole] = t->index[at];
			t->index[at] = 0;
			hole = at;
		}
	}
}

/* The moment of an incident's next UPDATE. */
static nstime
update_at(const struct slot *s)
{
	static const uint8_t minutes[] = { 1, 5, 30, 60 };
	const uint32_t first = sizeof minutes;
	nstime after;

	if (s->step < first)
		return later(s->opened, minutes[s->step] * NS_MIN);
	if (__builtin_mul_overflow((nstime)(s->step - first + 2), NS_HOUR, &after))
		return NSTIME_NEVER;
	return later(s->opened, after);
}

/* Goes on to the first step after NOW. When nobody asked for long, one UPDATE stands for all that
 * were missed. */
static void
step_on(struct slot *s, nstime now)
{
	nstime since;

	s->step++;
	if (__builtin_sub_overflow(now, s->opened, &since))
		since = NSTIME_NEVER;
	if (since / NS_HOUR >= 1 && s->step < since / NS_HOUR + 3)
		s->step = (uint32_t)(since / NS_HOUR + 3); /* step 4 is the second hour */
	while (update_at(s) <= now && update_at(s) < NSTIME_NEVER)
		s->step++;
}

static void
tell(struct incidents *t, struct slot *s, enum incident_state state)
{
	uint64_t added = s->i.total - s->i.said;

	s->i.said = s->i.total;
	t->say(t->ctx, state, &s->i, added);
}

static struct heap *
quiet_of(struct incidents *t, const struct slot *s)
{
	return &t->quiet[incident_severity(&s->i) <= INCIDENT_GRAVE];
}

static void
close_slot(struct incidents *t, uint32_t number)
{
	struct slot *s = &t->slot[number];

	index_remove(t, index_place(t, &s->key, s->hash));
	heap_remove(&t->updates, number);
	heap_remove(quiet_of(t, s), number);
	if (s->prev != NO_SLOT)
		t->slot[s->prev].next = s->next;
	else
		t->oldest = s->next;
	if (s->next != NO_SLOT)
		t->slot[s->next].prev = s->prev;
	else
		t->newest = s->prev;
	s->next = t->free;
	t->free = number;
	t->used--;
	tell(t, s, INCIDENT_CLOSED);
}

/* The incident of H without packets for longest; NULL when its quiet time ends after LIMIT. */
static const struct heap_item *
quietest_of(struct incidents *t, struct heap *h, nstime limit)
{
	const struct heap_item *top;

	while ((top = heap_top(h)) && later(top->at, t->quiet_after) <= limit) {
		const struct slot *s = &t->slot[top->number];

		if (top->at >= s->i.last)
			return top;
		heap_put(h, top->number, s->i.last, s->order);
	}
	return NULL;
}

/* The incident without packets for longest, and the moment when its quiet time ends; NO_SLOT when
 * that is after LIMIT. */
static uint32_t
quietest(struct incidents *t, nstime limit, nstime *ends)
{
	const struct heap_item *a = quietest_of(t, &t->quiet[0], limit);
	const struct heap_item *b = quietest_of(t, &t->quiet[1], limit);

	if (!a || (b && heap_before(b, a)))
		a = b;
	if (!a)
		return NO_SLOT;
	*ends = later(t->slot[a->number].i.last, t->quiet_after);
	return a->number;
}

/* The incident to give up when all slots are taken. */
static uint32_t
least(struct incidents *t)
{
	const struct heap_item *i = quietest_of(t, &t->quiet[0], NSTIME_NEVER);

	return i ? i->number : quietest_of(t, &t->quiet[1], NSTIME_NEVER)->number;
}

/* A slot in the list of open ones; closes another one for it when all are taken. */
static uint32_t
slot_take(struct incidents *t)
{
	uint32_t number;

	if (t->used == t->size)
		close_slot(t, least(t));
	if (t->free != NO_SLOT) {
		number = t->free;
		t->free = t->slot[number].next;
	} else {
		number = t->fresh++;
	}
	t->used++;
	t->slot[number] = (struct slot){ .prev = t->newest, .next = NO_SLOT, .order = t->opened++ };
	if (t->newest != NO_SLOT)
		t->slot[t->newest].next = number;
	else
		t->oldest = number;
	t->newest = number;
	return number;
}

/* Copies as much of a text as fits, cut before a code point. Did all of it fit? */
static bool
copy(char *to, size_t size, const char *text)
{
	size_t n = strnlen(text, size);
	bool fits = n < size;

	if (!fits) {
		n = size - 1;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(to, text, n);
	to[n] = '\0';
	return fits;
}

static void
zone_copy(struct incident_zone *to, const struct policy *p, uint8_t zone)
{
	const char *label = zone ? policy_text(p, policy_zone(p, zone)->label) : "";

	(void)copy(to->id, sizeof to->id, policy_zone_id(p, zone));
	(void)copy(to->label, sizeof to->label,
	    label[0] ? label : to->id); /* cut labels still say enough */
}

/* Takes the places from F, the finding of the opening or a worse one. */
static void
places_copy(struct incident *i, const struct policy *p, const struct finding *f)
{
	if (f->flags & FINDING_HAS_IN && !i->in[0]) {
		i->f.in = f->in;
		(void)copy(i->in, sizeof i->in, policy_iface(p, f->in.iface)->name); /* same size */
	}
	if (f->flags & FINDING_HAS_OUT) {
		i->f.out = f->out;
		(void)copy(i->out, sizeof i->out, policy_iface(p, f->out.iface)->name);
	}
	i->f.flags |=
	    f->flags & (FINDING_HAS_IN | FINDING_HAS_OUT | FINDING_LIKELY | FINDING_GUESSED);
}

static void
names_copy(struct incident *i, const struct policy *p)
{
	const struct finding *f = &i->f;
	const struct policy_conduit *near =
	    f->near == (uint32_t)POLICY_NONE ? NULL : policy_conduit(p, f->near);

	zone_copy(&i->from, p, f->from);
	zone_copy(&i->to, p, f->to);
	zone_copy(&i->claims, p, f->claims);
	(void)copy(i->rule, sizeof i->rule,
	    policy_conduit_id(p, f->rule)); /* always fits: the configuration sees to it */
	(void)copy(i->near, sizeof i->near, policy_conduit_id(p, f->near));
	places_copy(i, p, f);
	i->want_until = near ? near->expires : NSTIME_NEVER;
	if (near && f->failed == COND_SERVICE)
		i->want_cut =
		    !text_list(i->want, sizeof i->want, policy_text(p, near->services_text));
	else if (near && f->failed == COND_HOURS)
		i->want_cut = !text_list(i->want, sizeof i->want, policy_text(p, near->hours_text));
}

/* Puts a slot where it is found by its key, and by the moments at which something is due. */
static void
index_put(struct incidents *t, uint32_t number, const struct incident_key *k, uint64_t hash)
{
	struct slot *s = &t->slot[number];

	s->key = *k;
	s->hash = hash;
	t->index[index_place(t, k, hash)] = number + 1;
	heap_put(&t->updates, number, update_at(s), s->order);
	heap_put(quiet_of(t, s), number, s->i.last, s->order);
}

static void
open_slot(struct incidents *t, const struct policy *p, const struct finding *f,
    const struct incident_key *k, uint64_t hash)
{
	uint32_t number = slot_take(t);
	struct slot *s = &t->slot[number];

	s->opened = f->first;
	s->i.f = *f;
	s->i.total = f->n;
	s->i.bytes = f->bytes;
	s->i.first = f->first;
	s->i.last = f->last;
	s->i.since = f->first;
	s->i.core = finding_raised(f, p);
	s->i.forbidden = f->from && f->to && policy_forbidden(p, f->from, f->to);
	names_copy(&s->i, p);
	incident_ev(s->i.ev, &t->key, k, f->first);
	/* Looked up again: making room may have moved places. */
	index_put(t, number, k, hash);
	tell(t, s, INCIDENT_OPEN);
}

void
incident_key_again(struct incident_key *k, const struct hash_key *secret, const struct incident *i)
{
	const struct incident_names names = { i->from.id, i->to.id, i->rule, i->near,
		i->f.flags & FINDING_HAS_IN ? i->in : "" };

	incident_key_made(k, secret, &names, &i->f);
}

bool
incident_restore(struct incidents *t, const struct incident *i, nstime to)
{
	struct incident_key k;

	incident_key_again(&k, &t->key, i);
	uint64_t hash = incident_key_hash(&k, &t->key);

	if (t->used == t->size || t->index[index_place(t, &k, hash)])
		return false;

	uint32_t number = slot_take(t);
	struct slot *s = &t->slot[number];

	s->i = *i;
	s->opened = i->f.first;
	if (update_at(s) <= to)
		step_on(s, to);
	index_put(t, number, &k, hash);
	return true;
}

/* A sum that stays at the largest value instead of beginning again at 0. */
static uint64_t
sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static void
go_on(struct incidents *t, uint32_t number, const struct policy *p, const struct finding *f)
{
	struct slot *s = &t->slot[number];
	struct incident *i = &s->i;

	if (i->total == i->said || f->first < i->since)
		i->since = f->first;
	i->total = sum(i->total, f->n);
	i->bytes = sum(i->bytes, f->bytes);
	if (f->first < i->first)
		i->first = f->first;
	if (f->last > i->last)
		i->last = f->last;
	if (f->outcome <= i->f.outcome)
		return;
	heap_remove(quiet_of(t, s), number);
	i->f.outcome = f->outcome;
	heap_put(quiet_of(t, s), number, i->last, s->order);
	places_copy(i, p, f);
	tell(t, s, INCIDENT_WORSE);
}

void
incident_add(struct incidents *t, const struct policy *p, const struct finding *f)
{
	struct incident_key k;

	incident_key_of(&k, &t->key, p, f);
	uint64_t hash = incident_key_hash(&k, &t->key);
	uint32_t number = t->index[index_place(t, &k, hash)];

	if (number && f->first > later(t->slot[number - 1].i.last, t->quiet_after)) {
		close_slot(t, number - 1);
		number = 0;
	}
	if (number)
		go_on(t, number - 1, p, f);
	else
		open_slot(t, p, f, &k, hash);
}

void
incidents_tick(struct incidents *t, nstime now)
{
	for (;;) {
		const struct heap_item *update = heap_top(&t->updates);
		nstime quiet_at = NSTIME_NEVER;
		uint32_t quiet = quietest(t, now, &quiet_at);

		/* At one moment CLOSED goes first: it says what the UPDATE would. */
		if (quiet != NO_SLOT && quiet_at <= update->at) {
			close_slot(t, quiet);
			continue;
		}
		if (!update || update->at > now)
			return;

		uint32_t number = update->number;
		struct slot *s = &t->slot[number];

		step_on(s, now);
		heap_put(&t->updates, number, update_at(s), s->order);
		if (s->i.total > s->i.said)
			tell(t, s, INCIDENT_UPDATE);
	}
}

void
incidents_ahead(struct incidents *t, nstime limit)
{
	uint32_t next;

	for (uint32_t number = t->oldest; number != NO_SLOT; number = next) {
		next = t->slot[number].next; /* closing puts it into the list of free ones */
		if (t->slot[number].i.last > limit)
			close_slot(t, number);
	}
}

nstime
incidents_due(const struct incidents *t)
{
	const struct heap_item *update = heap_top(&t->updates);
	nstime due = update ? update->at : NSTIME_NEVER;

	for (size_t k = 0; k < 2; k++) {
		const struct heap_item *quiet = heap_top(&t->quiet[k]);

		if (quiet && later(quiet->at, t->quiet_after) < due)
			due = later(quiet->at, t->quiet_after);
	}
	return due;
}

void
incidents_close_all(struct incidents *t)
{
	while (t->oldest != NO_SLOT)
		close_slot(t, t->oldest);
}

void
incidents_update_all(struct incidents *t)
{
	for (uint32_t n = t->oldest; n != NO_SLOT; n = t->slot[n].next)
		if (t->slot[n].i.total > t->slot[n].i.said)
			tell(t, &t->slot[n], INCIDENT_UPDATE);
}

void
incidents_kept(struct incidents *t)
{
	for (uint32_t n = t->oldest; n != NO_SLOT; n = t->slot[n].next)
		t->slot[n].i.kept = t->slot[n].i.total - t->slot[n].i.said;
}

uint32_t
incidents_open(const struct incidents *t)
{
	return t->used;
}

void
incidents_each(const struct incidents *t, incident_each *each, void *ctx)
{
	for (uint32_t n = t->oldest; n != NO_SLOT; n = t->slot[n].next)
		each(ctx, &t->slot[n].i);
}

uint8_t
incident_severity(const struct incident *i)
{
	return finding_severity(i->f.id, i->f.outcome, i->core);
}

uint8_t
incident_zone_named(const struct policy *p, const char *id)
{
	for (uint32_t z = 1; id[0] && z <= p->nzones; z++)
		if (strcmp(policy_zone_id(p, (uint8_t)z), id) == 0)
			return (uint8_t)z;
	return 0;
}

void
incident_pair(const struct incident *i, const struct policy *p, uint8_t *from, uint8_t *to)
{
	*from = incident_zone_named(p, i->from.id);
	*to = incident_zone_named(p, i->to.id);
}
