/* policy_file.h - the policies that were in force, kept beside the ledger by the hash of their
 * text.
 *
 * Knows: the names policy-HASH.conf, HASH being the 64 digits of SHA-256 over the file, and how
 * long they are kept. Owns the text until its file is there. Called by hub/ledger. Never reads what
 * a text says, never writes over a file of that name.
 *
 * A text may have tens of megabytes: it is written in pieces, one a second, each on the disk before
 * the next. The time of a file is when it was last in force.
 */
#ifndef SEGAUDIT_POLICY_FILE_H
#define SEGAUDIT_POLICY_FILE_H

#include "base/nstime.h"
#include "model/chain.h"

enum {
	POLICY_FILE_PATH = 640,
	POLICY_FILE_PIECE = 4 << 20, /* bytes written at once */
	POLICY_FILE_REMOVED = 10,    /* files removed at once */
};

struct policy_file {
	char hash[CHAIN_HEX]; /* "" before the first text */
	const uint8_t *text;  /* what is to be written; NULL when its file is there */
	size_t size, done;
	int fd;		/* the file that is being written; -1 */
	unsigned pause; /* calls until it is tried again */
};

/* Nothing yet. */
void policy_file_init(struct policy_file *p);
void policy_file_fini(struct policy_file *p);

/* From now on the text is the SIZE bytes of the sealed memory FD, which stays the caller's. 0 or
 * -errno. */
int policy_file_take(struct policy_file *p, int fd, size_t size);

/* Writes the next piece into DIR, at NOW (wall clock). 0, or -errno: it is tried again from the
 * beginning, some calls later. */
int policy_file_write(struct policy_file *p, const char *dir, nstime now);

/* The text is in force at NOW (wall clock). */
void policy_file_used(const struct policy_file *p, const char *dir, nstime now);

/* Removes files that were not in force since OLDEST, the oldest first. Returns how many. */
unsigned policy_file_expire(const struct policy_file *p, const char *dir, nstime oldest);

#endif
