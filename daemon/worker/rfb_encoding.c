/* rfb_encoding.c - see rfb_in.h: encodings whose length is only known when they were walked
 * through. Hextile: RFC 6143, 7.7.4; zlibhex, Tight and TightPNG: the community's specification,
 * and Tight without zlib as libvncserver's rfbproto.h has it; JPEG: ITU-T T.81, B.1.
 */
#include "worker/rfb_in.h"

enum { TILE = 16 };

/* Bits of a tile. */
enum {
	TILE_RAW = 1,
	TILE_BACKGROUND = 2,
	TILE_FOREGROUND = 4,
	TILE_ANY = 8,
	TILE_COLOURED = 16,
	TILE_ZLIB_RAW = 32, /* zlibhex */
	TILE_ZLIB = 64,
	TILE_HEXTILE = 31, /* those of Hextile */
};

/* Tight: the upper four bits of its first byte, and filters. */
enum {
	TIGHT_FILTER = 4,
	TIGHT_FILL = 8,
	TIGHT_JPEG = 9,
	TIGHT_NO_ZLIB = 10, /* TightPNG: PNG */
	TIGHT_NO_ZLIB_FILTER = 14,
	TIGHT_SHORT = 12, /* fewer bytes are not compressed */
	FILTER_COPY = 0,
	FILTER_PALETTE = 1,
	FILTER_GRADIENT = 2,
};

/* Second bytes of markers. */
enum {
	JPEG_STUFFED = 0x00,
	JPEG_TEMPORARY = 0x01,
	JPEG_RESTART_FIRST = 0xd0,
	JPEG_RESTART_LAST = 0xd7,
	JPEG_BEGIN = 0xd8,
	JPEG_END = 0xd9,
	JPEG_SCAN_BEGIN = 0xda,
	JPEG_MARK = 0xff, /* the first one; it fills, too */
};

static void
next(struct rfb *r, enum rfb_state state, uint8_t need)
{
	rfb_next(r, RFB_SERVER, state, need);
}

static void
pass(struct rfb *r, uint64_t n)
{
	rfb_pass(r, RFB_SERVER, n);
}

static void
malformed(struct rfb *r, const char *name)
{
	rfb_unreadable(r, RFB_SERVER, WHAT_MALFORMED, name);
}

/* --- Hextile and zlibhex --- */

/* The tile is over; the next one is right of it, or begins a row, or there is none. */
static void
tile_end(struct rfb *r)
{
	struct rfb_rectangle *t = &r->rectangle;

	t->column += TILE;
	if (t->column >= t->width) {
		t->column = 0;
		t->row += TILE;
	}
	if (t->row < t->height)
		next(r, RFB_TILE, 1);
	else
		rfb_rectangle_end(r);
}

static void
tile(struct rfb *r, uint8_t sub)
{
	struct rfb_rectangle *t = &r->rectangle;
	uint32_t width = t->width - t->column, height = t->height - t->row;
	bool hextile = t->kind == RFB_HEXTILE;

	t->sub = sub;
	if (sub & ~(unsigned)(hextile ? TILE_HEXTILE : TILE_HEXTILE | TILE_ZLIB_RAW | TILE_ZLIB)) {
		malformed(r, hextile ? "Hextile" : "zlibhex");
	} else if (sub & (TILE_ZLIB_RAW | TILE_ZLIB)) {
		next(r, RFB_TILE_LENGTH, 2);
	} else if (sub & TILE_RAW) {
		pass(r, (uint64_t)(width < TILE ? width : TILE) * (height < TILE ? height : TILE) *
			    t->format.pixel);
		tile_end(r);
	} else {
		pass(r, sub & TILE_BACKGROUND ? t->format.pixel : 0);
		pass(r, sub & TILE_FOREGROUND ? t->format.pixel : 0);
		if (sub & TILE_ANY)
			next(r, RFB_TILE_SUBRECTS, 1);
		else
			tile_end(r);
	}
}

static void
tile_subrects(struct rfb *r, uint8_t n)
{
	const struct rfb_rectangle *t = &r->rectangle;

	pass(r, (uint64_t)n * (2u + (t->sub & TILE_COLOURED ? t->format.pixel : 0u)));
	tile_end(r);
}

/* --- Tight --- */

/* Its data has a length, seven bits first. */
static void
tight_length_begin(struct rfb *r)
{
	r->rectangle.size = r->rectangle.sub = 0;
	next(r, RFB_TIGHT_LENGTH, 1);
}

static void
tight_length(struct rfb *r, uint8_t byte)
{
	struct rfb_rectangle *t = &r->rectangle;
	bool last = t->sub == 2;

	t->size |= (uint32_t)(last ? byte : byte & 0x7f) << (7 * t->sub);
	t->sub++;
	if (!last && (byte & 0x80)) {
		next(r, RFB_TIGHT_LENGTH, 1);
		return;
	}
	pass(r, t->size);
	rfb_rectangle_end(r);
}

/* SIZE bytes before they are compressed, if they are. */
static void
tight_data(struct rfb *r, uint64_t size)
{
	if (size >= TIGHT_SHORT) {
		tight_length_begin(r);
		return;
	}
	pass(r, size);
	rfb_rectangle_end(r);
}

static void
tight_pixels(struct rfb *r)
{
	const struct rfb_rectangle *t = &r->rectangle;

	tight_data(r, (uint64_t)t->width * t->height * t->format.tight);
}

