/* fields.h - one record's fields, written as the text of ALERTS 1.1 or as a JSON object, by the
 * same calls.
 *
 * Knows: both grammars, and that a field is there whole or not at all. Owns nothing: the buffer is
 * the caller's. Called by hub/line. Never orders, names or chooses fields.
 */
#ifndef SEGAUDIT_FIELDS_H
#define SEGAUDIT_FIELDS_H

#include "base/text.h"

struct fields {
	struct text t;
	bool json;
	bool left_out; /* a field did not fit: trunc=1 */
};

/* Begins a record in the SIZE bytes at BUFFER: `SEG2003 OPEN`, or {"id":"SEG2003","state":"OPEN".
 * ID has four digits. */
struct fields fields_of(char *buffer, size_t size, bool json, unsigned id, const char *state);

/* A word or a text: ` key=value`, quoted and escaped as text_pair() does, or ,"key":"value". VALUE
 * ends with NUL. */
void fields_text(struct fields *f, const char *key, const char *value);

/* SIZE bytes from outside, NUL too: as many of them, to the end of a character, as take ROOM bytes
 * and fit. */
void fields_bytes(struct fields *f, const char *key, const char *value, size_t size, size_t room);

/* A number. */
void fields_number(struct fields *f, const char *key, uint64_t number);

/* A number added to one said before: n=+4096; a plain number in JSON. */
void fields_added(struct fields *f, const char *key, uint64_t number);

/* Fields that were already written in the text form by a caller, with one space between them: as
 * they are, or as members of the object (model/json). Those that do not fit are left out; from what
 * is not of the form on, all are. */
void fields_more(struct fields *f, const char *written);

/* The last field, msg: UTF-8 stays readable, what could mislead a reader or a terminal is escaped
 * (FAULTS 4): controls, invalid bytes, bidirectional controls, invisible and separating code
 * points. Shortened at a code point to what is left; nothing at all when not even an empty one
 * fits. Shortening sets left_out; to say so, measure first: fields_msg_size(). */
void fields_msg(struct fields *f, const char *msg);

/* Bytes that fields_msg() would need for all of MSG, with its key. */
size_t fields_msg_size(const char *msg, bool json);

/* Ends the record: } in JSON, for which room is always kept. */
void fields_end(struct fields *f);

#endif
