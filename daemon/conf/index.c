/* index.c - filling the conduit index of a policy image. */
#include "conf/index.h"

#include <stdlib.h>

#include "model/policy_slot.h"

enum {
	BATCH = 64,
	PER_BLOCK = 3,	 /* near entries for every block: client, server, none */
	PER_CONDUIT = 3, /* and with the service left open: ends, client, server */
};

/* An entry of several conduits, while it grows. */
struct multi {
	struct policy_entry *entry;
	uint32_t n;
	uint32_t head, tail; /* links */
	bool plain;	     /* one of them is plain */
};

struct link {
	uint32_t conduit, next;
};

struct fill {
	struct policy *p;
	struct policy_entry *index, *near;
	uint32_t singles;    /* offset of a list {1, conduit} for each conduit */
	struct multi *multi; /* from 1; an entry holds its number in pad2 */
	uint32_t nmulti, multi_size;
	struct link *link; /* from 1 */
	uint32_t nlink, link_size;
	uint32_t n; /* of the batch */
	struct policy_entry key[BATCH];
	struct policy_entry *at[BATCH];
	bool failed;
};

uint32_t
index_blocks(uint16_t low, uint16_t high, struct index_block to[INDEX_BLOCKS])
{
	uint32_t at = low, end = (uint32_t)high + 1, n = 0;

	while (at < end) {
		uint32_t size = at ? at & -at : 65536; /* the largest block that may begin here */

		while (size > end - at)
			size /= 2;
		to[n++] = (struct index_block){
			.port = (uint16_t)at,
			.width = (uint8_t)(16 - __builtin_ctz(size)),
		};
		at += size;
	}
	return n;
}

/* The blocks of a service: those of its ports, or the one of no bits. */
static uint32_t
blocks_of(const struct policy_service *s, struct index_block to[INDEX_BLOCKS])
{
	if (!s->whole && s->proto != POLICY_ANY_PROTO)
		return index_blocks(s->low, s->high, to);
	to[0] = (struct index_block){ 0 };
	return 1;
}

void
index_count(
    struct index_need *need, uint32_t *widths, const struct policy_service *services, uint32_t n)
{
	struct index_block block[INDEX_BLOCKS];

	need->near += PER_CONDUIT;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t blocks = blocks_of(&services[i], block);

		need->index += blocks;
		need->near += (uint64_t)blocks * PER_BLOCK;
		if (services[i].proto == POLICY_ANY_PROTO) {
			*widths |= POLICY_ANY_SERVICE;
			continue;
		}
		for (uint32_t b = 0; b < blocks; b++)
			*widths |= 1u << block[b].width;
	}
}

static bool
is_plain(const struct policy *p, uint32_t conduit)
{
	const struct policy_conduit *c = policy_conduit(p, conduit);

	return !c->nclient_macs && !c->nserver_macs && !c->nhours && c->expires == NSTIME_NEVER;
}

/* Room for one more of SIZE bytes behind N; *ROOM is for how many there is. */
static void *
grow(void *at, uint32_t n, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : 256;
	void *new;

	if (n < *room)
		return at;
	new = realloc(at, more * size);
	if (new)
		*room = more;
	return new;
}

static uint32_t
link_new(struct fill *f, uint32_t conduit)
{
	struct link *more = grow(f->link, f->nlink, &f->link_size, sizeof *more);

	if (!more) {
		f->failed = true;
		return 0;
	}
	f->link = more;
	f->link[f->nlink] = (struct link){ .conduit = conduit };
	return f->nlink++;
}

static struct multi *
multi_new(struct fill *f, struct policy_entry *e)
{
	struct multi *more = grow(f->multi, f->nmulti, &f->multi_size, sizeof *more);
	uint32_t link = link_new(f, e->first);

	if (!more || !link) {
		f->multi = more ? more : f->multi;
		f->failed = true;
		return NULL;
	}
	f->multi = more;
	f->multi[f->nmulti] =
	    (struct multi){ .entry = e, .n = 1, .head = link, .tail = link, .plain = e->plain };
	e->pad2 = f->nmulti;
	return &f->multi[f->nmulti++];
}

/* Is something left open? */
static bool
is_open(const struct policy_entry *e)
{
	return e->clients == POLICY_OPEN || e->servers == POLICY_OPEN ||
	       e->width == POLICY_OPEN_WIDTH;
}

