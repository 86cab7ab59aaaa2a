/* rdp.c - see rdp.h: both sides, PDU by PDU. */
#include "worker/rdp_in.h"

enum { X224_SHORTEST = 7 };

void
rdp_say(struct rdp *r, uint16_t id, uint64_t words, const char *name, size_t nname)
{
	uint64_t *said = &r->said[id - 3201];
	struct screen_verdict v = { .id = id,
		.words = words & ~*said,
		.name = nname ? name : NULL,
		.nname = (uint8_t)nname,
		.certificate = words & WHAT_ENCRYPTED && r->hashed ? r->hash : NULL };

	*said |= words;
	if (v.words)
		r->say(r->ctx, &v);
}

void
rdp_unverifiable(struct rdp *r, uint64_t words)
{
	rdp_say(r, 3203, words, NULL, 0);
}

void
rdp_foreign(struct rdp *r, uint64_t words)
{
	rdp_tls_say(r, true);
	rdp_say(r, 3201, words, NULL, 0);
	r->side[CLIENT].phase = r->side[SERVER].phase = RDP_OVER;
}

/* --- the negotiation --- */

/* What a side speaks must be what the server chose. */
static void
check_agreed(struct rdp *r)
{
	uint8_t agreed = r->selected ? BEHIND_TLS : BEHIND_CLEAR;

	for (unsigned side = CLIENT; side <= SERVER && r->confirm; side++)
		if (r->side[side].behind != BEHIND_NOTHING &&
		    (r->refused || r->side[side].behind != agreed))
			rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
}

/* What the server chose must be one of what the client asked for; if it asked for protection, that
 * it is refused is a downgrade. */
static void
check_selected(struct rdp *r)
{
	uint32_t chosen = r->selected & r->requested;

	if (!r->request || !r->confirm || r->refused)
		return;
	if (r->selected == 0 && r->requested != 0)
		rdp_unverifiable(r, WHAT_WEAK_SECURITY);
	if (r->selected != chosen || (chosen & (chosen - 1)))
		rdp_unverifiable(r, WHAT_MALFORMED);
}

static void
take_request(struct rdp *r, const struct rdp_opening *o)
{
	r->request = true;
	r->requested = o->protocols;
}

static void
take_confirm(struct rdp *r, const struct rdp_opening *o)
{
	r->confirm = true;
	r->refused = o->refused;
	r->selected = o->refused ? 0 : o->protocols;
}

/* --- PDUs, side by side --- */

size_t
rdp_take(struct rdp_side *s, size_t want, const uint8_t *bytes, size_t size)
{
	size_t n = want - s->have;

	if (s->have == 0 && s->begun < RDP_BEGUN)
		s->begun++;
	if (n > size)
		n = size;
	memcpy(s->pdu + s->have, bytes, n);
	s->have = (uint16_t)(s->have + n);
	return n;
}

size_t
rdp_tpkt_size(const struct rdp_side *s)
{
	return (size_t)s->pdu[2] << 8 | s->pdu[3];
}

static size_t
take_open(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size)
{
	struct rdp_side *s = &r->side[side];
	size_t want = s->have < RDP_TPKT_HEADER ? RDP_TPKT_HEADER : rdp_tpkt_size(s);
	size_t n = rdp_take(s, want, bytes, size);
	struct rdp_opening o;

	if (!rdp_open_begins(s->pdu, s->have)) {
		rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
		return n;
	}
	if (s->have < RDP_TPKT_HEADER || s->have < rdp_tpkt_size(s))
		return n;
	if (!rdp_open_read(s->pdu, s->have, &o)) {
		rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
		return n;
	}
	if (o.is_confirm != (side == SERVER)) {
		rdp_foreign(r, WHAT_REVERSE);
		return n;
	}
	s->phase = RDP_BEHIND;
	s->have = 0;
	if (side == CLIENT)
		take_request(r, &o);
	else
		take_confirm(r, &o);
	check_selected(r);
	check_agreed(r);
	return n;
}

/* The first byte behind the negotiation tells what follows; it is not taken. */
static void
look_behind(struct rdp *r, unsigned side, uint8_t byte)
{
	struct rdp_side *s = &r->side[side];
	bool tls = byte == RDP_TLS_HANDSHAKE || (side == SERVER && byte == RDP_TLS_ALERT);

	if (!tls && byte != RDP_TPKT) {
		rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
		return;
	}
	s->phase = tls ? RDP_TLS : RDP_CONNECT;
	s->behind = tls ? BEHIND_TLS : BEHIND_CLEAR;
	check_agreed(r);
}

