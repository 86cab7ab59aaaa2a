/* ledger.c - see ledger.h. */
#include "hub/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/daily.h"
#include "hub/ledger_tail.h"
#include "hub/policy_file.h"
#include "hub/signer.h"

enum {
	PATH = 512,	    /* the state directory has at most 255 bytes */
	RECORD_MOST = 2048, /* bytes of a record or line with its time */
	TAILS = 3,	    /* files in which the run before is looked for */
	KEEP = 2,	    /* lines of severity crit and worse are given up last, as checkpoints */
};

#define KEYS_FILE "keys.log"

struct ledger {
	int dir; /* -1: could not be opened yet */
	char path[PATH];
	char sid[CHAIN_SID + 1];
	struct signer signer;
	struct daily file;
	struct chain lines;   /* as of the newest line */
	struct chain records; /* of the LEDGER records */
	struct ledger_tail before;
	struct ledger_news news;
	struct policy_file policy;
	bool policy_missing; /* was said */
	nstime policy_at;    /* when it was last written to */
	bool blocked;	     /* was said */
	int64_t expired;     /* the day for which old files were looked for */
};

static void
blocked(struct ledger *l, int error)
{
	if (!l->blocked)
		l->news.error = error ? error : EIO;
	l->blocked = true;
}

/* TIME MSG and a newline, to today's file. */
static bool
put(struct ledger *l, const char *text, bool keep, nstime wall, int32_t offset)
{
	char bytes[RECORD_MOST], at[NSTIME_TEXT];
	int n = snprintf(bytes, sizeof bytes, "%s %s\n", nstime_text(at, wall, offset), text);

	if (n < 0 || (size_t)n >= sizeof bytes)
		return false;
	bool taken = daily_put(&l->file, bytes, (size_t)n, keep, wall);
	if (l->file.waiting)
		blocked(l, l->file.error);
	return taken;
}

static void
record(
    struct ledger *l, const char *word, const char *fields, bool keep, nstime wall, int32_t offset)
{
	static const char zeros[] = "0000000000000000";
	char bytes[RECORD_MOST - NSTIME_TEXT];
	struct text t = text_of(bytes, sizeof bytes);

	text_add(&t, "LEDGER %s%s%s sid=%s lseq=%llu lh=%s", word, *fields ? " " : "", fields,
	    l->sid, (unsigned long long)l->records.n + 1, zeros);
	/* A record that finds no room leaves a hole in the numbers. */
	if (!t.cut && chain_seal(&l->records, CHAIN_RECORD, bytes, t.len))
		(void)put(l, bytes, keep, wall, offset);
}

void
ledger_record(struct ledger *l, const char *word, const char *fields, nstime wall, int32_t offset)
{
	record(l, word, fields, false, wall, offset);
}

bool
ledger_takes(const struct ledger *l)
{
	return l->file.fd >= 0 && l->file.waiting == 0;
}

/* What both chains have come to. */
static void
add_heads(struct text *t, const struct chain *lines, const struct chain *records)
{
	char head[CHAIN_HEX], rhead[CHAIN_HEX];

	text_add(t, " lines=%llu head=%s records=%llu rhead=%s", (unsigned long long)lines->n,
	    chain_hex(head, lines->head), (unsigned long long)records->n,
	    chain_hex(rhead, records->head));
}

static void
mark(struct ledger *l, const char *word, nstime wall, int32_t offset)
{
	char bytes[RECORD_MOST / 2];
	struct text t = text_of(bytes, sizeof bytes);

	text_add(&t, "file=%.10s", l->file.name);
	add_heads(&t, &l->lines, &l->records);
	if (l->signer.usable) {
		text_add(&t, " root=%s key=%s", l->signer.root, l->signer.id);
		text_pair(&t, "pub", l->signer.pub, strlen(l->signer.pub));
	}
	if (*l->policy.hash)
		text_add(&t, " policy=%s", l->policy.hash);
	policy_file_used(&l->policy, l->path, wall);
	record(l, word, bytes, true, wall, offset);
}

static int
open_file(struct ledger *l, nstime wall, int32_t offset)
{
	size_t torn;
	int r = daily_open(&l->file, daily_day(wall, offset), &torn);

	if (r < 0) {
		blocked(l, -r);
		return r;
	}
	if (torn) {
		char bytes[64];

		snprintf(bytes, sizeof bytes, "bytes=%zu", torn);
		record(l, "torn", bytes, true, wall, offset);
		l->news.torn += torn;
	}
	mark(l, "begin", wall, offset);
	return 0;
}

