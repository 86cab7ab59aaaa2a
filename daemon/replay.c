#include "replay.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "capture/savefile.h"
#include "hub/line.h"
#include "worker/worker.h"

enum {
	INCIDENTS = 1 << 16, /* open at once */
	EXIT_VIOLATION = 1,
	EXIT_TRUNCATED = 2,
};

/* The same input gives the same output: nothing is random here. */
#define REPLAY_SEED UINT64_C(0x7365676175646974)

/* A batch spans less time than anything that is said after a while. */
#define BATCH_SPAN NS_SEC

struct source {
	struct savefile *file;
	const char *name;
	uint16_t iface;	      /* as the user said */
	uint32_t description; /* of the newest frame */
	uint16_t mapped;      /* the interface of frames of that description */
	bool by_name; /* the file's interfaces have different names: those that the policy knows are
			 taken */
	bool ready;   /* `next` holds a frame */
	struct frame next;
};

struct replay {
	const struct replay_options *options;
	const struct policy *policy;
	struct source *source;
	struct net net;
	struct worker *worker;
	struct incidents *incidents;
	uint64_t (*mails)[TRAFFIC_MAILS]; /* messages, or sessions, by conduit */
	struct frame batch[WORKER_BATCH];
	unsigned nbatch;
	nstime due; /* of the incidents, after the last batch */
	uint64_t seq;
	uint64_t gaps, lost;
	bool violation; /* one was said */
};

static void
print(const struct text *t)
{
	(void)fwrite(t->at, 1, t->len, stdout); /* a full disk shows when stdout is closed */
	(void)fputc('\n', stdout);
}

static void
say(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	struct replay *r = ctx;
	char line[2 * LINE_MAX_BYTES];
	struct text t = text_of(line, sizeof line);
	const struct finding_kind *kind = finding_kind(i->f.id);
	uint8_t severity;

	if (kind && kind->verdict == VERDICT_VIOLATION)
		r->violation = true;
	if (r->options->json)
		line_incident_json(&t, r->policy, state, i, added, NULL);
	else
		line_incident(&t, r->policy, state, i, added, NULL, &severity);
	print(&t);
}

static bool
take_finding(void *ctx, const struct finding *f)
{
	struct replay *r = ctx;

	assert(finding_valid(f, r->policy));
	incident_add(r->incidents, r->policy, f);
	return true;
}

static void
judge_batch(struct replay *r)
{
	if (r->nbatch)
		worker_judge(r->worker, r->batch, r->nbatch);
	r->nbatch = 0;
	r->due = incidents_due(r->incidents);
}

/* The rest of a file cannot be read: a gap, said where the time has come to. */
static void
say_gap(struct replay *r, const struct source *s)
{
	char fields[512], line[2 * LINE_MAX_BYTES], msg[256];
	struct text f = text_of(fields, sizeof fields), t = text_of(line, sizeof line),
		    m = text_of(msg, sizeof msg);
	const char *in = policy_iface(r->policy, s->iface)->name;
	uint8_t severity;

	r->gaps++;
	r->lost++;
	log_error("%s: %s", s->name, savefile_error(s->file));
	text_pair(&f, "what", "truncated", strlen("truncated"));
	text_pair(&f, "in", in, strlen(in));
	text_pair_within(&f, "file", s->name, strlen(s->name), 300);
	text_add(&f, " bytes=%llu", (unsigned long long)savefile_lost(s->file));
	text_string(
	    &m, r->policy->japanese ?
		    "キャプチャファイルの残りを読み取れず、その内容は判定していません" :
		    "The rest of a capture file cannot be read; what it holds was not judged");
	if (r->options->json)
		line_note_json(&t, 9004, fields, msg, NULL);
	else
		line_note(&t, 9004, fields, msg, NULL, &severity);
	print(&t);
}

/* A frame of another description than the one before: it may bring the interface's own MAC, or a
 * name that says whose traffic it is. */
static void
learn(struct replay *r, struct source *s, uint32_t description)
{
	const struct savefile_iface *d = savefile_iface(s->file, description);
	struct net_iface *i;
	int known;

	s->description = description;
	s->mapped = s->iface;
	for (uint32_t n = 0; n < savefile_ifaces(s->file); n++) {
		const struct savefile_iface *other = savefile_iface(s->file, n);

		if (d->name[0] && other->name[0] && strcmp(d->name, other->name) != 0)
			s->by_name = true;
	}
	known = s->by_name ? policy_iface_named(r->policy, d->name) : POLICY_NONE;
	if (known != POLICY_NONE) {
		s->mapped = (uint16_t)known;
		r->net.iface[known].open_since = NSTIME_ALWAYS;
	}
	i = &r->net.iface[s->mapped];
	if (d->has_mac && !i->has_mac) {
		i->mac = d->mac;
		i->has_mac = true;
		judge_batch(r); /* what came before is judged as it was known then */
		worker_net(r->worker, &r->net);
	}
}

