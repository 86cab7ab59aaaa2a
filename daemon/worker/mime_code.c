/* mime_code.c - see mime_code.h. */
#include "worker/mime_code.h"

#include <string.h>

#include "model/finding.h"

enum { NONE = 64, GO = 384 }; /* characters of base64 that are decoded in one go */

/* clang-format off */
static const uint8_t values[256] = {
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64, 64, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
	64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};
/* clang-format on */

unsigned
mime_base64_value(uint8_t byte)
{
	return values[byte];
}

unsigned
mime_hex_value(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10u;
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10u;
	return 16;
}

/* Whole quanta from *BYTES on, which moves on; returns how many bytes they are. */
static size_t
quanta(const uint8_t **bytes, const uint8_t *end, uint8_t *out)
{
	const uint8_t *p = *bytes;
	size_t n = 0;

	for (; end - p >= 4 && n < GO / 4 * 3; p += 4, n += 3) {
		unsigned a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];

		if ((a | b | c | d) & NONE)
			break;
		out[n] = (uint8_t)(a << 2 | b >> 4);
		out[n + 1] = (uint8_t)(b << 4 | c >> 2);
		out[n + 2] = (uint8_t)(c << 6 | d);
	}
	*bytes = p;
	return n;
}

/* Four characters, or fewer and padding, are complete. Bits that no byte has must be 0 (RFC 4648,
 * 3.5). */
static uint64_t
quantum(struct mime_code *c, mime_decoded *to, void *ctx)
{
	uint32_t bits = c->bits << 6 * (4 - c->nchars);
	uint8_t out[3] = { (uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits };
	size_t n = c->nchars - 1u;

	to(ctx, out, n);
	c->nchars = 0;
	c->bits = 0;
	return bits & (0xffffffu >> 8 * n) ? WHAT_ENCODING : 0;
}

/* `=`: the end of the data, where two or three characters wait. */
static uint64_t
pad(struct mime_code *c, mime_decoded *to, void *ctx)
{
	if (c->nchars < 2 || c->npads >= 2)
		return WHAT_ENCODING;
	c->npads++;
	return c->nchars + c->npads == 4 ? quantum(c, to, ctx) : 0;
}

static uint64_t
base64_byte(struct mime_code *c, uint8_t byte, mime_decoded *to, void *ctx)
{
	uint64_t words = 0;

	if (byte == '=')
		return pad(c, to, ctx);
	if (values[byte] == NONE)
		return WHAT_ENCODING;
	if (c->npads || c->blank) { /* more behind the end, or behind an empty line */
		words = WHAT_ENCODING;
		if (c->npads)
			c->nchars = 0;
		c->npads = 0;
		c->blank = false;
	}
	c->bits = c->bits << 6 | values[byte];
	if (++c->nchars == 4)
		words |= quantum(c, to, ctx);
	return words;
}

uint64_t
mime_base64(struct mime_code *c, const struct line_piece *piece, mime_decoded *to, void *ctx)
{
	const uint8_t *p = piece->bytes, *end = p + piece->size;
	uint8_t out[GO / 4 * 3];
	uint64_t words = 0;

	while (p < end) {
		if (c->nchars == 0 && c->npads == 0 && !c->blank) {
			size_t n = quanta(&p, end, out);

			if (n > 0)
				to(ctx, out, n);
			if (p == end)
				break;
		}
		words |= base64_byte(c, *p++, to, ctx);
	}
	c->begun = c->begun || piece->size > 0;
	if (piece->flags & LINE_ENDS) {
		c->blank = c->blank || !c->begun;
		c->begun = false;
	}
	return words;
}

uint64_t
mime_base64_end(const struct mime_code *c)
{
	return c->nchars ? WHAT_ENCODING : 0;
}

/* A byte of an escape behind its `=`. */
static uint64_t
quoted_digit(struct mime_code *c, uint8_t byte, mime_decoded *to, void *ctx)
{
	uint64_t words = byte >= 'a' && byte <= 'f' ? WHAT_ENCODING : 0;
	unsigned value = mime_hex_value(byte);
	uint8_t out;

	if (value == 16) { /* no escape: what is there stands for itself */
		to(ctx, (const uint8_t *)"=", 1);
		c->escape = 0;
		if (byte != '=')
			to(ctx, &byte, 1);
		else
			c->escape = 1;
		return WHAT_ENCODING;
	}
	if (c->escape == 1) {
		c->high = (uint8_t)value;
		c->escape = 2;
		return words;
	}
	out = (uint8_t)((unsigned)c->high << 4 | value);
	to(ctx, &out, 1);
	c->escape = 0;
	/* the ends of lines of a text are those of its lines */
	return out == '\r' || out == '\n' ? WHAT_ENCODING : words;
}

/* The line is over. */
static uint64_t
quoted_line_end(struct mime_code *c, mime_decoded *to, void *ctx)
{
	uint64_t words = 0;

	c->broke = c->escape != 1;
	if (c->escape == 2 || (c->escape == 0 && c->space))
		words = WHAT_ENCODING;
	if (c->escape == 1 && !c->begun_text) /* a line that adds nothing */
		words = WHAT_ENCODING;
	if (c->broke)
		to(ctx, (const uint8_t *)"\r\n", 2);
	c->escape = 0;
	c->space = c->begun_text = false;
	return words;
}

uint64_t
mime_quoted(struct mime_code *c, const struct line_piece *piece, mime_decoded *to, void *ctx)
{
	static const unsigned odd = LINE_8BIT | LINE_CONTROL | LINE_ESC | LINE_NUL;
	const uint8_t *p = piece->bytes, *end = p + piece->size;
	uint64_t words = piece->flags & odd ? WHAT_ENCODING : 0;

	while (p < end) {
		const uint8_t *stop;

		if (c->escape) {
			c->begun_text = true;
			words |= quoted_digit(c, *p++, to, ctx);
			c->space = c->escape == 0 && (p[-1] == ' ' || p[-1] == '\t');
			continue;
		}
		stop = memchr(p, '=', (size_t)(end - p));
		if (!stop)
			stop = end;
		if (stop > p) {
			to(ctx, p, (size_t)(stop - p));
			c->begun_text = true;
			c->space = stop[-1] == ' ' || stop[-1] == '\t';
		}
		c->escape = stop < end;
		p = stop + c->escape;
	}
	return piece->flags & LINE_ENDS ? words | quoted_line_end(c, to, ctx) : words;
}

uint64_t
mime_quoted_end(const struct mime_code *c)
{
	return c->escape ? WHAT_ENCODING : 0;
}
