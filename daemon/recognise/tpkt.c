/* tpkt.c - RDP: an X.224 connection request with a cookie or a negotiation, or with nothing at all
 * (the first clients), and its confirm ([MS-RDPBCGR] 2.2.1.1, 2.2.1.2). What asked with nothing is
 * RDP when its MCS Connect-Initial names its maker, "Duca" (2.2.1.3); any other T.120 is not.
 * A preconnection PDU may come before the request ([MS-RDPEPS] 2.2.1). Either end may be the one
 * that asks.
 *
 * The TPKT's reserved byte is not looked at: RDP servers do not either. */
#include "recognise/rows.h"
#include "recognise/tpkt.h"

enum {
	NEGOTIATION_SIZE = 8,
	COOKIE_SIZE = 17, /* of the longest beginning of a cookie */
	CORRELATION_SIZE = 36,
	PRECONNECTION_SIZE = 16, /* of version 1; version 2 has a text behind it */
	PRECONNECTION_MAX = 1024,
};

/* Does W begin with a cookie or a routing token of RDP's? */
static bool
has_cookie(const struct wire *w)
{
	static const char *const own[] = { "Cookie: mstshash=", "Cookie: msts=", "tsv://" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (wire_left(w) >= strlen(own[i]) && memcmp(w->p, own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

/* Skips the line of text that W may begin with: a cookie or a routing token, which is whatever a
 * load balancer wants. The parameters of other connections have codes from 0xc0 on. False when it
 * does not end. */
static bool
skip_token(struct wire *w)
{
	const uint8_t *p = w->p;

	if (wire_left(w) == 0 || *p < ' ' || *p > '~')
		return true;
	while (p + 1 < w->end && (p[0] != '\r' || p[1] != '\n'))
		p++;
	if (p + 1 >= w->end)
		return false;
	wire_skip(w, (size_t)(p - w->p) + 2);
	return true;
}

/* RDP_NEG_REQ, and the RDP_NEG_CORRELATION_INFO that it announces; nothing behind them. */
static bool
negotiates(struct wire *w)
{
	static const uint8_t zero[16];
	uint8_t type = wire_u8(w), flags = wire_u8(w);
	uint16_t length = wire_le16(w);
	uint32_t protocols = wire_le32(w);

	if (!w->ok || type != 1 || length != NEGOTIATION_SIZE || flags > 0x0f || protocols > 0xff)
		return false;
	if (flags & 8) {
		type = wire_u8(w);
		flags = wire_u8(w);
		length = wire_le16(w);
		wire_skip(w, 16);
		const uint8_t *reserved = wire_take(w, 16);

		if (!reserved || type != 6 || flags != 0 || length != CORRELATION_SIZE ||
		    memcmp(reserved, zero, 16) != 0)
			return false;
	}
	return wire_left(w) == 0;
}

/* What the client asks for. A wrong length indicator is passed over, and of a packet that is too
 * short to be one only the cookie is looked for: servers differ in what they check. */
static enum mark
rdp_request(const struct opening *o)
{
	enum sure sure = connects(o, TPDU_CR);
	struct wire w = look_stream(o);

	if (sure != SURE_CONFIRMED)
		return sure == SURE_NOT ? MARK_NOT : MARK_OPEN;
	wire_skip(&w, 2);
	uint16_t length = wire_be16(&w);
	bool right = length == wire_u8(&w) + 5;
	wire_skip(&w, 1);
	uint16_t to = wire_be16(&w);
	wire_skip(&w, 2);
	uint8_t class = wire_u8(&w);

	if (to != 0 || class >> 4 != 0)
		return MARK_NOT;
	if (length >= FIXED_SIZE && o->size >= length)
		w = wire_of(w.p, length - (size_t)FIXED_SIZE);
	bool cookie = has_cookie(&w);
	enum mark broken = cookie ? MARK_WEAK : MARK_NOT;
	if (length < FIXED_SIZE && wire_left(&w) >= COOKIE_SIZE)
		return broken;
	if (length < FIXED_SIZE || o->size < length)
		return cookie ? MARK_WEAK : mark_short(o);
	if (!skip_token(&w))
		return broken;
	if (wire_left(&w) > 0)
		return !negotiates(&w) ? broken : right ? MARK_CLEAR : MARK_WEAK;
	if (!right)
		return broken;
	return cookie ? MARK_CLEAR : length > FIXED_SIZE ? MARK_WEAK : MARK_BARE;
}

/* What the server says to it: RDP_NEG_RSP, RDP_NEG_FAILURE, or nothing. */
static enum mark
rdp_confirm(const struct opening *o)
{
	enum sure sure = connects(o, TPDU_CC);
	struct wire w = look_stream(o);

	if (sure != SURE_CONFIRMED)
		return sure == SURE_NOT ? MARK_NOT : MARK_OPEN;
	wire_skip(&w, 2);
	uint16_t length = wire_be16(&w);
	bool right = length == wire_u8(&w) + 5;
	wire_skip(&w, 5);
	right = wire_u8(&w) >> 4 == 0 && right;
	if (length == FIXED_SIZE)
		return right ? MARK_BARE : MARK_NOT;
	if (length != FIXED_SIZE + NEGOTIATION_SIZE)
		return MARK_NOT;
	uint8_t type = wire_u8(&w), flags = wire_u8(&w);
	uint16_t size = wire_le16(&w);
	uint32_t value = wire_le32(&w);

	if (!w.ok)
		return mark_short(o);
	if (type != 2 && type != 3)
		return MARK_NOT;
	right = right && size == NEGOTIATION_SIZE;
	if (type == 2) /* one protocol, or none */
		right = right && flags <= 0x1f && value <= 0x80 && (value & (value - 1)) == 0;
	else
		right = right && flags == 0 && value >= 1 && value <= 0x0f;
	return right ? MARK_CLEAR : MARK_WEAK;
}

/* A BER element with this tag: behind its length, or (OVER) behind it. */
static bool
ber(struct wire *w, const char *tag, size_t ntag, bool over)
{
	bool same = comes(w, tag, ntag);
	uint8_t size = wire_u8(w);
	uint16_t length = size == 0x82 ? wire_be16(w) : size == 0x81 ? wire_u8(w) : size;

	if (over)
		wire_skip(w, length);
	return same && size <= 0x82;
}

/* What the client says behind its request: an MCS Connect-Initial with RDP's key? OPEN: so far. */
static enum mark
rdp_initial(const struct opening *o)
{
	size_t at = (size_t)o->bytes[2] << 8 | o->bytes[3];
	struct wire w = at < o->size ? wire_of(o->bytes + at, o->size - at) : wire_of(NULL, 0);
	bool right = comes(&w, "\x03", 1);

	wire_skip(&w, 3);
	right = right && comes(&w, "\x02\xf0\x80", 3) && ber(&w, "\x7f\x65", 2, false);
	for (int i = 0; i < 2; i++)
		right = right && ber(&w, "\x04", 1, true); /* the domains' selectors, */
	right = right && ber(&w, "\x01", 1, true);	   /* upward, */
	for (int i = 0; i < 3; i++)
		right = right && ber(&w, "\x30", 1, true); /* three sets of parameters, */
	right = right && ber(&w, "\x04", 1, false);	   /* and T.124 in PER */
	right = right && comes(&w, "\x00\x05\x00\x14\x7c\x00\x01", 7);
	if (right && wire_u8(&w) & 0x80)
		wire_skip(&w, 1);
	wire_skip(&w, 8);
	right = right && comes(&w, "Duca", 4);
	if (!right)
		return MARK_NOT;
	return w.ok ? MARK_CLEAR : MARK_OPEN;
}

/* Skips a preconnection PDU, whose size is even and small and whose flags are 0. A first byte of 3
 * cannot be one. */
static enum sure
skip_preconnection(struct opening *o)
{
	struct wire w = look_stream(o);

	if (o->size == 0 || o->bytes[0] == 3)
		return SURE_CONFIRMED;
	for (size_t i = 0; i < 8 && i < o->size; i++)
		if (i == 0 ? o->bytes[i] & 1 : o->bytes[i] > (i == 1 ? PRECONNECTION_MAX >> 8 : 0))
			return SURE_NOT;
	uint32_t size = wire_le32(&w);
	wire_skip(&w, 4);
	uint32_t version = wire_le32(&w);
	wire_skip(&w, 4);
	uint16_t text = version == 2 ? wire_le16(&w) : 0;
	if (!w.ok || o->size < size)
		return look_short(o);
	if (version == 2 ? size != PRECONNECTION_SIZE + 2 + 2U * text :
			   version != 1 || size != PRECONNECTION_SIZE)
		return SURE_NOT;
	o->bytes += size;
	o->size = (uint16_t)(o->size - size);
	return SURE_CONFIRMED;
}

/* Both sides, if ASKING is who asks; its preconnection PDU is left out. */
static enum sure
look_ends(struct opening asking, const struct opening *asked)
{
	enum sure before = skip_preconnection(&asking);
	enum mark client = rdp_request(&asking), server = rdp_confirm(asked);

	if (before != SURE_CONFIRMED)
		return server == MARK_NOT ? SURE_NOT : before;

	if (client == MARK_NOT || server == MARK_NOT)
		return SURE_NOT;
	if ((client == MARK_CLEAR && (server == MARK_BARE || server == MARK_CLEAR)) ||
	    (client == MARK_WEAK && server == MARK_CLEAR))
		return SURE_CONFIRMED;
	if (server == MARK_BARE && (client == MARK_BARE || client == MARK_WEAK)) {
		enum mark initial = rdp_initial(&asking);

		if (initial == MARK_CLEAR)
			return SURE_CONFIRMED;
		if (initial == MARK_NOT && client == MARK_BARE)
			return SURE_NOT;
		return SURE_LIKELY;
	}
	return client >= MARK_BARE || server >= MARK_WEAK ? SURE_LIKELY : SURE_OPEN;
}

/* Who was connected to may ask, and who connected confirm: the screen is the end that connects. One
 * side can be right in one of the two ways only. */
enum sure
look_rdp(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	enum sure as_ever = look_ends(*client, server), reverse = look_ends(*server, client);

	return as_ever > reverse ? as_ever : reverse;
}
