#include "conf/field.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

/* "conduit "vdi": mail: " */
static void
subject_text(struct text *t, const struct subject *s)
{
	if (!s)
		return;
	subject_text(t, s->up);
	if (!s->noun[0])
		return;
	text_add(t, "%s", s->noun);
	if (s->id) {
		text_add(t, " ");
		value_quote(t, s->id);
	} else if (s->number) {
		text_add(t, " %u", s->number);
	}
	text_add(t, ": ");
}

void
field_error(const struct field *f, struct conf_place at, const char *format, ...)
{
	char subject[256], said[FIELD_WHY + 256];
	struct text t = text_of(subject, sizeof subject);
	va_list args;

	subject_text(&t, f->subject);
	va_start(args, format);
	(void)vsnprintf(said, sizeof said, format, args); /* what is too long may be cut */
	va_end(args);
	conf_error(f->errors, at, "%s%s", subject, said);
}

static const char *
item_name(const struct schema_key *k)
{
	return k->item ? k->item : k->name;
}

static void
wrong(const struct field *f, const struct schema_key *k, const char *text, struct conf_place at,
    const struct text *why)
{
	char quoted[400];
	struct text t = text_of(quoted, sizeof quoted);

	value_quote(&t, text);
	field_error(f, at, "%s %s: %s", item_name(k), quoted, why->at);
}

static void *
place_of(const struct field *f, const struct schema_key *k)
{
	return (char *)f->base + k->field;
}

/* Types whose text is kept as it is, or in small letters, once it fits. */
static bool
string_fits(const struct schema_key *k, const char *text, struct text *why)
{
	static bool (*const fits[])(const char *, struct text *) = {
		[TYPE_TEXT] = value_text,
		[TYPE_ID] = value_id,
		[TYPE_USER] = value_user,
		[TYPE_TIMEZONE] = value_timezone,
		[TYPE_PATH] = value_path,
		[TYPE_FILE] = value_text,
		[TYPE_REMOTE] = value_remote,
		[TYPE_DATE] = value_date,
		[TYPE_PAIRS] = value_pair,
		[TYPE_NAMES] = value_name,
		[TYPE_MEDIA] = value_media,
		[TYPE_CHARSETS] = value_charset,
	};
	uint8_t ignored;

	if (k->max && strlen(text) > k->max && k->type < TYPE_NETWORKS) {
		text_add(why, "must be at most %llu bytes", (unsigned long long)k->max);
		return false;
	}
	if (k->type == TYPE_CHOICE || k->type == TYPE_WORDS)
		return value_word(text, k->words, &ignored, why);
	return fits[k->type](text, why);
}

bool
field_string(
    const struct field *f, const struct schema_key *k, const char *text, struct conf_place at)
{
	struct text why = text_of(f->why, FIELD_WHY);
	const char *copy;
	bool fits;

	if (k->type == TYPE_WORD)
		fits = value_word(text, k->words, place_of(f, k), &why);
	else if (k->type == TYPE_SIZE)
		fits = value_size(text, k->min, k->max, place_of(f, k), &why);
	else if (k->type == TYPE_TIME)
		fits = value_time(text, k->min, k->max, place_of(f, k), &why);
	else if (k->type == TYPE_IFACE)
		fits = value_iface(text, place_of(f, k), &why);
	else if (k->type == TYPE_MAC)
		fits = value_mac(text, place_of(f, k), &why);
	else {
		fits = string_fits(k, text, &why);
		copy = fits ? arena_copy(f->arena, text, strlen(text)) : NULL;
		if (copy)
			memcpy(place_of(f, k), &copy, sizeof copy);
	}
	if (!fits)
		wrong(f, k, text, at, &why);
	if (k->place)
		memcpy((char *)f->base + k->place, &at, sizeof at);
	return fits;
}

bool
field_number(const struct field *f, const struct schema_key *k, long long n, struct conf_place at)
{
	uint32_t *to = place_of(f, k);

	if (n < (long long)k->min || n > (long long)k->max) {
		field_error(f, at, "%s %lld: must be %llu to %llu", k->name, n,
		    (unsigned long long)k->min, (unsigned long long)k->max);
		return false;
	}
	*to = (uint32_t)n;
	return true;
}

void
field_bool(const struct field *f, const struct schema_key *k, bool value)
{
	bool *to = place_of(f, k);

	*to = value;
}

bool
field_is_list(const struct schema_key *k)
{
	return k->type >= TYPE_NETWORKS && k->type < TYPE_GROUP;
}

bool
field_list(const struct field *f, const struct schema_key *k, uint32_t n, struct conf_place at)
{
	struct conf_conduit *c = f->base;
	struct conf_zone *z = f->base;
	struct conf_addrs *a;
	struct conf_list *l;

	if (k->place)
		memcpy((char *)f->base + k->place, &at, sizeof at);
	if (n > k->max) {
		field_error(f, at, "%s: has %u items, must have at most %llu", k->name, n,
		    (unsigned long long)k->max);
		return false;
	}
	if (k->type <= TYPE_HOSTS) {
		a = place_of(f, k);
		*a = (struct conf_addrs){ .present = true, .at = at };
		a->item = arena_alloc(f->arena, n, sizeof *a->item);
		return !f->arena->failed;
	}
	if (k->type == TYPE_LINES) {
		z->nlines = 0;
		z->lines = arena_alloc(f->arena, n, sizeof *z->lines);
		return !f->arena->failed;
	}
	if (k->type == TYPE_SERVICES) {
		c->services = arena_alloc(f->arena, n, sizeof *c->services);
	} else if (k->type == TYPE_HOURS) {
		c->nhours = 0;
		c->hours = arena_alloc(f->arena, n, VALUE_WINDOWS * sizeof *c->hours);
	}
	l = place_of(f, k);
	*l = (struct conf_list){ .present = true };
	l->item = arena_alloc(f->arena, n, sizeof *l->item);
	l->place = arena_alloc(f->arena, n, sizeof *l->place);
	return !f->arena->failed;
}

