/* rfb_handshake.c - see rfb_in.h: from the greeting to the size of the screen. RFC 6143, 7.1
 * to 7.3; security types of the IANA registry; types Tight and VeNCrypt as in the community's
 * specification; a repeater as UltraVNC's and x11vnc's ("repeater://") do it. */
#include "worker/rfb_in.h"

#include "base/text.h"

enum {
	VERSION_SIZE = 12,
	REPEATER_SIZE = 250, /* bytes that name who is wanted */
	CHALLENGE = 16,	     /* bytes of it, and of its response */
	CAPABILITY = 16,
	SCREEN_INIT = 24,
	OFFERS = 255,	/* capabilities in a list, at most: a byte counts them elsewhere */
	ACCOUNT = 1024, /* bytes of a name or a password: TigerVNC takes no more */
	ROUNDS = 6, /* of choosing a security type: as many as UltraVNC's viewer takes part in */
};

enum {
	TYPE_FAILED,
	TYPE_NONE,
	TYPE_VNC,
	TYPE_TIGHT = 16,
	TYPE_ULTRA = 17, /* UltraVNC on both sides: a result, by which the choice begins again */
	TYPE_VENCRYPT = 19,
	TYPE_UNIX = 129,
};

/* Results of UltraVNC alone: failed, with a reason in any version; and not over yet. */
enum { RESULT_REASON = 3, RESULT_AGAIN = -1 };

/* VeNCrypt's version, its sub-type with an account in clear, and those over TLS. */
enum { VENCRYPT_VERSION = 2, VENCRYPT_PLAIN = 256, VENCRYPT_TLS = 257, VENCRYPT_LAST = 268 };

/* Security types behind which nothing can be read: a session key, or a login whose rest is no
 * published protocol. */
static const struct {
	uint32_t first, last;
	const char *name;
} hidden[] = {
	{ 3, 4, "RealVNC" },
	{ 5, 5, "RA2" },
	{ 6, 6, "RA2ne" },
	{ 7, 15, "RealVNC" },
	{ 17, 17, "SecureVNC" }, /* chosen by a server of 3.3 */
	{ 18, 18, "TLS" },
	{ 20, 20, "SASL" },
	{ 23, 23, "Secure Tunnel" },
	{ 24, 24, "Integrated SSH" },
	{ 30, 36, "Apple" },
	{ 112, 113, "MS-Logon" },
	{ 114, 115, "SecureVNC" },
	{ 129, 129, "RA2-256" },
	{ 130, 130, "RA2ne-256" },
	{ 128, 255, "RealVNC" },
	{ 0xfffffffa, 0xfffffffa, "MS-Logon" },
};

/* Versions as one number: 3.8 is 3008. */
static const struct {
	uint32_t number;
	uint8_t version; /* enum rfb_version */
} versions[] = {
	{ 3003, RFB_OLD },
	{ 3004, RFB_OLD }, /* UltraVNC: 3.4, 3.6, 3.14, 3.16 */
	{ 3005, RFB_OLD },
	{ 3006, RFB_OLD },
	{ 3007, RFB_SEVEN },
	{ 3008, RFB_EIGHT },
	{ 3014, RFB_OLD },
	{ 3016, RFB_OLD },
	{ 3018, RFB_EIGHT }, /* UltraVNC's Single Click */
	{ 3889, RFB_EIGHT }, /* Apple */
	{ 4000, RFB_UNPUBLISHED },
	{ 4001, RFB_UNPUBLISHED },
	{ 5000, RFB_UNPUBLISHED },
};

static enum rfb_version
version_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (versions[i].number == number)
			return versions[i].version;
	return RFB_UNKNOWN;
}

/* The session is what was agreed on, or it is not RFB at all. */
static void
not_rfb(struct rfb *r)
{
	rfb_found(r, 3201, WHAT_UNKNOWN_PROTOCOL, "");
	rfb_stop(r, RFB_SERVER);
}

