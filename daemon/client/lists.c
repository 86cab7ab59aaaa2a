/* lists.c - the commands that show what the daemon has: coverage, zones, conduits. See commands.h.
 */
#include <stdio.h>
#include <sysexits.h>

#include "client/commands.h"
#include "client/json.h"
#include "client/table.h"

/* A record as an object of its own line. */
static void
print_object(const struct request *r)
{
	struct wire w = wire_of(r->bytes, r->size);

	(void)record_word(&w);
	putchar('{');
	json_fields(stdout, &w, true);
	puts("}");
}

/* The fields of a record as a row, in the order of KEYS. */
static void
add_row(struct table *t, const struct request *r, const char *const *keys)
{
	char value[COMMAND_VALUE];

	for (unsigned i = 0; keys[i]; i++)
		table_add(t, command_value(value, r->bytes, r->size, keys[i]), SHOW_PLAIN);
}

/* A command whose answer is one kind of record and one table. */
static int
list(const struct client *c, int argc, char **argv, const char *const *heads,
    const char *const *keys)
{
	struct request r;
	struct table t;
	enum request_result last;
	int status = command_ask(c, &r, argc, argv);

	if (status != EX_OK)
		return status;
	table_init(&t, heads);
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		if (c->json)
			print_object(&r);
		else
			add_row(&t, &r, keys);
	}
	bool whole = table_print(&t, stdout, "", c->colours);
	status = command_end(&r, last);
	return status == EX_OK && !whole ? EX_UNAVAILABLE : status;
}

int
zones_command(const struct client *c, int argc, char **argv)
{
	static const char *const heads[] = { "ZONE", "LABEL", "CLASS", "CAPTURED", "IPV6",
		"INTERFACES", NULL };
	static const char *const keys[] = { "zone", "label", "class", "captured", "ipv6", "in",
		NULL };

	return list(c, argc, argv, heads, keys);
}

int
conduits_command(const struct client *c, int argc, char **argv)
{
	static const char *const heads[] = { "RULE", "PAIR", "CLIENTS", "SERVERS", "SERVICES",
		"REQUIRE", "HOURS", "EXPIRES", "APPROVAL", "CLAUSE", NULL };
	static const char *const keys[] = { "rule", "pair", "clients", "servers", "services",
		"require", "hours", "expires", "approval", "clause", NULL };

	return list(c, argc, argv, heads, keys);
}

/* The name of a state in its colour: a good one, or a bad one. */
static void
add_state(struct table *t, const struct request *r, const char *key, const char *good,
    const char *shown_good, const char *shown_bad)
{
	char value[COMMAND_VALUE];
	bool is_good = strcmp(command_value(value, r->bytes, r->size, key), good) == 0;

	table_add(t, is_good ? shown_good : shown_bad, is_good ? SHOW_GOOD : SHOW_BAD);
}

static void
coverage_row(struct table *interfaces, struct table *pairs, const struct request *r)
{
	static const char *const counts[] = { "what", "watched", "blind", "frames", "kernel_drops",
		"nic_drops", "ring_full", "unread", "last", NULL };
	static const char *const name[] = { "in", NULL }, *const pair[] = { "pair", NULL };
	static const char *const why[] = { "what", NULL };

	if (command_record_is(r, "interface")) {
		add_row(interfaces, r, name);
		add_state(interfaces, r, "state", "watched", "watched", "BLIND");
		add_row(interfaces, r, counts);
	} else if (command_record_is(r, "pair")) {
		add_row(pairs, r, pair);
		add_state(pairs, r, "assured", "yes", "ASSURED", "NOT ASSURED");
		add_row(pairs, r, why);
	}
}

/* {"interfaces":[…],"pairs":[…]}: KIND is the word of the records so far. */
static void
coverage_object(const struct request *r, char kind[16])
{
	struct wire w = wire_of(r->bytes, r->size);
	struct span word = record_word(&w);

	if (word.size >= 16)
		return;
	if (!span_is(word, kind)) {
		printf("%s\"%.*ss\":[", kind[0] ? "]," : "", (int)word.size, word.at);
		memcpy(kind, word.at, word.size);
		kind[word.size] = '\0';
	} else {
		putchar(',');
	}
	putchar('{');
	json_fields(stdout, &w, true);
	putchar('}');
}

int
coverage_command(const struct client *c, int argc, char **argv)
{
	static const char *const interface_heads[] = { "INTERFACE", "STATE", "WHY", ">WATCHED",
		">BLIND", ">FRAMES", ">KERNEL-DROPS", ">NIC-DROPS", ">RING-FULL", ">UNREAD",
		"LAST FRAME", NULL };
	static const char *const pair_heads[] = { "PAIR", "SINCE THE LAST HEARTBEAT", "WHY", NULL };
	struct request r;
	struct table interfaces, pairs;
	enum request_result last;
	char kind[16] = "";
	int status = command_ask(c, &r, argc, argv);

	if (status != EX_OK)
		return status;
	table_init(&interfaces, interface_heads);
	table_init(&pairs, pair_heads);
	if (c->json)
		putchar('{');
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		if (c->json)
			coverage_object(&r, kind);
		else
			coverage_row(&interfaces, &pairs, &r);
	}
	if (c->json)
		puts(kind[0] ? "]}" : "}");
	bool between = interfaces.cells && pairs.cells;
	bool whole = table_print(&interfaces, stdout, "", c->colours);
	if (between)
		putchar('\n');
	whole = table_print(&pairs, stdout, "", c->colours) && whole;
	status = command_end(&r, last);
	return status == EX_OK && !whole ? EX_UNAVAILABLE : status;
}
