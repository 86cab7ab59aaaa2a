/* judge.h - lines of the record, one after the other: what was altered, what is missing, how far
 * signatures reach.
 *
 * Knows: the chain of each run, how runs follow each other, which keys vouch for which. Owns what
 * it keeps of each run, a few hundred bytes. Called by client/verify with every line of ours in the
 * order of the files. Never reads a file, never writes; answers through one function.
 *
 * A line that is missing breaks the chain behind it as one that was altered does, but it leaves a
 * gap in the numbers: it is a hole. From there to the next checkpoint, which has the full hash,
 * lines cannot be checked. Hashes can be made by anybody: what a checkpoint signed cannot be
 * altered any more, what stands behind the last one can.
 */
#ifndef SEGAUDIT_JUDGE_H
#define SEGAUDIT_JUDGE_H

#include "base/nstime.h"
#include "model/chain.h"

enum judge_word {
	JUDGE_ALTERED, /* edited, swapped, inserted, repeated, or signed falsely */
	JUDGE_HOLE,    /* lines are missing, or cannot be checked */
	JUDGE_NOTE,    /* what a reader should know */
};

struct judge_place {
	const char *file; /* borrowed until judge_free() */
	uint64_t line;	  /* from 1 */
};

/* SID "" and SEQ 0 where there is none. TEXT is a clause without a full stop. */
typedef void judge_say(void *ctx, enum judge_word word, const struct judge_place *at,
    const char *sid, uint64_t seq, const char *text);

/* What became of the text of a policy (hub/policy_file). */
enum judge_kept {
	JUDGE_KEPT, /* it is there and has its hash, or was asked for before, or nobody can tell */
	JUDGE_GONE, /* there is no such file, */
	JUDGE_CHANGED, /* or it has another hash */
};

/* HASH: 64 digits. */
typedef enum judge_kept judge_policy(void *ctx, const struct judge_place *at, const char *hash);

struct judge_sum {
	uint64_t lines;	     /* of runs */
	uint64_t checked;    /* of them: their hash fits */
	uint64_t unchecked;  /* of them: behind a hole */
	uint64_t signed_by;  /* of them: before a checkpoint that was signed rightly */
	uint64_t records;    /* that stand in the ledger only */
	uint64_t unnumbered; /* lines of a sink about itself, outside the chain */
	uint64_t missing;    /* lines, as far as numbers tell */
	uint64_t repeated;   /* lines that came again, byte for byte */
	uint64_t altered;    /* places */
	uint64_t holes;	     /* places */
	uint32_t runs;
	nstime from, to;	  /* of checkpoints; NSTIME_NEVER and NSTIME_ALWAYS: none */
	char last[CHAIN_SID + 1]; /* run of the last checkpoint that was signed rightly, */
	uint64_t last_seq;	  /* the line that it goes up to */
	char key[17];		  /* and its key */
	bool trusted; /* judge_trust() was asked: keys come from there, not from the record */
};

struct judge;

/* POLICY is asked about each policy that a ledger names. NULL when there is no memory. */
struct judge *judge_new(judge_say *say, judge_policy *policy, void *ctx);
void judge_free(struct judge *j);

/* A public key that the reader has from elsewhere: base64 of its SubjectPublicKeyInfo, SIZE bytes,
 * white space allowed. Afterwards no key is believed but these and those that they announce.
 * False: that is no Ed25519 key. */
bool judge_trust(struct judge *j, const char *base64, size_t size);

/* One line of ours, or (DAMAGED) what is left of one. 0, or -ENOMEM. */
int judge_line(
    struct judge *j, const struct judge_place *at, const char *msg, size_t size, bool damaged);

/* A line of another program, or nothing legible. In a file of the ledger there is none. */
void judge_other(struct judge *j, const struct judge_place *at);

/* The file ended; CUT: without a newline. */
void judge_file_end(struct judge *j, bool cut);

/* All files were read. RUNNING: a run that said something within a quarter of an hour before NOW
 * (wall clock) may go on, and is no hole. */
void judge_end(struct judge *j, bool running, nstime now);

const struct judge_sum *judge_sum(const struct judge *j);

#endif
