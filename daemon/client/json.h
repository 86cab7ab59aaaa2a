/* json.h - a record or a line as one JSON object, with the names of ALERTS 1.1.
 *
 * Knows: that a host and its port are two fields there; the rest is model/json's. Owns nothing.
 * Called by the commands. Whatever the bytes are, the output is one line of valid JSON.
 */
#ifndef SEGAUDIT_CLIENT_JSON_H
#define SEGAUDIT_CLIENT_JSON_H

#include <stdio.h>

#include "base/record.h"

/* `SEG2003 OPEN ev=…` as {"id":"SEG2003","state":"OPEN","ev":…}, without a newline. What cannot be
 * read as fields is left out, with "trunc":1. */
void json_line(FILE *to, const char *line, size_t size);

/* The fields that are left in W as members, each behind a comma unless FIRST. */
void json_fields(FILE *to, struct wire *w, bool first);

/* A text of our own as a string. */
void json_print(FILE *to, const char *text);

#endif
