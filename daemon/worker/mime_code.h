/* mime_code.h - base64 and quoted-printable, strictly (RFC 2045, 6.7 and 6.8; RFC 4648).
 *
 * Knows: both encodings, and what only a lenient decoder takes. Owns the bits that wait for the
 * next piece. Called by mime with the lines of a part; passes decoded bytes on at once. Never holds
 * them, never repairs: what is not strict has a word, and is decoded as most readers would.
 */
#ifndef SEGAUDIT_MIME_CODE_H
#define SEGAUDIT_MIME_CODE_H

#include "worker/lines.h"

/* Who takes decoded bytes. */
typedef void mime_decoded(void *ctx, const uint8_t *bytes, size_t size);

struct mime_code {
	uint32_t bits;	 /* base64: of the characters that wait for the fourth */
	uint8_t nchars;	 /* how many they are */
	uint8_t npads;	 /* `=` in the last four */
	uint8_t escape;	 /* quoted-printable: bytes of an escape that were read */
	uint8_t high;	 /* its first digit */
	bool begun;	 /* the line has bytes */
	bool begun_text; /* it has bytes other than the escape that is read */
	bool space;	 /* its last byte is a space or tab */
	bool blank;	 /* base64: a line was empty */
	bool broke;	 /* quoted-printable: the last line ended a line of the text */
};

/* Takes a piece of a line. Returns words of enum what. */
uint64_t
mime_base64(struct mime_code *c, const struct line_piece *piece, mime_decoded *to, void *ctx);
uint64_t
mime_quoted(struct mime_code *c, const struct line_piece *piece, mime_decoded *to, void *ctx);

/* The part is over. */
uint64_t mime_base64_end(const struct mime_code *c);
uint64_t mime_quoted_end(const struct mime_code *c);

/* The number that a byte stands for in base64, 64 for others; in hexadecimal digits of either case,
 * 16 for others. */
unsigned mime_base64_value(uint8_t byte);
unsigned mime_hex_value(uint8_t byte);

#endif
