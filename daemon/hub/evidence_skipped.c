/* evidence_skipped.c - see evidence_skipped.h. */
#include "hub/evidence_skipped.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PREFIX "skipped-"

enum {
	PATH = 512,	   /* the state directory has at most 255 bytes */
	PCAP_HEADERS = 40, /* of the file, 24 bytes, and of a frame, 16 */
};

static void
put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value);
	put16(to + 2, value >> 16);
}

/* draft-ietf-opsawg-pcap 4 and 5, little-endian, the magic number of nanoseconds. */
static void
pcap_headers(uint8_t h[PCAP_HEADERS], const struct msg_skipped *m)
{
	nstime time = m->time < 0 ? 0 : m->time; /* the format has none before 1970 */

	memset(h, 0, PCAP_HEADERS);
	put32(h, 0xa1b23c4d);
	put16(h + 4, 2);
	put16(h + 6, 4);
	put32(h + 16, MSG_FRAME_MOST);
	put32(h + 20, m->link);
	put32(h + 24, (uint32_t)(time / NS_SEC));
	put32(h + 28, (uint32_t)(time % NS_SEC));
	put32(h + 32, m->caplen);
	put32(h + 36, m->wirelen);
}

static int
write_file(int dir, const char *name, const struct msg_skipped *m, const uint8_t *bytes)
{
	uint8_t headers[PCAP_HEADERS];
	struct iovec part[2] = {
		{ .iov_base = headers, .iov_len = sizeof headers },
		{ .iov_base = (void *)(uintptr_t)bytes, .iov_len = m->caplen },
	};
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r = 0;
	ssize_t n;

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	pcap_headers(headers, m);
	n = writev(fd, part, 2);
	if (n < 0)
		r = -errno;
	else if ((size_t)n != sizeof headers + m->caplen)
		r = -ENOSPC; /* a file takes less than all for no other reason */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir, name, 0); /* else half a file stays: no harm but its room */
	return r;
}

static unsigned
count(DIR *d)
{
	const struct dirent *e;
	unsigned n = 0;

	while (n < EVIDENCE_SKIPPED && (e = readdir(d)))
		n += strncmp(e->d_name, PREFIX, sizeof PREFIX - 1) == 0;
	return n;
}

int
evidence_skipped(const char *state_dir, const char *sid, const struct msg_skipped *m,
    const uint8_t *bytes, char name[EVIDENCE_NAME])
{
	char path[PATH];
	int n = snprintf(path, sizeof path, "%s/evidence", state_dir);
	int k = snprintf(name, EVIDENCE_NAME, PREFIX "%s-%u-%llu.pcap", sid, m->worker,
	    (unsigned long long)m->seq);
	DIR *d;
	int r;

	if (n < 0 || (size_t)n >= sizeof path || k < 0 || k >= EVIDENCE_NAME)
		return -ENAMETOOLONG;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	d = opendir(path);
	if (!d)
		return -errno;
	r = count(d) < EVIDENCE_SKIPPED ? write_file(dirfd(d), name, m, bytes) : -E2BIG;
	closedir(d);
	return r;
}

const char *
evidence_error(int error)
{
	return error == -E2BIG ? "as many as are kept at most are there already" : strerror(-error);
}
