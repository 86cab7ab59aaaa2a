/* outlet.h - one way out for lines: the local syslog socket, standard error, or a file.
 *
 * Knows: how a line looks there (RFC 3164 as syslog(3) sends it; in a file the time before it, in
 * JSON inside) and what each errno means. Owns the descriptor. Called by hub/sink only. Never
 * waits, never queues, never resends: it says what became of a line and the sink decides.
 */
#ifndef SEGAUDIT_OUTLET_H
#define SEGAUDIT_OUTLET_H

#include <sys/types.h>

#include "base/nstime.h"
#include "model/policy.h"

enum {
	OUTLET_LINE = 1024,		   /* bytes of a line at most, LINE_MAX_BYTES */
	OUTLET_RECORD = OUTLET_LINE + 128, /* with what an outlet puts before and behind it */
	OUTLET_PATH = 256,
};

enum outlet_result {
	OUTLET_SENT,
	OUTLET_BUSY,	/* no room now: the same line again, later */
	OUTLET_BROKEN,	/* the way is gone: open it again, then the same line */
	OUTLET_REFUSED, /* this line will never pass; others may */
};

struct outlet {
	uint8_t target; /* enum policy_target: syslog, stderr, file or json */
	uint8_t facility;
	char path[OUTLET_PATH];
	const char *ident; /* program name in syslog lines; borrowed */
	pid_t pid;
	int fd;			  /* -1 while there is none */
	dev_t dev;		  /* of the open file: */
	ino_t ino;		  /* another one at the path means that it was rotated */
	char rest[OUTLET_RECORD]; /* of a record that a file took only in part */
	size_t rest_size;
};

/* Does this version serve a target (enum policy_target)? */
bool outlet_serves(uint8_t target);

/* "syslog", "file" … as the configuration spells it. */
const char *outlet_name(uint8_t target);

/* A closed outlet. A path that is too long is cut and will fail to open. */
void outlet_init(struct outlet *o, uint8_t target, uint8_t facility, const char *path,
    const char *ident, pid_t pid);
void outlet_close(struct outlet *o);

/* Opens it, if it is closed. 0 or -errno. */
int outlet_open(struct outlet *o);

/* Sends one line of SIZE bytes without newline. SEVERITY is syslog's number, TIME wall time of the
 * line, OFFSET the seconds east of UTC for its text (files; syslog uses the system's local time, as
 * syslog(3) does). */
enum outlet_result outlet_send(
    struct outlet *o, uint8_t severity, nstime time, int32_t offset, const char *line, size_t size);

/* Writes what a file took only in part of an earlier line. OUTLET_SENT when nothing is left over.
 */
enum outlet_result outlet_flush(struct outlet *o);

/* Is another file, or none, at the path of an open file by now? Then close and open it. False for
 * other targets. */
bool outlet_moved(const struct outlet *o);

/* Does ppoll(POLLOUT) on the descriptor tell when there is room again? */
bool outlet_polls(const struct outlet *o);

#endif
