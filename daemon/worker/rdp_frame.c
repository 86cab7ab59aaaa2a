/* rdp_frame.c - the frames behind the connection sequence: TPKT with MCS ([MS-RDPBCGR] 2.2.8.1.1),
 * and fast-path input and output. What is in them is encrypted, or of channels that were judged by
 * name. */
#include "worker/rdp_in.h"

/* A frame of TPKT as far as it is looked at: TPKT, X.224, the number of MCS's PDU. */
enum { FRAME_HEADER = 8, X224_DISCONNECT = 0x80, DISCONNECT_SIZE = 11 };

bool
rdp_is_disconnect(const uint8_t *p, size_t total)
{
	return total == DISCONNECT_SIZE && p[4] == DISCONNECT_SIZE - 5 && p[5] == X224_DISCONNECT;
}

/* May a side send this PDU of MCS (T.125, 7 part 10)? The client: ErectDomainRequest,
 * DisconnectProviderUltimatum, AttachUserRequest, ChannelJoinRequest, SendDataRequest; the server:
 * DisconnectProviderUltimatum, the two confirms, SendDataIndication. */
static bool
is_mcs(uint8_t number, unsigned side)
{
	if (side == CLIENT)
		return number == 1 || number == 8 || number == 10 || number == 14 || number == 25;
	return number == 8 || number == 11 || number == 15 || number == 26;
}

/* A frame of TPKT, as far as N bytes are there: X.224 data with MCS, or X.224's disconnect request.
 */
static bool
tpkt_begins(const uint8_t *p, size_t n, unsigned side)
{
	size_t total = n > 3 ? (size_t)p[2] << 8 | p[3] : DISCONNECT_SIZE;

	if ((n > 1 && p[1] != 0) || total < FRAME_HEADER)
		return false;
	if (n > 5 && rdp_is_disconnect(p, total))
		return true;
	if ((n > 4 && p[4] != 2 && p[4] != 6) || (n > 5 && (p[4] != 2 || p[5] != 0xf0)))
		return false;
	return (n <= 6 || p[6] == 0x80) && (n <= 7 || is_mcs(p[7] >> 2, side));
}

/* The size of a fast-path PDU by its first 2 or 3 bytes ([MS-RDPBCGR] 2.2.8.1.2 and 2.2.9.1.2);
 * 0: it is none. */
static size_t
fast_size(const uint8_t *p, unsigned side)
{
	bool two = p[1] & 0x80;
	size_t size = two ? (size_t)(p[1] & 0x7f) << 8 | p[2] : p[1];

	if ((p[0] & 3) != 0 || (side == SERVER && (p[0] & 0x3c) != 0))
		return 0;
	return size > (two ? 3 : 2) ? size : 0;
}

/* Bytes of a frame that must be there to go on. */
static size_t
frame_wants(const struct rdp_side *s)
{
	if (s->have < 2)
		return 2;
	if (s->pdu[0] == RDP_TPKT)
		return FRAME_HEADER;
	return s->pdu[1] & 0x80 ? 3 : 2;
}

/* The framing of a side is lost. */
static void
unframed(struct rdp *r, unsigned side)
{
	rdp_unverifiable(r, WHAT_UNKNOWN_PROTOCOL);
	r->side[side].phase = RDP_OVER;
}

size_t
rdp_take_frame(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size)
{
	struct rdp_side *s = &r->side[side];
	bool tpkt, whole;
	size_t n, total;

	if (s->skip > 0) {
		n = s->skip < size ? s->skip : size;
		s->skip -= (uint32_t)n;
		return n;
	}
	n = rdp_take(s, frame_wants(s), bytes, size);
	tpkt = s->pdu[0] == RDP_TPKT;
	whole = s->have >= 2 && s->have == frame_wants(s);
	if (tpkt ? !tpkt_begins(s->pdu, s->have, side) : whole && !fast_size(s->pdu, side)) {
		unframed(r, side);
	} else if (whole) {
		total = tpkt ? rdp_tpkt_size(s) : fast_size(s->pdu, side);
		s->skip = (uint32_t)(total - s->have);
		s->have = 0;
	}
	return n;
}
