/* monitor.c - see monitor.h.
 *
 * One state machine: `advance` starts or stops what is next, `listen` waits for messages, signals
 * and time. The order of the start is hub (it knows the interfaces and addresses), workers,
 * capture; of the stop capture, workers (they drain their rings), hub.
 */
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/sandbox.h"
#include "monitor/privilege.h"
#include "monitor/state.h"

/* How long a role may take to stop. */
#define STOP_CAPTURE (3 * NS_SEC)
#define STOP_WORKER  (5 * NS_SEC)
#define STOP_HUB     (5 * NS_SEC)

/* Set by the handler, read by the loop: the one thing that a signal handler can do. */
static volatile sig_atomic_t got_child, got_reload, got_stop;

static void
on_signal(int number)
{
	if (number == SIGCHLD)
		got_child = 1;
	else if (number == SIGHUP)
		got_reload = 1;
	else
		got_stop = 1;
}

/* The signals are blocked but while the loop sleeps: WAITING is the mask for that. */
static void
catch_signals(sigset_t *waiting)
{
	static const int caught[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT };
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++) {
		sigaddset(&blocked, caught[i]);
		(void)sigaction(caught[i], &act, NULL); /* the numbers are right: it cannot fail */
	}
	act.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &act, NULL);
	(void)sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (unsigned i = 0; i < sizeof caught / sizeof *caught; i++)
		sigdelset(waiting, caught[i]);
}

static void
look_at_clocks(struct monitor *m)
{
	m->mono = nstime_mono();
	m->now = nstime_now();
}

static void
queue_notice(struct monitor *m, enum notice notice, const char *text)
{
	struct msg_notice *n;

	if (m->notices == NOTICES) { /* the hub is away for long: the oldest is worth least */
		m->notices--;
		memmove(m->notice, m->notice + 1, m->notices * sizeof *m->notice);
	}
	n = &m->notice[m->notices++];
	memset(n, 0, sizeof *n);
	n->notice = notice;
	n->generation = m->policy->generation;
	n->time = m->now;
	if (snprintf(n->text, sizeof n->text, "%s", text) < 0)
		n->text[0] = '\0';
}

static void
send_notices(struct monitor *m)
{
	const struct child *hub = &m->child[HUB];
	unsigned done = 0;

	if (hub->control.fd < 0 || hub->send_policy)
		return;
	while (
	    done < m->notices && chan_send(&hub->control, MSG_NOTICE, &m->notice[done], NULL) == 0)
		done++;
	m->notices -= done;
	memmove(m->notice, m->notice + done, m->notices * sizeof *m->notice);
}

static void
forget_news(struct monitor *m)
{
	if (m->news.policy_fd >= 0)
		close(m->news.policy_fd);
	if (m->news.text_fd >= 0)
		close(m->news.text_fd);
}

/* Makes P the policy that every role is to have; C is what it was made of. 0 or -errno: then
 * nothing changed. */
static int
publish(struct monitor *m, struct policy *p, const struct conf *c)
{
	uint32_t size = 0;
	int fd, text_fd = load_text(c, &size);

	p->generation = m->policy ? m->policy->generation + 1 : 1;
	fd = text_fd < 0 ? text_fd : memory_sealed("segaudit-policy", p, p->size);
	if (fd < 0) {
		if (text_fd >= 0)
			close(text_fd);
		return fd;
	}
	forget_news(m);
	free(m->policy);
	m->policy = p;
	m->news.policy_fd = fd;
	m->news.policy = (struct msg_policy){ .generation = p->generation, .size = p->size };
	m->news.text_fd = text_fd;
	m->news.text = (struct msg_policy){ .generation = p->generation, .size = size };
	for (unsigned i = 0; i < m->children; i++)
		m->child[i].send_policy = m->child[i].pid != 0;
	return 0;
}

static void
stop(struct monitor *m, int status)
{
	if (m->phase >= PHASE_STOP_CAPTURE)
		return;
	m->status = status;
	m->phase = PHASE_STOP_CAPTURE;
	notify(&m->notify, "STOPPING=1");
	queue_notice(m, NOTICE_STOPPING, "");
}