static void
tight(struct rfb *r, uint8_t control)
{
	const struct rfb_rectangle *t = &r->rectangle;
	bool png = t->kind == RFB_TIGHT_PNG;
	uint8_t type = control >> 4;

	if (type == TIGHT_FILL) {
		pass(r, t->format.tight);
		rfb_rectangle_end(r);
		return;
	}
	if (type == TIGHT_JPEG || (png && type == TIGHT_NO_ZLIB)) {
		tight_length_begin(r);
		return;
	}
	if (png || (type > TIGHT_FILL && type != TIGHT_NO_ZLIB && type != TIGHT_NO_ZLIB_FILTER))
		malformed(r, png ? "TightPNG" : "Tight");
	else if (type & TIGHT_FILTER)
		next(r, RFB_TIGHT_FILTER, 1);
	else
		tight_pixels(r);
}

static void
tight_filter(struct rfb *r, uint8_t filter)
{
	if (filter == FILTER_PALETTE)
		next(r, RFB_TIGHT_COLOURS, 1);
	else if (filter == FILTER_COPY || filter == FILTER_GRADIENT)
		tight_pixels(r);
	else
		malformed(r, "Tight");
}

/* A palette: of two colours a pixel is a bit, of more a byte. */
static void
tight_colours(struct rfb *r, uint8_t last)
{
	const struct rfb_rectangle *t = &r->rectangle;
	uint64_t row = last == 1 ? ((uint64_t)t->width + 7) / 8 : t->width;

	if (last == 0) {
		malformed(r, "Tight");
		return;
	}
	pass(r, ((uint64_t)last + 1) * t->format.tight);
	tight_data(r, row * t->height);
}

/* --- JPEG: a file without a length --- */

/* The second byte of a marker. */
static void
jpeg_marker(struct rfb *r, uint8_t marker)
{
	r->rectangle.sub = marker;
	if (marker == JPEG_END)
		rfb_rectangle_end(r);
	else if (marker == JPEG_TEMPORARY || (marker >= JPEG_RESTART_FIRST && marker <= JPEG_BEGIN))
		next(r, RFB_JPEG, 2);
	else if (marker == JPEG_STUFFED || marker == JPEG_MARK)
		malformed(r, "JPEG");
	else
		next(r, RFB_JPEG_SEGMENT, 2);
}

static void
jpeg(struct rfb *r, struct wire *w)
{
	bool first = r->rectangle.sub == 0;
	uint8_t mark = wire_u8(w), marker = wire_u8(w);

	if (mark != JPEG_MARK || first != (marker == JPEG_BEGIN))
		malformed(r, "JPEG");
	else
		jpeg_marker(r, marker);
}

static void
jpeg_segment(struct rfb *r, uint16_t length)
{
	if (length < 2) {
		malformed(r, "JPEG");
		return;
	}
	pass(r, length - 2u);
	if (r->rectangle.sub == JPEG_SCAN_BEGIN)
		next(r, RFB_JPEG_SCAN, 1);
	else
		next(r, RFB_JPEG, 2);
}

size_t
rfb_jpeg_scan(struct rfb *r, const uint8_t *bytes, size_t size)
{
	struct rfb_rectangle *t = &r->rectangle;
	const uint8_t *mark;

	if (!t->marked) {
		mark = memchr(bytes, JPEG_MARK, size);
		t->marked = mark != NULL;
		return mark ? (size_t)(mark - bytes) + 1 : size;
	}
	if (*bytes == JPEG_MARK)
		return 1;
	t->marked = false;
	if (*bytes != JPEG_STUFFED && (*bytes < JPEG_RESTART_FIRST || *bytes > JPEG_RESTART_LAST))
		jpeg_marker(r, *bytes);
	return 1;
}

/* --- by kind and state --- */

void
rfb_encoding_begin(struct rfb *r)
{
	struct rfb_rectangle *t = &r->rectangle;

	t->column = t->row = 0;
	t->sub = 0;
	if (t->kind == RFB_TIGHT_ZLIB || t->kind == RFB_TIGHT_PNG)
		next(r, RFB_TIGHT, 1);
	else if (t->kind == RFB_JPEG_FILE)
		next(r, RFB_JPEG, 2);
	else if (t->width > 0 && t->height > 0)
		next(r, RFB_TILE, 1);
	else
		rfb_rectangle_end(r);
}

void
rfb_encoding(struct rfb *r)
{
	struct wire w = rfb_looked(r, RFB_SERVER);

	switch (r->side[RFB_SERVER].state) {
	case RFB_TILE:
		tile(r, wire_u8(&w));
		return;
	case RFB_TILE_SUBRECTS:
		tile_subrects(r, wire_u8(&w));
		return;
	case RFB_TILE_LENGTH:
		pass(r, wire_be16(&w));
		tile_end(r);
		return;
	case RFB_TIGHT:
		tight(r, wire_u8(&w));
		return;
	case RFB_TIGHT_FILTER:
		tight_filter(r, wire_u8(&w));
		return;
	case RFB_TIGHT_COLOURS:
		tight_colours(r, wire_u8(&w));
		return;
	case RFB_TIGHT_LENGTH:
		tight_length(r, wire_u8(&w));
		return;
	case RFB_JPEG:
		jpeg(r, &w);
		return;
	case RFB_JPEG_SEGMENT:
		jpeg_segment(r, wire_be16(&w));
		return;
	}
}
