/* dhcp.c - DHCP (RFC 2131, 2; RFC 2132), of which one message is enough: it is 240 bytes with
 * BOOTP's form and a magic cookie, and then options that are walked. DHCPv6 (RFC 8415, 7.3 and 8)
 * has no such mark: an answer repeats the transaction and the client's identifier. Both are mostly
 * broadcast and answered from another address, so that a flow has one side only. */
#include "recognise/exchange.h"
#include "recognise/rows.h"

enum { REQUEST = 1, REPLY = 2, HARDWARE_MAX = 16, HOPS_MAX = 16, COOKIE = 0x63825363 };

/* DHCP's message types and who sends them: RFC 2132, 9.6; RFC 4388; RFC 6926. */
static bool
right_type(uint8_t type, uint8_t op)
{
	static const uint8_t by_server[] = { 2, 5, 6, 9, 11, 12, 13, 15, 17 };
	bool server = false;

	for (size_t i = 0; i < sizeof by_server; i++)
		server = server || type == by_server[i];
	return type >= 1 && type <= 18 && server == (op == REPLY);
}

/* Options up to their end; one of them says which message it is. */
static bool
right_options(struct wire w, uint8_t op)
{
	enum { PAD = 0, TYPE = 53, END = 255 };
	bool typed = false;

	while (w.ok && wire_left(&w) > 0) {
		uint8_t option = wire_u8(&w), size;

		if (option == PAD)
			continue;
		if (option == END)
			break;
		size = wire_u8(&w);
		if (option == TYPE && wire_left(&w) > 0) {
			if (size != 1 || typed || !right_type(*w.p, op))
				return false;
			typed = true;
		}
		wire_skip(&w, size);
	}
	return w.ok && typed;
}

static bool
is_dhcp(struct wire w)
{
	uint8_t op = wire_u8(&w), hardware = wire_u8(&w), size = wire_u8(&w), hops = wire_u8(&w);

	if ((op != REQUEST && op != REPLY) || hardware == 0 || size > HARDWARE_MAX)
		return false;
	if (hops > HOPS_MAX)
		return false;
	wire_skip(&w, 232); /* up to the cookie */
	return wire_be32(&w) == COOKIE && right_options(w, op);
}

enum { SOLICIT = 1, ADVERTISE, ASK, CONFIRM, RENEW, REBIND, REPLY_6, RELEASE };
enum { DECLINE = 9, RECONFIGURE, INFORM, RELAY, RELAYED };
enum { CLIENT_ID = 1, SERVER_ID = 2, RELAY_MESSAGE = 9, ID_MAX = 130, OPTION_MAX = 150 };
enum { HOPS_6_MAX = 8 };

static uint64_t
hash(struct wire w)
{
	uint64_t sum = UINT64_C(14695981039346656037); /* FNV-1a */

	while (wire_left(&w) > 0)
		sum = (sum ^ wire_u8(&w)) * UINT64_C(1099511628211);
	return sum;
}

/* Options; FOUND gets those whose number is below its size, of which there may be one each. */
static bool
read_options(struct wire w, struct wire found[RELAY_MESSAGE + 1])
{
	while (w.ok && wire_left(&w) > 0) {
		uint16_t option = wire_be16(&w), size = wire_be16(&w);
		struct wire data = wire_sub(&w, size);

		if (option == 0 || option > OPTION_MAX)
			return false;
		if (option != CLIENT_ID && option != SERVER_ID && option != RELAY_MESSAGE)
			continue;
		if (found[option].p || size == 0 || (option != RELAY_MESSAGE && size > ID_MAX))
			return false;
		found[option] = data;
	}
	return w.ok;
}

/* A message of DHCPv6, out of its relays' envelopes. */
static enum sure
read_6(struct piece p, struct message *m)
{
	struct wire found[RELAY_MESSAGE + 1];
	uint32_t transaction;

	for (unsigned hops = 0; hops < HOPS_6_MAX; hops++) {
		uint8_t type = wire_left(&p.w) > 0 ? *p.w.p : 0;

		if (type != RELAY && type != RELAYED)
			break;
		memset(found, 0, sizeof found);
		wire_skip(&p.w, 2 + 16 + 16); /* hops, the link's and the peer's address */
		if (!p.w.ok || !read_options(p.w, found) || !found[RELAY_MESSAGE].p)
			return SURE_NOT;
		p.w = found[RELAY_MESSAGE];
	}
	transaction = wire_be32(&p.w);
	m->code = (uint8_t)(transaction >> 24);
	memset(found, 0, sizeof found);
	if (m->code < SOLICIT || m->code > INFORM || !p.w.ok || !read_options(p.w, found))
		return SURE_NOT;
	if (!found[CLIENT_ID].p && m->code != INFORM && m->code != REPLY_6)
		return SURE_NOT;
	if (!found[SERVER_ID].p &&
	    (m->code == ADVERTISE || m->code == REPLY_6 || m->code == RECONFIGURE))
		return SURE_NOT;
	m->key = m->echo =
	    (hash(found[CLIENT_ID]) & ~UINT64_C(0xffffff)) | (transaction & 0xffffff);
	return SURE_CONFIRMED;
}

static bool
answers_6(uint8_t asked, uint8_t told)
{
	if (asked == ADVERTISE || asked == REPLY_6 || asked == RECONFIGURE)
		return false;
	return told == REPLY_6 || (asked == SOLICIT && told == ADVERTISE);
}

enum sure
look_dhcp(const struct talk *t)
{
	static const struct exchange dhcp_6 = { NULL, read_6, answers_6 };
	const struct opening *client = &t->side[TALK_CLIENT];

	if (client->datagrams > 0 && is_dhcp(look_datagram(client, 0)))
		return SURE_CONFIRMED;
	return look_exchange(t, &dhcp_6);
}
