/* dialogue_frame.c - one segment of a dialogue as frames, in the text of craft. */
#include <string.h>

#include "dialogue.h"

enum { ROUND = 4000 }; /* us between frames of interleaved flows */

void
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

/* The last byte of the network of a side: 3 is that of eth3. */
static unsigned
net_of(const struct dialogue *d, bool client)
{
	return client != d->s->outward ? 3 : 2;
}

static void
put_address(FILE *f, const struct dialogue *d, bool client)
{
	const char *last = client ? "25" : d->s->server;

	if (d->now->ip6)
		fprintf(f, "2001:db8:%u::%s", net_of(d, client), last);
	else
		fprintf(f, "10.%u.0.%s", net_of(d, client), last);
}

/* The header of Ethernet and IP, up to where keys of IP can follow; COPY: behind the gateway. */
static void
put_network(FILE *f, const struct dialogue *d, bool client, bool copy, bool own)
{
	unsigned net = net_of(d, client != copy);

	fprintf(f, "eth 02:00:00:00:%02x:%s>02:00:00:00:%02x:%s", net, copy || own ? "01" : "02",
	    net, copy ? "02" : "01");
	fputs(d->now->ip6 ? " / ip6 " : " / ip4 ", f);
	put_address(f, d, client);
	fputc('>', f);
	put_address(f, d, !client);
}

static void
put_tcp(FILE *f, const struct dialogue *d, bool client, uint32_t seq, uint32_t ack)
{
	unsigned port[2] = { d->s->port, d->now->port };

	fprintf(f, " / tcp %u>%u seq=%u ack=%u", port[client], port[!client], seq, ack);
}

static void
put_udp(FILE *f, const struct dialogue *d, bool client)
{
	unsigned port[2] = { d->s->port, d->now->port };

	fprintf(f, " / udp %u>%u", port[client], port[!client]);
}

FILE *
put_frame(struct dialogue *d, bool client, bool copy, bool own)
{
	d->frame = grown(d->frame, &d->room, d->frames, sizeof *d->frame);
	d->frame[d->frames] = (struct frame){ .time = d->time,
		.order = d->frames,
		.at_eth3 = net_of(d, client != copy) == 3,
		.at = (size_t)ftello(d->out) };
	d->frames++;
	fprintf(d->out, "@%lld.%06lld ", (long long)(d->time / 1000000),
	    (long long)(d->time % 1000000));
	put_network(d->out, d, client, copy, own);
	return d->out;
}

void
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
	FILE *f = put_frame(d, client, copy, t && t->own);
	uint32_t ack = d->side[!client].next + (uint32_t)(t ? t->ack : 0);
	bool first = strchr(flags, 'S') && client;

	fprintf(f, " %s=%u", d->now->ip6 ? "hop" : "ttl", (t ? t->ttl : 64) - copy);
	if (t)
		fputs(t->ip[d->now->ip6], f);
	if (client && *d->s->above[d->now->ip6])
		fprintf(f, " / %s", d->s->above[d->now->ip6]);
	if (d->s->datagrams)
		put_udp(f, d, client);
	else
		put_tcp(f, d, client, seq, first ? 0 : ack);
	if (*flags && (!t || !strstr(t->keys, " flags=")))
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
	if (t && t->frags && !dropped) {
		listed_fragments(d, t, seq, flags, bytes, size);
	} else if (!dropped && !(t && t->lost)) {
		put_segment(d, t, client, seq, flags, bytes, size, false);
		if (d->s->forwarded) {
			d->time += FRAME / 2;
			put_segment(d, t, client, seq, flags, bytes, size, true);
			d->time -= FRAME / 2;
		}
	}
	d->time += d->s->interleave ? ROUND : FRAME;
}
