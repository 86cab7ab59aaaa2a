#include "worker/flow.h"

#include <assert.h>

enum { FLOW_MAGIC = 0x464c4f57, SLOTS = 16, TAG_SHIFT = 22, NUMBER_MASK = (1 << TAG_SHIFT) - 1 };

/* Slots are twice the entries, in a power of two of buckets of 32: a bucket then overflows for 4 of
 * 100,000. */
static uint32_t
buckets_for(uint32_t size)
{
	uint32_t n = 1;

	while (n < size / SLOTS)
		n *= 2;
	return n;
}

size_t
flow_table_bytes(uint32_t size)
{
	return sizeof(struct flow_head) + (size_t)buckets_for(size) * 2 * sizeof(struct flow_line) +
	       ((size_t)size + 1) * (sizeof(struct flow) + sizeof(struct flow_more) +
					sizeof(struct flow_watch) + sizeof(struct flow_left));
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 54);
}

typedef uint32_t quad __attribute__((vector_size(16)));
typedef uint64_t pair __attribute__((vector_size(16)));

/* The slots of a line that hold what is asked for, a bit each: M has all ones where one does. */
static inline unsigned
line_bits(quad m0, quad m1, quad m2, quad m3)
{
	const quad bit0 = { 1, 2, 4, 8 }, bit1 = { 16, 32, 64, 128 };
	const quad bit2 = { 256, 512, 1024, 2048 }, bit3 = { 4096, 8192, 16384, 32768 };
	pair m = (pair)((m0 & bit0) | (m1 & bit1) | (m2 & bit2) | (m3 & bit3));
	uint64_t bits = m[0] | m[1];

	return (unsigned)(bits | bits >> 32);
}

/* Slots of a line whose tag is TAG; empty slots may be among them. */
static inline unsigned
line_matches(const struct flow_line *l, uint32_t tag)
{
	const quad *q = (const quad *)(const void *)l->slot;
	const quad want = { tag, tag, tag, tag };

	return line_bits((quad)((q[0] >> TAG_SHIFT) == want), (quad)((q[1] >> TAG_SHIFT) == want),
	    (quad)((q[2] >> TAG_SHIFT) == want), (quad)((q[3] >> TAG_SHIFT) == want));
}

/* Slots of a line that hold exactly VALUE; 0 is an empty one. */
static inline unsigned
line_holds(const struct flow_line *l, uint32_t value)
{
	const quad *q = (const quad *)(const void *)l->slot;
	const quad want = { value, value, value, value };

	return line_bits(
	    (quad)(q[0] == want), (quad)(q[1] == want), (quad)(q[2] == want), (quad)(q[3] == want));
}

/* The first slot of a bucket that holds exactly VALUE, or NULL. */
static uint32_t *
slot_holding(const struct flow_table *t, uint64_t hash, uint32_t value)
{
	struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	for (int i = 0; i < 2; i++, l++) {
		unsigned m = line_holds(l, value);

		if (m)
			return &l->slot[__builtin_ctz(m)];
	}
	return NULL;
}

/* What the slot of an entry holds. */
static uint32_t
slot_value(uint64_t hash, uint32_t n)
{
	return tag_of(hash) << TAG_SHIFT | n;
}

/* Finds again what an earlier process left; the index is made anew. */
static void
recover(struct flow_table *t)
{
	memset(t->line, 0, ((size_t)t->bucket_mask + 1) * 2 * sizeof *t->line);
	t->fresh = t->head->fresh;
	for (uint32_t n = t->fresh - 1; n > 0; n--) {
		struct flow *f = &t->hot[n];
		uint64_t hash = flow_hash(t, &f->key);
		uint32_t *slot = f->key.state & FLOW_USED ? slot_holding(t, hash, 0) : NULL;

		if (slot) {
			*slot = slot_value(hash, n);
			t->used++;
			continue;
		}
		f->key.state = 0;
		f->last = t->free;
		t->free = n;
	}
}

