/* snmp.c - SNMP versions 1 and 2c (RFC 1157, 4; RFC 3416, 3) and 3 (RFC 3412, 6). An answer repeats
 * the request's id, in version 3 the message's. A trap is answered by nobody. */
#include "recognise/ber.h"
#include "recognise/rows.h"

enum { SIZE_MIN = 484, NUMBER_MAX = 0x7fffffff };
enum { GET, GET_NEXT, RESPONSE, SET, TRAP, GET_BULK, INFORM, TRAP_2, REPORT };
enum { REQUEST_3 = 100, ANSWER_3 };

/* A list of names and values. */
static void
read_variables(struct ber *data)
{
	struct ber list = ber_take(data, BER_SEQUENCE);

	if (list.left > 0) {
		struct ber variable = ber_take(&list, BER_SEQUENCE);

		(void)ber_take(&variable, BER_OID); /* it is there: no more is asked of it */
	}
	ber_end(data);
}

static void
read_trap(struct ber *data)
{
	enum { ADDRESS = 0x40, TICKS = 0x43 };

	(void)ber_take(data, BER_OID); /* whose trap it is */
	if (ber_take(data, ADDRESS).left != 4)
		ber_wrong(data);
	(void)ber_within(data, BER_INTEGER, 0, 6);
	(void)ber_number(data, BER_INTEGER);
	(void)ber_number(data, TICKS);
	read_variables(data);
}

/* What is asked or told; M gets its id. */
static void
read_data(struct ber *from, uint64_t version, struct message *m)
{
	uint8_t tag = ber_peek(from);
	struct ber data;

	m->code = tag & 0x1f;
	if (tag >> 5 != BER_CONTEXT >> 5 || m->code > (version == 0 ? TRAP : REPORT))
		ber_wrong(from);
	if (version > 0 && m->code == TRAP)
		ber_wrong(from);
	data = ber_take(from, tag);
	ber_end(from);
	if (m->code == TRAP) {
		read_trap(&data);
		return;
	}
	m->key = m->echo = (uint32_t)ber_number(&data, BER_INTEGER);
	(void)ber_within(&data, BER_INTEGER, 0, NUMBER_MAX); /* an error, or how many */
	(void)ber_within(&data, BER_INTEGER, 0, NUMBER_MAX);
	read_variables(&data);
}

/* Version 3: its header, and then whatever its security model made of the rest. */
static void
read_3(struct ber *from, struct message *m)
{
	enum { REPORTABLE = 4, FLAGS = 7 };
	struct ber head = ber_take(from, BER_SEQUENCE), flags;
	uint8_t bits, tag;

	m->key = m->echo = ber_within(&head, BER_INTEGER, 0, NUMBER_MAX);
	(void)ber_within(&head, BER_INTEGER, SIZE_MIN, NUMBER_MAX);
	flags = ber_take(&head, BER_OCTETS);
	bits = ber_byte(&flags);
	ber_end(&flags);
	if (bits > FLAGS)
		ber_wrong(&head);
	(void)ber_within(&head, BER_INTEGER, 1, NUMBER_MAX);
	ber_end(&head);
	m->code = bits & REPORTABLE ? REQUEST_3 : ANSWER_3;
	(void)ber_take(from, BER_OCTETS);
	tag = ber_peek(from);
	if (tag != BER_SEQUENCE && tag != BER_OCTETS)
		ber_wrong(from);
	(void)ber_take(from, tag);
	ber_end(from);
}

static enum sure
read_snmp(struct piece p, struct message *m)
{
	enum sure sure;
	struct ber all = ber_of(&p, &sure), body = ber_take(&all, BER_SEQUENCE);
	uint64_t version;

	if (sure != SURE_CONFIRMED)
		return sure;
	version = ber_within(&body, BER_INTEGER, 0, 3);
	ber_end(&all);
	if (sure == SURE_CONFIRMED && version == 3) {
		read_3(&body, m);
		return sure;
	}
	if (version > 1)
		return SURE_NOT;
	(void)ber_take(&body, BER_OCTETS); /* the community */
	read_data(&body, version, m);
	return sure;
}

static bool
answers_snmp(uint8_t asked, uint8_t told)
{
	switch (asked) {
	case GET:
	case GET_NEXT:
	case SET:
	case GET_BULK:
	case INFORM:
		return told == RESPONSE;
	case REQUEST_3:
		return told == ANSWER_3;
	default:
		return false;
	}
}

enum sure
look_snmp(const struct talk *t)
{
	static const struct exchange snmp = { NULL, read_snmp, answers_snmp };

	return look_exchange(t, &snmp);
}
