/* savefile.c - see savefile.h. */
#include "capture/savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "capture/savefile_state.h"

#define BUFFER_SIZE ((size_t)1 << 18)

enum { PCAP_HEADER = 24, RECORD_HEADER = 16 };

static uint64_t
position(const struct savefile *s)
{
	return s->offset + (uint64_t)(s->p - s->buffer);
}

/* Bytes of the file from P on; of a pipe, those that were read. */
static uint64_t
bytes_left(const struct savefile *s)
{
	struct stat st;
	uint64_t left = (uint64_t)(s->end - s->p);

	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > position(s) &&
	    (uint64_t)st.st_size - position(s) > left)
		left = (uint64_t)st.st_size - position(s);
	return left;
}

/* The record at P cannot be read, and so nothing behind it. */
enum savefile_result
savefile_broken(struct savefile *s, const char *format, ...)
{
	struct text t = text_of(s->error, sizeof s->error);
	char why[192];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof why, format, args); /* a longer sentence is cut */
	va_end(args);
	text_add(&t, "at byte %llu: %s", (unsigned long long)position(s), why);
	s->format = BROKEN;
	return SAVEFILE_BAD;
}

/* The record at P has at least NEED bytes, more than the buffer holds of it. */
enum savefile_result
savefile_cut(struct savefile *s, size_t need)
{
	size_t left = (size_t)(s->end - s->p);

	if (!s->eof) {
		s->need = need;
		return SAVEFILE_MORE;
	}
	if (left == 0)
		return SAVEFILE_END;
	return savefile_broken(s,
	    "the file ends inside a record of at least %zu bytes, of which"
	    " %llu are there: truncated, or the record's length is wrong",
	    need, (unsigned long long)bytes_left(s));
}

struct savefile_description *
savefile_describe(struct savefile *s)
{
	if (s->count == s->room) {
		uint32_t room = s->room ? 2 * s->room : 4;
		struct savefile_description *more;

		if (s->count >= SAVEFILE_IFACES_MOST)
			return NULL;
		more = realloc(s->descriptions, room * sizeof *more);
		if (!more)
			return NULL;
		s->descriptions = more;
		s->room = room;
	}
	struct savefile_description *d = &s->descriptions[s->count++];

	*d = (struct savefile_description){ .times = NS_USEC, .parts = 1 };
	return d;
}

/* The loop of replay: BIG is a constant where this is called. */
static inline __attribute__((always_inline)) enum savefile_result
pcap_next(struct savefile *s, struct frame *f, uint32_t *iface, bool big)
{
	struct wire w = { .p = s->p, .end = s->end, .ok = true };
	uint32_t second = savefile_u32(big, &w);
	uint32_t fraction = savefile_u32(big, &w);
	uint32_t caplen = savefile_u32(big, &w);
	uint32_t wirelen = savefile_u32(big, &w);

	wire_skip(&w, s->header - RECORD_HEADER);
	if (!w.ok)
		return savefile_cut(s, s->header);
	if (caplen > SAVEFILE_RECORD_MOST)
		return savefile_broken(s, "captured length %u of a frame: at most %u can be right",
		    caplen, SAVEFILE_RECORD_MOST);
	f->bytes = wire_take(&w, caplen);
	if (!w.ok)
		return savefile_cut(s, s->header + caplen);
	s->p += s->header + caplen;
	f->caplen = caplen;
	f->wirelen = wirelen > caplen ? wirelen : caplen;
	/* Unsigned seconds end in 2106: no overflow. */
	f->time = (nstime)(second * (uint64_t)NS_SEC + fraction * s->fraction);
	f->link = (uint16_t)s->link;
	*iface = 0;
	return SAVEFILE_FRAME;
}

enum savefile_result
savefile_next(struct savefile *s, struct frame *f, uint32_t *iface)
{
	switch (s->format) {
	case PCAP_LITTLE:
		return pcap_next(s, f, iface, false);
	case PCAP_BIG:
		return pcap_next(s, f, iface, true);
	case PCAPNG:
		return savefile_ng_next(s, f, iface);
	case BROKEN:
		break;
	}
	return SAVEFILE_BAD;
}

/* Makes the buffer large enough for a record of `need` bytes, unless the file has fewer: then its
 * end is here, and no memory is spent on a length that is wrong. */
static int
grow(struct savefile *s)
{
	size_t at = (size_t)(s->p - s->buffer), end = (size_t)(s->end - s->buffer);
	struct stat st;
	uint8_t *more;

	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) && bytes_left(s) < s->need) {
		s->eof = true;
		return 0;
	}
	more = realloc(s->buffer, s->need);
	if (!more)
		return -ENOMEM;
	s->buffer = more;
	s->size = s->need;
	s->p = more + at;
	s->end = more + end;
	return 0;
}

