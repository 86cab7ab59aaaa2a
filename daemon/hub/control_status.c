/* control_status.c - see control_answer.h: the answer to `status`: how the daemon is, what its
 * roles, interfaces and log targets do.
 */
#include <stdarg.h>
#include <stdio.h>

#include "hub/control_answer.h"

/* What is not as it should be, each part once, with "; " between them. */
struct complaint {
	struct text t;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct complaint *c, const char *format, ...)
{
	char bytes[128];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(bytes, sizeof bytes, format, args);
	va_end(args);
	if (n > 0)
		text_add(&c->t, "%s%s", c->t.len ? "; " : "", bytes);
}

static void
look_at_roles(const struct control_view *v, struct complaint *c)
{
	if (v->peers->capture.chan.fd < 0)
		complain(c, "capture is not running");
	for (unsigned i = 0; i < v->tell->policy->workers && i < ROLE_WORKERS; i++)
		if (v->peers->worker[i].chan.fd < 0)
			complain(c, "worker %u is not running", i);
}

static void
look_at_interfaces(const struct control_view *v, struct complaint *c)
{
	struct coverage_iface f;

	for (size_t i = 0; i < POLICY_IFACES; i++) {
		if (!coverage_iface(v->coverage, v->accounts, i, v->tell->mono, &f))
			continue;
		const char *why = "";
		for (unsigned r = 0; r < GAP_REASONS; r++)
			if (f.reasons & 1u << r)
				why = gap_word((enum gap_reason)r);
		if (f.blind)
			complain(c, "%s is not watched%s%s", f.name, *why ? ": " : "", why);
		if (f.losing)
			complain(c, "%s loses packets", f.name);
	}
	if (coverage_losing(v->coverage))
		complain(c, "flows or frames are given up");
}

static void
look_at_sinks(const struct control_view *v, struct complaint *c)
{
	bool long_wait =
	    v->lines_wait != NSTIME_NEVER && v->tell->mono - v->lines_wait >= CONTROL_WAIT_LONG;

	for (size_t i = 0; i < sinks_size(v->sinks); i++) {
		const struct outlet *o = sinks_outlet(v->sinks, i);
		struct sink_count n = sinks_count(v->sinks, i);

		if (n.waiting && (!outlet_is_open(o) || long_wait))
			complain(c, "%s %s %s: %llu lines wait", outlet_name(o->target), o->path,
			    outlet_is_open(o) ? "takes no lines" : "is not there",
			    (unsigned long long)n.waiting);
	}
	if (v->lines_lost_at != NSTIME_ALWAYS &&
	    v->tell->mono - v->lines_lost_at < CONTROL_LOST_LONG)
		complain(c, "lines were lost");
}

static void
look_at_accounts(const struct control_view *v, struct complaint *c)
{
	for (unsigned i = 0; i < ACCOUNT_KINDS; i++)
		if (v->accounts->said[i]) {
			complain(c, "the auditor's own numbers do not add up");
			return;
		}
}

static void
add_time(struct text *t, const struct policy *p, const char *key, nstime wall)
{
	char at[NSTIME_TEXT];

	text_add(t, " %s=%s", key, nstime_text(at, wall, policy_offset_at(p, wall)));
}

static void
add_verdict(const struct control_view *v, struct text *t)
{
	char why[512];
	struct complaint c = { .t = text_of(why, sizeof why) };

	look_at_roles(v, &c);
	look_at_interfaces(v, &c);
	look_at_sinks(v, &c);
	look_at_accounts(v, &c);
	text_string(t, c.t.len ? " verdict=degraded" : " verdict=ok");
	if (c.t.len)
		text_pair(t, "why", why, c.t.len);
}

static void
add_counters(const struct control_view *v, struct text *t)
{
	uint64_t drops = 0, ring_full = 0, unread = 0;
	unsigned n = 0, watching = 0;
	struct coverage_iface f;

	for (size_t i = 0; i < POLICY_IFACES; i++)
		if (coverage_iface(v->coverage, v->accounts, i, v->tell->mono, &f)) {
			n++;
			watching += !f.blind;
			drops += f.count.kernel_drops + f.count.nic_drops;
			ring_full += f.count.ring_full;
			unread += f.count.unread;
		}
	text_add(t, " interfaces=%u watching=%u", n, watching);
	for (unsigned i = 0; i < COUNTERS; i++)
		text_add(t, " %s=%llu", counter_name((enum counter)i),
		    (unsigned long long)accounts_total(v->accounts, (enum counter)i));
	text_add(t, " drops=%llu ring_full=%llu unread=%llu backlog=%llu",
	    (unsigned long long)drops, (unsigned long long)ring_full, (unsigned long long)unread,
	    (unsigned long long)accounts_backlog(v->accounts));
}

