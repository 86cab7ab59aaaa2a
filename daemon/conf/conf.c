#include "conf/conf.h"

#include <libconfig.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/compile.h"
#include "conf/field.h"
#include "conf/source.h"
#include "conf/suggest.h"
#include "conf/value.h"

/* The only file that sees libconfig: it walks the tree by the table of schema.def. */

/* A group of keys, prepared. */
struct group {
	const struct schema_key *keys; /* its rows stand together */
	unsigned n;
	unsigned by;		 /* its `by` row */
	uint64_t required, when; /* bits of rows */
	void *start; /* a struct with every default; NULL: the fields are in the one around */
};

struct reader {
	struct source source;
	const struct piece *piece; /* of the source, being read */
	struct arena *arena;
	struct conf_errors *errors;
	struct conf *conf;
	struct schema_index index;
	struct group group[SCHEMA_GROUPS];
	uint32_t alone; /* errors of which no other can follow */
	bool broken;	/* the parser took only a part */
	char why[FIELD_WHY];
};

/* One group on its way. */
struct frame {
	struct reader *r;
	struct field field; /* its base is the group's struct */
	enum schema_group g;
	uint64_t seen;	/* bits of rows */
	uint64_t wrong; /* of those whose value is of no use */
};

static void read_group(struct reader *r, const config_setting_t *s, enum schema_group g, void *base,
    const struct subject *subject);

static struct conf_place
place(const struct reader *r, const config_setting_t *s)
{
	unsigned line = config_setting_source_line(s);

	return piece_place(r->piece, line ? line : 1); /* the root has none */
}

/* What stands there, in the words of the manual. */
static const char *
type_name(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a number";
	case CONFIG_TYPE_FLOAT:
		return "a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return "a list";
	}
	return "nothing";
}

static const char *
wanted(const struct schema_key *k)
{
	if (field_is_list(k))
		return "a list of strings";
	if (k->type == TYPE_INT)
		return "a whole number";
	if (k->type == TYPE_BOOL)
		return "true or false";
	if (k->type == TYPE_GROUP)
		return "a group";
	if (k->type == TYPE_GROUPS)
		return "a list of groups";
	return "a string";
}

static void
wrong_type(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	field_error(&f->field, place(f->r, s), "%s: must be %s, as in %s = %s; not %s", k->name,
	    wanted(k), k->name, k->example, type_name(s));
}

static bool
read_list(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	unsigned n = (unsigned)config_setting_length(s);
	bool fits = true;

	if (!config_setting_is_list(s) && !config_setting_is_array(s)) {
		wrong_type(f, k, s);
		return false;
	}
	if (!field_list(&f->field, k, n, place(f->r, s)))
		return false;
	for (unsigned i = 0; i < n; i++) {
		const config_setting_t *item = config_setting_get_elem(s, i);

		if (config_setting_type(item) == CONFIG_TYPE_STRING) {
			fits &= field_item(
			    &f->field, k, config_setting_get_string(item), place(f->r, item));
			continue;
		}
		field_error(&f->field, place(f->r, item),
		    "%s: item %u must be a string, as in %s = %s; not %s", k->name, i + 1, k->name,
		    k->example, type_name(item));
		fits = false;
	}
	return fits;
}

static bool
read_number(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	if (config_setting_type(s) != CONFIG_TYPE_INT &&
	    config_setting_type(s) != CONFIG_TYPE_INT64) {
		wrong_type(f, k, s);
		return false;
	}
	if (piece_said(f->r->piece, config_setting_source_line(s)))
		return false;
	return field_number(&f->field, k, config_setting_get_int64(s), place(f->r, s));
}

/* A group inside a group: its keys are the same struct's, or its own at the top level, or one that
 * is allocated. */
static bool
read_inner(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	const struct subject subject = { f->field.subject, k->name, NULL, 0 };
	size_t size = schema_of(k->inner)->size;
	void *base = f->field.base;

	if (!config_setting_is_group(s)) {
		wrong_type(f, k, s);
		return false;
	}
	if (k->place) {
		struct conf_place at = place(f->r, s);

		memcpy((char *)base + k->place, &at, sizeof at);
	}
	if (size)
		base = (char *)base + k->field;
	if (size && f->g != GROUP_TOP) {
		void *own = arena_alloc(f->r->arena, 1, size);

		if (!own)
			return false;
		memcpy(base, &own, sizeof own);
		base = own;
		/* What it does not say is as at the top level, which was read before. */
		memcpy(base, &f->r->conf->mail, size);
	}
	read_group(f->r, s, k->inner, base, &subject);
	return true;
}

