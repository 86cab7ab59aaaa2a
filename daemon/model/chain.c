/* chain.c - see chain.h. */
#include "model/chain.h"

#include <string.h>

#include "model/sha.h"

_Static_assert((int)CHAIN_HASH == (int)SHA_SIZE, "a hash of the chain is SHA-256");

/* One field of a line: offsets of the space before it, of its value, and of what is behind it. */
struct field {
	size_t at, value, end;
	size_t key_size;
	bool quoted;
};

static bool
in_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The field at offset AT, where its space stands. False when there is none of the form of ALERTS
 * 1.1. */
static bool
field_at(struct field *f, const char *line, size_t size, size_t at)
{
	size_t p = at + 1;

	if (at >= size || line[at] != ' ')
		return false;
	while (p < size && in_key(line[p]))
		p++;
	f->at = at;
	f->key_size = p - at - 1;
	if (f->key_size == 0 || p >= size || line[p] != '=')
		return false;
	p++;
	f->quoted = p < size && line[p] == '"';
	f->value = p;
	if (!f->quoted) {
		while (p < size && line[p] != ' ' && line[p] != '"' && line[p] != '\\')
			p++;
		f->end = p;
		return p == size || line[p] == ' ';
	}
	for (p++; p < size && line[p] != '"'; p++)
		if (line[p] == '\\')
			p++;
	if (p >= size)
		return false;
	f->end = p + 1;
	return f->end == size || line[f->end] == ' ';
}

static bool
is_key(const struct field *f, const char *line, const char *key)
{
	return strlen(key) == f->key_size && memcmp(line + f->at + 1, key, f->key_size) == 0;
}

/* `SEG2003 OPEN` or `LEDGER word`: its size, 0 when the line does not begin so. */
static size_t
opening(enum chain_kind *kind, const char *line, size_t size)
{
	char low = 'A', high = 'Z';
	size_t p = 7;

	if (size < 9)
		return 0;
	*kind = CHAIN_EVENT;
	if (memcmp(line, "LEDGER ", 7) == 0) {
		*kind = CHAIN_RECORD;
		low = 'a';
		high = 'z';
	} else if (memcmp(line, "SEG", 3) != 0 || line[p++] != ' ') {
		return 0;
	}
	for (size_t i = 3; *kind == CHAIN_EVENT && i < 7; i++)
		if (!is_digit(line[i]))
			return 0;
	for (size_t from = p;; p++)
		if (p == size || line[p] < low || line[p] > high)
			return p > from && (p == size || line[p] == ' ') ? p : 0;
}

static bool
read_number(uint64_t *number, const char *digits, size_t size)
{
	uint64_t n = 0;

	if (size == 0 || size > 20 || (size > 1 && digits[0] == '0'))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!is_digit(digits[i]) || n > (UINT64_MAX - (uint64_t)(digits[i] - '0')) / 10)
			return false;
		n = n * 10 + (uint64_t)(digits[i] - '0');
	}
	*number = n;
	return true;
}

static bool
read_hex(const struct field *f, const char *line, size_t digits)
{
	if (f->quoted || f->end - f->value != digits)
		return false;
	for (size_t i = f->value; i < f->end; i++)
		if (!is_hex(line[i]))
			return false;
	return true;
}

/* The three fields of which the first begins at offset AT. */
static bool
closing(struct chain_line *l, size_t at)
{
	bool event = l->kind == CHAIN_EVENT;
	struct field f;

	if (!field_at(&f, l->at, l->size, at) || !is_key(&f, l->at, "sid") ||
	    !read_hex(&f, l->at, CHAIN_SID))
		return false;
	memcpy(l->sid, l->at + f.value, CHAIN_SID);
	l->sid[CHAIN_SID] = '\0';
	if (!field_at(&f, l->at, l->size, f.end) || !is_key(&f, l->at, event ? "seq" : "lseq") ||
	    f.quoted || !read_number(&l->seq, l->at + f.value, f.end - f.value))
		return false;
	if (!field_at(&f, l->at, l->size, f.end) || !is_key(&f, l->at, event ? "h" : "lh") ||
	    !read_hex(&f, l->at, CHAIN_DIGITS))
		return false;
	l->cut = f.at;
	l->rest = f.end;
	return true;
}

