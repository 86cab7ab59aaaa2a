/* networks.c - whose is an address: the zones' networks in one trie. */
#include <stdlib.h>

#include "conf/build.h"

/* A network of a zone, as configured. */
struct network {
	uint8_t zone;
	const struct conf_addr *addr;
};

struct networks {
	struct network *at;
	struct prefix *prefix; /* of each */
	uint32_t *order;
	const struct network **cell; /* who made each cell */
	uint32_t n;
};

static bool
networks_init(struct networks *n, const struct conf *c)
{
	uint64_t count = 0;

	for (uint32_t z = 0; z < c->nzones; z++)
		count += c->zones[z].networks.n;
	if (count >= UINT32_MAX / 2)
		return false;
	*n = (struct networks){0};
	n->at = calloc(count + 1, sizeof *n->at);
	n->prefix = calloc(count + 1, sizeof *n->prefix);
	n->order = calloc(count + 1, sizeof *n->order);
	n->cell = calloc(count + 1, sizeof *n->cell);
	return n->at && n->prefix && n->order && n->cell;
}

static void
networks_fini(struct networks *n)
{
	free(n->at);
	free(n->prefix);
	free(n->order);
	free(n->cell);
}

static void
gather(struct networks *n, const struct conf *c)
{
	for (uint32_t z = 0; z < c->nzones && z < POLICY_ZONES - 1; z++) {
		const struct conf_addrs *list = &c->zones[z].networks;

		for (uint32_t i = 0; i < list->n; i++) {
			if (list->item[i].set)
				continue; /* a zone's networks name no sets; conf refuses it */
			n->at[n->n] =
			    (struct network){.zone = (uint8_t)(z + 1), .addr = &list->item[i]};
			n->prefix[n->n++] = list->item[i].prefix;
		}
	}
}

static void
say_twice(struct build *b, const struct network *n, const struct network *first)
{
	char text[PREFIX_TEXT];
	const struct conf_place *at = &first->addr->at;

	prefix_text(text, &n->addr->prefix);
	if (n->zone == first->zone)
		conf_error(
		    b->e, n->addr->at,
		    "zone \"%s\": network \"%s\": stands twice, first at %s:%u: once is enough",
		    build_zone_id(b, n->zone), text, at->file, at->line);
	else
		conf_error(b->e, n->addr->at,
			   "zone \"%s\": network \"%s\": zone \"%s\" has it too, at %s:%u: an "
			   "address belongs to one zone",
			   build_zone_id(b, n->zone), text, build_zone_id(b, first->zone), at->file,
			   at->line);
}

void
build_networks(struct build *b)
{
	struct networks n = {0};
	bool ok = networks_init(&n, b->c);

	if (ok)
		gather(&n, b->c);
	if (ok && n.n > POLICY_PREFIXES)
		conf_error(b->e, n.at[POLICY_PREFIXES].addr->at,
			   "zone \"%s\": network number %u: at most %u prefixes in all",
			   build_zone_id(b, n.at[POLICY_PREFIXES].zone), n.n,
			   (unsigned)POLICY_PREFIXES);
	b->nnets = ok ? n.n : 0;
	b->cell_zone = calloc(b->nnets + 1, sizeof *b->cell_zone);
	ok = ok && b->cell_zone;
	if (ok)
		trie_order(n.prefix, n.n, n.order);
	for (uint32_t i = 0; ok && i < n.n; i++) {
		const struct network *net = &n.at[n.order[i]];
		uint32_t cell = trie_add(&b->nets, &n.prefix[n.order[i]]);

		ok = cell != 0;
		if (ok && n.cell[cell]) {
			say_twice(b, net, n.cell[cell]);
		} else if (ok) {
			n.cell[cell] = net;
			b->cell_zone[cell] = net->zone;
		}
	}
	b->failed = b->failed || !ok;
	networks_fini(&n);
}

static int
by_address(const void *a, const void *b)
{
	const struct prefix *p = a, *q = b;

	if (p->is4 != q->is4)
		return p->is4 ? -1 : 1;
	return memcmp(p->addr.b, q->addr.b, sizeof p->addr.b);
}

static const struct build_sorted *
sorted_of(struct build *b, uint8_t zone)
{
	const struct conf_addrs *list = &b->c->zones[zone - 1].networks;
	struct build_sorted *s = &b->sorted[zone];

	if (s->made)
		return s;
	s->made = true;
	s->prefix = calloc(list->n + 1, sizeof *s->prefix);
	if (!s->prefix) {
		b->failed = true;
		return s;
	}
	for (uint32_t i = 0; i < list->n; i++)
		if (!list->item[i].set)
			s->prefix[s->n++] = list->item[i].prefix;
	qsort(s->prefix, s->n, sizeof *s->prefix, by_address);
	return s;
}

/* Does a network of the zone begin inside the prefix? One that is longer lies in it whole. */
static bool
begins_inside(struct build *b, const struct prefix *p, uint8_t zone)
{
	const struct build_sorted *s = sorted_of(b, zone);
	uint32_t low = 0, high = s->n;

	while (low < high) { /* the first that does not come before it */
		uint32_t mid = low + (high - low) / 2;

		if (by_address(&s->prefix[mid], p) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->prefix[low].is4 == p->is4 && prefix_has(p, &s->prefix[low].addr);
}

bool
build_lies_in(struct build *b, const struct prefix *p, uint8_t zone)
{
	struct trie_place place = trie_place(&b->nets, p);

	return b->cell_zone[place.cell] == zone || (place.mixed && begins_inside(b, p, zone));
}

uint8_t
build_owner(const struct build *b, const struct prefix *p)
{
	return (uint8_t)b->cell_zone[trie_place(&b->nets, p).base];
}
