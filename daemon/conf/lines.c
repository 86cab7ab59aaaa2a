/* lines.c - where the zones' traffic comes in: interfaces, VLANs, mirror ports. */
#include <stdio.h>
#include <stdlib.h>

#include "conf/build.h"
#include "conf/suggest.h"
#include "model/policy_slot.h"

struct lines {
	struct build *b;
	struct policy_line line[POLICY_LINES + 1];
	struct conf_place place[POLICY_LINES + 1];
	uint32_t n; /* number of the last */
	uint16_t *tagged;
	uint32_t mask;
	bool full; /* said once: too many interfaces, or lines */
};

static uint32_t
lines_configured(const struct conf *c)
{
	uint32_t n = c->mirror.n;

	for (uint32_t z = 0; z < c->nzones; z++)
		n += c->zones[z].nlines;
	return n;
}

static bool
lines_init(struct lines *l, struct build *b)
{
	uint32_t n = lines_configured(b->c), size = 4;

	if (n > POLICY_LINES)
		n = POLICY_LINES;
	while (size < n * 2)
		size *= 2;
	l->b = b;
	l->mask = size - 1;
	l->tagged = calloc(size, sizeof *l->tagged);
	return l->tagged != NULL;
}

/* The number of an interface, a new one when it has none; POLICY_NONE when there are too many. */
static int
iface_of(struct lines *l, const char *name, struct conf_place at)
{
	struct policy *p = &l->b->p;
	struct policy_iface *f = l->b->iface;
	uint32_t i;

	for (i = 0; i < p->nifaces && strcmp(f[i].name, name) != 0; i++)
		;
	if (i == POLICY_IFACES) {
		if (!l->full)
			conf_error(l->b->e, at,
				   "interface \"%s\": at most %u interfaces, those of earlier "
				   "configurations too until a restart",
				   name, (unsigned)POLICY_IFACES);
		l->full = true;
		return POLICY_NONE;
	}
	if (i == p->nifaces) {
		(void)snprintf(f[i].name, sizeof f[i].name, "%s", name); /* checked: it is short */
		p->nifaces++;
	}
	f[i].used = true;
	return (int)i;
}

static bool
is_line(const struct policy_line *a, const struct policy_line *b)
{
	return a->iface == b->iface && a->vlan[0] == b->vlan[0] && a->vlan[1] == b->vlan[1];
}

/* Where the number of a line is kept, or is to be: zero when the line is new. */
static uint16_t *
number_of(struct lines *l, const struct policy_line *line)
{
	uint32_t at;

	if (!line->vlan[0])
		return &l->b->iface[line->iface].untagged;
	at = policy_tagged_hash(line->iface, line->vlan[0], line->vlan[1]) & l->mask;
	while (l->tagged[at] && !is_line(&l->line[l->tagged[at]], line))
		at = (at + 1) & l->mask;
	return &l->tagged[at];
}

static void
say_taken(struct lines *l, const struct conf_line *line, uint8_t zone, uint16_t by)
{
	const struct conf_place *at = &l->place[by];
	uint8_t other = l->line[by].zone;
	char vlan[32] = "";

	if (line->vlan[1])
		(void)snprintf(vlan, sizeof vlan, " vlan %u.%u", line->vlan[0],
			       line->vlan[1]); /* fits */
	else if (line->vlan[0])
		(void)snprintf(vlan, sizeof vlan, " vlan %u", line->vlan[0]); /* fits */
	if (other == zone)
		conf_error(
		    l->b->e, line->at,
		    "zone \"%s\": interface \"%s%s\": stands twice, first at %s:%u: once is enough",
		    build_zone_id(l->b, zone), line->name, vlan, at->file, at->line);
	else
		conf_error(l->b->e, line->at,
			   "zone \"%s\": interface \"%s%s\": zone \"%s\" has it too, at %s:%u: "
			   "zones share an "
			   "interface only by different VLANs",
			   build_zone_id(l->b, zone), line->name, vlan, build_zone_id(l->b, other),
			   at->file, at->line);
}

/* One more line; the slot for its number is known. */
static void
add(struct lines *l, uint16_t *number, const struct policy_line *line, struct conf_place at)
{
	if (l->n == POLICY_LINES) {
		if (!l->full)
			conf_error(l->b->e, at,
				   "interface \"%s\": at most %u pairs of interface and VLAN",
				   l->b->iface[line->iface].name, (unsigned)POLICY_LINES);
		l->full = true;
		return;
	}
	l->line[++l->n] = *line;
	l->place[l->n] = at;
	*number = (uint16_t)l->n;
}

