/* port.h - one boundary interface over its life: opened, down, gone, renamed, opened again.
 *
 * Knows: when to try again, which reason a gap has (ALERTS 2), what of the kernel's counters was
 * lost. Owns the handle of capture/live, one frame, and the interface's part of
 * struct capture_shm. Called by capture's loop. Never judges, never looks into a frame.
 *
 * A port keeps one frame: the next one, until its turn among all interfaces comes (capture/merge),
 * or until there is room in its worker's ring. As long as it keeps one, the handle is not read and
 * frames wait in the kernel's buffer, for all workers alike; what finds no room there is counted by
 * the kernel. Other interfaces go on.
 */
#ifndef SEGAUDIT_PORT_H
#define SEGAUDIT_PORT_H

#include "capture/feed.h"
#include "capture/live.h"
#include "model/msg.h"
#include "model/shm.h"

struct port {
	/* from the policy */
	uint16_t iface;
	bool used; /* the policy names it */
	bool mirror;
	char name[16];
	/* from the kernel, by way of the hub */
	bool link_known, present, up;
	uint32_t link_index;
	/* the handle */
	struct live *live; /* NULL while closed */
	uint32_t index;	   /* ifindex that it was opened on */
	bool watched;	   /* frames can come: it is open, and not down */
	uint8_t reason;	   /* enum gap_reason: why it is not watched */
	int error;	   /* status of the last try to open, 0 when it was never tried */
	nstime retry;	   /* when to try next; NSTIME_NEVER */
	struct live_stats last;
	nstime stats_due;
	/* the next frame */
	bool held;
	bool blocked; /* there is no room for it */
	unsigned held_worker;
	struct frame held_frame;
	uint8_t *held_bytes; /* LIVE_SNAPLEN bytes */
	nstime bound;	     /* of port_move(): later frames are kept */
	struct feed *feed;
	struct capture_iface *shm;
};

/* Tells the hub: an interface is watched, or no more. */
typedef void port_tell(void *ctx, const struct msg_iface *m);

/* Where a port works; times are of the loop's last look at the clocks. */
struct port_env {
	nstime now;	 /* wall clock */
	nstime mono;	 /* monotonic: every interval */
	uint64_t buffer; /* bytes of kernel buffer an interface */
	port_tell *tell;
	void *ctx;
};

/* A closed port. REASON: why it was not watched until now. 0 or -ENOMEM. */
int port_init(
    struct port *p, uint16_t iface, struct feed *feed, struct capture_iface *shm, uint8_t reason);
void port_fini(struct port *p);

/* The policy names it so, or (NULL) no more. */
void port_policy(struct port *p, const struct port_env *e, const struct policy_iface *pi);

/* The kernel has it so. */
void port_link(struct port *p, const struct port_env *e, const struct msg_link *link);

/* Opens it when it is time to, which takes its time: after it port_opened(), with the clocks read
 * again. */
void port_tick(struct port *p, const struct port_env *e);

/* Tells that a handle that port_tick() opened is watched, from this moment on: what came while it
 * was being opened may not have been captured. */
void port_opened(struct port *p, const struct port_env *e);

/* Looks for the next frame, if none is kept yet. A handle that is dead is closed. */
void port_peek(struct port *p, const struct port_env *e);

/* Hands the frame that it keeps, and those behind it up to the time BOUND, to their workers: at
 * most one batch. The first one that is later, or finds no room, is kept. */
void port_move(struct port *p, const struct port_env *e, nstime bound);

/* Brings the kernel's counters into shared memory, if it is time to or FORCE; and puts right what
 * is there of a clock that was set back. */
void port_stats(struct port *p, const struct port_env *e, bool force);

/* Closes the handle. A frame that is kept goes to its worker before its time; one that finds no
 * room is given up and counted. */
void port_close(struct port *p, const struct port_env *e, uint8_t reason);

/* Wants to be polled: open, and the next frame is not known. */
static inline bool
port_reads(const struct port *p)
{
	return p->live && !p->held;
}

/* Monotonic time at which port_tick() or port_stats() has something to do. */
nstime port_due(const struct port *p);

#endif
