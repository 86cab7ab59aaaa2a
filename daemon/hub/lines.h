/* lines.h - lines that wait in memory for one outlet.
 *
 * Knows: their order, and which to give up first. Owns the lines. Called by hub/sink. Never sends,
 * never counts what is lost.
 *
 * Every line has a number. Those that may be given up and those that are kept longest wait in two
 * queues, each in the order of its numbers, so that the oldest of either kind is found at once; the
 * next to send is the smaller number of the two heads.
 */
#ifndef SEGAUDIT_LINES_H
#define SEGAUDIT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/nstime.h"

enum { LINES_KEPT = 2 }; /* lines of severity crit and worse are given up last */

struct waiting {
	struct waiting *next;
	uint64_t number;
	nstime time;	  /* wall time */
	nstime sent;	  /* monotonic: when it was handed over, */
	uint64_t handed;  /* and the bytes that its outlet had taken by then, it included */
	uint32_t segment; /* where it is on disk, see hub/spool; 0: it is not */
	uint32_t end;
	uint16_t size;
	uint8_t severity;
	bool refused;	/* the outlet will never take it */
	bool says_loss; /* it says what the spool gave up */
	char text[];
};

struct queue {
	struct waiting *head, **tail;
	size_t n;
};

struct lines {
	struct queue kept, other;
	size_t n, bytes;
};

/* A line of SIZE bytes at TEXT, its other members zero. NULL when there is no memory; free(). */
struct waiting *waiting_new(const char *text, size_t size);

void queue_init(struct queue *q);
void queue_push(struct queue *q, struct waiting *w);
struct waiting *queue_pop(struct queue *q); /* NULL when it is empty */

void lines_init(struct lines *l);
void lines_free(struct lines *l);

/* At the end: its number is above all others. */
void lines_push(struct lines *l, struct waiting *w);

/* The line with the smallest number, or NULL; lines_pop() takes it out. */
struct waiting *lines_first(const struct lines *l);
struct waiting *lines_pop(struct lines *l);

/* Takes out the line to give up first: the oldest of those that may, else the oldest. NULL when
 * there is none. */
struct waiting *lines_give_up(struct lines *l);

/* Puts those of FROM, which becomes empty, before all: their numbers are smaller. */
void lines_put_back(struct lines *l, struct queue *from);

#endif
