/* index.h - filling the conduit index of a policy image.
 *
 * Knows: which entries a conduit has, and how a range of ports becomes a few of their leading bits.
 * Owns nothing that stays. Called by conf/compile.c when all but the index stands in the image.
 * Never asks what a group or a zone is.
 */
#ifndef SEGAUDIT_INDEX_H
#define SEGAUDIT_INDEX_H

#include "model/policy.h"

/* Blocks of leading bits into which a range of ports falls at most. */
enum { INDEX_BLOCKS = 30 };

struct index_block {
	uint16_t port;
	uint8_t width;
};

/* The blocks of the ports LOW..HIGH, both included. Returns how many. */
uint32_t index_blocks(uint16_t low, uint16_t high, struct index_block to[INDEX_BLOCKS]);

/* Entries that the conduits need at most. */
struct index_need {
	uint64_t index, near;
};

/* Adds what one conduit with N services needs to NEED. Adds to the WIDTHS of the zone
 * that the conduit is from. */
void index_count(
    struct index_need *need, uint32_t *widths, const struct policy_service *services, uint32_t n);

/* Fills the two indexes of P, which are zeroed and have their offsets and masks. The entries' lists
 * are written from LISTS (an offset) on, where two uint32_t for each conduit and two for each entry
 * of index_count() have room. Returns the offset behind them, or 0 when there is no memory. */
uint32_t index_fill(struct policy *p, uint32_t lists);

#endif
