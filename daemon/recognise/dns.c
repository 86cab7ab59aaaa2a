/* dns.c - DNS: a question, and an answer that repeats its id and the question (RFC 1035, 4.1; over
 * TCP behind a length of two bytes, 4.2.2; RFC 1996 NOTIFY, RFC 2136 UPDATE, RFC 6891 EDNS).
 *
 * Every record is walked. A message is no DNS when a pointer does not point back, a name is too
 * long, or bytes are left behind the last record. What labels hold is free: a tunnel in DNS is of
 * DNS's form, and is told by what it carries (dns_tunnel.c).
 *
 * Of the same form: NetBIOS names (RFC 1002), which are told by their type and are not DNS;
 * multicast DNS (RFC 6762) and LLMNR (RFC 4795), whose messages set none of the bits of a name
 * server and have no EDNS. They are nothing as long as the flow itself holds no answer. */
#include "recognise/dns.h"
#include "recognise/noise.h"
#include "recognise/phrase.h"
#include "recognise/rows.h"

enum { QR = 0x8000, OPCODE = 0x7800, AA = 0x0400, TC = 0x0200, RD = 0x0100, RA = 0x0080 };
enum { Z = 0x0040, RCODE = 15 };
enum { QUERY = 0, NOTIFY = 4, UPDATE = 5 };
enum { QUESTION, ANSWER, AUTHORITY, ADDITIONAL };
enum { HEADER = 12, NAME_MAX = 255, LABEL_MAX = 63, POINTER = 0xc0, NETBIOS_NAME = 32 };
enum { STEPS_MORE = 512 };

struct dns {
	const uint8_t *start;
	size_t size;  /* that are there */
	size_t steps; /* labels that may still be read, somewhat more than there are bytes: names
			 that share their end would cost the square of the size */
	uint16_t flags, count[4];
	uint8_t opcode;
	struct dns_load *load; /* where it is measured; or NULL */
	uint16_t encoded, odd; /* of the name that was read last */
};

/* Of a label that stands here and is not pointed to: that one was measured where it stands. */
static void
measure_label(struct dns *d, const uint8_t *label, size_t size)
{
	uint16_t odd = (uint16_t)noise_pairs(label, size);

	if (odd > d->odd)
		d->odd = odd;
	if (noise_word(label, size))
		d->encoded += (uint16_t)size;
	if (d->encoded > d->load->most)
		d->load->most = d->encoded;
}

/* Takes a name. False: it is none, or (then W failed) there are too few bytes. A pointer points
 * back, and what it points to ends before the labels that end in the pointer began: so none loops.
 */
static bool
name(struct dns *d, struct wire *w)
{
	struct wire at = *w;
	size_t begin = (size_t)(w->p - d->start), limit = d->size + 1, length = 0;
	bool jumped = false;

	d->encoded = d->odd = 0;
	for (; (size_t)(at.p - d->start) < limit && d->steps > 0; d->steps--) {
		uint8_t label = wire_u8(&at);

		if (label >= POINTER) {
			size_t to = (size_t)(label & ~POINTER) << 8 | wire_u8(&at);

			if (!jumped)
				*w = at;
			if (!at.ok || to < HEADER || to >= begin)
				return false;
			jumped = true;
			limit = begin;
			begin = to;
			at = wire_of(d->start + to, d->size - to);
			continue;
		}
		length += label + 1u;
		if (label > LABEL_MAX || length > NAME_MAX)
			return false;
		wire_skip(&at, label);
		if (d->load && !jumped && at.ok)
			measure_label(d, at.p - label, label);
		if (label > 0 && at.ok)
			continue;
		if (!jumped)
			*w = at;
		return at.ok;
	}
	return false;
}

/* What a record holds, of the types whose form is known to everybody. DATA is all of it. */
static bool
record_data(struct dns *d, uint16_t type, struct wire data)
{
	enum { A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, MX = 15, TXT = 16, AAAA = 28 };

	switch (type) {
	case A:
		wire_skip(&data, 4);
		break;
	case AAAA:
		wire_skip(&data, 16);
		break;
	case MX:
		wire_skip(&data, 2);
		return name(d, &data) && wire_left(&data) == 0;
	case NS:
	case CNAME:
	case PTR:
		return name(d, &data) && wire_left(&data) == 0;
	case SOA:
		if (!name(d, &data) || !name(d, &data))
			return false;
		wire_skip(&data, 20);
		break;
	case TXT:
		while (data.ok && wire_left(&data) > 0)
			wire_skip(&data, wire_u8(&data));
		break;
	default:
		return true;
	}
	return data.ok && wire_left(&data) == 0;
}

