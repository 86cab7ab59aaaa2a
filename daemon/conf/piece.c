#include "conf/piece.h"

#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

/* Grows an array so that one more fits. */
static bool
grow(void *array, uint32_t n, uint32_t *room, size_t size)
{
	void *old, *new;
	uint32_t more = *room ? *room * 2 : 16;

	if (n < *room)
		return true;
	memcpy(&old, array, sizeof old);
	new = reallocarray(old, more, size);
	if (!new)
		return false;
	memcpy(array, &new, sizeof new);
	*room = more;
	return true;
}

bool
piece_put(struct piece *p, const char *bytes, size_t size)
{
	if (p->size + size + 1 > p->room) {
		size_t room = p->size + size + 1 + (p->room ? p->size / 2 : 64);
		char *text = realloc(p->text, room);

		if (!text)
			return false;
		p->text = text;
		p->room = room;
	}
	memcpy(p->text + p->size, bytes, size);
	p->size += size;
	p->text[p->size] = '\0';
	return true;
}

bool
piece_part(struct piece *p, const char *file, unsigned line)
{
	if (!grow(&p->part, p->nparts, &p->parts_room, sizeof *p->part))
		return false;
	p->part[p->nparts++] = (struct piece_part){ p->line, line, file };
	return true;
}

bool
piece_say(struct piece *p)
{
	if (!grow(&p->said, p->nsaid, &p->said_room, sizeof *p->said))
		return false;
	p->said[p->nsaid++] = p->line;
	return true;
}

struct conf_place
piece_place(const struct piece *p, unsigned line)
{
	uint32_t low = 0, high = p->nparts;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (p->part[middle].first <= line)
			low = middle;
		else
			high = middle;
	}
	return (
	    struct conf_place){ p->part[low].file, p->part[low].line + line - p->part[low].first };
}

bool
piece_said(const struct piece *p, unsigned line)
{
	for (uint32_t i = 0; i < p->nsaid; i++)
		if (p->said[i] == line)
			return true;
	return false;
}

const char *
piece_excerpt(const struct piece *p, unsigned line, char *to, size_t size)
{
	const char *at = p->text;
	size_t n;

	for (unsigned i = 1; i < line && *at; i++) {
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
	at += strspn(at, " \t");
	n = strcspn(at, "\r\n");
	n = n < size - 1 ? n : size - 1;
	n = value_utf8(at, n); /* not half a code point */
	memcpy(to, at, n);
	to[n] = '\0';
	return to;
}

void
piece_fini(struct piece *p)
{
	free(p->text);
	free(p->part);
	free(p->said);
	*p = (struct piece){ 0 };
}
