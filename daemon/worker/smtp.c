/* smtp.c - see smtp.h: what the client sends, command by command. */
#include "worker/smtp_in.h"

#include <string.h>

/* The server refused DATA, and this is no command: the client sends a body all the same. */
static void
refused_body(struct smtp *s)
{
	static const uint8_t lf = '\n';
	uint16_t n = s->ncommand;

	s->refused = false;
	smtp_message_begin(s);
	s->words |= WHAT_REFUSED | WHAT_AMBIGUOUS;
	s->state = SMTP_DATA;
	if (s->over) /* the rest of its first line was not kept */
		s->words |= WHAT_LIMIT;
	(void)smtp_data(s, (const uint8_t *)s->command, n); /* no LF: its end is not in it */
	(void)smtp_data(s, &lf, 1);
}

static void
mail(struct smtp *s, const struct smtp_command *c)
{
	bool twice = s->mail && !s->again && !s->unsure;

	if (smtp_in_chunks(s)) {
		s->words |= s->unsure ? 0 : SMTP_DISORDER;
		smtp_abandon(s);
	}
	smtp_transaction_end(s);
	s->pending &= ~WHAT_BINARY;
	if (twice)
		s->pending |= SMTP_DISORDER;
	if (c->binary)
		s->pending |= WHAT_BINARY;
	s->mail = true;
	s->utf8 = c->utf8;
	s->illegal = c->seven ? LINE_8BIT : 0;
	s->unsure = false;
	smtp_wait(s, WAIT_MAIL);
}

/* A message is to come: what is said of it if the transaction lacks what it needs. */
static uint64_t
transaction_words(const struct smtp *s)
{
	return (s->mail && s->rcpt) || s->unsure ? 0 : SMTP_DISORDER;
}

static void
data(struct smtp *s)
{
	if (smtp_in_chunks(s)) {
		s->words |= SMTP_DISORDER;
		smtp_release(s);
		s->pending |= SMTP_DISORDER;
	}
	s->pending |= transaction_words(s);
	s->refused = false;
	s->state = SMTP_AWAIT;
	smtp_wait(s, WAIT_DATA);
}

static void
bdat(struct smtp *s, const struct smtp_command *c)
{
	uint64_t words = s->refused || c->wrong || c->huge ? SMTP_DISORDER : 0;

	s->refused = false;
	if (!smtp_in_chunks(s)) {
		words |= transaction_words(s);
		if (c->wrong && c->size == 0)
			smtp_connection(s, words);
		else
			smtp_message_begin(s);
	}
	if (smtp_in_chunks(s))
		s->words |= words;
	if (c->wrong && c->size == 0) { /* no number: what follows is anything */
		s->resync = s->unsure = true;
		smtp_wait(s, WAIT_OTHER);
		return;
	}
	s->unoffered |= !s->chunking;
	s->chunk = c->size;
	s->last = c->last;
	s->state = SMTP_CHUNK;
	if (!c->last)
		smtp_wait(s, WAIT_OTHER);
	if (s->chunk == 0)
		smtp_chunk_end(s);
}

/* What a command does to the transaction, and which reply it will have. */
static void
execute(struct smtp *s, const struct smtp_command *c)
{
	switch (c->verb) {
	case VERB_MAIL:
		mail(s, c);
		return;
	case VERB_RCPT:
		if (!s->mail && !s->unsure)
			s->pending |= SMTP_DISORDER;
		s->rcpt = true;
		smtp_wait(s, WAIT_RCPT);
		return;
	case VERB_DATA:
		data(s);
		return;
	case VERB_BDAT:
		bdat(s, c);
		return;
	case VERB_HELLO:
	case VERB_LHLO:
	case VERB_RSET:
	case VERB_QUIT:
		smtp_abandon(s);
		s->unsure = false;
		if (c->verb == VERB_HELLO || c->verb == VERB_LHLO) {
			smtp_wait(s, c->verb == VERB_HELLO ? WAIT_HELLO : WAIT_LHLO);
			return;
		}
		break;
	case VERB_STARTTLS:
		s->starttls = true;
		smtp_wait(s, WAIT_STARTTLS);
		return;
	case VERB_AUTH:
		s->auth = AUTH_SENT;
		smtp_wait(s, WAIT_AUTH);
		return;
	case VERB_PROXY:
		if (!s->begun)
			return; /* to the server it is not a command */
		break;
	case VERB_UNKNOWN:
	case VERB_NOTHING:
	case VERB_FOREIGN:
		break;
	}
	smtp_wait(s, WAIT_OTHER);
}

