/* greeting.c - the first payload of a flow whose content nobody asked for: a protocol that greets
 * with its name, on the port of another. */
#include "base/wire.h"
#include "worker/state.h"

#include <netinet/in.h>

enum { TCP_HEADER = 20, TCP_OFFSET = 12 }; /* where the length of the header stands */

/* Where the initiator's packets came in, of a flow that had no finding until now. */
static void
take_origin(struct worker *w, uint32_t n)
{
	const struct flow *f = &w->flows.hot[n];
	uint16_t line = locate_line(f->in[initiator_of(f)]);
	const struct policy_line *l = policy_line(w->policy, line);

	if (line == 0)
		return;
	watch_of(w, n)->in =
	    (struct place){ .iface = l->iface, .vlan = { l->vlan[0], l->vlan[1] } };
	w->flows.more[n].flags |= MORE_ORIGIN;
}

/* Skips a TCP header. */
static void
payload(struct wire *h)
{
	size_t header;

	wire_skip(h, TCP_OFFSET);
	header = (size_t)(wire_u8(h) >> 4) * 4;
	if (header < TCP_HEADER)
		h->ok = false;
	else
		wire_skip(h, header - TCP_OFFSET - 1);
}

void
inspect_greeting(struct worker *w, uint32_t n, const struct sight *s)
{
	static const struct {
		const char *text;
		uint8_t size;
		uint16_t port;
		uint16_t what;
	} greetings[] = {
		{ "+OK", 3, 110, WHAT_POP3 },	/* RFC 1939, 4 */
		{ "* OK ", 5, 143, WHAT_IMAP }, /* RFC 9051, 7.1 */
		{ "* PREAUTH ", 10, 143, WHAT_IMAP },
	};
	struct flow *f = &w->flows.hot[n];
	struct flow_more *m = &w->flows.more[n];
	const struct packet *p = s->packet;
	const struct frame *frame = s->frame;
	struct wire h;
	size_t size;

	f->key.state |= FLOW_LOOKED;
	if (p->proto != IPPROTO_TCP || s->reply || p->fragment != FRAGMENT_NONE ||
	    (f->key.state & (FLOW_SAME | FLOW_MIDSTREAM)) || s->end == initiator_of(f) ||
	    p->payload_at > frame->caplen)
		return;
	h = wire_of(frame->bytes + p->payload_at, frame->caplen - p->payload_at);
	payload(&h);
	size = wire_left(&h) < p->payload ? wire_left(&h) : p->payload;
	for (unsigned i = 0; i < sizeof greetings / sizeof *greetings; i++) {
		if (p->sport == greetings[i].port || !h.ok || size < greetings[i].size ||
		    memcmp(h.p, greetings[i].text, greetings[i].size) != 0)
			continue;
		m->id = 4007;
		m->what = greetings[i].what;
		m->flags |= MORE_CONTENT | MORE_PAYLOAD;
		watch_of(w, n)->unsaid_since = m->first;
		take_origin(w, n);
		f->key.state |= FLOW_WATCH;
		f->key.state &= (uint16_t)~FLOW_SHOWN;
		audit_class(w, m, audit_class_of(m->id));
		outcome_wait(w, n, QUEUE_OUTCOME);
		return;
	}
}
