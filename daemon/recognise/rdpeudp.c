/* rdpeudp.c - RDP over UDP: a SYN datagram and the SYN+ACK that acknowledges its number
 * ([MS-RDPEUDP] 2.2.2.1, 2.2.2.5, 2.2.2.8, 2.2.2.9, 3.1.5.1.1, 3.1.5.1.3), both filled up with
 * zeros. [MS-RDPEUDP2] begins with the same two (its 1.3.1). */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	FLAG_SYN = 0x0001,
	FLAG_ACK = 0x0004,
	FLAG_LOSSY = 0x0200,
	FLAG_CORRELATION = 0x0800,
	FLAG_EXTENDED = 0x1000,
	MTU_MIN = 1132,
	MTU_MAX = 1232,
	CORRELATION_SIZE = 32, /* 16 of them zero */
	HASH_SIZE = 32,
	VERSION_3 = 0x0101,
};

static bool
is_zero(struct wire *w, size_t n)
{
	const uint8_t *p = wire_take(w, n);

	for (size_t i = 0; p && i < n; i++)
		if (p[i] != 0)
			return false;
	return p != NULL;
}

/* A side's first datagram. */
static enum sure
syn(const struct opening *o, uint16_t must, uint32_t *acked, uint32_t *number)
{
	*acked = *number = 0;
	if (o->datagrams == 0)
		return SURE_OPEN;
	struct wire w = look_datagram(o, 0);
	size_t size = wire_left(&w);

	*acked = wire_be32(&w);
	uint16_t window = wire_be16(&w), flags = wire_be16(&w);
	*number = wire_be32(&w);
	uint16_t up = wire_be16(&w), down = wire_be16(&w);
	uint16_t may = FLAG_LOSSY | FLAG_CORRELATION | FLAG_EXTENDED;

	if (size < MTU_MIN || size > MTU_MAX || window == 0 || (flags & ~may) != must ||
	    up < MTU_MIN || up > MTU_MAX || down < MTU_MIN || down > MTU_MAX)
		return SURE_NOT;
	if (flags & FLAG_CORRELATION) {
		wire_skip(&w, CORRELATION_SIZE / 2);
		if (!is_zero(&w, CORRELATION_SIZE / 2))
			return SURE_NOT;
	}
	if (flags & FLAG_EXTENDED) {
		uint16_t extended = wire_be16(&w), version = wire_be16(&w);

		if (extended > 1 ||
		    (extended && version != 1 && version != 2 && version != VERSION_3))
			return SURE_NOT;
		if (extended && version == VERSION_3 && must == FLAG_SYN)
			wire_skip(&w, HASH_SIZE);
	}
	return is_zero(&w, wire_left(&w)) ? SURE_CONFIRMED : SURE_NOT;
}

enum sure
look_rdpeudp(const struct talk *t)
{
	uint32_t none, number, acked, own;
	enum sure client = syn(&t->side[TALK_CLIENT], FLAG_SYN, &none, &number);
	enum sure server = syn(&t->side[TALK_SERVER], FLAG_SYN | FLAG_ACK, &acked, &own);

	if (client == SURE_CONFIRMED && none != UINT32_MAX)
		return SURE_NOT;
	if (client == SURE_CONFIRMED && server == SURE_CONFIRMED && acked != number)
		return SURE_NOT;
	return look_either(client, server);
}
