/* rfb_feed.h - an RFB session as text, and what rfb says of it, wherever its bytes are cut.
 *
 * Knows: lines. "c …" are bytes of who began the connection, "s …" of who took it: pairs of hex
 * digits with any spaces between, 'text' (a | in it is a newline), "aa*20" for 20 times that byte;
 * "-c 7" and "-s 7" are missing bytes, "end" ends the session. A verdict is "id words name;". Owns
 * nothing. Included by tests of rfb. Never judges: a test compares.
 */
#ifndef SEGAUDIT_RFB_FEED_H
#define SEGAUDIT_RFB_FEED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "unit.h"
#include "worker/rfb.h"

enum { FEED_STEPS = 200, FEED_BYTES = 1 << 17, FEED_TEXT = 4096, FEED_CUTS = 3000 };

/* Handshakes. A screen of 64 x 48; pixels of four bytes, of three in Tight; no name. */
#define RFB_38	     "s 'RFB 003.008|'\nc 'RFB 003.008|'\n"
#define RFB_37	     "s 'RFB 003.008|'\nc 'RFB 003.007|'\n"
#define RFB_33	     "s 'RFB 003.008|'\nc 'RFB 003.003|'\n"
#define RFB_24_BITS  "20180001 00ff00ff00ff 100800 000000"
#define RFB_32_BITS  "20200001 00ff00ff00ff 100800 000000"
#define RFB_16_BITS  "10100001 001f003f001f 0b0500 000000"
#define RFB_8_BITS   "08080000 000000000000 000000 000000"
#define RFB_INIT(f)  "c 01\ns 0040 0030 " f " 00000000\n"
#define RFB_NONE     "s 01 01\nc 01\ns 00000000\n"
#define RFB_OPEN_(f) RFB_38 RFB_NONE RFB_INIT(f)
#define RFB_OPEN     RFB_OPEN_(RFB_24_BITS)

/* What stands behind something shows that its end was found: one byte of clipboard. */
#define CUT_S	   "s 03 000000 00000001 'x'\n"
#define CUT_C	   "c 06 000000 00000001 'x'\n"
#define CUT_S_SAID "3202 clipboard ServerCutText;"
#define CUT_C_SAID "3202 clipboard ClientCutText;"

struct feed_step {
	char kind; /* c, s: bytes; C, S: bytes missing there; e: the end */
	size_t at, size;
};

struct feed {
	size_t nsteps, size;
	struct feed_step step[FEED_STEPS];
	uint8_t bytes[FEED_BYTES];
};

static inline void
feed_byte(struct feed *f, uint8_t byte, size_t times)
{
	assert_true(times <= FEED_BYTES - f->size);
	memset(f->bytes + f->size, byte, times);
	f->size += times;
}

/* The bytes of one line, up to its end. */
static inline const char *
feed_line(struct feed *f, const char *p)
{
	while (*p && *p != '\n') {
		if (*p == ' ') {
			p++;
		} else if (*p == '\'') {
			for (p++; *p != '\''; p++)
				feed_byte(f, *p == '|' ? '\n' : (uint8_t)*p, 1);
			p++;
		} else {
			char digits[3] = { p[0], p[1], '\0' }, *end;
			unsigned long byte = strtoul(digits, &end, 16), times = 1;

			assert_true(end == digits + 2);
			p += 2;
			if (*p == '*') {
				times = strtoul(p + 1, &end, 10);
				p = end;
			}
			feed_byte(f, (uint8_t)byte, times);
		}
	}
	return p;
}

static inline void
feed_read(struct feed *f, const char *text)
{
	f->nsteps = f->size = 0;
	for (const char *p = text; *p; p += *p == '\n') {
		struct feed_step *s = &f->step[f->nsteps++];

		assert_true(f->nsteps <= FEED_STEPS);
		*s = (struct feed_step){ *p, f->size, 0 };
		if (*p == '-') {
			s->kind = p[1] == 'c' ? 'C' : 'S';
			s->size = strtoul(p + 2, NULL, 10);
			p += strcspn(p, "\n");
			continue;
		}
		if (*p == 'e') {
			p += strcspn(p, "\n");
			continue;
		}
		assert_true(*p == 'c' || *p == 's');
		p = feed_line(f, p + 1);
		s->size = f->size - s->at;
	}
}

static inline void
feed_say(void *ctx, const struct screen_verdict *v)
{
	struct text *t = ctx;

	assert_true(v->words != 0);
	text_add(t, "%u", v->id);
	for (uint64_t bit = 1; bit; bit <<= 1)
		if (v->words & bit)
			text_add(t, " %s", what_word(bit));
	if (v->nname)
		text_add(t, " %.*s", v->nname, v->name);
	text_add(t, ";");
}

/* Bytes in memory of just their size. */
static inline void
feed_push(struct rfb *r, bool client, const uint8_t *bytes, size_t size)
{
	uint8_t *room;

	if (size == 0)
		return;
	room = malloc(size);
	assert_non_null(room);
	memcpy(room, bytes, size);
	rfb_push(r, client, room, size);
	free(room);
}

/* The first SIZE bytes of it, in pieces of EACH bytes (0: as they are), and cut at byte CUT (0:
 * nowhere). */
static inline void
feed_run(const struct feed *f, size_t size, size_t each, size_t cut, struct text *said)
{
	static struct rfb r;

	rfb_begin(&r, feed_say, said);
	for (size_t i = 0; i < f->nsteps; i++) {
		const struct feed_step *s = &f->step[i];
		size_t end = s->at + s->size < size ? s->at + s->size : size;

		if (s->kind == 'e')
			rfb_end(&r);
		if (s->kind == 'C' || s->kind == 'S')
			rfb_lost(&r, s->kind == 'C', s->size);
		if (s->kind != 'c' && s->kind != 's')
			continue;
		for (size_t at = s->at, n; at < end; at += n) {
			n = each && each < end - at ? each : end - at;
			if (at < cut && cut < at + n)
				n = cut - at;
			feed_push(&r, s->kind == 'c', f->bytes + at, n);
		}
	}
	rfb_end(&r);
}

static inline void
feed_check(const char *text, const struct feed *f, size_t each, size_t cut, const char *want)
{
	char room[FEED_TEXT];
	struct text said = text_of(room, sizeof room);

	feed_run(f, f->size, each, cut, &said);
	if (said.cut || strcmp(room, want) != 0)
		fail_msg("pieces of %zu, cut at %zu: says \"%s\", not \"%s\" of\n%s", each, cut,
		    room, want, text);
}

/* TEXT is a session of which WANT is said: whole, byte by byte, and cut once at each byte (of a
 * long one at its first and last). */
static inline void
says(const char *text, const char *want)
{
	static struct feed f;

	feed_read(&f, text);
	feed_check(text, &f, 0, 0, want);
	feed_check(text, &f, 1, 0, want);
	feed_check(text, &f, 7, 0, want);
	for (size_t cut = 1; cut < f.size; cut++)
		if (cut < FEED_CUTS || f.size - cut < FEED_CUTS)
			feed_check(text, &f, 0, cut, want);
}

/* The same of a text that is made. */
static inline void __attribute__((format(printf, 2, 3)))
says_of(const char *want, const char *format, ...)
{
	static char text[FEED_TEXT];
	va_list values;
	int n;

	va_start(values, format);
	n = vsnprintf(text, sizeof text, format, values);
	va_end(values);
	assert_true(n > 0 && n < FEED_TEXT);
	says(text, want);
}

#endif
