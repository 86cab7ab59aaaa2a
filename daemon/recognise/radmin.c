/* radmin.c - Radmin: frames of 1, a length, a checksum and that much data. The client asks with the
 * one byte 8; the server answers with 37 bytes that begin with 8 and its kind. The maker publishes
 * nothing: this is what nmap's service probe, a scanner's plug-in and nDPI send and look for, and
 * the checksum is what fits all their examples, the sum of the data as little-endian words. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { ANSWER_SIZE = 0x25 };

static enum sure
ask(const struct opening *o)
{
	return o->size ? look_prefix(o, "\1\0\0\0\1\0\0\0\x08\x08", 10) : SURE_OPEN;
}

static uint32_t
sum(struct wire *w, size_t n)
{
	uint32_t all = 0;

	for (size_t i = 0; i < n; i++)
		all += (uint32_t)wire_u8(w) << 8 * (i & 3);
	return all;
}

static enum sure
answer(const struct opening *o)
{
	enum sure sure = o->size ? look_prefix(o, "\1\0\0\0\x25", 5) : SURE_OPEN;
	struct wire w = look_stream(o);

	if (sure != SURE_CONFIRMED)
		return sure;
	wire_skip(&w, 5);
	uint32_t said = wire_be32(&w);
	bool eight = w.p < w.end && *w.p == 8;
	uint32_t is = sum(&w, ANSWER_SIZE);

	if (!w.ok)
		return look_short(o);
	if (!eight)
		return SURE_NOT;
	return said == is ? SURE_CONFIRMED : SURE_LIKELY;
}

enum sure
look_radmin(const struct talk *t)
{
	return look_either(ask(&t->side[TALK_CLIENT]), answer(&t->side[TALK_SERVER]));
}
