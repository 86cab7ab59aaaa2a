/* mime_text.c - see mime_text.h. What a line can hold anywhere begins with one of four bytes, which
 * are looked for sixteen bytes at a time. */
#include "worker/mime_text.h"

#include <string.h>
#include <strings.h>

#include "model/finding.h"
#include "worker/lines_bits.h"

enum {
	OVERLAP = 32,	  /* bytes of a window that the next one has again: the longest shape */
	ROW = 60,	  /* bytes of a line of encoded bytes, at least */
	ROWS = 4,	  /* so many of them are a file */
	RUN = ROW * ROWS, /* the same in one line */
};

/* Kinds of bytes that encodings write. */
enum { UPPER = 1, LOWER = 2, DIGIT = 4, SYMBOL = 8, URL_SYMBOL = 16, OTHER = 32 };

enum { BASE64 = UPPER | LOWER | DIGIT | SYMBOL };

void
mime_text_begin(struct mime_text *t, enum charset charset, unsigned flags)
{
	mime_chars_begin(&t->chars, charset);
	t->lines = (struct lines){ .cr = false };
	t->flags = flags;
	t->going = t->twice = false;
	t->nrows = t->nstart = t->kinds = t->run_kinds = t->escape = 0;
	t->run = 0;
	t->length = 0;
	t->nwindow = 0;
}

/* 0 for bytes that none writes. */
/* clang-format off */
static const uint8_t kinds[256] = {
	['A' ... 'Z'] = UPPER, ['a' ... 'z'] = LOWER, ['0' ... '9'] = DIGIT,
	['+'] = SYMBOL, ['/'] = SYMBOL, ['='] = SYMBOL, ['-'] = URL_SYMBOL, ['_'] = URL_SYMBOL,
};
/* clang-format on */

/* Has N bytes PREFIX, whatever the case? */
static inline bool
begins(const uint8_t *bytes, size_t n, const char *prefix)
{
	size_t size = strlen(prefix);

	return n >= size && strncasecmp((const char *)bytes, prefix, size) == 0;
}

/* The line before a file in uuencode: `begin 644 name`, `begin-base64 644 name`; or with two spaces
 * and no mode, as Outlook has it. Nothing behind it is asked: readers pass empty lines, take bytes
 * that no encoder writes, and show a file even where none follows. */
static bool
is_begin(const uint8_t *line, size_t n)
{
	size_t at, digits;

	if (n > 6 && memcmp(line, "begin ", 6) == 0)
		at = 6;
	else if (n > 13 && memcmp(line, "begin-base64 ", 13) == 0)
		at = 13;
	else
		return false;
	for (digits = at; digits < n && line[digits] >= '0' && line[digits] <= '7'; digits++)
		;
	if (digits == at)
		return line[at] == ' ' && n - at > 1;
	return digits - at >= 3 && digits < n && (line[digits] == ' ' || line[digits] == '\t');
}

/* Armour, quoted and indented as well: readers open that, too. */
static uint64_t
armour(const uint8_t *line, size_t n)
{
	size_t at = 0;

	for (; at < n; at++)
		if (line[at] != ' ' && line[at] != '\t' && line[at] != '>' && line[at] != '|')
			break;
	if (begins(line + at, n - at, "- ")) /* RFC 4880, 7.1 */
		at += 2;
	if (!begins(line + at, n - at, "-----BEGIN "))
		return 0;
	return begins(line + at + 11, n - at - 11, "PGP") ? WHAT_ENCRYPTED : WHAT_ENCODED_TEXT;
}

/* What the beginning of a line says. */
static uint64_t
line_begins(const struct mime_text *t, const uint8_t *line, size_t n)
{
	uint64_t words;

	if (n == 0)
		return 0;
	switch (line[0]) {
	case 'B':
	case 'b':
		if (begins(line, n, "BEGIN:VCALENDAR"))
			return WHAT_CALENDAR;
		return is_begin(line, n) ? WHAT_UUENCODE : 0;
	case '=':
		return begins(line, n, "=ybegin ") ? WHAT_YENC : 0;
	case '(':
		return begins(line, n, "(This file must be converted with BinHex") ? WHAT_BINHEX :
										     0;
	case '-':
		words = armour(line, n);
		if (words == 0 && (t->flags & MIME_TEXT_OUTSIDE) && begins(line, n, "--"))
			words = WHAT_BOUNDARY;
		return words;
	case 'C':
	case 'c':
		return (t->flags & MIME_TEXT_OUTSIDE) && begins(line, n, "content-") ?
			   WHAT_BOUNDARY :
			   0;
	case ' ':
	case '\t':
	case '>':
	case '|':
		return armour(line, n);
	case '%': /* files that are text: PDF, PostScript, RTF */
		return begins(line, n, "%PDF-") || begins(line, n, "%!PS") ? WHAT_ENCODED_TEXT : 0;
	case '{':
		return begins(line, n, "{\\rtf") ? WHAT_ENCODED_TEXT : 0;
	default:
		return 0;
	}
}

