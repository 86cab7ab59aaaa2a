/* craft_layers.c - the layers that craft can write, from Ethernet to the last byte. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "craft.h"

static void
put_eth(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	char a[64], b[64];
	int col;
	uint64_t type = type_of(c, i, "type");
	uint8_t *h = front(c, 14);

	two(c, l, '>', "MAC>MAC", a, b, &col);
	mac(c, a, col, h + 6);
	mac(c, b, col + (int)strlen(a) + 1, h);
	be16(h + 12, type);
}

static void
put_vlan(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *id = next(c, l, true, "a VLAN id");
	uint64_t type = type_of(c, i, "type");
	uint8_t *h = front(c, 4);

	(void)num(c, l, "tpid", 0x8100, 0xffff); /* the header around it says it */
	be16(h, number(c, id->text, id->col, 4095) | num(c, l, "pcp", 0, 7) << 13 |
		    num(c, l, "dei", 0, 1) << 12);
	be16(h + 2, type);
}

static void
put_llc(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *dsap = next(c, l, true, "a DSAP"), *ssap = next(c, l, true, "an SSAP");
	uint8_t *h = front(c, 3);

	h[0] = (uint8_t)number(c, dsap->text, dsap->col, 255);
	h[1] = (uint8_t)number(c, ssap->text, ssap->col, 255);
	h[2] = (uint8_t)num(c, l, "control", 3, 255);
}

static void
put_snap(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t type = type_of(c, i, "type");
	uint8_t *h = front(c, 8);

	be16(h, 0xaaaa);
	h[2] = 3;
	be32(h + 2, (uint64_t)3 << 24 | num(c, l, "oui", 0, 0xffffff));
	be16(h + 6, type);
}

static void
put_mpls(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *label = next(c, l, true, "a label");
	uint64_t bottom = num(c, l, "bottom", !inner_is(c, i, "mpls"), 1);

	be32(front(c, 4), number(c, label->text, label->col, 0xfffff) << 12 |
			      num(c, l, "tc", 0, 7) << 9 | bottom << 8 | num(c, l, "ttl", 64, 255));
}

static void
put_pppoe(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t len = num(c, l, "len", size(c), 0xffff);
	uint8_t *h = front(c, 6);

	h[0] = 0x11;
	h[1] = (uint8_t)num(c, l, "code", 0, 255);
	be16(h + 2, num(c, l, "session", 1, 0xffff));
	be16(h + 4, len);
}

static void
put_ppp(struct craft *c, unsigned i)
{
	uint64_t proto = inner_is(c, i, "ip4") ? 0x0021 : inner_is(c, i, "ip6") ? 0x0057 : 0xc021;

	be16(front(c, 2), num(c, &c->layer[i], "proto", proto, 0xffff));
}

static void
put_arp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *op = next(c, l, true, "request, reply or a number");
	int col = 0;
	const char *smac = value(l, "smac", &col), *tmac;
	uint8_t *h = front(c, 28), src[16], dst[16];
	char text[64];

	be32(h, 0x00010800);
	be16(h + 4, 0x0604);
	be16(h + 6, strcmp(op->text, "request") == 0 ? 1 :
		    strcmp(op->text, "reply") == 0   ? 2 :
						       number(c, op->text, op->col, 0xffff));
	for (unsigned k = i; !smac && k-- > 0;) {
		if (strcmp(c->layer[k].name, "eth") == 0 && c->layer[k].n > 0) {
			(void)snprintf(text, sizeof text, "%.17s", c->layer[k].arg[0].text);
			smac = text;
		}
	}
	if (smac)
		mac(c, smac, col, h + 8);
	tmac = value(l, "tmac", &col);
	if (tmac)
		mac(c, tmac, col, h + 18);
	addresses(c, l, AF_INET, src, dst);
	memcpy(h + 14, src, 4);
	memcpy(h + 24, dst, 4);
}

/* --- network layers --- */

