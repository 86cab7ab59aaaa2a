/* control_request.h - one request of the control socket, read and checked.
 *
 * Knows: the grammar of model/control.h. Owns a copy of the bytes. Called by hub/control. Never
 * answers, never asks who sent it.
 */
#ifndef SEGAUDIT_CONTROL_REQUEST_H
#define SEGAUDIT_CONTROL_REQUEST_H

#include "base/record.h"
#include "model/control.h"

enum control_fault {
	CONTROL_FAULT_NONE,
	CONTROL_FAULT_VERSION, /* it does not begin with CONTROL_HELLO */
	CONTROL_FAULT_UNKNOWN, /* another command */
	CONTROL_FAULT_SYNTAX,  /* words or fields are not what the command takes */
	CONTROL_FAULT_LONG,
};

/* Not to be copied: the filters point into the text. */
struct control_request {
	enum control_command command;
	uint32_t lines; /* tail: of the past */
	unsigned nfilters;
	struct record_field filter[CONTROL_FILTERS];
	char text[CONTROL_REQUEST_MOST];
};

/* Reads SIZE bytes. What is in R is right only when there is no fault. */
enum control_fault control_request_read(struct control_request *r, const void *bytes, size_t size);

/* Does a line of SIZE bytes pass the filters? */
bool control_request_passes(const struct control_request *r, const char *line, size_t size);

/* "status", …; and may only the superuser ask for it? */
const char *control_name(enum control_command c);
bool control_changes(enum control_command c);

#endif
