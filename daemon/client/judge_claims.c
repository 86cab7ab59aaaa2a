/* judge_claims.c - see judge_state.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/judge_state.h"

#define OUT_OF_TIME                                                                                \
	NS_HOUR /* a run that is this much older than the one before it is out of place */

static bool
number_of(uint64_t *number, const struct chain_line *l, const char *key)
{
	char value[CHAIN_VALUE], *end;

	if (chain_value(value, l->at, l->size, key) == 0 || !isdigit((unsigned char)value[0]))
		return false;
	errno = 0;
	*number = strtoull(value, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
hash_of(uint8_t hash[CHAIN_HASH], const struct chain_line *l, const char *key)
{
	char value[CHAIN_VALUE];

	return chain_value(value, l->at, l->size, key) && chain_unhex(hash, value);
}

/* A time by RFC 3339 as nstime_text() writes it; NSTIME_ALWAYS for anything else. */
static nstime
time_of(const struct chain_line *l, const char *key)
{
	char value[CHAIN_VALUE], sign = 'Z';
	unsigned y, mo, d, h, mi, s, us, oh = 0, om = 0;

	chain_value(value, l->at, l->size, key);
	int n = sscanf(value, "%4u-%2u-%2uT%2u:%2u:%2u.%6u%c%2u:%2u", &y, &mo, &d, &h, &mi, &s, &us,
	    &sign, &oh, &om);
	if (n < 8 || mo < 1 || mo > 12 || d < 1 || d > 31)
		return NSTIME_ALWAYS;
	nstime days = nstime_days((int)y, (int)mo, (int)d);
	nstime offset = (nstime)(oh * 60 + om) * NS_MIN;

	/* The years that nanoseconds of 64 bits can tell. */
	if (y < 1700 || y > 2200)
		return NSTIME_ALWAYS;
	return days * NS_DAY + (nstime)h * NS_HOUR + (nstime)mi * NS_MIN + (nstime)s * NS_SEC +
	       (nstime)us * NS_USEC - (sign == '-' ? -offset : offset);
}

/* What a checkpoint claims, as a part of its line: what it signed, and behind a space. Only this is
 * read of it: what stands before or behind is nobody's word. */
static struct chain_line
claim_of(const struct chain_line *l)
{
	struct chain_line claim = *l;

	claim.size = chain_part(&claim.at, l->at, l->size, "what", "sig");
	if (!claim.size) /* of a run that does not sign */
		claim.size = chain_part(&claim.at, l->at, l->size, "what", "sid");
	return claim;
}

enum signature { SIGNATURE_GOOD, SIGNATURE_FALSE, SIGNATURE_UNKNOWN, SIGNATURE_NONE };

/* Asks the signature of a checkpoint, L, with its CLAIM; its key's name goes to ID. */
static enum signature
signature_of(const struct judge *j, const struct chain_line *l, const struct chain_line *claim,
    char id[CHAIN_VALUE])
{
	char sig[CHAIN_VALUE];
	const char *behind = claim->at + claim->size;
	size_t sig_size = chain_value(sig, behind, (size_t)(l->at + l->size - behind), "sig");

	chain_value(id, claim->at, claim->size, "key");
	if (!claim->size || !sig_size)
		return SIGNATURE_NONE;
	const struct key *key = keys_find(&j->keys, id);
	if (!key)
		return SIGNATURE_UNKNOWN;
	return keys_signed(key, sig, sig_size, claim->at + 1, claim->size - 1) ? SIGNATURE_GOOD :
										 SIGNATURE_FALSE;
}

/* A key that was announced by one that is believed. */
static void
take_next_key(struct judge *j, const struct chain_line *claim)
{
	char next[CHAIN_VALUE];
	size_t n = chain_value(next, claim->at, claim->size, "next");
	struct key key;

	if (!n || !keys_read(&key, next, n))
		return;
	key.since = time_of(claim, "at");
	if (!keys_add(&j->keys, &key))
		j->no_memory = true;
}

bool
judge_key(struct judge *j, const char *msg, size_t size)
{
	char id[CHAIN_VALUE], what[CHAIN_VALUE];
	const struct chain_line l = { .at = msg, .size = size };

	if (size < 13 || memcmp(msg, "SEG9010 NOTE ", 13) != 0)
		return false;
	const struct chain_line claim = claim_of(&l);
	chain_value(what, claim.at, claim.size, "what");
	if (strcmp(what, "key") != 0)
		return false;
	switch (signature_of(j, &l, &claim, id)) {
	case SIGNATURE_GOOD:
		take_next_key(j, &claim);
		return true;
	case SIGNATURE_UNKNOWN: /* it announces nothing that would be believed */
		return true;
	case SIGNATURE_FALSE:
	case SIGNATURE_NONE:
		break;
	}
	return false;
}

/* May the record itself tell a key of the run's series: the reader brought none, and nothing before
 * did? */
static bool
may_tell(const struct judge *j, const struct run *r)
{
	if (j->sum.trusted)
		return false;
	for (size_t i = 0; i < j->runs; i++)
		if (j->run[i].told && strcmp(j->run[i].root, r->root) == 0)
			return false;
	return true;
}

/* A public key that the record tells: the one in use, or the next. */
static void
take_told_key(struct judge *j, struct run *r, const struct chain_line *l, const char *field)
{
	char pub[CHAIN_VALUE];
	size_t n = chain_value(pub, l->at, l->size, field);
	struct key key;

	if (!n || !may_tell(j, r) || !keys_read(&key, pub, n))
		return;
	r->told = true;
	if (!keys_add(&j->keys, &key))
		j->no_memory = true;
}

/* Which series of keys the run belongs to. */
static void
take_root(struct run *r, const struct chain_line *l)
{
	char root[CHAIN_VALUE];

	if (!r->root[0] && chain_value(root, l->at, l->size, "root") == sizeof r->root - 1)
		memcpy(r->root, root, sizeof r->root);
}

static void
take_time(struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	nstime when = time_of(l, "at");

	if (when == NSTIME_ALWAYS)
		return;
	if (r->newest == NSTIME_ALWAYS && !r->linked && r->root[0])
		for (size_t i = 0; i < j->runs; i++)
			if (&j->run[i] != r && strcmp(j->run[i].root, r->root) == 0 &&
			    j->run[i].newest != NSTIME_ALWAYS &&
			    j->run[i].newest - OUT_OF_TIME > when) {
				judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
				    "this run is older than run %s before it: it was put here",
				    j->run[i].sid);
				break;
			}
	r->newest = when;
	if (when < j->sum.from)
		j->sum.from = when;
	if (when > j->sum.to)
		j->sum.to = when;
}

/* Is it the turn of the key ID, which made a good signature? A key is used from its announcement
 * on: who got hold of today's must not be able to write yesterday anew with it. */
static void
ask_turn(struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l,
    const struct chain_line *claim, const char *id)
{
	const struct key *key = keys_find(&j->keys, id);
	nstime when = time_of(claim, "at");

	if (r->key[0] && strcmp(r->key, id) != 0) {
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "signed by the key %.16s, but it was the turn of %.16s", id, r->key);
	} else if (!r->in_turn && key && key->since != NSTIME_ALWAYS && when != NSTIME_ALWAYS &&
		   when < key->since - OUT_OF_TIME) {
		judge_tell(j, JUDGE_HOLE, at, r, l->seq,
		    "signed by the key %.16s, which was announced later than this: the clock was "
		    "set back, or who has that key made it",
		    id);
	}
	r->in_turn = true;
}

