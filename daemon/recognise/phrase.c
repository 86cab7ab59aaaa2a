#include "recognise/phrase.h"

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static void
trim(struct phrase *p)
{
	while (p->size > 0 && is_blank(p->at[0])) {
		p->at++;
		p->size--;
	}
	while (p->size > 0 && is_blank(p->at[p->size - 1]))
		p->size--;
}

/* Takes the first N bytes of P and, unless that is all, the separator behind them. */
static struct phrase
split(struct phrase *p, size_t n)
{
	struct phrase taken = { .at = p->at, .size = n };
	size_t gone = n < p->size ? n + 1 : n;

	if (gone > 0)
		p->at += gone;
	p->size -= gone;
	return taken;
}

static size_t
find(struct phrase p, uint8_t c)
{
	const uint8_t *at = p.size > 0 ? memchr(p.at, c, p.size) : NULL;

	return at ? (size_t)(at - p.at) : p.size;
}

bool
phrase_line(struct wire *w, struct phrase *line)
{
	*line = (struct phrase){ .at = w->p, .size = wire_left(w) };
	size_t n = find(*line, '\n');

	if (n == line->size)
		return false;
	wire_skip(w, n + 1); /* it is there */
	line->size = n > 0 && line->at[n - 1] == '\r' ? n - 1 : n;
	return true;
}

struct phrase
phrase_word(struct phrase *p)
{
	size_t n = 0;

	while (n < p->size && !is_blank(p->at[n]))
		n++;
	struct phrase word = split(p, n);
	trim(p);
	return word;
}

struct phrase
phrase_last_word(struct phrase *p)
{
	size_t n = 0;

	trim(p);
	while (n < p->size && !is_blank(p->at[p->size - 1 - n]))
		n++;
	p->size -= n;
	struct phrase word = { .at = p->at + p->size, .size = n };
	trim(p);
	return word;
}

bool
phrase_field(struct phrase *p, struct phrase *name)
{
	size_t n = find(*p, ':');

	if (n == 0 || n == p->size)
		return false;
	*name = split(p, n);
	trim(name);
	trim(p);
	return true;
}

bool
phrase_same(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < size; i++)
		if (lower(x[i]) != lower(y[i]))
			return false;
	return true;
}

bool
phrase_has(struct phrase p, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= p.size; i++)
		if (phrase_same(p.at + i, word, n))
			return true;
	return false;
}

bool
phrase_lists(struct phrase p, const char *word)
{
	while (p.size > 0) {
		struct phrase element = split(&p, find(p, ','));

		element.size = find(element, ';');
		trim(&element);
		if (phrase_like(element, word))
			return true;
		element.size = find(element, '/');
		if (phrase_like(element, word))
			return true;
	}
	return false;
}

bool
phrase_plain(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++)
		if ((p.at[i] < 0x20 && p.at[i] != '\t') || p.at[i] == 0x7f)
			return false;
	return true;
}

int32_t
phrase_number(struct phrase p)
{
	int32_t number = 0;

	if (p.size == 0 || p.size > 9)
		return -1;
	for (size_t i = 0; i < p.size; i++) {
		if (p.at[i] < '0' || p.at[i] > '9')
			return -1;
		number = number * 10 + (p.at[i] - '0');
	}
	return number;
}
