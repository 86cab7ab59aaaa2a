/* test_cases.c - counts over storms, restarts and kills: what lines say is what workers told.
 *
 * A kill is played by dropping everything in memory; the files stay. Lines are read from a real log
 * file.
 */
#include "unit.h"
#include "unit_files.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hub/cases.h"
#include "hub_policy.h"

#define WALL (1767225600 * NS_SEC) /* 2026-01-01T00:00:00Z */

enum { WORKERS = 2 };

struct world {
	char dir[64], file[96];
	struct hub_policy *policy;
	uint32_t unchanged; /* bytes of it that say_less() keeps */
	struct sinks *sinks;
	struct tell tell;
	struct cases *cases;
	struct accounts accounts;
	unsigned restarts;
	uint32_t near;	    /* conduit of the findings that workers tell */
	uint64_t all;	    /* packets told by workers, in all daemons */
	char text[1 << 24]; /* of the log */
	size_t size;
};

static void
set_time(struct world *w, nstime since)
{
	w->tell.mono = 1000 * NS_SEC + since;
	w->tell.wall = WALL + since;
}

static void
pass(struct world *w, nstime time)
{
	set_time(w, w->tell.wall - WALL + time);
	cases_run(w->cases);
}

static void
begin(struct world *w)
{
	struct tell before = w->tell;

	w->sinks = sinks_new("segauditd", 1);
	assert_non_null(w->sinks);
	tell_init(&w->tell, w->sinks, 0xabc);
	w->tell.mono = before.mono;
	w->tell.wall = before.wall;
	w->tell.policy = &w->policy->p;
	assert_int_equal(sinks_set(w->sinks, &w->policy->p, w->tell.mono), 0);
	w->cases = cases_new(&w->tell, w->dir, "1.2-test", w->restarts);
	assert_non_null(w->cases);
}

/* The hub alone dies. */
static void
kill_hub(struct world *w)
{
	cases_free(w->cases);
	sinks_free(w->sinks);
	w->restarts++;
	begin(w);
}

/* Another daemon; CLEAN: after a stop. */
static void
restart(struct world *w, bool clean)
{
	if (clean)
		cases_stop(w->cases, &w->accounts);
	cases_free(w->cases);
	sinks_free(w->sinks);
	w->restarts = 0;
	for (unsigned i = 0; i < WORKERS; i++)
		w->accounts.worker[i].told = 0;
	begin(w);
}

static void
tick(struct world *w)
{
	cases_tick(w->cases, &w->accounts);
}

static struct finding
finding(const struct world *w, uint16_t port, uint64_t n, uint8_t outcome)
{
	struct finding f = { .id = 2002,
		.outcome = outcome,
		.from = (uint8_t)(1 + port % 3),
		.to = (uint8_t)(1 + (port + 1) % 3),
		.proto = 6,
		.generation = 1,
		.rule = (uint32_t)POLICY_NONE,
		.near = w->near,
		.failed = w->near == (uint32_t)POLICY_NONE ? COND_NONE : COND_SERVER,
		.flags = FINDING_IS4 | FINDING_PORTS,
		.sport = 50000,
		.dport = port,
		.first = w->tell.wall,
		.last = w->tell.wall,
		.n = n,
		.bytes = 60 * n };

	assert_true(addr_parse("10.2.0.9", &f.src) && addr_parse("10.3.9.7", &f.dst));
	return f;
}

static void
say(struct world *w, unsigned worker, uint16_t port, uint64_t n, uint8_t outcome)
{
	struct finding f = finding(w, port, n, outcome);

	cases_message(w->cases, worker, w->accounts.worker[worker].told);
	cases_add(w->cases, &w->policy->p, &f);
	w->accounts.worker[worker].told += n;
	w->all += n;
}

/* Reads the log anew. */
static const char *
log_text(struct world *w)
{
	assert_true(unit_read(w->file, w->text, sizeof w->text) >= 0);
	return w->text;
}

static unsigned
lines_with(struct world *w, const char *words)
{
	unsigned n = 0;

	for (const char *at = log_text(w); (at = strstr(at, words)); at += strlen(words))
		n++;
	return n;
}

