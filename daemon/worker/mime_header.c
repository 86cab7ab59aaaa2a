/* mime_header.c - see mime_header.h. */
#include "worker/mime_header.h"

#include <string.h>

enum {
	FIELD_TYPE = 1 << 0,
	FIELD_ENCODING = 1 << 1,
	FIELD_DISPOSITION = 1 << 2,
	FIELD_VERSION = 1 << 3,
	FIELD_CONTENT = FIELD_TYPE | FIELD_ENCODING | FIELD_DISPOSITION,
	FIELD_READ = FIELD_CONTENT | FIELD_VERSION,
	FIELD_PART = FIELD_READ | 1 << 4, /* and Content-ID: of any part */
};

/* Fields that may stand only once, by their bits; and those that are more than words about the
 * mail, as some reader shows a file or a picture for them. */
#define ONCE(name)                                                                                 \
	{                                                                                          \
		name, sizeof name - 1, 0                                                           \
	}
#define SHOWN(name, words)                                                                         \
	{                                                                                          \
		name, sizeof name - 1, words                                                       \
	}
/* clang-format off */
static const struct {
	const char *name;
	uint8_t size;
	uint64_t words;
} fields[] = {
	ONCE("content-type"),
	ONCE("content-transfer-encoding"),
	ONCE("content-disposition"),
	ONCE("mime-version"),
	ONCE("content-id"),
	ONCE("from"),
	ONCE("sender"),
	ONCE("reply-to"),
	ONCE("to"),
	ONCE("cc"),
	ONCE("bcc"),
	ONCE("message-id"),
	ONCE("in-reply-to"),
	ONCE("references"),
	ONCE("subject"),
	ONCE("date"),
	SHOWN("content-name", WHAT_ATTACHMENT), /* Thunderbird: the name of a file */
	SHOWN("x-sun-data-name", WHAT_ATTACHMENT),
	SHOWN("x-mozilla-external-attachment-url", WHAT_EXTERNAL_BODY), /* CVE-2025-3522 */
	SHOWN("face", WHAT_IMAGE),
	SHOWN("x-face", WHAT_IMAGE),
	SHOWN("bimi-indicator", WHAT_IMAGE), /* Apple Mail */
};
/* clang-format on */
#undef SHOWN
#undef ONCE

void
mime_section_begin(struct mime_section *s, const char *type, bool message, bool utf8)
{
	mime_declared_begin(&s->declared, type);
	mime_chars_begin(&s->chars, CHARSET_UTF_8);
	s->other[0] = '\0';
	s->message = message;
	s->utf8 = utf8;
	s->ended = s->line = s->field = s->read = s->over = s->space = false;
	s->place = PLACE_NAME;
	s->folds = 0;
	s->seen = s->which = s->size = 0;
	s->nname = 0;
	s->nbody = 0;
}

static bool
is_multipart(const struct mime_declared *d)
{
	return strncmp(d->type, "multipart/", 10) == 0;
}

/* A further Content-Type: the part is what either says, and the other one is kept. A multipart is
 * the one that is read, as that looks into its parts. */
static uint64_t
read_type(struct mime_section *s)
{
	struct mime_declared was = s->declared, *d = &s->declared;
	uint64_t words = mime_read_type(d, s->body, s->nbody);
	const char *other = was.type;

	if (!was.typed)
		return words;
	if (s->other[0] && strcmp(s->other, "text/plain") != 0)
		other = s->other;
	else if (is_multipart(&was) && !is_multipart(d))
		other = d->type;
	memmove(s->other, other, strlen(other) + 1);
	if (is_multipart(&was) && !is_multipart(d)) {
		memcpy(d->type, was.type, sizeof d->type);
		memcpy(d->boundary, was.boundary, sizeof d->boundary);
		d->nboundary = was.nboundary;
		d->bounded = was.bounded;
	}
	return words;
}

/* The body of a field is complete, or cut: then it says what it is, but nobody knows how well it
 * says so. */
static uint64_t
read_field(struct mime_section *s)
{
	uint64_t words = 0;

	switch (s->which) {
	case FIELD_TYPE:
		words = read_type(s);
		break;
	case FIELD_ENCODING:
		words = mime_read_encoding(&s->declared, s->body, s->nbody);
		break;
	case FIELD_DISPOSITION:
		words = mime_read_disposition(&s->declared, s->body, s->nbody);
		break;
	case FIELD_VERSION:
		words = s->message ? mime_read_version(s->body, s->nbody) : 0;
		break;
	}
	s->read = false;
	return s->over ? words & ~(uint64_t)(WHAT_HEADER | WHAT_BOUNDARY | WHAT_ENCODING) : words;
}

