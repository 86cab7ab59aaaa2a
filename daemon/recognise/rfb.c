/* rfb.c - VNC: both sides begin with RFB and a version in twelve bytes (RFC 6143, 7.1.1). The
 * server speaks first, but in a reverse connection it is the server who began the flow, so the same
 * is looked for on both sides. Versions that nobody defined (Apple's 003.889, 004.001, and lies)
 * have the same form.
 *
 * UltraVNC's repeater: who calls it tells first whom he wants, "ID:1234" or HOST:PORT, filled up to
 * 250 bytes with zeros (fewer zeros are taken, too), or by older ones with what was in memory
 * behind the first. The repeater's own version is 000.000. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { VERSION_SIZE = 12, WISH_SIZE = 250 };

static enum sure
version(const uint8_t *bytes, size_t size, bool whole)
{
	static const char form[] = "RFB 000.000\n"; /* a 0 stands for a digit */

	for (size_t i = 0; i < VERSION_SIZE && i < size; i++) {
		bool digit = bytes[i] >= '0' && bytes[i] <= '9';

		if (form[i] == '0' ? !digit : bytes[i] != (uint8_t)form[i])
			return SURE_NOT;
	}
	if (size >= VERSION_SIZE)
		return SURE_CONFIRMED;
	return whole ? SURE_NOT : SURE_OPEN;
}

/* A wish for a repeater, and the version behind it. ASKED: is the other side a repeater? */
static enum sure
wish(const struct opening *o, enum sure asked)
{
	bool id = look_prefix(o, "ID:", 3) == SURE_CONFIRMED;
	size_t text = 0, at;

	while (text < WISH_SIZE && text < o->size && o->bytes[text] > ' ' && o->bytes[text] < 0x7f)
		text++;
	if (text == 0 || (text < o->size && o->bytes[text] != 0))
		return SURE_NOT;
	for (at = text; at < WISH_SIZE && at < o->size && o->bytes[at] == 0; at++)
		;
	if (at < o->size && o->bytes[at] != 'R' && !id && asked == SURE_OPEN)
		return SURE_OPEN; /* it depends on what the other side says */
	if (at < o->size && o->bytes[at] != 'R' && (asked == SURE_CONFIRMED || id))
		at = o->size < WISH_SIZE ? o->size : WISH_SIZE;
	if (at < o->size)
		return version(o->bytes + at, o->size - at, o->whole);
	if (at > text && id)
		return SURE_LIKELY;
	return look_short(o);
}

enum sure
look_rfb(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure client = SURE_OPEN, server = SURE_OPEN;

	if (s->size > 0)
		server = version(s->bytes, s->size, s->whole);
	if (c->size > 0)
		client = version(c->bytes, c->size, c->whole);
	if (client == SURE_NOT)
		client = wish(c, look_prefix(s, "RFB 000.000\n", VERSION_SIZE));
	if (client == SURE_NOT || server == SURE_NOT || client == server)
		return look_both(client, server);
	return SURE_LIKELY; /* one of them, so far */
}
