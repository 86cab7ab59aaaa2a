/* rules.h - a configuration put together in C, for tests of what is compiled from it.
 *
 * Knows: the fields of struct conf. Owns what it allocates, in one arena. Included by tests/unit
 * and tests/bench. Each thing added stands on a line of its own, from 1, of "test.conf"; lists are
 * texts with blanks between items: NULL is absent, "" is empty.
 */
#ifndef SEGAUDIT_RULES_H
#define SEGAUDIT_RULES_H

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "conf/arena.h"
#include "conf/compile.h"
#include "conf/value.h"

struct rules {
	struct conf conf;
	struct arena *arena;
	unsigned line;
	struct conf_errors errors;
};

/* The test itself is wrong. */
static inline void
rules_wrong(const char *what)
{
	(void)fprintf(stderr, "rules.h: %s\n", what); /* nobody to tell otherwise */
	abort();
}

static inline struct conf_place
rules_here(const struct rules *r)
{
	return (struct conf_place){.file = "test.conf", .line = r->line};
}

static inline const char *
rules_copy(struct rules *r, const char *text)
{
	return text ? arena_copy(r->arena, text, strlen(text)) : NULL;
}

static inline struct rules
rules_new(size_t zones, size_t sets, size_t conduits)
{
	struct rules r = {.arena = arena_new()};

	assert(r.arena);
	r.conf = (struct conf){
	    .organisation = "Example City",
	    .language = "en",
	    .timezone = "Asia/Tokyo",
	    .user = "nobody",
	    .run_dir = "/run/segaudit",
	    .state_dir = "/var/lib/segaudit",
	    .model = MODEL_ALPHA,
	    .workers = 1,
	    .flows = 1000,
	    .lines_per_second = 30,
	    .ring = 1 << 20,
	    .capture_buffer = 1 << 20,
	    .attempt_after = 200 * NS_MSEC,
	    .quiet_after = 5 * NS_MIN,
	    .heartbeat = 5 * NS_MIN,
	    .mail = {.depth = 20, .max_size = 10 << 20},
	    .arena = r.arena,
	    .at = {.file = "test.conf"},
	};
	r.conf.zones = arena_alloc(r.arena, zones, sizeof *r.conf.zones);
	r.conf.sets = arena_alloc(r.arena, sets, sizeof *r.conf.sets);
	r.conf.conduits = arena_alloc(r.arena, conduits, sizeof *r.conf.conduits);
	return r;
}

static inline void
rules_free(struct rules *r)
{
	conf_errors_free(&r->errors);
	arena_free(r->arena);
}

/* The next item of a list of texts, at *P; NULL at its end. */
static inline const char *
rules_item(struct rules *r, const char **p)
{
	const char *start = *p + strspn(*p, " ");
	size_t size = strcspn(start, " ");

	*p = start + size;
	return size ? arena_copy(r->arena, start, size) : NULL;
}

static inline struct conf_list
rules_list(struct rules *r, const char *text)
{
	struct conf_list l = {.present = text != NULL};
	const char *item;

	if (!text)
		return l;
	l.item = arena_alloc(r->arena, strlen(text) / 2 + 1, sizeof *l.item);
	l.place = arena_alloc(r->arena, strlen(text) / 2 + 1, sizeof *l.place);
	while ((item = rules_item(r, &text))) {
		l.place[l.n] = rules_here(r);
		l.item[l.n++] = item;
	}
	return l;
}

static inline struct conf_addrs
rules_addrs(struct rules *r, const char *text)
{
	struct conf_list l = rules_list(r, text);
	struct conf_addrs a = {.n = l.n, .present = l.present, .at = rules_here(r)};

	a.item = arena_alloc(r->arena, l.n, sizeof *a.item);
	for (uint32_t i = 0; i < l.n; i++) {
		a.item[i].at = l.place[i];
		if (l.item[i][0] == '@')
			a.item[i].set = l.item[i] + 1;
		else if (prefix_parse(l.item[i], &a.item[i].prefix) != PREFIX_OK)
			rules_wrong("a prefix of the test");
	}
	return a;
}

