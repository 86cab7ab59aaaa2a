/* What flows counted, as the ledger has it: sums are exact, whatever finds no row, is missed, or
 * kills the hub. */
#include "unit.h"
#include "unit_files.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/digest.h"
#include "hub_policy.h"
#include "model/role.h"

enum { KIKAN = 1, LGWAN, INTERNET, MANY = 1200 };

#define NOON (20000 * NS_DAY + 12 * NS_HOUR) /* 2024-10-04 */

struct world {
	char dir[64], file[128];
	struct hub_policy *policy;
	struct generations policies;
	struct ledger *ledger;
	struct digest *digest;
	int keep;	       /* memfd */
	uint64_t before, next; /* of worker 0 */
	char text[1 << 26];    /* of the ledger's file */
};

/* A policy with MANY conduits from lgwan to internet: c0, c1, … */
static struct hub_policy *
policy_with_conduits(uint32_t generation)
{
	struct hub_policy *small = hub_policy_new(generation);
	size_t conduits = MANY * sizeof(struct policy_conduit), room = MANY * 8;
	size_t size = (sizeof *small + conduits + room + 63) & ~(size_t)63;
	struct hub_policy *h = aligned_alloc(64, size);

	assert_non_null(h);
	memset(h, 0, size);
	memcpy(h, small, sizeof *small);
	free(small);
	h->p.nconduits = MANY;
	h->p.conduits = sizeof *h;
	for (unsigned i = 0; i < MANY; i++) {
		size_t at = sizeof *h + conduits + i * (size_t)8;
		struct policy_conduit c = { .id = (uint32_t)at, .from = LGWAN, .to = INTERNET };

		memcpy((uint8_t *)h + sizeof *h + i * sizeof c, &c, sizeof c);
		snprintf((char *)h + at, 8, "c%u", i);
	}
	return h;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-digest-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->file, sizeof w->file, "%s/ledger/2024-10-04.log", w->dir);
	w->policy = policy_with_conduits(1);
	w->policies.g[0].policy = &w->policy->p;
	w->policies.n = 1;
	w->keep = memfd_create("keep", MFD_CLOEXEC);
	assert_true(w->keep >= 0);
	assert_int_equal(ftruncate(w->keep, HUB_KEEP), 0);
	w->digest = digest_new(w->keep);
	assert_non_null(w->digest);
	w->ledger = ledger_open(w->dir, "0123abcd", NOON, 0);
	assert_non_null(w->ledger);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	ledger_close(w->ledger);
	digest_free(w->digest);
	close(w->keep);
	free(w->policy);
	unit_remove(w->dir);
	free(w);
	return 0;
}

/* What a flow from 10.2.HOST to 10.3.0.7 port 443 through conduit c0 left. */
static struct traffic
flow(unsigned host, uint64_t packets)
{
	return (struct traffic){ .client = addr_from4((uint8_t[]){ 10, (uint8_t)(host >> 16),
				     (uint8_t)(host >> 8), (uint8_t)host }),
		.server = addr_from4((uint8_t[]){ 10, 3, 0, 7 }),
		.packets = packets,
		.bytes = packets * 100,
		.first = NOON,
		.last = NOON + NS_SEC,
		.generation = 1,
		.flags = FINDING_IS4 | FINDING_PORTS,
		.service = 443,
		.proto = 6,
		.from = LGWAN,
		.to = INTERNET,
		.outcome = OUTCOME_ANSWERED,
		.fits = 1,
		.is_new = 1 };
}

/* Worker 0 left it. */
static void
left(struct world *w, struct traffic t)
{
	t.before = w->before;
	assert_true(traffic_valid(&t, &w->policy->p));
	w->before += t.packets;
	assert_true(digest_take(w->digest, 0, ++w->next, 0, &t, &w->policy->p));
}

static void
tick(struct world *w, nstime wall)
{
	digest_tick(w->digest, w->ledger, &w->policies, (struct moment){ .wall = wall });
}

/* The ledger's file of that day. */
static char *
text(struct world *w)
{
	assert_true(unit_read(w->file, w->text, sizeof w->text) >= 0);
	return w->text;
}