/* Reads the configuration anew. What is wrong with it is said, and the old one stays. */
static void
reload(struct monitor *m)
{
	struct conf_errors errors = { 0 };
	struct conf *c = NULL;
	struct policy *p;
	int r;

	log_info("reading %s again", m->options->file);
	notify_reloading(&m->notify, m->mono);
	p = load(m->options->file, m->now, &m->ifaces, &c, &errors);
	if (!p) {
		load_say_errors(&errors);
		log_warn("the configuration has errors: the one in force stays");
		queue_notice(m, NOTICE_RELOAD_REFUSED, errors.n ? errors.text[0] : "");
		notify(&m->notify, "READY=1\nSTATUS=reload refused: the configuration has errors");
		conf_errors_free(&errors);
		return;
	}
	conf_errors_free(&errors);
	load_keep(p, m->policy);
	r = publish(m, p, c);
	conf_free(c);
	if (r < 0) {
		log_error("no memory for the new policy: %s", strerror(-r));
		queue_notice(m, NOTICE_RELOAD_REFUSED, "no memory for the new policy");
		notify(&m->notify, "READY=1");
		free(p);
		return;
	}
	m->reloading = true;
}

/* Do all children work with the newest policy? */
static bool
all_ready(const struct monitor *m, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++)
		if (m->child[i].ready != m->news.policy.generation)
			return false;
	return true;
}

/* A new policy goes the way of the start, from the hub to capture: nobody hears of a finding or a
 * frame by a policy that he does not have yet. Who has none at all gets it at once. */
static bool
may_have_policy(const struct monitor *m, const struct child *c)
{
	if (c->role == ROLE_HUB || c->ready == 0)
		return true;
	return all_ready(m, HUB, 1) &&
	       (c->role == ROLE_WORKER || all_ready(m, WORKER, m->shared.workers));
}

/* Starts those of N children that do not run and may. */
static void
run(struct monitor *m, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		struct child *c = &m->child[i];
		int r;

		if (c->pid || m->mono < c->start_at)
			continue;
		r = child_start(c, &m->spawn, &m->shared, &m->news, m->mono);
		if (r < 0)
			log_error("%s %u cannot be started: %s", c->name, c->index, strerror(-r));
		else if (c->role == ROLE_HUB)
			for (unsigned k = CAPTURE; k < m->children; k++)
				m->child[k].send_peer = m->child[k].hub_end >= 0;
	}
}

/* Asks N children to end. True when none runs any more. */
static bool
ended(struct monitor *m, unsigned first, unsigned n, nstime most)
{
	bool all = true;

	for (unsigned i = first; i < first + n; i++) {
		child_stop(&m->child[i], m->mono, most);
		child_insist(&m->child[i], m->mono);
		all = all && m->child[i].pid == 0;
	}
	return all;
}

static void
started(struct monitor *m)
{
	m->phase = PHASE_RUNNING;
	queue_notice(m, NOTICE_STARTED, "");
	notify(&m->notify, "READY=1\nSTATUS=watching");
	log_info("watching: generation %u, %u workers", m->policy->generation, m->shared.workers);
}

static void
reloaded(struct monitor *m)
{
	m->reloading = false;
	queue_notice(m, NOTICE_RELOADED, "");
	notify(&m->notify, "READY=1\nSTATUS=watching");
	log_info("the configuration is in force: generation %u", m->policy->generation);
}

/* Starts or stops what is next. */
static void
advance(struct monitor *m)
{
	unsigned workers = m->shared.workers;

	switch (m->phase) {
	case PHASE_HUB:
		run(m, HUB, 1);
		if (all_ready(m, HUB, 1))
			m->phase = PHASE_WORKERS;
		return;
	case PHASE_WORKERS:
		run(m, HUB, 1);
		run(m, WORKER, workers);
		if (all_ready(m, WORKER, workers))
			m->phase = PHASE_CAPTURE;
		return;
	case PHASE_CAPTURE:
		run(m, 0, m->children);
		if (all_ready(m, 0, m->children))
			started(m);
		return;
	case PHASE_RUNNING:
		run(m, 0, m->children);
		if (m->reloading && all_ready(m, 0, m->children))
			reloaded(m);
		return;
	case PHASE_STOP_CAPTURE:
		if (ended(m, CAPTURE, 1, STOP_CAPTURE))
			m->phase = PHASE_STOP_WORKERS;
		return;
	case PHASE_STOP_WORKERS:
		if (ended(m, WORKER, workers, STOP_WORKER))
			m->phase = PHASE_STOP_HUB;
		return;
	case PHASE_STOP_HUB:
		if (ended(m, HUB, 1, STOP_HUB))
			m->phase = PHASE_OVER;
		return;
	case PHASE_OVER:
		return;
	}
}

