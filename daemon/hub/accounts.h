/* accounts.h - what workers and capture counted, read from their shared memory, and whether it adds
 * up (9011).
 *
 * Knows: the identities of which every packet must be a part. Owns the samples of the last look.
 * Called by the hub once a second. Never writes into shared memory, asks for the time or trusts a
 * memory to be consistent: a sample that was written meanwhile is left out.
 *
 *	frames = packets + copies				a worker's
 *	packets = judged + not_judged + undecodable		a worker's
 *	frames + skipped = number of the last frame included	a worker's
 *	released <= published					a ring's
 *	sum of capture's frames = sum of published numbers + unshown	when nothing moves
 *	received = frames + kernel_drops + ring_full + unread	an interface's, when nothing moves
 *
 * unread: frames that the kernel had taken for us when the interface disappeared, and that could
 * not be fetched any more.
 */
#ifndef SEGAUDIT_ACCOUNTS_H
#define SEGAUDIT_ACCOUNTS_H

#include "base/text.h"
#include "model/ring.h"
#include "model/role.h"
#include "model/shm.h"

/* How long an interface's counters must stand still before the last identity is asked: capture
 * reads the kernel's counters every five seconds when nothing comes. */
#define ACCOUNTS_STILL (7 * NS_SEC)

/* One consistent look at a worker. */
struct worker_sample {
	bool valid;
	uint64_t included; /* number of the last frame that the counters include */
	uint64_t count[COUNTERS];
	uint64_t published, released; /* of its ring */
	uint64_t told;		      /* packets of findings that it sent */
	uint32_t generation;
};

/* One look at an interface. */
struct iface_sample {
	uint64_t frames, bytes, received, kernel_drops, nic_drops, ring_full;
	uint64_t unread; /* found by check(), not by capture */
	nstime lost_at, last_frame;
	nstime moved_before; /* monotonic: the look that saw it move before it last moved */
};

enum account {
	ACCOUNT_COPIES,
	ACCOUNT_JUDGED,
	ACCOUNT_INCLUDED,
	ACCOUNT_RELEASED,
	ACCOUNT_PUBLISHED,
	ACCOUNT_RECEIVED,
	ACCOUNT_KINDS
};

struct accounts {
	struct worker_sample worker[ROLE_WORKERS];
	struct iface_sample iface[POLICY_IFACES];
	bool capture_known;
	bool capture_restarted; /* what it had read but not shown is lost: the last identity cannot
				   be asked any more */
	uint64_t sum_frames, sum_published; /* of the last look */
	uint64_t unshown; /* frames that a capture had put into rings, and was killed before it
			     showed them */
	bool unshown_due; /* it was: count them when nothing moves */
	nstime still_since[POLICY_IFACES]; /* monotonic */
	bool closed[POLICY_IFACES];	   /* since the last identity was right */
	bool said[ACCOUNT_KINDS];
};

/* Called once for each kind of mismatch. FIELDS: `what=copies worker=0 frames=10 packets=7
 * copies=2`. */
typedef void accounts_say(void *ctx, const char *fields);

/* Capture was started again. What the one before had read is lost with it, in the time that is
 * told as its gap: the identities start anew. */
void accounts_capture_restarted(struct accounts *a);

/* Looks at a worker's memories; what is inconsistent now keeps the sample of before. CONTROL may be
 * NULL. */
void accounts_worker(struct accounts *a, unsigned worker, const struct worker_shm *shm,
    const struct ring_control *control);

/* Looks at capture's memory. MONO: the monotonic clock. */
void accounts_capture(struct accounts *a, const struct capture_shm *shm, nstime mono);

/* The interface went down or away: from now on what is missing may be unread. */
void accounts_closed(struct accounts *a, uint16_t iface);

/* Asks the identities. P gives interfaces their names. */
void accounts_check(
    struct accounts *a, const struct policy *p, nstime mono, accounts_say *say, void *ctx);

/* The same when all that counts has ended: nothing moves any more. */
void accounts_check_ended(struct accounts *a, const struct policy *p, accounts_say *say, void *ctx);

/* A counter of all workers together. */
uint64_t accounts_total(const struct accounts *a, enum counter c);

/* Frames published and not yet judged, of all workers. */
uint64_t accounts_backlog(const struct accounts *a);

#endif
