/* worker.h - judging: from a batch of frames to findings and counters.
 *
 * Knows: the order in which a batch is decoded, looked up and judged. Owns the flow table, the
 * fragment table and the counters. Called by the worker's loop (live) and by replay, with the same
 * code. Never asks for the time, allocates after the start, or blocks.
 */
#ifndef SEGAUDIT_WORKER_H
#define SEGAUDIT_WORKER_H

#include "base/hash.h"
#include "model/frame.h"
#include "model/journal.h"
#include "model/net.h"
#include "model/shm.h"
#include "model/traffic.h"

enum { WORKER_BATCH = 32 };

/* Takes one finding. False when there is no room now: the worker keeps the counts and says it again
 * later. */
typedef bool worker_emit(void *ctx, const struct finding *f);

struct worker;

/* A worker for P's number of flows. Its tables live in FLOWS_FD, a memfd of worker_memory() bytes,
 * and go on from what is in it; -1: in memory of its own. NULL and *ERROR (-errno) when that fails.
 * POLICY and NET are borrowed and may change between batches: worker_policy(). */
struct worker *worker_new(const struct policy *p, const struct net *net, const struct hash_key *key,
    int flows_fd, worker_emit *emit, void *ctx, int *error);
void worker_free(struct worker *w);

/* Bytes of flow and fragment tables for FLOWS flows: what -n -v prints and FLOWS_FD must have. */
size_t worker_memory(uint32_t flows);

/* Bytes that it takes beside these: for the content of flows, by P's `streams`; for all else. */
uint64_t worker_content_bytes(const struct policy *p);
size_t worker_bytes(void);

/* For a worker that goes on where a killed one stopped: its counters as they were published, and
 * the number of the last frame that they include. Frames that the killed one had counted in flows
 * already, but not published, are counted once. */
void
worker_resume(struct worker *w, const uint64_t *count, const uint64_t *events, uint64_t released);

/* From now on flows leave records of what they counted in JOURNAL (model/traffic.h), which is
 * borrowed: before the first frame. What a killed worker left there is known. Without it none are
 * left, and that costs nothing. */
void worker_traffic(struct worker *w, struct journal *journal);

/* NET changed: it is read again. Between batches. */
void worker_net(struct worker *w, const struct net *net);

/* From now on P judges; flows are judged again by it when their next packet comes. Those without a
 * packet since fifteen generations end. */
void worker_policy(struct worker *w, const struct policy *p);

/* From now on frames of findings are put into JOURNAL (model/exhibit.h), which is borrowed. Without
 * it, as in replay, none are. */
void worker_exhibits(struct worker *w, struct journal *journal);

/* Judges N frames, at most WORKER_BATCH, in the order of time as far as the source has it. */
void worker_judge(struct worker *w, const struct frame *frames, unsigned n);

/* Lets time pass to NOW (packet time): outcomes whose time ran out, counts to be said, flows that
 * ended. */
void worker_tick(struct worker *w, nstime now);

/* When worker_tick() has something to say next; NSTIME_NEVER when nothing waits. */
nstime worker_due(const struct worker *w);

/* Says all counts that were not said yet, whatever their time. */
void worker_flush(struct worker *w);

/* The end of input: all times run out, all flows end. */
void worker_finish(struct worker *w);

/* The same for at most MOST flows, so that who reads their records can follow. True: call it again.
 */
bool worker_finish_some(struct worker *w, uint32_t most);

/* The counters, as of the last batch. Borrowed. */
const uint64_t *worker_counters(struct worker *w);
const uint64_t *worker_events(const struct worker *w); /* by enum decode_event */

/* From now on messages of mail conduits are counted in SUMS, too: a row for each conduit of the
 * policy, which does not change any more. Borrowed; for replay. */
void worker_mails(struct worker *w, uint64_t (*sums)[TRAFFIC_MAILS]);

/* Counters of the pair FROM > TO: flows that have ended; after worker_finish() all. */
struct pair_counters worker_pair(const struct worker *w, uint8_t from, uint8_t to);

#endif
