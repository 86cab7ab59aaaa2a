/* test_hub.c - the hub as a process of its own; the test plays monitor, capture and worker by real
 * channels and memories. */
#include "unit.h"
#include "unit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/hub.h"
#include "model/chan.h"
#include "model/ring.h"
#include "model/shm.h"
#include "model/traffic.h"
#include "rules.h"

struct world {
	char dir[64], file[96];
	pid_t pid;
	struct chan hub;	     /* as monitor */
	struct chan capture, worker; /* the other roles' ends of their channels to the hub */
	struct capture_shm *capture_shm;
	struct worker_room *room;
	struct worker_shm *worker_shm; /* in it */
	const char *policy_text;       /* sent before a policy; NULL: not */
	struct journal traffic;	       /* in it, too */
	uint64_t left;		       /* packets in its records */
	void *keep;		       /* HUB_KEEP bytes */
	int keep_fd;
	struct ring_control *ring;
	int hub_end[2]; /* of those channels, as the monitor keeps them for the next hub */
	int capture_fd, worker_fd, ring_fd;
	uint32_t generation;
	nstime quiet;  /* quiet_after, 0: five minutes */
	nstime ahead;  /* of the wall clock: the time of what is found */
	uint64_t told; /* packets of all findings so far */
	char text[65536];
};

static void *
memory(size_t size, int *fd)
{
	*fd = memfd_create("test", MFD_CLOEXEC);
	assert_true(*fd >= 0);
	assert_int_equal(ftruncate(*fd, (off_t)size), 0);
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	assert_true(at != MAP_FAILED);
	return at;
}

static struct chan
chan_of(int fd, enum role self)
{
	return (struct chan){ .fd = fd, .self = self, .peer = ROLE_HUB };
}

/* A policy of three zones whose interfaces do not exist, as a memfd. */
static void
send_policy(struct world *w)
{
	struct rules r = rules_new(3, 0, 2);
	struct conf_sink sink = { .target = TARGET_FILE, .path = w->file, .facility = 3, .min = 7 };
	struct msg_policy m = { .generation = ++w->generation };
	int fd;

	rules_zone(&r, "kikan", CLASS_CORE, "sgt-none1", "10.1.0.0/16");
	rules_zone(&r, "lgwan", CLASS_LGWAN, "sgt-none2", "10.2.0.0/16");
	rules_zone(&r, "internet", CLASS_INTERNET, "sgt-none3", "10.3.0.0/16");
	rules_conduit(&r, "vdi", "lgwan", "internet", NULL, "10.3.9.0/24", "tcp/3389");
	if (w->generation >
	    1) /* an end in core without a list: 7002, new in the second generation */
		rules_conduit(&r, "wide", "lgwan", "kikan", NULL, NULL, "tcp/443");
	r.conf.run_dir = w->dir;
	r.conf.state_dir = w->generation > 1 ? "/nonexistent" : w->dir;
	r.conf.evidence_frames = 4;
	r.conf.evidence_snap = 256;
	r.conf.evidence_space = 1 << 20;
	r.conf.evidence_keep = NS_DAY;
	r.conf.quiet_after = w->quiet ? w->quiet : 5 * NS_MIN;
	r.conf.sinks = &sink;
	r.conf.nsinks = 1;
	struct policy *p = rules_compile(&r, rules_utc(2026, 1, 5, 0, 0, 0));
	if (!p)
		print_error("%s\n", r.errors.text[0]);
	assert_non_null(p);
	p->generation = w->generation;
	m.size = p->size;
	void *image = memory(p->size, &fd);
	memcpy(image, p, p->size);
	munmap(image, p->size);
	if (w->policy_text) {
		struct msg_policy text = { .generation = w->generation,
			.size = (uint32_t)strlen(w->policy_text) };
		int text_fd = memory_sealed("test", w->policy_text, text.size);

		assert_true(text_fd >= 0);
		assert_int_equal(chan_send(&w->hub, MSG_POLICY_TEXT, &text, &text_fd), 0);
		close(text_fd);
	}
	assert_int_equal(chan_send(&w->hub, MSG_POLICY, &m, &fd), 0);
	close(fd);
	free(p);
	rules_free(&r);
}

/* The next message of the hub that is not ALIVE, at most five seconds away; its type. */
static int
hear(struct world *w, union msg_any *m)
{
	for (unsigned i = 0; i < 500; i++) {
		struct pollfd p = { .fd = w->hub.fd, .events = POLLIN };
		int fds[CHAN_FDS];
		int type = chan_receive(&w->hub, m, fds);

		if (type != 0 && type != MSG_ALIVE)
			return type;
		(void)poll(&p, 1, 10);
	}
	fail_msg("the hub says nothing");
	return 0;
}

/* Reads the hub's answers to a policy: links, addresses, and then READY. */
static unsigned
wait_ready(struct world *w)
{
	union msg_any m;
	unsigned links = 0;

	for (;;) {
		int type = hear(w, &m);

		if (type == MSG_LINK) {
			assert_false(m.m_LINK.present);
			links++;
		} else if (type == MSG_READY) {
			assert_int_equal(m.m_READY.generation, w->generation);
			return links;
		} else {
			assert_int_equal(type, MSG_ADDRS);
		}
	}
}

