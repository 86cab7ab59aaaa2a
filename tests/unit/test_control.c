/* test_control.c - the control socket with real clients: who may ask what, and that nobody who asks
 * holds the loop up. The test is the loop: it calls turn() and measures it. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hub/control.h"
#include "tell_policy.h"

#define T0 (1767225600 * NS_SEC)

enum { OPEN = 16384, MOST_MS = 50 }; /* as many incidents as the hub keeps */

struct world {
	char dir[64], path[96];
	struct tell_policy *policy;
	struct tell tell;
	struct accounts accounts;
	struct peers peers;
	struct control_view view;
	struct control *control;
	unsigned reloads;
	nstime mono;	/* of the made-up clock */
	nstime longest; /* processor time of one turn */
};

static void
on_reload(void *ctx)
{
	struct world *w = ctx;

	w->reloads++;
}

static void
say_nothing(void *ctx, enum incident_state state, struct incident *i, uint64_t added)
{
	(void)ctx;
	(void)state;
	(void)i;
	(void)added;
}

static void
note_nothing(void *ctx, uint16_t id, const char *fields, const char *msg)
{
	(void)ctx;
	(void)id;
	(void)fields;
	(void)msg;
}

static void
record_nothing(void *ctx, const char *word, const char *fields)
{
	(void)ctx;
	(void)word;
	(void)fields;
}

/* N incidents, from different hosts; the first is the worst. */
static struct incidents *
open_incidents(const struct world *w, unsigned n)
{
	static const struct hash_key key = { { 11, 33, 55, 77, 99, 111 } };
	struct incidents *t = incidents_new(OPEN, &key, 5 * NS_MIN, say_nothing, NULL);

	assert_non_null(t);
	for (unsigned i = 0; i < n; i++) {
		uint8_t src[4] = { 10, 2, (uint8_t)(i >> 8), (uint8_t)i }, dst[4] = { 10, 3, 9, 7 };
		struct finding f = { .id = 2002,
			.outcome = i == 0 ? OUTCOME_ANSWERED : OUTCOME_ATTEMPTED,
			.from = 1,
			.to = 2,
			.proto = 6,
			.generation = 1,
			.rule = (uint32_t)POLICY_NONE,
			.near = (uint32_t)POLICY_NONE,
			.flags = FINDING_PORTS | FINDING_IS4,
			.sport = 50000,
			.dport = 3390,
			.src = addr_from4(src),
			.dst = addr_from4(dst),
			.first = T0,
			.last = T0 + NS_SEC,
			.n = 3,
			.bytes = 180 };

		incident_add(t, &w->policy->p, &f);
	}
	assert_int_equal(incidents_open(t), n);
	return t;
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	const struct moment now = { .mono = NS_SEC, .wall = T0 };

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-control-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	assert_int_equal(chmod(w->dir, 0755), 0);
	snprintf(w->path, sizeof w->path, "%s/control", w->dir);
	w->policy = tell_policy_new(1, 0);
	(void)tell_zone(
	    w->policy, "lgwan", "LGWAN\xe6\x8e\xa5\xe7\xb6\x9a\xe7\xb3\xbb", CLASS_LGWAN);
	(void)tell_zone(w->policy, "internet", "", CLASS_INTERNET);
	(void)tell_conduit(w->policy, "vdi", 1, 2, "tcp/3389", "", NSTIME_NEVER);
	w->policy->p.workers = 1;
	w->mono = NS_SEC;
	tell_init(&w->tell, sinks_new("test", 1), 0x01020304);
	w->tell.policy = &w->policy->p;
	w->tell.wall = T0;
	w->tell.mono = w->mono;
	for (unsigned i = 0; i < ROLE_WORKERS; i++)
		w->peers.worker[i].chan.fd = -1;
	w->peers.capture.chan.fd = -1;
	struct coverage *coverage = coverage_new(
	    now, &(struct coverage_calls){ .say = note_nothing, .record = record_nothing });
	coverage_policy(coverage, &w->policy->p, GAP_START, now);
	w->view = (struct control_view){ .version = "1.2-test",
		.tell = &w->tell,
		.incidents = open_incidents(w, 2),
		.sinks = w->tell.sinks,
		.coverage = coverage,
		.accounts = &w->accounts,
		.peers = &w->peers,
		.digest = digest_new(-1),
		.lines_lost_at = NSTIME_ALWAYS,
		.lines_wait = NSTIME_NEVER };
	w->control = control_new(&w->view, on_reload, w);
	assert_non_null(w->control);
	assert_int_equal(control_open(w->control, w->dir), 0);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	control_free(w->control);
	assert_int_equal(access(w->path, F_OK), -1);
	incidents_free((struct incidents *)w->view.incidents);
	coverage_free((struct coverage *)w->view.coverage);
	digest_free((struct digest *)(uintptr_t)w->view.digest);
	sinks_free(w->tell.sinks);
	free(w->policy);
	assert_int_equal(rmdir(w->dir), 0); /* nothing was left there */
	free(w);
	return 0;
}

