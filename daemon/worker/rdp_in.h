/* rdp_in.h - what the files of rdp share.
 *
 * Knows: the parts of a connection. Owns nothing. Included by rdp*.c only: rdp.c follows both sides
 * PDU by PDU, rdp_open.c reads the negotiation, rdp_tls.c TLS behind it, rdp_connect.c the two PDUs
 * of MCS that hold the settings, rdp_channel.c names channels, rdp_frame.c passes over what
 * follows. Never includes a header of another module but wire.h.
 */
#ifndef SEGAUDIT_RDP_IN_H
#define SEGAUDIT_RDP_IN_H

#include "base/wire.h"
#include "worker/rdp.h"

enum { CLIENT, SERVER };

enum { RDP_TPKT = 3, RDP_TPKT_HEADER = 4, RDP_TLS_ALERT = 0x15, RDP_TLS_HANDSHAKE = 0x16 };

enum { RDP_BEGUN = 3 }; /* PDUs of a side that are counted */

/* Where a side is. */
enum rdp_phase {
	RDP_OPEN,    /* before or in X.224's connection request or confirm */
	RDP_BEHIND,  /* behind it: the next byte says what comes */
	RDP_CONNECT, /* in MCS Connect-Initial or Connect-Response */
	RDP_FRAMES,  /* behind that: frames, of which only the framing is read */
	RDP_TLS,     /* in the first flight of TLS */
	RDP_OVER,    /* nothing is read any more */
};

enum rdp_behind { BEHIND_NOTHING, BEHIND_CLEAR, BEHIND_TLS };

/* Says what was not said before under ID. */
void rdp_say(struct rdp *r, uint16_t id, uint64_t words, const char *name, size_t nname);
void rdp_unverifiable(struct rdp *r, uint64_t words);

/* It is something else: there is nothing to read any more. */
void rdp_foreign(struct rdp *r, uint64_t words);

/* Takes bytes until WANT of the PDU in hand are there; how many. */
size_t rdp_take(struct rdp_side *s, size_t want, const uint8_t *bytes, size_t size);

/* The size of the PDU in hand, whose first 4 bytes are there. */
size_t rdp_tpkt_size(const struct rdp_side *s);

/* The same for bytes of TLS, and of frames. Each takes at least one. */
size_t rdp_take_tls(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size);
size_t rdp_take_frame(struct rdp *r, unsigned side, const uint8_t *bytes, size_t size);

/* Where TLS was chosen: says that, when it is known of both sides whose name there is to say, or
 * NOW. */
void rdp_tls_say(struct rdp *r, bool now);

/* Nothing more comes: what is there is read. */
void rdp_tls_end(struct rdp *r);

/* Is the PDU of TOTAL bytes, whose first 6 are there, X.224's disconnect request? */
bool rdp_is_disconnect(const uint8_t *p, size_t total);

/* What was read of the X.224 connection request or confirm of one side. */
struct rdp_opening {
	bool is_confirm;    /* else it is a request */
	bool refused;	    /* it has RDP_NEG_FAILURE */
	uint32_t protocols; /* that are asked for, that is chosen, or why it is refused; 0: none */
};

/* Can these be the first N bytes of a connection request or confirm in TPKT? N may be 0. */
bool rdp_open_begins(const uint8_t *bytes, size_t n);

/* Reads one as a whole. False when it is none of RDP. */
bool rdp_open_read(const uint8_t *bytes, size_t size, struct rdp_opening *o);

/* Channels that a client asks for, as they are named. */
struct rdp_channels {
	uint64_t words; /* of 3202 */
	bool dynamic;	/* drdynvc is among them */
	bool nameless;	/* one has no name */
	bool cut;	/* `names` has not all of them */
	uint8_t nnames;
	char names[FINDING_NAME]; /* those with a word, joined by commas */
};

enum { RDP_CHANNEL_NAME = 8 };

/* One more channel, by the field of RDP_CHANNEL_NAME bytes that has its name. */
void rdp_channel(struct rdp_channels *c, const uint8_t *name);

/* Reads an MCS Connect-Initial, from TPKT on. The words of 3203 that are to be said; the channels
 * go into C, which is zeroed. */
uint64_t rdp_connect_initial(const uint8_t *bytes, size_t size, struct rdp_channels *c);

/* Reads the first SIZE bytes of an MCS Connect-Response of TOTAL bytes, from TPKT on. The words of
 * 3203 that are to be said. */
uint64_t rdp_connect_response(const uint8_t *bytes, size_t size, size_t total);

#endif