static const char *
log_text(struct world *w)
{
	(void)unit_read(w->file, w->text, sizeof w->text); /* or none yet */
	return w->text;
}

/* Waits until the log holds TEXT, at most five seconds. */
static const char *
wait_line(struct world *w, const char *text)
{
	for (unsigned i = 0; i < 500; i++) {
		const char *at = strstr(log_text(w), text);

		if (at)
			return at;
		(void)poll(NULL, 0, 10);
	}
	fputs(w->text, stderr);
	fail_msg("no line with: %s", text);
	return NULL;
}

static void
keep_end(struct world *w, unsigned i, int fd)
{
	if (w->hub_end[i] >= 0)
		close(w->hub_end[i]);
	w->hub_end[i] = fd;
}

static void
add_capture(struct world *w, uint32_t restarts)
{
	struct msg_peer m = {
		.role = ROLE_CAPTURE, .restarts = restarts, .died = restarts ? nstime_now() : 0
	};
	int pair[2], fds[3];

	if (w->capture.fd >= 0)
		chan_close(&w->capture);
	assert_int_equal(chan_pair(pair), 0);
	w->capture = chan_of(pair[0], ROLE_CAPTURE);
	fds[0] = pair[1];
	fds[1] = w->capture_fd;
	fds[2] = -1;
	assert_int_equal(chan_send(&w->hub, MSG_PEER, &m, fds), 0);
	keep_end(w, 0, pair[1]);
}

static void
add_worker(struct world *w, uint32_t restarts, int status)
{
	struct msg_peer m = { .role = ROLE_WORKER,
		.restarts = restarts,
		.status = status,
		.died = restarts ? nstime_now() : 0 };
	int pair[2], fds[3];

	if (w->worker.fd >= 0)
		chan_close(&w->worker);
	assert_int_equal(chan_pair(pair), 0);
	w->worker = chan_of(pair[0], ROLE_WORKER);
	fds[0] = pair[1];
	fds[1] = w->worker_fd;
	fds[2] = w->ring_fd;
	assert_int_equal(chan_send(&w->hub, MSG_PEER, &m, fds), 0);
	keep_end(w, 1, pair[1]);
}

static void
send_notice(struct world *w, enum notice notice, const char *text)
{
	struct msg_notice m = { .notice = notice, .generation = w->generation };

	snprintf(m.text, sizeof m.text, "%s", text);
	assert_int_equal(chan_send(&w->hub, MSG_NOTICE, &m, NULL), 0);
}

/* A flow from lgwan to internet that no conduit fits. */
static struct finding
finding(const struct world *w, uint8_t outcome, uint16_t iface, uint64_t n)
{
	struct finding f = { .id = 2002,
		.outcome = outcome,
		.from = 2,
		.to = 3,
		.proto = 6,
		.generation = w->generation,
		.rule = (uint32_t)POLICY_NONE,
		.near = (uint32_t)POLICY_NONE,
		.flags = FINDING_IS4 | FINDING_PORTS | FINDING_HAS_IN,
		.in.iface = iface,
		.sport = 51514,
		.dport = 443,
		.n = n,
		.bytes = 60 * n };

	assert_true(addr_parse("10.2.0.9", &f.src));
	assert_true(addr_parse("10.3.9.7", &f.dst));
	f.first = f.last = nstime_now() + w->ahead;
	return f;
}

static void
send_finding(struct world *w, uint8_t outcome, uint16_t iface, uint64_t n)
{
	struct msg_findings m = { .count = 1, .before = w->told };

	m.finding[0] = finding(w, outcome, iface, n);
	w->told += n;
	assert_int_equal(chan_send(&w->worker, MSG_FINDINGS, &m, NULL), 0);
}

/* The run's id, as lines say it. */
static const char *
run_id(struct world *w)
{
	static char sid[9];
	const char *at = strstr(log_text(w), " sid=");

	snprintf(sid, sizeof sid, "%.8s", at ? at + 5 : "");
	return sid;
}

static const char *
kept_file(struct world *w, uint64_t seq)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/evidence/skipped-%s-0-%llu.pcap", w->dir, run_id(w),
	    (unsigned long long)seq);
	return path;
}

/* A skipped frame of CAPLEN bytes; MEMORY -1: those bytes, sealed. */
static void
send_skipped(struct world *w, const struct msg_skipped *m, int memory)
{
	static const uint8_t bytes[MSG_FRAME_MOST];
	int fd = memory >= 0 ? memory : memory_sealed("test", bytes, m->caplen);

	assert_true(fd >= 0);
	assert_int_equal(chan_send(&w->capture, MSG_SKIPPED, m, &fd), 0);
	close(fd);
}

