/* readers.h - strict readers of the forms in which a line goes out, written from their
 * specifications and not from the code that makes them: ALERTS 1.1, JSON (RFC 8259), journald's
 * native protocol, RFC 5424.
 *
 * Each says what a value stands for, as bytes. NULL: the bytes are not of the form; READ_WHY says
 * why.
 */
#ifndef SEGAUDIT_READERS_H
#define SEGAUDIT_READERS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_FIELDS = 64, READ_BYTES = 16384 };

struct read_field {
	char key[32];
	const char *value; /* in `bytes` */
	size_t size;
	size_t end; /* one past its last byte in the text */
	char kind;  /* 's' string, 'n' number, in JSON */
};

struct read {
	unsigned n;
	struct read_field f[READ_FIELDS];
	char bytes[READ_BYTES];
	size_t used;
	const char *why; /* what was wrong */
};

static inline bool
read_wrong(struct read *r, const char *why)
{
	r->why = why;
	return false;
}

static inline void
read_begin(struct read *r)
{
	r->n = 0;
	r->used = 0;
	r->why = NULL;
}

static inline void
read_byte(struct read *r, unsigned byte)
{
	if (r->used < sizeof r->bytes)
		r->bytes[r->used++] = (char)byte;
}

static inline void
read_utf8(struct read *r, unsigned long c)
{
	if (c < 0x80) {
		read_byte(r, (unsigned)c);
	} else if (c < 0x800) {
		read_byte(r, 0xc0 | (unsigned)(c >> 6));
		read_byte(r, 0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		read_byte(r, 0xe0 | (unsigned)(c >> 12));
		read_byte(r, 0x80 | (c >> 6 & 0x3f));
		read_byte(r, 0x80 | (c & 0x3f));
	} else {
		read_byte(r, 0xf0 | (unsigned)(c >> 18));
		read_byte(r, 0x80 | (c >> 12 & 0x3f));
		read_byte(r, 0x80 | (c >> 6 & 0x3f));
		read_byte(r, 0x80 | (c & 0x3f));
	}
}

/* Bytes of the well-formed character at P (table 3-7 of the Unicode standard), 0 for none. */
static inline size_t
read_character(const char *text, const char *end)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t left = (size_t)(end - text);
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	if (left < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

/* N hexadecimal digits in small letters. */
static inline bool
read_hex(const char *p, const char *end, unsigned n, unsigned long *to)
{
	char digits[8] = "";

	if ((size_t)(end - p) < n)
		return false;
	memcpy(digits, p, n);
	*to = strtoul(digits, NULL, 16);
	return strspn(digits, "0123456789abcdef") == n;
}

/* A field begins: its key, of the characters in OF, up to STOP. */
static inline const char *
read_key(struct read *r, const char *p, const char *end, const char *of, char stop)
{
	size_t n = 0;

	if (r->n == READ_FIELDS) {
		r->why = "too many fields";
		return NULL;
	}
	struct read_field *f = &r->f[r->n];
	while (p + n < end && n < sizeof f->key - 1 && p[n] && strchr(of, p[n])) {
		f->key[n] = p[n];
		n++;
	}
	f->key[n] = '\0';
	if (n == 0 || p + n == end || p[n] != stop) {
		r->why = "no key";
		return NULL;
	}
	f->value = r->bytes + r->used;
	return p + n + 1;
}

static inline void
read_end(struct read *r, size_t end)
{
	struct read_field *f = &r->f[r->n++];

	f->size = (size_t)(r->bytes + r->used - f->value);
	f->end = end;
}

static inline const struct read_field *
read_find(const struct read *r, const char *key)
{
	for (unsigned i = 0; i < r->n; i++)
		if (strcmp(r->f[i].key, key) == 0)
			return &r->f[i];
	return NULL;
}

/* Is there no key twice? */
static inline bool
read_once(struct read *r)
{
	for (unsigned i = 0; i < r->n; i++)
		for (unsigned k = 0; k < i; k++)
			if (r->f[i].key[0] == r->f[k].key[0] &&
			    strcmp(r->f[i].key, r->f[k].key) == 0)
				return read_wrong(r, "a key twice");
	return true;
}

/* What stands behind a backslash in a line. NULL: nothing that may. */
static inline const char *
read_line_escape(struct read *r, const char *p, const char *end)
{
	unsigned long c;
	unsigned n = 0;

	if (p == end)
		return NULL;
	if (*p == '"' || *p == '\\') {
		read_byte(r, (unsigned char)*p);
		return p + 1;
	}
	if (*p == 'x') {
		/* Only what is no printable character is written so. */
		if (!read_hex(p + 1, end, 2, &c) || (c >= 0x20 && c < 0x7f))
			return NULL;
		read_byte(r, (unsigned)c);
		return p + 3;
	}
	if (*p != 'u' || end - p < 2 || p[1] != '{')
		return NULL;
	for (p += 2; p + n < end && p[n] != '}';)
		n++;
	if (p + n == end || n < 4 || n > 6 || !read_hex(p, end, n, &c) || c < 0x80 ||
	    c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || (n > 4 && *p == '0'))
		return NULL;
	read_utf8(r, c);
	return p + n + 1;
}

/* Characters that move a terminal, turn text round or hide in it, of N bytes at P: C1 controls,
 * soft hyphen, Arabic letter mark, zero width and bidirectional ones, separators, byte order mark,
 * annotations, tags, non-characters. */
static inline bool
read_misleads(const char *p, size_t n)
{
	static const char *const from[] = { "\xc2\x80", "\xc2\xad", "\xd8\x9c", "\xe1\xa0\x8e",
		"\xe2\x80\x8b", "\xe2\x80\xa8", "\xe2\x81\xa0", "\xef\xb7\x90", "\xef\xbb\xbf",
		"\xef\xbf\xb9", "\xef\xbf\xbe", "\xf3\xa0\x80\x80" };
	static const char *const to[] = { "\xc2\x9f", "\xc2\xad", "\xd8\x9c", "\xe1\xa0\x8e",
		"\xe2\x80\x8f", "\xe2\x80\xae", "\xe2\x81\xaf", "\xef\xb7\xaf", "\xef\xbb\xbf",
		"\xef\xbf\xbb", "\xef\xbf\xbf", "\xf3\xa0\xbf\xbf" };

	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		if (strlen(from[i]) == n && memcmp(p, from[i], n) >= 0 && memcmp(p, to[i], n) <= 0)
			return true;
	return false;
}

/* A value in quotes. RAW (msg): other characters than ASCII may stand there. */
static inline const char *
read_line_quoted(struct read *r, const char *p, const char *end, bool raw)
{
	bool needed = p < end && *p == '"';

	while (p < end && *p != '"') {
		size_t n = read_character(p, end);

		needed |= strchr(" \\=", *p) != NULL;
		if (*p == '\\') {
			p = read_line_escape(r, p + 1, end);
			if (!p) {
				r->why = "no escape";
				return NULL;
			}
			continue;
		}
		if (*p == 0x7f || (n == 1 && *p < ' ') || n == 0 ||
		    (n > 1 && (!raw || read_misleads(p, n)))) {
			r->why = "a byte that may not stand there";
			return NULL;
		}
		for (; n; n--)
			read_byte(r, (unsigned char)*p++);
	}
	if (p == end || (!needed && !raw)) {
		r->why = p == end ? "no closing quote" : "quotes without need";
		return NULL;
	}
	return p + 1;
}

/* `SEGnnnn STATE key=value … msg="…"`. */
static inline bool
read_line(struct read *r, const char *line, size_t size)
{
	static const char of[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *p = line + 8, *end = line + size;

	read_begin(r);
	if (size < 12 || memcmp(line, "SEG", 3) != 0 || strspn(line + 3, "0123456789") != 4 ||
	    line[7] != ' ')
		return read_wrong(r, "no id");
	while (p < end && *p >= 'A' && *p <= 'Z')
		p++;
	if (p == line + 8)
		return read_wrong(r, "no state");
	while (p < end) {
		if (*p++ != ' ')
			return read_wrong(r, "no space");
		const char *value = read_key(r, p, end, of, '=');
		if (!value)
			return false;
		if (value < end && *value == '"') {
			p = read_line_quoted(r, value + 1, end, strcmp(r->f[r->n].key, "msg") == 0);
			if (!p)
				return false;
		} else {
			for (p = value; p<end && * p> ' ' && *p < 0x7f && !strchr("\"=\\", *p); p++)
				read_byte(r, (unsigned char)*p);
			if (p == value)
				return read_wrong(r, "an empty value");
		}
		read_end(r, (size_t)(p - line));
	}
	if (r->n == 0 || strcmp(r->f[r->n - 1].key, "msg") != 0 || line[size - 1] != '"')
		return read_wrong(r, "msg is not last");
	return read_once(r);
}

/* What stands behind a backslash in JSON. */
static inline const char *
read_json_escape(struct read *r, const char *p, const char *end)
{
	static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	unsigned long c, low;

	if (p == end)
		return NULL;
	for (unsigned i = 0; letters[i]; i += 2)
		if (*p == letters[i]) {
			read_byte(r, (unsigned char)letters[i + 1]);
			return p + 1;
		}
	if (*p != 'u' || !read_hex(p + 1, end, 4, &c) || (c >= 0xdc00 && c <= 0xdfff))
		return NULL;
	p += 5;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !read_hex(p + 2, end, 4, &low) ||
		    low < 0xdc00 || low > 0xdfff)
			return NULL;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		p += 6;
	}
	read_utf8(r, c);
	return p;
}

/* A string; its opening quote was taken. */
static inline const char *
read_json_string(struct read *r, const char *p, const char *end)
{
	while (p < end && *p != '"') {
		size_t n = read_character(p, end);

		if (*p == '\\') {
			p = read_json_escape(r, p + 1, end);
			if (!p)
				return NULL;
			continue;
		}
		if (n == 0 || (n == 1 && (unsigned char)*p < ' ') || (n > 1 && read_misleads(p, n)))
			return NULL;
		for (; n; n--)
			read_byte(r, (unsigned char)*p++);
	}
	return p < end ? p + 1 : NULL;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)? */
static inline const char *
read_json_number(struct read *r, const char *p)
{
	const char *from = p;

	p += *p == '-';
	size_t n = strspn(p, "0123456789");
	if (n == 0 || (n > 1 && *p == '0'))
		return NULL;
	p += n;
	if (*p == '.') {
		n = strspn(p + 1, "0123456789");
		if (n == 0)
			return NULL;
		p += n + 1;
	}
	for (; from < p; from++)
		read_byte(r, (unsigned char)*from);
	return p;
}

/* One object of strings and numbers, without blanks between its tokens. TEXT ends with NUL. */
static inline bool
read_json(struct read *r, const char *text, size_t size)
{
	const char *p = text + 1, *end = text + size;

	read_begin(r);
	if (size < 2 || *text != '{')
		return read_wrong(r, "no object");
	for (;; p++) {
		if (p == end || *p++ != '"')
			return read_wrong(r, "no name");
		p = read_key(r, p, end, "abcdefghijklmnopqrstuvwxyz0123456789_.@", '"');
		if (!p || p == end || *p++ != ':')
			return read_wrong(r, "no colon");
		struct read_field *f = &r->f[r->n];
		f->kind = *p == '"' ? 's' : 'n';
		p = *p == '"' ? read_json_string(r, p + 1, end) : read_json_number(r, p);
		if (!p)
			return read_wrong(r, "no value");
		read_end(r, (size_t)(p - text));
		if (*p != ',')
			break;
	}
	if (p + 1 != end || *p != '}')
		return read_wrong(r, "no closing brace");
	return read_once(r);
}

/* NAME=value, or NAME, newline, 64 bits with the lowest byte first, that many bytes; then a
 * newline. */
static inline bool
read_journal(struct read *r, const char *record, size_t size)
{
	static const char of[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const char *p = record, *end = record + size;

	read_begin(r);
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *equals = stop ? memchr(p, '=', (size_t)(stop - p)) : NULL;
		unsigned long long n = 0;

		if (!stop)
			return read_wrong(r, "no newline");
		p = read_key(r, p, end, of, equals ? '=' : '\n');
		if (!p || r->f[r->n].key[0] == '_')
			return read_wrong(r, "no name");
		if (equals) {
			n = (unsigned long long)(stop - p);
		} else {
			if (end - p < 8)
				return read_wrong(r, "no length");
			for (unsigned i = 0; i < 8; i++)
				n |= (unsigned long long)(unsigned char)*p++ << 8 * i;
		}
		if (n >= (unsigned long long)(end - p) || p[n] != '\n')
			return read_wrong(r, "no end of a value");
		for (; n; n--)
			read_byte(r, (unsigned char)*p++);
		read_end(r, (size_t)(p - record));
		p++;
	}
	return read_once(r);
}

/* The parameters of one element of structured data behind its name; *AT goes behind its bracket.
 * The only escapes are \"
 * \\ and \] (RFC 5424, 6.3.3); another backslash stands for itself. */
static inline bool
read_data(struct read *r, const char **at, const char *end)
{
	static const char of[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *p = *at;

	read_begin(r);
	while (p < end && *p == ' ') {
		p = read_key(r, p + 1, end, of, '=');
		if (!p || p == end || *p++ != '"')
			return read_wrong(r, "no parameter");
		for (; p < end && *p != '"'; p++) {
			if (*p == ']')
				return read_wrong(r, "a bracket in a value");
			if (*p == '\\' && end - p > 1 && strchr("\"\\]", p[1]))
				p++;
			else if (*p == '\\')
				return read_wrong(r, "a backslash alone");
			read_byte(r, (unsigned char)*p);
		}
		if (p == end)
			return read_wrong(r, "no closing quote");
		p++;
		read_end(r, 0);
	}
	if (p == end || *p != ']')
		return read_wrong(r, "no bracket");
	*at = p + 1;
	return read_once(r);
}

#endif
