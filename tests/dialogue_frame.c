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

static const char *
address(bool client, bool ip6)
{
	if (client)
		return ip6 ? "2001:db8:3::25" : "10.3.0.25";
	return ip6 ? "2001:db8:2::25" : "10.2.0.25";
}

/* The header of Ethernet and IP, up to where keys of IP can follow; COPY: behind the gateway. */
static void
put_network(FILE *f, const struct dialogue *d, bool client, bool copy, bool own)
{
	unsigned net = client != copy ? 3 : 2;

	fprintf(f, "eth 02:00:00:00:%02x:%s>02:00:00:00:%02x:%s", net, copy || own ? "01" : "02",
	    net, copy ? "02" : "01");
	fprintf(f, " / %s %s>%s", d->now->ip6 ? "ip6" : "ip4", address(client, d->now->ip6),
	    address(!client, d->now->ip6));
}

static void
put_tcp(FILE *f, const struct dialogue *d, bool client, uint32_t seq, uint32_t ack)
{
	unsigned port[2] = { d->s->port, d->now->port };

	fprintf(f, " / tcp %u>%u seq=%u ack=%u", port[client], port[!client], seq, ack);
}

FILE *
put_frame(struct dialogue *d, bool client, bool copy, bool own)
{
	d->frame = grown(d->frame, &d->room, d->frames, sizeof *d->frame);
	d->frame[d->frames] = (struct frame){ .time = d->time,
		.order = d->frames,
		.at_client = client != copy,
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
