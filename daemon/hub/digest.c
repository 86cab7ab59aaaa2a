/* digest.c - see digest.h.
 *
 * Rows and what must go on with them lie in struct memory, which another hub finds again; only the
 * index of each table is made anew. A hub may be killed at any instruction: struct undo holds what
 * the record in hand changes as it was before, and the next hub takes that record again.
 */
#include "hub/digest_state.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "model/role.h"

enum { MAGIC = 0x44494731 };

enum table_name { HOUR_A, HOUR_B, PAIRS, CONDUITS, MAILS, TABLES };

static const uint32_t sizes[TABLES] = { DIGEST_FLOWS, DIGEST_FLOWS, DIGEST_PAIRS, DIGEST_CONDUITS,
	DIGEST_CONDUITS };

struct source {
	uint64_t next;	/* number of the record wanted next */
	uint64_t total; /* packets in all records up to it */
};

/* A row as it was. */
struct before {
	uint32_t table, row, used;
	struct digest_sums sums;
};

struct undo {
	volatile uint32_t active, n;
	struct before before[TABLES - 1];
	uint32_t worker;
	struct source source;
	struct digest_missed missed;
};

struct memory {
	uint32_t magic, hour_table; /* the one that takes records */
	struct undo undo;
	struct source source[ROLE_WORKERS];
	struct digest_missed missed;
	uint32_t used[TABLES];
	int64_t hour, minute;		 /* since 1970, local and UTC, for which sums are */
	nstime minute_at;		 /* the minute is being written; else 0 */
	nstime hour_at;			 /* the other hour's table is being written; else 0 */
	uint32_t written;		 /* rows of it */
	uint64_t said_total;		 /* of all sources, in the minute before */
	struct digest_missed said, told; /* told: by digest_missed() */
	uint8_t rest[(POLICY_CONDUITS + 7) / 8]; /* conduits without a row in this minute */
	/* One row more than its size each: for what finds none. */
	struct digest_row hours[2][DIGEST_FLOWS + 1];
	struct digest_row pairs[DIGEST_PAIRS + 1];
	struct digest_row conduits[DIGEST_CONDUITS + 1];
	struct digest_row mails[DIGEST_CONDUITS + 1];
	struct digest_totals totals;
};

_Static_assert(sizeof(struct memory) <= HUB_KEEP, "the monitor makes it that large");

struct table {
	struct digest_row *row;
	uint32_t *slot; /* of mask + 1: number of a row plus 1 */
	uint32_t mask;
};

struct digest {
	struct memory *m;
	struct table table[TABLES];
	struct hash_key key;
	bool reload;
};

