/* print.c - a configuration as canonical text. See conf.h.
 *
 * Knows: how each type of schema.h is written. Owns nothing. Called for -n -v and by tests. Never
 * prints what conf_read() would not take.
 */
#include "conf/conf.h"

#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "conf/schema.h"

struct printer {
	FILE *out;
	const struct conf *conf;
	bool whole; /* what files held stands in it, instead of their names */
};

static void print_group(const struct printer *p, enum schema_group g, const void *base,
    const char *before, const char *after);

static void
print_string(FILE *out, const char *text)
{
	fputs("\"", out);
	for (;;) {
		size_t run = strcspn(text, "\"\\");

		(void)fwrite(text, 1, run, out); /* whoever owns OUT asks it for errors */
		text += run;
		if (!*text)
			break;
		fputs("\\", out);
		fputc(*text++, out);
	}
	fputs("\"", out);
}

static const char *
text_at(const void *p)
{
	const char *text;

	memcpy(&text, p, sizeof text);
	return text;
}

/* The file of a set as one finds it from everywhere: what is printed may be read elsewhere. */
static void
print_file(const struct printer *p, const char *name)
{
	const char *slash = strrchr(p->conf->at.file, '/');
	char *joined = NULL, *real;

	if (name[0] == '/' ||
	    asprintf(&joined, "%.*s%s", slash ? (int)(slash - p->conf->at.file) + 1 : 0,
		p->conf->at.file, name) < 0)
		joined = NULL;
	real = realpath(joined ? joined : name, NULL);
	print_string(p->out, real ? real : joined ? joined : name);
	free(real);
	free(joined);
}

static void
print_addrs(FILE *out, const struct conf_addrs *a)
{
	char text[PREFIX_TEXT];

	for (uint32_t i = 0; i < a->n; i++) {
		fputs(i ? ", \"" : "\"", out);
		fputs(a->item[i].set ? "@" : "", out);
		fputs(a->item[i].set ? a->item[i].set : prefix_text(text, &a->item[i].prefix), out);
		fputs("\"", out);
	}
}

static void
print_lines(FILE *out, const struct conf_zone *z)
{
	for (uint32_t i = 0; i < z->nlines; i++) {
		const struct conf_line *l = &z->lines[i];

		fprintf(out, "%s\"%s", i ? ", " : "", l->name);
		if (l->vlan[0])
			fprintf(out, " vlan %u", l->vlan[0]);
		if (l->vlan[1])
			fprintf(out, ".%u", l->vlan[1]);
		fputc('"', out);
	}
}

static void
print_list(FILE *out, const struct conf_list *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		fputs(i ? ", " : "", out);
		print_string(out, l->item[i]);
	}
}

/* Was the key configured, or has it a default? */
static bool
is_there(const struct printer *out, const struct schema_key *k, const void *base, const void *p)
{
	const struct conf_addrs *addrs = p;
	const struct conf_list *list = p;

	if (k->type == TYPE_FILE && out->whole)
		return false;
	if (k->type <= TYPE_DATE || k->type == TYPE_CHOICE)
		return text_at(p) != NULL;
	if (k->type == TYPE_SIZE)
		return *(const uint64_t *)p || k->preset;
	if (k->type == TYPE_TIME)
		return *(const nstime *)p || k->preset;
	if (k->type == TYPE_GROUP)
		return k->group == GROUP_TOP || text_at(p);
	if (k->type < TYPE_NETWORKS || k->type == TYPE_GROUPS)
		return true;
	if (k->type == TYPE_LINES)
		return ((const struct conf_zone *)base)->nlines > 0;
	if (k->type > TYPE_HOSTS)
		return list->present;
	/* A set's addresses may be those of its file. */
	return addrs->present &&
	       (k->group != GROUP_SET || out->whole || !((const struct conf_set *)base)->file);
}

