/* test_remote.c - lines on their way to collectors on loopback that are missing, slow, gone, or
 * gone for long. */
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/sink.h"
#include "hub_policy.h"

#define WHEN ((nstime)(20458 * 86400 + 3 * 3600 + 4 * 60 + 5) * NS_SEC)

enum { GOT = 16384 };

struct world {
	char dir[64], address[64];
	int family, kind, listener, fd; /* fd: the collector's end of the connection */
	uint16_t port;
	struct sinks *sinks;
	struct hub_policy *policy;
	uint64_t spool;
	nstime mono;
	char in[65536]; /* octet-counted, not yet a message */
	size_t in_size;
	int got[GOT]; /* numbers of the lines that came, -1 for 9008 */
	size_t ngot;
	char gap[2048]; /* the last 9008 */
};

static void
set_policy(struct world *w)
{
	struct policy_sink sink = { .target = TARGET_REMOTE, .facility = 3, .min = 7 };

	sink.path = hub_policy_text(w->policy, w->address);
	sink.spool = w->spool;
	w->policy->p.state_dir = hub_policy_text(w->policy, w->dir);
	w->policy->p.sinks = hub_policy_put(w->policy, &sink, sizeof sink);
	w->policy->p.nsinks = 1;
	assert_int_equal(sinks_set(w->sinks, &w->policy->p, w->mono), 0);
}

