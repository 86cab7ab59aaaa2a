/* judge.c - see judge.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/judge_state.h"

#define MAYBE_RUNNING (15 * NS_MIN) /* three heartbeats: a daemon that runs says more by then */

void
judge_tell(struct judge *j, enum judge_word word, const struct judge_place *at, const struct run *r,
    uint64_t seq, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a cut clause is still one */
	va_end(args);
	/* Names in it may come from the file. */
	for (char *p = text; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	j->sum.altered += word == JUDGE_ALTERED;
	j->sum.holes += word == JUDGE_HOLE;
	j->say(j->ctx, word, at, r ? r->sid : "", seq, text);
}

struct judge *
judge_new(judge_say *say, judge_policy *policy, void *ctx)
{
	struct judge *j = calloc(1, sizeof *j);

	if (!j)
		return NULL;
	j->say = say;
	j->policy = policy;
	j->ctx = ctx;
	j->sum.from = NSTIME_NEVER;
	j->sum.to = NSTIME_ALWAYS;
	return j;
}

void
judge_free(struct judge *j)
{
	if (!j)
		return;
	keys_fini(&j->keys);
	free(j->run);
	free(j->slot);
	free(j);
}

bool
judge_trust(struct judge *j, const char *base64, size_t size)
{
	struct key key;

	if (!keys_read(&key, base64, size) || !keys_add(&j->keys, &key))
		return false;
	j->sum.trusted = true;
	return true;
}

const struct judge_sum *
judge_sum(const struct judge *j)
{
	return &j->sum;
}

/* Where the run stands in the slots, or would. */
static size_t
slot_of(const struct judge *j, const char *sid)
{
	size_t at = (size_t)strtoul(sid, NULL, 16) * 2654435761u % (2 * j->room);

	while (j->slot[at] && strcmp(j->run[j->slot[at] - 1].sid, sid) != 0)
		at = (at + 1) % (2 * j->room);
	return at;
}

struct run *
judge_run(struct judge *j, const char *sid)
{
	if (j->newest < j->runs && strcmp(j->run[j->newest].sid, sid) == 0)
		return &j->run[j->newest];
	if (!j->room)
		return NULL;
	uint32_t number = j->slot[slot_of(j, sid)];
	if (!number)
		return NULL;
	j->newest = number - 1;
	return &j->run[j->newest];
}

static bool
make_room(struct judge *j)
{
	size_t room = j->room ? 2 * j->room : 64;
	struct run *run = reallocarray(j->run, room, sizeof *run);

	if (!run)
		return false;
	j->run = run;
	uint32_t *slot = calloc(2 * room, sizeof *slot);
	if (!slot)
		return false;
	free(j->slot);
	j->slot = slot;
	j->room = room;
	for (size_t i = 0; i < j->runs; i++)
		j->slot[slot_of(j, j->run[i].sid)] = (uint32_t)i + 1;
	return true;
}

/* The run, made if it is new. NULL when there is no memory. */
static struct run *
run_of(struct judge *j, const char *sid)
{
	struct run *r = judge_run(j, sid);

	if (r)
		return r;
	if (j->runs == j->room && !make_room(j)) {
		j->no_memory = true;
		return NULL;
	}
	r = &j->run[j->runs];
	*r = (struct run){ .newest = NSTIME_ALWAYS };
	memcpy(r->sid, sid, sizeof r->sid);
	r->lines.known = r->records.known = true; /* 64 zeros before the first */
	j->slot[slot_of(j, sid)] = (uint32_t)j->runs + 1;
	j->newest = j->runs++;
	j->sum.runs++;
	return r;
}

static void
remember_gap(struct link *k, uint64_t from, uint64_t to)
{
	if (k->gaps == JUDGE_GAPS) {
		k->gaps--;
		memmove(k->gap, k->gap + 1, k->gaps * sizeof *k->gap);
	}
	k->gap[k->gaps++] = (struct gap){ .from = from, .to = to };
}

/* Was the line missed before? Then it is not any more. */
static bool
fill_gap(struct link *k, uint64_t seq)
{
	for (unsigned i = 0; i < k->gaps; i++) {
		struct gap g = k->gap[i];

		if (seq < g.from || seq > g.to)
			continue;
		memmove(k->gap + i, k->gap + i + 1, (--k->gaps - i) * sizeof *k->gap);
		if (seq > g.from)
			remember_gap(k, g.from, seq - 1);
		if (seq < g.to)
			remember_gap(k, seq + 1, g.to);
		return true;
	}
	return false;
}

/* Remembers what the line in its place has come to. */
static void
remember_line(struct judge *j, const struct run *r, uint64_t seq, const uint8_t head[CHAIN_HASH])
{
	struct past *p = &j->past;
	size_t run = (size_t)(r - j->run);

	if (p->run != run)
		memset(p->seq, 0, sizeof p->seq);
	p->run = run;
	p->seq[seq % JUDGE_PAST] = seq;
	memcpy(p->head[seq % JUDGE_PAST], head, CHAIN_HASH);
}

/* Is it the line that stood here with that number? Whoever hands lines on, as syslogd and the
 * daemon do when the other end was restarted, may do it twice rather than lose one. */
static bool
came_before(const struct judge *j, const struct run *r, const struct chain_line *l)
{
	static const uint8_t nothing[CHAIN_HASH];
	const struct past *p = &j->past;
	size_t at = l->seq % JUDGE_PAST, before = (l->seq - 1) % JUDGE_PAST;
	uint8_t hash[CHAIN_HASH];

	if (l->kind != CHAIN_EVENT || j->is_ledger || p->run != (size_t)(r - j->run) ||
	    l->seq == 0 || p->seq[at] != l->seq || (l->seq > 1 && p->seq[before] != l->seq - 1))
		return false;
	chain_next(hash, l->seq > 1 ? p->head[before] : nothing, l);
	return chain_fits(l, hash) && memcmp(hash, p->head[at], CHAIN_HASH) == 0;
}

/* A line with a number that was passed already. Of a row of such lines only the first is named. */
static void
take_late(struct judge *j, const struct judge_place *at, struct run *r, struct link *k,
    const struct chain_line *l)
{
	if (came_before(j, r, l)) {
		if (j->sum.repeated++ == 0)
			judge_tell(j, JUDGE_NOTE, at, r, l->seq,
			    "came again, byte for byte: it was handed on twice, or somebody "
			    "repeated "
			    "it; count it once");
		return;
	}
	bool missed = fill_gap(k, l->seq), again = r->said_at + 1 == j->line;
	unsigned long long seq = l->seq, newest = k->c.n;

	r->said_at = j->line;
	if (missed && l->kind == CHAIN_EVENT)
		j->sum.missing--;
	if (again)
		j->sum.altered++;
	else if (missed)
		judge_tell(j, JUDGE_ALTERED, at, r, seq,
		    "out of order: it stands behind number %llu (swapped, or moved)", newest);
	else
		judge_tell(j, JUDGE_ALTERED, at, r, seq,
		    "number %llu comes again, behind number %llu (inserted, or a run repeated)",
		    seq, newest);
}

static void
take_gap(struct judge *j, const struct judge_place *at, struct run *r, struct link *k,
    const struct chain_line *l)
{
	uint64_t from = k->c.n + 1, to = l->seq - 1;
	bool event = l->kind == CHAIN_EVENT, first = event && r->first == 0;

	/* The doubtful line is there, in its place. */
	if (k->doubtful == from)
		from++;
	k->known = false;
	if (event) {
		r->key[0] = '\0'; /* what announced the next one may be missing */
		r->in_turn = false;
	}
	if (from > to)
		return;
	remember_gap(k, from, to);
	if (event)
		j->sum.missing += to - from + 1;
	judge_tell(j, JUDGE_HOLE, at, r, l->seq, "%s %llu to %llu %s", event ? "lines" : "records",
	    (unsigned long long)from, (unsigned long long)to,
	    first ? "of this run are not in these files" : "are missing before this one");
}

/* The line in its place: does its hash fit? */
static void
take_next(struct judge *j, const struct judge_place *at, struct run *r, struct link *k,
    const struct chain_line *l)
{
	uint8_t hash[CHAIN_HASH];
	bool event = l->kind == CHAIN_EVENT;

	if (!k->known) {
		k->c.n = l->seq;
		j->sum.unchecked += event;
		return;
	}
	chain_next(hash, k->c.head, l);
	if (!chain_fits(l, hash)) {
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "its hash does not fit: this line was edited or inserted");
		k->doubtful = l->seq;
		return;
	}
	memcpy(k->c.head, hash, sizeof hash);
	k->c.n = l->seq;
	if (event)
		remember_line(j, r, l->seq, hash);
	j->sum.checked += event;
	r->checked += event;
}

