/* table.h - columns of text, aligned by what they take on a screen.
 *
 * Knows: widths. Owns copies of the cells until the table is printed. Called by the commands. Never
 * prints a byte that show.h would not.
 */
#ifndef SEGAUDIT_CLIENT_TABLE_H
#define SEGAUDIT_CLIENT_TABLE_H

#include "client/show.h"

enum { TABLE_COLUMNS = 16, TABLE_CELL = 512 };

/* A name that begins with > is of a column aligned to the right. */
struct table {
	const char *const *heads;
	unsigned columns;
	struct table_cell *cell;
	size_t cells, room;
	bool failed; /* no memory: some cells are missing */
};

/* HEADS: names of at most TABLE_COLUMNS columns, NULL behind the last; borrowed. */
void table_init(struct table *t, const char *const *heads);

/* Adds the next cell of the row, or of the next row. TEXT is made safe, and cut at TABLE_CELL. */
void table_add(struct table *t, const char *text, enum show_colour c);

/* Prints the heads, when there is a row, and all rows, each behind INDENT, and frees the cells.
 * False when some were missing for lack of memory. */
bool table_print(struct table *t, FILE *to, const char *indent, bool colours);

#endif
