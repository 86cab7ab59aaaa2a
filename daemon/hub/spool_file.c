/* spool_file.c - see spool_file.h. */
#include "hub/spool_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = "SGSPOOL1";

enum { TEXT_MOST = 4096 }; /* of a record: far more than any line has */

/* As they stand in the file. */
struct header {
	char magic[8];
	uint32_t done, done_lines, lines, pad;
	uint64_t first;
	nstime first_time, last_time;
	struct spool_loss lost;
	uint64_t last;
	uint8_t pad2[SPOOL_HEADER - 88];
};
_Static_assert(sizeof(struct header) == SPOOL_HEADER, "the header has no holes");

struct record {
	uint32_t checksum; /* of all that follows */
	uint16_t size;
	uint8_t severity, pad;
	uint64_t number;
	nstime time;
};
_Static_assert(sizeof(struct record) == SPOOL_RECORD, "a record has no holes");

static uint32_t
checksum_more(uint32_t c, const void *bytes, size_t size)
{
	static const uint32_t nibble[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
	const uint8_t *p = bytes;

	for (size_t i = 0; i < size; i++) {
		c ^= p[i];
		c = c >> 4 ^ nibble[c & 15];
		c = c >> 4 ^ nibble[c & 15];
	}
	return c;
}

uint32_t
spool_checksum(const void *bytes, size_t size)
{
	return ~checksum_more(UINT32_MAX, bytes, size);
}

static uint32_t
checksum_of(const struct record *r, const char *text)
{
	uint32_t c = checksum_more(
	    UINT32_MAX, (const char *)r + sizeof r->checksum, sizeof *r - sizeof r->checksum);

	return ~checksum_more(c, text, r->size);
}

void
spool_loss_add(struct spool_loss *a, const struct spool_loss *b)
{
	if (!a->lines) {
		*a = *b;
		return;
	}
	if (!b->lines)
		return;
	a->lines += b->lines;
	a->first = a->first < b->first ? a->first : b->first;
	a->from = a->from < b->from ? a->from : b->from;
	a->to = a->to > b->to ? a->to : b->to;
}

int
spool_write_header(int fd, const struct segment *g, uint32_t lines)
{
	struct header h;

	memset(&h, 0, sizeof h);
	memcpy(h.magic, magic, sizeof magic);
	h.done = g->done;
	h.done_lines = g->done_lines;
	h.lines = lines;
	h.first = g->first;
	h.last = g->last;
	h.first_time = g->first_time;
	h.last_time = g->last_time;
	h.lost = g->lost;
	ssize_t n = pwrite(fd, &h, sizeof h, 0);
	if (n < 0)
		return -errno;
	return n == sizeof h ? 0 : -ENOSPC;
}

bool
spool_read_header(int fd, struct segment *g)
{
	struct header h;

	if (pread(fd, &h, sizeof h, 0) != sizeof h || memcmp(h.magic, magic, sizeof magic) != 0)
		return false;
	g->done = h.done < SPOOL_HEADER ? SPOOL_HEADER : h.done;
	g->done_lines = g->read = h.done_lines;
	g->lines = h.lines;
	g->first = h.first;
	g->last = h.last;
	g->first_time = h.first_time;
	g->last_time = h.last_time;
	g->lost = g->untold = h.lost;
	return g->lines == 0 || g->done_lines <= g->lines;
}

int
spool_write_record(int fd, uint32_t offset, const struct waiting *w)
{
	char bytes[SPOOL_RECORD + TEXT_MOST];
	struct record r = {
		.size = w->size, .severity = w->severity, .number = w->number, .time = w->time
	};
	size_t size = sizeof r + w->size;

	if (w->size > TEXT_MOST)
		return -EMSGSIZE;
	r.checksum = checksum_of(&r, w->text);
	memcpy(bytes, &r, sizeof r);
	memcpy(bytes + sizeof r, w->text, w->size);
	ssize_t n = pwrite(fd, bytes, size, offset);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return (int)n;
	/* A file takes less than all when the disk is full, and for no other reason. */
	if (ftruncate(fd, offset) < 0)
		return -errno;
	return -ENOSPC;
}

int
spool_read_record(int fd, uint32_t offset, uint32_t size, struct waiting **w)
{
	char bytes[SPOOL_RECORD + TEXT_MOST];
	struct record r;
	ssize_t n = offset < size ? pread(fd, bytes, sizeof bytes, offset) : 0;

	if (n < (ssize_t)sizeof r)
		return -EBADMSG;
	memcpy(&r, bytes, sizeof r);
	if (r.size > TEXT_MOST || sizeof r + r.size > size - offset ||
	    (size_t)n < sizeof r + r.size || checksum_of(&r, bytes + sizeof r) != r.checksum)
		return -EBADMSG;
	*w = waiting_new(bytes + sizeof r, r.size);
	if (!*w)
		return -ENOMEM;
	(*w)->number = r.number;
	(*w)->time = r.time;
	(*w)->severity = r.severity;
	(*w)->end = offset + SPOOL_RECORD + r.size;
	return 0;
}

void
spool_scan(int fd, struct segment *g, uint32_t size)
{
	struct waiting *w = NULL;

	g->size = g->done;
	g->lines = g->done_lines;
	while (spool_read_record(fd, g->size, size, &w) == 0) {
		if (!g->lines) {
			g->first = w->number;
			g->first_time = w->time;
		}
		g->last = w->number;
		g->last_time = w->time;
		g->size = w->end;
		g->lines++;
		free(w);
	}
}
