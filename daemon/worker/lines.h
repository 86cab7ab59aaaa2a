/* lines.h - bytes of a stream cut into lines, and what kinds of bytes each has.
 *
 * Knows: that CR LF ends a line and nothing else does (RFC 5321, 2.3.8), and the classes of bytes
 * that tell text from everything else. Owns whether the last byte was a CR. Called by smtp with
 * bytes as they come; whoever reads a line gets it in pieces. Never copies, never holds more than
 * that CR back, never asks what a line means.
 *
 * The pieces of a stream are the same whatever the places at which it was cut, but for where a line
 * that comes in several is cut.
 */
#ifndef SEGAUDIT_LINES_H
#define SEGAUDIT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a piece of a line is, and has. */
enum line_flag {
	LINE_BEGINS = 1 << 0, /* its first byte is the line's first */
	LINE_ENDS = 1 << 1,   /* CR LF followed its last byte; they are not part of it */
	LINE_TAB = 1 << 2,
	LINE_8BIT = 1 << 3,    /* bytes from 0x80 on */
	LINE_ESC = 1 << 4,     /* 0x1b */
	LINE_CONTROL = 1 << 5, /* other C0 controls, and DEL */
	LINE_NUL = 1 << 6,
	LINE_BARE = 1 << 7, /* a CR that no LF follows, or an LF that no CR precedes; it is part
			       of the piece */
};

struct lines {
	bool begun; /* the line has bytes already: the next piece does not begin it */
	bool cr;    /* a CR was held back */
};

struct line_piece {
	const uint8_t *bytes; /* borrowed from the input; or one CR of the module's own */
	size_t size;	      /* may be 0 with LINE_ENDS */
	unsigned flags;	      /* enum line_flag */
};

/* How many of the SIZE bytes from BYTES on are printable ASCII, 0x20 to 0x7e, before one that is
 * not. */
size_t lines_plain(const uint8_t *bytes, size_t size);

/* How many of the SIZE bytes from BYTES on, which come next, are nothing to whoever does not read
 * them: no controls but DEL, no 8 bits and no dash, in lines of at most MOST bytes that do not
 * begin with a dot and end with CR LF. They may begin and end inside a line, and need not come by
 * lines_next() then. *COLUMN: the bytes of the line that came before; then, of the last line. */
size_t
lines_dull(struct lines *l, const uint8_t *bytes, size_t size, uint64_t *column, size_t most);

/* Takes the next piece from the SIZE bytes at *BYTES, which move on. False when all are taken: a
 * CR at their end is held back, as the next byte decides what it is. */
bool lines_next(struct lines *l, const uint8_t **bytes, size_t *size, struct line_piece *piece);

/* The stream ends, or bytes are missing: a CR that was held back is a piece of its own then. */
bool lines_end(struct lines *l, struct line_piece *piece);

#endif