/* An attribute behind the name of a tag: white space or a slash, a name, an equals sign. */
static bool
has_attribute(const uint8_t *at, size_t n)
{
	size_t i = 0, name;

	while (i < n && (at[i] == ' ' || at[i] == '\t' || at[i] == '/'))
		i++;
	if (i == 0)
		return false;
	for (name = i; i < n && (kinds[at[i]] & (UPPER | LOWER | URL_SYMBOL)); i++)
		;
	if (i == name)
		return false;
	while (i < n && (at[i] == ' ' || at[i] == '\t'))
		i++;
	return i < n && at[i] == '=';
}

/* A tag that only a page has. An address in <> may begin like it, but does not go on so. Those that
 * are a word of other texts as well have an attribute. */
static uint64_t
is_tag(const uint8_t *at, size_t n, bool last)
{
	static const struct {
		const char *name;
		bool word;
	} tags[] = { { "html", false }, { "head", false }, { "body", false }, { "script", false },
		{ "style", false }, { "iframe", false }, { "frameset", false }, { "img", false },
		{ "object", false }, { "embed", false }, { "applet", false }, { "svg", false },
		{ "form", false }, { "meta", false }, { "link", false }, { "base", false },
		{ "table", false }, { "div", false }, { "span", false }, { "font", false },
		{ "!doctype", false }, { "a", true }, { "audio", true }, { "button", true },
		{ "details", true }, { "frame", true }, { "image", true }, { "input", true },
		{ "p", true }, { "source", true }, { "td", true }, { "video", true } };

	if (!(kinds[at[0]] & (UPPER | LOWER)) && at[0] != '!')
		return 0;
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		const char *name = tags[i].name;
		size_t size;

		if ((at[0] | 0x20) != (name[0] | 0x20) || !begins(at, n, name))
			continue;
		size = strlen(name);
		if (tags[i].word) {
			if (has_attribute(at + size, n - size))
				return WHAT_HTML;
		} else if (n == size) {
			return last ? WHAT_HTML : 0;
		} else if (strchr(" \t>/=", at[size])) {
			return WHAT_HTML;
		}
	}
	return 0;
}

/* What one of the four bytes, at AT, begins. */
static uint64_t
shape_at(const struct mime_text *t, const uint8_t *at, size_t n, bool last)
{
	switch (*at) {
	case '<':
		return n > 1 && (t->flags & MIME_TEXT_HTML) ? is_tag(at + 1, n - 1, last) : 0;
	case '&':
		if (!(t->flags & MIME_TEXT_HTML))
			return 0;
		return begins(at, n, "&#x3c;") || begins(at, n, "&#60;") ? WHAT_HTML : 0;
	case ';':
		return n > 1 && (at[1] | 0x20) == 'b' && begins(at, n, ";base64,") ?
			   WHAT_ENCODED_TEXT :
			   0;
	case '+': /* `<` in UTF-7 */
		return n >= 4 && memcmp(at, "+ADw", 4) == 0 ? WHAT_CHARSET : 0;
	default:
		return 0;
	}
}

/* All bits of the bytes that can begin a shape. */
static inline halves
four(const uint8_t *bytes)
{
	bytes16 v;

	memcpy(&v, bytes, sizeof v);
	return (halves)((v == '<') | (v == '&') | (v == ';') | (v == '+'));
}

/* The first of the four bytes in the SIZE bytes from BYTES on. */
static size_t
next_shape(const uint8_t *bytes, size_t size)
{
	size_t n = 0;

	for (; size - n >= 32; n += 32) {
		halves h = four(bytes + n) | four(bytes + n + 16);

		if (h[0] | h[1])
			break;
	}
	for (; size - n >= 16; n += 16) {
		halves h = four(bytes + n);

		if (h[0])
			return n + (size_t)__builtin_ctzll(h[0]) / 8;
		if (h[1])
			return n + 8 + (size_t)__builtin_ctzll(h[1]) / 8;
	}
	while (n < size && bytes[n] != '<' && bytes[n] != '&' && bytes[n] != ';' && bytes[n] != '+')
		n++;
	return n;
}

static uint64_t
shapes(const struct mime_text *t, const uint8_t *bytes, size_t size, bool last)
{
	uint64_t words = 0;

	for (size_t n = next_shape(bytes, size); n < size;
	     n += 1 + next_shape(bytes + n + 1, size - n - 1))
		words |= shape_at(t, bytes + n, size - n, last);
	return words;
}

/* Can a line be one of encoded bytes? Of most text the first word says no. */
static bool
is_row(const uint8_t *bytes, size_t size)
{
	if (size < ROW)
		return false;
	for (size_t i = 0; i < ROW; i++)
		if (!kinds[bytes[i]])
			return false;
	return true;
}

