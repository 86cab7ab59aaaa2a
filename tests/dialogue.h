/* dialogue.h - what the files of the test tool dialogue share: one variant of a dialogue as steps,
 * and the frames that they become.
 *
 * Knows: what NAME.mail and NAME.screen files can say. Owns the steps of one variant and the frames
 * of its flows. Included by dialogue*.c only.
 */
#ifndef SEGAUDIT_DIALOGUE_H
#define SEGAUDIT_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum step_kind {
	STEP_SEND,  /* the next bytes of a side */
	STEP_EXTRA, /* a segment that moves nothing on: a copy, an insertion */
	STEP_WAIT,  /* seconds pass */
	STEP_REUSE, /* both ends close, and the same ports open again */
};

struct step {
	enum step_kind kind;
	bool client;
	bool lost;	 /* sent, but not in the capture */
	bool own;	 /* with the gateway's own MAC */
	bool alone;	 /* never joined with others, never cut */
	size_t at, size; /* its bytes in script.bytes */
	long shift; /* EXTRA: from the side's next sequence number; REUSE: from its old first one */
	long ack;   /* added to the acknowledgement number */
	unsigned ttl;
	unsigned less;	   /* payload bytes that the capture lacks at the end */
	double wait;	   /* seconds */
	const char *keys;  /* for the tcp layer of craft, "" when there are none */
	const char *ip[2]; /* the same for its ip4 and ip6 */
	const char *frags; /* the fragments that it is sent in, NULL for none */
};

enum cuts { CUTS_ALL, CUTS_FEW };
enum order { ORDER_FORWARD, ORDER_REVERSE, ORDER_RANDOM };

struct script {
	struct step *step;
	size_t steps;
	uint8_t *bytes;
	size_t nbytes;
	size_t *mark; /* places in the client's stream where each byte is cut */
	size_t marks;
	size_t message; /* where cuts of the client's stream begin */
	enum cuts cuts;
	bool cut_server; /* at each of its bytes, too */
	bool no_bytes;
	size_t stride; /* 0: chosen by size */
	enum order order;
	bool interleave, forwarded, no_handshake, no_end;
	bool drop_client, drop_server, drop_synack;
	bool datagrams;	     /* UDP: a step is one */
	unsigned port, from; /* of the server; of the client, 0: each flow has its own */
	const char *server;  /* the last part of its addresses */
	bool outward;	     /* the client is in the zone of eth2, and the server in that of eth3 */
	int only;	     /* 4 or 6, the flows of one family; 0: of both */
	uint32_t isn;
	const char *above[2]; /* layers between IPv4, IPv6 and the client's TCP, "" when none */
	size_t frag;	      /* bytes of an IP fragment's payload; 0: none */
	const char *frag_how;
	char **want; /* lines of what must be said */
	size_t wants;
	bool sessions; /* what is counted: each flow once; else mails */
	char *counted; /* "C V U" of one flow, NULL when it follows from `want` */
};

/* Reads variant N (from 1) of FILE. False when there are not so many; a mistake in the file is said
 * with its line and ends the program. */
bool script_read(struct script *s, const char *file, unsigned n);

/* Prints the number and the title of each variant. */
void script_list(const char *file);

/* Bytes that TEXT has in hexadecimal digits, allocated. Returns what is wrong with it, or NULL. */
const char *hex_bytes(const char *text, uint8_t **bytes, size_t *size);

/* From here on $NAME is TEXT in what is hexadecimal; both are borrowed. False where it is that
 * already, unless it is ONLY_NEW. hex_forget() ends that of all names. */
bool hex_name(const char *name, const char *text, bool only_new);
void hex_forget(void);

/* P, with room for at least N + 1 things of SIZE bytes; *ROOM is for how many there is. */
void *grown(void *p, size_t *room, size_t n, size_t size);

/* The next word at *TEXT, up to a space, or NULL; ends it, and moves on. */
char *next_word(char **text);

/* How the streams of a flow are cut into segments. */
enum how { HOW_LINES, HOW_BYTES, HOW_WHOLE, HOW_CUT_CLIENT, HOW_CUT_SERVER };

struct flow {
	enum how how;
	size_t cut; /* bytes of the stream before it */
	bool ip6;
	unsigned port; /* the client's */
};

struct frame {
	int64_t time; /* us */
	size_t order;
	bool at_eth3; /* else on eth2 */
	size_t at;    /* its line in dialogue.text */
};

struct side {
	uint32_t start, next;
	size_t sent; /* bytes of its stream */
};

struct dialogue {
	const struct script *s;
	struct flow *flow;
	size_t flows;
	struct frame *frame;
	size_t frames, room;
	FILE *out; /* all lines, to: */
	char *text;
	size_t ntext;
	const struct flow *now; /* the flow that is made */
	struct side side[2];	/* server, client */
	int64_t time;
	uint16_t id; /* of the last fragmented packet */
	uint32_t seed;
};

/* Most bytes that a segment holds: a text of craft has no room for more. */
enum { SUPER = 8000 };

/* What a side sends at once: bytes of the script. */
struct piece {
	const struct step *t; /* one that stands alone, or NULL */
	size_t at, size;
	uint32_t seq;
};

/* Adds a segment on the wire, and its time; T (may be NULL) has its keys. */
void segment(struct dialogue *d, const struct step *t, bool client, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size);

/* The same of the client's P, in fragments of IP as the script says. */
void fragments(struct dialogue *d, const struct piece *p);

/* One segment of T in the fragments that its `frags` lists. */
void listed_fragments(struct dialogue *d, const struct step *t, uint32_t seq, const char *flags,
    const uint8_t *bytes, size_t size);

/* On one side of the gateway: a frame begins, up to where keys of IP can follow; OWN: with the
 * gateway's MAC as its source. Returns where to write; its line ends with put_frame_end(). */
FILE *put_frame(struct dialogue *d, bool client, bool copy, bool own);
void put_frame_end(struct dialogue *d);

/* BYTES as craft's `text` has them. */
void put_text(FILE *f, const uint8_t *bytes, size_t size);

enum { FRAME = 50 }; /* us between frames */

/* Adds all frames of F. */
void make_flow(struct dialogue *d, const struct flow *f);

#endif