/* A side spoke before it could know what to say, unless the other one's words were not seen. */
static void
out_of_turn(struct rfb *r, unsigned side)
{
	if (rfb_silent(r, side ^ 1))
		rfb_unreadable(r, side, WHAT_ONE_SIDED, "");
	else
		rfb_unreadable(r, side, WHAT_MALFORMED, "handshake out of turn");
}

/* --- versions --- */

/* The server's greeting; not always the first of a session. */
static void
server_version(struct rfb *r, uint32_t number, const char *text)
{
	bool known = version_of(number) != RFB_UNKNOWN;

	if (number == 0 && !r->reverse && !r->repeater) {
		r->repeater = true;
		rfb_next(r, RFB_VIEWER, RFB_REPEATER, 1);
		rfb_next(r, RFB_SERVER, RFB_VERSION, 1);
		return;
	}
	if (!known)
		rfb_found(r, 3203, WHAT_MALFORMED, text);
	r->greeting = number;
	rfb_next(r, RFB_SERVER, RFB_WAIT, 1);
}

/* The viewer decides; it may not ask for more than the server has. */
static void
viewer_version(struct rfb *r, uint32_t number, const char *text)
{
	rfb_reverse(r);
	r->version = (uint8_t)version_of(number);
	if (r->version == RFB_UNPUBLISHED) {
		rfb_unreadable(r, RFB_VIEWER, WHAT_UNKNOWN_PROTOCOL, text);
	} else if (r->version == RFB_UNKNOWN || number > r->greeting) {
		rfb_unreadable(r, RFB_VIEWER, WHAT_MALFORMED, text);
	} else if (r->version == RFB_OLD) {
		rfb_next(r, RFB_VIEWER, RFB_WAIT, 1);
		rfb_next(r, RFB_SERVER, RFB_OLD_TYPE, 4);
	} else {
		rfb_next(r, RFB_VIEWER, RFB_CHOICE, 1);
		rfb_next(r, RFB_SERVER, RFB_TYPES, 1);
	}
}

/* One byte more of `RFB 003.008\n`, or of the ID that a connecting server tells a repeater. */
static void
version(struct rfb *r, unsigned side)
{
	static const char form[2][VERSION_SIZE + 1] = { "RFB ddd.ddd\n", "ID:" };
	const struct rfb_side *s = &r->side[side];
	bool id = side == RFB_SERVER && r->reverse && !r->repeater && s->bytes[0] == 'I';
	char want = form[id][s->have - 1];
	uint8_t byte = s->bytes[s->have - 1];
	char text[VERSION_SIZE];
	uint32_t number = 0;

	if (side == RFB_VIEWER && r->side[RFB_SERVER].state != RFB_WAIT) {
		out_of_turn(r, side);
		return;
	}
	if (want == 'd' ? byte < '0' || byte > '9' : byte != (uint8_t)want) {
		not_rfb(r);
		return;
	}
	if (id && s->have == strlen(form[id])) {
		memcpy(r->id, form[id], s->have);
		r->nid = r->id_size = s->have;
		r->repeater = true;
		rfb_next(r, side, RFB_REPEATER, 1);
		return;
	}
	if (s->have < VERSION_SIZE) {
		rfb_more(r, side, s->have + 1);
		return;
	}
	for (size_t i = 0; i < VERSION_SIZE; i++)
		if (form[0][i] == 'd')
			number = number * 10 + (uint32_t)(s->bytes[i] - '0');
	memcpy(text, s->bytes, VERSION_SIZE - 1);
	text[VERSION_SIZE - 1] = '\0';
	if (side == RFB_SERVER)
		server_version(r, number, text);
	else
		viewer_version(r, number, text);
}

/* --- a repeater --- */

void
rfb_wished(struct rfb *r, unsigned side)
{
	char name[FINDING_NAME];
	struct text t = text_of(name, sizeof name);

	r->id[r->nid] = '\0';
	text_add(&t, "repeater %s", r->id);
	if (side == RFB_SERVER)
		rfb_found(r, 3201, WHAT_REVERSE, name);
	else
		rfb_found(r, 3202, WHAT_CHANNEL, name);
}

