/* fuzz.h - what every fuzzer has: its entry, and how it finds fault.
 *
 * Knows: libFuzzer's entry, which standalone.c calls too; that a fuzzer finds fault by abort().
 * Owns nothing. Included by the fuzzers, each of which is one file. Never judges: what must hold
 * stands in the fuzzers.
 */
#ifndef SEGAUDIT_FUZZ_H
#define SEGAUDIT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Runs one input. Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(holds) ((holds) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #holds))

/* Says WHAT does not hold, and where, and ends the process. */
static inline void __attribute__((noreturn))
fuzz_broken(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

#endif
