/* rfb_rectangle.c - see rfb_in.h: an update, its rectangles, and those that are no picture. RFC
 * 6143, 7.6.1, 7.7 and 7.8; the community's specification; rfbproto.h of libvncserver (-131072 to
 * -131069) and UltraVNC (9, 10, 18, 19, 25 to 29, -65529 to -65527).
 */
#include "worker/rfb_in.h"

enum { VMWARE = 0x574d5600, LIBVNCSERVER = -0x20000 };

/* What a number says of a rectangle's bytes. */
struct encoding {
	int32_t number;
	uint8_t kind; /* enum rfb_kind */
	uint8_t size; /* RFB_FIXED: bytes */
	bool picture; /* it lies on the screen */
};

/* clang-format off */
static const struct encoding encodings[] = {
	{ 0, RFB_RAW, 0, true },
	{ 1, RFB_FIXED, 4, true }, /* CopyRect */
	{ 2, RFB_RRE, 0, true },
	{ 4, RFB_CORRE, 0, true },
	{ 5, RFB_HEXTILE, 0, true },
	{ 6, RFB_COUNTED, 0, true }, /* zlib */
	{ 7, RFB_TIGHT_ZLIB, 0, true },
	{ 8, RFB_ZLIBHEX, 0, true },
	{ 9, RFB_COUNTED, 0, true }, /* UltraVNC: Ultra, Ultra2 */
	{ 10, RFB_COUNTED, 0, true },
	{ 16, RFB_COUNTED, 0, true }, /* ZRLE, ZYWRLE */
	{ 17, RFB_COUNTED, 0, true },
	{ 18, RFB_COUNTED, 0, true }, /* UltraVNC: the same two with xz */
	{ 19, RFB_COUNTED, 0, true },
	{ 21, RFB_JPEG_FILE, 0, true },
	{ 25, RFB_COUNTED, 0, true }, /* UltraVNC: zlib, Tight and zlibhex with Zstandard */
	{ 26, RFB_TIGHT_ZLIB, 0, true },
	{ 27, RFB_ZLIBHEX, 0, true },
	{ 28, RFB_COUNTED, 0, true }, /* and its ZRLE and ZYWRLE */
	{ 29, RFB_COUNTED, 0, true },
	{ 50, RFB_H264, 0, true },
	{ -223, RFB_DESKTOP, 0, false },
	{ -224, RFB_LAST, 0, false },
	{ -232, RFB_NOTHING, 0, false }, /* where the pointer is */
	{ -239, RFB_CURSOR, 0, false },
	{ -240, RFB_X_CURSOR, 0, false },
	{ -257, RFB_NOTHING, 0, false }, /* QEMU: pointer motion, keys, sound */
	{ -258, RFB_NOTHING, 0, false },
	{ -259, RFB_NOTHING, 0, false },
	{ -260, RFB_TIGHT_PNG, 0, true },
	{ -261, RFB_FIXED, 1, false }, /* QEMU: lamps of the keyboard */
	{ -307, RFB_NAME, 0, false }, /* name of the desktop */
	{ -308, RFB_LAYOUT, 0, false },
	{ -314, RFB_ALPHA_CURSOR, 0, false },
	{ -316, RFB_BUTTONS, 0, false },
	{ -65529, RFB_COUNTED, 0, false }, /* UltraVNC: many rectangles, packed (CacheZip, */
	{ -65528, RFB_COUNTED, 0, false }, /* SolMonoZip, */
	{ -65527, RFB_COUNTED, 0, false }, /* UltraZip) */
	{ VMWARE + 0x64, RFB_CURSOR_VMWARE, 0, false },
	{ VMWARE + 0x65, RFB_FIXED, 2, false }, /* state of the cursor */
	{ VMWARE + 0x66, RFB_NOTHING, 0, false }, /* its place */
	{ VMWARE + 0x67, RFB_FIXED, 10, false }, /* repeated keys */
	{ VMWARE + 0x68, RFB_FIXED, 4, false }, /* lamps */
	{ VMWARE + 0x69, RFB_MODE_VMWARE, 0, false },
	{ VMWARE + 0x6a, RFB_FIXED, 2, false }, /* state of the machine */
	{ LIBVNCSERVER, RFB_NOTHING, 0, false }, /* lamps */
	{ LIBVNCSERVER + 1, RFB_WIDE, 0, false }, /* messages, encodings, identity */
	{ LIBVNCSERVER + 2, RFB_WIDE, 0, false },
	{ LIBVNCSERVER + 3, RFB_WIDE, 0, false },
};
/* clang-format on */

