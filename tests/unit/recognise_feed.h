/* recognise_feed.h - conversations for the tests of recognisers: what each side says, in the order
 * in which it is said, and what it must be recognised as, wherever it is cut. */
#ifndef RECOGNISE_FEED_H
#define RECOGNISE_FEED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recognise/recognise.h"
#include "unit.h"

/* One part: of a stream some bytes, else a datagram. */
struct said {
	const char *bytes;
	size_t n;
	enum talk_side side;
};

/* clang-format off */
#define C(text) { text, sizeof(text) - 1, TALK_CLIENT }
#define S(text) { text, sizeof(text) - 1, TALK_SERVER }
/* clang-format on */

enum { PARTS = 24 };

struct conversation {
	const char *name;
	uint8_t app;  /* APP_UNKNOWN: SURE_NOT */
	uint8_t sure; /* at its end */
	bool datagrams;
	struct said part[PARTS];
};

/* A side's bytes as far as `size` and `datagrams` say, in memory of just that size. */
struct fed {
	struct talk talk;
	uint8_t *room[2];
};

static inline void
fed_free(struct fed *f)
{
	free(f->room[0]);
	free(f->room[1]);
}

/* The first N bytes of a conversation; of datagrams the first N parts. */
static inline struct fed
feed(const struct conversation *c, size_t n, bool whole)
{
	struct fed f = { .talk = { .stream = !c->datagrams } };
	size_t size[2] = { 0, 0 };

	for (int round = 0; round < 2; round++) {
		size_t left = n;

		for (size_t i = 0; i < PARTS && c->part[i].bytes && left > 0; i++) {
			const struct said *p = &c->part[i];
			size_t take = c->datagrams || p->n < left ? p->n : left;
			struct opening *o = &f.talk.side[p->side];

			left -= c->datagrams ? 1 : take;
			if (round == 0) {
				size[p->side] += take;
				continue;
			}
			memcpy(f.room[p->side] + o->size, p->bytes, take);
			o->size += (uint16_t)take;
			if (c->datagrams)
				o->length[o->datagrams++] = (uint16_t)take;
		}
		for (int side = 0; side < 2 && round == 0; side++) {
			assert_true(size[side] <= RECOGNISE_BYTES);
			f.room[side] = malloc(size[side] ? size[side] : 1);
			assert_non_null(f.room[side]);
			f.talk.side[side].bytes = f.room[side];
			f.talk.side[side].whole = whole;
		}
	}
	return f;
}

/* What N of it are recognised as, where R knows it from less; and the rest says nothing else. */
static inline void
check_cut(const struct conversation *c, struct recognition *r, size_t n, bool whole)
{
	struct fed f = feed(c, n, whole);
	bool done = recognise(r, &f.talk);

	if (whole && !done)
		fail_msg("%s: no answer at its end", c->name);
	if ((whole || r->sure == SURE_CONFIRMED) && (r->app != c->app || r->sure != c->sure))
		fail_msg("%s, %zu of it: %s, sure %u", c->name, n,
		    app_word(r->app) ? app_word(r->app) : "unknown", r->sure);
	if (!whole && done && r->sure != SURE_CONFIRMED && c->app != APP_UNKNOWN)
		fail_msg("%s, %zu of it: ruled out", c->name, n);
	fed_free(&f);
}

/* No two rows confirm it. */
static inline void
check_alone(const struct conversation *c, size_t n)
{
	struct fed f = feed(c, n, true);

	for (size_t i = 0; i < recognise_rows(); i++) {
		const struct recogniser *row = recognise_row(i);

		if ((c->datagrams ? row->datagrams : row->stream) &&
		    row->look(&f.talk) == SURE_CONFIRMED &&
		    (row->name ? row->name(&f.talk) : row->app) != c->app)
			fail_msg("%s: %s confirms it, too", c->name, app_word(row->app));
	}
	fed_free(&f);
}

/* A part in records of fuzz_recognise.c, at most as large as they can be. */
static inline void
write_part(FILE *f, const struct said *p)
{
	size_t at = 0;

	do {
		size_t n = p->n - at < 2047 ? p->n - at : 2047;
		uint8_t side = p->side == TALK_SERVER ? 128 : 0;
		uint8_t head[] = { (uint8_t)(side + (n < 120 ? n : 120 + n / 256)), n & 255 };

		assert_int_equal(fwrite(head, n < 120 ? 1 : 2, 1, f), 1);
		assert_int_equal(fwrite(p->bytes + at, 1, n, f), n);
		at += n;
	} while (at < p->n);
}

/* Writes it as an input of fuzz_recognise.c into the directory that $RECOGNISE_SEEDS names. */
static inline void
write_seed(const struct conversation *c)
{
	const char *dir = getenv("RECOGNISE_SEEDS"), *word = app_word(c->app);
	uint8_t head[] = { c->app, c->datagrams ? 7 : 0x86 };
	char path[4096];
	FILE *f;

	if (!dir)
		return;
	(void)snprintf(path, sizeof path, "%s/%s-%s", dir, word ? word : "unknown", c->name);
	for (char *p = path + strlen(dir) + 1; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", *p))
			*p = '-';
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(head, sizeof head, 1, f), 1);
	for (size_t i = 0; i < PARTS && c->part[i].bytes; i++)
		write_part(f, &c->part[i]);
	assert_int_equal(fclose(f), 0);
}

/* Each is ruled out as what it is almost, while more may come. */
static inline void
check_ruled_out(const struct conversation *c, size_t n)
{
	for (; n-- > 0; c++) {
		struct fed f = feed(c, SIZE_MAX, false);

		for (size_t i = 0; i < recognise_rows(); i++)
			if (recognise_row(i)->app == c->app &&
			    recognise_row(i)->look(&f.talk) != SURE_NOT)
				fail_msg("%s: %s is not ruled out", c->name, app_word(c->app));
		fed_free(&f);
	}
}

/* Each conversation, cut at each byte: known from the first part on, and only from then on. */
static inline void
check_conversations(const struct conversation *c, size_t n)
{
	for (; n-- > 0; c++) {
		struct recognition growing = { .app = 0 };
		size_t size = 0;

		write_seed(c);
		for (size_t i = 0; i < PARTS && c->part[i].bytes; i++)
			size += c->datagrams ? 1 : c->part[i].n;
		for (size_t cut = 1; cut <= size; cut++) {
			struct recognition fresh = { .app = 0 };

			if (growing.sure != SURE_CONFIRMED)
				check_cut(c, &growing, cut, false);
			check_cut(c, &fresh, cut, false);
			if (fresh.sure != SURE_CONFIRMED)
				check_cut(c, &fresh, size, true);
		}
		if (growing.sure != SURE_CONFIRMED)
			check_cut(c, &growing, size, true);
		check_alone(c, size);
	}
}

#endif