/* May reading begin with this command, after bytes that were not seen? Text of a mail must not look
 * like one. */
static bool
is_sure(const struct smtp_command *c)
{
	switch (c->verb) {
	case VERB_HELLO:
	case VERB_LHLO:
	case VERB_MAIL:
	case VERB_RCPT:
	case VERB_DATA:
	case VERB_BDAT:
	case VERB_RSET:
	case VERB_QUIT:
	case VERB_STARTTLS:
		return !c->wrong;
	case VERB_UNKNOWN:
	case VERB_NOTHING:
	case VERB_AUTH:
	case VERB_FOREIGN:
	case VERB_PROXY:
		return false;
	}
	return false;
}

/* What a command line says about the connection. LF: no CR stood before its LF. */
static uint64_t
command_words(const struct smtp *s, const struct smtp_command *c, bool lf)
{
	bool unknown = c->verb == VERB_UNKNOWN || c->verb == VERB_PROXY;
	uint64_t words = 0;

	if (unknown && !s->begun && (!s->greeted || c->verb == VERB_PROXY))
		return WHAT_UNKNOWN_PROTOCOL;
	if (lf || c->bare)
		words |= WHAT_COMMAND | WHAT_BARE_NEWLINE | WHAT_AMBIGUOUS;
	if (c->nul)
		words |= WHAT_COMMAND | WHAT_NUL | WHAT_AMBIGUOUS;
	if (s->starttls && s->server_seen && smtp_waits(s, WAIT_STARTTLS))
		words |= WHAT_COMMAND | WHAT_AMBIGUOUS; /* for whom is it? */
	if (unknown && s->chunked)
		words |= SMTP_DISORDER; /* the chunk was said to be shorter than it is */
	if (unknown || c->wrong || c->verb == VERB_AUTH || c->verb == VERB_FOREIGN)
		words |= WHAT_COMMAND;
	return words;
}

static void
command_line(struct smtp *s)
{
	size_t n = s->ncommand;
	bool lf = n == 0 || s->command[n - 1] != '\r';
	struct smtp_command c;
	uint64_t words;

	smtp_command(&c, s->command, lf ? n : n - 1, s->utf8);
	if (s->auth == AUTH_ASKED || (s->auth == AUTH_SENT && c.verb == VERB_UNKNOWN)) {
		s->auth = AUTH_SENT;
		return;
	}
	s->auth = AUTH_NONE;
	if (s->resync && (s->over || lf || !is_sure(&c)))
		return;
	s->resync = false;
	if (s->refused && c.verb == VERB_UNKNOWN) {
		refused_body(s);
		return;
	}
	words = command_words(s, &c, lf && !s->over);
	if (smtp_in_chunks(s) && (words & WHAT_TRANSACTION))
		s->words |= SMTP_DISORDER;
	s->chunked = false;
	if (words & WHAT_UNKNOWN_PROTOCOL)
		smtp_foreign(s, words);
	else
		smtp_connection(s, words);
	execute(s, &c);
	s->begun = true;
}

void
smtp_foreign(struct smtp *s, uint64_t words)
{
	smtp_connection(s, words);
	s->resync = s->unsure = s->foreign = true;
}

/* Takes bytes of a command line, at most up to its end; returns how many. */
static size_t
take_command(struct smtp *s, const uint8_t *bytes, size_t size)
{
	const uint8_t *lf = memchr(bytes, '\n', size);
	size_t n = lf ? (size_t)(lf - bytes) : size, room = sizeof s->command - s->ncommand;

	if (n > room && !s->over) {
		s->over = true;
		if (!s->resync)
			smtp_connection(s, WHAT_LIMIT);
	}
	if (room > n)
		room = n;
	memcpy(s->command + s->ncommand, bytes, room);
	s->ncommand = (uint16_t)(s->ncommand + room);
	if (!s->resync && s->ncommand >= 2 && s->command[0] == 0x16 && s->command[1] == 3)
		smtp_foreign(s, s->starttls ? WHAT_STARTTLS | WHAT_ENCRYPTED : WHAT_TLS);
	if (!lf)
		return size;
	command_line(s);
	s->ncommand = 0;
	s->over = false;
	return n + 1;
}

