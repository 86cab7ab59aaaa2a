/* ledger_tail.h - where the run before this one ended, read from the end of its last file.
 *
 * Knows: that a checkpoint comes after CHECKPOINT_LINES lines at the latest, and a file begins with
 * the heads of both chains, so that the last few megabytes tell. Owns nothing. Called by hub/ledger
 * once. Never writes.
 */
#ifndef SEGAUDIT_LEDGER_TAIL_H
#define SEGAUDIT_LEDGER_TAIL_H

#include "model/chain.h"

enum { LEDGER_TAIL = 4 << 20 }; /* bytes that are looked at */

enum ledger_tail_is { LEDGER_TAIL_NONE, LEDGER_TAIL_UNKNOWN, LEDGER_TAIL_FOUND };

struct ledger_tail {
	enum ledger_tail_is is;
	char sid[CHAIN_SID + 1];
	struct chain lines; /* of that run, up to its last full line */
};

/* NAME in DIR; "" for none. LEDGER_TAIL_UNKNOWN also when it cannot be read, or does not tell. */
void ledger_tail_read(struct ledger_tail *t, int dir, const char *name);

#endif
