/* request.h - one question to the daemon, and its answer record by record.
 *
 * Knows: the control socket and model/control.h. Owns the connection. Called by the commands. Says
 * on standard error what went wrong, with what to do about it, and gives the exit status.
 */
#ifndef SEGAUDIT_CLIENT_REQUEST_H
#define SEGAUDIT_CLIENT_REQUEST_H

#include "base/record.h"
#include "base/text.h"
#include "model/control.h"

enum request_result { REQUEST_RECORD, REQUEST_END, REQUEST_BROKEN };

struct request {
	const char *socket; /* borrowed */
	bool quiet;	    /* what goes wrong is not said; false after request_init() */
	int fd;
	char text[CONTROL_REQUEST_MOST + 1]; /* what is asked */
	struct text ask;
	char bytes[CONTROL_RECORD_MOST + 1]; /* the newest record, NUL-terminated */
	size_t size;
};

/* Begins a question at SOCKET. What follows COMMAND is added by request_word() and
 * request_filter(). */
void request_init(struct request *r, const char *socket, const char *command);

void request_word(struct request *r, const char *word);

/* Adds KEY=VALUE as it was typed. EX_OK, or EX_USAGE after having said why. */
int request_filter(struct request *r, const char *field);

/* Connects and asks, then reads whether the daemon answers. SECONDS: how long to wait for any one
 * record; 0: for ever. EX_OK, or the exit status after having said why. */
int request_ask(struct request *r, unsigned seconds);

/* The next record of the answer. BROKEN was said: the exit status is EX_UNAVAILABLE. */
enum request_result request_next(struct request *r);

void request_end(struct request *r);

#endif
