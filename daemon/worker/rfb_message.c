/* rfb_message.c - see rfb_in.h: the messages of both sides, by their type. RFC 6143, 7.5 and 7.6;
 * the community's specification; rfbproto.h of UltraVNC (4 to 21, 173), rfbtightproto.h of
 * libvncserver (130 to 136), TightVNC 2's FTMessage.h and MsgDefs.h (252); types without a
 * published form from the IANA registry.
 */
#include "worker/rfb_in.h"

enum { TYPES = 256 };

/* A type. Its head is what is looked at first, type and all. */
struct message {
	uint8_t head; /* bytes of it; 0: it is known as an extension, and not where it ends */
	uint8_t at, digits,
	    unit;	  /* where the head has a count, in how many bytes (0: none), of what */
	uint64_t words;	  /* of 3202; 0: there is nothing to say */
	const char *name; /* NULL: nobody has this type */
	void (*take)(
	    struct rfb *r, unsigned side, struct wire *head); /* what else there is to do */
};

/* Behind this message the side cannot be read. */
static void
lost_boundary(struct rfb *r, unsigned side, uint8_t type)
{
	static const char *const who[2] = { "viewer message", "server message" };

	rfb_found_number(r, 3203, WHAT_UNKNOWN_PROTOCOL, who[side], type);
	rfb_stop(r, side);
}

/* The next message, behind N bytes of this one. */
static void
end_behind(struct rfb *r, unsigned side, uint64_t n)
{
	rfb_pass(r, side, n);
	rfb_next(r, side, RFB_MESSAGE, 1);
}

/* --- what a viewer sends --- */

bool
rfb_format(struct rfb_format *f, struct wire *w)
{
	uint8_t bits = wire_u8(w), depth = wire_u8(w), true_colour;
	bool full = true;

	wire_skip(w, 1); /* big-endian-flag */
	true_colour = wire_u8(w);
	for (unsigned i = 0; i < 3; i++)
		full &= wire_be16(w) == 255;
	wire_skip(w, 6); /* shifts, padding */
	if (!w->ok || (bits != 8 && bits != 16 && bits != 32))
		return false;
	f->pixel = f->tight = bits / 8;
	if (bits == 32 && depth == 24 && true_colour && full)
		f->tight = 3; /* TPIXEL */
	return true;
}

/* The viewer asks for another format. Which update is the first to have it can be known where none
 * is asked for and not begun (RFC 6143, 7.5.1), by a fence with SyncNext right before, or because
 * continuous updates were ended before it, which the server says in its turn. */
static void
take_format(struct rfb *r, unsigned side, struct wire *head)
{
	struct rfb_format f;
	bool sync = r->sync;

	r->sync = false;
	wire_skip(head, 4);
	if (!rfb_format(&f, head)) {
		rfb_unreadable(r, side, WHAT_MALFORMED, "SetPixelFormat");
		rfb_stop(r, RFB_SERVER);
		return;
	}
	end_behind(r, side, 0);
	if (r->pending) { /* two are on their way, and nothing tells them apart */
		r->pending = RFB_HERE;
		r->unsure = UINT32_MAX;
	} else if (sync || (r->ends == 1 && r->requests == 0)) {
		r->pending = sync ? RFB_FENCE : RFB_END;
		r->later = f;
		return;
	} else if (f.tight != r->format.tight) {
		if (r->continuous || r->ends > 0)
			r->unsure = UINT32_MAX;
		else if (r->unsure < r->requests)
			r->unsure = r->requests;
	}
	r->format = f;
}

static void
take_request(struct rfb *r, unsigned side, struct wire *head)
{
	(void)head;
	r->requests += r->requests < UINT32_MAX;
	end_behind(r, side, 0);
}

/* Bit 7 says that a byte follows, once the server said that it knows (ExtendedMouseButtons). */
static void
take_pointer(struct rfb *r, unsigned side, struct wire *head)
{
	bool bit;

	wire_skip(head, 1);
	bit = wire_u8(head) & 0x80;
	if (bit && !r->buttons && r->side[RFB_SERVER].over)
		rfb_unreadable(r, side, WHAT_UNKNOWN_PROTOCOL, "PointerEvent");
	else
		end_behind(r, side, bit && r->buttons);
}

