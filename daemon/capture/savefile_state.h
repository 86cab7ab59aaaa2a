/* savefile_state.h - what savefile.c and savefile_ng.c share about a file that is being read.
 *
 * Knows: the reader's state. Owns nothing by itself: savefile.c does, and does all reading and
 * allocating; savefile_ng.c parses the blocks of pcapng. Included by these two only.
 */
#ifndef SEGAUDIT_SAVEFILE_STATE_H
#define SEGAUDIT_SAVEFILE_STATE_H

#include "base/wire.h"
#include "capture/savefile.h"

/* The longest frame of pcap or block of pcapng, as libpcap has it. */
#define SAVEFILE_RECORD_MOST ((uint32_t)1 << 24)
#define SAVEFILE_IFACES_MOST 65536u

enum savefile_format { PCAP_LITTLE, PCAP_BIG, PCAPNG, BROKEN };

/* A description, and how to make nanoseconds of its ticks: ticks * times / parts >> shift +
 * offset. */
struct savefile_description {
	struct savefile_iface iface;
	uint32_t snaplen; /* 0: no limit */
	uint64_t times, parts;
	unsigned shift;
	int64_t offset; /* seconds */
};

struct savefile {
	uint8_t *p, *end; /* what was read and not yet parsed */
	enum savefile_format format;
	uint32_t link;	   /* pcap: of all frames */
	size_t header;	   /* pcap: bytes before the frame, 16 or 24 */
	uint64_t fraction; /* pcap: nanoseconds of one unit of the second half of a time */

	int fd;
	bool eof;
	size_t need; /* bytes that the record at P has at least, once it was found to be cut */
	uint8_t *buffer;
	size_t size;
	uint64_t offset; /* of the buffer's first byte in the file */

	bool big; /* pcapng: this section's byte order */
	nstime last;
	struct savefile_description *descriptions; /* of all sections */
	uint32_t count, room, first; /* used, allocated, and the first of this section */
	char error[256];
};

static inline uint16_t
savefile_u16(bool big, struct wire *w)
{
	return big ? wire_be16(w) : wire_le16(w);
}

static inline uint32_t
savefile_u32(bool big, struct wire *w)
{
	return big ? wire_be32(w) : wire_le32(w);
}

static inline uint64_t
savefile_u64(bool big, struct wire *w)
{
	uint64_t a = savefile_u32(big, w), b = savefile_u32(big, w);

	return big ? a << 32 | b : b << 32 | a;
}

/* The record at P cannot be read, and so nothing behind it: says why, from now on always
 * SAVEFILE_BAD. */
enum savefile_result savefile_broken(struct savefile *s, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

/* The record at P has at least NEED bytes, more than the buffer holds of it: SAVEFILE_MORE; at
 * the end of the file SAVEFILE_END when there is no byte of it, else SAVEFILE_BAD. */
enum savefile_result savefile_cut(struct savefile *s, size_t need) __attribute__((cold));

/* Adds a description in microseconds, the rest of it zero; NULL when there are too many or no
 * memory. Moves the others. */
struct savefile_description *savefile_describe(struct savefile *s);

/* Looks at the section header at the beginning; savefile_ng_next() takes it. NULL, or what is
 * wrong. */
const char *savefile_ng_open(struct savefile *s);

/* savefile_next() for pcapng. */
enum savefile_result savefile_ng_next(struct savefile *s, struct frame *f, uint32_t *iface);

#endif
