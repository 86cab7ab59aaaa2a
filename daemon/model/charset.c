/* charset.c - see charset.h. */
#include "model/charset.h"

#include <string.h>
#include <strings.h>

/* The names first, in the order of the numbers. */
static const struct {
	const char *name;
	enum charset charset;
} names[] = {
#define CHARSET(symbol, name) { name, CHARSET_##symbol },
#define ALIAS(name, symbol)
#include "model/charset.def"
#undef ALIAS
#undef CHARSET
#define CHARSET(symbol, name)
#define ALIAS(name, symbol) { name, CHARSET_##symbol },
#include "model/charset.def"
#undef ALIAS
#undef CHARSET
};

enum charset
charset_of(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i].name) == size && strncasecmp(names[i].name, name, size) == 0)
			return names[i].charset;
	return CHARSET_UNKNOWN;
}

const char *
charset_name(enum charset c)
{
	return c < CHARSET_UNKNOWN ? names[c].name : NULL;
}
