/* iscsi.c - iSCSI: a login request and its answer (RFC 7143, 11.12 and 11.13), which repeats the
 * session's identifier and the task's tag, and whose reserved bytes are zero. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { LOGIN = 0x43, LOGIN_ANSWER = 0x23, HEADER = 48, SESSION_BYTES = 6, TEXT_MAX = 65536 };

struct login {
	enum sure sure;
	const uint8_t *session;
	uint32_t task;
};

/* Stages: security 0, operation 1, full feature 3. Of an answer that refuses they say nothing. */
static bool
right_flags(uint8_t flags)
{
	enum { TRANSIT = 0x80, MORE = 0x40, RESERVED = 0x30 };
	unsigned now = flags >> 2 & 3, next = flags & 3;

	if ((flags & RESERVED) || now > 1)
		return false;
	if (flags & TRANSIT)
		return !(flags & MORE) && next > now && next != 2;
	return next == 0;
}

static bool
zeros(struct wire *w, size_t n)
{
	uint8_t any = 0;

	while (n-- > 0)
		any |= wire_u8(w);
	return any == 0;
}

static struct login
read_login(const struct opening *o, bool answer)
{
	struct wire w = look_stream(o);
	struct login l = { .sure = SURE_NOT };
	uint8_t flags, high, low;
	uint32_t size;

	if (wire_u8(&w) != (answer ? LOGIN_ANSWER : LOGIN) && w.ok)
		return l;
	flags = wire_u8(&w);
	high = wire_u8(&w);
	low = wire_u8(&w);
	size =
	    wire_be32(&w); /* the first byte of it: additional headers, of which there are none */
	if (!right_flags(flags) || high > 1 || low > 1 || size > TEXT_MAX)
		return l;
	l.session = wire_take(&w, SESSION_BYTES);
	wire_skip(&w, 2); /* the target's half of the session */
	l.task = wire_be32(&w);
	if (!answer)
		wire_skip(&w, 2); /* the connection */
	if (!zeros(&w, answer ? 4 : 2))
		return l;
	wire_skip(&w, answer ? 12 : 8); /* numbers of commands and states */
	if (answer && (wire_u8(&w) > 3 || wire_u8(&w) > 31))
		return l;
	if (!zeros(&w, answer ? 10 : 16))
		return l;
	l.sure = w.ok ? SURE_LIKELY : look_short(o);
	return l;
}

enum sure
look_iscsi(const struct talk *t)
{
	const struct opening *c = &t->side[TALK_CLIENT], *s = &t->side[TALK_SERVER];
	struct login asked = { .sure = SURE_OPEN }, told = { .sure = SURE_OPEN };

	if (c->size > 0)
		asked = read_login(c, false);
	if (s->size > 0)
		told = read_login(s, true);
	if (asked.sure == SURE_NOT || told.sure == SURE_NOT)
		return SURE_NOT;
	if (asked.sure == SURE_LIKELY && told.sure == SURE_LIKELY)
		return asked.task == told.task &&
			       memcmp(asked.session, told.session, SESSION_BYTES) == 0 ?
			   SURE_CONFIRMED :
			   SURE_NOT;
	return asked.sure > told.sure ? asked.sure : told.sure;
}
