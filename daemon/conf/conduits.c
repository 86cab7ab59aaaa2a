/* conduits.c - what may cross between two zones: names to numbers, lists of addresses to groups. */
#include <stdlib.h>
#include <string.h>

#include "conf/build.h"
#include "conf/schema.h"
#include "model/finding.h"

/* Whether some address of a set lies in a zone, once it was asked. */
enum { SET_UNASKED, SET_INSIDE, SET_OUTSIDE };

/* Work on one conduit after the other. */
struct work {
	struct build *b;
	struct prefix *list; /* addresses of one list, sets resolved */
	uint32_t n, size;
	struct names ids;
	uint8_t *ports; /* the bitmaps of struct policy */
	bool full;	/* said once: too many prefixes */
};

/* One end of a conduit, for messages and checks. */
struct end {
	const struct conf_conduit *conduit;
	const char *key; /* "clients" or "servers" */
	const struct conf_addrs *addrs;
	uint8_t zone; /* 0: not known, and said */
};

static bool
list_add(struct work *w, const struct prefix *p)
{
	if (w->n == w->size) {
		uint32_t size = w->size ? w->size * 2 : 256;
		struct prefix *more =
		    size < (1u << 30) ? realloc(w->list, size * sizeof *more) : NULL;

		if (!more) {
			w->b->failed = true;
			return false;
		}
		w->list = more;
		w->size = size;
	}
	w->list[w->n++] = *p;
	return true;
}

static void
say_outside(const struct work *w, const struct end *end, const struct conf_addr *a)
{
	uint8_t owner = build_owner(w->b, &a->prefix);
	const char *zone = build_zone_id(w->b, end->zone);
	char text[PREFIX_TEXT];

	prefix_text(text, &a->prefix);
	if (owner)
		conf_error(w->b->e, a->at,
		    "conduit \"%s\": %s \"%s\": lies in zone \"%s\": must lie in \"%s\"",
		    end->conduit->id, end->key, text, build_zone_id(w->b, owner), zone);
	else
		conf_error(w->b->e, a->at,
		    "conduit \"%s\": %s \"%s\": lies in no zone: must lie in \"%s\"",
		    end->conduit->id, end->key, text, zone);
}

/* Does some address of the set lie in the zone? A set may serve conduits of several zones, so that
 * one is enough. */
static bool
set_lies_in(struct work *w, uint32_t set, uint8_t zone)
{
	const struct conf_addrs *a = &w->b->c->sets[set].addresses;
	uint8_t *known = &w->b->set_in_zone[(size_t)set * POLICY_ZONES + zone];

	if (*known != SET_UNASKED)
		return *known == SET_INSIDE;
	*known = SET_OUTSIDE;
	for (uint32_t i = 0; i < a->n && *known == SET_OUTSIDE; i++)
		if (!a->item[i].set && build_lies_in(w->b, &a->item[i].prefix, zone))
			*known = SET_INSIDE;
	return *known == SET_INSIDE;
}

static void
add_set(struct work *w, const struct end *end, const struct conf_addr *a)
{
	uint32_t set = names_find(&w->b->sets, a->set);
	char meant[BUILD_MEANT];
	const struct conf_addrs *list;

	if (set == NAMES_NONE) {
		conf_error(w->b->e, a->at, "conduit \"%s\": %s \"@%s\": no such set%s",
		    end->conduit->id, end->key, a->set, build_set_meant(w->b, a->set, meant));
		return;
	}
	list = &w->b->c->sets[set].addresses;
	if (end->zone && list->n && !set_lies_in(w, set, end->zone))
		conf_error(w->b->e, a->at,
		    "conduit \"%s\": %s \"@%s\": none of the set's addresses lies in zone \"%s\"",
		    end->conduit->id, end->key, a->set, build_zone_id(w->b, end->zone));
	for (uint32_t i = 0; i < list->n; i++)
		if (!list->item[i].set && !list_add(w, &list->item[i].prefix))
			return;
}

