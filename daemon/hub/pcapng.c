/* pcapng.c - see pcapng.h. */
#include "hub/pcapng.h"

#include <string.h>

#include "base/wire.h"

enum {
	ORDER = 0x1a2b3c4d, /* the byte-order magic */
	END = 0,	    /* options of all blocks */
	COMMENT = 1,
	SHB_HARDWARE = 2,
	SHB_OS = 3,
	SHB_APPLICATION = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_RESOLUTION = 9,
	EPB_FLAGS = 2,
	NANOSECONDS = 9,
};

/* A block in the making. */
struct block {
	uint8_t *at;
	size_t size, room;
	bool full;
};

static void
put_bytes(struct block *b, const void *bytes, size_t size)
{
	size_t whole = (size + 3) & ~(size_t)3;

	if (b->full || whole > b->room - b->size) {
		b->full = true;
		return;
	}
	if (size)
		memcpy(b->at + b->size, bytes, size);
	memset(b->at + b->size + size, 0, whole - size);
	b->size += whole;
}

static void
put32(struct block *b, uint32_t v)
{
	const uint8_t bytes[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		(uint8_t)(v >> 24) };

	put_bytes(b, bytes, sizeof bytes);
}

/* Two numbers of 16 bits. */
static void
put16s(struct block *b, uint16_t first, uint16_t second)
{
	put32(b, (uint32_t)second << 16 | first);
}

static void
put_option(struct block *b, uint16_t code, const void *value, size_t size)
{
	put16s(b, code, (uint16_t)size);
	put_bytes(b, value, size);
}

static void
put_text(struct block *b, uint16_t code, const char *text)
{
	size_t size = text ? strlen(text) : 0;

	if (size > UINT16_MAX)
		b->full = true;
	else if (size)
		put_option(b, code, text, size);
}

static struct block
begin(uint8_t *to, size_t room, uint32_t type)
{
	struct block b = { .at = to, .room = room };

	put32(&b, type);
	put32(&b, 0); /* its size, when it is known */
	return b;
}

static size_t
end(struct block *b)
{
	struct block size;

	put16s(b, END, 0);
	put32(b, (uint32_t)b->size + 4);
	if (b->full)
		return 0;
	size = (struct block){ .at = b->at, .size = 4, .room = 8 };
	put32(&size, (uint32_t)b->size);
	return b->size;
}

size_t
pcapng_section(uint8_t *to, size_t room, const struct pcapng_section *s)
{
	struct block b = begin(to, room, PCAPNG_SECTION);

	put32(&b, ORDER);
	put16s(&b, 1, 0);      /* version 1.0 */
	put32(&b, UINT32_MAX); /* it is as long as the file: nobody knows yet */
	put32(&b, UINT32_MAX);
	put_text(&b, SHB_HARDWARE, s->hardware);
	put_text(&b, SHB_OS, s->os);
	put_text(&b, SHB_APPLICATION, s->application);
	put_text(&b, COMMENT, s->comment);
	return end(&b);
}

size_t
pcapng_interface(uint8_t *to, size_t room, uint16_t link, const char *name, const char *description)
{
	struct block b = begin(to, room, PCAPNG_INTERFACE);
	const uint8_t resolution = NANOSECONDS;

	put16s(&b, link, 0);
	put32(&b, PCAPNG_SNAP);
	put_text(&b, IF_NAME, name);
	put_text(&b, IF_DESCRIPTION, description);
	put_option(&b, IF_RESOLUTION, &resolution, 1);
	return end(&b);
}

size_t
pcapng_packet(uint8_t *to, size_t room, const struct pcapng_packet *p)
{
	struct block b = begin(to, room, PCAPNG_PACKET);
	uint64_t time = p->time < 0 ? 0 : (uint64_t)p->time;
	struct block flags = { .size = 0 };
	uint8_t direction[4];

	put32(&b, p->iface);
	put32(&b, (uint32_t)(time >> 32));
	put32(&b, (uint32_t)time);
	put32(&b, p->caplen);
	put32(&b, p->wirelen);
	put_bytes(&b, p->bytes, p->caplen);
	flags = (struct block){ .at = direction, .room = sizeof direction };
	put32(&flags, (uint32_t)p->direction);
	put_option(&b, EPB_FLAGS, direction, sizeof direction);
	put_text(&b, COMMENT, p->comment);
	return end(&b);
}

uint32_t
pcapng_size(const uint8_t head[8])
{
	struct wire w = wire_of(head, 8);

	wire_skip(&w, 4);
	uint32_t size = wire_le32(&w);
	return size >= 12 && size % 4 == 0 && size <= PCAPNG_BLOCK ? size : 0;
}

bool
pcapng_whole(const uint8_t *block, size_t size, uint32_t *type, nstime *time)
{
	struct wire w = wire_of(block, size);
	struct wire last;

	*type = wire_le32(&w);
	if (!w.ok || size < 12 || pcapng_size(block) != size)
		return false;
	last = wire_of(block + size - 4, 4);
	if (wire_le32(&last) != size)
		return false;
	wire_skip(&w, 4);
	if (*type == PCAPNG_SECTION)
		return wire_le32(&w) == ORDER;
	if (*type != PCAPNG_PACKET)
		return *type == PCAPNG_INTERFACE;
	wire_skip(&w, 4);
	uint64_t high = wire_le32(&w), low = wire_le32(&w);
	*time = (nstime)(high << 32 | low);
	return w.ok && high <= INT32_MAX;
}
