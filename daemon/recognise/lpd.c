/* lpd.c - the line printer daemon's protocol (RFC 1179): a command byte, a queue and LF. A job is
 * answered by a zero for each step, which confirms it; the others are answered by text or not.
 */
#include "recognise/look.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

enum { PRINT = 1, RECEIVE = 2, SHORT_STATE = 3, LONG_STATE = 4, REMOVE = 5 };
enum { CONTROL_FILE = 2, DATA_FILE = 3, NAME_MAX = 132 };

static bool
is_name(struct phrase p)
{
	for (size_t i = 0; i < p.size; i++)
		if (p.at[i] <= ' ' || p.at[i] >= 0x7f)
			return false;
	return p.size <= NAME_MAX;
}

/* Takes a command line: its first byte, the word behind it, and the rest. */
static enum sure
take_line(struct wire *w, uint8_t *command, struct phrase *first, struct phrase *rest)
{
	*command = wire_u8(w);
	if (!w->ok)
		return SURE_OPEN;
	if (*command < PRINT || *command > REMOVE)
		return SURE_NOT;
	bool ended = phrase_line(w, rest);
	if (!ended && rest->size > 0 && rest->at[rest->size - 1] == '\r')
		rest->size--; /* of its end */
	if (!phrase_plain(*rest))
		return SURE_NOT;
	*first = phrase_word(rest);
	if (!is_name(*first) || (ended && first->size == 0))
		return SURE_NOT;
	return ended ? SURE_CONFIRMED : SURE_OPEN;
}

/* What comes behind a job's queue: a file's size and name. */
static enum sure
file(struct wire *w)
{
	struct phrase size, name;
	uint8_t command;
	enum sure sure = take_line(w, &command, &size, &name);

	if (sure != SURE_CONFIRMED)
		return sure;
	if (command != CONTROL_FILE && command != DATA_FILE)
		return SURE_NOT;
	if (phrase_number(size) < 0 || name.size < 3 || name.at[1] != 'f')
		return SURE_NOT;
	return name.at[0] == (command == CONTROL_FILE ? 'c' : 'd') ? SURE_CONFIRMED : SURE_NOT;
}

enum sure
look_lpd(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT], *server = &t->side[TALK_SERVER];
	struct wire w = look_stream(client);
	struct phrase queue, list;
	uint8_t command;
	enum sure asks = take_line(&w, &command, &queue, &list);

	if (asks == SURE_OPEN)
		return look_short(client);
	if (asks == SURE_NOT || ((command == PRINT || command == RECEIVE) && list.size > 0))
		return SURE_NOT;
	if (command != RECEIVE)
		return SURE_LIKELY;
	enum sure job = file(&w);
	if (job == SURE_NOT)
		return SURE_NOT;
	if (job == SURE_CONFIRMED && server->size > 0 && server->bytes[0] == 0)
		return SURE_CONFIRMED;
	return SURE_LIKELY;
}
