/* messages.h - our lines among others in a file: what syslogd, journalctl or the ledger put before
 * them is taken off.
 *
 * Knows: that a line of ours stands at the end of a line of the file, and what may stand before it:
 * nothing (journalctl -o cat), a time (the ledger, a log file of ours), or anything that names
 * segauditd as the program (rsyslog, journalctl -o short, RFC 5424). Owns nothing. Called by
 * client/verify with every line. Never judges a line; text of other programs that looks like ours
 * is theirs.
 */
#ifndef SEGAUDIT_MESSAGES_H
#define SEGAUDIT_MESSAGES_H

#include <stddef.h>

enum messages_is {
	MESSAGES_OTHER,	  /* not ours */
	MESSAGES_OURS,	  /* *MSG, of *MSG_SIZE bytes */
	MESSAGES_DAMAGED, /* it was ours: a beginning or an end is there */
};

/* LINE of SIZE bytes, without its newline, may be any. *MSG is a part of it. */
enum messages_is messages_find(const char *line, size_t size, const char **msg, size_t *msg_size);

#endif