/* The sum of n= in lines that have WORDS. */
static uint64_t
sum(struct world *w, const char *words)
{
	uint64_t all = 0;
	size_t left = strlen(log_text(w));

	for (char *line = w->text, *end; left > 0; line = end + 1) {
		end = memchr(line, '\n', left);
		assert_non_null(end);
		*end = '\0';
		left -= (size_t)(end - line) + 1;

		const char *n = strstr(line, " n=");

		if (n && strstr(line, words))
			all += strtoull(n + 3 + (n[3] == '+'), NULL, 10);
	}
	return all;
}

static uint64_t
said(struct world *w)
{
	return sum(w, "SEG2002 ");
}

static uint64_t
named(struct world *w)
{
	return sum(w, "SEG9004 NOTE sev=warning verdict=gap what=restart n=");
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	/* In memory where there is such a place: this is not about disks. */
	snprintf(w->dir, sizeof w->dir, "%s/segaudit-cases-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->file, sizeof w->file, "%s/log", w->dir);
	w->policy = hub_policy_new(1);
	const struct policy_sink s = {
		.target = TARGET_FILE, .min = 7, .path = hub_policy_text(w->policy, w->file)
	};
	w->policy->p.nsinks = 1;
	w->policy->p.sinks = hub_policy_put(w->policy, &s, sizeof s);
	w->unchanged = w->policy->used;
	w->policy->p.quiet_after = 5 * NS_MIN;
	w->policy->p.lines_per_second = 30;
	w->policy->p.workers = WORKERS;
	w->near = (uint32_t)POLICY_NONE;
	for (unsigned i = 0; i < WORKERS; i++)
		w->accounts.worker[i].valid = true;
	set_time(w, 0);
	begin(w);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	static const char *const files[] = { "log", "resume", "resume.said", "resume.new" };

	cases_free(w->cases);
	sinks_free(w->sinks);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%s", w->dir, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(w->dir), 0);
	free(w->policy);
	free(w);
	return 0;
}

/* The same ev, totals and pace; nothing is opened again; what was not in a snapshot is named. */
static void
test_hub_killed(void **state)
{
	struct world *w = *state;
	char ev[32];

	say(w, 0, 443, 3, OUTCOME_ATTEMPTED);
	const char *at = strstr(log_text(w), " ev=");
	assert_non_null(at);
	snprintf(ev, sizeof ev, "%.14s", at);
	pass(w, 20 * NS_SEC); /* a slow disk makes snapshots rare */
	say(w, 1, 443, 4, OUTCOME_ATTEMPTED);
	tick(w); /* in the snapshot: 7, of which 3 were said */
	say(w, 0, 443, 5, OUTCOME_ATTEMPTED);
	kill_hub(w);
	assert_non_null(strstr(log_text(w),
	    "SEG9004 NOTE sev=warning verdict=gap what=restart restarts=1 "
	    "from=2026-01-01T00:00:20.000000Z to=2026-01-01T00:00:20.000000Z incidents=1 "));
	say(w, 0, 443, 1, OUTCOME_ANSWERED);
	assert_int_equal(lines_with(w, ev), 2);
	assert_non_null(strstr(log_text(w), " WORSE"));
	assert_non_null(strstr(w->text, " n=+5 total=8 "));
	/* Worker 1 says nothing: it is asked, twice. */
	tick(w);
	assert_int_equal(named(w), 0);
	pass(w, NS_SEC);
	tick(w);
	assert_int_equal(named(w), 5);
	assert_int_equal(said(w) + named(w), w->all);
	/* The UPDATE of the first minute, and the end. */
	say(w, 1, 443, 2, OUTCOME_ATTEMPTED);
	pass(w, 39 * NS_SEC);
	tick(w);
	assert_non_null(strstr(log_text(w), " UPDATE"));
	assert_non_null(strstr(w->text, " n=+2 total=10 "));
	kill_hub(w);
	pass(w, NS_SEC);
	say(w, 1, 443, 1, OUTCOME_ATTEMPTED);
	tick(w);
	tick(w);
	assert_int_equal(lines_with(w, "UPDATE"), 1); /* the next is that of five minutes */
	pass(w, 4 * NS_MIN);
	tick(w);
	assert_int_equal(lines_with(w, "UPDATE"), 2);
	assert_int_equal(lines_with(w, "CLOSED"), 0);
	pass(w, NS_MIN);
	tick(w);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	assert_int_equal(lines_with(w, ev), 5);
	assert_int_equal(lines_with(w, "OPEN"), 1);
	assert_int_equal(said(w) + named(w), w->all);
	assert_int_equal(lines_with(w, "what=restart n="), 1);
}

/* A stop says all counts and closes nothing; the next daemon goes on, and closes what became quiet
 * meanwhile. */
static void
test_stop(void **state)
{
	struct world *w = *state;

	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 81, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 9, OUTCOME_ATTEMPTED);
	restart(w, true);
	assert_int_equal(said(w), 11);
	assert_int_equal(lines_with(w, "UPDATE"), 1);
	assert_int_equal(lines_with(w, "CLOSED"), 0);
	assert_int_equal(lines_with(w, "SEG9004"), 0);
	pass(w, NS_MIN);
	say(w, 0, 80, 1, OUTCOME_CROSSED);
	assert_int_equal(lines_with(w, "WORSE"), 1);
	restart(w, true);
	/* Nobody runs for long enough that one of the two is over. */
	set_time(w, 5 * NS_MIN + NS_SEC);
	restart(w, true);
	tick(w);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	assert_non_null(strstr(log_text(w), " total=1 "));
	assert_int_equal(cases_open(w->cases), 1);
	assert_int_equal(said(w), w->all);
	assert_int_equal(named(w), 0);
	assert_int_equal(lines_with(w, "OPEN"), 2);
}

