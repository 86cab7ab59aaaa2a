/* piece.h - text that the parser gets at once, and where each of its lines came from.
 *
 * Knows: lines and the files they stood in. Owns its text. Written by conf/source.c, read by
 * conf/conf.c; most configurations are one piece. Never knows a key, and never looks into the text
 * but for the words of a message.
 */
#ifndef SEGAUDIT_PIECE_H
#define SEGAUDIT_PIECE_H

#include "conf/conf.h"

/* Lines from FIRST on are those of FILE from LINE on. */
struct piece_part {
	unsigned first, line;
	const char *file;
};

struct piece {
	struct piece *next;
	char *text; /* NUL-terminated */
	size_t size, room;
	unsigned line; /* the last of the text */
	struct piece_part *part;
	uint32_t nparts, parts_room;
	unsigned *said; /* lines with a number about which there already is an error, ascending */
	uint32_t nsaid, said_room;
	const char *list; /* the key at the top level whose list goes on here, or NULL */
	uint32_t items;	  /* of that list that stand here; without a list any number */
};

/* Each adds to a piece; false when there is no memory. The SIZE bytes at BYTES; that the text's
 * next line, and those that follow, are FILE's from LINE on; that an error on the text's last line
 * was said. FILE is borrowed. */
bool piece_put(struct piece *p, const char *bytes, size_t size);
bool piece_part(struct piece *p, const char *file, unsigned line);
bool piece_say(struct piece *p);

/* Where a line of the text came from. */
struct conf_place piece_place(const struct piece *p, unsigned line);

/* Is there already an error about a number on this line? */
bool piece_said(const struct piece *p, unsigned line);

/* A start of the line's words, for a message, in the SIZE bytes at TO. Returns TO. */
const char *piece_excerpt(const struct piece *p, unsigned line, char *to, size_t size);

/* Gives back what a piece owns. */
void piece_fini(struct piece *p);

#endif
