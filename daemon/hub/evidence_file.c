/* evidence_file.c - see evidence_file.h. */
#include "hub/evidence_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/chain.h"

_Static_assert(
    (int)EVIDENCE_FILE_NAME == (int)(INCIDENT_EV + sizeof EVIDENCE_SUFFIX - 1), "ev, suffix, NUL");

const char *
evidence_file_name(char to[EVIDENCE_FILE_NAME], const char *ev)
{
	(void)snprintf(
	    to, EVIDENCE_FILE_NAME, "%.*s" EVIDENCE_SUFFIX, INCIDENT_EV - 1, ev); /* it fits */
	return to;
}

bool
evidence_file_is(const char *name, char ev[INCIDENT_EV])
{
	static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	if (strspn(name, base32) != INCIDENT_EV - 1 ||
	    strcmp(name + INCIDENT_EV - 1, EVIDENCE_SUFFIX) != 0)
		return false;
	memcpy(ev, name, INCIDENT_EV - 1);
	ev[INCIDENT_EV - 1] = '\0';
	return true;
}

/* All of SIZE bytes from AT on. False at the end of the file, and when it cannot be read. */
static bool
read_at(int fd, void *to, size_t size, off_t at)
{
	ssize_t n;

	do
		n = pread(fd, to, size, at);
	while (n < 0 && errno == EINTR);
	return n >= 0 && (size_t)n == size;
}

/* Takes note of one whole block. False when it is none of ours. */
static bool
take_block(struct evidence_file *f, const uint8_t *block, uint32_t size, const struct hash_key *key)
{
	nstime time = 0;
	uint32_t type;

	if (!pcapng_whole(block, size, &type, &time) ||
	    (f->size == 0) != (type == PCAPNG_SECTION) ||
	    (type == PCAPNG_INTERFACE && f->nifaces == EVIDENCE_IFACES))
		return false;
	if (type == PCAPNG_INTERFACE)
		f->iface[f->nifaces++] = hash_bytes(key, block, size);
	if (type == PCAPNG_PACKET) {
		f->frames++;
		f->newest = time > f->newest ? time : f->newest;
	}
	sha_add(&f->sum, block, size);
	f->size += size;
	return true;
}

int
evidence_file_read(struct evidence_file *f, int dir, uint8_t *buffer, const struct hash_key *key)
{
	char name[EVIDENCE_FILE_NAME];
	int fd = openat(
	    dir, evidence_file_name(name, f->ev), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	uint32_t size;
	int r = 0;

	f->unread = false;
	f->size = f->frames = f->nifaces = 0;
	sha_begin(&f->sum);
	if (fd < 0) {
		r = -errno;
		f->gone = r != -ENOENT;
		return r;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		f->gone = true;
		close(fd);
		return -EBADMSG;
	}
	while (f->size < EVIDENCE_FILE && read_at(fd, buffer, 8, f->size)) {
		size = pcapng_size(buffer);
		if (!size || !read_at(fd, buffer, size, f->size) ||
		    !take_block(f, buffer, size, key))
			break;
	}
	if (st.st_size != f->size && ftruncate(fd, f->size) < 0)
		r = -errno;
	else if (f->size == 0 && unlinkat(dir, name, 0) < 0)
		r = -errno;
	f->gone = r < 0;
	close(fd);
	return r;
}

static int
write_at(int fd, const uint8_t *bytes, size_t size, off_t at)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, bytes, size, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		bytes += n;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int
evidence_file_append(struct evidence_file *f, int dir, const void *blocks, size_t size)
{
	const int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (f->size ? 0 : O_CREAT | O_EXCL);
	char name[EVIDENCE_FILE_NAME];
	int fd = openat(dir, evidence_file_name(name, f->ev), flags, 0600);
	struct stat st;
	int r;

	if (fd < 0) {
		r = -errno;
		/* It was there, or was not: both are not as it was left. */
		f->gone = r == -EEXIST || (r == -ENOENT && f->size);
		return f->gone ? -ESTALE : r;
	}
	if (fstat(fd, &st) < 0 || st.st_size != f->size) {
		f->gone = true;
		close(fd);
		return -ESTALE;
	}
	r = write_at(fd, blocks, size, f->size);
	if (r < 0 && ftruncate(fd, f->size) < 0)
		f->gone = true; /* it ends in the middle of a block */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0) {
		if (f->size == 0)
			(void)unlinkat(dir, name, 0); /* else an empty file stays */
		return r;
	}
	if (f->size == 0)
		sha_begin(&f->sum);
	sha_add(&f->sum, blocks, size);
	f->size += (uint32_t)size;
	return 0;
}

bool
evidence_file_sum(struct evidence_file *f, int dir, char hex[2 * SHA_SIZE + 1])
{
	struct sha d = f->sum;
	uint8_t hash[SHA_SIZE];
	char name[EVIDENCE_FILE_NAME];
	struct stat st;

	if (f->gone || f->size == 0 ||
	    fstatat(dir, evidence_file_name(name, f->ev), &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size != f->size)
		return false;
	sha_end(&d, hash);
	chain_hex(hex, hash);
	return true;
}