static void
add_zone(struct lines *l, uint8_t zone)
{
	const struct conf_zone *z = &l->b->c->zones[zone - 1];

	for (uint32_t i = 0; i < z->nlines; i++) {
		int iface = iface_of(l, z->lines[i].name, z->lines[i].at);
		struct policy_line line = {.zone = zone};
		uint16_t *number;

		if (iface < 0)
			continue;
		line.iface = (uint16_t)iface;
		line.vlan[0] = z->lines[i].vlan[0];
		line.vlan[1] = z->lines[i].vlan[1];
		number = number_of(l, &line);
		if (*number)
			say_taken(l, &z->lines[i], zone, *number);
		else
			add(l, number, &line, z->lines[i].at);
	}
}

/* A mirror port's frames without a tag have a line too, of no zone when nobody names it. */
static void
add_mirror(struct lines *l, uint32_t i)
{
	const struct conf_list *m = &l->b->c->mirror;
	int iface = iface_of(l, m->item[i], m->place[i]);
	struct policy_iface *f = &l->b->iface[iface < 0 ? 0 : iface];
	struct policy_line line = {.iface = (uint16_t)iface};

	if (iface < 0)
		return;
	if (f->mirror)
		conf_error(l->b->e, m->place[i],
			   "mirror: interface \"%s\": stands twice: once is enough", m->item[i]);
	f->mirror = true;
	if (!f->untagged)
		add(l, &f->untagged, &line, m->place[i]);
}

static const char *
iface_word(const void *context, size_t i)
{
	const struct build *b = context;

	return b->iface[i].name;
}

static void
add_gateway_mac(struct build *b, const struct conf_mac *m)
{
	const char *near = suggest(m->interface, b->p.nifaces, iface_word, b);

	for (uint32_t i = 0; i < b->p.nifaces; i++) {
		struct policy_iface *f = &b->iface[i];

		if (!f->used || strcmp(f->name, m->interface) != 0)
			continue;
		if (f->has_mac)
			conf_error(b->e, m->at,
				   "gateway: macs: interface \"%s\": stands twice: once is enough",
				   m->interface);
		f->mac = m->mac;
		f->has_mac = true;
		return;
	}
	if (near)
		conf_error(b->e, m->at,
			   "gateway: macs: interface \"%s\": no zone and no mirror names it; did "
			   "you mean \"%s\"?",
			   m->interface, near);
	else
		conf_error(b->e, m->at,
			   "gateway: macs: interface \"%s\": no zone and no mirror names it",
			   m->interface);
}

/* How many zones come in by each interface, and which zones come in at all. */
static void
count_zones(struct lines *l)
{
	bool seen[POLICY_IFACES][POLICY_ZONES] = {{false}};
	struct build *b = l->b;

	for (uint32_t i = 1; i <= l->n; i++) {
		const struct policy_line *line = &l->line[i];

		if (!line->zone || seen[line->iface][line->zone])
			continue;
		seen[line->iface][line->zone] = true;
		b->iface[line->iface].nzones++;
		b->zone[line->zone].captured = true;
	}
	for (uint32_t z = 1; z <= b->p.nzones; z++)
		b->zone[z].captured = b->zone[z].captured || b->c->mirror.n != 0;
}

static void
take_names(struct build *b, const struct compile_ifaces *keep)
{
	b->p.nifaces = keep ? keep->n : 0;
	for (uint32_t i = 0; i < b->p.nifaces; i++)
		memcpy(b->iface[i].name, keep->name[i], sizeof b->iface[i].name);
}

void
build_lines(struct build *b, struct compile_ifaces *keep)
{
	struct lines *l = calloc(1, sizeof *l);

	if (!l || !lines_init(l, b)) {
		b->failed = true;
		free(l);
		return;
	}
	take_names(b, keep);
	for (uint32_t z = 1; z <= b->p.nzones; z++)
		add_zone(l, (uint8_t)z);
	for (uint32_t i = 0; i < b->c->mirror.n; i++)
		add_mirror(l, i);
	for (uint32_t i = 0; i < b->c->ngateway_macs; i++)
		add_gateway_mac(b, &b->c->gateway_macs[i]);
	count_zones(l);
	b->p.nlines = l->n;
	b->p.lines = image_add(&b->image, l->line, (l->n + 1) * sizeof *l->line);
	b->p.tagged_mask = l->mask;
	b->p.tagged = image_add(&b->image, l->tagged, (l->mask + 1) * sizeof *l->tagged);
	b->p.ifaces =
	    image_add(&b->image, b->iface, (b->p.nifaces ? b->p.nifaces : 1) * sizeof *b->iface);
	free(l->tagged);
	free(l);
}
