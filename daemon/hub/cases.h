/* cases.h - from findings to lines, over storms and restarts: hub/incident, hub/storm, hub/resume
 * and hub/evidence put together.
 *
 * Knows: their order, and what the hub before this one took with it. Owns the four. Called by the
 * hub's loop; the time is that of its struct tell. Never says how a line looks or where it goes.
 *
 * Of what workers told, every packet is said in a line, waits for one, or is named by 9004.
 */
#ifndef SEGAUDIT_CASES_H
#define SEGAUDIT_CASES_H

#include "hub/accounts.h"
#include "hub/evidence.h"
#include "hub/tell.h"

struct cases;

/* With the first policy, which T has; T is borrowed. Opens what was open before, from STATE_DIR,
 * and says what is missing. VERSION stands in what is kept; RESTARTS: hubs of this daemon before
 * this one. NULL when there is no memory. */
struct cases *
cases_new(struct tell *t, const char *state_dir, const char *version, unsigned restarts);
void cases_free(struct cases *c);

/* Bytes that it takes. */
struct cases_bytes {
	size_t incidents, evidence, others;
};

struct cases_bytes cases_bytes(void);

/* T has another policy. */
void cases_policy(struct cases *c);

/* The next findings are of a message of this worker; BEFORE as in struct msg_findings. */
void cases_message(struct cases *c, unsigned worker, uint64_t before);

/* Until the next call, a second may have so many lines about the daemon at once: those about
 * incidents leave room for them. */
void cases_expect(struct cases *c, uint32_t notes);

/* A finding of policy P. */
void cases_add(struct cases *c, const struct policy *p, const struct finding *f);

/* PACKETS of findings are not said in lines, but named otherwise. */
void cases_named(struct cases *c, uint64_t packets);

/* Packets of findings that the hub before took with it, since last asked; they were said. */
uint64_t cases_lost(struct cases *c);

/* In each turn of the loop, and at the latest at cases_due() (monotonic). */
void cases_run(struct cases *c);
nstime cases_due(const struct cases *c);

/* Once a second, with the newest samples. */
void cases_tick(struct cases *c, const struct accounts *a);

/* At a stop, after the last finding: says all that was not said yet; what is open goes on later. */
void cases_stop(struct cases *c, const struct accounts *a);

/* Incidents that are open, and the table of them. */
uint32_t cases_open(const struct cases *c);
const struct incidents *cases_incidents(const struct cases *c);

/* Where frames go. */
struct evidence *cases_evidence(const struct cases *c);

#endif