/* Records WORD that have PART, and the sum of their field KEY; "" counts records. */
static uint64_t
sum(struct world *w, const char *word, const char *part, const char *key)
{
	char begin[32], field[32];
	uint64_t n = 0;

	snprintf(begin, sizeof begin, " LEDGER %s ", word);
	snprintf(field, sizeof field, " %s=", key);
	char *all = text(w);

	for (char *line; (line = strsep(&all, "\n"));) {
		const char *at = strstr(line, field);

		if (!strstr(line, begin) || !strstr(line, part))
			continue;
		if (!*key)
			n++;
		else if (at)
			n += strtoull(at + strlen(field), NULL, 10);
	}
	return n;
}

/* The one record WORD, from `at=` up to what the ledger adds. */
static const char *
record(struct world *w, const char *word)
{
	char begin[32], *at, *end;

	assert_int_equal(sum(w, word, "", ""), 1);
	snprintf(begin, sizeof begin, " LEDGER %s ", word);
	at = strstr(text(w), begin);
	assert_non_null(at);
	at += strlen(begin);
	end = strstr(at, " sid=");
	assert_non_null(end);
	*end = '\0';
	return at;
}

/* The words of all three records, and that equal keys are one. */
static void
test_records(void **state)
{
	struct world *w = *state;
	struct traffic later = flow(0x020009, 5);

	later.first = NOON - NS_SEC;
	later.last = NOON;
	later.is_new = 0;
	tick(w, NOON);
	left(w, flow(0x020009, 3));
	left(w, later);
	tick(w, NOON + 59 * NS_SEC);
	assert_int_equal(sum(w, "pair", "", ""), 0);
	tick(w, NOON + NS_MIN);
	assert_string_equal(record(w, "pair"),
	    "at=2024-10-04T12:01:00.000000Z pair=lgwan>internet verdict=conforming flows=1 "
	    "packets=8 bytes=800");
	assert_string_equal(record(w, "conduit"),
	    "at=2024-10-04T12:01:00.000000Z pair=lgwan>internet rule=c0 verdict=conforming "
	    "flows=1 packets=8 bytes=800");
	assert_string_equal(record(w, "traffic"), "at=2024-10-04T12:01:00.000000Z packets=8");
	/* Nothing moves: nothing is said. */
	tick(w, NOON + 59 * NS_MIN);
	assert_int_equal(sum(w, "traffic", "", "") + sum(w, "flow", "", ""), 1);
	tick(w, NOON + NS_HOUR);
	assert_string_equal(record(w, "flow"),
	    "at=2024-10-04T13:00:00.000000Z pair=lgwan>internet client=10.2.0.9 server=10.3.0.7 "
	    "service=tcp/443 rule=c0 verdict=conforming outcome=answered flows=1 packets=8 "
	    "bytes=800 first=2024-10-04T11:59:59.000000Z last=2024-10-04T12:00:01.000000Z gen=1");
	tick(w, NOON + 2 * NS_HOUR);
	assert_int_equal(sum(w, "flow", "", ""), 1);
}

static struct policy_conduit *
conduit_of(struct world *w, uint32_t n)
{
	return (struct policy_conduit *)(uintptr_t)policy_conduit(&w->policy->p, n);
}

/* A flow of conduit c2, which is for mail, and messages in it. */
static struct traffic
mails(unsigned host, uint32_t conforming, uint32_t violating, uint32_t unverifiable)
{
	struct traffic t = flow(host, 1);

	t.conduit = 2;
	t.mails[TRAFFIC_MAIL_CONFORMING] = conforming;
	t.mails[TRAFFIC_MAIL_VIOLATING] = violating;
	t.mails[TRAFFIC_MAIL_UNVERIFIABLE] = unverifiable;
	return t;
}

static void
assert_mails(struct world *w, uint64_t conforming, uint64_t violating, uint64_t unverifiable)
{
	uint64_t n[TRAFFIC_MAILS];

	digest_mails(w->digest, &w->policy->p, 2, n);
	assert_int_equal(n[TRAFFIC_MAIL_CONFORMING], conforming);
	assert_int_equal(n[TRAFFIC_MAIL_VIOLATING], violating);
	assert_int_equal(n[TRAFFIC_MAIL_UNVERIFIABLE], unverifiable);
	digest_mails(w->digest, &w->policy->p, 1, n); /* nobody else's */
	assert_int_equal(n[0] + n[1] + n[2], 0);
}

