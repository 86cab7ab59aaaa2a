#include "conf/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "conf/names.h"
#include "conf/source.h"
#include "conf/value.h"

struct checker {
	struct conf *conf;
	struct conf_errors *errors;
};

/* Names that must differ, and where the N different ones are. */
struct twins {
	struct names names;
	const struct conf_place **place;
	uint32_t n;
	const char *noun, *key;
	struct conf_errors *errors;
};

static void
twins_add(struct twins *t, const char *name, const struct conf_place *at)
{
	const struct conf_place *first;
	uint32_t before;

	if (!name)
		return; /* that it is missing was said */
	before = names_add(&t->names, name, t->n);
	if (before == NAMES_NONE) {
		t->place[t->n++] = at;
		return;
	}
	first = t->place[before];
	conf_error(t->errors, *at, "%s \"%s\": %s is already used at %s:%u", t->noun, name, t->key,
		   first->file, first->line);
}

static bool
twins_init(struct twins *t, const struct checker *c, const char *noun, const char *key, uint32_t n)
{
	*t = (struct twins){.noun = noun, .key = key, .errors = c->errors};
	t->place = calloc((size_t)n + 1, sizeof *t->place);
	if (t->place && names_init(&t->names, n))
		return true;
	c->conf->arena->failed = true;
	return false;
}

static void
twins_fini(struct twins *t)
{
	names_fini(&t->names);
	free(t->place);
}

static void
check_names(struct checker *c)
{
	const struct conf *f = c->conf;
	struct twins t;

	if (twins_init(&t, c, "zone", "its id", f->nzones))
		for (uint32_t i = 0; i < f->nzones; i++)
			twins_add(&t, f->zones[i].id, &f->zones[i].at);
	twins_fini(&t);
	if (twins_init(&t, c, "set", "its name", f->nsets))
		for (uint32_t i = 0; i < f->nsets; i++)
			twins_add(&t, f->sets[i].name, &f->sets[i].at);
	twins_fini(&t);
	if (twins_init(&t, c, "conduit", "its id", f->nconduits))
		for (uint32_t i = 0; i < f->nconduits; i++)
			twins_add(&t, f->conduits[i].id, &f->conduits[i].at);
	twins_fini(&t);
	if (twins_init(&t, c, "gateway: macs: interface", "it", f->ngateway_macs))
		for (uint32_t i = 0; i < f->ngateway_macs; i++)
			twins_add(
			    &t,
			    f->gateway_macs[i].interface[0] ? f->gateway_macs[i].interface : NULL,
			    &f->gateway_macs[i].at);
	twins_fini(&t);
}