/* All processes are killed: when that was is said, how much was lost nobody knows; nothing is said
 * twice. */
static void
test_daemon_killed(void **state)
{
	struct world *w = *state;

	say(w, 0, 80, 2, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 7, OUTCOME_ATTEMPTED);
	pass(w, 3 * NS_SEC);
	restart(w, false);
	assert_non_null(strstr(log_text(w),
	    "SEG9004 NOTE sev=warning verdict=gap what=restart from=2026-01-01T00:00:00.000000Z "
	    "to=2026-01-01T00:00:03.000000Z incidents=1 "));
	say(w, 0, 80, 1, OUTCOME_CROSSED);
	assert_int_equal(said(w), 3);
	tick(w);
	tick(w);
	assert_int_equal(named(w), 0);
}

/* What an earlier daemon left unsaid is no part of what the workers of this one told. */
static void
test_carried(void **state)
{
	struct world *w = *state;

	say(w, 0, 80, 2, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 7, OUTCOME_ATTEMPTED);
	pass(w, 20 * NS_SEC);
	tick(w);
	restart(w, false);
	say(w, 0, 80, 5, OUTCOME_ATTEMPTED);
	kill_hub(w);
	tick(w);
	tick(w);
	assert_int_equal(named(w), 5);
	restart(w, true);
	assert_int_equal(said(w), 9);
}

/* An end that was said is not said again, though the snapshot does not have it. */
static void
test_closed(void **state)
{
	struct world *w = *state;

	w->policy->p.quiet_after = 20500 * NS_MSEC;
	cases_policy(w->cases);
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	pass(w, 20 * NS_SEC);
	tick(w);
	pass(w, 600 * NS_MSEC); /* a snapshot is not due yet */
	tick(w);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	kill_hub(w);
	tick(w);
	assert_int_equal(cases_open(w->cases), 0);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
}