static void
take_continuous(struct rfb *r, unsigned side, struct wire *head)
{
	wire_skip(head, 1);
	r->continuous = wire_u8(head) != 0;
	if (!r->continuous && r->ends < UINT8_MAX)
		r->ends++;
	end_behind(r, side, 0);
}

/* The format that waited for WHAT is here. */
static void
arrive(struct rfb *r, enum rfb_pending what)
{
	if (r->pending != what)
		return;
	r->pending = RFB_HERE;
	r->unsure = 0;
	r->format = r->later;
}

/* --- what a server sends --- */

static void
take_update(struct rfb *r, unsigned side, struct wire *head)
{
	(void)side;
	wire_skip(head, 2);
	rfb_update(r, wire_be16(head));
}

static void
take_continuous_end(struct rfb *r, unsigned side, struct wire *head)
{
	(void)head;
	if (r->ends > 0)
		r->ends--;
	else
		r->continuous = false; /* of its own accord */
	arrive(r, RFB_END);
	end_behind(r, side, 0);
}

/* UltraVNC's and PalmVNC's message of a new size; the latter has the size of the desktop first. */
static void
take_size(struct rfb *r, unsigned side, struct wire *head)
{
	wire_skip(head, wire_left(head) > 6 ? 6 : 2);
	r->width = wire_be16(head);
	r->height = wire_be16(head);
	end_behind(r, side, 0);
}

/* --- what both send --- */

/* A clipboard. A negative length is that of the extended form: what only says which formats a side
 * could take, and nothing else, is none. */
static void
take_cut_text(struct rfb *r, unsigned side, struct wire *head)
{
	static const char *const name[2] = { "ClientCutText", "ServerCutText" };
	size_t have = wire_left(head);
	uint32_t length, flags, capability = 1u << 24;
	uint64_t left;

	wire_skip(head, 4);
	length = wire_be32(head);
	left = length >> 31 ? (uint64_t) - (int64_t)(int32_t)length : length;
	if (length >> 31 && left >= 4) {
		if (have == 8) {
			rfb_more(r, side, 12);
			return;
		}
		flags = wire_be32(head);
		if (!(flags & capability) ||
		    left != 4 + 4 * (uint64_t)__builtin_popcount(flags & 0xffff))
			rfb_found(r, 3202, WHAT_CLIPBOARD, name[side]);
		left -= 4;
	} else if (length > 0) {
		rfb_found(r, 3202, WHAT_CLIPBOARD, name[side]);
	}
	end_behind(r, side, left);
}

/* UltraVNC. That a side says which version of it it speaks moves no file. */
static void
take_ultra_file(struct rfb *r, unsigned side, struct wire *head)
{
	enum { FILE_HEADER = 4, FILE_OFFER = 8, PROTOCOL_VERSION = 17 };
	uint8_t content;
	uint64_t length;

	wire_skip(head, 1);
	content = wire_u8(head);
	wire_skip(head, 6);
	length = wire_be32(head);
	if (content != PROTOCOL_VERSION || length > 0)
		rfb_found(r, 3202, WHAT_FILE_TRANSFER, "UltraVNC FileTransfer");
	if (content == FILE_HEADER || content == FILE_OFFER)
		length += 4; /* the upper half of the file's size */
	end_behind(r, side, length);
}

/* UltraVNC. The three greatest lengths open and close the window; no text follows them. */
static void
take_chat(struct rfb *r, unsigned side, struct wire *head)
{
	uint32_t length;

	wire_skip(head, 4);
	length = wire_be32(head);
	end_behind(r, side, length >= 0xfffffffd ? 0 : length);
}

/* TightVNC 1: a piece of a file, or at its end a time. */
static void
take_file_data(struct rfb *r, unsigned side, struct wire *head)
{
	uint16_t real, packed;

	wire_skip(head, 2);
	real = wire_be16(head);
	packed = wire_be16(head);
	end_behind(r, side, real == 0 && packed == 0 ? 4 : packed);
}

