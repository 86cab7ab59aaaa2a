/* unit_files.h - files, directories and descriptors of the tests of what is kept on disk.
 *
 * Knows: nothing of what is in a file. Owns nothing. Included by unit tests behind unit.h. Never
 * judges, but fails the test when a file cannot be read as a whole.
 */
#ifndef SEGAUDIT_UNIT_FILES_H
#define SEGAUDIT_UNIT_FILES_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The whole file, into TO, of ROOM bytes, and a NUL behind it. Returns its size, or -1, and TO is
 * empty, where there is no file. */
static inline ssize_t
unit_read(const char *path, void *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, to, room);

	assert_in_range(n, 0, room - 1);
	((char *)to)[n] = '\0';
	if (fd < 0)
		return -1;
	close(fd);
	return n;
}

/* Removes a directory and all that is in it. */
static inline void
unit_remove(const char *dir)
{
	char command[256];

	snprintf(command, sizeof command, "chmod -R u+rwx %s && rm -r %s", dir, dir);
	assert_int_equal(system(command), 0);
}

/* How many descriptors are open. */
static inline unsigned
unit_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

#endif
