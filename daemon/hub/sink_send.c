/* sink_send.c - one outlet's lines on their way; see sink_state.h. */
#include "hub/sink_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/outlet_remote.h"

enum { WINDOW = 256 }; /* lines that are read back from the spool at once */

uint64_t
sink_waiting(const struct sink *k)
{
	return k->wait.n + k->window.n + (k->spool ? spool_unread(k->spool) : 0);
}

uint64_t
sink_in_memory(const struct sink *k)
{
	uint64_t n = k->wait.n;

	for (const struct waiting *w = k->window.kept.head; w; w = w->next)
		n += !w->segment;
	for (const struct waiting *w = k->window.other.head; w; w = w->next)
		n += !w->segment;
	return n;
}

bool
sink_has_gap(const struct sink *k)
{
	for (size_t i = 0; i < LOSSES; i++)
		if (k->gap[i].lines)
			return true;
	return false;
}

bool
sink_has_work(const struct sink *k)
{
	return sink_waiting(k) || sink_has_gap(k) || k->out.rest_size;
}

static void
add_to_gap(struct gap *g, uint64_t lines, uint64_t first, nstime from, nstime to)
{
	if (!g->lines)
		*g = (struct gap){ .first = first, .from = from, .to = to };
	if (first < g->first)
		g->first = first;
	if (from < g->from)
		g->from = from;
	if (to > g->to)
		g->to = to;
	g->lines += lines;
}

void
sink_lose(struct sink *k, uint64_t number, nstime when)
{
	add_to_gap(&k->gap[LOSS_BLOCKED], 1, number, when, when);
	k->count.lost++;
}

void
sink_bound(struct sink *k)
{
	while (k->wait.n > SINK_LINES || k->wait.bytes > SINK_BYTES) {
		struct waiting *w = lines_give_up(&k->wait);

		sink_lose(k, w->number, w->time);
		free(w);
	}
}

/* Spool ---------------------------------------------------------------------------------------- */

static void
spool_failed(struct sink *k, int error, nstime mono)
{
	k->spool_retry = mono + SINK_REOPEN;
	if (!k->spool_said_bad)
		log_warn("log target \"%s\": spool in %s/spool: %s: lines wait in memory",
		    k->out.path, k->state_dir, strerror(-error));
	k->spool_said_bad = true;
}

/* What the spool gave up. */
static void
take_losses(struct sink *k)
{
	struct spool_loss l = spool_loss(k->spool), d = spool_damage(k->spool);

	k->count.lost += spool_dropped(k->spool);
	if (l.lines)
		add_to_gap(&k->gap[LOSS_SPOOL], l.lines, l.first, l.from, l.to);
	if (d.lines)
		add_to_gap(&k->gap[LOSS_DAMAGED], d.lines, d.first, d.from, d.to);
}

/* Lines that were put before the spool of an earlier run could be opened come behind those. */
static void
renumber(struct sink *k, uint64_t last)
{
	struct queue *q[] = { &k->wait.kept, &k->wait.other, &k->flight };

	if (k->number == 0 || last == 0) {
		k->number = k->number > last ? k->number : last;
		return;
	}
	for (size_t i = 0; i < sizeof q / sizeof *q; i++)
		for (struct waiting *w = q[i]->head; w; w = w->next)
			w->number += last;
	for (size_t i = 0; i < LOSSES; i++)
		k->gap[i].first += last;
	k->number += last;
	k->last += last;
}

void
sink_open_spool(struct sink *k, nstime mono)
{
	struct spool_found found;
	int error = 0;

	if (k->spool && k->spool_most)
		spool_limit(k->spool, k->spool_most);
	if (k->spool || !k->spool_most || mono < k->spool_retry)
		return;
	k->spool = spool_open(k->state_dir, k->out.path, k->spool_most, &found, &error);
	if (!k->spool) {
		spool_failed(k, error, mono);
		return;
	}
	renumber(k, found.last);
	k->count.offered += found.lines + found.lost;
	k->count.lost += found.lost;
	k->spooling = found.lines > 0 || found.lost > 0;
	if (found.lines)
		k->moved = mono;
	take_losses(k);
}

/* From memory to disk, in order, until the disk refuses one. */
static void
to_spool(struct sink *k, nstime mono)
{
	struct waiting *w;

	if (mono < k->spool_retry)
		return;
	while ((w = lines_first(&k->wait))) {
		int r = spool_put(k->spool, w);

		if (r < 0) {
			spool_failed(k, r, mono);
			break;
		}
		k->spool_said_bad = false;
		free(lines_pop(&k->wait));
	}
	take_losses(k);
}

