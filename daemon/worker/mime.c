/* mime.c - see mime.h. The parts of a message: where they begin, what they are, where they end. */
#include "worker/mime.h"

#include <assert.h>
#include <string.h>

#include "worker/mime_kind.h"

_Static_assert(sizeof(struct mime) <= 10240, "a message is small enough for a pool of many");

/* The words that make a finding. */
#define WHAT(bit, name, word, id) | ((id) == 3101 ? UINT64_C(1) << (bit) : 0)
static const uint64_t not_text = 0
#include "model/what.def"
    ;
#undef WHAT
#define WHAT(bit, name, word, id) | ((id) == 3102 ? UINT64_C(1) << (bit) : 0)
static const uint64_t ambiguous = 0
#include "model/what.def"
    ;
#undef WHAT

/* Words that missing bytes alone can make. */
static const uint64_t of_loss =
    WHAT_HEADER | WHAT_BOUNDARY | WHAT_ENCODING | WHAT_CHARSET | WHAT_DUPLICATE_HEADER;

/* How much words say of a part; that it holds others says less than what these are. */
static unsigned
rank(uint64_t words)
{
	if (words & not_text & ~(uint64_t)WHAT_MULTIPART)
		return 4;
	if (words & not_text)
		return 3;
	return words & ambiguous ? 2 : words != 0;
}

/* WORDS were found in the part NUMBER, which has the words *OF so far. Of parts that are equally
 * bad the first is told, and of those in one line the last, as its words come in any order. */
static void
blame(struct mime *m, unsigned number, uint64_t *of, uint64_t words)
{
	struct mime_culprit *c = &m->culprit;
	unsigned was = rank(c->words), is;

	if (m->lost)
		words &= ~of_loss;
	if (words & ambiguous)
		words |= WHAT_AMBIGUOUS;
	if ((words | *of) == *of)
		return;
	*of |= words;
	m->words |= words;
	is = rank(*of);
	if (is > was || (is == was && m->culprit_at == m->line_at && number > c->part)) {
		if (c->part != number)
			*c = (struct mime_culprit){ .part = (uint16_t)number };
		m->culprit_at = m->line_at;
	}
	if (c->part == number)
		c->words |= *of; /* what holds others has two such sets */
}

/* The part NUMBER is known by its type and name, if it is the one to tell of. */
static void
identify(struct mime *m, unsigned number, const char *type, const char *name, size_t nname)
{
	struct mime_culprit *c = &m->culprit;

	if (c->words == 0 || c->part != number || c->ntype != 0)
		return;
	c->ntype = (uint8_t)strnlen(type, sizeof c->type);
	memcpy(c->type, type, c->ntype);
	c->nname = (uint8_t)nname;
	memcpy(c->name, name, nname);
}

static void
note_level(struct mime *m, struct mime_level *l, uint64_t words)
{
	blame(m, l->number, &l->words, words);
	identify(m, l->number, l->type, "", 0);
}

/* Words of what is read now. What a part is, is known when its header section is over. */
static void
note(struct mime *m, uint64_t words)
{
	const struct mime_declared *d = &m->section.declared;

	if (words == 0)
		return;
	if (m->state == MIME_OUTSIDE) {
		note_level(m, &m->levels[m->nlevels - 1], words);
		return;
	}
	blame(m, m->number, &m->part, words);
	if (m->state != MIME_SECTION)
		identify(m, m->number, d->type, d->name, d->nname);
}

static void
tell(const struct mime *m, const struct mime_part *p)
{
	if (m->seen)
		m->seen(m->ctx, p);
}

/* Bytes of a body. The line end before a delimiter is the delimiter's. */
static uint64_t
body_size(const struct mime *m, uint64_t start, bool delimited)
{
	uint64_t end = delimited ? m->line_at : m->size;

	if (delimited && end >= start + 2)
		end -= 2;
	return end > start ? end - start : 0;
}

static void
decoded(void *ctx, const uint8_t *bytes, size_t size)
{
	struct mime *m = ctx;

	m->ndecoded += size;
	if (m->text)
		note(m, mime_text_decoded(&m->content, bytes, size));
}

/* The part that is read is over, by a delimiter or with the message. */
static void
part_ends(struct mime *m, bool delimited)
{
	const struct mime_declared *d = &m->section.declared;
	bool quoted = d->encoding == ENCODING_QUOTED_PRINTABLE,
	     base64 = d->encoding == ENCODING_BASE64;
	uint64_t size;

	if (m->state == MIME_OUTSIDE) {
		note(m, mime_text_end(&m->content));
		return;
	}
	if (m->state != MIME_BODY)
		return;
	if (m->read && quoted)
		note(m, mime_quoted_end(&m->code));
	if (m->read && base64)
		note(m, mime_base64_end(&m->code));
	if (m->text)
		note(m, mime_text_end(&m->content));
	size = body_size(m, m->start, delimited);
	if (m->read && (quoted || base64))
		size = m->ndecoded - (quoted && delimited && m->code.broke ? 2 : 0);
	tell(m, &(struct mime_part){ .depth = m->nlevels,
		    .number = m->number,
		    .type = d->type,
		    .encoding = mime_encoding_name(d->encoding),
		    .size = size,
		    .read = m->read,
		    .name = d->name,
		    .nname = d->nname });
}

