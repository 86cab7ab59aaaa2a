#include "worker/opening.h"

#include <stdlib.h>
#include <string.h>

bool
opening_init(struct opening_table *t)
{
	*t = (struct opening_table){ .slot = calloc(OPENINGS + 1, sizeof *t->slot) };
	return t->slot != NULL;
}

void
opening_fini(struct opening_table *t)
{
	free(t->slot);
	*t = (struct opening_table){ .slot = NULL };
}

uint64_t
opening_bytes(void)
{
	return (OPENINGS + 1) * sizeof(struct opening_slot);
}

static void
list_remove(struct opening_table *t, const struct opening_slot *o)
{
	*(o->older ? &t->slot[o->older].newer : &t->oldest) = o->newer;
	*(o->newer ? &t->slot[o->newer].older : &t->newest) = o->older;
}

static void
list_append(struct opening_table *t, struct opening_slot *o)
{
	uint32_t slot = (uint32_t)(o - t->slot);

	o->older = t->newest;
	o->newer = OPENING_NONE;
	*(t->newest ? &t->slot[t->newest].newer : &t->oldest) = slot;
	t->newest = slot;
}

bool
opening_full(const struct opening_table *t)
{
	return !t->free && t->used == OPENINGS;
}

struct opening_slot *
opening_new(struct opening_table *t, uint32_t n)
{
	struct opening_slot *o = &t->slot[t->free ? t->free : ++t->used];

	if (t->free)
		t->free = o->older;
	o->flow = n;
	o->known = (struct recognition){ .app = APP_UNKNOWN };
	o->carrier = o->expected = APP_UNKNOWN;
	o->named = o->held = false;
	o->doubt = 0;
	o->begin[0] = o->begin[1] = 0;
	opening_clear(&o->side[0]);
	opening_clear(&o->side[1]);
	list_append(t, o);
	return o;
}

void
opening_free(struct opening_table *t, struct opening_slot *o)
{
	list_remove(t, o);
	o->flow = 0;
	o->older = t->free;
	t->free = (uint32_t)(o - t->slot);
}

void
opening_clear(struct opening_side *o)
{
	memset(o, 0, offsetof(struct opening_side, have));
}

/* --- streams --- */

static bool
has(const struct opening_side *o, size_t at)
{
	return at < o->size || (o->holes && (o->have[at / 64] >> at % 64 & 1));
}

/* Keeps bytes where none is yet. Those that are there: are they the same? Acknowledged ones need
 * not be. */
static bool
keep(struct opening_side *o, size_t at, const uint8_t *bytes, size_t size)
{
	bool same = true;

	if (!o->holes && !o->whole)
		memset(o->have, 0, sizeof o->have);
	o->holes |= !o->whole;
	for (size_t i = at; i < at + size; i++, bytes++) {
		if (has(o, i)) {
			same &= i < o->acked || o->bytes[i] == *bytes;
		} else if (!o->whole) {
			o->bytes[i] = *bytes;
			o->have[i / 64] |= UINT64_C(1) << i % 64;
		}
	}
	while (!o->whole && o->size < RECOGNISE_BYTES && has(o, o->size))
		o->size++;
	return same;
}

void
opening_append(struct opening_side *o, const uint8_t *bytes, size_t size)
{
	if (size > (size_t)RECOGNISE_BYTES - o->size)
		size = (size_t)RECOGNISE_BYTES - o->size;
	memcpy(o->bytes + o->size, bytes, size);
	o->size += (uint16_t)size;
	o->whole |= o->size == RECOGNISE_BYTES;
}

/* Takes in what begins AT bytes behind the beginning. */
static bool
take(struct opening_side *o, size_t at, const uint8_t *bytes, size_t size, size_t missing)
{
	bool same = true;

	if (at == o->size && !o->holes && !o->whole)
		opening_append(o, bytes, size);
	else if (at < RECOGNISE_BYTES)
		same =
		    keep(o, at, bytes, size < RECOGNISE_BYTES - at ? size : RECOGNISE_BYTES - at);
	o->whole |= missing > 0 && o->size == at + size;
	return same;
}

