/* json.h - a field of a line or of a record as a member of a JSON object (RFC 8259).
 *
 * Knows: which fields are numbers (number.def), and what the escapes of ALERTS 1.1 are in JSON.
 * Owns nothing. Called by hub for what its notes were given, and by the client. Whatever the bytes
 * are, what it appends is valid JSON of printable characters.
 */
#ifndef SEGAUDIT_MODEL_JSON_H
#define SEGAUDIT_MODEL_JSON_H

#include "base/record.h"
#include "base/text.h"

/* Appends `"key":value`: a number where the key's values are numbers and this is one (`+` goes
 * away), else a string. Numbers have the digits that they had: a reader that holds them in a double
 * rounds those above 2^53. */
void json_member(struct text *t, const struct record_field *f);

/* Appends a value of a line as a string, quotes included. \" and \\ are the same there, \u{…}
 * and the \xHH of a control are the characters that they stand for; the \xHH of an invalid byte
 * stays these four characters. */
void json_string(struct text *t, struct span written);

/* Appends a text that has no escapes. */
void json_text(struct text *t, const char *text);

#endif
