/* savefile_ng.c - the blocks of pcapng (draft-ietf-opsawg-pcapng); see savefile.h. */
#include "capture/savefile_state.h"

#define TIME_MOST ((nstime)7258118399 * NS_SEC) /* the last second of 2199 */

enum { BLOCK_LEAST = 12 }; /* type, length, and the length again */

enum block {
	BLOCK_IDB = 1,
	BLOCK_PB = 2,
	BLOCK_SPB = 3,
	BLOCK_EPB = 6,
	BLOCK_SHB = 0x0a0d0d0a, /* the same in both byte orders */
};

enum option { OPTION_END = 0, IF_NAME = 2, IF_MACADDR = 6, IF_TSRESOL = 9, IF_TSOFFSET = 14 };

static void
name_take(struct wire *value, char to[64])
{
	size_t n = 0;

	while (n < 63 && wire_left(value) > 0) {
		uint8_t c = wire_u8(value);

		if (c == 0)
			break;
		to[n++] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	to[n] = '\0';
}

/* if_tsresol: 10^-n, or 2^-n with the high bit. Finer than 10^-28 of 64 bits is always 0. */
static void
resolution_take(struct savefile_description *d, uint8_t resolution)
{
	d->times = d->parts = 1;
	d->shift = 0;
	if (resolution & 0x80) {
		d->times = NS_SEC;
		d->shift = resolution & 0x7f;
		return;
	}
	for (int n = resolution; n < 9; n++)
		d->times *= 10;
	for (int n = resolution; n > 9; n--) {
		if (n > 28) {
			d->times = 0;
			d->parts = 1;
			return;
		}
		d->parts *= 10;
	}
}

static nstime
time_of(const struct savefile_description *d, uint64_t ticks)
{
	/* Less than 2^94 and 2^93: the sum fits. */
	__int128 t = (__int128)((unsigned __int128)ticks * d->times / d->parts >> d->shift) +
		     (__int128)d->offset * NS_SEC;

	if (t < 0)
		return 0;
	return t > TIME_MOST ? TIME_MOST : (nstime)t;
}

/* False when the options run over the block. */
static bool
options_take(const struct savefile *s, struct wire *w, struct savefile_description *d)
{
	while (wire_left(w) >= 4) {
		uint16_t code = savefile_u16(s->big, w), size = savefile_u16(s->big, w);
		struct wire value = wire_sub(w, size);

		if (code == OPTION_END || !w->ok)
			break;
		wire_skip(w, -(size_t)size & 3);
		switch (code) {
		case IF_NAME:
			name_take(&value, d->iface.name);
			break;
		case IF_MACADDR:
			wire_copy(&value, d->iface.mac.b, 6);
			d->iface.has_mac = value.ok;
			break;
		case IF_TSRESOL:
			resolution_take(d, wire_u8(&value));
			break;
		case IF_TSOFFSET:
			d->offset = (int64_t)savefile_u64(s->big, &value);
			break;
		}
		if (!value.ok)
			return false;
	}
	return w->ok;
}

/* The three takers return SAVEFILE_MORE for "go on with the next block". */
static enum savefile_result
description_take(struct savefile *s, struct wire *w)
{
	struct savefile_description *d = savefile_describe(s);

	if (!d)
		return savefile_broken(s, "interface description %u: at most %u can be held",
		    s->count + 1, SAVEFILE_IFACES_MOST);
	d->iface.link = savefile_u16(s->big, w);
	wire_skip(w, 2);
	d->snaplen = savefile_u32(s->big, w);
	if (!options_take(s, w, d))
		return savefile_broken(s,
		    "interface description %u: shorter than it must be, or an"
		    " option is longer than what is left of it",
		    s->count);
	return SAVEFILE_MORE;
}

static enum savefile_result
frame_take(struct savefile *s, struct wire *w, enum block type, struct frame *f, uint32_t *iface)
{
	uint32_t id = 0, caplen;
	size_t room;
	uint64_t ticks = 0;
	const struct savefile_description *d;

	if (type == BLOCK_EPB)
		id = savefile_u32(s->big, w);
	if (type == BLOCK_PB) {
		id = savefile_u16(s->big, w);
		wire_skip(w, 2); /* drops */
	}
	if (id >= s->count - s->first)
		return savefile_broken(s, "a frame of interface %u: %u are described before it", id,
		    s->count - s->first);
	d = &s->descriptions[s->first + id];
	if (type == BLOCK_SPB) {
		f->wirelen = savefile_u32(s->big, w);
		caplen = d->snaplen && f->wirelen > d->snaplen ? d->snaplen : f->wirelen;
	} else {
		ticks = (uint64_t)savefile_u32(s->big, w) << 32;
		ticks |= savefile_u32(s->big, w);
		caplen = savefile_u32(s->big, w);
		f->wirelen = savefile_u32(s->big, w);
	}
	if (!w->ok)
		return savefile_broken(s, "a frame's block that is shorter than it must be");
	room = wire_left(w);
	f->bytes = wire_take(w, caplen);
	if (!w->ok)
		return savefile_broken(
		    s, "captured length %u of a frame: its block has only %zu", caplen, room);
	if (f->wirelen < caplen)
		f->wirelen = caplen;
	if (type != BLOCK_SPB)
		s->last = time_of(d, ticks);
	f->caplen = caplen;
	f->time = s->last;
	f->link = (uint16_t)d->iface.link;
	*iface = s->first + id;
	return SAVEFILE_FRAME;
}

static enum savefile_result
section_take(struct savefile *s, struct wire *w)
{
	wire_skip(w, 4); /* the magic, which gave the byte order */

	uint16_t major = savefile_u16(s->big, w);

	wire_skip(w, 10); /* the minor version changes nothing; the section's length may be -1 */
	if (!w->ok)
		return savefile_broken(s, "a section header that is too short");
	if (major != 1)
		return savefile_broken(s, "version %u of pcapng: only 1 is known", major);
	s->first = s->count;
	return SAVEFILE_MORE;
}

/* Sets the byte order by the magic behind a section header's length. */
static bool
order_take(struct savefile *s)
{
	struct wire w = wire_of(s->p + 8, 4);
	uint32_t magic = wire_be32(&w);

	s->big = magic == 0x1a2b3c4d;
	return s->big || magic == 0x4d3c2b1a;
}

/* Takes the whole block at P: its type and the body. SAVEFILE_FRAME when there is one. */
static enum savefile_result
block_take(struct savefile *s, uint32_t *type, struct wire *body)
{
	struct wire w = wire_of(s->p, (size_t)(s->end - s->p)), trailer;
	uint32_t size, again;

	if (wire_left(&w) < BLOCK_LEAST)
		return savefile_cut(s, BLOCK_LEAST);
	*type = savefile_u32(s->big, &w);
	if (*type == BLOCK_SHB && !order_take(s))
		return savefile_broken(s, "a section header without the byte-order magic 1a2b3c4d");
	size = savefile_u32(s->big, &w);
	if (size < BLOCK_LEAST || size > SAVEFILE_RECORD_MOST || size % 4 != 0)
		return savefile_broken(s, "block length %u: must be a multiple of 4 from %u to %u",
		    size, (unsigned)BLOCK_LEAST, SAVEFILE_RECORD_MOST);
	*body = wire_sub(&w, size - BLOCK_LEAST);
	trailer = wire_sub(&w, 4);
	if (!w.ok)
		return savefile_cut(s, size);
	again = savefile_u32(s->big, &trailer);
	if (again != size)
		return savefile_broken(
		    s, "block length %u at its start, %u at its end: not equal", size, again);
	return SAVEFILE_FRAME;
}

enum savefile_result
savefile_ng_next(struct savefile *s, struct frame *f, uint32_t *iface)
{
	/* Each turn takes at least twelve bytes of the buffer, or returns. */
	for (;;) {
		struct wire body;
		uint32_t type;
		enum savefile_result r = block_take(s, &type, &body);

		if (r != SAVEFILE_FRAME)
			return r;

		uint8_t *next = s->p + wire_left(&body) + BLOCK_LEAST;

		r = SAVEFILE_MORE;
		if (type == BLOCK_SHB)
			r = section_take(s, &body);
		else if (type == BLOCK_IDB)
			r = description_take(s, &body);
		else if (type == BLOCK_EPB || type == BLOCK_SPB || type == BLOCK_PB)
			r = frame_take(s, &body, (enum block)type, f, iface);
		if (r == SAVEFILE_BAD)
			return r;
		s->p = next;
		if (r == SAVEFILE_FRAME)
			return r;
	}
}

const char *
savefile_ng_open(struct savefile *s)
{
	struct wire body;
	uint32_t type;

	/* Only looked at: savefile_next() begins with it. */
	if (block_take(s, &type, &body) == SAVEFILE_FRAME &&
	    section_take(s, &body) == SAVEFILE_MORE)
		return NULL;
	return "pcapng with a damaged, cut or unknown section header";
}