/* Finds the innermost boundary, and prepares the search for it inside lines. */
static void
prepare(struct mime *m)
{
	const struct mime_level *l;

	for (m->inner = m->nlevels; m->inner > 0; m->inner--)
		if (m->levels[m->inner - 1].nboundary)
			break;
	l = m->inner ? &m->levels[m->inner - 1] : NULL;
	mime_search_begin(&m->search, l ? l->boundary : NULL, l ? l->nboundary : 0);
}

/* A delimiter in the middle of a line: a reader that does not ask for the line's begin finds it. */
static void
look_inside(struct mime *m, const struct line_piece *piece)
{
	if (mime_search_take(&m->search, piece->bytes, piece->size))
		note_level(m, &m->levels[m->inner - 1], WHAT_BOUNDARY);
	if (piece->flags & LINE_ENDS)
		m->search.at = 0;
}

/* Takes levels from the innermost on until N are left. */
static void
levels_end(struct mime *m, unsigned n, bool delimited)
{
	while (m->nlevels > n) {
		struct mime_level *l = &m->levels[--m->nlevels];

		if (l->nboundary && !l->closed)
			note_level(m, l, WHAT_BOUNDARY);
		tell(m, &(struct mime_part){ .depth = m->nlevels,
			    .number = l->number,
			    .type = l->type,
			    .encoding = mime_encoding_name(l->encoding),
			    .size = body_size(m, l->start, delimited),
			    .name = "" });
	}
}

static void
section_begins(struct mime *m, const char *type, bool message)
{
	m->state = MIME_SECTION;
	m->part = 0;
	mime_section_begin(&m->section, type, message, m->utf8);
}

/* One more part, in the innermost level. */
static void
next_part(struct mime *m, bool message)
{
	bool digest = m->levels[m->nlevels - 1].digest;

	m->number = ++m->nparts;
	section_begins(m, digest ? "message/rfc822" : "text/plain", message);
	if (m->nparts > MIME_PARTS) {
		note(m, WHAT_LIMIT);
		m->state = MIME_STOPPED;
	}
}

/* What is outside the parts of a multipart is text, or should be. */
static void
outside(struct mime *m)
{
	m->state = MIME_OUTSIDE;
	mime_text_begin(&m->content, CHARSET_US_ASCII, MIME_TEXT_HTML | MIME_TEXT_OUTSIDE);
}

/* Is one of two boundaries the beginning of the other? */
static bool
is_like(const struct mime_level *l, const struct mime_declared *d)
{
	size_t n = l->nboundary < d->nboundary ? l->nboundary : d->nboundary;

	return l->nboundary && memcmp(l->boundary, d->boundary, n) == 0;
}

/* The part holds others. */
static void
level_begins(struct mime *m, bool message)
{
	const struct mime_declared *d = &m->section.declared;
	struct mime_level *l = &m->levels[m->nlevels];

	*l = (struct mime_level){ .number = m->number,
		.words = m->part,
		.start = m->start,
		.digest = strcmp(d->type, "multipart/digest") == 0,
		.encoding = (uint8_t)d->encoding };
	memcpy(l->type, d->type, strnlen(d->type, FINDING_TYPE));
	if (!message) {
		l->nboundary = d->nboundary;
		memcpy(l->boundary, d->boundary, d->nboundary);
	}
	m->nlevels++;
	prepare(m);
	if (message)
		next_part(m, true);
	else
		outside(m);
}

/* What holds other parts: a multipart, or a message. Words of the way in which it says so. */
static uint64_t
words_of_holder(const struct mime *m, bool multipart)
{
	const struct mime_declared *d = &m->section.declared;
	uint64_t words = 0;

	if (d->encoding > ENCODING_BINARY) /* RFC 2045, 6.4 */
		words |= WHAT_ENCODING;
	if (!multipart)
		return words;
	if (d->nboundary == 0)
		words |= WHAT_BOUNDARY;
	for (unsigned i = 0; d->nboundary && i < m->nlevels; i++)
		if (is_like(&m->levels[i], d))
			words |= WHAT_BOUNDARY;
	return words;
}