/* What an incident had to say at the snapshot was said by a roll-up since. */
static void
test_moved(void **state)
{
	struct world *w = *state;

	w->policy->p.lines_per_second = 1;
	cases_policy(w->cases);
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 4, OUTCOME_ATTEMPTED);
	pass(w, 20 * NS_SEC);
	tick(w);
	say(w, 0, 81, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 1, OUTCOME_CROSSED);
	pass(w, NS_SEC);
	assert_non_null(strstr(log_text(w), " n=+5 incidents=1 "));
	kill_hub(w);
	pass(w, NS_SEC);
	say(w, 0, 80, 1, OUTCOME_ANSWERED);
	pass(w, NS_SEC);
	tick(w);
	restart(w, true);
	assert_int_equal(named(w), 0);
	assert_int_equal(said(w), w->all);
}

static void
flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	int c = fgetc(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_equal(fputc(c ^ 0x10, f), c ^ 0x10);
	fclose(f);
}

/* A broken snapshot is said and not believed; of a broken resume.said what is whole counts. */
static void
test_broken(void **state)
{
	struct world *w = *state;
	char path[96], said_path[96];
	struct stat st;
	unsigned broken = 0;

	snprintf(path, sizeof path, "%s/resume", w->dir);
	snprintf(said_path, sizeof said_path, "%s/resume.said", w->dir);
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 81, 1, OUTCOME_ATTEMPTED);
	tick(w);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	for (long at = 0; at < st.st_size; at += 41) {
		restart(w, true);
		flip(path, at);
		kill_hub(w);
		assert_int_equal(cases_open(w->cases), 0);
		assert_int_equal(
		    lines_with(w, "what=resume error=\"broken, or of another version\""), ++broken);
		say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
		say(w, 0, 81, 1, OUTCOME_ATTEMPTED);
	}
	/* Cut anywhere. */
	for (off_t size = 0; size < st.st_size; size += 59) {
		restart(w, true);
		assert_int_equal(truncate(path, size), 0);
		restart(w, false);
		assert_int_equal(cases_open(w->cases), 0);
		say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
		say(w, 0, 81, 1, OUTCOME_ATTEMPTED);
	}
	/* The second of two lines is torn: the first one is known. */
	restart(w, true);
	say(w, 0, 82, 1, OUTCOME_ATTEMPTED);
	assert_int_equal(stat(said_path, &st), 0);
	say(w, 0, 83, 1, OUTCOME_ATTEMPTED);
	assert_int_equal(truncate(said_path, st.st_size + 100), 0);
	restart(w, false);
	assert_int_equal(cases_open(w->cases), 3);
}