/* TightVNC 1: a size and a time of each file, and their names. */
static void
take_file_list(struct rfb *r, unsigned side, struct wire *head)
{
	uint64_t n;

	wire_skip(head, 2);
	n = wire_be16(head);
	wire_skip(head, 2);
	end_behind(r, side, n * 8 + wire_be16(head));
}

/* A fence, of at most 64 bytes; the server's answer to one with SyncNext is where a format begins.
 */
static void
take_fence(struct rfb *r, unsigned side, struct wire *head)
{
	enum { PAYLOAD = 64 };
	uint32_t flags, sync_next = 1u << 2, request = 1u << 31;
	uint8_t length;

	wire_skip(head, 4);
	flags = wire_be32(head);
	length = wire_u8(head);
	if (length > PAYLOAD) {
		rfb_unreadable(r, side, WHAT_MALFORMED, "Fence");
		return;
	}
	if (side == RFB_VIEWER) {
		r->sync = (flags & request) && (flags & sync_next);
	} else if (!(flags & request) && (flags & sync_next)) {
		arrive(r, RFB_FENCE);
	}
	end_behind(r, side, length);
}

/* TightVNC 2: the type has four bytes. Where the last two are zero it is UltraVNC's, and a server
 * says how many monitors it has. */
static void
take_tight(struct rfb *r, unsigned side, struct wire *head)
{
	const uint32_t files = 0xfc0001, cut_text = 0xfc000200, utf8 = 0xfc000201,
		       echo = 0xfc000300;
	size_t have = wire_left(head);
	uint32_t code = wire_be32(head), length = wire_be32(head);

	if (code >> 8 == files) {
		rfb_found(r, 3202, WHAT_FILE_TRANSFER, "TightVNC file transfer");
		lost_boundary(r, side, 252);
	} else if ((code == utf8 && side == RFB_VIEWER) ||
		   ((code & 0xffff) == 0 && side == RFB_SERVER)) {
		end_behind(r, side, 0);
	} else if (code != cut_text && code != echo) {
		rfb_found(r, 3202, WHAT_CHANNEL, "type 252");
		lost_boundary(r, side, 252);
	} else if (have < 8) {
		rfb_more(r, side, 8);
	} else if (code == echo) {
		end_behind(r, side, 0);
	} else {
		if (length > 0)
			rfb_found(r, 3202, WHAT_CLIPBOARD, "TightVNC CutText");
		end_behind(r, side, length);
	}
}

/* General input devices: a length in the order of bytes that a bit says. A viewer injects events
 * (0), says its version (1), makes (2) and removes (3) devices; a server answers 1 and 2. */
static void
take_gii(struct rfb *r, unsigned side, struct wire *head)
{
	static const struct {
		uint8_t first, last;
	} known[2] = { { 0, 3 }, { 1, 2 } };
	uint8_t type;
	bool big;

	wire_skip(head, 1);
	type = wire_u8(head);
	big = type & 0x80;
	type &= 0x7f;
	if (type < known[side].first || type > known[side].last)
		rfb_found(r, 3202, WHAT_CHANNEL, "gii");
	end_behind(r, side, big ? wire_be16(head) : wire_le16(head));
}

/* QEMU: keys (0) and sound (1); tunnels (2) and whatever came later are no picture. */
static void
take_qemu(struct rfb *r, unsigned side, struct wire *head)
{
	static const uint8_t data[2] = { 10, 8 }; /* SetFormat of a viewer, sound of a server */
	size_t have = wire_left(head), need;
	uint8_t sub;
	uint16_t operation;

	wire_skip(head, 1);
	sub = wire_u8(head);
	operation = wire_be16(head);
	if (sub > 1 || (sub == 0 && side == RFB_SERVER) ||
	    (have >= 4 && sub == 1 && operation > 2)) {
		rfb_found(r, 3202, WHAT_CHANNEL, "QEMU");
		lost_boundary(r, side, 255);
		return;
	}
	if (sub == 0)
		need = 12;
	else
		need = have >= 4 && operation == 2 ? data[side] : 4;
	if (have < need)
		rfb_more(r, side, (uint8_t)need);
	else
		end_behind(r, side, side == RFB_SERVER && need == 8 ? wire_be32(head) : 0);
}

