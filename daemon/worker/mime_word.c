/* mime_word.c - see mime_word.h. A word is read as far as it goes: what does not end as one should
 * is one to some reader. */
#include "worker/mime_word.h"

#include <string.h>

#include "model/finding.h"
#include "worker/mime_code.h"

/* =?charset?B?text?= */
enum word_place { OUTSIDE, BEGUN, CHARSET, CODE, CODE_END, TEXT, ENDING };

static const char iso_2022[] = "iso-2022-";

void
mime_word_begin(struct mime_word *w)
{
	w->place = OUTSIDE;
}

/* A byte that the word stands for. ESC is one of ISO 2022's where `(` or `$` follows. */
static uint64_t
decoded(struct mime_word *w, uint8_t byte)
{
	uint64_t words = w->escape && byte != '(' && byte != '$' ? WHAT_CONTROL : 0;

	w->escape = byte == 0x1b && w->like == sizeof iso_2022 - 1;
	if (byte == '\0')
		return words | WHAT_NUL;
	if (byte == '\r' || byte == '\n')
		return words | WHAT_HEADER;
	if ((byte < 0x20 && byte != '\t' && !w->escape) || byte == 0x7f)
		return words | WHAT_CONTROL;
	return words;
}

static uint64_t
take_base64(struct mime_word *w, uint8_t byte)
{
	unsigned value = mime_base64_value(byte);

	if (value == 64)
		return 0;
	w->bits = w->bits << 6 | value;
	w->nbits += 6;
	if (w->nbits < 8)
		return 0;
	w->nbits -= 8;
	return decoded(w, (uint8_t)(w->bits >> w->nbits));
}

static uint64_t
take_q(struct mime_word *w, uint8_t byte)
{
	unsigned value = mime_hex_value(byte);

	if (byte == '=') {
		w->nbits = 1;
		return 0;
	}
	if (w->nbits == 0 || value == 16) {
		w->nbits = 0;
		return decoded(w, byte);
	}
	w->bits = w->bits << 4 | value;
	if (w->nbits++ == 1)
		return 0;
	w->nbits = 0;
	return decoded(w, (uint8_t)w->bits);
}

/* A byte before the text. */
static void
take_head(struct mime_word *w, uint8_t byte)
{
	uint8_t lower = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;

	switch ((enum word_place)w->place) {
	case BEGUN:
		w->place = byte == '?' ? CHARSET : byte == '=' ? BEGUN : OUTSIDE;
		w->like = 0;
		break;
	case CHARSET:
		if (byte == '?')
			w->place = CODE;
		else if (w->like < sizeof iso_2022 - 1)
			w->like = lower == (uint8_t)iso_2022[w->like] ? w->like + 1 : 0;
		break;
	case CODE:
		w->base64 = lower == 'b';
		w->place = lower == 'b' || lower == 'q' ? CODE_END : OUTSIDE;
		break;
	case CODE_END:
		w->place = byte == '?' ? TEXT : OUTSIDE;
		w->escape = false;
		w->nbits = 0;
		w->bits = 0;
		break;
	case OUTSIDE:
	case TEXT:
	case ENDING:
		break;
	}
}

uint64_t
mime_word_take(struct mime_word *w, const uint8_t *bytes, size_t size)
{
	const uint8_t *end = bytes + size;
	uint64_t words = 0;

	for (; bytes < end; bytes++) {
		if (w->place == OUTSIDE) {
			bytes = memchr(bytes, '=', (size_t)(end - bytes));
			if (!bytes)
				break;
			w->place = BEGUN;
		} else if (w->place < TEXT) {
			take_head(w, *bytes);
		} else if (*bytes == '?') {
			w->place = ENDING;
		} else if (w->place == ENDING && *bytes == '=') {
			w->place = OUTSIDE;
		} else {
			w->place = TEXT;
			words |= w->base64 ? take_base64(w, *bytes) : take_q(w, *bytes);
		}
	}
	return words;
}
