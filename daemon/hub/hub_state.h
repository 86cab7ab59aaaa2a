/* hub_state.h - what the parts of the hub's loop share: hub.c (the loop, what workers and capture
 * say), hub_hear.c (what the monitor says).
 *
 * Knows: the hub's whole state. Included by those two and by nobody else.
 */
#ifndef SEGAUDIT_HUB_STATE_H
#define SEGAUDIT_HUB_STATE_H

#include "hub/cases.h"
#include "hub/control.h"
#include "hub/coverage.h"
#include "hub/digest.h"
#include "hub/netlink.h"
#include "hub/notes.h"
#include "hub/outbox.h"
#include "hub/peers.h"
#include "hub/tally.h"

/* What may happen over and over, and is told of by itself. */
enum hub_repeat {
	HUB_RELOADED,
	HUB_REFUSED,
	HUB_WRONG_CAPTURE,
	HUB_WRONG, /* of each worker, as the others */
	HUB_CRASH = HUB_WRONG + ROLE_WORKERS,
	HUB_SKIPPED = HUB_CRASH + ROLE_WORKERS,
	HUB_REPEATS = HUB_SKIPPED + ROLE_WORKERS
};

struct hub {
	struct chan monitor;
	const char *version;
	unsigned restarts;
	struct generations policies;
	char state_dir[256]; /* of the first policy: another one waits for a restart */
	struct peers peers;
	struct peers_calls calls;
	struct accounts accounts;
	struct coverage *coverage;
	bool coverage_unkept; /* the last attempt to write it failed */
	struct cases *cases;
	struct sinks *sinks;
	struct tell tell;
	struct ledger *ledger;
	struct tally tally;
	struct digest *digest;
	struct msg_policy text; /* of the configuration, in the memory behind text_fd; -1: none */
	int text_fd;
	struct netlink *netlink;
	struct outbox out;
	struct control *control;
	struct control_view view;
	uint64_t lines_lost; /* at the last tick */
	struct moment now;
	nstime tick_due, beat_due, traffic_due;
	struct note_clock clock;
	struct repeat repeat[HUB_REPEATS];
	uint64_t nameless, nameless_packets; /* findings that were not said, and not told of yet */
	struct allowance nameless_lines;
	struct allowance missed_lines;
	bool stopping, stop, orphan; /* about to stop; told to; the monitor is gone */
};

/* The ledger gets the text of the policy in force, if it has it not yet. Tens of megabytes are
 * hashed in a tenth of a second: not before the others know that this role is ready. */
void hub_keep_text(struct hub *h);

/* Takes all messages of the monitor. 0 or -errno, which ends the hub. */
int hub_hear(struct hub *h);

#endif
