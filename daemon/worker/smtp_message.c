/* smtp_message.c - see smtp_in.h: the content of a message, its end, and the verdicts. */
#include "worker/smtp_in.h"

_Static_assert(sizeof(struct smtp) <= 24 * 1024, "a pool holds many connections");

#define WHAT(bit, name, word, id) | ((id) == 3101 ? WHAT_##name : 0)
static const uint64_t not_text = 0
#include "model/what.def"
    ;
#undef WHAT

void
smtp_connection(struct smtp *s, uint64_t words)
{
	struct smtp_verdict v = { .words = words };

	if (!(words & ~s->said))
		return;
	s->said |= words;
	s->say(s->ctx, &v);
}

void
smtp_release(struct smtp *s)
{
	const struct mime_culprit *first = mime_culprit(&s->message), *second = &s->second.culprit;
	uint64_t words = mime_words(&s->message) | s->words | s->second.words | s->all;
	struct smtp_verdict v = { .message = s->number, .size = mime_size(&s->message) };

	if (!s->server_seen)
		words |= WHAT_ONE_SIDED;
	else if (s->unoffered)
		words |= SMTP_DISORDER; /* it may take the chunk for commands */
	if (words & WHAT_AMBIGUOUS)
		s->uncounted = true; /* it is said already that there are two readings */
	v.words = words;
	if (first && !first->words)
		first = NULL;
	if (second->words && (!first || (second->words & ~first->words & not_text)))
		first = second;
	v.culprit = first;
	s->open = s->held = false;
	s->say(s->ctx, &v);
}

void
smtp_message_begin(struct smtp *s)
{
	if (s->held)
		smtp_release(s);
	s->number++;
	s->open = true;
	s->words = s->pending;
	s->pending = 0;
	s->dot = s->unoffered = false;
	s->lines = (struct lines){ .begun = false };
	s->second.active = s->second.data = false;
	s->second.mails = 0;
	s->second.words = s->second.culprit.words = 0;
	mime_begin(&s->message, s->rules, NULL, NULL);
	if (s->utf8)
		mime_utf8(&s->message);
}

void
smtp_transaction_end(struct smtp *s)
{
	s->mail = s->rcpt = s->again = s->refused = s->utf8 = false;
	s->illegal = 0;
}

/* The message is whole. Its verdict waits for the server's reply: until then segments may come that
 * say of its bytes what was not known when they were read. */
static void
message_end(struct smtp *s)
{
	smtp_second_end(s);
	mime_end(&s->message);
	smtp_transaction_end(s);
	s->state = SMTP_COMMANDS;
	if ((mime_words(&s->message) | s->words) & WHAT_LOST)
		s->resync = s->unsure = true; /* perhaps that was not its end */
	s->held = true;
	smtp_wait(s, WAIT_END);
}

bool
smtp_in_chunks(const struct smtp *s)
{
	return s->open && !s->held;
}

void
smtp_abandon(struct smtp *s)
{
	if (smtp_in_chunks(s))
		smtp_release(s);
	else if (s->pending & ~(uint64_t)WHAT_BINARY)
		smtp_connection(s, s->pending & ~(uint64_t)WHAT_BINARY);
	s->pending = 0;
	smtp_transaction_end(s);
}

void
smtp_dead(struct smtp *s)
{
	if (s->held)
		smtp_release(s);
	if (s->open)
		s->words |= WHAT_LOST;
	smtp_abandon(s);
	s->state = SMTP_DEAD;
}

bool
smtp_content(struct mime *m, bool *dot, struct line_piece *p)
{
	if (p->flags & LINE_BEGINS) {
		*dot = false;
		if (p->size > 0 && p->bytes[0] == '.') {
			p->bytes++;
			p->size--;
			*dot = p->size == 0;
		}
	} else if (*dot) {
		*dot = p->size == 0;
		p->flags |= LINE_BEGINS;
	}
	if (*dot)
		return (p->flags & LINE_ENDS) != 0;
	mime_line(m, p);
	return false;
}

