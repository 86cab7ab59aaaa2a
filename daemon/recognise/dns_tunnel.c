/* dns_tunnel.c - which DNS has the shape of a tunnel: encoded text in names (iodine, dns2tcp,
 * dnscat2), and data in answers of types that nobody asks for.
 *
 * An ordinary first exchange is the end of it, as most flows are one question. Where it is strange
 * the first twelve messages of each side are looked at. What was measured: of other people's
 * captures no name has more than 16 characters in labels that look encoded, of names that are made
 * of digests and keys (DKIM, DANE, reputation services, load balancers) none more than 78; each of
 * the tunnels has more in a name that carries data, or bytes that are no text, or asks for types
 * that hold anything. Not told from other lookups: digits or words that stand for data, and a
 * little of it in each flow. */
#include "recognise/dns.h"
#include "recognise/look.h"

enum {
	NAME_MOST = 96,	   /* encoded characters of a name: more than a digest and a key have */
	NAME_STRANGE = 24, /* the same, where further names are looked at */
	ODD = 3,	   /* pairs of a label, the same */
	RAW = 16,	   /* bytes of a name that are no text: no host's name in any charset */

	/* Different names of one parent that were answered. */
	NAMES = 6,
	NAMES_LEAST = 8,  /* encoded characters of each, and */
	NAMES_MOST = 192, /* of all */

	/* The same where addresses are asked for, as reputation services and clouds have it. */
	HOSTS = 8,
	HOSTS_LEAST = 24,
	HOSTS_MOST = 320,
};

/* A side's messages. */
struct loads {
	struct dns_load load[RECOGNISE_PACKETS];
	unsigned n;
	bool all; /* no more of them will be looked at */
};

/* Of a type that holds anything? */
static bool
holds_anything(uint16_t type)
{
	return type == DNS_NULL || (type >= DNS_PRIVATE && type <= DNS_PRIVATE_LAST);
}

/* Is it asked for everywhere, with names of any kind? */
static bool
is_common(uint16_t type)
{
	enum { A = 1, NS = 2, SOA = 6, PTR = 12, AAAA = 28, DS = 43, SSHFP = 44, RRSIG = 46 };
	enum { NSEC = 47, DNSKEY = 48, NSEC3 = 50, TLSA = 52, SVCB = 64, HTTPS = 65 };

	switch (type) {
	case A:
	case NS:
	case SOA:
	case PTR:
	case AAAA:
	case DS:
	case SSHFP:
	case RRSIG:
	case NSEC:
	case DNSKEY:
	case NSEC3:
	case TLSA:
	case SVCB:
	case HTTPS:
		return true;
	default:
		return false;
	}
}

static bool
is_strange(const struct dns_load *l)
{
	if (holds_anything(l->type) || l->asked >= NAME_STRANGE || l->most >= NAME_MOST ||
	    l->raw >= RAW)
		return true;
	return l->odd >= ODD && (!is_common(l->type) || l->told >= ODD);
}

/* Do both sides' messages have the client's question, byte for byte? They have a header then. */
static bool
asks_the_same(const struct piece first[2])
{
	enum { HEADER = 12, TYPE_AND_CLASS = 4 };
	const struct wire *asked = &first[TALK_CLIENT].w, *told = &first[TALK_SERVER].w;
	size_t size = wire_left(asked), n;
	const uint8_t *end;

	if (size <= HEADER)
		return false;
	end = memchr(asked->p + HEADER, 0, size - HEADER);
	if (!end || (size_t)(asked->end - end) <= TYPE_AND_CLASS)
		return false;
	n = (size_t)(end - asked->p) + 1 + TYPE_AND_CLASS;
	return n <= wire_left(told) && memcmp(asked->p + HEADER, told->p + HEADER, n - HEADER) == 0;
}

/* Is the first message of a side strange? The others' order is not known. Records are only looked
 * at where they may tell something: most flows are an ordinary question and a short answer. */
static bool
begins_strangely(const struct talk *t)
{
	enum { TELLS = 0x80 };
	struct piece first[2];
	bool there[2];

	for (unsigned side = 0; side < 2; side++)
		there[side] = exchange_first(t, side, &dns_exchange, &first[side]);
	if (there[TALK_CLIENT] && there[TALK_SERVER] && asks_the_same(first))
		there[first[TALK_CLIENT].w.p[2] & TELLS ? TALK_SERVER : TALK_CLIENT] = false;
	for (unsigned side = 0; side < 2; side++) {
		struct piece p = first[side];
		struct dns_load l;

		if (!there[side] || !dns_load_question(p, &l))
			continue;
		if (is_strange(&l))
			return true;
		if (l.tells && (l.rest >= NAME_MOST || l.odd >= ODD) && dns_load(p, &l) &&
		    is_strange(&l))
			return true;
	}
	return false;
}

static void
load_side(struct loads *s, const struct talk *t, enum talk_side side)
{
	const struct opening *o = &t->side[side];
	struct piece p[RECOGNISE_PACKETS];
	unsigned pieces = exchange_pieces(t, side, &dns_exchange, p);

	s->n = 0;
	for (unsigned i = 0; i < pieces; i++)
		s->n += dns_load(p[i], &s->load[s->n]);
	s->all = o->whole || pieces == RECOGNISE_PACKETS || o->size == RECOGNISE_BYTES;
}

/* Does one message tell? */
static bool
is_enough(const struct dns_load *l)
{
	return l->any || l->most >= NAME_MOST || l->raw >= RAW || (l->blob && l->odd >= ODD);
}

/* Was it counted before? */
static bool
is_again(const struct loads *s, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (s->load[k].name == s->load[i].name)
			return true;
	return false;
}

/* Many names of one parent: what no lookup needs, but a stream. */
static bool
are_many(const struct loads *s, bool tells)
{
	unsigned names = 0, hosts = 0, named = 0, hosted = 0;
	uint64_t parent = 0;

	for (unsigned i = 0; i < s->n; i++) {
		const struct dns_load *l = &s->load[i];
		bool common = is_common(l->type) && l->told < ODD;

		if (l->tells != tells || (tells && !l->holds) || is_again(s, i))
			continue;
		if (l->asked < (common ? HOSTS_LEAST : NAMES_LEAST))
			continue;
		if (names + hosts == 0)
			parent = l->parent;
		if (l->parent != parent)
			continue;
		*(common ? &hosts : &names) += 1;
		*(common ? &hosted : &named) += l->asked;
	}
	return (names >= NAMES && named >= NAMES_MOST) ||
	       (tells && hosts >= HOSTS && hosted >= HOSTS_MOST);
}

static bool
is_shaped(const struct loads side[2])
{
	bool answered = false;

	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < side[k].n; i++) {
			if (is_enough(&side[k].load[i]))
				return true;
			answered |= side[k].load[i].tells;
		}
	return are_many(&side[0], answered) || are_many(&side[1], answered);
}

bool
dns_is_tunnel(const struct talk *t)
{
	struct loads side[2];

	if (!begins_strangely(t))
		return false;
	load_side(&side[TALK_CLIENT], t, TALK_CLIENT);
	load_side(&side[TALK_SERVER], t, TALK_SERVER);
	return is_shaped(side);
}

bool
dns_is_undecided(const struct talk *t)
{
	struct loads side[2];

	if (!begins_strangely(t))
		return false;
	load_side(&side[TALK_CLIENT], t, TALK_CLIENT);
	load_side(&side[TALK_SERVER], t, TALK_SERVER);
	return !(side[TALK_CLIENT].all && side[TALK_SERVER].all) && !is_shaped(side);
}
