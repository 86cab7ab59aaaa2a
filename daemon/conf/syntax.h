/* syntax.h - which token may follow which in libconfig's language.
 *
 * Knows: groups, lists and arrays, and what each wants next. Owns nothing. Called by conf/source.c
 * for every token, before the parser sees the text: the parser says no more than "syntax error".
 * Never reads a byte itself, and knows no key.
 */
#ifndef SEGAUDIT_SYNTAX_H
#define SEGAUDIT_SYNTAX_H

#include "base/text.h"
#include "conf/conf.h"

enum {
	SYNTAX_DEPTH = 64, /* brackets inside one another: the schema needs six */
};

enum syntax_token {
	TOKEN_WORD, /* a name, true or false */
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_SIGN, /* one byte: brackets, = : , ; and what is none of these */
};

/* What is wanted next between two brackets. */
enum syntax_want {
	WANT_NAME, /* a name, or the end */
	WANT_EQUALS,
	WANT_VALUE,
	WANT_FIRST,  /* a value, or the end */
	WANT_STRING, /* after a string: another part of it, or as WANT_END */
	WANT_END,    /* after a value: a separator, or the end */
};

struct syntax_level {
	struct conf_place at; /* of the bracket */
	char open;	      /* ( [ { or NUL for the whole file */
	enum syntax_want want;
	char name[48]; /* the last name, cut */
};

struct syntax {
	struct syntax_level level[SYNTAX_DEPTH];
	unsigned depth; /* of the level that is open */
};

/* The file's beginning. */
void syntax_init(struct syntax *s);

/* The next token: SIZE bytes at TEXT, which stand at AT. False, and in WHY what would be right. */
bool syntax_take(struct syntax *s, enum syntax_token token, const char *text, size_t size,
    const struct conf_place *at, struct text *why);

/* The end. False when something is open: then *AT is where it was opened. */
bool syntax_end(const struct syntax *s, struct conf_place *at, struct text *why);

#endif