/* The key that signs what comes next. */
static void
turn_key(struct run *r, const struct chain_line *claim, const char *id)
{
	char next[CHAIN_VALUE];
	size_t n = chain_value(next, claim->at, claim->size, "next");
	struct key key;

	snprintf(r->key, sizeof r->key, "%.16s", id);
	if (!n || !keys_read(&key, next, n))
		return;
	memcpy(r->key_before, r->key, sizeof r->key);
	memcpy(r->key, key.id, sizeof r->key);
}

/* Says what is wrong with the signature. True when the checkpoint's words can be used: they are
 * signed, or nobody can tell. */
static bool
ask_signature(struct judge *j, const struct judge_place *at, struct run *r,
    const struct chain_line *l, const struct chain_line *claim)
{
	char id[CHAIN_VALUE];

	switch (signature_of(j, l, claim, id)) {
	case SIGNATURE_GOOD:
		ask_turn(j, at, r, l, claim, id);
		turn_key(r, claim, id);
		take_next_key(j, claim);
		memcpy(j->sum.last, r->sid, sizeof r->sid);
		snprintf(j->sum.key, sizeof j->sum.key, "%.16s", id);
		j->sum.last_seq = l->seq - 1;
		return true;
	case SIGNATURE_FALSE:
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "the signature of this checkpoint is false: the key %.16s did not make it", id);
		return false;
	case SIGNATURE_UNKNOWN:
		if (strcmp(j->unknown, id) != 0)
			judge_tell(j, JUDGE_HOLE, at, r, l->seq,
			    "checkpoints from here on are signed by the key %.16s, for which "
			    "nothing "
			    "here vouches",
			    id);
		snprintf(j->unknown, sizeof j->unknown, "%.16s", id);
		turn_key(r, claim, id);
		take_told_key(j, r, claim, "next");
		return true;
	case SIGNATURE_NONE:
		if (r->root[0] || r->signed_to)
			judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
			    "a checkpoint without signature in a run that signs");
		else if (strcmp(j->unknown, "-") != 0)
			judge_tell(j, JUDGE_HOLE, at, r, l->seq,
			    "checkpoints from here on are not signed");
		snprintf(j->unknown, sizeof j->unknown, "-");
		return true;
	}
	return false;
}