/* Nothing can be written: said once, and the stop closes what would be forgotten. */
static void
test_unwritable(void **state)
{
	struct world *w = *state;
	char path[96];

	snprintf(path, sizeof path, "%s/resume.new", w->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	pass(w, 2 * NS_MIN);
	tick(w);
	say(w, 0, 80, 2, OUTCOME_ATTEMPTED);
	pass(w, 2 * NS_MIN);
	tick(w);
	assert_int_equal(lines_with(w, "what=resume error=\"Is a directory\""), 1);
	say(w, 0, 80, 4, OUTCOME_ATTEMPTED);
	cases_stop(w->cases, &w->accounts);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	assert_int_equal(said(w), w->all);
	assert_int_equal(rmdir(path), 0);
}

/* The disk is full: what the stop closed does not come again. The log has room. */
static void
test_full(void **state)
{
	struct world *w = *state;
	struct rlimit was, now;
	char path[96], said_path[96];
	struct stat st;

	snprintf(path, sizeof path, "%s/resume.new", w->dir);
	snprintf(said_path, sizeof said_path, "%s/resume.said", w->dir);
	for (uint16_t port = 80; port < 90; port++)
		say(w, 0, port, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 5, OUTCOME_ATTEMPTED);
	pass(w, 2 * NS_SEC);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(said_path, &st), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = (rlim_t)st.st_size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	cases_stop(w->cases, &w->accounts);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(lines_with(w, "CLOSED"), 10);
	restart(w, false);
	assert_int_equal(cases_open(w->cases), 0);
	assert_int_equal(said(w), w->all);
}

/* What the configuration says of pairs and conduits: of what goes from zone FROM to the next one,
 * and of conduit "vdi". Another policy, as after a reload. */
static void
say_less(struct world *w, uint8_t from, enum policy_say pair, enum policy_say vdi)
{
	struct hub_policy *h = w->policy;
	struct policy_conduit conduit = { .from = 2, .to = 3, .say = (uint8_t)vdi };
	const uint32_t number = 0;
	uint8_t rows[16] = { 0 };

	h->used = w->unchanged;
	conduit.id = hub_policy_text(h, "vdi");
	rows[from * 4 + 1 + from % 3] = (uint8_t)pair;
	h->p.nconduits = 1;
	h->p.conduits = hub_policy_put(h, &conduit, sizeof conduit);
	h->p.say = hub_policy_put(h, rows, sizeof rows);
	h->p.say_conduits = hub_policy_put(h, &number, sizeof number);
	h->p.nsay_conduits = vdi != SAY_UNSET;
	cases_policy(w->cases);
}

static void
pass_minutes(struct world *w, unsigned minutes)
{
	for (unsigned i = 0; i < minutes; i++) {
		pass(w, NS_MIN);
		tick(w);
	}
}

/* Brief: OPEN, WORSE and CLOSED with all counts, and what is left at a stop. */
static void
test_brief(void **state)
{
	struct world *w = *state;

	say_less(w, 3, SAY_BRIEF, SAY_UNSET); /* internet>kikan: ports 2, 5, 8 … */
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 81, 1, OUTCOME_ATTEMPTED); /* another pair */
	for (unsigned i = 0; i < 6; i++) {
		pass_minutes(w, 1);
		say(w, 0, 80, 10, OUTCOME_ATTEMPTED);
		say(w, 0, 81, 10, OUTCOME_ATTEMPTED);
	}
	assert_int_equal(lines_with(w, "UPDATE"), 1); /* nothing was new in the first minute */
	assert_int_equal(lines_with(w, "dst=10.3.9.7:80 "), 1);
	say(w, 0, 80, 1, OUTCOME_CROSSED);
	assert_non_null(strstr(log_text(w), " WORSE"));
	assert_non_null(strstr(w->text, " n=+61 total=62 "));
	say(w, 0, 80, 5, OUTCOME_ATTEMPTED);
	pass_minutes(w, 6);
	assert_int_equal(lines_with(w, "CLOSED"), 2);
	assert_int_equal(said(w), w->all);
	say(w, 0, 80, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 80, 7, OUTCOME_ATTEMPTED);
	pass_minutes(w, 2);
	assert_int_equal(lines_with(w, "UPDATE"), 1);
	restart(w, true);
	assert_int_equal(lines_with(w, "UPDATE"), 2);
	assert_int_equal(said(w), w->all);
}

/* Sums: the first of its kind, then an hour's roll-up, whatever dies in between; a conduit goes
 * before its pair. */
static void
test_sums(void **state)
{
	struct world *w = *state;

	say_less(w, 2, SAY_SUMS, SAY_UNSET); /* lgwan>internet: ports 1, 4, 7 … */
	for (uint16_t port = 1; port <= 300; port += 3)
		say(w, 0, port, 2, OUTCOME_ATTEMPTED);
	assert_int_equal(lines_with(w, "SEG2002"), 1);
	assert_int_equal(cases_open(w->cases), 100);
	/* Crit has a beginning and an end. */
	say(w, 0, 301, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 301, 2, OUTCOME_CROSSED);
	say(w, 0, 301, 4, OUTCOME_ANSWERED);
	assert_int_equal(lines_with(w, "SEG2002 OPEN"), 2);
	assert_int_equal(lines_with(w, "SEG2002 WORSE"), 1);
	pass(w, 20 * NS_SEC);
	tick(w);
	kill_hub(w);
	pass(w, NS_SEC);
	assert_int_equal(lines_with(w, "SEG2002 UPDATE sev=warning verdict=violation "
				       "outcome=attempted pair=lgwan>internet rule=default-deny "
				       "n=+199 incidents=100 "),
	    1);
	tick(w);
	assert_int_equal(named(w), 0);
	pass_minutes(w, 59);
	assert_int_equal(cases_open(w->cases), 0);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	assert_int_equal(lines_with(w, "SEG2002"), 5);
	pass_minutes(w, 1);
	assert_int_equal(lines_with(w, "SEG2002"), 6);
	assert_int_equal(lines_with(w, " n=+0 incidents=1 closed=1 "), 1);
	assert_int_equal(said(w), w->all);

	/* The conduit's word is all. */
	say_less(w, 2, SAY_SUMS, SAY_ALL);
	w->near = 0;
	say(w, 0, 1, 1, OUTCOME_ATTEMPTED);
	say(w, 0, 4, 1, OUTCOME_ATTEMPTED);
	assert_int_equal(lines_with(w, "SEG2002 OPEN"), 4);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	/* The conduit's word is sums, the pair's all; both for what is open already. */
	say_less(w, 2, SAY_ALL, SAY_SUMS);
	say(w, 0, 7, 1, OUTCOME_ATTEMPTED);
	pass_minutes(w, 6);
	assert_int_equal(lines_with(w, "CLOSED"), 1);
	say_less(w, 2, SAY_ALL, SAY_UNSET);
	say(w, 0, 10, 1, OUTCOME_ATTEMPTED);
	pass_minutes(w, 6);
	assert_int_equal(lines_with(w, "CLOSED"), 2);
	restart(w, true);
	assert_int_equal(said(w), w->all);
	assert_int_equal(lines_with(w, "SEG9009"), 0);
}

