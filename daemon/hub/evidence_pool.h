/* evidence_pool.h - frames that wait for the incident that they are evidence of: it opens when the
 * outcome is known.
 *
 * Knows: which frame is of which incident, by a hash. Owns a memory of fixed size, in which the
 * oldest gives way. Called by hub/evidence. Never asks for the time, never looks into a frame.
 */
#ifndef SEGAUDIT_EVIDENCE_POOL_H
#define SEGAUDIT_EVIDENCE_POOL_H

#include "hub/incident.h"

/* A frame as the hub keeps it. The names are of the policy by which the worker judged. */
struct evidence_frame {
	nstime time;
	uint64_t seq; /* in its worker's ring */
	uint32_t worker;
	uint32_t wirelen, caplen;
	uint32_t packet, flags; /* as in struct exhibit */
	uint16_t link;
	uint16_t vlan[2];
	char iface[16];
	char zone[INCIDENT_NAME]; /* of the interface and VLAN, "" for none */
};

struct evidence_pool;

/* A pool of SIZE bytes, a power of two and at least four times the largest frame; NULL when there
 * is no memory. */
struct evidence_pool *evidence_pool_new(size_t size);
void evidence_pool_free(struct evidence_pool *p);

/* Bytes that it takes. */
size_t evidence_pool_bytes(size_t size);

/* Takes a frame of f->caplen BYTES, at most a quarter of the pool; NOW: monotonic. */
void evidence_pool_put(struct evidence_pool *p, uint64_t incident, const struct evidence_frame *f,
    const uint8_t *bytes, nstime now);

/* Gives up the frames that were taken before BEFORE. */
void evidence_pool_expire(struct evidence_pool *p, nstime before);

/* Hands over the frames of an incident, in the order in which they came; they are gone then. */
typedef void evidence_pool_each(void *ctx, const struct evidence_frame *f, const uint8_t *bytes);
void
evidence_pool_take(struct evidence_pool *p, uint64_t incident, evidence_pool_each *each, void *ctx);

#endif