/* Messages are summed by conduit, whatever the verdicts of their flows; what they come to since the
 * start goes on over minutes and over a hub that ends. */
static void
test_mails(void **state)
{
	struct world *w = *state;
	struct traffic t = mails(0x020009, 5, 0, 0);

	conduit_of(w, 2)->require = REQUIRE_TEXT_MAIL;
	assert_mails(w, 0, 0, 0);
	tick(w, NOON);
	left(w, t);
	t = mails(0x02000a, 1, 2, 3);
	t.verdict = VERDICT_VIOLATION;
	t.id = 3101;
	left(w, t);
	left(w, flow(0x020009, 3)); /* no messages: no record */
	assert_mails(w, 6, 2, 3);
	tick(w, NOON + NS_MIN);
	assert_string_equal(record(w, "mail"),
	    "at=2024-10-04T12:01:00.000000Z pair=lgwan>internet rule=c2 conforming=6 violating=2 "
	    "unverifiable=3");
	assert_mails(w, 6, 2, 3);
	tick(w, NOON + 2 * NS_MIN);
	assert_int_equal(sum(w, "mail", "", ""), 1);
	left(w, mails(0x020009, 0, 0, UINT32_MAX));
	left(w, mails(0x020009, 0, 0, 1));
	assert_mails(w, 6, 2, 3 + (UINT64_C(1) << 32));
	tick(w, NOON + 3 * NS_MIN);
	assert_int_equal(sum(w, "mail", " rule=c2 ", "unverifiable"), 3 + (UINT64_C(1) << 32));
	assert_int_equal(sum(w, "mail", "", "conforming"), 6);
	digest_free(w->digest);
	w->digest = digest_new(w->keep);
	assert_non_null(w->digest);
	assert_mails(w, 6, 2, 3 + (UINT64_C(1) << 32));
}

/* Flows that are no conduit's. */
static void
test_violations(void **state)
{
	struct world *w = *state;
	struct traffic t = flow(0x020009, 1);

	t.fits = 0;
	t.verdict = VERDICT_VIOLATION;
	t.outcome = OUTCOME_ATTEMPTED;
	t.id = 2003;
	t.conduit = 7;
	tick(w, NOON);
	left(w, t);
	t.id = 2001;
	t.conduit = (uint32_t)POLICY_NONE;
	t.to = 0;
	left(w, t);
	t.id = 1004;
	t.flags = FINDING_LINK;
	t.proto = 0;
	t.service = 0x8847;
	left(w, t);
	digest_end(w->digest, w->ledger, &w->policies, (struct moment){ .wall = NOON + NS_SEC });
	assert_int_equal(sum(w, "flow",
			     " pair=lgwan>internet client=10.2.0.9 server=10.3.0.7 "
			     "service=tcp/443 rule=default-deny near=c7 verdict=violation "
			     "outcome=attempted id=2003 flows=1 ",
			     ""),
	    1);
	assert_int_equal(sum(w, "flow",
			     " pair=lgwan>? client=10.2.0.9 server=10.3.0.7 service=tcp/443 "
			     "rule=forbidden-pair verdict=violation outcome=attempted id=2001 ",
			     ""),
	    1);
	assert_int_equal(
	    sum(w, "flow", " pair=lgwan>? service=\"ethertype 0x8847\" rule=default-deny ", ""), 1);
	assert_int_equal(sum(w, "conduit", "", ""), 0);
	assert_int_equal(sum(w, "pair", " verdict=violation ", "packets"), 3);
}

