/* smb.c - SMB, in TCP behind four bytes ([MS-SMB2] 2.1; RFC 1002, 4.3). A connection begins with a
 * negotiation: SMB 1's ([MS-CIFS] 2.2.4.52), which may be answered in SMB 2 ([MS-SMB2] 3.3.5.3.1),
 * or SMB 2's and 3's (2.2.3, 2.2.4); over NetBIOS the set-up of a session comes first. Encrypted
 * and compressed messages (2.2.41, 2.2.42) come later: what begins with one is likely SMB. */
#include "recognise/look.h"
#include "recognise/rows.h"

enum { SESSION_MESSAGE = 0, SESSION_REQUEST = 0x81, SESSION_ACCEPT = 0x82 };
enum { SESSION_REFUSE = 0x83, SESSION_ELSEWHERE = 0x84 };
enum { SMB_1 = 0xff, SMB_2 = 0xfe, ENCRYPTED = 0xfd, COMPRESSED = 0xfc };

/* The first message of a side. */
struct first {
	enum sure sure;	 /* SURE_CONFIRMED: it negotiates */
	uint8_t version; /* SMB_1, SMB_2 */
	uint64_t id;	 /* which an answer repeats */
};

/* A NetBIOS name (RFC 1001, 14.1) without a scope. */
static bool
netbios_name(struct wire *w)
{
	bool right = wire_u8(w) == 32;

	for (int i = 0; i < 32; i++) {
		uint8_t half = wire_u8(w);

		right = right && half >= 'A' && half <= 'P';
	}
	return wire_u8(w) == 0 && right;
}

/* Takes the set-up of a NetBIOS session, where there is one. SURE_CONFIRMED: SMB may follow;
 * SURE_LIKELY: nothing does. */
static enum sure
session(struct wire *w, bool answer)
{
	uint8_t type = wire_left(w) > 0 ? *w->p : 0;
	struct wire set_up = *w, body;
	uint16_t size;

	if (type == SESSION_MESSAGE)
		return SURE_CONFIRMED;
	if (answer ? type < SESSION_ACCEPT || type > SESSION_ELSEWHERE : type != SESSION_REQUEST)
		return SURE_NOT;
	wire_skip(&set_up, 1);
	if (wire_u8(&set_up) != 0)
		return SURE_NOT;
	size = wire_be16(&set_up);
	body = wire_sub(&set_up, size);
	if (!set_up.ok)
		return SURE_OPEN;
	*w = set_up;
	switch (type) {
	case SESSION_REQUEST:
		if (!netbios_name(&body) || !netbios_name(&body) || wire_left(&body) > 0)
			return SURE_NOT;
		return SURE_CONFIRMED;
	case SESSION_ACCEPT:
		return size == 0 ? SURE_CONFIRMED : SURE_NOT;
	case SESSION_REFUSE:
		return size == 1 && wire_u8(&body) >= 0x80 ? SURE_LIKELY : SURE_NOT;
	default:
		return size == 6 ? SURE_LIKELY : SURE_NOT;
	}
}

/* SMB 1, behind its four bytes' mark: SIZE is the whole message's. */
static bool
negotiation_1(struct wire *w, size_t size, bool answer, uint64_t *id)
{
	enum { NEGOTIATE = 0x72, ANSWER = 0x80, HEADER = 32, DIALECT = 2 };
	uint8_t words;
	uint32_t status;

	if (wire_u8(w) != NEGOTIATE)
		return false;
	status = wire_le32(w);
	if (!(wire_u8(w) & ANSWER) == answer || (!answer && status))
		return false;
	wire_skip(w, 2 + 2 + 8); /* flags, process, signature */
	if (wire_le16(w) != 0)
		return false;
	wire_skip(w, 2 + 2 + 2); /* tree, process, user */
	*id = wire_le16(w);
	words = wire_u8(w);
	if (answer)
		return words == 1 || words == 13 || words == 17 || (words == 0 && status);
	return words == 0 && wire_le16(w) == size - HEADER - 3 && wire_u8(w) == DIALECT;
}

static bool
known_dialect(uint16_t dialect)
{
	static const uint16_t known[] = { 0x202, 0x210, 0x300, 0x302, 0x311, 0x2ff };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i] == dialect)
			return true;
	return false;
}

