/* greeting.c - SMTP (RFC 5321, 3.1 and 4.1; also LMTP, RFC 2033), FTP (RFC 959, 2228, 2389, 2428)
 * and POP3 (RFC 1939, 2449, 2595): the server greets, and the client says commands in lines.
 *
 * SMTP and FTP greet alike: the commands tell them apart. One that both have tells nothing, nor
 * does one that nobody knows; one that only others have rules a protocol out, and so does what is
 * no command.
 */
#include "recognise/look.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

enum { LINE_MAX = 1024, LINES_MAX = 16, VERB_MAX = 12 };

/* Who has a command. Redis answers its AUTH and QUIT as POP3 greets. */
enum { SMTP = 1, FTP = 2, POP3 = 4, REDIS = 8, ALL = 15 };

static const struct {
	char verb[9];
	uint8_t of;
} verbs[] = {
	{ "EHLO", SMTP },
	{ "HELO", SMTP },
	{ "LHLO", SMTP },
	{ "MAIL", SMTP },
	{ "RCPT", SMTP },
	{ "STARTTLS", SMTP },
	{ "VRFY", SMTP },
	{ "EXPN", SMTP },
	{ "RSET", SMTP | POP3 },
	{ "HELP", SMTP | FTP },
	{ "AUTH", ALL },
	{ "NOOP", SMTP | FTP | POP3 },
	{ "QUIT", ALL },
	{ "USER", FTP | POP3 },
	{ "PASS", FTP | POP3 },
	{ "LANG", FTP | POP3 },
	{ "STAT", FTP | POP3 },
	{ "LIST", FTP | POP3 },
	{ "RETR", FTP | POP3 },
	{ "DELE", FTP | POP3 },
	{ "ACCT", FTP },
	{ "FEAT", FTP },
	{ "OPTS", FTP },
	{ "SYST", FTP },
	{ "HOST", FTP },
	{ "CLNT", FTP },
	{ "ADAT", FTP },
	{ "PBSZ", FTP },
	{ "PROT", FTP },
	{ "TYPE", FTP },
	{ "PASV", FTP },
	{ "EPSV", FTP },
	{ "PORT", FTP },
	{ "EPRT", FTP },
	{ "CWD", FTP },
	{ "PWD", FTP },
	{ "CAPA", POP3 },
	{ "APOP", POP3 },
	{ "STLS", POP3 },
	{ "UIDL", POP3 },
};

static bool
is_verb(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++) {
		uint8_t letter = (uint8_t)(p.at[i] | 0x20);

		if (letter < 'a' || letter > 'z')
			return false;
	}
	return p.size > 0 && p.size <= VERB_MAX;
}

/* Whose it is; 0 when nobody's. An AUTH for TLS is FTP's (RFC 4217, 4). */
static uint8_t
owners(struct phrase verb, struct phrase argument)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (((verb.at[0] ^ (uint8_t)verbs[i].verb[0]) & 0xdf) != 0 ||
		    !phrase_like(verb, verbs[i].verb))
			continue;
		if (phrase_like(verb, "AUTH") &&
		    (phrase_like(argument, "TLS") || phrase_like(argument, "SSL")))
			return FTP;
		return verbs[i].of;
	}
	return 0;
}

/* Are they the commands of MINE and not those of RIVALS? SURE_OPEN: of both so far. */
static enum sure
commands(const struct opening *o, uint8_t mine, uint8_t rivals)
{
	struct wire w = look_stream(o);

	for (unsigned i = 0; i < LINES_MAX && wire_left(&w) > 0; i++) {
		struct phrase line;
		if (!is_verb((struct phrase){ .at = w.p, .size = 1 }))
			return SURE_NOT; /* most that is not text ends here */
		bool ended = phrase_line(&w, &line);
		size_t size = line.size;
		if (!ended && line.at[size - 1] == '\r')
			line.size--; /* of its end */
		const uint8_t *end = line.at + line.size;
		struct phrase verb = phrase_word(&line);
		if (!is_verb(verb))
			return SURE_NOT;
		if (!ended && (verb.at + verb.size == end || phrase_like(verb, "AUTH")))
			return SURE_OPEN;
		uint8_t of = owners(verb, line);
		if (of & mine && !(of & rivals))
			return SURE_CONFIRMED;
		if ((of && !(of & mine)) || size > LINE_MAX)
			return SURE_NOT;
		if (!ended)
			return SURE_OPEN;
	}
	return wire_left(&w) > 0 ? SURE_NOT : SURE_OPEN;
}

