/* journal.h - records that one role leaves for another, in memory that only the first one writes.
 *
 * Knows: how records lie in the memory. Owns nothing: the memory is the caller's, and outlives both
 * sides. Written by worker, read by hub. The writer never waits and makes no system call: the
 * oldest records give way, and the reader finds out how many it missed. The reader believes nothing
 * that it finds.
 *
 * A record that the writer was killed over is not there; its next process goes on behind the last
 * whole one.
 */
#ifndef SEGAUDIT_JOURNAL_H
#define SEGAUDIT_JOURNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_UNIT = 16 }; /* a record's head, and what records are rounded up to */

/* Before the records; zero at first. Positions are bytes ever written. */
struct journal_head {
	_Alignas(64) _Atomic uint64_t head; /* where the next record goes */
	_Atomic uint64_t tail;		    /* the oldest record that is whole */
};

struct journal {
	struct journal_head *head;
	uint8_t *data;	  /* 16-aligned */
	uint64_t size;	  /* bytes of data: a power of two */
	uint64_t records; /* the writer's: ever written */
};

/* Where a reader is. `number`: of the record that it wants next; `at` is 0 at first. */
struct journal_reader {
	uint64_t at, number;
};

/* The writer's side of a memory, in which a killed one may have left records: it goes on behind
 * them. */
struct journal journal_writer(struct journal_head *head, uint8_t *data, uint64_t size);

/* Appends a record of KIND (not 0) that is A and then B (which may be of no bytes), together at
 * most a quarter of the memory. */
void journal_put(
    struct journal *j, uint32_t kind, const void *a, size_t asize, const void *b, size_t bsize);

/* The next record: its size, with KIND and its bytes in TO; 0 when there is none; -EAGAIN when
 * there may be one behind what was found: a record that was had, or has given way. So a call looks
 * at one place, whatever the writer does. -EPROTO: the memory holds what no writer leaves, or a
 * record of more than ROOM bytes. *LOST grows by the records before it that were not read in time.
 */
int journal_take(const struct journal *j, struct journal_reader *r, uint32_t *kind, void *to,
    size_t room, uint64_t *lost);

#endif