/* A child ended. While starting, one that says why by its status would do so again: then there is
 * no start. */
static void
child_is_gone(struct monitor *m, struct child *c, int status)
{
	bool refused = m->phase < PHASE_RUNNING && WIFEXITED(status) && WEXITSTATUS(status) != 0;

	child_ended(c, status, m->mono, m->now);
	if (m->phase >= PHASE_STOP_CAPTURE)
		return;
	/* A frame may end workers again and again. */
	if (!refused && !allowance_take(&c->told, m->mono))
		return;
	if (WIFSIGNALED(status))
		log_error("%s %u was ended by signal %d: it is started again (%u)", c->name,
		    c->index, WTERMSIG(status), c->restarts);
	else
		log_error("%s %u ended with status %d%s", c->name, c->index, WEXITSTATUS(status),
		    refused ? "" : ": it is started again");
	if (refused)
		stop(m, WEXITSTATUS(status) == EX_UNAVAILABLE ? EX_UNAVAILABLE : EX_SOFTWARE);
}

static void
reap(struct monitor *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < m->children; i++)
			if (m->child[i].pid == pid)
				child_is_gone(m, &m->child[i], status);
}

static nstime
sleep_for(const struct monitor *m)
{
	nstime due = m->mono + NS_SEC;

	if (m->phase >= PHASE_STOP_CAPTURE || m->notices)
		due = m->mono + 50 * NS_MSEC;
	if (m->notify.watchdog && m->watchdog_due < due)
		due = m->watchdog_due;
	for (unsigned i = 0; i < m->children; i++) {
		const struct child *c = &m->child[i];

		if (!c->pid && m->phase < PHASE_STOP_CAPTURE && c->start_at > m->mono &&
		    c->start_at < due)
			due = c->start_at;
		if (c->pid && (c->send_policy || c->send_links || c->send_addrs || c->send_peer) &&
		    due > m->mono + 50 * NS_MSEC)
			due = m->mono + 50 * NS_MSEC;
	}
	return due > m->mono ? due - m->mono : 0;
}

static void
listen_all(struct monitor *m, const sigset_t *waiting)
{
	struct pollfd poll[CHILDREN];
	nstime sleep = sleep_for(m), before = m->mono;
	struct timespec t = { .tv_sec = sleep / NS_SEC, .tv_nsec = sleep % NS_SEC };

	for (unsigned i = 0; i < m->children; i++)
		poll[i] = (struct pollfd){ .fd = m->child[i].control.fd, .events = POLLIN };
	if (ppoll(poll, m->children, &t, waiting) < 0)
		for (unsigned i = 0; i < m->children; i++)
			poll[i].revents = 0;
	look_at_clocks(m);
	for (unsigned i = 0; i < m->children; i++)
		if (poll[i].revents)
			hear(m, &m->child[i]);
	hear_silence(m, m->mono - before);
}

static void
act_on_signals(struct monitor *m)
{
	if (got_child) {
		got_child = 0;
		reap(m);
	}
	if (got_stop) {
		got_stop = 0;
		stop(m, EX_OK);
	}
	if ((got_reload || m->reload_asked) && m->phase == PHASE_RUNNING && !m->reloading) {
		got_reload = 0;
		m->reload_asked = false;
		reload(m);
		look_at_clocks(m); /* it took its time, and the children were not listened to */
	}
}

