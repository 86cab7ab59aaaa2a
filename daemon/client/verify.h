/* verify.h - `segauditctl verify`: is the record what the auditor wrote, and is all of it there?
 *
 * Knows: the options, how a file is read, how the answer is said. Owns nothing. Called by
 * segauditctl. Never writes but to standard output and standard error.
 */
#ifndef SEGAUDIT_VERIFY_H
#define SEGAUDIT_VERIFY_H

#include <stdbool.h>

/* `verify [-r] [-k PUBKEY] FILE…`, ARGV[0] being the word verify. Files of the ledger, of syslog,
 * or of `journalctl -o cat` or `-o short`, the oldest first; `-` is standard input. PUBKEY: a file
 * with a public key as PEM; then only that key and those that it announces are believed. -r: the
 * daemon is running, the newest run need not have stopped. JSON: the answer as one object. Returns
 * the exit status: 0 whole, 1 altered, 2 holes (or nothing to check), 64 usage, 66 a file cannot be
 * read. */
int verify_command(int argc, char **argv, bool json);

#endif
