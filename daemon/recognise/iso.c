/* iso.c - what else runs over TPKT, so that it is not taken for RDP.
 *
 * S7: a connection of ISO transport whose ends are named by TSAPs, as others have it, too, and S7's
 * or S7comm-plus's header in the first data of both (as Wireshark's s7comm reads it; Siemens
 * publishes nothing). H.323: a Q.931 message with a User-User element (H.225.0, 7.2). */
#include "recognise/rows.h"
#include "recognise/tpkt.h"

/* The next packet, and what is in it. */
static enum sure
packet(struct wire *w, const struct opening *o, struct wire *body)
{
	struct wire head = *w;
	uint8_t version = wire_u8(&head);

	wire_skip(&head, 1);
	uint16_t length = wire_be16(&head);
	if (wire_left(w) > 0 && version != 3)
		return SURE_NOT;
	if (!head.ok)
		return look_short(o);
	if (length < TPKT_SIZE + 3)
		return SURE_NOT;
	*body = wire_sub(&head, length - TPKT_SIZE);
	if (!head.ok)
		return look_short(o);
	*w = head;
	return SURE_CONFIRMED;
}

/* How a side asks for a connection of ISO transport, or confirms it. */
struct iso {
	uint16_t to, from; /* references */
	bool is_s7;	   /* the called TSAP is one of S7's */
};

/* S7's TSAPs name a kind of connection (1 to 3), a rack and a slot; S7comm-plus has a word. */
static bool
is_s7_tsap(const uint8_t *tsap, uint8_t n)
{
	return (n == 2 && tsap[0] >= 1 && tsap[0] <= 3) ||
	       (n >= 13 && memcmp(tsap, "SIMATIC-ROOT-", 13) == 0);
}

/* Reads a request or confirm with its parameters; a request has both TSAPs, which a confirm need
 * not repeat. */
static bool
iso_connect(struct wire body, uint8_t code, struct iso *iso)
{
	uint8_t indicator = wire_u8(&body), here = wire_u8(&body);
	unsigned tsaps = 0;

	iso->to = wire_be16(&body);
	iso->from = wire_be16(&body);
	iso->is_s7 = false;
	if (here != code || wire_u8(&body) >> 4 != 0 || wire_left(&body) + 6U != indicator)
		return false;
	while (body.ok && wire_left(&body) > 0) {
		uint8_t parameter = wire_u8(&body), n = wire_u8(&body);
		const uint8_t *value = wire_take(&body, n);

		if (parameter < 0xc0 || n == 0 || !value)
			return false;
		tsaps += parameter == 0xc1 || parameter == 0xc2;
		iso->is_s7 |= parameter == 0xc2 && is_s7_tsap(value, n);
	}
	return body.ok && (tsaps == 2 || code == TPDU_CC);
}

/* Is it data, and S7's: its header, and the lengths in it? */
static bool
is_s7_data(struct wire body)
{
	size_t size = wire_left(&body) - 3;

	if (!comes(&body, "\x02\xf0\x80", 3))
		return false;
	uint8_t protocol = wire_u8(&body), kind = wire_u8(&body);
	uint16_t zero = wire_be16(&body);
	if (protocol == 0x72) /* S7comm-plus: its version, and its length instead */
		return body.ok && ((kind >= 1 && kind <= 3) || kind == 0xfe) && zero + 4U <= size;
	wire_skip(&body, 2);
	uint16_t parameters = wire_be16(&body), data = wire_be16(&body);
	size_t header = kind == 2 || kind == 3 ? 12 : 10;

	return body.ok && protocol == 0x32 && zero == 0 &&
	       ((kind >= 1 && kind <= 3) || kind == 7) && header + parameters + data == size;
}

static enum mark
s7_side(const struct opening *o, uint8_t code, struct iso *iso)
{
	struct wire w = look_stream(o), body = w;
	enum sure sure = connects(o, code);

	if (sure == SURE_CONFIRMED)
		sure = packet(&w, o, &body);
	if (sure != SURE_CONFIRMED)
		return sure == SURE_NOT ? MARK_NOT : MARK_OPEN;
	if (!iso_connect(body, code, iso))
		return MARK_NOT;
	sure = packet(&w, o, &body);
	if (sure == SURE_CONFIRMED)
		return is_s7_data(body) ? MARK_CLEAR : MARK_NOT;
	if (sure == SURE_NOT && wire_left(&w) > 0)
		return MARK_NOT;
	return iso->is_s7 ? MARK_WEAK : MARK_BARE;
}

enum sure
look_s7(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	struct iso asked = { 0 }, answered = { 0 };
	enum mark client = s7_side(c, TPDU_CR, &asked), server = s7_side(s, TPDU_CC, &answered);

	if (client == MARK_NOT || server == MARK_NOT)
		return SURE_NOT;
	if (client >= MARK_BARE && server >= MARK_BARE && answered.to != asked.from)
		return SURE_NOT;
	if (client == MARK_CLEAR && server == MARK_CLEAR)
		return SURE_CONFIRMED;
	return client >= MARK_WEAK || server >= MARK_WEAK ? SURE_LIKELY : SURE_OPEN;
}

/* A Q.931 message with H.225.0's element. */
static enum sure
q931(const struct opening *o, uint16_t *call, uint8_t *message)
{
	struct wire w = look_stream(o);

	*call = 0;
	*message = 0;
	if (o->size == 0)
		return SURE_OPEN;
	if (o->bytes[0] != 3 || (o->size > 5 && (o->bytes[4] != 8 || o->bytes[5] != 2)))
		return SURE_NOT;
	wire_skip(&w, 6);
	*call = wire_be16(&w);
	*message = wire_u8(&w);
	for (unsigned elements = 0; w.ok && elements < 32; elements++) {
		uint8_t id = wire_u8(&w);

		if (id & 0x80) /* one byte long */
			continue;
		uint16_t length = id == 0x7e ? wire_be16(&w) : wire_u8(&w);
		if (id == 0x7e) {
			uint8_t discriminator = wire_u8(&w);

			if (w.ok)
				return length > 1 && discriminator == 5 ? SURE_CONFIRMED : SURE_NOT;
		}
		wire_skip(&w, length);
	}
	return w.ok ? SURE_NOT : look_short(o);
}

/* SETUP is answered with one of these (H.225.0, table 4). */
static bool
answers_setup(uint8_t message)
{
	static const uint8_t all[] = { 0x01, 0x02, 0x03, 0x07, 0x0d, 0x5a, 0x62, 0x6e, 0x7b, 0x7d };

	return memchr(all, message, sizeof all) != NULL;
}

enum sure
look_h323(const struct talk *t)
{
	uint16_t call, answered;
	uint8_t setup, message;
	enum sure client = q931(&t->side[TALK_CLIENT], &call, &setup);
	enum sure server = q931(&t->side[TALK_SERVER], &answered, &message);

	if (client == SURE_CONFIRMED && (setup != 5 || call & 0x8000))
		return SURE_NOT;
	if (server == SURE_CONFIRMED && (!answers_setup(message) || !(answered & 0x8000)))
		return SURE_NOT;
	if (client == SURE_CONFIRMED && server == SURE_CONFIRMED && answered != (call | 0x8000))
		return SURE_NOT;
	return look_either(client, server);
}
