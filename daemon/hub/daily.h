/* daily.h - one file a day to which lines are appended, and what waits while the disk takes none.
 *
 * Knows: the names YYYY-MM-DD.log and how old a file is by its name. Owns the descriptor of today's
 * file and a queue of bounded size. Called by hub/ledger. Never writes over what is there, never
 * looks at what a line says, never goes back to the file of an earlier day.
 *
 * write() puts bytes where the end of this process cannot take them away; daily_sync() where the
 * end of the machine cannot.
 */
#ifndef SEGAUDIT_DAILY_H
#define SEGAUDIT_DAILY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/nstime.h"

enum {
	DAILY_NAME = 16,	 /* of a file, its NUL included */
	DAILY_QUEUE = 4 << 20,	 /* bytes that wait at most */
	DAILY_RESERVE = 1 << 20, /* of them for lines that matter most */
	DAILY_REMOVED = 10,	 /* files removed at once: a clock that errs cannot take them all */
};

struct daily {
	int dir; /* borrowed */
	int fd;	 /* -1: none */
	int64_t day;
	char name[DAILY_NAME];
	char *queue;
	size_t waiting; /* bytes in it */
	bool torn;	/* the file's last line has no newline yet */
	bool dirty;	/* written, not synced */
	int error;	/* of the last write or open that failed; 0 when the last went well */
	uint64_t lost;	/* lines that found no room, since the owner set it to 0 */
	nstime lost_from, lost_to; /* their wall times */
};

/* Days since 1970-01-01 of the local date. */
int64_t daily_day(nstime wall, int32_t offset);

/* Nothing open. 0 or -ENOMEM. */
int daily_init(struct daily *d, int dir);
void daily_fini(struct daily *d);

/* Opens the file of DAY, made if it is not there (0640). *TORN: bytes of an unfinished last line,
 * which a newline will end before anything else is written. 0 or -errno. */
int daily_open(struct daily *d, int64_t day, size_t *torn);

/* Ends the file, on the disk. What waits goes to the next one. */
void daily_close(struct daily *d);

/* Appends SIZE bytes, a line with its newline, of wall time WHEN; KEEP: it matters most. False when
 * it was lost. */
bool daily_put(struct daily *d, const char *line, size_t size, bool keep, nstime when);

/* Writes what waits. True when nothing does any more. */
bool daily_write(struct daily *d);

/* What was written is on the disk afterwards. 0 or -errno. May take long: once a second at most. */
int daily_sync(struct daily *d);

/* The newest file of the directory by its name that is older than *DAY, which becomes its day; ""
 * for none. */
void daily_newest(int dir, int64_t *day, char name[DAILY_NAME]);

/* Removes files of days before OLDEST, the oldest first, at most DAILY_REMOVED. Returns how many.
 */
unsigned daily_expire(int dir, int64_t oldest);

#endif