/* Begins to use the spool: those in flight first, for they may not have arrived. */
static void
begin_spooling(struct sink *k, nstime mono)
{
	for (struct waiting *w = k->flight.head; w; w = w->next) {
		int r = w->refused ? 0 : spool_put(k->spool, w);

		if (r < 0) {
			spool_failed(k, r, mono);
			break;
		}
	}
	k->spooling = true;
	to_spool(k, mono);
}

/* Moves lines to disk when the collector took none for a while, or memory fills. */
static void
look_at_spool(struct sink *k, nstime mono)
{
	if (!k->spool)
		sink_open_spool(k, mono);
	if (!k->spool)
		return;
	bool stuck = k->wait.n && mono - k->moved >= SINK_SPOOL;
	bool full = k->wait.n > SINK_LINES / 2 || k->wait.bytes > SINK_BYTES / 2;

	if (k->spooling)
		to_spool(k, mono);
	else if ((stuck || full) && k->spool_most && mono >= k->spool_retry)
		begin_spooling(k, mono);
}

/* Where the next line is: read back from disk, or in memory when nothing is on disk. */
static struct lines *
source(struct sink *k)
{
	if (!k->spooling)
		return &k->wait;
	if (!k->window.n) {
		struct waiting *w;

		while (k->window.n < WINDOW && (w = spool_next(k->spool)))
			lines_push(&k->window, w);
		take_losses(k);
	}
	return k->window.n || spool_unread(k->spool) ? &k->window : &k->wait;
}

/* The spool is out of use when all that was in it arrived. */
static void
end_spooling(struct sink *k)
{
	if (k->spooling && !k->window.n && !k->flight.n && !k->wait.n && spool_empty(k->spool))
		k->spooling = false;
}

void
sink_save(struct sink *k, nstime mono)
{
	if (!k->spool)
		return;
	uint64_t arrived = outlet_arrived(&k->out);
	for (struct waiting *w; (w = k->flight.head) && w->handed <= arrived;) {
		if (w->segment)
			spool_done(k->spool, w);
		free(queue_pop(&k->flight));
	}
	k->spool_retry = NSTIME_ALWAYS;
	if (!k->spooling && (k->flight.n || k->wait.n))
		begin_spooling(k, mono);
	else if (k->spooling)
		to_spool(k, mono);
	spool_sync(k->spool);
}

/* Sending -------------------------------------------------------------------------------------- */

/* What became of the outlet's lines: `SEG9008 NOTE … what=log-blocked n=5 lost=5 target=syslog`. It
 * has no number of its own in the run: the other outlets do not say it. */
static struct waiting *
gap_line(const struct policy *p, const struct sink *k, enum loss why)
{
	static const char *const words[] = { "log-blocked", "spool-damaged", "spool-full" };
	static const char *const english[] = {
		"lines for this target were lost because it did not take them",
		"lines for this target were lost: its spool could not be read back",
		"lines for this target were lost: it took none, and its spool was full",
	};
	static const char *const japanese[] = {
		"この出力先に渡せなかった行があります。件数は lost のとおりです。",
		"この出力先のスプールが読み戻せず、失われた行があります。件数は lost "
		"のとおりです。",
		"この出力先が受け取らずスプールも一杯になり、失われた行があります。件数は lost "
		"のとおりです。",
	};
	const struct gap *g = &k->gap[why];
	char fields_buffer[512], line_buffer[LINE_MAX_BYTES + 1], at[NSTIME_TEXT];
	struct text fields = text_of(fields_buffer, sizeof fields_buffer);
	struct text line = text_of(line_buffer, sizeof line_buffer);
	int32_t offset = policy_offset_at(p, g->to);
	const char *msg = p->japanese ? japanese[why] : english[why];
	uint8_t severity = 3;

	text_add(&fields, "what=%s n=%llu lost=%llu from=%s", words[why],
	    (unsigned long long)g->lines, (unsigned long long)g->lines,
	    nstime_text(at, g->from, offset));
	text_add(&fields, " to=%s target=%s", nstime_text(at, g->to, offset),
	    outlet_name(k->out.target));
	if (k->out.target == TARGET_JSON)
		line_note_json(&line, 9008, fields.at, msg, NULL);
	else
		line_note(&line, 9008, fields.at, msg, NULL, &severity);
	struct waiting *w = waiting_new(line.at, line.len);
	if (w) {
		w->number = g->first;
		w->time = g->to;
		w->severity = severity;
	}
	return w;
}

