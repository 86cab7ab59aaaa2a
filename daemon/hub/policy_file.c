/* policy_file.c - see policy_file.h. */
#include "hub/policy_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/whole_file.h"

enum { AGAIN = 10 }; /* calls between two attempts */

#define NAME_SIZE (sizeof "policy-.conf" - 1 + CHAIN_HEX - 1)

static const char *
path_of(char to[POLICY_FILE_PATH], const char *dir, const char *hash)
{
	snprintf(to, POLICY_FILE_PATH, "%s/policy-%s.conf", dir, hash);
	return to;
}

/* While it is being written. */
static const char *
new_path(char to[POLICY_FILE_PATH], const char *dir)
{
	snprintf(to, POLICY_FILE_PATH, "%s/policy.new", dir);
	return to;
}

void
policy_file_init(struct policy_file *p)
{
	*p = (struct policy_file){ .fd = -1 };
}

static void
forget(struct policy_file *p)
{
	if (p->text && p->size)
		(void)munmap((void *)(uintptr_t)p->text, p->size); /* a mapping of ours */
	if (p->fd >= 0)
		close(p->fd);
	p->text = NULL;
	p->fd = -1;
	p->done = 0;
	p->pause = 0;
}

void
policy_file_fini(struct policy_file *p)
{
	forget(p);
}

int
policy_file_take(struct policy_file *p, int fd, size_t size)
{
	uint8_t hash[CHAIN_HASH];

	if (size == 0 || !memory_is_sealed(fd, size))
		return -EPROTO;
	/* Private: before Linux 6.7 a shared mapping of a memfd that is sealed against writing is
	 * refused. */
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	forget(p);
	p->text = at;
	p->size = size;
	chain_sha256(hash, at, size, NULL, 0);
	chain_hex(p->hash, hash);
	return 0;
}

void
policy_file_used(const struct policy_file *p, const char *dir, nstime now)
{
	char path[POLICY_FILE_PATH];
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = now / NS_SEC, .tv_nsec = now % NS_SEC } };

	/* Where it is not there yet, it will get its time with its end. */
	if (*p->hash)
		(void)utimensat(AT_FDCWD, path_of(path, dir, p->hash), t, AT_SYMLINK_NOFOLLOW);
}

int
policy_file_write(struct policy_file *p, const char *dir, nstime now)
{
	char path[POLICY_FILE_PATH], temporary[POLICY_FILE_PATH];
	size_t left = p->size - p->done;
	struct stat st;
	int r = 0;

	if (!p->text || (p->pause && p->pause--))
		return 0;
	path_of(path, dir, p->hash);
	new_path(temporary, dir);
	if (p->fd < 0) {
		if (lstat(path, &st) == 0) {
			policy_file_used(p, dir, now);
			forget(p);
			return 0;
		}
		p->fd = whole_file_begin(temporary);
		r = p->fd < 0 ? p->fd : fchmod(p->fd, 0640) < 0 ? -errno : 0;
	}
	left = left > POLICY_FILE_PIECE ? POLICY_FILE_PIECE : left;
	if (r == 0)
		r = whole_file_write(p->fd, p->text + p->done, left);
	if (r == 0 && fdatasync(p->fd) < 0)
		r = -errno;
	p->done += left;
	if (r == 0 && p->done < p->size)
		return 0;
	if (p->fd >= 0)
		r = whole_file_end(p->fd, r, temporary, path);
	p->fd = -1;
	p->done = 0;
	if (r < 0) {
		p->pause = AGAIN;
		return r;
	}
	policy_file_used(p, dir, now);
	forget(p);
	return 0;
}

/* Is it the name of such a file? */
static bool
is_ours(const char *name)
{
	char hash[CHAIN_HEX];
	uint8_t bytes[CHAIN_HASH];

	if (strlen(name) != NAME_SIZE || strncmp(name, "policy-", 7) != 0 ||
	    strcmp(name + NAME_SIZE - 5, ".conf") != 0)
		return false;
	memcpy(hash, name + 7, CHAIN_HEX - 1);
	hash[CHAIN_HEX - 1] = '\0';
	return chain_unhex(bytes, hash);
}

/* The file that was longest not in force, of those before OLDEST. False: there is none. */
static bool
find_oldest(const struct policy_file *p, const char *dir, nstime oldest, char found[NAME_SIZE + 1])
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	struct stat st;
	bool any = false;

	if (!d)
		return false;
	while ((e = readdir(d))) {
		if (!is_ours(e->d_name) || strncmp(e->d_name + 7, p->hash, CHAIN_HEX - 1) == 0 ||
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;

		nstime used = st.st_mtim.tv_sec * NS_SEC + st.st_mtim.tv_nsec;

		if (used >= oldest)
			continue;
		memcpy(found, e->d_name, NAME_SIZE + 1);
		oldest = used;
		any = true;
	}
	closedir(d);
	return any;
}

unsigned
policy_file_expire(const struct policy_file *p, const char *dir, nstime oldest)
{
	char name[NAME_SIZE + 1], path[POLICY_FILE_PATH];
	unsigned n = 0;

	while (n < POLICY_FILE_REMOVED && find_oldest(p, dir, oldest, name)) {
		snprintf(path, sizeof path, "%s/%s", dir, name);
		if (unlink(path) < 0)
			break;
		n++;
	}
	return n;
}
