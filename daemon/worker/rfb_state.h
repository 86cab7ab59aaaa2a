/* rfb_state.h - what is kept of one RFB session. For whoever has room for one; only rfb.c and its
 * parts look inside.
 */
#ifndef SEGAUDIT_RFB_STATE_H
#define SEGAUDIT_RFB_STATE_H

#include "worker/screen.h"

enum { RFB_VIEWER, RFB_SERVER }; /* sides: who looks, and who is looked at */

enum {
	RFB_HEAD = 24, /* bytes that are looked at together, at most: ServerInit */
	RFB_ID = 64,   /* of a repeater's ID, those that are kept */
	RFB_SAID = 3,  /* verdicts: 3201 to 3203 */
};

/* What a side says next. */
enum rfb_state {
	/* Until the session is open: what one side says depends on the other. */
	RFB_VERSION,
	RFB_REPEATER, /* to whom a repeater is to connect */
	RFB_WAIT,     /* nothing before the other side spoke */
	RFB_OLD_TYPE, /* version 3.3: the security type that the server chose */
	RFB_TYPES,    /* later: how many it offers, */
	RFB_CHOICE,   /* and what the viewer takes */
	RFB_TUNNELS,  /* of security type Tight */
	RFB_TUNNEL,
	RFB_LOGINS,
	RFB_LOGIN,
	RFB_ACCOUNT,
	RFB_VENCRYPT,	    /* of security type VeNCrypt: the server's version of it, */
	RFB_VENCRYPT_TAKEN, /* the viewer's, */
	RFB_VENCRYPT_ACK,
	RFB_VENCRYPT_TYPES, /* what the server offers, */
	RFB_VENCRYPT_TYPE,  /* and what the viewer takes */
	RFB_RESULT,
	RFB_REASON,
	RFB_FAILED, /* nothing any more */
	RFB_SHARED,
	RFB_SCREEN,
	RFB_ABILITIES,
	/* From here on each side can be read alone. */
	RFB_MESSAGE,
	/* The server's, of an update: rfb_rectangle.c, */
	RFB_RECTANGLE,
	RFB_SUBRECTS,
	RFB_LENGTH,
	RFB_SCREENS,
	RFB_ALPHA,
	RFB_VMWARE_CURSOR,
	RFB_VMWARE_MODE,
	/* and rfb_encoding.c. */
	RFB_TILE,
	RFB_TILE_SUBRECTS,
	RFB_TILE_LENGTH,
	RFB_TIGHT,
	RFB_TIGHT_FILTER,
	RFB_TIGHT_COLOURS,
	RFB_TIGHT_LENGTH,
	RFB_JPEG,
	RFB_JPEG_SEGMENT,
	RFB_JPEG_SCAN, /* bytes up to a marker, not counted */
};

/* What the server says before a format that the viewer asked for. */
enum rfb_pending {
	RFB_HERE, /* nothing: no format waits */
	RFB_FENCE,
	RFB_END, /* that continuous updates ended */
};

/* Of one direction. */
struct rfb_side {
	uint64_t pass; /* bytes to pass over before the next ones are looked at */
	uint8_t state; /* enum rfb_state */
	uint8_t need;  /* bytes that it looks at, 1 to RFB_HEAD, */
	uint8_t have;  /* and those that are here */
	bool over;     /* nothing more is read */
	uint8_t bytes[RFB_HEAD];
};

/* How many bytes a pixel takes; where `tight` is the same in two formats, `pixel` is, too. */
struct rfb_format {
	uint8_t pixel;
	uint8_t tight; /* in the Tight encoding */
};

/* The rectangle that is being read. */
struct rfb_rectangle {
	uint32_t left;		/* rectangles of this update from it on */
	uint32_t column, row;	/* Hextile: the tile, in pixels */
	uint32_t size;		/* Tight: length so far */
	uint16_t width, height; /* in pixels */
	uint8_t kind, sub;	/* enum rfb_kind; flags of the tile, digits of the length, marker */
	bool marked;		/* JPEG: the last byte began a marker */
	struct rfb_format format; /* of its pixels */
};

struct rfb {
	screen_say *say;
	void *ctx;
	uint64_t said[RFB_SAID];
	struct rfb_side side[2]; /* RFB_VIEWER, RFB_SERVER */
	bool begun, reverse;	 /* who is the screen is known; it is who began the connection */
	bool repeater;		 /* a repeater stands between */
	uint8_t version;	 /* enum rfb_version: how they shake hands */
	uint8_t rounds;		 /* of security types, that were over */
	bool tight;		 /* security type Tight: ServerInit is longer */
	bool buttons;		 /* a pointer event may have a byte more */
	bool continuous;	 /* updates come without being asked for */
	bool sync;	 /* the viewer's next message takes effect at a fence of the server */
	uint8_t pending; /* enum rfb_pending: what a format waits for */
	uint8_t ends;	 /* ends of continuous updates that the server owes, at most 255 */
	bool doubt;	 /* this update may have another format than the last one asked for */
	uint16_t width, height; /* of the screen */
	uint32_t requests;	/* updates that are asked for and did not begin, at most */
	uint32_t unsure;	/* updates to come that may have the format before the last one */
	struct rfb_format now, format, later; /* of this update; asked for; the one that waits */
	struct rfb_rectangle rectangle;
	uint32_t greeting; /* the server's version, as one number */
	uint8_t nid, id_size;
	bool id_over; /* its text ended; zeros fill it */
	char id[RFB_ID];
};

#endif
