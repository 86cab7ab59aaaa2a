/* digest_say.c - rows of the digests as the ledger has them: see digest_state.h. */
#include "hub/digest_state.h"

#include <stdio.h>

#include "hub/words.h"

enum { NAMES = 600 }; /* two names of the configuration and what is between them */

struct text
digest_record(char *bytes, size_t size, nstime at, const struct policy *now)
{
	char time[NSTIME_TEXT];
	struct text t = text_of(bytes, size);

	text_add(&t, "at=%s", nstime_text(time, at, policy_offset_at(now, at)));
	return t;
}

void
digest_write(
    struct ledger *l, const char *word, const char *fields, const struct policy *now, nstime wall)
{
	ledger_record(l, word, fields, wall, policy_offset_at(now, wall));
}

static void
add(struct text *t, const char *key, const char *value)
{
	text_pair(t, key, value, strlen(value));
}

static const char *
zone_name(const struct policy *p, uint8_t zone)
{
	return p && zone && zone <= p->nzones ? policy_zone_id(p, zone) : "?";
}

static void
add_pair(struct text *t, const struct digest_key *k, const struct policy *p)
{
	char bytes[NAMES];

	snprintf(bytes, sizeof bytes, "%s>%s", zone_name(p, k->from), zone_name(p, k->to));
	add(t, "pair", bytes);
}

static const char *
conduit_name(const struct policy *p, uint32_t conduit)
{
	return p && conduit < p->nconduits ? policy_conduit_id(p, conduit) : "?";
}

/* The rule by which flows were judged, as in lines (ALERTS 1), and the nearest one. */
static void
add_rule(struct text *t, const struct digest_key *k, const struct policy *p)
{
	bool forbidden =
	    k->id == 2001 || (k->id == 4001 && p && policy_forbidden(p, k->from, k->to));

	if (k->fits) {
		add(t, "rule", conduit_name(p, k->conduit));
		return;
	}
	add(t, "rule", forbidden ? "forbidden-pair" : "default-deny");
	if (k->conduit != (uint32_t)POLICY_NONE)
		add(t, "near", conduit_name(p, k->conduit));
}

static void
add_ends(struct text *t, const struct digest_key *k)
{
	struct finding f = {
		.flags = k->flags, .proto = k->proto, .dport = k->service, .ethertype = k->service
	};
	bool hosts = !(k->flags & FINDING_LINK);
	char client[ADDR_TEXT], server[ADDR_TEXT], bytes[64];
	struct text service = text_of(bytes, sizeof bytes);

	words_service(&service, &f);
	if (hosts) {
		add(t, "client", addr_text(client, &k->client));
		add(t, "server", addr_text(server, &k->server));
	}
	add(t, "service", bytes);
}

static void
add_sums(struct text *t, const struct digest_sums *s)
{
	text_add(t, " flows=%llu packets=%llu bytes=%llu", (unsigned long long)s->flows,
	    (unsigned long long)s->packets, (unsigned long long)s->bytes);
}

static void
add_time(struct text *t, const char *key, nstime time, const struct policy *now)
{
	char at[NSTIME_TEXT];

	text_add(t, " %s=%s", key, nstime_text(at, time, policy_offset_at(now, time)));
}

void
digest_flow(
    struct text *t, const struct digest_row *r, const struct policy *p, const struct policy *now)
{
	const struct digest_key *k = &r->key;

	add_pair(t, k, p);
	if (k->others) {
		text_add(t, " client=others server=others service=others");
	} else {
		add_ends(t, k);
		add_rule(t, k, p);
	}
	if (k->others < 2)
		text_add(t, " verdict=%s", verdict_word(k->verdict));
	if (!k->others)
		text_add(t, " outcome=%s", outcome_word(k->outcome));
	if (k->id)
		text_add(t, " id=%u", k->id);
	add_sums(t, &r->sums);
	add_time(t, "first", r->sums.first, now);
	add_time(t, "last", r->sums.last, now);
	if (k->others < 2)
		text_add(t, " gen=%u", k->generation);
}

void
digest_pair(struct text *t, const struct digest_row *r, const struct policy *p)
{
	const struct digest_key *k = &r->key;

	add_pair(t, k, p);
	if (!k->others)
		text_add(t, " verdict=%s", verdict_word(k->verdict));
	add_sums(t, &r->sums);
}

void
digest_mail(struct text *t, const struct digest_row *r, const struct policy *p)
{
	const uint64_t *n = r->sums.mails;

	if (!r->key.others) {
		add_pair(t, &r->key, p);
		add(t, "rule", conduit_name(p, r->key.conduit));
	}
	traffic_mails_text(t, n, n[TRAFFIC_UP] || n[TRAFFIC_DOWN]);
}

void
digest_conduit(struct text *t, const struct digest_row *r, const struct policy *p)
{
	const struct digest_key *k = &r->key;

	if (!k->others) {
		add_pair(t, k, p);
		add(t, "rule", conduit_name(p, k->conduit));
		text_add(t, " verdict=%s", verdict_word(k->verdict));
	}
	add_sums(t, &r->sums);
}
