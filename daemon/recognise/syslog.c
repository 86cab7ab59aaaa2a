/* syslog.c - syslog (RFC 5424, 6; RFC 3164, 4; over TCP RFC 6587, 3.4): messages of the client, to
 * which no server answers. So it is never more than likely.
 *
 * Messages are text with words in it. Where most of them are not, it is data that syslog only
 * carries. */
#include "recognise/look.h"
#include "recognise/noise.h"
#include "recognise/rows.h"

enum { PRIORITY_LAST = 191, COUNT_DIGITS = 5 };

/* Takes a decimal number without zeros before it, of at most DIGITS digits, and the byte END
 * behind it. */
static enum sure
take_number(struct wire *w, unsigned digits, uint8_t end, unsigned *number)
{
	*number = 0;
	for (unsigned i = 0; i <= digits; i++) {
		uint8_t c = wire_u8(w);

		if (!w->ok)
			return SURE_OPEN;
		if (i > 0 && c == end)
			return SURE_CONFIRMED;
		if (c < '0' || c > '9' || (i == 1 && *number == 0))
			return SURE_NOT;
		*number = *number * 10 + (unsigned)(c - '0');
	}
	return SURE_NOT;
}

/* A message's beginning: its priority, and text behind it. */
static enum sure
message(struct wire w)
{
	unsigned priority;

	if (wire_u8(&w) != '<')
		return w.ok ? SURE_NOT : SURE_OPEN;
	enum sure sure = take_number(&w, 3, '>', &priority);
	if (sure != SURE_CONFIRMED)
		return sure;
	uint8_t text = wire_u8(&w);
	if (!w.ok)
		return SURE_OPEN;
	return priority <= PRIORITY_LAST && text != '<' ? SURE_LIKELY : SURE_NOT;
}

/* Over TCP the size may be before it. */
static enum sure
stream(const struct opening *o)
{
	struct wire w = look_stream(o);
	unsigned size;

	if (wire_left(&w) > 0 && *w.p >= '1' && *w.p <= '9') {
		enum sure sure = take_number(&w, COUNT_DIGITS, ' ', &size);

		if (sure != SURE_CONFIRMED)
			return sure;
	}
	return message(w);
}

enum sure
look_syslog(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT];
	enum sure sure = SURE_OPEN;

	if (t->side[TALK_SERVER].size > 0)
		return SURE_NOT;
	if (t->stream)
		sure = stream(client);
	for (unsigned i = 0; i < client->datagrams && sure != SURE_NOT; i++) {
		sure = message(look_datagram(client, i));
		if (sure == SURE_OPEN)
			sure = SURE_NOT;
	}
	return sure == SURE_OPEN ? look_short(client) : sure;
}

/* Is a message, or its longest word, if that is two thirds of it, encrypted or encoded? */
static bool
is_noise(struct wire w)
{
	size_t size = wire_left(&w), begin = 0, longest = 0, at = 0;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && w.p[i] != ' ' && w.p[i] != '\n')
			continue;
		if (i - begin > longest) {
			longest = i - begin;
			at = begin;
		}
		begin = i + 1;
	}
	return noise_bytes(w.p, size) ||
	       (3 * longest >= 2 * size && noise_bytes(w.p + at, longest));
}

uint8_t
name_syslog(const struct talk *t)
{
	const struct opening *client = &t->side[TALK_CLIENT];
	unsigned noise = 0;

	if (t->stream)
		return is_noise(look_stream(client)) ? APP_SYSLOG_CARRIER : APP_SYSLOG;
	for (unsigned i = 0; i < client->datagrams; i++)
		noise += is_noise(look_datagram(client, i));
	return 2 * noise > client->datagrams ? APP_SYSLOG_CARRIER : APP_SYSLOG;
}
