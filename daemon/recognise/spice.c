/* spice.c - SPICE: on each channel the client begins with a link message and the server answers
 * with one (spice-protocol, spice/protocol.h: SpiceLinkHeader, SpiceLinkMess, SpiceLinkReply; all
 * little-endian). */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	ASK_SIZE = 18, /* of a SpiceLinkMess, and of a SpiceLinkReply, without capabilities */
	REPLY_SIZE = 178,
	KEY_SIZE = 162,
	LINK_MAX = 4096,
	CAPS_MAX = 64, /* words of capabilities; there is one of each kind today */
	CHANNEL_MAX = 31,
	ERROR_MAX = 31,
};

/* The header and what every link message ends with: are they right? W is behind the header when it
 * is asked for the rest. */
static bool
link_header(struct wire *w, uint32_t *size)
{
	wire_skip(w, 4);
	uint32_t major = wire_le32(w);
	wire_skip(w, 4);
	*size = wire_le32(w);
	return major >= 1 && major <= 2 && *size <= LINK_MAX;
}

static bool
link_capabilities(struct wire *w, uint32_t size, uint32_t fixed)
{
	uint32_t common = wire_le32(w), channel = wire_le32(w), at = wire_le32(w);

	if (common > CAPS_MAX || channel > CAPS_MAX || size < fixed)
		return false;
	if (common + channel == 0 && at == 0)
		return true;
	return at >= fixed && at <= size && 4 * (common + channel) <= size - at;
}

static enum sure
ask(const struct opening *o)
{
	enum sure magic = o->size ? look_prefix(o, "REDQ", 4) : SURE_OPEN;
	struct wire w = look_stream(o);
	uint32_t size;

	if (magic != SURE_CONFIRMED)
		return magic;
	bool right = link_header(&w, &size);
	wire_skip(&w, 4); /* the connection, 0 for a new one */
	uint8_t channel = wire_u8(&w);
	wire_skip(&w, 1);
	right = link_capabilities(&w, size, ASK_SIZE) && right;
	if (!w.ok)
		return look_short(o);
	return right && channel >= 1 && channel <= CHANNEL_MAX ? SURE_CONFIRMED : SURE_NOT;
}

static enum sure
reply(const struct opening *o)
{
	enum sure magic = o->size ? look_prefix(o, "REDQ", 4) : SURE_OPEN;
	struct wire w = look_stream(o);
	uint32_t size;

	if (magic != SURE_CONFIRMED)
		return magic;
	bool right = link_header(&w, &size);
	uint32_t error = wire_le32(&w);
	wire_skip(&w, KEY_SIZE);
	right = link_capabilities(&w, size, REPLY_SIZE) && right;
	if (!w.ok)
		return look_short(o);
	return right && error <= ERROR_MAX ? SURE_CONFIRMED : SURE_NOT;
}

enum sure
look_spice(const struct talk *t)
{
	return look_either(ask(&t->side[TALK_CLIENT]), reply(&t->side[TALK_SERVER]));
}
