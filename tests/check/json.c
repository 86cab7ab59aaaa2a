/* json.c - reads lines and prints each as a JSON object: as segauditctl makes it of the line; with
 * the argument `hub`, as a log target has it, of notes only. For tests/check/json.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/json.h"
#include "hub/line.h"

/* sev and verdict of a note come from its id; the fields between them and msg are those that the
 * caller gives. */
static void
print_note(const char *line)
{
	char bytes[LINE_MAX_BYTES + 1], fields[LINE_MAX_BYTES], said[LINE_MAX_BYTES];
	struct text json = text_of(bytes, sizeof bytes);
	const char *from = strstr(line, " verdict="), *msg = strstr(line, " msg=\"");

	from = from ? from + 1 + strcspn(from + 1, " ") : NULL;
	if (!from || !msg || msg < from) {
		fprintf(stderr, "json_lines: no note: %s\n", line);
		exit(1);
	}
	snprintf(fields, sizeof fields, "%.*s", (int)(msg - from), from);
	snprintf(said, sizeof said, "%.*s", (int)strcspn(msg + 6, "\""), msg + 6);
	line_note_json(&json, (uint16_t)strtoul(line + 3, NULL, 10), fields, said, NULL);
	puts(bytes);
}

int
main(int argc, char **argv)
{
	char line[2 * LINE_MAX_BYTES];
	bool hub = argc > 1 && strcmp(argv[1], "hub") == 0;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!hub) {
			json_line(stdout, line, strlen(line));
			putchar('\n');
		} else if (strncmp(line + strcspn(line, " "), " NOTE ", 6) == 0) {
			print_note(line);
		}
	}
	return 0;
}
