/* rustdesk.c - RustDesk: messages to and from its rendezvous server (rendezvous.proto of the
 * project), which are protocol buffers of one field: over UDP bare, over TCP behind a length whose
 * lowest two bits say how long it is. Any other protocol of such messages can look the same: never
 * more than likely. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	REGISTER_PEER = 6,
	REGISTER_PEER_RESPONSE = 7,
	PUNCH_HOLE_REQUEST = 8,
	PUNCH_HOLE_RESPONSE = 11,
	REGISTER_PK = 15,
	REGISTER_PK_RESPONSE = 16,
	REQUEST_RELAY = 18,
	RELAY_RESPONSE = 19,
	TEST_NAT_REQUEST = 20,
	TEST_NAT_RESPONSE = 21,
	ONLINE_REQUEST = 23,
	ONLINE_RESPONSE = 24,
	FIELDS_MAX = 16, /* in a message, and their numbers */
	ID_MIN = 6,
};

/* A protocol buffer's number, of at most 32 bits here. */
static uint32_t
varint(struct wire *w)
{
	uint32_t value = 0;

	for (unsigned at = 0; at < 35; at += 7) {
		uint8_t byte = wire_u8(w);

		value |= at < 28 ? (uint32_t)(byte & 0x7f) << at : (uint32_t)(byte & 0x0f) << 28;
		if (!(byte & 0x80))
			return value;
	}
	w->ok = false;
	return 0;
}

/* Fields of small numbers and nothing else, the first an id when WITH_ID. */
static bool
are_fields(struct wire w, bool with_id)
{
	if (with_id) {
		struct wire first = w;
		uint32_t key = varint(&first), n = varint(&first);

		if (!first.ok || key != (1 << 3 | 2) || n < ID_MIN || n > wire_left(&first))
			return false;
		for (uint32_t i = 0; i < n; i++)
			if (first.p[i] <= ' ' || first.p[i] > '~')
				return false;
	}
	for (unsigned i = 0; wire_left(&w) > 0 && i < FIELDS_MAX; i++) {
		uint32_t key = varint(&w), value = varint(&w);

		if (key >> 3 == 0 || key >> 3 > FIELDS_MAX || ((key & 7) != 0 && (key & 7) != 2))
			return false;
		if ((key & 7) == 2)
			wire_skip(&w, value);
		if (!w.ok)
			return false;
	}
	return wire_left(&w) == 0;
}

/* Is it the key of a message in the list above, or between its ends? */
static bool
is_known(uint32_t key)
{
	return (key & 7) == 2 && key >> 3 >= REGISTER_PEER && key >> 3 <= ONLINE_RESPONSE;
}

/* Which message it is, or 0. */
static uint32_t
message(struct wire w)
{
	uint32_t key = varint(&w), n = varint(&w), kind = key >> 3;
	bool asks = kind == REGISTER_PEER || kind == PUNCH_HOLE_REQUEST || kind == REGISTER_PK ||
		    kind == REQUEST_RELAY || kind == ONLINE_REQUEST;

	if (!w.ok || !is_known(key) || n != wire_left(&w))
		return 0;
	return are_fields(w, asks) ? kind : 0;
}

/* A side's first message. */
static enum sure
first(const struct opening *o, bool stream, uint32_t *kind)
{
	struct wire w = look_stream(o), m;

	*kind = 0;
	if (o->size == 0 && o->datagrams == 0)
		return SURE_OPEN;
	if (stream) {
		uint8_t head = wire_u8(&w);
		uint32_t size = head;

		for (unsigned i = 1; i <= (head & 3U); i++)
			size |= (uint32_t)wire_u8(&w) << 8 * i;
		if (w.ok && size >> 2 > RECOGNISE_BYTES / 2)
			return SURE_NOT;
		struct wire begin = w;
		uint32_t key = varint(&begin);
		if (begin.ok && !is_known(key))
			return SURE_NOT;
		m = wire_sub(&w, size >> 2);
		if (!m.ok)
			return look_short(o);
	} else {
		m = look_datagram(o, 0);
	}
	*kind = message(m);
	return *kind != 0 ? SURE_LIKELY : SURE_NOT;
}

enum sure
look_rustdesk(const struct talk *t)
{
	static const uint8_t pairs[][2] = {
		{ REGISTER_PEER, REGISTER_PEER_RESPONSE },
		{ PUNCH_HOLE_REQUEST, PUNCH_HOLE_RESPONSE },
		{ PUNCH_HOLE_REQUEST, RELAY_RESPONSE },
		{ REGISTER_PK, REGISTER_PK_RESPONSE },
		{ REQUEST_RELAY, RELAY_RESPONSE },
		{ TEST_NAT_REQUEST, TEST_NAT_RESPONSE },
		{ ONLINE_REQUEST, ONLINE_RESPONSE },
	};
	uint32_t asks, answers;
	enum sure client = first(&t->side[TALK_CLIENT], t->stream, &asks);
	enum sure server = first(&t->side[TALK_SERVER], t->stream, &answers);
	enum sure sure = SURE_NOT;

	if (client == SURE_NOT || server == SURE_NOT)
		return SURE_NOT;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if ((asks == 0 || asks == pairs[i][0]) && (answers == 0 || answers == pairs[i][1]))
			sure = asks == REGISTER_PEER || (asks && answers) ? SURE_LIKELY : SURE_OPEN;
	return sure;
}
