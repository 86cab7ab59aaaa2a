/* nomachine.c - NoMachine's NX: the client says "NXSH-" and its version in a line, the server
 * "NXD-" and its own (as nmap's service probe and nDPI know it; the maker publishes nothing). TLS
 * follows. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { VERSION_MAX = 16 };

static enum sure
greeting(const struct opening *o, const char *name)
{
	size_t n = strlen(name);
	enum sure sure = o->size > 0 ? look_prefix(o, name, n) : SURE_OPEN;

	if (sure != SURE_CONFIRMED)
		return sure;
	for (size_t i = n; i < o->size && i <= n + VERSION_MAX; i++) {
		bool digit = o->bytes[i] >= '0' && o->bytes[i] <= '9';

		if (i > n && o->bytes[i] == '\n')
			return SURE_CONFIRMED;
		if (!digit && (i == n || o->bytes[i] != '.'))
			return SURE_NOT;
	}
	return o->size > n + VERSION_MAX ? SURE_NOT : look_short(o);
}

enum sure
look_nomachine(const struct talk *t)
{
	return look_either(
	    greeting(&t->side[TALK_CLIENT], "NXSH-"), greeting(&t->side[TALK_SERVER], "NXD-"));
}
