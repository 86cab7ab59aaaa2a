/* pcapng.h - the blocks of a capture file (draft-ietf-opsawg-pcapng), written and told apart.
 *
 * Knows: section header, interface description and enhanced packet, as this project writes them:
 * little-endian, times in nanoseconds. Owns nothing. Called by hub/evidence. Never opens a file,
 * never looks into a frame.
 *
 * What is written goes to TO, which has ROOM bytes; the result is the block's size, or 0 when there
 * is no room for it. Texts are UTF-8; an empty one is left out.
 */
#ifndef SEGAUDIT_PCAPNG_H
#define SEGAUDIT_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"

enum {
	PCAPNG_SECTION = 0x0a0d0d0a,
	PCAPNG_INTERFACE = 1,
	PCAPNG_PACKET = 6,
	PCAPNG_SNAP = 262144, /* no frame has more bytes: what every interface says */
	PCAPNG_TEXTS = 1024,  /* room for a block's texts and what is around its bytes */
	PCAPNG_BLOCK = PCAPNG_SNAP + PCAPNG_TEXTS,
};

enum pcapng_direction { PCAPNG_UNKNOWN, PCAPNG_INBOUND, PCAPNG_OUTBOUND };

struct pcapng_section {
	const char *hardware, *os, *application, *comment;
};

struct pcapng_packet {
	uint32_t iface; /* number of the interface's block in the section, from 0 */
	nstime time;	/* one before 1970 is written as 1970: the format has none */
	uint32_t caplen, wirelen;
	const uint8_t *bytes; /* caplen, at most PCAPNG_SNAP */
	enum pcapng_direction direction;
	const char *comment;
};

size_t pcapng_section(uint8_t *to, size_t room, const struct pcapng_section *s);
size_t pcapng_interface(
    uint8_t *to, size_t room, uint16_t link, const char *name, const char *description);
size_t pcapng_packet(uint8_t *to, size_t room, const struct pcapng_packet *p);

/* The size that a block says of itself by its first 8 bytes, 0 when it cannot be right. */
uint32_t pcapng_size(const uint8_t head[8]);

/* Is it one whole block, as written here? Its type goes to *TYPE and, of a packet, its time to
 * *TIME. */
bool pcapng_whole(const uint8_t *block, size_t size, uint32_t *type, nstime *time);

#endif
