/* hub.c - see hub.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/coverage_keep.h"
#include "hub/evidence.h"
#include "hub/evidence_skipped.h"
#include "hub/hub.h"
#include "hub/hub_state.h"

#define TICK	   NS_SEC
#define LAST_LINES (2 * NS_SEC) /* how long the sinks are tried at a stop */

/* When workers' records are read again: there is room for some 37,000. */
#define TRAFFIC_SOON  (5 * NS_MSEC)
#define TRAFFIC_LATER (30 * NS_MSEC)

enum { TRAFFIC_MUCH = 256 };

static void
on_note(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	struct hub *h = ctx;

	tell_note(&h->tell, id, fields, msg);
}

static void
on_record(void *ctx, const char *word, const char *fields)
{
	struct hub *h = ctx;
	nstime wall = h->now.wall;

	if (h->ledger)
		ledger_record(
		    h->ledger, word, fields, wall, policy_offset_at(h->tell.policy, wall));
}

static void
on_mismatch(void *ctx, const char *fields)
{
	struct hub *h = ctx;

	tell_note(&h->tell, 9011, fields,
	    tell_pick(&h->tell, "the auditor's own numbers do not add up: its coverage is in doubt",
		"監査器自身の計数が一致しません。監視範囲に疑いがあります"));
}

static void
on_message(void *ctx, unsigned worker, uint64_t before)
{
	struct hub *h = ctx;

	cases_message(h->cases, worker, before);
}

static void
on_finding(void *ctx, const struct policy *p, const struct finding *f)
{
	struct hub *h = ctx;
	const struct finding_kind *kind = finding_kind(f->id);

	if (kind && kind->verdict == VERDICT_UNVERIFIABLE)
		coverage_unverifiable(h->coverage, p, f, h->now);
	cases_add(h->cases, p, f);
}

static void
on_nameless(void *ctx, uint64_t packets)
{
	struct hub *h = ctx;

	h->nameless++;
	cases_named(h->cases, packets);
	coverage_findings(h->coverage, packets, h->now);
	if (__builtin_add_overflow(h->nameless_packets, packets, &h->nameless_packets))
		h->nameless_packets = UINT64_MAX; /* nobody checked the number */
}

static bool
on_traffic(void *ctx, unsigned worker, uint64_t next, uint64_t lost, const struct traffic *t,
    const struct policy *p)
{
	struct hub *h = ctx;

	if (!t)
		digest_refuse(h->digest);
	if (!t || !digest_take(h->digest, worker, next, lost, t, p))
		return false;
	if (p)
		coverage_traffic(h->coverage, p, t, h->now);
	return true;
}

static void
on_iface(void *ctx, const struct msg_iface *m)
{
	struct hub *h = ctx;

	if (!m->open)
		accounts_closed(&h->accounts, m->iface);
	coverage_capture(h->coverage, m, h->now);
}

static void
on_skipped(void *ctx, const struct msg_skipped *m, const uint8_t *bytes)
{
	struct hub *h = ctx;
	char name[EVIDENCE_NAME] = "";
	int r = bytes ? evidence_skipped(h->state_dir, h->tell.run.sid, m, bytes, name) : -m->error;

	if (r == 0 && h->cases)
		evidence_skip(cases_evidence(h->cases), name);
	if (r < 0)
		log_error("no copy is kept in %s/evidence of a frame that worker %u skipped: %s",
		    h->state_dir, m->worker, evidence_error(r));
	coverage_skipped(h->coverage, m, h->now);
	note_skipped(&h->tell, &h->repeat[HUB_SKIPPED + m->worker], m, r, name);
}

static void
on_exhibit(void *ctx, unsigned worker, const struct policy *p, const struct exhibit *x,
    const uint8_t *bytes, size_t size)
{
	struct hub *h = ctx;

	evidence_exhibit(
	    cases_evidence(h->cases), h->tell.policy, p, worker, x, bytes, size, h->now.mono);
}

static void
on_ended(void *ctx, enum role role, unsigned index, enum peer_end why)
{
	struct hub *h = ctx;

	if (role == ROLE_CAPTURE && !h->stop)
		coverage_capture_died(h->coverage, h->now.wall, h->now);
	if (why != PEER_WRONG)
		return; /* the monitor will say how it ended */
	if (role == ROLE_WORKER)
		note_wrong_peer(&h->tell, &h->repeat[HUB_WRONG + index], "worker", index);
	else
		note_wrong_peer(&h->tell, &h->repeat[HUB_WRONG_CAPTURE], "capture", index);
}

