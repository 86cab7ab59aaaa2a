/* lists.c - the commands that show what the daemon has: zones, conduits. See commands.h. */
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

void
command_row(struct table *t, const struct request *r, const char *const *keys)
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
			command_row(&t, &r, keys);
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
		"REQUIRE", "MESSAGES", "SESSIONS", "VIOLATING", "UNVERIFIABLE", "UP", "DOWN",
		"HOURS", "EXPIRES", "APPROVAL", "CLAUSE", NULL };
	static const char *const keys[] = { "rule", "pair", "clients", "servers", "services",
		"require", "messages", "sessions", "violating", "unverifiable", "up", "down",
		"hours", "expires", "approval", "clause", NULL };

	return list(c, argc, argv, heads, keys);
}
