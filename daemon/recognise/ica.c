/* ica.c - Citrix: ICA, where both sides begin with the detection string of ICA 3.0 (the server says
 * it again and again until it is answered), and the Common Gateway Protocol, which carries ICA and
 * where both sides begin with a signature. Neither is published by Citrix; the strings are those
 * that nmap's service probes, libprotoident and Citrix's receiver for HTML5 look for. */
#include "recognise/look.h"
#include "recognise/rows.h"

static enum sure
both_begin(const struct talk *t, const char *mark, size_t n)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];

	return look_either(c->size ? look_prefix(c, mark, n) : SURE_OPEN,
	    s->size ? look_prefix(s, mark, n) : SURE_OPEN);
}

enum sure
look_ica(const struct talk *t)
{
	return both_begin(t, "\x7f\x7fICA", 6); /* with its zero */
}

enum sure
look_cgp(const struct talk *t)
{
	return both_begin(t, "\x1a\x43GP/01", 7);
}
