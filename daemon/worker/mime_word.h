/* mime_word.h - encoded words of a header field (RFC 2047), for what no header may hold.
 *
 * Knows: their form, and both of their encodings. Owns the word that is read. Called by mime_header
 * with the bodies of fields. Never keeps or tells what they say, never asks whether a field may
 * have them: readers decode them anywhere.
 */
#ifndef SEGAUDIT_MIME_WORD_H
#define SEGAUDIT_MIME_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mime_word {
	uint8_t place; /* enum word_place: of the next byte */
	uint8_t like;  /* bytes of the character set's name that are those of ISO 2022 */
	bool base64;   /* else Q */
	bool escape;   /* the last byte of the text was ESC */
	uint8_t nbits; /* base64: that wait; Q: digits of an escape that wait, from 1 */
	uint32_t bits;
};

/* A line begins: no word goes on in another one. */
void mime_word_begin(struct mime_word *w);

/* The next bytes of it. Returns words of enum what: a NUL, a control or the end of a line is in an
 * encoded word. */
uint64_t mime_word_take(struct mime_word *w, const uint8_t *bytes, size_t size);

#endif
