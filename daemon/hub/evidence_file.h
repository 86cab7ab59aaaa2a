/* evidence_file.h - the file of one incident's frames: EV.pcapng.
 *
 * Knows: what is in the file and its hash, without reading it again. Owns nothing: the directory is
 * the caller's, and the file is open only while it is written or read. Called by hub/evidence.
 * Never syncs: what was written outlives this process, not a loss of power. Never writes into a
 * file that is not as it was left.
 */
#ifndef SEGAUDIT_EVIDENCE_FILE_H
#define SEGAUDIT_EVIDENCE_FILE_H

#include "base/hash.h"
#include "hub/incident_key.h"
#include "hub/pcapng.h"
#include "model/sha.h"

#define EVIDENCE_SUFFIX ".pcapng"

enum {
	EVIDENCE_FILE = 64 << 20, /* bytes of a file at most */
	EVIDENCE_IFACES = 16,	  /* interfaces that one describes */
	EVIDENCE_FILE_NAME = INCIDENT_EV + 7,
};

struct evidence_file {
	char ev[INCIDENT_EV];
	bool unread; /* of an earlier process: what is in it is not known yet */
	bool gone;   /* somebody took it away or changed it: it is left alone */
	uint32_t size;
	uint32_t frames;
	nstime newest; /* the latest time of a frame that evidence_file_read() found */
	struct sha sum;
	uint32_t nifaces;
	uint64_t iface[EVIDENCE_IFACES]; /* hashes of the interfaces' blocks, in their order */
};

/* "7K3QD9QQQQ.pcapng". Returns TO. */
const char *evidence_file_name(char to[EVIDENCE_FILE_NAME], const char *ev);

/* Is it such a name? Then EV is set. */
bool evidence_file_is(const char *name, char ev[INCIDENT_EV]);

/* Reads a file of an earlier process in the directory DIR, block by block, and cuts off what is not
 * whole: what was written when that was killed. BUFFER has PCAPNG_BLOCK bytes. KEY is for `iface`.
 * 0; -ENOENT: there is none, the next write makes it; -errno: it is `gone`. */
int
evidence_file_read(struct evidence_file *f, int dir, uint8_t *buffer, const struct hash_key *key);

/* Appends SIZE bytes, whole blocks; makes the file with the first ones. 0; -ESTALE: it is `gone`;
 * -errno: nothing was written. */
int evidence_file_append(struct evidence_file *f, int dir, const void *blocks, size_t size);

/* The file's hash in 64 digits; false when it is not there, empty, or not as it was left. */
bool evidence_file_sum(struct evidence_file *f, int dir, char hex[2 * SHA_SIZE + 1]);

#endif
