/* smtp_in.h - what the files of smtp share: states, commands as read, and how one hands on to the
 * other.
 *
 * Knows: the parts of a connection. Owns nothing. Included by smtp*.c only: smtp.c does what the
 * client's commands say, smtp_command.c reads one, smtp_message.c reads content and makes the
 * verdicts, smtp_reply.c matches replies with commands, smtp_second.c reads what stands behind a
 * look-alike of the end of data.
 * Never includes a header of another module.
 */
#ifndef SEGAUDIT_SMTP_IN_H
#define SEGAUDIT_SMTP_IN_H

#include "worker/smtp.h"

enum smtp_state {
	SMTP_COMMANDS,
	SMTP_AWAIT, /* DATA was sent: the next byte of the client is the message's first */
	SMTP_DATA,
	SMTP_CHUNK,
	SMTP_DEAD, /* nothing is read any more */
};

/* The byte before, where a lone dot could begin: a newline, or what a receiver could take for one
 * (CR, LF, NUL); or a dot behind one. */
enum smtp_near { NEAR_NOTHING, NEAR_NEWLINE, NEAR_DOT };

/* AUTH was sent; and the server has asked back. */
enum smtp_auth { AUTH_NONE, AUTH_SENT, AUTH_ASKED };

/* What a reply answers. END: a whole message. */
enum smtp_wait {
	WAIT_OTHER,
	WAIT_HELLO, /* EHLO, HELO */
	WAIT_LHLO,
	WAIT_MAIL,
	WAIT_RCPT,
	WAIT_DATA,
	WAIT_END,
	WAIT_STARTTLS,
	WAIT_AUTH
};

enum smtp_verb {
	VERB_UNKNOWN,
	VERB_HELLO,
	VERB_LHLO,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_BDAT,
	VERB_RSET,
	VERB_QUIT,
	VERB_NOTHING, /* NOOP, HELP */
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_FOREIGN, /* one that a mail conduit has no use for */
	VERB_PROXY,   /* the line of the PROXY protocol, version 1 */
};

struct smtp_command {
	enum smtp_verb verb;
	bool wrong;    /* not as the standards write it */
	bool bare;     /* it has a CR or LF in it */
	bool nul;      /* or NUL */
	bool last;     /* BDAT: LAST */
	bool huge;     /* BDAT: a size that some receivers cannot hold */
	bool utf8;     /* MAIL: SMTPUTF8 */
	bool seven;    /* MAIL: BODY=7BIT */
	bool binary;   /* MAIL: BODY=BINARYMIME */
	uint64_t size; /* BDAT: bytes of the chunk; the largest number where it is more */
};

/* Reads a command line, without its end. UTF8: the transaction is SMTPUTF8. */
void smtp_command(struct smtp_command *c, const char *line, size_t size, bool utf8);

/* A command was sent that the server will answer. */
void smtp_wait(struct smtp *s, enum smtp_wait wait);

/* Does the server owe an answer to one? */
bool smtp_waits(const struct smtp *s, enum smtp_wait wait);

/* The bytes of the server; and a hole in them. */
void smtp_server(struct smtp *s, const uint8_t *bytes, size_t size);
void smtp_server_lost(struct smtp *s);

/* The server's direction is over. */
void smtp_server_end(struct smtp *s);

/* What two servers could understand differently in a transaction. */
#define SMTP_DISORDER (WHAT_TRANSACTION | WHAT_AMBIGUOUS)

/* Words about the connection, said if one of them is new. */
void smtp_connection(struct smtp *s, uint64_t words);

/* A message begins, with the words of its transaction. */
void smtp_message_begin(struct smtp *s);

/* Says the verdict of the message in hand. */
void smtp_release(struct smtp *s);

/* Were chunks of a message sent, but not its last? */
bool smtp_in_chunks(const struct smtp *s);

/* The transaction is over, whatever became of it. */
void smtp_transaction_end(struct smtp *s);

/* The transaction is given up, by the client or because nothing more comes. What was read of a
 * message has been judged; its end was not. */
void smtp_abandon(struct smtp *s);

/* Another protocol begins, or nothing comes any more: what is in hand ends, no more is read. */
void smtp_dead(struct smtp *s);

/* This is not SMTP: WORDS, once. Who goes on in SMTP all the same is read from a command on. */
void smtp_foreign(struct smtp *s, uint64_t words);

/* Takes data up to its end, if that is there; a chunk up to its end. Both return how many bytes. */
size_t smtp_data(struct smtp *s, const uint8_t *bytes, size_t size);
size_t smtp_chunk(struct smtp *s, const uint8_t *bytes, size_t size);

/* The chunk has all its bytes. */
void smtp_chunk_end(struct smtp *s);

/* Bytes of the message are missing. */
void smtp_content_lost(struct smtp *s);

/* A piece of a message with its dots as on the wire: to M, without the dot that was put before a
 * dot. DOT: see struct smtp. True: it was the line that ends data. */
bool smtp_content(struct mime *m, bool *dot, struct line_piece *piece);

/* A look-alike was read: the second reading begins behind it. It takes SIZE bytes, and the end of a
 * line where ENDS. */
void smtp_second_begin(struct smtp *s);
void smtp_second(struct smtp *s, const uint8_t *bytes, size_t size, bool ends);
void smtp_second_lost(struct smtp *s);

/* The message is over, and what the second reading had open. */
void smtp_second_end(struct smtp *s);

#endif
