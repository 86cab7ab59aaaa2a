/* compile.c - a configuration to a policy: the order of the work, the small parts, and putting the
 * image together. */
#include "conf/compile.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/text.h"
#include "conf/build.h"
#include "conf/index.h"
#include "conf/suggest.h"

enum {
	FEW = 8,	     /* zones that a message lists */
	FACILITY_DAEMON = 3, /* RFC 5424, table 1 */
	SEVERITY_ALL = 7,
	HUGE_PAGE = 2 << 20,
};

static const char *
zone_word(const void *context, size_t i)
{
	const struct build *b = context;

	return b->c->zones[i].id;
}

static const char *
set_word(const void *context, size_t i)
{
	const struct build *b = context;

	return b->c->sets[i].name;
}

const char *
build_zone_meant(const struct build *b, const char *text, char to[BUILD_MEANT])
{
	const char *near = suggest(text, b->c->nzones, zone_word, b);
	struct text t = text_of(to, BUILD_MEANT);

	if (near) {
		text_add(&t, "; did you mean \"%s\"?", near);
	} else if (b->c->nzones <= FEW) {
		text_add(&t, "; zones are ");
		for (uint32_t i = 0; i < b->c->nzones; i++)
			text_add(&t, "%s\"%s\"", i ? ", " : "", b->c->zones[i].id);
	}
	return to;
}

const char *
build_set_meant(const struct build *b, const char *text, char to[BUILD_MEANT])
{
	const char *near = suggest(text, b->c->nsets, set_word, b);
	struct text t = text_of(to, BUILD_MEANT);

	if (near)
		text_add(&t, "; did you mean \"@%s\"?", near);
	else if (!b->c->nsets)
		text_add(&t, "; there are no sets");
	return to;
}

uint8_t
build_zone(const struct build *b, const char *name)
{
	uint32_t zone = names_find(&b->zones, name);

	return zone == NAMES_NONE ? 0 : (uint8_t)zone;
}

const char *
build_zone_id(const struct build *b, uint32_t zone)
{
	return b->c->zones[zone - 1].id;
}

static void
add_zones(struct build *b)
{
	const struct conf *c = b->c;
	uint32_t n = c->nzones;

	if (n >= POLICY_ZONES) {
		conf_error(b->e, c->zones[POLICY_ZONES - 1].at, "zones: there are %u: at most %d",
		    n, POLICY_ZONES - 1);
		n = POLICY_ZONES - 1;
	}
	b->p.nzones = n;
	b->zone[0].class = CLASS_OTHER;
	for (uint32_t i = 0; i < n; i++) {
		const struct conf_zone *z = &c->zones[i];
		struct policy_zone *to = &b->zone[i + 1];
		uint32_t twin = names_add(&b->zones, z->id, i + 1);

		if (twin != NAMES_NONE)
			conf_error(b->e, z->at,
			    "zone \"%s\": another one has this id, at %s:%u: ids must differ",
			    z->id, c->zones[twin - 1].at.file, c->zones[twin - 1].at.line);
		to->id = image_text(&b->image, z->id);
		to->label = image_text(&b->image, z->label ? z->label : z->id);
		to->class = z->class;
		to->no_ipv6 = !z->ipv6;
	}
}

static void
add_sets(struct build *b)
{
	const struct conf *c = b->c;

	for (uint32_t i = 0; i < c->nsets; i++) {
		uint32_t twin = names_add(&b->sets, c->sets[i].name, i);

		if (twin != NAMES_NONE)
			conf_error(b->e, c->sets[i].at,
			    "set \"%s\": another one has this name, at %s:%u: names must differ",
			    c->sets[i].name, c->sets[twin].at.file, c->sets[twin].at.line);
	}
}

static void
check_sets_of(
    struct build *b, const struct conf_zone *z, const char *key, const struct conf_addrs *list)
{
	char meant[BUILD_MEANT];

