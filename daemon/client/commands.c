/* commands.c - see commands.h. */
#include "client/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "client/verify.h"

enum { PATIENCE = 10, RELOAD = 90 }; /* seconds to wait for a record */

static const struct command commands[] = {
#define COMMAND(name, arguments, function, what, help) { #name, arguments, what, help, function },
#include "client/commands.def"
#undef COMMAND
};

const struct command *
command_at(unsigned number)
{
	return number < sizeof commands / sizeof *commands ? &commands[number] : NULL;
}

const struct command *
command_named(const char *name)
{
	for (unsigned i = 0; command_at(i); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
command_misuse(const struct command *c, const char *what, const char *value)
{
	fputs("segauditctl: ", stderr);
	show_print(stderr, what, strlen(what));
	if (value) {
		fputs(" \"", stderr);
		show_print(stderr, value, strlen(value));
		fputc('"', stderr);
	}
	if (c)
		fprintf(stderr, "\nusage: segauditctl [-s SOCKET] [-j] %s%s%s\n", c->name,
		    c->arguments[0] ? " " : "", c->arguments);
	else
		fputs("\nusage: segauditctl [-s SOCKET] [-j] COMMAND ...; --help lists them\n",
		    stderr);
	return EX_USAGE;
}

static int
ask(const struct client *c, struct request *r, int argc, char **argv, unsigned seconds)
{
	if (argc > 1)
		return command_misuse(command_named(argv[0]), "unexpected argument", argv[1]);
	request_init(r, c->socket, argv[0]);
	int status = request_ask(r, seconds);
	if (status != EX_OK)
		request_end(r);
	return status;
}

int
command_ask(const struct client *c, struct request *r, int argc, char **argv)
{
	return ask(c, r, argc, argv, PATIENCE);
}

int
command_end(struct request *r, enum request_result last)
{
	request_end(r);
	return last == REQUEST_END ? EX_OK : EX_UNAVAILABLE;
}

const char *
command_value(char to[COMMAND_VALUE], const char *bytes, size_t size, const char *key)
{
	struct wire w = wire_of(bytes, size);
	struct record_field f;
	struct span word = { NULL, 0 };

	/* Words before the fields: the kind of a record, or id and state of a line. */
	for (struct wire next = w; next.ok; w = next) {
		word = record_word(&next);
		if (!next.ok || memchr(word.at, '=', word.size))
			break;
	}
	to[0] = '\0';
	while (record_field(&w, &f))
		if (span_is(f.key, key))
			return record_plain(to, COMMAND_VALUE, &f);
	return to;
}

bool
command_record_is(const struct request *r, const char *word)
{
	struct wire w = wire_of(r->bytes, r->size);

	return span_is(record_word(&w), word);
}

int
reload_command(const struct client *c, int argc, char **argv)
{
	struct request r;
	enum request_result last = REQUEST_RECORD;
	char gen[COMMAND_VALUE] = "";
	int status = ask(c, &r, argc, argv, RELOAD);

	if (status != EX_OK)
		return status;
	while ((last = request_next(&r)) == REQUEST_RECORD)
		if (command_record_is(&r, "reloaded"))
			(void)command_value(gen, r.bytes, r.size, "gen");
	if (last == REQUEST_END && c->json)
		printf("{\"reloaded\":true,\"gen\":%lu}\n", strtoul(gen, NULL, 10));
	else if (last == REQUEST_END)
		printf("the configuration is in force: generation %s\n", gen);
	return command_end(&r, last);
}

int
record_command(const struct client *c, int argc, char **argv)
{
	return verify_command(argc, argv, c->json);
}
