/* sip.c - SIP (RFC 3261, 7 and 18): a start line, and the fields Via and CSeq that every message
 * has. Either end may be the first to ask, and both may ask at once.
 */
#include "recognise/look.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

enum { METHOD_MAX = 16 };

static bool
is_method(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++)
		if (p.at[i] < 'A' || p.at[i] > 'Z')
			return false;
	return p.size <= METHOD_MAX;
}

static bool
is_start_line(struct phrase line)
{
	if (!phrase_plain(line))
		return false;
	struct phrase version = phrase_word(&line);
	if (phrase_is(version, "SIP/2.0"))
		return phrase_number(phrase_word(&line)) >= 100;
	if (version.size == 0 || !is_method(version))
		return false;
	version = phrase_last_word(&line);
	return phrase_is(version, "SIP/2.0") && line.size > 0;
}

/* Can what there is of a start line become one? */
static bool
may_start(struct phrase line)
{
	size_t size = line.size;
	struct phrase first = phrase_word(&line);

	if (!phrase_plain(line) || first.size == 0)
		return false;
	if (is_method(first))
		return true;
	return memcmp(first.at, "SIP/2.0", first.size < 7 ? first.size : 7) == 0 &&
	       (first.size == 7 || (first.size < 7 && first.size == size));
}

/* A message from its start line on. */
static enum sure
message(struct wire w, bool whole)
{
	struct phrase line, name;
	bool via = false, sequence = false;

	if (!is_method((struct phrase){ .at = w.p, .size = 1 }))
		return SURE_NOT;
	if (!phrase_line(&w, &line)) {
		if (line.size > 0 && line.at[line.size - 1] == '\r')
			line.size--;
		return may_start(line) && !whole ? SURE_OPEN : SURE_NOT;
	}
	if (!is_start_line(line))
		return SURE_NOT;
	while (phrase_line(&w, &line)) {
		if (line.size == 0)
			return SURE_NOT; /* the head ends without them */
		if (!phrase_field(&line, &name))
			continue;
		via = via || phrase_like(name, "Via") || phrase_like(name, "v");
		sequence = sequence || phrase_like(name, "CSeq");
		if (via && sequence)
			return SURE_CONFIRMED;
	}
	return SURE_LIKELY;
}

/* Takes what keeps a connection alive (RFC 5626, 4.4.1; in practice zeros and spaces, too). */
static void
take_idle(struct wire *w)
{
	while (wire_left(w) > 0 && memchr("\r\n ", *w->p, 4))
		wire_skip(w, 1);
}

static enum sure
side(const struct talk *t, const struct opening *o)
{
	struct wire w = look_stream(o);

	if (t->stream) {
		take_idle(&w);
		return wire_left(&w) > 0 ? message(w, o->whole) : SURE_OPEN;
	}
	for (unsigned i = 0; i < o->datagrams; i++) {
		w = look_datagram(o, i);
		take_idle(&w);
		if (wire_left(&w) > 0)
			return message(w, true);
	}
	return SURE_OPEN;
}

enum sure
look_sip(const struct talk *t)
{
	return look_either(side(t, &t->side[TALK_CLIENT]), side(t, &t->side[TALK_SERVER]));
}