/* A body that holds no others. OUTSIDE: it is a multipart whose parts nobody can find. */
static void
body_begins(struct mime *m, bool read, bool outside)
{
	const struct mime_declared *d = &m->section.declared;
	bool page = strcmp(d->type, "text/html") == 0;

	m->read = read;
	m->text = read && (outside || mime_is(d, "text/"));
	m->ndecoded = 0;
	m->code = (struct mime_code){ .bits = 0 };
	if (m->text)
		mime_text_begin(&m->content, outside ? CHARSET_US_ASCII : d->charset,
		    (page ? 0 : MIME_TEXT_HTML) | (outside ? MIME_TEXT_OUTSIDE : 0) |
			(m->section.field ? 0 : MIME_TEXT_HEADLESS));
}

/* The header section is over; a body begins, or parts of its own. */
static void
section_ends(struct mime *m, bool delimited)
{
	const struct mime_declared *d = &m->section.declared;
	bool multipart, holder;
	uint64_t words = mime_section_end(&m->section), kind;

	m->start = delimited ? m->line_at : m->size;
	multipart = mime_is(d, "multipart/");
	holder = multipart || mime_is(d, "message/");
	kind = mime_kind(m->rules, &m->section);
	words |= kind;
	if (holder)
		words |= words_of_holder(m, multipart);
	holder = multipart || strcmp(d->type, "message/rfc822") == 0 ||
		 strcmp(d->type, "message/global") == 0;
	if (holder && (m->nlevels >= m->rules->depth || m->nlevels >= MIME_DEPTH)) {
		words |= WHAT_DEPTH;
		holder = false;
	}
	m->state = MIME_BODY;
	note(m, words);
	identify(m, m->number, d->type, d->name, d->nname);
	if (m->part) /* beside a finding only: a name alone makes none */
		note(m, d->name_words);
	if (m->section.over) {
		note(m, WHAT_LIMIT);
		m->state = MIME_STOPPED;
	} else if (holder && multipart && d->nboundary) {
		level_begins(m, false);
	} else if (holder && !multipart && d->encoding <= ENCODING_BINARY) {
		level_begins(m, true);
	} else {
		bool lost = multipart && holder; /* its parts are, without a boundary */

		body_begins(m, lost || !(kind & not_text & ~(uint64_t)WHAT_CHARSET), lost);
	}
}

/* What is open ends, up to the level N. */
static void
ends(struct mime *m, unsigned n, bool delimited)
{
	while (m->state == MIME_SECTION)
		section_ends(m, delimited);
	if (m->state == MIME_STOPPED)
		return;
	part_ends(m, delimited);
	levels_end(m, n, delimited);
}

/* A delimiter line of the level I. */
static void
delimiter(struct mime *m, unsigned i, bool last)
{
	struct mime_level *l = &m->levels[i];

	ends(m, i + 1, true);
	if (m->state == MIME_STOPPED)
		return;
	prepare(m);
	if (l->closed || (last && !l->found))
		note_level(m, l, WHAT_BOUNDARY);
	l->found = true;
	l->closed = l->closed || last;
	if (last)
		outside(m);
	else
		next_part(m, false);
}

/* Is a line that begins with a dash a delimiter? Of a longer line there are more than
 * MIME_DELIMITER bytes. */
static bool
take_delimiter(struct mime *m, const uint8_t *line, size_t size)
{
	for (unsigned i = m->nlevels; i-- > 0;) {
		struct mime_level *l = &m->levels[i];
		enum mime_delimiter is = DELIMITER_NONE;

		if (l->nboundary)
			is = mime_delimiter(line, size, l->boundary, l->nboundary);
		if (is == DELIMITER_LOOKS)
			note_level(m, l, WHAT_BOUNDARY);
		if (is == DELIMITER_PART || is == DELIMITER_LAST) {
			delimiter(m, i, is == DELIMITER_LAST);
			return true;
		}
	}
	return false;
}

/* A piece of the body of a part that is read. */
static void
take_body(struct mime *m, const struct line_piece *piece)
{
	enum mime_encoding encoding = m->section.declared.encoding;
	uint64_t words = 0;

	switch (encoding) {
	case ENCODING_BASE64:
		words = mime_base64(&m->code, piece, decoded, m);
		break;
	case ENCODING_QUOTED_PRINTABLE:
		words = mime_quoted(&m->code, piece, decoded, m);
		break;
	case ENCODING_7BIT:
	case ENCODING_8BIT:
	case ENCODING_BINARY:
	case ENCODING_UNKNOWN:
		if (encoding == ENCODING_7BIT && (piece->flags & LINE_8BIT))
			words = WHAT_ENCODING;
		if (m->text)
			words |= mime_text_take(&m->content, piece);
		break;
	}
	note(m, words);
}

