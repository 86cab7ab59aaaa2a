/* rdp_connect.c - MCS Connect-Initial and Connect-Response (T.125, 7 part 2, BER), the GCC
 * conference in them (T.124, 8.7, aligned PER), and its blocks of settings ([MS-RDPBCGR] 2.2.1.3
 * and 2.2.1.4).
 *
 * Of the client's PDU every length must be right, as what it asks for decides. Of the server's only
 * the way to its choice of encryption is read: real servers write one length of GCC wrong, and
 * clients ignore it ([MS-RDPBCGR] 4.1.4). */
#include "worker/rdp_in.h"

enum { INITIAL = 0x7f65, RESPONSE = 0x7f66 }; /* tags of two bytes: APPLICATION 101 and 102 */

enum { BOOLEAN = 1, INTEGER = 2, OCTETS = 4, ENUMERATED = 10, SEQUENCE = 0x30 };

/* Blocks of the client's settings have types of their own, of 16 bits; so have the server's. */
enum {
	CLIENT_TYPES = 0xc0,
	CLIENT_CORE = 0xc001,
	CLIENT_SECURITY = 0xc002,
	CLIENT_NETWORK = 0xc003,
	SERVER_SECURITY = 0x0c02,
	BLOCK_HEADER = 4,
	BLOCKS_MAX = 32,
};

enum { SECURITY_CHOICE = 8 }; /* bytes of SC_SECURITY that name the method and the level */

enum { CHANNELS_MAX = 31, CHANNEL_DEF = 12, NETWORK_HEADER = 8 };

/* Methods and levels of encryption that are no weakness; FIPS (16, 4) is another one, but nothing
 * that a client negotiates unless it is made to. */
enum { METHOD_128BIT = 2, LEVEL_COMPATIBLE = 2, LEVEL_HIGH = 3 };

/* --- BER and PER --- */

/* The length behind a tag, in 1 to 3 bytes. T.125 has BER: not the shortest form only, and common
 * clients write longer ones. */
static size_t
ber_length(struct wire *w)
{
	uint8_t first = wire_u8(w);

	if (first < 0x80)
		return first;
	if (first == 0x81)
		return wire_u8(w);
	if (first == 0x82)
		return wire_be16(w);
	w->ok = false;
	return 0;
}

static size_t
ber_head(struct wire *w, uint8_t tag)
{
	if (wire_u8(w) != tag)
		w->ok = false;
	return ber_length(w);
}

/* Skips one of at most MOST bytes; a string may have none. */
static void
ber_skip(struct wire *w, uint8_t tag, size_t most)
{
	size_t n = ber_head(w, tag);

	if ((n == 0 && tag != OCTETS) || n > most)
		w->ok = false;
	wire_skip(w, n);
}

/* DomainParameters: eight numbers. */
static void
ber_domain(struct wire *w)
{
	size_t n = ber_head(w, SEQUENCE);
	struct wire in = wire_sub(w, n);

	for (unsigned i = 0; i < 8; i++)
		ber_skip(&in, INTEGER, 5);
	if (!in.ok || wire_left(&in) > 0)
		w->ok = false;
}

static size_t
per_length(struct wire *w)
{
	uint8_t first = wire_u8(w);

	if (first < 0x80)
		return first;
	if (first >= 0xc0) /* in fragments */
		w->ok = false;
	return (size_t)(first & 0x3f) << 8 | wire_u8(w);
}

/* Bytes that cannot be others. */
static void
exactly(struct wire *w, const char *bytes, size_t n)
{
	const uint8_t *p = wire_take(w, n);

	if (p && memcmp(p, bytes, n) != 0)
		w->ok = false;
}

#define EXACTLY(w, bytes) exactly(w, bytes, sizeof(bytes) - 1)

/* A key of ConnectData: the object identifier 0.0.20.124.0.1, which is T.124. */
#define GCC_KEY "\x00\x05\x00\x14\x7c\x00\x01"

/* What a PDU begins with: TPKT, whose length the caller has used, X.224 data that ends in it, MCS.
 * Returns how many bytes MCS says that it has behind that. */
static size_t
mcs_head(struct wire *w, uint16_t tag)
{
	EXACTLY(w, "\x03\x00");
	wire_skip(w, 2);
	EXACTLY(w, "\x02\xf0\x80");
	if (wire_be16(w) != tag)
		w->ok = false;
	return ber_length(w);
}

/* --- the client's --- */

/* CS_NET. As many channels are read as there is room for, whatever their number is said to be. */
static bool
network(struct wire *w, struct rdp_channels *c)
{
	uint32_t count = wire_le32(w);
	size_t here = wire_left(w) / CHANNEL_DEF;
	bool fits = w->ok && count == here && wire_left(w) % CHANNEL_DEF == 0;

	for (size_t i = 0; i < here; i++) {
		const uint8_t *name = wire_take(w, RDP_CHANNEL_NAME);

		wire_skip(w, CHANNEL_DEF - RDP_CHANNEL_NAME); /* options */
		rdp_channel(c, name);
	}
	return fits && count <= CHANNELS_MAX && !c->nameless;
}

