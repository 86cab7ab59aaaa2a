/* whole_file.h - a file of the state directory that is read at once and replaced as a whole: after
 * any end of the process, or of the machine, the old one or the new one is there.
 *
 * Knows: the order of write, fsync and rename. Owns nothing. Called by whoever keeps something over
 * a restart. Never looks at what is in it.
 */
#ifndef SEGAUDIT_WHOLE_FILE_H
#define SEGAUDIT_WHOLE_FILE_H

#include <stddef.h>
#include <stdint.h>

/* The whole file in memory, *SIZE bytes and one more; free it. NULL with *ERROR, -errno, or
 * -EBADMSG where it is no plain file or larger than any of ours. */
uint8_t *whole_file_read(const char *path, size_t *size, int *error);

/* Begins a new one beside the old. A descriptor or -errno. */
int whole_file_begin(const char *temporary);

/* Writes all SIZE bytes. 0 or -errno. */
int whole_file_write(int fd, const void *bytes, size_t size);

/* Puts what was written at FD in the place of PATH, unless ERROR: then, and when that fails, the
 * new one is gone. 0 or -errno. */
int whole_file_end(int fd, int error, const char *temporary, const char *path);

/* A sum of bytes and their number: tells those that were changed by accident, and is no proof
 * against somebody who wants to. */
uint64_t whole_file_sum(uint64_t number, const void *bytes, size_t size);

#endif