/* A text without blanks, tags or parts: no setting of anybody's. */
static bool
is_blob(struct wire data)
{
	enum { BLOB_MIN = 96, TAG_MAX = 32 };
	size_t size = wire_u8(&data);
	const uint8_t *text = wire_take(&data, size);

	if (!text || size < BLOB_MIN)
		return false;
	if (noise_raw(text, size) > 0)
		return true;
	for (size_t i = 0; i < TAG_MAX; i++)
		if (text[i] == ' ' || text[i] == '=' || text[i] == ':' || text[i] == ';')
			return false;
	return noise_bytes(text, size);
}

/* Data of a record that answers. */
static void
measure_answer(struct dns *d, uint16_t type, struct wire data)
{
	enum { A = 1, CNAME = 5, MX = 15, TXT = 16, KEY = 25, SRV = 33, LOCAL = 127, KEY_MIN = 16 };
	struct dns_load *l = d->load;
	size_t size = wire_left(&data), steps = d->steps;

	l->holds = l->holds || type != A || size == 0 || *data.p != LOCAL;
	if (type == DNS_NULL || (type >= DNS_PRIVATE && type <= DNS_PRIVATE_LAST))
		l->any = l->any || (type == l->type && size > 0);
	if (type == KEY)
		l->blob = l->blob || size >= KEY_MIN;
	if (type == TXT)
		l->blob = l->blob || is_blob(data);
	if (type == MX || type == SRV)
		wire_skip(&data, type == MX ? 2 : 6);
	if ((type == CNAME || type == MX || type == SRV) && name(d, &data) && d->odd > l->told)
		l->told = d->odd;
	d->steps = steps; /* it is read once more */
}

static bool
known_class(uint16_t class)
{
	enum { IN = 1, CHAOS = 3, HESIOD = 4, NONE = 254, ANY = 255 };

	return class == IN || class == CHAOS || class == HESIOD || class == NONE || class == ANY;
}

/* Takes a record; false as in name(). */
static bool
record(struct dns *d, struct wire *w, bool answers)
{
	enum { OPT = 41, IN = 1 };
	bool named = name(d, w);
	uint16_t type = wire_be16(w), class = wire_be16(w), size;
	struct wire data;

	wire_skip(w, 4); /* time to live */
	size = wire_be16(w);
	data = wire_sub(w, size);
	if (!named || !w->ok || (type != OPT && !known_class(class)))
		return false;
	if (d->load && answers && class == IN)
		measure_answer(d, type, data);
	return class != IN || record_data(d, type, data);
}

/* The question: what is asked for is hashed, letters of any case alike (RFC 4343), since some
 * servers do not keep it. False as in name(); also for a NetBIOS name. */
static bool
question(struct dns *d, struct wire *w, uint64_t *hash)
{
	enum { NB = 32 };
	const uint8_t *from = w->p;
	bool named = name(d, w);
	uint16_t type = wire_be16(w), class = wire_be16(w);
	unsigned others = 0;
	bool netbios;

	if (!named || !w->ok || !known_class(class))
		return false;
	netbios = from[0] == NETBIOS_NAME;
	for (unsigned i = 1; netbios && i <= NETBIOS_NAME; i++)
		others += from[i] < 'A' || from[i] > 'P';
	netbios = netbios && others <= (type == NB ? NETBIOS_NAME :
						     1); /* the type alone tells, or the letters */
	*hash = UINT64_C(14695981039346656037);		 /* FNV-1a */
	for (; from < w->p; from++) {
		uint8_t byte = *from >= 'A' && *from <= 'Z' ? *from | 0x20 : *from;

		*hash = (*hash ^ byte) * UINT64_C(1099511628211);
	}
	return !netbios;
}

/* The question at W, of which the name was read and has that HASH. */
static void
measure_question(struct dns *d, struct wire w, uint64_t hash)
{
	/* Reputation of files: whole records of them are asked for, 184 characters. */
	static const uint8_t lookups[] = "\x08sophosxl\x03net";
	struct dns_load *l = d->load;
	const uint8_t *label[2] = { w.p, w.p }; /* the last two */
	uint8_t size;

	while ((size = wire_u8(&w)) > 0 && wire_has(&w, size)) {
		label[0] = label[1];
		label[1] = w.p - 1;
		l->raw += (uint16_t)noise_raw(w.p, size);
		wire_skip(&w, size);
	}
	l->name = hash;
	l->type = wire_be16(&w);
	for (const uint8_t *p = label[0]; p < w.p - 2; p++)
		l->parent = l->parent * 31 + (*p | 0x20);
	if (w.p - 2 - label[0] == sizeof lookups &&
	    phrase_same(label[0], lookups, sizeof lookups)) {
		l->most = 0;
		return;
	}
	l->asked = d->encoded;
	l->odd = d->odd;
}