/* The parser's own error: it knows the line, we know the words there. */
static void
syntax_error(struct reader *r, const config_t *tree)
{
	unsigned line = config_error_line(tree) > 0 ? (unsigned)config_error_line(tree) : 1;
	char words[61];
	struct text t = text_of(r->why, sizeof r->why);

	value_quote(&t, piece_excerpt(r->piece, line, words, sizeof words));
	conf_error(r->errors, piece_place(r->piece, line), "%s in or before %s",
	    config_error_text(tree), r->why);
}

/* Has the parser make a piece's tree, for config_destroy() in any case. */
static bool
parse(struct reader *r, config_t *tree, const struct piece *piece)
{
	r->piece = piece;
	config_init(tree);
	if (config_read_string(tree, piece->text))
		return true;
	syntax_error(r, tree);
	r->broken = true;
	return false;
}

/* The value of the key that names a group, which may stand anywhere in it. */
static const char *
name_of(const config_setting_t *s, const char *key)
{
	const config_setting_t *member;

	if (!key || !config_setting_is_group(s))
		return NULL;
	member = config_setting_get_member(s, key);
	return member ? config_setting_get_string(member) : NULL;
}

/* Reads the items of a list of groups into an array of structs, the first as number FROM. */
static void
read_items(struct frame *f, const struct schema_key *k, const config_setting_t *s, char *array,
    uint32_t from)
{
	const struct schema_of *of = schema_of(k->inner);
	uint32_t n = (uint32_t)config_setting_length(s);

	for (uint32_t i = 0; i < n; i++) {
		const config_setting_t *item = config_setting_get_elem(s, i);
		const struct subject subject = { f->field.subject, of->noun,
			name_of(item, of->name), from + i + 1 };
		void *base = array + (from + i) * of->size;

		memcpy(base, f->r->group[k->inner].start, of->size);
		if (config_setting_is_group(item))
			read_group(f->r, item, k->inner, base, &subject);
		else
			field_error(&f->field, place(f->r, item),
			    "%s: item %u must be a group, as in %s = %s; not %s", k->name,
			    from + i + 1, k->name, k->example, type_name(item));
	}
}

/* The next piece of the text with which a key's list goes on, behind PIECE. */
static const struct piece *
more_of(const struct frame *f, const struct schema_key *k, const struct piece *piece)
{
	if (f->g != GROUP_TOP)
		return NULL;
	do
		piece = piece->next;
	while (piece && strcmp(piece->list, k->name) != 0);
	return piece;
}

static bool
read_groups(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	const struct piece *here = f->r->piece, *piece;
	size_t size = schema_of(k->inner)->size;
	uint32_t first = (uint32_t)config_setting_length(s), n = first,
		 *count = (void *)((char *)f->field.base + k->count);
	char *array;

	if (!config_setting_is_list(s) && (!config_setting_is_array(s) || n)) {
		wrong_type(f, k, s);
		return false;
	}
	for (piece = more_of(f, k, here); piece; piece = more_of(f, k, piece))
		n += piece->items;
	if (n < k->min || n > k->max) {
		field_error(&f->field, place(f->r, s), "%s: has %u items, must have %llu to %llu",
		    k->name, n, (unsigned long long)k->min, (unsigned long long)k->max);
		return false;
	}
	array = arena_alloc(f->r->arena, n, size);
	if (n && !array)
		return false;
	memcpy((char *)f->field.base + k->field, &array, sizeof array);
	*count = n;
	read_items(f, k, s, array, 0);
	for (piece = more_of(f, k, here); piece && !f->r->broken; piece = more_of(f, k, piece)) {
		config_t tree;

		if (parse(f->r, &tree, piece))
			read_items(f, k, config_lookup(&tree, "more"), array, first);
		config_destroy(&tree);
		first += piece->items;
	}
	f->r->piece = here;
	return true;
}

static bool
read_key(struct frame *f, const struct schema_key *k, const config_setting_t *s)
{
	if (k->type == TYPE_GROUPS)
		return read_groups(f, k, s);
	if (k->type == TYPE_GROUP)
		return read_inner(f, k, s);
	if (field_is_list(k))
		return read_list(f, k, s);
	if (k->type == TYPE_INT)
		return read_number(f, k, s);
	if (config_setting_type(s) !=
	    (k->type == TYPE_BOOL ? CONFIG_TYPE_BOOL : CONFIG_TYPE_STRING)) {
		wrong_type(f, k, s);
		return false;
	}
	if (k->type != TYPE_BOOL)
		return field_string(&f->field, k, config_setting_get_string(s), place(f->r, s));
	field_bool(&f->field, k, config_setting_get_bool(s));
	return true;
}

static const char *
key_at(const void *context, size_t i)
{
	const struct group *group = context;

	return group->keys[i].name;
}

