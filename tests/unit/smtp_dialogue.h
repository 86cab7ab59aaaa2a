/* smtp_dialogue.h - a mail connection as text, and what smtp says of it.
 *
 * Knows: steps, one a line: "C text" and "S text" are lines of client and server (CR LF is added),
 * "c bytes" and "s bytes" have no line end; "-C 7" and "-S 7" are missing bytes, "overlap" is a
 * note from below, "midstream" begins so. \r \n \0 \\ \xHH stand for bytes. A verdict is
 * "message:size:words;" of a message, "0:words;" of the connection. Owns nothing. Included by tests
 * of smtp. Never judges: a test compares.
 */
#ifndef SEGAUDIT_SMTP_DIALOGUE_H
#define SEGAUDIT_SMTP_DIALOGUE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "worker/smtp.h"

enum { DIALOGUE_STEPS = 2000, DIALOGUE_BYTES = 1 << 16 };

struct step {
	char kind; /* C, S: bytes of that direction; c, s: bytes missing there; n: note */
	size_t at, size;
};

struct dialogue {
	bool midstream;
	size_t nsteps, size;
	struct step step[DIALOGUE_STEPS];
	uint8_t bytes[DIALOGUE_BYTES];
};

static inline unsigned
dialogue_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* One byte of a step's text, behind its escape. */
static inline uint8_t
dialogue_byte(const char **p)
{
	const char *at = *p;

	*p += 1;
	if (*at != '\\')
		return (uint8_t)*at;
	*p += 1;
	switch (at[1]) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case '0':
		return 0;
	case '\\':
		return '\\';
	case 'x':
		*p += 2;
		return (uint8_t)(dialogue_digit(at[2]) * 16 + dialogue_digit(at[3]));
	default:
		abort();
	}
}

/* Bytes of one direction that follow each other are one step: cuts are the caller's. */
static inline void
dialogue_bytes(struct dialogue *d, char kind, const uint8_t *bytes, size_t size)
{
	struct step *last = d->nsteps ? &d->step[d->nsteps - 1] : NULL;

	if (d->size + size > DIALOGUE_BYTES || d->nsteps == DIALOGUE_STEPS)
		abort();
	if (size > 0)
		memcpy(d->bytes + d->size, bytes, size);
	if (last && last->kind == kind && (kind == 'C' || kind == 'S'))
		last->size += size;
	else
		d->step[d->nsteps++] = (struct step){ kind, d->size, size };
	d->size += size;
}

static inline void
dialogue_read(struct dialogue *d, const char *text)
{
	d->midstream = false;
	d->nsteps = d->size = 0;
	for (const char *p = text; *p; p += *p == '\n') {
		bool line = *p == 'C' || *p == 'S';
		char kind = line ? *p : (char)(*p - 'a' + 'A');

		if (strncmp(p, "midstream\n", 10) == 0 || strncmp(p, "overlap\n", 8) == 0) {
			if (*p == 'm')
				d->midstream = true;
			else
				dialogue_bytes(d, 'n', NULL, 0);
			p = strchr(p, '\n');
			continue;
		}
		if (*p == '-') {
			dialogue_bytes(d, (char)(p[1] - 'A' + 'a'), NULL, 0);
			d->step[d->nsteps - 1].size = strtoul(p + 2, NULL, 10);
			p = strchr(p, '\n');
			continue;
		}
		if ((kind != 'C' && kind != 'S') || p[1] != ' ')
			abort();
		for (p += 2; *p && *p != '\n';) {
			uint8_t b = dialogue_byte(&p);

			dialogue_bytes(d, kind, &b, 1);
		}
		if (line)
			dialogue_bytes(d, kind, (const uint8_t *)"\r\n", 2);
	}
}

static inline void
dialogue_words(struct text *t, uint64_t words)
{
	bool any = false;

	for (unsigned bit = 0; bit < 64; bit++)
		if (words >> bit & 1) {
			text_add(t, "%s%s", any ? "," : "", what_word(UINT64_C(1) << bit));
			any = true;
		}
}

/* Of smtp_say: CTX is a struct text. */
static inline void
dialogue_say(void *ctx, const struct smtp_verdict *v)
{
	struct text *t = ctx;

	if (v->message)
		text_add(t, "%u:%llu:", v->message, (unsigned long long)v->size);
	else
		text_add(t, "0:");
	dialogue_words(t, v->words);
	text_add(t, ";");
}

/* Runs it: each step in pieces of EACH bytes (0: whole), and cut at offset CUT of the dialogue's
 * bytes (SIZE_MAX: nowhere). */
static inline void
dialogue_run(const struct dialogue *d, const struct mime_rules *rules, smtp_say *say, size_t each,
    size_t cut, struct smtp *s, struct text *to)
{
	memset(s, 0xa5, sizeof *s); /* as another connection left it */
	smtp_begin(s, rules, d->midstream, say, to);
	for (size_t i = 0; i < d->nsteps; i++) {
		const struct step *st = &d->step[i];

		if (st->kind == 'n')
			smtp_note(s, WHAT_OVERLAP);
		if (st->kind == 'c' || st->kind == 's')
			smtp_lost(s, st->kind == 'c', st->size);
		if (st->kind != 'C' && st->kind != 'S')
			continue;
		for (size_t at = 0, n; at < st->size; at += n) {
			n = st->size - at;
			if (each && n > each)
				n = each;
			if (cut > st->at + at && cut < st->at + at + n)
				n = cut - st->at - at;
			smtp_push(s, st->kind == 'C', d->bytes + st->at + at, n);
		}
	}
	smtp_end(s);
}

#endif
