/* spool_file.h - one file of a spool: a header and records.
 *
 * Knows: their layout, and how to tell a record that is whole. Owns nothing: the caller has the
 * descriptors. Called by hub/spool only. Never decides what is read or removed.
 *
 * Numbers are in the byte order of the host: a spool does not move to another one.
 */
#ifndef SEGAUDIT_SPOOL_FILE_H
#define SEGAUDIT_SPOOL_FILE_H

#include "hub/spool.h"

enum {
	SPOOL_HEADER = 96, /* bytes before the first record */
	SPOOL_RECORD = 24, /* bytes of a record before its text */
};

/* What the header says, and what is known of the file beside it. */
struct segment {
	uint32_t number;      /* of the file, in the order of writing; from 1 */
	uint32_t size;	      /* bytes of whole records, header included */
	uint32_t done;	      /* up to here, and as many lines, */
	uint32_t done_lines;  /* it need not be read again */
	uint32_t lines;	      /* in all; in the header only when the file is full */
	uint32_t read;	      /* lines that were read */
	uint64_t first, last; /* numbers; last: of the line read or written last */
	nstime first_time, last_time;
	nstime read_time; /* of the line read last */
	uint64_t read_number;
	struct spool_loss lost;	  /* given up before this file, to be said; in the header, */
	struct spool_loss untold; /* and what of it spool_loss() did not tell */
	bool dirty;		  /* the header is to be written */
};

/* Adds B to A. */
void spool_loss_add(struct spool_loss *a, const struct spool_loss *b);

/* Writes the header; LINES 0 while the file grows. 0 or -errno. */
int spool_write_header(int fd, const struct segment *g, uint32_t lines);

/* Reads it into G, whose number is set. False when it is none. */
bool spool_read_header(int fd, struct segment *g);

/* Writes a record at OFFSET. Its size, or -errno: then nothing of it counts. */
int spool_write_record(int fd, uint32_t offset, const struct waiting *w);

/* Reads the record at OFFSET of a file of SIZE bytes to *W, to be freed by the caller. 0, -EBADMSG
 * when there is no whole one, -ENOMEM. */
int spool_read_record(int fd, uint32_t offset, uint32_t size, struct waiting **w);

/* Reads all records from `done` on, to find out what the header of a file that was not full does
 * not say: size, lines, first, last and their times. */
void spool_scan(int fd, struct segment *g, uint32_t size);

/* CRC-32 as in IEEE 802.3. */
uint32_t spool_checksum(const void *bytes, size_t size);

#endif