/* What finds no row is summed up for its pair and verdict; nothing is lost. */
static void
test_others(void **state)
{
	struct world *w = *state;
	const unsigned n = DIGEST_FLOWS + 1000, rows = DIGEST_FLOWS - DIGEST_OTHERS;

	tick(w, NOON);
	for (unsigned i = 0; i < n; i++)
		left(w, flow(i, 1 + i % 3));
	/* One that has a row keeps it. */
	left(w, flow(5, 1000));
	/* 2,000 rows at once: others do not wait for it. */
	tick(w, NOON + NS_HOUR);
	assert_int_equal(sum(w, "flow", "", ""), DIGEST_SHARE);
	left(w, flow(1, 7));
	for (unsigned i = 1; i <= rows / DIGEST_SHARE + 1; i++)
		tick(w, NOON + NS_HOUR + i * NS_SEC);
	assert_int_equal(sum(w, "flow", "", ""), rows + 1);
	assert_int_equal(
	    sum(w, "flow", " client=others server=others service=others verdict=", ""), 1);
	assert_int_equal(sum(w, "flow", "", "flows"), n + 1);
	assert_int_equal(sum(w, "flow", "", "packets"), w->before - 7);
	assert_int_equal(sum(w, "flow", " client=10.0.0.5 ", "packets"), 1000 + 1 + 5 % 3);
	/* The next hour begins with what came meanwhile. */
	tick(w, NOON + 2 * NS_HOUR);
	assert_int_equal(sum(w, "flow", "at=2024-10-04T14:00:00", "packets"), 7);
}

/* More kinds of pairs than there are rows for the others: even these are summed up. */
static void
test_others_of_others(void **state)
{
	struct world *w = *state;

	tick(w, NOON);
	for (unsigned i = 0; i < DIGEST_FLOWS; i++)
		left(w, flow(i, 1));
	for (unsigned i = 0; i < DIGEST_OTHERS + 50; i++) {
		struct traffic t = flow(i, 1);

		t.generation = i + 2; /* as many as it takes */
		t.before = w->before++;
		assert_true(digest_take(w->digest, 0, ++w->next, 0, &t, &w->policy->p));
	}
	digest_end(w->digest, w->ledger, &w->policies, (struct moment){ .wall = NOON + 1 });
	assert_int_equal(sum(w, "flow", "", "packets"), w->before);
	assert_int_equal(sum(w, "flow", "", ""), DIGEST_FLOWS + 1);
	assert_int_equal(sum(w, "pair", "", "packets"), w->before);
	assert_int_equal(sum(w, "pair", "", ""), DIGEST_PAIRS + 1);
	assert_int_equal(
	    sum(w, "pair", " pair=?>? flows=", "packets"), DIGEST_OTHERS + 50 + 1 - DIGEST_PAIRS);
}

static void
test_many_conduits(void **state)
{
	struct world *w = *state;

	tick(w, NOON);
	for (unsigned i = 0; i < 2 * MANY; i++) {
		struct traffic t = flow(i, 2);

		t.conduit = i % MANY;
		left(w, t);
	}
	tick(w, NOON + NS_MIN);
	assert_int_equal(sum(w, "conduit", " pair=lgwan>internet ", ""), DIGEST_CONDUITS);
	assert_int_equal(sum(w, "conduit", " rule=others n=200 flows=400 packets=800 ", ""), 1);
	assert_int_equal(sum(w, "conduit", "", "packets"), 4 * MANY);
	/* In the next minute they have rows again. */
	struct traffic t = flow(1, 2);
	t.conduit = MANY - 1;
	left(w, t);
	tick(w, NOON + 2 * NS_MIN);
	assert_int_equal(sum(w, "conduit", " rule=c1199 ", "packets"), 2);
}