static void
print_items(
    const struct printer *p, const struct schema_key *k, const void *base, const void *value)
{
	fputc('(', p->out);
	if (k->type <= TYPE_HOSTS)
		print_addrs(p->out, value);
	else if (k->type == TYPE_LINES)
		print_lines(p->out, base);
	else
		print_list(p->out, value);
	fputc(')', p->out);
}

static void
print_groups(
    const struct printer *p, const struct schema_key *k, const void *base, const char *before)
{
	const char *array = text_at((const char *)base + k->field);
	uint32_t n = *(const uint32_t *)(const void *)((const char *)base + k->count);
	size_t size = schema_of(k->inner)->size;
	char deeper[16];

	(void)snprintf(deeper, sizeof deeper, "%s\t", before); /* two levels */
	fputs("(", p->out);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(p->out, "%s\n%s{\n", i ? "," : "", before);
		print_group(p, k->inner, array + i * size, deeper, "\n");
		fprintf(p->out, "%s}", before);
	}
	fputs(" )", p->out);
}

static void
print_value(const struct printer *p, const struct schema_key *k, const void *base,
    const void *value, const char *before)
{
	char text[UNIT_TEXT], mac[MAC_TEXT];

	if (k->type == TYPE_WORD) {
		print_string(p->out, schema_word(k->words, *(const uint8_t *)value));
	} else if (k->type == TYPE_INT) {
		fprintf(p->out, "%u", *(const uint32_t *)value);
	} else if (k->type == TYPE_BOOL) {
		fputs(*(const bool *)value ? "true" : "false", p->out);
	} else if (k->type == TYPE_SIZE) {
		print_string(p->out, unit_bytes_text(text, *(const uint64_t *)value));
	} else if (k->type == TYPE_TIME) {
		print_string(p->out, unit_duration_text(text, *(const nstime *)value));
	} else if (k->type == TYPE_IFACE) {
		print_string(p->out, value);
	} else if (k->type == TYPE_MAC) {
		print_string(p->out, mac_text(mac, value));
	} else if (k->type == TYPE_FILE) {
		print_file(p, text_at(value));
	} else if (k->type == TYPE_GROUPS) {
		print_groups(p, k, base, before[0] == '\t' ? before : "\t");
	} else if (k->type == TYPE_GROUP) {
		const void *inner = schema_of(k->inner)->size == 0 ? base :
				    k->group == GROUP_TOP	   ? value :
								     text_at(value);

		fputs("{", p->out);
		print_group(p, k->inner, inner, " ", "");
		fputs(" }", p->out);
	} else if (k->type >= TYPE_NETWORKS) {
		print_items(p, k, base, value);
	} else {
		print_string(p->out, text_at(value));
	}
}

/* The keys of a group that have a value, each with BEFORE and AFTER it. */
static void
print_group(const struct printer *p, enum schema_group g, const void *base, const char *before,
    const char *after)
{
	const char *by = schema_of(g)->by;
	uint8_t chosen = 0;

	for (size_t i = 0; i < schema_keys; i++) {
		const struct schema_key *k = &schema[i];
		const char *value = (const char *)base + k->field;

		if (k->group != g)
			continue;
		if (by && strcmp(k->name, by) == 0)
			chosen = *(const uint8_t *)value;
		if (k->when && by && !(k->when >> chosen & 1))
			continue;
		if (!is_there(p, k, base, value))
			continue;
		fputs(before, p->out);
		fputs(k->name, p->out);
		fputs(" = ", p->out);
		print_value(p, k, base, value, before);
		fputs(";", p->out);
		fputs(after, p->out);
	}
}

static void
print_conf(FILE *out, const struct conf *c, bool whole)
{
	const struct printer p = { out, c, whole };

	(void)__fsetlocking(out, FSETLOCKING_BYCALLER); /* there are no threads */
	print_group(&p, GROUP_TOP, c, "", "\n");
}

void
conf_print(FILE *out, const struct conf *c)
{
	print_conf(out, c, false);
}

void
conf_print_whole(FILE *out, const struct conf *c)
{
	print_conf(out, c, true);
}