bool
flow_table_init(struct flow_table *t, void *memory, uint32_t size, const struct hash_key *key)
{
	uint32_t buckets = buckets_for(size);
	uint8_t *at = memory;

	assert(size > 0 && size <= FLOW_MAX);
	*t = (struct flow_table){
		.key = *key, .size = size, .bucket_mask = buckets - 1, .fresh = 1, .hand = 1
	};
	t->head = memory;
	at += sizeof *t->head;
	t->line = (struct flow_line *)(void *)at;
	at += (size_t)buckets * 2 * sizeof *t->line;
	t->hot = (struct flow *)(void *)at;
	at += ((size_t)size + 1) * sizeof *t->hot;
	t->more = (struct flow_more *)(void *)at;
	at += ((size_t)size + 1) * sizeof *t->more;
	t->watch = (struct flow_watch *)(void *)at;
	at += ((size_t)size + 1) * sizeof *t->watch;
	t->left = (struct flow_left *)(void *)at;
	if (t->head->magic == FLOW_MAGIC && t->head->size == size && t->head->fresh <= size + 1 &&
	    t->head->fresh > 0) {
		recover(t);
		return true;
	}
	*t->head = (struct flow_head){ .magic = FLOW_MAGIC, .size = size, .fresh = 1 };
	return false;
}

uint32_t
flow_guess(const struct flow_table *t, uint64_t hash)
{
	const struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);
	unsigned m = line_matches(l, tag_of(hash));

	if (m == 0) {
		l++;
		m = line_matches(l, tag_of(hash));
	}
	return m ? l->slot[__builtin_ctz(m)] & NUMBER_MASK : FLOW_NONE;
}

uint32_t
flow_find(const struct flow_table *t, const struct flow_key *k, uint64_t hash)
{
	const struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	for (int i = 0; i < 2; i++, l++) {
		for (unsigned m = line_matches(l, tag_of(hash)); m; m &= m - 1) {
			uint32_t n = l->slot[__builtin_ctz(m)] & NUMBER_MASK;

			if (n && flow_key_equal(&t->hot[n].key, k))
				return n;
		}
	}
	return FLOW_NONE;
}

/* The longest idle flow of a bucket. */
static uint32_t
bucket_victim(const struct flow_table *t, uint64_t hash, uint32_t now)
{
	const struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);
	uint32_t victim = FLOW_NONE, idle = 0;

	for (int i = 0; i < 2 * SLOTS; i++) {
		uint32_t n = l[i / SLOTS].slot[i % SLOTS] & NUMBER_MASK;

		if (victim == FLOW_NONE || now - t->hot[n].last > idle) {
			victim = n;
			idle = now - t->hot[n].last;
		}
	}
	return victim;
}

/* The longest idle of the next 32 flows of the pool: all entries are in use. */
static uint32_t
pool_victim(struct flow_table *t, uint32_t now)
{
	uint32_t victim = FLOW_NONE, idle = 0;

	for (int i = 0; i < 32; i++) {
		t->hand = t->hand >= t->size ? 1 : t->hand + 1;
		if (victim == FLOW_NONE || now - t->hot[t->hand].last > idle) {
			victim = t->hand;
			idle = now - t->hot[t->hand].last;
		}
	}
	return victim;
}

uint32_t
flow_add(
    struct flow_table *t, const struct flow_key *k, uint64_t hash, uint32_t now, uint32_t *victim)
{
	uint32_t *slot = slot_holding(t, hash, 0), n = t->free;
	struct flow *f;

	if (!slot) {
		*victim = bucket_victim(t, hash, now);
		return FLOW_NONE;
	}
	if (n != FLOW_NONE) {
		t->free = t->hot[n].last;
	} else if (t->fresh <= t->size) {
		n = t->fresh++;
		t->head->fresh = t->fresh;
	} else {
		*victim = pool_victim(t, now);
		return FLOW_NONE;
	}
	f = &t->hot[n];
	*f = (struct flow){ .key = *k, .last = now };
	t->used++;
	*slot = slot_value(hash, n);
	return n;
}

void
flow_prefetch_end(const struct flow_table *t, uint32_t n)
{
	__builtin_prefetch(&t->more[n]);
	flow_prefetch_line(t, flow_hash(t, &t->hot[n].key));
}

void
flow_remove(struct flow_table *t, uint32_t n)
{
	struct flow *f = &t->hot[n];
	uint64_t hash = flow_hash(t, &f->key);
	uint32_t *slot = slot_holding(t, hash, slot_value(hash, n));

	if (slot)
		*slot = 0;
	f->key.state = 0;
	f->last = t->free;
	t->free = n;
	t->used--;
}