static void
loop(struct monitor *m, const sigset_t *waiting)
{
	while (m->phase != PHASE_OVER) {
		enum phase before;

		act_on_signals(m);
		do {
			before = m->phase;
			advance(m);
		} while (m->phase != before);
		for (unsigned i = 0; i < m->children; i++)
			child_tell(&m->child[i], &m->news, may_have_policy(m, &m->child[i]));
		for (unsigned i = CAPTURE; i < m->children; i++)
			child_introduce(&m->child[HUB], &m->child[i], &m->shared);
		send_notices(m);
		if (m->phase != PHASE_OVER)
			listen_all(m, waiting);
	}
}

/* The monitor holds some descriptors for each worker, and a child briefly twice its own. */
static void
raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= 4096)
		return;
	r.rlim_cur = r.rlim_max < 4096 ? r.rlim_max : 4096;
	if (setrlimit(RLIMIT_NOFILE, &r) < 0)
		log_debug("RLIMIT_NOFILE: %m");
}

static void
make_children(struct monitor *m)
{
	m->children = WORKER + m->shared.workers;
	child_init(&m->child[HUB], ROLE_HUB, 0);
	child_init(&m->child[CAPTURE], ROLE_CAPTURE, 0);
	for (unsigned w = 0; w < m->shared.workers; w++)
		child_init(&m->child[WORKER + w], ROLE_WORKER, w);
}

/* Everything up to the first child. EX_OK, or the status after having said why. */
static int
prepare(struct monitor *m, struct policy *p, const struct conf *c)
{
	size_t flows = m->options->flow_memory(p->flows);
	int r = spawn_init(&m->spawn, m->options->debug, m->options->foreground);

	if (r < 0) {
		log_error("/proc/self/exe: %s", strerror(-r));
		return EX_UNAVAILABLE;
	}
	raise_descriptors();
	r = privilege_drop(p);
	if (r != 0)
		return r;
	if (access(m->options->file, R_OK) < 0)
		log_warn("%s: user \"%s\" cannot read it: a reload will be refused",
		    m->options->file, policy_text(p, p->user));
	r = shared_open(&m->shared, p, flows);
	if (r == 0)
		r = publish(m, p, c);
	if (r == 0)
		r = sandbox_enter(SANDBOX_MONITOR, NULL);
	if (r < 0) {
		log_error("cannot start: %s", strerror(-r));
		return EX_UNAVAILABLE;
	}
	make_children(m);
	return EX_OK;
}

static int
start(struct monitor *m)
{
	struct conf_errors errors = { 0 };
	struct conf *c = NULL;
	struct policy *p;
	int status;

	if (access(m->options->file, R_OK) < 0) {
		log_error("%s: %m", m->options->file);
		return EX_NOINPUT;
	}
	p = load(m->options->file, m->now, &m->ifaces, &c, &errors);
	if (!p)
		load_say_errors(&errors);
	conf_errors_free(&errors);
	if (!p)
		return EX_CONFIG;
	status = prepare(m, p, c);
	conf_free(c);
	if (status != EX_OK && !m->policy)
		free(p);
	return status;
}

int
monitor_run(const struct monitor_options *o)
{
	struct monitor *m = calloc(1, sizeof *m);
	sigset_t waiting;
	int status;

	if (!m)
		return EX_UNAVAILABLE;
	log_level(o->debug ? LOG_LEVEL_DEBUG : o->foreground ? LOG_LEVEL_INFO : LOG_LEVEL_WARN);
	m->options = o;
	m->news.policy_fd = m->news.text_fd = -1;
	m->spawn.exe = -1;
	look_at_clocks(m);
	notify_init(&m->notify);
	catch_signals(&waiting);
	status = start(m);
	if (status == EX_OK) {
		look_at_clocks(m);
		loop(m, &waiting);
		status = m->status;
	}
	for (unsigned i = 0; i < m->children; i++)
		if (m->child[i].hub_end >= 0)
			close(m->child[i].hub_end);
	if (m->children)
		shared_close(&m->shared);
	forget_news(m);
	if (m->spawn.exe >= 0)
		close(m->spawn.exe);
	free(m->policy);
	free(m);
	return status;
}