static enum outlet_result
hand_over(const struct policy *p, struct sink *k, const struct waiting *w)
{
	const struct outlet_line line = { .text = w->text,
		.size = w->size,
		.time = w->time,
		.offset = policy_offset_at(p, w->time),
		.severity = w->severity };

	return outlet_send(&k->out, &line);
}

/* W was handed over: its reader may yet turn out not to have got it. */
static void
handed_over(struct sink *k, struct waiting *w, nstime mono)
{
	k->count.sent++;
	k->last = w->number;
	k->last_time = w->time;
	k->moved = mono;
	if (!outlet_confirms(&k->out)) {
		free(w);
		return;
	}
	w->sent = mono;
	w->handed = k->out.handed;
	if (outlet_is_local_socket(&k->out) && (k->settle <= mono || k->settle > mono + SINK_LOOK))
		k->settle = mono + SINK_LOOK;
	queue_push(&k->flight, w);
}

static void
refused(struct sink *k, struct waiting *w)
{
	sink_lose(k, w->number, w->time);
	if (!w->segment) {
		free(w);
		return;
	}
	/* It is done on disk when all before it are. */
	w->refused = true;
	w->handed = k->out.handed;
	queue_push(&k->flight, w);
}

static enum outlet_result
send_gap(const struct policy *p, struct sink *k, enum loss why, nstime mono)
{
	struct waiting *w = gap_line(p, k, why);

	if (!w)
		return OUTLET_BUSY;
	enum outlet_result r = hand_over(p, k, w);
	if (r == OUTLET_SENT || r == OUTLET_REFUSED)
		k->gap[why].lines = 0;
	if (r != OUTLET_SENT) {
		free(w);
		return r;
	}
	w->says_loss = why == LOSS_SPOOL;
	k->count.offered++;
	handed_over(k, w, mono);
	return r;
}

/* Sends the next thing. OUTLET_SENT also when there is nothing to send. */
static enum outlet_result
send_next(const struct policy *p, struct sink *k, nstime mono)
{
	struct lines *from = source(k);
	struct waiting *w = lines_first(from);

	/* What the disk gave up is older than anything that is left. */
	for (int why = LOSSES - 1; why >= 0; why--)
		if (k->gap[why].lines && (!w || k->gap[why].first < w->number))
			return send_gap(p, k, (enum loss)why, mono);
	if (!w)
		return sink_waiting(k) ? OUTLET_BUSY : outlet_flush(&k->out);
	enum outlet_result r = hand_over(p, k, w);
	if (r == OUTLET_SENT)
		handed_over(k, lines_pop(from), mono);
	else if (r == OUTLET_REFUSED)
		refused(k, lines_pop(from));
	return r;
}

/* The way is gone: what was in flight is to be sent again. */
static void
broken(struct sink *k)
{
	struct queue again;
	struct waiting *w;

	queue_init(&again);
	/* A line of which a file took a part is counted as sent; now its end is lost. */
	if (k->out.rest_size && !outlet_confirms(&k->out)) {
		sink_lose(k, k->last, k->last_time);
		k->count.sent--;
	}
	outlet_close(&k->out);
	while ((w = queue_pop(&k->flight))) {
		k->count.sent -= !w->refused;
		queue_push(&again, w);
	}
	lines_put_back(k->spooling ? &k->window : &k->wait, &again);
	sink_bound(k);
}

/* When to look again: a reader on this host has read in no time, or stands still. */
static nstime
next_look(const struct sink *k, nstime mono)
{
	nstime waited = mono - k->moved;

	if (k->out.target == TARGET_REMOTE || waited > SINK_RETRY)
		return mono + SINK_RETRY;
	return mono + (waited > SINK_LOOK ? waited : SINK_LOOK);
}

/* Lines that arrived need not be kept. The collector's kernel says so first; its program is given
 * SINK_SETTLE to read them, in which it would be seen to go. On this host the kernel knows what was
 * read. */
