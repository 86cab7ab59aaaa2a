/* fuzz_recognise.c - any conversation: what a row says of it as it grows holds together.
 *
 * The first byte is the number (model/app.def) of the row that is judged; where no row has it, all
 * are. Of the second, bit 0 says that it is datagrams and not a stream, bits 1 and 2 which sides
 * come to their end, bits 3 and 4 in which order the sides come (as recorded, client first, server
 * first, as recorded), and three bits in how large pieces a stream is fed. Then come records: a
 * byte, whose highest bit is the side and whose others say how many bytes follow (below 120; else
 * they are 120 and the higher byte of that number, and its lower byte is next), and these.
 * tests/unit/recognise_feed.h writes inputs.
 *
 * Checked: what a row confirmed or ruled out stays so, in whatever order the sides came; no two
 * rows confirm the same; the driver says of the whole what it says of it as it grew, and when it is
 * done nothing that follows changes its answer. Each side is memory of just its size, so that a
 * sanitizer sees a read behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "recognise/recognise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) ((holds) ? (void)0 : broken(__LINE__, #holds))

enum { ROWS = 128, RECORDS = 512, PIECES = 32, AS_IS = 120 };

struct record {
	const uint8_t *bytes;
	size_t size;
	enum talk_side side;
};

struct input {
	struct record record[RECORDS];
	size_t n, total[2];
	uint8_t app;
	bool datagrams, ends[2];
	unsigned order;
	size_t piece;
};

/* As far as it is fed. */
struct growing {
	struct talk talk;
	uint8_t *room[2];
	uint8_t sure[ROWS]; /* what each row said of it at last */
	struct recognition r;
};

static void __attribute__((noreturn)) broken(int line, const char *what)
{
	fprintf(stderr, "fuzz_recognise.c:%d: does not hold: %s\n", line, what);
	abort();
}

static bool
row_runs(const struct recogniser *row, const struct talk *t)
{
	return t->stream ? row->stream : row->datagrams;
}

/* Takes the records, as many as an opening holds. */
static void
parse(struct input *in, struct wire *w)
{
	unsigned datagrams[2] = { 0, 0 };
	uint8_t form;

	in->n = in->total[0] = in->total[1] = 0;
	in->app = wire_u8(w);
	form = wire_u8(w);
	in->datagrams = form & 1;
	in->ends[0] = form & 2;
	in->ends[1] = form & 4;
	in->order = form >> 3 & 3;
	in->piece = (size_t)1 << (form >> 5);
	while (in->n < RECORDS && wire_left(w) > 0) {
		struct record *to = &in->record[in->n];
		uint8_t head = wire_u8(w), n = head & 127;

		to->side = head & 128 ? TALK_SERVER : TALK_CLIENT;
		to->size = n < AS_IS ? n : (size_t)(n - AS_IS) << 8 | wire_u8(w);
		if (to->size > wire_left(w))
			to->size = wire_left(w);
		to->bytes = wire_take(w, to->size);
		if (in->total[to->side] + to->size > RECOGNISE_BYTES ||
		    (in->datagrams && datagrams[to->side]++ == RECOGNISE_PACKETS))
			break;
		in->total[to->side] += to->size;
		in->n++;
	}
	while (in->piece * PIECES < in->total[0] + in->total[1])
		in->piece *= 2;
}

/* The bytes end where the memory ends, even if there are none. */
static void
grow(struct growing *g, enum talk_side side, const uint8_t *more, size_t n)
{
	struct opening *o = &g->talk.side[side];
	size_t size = o->size + n;
	uint8_t *room = malloc(size + 1);

	CHECK(room && size <= RECOGNISE_BYTES);
	if (o->size)
		memcpy(room + 1, o->bytes, o->size);
	if (n)
		memcpy(room + 1 + o->size, more, n);
	free(g->room[side]);
	g->room[side] = room;
	o->bytes = room + 1;
	o->size = (uint16_t)size;
}

/* Each judged row, and the driver, of what is fed so far. */
static void
judge(struct growing *g, const struct input *in, bool all)
{
	struct recognition before = g->r;
	bool done = recognise(&g->r, &g->talk);

	CHECK(done == g->r.done && g->r.sure != SURE_OPEN && (g->r.sure == SURE_NOT) == !g->r.app);
	CHECK(!before.done || (done && before.app == g->r.app && before.sure == g->r.sure));
	for (size_t i = 0; i < recognise_rows(); i++) {
		const struct recogniser *row = recognise_row(i);
		enum sure sure;

		if (!row_runs(row, &g->talk) || (!all && row->app != in->app))
			continue;
		sure = row->look(&g->talk);
		CHECK(sure <= SURE_CONFIRMED);
		CHECK(g->sure[i] != SURE_NOT || sure == SURE_NOT);
		CHECK(g->sure[i] != SURE_CONFIRMED || sure == SURE_CONFIRMED);
		CHECK(sure != SURE_CONFIRMED || (g->r.done && g->r.app == row->app));
		g->sure[i] = (uint8_t)sure;
	}
}

static void
feed_record(struct growing *g, const struct input *in, bool all, const struct record *r)
{
	struct opening *o = &g->talk.side[r->side];

	if (in->datagrams) {
		grow(g, r->side, r->bytes, r->size);
		o->length[o->datagrams++] = (uint16_t)r->size;
		judge(g, in, all);
		return;
	}
	for (size_t at = 0, n; at < r->size; at += n) {
		n = r->size - at < in->piece ? r->size - at : in->piece;
		grow(g, r->side, r->bytes + at, n);
		judge(g, in, all);
	}
}

/* Feeds what is recorded of the sides whose bits are set; then they have come to their end. */
static void
feed(struct growing *g, const struct input *in, bool all, unsigned sides)
{
	judge(g, in, all);
	for (size_t i = 0; i < in->n; i++)
		if (sides & 1U << in->record[i].side)
			feed_record(g, in, all, &in->record[i]);
	for (unsigned side = 0; side < 2; side++)
		if (sides & 1U << side) {
			g->talk.side[side].whole = in->ends[side];
			judge(g, in, all);
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct input in;
	struct growing g = { .room = { NULL, NULL } };
	struct recognition fresh = { .app = 0 };
	struct wire w = wire_of(data, size);
	bool all = true;

	CHECK(recognise_rows() <= ROWS);
	parse(&in, &w);
	for (size_t i = 0; i < recognise_rows(); i++)
		all = all && recognise_row(i)->app != in.app;
	memset(g.sure, SURE_OPEN, sizeof g.sure);
	g.talk.stream = !in.datagrams;
	grow(&g, TALK_CLIENT, NULL, 0);
	grow(&g, TALK_SERVER, NULL, 0);
	if (in.order == 1 || in.order == 2) {
		feed(&g, &in, all, in.order);
		feed(&g, &in, all, 3 - in.order);
	} else {
		feed(&g, &in, all, 3);
	}
	judge(&g, &in, true);
	CHECK(recognise(&fresh, &g.talk) == g.r.done);
	CHECK(fresh.app == g.r.app && fresh.sure == g.r.sure);
	free(g.room[0]);
	free(g.room[1]);
	return 0;
}