static void
start_hub(struct world *w, unsigned restarts)
{
	const struct role_args args = { .restarts = restarts };
	int pair[2];

	assert_int_equal(chan_pair(pair), 0);
	fflush(NULL);
	w->pid = fork();
	assert_true(w->pid >= 0);
	if (w->pid == 0) {
		close(pair[0]);
		_exit(hub_run(pair[1], w->keep_fd, &args, "1.2-test"));
	}
	close(pair[1]);
	w->hub = chan_of(pair[0], ROLE_MONITOR);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-hub-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	snprintf(w->file, sizeof w->file, "%s/log", w->dir);
	w->capture.fd = w->worker.fd = w->hub_end[0] = w->hub_end[1] = -1;
	w->capture_shm = memory(sizeof *w->capture_shm, &w->capture_fd);
	w->room = memory(sizeof *w->room, &w->worker_fd);
	w->worker_shm = &w->room->shm;
	w->traffic = journal_writer(&w->room->traffic, w->room->traffic_data, WORKER_TRAFFIC);
	w->keep = memory(HUB_KEEP, &w->keep_fd);
	w->ring = memory(sizeof *w->ring, &w->ring_fd);
	for (unsigned i = 0; i < POLICY_IFACES; i++)
		w->capture_shm->iface[i].open_since = NSTIME_NEVER;
	start_hub(w, 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		waitpid(w->pid, NULL, 0);
	}
	chan_close(&w->hub);
	if (w->capture.fd >= 0)
		chan_close(&w->capture);
	if (w->worker.fd >= 0)
		chan_close(&w->worker);
	keep_end(w, 0, -1);
	keep_end(w, 1, -1);
	munmap(w->capture_shm, sizeof *w->capture_shm);
	munmap(w->room, sizeof *w->room);
	munmap(w->keep, HUB_KEEP);
	close(w->keep_fd);
	munmap(w->ring, sizeof *w->ring);
	close(w->capture_fd);
	close(w->worker_fd);
	close(w->ring_fd);
	unit_remove(w->dir);
	free(w);
	return 0;
}

static void
start(struct world *w)
{
	unit_within_a_minute();
	send_policy(w);
	assert_int_equal(wait_ready(w), 3);
	add_worker(w, 0, 0);
	add_capture(w, 0);
	send_notice(w, NOTICE_STARTED, "");
	wait_line(w, "SEG9002 NOTE ");
}

