/* digest_state.h - the inside of digest.h: shared by digest.c (sums) and digest_say.c (their text).
 *
 * Knows: the layout of a row. Owned by digest.c. Included by nobody else.
 */
#ifndef SEGAUDIT_DIGEST_STATE_H
#define SEGAUDIT_DIGEST_STATE_H

#include "hub/digest.h"

/* What one row sums up. No padding: it is compared and hashed as bytes. */
struct digest_key {
	struct addr client, server;
	uint32_t generation, conduit;
	uint16_t id, flags, service;
	uint8_t proto, from, to, verdict, outcome, fits;
	uint8_t others; /* all of the pair that found no row; 2: all that found none even there */
	uint8_t pad[3];
};

_Static_assert(sizeof(struct digest_key) == 56, "no padding");

struct digest_sums {
	uint64_t flows, packets, bytes;
	nstime first, last;
};

struct digest_row {
	struct digest_key key;
	struct digest_sums sums;
};

/* The fields of a row, after `at=`. P: the policy of its generation or NULL; NOW: the newest one,
 * for local times. */
void digest_flow(
    struct text *t, const struct digest_row *r, const struct policy *p, const struct policy *now);
void digest_pair(struct text *t, const struct digest_row *r, const struct policy *p);
void digest_conduit(struct text *t, const struct digest_row *r, const struct policy *p);

#endif
