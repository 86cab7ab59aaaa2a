/* whole_file.c - see whole_file.h. */
#include "hub/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

#define FILE_MOST ((off_t)256 << 20)
#define SUM_SEED  UINT64_C(0x736567726573756d)

uint8_t *
whole_file_read(const char *path, size_t *size, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	uint8_t *bytes = NULL;
	struct stat st;

	*error = 0;
	*size = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		*error = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MOST)
		*error = -EBADMSG;
	else if (!(bytes = malloc((size_t)st.st_size + 1)))
		*error = -ENOMEM;
	while (!*error && *size < (size_t)st.st_size) {
		ssize_t n = read(fd, bytes + *size, (size_t)st.st_size - *size);

		if (n < 0)
			*error = -errno;
		if (n <= 0)
			break;
		*size += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	if (*error) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

int
whole_file_begin(const char *temporary)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : fd;
}

int
whole_file_write(int fd, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int
whole_file_end(int fd, int error, const char *temporary, const char *path)
{
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && !error)
		error = -errno;
	if (!error && rename(temporary, path) < 0)
		error = -errno;
	if (error)
		(void)unlink(temporary); /* the old one stays, whatever becomes of this */
	return error;
}

uint64_t
whole_file_sum(uint64_t number, const void *bytes, size_t size)
{
	struct hash_key key;

	hash_key_init(&key, SUM_SEED);
	key.k[0] ^= number << 1;
	return hash_bytes(&key, bytes, size);
}
