/* shard.c - see shard.h.
 *   RFC 1042 (SNAP), 2516 (PPPoE), 3032 (MPLS), 4385 (pseudowires), 792 and 4443 (ICMP errors).
 */
#include "capture/shard.h"

#include "base/addr.h"
#include "base/wire.h"

enum { LAYERS_MOST = 24, TAGS_MOST = 8, EXTENSIONS_MOST = 24 };

enum {
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88a8,
	TYPE_MPLS = 0x8847,
	TYPE_MPLS_MULTI = 0x8848,
	TYPE_PPPOE = 0x8864,
	LENGTH_MOST = 0x05dc,
};

enum {
	PROTO_HOP = 0,
	PROTO_ICMP = 1,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_OPTIONS = 60
};

/* What the way to the addresses came to. */
enum find {
	FIND_PAIR, /* an address pair */
	FIND_NONE, /* another protocol: the frame goes by its MACs */
	FIND_BAD,  /* it should have been there, and cannot be read */
};

struct pair {
	struct addr a, b;
};

static struct addr
take4(struct wire *w)
{
	uint8_t b[4];

	wire_copy(w, b, sizeof b);
	return addr_from4(b);
}

static struct addr
take6(struct wire *w)
{
	uint8_t b[16];

	wire_copy(w, b, sizeof b);
	return addr_from6(b);
}

/* The pair of an IPv4 header; *REST is behind the header, *PROTO -1 when that is a fragment's. */
static bool
pair4(struct wire w, struct pair *p, struct wire *rest, int *proto)
{
	uint8_t form = wire_u8(&w);

	wire_skip(&w, 5);

	bool fragment = (wire_be16(&w) & 0x3fff) != 0;

	wire_skip(&w, 1);

	uint8_t protocol = wire_u8(&w);

	wire_skip(&w, 2);
	p->a = take4(&w);
	p->b = take4(&w);
	if (!w.ok || form >> 4 != 4 || (form & 15) < 5)
		return false;
	wire_skip(&w, (size_t)(form & 15) * 4 - 20);
	*proto = fragment ? -1 : protocol;
	*rest = w;
	return true;
}

static bool
pair6(struct wire w, struct pair *p, struct wire *rest, int *proto)
{
	uint8_t form = wire_u8(&w);

	wire_skip(&w, 5);
	*proto = wire_u8(&w);
	wire_skip(&w, 1);
	p->a = take6(&w);
	p->b = take6(&w);
	*rest = w;
	return w.ok && form >> 4 == 6;
}

/* Walks the extension headers to an ICMPv6 header; -1 when there is none, or only a piece of it. */
static int
transport6(struct wire *w, int proto)
{
	for (int i = 0; i < EXTENSIONS_MOST && w->ok; i++) {
		uint8_t next;
		size_t units;

		switch (proto) {
		case PROTO_HOP:
		case PROTO_ROUTING:
		case PROTO_OPTIONS:
			next = wire_u8(w);
			units = wire_u8(w);
			wire_skip(w, units * 8 + 6);
			break;
		case PROTO_AH:
			next = wire_u8(w);
			units = wire_u8(w);
			wire_skip(w, units * 4 + 6);
			break;
		case PROTO_FRAGMENT:
			next = wire_u8(w);
			wire_skip(w, 1);
			if (wire_be16(w) & 0xfff9) /* an offset, or more to come */
				return -1;
			wire_skip(w, 4);
			break;
		default:
			return proto;
		}
		proto = next;
	}
	return -1;
}

/* An ICMP error goes to the worker of the flow that it is about. One in fragments does not: they
 * have only the outer pair in common. *P stays when there is no quote. */
static void
quote(struct wire w, bool is6, struct pair *p)
{
	uint8_t type = wire_u8(&w);
	struct pair quoted;
	struct wire rest;
	int proto;

	wire_skip(&w, 7);
	if (is6 ? type < 1 || type > 4 :
		  type != 3 && type != 4 && type != 5 && type != 11 && type != 12)
		return;
	if (is6 ? pair6(w, &quoted, &rest, &proto) : pair4(w, &quoted, &rest, &proto))
		*p = quoted;
}

static enum find
find4(struct wire w, struct pair *p)
{
	struct wire rest;
	int proto;

	if (!pair4(w, p, &rest, &proto))
		return FIND_BAD;
	if (proto == PROTO_ICMP)
		quote(rest, false, p);
	return FIND_PAIR;
}

static enum find
find6(struct wire w, struct pair *p)
{
	struct wire rest;
	int proto;

	if (!pair6(w, p, &rest, &proto))
		return FIND_BAD;
	if (transport6(&rest, proto) == PROTO_ICMP6)
		quote(rest, true, p);
	return FIND_PAIR;
}

static bool
is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_QINQ || type == 0x9100 || type == 0x9200 ||
	       type == 0x9300;
}