/* One more string. */
static void
push(const struct field *f, struct conf_list *l, const char *text, struct conf_place at)
{
	l->item[l->n] = arena_copy(f->arena, text, strlen(text));
	l->place[l->n] = at;
	l->n += l->item[l->n] != NULL;
}

/* Names that are compared without regard to case are kept in small letters. */
static void
push_lower(const struct field *f, struct conf_list *l, const char *text, struct conf_place at)
{
	char *kept = arena_copy(f->arena, text, strlen(text));

	for (char *p = kept; kept && *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	if (!kept)
		return;
	l->item[l->n] = kept;
	l->place[l->n++] = at;
}

static bool
push_addr(const struct field *f, const struct schema_key *k, const char *text, struct conf_place at,
    struct text *why)
{
	struct conf_addrs *a = place_of(f, k);
	struct conf_addr *to = &a->item[a->n];

	if (text[0] == '@' && k->type == TYPE_ADDRS) {
		if (!value_id(text + 1, why))
			return false;
		to->set = arena_copy(f->arena, text + 1, strlen(text) - 1);
	} else if (text[0] == '@') {
		text_add(why, "must be an address: a set cannot stand here");
		return false;
	} else if (!value_prefix(text, k->type == TYPE_HOSTS, &to->prefix, why)) {
		return false;
	}
	to->at = at;
	a->n++;
	return true;
}

/* The types whose items are not kept as they were written. */
static bool
push_parsed(const struct field *f, const struct schema_key *k, const char *text,
    struct conf_place at, struct text *why)
{
	struct conf_conduit *c = f->base;
	struct conf_zone *z = f->base;
	char name[16], plain[MAC_TEXT];
	struct mac mac;
	unsigned n;

	if (k->type == TYPE_LINES) {
		if (!value_line(text, &z->lines[z->nlines], why))
			return false;
		z->lines[z->nlines++].at = at;
	} else if (k->type == TYPE_SERVICES) {
		if (!value_service(text, &c->services[c->services_list.n], why))
			return false;
		push(f, &c->services_list, text, at);
	} else if (k->type == TYPE_HOURS) {
		n = value_hours(text, c->hours + c->nhours, why);
		if (!n)
			return false;
		c->nhours += n;
		push(f, &c->hours_list, text, at);
	} else if (k->type == TYPE_IFACES) {
		if (!value_iface(text, name, why))
			return false;
		push(f, place_of(f, k), name, at);
	} else {
		if (!value_mac(text, &mac, why))
			return false;
		push(f, place_of(f, k), mac_text(plain, &mac), at);
	}
	return true;
}

bool
field_item(
    const struct field *f, const struct schema_key *k, const char *text, struct conf_place at)
{
	struct text why = text_of(f->why, FIELD_WHY);
	bool fits;

	if (k->type <= TYPE_HOSTS) {
		fits = push_addr(f, k, text, at, &why);
	} else if (k->type <= TYPE_MACS) {
		fits = push_parsed(f, k, text, at, &why);
	} else {
		fits = string_fits(k, text, &why);
		if (fits && (k->type == TYPE_PAIRS || k->type == TYPE_WORDS))
			push(f, place_of(f, k), text, at);
		else if (fits)
			push_lower(f, place_of(f, k), text, at);
	}
	if (!fits)
		wrong(f, k, text, at, &why);
	return fits;
}

/* A default of several items: joined by ", ". */
static void
preset_list(const struct field *f, const struct schema_key *k, struct conf_place at)
{
	const char *p = k->preset;
	uint32_t n = 1;

	for (const char *comma = strstr(p, ", "); comma; comma = strstr(comma + 2, ", "))
		n++;
	if (!field_list(f, k, n, at))
		return;
	for (; n > 0; n--) {
		size_t size = strcspn(p, ",");
		const char *item = arena_copy(f->arena, p, size);

		if (item)
			(void)field_item(
			    f, k, item, at); /* the table's own values: a test reads them all */
		p += n > 1 ? size + 2 : size;
	}
}

void
field_preset(const struct field *f, const struct schema_key *k, struct conf_place at)
{
	/* The values are the table's own: a test reads them all. */
	if (field_is_list(k))
		preset_list(f, k, at);
	else if (k->type == TYPE_INT)
		(void)field_number(f, k, strtoll(k->preset, NULL, 10), at);
	else if (k->type == TYPE_BOOL)
		field_bool(f, k, strcmp(k->preset, "true") == 0);
	else
		(void)field_string(f, k, k->preset, at);
}