static void
unknown_key(struct frame *f, const config_setting_t *s)
{
	const struct group *group = &f->r->group[f->g];
	const char *name = config_setting_name(s), *meant = suggest(name, group->n, key_at, group);
	const struct schema_key *other = schema_elsewhere(f->g, name);
	char buffer[640];
	struct text keys = text_of(buffer, sizeof buffer);

	if (meant) {
		field_error(&f->field, place(f->r, s),
		    "unknown key \"%.80s\": did you mean \"%s\"?", name, meant);
		return;
	}
	for (unsigned i = 0; i < group->n; i++)
		text_add(&keys, "%s%s", i ? ", " : "", group->keys[i].name);
	if (other && other->group == GROUP_TOP)
		field_error(&f->field, place(f->r, s),
		    "unknown key \"%s\": it belongs to the top level; here may be %s", name,
		    buffer);
	else if (other)
		field_error(&f->field, place(f->r, s),
		    "unknown key \"%s\": it belongs to %s; here may be %s", name,
		    schema_parent(other->group)->name, buffer);
	else
		field_error(&f->field, place(f->r, s), "unknown key \"%.80s\": here may be %s",
		    name, buffer);
}

/* The words with which a key has a meaning, `"file" or "json"`, are not those of BY. */
static void
say_when(struct frame *f, const config_setting_t *s, const struct schema_key *k,
    const struct schema_key *by)
{
	char words[128];
	struct text t = text_of(words, sizeof words);

	for (size_t i = 0; i < by->words->n; i++)
		if (k->when >> by->words->word[i].value & 1)
			text_add(&t, "%s\"%s\"", t.len ? " or " : "", by->words->word[i].word);
	field_error(&f->field, place(f->r, s), "%s: has a meaning only with %s = %s", k->name,
	    by->name, words);
}

/* Keys that only go with some values of another: refused elsewhere, and required or given their
 * default there. */
static void
check_when(struct frame *f, const config_setting_t *s, const struct schema_key *k, uint64_t bit)
{
	const struct schema_key *by = &f->r->group[f->g].keys[f->r->group[f->g].by];
	uint8_t value = *((const uint8_t *)f->field.base + by->field);
	bool fits = k->when >> value & 1;

	if (fits && !(f->seen & bit) && k->preset)
		field_preset(&f->field, k, place(f->r, s));
	else if (fits && !(f->seen & bit) && k->required)
		field_error(&f->field, place(f->r, s), "missing key \"%s\" (%s), as in %s = %s",
		    k->name, k->meaning, k->name, k->example);
	else if (!fits && (f->seen & bit))
		say_when(f, config_setting_get_member(s, k->name), k, by);
}

static void
after_group(struct frame *f, const config_setting_t *s)
{
	const struct group *group = &f->r->group[f->g];
	uint64_t missing = group->required & ~f->seen;
	uint64_t bits = (f->wrong | missing) >> group->by & 1 ? 0 : group->when;
	uint32_t errors;

	for (; missing; missing &= missing - 1) {
		const struct schema_key *k = &group->keys[__builtin_ctzll(missing)];

		field_error(&f->field, place(f->r, s), "missing key \"%s\" (%s), as in %s = %s",
		    k->name, k->meaning, k->name, k->example);
	}
	errors = f->r->errors->n;
	for (; bits; bits &= bits - 1)
		check_when(f, s, &group->keys[__builtin_ctzll(bits)], bits & -bits);
	f->r->alone += f->r->errors->n - errors;
}

/* Can an error in the value of this key make others appear when the keys are compared? Names,
 * addresses and interfaces can: whatever refers to them would seem wrong. */
static bool
stands_alone(const struct schema_key *k)
{
	if (k->group == GROUP_ZONE || k->group == GROUP_SET || k->group == GROUP_GATEWAY_MAC)
		return false;
	return k->type != TYPE_ID && k->type != TYPE_IFACES && k->type < TYPE_GROUP;
}

/* Reads the keys of a group. Lists of groups come last, in the order of the table: a conduit's
 * defaults are the top level's. */
static void
read_group(struct reader *r, const config_setting_t *s, enum schema_group g, void *base,
    const struct subject *subject)
{
	const struct schema_of *of = schema_of(g);
	struct frame f = {
		.r = r, .g = g, .field = { r->arena, r->errors, subject, base, r->why }
	};
	unsigned n = (unsigned)config_setting_length(s);
	struct conf_place at = place(r, s);
	uint64_t postponed = 0;

	if (of->size)
		memcpy((char *)base + of->at, &at, sizeof at);
	for (unsigned i = 0; i < n; i++) {
		const config_setting_t *item = config_setting_get_elem(s, i);
		const struct schema_key *k = schema_find(&r->index, g, config_setting_name(item));
		unsigned row = k ? (unsigned)(k - r->group[g].keys) : 0;
		uint32_t errors = r->errors->n;

		if (!k) {
			unknown_key(&f, item);
			r->alone += g != GROUP_TOP;
			continue;
		}
		f.seen |= UINT64_C(1) << row;
		if (k->type == TYPE_GROUPS) {
			postponed |= UINT64_C(1) << row;
		} else if (!read_key(&f, k, item)) {
			f.wrong |= UINT64_C(1) << row;
			r->alone += stands_alone(k) ? r->errors->n - errors : 0;
		}
	}
	for (; postponed; postponed &= postponed - 1) {
		const struct schema_key *k = &r->group[g].keys[__builtin_ctzll(postponed)];

		/* nothing depends on whether a list of groups was right */
		(void)read_key(&f, k, config_setting_get_member(s, k->name));
	}
	after_group(&f, s);
}

