/* hub_hear.c - what the monitor tells the hub: policies, the other roles, what happened to the
 * daemon. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/coverage_keep.h"
#include "hub/hub_state.h"

static int
open_ledger(struct hub *h, const struct policy *p)
{
	nstime wall = h->now.wall;

	(void)snprintf(h->state_dir, sizeof h->state_dir, "%s",
	    policy_text(p, p->state_dir)); /* the configuration allows no longer one */
	h->ledger = ledger_open(h->state_dir, h->tell.run.sid, wall, policy_offset_at(p, wall));
	h->tell.ledger = h->ledger;
	return h->ledger ? 0 : -ENOMEM;
}

static void
take_up_coverage(struct hub *h)
{
	bool again = h->restarts > 0;
	int r = coverage_load(h->coverage, h->state_dir, (uint64_t)getppid(), again, h->now);

	if (r < 0 && r != -ENOENT)
		log_error("%s/coverage cannot be used: hours and days begin anew: %s", h->state_dir,
		    r == -EBADMSG ? "it is broken, of another version or from the future" :
				    strerror(-r));
}

/* The text of the policy that comes next. */
static void
take_text(struct hub *h, const struct msg_policy *m, int fd)
{
	if (h->text_fd >= 0)
		close(h->text_fd);
	h->text = *m;
	h->text_fd = fd;
}

void
hub_keep_text(struct hub *h)
{
	const struct policy *p = h->tell.policy;

	if (h->text_fd < 0 || h->text.generation > p->generation)
		return;
	if (h->text.generation < p->generation ||
	    !ledger_policy(h->ledger, p->generation, h->text_fd, h->text.size, h->now.wall,
		policy_offset_at(p, h->now.wall)))
		log_error("the text of policy generation %u cannot be kept", p->generation);
	close(h->text_fd);
	h->text_fd = -1;
}

static int
take_policy(struct hub *h, const struct msg_policy *m, int fd)
{
	bool first = h->policies.n == 0;

	if (!first) { /* the hour may end here: what was lost in it is known then */
		peers_look(&h->peers, &h->accounts, h->now.mono);
		coverage_tick(h->coverage, &h->accounts, h->now);
	}
	int r = generations_map(&h->policies, fd, m->size);
	const struct policy *p = generations_newest(&h->policies);
	if (r < 0 || !p || p->generation != m->generation) {
		log_error("policy generation %u cannot be used: %s", m->generation,
		    strerror(r < 0 ? -r : EINVAL));
		return -EPROTO;
	}
	h->tell.policy = p;
	if (first && open_ledger(h, p) < 0)
		return -ENOMEM;
	uint32_t refused = sinks_set(h->sinks, p, h->now.mono);
	coverage_policy(h->coverage, p, first ? GAP_START : GAP_RELOAD, h->now);
	if (first) {
		take_up_coverage(h);
		h->cases = cases_new(&h->tell, h->state_dir, h->version, h->restarts);
		if (!h->cases)
			return -ENOMEM;
		if (h->restarts)
			tell_begin(&h->tell);
		h->view.incidents = cases_incidents(h->cases);
		(void)control_open(h->control, policy_text(p, p->run_dir)); /* it tries again */
	} else {
		cases_policy(h->cases);
		digest_reload(h->digest);
	}
	if (first || h->beat_due > h->now.mono + p->heartbeat)
		h->beat_due = h->now.mono + p->heartbeat;
	if (refused)
		log_error(
		    "%u log targets could not be taken: at most %d are possible", refused, SINKS);
	netlink_watch(h->netlink, p);
	r = netlink_open(h->netlink, h->now.mono);
	if (r < 0)
		log_error("netlink: %s: interfaces are not followed until it works", strerror(-r));
	outbox_ready(&h->out, p->generation);
	return 0;
}

