/* mime_type.c - see mime_type.h. */
#include "worker/mime_type.h"

#include <string.h>
#include <strings.h>

#include "worker/mime_name.h"

/* The body of a field, being read. */
struct reader {
	const char *at, *end;
	uint64_t words;
	bool comment; /* there is one */
};

/* Where a name stands, the most trusted last. */
enum name_of { NAME_NONE, NAME_PLAIN, NAME_EXTENDED, FILENAME_PLAIN, FILENAME_EXTENDED };

/* A parameter as it is written, and its value without quotes. */
struct param {
	const char *name;
	size_t nname, nvalue;
	bool quoted, escaped; /* its value stood in quotes; with backslashes */
	char value[MIME_FIELD];
};

static bool
at_space(const struct reader *r)
{
	return r->at < r->end && (*r->at == ' ' || *r->at == '\t');
}

/* Passes a comment; false when it does not end. */
static bool
skip_comment(struct reader *r)
{
	unsigned depth = 0;

	for (; r->at < r->end; r->at++) {
		if (*r->at == '\\' && r->end - r->at > 1)
			r->at++;
		else if (*r->at == '(')
			depth++;
		else if (*r->at == ')' && --depth == 0) {
			r->at++;
			return true;
		}
	}
	return false;
}

/* Words: to a reader that knows no comments, more of a value at most. */
static bool
is_words(const char *at, const char *end)
{
	for (; at < end; at++)
		if (*at != ' ' && *at != '\t' && !mime_is_token(*at))
			return false;
	return true;
}

/* Passes white space and comments. Comments are for the end of a body only, and hold nothing but
 * words: readers differ about those in its middle, and about what is a parameter in them. */
static void
skip_space(struct reader *r)
{
	bool comment = false;
	const char *from;

	for (;;) {
		while (at_space(r))
			r->at++;
		if (r->at == r->end || *r->at != '(')
			break;
		comment = r->comment = true;
		from = r->at + 1;
		if (!skip_comment(r) || !is_words(from, r->at - 1))
			r->words |= WHAT_HEADER;
	}
	if (comment && r->at < r->end)
		r->words |= WHAT_HEADER;
}

bool
mime_is_token(char c)
{
	static const bool special[] = { ['('] = true,
		[')'] = true,
		['<'] = true,
		['>'] = true,
		['@'] = true,
		[','] = true,
		[';'] = true,
		[':'] = true,
		['\\'] = true,
		['"'] = true,
		['/'] = true,
		['['] = true,
		[']'] = true,
		['?'] = true,
		['='] = true,
		[0x7f] = true };

	return c > 0x20 && (unsigned char)c < sizeof special && !special[(unsigned char)c];
}

/* The token at the reader's place; 0: there is none. */
static size_t
take_token(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && mime_is_token(*r->at))
		r->at++;
	return (size_t)(r->at - from);
}

static bool
is_name(const char *at, size_t size, const char *name)
{
	return strlen(name) == size && strncasecmp(at, name, size) == 0;
}

static void
take_quoted(struct reader *r, struct param *p)
{
	p->quoted = true;
	for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
		if (*r->at == '\\' && r->end - r->at > 1) {
			p->escaped = true;
			r->at++;
		}
		p->value[p->nvalue++] = *r->at;
	}
	if (r->at == r->end)
		r->words |= WHAT_HEADER;
	else
		r->at++;
}

/* A value is a token or stands in quotes. What is neither goes on to the next `;`, as most readers
 * have it. */
static void
take_value(struct reader *r, struct param *p)
{
	const char *from = r->at;

	p->nvalue = 0;
	p->quoted = p->escaped = false;
	if (r->at < r->end && *r->at == '"')
		take_quoted(r, p);
	else
		p->nvalue = take_token(r);
	if (!p->quoted)
		memcpy(p->value, from, p->nvalue);
	if (p->nvalue == 0 && !p->quoted)
		r->words |= WHAT_HEADER;
	skip_space(r);
	if (r->at == r->end || *r->at == ';')
		return;
	r->words |= WHAT_HEADER;
	for (; r->at < r->end && *r->at != ';'; r->at++)
		if (!p->quoted && p->nvalue < sizeof p->value)
			p->value[p->nvalue++] = *r->at;
	while (!p->quoted && p->nvalue && strchr(" \t", p->value[p->nvalue - 1]))
		p->nvalue--;
}

