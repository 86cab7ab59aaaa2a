/* snmp.c - SNMP versions 1 and 2c (RFC 1157, 4; RFC 3416, 3) and 3 (RFC 3412, 6). An answer repeats
 * the request's id, in version 3 the message's. A trap is answered by nobody.
 *
 * A question has names and no values (RFC 3416, 4.2.1). A value that looks encrypted or encoded is
 * data that SNMP only carries, but for certificates and Diffie-Hellman's numbers where they have
 * their place (RFC 2786, RFC 4131). What version 3 hides is hidden. */
#include "recognise/ber.h"
#include "recognise/noise.h"
#include "recognise/rows.h"

enum { SIZE_MIN = 484, NUMBER_MAX = 0x7fffffff };
enum { GET, GET_NEXT, RESPONSE, SET, TRAP, GET_BULK, INFORM, TRAP_2, REPORT };
enum { REQUEST_3 = 100, ANSWER_3 };

/* Does a variable carry data, where a message ASKS for values or tells them? */
static bool
is_data(struct ber all, bool asks)
{
	enum { NOTHING = 5, QUESTION_MOST = 32 };
	static const uint8_t keys[] = { 0x2b, 6, 1, 3, 101 };	      /* RFC 2786 */
	static const uint8_t cable[] = { 0x2b, 6, 1, 2, 1, 10, 127 }; /* RFC 4131 */
	struct ber oid = ber_take(&all, BER_OID), value;
	uint8_t tag = ber_peek(&all);

	value = ber_take(&all, tag);
	if (*all.state != SURE_CONFIRMED)
		return false;
	if ((oid.left >= sizeof keys && memcmp(oid.w.p, keys, sizeof keys) == 0) ||
	    (oid.left >= sizeof cable && memcmp(oid.w.p, cable, sizeof cable) == 0))
		return false;
	if (asks && tag != NOTHING && value.left >= QUESTION_MOST)
		return true;
	return noise_bytes(value.w.p, value.left) || noise_bytes(oid.w.p, oid.left);
}

/* Does one of a list? Of what is wrong behind the first of them nothing is said. */
static bool
carries_data(struct wire list, bool asks)
{
	enum { VARIABLES = 64 }; /* that are looked at */
	enum sure state = SURE_CONFIRMED;
	struct ber all = { .w = list, .left = wire_left(&list), .state = &state };

	for (unsigned i = 0; i < VARIABLES && all.left > 0 && state == SURE_CONFIRMED; i++)
		if (is_data(ber_take(&all, BER_SEQUENCE), asks))
			return true;
	return false;
}

/* A list of names and values. */
static void
read_variables(struct ber *data, struct message *m)
{
	bool asks = m->code == GET || m->code == GET_NEXT || m->code == GET_BULK;
	struct ber list = ber_take(data, BER_SEQUENCE);

	if (list.left > 0) {
		struct wire all = list.w;
		struct ber variable = ber_take(&list, BER_SEQUENCE);

		(void)ber_take(&variable, BER_OID); /* it is there: no more is asked of it */
		m->carries = *data->state == SURE_CONFIRMED && carries_data(all, asks);
	}
	ber_end(data);
}

static void
read_trap(struct ber *data, struct message *m)
{
	enum { ADDRESS = 0x40, TICKS = 0x43 };

	(void)ber_take(data, BER_OID); /* whose trap it is */
	if (ber_take(data, ADDRESS).left != 4)
		ber_wrong(data);
	(void)ber_within(data, BER_INTEGER, 0, 6);
	(void)ber_number(data, BER_INTEGER);
	(void)ber_number(data, TICKS);
	read_variables(data, m);
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
		read_trap(&data, m);
		return;
	}
	m->key = m->echo = (uint32_t)ber_number(&data, BER_INTEGER);
	(void)ber_within(&data, BER_INTEGER, 0, NUMBER_MAX); /* an error, or how many */
	(void)ber_within(&data, BER_INTEGER, 0, NUMBER_MAX);
	read_variables(&data, m);
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
	struct ber all = ber_of(&p, &sure), body = ber_take(&all, BER_SEQUENCE), community;
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
	community = ber_take(&body, BER_OCTETS);
	read_data(&body, version, m);
	if (sure == SURE_CONFIRMED && noise_bytes(community.w.p, community.left))
		m->carries = true;
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

static const struct exchange snmp = { NULL, read_snmp, answers_snmp };

enum sure
look_snmp(const struct talk *t)
{
	return look_exchange(t, &snmp);
}

uint8_t
name_snmp(const struct talk *t)
{
	return exchange_carries(t, &snmp) ? APP_SNMP_CARRIER : APP_SNMP;
}