/* One more conduit, of a higher number, for an entry that has one. */
static void
append(struct fill *f, struct policy_entry *e, uint32_t conduit)
{
	struct multi *m = e->pad2 ? &f->multi[e->pad2] : NULL;
	uint32_t link;

	if (m ? f->link[m->tail].conduit == conduit : e->first == conduit)
		return;
	if (m && is_open(e) &&
	    (m->n >= POLICY_KEPT ||
		(m->n == POLICY_KEPT - 1 && !m->plain && !is_plain(f->p, conduit))))
		return;
	if (!m)
		m = multi_new(f, e);
	if (!m)
		return;
	link = link_new(f, conduit);
	f->link[m->tail].next = link;
	m->tail = link;
	m->n++;
	m->plain = m->plain || is_plain(f->p, conduit);
}

static void
insert(struct fill *f, const struct policy_entry *key, struct policy_entry *at)
{
	struct policy_entry *end =
	    is_open(key) ? f->near + f->p->near_mask : f->index + f->p->index_mask;

	while (at->conduits && !policy_entry_is(at, key))
		at = at < end ? at + 1 : is_open(key) ? f->near : f->index;
	if (at->conduits)
		append(f, at, key->first);
	else
		*at = *key;
}

static void
flush(struct fill *f)
{
	for (uint32_t i = 0; i < f->n && !f->failed; i++)
		insert(f, &f->key[i], f->at[i]);
	f->n = 0;
}

/* Takes an entry into the batch: the table is larger than any cache, and its lines arrive together.
 */
static void
push(struct fill *f, struct policy_entry key)
{
	uint32_t hash = policy_entry_hash(&key);
	struct policy_entry *at =
	    is_open(&key) ? &f->near[hash & f->p->near_mask] : &f->index[hash & f->p->index_mask];

	__builtin_prefetch(at, 1);
	f->at[f->n] = at;
	f->key[f->n++] = key;
	if (f->n == BATCH)
		flush(f);
}

/* The entries of a conduit for one service, or with the service left open. */
static void
push_ends(struct fill *f, struct policy_entry key)
{
	uint32_t clients = key.clients;

	push(f, key);
	key.clients = POLICY_OPEN;
	push(f, key);
	if (key.width != POLICY_OPEN_WIDTH) {
		key.servers = POLICY_OPEN;
		push(f, key);
	}
	key.clients = clients;
	key.servers = POLICY_OPEN;
	push(f, key);
}

static void
push_conduit(struct fill *f, uint32_t number)
{
	const struct policy_conduit *c = policy_conduit(f->p, number);
	const struct policy_service *s = policy_at(f->p, c->services);
	struct policy_entry key = {
		.clients = c->clients,
		.servers = c->servers,
		.from = c->from,
		.to = c->to,
		.conduits = f->singles + number * 8,
		.first = number,
		.plain = is_plain(f->p, number),
	};
	struct index_block block[INDEX_BLOCKS];

	key.width = POLICY_OPEN_WIDTH;
	push_ends(f, key);
	for (uint32_t i = 0; i < c->nservices; i++) {
		uint32_t n = blocks_of(&s[i], block);

		for (uint32_t b = 0; b < n; b++) {
			key.proto = s[i].proto;
			key.width = block[b].width;
			key.port = block[b].port;
			push_ends(f, key);
		}
	}
}

/* Writes the lists of the entries with several conduits from OFFSET on. Returns the offset behind
 * the last. */
static uint32_t
write_lists(struct fill *f, uint32_t offset)
{
	for (uint32_t i = 1; i < f->nmulti; i++) {
		const struct multi *m = &f->multi[i];
		uint32_t *to = (uint32_t *)(void *)((uint8_t *)f->p + offset);

		m->entry->conduits = offset;
		m->entry->pad2 = 0;
		*to++ = m->n;
		for (uint32_t l = m->head; l; l = f->link[l].next)
			*to++ = f->link[l].conduit;
		offset += (m->n + 1) * 4;
	}
	return offset;
}

uint32_t
index_fill(struct policy *p, uint32_t lists)
{
	struct fill f = { .p = p, .singles = lists, .nmulti = 1, .nlink = 1 };
	uint32_t *single = (uint32_t *)(void *)((uint8_t *)p + lists);

	f.index = (struct policy_entry *)(void *)((uint8_t *)p + p->index);
	f.near = (struct policy_entry *)(void *)((uint8_t *)p + p->near);
	for (uint32_t i = 0; i < p->nconduits; i++) {
		*single++ = 1;
		*single++ = i;
	}
	for (uint32_t i = 0; i < p->nconduits && !f.failed; i++)
		push_conduit(&f, i);
	flush(&f);
	lists += p->nconduits * 8;
	lists = write_lists(&f, lists);
	free(f.multi);
	free(f.link);
	return f.failed ? 0 : lists;
}