/* The blocks, in any order, each at most once: a server could read the first or the last of two. */
static bool
client_blocks(struct wire *w, struct rdp_channels *c)
{
	uint32_t seen = 0;
	bool good = true;

	for (unsigned i = 0; w->ok && wire_left(w) > 0; i++) {
		uint16_t type = wire_le16(w), size = wire_le16(w);
		struct wire block;

		if (size < BLOCK_HEADER || type >> 8 != CLIENT_TYPES || i == BLOCKS_MAX)
			return false;
		block = wire_sub(w, size - (size_t)BLOCK_HEADER);
		if ((type & 0xff) < 32) {
			good = good && !(seen & 1u << (type & 0xff));
			seen |= 1u << (type & 0xff);
		}
		if (block.ok && type == CLIENT_NETWORK)
			good = network(&block, c) && good;
	}
	return good && w->ok && seen & 1u << (CLIENT_CORE & 0xff) &&
	       seen & 1u << (CLIENT_SECURITY & 0xff);
}

/* Reads the conference's request and what a client wants of it. */
static bool
conference_request(struct wire *w, struct rdp_channels *c)
{
	EXACTLY(w, GCC_KEY);
	if (per_length(w) != wire_left(w))
		w->ok = false;
	/* conferenceCreateRequest with user data, named "1"; one set, of the key "Duca". */
	EXACTLY(w, "\x00\x08\x00\x10\x00\x01\xc0\x00"
		   "Duca");
	if (per_length(w) != wire_left(w))
		w->ok = false;
	return client_blocks(w, c);
}

uint64_t
rdp_connect_initial(const uint8_t *bytes, size_t size, struct rdp_channels *c)
{
	struct wire w = wire_of(bytes, size);
	size_t n = mcs_head(&w, INITIAL);

	if (n != wire_left(&w))
		w.ok = false;
	ber_skip(&w, OCTETS, UINT8_MAX); /* selectors of domains, */
	ber_skip(&w, OCTETS, UINT8_MAX);
	ber_skip(&w, BOOLEAN, 1); /* whether upward */
	for (unsigned i = 0; i < 3; i++)
		ber_domain(&w); /* as wanted, at least, at most */
	n = ber_head(&w, OCTETS);
	if (n != wire_left(&w))
		w.ok = false;
	return w.ok && conference_request(&w, c) ? 0 : WHAT_MALFORMED;
}

/* --- the server's --- */

/* SC_SECURITY, which is among the blocks; of two, clients take the last. What stands behind it need
 * not be blocks: nobody reads that. BEHIND: bytes of the PDU that are not here. Returns words. */
static uint64_t
server_blocks(struct wire *w, size_t behind, uint32_t *method, uint32_t *level)
{
	bool found = false;

	for (unsigned i = 0; wire_left(w) + behind >= BLOCK_HEADER; i++) {
		uint16_t type = wire_le16(w), size = wire_le16(w);
		size_t n = size;

		if (w->ok && (size < BLOCK_HEADER || i == BLOCKS_MAX))
			return found && size < BLOCK_HEADER ? 0 : WHAT_MALFORMED;
		n -= BLOCK_HEADER;
		if (w->ok && type == SERVER_SECURITY) {
			if (found || n < SECURITY_CHOICE)
				return WHAT_MALFORMED;
			found = true;
			n -= SECURITY_CHOICE;
			*method = wire_le32(w);
			*level = wire_le32(w);
		}
		if (w->ok && n >= wire_left(w) + behind)
			break;
		wire_skip(w, n);
		if (!w->ok)
			return behind ? WHAT_LIMIT : WHAT_MALFORMED;
	}
	return found ? 0 : WHAT_MALFORMED;
}

uint64_t
rdp_connect_response(const uint8_t *bytes, size_t size, size_t total)
{
	struct wire w = wire_of(bytes, size);
	size_t n = mcs_head(&w, RESPONSE);
	uint32_t method = 0, level = 0;
	uint64_t words;
	uint8_t refused;

	if (n != total - (size_t)(w.p - bytes) || ber_head(&w, ENUMERATED) != 1)
		w.ok = false;
	refused = wire_u8(&w);
	ber_skip(&w, INTEGER, 5);
	if (w.ok && refused && wire_left(&w) == 0)
		return 0; /* there is no session; with settings there is one for some clients */
	ber_domain(&w);
	n = ber_head(&w, OCTETS);
	if (n != total - (size_t)(w.p - bytes))
		w.ok = false;
	if (w.ok && refused && n == 0)
		return 0;
	EXACTLY(&w, GCC_KEY);
	(void)per_length(&w); /* the one that is wrong */
	EXACTLY(&w, "\x14");  /* conferenceCreateResponse with user data */
	wire_skip(&w, 2);     /* nodeID */
	n = per_length(&w);   /* tag */
	wire_skip(&w, n);
	/* Success; one set, of the key "McDn". */
	EXACTLY(&w, "\x00\x01\xc0\x00"
		    "McDn");
	(void)per_length(&w);
	if (!w.ok)
		return total > size ? WHAT_LIMIT : WHAT_MALFORMED;
	words = server_blocks(&w, total - size, &method, &level);
	if (words)
		return words;
	if (method != METHOD_128BIT || (level != LEVEL_COMPATIBLE && level != LEVEL_HIGH))
		return WHAT_WEAK_SECURITY;
	return 0;
}