static void
on_link(void *ctx, const struct msg_link *link, enum gap_reason why)
{
	struct hub *h = ctx;

	if (!link->present)
		accounts_closed(&h->accounts, link->iface);
	coverage_link(h->coverage, link->iface, link->present && link->up, why, h->now);
	outbox_link(&h->out, link);
}

static void
on_addrs(void *ctx, const struct addr *addrs, uint32_t n)
{
	struct hub *h = ctx;

	outbox_addrs(&h->out, addrs, n);
}

/* An administrator asks for what SIGHUP asks for. */
static void
on_reload(void *ctx)
{
	struct hub *h = ctx;

	h->out.reload_due = true;
}

static struct coverage_extra
extra_of(const struct hub *h)
{
	return (struct coverage_extra){ .open = h->cases ? cases_open(h->cases) : 0,
		.waiting = sinks_waiting(h->sinks),
		.lost = sinks_lost(h->sinks) };
}

static void
say_nameless(struct hub *h, bool last)
{
	uint64_t lost = cases_lost(h->cases);

	if (lost)
		coverage_findings(h->coverage, lost, h->now);
	if (!h->nameless || (!last && !allowance_take(&h->nameless_lines, h->now.mono)))
		return;
	note_nameless(&h->tell, h->nameless, h->nameless_packets);
	h->nameless = h->nameless_packets = 0;
}

/* What happened over and over and found no line yet. */
static void
say_repeats(struct hub *h, bool last)
{
	note_waiting(&h->tell, &h->clock.repeat, last);
	for (unsigned i = 0; i < HUB_REPEATS; i++)
		note_waiting(&h->tell, &h->repeat[i], last);
}

/* Remembers when lines were lost and since when some wait: who asks how the daemon is wants to know
 * that of late only. */
static void
look_at_lines(struct hub *h)
{
	uint64_t lost = extra_of(h).lost;

	if (!sinks_waiting(h->sinks))
		h->view.lines_wait = NSTIME_NEVER;
	else if (h->view.lines_wait == NSTIME_NEVER)
		h->view.lines_wait = h->now.mono;
	if (lost > h->lines_lost)
		h->view.lines_lost_at = h->now.mono;
	h->lines_lost = lost;
}

/* Keeps the hour and the day for the next hub. */
static void
keep_coverage(struct hub *h, bool clean)
{
	int r = coverage_keep(h->coverage, h->state_dir, (uint64_t)getppid(), clean, h->now);

	if (r < 0 && !h->coverage_unkept)
		log_error("%s/coverage cannot be written: after a restart hours and days begin "
			  "anew: %s",
		    h->state_dir, strerror(-r));
	h->coverage_unkept = r < 0;
}

/* What the ledger has to do once a second, and what it found. */
static void
keep_record(struct hub *h)
{
	const struct policy *p = h->tell.policy;

	hub_keep_text(h);
	tally_tick(&h->tally, h->ledger, &h->accounts, p, h->now);
	digest_tick(h->digest, h->ledger, &h->policies, h->now);
	note_missed(&h->tell, &h->missed_lines, h->digest, false);
	ledger_tick(h->ledger, p->ledger_days, h->now.wall, policy_offset_at(p, h->now.wall));
	note_ledger(&h->tell);
	tell_tick(&h->tell);
	if (coverage_keep_due(h->coverage, h->now))
		keep_coverage(h, false);
}

/* Ticks come once a second, or later: before a heartbeat there are two that see it come, and one of
 * them is a second before it. */
static void
expect_notes(struct hub *h, bool last)
{
	bool soon = last || h->beat_due - h->now.mono < 2 * TICK;

	cases_expect(h->cases, soon ? coverage_heartbeat_lines(h->coverage) : 0);
}

static void
tick(struct hub *h)
{
	h->tick_due = h->now.mono + TICK;
	h->out.alive_due = true;
	if (!h->tell.policy)
		return;
	note_clock(&h->tell, &h->clock);
	say_repeats(h, false);
	peers_look(&h->peers, &h->accounts, h->now.mono);
	accounts_check(&h->accounts, h->tell.policy, h->now.mono, on_mismatch, h);
	coverage_tick(h->coverage, &h->accounts, h->now);
	cases_tick(h->cases, &h->accounts);
	note_abandoned(&h->tell);
	say_nameless(h, false);
	control_tick(h->control, h->now.mono);
	look_at_lines(h);
	keep_record(h);
	if (h->now.mono >= h->beat_due) {
		struct coverage_extra x = extra_of(h);

		coverage_heartbeat(h->coverage, &h->accounts, &x, h->now);
		h->beat_due += h->tell.policy->heartbeat;
		if (h->beat_due <= h->now.mono)
			h->beat_due = h->now.mono + h->tell.policy->heartbeat;
	}
	expect_notes(h, false);
}