/* Is a lone dot between bytes that a receiver could take for newlines in this piece of a line that
 * does not end data? How many bytes of it, that dot included with what follows it; SIZE_MAX: no. */
static size_t
lookalike(struct smtp *s, const struct line_piece *p)
{
	unsigned near = p->flags & LINE_BEGINS ? NEAR_NEWLINE : s->near;

	for (size_t i = 0; i < p->size; i++) {
		uint8_t b = p->bytes[i];

		if (b == '\r' || b == '\n' || b == 0) {
			if (near == NEAR_DOT)
				return i + 1;
			near = NEAR_NEWLINE;
		} else {
			near = b == '.' && near == NEAR_NEWLINE ? NEAR_DOT : NEAR_NOTHING;
		}
	}
	s->near = (uint8_t)near;
	return near == NEAR_DOT && (p->flags & LINE_ENDS) ? p->size : SIZE_MAX;
}

/* What receivers could read differently in a piece that does not end data. */
static void
other_reading(struct smtp *s, const struct line_piece *p)
{
	size_t from = 0;

	if (!s->second.active) {
		if (!(p->flags & (LINE_BARE | LINE_NUL)) && p->size > 1) {
			s->near = NEAR_NOTHING;
			return;
		}
		from = lookalike(s, p);
		if (from == SIZE_MAX)
			return;
		s->words |= WHAT_SMUGGLING | WHAT_AMBIGUOUS;
		smtp_second_begin(s);
	}
	smtp_second(s, p->bytes + from, p->size - from, p->flags & LINE_ENDS);
}

/* Takes what can say nothing from the content, if it comes next. */
static inline void
skip(struct smtp *s, const uint8_t **bytes, size_t *size)
{
	size_t n;

	if (s->second.active || (s->lines.begun && (s->dot || s->near != NEAR_NOTHING)))
		return;
	n = mime_skip(&s->message, &s->lines, *bytes, *size);
	*bytes += n;
	*size -= n;
	s->near = NEAR_NOTHING;
}

/* The next piece of the content, behind what can say nothing. */
static inline bool
next_piece(struct smtp *s, const uint8_t **bytes, size_t *size, struct line_piece *p)
{
	skip(s, bytes, size);
	return lines_next(&s->lines, bytes, size, p);
}

size_t
smtp_data(struct smtp *s, const uint8_t *bytes, size_t size)
{
	struct line_piece p;
	size_t left = size;

	while (next_piece(s, &bytes, &left, &p)) {
		struct line_piece raw = p;

		if (p.flags & s->illegal)
			s->words |= WHAT_ENCODING | WHAT_AMBIGUOUS;
		if (smtp_content(&s->message, &s->dot, &p)) {
			message_end(s);
			break;
		}
		other_reading(s, &raw);
	}
	return size - left;
}

void
smtp_chunk_end(struct smtp *s)
{
	struct line_piece p;

	s->state = SMTP_COMMANDS;
	s->chunked = true;
	if (!s->last)
		return;
	if (lines_end(&s->lines, &p))
		mime_line(&s->message, &p);
	message_end(s);
}

size_t
smtp_chunk(struct smtp *s, const uint8_t *bytes, size_t size)
{
	struct line_piece p;
	size_t taken = s->chunk < size ? (size_t)s->chunk : size, left = taken;

	while (next_piece(s, &bytes, &left, &p)) {
		if (p.flags & s->illegal)
			s->words |= WHAT_ENCODING | WHAT_AMBIGUOUS;
		mime_line(&s->message, &p);
	}
	s->chunk -= taken;
	if (s->chunk == 0)
		smtp_chunk_end(s);
	return taken;
}

void
smtp_content_lost(struct smtp *s)
{
	s->words |= WHAT_LOST;
	s->lines = (struct lines){ .begun = false };
	s->dot = false;
	mime_lost(&s->message);
	if (s->second.active)
		smtp_second_lost(s);
}