/* The group of one end: 0 for the whole zone, POLICY_NOBODY for a list that is there and empty. */
static uint32_t
group_of(struct work *w, const struct end *end)
{
	struct groups *g = &w->b->groups;
	uint32_t group;

	if (!end->addrs->present)
		return 0;
	w->n = 0;
	for (uint32_t i = 0; i < end->addrs->n; i++) {
		const struct conf_addr *a = &end->addrs->item[i];

		if (a->set) {
			add_set(w, end, a);
			continue;
		}
		if (end->zone && !build_lies_in(w->b, &a->prefix, end->zone))
			say_outside(w, end, a);
		(void)list_add(w, &a->prefix); /* a failure sticks to the build */
	}
	if (!w->n || w->b->failed)
		return POLICY_NOBODY;
	group = groups_of(g, w->list, w->n);
	w->b->failed = w->b->failed || !group;
	if (!w->full && w->b->nnets + g->nprefixes > POLICY_PREFIXES) {
		conf_error(w->b->e, end->addrs->at,
		    "conduit \"%s\": %s: at most %u prefixes in all, of zones and conduits "
		    "together",
		    end->conduit->id, end->key, (unsigned)POLICY_PREFIXES);
		w->full = true;
	}
	return group;
}

static void
say_no_zone(struct work *w, const struct conf_conduit *c, const char *key, const char *name,
    struct conf_place at)
{
	char meant[BUILD_MEANT];

	conf_error(w->b->e, at, "conduit \"%s\": %s \"%s\": no such zone%s", c->id, key, name,
	    build_zone_meant(w->b, name, meant));
}

static void
check_pair(struct work *w, const struct conf_conduit *c, uint8_t from, uint8_t to)
{
	const struct policy_zone *z = w->b->zone;
	uint8_t one = z[from].class, other = z[to].class;

	if (from == to)
		conf_error(w->b->e, c->to_at,
		    "conduit \"%s\": to \"%s\": must be another zone than from: traffic "
		    "inside a zone is "
		    "not judged",
		    c->id, c->to);
	if (w->b->c->model == MODEL_NONE)
		return;
	if (other == CLASS_CORE) {
		other = one;
		one = CLASS_CORE;
	}
	if (one == CLASS_CORE && (other == CLASS_INTERNET || other == CLASS_OUTSIDE))
		conf_error(w->b->e, c->at,
		    "conduit \"%s\": joins \"%s\" (class %s) with \"%s\" (class %s): core "
		    "with internet or "
		    "outside is a forbidden pair unless model is \"none\"",
		    c->id, c->from, policy_class_name(z[from].class), c->to,
		    policy_class_name(z[to].class));
}

static uint32_t
macs_of(struct work *w, const struct conf_list *list)
{
	struct mac *macs;
	uint32_t offset;

	if (!list->n)
		return 0;
	macs = calloc(list->n, sizeof *macs);
	if (!macs) {
		w->b->failed = true;
		return 0;
	}
	for (uint32_t i = 0; i < list->n; i++)
		(void)mac_parse(list->item[i], &macs[i]); /* was checked when it was read */
	offset = image_add(&w->b->image, macs, list->n * sizeof *macs);
	free(macs);
	return offset;
}

/* Marks the ports that a conduit names; a wide range names none in particular. */
static void
mark_ports(uint8_t *bits, const struct policy_service *s)
{
	uint8_t *map = s->proto == 6   ? bits :
		       s->proto == 17  ? bits + 8192 :
		       s->proto == 132 ? bits + 16384 :
					 NULL;

	if (!map || s->whole || s->high - s->low >= 1024)
		return;
	for (uint32_t port = s->low; port <= s->high; port++)
		map[port >> 3] |= (uint8_t)(1u << (port & 7));
}

/* The screen protocols of a list, a bit each: all of them where it is absent. */
static uint8_t
screens_of(const struct conf_list *list)
{
	uint8_t bits = 0, one;

	if (!list->present)
		return (1 << SCREENS) - 1;
	for (uint32_t i = 0; i < list->n; i++)
		if (schema_word_value(&schema_screens, list->item[i], &one))
			bits |= (uint8_t)(1u << one);
	return bits;
}

/* The words of a list of reasons, as bits of enum what. */
static uint64_t
reasons_of(const struct conf_list *list)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < list->n; i++)
		for (uint64_t left = what_all; left; left &= left - 1)
			if (strcmp(what_word(left & -left), list->item[i]) == 0)
				bits |= left & -left;
	return bits;
}

/* What a conduit asks besides its ends. A list that is there and empty lets nobody and nothing
 * through. */
