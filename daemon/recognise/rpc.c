/* rpc.c - ONC RPC calls (RFC 5531, 9): the port mapper (RFC 1833); NFS itself (RFC 1813, RFC 7530)
 * and what it needs: mount, lock and status protocols (RFC 1813, appendices I and II), and access
 * lists. Over TCP behind a record mark (RFC 5531, 11). A reply repeats the call's xid; it names no
 * program and is no sign of anything alone. */
#include "recognise/exchange.h"
#include "recognise/rows.h"

enum { CALL = 0, REPLY = 1, RPC_VERSION = 2, PORT_MAPPER = 100000 };
enum { AUTH_MAX = 400, RECORD_MAX = 4 << 20, REPLY_MIN = 20 };

static const struct program {
	uint32_t number;
	uint8_t low, high; /* versions */
	uint8_t procedures;
} programs[] = {
	{ PORT_MAPPER, 2, 4, 13 }, { 100003, 2, 4, 22 }, /* NFS */
	{ 100005, 1, 3, 8 },				 /* mount */
	{ 100021, 1, 4, 24 },				 /* locks */
	{ 100024, 1, 1, 7 },				 /* status */
	{ 100227, 2, 3, 6 },				 /* access lists */
};

static bool
known(uint32_t number, uint32_t version, uint32_t procedure)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		const struct program *p = &programs[i];

		if (p->number == number)
			return version >= p->low && version <= p->high && procedure < p->procedures;
	}
	return false;
}

/* Takes credentials or a verifier. */
static bool
authentication(struct wire *w)
{
	uint32_t flavor = wire_be32(w), size = wire_be32(w);

	if (flavor > 7 || size > AUTH_MAX) /* 6: GSS (RFC 2203), 7: TLS (RFC 9289) */
		return false;
	wire_skip(w, (size + 3) & ~3u);
	return true;
}

static enum sure
read_call(struct piece *p)
{
	struct wire *w = &p->w;
	uint32_t rpc = wire_be32(w), number = wire_be32(w), version = wire_be32(w);
	uint32_t procedure = wire_be32(w);

	if (!w->ok)
		return piece_short(p);
	if (rpc != RPC_VERSION || !known(number, version, procedure))
		return SURE_NOT;
	if (!authentication(w) || !authentication(w))
		return SURE_NOT;
	return w->ok ? SURE_CONFIRMED : piece_short(p);
}

static enum sure
read_reply(struct piece *p)
{
	struct wire *w = &p->w;
	uint32_t denied = wire_be32(w), state;

	if (denied > 1 || (!denied && !authentication(w)))
		return SURE_NOT;
	state = wire_be32(w);
	if (state > (denied ? 1 : 5))
		return SURE_NOT;
	if (denied)
		wire_skip(w, state ? 4 : 8); /* why, or the versions that would do */
	return w->ok ? SURE_CONFIRMED : piece_short(p);
}

static enum sure
read_rpc(struct piece p, struct message *m)
{
	uint32_t xid = wire_be32(&p.w), type = wire_be32(&p.w);

	if (!p.w.ok)
		return piece_short(&p);
	m->key = m->echo = xid;
	m->code = type == CALL ? CALL : REPLY;
	m->weak = type == REPLY;
	if (type > REPLY)
		return SURE_NOT;
	return type == CALL ? read_call(&p) : read_reply(&p);
}

/* A record may come in fragments; the head of its message is in the first. */
static enum sure
frame_rpc(struct wire *stream, size_t *size)
{
	uint8_t first = wire_u8(stream);

	if ((first & 0x7f) != 0)
		return SURE_NOT;
	*size = (size_t)wire_u8(stream) << 16;
	*size |= wire_be16(stream);
	if (*size > RECORD_MAX)
		return SURE_NOT;
	if (!stream->ok)
		return SURE_OPEN;
	return *size < REPLY_MIN ? SURE_NOT : SURE_CONFIRMED;
}

static bool
answers_rpc(uint8_t asked, uint8_t told)
{
	return asked == CALL && told == REPLY;
}

enum sure
look_rpc(const struct talk *t)
{
	static const struct exchange rpc = { frame_rpc, read_rpc, answers_rpc };

	return look_exchange(t, &rpc);
}

/* By the program of the first call. */
uint8_t
name_rpc(const struct talk *t)
{
	for (unsigned side = 0; side < 2; side++) {
		struct wire w = look_stream(&t->side[side]);
		uint32_t type;

		wire_skip(&w, t->stream ? 8 : 4);
		type = wire_be32(&w);
		wire_skip(&w, 4);
		if (wire_be32(&w) == PORT_MAPPER && w.ok && type == CALL)
			return APP_PORTMAP;
	}
	return APP_NFS;
}
