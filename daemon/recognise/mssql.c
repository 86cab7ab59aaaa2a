/* mssql.c - Microsoft SQL Server: TDS. Both sides begin with a pre-login message: a packet header
 * ([MS-TDS] 2.2.3.1), then a table of options, each with its place and size in what follows, of
 * which VERSION is the first (2.2.6.5). What is TLS from its first byte on (TDS 8.0) is TLS here.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	PRE_LOGIN = 0x12,
	TABULAR_RESULT = 4, /* what the server's is */
	END_OF_MESSAGE = 1,
	HEADER = 8,
	OPTION = 5, /* size of its entry: token, offset, size */
	OPTIONS_MAX = 16,
	VERSION = 0,
	VERSION_SIZE = 6,
	TERMINATOR = 0xff,
};

/* The table of options in a payload of SIZE bytes. */
static bool
options(struct wire *w, uint32_t size)
{
	uint32_t lowest = size;

	for (unsigned n = 0; n < OPTIONS_MAX; n++) {
		uint8_t token = wire_u8(w);
		uint16_t at, length;

		if (token == TERMINATOR)
			return n > 0 && lowest >= n * OPTION + 1;
		at = wire_be16(w);
		length = wire_be16(w);
		if (n == 0 && (token != VERSION || length != VERSION_SIZE))
			return false;
		if ((uint32_t)at + length > size || (n > 0 && token == VERSION))
			return false;
		if (length > 0 && at < lowest)
			lowest = at;
	}
	return false;
}

static enum sure
message(const struct opening *o, uint8_t type)
{
	struct wire w = look_stream(o);
	uint16_t size;

	if (wire_u8(&w) != type || wire_u8(&w) != END_OF_MESSAGE)
		return look_read(o, &w, false);
	size = wire_be16(&w);
	if (size <= HEADER || size > RECOGNISE_BYTES)
		return look_read(o, &w, false);
	wire_skip(&w, 3); /* SPID, number of the packet */
	if (wire_u8(&w) != 0)
		return look_read(o, &w, false);
	return look_read(o, &w, options(&w, size - HEADER));
}

enum sure
look_mssql(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure client = c->size ? message(c, PRE_LOGIN) : SURE_OPEN;
	enum sure server = s->size ? message(s, TABULAR_RESULT) : SURE_OPEN;

	return look_either(client, server);
}