/* The status with which the hub ends; it has five seconds. */
static int
wait_end(struct world *w)
{
	int status = -1;
	pid_t pid = 0;

	for (unsigned i = 0; i < 500 && pid == 0; i++) {
		pid = waitpid(w->pid, &status, WNOHANG);
		if (pid == 0)
			(void)poll(NULL, 0, 10);
	}
	assert_int_equal(pid, w->pid);
	w->pid = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
stop(struct world *w)
{
	const struct msg_empty m = { 0 };

	assert_int_equal(chan_send(&w->hub, MSG_STOP, &m, NULL), 0);
	assert_int_equal(wait_end(w), 0);
}

static void
test_life(void **state)
{
	struct world *w = *state;

	start(w);
	assert_non_null(strstr(wait_line(w, "SEG9002 "),
	    " version=1.2-test gen=1 model=alpha zones=3 conduits=1 interfaces=3 workers=1 "));
	assert_non_null(
	    strstr(w->text, "SEG9004 NOTE sev=err verdict=gap in=sgt-none1 what=iface-gone from="));

	send_finding(w, OUTCOME_ATTEMPTED, 1, 3);
	const char *line = wait_line(w, "SEG2002 OPEN ");
	assert_non_null(strstr(line, " outcome=attempted pair=lgwan>internet "));
	send_finding(w, OUTCOME_ANSWERED, 1, 4);
	line = wait_line(w, "SEG2002 WORSE ");
	assert_non_null(strstr(line, " outcome=answered "));
	send_finding(w, OUTCOME_ANSWERED, 1, 2);
	stop(w);
	/* The stop says all counts, and closes nothing: the next daemon goes on. */
	line = wait_line(w, "SEG2002 UPDATE ");
	assert_non_null(strstr(line, " n=+2 total=9 "));
	assert_null(strstr(w->text, "CLOSED"));
	assert_non_null(strstr(line, "SEG9003 NOTE ")); /* and after it the last words */

	/* Every line of the run has a number, one more than the line before. */
	unsigned long want = 1;
	for (const char *at = strstr(log_text(w), " seq="); at; at = strstr(at + 1, " seq="))
		assert_int_equal(strtoul(at + 5, NULL, 10), want++);
	assert_true(want > 6);
}

/* The hub is killed and started again: incidents go on, what it had taken and not said is named,
 * and a message that comes twice counts once. */
static void
test_killed(void **state)
{
	struct world *w = *state;
	char ev[16];

	start(w);
	send_finding(w, OUTCOME_ATTEMPTED, 1, 3);
	snprintf(ev, sizeof ev, "%.14s", strstr(wait_line(w, "SEG2002 OPEN "), " ev="));
	send_finding(w, OUTCOME_ATTEMPTED, 1, 40);
	send_finding(w, OUTCOME_CROSSED, 1, 0); /* said after the forty */
	wait_line(w, "SEG2002 WORSE ");
	send_finding(w, OUTCOME_CROSSED, 1, 60);
	/* It may have taken these, or not: then they are still in the channel. */
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	chan_close(&w->hub);
	atomic_store(&w->worker_shm->told, w->told);

	start_hub(w, 1);
	w->generation = 0;
	send_policy(w);
	(void)wait_ready(w);
	add_worker(w, 0, 0); /* a new channel: what the old one held is gone */
	wait_line(w, "SEG9004 NOTE sev=warning verdict=gap what=restart restarts=1 from=");
	send_finding(w, OUTCOME_ANSWERED, 1, 5);
	const char *line = wait_line(w, "outcome=answered ");
	assert_non_null(strstr(line, "total="));
	assert_non_null(strstr(w->text, ev));
	/* A snapshot may have been written in between: then nothing is lost. */
	assert_true(strstr(w->text, " n=+5 total=48 ") || strstr(w->text, " n=+65 total=108 "));
	assert_true(
	    strstr(w->text, " n=+65 ") || strstr(w->text, " verdict=gap what=restart n=60 from="));
	w->told -= 5;
	send_finding(w, OUTCOME_ANSWERED, 1, 5);
	send_finding(w, OUTCOME_ANSWERED, 1, 1);
	stop(w);
	assert_non_null(strstr(wait_line(w, "SEG2002 UPDATE "), " n=+1 total="));
	assert_null(strstr(strstr(w->text, "SEG2002 OPEN ") + 1, "SEG2002 OPEN "));
}

static void
test_losses_and_accounts(void **state)
{
	struct world *w = *state;

	start(w);
	atomic_store(&w->capture_shm->iface[1].kernel_drops, 7);
	wait_line(w, "SEG9005 NOTE sev=warning verdict=gap in=sgt-none2 what=kernel-drop pkts=7 "
		     "total=7 from=");
	w->worker_shm->lock = 1;
	w->worker_shm->count[COUNTER_frames] = 10;
	w->worker_shm->count[COUNTER_packets] = 7;
	w->worker_shm->count[COUNTER_judged] = 7;
	w->worker_shm->count[COUNTER_copies] = 2;
	w->worker_shm->released = 10;
	atomic_store(&w->worker_shm->lock, 2);
	wait_line(w,
	    "SEG9011 NOTE sev=err verdict=gap what=copies worker=0 frames=10 packets=7 copies=2 ");
	stop(w);
	wait_line(w, " what=kernel-drop pkts=0 total=7 from=");
	assert_non_null(
	    strstr(wait_line(w, "SEG9003 "), " frames=10 packets=7 copies=2 judged=7 "));
}

/* What a flow from lgwan to internet counted, left by worker 0. */
static void
leave_traffic(struct world *w, uint64_t packets, uint8_t verdict)
{
	struct traffic t = { .before = w->left,
		.packets = packets,
		.bytes = packets * 60,
		.generation = w->generation,
		.conduit = (uint32_t)POLICY_NONE,
		.id = 2002,
		.flags = FINDING_IS4 | FINDING_PORTS,
		.service = 443,
		.proto = 6,
		.from = 2,
		.to = 3,
		.verdict = verdict,
		.is_new = 1 };

	assert_true(addr_parse("10.2.0.9", &t.client));
	assert_true(addr_parse("10.3.9.7", &t.server));
	t.first = t.last = nstime_now();
	w->left += packets;
	journal_put(&w->traffic, TRAFFIC_RECORD, &t, sizeof t, NULL, 0);
}

/* The ledger, all files of it, in W->text. */
static const char *
ledger_text(struct world *w)
{
	char command[200];

	snprintf(command, sizeof command, "cat %s/ledger/*.log > %s/all", w->dir, w->dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s/all", w->dir);
	assert_true(unit_read(command, w->text, sizeof w->text) > 0);
	unlink(command);
	return w->text;
}

/* What flows left is in the ledger, also what a hub that was killed had taken, and what nobody had
 * read when the stop came. */
static void
test_traffic(void **state)
{
	struct world *w = *state;

	start(w);
	leave_traffic(w, 3, VERDICT_VIOLATION);
	leave_traffic(w, 4, VERDICT_VIOLATION);
	(void)poll(NULL, 0, 300); /* it takes them, or does not: that must not matter */
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	chan_close(&w->hub);
	start_hub(w, 1);
	w->generation = 0;
	send_policy(w);
	(void)wait_ready(w);
	leave_traffic(w, 5, VERDICT_VIOLATION);
	add_worker(w, 0, 0);
	wait_line(w, " what=restart restarts=1 ");
	leave_traffic(w, 6, VERDICT_VIOLATION);
	stop(w);
	assert_non_null(strstr(ledger_text(w),
	    " pair=lgwan>internet client=10.2.0.9 server=10.3.9.7 service=tcp/443 "
	    "rule=default-deny verdict=violation outcome=unknown id=2002 flows=4 packets=18 "
	    "bytes=1080 first="));
	assert_non_null(strstr(
	    w->text, " pair=lgwan>internet verdict=violation flows=4 packets=18 bytes=1080 "));
	assert_null(strstr(w->text, "what=traffic"));
}

/* The text of each policy is kept and named, also by a hub that was started again. */
static void
test_policy_text(void **state)
{
	/* By sha256sum. */
	static const char one[] =
	    "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806",
			  two[] =
			      "27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a";
	struct world *w = *state;
	char path[200];

	w->policy_text = "one\n";
	start(w);
	assert_non_null(strstr(wait_line(w, "SEG9002 "), " policy=2c8b08da5ce60398 "));
	snprintf(path, sizeof path, "%s/ledger/policy-%s.conf", w->dir, one);
	assert_int_equal(access(path, R_OK), 0);
	w->policy_text = "two\n";
	send_policy(w);
	(void)wait_ready(w);
	send_notice(w, NOTICE_RELOADED, "");
	assert_non_null(strstr(wait_line(w, "SEG8001 "), " policy=27dd8ed44a83ff94 "));
	snprintf(path, sizeof path, "%s/ledger/policy-%s.conf", w->dir, two);
	assert_int_equal(access(path, R_OK), 0);
	stop(w);
	assert_non_null(strstr(ledger_text(w), " LEDGER policy gen=1 policy=2c8b08da5ce60398"));
	assert_non_null(strstr(w->text, " LEDGER policy gen=2 policy=27dd8ed44a83ff94"));
}

/* A worker that leaves what cannot be true is none any more; what it left is said to be missing. */
static void
test_false_traffic(void **state)
{
	struct world *w = *state;
	char byte;

	start(w);
	leave_traffic(w, 3, VERDICT_VIOLATION);
	leave_traffic(w, 4, VERDICT_CONFORMING); /* by no conduit? */
	leave_traffic(w, 5, VERDICT_VIOLATION);	 /* nor is this believed */
	wait_line(w, "SEG9006 NOTE sev=err verdict=gap what=protocol role=worker number=0 ");
	wait_line(w, "SEG9008 NOTE sev=err verdict=gap what=traffic n=1 pkts=0 ");
	assert_int_equal(
	    poll(&(struct pollfd){ .fd = w->worker.fd, .events = POLLIN }, 1, 5000), 1);
	assert_int_equal(recv(w->worker.fd, &byte, 1, 0), 0); /* nobody talks to it any more */
	add_worker(w, 1, 0);
	leave_traffic(w, 6, VERDICT_VIOLATION);
	stop(w);
	wait_line(w, "SEG9008 NOTE sev=err verdict=gap what=traffic n=2 pkts=9 ");
	assert_non_null(strstr(ledger_text(w), " packets=18 lost=9 records=2 refused=1 "));
	assert_non_null(strstr(w->text, " verdict=violation flows=2 packets=9 "));
}

/* ... nor what counts more packets than a flow can, by a policy that is gone. */
static void
test_false_passed_traffic(void **state)
{
	struct world *w = *state;

	start(w);
	w->generation = 0;
	leave_traffic(w, UINT64_MAX, VERDICT_VIOLATION);
	wait_line(w, "SEG9006 NOTE sev=err verdict=gap what=protocol role=worker number=0 ");
}

/* Asks the hub's control socket; a descriptor for the answer. */
static int
ask_hub(const struct world *w, const char *request)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(a.sun_path, sizeof a.sun_path, "%s/control", w->dir);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	return fd;
}

static void
expect_record(int fd, const char *begins)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4097];

	assert_int_equal(poll(&p, 1, 5000), 1);
	ssize_t n = recv(fd, bytes, sizeof bytes - 1, 0);
	assert_true(n >= 0);
	bytes[n] = '\0';
	if (strncmp(bytes, begins, strlen(begins)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", bytes, begins);
}

/* The control socket: a reload goes to the monitor, and its answer comes back; lines are followed;
 * the file is gone after the stop. */
static void
test_control(void **state)
{
	struct world *w = *state;
	union msg_any m;
	char path[96];

	start(w);
	int follower = ask_hub(w, "segaudit 1 tail 1");
	expect_record(follower, "segaudit 1 ok");
	expect_record(follower, "SEG90");
	int fd = ask_hub(w, "segaudit 1 reload");
	assert_int_equal(hear(w, &m), MSG_RELOAD);
	send_notice(w, NOTICE_RELOAD_REFUSED, "a.conf:3: no");
	expect_record(fd, "segaudit 1 error refused msg=\"a.conf:3: no\"");
	close(fd);
	expect_record(follower, "SEG8002 NOTE ");
	close(follower);
	fd = ask_hub(w, "segaudit 1 reload");
	assert_int_equal(hear(w, &m), MSG_RELOAD);
	send_policy(w);
	(void)wait_ready(w);
	send_notice(w, NOTICE_RELOADED, "");
	expect_record(fd, "segaudit 1 ok");
	expect_record(fd, "reloaded gen=2");
	expect_record(fd, "end");
	close(fd);
	fd = ask_hub(w, "segaudit 1 status");
	expect_record(fd, "segaudit 1 ok");
	expect_record(fd, "status sid=");
	expect_record(fd, "role role=hub running=yes restarts=0");
	close(fd);
	stop(w);
	snprintf(path, sizeof path, "%s/control", w->dir);
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_crash(void **state)
{
	struct world *w = *state;

	start(w);
	atomic_store(&w->ring->published, 42);
	atomic_store(&w->ring->released, 30);
	atomic_store(&w->ring->skipped, 1);
	/* What the dead one had still sent is read before its successor's channel takes its place.
	 */
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	add_worker(w, 1, SIGSEGV); /* wait(2) status of a death by signal 11 */
	const char *line = wait_line(w, "SEG9006 NOTE sev=err verdict=gap worker=0 signal=11 "
					"waiting=12 skipped=1 restarts=1 from=");
	assert_non_null(line);
	assert_non_null(strstr(w->text, "SEG2002 OPEN "));
	send_finding(w, OUTCOME_ANSWERED, 1, 1);
	wait_line(w, "SEG2002 WORSE ");

	/* Capture dies: every interface that was open is blind from then on. */
	struct msg_iface m = { .iface = 0, .open = true, .time = nstime_now() };
	assert_int_equal(chan_send(&w->capture, MSG_IFACE, &m, NULL), 0);
	add_capture(w, 1);
	stop(w);
}

static void
test_compromised_worker(void **state)
{
	struct world *w = *state;

	start(w);
	send_finding(w, OUTCOME_CROSSED, 63, 1); /* no such interface */
	wait_line(w, "SEG9006 NOTE sev=err verdict=gap what=protocol role=worker number=0 ");
	assert_null(strstr(w->text, "SEG2002"));
	/* Its channel is closed. */
	struct msg_findings m = { 0 };
	assert_int_equal(chan_send(&w->worker, MSG_FINDINGS, &m, NULL), -EPIPE);
	/* The next one starts clean. */
	add_worker(w, 1, 9);
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	wait_line(w, "SEG2002 OPEN ");
	stop(w);
}

/* A frame of that flow in the worker's memory. */
static struct exhibit
exhibit(const struct world *w)
{
	static uint64_t seq;

	return (struct exhibit){ .f = finding(w, OUTCOME_ATTEMPTED, 1, 0),
		.time = nstime_now(),
		.seq = ++seq,
		.at = { .iface = 1 },
		.link = 1,
		.wirelen = 60,
		.packet = 1 };
}

static void
put_record(struct world *w, uint32_t kind, const void *record, size_t size)
{
	static const uint8_t bytes[54];
	struct journal j =
	    journal_writer(&w->room->exhibits, w->room->exhibits_data, WORKER_EXHIBITS);

	journal_put(&j, kind, record, size, bytes, sizeof bytes);
}

static void
put_exhibit(struct world *w, const struct exhibit *x)
{
	put_record(w, EXHIBIT, x, sizeof *x);
}

static const char *
evidence_file(struct world *w, const char *ev)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/evidence/%.10s.pcapng", w->dir, ev);
	return path;
}

/* Waits until the file has more than SIZE bytes, at most five seconds. */
static off_t
wait_larger(const char *path, off_t size)
{
	struct stat st = { .st_size = 0 };

	for (unsigned i = 0; i < 500 && st.st_size <= size; i++) {
		if (stat(path, &st) < 0)
			st.st_size = 0;
		(void)poll(NULL, 0, 10);
	}
	assert_true(st.st_size > size);
	return st.st_size;
}

/* Frames before and after their finding, over a kill of the hub; CLOSED says the hash. */
static void
test_evidence(void **state)
{
	struct world *w = *state;
	struct exhibit x;
	char ev[11];
	off_t size;

	w->quiet = 2 * NS_SEC;
	start(w);
	x = exhibit(w);
	put_exhibit(w, &x);
	send_finding(w, OUTCOME_ATTEMPTED, 1, 1);
	snprintf(ev, sizeof ev, "%.10s", strstr(wait_line(w, "SEG2002 OPEN "), " ev=") + 4);
	size = wait_larger(evidence_file(w, ev), 0);
	x = exhibit(w);
	put_exhibit(w, &x);
	size = wait_larger(evidence_file(w, ev), size);
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	chan_close(&w->hub);
	atomic_store(&w->worker_shm->told, w->told);
	start_hub(w, 1);
	w->generation = 0;
	send_policy(w);
	(void)wait_ready(w);
	add_worker(w, 0, 0);
	x = exhibit(w);
	put_exhibit(w, &x);
	/* The two from before the kill are in the journal still, and not twice in the file. */
	off_t now = wait_larger(evidence_file(w, ev), size);
	assert_true(now - size < 400);
	const char *line = wait_line(w, "SEG2002 CLOSED ");
	char want[64];
	snprintf(want, sizeof want, " evidence=%s.pcapng sha256=", ev);
	assert_non_null(strstr(line, want));
	stop(w);
}

/* Record WRONG of those that no worker writes. */
static void
put_wrong(struct world *w, unsigned wrong)
{
	struct exhibit x = exhibit(w);

	switch (wrong) {
	case 0:
		put_record(w, EXHIBIT + 1, &x, sizeof x);
		return;
	case 1:
		put_record(w, EXHIBIT, &x, 10);
		return;
	case 2:
		x.wirelen = 53;
		break;
	case 3:
		x.at.iface = 63;
		break;
	case 4:
		x.f.from = 200;
		break;
	case 5:
		x.f.near = 1000;
		break;
	case 6:
		x.f.generation = 7;
		break;
	case 7:
		x.flags = UINT32_MAX;
		break;
	case 8: /* no place where a record can begin */
		atomic_fetch_add(&w->room->exhibits.head, 8);
		return;
	}
	put_exhibit(w, &x);
}

/* Whoever writes such is compromised. The next one starts clean. */
static void
test_evidence_that_may_not_be(void **state)
{
	struct world *w = *state;
	struct exhibit good;
	const char *ev;

	start(w);
	for (unsigned wrong = 0; wrong < 9; wrong++) {
		char byte;

		put_wrong(w, wrong);
		assert_int_equal(
		    poll(&(struct pollfd){ .fd = w->worker.fd, .events = POLLIN }, 1, 5000), 1);
		assert_int_equal(recv(w->worker.fd, &byte, 1, 0), 0); /* nobody talks to it */
		add_worker(w, wrong + 1, 9);
	}
	wait_line(w, "SEG9006 NOTE sev=err verdict=gap what=protocol role=worker number=0 ");
	good = exhibit(w);
	put_exhibit(w, &good);
	send_finding(w, OUTCOME_ATTEMPTED, 1, 1);
	ev = strstr(wait_line(w, "SEG2002 OPEN "), " ev=") + 4;
	(void)wait_larger(evidence_file(w, ev), 0);
	assert_null(strstr(log_text(w), "SEG9013"));
	stop(w);
}

static struct msg_skipped
skipped_frame(uint64_t seq)
{
	return (struct msg_skipped){ .caplen = 60,
		.wirelen = 1514,
		.seq = seq,
		.time = 1767582245 * NS_SEC,
		.iface = 1,
		.link = 1 };
}

static void
test_skipped(void **state)
{
	struct world *w = *state;
	struct msg_skipped m = skipped_frame(7);
	char want[256];
	struct stat st;

	start(w);
	send_skipped(w, &m, -1);
	snprintf(want, sizeof want,
	    "SEG9006 NOTE sev=err verdict=gap worker=0 what=skipped frame=7 in=sgt-none2 "
	    "caplen=60 wirelen=1514 from=2026-01-05T12:04:05.000000+09:00 "
	    "kept=skipped-%s-0-7.pcap ",
	    run_id(w));
	wait_line(w, want);
	assert_int_equal(stat(kept_file(w, 7), &st), 0);
	assert_int_equal(st.st_size, 24 + 16 + 60);
	assert_int_equal(st.st_mode, S_IFREG | 0600);

	/* Capture could not copy one, and did not find another. */
	m.seq = 8;
	m.error = EMFILE;
	assert_int_equal(chan_send(&w->capture, MSG_SKIPPED, &m, NULL), 0);
	wait_line(w,
	    " frame=8 in=sgt-none2 caplen=60 wirelen=1514 "
	    "from=2026-01-05T12:04:05.000000+09:00 kept=no error=\"Too many open files\" ");
	m = (struct msg_skipped){ .worker = 3, .error = EBADMSG };
	assert_int_equal(chan_send(&w->capture, MSG_SKIPPED, &m, NULL), 0);
	wait_line(w, "verdict=gap worker=3 what=skipped kept=no error=\"Bad message\" ");

	/* A reload does not move the directory: another state_dir waits for a restart. */
	send_policy(w);
	(void)wait_ready(w);
	m = skipped_frame(9);
	send_skipped(w, &m, -1);
	wait_line(w, "-0-9.pcap ");

	/* The directory goes away under it. */
	assert_int_equal(unlink(kept_file(w, 7)), 0);
	assert_int_equal(unlink(kept_file(w, 9)), 0);
	snprintf(want, sizeof want, "%s/evidence", w->dir);
	assert_int_equal(rmdir(want), 0);
	close(open(want, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	m.seq = 10;
	send_skipped(w, &m, -1);
	wait_line(w, " frame=10 in=sgt-none2 caplen=60 wirelen=1514 "
		     "from=2026-01-05T12:04:05.000000+09:00 kept=no error=\"Not a directory\" ");
	unlink(want);
	stop(w);
}

/* What capture may not say: its channel is closed, and no file is written. */
static void
test_skipped_refused(void **state)
{
	struct world *w = *state;
	struct msg_skipped bad[9];
	unsigned restarts = 0;
	int pair[2];

	start(w);
	for (unsigned i = 0; i < 9; i++)
		bad[i] = skipped_frame(20 + i);
	bad[0].worker = ROLE_WORKERS;
	bad[1].iface = POLICY_IFACES;
	bad[2].wirelen = 59;
	bad[3].caplen = 0;
	bad[4].seq = 0;
	bad[5].caplen = bad[5].wirelen = MSG_FRAME_MOST + 1;
	bad[6].error = -1;
	for (unsigned i = 0; i < 9; i++) {
		int fd = -1;

		if (i == 5 || i == 8) { /* not sealed; 5: that does not matter */
			void *at = memory(bad[i].caplen, &fd);

			munmap(at, bad[i].caplen);
		} else if (i == 7) { /* who reads it, waits */
			assert_int_equal(pipe(pair), 0);
			close(pair[1]);
			fd = pair[0];
		}
		if (i == 6)
			assert_int_equal(chan_send(&w->capture, MSG_SKIPPED, &bad[i], NULL), 0);
		else
			send_skipped(w, &bad[i], fd);
		/* Its end is closed: what comes after it is not taken. */
		for (unsigned k = 0; k < 500; k++) {
			struct pollfd p = { .fd = w->capture.fd, .events = 0 };

			if (poll(&p, 1, 10) == 1 && (p.revents & POLLHUP))
				break;
		}
		struct msg_iface m = { .iface = 0 };
		assert_int_equal(chan_send(&w->capture, MSG_IFACE, &m, NULL), -EPIPE);
		wait_line(w, "what=protocol role=capture number=0 ");
		assert_int_equal(access(kept_file(w, bad[i].seq), F_OK), -1);
		add_capture(w, ++restarts);
	}
	assert_null(strstr(log_text(w), "what=skipped"));
	struct msg_skipped good = skipped_frame(40);
	send_skipped(w, &good, -1);
	wait_line(w, "-0-40.pcap ");
	stop(w);
}

static void
test_finding_of_another_generation(void **state)
{
	struct world *w = *state;

	start(w);
	w->generation = 7; /* one that never was */
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	wait_line(w, "SEG9006 NOTE sev=err verdict=gap what=protocol role=worker number=0 ");
	assert_null(strstr(log_text(w), "SEG2002"));
	stop(w);
}

/* Another hub was here before, and a policy before the one that this one gets: flows that it judged
 * cannot be named any more, and their worker is none the worse. */
static void
test_finding_from_before(void **state)
{
	struct world *w = *state;

	w->generation = 4;
	start(w);
	w->generation = 4;
	send_finding(w, OUTCOME_CROSSED, 1, 3);
	wait_line(w, "SEG9008 NOTE sev=err verdict=gap what=generation n=1 pkts=3 ");
	w->generation = 5;
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	wait_line(w, "SEG2002 OPEN ");
	assert_null(strstr(w->text, "SEG9006"));
	stop(w);
}

/* Found by a clock that was an hour ahead, and set back since: it does not stay open for an hour,
 * in which the same thing would not be told. */
static void
test_clock_set_back(void **state)
{
	struct world *w = *state;

	start(w);
	w->ahead = NS_HOUR;
	send_finding(w, OUTCOME_CROSSED, 1, 3);
	wait_line(w, "SEG2002 CLOSED ");
	w->ahead = 0;
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	wait_line(w, "SEG2002 OPEN ");
	stop(w);
}

static void
test_reload(void **state)
{
	struct world *w = *state;

	start(w);
	assert_null(strstr(w->text, "SEG7002"));
	send_notice(w, NOTICE_RELOAD_REFUSED, "a.conf:3: zone \"x\": …");
	const char *line = wait_line(w, "SEG8002 NOTE sev=warning verdict=notice gen=1 error=");
	assert_non_null(strstr(line, "a.conf:3: zone \\\"x\\\": \\u{2026}"));
	send_policy(w);
	wait_ready(w);
	send_notice(w, NOTICE_RELOADED, "");
	line = wait_line(w, "SEG8001 NOTE sev=notice verdict=notice version=1.2-test gen=2 ");
	wait_line(w, "SEG7002 NOTE sev=notice verdict=notice pair=lgwan>kikan rule=wide ");
	/* A flow that the first generation judged is still told of. */
	w->generation = 1;
	send_finding(w, OUTCOME_CROSSED, 1, 1);
	wait_line(w, "SEG2002 OPEN ");
	stop(w);
}

/* An image that was cut on its way is not used, and nothing goes on without one. */
static void
test_bad_policy(void **state)
{
	struct world *w = *state;
	struct msg_policy m = { .generation = 1, .size = 4096 };
	int fd;

	void *image = memory(4096, &fd);
	assert_int_equal(chan_send(&w->hub, MSG_POLICY, &m, &fd), 0);
	munmap(image, 4096);
	close(fd);
	assert_int_equal(wait_end(w), 70);
}

static void
test_monitor_gone(void **state)
{
	struct world *w = *state;

	start(w);
	chan_close(&w->hub);
	w->hub.fd = -1;
	assert_int_equal(wait_end(w), 69);
	wait_line(w, "SEG9003 NOTE ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_life),
		CASE(test_killed),
		CASE(test_losses_and_accounts),
		CASE(test_traffic),
		CASE(test_false_traffic),
		CASE(test_false_passed_traffic),
		CASE(test_policy_text),
		CASE(test_control),
		CASE(test_crash),
		CASE(test_compromised_worker),
		CASE(test_evidence),
		CASE(test_evidence_that_may_not_be),
		CASE(test_skipped),
		CASE(test_skipped_refused),
		CASE(test_finding_of_another_generation),
		CASE(test_finding_from_before),
		CASE(test_clock_set_back),
		CASE(test_reload),
		CASE(test_bad_policy),
		CASE(test_monitor_gone),
	};

	return UNIT_RUN(tests);
}
