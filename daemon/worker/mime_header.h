/* mime_header.h - one header section, of a message or of a part (RFC 5322, 2.2 and 3.6).
 *
 * Knows: fields, their names and folding, which may stand only once, and what only some readers
 * take for a field. Owns the section that is read, of which it holds the body of one field at a
 * time. Called by mime with pieces of lines. Never tells what a field says, but for what a part
 * declares.
 */
#ifndef SEGAUDIT_MIME_HEADER_H
#define SEGAUDIT_MIME_HEADER_H

#include "worker/lines.h"
#include "worker/mime_type.h"
#include "worker/mime_word.h"

enum {
	MIME_HEADERS = 256 * 1024, /* bytes of one header section; over it: limit */
	MIME_FOLDS = 998,	   /* lines of one field; over it: limit */
	MIME_FIELD_NAME = 40,	   /* bytes of a field's name that are kept */
};

enum mime_place { PLACE_NAME, PLACE_BODY, PLACE_FOLD };

struct mime_section {
	struct mime_declared declared;
	struct mime_chars chars;
	struct mime_word word;
	char other[MIME_TYPE + 1]; /* the type that another Content-Type says, or empty */
	bool message;  /* it is that of a message: the fields of RFC 5322, MIME-Version */
	bool utf8;     /* it may hold UTF-8: SMTPUTF8 (RFC 6532) */
	bool ended;    /* by an empty line */
	bool line;     /* a line was begun */
	bool field;    /* a field was begun */
	bool read;     /* its body is one that is read */
	bool over;     /* a limit was reached */
	bool space;    /* white space in its name */
	uint8_t place; /* enum mime_place, in the line */
	uint8_t nname;
	uint16_t folds;
	uint32_t seen;	/* fields that may stand only once: bits */
	uint32_t which; /* the bit of the one that is read; 0: another one */
	uint32_t size;	/* bytes, up to a bit more than MIME_HEADERS */
	size_t nbody;
	char name[MIME_FIELD_NAME];
	char body[MIME_FIELD];
};

/* A section begins; TYPE: what its part is where it has no Content-Type. */
void mime_section_begin(struct mime_section *s, const char *type, bool message, bool utf8);

/* The next piece of a line. Returns words of enum what; those of the flags NUL and BARE are the
 * caller's. After the empty line `ended` is set. */
uint64_t mime_section_take(struct mime_section *s, const struct line_piece *piece);

/* The section is over, after its empty line or without one. */
uint64_t mime_section_end(struct mime_section *s);

#endif
