/* pcoip.c - PCoIP over UDP: ESP behind a header of four bytes, which is not encrypted and whose
 * fields are not published (HP Anyware, "What is the PCoIP transport header?"; RFC 4303). What the
 * wire shows is two security parameters that stay, and sequences that count from 1 in both
 * directions: that is likely and never more. Without the header it is ESP in UDP; the session's
 * set-up over TCP is TLS. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum {
	COUNTED = 3,   /* datagrams of a side */
	SIZE_MIN = 36, /* the header, ESP's, and an IV, a block and a check value of eight each */
	SPI_MIN = 256, /* below it they are reserved */
};

static enum sure
side(const struct opening *o, uint32_t *spi)
{
	*spi = 0;
	for (unsigned i = 0; i < COUNTED && i < o->datagrams; i++) {
		struct wire w = look_datagram(o, i);
		size_t size = wire_left(&w);

		wire_skip(&w, 4);
		uint32_t here = wire_be32(&w), sequence = wire_be32(&w);
		if (size < SIZE_MIN || here < SPI_MIN || sequence != i + 1 ||
		    (i > 0 && here != *spi))
			return SURE_NOT;
		*spi = here;
	}
	return o->datagrams < COUNTED ? look_short(o) : SURE_LIKELY;
}

enum sure
look_pcoip(const struct talk *t)
{
	uint32_t ours, theirs;
	enum sure client = side(&t->side[TALK_CLIENT], &ours);
	enum sure server = side(&t->side[TALK_SERVER], &theirs);

	if (client == SURE_LIKELY && server == SURE_LIKELY && ours == theirs)
		return SURE_NOT;
	return look_both(client, server);
}
