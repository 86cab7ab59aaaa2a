/* telnet.c - Telnet options (RFC 854, 855): each side begins with some, and answers some that the
 * other began with. Telnet without options is text like any other.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { SE = 0xf0, NOP = 0xf1, SB = 0xfa, WILL = 0xfb, DONT = 0xfe, IAC = 0xff };
enum { OPTION_LAST = 49 }; /* of IANA's; the few behind it are never the first */

/* Takes a subnegotiation up to IAC SE; two IAC are one in it. */
static void
take_rest(struct wire *w)
{
	for (unsigned i = 0; i < RECOGNISE_BYTES && w->ok; i++)
		if (wire_u8(w) == IAC && wire_u8(w) == SE)
			return;
}

/* The options of all commands that a side begins with, as bits. */
static uint64_t
options(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint64_t seen = 0;

	for (unsigned i = 0; i < RECOGNISE_BYTES && wire_u8(&w) == IAC; i++) {
		uint8_t command = wire_u8(&w);

		if (command == SB)
			take_rest(&w);
		if (command < NOP || command == IAC)
			break;
		if (command < WILL)
			continue;
		uint8_t option = wire_u8(&w);
		if (w.ok && option <= OPTION_LAST)
			seen |= UINT64_C(1) << option;
	}
	return seen;
}

/* Does a side begin with one? */
static enum sure
negotiates(const struct opening *o)
{
	struct wire w = look_stream(o);
	uint8_t iac = wire_u8(&w), command = wire_u8(&w), option = wire_u8(&w);

	if (o->size == 0)
		return SURE_OPEN;
	if (iac != IAC || (o->size > 1 && (command < WILL || command > DONT)))
		return SURE_NOT;
	if (!w.ok)
		return look_short(o);
	return option <= OPTION_LAST ? SURE_CONFIRMED : SURE_NOT;
}

enum sure
look_telnet(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	enum sure sure = look_either(negotiates(client), negotiates(server));

	if (sure == SURE_CONFIRMED && (options(client) & options(server)) == 0)
		return SURE_LIKELY;
	return sure;
}
