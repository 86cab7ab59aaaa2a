/* evidence_space.h - how much of the disk evidence takes, and what goes first.
 *
 * Knows: the files of evidence/ whose incidents are closed, in the order of their age; those of
 * skipped frames; what all of it takes together, in whole blocks of 4 KiB; how full the file system
 * is. Owns the list. Called by hub/evidence. Removes files: those of closed incidents, oldest
 * first, and when nothing else is left those of skipped frames. Never touches a file of another
 * name.
 */
#ifndef SEGAUDIT_EVIDENCE_SPACE_H
#define SEGAUDIT_EVIDENCE_SPACE_H

#include "hub/evidence_file.h"
#include "model/policy.h"

enum {
	EVIDENCE_FILES = 1 << 18, /* files of closed incidents at most: over it the oldest goes */
	EVIDENCE_STEP = 256,	  /* files that one call removes or looks at, at most */
};

/* What the hub should say of it. */
struct evidence_space_news {
	unsigned space, disk; /* percent of use that was passed since; 0: none */
	uint64_t used, limit; /* bytes, of the space */
	uint64_t free;	      /* bytes, of the file system */
	unsigned expired;     /* files that were too old */
};

struct evidence_space;

/* NULL when there is no memory. */
struct evidence_space *evidence_space_new(void);
void evidence_space_free(struct evidence_space *s);

/* Bytes that it takes. */
size_t evidence_space_bytes(void);

/* Is the file of that incident still written to? */
typedef bool evidence_space_open(void *ctx, const char *ev);

/* Forgets all and reads the directory DIR anew. */
void
evidence_space_scan(struct evidence_space *s, int dir, evidence_space_open *is_open, void *ctx);

/* A file went from BEFORE bytes to AFTER. */
void evidence_space_moved(struct evidence_space *s, uint32_t before, uint32_t after);

/* The incident of a file of SIZE bytes is closed; that size was told by evidence_space_moved(). */
void evidence_space_closed(
    struct evidence_space *s, int dir, const char *ev, uint32_t size, nstime wall);

/* A file of a skipped frame was made. */
void evidence_space_skipped(struct evidence_space *s, int dir, const char *name);

/* Makes room for a file that goes from BEFORE bytes to AFTER, by removing those of closed
 * incidents; SKIPPED: and those of skipped frames. 0; -ENOSPC: there is too little, and nothing
 * left to be removed; -EAGAIN: the file system is as good as full, or this would take too long now.
 */
int evidence_space_make(struct evidence_space *s, int dir, uint64_t limit, uint32_t before,
    uint32_t after, bool skipped);

/* Once a second: removes what is too old by P, and what a file system that is as good as full needs
 * more; finds files that somebody took away. */
void evidence_space_tick(struct evidence_space *s, int dir, const struct policy *p, nstime wall);

/* Is there news? Then it is in *N, and forgotten. */
bool evidence_space_news(struct evidence_space *s, struct evidence_space_news *n);

#endif