/* A piece of a line that is no delimiter. */
static void
take(struct mime *m, const struct line_piece *piece)
{
	if (m->inner)
		look_inside(m, piece);
	switch ((enum mime_state)m->state) {
	case MIME_SECTION:
		note(m, mime_section_take(&m->section, piece));
		if ((piece->flags & LINE_ENDS) && (m->section.ended || m->section.over))
			section_ends(m, false);
		break;
	case MIME_OUTSIDE:
		note(m, mime_text_take(&m->content, piece));
		break;
	case MIME_BODY:
		if (m->read)
			take_body(m, piece);
		break;
	case MIME_STOPPED:
		break;
	}
}

/* The line that is held is no delimiter. */
static void
release(struct mime *m, unsigned flags)
{
	m->holding = false;
	take(m, &(struct line_piece){
		    .bytes = m->held, .size = m->nheld, .flags = m->held_flags | flags });
}

/* A line that begins with a dash, until it is known what it is. */
static void
hold(struct mime *m, const struct line_piece *piece)
{
	struct line_piece rest = *piece;
	size_t n = sizeof m->held - m->nheld;

	if (n > piece->size)
		n = piece->size;
	memcpy(m->held + m->nheld, piece->bytes, n);
	m->nheld = (uint8_t)(m->nheld + n);
	m->held_flags |= piece->flags & ~(unsigned)LINE_ENDS;
	rest.bytes += n;
	rest.size -= n;
	if (rest.size > 0) { /* it is too long for one */
		m->holding = false;
		(void)take_delimiter(m, m->held, MIME_DELIMITER + 1);
		release(m, 0);
		take(m, &rest);
	} else if (piece->flags & LINE_ENDS) {
		m->holding = false;
		if (!take_delimiter(m, m->held, m->nheld))
			release(m, LINE_ENDS);
	}
}

static void
limit_size(struct mime *m)
{
	if (m->size <= m->rules->max_size || m->state == MIME_STOPPED)
		return;
	note(m, WHAT_LIMIT);
	m->state = MIME_STOPPED;
}

void
mime_begin(struct mime *m, const struct mime_rules *r, mime_part_seen *seen, void *ctx)
{
	m->rules = r;
	m->seen = seen;
	m->ctx = ctx;
	m->words = m->size = m->line_at = m->column = m->start = 0;
	m->culprit = (struct mime_culprit){ .words = 0 };
	m->culprit_at = 0;
	m->lost = m->utf8 = m->holding = m->read = m->text = false;
	m->number = m->nparts = 0;
	m->nlevels = 0;
	prepare(m);
	section_begins(m, "text/plain", true);
}

void
mime_rules(struct mime *m, const struct mime_rules *r)
{
	m->rules = r;
}

void
mime_utf8(struct mime *m)
{
	m->utf8 = m->section.utf8 = true;
}

void
mime_line(struct mime *m, const struct line_piece *piece)
{
	bool first = m->column == 0, ends = piece->flags & LINE_ENDS;

	if (first)
		m->line_at = m->size;
	m->column += piece->size;
	m->size += piece->size + (ends ? 2 : 0);
	if (piece->flags & LINE_NUL)
		note(m, WHAT_NUL);
	if (piece->flags & LINE_BARE)
		note(m, WHAT_BARE_NEWLINE);
	if (m->column > MIME_LINE)
		note(m, WHAT_LONG_LINE);
	if (ends)
		m->column = 0;
	if (m->holding) {
		hold(m, piece);
	} else if (first && m->inner && piece->size && piece->bytes[0] == '-') {
		m->holding = true;
		m->nheld = 0;
		m->held_flags = 0;
		hold(m, piece);
	} else {
		take(m, piece);
	}
	if (ends)
		limit_size(m);
}

void
mime_lost(struct mime *m)
{
	note(m, WHAT_LOST);
	m->lost = true;
	m->holding = false;
	m->column = 0;
	m->search.at = 0;
	if (m->state != MIME_BODY)
		return;
	/* base64 is read by fours, and nobody knows any more where one begins */
	if (m->section.declared.encoding == ENCODING_BASE64)
		m->read = m->text = false;
	m->code = (struct mime_code){ .bits = 0 };
}

void
mime_end(struct mime *m)
{
	if (m->holding) {
		m->holding = false;
		if (!take_delimiter(m, m->held, m->nheld))
			release(m, 0);
	}
	limit_size(m);
	ends(m, 0, false);
}

uint64_t
mime_words(const struct mime *m)
{
	return m->words;
}

uint64_t
mime_size(const struct mime *m)
{
	return m->size;
}

const struct mime_culprit *
mime_culprit(const struct mime *m)
{
	return &m->culprit;
}
