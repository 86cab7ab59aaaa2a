/* smtp_command.c - see smtp_in.h: a command line of the client, as RFC 5321 writes it. */
#include "worker/smtp_in.h"

#include <string.h>

/* What may follow a verb. */
enum arguments { NONE, ANY, LITTLE, NAME, PATH, CHUNK };

/* Bytes of what means nothing, and so could carry anything: NOOP, HELP; of a name (RFC 5321,
 * 4.5.3.1.2). */
enum { MOST_LITTLE = 40, MOST_NAME = 255 };

struct verb {
	const char *word;
	enum smtp_verb verb;
	enum arguments arguments;
	const char *before; /* PATH: the word before it */
};

static const struct verb verbs[] = {
	{ "EHLO", VERB_HELLO, NAME, NULL },
	{ "HELO", VERB_HELLO, NAME, NULL },
	{ "LHLO", VERB_LHLO, NAME, NULL },
	{ "MAIL", VERB_MAIL, PATH, "FROM:" },
	{ "RCPT", VERB_RCPT, PATH, "TO:" },
	{ "DATA", VERB_DATA, NONE, NULL },
	{ "BDAT", VERB_BDAT, CHUNK, NULL },
	{ "RSET", VERB_RSET, NONE, NULL },
	{ "QUIT", VERB_QUIT, NONE, NULL },
	{ "NOOP", VERB_NOTHING, LITTLE, NULL },
	{ "HELP", VERB_NOTHING, LITTLE, NULL },
	{ "STARTTLS", VERB_STARTTLS, NONE, NULL },
	{ "AUTH", VERB_AUTH, ANY, NULL },
	{ "VRFY", VERB_FOREIGN, ANY, NULL },
	{ "EXPN", VERB_FOREIGN, ANY, NULL },
	{ "ETRN", VERB_FOREIGN, ANY, NULL },
	{ "TURN", VERB_FOREIGN, ANY, NULL },
	{ "XCLIENT", VERB_FOREIGN, ANY, NULL },
	{ "XFORWARD", VERB_FOREIGN, ANY, NULL },
	{ "PROXY", VERB_PROXY, ANY, NULL },
};

/* The line behind what was read. */
struct rest {
	const char *at;
	size_t size;
};

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip(struct rest *r, size_t n)
{
	r->at += n;
	r->size -= n;
}

static bool
skip_spaces(struct rest *r)
{
	bool any = r->size > 0 && is_space(*r->at);

	while (r->size > 0 && is_space(*r->at))
		skip(r, 1);
	return any;
}

/* Skips WORD, which is in capitals; false where something else stands. */
static bool
skip_word(struct rest *r, const char *word)
{
	size_t n;

	if (r->size == 0 || upper(*r->at) != *word) /* most words are others */
		return false;
	n = strlen(word);
	if (r->size < n)
		return false;
	for (size_t i = 1; i < n; i++)
		if (upper(r->at[i]) != word[i])
			return false;
	skip(r, n);
	return true;
}

/* Skips a path in its angle brackets, quoted strings in it included. */
static bool
skip_path(struct rest *r)
{
	bool quoted = false;

	if (r->size == 0 || *r->at != '<')
		return false;
	for (size_t i = 1; i < r->size; i++) {
		if (quoted && r->at[i] == '\\') {
			i++;
		} else if (r->at[i] == '"') {
			quoted = !quoted;
		} else if (!quoted && r->at[i] == '<') {
			return false;
		} else if (!quoted && r->at[i] == '>') {
			skip(r, i + 1);
			return true;
		}
	}
	return false;
}

/* The parameters of MAIL and RCPT, RFC 5321, 4.1.2: those that say something about the content are
 * kept. False where something else stands. */
static bool
parameters(struct smtp_command *c, struct rest *r)
{
	while (r->size > 0) {
		struct rest one;

		if (!skip_spaces(r))
			return false;
		if (r->size == 0)
			break;
		one = (struct rest){ r->at, 0 };
		while (one.size < r->size && !is_space(one.at[one.size]))
			one.size++;
		skip(r, one.size);
		if (skip_word(&one, "SMTPUTF8") && one.size == 0) {
			c->utf8 = true;
		} else if (skip_word(&one, "BODY=")) {
			bool binary = skip_word(&one, "BINARYMIME");
			bool seven = !binary && skip_word(&one, "7BIT");

			if ((!binary && !seven && !skip_word(&one, "8BITMIME")) || one.size > 0)
				return false;
			c->binary |= binary;
			c->seven |= seven;
		}
	}
	return true;
}

static bool
path(struct smtp_command *c, struct rest *r, const char *before)
{
	bool right = skip_word(r, before);
	bool read;

	if (!right) /* what was meant counts all the same: BODY= may follow */
		while (r->size > 0 && *r->at != '<')
			skip(r, 1);
	(void)skip_spaces(r); /* many senders put one there */
	read = skip_path(r);
	while (!read && r->size > 0 && !is_space(*r->at))
		skip(r, 1);
	return parameters(c, r) && read && right;
}

/* The size of a chunk, RFC 3030, 2: digits, then LAST or nothing. */
static bool
chunk(struct smtp_command *c, struct rest *r)
{
	size_t digits = 0;

	for (; r->size > 0 && *r->at >= '0' && *r->at <= '9'; digits++) {
		unsigned digit = (unsigned)(*r->at - '0');

		if (c->size > (UINT64_MAX - digit) / 10)
			c->size = UINT64_MAX;
		else
			c->size = c->size * 10 + digit;
		skip(r, 1);
	}
	c->huge = c->size > INT32_MAX;
	if (digits == 0)
		return false;
	if (skip_spaces(r) && r->size > 0)
		c->last = skip_word(r, "LAST");
	return r->size == 0;
}

/* Bytes that no command has; 8 bits where the transaction is SMTPUTF8. */
static void
look_at_bytes(struct smtp_command *c, const char *line, size_t size, bool utf8)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char b = (unsigned char)line[i];

		c->bare |= b == '\r' || b == '\n';
		c->nul |= b == 0;
		if (b < ' ' || b == 0x7f || (b > 0x7f && !utf8))
			c->wrong = true;
	}
}

static bool
arguments(struct smtp_command *c, const struct verb *v, struct rest *r)
{
	switch (v->arguments) {
	case NONE:
		return r->size == 0;
	case ANY:
		return true;
	case LITTLE:
		return r->size <= MOST_LITTLE;
	case NAME:
		return r->size > 0 && r->size <= MOST_NAME;
	case PATH:
		return path(c, r, v->before);
	case CHUNK:
		return chunk(c, r);
	}
	return false;
}

void
smtp_command(struct smtp_command *c, const char *line, size_t size, bool utf8)
{
	struct rest r = { line, size };

	*c = (struct smtp_command){ .verb = VERB_UNKNOWN };
	while (r.size > 0 && is_space(line[r.size - 1])) /* to be tolerated: RFC 5321, 4.1.1 */
		r.size--;
	if (skip_spaces(&r))
		c->wrong = true;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		struct rest after = r;

		if (!skip_word(&after, verbs[i].word) || (after.size > 0 && !skip_spaces(&after)))
			continue;
		c->verb = verbs[i].verb;
		if (!arguments(c, &verbs[i], &after))
			c->wrong = true;
		break;
	}
	look_at_bytes(c, line, size, utf8 || c->utf8);
}
