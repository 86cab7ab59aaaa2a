/* peers.h - the hub's side of workers and capture: their channels and their memories.
 *
 * Knows: who is there, since which restart, and what a message of theirs must look like. Owns the
 * channels and the read-only mappings. Called by hub.c; answers through the functions that it was
 * given. Never believes a record: one that cannot be true ends the channel.
 */
#ifndef SEGAUDIT_PEERS_H
#define SEGAUDIT_PEERS_H

#include <poll.h>

#include "hub/accounts.h"
#include "hub/generations.h"
#include "model/chan.h"
#include "model/exhibit.h"
#include "model/traffic.h"

enum peer_end {
	PEER_GONE,  /* its process ended */
	PEER_WRONG, /* it sent, or left, what it may not: treated as compromised; its end hangs up
		     */
};

struct peers_calls {
	/* The next findings are of a message of this worker, which said BEFORE packets' worth of
	 * them before it. */
	void (*message)(void *ctx, unsigned worker, uint64_t before);
	/* A finding that was checked; P is the policy of its generation. */
	void (*finding)(void *ctx, const struct policy *p, const struct finding *f);
	/* A finding in the numbers of a policy that this hub does not have: PACKETS of it cannot be
	 * said. */
	void (*nameless)(void *ctx, uint64_t packets);
	/* Capture opened or closed an interface. */
	void (*iface)(void *ctx, const struct msg_iface *m);
	/* A worker skipped a frame; BYTES: M->caplen of them, only for the call, or NULL with
	 * M->error. */
	void (*skipped)(void *ctx, const struct msg_skipped *m, const uint8_t *bytes);
	/* What a flow counted, checked; the next record of this worker is number NEXT, LOST were
	 * missed before this one. P: as for findings, NULL when this hub does not have it. False:
	 * it contradicts those before. T NULL: it was none that a worker leaves. */
	bool (*traffic)(void *ctx, unsigned worker, uint64_t next, uint64_t lost,
	    const struct traffic *t, const struct policy *p);
	/* A frame that a worker puts before the hub, with SIZE BYTES, only for the call; P is the
	 * policy of its generation. */
	void (*exhibit)(void *ctx, unsigned worker, const struct policy *p, const struct exhibit *x,
	    const uint8_t *bytes, size_t size);
	/* A channel ended, and was closed. */
	void (*ended)(void *ctx, enum role role, unsigned index, enum peer_end why);
	void *ctx;
};

struct peer {
	struct chan chan;
	void *shm;		      /* struct worker_room or capture_shm, NULL before the first */
	struct ring_control *control; /* workers: NULL before the first */
	uint32_t restarts;
	bool wrong;			/* nothing more is believed until it is started again */
	bool told_known;		/* workers: a message came; */
	uint64_t told;			/* packets of all its findings so far, over restarts */
	struct journal_reader traffic;	/* workers: where it is in their records, over restarts */
	struct journal_reader exhibits; /* and in their frames */
};

struct peers {
	struct peer worker[ROLE_WORKERS], capture;
	const struct generations *policies;
	const struct peers_calls *calls;
	_Alignas(16) uint8_t record[sizeof(struct exhibit) + EXHIBIT_SNAP]; /* that is read */
};

enum { PEERS_POLL = ROLE_WORKERS + 1 };

void
peers_init(struct peers *s, const struct generations *policies, const struct peers_calls *calls);
void peers_fini(struct peers *s);

/* Takes a peer that was started: FDS as msg.h says; they become the peers' or are closed. What the
 * one before had still sent is read first. 0 or -errno: -EINVAL when role, index or memories are
 * not what they must be. */
int peers_add(struct peers *s, const struct msg_peer *m, const int fds[3]);

/* Fills at most PEERS_POLL entries for ppoll(); returns how many. */
size_t peers_poll(const struct peers *s, struct pollfd *fds);

/* Reads what is there, of each peer at most a share, so that none can hold the loop. */
void peers_read(struct peers *s);

/* Reads the frames that workers put before the hub, at most PEERS_EXHIBITS of each. Are there
 * perhaps more? */
bool peers_exhibits(struct peers *s);

enum { PEERS_EXHIBITS = 256 };

/* Reads what flows have left, of each worker at most PEERS_TRAFFIC records. The most that were read
 * of one. */
unsigned peers_traffic(struct peers *s);

enum { PEERS_TRAFFIC = 4096 };

/* The record of a worker that is wanted next: those before it were had. */
void peers_want(struct peers *s, unsigned worker, uint64_t number);

/* Reads everything that was sent and left so far: before a stop. */
void peers_drain(struct peers *s);

/* Looks at all memories. */
void peers_look(const struct peers *s, struct accounts *a, nstime mono);

#endif