static nstime
processor(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * NS_SEC + t.tv_nsec;
}

/* What the hub's loop does for the socket once. */
static void
turn(struct world *w)
{
	struct pollfd fds[CONTROL_POLL];
	size_t n = control_poll(w->control, fds);

	(void)poll(fds, (nfds_t)n, 0);
	nstime before = processor();
	control_polled(w->control, fds, n);
	control_run(w->control, w->mono);
	nstime took = processor() - before;
	if (took > w->longest)
		w->longest = took;
}

/* A connection that never waits. -1 when the daemon's queue is full. */
static int
client(const struct world *w)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(a.sun_path, w->path, strlen(w->path) + 1);
	if (connect(fd, (const struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
ask(int fd, const char *request)
{
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
}

static int
asked(const struct world *w, const char *request)
{
	int fd = client(w);

	assert_true(fd >= 0);
	ask(fd, request);
	return fd;
}

/* The next record, NUL-terminated; turns until it is there. "" at the end of the conversation. */
static const char *
record(struct world *w, int fd)
{
	static char bytes[CONTROL_RECORD_MOST + 1];

	for (unsigned i = 0; i < 100000; i++) {
		ssize_t n = recv(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT);

		if (n >= 0 || errno == ECONNRESET) {
			bytes[n > 0 ? n : 0] = '\0';
			return bytes;
		}
		assert_int_equal(errno, EAGAIN);
		turn(w);
	}
	fail_msg("no answer");
	return NULL;
}

static void
expect(struct world *w, int fd, const char *begins)
{
	const char *got = record(w, fd);

	if (strncmp(got, begins, strlen(begins)) != 0 || (!*begins && *got))
		fail_msg("\"%s\" instead of \"%s\"", got, begins);
}

static void
expect_gone(struct world *w, int fd)
{
	expect(w, fd, "");
	close(fd);
	turn(w);
}

static void
has(const char *record, const char *part)
{
	if (!strstr(record, part))
		fail_msg("no \"%s\" in: %s", part, record);
}

static void
test_status(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 status");

	expect(w, fd, "segaudit 1 ok");
	const char *r = record(w, fd);
	has(r, "status sid=01020304 verdict=degraded why=\"capture is not running; worker 0 is not "
	       "running\" version=1.2-test gen=1 language=en since=2026-01-01T00:00:00.000000Z "
	       "uptime=0.000 ");
	has(r, " incidents=2 alert=0 crit=1 err=0 warning=1 ");
	expect(w, fd, "role role=hub running=yes restarts=0");
	expect(w, fd, "role role=capture running=no restarts=0");
	expect(w, fd, "role role=worker worker=0 running=no restarts=0 gen=0 frames=0 backlog=0");
	expect(w, fd, "end");
	expect_gone(w, fd);
	assert_int_equal(control_clients(w->control), 0);
}

static void
test_incidents(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 incidents pair=lgwan>internet");

	expect(w, fd, "segaudit 1 ok");
	const char *r = record(w, fd); /* the worst first, though it opened first */
	has(r, "SEG2002 OPEN ev=");
	has(r, " sev=crit verdict=violation outcome=answered pair=lgwan>internet ");
	has(r, " src=10.2.0.0:50000 dst=10.3.9.7:3390 n=3 first=2026-01-01T00:00:00.000000Z gen=1 "
	       "last=2026-01-01T00:00:01.000000Z bytes=180 msg=\"");
	has(record(w, fd), " sev=warning ");
	expect(w, fd, "end");
	expect_gone(w, fd);
	fd = asked(w, "segaudit 1 incidents sev=alert");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd, "end");
	expect_gone(w, fd);
}

static void
test_lists(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 zones");

	expect(w, fd, "segaudit 1 ok");
	expect(w, fd,
	    "zone zone=lgwan label=\"LGWAN\\u{63a5}\\u{7d9a}\\u{7cfb}\" class=lgwan "
	    "in=\"\" "
	    "captured=");
	expect(w, fd, "zone zone=internet ");
	expect(w, fd, "end");
	expect_gone(w, fd);
	fd = asked(w, "segaudit 1 conduits");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd,
	    "conduit rule=vdi pair=lgwan>internet clients=zone servers=zone "
	    "services=tcp/3389");
	expect(w, fd, "end");
	expect_gone(w, fd);
	/* One that is for mail has its messages, as records of workers counted them. */
	struct traffic t = { .generation = w->policy->p.generation,
		.from = 1,
		.to = 2,
		.fits = 1,
		.mails = { [TRAFFIC_MAIL_CONFORMING] = 7,
		    [TRAFFIC_MAIL_VIOLATING] = 2,
		    [TRAFFIC_MAIL_UNVERIFIABLE] = 1 } };

	w->policy->conduit[0].require = REQUIRE_TEXT_MAIL;
	assert_true(
	    digest_take((struct digest *)(uintptr_t)w->view.digest, 0, 1, 0, &t, &w->policy->p));
	fd = asked(w, "segaudit 1 conduits");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd,
	    "conduit rule=vdi pair=lgwan>internet clients=zone servers=zone services=tcp/3389 "
	    "require=text-mail messages=10 conforming=7 violating=2 unverifiable=1");
	expect(w, fd, "end");
	expect_gone(w, fd);
	/* Nothing is captured: no pair is listed. */
	fd = asked(w, "segaudit 1 coverage");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd, "period period=hour from=2026-01-01T00:00:00.000000Z language=en");
	expect(w, fd, "period period=heartbeat from=2026-01-01T00:00:00.000000Z language=en");
	expect(w, fd, "end");
	expect_gone(w, fd);
}