/* Makes the next frame of a source ready, if it has one. 0, or -errno. */
static inline int
advance(struct replay *r, struct source *s)
{
	uint32_t description;
	enum savefile_result result;
	int error = 0;

	while (
	    (result = savefile_next(s->file, &s->next, &description)) == SAVEFILE_MORE && !error) {
		judge_batch(r); /* its bytes go */
		error = savefile_fill(s->file);
	}
	s->ready = result == SAVEFILE_FRAME;
	if (s->ready) {
		if (description != s->description)
			learn(r, s, description);
		s->next.iface = s->mapped;
	} else if (result == SAVEFILE_BAD) {
		judge_batch(r);
		say_gap(r, s);
	}
	return error;
}

/* Lets time pass to T: all that is due before it is said, in its order. */
static void
pass_time(struct replay *r, nstime t)
{
	judge_batch(r);
	while (r->due <= t) {
		worker_tick(r->worker, r->due);
		worker_flush(r->worker);
		incidents_tick(r->incidents, r->due);
		r->due = incidents_due(r->incidents);
	}
}

/* The source whose next frame is the oldest; of equals the first as given. Its frames come before
 * those of all others as long as they are not newer than *UNTIL. NULL at the end of all. */
static struct source *
oldest(struct replay *r, nstime *until)
{
	struct source *first = NULL;

	*until = NSTIME_NEVER;
	for (unsigned i = 0; i < r->options->nsources; i++) {
		struct source *s = &r->source[i];

		if (!s->ready)
			continue;
		if (first && s->next.time >= first->next.time) {
			if (s->next.time < *until)
				*until = s->next.time;
			continue;
		}
		if (first)
			*until = first->next.time - 1;
		first = s;
	}
	return first;
}

/* Judges the frames of a source as long as they are not newer than UNTIL. 0, or -errno. */
static int
take(struct replay *r, struct source *s, nstime until)
{
	int error = 0;

	while (!error && s->ready && s->next.time <= until) {
		nstime t = s->next.time;

		if (t >= r->due || (r->nbatch && t - r->batch[0].time > BATCH_SPAN))
			pass_time(r, t);
		r->batch[r->nbatch] = s->next;
		r->batch[r->nbatch++].seq = ++r->seq;
		if (r->nbatch == WORKER_BATCH)
			judge_batch(r);
		error = advance(r, s);
	}
	return error;
}

static int
judge_all(struct replay *r)
{
	struct source *s;
	nstime until;
	int error = 0;

	for (unsigned i = 0; i < r->options->nsources && !error; i++)
		error = advance(r, &r->source[i]);
	while (!error && (s = oldest(r, &until)) != NULL)
		error = take(r, s, until);
	judge_batch(r);
	worker_finish(r->worker);
	incidents_close_all(r->incidents);
	return error;
}

static const char *
zone_name(const struct policy *p, uint8_t zone)
{
	return zone ? policy_zone_id(p, zone) : "?";
}

/* What became of the messages of each conduit that is for mail, of the sessions of one for screens.
 */
static void
print_mails(const struct replay *r)
{
	for (uint32_t i = 0; i < r->policy->nconduits; i++) {
		const uint64_t *n = r->mails[i];
		bool screen = policy_conduit(r->policy, i)->require == REQUIRE_SCREEN;
		char bytes[160];
		struct text judged = text_of(bytes, sizeof bytes);

		if (traffic_judged(n) == 0)
			continue;
		traffic_mails_text(&judged, n, screen);
		fprintf(stderr, "%s %s %s=%llu%s\n", screen ? "screen" : "mail",
		    policy_conduit_id(r->policy, i), screen ? "sessions" : "messages",
		    (unsigned long long)traffic_judged(n), bytes);
	}
}