/* A frame of that flow. */
static void
show(struct world *w, uint16_t port)
{
	static const uint8_t bytes[54];
	struct exhibit x = { .f = finding(w, port, 1, OUTCOME_ATTEMPTED),
		.time = w->tell.wall,
		.seq = port,
		.at = { .iface = 1 },
		.link = FRAME_ETHERNET,
		.wirelen = 60,
		.packet = 1 };

	evidence_exhibit(cases_evidence(w->cases), &w->policy->p, &w->policy->p, 0, &x, bytes,
	    sizeof bytes, w->tell.mono);
}

/* What COMMAND says, its last newline left out. */
static const char *
said_by(const char *command)
{
	static char bytes[1024];
	FILE *f = popen(command, "r");

	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof bytes - 1, f);
	assert_int_equal(pclose(f), 0);
	bytes[n - (n > 0)] = '\0';
	return bytes;
}

/* Six minutes after three incidents with a frame each, and one without: of two lines in a second,
 * one is left for the last of them. What became of the others' evidence is in the ledger alone. */
static void
test_evidence_without_a_line(void **state)
{
	struct world *w = *state;
	char command[256], want[256], ev[16];

	w->policy->p.evidence_frames = 4;
	w->policy->p.evidence_snap = 256;
	w->policy->p.evidence_space = 1 << 20;
	w->policy->p.evidence_keep = NS_DAY;
	w->tell.ledger = ledger_open(w->dir, w->tell.run.sid, w->tell.wall, 0);
	assert_non_null(w->tell.ledger);
	for (uint16_t port = 80; port < 84; port++) {
		say(w, 0, port, 1, OUTCOME_ATTEMPTED);
		if (port < 83)
			show(w, port);
		pass(w, NS_MSEC);
	}
	assert_int_equal(lines_with(w, "SEG2002 OPEN"), 4);
	pass(w, 5 * NS_MIN);
	w->policy->p.lines_per_second = 2;
	cases_policy(w->cases);
	say(w, 0, 90, 1, OUTCOME_ATTEMPTED);
	tick(w);
	assert_int_equal(lines_with(w, "SEG2002 CLOSED"), 1);
	assert_int_equal(lines_with(w, " sha256="), 1);
	snprintf(
	    command, sizeof command, "cat %s/ledger/*.log | grep -c ' LEDGER evidence '", w->dir);
	assert_string_equal(said_by(command), "2");
	/* Each file has its hash in one place. */
	snprintf(command, sizeof command,
	    "cd %s/evidence && for f in *; do cat ../ledger/*.log | "
	    "grep -c \" evidence=$f sha256=$(sha256sum < $f | cut -c1-64) \"; done | tr -d '\\n'; "
	    "echo",
	    w->dir);
	assert_string_equal(said_by(command), "111");
	snprintf(command, sizeof command,
	    "cat %s/ledger/*.log | sed -n 's/.*OPEN ev=\\([^ ]*\\) .*:81 .*/\\1/p'", w->dir);
	snprintf(ev, sizeof ev, "%s", said_by(command));
	snprintf(want, sizeof want,
	    "cat %s/ledger/*.log | grep -c ' LEDGER evidence id=2002 ev=%s evidence=%s.pcapng "
	    "sha256=[0-9a-f]* sid=00000abc lseq='",
	    w->dir, ev, ev);
	assert_string_equal(said_by(want), "1");
	ledger_close(w->tell.ledger);
	w->tell.ledger = NULL;
	snprintf(command, sizeof command, "rm -r %s/ledger %s/evidence", w->dir, w->dir);
	assert_int_equal(system(command), 0);
}

