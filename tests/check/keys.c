/* keys.c - prints the table of configuration keys, for keys.sh.
 *
 * One line a key: its path, its type with range and default as the manual says it, the default as
 * it would be written ("-" when there is none), its meaning, an example; with tabs between them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/units.h"
#include "conf/field.h"
#include "conf/schema.h"

static void
path(struct text *t, enum schema_group g)
{
	const struct schema_key *up = schema_parent(g);

	if (!up)
		return;
	path(t, up->group);
	text_add(t, "%s.", up->name);
}

static void
words(const struct schema_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		printf("%s%s", i == 0 ? "" : i + 1 < w->n ? ", " : " or ", w->word[i].word);
}

static void
print_type(const struct schema_key *k)
{
	static const char *const names[] = {
		[TYPE_TEXT] = "text",
		[TYPE_ID] = "name",
		[TYPE_USER] = "name of an account",
		[TYPE_TIMEZONE] = "name of the time zone database",
		[TYPE_PATH] = "absolute path",
		[TYPE_FILE] = "path of a file",
		[TYPE_REMOTE] = "udp:ADDRESS:PORT or tcp:ADDRESS:PORT",
		[TYPE_DATE] = "date, YYYY-MM-DD",
		[TYPE_BOOL] = "true or false",
		[TYPE_IFACE] = "name of an interface",
		[TYPE_MAC] = "MAC address",
		[TYPE_NETWORKS] = "list of prefixes",
		[TYPE_ADDRS] = "list of prefixes and sets",
		[TYPE_HOSTS] = "list of addresses",
		[TYPE_LINES] = "list of interfaces",
		[TYPE_SERVICES] = "list of services",
		[TYPE_HOURS] = "list of hours",
		[TYPE_IFACES] = "list of names of interfaces",
		[TYPE_MACS] = "list of MAC addresses",
		[TYPE_PAIRS] = "list of pairs of zones",
		[TYPE_NAMES] = "list of DNS names",
		[TYPE_MEDIA] = "list of media types",
		[TYPE_CHARSETS] = "list of names of character sets",
		[TYPE_WORDS] = "list",
		[TYPE_GROUP] = "group",
		[TYPE_GROUPS] = "list of groups",
	};
	char low[UNIT_TEXT], high[UNIT_TEXT];

	if (k->type == TYPE_WORD || k->type == TYPE_CHOICE) {
		printf("one of ");
		words(k->words);
	} else if (k->type == TYPE_INT) {
		printf("whole number, %" PRIu64 " to %" PRIu64 " %s", k->min, k->max, k->unit);
	} else if (k->type == TYPE_SIZE && k->max >= INT64_MAX) {
		printf("size, at least %s", unit_bytes_text(low, k->min));
	} else if (k->type == TYPE_SIZE) {
		printf(
		    "size, %s to %s", unit_bytes_text(low, k->min), unit_bytes_text(high, k->max));
	} else if (k->type == TYPE_TIME) {
		printf("time, %s to %s", unit_duration_text(low, (nstime)k->min),
		    unit_duration_text(high, (nstime)k->max));
	} else {
		printf("%s", names[k->type]);
		if (k->type < TYPE_NETWORKS && k->max)
			printf(" of at most %" PRIu64 " bytes", k->max);
		else if (k->min)
			printf(", %" PRIu64 " to %" PRIu64, k->min, k->max);
		else if (k->max)
			printf(", at most %" PRIu64, k->max);
	}
	if (k->type == TYPE_WORDS) {
		printf(", each ");
		words(k->words);
	}
}

/* "only with target = file or json" */
static void
print_when(const struct schema_key *k)
{
	const struct schema_key *by = NULL;
	bool first = true;

	for (size_t i = 0; i < schema_keys; i++)
		if (schema[i].group == k->group &&
		    strcmp(schema[i].name, schema_of(k->group)->by) == 0)
			by = &schema[i];
	if (!by)
		return;
	printf("; only with %s = ", by->name);
	for (size_t i = 0; i < by->words->n; i++) {
		if (!(k->when >> by->words->word[i].value & 1))
			continue;
		printf("%s%s", first ? "" : " or ", by->words->word[i].word);
		first = false;
	}
}

/* As it would be written. */
static void
print_preset(const struct schema_key *k)
{
	bool quoted = k->type != TYPE_INT && k->type != TYPE_BOOL;

	if (!k->preset) {
		printf("-");
		return;
	}
	printf("%s%s", field_is_list(k) ? "(" : "", quoted ? "\"" : "");
	for (const char *p = k->preset; *p; p++) {
		if (field_is_list(k) && p[0] == ',')
			printf("\",");
		else if (field_is_list(k) && p[0] == ' ')
			printf(" \"");
		else
			putchar(*p);
	}
	printf("%s%s", quoted ? "\"" : "", field_is_list(k) ? ")" : "");
}

int
main(void)
{
	for (size_t i = 0; i < schema_keys; i++) {
		const struct schema_key *k = &schema[i];
		char buffer[64];
		struct text t = text_of(buffer, sizeof buffer);

		path(&t, k->group);
		text_add(&t, "%s", k->name);
		printf("%s\t", buffer);
		print_type(k);
		if (k->when)
			print_when(k);
		if (k->preset) {
			printf("; default ");
			print_preset(k);
		} else if (k->required) {
			printf("; required");
		} else if (k->absent) {
			printf("; when absent: %s", k->absent);
		}
		printf(".\t");
		print_preset(k);
		printf("\t%s\t%s\n", k->meaning, k->example);
	}
	return 0;
}