/* A mirror port from second 10 on: both zones are seen by it. */
static void
test_coverage(void **state)
{
	struct world *w = *state;
	struct coverage *c = (struct coverage *)w->view.coverage;
	const struct moment now = { .mono = 11 * NS_SEC, .wall = T0 + 10 * NS_SEC };
	const struct moment hour = { .mono = 3601 * NS_SEC, .wall = T0 + 3600 * NS_SEC };

	w->policy->iface[tell_iface(w->policy, "mon0")].mirror = true;
	w->policy->p.japanese = 1;
	coverage_policy(c, &w->policy->p, GAP_RELOAD, now);
	coverage_link(c, 0, true, GAP_RELOAD, now);
	coverage_capture(c,
	    &(struct msg_iface){ .open = true, .reason = GAP_RELOAD, .time = now.wall + NS_SEC },
	    (struct moment){ now.mono + NS_SEC, now.wall + NS_SEC });
	coverage_tick(c, w->view.accounts, (struct moment){ 13 * NS_SEC, T0 + 12 * NS_SEC });
	coverage_tick(c, w->view.accounts, hour);
	w->tell.mono = hour.mono;
	int fd = asked(w, "segaudit 1 coverage");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd,
	    "interface in=mon0 state=watched watched=3589.000 blind=1.000 frames=0 bytes=0 ");
	expect(w, fd, "period period=hour from=2026-01-01T01:00:00.000000Z language=ja");
	expect(w, fd,
	    "period period=before from=2026-01-01T00:00:10.000000Z to=2026-01-01T01:00:00.000000Z "
	    "language=ja");
	expect(w, fd, "period period=heartbeat from=2026-01-01T00:00:00.000000Z language=ja");
	expect(w, fd, "pair pair=lgwan>internet period=hour assured=yes");
	expect(w, fd,
	    "pair pair=lgwan>internet period=before assured=no what=reload in=mon0 reload=1.000");
	expect(w, fd,
	    "pair pair=lgwan>internet period=heartbeat assured=no what=reload in=mon0 "
	    "reload=1.000");
	expect(w, fd, "pair pair=internet>lgwan period=hour assured=yes");
	expect(w, fd, "pair pair=internet>lgwan period=before assured=no ");
	expect(w, fd, "pair pair=internet>lgwan period=heartbeat assured=no ");
	expect(w, fd, "end");
	expect_gone(w, fd);
}

