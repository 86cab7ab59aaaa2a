/* mime_text.h - is a text only a text? Files, programs and pages that text can hold have shapes.
 *
 * Knows: the shapes of uuencode, xxencode, yEnc, BinHex, armour, base64, HTML, TNEF and of parts of
 * a message outside its parts. Owns the line that it reads, as much of it as a shape needs. Called
 * by mime with pieces of lines, as they are on the wire or decoded. Never holds the text, never
 * asks who wrote it.
 *
 * Shapes are looked for in the bytes, whatever the character set says they are: a reader that does
 * not know it would find them. So they are without the escapes that stand between two characters of
 * ISO-2022-JP: one that knows it would find them then.
 */
#ifndef SEGAUDIT_MIME_TEXT_H
#define SEGAUDIT_MIME_TEXT_H

#include "worker/lines.h"
#include "worker/mime_charset.h"

enum { MIME_WINDOW = 512 }; /* bytes of a line that are looked at in one go */

/* What is looked for beside the shapes of files. */
enum mime_text_flag {
	MIME_TEXT_HTML = 1 << 0,     /* tags: the text is not declared as HTML */
	MIME_TEXT_OUTSIDE = 1 << 1,  /* what looks like a part: the text is outside the parts */
	MIME_TEXT_HEADLESS = 1 << 2, /* a header at its start: its part has no field */
};

struct mime_text {
	struct mime_chars chars;
	struct lines lines; /* of bytes that were encoded */
	unsigned flags;	    /* enum mime_text_flag */
	uint8_t nrows;	    /* lines of encoded bytes in succession */
	uint8_t nstart;	    /* bytes that are kept of the text's start, without line ends */
	uint8_t start[8];
	bool going;	   /* the window is not the line's first */
	uint8_t kinds;	   /* of the bytes in this line */
	uint8_t run_kinds; /* and in the run of base64 in it */
	uint32_t run;	   /* bytes of that */
	uint8_t escape;	   /* bytes of an escape that were read, ISO-2022-JP */
	bool twice;	   /* what goes before has two bytes a character */
	uint64_t length;   /* bytes of this line */
	size_t nwindow;
	uint8_t window[MIME_WINDOW];
};

/* A text in a character set begins. */
void mime_text_begin(struct mime_text *t, enum charset charset, unsigned flags);

/* The next piece of a line; a bare LF in it ends a line, too. Returns words of enum what; those of
 * the piece's own flags NUL and BARE are the caller's. */
uint64_t mime_text_take(struct mime_text *t, const struct line_piece *piece);

/* How many of the SIZE bytes from BYTES on, at the begin of a line of a text that is not encoded,
 * are whole lines of words, CR LF at the end of each: printable ASCII that no shape begins with,
 * nor a delimiter nor a dot. They need not come by mime_text_take() then. */
size_t mime_text_skip(struct mime_text *t, const uint8_t *bytes, size_t size);

/* The next SIZE bytes, which were encoded. Lines may end with LF alone, as many senders encode
 * their own form of lines; a bare CR is WHAT_BARE_NEWLINE, a NUL WHAT_NUL. */
uint64_t mime_text_decoded(struct mime_text *t, const uint8_t *bytes, size_t size);

/* The text is over. */
uint64_t mime_text_end(struct mime_text *t);

#endif
