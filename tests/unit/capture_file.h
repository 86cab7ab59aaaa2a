/* capture_file.h - capture files made by hand in memory, and what is expected of reading them.
 *
 * Knows: the layouts of pcap and pcapng, written down a second time. Included by the tests of
 * capture/savefile only.
 */
#ifndef SEGAUDIT_CAPTURE_FILE_H
#define SEGAUDIT_CAPTURE_FILE_H

#include "unit.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/savefile.h"

/* A file in the making. */
struct made {
	uint8_t b[4096];
	size_t n;
	bool big;
};

static inline void
put(struct made *m, uint64_t v, size_t size)
{
	for (size_t i = 0; i < size; i++)
		m->b[m->n + i] = (uint8_t)(v >> 8 * (m->big ? size - 1 - i : i));
	m->n += size;
}

static inline void
put_bytes(struct made *m, const void *b, size_t size)
{
	memcpy(m->b + m->n, b, size);
	m->n += size;
}

static inline void
pad(struct made *m)
{
	while (m->n % 4)
		m->b[m->n++] = 0;
}

static inline void
put_header(struct made *m, uint32_t magic, uint32_t link)
{
	put(m, magic, 4);
	put(m, 2, 2);
	put(m, 4, 2);
	put(m, 0, 8);
	put(m, 65535, 4);
	put(m, link, 4);
}

static inline void
put_record(struct made *m, uint32_t sec, uint32_t frac, uint32_t wirelen, const char *bytes)
{
	put(m, sec, 4);
	put(m, frac, 4);
	put(m, strlen(bytes), 4);
	put(m, wirelen, 4);
	put_bytes(m, bytes, strlen(bytes));
}

/* Begins a block; block_end() writes both lengths. */
static inline size_t
block(struct made *m, uint32_t type)
{
	size_t at = m->n;

	put(m, type, 4);
	put(m, 0, 4);
	return at;
}

static inline void
block_end(struct made *m, size_t at)
{
	size_t end = m->n + 4;

	m->n = at + 4;
	put(m, end - at, 4);
	m->n = end - 4;
	put(m, end - at, 4);
}

static inline void
put_section(struct made *m, bool big)
{
	m->big = big;

	size_t at = block(m, 0x0a0d0d0a);

	put(m, 0x1a2b3c4d, 4);
	put(m, 1, 2);
	put(m, 0, 2);
	put(m, UINT64_MAX, 8);
	block_end(m, at);
}

static inline void
put_option(struct made *m, uint16_t code, const void *value, uint16_t size)
{
	put(m, code, 2);
	put(m, size, 2);
	put_bytes(m, value, size);
	pad(m);
}

/* An interface of LINK; a resolution of 0xff and an offset of 0 are left out. */
static inline void
put_iface(struct made *m, uint16_t link, uint32_t snaplen, const char *name, uint8_t resolution,
	  int64_t offset)
{
	size_t at = block(m, 1);

	put(m, link, 2);
	put(m, 0, 2);
	put(m, snaplen, 4);
	if (name)
		put_option(m, 2, name, (uint16_t)strlen(name));
	if (resolution != 0xff)
		put_option(m, 9, &resolution, 1);
	if (offset) {
		put(m, 14, 2);
		put(m, 8, 2);
		put(m, (uint64_t)offset, 8);
	}
	if (name || offset || resolution != 0xff)
		put(m, 0, 4);
	block_end(m, at);
}

static inline void
put_epb(struct made *m, uint32_t iface, uint64_t ticks, uint32_t wirelen, const char *bytes)
{
	size_t at = block(m, 6);

	put(m, iface, 4);
	put(m, ticks >> 32, 4);
	put(m, ticks & UINT32_MAX, 4);
	put(m, strlen(bytes), 4);
	put(m, wirelen, 4);
	put_bytes(m, bytes, strlen(bytes));
	pad(m);
	block_end(m, at);
}

static inline void
put_spb(struct made *m, uint32_t wirelen, const char *bytes)
{
	size_t at = block(m, 3);

	put(m, wirelen, 4);
	put_bytes(m, bytes, strlen(bytes));
	pad(m);
	block_end(m, at);
}

static inline int
file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static inline struct savefile *
opened(const struct made *m)
{
	struct savefile *s = NULL;
	const char *error;

	assert_int_equal(savefile_open_fd(file_of(m->b, m->n), &s, &error), 0);
	assert_null(error);
	return s;
}

static inline enum savefile_result
next(struct savefile *s, struct frame *f, uint32_t *iface)
{
	enum savefile_result r = savefile_next(s, f, iface);

	while (r == SAVEFILE_MORE) {
		assert_int_equal(savefile_fill(s), 0);
		r = savefile_next(s, f, iface);
	}
	return r;
}

static inline void
frame_is(struct savefile *s, uint32_t iface, nstime time, uint32_t wirelen, uint16_t link,
	 const char *bytes)
{
	struct frame f = { .seq = 77, .iface = 88 };
	uint32_t i;

	assert_int_equal(next(s, &f, &i), SAVEFILE_FRAME);
	assert_int_equal(i, iface);
	assert_int_equal(f.time, time);
	assert_int_equal(f.caplen, strlen(bytes));
	assert_int_equal(f.wirelen, wirelen);
	assert_int_equal(f.link, link);
	assert_memory_equal(f.bytes, bytes, f.caplen);
	assert_int_equal(f.seq, 77);
	assert_int_equal(f.iface, 88);
}

/* The file ends here, cleanly and for good. */
static inline void
ends(struct savefile *s)
{
	struct frame f;
	uint32_t i;

	assert_int_equal(next(s, &f, &i), SAVEFILE_END);
	assert_int_equal(next(s, &f, &i), SAVEFILE_END);
	assert_int_equal(savefile_lost(s), 0);
	savefile_close(s);
}

/* It is broken here, for good: the sentence has WORDS, LOST bytes are not judged. */
static inline void
is_bad(struct savefile *s, const char *words, uint64_t lost)
{
	struct frame f;
	uint32_t i;

	assert_int_equal(next(s, &f, &i), SAVEFILE_BAD);
	assert_int_equal(next(s, &f, &i), SAVEFILE_BAD);
	if (!strstr(savefile_error(s), words))
		fail_msg("\"%s\" lacks \"%s\"", savefile_error(s), words);
	assert_int_equal(savefile_lost(s), lost);
	savefile_close(s);
}

#endif
