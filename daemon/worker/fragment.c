#include "worker/fragment.h"

static bool
same_datagram(const struct fragment *e, const struct packet *p, uint8_t proto)
{
	return e->used && e->id == p->fragment_id && e->proto == proto && e->is4 == p->is4 &&
	       e->inner == (p->depth > 0) && addr_equal(&e->src, &p->src) &&
	       addr_equal(&e->dst, &p->dst);
}

/* An entry goes, or what it is about; *COPY is what is left of it. */
static void
gone(const struct fragment_table *t, const struct fragment *e, struct fragment *copy)
{
	*copy = *e;
	copy->incomplete =
	    t->datagrams && datagram_drop(t->datagrams, fragment_number(t, e)) && e->used;
}

struct fragment *
fragment_of(struct fragment_table *t, const struct packet *p, nstime now, struct fragment *evicted)
{
	uint8_t proto = p->is4 ? p->proto : 0;
	uint64_t a = hash_fold(p->src.d[0] ^ t->key.k[0], p->src.d[1] ^ t->key.k[1]);
	uint64_t b = hash_fold(p->dst.d[0] ^ t->key.k[2], p->dst.d[1] ^ t->key.k[3]);
	uint64_t h =
	    hash_fold(a ^ t->key.k[4] ^ ((uint64_t)p->fragment_id << 8 | proto), b ^ t->key.k[5]);
	struct fragment *set = t->entry + (h % FRAGMENT_SETS) * FRAGMENT_WAYS, *oldest = set;

	evicted->used = false;
	for (struct fragment *e = set; e < set + FRAGMENT_WAYS; e++) {
		if (same_datagram(e, p, proto)) {
			if (now - e->last <= FRAGMENT_AGE)
				return e;
			oldest = e;
			break;
		}
		if (oldest->used && (!e->used || e->last < oldest->last))
			oldest = e;
	}
	gone(t, oldest, evicted);
	*oldest = (struct fragment){ .src = p->src,
		.dst = p->dst,
		.id = p->fragment_id,
		.proto = proto,
		.real_proto = p->proto,
		.is4 = p->is4,
		.used = true,
		.inner = p->depth > 0,
		.first = now,
		.last = now };
	return oldest;
}

bool
fragment_expire(struct fragment_table *t, nstime now, bool all, struct fragment *expired)
{
	uint32_t n = FRAGMENT_SETS * FRAGMENT_WAYS;

	for (uint32_t i = 0; i < (all ? n : 64); i++) {
		struct fragment *e = &t->entry[t->hand];

		t->hand = (t->hand + 1) % n;
		if (e->used && (all || now - e->last > FRAGMENT_AGE)) {
			gone(t, e, expired);
			e->used = false;
			return true;
		}
	}
	return false;
}
