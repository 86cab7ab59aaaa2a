/* rdp_open.c - the negotiation: X.224 connection request and confirm in TPKT (RFC 1006, 6; X.224,
 * 13.3 and 13.4; [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2). Other protocols begin with the same PDUs (S7,
 * H.323): in theirs stand parameters that RDP does not have. */
#include "worker/rdp_in.h"

enum { X224_REQUEST = 0xe0, X224_CONFIRM = 0xd0 };

enum { OPEN_MIN = 11, OPEN_MAX = 259 }; /* bytes: X.224 counts its header in one byte, to 254 */

enum { NEG_REQUEST = 1, NEG_RESPONSE = 2, NEG_FAILURE = 3, NEG_SIZE = 8 };

enum { CORRELATION = 6, CORRELATION_SIZE = 36, CORRELATION_PRESENT = 8 };

bool
rdp_open_begins(const uint8_t *bytes, size_t n)
{
	if (n > 0 && bytes[0] != RDP_TPKT)
		return false;
	if (n > 1 && bytes[1] != 0)
		return false;
	if (n > 2 && bytes[2] > OPEN_MAX >> 8)
		return false;
	if (n > 3 &&
	    ((bytes[2] << 8 | bytes[3]) < OPEN_MIN || (bytes[2] << 8 | bytes[3]) > OPEN_MAX))
		return false;
	if (n > 4 && bytes[4] != (bytes[2] << 8 | bytes[3]) - RDP_TPKT_HEADER - 1)
		return false;
	return n <= 5 || bytes[5] == X224_REQUEST || bytes[5] == X224_CONFIRM;
}

/* Skips the cookie or routing token, which ends with CR LF: text, as no parameter is. A user's name
 * is in the client's code page. */
static void
skip_text(struct wire *w)
{
	uint8_t byte = 0;

	if (wire_left(w) == 0 || *w->p < ' ' || *w->p > '~')
		return;
	while (w->ok && (byte = wire_u8(w)) != '\r')
		if (byte < ' ' || byte == 0x7f)
			w->ok = false;
	if (wire_u8(w) != '\n')
		w->ok = false;
}

/* The client's list of security protocols; and a number that helps to find the connection in logs.
 */
static void
request(struct wire *w, struct rdp_opening *o)
{
	uint8_t type, flags, zero;
	uint16_t size;

	skip_text(w);
	if (!w->ok || wire_left(w) == 0)
		return;
	type = wire_u8(w);
	flags = wire_u8(w);
	size = wire_le16(w);
	o->protocols = wire_le32(w);
	if (type != NEG_REQUEST || size != NEG_SIZE)
		w->ok = false;
	if (!(flags & CORRELATION_PRESENT))
		return;
	type = wire_u8(w);
	zero = wire_u8(w);
	size = wire_le16(w);
	wire_skip(w, CORRELATION_SIZE - 4);
	if (type != CORRELATION || zero != 0 || size != CORRELATION_SIZE)
		w->ok = false;
}

static void
confirm(struct wire *w, struct rdp_opening *o)
{
	uint8_t type;

	if (wire_left(w) == 0)
		return;
	type = wire_u8(w);
	wire_skip(w, 1);
	o->refused = type == NEG_FAILURE;
	if (wire_le16(w) != NEG_SIZE || (type != NEG_RESPONSE && type != NEG_FAILURE))
		w->ok = false;
	o->protocols = wire_le32(w);
}

bool
rdp_open_read(const uint8_t *bytes, size_t size, struct rdp_opening *o)
{
	struct wire w = wire_of(bytes, size);
	uint16_t destination;
	uint8_t class;

	memset(o, 0, sizeof *o);
	wire_skip(&w, RDP_TPKT_HEADER + 1);
	o->is_confirm = wire_u8(&w) == X224_CONFIRM;
	destination = wire_be16(&w);
	wire_skip(&w, 2);
	class = wire_u8(&w);
	if (!rdp_open_begins(bytes, size) || class != 0 || (!o->is_confirm && destination != 0))
		return false;
	if (o->is_confirm)
		confirm(&w, o);
	else
		request(&w, o);
	return w.ok && wire_left(&w) == 0;
}
