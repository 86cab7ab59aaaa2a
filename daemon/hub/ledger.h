/* ledger.h - the record that an auditor can check a year later: every line that was said, and
 * records of its own, in daily files; and the signed checkpoints of the chain.
 *
 * Knows: what a checkpoint and a record look like, where the run before ended. Owns the directory
 * ledger/ of the state directory, today's file and the key. Called by hub/tell with every line, by
 * the hub once a second. Never decides what is said; never waits for the disk but in
 * ledger_open(), ledger_close(), at the end of a day, and for one fdatasync() a second, two while
 * the text of a policy is written.
 *
 * A file holds lines `TIME MSG`: TIME by RFC 3339 in the configured time zone, which no hash
 * covers, as in any syslog file; MSG the line as every sink gets it, or a record
 * `LEDGER word key=value … sid= lseq= lh=` with a chain of its own:
 *
 *	begin	first of each file: where both chains are, the key in use, the policy in force
 *	policy	gen= policy=: from here on the policy of that hash is in force (hub/policy_file)
 *	end	last of a file that another one follows
 *	torn	bytes= of a line that was cut by a crash: it stands before this
 *	evidence	id= ev= evidence= sha256= of an incident whose CLOSED was no line of its own
 *	others	what the hub counted (hub/tally)
 *
 * What a checkpoint signs is its text from `what=` up to the space before `sig=`:
 *
 *	what=head run=SID root=ID lines=N head=H_N records=M rhead=H_M at=TIME key=ID
 *[next="PUBLIC"]
 *
 * lines: before it in its run, which makes its own seq N+1. what=head: a checkpoint in passing;
 * key: from here on the key is `next`; stop: the last line of the run. Without a usable key
 * root, key and sig are left out.
 */
#ifndef SEGAUDIT_LEDGER_H
#define SEGAUDIT_LEDGER_H

#include "base/nstime.h"
#include "base/text.h"
#include "model/chain.h"

enum ledger_claim { LEDGER_HEAD, LEDGER_KEY, LEDGER_STOP };

/* What the hub should say of it, since it was last asked. */
struct ledger_news {
	int error;	  /* it takes nothing since then: errno; 0: no such thing happened */
	bool again;	  /* it takes lines again; */
	uint64_t lost;	  /* so many found no room meanwhile, */
	nstime from, to;  /* of these wall times */
	unsigned removed; /* files that were too old */
	int removed_days;
	size_t torn; /* bytes of an unfinished line found in the file */
	int key;     /* why there is no key: errno; 0: there is one, or it was said */
	int policy;  /* why the file of a policy is not there: errno; 0: it is, or it was said */
};

struct ledger;

/* The ledger of STATE_DIR for the run SID, with the time and the offset from UTC of its texts. What
 * fails is in ledger_news(), and is tried again. NULL when there is no memory. */
struct ledger *ledger_open(const char *state_dir, const char *sid, nstime wall, int32_t offset);

/* Bytes that it takes. */
size_t ledger_bytes(void);

/* From now on the policy of GENERATION is in force, whose canonical text is the SIZE bytes of the
 * sealed memory FD, which stays the caller's: it is kept. False: that is no such memory. */
bool ledger_policy(
    struct ledger *l, uint32_t generation, int fd, size_t size, nstime wall, int32_t offset);

/* The hash of that text, 64 digits; "" before the first. */
const char *ledger_policy_hash(const struct ledger *l);

/* Everything on the disk, as far as it takes it. */
void ledger_close(struct ledger *l);

/* Before a line is numbered. Begins the file of a new day, which is when this is true: then there
 * should be a new key. */
bool ledger_day(struct ledger *l, nstime wall, int32_t offset);

/* Appends a line; C: its chain, up to and with it. */
void ledger_line(struct ledger *l, const struct chain *c, const char *line, uint8_t severity,
    nstime wall, int32_t offset);

/* Appends a record: WORD in small letters, FIELDS as for line_note(), without sid, lseq and lh. */
void
ledger_record(struct ledger *l, const char *word, const char *fields, nstime wall, int32_t offset);

/* Does it take lines as they come: there is a file, and nothing waits for the disk? */
bool ledger_takes(const struct ledger *l);

/* Writes a checkpoint's fields. LEDGER_KEY: what comes after it is signed by the next key; without
 * a usable key it is LEDGER_HEAD. */
void ledger_claim(struct ledger *l, struct text *fields, enum ledger_claim what,
    const struct chain *c, nstime wall, int32_t offset);

/* The fields by which the first line of a run names the run before, and the key: `previous=SID
 * previous_seq=N previous_head=H_N root=ID key=ID pub="PUBLIC"`; previous=none for the first run,
 * unknown where it cannot be read. */
void ledger_before(const struct ledger *l, struct text *fields);

/* Once a second: writes what waits, brings to the disk what was written, erases an old key, removes
 * files of more than DAYS days. */
void ledger_tick(struct ledger *l, unsigned days, nstime wall, int32_t offset);

/* Is there news? Then it is in *N, and forgotten. */
bool ledger_news(struct ledger *l, struct ledger_news *n);

#endif