static void
set_time(struct hub *h)
{
	h->now = (struct moment){ .mono = nstime_mono(), .wall = nstime_now() };
	h->tell.mono = h->now.mono;
	h->tell.wall = h->now.wall;
}

/* Reads what flows have left, and decides when to look again: workers do not call for it. */
static void
read_traffic(struct hub *h)
{
	unsigned n;

	if (h->now.mono < h->traffic_due)
		return;
	h->traffic_due = h->now.mono + TRAFFIC_SOON;
	if (!digest_ready(h->digest))
		return; /* it writes what a killed hub began: looking all the time would not help */
	n = peers_traffic(&h->peers);
	h->traffic_due = h->now.mono + (n == PEERS_TRAFFIC   ? 0 :
					   n >= TRAFFIC_MUCH ? TRAFFIC_SOON :
					   h->stopping	     ? TRAFFIC_SOON :
					   n		     ? TRAFFIC_LATER :
							       TICK);
}

/* Waits until there is something to do, and takes note of who can be written to. */
static void
wait_for(struct hub *h)
{
	struct pollfd fds[2 + SINKS + CONTROL_POLL + PEERS_POLL];
	nstime until = h->tick_due, sinks = sinks_due(h->sinks), netlink = netlink_due(h->netlink);
	nstime control = control_due(h->control);
	size_t n = 2;

	fds[0] = (struct pollfd){ .fd = h->monitor.fd, .events = POLLIN };
	if (h->out.full)
		fds[0].events |= POLLOUT;
	fds[1] = (struct pollfd){ .fd = netlink_fd(h->netlink), .events = POLLIN };
	size_t nsinks = sinks_poll(h->sinks, fds + n, SINKS);
	n += nsinks;
	const struct pollfd *clients = fds + n;
	size_t nclients = control_poll(h->control, fds + n);
	n += nclients;
	if (h->tell.policy)
		n += peers_poll(&h->peers, fds + n);
	if (sinks < until)
		until = sinks;
	if (control < until)
		until = control;
	if (netlink < until && h->tell.policy)
		until = netlink;
	if (h->cases && cases_due(h->cases) < until)
		until = cases_due(h->cases);
	if (h->tell.policy && h->traffic_due < until)
		until = h->traffic_due;
	nstime left = until > h->now.mono ? until - h->now.mono : 0;
	struct timespec ts = { .tv_sec = left / NS_SEC, .tv_nsec = left % NS_SEC };
	if (ppoll(fds, n, &ts, NULL) <= 0)
		return;
	if (fds[0].revents & POLLOUT)
		h->out.full = false;
	for (size_t i = 2; i < 2 + nsinks; i++)
		if (fds[i].revents)
			sinks_ready(h->sinks, fds[i].fd);
	control_polled(h->control, clients, nclients);
}

static int
loop(struct hub *h)
{
	int r = 0;

	while (!h->stop && r == 0) {
		wait_for(h);
		set_time(h);
		r = hub_hear(h);
		if (h->tell.policy) {
			peers_read(&h->peers);
			read_traffic(h);
			(void)peers_exhibits(&h->peers); /* the rest in the next turn */
			if (netlink_read(h->netlink, h->now.mono) ||
			    netlink_tick(h->netlink, h->now.mono))
				coverage_overrun(h->coverage, h->now);
			cases_run(h->cases);
		}
		if (h->now.mono >= h->tick_due)
			tick(h);
		control_run(h->control, h->now.mono);
		if (outbox_send(&h->out, &h->monitor) < 0)
			h->orphan = h->stop = true;
		sinks_run(h->sinks, h->now.mono);
	}
	return r;
}

