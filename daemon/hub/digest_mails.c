/* digest_mails.c - messages of mail conduits, sessions of screen conduits: their records, and what
 * they come to since the daemon started. See digest_state.h. */
#include "hub/digest_state.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { LIST = 1, ADDED = 2 }; /* bits of digest_totals.now */

static void
add_mails(uint64_t to[TRAFFIC_MAILS], const uint64_t n[TRAFFIC_MAILS])
{
	for (unsigned i = 0; i < TRAFFIC_MAILS; i++)
		to[i] += n[i];
}

/* Number of the total of that name, or of the first free one; DIGEST_CONDUITS when all have other
 * names. */
static uint32_t
total_of(const struct digest_total *list, const char *rule)
{
	uint32_t i = 0;

	while (i < DIGEST_CONDUITS && list[i].rule[0] && strcmp(list[i].rule, rule) != 0)
		i++;
	return i;
}

void
digest_totals_add(
    struct digest_totals *t, const struct digest_row *rows, uint32_t n, const struct generations *g)
{
	uint32_t other = (t->now & LIST) ^ 1;
	struct digest_total *list = t->list[other];

	if (t->now & ADDED || n == 0)
		return;
	memcpy(list, t->list[other ^ 1], sizeof t->list[other]);
	for (uint32_t k = 0; k < n; k++) {
		const struct digest_key *key = &rows[k].key;
		const struct policy *p = generations_of(g, key->generation);
		const char *rule =
		    p && key->conduit < p->nconduits ? policy_conduit_id(p, key->conduit) : "";
		uint32_t i = rule[0] ? total_of(list, rule) : DIGEST_CONDUITS;

		if (i == DIGEST_CONDUITS)
			continue;
		(void)snprintf(list[i].rule, sizeof list[i].rule, "%s", rule); /* fits */
		add_mails(list[i].mails, rows[k].sums.mails);
	}
	atomic_signal_fence(memory_order_seq_cst);
	t->now = other | ADDED;
}

void
digest_totals_next(struct digest_totals *t)
{
	t->now &= LIST;
}

void
digest_totals_of(const struct digest_totals *t, const struct digest_row *rows, uint32_t n,
    const struct policy *p, uint32_t conduit, uint64_t mails[TRAFFIC_MAILS])
{
	const struct digest_total *list = t->list[t->now & LIST];
	uint32_t at = total_of(list, policy_conduit_id(p, conduit));

	memset(mails, 0, TRAFFIC_MAILS * sizeof *mails);
	if (at < DIGEST_CONDUITS)
		add_mails(mails, list[at].mails);
	for (uint32_t k = 0; k < n && !(t->now & ADDED); k++)
		if (rows[k].key.generation == p->generation && rows[k].key.conduit == conduit)
			add_mails(mails, rows[k].sums.mails);
}

/* Is a row that of a screen conduit? */
static bool
is_screen(const struct digest_row *r, const struct generations *g)
{
	const struct policy *p = generations_of(g, r->key.generation);

	return !r->key.others && p && r->key.conduit < p->nconduits &&
	       policy_conduit(p, r->key.conduit)->require == REQUIRE_SCREEN;
}

void
digest_mails_say(struct ledger *l, const struct digest_row *rows, uint32_t n,
    const struct generations *g, nstime at, nstime wall)
{
	const struct policy *p = generations_newest(g);
	char bytes[DIGEST_RECORD];

	for (uint32_t k = 0; k <= DIGEST_CONDUITS; k++) {
		const struct digest_row *r = &rows[k];
		struct text t = digest_record(bytes, sizeof bytes, at, p);

		if (k >= n && (k < DIGEST_CONDUITS || !traffic_judged(r->sums.mails)))
			continue;
		text_string(&t, r->key.others ? " rule=others" : "");
		digest_mail(&t, r, generations_of(g, r->key.generation));
		digest_write(l, is_screen(r, g) ? "screen" : "mail", bytes, p, wall);
	}
}
