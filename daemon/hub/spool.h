/* spool.h - lines of one collector on disk, for as long as it does not take them.
 *
 * Knows: files of records in one directory, their order, and what to give up when the room is
 * used. Owns the directory, which a lock keeps from any other process. Called by hub/sink. Never
 * sends; never waits for the disk to have it safely: what was put survives the end of the process
 * at any moment, but not of the machine.
 *
 * Lines that may be given up and lines that are kept longest (LINES_KEPT) are in files of their
 * own, other-NNNNNNNN and kept-NNNNNNNN, to which is only appended: a header, then records of a
 * checksum, size, severity, number, time and the text. What is given up is the oldest file of the
 * first kind, then of the second; how many lines that were is in the header of the file behind it.
 * A header also holds how far the file was done, so that after a restart reading goes on there: a
 * line that was sent but not yet known to have arrived is then sent again.
 */
#ifndef SEGAUDIT_SPOOL_H
#define SEGAUDIT_SPOOL_H

#include "hub/lines.h"

struct spool;

/* Lines given up. */
struct spool_loss {
	uint64_t lines;	 /* 0: none */
	uint64_t first;	 /* number of the first of them, or where it would stand */
	nstime from, to; /* wall times of the first and the last */
};

/* What was there already. */
struct spool_found {
	uint64_t lines; /* to be read */
	uint64_t lost;	/* given up before, and not yet said */
	uint64_t last;	/* the greatest number */
};

/* Opens the spool of the collector ADDRESS in STATE_DIR/spool/, making the directories, with room
 * for MOST bytes. -errno goes to *ERROR when it returns NULL: -EWOULDBLOCK while another process
 * has it. */
struct spool *spool_open(const char *state_dir, const char *address, uint64_t most,
    struct spool_found *found, int *error);

/* Closes it; what was not done is there for the next one. Files of which all was done are gone. */
void spool_close(struct spool *s);

/* Another bound, from the next line on. */
void spool_limit(struct spool *s, uint64_t most);

/* Appends a line and notes in it where it is; its number must be above all others'. 0 or -errno:
 * then it is not there. Older lines may have to go: spool_dropped() says how many. */
int spool_put(struct spool *s, struct waiting *w);

/* Lines that were put and not yet read, nor given up. */
uint64_t spool_unread(const struct spool *s);

/* The next line in the order of numbers, to be freed by the caller, NULL when there is none.
 * What was found damaged on the way counts in spool_dropped() too. */
struct waiting *spool_next(struct spool *s);

/* All that was read up to and including W, of W's kind, need not be read again. */
void spool_done(struct spool *s, const struct waiting *w);

/* Writes down what is done, and takes away files of which all is. */
void spool_sync(struct spool *s);

/* Lines given up since the last call. */
uint64_t spool_dropped(struct spool *s);

/* Lines given up before the one that spool_next() read last, since the last call. They come again
 * after a restart, until spool_said(). */
struct spool_loss spool_loss(struct spool *s);
void spool_said(struct spool *s);

/* Lines that were found damaged since the last call: not read, and not given up for want of room.
 */
struct spool_loss spool_damage(struct spool *s);

/* Is nothing in it that was not done? */
bool spool_empty(const struct spool *s);

#endif
