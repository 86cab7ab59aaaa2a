/* ecs.h - what a line's JSON object gets at its beginning in a file: the names of the Elastic
 * Common Schema, for programs that know no others.
 *
 * Knows: which of the line's members have such a name: @timestamp, event.kind, event.severity,
 * source.ip, source.port, destination.ip, destination.port, network.transport (or
 * network.iana_number), rule.name. Owns nothing. Called by hub/outlet. Never changes the line's own
 * members, which follow; never repeats a long one (msg stays what it is called).
 */
#ifndef SEGAUDIT_ECS_H
#define SEGAUDIT_ECS_H

#include "base/text.h"

/* Appends `{"@timestamp":"TIME",…,` to T, at most ECS_MOST bytes: LINE, SIZE bytes, is the object
 * that follows but for its first brace. What would be longer is left out. */
void ecs_begin(struct text *t, const char *time, uint8_t severity, const char *line, size_t size);

enum { ECS_MOST = 768 };

#endif