/* Can a message of DNS have such a header, as far as it is there? */
static bool
header(struct dns *d, struct wire *w)
{
	bool asks;

	d->flags = wire_be16(w);
	d->opcode = (uint8_t)((d->flags & OPCODE) >> 11);
	for (int i = 0; i < 4; i++)
		d->count[i] = wire_be16(w);
	asks = !(d->flags & QR);
	if (d->opcode != QUERY && d->opcode != NOTIFY && d->opcode != UPDATE)
		return false;
	if ((d->flags & Z) || (asks && (d->flags & (RA | RCODE))))
		return false;
	if (!w->ok)
		return true;
	if (asks && d->opcode == QUERY &&
	    ((d->flags & (AA | TC)) || d->count[ANSWER] > 0 || d->count[AUTHORITY] > 1))
		return false; /* IXFR has a record of authority (RFC 1995) */
	if (d->opcode != UPDATE && asks && d->count[ADDITIONAL] > 3)
		return false; /* EDNS, TSIG or SIG(0) */
	if (d->count[QUESTION] == 0)
		return !asks && (d->flags & RCODE) && d->count[ANSWER] + d->count[AUTHORITY] == 0;
	return d->count[QUESTION] == 1;
}

/* Reads a message into M, and measures it where LOAD is not NULL. */
static enum sure
read_message(struct piece p, struct message *m, struct dns_load *load)
{
	size_t size = wire_left(&p.w);
	struct dns d = { .start = p.w.p, .size = size, .steps = size + STEPS_MORE, .load = load };
	uint16_t id = wire_be16(&p.w);
	uint64_t hash = 0;
	struct wire asked;
	unsigned records;

	if (p.size < HEADER || !header(&d, &p.w))
		return SURE_NOT;
	if (!p.w.ok)
		return piece_short(&p);
	asked = p.w;
	if (d.count[QUESTION] == 1 && !question(&d, &p.w, &hash))
		return p.w.ok ? SURE_NOT : piece_short(&p);
	if (load && d.count[QUESTION] == 1)
		measure_question(&d, asked, hash);
	records = (unsigned)d.count[ANSWER] + d.count[AUTHORITY] + d.count[ADDITIONAL];
	for (unsigned i = 0; i < records; i++)
		if (!record(&d, &p.w, i < d.count[ANSWER]))
			return p.w.ok || !p.cut ? SURE_NOT : SURE_LIKELY;
	if (p.cut)
		return SURE_LIKELY; /* what is missing could be wrong */
	if (wire_left(&p.w) > 0)
		return SURE_NOT;
	m->code = (uint8_t)(d.opcode << 1 | d.flags >> 15);
	m->weak =
	    d.count[QUESTION] == 0 || (!(d.flags & (AA | RD | RA)) && d.count[ADDITIONAL] == 0);
	m->key = m->echo = (uint64_t)id << 48 | (hash >> 16 ^ (hash & 0xffff));
	return SURE_CONFIRMED;
}

static enum sure
read_dns(struct piece p, struct message *m)
{
	return read_message(p, m, NULL);
}

bool
dns_load_question(struct piece p, struct dns_load *load)
{
	size_t size = wire_left(&p.w);
	struct dns d = { .start = p.w.p, .size = size, .steps = size + STEPS_MORE, .load = load };
	struct wire asked;

	memset(load, 0, sizeof *load);
	wire_skip(&p.w, 2); /* the id */
	if (!header(&d, &p.w) || d.opcode != QUERY || d.count[QUESTION] != 1)
		return false;
	asked = p.w;
	if (!name(&d, &p.w))
		return false;
	wire_skip(&p.w, 4); /* its type and class */
	if (!p.w.ok)
		return false;
	measure_question(&d, asked, 0);
	load->rest = (uint16_t)wire_left(&p.w);
	load->tells = d.flags & QR;
	return true;
}

bool
dns_load(struct piece p, struct dns_load *load)
{
	struct message m = { .code = 0 };

	memset(load, 0, sizeof *load);
	if (read_message(p, &m, load) != SURE_CONFIRMED)
		return false;
	load->tells = m.code == (QUERY << 1 | 1);
	return m.code >> 1 == QUERY;
}

static enum sure
frame_dns(struct wire *stream, size_t *size)
{
	*size = wire_be16(stream);
	if (!stream->ok)
		return SURE_OPEN;
	return *size < HEADER ? SURE_NOT : SURE_CONFIRMED;
}

static bool
answers_dns(uint8_t asked, uint8_t told)
{
	return !(asked & 1) && told == (asked | 1);
}

const struct exchange dns_exchange = { frame_dns, read_dns, answers_dns };

enum sure
look_dns(const struct talk *t)
{
	enum sure sure = look_exchange(t, &dns_exchange);

	return sure == SURE_CONFIRMED && dns_is_undecided(t) ? SURE_LIKELY : sure;
}

uint8_t
name_dns(const struct talk *t)
{
	return dns_is_tunnel(t) ? APP_DNS_TUNNEL : APP_DNS;
}