/* Compares what is claimed of a chain with what was found, and takes it where nothing is known. */
static void
compare(struct judge *j, const struct judge_place *at, struct run *r, struct link *k, uint64_t n,
    const uint8_t head[CHAIN_HASH], const char *what)
{
	unsigned long long from = r->marked, to = n;

	if (k->known && k->c.n == n) {
		if (memcmp(k->c.head, head, CHAIN_HASH) != 0)
			judge_tell(j, JUDGE_ALTERED, at, r, n + 1,
			    "%s between number %llu and %llu were altered, and their hashes with "
			    "them",
			    what, from, to);
		return;
	}
	memcpy(k->c.head, head, CHAIN_HASH);
	k->c.n = n;
	k->known = true;
}

/* The records before a checkpoint, in a file that has them. */
static void
compare_records(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	uint8_t head[CHAIN_HASH];
	struct link *k = &r->records;
	uint64_t n;

	if (!r->in_ledger || !number_of(&n, l, "records") || !hash_of(head, l, "rhead"))
		return;
	if (k->c.n < n && k->doubtful != n)
		judge_tell(j, JUDGE_HOLE, at, r, l->seq, "records %llu to %llu are missing",
		    (unsigned long long)k->c.n + 1, (unsigned long long)n);
	else if (k->c.n > n)
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "there are %llu records before this checkpoint, which knows of %llu",
		    (unsigned long long)k->c.n, (unsigned long long)n);
	compare(j, at, r, k, n, head, "records");
}

void
judge_checkpoint(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	char run[CHAIN_VALUE], what[CHAIN_VALUE];
	uint8_t head[CHAIN_HASH], hash[CHAIN_HASH];
	struct link *k = &r->lines;
	uint64_t n;

	/* One that was altered claims nothing. */
	if (k->known && k->c.n + 1 == l->seq) {
		chain_next(hash, k->c.head, l);
		if (!chain_fits(l, hash))
			return;
	}
	const struct chain_line claim = claim_of(l);
	chain_value(run, claim.at, claim.size, "run");
	take_root(r, &claim);
	if (!number_of(&n, &claim, "lines") || !hash_of(head, &claim, "head") ||
	    strcmp(run, r->sid) != 0 || n + 1 != l->seq) {
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "this checkpoint does not belong here: it is of run %.8s, line %llu", run,
		    (unsigned long long)n + 1);
		return;
	}
	if (!ask_signature(j, at, r, l, &claim))
		return;
	bool is_good = j->sum.last_seq == n && strcmp(j->sum.last, r->sid) == 0;
	compare(j, at, r, k, n, head, "lines");
	if (is_good) {
		j->sum.signed_by += r->checked - r->signed_to;
		r->signed_to = r->checked;
	}
	compare_records(j, at, r, &claim);
	take_time(j, at, r, &claim);
	r->marked = l->seq;
	chain_value(what, claim.at, claim.size, "what");
	r->stopped = strcmp(what, "stop") == 0;
}

