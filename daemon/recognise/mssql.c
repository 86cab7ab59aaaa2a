/* mssql.c - Microsoft SQL Server: TDS. Both sides begin with a pre-login message: a packet header
 * ([MS-TDS] 2.2.3.1), then a table of options, each with its place and size in what follows, of
 * which VERSION is the first (2.2.6.5). Clients of TDS 7.0 begin with the login itself (2.2.6.4),
 * which is answered with tokens (2.2.7). What is TLS from its first byte on (TDS 8.0) is TLS here.
 */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	PRE_LOGIN = 0x12,
	LOGIN = 0x10,
	TABULAR_RESULT = 4, /* what the server's is */
	END_OF_MESSAGE = 1,
	HEADER = 8,
	OPTION = 5, /* size of its entry: token, offset, size */
	OPTIONS_MAX = 16,
	VERSION = 0,
	VERSION_SIZE = 6,
	TERMINATOR = 0xff,
	LOGIN_FIXED = 36, /* bytes before the table of its texts, */
	LOGIN_SIZE = 86,  /* and with it; from TDS 7.2 on eight more */
	LOGIN_MAX = 1 << 17,
	TDS_7_0 = 0x70, /* the highest byte of a version; */
	TDS_7_4 = 0x74, /* the last */
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

/* Takes a packet's header and returns the size of what is in it, or 0. */
static uint16_t
header(struct wire *w, uint8_t type, bool *ends)
{
	uint8_t status;
	uint16_t size;

	if (wire_u8(w) != type)
		return 0;
	status = wire_u8(w);
	*ends = status == END_OF_MESSAGE;
	if (status > END_OF_MESSAGE)
		return 0;
	size = wire_be16(w);
	if (size <= HEADER)
		return 0;
	wire_skip(w, 3); /* SPID, number of the packet */
	return wire_u8(w) == 0 ? size - HEADER : 0;
}

static enum sure
message(const struct opening *o, uint8_t type)
{
	struct wire w = look_stream(o);
	bool ends;
	uint16_t size = header(&w, type, &ends);

	if (size == 0 || size > RECOGNISE_BYTES - HEADER || !ends)
		return look_read(o, &w, false);
	return look_read(o, &w, options(&w, size));
}

/* A login: its size, which may be that of several packets, version, and the table of texts, of
 * which the first is behind the table. */
static enum sure
login(const struct opening *o)
{
	struct wire w = look_stream(o);
	bool ends;
	uint16_t here = header(&w, LOGIN, &ends), at;
	uint32_t size = wire_le32(&w), version = wire_le32(&w) >> 24;

	if (here == 0 || size < LOGIN_SIZE || size > LOGIN_MAX ||
	    (ends ? size != here : size <= here))
		return look_read(o, &w, false);
	wire_skip(&w, LOGIN_FIXED - 4 - 4);
	at = wire_le16(&w);
	return look_read(o, &w,
	    version >= TDS_7_0 && version <= TDS_7_4 && (at == LOGIN_SIZE || at == LOGIN_SIZE + 8));
}

/* The first token of an answer to a login, and its size. */
static enum sure
token(const struct opening *o)
{
	static const uint8_t first[] = { 0xaa, 0xab, 0xad, 0xe3, 0xed };
	struct wire w = look_stream(o);
	bool ends;
	uint16_t here = header(&w, TABULAR_RESULT, &ends);
	uint8_t kind = wire_u8(&w);
	uint16_t size = wire_le16(&w);

	return look_read(o, &w, memchr(first, kind, sizeof first) && here > 3 && size <= here - 3);
}

enum sure
look_mssql(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure client = c->size ? message(c, PRE_LOGIN) : SURE_OPEN;
	enum sure server = s->size ? message(s, TABULAR_RESULT) : SURE_OPEN;

	if (c->size > 0 && c->bytes[0] == LOGIN)
		return look_either(login(c), s->size ? token(s) : SURE_OPEN);
	/* Tokens alone have too few marks to be a hint. */
	if (c->size == 0 && server == SURE_NOT && token(s) != SURE_NOT)
		return SURE_OPEN;
	return look_either(client, server);
}