/* Keeps the compiler from moving stores across it: what a kill must find in this order. */
static void
in_order(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

/* The slot of a key, or the empty one where it would be. */
static uint32_t *
slot_of(const struct digest *d, const struct table *t, const struct digest_key *k)
{
	uint32_t at = (uint32_t)hash_bytes(&d->key, k, sizeof *k) & t->mask;

	while (t->slot[at] && memcmp(&t->row[t->slot[at] - 1].key, k, sizeof *k) != 0)
		at = (at + 1) & t->mask;
	return &t->slot[at];
}

/* Of a table's index: a power of two, at most half full. */
static uint32_t
slots_of(enum table_name i)
{
	uint32_t slots = 2;

	while (slots < 2 * sizes[i])
		slots *= 2;
	return slots;
}

size_t
digest_bytes(void)
{
	const struct digest *d = NULL;
	size_t all = sizeof *d;

	for (unsigned i = 0; i < TABLES; i++)
		all += slots_of((enum table_name)i) * sizeof *d->table[i].slot;
	return all;
}

static bool
table_init(struct digest *d, enum table_name i, struct digest_row *row)
{
	struct table *t = &d->table[i];
	uint32_t slots = slots_of(i);

	*t = (struct table){ .row = row, .mask = slots - 1 };
	t->slot = calloc(slots, sizeof *t->slot);
	if (!t->slot)
		return false;
	for (uint32_t n = 0; n < d->m->used[i]; n++)
		*slot_of(d, t, &row[n].key) = n + 1;
	return true;
}

static void
table_empty(struct digest *d, enum table_name i)
{
	const struct table *t = &d->table[i];

	memset(&t->row[sizes[i]], 0, sizeof *t->row);
	in_order();
	d->m->used[i] = 0;
	memset(t->slot, 0, ((size_t)t->mask + 1) * sizeof *t->slot);
}

/* What the hub before had begun to take is as it was before that. */
static void
undo(struct memory *m)
{
	struct undo *u = &m->undo;

	for (uint32_t i = 0; u->active && i < u->n; i++) {
		const struct before *b = &u->before[i];
		struct digest_row *row = b->table == PAIRS    ? m->pairs :
					 b->table == CONDUITS ? m->conduits :
					 b->table == MAILS    ? m->mails :
								m->hours[b->table];

		m->used[b->table] = b->used;
		row[b->row].sums = b->sums;
	}
	if (u->active) {
		m->source[u->worker] = u->source;
		m->missed = u->missed;
	}
	in_order();
	u->active = 0;
}

struct digest *
digest_new(int fd)
{
	struct digest *d = calloc(1, sizeof *d);
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;

	if (!d)
		return NULL;
	d->m = mmap(NULL, sizeof *d->m, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (d->m == MAP_FAILED) {
		free(d);
		return NULL;
	}
	if (d->m->magic == MAGIC)
		undo(d->m);
	d->m->magic = MAGIC;
	hash_key_init(&d->key, 0);
	if (table_init(d, HOUR_A, d->m->hours[0]) && table_init(d, HOUR_B, d->m->hours[1]) &&
	    table_init(d, PAIRS, d->m->pairs) && table_init(d, CONDUITS, d->m->conduits) &&
	    table_init(d, MAILS, d->m->mails))
		return d;
	digest_free(d);
	return NULL;
}

void
digest_free(struct digest *d)
{
	if (!d)
		return;
	for (unsigned i = 0; i < TABLES; i++)
		free(d->table[i].slot);
	(void)munmap(d->m, sizeof *d->m); /* cannot fail on a mapping of ours */
	free(d);
}

bool
digest_ready(const struct digest *d)
{
	return d->m->minute_at == 0;
}

uint64_t
digest_next(const struct digest *d, unsigned worker)
{
	return worker < ROLE_WORKERS ? d->m->source[worker].next : 0;
}

/* The row of a key; made if there is room below MOST, else SIZES[I], which is nobody's. */
static uint32_t
row_of(struct digest *d, enum table_name i, const struct digest_key *k, uint32_t most)
{
	const struct table *t = &d->table[i];
	uint32_t *slot = slot_of(d, t, k), n = d->m->used[i];

	if (*slot)
		return *slot - 1;
	if (n >= most)
		return sizes[i];
	t->row[n] = (struct digest_row){ .key = *k };
	*slot = n + 1;
	return n;
}

/* The sums of a row that are about to change, after the undo knows them. */
static struct digest_sums *
change(struct digest *d, enum table_name i, uint32_t n)
{
	struct memory *m = d->m;
	struct undo *u = &m->undo;
	struct digest_sums *s = &d->table[i].row[n].sums;

	u->before[u->n] = (struct before){ .table = i, .row = n, .used = m->used[i], .sums = *s };
	in_order();
	u->n++;
	in_order();
	if (n == m->used[i] && n < sizes[i])
		m->used[i]++;
	return s;
}

static void
add(struct digest *d, enum table_name i, uint32_t n, const struct traffic *t)
{
	struct digest_sums *s = change(d, i, n);

	if (s->flows == 0 && s->packets == 0)
		*s = (struct digest_sums){ .first = t->first, .last = t->last };
	s->first = t->first < s->first ? t->first : s->first;
	s->last = t->last > s->last ? t->last : s->last;
	s->flows += t->is_new;
	s->packets += t->packets;
	s->bytes += t->bytes;
}

static void
add_hour(struct digest *d, const struct traffic *t)
{
	enum table_name i = d->m->hour_table ? HOUR_B : HOUR_A;
	struct digest_key k = { .client = t->client,
		.server = t->server,
		.generation = t->generation,
		.conduit = t->conduit,
		.id = t->id,
		.flags = t->flags,
		.service = t->service,
		.proto = t->proto,
		.from = t->from,
		.to = t->to,
		.verdict = t->verdict,
		.outcome = t->outcome,
		.fits = t->fits };
	const struct digest_key others = { .generation = t->generation,
		.from = t->from,
		.to = t->to,
		.verdict = t->verdict,
		.others = 1 };
	uint32_t n = row_of(d, i, &k, DIGEST_FLOWS - DIGEST_OTHERS);

	if (n == DIGEST_FLOWS)
		n = row_of(d, i, &others, DIGEST_FLOWS);
	if (n == DIGEST_FLOWS)
		d->table[i].row[n].key.others = 2;
	add(d, i, n, t);
}

/* K: that of the conduit's row. */
static void
add_mails(struct digest *d, const struct digest_key *k, const struct traffic *t)
{
	struct digest_key all = *k;
	struct digest_sums *s;
	uint32_t n;

	all.verdict = 0; /* of flows: a message has its own */
	n = row_of(d, MAILS, &all, DIGEST_CONDUITS);
	if (n == DIGEST_CONDUITS)
		d->table[MAILS].row[n].key.others = 2;
	s = change(d, MAILS, n);
	for (unsigned i = 0; i < TRAFFIC_MAILS; i++)
		s->mails[i] += t->mails[i];
}

static void
add_minute(struct digest *d, const struct traffic *t)
{
	struct digest_key k = {
		.generation = t->generation, .from = t->from, .to = t->to, .verdict = t->verdict
	};
	uint32_t n = row_of(d, PAIRS, &k, DIGEST_PAIRS);

	if (n == DIGEST_PAIRS)
		d->table[PAIRS].row[n].key.others = 2;
	add(d, PAIRS, n, t);
	if (!t->fits)
		return;
	k.conduit = t->conduit;
	k.fits = 1;
	n = row_of(d, CONDUITS, &k, DIGEST_CONDUITS);
	if (n == DIGEST_CONDUITS) {
		d->table[CONDUITS].row[n].key.others = 2;
		d->m->rest[t->conduit / 8] |= (uint8_t)(1u << t->conduit % 8);
	}
	add(d, CONDUITS, n, t);
	if (traffic_judged(t->mails) || t->mails[TRAFFIC_UP] || t->mails[TRAFFIC_DOWN])
		add_mails(d, &k, t);
}

void
digest_refuse(struct digest *d)
{
	d->m->missed.refused++;
}

bool
digest_take(struct digest *d, unsigned worker, uint64_t next, uint64_t lost,
    const struct traffic *t, const struct policy *p)
{
	struct memory *m = d->m;
	struct source *s = &m->source[worker];
	struct undo *u = &m->undo;

	if (t->before < s->total) {
		digest_refuse(d);
		return false;
	}
	u->n = 0;
	u->worker = worker;
	u->source = *s;
	u->missed = m->missed;
	in_order();
	u->active = 1;
	in_order();
	m->missed.records += lost;
	m->missed.packets += t->before - s->total;
	s->total = t->before + t->packets;
	s->next = next;
	if (p) {
		add_hour(d, t);
		add_minute(d, t);
	} else {
		m->missed.nameless += t->packets;
	}
	in_order();
	u->active = 0;
	return true;
}

void
digest_reload(struct digest *d)
{
	d->reload = true;
}

/* ` name=N`, nothing for 0. */
static void
add_moved(struct text *t, const char *name, uint64_t now, uint64_t before)
{
	if (now > before)
		text_add(t, " %s=%llu", name, (unsigned long long)(now - before));
}

/* What the records of all workers came to. */
static void
say_traffic(
    struct digest *d, struct ledger *l, const struct policy *p, nstime at, struct moment now)
{
	struct memory *m = d->m;
	char bytes[DIGEST_RECORD];
	struct text t = digest_record(bytes, sizeof bytes, at, p);
	uint64_t total = 0;
	size_t empty = t.len;

	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		total += m->source[i].total;
	add_moved(&t, "packets", total, m->said_total);
	add_moved(&t, "lost", m->missed.packets, m->said.packets);
	add_moved(&t, "records", m->missed.records, m->said.records);
	add_moved(&t, "nameless", m->missed.nameless, m->said.nameless);
	add_moved(&t, "refused", m->missed.refused, m->said.refused);
	if (t.len > empty)
		digest_write(l, "traffic", bytes, p, now.wall);
	m->said_total = total;
	m->said = m->missed;
}

static bool
is_used(const struct digest_row *r)
{
	return r->sums.flows || r->sums.packets;
}

static void
say_minute(struct digest *d, struct ledger *l, const struct generations *g, struct moment now)
{
	const struct policy *p = generations_newest(g);
	struct memory *m = d->m;
	char bytes[DIGEST_RECORD];
	unsigned rest = 0;

	for (uint32_t n = 0; n <= DIGEST_PAIRS; n++) {
		const struct digest_row *r = &m->pairs[n];
		struct text t = digest_record(bytes, sizeof bytes, m->minute_at, p);

		if (n >= m->used[PAIRS] && (n < DIGEST_PAIRS || !is_used(r)))
			continue;
		digest_pair(&t, r, generations_of(g, r->key.generation));
		digest_write(l, "pair", bytes, p, now.wall);
	}
	for (uint32_t n = 0; n <= DIGEST_CONDUITS; n++) {
		const struct digest_row *r = &m->conduits[n];
		struct text t = digest_record(bytes, sizeof bytes, m->minute_at, p);

		if (n >= m->used[CONDUITS] && (n < DIGEST_CONDUITS || !is_used(r)))
			continue;
		for (unsigned i = 0; n == DIGEST_CONDUITS && i < sizeof m->rest; i++)
			rest += (unsigned)__builtin_popcount(m->rest[i]);
		if (rest)
			text_add(&t, " rule=others n=%u", rest);
		digest_conduit(&t, r, generations_of(g, r->key.generation));
		digest_write(l, "conduit", bytes, p, now.wall);
	}
	digest_mails_say(l, m->mails, m->used[MAILS], g, m->minute_at, now.wall);
	digest_totals_add(&m->totals, m->mails, m->used[MAILS], g);
	say_traffic(d, l, p, m->minute_at, now);
	memset(m->rest, 0, sizeof m->rest);
	table_empty(d, PAIRS);
	table_empty(d, CONDUITS);
	table_empty(d, MAILS);
	in_order();
	digest_totals_next(&m->totals);
	in_order();
	m->minute_at = 0;
}

/* The next MOST rows of the hour that ended. */
static void
say_hour(struct digest *d, struct ledger *l, const struct generations *g, struct moment now,
    uint32_t most)
{
	const struct policy *p = generations_newest(g);
	struct memory *m = d->m;
	enum table_name i = m->hour_table ? HOUR_A : HOUR_B;
	const struct digest_row *all = d->table[i].row;
	uint32_t used = m->used[i];
	char bytes[DIGEST_RECORD];

	for (; most > 0 && m->written <= used; most--) {
		const struct digest_row *r = &all[m->written < used ? m->written : sizes[i]];
		struct text t = digest_record(bytes, sizeof bytes, m->hour_at, p);

		if (is_used(r)) {
			digest_flow(&t, r, generations_of(g, r->key.generation), p);
			digest_write(l, "flow", bytes, p, now.wall);
		}
		m->written++;
	}
	if (m->written <= used)
		return;
	table_empty(d, i);
	in_order();
	m->hour_at = 0;
}

/* The hour that is summed up ends: from now on the other table takes records. */
static void
end_hour(struct digest *d, nstime wall)
{
	struct memory *m = d->m;

	m->written = 0;
	m->hour_table ^= 1; /* the other one is empty */
	in_order();
	m->hour_at = wall;
	d->reload = false;
}

static int64_t
floor_of(nstime t, nstime unit)
{
	return t / unit - (t % unit < 0);
}

void
digest_tick(
    struct digest *d, struct ledger *l, const struct generations *policies, struct moment now)
{
	const struct policy *p = generations_newest(policies);
	int64_t minute = floor_of(now.wall, NS_MIN);
	int64_t hour = floor_of(now.wall + policy_offset_at(p, now.wall) * NS_SEC, NS_HOUR);
	struct memory *m = d->m;

	if (!m->minute)
		m->minute = minute;
	if (!m->hour)
		m->hour = hour;
	if (!ledger_takes(l))
		return; /* the sums wait here */
	if (!m->minute_at && minute != m->minute)
		m->minute_at = now.wall;
	if (m->minute_at) {
		m->minute = minute;
		say_minute(d, l, policies, now);
	}
	if (!m->hour_at && (hour != m->hour || d->reload)) {
		m->hour = hour;
		end_hour(d, now.wall);
	}
	if (m->hour_at)
		say_hour(d, l, policies, now, DIGEST_SHARE);
}

void
digest_end(
    struct digest *d, struct ledger *l, const struct generations *policies, struct moment now)
{
	struct memory *m = d->m;

	if (!m->minute_at)
		m->minute_at = now.wall;
	say_minute(d, l, policies, now);
	if (m->hour_at)
		say_hour(d, l, policies, now, UINT32_MAX);
	end_hour(d, now.wall);
	say_hour(d, l, policies, now, UINT32_MAX);
}

void
digest_mails(
    const struct digest *d, const struct policy *p, uint32_t conduit, uint64_t n[TRAFFIC_MAILS])
{
	digest_totals_of(&d->m->totals, d->m->mails, d->m->used[MAILS], p, conduit, n);
}

bool
digest_missed(struct digest *d, struct digest_missed *missed)
{
	const struct digest_missed *m = &d->m->missed, *told = &d->m->told;

	*missed = (struct digest_missed){ .records = m->records - told->records,
		.packets = m->packets - told->packets,
		.nameless = m->nameless - told->nameless,
		.refused = m->refused - told->refused };
	if (!missed->packets && !missed->nameless && !missed->refused)
		return false;
	d->m->told = *m;
	return true;
}
