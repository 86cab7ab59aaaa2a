/* ldap.c - LDAP (RFC 4511, 4), in TCP and, as domain controllers are found, in UDP (RFC 1798,
 * [MS-ADTS] 6.3.3), where one datagram holds all that answers a search. An answer repeats the
 * request's message id, and is of the request's kind. */
#include "recognise/ber.h"
#include "recognise/rows.h"

enum {
	MESSAGE_MAX = 1 << 24,
	ID_MAX = 0x7fffffff,
	MESSAGES = 16, /* of a datagram */
	IDENTIFIER_MAX = 256
};

/* Operations: the number of their application tag. */
enum {
	BIND = 0,
	BIND_ANSWER = 1,
	UNBIND = 2,
	SEARCH = 3,
	SEARCH_ENTRY = 4,
	SEARCH_DONE = 5,
	MODIFY = 6,
	ADD = 8,
	DELETE = 10,
	RENAME = 12,
	COMPARE = 14,
	COMPARE_ANSWER = 15,
	ABANDON = 16,
	SEARCH_REFERENCE = 19,
	EXTENDED = 23,
	EXTENDED_ANSWER = 24,
	INTERMEDIATE = 25,
};

/* The begin of a result: its code, a name and a text. */
static void
read_result(struct ber *op)
{
	(void)ber_within(op, BER_ENUMERATED, 0, 4096);
	(void)ber_take(op, BER_OCTETS);
	(void)ber_take(op, BER_OCTETS);
}

static void
read_bind(struct ber *op)
{
	enum { SIMPLE = 0x80, SASL = 0xa3, NEGOTIATE = 0x89, RESPONSE = 0x8b };
	uint8_t tag;

	(void)ber_within(op, BER_INTEGER, 1, 127);
	(void)ber_take(op, BER_OCTETS);
	tag = ber_peek(op);
	/* Microsoft's own ways to authenticate: [MS-ADTS] 5.1.1.1.3 */
	if (tag != SIMPLE && tag != SASL && (tag < NEGOTIATE || tag > RESPONSE))
		ber_wrong(op);
}

static void
read_search(struct ber *op)
{
	(void)ber_take(op, BER_OCTETS);
	(void)ber_within(op, BER_ENUMERATED, 0, 3);
	(void)ber_within(op, BER_ENUMERATED, 0, 3);
	(void)ber_within(op, BER_INTEGER, 0, ID_MAX);
	(void)ber_within(op, BER_INTEGER, 0, ID_MAX);
}

/* An object identifier, in text (1.2): digits and dots. */
static void
read_identifier(struct ber *op)
{
	struct ber text = ber_take(op, 0x80);

	if (text.left == 0 || text.left > IDENTIFIER_MAX)
		ber_wrong(op);
	while (text.left > 0 && ber_has(&text, text.left)) {
		uint8_t c = ber_byte(&text);

		if (c != '.' && (c < '0' || c > '9'))
			ber_wrong(op);
	}
}

static void
read_operation(struct ber *from, uint8_t code)
{
	bool primitive = code == UNBIND || code == DELETE || code == ABANDON;
	struct ber op = ber_take(from, primitive ? 0x40 | code : BER_APPLICATION | code);

	switch (code) {
	case BIND:
		read_bind(&op);
		break;
	case SEARCH:
		read_search(&op);
		break;
	case SEARCH_ENTRY:
	case MODIFY:
	case ADD:
		(void)ber_take(&op, BER_OCTETS);
		(void)ber_take(&op, BER_SEQUENCE);
		break;
	case RENAME:
		(void)ber_take(&op, BER_OCTETS);
		(void)ber_take(&op, BER_OCTETS);
		break;
	case COMPARE:
		(void)ber_take(&op, BER_OCTETS);
		(void)ber_take(&op, BER_SEQUENCE);
		break;
	case EXTENDED:
		read_identifier(&op);
		break;
	case SEARCH_REFERENCE:
		(void)ber_take(&op, BER_OCTETS);
		break;
	case BIND_ANSWER:
	case SEARCH_DONE:
	case MODIFY + 1:
	case ADD + 1:
	case DELETE + 1:
	case RENAME + 1:
	case COMPARE_ANSWER:
	case EXTENDED_ANSWER:
		read_result(&op);
		break;
	case UNBIND:
		ber_end(&op);
		break;
	case DELETE:
	case ABANDON:
	case INTERMEDIATE:
		break;
	default:
		ber_wrong(from);
	}
}

static bool
answers_ldap(uint8_t asked, uint8_t told)
{
	switch (asked) {
	case SEARCH:
		return told == SEARCH_ENTRY || told == SEARCH_DONE || told == SEARCH_REFERENCE ||
		       told == INTERMEDIATE; /* RFC 4533 */
	case EXTENDED:
		return told == EXTENDED_ANSWER || told == INTERMEDIATE;
	case BIND:
	case MODIFY:
	case ADD:
	case DELETE:
	case RENAME:
	case COMPARE:
		return told == asked + 1;
	default:
		return false;
	}
}

static void
read_message(struct ber *all, struct message *m)
{
	struct ber body = ber_take(all, BER_SEQUENCE);

	m->key = m->echo = ber_within(&body, BER_INTEGER, 0, ID_MAX);
	m->code = ber_peek(&body) & 0x1f;
	read_operation(&body, m->code);
}

/* What is behind the first message of a datagram answers the same request. */
static enum sure
read_ldap(struct piece p, struct message *m)
{
	enum sure sure;
	struct ber all = ber_of(&p, &sure);

	read_message(&all, m);
	if (p.cut)
		return sure;
	for (unsigned i = 1; i < MESSAGES && all.left > 0 && sure == SURE_CONFIRMED; i++) {
		struct message next;

		read_message(&all, &next);
		if (next.key != m->key || !answers_ldap(SEARCH, m->code) ||
		    !answers_ldap(SEARCH, next.code))
			ber_wrong(&all);
	}
	ber_end(&all);
	return sure;
}

/* A message of a stream says itself how long it is; it is not taken here. */
static enum sure
frame_ldap(struct wire *stream, size_t *size)
{
	struct piece p = { .w = *stream, .size = MESSAGE_MAX };
	enum sure sure;
	struct ber all = ber_of(&p, &sure);

	if (ber_byte(&all) != BER_SEQUENCE)
		ber_wrong(&all);
	*size = ber_length(&all);
	*size += MESSAGE_MAX - all.left;
	return sure == SURE_CONFIRMED && *size > MESSAGE_MAX ? SURE_NOT : sure;
}

enum sure
look_ldap(const struct talk *t)
{
	static const struct exchange ldap = { frame_ldap, read_ldap, answers_ldap };

	return look_exchange(t, &ldap);
}
