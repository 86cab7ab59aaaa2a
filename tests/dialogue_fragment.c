/* dialogue_fragment.c - one segment of a dialogue in fragments of IP. */
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum {
	TCP_HEADER = 20,
	DATAGRAM = 65536 + 64,
};

/* A packet that is sent in pieces: its TCP header and what is behind it. */
struct packet {
	bool client;
	size_t size;
	uint8_t bytes[DATAGRAM];
};

/* One of them. */
struct fragment {
	size_t at, size;
	bool more, other, own;
	unsigned id, proto, port; /* port: in place of the server's, 0: none */
	char keys[2][64];	  /* of IPv4, of IPv6 */
};

static uint32_t
sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s += (uint32_t)p[i] << (i & 1 ? 0 : 8);
		s = (s & 0xffff) + (s >> 16);
	}
	return s;
}

static void
be(uint8_t *to, uint32_t v, size_t n)
{
	while (n-- > 0) {
		to[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint8_t
flag_bits(const char *flags)
{
	static const char letters[] = "FSRPAUEC";
	uint8_t bits = 0;

	for (; *flags && *flags != ' '; flags++) {
		const char *at = strchr(letters, *flags);
		bits |= (uint8_t)(at ? 1u << (at - letters) : 0);
	}
	return bits;
}

/* The TCP header and the bytes behind it. The checksum is right: the pseudo-header's addresses are
 * those of address(), in any order. */
static void
fill(struct packet *to, const struct dialogue *d, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size)
{
	static const uint8_t ends4[] = { 10, 3, 0, 25, 10, 2, 0, 25 };
	static const uint8_t ends6[] = { 0x20, 1, 0xd, 0xb8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25,
		0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25 };
	unsigned port[2] = { d->s->port, d->now->port };
	uint8_t *h = to->bytes;

	to->size = TCP_HEADER + size;
	memset(h, 0, TCP_HEADER);
	be(h, port[to->client], 2);
	be(h + 2, port[!to->client], 2);
	be(h + 4, seq, 4);
	be(h + 8, d->side[!to->client].next, 4);
	h[12] = 5 << 4;
	h[13] = flag_bits(flags);
	be(h + 14, 65535, 2);
	if (size > 0)
		memcpy(h + TCP_HEADER, bytes, size);
	uint32_t s = sum((uint32_t)(6 + to->size), d->now->ip6 ? ends6 : ends4,
	    d->now->ip6 ? sizeof ends6 : sizeof ends4);
	be(h + 16, ~sum(s, h, to->size) & 0xffff, 2);
}

static void
put_copy(struct dialogue *d, struct packet *p, const struct fragment *g, bool copy)
{
	FILE *f = put_frame(d, p->client, copy, g->own);
	const char *more = g->more ? "+" : "";

	fputs(g->keys[d->now->ip6], f);
	if (d->now->ip6)
		fprintf(f, " / frag %zu%s id=%u proto=%u", g->at, more, g->id, g->proto);
	else
		fprintf(f, " id=%u frag=%zu%s proto=%u", g->id, g->at, more, g->proto);
	put_text(f, p->bytes + g->at, g->size);
	put_frame_end(d);
}

/* The bytes of a fragment that has others. */
static void
flip(struct packet *p, const struct fragment *g)
{
	for (size_t i = g->at; g->other && i < g->at + g->size; i++)
		p->bytes[i] ^= 1;
}

static void
put_fragment(struct dialogue *d, struct packet *p, const struct fragment *g)
{
	uint8_t port[2] = { p->bytes[2], p->bytes[3] };

	if (g->port)
		be(p->bytes + 2, g->port, 2);
	flip(p, g);
	put_copy(d, p, g, false);
	if (d->s->forwarded) {
		d->time += FRAME / 2;
		put_copy(d, p, g, true);
		d->time -= FRAME / 2;
	}
	flip(p, g);
	memcpy(p->bytes + 2, port, sizeof port);
	d->time += FRAME;
}

/* --- every packet in fragments of a size --- */

static void
put_even(struct dialogue *d, struct packet *p, size_t at)
{
	size_t left = p->size - at, size = left < d->s->frag ? left : d->s->frag;

	put_fragment(d, p,
	    &(struct fragment){
		.at = at, .size = size, .more = size < left, .id = d->id, .proto = 6 });
}

void
fragments(struct dialogue *d, const struct piece *p)
{
	static struct packet packet = { .client = true };
	const char *how = d->s->frag_how;
	bool reverse = strcmp(how, "reverse") == 0;

	fill(&packet, d, p->seq, "PA", d->s->bytes + p->at, p->size);
	if (strcmp(how, "same") || d->id == 0)
		d->id++;
	size_t last = (packet.size - 1) / d->s->frag;
	for (size_t k = 0; k <= last; k++) {
		size_t i = reverse ? last - k : k;
		put_even(d, &packet, i * d->s->frag);
		if (strcmp(how, "twice") == 0)
			put_even(d, &packet, i * d->s->frag);
	}
}

/* --- one packet in listed fragments --- */

static void __attribute__((noreturn)) wrong(const char *item)
{
	fprintf(
	    stderr, "dialogue: fragment `%s`: FROM-[TO][!][+|.][/KEY=VALUE...] is wanted\n", item);
	exit(1);
}

static void
add_key(struct fragment *g, const char *item, const char *name4, const char *name6, const char *v)
{
	char *keys[2] = { g->keys[0], g->keys[1] };
	const char *name[2] = { name4, name6 };

	for (int i = 0; i <= 1; i++) {
		size_t n = strlen(keys[i]);
		if (name[i] && (size_t)snprintf(keys[i] + n, sizeof g->keys[i] - n, " %s=%s",
				   name[i], v) >= sizeof g->keys[i] - n)
			wrong(item);
	}
}

/* /KEY=VALUE, in place of what all fragments of the packet have. */
static void
read_key(struct fragment *g, const char *item, char *key)
{
	char *v = strchr(key, '=');

	if (!v)
		wrong(item);
	*v++ = '\0';
	if (strcmp(key, "id") == 0)
		g->id = (unsigned)strtoul(v, NULL, 0);
	else if (strcmp(key, "proto") == 0)
		g->proto = (unsigned)strtoul(v, NULL, 0);
	else if (strcmp(key, "mac") == 0)
		g->own = true;
	else if (strcmp(key, "port") == 0)
		g->port = (unsigned)strtoul(v, NULL, 0);
	else if (strcmp(key, "ttl") == 0)
		add_key(g, item, "ttl", "hop", v);
	else if (strcmp(key, "tos") == 0)
		add_key(g, item, "tos", "class", v);
	else if (strcmp(key, "df") == 0)
		add_key(g, item, "df", NULL, v);
	else
		wrong(item);
}

static void
read_fragment(struct fragment *g, const char *item, size_t whole)
{
	char text[128], *rest = text, *at, *key;

	(void)snprintf(text, sizeof text, "%s", item);
	(void)strsep(&rest, "/"); /* it is `text` */
	g->at = strtoul(text, &at, 10);
	if (at == text || *at != '-')
		wrong(item);
	size_t to = strtoul(at + 1, &key, 10);
	if (key == at + 1)
		to = whole;
	if (to < g->at || to > DATAGRAM)
		wrong(item);
	g->size = to - g->at;
	g->more = to < whole;
	for (at = key; *at; at++) {
		if (*at == '!')
			g->other = true;
		else if (*at == '+' || *at == '.')
			g->more = *at == '+';
		else
			wrong(item);
	}
	while ((key = strsep(&rest, "/")))
		read_key(g, item, key);
}

void
listed_fragments(struct dialogue *d, const struct step *t, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size)
{
	static struct packet packet;
	const char *keys = strstr(t->keys, " flags=");
	char list[512], *rest = list, *item;

	packet.client = t->client;
	memset(packet.bytes, 'x', sizeof packet.bytes);
	fill(&packet, d, seq, keys ? keys + 7 : flags, bytes, size);
	d->id++;
	(void)snprintf(list, sizeof list, "%s", t->frags);
	while ((item = strsep(&rest, ","))) {
		struct fragment g = { .id = d->id, .proto = 6 };
		if (*item == 'w') {
			d->time += (int64_t)(strtod(item + 1, NULL) * 1e6);
			continue;
		}
		read_fragment(&g, item, packet.size);
		put_fragment(d, &packet, &g);
	}
}
