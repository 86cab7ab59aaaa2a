/* mime.h - is a message only text? A push parser over the content of one mail, RFC 5322 and 2045 to
 * 2047, 2231, and the strict language of a text-only mail inside them.
 *
 * Knows: header fields, parts and their boundaries, transfer encodings, character sets, the shapes
 * of files inside text. Owns what it needs of one message, in struct mime, of fixed size. Called by
 * smtp with the lines of a message. Never holds the message, allocates, tells a subject, an address
 * or a body to anybody, or repairs anything: what is not in the strict language has a word (enum
 * what).
 *
 * The words are the same whatever the pieces in which a line comes. Time is linear in the bytes.
 */
#ifndef SEGAUDIT_MIME_H
#define SEGAUDIT_MIME_H

#include "model/finding.h"
#include "worker/mime_boundary.h"
#include "worker/mime_code.h"
#include "worker/mime_header.h"
#include "worker/mime_text.h"

enum {
	MIME_DEPTH = POLICY_MAIL_DEPTH,
	MIME_PARTS = 1000, /* over it: limit */
	MIME_LINE = 998, /* bytes of a line without its end (RFC 5322, 2.1.1); over it: long-line */
};

/* What a conduit permits. Borrowed: it may change between two calls. */
struct mime_rules {
	const char *allow; /* media types in lower case ("text/plain", "image/png",
			      "multipart/mixed", "image/" followed by `*`), each with its NUL, then
			      an empty one */
	uint32_t charsets; /* 1 << enum charset */
	uint32_t depth;	   /* levels of parts, at most MIME_DEPTH */
	uint64_t max_size; /* bytes of a message */
	bool images;	   /* png, jpeg, gif and tiff pictures may be attached, and multipart/mixed
			      may hold them */
};

/* The first part that made the message what it is, for the line. Numbers of parts count from 1 in
 * the order in which they begin; the message itself is part 0. */
struct mime_culprit {
	uint64_t words; /* of this part; 0: there is none */
	uint16_t part;
	uint8_t ntype, nname;	 /* bytes used */
	char type[FINDING_TYPE]; /* as declared, in lower case: "application/pdf" */
	char name[FINDING_NAME]; /* decoded as far as it can be, cut; bytes from outside */
};

/* One part as tests see it, when it ends; a multipart after its parts. */
struct mime_part {
	unsigned depth, number;
	const char *type;     /* "text/plain" where none was declared */
	const char *encoding; /* "7bit" where none was declared */
	uint64_t size;	  /* of its body: decoded bytes of a text part that is read, else those on
			     the wire without the line end before the boundary */
	bool read;	  /* its content was decoded and looked at */
	const char *name; /* as in struct mime_culprit */
	size_t nname;
};

typedef void mime_part_seen(void *ctx, const struct mime_part *p);

struct mime; /* below */

/* A message begins. SEEN (may be NULL) is told of each part. */
void mime_begin(struct mime *m, const struct mime_rules *r, mime_part_seen *seen, void *ctx);

/* Other rules hold from here on, in the middle of a message too. */
void mime_rules(struct mime *m, const struct mime_rules *r);

/* The transaction has SMTPUTF8: header fields may hold UTF-8 (RFC 6532). Before the first line. */
void mime_utf8(struct mime *m);

/* A piece of a line of it, after dots were unstuffed. */
void mime_line(struct mime *m, const struct line_piece *piece);

/* Takes what can say nothing at once, if the SIZE bytes from BYTES on begin with such: bytes of a
 * part that is not read, and whole lines of plain words. L: what cuts the lines; it moves on, too.
 * Returns how many bytes; the same as mime_line() with each of these lines. */
size_t mime_skip(struct mime *m, struct lines *l, const uint8_t *bytes, size_t size);

/* Bytes are missing here, or what follows is: the rest is read as well as it can be. The word is
 * `lost`, and those that missing bytes alone can make are not said any more. */
void mime_lost(struct mime *m);

/* The message is over: what was open ends. Afterwards the results below hold. */
void mime_end(struct mime *m);

/* All words of the message so far (enum what; 0: it conforms), its bytes, the part to name. */
uint64_t mime_words(const struct mime *m);
uint64_t mime_size(const struct mime *m);
const struct mime_culprit *mime_culprit(const struct mime *m);

#include "worker/mime_state.h"

#endif
