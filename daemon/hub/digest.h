/* digest.h - what flows counted, summed by minute and by hour for the ledger.
 *
 * Knows: the tables of sums, when they are due, what workers' records were missed. Owns the tables,
 * in memory that outlives the hub (HUB_KEEP), so that a hub that is killed loses nothing of them.
 * Called by the hub with every record that was checked, and once a second. Never believes more of a
 * record than traffic_valid() did; never asks for the time; bounded work and memory, whatever the
 * traffic: what finds no row is summed in one for its pair.
 *
 *	flow	at= pair= client= server= service= rule= near= verdict= outcome= id= flows= packets=
 *		bytes= first= last= gen=: at each full hour, a reload and the stop
 *	pair	at= pair= verdict= flows= packets= bytes=: each minute, where something moved
 *	conduit	at= pair= rule= verdict= flows= packets= bytes=: the same
 *	mail	at= pair= rule= conforming= violating= unverifiable=: the same, messages
 *	traffic	at= packets= lost= records= nameless= refused=: the same, what all records said
 *
 * A row is written once. A hub that is killed while it writes one, or the rows of a minute, may
 * write them again, with the same `at`.
 */
#ifndef SEGAUDIT_DIGEST_H
#define SEGAUDIT_DIGEST_H

#include "hub/coverage.h"
#include "hub/generations.h"
#include "hub/ledger.h"
#include "model/traffic.h"

enum {
	DIGEST_FLOWS = 65536, /* rows of an hour; of them */
	DIGEST_OTHERS = 4096, /* for what finds none, one for each pair and verdict */
	DIGEST_PAIRS = 4096,  /* rows of a minute */
	DIGEST_CONDUITS = 1000,
	DIGEST_SHARE = 2000, /* rows written in a second */
};

/* What was missed of all records, since the daemon started. */
struct digest_missed {
	uint64_t records, packets; /* overwritten before they were read */
	uint64_t nameless;	   /* packets judged by a policy that is not known any more */
	uint64_t refused;	   /* records that cannot be true */
};

struct digest;

/* Goes on with what is in the HUB_KEEP bytes behind FD, zero at first; -1: in memory of its own.
 * NULL when there is no memory. */
struct digest *digest_new(int fd);
void digest_free(struct digest *d);

/* Bytes that it takes beside these. */
size_t digest_bytes(void);

/* Can it take records? Not before it has written what a hub before it began to write. */
bool digest_ready(const struct digest *d);

/* Number of the record that it wants next of this worker. */
uint64_t digest_next(const struct digest *d, unsigned worker);

/* Takes the record before number NEXT of a worker, with LOST records missed before it. P: the
 * policy of its generation, NULL when that is not known any more. False when the record contradicts
 * those before: it is counted as refused, as by digest_refuse(). */
bool digest_take(struct digest *d, unsigned worker, uint64_t next, uint64_t lost,
    const struct traffic *t, const struct policy *p);
void digest_refuse(struct digest *d);

/* Another policy is in force: the rows of the hour so far are due. */
void digest_reload(struct digest *d);

/* Once a second: writes what is due, as far as the ledger takes it. */
void digest_tick(
    struct digest *d, struct ledger *l, const struct generations *policies, struct moment now);

/* The rest, before a stop. */
void digest_end(
    struct digest *d, struct ledger *l, const struct generations *policies, struct moment now);

/* Messages of a conduit of P, the newest policy, since the daemon started, in all policies that
 * called it so. Of more than DIGEST_CONDUITS conduits with messages, the first that had some. */
void digest_mails(
    const struct digest *d, const struct policy *p, uint32_t conduit, uint64_t n[TRAFFIC_MAILS]);

/* What was missed since the last call with something in it, by a hub before this one, too. False
 * when nothing was. */
bool digest_missed(struct digest *d, struct digest_missed *m);

#endif