static void
hear_line(struct world *w, unsigned n, const char *sev)
{
	char line[64];
	int size = snprintf(line, sizeof line, "SEG2002 OPEN n=%u sev=%s", n, sev);

	control_heard(w->control, line, (size_t)size);
}

static void
test_tail(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 10; i++)
		hear_line(w, i, i % 2 ? "crit" : "info");
	int fd = asked(w, "segaudit 1 tail 2 sev=crit");
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd, "SEG2002 OPEN n=7 sev=crit");
	expect(w, fd, "SEG2002 OPEN n=9 sev=crit");
	hear_line(w, 10, "info");
	hear_line(w, 11, "crit");
	expect(w, fd, "SEG2002 OPEN n=11 sev=crit");
	/* It may wait for hours. */
	assert_true(control_due(w->control) == NSTIME_NEVER);
	w->mono += 3 * NS_HOUR;
	turn(w);
	hear_line(w, 12, "crit");
	expect(w, fd, "SEG2002 OPEN n=12 sev=crit");
	close(fd);
	turn(w);
	assert_int_equal(control_clients(w->control), 0);
	/* More than there are. */
	fd = asked(w, "segaudit 1 tail 2048");
	expect(w, fd, "segaudit 1 ok");
	for (unsigned i = 0; i <= 12; i++)
		expect(w, fd, "SEG2002 OPEN n=");
	close(fd);
	turn(w);
}

static void
test_reload(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 reload");

	for (unsigned i = 0; i < 10; i++)
		turn(w);
	assert_int_equal(w->reloads, 1);
	w->mono += 30 * NS_SEC; /* it may take its time */
	turn(w);
	control_reloaded(w->control, true, NULL);
	expect(w, fd, "segaudit 1 ok");
	expect(w, fd, "reloaded gen=1");
	expect(w, fd, "end");
	expect_gone(w, fd);
	fd = asked(w, "segaudit 1 reload");
	turn(w);
	turn(w);
	control_reloaded(w->control, false, "a.conf:3: \"x\" is wrong");
	expect(w, fd, "segaudit 1 error refused msg=\"a.conf:3: \\\"x\\\" is wrong\"");
	expect_gone(w, fd);
	fd = asked(w, "segaudit 1 reload");
	turn(w);
	turn(w);
	w->mono += NS_MIN;
	expect(w, fd, "segaudit 1 error timeout ");
	expect_gone(w, fd);
	assert_int_equal(w->reloads, 3);
}

/* What is no request is answered so, and ends the conversation. */
static void
test_garbage(void **state)
{
	struct world *w = *state;
	char bytes[CONTROL_REQUEST_MOST + 1];
	int fd = asked(w, "GET / HTTP/1.1\r\n\r\n");

	expect(w, fd, "segaudit 1 error version ");
	expect_gone(w, fd);
	fd = asked(w, "segaudit 1 matrix");
	expect(w, fd, "segaudit 1 error unknown ");
	expect_gone(w, fd);
	/* Part of a request is no request. */
	fd = asked(w, "segaudit 1 tai");
	expect(w, fd, "segaudit 1 error unknown ");
	expect_gone(w, fd);
	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes, "segaudit 1 incidents a=", 23);
	fd = client(w);
	assert_int_equal(send(fd, bytes, sizeof bytes, 0), sizeof bytes);
	expect(w, fd, "segaudit 1 error syntax msg=\"the request is too long\"");
	expect_gone(w, fd);
	/* As large as the kernel lets it be. */
	size_t large = 150000;
	char *much = calloc(1, large);
	assert_non_null(much);
	fd = client(w);
	assert_int_equal(send(fd, much, large, 0), large);
	expect(w, fd, "segaudit 1 error syntax msg=\"the request is too long\"");
	expect_gone(w, fd);
	free(much);
	srandom(7);
	for (unsigned i = 0; i < 2000; i++) {
		size_t n = 1 + (size_t)random() % 200;

		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)random();
		fd = client(w);
		assert_int_equal(send(fd, bytes, n, 0), n);
		expect(w, fd, "segaudit 1 error version ");
		expect_gone(w, fd);
	}
	assert_int_equal(control_clients(w->control), 0);
}