enum { SEVERITIES = 8 };

static void
count_severity(void *ctx, const struct incident *i)
{
	uint32_t *n = ctx;

	n[incident_severity(i) % SEVERITIES]++;
}

static void
add_incidents(const struct control_view *v, struct text *t)
{
	uint32_t n[SEVERITIES] = { 0 };

	incidents_each(v->incidents, count_severity, n);
	text_add(t, " incidents=%u", incidents_open(v->incidents));
	for (uint8_t i = 0; i < SEVERITIES; i++)
		if (severity_word(i))
			text_add(t, " %s=%u", severity_word(i), n[i]);
}

static void
daemon_record(const struct control_view *v, struct text *t)
{
	const struct policy *p = v->tell->policy;
	nstime mono, since = coverage_started(v->coverage, &mono);
	uint64_t lost = 0;
	char s[32];

	text_add(t, "status sid=%s", v->tell->run.sid);
	add_verdict(v, t);
	text_pair(t, "version", v->version, strlen(v->version));
	text_add(t, " gen=%u language=%s", p->generation, p->japanese ? "ja" : "en");
	add_time(t, p, "since", since);
	text_add(t, " uptime=%s", seconds_text(s, v->tell->mono - mono));
	add_time(t, p, "time", v->tell->wall);
	text_pair(t, "organisation", policy_text(p, p->organisation),
	    strlen(policy_text(p, p->organisation)));
	text_add(t, " zones=%u conduits=%u", p->nzones, p->nconduits);
	add_counters(v, t);
	add_incidents(v, t);
	for (size_t i = 0; i < sinks_size(v->sinks); i++)
		lost += sinks_count(v->sinks, i).lost;
	text_add(t, " seq=%llu lines_waiting=%llu lines_lost=%llu",
	    (unsigned long long)v->tell->run.seq, (unsigned long long)sinks_waiting(v->sinks),
	    (unsigned long long)lost);
}

/* hub, capture, then the workers. */
static void
role_record(const struct control_view *v, unsigned number, struct text *t)
{
	const struct peers *peers = v->peers;

	if (number == 0) {
		text_add(t, "role role=hub running=yes restarts=%u", v->restarts);
	} else if (number == 1) {
		text_add(t, "role role=capture running=%s restarts=%u",
		    peers->capture.chan.fd < 0 ? "no" : "yes", peers->capture.restarts);
	} else {
		const struct peer *w = &peers->worker[number - 2];
		const struct worker_sample *a = &v->accounts->worker[number - 2];

		text_add(t, "role role=worker worker=%u running=%s restarts=%u", number - 2,
		    w->chan.fd < 0 ? "no" : "yes", w->restarts);
		text_add(t, " gen=%u frames=%llu backlog=%llu", a->generation,
		    (unsigned long long)a->count[COUNTER_frames],
		    (unsigned long long)(a->published > a->released ? a->published - a->released :
								      0));
	}
}

static void
sink_record(const struct control_view *v, size_t i, struct text *t)
{
	const struct outlet *o = sinks_outlet(v->sinks, i);
	struct sink_count n = sinks_count(v->sinks, i);

	text_add(t, "sink target=%s", outlet_name(o->target));
	if (o->path[0])
		text_pair(t, "path", o->path, strlen(o->path));
	text_add(t, " open=%s sent=%llu lost=%llu waiting=%llu", outlet_is_open(o) ? "yes" : "no",
	    (unsigned long long)n.sent, (unsigned long long)n.lost, (unsigned long long)n.waiting);
}

bool
control_status(const struct control_view *v, uint64_t at, struct text *t)
{
	unsigned workers = v->tell->policy->workers;

	if (workers > ROLE_WORKERS)
		workers = ROLE_WORKERS;
	if (at == 0) {
		daemon_record(v, t);
		return true;
	}
	at--;
	if (at < 2 + workers) {
		role_record(v, (unsigned)at, t);
		return true;
	}
	at -= 2 + workers;
	if (at >= sinks_size(v->sinks))
		return false;
	sink_record(v, (size_t)at, t);
	return true;
}
