/* rfb_in.h - what the parts of rfb share. Included by rfb*.c alone.
 *
 * Knows: a side looks at `need` bytes at a time; whoever has looked at them says what is next, by
 * one of rfb_next() and rfb_more(), and may pass over bytes before it. Owns nothing. Never called
 * by anyone else.
 */
#ifndef SEGAUDIT_RFB_IN_H
#define SEGAUDIT_RFB_IN_H

#include "base/wire.h"
#include "worker/rfb.h"

enum { RFB_TEXT = 4096 }; /* a name of a desktop or a reason that has more bytes is none */

/* How a handshake goes. */
enum rfb_version {
	RFB_UNKNOWN,	 /* no specification has it */
	RFB_UNPUBLISHED, /* RealVNC's own */
	RFB_OLD,	 /* 3.3 and what is read as 3.3 (RFC 6143, 7.1.1) */
	RFB_SEVEN,	 /* 3.7 */
	RFB_EIGHT,	 /* 3.8 and Apple's */
};

/* SIDE looks at NEED bytes next, behind those that it passes over. */
static inline void
rfb_next(struct rfb *r, unsigned side, enum rfb_state state, uint8_t need)
{
	struct rfb_side *s = &r->side[side];

	s->state = (uint8_t)state;
	s->need = need;
	s->have = 0;
}

/* What SIDE looks at takes NEED bytes together: more than it has. */
static inline void
rfb_more(struct rfb *r, unsigned side, uint8_t need)
{
	r->side[side].need = need;
}

/* SIDE passes over N bytes before anything else. */
static inline void
rfb_pass(struct rfb *r, unsigned side, uint64_t n)
{
	r->side[side].pass += n;
}

/* The bytes that SIDE looks at. */
static inline struct wire
rfb_looked(const struct rfb *r, unsigned side)
{
	return wire_of(r->side[side].bytes, r->side[side].have);
}

/* Nothing was seen of SIDE. */
static inline bool
rfb_silent(const struct rfb *r, unsigned side)
{
	return r->side[side].state == RFB_VERSION && r->side[side].have == 0;
}

/* A verdict under ID of WORDS, as far as they are new; NAME is a string. */
void rfb_found(struct rfb *r, uint16_t id, uint64_t words, const char *name);

/* The same with a name that ends with a NUMBER: "encoding -9999". */
void rfb_found_number(struct rfb *r, uint16_t id, uint64_t words, const char *name, int64_t number);

/* Both sides' words were seen, or no more come: says it where who connected is the screen. */
void rfb_reverse(struct rfb *r);

/* Nothing more is read of SIDE, nor of the other one when it depends on this one. */
void rfb_stop(struct rfb *r, unsigned side);

/* SIDE cannot be read any more, for WORDS (3203), seen in NAME. */
void rfb_unreadable(struct rfb *r, unsigned side, uint64_t words, const char *name);

/* rfb_handshake.c: SIDE has what it needs in a state before RFB_MESSAGE. */
void rfb_handshake(struct rfb *r, unsigned side);

/* rfb_handshake.c: SIDE, in RFB_REPEATER, says no more of whom it wants. */
void rfb_wished(struct rfb *r, unsigned side);

/* rfb_message.c: the same as rfb_handshake() in RFB_MESSAGE. */
void rfb_message(struct rfb *r, unsigned side);

/* Reads a PIXEL_FORMAT (RFC 6143, 7.4) of 16 bytes; false: there is none like it. */
bool rfb_format(struct rfb_format *f, struct wire *w);

/* rfb_rectangle.c: the server begins an update of N rectangles; and it has what it needs in a state
 * from RFB_RECTANGLE on. */
void rfb_update(struct rfb *r, uint16_t n);
void rfb_rectangle(struct rfb *r);

/* The rectangle is read: the next one, or the next message. */
void rfb_rectangle_end(struct rfb *r);

/* rfb_encoding.c: a picture in Hextile, Tight or JPEG begins; and the server has what it needs in a
 * state from RFB_TILE on. */
void rfb_encoding_begin(struct rfb *r);
void rfb_encoding(struct rfb *r);

/* In RFB_JPEG_SCAN: how many of SIZE (> 0) bytes were read of it, at least 1. */
size_t rfb_jpeg_scan(struct rfb *r, const uint8_t *bytes, size_t size);

/* How the bytes of a rectangle are laid out. */
enum rfb_kind {
	RFB_NOTHING, /* there are none */
	RFB_FIXED,   /* always as many */
	RFB_RAW,
	RFB_RRE,
	RFB_CORRE,
	RFB_HEXTILE,
	RFB_ZLIBHEX,
	RFB_COUNTED, /* a length, and so many bytes */
	RFB_NAME,    /* the same, of a text */
	RFB_H264,    /* the same with flags between */
	RFB_TIGHT_ZLIB,
	RFB_TIGHT_PNG,
	RFB_JPEG_FILE,
	RFB_CURSOR,
	RFB_X_CURSOR,
	RFB_ALPHA_CURSOR,
	RFB_WIDE, /* as many as it is wide */
	RFB_DESKTOP,
	RFB_LAYOUT, /* ExtendedDesktopSize */
	RFB_LAST,
	RFB_BUTTONS,
	RFB_CURSOR_VMWARE,
	RFB_MODE_VMWARE,
};

#endif
