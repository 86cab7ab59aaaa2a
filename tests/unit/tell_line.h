/* tell_line.h - what was said last of an incident, as both kinds of line, for the tests of lines.
 */
#ifndef SEGAUDIT_TELL_LINE_H
#define SEGAUDIT_TELL_LINE_H

#include "hub/line.h"
#include "tell_policy.h"

/* What a line is made of: the last thing said, as text and JSON. */
struct said {
	const struct tell_policy *policy;
	const struct line_run *run;
	char		line[2000], json[2000];
	uint8_t		severity;
	unsigned	calls;
	enum incident_state state;
};

static inline void
say(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct said *s = ctx;
	struct incident known = *i;
	struct text line = text_of(s->line, sizeof s->line),
		    json = text_of(s->json, sizeof s->json);

	memcpy(known.ev, "7K3QD9ABCD", sizeof known.ev);
	line_incident(&line, &s->policy->p, state, &known, added, s->run, &s->severity);
	line_incident_json(&json, &s->policy->p, state, &known, added, s->run);
	s->calls++;
	s->state = state;
}

#endif
