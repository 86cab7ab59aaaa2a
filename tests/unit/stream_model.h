/* stream_model.h - what a stream must do, byte by byte: the first copy of each is delivered, in
 * order; another copy is told, as long as the receiver has not acknowledged it. For test_stream.c
 * and fuzz_stream.c, which define MODEL_ASSERT(condition) before they include it.
 */
#ifndef STREAM_MODEL_H
#define STREAM_MODEL_H

#include <string.h>

#include "worker/stream.h"

enum { MODEL_BYTES = 512 * 1024 };

struct model {
	struct stream_pool *pool;
	struct stream s;
	uint32_t most;
	bool tight; /* it may lack room */
	uint64_t acked, high, out, lost, ahead;
	uint8_t value[MODEL_BYTES];
	bool have[MODEL_BYTES];
};

/* A stream whose first byte has number ISN. Only what an earlier one used is cleared. */
static inline void
model_begin(struct model *m, struct stream_pool *pool, uint32_t isn, uint32_t most, bool tight)
{
	memset(m->have, 0, m->high < MODEL_BYTES ? (size_t)m->high : MODEL_BYTES);
	m->pool = pool;
	m->s = (struct stream){ .begun = false };
	m->most = most;
	m->tight = tight;
	m->acked = m->high = m->out = m->lost = m->ahead = 0;
	stream_begin(&m->s, isn);
}

static inline void
model_take(void *ctx, const uint8_t *bytes, size_t size)
{
	struct model *m = ctx;

	MODEL_ASSERT(size > 0);
	MODEL_ASSERT(m->out + size <= m->high);
	MODEL_ASSERT(!memchr(m->have + m->out, !bytes, size));
	if (bytes) {
		MODEL_ASSERT(memcmp(bytes, m->value + m->out, size) == 0);
		m->ahead -= size;
	} else {
		m->lost += size;
	}
	m->out += size;
}

/* What holds after every call. */
static inline void
model_check(const struct model *m)
{
	const struct stream *s = &m->s;

	MODEL_ASSERT(s->next == m->out);
	MODEL_ASSERT(s->ahead == m->ahead);
	MODEL_ASSERT(s->ahead <= STREAM_HOLE);
	MODEL_ASSERT(s->blocks <= m->most);
	MODEL_ASSERT(stream_pool_used(m->pool) == s->blocks);
	MODEL_ASSERT(s->blocks <= stream_pool_blocks(m->pool));
	MODEL_ASSERT(m->out == MODEL_BYTES || !m->have[m->out]);
	if (s->ahead == 0 && m->acked >= m->out)
		MODEL_ASSERT(s->blocks == 0);
}

/* Bytes that are there come again: are they others, where that matters? */
static inline bool
model_differs(const struct model *m, uint64_t from, const uint8_t *bytes, uint64_t to)
{
	uint64_t skip = m->acked > from ? m->acked - from : 0;

	return skip < to - from &&
	       memcmp(m->value + from + skip, bytes + skip, to - from - skip) != 0;
}

/* Bytes of which there is no copy are kept, unless they were given up. */
static inline void
model_keep(struct model *m, uint64_t from, const uint8_t *bytes, uint64_t to)
{
	uint64_t skip = m->out > from ? m->out - from : 0;

	if (skip >= to - from)
		return;
	memset(m->have + from + skip, true, to - from - skip);
	memcpy(m->value + from + skip, bytes + skip, to - from - skip);
	m->ahead += to - from - skip;
}

/* A segment of SIZE bytes at OFFSET, both inside of the model, and MISSING ones behind them. */
static inline unsigned
model_push(struct model *m, uint64_t offset, const uint8_t *bytes, size_t size, size_t missing)
{
	uint64_t lost = m->lost, end = offset + size + missing;
	bool alive = offset + 1 == m->out && size == 1 && missing == 0 && !m->s.heard,
	     differs = false;
	unsigned events;

	MODEL_ASSERT(end <= MODEL_BYTES);
	if (end > m->high && end > offset)
		m->high = end;
	for (uint64_t from = offset, to; from < offset + size; from = to) {
		bool there = m->have[from];
		const bool *other = memchr(m->have + from, !there, offset + size - from);

		to = other ? (uint64_t)(other - m->have) : offset + size;
		differs |= there && !alive && model_differs(m, from, bytes + (from - offset), to);
		if (!there)
			model_keep(m, from, bytes + (from - offset), to);
	}
	events = stream_push(m->pool, &m->s, m->s.isn + (uint32_t)offset, bytes, size, missing,
	    m->most, model_take, m);
	MODEL_ASSERT(!(events & STREAM_OVERLAP) || differs);
	MODEL_ASSERT(!differs || (events & (STREAM_OVERLAP | STREAM_LIMIT)));
	MODEL_ASSERT(m->tight || !(events & STREAM_LIMIT));
	MODEL_ASSERT((events & STREAM_LOST ? 1 : 0) == (m->lost != lost));
	MODEL_ASSERT(!(events & STREAM_OUTSIDE));
	MODEL_ASSERT(m->out < offset + size || m->out >= end);
	model_check(m);
	return events;
}

/* The receiver has all before OFFSET. */
static inline void
model_acked(struct model *m, uint64_t offset)
{
	if (offset <= m->high + 1 && offset > m->acked)
		m->acked = offset < m->high ? offset : m->high;
	stream_acked(m->pool, &m->s, m->s.isn + (uint32_t)offset);
	model_check(m);
}

static inline unsigned
model_end(struct model *m)
{
	uint64_t lost = m->lost;
	unsigned events = stream_end(m->pool, &m->s, model_take, m);

	MODEL_ASSERT(m->out == m->high && m->s.next == m->out);
	MODEL_ASSERT((events & STREAM_LOST ? 1 : 0) == (m->lost != lost));
	MODEL_ASSERT(m->s.blocks == 0 && m->s.ahead == 0 && m->s.first == 0);
	MODEL_ASSERT(stream_pool_used(m->pool) == 0);
	return events;
}

#endif
