/* policy_match.c - the conduit of a flow, or its nearest miss: a handful of probes of the image's
 * index.
 *
 * The probes go from what fits best to what fits least; the first kind that finds anything ends the
 * search: ends and service; ends; ends and service the other way round; one end and the service;
 * one end; the service. Within a kind the conduit wins of which the fewest of MACs, hours and
 * expiry fail, then the first of the configuration.
 */
#include "model/policy.h"

#include "model/policy_slot.h"
#include "model/policy_trie.h"

enum {
	WEEK = 7 * 1440,   /* minutes */
	SERVICES = 1 + 17, /* any; and 0 to 16 leading bits of a port */
	BATCH = 32,	   /* probes whose lines of the index are fetched together */
};

/* The groups that hold an address. */
struct groups {
	uint32_t n;
	const uint32_t *list; /* NULL: there is one, and it is `one` */
	uint32_t one;
	bool all; /* and group 0 */
};

struct service {
	uint8_t proto, width;
	uint16_t port;
};

struct match {
	const struct policy *p;
	const struct policy_query *q;
	struct groups clients, servers;
	uint32_t nservices;
	struct service services[SERVICES];
	uint8_t from, to;
	bool swapped;	 /* ends are swapped: MACs, hours and expiry are not asked */
	uint32_t minute; /* of the local week, WEEK while nobody asked */
	/* the best so far */
	uint32_t conduit;
	uint32_t fails; /* of MACs, hours and expiry */
	uint8_t first;	/* the first of these that failed */
	uint8_t end;	/* the end that was left open when it was found */
};

static struct groups
groups_holding(const struct policy *p, const struct addr *a, bool is4)
{
	uint32_t leaf = policy_leaf(p, is4 ? p->group4 : p->group6, a, is4);
	const uint32_t *list = (const uint32_t *)(const void *)p + leaf;

	if (!leaf)
		return (struct groups){ 0 };
	if (leaf & TRIE_ONE)
		return (struct groups){ .n = 1, .one = leaf & ~TRIE_ONE };
	return (struct groups){ .n = list[0], .list = list + 1 };
}

/* Adds the services in use that could name the port. */
static void
services_add(struct match *m, uint8_t proto, uint16_t port)
{
	uint32_t widths = policy_zone(m->p, m->from)->widths;

	for (uint32_t left = widths & (POLICY_ANY_SERVICE - 1); left; left &= left - 1) {
		uint8_t width = (uint8_t)__builtin_ctz(left);
		uint16_t bits = (uint16_t)(port & 0xffff0000u >> width);

		m->services[m->nservices++] =
		    (struct service){ .proto = proto, .width = width, .port = bits };
	}
	if (widths & POLICY_ANY_SERVICE)
		m->services[m->nservices++] = (struct service){ .proto = POLICY_ANY_PROTO };
}

/* Minutes since Monday 00:00, local time. */
static uint32_t
minute_of_week(const struct policy *p, nstime t)
{
	int64_t seconds = t / NS_SEC - (t % NS_SEC < 0) + policy_offset_at(p, t);
	int64_t minute =
	    (seconds / 60 - (seconds % 60 < 0) + 3 * 1440) % WEEK; /* 1970-01-01 was a Thursday */

	return (uint32_t)(minute < 0 ? minute + WEEK : minute);
}

static bool
hours_fit(struct match *m, const struct policy_conduit *c)
{
	const struct policy_hours *h = policy_at(m->p, c->hours);

	if (!c->nhours)
		return true;
	if (m->minute == WEEK)
		m->minute = minute_of_week(m->p, m->q->time);
	for (uint32_t i = 0; i < c->nhours; i++)
		if (h[i].from <= m->minute && m->minute < h[i].to)
			return true;
	return false;
}

/* How many of MACs, hours and expiry fail; *FIRST is the first of them. */
static uint32_t
failing(struct match *m, const struct policy_conduit *c, uint8_t *first)
{
	const struct policy_query *q = m->q;
	uint32_t n = 0;

	if (q->time >= c->expires && c->expires != NSTIME_NEVER) {
		*first = COND_EXPIRY;
		n++;
	}
	if (!hours_fit(m, c)) {
		*first = COND_HOURS;
		n++;
	}
	if (q->server_mac && !policy_mac_fits(m->p, c, true, q->server_mac)) {
		*first = COND_SERVER_MAC;
		n++;
	}
	if (q->client_mac && !policy_mac_fits(m->p, c, false, q->client_mac)) {
		*first = COND_CLIENT_MAC;
		n++;
	}
	return n;
}

/* Lets the conduits of an entry compete. */
static void
consider(struct match *m, const struct policy_entry *e, uint8_t end)
{
	const uint32_t *list = policy_at(m->p, e->conduits);
	uint32_t n = e->plain || m->swapped ? 1 : list[0];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t c = i ? list[i + 1] : e->first;
		uint8_t first = COND_NONE;
		uint32_t fails = 0;

		if (m->fails == 0 && c >= m->conduit)
			return; /* a list ascends */
		if (!e->plain && !m->swapped)
			fails = failing(m, policy_conduit(m->p, c), &first);
		if (fails < m->fails || (fails == m->fails && c < m->conduit)) {
			m->conduit = c;
			m->fails = fails;
			m->first = first;
			m->end = end;
		}
	}
}

/* Keys that wait for their lines of the index. */
struct probes {
	uint32_t n;
	uint8_t end;
	const struct policy_entry *index;
	uint32_t mask;
	uint32_t at[BATCH];
	struct policy_entry key[BATCH];
};

static void
flush(struct match *m, struct probes *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		for (uint32_t at = b->at[i]; b->index[at].conduits; at = (at + 1) & b->mask) {
			if (policy_entry_is(&b->index[at], &b->key[i])) {
				consider(m, &b->index[at], b->end);
				break;
			}
		}
	}
	b->n = 0;
}