static void
put_ip4(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t opt[CRAFT_FIELD], src[16], dst[16];
	size_t n = hex_of(c, l, "opt", opt), padded = (n + 3) & ~(size_t)3,
	       total = size(c) + 20 + padded;
	int col = l->col;
	bool more = false;

	if (padded > 40)
		fail(c, l->col, "ip4: at most 40 bytes of options");
	addresses(c, l, AF_INET, src, dst);
	const char *frag = value(l, "frag", &col);
	uint64_t place = frag ? offset(c, frag, col, &more) : 0;
	memcpy(front(c, padded), opt, n);
	uint8_t *h = front(c, 20);
	h[0] =
	    (uint8_t)(num(c, l, "version", 4, 15) << 4 | num(c, l, "ihl", (20 + padded) / 4, 15));
	h[1] = (uint8_t)num(c, l, "tos", 0, 255);
	be16(h + 2, num(c, l, "len", total <= 0xffff ? total : 0, 0xffff));
	be16(h + 4, num(c, l, "id", 1, 0xffff));
	be16(h + 6, place | (more ? 0x2000 : 0) | num(c, l, "df", 0, 1) << 14);
	h[8] = (uint8_t)num(c, l, "ttl", 64, 255);
	h[9] = (uint8_t)proto_of(c, i);
	memcpy(h + 12, src, 4);
	memcpy(h + 16, dst, 4);
	be16(h + 10, num(c, l, "csum", ~sum(0, h, 20 + padded) & 0xffff, 0xffff));
}

static void
put_ip6(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	size_t n = size(c);
	uint8_t *h = front(c, 40);

	be32(h, num(c, l, "version", 6, 15) << 28 | num(c, l, "class", 0, 255) << 20 |
		    num(c, l, "flow", 0, 0xfffff));
	be16(h + 4, num(c, l, "len", n <= 0xffff ? n : 0, 0xffff));
	h[6] = (uint8_t)proto_of(c, i);
	h[7] = (uint8_t)num(c, l, "hop", 64, 255);
	addresses(c, l, AF_INET6, h + 8, h + 24);
}

/* An extension header of OPT behind FIXED bytes, filled up to 8 with PadN. Returns it. */
static uint8_t *
extension(struct craft *c, unsigned i, size_t fixed, const uint8_t *opt, size_t n)
{
	struct layer *l = &c->layer[i];
	size_t whole = (fixed + n + 7) & ~(size_t)7, pad = whole - fixed - n;
	uint8_t *h = front(c, whole);

	memcpy(h + fixed, opt, n);
	if (pad >= 2) {
		h[fixed + n] = 1;
		h[fixed + n + 1] = (uint8_t)(pad - 2);
	}
	h[0] = (uint8_t)proto_of(c, i);
	h[1] = (uint8_t)num(c, l, "len", whole / 8 - 1, 255);
	return h;
}

static void
put_options(struct craft *c, unsigned i)
{
	uint8_t opt[CRAFT_FIELD];
	int col = 0;

	if (value(&c->layer[i], "jumbo", &col)) {
		be16(opt, 0xc204);
		be32(opt + 2, num(c, &c->layer[i], "jumbo", 0, UINT32_MAX));
		(void)extension(c, i, 2, opt, 6);
		return;
	}
	size_t n = hex_of(c, &c->layer[i], "opt", opt);
	(void)extension(c, i, 2, opt, n);
}

static void
put_rh(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t opt[CRAFT_FIELD] = { 0 };
	size_t n = hex_of(c, l, "opt", opt);
	uint8_t *h = extension(c, i, 4, opt, n > 0 ? n : 4);

	h[2] = (uint8_t)num(c, l, "type", 0, 255);
	h[3] = (uint8_t)num(c, l, "left", 0, 255);
}

static void
put_frag(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *a = next(c, l, true, "OFFSET or OFFSET+");
	bool more;
	uint64_t place = offset(c, a->text, a->col, &more);
	uint8_t *h = front(c, 8);

	h[0] = (uint8_t)proto_of(c, i);
	be16(h + 2, place << 3 | more);
	be32(h + 4, num(c, l, "id", 1, UINT32_MAX));
}

