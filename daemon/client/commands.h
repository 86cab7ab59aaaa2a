/* commands.h - what segauditctl can be asked to do.
 *
 * Knows: the commands (commands.def). Owns nothing. Called by segauditctl.c. A command gets its
 * arguments without options that all have, its name first, and returns the exit status (DESIGN 4).
 */
#ifndef SEGAUDIT_CLIENT_COMMANDS_H
#define SEGAUDIT_CLIENT_COMMANDS_H

#include <stdbool.h>

#include "client/request.h"
#include "client/table.h"

/* What was said before the command. */
struct client {
	const char *socket; /* -s */
	bool json;	    /* -j */
	bool colours;
};

typedef int command_run(const struct client *c, int argc, char **argv);

#define COMMAND(name, arguments, function, what, help) command_run function;
#include "client/commands.def"
#undef COMMAND

struct command {
	const char *name, *arguments, *what, *help;
	command_run *run;
};

/* The command of that name, or NULL; command NUMBER, or NULL behind the last. */
const struct command *command_named(const char *name);
const struct command *command_at(unsigned number);

/* The command line is wrong: says why and how it is meant. EX_USAGE. */
int command_misuse(const struct command *c, const char *what, const char *value);

/* A request of one word without arguments. EX_OK when an answer comes, in R, else the exit status
 * after having said why; R is ended then. */
int command_ask(const struct client *c, struct request *r, int argc, char **argv);

/* Ends a command that has read its answer up to LAST: its exit status. */
int command_end(struct request *r, enum request_result last);

/* The value of a field of the record, made plain; "" when it has none. Returns TO. */
enum { COMMAND_VALUE = 600 };
const char *command_value(char to[COMMAND_VALUE], const char *bytes, size_t size, const char *key);

/* The fields KEYS of the record as cells of a row; NULL ends them. */
void command_row(struct table *t, const struct request *r, const char *const *keys);

/* Is the first word of a record this one? */
bool command_record_is(const struct request *r, const char *word);

#endif
