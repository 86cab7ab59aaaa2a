/* rdp_tls.c - TLS behind the negotiation: that it is TLS, and whose certificate it shows. Each
 * side's first flight is looked at when another record of it is whole. */
#include "recognise/tls.h"
#include "worker/rdp_in.h"

enum { RECORD_HEADER = 5, RECORD_MAX = 16384, CLIENT_HELLO = 1, SERVER_HELLO = 2 };

/* Can these be the first N bytes of a side's first flight? What follows is waited for only then. */
static bool
begins(const uint8_t *bytes, size_t n, unsigned side)
{
	size_t record = n > 4 ? (size_t)bytes[3] << 8 | bytes[4] : 1;
	bool alert = bytes[0] == RDP_TLS_ALERT;

	if ((n > 1 && bytes[1] != 3) || (n > 2 && bytes[2] > 4))
		return false;
	if (record < 1 || record > RECORD_MAX)
		return false;
	return n <= RECORD_HEADER || alert ||
	       bytes[RECORD_HEADER] == (side == CLIENT ? CLIENT_HELLO : SERVER_HELLO);
}

/* The name in a certificate is better than the one that the client asks for. */
static void
keep_name(struct rdp *r, const struct tls_name *name, bool certificate)
{
	if (name->size == 0 || (r->certificate && !certificate))
		return;
	r->certificate = certificate;
	r->nname = name->size < sizeof r->name ? name->size : sizeof r->name;
	memcpy(r->name, name->bytes, r->nname);
}

/* What tells the certificate from another one of the same name. */
static void
keep_hash(struct rdp *r, const struct rdp_side *s)
{
	uint8_t hash[SHA_SIZE];

	r->hashed = tls_server_certificate(s->pdu, s->have, hash);
	if (r->hashed)
		memcpy(r->hash, hash, sizeof r->hash);
}

static enum tls_read
read_flight(struct rdp *r, unsigned side)
{
	const struct rdp_side *s = &r->side[side];
	struct tls_client client;
	struct tls_server server;
	enum tls_read read;

	if (side == CLIENT) {
		read = tls_client_hello(s->pdu, s->have, &client);
		keep_name(r, &client.name, false);
	} else {
		read = tls_server_hello(s->pdu, s->have, &server);
		keep_name(r, server.host.size ? &server.host : &server.subject, true);
		if (read == TLS_DONE)
			keep_hash(r, s);
	}
	return read;
}

/* Where the record in hand ends, or its header as long as that is not there; or the room does. */
static size_t
record_end(const struct rdp_side *s)
{
	size_t end = s->record + (size_t)RECORD_HEADER;

	if (s->have >= end)
		end += (size_t)s->pdu[end - 2] << 8 | s->pdu[end - 1];
	return end < RDP_PDU ? end : RDP_PDU;
}

size_t
rdp_take_tls(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size)
{
	struct rdp_side *s = &r->side[side];
	size_t n = rdp_take(s, record_end(s), bytes, size);
	enum tls_read read;

	if (!begins(s->pdu, s->have, side)) {
		rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
		return n;
	}
	if (s->have < record_end(s))
		return n;
	s->record = s->have;
	read = read_flight(r, side);
	if (read == TLS_NOT) {
		rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
	} else if (read == TLS_DONE || s->have == RDP_PDU) {
		s->phase = RDP_OVER;
		rdp_tls_say(r, false);
	}
	return n;
}

void
rdp_tls_say(struct rdp *r, bool now)
{
	bool read = r->side[CLIENT].phase == RDP_OVER && r->side[SERVER].phase == RDP_OVER;

	if (r->selected && (now || read))
		rdp_say(r, 3203, WHAT_ENCRYPTED, r->name, r->nname);
}

void
rdp_tls_end(struct rdp *r)
{
	for (unsigned side = CLIENT; side <= SERVER; side++)
		if (r->side[side].phase == RDP_TLS && read_flight(r, side) == TLS_NOT)
			rdp_foreign(r, WHAT_UNKNOWN_PROTOCOL);
	rdp_tls_say(r, true);
}