/* The run that R names as the one before: is it here, and did it end there? */
static void
compare_before(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	char sid[CHAIN_VALUE];
	uint8_t head[CHAIN_HASH];
	uint64_t n;

	chain_value(sid, l->at, l->size, "previous");
	struct run *b = strlen(sid) == CHAIN_SID ? judge_run(j, sid) : NULL;
	if (!b || b == r || b->first == 0) {
		bool series = false;

		for (size_t i = 0; i < j->runs; i++)
			series |= &j->run[i] != r && j->run[i].first &&
				  strcmp(j->run[i].root, r->root) == 0;
		if (series && strcmp(sid, "none") != 0)
			judge_tell(j, JUDGE_HOLE, at, r, l->seq,
			    "the run before it, %.8s, is not in these files", sid);
		return;
	}
	if (!number_of(&n, l, "previous_seq") || !hash_of(head, l, "previous_head"))
		return;
	if (b->succeeded) {
		/* When the ledger took nothing of a run that was killed, no other can name it. */
		judge_tell(j, b->in_ledger ? JUDGE_ALTERED : JUDGE_HOLE, at, r, l->seq,
		    "run %s has been followed by another run already", b->sid);
		return;
	}
	b->succeeded = true;
	struct link *k = &b->lines;
	bool same = k->c.n == n && k->known;
	r->linked = same && memcmp(k->c.head, head, CHAIN_HASH) == 0;
	r->in_turn = r->linked && b->in_turn;
	/* A run that was killed before its new key was on the disk goes on with the old one. */
	if (r->linked && b->key[0] && strcmp(b->root, r->root) == 0 &&
	    strcmp(r->key, b->key) != 0 && strcmp(r->key, b->key_before) != 0)
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "it begins with the key %.16s, but the run before it ended with %.16s", r->key,
		    b->key);
	if (same && !r->linked) {
		judge_tell(j, JUDGE_ALTERED, at, b, n,
		    "the end of run %s was altered: run %s knew another hash of its last line",
		    b->sid, r->sid);
	} else if (k->c.n < n) {
		j->sum.missing += n - k->c.n;
		judge_tell(j, JUDGE_HOLE, at, b, n,
		    "lines %llu to %llu, the last of run %s, are missing",
		    (unsigned long long)k->c.n + 1, (unsigned long long)n, b->sid);
	} else if (k->c.n > n) {
		/* After a power failure other files may have more than the ledger kept. */
		judge_tell(j, b->in_ledger ? JUDGE_ALTERED : JUDGE_HOLE, at, b, k->c.n,
		    "run %s goes on to line %llu here, but its ledger ended with line %llu", b->sid,
		    (unsigned long long)k->c.n, (unsigned long long)n);
	}
}

void
judge_before(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	char previous[CHAIN_VALUE];

	if (chain_value(previous, l->at, l->size, "previous") == 0)
		return;
	/* judge_run() finds r again: the runs do not move while a line is looked at. */
	take_root(r, l);
	if (!r->key[0] && chain_value(previous, l->at, l->size, "key") == sizeof r->key - 1)
		memcpy(r->key, previous, sizeof r->key);
	take_told_key(j, r, l, "pub");
	compare_before(j, at, r, l);
}

void
judge_begin(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	uint8_t head[CHAIN_HASH];
	struct link *k = &r->lines;
	uint64_t n;

	take_root(r, l);
	take_told_key(j, r, l, "pub");
	if (!number_of(&n, l, "lines") || !hash_of(head, l, "head"))
		return;
	if (r->first == 0 && n > 0) {
		r->first = r->marked = n + 1;
		r->last = *at;
	}
	if (k->c.n < n && k->c.n > 0) {
		j->sum.missing += n - k->c.n;
		judge_tell(j, JUDGE_HOLE, at, r, n,
		    "lines %llu to %llu are missing before this file",
		    (unsigned long long)k->c.n + 1, (unsigned long long)n);
	}
	if (k->c.n <= n)
		compare(j, at, r, k, n, head, "lines");
	if (r->records.c.n == 0 && number_of(&n, l, "records") && hash_of(head, l, "rhead"))
		compare(j, at, r, &r->records, n, head, "records");
}

void
judge_names_policy(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	static const char begin[] = "LEDGER begin ", policy[] = "LEDGER policy ";
	char hash[CHAIN_VALUE];
	uint8_t bytes[CHAIN_HASH];

	if ((l->size < sizeof begin || memcmp(l->at, begin, sizeof begin - 1) != 0) &&
	    (l->size < sizeof policy || memcmp(l->at, policy, sizeof policy - 1) != 0))
		return;
	chain_value(hash, l->at, l->size, "policy");
	if (!chain_unhex(bytes, hash))
		return;
	switch (j->policy(j->ctx, at, hash)) {
	case JUDGE_KEPT:
		break;
	case JUDGE_GONE:
		judge_tell(j, JUDGE_HOLE, at, r, l->seq,
		    "policy-%s.conf, which was in force, is not beside this file", hash);
		break;
	case JUDGE_CHANGED:
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "policy-%s.conf beside this file was altered: it has another hash", hash);
		break;
	}
}
