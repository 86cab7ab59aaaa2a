/* outlet.h - one way out for lines: the local syslog socket, journald, standard error, a file, or a
 * collector elsewhere.
 *
 * Knows: how a line looks there (RFC 3164 as syslog(3) sends it; in a file the time before it, in
 * JSON inside; the others in files of their own) and what each errno means. Owns the descriptor.
 * Called by hub/sink only. Never waits, never queues, never resends: it says what became of a line
 * and the sink decides.
 */
#ifndef SEGAUDIT_OUTLET_H
#define SEGAUDIT_OUTLET_H

#include <sys/types.h>
#include <time.h>

#include "base/nstime.h"
#include "model/policy.h"

enum {
	OUTLET_LINE = 1024,   /* bytes of a line at most, LINE_MAX_BYTES */
	OUTLET_RECORD = 2112, /* the longest that may be taken in part: RFC 5424 with its count */
	OUTLET_PATH = 256,
};

enum outlet_result {
	OUTLET_SENT,
	OUTLET_BUSY,	/* no room now: the same line again, later */
	OUTLET_BROKEN,	/* the way is gone: open it again, then the same line */
	OUTLET_REFUSED, /* this line will never pass; others may */
};

/* One line without newline. */
struct outlet_line {
	const char *text;
	size_t size;
	nstime time;	  /* wall time */
	int32_t offset;	  /* seconds east of UTC for its text; syslog uses the system's local time,
			     as syslog(3) does */
	uint8_t severity; /* syslog number */
};

struct outlet {
	uint8_t target; /* enum policy_target */
	uint8_t facility;
	char path[OUTLET_PATH]; /* or address */
	const char *ident;	/* program name in syslog lines; borrowed */
	pid_t pid;
	int fd;			  /* -1 while there is none */
	dev_t dev;		  /* of the open file or socket: */
	ino_t ino;		  /* another one at the path means that it was rotated, */
	struct timespec changed;  /* or its reader restarted; of a socket only */
	char rest[OUTLET_RECORD]; /* of a record that was taken only in part */
	size_t rest_size;
	bool stream;	      /* remote: TCP */
	bool connecting;      /* it did not answer yet, */
	nstime connect_until; /* and may until then */
	uint64_t handed;      /* bytes since it was opened, `rest` included */
};

/* "syslog", "file" … as the configuration spells it. */
const char *outlet_name(uint8_t target);

/* A closed outlet. A path that is too long is cut and will fail to open. */
void outlet_init(struct outlet *o, uint8_t target, uint8_t facility, const char *path,
    const char *ident, pid_t pid);
void outlet_close(struct outlet *o);

/* Opens it, if it is closed. 0; -EINPROGRESS (remote): not yet, call it again; -errno. */
int outlet_open(struct outlet *o, nstime mono);

enum outlet_result outlet_send(struct outlet *o, const struct outlet_line *line);

/* Writes what was taken only in part of an earlier line. OUTLET_SENT when nothing is left over. */
enum outlet_result outlet_flush(struct outlet *o);

/* What a failed write means for the line and for the way. */
enum outlet_result outlet_result_of(int error);

/* Is another file, or none, at the path of an open file by now? Or another socket, or one that
 * nobody reads any more? Then close and open it. False for other targets. */
bool outlet_moved(const struct outlet *o);

/* Does it take lines now? */
static inline bool
outlet_is_open(const struct outlet *o)
{
	return o->fd >= 0 && !o->connecting;
}

static inline bool
outlet_is_local_socket(const struct outlet *o)
{
	return o->target == TARGET_SYSLOG || o->target == TARGET_JOURNALD;
}

/* Can lines be on their way for a while after outlet_send(), and come to nothing? Then
 * outlet_arrived() tells. */
static inline bool
outlet_confirms(const struct outlet *o)
{
	return o->target == TARGET_REMOTE || outlet_is_local_socket(o);
}

/* Of the bytes handed over since it was opened, how many were taken at the other end for certain. A
 * reader of a local socket that is gone leaves none behind: then outlet_moved() tells. */
uint64_t outlet_arrived(const struct outlet *o);

/* What ppoll() can tell of the descriptor: events, or 0. HAS_WORK: lines wait. */
short outlet_events(const struct outlet *o, bool has_work);

#endif
