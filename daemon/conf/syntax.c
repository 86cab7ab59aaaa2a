#include "conf/syntax.h"

#include <string.h>
#include <strings.h>

void
syntax_init(struct syntax *s)
{
	*s = (struct syntax){ .level[0].want = WANT_NAME };
}

static char
closing(char open)
{
	return open == '(' ? ')' : open == '[' ? ']' : '}';
}

/* The token as one names it: a word, a number and a sign by themselves. */
static void
name_token(struct text *why, enum syntax_token token, const char *text, size_t size)
{
	if (token == TOKEN_STRING)
		text_add(why, "a string");
	else if (token == TOKEN_SIGN && ((uint8_t)text[0] >= 0x7f || text[0] < ' '))
		text_add(why, "byte 0x%02x", (unsigned)(uint8_t)text[0]);
	else
		text_add(why, token == TOKEN_SIGN ? "'%.*s'" : "\"%.*s\"",
		    size > 40 ? 40 : (int)size, text);
}

/* "'}' is missing before "x"" and the like. */
static bool
missing(struct text *why, const char *what, enum syntax_token token, const char *text, size_t size)
{
	text_add(why, "%s is missing before ", what);
	name_token(why, token, text, size);
	return false;
}

static bool
is_group(const struct syntax_level *l)
{
	return l->open == '{' || !l->open;
}

static bool
open_level(struct syntax *s, char open, const struct conf_place *at, struct text *why)
{
	struct syntax_level *l = &s->level[s->depth];

	if (l->open == '[') {
		text_add(why, "between [ and ] may be only strings: lists of others are ( ... )");
		return false;
	}
	if (s->depth + 1 == SYNTAX_DEPTH) {
		text_add(why, "brackets are nested too deep");
		return false;
	}
	l->want = WANT_END;
	s->level[++s->depth] = (struct syntax_level){
		.at = *at, .open = open, .want = open == '{' ? WANT_NAME : WANT_FIRST
	};
	return true;
}

static bool
close_level(struct syntax *s, char close, struct text *why)
{
	const struct syntax_level *l = &s->level[s->depth];

	if (!s->depth) {
		text_add(why, "'%c' closes nothing", close);
		return false;
	}
	if (l->want == WANT_EQUALS || (l->want == WANT_VALUE && l->open == '{')) {
		text_add(why, "the value of \"%s\" is missing", l->name);
		return false;
	}
	if (l->want == WANT_VALUE) {
		text_add(why, "the last item of a list must have no comma behind it");
		return false;
	}
	if (close != closing(l->open)) {
		text_add(why, "'%c' does not close the '%c' of %s:%u: '%c' is missing", close,
		    l->open, l->at.file, l->at.line, closing(l->open));
		return false;
	}
	s->depth--;
	return true;
}

/* A value, or its beginning, where one is wanted. */
static bool
take_value(struct syntax *s, enum syntax_token token, const char *text, size_t size,
    const struct conf_place *at, struct text *why)
{
	struct syntax_level *l = &s->level[s->depth];

	switch (token) {
	case TOKEN_STRING:
		l->want = WANT_STRING;
		return true;
	case TOKEN_NUMBER:
		l->want = WANT_END;
		return true;
	case TOKEN_WORD:
		l->want = WANT_END;
		if ((size == 4 && strncasecmp(text, "true", 4) == 0) ||
		    (size == 5 && strncasecmp(text, "false", 5) == 0))
			return true;
		text_add(why, "%.*s: a value must be a string in quotes, a number, true or false",
		    size > 40 ? 40 : (int)size, text);
		return false;
	case TOKEN_SIGN:
		if (text[0] == '(' || text[0] == '[' || text[0] == '{')
			return open_level(s, text[0], at, why);
		break;
	}
	if (is_group(l))
		text_add(why, "the value of \"%s\" is missing", l->name);
	else
		text_add(why, "an item is missing");
	text_add(why, " before ");
	name_token(why, token, text, size);
	return false;
}

/* After a value: in a group the next name may follow at once, in a list only a comma. */
static bool
take_end(struct syntax *s, enum syntax_token token, const char *text, size_t size, struct text *why)
{
	struct syntax_level *l = &s->level[s->depth];

	if (token == TOKEN_STRING && l->want == WANT_STRING && is_group(l))
		return true; /* its second part */
	if (is_group(l) && token == TOKEN_SIGN && (text[0] == ';' || text[0] == ',')) {
		l->want = WANT_NAME;
		return true;
	}
	if (!is_group(l) && token == TOKEN_SIGN && text[0] == ',') {
		l->want = WANT_VALUE;
		return true;
	}
	if (is_group(l))
		return missing(why, "';'", token, text, size);
	text_add(why, "',' or '%c' is missing before ", closing(l->open));
	name_token(why, token, text, size);
	text_add(why, ": the '%c' of %s:%u is open", l->open, l->at.file, l->at.line);
	return false;
}

static bool
take_name(struct syntax_level *l, enum syntax_token token, const char *text, size_t size,
    struct text *why)
{
	size_t kept = size < sizeof l->name ? size : sizeof l->name - 1;

	if (token != TOKEN_WORD)
		return missing(why, "the name of a key", token, text, size);
	memcpy(l->name, text, kept);
	l->name[kept] = '\0';
	l->want = WANT_EQUALS;
	return true;
}

bool
syntax_take(struct syntax *s, enum syntax_token token, const char *text, size_t size,
    const struct conf_place *at, struct text *why)
{
	struct syntax_level *l = &s->level[s->depth];

	if (token == TOKEN_SIGN && (text[0] == ')' || text[0] == ']' || text[0] == '}'))
		return close_level(s, text[0], why);
	switch (l->want) {
	case WANT_NAME:
		return take_name(l, token, text, size, why);
	case WANT_EQUALS:
		l->want = WANT_VALUE;
		if (token == TOKEN_SIGN && (text[0] == '=' || text[0] == ':'))
			return true;
		text_add(why, "'=' is missing after \"%s\"", l->name);
		return false;
	case WANT_VALUE:
	case WANT_FIRST:
		return take_value(s, token, text, size, at, why);
	case WANT_STRING:
	case WANT_END:
		if (token == TOKEN_WORD && is_group(l))
			return take_name(l, token, text, size, why);
		return take_end(s, token, text, size, why);
	}
	return false;
}

bool
syntax_end(const struct syntax *s, struct conf_place *at, struct text *why)
{
	const struct syntax_level *l = &s->level[s->depth];

	if (s->depth) {
		*at = l->at;
		text_add(why, "'%c' is not closed: '%c' is missing", l->open, closing(l->open));
		return false;
	}
	if (l->want == WANT_EQUALS || l->want == WANT_VALUE) {
		text_add(why, "the value of \"%s\" is missing", l->name);
		return false;
	}
	return true;
}