static bool
is_note(const struct chain_line *l, const char *id)
{
	return l->size > 8 && memcmp(l->at + 3, id, 4) == 0 && l->at[7] == ' ';
}

static void
take_event(struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	struct link *k = &r->lines;

	j->sum.lines++;
	if (r->succeeded || r->stopped) {
		if (r->said_at + 1 != j->line)
			judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
			    r->stopped ? "a line of a run that had stopped before" :
					 "a line of a run behind the beginning of the next one");
		else
			j->sum.altered++;
		r->said_at = j->line;
		return;
	}
	if (l->seq <= k->c.n) {
		take_late(j, at, r, k, l);
		return;
	}
	if (l->seq > k->c.n + 1)
		take_gap(j, at, r, k, l);
	if (r->first == 0)
		r->first = l->seq;
	if (is_note(l, "9010")) {
		judge_checkpoint(j, at, r, l);
	} else if (l->seq - r->marked >= JUDGE_LINES && k->known && !r->long_unmarked &&
		   r->marked >= r->first) {
		judge_tell(j, JUDGE_ALTERED, at, r, l->seq,
		    "no checkpoint among the %d lines before this one: they were taken out, and "
		    "the "
		    "rest numbered anew",
		    JUDGE_LINES);
		r->long_unmarked = true;
	}
	take_next(j, at, r, k, l);
	if (is_note(l, "9002") || is_note(l, "9004"))
		judge_before(j, at, r, l);
	r->handed_on = false;
	r->last = *at;
}