/* Does a side begin with one of these codes of three digits? */
static enum sure
code(const struct opening *o, const char (*codes)[4], size_t n)
{
	enum sure best = SURE_NOT;

	for (size_t i = 0; i < n; i++) {
		enum sure sure = look_prefix(o, codes[i], 3);

		if (sure > best)
			best = sure;
	}
	if (best == SURE_CONFIRMED && o->size > 3 && !memchr(" -\r\n", o->bytes[3], 4))
		return SURE_NOT;
	return best == SURE_CONFIRMED && o->size == 3 ? look_short(o) : best;
}

/* Is WORD in the lines of a greeting and OTHER not? */
static bool
names(const struct opening *o, const char *word, const char *other)
{
	struct wire w = look_stream(o);
	struct phrase line;
	bool found = false;

	for (unsigned i = 0; i < LINES_MAX && phrase_line(&w, &line); i++) {
		if (phrase_has(line, other))
			return false;
		found = found || phrase_has(line, word);
		if (line.size < 4 || line.at[3] != '-')
			break;
	}
	return found;
}

/* Both sides: NAMED when the greeting alone is a hint. */
static enum sure
greeted(const struct talk *t, enum sure greeting, bool named, uint8_t mine, uint8_t rivals)
{
	const struct opening *client = &t->side[TALK_CLIENT];

	if (greeting == SURE_NOT)
		return SURE_NOT;
	enum sure said = client->size > 0 ? commands(client, mine, rivals) : SURE_OPEN;
	if (said == SURE_NOT)
		return SURE_NOT;
	if (greeting == SURE_CONFIRMED && said == SURE_CONFIRMED)
		return SURE_CONFIRMED;
	if (named || (said == SURE_CONFIRMED && commands(client, mine, ALL ^ mine) == said))
		return SURE_LIKELY;
	return SURE_OPEN;
}

enum sure
look_smtp(const struct talk *t)
{
	static const char codes[][4] = { "220", "421", "521", "554" };
	const struct opening *server = &t->side[TALK_SERVER];
	enum sure greeting = SURE_OPEN;

	if (server->size > 0)
		greeting = code(server, codes, sizeof codes / sizeof *codes);
	bool named = greeting == SURE_CONFIRMED && names(server, "MTP", "FTP");
	return greeted(t, greeting, named, SMTP, FTP);
}

enum sure
look_ftp(const struct talk *t)
{
	static const char codes[][4] = { "220", "120", "421", "530" };
	const struct opening *server = &t->side[TALK_SERVER];
	enum sure greeting = SURE_OPEN;

	if (server->size > 0)
		greeting = code(server, codes, sizeof codes / sizeof *codes);
	bool named = greeting == SURE_CONFIRMED && names(server, "FTP", "MTP");
	return greeted(t, greeting, named, FTP, SMTP);
}

enum sure
look_pop3(const struct talk *t)
{
	const struct opening *server = &t->side[TALK_SERVER];
	struct wire w = look_stream(server);
	struct phrase line;
	enum sure greeting = SURE_OPEN;

	if (server->size > 0)
		greeting = look_prefix(server, "+OK", 3);
	if (greeting == SURE_CONFIRMED && server->size > 3 && !memchr(" \r\n", server->bytes[3], 3))
		return SURE_NOT;
	if (greeting != SURE_CONFIRMED)
		return greeted(t, greeting, false, POP3, 0);
	if (!phrase_line(&w, &line)) /* only all of it tells whether there is text behind it */
		return greeted(t, look_short(server), false, POP3, 0);
	bool text = line.size > 4;
	return greeted(t, SURE_CONFIRMED, text, POP3, text ? 0 : REDIS);
}
