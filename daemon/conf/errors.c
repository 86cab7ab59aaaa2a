/* errors.c - the errors of one run, gathered and put in order. See conf.h. */
#include "conf/conf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct conf_mark {
	uint32_t line;
	uint32_t file;	 /* bytes of the file's name, with which the text begins */
	uint32_t number; /* as it was added */
};

/* Text and mark together, while they are sorted. */
struct entry {
	char *text;
	struct conf_mark mark;
	bool in_main;
};

void
conf_errors_free(struct conf_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		free(e->text[i]);
	free(e->text);
	free(e->mark);
	*e = (struct conf_errors){0};
}

static bool
make_room(struct conf_errors *e)
{
	uint32_t size = e->size ? e->size * 2 : 16;
	struct conf_mark *mark;
	char **text;

	if (e->n < e->size)
		return true;
	text = reallocarray(e->text, size, sizeof *text);
	if (!text)
		return false;
	e->text = text;
	mark = reallocarray(e->mark, size, sizeof *mark);
	if (!mark)
		return false;
	e->mark = mark;
	e->size = size;
	return true;
}

void
conf_error(struct conf_errors *e, struct conf_place at, const char *format, ...)
{
	char *said = NULL, *whole = NULL;
	va_list args;
	int size;

	va_start(args, format);
	size = vasprintf(&said, format, args);
	va_end(args);
	if (size >= 0)
		size = at.line ? asprintf(&whole, "%s:%u: %s", at.file, at.line, said)
			       : asprintf(&whole, "%s: %s", at.file, said);
	if (size < 0 || !make_room(e)) {
		e->lost = true;
		if (size >= 0)
			free(whole);
	} else {
		e->text[e->n] = whole;
		e->mark[e->n] = (struct conf_mark){at.line, (uint32_t)strlen(at.file), e->n};
		e->n++;
	}
	free(said);
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	const struct conf_mark *m = &x->mark, *n = &y->mark;
	int files;

	if (x->in_main != y->in_main)
		return x->in_main ? -1 : 1;
	files = m->file == n->file ? memcmp(x->text, y->text, m->file) : strcmp(x->text, y->text);
	if (files)
		return files;
	if (m->line != n->line)
		return m->line < n->line ? -1 : 1;
	return m->number < n->number ? -1 : 1;
}

void
conf_errors_sort(struct conf_errors *e, const char *main)
{
	struct entry *all = reallocarray(NULL, e->n, sizeof *all);
	size_t size = strlen(main);

	if (!all)
		return; /* out of order is better than lost */
	for (uint32_t i = 0; i < e->n; i++) {
		all[i] = (struct entry){.text = e->text[i], .mark = e->mark[i]};
		all[i].in_main = all[i].mark.file == size && memcmp(all[i].text, main, size) == 0;
	}
	qsort(all, e->n, sizeof *all, compare);
	for (uint32_t i = 0; i < e->n; i++) {
		e->text[i] = all[i].text;
		e->mark[i] = all[i].mark;
		e->mark[i].number = i;
	}
	free(all);
}