/* Records that were written over before they were read, of a policy that is gone, or false. */
static void
test_missed(void **state)
{
	struct world *w = *state;
	struct traffic t = flow(1, 4);
	struct digest_missed m;

	tick(w, NOON);
	left(w, flow(1, 10));
	assert_false(digest_missed(w->digest, &m));
	t.before = 10 + 25; /* three records of 25 packets */
	assert_true(digest_take(w->digest, 0, 5, 3, &t, &w->policy->p));
	t.before = 39;
	assert_true(digest_take(w->digest, 0, 6, 0, &t, NULL));
	t.before = 42; /* it cannot be before the last one */
	assert_false(digest_take(w->digest, 0, 7, 0, &t, &w->policy->p));
	digest_refuse(w->digest);
	assert_int_equal(digest_next(w->digest, 0), 6);
	assert_int_equal(digest_next(w->digest, 1), 0);
	assert_true(digest_missed(w->digest, &m));
	assert_int_equal(m.records, 3);
	assert_int_equal(m.packets, 25);
	assert_int_equal(m.nameless, 4);
	assert_int_equal(m.refused, 2);
	assert_false(digest_missed(w->digest, &m));
	tick(w, NOON + NS_MIN);
	assert_string_equal(record(w, "traffic"),
	    "at=2024-10-04T12:01:00.000000Z packets=43 lost=25 records=3 nameless=4 refused=2");
	/* All that was counted is in a row, or said to be missing. */
	assert_int_equal(sum(w, "pair", "", "packets"), 43 - 25 - 4);
}

/* What a hub that was killed had not told yet, the next one tells. */
static void
test_missed_by_one_before(void **state)
{
	struct world *w = *state;
	struct traffic t = flow(1, 4);
	struct digest_missed m;

	for (unsigned turn = 0; turn < 2; turn++) {
		t.before = turn ? 29 : 25;
		assert_true(digest_take(w->digest, 0, turn + 2, !turn, &t, &w->policy->p));
		digest_free(w->digest);
		w->digest = digest_new(w->keep);
		assert_non_null(w->digest);
		assert_int_equal(digest_missed(w->digest, &m), !turn);
		assert_int_equal(m.packets, turn ? 0 : 25);
	}
}

/* A reload makes the rows due while their names are known; the next hour is as ever. */
static void
test_reload(void **state)
{
	struct world *w = *state;

	tick(w, NOON);
	left(w, flow(1, 10));
	digest_reload(w->digest);
	tick(w, NOON + 5 * NS_MIN);
	assert_int_equal(sum(w, "flow", "at=2024-10-04T12:05:00", "packets"), 10);
	left(w, flow(1, 1));
	tick(w, NOON + NS_HOUR);
	assert_int_equal(sum(w, "flow", "at=2024-10-04T13:00:00", "packets"), 1);
}

/* A ledger that takes nothing loses nothing of it. */
static void
test_no_ledger(void **state)
{
	struct world *w = *state;
	char away[80];

	ledger_close(w->ledger);
	snprintf(away, sizeof away, "%s/away", w->dir);
	w->ledger = ledger_open(away, "0123abcd", NOON, 0);
	assert_non_null(w->ledger);
	assert_false(ledger_takes(w->ledger));
	tick(w, NOON);
	left(w, flow(1, 10));
	tick(w, NOON + NS_HOUR);
	left(w, flow(1, 1));
	assert_int_equal(mkdir(away, 0700), 0);
	ledger_tick(w->ledger, 400, NOON + NS_HOUR, 0);
	assert_true(ledger_takes(w->ledger));
	snprintf(w->file, sizeof w->file, "%s/ledger/2024-10-04.log", away);
	tick(w, NOON + NS_HOUR + NS_MIN);
	assert_int_equal(sum(w, "pair", "", "packets"), 11);
	assert_int_equal(sum(w, "flow", "", "packets"), 11);
}

/* A hub that is killed at any moment while it takes records: the next one goes on, and each record
 * counts once. */
