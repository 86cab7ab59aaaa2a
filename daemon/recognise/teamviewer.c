/* teamviewer.c - TeamViewer: over TCP both sides send frames of 0x1724, a command, a little-endian
 * length and that much data; older ones begin with 0x1130. Over UDP a frame stands behind eleven
 * bytes, of which the first is 0 in the beginning. The maker publishes nothing: this is what
 * analyses of version 7 and later, nmap's service probe, libprotoident and nDPI say, so a magic
 * alone is never more than likely. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	IDENTIFY = 10, /* the first command */
	IDENTIFY_SIZE = 32,
	PING = 16,
	PONG = 17,
	COMMAND_LAST = 113,
	UDP_AT = 11,
};

static bool
is_command(uint8_t command, uint16_t size)
{
	return command >= IDENTIFY && command <= COMMAND_LAST &&
	       (command != IDENTIFY || size == IDENTIFY_SIZE);
}

/* The first frame of a stream. What is known to the last byte of its header proves it; any other
 * needs a second one behind it. */
static enum sure
frame(const struct opening *o)
{
	enum sure now = o->size ? look_prefix(o, "\x17\x24", 2) : SURE_OPEN;
	enum sure old = o->size ? look_prefix(o, "\x11\x30", 2) : SURE_OPEN;
	struct wire w = look_stream(o);

	wire_skip(&w, 2);
	uint8_t command = wire_u8(&w);
	if (old == SURE_CONFIRMED && !w.ok)
		return look_short(o);
	if (old == SURE_CONFIRMED)
		return is_command(command, IDENTIFY_SIZE) ? SURE_LIKELY : SURE_NOT;
	if (now != SURE_CONFIRMED)
		return now > old ? now : old;
	uint16_t size = wire_le16(&w);
	if (!w.ok)
		return look_short(o);
	if (!is_command(command, size))
		return SURE_NOT;
	wire_skip(&w, size);
	if (w.ok && (command == IDENTIFY || ((command == PING || command == PONG) && size == 4)))
		return SURE_CONFIRMED;
	uint16_t next = wire_be16(&w);
	if (!w.ok)
		return SURE_LIKELY;
	return next == 0x1724 || next == 0x1130 ? SURE_CONFIRMED : SURE_NOT;
}

static enum sure
datagram(const struct opening *o)
{
	if (o->datagrams == 0)
		return SURE_OPEN;
	struct wire w = look_datagram(o, 0);
	uint8_t first = wire_u8(&w);

	wire_skip(&w, UDP_AT - 1);
	uint16_t magic = wire_be16(&w);
	uint8_t command = wire_u8(&w);
	return w.ok && first == 0 && magic == 0x1724 && is_command(command, IDENTIFY_SIZE) ?
		   SURE_LIKELY :
		   SURE_NOT;
}

enum sure
look_teamviewer(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure client = t->stream ? frame(c) : datagram(c);
	enum sure server = t->stream ? frame(s) : datagram(s);

	if (client == SURE_NOT || server == SURE_NOT || client == server)
		return look_both(client, server);
	return client < SURE_LIKELY && server < SURE_LIKELY ? SURE_OPEN : SURE_LIKELY;
}