enum chain_form
chain_read(struct chain_line *l, const char *line, size_t size)
{
	struct chain_line got = { .at = line, .size = size };
	size_t at = opening(&got.kind, line, size);

	if (at == 0)
		return CHAIN_MALFORMED;
	while (at < size) {
		struct field f;

		if (!field_at(&f, line, size, at))
			return CHAIN_MALFORMED;
		at = f.end;
		if (!is_key(&f, line, "sid"))
			continue;
		if (!closing(&got, f.at))
			return CHAIN_MALFORMED;
		/* Behind them an event has msg, and nothing more; a record has nothing. */
		if (got.kind == CHAIN_EVENT &&
		    (!field_at(&f, line, size, got.rest) || !is_key(&f, line, "msg") || !f.quoted ||
			f.end != size))
			return CHAIN_MALFORMED;
		if (got.kind == CHAIN_RECORD && got.rest != size)
			return CHAIN_MALFORMED;
		*l = got;
		return CHAIN_WHOLE;
	}
	return CHAIN_UNNUMBERED;
}

/* Where the fields of a line, or of a part of one, begin. */
static size_t
fields_of(const char *line, size_t size)
{
	enum chain_kind kind;

	return size && line[0] == ' ' ? 0 : opening(&kind, line, size);
}

/* The first field KEY from offset AT on. */
static bool
find(struct field *f, const char *line, size_t size, size_t at, const char *key)
{
	for (; field_at(f, line, size, at); at = f->end)
		if (is_key(f, line, key))
			return true;
	return false;
}

size_t
chain_part(const char **part, const char *line, size_t size, const char *from, const char *to)
{
	struct field first, behind;

	*part = line;
	if (!find(&first, line, size, fields_of(line, size), from) ||
	    !find(&behind, line, size, first.end, to))
		return 0;
	*part = line + first.at;
	return behind.at - first.at;
}

size_t
chain_value(char to[CHAIN_VALUE], const char *line, size_t size, const char *key)
{
	size_t n = 0;
	struct field f;

	to[0] = '\0';
	if (!find(&f, line, size, fields_of(line, size), key))
		return 0;
	for (size_t i = f.value + f.quoted; i < f.end - f.quoted && n < CHAIN_VALUE - 1; i++) {
		if (f.quoted && line[i] == '\\' && i + 2 < f.end &&
		    (line[i + 1] == '"' || line[i + 1] == '\\'))
			i++;
		to[n++] = line[i];
	}
	to[n] = '\0';
	return n;
}

void
chain_next(uint8_t next[CHAIN_HASH], const uint8_t head[CHAIN_HASH], const struct chain_line *l)
{
	char before[CHAIN_HEX];
	struct sha c;

	chain_hex(before, head);
	before[CHAIN_HEX - 1] = '\n';
	sha_begin(&c);
	sha_add(&c, before, CHAIN_HEX);
	sha_add(&c, l->at, l->cut);
	sha_add(&c, l->at + l->rest, l->size - l->rest);
	sha_end(&c, next);
}

bool
chain_fits(const struct chain_line *l, const uint8_t hash[CHAIN_HASH])
{
	char digits[CHAIN_HEX];

	return memcmp(chain_hex(digits, hash), l->at + l->rest - CHAIN_DIGITS, CHAIN_DIGITS) == 0;
}

bool
chain_seal(struct chain *c, enum chain_kind kind, char *line, size_t size)
{
	char digits[CHAIN_HEX];
	struct chain_line l;

	if (chain_read(&l, line, size) != CHAIN_WHOLE || l.kind != kind || l.seq != c->n + 1)
		return false;
	chain_next(c->head, c->head, &l);
	c->n++;
	memcpy(line + l.rest - CHAIN_DIGITS, chain_hex(digits, c->head), CHAIN_DIGITS);
	return true;
}

const char *
chain_hex(char to[CHAIN_HEX], const uint8_t hash[CHAIN_HASH])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < CHAIN_HASH; i++) {
		to[2 * i] = digits[hash[i] >> 4];
		to[2 * i + 1] = digits[hash[i] & 15];
	}
	to[CHAIN_HEX - 1] = '\0';
	return to;
}

bool
chain_unhex(uint8_t hash[CHAIN_HASH], const char *digits)
{
	if (strlen(digits) != CHAIN_HEX - 1)
		return false;
	for (size_t i = 0; i < CHAIN_HASH; i++) {
		unsigned byte = 0;

		for (size_t k = 0; k < 2; k++) {
			char c = digits[2 * i + k];

			if (!is_hex(c))
				return false;
			byte = byte << 4 | (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
		}
		hash[i] = (uint8_t)byte;
	}
	return true;
}

void
chain_sha256(uint8_t hash[CHAIN_HASH], const void *a, size_t a_size, const void *b, size_t b_size)
{
	struct sha c;

	sha_begin(&c);
	sha_add(&c, a, a_size);
	sha_add(&c, b, b_size);
	sha_end(&c, hash);
}