static bool
negotiation_2(struct wire *w, bool answer, uint64_t *id)
{
	enum { HEADER = 64, NEGOTIATE = 0, ANSWER = 1, ASK = 36, TELL = 65, ERROR = 9, MODES = 3 };
	uint16_t size, n, mode;
	uint32_t status, flags;

	if (wire_le16(w) != HEADER)
		return false;
	wire_skip(w, 2); /* credits it costs */
	status = wire_le32(w);
	if (wire_le16(w) != NEGOTIATE)
		return false;
	wire_skip(w, 2);
	flags = wire_le32(w);
	if ((flags & ANSWER) != answer || wire_le32(w) != 0)
		return false;
	*id = wire_le32(w);
	*id |= (uint64_t)wire_le32(w) << 32;
	wire_skip(w, 4 + 4);
	if ((wire_le32(w) | wire_le32(w)) != 0)
		return false; /* there is no session yet */
	wire_skip(w, 16);
	size = wire_le16(w);
	n = wire_le16(w);
	mode = wire_le16(w);
	if (!answer)
		return size == ASK && n >= 1 && n <= 64 && mode <= MODES && wire_le16(w) == 0;
	if (size == ERROR)
		return status != 0;
	return size == TELL && n <= MODES && known_dialect(mode);
}

/* [MS-SMB2] 2.2.41: a signature and a nonce, the size and the session, which is not zero; 2.2.42:
 * the size and which algorithm. */
static bool
later(struct wire *w, uint8_t mark)
{
	uint16_t algorithm;

	if (mark == COMPRESSED) {
		wire_skip(w, 4);
		algorithm = wire_le16(w);
		return algorithm <= 5 && wire_le16(w) <= 1;
	}
	wire_skip(w, 16 + 16 + 4);
	return wire_le16(w) == 0 && wire_le16(w) == 1 && (wire_le32(w) | wire_le32(w)) != 0;
}

static struct first
read_first(const struct opening *o, bool answer)
{
	struct wire w = look_stream(o), message;
	struct first f = { .sure = session(&w, answer) };
	bool right;
	size_t size, there;

	if (f.sure == SURE_OPEN)
		f.sure = look_short(o);
	if (f.sure != SURE_CONFIRMED)
		return f;
	if (wire_left(&w) == 0) { /* it is not said yet, behind a session's set-up */
		f.sure = o->size > 0 ? SURE_LIKELY : SURE_OPEN;
		return f;
	}
	f.sure = SURE_NOT;
	if (wire_u8(&w) != SESSION_MESSAGE)
		return f;
	size = (size_t)wire_u8(&w) << 16;
	size |= wire_be16(&w);
	there = size < wire_left(&w) ? size : wire_left(&w);
	message = wire_sub(&w, there);
	f.version = wire_u8(&message);
	right = f.version >= COMPRESSED && wire_u8(&message) == 'S' && wire_u8(&message) == 'M' &&
		wire_u8(&message) == 'B';
	if (f.version == SMB_1)
		right = right && negotiation_1(&message, size, answer, &f.id);
	else if (f.version == SMB_2)
		right = right && negotiation_2(&message, answer, &f.id);
	else
		right = right && later(&message, f.version);
	if (w.ok && message.ok && right)
		f.sure = f.version >= SMB_2 ? SURE_CONFIRMED : SURE_LIKELY;
	else if (!w.ok || (!message.ok && there < size))
		f.sure = look_short(o);
	return f;
}

enum sure
look_smb(const struct talk *t)
{
	struct first asked = read_first(&t->side[TALK_CLIENT], false);
	struct first told = read_first(&t->side[TALK_SERVER], true);

	if (asked.sure == SURE_NOT || told.sure == SURE_NOT)
		return SURE_NOT;
	if (asked.sure == SURE_CONFIRMED && told.sure == SURE_CONFIRMED) {
		if (asked.version == told.version && asked.id == told.id)
			return SURE_CONFIRMED;
		if (asked.version == SMB_1 && told.version == SMB_2 && told.id == 0)
			return SURE_CONFIRMED;
		return SURE_LIKELY;
	}
	return asked.sure > SURE_OPEN || told.sure > SURE_OPEN ? SURE_LIKELY : SURE_OPEN;
}
