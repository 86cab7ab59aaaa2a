/* sentence.h - msg: one sentence that an administrator understands in ten seconds, in the
 * configured language.
 *
 * Knows: the sentences (sentence.def) and the terms for outcomes. Owns nothing. Called by hub/line.
 * Never claims what was not seen: what left no trace behind the gateway was perhaps blocked.
 * Sentences may change; ids and fields may not.
 */
#ifndef SEGAUDIT_SENTENCE_H
#define SEGAUDIT_SENTENCE_H

#include "base/text.h"
#include "hub/incident.h"

/* Appends the sentence for a line about an incident. P gives language and timezone. Not escaped. */
void sentence(
    struct text *t, const struct policy *p, enum incident_state state, const struct incident *i);

#endif
