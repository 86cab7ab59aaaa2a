/* role.h - with which arguments and descriptors the monitor starts a role.
 *
 * Knows: the numbers. Owns nothing: each descriptor belongs to the role from its start on. Used by
 * monitor/spawn, which arranges them, and by the loops of the roles. A role opens no file of its
 * own to find its peers: all it has is here.
 *
 * The argument is --role=NAME,NUMBER,RESTARTS: hub,0,R; worker,INDEX,R; capture,WORKERS,R.
 */
#ifndef SEGAUDIT_ROLE_H
#define SEGAUDIT_ROLE_H

enum {
	ROLE_WORKERS = 64, /* workers at most */

	ROLE_FD_CONTROL = 3, /* channel to the monitor: every role */
	ROLE_FD_HUB = 4,     /* channel to the hub: capture and worker */
	HUB_FD_KEEP = 4,     /* HUB_KEEP bytes that the hub finds again after a crash; that is all
				that it has */
	ROLE_FD_KEY =
	    5, /* struct hash_key, sealed: of shard() for capture, of the flow table for workers */
	ROLE_FD_CAPTURE = 6, /* struct capture_shm; read-only in a worker */

	WORKER_FD_DATA = 7,   /* its ring, read-only */
	WORKER_FD_RING = 8,   /* its ring's control memory */
	WORKER_FD_WAKE = 9,   /* eventfd: capture wakes it */
	WORKER_FD_SHM = 10,   /* struct worker_room */
	WORKER_FD_FLOWS = 11, /* its flow table */
	WORKER_FD_KEEP = 12,  /* WORKER_KEEP bytes that its loop finds again after a crash */
	WORKER_FDS = 13,      /* the first number that is free in a worker */

	CAPTURE_FD_RINGS = 7, /* three a worker: data, control, eventfd */

	WORKER_KEEP = 65536,
	HUB_KEEP = 16 << 20, /* used as far as there is traffic */
};

/* What the loop of a role is told beside its descriptors. */
struct role_args {
	unsigned number;   /* worker: its index; capture: how many workers there are */
	unsigned restarts; /* 0 at the first start */
};

#endif