/* A packet of SIZE bytes was seen. */
static void
count(struct opening_side *o, size_t size)
{
	if (o->packets < UINT8_MAX)
		o->packets++;
	o->seen = size < OPENING_FLIGHT - o->seen ? o->seen + (uint32_t)size : OPENING_FLIGHT;
}

bool
opening_many(const struct opening_side *o, unsigned packets)
{
	return o->packets >= packets && o->seen >= RECOGNISE_SMALL;
}

void
opening_begin(struct opening_side *o, uint32_t seq)
{
	bool heard = o->heard;

	if (o->begun && o->base == seq)
		return;
	opening_clear(o);
	o->heard = heard;
	o->begun = true;
	o->base = seq;
}

/* Takes in a segment; see opening_stream(). */
static bool
put(struct opening_side *o, uint32_t seq, const uint8_t *bytes, size_t size, size_t missing)
{
	size_t all = size + missing, before = 0;
	int32_t at = (int32_t)(seq - o->base);
	bool same = true;

	if (all == 0)
		return true;
	if (at < -OPENING_WINDOW || at > OPENING_WINDOW)
		return false;
	if (at < 0) {
		before = (size_t)-at;
		same = before == 1 && all == 1; /* a keep-alive has one byte */
		at = 0;
	}
	if (before >= size && before > 0)
		return same;
	if (all == 1 && !o->heard && at + 1 == o->size)
		return true; /* a keep-alive, as far as one side can tell */
	return take(o, (size_t)at, bytes + before, size - before, missing) && same;
}

bool
opening_stream(
    struct opening_side *o, uint32_t seq, const uint8_t *bytes, size_t size, size_t missing)
{
	bool same;

	if (!o->begun)
		opening_begin(o, seq);
	count(o, size);
	same = put(o, seq, bytes, size, missing);
	o->whole |= opening_many(o, RECOGNISE_PACKETS) || o->size == RECOGNISE_BYTES;
	return same;
}

void
opening_acked(struct opening_side *o, uint32_t seq)
{
	uint32_t at = seq - o->base, here = at < o->size ? at : o->size;

	if (!o->begun || at > OPENING_WINDOW)
		return;
	o->heard = true;
	if (here > o->acked)
		o->acked = (uint16_t)here;
}

bool
opening_unheard(const struct opening_side *o)
{
	return o->heard && o->size > o->acked && o->packets == UINT8_MAX &&
	       o->seen == OPENING_FLIGHT;
}

bool
opening_waits(const struct opening_side *o)
{
	return o->size > o->acked && !opening_unheard(o) &&
	       (o->heard || o->packets < OPENING_PATIENCE);
}

/* --- datagrams --- */

void
opening_datagram(struct opening_side *o, const uint8_t *bytes, size_t size)
{
	count(o, size);
	if (o->whole)
		return;
	if (o->datagrams > 0 && size > (size_t)RECOGNISE_BYTES - o->size) {
		o->whole = true; /* half a datagram tells nothing */
		return;
	}
	if (size > RECOGNISE_BYTES)
		size = RECOGNISE_BYTES;
	memcpy(o->bytes + o->size, bytes, size);
	o->size += (uint16_t)size;
	o->length[o->datagrams++] = (uint16_t)size;
	o->whole = o->datagrams == RECOGNISE_PACKETS || o->size == RECOGNISE_BYTES;
}

struct talk
opening_talk(const struct opening_side side[2], const uint16_t begin[2], bool stream)
{
	struct talk talk;

	talk.stream = stream;

	for (unsigned i = 0; i < 2; i++) {
		const struct opening_side *o = &side[i];
		struct opening *to = &talk.side[i];

		to->bytes = o->bytes + begin[i];
		to->size = (uint16_t)(o->size - begin[i]);
		to->whole = o->whole;
		to->datagrams = o->datagrams;
		memcpy(to->length, o->length, sizeof o->length);
	}
	return talk;
}
