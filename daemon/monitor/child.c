/* child.c - see child.h. */
#include "monitor/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define CRASH_SPAN  NS_MIN
#define CRASH_PAUSE NS_SEC
#define START_PAUSE NS_SEC /* after a fork that failed */

void
child_init(struct child *c, enum role role, unsigned index)
{
	memset(c, 0, sizeof *c);
	c->role = role;
	c->index = index;
	c->name = role == ROLE_HUB ? "hub" : role == ROLE_CAPTURE ? "capture" : "worker";
	c->control = (struct chan){ .fd = -1, .self = ROLE_MONITOR, .peer = role };
	c->hub_end = -1;
}

/* Everything is news to a process that just started. Links and addresses come before the policy:
 * the first policy sets it to work. */
static void
everything_is_new(struct child *c, const struct news *news)
{
	c->send_policy = true;
	c->send_links = c->role == ROLE_HUB ? 0 : news->links;
	c->send_addrs = c->role == ROLE_WORKER ? news->naddrs : 0;
	c->send_peer = c->role != ROLE_HUB;
	c->send_stop = c->stop_sent = false;
	c->ready = 0;
}

/* The descriptors behind the channels. */
static unsigned
role_fds(const struct child *c, const struct shared *shared, int fds[SHARED_FDS])
{
	if (c->role == ROLE_WORKER)
		return shared_of_worker(shared, c->index, fds);
	return c->role == ROLE_CAPTURE ? shared_of_capture(shared, fds) :
					 shared_of_hub(shared, fds);
}

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

int
child_start(struct child *c, const struct spawn *s, const struct shared *shared,
    const struct news *news, nstime mono)
{
	struct role_args args = {
		.number = c->role == ROLE_CAPTURE ? shared->workers : c->index,
		.restarts = c->restarts,
	};
	int control[2] = { -1, -1 }, hub[2] = { -1, -1 }, fds[2 + SHARED_FDS];
	unsigned n = 1;
	pid_t pid;
	int r = chan_pair(control);

	c->start_at = mono + START_PAUSE;
	if (r == 0 && c->role != ROLE_HUB)
		r = chan_pair(hub);
	if (r < 0) {
		close_pair(control);
		return r;
	}
	fds[0] = control[1];
	if (c->role != ROLE_HUB)
		fds[n++] = hub[1];
	n += role_fds(c, shared, fds + n);
	pid = spawn(s, c->name, &args, fds, n, c->role == ROLE_CAPTURE);
	if (pid < 0) {
		close_pair(control);
		close_pair(hub);
		return pid;
	}
	close(control[1]);
	if (c->role != ROLE_HUB) {
		close(hub[1]);
		if (c->hub_end >= 0)
			close(c->hub_end);
		c->hub_end = hub[0];
	}
	c->pid = pid;
	c->control.fd = control[0];
	c->alive = mono;
	everything_is_new(c, news);
	log_debug("%s %u: process %d", c->name, c->index, (int)pid);
	return 0;
}

void
child_ended(struct child *c, int status, nstime mono, nstime now)
{
	unsigned slot = c->crashes % CHILD_CRASHES;
	bool often = c->crashes >= CHILD_CRASHES && mono - c->crash[slot] < CRASH_SPAN;

	c->pid = 0;
	c->ready = 0;
	chan_close(&c->control);
	c->status = status;
	c->died = now;
	c->restarts++;
	c->crash[slot] = mono;
	c->crashes++;
	c->start_at = often ? mono + CRASH_PAUSE : mono;
}

static bool
sent(struct child *c, enum msg_type type, const void *message, const int *fds)
{
	int r = chan_send(&c->control, type, message, fds);

	if (r < 0 && r != -EAGAIN && r != -EPIPE)
		log_warn("%s %u: cannot be told: %s", c->name, c->index, strerror(-r));
	return r == 0;
}

static bool
tell_links(struct child *c, const struct news *news)
{
	while (c->send_links) {
		int i = __builtin_ctzll(c->send_links);

		if (!sent(c, MSG_LINK, &news->link[i], NULL))
			return false;
		c->send_links &= c->send_links - 1;
	}
	return true;
}

static bool
tell_addrs(struct child *c, const struct news *news)
{
	while (c->send_addrs) {
		if (!sent(c, MSG_ADDRS, &news->addrs[news->naddrs - c->send_addrs], NULL))
			return false;
		c->send_addrs--;
	}
	return true;
}

void
child_tell(struct child *c, const struct news *news, bool policy)
{
	static const struct msg_empty nothing;

	if (c->control.fd < 0 || !tell_links(c, news) || !tell_addrs(c, news))
		return;
	if (c->send_policy && policy) {
		if (c->role == ROLE_HUB && !sent(c, MSG_POLICY_TEXT, &news->text, &news->text_fd))
			return;
		if (!sent(c, MSG_POLICY, &news->policy, &news->policy_fd))
			return;
		c->send_policy = false;
	}
	if (c->send_stop && sent(c, MSG_STOP, &nothing, NULL)) {
		c->send_stop = false;
		c->stop_sent = true;
	}
}

void
child_introduce(const struct child *hub, struct child *c, const struct shared *shared)
{
	struct msg_peer m = { .role = (uint8_t)c->role, .index = (uint8_t)c->index };
	int fds[3] = { c->hub_end, shared->capture_reader, -1 };

	if (!c->send_peer || hub->control.fd < 0 || hub->send_policy || c->hub_end < 0)
		return;
	if (c->role == ROLE_WORKER) {
		fds[1] = shared->worker[c->index].shm_reader;
		fds[2] = shared->worker[c->index].control_reader;
	}
	m.restarts = c->restarts;
	/* A hub that was itself started again must not tell of a crash that another one told. */
	if (c->died) {
		m.status = c->status;
		m.died = c->died;
	}
	if (chan_send(&hub->control, MSG_PEER, &m, fds) < 0)
		return;
	c->send_peer = false;
	c->died = 0;
}

void
child_stop(struct child *c, nstime mono, nstime most)
{
	if (!c->pid || c->send_stop || c->stop_sent)
		return;
	c->send_stop = true;
	c->kill_at = mono + most;
}

void
child_insist(struct child *c, nstime mono)
{
	if (!c->pid || !(c->send_stop || c->stop_sent) || mono < c->kill_at)
		return;
	log_warn("%s %u does not stop: it is killed", c->name, c->index);
	kill(c->pid, SIGKILL);
	c->kill_at = mono + NS_SEC;
}
