/* mime_state.h - what a message in the middle of its reading is. Of mime's files alone; here so
 * that whoever owns one knows its size. */
#ifndef SEGAUDIT_MIME_STATE_H
#define SEGAUDIT_MIME_STATE_H

/* A part that holds others. */
struct mime_level {
	uint64_t words; /* of this part */
	uint64_t start; /* where its body begins */
	uint16_t number;
	bool digest;	    /* its parts are messages if they do not say otherwise */
	bool found, closed; /* a delimiter was seen; the last one was */
	uint8_t encoding;   /* enum mime_encoding */
	uint8_t nboundary;  /* 0: a message in a part; it ends with what holds it */
	char boundary[MIME_BOUNDARY];
	char type[FINDING_TYPE + 1];
};

enum mime_state {
	MIME_SECTION, /* header fields */
	MIME_OUTSIDE, /* before the first part of a multipart, or after its last */
	MIME_BODY,    /* of a part that holds no others */
	MIME_STOPPED, /* nothing is read any more */
};

struct mime {
	const struct mime_rules *rules;
	mime_part_seen *seen;
	void *ctx;
	uint64_t words, size;
	struct mime_culprit culprit;
	uint64_t culprit_at; /* the line that made it so */
	bool lost, utf8;
	/* the line */
	uint64_t line_at; /* where it begins */
	uint64_t column;  /* bytes of it so far */
	bool holding;	  /* it begins like a delimiter; what there is of it waits */
	uint8_t nheld;
	unsigned held_flags;
	uint8_t held[MIME_DELIMITER];
	/* the part */
	uint8_t state;	   /* enum mime_state */
	bool read;	   /* its content is decoded and looked at */
	bool text;	   /* as a text */
	uint16_t number;   /* its own */
	uint16_t nparts;   /* that began */
	uint64_t part;	   /* its words */
	uint64_t start;	   /* where its body begins */
	uint64_t ndecoded; /* bytes of it, decoded */
	struct mime_section section;
	struct mime_code code;
	struct mime_text content;
	/* what holds it, the message first */
	unsigned nlevels;
	struct mime_level levels[MIME_DEPTH];
	unsigned inner;		   /* the innermost that has a boundary, from 1; 0: there is none */
	struct mime_search search; /* for that boundary, inside lines */
};

#endif
