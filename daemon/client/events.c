/* events.c - the commands about what was said: incidents, tail. See commands.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "client/commands.h"
#include "client/json.h"
#include "client/table.h"

enum { PATIENCE = 10 }; /* seconds to wait for a record */

/* Keys that the line of an open incident may have: a filter by any other would find nothing. */
static const char *const incident_keys[] = { "id", "state", "ev", "sev", "verdict", "outcome",
	"pair", "rule", "near", "want", "got", "in", "vlan", "out", "outvlan", "proto", "type",
	"code", "src", "dst", "ethertype", "claims", "what", "flags", "smac", "dmac", "stack",
	"outer", "n", "first", "last", "gen", "bytes", "trunc", "msg", NULL };

static bool
is_incident_key(const char *field)
{
	size_t size = strcspn(field, "=");

	for (unsigned i = 0; incident_keys[i]; i++)
		if (strlen(incident_keys[i]) == size && strncmp(incident_keys[i], field, size) == 0)
			return true;
	return false;
}

/* Adds the filters that were typed. EX_OK, or EX_USAGE after having said why. */
static int
add_filters(struct request *r, int argc, char **argv)
{
	int status = EX_OK;

	for (int i = 0; i < argc && status == EX_OK; i++)
		status = i < CONTROL_FILTERS ?
			     request_filter(r, argv[i]) :
			     command_misuse(NULL, "too many filters, from this one on:", argv[i]);
	return status;
}

static void
add_row(struct table *t, const struct request *r)
{
	static const char *const keys[] = { "ev", "pair", "outcome", "proto", "src", "dst", "rule",
		"near", "what", "n", "last" };
	struct wire w = wire_of(r->bytes, r->size);
	struct span id = record_word(&w);
	char value[COMMAND_VALUE], name[32];

	(void)command_value(value, r->bytes, r->size, "sev");
	table_add(t, value, show_severity((struct span){ value, strlen(value) }));
	show_safe(name, sizeof name, id.at, id.size);
	table_add(t, name, SHOW_PLAIN);
	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
		table_add(t, command_value(value, r->bytes, r->size, keys[i]), SHOW_PLAIN);
}

int
incidents_command(const struct client *c, int argc, char **argv)
{
	static const char *const heads[] = { "SEV", "ID", "EV", "PAIR", "OUTCOME", "PROTO", "SRC",
		"DST", "RULE", "NEAR", "WHAT", ">N", "LAST", NULL };
	struct request r;
	struct table t;
	enum request_result last;

	for (int i = 1; i < argc; i++)
		if (strchr(argv[i], '=') && !is_incident_key(argv[i]))
			return command_misuse(
			    command_named(argv[0]), "incidents have no such field:", argv[i]);
	request_init(&r, c->socket, argv[0]);
	int status = add_filters(&r, argc - 1, argv + 1);
	if (status == EX_OK)
		status = request_ask(&r, PATIENCE);
	if (status != EX_OK) {
		request_end(&r);
		return status;
	}
	table_init(&t, heads);
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		if (c->json) {
			json_line(stdout, r.bytes, r.size);
			putchar('\n');
		} else {
			add_row(&t, &r);
		}
	}
	if (!c->json && last == REQUEST_END && !t.cells)
		puts(argc > 1 ? "no open incident passes" : "no open incidents");
	bool whole = table_print(&t, stdout, "", c->colours);
	status = command_end(&r, last);
	return status == EX_OK && !whole ? EX_UNAVAILABLE : status;
}

/* A line as it was said, in the colour of its severity. */
static void
print_line(const struct client *c, const struct request *r)
{
	char sev[COMMAND_VALUE];

	if (command_record_is(r, "missed")) {
		fprintf(stderr, "segauditctl: %s lines passed by: too slow\n",
		    command_value(sev, r->bytes, r->size, "n"));
		return;
	}
	if (c->json) {
		json_line(stdout, r->bytes, r->size);
		putchar('\n');
		return;
	}
	(void)command_value(sev, r->bytes, r->size, "sev");
	enum show_colour colour = show_severity((struct span){ sev, strlen(sev) });
	show_colour(stdout, c->colours && colour != SHOW_PLAIN, colour);
	show_print(stdout, r->bytes, r->size);
	show_colour(stdout, c->colours && colour != SHOW_PLAIN, SHOW_PLAIN);
	putchar('\n');
}

/* -n: how many lines. False when that is no number, or too much. */
static bool
lines_of(const char *text, char word[8])
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 4 || text[digits] || strtoul(text, NULL, 10) > CONTROL_LINES)
		return false;
	memcpy(word, text, digits + 1);
	return true;
}

int
tail_command(const struct client *c, int argc, char **argv)
{
	const struct command *self = command_named(argv[0]);
	struct request r;
	enum request_result last;
	char lines[8] = "10";
	int option;

	optind = 0; /* getopt begins anew */
	while ((option = getopt(argc, argv, "n:")) != -1)
		if (option != 'n' || !lines_of(optarg, lines))
			return command_misuse(self, "-n wants a number of lines, 0 to 2048", NULL);
	request_init(&r, c->socket, argv[0]);
	request_word(&r, lines);
	int status = add_filters(&r, argc - optind, argv + optind);
	if (status == EX_OK)
		status = request_ask(&r, 0);
	if (status != EX_OK) {
		request_end(&r);
		return status;
	}
	while ((last = request_next(&r)) == REQUEST_RECORD) {
		print_line(c, &r);
		if (fflush(stdout) != 0)
			break; /* nobody reads any more */
	}
	request_end(&r);
	return last == REQUEST_BROKEN ? EX_UNAVAILABLE : EX_OK;
}