	for (uint32_t i = 0; i < list->n; i++)
		if (list->item[i].set && names_find(&b->sets, list->item[i].set) == NAMES_NONE)
			conf_error(b->e, list->item[i].at, "zone \"%s\": %s \"@%s\": no such set%s",
			    z->id, key, list->item[i].set,
			    build_set_meant(b, list->item[i].set, meant));
}

/* The sets that the zones' facts name must exist, though nobody asks these facts yet. */
static void
check_facts(struct build *b)
{
	for (uint32_t i = 0; i < b->c->nzones; i++) {
		const struct conf_zone *z = &b->c->zones[i];

		check_sets_of(b, z, "proxies", &z->proxies);
		check_sets_of(b, z, "mail_relays", &z->mail_relays);
		check_sets_of(b, z, "resolvers", &z->resolvers);
		check_sets_of(b, z, "dhcp_servers", &z->dhcp_servers);
		check_sets_of(b, z, "routers", &z->routers);
	}
}

static void
add_localtime(struct build *b)
{
	switch (localtime_read(&b->local, b->c->timezone)) {
	case LOCALTIME_OK:
		break;
	case LOCALTIME_UNKNOWN:
		conf_error(b->e, b->c->at,
		    "timezone \"%s\": must be a name of the time zone database, as in "
		    "\"Asia/Tokyo\"",
		    b->c->timezone);
		break;
	case LOCALTIME_MEMORY:
		b->failed = true;
		break;
	}
	b->p.offsets = image_add(&b->image, b->local.at, b->local.n * sizeof *b->local.at);
	b->p.noffsets = b->local.n;
}

static void
add_sink(struct build *b, const struct conf_sink *s, struct policy_sink *to)
{
	uint16_t *pairs = calloc(s->pairs.n + 1, sizeof *pairs);

	for (uint32_t i = 0; pairs && i < s->pairs.n; i++)
		pairs[i] = build_pair(b, "log", &s->pairs, i);
	b->failed = b->failed || !pairs;
	*to = (struct policy_sink){
		.target = s->target,
		.facility = s->facility,
		.min = s->min,
		.npairs = s->pairs.n,
		.spool = s->target == TARGET_REMOTE ? s->spool : 0,
	};
	to->path = image_text(&b->image, s->path);
	to->pairs = pairs ? image_add(&b->image, pairs, s->pairs.n * sizeof *pairs) : 0;
	free(pairs);
}

