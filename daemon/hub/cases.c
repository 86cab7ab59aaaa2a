/* cases.c - see cases.h. */
#include "hub/cases.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/notes.h"
#include "hub/resume.h"

enum {
	INCIDENTS = 16384, /* at once */
	NOTES = 3,	   /* of a second that nobody expects: a checkpoint, a storm, a loss */
};

/* A frame's time is of the wall clock: further ahead of it, the clock was set back. */
#define CLOCK_SLACK NS_SEC

struct cases {
	struct tell *tell;
	struct incidents *incidents;
	struct storm *storm;
	struct resume *resume;
	struct evidence *evidence;
	struct storm_calls calls;
	struct hash_key key;
	struct resume_loaded resumed;
	const char *dir;
	bool stopping;
	bool ended;	/* the newest CLOSED was a line of its own */
	bool unwritten; /* the last attempt to write what is to be resumed failed */
	struct repeat unwritten_notes;
	bool lost_due;		     /* what the hub before took with it is not known yet; */
	uint64_t told[ROLE_WORKERS]; /* packets that each worker had told before */
	uint32_t expected;	     /* notes at once */
	uint64_t lost;		     /* of these, not asked for by cases_lost() yet */
	bool told_known[ROLE_WORKERS], asked[ROLE_WORKERS];
};

/* What the newest policy says, whatever an earlier one said when the incident opened. An incident
 * that is grave has a beginning and an end of its own. */
static enum policy_say
say_of(const struct policy *p, const struct incident *i)
{
	uint8_t from, to;

	if (!p->say && !p->nsay_conduits)
		return SAY_ALL; /* names are looked up for those who ask for it */
	incident_pair(i, p, &from, &to);

	enum policy_say say = policy_say(p, from, to, *i->rule ? i->rule : i->near);

	return say == SAY_SUMS && incident_severity(i) <= INCIDENT_GRAVE ? SAY_BRIEF : say;
}

/* It ends without a line that names its evidence: the record does. Before the end is kept for the
 * next hub, which may so say it twice, but never not at all. */
static void
record_evidence(struct cases *c, const struct incident *i)
{
	const char *sum = c->ended ? NULL : evidence_sum(c->evidence, i);

	c->ended = false;
	if (sum)
		tell_evidence(c->tell, i, sum);
}

static void
on_incident(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct cases *c = ctx;
	enum policy_say say = say_of(c->tell->policy, i);

	if (say == SAY_BRIEF && state == INCIDENT_UPDATE && !c->stopping) {
		i->said -= added;
		return;
	}
	storm_put(c->storm, state, i, added, say == SAY_SUMS, c->tell->mono);
	if (state == INCIDENT_CLOSED)
		record_evidence(c, i);
	resume_moved(c->resume, i, c->tell->wall);
	if (state == INCIDENT_CLOSED)
		evidence_end(c->evidence, i, c->tell->wall);
}

static void
on_line(void *ctx, enum incident_state state, const struct incident *i, uint64_t added)
{
	struct cases *c = ctx;
	const char *sum = NULL;

	if (state == INCIDENT_CLOSED) {
		sum = evidence_sum(c->evidence, i);
		c->ended = true;
	} else {
		evidence_said(c->evidence, c->tell->policy, i);
	}
	resume_line(c->resume, state, i, added, c->tell->wall);
	tell_incident(c->tell, state, i, added, sum);
}

static void
on_rollup(void *ctx, const struct rollup *r)
{
	struct cases *c = ctx;

	resume_rollup(c->resume, r, c->tell->wall);
	tell_rollup(c->tell, r);
}

static void
on_storm(void *ctx, const struct storm_sums *s)
{
	struct cases *c = ctx;

	note_storm(c->tell, s);
}

/* Says what the hub before took with it, as soon as all workers' numbers are known. */
static void
say_lost(struct cases *c)
{
	uint64_t told = 0, lost;

	for (unsigned i = 0; c->lost_due && i < c->tell->policy->workers; i++) {
		if (!c->told_known[i])
			return;
		told += c->told[i];
	}
	lost = c->lost_due ? resume_lost(c->resume, told, c->tell->wall) : 0;
	c->lost_due = false;
	if (lost)
		note_lost(c->tell, lost, c->resumed.until);
	c->lost += lost;
}

void
cases_message(struct cases *c, unsigned worker, uint64_t before)
{
	if (c->told_known[worker])
		return;
	c->told_known[worker] = true;
	c->told[worker] = before;
	say_lost(c);
}

/* A worker that says nothing said, before this hub came, all that its memory tells. It does when it
 * said nothing by the next look: what it sent before the first one was read in between. */
static void
ask_told(struct cases *c, const struct accounts *a, bool last)
{
	for (unsigned i = 0; c->lost_due && i < ROLE_WORKERS; i++) {
		if (!a->worker[i].valid || c->told_known[i])
			continue;
		if (!c->asked[i] || last)
			c->told[i] = a->worker[i].told;
		if (c->asked[i] || last)
			cases_message(c, i, c->told[i]);
		c->asked[i] = true;
	}
}

static void
resume_evidence(void *ctx, const struct incident *i)
{
	struct cases *c = ctx;

	if (i->own)
		evidence_resume(c->evidence, i);
}

