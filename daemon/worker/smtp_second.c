/* smtp_second.c - see smtp_in.h: what a receiver reads who takes a look-alike for the end of data.
 * Such a one takes a bare CR or LF for the end of a line as well, so this reading does. */
#include "worker/smtp_in.h"

#include <string.h>

static void
mail_end(struct smtp_second *t)
{
	const struct mime_culprit *culprit;

	mime_end(&t->mime);
	t->words |= mime_words(&t->mime);
	culprit = mime_culprit(&t->mime);
	if (culprit && culprit->words && !t->culprit.words)
		t->culprit = *culprit;
	t->data = false;
	t->ncommand = 0;
}

/* A command line is over: DATA and BDAT bring a mail, all else is of no interest. */
static void
command_end(struct smtp *s)
{
	struct smtp_second *t = &s->second;
	struct smtp_command c;

	smtp_command(&c, t->command, t->ncommand, false);
	t->ncommand = 0;
	if (c.verb != VERB_DATA && c.verb != VERB_BDAT)
		return;
	if (t->mails == SMTP_SECOND) {
		t->words |= WHAT_LIMIT;
		return;
	}
	t->mails++;
	t->data = true;
	t->dot = false;
	mime_begin(&t->mime, s->rules, NULL, NULL);
}

static void
piece(struct smtp *s, struct line_piece *p)
{
	struct smtp_second *t = &s->second;
	size_t room = sizeof t->command - t->ncommand;

	if (t->data) {
		if (smtp_content(&t->mime, &t->dot, p))
			mail_end(t);
		return;
	}
	if (room > p->size)
		room = p->size;
	memcpy(t->command + t->ncommand, p->bytes, room);
	t->ncommand = (uint8_t)(t->ncommand + room);
	if (p->flags & LINE_ENDS)
		command_end(s);
}

/* Bytes without a CR or LF; or a CR LF. */
static void
take(struct smtp *s, const uint8_t *bytes, size_t size)
{
	struct line_piece p;

	while (lines_next(&s->second.lines, &bytes, &size, &p))
		piece(s, &p);
}

void
smtp_second_begin(struct smtp *s)
{
	struct smtp_second *t = &s->second;

	t->active = true;
	t->data = false;
	t->ncommand = 0;
	t->lines = (struct lines){ .begun = false };
}

void
smtp_second(struct smtp *s, const uint8_t *bytes, size_t size, bool ends)
{
	static const uint8_t end[] = { '\r', '\n' };

	for (size_t n; size > 0; bytes += n, size -= n) {
		for (n = 0; n < size && bytes[n] != '\r' && bytes[n] != '\n'; n++)
			;
		take(s, bytes, n);
		if (n < size) {
			take(s, end, sizeof end);
			n++;
		}
	}
	if (ends)
		take(s, end, sizeof end);
}

void
smtp_second_lost(struct smtp *s)
{
	struct smtp_second *t = &s->second;

	t->lines = (struct lines){ .begun = false };
	t->ncommand = 0;
	t->dot = false;
	if (t->data)
		mime_lost(&t->mime);
}

void
smtp_second_end(struct smtp *s)
{
	if (s->second.data)
		mail_end(&s->second);
	s->second.active = false;
}
