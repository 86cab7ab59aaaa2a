/* field.h - one value of one key into its place in struct conf.
 *
 * Knows: which parser and which field belong to a type of schema.h. Owns nothing: strings and lists
 * go to the arena. Called by conf/conf.c for every value that it finds, and for defaults. Never
 * sees the parser's tree.
 */
#ifndef SEGAUDIT_FIELD_H
#define SEGAUDIT_FIELD_H

#include "conf/arena.h"
#include "conf/schema.h"

/* What is being read, from the inside out: for messages. */
struct subject {
	const struct subject *up;
	const char *noun; /* "zone" */
	const char *id;	  /* its name, or NULL */
	uint32_t number;  /* else its place in the list, from 1; 0: there is only one */
};

enum {
	FIELD_WHY = 1024, /* bytes of one message: 32 words of a set and more */
};

struct field {
	struct arena *arena;
	struct conf_errors *errors;
	const struct subject *subject;
	void *base; /* the group's struct */
	char *why;  /* room for FIELD_WHY bytes of a message */
};

/* Adds an error: FILE:LINE: SUBJECT: and the formatted text. */
void field_error(const struct field *f, struct conf_place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Each reads one value of a key with one. False, with an error said, when it is not right. */
bool field_string(
    const struct field *f, const struct schema_key *k, const char *text, struct conf_place at);
bool
field_number(const struct field *f, const struct schema_key *k, long long n, struct conf_place at);
void field_bool(const struct field *f, const struct schema_key *k, bool value);

/* A list of N strings: first this, then each item. Wrong items are left out, with an error said. */
bool
field_list(const struct field *f, const struct schema_key *k, uint32_t n, struct conf_place at);
bool field_item(
    const struct field *f, const struct schema_key *k, const char *text, struct conf_place at);

/* The default of the key. */
void field_preset(const struct field *f, const struct schema_key *k, struct conf_place at);

/* Is the key one whose value is a list of strings? */
bool field_is_list(const struct schema_key *k);

#endif
