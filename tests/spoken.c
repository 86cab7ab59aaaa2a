/* spoken.c - spoken FILE...: what each flow of a capture speaks, as recognise() says of the first
 * bytes of both sides; a line a flow: protocol, both ends, what is spoken, and how sure that is.
 *
 * Knows: capture files (savefile.h), headers (decode.h) and how segments lie in a stream: the first
 * copy of a byte counts. Owns its flows, which it keeps on the heap. A tool of the tests, which
 * compare its lines with what other programs say; it never judges. Of a flow whose beginning is not
 * in the capture the first packet is taken for its beginning, and the line says `midstream`.
 * Fragments are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "capture/savefile.h"
#include "recognise/recognise.h"
#include "worker/decode.h"

enum {
	TCP = 6,
	UDP = 17,
	TCP_SYN = 2,
	TCP_ACK = 16,
};

struct side {
	uint8_t bytes[RECOGNISE_BYTES];
	bool here[RECOGNISE_BYTES];
	uint32_t first; /* number of the first byte, when `begun` */
	unsigned packets;
	bool begun;
};

struct flow {
	struct flow *next; /* older */
	struct addr addr[2];
	uint16_t port[2];
	uint8_t proto;
	bool midstream;
	struct side side[2];
	struct talk talk;
	struct recognition r;
};

static const char *
sure_word(const struct recognition *r)
{
	return r->sure == SURE_CONFIRMED ? "confirmed" : r->sure == SURE_LIKELY ? "likely" : "-";
}

static void
print(const struct flow *f)
{
	char client[ADDR_TEXT], server[ADDR_TEXT];
	const char *word = app_word(f->r.app);

	printf("%s %s %u %s %u %s %s%s\n", f->proto == TCP ? "tcp" : "udp",
	    addr_text(client, &f->addr[0]), f->port[0], addr_text(server, &f->addr[1]), f->port[1],
	    word ? word : "unknown", sure_word(&f->r), f->midstream ? " midstream" : "");
}

/* Has the flow begun anew? */
static bool
again(const struct flow *f, enum talk_side side, uint8_t flags, uint32_t number)
{
	const struct side *s = &f->side[side];

	if (f->proto != TCP || (flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	return f->midstream || side == TALK_SERVER || (s->begun && s->first != number + 1);
}

static struct flow *
flow_of(struct flow **flows, const struct packet *p, uint32_t number, enum talk_side *side)
{
	struct flow *f = *flows;
	bool answer = (p->tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

	for (; f; f = f->next)
		for (unsigned i = 0; i < 2; i++)
			if (f->proto == p->proto && f->port[i] == p->sport &&
			    f->port[!i] == p->dport && addr_equal(&f->addr[i], &p->src) &&
			    addr_equal(&f->addr[!i], &p->dst)) {
				*side = i ? TALK_SERVER : TALK_CLIENT;
				if (again(f, *side, p->tcp_flags, number))
					goto create;
				return f;
			}
create:
	f = calloc(1, sizeof *f);
	if (!f)
		abort();
	*side = answer && p->proto == TCP ? TALK_SERVER : TALK_CLIENT;
	f->proto = p->proto;
	f->addr[*side] = p->src;
	f->addr[!*side] = p->dst;
	f->port[*side] = p->sport;
	f->port[!*side] = p->dport;
	f->midstream = p->proto == TCP && !(p->tcp_flags & TCP_SYN);
	f->talk.stream = p->proto == TCP;
	for (unsigned i = 0; i < 2; i++)
		f->talk.side[i].bytes = f->side[i].bytes;
	f->next = *flows;
	*flows = f;
	return f;
}

/* Puts a segment where it belongs, as far as an opening goes. */
static void
put_segment(struct side *s, struct opening *o, uint32_t number, struct wire *w)
{
	bool any = false;

	for (uint32_t i = number - s->first; wire_left(w) > 0; i++) {
		uint8_t byte = wire_u8(w);

		if (i >= RECOGNISE_BYTES || s->here[i] || s->packets == RECOGNISE_PACKETS)
			continue;
		s->bytes[i] = byte;
		s->here[i] = any = true;
	}
	s->packets += any;
	while (o->size < RECOGNISE_BYTES && s->here[o->size])
		o->size++;
}

static void
put_datagram(struct side *s, struct opening *o, struct wire *w)
{
	size_t size = wire_left(w);

	if (o->datagrams == RECOGNISE_PACKETS || size > (size_t)RECOGNISE_BYTES - o->size) {
		o->whole = true;
		return;
	}
	wire_copy(w, s->bytes + o->size, size);
	o->size += (uint16_t)size;
	o->length[o->datagrams++] = (uint16_t)size;
}

static void
look(struct flow **flows, const struct frame *frame, const struct packet *p)
{
	struct wire w = wire_of(frame->bytes, frame->caplen);
	uint32_t number = 0;
	uint8_t header = 8;
	enum talk_side side;
	struct flow *f;

	if (p->kind != PACKET_IP || p->fragment != FRAGMENT_NONE ||
	    (p->proto != TCP && p->proto != UDP))
		return;
	wire_skip(&w, p->payload_at + 4);
	if (p->proto == TCP) {
		number = wire_be32(&w);
		wire_skip(&w, 4);
		header = wire_u8(&w) >> 4 << 2;
	}
	w = wire_of(frame->bytes, frame->caplen);
	wire_skip(&w, p->payload_at + header);
	f = flow_of(flows, p, number, &side);
	w = wire_sub(&w, p->payload < wire_left(&w) ? p->payload : wire_left(&w));
	if (!f->side[side].begun) {
		f->side[side].begun = true;
		f->side[side].first = number + (p->tcp_flags & TCP_SYN ? 1 : 0);
	}
	if (f->r.done)
		return;
	if (p->proto == UDP)
		put_datagram(&f->side[side], &f->talk.side[side], &w);
	else
		put_segment(&f->side[side], &f->talk.side[side],
		    number + (p->tcp_flags & TCP_SYN ? 1 : 0), &w);
	(void)recognise(&f->r, &f->talk);
}

static int
spoken(const char *name)
{
	struct savefile *file;
	struct flow *flows = NULL, *oldest = NULL;
	struct frame frame = { .seq = 0 };
	uint32_t iface;
	const char *error = "cannot be read";
	enum savefile_result result;

	if (savefile_open(name, &file, &error) < 0) {
		fprintf(stderr, "spoken: %s: %s\n", name, error);
		return 1;
	}
	while ((result = savefile_next(file, &frame, &iface)) <= SAVEFILE_MORE) {
		struct packet packet[DECODE_PACKETS];
		struct stack stack;
		unsigned n;

		if (result == SAVEFILE_MORE) {
			if (savefile_fill(file) < 0)
				break;
			continue;
		}
		n = decode_frame(&frame, packet, &stack);
		for (unsigned i = 0; i < n; i++)
			look(&flows, &frame, &packet[i]);
	}
	savefile_close(file);
	for (struct flow *f = flows, *newer; f; f = newer) { /* in the order of their beginning */
		newer = f->next;
		f->next = oldest;
		oldest = f;
	}
	for (struct flow *f = oldest, *next; f; f = next) {
		next = f->next;
		f->talk.side[0].whole = f->talk.side[1].whole = true;
		if (!f->r.done)
			(void)recognise(&f->r, &f->talk);
		print(f);
		free(f);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	int status = argc < 2 ? 2 : 0;

	for (int i = 1; i < argc; i++)
		status |= spoken(argv[i]);
	return status;
}