/* --- by type --- */

/* clang-format off */
#define FILES WHAT_FILE_TRANSFER
static const struct message viewer_messages[TYPES] = {
	[0] = { 20, 0, 0, 0, 0, "SetPixelFormat", take_format },
	[2] = { 4, 2, 2, 4, 0, "SetEncodings", NULL },
	[3] = { 10, 0, 0, 0, 0, "FramebufferUpdateRequest", take_request },
	[4] = { 8, 0, 0, 0, 0, "KeyEvent", NULL },
	[5] = { 6, 0, 0, 0, 0, "PointerEvent", take_pointer },
	[6] = { 8, 0, 0, 0, 0, "ClientCutText", take_cut_text },
	[7] = { 12, 0, 0, 0, 0, "UltraVNC FileTransfer", take_ultra_file },
	[8] = { 4, 0, 0, 0, WHAT_CHANNEL, "UltraVNC SetScale", NULL },
	[9] = { 4, 0, 0, 0, WHAT_CHANNEL, "UltraVNC SetServerInput", NULL },
	[10] = { 6, 0, 0, 0, WHAT_CHANNEL, "UltraVNC SetSW", NULL },
	[11] = { 8, 0, 0, 0, WHAT_CHAT, "UltraVNC TextChat", take_chat },
	[12] = { 1, 0, 0, 0, 0, "UltraVNC KeyFrameRequest", NULL },
	[13] = { 1, 0, 0, 0, 0, "UltraVNC KeepAlive", NULL },
	[14] = { .words = WHAT_CHANNEL, .name = "type 14" },
	[15] = { 4, 0, 0, 0, WHAT_CHANNEL, "PalmVNC SetScaleFactor", NULL },
	[16] = { .words = WHAT_CHANNEL, .name = "type 16" },
	[17] = { .words = WHAT_CHANNEL, .name = "type 17" },
	[18] = { .words = WHAT_CHANNEL, .name = "type 18" },
	[19] = { .words = WHAT_CHANNEL, .name = "type 19" },
	[20] = { 1, 0, 0, 0, WHAT_CHANNEL, "UltraVNC RequestSession", NULL },
	[21] = { 2, 0, 0, 0, WHAT_CHANNEL, "UltraVNC SetSession", NULL },
	[80] = { .words = WHAT_CHANNEL, .name = "UltraVNC NotifyPluginStreaming" },
	[127] = { .words = WHAT_CHANNEL, .name = "VMware" },
	[128] = { .words = WHAT_CHANNEL, .name = "Car Connectivity" },
	[130] = { 4, 2, 2, 1, FILES, "TightVNC FileListRequest", NULL },
	[131] = { 8, 2, 2, 1, FILES, "TightVNC FileDownloadRequest", NULL },
	[132] = { 8, 2, 2, 1, FILES, "TightVNC FileUploadRequest", NULL },
	[133] = { 6, 0, 0, 0, FILES, "TightVNC FileUploadData", take_file_data },
	[134] = { 4, 2, 2, 1, FILES, "TightVNC FileDownloadCancel", NULL },
	[135] = { 4, 2, 2, 1, FILES, "TightVNC FileUploadFailed", NULL },
	[136] = { 4, 2, 2, 1, FILES, "TightVNC FileCreateDirRequest", NULL },
	[150] = { 10, 0, 0, 0, 0, "EnableContinuousUpdates", take_continuous },
	[248] = { 9, 0, 0, 0, 0, "ClientFence", take_fence },
	[249] = { .words = WHAT_CHANNEL, .name = "OLIVE Call Control" },
	[250] = { 4, 0, 0, 0, WHAT_CHANNEL, "xvp", NULL },
	[251] = { 8, 6, 1, 16, 0, "SetDesktopSize", NULL },
	[252] = { 4, 0, 0, 0, 0, "TightVNC", take_tight },
	[253] = { 4, 0, 0, 0, 0, "gii", take_gii },
	[254] = { .words = WHAT_CHANNEL, .name = "VMware" },
	[255] = { 2, 0, 0, 0, 0, "QEMU", take_qemu },
};

