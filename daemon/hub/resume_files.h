/* resume_files.h - the two files of resume.h as bytes.
 *
 * Knows: their layout, and what in them cannot be true. Owns what it read until it is freed.
 * Included by hub/resume only. Never writes.
 *
 * `resume`: a resume_head, incidents, roll-ups, each followed by a sum of its bytes and its number.
 * `resume.said`: resume_records with their payloads; those of another epoch are left out, and so is
 * everything from the first one on that is not whole. Structs are as in memory: sizes and version
 * in the head tell a file of another build.
 */
#ifndef SEGAUDIT_RESUME_FILES_H
#define SEGAUDIT_RESUME_FILES_H

#include <stdlib.h>

#include "hub/storm.h"

struct resume_head {
	uint64_t magic;
	uint32_t version, head_size, incident_size, rollup_size;
	uint32_t incidents, rollups;
	uint64_t epoch; /* of this snapshot */
	uint64_t run;
	uint64_t said, gone, carried; /* packets: see resume.c */
	nstime at;		      /* wall time */
	uint32_t clean, pad;
};

enum resume_kind {
	RESUME_LINE = 1, /* an incident, as it was when a line of its own was said */
	RESUME_CLOSED,	 /* ev: the same, and it is no more */
	RESUME_MOVED,	 /* ev: what it had to say at the snapshot is in a roll-up now */
	RESUME_ROLLUP,	 /* a roll-up that was said */
	RESUME_GAP,	 /* packets were said to be lost */
};

/* The sums are as of after it. */
struct resume_record {
	uint32_t kind, size; /* enum resume_kind; bytes of the payload */
	uint64_t epoch;
	uint64_t said, gone;
	nstime at;
	uint64_t check; /* of this struct with 0 here, and the payload */
};

/* What was read: the snapshot, brought up to date by what was said since. */
struct resume_files {
	struct resume_head head;
	struct incident *incident; /* [incidents] */
	bool *closed;		   /* [incidents] */
	uint32_t incidents;
	struct rollup *rollup; /* [rollups]; lines is 0 in those that were said */
	uint32_t rollups;
};

/* A head with what is always the same. */
struct resume_head resume_head_now(void);

/* whole_file_sum() of a record and its payload. */
uint64_t resume_check(const struct resume_record *head, const void *payload, size_t size);

/* Reads and checks both. 0, -ENOENT, -EBADMSG, -errno. */
int resume_files_read(struct resume_files *f, const char *path, const char *said_path);
void resume_files_free(struct resume_files *f);

#endif
