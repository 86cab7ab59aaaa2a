/* kerberos.c - Kerberos (RFC 4120, 5.4 and 5.9), in UDP and, behind a length of four bytes, in TCP
 * (7.2.2). What an answer repeats of its request is encrypted: it must be an answer to that kind of
 * request. */
#include "recognise/ber.h"
#include "recognise/rows.h"

enum { AS_REQUEST = 10, AS_ANSWER, TGS_REQUEST, TGS_ANSWER, ERROR = 30 };
enum { VERSION = 5, MESSAGE_MIN = 16 };

/* Takes [NUMBER] EXPLICIT INTEGER, which must be VALUE. */
static void
read_number(struct ber *from, uint8_t number, uint64_t value)
{
	struct ber field = ber_take(from, BER_CONTEXT | number);

	(void)ber_within(&field, BER_INTEGER, value, value);
	ber_end(&field);
}

static enum sure
read_kerberos(struct piece p, struct message *m)
{
	enum sure sure;
	struct ber all = ber_of(&p, &sure), body;
	uint8_t tag = ber_peek(&all), first;

	m->code = tag & 0x1f;
	first = m->code == AS_REQUEST || m->code == TGS_REQUEST;
	if (tag >> 5 != BER_APPLICATION >> 5)
		ber_wrong(&all);
	if (m->code != ERROR && (m->code < AS_REQUEST || m->code > TGS_ANSWER))
		ber_wrong(&all);
	if (sure != SURE_CONFIRMED)
		return sure;
	body = ber_take(&all, tag);
	ber_end(&all);
	all = ber_take(&body, BER_SEQUENCE);
	ber_end(&body);
	read_number(&all, first, VERSION);
	read_number(&all, first + 1, m->code);
	return sure;
}

static enum sure
frame_kerberos(struct wire *stream, size_t *size)
{
	if (wire_u8(stream) != 0)
		return SURE_NOT;
	*size = (size_t)wire_u8(stream) << 16;
	*size |= wire_be16(stream);
	if (!stream->ok)
		return SURE_OPEN;
	return *size < MESSAGE_MIN ? SURE_NOT : SURE_CONFIRMED;
}

static bool
answers_kerberos(uint8_t asked, uint8_t told)
{
	if (asked != AS_REQUEST && asked != TGS_REQUEST)
		return false;
	return told == asked + 1 || told == ERROR;
}

enum sure
look_kerberos(const struct talk *t)
{
	static const struct exchange kerberos = { frame_kerberos, read_kerberos, answers_kerberos };

	return look_exchange(t, &kerberos);
}
