/* judge_state.h - the inside of judge.h: shared by judge.c (lines and their chain) and
 * judge_claims.c (what checkpoints, beginnings of runs and of files claim).
 *
 * Knows: the layout. Owned by judge.c. Included by nobody else.
 */
#ifndef SEGAUDIT_JUDGE_STATE_H
#define SEGAUDIT_JUDGE_STATE_H

#include "client/judge.h"
#include "client/keys.h"

enum {
	JUDGE_GAPS = 32,    /* of a run that are remembered, to know a line that comes later */
	JUDGE_LINES = 1000, /* in which a checkpoint must stand */
	JUDGE_PAST = 4096,  /* newest lines of a run that are known again; a power of two */
};

struct gap {
	uint64_t from, to;
};

/* One of the two chains of a run. */
struct link {
	struct chain c; /* n: of the newest line; head: only when `known` */
	bool known;
	uint64_t doubtful; /* a line of this number did not fit; the right one may still come */
	struct gap gap[JUDGE_GAPS];
	unsigned gaps;
};

struct run {
	char sid[CHAIN_SID + 1];
	char root[17];	     /* "" until it is known */
	char key[17];	     /* in use; "" until it is known, or after a hole */
	char key_before[17]; /* that made the last announcement in this run, "" for none */
	bool in_turn;	     /* what is here shows that it is this key's turn */
	struct link lines, records;
	uint64_t first;	    /* number of its first line here */
	uint64_t marked;    /* of the newest checkpoint */
	uint64_t checked;   /* lines whose hash fits */
	uint64_t signed_to; /* of them: those that a right signature covers */
	uint64_t said_at;   /* number of the line here that was complained of last */
	bool linked;	    /* it names a run before it that was found to be that */
	bool stopped;	    /* it said that it stops, */
	bool succeeded;	    /* another run named it as the one before, */
	bool handed_on;	    /* or the file of a day ended */
	bool in_ledger;	    /* it has records */
	bool told;	    /* it told a key that was believed */
	bool long_unmarked;
	nstime newest; /* time of a checkpoint */
	struct judge_place last;
};

/* What the newest lines of the newest run had come to, to know one that comes again. */
struct past {
	size_t run;
	uint64_t seq[JUDGE_PAST]; /* at seq % JUDGE_PAST; 0: none */
	uint8_t head[JUDGE_PAST][CHAIN_HASH];
};

struct judge {
	struct past past;
	judge_say *say;
	judge_policy *policy;
	void *ctx;
	struct run *run;
	size_t room, runs;
	uint32_t *slot; /* of 2 * room: number of a run plus 1, by sid; 0 for none */
	size_t newest;	/* run of the line before */
	struct keys keys;
	struct judge_sum sum;
	uint64_t line;		 /* lines of ours so far */
	struct judge_place torn; /* a line that may have been cut, file NULL for none */
	bool unnumbered;	 /* it is of the right form otherwise */
	const char *file;
	bool is_ledger; /* the file of the line before */
	bool no_memory;
	char unknown[17]; /* key that was complained of last */
};

/* Says it, with what is counted for the word. */
void
judge_tell(struct judge *j, enum judge_word word, const struct judge_place *at, const struct run *r,
    uint64_t seq, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The run SID, or NULL. */
struct run *judge_run(struct judge *j, const char *sid);

/* SEG9010, before its own hash is looked at: the chain may be known again by it. */
void judge_checkpoint(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l);

/* The line that names the run before. */
void judge_before(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l);

/* `LEDGER begin` and `LEDGER end`. */
void judge_begin(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l);

/* A record of the ledger that names the policy in force. */
void judge_names_policy(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l);

/* What announces a key, in a file of nothing else. True when it was that. */
bool judge_key(struct judge *j, const char *msg, size_t size);

#endif
