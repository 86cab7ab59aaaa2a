/* control.h - what goes over the control socket: the one description of it, for both ends.
 *
 * Knows: the words, the version and the bounds. Owns nothing. Used by hub/control and by the
 * client. The socket is RUN_DIR/control, SOCK_SEQPACKET: a record is whole or not at all.
 *
 * A request is one record, at most CONTROL_REQUEST_MOST bytes of printable ASCII, words with one
 * space between them and no newline:
 *
 *	segaudit 1 COMMAND
 *	segaudit 1 incidents [key=value …]
 *	segaudit 1 tail LINES [key=value …]
 *
 * key=value is a field as lines have it (ALERTS 1.1). A line passes when it has each of the keys
 * with one of the values asked for it. id may leave out SEG, src and dst their port, what and flags
 * are found among several.
 *
 * The answer is a row of records, each at most CONTROL_RECORD_MOST bytes, of which the first is
 *
 *	segaudit 1 ok
 *	segaudit 1 error WORD msg="…"
 *
 * and the last `end`. Those between are a word and fields (`sink target=file …`), or the lines of
 * incidents themselves. tail has no end; `missed n=5` stands where lines passed by that the client
 * was too slow for. Readers pass over words and keys that they do not know. After one request the
 * client may send nothing more.
 */
#ifndef SEGAUDIT_MODEL_CONTROL_H
#define SEGAUDIT_MODEL_CONTROL_H

#define CONTROL_HELLO  "segaudit 1"
#define CONTROL_SOCKET "control" /* in run_dir */

enum {
	CONTROL_REQUEST_MOST = 4096,
	CONTROL_RECORD_MOST = 4096, /* trunc=1 at its end: something did not fit */
	CONTROL_FILTERS = 16,	    /* key=value at most */
	CONTROL_LINES = 2048,	    /* of the past that tail can show at most */
};

enum control_command {
#define CONTROL(name, may) CONTROL_##name,
#include "model/control.def"
#undef CONTROL
	CONTROL_COMMANDS
};

#endif