/* Where the run before ended: in the newest file that has a line. */
static void
find_before(struct ledger *l)
{
	int64_t day = INT64_MAX;
	char name[DAILY_NAME];

	for (unsigned i = 0; i < TAILS; i++) {
		daily_newest(l->dir, &day, name);
		if (i == 0 || *name)
			ledger_tail_read(&l->before, l->dir, name);
		if (!*name || l->before.is == LEDGER_TAIL_FOUND)
			break;
	}
}

/* The directory, the key, what the run before left, today's file: as far as it goes. */
static void
open_all(struct ledger *l, nstime wall, int32_t offset)
{
	if (l->dir < 0) {
		if (mkdir(l->path, 0750) < 0 && errno != EEXIST) {
			blocked(l, errno);
			return;
		}
		l->dir = open(l->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (l->dir < 0) {
			blocked(l, errno);
			return;
		}
		l->file.dir = l->dir;
		int r = signer_open(&l->signer, l->dir);
		l->news.key = r < 0 ? -r : 0;
		find_before(l);
	}
	(void)open_file(l, wall, offset); /* said by blocked(), tried again by the tick */
}

size_t
ledger_bytes(void)
{
	return sizeof(struct ledger) + DAILY_QUEUE;
}

struct ledger *
ledger_open(const char *state_dir, const char *sid, nstime wall, int32_t offset)
{
	struct ledger *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->dir = -1;
	snprintf(l->path, sizeof l->path, "%s/ledger", state_dir);
	snprintf(l->sid, sizeof l->sid, "%s", sid);
	l->expired = INT64_MIN;
	policy_file_init(&l->policy);
	if (daily_init(&l->file, -1) < 0) {
		free(l);
		return NULL;
	}
	open_all(l, wall, offset);
	return l;
}

/* The next piece of the policy's file, if it is not there yet. */
static void
write_policy(struct ledger *l, nstime wall)
{
	int r = l->dir < 0 ? 0 : policy_file_write(&l->policy, l->path, wall);

	l->policy_at = wall;
	if (r < 0 && !l->policy_missing)
		l->news.policy = -r;
	l->policy_missing = l->policy.text && (r < 0 || l->policy_missing);
}

bool
ledger_policy(
    struct ledger *l, uint32_t generation, int fd, size_t size, nstime wall, int32_t offset)
{
	char bytes[128];

	if (policy_file_take(&l->policy, fd, size) < 0)
		return false;
	snprintf(bytes, sizeof bytes, "gen=%u policy=%s", generation, l->policy.hash);
	record(l, "policy", bytes, true, wall, offset);
	write_policy(l, wall);
	return true;
}

const char *
ledger_policy_hash(const struct ledger *l)
{
	return l->policy.hash;
}

/* Erases the old key once the line that announced the new one is on the disk. */
static void
save_key(struct ledger *l)
{
	if (l->signer.usable && l->signer.unsaved && l->file.fd >= 0 && !l->file.waiting &&
	    !l->file.dirty)
		(void)signer_save(&l->signer, l->dir); /* else the next tick tries again */
}

void
ledger_close(struct ledger *l)
{
	if (!l)
		return;
	daily_write(&l->file);
	(void)daily_sync(&l->file); /* nobody is left to be told */
	save_key(l);
	signer_close(&l->signer);
	for (size_t left = l->policy.size / POLICY_FILE_PIECE + 1; l->dir >= 0 && left > 0; left--)
		if (policy_file_write(&l->policy, l->path, l->policy_at) < 0)
			break;
	policy_file_fini(&l->policy);
	daily_fini(&l->file);
	if (l->dir >= 0)
		close(l->dir);
	free(l);
}

bool
ledger_day(struct ledger *l, nstime wall, int32_t offset)
{
	int64_t day = daily_day(wall, offset);

	if (l->file.fd < 0 || day <= l->file.day)
		return false;
	mark(l, "end", wall, offset);
	daily_close(&l->file);
	(void)open_file(l, wall, offset); /* as above */
	return true;
}

void
ledger_line(struct ledger *l, const struct chain *c, const char *line, uint8_t severity,
    nstime wall, int32_t offset)
{
	static const char checkpoint[] = "SEG9010 ";
	/* Behind lines that were lost, checking goes on at a checkpoint; it may announce a key. */
	bool keep = severity <= KEEP || strncmp(line, checkpoint, sizeof checkpoint - 1) == 0;

	l->lines = *c;
	(void)put(l, line, keep, wall, offset); /* counted by file.lost */
}

/* A copy of what announces a key, for whoever has only the first public key and a late file. */
static void
note_key(struct ledger *l, const char *claim, nstime wall, int32_t offset)
{
	char bytes[RECORD_MOST], at[NSTIME_TEXT];
	int n = snprintf(
	    bytes, sizeof bytes, "%s SEG9010 NOTE %s\n", nstime_text(at, wall, offset), claim);
	int fd =
	    openat(l->dir, KEYS_FILE, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	/* The line itself says it too; a copy that fails is not worth another word. */
	if (fd < 0)
		return;
	off_t end = lseek(fd, 0, SEEK_END);
	if (n > 0 && (size_t)n < sizeof bytes && write(fd, bytes, (size_t)n) == n)
		(void)fdatasync(fd);
	else if (end >= 0 && ftruncate(fd, end) < 0)
		log_error("%s cannot be cut to whole lines: %m", KEYS_FILE);
	close(fd);
}

void
ledger_claim(struct ledger *l, struct text *fields, enum ledger_claim what, const struct chain *c,
    nstime wall, int32_t offset)
{
	static const char *const words[] = { "head", "key", "stop" };
	char at[NSTIME_TEXT], sig[SIGNER_SIGNED];
	const struct signer *s = &l->signer;
	struct signer next;

	if (what == LEDGER_KEY && !s->usable)
		what = LEDGER_HEAD;
	text_add(fields, "what=%s run=%s", words[what], l->sid);
	if (s->usable)
		text_add(fields, " root=%s", s->root);
	add_heads(fields, c, &l->records);
	text_add(fields, " at=%s", nstime_text(at, wall, offset));
	if (!s->usable)
		return;
	text_add(fields, " key=%s", s->id);
	if (what == LEDGER_KEY) {
		signer_successor(s, &next);
		text_pair(fields, "next", next.pub, strlen(next.pub));
	}
	signer_sign(s, sig, fields->at, fields->len);
	text_pair(fields, "sig", sig, strlen(sig));
	if (what == LEDGER_KEY) {
		note_key(l, fields->at, wall, offset);
		signer_advance(&l->signer, &next);
	}
}

void
ledger_before(const struct ledger *l, struct text *fields)
{
	char head[CHAIN_HEX];

	switch (l->dir < 0 ? LEDGER_TAIL_UNKNOWN : l->before.is) {
	case LEDGER_TAIL_NONE:
		text_add(fields, " previous=none");
		break;
	case LEDGER_TAIL_UNKNOWN:
		text_add(fields, " previous=unknown");
		break;
	case LEDGER_TAIL_FOUND:
		text_add(fields, " previous=%s previous_seq=%llu previous_head=%s", l->before.sid,
		    (unsigned long long)l->before.lines.n, chain_hex(head, l->before.lines.head));
		break;
	}
	if (!l->signer.usable)
		return;
	text_add(fields, " root=%s key=%s", l->signer.root, l->signer.id);
	text_pair(fields, "pub", l->signer.pub, strlen(l->signer.pub));
}

void
ledger_tick(struct ledger *l, unsigned days, nstime wall, int32_t offset)
{
	int64_t day = daily_day(wall, offset);

	if (l->file.fd < 0)
		open_all(l, wall, offset);
	if (daily_write(&l->file) && l->file.fd >= 0 && l->blocked) {
		l->blocked = false;
		l->news.again = true;
		l->news.lost = l->file.lost;
		l->news.from = l->file.lost_from;
		l->news.to = l->file.lost_to;
		l->file.lost = 0;
	}
	if (daily_sync(&l->file) < 0)
		blocked(l, l->file.error);
	save_key(l);
	write_policy(l, wall);
	if (l->dir >= 0 && day > l->expired) {
		l->news.removed += daily_expire(l->dir, day - (int64_t)days);
		l->news.removed +=
		    policy_file_expire(&l->policy, l->path, wall - ((nstime)days + 1) * NS_DAY);
		l->news.removed_days = (int)days;
		l->expired = day;
	}
}

bool
ledger_news(struct ledger *l, struct ledger_news *n)
{
	*n = l->news;
	l->news = (struct ledger_news){ 0 };
	return n->error || n->again || n->removed || n->torn || n->key || n->policy;
}