static const struct encoding *
encoding_of(int32_t number)
{
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
		if (encodings[i].number == number)
			return &encodings[i];
	return NULL;
}

void
rfb_update(struct rfb *r, uint16_t n)
{
	r->requests -= r->requests > 0;
	r->now = r->format;
	r->doubt = r->unsure > 0 || r->side[RFB_VIEWER].over;
	r->unsure -= r->unsure > 0;
	r->rectangle.left = n;
	if (n > 0)
		rfb_next(r, RFB_SERVER, RFB_RECTANGLE, 12);
	else
		rfb_next(r, RFB_SERVER, RFB_MESSAGE, 1);
}

void
rfb_rectangle_end(struct rfb *r)
{
	if (--r->rectangle.left > 0)
		rfb_next(r, RFB_SERVER, RFB_RECTANGLE, 12);
	else
		rfb_next(r, RFB_SERVER, RFB_MESSAGE, 1);
}

/* The rest of the rectangle are N bytes. */
static void
end_behind(struct rfb *r, uint64_t n)
{
	rfb_pass(r, RFB_SERVER, n);
	rfb_rectangle_end(r);
}

/* How many pixels, and how many bytes their bits are when each row is filled up. */
static uint64_t
pixels(const struct rfb_rectangle *t)
{
	return (uint64_t)t->width * t->height;
}

static uint64_t
bits(const struct rfb_rectangle *t)
{
	return ((uint64_t)t->width + 7) / 8 * t->height;
}

/* Kinds whose bytes depend on the format of pixels, a bit for each. */
static const uint32_t by_format = 1u << RFB_RAW | 1u << RFB_RRE | 1u << RFB_CORRE |
				  1u << RFB_HEXTILE | 1u << RFB_ZLIBHEX | 1u << RFB_TIGHT_ZLIB |
				  1u << RFB_TIGHT_PNG | 1u << RFB_CURSOR | 1u << RFB_CURSOR_VMWARE;

/* The bytes of a rectangle of T's kind begin; SIZE are those of RFB_FIXED. */
static void
begin(struct rfb *r, uint8_t size)
{
	struct rfb_rectangle *t = &r->rectangle;
	uint64_t pixel = t->format.pixel;

	switch ((enum rfb_kind)t->kind) {
	case RFB_NOTHING:
		rfb_rectangle_end(r);
		return;
	case RFB_FIXED:
		end_behind(r, size);
		return;
	case RFB_RAW:
		end_behind(r, pixels(t) * pixel);
		return;
	case RFB_RRE:
	case RFB_CORRE:
		rfb_next(r, RFB_SERVER, RFB_SUBRECTS, 4);
		return;
	case RFB_COUNTED:
	case RFB_NAME:
		rfb_next(r, RFB_SERVER, RFB_LENGTH, 4);
		return;
	case RFB_H264:
		rfb_next(r, RFB_SERVER, RFB_LENGTH, 8);
		return;
	case RFB_HEXTILE:
	case RFB_ZLIBHEX:
	case RFB_TIGHT_ZLIB:
	case RFB_TIGHT_PNG:
	case RFB_JPEG_FILE:
		rfb_encoding_begin(r);
		return;
	case RFB_CURSOR:
		end_behind(r, pixels(t) * pixel + bits(t));
		return;
	case RFB_X_CURSOR:
		end_behind(r, pixels(t) ? 6 + 2 * bits(t) : 0);
		return;
	case RFB_ALPHA_CURSOR:
		rfb_next(r, RFB_SERVER, RFB_ALPHA, 4);
		return;
	case RFB_WIDE:
		end_behind(r, t->width);
		return;
	case RFB_DESKTOP:
		r->width = t->width;
		r->height = t->height;
		rfb_rectangle_end(r);
		return;
	case RFB_LAYOUT:
		rfb_next(r, RFB_SERVER, RFB_SCREENS, 4);
		return;
	case RFB_LAST:
		t->left = 1;
		rfb_rectangle_end(r);
		return;
	case RFB_BUTTONS:
		r->buttons = true;
		rfb_rectangle_end(r);
		return;
	case RFB_CURSOR_VMWARE:
		rfb_next(r, RFB_SERVER, RFB_VMWARE_CURSOR, 2);
		return;
	case RFB_MODE_VMWARE:
		rfb_next(r, RFB_SERVER, RFB_VMWARE_MODE, 16);
		return;
	}
}