static void
put_ah(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t icv[CRAFT_FIELD];
	size_t n = hex_of(c, l, "icv", icv), whole = (12 + n + 7) & ~(size_t)7;
	uint8_t *h = front(c, whole);

	h[0] = (uint8_t)proto_of(c, i);
	h[1] = (uint8_t)num(c, l, "len", whole / 4 - 2, 255);
	be32(h + 4, num(c, l, "spi", 1, UINT32_MAX));
	be32(h + 8, num(c, l, "seq", 1, UINT32_MAX));
	memcpy(h + 12, icv, n);
}

/* --- transport layers --- */

static uint64_t
tcp_flags(const struct craft *c, const char *text, int col)
{
	static const char letters[] = "FSRPAUEC";
	uint64_t flags = 0;

	if (strcmp(text, "none") == 0)
		return 0;
	for (const char *p = text; *p; p++) {
		const char *at = strchr(letters, *p);
		if (!at)
			fail(c, col, "`%s`: flags are letters of %s, or none", text, letters);
		flags |= (uint64_t)1 << (at - letters);
	}
	return flags;
}

static void
put_tcp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t opt[CRAFT_FIELD];
	size_t n = hex_of(c, l, "opt", opt), padded = (n + 3) & ~(size_t)3;
	uint64_t port[2];
	int col = 0;

	two_numbers(c, l, '>', "PORT>PORT", 0xffff, port);
	const char *flags = value(l, "flags", &col);
	memcpy(front(c, padded), opt, n);
	uint8_t *h = front(c, 20);
	be16(h, port[0]);
	be16(h + 2, port[1]);
	be32(h + 4, num(c, l, "seq", 1, UINT32_MAX));
	be32(h + 8, num(c, l, "ack", 0, UINT32_MAX));
	be16(h + 12,
	    num(c, l, "doff", 5 + padded / 4, 15) << 12 | tcp_flags(c, flags ? flags : "A", col));
	be16(h + 14, num(c, l, "win", 65535, 65535));
	be16(h + 18, num(c, l, "urg", 0, 65535));
	checksum(c, l, 16, pseudo(c, i, 6), false);
}

static void
put_udp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t port[2], len = size(c) + 8;
	uint8_t *h = front(c, 8);

	two_numbers(c, l, '>', "PORT>PORT", 0xffff, port);
	be16(h, port[0]);
	be16(h + 2, port[1]);
	be16(h + 4, num(c, l, "len", len <= 0xffff ? len : 0, 0xffff));
	checksum(c, l, 6, pseudo(c, i, 17), true);
}

static void
put_sctp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t port[2];
	uint8_t *h = front(c, 12);

	two_numbers(c, l, '>', "PORT>PORT", 0xffff, port);
	be16(h, port[0]);
	be16(h + 2, port[1]);
	be32(h + 4, num(c, l, "tag", 1, UINT32_MAX));
}

static void
put_icmp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t rest[CRAFT_FIELD] = { 0 };
	uint64_t type[2];
	int col = 0;

	two_numbers(c, l, '.', "TYPE.CODE", 255, type);
	bool echo = strcmp(l->name, "icmp") == 0 ? type[0] == 0 || type[0] == 8 :
						   type[0] == 128 || type[0] == 129;
	be16(rest, num(c, l, "id", echo, 0xffff));
	be16(rest + 2, num(c, l, "seq", echo, 0xffff));
	const char *given = value(l, "rest", &col);
	if (given && hex(c, given, col, rest, 4) != 4)
		fail(c, col, "rest= is 4 bytes");
	uint8_t *h = front(c, 8);
	h[0] = (uint8_t)type[0];
	h[1] = (uint8_t)type[1];
	memcpy(h + 4, rest, 4);
	checksum(c, l, 2, strcmp(l->name, "icmp") == 0 ? 0 : pseudo(c, i, 58), false);
}

/* --- encapsulations --- */

