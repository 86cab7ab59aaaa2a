/* test_policy_random.c - random policies and flows: the compiled index against a plain loop over
 * the configuration, and images with wrong bytes against the checks of policy_valid(). SEED in the
 * environment repeats a run. */
#include "unit.h"

#include <stdio.h>
#include <time.h>

#include "rules.h"

enum { POLICIES = 300, QUERIES = 40, FLIPS = 3000, ZONES = 3 };

static uint64_t state;

static uint32_t
draw(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % below;
}

static const char *
pick(const char *const *words, size_t n)
{
	return words[draw((uint32_t)n)];
}

#define PICK(words) pick(words, sizeof(words) / sizeof *(words))

/* An address or prefix of a zone, in few places so that lists meet and nest. */
static const char *
draw_prefix(char to[64], uint32_t zone, bool host)
{
	static const char *const len4[] = { "/32", "", "/31", "/30", "/29", "/28", "/27", "/24",
		"/23", "/20", "/17", "/16" };
	static const char *const len6[] = { "/128", "", "/127", "/126", "/124", "/121", "/64",
		"/63", "/60", "/52", "/48" };
	static const uint32_t last[] = { 0, 1, 2, 3, 127, 128, 254, 255 };
	uint32_t host_bits = last[draw(8)];
	struct prefix p;
	bool four = draw(2);

	if (four)
		(void)snprintf(to, 64, "10.%u.%u.%u%s", zone, draw(3), host_bits,
		    host ? "" : PICK(len4)); /* fits */
	else
		(void)snprintf(to, 64, "2001:db8:%u:%u::%x%s", zone, draw(3), host_bits,
		    host ? "" : PICK(len6)); /* fits */
	assert_true(prefix_parse(to, &p) != PREFIX_BAD_ADDRESS);
	return prefix_text(to, &p);
}

static const char *
draw_list(char to[512], uint32_t zone)
{
	uint32_t n = draw(5);

	to[0] = 0;
	if (draw(6) == 0)
		return NULL;
	if (n == 0 && draw(3) == 0)
		return to;
	for (uint32_t i = 0; i <= n; i++) {
		struct text t = { .at = to, .size = 512, .len = strlen(to) };
		char item[64];

		text_add(&t, " %s",
		    draw(8)   ? draw_prefix(item, zone, false) :
		    zone == 1 ? "@one" :
		    zone == 2 ? "@two" :
				"@three");
	}
	return to;
}

static const char *const services[] = {
	"tcp/80",
	"tcp/443",
	"tcp/80-90",
	"tcp/1-65535",
	"tcp/1000-1999",
	"udp/53",
	"udp/50-60",
	"icmp/8",
	"icmp6/128",
	"ip/47",
	"any",
	"sctp/2905",
	"tcp/7",
	"tcp/32768-65535",
};
static const char *const macs[] = { "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03" };
static const char *const hours[] = { "mon-fri 08:00-19:00", "sat 22:00-06:00", "sun 22:00-06:00",
	"wed 00:00-24:00" };
static const char *const days[] = { "2026-03-31", "2026-04-01", "2027-01-01", "2000-02-29" };

static void
draw_conduit(struct rules *r, uint32_t number)
{
	static const char *const zones[] = { "one", "two", "three" };
	uint32_t from = draw(ZONES), to = (from + 1 + draw(ZONES - 1)) % ZONES;
	char id[16], clients[512], servers[512], list[128] = "";
	struct conf_conduit *c;

	(void)snprintf(id, sizeof id, "c%u", number); /* fits */
	for (uint32_t n = draw(4); n; n--) {
		struct text t = { .at = list, .size = sizeof list, .len = strlen(list) };

		text_add(&t, " %s", PICK(services));
	}
	c = rules_conduit(r, id, zones[from], zones[to], draw_list(clients, from + 1),
	    draw_list(servers, to + 1), list);
	if (draw(4) == 0)
		c->client_macs = rules_list(r, PICK(macs));
	if (draw(4) == 0)
		c->server_macs = rules_list(r, draw(4) ? PICK(macs) : "");
	if (draw(4) == 0)
		rules_hours(r, c, draw(6) ? PICK(hours) : NULL);
	if (draw(4) == 0)
		c->expires = PICK(days);
}

