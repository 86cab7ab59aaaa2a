/* sink.c - see sink.h.
 *
 * Every line of an outlet has a number. Lines that may be given up and lines that are kept longest
 * wait in two queues, each in the order of its numbers, so that the oldest of either kind is found
 * at once; the next to send is the smaller number of the two heads. A loss has the number of its
 * first line: that is the place where it is said.
 */
#include <stdio.h>
#include <stdlib.h>

#include "hub/sink.h"

enum { SINK_BURST = 256 }; /* lines that one outlet sends before the loop does something else */

struct waiting {
	struct waiting *next;
	uint64_t number;
	nstime time;
	uint16_t size;
	uint8_t severity;
	char text[];
};

struct queue {
	struct waiting *head, **tail;
};

struct sink {
	struct outlet out;
	uint8_t min;
	const uint16_t *pairs; /* of the policy; NULL: all */
	uint32_t npairs;
	struct queue kept, other;
	uint64_t number;     /* of the newest line */
	size_t lines, bytes; /* that wait */
	uint64_t gap;	     /* number of the first line of a loss not yet said, 0 for none */
	uint64_t gap_lines;
	nstime gap_from, gap_to; /* wall times of the lines lost */
	uint64_t last;		 /* number and wall time of the line sent last */
	nstime last_time;
	struct sink_count count;
	nstime opened;	/* when it was last tried to open */
	nstime due;	/* when to try again; NSTIME_ALWAYS: now */
	nstime retired; /* when it left the configuration, NSTIME_NEVER while it is in */
	bool stay;	/* sinks_set() found it again */
};

struct sinks {
	const char *ident;
	pid_t pid;
	const struct policy *policy;
	size_t n;
	struct sink *sink[SINKS];
	uint64_t abandoned; /* not said yet */
	uint64_t lost;	    /* with outlets that are no more */
};

static void
queue_init(struct queue *q)
{
	q->head = NULL;
	q->tail = &q->head;
}

static void
queue_push(struct queue *q, struct waiting *w)
{
	w->next = NULL;
	*q->tail = w;
	q->tail = &w->next;
}

static struct waiting *
queue_pop(struct queue *q)
{
	struct waiting *w = q->head;

	q->head = w->next;
	if (!q->head)
		q->tail = &q->head;
	return w;
}

struct sinks *
sinks_new(const char *ident, pid_t pid)
{
	struct sinks *s = calloc(1, sizeof *s);

	if (s) {
		s->ident = ident;
		s->pid = pid;
	}
	return s;
}

static void
sink_free(struct sink *k)
{
	while (k->kept.head)
		free(queue_pop(&k->kept));
	while (k->other.head)
		free(queue_pop(&k->other));
	outlet_close(&k->out);
	free(k);
}

void
sinks_free(struct sinks *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		sink_free(s->sink[i]);
	free(s);
}

static struct sink *
sink_named(const struct sinks *s, uint8_t target, const char *path)
{
	for (size_t i = 0; i < s->n; i++) {
		struct sink *k = s->sink[i];

		if (!k->stay && k->out.target == target && strcmp(k->out.path, path) == 0)
			return k;
	}
	return NULL;
}

static struct sink *
sink_add(struct sinks *s, const struct policy_sink *ps, const char *path)
{
	if (s->n == SINKS)
		return NULL;
	struct sink *k = calloc(1, sizeof *k);
	if (!k)
		return NULL;
	outlet_init(&k->out, ps->target, ps->facility, path, s->ident, s->pid);
	queue_init(&k->kept);
	queue_init(&k->other);
	k->opened = NSTIME_ALWAYS;
	k->due = NSTIME_ALWAYS;
	s->sink[s->n++] = k;
	return k;
}

uint32_t
sinks_set(struct sinks *s, const struct policy *p, nstime mono)
{
	uint32_t refused = 0;
	const struct policy_sink *ps = policy_at(p, p->sinks);

	s->policy = p;
	for (size_t i = 0; i < s->n; i++)
		s->sink[i]->stay = false;
	for (uint32_t i = 0; i < p->nsinks; i++) {
		const char *path = policy_text(p, ps[i].path);

		if (!outlet_serves(ps[i].target))
			continue;
		struct sink *k = sink_named(s, ps[i].target, path);
		if (!k)
			k = sink_add(s, &ps[i], path);
		if (!k) {
			refused++;
			continue;
		}
		k->stay = true;
		k->retired = NSTIME_NEVER;
		k->out.facility = ps[i].facility;
		k->min = ps[i].min;
		k->npairs = ps[i].npairs;
		k->pairs = ps[i].npairs ? policy_at(p, ps[i].pairs) : NULL;
	}
	for (size_t i = 0; i < s->n; i++)
		if (!s->sink[i]->stay && s->sink[i]->retired == NSTIME_NEVER)
			s->sink[i]->retired = mono;
	sinks_reopen(s);
	return refused;
}