static void
test_killed_taking(void **state)
{
	enum { KILLS = 200, RECORDS = 4000000 };
	struct world *w = *state;
	unsigned seed = (unsigned)getpid(), kills = 0;

	print_message("seed %u\n", seed);
	tick(w, NOON);
	for (; digest_next(w->digest, 0) < RECORDS && kills < KILLS; kills++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct digest *d = digest_new(w->keep);
			uint64_t i = d ? digest_next(d, 0) : RECORDS;

			for (; i < RECORDS; i++) {
				struct traffic t = flow((unsigned)(i * 7919 % 9000), i % 5);

				/* Of ten records the packets 0 to 4, twice. */
				t.before = i / 5 * 10 + i % 5 * (i % 5 - 1) / 2;
				t.conduit = (uint32_t)i % MANY;
				t.mails[TRAFFIC_MAIL_VIOLATING] = 3;
				if (!digest_take(d, 0, i + 1, 0, &t, &w->policy->p))
					break;
			}
			_exit(0);
		}
		assert_int_equal(usleep((useconds_t)rand_r(&seed) % 5000 + 2000), 0);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	digest_free(w->digest);
	w->digest = digest_new(w->keep);
	assert_non_null(w->digest);
	uint64_t n = digest_next(w->digest, 0), packets = n / 5 * 10 + n % 5 * (n % 5 - 1) / 2;
	assert_true(n > 10000);
	digest_end(w->digest, w->ledger, &w->policies, (struct moment){ .wall = NOON + 1 });
	print_message("%u kills over %llu records\n", kills, (unsigned long long)n);
	assert_int_equal(sum(w, "flow", "", "flows"), n);
	assert_int_equal(sum(w, "flow", "", "packets"), packets);
	assert_int_equal(sum(w, "pair", "", "packets"), packets);
	assert_int_equal(sum(w, "conduit", "", "packets"), packets);
	assert_int_equal(sum(w, "traffic", "", "packets"), packets);
	assert_int_equal(sum(w, "mail", "", "violating"), 3 * n);
}

/* ... and while it writes: a row may be there twice, word for word, and no row is missing. */
static void
test_killed_writing(void **state)
{
	enum { FLOWS = 20000, MAILED = 900 };
	struct world *w = *state;
	unsigned seed = (unsigned)getpid(), kills = 0;
	char command[1024];

	tick(w, NOON);
	for (unsigned i = 0; i < FLOWS; i++) {
		struct traffic t = flow(i, 1);

		t.conduit = i % MAILED;
		t.mails[TRAFFIC_MAIL_VIOLATING] = 1;
		conduit_of(w, t.conduit)->require = REQUIRE_TEXT_MAIL;
		left(w, t);
	}
	ledger_close(w->ledger);
	for (; kills < 60; kills++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct digest *d = digest_new(w->keep);
			char sid[9];

			snprintf(sid, sizeof sid, "%08x", kills + 1);
			w->ledger = ledger_open(w->dir, sid, NOON + NS_HOUR, 0);
			for (unsigned i = 0; d && w->ledger && i < 100; i++)
				digest_tick(d, w->ledger, &w->policies,
				    (struct moment){ .wall = NOON + NS_HOUR + i });
			_exit(0);
		}
		assert_int_equal(usleep((useconds_t)rand_r(&seed) % 5000 + 2000), 0);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	digest_free(w->digest);
	w->digest = digest_new(w->keep);
	w->ledger = ledger_open(w->dir, "ffffffff", NOON + NS_HOUR, 0);
	assert_non_null(w->digest);
	assert_non_null(w->ledger);
	for (unsigned i = 0; i < FLOWS / DIGEST_SHARE + 1; i++)
		tick(w, NOON + NS_HOUR + 100 + i);
	ledger_close(w->ledger);
	w->ledger = NULL;
	/* However often the minute was begun, its messages are in the totals once. */
	for (unsigned i = 0; i < MAILED; i++) {
		uint64_t n[TRAFFIC_MAILS];

		digest_mails(w->digest, &w->policy->p, i, n);
		assert_int_equal(n[TRAFFIC_MAIL_VIOLATING], FLOWS / MAILED + (i < FLOWS % MAILED));
	}
	/* Each row once; a line that was cut was written again by the next. */
	snprintf(command, sizeof command,
	    "sed -n 's/.* LEDGER \\(flow .*\\) sid=.* lh=.*/\\1/p' %s > %s/all; "
	    "sort -u %s/all > %s/once; "
	    "[ $(wc -l < %s/once) = %u ] && [ $(wc -l < %s/all) -le %u ]",
	    w->file, w->dir, w->dir, w->dir, w->dir, FLOWS, w->dir, FLOWS + kills);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_violations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_others_of_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_conduits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_missed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_missed_by_one_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reload, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_ledger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_taking, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_writing, set_up, tear_down),
	};

	return UNIT_RUN(tests);
}