/* The next parameter; false at the end of the body. One `;` with nothing behind it is no fault, as
 * nobody reads it in two ways. */
static bool
next_param(struct reader *r, struct param *p)
{
	for (;;) {
		skip_space(r);
		if (r->at == r->end)
			return false;
		if (*r->at != ';')
			r->words |= WHAT_HEADER;
		else
			r->at++;
		skip_space(r);
		if (r->at == r->end)
			return false;
		p->name = r->at;
		p->nname = take_token(r);
		if (at_space(r)) {
			r->words |= WHAT_HEADER;
			skip_space(r);
		}
		if (p->nname > 0 && r->at < r->end && *r->at == '=')
			break;
		/* no `=`: on to the next one */
		r->words |= WHAT_HEADER;
		while (r->at < r->end && *r->at != ';')
			r->at++;
	}
	r->at++;
	if (at_space(r)) {
		r->words |= WHAT_HEADER;
		skip_space(r);
	}
	take_value(r, p);
	return true;
}

/* RFC 2231: `name*`, `name*0`, `name*0*`. Takes the star and what follows from the name; false when
 * there is none. */
static bool
extended(struct reader *r, struct param *p, unsigned *number, bool *percent)
{
	const char *star = memchr(p->name, '*', p->nname), *end = p->name + p->nname, *digit, *stop;

	*number = 0;
	*percent = false;
	if (!star)
		return false;
	for (digit = star + 1; digit < end && *digit >= '0' && *digit <= '9'; digit++)
		*number = *number < 1000 ? *number * 10 + (unsigned)(*digit - '0') : *number;
	*percent = end[-1] == '*';
	/* nothing but digits between the stars, without leading zeros */
	stop = *percent && end - 1 > star ? end - 1 : end;
	if (digit != stop || (digit - star > 2 && star[1] == '0') ||
	    (digit == star + 1 && end - star != 1))
		r->words |= WHAT_HEADER;
	p->nname = (size_t)(star - p->name);
	return true;
}

/* One of the names that a part has. */
static void
keep_name(struct mime_declared *d, enum name_of of, const struct mime_name *n)
{
	uint32_t hash = 2166136261u;

	if (!n->given)
		return;
	for (size_t i = 0; i < n->size; i++)
		hash = (hash ^ (uint8_t)n->bytes[i]) * 16777619u;
	if (mime_name_is_odd(n) || (d->name_of != NAME_NONE && hash != d->name_hash))
		d->name_words = WHAT_FILE_NAME;
	d->extensions |= (uint8_t)mime_name_extension(n);
	if (of < d->name_of)
		return;
	d->name_of = (uint8_t)of;
	d->name_hash = hash;
	d->nname = (uint8_t)(n->size < sizeof d->name ? n->size : sizeof d->name);
	memcpy(d->name, n->bytes, d->nname);
}

/* RFC 2046, 5.1.1: 1 to 70 characters, the last one no space. */
static uint64_t
keep_boundary(struct mime_declared *d, const struct param *p)
{
	bool twice = d->bounded;

	d->bounded = true;
	if (p->nvalue == 0 || p->nvalue > MIME_BOUNDARY)
		return WHAT_BOUNDARY;
	if (twice && (p->nvalue != d->nboundary || memcmp(d->boundary, p->value, p->nvalue) != 0))
		return WHAT_BOUNDARY; /* two readers, two boundaries: the first one is as good */
	d->nboundary = (uint8_t)p->nvalue;
	memcpy(d->boundary, p->value, p->nvalue);
	for (size_t i = 0; i < p->nvalue; i++) {
		char c = p->value[i];
		bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!letter && (c == '\0' || !strchr("'()+_,-./:=? ", c)))
			return WHAT_BOUNDARY;
		if (!p->quoted && !mime_is_token(c))
			return WHAT_BOUNDARY;
	}
	if (p->nvalue >= 4 && memcmp(p->value, "=?", 2) == 0) /* RFC 2047 */
		return WHAT_BOUNDARY;
	if (strncmp(d->type, "multipart/", 10) != 0) /* some readers split whatever has one */
		return WHAT_BOUNDARY;
	return twice || p->escaped || p->value[p->nvalue - 1] == ' ' ? WHAT_BOUNDARY : 0;
}

