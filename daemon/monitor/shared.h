/* shared.h - the memory that the roles share, made once and kept over every restart of theirs.
 *
 * Knows: who writes each memory, who only reads it, and in which order a role finds the descriptors
 * (model/role.h). Owns the descriptors. Called by the monitor. Never maps what belongs to others
 * longer than to fill it.
 */
#ifndef SEGAUDIT_SHARED_H
#define SEGAUDIT_SHARED_H

#include "model/role.h"
#include "model/shm.h"
#include "monitor/load.h"

/* Of a worker, beside its ring and its tables. */
enum { SHARED_WORKER_BYTES = sizeof(struct worker_room) + WORKER_KEEP };

struct shared_worker {
	int data, data_reader;	     /* ring: for capture, and read-only for the worker */
	int control, control_reader; /* ring: for both, and read-only for the hub */
	int wake;		     /* eventfd */
	int shm, shm_reader; /* struct worker_room: for the worker, and read-only for the hub */
	int flows, keep;     /* the worker's own */
};

struct shared {
	unsigned workers;
	int shard_key, flow_key;
	int capture, capture_reader; /* struct capture_shm */
	int hub;		     /* the hub's own */
	struct shared_worker worker[ROLE_WORKERS];
};

enum { SHARED_FDS = CAPTURE_FD_RINGS + 3 * ROLE_WORKERS }; /* room for the longest list below */

/* Makes everything for P. FLOWS: bytes of one worker's tables. 0, or -errno after closing what was
 * made. */
int shared_open(struct shared *s, const struct policy *p, size_t flows);
void shared_close(struct shared *s);

/* The descriptors with which a role starts, behind those of its channels. Their number. They stay
 * the shared's. */
unsigned shared_of_worker(const struct shared *s, unsigned worker, int fds[SHARED_FDS]);
unsigned shared_of_capture(const struct shared *s, int fds[SHARED_FDS]);
unsigned shared_of_hub(const struct shared *s, int fds[SHARED_FDS]);

#endif