/* Opens what was open in the process before this one. */
static int
resume(struct cases *c, unsigned restarts)
{
	int r;

	c->resume = resume_new(c->dir, (uint64_t)getppid());
	if (!c->resume)
		return -ENOMEM;
	r = resume_load(
	    c->resume, c->incidents, c->storm, restarts > 0, c->tell->mono, &c->resumed);
	if (r < 0 && r != -ENOENT) {
		log_error("%s/resume cannot be read: open incidents are told anew", c->dir);
		note_resume(c->tell, &c->unwritten_notes, false, r);
	}
	incidents_each(c->incidents, resume_evidence, c);
	evidence_begin(c->evidence);
	c->lost_due = c->resumed.same_run;
	note_restart(c->tell, restarts, &c->resumed);
	return 0;
}

/* Writes down what is to be resumed. Did it work? */
static bool
keep(struct cases *c, bool clean)
{
	nstime before = nstime_mono(), took;
	int r = resume_write(c->resume, c->incidents, c->storm, clean, c->tell->wall);

	took = nstime_mono() - before;
	resume_took(c->resume, took, c->tell->mono + took);
	if (r < 0 && !c->unwritten) {
		log_error("%s/resume cannot be written: %s", c->dir, strerror(-r));
		note_resume(c->tell, &c->unwritten_notes, true, r);
	}
	c->unwritten = r < 0;
	return r == 0;
}

struct cases_bytes
cases_bytes(void)
{
	return (struct cases_bytes){ .incidents = incidents_bytes(INCIDENTS),
		.evidence = evidence_bytes(INCIDENTS),
		.others = sizeof(struct cases) + storm_bytes() + resume_bytes() };
}

/* Room for notes, in a budget that is large enough for it. */
static void
reserve(struct cases *c)
{
	uint32_t third = c->tell->policy->lines_per_second / 3;

	storm_reserve(c->storm, c->expected + (third < NOTES ? third : NOTES));
}

void
cases_expect(struct cases *c, uint32_t notes)
{
	c->expected = notes;
	reserve(c);
}

struct cases *
cases_new(struct tell *t, const char *state_dir, const char *version, unsigned restarts)
{
	struct cases *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->tell = t;
	c->dir = state_dir;
	c->calls = (struct storm_calls){
		.line = on_line, .rollup = on_rollup, .storm = on_storm, .ctx = c
	};
	hash_key_init(&c->key, 0);
	c->incidents = incidents_new(INCIDENTS, &c->key, t->policy->quiet_after, on_incident, c);
	c->storm = storm_new(t->policy->lines_per_second, &c->calls);
	c->evidence = evidence_new(state_dir, version, INCIDENTS);
	t->storm = c->storm;
	if (c->storm)
		reserve(c);
	if (c->incidents && c->storm && c->evidence && resume(c, restarts) == 0) {
		(void)keep(c, false); /* it was said, and is tried again */
		return c;
	}
	cases_free(c);
	return NULL;
}

void
cases_free(struct cases *c)
{
	if (!c)
		return;
	c->tell->storm = NULL;
	incidents_free(c->incidents);
	storm_free(c->storm);
	resume_free(c->resume);
	evidence_free(c->evidence);
	free(c);
}

void
cases_policy(struct cases *c)
{
	incidents_quiet(c->incidents, c->tell->policy->quiet_after);
	storm_rate(c->storm, c->tell->policy->lines_per_second);
	reserve(c);
}

void
cases_add(struct cases *c, const struct policy *p, const struct finding *f)
{
	incident_add(c->incidents, p, f);
	resume_changed(c->resume);
}

void
cases_named(struct cases *c, uint64_t packets)
{
	resume_named(c->resume, packets, c->tell->wall);
}

uint64_t
cases_lost(struct cases *c)
{
	uint64_t lost = c->lost;

	c->lost = 0;
	return lost;
}

void
cases_run(struct cases *c)
{
	storm_tick(c->storm, c->tell->mono);
}

nstime
cases_due(const struct cases *c)
{
	return storm_due(c->storm);
}

void
cases_tick(struct cases *c, const struct accounts *a)
{
	incidents_ahead(c->incidents, c->tell->wall + CLOCK_SLACK);
	incidents_tick(c->incidents, c->tell->wall);
	ask_told(c, a, false);
	evidence_tick(c->evidence, c->tell->policy, c->tell->wall, c->tell->mono);
	note_evidence(c->tell, c->evidence);
	if (resume_due(c->resume, c->tell->mono))
		(void)keep(c, false); /* it was said, and is tried again */
	note_waiting(c->tell, &c->unwritten_notes, false);
}

void
cases_stop(struct cases *c, const struct accounts *a)
{
	ask_told(c, a, true);
	c->stopping = true;
	/* Incidents go on after the stop, but nothing about them waits for that. */
	incidents_update_all(c->incidents);
	storm_flush(c->storm, c->tell->mono);
	bool kept = keep(c, true);
	note_waiting(c->tell, &c->unwritten_notes, true);
	if (kept)
		return;
	/* It cannot be written that they were said: what is there from before would say them again.
	 */
	incidents_close_all(c->incidents);
	storm_flush(c->storm, c->tell->mono);
	resume_forget(c->resume);
}

uint32_t
cases_open(const struct cases *c)
{
	return incidents_open(c->incidents);
}

const struct incidents *
cases_incidents(const struct cases *c)
{
	return c->incidents;
}

struct evidence *
cases_evidence(const struct cases *c)
{
	return c->evidence;
}
