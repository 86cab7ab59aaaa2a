/* signer.c - see signer.h. */
#include "hub/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base64.h>
#include <nettle/eddsa.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE "key"
#define NEW_FILE "key.new"
#define BAD_FILE "key.bad"

enum {
	PREFIX = 12, /* of SubjectPublicKeyInfo before the point, RFC 8410 section 10.1 */
	FILE_TEXT = 256,
};

static const uint8_t prefix[PREFIX] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03,
	0x21, 0x00 };

/* Point, name and text of the public key that belongs to the secret. */
static void
name_key(struct signer *s)
{
	uint8_t info[PREFIX + SIGNER_POINT], hash[CHAIN_HASH];
	char digits[CHAIN_HEX];

	ed25519_sha512_public_key(s->point, s->secret);
	memcpy(info, prefix, PREFIX);
	memcpy(info + PREFIX, s->point, SIGNER_POINT);
	chain_sha256(hash, info, sizeof info, "", 0);
	chain_hex(digits, hash);
	memcpy(s->id, digits, SIGNER_ID - 1);
	s->id[SIGNER_ID - 1] = '\0';
	base64_encode_raw(s->pub, sizeof info, info);
	s->pub[SIGNER_PUBLIC - 1] = '\0';
}

/* All of SIZE bytes in a file of its own, on the disk. 0 or -errno. */
static int
write_whole(int dir, const char *name, const char *text, size_t size, mode_t mode)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	int r = 0;

	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, text, size);
	if (n < 0 || fsync(fd) < 0)
		r = -errno;
	else if ((size_t)n != size)
		r = -ENOSPC;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* Zeros over the file's bytes, on the disk, as far as the file system writes in place. */
static int
overwrite(int dir, const char *name)
{
	static const char zeros[FILE_TEXT];
	struct stat st;
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0) {
		r = -errno;
	} else {
		size_t size = st.st_size > FILE_TEXT ? FILE_TEXT : (size_t)st.st_size;

		if (pwrite(fd, zeros, size, 0) < 0 || fsync(fd) < 0)
			r = -errno;
	}
	close(fd);
	return r;
}

static int
read_key(struct signer *s, int dir, const char *name)
{
	char text[FILE_TEXT], digits[CHAIN_HEX];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (sscanf(text, "segaudit-key 1\nroot=%16[0-9a-f]\nnumber=%u\nsecret=%64[0-9a-f]\n",
		s->root, &s->number, digits) != 3 ||
	    strlen(s->root) != SIGNER_ID - 1 || !chain_unhex(s->secret, digits))
		r = -EBADMSG;
	explicit_bzero(text, sizeof text);
	explicit_bzero(digits, sizeof digits);
	if (r == 0)
		name_key(s);
	return r;
}

/* The first key of a series. */
static int
make_key(struct signer *s, int dir)
{
	char name[32], pem[160];

	if (getrandom(s->secret, sizeof s->secret, 0) != (ssize_t)sizeof s->secret)
		return -EIO;
	s->number = 0;
	name_key(s);
	memcpy(s->root, s->id, sizeof s->root);
	s->is_new = true;
	snprintf(name, sizeof name, "root-%s.pem", s->root);
	int n = snprintf(
	    pem, sizeof pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", s->pub);
	int r = write_whole(dir, name, pem, (size_t)n, 0644);
	return r < 0 ? r : signer_save(s, dir);
}

int
signer_open(struct signer *s, int dir)
{
	memset(s, 0, sizeof *s);
	int r = read_key(s, dir, KEY_FILE);
	/* Between overwriting and renaming only the new file has a key. */
	if ((r == -EBADMSG || r == -ENOENT) && read_key(s, dir, NEW_FILE) == 0)
		r = signer_save(s, dir);
	/* What is no key is kept for whoever wants to know why; a new series begins, and says so.
	 */
	if (r == -EBADMSG && renameat(dir, KEY_FILE, dir, BAD_FILE) == 0)
		r = -ENOENT;
	if (r == -ENOENT)
		r = make_key(s, dir);
	s->usable = r == 0;
	if (r < 0)
		explicit_bzero(s->secret, sizeof s->secret);
	return r;
}

void
signer_close(struct signer *s)
{
	explicit_bzero(s, sizeof *s);
}

void
signer_sign(const struct signer *s, char to[SIGNER_SIGNED], const char *text, size_t size)
{
	uint8_t signature[ED25519_SIGNATURE_SIZE];

	ed25519_sha512_sign(s->point, s->secret, size, (const uint8_t *)text, signature);
	base64_encode_raw(to, sizeof signature, signature);
	to[SIGNER_SIGNED - 1] = '\0';
}

void
signer_successor(const struct signer *s, struct signer *next)
{
	*next = *s;
	chain_sha256(next->secret, s->secret, sizeof s->secret, "next", 4);
	next->number++;
	next->is_new = false;
	next->unsaved = true;
	name_key(next);
}

void
signer_advance(struct signer *s, struct signer *next)
{
	*s = *next;
	explicit_bzero(next, sizeof *next);
}

int
signer_save(struct signer *s, int dir)
{
	char text[FILE_TEXT], digits[CHAIN_HEX];
	int n = snprintf(text, sizeof text, "segaudit-key 1\nroot=%s\nnumber=%u\nsecret=%s\n",
	    s->root, s->number, chain_hex(digits, s->secret));
	int r = write_whole(dir, NEW_FILE, text, (size_t)n, 0600);

	explicit_bzero(text, sizeof text);
	explicit_bzero(digits, sizeof digits);
	if (r == 0)
		r = overwrite(dir, KEY_FILE);
	if (r == 0 && renameat(dir, NEW_FILE, dir, KEY_FILE) < 0)
		r = -errno;
	if (r == 0 && fsync(dir) < 0)
		r = -errno;
	if (r == 0)
		s->unsaved = false;
	return r;
}
