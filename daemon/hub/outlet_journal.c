/* outlet_journal.c - see outlet_journal.h. */
#include "hub/outlet_journal.h"

#include <stdio.h>

#include "hub/reading.h"

#define PREFIX "SEGAUDIT_"

enum { NAME_MOST = 64 }; /* bytes of a field's name, as journald allows */

/* NAME=value, or where the value holds a newline NAME, newline, its size in 64 bits with the lowest
 * byte first, and its bytes. */
static void
put(struct text *t, const char *name, const char *value, size_t size)
{
	size_t start = t->len;
	char length[8];

	text_string(t, name);
	if (memchr(value, '\n', size)) {
		for (size_t i = 0; i < sizeof length; i++)
			length[i] = (char)((uint64_t)size >> 8 * i & 255);
		text_bytes(t, "\n", 1);
		text_bytes(t, length, sizeof length);
	} else {
		text_bytes(t, "=", 1);
	}
	text_bytes(t, value, size);
	text_bytes(t, "\n", 1);
	if (t->cut) {
		t->len = start;
		t->cut = false;
	}
}

static void
put_number(struct text *t, const char *name, unsigned long number)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lu", number);

	if (n > 0)
		put(t, name, digits, (size_t)n);
}

/* SEGAUDIT_KEY of the field that was just read. */
static void
put_field(struct text *t, const struct reading *r)
{
	char name[NAME_MOST + 1] = PREFIX, value[OUTLET_LINE];
	size_t at = sizeof PREFIX - 1;

	if (r->field.key.size > NAME_MOST - at)
		return;
	for (size_t i = 0; i < r->field.key.size; i++) {
		char c = r->field.key.at[i];

		/* Field names have capitals, digits and underscores only. */
		name[at++] = c == '-' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	name[at] = '\0';
	put(t, name, value, reading_value(r, value, sizeof value));
}

void
journal_record(struct text *t, const struct outlet *o, const struct outlet_line *line)
{
	char id[] = "5e61756469744000800000000000nnnn", time[NSTIME_TEXT];
	struct reading r;

	put(t, "MESSAGE", line->text, line->size);
	put_number(t, "PRIORITY", line->severity);
	put_number(t, "SYSLOG_FACILITY", o->facility);
	put(t, "SYSLOG_IDENTIFIER", o->ident, strlen(o->ident));
	put_number(t, "SYSLOG_PID", (unsigned long)o->pid);
	nstime_text(time, line->time, line->offset);
	put(t, PREFIX "TIME", time, strlen(time));
	if (!reading_begin(&r, line->text, line->size))
		return;
	memcpy(id + sizeof id - 5, r.id.at + 3, 4);
	put(t, "MESSAGE_ID", id, sizeof id - 1);
	put(t, PREFIX "ID", r.id.at, r.id.size);
	put(t, PREFIX "STATE", r.state.at, r.state.size);
	while (reading_next(&r))
		put_field(t, &r);
}
