#include "worker/flow.h"

#include <assert.h>

/* What lies before the entries, so that a restarted worker knows what it has. */
struct flow_head {
	_Alignas(64) uint32_t magic;
	uint32_t size;
	uint32_t fresh;
};

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
	       ((size_t)size + 1) * (sizeof(struct flow) + sizeof(struct flow_more));
}

static uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 54);
}

static void
slot_put(struct flow_table *t, uint64_t hash, unsigned slot, uint32_t number)
{
	struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	l[slot / SLOTS].slot[slot % SLOTS] = tag_of(hash) << TAG_SHIFT | number;
}

/* The first empty slot of a bucket, or -1. */
static int
slot_free(const struct flow_table *t, uint64_t hash)
{
	const struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	for (int i = 0; i < 2 * SLOTS; i++)
		if (l[i / SLOTS].slot[i % SLOTS] == 0)
			return i;
	return -1;
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
		int slot = f->key.state & FLOW_USED ? slot_free(t, hash) : -1;

		if (slot >= 0) {
			slot_put(t, hash, (unsigned)slot, n);
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
	if (t->head->magic == FLOW_MAGIC && t->head->size == size && t->head->fresh <= size + 1 &&
	    t->head->fresh > 0) {
		recover(t);
		return true;
	}
	*t->head = (struct flow_head){ .magic = FLOW_MAGIC, .size = size, .fresh = 1 };
	return false;
}

uint64_t
flow_hash(const struct flow_table *t, const struct flow_key *k)
{
	const uint64_t *c = t->key.k;
	uint64_t rest = (uint64_t)k->port[0] << 32 | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 8 | k->kind;
	uint64_t a = hash_fold(k->addr[0].d[0] ^ c[0], k->addr[0].d[1] ^ c[1]);
	uint64_t b = hash_fold(k->addr[1].d[0] ^ c[2], k->addr[1].d[1] ^ c[3]);

	return hash_fold(a ^ rest ^ c[4], b ^ c[5]);
}

/* Bits of the slots of a line whose tag is TAG; empty slots may be among them. */
static unsigned
line_matches(const struct flow_line *l, uint32_t tag)
{
	typedef uint32_t quad __attribute__((vector_size(16)));
	const quad *q = (const quad *)(const void *)l->slot;
	const quad want = { tag, tag, tag, tag };
	const quad bit0 = { 1, 2, 4, 8 }, bit1 = { 16, 32, 64, 128 };
	const quad bit2 = { 256, 512, 1024, 2048 }, bit3 = { 4096, 8192, 16384, 32768 };
	quad m = ((quad)((q[0] >> TAG_SHIFT) == want) & bit0) |
		 ((quad)((q[1] >> TAG_SHIFT) == want) & bit1) |
		 ((quad)((q[2] >> TAG_SHIFT) == want) & bit2) |
		 ((quad)((q[3] >> TAG_SHIFT) == want) & bit3);

	return m[0] | m[1] | m[2] | m[3];
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
	int slot = slot_free(t, hash);
	uint32_t n = t->free;
	struct flow *f;

	if (slot < 0) {
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
	slot_put(t, hash, (unsigned)slot, n);
	return n;
}

void
flow_remove(struct flow_table *t, uint32_t n)
{
	struct flow *f = &t->hot[n];
	uint64_t hash = flow_hash(t, &f->key);
	struct flow_line *l = t->line + ((hash & t->bucket_mask) << 1);

	for (int i = 0; i < 2 * SLOTS; i++) {
		uint32_t *slot = &l[i / SLOTS].slot[i % SLOTS];

		if ((*slot & NUMBER_MASK) == n) {
			*slot = 0;
			break;
		}
	}
	f->key.state = 0;
	f->last = t->free;
	t->free = n;
	t->used--;
}