static const struct message server_messages[TYPES] = {
	[0] = { 4, 0, 0, 0, 0, "FramebufferUpdate", take_update },
	[1] = { 6, 4, 2, 6, 0, "SetColourMapEntries", NULL },
	[2] = { 1, 0, 0, 0, 0, "Bell", NULL },
	[3] = { 8, 0, 0, 0, 0, "ServerCutText", take_cut_text },
	[4] = { 6, 0, 0, 0, 0, "UltraVNC ResizeFrameBuffer", take_size },
	[5] = { 1, 0, 0, 0, 0, "UltraVNC KeyFrameUpdate", NULL },
	[6] = { .words = WHAT_CHANNEL, .name = "type 6" },
	[7] = { 12, 0, 0, 0, 0, "UltraVNC FileTransfer", take_ultra_file },
	[8] = { .words = WHAT_CHANNEL, .name = "type 8" },
	[9] = { .words = WHAT_CHANNEL, .name = "type 9" },
	[10] = { .words = WHAT_CHANNEL, .name = "type 10" },
	[11] = { 8, 0, 0, 0, WHAT_CHAT, "UltraVNC TextChat", take_chat },
	[12] = { .words = WHAT_CHANNEL, .name = "type 12" },
	[13] = { 1, 0, 0, 0, 0, "UltraVNC KeepAlive", NULL },
	[14] = { .words = WHAT_CHANNEL, .name = "type 14" },
	[15] = { 12, 0, 0, 0, 0, "PalmVNC ReSizeFrameBuffer", take_size },
	[127] = { .words = WHAT_CHANNEL, .name = "VMware" },
	[128] = { .words = WHAT_CHANNEL, .name = "Car Connectivity" },
	[130] = { 8, 0, 0, 0, FILES, "TightVNC FileListData", take_file_list },
	[131] = { 6, 0, 0, 0, FILES, "TightVNC FileDownloadData", take_file_data },
	[132] = { 4, 2, 2, 1, FILES, "TightVNC FileUploadCancel", NULL },
	[133] = { 4, 2, 2, 1, FILES, "TightVNC FileDownloadFailed", NULL },
	[150] = { 1, 0, 0, 0, 0, "EndOfContinuousUpdates", take_continuous_end },
	[173] = { 12, 0, 0, 0, 0, "UltraVNC ServerState", NULL },
	[248] = { 9, 0, 0, 0, 0, "ServerFence", take_fence },
	[249] = { .words = WHAT_CHANNEL, .name = "OLIVE Call Control" },
	[250] = { 4, 0, 0, 0, 0, "xvp", NULL }, /* it could, or it could not */
	[252] = { 4, 0, 0, 0, 0, "TightVNC", take_tight },
	[253] = { 4, 0, 0, 0, 0, "gii", take_gii },
	[254] = { .words = WHAT_CHANNEL, .name = "VMware" },
	[255] = { 2, 0, 0, 0, 0, "QEMU", take_qemu },
};
#undef FILES
/* clang-format on */

/* The number in a head, in a byte or two. */
static uint64_t
count_of(const struct message *m, const uint8_t *head)
{
	if (m->digits == 0)
		return 0;
	return m->digits == 1 ? head[m->at] : (uint64_t)(head[m->at] << 8 | head[m->at + 1]);
}

void
rfb_message(struct rfb *r, unsigned side)
{
	const struct rfb_side *s = &r->side[side];
	const struct message *m =
	    side == RFB_VIEWER ? &viewer_messages[s->bytes[0]] : &server_messages[s->bytes[0]];
	struct wire head;

	if (m->name && s->have < m->head) {
		rfb_more(r, side, m->head);
		return;
	}
	if (m->words)
		rfb_found(r, 3202, m->words, m->name);
	if (m->head == 0) {
		lost_boundary(r, side, s->bytes[0]);
		return;
	}
	if (side == RFB_VIEWER && s->bytes[0] != 0)
		r->sync = false; /* only the very next message has it */
	head = rfb_looked(r, side);
	if (m->take)
		m->take(r, side, &head);
	else
		end_behind(r, side, count_of(m, s->bytes) * m->unit);
}