static void
print_summary(struct replay *r)
{
	const uint64_t *c = worker_counters(r->worker);
	const struct policy *p = r->policy;

	fprintf(stderr, "summary");
#define SHOW(name) fprintf(stderr, " " #name "=%llu", (unsigned long long)c[COUNTER_##name])
	SHOW(frames);
	SHOW(packets);
	SHOW(judged);
	SHOW(not_judged);
	SHOW(undecodable);
	SHOW(flows);
	SHOW(conforming);
	SHOW(violations);
	SHOW(suspected);
	SHOW(unverifiable);
#undef SHOW
	fprintf(stderr, " gaps=%llu lost=%llu\n", (unsigned long long)r->gaps,
	    (unsigned long long)r->lost);
	for (uint32_t from = 0; from <= p->nzones; from++) {
		for (uint32_t to = 0; to <= p->nzones; to++) {
			struct pair_counters n = worker_pair(r->worker, (uint8_t)from, (uint8_t)to);

			if (n.flows == 0)
				continue;
			fprintf(stderr,
			    "pair %s>%s flows=%llu packets=%llu bytes=%llu conforming=%llu"
			    " violations=%llu suspected=%llu unverifiable=%llu\n",
			    zone_name(p, (uint8_t)from), zone_name(p, (uint8_t)to),
			    (unsigned long long)n.flows, (unsigned long long)n.packets,
			    (unsigned long long)n.bytes, (unsigned long long)n.conforming,
			    (unsigned long long)n.violations, (unsigned long long)n.suspected,
			    (unsigned long long)n.unverifiable);
		}
	}
	print_mails(r);
}

/* What live capture learns from the kernel comes from the configuration here. */
static void
fill_net(struct replay *r)
{
	const struct policy *p = r->policy;
	const struct addr *own = policy_at(p, p->gateway);

	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		r->net.iface[i].open_since = NSTIME_NEVER;
		r->net.iface[i].lost_at = NSTIME_ALWAYS;
		if (i < p->nifaces && policy_iface(p, i)->has_mac) {
			r->net.iface[i].mac = policy_iface(p, i)->mac;
			r->net.iface[i].has_mac = true;
		}
	}
	for (unsigned i = 0; i < r->options->nsources; i++)
		r->net.iface[r->options->source[i].iface].open_since = NSTIME_ALWAYS;
	r->net.addrs_known = p->ngateway > 0;
	for (uint32_t i = 0; i < p->ngateway && i < NET_ADDRS; i++)
		r->net.addr[r->net.naddrs++] = own[i];
}

static int
open_sources(struct replay *r)
{
	for (unsigned i = 0; i < r->options->nsources; i++) {
		struct source *s = &r->source[i];
		const char *what = NULL;
		int error;

		s->name = r->options->source[i].file;
		s->iface = r->options->source[i].iface;
		s->description = UINT32_MAX;
		error = savefile_open(s->name, &s->file, &what);
		if (error) {
			log_error(
			    "%s: %s", s->name, error == -EBADMSG && what ? what : strerror(-error));
			return error == -EBADMSG ? EXIT_TRUNCATED : EX_NOINPUT;
		}
	}
	return 0;
}

static int
prepare(struct replay *r)
{
	struct hash_key key;
	int error, status = open_sources(r);

	if (status)
		return status;
	hash_key_init(&key, REPLAY_SEED);
	fill_net(r);
	r->incidents = incidents_new(INCIDENTS, &key, r->policy->quiet_after, say, r);
	r->worker = worker_new(r->policy, &r->net, &key, -1, take_finding, r, &error);
	r->mails = calloc((size_t)r->policy->nconduits + 1, sizeof *r->mails);
	if (!r->worker || !r->incidents || !r->mails) {
		log_error(
		    "no memory for %u flows: lower `flows` in the configuration", r->policy->flows);
		return EX_UNAVAILABLE;
	}
	worker_mails(r->worker, r->mails);
	return 0;
}

int
replay_run(const struct replay_options *o)
{
	struct replay *r = calloc(1, sizeof *r);
	int status, error;

	if (!r || !(r->source = calloc(o->nsources, sizeof *r->source))) {
		free(r);
		return EX_UNAVAILABLE;
	}
	r->options = o;
	r->policy = o->policy;
	r->due = NSTIME_NEVER;
	status = prepare(r);
	if (status == 0) {
		nstime start = nstime_mono();

		error = judge_all(r);
		log_debug("replay: %llu frames in %.6f s", (unsigned long long)r->seq,
		    (double)(nstime_mono() - start) / (double)NS_SEC);
		if (error)
			log_error("reading a capture: %s", strerror(-error));
		fflush(stdout);
		print_summary(r);
		status = error				      ? EX_NOINPUT :
			 r->gaps			      ? EXIT_TRUNCATED :
			 o->exit_on_violation && r->violation ? EXIT_VIOLATION :
								0;
		if (ferror(stdout) || fflush(stdout) != 0)
			status = EX_UNAVAILABLE;
	}
	for (unsigned i = 0; i < o->nsources; i++)
		if (r->source[i].file)
			savefile_close(r->source[i].file);
	worker_free(r->worker);
	incidents_free(r->incidents);
	free(r->mails);
	free(r->source);
	free(r);
	return status;
}