int
savefile_fill(struct savefile *s)
{
	size_t left = (size_t)(s->end - s->p);

	s->offset = position(s);
	if (left)
		memmove(s->buffer, s->p, left);
	s->p = s->buffer;
	s->end = s->buffer + left;
	if (s->need > s->size) {
		int r = grow(s);

		if (r < 0)
			return r;
	}
	s->need = 0;
	while (!s->eof && s->end < s->buffer + s->size) {
		ssize_t n = read(s->fd, s->end, (size_t)(s->buffer + s->size - s->end));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s->eof = n == 0;
		s->end += n;
	}
	return 0;
}

/* What a file is that is none of ours, by its first bytes. */
static const char *
foreign(const struct savefile *s)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *says;
	} known[] = {
		{ "\x1f\x8b", 2, "compressed with gzip: unpack it first" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd: unpack it first" },
		{ "\xfd"
		  "7zXZ",
		    5, "compressed with xz: unpack it first" },
		{ "BZh", 3, "compressed with bzip2: unpack it first" },
		{ "\x04\x22\x4d\x18", 4, "compressed with lz4: unpack it first" },
		{ "PK\x03\x04", 4, "a ZIP archive: unpack it first" },
		{ "snoop", 5, "a snoop file: convert it to pcapng first" },
	};
	size_t left = (size_t)(s->end - s->p);

	if (left == 0)
		return "empty: not even a file header";
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (left >= known[i].size && memcmp(s->p, known[i].magic, known[i].size) == 0)
			return known[i].says;
	}
	return "neither pcap nor pcapng";
}

/* The header of a classic pcap; NULL, or what is wrong with it. */
static const char *
pcap_open(struct savefile *s)
{
	struct wire w = wire_of(s->p, (size_t)(s->end - s->p));
	bool big = s->format == PCAP_BIG;
	uint32_t magic = savefile_u32(big, &w);
	uint16_t major = savefile_u16(big, &w), minor = savefile_u16(big, &w);
	struct savefile_description *d;

	wire_skip(&w, 12); /* time zone and accuracy: 0; the snap length, which frames may exceed */
	s->link = savefile_u32(big, &w) & 0xffff; /* the upper half tells the length of an FCS */
	if (!w.ok)
		return "cut inside its file header: 24 bytes are needed";
	if (major != 2 || minor != 4)
		return "pcap of another version than 2.4";
	/* Kuznetzov's patch to old libpcap: eight bytes more in each record. */
	s->header = magic == 0xa1b2cd34 ? RECORD_HEADER + 8 : RECORD_HEADER;
	s->fraction = magic == 0xa1b23c4d ? 1 : NS_USEC;
	s->p += PCAP_HEADER;
	d = savefile_describe(s);
	if (!d)
		return "too much for the memory there is";
	d->iface.link = s->link;
	return NULL;
}

static const char *
header_take(struct savefile *s)
{
	struct wire w = wire_of(s->p, (size_t)(s->end - s->p)), v = w;
	uint32_t big = wire_be32(&w), little = wire_le32(&v);

	if (w.ok && big == 0x0a0d0d0a) {
		s->format = PCAPNG;
		return savefile_ng_open(s);
	}
	if (big == 0xa1b2c3d4 || big == 0xa1b23c4d || big == 0xa1b2cd34)
		s->format = PCAP_BIG;
	else if (little == 0xa1b2c3d4 || little == 0xa1b23c4d || little == 0xa1b2cd34)
		s->format = PCAP_LITTLE;
	else
		return foreign(s);
	return pcap_open(s);
}

int
savefile_open_fd(int fd, struct savefile **to, const char **error)
{
	struct savefile *s = calloc(1, sizeof *s);
	int r;

	*error = NULL;
	if (!s) {
		(void)close(fd); /* only read */
		return -ENOMEM;
	}
	s->fd = fd;
	s->size = BUFFER_SIZE;
	s->buffer = s->p = s->end = malloc(s->size);
	if (!s->buffer) {
		savefile_close(s);
		return -ENOMEM;
	}
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); /* a pipe has no such thing */
	r = savefile_fill(s);
	if (r == 0) {
		*error = header_take(s);
		r = *error ? -EBADMSG : 0;
	}
	if (r < 0) {
		savefile_close(s);
		return r;
	}
	*to = s;
	return 0;
}

int
savefile_open(const char *file, struct savefile **s, const char **error)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*error = NULL;
	return fd < 0 ? -errno : savefile_open_fd(fd, s, error);
}

void
savefile_close(struct savefile *s)
{
	if (!s)
		return;
	(void)close(s->fd); /* only read */
	free(s->descriptions);
	free(s->buffer);
	free(s);
}

uint32_t
savefile_ifaces(const struct savefile *s)
{
	return s->count;
}

const struct savefile_iface *
savefile_iface(const struct savefile *s, uint32_t iface)
{
	return iface < s->count ? &s->descriptions[iface].iface : NULL;
}

const char *
savefile_error(const struct savefile *s)
{
	return s->error;
}

uint64_t
savefile_lost(const struct savefile *s)
{
	return s->format == BROKEN ? bytes_left(s) : 0;
}