static enum find
find_ppp(struct wire w, struct pair *p)
{
	struct wire behind = w;
	uint16_t protocol;

	if (wire_be16(&behind) == 0xff03)
		w = behind;
	protocol = wire_u8(&w);
	if (!(protocol & 1)) /* RFC 1661, 6.5: an odd first byte is the whole number */
		protocol = (uint16_t)(protocol << 8 | wire_u8(&w));
	if (!w.ok)
		return FIND_BAD;
	if (protocol == 0x0021)
		return find4(w, p);
	return protocol == 0x0057 ? find6(w, p) : FIND_NONE;
}

/* Skips an Ethernet header when it looks like one with addresses inside; *TYPE is its type. */
static bool
skip_ether(struct wire *w, uint16_t *type)
{
	struct wire h = *w;

	wire_skip(&h, 12);
	*type = wire_be16(&h);
	if (!h.ok || (*type != TYPE_IP4 && *type != TYPE_IP6 && !is_tag(*type) &&
			 *type != TYPE_MPLS && *type != TYPE_PPPOE))
		return false;
	*w = h;
	return true;
}

/* Skips the labels. *TYPE is then IP, or the type of a pseudowire's Ethernet; else FIND_NONE. */
static enum find
skip_mpls(struct wire *w, uint16_t *type)
{
	uint32_t entry = 0;

	for (int i = 0; !(entry & 0x100); i++) {
		if (i == TAGS_MOST)
			return FIND_BAD;
		entry = wire_be32(w);
		if (!w->ok)
			return FIND_BAD;
	}

	struct wire peek = *w, word = *w;
	uint8_t version = wire_u8(&peek) >> 4;

	if (!peek.ok)
		return FIND_BAD;
	wire_skip(&word, 4); /* the control word */
	if (version == 4 || version == 6) {
		*type = version == 4 ? TYPE_IP4 : TYPE_IP6;
		return FIND_PAIR;
	}
	if (version == 0 && skip_ether(&word, type)) {
		*w = word;
		return FIND_PAIR;
	}
	return skip_ether(w, type) ? FIND_PAIR : FIND_NONE;
}

/* LLC behind a length: *TYPE of SNAP, when it has one. */
static enum find
skip_snap(struct wire *w, uint16_t *type)
{
	uint32_t llc = wire_be32(w); /* DSAP, SSAP, control, and the OUI's first byte */
	uint16_t oui = wire_be16(w);

	*type = wire_be16(w);
	if (!w->ok || llc != 0xaaaa0300)
		return FIND_NONE;
	if (oui == 0)
		return FIND_PAIR;
	if (oui != 0x80c2 || (*type != 1 && *type != 7))
		return FIND_NONE;

	/* A bridged Ethernet frame; RFC 2684, 5.2 has two bytes of padding before it. */
	struct wire padded = *w;

	wire_skip(&padded, 2);
	if (skip_ether(w, type))
		return FIND_PAIR;
	if (!skip_ether(&padded, type))
		return FIND_NONE;
	*w = padded;
	return FIND_PAIR;
}

/* Finds the outermost pair behind the Ethernet header. */
static enum find
find_pair(struct wire w, uint16_t type, struct pair *p)
{
	for (int i = 0; i < LAYERS_MOST; i++) {
		enum find r = FIND_PAIR;

		if (type == TYPE_IP4)
			return find4(w, p);
		if (type == TYPE_IP6)
			return find6(w, p);
		if (type == TYPE_PPPOE) {
			wire_skip(&w, 6);
			return find_ppp(w, p);
		}
		if (is_tag(type)) {
			wire_skip(&w, 2);
			type = wire_be16(&w);
			if (!w.ok)
				return FIND_BAD;
		} else if (type == TYPE_MPLS || type == TYPE_MPLS_MULTI) {
			r = skip_mpls(&w, &type);
		} else if (type <= LENGTH_MOST) {
			r = skip_snap(&w, &type);
		} else {
			return FIND_NONE;
		}
		if (r != FIND_PAIR)
			return r;
	}
	return FIND_BAD;
}

static struct addr
mac_addr(const uint8_t mac[6])
{
	struct addr a = { .w = { 0 } };

	memcpy(a.b, mac, 6);
	return a;
}

static uint64_t
addr_hash(const struct hash_key *key, const struct addr *a)
{
	return hash_fold(a->d[0] ^ key->k[0], a->d[1] ^ key->k[1]);
}

unsigned
shard(const struct hash_key *key, unsigned workers, const uint8_t *frame, uint32_t size)
{
	struct wire w = wire_of(frame, size);
	const uint8_t *to = wire_take(&w, 6), *from = wire_take(&w, 6);
	uint16_t type = wire_be16(&w);
	struct pair p;

	if (workers <= 1 || !w.ok)
		return 0;
	switch (find_pair(w, type, &p)) {
	case FIND_PAIR:
		break;
	case FIND_NONE:
		p = (struct pair){ mac_addr(to), mac_addr(from) };
		break;
	case FIND_BAD:
		return 0;
	}

	/* A sum does not know which came first, and does not vanish when both are the same. */
	uint64_t h = hash_fold(addr_hash(key, &p.a) + addr_hash(key, &p.b), key->k[2]);

	return (unsigned)((h >> 32) * workers >> 32);
}
