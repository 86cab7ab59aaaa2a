/* segauditctl.c - the administrator's command: its options, and which command it is.
 *
 * Knows: options and exit statuses (DESIGN 4): 0 done, 1 the answer is no, 2 incomplete, 64 usage,
 * 66 a file cannot be read, 69 the daemon is not there. Owns nothing. Never needs privileges of its
 * own: the daemon asks the kernel who calls.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "client/commands.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

enum { OPTION_HELP = 256 };

static const char help_head[] =
    "usage: segauditctl [-s SOCKET] [-j] COMMAND ...\n"
    "  -s, --socket SOCKET   of the daemon (default: /run/segaudit/" CONTROL_SOCKET ")\n"
    "  -j, --json            for programs: JSON, with the names that lines have\n"
    "  -V, --version         version\n"
    "      --help            this text; behind a command: what that takes\n"
    "commands:\n";

static void
print_help(void)
{
	fputs(help_head, stdout);
	for (unsigned i = 0; command_at(i); i++)
		printf("  %-12s %s\n", command_at(i)->name, command_at(i)->what);
	puts("See segauditctl(8).");
}

static void
print_help_of(const struct command *c)
{
	printf("usage: segauditctl [-s SOCKET] [-j] %s%s%s\n%s.\n%s", c->name,
	    c->arguments[0] ? " " : "", c->arguments, c->what, c->help);
}

/* Options before the command. -1: go on at optind; else the exit status. */
static int
parse(struct client *c, int argc, char **argv)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+s:jV", names, NULL)) != -1)
		switch (option) {
		case 's':
			c->socket = optarg;
			break;
		case 'j':
			c->json = true;
			break;
		case 'V':
			puts("segauditctl " PACKAGE_VERSION);
			return EX_OK;
		case OPTION_HELP:
			print_help();
			return EX_OK;
		default:
			return command_misuse(
			    NULL, "unknown option, or an option without its value", NULL);
		}
	return -1;
}

int
main(int argc, char **argv)
{
	struct client c = { .socket = "/run/segaudit/" CONTROL_SOCKET };
	int status = parse(&c, argc, argv);

	if (status >= 0)
		return status;
	if (optind >= argc)
		return command_misuse(NULL, "a command is missing", NULL);
	argc -= optind;
	argv += optind;
	const struct command *command = command_named(argv[0]);
	if (!command)
		return command_misuse(NULL, "no such command:", argv[0]);
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help_of(command);
		return EX_OK;
	}
	(void)show_start(); /* without it columns may be crooked, no more */
	c.colours = !c.json && show_colours(stdout);
	status = command->run(&c, argc, argv);
	if (fflush(stdout) != 0 && status == EX_OK)
		status = EX_UNAVAILABLE; /* what was asked for could not be written */
	return status;
}