static void
settle(struct sink *k, nstime mono)
{
	uint64_t arrived = outlet_arrived(&k->out);
	bool remote = k->out.target == TARGET_REMOTE;
	struct waiting *w;

	if (outlet_moved(&k->out)) {
		broken(k);
		return;
	}
	while ((w = k->flight.head) && w->handed <= arrived &&
	       (!remote || mono - w->sent >= SINK_SETTLE || k->flight.n > SINK_FLIGHT / 2)) {
		if (remote)
			k->pause = 0;
		if (w->segment)
			spool_done(k->spool, w);
		if (w->says_loss)
			spool_said(k->spool);
		free(queue_pop(&k->flight));
	}
	if (k->spool)
		spool_sync(k->spool);
	end_spooling(k);
	k->settle = next_look(k, mono);
}

/* Is the outlet open, or could it be opened? At most one attempt in `pause`. */
static bool
made_open(struct sink *k, nstime mono)
{
	bool is_file = k->out.target == TARGET_FILE || k->out.target == TARGET_JSON;
	bool may = k->opened == NSTIME_ALWAYS || mono - k->opened >= k->pause;
	bool remote = k->out.target == TARGET_REMOTE, begins = k->out.fd < 0;

	if (k->out.connecting || (may && (begins || !remote))) {
		if (is_file && outlet_moved(&k->out))
			outlet_close(&k->out);
		if (begins || is_file)
			k->opened = mono;
		if (begins && remote)
			k->pause = k->pause < NS_SEC	     ? NS_SEC :
				   k->pause < SINK_PAUSE / 2 ? 2 * k->pause :
							       SINK_PAUSE;
		(void)outlet_open(&k->out, mono); /* its state tells */
	}
	return outlet_is_open(&k->out);
}

/* Over UDP nobody says that it is too much: a receiver's socket of the usual size, 208 KiB, holds
 * less than a hundred lines, and half of a backlog of 8,000 was lost to rsyslogd on the same host
 * when they went as fast as they could. Must the next line wait for those before it to be read? */
static bool
must_pace(struct sink *k, nstime mono)
{
	if (k->out.target != TARGET_REMOTE || k->out.stream)
		return false;
	if (mono - k->paced >= SINK_PACE) {
		k->paced = mono;
		k->pace = 0;
	}
	return k->pace++ >= SINK_PACED;
}

static void
send_lines(const struct policy *p, struct sink *k, nstime mono)
{
	for (unsigned n = 0; sink_has_work(k) && n < SINK_BURST; n++) {
		if (!made_open(k, mono)) {
			k->due = k->out.connecting ? k->out.connect_until : k->opened + k->pause;
			return;
		}
		if (k->flight.n >= SINK_FLIGHT) {
			k->due = mono + SINK_RETRY;
			return;
		}
		if (must_pace(k, mono)) {
			k->due = k->paced + SINK_PACE;
			return;
		}
		switch (send_next(p, k, mono)) {
		case OUTLET_SENT:
		case OUTLET_REFUSED:
			break;
		case OUTLET_BUSY:
			k->due = mono + SINK_RETRY;
			return;
		case OUTLET_BROKEN:
			broken(k);
			break;
		}
	}
	k->due = sink_has_work(k) ? mono : NSTIME_ALWAYS;
}

void
sink_run(const struct policy *p, struct sink *k, nstime mono)
{
	if (k->heard && k->out.target == TARGET_REMOTE && remote_hear(&k->out) == OUTLET_BROKEN)
		broken(k);
	k->heard = false;
	if (k->flight.n && mono >= k->settle)
		settle(k, mono);
	if (k->spool_most || k->spool)
		look_at_spool(k, mono);
	if (sink_has_work(k) && k->due <= mono)
		send_lines(p, k, mono);
}

static nstime
earlier(nstime a, nstime b)
{
	return a < b ? a : b;
}

nstime
sink_due(const struct sink *k)
{
	nstime due = sink_has_work(k) ? k->due : NSTIME_NEVER;

	if (k->flight.n) {
		bool remote = k->out.target == TARGET_REMOTE;
		nstime settle = k->flight.head->sent + (remote ? SINK_SETTLE : SINK_LOOK);

		due = earlier(due, settle > k->settle ? settle : k->settle);
	}
	if (k->spool_most && k->wait.n) {
		nstime spool = k->spooling ? k->spool_retry : k->moved + SINK_SPOOL;

		due = earlier(due, spool > k->spool_retry ? spool : k->spool_retry);
	}
	if (k->retired != NSTIME_NEVER)
		due = earlier(due, k->retired + SINK_DRAIN);
	return due;
}
