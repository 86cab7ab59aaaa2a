/* dialogue_hex.c - bytes of a dialogue written in hexadecimal digits, with lengths that count
 * themselves: see dialogue.c. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum { NAMES = 64, EXPANDED = 65536, DEPTH = 16 };

static struct {
	const char *name, *text;
} names[NAMES];
static unsigned nnames;

void
hex_forget(void)
{
	nnames = 0;
}

static const char *
value_of(const char *name, size_t n)
{
	for (unsigned i = 0; i < nnames; i++)
		if (strlen(names[i].name) == n && memcmp(names[i].name, name, n) == 0)
			return names[i].text;
	return NULL;
}

bool
hex_name(const char *name, const char *text, bool only_new)
{
	if (value_of(name, strlen(name)))
		return only_new;
	if (nnames == NAMES)
		return false;
	names[nnames].name = name;
	names[nnames++].text = text;
	return true;
}

/* TEXT with all names replaced, appended to OUT, which has *N characters. */
static const char *
expand(const char *text, char *out, size_t *n, unsigned depth)
{
	const char *wrong = NULL, *value;

	while (*text && !wrong) {
		size_t size = 0;

		if (*text != '$') {
			out[(*n)++] = *text++;
			if (*n == EXPANDED)
				return "too long";
			continue;
		}
		text++;
		while (isalnum((unsigned char)text[size]) || text[size] == '_')
			size++;
		value = value_of(text, size);
		if (!value || depth == DEPTH)
			return "a name that is not set";
		wrong = expand(value, out, n, depth + 1);
		text += size;
	}
	return wrong;
}

/* --- bytes --- */

struct output {
	uint8_t *bytes;
	size_t size, room;
};

static void
put(struct output *o, unsigned byte, size_t times)
{
	for (size_t i = 0; i < times; i++) {
		o->bytes = grown(o->bytes, &o->room, o->size, 1);
		o->bytes[o->size++] = (uint8_t)byte;
	}
}

static unsigned
digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0') :
					   (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* XX, or XX*N. Returns what follows, NULL: it is none. */
static const char *
read_byte(struct output *o, const char *p)
{
	char *end;
	unsigned long times = 1;

	if (!isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
		return NULL;
	unsigned byte = digit(p[0]) << 4 | digit(p[1]);
	p += 2;
	if (*p == '*') {
		times = strtoul(p + 1, &end, 10);
		p = end;
	}
	put(o, byte, times);
	return p;
}

/* "TEXT", or "TEXT"/N: zeros up to N bytes. */
static const char *
read_string(struct output *o, const char *p)
{
	const char *end = strchr(++p, '"');
	char *behind;

	if (!end)
		return NULL;
	size_t n = (size_t)(end - p);
	for (; p < end; p++)
		put(o, (uint8_t)*p, 1);
	if (*++end != '/')
		return end;
	unsigned long wanted = strtoul(end + 1, &behind, 10);
	if (wanted < n)
		return NULL;
	put(o, 0, wanted - n);
	return behind;
}

static const char *read_items(struct output *o, const char *p, unsigned depth);

/* [KIND+N ...]: a length and what it counts. */
static const char *
read_length(struct output *o, const char *p, unsigned depth)
{
	char kind = *++p, *end;
	bool little = kind == 'l' || kind == 'L';
	unsigned long more = 0;
	size_t width = kind == 'l' || kind == 'p' ? 2 : kind == 'L' ? 4 : (size_t)(kind - '0');

	if (kind == 'b')
		width = 2;
	if (!strchr("1234lLbp", kind) || kind == '\0' || depth == DEPTH)
		return NULL;
	p++;
	if (*p == '+' || *p == '-') {
		more = (unsigned long)strtol(p, &end, 10);
		p = end;
	}
	if (kind == 'b')
		put(o, 0x82, 1);
	size_t at = o->size;
	put(o, 0, width);
	p = read_items(o, p, depth + 1);
	if (!p || *p != ']')
		return NULL;
	unsigned long n = (o->size - at - width + more) | (kind == 'p' ? 0x8000 : 0);
	for (size_t i = 0; i < width; i++)
		o->bytes[at + (little ? i : width - 1 - i)] = (uint8_t)(n >> (8 * i));
	return p + 1;
}

static const char *
read_items(struct output *o, const char *p, unsigned depth)
{
	while (p && *p && *p != ']') {
		if (*p == ' ')
			p++;
		else if (*p == '"')
			p = read_string(o, p);
		else if (*p == '[')
			p = read_length(o, p, depth);
		else
			p = read_byte(o, p);
	}
	return p;
}

const char *
hex_bytes(const char *text, uint8_t **bytes, size_t *size)
{
	static char expanded[EXPANDED + 1];
	struct output o = { NULL, 0, 0 };
	size_t n = 0;
	const char *wrong = expand(text, expanded, &n, 0), *end;

	if (wrong)
		return wrong;
	expanded[n] = '\0';
	end = read_items(&o, expanded, 0);
	*bytes = o.bytes;
	*size = o.size;
	return end && !*end ? NULL : "no bytes in hexadecimal digits";
}
