/* pairs.c - pairs of zones by their names, and which lines are said about pairs and conduits. */
#include <stdlib.h>

#include "base/text.h"
#include "conf/build.h"

/* The zone that NAME, SIZE bytes of an item of `pairs`, stands for. */
static uint8_t
zone_of(struct build *b, const char *noun, const struct conf_list *pairs, uint32_t i,
    const char *name, size_t size)
{
	char zone[256], meant[BUILD_MEANT];
	struct text t = text_of(zone, sizeof zone);
	uint8_t number;

	text_add(&t, "%.*s", (int)size, name);
	number = build_zone(b, zone);
	if (!number)
		conf_error(b->e, pairs->place[i], "%s: pairs \"%s\": zone \"%s\": no such zone%s",
		    noun, pairs->item[i], zone, build_zone_meant(b, zone, meant));
	return number;
}

uint16_t
build_pair(struct build *b, const char *noun, const struct conf_list *pairs, uint32_t i)
{
	const char *text = pairs->item[i], *gt = strchr(text, '>');
	size_t size = gt ? (size_t)(gt - text) : strlen(text);
	uint8_t from = zone_of(b, noun, pairs, i, text, size), to = 0;

	if (gt)
		to = zone_of(b, noun, pairs, i, gt + 1, strlen(gt + 1));
	if (gt && from && from == to)
		conf_error(b->e, pairs->place[i], "%s: pairs \"%s\": must be two different zones",
		    noun, text);
	return (uint16_t)(from << 8 | to);
}

/* Where each pair was named first. */
struct named {
	struct conf_place at[POLICY_ZONES][POLICY_ZONES];
};

static void
add_say(struct build *b, const struct conf_say *s, uint8_t *rows, struct named *named)
{
	for (uint32_t i = 0; i < s->pairs.n; i++) {
		uint16_t pair = build_pair(b, "say", &s->pairs, i);
		uint8_t from = (uint8_t)(pair >> 8), to = (uint8_t)pair;
		struct conf_place *at = &named->at[from][to];

		if (!from || !to || from == to)
			continue; /* and said */
		if (at->file)
			conf_error(b->e, s->pairs.place[i],
			    "say: pairs \"%s\": is already named at %s:%u", s->pairs.item[i],
			    at->file, at->line);
		else
			*at = s->pairs.place[i];
		rows[from * (b->p.nzones + 1) + to] = s->lines;
	}
}

/* A conduit and its number. */
struct numbered {
	const char *id;
	uint32_t number;
};

static int
by_id(const void *a, const void *b)
{
	const struct numbered *p = a, *q = b;

	return strcmp(p->id, q->id);
}

/* The conduits that go before their pairs, by their names: an incident of an earlier configuration
 * knows only these. */
static void
add_conduits(struct build *b)
{
	uint32_t n = 0, *numbers = calloc(b->p.nconduits + 1, sizeof *numbers);
	struct numbered *list = calloc(b->p.nconduits + 1, sizeof *list);

	b->failed = b->failed || !numbers || !list;
	for (uint32_t i = 0; !b->failed && i < b->p.nconduits; i++)
		if (b->conduits[i].say != SAY_UNSET)
			list[n++] = (struct numbered){ b->c->conduits[i].id, i };
	if (n) {
		qsort(list, n, sizeof *list, by_id);
		for (uint32_t i = 0; i < n; i++)
			numbers[i] = list[i].number;
		b->p.nsay_conduits = n;
		b->p.say_conduits = image_add(&b->image, numbers, n * sizeof *numbers);
	}
	free(list);
	free(numbers);
}

void
build_says(struct build *b)
{
	size_t zones = b->p.nzones + 1;
	uint8_t *rows = calloc(zones, zones);
	struct named *named = calloc(1, sizeof *named);

	if (rows && named) {
		for (uint32_t i = 0; i < b->c->nsays; i++)
			add_say(b, &b->c->says[i], rows, named);
		if (b->c->nsays)
			b->p.say = image_add(&b->image, rows, zones * zones);
	}
	b->failed = b->failed || !rows || !named;
	free(rows);
	free(named);
	add_conduits(b);
}
