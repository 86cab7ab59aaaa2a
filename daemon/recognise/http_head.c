#include "recognise/http_head.h"

enum {
	METHOD_MAX = 32,   /* the longest registered one has 17 letters */
	CHUNKS_MAX = 4096, /* more cannot be in what is looked at */
	CHUNK_DIGITS = 6,
};

static bool
is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 9110, 5.6.2. */
static bool
is_token(struct phrase p)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < p.size; i++)
		if (!is_letter(p.at[i]) && !(p.at[i] >= '0' && p.at[i] <= '9') &&
		    !memchr(marks, p.at[i], sizeof marks - 1))
			return false;
	return true;
}

static void
read_field(struct http_head *h, struct phrase name, struct phrase value)
{
	if (phrase_like(name, "Connection")) {
		h->says |= phrase_lists(value, "upgrade") ? HTTP_UPGRADES : 0;
	} else if (phrase_like(name, "Upgrade")) {
		h->says |= phrase_lists(value, "websocket") ? HTTP_WEBSOCKET : 0;
		h->says |= phrase_lists(value, "h2c") ? HTTP_H2C : 0;
	} else if (phrase_like(name, "Sec-WebSocket-Key") ||
		   phrase_like(name, "Sec-WebSocket-Accept")) {
		h->says |= HTTP_KEY;
	} else if (phrase_like(name, "Content-Type")) {
		h->says |= phrase_lists(value, "application/ipp") ? HTTP_IPP : 0;
	} else if (phrase_like(name, "Transfer-Encoding")) {
		h->says |= phrase_lists(value, "chunked") ? HTTP_CHUNKED : 0;
	} else if (phrase_like(name, "Content-Length")) {
		h->length = phrase_number(value);
	}
}

void
http_fields(struct wire *w, struct http_head *h)
{
	struct phrase line, name;

	while (phrase_line(w, &line)) {
		if (line.size == 0) {
			h->ended = true;
			return;
		}
		if (memchr("cutsCUTS", line.at[0], 8) && phrase_field(&line, &name))
			read_field(h, name, line);
	}
}

/* Can what there is of a line be a request line's beginning? */
static bool
begins_request(struct phrase line)
{
	struct phrase method;

	if (!phrase_plain(line))
		return false;
	method = phrase_word(&line);
	return method.size <= METHOD_MAX && is_token(method);
}

/* Takes the version from the end of a request line. */
static bool
ends_request(struct phrase *line)
{
	struct phrase version = phrase_last_word(line);

	return version.size == 8 && memcmp(version.at, "HTTP/1.", 7) == 0 && version.at[7] >= '0' &&
	       version.at[7] <= '9';
}

enum sure
http_request(struct wire *w, bool whole, struct http_head *h)
{
	struct phrase line;
	bool full = whole && wire_left(w) == RECOGNISE_BYTES;

	*h = (struct http_head){ .length = -1 };
	while (wire_left(w) > 0 && (*w->p == '\r' || *w->p == '\n'))
		wire_skip(w, 1); /* RFC 9112, 2.2: empty lines before it */
	if (wire_left(w) == 0)
		return SURE_OPEN;
	if (!is_letter(*w->p))
		return SURE_NOT;
	bool ended = phrase_line(w, &line);
	if (!ended && whole && !full)
		return SURE_NOT;
	if (!ended && line.at[line.size - 1] == '\r')
		line.size--; /* of its end */
	if (ended && !ends_request(&line))
		return SURE_NOT; /* first, as most text ends here */
	if (!begins_request(line))
		return SURE_NOT;
	if (!ended && !full)
		return SURE_OPEN;
	h->cut = !ended;
	h->method = phrase_word(&line);
	h->target = phrase_word(&line);
	if (h->target.size == 0)
		return SURE_NOT;
	return SURE_CONFIRMED;
}

/* As much of a status line as must be there to know it, with '0' for a digit. */
static const char status_line[] = "HTTP/1.0 000";

static bool
begins_answer(struct wire w)
{
	for (size_t i = 0; i < sizeof status_line - 1 && wire_left(&w) > 0; i++) {
		uint8_t c = wire_u8(&w);

		if (status_line[i] == '0' ? c < '0' || c > '9' : c != (uint8_t)status_line[i])
			return false;
	}
	return wire_left(&w) == 0 || *w.p == ' ' || *w.p == '\r' || *w.p == '\n';
}

enum sure
http_answer(struct wire *w, bool whole, struct http_head *h)
{
	for (struct wire line = *w; wire_left(&line) > 0; line = *w) {
		struct phrase rest;

		*h = (struct http_head){ .length = -1 };
		if (!begins_answer(line))
			return SURE_NOT;
		if (wire_left(&line) < sizeof status_line)
			return whole ? SURE_NOT : SURE_OPEN;
		wire_skip(&line, sizeof status_line - 1 - 3);
		h->status = (uint16_t)phrase_number((struct phrase){ .at = line.p, .size = 3 });
		bool ended = phrase_line(w, &rest);
		if (h->status / 100 != 1 || h->status == 101)
			return SURE_CONFIRMED;
		if (ended)
			http_fields(w, h);
		if (!h->ended)
			return SURE_OPEN; /* RFC 9110, 15.2: another one follows */
	}
	return SURE_OPEN;
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes chunks up to the one that is empty, and the trailer (RFC 9112, 7.1). */
static bool
take_chunks(struct wire *w)
{
	struct http_head trailer = { .length = -1 };
	struct phrase line;

	for (unsigned i = 0; i < CHUNKS_MAX && phrase_line(w, &line); i++) {
		size_t size = 0, digits = 0;

		while (digits < line.size && digits < CHUNK_DIGITS && hex(line.at[digits]) >= 0)
			size = size << 4 | (size_t)hex(line.at[digits++]);
		if (digits == 0)
			return false;
		if (size == 0) {
			http_fields(w, &trailer);
			return trailer.ended;
		}
		wire_skip(w, size);
		if (!w->ok || !phrase_line(w, &line) || line.size > 0)
			return false;
	}
	return false;
}

bool
http_content(struct wire *w, const struct http_head *h)
{
	bool there = h->ended;

	if (there && h->says & HTTP_CHUNKED)
		there = take_chunks(w);
	else if (there && h->length >= 0)
		wire_skip(w, (size_t)h->length);
	else
		there = false;
	if (!there || !w->ok) {
		*w = wire_of(NULL, 0);
		return false;
	}
	return true;
}