/* One byte more: text, zeros up to 250 bytes; or text and a line end. */
static void
repeater(struct rfb *r, unsigned side)
{
	uint8_t byte = r->side[side].bytes[0];
	bool line = byte == '\r' || byte == '\n';

	r->id_size++;
	if (byte == '\0')
		r->id_over = true;
	if (!r->id_over && !line && (byte < ' ' || byte > '~')) {
		not_rfb(r);
		return;
	}
	if (!r->id_over && !line && r->nid < RFB_ID - 1)
		r->id[r->nid++] = (char)byte;
	if (r->id_size == REPEATER_SIZE || (!r->id_over && byte == '\n')) {
		rfb_wished(r, side);
		rfb_next(r, side, RFB_VERSION, 1);
	} else {
		rfb_next(r, side, RFB_REPEATER, 1);
	}
}

/* --- security --- */

/* Authenticated by nothing, or by a challenge of the server and a response. */
static void
authenticate(struct rfb *r, bool challenge)
{
	bool result = challenge || r->version == RFB_EIGHT;

	if (challenge) {
		rfb_pass(r, RFB_SERVER, CHALLENGE);
		rfb_pass(r, RFB_VIEWER, CHALLENGE);
	}
	rfb_next(r, RFB_VIEWER, RFB_SHARED, 1);
	if (result)
		rfb_next(r, RFB_SERVER, RFB_RESULT, 4);
	else
		rfb_next(r, RFB_SERVER, RFB_SCREEN, SCREEN_INIT);
}

/* VeNCrypt begins, of which a sub-type is chosen that need not hide anything. */
static void
vencrypt(struct rfb *r)
{
	rfb_next(r, RFB_VIEWER, RFB_WAIT, 1);
	rfb_next(r, RFB_SERVER, RFB_VENCRYPT, 2);
}

/* A type that was taken and is none of those that are read. */
static void
other_type(struct rfb *r, unsigned side, uint32_t type)
{
	if (type == TYPE_VENCRYPT && side == RFB_VIEWER) {
		vencrypt(r);
		return;
	}
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		if (type < hidden[i].first || type > hidden[i].last)
			continue;
		rfb_unreadable(r, side, WHAT_ENCRYPTED, hidden[i].name);
		return;
	}
	rfb_found_number(r, 3203, WHAT_UNKNOWN_PROTOCOL, "security type", type);
	rfb_stop(r, side);
}

static void
old_type(struct rfb *r, uint32_t type)
{
	if (type == TYPE_FAILED)
		rfb_next(r, RFB_SERVER, RFB_REASON, 4);
	else if (type == TYPE_NONE || type == TYPE_VNC)
		authenticate(r, type == TYPE_VNC);
	else
		other_type(r, RFB_SERVER, type);
}

static void
types(struct rfb *r, uint8_t n)
{
	rfb_pass(r, RFB_SERVER, n);
	if (n == 0)
		rfb_next(r, RFB_SERVER, RFB_REASON, 4);
	else
		rfb_next(r, RFB_SERVER, RFB_WAIT, 1);
}

static void
choice(struct rfb *r, uint8_t type)
{
	if (r->side[RFB_SERVER].state != RFB_WAIT) {
		out_of_turn(r, RFB_VIEWER);
	} else if (type == TYPE_NONE || type == TYPE_VNC) {
		authenticate(r, type == TYPE_VNC);
	} else if (type == TYPE_TIGHT) {
		r->tight = true;
		rfb_next(r, RFB_VIEWER, RFB_WAIT, 1);
		rfb_next(r, RFB_SERVER, RFB_TUNNELS, 4);
	} else if (type == TYPE_ULTRA) {
		rfb_next(r, RFB_VIEWER, RFB_SHARED, 1);
		rfb_next(r, RFB_SERVER, RFB_RESULT, 4);
	} else {
		other_type(r, RFB_VIEWER, type);
	}
}