/* A field's name is complete: which is it? */
static uint64_t
name_ends(struct mime_section *s)
{
	uint32_t most = s->message ? UINT32_MAX : FIELD_PART;
	uint64_t words = s->space || s->nname == 0 ? WHAT_HEADER : 0;

	s->which = 0;
	s->place = PLACE_BODY;
	s->nbody = 0;
	for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++) {
		if (fields[i].size != s->nname || memcmp(fields[i].name, s->name, s->nname) != 0)
			continue;
		words |= fields[i].words;
		if (fields[i].words == 0)
			s->which = UINT32_C(1) << i & most;
	}
	if (s->seen & s->which)
		words |= WHAT_DUPLICATE_HEADER;
	s->seen |= s->which;
	s->read = s->which & FIELD_READ;
	return words;
}

/* Bytes of a line before its colon; returns how many they are. RFC 5322, 3.6.8 has all bytes but
 * space and colon in a name; here it is a token, as readers of MIME take a comment out of it. */
static size_t
take_name(struct mime_section *s, const uint8_t *bytes, size_t size, uint64_t *words)
{
	size_t n = 0;

	for (; n < size && bytes[n] != ':'; n++) {
		uint8_t c = bytes[n];

		if (c == ' ' || c == '\t')
			s->space = true;
		else if (c <= 0x20 || c >= 0x7f || s->space)
			*words |= WHAT_HEADER;
		else {
			if (!mime_is_token((char)c))
				*words |= WHAT_HEADER;
			if (s->nname < sizeof s->name)
				s->name[s->nname++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		}
	}
	if (n < size) {
		*words |= name_ends(s);
		n++;
	}
	return n;
}

/* Bytes of the body of a field. */
static void
take_body(struct mime_section *s, const uint8_t *bytes, size_t size)
{
	if (s->place == PLACE_FOLD)
		for (size_t i = 0; i < size; i++)
			if (bytes[i] != ' ' && bytes[i] != '\t') {
				s->place = PLACE_BODY;
				break;
			}
	if (!s->read || size == 0)
		return;
	if (size > sizeof s->body - s->nbody) {
		size = sizeof s->body - s->nbody;
		s->over = true;
	}
	memcpy(s->body + s->nbody, bytes, size);
	s->nbody += size;
}

/* A line begins: it goes on with the field, or is another one. */
static uint64_t
line_begins(struct mime_section *s, uint8_t first)
{
	uint64_t words = 0;

	s->line = true;
	mime_word_begin(&s->word);
	if (first == ' ' || first == '\t') {
		s->place = PLACE_FOLD;
		if (s->folds < MIME_FOLDS)
			s->folds++;
		else
			s->over = true;
		return s->field ? 0 : WHAT_HEADER;
	}
	if (s->field)
		words = read_field(s);
	s->field = true;
	s->space = s->read = false;
	s->place = PLACE_NAME;
	s->nname = 0;
	s->folds = 0;
	s->which = 0;
	return words;
}

/* A line without a colon, or of white space alone, is the body's first to some readers. */
static uint64_t
line_ends(struct mime_section *s)
{
	uint64_t words = s->place != PLACE_BODY || !s->field ? WHAT_HEADER : 0;

	if (!s->line) {
		s->ended = true;
		return 0;
	}
	s->line = false;
	return words | mime_chars_line_end(&s->chars);
}

uint64_t
mime_section_take(struct mime_section *s, const struct line_piece *piece)
{
	const uint8_t *p = piece->bytes;
	size_t n = piece->size, used = 0;
	uint64_t words = 0;

	if (n > 0 && !s->line)
		words = line_begins(s, p[0]);
	if (n > 0 && s->place == PLACE_NAME)
		used = take_name(s, p, n, &words);
	if (used < n) {
		take_body(s, p + used, n - used);
		words |= mime_word_take(&s->word, p + used, n - used);
	}
	if (piece->flags & LINE_8BIT && !s->utf8)
		words |= WHAT_HEADER;
	if (n > 0)
		words |= mime_chars_take(&s->chars, p, n, piece->flags) &
			 (s->utf8 ? WHAT_CONTROL | WHAT_CHARSET : WHAT_CONTROL);
	s->size += (uint32_t)(n < MIME_HEADERS ? n : MIME_HEADERS);
	if (s->size > MIME_HEADERS)
		s->size = MIME_HEADERS + 1;
	if (piece->flags & LINE_ENDS) {
		s->size += 2;
		s->over = s->over || s->size > MIME_HEADERS;
		words |= line_ends(s);
	}
	return words;
}

uint64_t
mime_section_end(struct mime_section *s)
{
	uint64_t words;

	s->over = s->over || s->size > MIME_HEADERS;
	words = s->field ? read_field(s) : 0;
	if (s->over) /* what was not read can end it, and say the version */
		return words;
	if (!s->ended)
		words |= WHAT_HEADER;
	if (s->message && !s->field) /* some readers pass empty lines before it */
		words |= WHAT_HEADER;
	if (s->message && (s->seen & FIELD_CONTENT) && !(s->seen & FIELD_VERSION))
		words |= WHAT_HEADER;
	return words;
}