static void
push(struct match *m, struct probes *b, const struct policy_entry *key)
{
	uint32_t at = policy_entry_hash(key) & b->mask;

	__builtin_prefetch(&b->index[at]);
	b->at[b->n] = at;
	b->key[b->n++] = *key;
	if (b->n == BATCH)
		flush(m, b);
}

/* Probes for one pair of groups, with the services or with the service left open. */
static void
push_pair(struct match *m, struct probes *b, uint32_t clients, uint32_t servers, bool service)
{
	struct policy_entry key = {
		.clients = clients,
		.servers = servers,
		.from = m->from,
		.to = m->to,
		.width = POLICY_OPEN_WIDTH,
	};

	if (!service)
		push(m, b, &key);
	for (uint32_t i = 0; service && i < m->nservices; i++) {
		key.proto = m->services[i].proto;
		key.width = m->services[i].width;
		key.port = m->services[i].port;
		push(m, b, &key);
	}
}

/* Number I of the groups; the last one is group 0 when it is asked for. */
static inline uint32_t
group(const struct groups *g, uint32_t i)
{
	return i == g->n ? 0 : g->list ? g->list[i] : g->one;
}

/* Asks for all conduits that hold what is asked for: the client, the server, the service. True when
 * there is one. */
static bool
ask(struct match *m, bool client, bool server, bool service)
{
	static const struct groups open = { .n = 1, .one = POLICY_OPEN };
	const struct groups *c = client ? &m->clients : &open, *s = server ? &m->servers : &open;
	bool all = client && server && service;
	/* Only its first n entries are read: zeroing 1.2 KiB would cost more than the probes. */
	__attribute__((uninitialized)) struct probes b;

	b.n = 0;
	b.index = policy_at(m->p, all ? m->p->index : m->p->near);
	b.mask = all ? m->p->index_mask : m->p->near_mask;
	b.end = !client ? COND_CLIENT : !server ? COND_SERVER : COND_NONE;
	for (uint32_t i = 0; i < c->n + c->all; i++)
		for (uint32_t j = 0; j < s->n + s->all; j++)
			push_pair(m, &b, group(c, i), group(s, j), service);
	flush(m, &b);
	return m->conduit != (uint32_t)POLICY_NONE;
}

/* Would the flow fit with its ends swapped? A reply's port may be either one. */
static bool
reversed(const struct match *m, struct policy_answer *a)
{
	const struct policy_query *q = m->q;
	struct match r = {
		.p = m->p,
		.q = q,
		.clients = m->servers,
		.servers = m->clients,
		.from = q->to,
		.to = q->from,
		.swapped = true,
		.conduit = (uint32_t)POLICY_NONE,
		.fails = UINT32_MAX,
	};
	bool found;

	r.clients.all = policy_zone(r.p, r.from)->all_clients;
	r.servers.all = policy_zone(r.p, r.to)->all_servers;
	services_add(&r, q->proto, q->server_port);
	found = ask(&r, true, true, true);
	if (q->client_port != q->server_port) {
		r.nservices = 0;
		services_add(&r, q->proto, q->client_port);
		found = ask(&r, true, true, true) || found;
	}
	if (found)
		*a = (struct policy_answer){
			.conduit = r.conduit, .failed = COND_INITIATOR, .only = true
		};
	return found;
}

/* Nobody's ends and service fit: who comes nearest? */
static void
nearest(struct match *m, struct policy_answer *a)
{
	bool found;

	if (ask(m, true, true, false)) {
		*a = (struct policy_answer){
			.conduit = m->conduit, .failed = COND_SERVICE, .only = m->fails == 0
		};
		return;
	}
	if (reversed(m, a))
		return;
	found = ask(m, true, false, true);
	if (ask(m, false, true, true) || found) {
		*a = (struct policy_answer){
			.conduit = m->conduit, .failed = m->end, .only = m->fails == 0
		};
		return;
	}
	found = ask(m, true, false, false);
	if (ask(m, false, true, false) || found || ask(m, false, false, true)) {
		*a = (struct policy_answer){ .conduit = m->conduit, .failed = m->end };
		return;
	}
	*a = (struct policy_answer){ .conduit = (uint32_t)POLICY_NONE, .failed = COND_CLIENT };
}

void
policy_match(const struct policy *p, const struct policy_query *q, struct policy_answer *a)
{
	struct match m = {
		.p = p,
		.q = q,
		.from = q->from,
		.to = q->to,
		.minute = WEEK,
		.conduit = (uint32_t)POLICY_NONE,
		.fails = UINT32_MAX,
	};

	m.clients = groups_holding(p, &q->client, q->is4);
	m.servers = groups_holding(p, &q->server, q->is4);
	m.clients.all = policy_zone(p, q->from)->all_clients;
	m.servers.all = policy_zone(p, q->to)->all_servers;
	services_add(&m, q->proto, q->server_port);
	if (ask(&m, true, true, true))
		*a = (struct policy_answer){
			.conduit = m.conduit, .failed = m.first, .only = m.fails == 1
		};
	else
		nearest(&m, a);
}

uint8_t
policy_service_app(
    const struct policy *p, const struct policy_conduit *c, uint8_t proto, uint16_t port)
{
	const struct policy_service *s = policy_at(p, c->services);

	for (uint32_t i = 0; i < c->nservices; i++)
		if (s[i].app && (s[i].proto == POLICY_ANY_PROTO || s[i].proto == proto) &&
		    (s[i].whole || (port >= s[i].low && port <= s[i].high)))
			return (uint8_t)s[i].app;
	return 0;
}