/* The last words: what the others still said, the sums, and a short time for the sinks. */
static void
finish(struct hub *h)
{
	if (!h->tell.policy)
		return;
	set_time(h);
	coverage_stopping(h->coverage, h->now);
	peers_drain(&h->peers);
	say_nameless(h, true);
	peers_look(&h->peers, &h->accounts, h->now.mono);
	accounts_check_ended(&h->accounts, h->tell.policy, on_mismatch, h);
	expect_notes(h, true);
	cases_stop(h->cases, &h->accounts);
	say_repeats(h, true);
	struct coverage_extra x = extra_of(h);
	coverage_stopped(h->coverage, &h->accounts, &x, h->now);
	keep_coverage(h, true);
	tally_end(&h->tally, h->ledger, &h->accounts, h->tell.policy, h->now);
	digest_end(h->digest, h->ledger, &h->policies, h->now);
	note_missed(&h->tell, &h->missed_lines, h->digest, true);
	tell_checkpoint(&h->tell, LEDGER_STOP);

	nstime end = h->now.mono + LAST_LINES;
	for (;;) {
		struct pollfd fds[SINKS];

		sinks_run(h->sinks, h->now.mono);
		if (!sinks_waiting(h->sinks) || h->now.mono >= end)
			break;
		nstime until = h->now.mono + 50 * NS_MSEC, due = sinks_due(h->sinks);
		until = due < h->now.mono ? h->now.mono : due < until ? due : until;
		struct timespec ts = { .tv_nsec = until - h->now.mono };
		size_t n = sinks_poll(h->sinks, fds, SINKS);

		if (ppoll(fds, n, &ts, NULL) > 0)
			for (size_t i = 0; i < n; i++)
				if (fds[i].revents)
					sinks_ready(h->sinks, fds[i].fd);
		set_time(h);
	}
	uint64_t left = sinks_save(h->sinks, h->now.mono);
	if (left)
		log_error(
		    "%llu lines could not be delivered before the stop", (unsigned long long)left);
}

static int
start(struct hub *h, int keep_fd)
{
	uint32_t id;

	if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
		return -EIO;
	h->sinks = sinks_new("segauditd", getpid());
	h->netlink = netlink_new(on_link, on_addrs, h);
	if (!h->sinks || !h->netlink)
		return -ENOMEM;
	tell_init(&h->tell, h->sinks, id);
	set_time(h);
	h->coverage = coverage_new(
	    h->now, &(struct coverage_calls){ .say = on_note, .record = on_record, .ctx = h });
	h->control = control_new(&h->view, on_reload, h);
	h->digest = digest_new(keep_fd);
	if (!h->coverage || !h->control || !h->digest)
		return -ENOMEM;
	h->tell.heard = control_heard;
	h->tell.heard_ctx = h->control;
	h->view = (struct control_view){ .version = h->version,
		.restarts = h->restarts,
		.tell = &h->tell,
		.sinks = h->sinks,
		.coverage = h->coverage,
		.accounts = &h->accounts,
		.peers = &h->peers,
		.digest = h->digest,
		.lines_lost_at = NSTIME_ALWAYS,
		.lines_wait = NSTIME_NEVER };
	h->clock.offset = h->now.wall - h->now.mono;
	h->tick_due = h->now.mono + TICK;
	h->calls = (struct peers_calls){ .message = on_message,
		.finding = on_finding,
		.nameless = on_nameless,
		.traffic = on_traffic,
		.iface = on_iface,
		.skipped = on_skipped,
		.exhibit = on_exhibit,
		.ended = on_ended,
		.ctx = h };
	peers_init(&h->peers, &h->policies, &h->calls);
	return 0;
}

struct hub_bytes
hub_bytes(void)
{
	struct cases_bytes c = cases_bytes();
	struct hub_bytes b = { .incidents = c.incidents,
		.evidence = c.evidence,
		.coverage = coverage_bytes(),
		.ledger = ledger_bytes() + digest_bytes(),
		.others = sizeof(struct hub) + c.others + control_bytes() };

	b.total = b.incidents + b.evidence + b.coverage + b.ledger + b.others;
	return b;
}

int
hub_run(int control_fd, int keep_fd, const struct role_args *args, const char *version)
{
	struct hub *h = calloc(1, sizeof *h);
	int r;

	if (!h)
		return EX_UNAVAILABLE;
	/* The monitor alone hears the administrator; a reader of standard error may go away. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	h->monitor = (struct chan){ .fd = control_fd, .self = ROLE_HUB, .peer = ROLE_MONITOR };
	h->version = version;
	h->text_fd = -1;
	h->restarts = args->restarts;
	r = start(h, keep_fd);
	if (r == 0)
		r = loop(h);
	if (r == 0)
		finish(h);
	else
		log_error("%s", strerror(-r));
	bool orphan = h->orphan;
	control_free(h->control);
	peers_fini(&h->peers);
	cases_free(h->cases);
	netlink_free(h->netlink);
	coverage_free(h->coverage);
	digest_free(h->digest);
	if (h->text_fd >= 0)
		close(h->text_fd);
	sinks_free(h->sinks);
	ledger_close(h->ledger);
	generations_fini(&h->policies);
	free(h);
	return r < 0 ? EX_SOFTWARE : orphan ? EX_UNAVAILABLE : 0;
}
