/* speak_in.h - what a flow speaks: between speak.c, which finds it out, and speak_judge.c, which
 * says what it means.
 *
 * Knows: what an answer is compared with. Included by these two and by nobody else.
 */
#ifndef SEGAUDIT_SPEAK_IN_H
#define SEGAUDIT_SPEAK_IN_H

#include "worker/state.h"

/* What the flow is compared with, and what else is to be said of it. */
struct expectation {
	uint8_t app;	  /* enum app that is expected; */
	bool named;	  /* the service says so */
	nstime last;	  /* the flow's newest packet */
	uint16_t unknown; /* enum what: why it may be that nothing was recognised */
	bool ambiguous;	  /* its receiver may have read something else */
};

/* The finding of a flow that speaks APP (enum app, or SPOKEN_CUT for what could not be told); 0:
 * there is none. That its receiver may have read something else is one where what was seen
 * conforms. */
uint16_t speak_finding(uint8_t app, const struct expectation *e);

/* Compares what is spoken (flow_more.spoken) with what is expected. The flow is looked at. */
void speak_judge(struct worker *w, uint32_t n, const struct expectation *e);

/* The same by what the flow's conduit in force expects, which it fills in. */
void speak_judge_current(struct worker *w, uint32_t n, struct expectation e);

#endif
