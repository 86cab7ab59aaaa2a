/* child.h - one child process: its channel, what it has not been told yet, when it is started
 * again.
 *
 * Knows: which news a role needs, in which order. Owns the channels' ends on the monitor's side.
 * Called by the monitor. A message that finds no room is kept as a state ("has not the newest
 * policy"), not in a queue: nothing piles up.
 */
#ifndef SEGAUDIT_CHILD_H
#define SEGAUDIT_CHILD_H

#include <sys/types.h>

#include "base/allowance.h"
#include "model/chan.h"
#include "monitor/shared.h"
#include "monitor/spawn.h"

enum {
	CHILD_CRASHES = 5, /* in a minute: from then on one start a second */
	NEWS_ADDRS = 9, /* messages of 32 addresses: one more than struct net has room for says that
			   there are more */
};

/* What every child must know, as of now. */
struct news {
	int policy_fd, text_fd;
	struct msg_policy policy, text;
	struct msg_link link[POLICY_IFACES];
	uint64_t links; /* bit i: the hub told of interface i */
	struct msg_addrs addrs[NEWS_ADDRS];
	unsigned naddrs; /* messages; 0: the hub did not tell */
};

struct child {
	enum role role;
	unsigned index;	  /* of a worker */
	const char *name; /* "hub", "worker", "capture" */
	pid_t pid;	  /* 0 while it does not run */
	struct chan control;
	int hub_end; /* of its channel to the hub: kept, so that a hub that is started again reads
			on; -1 */
	unsigned restarts;
	int status;  /* wait(2) status of the process before */
	nstime died; /* wall clock: when that was noticed; 0 once the hub was told */
	nstime crash[CHILD_CRASHES]; /* monotonic times of the last ones */
	unsigned crashes;
	struct allowance told; /* of messages about them */
	nstime start_at;       /* monotonic: not before */
	nstime alive;	       /* monotonic: when it last said so */
	nstime kill_at;	       /* monotonic, while it is asked to stop */
	uint32_t ready;	       /* generation that it works with; 0: none yet */
	bool send_policy, send_stop, send_peer;
	uint64_t send_links;
	unsigned send_addrs; /* messages that are left to send, the last ones of the news */
	bool stop_sent;
};

void child_init(struct child *c, enum role role, unsigned index);

/* Starts it with everything of the role. 0 or -errno. */
int child_start(struct child *c, const struct spawn *s, const struct shared *shared,
    const struct news *news, nstime mono);

/* It ended: STATUS of wait(2). Decides when it may start again. */
void child_ended(struct child *c, int status, nstime mono, nstime now);

/* Sends what it was not told yet, as far as there is room; the policy only when POLICY. */
void child_tell(struct child *c, const struct news *news, bool policy);

/* Tells HUB how to reach the other child C, if it was not told yet. */
void child_introduce(const struct child *hub, struct child *c, const struct shared *shared);

/* Asks it to end; after MOST it is killed (child_insist). */
void child_stop(struct child *c, nstime mono, nstime most);
void child_insist(struct child *c, nstime mono);

#endif