/* Counts the kinds of bytes in a line, and how long it is base64. */
static uint64_t
count_kinds(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	uint64_t words = 0;

	for (size_t i = 0; i < size; i++) {
		uint8_t kind = kinds[bytes[i]];

		t->kinds |= kind ? kind : OTHER;
		if (!(kind & BASE64)) {
			t->run = 0;
			t->run_kinds = 0;
			continue;
		}
		t->run_kinds |= kind;
		if (++t->run >= RUN && (t->run_kinds & (UPPER | LOWER | DIGIT)) == 7)
			words = WHAT_ENCODED_TEXT;
	}
	return words;
}

/* A line is over: does it look like one of encoded bytes? */
static uint64_t
row_ends(struct mime_text *t)
{
	bool row = t->length >= ROW && (t->kinds & (UPPER | LOWER)) && (t->kinds & DIGIT) &&
		   !(t->kinds & OTHER);

	t->kinds = t->run_kinds = 0;
	t->run = 0;
	t->length = 0;
	t->nrows = row ? (uint8_t)(t->nrows < ROWS ? t->nrows + 1 : ROWS) : 0;
	return t->nrows == ROWS ? WHAT_ENCODED_TEXT : 0;
}

/* Looks at a window of a line, of which SEEN bytes were looked at before. LAST: the line ends. */
static uint64_t
scan(struct mime_text *t, const uint8_t *bytes, size_t size, size_t seen, bool last)
{
	uint64_t words = t->going ? 0 : line_begins(t, bytes, size);

	words |= shapes(t, bytes, size, last);
	if (last && !t->going && size < RUN && !is_row(bytes, size)) {
		t->nrows = 0;
		return words;
	}
	t->length += size - seen;
	words |= count_kinds(t, bytes + seen, size - seen);
	return last ? words | row_ends(t) : words;
}

/* Bytes that wait for the end of their line; windows that get full are looked at. */
static uint64_t
gather(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	uint64_t words = 0;

	for (size_t n; size > 0; bytes += n, size -= n) {
		if (t->nwindow == MIME_WINDOW) {
			words |= scan(t, t->window, MIME_WINDOW, t->going ? OVERLAP : 0, false);
			memcpy(t->window, t->window + MIME_WINDOW - OVERLAP, OVERLAP);
			t->nwindow = OVERLAP;
			t->going = true;
		}
		n = MIME_WINDOW - t->nwindow;
		if (n > size)
			n = size;
		memcpy(t->window + t->nwindow, bytes, n);
		t->nwindow += n;
	}
	return words;
}

/* All bits of the bytes that words are made of, where no delimiter may be. */
static inline halves
words_of(const uint8_t *bytes)
{
	bytes16 v;

	memcpy(&v, bytes, sizeof v);
	return (halves)((signed16)(v + 1) > 0x20) ^ (halves)(v == '-') ^ four(bytes);
}

/* Could a line of words be more than that, all the same? */
static bool
is_more(const uint8_t *line, size_t size)
{
	switch (line[0]) { /* line_begins() */
	case 'B':
	case 'b':
	case '=':
	case '(':
	case '.':
	case '%':
	case '{':
		return true;
	default:
		return size >= RUN || is_row(line, size);
	}
}

size_t
mime_text_skip(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	size_t line = 0;

	/* The state in which a line of words changes nothing. */
	if (t->nstart < sizeof t->start || (t->flags & MIME_TEXT_OUTSIDE))
		return 0;
	for (size_t at = 0; at < size; at += LINES_BLOCK) {
		/* the LF of a CR that was the last of its block is no news */
		uint64_t ends = lines_bits(bytes + at, size - at, words_of) & UINT64_MAX
										  << (line > at);

		for (; ends; ends &= ends - 1, ends &= ends - 1) {
			size_t n = at + (size_t)__builtin_ctzll(ends);

			if (size - n < 2 || bytes[n] != '\r' || bytes[n + 1] != '\n' ||
			    (n > line && is_more(bytes + line, n - line)))
				goto end;
			line = n + 2;
		}
	}
end:
	if (line > 0)
		t->nrows = 0;
	return line;
}

static const uint8_t escape[] = { 0x1b, '(' };

/* The same for ISO-2022-JP, without the escapes from one set of one byte a character to another.
 * Those behind a set of two bytes stay: what they part is not one character beside the other. */