static uint64_t seed;

static uint64_t
some(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* One thing that may happen. KILLS: in how many of a thousand cases the hub dies. */
static void
happen(struct world *w, uint64_t keys, uint64_t kills)
{
	uint64_t what = some(1000);

	if (what < kills) {
		kill_hub(w);
	} else if (what < 15) {
		restart(w, true);
	} else if (what < 20) {
		w->policy->p.lines_per_second = 1 + (uint32_t)some(40);
		w->policy->p.quiet_after = (nstime)(1 + some(60)) * NS_SEC;
		say_less(w, (uint8_t)(1 + some(3)), (enum policy_say)some(SAY_SUMS + 1),
		    (enum policy_say)some(SAY_SUMS + 1));
		w->near = some(2) ? 0 : (uint32_t)POLICY_NONE;
	} else if (what < 200) {
		pass(w, (nstime)some(some(20) ? NS_SEC : NS_MIN));
		if (some(2))
			tick(w);
	} else {
		say(w, (unsigned)some(WORKERS), (uint16_t)some(keys), some(4),
		    (uint8_t)some(OUTCOME_ANSWERED + 1));
	}
}

/* Whatever happens: what is said and what is named as lost is what was told, to the packet, at each
 * stop; and no incident is opened that was open. */
static void
test_random(void **state)
{
	struct world *w = *state;
	uint64_t lost = 0;

	seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < 24; round++) {
		uint64_t keys = 1 + some(some(2) ? 10 : 400);
		unsigned n = 200 + (unsigned)some(800);

		for (unsigned i = 0; i < n; i++)
			happen(w, keys, round % 4 * 4);
		/* Workers that say nothing more are asked, unless the stop comes before. */
		for (uint64_t i = some(3); i > 0; i--) {
			pass(w, NS_SEC);
			tick(w);
		}
		restart(w, true);
		assert_int_equal(said(w) + named(w), w->all);
		assert_true(round % 4 || named(w) == lost);
		lost = named(w);
	}
	assert_int_equal(lines_with(w, "what=resume"), 0);
	print_message("%llu packets, %llu of them lost by kills\n", (unsigned long long)w->all,
	    (unsigned long long)lost);
	assert_true(lost > 0);
}

/* Killed all at once, again and again: nothing is ever said twice. */
static void
test_random_killed(void **state)
{
	struct world *w = *state;

	seed = (uint64_t)time(NULL) | 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < 30; round++) {
		uint64_t keys = 1 + some(some(2) ? 10 : 400);

		for (unsigned i = 0; i < 300; i++)
			happen(w, keys, 0);
		restart(w, false);
		assert_true(said(w) <= w->all);
	}
	restart(w, true);
	assert_true(said(w) <= w->all);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hub_killed),
		TEST(test_stop),
		TEST(test_daemon_killed),
		TEST(test_carried),
		TEST(test_closed),
		TEST(test_moved),
		TEST(test_brief),
		TEST(test_sums),
		TEST(test_evidence_without_a_line),
		TEST(test_broken),
		TEST(test_unwritable),
		TEST(test_full),
		TEST(test_random),
		TEST(test_random_killed),
	};

	return UNIT_RUN(tests);
}