/* The channels of a client's list. */
static void
take_channels(struct rdp *r, const struct rdp_channels *c)
{
	static const char dynamic[] = "drdynvc";

	if (c->words)
		rdp_say(r, 3202, c->words, c->names, c->nnames);
	else if (c->dynamic)
		rdp_say(r, 3203, WHAT_DYNAMIC_CHANNELS, dynamic, sizeof dynamic - 1);
}

/* The settings of a side are here, of TOTAL bytes. */
static void
connect_read(struct rdp *r, unsigned side, size_t total)
{
	struct rdp_side *s = &r->side[side];
	struct rdp_channels c = { .words = 0 };
	uint64_t words = 0;

	if (rdp_is_disconnect(s->pdu, total)) {
		; /* it gives up before */
	} else if (side == SERVER) {
		words = rdp_connect_response(s->pdu, s->have, total);
	} else if (s->have < total) {
		words = WHAT_LIMIT;
	} else {
		words = rdp_connect_initial(s->pdu, s->have, &c);
		take_channels(r, &c);
	}
	rdp_unverifiable(r, words);
	s->phase = RDP_FRAMES;
	s->skip = (uint32_t)(total - s->have);
	s->have = 0;
}

static size_t
take_connect(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size)
{
	struct rdp_side *s = &r->side[side];
	size_t total = s->have < RDP_TPKT_HEADER ? RDP_TPKT_HEADER : rdp_tpkt_size(s);
	size_t n = rdp_take(s, total < RDP_PDU ? total : RDP_PDU, bytes, size);

	if (s->have < RDP_TPKT_HEADER)
		return n;
	total = rdp_tpkt_size(s);
	if (total <= X224_SHORTEST) {
		rdp_unverifiable(r, WHAT_MALFORMED);
		s->phase = RDP_OVER;
	} else if (s->have == total || s->have == RDP_PDU) {
		connect_read(r, side, total);
	}
	return n;
}

/* --- the connection --- */

void
rdp_begin(struct rdp *r, screen_say *to, void *ctx)
{
	memset(r, 0, sizeof *r);
	r->say = to;
	r->ctx = ctx;
}

void
rdp_push(struct rdp *r, bool client, const uint8_t *bytes, size_t size)
{
	unsigned side = client ? CLIENT : SERVER;
	size_t n;

	while (size > 0) {
		n = 0;
		switch ((enum rdp_phase)r->side[side].phase) {
		case RDP_OPEN:
			n = take_open(r, side, bytes, size);
			break;
		case RDP_BEHIND:
			look_behind(r, side, *bytes);
			break;
		case RDP_CONNECT:
			n = take_connect(r, side, bytes, size);
			break;
		case RDP_FRAMES:
			n = rdp_take_frame(r, side, bytes, size);
			break;
		case RDP_TLS:
			n = rdp_take_tls(r, side, bytes, size);
			break;
		case RDP_OVER:
			return;
		}
		bytes += n;
		size -= n;
	}
}

void
rdp_lost(struct rdp *r, bool client, uint64_t n)
{
	struct rdp_side *s = &r->side[client ? CLIENT : SERVER];

	if (s->phase == RDP_OVER)
		return;
	if (s->phase == RDP_FRAMES && n <= s->skip) { /* they would have been passed over */
		s->skip -= (uint32_t)n;
		return;
	}
	rdp_unverifiable(r, WHAT_LOST);
	s->phase = RDP_OVER;
	rdp_tls_say(r, false);
}

/* PDUs of a side that were read to their end. */
static uint8_t
finished(const struct rdp_side *s)
{
	if (s->phase == RDP_OPEN)
		return 0;
	return s->phase == RDP_FRAMES || s->phase == RDP_OVER ? RDP_BEGUN : 1;
}

void
rdp_end(struct rdp *r)
{
	const struct rdp_side *c = &r->side[CLIENT], *s = &r->side[SERVER];

	rdp_tls_end(r);
	/* The client waits for each answer, up to its settings. */
	if (c->begun > finished(s) + 1 || s->begun > finished(c))
		rdp_unverifiable(r, WHAT_ONE_SIDED);
	r->side[CLIENT].phase = r->side[SERVER].phase = RDP_OVER;
}
