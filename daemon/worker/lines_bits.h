/* lines_bits.h - which of 64 bytes are of a kind, as the bits of one number.
 *
 * Knows: vectors of sixteen bytes, which both compilers have on every machine, and how a machine
 * with SSE2 gathers their bits. Of lines.c and mime_text.c, which pass over many lines at once:
 * what the kind is, they say.
 */
#ifndef SEGAUDIT_LINES_BITS_H
#define SEGAUDIT_LINES_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));

enum { LINES_BLOCK = 64 };

/* All bits of those of the 16 bytes from BYTES on that are not of the kind; a byte of 0 must be. */
typedef halves lines_others(const uint8_t *bytes);

/* The lowest bit of each byte, in the order of the bytes, all of whose bits are the same. */
static inline uint64_t
lines_bits_of(halves h)
{
#if defined __SSE2__ && !defined LINES_PORTABLE
	return (unsigned)_mm_movemask_epi8((__m128i)h);
#else
	const uint64_t lowest = UINT64_C(0x0101010101010101), to_top = UINT64_C(0x0102040810204080);

	return ((h[0] & lowest) * to_top >> 56) | ((h[1] & lowest) * to_top >> 56 << 8);
#endif
}

static inline __attribute__((always_inline)) uint64_t
lines_bits_whole(const uint8_t *bytes, lines_others *others)
{
	return ~(lines_bits_of(others(bytes)) | lines_bits_of(others(bytes + 16)) << 16 |
		 lines_bits_of(others(bytes + 32)) << 32 | lines_bits_of(others(bytes + 48)) << 48);
}

static __attribute__((noinline)) uint64_t
lines_bits_last(const uint8_t *bytes, size_t size, lines_others *others)
{
	uint8_t last[LINES_BLOCK] = { 0 };

	memcpy(last, bytes, size);
	return lines_bits_whole(last, others);
}

/* One bit for each of LINES_BLOCK bytes, whether it is of the kind; what lies behind SIZE is. */
static inline __attribute__((always_inline)) uint64_t
lines_bits(const uint8_t *bytes, size_t size, lines_others *others)
{
	return __builtin_expect(size >= LINES_BLOCK, 1) ? lines_bits_whole(bytes, others) :
							  lines_bits_last(bytes, size, others);
}

#endif
