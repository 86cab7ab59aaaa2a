/* rsync.c - the rsync daemon's protocol: both sides begin with "@RSYNCD: VERSION[.SUB]" and since
 * protocol 32 the digests that they know (rsync's clientserver.c, exchange_protocols()).
 */
#include "recognise/look.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

static const char mark[] = "@RSYNCD: ";

static enum sure
greeting(const struct opening *o)
{
	struct wire w = look_stream(o);
	struct phrase line;
	enum sure sure = look_prefix(o, mark, sizeof mark - 1);

	if (sure != SURE_CONFIRMED)
		return o->size > 0 ? sure : SURE_OPEN;
	wire_skip(&w, sizeof mark - 1);
	if (wire_left(&w) > 0 && (*w.p < '0' || *w.p > '9'))
		return SURE_NOT;
	return phrase_line(&w, &line) ? SURE_CONFIRMED : look_short(o);
}

enum sure
look_rsync(const struct talk *t)
{
	return look_either(greeting(&t->side[TALK_CLIENT]), greeting(&t->side[TALK_SERVER]));
}
