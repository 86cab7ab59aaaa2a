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
	o->named = false;
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

/* Bytes behind a hole: kept where none is yet. */
static void
keep(struct opening_side *o, size_t at, const uint8_t *bytes, size_t size)
{
	if (!o->holes)
		memset(o->have, 0, sizeof o->have);
	o->holes = true;
	for (size_t i = 0; i < size; i++) {
		if (has(o, at + i))
			continue;
		o->bytes[at + i] = bytes[i];
		o->have[(at + i) / 64] |= UINT64_C(1) << (at + i) % 64;
	}
	while (o->size < RECOGNISE_BYTES && has(o, o->size))
		o->size++;
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

/* Takes in what begins AT bytes behind the beginning, or before it. */
static void
take(struct opening_side *o, uint32_t at, const uint8_t *bytes, size_t size, size_t missing)
{
	if (at > UINT32_MAX - size) {
		size_t before = 0u - at;

		if (before >= size)
			return;
		bytes += before;
		size -= before;
		at = 0;
	}
	if (at == o->size && !o->holes)
		opening_append(o, bytes, size);
	else if (at < RECOGNISE_BYTES)
		keep(o, at, bytes, size < RECOGNISE_BYTES - at ? size : RECOGNISE_BYTES - at);
	o->whole |= missing > 0 && o->size == at + size;
}

/* A packet of SIZE bytes was seen. */
static void
count(struct opening_side *o, size_t size)
{
	if (o->packets < UINT8_MAX)
		o->packets++;
	if (o->seen < RECOGNISE_SMALL)
		o->seen = (uint16_t)(o->seen + (size < RECOGNISE_SMALL ? size : RECOGNISE_SMALL));
}

bool
opening_many(const struct opening_side *o, unsigned packets)
{
	return o->packets >= packets && o->seen >= RECOGNISE_SMALL;
}

void
opening_stream(
    struct opening_side *o, uint32_t seq, const uint8_t *bytes, size_t size, size_t missing)
{
	count(o, size);
	if (o->whole)
		return;
	if (!o->begun)
		o->base = seq;
	o->begun = true;
	take(o, seq - o->base, bytes, size, missing);
	o->whole |= opening_many(o, RECOGNISE_PACKETS) || o->size == RECOGNISE_BYTES;
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
