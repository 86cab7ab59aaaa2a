/* write.c - writes a record as the hub does, for the tests of what checks it.
 *
 *	record_write DIR FILE RUNS LINES [PACE [killed|stopped [AGO]]]
 *
 * FILE may be syslog:PATH, a socket of syslogd.
 *
 * RUNS runs one after the other, of LINES notes each and what comes with them, in the ledger of the
 * state directory DIR and in FILE, a log of ours. The clock begins AGO (0) seconds before now
 * and goes on by PACE (1) milliseconds a line. killed: only the last run stops as it should. LINES
 *0: until it is killed; then only one run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <assert.h>
#include <stdio.h>
#include <sys/random.h>
#include <sysexits.h>

#define assert_true(c)	   assert(c)
#define assert_non_null(c) assert(c)

#include "hub/notes.h"
#include "../unit/hub_policy.h"

struct world {
	struct hub_policy *policy;
	struct sinks *sinks;
	struct tell tell;
	nstime pace;
};

static void
go_on(struct world *w)
{
	nstime before = w->tell.wall;

	w->tell.wall += w->pace;
	w->tell.mono += w->pace;
	if (before / NS_SEC == w->tell.wall / NS_SEC)
		return;
	ledger_tick(w->tell.ledger, 400, w->tell.wall, 0);
	note_ledger(&w->tell);
	tell_tick(&w->tell);
}

static void
begin(struct world *w)
{
	char buffer[600];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "version=0");
	tell_before(&w->tell, &f);
	tell_note(&w->tell, 9002, buffer, "a record for tests begins");
	tell_begin(&w->tell);
}

/* Lines of all sorts: quotes, what looks like the end of a line, and UTF-8. */
static void
say(struct world *w, unsigned long long n)
{
	static const char *const names[] = { "eth1", "a b",
		"x\" sid=00000000 seq=1 h=0000000000000000", "back\\slash", "" };
	const char *name = names[n % (sizeof names / sizeof *names)];
	char buffer[300];
	struct text f = text_of(buffer, sizeof buffer);

	text_add(&f, "what=ring-full n=%llu", n);
	text_pair(&f, "in", name, strlen(name));
	tell_note(&w->tell, 9005, buffer,
	    n % 2 ? "フレームを取りこぼしました h=0000000000000000" :
		    "frames were lost; \"quoted\" h=0123456789abcdef");
	go_on(w);
}

static int
run(struct world *w, const char *dir, unsigned long long lines, bool killed)
{
	uint32_t id;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
		return EX_OSERR;
	nstime wall = w->tell.wall, mono = w->tell.mono;
	tell_init(&w->tell, w->sinks, id);
	w->tell.policy = &w->policy->p;
	w->tell.wall = wall;
	w->tell.mono = mono;
	w->tell.ledger = ledger_open(dir, w->tell.run.sid, wall, 0);
	if (!w->tell.ledger)
		return EX_UNAVAILABLE;
	begin(w);
	note_ledger(&w->tell);
	for (unsigned long long n = 1; lines == 0 || n <= lines; n++)
		say(w, n);
	if (killed) {
		ledger_close(w->tell.ledger);
		return 0;
	}
	const struct incident closed = { .f.id = 2002, .ev = "7K3QD9A2BC" };
	tell_evidence(
	    &w->tell, &closed, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ledger_record(w->tell.ledger, "minute", "in=eth1 frames=1", w->tell.wall, 0);
	tell_note(&w->tell, 9003, "", "it ends");
	tell_checkpoint(&w->tell, LEDGER_STOP);
	ledger_close(w->tell.ledger);
	return 0;
}

/* Until syslogd has taken all, for ten seconds. */
static void
drain(struct sinks *s)
{
	for (unsigned i = 0; i < 1000 && sinks_waiting(s); i++) {
		struct pollfd fds[SINKS];
		size_t n = sinks_poll(s, fds, SINKS);

		if (poll(fds, n, 10) > 0)
			for (size_t k = 0; k < n; k++)
				sinks_ready(s, fds[k].fd);
		sinks_run(s, nstime_mono());
	}
}

int
main(int argc, char **argv)
{
	struct world w = { .pace = NS_MSEC };
	int status = 0;

	if (argc < 5 || argc > 8)
		return EX_USAGE;
	if (argc > 5)
		w.pace = strtoll(argv[5], NULL, 10) * NS_MSEC;
	w.policy = hub_policy_new(1);
	bool is_socket = strncmp(argv[2], "syslog:", 7) == 0;
	const struct policy_sink s = { .target = is_socket ? TARGET_SYSLOG : TARGET_FILE,
		.facility = 3,
		.min = 7,
		.path = hub_policy_text(w.policy, argv[2] + (is_socket ? 7 : 0)) };
	w.policy->p.nsinks = 1;
	w.policy->p.sinks = hub_policy_put(w.policy, &s, sizeof s);
	w.sinks = sinks_new("segauditd", 1);
	assert(w.sinks);
	w.tell.wall = nstime_now();
	if (argc > 7)
		w.tell.wall -= strtoll(argv[7], NULL, 10) * NS_SEC;
	bool killed = argc > 6 && strcmp(argv[6], "killed") == 0;
	sinks_set(w.sinks, &w.policy->p, 0);
	for (long runs = strtol(argv[3], NULL, 10); runs > 0 && status == 0; runs--)
		status = run(&w, argv[1], strtoull(argv[4], NULL, 10), killed && runs > 1);
	drain(w.sinks);
	sinks_free(w.sinks);
	free(w.policy);
	return status;
}
