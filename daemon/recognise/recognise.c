#include "recognise/recognise.h"

enum { ROWS = 128 }; /* bits of recognition.out */

/* What rules a row out at sight, a bit each: the kind of talk, and the first byte that a side of a
 * stream says. Found out from the rows themselves, once: what a row rules out stays so. */
static struct {
	bool made;
	uint64_t kind[2][2];	   /* of datagrams, of streams */
	uint64_t first[2][256][2]; /* of a stream: by side and byte */
} out;

static void
make_out(void)
{
	static const struct recogniser none;

	for (size_t i = 0; i < ROWS; i++) {
		const struct recogniser *row = i < recognise_rows() ? recognise_row(i) : &none;
		uint64_t bit = UINT64_C(1) << (i & 63);

		if (!row->datagrams)
			out.kind[0][i >> 6] |= bit;
		if (!row->stream) {
			out.kind[1][i >> 6] |= bit;
			continue;
		}
		for (unsigned side = 0; side < 2; side++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				const uint8_t first = (uint8_t)byte;
				struct talk t = { .stream = true };

				t.side[side].bytes = &first;
				t.side[side].size = 1;
				if (row->look(&t) == SURE_NOT)
					out.first[side][byte][i >> 6] |= bit;
			}
		}
	}
	out.made = true;
}

/* Rules out what the kind and the first bytes of a talk do. */
static void
rule_out(struct recognition *r, const struct talk *t)
{
	if (!out.made)
		make_out();
	for (unsigned i = 0; i < 2; i++) {
		r->out[i] |= out.kind[t->stream][i];
		for (unsigned side = 0; t->stream && side < 2; side++)
			if (t->side[side].size > 0)
				r->out[i] |= out.first[side][t->side[side].bytes[0]][i];
	}
}

bool
recognise(struct recognition *r, const struct talk *t)
{
	const struct recogniser *found = NULL;
	bool open = false;

	rule_out(r, t);
	r->sure = SURE_NOT;
	for (size_t word = 0; word < 2 && r->sure != SURE_CONFIRMED; word++) {
		uint64_t left = ~r->out[word];

		for (; left && r->sure != SURE_CONFIRMED; left &= left - 1) {
			const struct recogniser *row =
			    recognise_row(64 * word + (size_t)__builtin_ctzll(left));
			enum sure sure = row->look(t);

			open |= sure == SURE_OPEN || sure == SURE_LIKELY;
			if (sure == SURE_NOT)
				r->out[word] |= left & -left;
			if (sure <= SURE_OPEN || (sure == SURE_LIKELY && r->sure == SURE_LIKELY))
				continue;
			found = row;
			r->sure = (uint8_t)sure;
		}
	}
	r->done = r->sure == SURE_CONFIRMED || !open || (t->side[0].whole && t->side[1].whole);
	r->open = open;
	r->app = found ? found->app : APP_UNKNOWN;
	if (r->done && found && found->name)
		r->app = found->name(t);
	return r->done;
}
