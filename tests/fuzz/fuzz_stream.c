/* fuzz_stream.c - any segments in any order: a stream does what the model of it does, whatever room
 * it has.
 *
 * The first byte chooses the room, the second the number of the first byte; then come operations.
 * One byte says which (two bits) and how long a segment is (six bits: 0 to 47, or a power of two),
 * two bytes (big endian) where it lies, from 2 KiB before the next byte to deliver on; of a segment
 * one more byte says whether its bytes are others, and how many were not captured.
 */
#include <string.h>

#include "fuzz.h"
#include "base/wire.h"

#define MODEL_ASSERT(holds) CHECK(holds)

#include "../unit/stream_model.h"

enum { BLOCKS = 400, BEHIND = 2048, LONGEST = 1 << 16, BYTES = 80 * 1024 };

/* Bytes of the text from offset AT on; OTHER changes one of them, or, from 64 on, nearly all. */
static void
text(uint8_t *to, uint64_t at, size_t size, uint8_t other)
{
	static uint8_t all[2 * LONGEST];

	for (size_t i = 0; all[1] == 0 && i < sizeof all; i++)
		all[i] = (uint8_t)(i * 31);
	at += other >= 64 ? other : 0;
	memcpy(to, all + at % LONGEST, size);
	if (size > 0 && other < 64)
		to[other % size] ^= other & 1;
}

/* Returns how many bytes were given to the stream. */
static size_t
operate(struct model *m, struct wire *w)
{
	static uint8_t bytes[LONGEST];
	uint8_t form = wire_u8(w), length = form & 63, other = 0;
	uint64_t at = m->out + wire_be16(w);
	size_t size = length < 48 ? length : (size_t)1 << (length - 47), missing = 0;

	at -= at < BEHIND ? at : BEHIND;
	switch (form >> 6) {
	case 0:
		model_acked(m, at);
		return 1;
	case 1:
		missing = wire_u8(w);
		other = missing & 1 ? 0 : 64;
		break;
	case 2:
		other = wire_u8(w);
		break;
	default:
		break;
	}
	if (at + size + missing > MODEL_BYTES)
		return 1;
	text(bytes, at, size, other);
	model_push(m, at, bytes, size, missing);
	return size + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t most[] = { 0, 1, 2, 3, 33, 34, 64, BLOCKS };
	static struct stream_pool *pool[2];
	static struct model m;
	struct wire w = wire_of(data, size);
	uint8_t room = wire_u8(&w);
	uint32_t blocks = most[room % 8];
	bool small = room & 8;

	for (unsigned i = 0; i < 2; i++)
		if (!pool[i])
			pool[i] = stream_pool_new(stream_pool_bytes(0) * (i ? 10 : BLOCKS + 1));
	CHECK(pool[0] && pool[1] && stream_pool_blocks(pool[0]) >= BLOCKS);
	model_begin(&m, pool[small], 0U - wire_u8(&w) * 64U, blocks, blocks < BLOCKS || small);
	if (room & 16)
		model_acked(&m, 0);
	else
		m.tight = true; /* a receiver that is not heard: not all is kept */
	for (size_t done = 0; done < BYTES && w.ok && wire_left(&w) > 0;)
		done += operate(&m, &w);
	(void)model_end(&m);
	return 0;
}