/* Two requests, or descriptors: dropped. */
static void
test_too_much(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 tail 0");

	expect(w, fd, "segaudit 1 ok");
	ask(fd, "segaudit 1 tail 0");
	expect_gone(w, fd);
	assert_int_equal(control_clients(w->control), 0);

	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char text[] = "segaudit 1 tail 0";
	struct iovec v = { text, strlen(text) };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	fd = client(w);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	assert_int_equal(sendmsg(fd, &m, 0), strlen(text));
	expect_gone(w, fd);
	assert_int_equal(control_clients(w->control), 0);
}

/* Who asks nothing has five seconds, and the eight places are not more. */
static void
test_silence(void **state)
{
	struct world *w = *state;
	int fd[CONTROL_CLIENTS];

	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		assert_true((fd[i] = client(w)) >= 0);
	turn(w);
	assert_int_equal(control_clients(w->control), CONTROL_CLIENTS);
	int late = asked(w, "segaudit 1 status");
	expect(w, late, "segaudit 1 error busy ");
	expect_gone(w, late);
	w->mono += CONTROL_PATIENCE - 1;
	turn(w);
	assert_int_equal(control_clients(w->control), CONTROL_CLIENTS);
	w->mono += 1;
	turn(w);
	assert_int_equal(control_clients(w->control), 0);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++) {
		expect(w, fd[i], "segaudit 1 error timeout ");
		expect_gone(w, fd[i]);
	}
}

/* Eight who ask for everything and read nothing are dropped after five seconds, and cost the loop
 * little; another one who reads gets all of it. */
static void
test_slow(void **state)
{
	struct world *w = *state;
	int fd[CONTROL_CLIENTS];
	unsigned turns = 0;

	incidents_free((struct incidents *)w->view.incidents);
	w->view.incidents = open_incidents(w, OPEN);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		fd[i] = asked(w, "segaudit 1 incidents");
	do {
		turn(w);
		turns++;
	} while (control_due(w->control) != NSTIME_NEVER || turns < 2 * CONTROL_CLIENTS);
	/* All are full: nothing is to do until somebody reads. */
	assert_int_equal(control_clients(w->control), CONTROL_CLIENTS);
	w->mono += CONTROL_PATIENCE;
	turn(w);
	assert_int_equal(control_clients(w->control), 0);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		close(fd[i]);

	int reader = asked(w, "segaudit 1 incidents");
	expect(w, reader, "segaudit 1 ok");
	has(record(w, reader), " sev=crit ");
	for (unsigned i = 1; i < OPEN; i++)
		expect(w, reader, "SEG2002 OPEN ev=");
	expect(w, reader, "end");
	expect_gone(w, reader);

	/* One who takes a record now and then has a minute for all of it. */
	reader = asked(w, "segaudit 1 incidents");
	expect(w, reader, "segaudit 1 ok");
	for (unsigned i = 0; i < 14 && control_clients(w->control); i++) {
		for (unsigned k = 0; k < 100; k++)
			(void)record(w, reader);
		w->mono += CONTROL_PATIENCE - 1;
		turn(w);
	}
	assert_int_equal(control_clients(w->control), 0);
	close(reader);
	print_message("%u turns, the longest %.1f ms of processor time\n", turns,
	    (double)w->longest / NS_MSEC);
	assert_true(w->longest < MOST_MS * NS_MSEC);
}

/* A follower in a storm misses lines and is told how many; the newest reach it. */
static void
test_storm(void **state)
{
	struct world *w = *state;
	int fd = asked(w, "segaudit 1 tail 0");
	unsigned got = 0, missed = 0, n = 0;

	expect(w, fd, "segaudit 1 ok");
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < 1000; i++)
			hear_line(w, n++, "info");
		turn(w);
	}
	while (got + missed < n) {
		unsigned k;
		const char *r = record(w, fd);

		if (sscanf(r, "missed n=%u", &k) == 1) {
			missed += k;
		} else {
			assert_int_equal(sscanf(r, "SEG2002 OPEN n=%u", &k), 1);
			assert_int_equal(k, got + missed); /* in order, none twice */
			got++;
		}
	}
	assert_true(missed > 0 && got > CONTROL_LINES / 2);
	print_message("%u lines: %u followed, %u missed; the longest turn %.1f ms\n", n, got,
	    missed, (double)w->longest / NS_MSEC);
	assert_true(w->longest < MOST_MS * NS_MSEC);
	close(fd);
	turn(w);
}