static void
add_conditions(struct work *w, const struct conf_conduit *c, struct policy_conduit *to)
{
	static const struct policy_hours never;
	struct build *b = w->b;

	for (uint32_t i = 0; i < c->services_list.n; i++)
		mark_ports(w->ports, &c->services[i]);
	index_count(&b->need, &b->zone[to->from].widths, c->services, c->services_list.n);
	to->nservices = c->services_list.n;
	to->services = image_add(&b->image, c->services, c->services_list.n * sizeof *c->services);
	to->client_macs = macs_of(w, &c->client_macs);
	to->nclient_macs = c->client_macs.n;
	to->server_macs = macs_of(w, &c->server_macs);
	to->nserver_macs = c->server_macs.n;
	if (c->client_macs.present && !c->client_macs.n)
		to->clients = POLICY_NOBODY;
	if (c->server_macs.present && !c->server_macs.n)
		to->servers = POLICY_NOBODY;
	to->nhours = c->nhours;
	to->hours = image_add(&b->image, c->hours, c->nhours * sizeof *c->hours);
	if (c->hours_list.present && !c->nhours) {
		to->nhours = 1;
		to->hours = image_add(&b->image, &never, sizeof never);
	}
	to->expires = c->expires ? localtime_day_after(&b->local, c->expires) : NSTIME_NEVER;
	to->require = c->require;
	to->inspect = c->inspect;
	to->screens = screens_of(&c->screen);
	to->accept = reasons_of(&c->accept_unverifiable);
	to->max_upload = c->max_upload;
	to->say = c->lines;
	to->id = image_text(&b->image, c->id);
	to->services_text = image_joined(&b->image, c->services_list.item, c->services_list.n);
	to->hours_text = image_joined(&b->image, c->hours_list.item, c->hours_list.n);
	to->clause = image_text(&b->image, c->clause);
	to->approval = image_text(&b->image, c->approval);
}

static void
add_conduit(struct work *w, uint32_t number)
{
	struct build *b = w->b;
	const struct conf_conduit *c = &b->c->conduits[number];
	struct policy_conduit *to = &b->conduits[number];
	uint32_t twin = names_add(&w->ids, c->id, number);
	struct end clients = { .conduit = c, .key = "clients", .addrs = &c->clients };
	struct end servers = { .conduit = c, .key = "servers", .addrs = &c->servers };

	if (twin != NAMES_NONE) {
		const struct conf_place *at = &b->c->conduits[twin].at;

		conf_error(b->e, c->at,
		    "conduit \"%s\": another one has this id, at %s:%u: ids must differ", c->id,
		    at->file, at->line);
	}
	to->from = clients.zone = build_zone(b, c->from);
	to->to = servers.zone = build_zone(b, c->to);
	if (!to->from)
		say_no_zone(w, c, "from", c->from, c->from_at);
	if (!to->to)
		say_no_zone(w, c, "to", c->to, c->to_at);
	if (to->from && to->to)
		check_pair(w, c, to->from, to->to);
	to->clients = group_of(w, &clients);
	to->servers = group_of(w, &servers);
	add_conditions(w, c, to);
	b->zone[to->from].all_clients = b->zone[to->from].all_clients || !to->clients;
	b->zone[to->to].all_servers = b->zone[to->to].all_servers || !to->servers;
}

void
build_conduits(struct build *b)
{
	const struct conf *c = b->c;
	struct work w = { .b = b };
	uint32_t n = c->nconduits;

	if (n > POLICY_CONDUITS) {
		conf_error(b->e, c->conduits[POLICY_CONDUITS].at,
		    "conduits: there are %u: at most %u", n, (unsigned)POLICY_CONDUITS);
		n = POLICY_CONDUITS;
	}
	b->conduits = calloc(n + 1, sizeof *b->conduits);
	b->set_in_zone = calloc(c->nsets + 1, POLICY_ZONES);
	w.ports = calloc(3, 8192);
	b->failed = b->failed || !w.ports || !b->conduits || !b->set_in_zone ||
		    !names_init(&w.ids, n) || !groups_init(&b->groups, 2 * n);
	for (uint32_t i = 0; i < n && !b->failed; i++)
		add_conduit(&w, i);
	b->p.nconduits = n;
	if (!b->failed)
		build_mails(b);
	if (!b->failed) {
		b->p.conduits = image_add(&b->image, b->conduits, n * sizeof *b->conduits);
		b->p.ports = image_add(&b->image, w.ports, (size_t)3 * 8192);
	}
	names_fini(&w.ids);
	free(w.list);
	free(w.ports);
}
