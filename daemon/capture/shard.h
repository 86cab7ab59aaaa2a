/* shard.h - which worker owns a frame.
 *
 * Knows: where the outermost address pair stands (behind tags, MPLS, PPPoE, SNAP), and inside an
 * ICMP error the pair it quotes. Owns nothing. Called by capture/live for each frame. Never parses
 * further: both directions, all fragments and all copies of a packet must meet in one worker.
 * Frames without such a pair go by their MAC pair; anything unreadable goes to worker 0.
 */
#ifndef SEGAUDIT_SHARD_H
#define SEGAUDIT_SHARD_H

#include "base/hash.h"

/* The worker, 0 .. workers - 1, of an Ethernet frame of SIZE captured bytes. Symmetric in the two
 * addresses. */
unsigned shard(const struct hash_key *key, unsigned workers, const uint8_t *frame, uint32_t size);

#endif