static void
take_notice(struct hub *h, const struct msg_notice *m)
{
	hub_keep_text(h);
	switch ((enum notice)m->notice) {
	case NOTICE_STARTED:
		note_sizes(&h->tell, NULL, 9002, h->version,
		    tell_pick(&h->tell, "the auditor started: what happened before is not known",
			"監査を開始しました。これ以前の通信は不明です"));
		tell_begin(&h->tell);
		tell_notices(&h->tell, NULL);
		break;
	case NOTICE_STOPPING:
		h->stopping = true;
		h->traffic_due = h->now.mono; /* all flows end soon, and leave their records */
		coverage_stopping(h->coverage, h->now);
		break;
	case NOTICE_RELOADED:
		note_sizes(&h->tell, &h->repeat[HUB_RELOADED], 8001, h->version,
		    tell_pick(&h->tell, "the configuration was read again and is in force",
			"設定を再読込みし、適用しました"));
		tell_notices(&h->tell, generations_before(&h->policies));
		control_reloaded(h->control, true, NULL);
		break;
	case NOTICE_RELOAD_REFUSED:
		sinks_reopen(h->sinks); /* SIGHUP is also how a log rotation calls */
		note_refused(
		    &h->tell, &h->repeat[HUB_REFUSED], m->text, strnlen(m->text, sizeof m->text));
		control_reloaded(h->control, false, m->text);
		break;
	}
}

/* A hub that was started again was not told what capture had opened before, nor closed: what was
 * unread then it takes for such. */
static void
take_open(struct hub *h)
{
	const struct capture_shm *shm = h->peers.capture.shm;

	for (uint16_t i = 0; i < POLICY_IFACES; i++) {
		nstime since =
		    atomic_load_explicit(&shm->iface[i].open_since, memory_order_relaxed);
		struct msg_iface m = {
			.iface = i, .open = true, .reason = GAP_RESTART, .time = since
		};

		accounts_closed(&h->accounts, i);
		if (since != NSTIME_NEVER && since != 0)
			coverage_capture(h->coverage, &m, h->now);
	}
}

static void
take_peer(struct hub *h, const struct msg_peer *m, int fds[CHAN_FDS])
{
	int r = peers_add(&h->peers, m, fds);

	if (r < 0) {
		log_error("a channel of role %u cannot be used: %s", m->role, strerror(-r));
		return;
	}
	if (m->role == ROLE_WORKER)
		peers_want(&h->peers, m->index, digest_next(h->digest, m->index));
	if (m->role == ROLE_CAPTURE && m->restarts)
		accounts_capture_restarted(&h->accounts);
	if (m->role == ROLE_CAPTURE && h->restarts && !m->died)
		take_open(h);
	if (!m->died || !h->tell.policy)
		return;
	if (m->role == ROLE_CAPTURE)
		coverage_capture_died(h->coverage, m->died, h->now);
	else
		note_crash(&h->tell, &h->repeat[HUB_CRASH + m->index], m,
		    h->peers.worker[m->index].control);
}

/* One message of the monitor. 0 or -errno, which ends the hub. */
static int
take_message(struct hub *h, int type, const union msg_any *m, int fds[CHAN_FDS])
{
	int r = 0;

	if (type == MSG_POLICY) {
		r = take_policy(h, &m->m_POLICY, fds[0]);
		close(fds[0]);
	} else if (type == MSG_POLICY_TEXT) {
		take_text(h, &m->m_POLICY_TEXT, fds[0]);
	} else if (type == MSG_STOP) {
		h->stop = true;
	} else if (type == MSG_PEER) {
		take_peer(h, &m->m_PEER, fds);
	} else if (type == MSG_NOTICE && h->tell.policy) {
		take_notice(h, &m->m_NOTICE);
	}
	return r;
}

int
hub_hear(struct hub *h)
{
	union msg_any m;
	int fds[CHAN_FDS], r = 0;

	while (!h->stop && r == 0) {
		int type = chan_receive(&h->monitor, &m, fds);

		if (type == 0)
			return 0;
		if (type == -EPIPE)
			h->orphan = h->stop = true;
		else
			r = type < 0 ? type : take_message(h, type, &m, fds);
	}
	return r;
}