static void
put_gre(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t version = num(c, l, "version", 0, 7), csum = num(c, l, "csum", 0, 1), n = size(c),
		 flags = version;
	uint64_t proto = type_of(c, i, "proto");
	int col;

	if (version == 1 && value(l, "ack", &col)) {
		be32(front(c, 4), num(c, l, "ack", 0, UINT32_MAX));
		flags |= 0x0080;
	}
	if (value(l, "seq", &col)) {
		be32(front(c, 4), num(c, l, "seq", 0, UINT32_MAX));
		flags |= 0x1000;
	}
	if (value(l, "key", &col) || version == 1) {
		uint64_t key = num(c, l, "key", 1, version == 1 ? 0xffff : UINT32_MAX);
		be32(front(c, 4), version == 1 ? n << 16 | key : key);
		flags |= 0x2000;
	}
	if (csum) {
		(void)front(c, 4);
		flags |= 0x8000;
	}
	uint8_t *h = front(c, 4);
	be16(h, num(c, l, "flags", flags, 0xffff));
	be16(h + 2, proto);
	if (csum)
		be16(h + 4, ~sum(0, h, size(c)) & 0xffff);
}

static void
put_vxlan(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *vni = next(c, l, true, "a VNI");
	uint8_t *h = front(c, 8);

	h[0] = (uint8_t)num(c, l, "flags", 8, 255);
	be32(h + 4, number(c, vni->text, vni->col, 0xffffff) << 8);
}

static void
put_geneve(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *vni = next(c, l, true, "a VNI");
	uint8_t opt[CRAFT_FIELD];
	size_t n = hex_of(c, l, "opt", opt);
	uint64_t proto = type_of(c, i, "proto");

	put_bytes(c, opt, n);
	uint8_t *h = front(c, 8);
	h[0] = (uint8_t)(n / 4 & 0x3f);
	be16(h + 2, proto);
	be32(h + 4, number(c, vni->text, vni->col, 0xffffff) << 8);
}

static void
put_teredo(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];

	if (num(c, l, "origin", 0, 1))
		(void)front(c, 8);
	if (num(c, l, "auth", 0, 1))
		front(c, 13)[1] = 1;
}

static void
put_gtpu(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	struct arg *teid = next(c, l, true, "a TEID");
	uint8_t ext[CRAFT_FIELD], flags = 0x30;
	size_t n = hex_of(c, l, "ext", ext);
	int col;

	/* ext= begins with the type of the first extension header, which the optional fields end
	 * with. */
	if (n > 0) {
		put_bytes(c, ext, n);
		(void)front(c, 3);
		flags |= 4;
	} else if (value(l, "seq", &col)) {
		(void)front(c, 4);
	}
	if (value(l, "seq", &col)) {
		be16(c->room + c->at, num(c, l, "seq", 0, 0xffff));
		flags |= 2;
	}
	uint64_t len = size(c);
	uint8_t *h = front(c, 8);
	h[0] = flags;
	h[1] = (uint8_t)num(c, l, "type", 255, 255);
	be16(h + 2, num(c, l, "len", len, 0xffff));
	be32(h + 4, number(c, teid->text, teid->col, UINT32_MAX));
}

static void
put_l2tp(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint64_t id[2], length = num(c, l, "length", 0, 1), n = size(c) + 8;

	two_numbers(c, l, '.', "TUNNEL.SESSION", 0xffff, id);
	be32(front(c, 4), id[0] << 16 | id[1]);
	if (length)
		be16(front(c, 2), n);
	be16(front(c, 2), length ? 0x4002 : 0x0002);
}

static void
put_etherip(struct craft *c, unsigned i)
{
	(void)i;
	be16(front(c, 2), 0x3000);
}

/* --- bytes --- */

static void
put_quote(struct craft *c, unsigned i)
{
	struct arg *a = next(c, &c->layer[i], false, "");
	size_t n = size(c);
	uint64_t keep = a ? number(c, a->text, a->col, CRAFT_ROOM) : n;

	if (keep >= n)
		return;
	memmove(c->room + CRAFT_ROOM - keep, c->room + c->at, keep);
	c->at = CRAFT_ROOM - keep;
}

static void
put_data(struct craft *c, unsigned i)
{
	struct arg *a = next(c, &c->layer[i], true, "a number of bytes");
	uint64_t n = number(c, a->text, a->col, CRAFT_ROOM);
	uint8_t *h = front(c, n);

	for (size_t k = 0; k < n; k++)
		h[k] = (uint8_t)k;
}

