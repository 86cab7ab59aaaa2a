/* shm.h - counters and states that roles show each other in shared memory.
 *
 * Knows: the layouts. Each memory has one writer; readers map it read-only. A counter survives the
 * crash of its writer.
 */
#ifndef SEGAUDIT_SHM_H
#define SEGAUDIT_SHM_H

#include <stdatomic.h>

#include "model/exhibit.h"
#include "model/journal.h"

enum counter {
#define COUNTER(name, meaning) COUNTER_##name,
#include "model/counters.def"
#undef COUNTER
	COUNTERS
};

/* "frames", … and what it counts. */
const char *counter_name(enum counter c);
const char *counter_meaning(enum counter c);

/* What a worker counted for one pair of zones, in flows, packets and bytes. */
struct pair_counters {
	uint64_t flows, packets, bytes, conforming, violations, suspected, unverifiable;
};

/* Written by one worker, once per batch, under the sequence lock: odd while it writes. */
struct worker_shm {
	_Atomic uint32_t lock;
	uint32_t generation; /* of the policy it judges by */
	uint64_t released;   /* number of the last frame that these counters include */
	uint64_t count[COUNTERS];
	uint64_t events[32];   /* by enum decode_event */
	nstime judged_to;      /* time of the newest frame judged */
	_Atomic uint64_t told; /* packets of findings sent to the hub; not under the lock */
};

enum {
	WORKER_TRAFFIC = 4 << 20,  /* bytes of records: some 32,000 */
	WORKER_EXHIBITS = 2 << 20, /* some 5,000 that are headers alone */
};

_Static_assert(sizeof(struct exhibit) + EXHIBIT_SNAP <= WORKER_EXHIBITS / 4, "see journal_put()");

/* All that a worker shows the hub: the counters, the journal of struct traffic, and that of struct
 * exhibit with frames. */
struct worker_room {
	struct worker_shm shm;
	struct journal_head traffic;
	_Alignas(64) uint8_t traffic_data[WORKER_TRAFFIC];
	struct journal_head exhibits;
	_Alignas(64) uint8_t exhibits_data[WORKER_EXHIBITS];
};

/* Written by capture. Relaxed atomics; each value is right by itself. */
struct capture_iface {
	_Atomic uint64_t frames, bytes; /* put into rings */
	_Atomic uint64_t received; /* ps_recv summed: what the kernel saw for us, drops included */
	_Atomic uint64_t kernel_drops; /* ps_drop summed */
	_Atomic uint64_t nic_drops;    /* ps_ifdrop summed */
	_Atomic uint64_t ring_full;    /* frames that found no room in a ring and were given up */
	_Atomic int64_t open_since;    /* nstime; NSTIME_NEVER while closed */
	_Atomic int64_t lost_at;       /* nstime of the newest loss, NSTIME_ALWAYS when never */
	_Atomic int64_t last_frame;    /* nstime of the newest frame, 0 when none */
};

struct capture_shm {
	struct capture_iface iface[POLICY_IFACES];
};

#endif
