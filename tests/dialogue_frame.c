/* dialogue_frame.c - one segment of a dialogue as frames, in the text of craft. */
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"

enum {
	FRAME = 50,   /* us between frames */
	ROUND = 4000, /* us between frames of interleaved flows */
	ODD = 3,      /* the fragment that is missing, or comes twice */
	TRICKED = 40, /* bytes of a packet to which that happens */
};

/* BYTES as craft's `text` has them. */
static void
put_text(FILE *f, const uint8_t *bytes, size_t size)
{
	fputs(" / text \"", f);
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '\r')
			fputs("\\r", f);
		else if (bytes[i] == '\n')
			fputs("\\n", f);
		else if (bytes[i] == '"' || bytes[i] == '\\')
			fprintf(f, "\\%c", bytes[i]);
		else if (bytes[i] < ' ' || bytes[i] > '~')
			fprintf(f, "\\x%02x", bytes[i]);
		else
			fputc(bytes[i], f);
	}
	fputc('"', f);
}

static const char *
address(bool client, bool ip6)
{
	if (client)
		return ip6 ? "2001:db8:3::25" : "10.3.0.25";
	return ip6 ? "2001:db8:2::25" : "10.2.0.25";
}

/* The header of Ethernet and IP, up to where keys of IP can follow; COPY: behind the gateway. */
static void
put_network(FILE *f, const struct dialogue *d, bool client, bool copy)
{
	unsigned net = client != copy ? 3 : 2;

	fprintf(f, "eth 02:00:00:00:%02x:", net);
	fprintf(f, copy ? "01>02:00:00:00:%02x:02" : "02>02:00:00:00:%02x:01", net);
	fprintf(f, " / %s %s>%s", d->now->ip6 ? "ip6" : "ip4", address(client, d->now->ip6),
	    address(!client, d->now->ip6));
}

static void
put_tcp(FILE *f, const struct dialogue *d, bool client, uint32_t seq, uint32_t ack)
{
	unsigned port[2] = { d->s->port, d->now->port };

	fprintf(f, " / tcp %u>%u seq=%u ack=%u", port[client], port[!client], seq, ack);
}

/* A frame begins, at this time; its line ends with put_frame_end(). */
static FILE *
put_frame(struct dialogue *d, bool at_client)
{
	d->frame = grown(d->frame, &d->room, d->frames, sizeof *d->frame);
	d->frame[d->frames] = (struct frame){ .time = d->time,
		.order = d->frames,
		.at_client = at_client,
		.at = (size_t)ftello(d->out) };
	d->frames++;
	fprintf(d->out, "@%lld.%06lld ", (long long)(d->time / 1000000),
	    (long long)(d->time % 1000000));
	return d->out;
}

static void
put_frame_end(struct dialogue *d)
{
	(void)fputc('\n', d->out);
	(void)fputc('\0', d->out);
}

/* One segment, on one side of the gateway. */
static void
put_segment(struct dialogue *d, const struct step *t, bool client, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size, bool copy)
{
	FILE *f = put_frame(d, client != copy);
	uint32_t ack = d->side[!client].next + (uint32_t)(t ? t->ack : 0);
	bool first = strchr(flags, 'S') && client;

	put_network(f, d, client, copy);
	fprintf(f, " %s=%u", d->now->ip6 ? "hop" : "ttl", (t ? t->ttl : 64) - copy);
	put_tcp(f, d, client, seq, first ? 0 : ack);
	if (!t || !strstr(t->keys, " flags="))
		fprintf(f, " flags=%s", flags);
	if (t)
		fputs(t->keys, f);
	if (size > 0)
		put_text(f, bytes, size);
	if (t && t->less > 0)
		fprintf(f, " cut=%zu", 14 + (d->now->ip6 ? 40u : 20u) + 20 + size - t->less);
	put_frame_end(d);
}

/* A segment on the wire: it moves time, and nothing else. */
void
segment(struct dialogue *d, const struct step *t, bool client, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size)
{
	bool dropped = client ? d->s->drop_client : d->s->drop_server;

	if (!client && strchr(flags, 'S') && d->s->drop_synack)
		dropped = true;
	if (!dropped && !(t && t->lost)) {
		put_segment(d, t, client, seq, flags, bytes, size, false);
		if (d->s->forwarded) {
			d->time += FRAME / 2;
			put_segment(d, t, client, seq, flags, bytes, size, true);
			d->time -= FRAME / 2;
		}
	}
	d->time += d->s->interleave ? ROUND : FRAME;
}

/* --- a packet in fragments --- */

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

/* The TCP header and the bytes behind it. The checksum is right: the pseudo-header's addresses are
 * those of address(). */
static size_t
tcp_bytes(const struct dialogue *d, const struct piece *p, uint8_t *to)
{
	static const uint8_t ends4[] = { 10, 3, 0, 25, 10, 2, 0, 25 };
	static const uint8_t ends6[] = { 0x20, 1, 0xd, 0xb8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25,
		0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25 };
	size_t n = 20 + p->size;

	memset(to, 0, 20);
	be(to, d->now->port, 2);
	be(to + 2, d->s->port, 2);
	be(to + 4, p->seq, 4);
	be(to + 8, d->side[0].next, 4);
	to[12] = 5 << 4;
	to[13] = 0x18;
	be(to + 14, 65535, 2);
	memcpy(to + 20, d->s->bytes + p->at, p->size);
	uint32_t s = sum((uint32_t)(6 + n), d->now->ip6 ? ends6 : ends4,
	    d->now->ip6 ? sizeof ends6 : sizeof ends4);
	be(to + 16, ~sum(s, to, n) & 0xffff, 2);
	return n;
}

static void
put_fragment(struct dialogue *d, const uint8_t *bytes, size_t at, size_t size, size_t whole)
{
	FILE *f = put_frame(d, true);
	const char *more = at + size < whole ? "+" : "";

	put_network(f, d, true, false);
	if (d->now->ip6)
		fprintf(f, " / frag %zu%s id=%u proto=6", at, more, d->id);
	else
		fprintf(f, " id=%u frag=%zu%s proto=6", d->id, at, more);
	put_text(f, bytes + at, size);
	put_frame_end(d);
	d->time += FRAME;
}

/* Another first byte at the place of a fragment. */
static void
put_other(struct dialogue *d, const uint8_t *bytes, size_t at, size_t size, size_t whole)
{
	uint8_t other[SUPER + 20];

	memcpy(other, bytes, whole);
	other[at] ^= 1;
	put_fragment(d, other, at, size, whole);
}

void
fragments(struct dialogue *d, const struct piece *p)
{
	uint8_t bytes[SUPER + 20];
	const char *how = d->s->frag_how;
	size_t whole = tcp_bytes(d, p, bytes), size = d->s->frag, last = (whole - 1) / size;

	bool tricked = p->seq - d->side[1].start > d->s->message && p->size >= TRICKED;
	bool overlap = strcmp(how, "overlap") == 0 && tricked;
	bool reverse = overlap || strcmp(how, "reverse") == 0;

	d->id++;
	if (overlap)
		put_other(d, bytes, ODD * size, size, whole);
	for (size_t k = 0; k <= last; k++) {
		size_t i = reverse ? last - k : k, at = i * size;
		size_t n = whole - at < size ? whole - at : size;
		if (strcmp(how, "gap") == 0 && i == ODD && tricked)
			continue;
		put_fragment(d, bytes, at, n, whole);
		if (strcmp(how, "twice") == 0)
			put_fragment(d, bytes, at, n, whole);
	}
}