/* The server offers N tunnels, or ways to log in: the viewer takes one, if there are any. */
static void
offers(struct rfb *r, uint32_t n, enum rfb_state chosen)
{
	if (n > OFFERS) {
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "Tight capabilities");
		return;
	}
	rfb_pass(r, RFB_SERVER, (uint64_t)n * CAPABILITY);
	if (n > 0) {
		rfb_next(r, RFB_SERVER, RFB_WAIT, 1);
		rfb_next(r, RFB_VIEWER, chosen, 4);
	} else if (chosen == RFB_TUNNEL) {
		rfb_next(r, RFB_SERVER, RFB_LOGINS, 4);
	} else {
		authenticate(r, false);
	}
}

static void
tunnel(struct rfb *r, uint32_t code)
{
	if (code != 0) {
		rfb_found_number(r, 3203, WHAT_ENCRYPTED, "Tight tunnel", code);
		rfb_stop(r, RFB_VIEWER);
		return;
	}
	rfb_next(r, RFB_VIEWER, RFB_WAIT, 1);
	rfb_next(r, RFB_SERVER, RFB_LOGINS, 4);
}

static void
login(struct rfb *r, uint32_t code)
{
	if (code == TYPE_NONE || code == TYPE_VNC) {
		authenticate(r, code == TYPE_VNC);
	} else if (code == TYPE_UNIX) {
		rfb_next(r, RFB_VIEWER, RFB_ACCOUNT, 8);
		rfb_next(r, RFB_SERVER, RFB_RESULT, 4);
	} else {
		other_type(r, RFB_VIEWER, code);
	}
}

/* A side's version: 0.2 is the only one that is in use. */
static void
vencrypt_version(struct rfb *r, unsigned side, uint16_t version)
{
	if (version != VENCRYPT_VERSION) {
		rfb_unreadable(r, side, WHAT_UNKNOWN_PROTOCOL, "VeNCrypt");
		return;
	}
	rfb_next(r, side, RFB_WAIT, 1);
	if (side == RFB_SERVER)
		rfb_next(r, RFB_VIEWER, RFB_VENCRYPT_TAKEN, 2);
	else
		rfb_next(r, RFB_SERVER, RFB_VENCRYPT_ACK, 1);
}

static void
vencrypt_types(struct rfb *r, uint8_t n)
{
	rfb_pass(r, RFB_SERVER, (uint64_t)n * 4);
	rfb_next(r, RFB_SERVER, RFB_WAIT, 1);
	if (n > 0)
		rfb_next(r, RFB_VIEWER, RFB_VENCRYPT_TYPE, 4);
}

static void
vencrypt_type(struct rfb *r, uint32_t type)
{
	if (type == TYPE_NONE || type == TYPE_VNC) {
		authenticate(r, type == TYPE_VNC);
	} else if (type == VENCRYPT_PLAIN) {
		rfb_next(r, RFB_VIEWER, RFB_ACCOUNT, 8);
		rfb_next(r, RFB_SERVER, RFB_RESULT, 4);
	} else if (type >= VENCRYPT_TLS && type <= VENCRYPT_LAST) {
		rfb_unreadable(r, RFB_VIEWER, WHAT_ENCRYPTED, "VeNCrypt");
	} else {
		rfb_found_number(r, 3203, WHAT_UNKNOWN_PROTOCOL, "VeNCrypt", type);
		rfb_stop(r, RFB_VIEWER);
	}
}

/* --- what became of it --- */

/* UltraVNC: another type is chosen now. The viewer waits for that before it says anything. */
static void
again(struct rfb *r)
{
	const struct rfb_side *viewer = &r->side[RFB_VIEWER];

	if (r->version == RFB_OLD || viewer->state != RFB_SHARED || viewer->pass > 0 ||
	    ++r->rounds >= ROUNDS) {
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "SecurityResult");
		return;
	}
	rfb_next(r, RFB_VIEWER, RFB_CHOICE, 1);
	rfb_next(r, RFB_SERVER, RFB_TYPES, 1);
}

static void
result(struct rfb *r, uint32_t status)
{
	if (status == 0)
		rfb_next(r, RFB_SERVER, RFB_SCREEN, SCREEN_INIT);
	else if (status == (uint32_t)RESULT_AGAIN)
		again(r);
	else if (status > RESULT_REASON)
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "SecurityResult");
	else if (status == RESULT_REASON || r->version == RFB_EIGHT)
		rfb_next(r, RFB_SERVER, RFB_REASON, 4);
	else
		rfb_next(r, RFB_SERVER, RFB_FAILED, 1);
}

