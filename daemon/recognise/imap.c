/* imap.c - IMAP (RFC 9051, 2.2.1 and 7.1): the server greets with an untagged answer, and each of
 * the client's commands has a tag.
 */
#include "recognise/look.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

enum { LINE_MAX = 1024, LINES_MAX = 16, WORD_MAX = 32 };

static bool
is_command(struct phrase p)
{
	static const char *const commands[] = { "CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS",
		"LOGOUT", "NOOP", "ID", "ENABLE", "SELECT", "EXAMINE", "LIST", "LSUB", "STATUS",
		"NAMESPACE", "COMPRESS" };

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (phrase_like(p, commands[i]))
			return true;
	return false;
}

/* Letters and hyphens: extensions are named so. */
static bool
is_word(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++) {
		uint8_t letter = (uint8_t)(p.at[i] | 0x20);

		if ((letter < 'a' || letter > 'z') && p.at[i] != '-')
			return false;
	}
	return p.size <= WORD_MAX;
}

/* RFC 9051, 9: what a tag may hold. */
static bool
is_tag(struct phrase p)
{
	static const char never[] = "(){%*\"\\+";

	for (size_t i = 0; i < p.size; i++)
		if (p.at[i] <= ' ' || p.at[i] >= 0x7f || memchr(never, p.at[i], sizeof never - 1))
			return false;
	return p.size <= WORD_MAX;
}

static bool
has_digit(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++)
		if (p.at[i] >= '0' && p.at[i] <= '9')
			return true;
	return false;
}

/* SURE_CONFIRMED: a command with a tag. NUMBERED: the tag has a digit, as programs make them. */
static enum sure
commands(const struct opening *o, bool *numbered)
{
	struct wire w = look_stream(o);

	*numbered = false;
	for (unsigned i = 0; i < LINES_MAX && wire_left(&w) > 0; i++) {
		struct phrase line;
		if (!is_tag((struct phrase){ .at = w.p, .size = 1 }))
			return SURE_NOT; /* most that is not text ends here */
		bool ended = phrase_line(&w, &line);
		size_t size = line.size;
		if (!ended && line.at[size - 1] == '\r')
			line.size--; /* of its end */
		const uint8_t *end = line.at + line.size;
		struct phrase tag = phrase_word(&line), command = phrase_word(&line);
		if (tag.size == 0 || !is_tag(tag) || !is_word(command))
			return SURE_NOT;
		if (ended && command.size == 0)
			return SURE_NOT;
		if (!ended && command.at + command.size == end)
			return SURE_OPEN;
		*numbered = has_digit(tag);
		if (is_command(command))
			return SURE_CONFIRMED;
		if (size > LINE_MAX)
			return SURE_NOT;
		if (!ended)
			return SURE_OPEN;
	}
	return wire_left(&w) > 0 ? SURE_NOT : SURE_OPEN;
}

static enum sure
greeting(const struct opening *o)
{
	enum sure ok = look_prefix(o, "* OK ", 5), in = look_prefix(o, "* PREAUTH ", 10);
	enum sure bye = look_prefix(o, "* BYE ", 6);

	if (in > ok)
		ok = in;
	return bye > ok ? bye : ok;
}

enum sure
look_imap(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	bool numbered = false;
	enum sure said = client->size > 0 ? commands(client, &numbered) : SURE_OPEN;
	enum sure greets = server->size > 0 ? greeting(server) : SURE_OPEN;

	if (said == SURE_CONFIRMED && greets == SURE_OPEN)
		return numbered ? SURE_LIKELY : SURE_OPEN;
	return look_either(said, greets);
}
