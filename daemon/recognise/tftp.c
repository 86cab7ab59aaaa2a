/* tftp.c - TFTP (RFC 1350, 5; RFC 2347). The answer to a request comes from a new port: the
 * request's flow has one side, and the file's has none. So a request alone is likely TFTP; in a
 * flow without one so are blocks that are acknowledged by their number. Where a server answers from
 * its own port there is both. */
#include <strings.h>

#include "recognise/look.h"
#include "recognise/rows.h"

enum operation { NONE, READ, WRITE, DATA, ACK, ERROR, OPTIONS };
enum { OPTIONS_MAX = 16, ERROR_MAX = 8 };

struct packet {
	enum operation operation;
	uint16_t block;
};

/* Takes text up to its zero byte. NULL: there is none, or it is not all printable. */
static const char *
text(struct wire *w)
{
	const uint8_t *begin = w->p;

	for (;;) {
		uint8_t byte = wire_u8(w);

		if (!w->ok || (byte > 0 && byte < ' ') || byte == 0x7f)
			return NULL;
		if (byte == 0)
			return (const char *)begin;
	}
}

/* Options and their values up to the end of the datagram. */
static bool
options(struct wire *w)
{
	unsigned n = 0;

	while (wire_left(w) > 0) {
		const char *option = text(w), *value = text(w);

		if (!option || !value || !*option || ++n > OPTIONS_MAX)
			return false;
	}
	return true;
}

/* The options that a server takes: RFC 2348, RFC 2349, RFC 2090, RFC 7440. */
static bool
taken_options(struct wire *w)
{
	static const char *const known[] = { "blksize", "timeout", "tsize", "multicast",
		"windowsize" };
	struct wire again = *w;
	const char *first = text(w);

	for (size_t i = 0; first && i < sizeof known / sizeof *known; i++)
		if (strcasecmp(first, known[i]) == 0)
			return options(&again);
	return false;
}

static bool
request(struct wire *w)
{
	const char *file = text(w), *mode = text(w);

	if (!file || !mode || !*file)
		return false;
	if (strcasecmp(mode, "octet") && strcasecmp(mode, "netascii") && strcasecmp(mode, "mail"))
		return false;
	return options(w);
}

static struct packet
packet(struct wire w)
{
	uint16_t operation = wire_be16(&w);
	struct packet p = { .block = 0 };
	bool right = false;

	switch (operation) {
	case READ:
	case WRITE:
		right = request(&w);
		break;
	case DATA:
		p.block = wire_be16(&w);
		right = w.ok;
		break;
	case ACK:
		p.block = wire_be16(&w);
		right = w.ok && wire_left(&w) == 0;
		break;
	case ERROR:
		right = wire_be16(&w) <= ERROR_MAX && text(&w) && wire_left(&w) == 0;
		break;
	case OPTIONS:
		right = taken_options(&w);
		break;
	}
	p.operation = right ? (enum operation)operation : NONE;
	return p;
}

/* Does B answer A, as the first packets of a flow that began with a request? */
static bool
answers_request(struct packet a, struct packet b)
{
	if (a.operation != READ && a.operation != WRITE)
		return false;
	if (b.operation == ERROR || b.operation == OPTIONS)
		return true;
	if (a.operation == READ)
		return b.operation == DATA && b.block == 1;
	return b.operation == ACK && b.block == 0;
}

/* Does B answer A in the flow of a file's blocks, at its begin? */
static bool
answers_block(struct packet a, struct packet b)
{
	switch (a.operation) {
	case DATA:
		return a.block == 1 &&
		       (b.operation == ERROR || (b.operation == ACK && b.block == 1));
	case ACK:
		return a.block == 0 &&
		       (b.operation == ERROR || (b.operation == DATA && b.block == 1));
	case OPTIONS:
		return b.operation == ERROR || (b.operation == ACK && b.block == 0) ||
		       (b.operation == DATA && b.block == 1);
	case NONE:
	case READ:
	case WRITE:
	case ERROR:
		break;
	}
	return false;
}

enum sure
look_tftp(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	struct packet client = { .block = 0 }, server = { .block = 0 };

	if (c->datagrams == 0 && s->datagrams == 0)
		return SURE_OPEN;
	if (c->datagrams > 0)
		client = packet(look_datagram(c, 0));
	if (s->datagrams > 0)
		server = packet(look_datagram(s, 0));
	if ((c->datagrams > 0 && client.operation == NONE) ||
	    (s->datagrams > 0 && server.operation == NONE))
		return SURE_NOT;
	if (answers_request(client, server))
		return SURE_CONFIRMED;
	if (answers_block(client, server))
		return SURE_LIKELY;
	if (c->datagrams > 0 && s->datagrams > 0)
		return SURE_NOT;
	switch (client.operation) {
	case READ:
	case WRITE:
	case OPTIONS:
		return SURE_LIKELY;
	case NONE:
	case DATA:
	case ACK:
	case ERROR:
		break;
	}
	return SURE_OPEN;
}