/* A rectangle in an encoding that nobody here knows: where the next one begins cannot be known. */
static void
unknown(struct rfb *r, int32_t number)
{
	rfb_found_number(r, 3203, WHAT_UNKNOWN_PROTOCOL, "encoding", number);
	rfb_stop(r, RFB_SERVER);
}

/* A rectangle whose format is not known. Of a viewer that is not read any more the reason was said
 * with that. */
static void
doubtful(struct rfb *r)
{
	if (r->side[RFB_VIEWER].over)
		rfb_stop(r, RFB_SERVER);
	else
		rfb_unreadable(r, RFB_SERVER, WHAT_UNKNOWN_PROTOCOL, "SetPixelFormat");
}

static void
header(struct rfb *r, struct wire *w)
{
	struct rfb_rectangle *t = &r->rectangle;
	uint32_t x = wire_be16(w), y = wire_be16(w);
	const struct encoding *e;
	int32_t number;

	t->width = wire_be16(w);
	t->height = wire_be16(w);
	number = (int32_t)wire_be32(w);
	e = encoding_of(number);
	if (!e) {
		unknown(r, number);
		return;
	}
	t->kind = e->kind;
	t->format = r->now;
	if (r->doubt && (by_format >> e->kind & 1))
		doubtful(r);
	else if (e->picture && (x + t->width > r->width || y + t->height > r->height))
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "rectangle outside of the screen");
	else if (e->kind == RFB_LAYOUT && x == 1 && y != 0)
		t->width = r->width, t->height = r->height; /* refused: its size is undefined */
	if (!r->side[RFB_SERVER].over)
		begin(r, e->size);
}

/* RRE and CoRRE: a background, and subrectangles of a pixel and four numbers. */
static void
subrects(struct rfb *r, struct wire *w)
{
	struct rfb_rectangle *t = &r->rectangle;
	uint64_t pixel = t->format.pixel, place = t->kind == RFB_RRE ? 8 : 4;

	end_behind(r, pixel + wire_be32(w) * (pixel + place));
}

/* A length, of what follows. */
static void
length(struct rfb *r, uint32_t size)
{
	if (r->rectangle.kind == RFB_NAME && size > RFB_TEXT)
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "DesktopName");
	else
		end_behind(r, size);
}

/* ExtendedDesktopSize: screens of 16 bytes. */
static void
screens(struct rfb *r, struct wire *w)
{
	r->width = r->rectangle.width;
	r->height = r->rectangle.height;
	end_behind(r, (uint64_t)wire_u8(w) * 16);
}

/* A cursor of pixels of four bytes, in any encoding of a picture. */
static void
alpha_cursor(struct rfb *r, struct wire *w)
{
	int32_t number = (int32_t)wire_be32(w);
	const struct encoding *e = encoding_of(number);

	if (!e || !e->picture) {
		unknown(r, number);
		return;
	}
	r->rectangle.kind = e->kind;
	r->rectangle.format = (struct rfb_format){ .pixel = 4, .tight = 4 };
	begin(r, e->size);
}

/* Two masks in the format of pixels, or one with transparency. */
static void
vmware_cursor(struct rfb *r, struct wire *w)
{
	const struct rfb_rectangle *t = &r->rectangle;
	uint8_t type = wire_u8(w);

	if (type > 1)
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "VMware cursor");
	else
		end_behind(r, pixels(t) * (type == 0 ? 2u * t->format.pixel : 4u));
}

/* A new size and format, from here on. */
static void
vmware_mode(struct rfb *r, struct wire *w)
{
	if (!rfb_format(&r->now, w)) {
		rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, "VMware mode");
		return;
	}
	r->format = r->now;
	r->width = r->rectangle.width;
	r->height = r->rectangle.height;
	rfb_rectangle_end(r);
}

void
rfb_rectangle(struct rfb *r)
{
	struct wire w = rfb_looked(r, RFB_SERVER);

	switch (r->side[RFB_SERVER].state) {
	case RFB_RECTANGLE:
		header(r, &w);
		return;
	case RFB_SUBRECTS:
		subrects(r, &w);
		return;
	case RFB_LENGTH:
		length(r, wire_be32(&w));
		return;
	case RFB_SCREENS:
		screens(r, &w);
		return;
	case RFB_ALPHA:
		alpha_cursor(r, &w);
		return;
	case RFB_VMWARE_CURSOR:
		vmware_cursor(r, &w);
		return;
	case RFB_VMWARE_MODE:
		vmware_mode(r, &w);
		return;
	}
}