/* 1,000 connections, as fast as the daemon takes them. */
static void
test_many(void **state)
{
	struct world *w = *state;
	unsigned full = 0, busy = 0;
	int *fd = calloc(1000, sizeof *fd);

	assert_non_null(fd);
	for (unsigned i = 0; i < 1000; i++) {
		while ((fd[i] = client(w)) < 0) {
			full++;
			turn(w);
		}
		assert_true(control_clients(w->control) <= CONTROL_CLIENTS);
	}
	for (unsigned i = 0; i < 100; i++)
		turn(w);
	assert_int_equal(control_clients(w->control), CONTROL_CLIENTS);
	for (unsigned i = 0; i < 1000; i++) {
		char bytes[256];
		ssize_t n = recv(fd[i], bytes, sizeof bytes - 1, MSG_DONTWAIT);

		if (n > 0) {
			bytes[n] = '\0';
			has(bytes, "segaudit 1 error busy ");
			busy++;
		}
		close(fd[i]);
	}
	assert_int_equal(busy, 1000 - CONTROL_CLIENTS);
	for (unsigned i = 0; i < CONTROL_CLIENTS; i++)
		turn(w);
	assert_int_equal(control_clients(w->control), 0);
	print_message("the kernel's queue was full %u times; the longest turn %.1f ms\n", full,
	    (double)w->longest / NS_MSEC);
	assert_true(w->longest < MOST_MS * NS_MSEC);
	free(fd);
}

