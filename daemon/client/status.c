/* status.c - the command status. See commands.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "client/commands.h"
#include "client/json.h"
#include "client/table.h"

/* Prints the value of a field as it may be shown, behind TEXT. */
static void
put(const struct request *r, const char *text, const char *key)
{
	char value[COMMAND_VALUE];

	fputs(text, stdout);
	(void)command_value(value, r->bytes, r->size, key);
	show_print(stdout, value, strlen(value));
}

/* Seconds as 3 d 04:05:06. */
static void
put_uptime(const struct request *r)
{
	char value[COMMAND_VALUE];
	unsigned long s = strtoul(command_value(value, r->bytes, r->size, "uptime"), NULL, 10);

	printf(" (up ");
	if (s >= 86400)
		printf("%lu d ", s / 86400);
	printf("%02lu:%02lu:%02lu)", s / 3600 % 24, s / 60 % 60, s % 60);
}

static void
put_verdict(const struct client *c, const struct request *r)
{
	char value[COMMAND_VALUE];
	bool ok = strcmp(command_value(value, r->bytes, r->size, "verdict"), "ok") == 0;

	show_colour(stdout, c->colours, ok ? SHOW_GOOD : SHOW_BAD);
	fputs(ok ? "ok" : "degraded", stdout);
	show_colour(stdout, c->colours, SHOW_PLAIN);
	if (!ok)
		put(r, ": ", "why");
	putchar('\n');
}

/* The incidents that are open, by severity, the worst first. */
static void
put_incidents(const struct request *r)
{
	static const char *const words[] = { "alert", "crit", "err", "warning", "notice", "info" };
	char value[COMMAND_VALUE];
	const char *before = ": ";

	put(r, "  incidents  ", "incidents");
	fputs(" open", stdout);
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
		if (strtoul(command_value(value, r->bytes, r->size, words[i]), NULL, 10) == 0)
			continue;
		fputs(before, stdout);
		show_print(stdout, value, strlen(value));
		printf(" %s", words[i]);
		before = ", ";
	}
	putchar('\n');
}

static void
put_daemon(const struct client *c, const struct request *r)
{
	put_verdict(c, r);
	put(r, "  site       ", "organisation");
	put(r, ", ", "zones");
	put(r, " zones, ", "conduits");
	put(r, " conduits\n  run        ", "sid");
	put(r, ", version ", "version");
	put(r, ", generation ", "gen");
	put(r, "\n  since      ", "since");
	put_uptime(r);
	put(r, "\n  watching   ", "watching");
	put(r, " of ", "interfaces");
	put(r, " interfaces\n  packets    ", "packets");
	put(r, " seen, ", "judged");
	put(r, " judged, ", "not_judged");
	put(r, " inside a zone, ", "undecodable");
	put(r, " undecodable, ", "backlog");
	put(r, " waiting\n  flows      ", "flows");
	put(r, ", ", "conforming");
	put(r, " conforming, ", "violations");
	put(r, " violations, ", "suspected");
	put(r, " suspected, ", "unverifiable");
	put(r, " unverifiable\n  lost       ", "drops");
	put(r, " dropped, ", "ring_full");
	put(r, " ring full, ", "unread");
	put(r, " unread, ", "skipped");
	put(r, " skipped; ", "evicted");
	puts(" flows evicted");
	put_incidents(r);
	put(r, "  lines      ", "seq");
	put(r, " said, ", "lines_waiting");
	put(r, " waiting, ", "lines_lost");
	puts(" lost");
}

static void
add_role(struct table *t, const struct request *r)
{
	static const char *const keys[] = { "restarts", "gen", "frames", "backlog" };
	char value[COMMAND_VALUE], number[COMMAND_VALUE], name[2 * COMMAND_VALUE];

	(void)command_value(value, r->bytes, r->size, "role");
	(void)command_value(number, r->bytes, r->size, "worker");
	(void)snprintf(name, sizeof name, "%s%s%s", value, number[0] ? " " : "", number);
	table_add(t, name, SHOW_PLAIN);
	bool runs = strcmp(command_value(value, r->bytes, r->size, "running"), "yes") == 0;
	table_add(t, runs ? "running" : "NOT RUNNING", runs ? SHOW_GOOD : SHOW_BAD);
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
		table_add(t, command_value(value, r->bytes, r->size, keys[i]), SHOW_PLAIN);
}

static void
add_sink(struct table *t, const struct request *r)
{
	static const char *const keys[] = { "sent", "waiting", "lost" };
	char value[COMMAND_VALUE];

	table_add(t, command_value(value, r->bytes, r->size, "target"), SHOW_PLAIN);
	table_add(t, command_value(value, r->bytes, r->size, "path"), SHOW_PLAIN);
	bool open = strcmp(command_value(value, r->bytes, r->size, "open"), "yes") == 0;
	table_add(t, open ? "open" : "closed", open ? SHOW_GOOD : SHOW_WARN);
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
		table_add(t, command_value(value, r->bytes, r->size, keys[i]), SHOW_PLAIN);
}

/* {…,"roles":[…],"sinks":[…]}: the fields of `status` stand in the object itself. */
static void
put_object(const struct request *r, char kind[16])
{
	struct wire w = wire_of(r->bytes, r->size);
	struct span word = record_word(&w);

	if (span_is(word, "status")) {
		json_fields(stdout, &w, true);
		return;
	}
	if (word.size >= 16)
		return;
	if (span_is(word, kind)) {
		fputs(",{", stdout);
	} else {
		printf("%s,\"%.*ss\":[{", kind[0] ? "]" : "", (int)word.size, word.at);
		memcpy(kind, word.at, word.size);
		kind[word.size] = '\0';
	}
	json_fields(stdout, &w, true);
	putchar('}');
}

int
status_command(const struct client *c, int argc, char **argv)
{
	static const char *const role_heads[] = { "ROLE", "STATE", ">RESTARTS", ">GEN", ">FRAMES",
		">BACKLOG", NULL };
	static const char *const sink_heads[] = { "TARGET", "PATH", "STATE", ">SENT", ">WAITING",
		">LOST", NULL };
	struct request r;
	struct table roles, sinks;
	enum request_result last;
	char kind[16] = "";
	int status = command_ask(c, &r, argc, argv);

	if (status != EX_OK)
		return status;
	table_init(&roles, role_heads);
	table_init(&sinks, sink_heads);
	if (c->json)
		putchar('{');
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		if (c->json)
			put_object(&r, kind);
		else if (command_record_is(&r, "status"))
			put_daemon(c, &r);
		else if (command_record_is(&r, "role"))
			add_role(&roles, &r);
		else if (command_record_is(&r, "sink"))
			add_sink(&sinks, &r);
	}
	if (c->json)
		puts(kind[0] ? "]}" : "}");
	else
		putchar('\n');
	bool whole = table_print(&roles, stdout, "  ", c->colours);
	if (sinks.cells)
		putchar('\n');
	whole = table_print(&sinks, stdout, "  ", c->colours) && whole;
	status = command_end(&r, last);
	return status == EX_OK && !whole ? EX_UNAVAILABLE : status;
}