static void
client(struct smtp *s, const uint8_t *bytes, size_t size)
{
	size_t taken = 0;

	while (size > 0) {
		switch ((enum smtp_state)s->state) {
		case SMTP_COMMANDS:
			taken = take_command(s, bytes, size);
			break;
		case SMTP_AWAIT:
			smtp_message_begin(s);
			s->state = SMTP_DATA;
			taken = 0;
			break;
		case SMTP_DATA:
			taken = smtp_data(s, bytes, size);
			break;
		case SMTP_CHUNK:
			taken = smtp_chunk(s, bytes, size);
			break;
		case SMTP_DEAD:
			return;
		}
		bytes += taken;
		size -= taken;
	}
}

void
smtp_begin(struct smtp *s, const struct mime_rules *rules, bool midstream, smtp_say *say, void *ctx)
{
	memset(
	    s, 0, offsetof(struct smtp, command)); /* the rest is large; what uses it begins it */
	s->rules = rules;
	s->say = say;
	s->ctx = ctx;
	s->midstream = midstream;
	if (midstream) {
		s->resync = s->unsure = s->begun = true;
		s->known = s->greeted = s->cut = s->chunking = s->uncounted = true;
	}
}

void
smtp_rules(struct smtp *s, const struct mime_rules *rules)
{
	s->rules = rules;
	mime_rules(&s->message, rules);
	mime_rules(&s->second.mime, rules);
}

/* Something was sent. */
static void
seen(struct smtp *s, bool client)
{
	*(client ? &s->client_seen : &s->server_seen) = true;
	if (s->midstream)
		smtp_connection(s, WHAT_MIDSTREAM);
}

void
smtp_push(struct smtp *s, bool from_client, const uint8_t *bytes, size_t size)
{
	if (size == 0 || s->state == SMTP_DEAD)
		return;
	seen(s, from_client);
	if (from_client)
		client(s, bytes, size);
	else
		smtp_server(s, bytes, size);
}

static void
lost_commands(struct smtp *s)
{
	if (smtp_in_chunks(s))
		smtp_content_lost(s);
	else
		smtp_connection(s, WHAT_LOST);
	s->ncommand = 0;
	s->over = false;
	s->auth = AUTH_NONE;
	s->resync = s->unsure = s->begun = true;
	s->refused = s->chunked = false;
}

void
smtp_lost(struct smtp *s, bool from_client, uint64_t n)
{
	if (s->state == SMTP_DEAD)
		return;
	seen(s, from_client);
	s->uncounted = true;
	if (!from_client) {
		smtp_note(s, WHAT_LOST);
		smtp_server_lost(s);
		return;
	}
	if (s->state == SMTP_AWAIT) {
		smtp_message_begin(s);
		s->state = SMTP_DATA;
	}
	if (s->state == SMTP_DATA) {
		smtp_content_lost(s);
	} else if (s->state == SMTP_COMMANDS) {
		lost_commands(s);
	} else {
		smtp_content_lost(s);
		if (n <= s->chunk) {
			s->chunk -= n;
			n = 0;
		} else {
			n -= s->chunk;
			s->chunk = 0;
		}
		if (s->chunk == 0)
			smtp_chunk_end(s);
		if (n > 0)
			lost_commands(s);
	}
}

void
smtp_note(struct smtp *s, uint64_t words)
{
	if (s->state == SMTP_DEAD)
		return;
	if (words & (WHAT_OVERLAP | WHAT_URGENT))
		words |= WHAT_AMBIGUOUS;
	if (s->open)
		s->words |= words;
	else if (s->state == SMTP_AWAIT)
		s->pending |= words;
	else
		smtp_connection(s, words);
}

void
smtp_all(struct smtp *s, uint64_t words)
{
	s->all |= words;
}

/* The connection ends in the middle of a line. */
static void
cut_command(struct smtp *s)
{
	struct smtp_command c;

	smtp_command(&c, s->command, s->ncommand, s->utf8);
	if (c.verb == VERB_UNKNOWN && !s->resync && !s->auth)
		smtp_connection(s, command_words(s, &c, false));
}

void
smtp_end(struct smtp *s)
{
	if (s->state == SMTP_DEAD)
		return;
	smtp_server_end(s);
	if (s->state == SMTP_COMMANDS && s->ncommand > 0)
		cut_command(s);
	if (s->number == 0 && s->client_seen && !s->server_seen)
		smtp_connection(s, WHAT_ONE_SIDED);
	if (s->number == 0)
		smtp_connection(s, s->all);
	smtp_dead(s);
	/* the server took bytes for commands that were none here */
	if (s->unasked > 0 && !s->uncounted && !s->said)
		smtp_connection(s, SMTP_DISORDER);
}
