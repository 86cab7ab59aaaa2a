/* ring.h - frames from one producer to one consumer through shared memory.
 *
 * Knows: the layout of the two memfds (data: written by the producer, mapped read-only by the
 * consumer; control: both). Owns the mappings. Written by capture, read by a worker, which may be
 * killed at any moment and started again on the same ring. Never blocks: a full ring says so.
 * Records are contiguous and 16-aligned: a frame never wraps.
 */
#ifndef SEGAUDIT_RING_H
#define SEGAUDIT_RING_H

#include <stdatomic.h>

#include "model/frame.h"

/* Skipped frames that may wait to be copied: two restarts lie between any two of them, and the
 * producer looks every second at least. */
enum { RING_SKIPS = 8 };

/* Where a skipped frame lies. */
struct ring_skip {
	_Atomic uint64_t seq; /* its number */
	_Atomic uint64_t at;  /* its record begins here in the data memory */
};

/* Control memory, one page. `head`, `published` and `copied` are written by the producer, the rest
 * by the consumer. */
struct ring_control {
	_Alignas(64) _Atomic uint64_t head; /* bytes ever written; position = head % size */
	_Atomic uint64_t published;	    /* number (seq) of the last frame written */
	_Atomic uint64_t copied;	    /* of `skipped`: copied, or given up */
	_Alignas(64) _Atomic uint64_t tail; /* bytes ever released */
	_Atomic uint64_t
	    released; /* number of the last frame released: judged or skipped; stored before tail */
	_Atomic uint32_t sleeping; /* the consumer waits on its eventfd: wake it */
	_Atomic uint64_t
	    in_hand; /* number of the frame that a careful consumer is judging, 0 for none */
	_Atomic uint32_t attempts; /* times that a worker ended with it, this one included */
	_Atomic uint64_t skipped; /* frames that were skipped because they ended the worker twice */
	struct ring_skip skip[RING_SKIPS]; /* the last ones: the Nth, from 0, at N % RING_SKIPS */
};

struct ring {
	uint8_t *data; /* of `size` bytes; read-only in the consumer */
	size_t size;   /* a power of two */
	struct ring_control *control;
	uint64_t cursor; /* consumer: bytes taken, not yet released; producer: head */
	uint64_t seq;	 /* consumer: number of the last frame taken; producer: written */
};

enum { RING_CONTROL = 4096 }; /* bytes of its control memory */

/* Bytes of the data memory of a ring of that configured size: a power of two of at least 1 MiB. */
size_t ring_bytes(size_t size);

/* Makes the two memfds of a ring, sealed in size: ring_bytes() and RING_CONTROL. 0 or -errno. */
int ring_create(size_t size, int *data_fd, int *control_fd);

/* Maps a ring; WRITER maps the data writable. A reader begins behind the last released frame, a
 * writer behind the last published one, wherever the one before was killed. 0 or -errno (-EINVAL:
 * sizes are not a ring's; -EBADMSG: the state is none that a ring can have). */
int ring_map(struct ring *r, int data_fd, int control_fd, bool writer);
void ring_unmap(struct ring *r);

/* Writer: copies the frame's bytes behind the last one and gives it the next number. False when
 * there is no room, a skipped frame was not copied yet (ring_skipped), or a frame is longer than
 * half the ring: nothing was written. Readers see it after ring_publish(). */
bool ring_put(struct ring *r, const struct frame *f);

/* Writer: shows everything put so far. True when the reader sleeps and must be woken. */
bool ring_publish(struct ring *r);

/* Reader: the next frame, pointing into the ring; false when there is none. Valid until
 * ring_release(). A record that the producer could not have written ends in -EBADMSG by *ERROR. */
bool ring_take(struct ring *r, struct frame *f, int *error);

/* Reader: gives back everything taken so far. */
void ring_release(struct ring *r);

/* Reader: takes frame SEQ in hand before it is judged alone. False when a reader ended with it
 * twice: it must be skipped. SUSPECTED: it was among those with which the last one ended, which
 * counts as once. ring_let_go() when it is judged, or skipped. */
bool ring_hold(struct ring_control *c, uint64_t seq, bool suspected);
void ring_let_go(struct ring_control *c);

/* Reader: counts F, the frame taken last, as skipped, and keeps its bytes from the writer until
 * ring_copied(). It is released like any other. A reader that was killed before it released it may
 * say it again: it counts once. */
void ring_skip(struct ring *r, const struct frame *f);

/* Writer: the oldest skipped frame that was not copied, pointing into the ring; valid until
 * ring_copied(). 1; 0 when there is none; -EBADMSG when one is said to be but is not there. After 1
 * and -EBADMSG, ring_copied(). */
int ring_skipped(const struct ring *r, struct frame *f);
void ring_copied(struct ring *r);

/* Reader: says that it will sleep. False when a frame came in between: then it must not.
 * ring_awake() after waking. */
bool ring_sleep(struct ring *r);
void ring_awake(struct ring *r);

/* Frames published and not yet released; from either side, or from a third who mapped only the
 * control. */
uint64_t ring_backlog(const struct ring_control *c);

#endif
