/* source.h - the text of a configuration: its files put together, and where each line came from.
 *
 * Knows: bytes, lines, comments, strings, brackets and `@include`. Owns the text. Called by
 * conf/conf.c before the parser sees it, for what the parser does not say: a BOM, a NUL, invalid
 * UTF-8, a number that it would cut to 32 bits, a bracket or quote without its partner with the
 * place where it began, the real path of an included file. Never knows a key.
 */
#ifndef SEGAUDIT_SOURCE_H
#define SEGAUDIT_SOURCE_H

#include "conf/arena.h"
#include "conf/piece.h"

enum {
	SOURCE_DEPTH = 10,	 /* files inside one another */
	SOURCE_MOST = 256 << 20, /* bytes of one file, and of all together */
	SOURCE_PIECE = 64 << 10, /* from here on a list of groups goes on in another piece */
};

/* The text, nearly always one piece. A long list of groups at the top level goes on in further
 * ones: the parser's tree takes thirteen times the bytes of the text, and of a piece it stays in
 * the cache. */
struct source {
	struct piece first, *last; /* of a chain */
	uint32_t said;		   /* numbers in all pieces about which there already is an error */
	bool broken;		   /* no use parsing it: the error is in the list */
};

/* Reads FILE and what it includes. Names of files live in A. False when the text cannot be parsed:
 * then E has at least one error. */
bool source_read(struct source *s, struct arena *a, const char *file, struct conf_errors *e);
void source_free(struct source *s);

/* NAME as seen from the directory of FILE, in A; NULL without memory. */
const char *source_path(struct arena *a, const char *file, const char *name);

/* All bytes of a regular file, or with PIPE of anything that can be read, on the heap with a NUL
 * behind them, their number in *SIZE; else NULL and the reason in *WHY. */
char *source_load(const char *path, bool pipe, size_t *size, const char **why);

#endif
