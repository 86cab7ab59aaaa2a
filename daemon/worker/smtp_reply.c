/* smtp_reply.c - see smtp_in.h: the server's replies, and which command each answers. Codes that
 * answer one command only (220, 334, 354) find theirs though others were lost. */
#include "worker/smtp_in.h"

#include <string.h>

void
smtp_wait(struct smtp *s, enum smtp_wait wait)
{
	struct smtp_run *last = s->nruns ? &s->run[s->nruns - 1] : NULL;

	if (s->unmatched)
		return;
	if (s->unasked > 0) { /* its reply came before it: captures may have it so */
		s->unasked--;
		return;
	}
	if (s->outstanding == SMTP_OUTSTANDING || (s->nruns == SMTP_RUNS && last->wait != wait)) {
		s->unmatched = s->chunking = s->uncounted = true;
		s->nruns = 0;
		if (s->server_seen)
			smtp_connection(s, WHAT_LIMIT);
		return;
	}
	s->outstanding++;
	if (last && last->wait == wait)
		last->count++;
	else
		s->run[s->nruns++] = (struct smtp_run){ .wait = (uint8_t)wait, .count = 1 };
}

bool
smtp_waits(const struct smtp *s, enum smtp_wait wait)
{
	for (unsigned i = 0; i < s->nruns; i++)
		if (s->run[i].wait == wait)
			return true;
	return false;
}

/* The first command that waits has its reply. */
static void
answered(struct smtp *s)
{
	s->outstanding--;
	if (--s->run[0].count == 0) {
		s->nruns--;
		memmove(s->run, s->run + 1, s->nruns * sizeof s->run[0]);
	}
}

/* The server said no to DATA. Of a later DATA nothing is known yet. */
static void
data_refused(struct smtp *s)
{
	if (smtp_waits(s, WAIT_DATA))
		return;
	if (s->state == SMTP_AWAIT) {
		s->state = SMTP_COMMANDS;
		s->refused = s->again = true;
	} else if (s->held || s->state == SMTP_DATA) {
		s->words |= WHAT_REFUSED | WHAT_AMBIGUOUS;
	}
	if (s->held)
		smtp_release(s);
}

/* 354: what the client sends now is data. */
static void
data_accepted(struct smtp *s)
{
	bool waited = smtp_waits(s, WAIT_DATA);

	if (waited) {
		while (s->run[0].wait != WAIT_DATA)
			answered(s);
		answered(s);
	} else if (s->state == SMTP_COMMANDS && (s->refused || s->resync) && s->ncommand == 0) {
		if (smtp_in_chunks(s)) { /* its end was not seen, nor the DATA of the next */
			s->words |= WHAT_LOST;
			smtp_release(s);
		}
		s->state = SMTP_AWAIT;
		s->refused = false;
	} else {
		s->unasked++;
	}
}

/* A reply to the first command that waits. */
static void
reply_to(struct smtp *s, enum smtp_wait wait, bool good)
{
	switch (wait) {
	case WAIT_OTHER:
		break;
	case WAIT_HELLO:
	case WAIT_LHLO:
		if (!good)
			break;
		s->lmtp = wait == WAIT_LHLO;
		s->chunking = s->offers;
		break;
	case WAIT_END:
		if (s->held && !smtp_waits(s, WAIT_END))
			smtp_release(s);
		break;
	case WAIT_MAIL:
		s->accepted = 0;
		if (!good)
			s->again = true;
		break;
	case WAIT_RCPT:
		if (good)
			s->accepted++;
		break;
	case WAIT_DATA:
		if (!good)
			data_refused(s);
		break;
	case WAIT_STARTTLS:
		s->starttls = smtp_waits(s, WAIT_STARTTLS);
		break;
	case WAIT_AUTH:
		s->auth = AUTH_NONE;
		break;
	}
}

/* A reply to nothing. That the server closes, or does not want more of a message, it says at any
 * time. */
static void
unasked(struct smtp *s, unsigned code)
{
	bool content = s->state == SMTP_DATA || s->state == SMTP_CHUNK;

	s->chunking |= s->offers;
	if (code != 421 && !(content && code >= 400))
		s->unasked++;
}

/* A reply, by its code, when its last line was read. */
static void
reply(struct smtp *s, unsigned code)
{
	bool good = code < 400;

	if (s->unmatched)
		smtp_connection(s, WHAT_LIMIT);
	if (code == 220 && s->starttls && (s->nruns == 0 || s->run[0].wait == WAIT_STARTTLS)) {
		smtp_connection(s, WHAT_STARTTLS | WHAT_ENCRYPTED);
		smtp_dead(s);
		return;
	}
	if (code == 334 && s->auth) {
		s->auth = AUTH_ASKED;
		return;
	}
	if (code == 354) {
		data_accepted(s);
		return;
	}
	if (s->nruns > 0 && s->run[0].wait == WAIT_DATA && good) {
		/* It answers what was not seen before DATA, or what came after. */
		if (!smtp_waits(s, WAIT_END)) {
			unasked(s, code);
			return;
		}
		answered(s);
	}
	if (s->nruns == 0) {
		unasked(s, code);
		return;
	}
	enum smtp_wait wait = s->run[0].wait;

	if (wait == WAIT_END && s->lmtp && s->accepted > 1) { /* one each, RFC 2033, 4.2 */
		s->accepted--;
		return;
	}
	answered(s);
	reply_to(s, wait, good);
}

