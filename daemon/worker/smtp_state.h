/* smtp_state.h - what a connection in the middle is. Of smtp's files alone; here so that whoever
 * owns one knows its size. */
#ifndef SEGAUDIT_SMTP_STATE_H
#define SEGAUDIT_SMTP_STATE_H

enum {
	SMTP_COMMAND = 2048,	  /* bytes of a command line that are read; over it: limit */
	SMTP_RUNS = 32,		  /* runs of unanswered commands */
	SMTP_OUTSTANDING = 20000, /* unanswered commands, in all; over either: limit */
	SMTP_SECOND = 64,	  /* mails of the second reading in one message; over it: limit */
};

/* Commands of one kind in a row, that the server has not answered yet. */
struct smtp_run {
	uint8_t wait; /* enum smtp_wait */
	uint32_t count;
};

/* What a receiver reads who ends data where no standard does: commands behind the look-alike, and
 * the mail that they bring. */
struct smtp_second {
	struct mime mime;
	struct mime_culprit culprit; /* of the first of its mails that has one */
	struct lines lines;
	uint64_t words;
	uint8_t mails, ncommand;
	bool active, data, dot;
	char command[5];
};

struct smtp {
	const struct mime_rules *rules;
	smtp_say *say;
	void *ctx;
	struct lines lines; /* of the content of the message */
	uint64_t words;	    /* of the message in hand, beside those of its content */
	uint64_t pending;   /* of a transaction whose message has not begun */
	uint64_t said;	    /* of the connection */
	uint64_t all;	    /* of every message in it */
	uint64_t chunk;	    /* bytes of a BDAT that are still to come */
	uint32_t number;    /* messages that began */
	unsigned illegal;   /* enum line_flag bits that the content may not have */
	uint8_t state;	    /* enum smtp_state */
	uint8_t near;	    /* enum smtp_near */
	uint8_t auth;	    /* enum smtp_auth */
	bool open;	    /* a message is in hand: it began, and its verdict was not said */
	bool held;	    /* it is over: the server's reply is waited for */
	bool dot;	    /* the line has one byte so far, a dot */
	bool last;	    /* the chunk is the message's last */
	bool chunked;	    /* a chunk has just ended */
	bool mail, rcpt;    /* of the transaction, as sent */
	bool again;	    /* MAIL may come again: the server refused MAIL or DATA */
	bool refused;	    /* the server refused DATA: what is not a command is a body */
	bool utf8;	    /* the transaction is SMTPUTF8 */
	bool unoffered;	    /* BDAT, which the server had not offered */
	bool starttls;	    /* sent, and not refused yet */
	bool midstream;	    /* the beginning was not seen */
	bool unsure;	    /* what came before in the transaction is not known */
	bool resync;	    /* lines are skipped until one that is a command */
	bool begun;	    /* a line of the client was read */
	bool client_seen, server_seen;
	/* Of the server's direction. */
	bool known;	/* its first bytes were looked at */
	bool greeted;	/* its greeting is over */
	bool foreign;	/* another protocol was seen: what is no reply says nothing new */
	bool cut;	/* the line that comes may be half of one */
	bool spoke;	/* it answered something, as to commands */
	bool unmatched; /* too many commands wait: replies are no longer told apart */
	bool uncounted; /* replies, or what they answer, were not all seen */
	bool lmtp;	/* it took LHLO: a reply for each recipient */
	bool chunking;	/* it offered BDAT, or that was not seen */
	bool offers;	/* so does the reply that is being read */
	uint8_t nreply, nruns;
	uint32_t unasked;     /* replies that answer nothing that was sent */
	uint32_t outstanding; /* commands in `runs` */
	uint32_t accepted;    /* recipients of the transaction, by the replies */
	struct smtp_run run[SMTP_RUNS];
	char reply[16];
	/* Of the client's: the command line so far, without its LF. */
	bool over; /* it is longer than that */
	uint16_t ncommand;
	char command[SMTP_COMMAND];
	struct mime message;
	struct smtp_second second;
};

#endif