/* Prepares the groups: their rows, and a struct of each with the defaults in place. */
static void
prepare(struct reader *r)
{
	const struct conf_place nowhere = piece_place(r->piece, 1);

	schema_index_init(&r->index);
	for (size_t i = 0; i < schema_keys; i++) {
		struct group *group = &r->group[schema[i].group];
		uint64_t bit;

		if (!group->keys)
			group->keys = &schema[i];
		bit = UINT64_C(1) << group->n++;
		if (schema[i].when)
			group->when |= bit;
		else if (schema[i].required)
			group->required |= bit;
	}
	for (unsigned g = 0; g < SCHEMA_GROUPS; g++) {
		const struct schema_of *of = schema_of((enum schema_group)g);
		struct group *group = &r->group[g];
		struct field field = { r->arena, r->errors, NULL, NULL, r->why };

		group->start = g == GROUP_TOP ? r->conf : arena_alloc(r->arena, 1, of->size);
		/* The top level holds its inner groups. */
		field.base = of->size ? group->start : r->conf;
		for (unsigned i = 0; i < group->n; i++) {
			if (of->by && strcmp(group->keys[i].name, of->by) == 0)
				group->by = i;
			if (group->keys[i].preset && !group->keys[i].when && field.base)
				field_preset(&field, &group->keys[i], nowhere);
		}
	}
	if (r->group[GROUP_MAIL].start)
		memcpy(&r->conf->mail, r->group[GROUP_MAIL].start, sizeof r->conf->mail);
}

static void
read_text(struct reader *r)
{
	config_t tree;

	/* libconfig grows a list by sixteen items at a time. While a large block is a mapping of
	 * its own the kernel moves it for nothing; but glibc raises the bound from which on blocks
	 * are mappings when one is freed, and then every growth copies the list. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 << 10); /* only faster */
	if (parse(r, &tree, &r->source.first)) {
		const struct subject top = { NULL, "", NULL, 0 };

		prepare(r);
		if (!r->arena->failed)
			read_group(r, config_root_setting(&tree), GROUP_TOP, r->conf, &top);
		if (!r->arena->failed && !r->broken)
			check_conf(r->conf, r->errors);
	}
	config_destroy(&tree);
}

/* Errors that can be seen only when the keys are compared are said in the same run, where none of
 * them can be a consequence. */
static void
compare_too(struct reader *r)
{
	struct policy *p;

	if (r->arena->failed || r->errors->lost)
		return;
	p = compile(r->conf, 0, NULL, r->errors);
	free(p);
}

struct conf *
conf_read(const char *file, struct conf_errors *e)
{
	struct reader r = { .errors = e, .arena = arena_new() };
	const char *name = r.arena ? arena_copy(r.arena, file, strlen(file)) : NULL;
	uint32_t before = e->n;

	r.conf = name ? arena_alloc(r.arena, 1, sizeof *r.conf) : NULL;
	if (!r.conf) {
		conf_error(e, (struct conf_place){ file, 0 }, "there is no memory to read it");
		arena_free(r.arena);
		return NULL;
	}
	r.conf->arena = r.arena;
	if (source_read(&r.source, r.arena, name, e)) {
		r.alone = r.source.said;
		read_text(&r);
		if (e->n > before && e->n - before == r.alone)
			compare_too(&r);
	}
	source_free(&r.source);
	if (r.arena->failed)
		conf_error(e, (struct conf_place){ file, 0 }, "there is no memory to read it");
	if (e->n == before && !e->lost)
		return r.conf;
	conf_errors_sort(e, name);
	arena_free(r.arena);
	return NULL;
}

void
conf_free(struct conf *c)
{
	if (c)
		arena_free(c->arena);
}

const char *
conf_library(void)
{
	/* libconfig tells its version at compile time only; its soname keeps to it. */
	static const char version[] = {
		'0' + LIBCONFIG_VER_MAJOR,
		'.',
		'0' + LIBCONFIG_VER_MINOR,
		'.',
		'0' + LIBCONFIG_VER_REVISION,
		'\0',
	};

	return version;
}
