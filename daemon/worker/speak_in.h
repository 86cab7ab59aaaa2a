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
};

/* Compares what is spoken (flow_more.spoken) with what is expected. The flow is looked at. */
void speak_judge(struct worker *w, uint32_t n, const struct expectation *e);

/* The same by what the flow's conduit in force expects; UNKNOWN: as in it. */
void speak_judge_current(struct worker *w, uint32_t n, nstime last, uint16_t unknown);

#endif