/* What speaks so, by its first bytes; 0 for SMTP. */
static uint64_t
speaks(const char *p, size_t n)
{
	if (n >= 3 && (memcmp(p, "220", 3) == 0 || *p == '4' || *p == '5') && p[1] >= '0' &&
	    p[1] <= '9' && p[2] >= '0' && p[2] <= '9' &&
	    (n == 3 || p[3] == ' ' || p[3] == '-' || p[3] == '\r'))
		return 0;
	if (n >= 3 && memcmp(p, "+OK", 3) == 0)
		return WHAT_POP3;
	if (n >= 4 &&
	    (memcmp(p, "* OK", 4) == 0 || memcmp(p, "* PR", 4) == 0 || memcmp(p, "* BY", 4) == 0))
		return WHAT_IMAP;
	if (n >= 2 && (p[0] == 0x15 || p[0] == 0x16) && p[1] == 3)
		return WHAT_TLS;
	return WHAT_UNKNOWN_PROTOCOL;
}

/* Looks at the first bytes of the server, when there are four, or a line. */
static void
recognise(struct smtp *s)
{
	uint64_t word = speaks(s->reply, s->nreply);

	s->known = true;
	if (!word)
		return;
	smtp_foreign(s, word);
	if (word == WHAT_POP3 || word == WHAT_IMAP)
		smtp_dead(s);
}

/* Is it a line of EHLO's reply that offers BDAT (RFC 3030, 2)? What stands behind its code. */
static bool
offers_chunking(const char *p, size_t n)
{
	static const char word[] = "CHUNKING";

	if (n <= strlen(word) || (n > strlen(word) + 1 && p[strlen(word) + 1] != ' '))
		return false;
	for (size_t i = 0; i < strlen(word); i++)
		if ((p[i + 1] & ~0x20) != word[i])
			return false;
	return true;
}

/* A line of the server, its first bytes. */
static void
line(struct smtp *s)
{
	const char *p = s->reply;
	size_t n = s->nreply;
	bool cut = s->cut;
	unsigned code = 0;

	s->cut = false;
	if (n > 0 && n < sizeof s->reply && p[n - 1] == '\r')
		n--;
	for (size_t i = 0; i < 3 && i < n && p[i] >= '0' && p[i] <= '9'; i++)
		code = code * 10 + (unsigned)(p[i] - '0');
	if (n < 3 || code < 200 || code > 599 || (n > 3 && p[3] != ' ' && p[3] != '-')) {
		if (!cut && !s->foreign)
			smtp_connection(s, WHAT_UNKNOWN_PROTOCOL);
		return;
	}
	s->offers |= offers_chunking(p + 3, n - 3);
	if (n > 3 && p[3] == '-')
		return;
	s->spoke |= code != 220 && code != 421 && code != 554;
	if (!s->greeted)
		s->greeted = true;
	else
		reply(s, code);
	s->offers = false;
}

void
smtp_server(struct smtp *s, const uint8_t *bytes, size_t size)
{
	while (size > 0 && s->state != SMTP_DEAD) {
		const uint8_t *lf = memchr(bytes, '\n', size);
		size_t n = lf ? (size_t)(lf - bytes) : size, room = sizeof s->reply - s->nreply;

		if (room > n)
			room = n;
		memcpy(s->reply + s->nreply, bytes, room);
		s->nreply = (uint8_t)(s->nreply + room);
		if (!s->known && (lf || s->nreply >= 4))
			recognise(s);
		if (lf) {
			if (s->state != SMTP_DEAD)
				line(s);
			s->nreply = 0;
			n++;
		}
		bytes += n;
		size -= n;
	}
}

void
smtp_server_lost(struct smtp *s)
{
	s->nreply = 0;
	s->known = s->greeted = s->cut = true;
	s->nruns = 0;
	s->outstanding = s->unasked = 0;
	s->chunking = true;
	if (s->state == SMTP_AWAIT)
		smtp_wait(s, WAIT_DATA);
	if (s->held)
		smtp_release(s);
}

void
smtp_server_end(struct smtp *s)
{
	if (!s->known && s->nreply > 0)
		recognise(s);
	if (s->spoke && !s->client_seen)
		smtp_connection(s, WHAT_ONE_SIDED);
}