/* LINES: "eth1 eth2.20 eth3.20.300", the numbers are VLAN ids. */
static inline struct conf_zone *
rules_zone(struct rules *r, const char *id, uint8_t class, const char *lines, const char *networks)
{
	struct conf_zone *z = &r->conf.zones[r->conf.nzones++];
	struct conf_list l;

	r->line++;
	l = rules_list(r, lines);
	*z = (struct conf_zone){
	    .id = rules_copy(r, id),
	    .label = rules_copy(r, id),
	    .class = class,
	    .ipv6 = true,
	    .at = rules_here(r),
	    .networks = rules_addrs(r, networks),
	    .nlines = l.n,
	    .lines = arena_alloc(r->arena, l.n, sizeof *z->lines),
	};
	for (uint32_t i = 0; i < l.n; i++) {
		unsigned vlan[2] = {0, 0};

		z->lines[i].at = rules_here(r);
		if (sscanf(l.item[i], "%15[^.].%u.%u", z->lines[i].name, &vlan[0], &vlan[1]) < 1)
			rules_wrong("a line of the test");
		z->lines[i].vlan[0] = (uint16_t)vlan[0];
		z->lines[i].vlan[1] = (uint16_t)vlan[1];
	}
	return z;
}

static inline struct conf_set *
rules_set(struct rules *r, const char *name, const char *addresses)
{
	struct conf_set *s = &r->conf.sets[r->conf.nsets++];

	r->line++;
	*s = (struct conf_set){.name = rules_copy(r, name),
			       .addresses = rules_addrs(r, addresses),
			       .at = rules_here(r)};
	return s;
}

static inline struct conf_conduit *
rules_conduit(struct rules *r, const char *id, const char *from, const char *to,
	      const char *clients, const char *servers, const char *services)
{
	struct conf_conduit *c = &r->conf.conduits[r->conf.nconduits++];
	char why[128];
	struct text t = text_of(why, sizeof why);

	r->line++;
	*c = (struct conf_conduit){
	    .id = rules_copy(r, id),
	    .from = rules_copy(r, from),
	    .to = rules_copy(r, to),
	    .at = rules_here(r),
	    .from_at = rules_here(r),
	    .to_at = rules_here(r),
	    .services_at = rules_here(r),
	    .expires_at = rules_here(r),
	    .clients = rules_addrs(r, clients),
	    .servers = rules_addrs(r, servers),
	    .services_list = rules_list(r, services),
	    .inspect = INSPECT_BOTH,
	};
	c->services = arena_alloc(r->arena, c->services_list.n, sizeof *c->services);
	for (uint32_t i = 0; i < c->services_list.n; i++)
		if (!value_service(c->services_list.item[i], &c->services[i], &t))
			rules_wrong("a service of the test");
	return c;
}

/* One text of hours: "mon-fri 08:00-19:00". */
static inline void
rules_hours(struct rules *r, struct conf_conduit *c, const char *hours)
{
	struct text t;
	char why[128];

	t = text_of(why, sizeof why);
	c->hours_list = (struct conf_list){.present = true, .n = hours ? 1 : 0};
	c->hours_list.item = arena_alloc(r->arena, 1, sizeof *c->hours_list.item);
	c->hours = arena_alloc(r->arena, VALUE_WINDOWS, sizeof *c->hours);
	if (!hours)
		return;
	c->hours_list.item[0] = rules_copy(r, hours);
	c->nhours = value_hours(hours, c->hours, &t);
	assert(c->nhours);
}

/* Compiles; a test that expects errors looks for them in r->errors. */
static inline struct policy *
rules_compile(struct rules *r, nstime now)
{
	return compile(&r->conf, now, NULL, &r->errors);
}

/* Second SECOND of a civil UTC time. */
static inline nstime
rules_utc(int year, int month, int day, int hour, int minute, int second)
{
	return nstime_days(year, month, day) * NS_DAY + hour * NS_HOUR + minute * NS_MIN +
	       second * NS_SEC;
}

#endif