static struct rules
draw_rules(void)
{
	uint32_t n = 1 + draw(14);
	struct rules r = rules_new(ZONES, 3, n);

	r.conf.model = (uint8_t)(draw(2) ? MODEL_NONE : MODEL_BETA);
	rules_zone(&r, "one", CLASS_LGWAN, "eth1", "10.1.0.0/16 2001:db8:1::/48");
	rules_zone(&r, "two", CLASS_INTERNET, "eth2", "10.2.0.0/16 2001:db8:2::/48");
	rules_zone(&r, "three", CLASS_OTHER, "eth3.20", "10.3.0.0/16 2001:db8:3::/48");
	rules_set(&r, "one", "10.1.0.0/24 10.1.1.2 2001:db8:1:1::/64");
	rules_set(&r, "two", "10.2.0.0/30 2001:db8:2::/64");
	rules_set(&r, "three", "10.3.1.0/24 10.3.0.0/31");
	for (uint32_t i = 0; i < n; i++)
		draw_conduit(&r, i);
	for (uint32_t i = 0; i < n; i++)
		r.conf.conduits[i].lines = (uint8_t)draw(SAY_SUMS + 1);
	r.conf.says = arena_alloc(r.arena, 1, sizeof *r.conf.says);
	r.conf.nsays = 1;
	r.conf.says->pairs = rules_list(&r, "one>two three>one");
	r.conf.says->lines = (uint8_t)(SAY_ALL + draw(SAY_SUMS));
	return r;
}

static struct addr
draw_host(uint32_t zone, bool is4)
{
	struct addr a = { .d = { 0, 0 } };
	char text[64];

	do
		assert_true(addr_parse(draw_prefix(text, zone, true), &a));
	while (addr_is4(&a) != is4);
	return a;
}

static struct policy_query
draw_query(struct mac mac[2])
{
	static const uint16_t ports[] = { 80, 443, 79, 90, 91, 1000, 1999, 2000, 53, 8, 128, 0, 7,
		32767, 32768, 65535, 2905, 1 };
	static const uint8_t protos[] = { 6, 6, 6, 6, 17, 1, 58, 47, 132, 50 };
	uint32_t from = draw(ZONES), to = (from + 1 + draw(ZONES - 1)) % ZONES,
		 n = sizeof ports / sizeof *ports;
	struct policy_query q = {
		.is4 = draw(2), .from = (uint8_t)(from + 1), .to = (uint8_t)(to + 1)
	};

	q.client = draw_host(q.from, q.is4);
	q.server = draw_host(q.to, q.is4);
	q.proto = protos[draw(sizeof protos)];
	q.server_port = ports[draw(n)];
	q.client_port = ports[draw(n)];
	for (int i = 0; i < 2; i++)
		assert_true(mac_parse(PICK(macs), &mac[i]));
	q.client_mac = draw(3) ? &mac[0] : NULL;
	q.server_mac = draw(3) ? &mac[1] : NULL;
	/* within some days of the last days above, on the minute or one nanosecond before it */
	q.time = rules_utc(2026, 3, 31, 15, 0, 0) + ((nstime)draw(14 * 1440) - 7 * 1440) * NS_MIN -
		 (nstime)draw(2);
	if (draw(3) == 0)
		q.time = rules_utc(2026, 3, 31, 15, 0, 0) + (nstime)draw(3) - 1;
	return q;
}

/* What follows asks the configuration itself, and knows nothing of groups, tries and the index. */