/* Is descriptor I another one of the same socket? */
static bool
is_copy(int i, int fd)
{
	struct stat a, b;

	return i != fd && fstat(i, &a) == 0 && fstat(fd, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* No descriptor is left: the loop does not spin, and goes on when there is one again. */
static void
test_exhausted(void **state)
{
	struct world *w = *state;
	struct rlimit before, few;
	struct pollfd fds[CONTROL_POLL];
	int fd = asked(w, "segaudit 1 status"), last;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* All below 64 are taken: poll() wants to be allowed as many as it is given. */
	while ((last = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 64)
		assert_true(last >= 0);
	close(last);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	turn(w);
	assert_int_equal(control_clients(w->control), 0);
	assert_int_equal(control_poll(w->control, fds), CONTROL_POLL);
	assert_int_equal(fds[0].fd, -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	control_tick(w->control, w->mono);
	expect(w, fd, "segaudit 1 ok");
	for (int i = 3; i < 64; i++)
		if (is_copy(i, fd))
			close(i);
	close(fd);
	turn(w);
	turn(w);
	assert_int_equal(control_clients(w->control), 0);
}

static ino_t
inode(const struct world *w)
{
	struct stat st;

	assert_int_equal(lstat(w->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	return st.st_ino;
}

/* A successor takes the file over from a hub that was killed, which does not take it away; a file
 * that is gone is made anew. */
static void
test_file(void **state)
{
	struct world *w = *state;
	ino_t first = inode(w);
	mode_t before = umask(0);
	struct control *second = control_new(&w->view, on_reload, w);

	assert_non_null(second);
	assert_int_equal(control_open(second, w->dir), 0);
	(void)umask(before);
	ino_t now = inode(w);
	assert_true(now != first);
	control_free(w->control);
	assert_int_equal(inode(w), now);
	w->control = second;
	int fd = asked(w, "segaudit 1 zones");
	expect(w, fd, "segaudit 1 ok");
	close(fd);
	turn(w);
	turn(w);
	/* Gone, by whatever hand. */
	assert_int_equal(unlink(w->path), 0);
	control_tick(w->control, w->mono);
	(void)inode(w);
	fd = asked(w, "segaudit 1 zones");
	expect(w, fd, "segaudit 1 ok");
	close(fd);
	turn(w);
	turn(w);
	/* What lies there and is no socket is replaced too, and so is what is half made. */
	control_free(w->control);
	char name[128];
	snprintf(name, sizeof name, "%s.new", w->path);
	close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	close(open(w->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	w->control = control_new(&w->view, on_reload, w);
	assert_int_equal(control_open(w->control, w->dir), 0);
	(void)inode(w);
	assert_int_equal(access(name, F_OK), -1);
}

/* A directory that is not there yet, and one that is too long. */
static void
test_no_place(void **state)
{
	struct world *w = *state;
	char dir[160];
	struct control *c = control_new(&w->view, on_reload, w);

	assert_int_equal(control_open(c, ""), -ENOENT);
	control_tick(c, w->mono);
	snprintf(dir, sizeof dir, "%s/later", w->dir);
	assert_int_equal(control_open(c, dir), -ENOENT);
	control_tick(c, w->mono);
	assert_int_equal(mkdir(dir, 0755), 0);
	control_tick(c, w->mono);
	snprintf(dir, sizeof dir, "%s/later/control", w->dir);
	assert_int_equal(access(dir, F_OK), 0);
	control_free(c);
	assert_int_equal(access(dir, F_OK), -1);
	snprintf(dir, sizeof dir, "%s/later", w->dir);
	assert_int_equal(rmdir(dir), 0);
	c = control_new(&w->view, on_reload, w);
	memset(dir, 'x', sizeof dir);
	dir[sizeof dir - 1] = '\0';
	assert_int_equal(control_open(c, dir), -ENAMETOOLONG);
	control_tick(c, w->mono);
	control_free(c);
}

/* Asks as another user with one further group; what is answered. */
static void
ask_as(struct world *w, uid_t uid, gid_t group, const char *request, const char *answer)
{
	int talk[2];
	char bytes[256] = "";

	assert_int_equal(pipe2(talk, O_CLOEXEC), 0);
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		ssize_t n = -1;

		if (setgroups(1, &group) == 0 && setresgid(uid, uid, uid) == 0 &&
		    setresuid(uid, uid, uid) == 0) {
			int fd = client(w);
			struct pollfd p = { .fd = fd, .events = POLLIN };

			if (fd >= 0) {
				(void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
				(void)poll(&p, 1, 5000);
				do
					n = recv(fd, bytes, sizeof bytes, 0);
				while (n < 0 && errno == ECONNRESET);
			}
		}
		(void)!write(
		    talk[1], n > 0 ? bytes : "refused by the kernel", n > 0 ? (size_t)n : 21);
		_exit(0);
	}
	close(talk[1]);
	int status;
	while (waitpid(pid, &status, WNOHANG) == 0)
		turn(w);
	ssize_t n = read(talk[0], bytes, sizeof bytes - 1);
	assert_true(n > 0);
	bytes[n] = '\0';
	close(talk[0]);
	if (strncmp(bytes, answer, strlen(answer)) != 0)
		fail_msg("user %u, group %u, %s: \"%s\" instead of \"%s\"", uid, group, request,
		    bytes, answer);
}

static void
test_who(void **state)
{
	struct world *w = *state;
	const uid_t other = 12345;

	if (geteuid() != 0) {
		print_message("needs root to be somebody else\n");
		skip();
	}
	/* The daemon's group is root's here. */
	ask_as(w, other, getegid(), "segaudit 1 status", "segaudit 1 ok");
	ask_as(w, other, getegid(), "segaudit 1 reload", "segaudit 1 error denied ");
	ask_as(w, other, other, "segaudit 1 status", "refused by the kernel");
	/* The second door, where the first one was opened by mistake. */
	assert_int_equal(chmod(w->path, 0666), 0);
	ask_as(w, other, other, "segaudit 1 status", "segaudit 1 error denied ");
	ask_as(w, other, getegid(), "segaudit 1 status", "segaudit 1 ok");
	assert_int_equal(w->reloads, 0);
	/* Readers cannot take the last place. */
	int fd[CONTROL_CLIENTS];
	for (unsigned i = 0; i < CONTROL_CLIENTS - CONTROL_KEPT; i++)
		assert_true((fd[i] = client(w)) >= 0);
	turn(w);
	ask_as(w, other, getegid(), "segaudit 1 status", "segaudit 1 error busy ");
	int mine = asked(w, "segaudit 1 status");
	expect(w, mine, "segaudit 1 ok");
	close(mine);
	for (unsigned i = 0; i < CONTROL_CLIENTS - CONTROL_KEPT; i++)
		close(fd[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status),
		TEST(test_incidents),
		TEST(test_lists),
		TEST(test_coverage),
		TEST(test_tail),
		TEST(test_reload),
		TEST(test_garbage),
		TEST(test_too_much),
		TEST(test_silence),
		TEST(test_slow),
		TEST(test_storm),
		TEST(test_many),
		TEST(test_exhausted),
		TEST(test_file),
		TEST(test_no_place),
		TEST(test_who),
	};

	return UNIT_RUN(tests);
}