/* A collector's socket. Its port is chosen the first time and kept. */
static void
collector_up(struct world *w)
{
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	bool is6 = w->family == AF_INET6;
	struct sockaddr *a = is6 ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4;
	socklen_t size = is6 ? sizeof a6 : sizeof a4;
	const int on = 1, small = 4096;

	a4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a4.sin_port = a6.sin6_port = htons(w->port);
	w->listener = socket(w->family, w->kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(w->listener >= 0);
	if (w->kind == SOCK_STREAM) {
		setsockopt(w->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		setsockopt(w->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	}
	assert_int_equal(bind(w->listener, a, size), 0);
	assert_int_equal(getsockname(w->listener, a, &size), 0);
	w->port = ntohs(is6 ? a6.sin6_port : a4.sin_port);
	if (w->kind == SOCK_STREAM)
		assert_int_equal(listen(w->listener, 8), 0);
	snprintf(w->address, sizeof w->address, "%s:%s:%u", w->kind == SOCK_STREAM ? "tcp" : "udp",
	    is6 ? "[::1]" : "127.0.0.1", w->port);
}

/* The collector is gone; RST: with what it did not read. */
static void
hang_up(struct world *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	w->in_size = 0;
}

static void
collector_down(struct world *w)
{
	hang_up(w);
	if (w->listener >= 0)
		close(w->listener);
	w->listener = -1;
}

static void
begin(struct world *w, int family, int kind, uint64_t spool)
{
	w->family = family;
	w->kind = kind;
	w->spool = spool;
	collector_up(w);
	set_policy(w);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	snprintf(w->dir, sizeof w->dir, "/tmp/segaudit-remote-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->listener = w->fd = -1;
	w->mono = 1000 * NS_SEC;
	w->sinks = sinks_new("segauditd", 4711);
	w->policy = hub_policy_new(1);
	assert_non_null(w->sinks);
	*state = w;
	return 0;
}

static void
remove_spool(struct world *w)
{
	char path[256];
	struct dirent *e;

	snprintf(path, sizeof path, "%s/spool/tcp-127.0.0.1-%u", w->dir, w->port);
	DIR *d = opendir(path);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	if (d)
		closedir(d);
	(void)rmdir(path); /* most tests have none */
	snprintf(path, sizeof path, "%s/spool", w->dir);
	(void)rmdir(path);
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	sinks_free(w->sinks);
	collector_down(w);
	remove_spool(w);
	assert_int_equal(rmdir(w->dir), 0);
	free(w->policy);
	free(w);
	return 0;
}

static struct sink_count
count(const struct world *w)
{
	struct sink_count c = sinks_count(w->sinks, 0);

	assert_int_equal(c.offered, c.sent + c.lost + c.waiting);
	return c;
}

/* A line whose text holds its number. */
static void
put(struct world *w, int number, uint8_t severity)
{
	static const char pad[] =
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl";
	char text[192];
	struct sink_line l = { .text = text, .severity = severity };

	l.time = WHEN + number * NS_SEC;
	/* Of many sizes, so that a full socket takes some in part. */
	snprintf(text, sizeof text,
	    "SEG9001 NOTE sev=info verdict=notice seq=%d pad=%.*s msg=\"line %d\"", number,
	    1 + number % 61, pad, number);
	sinks_put(w->sinks, &l, w->mono);
	(void)count(w);
}

static void
take_message(struct world *w, const char *text, size_t size)
{
	char message[2100];
	const char *seq, *msg;

	assert_in_range(size, 50, 2048);
	memcpy(message, text, size);
	message[size] = '\0';
	assert_true(w->ngot < GOT);
	if (strstr(message, " SEG9008 [segaudit@32473 state=\"NOTE\" ")) {
		memcpy(w->gap, message, size + 1);
		w->got[w->ngot++] = -1;
		return;
	}
	seq = strstr(message, " SEG9001 [segaudit@32473 state=\"NOTE\" sev=\"info\" "
			      "verdict=\"notice\" seq=\"");
	assert_non_null(seq);
	msg = strstr(message, "] SEG9001 NOTE sev=info verdict=notice seq=");
	assert_non_null(msg);
	int number = (int)strtol(msg + 43, NULL, 10);
	w->got[w->ngot++] = number;
	char end[64];
	int n = snprintf(end, sizeof end, "msg=\"line %d\"", number);
	assert_string_equal(message + size - n, end);
}

/* Cuts octet-counted messages (RFC 6587 3.4.1) off what came. */
static void
take_stream(struct world *w)
{
	size_t at = 0;

	for (;;) {
		char *end;
		unsigned long size = strtoul(w->in + at, &end, 10);
		size_t head = (size_t)(end - w->in) - at;

		if (head == 0 || *end != ' ' || w->in_size - at - head - 1 < size ||
		    w->in_size - at < head + 1)
			break;
		assert_true(w->in[at] >= '1' && w->in[at] <= '9');
		take_message(w, end + 1, size);
		at += head + 1 + size;
	}
	w->in_size -= at;
	memmove(w->in, w->in + at, w->in_size);
	w->in[w->in_size] = '\0';
}

/* Reads what there is; true when there was something. */
static bool
collect(struct world *w)
{
	bool some = false;

	if (w->kind == SOCK_STREAM && w->fd < 0)
		w->fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	for (;;) {
		char datagram[4096];
		ssize_t n;

		if (w->kind == SOCK_DGRAM) {
			n = recv(w->listener, datagram, sizeof datagram, MSG_DONTWAIT);
			if (n <= 0)
				return some;
			take_message(w, datagram, (size_t)n);
		} else {
			n = w->fd < 0 ? 0 :
					recv(w->fd, w->in + w->in_size,
					    sizeof w->in - w->in_size - 1, MSG_DONTWAIT);
			if (n <= 0)
				return some;
			w->in_size += (size_t)n;
			w->in[w->in_size] = '\0';
			take_stream(w);
		}
		some = true;
	}
}

/* What the hub's loop does: asks ppoll() and the clock, STEP after the last time. */
static void
turn(struct world *w, nstime step)
{
	struct pollfd p[4];
	size_t n = sinks_poll(w->sinks, p, 4);

	w->mono += step;
	if (n && poll(p, n, 0) > 0)
		for (size_t i = 0; i < n; i++)
			if (p[i].revents)
				sinks_ready(w->sinks, p[i].fd);
	sinks_run(w->sinks, w->mono);
	(void)count(w);
}

/* Turns until nothing waits and nothing comes any more; at most SECONDS of the sinks' time. */
static void
run(struct world *w, unsigned seconds)
{
	nstime end = w->mono + seconds * NS_SEC;
	unsigned idle = 0;

	while (w->mono < end && idle < 3) {
		turn(w, 20 * NS_MSEC);
		idle = collect(w) || count(w).waiting ? 0 : idle + 1;
	}
}

/* All lines FIRST to LAST came, the first times in this order. Returns how many came again. */
static size_t
expect_all(const struct world *w, int first, int last)
{
	size_t again = 0;
	int next = first;

	for (size_t i = 0; i < w->ngot; i++) {
		if (w->got[i] < next) {
			again++;
			continue;
		}
		assert_int_equal(w->got[i], next);
		next++;
	}
	assert_int_equal(next, last + 1);
	return again;
}

static void
test_tcp(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct world *w = *state;

	for (size_t f = 0; f < 2; f++) {
		w->port = 0;
		w->ngot = 0;
		begin(w, families[f], SOCK_STREAM, 0);
		for (int i = 1; i <= 300; i++)
			put(w, i, 6);
		run(w, 10);
		assert_int_equal(expect_all(w, 1, 300), 0);
		/* The family before left the configuration, but may still be there. */
		struct sink_count c = sinks_count(w->sinks, sinks_size(w->sinks) - 1);
		assert_int_equal(c.sent, 300);
		assert_int_equal(c.waiting, 0);
		assert_int_equal(w->in_size, 0);
		/* They are kept until they must have arrived; then nothing is to be done. */
		assert_true(sinks_due(w->sinks) <= w->mono + SINK_SETTLE);
		turn(w, 2 * SINK_SETTLE);
		if (sinks_size(w->sinks) == 1)
			assert_true(sinks_due(w->sinks) == NSTIME_NEVER);
		collector_down(w);
		sinks_free(w->sinks);
		w->sinks = sinks_new("segauditd", 4711);
		assert_non_null(w->sinks);
	}
	collector_up(w);
	set_policy(w);
}

static void
test_udp(void **state)
{
	struct world *w = *state;

	begin(w, AF_INET, SOCK_DGRAM, 0);
	for (int i = 1; i <= 50; i++)
		put(w, i, 6);
	run(w, 10);
	assert_int_equal(expect_all(w, 1, 50), 0);

	/* Nobody there: the refusal comes behind a datagram, which is sent again. */
	turn(w, 2 * SINK_SETTLE);
	collector_down(w);
	for (int i = 51; i <= 60; i++) {
		put(w, i, 6);
		turn(w, 300 * NS_MSEC);
	}
	assert_in_range(count(w).waiting, 9, 10);
	collector_up(w);
	run(w, 40);
	assert_int_equal(expect_all(w, 1, 60), 0);
	assert_int_equal(count(w).sent, 60);
}

/* A backlog goes over UDP no faster than a receiver can read that is asleep now and then; so do
 * lines that come at once. */
static void
test_udp_backlog(void **state)
{
	struct world *w = *state;
	size_t before[10] = { 0 };

	begin(w, AF_INET, SOCK_DGRAM, 0);
	for (int i = 1; i <= 100; i++)
		put(w, i, 6);
	assert_int_equal(count(w).sent, 16);
	assert_int_equal(sinks_due(w->sinks), w->mono + 10 * NS_MSEC);
	run(w, 10);
	assert_int_equal(expect_all(w, 1, 100), 0);

	turn(w, 2 * SINK_SETTLE);
	collector_down(w);
	for (int i = 101; i <= 600; i++)
		put(w, i, 6);
	for (int i = 0; i < 10; i++)
		turn(w, NS_SEC);
	assert_int_equal(count(w).waiting, 500);
	collector_up(w);
	for (int ms = 0; w->ngot < 600; ms++) {
		assert_true(ms < 40000);
		turn(w, NS_MSEC);
		collect(w);
		/* In any ten milliseconds not more than in two of its own. */
		assert_true(w->ngot <= before[ms % 10] + 32 || ms < 10);
		before[ms % 10] = w->ngot;
	}
	assert_int_equal(expect_all(w, 1, 600), 0);
	turn(w, 2 * SINK_SETTLE);
	assert_true(sinks_due(w->sinks) == NSTIME_NEVER);
}

static void
test_missing_at_start(void **state)
{
	static const int pauses[] = { 1, 2, 4, 8, 16, 30, 30, 30 };
	struct world *w = *state;

	begin(w, AF_INET, SOCK_STREAM, 0);
	collector_down(w);
	for (int i = 1; i <= 100; i++)
		put(w, i, 6);
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		nstime began = w->mono;

		turn(w, 0); /* loopback refuses at once */
		assert_int_equal(count(w).waiting, 100);
		nstime due = sinks_due(w->sinks);
		assert_int_equal(due, began + pauses[i] * NS_SEC);
		w->mono = due - 1;
		sinks_run(w->sinks, w->mono);
		assert_int_equal(sinks_due(w->sinks), due);
		w->mono = due;
		sinks_run(w->sinks, w->mono);
	}
	collector_up(w);
	run(w, 40);
	assert_int_equal(expect_all(w, 1, 100), 0);

	/* After a time that went well the first new attempt is made at once. */
	turn(w, 2 * SINK_SETTLE);
	hang_up(w);
	turn(w, NS_MSEC);
	put(w, 101, 6);
	turn(w, NS_MSEC);
	turn(w, NS_MSEC);
	collect(w);
	assert_int_equal(expect_all(w, 1, 101), 0);
}

/* The backlog of a listener is full: the kernel does not answer at all. */
static void
test_no_answer(void **state)
{
	struct world *w = *state;
	struct sockaddr_in a = { .sin_family = AF_INET };
	int filler[64];
	size_t n = 0;

	begin(w, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(listen(w->listener, 0), 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(w->port);
	while (n < 64) {
		filler[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(filler[n] >= 0);
		(void)connect(filler[n], (const struct sockaddr *)&a, sizeof a);
		struct pollfd p = { .fd = filler[n++], .events = POLLOUT };
		if (poll(&p, 1, 100) == 0)
			break; /* not even after a while: it is full */
	}
	put(w, 1, 6);
	nstime began = w->mono;
	turn(w, NS_MSEC);
	assert_int_equal(sinks_due(w->sinks), began + 5 * NS_SEC);
	turn(w, 3 * NS_SEC);
	assert_int_equal(count(w).waiting, 1);
	/* Given up after 5 s; the pause of a first failure has gone by. */
	turn(w, 2 * NS_SEC);
	assert_true(sinks_due(w->sinks) <= w->mono);
	for (size_t i = 0; i < n; i++)
		close(filler[i]);
	collector_down(w);
	collector_up(w);
	run(w, 60);
	assert_int_equal(expect_all(w, 1, 1), 0);
}

/* The collector is gone with what it had not read: nothing is missing, and the lines that may have
 * arrived come again. */
static void
test_gone_again_and_again(void **state)
{
	struct world *w = *state;
	size_t again = 0;
	int number = 1;

	begin(w, AF_INET, SOCK_STREAM, 0);
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned i = 0; i < 5; i++)
			put(w, number++, 6);
		if (round % 3 == 0) {
			turn(w, NS_MSEC); /* sent, not read */
		} else {
			run(w, 1);
			turn(w, round % 3 * SINK_SETTLE);
		}
		if (round % 2)
			collector_down(w);
		else
			hang_up(w);
		for (unsigned i = 0; i < 3; i++) {
			put(w, number++, 6);
			turn(w, NS_MSEC);
		}
		if (round % 2)
			collector_up(w);
		run(w, 40);
	}
	again = expect_all(w, 1, number - 1);
	assert_int_equal(count(w).lost, 0);
	assert_int_equal(count(w).sent, number - 1);
	print_message("%d lines, %zu came again\n", number - 1, again);
	assert_true(again < 1600);
}

/* The collector reads nothing until its window is shut, then is gone: records that were sent in
 * part come again whole. */
static void
test_sent_in_part(void **state)
{
	struct world *w = *state;
	int number = 1;

	begin(w, AF_INET, SOCK_STREAM, 0);
	put(w, number++, 6);
	turn(w, NS_MSEC);
	w->fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	/* A small send buffer that does not grow. */
	const int small = 9001;
	struct pollfd out[4];
	assert_int_equal(sinks_poll(w->sinks, out, 4), 1);
	assert_int_equal(setsockopt(out[0].fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
	while (count(w).waiting == 0 && number < 16000) {
		put(w, number++, 6);
		turn(w, NS_MSEC);
	}
	assert_true(number < 16000);
	for (unsigned i = 0; i < 100; i++)
		put(w, number++, 6);
	/* For a minute nothing goes, and the loop does not spin. */
	for (unsigned i = 0; i < 60; i++)
		turn(w, NS_SEC);
	assert_true(count(w).waiting >= 100);
	assert_true(sinks_due(w->sinks) > w->mono);
	/* It reads what its kernel took, which ends in the middle of a message. */
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	while (poll(&p, 1, 300) > 0)
		collect(w);
	print_message("%zu bytes of a message came\n", w->in_size);
	hang_up(w);
	run(w, 60);
	(void)expect_all(w, 1, number - 1);
	assert_int_equal(count(w).lost, 0);
}

/* A new process, with what the one before left on disk. */
static void
restart(struct world *w)
{
	sinks_free(w->sinks);
	w->sinks = sinks_new("segauditd", 4712);
	assert_non_null(w->sinks);
	hang_up(w);
	set_policy(w);
}

static void
test_spool(void **state)
{
	struct world *w = *state;
	int number = 1;

	begin(w, AF_INET, SOCK_STREAM, 1 << 20);
	for (; number <= 20; number++)
		put(w, number, 6);
	run(w, 5);
	turn(w, 2 * SINK_SETTLE);
	collector_down(w);
	turn(w, NS_MSEC);

	/* Two seconds in memory, then on disk: what is there survives the process. */
	for (; number <= 40; number++)
		put(w, number, number % 4 ? 6 : 1);
	turn(w, NS_SEC);
	turn(w, NS_SEC);
	turn(w, NS_SEC);
	for (; number <= 60; number++)
		put(w, number, number % 4 ? 6 : 1);
	assert_int_equal(count(w).waiting, 40);
	restart(w);
	assert_int_equal(count(w).waiting, 40);
	assert_int_equal(sinks_waiting(w->sinks), 40);
	for (; number <= 80; number++)
		put(w, number, 6);
	restart(w);
	assert_int_equal(count(w).waiting, 60);
	collector_up(w);
	run(w, 60);
	assert_int_equal(expect_all(w, 1, 80), 0);
	assert_int_equal(count(w).lost, 0);

	/* When all of it arrived, lines go past the disk again. */
	turn(w, 2 * SINK_SETTLE);
	restart(w);
	assert_int_equal(count(w).offered, 0);
	put(w, number++, 6);
	run(w, 5);
	assert_int_equal(expect_all(w, 1, 81), 0);

	/* A process that ends at any moment of the catching up: some come twice, none is missing.
	 */
	turn(w, 2 * SINK_SETTLE);
	collector_down(w);
	turn(w, NS_MSEC);
	put(w, number++, 6);
	turn(w, 3 * NS_SEC);
	for (; number <= 3000; number++)
		put(w, number, number % 10 ? 6 : 1);
	collector_up(w);
	for (unsigned i = 0; i < 60; i++) {
		turn(w, 100 * NS_MSEC);
		if (i % 9 == 4)
			collect(w);
		if (i % 15 == 14)
			restart(w);
		if (i % 20 == 19)
			hang_up(w);
	}
	run(w, 60);
	size_t again = expect_all(w, 1, 3000);
	print_message("3000 lines, %zu came again\n", again);
	assert_int_equal(count(w).lost, 0);
}

static void
test_spool_full(void **state)
{
	struct world *w = *state;
	char number[32];
	int last = 6000;

	begin(w, AF_INET, SOCK_STREAM, 256 << 10);
	collector_down(w);
	put(w, 0, 6);
	turn(w, NS_MSEC);
	turn(w, 3 * NS_SEC);
	for (int i = 1; i <= last; i++)
		put(w, i, i % 100 ? 6 : 1);
	uint64_t lost = count(w).lost;
	assert_in_range(lost, 2500, 4000); /* 256 KiB hold about 3,000 */
	assert_int_equal(count(w).waiting, (uint64_t)last + 1 - lost);
	restart(w);
	assert_int_equal(count(w).lost, lost);
	collector_up(w);
	run(w, 100);

	/* The loss is said first: it is before all that is left. Then alerts, and the newest. */
	assert_int_equal(w->got[0], -1);
	snprintf(number, sizeof number, " n=%llu lost=%llu ", (unsigned long long)lost,
	    (unsigned long long)lost);
	assert_non_null(strstr(w->gap, " what=spool-full n="));
	assert_non_null(strstr(w->gap, number));
	assert_non_null(strstr(w->gap, " from=2026-01-05T03:04:05.000000Z ")); /* line 0 */
	size_t i = 1;
	int first = (int)lost;
	for (int n = 0; n <= last; n++) {
		/* Every hundredth but 0 is an alert: lost are 0 and 99 of 100 from 1 on. */
		bool alert = n && n % 100 == 0;

		if (!alert && first-- > 0)
			continue;
		assert_int_equal(w->got[i++], n);
	}
	assert_int_equal(i, w->ngot);
	/* It is said once. */
	turn(w, 2 * SINK_SETTLE);
	restart(w);
	assert_int_equal(count(w).lost, 0);
}

static void
test_save(void **state)
{
	struct world *w = *state;

	/* A stop before the spool was in use: nothing that waits is lost. */
	begin(w, AF_INET, SOCK_STREAM, 1 << 20);
	collector_down(w);
	for (int i = 1; i <= 10; i++)
		put(w, i, 6);
	assert_int_equal(sinks_save(w->sinks, w->mono), 0);
	restart(w);
	assert_int_equal(count(w).waiting, 10);
	collector_up(w);
	run(w, 40);
	assert_int_equal(expect_all(w, 1, 10), 0);

	/* Without one, it is told how many. */
	turn(w, 2 * SINK_SETTLE);
	collector_down(w);
	w->spool = 0;
	restart(w);
	for (int i = 11; i <= 15; i++)
		put(w, i, 6);
	assert_int_equal(sinks_save(w->sinks, w->mono), 5);
}

/* The disk refuses: lines wait in memory, and the order is kept. */
static void
test_no_disk(void **state)
{
	struct world *w = *state;
	char path[256];

	/* A file is where the directory should be. */
	snprintf(path, sizeof path, "%s/spool", w->dir);
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	begin(w, AF_INET, SOCK_STREAM, 1 << 20);
	collector_down(w);
	for (int i = 1; i <= 10; i++)
		put(w, i, 6);
	turn(w, 10 * NS_SEC);
	assert_int_equal(count(w).waiting, 10);
	/* The disk is back: they go there. */
	assert_int_equal(unlink(path), 0);
	turn(w, 2 * NS_SEC);
	put(w, 11, 6);
	restart(w);
	assert_int_equal(count(w).waiting, 11);
	collector_up(w);
	run(w, 60);
	assert_int_equal(expect_all(w, 1, 11), 0);
}

/* Two processes at once: the second has the spool when the first is gone, and says the older lines
 * first. */
static void
test_taken_over(void **state)
{
	struct world *w = *state;
	struct sinks *first = w->sinks;

	begin(w, AF_INET, SOCK_STREAM, 1 << 20);
	collector_down(w);
	for (int i = 1; i <= 10; i++)
		put(w, i, 6);
	turn(w, 3 * NS_SEC);
	w->sinks = sinks_new("segauditd", 4712);
	assert_non_null(w->sinks);
	set_policy(w);
	for (int i = 11; i <= 20; i++)
		put(w, i, i % 2 ? 1 : 6);
	turn(w, 3 * NS_SEC);
	assert_int_equal(count(w).waiting, 10);
	sinks_free(first);
	turn(w, 2 * NS_SEC);
	assert_int_equal(count(w).waiting, 20);
	collector_up(w);
	run(w, 60);
	assert_int_equal(expect_all(w, 1, 20), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(test_tcp),
		CASE(test_udp),
		CASE(test_udp_backlog),
		CASE(test_missing_at_start),
		CASE(test_no_answer),
		CASE(test_gone_again_and_again),
		CASE(test_sent_in_part),
		CASE(test_spool),
		CASE(test_spool_full),
		CASE(test_save),
		CASE(test_no_disk),
		CASE(test_taken_over),
	};

	return UNIT_RUN(tests);
}
