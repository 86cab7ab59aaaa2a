/* memory.c - see memory.h. */
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U /* Linux 6.3 */
#endif

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL };

int
memory_open(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? -errno : fd;
}

int
memory_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS) < 0 ? -errno : 0;
}

/* Closes FD and gives back the error that made it useless. */
static int
give_up(int fd, int error)
{
	close(fd);
	return -error;
}

int
memory_fixed(const char *name, uint64_t size)
{
	int fd = memory_open(name);

	if (fd < 0)
		return fd;
	if (ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, SEALS & ~F_SEAL_WRITE) < 0)
		return give_up(fd, errno);
	return fd;
}

int
memory_sealed(const char *name, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	int fd = memory_open(name);
	size_t done = 0;

	if (fd < 0)
		return fd;
	while (done < size) {
		ssize_t n = write(fd, p + done, size - done);

		if (n < 0 && errno != EINTR)
			return give_up(fd, errno);
		done += n > 0 ? (size_t)n : 0;
	}
	int r = memory_seal(fd);
	return r < 0 ? give_up(fd, -r) : fd;
}

bool
memory_is_sealed(int fd, size_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	return seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, &st) == 0 && st.st_size >= 0 &&
	       (uint64_t)st.st_size == size;
}