static void
screen(struct rfb *r, struct wire *w)
{
	uint32_t name;
	bool format;

	r->width = wire_be16(w);
	r->height = wire_be16(w);
	format = rfb_format(&r->format, w);
	name = wire_be32(w);
	if (!format || name > RFB_TEXT) {
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "ServerInit");
		return;
	}
	rfb_pass(r, RFB_SERVER, name);
	if (r->tight)
		rfb_next(r, RFB_SERVER, RFB_ABILITIES, 8);
	else
		rfb_next(r, RFB_SERVER, RFB_MESSAGE, 1);
}

/* What the server could do if it were asked: messages of both sides, and encodings. */
static void
abilities(struct rfb *r, struct wire *w)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < 3; i++) {
		uint16_t n = wire_be16(w);

		if (n > OFFERS) {
			rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "Tight capabilities");
			return;
		}
		all += n;
	}
	rfb_pass(r, RFB_SERVER, all * CAPABILITY);
	rfb_next(r, RFB_SERVER, RFB_MESSAGE, 1);
}

/* The viewer's account: two lengths, and so many bytes. */
static void
account(struct rfb *r, struct wire *w)
{
	uint64_t name = wire_be32(w), password = wire_be32(w);

	if (name > ACCOUNT || password > ACCOUNT) {
		rfb_unreadable(r, RFB_VIEWER, WHAT_MALFORMED, "account");
		return;
	}
	rfb_pass(r, RFB_VIEWER, name + password);
	rfb_next(r, RFB_VIEWER, RFB_SHARED, 1);
}

/* Why it failed. */
static void
reason(struct rfb *r, uint32_t size)
{
	if (size > RFB_TEXT) {
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "reason");
		return;
	}
	rfb_pass(r, RFB_SERVER, size);
	rfb_next(r, RFB_SERVER, RFB_FAILED, 1);
}

void
rfb_handshake(struct rfb *r, unsigned side)
{
	struct wire w = rfb_looked(r, side);

	switch (r->side[side].state) {
	case RFB_VERSION:
		version(r, side);
		return;
	case RFB_REPEATER:
		repeater(r, side);
		return;
	case RFB_OLD_TYPE:
		old_type(r, wire_be32(&w));
		return;
	case RFB_TYPES:
		types(r, wire_u8(&w));
		return;
	case RFB_CHOICE:
		choice(r, wire_u8(&w));
		return;
	case RFB_TUNNELS:
		offers(r, wire_be32(&w), RFB_TUNNEL);
		return;
	case RFB_TUNNEL:
		tunnel(r, wire_be32(&w));
		return;
	case RFB_LOGINS:
		offers(r, wire_be32(&w), RFB_LOGIN);
		return;
	case RFB_LOGIN:
		login(r, wire_be32(&w));
		return;
	case RFB_ACCOUNT:
		account(r, &w);
		return;
	case RFB_VENCRYPT:
	case RFB_VENCRYPT_TAKEN:
		vencrypt_version(r, side, wire_be16(&w));
		return;
	case RFB_VENCRYPT_ACK:
		rfb_next(r, RFB_SERVER, wire_u8(&w) ? RFB_FAILED : RFB_VENCRYPT_TYPES, 1);
		return;
	case RFB_VENCRYPT_TYPES:
		vencrypt_types(r, wire_u8(&w));
		return;
	case RFB_VENCRYPT_TYPE:
		vencrypt_type(r, wire_be32(&w));
		return;
	case RFB_RESULT:
		result(r, wire_be32(&w));
		return;
	case RFB_REASON:
		reason(r, wire_be32(&w));
		return;
	case RFB_SHARED:
		rfb_next(r, side, RFB_MESSAGE, 1);
		return;
	case RFB_SCREEN:
		screen(r, &w);
		return;
	case RFB_ABILITIES:
		abilities(r, &w);
		return;
	case RFB_WAIT:
	case RFB_FAILED:
		out_of_turn(r, side);
		return;
	}
}
