/* x11.c - X11: the program that wants a window says its byte order, the version and how it
 * authenticates; the display answers in that order (X Window System Protocol, X Version 11, 8).
 * Either end of a flow can be the display: a display reached through somebody's forwarding begins
 * nothing, but who forwards it may have begun the flow. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	SCREEN_SIZE = 32, /* what is fixed in a success, behind its first 8 bytes */
	NAME_MAX_SIZE = 64,
	DATA_MAX_SIZE = 1024,
	REASON_MAX = 1024,
	KEY_MIN = 8,
};

enum order { LITTLE, BIG };

static uint16_t
u16(struct wire *w, enum order order)
{
	return order == BIG ? wire_be16(w) : wire_le16(w);
}

static uint32_t
u32(struct wire *w, enum order order)
{
	return order == BIG ? wire_be32(w) : wire_le32(w);
}

static bool
is_text(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t' && bytes[i] != 0) ||
		    bytes[i] == 0x7f)
			return false;
	return true;
}

static enum sure
ask(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint8_t first = wire_u8(&w);
	enum order order = first == 'B' ? BIG : LITTLE;

	if (o->size == 0)
		return SURE_OPEN;
	if (first != 'B' && first != 'l')
		return SURE_NOT;
	wire_skip(&w, 1);
	uint16_t major = u16(&w, order);
	if (w.ok && major != 11)
		return SURE_NOT;
	uint16_t minor = u16(&w, order), name = u16(&w, order), data = u16(&w, order);
	wire_skip(&w, 2);
	if (!w.ok)
		return look_short(o);
	if (minor != 0 || name > NAME_MAX_SIZE || data > DATA_MAX_SIZE)
		return SURE_NOT;
	const uint8_t *text = wire_take(&w, name);
	wire_skip(&w, (size_t)(-name & 3) + data + (-data & 3));
	if (!w.ok)
		return look_short(o);
	return is_text(text, name) ? SURE_CONFIRMED : SURE_NOT;
}

/* What a display says of itself: are its numbers possible? LENGTH: of what follows, in words. */
static bool
success(struct wire *w, enum order order, uint16_t length)
{
	wire_skip(w, 4);
	uint32_t base = u32(w, order), mask = u32(w, order);
	wire_skip(w, 4);
	uint16_t vendor = u16(w, order);
	wire_skip(w, 2);
	uint8_t screens = wire_u8(w), formats = wire_u8(w), image = wire_u8(w), bits = wire_u8(w);
	uint8_t unit = wire_u8(w), pad = wire_u8(w), low = wire_u8(w), high = wire_u8(w);

	wire_skip(w, 4);
	return (base & mask) == 0 && mask != 0 && screens > 0 && image <= 1 && bits <= 1 &&
	       (unit == 8 || unit == 16 || unit == 32) && (pad == 8 || pad == 16 || pad == 32) &&
	       low >= KEY_MIN && high >= low &&
	       4U * length >= SCREEN_SIZE + ((vendor + 3U) & ~3U) + 8U * formats;
}

static enum sure
answer(const struct opening *o, enum order order)
{
	struct wire w = look_stream(o);
	uint8_t kind = wire_u8(&w), reason = wire_u8(&w);
	uint16_t major = u16(&w, order), minor = u16(&w, order), length = u16(&w, order);
	bool right = false;

	if (o->size == 0)
		return SURE_OPEN;
	if (kind > 2)
		return SURE_NOT;
	if (!w.ok)
		return look_short(o);
	if (kind < 2 && (major != 11 || minor != 0))
		return SURE_NOT;
	if (kind == 1) {
		right = success(&w, order, length);
	} else if (length <= REASON_MAX / 4) { /* refused, or asked for more: with a text */
		const uint8_t *text = wire_take(&w, 4U * length);

		right = text && is_text(text, 4U * length) &&
			(kind == 2 ? length > 0 : length == (reason + 3U) / 4);
	} else {
		return SURE_NOT;
	}
	if (!w.ok)
		return look_short(o);
	return right ? SURE_CONFIRMED : SURE_NOT;
}

static enum sure
pair(const struct opening *asks, const struct opening *display)
{
	enum sure little, big;

	if (asks->size > 0)
		return look_either(
		    ask(asks), answer(display, asks->bytes[0] == 'B' ? BIG : LITTLE));
	little = answer(display, LITTLE);
	big = answer(display, BIG);
	return look_either(SURE_OPEN, little > big ? little : big);
}

/* Can a side begin so, whichever it is? */
static bool
begins(const struct opening *o)
{
	return o->size == 0 || o->bytes[0] <= 2 || o->bytes[0] == 'l' || o->bytes[0] == 'B';
}

enum sure
look_x11(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];

	if (!begins(c) || !begins(s))
		return SURE_NOT;

	enum sure usual = pair(c, s);
	return usual != SURE_NOT ? usual : pair(s, c);
}
