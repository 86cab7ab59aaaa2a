/* table.c - see table.h. */
#include "client/table.h"

#include <stdlib.h>

struct table_cell {
	char *text;
	size_t width;
	enum show_colour colour;
};

void
table_init(struct table *t, const char *const *heads)
{
	*t = (struct table){ .heads = heads };
	while (heads[t->columns] && t->columns < TABLE_COLUMNS)
		t->columns++;
}

void
table_add(struct table *t, const char *text, enum show_colour c)
{
	char safe[TABLE_CELL];

	if (t->cells == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct table_cell *cell = reallocarray(t->cell, room, sizeof *cell);

		if (!cell) {
			t->failed = true;
			return;
		}
		t->cell = cell;
		t->room = room;
	}
	(void)show_safe(safe, sizeof safe, text, strlen(text)); /* a longer one is cut */
	char *copy = strdup(safe);
	if (!copy) {
		t->failed = true;
		return;
	}
	t->cell[t->cells++] =
	    (struct table_cell){ .text = copy, .width = show_width(copy), .colour = c };
}

static bool
is_right(const struct table *t, unsigned column)
{
	return t->heads[column][0] == '>';
}

static const char *
head(const struct table *t, unsigned column)
{
	return t->heads[column] + is_right(t, column);
}

static void
spaces(FILE *to, size_t n)
{
	while (n--)
		fputc(' ', to);
}

/* One cell, padded to the column's width; the last column is not padded at its right. */
static void
print_cell(const struct table *t, FILE *to, unsigned column, const struct table_cell *c,
    size_t width, bool colours)
{
	size_t pad = width > c->width ? width - c->width : 0;

	if (column)
		fputs("  ", to);
	if (is_right(t, column))
		spaces(to, pad);
	if (c->colour != SHOW_PLAIN)
		show_colour(to, colours, c->colour);
	fputs(c->text, to);
	if (c->colour != SHOW_PLAIN)
		show_colour(to, colours, SHOW_PLAIN);
	if (!is_right(t, column) && column + 1 < t->columns)
		spaces(to, pad);
}

static void
print_heads(const struct table *t, FILE *to, const size_t *width, bool colours)
{
	for (unsigned i = 0; i < t->columns; i++) {
		char name[64];
		size_t n = show_safe(name, sizeof name, head(t, i), strlen(head(t, i)));
		struct table_cell c = { .text = name, .width = n, .colour = SHOW_HEAD };

		print_cell(t, to, i, &c, width[i], colours);
	}
	fputc('\n', to);
}

bool
table_print(struct table *t, FILE *to, const char *indent, bool colours)
{
	size_t width[TABLE_COLUMNS], rows = t->columns ? t->cells / t->columns : 0;
	bool whole = !t->failed;

	for (unsigned i = 0; i < t->columns; i++)
		width[i] = strlen(head(t, i));
	for (size_t i = 0; i < rows * t->columns; i++)
		if (t->cell[i].width > width[i % t->columns])
			width[i % t->columns] = t->cell[i].width;
	if (rows) {
		fputs(indent, to);
		print_heads(t, to, width, colours);
	}
	for (size_t i = 0; i < rows * t->columns; i++) {
		unsigned column = (unsigned)(i % t->columns);

		if (column == 0)
			fputs(indent, to);
		print_cell(t, to, column, &t->cell[i], width[column], colours);
		if (column + 1 == t->columns)
			fputc('\n', to);
	}
	for (size_t i = 0; i < t->cells; i++)
		free(t->cell[i].text);
	free(t->cell);
	*t = (struct table){ .heads = t->heads, .columns = t->columns };
	return whole;
}