void
sinks_reopen(struct sinks *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct sink *k = s->sink[i];
		bool is_file = k->out.target == TARGET_FILE || k->out.target == TARGET_JSON;

		if (is_file && !k->out.rest_size) {
			outlet_close(&k->out);
			k->opened = NSTIME_ALWAYS;
		}
	}
}

bool
sinks_want_json(const struct sinks *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sink[i]->out.target == TARGET_JSON && s->sink[i]->retired == NSTIME_NEVER)
			return true;
	return false;
}

/* One line of the outlet is lost, the NUMBERth. */
static void
lose(struct sink *k, uint64_t number, nstime when)
{
	if (!k->gap) {
		k->gap_lines = 0;
		k->gap_from = k->gap_to = when;
	}
	if (!k->gap || number < k->gap)
		k->gap = number;
	if (when < k->gap_from)
		k->gap_from = when;
	if (when > k->gap_to)
		k->gap_to = when;
	k->gap_lines++;
	k->count.lost++;
}

static void
take_out(struct sink *k, struct queue *q)
{
	struct waiting *w = queue_pop(q);

	k->lines--;
	k->bytes -= w->size;
	free(w);
}

static void
queue_line(struct sink *k, const struct sink_line *l, const char *text)
{
	size_t size = strnlen(text, LINE_MAX_BYTES);
	struct waiting *w = malloc(sizeof *w + size);

	k->number++;
	k->count.offered++;
	if (!w) {
		lose(k, k->number, l->time);
		return;
	}
	w->number = k->number;
	w->time = l->time;
	w->size = (uint16_t)size;
	w->severity = l->severity;
	memcpy(w->text, text, size);
	queue_push(l->severity <= SINK_KEPT ? &k->kept : &k->other, w);
	k->lines++;
	k->bytes += size;
	while (k->lines > SINK_LINES || k->bytes > SINK_BYTES) {
		struct queue *q = k->other.head ? &k->other : &k->kept;

		lose(k, q->head->number, q->head->time);
		take_out(k, q);
	}
}

static bool
passes(const struct sink *k, const struct sink_line *l)
{
	if (k->retired != NSTIME_NEVER || l->severity > k->min)
		return false;
	if (!l->has_pair || !k->npairs)
		return true;
	for (uint32_t i = 0; i < k->npairs; i++)
		if (k->pairs[i] == (l->from << 8 | l->to))
			return true;
	return false;
}

/* What became of the outlet's lines: `SEG9008 NOTE … what=log-blocked n=5 lost=5 … target=syslog`.
 * It has no number of its own in the run: the other outlets do not say it. */
static enum outlet_result
send_gap(const struct sinks *s, struct sink *k, int32_t offset)
{
	char fields_buffer[512], line_buffer[LINE_MAX_BYTES + 1], at[NSTIME_TEXT];
	struct text fields = text_of(fields_buffer, sizeof fields_buffer);
	struct text line = text_of(line_buffer, sizeof line_buffer);
	uint8_t severity = 3;
	const char *msg = s->policy->japanese ?
			      "この出力先に渡せなかった行があります。件数は lost のとおりです。" :
			      "lines for this target were lost because it did not take them";

	text_add(&fields, "what=log-blocked n=%llu lost=%llu from=%s",
	    (unsigned long long)k->gap_lines, (unsigned long long)k->gap_lines,
	    nstime_text(at, k->gap_from, offset));
	text_add(&fields, " to=%s target=%s", nstime_text(at, k->gap_to, offset),
	    outlet_name(k->out.target));
	if (k->out.target == TARGET_JSON)
		line_note_json(&line, 9008, fields.at, msg, NULL);
	else
		line_note(&line, 9008, fields.at, msg, NULL, &severity);
	enum outlet_result r = outlet_send(&k->out, severity, k->gap_to, offset, line.at, line.len);
	if (r == OUTLET_SENT || r == OUTLET_REFUSED)
		k->gap = 0;
	return r;
}

/* Sends the next thing. OUTLET_SENT also when there is nothing to send. */
static enum outlet_result
send_next(const struct sinks *s, struct sink *k)
{
	struct queue *q = &k->other;
	int32_t offset = policy_offset_at(s->policy, k->gap ? k->gap_to : 0);

	if (!q->head || (k->kept.head && k->kept.head->number < q->head->number))
		q = &k->kept;
	struct waiting *w = q->head;
	if (k->gap && (!w || k->gap < w->number))
		return send_gap(s, k, offset);
	if (!w)
		return outlet_flush(&k->out);
	offset = policy_offset_at(s->policy, w->time);
	enum outlet_result r = outlet_send(&k->out, w->severity, w->time, offset, w->text, w->size);
	if (r == OUTLET_SENT) {
		k->count.sent++;
		k->last = w->number;
		k->last_time = w->time;
		take_out(k, q);
	} else if (r == OUTLET_REFUSED) {
		lose(k, w->number, w->time);
		take_out(k, q);
	}
	return r;
}