/* Parameters of Content-Type that were read. */
enum { SEEN_CHARSET = 1, SEEN_FORMAT = 2, SEEN_DELSP = 4 };

/* Does a value hold what is another parameter to a reader that knows no quotes? */
static bool
hides_more(const struct param *p)
{
	return memchr(p->value, ';', p->nvalue) != NULL;
}

/* Does a parameter that is not the boundary speak of one? To readers that look for the word it is
 * one. */
static bool
tells_boundary(const struct param *p)
{
	static const char word[] = "boundary";
	size_t n = sizeof word - 1;

	for (size_t i = 0; i + n <= p->nname; i++)
		if (strncasecmp(p->name + i, word, n) == 0)
			return true;
	for (size_t i = 0; i + n <= p->nvalue; i++)
		if (strncasecmp(p->value + i, word, n) == 0)
			return true;
	return false;
}

/* A parameter of Content-Type that is no name of a file and no boundary. */
static uint64_t
keep_param(struct mime_declared *d, const struct param *p, unsigned *seen)
{
	uint64_t words = hides_more(p) ? WHAT_HEADER : 0;
	unsigned which = 0;

	if (is_name(p->name, p->nname, "charset")) {
		which = SEEN_CHARSET;
		d->charset = charset_of(p->value, p->nvalue);
	} else if (is_name(p->name, p->nname, "format")) {
		which = SEEN_FORMAT;
	} else if (is_name(p->name, p->nname, "delsp")) {
		which = SEEN_DELSP;
	}
	if (*seen & which || (which == 0 && strcmp(d->type, "text/plain") == 0))
		words |= WHAT_HEADER;
	*seen |= which;
	return tells_boundary(p) ? words | WHAT_BOUNDARY : words;
}

/* type "/" subtype. What is none is text, as RFC 2045, 5.2 has it. */
static void
take_type(struct reader *r, struct mime_declared *d)
{
	const char *from;
	size_t n, ntype, nsubtype = 0;

	skip_space(r);
	from = r->at;
	ntype = take_token(r);
	if (ntype > 0 && r->at < r->end && *r->at == '/') {
		r->at++;
		nsubtype = take_token(r);
	}
	n = (size_t)(r->at - from);
	if (nsubtype == 0 || ntype > MIME_TYPE_NAME || nsubtype > MIME_TYPE_NAME)
		r->words |= WHAT_HEADER;
	if (nsubtype == 0) {
		from = "text/plain";
		n = strlen(from);
	}
	if (n > MIME_TYPE)
		n = MIME_TYPE;
	for (size_t i = 0; i < n; i++)
		d->type[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20 : from[i]);
	d->type[n] = '\0';
}

void
mime_declared_begin(struct mime_declared *d, const char *type)
{
	*d = (struct mime_declared){ .charset = CHARSET_US_ASCII };
	memcpy(d->type, type, strlen(type) + 1);
}

/* A parameter that gives a name; false: NAMED is not its name. */
static bool
take_name(struct reader *r, struct param *p, const char *named, struct mime_name names[2])
{
	size_t size = strlen(named);
	unsigned number;
	bool percent;

	if (p->nname < size || strncasecmp(p->name, named, size) != 0)
		return false;
	if (p->nname > size && p->name[size] != '*')
		return false;
	if (extended(r, p, &number, &percent)) {
		mime_name_section(&names[1], number, percent, p->value, p->nvalue);
		return true;
	}
	if (names[0].given)
		r->words |= WHAT_HEADER;
	mime_name_plain(&names[0], p->value, p->nvalue);
	return true;
}