static void
take_record(
    struct judge *j, const struct judge_place *at, struct run *r, const struct chain_line *l)
{
	static const char begin[] = "LEDGER begin ", end[] = "LEDGER end ";
	struct link *k = &r->records;
	bool begins = l->size > sizeof begin && memcmp(l->at, begin, sizeof begin - 1) == 0;

	j->sum.records++;
	r->in_ledger = true;
	if (begins)
		judge_begin(j, at, r, l);
	judge_names_policy(j, at, r, l);
	if (l->seq <= k->c.n) {
		take_late(j, at, r, k, l);
		return;
	}
	if (l->seq > k->c.n + 1)
		take_gap(j, at, r, k, l);
	take_next(j, at, r, k, l);
	if (l->size > sizeof end && memcmp(l->at, end, sizeof end - 1) == 0)
		r->handed_on = true;
}

/* What was no line: cut, when the ledger says so behind it or the file ends with it; else altered.
 */
static void
settle(struct judge *j, bool cut)
{
	struct judge_place at = j->torn;

	if (!at.file)
		return;
	j->torn.file = NULL;
	if (cut)
		judge_tell(j, JUDGE_HOLE, &at, NULL, 0, "the rest of this line is missing");
	else if (j->unnumbered)
		judge_tell(j, JUDGE_ALTERED, &at, NULL, 0,
		    "a line without sid, seq and h: inserted, or they were taken out");
	else
		judge_tell(j, JUDGE_ALTERED, &at, NULL, 0,
		    "no line as the auditor writes them: edited, or cut");
}

/* A line of another file than before. */
static void
turn_page(struct judge *j, const struct judge_place *at)
{
	if (j->file && strcmp(j->file, at->file) == 0)
		return;
	settle(j, true);
	j->file = at->file;
	j->is_ledger = false;
}

int
judge_line(
    struct judge *j, const struct judge_place *at, const char *msg, size_t size, bool damaged)
{
	static const char torn[] = "LEDGER torn ", own[] = "SEG9008 NOTE ";
	struct chain_line l;
	struct run *r;

	turn_page(j, at);
	enum chain_form form = damaged ? CHAIN_MALFORMED : chain_read(&l, msg, size);
	bool after_torn = size > sizeof torn && memcmp(msg, torn, sizeof torn - 1) == 0;
	settle(j, form == CHAIN_WHOLE && after_torn);
	j->line++;
	switch (form) {
	case CHAIN_WHOLE:
		r = run_of(j, l.sid);
		if (!r)
			return -ENOMEM;
		if (l.kind == CHAIN_RECORD) {
			j->is_ledger = true;
			take_record(j, at, r, &l);
		} else {
			take_event(j, at, r, &l);
		}
		break;
	case CHAIN_UNNUMBERED:
		if (judge_key(j, msg, size))
			break;
		if (size > sizeof own && memcmp(msg, own, sizeof own - 1) == 0) {
			j->sum.unnumbered++;
			break;
		}
		j->torn = *at;
		j->unnumbered = true;
		break;
	case CHAIN_MALFORMED:
		j->torn = *at;
		j->unnumbered = false;
		break;
	}
	return j->no_memory ? -ENOMEM : 0;
}

void
judge_other(struct judge *j, const struct judge_place *at)
{
	turn_page(j, at);
	if (!j->is_ledger)
		return;
	settle(j, false);
	j->torn = *at;
	j->unnumbered = false;
}

void
judge_file_end(struct judge *j, bool cut)
{
	settle(j, cut || j->is_ledger);
}

void
judge_end(struct judge *j, bool running, nstime now)
{
	for (size_t i = 0; i < j->runs; i++) {
		const struct run *r = &j->run[i];

		if (r->stopped || r->succeeded || r->handed_on || r->first == 0)
			continue;
		if (running && r->newest != NSTIME_ALWAYS && now - r->newest < MAYBE_RUNNING &&
		    r->newest - now < MAYBE_RUNNING)
			judge_tell(j, JUDGE_NOTE, &r->last, r, r->lines.c.n,
			    "the last line of a run that did not stop: it may be running");
		else
			judge_tell(j, JUDGE_HOLE, &r->last, r, r->lines.c.n,
			    "the last line of a run that did not stop: what came after it is not "
			    "in "
			    "these files");
	}
}
