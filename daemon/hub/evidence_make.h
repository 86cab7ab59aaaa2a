/* evidence_make.h - what is appended to an incident's file for one more frame.
 *
 * Knows: the words of its comments: why a frame is there, and which copy it is. Owns the buffer in
 * which blocks are made. Called by hub/evidence. Never writes a file, never looks into a frame.
 */
#ifndef SEGAUDIT_EVIDENCE_MAKE_H
#define SEGAUDIT_EVIDENCE_MAKE_H

#include <sys/utsname.h>

#include "hub/evidence_file.h"
#include "hub/evidence_pool.h"

struct evidence_maker {
	struct hash_key key; /* for evidence_file.iface */
	struct utsname host;
	char application[64], os[140];
	struct pcapng_section section;
	_Alignas(16) uint8_t block[PCAPNG_BLOCK + 2 * PCAPNG_TEXTS]; /* in the making */
};

/* M is zeroed; VERSION of the program stands in each file. */
void evidence_maker_init(struct evidence_maker *m, const char *version);

/* Makes in m->block what FILE of incident I needs for the frame F with its BYTES: the section when
 * it is empty, the interface when it is new to it, the packet. The size, 0 when there is no room
 * for one more interface; *IFACE: what file->iface must have then, 0 when it has it. */
size_t
evidence_make(struct evidence_maker *m, const struct evidence_file *file, const struct incident *i,
    const struct evidence_frame *f, const uint8_t *bytes, uint64_t *iface);

#endif