/* One line of a set's file without its comment and the space around it. */
static char *
trim(char *line)
{
	char *end;

	line += strspn(line, " \t\r");
	line[strcspn(line, "#")] = '\0';
	end = line + strlen(line);
	while (end > line && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return line;
}

/* The lines of a set's file: one address or prefix each, `#` begins a comment. */
static void
read_lines(struct checker *c, struct conf_set *s, const char *path, char *text)
{
	struct conf_addrs *to = &s->addresses;
	struct conf_place at = {path, 0};
	uint32_t lines = 1;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	to->item = arena_alloc(c->conf->arena, lines, sizeof *to->item);
	if (!to->item)
		return;
	for (char *line = text, *next; line; line = next) {
		char buffer[256], quoted[400];
		struct text why = text_of(buffer, sizeof buffer),
			    value = text_of(quoted, sizeof quoted);

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		at.line++;
		line = trim(line);
		if (!*line)
			continue;
		to->item[to->n].at = at;
		if (value_prefix(line, false, &to->item[to->n].prefix, &why)) {
			to->n++;
			continue;
		}
		value_quote(&value, line);
		conf_error(c->errors, at, "set \"%s\": address %s: %s", s->name, quoted, buffer);
	}
}

static void
read_set_file(struct checker *c, struct conf_set *s)
{
	const char *path = source_path(c->conf->arena, c->conf->at.file, s->file), *why = NULL;
	size_t size;
	char *text;

	if (!path)
		return;
	if (!s->file[0]) {
		conf_error(c->errors, s->at, "set \"%s\": file \"\": must be the name of a file",
			   s->name);
		return;
	}
	text = source_load(path, false, &size, &why);
	if (!text) {
		conf_error(c->errors, s->at, "set \"%s\": file \"%s\": cannot read %s: %s", s->name,
			   s->file, path, why);
		return;
	}
	s->addresses.present = true;
	s->addresses.at = (struct conf_place){path, 1};
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		conf_error(c->errors, s->addresses.at,
			   "begins with a byte order mark (BOM): save it as UTF-8 without one");
	else if (memchr(text, '\0', size))
		conf_error(c->errors, (struct conf_place){path, 0},
			   "has a NUL byte: the file must be text");
	else
		read_lines(c, s, path, text);
	free(text);
}

static void
check_sets(struct checker *c)
{
	for (uint32_t i = 0; i < c->conf->nsets; i++) {
		struct conf_set *s = &c->conf->sets[i];

		if (!s->name)
			s->name = ""; /* that it is missing was said */
		if (s->file && s->addresses.present)
			conf_error(
			    c->errors, s->at,
			    "set \"%s\": has addresses and a file: it must have one of the two",
			    s->name);
		else if (s->file)
			read_set_file(c, s);
		else if (!s->addresses.present)
			conf_error(c->errors, s->at,
				   "set \"%s\": has no addresses: it must have addresses = "
				   "(\"ADDRESS\", ...) or file = \"FILE\"",
				   s->name);
	}
}

static void
check_conduits(struct checker *c)
{
	/* `rule` of a finding is a conduit's id or one of these. */
	static const char *const reserved[] = {"default-deny", "forbidden-pair"};

	for (uint32_t i = 0; i < c->conf->nconduits; i++) {
		const struct conf_conduit *q = &c->conf->conduits[i];

		for (size_t k = 0; q->id && k < sizeof reserved / sizeof reserved[0]; k++)
			if (strcmp(q->id, reserved[k]) == 0)
				conf_error(c->errors, q->at,
					   "conduit \"%s\": the id must be another: findings use "
					   "this word for themselves",
					   q->id);
	}
}

/* One interface twice in a list of names is a slip of the pen. */
static void
check_mirror(struct checker *c)
{
	const struct conf_list *l = &c->conf->mirror;

	for (uint32_t i = 0; i < l->n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(l->item[i], l->item[k]) == 0)
				conf_error(c->errors, l->place[i],
					   "mirror: interface \"%s\" is already named at %s:%u",
					   l->item[i], l->place[k].file, l->place[k].line);
}

/* What is derived from other keys. */
static void
fill(struct checker *c)
{
	struct conf *f = c->conf;

	for (uint32_t i = 0; i < f->nzones; i++)
		if (!f->zones[i].label)
			f->zones[i].label = f->zones[i].id;
	for (uint32_t i = 0; i < f->nsinks; i++)
		if (!f->sinks[i].path && f->sinks[i].target == TARGET_SYSLOG)
			f->sinks[i].path = "/dev/log";
		else if (!f->sinks[i].path && f->sinks[i].target == TARGET_JOURNALD)
			f->sinks[i].path = "/run/systemd/journal/socket";
	if (f->nsinks)
		return;
	f->sinks = arena_alloc(f->arena, 1, sizeof *f->sinks);
	if (!f->sinks)
		return;
	f->nsinks = 1;
	/* As the table's defaults of a log: daemon, info; a test compares them. */
	f->sinks[0] = (struct conf_sink){
	    .target = TARGET_SYSLOG, .path = "/dev/log", .facility = 3, .min = 6, .at = f->at};
}

void
check_conf(struct conf *c, struct conf_errors *e)
{
	struct checker k = {c, e};
	char low[UNIT_TEXT], high[UNIT_TEXT];

	check_names(&k);
	check_sets(&k);
	check_conduits(&k);
	check_mirror(&k);
	if (c->stream_per_flow > c->stream_total)
		conf_error(e, c->streams_at,
			   "streams: per_flow \"%s\" must be at most total, \"%s\"",
			   unit_bytes_text(low, c->stream_per_flow),
			   unit_bytes_text(high, c->stream_total));
	fill(&k);
}