static bool
holds(const struct conf *c, const struct conf_addrs *list, const struct addr *a, bool is4)
{
	if (!list->present)
		return true;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct conf_addr *item = &list->item[i];

		for (uint32_t s = 0; item->set && s < c->nsets; s++)
			if (!strcmp(c->sets[s].name, item->set) &&
			    holds(c, &c->sets[s].addresses, a, is4))
				return true;
		if (!item->set && item->prefix.is4 == is4 && prefix_has(&item->prefix, a))
			return true;
	}
	return false;
}

static bool
serves(const struct conf_conduit *c, uint8_t proto, uint16_t port)
{
	for (uint32_t i = 0; i < c->services_list.n; i++) {
		const struct policy_service *s = &c->services[i];

		if (s->proto == POLICY_ANY_PROTO ||
		    (s->proto == proto && (s->whole || (s->low <= port && port <= s->high))))
			return true;
	}
	return false;
}

static bool
has_mac(const struct conf_list *list, const struct mac *m)
{
	char text[MAC_TEXT];

	for (uint32_t i = 0; i < list->n; i++)
		if (!strcmp(list->item[i], mac_text(text, m)))
			return true;
	return false;
}

/* Local time is Asia/Tokyo: nine hours, no summer time. */
static bool
is_open(const struct conf_conduit *c, nstime t)
{
	int64_t minute =
	    (t + 9 * NS_HOUR) / NS_MIN - nstime_days(2026, 3, 30) * 1440; /* a Monday */

	minute = (minute % 10080 + 10080) % 10080;
	for (uint32_t i = 0; i < c->nhours; i++)
		if (c->hours[i].from <= minute && minute < c->hours[i].to)
			return true;
	return !c->hours_list.present;
}

static bool
has_expired(const struct conf_conduit *c, nstime t)
{
	int y, m, d;

	if (!c->expires)
		return false;
	assert_int_equal(sscanf(c->expires, "%d-%d-%d", &y, &m, &d), 3);
	return t >= (nstime_days(y, m, d) + 1) * NS_DAY - 9 * NS_HOUR;
}

struct fit {
	bool client, server, service, reversed;
	uint32_t fails;
	uint8_t first;
};

static struct fit
fit_of(const struct conf *c, const struct conf_conduit *k, const struct policy_query *q)
{
	bool here =
	    !strcmp(k->from, c->zones[q->from - 1].id) && !strcmp(k->to, c->zones[q->to - 1].id);
	bool back =
	    !strcmp(k->to, c->zones[q->from - 1].id) && !strcmp(k->from, c->zones[q->to - 1].id);
	bool nobody = k->client_macs.present && !k->client_macs.n,
	     noserver = k->server_macs.present && !k->server_macs.n;
	bool failed[4] = {
		q->client_mac && k->client_macs.n && !has_mac(&k->client_macs, q->client_mac),
		q->server_mac && k->server_macs.n && !has_mac(&k->server_macs, q->server_mac),
		!is_open(k, q->time),
		has_expired(k, q->time),
	};
	struct fit f = { .first = COND_NONE };

	f.client = here && !nobody && holds(c, &k->clients, &q->client, q->is4);
	f.server = here && !noserver && holds(c, &k->servers, &q->server, q->is4);
	f.service = here && serves(k, q->proto, q->server_port);
	f.reversed = back && !nobody && !noserver && holds(c, &k->clients, &q->server, q->is4) &&
		     holds(c, &k->servers, &q->client, q->is4) &&
		     (serves(k, q->proto, q->server_port) || serves(k, q->proto, q->client_port));
	for (int i = 3; i >= 0; i--) {
		f.fails += failed[i];
		f.first = failed[i] ? (uint8_t)(COND_CLIENT_MAC + i) : f.first;
	}
	return f;
}

/* How near: the lower the nearer. */
static uint32_t
rank_of(const struct fit *f)
{
	if (f->client && f->server)
		return f->service ? 0 : 1;
	if (f->reversed)
		return 2;
	if (f->service && (f->client || f->server))
		return 3;
	if (f->client || f->server)
		return 4;
	return f->service ? 5 : 6;
}

