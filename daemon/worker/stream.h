/* stream.h - one direction of a TCP connection as its bytes in order, from segments as they come.
 *
 * Knows: sequence numbers, what has come, what was delivered, what the receiver acknowledged. Owns
 * a pool of blocks, fixed at start; each holds a piece of one direction and knows which bytes of it
 * are there. Called by inspect with every segment, by the reassembly of IP datagrams with every
 * fragment. Never allocates after its start, never guesses which of two copies a receiver took:
 * bytes that come again with another value are STREAM_OVERLAP, and the first copy goes on.
 *
 * Bytes in order are delivered at once, from the frame itself. They are kept until the receiver has
 * acknowledged them, so that a second copy can be compared; then they go. A copy of acknowledged
 * bytes changes nothing, whatever is in it: no receiver takes it any more. Such is the byte of a
 * keep-alive. What had to go without an acknowledgement, as there was no room, cannot be compared:
 * a second copy of it is STREAM_LIMIT.
 */
#ifndef SEGAUDIT_STREAM_H
#define SEGAUDIT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STREAM_BLOCK = 2048,	 /* bytes of a direction in a block */
	STREAM_HOLE = 64 * 1024, /* newer bytes for which a hole is waited for */
	STREAM_KEPT =
	    64 * 1024, /* delivered bytes kept at most where the receiver never was heard */
	STREAM_WINDOW = 1 << 30, /* sequence numbers further away are no part of the stream */
};

/* What a segment, or the end, brought; bits. */
enum stream_event {
	STREAM_OVERLAP = 1 << 0, /* a byte came again with another value */
	STREAM_LOST = 1 << 1,	 /* a hole was given up */
	STREAM_LIMIT = 1 << 2,	 /* no room: a hole was given up early (with STREAM_LOST), or bytes
				  * came again that could not be kept */
	STREAM_OUTSIDE = 1 << 3, /* too far from what is expected: not taken */
};

struct stream_pool;

/* A pool of about SIZE bytes (of blocks and what they need), for all streams of a worker. NULL when
 * there is no memory. */
struct stream_pool *stream_pool_new(uint64_t size);
void stream_pool_free(struct stream_pool *p);

/* Bytes that a pool of SIZE really takes, for -n -v. Its blocks, and those in use, for shares of
 * it, tests and counters. */
uint64_t stream_pool_bytes(uint64_t size);
uint32_t stream_pool_blocks(const struct stream_pool *p);
uint32_t stream_pool_used(const struct stream_pool *p);

/* How many blocks SIZE bytes of memory are: for MOST. */
uint32_t stream_blocks_of(uint64_t size);

/* Takes delivered bytes in their order; BYTES is NULL where SIZE bytes were lost. Borrowed for the
 * call. Does nothing with the stream. */
typedef void stream_take(void *ctx, const uint8_t *bytes, size_t size);

/* One direction. Zeroed is a stream of which nothing was seen, and whose first byte has number 0.
 */
struct stream {
	uint64_t next;		  /* offset of the next byte to deliver, from the stream's start */
	uint64_t acked;		  /* offset up to which the receiver has acknowledged */
	uint64_t end;		  /* one past the newest byte that was seen */
	uint64_t claimed;	  /* as `acked`, of what was not seen then, or is a FIN */
	uint64_t floor;		  /* delivered bytes before it are not kept any more */
	uint32_t first, last, at; /* its blocks, by offset, and the one used last; 0 for none */
	uint32_t isn;		  /* sequence number of offset 0 */
	uint32_t blocks;	  /* held */
	uint32_t ahead;		  /* bytes held that are not delivered */
	bool begun;		  /* isn is known */
	bool heard;		  /* the receiver acknowledged something */
};

/* The stream begins: its first byte will have this sequence number (host byte order). */
void stream_begin(struct stream *s, uint32_t seq);

/* Takes a segment: SIZE bytes whose first has number SEQ, and MISSING more that were on the wire
 * but not captured: these are lost at once if it is their turn, else they are a hole; that they
 * cannot be compared is for the caller to say. MOST: blocks that the stream may hold. Returns enum
 * stream_event bits. Bytes before the stream's start are left out.
 */
unsigned stream_push(struct stream_pool *p, struct stream *s, uint32_t seq, const uint8_t *bytes,
    size_t size, size_t missing, uint32_t most, stream_take *take, void *ctx);

/* The receiver acknowledged all before SEQ: what was delivered of it goes. A number beyond what was
 * ever seen (and a FIN behind it) is `claimed`, and means nothing else. */
void stream_acked(struct stream_pool *p, struct stream *s, uint32_t seq);

/* The stream is over: holes are given up, what lies behind them is delivered, all blocks go back.
 */
unsigned stream_end(struct stream_pool *p, struct stream *s, stream_take *take, void *ctx);

/* Gives all blocks back and delivers nothing. What comes later is judged from `next` on. */
void stream_drop(struct stream_pool *p, struct stream *s);

/* Copies what is held of the first SIZE bytes of a stream, up to the first that is not. Returns how
 * many. */
size_t stream_copy(const struct stream_pool *p, const struct stream *s, uint8_t *to, size_t size);

#endif