static void
put_hex(struct craft *c, unsigned i)
{
	struct layer *l = &c->layer[i];
	uint8_t bytes[CRAFT_FIELD];
	size_t n[CRAFT_ARGS];

	if (l->n == 0)
		fail(c, l->col, "hex: pairs of hexadecimal digits are wanted");
	for (unsigned k = l->n; k-- > 0;) {
		n[k] = hex(c, l->arg[k].text, l->arg[k].col, bytes, sizeof bytes);
		put_bytes(c, bytes, n[k]);
		l->arg[k].used = true;
	}
}

static void
put_text(struct craft *c, unsigned i)
{
	struct arg *a = next(c, &c->layer[i], true, "\"a text\"");
	static const char from[] = "rnt", to[] = "\r\n\t";
	uint8_t bytes[CRAFT_FIELD * 4];
	size_t n = 0;

	if (a->text[0] != '"')
		fail(c, a->col, "`%s`: a \"text\" is wanted", a->text);
	for (const char *p = a->text + 1; *p; p++) {
		const char *known = NULL;
		if (n == sizeof bytes)
			fail(c, a->col, "text longer than %zu bytes", sizeof bytes);
		if (*p != '\\') {
			bytes[n++] = (uint8_t)*p;
			continue;
		}
		p++;
		if (*p == 'x' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
			char pair[3] = { p[1], p[2], 0 };
			bytes[n++] = (uint8_t)strtoul(pair, NULL, 16);
			p += 2;
		} else if (*p && (known = strchr(from, *p))) {
			bytes[n++] = (uint8_t)to[known - from];
		} else if (*p == '"' || *p == '\\') {
			bytes[n++] = (uint8_t)*p;
		} else {
			fail(c, a->col + (int)(p - a->text), "unknown escape \\%c", *p ? *p : ' ');
		}
	}
	put_bytes(c, bytes, n);
}

static const struct kind kinds[] = {
	{ "eth", put_eth, 0x6558, 143 },
	{ "vlan", put_vlan, 0x8100, CRAFT_NONE },
	{ "llc", put_llc, CRAFT_NONE, CRAFT_NONE },
	{ "snap", put_snap, CRAFT_NONE, CRAFT_NONE },
	{ "mpls", put_mpls, 0x8847, 137 },
	{ "pppoe", put_pppoe, 0x8864, CRAFT_NONE },
	{ "ppp", put_ppp, 0x880b, CRAFT_NONE },
	{ "arp", put_arp, 0x0806, CRAFT_NONE },
	{ "ip4", put_ip4, 0x0800, 4 },
	{ "ip6", put_ip6, 0x86dd, 41 },
	{ "hbh", put_options, CRAFT_NONE, 0 },
	{ "dst", put_options, CRAFT_NONE, 60 },
	{ "rh", put_rh, CRAFT_NONE, 43 },
	{ "frag", put_frag, CRAFT_NONE, 44 },
	{ "ah", put_ah, CRAFT_NONE, 51 },
	{ "tcp", put_tcp, CRAFT_NONE, 6 },
	{ "udp", put_udp, CRAFT_NONE, 17 },
	{ "sctp", put_sctp, CRAFT_NONE, 132 },
	{ "icmp", put_icmp, CRAFT_NONE, 1 },
	{ "icmp6", put_icmp, CRAFT_NONE, 58 },
	{ "gre", put_gre, CRAFT_NONE, 47 },
	{ "vxlan", put_vxlan, CRAFT_NONE, CRAFT_NONE },
	{ "geneve", put_geneve, CRAFT_NONE, CRAFT_NONE },
	{ "teredo", put_teredo, CRAFT_NONE, CRAFT_NONE },
	{ "gtpu", put_gtpu, CRAFT_NONE, CRAFT_NONE },
	{ "l2tp", put_l2tp, CRAFT_NONE, CRAFT_NONE },
	{ "etherip", put_etherip, CRAFT_NONE, 97 },
	{ "quote", put_quote, CRAFT_NONE, CRAFT_NONE },
	{ "data", put_data, CRAFT_NONE, CRAFT_NONE },
	{ "text", put_text, CRAFT_NONE, CRAFT_NONE },
	{ "hex", put_hex, CRAFT_NONE, CRAFT_NONE },
};

const struct kind *
craft_kind(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
