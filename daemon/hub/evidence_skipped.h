/* evidence_skipped.h - a frame that ended a worker twice, kept aside in evidence/ of the state
 * directory.
 *
 * Knows: names, number and format (pcap) of the files. Owns nothing: it opens and closes. Called by
 * the hub, whose user must own the state directory. Never removes or writes over a file that is
 * there; the frames that it writes it does not look into.
 */
#ifndef SEGAUDIT_EVIDENCE_SKIPPED_H
#define SEGAUDIT_EVIDENCE_SKIPPED_H

#include "model/msg.h"

enum {
	EVIDENCE_SKIPPED = 16, /* files of skipped frames: as many as a person will look at */
	EVIDENCE_NAME = 64,    /* bytes of a file's name, its NUL included */
};

/* Keeps a frame that was skipped: BYTES of M->caplen as a capture of one frame, with its time in
 * nanoseconds, mode 0600, in a directory that is made when it is not there (0700). NAME becomes
 * skipped-SID-WORKER-NUMBER.pcap; a file of that name holds this frame already. 0 or -errno;
 * -E2BIG: there are EVIDENCE_SKIPPED of them. What was not written whole is taken back. */
int evidence_skipped(const char *state_dir, const char *sid, const struct msg_skipped *m,
    const uint8_t *bytes, char name[EVIDENCE_NAME]);

/* Why something was not kept, in words: ERROR as above. */
const char *evidence_error(int error);

#endif