static void
add_sinks(struct build *b)
{
	static const struct conf_sink usual = {
		.target = TARGET_SYSLOG,
		.path = "/dev/log",
		.facility = FACILITY_DAEMON,
		.min = SEVERITY_ALL,
	};
	const struct conf_sink *from = b->c->nsinks ? b->c->sinks : &usual;
	uint32_t n = b->c->nsinks ? b->c->nsinks : 1;
	struct policy_sink *to = calloc(n, sizeof *to);

	if (!to) {
		b->failed = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		add_sink(b, &from[i], &to[i]);
	b->p.sinks = image_add(&b->image, to, n * sizeof *to);
	b->p.nsinks = n;
	free(to);
}

static void
add_gateway(struct build *b)
{
	const struct conf_addrs *list = &b->c->gateway_addresses;
	struct addr *to = calloc(list->n + 1, sizeof *to);

	if (!to) {
		b->failed = true;
		return;
	}
	for (uint32_t i = 0; i < list->n; i++)
		to[i] = list->item[i].prefix.addr;
	b->p.gateway = image_add(&b->image, to, list->n * sizeof *to);
	b->p.ngateway = list->n;
	free(to);
}

/* What is a number or a text and nothing more. */
static void
add_plain(struct build *b)
{
	const struct conf *c = b->c;
	struct policy *p = &b->p;

	p->magic = POLICY_MAGIC;
	p->generation = 1;
	p->model = c->model;
	p->japanese = c->language && !strcmp(c->language, "ja");
	p->workers = (uint16_t)c->workers;
	p->organisation = image_text(&b->image, c->organisation);
	p->flows = c->flows;
	p->ring = c->ring;
	p->capture_buffer = c->capture_buffer;
	p->attempt_after = c->attempt_after;
	p->quiet_after = c->quiet_after;
	p->heartbeat = c->heartbeat;
	p->quiet_interface = c->quiet_interface;
	p->lines_per_second = c->lines_per_second;
	p->run_dir = image_text(&b->image, c->run_dir);
	p->state_dir = image_text(&b->image, c->state_dir);
	p->ledger_days = c->ledger_days;
	p->evidence_frames = c->evidence_frames;
	p->evidence_snap = c->evidence_snap;
	p->evidence_payload = c->evidence_payload;
	p->evidence_space = c->evidence_space;
	p->evidence_keep = c->evidence_keep;
	p->stream_flow = c->stream_per_flow;
	p->stream_total = c->stream_total;
	p->user = image_text(&b->image, c->user);
}

/* The groups' trie; its leaves, and those of the zones' trie, get their meaning. */
static bool
finish_tries(struct build *b, struct trie *groups)
{
	struct groups_lists lists = { 0 };
	uint32_t *value = NULL, base;

	switch (groups_lists(&b->groups, groups, &lists, &value)) {
	case GROUPS_OK:
		break;
	case GROUPS_TOO_MANY:
		conf_error(b->e, b->c->at,
		    "conduits: too many lists of clients and servers lie around each other: "
		    "an address may "
		    "be in some hundreds of them, not in all");
		return false;
	case GROUPS_MEMORY:
		b->failed = true;
		return false;
	}
	base = image_add(&b->image, lists.at, lists.n * sizeof *lists.at) / 4;
	for (uint32_t cell = 1; cell < groups->ncells; cell++) {
		const uint32_t *list = &lists.at[value[cell]];

		value[cell] = list[0] == 1 ? TRIE_ONE | list[1] : value[cell] + base;
	}
	trie_finish(&b->nets, b->cell_zone, 0);
	trie_finish(groups, value, b->nets.nnodes);
	free(lists.at);
	free(value);
	return true;
}

static size_t
round_up(size_t n, size_t to)
{
	return (n + to - 1) & ~(to - 1);
}

/* Memory for an image. A large one in huge pages, where the kernel gives them: its index is read at
 * random, and filled so. */
static struct policy *
block(size_t size)
{
	size_t align = size >= 2 * HUGE_PAGE ? HUGE_PAGE : 64;
	struct policy *p = aligned_alloc(align, round_up(size, align));

	if (p && align == HUGE_PAGE)
		(void)madvise(p, round_up(size, align), MADV_HUGEPAGE); /* only faster */
	return p;
}

/* A power of two, and no less than LEAST. */
static uint64_t
slots_for(uint64_t least)
{
	uint64_t slots = 64;

	while (slots < least)
		slots *= 2;
	return slots;
}

/* Puts header, parts, nodes, indexes and their lists into one block. NULL, and said, when there is
 * no room. */
static struct policy *
assemble(struct build *b, const struct trie *groups)
{
	struct policy *p = &b->p, *image;
	/* At most half full, and what is seldom asked, but ten times as large, two thirds. */
	uint64_t slots = slots_for(b->need.index * 2),
		 near_slots = slots_for(b->need.near + b->need.near / 2 + 1);
	size_t nodes = round_up(b->image.n, 64), index, near, lists, most;

	p->zone_nodes = b->nets.nnodes;
	p->nnodes = b->nets.nnodes + groups->nnodes;
	p->zone4 = TRIE_ROOT4;
	p->zone6 = TRIE_ROOT6;
	p->group4 = p->zone_nodes + TRIE_ROOT4;
	p->group6 = p->zone_nodes + TRIE_ROOT6;
	index = nodes + (size_t)p->nnodes * sizeof(struct policy_node);
	near = index + slots * sizeof(struct policy_entry);
	lists = near + near_slots * sizeof(struct policy_entry);
	most = round_up(lists + (p->nconduits + b->need.index + b->need.near) * 8 + 1, 64);
	if (most > IMAGE_MOST) {
		conf_error(b->e, b->c->at,
		    "the compiled policy needs %zu MiB: at most %zu; fewer prefixes or services",
		    most >> 20, IMAGE_MOST >> 20);
		return NULL;
	}
	image = block(most);
	if (!image) {
		b->failed = true;
		return NULL;
	}
	p->nodes = (uint32_t)nodes;
	p->index = (uint32_t)index;
	p->index_mask = (uint32_t)(slots - 1);
	p->near = (uint32_t)near;
	p->near_mask = (uint32_t)(near_slots - 1);
	memcpy(b->image.at, p, sizeof *p);
	memcpy(image, b->image.at, b->image.n);
	memset((uint8_t *)image + b->image.n, 0, nodes - b->image.n);
	memcpy((uint8_t *)image + nodes, b->nets.node, b->nets.nnodes * sizeof *b->nets.node);
	memcpy((uint8_t *)image + nodes + b->nets.nnodes * sizeof *b->nets.node, groups->node,
	    groups->nnodes * sizeof *groups->node);
	memset((uint8_t *)image + index, 0, lists - index);
	lists = index_fill(image, (uint32_t)lists);
	if (!lists) {
		b->failed = true;
		free(image);
		return NULL;
	}
	image->size = (uint32_t)round_up(lists + 1, 64);
	memset((uint8_t *)image + lists, 0, image->size - lists);
	return image;
}

static struct policy *
finish(struct build *b)
{
	struct policy *image = NULL;
	struct trie groups;

	build_notices(b);
	b->p.zones = image_add(&b->image, b->zone, (b->p.nzones + 1) * sizeof *b->zone);
	if (!trie_init(&groups))
		b->failed = true;
	else if (finish_tries(b, &groups) && !b->image.failed && !b->failed)
		image = assemble(b, &groups);
	trie_fini(&groups);
	return image;
}

static void
build_fini(struct build *b)
{
	for (uint32_t z = 0; z < POLICY_ZONES; z++)
		free(b->sorted[z].prefix);
	image_free(&b->image);
	names_fini(&b->zones);
	names_fini(&b->sets);
	trie_fini(&b->nets);
	free(b->cell_zone);
	free(b->set_in_zone);
	groups_fini(&b->groups);
	free(b->conduits);
	localtime_free(&b->local);
	free(b);
}

/* All parts, in an order in which each finds what it asks for. */
static void
build_parts(struct build *b, struct compile_ifaces *keep)
{
	add_plain(b);
	add_zones(b);
	add_sets(b);
	build_networks(b);
	if (b->failed)
		return;
	build_lines(b, keep);
	check_facts(b);
	add_localtime(b);
	build_conduits(b);
	add_sinks(b);
	build_says(b);
	add_gateway(b);
}

static void
keep_names(const struct policy *p, struct compile_ifaces *keep)
{
	keep->n = p->nifaces;
	for (uint32_t i = 0; i < p->nifaces; i++)
		memcpy(keep->name[i], policy_iface(p, (uint16_t)i)->name, sizeof keep->name[i]);
}

struct policy *
compile(const struct conf *c, nstime now, struct compile_ifaces *keep, struct conf_errors *e)
{
	struct build *b = calloc(1, sizeof *b);
	uint32_t before = e->n;
	struct policy *image = NULL;

	if (!b) {
		conf_error(e, c->at, "out of memory");
		return NULL;
	}
	b->c = c;
	b->e = e;
	b->now = now;
	b->image = image_new();
	b->failed = b->image.failed || !names_init(&b->zones, c->nzones) ||
		    !names_init(&b->sets, c->nsets) || !trie_init(&b->nets);
	if (!b->failed)
		build_parts(b, keep);
	if (!b->failed && e->n == before)
		image = finish(b);
	if (!image && e->n == before)
		conf_error(e, c->at, "out of memory while the policy was compiled");
	if (image && keep)
		keep_names(image, keep);
	conf_errors_sort(e, c->at.file);
	build_fini(b);
	return image;
}
