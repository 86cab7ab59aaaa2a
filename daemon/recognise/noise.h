/* noise.h - does text look like words and numbers, or like something that was encoded?
 *
 * Knows: which letters follow each other in words, and how often bytes of a kind come again.
 * Owns nothing. Called by the recognisers of protocols that are used to carry others. It is a
 * measure, not a proof: what it says makes a suspicion. Looks at no byte more often than a few
 * times, and asks for no arithmetic but that of small integers.
 */
#ifndef SEGAUDIT_NOISE_H
#define SEGAUDIT_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pairs of neighbours that words, numbers and names hardly have: letters that do not follow each
 * other, and a letter beside a digit. Of random base32 six in ten are, of hexadecimal digits four
 * or five, of words less than one. */
unsigned noise_pairs(const uint8_t *bytes, size_t size);

/* Bytes that are no text: controls, and what is not UTF-8. */
unsigned noise_raw(const uint8_t *bytes, size_t size);

/* Does a word, at least eight characters, look encoded? Digests and keys do, too. */
bool noise_word(const uint8_t *bytes, size_t size);

/* Do bytes, at least 64, look encrypted or compressed, or are they a text of which three quarters
 * are such words of at least 64 characters? Of more than 128 these are looked at. */
bool noise_bytes(const uint8_t *bytes, size_t size);

#endif