static bool
has_work(const struct sink *k)
{
	return k->lines || k->gap || k->out.rest_size;
}

/* Is the outlet open, or could it be opened? At most one attempt in SINK_REOPEN. */
static bool
made_open(struct sink *k, nstime mono)
{
	if (k->opened == NSTIME_ALWAYS || mono - k->opened >= SINK_REOPEN) {
		if (outlet_moved(&k->out))
			outlet_close(&k->out);
		if (k->out.fd < 0 || k->out.target == TARGET_FILE || k->out.target == TARGET_JSON)
			k->opened = mono;
		(void)outlet_open(&k->out); /* fd tells */
	}
	return k->out.fd >= 0;
}

static void
sink_run(const struct sinks *s, struct sink *k, nstime mono)
{
	for (unsigned n = 0; has_work(k) && n < SINK_BURST; n++) {
		if (!made_open(k, mono)) {
			k->due = k->opened + SINK_REOPEN;
			return;
		}
		switch (send_next(s, k)) {
		case OUTLET_SENT:
		case OUTLET_REFUSED:
			break;
		case OUTLET_BUSY:
			k->due = mono + SINK_RETRY;
			return;
		case OUTLET_BROKEN:
			/* A line of which a file took a part is counted as sent; now its end is
			 * lost. */
			if (k->out.rest_size) {
				lose(k, k->last, k->last_time);
				k->count.sent--;
			}
			outlet_close(&k->out);
			break;
		}
	}
	k->due = has_work(k) ? mono : NSTIME_ALWAYS;
}

/* Gives up an outlet that left the configuration, when it is empty or had its time. */
static bool
gone(struct sinks *s, struct sink *k, nstime mono)
{
	if (k->retired == NSTIME_NEVER || (has_work(k) && mono - k->retired < SINK_DRAIN))
		return false;
	s->lost += k->count.lost + k->lines;
	s->abandoned += k->lines + (k->gap ? k->gap_lines : 0);
	sink_free(k);
	return true;
}

void
sinks_run(struct sinks *s, nstime mono)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct sink *k = s->sink[i];

		if (has_work(k) && k->due <= mono)
			sink_run(s, k, mono);
		if (!gone(s, k, mono))
			s->sink[kept++] = k;
	}
	s->n = kept;
}

void
sinks_put(struct sinks *s, const struct sink_line *l, nstime mono)
{
	for (size_t i = 0; i < s->n; i++) {
		struct sink *k = s->sink[i];
		const char *text = k->out.target == TARGET_JSON ? l->json : l->text;

		if (text && passes(k, l))
			queue_line(k, l, text);
	}
	sinks_run(s, mono);
}

nstime
sinks_due(const struct sinks *s)
{
	nstime due = NSTIME_NEVER;

	for (size_t i = 0; i < s->n; i++) {
		const struct sink *k = s->sink[i];

		if (has_work(k) && k->due < due)
			due = k->due;
		if (k->retired != NSTIME_NEVER && k->retired + SINK_DRAIN < due)
			due = k->retired + SINK_DRAIN;
	}
	return due;
}

size_t
sinks_poll(struct sinks *s, struct pollfd *fds, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n && n < room; i++)
		if (has_work(s->sink[i]) && outlet_polls(&s->sink[i]->out))
			fds[n++] = (struct pollfd){ .fd = s->sink[i]->out.fd, .events = POLLOUT };
	return n;
}

void
sinks_ready(struct sinks *s, int fd)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sink[i]->out.fd == fd)
			s->sink[i]->due = NSTIME_ALWAYS;
}

size_t
sinks_size(const struct sinks *s)
{
	return s->n;
}

struct sink_count
sinks_count(const struct sinks *s, size_t i)
{
	struct sink_count c = s->sink[i]->count;

	c.waiting = s->sink[i]->lines;
	return c;
}

const struct outlet *
sinks_outlet(const struct sinks *s, size_t i)
{
	return &s->sink[i]->out;
}

uint64_t
sinks_waiting(const struct sinks *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->sink[i]->lines + (s->sink[i]->gap ? 1 : 0);
	return n;
}

uint64_t
sinks_lost(const struct sinks *s)
{
	uint64_t n = s->lost;

	for (size_t i = 0; i < s->n; i++)
		n += s->sink[i]->count.lost;
	return n;
}

uint64_t
sinks_abandoned(struct sinks *s)
{
	uint64_t n = s->abandoned;

	s->abandoned = 0;
	return n;
}
