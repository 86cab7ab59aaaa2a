/* digest_state.h - the inside of digest.h: shared by digest.c (sums), digest_say.c (their text)
 * and digest_mails.c (messages).
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
	union {
		struct {
			uint64_t flows, packets, bytes;
		};
		uint64_t mails[TRAFFIC_MAILS]; /* in the table of messages */
	};
	nstime first, last;
};

struct digest_row {
	struct digest_key key;
	struct digest_sums sums;
};

/* Messages of a conduit in all minutes that were said. */
struct digest_total {
	char rule[40]; /* its id, which has at most 32 bytes */
	uint64_t mails[TRAFFIC_MAILS];
};

/* NOW: which of the two lists holds, and whether the minute in hand is in it already. One store
 * says both, so that a hub that is killed adds a minute once. */
struct digest_totals {
	uint32_t now;
	struct digest_total list[2][DIGEST_CONDUITS];
};

/* Adds the N rows of the minute in hand, unless they are there already; G knows their policies. */
void digest_totals_add(struct digest_totals *t, const struct digest_row *rows, uint32_t n,
    const struct generations *g);

/* That minute is over, and its rows are gone. */
void digest_totals_next(struct digest_totals *t);

/* As digest_mails(), with the N rows of the minute in hand. */
void digest_totals_of(const struct digest_totals *t, const struct digest_row *rows, uint32_t n,
    const struct policy *p, uint32_t conduit, uint64_t mails[TRAFFIC_MAILS]);

/* Writes the minute's N rows, and the one behind DIGEST_CONDUITS of them if it is used. */
void digest_mails_say(struct ledger *l, const struct digest_row *rows, uint32_t n,
    const struct generations *g, nstime at, nstime wall);

enum { DIGEST_RECORD = 1600 }; /* bytes of a record's fields */

/* Begins a record's fields with `at=`. NOW: the newest policy, for local times. */
struct text digest_record(char *bytes, size_t size, nstime at, const struct policy *now);

/* Appends the record to the ledger. */
void digest_write(
    struct ledger *l, const char *word, const char *fields, const struct policy *now, nstime wall);

/* The fields of a row, after `at=`. P: the policy of its generation or NULL; NOW: the newest one,
 * for local times. */
void digest_flow(
    struct text *t, const struct digest_row *r, const struct policy *p, const struct policy *now);
void digest_pair(struct text *t, const struct digest_row *r, const struct policy *p);
void digest_conduit(struct text *t, const struct digest_row *r, const struct policy *p);
void digest_mail(struct text *t, const struct digest_row *r, const struct policy *p);

#endif