static uint64_t
gather_plain(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	uint64_t words = 0;
	const uint8_t *esc;

	for (size_t n; size > 0; bytes += n, size -= n) {
		n = 1;
		if (t->escape == 1 && *bytes == escape[1]) {
			t->escape = 2;
			continue;
		}
		if (t->escape == 2 && !t->twice && (*bytes == 'B' || *bytes == 'J')) {
			t->escape = 0;
			continue;
		}
		if (t->escape) {
			t->twice = t->escape == 1 && *bytes == '$';
			words |= gather(t, escape, t->escape);
		}
		esc = memchr(bytes, escape[0], size);
		n = esc ? (size_t)(esc - bytes) : size;
		words |= gather(t, bytes, n);
		t->escape = esc != NULL;
		n += t->escape;
	}
	return words;
}

/* Has a piece such escapes, or could it have them? Honest lines of ISO-2022-JP have those to and
 * from a set of two bytes alone. */
static bool
has_escapes(const struct mime_text *t, const struct line_piece *piece)
{
	const uint8_t *at = piece->bytes, *end = at + piece->size;
	bool twice = false;

	if (t->chars.of != CHARSET_ISO_2022_JP || !((piece->flags & LINE_ESC) || t->escape))
		return false;
	if (t->escape || t->nwindow || !(piece->flags & LINE_ENDS))
		return true;
	while ((at = memchr(at, escape[0], (size_t)(end - at))) && ++at < end) {
		if (*at == escape[1] && !twice)
			return true;
		twice = *at == '$';
	}
	return false;
}

static uint64_t
line_ends(struct mime_text *t)
{
	uint64_t words = gather(t, escape, t->escape);

	words |= scan(t, t->window, t->nwindow, t->going ? OVERLAP : 0, true);
	t->nwindow = t->escape = 0;
	t->going = t->twice = false;
	return words | mime_chars_line_end(&t->chars);
}

/* TNEF begins with 0x223e9f78, little-endian. A header behind the empty line that ends one without
 * fields is a header to readers that pass empty lines. */
static uint64_t
text_begins(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	static const uint8_t tnef[] = { 0x78, 0x9f, 0x3e, 0x22 };
	uint64_t words = 0;

	for (size_t i = 0; i < size && t->nstart < sizeof t->start; i++) {
		t->start[t->nstart++] = bytes[i];
		if (t->nstart == sizeof tnef && memcmp(t->start, tnef, sizeof tnef) == 0)
			words |= WHAT_TNEF;
		if ((t->flags & MIME_TEXT_HEADLESS) && begins(t->start, t->nstart, "content-"))
			words |= WHAT_HEADER;
	}
	return words;
}

/* A piece without a bare LF. */
static uint64_t
take(struct mime_text *t, const struct line_piece *piece)
{
	uint64_t words = mime_chars_take(&t->chars, piece->bytes, piece->size, piece->flags);

	if (t->nstart < sizeof t->start)
		words |= text_begins(t, piece->bytes, piece->size);
	if (has_escapes(t, piece)) {
		words |= gather_plain(t, piece->bytes, piece->size);
		return piece->flags & LINE_ENDS ? words | line_ends(t) : words;
	}
	if (!(piece->flags & LINE_ENDS))
		return words | gather(t, piece->bytes, piece->size);
	if (t->nwindow == 0 && piece->size <= MIME_WINDOW) {
		words |= scan(t, piece->bytes, piece->size, 0, true);
		return words | mime_chars_line_end(&t->chars);
	}
	words |= gather(t, piece->bytes, piece->size);
	return words | line_ends(t);
}

uint64_t
mime_text_take(struct mime_text *t, const struct line_piece *piece)
{
	struct line_piece rest = *piece, line = *piece;
	uint64_t words = 0;

	if (!(piece->flags & LINE_BARE))
		return take(t, piece);
	for (const uint8_t *lf; (lf = memchr(rest.bytes, '\n', rest.size));) {
		line.bytes = rest.bytes;
		line.size = (size_t)(lf - rest.bytes);
		line.flags = rest.flags | LINE_ENDS;
		words |= take(t, &line);
		rest.bytes = lf + 1;
		rest.size -= line.size + 1;
	}
	return words | take(t, &rest);
}

uint64_t
mime_text_decoded(struct mime_text *t, const uint8_t *bytes, size_t size)
{
	struct line_piece piece;
	uint64_t words = 0;

	while (lines_next(&t->lines, &bytes, &size, &piece)) {
		words |= mime_text_take(t, &piece);
		if ((piece.flags & LINE_BARE) && memchr(piece.bytes, '\r', piece.size))
			words |= WHAT_BARE_NEWLINE;
		if (piece.flags & LINE_NUL)
			words |= WHAT_NUL;
	}
	return words;
}

uint64_t
mime_text_end(struct mime_text *t)
{
	struct line_piece piece;
	uint64_t words = 0;

	if (lines_end(&t->lines, &piece))
		words |= mime_text_take(t, &piece) | WHAT_BARE_NEWLINE;
	if (t->nwindow)
		words |= line_ends(t);
	return words | mime_chars_end(&t->chars);
}