static struct policy_answer
model(const struct conf *c, const struct policy_query *q)
{
	struct policy_answer a = { .conduit = (uint32_t)POLICY_NONE, .failed = COND_CLIENT };
	uint32_t best = 6, fails = UINT32_MAX;

	for (uint32_t i = 0; i < c->nconduits; i++) {
		struct fit f = fit_of(c, &c->conduits[i], q);
		uint32_t rank = rank_of(&f), n = rank == 2 ? 0 : f.fails;

		if (rank == 6 || rank > best || (rank == best && n >= fails))
			continue;
		best = rank;
		fails = n;
		a.conduit = i;
		a.failed = (uint8_t)(rank == 0 ? f.first :
				     rank == 1 ? COND_SERVICE :
				     rank == 2 ? COND_INITIATOR :
				     f.client  ? COND_SERVER :
						 COND_CLIENT);
		a.only = rank == 0 ? n == 1 : rank <= 3 && n == 0;
	}
	return a;
}

static void
print_query(const struct policy_query *q)
{
	char client[ADDR_TEXT], server[ADDR_TEXT], time[NSTIME_TEXT];

	print_error("%u>%u %s>%s proto %u port %u (client's %u) at %s\n", q->from, q->to,
	    addr_text(client, &q->client), addr_text(server, &q->server), q->proto, q->server_port,
	    q->client_port, nstime_text(time, q->time, 32400));
}

static uint32_t met[COND_EXPIRY + 1];

static void
compare(const struct rules *r, const struct policy *p)
{
	for (int i = 0; i < QUERIES; i++) {
		struct mac mac[2];
		struct policy_query q = draw_query(mac);
		struct policy_answer a, want = model(&r->conf, &q);

		policy_match(p, &q, &a);
		if (a.conduit != want.conduit || a.failed != want.failed || a.only != want.only) {
			print_query(&q);
			print_error("conduit %d failed %s only %d, expected %d %s %d\n",
			    (int)a.conduit, policy_condition_name(a.failed), a.only,
			    (int)want.conduit, policy_condition_name(want.failed), want.only);
			fail();
		}
		met[a.failed]++;
		assert_int_equal(policy_zone_of(p, &q.client, q.is4), q.from);
		assert_int_equal(policy_zone_of(p, &q.server, q.is4), q.to);
	}
}

static void
index_and_loop_agree(void **unused)
{
	(void)unused;
	for (int i = 0; i < POLICIES; i++) {
		struct rules r = draw_rules();
		struct policy *p = rules_compile(&r, 0), *again;

		if (!p)
			print_error("%s\n", r.errors.text[0]);
		assert_non_null(p);
		assert_true(policy_valid(p, p->size));
		compare(&r, p);
		if (i % 16 == 0) {
			again = rules_compile(&r, 0);
			assert_non_null(again);
			assert_int_equal(again->size, p->size);
			assert_memory_equal(again, p, p->size);
			free(again);
		}
		free(p);
		rules_free(&r);
	}
	for (int i = 0; i <= COND_EXPIRY; i++)
		assert_true(met[i]); /* else the test draws too little */
}

/* Everything a role asks of an image. */
static void
ask_all(const struct policy *p)
{
	struct mac mac[2];
	struct policy_answer a;

	for (int i = 0; i < 12; i++) {
		struct policy_query q = draw_query(mac);

		q.from = (uint8_t)draw(p->nzones + 1);
		q.to = (uint8_t)draw(p->nzones + 1);
		policy_match(p, &q, &a);
		if (a.conduit != (uint32_t)POLICY_NONE)
			assert_true(
			    strlen(policy_text(p, policy_conduit(p, a.conduit)->id)) < p->size);
		assert_true(policy_zone_of(p, &q.client, q.is4) <= p->nzones);
		assert_true(
		    policy_line_of(p, (uint16_t)draw(5), (uint16_t)(draw(2) * 20), 0) <= p->nlines);
		(void)policy_port_named(
		    p, q.proto, q.server_port); /* only that it ends, and reads inside */
		(void)policy_forbidden(p, q.from, q.to);
		assert_in_range(policy_say(p, q.from, q.to, policy_conduit_id(p, a.conduit)),
		    SAY_ALL, SAY_SUMS);
		(void)policy_offset_at(p, q.time);
	}
	for (uint32_t i = 0; i < p->nconduits; i++)
		for (const char *t = policy_text(p, policy_mail(p, i)->allow); *t;
		     t += strlen(t) + 1)
			assert_true(t < (const char *)p + p->size);
	(void)policy_iface_named(p, "eth9");
}

