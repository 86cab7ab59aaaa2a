/* ssh.c - SSH: both sides begin with an identification (RFC 4253, 4.2). The server may send lines
 * before it, which do not begin with "SSH-". Either end of a flow can be the server: one that is
 * not reached from outside connects to whoever waits for it. */
#include "recognise/look.h"
#include "recognise/rows.h"

/* Is what begins at BYTES the identification? Versions 1.5, 1.99 and 2.0 exist. */
static enum sure
identification(const uint8_t *bytes, size_t size, bool whole)
{
	struct opening o = { .bytes = bytes, .size = (uint16_t)size, .whole = whole };
	enum sure old = look_prefix(&o, "SSH-1.", 6), new = look_prefix(&o, "SSH-2.0-", 8);

	return old > new ? old : new;
}

/* The server's, behind lines of text or at once. What is longer than what is looked at may still
 * come to it. */
static enum sure
server(const struct opening *o)
{
	const uint8_t *p = o->bytes, *end = o->bytes + o->size;

	while (p < end) {
		enum sure sure = identification(p, (size_t)(end - p), o->whole);

		if (sure != SURE_NOT)
			return sure;
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
		p++;
	}
	return o->size == RECOGNISE_BYTES ? SURE_OPEN : look_short(o);
}

/* One side begins with its identification at once, as a client must. */
static enum sure
pair(const struct opening *client, const struct opening *other)
{
	enum sure asks = SURE_OPEN;

	if (client->size > 0)
		asks = identification(client->bytes, client->size, client->whole);
	return asks == SURE_NOT ? asks :
				  look_either(asks, other->size > 0 ? server(other) : SURE_OPEN);
}

enum sure
look_ssh(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	enum sure usual = pair(c, s), reversed = pair(s, c);

	return usual > reversed ? usual : reversed;
}
