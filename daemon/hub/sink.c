/* sink.c - see sink.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/sink_state.h"

struct sinks {
	const char *ident;
	pid_t pid;
	const struct policy *policy;
	size_t n;
	struct sink *sink[SINKS];
	uint64_t abandoned;  /* not said yet */
	uint64_t lost;	     /* with outlets that are no more */
	char state_dir[256]; /* of the first policy */
};

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
	struct waiting *w;

	while ((w = queue_pop(&k->flight)))
		free(w);
	lines_free(&k->wait);
	lines_free(&k->window);
	spool_close(k->spool);
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
	lines_init(&k->wait);
	lines_init(&k->window);
	queue_init(&k->flight);
	k->state_dir = s->state_dir;
	k->spool_retry = NSTIME_ALWAYS;
	k->pause = ps->target == TARGET_REMOTE ? 0 : SINK_REOPEN;
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
	if (!s->state_dir[0])
		(void)snprintf(s->state_dir, sizeof s->state_dir, "%s",
		    policy_text(p, p->state_dir)); /* the configuration allows no longer one */
	for (size_t i = 0; i < s->n; i++)
		s->sink[i]->stay = false;
	for (uint32_t i = 0; i < p->nsinks; i++) {
		const char *path = policy_text(p, ps[i].path);

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
		k->spool_most = ps[i].spool;
		sink_open_spool(k, mono);
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

static void
queue_line(struct sink *k, const struct sink_line *l, const char *text, nstime mono)
{
	struct waiting *w = waiting_new(text, strnlen(text, LINE_MAX_BYTES));

	k->count.offered++;
	if (!sink_waiting(k))
		k->moved = mono;
	k->number++;
	if (!w) {
		sink_lose(k, k->number, l->time);
		return;
	}
	w->number = k->number;
	w->time = l->time;
	w->severity = l->severity;
	lines_push(&k->wait, w);
	sink_bound(k);
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

/* Gives up an outlet that left the configuration, when it is empty or had its time. */
static bool
gone(struct sinks *s, struct sink *k, nstime mono)
{
	bool busy = sink_has_work(k) || k->flight.n;

	if (k->retired == NSTIME_NEVER || (busy && mono - k->retired < SINK_DRAIN))
		return false;
	sink_save(k, mono);
	s->lost += k->count.lost + sink_in_memory(k);
	for (size_t i = 0; i < LOSSES; i++)
		s->abandoned += k->gap[i].lines;
	s->abandoned += sink_in_memory(k);
	if (k->spool && spool_unread(k->spool))
		log_warn("log target \"%s\" left the configuration: its lines stay in %s/spool",
		    k->out.path, s->state_dir);
	sink_free(k);
	return true;
}

void
sinks_run(struct sinks *s, nstime mono)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct sink *k = s->sink[i];

		sink_run(s->policy, k, mono);
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
			queue_line(k, l, text, mono);
	}
	sinks_run(s, mono);
}

nstime
sinks_due(const struct sinks *s)
{
	nstime due = NSTIME_NEVER;

	for (size_t i = 0; i < s->n; i++) {
		nstime one = sink_due(s->sink[i]);

		due = one < due ? one : due;
	}
	return due;
}

size_t
sinks_poll(struct sinks *s, struct pollfd *fds, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n && n < room; i++) {
		const struct sink *k = s->sink[i];
		short events = outlet_events(&k->out, sink_has_work(k));

		if (events)
			fds[n++] = (struct pollfd){ .fd = k->out.fd, .events = events };
	}
	return n;
}

void
sinks_ready(struct sinks *s, int fd)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->sink[i]->out.fd == fd) {
			s->sink[i]->due = NSTIME_ALWAYS;
			s->sink[i]->heard = true;
		}
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

	c.waiting = sink_waiting(s->sink[i]);
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
		n += sink_waiting(s->sink[i]) + (sink_has_gap(s->sink[i]) ? 1 : 0);
	return n;
}

uint64_t
sinks_save(struct sinks *s, nstime mono)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		sink_save(s->sink[i], mono);
		n += sink_in_memory(s->sink[i]);
	}
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