/* Most bytes of an image are zeros of the port map and the index; a flip prefers the others. */
static void
flip(uint8_t *bytes, uint32_t size)
{
	for (uint32_t n = 1 + draw(2); n; n--) {
		uint32_t at = draw(2) ? draw((uint32_t)sizeof(struct policy)) : draw(size);

		for (int tries = 0; !bytes[at] && tries < 50; tries++)
			at = draw(size);
		bytes[at] = (uint8_t)(draw(2) ? bytes[at] ^ 1u << draw(8) : draw(256));
	}
}

/* Says no to what the image at P is with VALUE in the field at FIELD. */
#define REFUSES(p, field, value)                                                                   \
	do {                                                                                       \
		__typeof__(field) before = (field);                                                \
		(field) = (value);                                                                 \
		if (policy_valid(p, (p)->size))                                                    \
			fail_msg("%s = %s was accepted", #field, #value);                          \
		(field) = before;                                                                  \
		assert_true(policy_valid(p, (p)->size));                                           \
	} while (0)

static struct policy_entry *
some_entry(struct policy *p)
{
	struct policy_entry *e = (struct policy_entry *)(void *)((uint8_t *)p + p->index);

	while (!e->conduits)
		e++;
	return e;
}

static uint32_t *
words_at(struct policy *p, uint32_t offset)
{
	return (uint32_t *)(void *)((uint8_t *)p + offset);
}

static void
wrong_numbers_are_refused(void **unused)
{
	struct rules r = draw_rules();
	struct policy *p = rules_compile(&r, 0);
	struct policy_entry *e;
	struct policy_conduit *c;
	struct policy_zone *z;
	struct policy_line *l;
	struct policy_mail *m;

	(void)unused;
	assert_non_null(p);
	free(p);
	r.conf.conduits[0].lines = SAY_BRIEF;
	r.conf.mail.allow = rules_list(&r, "text/plain");
	r.conf.mail.charsets = rules_list(&r, "utf-8");
	p = rules_compile(&r, 0);
	assert_non_null(p);
	e = some_entry(p);
	c = (struct policy_conduit *)(void *)words_at(p, p->conduits);
	z = (struct policy_zone *)(void *)words_at(p, p->zones);
	m = (struct policy_mail *)(void *)words_at(p, p->mails);
	l = (struct policy_line *)(void *)words_at(p, p->lines);
	REFUSES(p, p->magic, 1);
	REFUSES(p, ((char *)p)[p->size - 1], 'x');
	REFUSES(p, p->conduits, p->size - 8);
	REFUSES(p, p->conduits, p->conduits + 4);
	REFUSES(p, p->nconduits, 0); /* the index names conduit 0 */
	REFUSES(p, p->nconduits, UINT32_MAX);
	REFUSES(p, p->nzones, 2);
	REFUSES(p, p->nodes, p->nodes + 8);
	REFUSES(p, p->nnodes, p->size / 64 + 1);
	REFUSES(p, p->zone4, p->nnodes);
	REFUSES(p, p->group4, p->zone4);
	REFUSES(p, p->group6, p->nnodes);
	REFUSES(p, p->index_mask, p->index_mask - 1);
	REFUSES(p, p->index_mask, UINT32_MAX);
	REFUSES(p, p->near, p->size - 64);
	REFUSES(p, p->near_mask, 5);
	REFUSES(p, p->tagged_mask, UINT32_MAX);
	REFUSES(p, p->noffsets, 0);
	REFUSES(p, p->ports, p->size - 8192 - 8);
	REFUSES(p, p->model, MODEL_BETA_PRIME + 1);
	REFUSES(p, p->organisation, p->size);
	REFUSES(p, e->conduits, p->size - 4);
	REFUSES(p, words_at(p, e->conduits)[0], UINT32_MAX);
	REFUSES(p, words_at(p, e->conduits)[0], 0);
	REFUSES(p, words_at(p, e->conduits)[1], p->nconduits);
	REFUSES(p, e->first, p->nconduits);
	REFUSES(p, c->from, ZONES + 1);
	REFUSES(p, c->to, 0);
	REFUSES(p, c->id, p->size);
	REFUSES(p, c->nservices, UINT32_MAX);
	REFUSES(p, c->nhours, UINT32_MAX / 2);
	REFUSES(p, c->nclient_macs, UINT32_MAX / 2);
	REFUSES(p, c->inspect, INSPECT_FROM_CLIENTS + 1);
	REFUSES(p, c->mail, p->nmails);
	REFUSES(p, p->mails, p->size - 8);
	REFUSES(p, p->nmails, 0);
	REFUSES(p, p->nmails, UINT32_MAX);
	REFUSES(p, m->allow, 0);
	REFUSES(p, m->allow, p->size);
	REFUSES(p, m->charsets, 1u << 7);
	REFUSES(p, m->depth, 0);
	REFUSES(p, m->depth, POLICY_MAIL_DEPTH + 1);
	REFUSES(p, m->images, 2);
	REFUSES(p, c->say, SAY_SUMS + 1);
	REFUSES(p, ((uint8_t *)p)[p->say], SAY_SUMS + 1);
	REFUSES(p, p->say, p->size - 8);
	REFUSES(p, p->say, p->say + 4);
	REFUSES(p, p->nsay_conduits, UINT32_MAX);
	REFUSES(p, words_at(p, p->say_conduits)[0], p->nconduits);
	REFUSES(p, z[1].class, CLASS_OTHER + 1);
	REFUSES(p, z[1].widths, 2 * POLICY_ANY_SERVICE);
	REFUSES(p, *(uint8_t *)&z[1].captured, 2);
	REFUSES(p, l[1].iface, (uint16_t)p->nifaces);
	REFUSES(p, l[1].zone, ZONES + 1);
	REFUSES(p, words_at(p, p->nodes)[0], ZONES + 1);
	REFUSES(p, words_at(p, p->nodes)[0], TRIE_NODE | p->zone_nodes);
	REFUSES(p, words_at(p, p->nodes + p->group4 * 64)[0], TRIE_NODE);
	REFUSES(p, words_at(p, p->nodes + p->group4 * 64)[0], p->size / 4);
	free(p);
	rules_free(&r);
}

static void
valid_image_is_safe(void **unused)
{
	struct rules r = draw_rules();
	struct policy *p = rules_compile(&r, 0);
	uint32_t valid = 0;

	(void)unused;
	assert_non_null(p);
	for (int i = 0; i < FLIPS; i++) {
		struct policy *copy = aligned_alloc(64, p->size);

		assert_non_null(copy);
		memcpy(copy, p, p->size);
		flip((uint8_t *)copy, p->size);
		if (policy_valid(copy, p->size)) {
			valid++;
			ask_all(copy);
		}
		free(copy);
	}
	assert_in_range(valid, 1, FLIPS - 1);
	assert_false(policy_valid(p, p->size - 1));
	assert_false(policy_valid(p, sizeof *p - 1));
	free(p);
	rules_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_and_loop_agree),
		cmocka_unit_test(valid_image_is_safe),
		cmocka_unit_test(wrong_numbers_are_refused),
	};
	const char *seed = getenv("SEED");

	state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
	print_message("SEED=%llu\n", (unsigned long long)state);
	return UNIT_RUN(tests);
}