uint64_t
mime_read_type(struct mime_declared *d, const char *body, size_t size)
{
	struct reader r = { body, body + size, 0, false };
	struct mime_name names[2] = { { .size = 0 }, { .size = 0 } };
	struct param p;
	unsigned seen = 0, number;
	bool percent;

	d->typed = true;
	d->charset = CHARSET_US_ASCII;
	d->bounded = false;
	d->nboundary = 0;
	take_type(&r, d);
	while (next_param(&r, &p)) {
		if (take_name(&r, &p, "name", names))
			continue;
		bool star = extended(&r, &p, &number, &percent);

		if (is_name(p.name, p.nname, "boundary"))
			r.words |= keep_boundary(d, &p) | (star ? WHAT_BOUNDARY : 0);
		else
			r.words |= keep_param(d, &p, &seen) | (star ? WHAT_HEADER : 0);
	}
	if (d->bounded && r.comment) /* some readers take it for a part of the boundary */
		r.words |= WHAT_BOUNDARY;
	keep_name(d, NAME_PLAIN, &names[0]);
	keep_name(d, NAME_EXTENDED, &names[1]);
	return r.words;
}

/* A parameter of RFC 2183 that is no name. */
static bool
is_disposition_param(const struct param *p)
{
	static const char *const names[] = { "creation-date", "modification-date", "read-date",
		"size" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (is_name(p->name, p->nname, names[i]))
			return true;
	return false;
}

uint64_t
mime_read_disposition(struct mime_declared *d, const char *body, size_t size)
{
	struct reader r = { body, body + size, 0, false };
	struct mime_name names[2] = { { .size = 0 }, { .size = 0 } };
	struct param p;
	const char *from;
	size_t n;

	skip_space(&r);
	from = r.at;
	n = take_token(&r);
	if (n == 0)
		r.words |= WHAT_HEADER;
	d->attached = d->attached || !is_name(from, n, "inline");
	while (next_param(&r, &p))
		if (!take_name(&r, &p, "filename", names) &&
		    (!is_disposition_param(&p) || hides_more(&p)))
			r.words |= WHAT_HEADER;
	keep_name(d, FILENAME_PLAIN, &names[0]);
	keep_name(d, FILENAME_EXTENDED, &names[1]);
	return r.words;
}

static const char *const encodings[] = { "7bit", "8bit", "binary", "quoted-printable", "base64" };

const char *
mime_encoding_name(enum mime_encoding e)
{
	return e < ENCODING_UNKNOWN ? encodings[e] : "unknown";
}

uint64_t
mime_read_encoding(struct mime_declared *d, const char *body, size_t size)
{
	struct reader r = { body, body + size, 0, false };
	const char *from;
	size_t n;

	skip_space(&r);
	from = r.at;
	n = take_token(&r);
	skip_space(&r);
	if (r.at != r.end || r.comment) /* some readers take a comment for a part of its name */
		r.words |= WHAT_ENCODING;
	d->encoding = ENCODING_UNKNOWN;
	for (unsigned i = 0; i < ENCODING_UNKNOWN; i++)
		if (is_name(from, n, encodings[i]))
			d->encoding = (enum mime_encoding)i;
	if (d->encoding == ENCODING_UNKNOWN)
		r.words |= WHAT_ENCODING;
	if (d->encoding == ENCODING_BINARY)
		r.words |= WHAT_BINARY;
	return r.words;
}

/* "1.0", with comments wherever RFC 2045, 4 shows them. */
uint64_t
mime_read_version(const char *body, size_t size)
{
	struct reader r = { body, body + size, 0, false };
	char version[4] = "";
	size_t n = 0;

	while (r.at < r.end) {
		if (*r.at == '(') {
			if (!skip_comment(&r))
				return WHAT_HEADER;
			continue;
		}
		if (!at_space(&r)) {
			if (n == sizeof version - 1)
				return WHAT_HEADER;
			version[n++] = *r.at;
		}
		r.at++;
	}
	return strcmp(version, "1.0") == 0 ? 0 : WHAT_HEADER;
}
